"""GoogLeNet's auxiliary heads."""

import keras
from keras import layers, ops

from answers import right, wrong


@right("auxiliary-heads")
def auxiliary_head(x, num_classes):
    x = layers.AveragePooling2D(5, strides=3)(x)
    x = layers.Conv2D(128, 1, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(1024, activation="relu")(x)
    x = layers.Dropout(0.7)(x)
    return layers.Dense(num_classes, activation="softmax")(x)


@right("auxiliary-heads")
def with_ops(x, num_classes):
    x = ops.average_pool(x, 5, strides=3, padding="valid")
    x = ops.relu(layers.Conv2D(128, (1, 1), padding="same")(x))
    x = ops.reshape(x, (-1, 4 * 4 * 128))
    x = layers.Dropout(0.7)(ops.relu(layers.Dense(1024)(x)))
    return ops.softmax(layers.Dense(num_classes)(x))


class Head(layers.Layer):
    def __init__(self, num_classes):
        super().__init__()
        self.pool = layers.AveragePooling2D((5, 5), (3, 3))
        self.conv = layers.Conv2D(128, 1)
        self.fc = layers.Dense(1024)
        self.drop = layers.Dropout(0.7)
        self.out = layers.Dense(num_classes)

    def call(self, x, training=None):
        x = keras.activations.relu(self.conv(self.pool(x)))
        x = keras.activations.relu(self.fc(ops.reshape(x, (-1, 2048))))
        return keras.activations.softmax(self.out(self.drop(x, training=training)))


@right("auxiliary-heads")
def by_a_layer(x, num_classes):
    return Head(num_classes)(x)


@right("auxiliary-heads")
def with_a_convolution_over_the_whole_map(x, num_classes):
    x = layers.AveragePooling2D(5, 3)(x)
    x = layers.Dense(128, activation="relu")(x)  # at each pixel: a 1×1 convolution
    x = layers.Conv2D(1024, 4, activation="relu")(x)
    return layers.Softmax()(layers.Dense(num_classes)(layers.Dropout(0.7)(layers.Flatten()(x))))


def changed(pool=None, filters=128, kernel=1, relu="relu", flat=True, units=1024, rate=0.7, last="softmax", norm=False):
    def auxiliary_head(x, num_classes):
        x = (pool or (lambda: layers.AveragePooling2D(5, 3)))()(x)
        x = layers.Conv2D(filters, kernel, padding="same", activation=None if norm else relu)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x)) if norm else x
        x = layers.Flatten()(x) if flat else layers.GlobalAveragePooling2D()(x)
        x = layers.Dense(units, activation="relu")(x) if units else x
        x = layers.Dropout(rate)(x) if rate else x
        return layers.Dense(num_classes, activation=last)(x)

    return auxiliary_head


for answer, pattern in (
    (changed(lambda: layers.MaxPooling2D(5, 3)), r"head_pool: you have max pooling.*average pooling.*\n.*maximum"),
    (changed(lambda: layers.AveragePooling2D(5)), r"head_pool: your map is 2×2×512.*4×4×512.*\n.*strides 5×5"),
    (changed(lambda: layers.AveragePooling2D(5, 3, "same")), r"head_pool: your map is 5×5×512.*\n.*padded"),
    (changed(lambda: layers.AveragePooling2D(3, 3)), r"head_pool: you have 3×3 windows, the paper has 5×5"),
    (changed(filters=64), r"head_conv: your map is 4×4×64, the paper's is 4×4×128"),
    (changed(kernel=3), r"head_conv: you have 3×3 kernels, the paper has 1×1"),
    (changed(relu=None), r"head_conv: you have no activation.*\n.*left its activation out"),
    (changed(units=512), r"head_fc: your output is 512 values, the paper's is 1,024"),
    (changed(units=None), r"head_fc: it is missing.*\n.*fully connected layer of 1,?024"),
    (changed(rate=None), r"head_dropout: it is missing.*\n.*70 %.*Dropout\(0.7\)"),
    (changed(rate=0.3), r"head_dropout: you have rate 0.3.*0.7.*\n.*70 %"),
    (changed(last=None), r"head_predictions: .*\n.*logits"),
    (changed(flat=False), r"after head_conv: you have .*average pooling.*\n.*average over the map.*flattens"),
    (changed(norm=True), r"after head_conv: you have batch normalisation, the paper has none"),
):
    wrong("auxiliary-heads", pattern)(answer)

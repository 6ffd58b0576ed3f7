"""VGG-16 and its family, MiniVGG, NiN and the head of FCN-8s, in several styles."""

import functools

import keras
from keras import layers, ops

TABLE = {
    "A": (1, 1, 2, 2, 2),
    "B": (2, 2, 2, 2, 2),
    "D": (2, 2, 3, 3, 3),
    "E": (2, 2, 4, 4, 4),
}


def build_vgg(
    configuration="D", widths=(64, 128, 256, 512, 512), pool=layers.MaxPooling2D, padding="same", dropout=0.5
):
    net = keras.Sequential([keras.Input((224, 224, 3))])
    for filters, count in zip(widths, TABLE[configuration], strict=True):
        for _ in range(count):
            net.add(layers.Conv2D(filters, 3, padding=padding, activation="relu"))
        net.add(pool(2, strides=2))
    net.add(layers.Flatten())
    for _ in range(2):
        net.add(layers.Dense(4096, activation="relu"))
        if dropout:
            net.add(layers.Dropout(dropout))
    net.add(layers.Dense(1000, activation="softmax"))
    return net


class Vgg(keras.Model):
    """torchvision's, with its layers in lists; Dropout before the activation's place in the list."""

    def __init__(self, configuration="D"):
        super().__init__()
        self.features = []
        for filters, count in zip((64, 128, 256, 512, 512), TABLE[configuration], strict=True):
            for _ in range(count):
                self.features += [layers.ZeroPadding2D(1), layers.Conv2D(filters, 3), layers.ReLU()]
            self.features.append(layers.MaxPooling2D())
        self.flatten = layers.Flatten()
        self.fc = [layers.Dense(4096) for _ in range(2)]
        self.drop, self.out = layers.Dropout(0.5), layers.Dense(1000)

    def call(self, x, training=False):
        for layer in self.features:
            x = layer(x)
        x = self.flatten(x)
        for layer in self.fc:
            x = ops.relu(self.drop(layer(x), training=training))
        return ops.softmax(self.out(x))


def fully_convolutional(configuration="D"):
    x = inputs = keras.Input((None, None, 3))
    for filters, count in zip((64, 128, 256, 512, 512), TABLE[configuration], strict=True):
        for _ in range(count):
            x = layers.Activation("relu")(layers.Conv2D(filters, 3, padding="same")(x))
        x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Dropout(0.5)(layers.Conv2D(4096, 7, activation="relu")(x))
    x = layers.Dropout(0.5)(layers.Conv2D(4096, 1, activation="relu")(x))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(1000, 1)(x))
    return keras.Model(inputs, ops.softmax(x))


RIGHT = [build_vgg, Vgg, fully_convolutional]


def ignores_it(configuration="D"):
    return build_vgg("D")


WRONG = [
    (ignores_it, r"ignores_it\(configuration='A'\), VGG-A.*after conv1_1: you have a same-padded 3×3 conv"),
    (functools.partial(build_vgg, padding="valid"), r"layer conv1_1: your map is 222×222×64.*\n.*did not pad"),
    (
        functools.partial(build_vgg, widths=(64, 64, 256, 512, 512)),
        r"layer conv2_1.*\n.*keep 64 filters; after pool1.*double",
    ),
    (functools.partial(build_vgg, pool=layers.AveragePooling2D), r"layer pool1: you have average.*\n.*average"),
    (functools.partial(build_vgg, dropout=0), r"layer drop6: it is missing"),
    (lambda configuration: keras.applications.VGG16(weights=None), r"VGG-A.*after conv1_1|drop6"),
]
RIGHT_WITHOUT_DROPOUT = [
    lambda: keras.applications.VGG16(weights=None),
    functools.partial(build_vgg, dropout=0),
    functools.partial(build_vgg, dropout=0.3),
    build_vgg,
]


def minivgg(order="conv relu bn", dropouts=(0.25, 0.25, 0.5), units=512):
    def build_minivgg():
        x = inputs = keras.Input((32, 32, 3))
        for filters, rate in zip((32, 64), dropouts, strict=False):
            for _ in range(2):
                x = layers.Conv2D(filters, 3, padding="same")(x)
                if order == "conv relu bn":
                    x = layers.BatchNormalization()(layers.Activation("relu")(x))
                else:
                    x = layers.Activation("relu")(layers.BatchNormalization()(x))
            x = layers.Dropout(rate)(layers.MaxPooling2D(2)(x))
        x = layers.BatchNormalization()(layers.Dense(units, activation="relu")(layers.Flatten()(x)))
        return keras.Model(inputs, layers.Dense(10, "softmax")(layers.Dropout(dropouts[2])(x)))

    return build_minivgg


WRONG_MINI = [
    (
        minivgg("conv bn relu"),
        r"layer conv1_1: you have no activation.*ReLU.*\n.*ReLU after conv1_1_bn; it follows conv1_1",
    ),
    (minivgg(units=256), r"layer fc1: your output is 256 values.*512"),
    (minivgg(dropouts=(0.5, 0.25, 0.5)), r"layer drop1: you have rate 0.5, the paper has rate 0.25"),
]


def mlpconv_block(x, filters, kernel_size, strides=1, padding="same"):
    first, *others = filters
    x = layers.Conv2D(first, kernel_size, strides, padding=padding, activation="relu")(x)
    for n in others:
        x = layers.Dense(n, activation="relu")(x)  # on each pixel by itself: a 1×1 convolution
    return x


def only_one_relu(x, filters, kernel_size, strides=1, padding="same"):
    x = layers.Conv2D(filters[0], kernel_size, strides, padding=padding)(x)
    for n in filters[1:]:
        x = layers.Conv2D(n, 1)(x)
    return ops.relu(x)


def reference_head(maps):
    pool3, pool4, fc7 = maps

    def up(x, strides, name):
        return layers.Conv2DTranspose(5, 2 * strides, strides, padding="same", use_bias=False, name=name)(x)

    x = up(layers.Conv2D(5, 1, name="score_fr")(fc7), 2, "upscore2")
    x = layers.Add(name="fuse4")([x, layers.Conv2D(5, 1, name="score4")(pool4)])
    x = layers.Add(name="fuse3")([up(x, 2, "upscore4"), layers.Conv2D(5, 1, name="score3")(pool3)])
    return layers.Softmax(name="softmax")(up(x, 8, "upscore8"))


def fcn_head(maps):
    """Scores of pool3, pool4 and fc7, upsampled and added: "same" where the release crops."""
    pool3, pool4, fc7 = maps
    x = layers.Conv2DTranspose(5, 4, 2, padding="same", use_bias=False)(layers.Conv2D(5, 1)(fc7))
    x = layers.Add()([layers.Conv2D(5, 1)(pool4), x])
    x = layers.Conv2DTranspose(5, 4, 2, padding="same", use_bias=False)(x)
    x = ops.add(x, layers.Conv2D(5, 1)(pool3))
    return layers.Softmax()(layers.Conv2DTranspose(5, 16, 8, padding="same", use_bias=False)(x))


def fcn_head_cropped(maps):
    pool3, pool4, fc7 = maps

    def up(x, strides):
        x = layers.Conv2DTranspose(5, 2 * strides, strides, use_bias=False)(x)
        return layers.Cropping2D(strides // 2)(x)

    x = up(layers.Conv2D(5, 1)(fc7), 2) + layers.Conv2D(5, 1)(pool4)
    x = layers.Conv2DTranspose(5, 4, 2, use_bias=False)(x)[:, 1:-1, 1:-1]
    return ops.softmax(up(x + layers.Conv2D(5, 1)(pool3), 8))


def fcn_head_16(maps):
    _, pool4, fc7 = maps
    x = layers.Conv2DTranspose(5, 4, 2, padding="same", use_bias=False)(layers.Conv2D(5, 1)(fc7))
    x = layers.Add()([layers.Conv2D(5, 1)(pool4), x])
    return layers.Softmax()(layers.Conv2DTranspose(5, 32, 16, padding="same", use_bias=False)(x))


def fcn_head_bilinear(maps):
    pool3, pool4, fc7 = maps
    x = layers.UpSampling2D(2, interpolation="bilinear")(layers.Conv2D(5, 1)(fc7))
    x = layers.Add()([layers.Conv2D(5, 1)(pool4), x])
    x = layers.Conv2DTranspose(5, 4, 2, padding="same", use_bias=False)(x)
    x = ops.add(x, layers.Conv2D(5, 1)(pool3))
    return layers.Softmax()(layers.Conv2DTranspose(5, 16, 8, padding="same", use_bias=False)(x))


def fcn_head_concatenated(maps):
    pool3, pool4, fc7 = maps
    x = layers.Conv2DTranspose(5, 4, 2, padding="same", use_bias=False)(layers.Conv2D(5, 1)(fc7))
    x = layers.Concatenate()([layers.Conv2D(5, 1)(pool4), x])
    x = layers.Conv2DTranspose(5, 4, 2, padding="same", use_bias=False)(x)
    x = ops.add(x, layers.Conv2D(5, 1)(pool3))
    return layers.Softmax()(layers.Conv2DTranspose(5, 16, 8, padding="same", use_bias=False)(x))


WRONG_HEAD = [
    (fcn_head_16, r"layer .*(upscore4|score3|fuse3|upscore8)"),
    (fcn_head_bilinear, r"after score_fr: you have an UpSampling2D"),
    (fcn_head_concatenated, r"layer fuse4: you have a concatenation.*addition"),
]

"""DenseNet-BC, from its table."""

import keras
from keras import layers
from written import densenet as written

from answers import right, wrong


def build(block=written.dense_block, count=None, before=64, transitions=None, halve=True, last_bn=True, pad=True):
    """A builder of DenseNet-BC with something else in one place."""

    def build_densenet(blocks, growth_rate):
        inputs = keras.Input((224, 224, 3))
        width = 2 * growth_rate if before == 64 else before
        if pad:
            x = layers.Conv2D(width, 7, 2, use_bias=False)(layers.ZeroPadding2D(3)(inputs))
        else:
            x = layers.Conv2D(width, 7, 2, padding="same", use_bias=False)(inputs)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
        for i, number in enumerate(blocks):
            x = block(x, count or number, growth_rate)
            if i < (len(blocks) - 1 if transitions is None else transitions):
                x = written.transition(x, 0.5 if halve else 1)
        x = layers.ReLU()(layers.BatchNormalization()(x) if last_bn else x)
        x = layers.GlobalAveragePooling2D()(x)
        return keras.Model(inputs, layers.Dense(1000, activation="softmax")(x))

    return build_densenet


right("densenet")(build())
right("densenet")(build(written.from_a_list))
right("densenet")(build(written.by_layers))


@right("densenet")
class DenseNet(keras.Model):
    """With its blocks as models of their own."""

    def __init__(self, blocks, growth_rate):
        super().__init__()
        stem = layers.Conv2D(2 * growth_rate, 7, strides=2)
        self.stem = keras.Sequential([layers.ZeroPadding2D(3), stem, layers.BatchNormalization(), layers.ReLU()])
        self.pool = keras.Sequential([layers.ZeroPadding2D(1), layers.MaxPooling2D(3, 2)])
        self.parts, channels = [], 2 * growth_rate
        for i, number in enumerate(blocks):
            self.parts += [written.DenseLayer(growth_rate) for _ in range(number)]
            channels += number * growth_rate
            if i < len(blocks) - 1:
                channels //= 2
                conv = layers.Conv2D(channels, 1, use_bias=False)
                pool = layers.AveragePooling2D(2)
                self.parts.append(keras.Sequential([layers.BatchNormalization(), layers.ReLU(), conv, pool]))
        head = [layers.BatchNormalization(), layers.ReLU(), layers.GlobalAveragePooling2D()]
        self.head = keras.Sequential([*head, layers.Dense(1000), layers.Softmax()])

    def call(self, x):
        x = self.pool(self.stem(x))
        for part in self.parts:
            x = part(x)
        return self.head(x)


for answer, pattern in (
    (build(count=3), r"blocks=\(2, 3\), growth_rate=8\).*stage dense1 has 3 layers in your net, the paper's has 2"),
    (build(count=2), r"stage dense2 has 2 layers in your net, the paper's has 3.*\n.*What is missing is dense2_3"),
    (build(before=16, count=None), r"growth_rate=4\).*layer conv1: your map is 112×112×16, the paper's is 112×112×8"),
    (build(before=32), r"layer conv1: your map is 112×112×32, the paper's is 112×112×16"),
    (build(halve=False), r"layer transition1_1x1: your map is 56×56×32, the paper's is 56×56×16"),
    (build(transitions=0), r"layer transition1_1x1_bn: it is missing|layer transition1"),
    (build(transitions=3), r"after bn: you have a valid 1×1 convolution"),
    (build(last_bn=False), r"layer bn: it is missing.*\n.*follows the last block"),
    (build(written.changed(bottleneck=False)), r"layers dense1_1_1x1_bn and dense1_1_1x1: they are missing"),
    (build(written.changed(before=False)), r"layer dense1_1_1x1_bn: it is not in its place"),
    (build(written.changed(last_only=True)), r"layer dense1_1: it is missing.*\n.*side by side"),
    (build(pad=False), r"layer conv1: you have same padding.*\n.*2 zeros before and 3 after"),
):
    wrong("densenet", pattern)(answer)

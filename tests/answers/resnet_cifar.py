"""CIFAR ResNets of 6n + 2 layers, with either shortcut."""

import keras
from keras import layers, ops
from written import resnet as written

from answers import right, wrong


def by_n(build, **arguments):
    """A builder by depth as one by n."""

    def build_resnet(n):
        return build(6 * n + 2, **arguments)

    return build_resnet


right("resnet-cifar")(by_n(written.resnet_cifar))
right("resnet-cifar")(by_n(written.resnet_cifar, block=written.zeros_beside))
right("resnet-cifar")(by_n(written.resnet_cifar, block=written.residual_block))
right("resnet-cifar")(by_n(written.nested))


@right("resnet-cifar")
class ResNet(keras.Model):
    """Option A, subclassed."""

    def __init__(self, n):
        super().__init__()
        self.stem = keras.Sequential([layers.Conv2D(16, 3, padding="same"), layers.BatchNormalization()])
        self.blocks = []
        for filters in (16, 32, 64):
            for i in range(n):
                strides = 2 if filters > 16 and i == 0 else 1
                first = [layers.ZeroPadding2D(1), layers.Conv2D(filters, 3, strides), layers.BatchNormalization()]
                second = [layers.Conv2D(filters, 3, padding="same"), layers.BatchNormalization()]
                self.blocks.append(keras.Sequential([*first, layers.ReLU(), *second]))
        self.classify = layers.Dense(10, activation="softmax")

    def call(self, x):
        x = ops.relu(self.stem(x))
        for block in self.blocks:
            y = block(x)
            if y.shape[-1] != x.shape[-1]:
                x = ops.pad(x[:, ::2, ::2], ((0, 0), (0, 0), (0, 0), (0, y.shape[-1] - x.shape[-1])))
            x = ops.relu(x + y)
        return self.classify(ops.mean(x, axis=(1, 2)))


def changed(filters=(16, 32, 64), n_more=0, block=written.sliced, stem=3, halve=(2, 3), classes=10, average=True):
    def build_resnet(n):
        x = inputs = keras.Input((32, 32, 3))
        x = layers.Conv2D(filters[0], stem, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        for stage, width in enumerate(filters, 1):
            for i in range(n + n_more):
                x = block(x, width, 2 if stage in halve and not i else 1)
        x = layers.GlobalAveragePooling2D()(x) if average else layers.Flatten()(x)
        return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))

    return build_resnet


def plain(x, filters, strides=1):
    """No shortcut."""
    for step in (strides, 1):
        x = layers.Conv2D(filters, 3, step, use_bias=False)(layers.ZeroPadding2D(1)(x))
        x = layers.ReLU()(layers.BatchNormalization()(x))
    return x


def always_three(n):
    return changed()(3)


def layers_for_blocks(n):
    """A stage has 2n layers: n blocks."""
    return changed()(2 * n)


for answer, pattern in (
    (changed(n_more=-1), r"build_resnet\(n=2\), ResNet-14: stage conv2 has 1 block in your net, the paper's has 2"),
    (changed(n_more=1), r"stage conv2 has 3 blocks in your net, the paper's has 2.*\n.*loop goes on for too long"),
    (always_three, r"always_three\(n=2\).*stage conv2 has 3 blocks in your net, the paper's has 2"),
    (layers_for_blocks, r"stage conv2 has 4 blocks in your net, the paper's has 2"),
    (changed(filters=(16, 16, 64)), r"conv3_1_1: your map is 16×16×16, the paper's is 16×16×32"),
    (changed(filters=(64, 128, 256)), r"layer conv1: your map is 32×32×64, the paper's is 32×32×16"),
    (
        changed(halve=(1, 2, 3)),
        r"layer conv2_1_1: your map is 16×16×16, the paper's is 32×32×16.*\nYou have strides 2×2",
    ),
    (changed(halve=(3,)), r"layer conv3_1_1: your map is 32×32×32, the paper's is 16×16×32.*\nYou have strides 1×1"),
    (changed(stem=7), r"layer conv1: you have 7×7 kernels, the paper has 3×3"),
    (changed(block=plain), r"layer conv2_1_add: it is missing.*\n.*shortcut is missing"),
    (changed(block=written.changed(relu_before=True)), r"conv2_1_2_bn: you have ReLU.*\n.*before the addition"),
    (changed(block=written.changed(first="same")), r"conv3_1_1: you have same padding.*\n.*0 zeros before and 1 after"),
    (changed(block=written.changed(project="always")), r"1×1 convolution.*\n.*the shortcut is the identity"),
    (
        changed(block=written.averaged),
        r"after conv2_2_add: you have a 2×2 average pooling.*\n.*takes every other pixel",
    ),
    (changed(average=False), r"layer avg_pool: it is missing"),
    (changed(classes=100), r"layer predictions: your output is 100 values, the paper's is 10"),
):
    wrong("resnet-cifar", pattern)(answer)


@wrong("resnet-cifar", r"after stage conv4 you have blocks on maps of 4×4, the paper has none.*\n.*a stage too many")
def of_four_stages(n):
    x = inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(16, 3, padding="same", use_bias=False)(x)))
    for filters in (16, 32, 64, 128):
        for i in range(n):
            x = written.residual_block(x, filters, 2 if filters > 16 and i == 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@wrong("resnet-cifar", r"stage conv2 has 1 block in your net.*\n.*each block takes what the one before gave")
def always_from_the_stage_s_beginning(n):
    x = inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(16, 3, padding="same", use_bias=False)(x)))
    for filters in (16, 32, 64):
        for i in range(n):
            y = written.residual_block(x, filters, 2 if filters > 16 and i == 0 else 1)
        x = y
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))

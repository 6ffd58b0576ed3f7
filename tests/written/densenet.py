"""Dense blocks, transitions and DenseNet-121, in several styles."""

import keras
from keras import layers, ops


def bn_relu_conv(x, filters, kernel_size):
    x = layers.ReLU()(layers.BatchNormalization()(x))
    return layers.Conv2D(filters, kernel_size, padding="same", use_bias=False)(x)


def dense_block(x, num_layers, growth_rate):
    for _ in range(num_layers):
        y = bn_relu_conv(bn_relu_conv(x, 4 * growth_rate, 1), growth_rate, 3)
        x = layers.Concatenate()([x, y])
    return x


def from_a_list(x, num_layers, growth_rate):
    """torchvision's way: every layer concatenates all maps before it."""
    features = [x]
    for _ in range(num_layers):
        y = layers.concatenate(features) if len(features) > 1 else features[0]
        y = ops.relu(layers.BatchNormalization()(y))
        y = ops.relu(layers.BatchNormalization()(layers.Conv2D(4 * growth_rate, 1)(y)))
        features.append(layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(y))
    return ops.concatenate(features, axis=-1)


class DenseLayer(layers.Layer):
    def __init__(self, growth_rate):
        super().__init__()
        self.one, self.three = (
            layers.Conv2D(4 * growth_rate, 1, use_bias=False),
            layers.Conv2D(growth_rate, 3, padding="same", use_bias=False),
        )
        self.bns = [layers.BatchNormalization(epsilon=1e-5) for _ in range(2)]

    def call(self, x):
        y = self.one(keras.activations.relu(self.bns[0](x)))
        return ops.concatenate([self.three(keras.activations.relu(self.bns[1](y))), x], axis=-1)


def by_layers(x, num_layers, growth_rate):
    for _ in range(num_layers):
        x = DenseLayer(growth_rate)(x)
    return x


RIGHT = [dense_block, from_a_list, by_layers]


def changed(bottleneck=True, add=False, last_only=False, before=True, width=4, extra=0, relu=True):
    def dense_block(x, num_layers, growth_rate):
        for _ in range(num_layers + extra):
            y = x
            for filters, kernel in ((width * growth_rate, 1), (growth_rate, 3)):
                if kernel == 1 and not bottleneck:
                    continue
                if before:
                    y = layers.BatchNormalization()(y)
                    y = layers.ReLU()(y) if relu else y
                y = layers.Conv2D(filters, kernel, padding="same", use_bias=False)(y)
                if not before:
                    y = layers.ReLU()(layers.BatchNormalization()(y))
            if add:
                y = layers.Conv2D(x.shape[-1], 1)(y)
                x = layers.Add()([x, y])
            else:
                x = y if last_only else layers.Concatenate()([x, y])
        return x

    return dense_block


WRONG = [
    (changed(bottleneck=False), r"layers dense_1_1x1_bn and dense_1_1x1: they are missing.*\n.*Add both after"),
    (changed(add=True), r"layer dense_1: you have an addition.*concatenation|after dense_1_3x3: you have a .*1×1 conv"),
    (changed(last_only=True), r"layer dense_1: it is missing.*\n.*side by side"),
    (changed(before=False), r"layer dense_1_1x1_bn: it is "),
    (changed(width=2), r"layer dense_1_1x1: your map is 8×8×8, the paper's is 8×8×16"),
    (changed(extra=1), r"stage dense has 4 layers in your net, the paper's has 3"),
    (changed(extra=-1), r"stage dense has 2 layers in your net, the paper's has 3"),
    (changed(relu=False), r"layer dense_1_1x1_bn: you have no activation, the paper has ReLU"),
]


def transition(x, compression=0.5):
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(int(x.shape[-1] * compression), 1, use_bias=False)(x)
    return layers.AveragePooling2D(2)(x)


def transition_with_ops(x, compression=0.5):
    x = layers.Conv2D(int(x.shape[-1] * compression), (1, 1), padding="same", use_bias=False)(
        ops.relu(layers.BatchNormalization()(x))
    )
    return ops.average_pool(x, 2, strides=2)


def densenet121(block=dense_block, repeats=(6, 12, 24, 16), growth_rate=32, halve=True, last_bn=True):
    def build_densenet121():
        inputs = keras.Input((224, 224, 3))
        x = layers.Conv2D(2 * growth_rate, 7, 2, use_bias=False)(layers.ZeroPadding2D(3)(inputs))
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
        for i, count in enumerate(repeats):
            x = block(x, count, growth_rate)
            if i < 3:
                x = transition(x, 0.5 if halve else 1)
        x = layers.ReLU()(layers.BatchNormalization()(x) if last_bn else x)
        return keras.Model(inputs, layers.Dense(1000, "softmax")(layers.GlobalAveragePooling2D()(x)))

    return build_densenet121


def from_keras_applications():
    return keras.applications.DenseNet121(weights=None)


RIGHT_121 = [densenet121(), densenet121(from_a_list), densenet121(by_layers), from_keras_applications]
WRONG_121 = [
    (densenet121(repeats=(6, 12, 24, 12)), r"stage dense4 has 12 layers in your net, the paper's has 16"),
    (densenet121(repeats=(6, 12, 32, 16)), r"stage dense3 has 32 layers in your net, the paper's has 24"),
    (densenet121(growth_rate=24), r"layer conv1: your map is 112×112×48, the paper's is 112×112×64"),
    (densenet121(halve=False), r"layer transition1_1x1: your map is 56×56×256, the paper's is 56×56×128"),
    (densenet121(last_bn=False), r"layer bn: it is missing"),
    (densenet121(changed(bottleneck=False)), r"layer dense1_1_1x1"),
    (densenet121(changed(before=False)), r"layer dense1_1_1x1_bn"),
]


def densenet_cifar(depth=40, growth_rate=12):
    x = inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same", use_bias=False)(x)
    for i in range(3):
        for _ in range((depth - 4) // 3):
            x = layers.Concatenate()([x, bn_relu_conv(x, growth_rate, 3)])
        x = transition(x, 1) if i < 2 else x
    x = layers.ReLU()(layers.BatchNormalization()(x))
    return keras.Model(inputs, layers.Dense(10, "softmax")(layers.GlobalAveragePooling2D()(x)))


RIGHT_CIFAR = [densenet_cifar]
WRONG_CIFAR = [
    (
        lambda depth, growth_rate: densenet_cifar(depth, 12),
        r"depth=22, growth_rate=8.*layer dense1_1_3x3: your map is 32×32×12",
    ),
]

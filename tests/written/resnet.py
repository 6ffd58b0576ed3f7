"""Residual and bottleneck blocks, ResNet-50 and CIFAR ResNets, in several styles."""

import functools

import keras
from keras import layers, ops


def residual_block(x, filters, strides=1):
    y = layers.Conv2D(filters, 3, strides, padding="valid", use_bias=False)(layers.ZeroPadding2D(1)(x))
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
    if strides != 1 or x.shape[-1] != filters:
        x = layers.BatchNormalization()(layers.Conv2D(filters, 1, strides=strides, use_bias=False)(x))
    return layers.ReLU()(layers.Add()([y, x]))


def with_operators_and_biases(x, filters, strides=1):
    shortcut = x
    if strides > 1 or x.shape[-1] != filters:
        shortcut = layers.BatchNormalization(epsilon=1e-5)(layers.Conv2D(filters, 1, strides)(x))
    x = layers.ZeroPadding2D(((1, 0), (1, 0)))(x) if strides > 1 else layers.ZeroPadding2D(1)(x)
    x = keras.activations.relu(layers.BatchNormalization(momentum=0.9)(layers.Conv2D(filters, 3, strides)(x)))
    x = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same")(x))
    return ops.relu(shortcut + x)


class Basic(layers.Layer):
    """torchvision's BasicBlock."""

    def __init__(self, filters, strides, project):
        super().__init__()
        self.conv1 = keras.Sequential([layers.ZeroPadding2D(1), layers.Conv2D(filters, 3, strides, use_bias=False)])
        self.conv2 = layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.bn1, self.bn2 = layers.BatchNormalization(), layers.BatchNormalization()
        self.downsample = None
        if project:
            self.downsample = [layers.Conv2D(filters, 1, strides, use_bias=False), layers.BatchNormalization()]

    def call(self, x, training=False):
        out = ops.relu(self.bn1(self.conv1(x), training=training))
        out = self.bn2(self.conv2(out), training=training)
        for layer in self.downsample or ():
            x = layer(x)
        return ops.relu(ops.add(out, x))


def by_a_layer(x, filters, strides=1):
    return Basic(filters, strides, strides > 1 or x.shape[-1] != filters)(x)


RIGHT_B = [residual_block, with_operators_and_biases, by_a_layer]


def changed(first="pad", relu_after=True, relu_before=False, join="add", project="conv bn", bn=True, shortcut=True):
    def residual_block(x, filters, strides=1):
        if first == "pad":
            y = layers.Conv2D(filters, 3, strides, use_bias=False)(layers.ZeroPadding2D(1)(x))
        elif first == "same":
            y = layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)(x)
        else:
            y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        y = layers.ReLU()(layers.BatchNormalization()(y) if bn else y)
        again = strides if first == "late" else 1
        y = layers.ZeroPadding2D(1)(y) if again > 1 else y
        y = layers.Conv2D(filters, 3, again, "valid" if again > 1 else "same", use_bias=False)(y)
        y = layers.BatchNormalization()(y)
        y = layers.ReLU()(y) if relu_before else y
        if project == "always" or strides != 1 or x.shape[-1] != filters:
            x = layers.Conv2D(filters, 1, strides, use_bias=False)(x)
            x = layers.BatchNormalization()(x) if "bn" in project or project == "always" else x
        if shortcut:
            y = layers.Add()([y, x]) if join == "add" else layers.Concatenate()([y, x])
        return layers.ReLU()(y) if relu_after else y

    return residual_block


def pooled_identity(x, filters, strides=1):
    """No projection, though the shape changes."""
    y = layers.Conv2D(filters, 3, strides, use_bias=False)(layers.ZeroPadding2D(1)(x))
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
    if strides > 1:
        x = layers.MaxPooling2D(1, strides)(x)
    if x.shape[-1] != filters:
        x = ops.concatenate([x, ops.zeros_like(x)], axis=-1)
    return layers.ReLU()(y + x)


def nothing(x, filters, strides=1):
    residual_block(x, filters, strides)


def untouched(x, filters, strides=1):
    return x


def another_input(x, filters, strides=1):
    return residual_block(keras.Input(x.shape[1:]), filters, strides)


def whole_model(x, filters, strides=1):
    return keras.Model(x, residual_block(x, filters, strides))


def misnamed(x, width):
    return x


def mismatched(x, filters, strides=1):
    y = layers.Conv2D(filters, 3, strides + 1, padding="same", use_bias=False)(x)
    return layers.Add()([y, x])


class AsAClass(layers.Layer):
    def call(self, x):
        return x


WRONG_B = [
    (changed(relu_before=True), r"layer block_2_bn: you have ReLU.*\n.*ReLU before the addition, block_add"),
    (changed(relu_before=True, relu_after=False), r"layer block_2_bn: you have ReLU.*\n.*before the addition"),
    (changed(relu_after=False), r"layer block_add: you have no activation.*ReLU.*\n.*left its activation out"),
    (changed(join="concatenate"), r"layer block_add: you have a concatenation.*\n.*side by side.*adds them"),
    (changed(project="always"), r"after the input: you have a .*1×1 convolution.*\n.*project the shortcut.*identity"),
    (changed(project="conv"), r"layer block_proj_bn: it is missing"),
    (changed(bn=False), r"layer block_1_bn: it is missing.*\n.*batch normalisation"),
    (changed(shortcut=False), r"layer block_add: it is missing.*\n.*shortcut is missing"),
    (
        changed(first="same"),
        r'layer block_1: you have same padding.*\n.*padding="same" puts 0 zeros before and 1 after',
    ),
    (changed(first="late"), r"layer block_1: your map is 16×16×8.*8×8×8.*\n.*strides of 2×2 in block_2"),
    (pooled_identity, r"layer block_proj: you have .*\n.*shortcut has no weights; block_proj is a valid 1×1 conv"),
    (nothing, r"returned None.*\n.*return"),
    (untouched, r"returned its argument"),
    (another_input, r"does not come from its argument.*\n.*no keras.Input"),
    (whole_model, r"returned a model.*\n.*tensor"),
    (misnamed, r"raised TypeError.*\n.*parameters have to fit"),
    (mismatched, r"raised ValueError"),
    (AsAClass, r"the class AsAClass, not a function"),
    (AsAClass(), r"an AsAClass.*, not a function"),
    ("text", r"a str, 'text', not a function"),
]


def sliced(x, filters, strides=1):
    """Option A by slices and ops.pad."""
    y = layers.Conv2D(filters, 3, strides, use_bias=False)(layers.ZeroPadding2D(1)(x))
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
    extra = filters - x.shape[-1]
    if strides > 1 or extra:
        x = ops.pad(x[:, ::strides, ::strides], ((0, 0), (0, 0), (0, 0), (extra // 2, extra - extra // 2)))
    return layers.ReLU()(layers.add([x, y]))


def by_lambda(x, filters, strides=1):
    import tensorflow as tf

    extra = filters - x.shape[-1]
    y = layers.Conv2D(filters, 3, strides, use_bias=False)(layers.ZeroPadding2D(1)(x))
    y = layers.Activation("relu")(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
    if strides > 1 or extra:
        x = layers.Lambda(lambda t: tf.pad(t[:, ::strides, ::strides, :], [[0, 0], [0, 0], [0, 0], [0, extra]]))(x)
    return layers.Activation("relu")(x + y)


def zeros_beside(x, filters, strides=1):
    y = layers.Conv2D(filters, 3, strides, use_bias=False)(layers.ZeroPadding2D(1)(x))
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
    if strides > 1:
        x = layers.AveragePooling2D(1, strides)(x)
        x = layers.Concatenate()([x, ops.zeros_like(x)])
    return layers.ReLU()(y + x)


RIGHT_A = [sliced, by_lambda, zeros_beside]


def averaged(x, filters, strides=1):
    y = layers.Conv2D(filters, 3, strides, use_bias=False)(layers.ZeroPadding2D(1)(x))
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
    if strides > 1:
        x = layers.AveragePooling2D(2)(x)
        x = layers.Concatenate()([x, ops.zeros_like(x)])
    return layers.ReLU()(y + x)


WRONG_A = [
    (residual_block, r"after the input: you have a .*1×1 convolution.*\n|layer block_shortcut"),
    (averaged, r"you have a 2×2 average pooling|block_shortcut"),
]


def bottleneck_block(x, filters, strides=1, v1_5=False, wide=4, activation=layers.ReLU):
    y = layers.Conv2D(filters, 1, 1 if v1_5 else strides, use_bias=False)(x)
    y = activation()(layers.BatchNormalization()(y))
    y = layers.ZeroPadding2D(1)(y)
    y = layers.Conv2D(filters, 3, strides if v1_5 else 1, use_bias=False)(y)
    y = activation()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(wide * filters, 1, use_bias=False)(y))
    if strides != 1 or x.shape[-1] != wide * filters:
        x = layers.BatchNormalization()(layers.Conv2D(wide * filters, 1, strides, use_bias=False)(x))
    return activation()(layers.Add()([x, y]))


def bottleneck_with_ops(x, filters, strides=1):
    def unit(x, *args):
        return layers.BatchNormalization()(layers.Conv2D(*args, padding="same")(x))

    y = unit(ops.relu(unit(ops.relu(unit(x, filters, 1, strides)), filters, 3)), 4 * filters, 1)
    changes = strides > 1 or x.shape[-1] != 4 * filters
    return ops.relu(ops.add(y, unit(x, 4 * filters, 1, strides) if changes else x))


class Bottleneck(keras.Model):
    def __init__(self, filters, strides, project):
        super().__init__()
        widths = [(filters, 1, strides), (filters, 3, 1), (4 * filters, 1, 1)]
        self.convs = [layers.Conv2D(*row, padding="same", use_bias=False) for row in widths]
        self.bns = [layers.BatchNormalization() for _ in widths]
        self.proj = layers.Conv2D(4 * filters, 1, strides, use_bias=False) if project else None
        self.proj_bn = layers.BatchNormalization() if project else None

    def call(self, x):
        y = x
        for i, (conv, bn) in enumerate(zip(self.convs, self.bns, strict=True)):
            y = bn(conv(y))
            y = ops.relu(y) if i < 2 else y
        return ops.relu(y + (self.proj_bn(self.proj(x)) if self.proj else x))


def bottleneck_by_a_model(x, filters, strides=1):
    return Bottleneck(filters, strides, strides > 1 or x.shape[-1] != 4 * filters)(x)


RIGHT_BOTTLENECK = [bottleneck_block, bottleneck_with_ops, bottleneck_by_a_model]


def two_layers(x, filters, strides=1):
    return residual_block(x, filters, strides)


def swapped_kernels(x, filters, strides=1):
    y = layers.Conv2D(filters, 1, strides, use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)))
    y = layers.BatchNormalization()(layers.Conv2D(4 * filters, 3, padding="same", use_bias=False)(y))
    if strides != 1 or x.shape[-1] != 4 * filters:
        x = layers.BatchNormalization()(layers.Conv2D(4 * filters, 1, strides, use_bias=False)(x))
    return layers.ReLU()(layers.Add()([x, y]))


WRONG_BOTTLENECK = [
    (functools.partial(bottleneck_block, v1_5=True), r"layer block_1: your map.*\n.*strides of 2×2 in block_2"),
    (
        functools.partial(bottleneck_block, activation=lambda: layers.Activation("tanh")),
        r"layer block_1_bn: you have tanh.*ReLU",
    ),
    (functools.partial(bottleneck_block, wide=2), r"layer block_3: your map is 16×16×16, the paper's is 16×16×32"),
    (two_layers, r"layer block_1"),
    (swapped_kernels, r"layer block_3: you have .*3×3|layer block_3.*\n.*3×3"),
]


def resnet50(
    stride_in_first=True, blocks=(3, 4, 6, 3), pad=True, classes=1000, projection=True, widths=(64, 128, 256, 512)
):
    def build_resnet50():
        x = inputs = keras.Input((224, 224, 3))
        if pad:
            x = layers.Conv2D(64, 7, 2, use_bias=False)(layers.ZeroPadding2D(3)(x))
        else:
            x = layers.Conv2D(64, 7, 2, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
        for stage, (filters, count) in enumerate(zip(widths, blocks, strict=True)):
            for block in range(count):
                strides = 2 if stage and not block else 1
                x = bottleneck_block(x, filters, strides, v1_5=not stride_in_first)
        x = layers.GlobalAveragePooling2D()(x)
        return keras.Model(inputs, layers.Dense(classes, "softmax")(x))

    return build_resnet50


class TorchvisionStyle(keras.Model):
    def __init__(self):
        super().__init__()
        self.stem = keras.Sequential(
            [layers.ZeroPadding2D(3), layers.Conv2D(64, 7, 2, use_bias=False), layers.BatchNormalization()]
        )
        self.maxpool = keras.Sequential([layers.ZeroPadding2D(1), layers.MaxPooling2D(3, 2)])
        self.stages = []
        for stage, (filters, count) in enumerate(zip((64, 128, 256, 512), (3, 4, 6, 3), strict=True)):
            row = [Bottleneck(filters, 2 if stage and not i else 1, not i) for i in range(count)]
            self.stages.append(keras.Sequential(row))
        self.fc = layers.Dense(1000)

    def call(self, x):
        x = self.maxpool(ops.relu(self.stem(x)))
        for stage in self.stages:
            x = stage(x)
        return ops.softmax(self.fc(ops.mean(x, axis=(1, 2))))


def from_keras_applications():
    return keras.applications.ResNet50(weights=None)


RIGHT_50 = [resnet50(), TorchvisionStyle, from_keras_applications]
WRONG_50 = [
    (resnet50(blocks=(3, 4, 5, 3)), r"stage conv4 has 5 blocks in your net, the paper's has 6"),
    (resnet50(blocks=(3, 4, 8, 3)), r"stage conv4 has 8 blocks in your net, the paper's has 6"),
    (resnet50(blocks=(2, 4, 6, 3)), r"stage conv2 has 2 blocks in your net, the paper's has 3"),
    (resnet50(blocks=(3, 4, 6, 2)), r"stage conv5 has 2 blocks in your net, the paper's has 3"),
    (
        resnet50(stride_in_first=False),
        r"layer conv3_1_1: your map is 56×56×128.*28×28×128.*\n.*strides of 2×2 in conv3_1_2",
    ),
    (
        resnet50(pad=False),
        r"layer conv1: you have same padding.*3 on each side.*\n.*2 zeros before and 3 after.*3 on each side",
    ),
    (resnet50(widths=(64, 64, 256, 512)), r"layer conv3_1_1: your map is 28×28×64, the paper's is 28×28×128"),
    (resnet50(classes=10), r"layer predictions: your output is 10 values, the paper's is 1,000 values"),
]


def resnet_cifar(depth=20, block=sliced, filters=(16, 32, 64), order=None):
    n = (depth - 2) // 6
    x = inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(16, 3, padding="same", use_bias=False)(x)))
    for stage, width in enumerate(filters):
        for i in range(n):
            x = block(x, width, 2 if stage and not i else 1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, "softmax")(x))


def nested(depth=20):
    """A model inside a model, sizes left open."""
    n = (depth - 2) // 6
    x = inner = keras.Input((None, None, 3))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(16, 3, padding="same")(x)))
    for stage, width in enumerate((16, 32, 64)):
        for i in range(n):
            x = by_lambda(x, width, 2 if stage and not i else 1)
    inputs = keras.Input((32, 32, 3))
    x = layers.AveragePooling2D(8)(keras.Model(inner, x)(inputs))
    return keras.Model(inputs, layers.Dense(10, "softmax")(layers.Flatten()(x)))


RIGHT_CIFAR = [resnet_cifar, functools.partial(resnet_cifar, block=zeros_beside), nested]


def one_too_few(depth=20):
    return resnet_cifar(depth - 6)


def always_20(depth=20):
    return resnet_cifar(20)


def never_doubled(depth=20):
    return resnet_cifar(depth, filters=(16, 16, 64))


def projected(depth=20):
    return resnet_cifar(depth, block=residual_block)


WRONG_CIFAR = [
    (one_too_few, r"one_too_few\(depth=20\).*stage conv2 has 2 blocks.*has 3"),
    (always_20, r"always_20\(depth=32\).*stage conv2 has 3 blocks.*has 5"),
    (never_doubled, r"never_doubled\(depth=20\).*conv3_1_1: your map is 16×16×16, the paper's is 16×16×32"),
    (projected, r"conv3_1_"),
    (resnet_cifar(), r"one model.*\n.*Hand over the function"),
]

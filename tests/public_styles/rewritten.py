"""Steps written as others that come to the same, and mistakes in branches, zeros and windows."""

import keras
from keras import layers, ops


class Product(layers.Layer):
    """A 1×1 convolution as a matrix product."""

    def __init__(self, units, product=ops.matmul):
        super().__init__()
        self.units, self.product = units, product

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], self.units))
        self.b = self.add_weight(shape=(self.units,), initializer="zeros")

    def call(self, x):
        return ops.relu(self.product(x, self.w) + self.b)


def mlpconv_of(layer):
    def mlpconv(x, filters, kernel_size, strides=1):
        first, *rest = filters
        x = layers.Conv2D(first, kernel_size, strides=strides, padding="same", activation="relu")(x)
        for units in rest:
            x = layer(units)(x)
        return x

    return mlpconv


def einsum_dense(units, bias_axes="e"):
    return layers.EinsumDense("abcd,de->abce", (None, None, units), bias_axes=bias_axes, activation="relu")


def normalised(x, filters, strides=1, relu=True):
    x = layers.Conv2D(filters, 1, strides, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return ops.relu(x) if relu else x


def bottleneck_of_slices(x, filters, strides=1):
    """Both 1×1 with strides read the same pixels: they are taken once."""
    taken = x[:, ::strides, ::strides]
    y = normalised(taken, filters)
    y = ops.relu(layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)))
    y = normalised(y, 4 * filters, relu=False)
    fits = strides == 1 and x.shape[-1] == 4 * filters
    return ops.relu(y + (x if fits else normalised(taken, 4 * filters, relu=False)))


def projected_from_the_branch(x, filters, strides=1):
    first = normalised(x, filters, strides)
    y = ops.relu(layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(first)))
    y = normalised(y, 4 * filters, relu=False)
    fits = strides == 1 and x.shape[-1] == 4 * filters
    return ops.relu(y + (x if fits else normalised(first, 4 * filters, relu=False)))


def transition_of(pool, early=True):
    def transition(x, compression=0.5):
        filters = int(compression * x.shape[-1])
        x = ops.relu(layers.BatchNormalization()(x))
        x = pool(x) if early else x
        x = layers.Conv2D(filters, 1, use_bias=False)(x)
        return x if early else pool(x)

    return transition


def pooled_before_its_relu(x, compression=0.5):
    filters = int(compression * x.shape[-1])
    x = ops.relu(layers.AveragePooling2D(2)(layers.BatchNormalization()(x)))
    return layers.Conv2D(filters, 1, use_bias=False)(x)


def conv(x, filters, kernel_size=1, **settings):
    return layers.Conv2D(filters, kernel_size, padding="same", activation="relu", **settings)(x)


def pooled(x, size=3):
    return layers.MaxPooling2D(size, 1, padding="same")(x)


def inception_with_one_reduction(x, f1, f3r, f3, f5r, f5, proj):
    """The three 1×1 on x are one convolution, cut in three."""
    a, b, c = ops.split(conv(x, f1 + f3r + f5r), [f1, f1 + f3r], axis=-1)
    return ops.concatenate([a, conv(b, f3, 3), conv(c, f5, 5), conv(pooled(x), proj)], axis=-1)


def inception_of(pool=pooled, reduce=True, chained=False):
    def inception(x, f1, f3r, f3, f5r, f5, proj):
        a = conv(x, f1)
        x = a if chained else x
        fifth = conv(conv(x, f5r) if reduce else x, f5, 5)
        return ops.concatenate([a, conv(conv(x, f3r), f3, 3), fifth, conv(pool(x), proj)], axis=-1)

    return inception


def vgg_dilated(x, filters, layers):
    for _ in range(layers):
        x = conv(x, filters, 3, dilation_rate=2)
    return keras.layers.MaxPooling2D()(x)


def vgg_separable(x, filters, layers):
    for _ in range(layers):
        x = keras.layers.SeparableConv2D(filters, 3, padding="same", activation="relu")(x)
    return keras.layers.MaxPooling2D()(x)


def hanging(least):
    """Pooling that rounds up, by values that no maximum takes."""
    return lambda x: ops.max_pool(ops.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=least), 3, 2)


def zfnet_of(pool):
    def build_zfnet():
        from course.layers import LocalResponseNormalization

        x = inputs = keras.Input((224, 224, 3))
        x = pool(layers.Conv2D(96, 7, 2, activation="relu")(layers.ZeroPadding2D(1)(x)))
        x = pool(layers.Conv2D(256, 5, 2, activation="relu")(LocalResponseNormalization()(x)))
        x = LocalResponseNormalization()(x)
        for filters in (384, 384, 256):
            x = conv(x, filters, 3)
        x = layers.Flatten()(layers.MaxPooling2D(3, 2)(x))
        for _ in range(2):
            x = layers.Dropout(0.5)(layers.Dense(4096, "relu")(x))
        return keras.Model(inputs, layers.Dense(1000, "softmax")(x))

    return build_zfnet


def densenet_of(pool=layers.MaxPooling2D, activation=ops.relu, blocks_at_most=None, padding="valid"):
    def build_densenet(blocks, growth_rate):
        x = inputs = keras.Input((224, 224, 3))
        x = layers.Conv2D(2 * growth_rate, 7, 2, padding, use_bias=False)(layers.ZeroPadding2D(3)(x))
        x = activation(layers.BatchNormalization()(x))
        x = pool(3, 2)(layers.ZeroPadding2D(1)(x))
        for number, size in enumerate(blocks[:blocks_at_most]):
            x = transition_of(layers.AveragePooling2D(2))(x) if number else x
            for _ in range(size):
                y = ops.relu(layers.BatchNormalization()(x))
                y = layers.Conv2D(4 * growth_rate, 1, use_bias=False)(y)
                y = ops.relu(layers.BatchNormalization()(y))
                y = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(y)
                x = ops.concatenate([x, y], axis=-1)
        x = layers.GlobalAveragePooling2D()(ops.relu(layers.BatchNormalization()(x)))
        return keras.Model(inputs, layers.Dense(1000, "softmax")(x))

    return build_densenet


def lenet5_of(pool=None, softmax=None):
    def build_lenet5():
        x = inputs = keras.Input((32, 32, 1))
        for filters in (6, 16):
            x = (pool or layers.AveragePooling2D(2))(layers.Conv2D(filters, 5, activation="tanh")(x))
        x = layers.Flatten()(layers.Conv2D(120, 5, activation="tanh")(x))
        x = layers.Dense(10)(layers.Dense(84, "tanh")(x))
        return keras.Model(inputs, (softmax or ops.softmax)(x))

    return build_lenet5


def steady_softmax(x):
    """Exponentials that cannot overflow."""
    raised = ops.exp(x - ops.max(x, axis=-1, keepdims=True))
    return raised / ops.sum(raised, axis=-1, keepdims=True)


def summed(x):
    return x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]


def scaled_scores(pool3, pool4, fc7, num_classes):
    def score(x):
        return layers.Conv2D(num_classes, 1)(x)

    def enlarged(x, strides):
        return layers.Conv2DTranspose(num_classes, 2 * strides, strides, padding="same", use_bias=False)(x)

    x = enlarged(score(fc7), 2) + score(0.01 * pool4)
    return enlarged(enlarged(x, 2) + score(0.0001 * pool3), 8)


ROWS = [
    *(("mlpconv", mlpconv_of(one), None) for one in (Product, einsum_dense)),
    ("mlpconv", mlpconv_of(lambda units: Product(units, lambda x, w: ops.tensordot(x, w, 1))), None),
    ("mlpconv", mlpconv_of(lambda units: einsum_dense(units, None)), r"mlpconv_2: you have no biases"),
    ("bottleneck-block", bottleneck_of_slices, None),
    ("bottleneck-block", projected_from_the_branch, r"block_proj: yours is fed by block_1_bn, .* by the input"),
    ("transition", transition_of(layers.AveragePooling2D(2)), None),
    ("transition", transition_of(layers.AveragePooling2D(2, padding="same"), early=False), r"padding=\"same\""),
    ("transition", pooled_before_its_relu, r"pooling, strides 2 too early"),
    ("inception", inception_with_one_reduction, None),
    ("inception", inception_of(pool=lambda x: x), r"from the input to inception_pool_proj.*\n.*after the input: it is"),
    ("inception", inception_of(reduce=False), r"from the input to inception_5x5.*\n.*after the input: it is"),
    ("inception", inception_of(pool=lambda x: pooled(x, 2)), r"you have 2×2 windows, the paper has 3×3 windows"),
    ("inception", inception_of(chained=True), r"yours is fed by inception_1x1.*\n.* takes what the input gives"),
    ("vgg-block", vgg_dilated, r"you have dilation_rate 2×2.*\n.*gaps between its weights.*conv1_1 has none"),
    ("vgg-block", vgg_separable, r"conv1_1: you have a SeparableConv2D.*\n.*is a same-padded 3×3 convolution"),
    *(("zfnet", zfnet_of(hanging(least)), None) for least in (float("-inf"), -1e9)),
    ("zfnet", zfnet_of(lambda x: hanging(0.0)(x - 1)), r"after conv1: you have .*function of your own"),
    ("densenet", densenet_of(), None),
    ("densenet", densenet_of(layers.AveragePooling2D), r"pool1: you have average pooling, the paper has max pooling"),
    ("densenet", densenet_of(activation=lambda x: x), r"conv1_bn: you have no activation, the paper has ReLU"),
    (
        "densenet",
        densenet_of(blocks_at_most=4),
        r"blocks=\(1, 1, 1, 1, 1\).*has 0 layers in your net.*\nWhat is missing is dense",
    ),
    ("lenet5", lenet5_of(softmax=steady_softmax), None),
    ("lenet5", lenet5_of(pool=summed), r"S2: you have sum pooling, .*average pooling\.\nYou add up each window"),
    (
        "fcn8s-head",
        scaled_scores,
        r"function of your own.*\nA function of your own changes the values there",
    ),
    (
        "densenet",
        densenet_of(padding="same"),
        r'conv1: your map is 115×115.*\nYou pad twice, by a layer and then by padding="same"',
    ),
]

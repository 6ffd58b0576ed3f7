"""Trainable subsampling, as Keras layers."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from answers import right, wrong


@right("subsampling")
class Subsampling(layers.Layer):
    def build(self, input_shape):
        self.coefficient = self.add_weight(shape=(input_shape[-1],), initializer="ones")
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros")

    def call(self, x):
        return 4 * ops.average_pool(x, 2, 2) * self.coefficient + self.bias


@right("subsampling")
class BySlices(layers.Layer):
    """The bias first, weights of four axes."""

    def build(self, input_shape):
        self.b = self.add_weight(name="b", shape=(1, 1, 1, input_shape[-1]), initializer="normal", trainable=True)
        self.w = self.add_weight(name="w", shape=(1, 1, 1, input_shape[-1]), initializer="normal", trainable=True)
        self.built = True

    def call(self, inputs, training=None):
        height, width = inputs.shape[1] // 2 * 2, inputs.shape[2] // 2 * 2
        total = 0
        for i in range(2):
            for j in range(2):
                total = total + inputs[:, i:height:2, j:width:2, :]
        return self.w * total + self.b


@right("subsampling")
class WithAPoolingLayer(layers.Layer):
    def __init__(self, pool_size=2, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = pool_size
        self.pool = layers.AveragePooling2D(pool_size)

    def build(self, shape):
        self.pair = self.add_weight(shape=(2, shape[-1]), initializer="random_uniform")

    def call(self, x):
        return self.pool(x) * self.pool_size**2 * self.pair[0] + self.pair[1]

    def get_config(self):
        return super().get_config() | {"pool_size": self.pool_size}


@right("subsampling")
class ByConvolution(layers.Layer):
    def build(self, shape):
        self.maps = shape[-1]
        self.pairs = self.add_weight(shape=(shape[-1], 2))
        self.ones = np.ones((2, 2, shape[-1], 1), "float32")

    def call(self, x):
        sums = ops.depthwise_conv(x, self.ones, strides=2, padding="valid")
        return sums * self.pairs[:, 0] + self.pairs[:, 1]


@right("subsampling")
def by_tensorflow():
    """A function that makes the layer."""

    class Pooled(layers.Layer):
        def build(self, shape):
            self.a, self.b = (self.add_weight(shape=shape[-1:]) for _ in range(2))

        def call(self, x):
            return tf.nn.avg_pool2d(x, 2, 2, "VALID") * 4.0 * self.a + self.b

    return Pooled()


@right("subsampling")
class ByReshape(Subsampling):
    def call(self, x):
        height, width, maps = x.shape[1] // 2, x.shape[2] // 2, x.shape[3]
        x = ops.reshape(x[:, : 2 * height, : 2 * width], (-1, height, 2, width, 2, maps))
        return ops.sum(x, axis=(2, 4)) * self.coefficient + self.bias


def sums(x):
    return 4 * ops.average_pool(x, 2, 2)


@wrong("subsampling", r"mean of the window.*sum")
class Mean(Subsampling):
    def call(self, x):
        return ops.average_pool(x, 2, 2) * self.coefficient + self.bias


@wrong("subsampling", r"maximum of the window")
class Maximum(Subsampling):
    def call(self, x):
        return ops.max_pool(x, 2, 2) * self.coefficient + self.bias


@wrong("subsampling", r"5 trainable parameters.*\n.*bias is missing")
class NoBias(layers.Layer):
    def build(self, shape):
        self.coefficient = self.add_weight(shape=(shape[-1],))

    def call(self, x):
        return sums(x) * self.coefficient


@wrong("subsampling", r"5 trainable parameters.*\n.*coefficient is missing")
class NoCoefficient(layers.Layer):
    def build(self, shape):
        self.bias = self.add_weight(shape=(shape[-1],))

    def call(self, x):
        return sums(x) + self.bias


@wrong("subsampling", r"2 trainable parameters.*\n.*maps share one coefficient")
class SharedByTheMaps(layers.Layer):
    def build(self, shape):
        self.a, self.b = self.add_weight(shape=()), self.add_weight(shape=())

    def call(self, x):
        return sums(x) * self.a + self.b


@wrong("subsampling", r"weights for every pixel")
class CoefficientForEachPixel(layers.Layer):
    def build(self, shape):
        self.a = self.add_weight(shape=(shape[1] // 2, shape[2] // 2, shape[3]))
        self.b = self.add_weight(shape=(shape[3],))

    def call(self, x):
        return sums(x) * self.a + self.b


@wrong("subsampling", r"coefficient for each of the four inputs")
def depthwise_convolution():
    return layers.DepthwiseConv2D(2, 2)


@wrong("subsampling", r"full convolution, which mixes the maps")
class FullConvolution(layers.Layer):
    def build(self, shape):
        self.conv = layers.Conv2D(shape[-1], 2, 2)
        self.conv.build(shape)

    def call(self, x):
        return self.conv(x)


@wrong("subsampling", r"tanh inside the layer")
class Squashed(Subsampling):
    def call(self, x):
        return ops.tanh(super().call(x))


@wrong("subsampling", r"5×3×5.*\n.*overlap")
class Overlapping(Subsampling):
    def call(self, x):
        return 4 * ops.average_pool(x, 2, 1) * self.coefficient + self.bias


@wrong("subsampling", r"5×3×5 gives 3×2×5.*\n.*hangs over the edge")
class OverTheEdge(Subsampling):
    def call(self, x):
        return 4 * ops.average_pool(x, 2, 2, padding="same") * self.coefficient + self.bias


@wrong("subsampling", r"bias is counted four times")
class BiasFourTimes(Subsampling):
    def call(self, x):
        return 4 * ops.average_pool(x * self.coefficient + self.bias, 2, 2)


@wrong("subsampling", r"bias before the coefficient")
class BiasFirst(Subsampling):
    def call(self, x):
        return (sums(x) + self.bias) * self.coefficient


@wrong("subsampling", r"bias is not used")
class BiasForgotten(Subsampling):
    def call(self, x):
        return sums(x) * self.coefficient


@wrong("subsampling", r"one input of each window")
class OneInput(Subsampling):
    def call(self, x):
        return x[:, : x.shape[1] // 2 * 2 : 2, : x.shape[2] // 2 * 2 : 2] * self.coefficient + self.bias


@wrong("subsampling", r"mean of the window.*\. .*sigmoid")
class MeanAndSigmoid(Subsampling):
    def call(self, x):
        return ops.sigmoid(ops.average_pool(x, 2, 2) * self.coefficient + self.bias)


@wrong("subsampling", r"reshape does not cut out windows")
class WrongReshape(Subsampling):
    def call(self, x):
        x = ops.reshape(x, (-1, x.shape[1] // 2, x.shape[2] // 2, 2, 2, x.shape[3]))
        return ops.sum(x, axis=(3, 4)) * self.coefficient + self.bias


@wrong("subsampling", r"0 trainable parameters.*\n.*add_weight")
class NoWeights(layers.Layer):
    def call(self, x):
        return sums(x) * 0.25


@wrong("subsampling", r"not trainable")
class Frozen(layers.Layer):
    def build(self, shape):
        self.a = self.add_weight(shape=(shape[-1],), trainable=False)
        self.b = self.add_weight(shape=(shape[-1],), trainable=True)

    def call(self, x):
        return sums(x) * self.a + self.b


@wrong("subsampling", r"on 5 maps.*\(6,\).*\n.*input_shape\[-1\]")
class SixMapsAlways(layers.Layer):
    def build(self, shape):
        self.a, self.b = self.add_weight(shape=(6,)), self.add_weight(shape=(6,))

    def call(self, x):
        return sums(x) * self.a + self.b


@wrong("subsampling", r"no method call\(self, inputs\)")
class Forward(layers.Layer):
    def build(self, shape):
        self.a = self.add_weight(shape=(shape[-1],))

    def forward(self, x):
        return sums(x) * self.a


wrong("subsampling", r"not the class")(Subsampling())


@wrong("subsampling", r"no Keras layer")
class NoLayer:
    def call(self, x):
        return x


@wrong("subsampling", r"what the course ships")
class FromTheCourse(layers.Layer):
    def __init__(self):
        from course.layers import TrainableSubsampling2D

        super().__init__()
        self.inner = TrainableSubsampling2D()

    def call(self, x):
        return self.inner(x)


@wrong("subsampling", r"raised AttributeError.*\n.*keras.ops")
class WithNumpy(Subsampling):
    def call(self, x):
        return sums(keras.ops.convert_to_tensor(x.numpy())) * self.coefficient + self.bias


def of_sums(make):
    """The layer with something else for its sums."""

    class Other(Subsampling):
        def call(self, x):
            return make(x) * self.coefficient + self.bias

    return Other


def slices(x, places=((0, 0), (0, 1), (1, 0), (1, 1))):
    height, width = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    return sum(x[:, i:height:2, j:width:2] for i, j in places)


def cut_at_its_height(x):
    side = x.shape[1] // 2 * 2
    x = x[:, :side, :side]
    return x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]


def from_the_second(x):
    return sums(x[:, x.shape[1] % 2 :, x.shape[2] % 2 :])


wrong("subsampling", r"on 5×3×5 your values.*\nYou leave the first row and column out")(of_sums(from_the_second))
wrong("subsampling", r"those of a diagonal")(of_sums(lambda x: slices(x, ((0, 0), (1, 1)))))
wrong("subsampling", r"half the sum")(of_sums(lambda x: sums(x) / 2))
wrong("subsampling", r"sum over the maps too")(of_sums(lambda x: ops.sum(sums(x), axis=-1, keepdims=True)))
wrong("subsampling", r"You take the height for the width")(of_sums(cut_at_its_height))
wrong("subsampling", r"You halve the height alone")(of_sums(lambda x: 2 * ops.average_pool(x, (2, 1), (2, 1))))
wrong("subsampling", r"on 5×3×5 raised.*\nEven sizes went through.*leave the last row or column out")(
    of_sums(lambda x: x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2])
)


@wrong("subsampling", r"coefficient twice")
class Squared(Subsampling):
    def call(self, x):
        return sums(x) * self.coefficient**2 + self.bias


@right("subsampling")
class OfTheSizeItWasBuiltWith(layers.Layer):
    """It works for images of one size alone, as a net has them: another layer is made for another."""

    def build(self, shape):
        _, self.height, self.width, self.maps = shape
        self.scale = self.add_weight(shape=(self.maps,))
        self.shift = self.add_weight(shape=(self.maps,))

    def call(self, x):
        height, width = self.height // 2, self.width // 2
        x = ops.reshape(x[:, : 2 * height, : 2 * width], (-1, height, 2, width, 2, self.maps))
        return ops.sum(x, axis=(2, 4)) * self.scale + self.shift


@wrong("subsampling", r"30 trainable parameters.*\n.*That mixes the maps, as a Dense layer does")
class ByDense(layers.Layer):
    def build(self, shape):
        self.dense = layers.Dense(shape[-1])
        self.dense.build(shape)

    def call(self, x):
        return self.dense(4 * ops.average_pool(x, 2, 2))

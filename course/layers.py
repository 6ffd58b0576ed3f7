"""The layers that the papers need and Keras lacks. All are registered: a saved model loads with no custom objects."""

from math import prod

import keras
from keras import ops

from course.arithmetic import conv_output_size
from course.errors import integer

registered = keras.saving.register_keras_serializable(package="course")


@registered
def scaled_tanh(x):
    """1.7159 tanh(2x / 3): LeNet-5's squashing function, which takes ±1 to ±1 (LeCun et al. 1998, appendix A)."""
    return 1.7159 * ops.tanh(2 / 3 * x)


@registered
class TrainableSubsampling2D(keras.layers.Layer):
    """Sum each window, times a trainable coefficient, plus a trainable bias, one of each a map.

    LeNet-5's S2 and S4 (LeCun et al. 1998, section II.B). Windows do not overlap and do not hang over the edge.

    Shapes: `(batch, height, width, channels) → (batch, height // pool_size, width // pool_size, channels)`.
    """

    def __init__(self, pool_size=2, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = pool_size
        self.data_format = data_format or keras.config.image_data_format()

    def build(self, input_shape):
        self.channels = input_shape[_channel_axis(self.data_format)]
        # The mean of the window at first: the sum's coefficient is 1 / (pool_size * pool_size).
        mean = keras.initializers.Constant(1 / self.pool_size**2)
        self.coefficient = self.add_weight(shape=(self.channels,), initializer=mean, name="coefficient")
        self.bias = self.add_weight(shape=(self.channels,), initializer="zeros", name="bias")

    def call(self, x):
        # JAX takes the strides for 1 where they are left out.
        means = ops.average_pool(x, self.pool_size, strides=self.pool_size, data_format=self.data_format)
        sums = self.pool_size**2 * means
        return sums * _per_channel(self.coefficient, self.data_format) + _per_channel(self.bias, self.data_format)

    def compute_output_shape(self, input_shape):
        batch, *sizes = input_shape
        axis = _channel_axis(self.data_format) % len(input_shape) - 1
        sizes = [n if i == axis or n is None else n // self.pool_size for i, n in enumerate(sizes)]
        return (batch, *sizes)

    def macs(self, input_shape, output_shape):
        """Multiply-accumulates for one image: one multiplication by the coefficient an output."""
        return _count(output_shape)

    def get_config(self):
        return super().get_config() | {"pool_size": self.pool_size, "data_format": self.data_format}


@registered
class PartiallyConnectedConv2D(keras.layers.Layer):
    """A valid convolution, strides 1, whose output map i sees only the input maps `connections[i]`.

    LeNet-5's C3 (LeCun et al. 1998, table I). It holds weights for the connections that exist and no others. They start
    uniform within ±2.4 / fan-in, as in the paper's appendix A; biases start at zero.

    Shapes: `(batch, height, width, channels) → (batch, height − k + 1, width − k + 1, len(connections))`.
    """

    def __init__(self, connections, kernel_size, activation=None, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.connections = [list(maps) for maps in connections]
        self.kernel_size = kernel_size
        self.activation = keras.activations.get(activation)
        self.data_format = data_format or keras.config.image_data_format()

    def build(self, input_shape):
        channels, filters = input_shape[_channel_axis(self.data_format)], len(self.connections)
        pairs = [(source, target) for target, maps in enumerate(self.connections) for source in maps]
        if not all(0 <= source < channels for source, _ in pairs):
            raise ValueError(
                f"connections name map {max(source for source, _ in pairs)}, but the input has {channels} maps, "
                f"0 to {channels - 1}: give a table for {channels} maps."
            )
        limits = [2.4 / (self.kernel_size**2 * len(maps)) for maps in self.connections for _ in maps]

        def within_fan_in(shape, dtype=None):
            # Not keras.random: its global seed, made in a throw-away graph, would stay behind.
            return keras.initializers.RandomUniform(-1, 1)(shape, dtype) * ops.cast(limits, dtype)

        self.kernel = self.add_weight(
            shape=(self.kernel_size, self.kernel_size, len(pairs)), initializer=within_fan_in, name="kernel"
        )
        self.bias = self.add_weight(shape=(filters,), initializer="zeros", name="bias")
        # One row a connection, with a 1 where its weights go in the full kernel of channels * filters pairs.
        self.places = keras.utils.to_categorical(
            [source * filters + target for source, target in pairs], channels * filters
        )
        self.full_shape = (self.kernel_size, self.kernel_size, channels, filters)

    def call(self, x):
        kernel = ops.reshape(ops.matmul(self.kernel, ops.cast(self.places, self.kernel.dtype)), self.full_shape)
        x = ops.conv(x, ops.cast(kernel, x.dtype), padding="valid", data_format=self.data_format)
        return self.activation(x + _per_channel(self.bias, self.data_format))

    def compute_output_shape(self, input_shape):
        sizes = [n and n - self.kernel_size + 1 for n in _sizes(input_shape, self.data_format)]
        return _shape(input_shape[0], sizes, len(self.connections), self.data_format)

    def macs(self, input_shape, output_shape):
        """Multiply-accumulates for one image: the connections that exist, at each position."""
        positions = _count((None, *_sizes(output_shape, self.data_format)))
        return self.kernel_size**2 * sum(map(len, self.connections)) * positions

    def get_config(self):
        return super().get_config() | {
            "connections": self.connections,
            "kernel_size": self.kernel_size,
            "activation": keras.activations.serialize(self.activation),
            "data_format": self.data_format,
        }


@registered
class RadialBasis(keras.layers.Layer):
    """Squared distance from the input to each fixed code: LeNet-5's OUTPUT, where the smallest wins.

    y_i = Σ_j (x_j − w_ij)² (LeCun et al. 1998, equation 7). The codes are constants, not weights.

    Shapes: `(batch, features) → (batch, len(codes))`.
    """

    def __init__(self, codes, **kwargs):
        super().__init__(**kwargs)
        self.codes = [list(map(float, code)) for code in codes]

    def call(self, x):
        return ops.sum(ops.square(ops.expand_dims(x, 1) - ops.cast(self.codes, x.dtype)), axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], len(self.codes))

    def macs(self, input_shape, output_shape):
        """Multiply-accumulates for one image: one a code and feature."""
        return len(self.codes) * len(self.codes[0])

    def get_config(self):
        return super().get_config() | {"codes": self.codes}


@registered
class ChannelsFirstConv2D(keras.layers.Conv2D):
    """Keras's convolution, with its bias along the channels.

    Channels first, Keras 3.15 on TensorFlow adds the bias along the width where the width equals the channels.
    """

    def call(self, x):
        x = self.convolution_op(x, self.kernel)
        if self.use_bias:
            x = ops.subtract(x, -ops.reshape(self.bias, (1, -1, 1, 1)))  # ops.add is what goes wrong
        return self.activation(x)


@registered
class ZeroPaddedShortcut(keras.layers.Layer):
    """Take every `strides`-th pixel and pad the channels with zeros up to `filters`: the identity, with no parameters.

    ResNet's option A (He et al. 2016, section 3.3). The paper does not say where the zeros go: here after the channels,
    as in fb.resnet.torch.

    Shapes: `(batch, height, width, channels) → (batch, ⌈height / strides⌉, ⌈width / strides⌉, filters)`.
    Raises `ValueError` for an input of more than `filters` channels.
    """

    def __init__(self, filters, strides=1, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.filters = integer("filters", filters, 1)
        self.strides = integer("strides", strides, 1)
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, x):
        extra = (0, self._extra_channels(x.shape))
        if self.data_format == "channels_last":
            return ops.pad(x[:, :: self.strides, :: self.strides, :], ((0, 0), (0, 0), (0, 0), extra))
        return ops.pad(x[:, :, :: self.strides, :: self.strides], ((0, 0), extra, (0, 0), (0, 0)))

    def compute_output_shape(self, input_shape):
        self._extra_channels(input_shape)
        sizes = [n and -(-n // self.strides) for n in _sizes(input_shape, self.data_format)]
        return _shape(input_shape[0], sizes, self.filters, self.data_format)

    def _extra_channels(self, input_shape):
        channels = input_shape[_channel_axis(self.data_format)]
        if channels > self.filters:
            raise ValueError(
                f"the input has {channels} channels and filters is {self.filters}; zeros can only be added: "
                f"give filters of {channels} or more, or use a projection."
            )
        return self.filters - channels

    def get_config(self):
        config = {"filters": self.filters, "strides": self.strides, "data_format": self.data_format}
        return super().get_config() | config


@registered
class LocalResponseNormalization(keras.layers.Layer):
    """Divide each activation by (k + alpha Σ a²)^beta, the sum over its own map and the n // 2 on either side of it.

    AlexNet's (Krizhevsky et al. 2012, section 3.3). At the first and last maps the sum has fewer terms. `alpha` is
    not divided by n: Caffe and PyTorch divide it, so that the paper's 1e-4 is their 5e-4. TensorFlow's `depth_radius`
    is n // 2. Half precision is squared and summed in float32.

    Shapes: `(batch, height, width, channels)` to the same. Raises `ValueError` for an even n.
    """

    def __init__(self, n=5, k=2, alpha=1e-4, beta=0.75, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.n = integer("n", n, 1)
        if self.n % 2 == 0:
            raise ValueError(f"n is {n}; it must be odd, with as many maps before as after: try {n - 1} or {n + 1}.")
        self.k, self.alpha, self.beta = k, alpha, beta
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, x):
        axis = _channel_axis(self.data_format) % 4
        wide = ops.cast(x, keras.backend.result_type(x.dtype, "float32"))
        beyond = [(self.n // 2, self.n // 2) if i == axis else (0, 0) for i in range(4)]
        squares = ops.pad(ops.square(wide), beyond)
        windows = [slice(first, first + x.shape[axis]) for first in range(self.n)]
        sums = sum(squares[..., window] if axis == 3 else squares[:, window] for window in windows)
        return ops.cast(wide / ops.power(self.k + self.alpha * sums, self.beta), x.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {"n": self.n, "k": self.k, "alpha": self.alpha, "beta": self.beta, "data_format": self.data_format}
        return super().get_config() | config


@registered
class CeilAveragePooling2D(keras.layers.Layer):
    """Average pooling that rounds its output size up: a window that hangs over the end averages what is inside.

    Caffe's rule, with which NiN was trained. Keras's "same" differs: it pads an odd size on both sides, and on PyTorch
    it averages copies of the edge, too.

    Shapes: `(batch, height, width, channels) → (batch, ⌈(height − pool_size) / strides⌉ + 1, …, channels)`.
    """

    def __init__(self, pool_size, strides=None, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = integer("pool_size", pool_size, 1)
        self.strides = integer("strides", pool_size if strides is None else strides, 1)
        # With one less than a stride the size rounds up, and no window begins past the end.
        self.padding = (0, min(self.pool_size, self.strides) - 1)
        self.data_format = data_format or keras.config.image_data_format()

    def call(self, x):
        means, inside = (self._means_with_zeros(y) for y in (x, ops.ones_like(x[:1])))
        return means / inside

    def _means_with_zeros(self, x):
        x = ops.pad(x, _shape((0, 0), [self.padding, self.padding], (0, 0), self.data_format))
        return ops.average_pool(x, self.pool_size, strides=self.strides, data_format=self.data_format)

    def compute_output_shape(self, input_shape):
        sizes = _sizes(input_shape, self.data_format)
        sizes = [n and conv_output_size(n, self.pool_size, self.strides, self.padding) for n in sizes]
        return _shape(input_shape[0], sizes, input_shape[_channel_axis(self.data_format)], self.data_format)

    def get_config(self):
        config = {"pool_size": self.pool_size, "strides": self.strides, "data_format": self.data_format}
        return super().get_config() | config


def _channel_axis(data_format):
    return -1 if data_format == "channels_last" else 1


def _per_channel(vector, data_format):
    """(channels,) as it broadcasts over a batch of images."""
    return vector if data_format == "channels_last" else ops.reshape(vector, (-1, 1, 1))


def _sizes(shape, data_format):
    """Height and width of (batch, …)."""
    return shape[1:3] if data_format == "channels_last" else shape[2:4]


def _shape(batch, sizes, channels, data_format):
    return (batch, *sizes, channels) if data_format == "channels_last" else (batch, channels, *sizes)


def _count(shape):
    """Elements of one image."""
    return prod(shape[1:])

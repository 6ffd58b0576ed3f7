"""A block of VGG, with as many layers as one likes."""

import keras
import tensorflow as tf
from keras import ops
from keras.layers import Activation, Conv2D, Dense, MaxPooling2D, ZeroPadding2D

from answers import right, wrong


def changed(kernel_size=3, strides=1, padding="same", activation="relu", width=lambda i, filters: filters):
    """A block with other settings, the same for each convolution; `width(i, filters)` are the filters of the i-th."""

    def vgg_block(x, filters, layers):
        for i in range(layers):
            x = Conv2D(width(i, filters), kernel_size, strides, padding=padding, activation=activation)(x)
        return MaxPooling2D(2)(x)

    return vgg_block


right("vgg-block")(changed())


@right("vgg-block")
def with_layers_for_zeros_and_activation(x, filters, layers=2):
    for _ in range(layers):
        x = ZeroPadding2D()(x)
        x = Conv2D(filters, (3, 3), kernel_initializer="he_normal")(x)
        x = Activation(tf.nn.relu)(x)
    return keras.layers.MaxPool2D((2, 2), strides=(2, 2))(x)


@right("vgg-block")
def as_a_small_net(x, filters, layers):
    net = keras.Sequential([Conv2D(filters, 3, padding="same", activation="relu") for _ in range(layers)])
    net.add(MaxPooling2D(pool_size=2, strides=2))
    return net(x)


@right("vgg-block")
def by_recursion_and_operations(x, filters, layers):
    if layers == 0:
        return ops.max_pool(x, 2, strides=2, padding="valid")
    return by_recursion_and_operations(ops.relu(Conv2D(filters, 3, padding="same")(x)), filters, layers - 1)


class Block:
    """An object that can be called."""

    def __call__(self, x, filters, layers):
        for _ in range(layers):
            x = ops.maximum(Conv2D(filters, kernel_size=[3, 3], padding="SAME")(x), 0)
        return MaxPooling2D(2, 2)(x)


right("vgg-block")(Block())


def pooled(make):
    def vgg_block(x, filters, layers):
        for _ in range(layers):
            x = Conv2D(filters, 3, padding="same", activation="relu")(x)
        return make(x)

    return vgg_block


wrong("vgg-block", r"layer conv1_1: your map is 6×10×4.*8×12×4.*\n.*did not pad")(changed(padding="valid"))
wrong("vgg-block", r"layer conv1_1: your map is 4×6×4.*\n.*strides 2×2")(changed(strides=2))
wrong("vgg-block", r"layer conv1_1: you have 5×5 kernels, the paper has 3×3")(changed(kernel_size=5))
wrong("vgg-block", r"layer conv1_1: you have 2×2 kernels.*\n.*those of the pooling")(changed(kernel_size=2))
wrong("vgg-block", r"layer conv1_1: you have 1×1 kernels.*\n.*configuration C alone")(changed(kernel_size=1))
wrong("vgg-block", r"layer conv1_1: you have no activation.*\n.*left its activation out")(changed(activation=None))
wrong("vgg-block", r"layer conv1_1: you have tanh.*\n.*ReLU after every convolution")(changed(activation="tanh"))
wrong("vgg-block", r"layers=2\), layer conv1_2.*16.*\n.*16 filters; conv1_2 has 8")(
    changed(width=lambda i, filters: filters * 2**i)
)
wrong("vgg-block", r"layer pool1: it is missing.*\n.*ends with a pooling")(pooled(lambda x: x))
wrong("vgg-block", r"layer pool1: you have average pooling.*\n.*average each window")(
    pooled(lambda x: keras.layers.AveragePooling2D(2)(x))
)
wrong("vgg-block", r"layer pool1: .*\n.*3×3 windows that overlap are AlexNet's")(
    pooled(lambda x: MaxPooling2D(3, 2, padding="same")(x))
)
wrong("vgg-block", r"layer pool1: your map is 7×11×4.*\n.*strides 1×1")(pooled(lambda x: MaxPooling2D(2, 1)(x)))
wrong("vgg-block", r"layer pool1: your map is 5×4×5.*4×3×5")(pooled(lambda x: MaxPooling2D(2, padding="same")(x)))
wrong("vgg-block", r"returned a MaxPooling2D.*, not a tensor")(pooled(lambda x: MaxPooling2D(2)))


@wrong("vgg-block", r"layers=2\), layer conv1_2: it is missing")
def always_one(x, filters, layers):
    return changed()(x, filters, 1)


@wrong("vgg-block", r"layers=1\), after conv1_1: you have a same-padded 3×3 convolution")
def always_two(x, filters, layers):
    return changed()(x, filters, 2)


@wrong("vgg-block", r"layers=1\), after conv1_1: you have a same-padded 3×3 convolution")
def one_too_many(x, filters, layers):
    return changed()(x, filters, layers + 1)


@wrong("vgg-block", r"layers=1\), layer conv1_1: it is missing")
def one_too_few(x, filters, layers):
    for _ in range(1, layers):
        x = Conv2D(filters, 3, padding="same", activation="relu")(x)
    return MaxPooling2D(2)(x)


@wrong("vgg-block", r"layers=2\), layer conv1_2: it is missing.*\n.*each on what the one before gave")
def each_on_the_first(x, filters, layers):
    for _ in range(layers):
        y = Conv2D(filters, 3, padding="same", activation="relu")(x)
    return MaxPooling2D(2)(y)


@wrong("vgg-block", r"layers=2\), after conv1_1: you have a 2×2 max pooling.*\n.*once, after the last")
def pooled_after_each(x, filters, layers):
    for _ in range(layers):
        x = MaxPooling2D(2)(Conv2D(filters, 3, padding="same", activation="relu")(x))
    return x


@wrong("vgg-block", r"layers=3\), layer conv1_3.*weights of another layer.*\n.*make a new layer for each")
def one_layer_again_and_again(x, filters, layers):
    x = Conv2D(filters, 3, padding="same", activation="relu")(x)
    again = Conv2D(filters, 3, padding="same", activation="relu")
    for _ in range(1, layers):
        x = again(x)
    return MaxPooling2D(2)(x)


@wrong("vgg-block", r"layers=2\), layer conv1_1: you have no activation")
def one_relu_at_the_end(x, filters, layers):
    for _ in range(layers):
        x = Conv2D(filters, 3, padding="same")(x)
    return MaxPooling2D(2)(Activation("relu")(x))


@wrong("vgg-block", r"after conv1_1: you have batch normalisation.*\n.*2015")
def normalised(x, filters, layers):
    for _ in range(layers):
        x = Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = keras.layers.BatchNormalization()(x)
    return MaxPooling2D(2)(x)


@wrong("vgg-block", r"layer conv1_1: you have 1×1 kernels")
def dense_on_pixels(x, filters, layers):
    for _ in range(layers):
        x = Dense(filters, "relu")(x)
    return MaxPooling2D(2)(x)


@wrong("vgg-block", r"layer conv1_1.*no biases")
def without_biases(x, filters, layers):
    for _ in range(layers):
        x = Conv2D(filters, 3, padding="same", activation="relu", use_bias=False)(x)
    return MaxPooling2D(2)(x)


@wrong("vgg-block", r"returned None")
def without_return(x, filters, layers):
    changed()(x, filters, layers)


@wrong("vgg-block", r"unexpected keyword.*\n.*parameters have to fit")
def with_another_name(x, filters, num_layers):
    return changed()(x, filters, num_layers)


@wrong("vgg-block", r"raised ValueError.*'stride'.*\n.*no parameter of that name")
def with_a_misspelt_parameter(x, filters, layers):
    return MaxPooling2D(2)(Conv2D(filters, 3, stride=1)(x))


@wrong("vgg-block", r"'int' object has no attribute 'Conv2D'.*\n.*hides it: write keras.layers")
def with_its_argument_for_the_module(x, filters, layers):
    return layers.Conv2D(filters, 3, padding="same")(x)


@wrong("vgg-block", r"raised ValueError.*\n.*those of its first call: for another use make a new layer")
def with_one_layer_many_times(x, filters, layers):
    for layer in [Conv2D(filters, 3, padding="same", activation="relu")] * layers:
        x = layer(x)
    return MaxPooling2D(2)(x)


@wrong("vgg-block", r'The name "conv" is used 2 times.*\n.*leave name out, or number it')
def with_one_name(x, filters, layers):
    for _ in range(layers):
        x = Conv2D(filters, 3, padding="same", activation="relu", name="conv")(x)
    return MaxPooling2D(2)(x)

"""A classification net made fully convolutional."""

import copy

import keras
import numpy as np
from keras import layers, ops

from answers import right, wrong

EXERCISE = "fully-convolutional"


def converted(
    kernel=lambda weights, height, width, units: weights.reshape(height, width, -1, units),
    activation=lambda layer, last: layer.activation,
    size=(None, None),
    padding="valid",
    strides=1,
    bias=True,
    end=lambda x: x,
    copied=True,
    begin=lambda x: x,
):
    """An answer, the right one if nothing is said."""

    def fully_convolutional(model):
        x = inputs = keras.Input((*size, model.input_shape[-1]))
        x, window, pending = begin(x), None, []
        dense = [layer for layer in model.layers if isinstance(layer, layers.Dense)]
        for layer in model.layers[1:]:
            if isinstance(layer, layers.Flatten):
                window = layer.input.shape[1:3]
            elif isinstance(layer, layers.Dense):
                height, width = window or (1, 1)
                settings = {"padding": padding, "strides": strides} if window else {}
                made = layers.Conv2D(
                    layer.units,
                    (height, width),
                    activation=activation(layer, layer is dense[-1]),
                    use_bias=layer.use_bias,
                    **settings,
                )
                x, window = made(x), None
                weights, *biases = layer.get_weights()
                pending.append((made, [kernel(weights, height, width, layer.units), *biases]))
            elif isinstance(layer, layers.Activation):
                x = layers.Activation(activation(layer, True))(x)
            else:
                x = layer(x)
        made = keras.Model(inputs, end(x))
        for layer, weights in pending:
            if copied:
                layer.set_weights([weights[0], *(value * bias for value in weights[1:])])
        return made

    return fully_convolutional


@right(EXERCISE)
def fully_convolutional(model):
    """By the layers of the net itself, in a loop."""
    return converted()(model)


class Windows(keras.Model):
    """Computes with Keras's functions and the dense layers' own weights."""

    def __init__(self, model):
        super().__init__()
        flatten = next(i for i, layer in enumerate(model.layers) if isinstance(layer, layers.Flatten))
        self.body, self.tail = model.layers[1:flatten], model.layers[flatten + 1 :]
        self.window = tuple(model.layers[flatten].input.shape[1:])

    def call(self, x):
        for layer in self.body:
            x = layer(x)
        shape = self.window
        for layer in self.tail:
            if isinstance(layer, layers.Dense):
                x = ops.conv(x, ops.reshape(layer.kernel, (*(shape or (1, 1, x.shape[-1])), layer.units)))
                x, shape = layer.activation(x + layer.bias if layer.use_bias else x), None
            else:
                x = layer(x)
        return x


right(EXERCISE)(lambda model: Windows(model))


@right(EXERCISE)
def with_dense_layers_kept(model):
    """A dense layer on a map works at each position, so that only the first has to become a convolution."""
    chain, rest = model.layers[1:], []
    flatten = next(i for i, layer in enumerate(chain) if isinstance(layer, layers.Flatten))
    first = chain[flatten + 1]
    height, width, _ = chain[flatten].input.shape[1:]
    settings = {"activation": first.activation, "use_bias": first.use_bias, "name": "fc6"}
    large = layers.Conv2D(first.units, (height, width), **settings)
    rest = [layers.Dense.from_config(layer.get_config()) if "dense" in layer.name else layer for layer in chain]
    new = keras.Sequential([keras.Input((None, None, model.input_shape[-1])), *rest[:flatten], large])
    for layer in rest[flatten + 2 :]:
        new.add(layer)
    large.set_weights([first.get_weights()[0].reshape(large.kernel.shape), *first.get_weights()[1:]])
    for mine, theirs in zip(rest[flatten + 2 :], chain[flatten + 2 :], strict=True):
        mine.set_weights(theirs.get_weights())
    return new


@right(EXERCISE)
def by_all_weights_in_order(model):
    """Another model of the same weights, given in one go: from configurations."""
    x = inputs = keras.Input((None, None, model.input_shape[-1]))
    window = (1, 1)
    for layer in model.layers[1:]:
        config = layer.get_config()
        if "kernel_size" in config or "pool_size" in config or "rate" in config:
            x = type(layer).from_config(config)(x)
        elif "units" in config:
            x = layers.Conv2D(layer.units, window, use_bias=layer.use_bias)(x)
            x, window = layers.Activation(layer.activation)(x), (1, 1)
        elif isinstance(layer, layers.Flatten):
            window = tuple(layer.input.shape[1:3])
        else:
            x = copy.copy(layer)(x)
    made = keras.Model(inputs, x)
    made.set_weights([np.reshape(old, new.shape) for old, new in zip(model.get_weights(), made.weights, strict=True)])
    return made


for answer, pattern in (
    (converted(copied=False), r"gives values beginning.*\n.*weights of the net's dense layers are not in your model"),
    (converted(bias=0), r"\n.*biases of the dense layers are not copied"),
    (
        converted(kernel=lambda w, h, v, n: w.reshape(-1, h, v, n).transpose(1, 2, 0, 3)),
        r"\n.*unflatten .* channels first",
    ),
    (converted(kernel=lambda w, h, v, n: w.reshape(v, h, -1, n).swapaxes(0, 1)), r"\n.*unflatten .* columns first"),
    (converted(kernel=lambda w, h, v, n: w.reshape(h, v, -1, n)[::-1, ::-1]), r"\n.*You flip the kernel"),
    (converted(kernel=lambda w, h, v, n: w.T.reshape(h, v, -1, n)), r"\n.*You transpose the dense kernel before"),
    (converted(activation=lambda layer, last: layer.activation if last else None), r"\n.*hidden .*activations out"),
    (converted(activation=lambda layer, last: None if last else layer.activation), r"\n.*last activation out, softmax"),
    (converted(activation=lambda layer, last: None), r"\n.*all activations of the dense layers out"),
    (converted(activation=lambda layer, last: layer.activation if last else "relu"), r"12×20×1.*\n.*ReLU after every"),
    (converted(activation=lambda layer, last: "softmax" if last else layer.activation), r"\n.*softmax always"),
    (converted(end=layers.Softmax()), r"\n.*Softmax runs twice"),
    (
        converted(activation=lambda layer, last: None if last else layer.activation, end=lambda x: ops.softmax(x, 1)),
        r"\n.*softmax runs over the positions: it runs over the classes",
    ),
    (
        converted(activation=lambda layer, last: None if last else layer.activation, end=layers.Softmax((1, 2, 3))),
        r"24×32×3 gives values.*\n.*softmax runs over the positions, too",
    ),
    (converted(padding="same"), r"gives \(2, 4, 4, 5\), expected \(2, 1, 1, 5\).*\n.*first dense layer sees 4×4"),
    (converted(strides=2), r"gives \(2, 2, 3, 5\), expected \(2, 3, 5, 5\).*\n.*strides=1"),
    (converted(end=layers.GlobalAveragePooling2D()), r"gives \(2, 5\), expected.*\n.*pooling over the whole map"),
    (
        converted(end=layers.GlobalAveragePooling2D(keepdims=True)),
        r"24×32×3 gives \(2, 1, 1, 5\), expected \(2, 3, 5, 5\).*\n.*pool and resize nothing",
    ),
    (converted(begin=layers.Resizing(16, 16)), r"24×32×3 gives \(2, 1, 1, 5\).*\n.*pool and resize nothing"),
    (converted(size=(16, 16)), r"takes images of 16×16×3 alone.*\n.*keras.Input\(\(None, None, 3\)\)"),
):
    wrong(EXERCISE, pattern)(answer)


@wrong(EXERCISE, r"returned its argument as it is.*\n.*convolutions")
def the_net_itself(model):
    return model


@wrong(EXERCISE, r"raised ValueError.*\n.*Flatten has weights for one size")
def dense_after_flatten(model):
    x = inputs = keras.Input((None, None, model.input_shape[-1]))
    for layer in model.layers[1:]:
        x = layers.Dense(layer.units)(x) if isinstance(layer, layers.Dense) else layer(x)
    return keras.Model(inputs, x)


@wrong(EXERCISE, r"returned a Conv2D|not a model.*\n.*keras.Model")
def the_first_layer_alone(model):
    return layers.Conv2D(12, 4)


@wrong(
    EXERCISE, r"a net for 12×20×1\) raised ValueError: cannot reshape.*\n.*take sizes, widths and biases from the net"
)
def for_4_by_4_alone(model):
    x = inputs = keras.Input((None, None, model.input_shape[-1]))
    sizes = [4]
    for layer in model.layers[1:]:
        if isinstance(layer, layers.Dense):
            made = layers.Conv2D(layer.units, sizes.pop() if sizes else 1, activation=layer.activation)
            x = made(x)
            kernel, *biases = layer.get_weights()
            made.set_weights([kernel.reshape(made.kernel.shape), *biases])
        elif not isinstance(layer, layers.Flatten):
            x = layer(x)
    return keras.Model(inputs, x)


@wrong(EXERCISE, r"changed the weights of its argument")
def in_the_net_s_own_layers(model):
    made = converted()(model)
    model.set_weights([np.zeros(weight.shape) for weight in model.weights])
    return made


@wrong(EXERCISE, r"convolutions.* are not in your model")
def with_new_convolutions(model):
    made = converted()(model)
    for layer in made.layers:
        if isinstance(layer, layers.Conv2D) and layer.name in {one.name for one in model.layers}:
            new = [np.random.default_rng(0).normal(size=weight.shape) for weight in layer.weights]
            copied = keras.models.clone_model(made)
            copied.set_weights(made.get_weights())
            copied.get_layer(layer.name).set_weights(new)
            return copied
    return made


@wrong(EXERCISE, r"\(2, 13, 13, 5\), expected \(2, 1, 1, 5\).*\nThere are more positions.*a pooling of the net")
def without_its_poolings(model):
    whole = converted()(model)
    x = inputs = keras.Input((None, None, model.input_shape[-1]))
    for layer in whole.layers[1:]:
        x = x if isinstance(layer, layers.MaxPooling2D) else layer(x)
    return keras.Model(inputs, x)


@wrong(EXERCISE, r"changed settings of its argument's layers.*\n.*Leave the net as it is")
def frozen(model):
    made = converted()(model)
    model.trainable = False
    return made


@wrong(EXERCISE, r"changed settings of its argument's layers")
def without_the_net_s_own_activations(model):
    made = converted()(model)
    for layer in model.layers:
        if isinstance(layer, layers.Dense):
            layer.activation = keras.activations.linear
    return made


@wrong(EXERCISE, r"'Flatten' object has no attribute 'input_shape'.*\n.*layer.input.shape")
def by_keras_2(model):
    return [layer.input_shape for layer in model.layers if isinstance(layer, layers.Flatten)]


@wrong(EXERCISE, r"expecting 0 weights.*\n.*set_weights comes after")
def with_weights_before_the_first_call(model):
    layers.Conv2D(12, 4).set_weights([np.zeros((4, 4, 6, 12)), np.zeros(12)])


@wrong(EXERCISE, r"12×20×1 raised .*negative.*\n.*The window is 3×7, height first")
def with_width_first(model):
    x = inputs = keras.Input((None, None, model.input_shape[-1]))
    window = None
    for layer in model.layers[1:]:
        if isinstance(layer, layers.Flatten):
            window = layer.input.shape[2:0:-1]
        elif isinstance(layer, layers.Dense):
            made = layers.Conv2D(layer.units, window or 1, activation=layer.activation, use_bias=layer.use_bias)
            x = made(x)
            kernel, *biases = layer.get_weights()
            made.set_weights([kernel.reshape(made.kernel.shape), *biases])
            window = None
        else:
            x = layer(x)
    return keras.Model(inputs, x)


@wrong(EXERCISE, r"13×13×2 gives values.*\nYour model has no layer ReLU")
def without_layers_of_no_weights(model):
    whole = converted(activation=lambda layer, last: layer.activation if hasattr(layer, "units") else None)(model)
    x = inputs = keras.Input((None, None, model.input_shape[-1]))
    for layer in whole.layers[1:]:
        x = x if isinstance(layer, layers.ReLU | layers.Activation) else layer(x)
    return keras.Model(inputs, x)

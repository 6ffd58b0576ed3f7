"""What dense layers say of a window of a map, and what they say when a mistake was made in converting them."""

import keras
import numpy as np
from keras import layers


def dense(x, tail, bias=True, hidden=None, last=None, kernel=None):
    """Rows through dense layers with other activations and kernels, given as functions, or without biases."""
    all_dense = [layer for layer in tail if isinstance(layer, layers.Dense)]
    for i, layer in enumerate(tail):
        if not isinstance(layer, layers.Dense | layers.Activation):
            continue
        changed = last if all_dense[-1] in tail[: i + 1] else hidden
        if isinstance(layer, layers.Dense):
            weights, *biases = layer.get_weights()
            x = x @ (kernel(weights) if kernel else weights) + (biases[0] if bias and biases else 0)
        x = changed(x) if changed else keras.ops.convert_to_numpy(layer.activation(x))
    return x


def flat(cut):
    return cut.reshape(len(cut), -1)


def softmax(x, axis=-1):
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _relu(x):
    return np.maximum(x, 0)


def linear(x):
    return x


MISTAKES = (
    (
        "You unflatten the first dense layer's weights channels first: Flatten goes through rows, columns, then "
        "channels, so reshape to (height, width, channels, units).",
        lambda cut, tail: dense(flat(cut.transpose(0, 3, 1, 2)), tail),
    ),
    (
        "You unflatten the first dense layer's weights columns first: Flatten goes through rows, columns, then "
        "channels, so reshape to (height, width, channels, units).",
        lambda cut, tail: dense(flat(cut.swapaxes(1, 2)), tail),
    ),
    (
        "You transpose the dense kernel before you reshape it: it has (inputs, units) already, and units come last.",
        lambda cut, tail: dense(flat(cut), tail, kernel=lambda weights: weights.T.reshape(weights.shape)),
    ),
    (
        "You leave the net's Activation layers out: call what has no weights of its own again, too.",
        lambda cut, tail: dense(flat(cut), [layer for layer in tail if isinstance(layer, layers.Dense)]),
    ),
    (
        "You flip the kernel: Keras's convolution does not, so the weights stay as Flatten has them.",
        lambda cut, tail: dense(flat(cut[:, ::-1, ::-1]), tail),
    ),
    (
        "The biases of the dense layers are not copied: set_weights takes [kernel, bias].",
        lambda cut, tail: dense(flat(cut), tail, bias=False),
    ),
    (
        "You leave the hidden dense layers' activations out: give each convolution its layer's.",
        lambda cut, tail: dense(flat(cut), tail, hidden=linear),
    ),
    (
        "You leave the last activation out, softmax: the net ends with it, and so has your model to.",
        lambda cut, tail: dense(flat(cut), tail, last=linear),
    ),
    (
        "You leave all activations of the dense layers out: give each convolution its layer's.",
        lambda cut, tail: dense(flat(cut), tail, hidden=linear, last=linear),
    ),
    (
        "You put ReLU after every hidden layer: this net has another activation, layer.activation.",
        lambda cut, tail: dense(flat(cut), tail, hidden=_relu),
    ),
    (
        "You put ReLU after the last layer: nothing but the net's own activation follows it.",
        lambda cut, tail: dense(flat(cut), tail, last=_relu),
    ),
    (
        "You end with softmax always: this net ends without, so take the last layer's own activation.",
        lambda cut, tail: dense(flat(cut), tail, last=softmax),
    ),
    (
        "Softmax runs twice: once is what the net has.",
        lambda cut, tail: softmax(dense(flat(cut), tail)),
    ),
    (
        "You take ReLU and softmax always: take each layer's own activation.",
        lambda cut, tail: dense(flat(cut), tail, hidden=_relu, last=softmax),
    ),
)

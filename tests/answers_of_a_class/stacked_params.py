"""A class's answers to the exercise stacked-params."""

# ruff: noqa: E731, F811

import numpy as np

from answers_of_a_class import right, wrong


def sides(a, b):
    lt, rb = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.maximum(rb - lt + 1, 0)


@wrong(
    "stacked-params",
    "the single layer's side is layers * kernel_size",
    "You take layers * kernel_size for the single kernel",
)
def stacked_params(layers, kernel_size, channels):
    return layers * kernel_size**2 * channels**2, (layers * kernel_size) ** 2 * channels**2


@wrong("stacked-params", "with biases", "You add the biases")
def stacked_params(layers, kernel_size, channels):
    single = 1 + layers * (kernel_size - 1)
    count = lambda k: (k * k * channels + 1) * channels
    return layers * count(kernel_size), count(single)


@wrong("stacked-params", "channels not squared", "Each filter has a kernel for every input channel")
def stacked_params(layers, kernel_size, channels):
    seen = layers * (kernel_size - 1) + 1
    return layers * kernel_size * kernel_size * channels, seen * seen * channels


@wrong("stacked-params", "(single, stack)", "The two are in the wrong order")
def stacked_params(layers, kernel_size, channels):
    field = 1
    for _ in range(layers):
        field += kernel_size - 1
    return field**2 * channels**2, layers * kernel_size**2 * channels**2


@wrong("stacked-params", "field assumes 3x3: 2 * layers + 1", "You take 2n + 1 for the single kernel")
def stacked_params(layers, kernel_size, channels):
    return layers * (kernel_size * channels) ** 2, ((2 * layers + 1) * channels) ** 2


@wrong(
    "stacked-params",
    "single layer's side is kernel_size ** layers",
    "You raise the kernel size to the number of layers",
)
def stacked_params(layers, kernel_size, channels):
    return layers * kernel_size**2 * channels**2, kernel_size ** (2 * layers) * channels**2


@wrong("stacked-params", "forgets to multiply by layers", "You count one layer of the stack")
def stacked_params(layers, kernel_size, channels):
    big = 1 + layers * (kernel_size - 1)
    return (kernel_size * channels) ** 2, (big * channels) ** 2


@wrong("stacked-params", "returns the ratio as second", "The second number is a ratio with you")
def stacked_params(layers, kernel_size, channels):
    stack = layers * kernel_size**2 * channels**2
    single = (layers * (kernel_size - 1) + 1) ** 2 * channels**2
    return stack, single // stack


@wrong("stacked-params", "field grows by kernel_size // 2", None)
def stacked_params(layers, kernel_size, channels):
    side = kernel_size + (layers - 1) * (kernel_size // 2)
    return layers * kernel_size**2 * channels**2, side**2 * channels**2


@right("stacked-params", "list with numpy")
def stacked_params(layers, kernel_size, channels):
    sides = np.array([[kernel_size] * layers, [0] * (layers - 1) + [layers * (kernel_size - 1) + 1]])
    return (sides**2 * channels**2).sum(axis=1)


@right("stacked-params", "recursion for the field")
def stacked_params(layers, kernel_size, channels):
    def field(n):
        return 1 if n == 0 else field(n - 1) + kernel_size - 1

    pairs = channels * channels
    return [layers * kernel_size * kernel_size * pairs, field(layers) ** 2 * pairs]


@right("stacked-params", "generator to tuple")
def stacked_params(layers, kernel_size, channels):
    options = [(layers, kernel_size), (1, layers * kernel_size - layers + 1)]
    return tuple(n * (k * channels) ** 2 for n, k in options)


@wrong("stacked-params", "two more for each layer", "You add 2 for each further layer")
def stacked_params(layers, kernel_size, channels):
    return layers * (kernel_size * channels) ** 2, ((kernel_size + 2 * (layers - 1)) * channels) ** 2


@wrong("stacked-params", "one side of the single kernel", "you count one side")
def stacked_params(layers, kernel_size, channels):
    return layers * (kernel_size * channels) ** 2, (layers * (kernel_size - 1) + 1) * channels**2


@wrong("stacked-params", "an image into the first layer", "You take 3 channels into the first layer")
def stacked_params(layers, kernel_size, channels):
    first = kernel_size**2 * 3 * channels
    return first + (layers - 1) * (kernel_size * channels) ** 2, ((layers * (kernel_size - 1) + 1) * channels) ** 2

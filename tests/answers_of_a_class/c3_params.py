"""A class's answers to the exercise c3-params."""

# ruff: noqa: F811

import itertools

import numpy as np

from answers_of_a_class import right, wrong


@wrong("c3-params", "all maps joined: a full convolution", "You count every pair of maps")
def c3_params(connections, kernel_size=5):
    inputs = {m for maps in connections for m in maps}
    return len(connections) * (len(inputs) * kernel_size**2 + 1)


@wrong("c3-params", "no biases", "You left the biases out")
def c3_params(connections, kernel_size=5):
    return sum(len(c) * kernel_size * kernel_size for c in connections)


@wrong("c3-params", "a bias for each connection", "You count a bias for each connection")
def c3_params(connections, kernel_size=5):
    total = 0
    for maps in connections:
        for _ in maps:
            total += kernel_size**2 + 1
    return total


@wrong("c3-params", "kernel size written as 5", "You ignore kernel_size and take 5 always")
def c3_params(connections, kernel_size=5):
    return 25 * sum(map(len, connections)) + len(connections)


@wrong("c3-params", "sums the map numbers instead of counting them", "You add the map's numbers and not their count")
def c3_params(connections, kernel_size=5):
    return sum(sum(maps) for maps in connections) * kernel_size**2 + len(connections)


@wrong("c3-params", "counts the maps, not the pairs", "You count one kernel an output map")
def c3_params(connections, kernel_size=5):
    return len(connections) * (kernel_size**2 + 1)


@wrong("c3-params", "kernel not squared", "You count kernel_size weights a connection")
def c3_params(connections, kernel_size=5):
    total = 0
    for row in connections:
        total += len(row) * kernel_size + 1
    return total


@wrong("c3-params", "return inside the loop", "You return inside the loop")
def c3_params(connections, kernel_size=5):
    total = 0
    for row in connections:
        total += len(row) * kernel_size**2 + 1
        return total


@wrong("c3-params", "bias multiplied by the kernel", "You count kernel_size² biases an output map")
def c3_params(connections, kernel_size=5):
    return sum((len(row) + 1) * kernel_size**2 for row in connections)


@right("c3-params", "flattened")
def c3_params(connections, kernel_size=5):
    pairs = list(itertools.chain.from_iterable(connections))
    return kernel_size * kernel_size * len(pairs) + len(list(connections))


@right("c3-params", "dict of maps")
def c3_params(connections, kernel_size=5):
    layer = {name: [np.zeros((kernel_size, kernel_size))] * len(maps) for name, maps in enumerate(connections)}
    return sum(1 + sum(kernel.size for kernel in kernels) for kernels in layer.values())


@right("c3-params", "connection matrix")
def c3_params(connections, kernel_size=5):
    matrix = np.zeros((max(map(max, connections)) + 1, len(connections)), dtype=np.uint16)
    for column, maps in enumerate(connections):
        matrix[list(maps), column] = 1
    return matrix.sum() * kernel_size**2 + matrix.shape[1]


@wrong("c3-params", "kernels of an input map once", "You count the kernels of an input map once")
def c3_params(connections, kernel_size=5):
    return len({s for maps in connections for s in maps}) * kernel_size**2 + len(connections)

"""A kernel turned by 180 degrees."""

import numpy as np
from keras import ops

from answers import right, wrong


@right("flip-kernel")
def flip_kernel(kernel):
    return kernel[::-1, ::-1]


@right("flip-kernel")
def by_flip(kernel):
    return np.flip(kernel)


@right("flip-kernel")
def by_turning_twice(kernel):
    return np.rot90(kernel, 2)


@right("flip-kernel")
def by_lists(kernel):
    return [list(reversed(row)) for row in reversed(kernel.tolist())]


@right("flip-kernel")
def by_loops(kernel):
    height, width = kernel.shape
    flipped = np.zeros_like(kernel)
    for i in range(height):
        for j in range(width):
            flipped[height - 1 - i, width - 1 - j] = kernel[i, j]
    return flipped


@right("flip-kernel")
def by_keras(kernel):
    return ops.flip(ops.convert_to_tensor(kernel), axis=(0, 1))


@right("flip-kernel")
def of_a_row(kernel):
    return kernel.ravel()[::-1].reshape(kernel.shape)


@wrong("flip-kernel", r"rows became columns")
def transposed(kernel):
    return kernel.T


@wrong("flip-kernel", r"order of the rows alone")
def rows(kernel):
    return np.flipud(kernel)


@wrong("flip-kernel", r"order of the columns alone")
def columns(kernel):
    return np.fliplr(kernel)


@wrong("flip-kernel", r"as it is")
def unchanged(kernel):
    return kernel.copy()


@wrong("flip-kernel", r"by 90 degrees")
def quarter_turn(kernel):
    return np.rot90(kernel)


@wrong("flip-kernel", r"transpose it too")
def turned_and_transposed(kernel):
    return np.flip(kernel).T


@wrong("flip-kernel", r"change the signs")
def negative(kernel):
    return -kernel


@wrong("flip-kernel", r"on by one")
def rolled(kernel):
    return np.roll(kernel, (1, 1), axis=(0, 1))


@wrong("flip-kernel", r"in a row.*shape")
def in_a_row(kernel):
    return kernel.flatten()[::-1]


@wrong("flip-kernel", r"changed its argument")
def in_place(kernel):
    kernel[:] = kernel[::-1, ::-1].copy()
    return kernel


@wrong("flip-kernel", r"returned None")
def without_return(kernel):
    np.flip(kernel)


@wrong("flip-kernel", r"a reversed")
def reversed_only(kernel):
    return reversed(kernel)


@wrong("flip-kernel", r"an index|IndexError")
def past_the_end(kernel):
    height, width = kernel.shape
    return [[kernel[height - i, width - j] for j in range(width)] for i in range(height)]

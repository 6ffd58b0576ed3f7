"""A class's answers to the exercise flip-kernel."""

# ruff: noqa: F811

import keras
import numpy as np

from answers_of_a_class import right, wrong


@wrong("flip-kernel", "transposes", "You transpose")
def flip_kernel(kernel):
    return np.array(kernel).T


@wrong("flip-kernel", "flips rows only, [::-1]", "You flip the order of the rows alone")
def flip_kernel(kernel):
    return kernel[::-1].copy()


@wrong("flip-kernel", "reverses in place", "changed its argument")
def flip_kernel(kernel):
    kernel[:] = kernel[::-1, ::-1].copy()
    return kernel


@wrong("flip-kernel", "rot90 once", "You turn it by 90 degrees")
def flip_kernel(kernel):
    return np.rot90(kernel)


@wrong("flip-kernel", "index off by one: -i instead of -1-i", "You count from the end by -i")
def flip_kernel(kernel):
    flipped = np.zeros_like(kernel)
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            flipped[i, j] = kernel[-i, -j]
    return flipped


@wrong("flip-kernel", "flips columns only with fliplr", "You flip the order of the columns alone")
def flip_kernel(kernel):
    return np.fliplr(kernel)


@wrong(
    "flip-kernel", "swaps pairs in a loop to the end, so that all swaps are undone", "You return the kernel as it is"
)
def flip_kernel(kernel):
    k = np.array(kernel)
    h, w = k.shape
    for i in range(h):
        for j in range(w):
            a, b = k[i, j], k[h - 1 - i, w - 1 - j]
            k[i, j], k[h - 1 - i, w - 1 - j] = b, a
    return k


@wrong("flip-kernel", "assumes a square: range(h) for both", "You take the number of rows for the columns too")
def flip_kernel(kernel):
    n = len(kernel)
    return np.array([[kernel[n - 1 - i][n - 1 - j] for j in range(n)] for i in range(n)])


@wrong("flip-kernel", "reverses the rows of the transpose", "You turn it by 90 degrees")
def flip_kernel(kernel):
    return np.array([row[::-1] for row in kernel.T])


@wrong("flip-kernel", "reverses only the outer list of lists", "You flip the order of the rows alone")
def flip_kernel(kernel):
    rows = kernel.tolist()
    rows.reverse()
    return np.array(rows)


@right("flip-kernel", "ravel reversed and reshaped")
def flip_kernel(kernel):
    kernel = np.asarray(kernel)
    return np.array(kernel.ravel()[::-1]).reshape(kernel.shape)


@right("flip-kernel", "nested lists reversed")
def flip_kernel(kernel):
    return np.array([list(reversed(row)) for row in reversed(list(kernel))])


@right("flip-kernel", "keras.ops.flip")
def flip_kernel(kernel):
    return keras.ops.flip(keras.ops.flip(kernel, axis=0), axis=1)


@wrong("flip-kernel", "sorts the numbers", "The values are right, but sorted, the largest first")
def flip_kernel(kernel):
    return np.sort(kernel, axis=None)[::-1].reshape(kernel.shape)


@wrong("flip-kernel", "reads what it has written", "You read from the array that you write to")
def flip_kernel(kernel):
    out, (rows, columns) = kernel.copy(), kernel.shape
    for y in range(rows):
        for x in range(columns):
            out[y, x] = out[rows - 1 - y, columns - 1 - x]
    return out


@wrong("flip-kernel", "loops over a square", "You take the number of rows for the columns too")
def flip_kernel(kernel):
    n = kernel.shape[0]
    out = np.zeros_like(kernel)
    for i in range(n):
        for j in range(n):
            out[i, j] = kernel[n - 1 - i, n - 1 - j]
    return out


@wrong("flip-kernel", "swaps in place half-way along both axes", "You exchange a quarter of the values")
def flip_kernel(kernel):
    out = kernel.copy()
    h, w = out.shape
    for i in range(h // 2):
        for j in range(w // 2):
            out[i, j], out[h - 1 - i, w - 1 - j] = out[h - 1 - i, w - 1 - j], out[i, j]
    return out


@right("flip-kernel", "products with reversed identities")
def flip_kernel(kernel):
    h, w = kernel.shape
    return np.eye(h)[::-1] @ kernel @ np.eye(w)[::-1]

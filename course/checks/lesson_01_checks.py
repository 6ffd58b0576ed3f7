"""What the exercises of lesson 01 on one channel compare answers with: oracles, and the mistakes people make."""

from functools import partial

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like


def flip_kernel(answer, wanted):
    rng = np.random.default_rng(1)
    kernels = [np.array(rows) for rows in ([[1, 2]], [[1], [2]], [[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6]])]
    kernels += [rng.normal(size=shape).astype(dtype) for shape, dtype in (((3, 3), "float32"), ((5, 4), "float64"))]
    check_function(answer, _flipped, [((kernel,), {}) for kernel in kernels], FLIP_MISTAKES, array_like, 1e-6)


def _flipped(kernel):
    return kernel[::-1, ::-1]


def _read_after_writing(kernel):
    """Each value is taken from the array that is being written: the second half comes from the first."""
    flat = kernel.copy().ravel()
    for i in range(flat.size):
        flat[i] = flat[-1 - i]
    return flat.reshape(kernel.shape)


def _two_quarters(kernel):
    """Half of the rows and half of the columns change places with those opposite, the others stay."""
    changed = np.zeros(kernel.shape, bool)
    changed[: kernel.shape[0] // 2, : kernel.shape[1] // 2] = True
    return np.where(changed | _flipped(changed), _flipped(kernel), kernel)


FLIP_MISTAKES = (
    Mistake(
        "You read from the array that you write to: half of its values are new by then. Read from kernel.",
        _read_after_writing,
    ),
    Mistake("You return the kernel as it is.", lambda k: k),
    Mistake("You transpose: rows became columns, and nothing is flipped.", lambda k: k.T),
    Mistake("You flip it and transpose it too: rows stay rows.", lambda k: k.T[::-1, ::-1]),
    Mistake("You flip the order of the rows alone: flip that of the columns too.", lambda k: k[::-1]),
    Mistake("You flip the order of the columns alone: flip that of the rows too.", lambda k: k[:, ::-1]),
    Mistake("You turn it by 90 degrees: a flip along both axes is a turn by 180.", np.rot90),
    Mistake("You turn it by 90 degrees: a flip along both axes is a turn by 180.", lambda k: np.rot90(k, -1)),
    Mistake("You change the signs: the numbers stay, their places change.", lambda k: -k),
    Mistake("You flip it and change the signs: the numbers stay, their places change.", lambda k: -_flipped(k)),
    Mistake("You move the rows and columns on by one: turn their order round.", lambda k: np.roll(k, 1, (0, 1))),
    Mistake(
        "You return the numbers in a row: keep the kernel's shape.",
        lambda k: k.ravel()[::-1],
    ),
    *(
        Mistake("You take the number of rows for the columns too: a kernel need not be square.", function)
        for function in (
            lambda k: k[::-1, : k.shape[0]][:, ::-1] if k.shape[0] <= k.shape[1] else None,
            lambda k: (
                np.where(np.arange(k.shape[1]) < len(k), np.roll(_flipped(k), len(k), 1), 0)
                if len(k) <= k.shape[1]
                else None
            ),
        )
    ),
    Mistake(
        "Your loops end half-way down: of an odd number of rows the middle one is turned round, too.",
        lambda k: np.where(np.arange(len(k))[:, None] == (len(k) - 1) / 2, k, _flipped(k)),
    ),
    Mistake("You exchange a quarter of the values with the one opposite: all of them change places.", _two_quarters),
    Mistake(
        "You count from the end by -i, and -0 is 0, so the first row and column stay: the last has the index -1, so "
        "take -1 - i.",
        lambda k: np.roll(_flipped(k), 1, (0, 1)),
    ),
)


def convolve_one_channel(answer, wanted):
    rng = np.random.default_rng(2)
    small = (([[2]], [[3]]), ([[1, 2, 4]], [[1, 0]]), ([[1], [2], [4]], [[1], [0]]))
    cases = [(tuple(map(np.array, arrays)), {}) for arrays in small]
    for image, kernel, dtype in (
        ((3, 3), (2, 2), "float32"),
        ((4, 6), (3, 2), "float64"),
        ((5, 4), (1, 3), "int32"),
        ((6, 7), (3, 3), "float32"),
        ((5, 6), (4, 5), "float64"),
    ):
        cases.append((tuple(rng.integers(-5, 6, shape).astype(dtype) for shape in (image, kernel)), {}))
    pixels = rng.integers(0, 256, (5, 7), "uint8")
    cases += [((pixels, kernel), {}) for kernel in (rng.integers(-2, 5, (2, 3)), rng.uniform(0, 0.1, (3, 3)).round(3))]
    check_function(answer, _convolution, cases, CONVOLUTION_MISTAKES, array_like)


def correlation(image, kernel, reduce=np.sum):
    """Each value is the kernel times the window below it, summed."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return reduce(windows * kernel, axis=(2, 3))


def _convolution(image, kernel):
    return correlation(image, _flipped(kernel))


def _padded(image, kernel):
    """The image with zeros around it, for outputs of its size."""
    return np.pad(image, [((size - 1) // 2, size // 2) for size in kernel.shape])


def _cut_back(image, kernel):
    """What is left of an image's size when kernel // 2 is cut off on both sides."""
    rows, columns = (n - k // 2 * 2 for n, k in zip(image.shape, kernel.shape, strict=True))
    return correlation(image, kernel)[:rows, :columns]


def _over_the_edge(image, kernel):
    """As many windows as pixels; those at the edge are smaller, and multiply only with some kernels."""
    windows = [image[i : i + kernel.shape[0], j : j + kernel.shape[1]] for i, j in np.ndindex(image.shape)]
    return np.array([np.sum(window * kernel) for window in windows]).reshape(image.shape)


def _flip_or_not(sentence, function):
    """A mistake that is made with the kernel flipped, or not flipped on top of it."""
    yield Mistake(f"{sentence}.", lambda image, kernel: function(image, _flipped(kernel)))
    yield Mistake(f"{sentence}. And you do not flip the kernel.", function)


def _by_matrices(image, kernel):
    """Products of matrices, window and kernel, summed up."""
    cuts = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (cuts @ kernel.T).sum(axis=(2, 3))


CONVOLUTION_MISTAKES = (
    *_flip_or_not("You multiply matrices, @: window and kernel are multiplied value by value, *", _by_matrices),
    Mistake(
        "You did not flip the kernel: that is cross-correlation. A convolution flips it along both axes first.",
        correlation,
    ),
    Mistake(
        "You flip the kernel's rows alone: a convolution flips both axes, kernel[::-1, ::-1].",
        lambda image, kernel: correlation(image, kernel[::-1]),
    ),
    Mistake(
        "You flip the kernel's columns alone: a convolution flips both axes, kernel[::-1, ::-1].",
        lambda image, kernel: correlation(image, kernel[:, ::-1]),
    ),
    Mistake(
        "You transpose the kernel: a flip turns the order of rows and columns round, kernel[::-1, ::-1].",
        lambda image, kernel: correlation(image, kernel.T),
    ),
    Mistake(
        "You transpose the kernel as well as flip it: rows stay rows.",
        lambda image, kernel: correlation(image, _flipped(kernel).T),
    ),
    Mistake(
        "You flip the image and not the kernel, so the result comes out flipped: flip the kernel.",
        lambda image, kernel: correlation(_flipped(image), kernel),
    ),
    *_flip_or_not(
        "You leave out the last row and column: a kernel of k fits n - k + 1 times into n",
        lambda image, kernel: correlation(image, kernel)[:-1, :-1],
    ),
    *_flip_or_not(
        "You pad with zeros and keep the image's size: valid means that the kernel stays inside the image",
        lambda image, kernel: correlation(_padded(image, kernel), kernel),
    ),
    *_flip_or_not(
        "You pad with zeros and keep the image's size: valid means that the kernel stays inside the image",
        lambda image, kernel: correlation(np.pad(image, [(k // 2, (k - 1) // 2) for k in kernel.shape]), kernel),
    ),
    *_flip_or_not(
        "You cut half a kernel off on both sides, one too many for an even one: it fits n - k + 1 times into n",
        _cut_back,
    ),
    *_flip_or_not(
        "Each product takes the place of the one before: add them up, with += or np.sum",
        partial(correlation, reduce=lambda products, axis: products[..., -1, -1]),
    ),
    *_flip_or_not(
        "The kernel runs over the edge of the image: it fits n - k + 1 times into n, so the loops end there",
        _over_the_edge,
    ),
    *_flip_or_not(
        "That is the full convolution, larger than the image: the kernel stays inside the image",
        lambda image, kernel: correlation(np.pad(image, [(size - 1, size - 1) for size in kernel.shape]), kernel),
    ),
    *_flip_or_not(
        "The return stands inside the loops, which end with the first window: put it after them",
        lambda image, kernel: correlation(image, kernel)[0, 0],
    ),
    *_flip_or_not(
        "You divide by the number of weights: take the sum, not the mean", partial(correlation, reduce=np.mean)
    ),
    *_flip_or_not(
        "You divide by the sum of the kernel's weights: take the sum as it is",
        lambda image, kernel: correlation(image, kernel) / (kernel.sum() or 1),
    ),
    *_flip_or_not("You take the largest product of a window: take their sum", partial(correlation, reduce=np.max)),
    *_flip_or_not(
        "You move the kernel by its own size: it moves by one pixel at a time, and windows overlap",
        lambda image, kernel: correlation(image, kernel)[:: kernel.shape[0], :: kernel.shape[1]],
    ),
    *_flip_or_not(
        "Height and width of the result change places: its rows are the image's rows",
        lambda image, kernel: correlation(image, kernel).T,
    ),
    *_flip_or_not(
        "You cut off at 0: negative values belong to the result",
        lambda image, kernel: np.maximum(correlation(image, kernel), 0),
    ),
    *_flip_or_not(
        "You take the absolute value: negative values belong to the result",
        lambda image, kernel: np.abs(correlation(image, kernel)),
    ),
    *_flip_or_not(
        "The result has the image's type, which cannot hold fractions or negative numbers: make it of floats",
        lambda image, kernel: correlation(image, kernel).astype(image.dtype),
    ),
)

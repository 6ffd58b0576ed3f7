"""What the exercise of lesson 02 on pooling compares answers with, and the mistakes people make."""

from functools import partial

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like


def max_pooling(answer, wanted):
    rng = np.random.default_rng(5)
    small = (([[[1], [2]]], 1, 1), ([[[-3], [-1]], [[-2], [-4]]], 2, 2), ([[[1], [5], [2], [3]]], 1, 2))
    cases = [((np.array(image), pool_size, strides), {}) for image, pool_size, strides in small]
    for shape, pool_size, strides, dtype in (
        ((3, 3, 1), 2, 1, "int32"),
        ((4, 4, 2), 2, 2, "float32"),
        ((3, 5, 2), 2, 2, "float32"),
        ((5, 7, 3), 3, 2, "float64"),
        ((6, 4, 2), 2, 3, "float32"),
        ((6, 6, 2), 3, 3, "float32"),
        ((7, 6, 2), 3, 1, "float32"),
    ):
        cases.append(((rng.integers(-20, 6, shape).astype(dtype), pool_size, strides), {}))
    cases += [((rng.normal(-1, 3, (4, 5, 2)).astype("float32"), 2, 1), {})]
    cases.append(((rng.integers(0, 256, (5, 6, 3), "uint8"), 2, 2), {}))
    check_function(answer, _pooled, cases, MISTAKES, array_like)


def _pooled(image, pool_size, strides, reduce=np.max, axes=(3, 4)):
    windows = np.lib.stride_tricks.sliding_window_view(image, (pool_size, pool_size), axis=(0, 1))
    return reduce(windows[::strides, ::strides], axis=axes)


def _then(change):
    return lambda *args: change(_pooled(*args))


def _padded(zeros, value):
    """Pool an image with `zeros(size, pool_size, strides)` values around it, before and after."""

    def pooled(image, pool_size, strides):
        sides = [zeros(size, pool_size, strides) for size in image.shape[:2]]
        image = np.pad(image.astype("float64"), [*sides, (0, 0)], constant_values=value)
        return _pooled(image, pool_size, strides)

    return pooled


def _to_cover(size, pool_size, strides):
    """As many as windows hang over the end, if none is left out."""
    return 0, max(-(-(size - pool_size) // strides), 0) * strides + pool_size - size


def _same(size, pool_size, strides):
    total = max((-(-size // strides) - 1) * strides + pool_size - size, 0)
    return total // 2, total - total // 2


def _reshaped(image, pool_size, strides):
    """A reshape without a transpose, which does not cut out windows."""
    height, width, channels = image.shape
    return image.reshape(height // pool_size, width // pool_size, pool_size, pool_size, channels).max(axis=(2, 3))


def _fewer(image, pool_size, strides):
    rows, columns = ((size - pool_size + 1) // strides for size in image.shape[:2])
    return _pooled(image, pool_size, strides)[:rows, :columns]


def _whole_blocks(image, pool_size, strides):
    """As many windows as do not overlap, though they move by strides."""
    rows, columns = (size // strides for size in image.shape[:2])
    return _pooled(image, pool_size, strides)[:rows, :columns]


def _shorter(image, pool_size, strides):
    """Windows a row and a column too small, at the right places."""
    rows, columns = _pooled(image, pool_size, strides).shape[:2]
    return _pooled(image, max(pool_size - 1, 1), strides)[:rows, :columns]


def _not_moved(image, pool_size, strides):
    """As many windows as with strides, one pixel apart."""
    rows, columns = _pooled(image, pool_size, strides).shape[:2]
    return _pooled(image, pool_size, 1)[:rows, :columns]


def _cut_at_the_end(image, pool_size, strides):
    """`size // strides` windows; where they hang over the end they are smaller."""
    rows, columns = (range(0, size // strides * strides, strides) for size in image.shape[:2])
    return np.array([[image[y : y + pool_size, x : x + pool_size].max(axis=(0, 1)) for x in columns] for y in rows])


def _largest_magnitude(windows, axis):
    flat = windows.reshape(*windows.shape[:3], -1).astype("float64")
    return np.take_along_axis(flat, np.abs(flat).argmax(axis=-1)[..., None], axis=-1)[..., 0]


def _place(windows, axis):
    return windows.reshape(*windows.shape[:3], -1).argmax(axis=-1)


MISTAKES = (
    Mistake(
        "You begin with 0, or put zeros in, so that no maximum is below 0: begin with the window's first value.",
        _then(lambda y: np.maximum(y, 0)),
    ),
    Mistake("You average the window: take its largest value.", partial(_pooled, reduce=np.mean)),
    Mistake("You add the window up: take its largest value.", partial(_pooled, reduce=np.sum)),
    Mistake("You take the smallest value of the window: take its largest.", partial(_pooled, reduce=np.min)),
    Mistake("You take the absolute value: -5 is less than 1.", _then(np.abs)),
    Mistake(
        "You take the largest absolute value: -5 is less than 1.", lambda image, *rest: _pooled(np.abs(image), *rest)
    ),
    Mistake("Your windows are one short: a slice stops before its end, y : y + pool_size.", _shorter),
    Mistake(
        "You count as many windows as strides leave, but move by one pixel: window y begins at row y * strides.",
        _not_moved,
    ),
    Mistake(
        "You count n // strides windows, some cut off at the end: there are (n - k) // strides + 1.", _cut_at_the_end
    ),
    Mistake("You compare absolute values: -5 is less than 1.", partial(_pooled, reduce=_largest_magnitude)),
    Mistake("You return where the maximum is: its value is asked.", partial(_pooled, reduce=_place)),
    Mistake(
        "You take the first value of each window: look at all of them.",
        lambda x, k, s: x[::s, ::s][: (len(x) - k) // s + 1, : (x.shape[1] - k) // s + 1],
    ),
    Mistake(
        "You take the maximum along one row of the window: it has pool_size rows too.",
        lambda x, k, s: _pooled(x, k, s, np.max, 4)[..., 0],
    ),
    Mistake(
        "You take the maximum down one column of the window: it has pool_size columns too.",
        lambda x, k, s: _pooled(x, k, s, np.max, 3)[..., 0],
    ),
    Mistake("You ignore strides and move by 1: windows are strides apart.", lambda x, k, s: _pooled(x, k, 1)),
    Mistake(
        "You ignore strides and move by pool_size: windows may overlap, or leave gaps.",
        lambda x, k, s: _pooled(x, k, k),
    ),
    *(
        Mistake("You move by strides along one axis alone: the same holds along the other.", function)
        for function in (lambda x, k, s: _pooled(x, k, 1)[::s], lambda x, k, s: _pooled(x, k, 1)[:, ::s])
    ),
    Mistake("You take the median of the window: take its largest value.", partial(_pooled, reduce=np.median)),
    Mistake("You take strides for the size of the window: that is pool_size.", lambda x, k, s: _pooled(x, s, s)),
    Mistake("You swap pool_size and strides: the window's size comes first.", lambda x, k, s: _pooled(x, s, k)),
    Mistake(
        "You take the maximum over the channels too: each map is pooled by itself.", partial(_pooled, axes=(2, 3, 4))
    ),
    Mistake(
        "You take the maximum over the channels too: each map is pooled by itself.",
        lambda x, k, s: _pooled(x, k, s, axes=(2, 3, 4))[..., None],
    ),
    Mistake(
        "You take the maximum over the channels too, and put it into all of them: each map is pooled by itself.",
        lambda x, k, s: np.broadcast_to(_pooled(x, k, s, axes=(2, 3, 4))[..., None], _pooled(x, k, s).shape),
    ),
    Mistake(
        "You pool the first channel alone: each map is pooled by itself.", lambda x, k, s: _pooled(x, k, s)[..., :1]
    ),
    Mistake("You take the maximum of the whole map: each window has its own.", lambda x, k, s: x.max(axis=(0, 1))),
    Mistake("You take the maximum of everything: each window has its own.", lambda x, k, s: x.max()),
    *(
        Mistake("You let windows hang over the end: those that do not fit are left out.", _padded(zeros, -np.inf))
        for zeros in (_to_cover, lambda size, k, s: (0, max((size - 1) // s * s + k - size, 0)))
    ),
    Mistake("You fill up with zeros at the end: windows that do not fit are left out.", _padded(_to_cover, 0)),
    Mistake('You pad ("same"): windows that do not fit are left out.', _padded(_same, -np.inf)),
    Mistake('You pad with zeros ("same"): windows that do not fit are left out.', _padded(_same, 0)),
    Mistake(
        "You leave out the last row and column: there are (n - k) // strides + 1 windows.", _then(lambda y: y[:-1, :-1])
    ),
    Mistake("You count (n - k + 1) // strides windows: there are (n - k) // strides + 1.", _fewer),
    Mistake("You count n // strides windows: there are (n - k) // strides + 1.", _whole_blocks),
    Mistake("Your reshape does not cut out windows: split height into (height // k, k), and width alike.", _reshaped),
    Mistake(
        "Height and width of the result change places: its rows are the map's rows.", _then(lambda y: y.swapaxes(0, 1))
    ),
    Mistake(
        "The channels come first: the result is (height, width, channels).", _then(lambda y: np.moveaxis(y, -1, 0))
    ),
    Mistake("There is a batch axis in front: here one map goes in and one comes out.", _then(lambda y: y[None])),
)

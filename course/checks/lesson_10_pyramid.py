"""What the exercise of lesson 10 on the spatial pyramid compares answers with, and the mistakes people make."""

import numpy as np

from course.checks import lesson_10_bins
from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like


def spatial_pyramid(answer, wanted):
    """`spatial_pyramid(features, levels=(6, 3, 2, 1))`: `(h, w, c) → (50 c,)`, maxima of n × n bins for each level n.

    Bin i of n spans the rows ⌊i h / n⌋ to ⌈(i + 1) h / n⌉, the end not included, and columns alike. The order is level,
    row, column, channel.
    """
    rng = np.random.default_rng(14)
    cases = [((np.arange(n).reshape(shape) - 5.0, levels), {}) for n, shape, levels in (
        (1, (1, 1, 1), (1,)),
        (4, (2, 2, 1), (2,)),
        (9, (3, 3, 1), (2,)),
        (8, (2, 2, 2), (2, 1)),
        (10, (1, 5, 2), (1,)),
        (25, (5, 5, 1), (3,)),
    )]  # fmt: skip
    cases += [((rng.normal(-1, 2, shape), levels), {}) for shape, levels in (((4, 7, 3), (3, 1)), ((7, 5, 2), (2, 4)))]
    cases += [((rng.normal(-1, 2, shape),), {}) for shape in ((13, 13, 4), (10, 6, 3), (4, 9, 2))]
    cases = [((args[0].astype("float32"), *args[1:]), kwargs) for args, kwargs in cases]
    check_function(answer, _spatial_pyramid, cases, PYRAMID_MISTAKES, array_like)
    return "50 numbers a channel, whatever the size of the map."


def _level(features, n, ends=lesson_10_bins.overlapping, reduce=np.max):
    """(n, n, channels)"""
    rows, columns = (ends(size, n) for size in features.shape[:2])
    return np.array([[reduce(features[a:b, c:d], axis=(0, 1)) for c, d in columns] for a, b in rows])


def _spatial_pyramid(features, levels=(6, 3, 2, 1), flat=np.ravel, **other):
    return np.concatenate([flat(_level(features, n, **other)) for n in levels])


def _pyramid_with(**other):
    return lambda features, levels=(6, 3, 2, 1): _spatial_pyramid(features, levels, **other)


def _by_channel(features, levels=(6, 3, 2, 1)):
    return np.concatenate([_spatial_pyramid(features[..., [c]], levels) for c in range(features.shape[2])])


def _windows(extent, bins):
    """The paper's sliding windows: ⌈a / n⌉ long, ⌊a / n⌋ apart."""
    length, step = -(-extent // bins), max(extent // bins, 1)
    return [(start, start + length) for start in range(0, extent - length + 1, step)]


def _largest(cells, axis):
    """The maximum of a bin, 0 where it has no cell."""
    return cells.max(axis=axis) if cells.size else np.zeros(cells.shape[2])


def _of_each_level(features, levels=(6, 3, 2, 1)):
    """A vector for each level, which make an array where there is one level."""
    return _spatial_pyramid(features, levels)[None] if len(levels) == 1 else np.zeros(0)


def _bins_of(rows, columns):
    """A mistake in whose bins serve for rows and columns, 0 the height's and 1 the width's."""

    def level(features, n):
        ends = [lesson_10_bins.overlapping(size, n) for size in features.shape[:2]]
        cut = [[features[a:b, c:d] for c, d in ends[columns]] for a, b in ends[rows]]
        return np.array([[_largest(cells, axis=(0, 1)) for cells in row] for row in cut])

    return lambda features, levels=(6, 3, 2, 1): np.concatenate([level(features, n).ravel() for n in levels])


PYRAMID_MISTAKES = (
    Mistake(
        "That is the paper's sliding window, ⌈a / n⌉ long and ⌊a / n⌋ apart: it does not always give n bins. Bin i "
        "spans ⌊i a / n⌋ to ⌈(i + 1) a / n⌉.",
        _pyramid_with(ends=_windows),
    ),
    Mistake(
        "Your bins end where the next begins: a bin's end is rounded up, so neighbours may share a row or column.",
        _pyramid_with(ends=lesson_10_bins.rounded_down),
    ),
    Mistake(
        "All your bins are a // n long, so the last rows and columns are left out: bin i ends at ⌈(i + 1) a / n⌉.",
        _pyramid_with(ends=lesson_10_bins.of_equal_size),
    ),
    Mistake(
        "np.array_split cuts the map into pieces that share nothing: bin i spans ⌊i a / n⌋ to ⌈(i + 1) a / n⌉, so that "
        "neighbours may share a row or column.",
        _pyramid_with(ends=lesson_10_bins.of_a_split),
    ),
    *(Mistake(sentence, _pyramid_with(ends=ends, reduce=_largest)) for sentence, ends in lesson_10_bins.OTHER_BINS),
    *(
        Mistake(
            "You slide a window ⌈a / n⌉ long by ⌊a / n⌋, as the paper does: bin i spans ⌊i a / n⌋ to ⌈(i + 1) a / n⌉.",
            _pyramid_with(ends=ends, reduce=_largest),
        )
        for ends in (lesson_10_bins.sliding, lesson_10_bins.sliding_by_one_at_least)
    ),
    Mistake(
        "All your bins are ⌈a / n⌉ long, so the last run out: bin i begins at ⌊i a / n⌋.",
        _pyramid_with(ends=lesson_10_bins.of_ceiling_size, reduce=_largest),
    ),
    *(
        Mistake(f"You take the {one}'s bins for the {other}: each side has its own.", _bins_of(*sides))
        for one, other, sides in (("height", "width", (0, 0)), ("width", "height", (1, 1)))
    ),
    Mistake("Height and width are swapped: rows are cut by the height's bins, columns by the width's.", _bins_of(1, 0)),
    Mistake(
        "You take the maximum over the channels too: each has its own.",
        lambda features, *rest: _spatial_pyramid(
            np.broadcast_to(features.max(axis=2, keepdims=True), features.shape), *rest
        ),
    ),
    Mistake(
        "You pool the first channel alone: each has its own maxima.",
        lambda features, *rest: _spatial_pyramid(features[..., :1], *rest),
    ),
    Mistake(
        "You divide by the vector's length: return the maxima as they are.",
        lambda *args: _spatial_pyramid(*args) / np.linalg.norm(_spatial_pyramid(*args)),
    ),
    Mistake("You take the mean of each bin: the pyramid takes the maximum.", _pyramid_with(reduce=np.mean)),
    Mistake("You take the minimum of each bin: the pyramid takes the maximum.", _pyramid_with(reduce=np.min)),
    Mistake("You add up each bin: the pyramid takes the maximum.", _pyramid_with(reduce=np.sum)),
    Mistake(
        "The maximum begins with 0, so that it is never negative: begin with the first cell of the bin.",
        lambda *args: np.maximum(_spatial_pyramid(*args), 0),
    ),
    Mistake(
        "You take the maximum over the channels too: each has its own.",
        lambda features, *rest: _spatial_pyramid(features.max(axis=2, keepdims=True), *rest),
    ),
    Mistake("You put channel after channel: the order is level, row, column, channel.", _by_channel),
    Mistake(
        "Within a level the channel comes first with you: the order is level, row, column, channel.",
        _pyramid_with(flat=lambda level: level.transpose(2, 0, 1).ravel()),
    ),
    Mistake(
        "Rows and columns are swapped: the order is level, row, column, channel.",
        _pyramid_with(flat=lambda level: level.transpose(1, 0, 2).ravel()),
    ),
    Mistake(
        "The levels stand in reverse: keep the order in which they are given.",
        lambda features, levels=(6, 3, 2, 1): _spatial_pyramid(features, levels[::-1]),
    ),
    Mistake(
        "The smallest level stands first: keep the order in which the levels are given.",
        lambda features, levels=(6, 3, 2, 1): _spatial_pyramid(features, sorted(levels)),
    ),
    Mistake(
        "You ignore levels and take 6, 3, 2 and 1 always.", lambda features, levels=None: _spatial_pyramid(features)
    ),
    Mistake(
        "You leave out the last level: a range stops one before its end.",
        lambda features, levels=(6, 3, 2, 1): _spatial_pyramid(features, levels[:-1] or levels),
    ),
    Mistake(
        "You have n bins a level: it has n of them in each direction, n².",
        lambda features, levels=(6, 3, 2, 1): np.concatenate(
            [
                np.ravel([features[a:b].max(axis=(0, 1)) for a, b in lesson_10_bins.overlapping(len(features), n)])
                for n in levels
            ]
        ),
    ),
    Mistake(
        "You keep one row a bin: join them all to one vector.",
        lambda features, levels=(6, 3, 2, 1): _spatial_pyramid(features, levels).reshape(-1, features.shape[2]),
    ),
    Mistake("You return a list with a vector for each level: join them, np.concatenate.", _of_each_level),
    Mistake("You keep an axis for a batch: return one vector.", lambda *args: _spatial_pyramid(*args)[None]),
)

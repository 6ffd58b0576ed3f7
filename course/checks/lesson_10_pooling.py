"""What the exercise of lesson 10 on regions of interest compares answers with, and the mistakes people make."""

from functools import partial

import numpy as np

from course.checks import lesson_10_bins
from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like
from course.checks.verdict import WrongAnswer


def roi_pooling(answer, wanted):
    """`roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16)`: `(h, w, c), (4,) → (pool_size, pool_size, c)`.

    `roi` is x1, y1, x2, y2 in pixels of the image, 0 or more. Times spatial_scale and rounded, halves up, its corners
    are cells of the map, and both belong to the region: it is y2 - y1 + 1 cells high. Bin p of P spans its rows
    ⌊p height / P⌋ to ⌈(p + 1) height / P⌉, the end not included, and columns alike; each has the maximum of its cells.
    What lies beyond the map's edge is cut off from the bins; a bin without a cell is 0.
    """
    rng = np.random.default_rng(13)
    cases = []
    for shape, roi, pool_size, scale in (
        ((1, 1, 1), (0, 0, 0, 0), 1, 1),
        ((2, 2, 1), (0, 0, 1, 1), 1, 1),
        ((2, 2, 1), (1, 0, 1, 0), 2, 1),
        ((1, 4, 1), (1, 0, 2, 0), 1, 1),
        ((4, 4, 1), (0, 0, 3, 3), 2, 1),
        ((3, 3, 1), (0, 0, 2, 2), 2, 1),
        ((6, 6, 1), (1, 1, 2, 2), 1, 1 / 2),
        ((6, 9, 2), (10, 8, 50, 30), 2, 1 / 8),
        ((5, 8, 3), (8, 24, 56, 40), 3, 1 / 16),
        ((9, 6, 2), (16, 8, 70, 100), 3, 1 / 16),
        ((6, 6, 2), (40, 50, 130, 150), 3, 1 / 16),
        ((2, 2, 1), (2, 2, 5, 5), 2, 0.5),
        ((2, 2, 2), (0, 0, 3, 3), 2, 1),
    ):
        values = rng.integers(-9, 10, shape) if scale != 1 else np.arange(np.prod(shape)).reshape(shape) - 8
        cases.append(((values.astype("float32"), roi, pool_size, scale), {}))
    cases.append(((rng.normal(-1, 2, (12, 14, 3)).astype("float32"), (20, 40, 190, 150)), {}))
    try:
        check_function(answer, _roi_pooling, cases, ROI_MISTAKES, array_like)
    except WrongAnswer as wrong:
        if "zero-size array" in wrong.finding or "max() arg is an empty sequence" in wrong.finding:
            raise WrongAnswer(
                wrong.finding, "A bin there has no cell of the map: the maximum of nothing is an error, its value is 0."
            ) from None
        raise


def _away_from_zero(x):
    return np.sign(x) * np.floor(np.abs(x) + 0.5)


def _roi_pooling(
    features,
    roi,
    pool_size=7,
    spatial_scale=1 / 16,
    rounded=_away_from_zero,
    edge=1,
    ends=lesson_10_bins.overlapping,
    reduce=np.max,
    empty=0,
    least=1,
):
    x1, y1, x2, y2 = (int(rounded(n * spatial_scale)) for n in roi)
    pooled = np.full((pool_size, pool_size, features.shape[2]), empty, float)
    for i, (top, bottom) in enumerate(ends(max(y2 - y1 + edge, least), pool_size)):
        for j, (left, right) in enumerate(ends(max(x2 - x1 + edge, least), pool_size)):
            cells = features[y1 + top : y1 + bottom, x1 + left : x1 + right]
            if cells.size:
                pooled[i, j] = reduce(cells, axis=(0, 1))
    return pooled


def _roi_with(**other):
    return lambda *args: _roi_pooling(*args, **other)


def _roi_swapped(features, roi, *rest):
    return _roi_pooling(features, (roi[1], roi[0], roi[3], roi[2]), *rest)


def _roi_with_sides(features, roi, pool_size=7, spatial_scale=1 / 16, less=0):
    """Sides in place of the far corner, which lies at x + width or x + width - 1."""
    x, y, width, height = (_away_from_zero(n * spatial_scale) for n in roi)
    return _roi_pooling(features, (x, y, x + width - less, y + height - less), pool_size, 1)


def _roi_cut_first(features, roi, pool_size=7, spatial_scale=1 / 16, **other):
    """The region is cut off at the map's edge before it is divided into bins."""
    corners = [int(_away_from_zero(n * spatial_scale)) for n in roi]
    height, width = features.shape[:2]
    limits = width - 1, height - 1, width - 1, height - 1
    return _roi_pooling(
        features, [min(n, limit) for n, limit in zip(corners, limits, strict=True)], pool_size, 1, **other
    )


def _square_bins(features, roi, pool_size=7, spatial_scale=1 / 16):
    """The width's bins serve for the height too."""
    x1, y1, x2, _ = (_away_from_zero(n * spatial_scale) for n in roi)
    return _roi_pooling(features, (x1, y1, x2, y1 + x2 - x1), pool_size, 1)


def _roi_without_its_corner(features, roi, pool_size=7, spatial_scale=1 / 16):
    """A slice from corner to corner, of which the bins are made."""
    x1, y1, x2, y2 = (int(_away_from_zero(n * spatial_scale)) for n in roi)
    cells = features[y1:y2, x1:x2]
    if not cells.size:
        return np.zeros((pool_size, pool_size, features.shape[2]))
    return _roi_pooling(cells, (0, 0, cells.shape[1] - 1, cells.shape[0] - 1), pool_size, 1)


def _roi_rounded_outwards(features, roi, pool_size=7, spatial_scale=1 / 16):
    corners = np.array(roi) * spatial_scale
    return _roi_pooling(features, (*np.floor(corners[:2]), *np.ceil(corners[2:])), pool_size, 1)


def _roi_at_the_corner(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (_away_from_zero(n * spatial_scale) for n in roi)
    return _roi_pooling(features, (0, 0, x2 - x1, y2 - y1), pool_size, 1)


def _roi_padded(**how):
    """The map goes on beyond its right and lower edge."""
    return lambda features, *rest: _roi_pooling(np.pad(features, [(0, 20), (0, 20), (0, 0)], **how), *rest)


ROI_MISTAKES = (
    *(
        Mistake(
            "You take x2 - x1 for the region's width: both corners belong to it, so it is x2 - x1 + 1 cells wide.",
            _roi_with(edge=0, least=least),
        )
        for least in (1, 0)
    ),
    Mistake(
        "Your slice leaves the far corner out: it belongs to the region, features[y1 : y2 + 1, x1 : x2 + 1].",
        _roi_without_its_corner,
    ),
    Mistake(
        "A half was rounded to the even number, as Python's round and np.round do: 0.5 becomes 1, as in C.",
        _roi_with(rounded=np.round),
    ),
    Mistake("You cut the fraction of the corners off: round them to the nearest cell.", _roi_with(rounded=np.floor)),
    Mistake("You round the corners up: round them to the nearest cell.", _roi_with(rounded=np.ceil)),
    Mistake(
        "Your bins end where the next begins: a bin's end is rounded up, so neighbours may share a row or column.",
        _roi_with(ends=lesson_10_bins.rounded_down),
    ),
    Mistake(
        "All your bins are height // pool_size high, so the last rows are left out: bin p ends at ⌈(p + 1) h / P⌉.",
        _roi_with(ends=lesson_10_bins.of_equal_size),
    ),
    *(
        Mistake(
            "All your bins are height // pool_size high, one at least, and the rest is left out: bin p spans "
            "⌊p h / P⌋ to ⌈(p + 1) h / P⌉.",
            _roi_with(ends=ends),
        )
        for ends in (lesson_10_bins.of_one_at_least, lesson_10_bins.of_one_at_least_and_more)
    ),
    Mistake(
        "You cut the region off at the map's edge, and all its bins are height // pool_size high, one at least: divide "
        "the whole region, bin p from ⌊p h / P⌋ to ⌈(p + 1) h / P⌉, and cut the bins off.",
        partial(_roi_cut_first, ends=lesson_10_bins.of_one_at_least),
    ),
    *(
        Mistake(
            "All your bins are ⌈height / pool_size⌉ high, so the last run out: bin p begins at ⌊p h / P⌋.",
            _roi_with(ends=ends),
        )
        for ends in (lesson_10_bins.of_ceiling_size, lesson_10_bins.of_ceiling_size_inside)
    ),
    Mistake(
        "np.array_split cuts the region into pieces that share nothing: bin p spans ⌊p h / P⌋ to ⌈(p + 1) h / P⌉, so "
        "that neighbours may share a row or column.",
        _roi_with(ends=lesson_10_bins.of_a_split),
    ),
    *(
        Mistake(
            "You slide a window ⌈height / pool_size⌉ high by ⌊height / pool_size⌋: bin p spans ⌊p h / P⌋ to "
            "⌈(p + 1) h / P⌉.",
            _roi_with(ends=ends),
        )
        for ends in (lesson_10_bins.sliding, lesson_10_bins.sliding_by_one_at_least)
    ),
    *(Mistake(sentence, _roi_with(ends=ends)) for sentence, ends in lesson_10_bins.OTHER_BINS),
    Mistake(
        "You round the first corner down and the far one up: round all to the nearest cell.", _roi_rounded_outwards
    ),
    Mistake(
        "The bins are counted from the map's first cell: count them from the region's, y1 and x1.", _roi_at_the_corner
    ),
    Mistake("Beyond the map's edge there are zeros with you: cells that are not there do not count.", _roi_padded()),
    Mistake(
        "Beyond the map's edge you repeat its last cells: cells that are not there do not count.",
        _roi_padded(mode="edge"),
    ),
    Mistake(
        "You ignore spatial_scale and take 1/16 always.",
        lambda features, roi, pool_size=7, spatial_scale=1 / 16: _roi_pooling(features, roi, pool_size),
    ),
    Mistake("You take the mean of each bin: RoI pooling takes the maximum.", _roi_with(reduce=np.mean)),
    Mistake("You take the minimum of each bin: RoI pooling takes the maximum.", _roi_with(reduce=np.min)),
    Mistake("You add up each bin: RoI pooling takes the maximum.", _roi_with(reduce=np.sum)),
    Mistake("Rows and columns are swapped: x counts columns and y rows, features[y, x].", _roi_swapped),
    Mistake(
        "The result is transposed: its first axis goes with y, from top to bottom.",
        lambda *args: _roi_pooling(*args).transpose(1, 0, 2),
    ),
    *(
        Mistake("You read the region as x, y, width, height: it is x1, y1, x2, y2.", function)
        for function in (
            _roi_with_sides,
            partial(_roi_with_sides, less=1),
            lambda features, roi, *rest: _roi_pooling(features, (*roi[:2], roi[0] + roi[2], roi[1] + roi[3]), *rest),
            lambda features, roi, *rest: _roi_pooling(
                features,
                (*roi[:2], roi[0] + roi[2] - 1, roi[1] + roi[3] - 1),
                *rest,
                rounded=lambda x: np.floor(x + 0.5),
                least=0,
            ),
        )
    ),
    Mistake(
        "You ignore spatial_scale: the region is in pixels of the image, the map has fewer cells.",
        lambda features, roi, pool_size=7, spatial_scale=1 / 16: _roi_pooling(features, roi, pool_size, 1),
    ),
    Mistake(
        "You divide by spatial_scale: it is cells a pixel, 1/16 say, so multiply.",
        lambda features, roi, pool_size=7, spatial_scale=1 / 16: _roi_pooling(
            features, roi, pool_size, 1 / spatial_scale
        ),
    ),
    Mistake(
        "The maximum begins with 0, so that it is never negative: begin with the first cell of the bin.",
        lambda *args: np.maximum(_roi_pooling(*args), 0),
    ),
    Mistake("A bin with no cell of the map is -inf with you: it has the value 0.", _roi_with(empty=-np.inf)),
    Mistake(
        "You cut the region off at the map's edge and then divide it: divide first, and cut the bins off.",
        _roi_cut_first,
    ),
    Mistake("You divide the height by the width's bins: rows have bins of their own.", _square_bins),
    Mistake(
        "You ignore pool_size and make 7×7 bins always.",
        lambda features, roi, pool_size=7, spatial_scale=1 / 16: _roi_pooling(features, roi, 7, spatial_scale),
    ),
    Mistake(
        "You take the maximum over the channels too: each has its own.",
        lambda features, *rest: _roi_pooling(features.max(axis=2, keepdims=True), *rest),
    ),
    Mistake(
        "You take the maximum over the channels too: each has its own.",
        _roi_with(reduce=lambda cells, axis: cells.max()),
    ),
)

"""Where the bins of lesson 10 begin and end: as they should, and as people place them.

Each function takes how many cells there are and how many bins, and returns (begin, end) for each bin.
"""

from itertools import pairwise


def overlapping(extent, bins):
    """The floor of where each bin begins, and the ceiling of where it ends."""
    return [(p * extent // bins, -(-(p + 1) * extent // bins)) for p in range(bins)]


def rounded_down(extent, bins):
    return [(p * extent // bins, (p + 1) * extent // bins) for p in range(bins)]


def of_equal_size(extent, bins):
    return [(p * (extent // bins), (p + 1) * (extent // bins)) for p in range(bins)]


def of_one_at_least(extent, bins):
    size = max(extent // bins, 1)
    return [(min(p * size, extent), min((p + 1) * size, extent)) for p in range(bins)]


def of_a_split(extent, bins):
    """Those of np.array_split: the first ones are a cell longer."""
    ends = [p * (extent // bins) + min(p, extent % bins) for p in range(bins + 1)]
    return list(pairwise(ends))


def of_one_at_least_and_more(extent, bins):
    """As before, where the bins may reach past the region."""
    size = max(extent // bins, 1)
    return [(p * size, (p + 1) * size) for p in range(bins)]


def of_ceiling_size(extent, bins):
    return [(p * -(-extent // bins), (p + 1) * -(-extent // bins)) for p in range(bins)]


def of_ceiling_size_inside(extent, bins):
    return [(min(begin, extent), min(end, extent)) for begin, end in of_ceiling_size(extent, bins)]


def rounded(extent, bins):
    """Both ends at the nearest whole number."""
    return [(round(p * extent / bins), round((p + 1) * extent / bins)) for p in range(bins)]


def rounded_and_not_empty(extent, bins):
    return [(begin, max(end, begin + 1)) for begin, end in rounded(extent, bins)]


def plus_one(extent, bins):
    """One more than the end rounded down, inside the map."""
    return [(begin, min(end + 1, extent)) for begin, end in rounded_down(extent, bins)]


def one_short(extent, bins):
    """A cell less than there should be, one at least."""
    return [(begin, max(end - 1, begin + 1)) for begin, end in overlapping(extent, bins)]


def one_more(extent, bins):
    return [(begin, end + 1) for begin, end in overlapping(extent, bins)]


def late(extent, bins):
    """Both ends rounded up."""
    return [(-(-p * extent // bins), end) for p, (_, end) in enumerate(overlapping(extent, bins))]


def first_cells(extent, bins):
    """The first cell of each bin."""
    return [(begin, begin + 1) for begin, _ in overlapping(extent, bins)]


def sliding(extent, bins):
    """Windows ⌈a / n⌉ long and ⌊a / n⌋ apart, as many as there are bins."""
    return [(p * (extent // bins), p * (extent // bins) + -(-extent // bins)) for p in range(bins)]


def sliding_by_one_at_least(extent, bins):
    step = max(extent // bins, 1)
    return [(p * step, p * step + -(-extent // bins)) for p in range(bins)]


# What is said of bins that begin and end elsewhere, in all exercises that have them.
OTHER_BINS = (
    *(
        ("You round both ends of a bin to the nearest: its beginning is rounded down and its end up.", ends)
        for ends in (rounded, rounded_and_not_empty)
    ),
    ("You add 1 to round a bin's end up: where it divides evenly, nothing is to be added; take -(-a // b).", plus_one),
    ("You round both ends of a bin up: its beginning is rounded down.", late),
    ("Your bins end a cell too early: a slice leaves its end out already.", one_short),
    ("Your bins end a cell too late: a slice leaves its end out, so there is nothing to add.", one_more),
    ("You take the first cell of each bin alone: take the maximum of them all.", first_cells),
)

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


def of_ceiling_size(extent, bins):
    return [(p * -(-extent // bins), (p + 1) * -(-extent // bins)) for p in range(bins)]

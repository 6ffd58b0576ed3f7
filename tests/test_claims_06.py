"""Lesson 06's claim: 1×1 reductions cut an Inception net's cost several-fold at about equal accuracy."""

import re

import claims
import pytest

from course import arithmetic

# Szegedy et al. 2015, table 1: map's side, #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj.
TABLE = [
    (28, 64, 96, 128, 16, 32, 32),
    (28, 128, 128, 192, 32, 96, 64),
    (14, 192, 96, 208, 16, 48, 64),
    (14, 160, 112, 224, 24, 64, 64),
    (14, 128, 128, 256, 24, 64, 64),
    (14, 112, 144, 288, 32, 64, 64),
    (14, 256, 160, 320, 32, 128, 128),
    (7, 256, 160, 320, 32, 128, 128),
    (7, 384, 192, 384, 48, 128, 128),
]
# Krizhevsky et al. 2012 with two towers, counted by hand in tests/test_alexnet.py.
ALEXNET_PARAMETERS, ALEXNET_MACS = 60_965_224, 724_406_816
TOLERANCE = 3  # percentage points


def weights(channels, row, reductions):
    """A module's weights: the branches' kernels, biases left out."""
    ones, threes_reduce, threes, fives_reduce, fives, projection = row
    total = channels * (ones + projection)
    if not reductions:
        return total + channels * (9 * threes + 25 * fives)
    return total + channels * (threes_reduce + fives_reduce) + 9 * threes_reduce * threes + 25 * fives_reduce * fives


def modules(reductions):
    """The weights and the multiply-accumulates of each of GoogLeNet's modules."""
    channels, counted = 192, []
    for side, *row in TABLE:
        counted.append((weights(channels, row, reductions), weights(channels, row, reductions) * side * side))
        channels = row[0] + row[2] + row[4] + row[5]
    return counted


def small_net(reductions):
    """Trainable parameters and multiply-accumulates of the lesson's small net: rows 4b, 4c, 4d at an eighth."""
    stem, channels = 9 * 3 * 64, 64
    parameters, macs = stem + 2 * 64, stem * 16 * 16
    for _, *widths in TABLE[3:6]:
        row = [filters // 8 for filters in widths]
        kept = [filters for i, filters in enumerate(row) if reductions or i not in (1, 3)]
        parameters += weights(channels, row, reductions) + 2 * sum(kept)  # batch normalisation's scale and offset
        macs += weights(channels, row, reductions) * 8 * 8
        channels = row[0] + row[2] + row[4] + row[5]
    return parameters + channels * 10 + 10, macs + channels * 10


def test_the_bottleneck_reduces_to_a_third_not_by_a_third():
    direct = arithmetic.conv_params(3, 16, 32, use_bias=False)
    through = arithmetic.conv_params(1, 16, 5, use_bias=False) + arithmetic.conv_params(3, 5, 32, use_bias=False)
    assert (direct, through) == (4608, 1520)
    assert 0.32 < through / direct < 0.34


def test_every_module_of_googlenet_costs_several_times_less():
    import tensorflow as tf

    from course import analysis
    from course.models import BUILDERS

    ratios = [direct[0] / through[0] for direct, through in zip(modules(False), modules(True), strict=True)]
    assert min(ratios) > 2.4
    assert max(ratios) < 5.2
    assert sum(macs for _, macs in modules(False)) / sum(macs for _, macs in modules(True)) == pytest.approx(3.58, 0.01)
    with tf.Graph().as_default():
        table = analysis.table(BUILDERS["googlenet"]())
    rows = [row for row in table.rows if row.name.startswith("inception_")]
    assert sum(row.macs for row in rows) == sum(macs for _, macs in modules(True))
    assert ALEXNET_PARAMETERS / table.total.parameters == pytest.approx(8.7, abs=0.05)
    assert table.total.macs / ALEXNET_MACS == pytest.approx(2.18, abs=0.005)


def test_the_small_nets_differ_in_cost_several_fold():
    (parameters, macs), (fewer_parameters, fewer_macs) = small_net(False), small_net(True)
    assert parameters / fewer_parameters > 3
    assert macs / fewer_macs > 3


def measured(printed):
    """{"with" or "without": (parameters, multiply-accumulates, accuracy in per cent)} as the lesson printed them."""
    costs = re.findall(r"^(with|without) +reductions: +([\d,]+) parameters, +([\d,]+) MACs$", printed, re.MULTILINE)
    right = dict(re.findall(r"^(with|without) +reductions: test accuracy ([\d.]+)%,", printed, re.MULTILINE))
    assert [name for name, *_ in costs] == ["without", "with"] == list(right)
    return {name: (*(int(n.replace(",", "")) for n in numbers), float(right[name])) for name, *numbers in costs}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_cheaper_net_is_about_as_accurate(monkeypatch, seed):
    """The executed notebook's own numbers; the seed chooses the weights and the order of the images."""
    printed = claims.printed(claims.run("06_googlenet", "lesson", seed, monkeypatch))
    nets = measured(printed)
    for name, reductions in (("without", False), ("with", True)):
        assert nets[name][:2] == small_net(reductions)
    assert nets["without"][2] > 95
    assert nets["with"][2] > 95
    assert abs(nets["with"][2] - nets["without"][2]) <= TOLERANCE
    assert "about equal, within 3 points" in printed

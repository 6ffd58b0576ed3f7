"""Lesson 09's claim: with equal training, each skip raises the mean IoU; in the paper, 8s beats 16s beats 32s."""

import re

import claims
import numpy as np
import pytest

SCORES = ("pixel accuracy", "mean accuracy", "mean IoU", "weighted IoU")
# Simonyan and Zisserman 2015, table 1, column D: filters of the 3×3 convolutions.
VGG16 = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]


@pytest.mark.parametrize(
    ("name", "skips", "kernels", "total"),
    [
        ("fcn32s", [], [64], 136_152_917),
        ("fcn16s", [512], [4, 32], 134_815_994),
        ("fcn8s", [512, 256], [4, 4, 16], 134_489_759),
    ],
)
def test_skips_cost_next_to_nothing(name, skips, kernels, total):
    """By hand: VGG-16 with its dense layers as convolutions, 21 scores of each map, and 21×21 kernels."""
    import tensorflow as tf

    from course.models import BUILDERS

    convolutions = sum(9 * a * b + b for a, b in zip([3, *VGG16], VGG16, strict=False))
    connected = 7 * 7 * 512 * 4096 + 4096 + 4096 * 4096 + 4096
    scored = sum(21 * channels + 21 for channels in [4096, *skips])
    assert convolutions + connected + scored + sum(k * k * 21 * 21 for k in kernels) == total
    with tf.Graph().as_default():
        assert BUILDERS[name]().count_params() == total
    assert scored - (21 * 4096 + 21) < total / 8000


def middle(number, padding=100, fc6=False):
    """(first, step): where cells of VGG-16's pool `number`, or of fc6 after pool5, have their middles, in pixels.

    Walked from layer to layer: a 3×3 convolution with padding 1 leaves middles where they are, a 2×2 pooling moves them
    by half a step and doubles the step, a 7×7 convolution without padding moves them by three steps.
    """
    first, step = 1.0 - padding, 1.0
    for _ in range(number):
        first, step = first + step / 2, 2 * step
    return (first + 3 * step, step) if fc6 else (first, step)


def test_the_cuts_of_the_release_follow_from_middles():
    """5, 9, 19, 27 and 31, and what the lesson's course nets have."""
    import tensorflow as tf

    from course.models import BUILDERS

    def enlarged(place, factor):
        return place[0] - (factor - 0.5) * place[1] / factor, place[1] / factor

    fc7, pool4, pool3 = middle(5, fc6=True), middle(4), middle(3)
    twice = enlarged(fc7, 2)
    again = enlarged(twice, 2)
    cuts = {
        "fcn32s": {"score": -enlarged(fc7, 32)[0]},
        "fcn16s": {"score_pool4c": (twice[0] - pool4[0]) / 16, "score": -enlarged(twice, 16)[0]},
        "fcn8s": {
            "score_pool4c": (twice[0] - pool4[0]) / 16,
            "score_pool3c": (again[0] - pool3[0]) / 8,
            "score": -enlarged(again, 8)[0],
        },
    }
    assert cuts == {
        "fcn32s": {"score": 19},
        "fcn16s": {"score_pool4c": 5, "score": 27},
        "fcn8s": {"score_pool4c": 5, "score_pool3c": 9, "score": 31},
    }
    for name, offsets in cuts.items():
        with tf.Graph().as_default():
            net = BUILDERS[name]()
            assert {layer.name: layer.offset for layer in net.layers if hasattr(layer, "offset")} == offsets


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_each_skip_brings_mean_iou(monkeypatch, seed):
    """The executed notebook's own table; the seed chooses the weights and the order of the scenes."""
    lesson = claims.run("09_segmentation", "lesson", seed, monkeypatch)
    printed = claims.printed(lesson)
    rows = re.findall(r"^(FCN-\d+s|nothing) +([\d. ]+)$", printed, re.M)
    table = {name: dict(zip(SCORES, map(float, numbers.split()), strict=True)) for name, numbers in rows}
    # A miniature of half the size: what is 32s, 16s and 8s in the paper.
    assert list(table) == ["FCN-16s", "FCN-8s", "FCN-4s", "nothing"]
    coarse, middling, fine, nothing = (np.array([row[name] for name in SCORES]) for row in table.values())
    iou = SCORES.index("mean IoU")
    assert coarse[iou] > nothing[iou]
    assert middling[iou] > coarse[iou] + 0.05
    assert fine[iou] > middling[iou] + 0.05
    # Most pixels are background: their share moves less.
    assert (fine - coarse)[0] < (fine - coarse)[iou]

    cells = [float(score) for score in re.findall(r"^cells of .* mean IoU ([\d.]+)$", printed, re.M)]
    assert len(cells) == 3
    assert cells == sorted(cells, reverse=True)
    assert float(re.search(r"([\d.]+)% of the training letters right", printed)[1]) > 90
    assert "the same on one letter: True" in printed
    assert "but for half a cell at the edge: True" in printed

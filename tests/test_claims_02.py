"""Lesson 02's claims: where VGG-16 keeps memory and parameters, what padding does for depth, what pooling forgives."""

import re

import claims
import numpy as np
import pytest

# Simonyan and Zisserman 2015, table 1, column D: the filters of each convolution, M for a pooling.
VGG16 = [64, 64, "M", 128, 128, "M", *[256] * 3, "M", *[512] * 3, "M", *[512] * 3, "M"]


def by_hand():
    """(name, values, parameters, multiply-accumulates) of each layer of VGG-16, counted along the paper's table."""
    side, channels, block, number = 224, 3, 1, 0
    layers = [("input", side * side * channels, 0, 0)]
    for filters in VGG16:
        if filters == "M":
            side //= 2
            layers.append((f"pool{block}", side * side * channels, 0, 0))
            block, number = block + 1, 0
        else:
            number += 1
            weights = 9 * channels * filters
            values = side * side * filters
            layers.append((f"conv{block}_{number}", values, weights + filters, side * side * weights))
            channels = filters
    features = side * side * channels
    for name, units in (("fc6", 4096), ("fc7", 4096), ("fc8", 1000)):
        layers.append((name, units, (features + 1) * units, features * units))
        features = units
    return layers


@pytest.fixture(scope="module")
def vgg():
    import tensorflow as tf

    from course import analysis
    from course.models import BUILDERS

    with tf.Graph().as_default():
        return analysis.table(BUILDERS["vgg16"]())


def test_vgg_16_s_table_is_the_paper_s(vgg):
    expected = by_hand()
    rows = {row.name: row for row in vgg.rows}
    assert [(name, rows[name].memory // 4, rows[name].parameters, rows[name].macs) for name, *_ in expected] == expected
    assert {row.name for row in vgg.rows} - {name for name, *_ in expected} == {"flatten", "drop6", "drop7", "softmax"}
    assert sum(values for _, values, _, _ in expected) == 15_237_608
    assert vgg.total.parameters == 138_357_544


def test_memory_lies_in_the_early_convolutions_and_parameters_in_the_fully_connected_layers(vgg):
    def share(field, *beginnings):
        part = sum(getattr(row, field) for row in vgg.rows if row.name.startswith(beginnings))
        return part / getattr(vgg.total, field)

    assert share("memory", "conv1", "conv2") > 0.6
    assert share("parameters", "conv1", "conv2") < 0.002
    assert share("parameters", "fc") > 0.89
    assert share("memory", "fc") < 0.001
    assert share("macs", "conv") > 0.99
    assert max(vgg.rows, key=lambda row: row.parameters).name == "fc6"


def percentages(text):
    """{name: its percentages} of a printed table."""
    lines = re.findall(r"^(.*?)((?: +[\d.]+%)+)$", text, re.MULTILINE)
    return {name.strip(): np.array(re.findall(r"[\d.]+", values), float) for name, values in lines}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_lesson_shows_it_and_pooling_forgives_small_shifts_in_part(monkeypatch, seed):
    """The executed notebook's own tables; the seed chooses the training digits."""
    lesson = claims.run("02_arithmetic", "lesson", seed, monkeypatch)
    shares = percentages(claims.printed(lesson, "first four convolutions"))
    assert shares["first four convolutions"].tolist() == [63.2, 0.2, 30.5]
    assert shares["fully connected"].tolist() == [0.1, 89.4, 0.8]

    assert "3×3: 15 layers" in claims.printed(lesson, "there is no room")
    gaps = [float(gap) for gap in re.findall(r"([\d.]+)%", claims.printed(lesson, "mean difference from same"))]
    assert gaps[0] == 0
    assert gaps[1] > 5
    changes = [float(change) for change in re.findall(r"(\d+)%", claims.printed(lesson, "pooled edges: changed"))]
    assert 0 < changes[2] < changes[0]
    assert 0 < changes[3] < changes[1]
    assert changes[2] < changes[3]

    read = percentages(claims.printed(lesson, "shift in pixels"))
    none = read.pop("none")
    whole = read.pop("mean 32×32")
    assert len(read) == 6
    assert whole.max() < 50
    assert np.ptp(whole) < 5
    assert none[0] > 95
    assert none[0] - none[2] > 10
    for name in ("max 3×3, strides 2", "max 4×4", "max 8×8", "mean 4×4", "mean 8×8"):
        assert none[0] - none[2] > read[name][0] - read[name][2] + 3
    assert read["max 3×3, strides 2"][2] > read["max 2×2"][2]
    assert read["mean 4×4"][2] > read["max 4×4"][2]
    assert read["mean 8×8"][2] > read["max 8×8"][2]
    assert read["max 8×8"][0] < read["max 2×2"][0]
    assert max(values[4] for values in (none, *read.values())) < 50

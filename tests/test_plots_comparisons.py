import math
import re
from collections import namedtuple
from types import SimpleNamespace

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from pictures import assert_legible, extent, texts

from course import plots

Row = namedtuple("Row", "name accuracy parameters macs seconds data", defaults=("glyphs (stand-in for ImageNet)",))
FAMILY = [
    Row("lenet5", 0.62, 61_706, 0.4e6, 0.01),
    Row("alexnet", 0.80, 58e6, 1.1e9, 0.3),
    Row("zfnet", 0.81, 58e6, 1.17e9, 0.31),
    Row("vgg11", 0.84, 132e6, 7.6e9, 1.2),
    Row("vgg16", 0.86, 138e6, 15.5e9, 2.0),
    Row("vgg19", 0.862, 143.7e6, 19.6e9, 2.5),
    Row("nin", 0.79, 7.6e6, 1.1e9, 0.2),
    Row("googlenet", 0.87, 7e6, 1.6e9, 0.4),
    Row("resnet18", 0.86, 11.7e6, 1.8e9, 0.3),
    Row("resnet34", 0.88, 21.8e6, 3.7e9, 0.6),
    Row("resnet50", 0.90, 25.6e6, 4.1e9, 0.7),
    Row("resnet101", 0.91, 44.5e6, 7.8e9, 1.2),
    Row("resnet152", 0.912, 60.2e6, 11.5e9, 1.8),
    Row("densenet121", 0.903, 8e6, 2.9e9, 0.8),
    Row("densenet169", 0.908, 14e6, 3.4e9, 0.9),
    Row("densenet201", 0.91, 20e6, 4.3e9, 1.1),
]
BAND = SimpleNamespace(rates=np.logspace(-5, 0, 26), losses=np.linspace(2.3, 1.0, 26), suggestion=0.01)


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def points(axes):
    """(x, y, marker, whether it is full) of each net that is drawn."""
    lines = [line for line in axes.lines if line.get_marker() not in ("None", "")]
    return [(*line.get_xydata()[0], line.get_marker(), max(to_rgb(line.get_markerfacecolor())) < 0.5) for line in lines]


def front(costs_and_accuracies):
    """The points for which no other is as cheap and as accurate, and not equal: by definition."""
    return [
        not any(b <= a and q >= p and (b, q) != (a, p) for b, q in costs_and_accuracies)
        for a, p in costs_and_accuracies
    ]


@pytest.mark.parametrize("cost", ["parameters", "macs", "seconds"])
def test_accuracy_against_cost_shows_the_family(cost):
    axes = plots.accuracy_against_cost(FAMILY, cost, title="the whole family")
    drawn = points(axes)
    expected = [(getattr(row, cost), row.accuracy) for row in FAMILY]
    assert [point[:2] for point in drawn] == expected
    assert [full for *_, full in drawn] == front(expected)
    assert axes.get_xscale() == "log"
    assert axes.get_ylabel() == "accuracy on glyphs (stand-in for ImageNet)"
    assert [text for text in texts(axes) if text] == [row.name for row in FAMILY]
    # the line of the front passes behind a name
    assert all(label.get_path_effects() for label in axes.texts if label.get_text())
    families = [re.match("[a-z]+", row.name)[0] for row in FAMILY]
    markers = [marker for *_, marker, _ in drawn]
    assert len(set(zip(families, markers, strict=True))) == len(set(families)) == len(set(markers))
    legend = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert legend == [*dict.fromkeys(families), "Pareto front"]
    assert_legible(axes, smallest=8)


def assert_labels_are_free(axes):
    """On no other label, on no other net's marker, and inside the axes."""
    axes.figure.canvas.draw()
    labels = [text for text in axes.texts if text.get_text()]
    bounds = axes.bbox
    for i, label in enumerate(labels):
        left, bottom, right, top = extent(label).extents
        assert bounds.x0 - 1 < left < right < bounds.x1 + 1
        assert bounds.y0 - 1 < bottom < top < bounds.y1 + 1
        for other in labels[i + 1 :]:
            left2, bottom2, right2, top2 = extent(other).extents
            apart = right <= left2 or right2 <= left or top <= bottom2 or top2 <= bottom
            assert apart, f"{label.get_text()} lies on {other.get_text()}"
        for j, (x, y, *_) in enumerate(points(axes)):
            x, y = axes.transData.transform((x, y))
            assert i == j or not (left < x < right and bottom < y < top), f"{label.get_text()} lies on a marker"


@settings(max_examples=4, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 40)), min_size=1, max_size=20))
def test_labels_of_any_crowd_are_free(crowd):
    rows = [{"name": f"net{i}", "accuracy": 0.5 + y / 100, "seconds": x} for i, (x, y) in enumerate(crowd)]
    axes = plots.accuracy_against_cost(rows, "seconds")
    assert_labels_are_free(axes)
    assert [full for *_, full in points(axes)] == front([(row["seconds"], row["accuracy"]) for row in rows])
    plt.close(axes.figure)


def test_equal_nets_are_both_on_the_front_and_a_family_may_be_given():
    rows = [{"name": name, "accuracy": 0.5, "macs": 10, "family": "ours"} for name in ("a1", "b1")]
    axes = plots.accuracy_against_cost([*rows, {"name": "c", "accuracy": 0.4, "macs": 10}], "macs")
    assert [full for *_, full in points(axes)] == [True, True, False]
    assert [text.get_text() for text in axes.figure.legends[0].get_texts()] == ["ours", "c", "Pareto front"]
    assert axes.get_ylabel() == "accuracy"


def test_learning_rates_marks_the_suggestion():
    axes = plots.learning_rates(BAND, title="glyphs")
    curve, mark = axes.lines
    np.testing.assert_allclose(curve.get_xydata(), np.stack([BAND.rates, BAND.losses], axis=1))
    assert set(mark.get_xdata()) == {0.01}
    assert mark.get_linestyle() != curve.get_linestyle()
    assert (axes.get_xscale(), axes.get_title(), texts(axes)) == ("log", "glyphs", ["suggested: 0.01"])
    assert_legible(axes, smallest=8)


def test_what_diverges_does_not_flatten_the_curve():
    losses = np.array([2.0, 1.5, 1.0, 30.0, np.nan, np.inf])
    result = SimpleNamespace(rates=np.logspace(-3, 2, 6), losses=losses, suggestion=0.1)
    axes = plots.learning_rates(result)
    assert axes.lines[0].get_ydata().tolist() == losses[:4].tolist()
    assert 4 <= axes.get_ylim()[1] < 5
    assert_legible(axes)


@pytest.mark.parametrize("suggestion", [1e-5, 1.0])
def test_a_suggestion_at_the_end_is_written_inside(suggestion):
    axes = plots.learning_rates(SimpleNamespace(rates=BAND.rates, losses=BAND.losses, suggestion=suggestion))
    axes.figure.canvas.draw()
    box = extent(axes.texts[0])
    assert axes.bbox.x0 <= box.x0 < box.x1 <= axes.bbox.x1


def test_gradient_norms_by_layer():
    norms = {f"conv{i}_1_conv": 10.0**-i for i in range(20)} | {"dead": 0.0}
    axes = plots.gradient_norms(norms, title="plain-20")
    line, zeros = axes.lines
    np.testing.assert_allclose(line.get_ydata()[:20], list(norms.values())[:20])
    assert math.isnan(line.get_ydata()[20])
    assert zeros.get_xdata().tolist() == [21]
    assert zeros.get_ydata()[0] == axes.get_ylim()[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == list(norms)
    assert (axes.get_yscale(), axes.get_title()) == ("log", "plain-20")
    assert_legible(axes, smallest=8)


def test_gradient_norms_of_several_nets_differ_without_colour():
    nets = {name: {f"layer{i}": (i + 1) * scale for i in range(56)} for name, scale in (("plain", 1e-3), ("ResNet", 1))}
    axes = plots.gradient_norms(nets)
    curves = [line for line in axes.lines if line.get_label() in nets]
    for line, name in zip(curves, nets, strict=True):
        np.testing.assert_allclose(line.get_xydata(), list(enumerate(nets[name].values(), 1)))
    assert len({(line.get_linestyle(), line.get_marker(), line.get_color()) for line in curves}) == 2
    assert len({line.get_linestyle() for line in curves}) == len({line.get_color() for line in curves}) == 2
    assert_legible(axes, smallest=8)


ROW = {"name": "a", "accuracy": 0.5, "parameters": 3}


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (lambda: plots.accuracy_against_cost([ROW], "mac"), 'There is no cost "mac"; the nearest is "macs".'),
        (lambda: plots.accuracy_against_cost([]), "There are no rows to draw; give dicts with name, accuracy and what"),
        (lambda: plots.accuracy_against_cost([ROW], "seconds"), 'The row "a" has seconds None; it must be a number.'),
        (lambda: plots.accuracy_against_cost([ROW | {"accuracy": 88}]), "An accuracy is 88; it must be from 0 to 1"),
        (
            lambda: plots.accuracy_against_cost([ROW | {"parameters": 0}]),
            "parameters is 0 in a row; it must be above 0",
        ),
        (
            lambda: plots.accuracy_against_cost([ROW | {"data": "digits"}, ROW | {"data": "glyphs"}]),
            "The rows are of the data sets digits, glyphs; draw one picture for each.",
        ),
        (
            lambda: plots.learning_rates(SimpleNamespace(rates=[0.1], losses=[1, 2], suggestion=0.1)),
            "rates has the shape (1,) and losses (2,); both must be (n,)",
        ),
        (
            lambda: plots.learning_rates(SimpleNamespace(rates=[0.1], losses=[np.nan], suggestion=0.1)),
            "No loss is a number; search among smaller learning rates.",
        ),
        (lambda: plots.gradient_norms([1.0]), "norms is [1.0]; give {layer: norm}"),
        (lambda: plots.gradient_norms({"conv1": float("nan")}), "A gradient's norm must be a number, 0 or more"),
    ],
)
def test_bad_input_gets_a_sentence_and_leaves_no_figure(draw, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        draw()
    assert not plt.get_fignums()

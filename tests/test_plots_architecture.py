import importlib.util
import io
import re
import shutil
import sys
from itertools import pairwise
from types import SimpleNamespace

import matplotlib

matplotlib.use("Agg")

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from nets import without_weights
from pictures import assert_legible, extent, texts
from PIL import Image

from course import plots
from course.models import BUILDERS
from course.plots import installed
from course.plots.layout import layered


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def names(axes):
    return [text.get_text() for text in axes.texts if text.get_weight() == "bold" and text.get_fontsize() == 8]


def drawn(axes):
    """{name: its box}, a name being the bold text inside."""
    boxes = [patch.get_extents() for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    bold = [text for text in axes.texts if text.get_weight() == "bold" and text.get_fontsize() == 8]
    return {text.get_text(): next(box for box in boxes if box.contains(*_middle(extent(text)))) for text in bold}


def _middle(box):
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def edges(axes):
    """(from, to) by name: in which box each arrow begins and ends, to two pixels."""
    places = drawn(axes)
    found = set()
    for patch in axes.patches:
        if isinstance(patch, FancyArrowPatch):
            points = axes.transData.transform(patch._path_original.vertices)
            ends = []
            for x, y in (points[0], points[-1]):
                ends.append([n for n, b in places.items() if b.x0 - 2 < x < b.x1 + 2 and b.y0 - 2 < y < b.y1 + 2])
            found.add((*ends[0], *ends[1]))
    return found


def assert_drawn_well(axes):
    """Legible; every text inside its box; no box on another; no line through a box that it does not join."""
    assert_legible(axes, smallest=8)
    places = list(drawn(axes).values())
    for i, one in enumerate(places):
        for other in places[i + 1 :]:
            assert not one.padded(-1).overlaps(other.padded(-1))
    for text in axes.texts:
        box = extent(text)
        holders = [place for place in places if place.contains(*_middle(box))]
        assert all(place.x0 <= box.x0 and box.x1 <= place.x1 for place in holders), f"{text.get_text()} sticks out"
    left, bottom, right, top = np.array([place.padded(-3).extents for place in places]).T
    for patch in axes.patches:
        if isinstance(patch, FancyArrowPatch):
            points = axes.transData.transform(patch._path_original.vertices)
            line = np.concatenate([np.linspace(start, end, 50) for start, end in pairwise(points)])
            x, y = line[:, :1], line[:, 1:]
            assert not ((left < x) & (x < right) & (bottom < y) & (y < top)).any()


def part(name, first, last):
    model = without_weights(BUILDERS[name])
    return keras.Model(model.get_layer(first).output, model.get_layer(last).output)


def matplotlib_s(model, **arguments):
    return plots.architecture(model, tool="matplotlib", **arguments)


def test_lenet5_is_a_chain():
    axes = matplotlib_s(BUILDERS["lenet5"](), title="LeNet-5")
    chain = ["input", "C1", "S2", "C3", "S4", "C5", "flatten", "F6", "OUTPUT"]
    assert names(axes) == chain
    assert edges(axes) == set(pairwise(chain))
    for text in ("LeNet-5", "Conv 5×5, tanh", "28×28×6", "AveragePool 2×2, stride 2", "84", "Dense, softmax"):
        assert text in texts(axes)
    assert_drawn_well(axes)


def test_an_inception_module_has_its_four_branches_in_the_paper_s_order():
    axes = matplotlib_s(part("googlenet", "pool2", "inception_3a"))
    middles = {name: box.x0 for name, box in drawn(axes).items() if name.startswith("inception_3a_")}
    assert sorted(middles, key=middles.get)[0] == "inception_3a_1x1"
    assert {"inception_3a_pool", "inception_3a_pool_proj"} == set(sorted(middles, key=middles.get)[-2:])
    joined = edges(axes)
    assert len(joined) == 4 + 3 + 4
    ends = {end for end in joined if end[-1] == "inception_3a"}
    branches = ("1x1", "3x3", "5x5", "pool_proj")
    assert ends == {(f"inception_3a_{branch}", "inception_3a") for branch in branches}
    assert {"28×28×64", "28×28×128", "28×28×32", "28×28×256"} <= set(texts(axes))
    assert_drawn_well(axes)


def test_residual_blocks_have_their_shortcuts():
    axes = matplotlib_s(part("resnet18", "conv2_1_add", "conv3_1_add"))
    joined = edges(axes)
    assert ("conv2_2_2", "conv2_2_add") in joined
    assert len([edge for edge in joined if edge[-1] == "conv2_2_add"]) == 2, "the block and the identity"
    assert ("conv3_1_proj", "conv3_1_add") in joined
    assert ("conv3_1_2", "conv3_1_add") in joined
    assert_drawn_well(axes)


SLOW = pytest.mark.slow
# What is drawn once, and how often it is there: the papers' blocks less the first of a stage where it differs.
REPEATED = [
    ("resnet152", [2, 7, 35, 2]),
    ("googlenet", []),
    ("fcn8s", []),
    pytest.param("densenet121", [6, 12, 24, 16], marks=SLOW),
    pytest.param("vgg16", [], marks=SLOW),
    pytest.param("plain110_cifar", [37, 35, 35], marks=SLOW),
    pytest.param("faster_rcnn", [], marks=SLOW),
]


@pytest.mark.parametrize(("name", "counts"), REPEATED)
@pytest.mark.long
def test_deep_nets_fit_on_a_page_and_say_what_is_drawn_once(name, counts):
    axes = matplotlib_s(without_weights(BUILDERS[name]))
    assert_drawn_well(axes)
    assert [text for text in texts(axes) if re.fullmatch(r"×\d+", text)] == [f"×{count}" for count in counts]
    written = " ".join(texts(axes))
    assert ("A framed block stands for" in written) == bool(counts)
    assert ("Blocks with branches are one box each." in written) == (name == "googlenet")
    assert name != "densenet121" or "56×56×96 … 256" in texts(axes), "64 + 32 channels, and 64 + 6·32 in the end"


def test_what_no_page_holds_is_cut_and_said_so():
    x = inputs = keras.Input((8, 8, 3))
    for filters in range(1, 81):
        x = keras.layers.Conv2D(filters, 1)(x)
    axes = matplotlib_s(keras.Model(inputs, x))
    assert_drawn_well(axes)
    assert len(names(axes)) < 81
    assert any(text.startswith("This is the beginning: 40 rows of 81;") for text in texts(axes))


def test_long_names_are_shortened_and_unknown_sizes_are_question_marks():
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(4, 3, name="a_very_long_name_" * 12)(inputs)
    axes = matplotlib_s(keras.Model(inputs, keras.layers.Activation("swish")(x)))
    assert "?×?×4" in texts(axes)
    assert any("…" in name for name in names(axes))
    assert_drawn_well(axes)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_in_any_graph_boxes_keep_apart_and_lines_go_down(data):
    count = data.draw(st.integers(1, 9))
    inputs = [
        data.draw(st.lists(st.integers(-1, box - 1), min_size=1, max_size=3, unique=True)) for box in range(count)
    ]
    layout = layered(inputs, 1.0, 0.1)
    rows = {}
    for x, row in layout.places.values():
        rows.setdefault(row, []).append(x)
    for xs in rows.values():
        assert np.diff(sorted(xs)).min(initial=2) > 1.1 - 1e-6
    assert layout.places[count - 1] == (0.0, layout.rows - 1)
    assert len(rows[layout.rows - 1]) == 1
    joined = sorted((feed, box) for box, feeds in enumerate(inputs) for feed in feeds)
    assert len(layout.edges) == len(joined)
    for edge in layout.edges:
        assert [row for _, row in edge] == list(range(edge[0][1], edge[-1][1] + 1))
        assert all(layout.left - 1e-6 <= x <= layout.right + 1e-6 for x, _ in edge)


def test_without_graphviz_matplotlib_draws(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert names(plots.architecture(BUILDERS["lenet5"]()))[1] == "C1"
    with pytest.raises(ImportError, match="needs pydot and graphviz"):
        plots.architecture(BUILDERS["lenet5"](), tool="graphviz")


@pytest.mark.parametrize(("size", "uses"), [((900, 1500), True), ((2600, 600), False), ((900, 5200), False)])
def test_graphviz_is_used_where_its_picture_is_legible(monkeypatch, size, uses):
    """A picture of 200 dots an inch whose letters have 14 points: at 9 points, 8 inches hold 2,488 dots."""

    def create(format):
        file = io.BytesIO()
        Image.new("RGB", size, "red").save(file, format)
        return file.getvalue()

    monkeypatch.setattr(installed, "has_graphviz", lambda: True)
    monkeypatch.setattr(keras.utils, "model_to_dot", lambda model, **options: SimpleNamespace(create=create))
    axes = plots.architecture(BUILDERS["lenet5"]())
    assert bool(axes.images) == uses
    if uses:
        assert axes.figure.get_size_inches()[0] == pytest.approx(900 / 200 * 9 / 14)
        assert axes.images[0].get_array()[0, 0, 0] == 1
    with pytest.raises(ValueError, match="graphviz draws 90 legibly: leave tool out"):
        plots.architecture(without_weights(BUILDERS["resnet34"]), tool="graphviz")


@pytest.mark.skipif(not installed.has_graphviz(), reason="pydot and graphviz are not installed")
def test_graphviz_itself_draws_every_layer():
    axes = plots.architecture(BUILDERS["lenet5"](), title="LeNet-5")
    assert axes.images
    assert np.ptp(axes.images[0].get_array()) == 1, "black on white"
    width, height = axes.figure.get_size_inches()
    assert height > 5
    assert 2 < width <= 8


def test_visualkeras_is_told_kinds_and_shapes(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="needs visualkeras"):
        plots.architecture(BUILDERS["lenet5"](), tool="visualkeras")
    told = []

    def layered_view(model, legend):
        told.extend((type(layer).__name__, layer.name, layer.output_shape) for layer in model.layers)
        return Image.new("RGBA", (30, 20))

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: True)
    monkeypatch.setitem(sys.modules, "visualkeras", SimpleNamespace(layered_view=layered_view))
    axes = plots.architecture(BUILDERS["lenet5"](), tool="visualkeras")
    assert told[1] == ("Conv2D", "C1", (None, 28, 28, 6))
    assert axes.images


def test_bad_input_gets_a_sentence_and_leaves_no_figure():
    class Subclassed(keras.Model):
        pass

    with pytest.raises(ValueError, match='There is no tool "dot"'):
        plots.architecture(BUILDERS["lenet5"](), tool="dot")
    with pytest.raises(ValueError, match="has no graph of layers to read"):
        plots.architecture(Subclassed())
    assert not plt.get_fignums()

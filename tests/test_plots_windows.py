import re

import matplotlib

matplotlib.use("Agg")

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from nets import without_weights
from pictures import assert_legible, shown

from course import plots
from course.models import BUILDERS

IMAGE = np.random.default_rng(0).uniform(0, 1, (32, 40, 3)).astype("float32")


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def small():
    """A net whose every weight counts, so that a gradient is 0 nowhere in a receptive field."""
    keras.utils.set_random_seed(0)
    conv = {"kernel_initializer": keras.initializers.RandomUniform(0.1, 0.2)}
    return keras.Sequential(
        [
            keras.Input((32, 40, 3)),
            keras.layers.Conv2D(2, 3, padding="same", name="conv1", **conv),
            keras.layers.AveragePooling2D(2, name="pool1"),
            keras.layers.Conv2D(2, 5, strides=2, padding="same", name="conv2", **conv),
            keras.layers.Conv2D(2, (3, 1), dilation_rate=1, name="conv3", **conv),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(2, name="dense"),
        ]
    )


def frames(axes):
    """(left, top, right, bottom) of each receptive field that is drawn, in pixels' edges."""
    fields = [patch for patch in axes.patches if not patch.get_hatch()]
    return [tuple(patch.get_bbox().extents) for patch in fields[1::2]]  # a white one on each black one


def legend(axes):
    return [text.get_text() for text in axes.figure.legends[0].get_texts()]


@pytest.mark.parametrize(
    ("layer", "position"), [("conv1", (0, 39)), ("pool1", (7, 3)), ("conv2", (0, 0)), ("conv3", (5, 9))]
)
def test_the_frame_is_around_the_pixels_that_have_a_gradient(layer, position):
    """The independent statement: what a unit sees is what it has a gradient for."""
    axes, beside = plots.receptive_field(small(), IMAGE, layer, position, effective=True)
    strength = shown(beside)
    rows, columns = (np.flatnonzero(strength.any(axis=1 - axis)) for axis in (0, 1))
    ((left, top, right, bottom),) = frames(axes)
    inside = (max(left, -0.5), max(top, -0.5), min(right, 39.5), min(bottom, 31.5))
    assert inside == (columns[0] - 0.5, rows[0] - 0.5, columns[-1] + 0.5, rows[-1] + 0.5)
    assert legend(axes)[0] == f"{layer}: {bottom - top:.0f}×{right - left:.0f} pixels"
    beyond = inside != (left, top, right, bottom)
    assert ("beyond the image: padding" in legend(axes)) == beyond
    assert any(patch.get_hatch() for patch in axes.patches) == beyond
    assert axes.get_xlim()[0] < left < right < axes.get_xlim()[1]
    assert axes.get_ylim()[1] < top < bottom < axes.get_ylim()[0]
    np.testing.assert_array_equal(shown(axes), IMAGE)
    assert frames(beside) == [(left, top, right, bottom)]
    assert_legible(axes, smallest=8)


def test_vgg16_s_fields_are_those_of_the_arithmetic():
    model = without_weights(BUILDERS["vgg16"])
    sizes = {"conv1_1": 3, "pool1": 6, "conv2_2": 14, "pool3": 44, "conv5_3": 196, "pool5": 212}
    axes = plots.receptive_field(model, np.zeros((224, 224, 3), "uint8"), list(sizes), title="glyphs")
    assert legend(axes) == [f"{name}: {size}×{size} pixels" for name, size in sizes.items()]
    assert [right - left for left, _, right, _ in frames(axes)] == list(sizes.values())
    middles = np.array([((left + right) / 2, (top + bottom) / 2) for left, top, right, bottom in frames(axes)])
    assert abs(middles - middles[-1]).max() <= 16, "around the middle of the last, to half its stride"
    assert axes.get_title() == "glyphs\nrow 3, column 3 of pool5"
    styles = [patch.get_linestyle() for patch in axes.patches if not patch.get_hatch()][1::2]
    assert len({str(style) for style in styles}) == 6
    assert_legible(axes, smallest=8)


def test_layers_are_chosen_from_the_first_to_the_last_that_does_not_see_everything():
    axes = plots.receptive_field(small(), IMAGE)
    assert [line.split(":")[0] for line in legend(axes)] == ["conv1", "pool1", "conv2", "conv3"]
    grey = plots.receptive_field(BUILDERS["lenet5"](), IMAGE[:, :32, :1])
    assert legend(grey)[-1] == "C5: 32×32 pixels"
    assert shown(grey).shape == (32, 32)
    assert_legible(grey, smallest=8)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"layer": "conv9"}, 'There is no layer "conv9"; the nearest'),
        (
            {"layer": "dense"},
            'The receptive field of "dense" is the whole image; choose a layer before it: conv3, say.',
        ),
        ({"layer": "conv3", "position": (6, 0)}, "position is (6, 0); the map of conv3 is 6×10, counted from 0."),
        ({"layer": "conv3", "position": 3}, "position is 3; give (row, column) in the map of conv3."),
        ({"layer": "conv3", "position": (-1, 0)}, "row is -1; it must be a whole number, 0 or more."),
        ({"layer": ["conv1"] * 7}, "layer names 7 layers; name 1 to 6"),
        ({"image": IMAGE[None]}, "one image, not a batch"),
        ({"image": IMAGE[:5]}, "input_shape is (5, 40, 3)"),
    ],
)
def test_bad_input_gets_a_sentence_and_leaves_no_figure(arguments, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        plots.receptive_field(**{"model": small(), "image": IMAGE} | arguments)
    assert not plt.get_fignums()

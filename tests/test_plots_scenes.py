import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.ndimage
from pictures import assert_legible, extent, shown, texts

from course import boxes, plots

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (60, 80, 3), dtype=np.uint8)
NAMES = ["background", "A", "B", "C"]
MASK = np.zeros((60, 80), np.uint8)
MASK[5:25, 10:40] = 1
MASK[30:55, 30:60] = 3
MASK[40:55, 5:20] = 1
MASK[0:4] = 255
PIXELS = np.array([[10, 5, 39, 24], [30, 30, 59, 54], [12, 7, 41, 26]])  # x1, y1, x2, y2, the far corner included
RELATIVE = (PIXELS[:, [1, 0, 3, 2]] + [0, 0, 1, 1]) / [60, 80, 60, 80]


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def names_at(axes):
    return [(text.get_text(), tuple(int(n) for n in text.xy)) for text in axes.texts if text.get_text()]


def test_segmentation_names_each_region_inside_it():
    picture, mask = plots.segmentation(IMAGE, MASK[..., None], NAMES, title="glyph_scenes (stand-in for VOC)")
    np.testing.assert_array_equal(shown(picture), IMAGE)
    drawn = np.ma.getdata(mask.images[0].get_array())
    np.testing.assert_array_equal(drawn, MASK)
    np.testing.assert_array_equal(np.ma.getmaskarray(mask.images[0].get_array()), MASK == 255)
    found = names_at(mask)
    assert sorted(name for name, _ in found) == ["A", "A", "C", "background"]
    regions = [scipy.ndimage.label(number == MASK)[0] for number in range(4)]
    reached = {(name, regions[NAMES.index(name)][y, x]) for name, (x, y) in found}
    assert all(part for _, part in reached)
    assert len(reached) == 4, "each region once"
    assert mask.figure.get_suptitle() == "glyph_scenes (stand-in for VOC)"
    assert_legible(mask, smallest=8)


def test_outlines_lie_between_pixels_of_different_classes():
    mask = plots.segmentation(IMAGE, MASK, NAMES)[1]
    vertical, horizontal = (line.get_xydata().reshape(-1, 3, 2)[:, :2] for line in mask.lines)
    changes = np.argwhere(np.diff(MASK.astype(int), axis=1))
    assert {(x - 0.5, (a + b) / 2) for (x, a), (_, b) in vertical} == {(x, y) for y, x in changes}
    changes = np.argwhere(np.diff(MASK.astype(int), axis=0))
    assert {((a + b) / 2, y - 0.5) for (a, y), (b, _) in horizontal} == {(x, y) for y, x in changes}


def test_several_masks_stand_side_by_side():
    prediction = np.where(MASK == 255, 0, MASK)
    grid = plots.segmentation(IMAGE / 255, {"label": MASK, "prediction": prediction}, NAMES)
    assert [axes.get_title() for axes in grid] == ["image", "label", "prediction"]
    np.testing.assert_array_equal(shown(grid[2]), prediction)
    assert_legible(grid[0], smallest=8)


def test_classes_differ_in_luminance():
    names = [f"class {number}" for number in range(11)]
    mask = np.arange(11).repeat(4).reshape(1, -1).repeat(8, axis=0)
    picture = plots.segmentation(mask.astype("uint8"), mask, names)[1].images[0]
    luminance = picture.cmap(picture.norm(np.arange(11)))[:, :3] @ [0.2126, 0.7152, 0.0722]
    gaps = abs(luminance[:, None] - luminance)[~np.eye(11, dtype=bool)]
    assert gaps.min() > 0.02
    assert abs(np.diff(luminance)).min() > 0.1, "neighbours in number"


@pytest.mark.parametrize(("given", "form"), [(RELATIVE, "relative"), (PIXELS, "pixels")])
def test_boxes_lie_on_the_edges_of_their_pixels(given, form):
    axes = plots.boxes(IMAGE, given, [1, 3, 1], NAMES, form=form)
    drawn = [patch.get_bbox().extents for patch in axes.patches]
    np.testing.assert_allclose(drawn, PIXELS + np.array([-0.5, -0.5, 0.5, 0.5]))
    areas = [patch.get_width() * patch.get_height() for patch in axes.patches]
    np.testing.assert_allclose(areas, boxes.area(PIXELS))
    assert [text for text in texts(axes) if text] == ["A", "C", "A"]
    assert_legible(axes, smallest=8)


def test_scores_are_written_and_make_lines_broader():
    axes = plots.boxes(IMAGE, RELATIVE, [1, 3, 1], NAMES, [0.98, 0.5, 0.71], title="glyph_scenes")
    assert [text for text in texts(axes) if text] == ["A 98%", "C 50%", "A 71%"]
    widths = [patch.get_linewidth() for patch in axes.patches]
    assert widths[0] > widths[2] > widths[1]
    assert axes.get_title() == "glyph_scenes"
    assert_legible(axes, smallest=8)


def test_names_of_equal_boxes_do_not_hide_each_other():
    axes = plots.boxes(IMAGE, RELATIVE[[0] * 8], [1] * 8, NAMES, np.linspace(0.2, 0.9, 8))
    assert_legible(axes, smallest=8)
    bounds = axes.bbox
    assert all(bounds.x0 <= extent(text).x0 and extent(text).x1 <= bounds.x1 for text in axes.texts if text.get_text())


def test_no_box_is_an_image():
    axes = plots.boxes(IMAGE[..., :1], [], [], NAMES)
    assert shown(axes).shape == (60, 80)
    assert not axes.patches


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (lambda: plots.boxes(IMAGE[None], RELATIVE, [1, 1, 1], NAMES), "one image, not a batch"),
        (lambda: plots.boxes(IMAGE, RELATIVE, [1], NAMES), "boxes has the shape (3, 4) and labels (1,)"),
        (lambda: plots.boxes(IMAGE, PIXELS, [1, 1, 1], NAMES), 'for pixels, (x1, y1, x2, y2), give form="pixels"'),
        (
            lambda: plots.boxes(IMAGE, RELATIVE, [1, 1, 4], NAMES),
            "labels go from 1 to 4; there are 4 names, from 0 on.",
        ),
        (lambda: plots.boxes(IMAGE, RELATIVE, [1, 1, 1], NAMES, [0.5]), "scores has the shape (1,); it must be (3,)"),
        (lambda: plots.boxes(IMAGE, RELATIVE, [1, 1, 1], NAMES, form="pixel"), 'There is no form "pixel"'),
        (lambda: plots.segmentation(IMAGE, MASK[:5], NAMES), "mask has the shape (5, 80) and the image (60, 80, 3)"),
        (lambda: plots.segmentation(IMAGE, MASK, NAMES[:2]), "mask has a class 3; there are 2 names, from 0 on."),
    ],
)
def test_bad_input_gets_a_sentence_and_leaves_no_figure(draw, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        draw()
    assert not plt.get_fignums()

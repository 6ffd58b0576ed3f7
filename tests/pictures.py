"""What the tests of the plots share: what is on a page, and whether it can be read."""

import numpy as np
from matplotlib.text import Text

from course.plots.page import WIDTH


def texts(axes):
    return [text.get_text() for text in axes.texts]


def shown(axes):
    return np.asarray(axes.images[0].get_array())


def written(axes):
    """Every text of these axes that is on the page."""
    yield from (axes.title, *axes.texts)
    if axes.get_legend():
        yield from axes.get_legend().get_texts()
    if axes.axison:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            yield axis.label
            yield from (tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high)
            yield from (tick.label2 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high)


def extent(text):
    """Where a text is, in pixels: of an annotation, without its arrow."""
    return Text.get_window_extent(text)


def assert_legible(axes, smallest=5):
    """No wider than a notebook; no text cut by the figure's edge, on another text, or smaller than so many points."""
    figure = axes.figure
    figure.canvas.draw()
    assert figure.get_size_inches()[0] <= WIDTH + 0.01
    found = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    found += [text for part in figure.axes for text in written(part)]
    found = [text for text in found if text.get_text() and text.get_visible()]
    assert found
    assert min(text.get_fontsize() for text in found) >= smallest
    boxes = [(text.get_text(), extent(text).extents) for text in found]
    for name, (left, bottom, right, top) in boxes:
        assert min(left, bottom) > -1, f"{name} is cut"
        assert right < figure.bbox.width + 1, f"{name} is cut"
        assert top < figure.bbox.height + 1, f"{name} is cut"
    for i, (name, (left, bottom, right, top)) in enumerate(boxes):
        for other, (left2, bottom2, right2, top2) in boxes[i + 1 :]:
            overlap = min(right, right2) - max(left, left2) > 1 and min(top, top2) - max(bottom, bottom2) > 1
            assert not overlap, f"{name} lies on {other}"

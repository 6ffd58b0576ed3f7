"""A network as a row of its layers' outputs."""

import math

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from course.plots.page import WIDTH, fitting

MOST_MAPS = 12  # of a layer that are drawn one behind the other
PITCH = 1.45  # from one row of layers to the next, where a layer's place is 1×1


def network(layers, *, columns=8):
    """Draw what each layer gives: maps as a stack of squares, vectors as a bar; return the `Axes`.

    `layers` are pairs (name, shape), the shape (height, width, channels) or (features,), without the batch:
    `[(layer.name, layer.output.shape[1:]) for layer in model.layers]`. Squares are to scale where they are not too
    small to see; of a stack, twelve maps at most are drawn.
    """
    layers = [(str(name), tuple(shape)) for name, shape in layers]
    for name, shape in layers:
        if len(shape) not in (1, 3) or None in shape:
            raise ValueError(
                f'The layer "{name}" has the shape {shape}; it must be (height, width, channels) or (features,), '
                "whole numbers without the batch."
            )
    if not layers:
        raise ValueError("There are no layers to draw; give pairs (name, shape).")
    columns = min(columns, len(layers))
    rows = math.ceil(len(layers) / columns)
    slot = WIDTH / max(columns, 4)  # inches of a layer's place
    largest = max((max(shape[:2]) for _, shape in layers if len(shape) == 3), default=1)
    captions = ["×".join(str(size) for size in shape) for _, shape in layers]
    fontsize = fitting([*captions, *(name for name, _ in layers)], 0.85 * slot)

    tall = PITCH * (rows - 1) + 1.4
    axes = plt.subplots(figsize=(slot * columns, slot * tall), layout="constrained")[1]
    for number, (name, shape) in enumerate(layers):
        x, y = number % columns, PITCH * (number // columns)
        for left, top, width, height in _rectangles(shape, largest):
            axes.add_patch(Rectangle((x + left, y + top), width, height, facecolor="0.92", edgecolor="0.2"))
        axes.text(x + 0.5, y + 0.02, name, ha="center", va="bottom", fontsize=fontsize, weight="bold")
        axes.text(x + 0.5, y + 1.0, captions[number], ha="center", va="top", fontsize=fontsize)
        if number % columns:
            arrow = {"arrowstyle": "->", "color": "0.2"}
            axes.annotate("", (x + 0.08, y + 0.5), (x - 0.08, y + 0.5), arrowprops=arrow)
    axes.set(xlim=(0, columns), ylim=(tall - 0.2, -0.2), aspect="equal")
    axes.set_axis_off()
    return axes


def _rectangles(shape, largest):
    """(left, top, width, height) in a slot of 1×1, from the hindmost map to the foremost."""
    channels = shape[-1]
    if len(shape) == 1 or shape[:2] == (1, 1):
        height = min(0.8, 0.1 * math.log2(channels + 1))
        return [(0.47, 0.5 - height / 2, 0.06, height)]
    height, width = (max(0.6 * size / largest, 0.08) for size in shape[:2])
    drawn = min(channels, MOST_MAPS)
    step = 0.015
    left, top = 0.5 - (width + step * (drawn - 1)) / 2, 0.5 - (height + step * (drawn - 1)) / 2
    return [(left + step * (drawn - 1 - i), top + step * i, width, height) for i in range(drawn)]

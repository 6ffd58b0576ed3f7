"""Labels set beside their points so that none lies on another."""

import numpy as np
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

# The directions of a label from its point, the best to read first.
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
SIDES += ((1, 0.4), (1, -0.4), (-1, 0.4), (-1, -0.4), (0.4, 1), (0.4, -1), (-0.4, 1), (-0.4, -1))
DISTANCES = (8, 14, 22, 32, 44, 58, 74, 92, 120)  # points; from the second on a line leads back
FONT_SIZE = 8
MARKER = 5  # half of a marker's width, in points


def place(axes, labels, points, *, at="beside", gap=2, **style):
    """Write a label for each point (x, y) in data coordinates, inside the `Axes`; return the `Text`s.

    `at` says where a label goes if it can: "beside" the point, which is marked, "centre", on it, or "corner", above or
    below the top left corner of a box. Otherwise it takes the nearest place that is free of labels and marked points,
    and a line leads back, across others only if it must; where every place is taken, the one with the least overlap.
    Marked points in a crowd choose first, other labels in their order. `gap` is left between, in points. Scales and
    limits must be set before, since what is free depends on them.
    """
    style = {"fontsize": FONT_SIZE, "ha": "center", "va": "center", **style}
    texts = [
        axes.annotate(label, point, xytext=(0, 0), textcoords="offset points", **style)
        for label, point in zip(labels, points, strict=True)
    ]
    for text in texts:
        text.set_in_layout(False)
    axes.figure.draw_without_rendering()
    scale = axes.figure.dpi / 72
    centres = [axes.transData.transform(point) for point in points]
    marked = [_around(centre, (MARKER, MARKER), scale) for centre in centres] if at == "beside" else []
    extents = [text.get_window_extent() for text in texts]
    halves = [(extent.width / scale / 2, extent.height / scale / 2) for extent in extents]
    taken, found = {}, {}
    for number in 2 * (
        _crowded_first(centres) if marked else list(range(len(texts)))
    ):  # a second time, now that all others have a place
        taken.pop(number, None)
        others = [*taken.values(), *marked[:number], *marked[number + 1 :]]
        best = None
        for shift, distance in _shifts(at, *halves[number]):
            end = centres[number] + np.multiply(shift, scale)
            box = _around(end, np.add(halves[number], gap), scale)
            leads = distance >= DISTANCES[1]
            overlap = sum(_area(Bbox.intersection(box, other)) for other in others) + _outside(box, axes.bbox)
            cost = (overlap, _crossed(centres[number], end, others) if leads else 0, distance)
            if best is None or cost < best[0]:
                best = (cost, shift, leads, box)
            if not any(cost[:2]):
                break
        _, *found[number], taken[number] = best
    for number, (shift, leads) in found.items():
        texts[number].set_position(shift)
        if leads:
            _lead(axes, points[number], shift, halves[number])
    return texts


def _crowded_first(centres):
    """The numbers of the points, those with the most others within an inch or so first."""
    places = np.array(centres).reshape(-1, 2)
    near = (np.abs(places[:, None] - places) < (100, 50)).all(axis=-1).sum(axis=1)
    return sorted(range(len(places)), key=lambda number: -near[number])


def _shifts(at, half_width, half_height):
    """((right, up), distance) to try for the middle of a label, in points, the nearest first."""
    if at == "centre":
        yield (0, 0), 0
    if at == "corner":
        yield (half_width + 1, half_height + 3), 0
        yield (half_width + 3, -half_height - 3), 0
    for distance in DISTANCES:
        for right, up in SIDES:
            part = 0.7 if right and up else 1.0
            yield (right * (half_width + distance * part), up * (half_height + distance * part)), distance


def _lead(axes, point, shift, half):
    edge = tuple(step - max(-side, min(side, step)) for step, side in zip(shift, half, strict=True))
    line = {"arrowstyle": "-", "color": "0.3", "linewidth": 0.7, "shrinkA": 0, "shrinkB": 1}
    line["path_effects"] = [withStroke(linewidth=2, foreground="white")]
    axes.annotate("", point, xytext=edge, textcoords="offset points", arrowprops=line).set_in_layout(False)


def _crossed(start, end, boxes):
    """How many boxes the line between two points crosses, to a twentieth of its length."""
    line = [start + part * (end - start) for part in np.linspace(0, 1, 21)]
    return sum(any(box.contains(*spot) for spot in line) for box in boxes)


def _around(centre, half, scale):
    (x, y), (half_width, half_height) = centre, np.multiply(half, scale)
    return Bbox.from_extents(x - half_width, y - half_height, x + half_width, y + half_height)


def _area(box):
    return box.width * box.height if box else 0.0


def _outside(box, bounds):
    return _area(box) - _area(Bbox.intersection(box, bounds))

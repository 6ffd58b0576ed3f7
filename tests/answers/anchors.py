"""The anchors of one cell."""

import numpy as np
from keras import ops

from answers import right, wrong


@right("anchors")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    rows, centre = [], (base_size - 1) / 2
    for ratio in ratios:
        width = round(base_size / ratio**0.5)
        height = round(width * ratio)
        for scale in scales:
            x, y = (width * scale - 1) / 2, (height * scale - 1) / 2
            rows.append([centre - x, centre - y, centre + x, centre + y])
    return rows


@right("anchors")
def as_the_authors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    ratios, scales = np.array(ratios), np.array(scales)
    widths = np.round(np.sqrt(base_size**2 / ratios))
    heights = np.round(widths * ratios)
    widths, heights = (np.repeat(side, len(scales)) * np.tile(scales, len(ratios)) for side in (widths, heights))
    half = np.stack([widths - 1, heights - 1], axis=1) / 2
    return np.hstack([(base_size - 1) / 2 - half, (base_size - 1) / 2 + half])


@right("anchors")
def by_keras(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    rows = []
    for ratio in ratios:
        width = ops.round(base_size / ops.sqrt(float(ratio)))
        height = ops.round(width * ratio)
        for scale in scales:
            x1, y1 = (base_size - width * scale) / 2, (base_size - height * scale) / 2
            rows.append(ops.stack([x1, y1, x1 + width * scale - 1, y1 + height * scale - 1]))
    return ops.stack(rows)


def placed(base_size, ratios, scales, sides, edge=1, centre=None):
    centre = (base_size - 1) / 2 if centre is None else centre
    rows = []
    for ratio in ratios:
        width, height = sides(base_size, ratio)
        for scale in scales:
            x, y = (width * scale - edge) / 2, (height * scale - edge) / 2
            rows.append([centre - x, centre - y, centre + x, centre + y])
    return np.array(rows)


def rounded(base_size, ratio):
    width = np.round(base_size / np.sqrt(ratio))
    return width, np.round(width * ratio)


@wrong("anchors", r"sides are not rounded")
def unrounded(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return placed(base_size, ratios, scales, lambda base, ratio: (base / ratio**0.5, base * ratio**0.5))


@wrong("anchors", r"round after scaling")
def rounded_late(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    rows, c = [], (base_size - 1) / 2
    for ratio in ratios:
        for scale in scales:
            width = np.round(base_size * scale / np.sqrt(ratio))
            x, y = (width - 1) / 2, (np.round(width * ratio) - 1) / 2
            rows.append([c - x, c - y, c + x, c + y])
    return np.array(rows)


@wrong("anchors", r"rounded width times ratio")
def each_side_rounded(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return placed(base_size, ratios, scales, lambda base, ratio: (round(base / ratio**0.5), round(base * ratio**0.5)))


@wrong("anchors", r"ratio is turned round")
def width_over_height(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return placed(base_size, [1 / ratio for ratio in ratios], scales, rounded)


@wrong("anchors", r"area has to stay")
def area_not_kept(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return placed(base_size, ratios, scales, lambda base, ratio: (base, round(base * ratio)))


@wrong("anchors", r"another order")
def scales_first(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return np.concatenate([placed(base_size, ratios, [scale], rounded) for scale in scales])


@wrong("anchors", r"a pixel too large")
def a_pixel_too_large(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return placed(base_size, ratios, scales, rounded, edge=0)


@wrong("anchors", r"centre is base_size / 2:")
def centre_past_the_middle(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return placed(base_size, ratios, scales, rounded, centre=base_size / 2)


@wrong("anchors", r"about the point 0, 0:")
def about_the_origin(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return placed(base_size, ratios, scales, rounded, centre=0)


@wrong("anchors", r"MATLAB")
def from_one(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return np.array(anchors(base_size, ratios, scales)) + 1


@wrong("anchors", r"Width and height are swapped")
def swapped(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return np.array(anchors(base_size, ratios, scales))[:, [1, 0, 3, 2]]


@wrong("anchors", r"fractions off")
def cut(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return placed(base_size, ratios, scales, lambda base, r: (int(base / r**0.5), int(int(base / r**0.5) * r)))


@wrong("anchors", r"shape \(1, 1, 4\).*row of four|three axes")
def three_axes(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return np.reshape(anchors(base_size, ratios, scales), (len(ratios), len(scales), 4))


@wrong("anchors", r"what the course ships")
def the_course_s_own(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    from course.boxes import generate_anchors

    return generate_anchors(base_size, ratios, scales)

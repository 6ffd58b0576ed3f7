"""What nets say of the parts of an image: a class for each pixel, or boxes."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from course.errors import unknown
from course.plots.page import WIDTH, image_of
from course.plots.placing import place

LEAST_NAMED = 0.002  # of the image's pixels: what is smaller has no room for its name
FORMS = {"relative": "(ymin, xmin, ymax, xmax), 0 to 1", "pixels": "(x1, y1, x2, y2), in pixels"}


def segmentation(image, mask, names, *, ignore=255, title=None):
    """Draw an image beside its mask of classes, each region outlined and named; return the array of `Axes`.

    `image` is (height, width, 1 or 3). `mask` holds class numbers, (height, width) or (height, width, 1); or it is a
    dict of several by title, `{"label": …, "prediction": …}`. A class is called by its entry of `names`. Pixels of the
    class `ignore`, 255 in PASCAL VOC, are hatched and have no name. Colours differ in luminance, but it is the name
    that says which class. `title`, the name of the data set say, goes over all.
    """
    image = image_of(image)
    masks = mask if isinstance(mask, dict) else {"mask": mask}
    masks = {str(name): _mask(values, image, names, ignore) for name, values in masks.items()}
    columns = min(len(masks) + 1, 3)
    rows = math.ceil((len(masks) + 1) / columns)
    height, width = image.shape[:2]
    size = (WIDTH, rows * (WIDTH / columns * height / width + 0.4) + (0.3 if title else 0))
    figure, grid = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    for axes in grid.flat:
        axes.set_axis_off()
    grid.flat[0].imshow(image, cmap="gray")
    grid.flat[0].set_title("image", fontsize=10)
    figure.suptitle(title or "")
    for axes, (name, values) in zip(grid.flat[1:], masks.items(), strict=False):
        axes.set_title(name, fontsize=10)
        _draw_mask(axes, values, names, ignore)
    return grid.ravel()[: len(masks) + 1]


def boxes(image, boxes, labels, names, scores=None, *, form="relative", title=None):
    """Draw boxes over an image, each with its class's name and, with `scores` (n,), how sure the net is; return `Axes`.

    `image` is (height, width, 1 or 3), `boxes` (n, 4), `labels` class numbers (n,), entries of `names`. Boxes are those
    of TensorFlow Datasets, (ymin, xmin, ymax, xmax) from 0 to 1; `form="pixels"` takes those of `course.boxes`,
    (x1, y1, x2, y2) in pixels, whose far corner belongs to the box. With scores, the surer a box the broader its line.
    """
    image = image_of(image)
    boxes = np.asarray(boxes, float).reshape(-1, 4) if np.size(boxes) == 0 else np.asarray(boxes, float)
    labels = np.asarray(labels).astype(int)
    if form not in FORMS:
        raise unknown("form", form, FORMS)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or labels.shape != (len(boxes),):
        raise ValueError(
            f"boxes has the shape {boxes.shape} and labels {labels.shape}; they must be (n, 4) and (n,): {FORMS[form]}."
        )
    if scores is not None and np.shape(scores) != (len(boxes),):
        raise ValueError(f"scores has the shape {np.shape(scores)}; it must be ({len(boxes)},), one a box.")
    if form == "relative" and len(boxes) and (boxes.min() < -0.5 or boxes.max() > 1.5):
        raise ValueError(
            f"A box reaches to {boxes.max():g}; they must be {FORMS[form]}: for pixels, (x1, y1, x2, y2), give "
            'form="pixels".'
        )
    if len(labels) and not 0 <= labels.min() <= labels.max() < len(names):
        raise ValueError(f"labels go from {labels.min()} to {labels.max()}; there are {len(names)} names, from 0 on.")
    height, width = image.shape[:2]
    side = min(WIDTH, 6.0 * max(1.0, width / height))
    axes = plt.subplots(figsize=(side, side * height / width + (0.4 if title else 0.1)), layout="constrained")[1]
    axes.imshow(image, cmap="gray")
    axes.set_axis_off()
    axes.set_title(title or "")
    edges = boxes[:, [1, 0, 3, 2]] * [width, height, width, height] - 0.5
    if form == "pixels":
        edges = boxes + np.array([-0.5, -0.5, 0.5, 0.5])
    for number, (left, top, right, bottom) in enumerate(edges):
        broad = 2.0 if scores is None else 1.0 + 2.0 * float(scores[number])
        black = withStroke(linewidth=broad + 2, foreground="black")  # white on black shows on any image
        style = {"facecolor": "none", "edgecolor": "white", "linewidth": broad, "path_effects": [black]}
        axes.add_patch(Rectangle((left, top), right - left, bottom - top, **style))
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    words = [str(names[label]) for label in labels]
    if scores is not None:
        words = [f"{word} {score:.0%}" for word, score in zip(words, scores, strict=True)]
    _name(axes, words, edges[:, :2].clip(-0.5, [width, height]), at="corner")
    return axes


def _name(axes, words, points, at):
    place(axes, words, list(points), at=at, gap=3, bbox={"facecolor": "white", "edgecolor": "black", "pad": 1.5})


def _mask(values, image, names, ignore):
    values = np.asarray(values)
    values = values[..., 0] if values.ndim == 3 and values.shape[-1] == 1 else values
    if values.shape != image.shape[:2]:
        raise ValueError(
            f"mask has the shape {values.shape} and the image {image.shape}; the mask must hold a class number for "
            "each pixel, (height, width): of scores (height, width, classes), give scores.argmax(-1)."
        )
    classes = np.unique(values[values != ignore])
    if len(classes) and not 0 <= classes[0] <= classes[-1] < len(names):
        raise ValueError(f"mask has a class {classes[-1]}; there are {len(names)} names, from 0 on.")
    return values.astype(int)


def _draw_mask(axes, mask, names, ignore):
    counted = np.ma.masked_equal(mask, ignore)  # what is masked shows the hatching below
    # Steps by the golden ratio: neighbours in number differ in luminance, however many there are. Class 0 is white.
    shades = np.arange(len(names)) * 0.618 % 1
    colours = ListedColormap(["white", *colormaps["cividis_r"](0.1 + 0.75 * shades[1:])])
    axes.imshow(counted, cmap=colours, vmin=-0.5, vmax=len(names) - 0.5, interpolation="nearest")
    axes.add_patch(
        Rectangle((0, 0), 1, 1, transform=axes.transAxes, facecolor="white", edgecolor="0.6", hatch="////", zorder=-1)
    )
    for line in _outlines(mask):
        axes.plot(*line, color="black", linewidth=1, solid_capstyle="butt")
    height, width = mask.shape
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    regions = [
        (*region, names[number]) for number in np.unique(counted).compressed() for region in _regions(mask == number)
    ]
    regions.sort(key=lambda region: -region[0])
    _name(axes, [str(name) for _, _, name in regions], [point for _, point, _ in regions], at="centre")


def _outlines(mask):
    """(xs, ys) of the edges between pixels of different classes, each a line of two points, `None` between them."""
    rows, columns = np.nonzero(mask[:, 1:] != mask[:, :-1])
    yield _broken(columns + 0.5, columns + 0.5), _broken(rows - 0.5, rows + 0.5)
    rows, columns = np.nonzero(mask[1:] != mask[:-1])
    yield _broken(columns - 0.5, columns + 0.5), _broken(rows + 0.5, rows + 0.5)


def _broken(starts, ends):
    return np.stack([starts, ends, np.full(len(starts), np.nan)], axis=-1).ravel()


def _regions(inside):
    """(pixels, deepest point (x, y)) of each connected region that is large enough to name."""
    points = []
    while inside.any():
        row, column = _deepest(inside)
        region = np.zeros_like(inside)
        region[row, column] = True
        size = 0
        while size != region.sum():
            size = region.sum()
            region = _grown(region) & inside
        if size >= LEAST_NAMED * inside.size:
            points.append((size, (column, row)))
        inside = inside & ~region
    return points


def _deepest(inside):
    """The pixel that is left when the region is worn away from its edges."""
    while True:
        worn = ~_grown(~np.pad(inside, 1))[1:-1, 1:-1]
        if not (worn & inside).any():
            places = np.argwhere(inside)
            middle = places.mean(axis=0)
            return places[((places - middle) ** 2).sum(axis=1).argmin()]
        inside = worn & inside


def _grown(region):
    grown = region.copy()
    grown[1:] |= region[:-1]
    grown[:-1] |= region[1:]
    grown[:, 1:] |= region[:, :-1]
    grown[:, :-1] |= region[:, 1:]
    return grown

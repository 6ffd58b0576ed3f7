"""Which part of an image a unit of a net sees: its receptive field, and how much each pixel of it counts."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from course.errors import integer, unknown
from course.plots.page import WIDTH, image_of

MOST_LAYERS = 6  # whose frames can still be told apart
DASHES = ("-", (0, (6, 2)), (0, (2, 2)), (0, (6, 2, 1, 2)), (0, (1, 1)), (0, (10, 3, 2, 3, 2, 3)))
BEYOND = {"facecolor": "white", "edgecolor": "0.75", "hatch": "////", "linewidth": 0}


def receptive_field(model, image, layer=None, position=None, *, effective=False, title=None):
    """Draw over an image what one position of a layer's map sees of it, for one or several layers; return the `Axes`.

    `image` is (height, width, channels), as the model takes it. `layer` is a name, a list of at most six, or `None` for
    up to six of the convolutions and poolings, from the first to the last that does not see everything. `position` is
    (row, column) in the map of the last of them, its middle by default; of the others, the position whose field has
    the nearest centre is drawn. Where a field reaches past the border, into the padding, the page is hatched.

    `effective=True` draws beside it how much the last layer's position depends on each pixel, given its weights: the
    absolute gradient of the sum of its channels, summed over the image's (Luo et al. 2016); it returns both `Axes`.
    It needs weights and the TensorFlow backend.

    Raises `ValueError` for a layer that has no map, sees the whole image or has a field that is not known.
    """
    from course.analysis import nodes  # the learner has Keras by now; plots alone do without

    shown = image_of(image)
    shape = (*shown.shape[:2], 1 if shown.ndim == 2 else 3)
    seen = _fields(nodes(model, shape))
    names = _chosen(model, seen, layer)
    place = _position(position, names[-1], seen[names[-1]][1])
    spans = _spans(names, seen, place, image=shape)

    figure, grid = plt.subplots(
        1, 2 if effective else 1, figsize=_size(shape, spans, effective), squeeze=False, layout="compressed"
    )
    axes = grid[0, 0]
    axes.imshow(shown, cmap="gray")
    _frame(axes, spans, shape)
    where = f"row {place[0]}, column {place[1]} of {names[-1]}"
    axes.set_title(f"{title}\n{where}" if title else f"what {where} sees", fontsize=10)
    labels = [f"{name}: {_extent(span)}" for name, span in spans.items()]
    lines = [Line2D([], [], color="black", linewidth=2, linestyle=DASHES[i]) for i in range(len(spans))]
    if _reach_beyond(spans, shape):
        lines.append(Rectangle((0, 0), 1, 1, **BEYOND))
        labels.append("beyond the image: padding")
    figure.legend(lines, labels, loc="outside right upper", fontsize=8, handlelength=4)
    if not effective:
        figure.draw_without_rendering()  # the layout settles at the second drawing
        return axes
    strength = _gradient(model, np.asarray(image, "float32"), names[-1], place)
    beside = grid[0, 1]
    beside.imshow(strength, cmap="gray", vmin=0)
    _frame(beside, {names[-1]: spans[names[-1]]}, shape, first=len(spans) - 1)
    beside.set_title("how much each pixel counts", fontsize=10)
    beside.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())
    figure.draw_without_rendering()
    return grid[0]


def _fields(calls):
    """{name: (the field's two axes, the map's (height, width))} of the nodes that see a known part of the image."""
    from course.analysis.fields import ALL, fields

    found = {}
    for node, field in fields(calls).items():
        if field in (None, ALL, ()) or ALL in field or len(field) != 2:
            found[node.name] = (field, None)
        else:
            found[node.name] = (field, tuple(node.output_shape[axis.where] for axis in field))
    return found


def _chosen(model, seen, layer):
    """The names to draw, each with a known field, the smallest field first."""
    known = [name for name, (_, size) in seen.items() if size]
    if layer is None:
        kept, last = [], (1, 1)
        for name in known:
            sizes = tuple(axis.size for axis in seen[name][0])
            if sizes > last:
                kept, last = [*kept, name], sizes
        if not kept:
            raise ValueError(f'No layer of "{model.name}" has a receptive field that is known and larger than a pixel.')
        picks = np.linspace(0, len(kept) - 1, min(MOST_LAYERS, len(kept))).round().astype(int)
        return [kept[pick] for pick in picks]
    names = [layer] if isinstance(layer, str) else list(layer)
    if not 1 <= len(names) <= MOST_LAYERS:
        raise ValueError(f"layer names {len(names)} layers; name 1 to {MOST_LAYERS}, so that their frames differ.")
    for name in names:
        if name not in seen:
            raise unknown("layer", name, seen)
        if name not in known:
            why = "is not known" if seen[name][0] is None else "is the whole image"
            raise ValueError(f'The receptive field of "{name}" {why}; choose a layer before it: {known[-1]}, say.')
    return names


def _position(position, name, size):
    if position is None:
        return tuple(n // 2 for n in size)
    try:
        row, column = position
    except (TypeError, ValueError):
        raise ValueError(f"position is {position!r}; give (row, column) in the map of {name}.") from None
    place = (integer("row", row, 0), integer("column", column, 0))
    if place[0] >= size[0] or place[1] >= size[1]:
        raise ValueError(f"position is {place}; the map of {name} is {size[0]}×{size[1]}, counted from 0.")
    return place


def _spans(names, seen, place, image):
    """{name: ((top, bottom), (left, right))}, first and last pixel seen, the last layer's at `place`."""
    last = tuple(axis.at(i) for axis, i in zip(seen[names[-1]][0], place, strict=True))
    if None in last:
        raise ValueError(f"{names[-1]} sees nothing at {place}: its map is larger than what feeds it reaches.")
    spans = {}
    for name in names[:-1]:
        axes, sizes = seen[name]
        spans[name] = tuple(_nearest(*each) for each in zip(axes, sizes, last, strict=True))
    return {**spans, names[-1]: last}


def _nearest(axis, size, span):
    """The span of the position whose centre is nearest to that of another."""
    return min(filter(None, map(axis.at, range(size))), key=lambda own: abs(sum(own) - sum(span)))


def _extent(span):
    return "×".join(str(last - first + 1) for first, last in span) + " pixels"


def _reach_beyond(spans, shape):
    """Whether a field leaves the image."""
    ends = [(*end, side) for span in spans.values() for end, side in zip(span, shape, strict=False)]
    return any(first < 0 or last >= side for first, last, side in ends)


def _frame(axes, spans, shape, first=0):
    """A frame for each span, white on black, and hatching where one reaches past the image."""
    edges = [(left - 0.5, top - 0.5, right + 0.5, bottom + 0.5) for (top, bottom), (left, right) in spans.values()]
    height, width = shape[:2]
    page = np.array([*edges, (-0.5, -0.5, width - 0.5, height - 0.5)])
    margin = 0.02 * max(height, width)
    (left, top), (right, bottom) = page[:, :2].min(axis=0) - margin, page[:, 2:].max(axis=0) + margin
    if _reach_beyond(spans, shape):
        axes.add_patch(Rectangle((left, top), right - left, bottom - top, zorder=-1, **BEYOND))
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.tick_params(labelsize=8)
    for number, (left, top, right, bottom) in enumerate(edges):
        under = {"linewidth": 3.5, "edgecolor": "black", "facecolor": "none"}
        over = {"linewidth": 1.5, "edgecolor": "white", "facecolor": "none", "linestyle": DASHES[first + number]}
        for style in (under, over):
            axes.add_patch(Rectangle((left, top), right - left, bottom - top, **style))


def _size(shape, spans, effective):
    """Inches of the figure: as high as the image and what lies beyond it ask for."""
    ends = np.array([[(first, last + 1) for first, last in span] for span in spans.values()])
    high, wide = (max(ends[:, i, 1].max(), shape[i]) - min(ends[:, i, 0].min(), 0) for i in (0, 1))
    room = (WIDTH - 2.4) / (2 if effective else 1)
    room = min(room, 5.0)
    return (room * (2 if effective else 1) + 2.4, min(room * high / wide, 8.0) + 0.7)


def _gradient(model, image, name, place):
    """(height, width): the absolute gradient of a position, summed over its channels and the image's."""
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            f"effective=True needs the TensorFlow backend; this is {keras.backend.backend()}: leave it out."
        )
    import tensorflow as tf

    if name not in [layer.name for layer in model.layers]:
        raise ValueError(f'effective=True needs a layer of "{model.name}" itself; "{name}" is of a model inside it.')
    part = keras.Model(model.inputs, model.get_layer(name).output)
    last = getattr(model.get_layer(name), "data_format", keras.config.image_data_format()) != "channels_first"
    x = tf.constant((image if image.ndim == 3 else image[..., None])[None])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = part(x if last else tf.transpose(x, (0, 3, 1, 2)), training=False)
        total = tf.reduce_sum(y[0, place[0], place[1]] if last else y[0, :, place[0], place[1]])
    return np.abs(tape.gradient(total, x)[0].numpy()).sum(axis=-1)

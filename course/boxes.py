"""Boxes: overlap, regression, suppression, anchors, and what a detector is trained on.

A box is x1, y1, x2, y2 in pixels, in an array `(…, 4)`. As in the release of Fast and Faster R-CNN, both corners belong
to the box, which is x2 − x1 + 1 wide and y2 − y1 + 1 high. Class 0 is the background; −1 is "not to be learned from".

`area`, `iou`, `encode`, `decode` and `clip` take NumPy arrays and return them, or tensors, as inside a net.
"""

import numpy as np
from keras import ops

# One row of padding where boxes are fewer than an array has rows. It has no pixel.
EMPTY = (0, 0, -1, -1)

# Fast R-CNN's regression targets are divided by these, the standard deviations that the release sets.
STDS = np.array([0.1, 0.1, 0.2, 0.2], "float32")


def area(boxes):
    """Count the pixels of each box: `(…, 4) → (…)`.

    >>> print(area(np.array([[0, 0, 9, 4], EMPTY])))
    [50  0]
    """
    sides = _library(boxes).maximum(boxes[..., 2:] - boxes[..., :2] + 1, 0)
    return sides[..., 0] * sides[..., 1]


def iou(boxes, others):
    """Intersection over union of each box with each other: `(…, n, 4), (…, m, 4) → (…, n, m)`. Of empty boxes it is 0.

    >>> print(iou(np.array([[0, 0, 9, 9]]), np.array([[0, 0, 9, 9], [5, 0, 14, 9], [10, 0, 19, 9]])).round(3))
    [[1.    0.333 0.   ]]
    """
    library = _library(boxes, others)
    first = library.maximum(boxes[..., :, None, :2], others[..., None, :, :2])
    last = library.minimum(boxes[..., :, None, 2:], others[..., None, :, 2:])
    intersection = area(library.concatenate([first, last], axis=-1))
    union = area(boxes)[..., :, None] + area(others)[..., None, :] - intersection
    return intersection / library.maximum(union, 1)


def encode(boxes, targets):
    """The regression targets that take each box to its target: `(…, 4), (…, 4) → (…, 4)`.

    They are the shift of the centre in widths and heights of the box, and the logarithms of the ratios of the sides
    (Girshick et al. 2014, appendix C).

    >>> print(encode(np.array([[0.0, 0.0, 9.0, 9.0]]), np.array([[5.0, 0.0, 14.0, 19.0]])).round(3))
    [[0.5   0.5   0.    0.693]]
    """
    library = _library(boxes, targets)
    x, y, width, height = _centred(boxes)
    target_x, target_y, target_width, target_height = _centred(targets)
    shifts = [(target_x - x) / width, (target_y - y) / height]
    return library.stack([*shifts, library.log(target_width / width), library.log(target_height / height)], axis=-1)


def decode(boxes, deltas):
    """The boxes that regression makes of boxes, the inverse of `encode`: `(…, 4), (…, 4) → (…, 4)`.

    The release of Faster R-CNN leaves out the −1 at the far corner, so that its boxes come back a pixel too large;
    Detectron, its successor, has it.
    """
    library = _library(boxes, deltas)
    x, y, width, height = _centred(boxes)
    x, y = x + deltas[..., 0] * width, y + deltas[..., 1] * height
    width, height = width * library.exp(deltas[..., 2]), height * library.exp(deltas[..., 3])
    corners = [x - width / 2, y - height / 2, x + width / 2 - 1, y + height / 2 - 1]
    return library.stack(corners, axis=-1)


def clip(boxes, image_size):
    """Cut boxes off at the edges of an image of (height, width).

    >>> print(clip(np.array([[-3, 2, 70, 9]]), (48, 64)))
    [[ 0  2 63  9]]
    """
    library, (height, width) = _library(boxes), image_size
    limits = (width - 1, height - 1, width - 1, height - 1)
    return library.stack([library.clip(boxes[..., i], 0, limit) for i, limit in enumerate(limits)], axis=-1)


def nms(boxes, scores, iou_threshold=0.3):
    """Greedy non-maximum suppression: indices of the boxes that stay, by falling score.

    The best box stays and every box that overlaps it by more than the threshold goes, until none is left.

    >>> print(nms(np.array([[0, 0, 9, 9], [1, 0, 10, 9], [20, 0, 29, 9]]), np.array([0.8, 0.9, 0.7])))
    [1 2]
    """
    order = np.argsort(-np.asarray(scores), kind="stable")
    if iou_threshold >= 1:
        return order
    kept = [order[:0]]
    while len(order):
        apart = iou(boxes[order[:64]], boxes[order]) <= iou_threshold  # many rows at once are quicker than each alone
        stays = np.ones(len(order), bool)
        for row in range(len(apart)):
            if stays[row]:
                stays[row + 1 :] &= apart[row, row + 1 :]
        kept.append(order[:64][stays[:64]])
        order = order[64:][stays[64:]]
    return np.concatenate(kept)


def generate_anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    """The anchors of the cell at the top left, `(len(ratios) * len(scales), 4)`; a ratio is height over width.

    As in the release of Faster R-CNN: sides are rounded before they are scaled, so that areas of 128², 256² and 512²
    are met by the squares alone.

    >>> print(generate_anchors(scales=[8]))
    [[-84. -40.  99.  55.]
     [-56. -56.  71.  71.]
     [-36. -80.  51.  95.]]
    """
    ratios, scales = np.asarray(ratios, "float32")[:, None], np.asarray(scales, "float32")
    widths = np.round(base_size / np.sqrt(ratios))
    heights = np.round(widths * ratios)
    reach = np.stack([widths * scales - 1, heights * scales - 1], axis=-1).reshape(-1, 2) / 2
    centre = (base_size - 1) / 2
    return np.concatenate([centre - reach, centre + reach], axis=-1).astype("float32")


def anchor_grid(anchors, map_size, strides):
    """The anchors of every cell of a map of (height, width), `(height * width * len(anchors), 4)`.

    Cells follow each other row by row, `strides` pixels apart, as the outputs of a region proposal network do.
    """
    rows, columns = (strides * np.arange(size, dtype="float32") for size in map_size)
    shifts = np.stack([*np.meshgrid(columns, rows)] * 2, axis=-1)  # (height, width, 4)
    return (shifts[:, :, None] + np.asarray(anchors, "float32")).reshape(-1, 4)


def anchor_targets(anchors, truth, image_size, seed, batch_size=256, thresholds=(0.3, 0.7)):
    """What a region proposal network learns from one image with objects `truth` `(objects, 4)`.

    An anchor that overlaps an object by more than 0.7, or as much as any does, is positive; one that overlaps none by
    0.3 is negative; one that crosses the image's edge is neither. Of `batch_size` anchors, drawn at random, at most
    half are positive (Ren et al. 2015, section 3.1.2).

    Returns `{"objectness": (anchors,), "anchor_deltas": (anchors, 5)}`: classes 1, 0 and −1; and the class again with
    the regression targets. `seed` is a number or a `numpy.random.Generator`.
    """
    rng, truth = np.random.default_rng(seed), np.asarray(truth, "float32").reshape(-1, 4)
    inside = np.all(clip(anchors, image_size) == anchors, axis=-1)
    overlaps = np.where(inside[:, None], iou(anchors, truth), 0)
    highest = overlaps.max(axis=1, initial=0)
    closest = overlaps.max(axis=0, initial=0)  # of the anchors to each object
    classes = np.where(highest < thresholds[0], 0, -1)
    classes[(highest > thresholds[1]) | np.any((overlaps == closest) & (closest > 0), axis=1)] = 1
    classes[~inside] = -1
    positive = _draw(rng, classes == 1, batch_size // 2)
    negative = _draw(rng, classes == 0, batch_size - len(positive))
    sampled = np.full(len(anchors), -1)
    sampled[negative], sampled[positive] = 0, 1
    return {"objectness": sampled, "anchor_deltas": _regression(anchors, truth, overlaps, sampled)}


def roi_targets(rois, truth, classes, seed, batch_size=128, background=(0.1, 0.5)):
    """What Fast R-CNN learns from one image with objects `truth` `(objects, 4)` of `classes` `(objects,)`, from 1 on.

    A region of interest is of an object's class where it overlaps the object by 0.5 or more, and background where its
    highest overlap is in [0.1, 0.5). Of `batch_size` regions, drawn at random, at most a quarter are objects (Girshick
    2015, section 2.3). The objects themselves are among the regions, as in the release.

    Returns the regions `(batch_size, 4)` and `{"classes": (batch_size,), "deltas": (batch_size, 5)}`, the latter with
    the class and the regression targets over `STDS`. Where regions are too few, the rest are `EMPTY`, of class −1.
    Raises `ValueError` for another number of classes than objects.
    """
    rng, truth = np.random.default_rng(seed), np.asarray(truth, "float32").reshape(-1, 4)
    if len(classes) != len(truth):
        raise ValueError(f"there are {len(truth)} objects and {len(classes)} classes; give each object its class.")
    rois = np.concatenate([np.asarray(rois, "float32"), truth])
    rois = rois[area(rois) > 0]
    overlaps = iou(rois, truth)
    highest = overlaps.max(axis=1, initial=0)
    objects = _draw(rng, highest >= 0.5, batch_size // 4)
    others = _draw(rng, (highest >= background[0]) & (highest < background[1]), batch_size - len(objects))
    drawn = np.concatenate([objects, others])
    sampled = np.full(batch_size, -1)
    sampled[: len(drawn)] = 0
    if len(objects):
        sampled[: len(objects)] = np.asarray(classes)[overlaps[objects].argmax(axis=1)]
    padding = ((0, batch_size - len(drawn)), (0, 0))
    regions = np.concatenate([rois[drawn], np.tile(np.float32(EMPTY), (padding[0][1], 1))])
    deltas = _regression(regions, truth, np.pad(overlaps[drawn], padding), sampled)
    deltas[:, 1:] /= STDS
    return regions, {"classes": sampled, "deltas": deltas}


def detections(rois, probabilities, deltas, image_size, score_threshold=0.05, iou_threshold=0.3):
    """The objects that Fast R-CNN sees in one image: boxes `(n, 4)`, classes `(n,)`, scores `(n,)`, by falling score.

    From regions `(rois, 4)`, class probabilities `(rois, 1 + classes)` and regression `(rois, classes, 4)`: each class
    apart, scores above the threshold, then non-maximum suppression.
    """
    real = area(rois) > 0
    rois, probabilities, deltas = rois[real], probabilities[real], deltas[real]
    boxes = clip(decode(rois[:, None], deltas * STDS), image_size)
    found = []
    for category in range(1, probabilities.shape[1]):
        scores = probabilities[:, category]
        above = np.flatnonzero(scores > score_threshold)
        kept = above[nms(boxes[above, category - 1], scores[above], iou_threshold)]
        found += [(scores[i], category, boxes[i, category - 1]) for i in kept]
    found.sort(key=lambda item: -item[0])
    scores, classes, boxes = zip(*found, strict=True) if found else ((), (), ())
    return np.array(boxes, "float32").reshape(-1, 4), np.array(classes, int), np.array(scores, "float32")


def _library(*arrays):
    for array in arrays:
        if tuple(array.shape[-1:]) != (4,):
            raise ValueError(f"an array of boxes is {tuple(array.shape)}; it must be (…, 4), with x1, y1, x2, y2 last.")
    return ops if any(map(ops.is_tensor, arrays)) else np


def _centred(boxes):
    """Centre x, centre y, width and height."""
    width, height = boxes[..., 2] - boxes[..., 0] + 1, boxes[..., 3] - boxes[..., 1] + 1
    return boxes[..., 0] + width / 2, boxes[..., 1] + height / 2, width, height


def _draw(rng, among, count):
    """Indices of at most `count` of those that are true, at random."""
    indices = np.flatnonzero(among)
    return indices if len(indices) <= count else rng.choice(indices, count, replace=False)


def _regression(boxes, truth, overlaps, classes):
    """`(boxes, 5)`: the class, and for objects the regression to the true box that overlaps most."""
    targets = np.zeros((len(boxes), 5), "float32")
    targets[:, 0] = classes
    objects = classes > 0
    if objects.any():
        targets[objects, 1:] = encode(boxes[objects], truth[overlaps[objects].argmax(axis=1)])
    return targets

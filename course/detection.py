"""The registered Keras layers and the loss of the R-CNN family: pooling to a fixed size, proposals, box regression."""

import keras
import numpy as np
from keras import ops

from course.boxes import EMPTY, anchor_grid, clip, decode, iou
from course.errors import integer
from course.layers import registered


@registered
def box_loss(y_true, y_pred):
    """Smooth L1 of the four coordinates, summed over the objects and divided by the boxes sampled, for each image.

    The regression term of Fast R-CNN (Girshick 2015, equations 2 and 3) and of the region proposal network. Only the
    coordinates of the true class count, and those of the background not at all.

    Shapes: `(batch, boxes, 5)`, the class (0 for background, −1 where not sampled) and the targets, and
    `(batch, boxes, 4)` or `(batch, boxes, classes, 4)` → `(batch,)`.
    """
    if len(y_pred.shape) == 3:
        y_pred = ops.expand_dims(y_pred, 2)
    labels, targets = y_true[..., 0], y_true[..., None, 1:]
    objects = ops.arange(1, y_pred.shape[2] + 1, dtype=y_true.dtype)
    error = ops.abs(y_pred - targets)
    smooth = ops.sum(ops.where(error < 1, 0.5 * ops.square(error), error - 0.5), axis=-1)  # (batch, boxes, classes)
    smooth = ops.where(ops.expand_dims(labels, -1) == objects, smooth, 0.0)
    sampled = ops.sum(ops.cast(labels >= 0, y_pred.dtype), axis=1)
    return ops.sum(smooth, axis=(1, 2)) / ops.maximum(sampled, 1.0)


class _Layer(keras.layers.Layer):
    """A layer that keeps coordinates in the precision they come in: half precision has no 1,001."""

    def __init__(self, data_format=None, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.data_format = data_format or keras.config.image_data_format()

    def channels_last(self, x):
        return x if self.data_format == "channels_last" else ops.transpose(x, (0, 2, 3, 1))

    def image_size(self, shape):
        return tuple(shape[1:3] if self.data_format == "channels_last" else shape[2:4])

    def get_config(self):
        return super().get_config() | {"data_format": self.data_format}


@registered
class SpatialPyramidPooling2D(_Layer):
    """Maximum over n × n bins of the map for each n in `bins`, joined: as many features whatever the size.

    SPP-net's layer (He et al. 2014, section 2.2). Row i of n spans the cells ⌊i a / n⌋ to ⌈(i + 1) a / n⌉ of a. The
    paper slides a window of ⌈a / n⌉ by ⌊a / n⌋, which does not always give n bins: 4 for a = 5, n = 3.

    Shapes: `(batch, height, width, channels) → (batch, Σ n² · channels)`, by level, row, column, channel in both data
    formats. A height or width may be `None`.
    """

    def __init__(self, bins=(6, 3, 2, 1), **kwargs):
        super().__init__(**kwargs)
        self.bins = [integer("bins", n, 1) for n in bins]

    def call(self, x):
        x = self.channels_last(x)
        height, width = ops.shape(x)[1:3]
        pooled = []
        for n in self.bins:
            rows = [(i * height // n, ((i + 1) * height + n - 1) // n) for i in range(n)]
            columns = [(i * width // n, ((i + 1) * width + n - 1) // n) for i in range(n)]
            pooled += [ops.max(x[:, top:end, left:right], axis=(1, 2)) for top, end in rows for left, right in columns]
        return ops.concatenate(pooled, axis=-1)

    def compute_output_shape(self, input_shape):
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        return (input_shape[0], sum(n * n for n in self.bins) * channels)

    def get_config(self):
        return super().get_config() | {"bins": self.bins}


@registered
class RoIPooling2D(_Layer):
    """Maximum over pool_size × pool_size bins of each region of interest.

    Fast R-CNN's layer (Girshick 2015, section 2.1), with the rounding of its release: corners times `spatial_scale` are
    rounded, halves away from zero; the region is h = max(y2 − y1 + 1, 1) cells high; bin p spans the rows ⌊p h / P⌋ to
    ⌈(p + 1) h / P⌉, cut off at the map's edge; a bin with no cell is 0. Departure: the release computes p h / P in
    single precision, where the ceiling may be a cell too high; here it is exact.

    Shapes: `[(batch, height, width, channels), (batch, rois, 4)] → (batch, rois, pool_size, pool_size, channels)` in
    both data formats. Boxes are in pixels of the image, of which `spatial_scale` makes cells. No gradient goes to them.
    Raises `ValueError` where the height or width of the map is not known.
    """

    def __init__(self, pool_size=7, spatial_scale=1 / 16, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = integer("pool_size", pool_size, 1)
        self.spatial_scale = spatial_scale

    def build(self, input_shape):
        if None in self.image_size(input_shape[0]):
            raise ValueError(
                f"the map is {tuple(input_shape[0])}; RoI pooling needs to know its height and width: "
                "give the net an input_shape with no None."
            )

    def call(self, inputs):
        maps, boxes = inputs
        maps = self.channels_last(ops.cast(maps, self.compute_dtype))
        height, width, channels = maps.shape[1:]
        boxes = ops.stop_gradient(boxes) * self.spatial_scale
        corners = ops.cast(ops.sign(boxes) * ops.floor(ops.abs(boxes) + 0.5), "int32")
        top, bottom = self._bins(corners[..., 1, None], corners[..., 3, None], height)  # (batch, rois, pool_size)
        left, right = self._bins(corners[..., 0, None], corners[..., 2, None], width)

        # Any run of cells is two runs of 2**level cells, which may overlap. With the maxima of all such runs at hand a
        # bin costs four look-ups, however large it is.
        maxima = [_run_maxima(x, axis=2) for x in _run_maxima(maps, axis=1)]
        table = ops.reshape(ops.stack([ops.stack(row, axis=1) for row in maxima], axis=1), (-1, channels))
        (tall, *rows), (wide, *columns) = _two_runs(top, bottom, height), _two_runs(left, right, width)
        image = ops.reshape(ops.arange(ops.shape(maps)[0]), (-1, 1, 1, 1))
        level = (image * len(maxima) + tall[..., None]) * len(maxima[0]) + wide[:, :, None]
        pooled = [
            ops.take(table, (level * height + row[..., None]) * width + column[:, :, None], axis=0)
            for row in rows
            for column in columns
        ]
        pooled = ops.maximum(ops.maximum(*pooled[:2]), ops.maximum(*pooled[2:]))
        filled = (top < bottom)[..., None] & (left < right)[:, :, None]
        return ops.where(filled[..., None], pooled, ops.zeros_like(pooled))

    def _bins(self, first, last, size):
        """The first cell of each bin, and the one after its last."""
        extent, p = ops.maximum(last - first + 1, 1), ops.arange(self.pool_size, dtype="int32")
        begin, end = p * extent // self.pool_size, ((p + 1) * extent + self.pool_size - 1) // self.pool_size
        return ops.clip(first + begin, 0, size), ops.clip(first + end, 0, size)

    def compute_output_shape(self, input_shape):
        (batch, *maps), boxes = input_shape
        channels = maps[-1 if self.data_format == "channels_last" else 0]
        return (batch, boxes[1], self.pool_size, self.pool_size, channels)

    def get_config(self):
        return super().get_config() | {"pool_size": self.pool_size, "spatial_scale": self.spatial_scale}


@registered
class Proposals(_Layer):
    """The regions that a region proposal network proposes, by falling score (Ren et al. 2015, section 3.3).

    Anchors are moved by their regression and cut off at the image's edges; those with a side below `min_size` go; of
    the best `pre_nms` that are left, non-maximum suppression leaves the best `post_nms`. Where they are fewer, the rest
    are `boxes.EMPTY`. The paper trains with 12,000 and 2,000 and tests with 6,000 and 300.

    Shapes: `[(batch, height, width, channels), (batch, a, 2), (batch, a, 4)] → (batch, post_nms, 4)`: the image, whose
    size alone matters, probabilities of background and object, and regressions, of the a = ⌈height / strides⌉ ·
    ⌈width / strides⌉ · len(anchors) anchors in the order of `boxes.anchor_grid`. No gradient passes. Raises
    `ValueError` where the image's size is not known or the number of anchors does not follow from it.
    """

    def __init__(self, anchors, strides=16, pre_nms=6000, post_nms=300, iou_threshold=0.7, min_size=16, **kwargs):
        super().__init__(**{"dtype": "float32"} | kwargs)
        self.anchors = np.asarray(anchors, "float32").tolist()
        self.strides = integer("strides", strides, 1)
        self.pre_nms, self.post_nms = integer("pre_nms", pre_nms, 1), integer("post_nms", post_nms, 1)
        self.iou_threshold, self.min_size = iou_threshold, min_size

    def build(self, input_shape):
        size = self.image_size(input_shape[0])
        if None in size:
            raise ValueError(
                f"the image is {tuple(input_shape[0])}; anchors need to know its height and width: "
                "give the net an input_shape with no None."
            )
        self.grid = anchor_grid(self.anchors, [-(-n // self.strides) for n in size], self.strides)
        if input_shape[1][1] != len(self.grid):
            raise ValueError(
                f"there are scores of {input_shape[1][1]} anchors and an image of {size[0]}×{size[1]} has "
                f"{len(self.grid)}, {len(self.anchors)} every {self.strides} pixels: check anchors and strides."
            )

    def call(self, inputs):
        image, objectness, deltas = map(ops.stop_gradient, inputs)
        boxes = clip(decode(ops.convert_to_tensor(self.grid), deltas), self.image_size(image.shape))
        large = ops.all(boxes[..., 2:] - boxes[..., :2] + 1 >= self.min_size, axis=-1)
        scores = ops.where(large, objectness[..., 1], -1.0)
        order = ops.argsort(-scores, axis=-1)[:, : self.pre_nms]
        boxes = ops.take_along_axis(boxes, order[..., None], axis=1)
        return self._suppress(boxes, ops.take_along_axis(scores, order, axis=1))

    def _suppress(self, boxes, scores):
        """Greedy non-maximum suppression of a whole batch; a score of −1 is of a box that is out."""

        def keep_best(i, state):
            scores, kept = state
            best = ops.argmax(scores, axis=1)[:, None]
            left = ops.take_along_axis(scores, best, axis=1) >= 0  # (batch, 1)
            box = ops.take_along_axis(boxes, best[..., None], axis=1)  # (batch, 1, 4)
            here = (i == ops.arange(self.post_nms)) & left  # (batch, post_nms)
            overlaps = iou(box, boxes)[:, 0]
            return ops.where(overlaps > self.iou_threshold, -1.0, scores), ops.where(here[..., None], box, kept)

        kept = ops.tile(ops.convert_to_tensor([[EMPTY]], "float32"), (ops.shape(boxes)[0], self.post_nms, 1))
        return ops.fori_loop(0, self.post_nms, keep_best, (scores, kept))[1]

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], self.post_nms, 4)

    def get_config(self):
        names = ("anchors", "strides", "pre_nms", "post_nms", "iou_threshold", "min_size")
        return super().get_config() | {name: getattr(self, name) for name in names}


def _two_runs(first, end, size):
    """The level of two runs of 2**level cells that cover those from `first` to `end`, and where the two begin."""
    levels = np.array([max(n, 1).bit_length() - 1 for n in range(size + 1)], "int32")
    level = ops.take(levels, end - first)
    return level, ops.minimum(first, size - 1), ops.maximum(end - ops.take(2**levels, end - first), 0)


def _run_maxima(x, axis):
    """For each level, the maxima of the 2**level cells from each cell on, along the axis."""
    levels, size = [x], x.shape[axis]
    while 2 ** len(levels) <= size:
        run = 2 ** (len(levels) - 1)
        later = [slice(run, None) if i == axis else slice(None) for i in range(4)]
        beyond = [(0, run) if i == axis else (0, 0) for i in range(4)]
        # What is padded is in no run that lies in the map.
        levels.append(ops.maximum(levels[-1], ops.pad(levels[-1][tuple(later)], beyond)))
    return levels

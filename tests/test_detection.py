import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from course import boxes
from course.detection import Proposals, RoIPooling2D, SpatialPyramidPooling2D, box_loss


def away_from_zero(x):
    """C's `round`."""
    return int(math.copysign(math.floor(abs(x) + 0.5), x))


def roi_pooled(maps, box, pool_size, spatial_scale):
    """One region of one map, cell by cell, as the release's `roi_pooling_layer.cpp` has it."""
    x1, y1, x2, y2 = (away_from_zero(float(corner) * spatial_scale) for corner in box)
    tall, wide = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)
    pooled = np.zeros((pool_size, pool_size, maps.shape[2]), maps.dtype)
    for p in range(pool_size):
        for q in range(pool_size):
            rows = range(y1 + p * tall // pool_size, y1 + math.ceil((p + 1) * tall / pool_size))
            columns = range(x1 + q * wide // pool_size, x1 + math.ceil((q + 1) * wide / pool_size))
            cells = [maps[i, j] for i in rows for j in columns if 0 <= i < len(maps) and 0 <= j < maps.shape[1]]
            if cells:
                pooled[p, q] = np.max(cells, axis=0)
    return pooled


def maps_of(*shape, seed=0):
    """Below zero, so that a zero among the outputs is an empty bin."""
    return -np.random.default_rng(seed).uniform(1, 2, shape).astype("float32")


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 9),
    st.integers(1, 12),
    st.integers(1, 7),
    st.lists(st.tuples(*[st.integers(-80, 300)] * 4), min_size=1, max_size=6),
)
def test_roi_pooling_is_the_release_s(height, width, pool_size, rois):
    maps = maps_of(2, height, width, 3)
    rois = np.array([rois, rois[::-1]], "float32")
    pooled = np.asarray(RoIPooling2D(pool_size)([maps, rois]))
    expected = [[roi_pooled(m, box, pool_size, 1 / 16) for box in some] for m, some in zip(maps, rois, strict=True)]
    np.testing.assert_array_equal(pooled, expected)


@pytest.mark.parametrize(
    ("pixel", "cell"), [(7.9, 0), (8, 1), (23.9, 1), (24, 2), (40, 3), (56, 4), (-7, 0), (-8, None), (104, 7)]
)
def test_halves_are_rounded_away_from_zero(pixel, cell):
    """Half to even would take pixel 8 to cell 0, and 40 to 2."""
    maps = np.arange(1, 7, dtype="float32").reshape(1, 1, 6, 1)
    pooled = np.asarray(RoIPooling2D(1)([maps, np.array([[[pixel, 0, pixel, 0]]], "float32")]))
    assert pooled.item() == (cell + 1 if cell is not None and cell < 6 else 0)


def test_a_region_of_one_cell_fills_every_bin():
    maps = maps_of(1, 5, 5, 2)
    pooled = np.asarray(RoIPooling2D(7)([maps, np.array([[[32, 48, 32, 48]]], "float32")]))
    assert np.all(pooled == maps[0, 3, 2])


def test_the_gradient_of_roi_pooling_goes_to_the_largest_cells():
    maps, rois = maps_of(1, 6, 7, 2), np.array([[[0, 0, 100, 90], [16, 32, 70, 300], [200, 200, 300, 300]]], "float32")
    with tf.GradientTape() as tape:
        tensor, corners = tf.constant(maps), tf.constant(rois)
        tape.watch([tensor, corners])
        pooled = RoIPooling2D(3)([tensor, corners])
    gradient, none = tape.gradient(pooled, [tensor, corners])
    expected = np.zeros_like(maps[0])
    for value in np.asarray(pooled)[0].reshape(-1, 2):
        for channel in range(2):
            expected[..., channel] += maps[0, ..., channel] == value[channel]
    np.testing.assert_array_equal(tf.convert_to_tensor(gradient)[0], expected)
    assert none is None


def pyramid(maps, bins):
    """Bin by bin: one has the cells whose stretch of the side meets its own."""
    features = []
    for n in bins:
        for p in range(n):
            for q in range(n):
                rows = [
                    i
                    for i in range(maps.shape[0])
                    if (i + 1) * n > p * maps.shape[0] and i * n < (p + 1) * maps.shape[0]
                ]
                columns = [
                    j
                    for j in range(maps.shape[1])
                    if (j + 1) * n > q * maps.shape[1] and j * n < (q + 1) * maps.shape[1]
                ]
                features.append(maps[np.ix_(rows, columns)].max(axis=(0, 1)))
    return np.concatenate(features)


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (13, 13), (10, 17)])
def test_spatial_pyramid_pooling_bin_by_bin(size):
    maps = maps_of(2, *size, 3)
    expected = [pyramid(m, (6, 3, 2, 1)) for m in maps]
    np.testing.assert_array_equal(np.asarray(SpatialPyramidPooling2D()(maps)), expected)


def test_spp_net_s_pyramid_has_12_800_features_at_any_size():
    inputs = keras.Input((None, None, 256))
    model = keras.Model(inputs, SpatialPyramidPooling2D()(inputs))
    assert model.output.shape == (None, 12_800)
    for size in (5, 13):
        assert model(maps_of(1, size, size, 256)).shape == (1, 12_800)


@pytest.mark.parametrize("layer", [SpatialPyramidPooling2D, lambda **format: OnTwoRegions(**format)])
def test_channels_first_gives_the_same_features(layer):
    maps = maps_of(2, 9, 6, 5)
    first = layer(data_format="channels_first")(np.moveaxis(maps, -1, 1))
    np.testing.assert_array_equal(np.asarray(first), np.asarray(layer(data_format="channels_last")(maps)))


class OnTwoRegions:
    def __init__(self, data_format):
        self.layer = RoIPooling2D(3, data_format=data_format)

    def __call__(self, maps):
        return self.layer([maps, np.array([[[0, 0, 95, 70], [20, 30, 60, 143]]] * 2, "float32")])


def region_inputs(height, width, strides, anchors, seed=0):
    rng = np.random.default_rng(seed)
    count = -(-height // strides) * -(-width // strides) * len(anchors)
    scores = rng.permutation(2 * count).reshape(2, count).astype("float32") / (2 * count)
    deltas = rng.normal(0, 0.4, (2, count, 4)).astype("float32")
    return np.zeros((2, height, width, 3), "float32"), np.stack([1 - scores, scores], axis=-1), deltas


@pytest.mark.parametrize(
    ("pre_nms", "post_nms", "iou_threshold", "min_size"), [(100, 12, 0.7, 8), (1000, 300, 0.3, 16), (7, 20, 0.7, 30)]
)
@pytest.mark.long
def test_proposals_step_by_step(pre_nms, post_nms, iou_threshold, min_size):
    anchors = boxes.generate_anchors(8, scales=(2, 4))
    image, scores, deltas = region_inputs(44, 60, 8, anchors)
    layer = Proposals(anchors, 8, pre_nms, post_nms, iou_threshold, min_size)
    proposals = np.asarray(layer([image, scores, deltas]))
    assert proposals.shape == (2, post_nms, 4)
    for found, probabilities, delta in zip(proposals, scores, deltas, strict=True):
        moved = boxes.decode(boxes.anchor_grid(anchors, (6, 8), 8), delta)
        moved = np.stack([np.clip(moved[:, 0::2], 0, 59), np.clip(moved[:, 1::2], 0, 43)], axis=-1).reshape(-1, 4)
        left = [i for i in range(len(moved)) if min(moved[i, 2:] - moved[i, :2] + 1) >= min_size]
        left = sorted(left, key=lambda i: -probabilities[i, 1])[:pre_nms]
        kept, overlaps = [], boxes.iou(moved, moved)
        for i in left:
            if np.all(overlaps[i, kept] <= iou_threshold):
                kept.append(i)
        kept = kept[:post_nms]
        np.testing.assert_allclose(found[: len(kept)], moved[kept], atol=1e-3)
        assert np.all(found[len(kept) :] == boxes.EMPTY)


def test_the_proposals_are_the_anchors_where_nothing_is_moved():
    anchors = boxes.generate_anchors(16, scales=(2,))
    image, scores, deltas = region_inputs(96, 96, 16, anchors)
    proposals = np.asarray(Proposals(anchors, 16, post_nms=5)([image, scores, 0 * deltas]))
    grid = boxes.clip(boxes.anchor_grid(anchors, (6, 6), 16), (96, 96))
    best = grid[scores[:, :, 1].argmax(axis=1)]
    np.testing.assert_allclose(proposals[:, 0], best, atol=1e-4)


def smooth_l1(x):
    return 0.5 * x * x if abs(x) < 1 else abs(x) - 0.5


def test_box_loss_term_by_term():
    rng = np.random.default_rng(0)
    labels = np.array([[1, 0, -1, 3, 2], [0, 0, -1, -1, 0]])
    targets, predictions = rng.normal(0, 1.5, (2, 5, 4)), rng.normal(0, 1.5, (2, 5, 3, 4))
    y_true = np.concatenate([labels[..., None], targets], axis=-1).astype("float32")
    expected = []
    for image in range(2):
        terms = [
            sum(map(smooth_l1, predictions[image, i, labels[image, i] - 1] - targets[image, i]))
            for i in range(5)
            if labels[image, i] > 0
        ]
        expected.append(sum(terms) / np.sum(labels[image] >= 0))
    losses = np.asarray(box_loss(y_true, predictions.astype("float32")))
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    assert losses[1] == 0


def test_box_loss_of_a_region_proposal_network_and_of_nothing_sampled():
    y_true = np.array([[[1, 0.5, 0, 3, 0], [0, 0, 0, 0, 0], [-1, 9, 9, 9, 9]], [[-1, 9, 9, 9, 9]] * 3], "float32")
    losses = np.asarray(box_loss(y_true, np.zeros((2, 3, 4), "float32")))
    np.testing.assert_allclose(losses, [(0.5 * 0.25 + 2.5) / 2, 0])


@pytest.fixture
def mixed_precision():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    yield
    keras.mixed_precision.set_global_policy("float32")


def test_coordinates_keep_their_precision_in_mixed_precision(mixed_precision):
    """bfloat16 takes 999.9 for 1,000, which is 62.5 cells, and so to the next one."""
    maps, rois = keras.Input((2, 70, 1)), keras.Input((None, 4))
    model = keras.Model([maps, rois], RoIPooling2D(1)([maps, rois]))
    image = np.arange(70, dtype="float32") * np.ones((1, 2, 1), "float32")
    edges = np.array([[[999.9, 0, 999.9, 0], [1000, 0, 1000, 0]]], "float32")
    assert np.asarray(model([image[..., None], edges]), "float32").ravel().tolist() == [62, 63]
    assert str(model.output.dtype) == "bfloat16"


def test_proposals_are_in_single_precision_in_mixed_precision(mixed_precision):
    anchors = boxes.generate_anchors(16, scales=(2,))
    inputs = region_inputs(96, 96, 16, anchors)
    layer = Proposals(anchors, 16, post_nms=5)
    proposals = layer(inputs)
    assert str(proposals.dtype) == "<dtype: 'float32'>"
    keras.mixed_precision.set_global_policy("float32")
    np.testing.assert_array_equal(proposals, Proposals(anchors, 16, post_nms=5)(inputs))


@pytest.mark.parametrize(
    "layer",
    [
        SpatialPyramidPooling2D((3, 1), data_format="channels_first"),
        RoIPooling2D(5, 0.125, data_format="channels_first"),
        Proposals([[0, 0, 15, 15]], 8, 60, 30, 0.5, 4, data_format="channels_first"),
    ],
)
def test_a_layer_is_made_again_from_its_config(layer):
    config = keras.layers.serialize(layer)
    again = keras.layers.deserialize(config)
    assert type(again) is type(layer)
    assert keras.layers.serialize(again) == config


@pytest.mark.parametrize(
    ("layer", "shapes", "message"),
    [
        (RoIPooling2D(), [(None, None, 14, 3), (None, 5, 4)], "RoI pooling needs to know its height and width"),
        (
            Proposals([[0, 0, 15, 15]]),
            [(None, None, 64, 3), (None, 16, 2), (None, 16, 4)],
            "anchors need to know its height and width",
        ),
        (
            Proposals([[0, 0, 15, 15]]),
            [(None, 64, 50, 3), (None, 17, 2), (None, 17, 4)],
            "scores of 17 anchors and an image of 64×50 has 16, 1 every 16 pixels",
        ),
    ],
)
def test_inputs_that_do_not_fit_get_a_sentence(layer, shapes, message):
    with pytest.raises(ValueError, match=message):
        layer([keras.Input(batch_shape=shape) for shape in shapes])


@pytest.mark.parametrize(
    ("layer", "arguments", "message"),
    [
        (SpatialPyramidPooling2D, {"bins": (3, 0)}, "bins is 0; it must be a whole number, 1 or more"),
        (RoIPooling2D, {"pool_size": 0}, "pool_size is 0; it must be"),
        (Proposals, {"anchors": [[0, 0, 1, 1]], "strides": 0}, "strides is 0; it must be"),
        (Proposals, {"anchors": [[0, 0, 1, 1]], "post_nms": 2.5}, "post_nms is 2.5; it must be"),
    ],
)
def test_arguments_that_cannot_be_get_a_sentence(layer, arguments, message):
    with pytest.raises(ValueError, match=message):
        layer(**arguments)

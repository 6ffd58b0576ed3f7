"""What the function exercises of lessons 09 and 10 compare answers with agrees with other libraries and the package."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from sklearn.metrics import average_precision_score, jaccard_score

from course import arithmetic, boxes, detection, segmentation
from course.checks import (
    lesson_09_checks,
    lesson_09_scores,
    lesson_09_sizes,
    lesson_10_anchors,
    lesson_10_boxes,
    lesson_10_pooling,
    lesson_10_precision,
    lesson_10_pyramid,
    lesson_10_regression,
    lesson_10_suppression,
)

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)
quick = settings(deadline=None)


def close(a, b):
    np.testing.assert_allclose(ops.convert_to_numpy(a), ops.convert_to_numpy(b), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("factor", range(1, 9))
def test_the_bilinear_kernel_is_the_package_s_and_enlarges_as_tensorflow_does(factor):
    kernel = lesson_09_checks._bilinear_kernel(factor)
    k = len(kernel)
    close(segmentation.Bilinear()((k, k, 1, 1))[:, :, 0, 0], kernel)
    x = np.random.default_rng(factor).normal(size=(1, 7, 6, 1)).astype("float32")
    enlarged = ops.conv_transpose(x, kernel[..., None, None].astype("float32"), strides=factor, padding="same")
    expected = tf.image.resize(x, (7 * factor, 6 * factor), "bilinear")
    inner = slice(factor, -factor)  # past the edge one has zeros and the other copies
    close(enlarged[:, inner, inner], expected[:, inner, inner])


@given(st.integers(1, 12), st.integers(1, 7), st.integers(1, 5), st.sampled_from(["valid", "same"]), st.integers(-1, 4))
@few
def test_transposed_sizes_are_keras_s_and_the_package_s(size, kernel_size, strides, padding, extra):
    extra = extra if 0 <= extra < strides else None
    layer = keras.layers.Conv1DTranspose(1, kernel_size, strides, padding, output_padding=extra)
    expected = layer.compute_output_shape((None, size, 1))[1]
    assert lesson_09_sizes._transposed_size(size, kernel_size, strides, padding, extra) == expected
    assert arithmetic.conv_transpose_output_size(size, kernel_size, strides, padding, extra) == expected


@given(st.integers(3, 12), st.integers(1, 7), st.integers(1, 5), st.integers(0, 2), st.integers(0, 4))
@quick
def test_transposed_sizes_undo_a_convolution_with_the_same_padding(size, kernel_size, strides, padding, extra):
    extra = min(extra, strides - 1)
    after = lesson_09_sizes._transposed_size(size, kernel_size, strides, padding, extra)
    if after + 2 * padding >= kernel_size and after > 0:
        assert arithmetic.conv_output_size(after, kernel_size, strides, padding) == size


@given(seeds, st.integers(2, 30), st.booleans())
@few
def test_mean_iou_is_scikit_learn_s_and_keras_s(seed, num_classes, some_void):
    rng = np.random.default_rng(seed)
    labels, guesses = rng.integers(0, num_classes, (2, 3, 7, 5)).astype("uint8")
    guesses = np.where(rng.random(labels.shape) < 0.5, labels, guesses)
    labels[rng.random(labels.shape) < 0.2 * some_void] = 255
    ours = lesson_09_scores._mean_iou(labels, guesses, num_classes)
    left = labels != 255
    assert ours == pytest.approx(jaccard_score(labels[left], guesses[left], average="macro"))
    metric = keras.metrics.MeanIoU(num_classes, ignore_class=255)
    metric.update_state(labels.astype(int), guesses)
    assert ours == pytest.approx(float(metric.result()), abs=1e-5)


@given(seeds, st.integers(1, 6), st.integers(1, 6))
@few
def test_overlaps_are_those_of_pixels_and_the_package_s(seed, n, m):
    rng = np.random.default_rng(seed)
    first, others = lesson_10_boxes.random_boxes(rng, n), lesson_10_boxes.random_boxes(rng, m)
    ours = lesson_10_boxes._iou(first, others)
    y, x = np.mgrid[:40, :40]
    painted = [[(x >= b[0]) & (x <= b[2]) & (y >= b[1]) & (y <= b[3]) for b in group] for group in (first, others)]
    close(ours, [[(a & b).sum() / (a | b).sum() for b in painted[1]] for a in painted[0]])
    close(ours, boxes.iou(first, others))


@given(seeds, st.integers(0, 30), st.sampled_from([0.23, 0.37, 0.51, 0.69]))
@few
def test_suppression_is_tensorflow_s_and_the_package_s(seed, n, threshold):
    rng = np.random.default_rng(seed)
    found, scores = lesson_10_boxes.random_boxes(rng, n), rng.permutation(n).astype("float32")
    ours = lesson_10_suppression._nms(found, scores, threshold)
    assert ours == tuple(boxes.nms(found, scores, threshold).tolist())
    points = np.add(found, [0, 0, 1, 1])[:, [1, 0, 3, 2]].astype("float32")  # tf.image takes corners as points, y first
    assert ours == tuple(tf.image.non_max_suppression(points, scores, n, threshold).numpy().tolist())


def test_anchors_are_those_that_the_release_prints():
    expected = [[-84, -40, 99, 55], [-176, -88, 191, 103], [-360, -184, 375, 199]]
    expected += [[-56, -56, 71, 71], [-120, -120, 135, 135], [-248, -248, 263, 263]]
    expected += [[-36, -80, 51, 95], [-80, -168, 95, 183], [-168, -344, 183, 359]]
    assert lesson_10_anchors._anchors().tolist() == expected


@given(st.integers(2, 40), st.lists(st.floats(0.2, 5), min_size=1, max_size=4), st.lists(st.integers(1, 9), min_size=1))
@few
def test_anchors_are_the_package_s(base_size, ratios, scales):
    ratios = [float(np.float32(ratio)) for ratio in ratios]
    close(lesson_10_anchors._anchors(base_size, ratios, scales), boxes.generate_anchors(base_size, ratios, scales))


@given(seeds, st.integers(1, 7), st.sampled_from([1, 1 / 2, 1 / 16]))
@few
def test_regions_are_pooled_as_the_package_pools_them(seed, pool_size, scale):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(*rng.integers(1, 12, 2), 2)).astype("float32")
    roi = rng.integers(0, int(10 / scale), 4)
    roi = np.concatenate([np.minimum(roi[:2], roi[2:]), np.maximum(roi[:2], roi[2:])])
    expected = detection.RoIPooling2D(pool_size, scale)([features[None], roi[None, None].astype("float32")])[0, 0]
    close(lesson_10_pooling._roi_pooling(features, roi, pool_size, scale), expected)


@given(seeds, st.lists(st.integers(1, 6), min_size=1, max_size=4))
@few
def test_the_pyramid_is_the_package_s_and_that_of_cells_which_a_bin_touches(seed, levels):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(*rng.integers(1, 14, 2), 3)).astype("float32")
    ours = lesson_10_pyramid._spatial_pyramid(features, levels)
    close(ours, detection.SpatialPyramidPooling2D(levels)(features[None])[0])
    n, (height, width) = levels[0], features.shape[:2]
    rows, columns = (
        [[i for i in range(size) if i < (k + 1) * size / n - 1e-9 and i + 1 > k * size / n + 1e-9] for k in range(n)]
        for size in (height, width)
    )
    touched = [features[np.ix_(ys, xs)].max(axis=(0, 1)) for ys in rows for xs in columns]
    close(ours[: n * n * 3], np.ravel(touched))


@given(seeds, st.integers(1, 6))
@few
def test_encoding_and_decoding_are_inverse_and_the_package_s(seed, n):
    rng = np.random.default_rng(seed)
    first, targets = (lesson_10_boxes.random_boxes(rng, n) for _ in range(2))
    deltas = lesson_10_regression._encode(first, targets)
    close(deltas, boxes.encode(first, targets))
    close(lesson_10_regression._decode(first, deltas), targets)
    close(boxes.decode(first, deltas), targets)


def test_encoding_by_hand():
    """A box of 10×10 about (5, 5) to one of 20×40 about (15, 25): a width and two heights on, twice and four times."""
    deltas = lesson_10_regression._encode([[0, 0, 9, 9]], [[5, 5, 24, 44]])
    close(deltas, [[1, 2, np.log(2), np.log(4)]])


@given(seeds, st.integers(1, 15))
@few
def test_average_precision_bounds_scikit_learn_s_which_does_not_interpolate(seed, n):
    """Where precision only falls, the two are the same."""
    rng = np.random.default_rng(seed)
    scores, correct = rng.permutation(n) / n, rng.random(n) < 0.6
    correct[0] = True
    matched = np.where(correct, np.arange(n), -1)
    ours = lesson_10_precision._average_precision(scores, matched, int(correct.sum()))
    plain = average_precision_score(correct, scores)
    assert plain <= ours + 1e-9
    assert lesson_10_precision._area(
        *lesson_10_precision._curve(scores, matched, correct.sum()), False
    ) == pytest.approx(plain)
    order = np.argsort(-correct.astype(int), kind="stable")
    ranked = lesson_10_precision._average_precision(-np.arange(n), matched[order], int(correct.sum()))
    assert ranked == pytest.approx(1)


@given(seeds, st.integers(0, 12), st.integers(1, 9))
@few
def test_average_precision_is_the_mean_of_the_best_precision_at_each_object(seed, n, objects):
    """A second statement: each object adds 1 / objects times the best precision from its detection on."""
    rng = np.random.default_rng(seed)
    scores, matched = rng.permutation(n) / 20, rng.integers(-1, objects, n)
    seen, right = set(), []
    for match in matched[np.argsort(-scores)].tolist():
        right.append(match >= 0 and match not in seen)
        seen.add(match)
    precision = [sum(right[: i + 1]) / (i + 1) for i in range(n)]
    expected = sum(max(precision[i:]) for i in range(n) if right[i]) / objects
    assert lesson_10_precision._average_precision(scores, matched, objects) == pytest.approx(expected)
    eleven = [
        max((p for i, p in enumerate(precision) if 10 * sum(right[: i + 1]) >= t * objects), default=0)
        for t in range(11)
    ]
    assert lesson_10_precision._average_precision(scores, matched, objects, True) == pytest.approx(sum(eleven) / 11)

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import boxes

# `generate_anchors()` of py-faster-rcnn, as it returns them.
ANCHORS = [
    [-84, -40, 99, 55],
    [-176, -88, 191, 103],
    [-360, -184, 375, 199],
    [-56, -56, 71, 71],
    [-120, -120, 135, 135],
    [-248, -248, 263, 263],
    [-36, -80, 51, 95],
    [-80, -168, 95, 183],
    [-168, -344, 183, 359],
]

coordinate = st.integers(0, 15)
some_boxes = st.lists(st.tuples(coordinate, coordinate, coordinate, coordinate), min_size=1, max_size=8).map(
    lambda rows: np.array([(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in rows])
)
corner, side = st.floats(-200, 1000), st.floats(1, 800)
floating_box = st.tuples(corner, corner, side, side).map(lambda b: np.array([b[0], b[1], b[0] + b[2], b[1] + b[3]]))


def pixels(box):
    """The pixels of a box, corners included."""
    x1, y1, x2, y2 = map(int, box)
    return {(x, y) for x in range(x1, x2 + 1) for y in range(y1, y2 + 1)}


def overlap(box, other):
    union = pixels(box) | pixels(other)
    return len(pixels(box) & pixels(other)) / len(union) if union else 0


@settings(max_examples=30, deadline=None)
@given(some_boxes, some_boxes)
def test_area_and_iou_count_pixels(some, others):
    assert boxes.area(some).tolist() == [len(pixels(box)) for box in some]
    np.testing.assert_allclose(boxes.iou(some, others), [[overlap(a, b) for b in others] for a in some], rtol=1e-12)


def test_an_empty_box_overlaps_nothing_not_even_itself():
    empty = np.array([boxes.EMPTY, (0, 0, 9, 9)])
    assert boxes.iou(empty, empty).tolist() == [[0, 0], [0, 1]]


@pytest.mark.parametrize(
    ("box", "target", "deltas"),
    [
        # Of ten pixels by twenty: one width to the right, half a height down, twice as wide, half as high.
        ((0, 0, 9, 19), (5, 15, 24, 24), (1, 0.5, np.log(2), -np.log(2))),
        ((3, 4, 12, 23), (3, 4, 12, 23), (0, 0, 0, 0)),
        ((0, 0, 0, 0), (2, 0, 2, 0), (2, 0, 0, 0)),
    ],
)
def test_encode_by_hand(box, target, deltas):
    np.testing.assert_allclose(boxes.encode(np.array(box, float), np.array(target, float)), deltas, atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(floating_box, floating_box)
def test_decode_undoes_encode(box, target):
    np.testing.assert_allclose(boxes.decode(box, boxes.encode(box, target)), target, rtol=1e-9, atol=1e-6)


@settings(max_examples=100, deadline=None)
@given(floating_box, st.integers(1, 600), st.integers(1, 600))
def test_clipped_boxes_lie_in_the_image_and_keep_what_is_inside(box, height, width):
    x1, y1, x2, y2 = clipped = boxes.clip(box, (height, width))
    assert 0 <= x1 <= x2 <= width - 1
    assert 0 <= y1 <= y2 <= height - 1
    inside = np.array([0 <= box[0] < width, 0 <= box[1] < height, 0 <= box[2] < width, 0 <= box[3] < height])
    inside &= box <= np.array([width - 1, height - 1] * 2)
    assert np.array_equal(clipped[inside], box[inside])


@settings(max_examples=50, deadline=None)
@given(some_boxes, st.sampled_from([0.0, 0.3, 0.5, 0.7]), st.randoms(use_true_random=False))
def test_nms_keeps_what_overlaps_no_better_box_that_is_kept(some, threshold, random):
    scores = np.array([random.randrange(1000) / 1000 for _ in some])
    kept = boxes.nms(some, scores, threshold)
    assert len(kept) == len(set(kept))
    assert np.all(np.diff(scores[kept]) <= 0)
    for i in range(len(some)):
        better = [k for k in kept if k != i and (scores[k] > scores[i] or (scores[k] == scores[i] and k < i))]
        assert (i in kept) == all(overlap(some[k], some[i]) <= threshold for k in better)


def test_nms_of_no_boxes():
    assert boxes.nms(np.zeros((0, 4)), np.zeros(0)).tolist() == []


def test_the_nine_anchors_of_the_release():
    anchors = boxes.generate_anchors()
    assert anchors.tolist() == ANCHORS
    # Rounding first: 184 × 96 where 128² is meant.
    assert boxes.area(anchors)[0] == 17_664
    assert boxes.area(anchors)[3:6].tolist() == [128**2, 256**2, 512**2]


def test_the_grid_goes_through_anchors_then_columns_then_rows():
    grid = boxes.anchor_grid(boxes.generate_anchors(), (2, 3), 16)
    expected = [
        [x + 16 * j, y + 16 * i, z + 16 * j, w + 16 * i] for i in range(2) for j in range(3) for x, y, z, w in ANCHORS
    ]
    assert grid.tolist() == expected


def test_600_by_1000_has_about_20k_anchors():
    """Ren et al. 2015, section 3.1.2: "roughly 20000 (≈ 60 × 40 × 9) anchors"."""
    assert len(boxes.anchor_grid(boxes.generate_anchors(), (38, 63), 16)) == 21_546


@pytest.mark.parametrize("function", [boxes.iou, boxes.encode, boxes.decode])
def test_tensors_give_what_arrays_give(function):
    rng = np.random.default_rng(0)
    low = rng.uniform(0, 50, (2, 6, 4)).astype("float32")
    some, others = (np.concatenate([low[i, :, :2], low[i, :, :2] + low[i, :, 2:]], -1) for i in range(2))
    given_tensors = function(*map(keras.ops.convert_to_tensor, (some, others / 10)))
    assert keras.ops.is_tensor(given_tensors)
    assert isinstance(function(some, others / 10), np.ndarray)
    np.testing.assert_allclose(given_tensors, function(some, others / 10), rtol=1e-4, atol=1e-4)


def scene():
    """Anchors on an image of 96×128 and two objects, one of them too small for any anchor."""
    anchors = boxes.anchor_grid(boxes.generate_anchors(8, scales=(2, 4)), (12, 16), 8)
    return anchors, np.array([[20, 18, 51, 47], [90, 60, 95, 65]]), (96, 128)


def inside(box, image_size):
    return box[0] >= 0 and box[1] >= 0 and box[2] < image_size[1] and box[3] < image_size[0]


def test_anchors_are_assigned_as_the_paper_says():
    anchors, truth, image_size = scene()
    targets = boxes.anchor_targets(anchors, truth, image_size, seed=0, batch_size=10**6)
    # Where the rows and columns of the pixels are whole, overlaps can be counted.
    overlaps = np.array([[overlap(a, t) for t in truth] for a in anchors])
    crossing = np.array([not inside(a, image_size) for a in anchors])
    overlaps[crossing] = 0
    for anchor, label in enumerate(targets["objectness"]):
        best = any(overlaps[anchor, t] == overlaps[:, t].max() for t in range(2))
        if crossing[anchor]:
            assert label == -1
        elif best or overlaps[anchor].max() > 0.7:
            assert label == 1
        else:
            assert label == (0 if overlaps[anchor].max() < 0.3 else -1)
    # The small object, which no anchor overlaps by 0.3, still has one to itself.
    assert 0 < overlaps[:, 1].max() < 0.3
    positive = targets["objectness"] == 1
    assert overlaps[positive].argmax(axis=1).tolist().count(1) >= 1
    assert np.array_equal(targets["anchor_deltas"][:, 0], targets["objectness"])
    assert not targets["anchor_deltas"][~positive, 1:].any()
    decoded = boxes.decode(anchors[positive], targets["anchor_deltas"][positive, 1:])
    np.testing.assert_allclose(decoded, truth[overlaps[positive].argmax(axis=1)], atol=1e-4)


def test_256_anchors_are_drawn_at_most_half_of_them_positive():
    anchors = boxes.anchor_grid(boxes.generate_anchors(8, scales=(2, 4)), (40, 40), 8)
    truth = np.random.default_rng(0).permutation(anchors[boxes.area(anchors) > 900])[:400]
    few, many = truth[:1], truth
    for objects, positives in ((few, None), (many, 128)):
        labels = boxes.anchor_targets(anchors, objects, (320, 320), seed=1)["objectness"]
        assert np.sum(labels >= 0) == 256
        assert positives is None or np.sum(labels == 1) == positives
    assert 0 < np.sum(boxes.anchor_targets(anchors, few, (320, 320), seed=1)["objectness"] == 1) < 128


def test_the_seed_decides_what_is_drawn():
    anchors, truth, image_size = scene()
    draws = [boxes.anchor_targets(anchors, truth, image_size, seed, batch_size=16)["objectness"] for seed in (1, 1, 2)]
    assert np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_an_image_with_nothing_in_it_has_background_alone():
    anchors, _, image_size = scene()
    targets = boxes.anchor_targets(anchors, np.zeros((0, 4)), image_size, seed=0, batch_size=32)
    assert np.sum(targets["objectness"] == 0) == 32
    assert np.sum(targets["objectness"] == 1) == 0
    _, targets = boxes.roi_targets(anchors, [], [], seed=0, batch_size=32, background=(0, 0.5))
    assert targets["classes"].tolist() == [0] * 32
    assert not targets["deltas"].any()


def test_regions_are_assigned_as_the_paper_says():
    anchors, truth, _ = scene()
    candidates = np.concatenate([anchors, [boxes.EMPTY]])
    rois, targets = boxes.roi_targets(candidates, truth, [7, 3], seed=0, batch_size=128)
    classes, deltas = targets["classes"], targets["deltas"]
    assert rois.shape == (128, 4)
    assert deltas.shape == (128, 5)
    assert np.sum(classes > 0) <= 32
    drawn = [tuple(box) for box in rois[classes >= 0]]
    assert len(set(drawn)) == len(drawn)
    for roi, label, row in zip(rois, classes, deltas, strict=True):
        shares = [overlap(roi, box) for box in truth]
        assert row[0] == label
        if label > 0:
            assert max(shares) >= 0.5
            assert label == [7, 3][int(np.argmax(shares))]
            # The regression is over its standard deviations.
            moved = boxes.decode(roi, row[1:] * np.array([0.1, 0.1, 0.2, 0.2]))
            np.testing.assert_allclose(moved, truth[int(np.argmax(shares))], atol=1e-4)
        else:
            assert not row[1:].any()
            assert tuple(roi) == boxes.EMPTY if label == -1 else 0.1 <= max(shares) < 0.5
    # The objects are regions themselves: the small one could not be found otherwise.
    assert tuple(truth[1]) in drawn


def test_a_quarter_of_the_regions_are_objects_where_there_are_enough():
    rng = np.random.default_rng(0)
    near = np.array([30, 30, 69, 69]) + rng.integers(-3, 4, (100, 4))
    far = np.array([30, 30, 69, 69]) + rng.integers(-3, 4, (200, 4)) + [20, 0, 20, 0]
    _, targets = boxes.roi_targets(np.concatenate([near, far]), [[30, 30, 69, 69]], [1], seed=0)
    assert np.bincount(targets["classes"]).tolist() == [96, 32]


def test_detections_of_each_class_apart():
    rois = np.array([[0, 0, 9, 9], [1, 0, 10, 9], [30, 30, 39, 39], boxes.EMPTY], "float32")
    probabilities = np.array([[0.1, 0.8, 0.1], [0.1, 0.6, 0.3], [0.96, 0.02, 0.02], [0, 1, 0]], "float32")
    deltas = np.zeros((4, 2, 4), "float32")
    deltas[1, 1] = [10, 0, 0, 0]  # one width to the right, times 0.1
    found, classes, scores = boxes.detections(rois, probabilities, deltas, (40, 15))
    # The second is the first again as class 1, and beside it as class 2, where it is cut off at the edge.
    assert found.tolist() == [[0, 0, 9, 9], [11, 0, 14, 9], [0, 0, 9, 9]]
    assert classes.tolist() == [1, 2, 2]
    np.testing.assert_allclose(scores, [0.8, 0.3, 0.1])


def test_nothing_detected():
    found, classes, scores = boxes.detections(np.zeros((3, 4)), np.eye(3)[[0, 0, 0]], np.zeros((3, 2, 4)), (9, 9))
    assert (found.shape, classes.shape, scores.shape) == ((0, 4), (0,), (0,))


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (boxes.area, [np.zeros((3, 5))], r"an array of boxes is \(3, 5\); it must be \(…, 4\)"),
        (boxes.iou, [np.zeros((3, 4)), np.zeros(3)], r"an array of boxes is \(3,\); it must be"),
        (boxes.roi_targets, [np.zeros((3, 4)), np.zeros((2, 4)), [1], 0], "there are 2 objects and 1 classes"),
    ],
)
def test_what_cannot_be_gets_a_sentence(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)

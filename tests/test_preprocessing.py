from functools import partial

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from course.data import preprocessing as pre

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (24, 31, 3), np.uint8)
TALL = RNG.integers(0, 256, (120, 90, 3), np.uint8)
seeds = st.tuples(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1))
sides = st.integers(8, 40)


def noise(height, width):
    return np.random.default_rng(height * 100 + width).integers(0, 256, (height, width, 3), np.uint8)


def places(image, part):
    """All (top, left) where the part is cut from the image."""
    windows = np.lib.stride_tricks.sliding_window_view(image, part.shape)
    return [tuple(place[:2].tolist()) for place in np.argwhere((windows == part).all((3, 4, 5)))]


def many(step, count=600):
    """The step's results on one image, for many seeds."""
    return [step(seed=(7, number)).numpy() for number in range(count)]


def test_means_are_numpy_s():
    images = RNG.integers(0, 256, (5, 6, 7, 3), np.uint8)
    labelled = tf.data.Dataset.from_tensor_slices((images, np.arange(5)))
    for given_as in (images, labelled, tf.data.Dataset.from_tensor_slices(images)):
        np.testing.assert_allclose(pre.channel_means(given_as), images.mean((0, 1, 2)), rtol=1e-6)
        np.testing.assert_allclose(pre.pixel_means(given_as), images.mean(0), rtol=1e-6)
    for mean in (pre.channel_means(images), pre.pixel_means(images), 128):
        centred = pre.subtract_mean(images[0], mean)
        assert centred.dtype == tf.float32
        np.testing.assert_allclose(centred, images[0].astype(float) - mean, atol=1e-4)


def test_the_mean_colour_of_images_of_many_sizes_counts_pixels():
    images = [noise(4, 5), noise(20, 3)]
    data = tf.data.Dataset.from_generator(lambda: images, output_signature=tf.TensorSpec((None, None, 3), tf.uint8))
    pixels = np.concatenate([image.reshape(-1, 3) for image in images])
    np.testing.assert_allclose(pre.channel_means(data), pixels.mean(0), rtol=1e-6)
    with pytest.raises(ValueError, match="differ in size and have no mean image; crop them first"):
        pre.pixel_means(data)


@given(sides, sides, st.integers(4, 60))
@settings(max_examples=25, deadline=None)
def test_the_shorter_side_gets_the_size_and_the_shape_stays(height, width, size):
    scaled = pre.rescale_shorter_side(noise(height, width), size).shape[:2]
    assert min(scaled) == size
    longer = size * max(height, width) / min(height, width)
    assert abs(max(scaled) - longer) <= 0.5
    assert (scaled[0] <= scaled[1]) == (height <= width) or scaled[0] == scaled[1]


@pytest.mark.parametrize("size", [30, 45, 90, 180])
def test_rescaling_is_pillow_s_bilinear(size):
    scaled = pre.rescale_shorter_side(TALL, size).numpy()
    expected = np.asarray(Image.fromarray(TALL).resize((size, size * 4 // 3), Image.Resampling.BILINEAR))
    assert scaled.dtype == np.uint8
    assert abs(scaled.astype(int) - expected).max() <= 1
    as_float = pre.rescale_shorter_side(TALL.astype(np.float32), size)
    assert as_float.dtype == tf.float32
    assert abs(as_float - expected).numpy().max() <= 1


def test_the_shorter_side_is_drawn_from_low_to_high():
    drawn = [min(image.shape[:2]) for image in many(partial(pre.jitter_shorter_side, IMAGE, 10, 14), 200)]
    assert set(drawn) == {10, 11, 12, 13, 14}
    counts = np.bincount(drawn)[10:]
    assert counts.min() > 20, "40 are expected of each, with a deviation of 6"
    with pytest.raises(ValueError, match="low is 9 and high 8"):
        pre.jitter_shorter_side(IMAGE, 9, 8, seed=(0, 0))


@pytest.mark.parametrize(("size", "top", "left"), [(24, 0, 3), (11, 6, 10), (10, 7, 10)])
def test_the_middle(size, top, left):
    np.testing.assert_array_equal(pre.center_crop(IMAGE, size), IMAGE[top : top + size, left : left + size])


def test_ten_crops_in_alexnet_s_order():
    crops = pre.ten_crops(IMAGE, 20).numpy()
    corners = [IMAGE[:20, :20], IMAGE[:20, 11:], IMAGE[4:, :20], IMAGE[4:, 11:], IMAGE[2:22, 5:25]]
    np.testing.assert_array_equal(crops, np.array(corners + [np.fliplr(corner) for corner in corners]))


@given(sides, sides, st.data(), seeds)
@settings(max_examples=25, deadline=None)
def test_a_random_crop_is_a_part_of_the_image(height, width, data, seed):
    image = noise(height, width)
    size = data.draw(st.integers(3, min(height, width)))
    part = pre.random_crop(image, size, seed).numpy()
    assert part.shape == (size, size, 3)
    assert places(image, part)
    np.testing.assert_array_equal(part, pre.random_crop(image, size, seed))


def test_each_place_of_a_crop_is_as_probable():
    image = np.arange(16, dtype=np.uint8).reshape(4, 4, 1)
    found = np.bincount([int(part[0, 0, 0]) for part in many(partial(pre.random_crop, image, 2))], minlength=16)
    assert set(np.flatnonzero(found)) == {0, 1, 2, 4, 5, 6, 8, 9, 10}
    assert found[found > 0].min() > 40, "67 are expected of each, with a deviation of 8"


def test_half_the_images_are_flipped():
    parts = many(partial(pre.random_flip, IMAGE), 200)
    flipped = [np.array_equal(part, np.fliplr(IMAGE)) for part in parts]
    assert all(same or np.array_equal(part, IMAGE) for part, same in zip(parts, flipped, strict=True))
    assert 70 < sum(flipped) < 130


@given(sides, sides, st.integers(0, 5), seeds)
@settings(max_examples=20, deadline=None)
def test_pad_and_crop_is_numpy_s(height, width, padding, seed):
    image = noise(height, width)
    part = pre.pad_and_crop(image, padding, seed=seed).numpy()
    assert part.shape == image.shape
    assert places(np.pad(image, [(padding, padding)] * 2 + [(0, 0)]), part)


def test_pad_and_crop_reaches_every_place():
    image = noise(6, 6)
    parts = many(partial(pre.pad_and_crop, image, 1), 150)
    found = {place for part in parts for place in places(np.pad(image, [(1, 1), (1, 1), (0, 0)]), part)}
    assert found == {(top, left) for top in range(3) for left in range(3)}


def test_principal_colours_are_those_of_the_covariance():
    images = RNG.integers(0, 256, (4, 9, 9, 3)) // [1, 2, 4]
    values, vectors = pre.principal_colours(images.astype(np.uint8))
    covariance = np.cov(images.reshape(-1, 3).T / 255, bias=True)
    assert (np.diff(values) < 0).all()
    np.testing.assert_allclose(vectors @ np.diag(values) @ vectors.T, covariance, atol=1e-7)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(3), atol=1e-6)


def test_pca_colour_shifts_all_pixels_alike_and_as_alexnet_says():
    values, vectors = np.array([0.2175, 0.0188, 0.0045], np.float32), np.linalg.qr(RNG.normal(size=(3, 3)))[0]
    shifts = np.array([shifted - IMAGE for shifted in many(partial(pre.pca_colour, IMAGE, values, vectors))])
    assert np.ptp(shifts, axis=(1, 2)).max() < 1e-3, "one draw an image"
    alphas = shifts[:, 0, 0] / 255 @ vectors / values
    np.testing.assert_allclose(alphas.std(0), 0.1, rtol=0.15)
    np.testing.assert_allclose(alphas.mean(0), 0, atol=0.02)
    assert abs(np.corrcoef(alphas.T) - np.eye(3)).max() < 0.2
    assert abs(shifts).max() < 40, "a shade, no other colour"
    np.testing.assert_array_equal(pre.pca_colour(IMAGE, values, vectors, 0.0, seed=(1, 2)), IMAGE)


@pytest.mark.long
def test_inception_crops_have_the_paper_s_areas_and_ratios():
    height, width = 60, 90
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    crops = np.array(many(partial(pre.inception_crop, np.stack([rows, columns], -1), 50), 400))
    assert crops.shape == (400, 50, 50, 2)
    # Coordinates are linear: what lies between the middles of the outer pixels is 49/50 of the side.
    heights = (crops[:, 25, 25, 0] - crops[:, 24, 25, 0]) * 50
    widths = (crops[:, 25, 25, 1] - crops[:, 25, 24, 1]) * 50
    ratio, area = widths / heights, widths * heights / (height * width)
    assert ratio.min() > 3 / 4 - 0.05
    assert ratio.max() < 4 / 3 + 0.05
    assert 0.07 < area.min() < 0.12
    assert 0.8 < area.max() <= 1
    # Of draws with an even area, those that fit here: by NumPy.
    areas, ratios = RNG.uniform(0.08, 1, 10**5), RNG.uniform(3 / 4, 4 / 3, 10**5)
    side = np.sqrt(areas * height * width * [[1], [1]] * [1 / ratios, ratios])
    fitting = areas[(side[0] <= height) & (side[1] <= width)]
    assert abs(np.median(area) - np.median(fitting)) < 0.06
    tall = pre.inception_crop(np.repeat(np.arange(100.0, dtype=np.float32), 2).reshape(100, 2, 1), 2, seed=(1, 1))
    assert tall.shape == (2, 2, 1)


def test_what_does_not_fit_gets_a_sentence():
    for crop in (pre.center_crop, pre.ten_crops, partial(pre.random_crop, seed=(0, 1))):
        with pytest.raises(ValueError, match=r"The image is 24×31\. A part of 25×25 does not fit"):
            crop(IMAGE, size=25)
        unknown = tf.data.Dataset.from_generator(
            lambda: [IMAGE], output_signature=tf.TensorSpec((None, None, 3), "uint8")
        )
        with pytest.raises(tf.errors.InvalidArgumentError, match="A part of 25×25 does not fit"):
            list(unknown.map(partial(crop, size=25)))


def examples(count=40):
    images = RNG.integers(0, 256, (count, 12, 12, 1), np.uint8)
    return images, tf.data.Dataset.from_tensor_slices((images, np.arange(count)))


def epochs(data, count=2):
    return [[(image.numpy().tobytes(), int(label)) for image, label in data] for _ in range(count)]


def test_augment_draws_anew_for_each_image_and_epoch_and_repeats_under_the_seed():
    images, data = examples()
    steps = partial(pre.random_crop, size=4), pre.random_flip
    first = epochs(pre.augment(data, *steps, seed=3))
    assert first == epochs(pre.augment(data, *steps, seed=3))
    assert first != epochs(pre.augment(data, *steps, seed=4))
    assert first[0] != first[1]
    corners = []
    for epoch in first:
        assert [label for _, label in epoch] == list(range(40)), "in their order, with their own label"
        for part, label in epoch:
            part = np.frombuffer(part, np.uint8).reshape(4, 4, 1)
            corners.append((places(images[label], part) + places(images[label], np.fliplr(part)))[0])
    assert len(set(corners)) > 40, "of 81"


def test_each_step_draws_for_itself():
    seen = []

    def note(image, seed):
        seen.append(seed)
        return tf.cast(seed, tf.int64)[:, None, None]

    def twice(image, seed):
        return tf.concat([image, note(image, seed)], 0)

    _, data = examples()
    pairs = np.array([image.numpy().ravel() for image, _ in pre.augment(data, note, twice, seed=0)])
    assert len({tuple(pair) for pair in pairs[:, :2]} | {tuple(pair) for pair in pairs[:, 2:]}) == 80


def test_augment_takes_plain_steps_and_keeps_what_follows_the_image():
    images, data = examples(3)
    more = data.map(lambda image, label: (image, label, label + 1))
    halved = pre.augment(more, lambda image: image // 2, partial(pre.random_crop, size=12, seed=(0, 0)), seed=0)
    assert len(halved) == 3
    for image, label, following in halved:
        np.testing.assert_array_equal(image, images[label] // 2)
        assert following == label + 1
    assert pre.augment(data, seed=1) is data
    with pytest.raises(ValueError, match="takes single examples"):
        pre.augment(data.batch(2), pre.random_flip, seed=0)
    with pytest.raises(ValueError, match="takes single examples"):
        pre.augment(data.map(lambda image, label: image), pre.random_flip, seed=0)
    with pytest.raises(ValueError, match="seed is -1; it must be a whole number, 0 or more"):
        pre.augment(data, pre.random_flip, seed=-1)

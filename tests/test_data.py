import collections
import re

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from sklearn.datasets import load_digits

from course import data
from course.data.digits.digits_dataset_builder import Builder, enlarge, is_test

COUNTS = {"train": 1442, "test": 355}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A data_dir with the digits in it."""
    data_dir = tmp_path_factory.mktemp("whole")
    data.load("digits", data_dir=data_dir)
    return data_dir


@pytest.fixture(scope="module")
def features(whole):
    """{split: {feature: array of the whole split}}"""
    return data.load("digits", batch_size=-1, as_supervised=False, data_dir=whole)


def test_every_fifth_image_of_each_digit_is_for_testing(features):
    seen, expected = collections.Counter(), {"train": set(), "test": set()}
    for index, label in enumerate(load_digits().target.tolist()):
        seen[label] += 1
        expected["test" if seen[label] % 5 == 0 else "train"].add(index)
    for split, indices in expected.items():
        assert set(features[split]["index"].tolist()) == indices
        assert len(features[split]["index"]) == len(indices) == COUNTS[split]


def test_splits_share_no_image_and_no_pixels(features):
    train, test = features["train"], features["test"]
    assert not set(train["index"].tolist()) & set(test["index"].tolist())
    images = [image.tobytes() for split in (train, test) for image in split["image"]]
    assert len(set(images)) == 1797
    source = load_digits().images
    assert len({image.tobytes() for image in source}) == 1797


def test_both_splits_hold_each_digit_in_the_same_share(features):
    train, test = (np.bincount(features[split]["label"], minlength=10) for split in ("train", "test"))
    assert np.all(abs(test / (train + test) - 0.2) < 0.01)


def test_images_are_the_source_s_three_times_as_large(features):
    digits = load_digits()
    for split in features.values():
        assert split["image"].shape[1:] == (32, 32, 1)
        assert split["image"].dtype == np.uint8
        np.testing.assert_array_equal(split["label"], digits.target[split["index"]])
        inner = split["image"][:, 4:28, 4:28, 0].astype(float)
        assert inner.sum() == split["image"].astype(float).sum(), "there is ink in the border"
        source = digits.images[split["index"]] * 255 / 16
        # The middle of each 3×3 block lies on a source pixel, and bicubic interpolation passes through those.
        np.testing.assert_allclose(inner[:, 1::3, 1::3], source, atol=1)
        between = inner[:, 1:-2, 1:-2].reshape(-1, 7, 3, 7, 3).mean((2, 4))
        corners = (source[:, :-1, :-1] + source[:, 1:, :-1] + source[:, :-1, 1:] + source[:, 1:, 1:]) / 4
        assert np.corrcoef(between.ravel(), corners.ravel())[0, 1] > 0.9


def test_enlarge_spans_all_grey_levels():
    image = np.zeros((8, 8))
    assert enlarge(image).max() == 0
    assert set(np.unique(enlarge(image + 16))) == {0, 255}
    assert (enlarge(image + 16)[4:28, 4:28] == 255).all()
    levels = [int(enlarge(image + level).max()) for level in range(17)]
    np.testing.assert_allclose(levels, np.arange(17) * 255 / 16, atol=0.5)


def test_is_test_counts_within_each_class():
    assert is_test(list("aaaaabbbbbbbbbba")).nonzero()[0].tolist() == [4, 9, 14]
    assert not is_test([]).any()


def test_load_follows_tfds(whole):
    builder = Builder(data_dir=whole)
    ours = data.load("digits", split="train", data_dir=whole)
    theirs = builder.as_dataset(split="train", as_supervised=True)
    assert ours.element_spec == theirs.element_spec
    assert ours.element_spec[0] == tf.TensorSpec((32, 32, 1), tf.uint8)
    for (image, label), (other, other_label) in zip(ours.take(50), theirs.take(50), strict=True):
        np.testing.assert_array_equal(image, other)
        assert label == other_label
    assert set(data.load("digits", data_dir=whole)) == {"train", "test"}
    first, rest = data.load("digits", split=["train[:25%]", "train[25%:]"], data_dir=whole)
    assert (len(first), len(rest)) == (360, 1082)
    batches = data.load("digits", split="test", batch_size=100, data_dir=whole)
    assert [len(labels) for _, labels in batches] == [100, 100, 100, 55]
    images, labels = data.load("digits", split="test", batch_size=-1, data_dir=whole)
    assert isinstance(images, np.ndarray)
    assert isinstance(labels, np.ndarray)
    assert (images.shape, labels.shape) == ((355, 32, 32, 1), (355,))
    example = next(iter(data.load("digits", split="test", as_supervised=False, data_dir=whole)))
    assert set(example) == {"image", "label", "index"}


def test_info_describes_the_data(whole):
    _, info = data.load("digits", split="test", with_info=True, data_dir=whole)
    assert info.features["label"].names == list("0123456789")
    assert {split: info.splits[split].num_examples for split in info.splits} == COUNTS
    assert "every fifth image" in info.description
    assert "Alpaydin" in info.citation
    assert tfds.builder_cls("digits") is Builder


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"name": "digit"}, 'There is no data set "digit"; the nearest is "digits". All: digits, glyphs,'),
        ({"name": "digits", "split": "tests"}, "Unknown split 'tests'. Should be one of ['train', 'test']."),
        ({"name": "digits", "batch_size": 0}, "batch_size is 0; it must be a whole number, 1 or more."),
    ],
)
def test_bad_arguments_get_a_sentence(whole, arguments, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        data.load(**arguments, data_dir=whole)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-0.1, 1.175), (-1.0, 1.0)])
def test_scale_maps_0_to_low_and_255_to_high(low, high):
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    scaled = data.scale(pixels, low, high)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled.ravel(), np.linspace(low, high, 256), atol=1e-6)
    examples = tf.data.Dataset.from_tensor_slices((pixels, np.array([7])))
    ((image, label),) = data.scale(examples, low, high)
    assert (image.dtype, int(label)) == (tf.float32, 7)
    np.testing.assert_allclose(image, scaled[0], atol=1e-6)


def test_scaling_twice_is_refused():
    once = data.scale(np.zeros((1, 32, 32, 1), np.uint8))
    with pytest.raises(ValueError, match="images are float32; scale takes pixels of 0 to 255 as uint8"):
        data.scale(once)
    with pytest.raises(ValueError, match="images are float32"):
        data.scale(tf.data.Dataset.from_tensor_slices((once, [1])))

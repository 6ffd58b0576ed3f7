import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from course import data
from course.data import papers, reading

COUNTS = [2, 0, 3, 1, 1]  # boxes in each image


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("digits")
    data.load("digits", data_dir=data_dir)
    return data_dir


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """A data set with as many boxes in each image as `COUNTS` says."""
    features = tfds.features.FeaturesDict(
        {
            "image": tfds.features.Image(shape=(8, 8, 3), encoding_format="png"),
            "objects": tfds.features.Sequence({"bbox": tfds.features.BBoxFeature(), "label": np.int64}),
        }
    )

    def examples():
        for index, count in enumerate(COUNTS):
            boxes = [tfds.features.BBox(0.0, 0.1 * i, 0.5, 1.0) for i in range(count)]
            objects = [{"bbox": box, "label": 10 * index + i} for i, box in enumerate(boxes)]
            yield index, {"image": np.full((8, 8, 3), index, np.uint8), "objects": objects}

    return tfds.dataset_builders.store_as_tfds_dataset(
        name="scenes",
        version="1.0.0",
        features=features,
        split_datasets={"train": list(examples()), "test": list(examples())[:2]},
        data_dir=tmp_path_factory.mktemp("scenes"),
    )


@pytest.mark.parametrize("limit", [0, 2**30])
def test_examples_have_each_their_own_number_of_boxes(scenes, monkeypatch, limit):
    monkeypatch.setattr(reading, "IN_MEMORY", limit)
    loaded = reading.read(scenes, "train", supervised=("image", "objects"), name="scenes")
    assert loaded.element_spec[1]["bbox"] == tf.TensorSpec((None, 4), tf.float32)
    assert len(loaded) == len(COUNTS)
    assert data.name_of(loaded) == "scenes"
    for image, objects in loaded:
        index = int(image[0, 0, 0])
        assert objects["bbox"].shape == (COUNTS[index], 4)
        assert objects["label"].numpy().tolist() == [10 * index + i for i in range(COUNTS[index])]
    (features,) = reading.read(scenes, "train[:1]")
    assert set(features) == {"image", "objects"}


def test_voc_and_what_stands_in_for_it_give_image_and_objects(scenes, monkeypatch, capsys):
    def unavailable(*_):
        raise papers.Unavailable("voc cannot be had")

    monkeypatch.setattr(papers, "builder", unavailable)
    monkeypatch.setattr(data, "_embedded", lambda name, data_dir: (scenes, "scenes"))
    loaded = data.load("voc")
    assert {split: len(part) for split, part in loaded.items()} == {"train": 5, "validation": 2, "test": 2}
    for part in loaded.values():
        assert set(part.element_spec[1]) == {"bbox", "label"}
        assert data.name_of(part) == "scenes in place of voc"
    used = "the embedded glyph_scenes/easy_64, 64×64×3, is used in its place."
    assert capsys.readouterr().out == f"voc cannot be had; {used}\n"
    assert len(data.load("voc", split="validation[:1]")) == 1
    assert set(data.load("voc", split="train", as_supervised=False).element_spec) == {"image", "objects"}


@pytest.mark.parametrize("limit", [0, 2**30])
def test_a_batch_of_boxes_is_ragged_and_none_is_made_up(scenes, monkeypatch, limit):
    monkeypatch.setattr(reading, "IN_MEMORY", limit)
    found = {}
    for images, objects in reading.read(scenes, "train", batch_size=2, supervised=("image", "objects")):
        for image, labels in zip(images, objects["label"], strict=True):
            found[int(image[0, 0, 0])] = len(labels)
    assert [found[index] for index in range(len(COUNTS))] == COUNTS
    images, objects = reading.read(scenes, "train", batch_size=-1, supervised=("image", "objects"))
    assert [len(boxes) for boxes in objects["bbox"]] == [COUNTS[index] for index in images[:, 0, 0, 0]]


def test_large_sets_are_streamed_with_the_same_examples(digits, monkeypatch):
    options = {"split": "train[:100]", "data_dir": digits, "as_supervised": False}
    held = list(data.load("digits", **options))
    monkeypatch.setattr(reading, "IN_MEMORY", 0)
    streamed = data.load("digits", **options)
    assert len(streamed) == len(held) == 100
    assert data.name_of(streamed) == "digits"
    for one, other in zip(held, streamed, strict=True):
        tf.nest.map_structure(np.testing.assert_array_equal, one, other)


def test_the_name_outlives_what_is_done_to_the_data(digits):
    loaded = data.load("digits", split="train", data_dir=digits)
    changed = data.scale(loaded).shuffle(10).batch(8).repeat().take(3).prefetch(1)
    assert data.name_of(changed) == "digits"
    assert data.name_of(tf.data.Dataset.range(3)) == ""
    assert data.name_of((np.zeros(3), np.zeros(3))) == ""

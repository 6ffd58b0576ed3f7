import collections
import itertools
import re

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font

from course.data import drawing
from course.data.glyph_scenes.glyph_scenes_dataset_builder import CLASSES, Builder, config, counts, draw

SPLITS = ("train", "test")
LEVELS = ("easy", "medium", "hard")
NOISE = 4  # levels, in easy


@pytest.fixture(scope="module")
def builders(tmp_path_factory):
    """{difficulty: the real builder, after writing 60 scenes a split}"""
    few = tfds.download.DownloadConfig(max_examples_per_split=60)
    made = {text: Builder(data_dir=tmp_path_factory.mktemp(text), config=config(text)) for text in ("easy", "hard_32")}
    for builder in made.values():
        builder.download_and_prepare(download_config=few)
    return made


@pytest.fixture(scope="module")
def examples(builders):
    """{difficulty: {split: [example as NumPy values]}}"""
    return {
        text: {split: list(tfds.as_numpy(builder.as_dataset(split=split))) for split in SPLITS}
        for text, builder in builders.items()
    }


def test_the_builder_is_tfds_s(builders, examples):
    info = builders["easy"].info
    assert tfds.builder_cls("glyph_scenes") is Builder
    assert info.full_name == "glyph_scenes/easy_64/1.0.1"
    assert info.features["segmentation_mask"].names == info.features["objects"]["label"].names == list(CLASSES)
    assert CLASSES[0] == "background"
    assert len(CLASSES) == 11
    assert "danielbuechele" in info.redistribution_info.license
    assert "scikit-learn" in info.citation
    assert "VOC" in info.description
    data = builders["easy"].as_dataset(split="train", as_supervised=True)
    assert data.element_spec == (tf.TensorSpec((64, 64, 3), tf.uint8), tf.TensorSpec((64, 64, 1), tf.uint8))
    assert len(data) == len(builders["easy"].as_dataset(split="test")) == 60
    whole = builders["easy"].as_dataset(split="train", batch_size=-1)
    assert whole["objects"]["bbox"].shape == (60, 5, 4)
    padding = np.sum(whole["objects"]["bbox"], axis=-1) == 0
    assert padding.any()
    assert (whole["objects"]["label"].numpy()[padding] == 0).all(), "what fills the rows up is labelled as a letter"
    figure = tfds.show_examples(builders["easy"].as_dataset(split="train"), info, image_key="image")
    assert figure.axes[0].images[0].get_array().shape == (64, 64, 3)
    plt.close(figure)


def pixel_box(bbox, size):
    """top, left, bottom, right in pixels, which TFDS's fractions must give to the pixel."""
    edges = np.asarray(bbox, float) * size
    np.testing.assert_allclose(edges, np.rint(edges), atol=1e-4)
    return np.rint(edges).astype(int)


@pytest.mark.parametrize(("text", "size"), [("easy", 64), ("hard_32", 32)])
def test_boxes_are_exact_to_the_mask_s_pixels(examples, text, size):
    compared = 0
    for example in examples[text]["train"] + examples[text]["test"]:
        mask, objects = example["segmentation_mask"][..., 0], example["objects"]
        assert mask.shape == (size, size)
        assert 1 <= len(objects["label"]) <= 5
        assert set(np.unique(mask)) == {0, *objects["label"]}
        in_a_box = np.zeros((size, size), bool)
        repeated = collections.Counter(objects["label"].tolist())
        for bbox, label in zip(objects["bbox"], objects["label"], strict=True):
            top, left, bottom, right = box = pixel_box(bbox, size)
            inside = mask[top:bottom, left:right] == label
            assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()  # noqa: PT018
            in_a_box[top:bottom, left:right] = True
            if repeated[label] == 1:  # then all pixels of that class are this letter's
                rows, columns = np.nonzero(mask == label)
                assert box.tolist() == [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
                compared += 1
        assert in_a_box[mask > 0].all()
    assert compared > 150


@pytest.mark.parametrize("size", [32, 64, 150])
def test_the_mask_is_where_something_was_painted(size):
    """In easy nothing else is painted: outside the mask and its edge there is only the background and the noise."""
    for index in range(25):
        scene = draw("train", index, "easy", size)
        change = abs(scene.image - scene.background.pixels(size)).max(-1)
        mask = scene.mask() > 0
        near = np.pad(mask, 1)
        near = np.any([near[1 + y : size + 1 + y, 1 + x : size + 1 + x] for y in (-1, 0, 1) for x in (-1, 0, 1)], 0)
        assert change[~near].max() < 6 * NOISE
        assert np.median(change[mask]) > 6 * NOISE
        assert change[mask].mean() > 5 * change[~near].mean()


def hidden(scene, size):
    """The share of each letter's pixels that another letter covers."""
    whole = [(drawing.ink(size, [(letter, letter.box())]) >= drawing.INKED).sum() for letter in scene.letters]
    return [1 - (scene.owners == number).sum() / pixels for number, pixels in enumerate(whole)]


@pytest.mark.parametrize("level", ["easy", "medium"])
def test_letters_overlap_in_hard_alone(level):
    for split, index in itertools.product(SPLITS, range(60)):
        assert max(hidden(draw(split, index, level, 64), 64)) == 0


def test_how_much_letters_overlap_in_hard():
    """The README's figures, which are of 800 scenes."""
    scenes = [hidden(draw("train", index, "hard", 64), 64) for index in range(200)]
    assert 0.48 < np.mean([max(shares) > 0 for shares in scenes]) < 0.68
    assert 0.2 < np.mean([share > 0 for shares in scenes for share in shares]) < 0.35
    assert max(max(shares) for shares in scenes) < 0.5


def test_one_to_five_letters_all_about_as_often():
    letters = [[letter.character for letter in draw("train", index, "hard", 32).letters] for index in range(300)]
    numbers = collections.Counter(map(len, letters))
    assert set(numbers) == {1, 2, 3, 4, 5}
    assert min(numbers.values()) > 35
    occurrences = collections.Counter(itertools.chain(*letters))
    assert len(occurrences) == 10
    assert min(occurrences.values()) > 0.6 * max(occurrences.values())


def test_fonts_and_backgrounds_of_the_test_split_are_new(examples):
    folder = f"{matplotlib.get_data_path()}/fonts/ttf"
    families, seen = {}, {}
    for split in SPLITS:
        of_split = [example for text in examples for example in examples[text][split]]
        fonts = {font.decode() for example in of_split for font in example["objects"]["font"]}
        families[split] = {FT2Font(f"{folder}/{font}.ttf").family_name for font in fonts}
        seen[split] = np.zeros((2, 427, 640), bool)
        for example in of_split:
            top, left, bottom, right = np.rint(example["crop"] * [427, 640, 427, 640]).astype(int)
            seen[split][int(example["photograph"] == b"china"), top:bottom, left:right] = True
    assert min(len(families[split]) for split in SPLITS) >= 3
    assert not families["train"] & families["test"]
    assert seen["train"].mean() > 0.4
    assert seen["test"].mean() > 0.25
    assert not (seen["train"] & seen["test"]).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(32, 224), st.sampled_from(LEVELS), st.sampled_from(SPLITS), st.integers(0, 799))
def test_every_size_shows_the_same_scene(size, level, split, index):
    small, large = draw(split, index, level, size), draw(split, index, level, 224)
    assert small.image.shape == (size, size, 3)
    assert small.image.dtype == small.mask().dtype == np.uint8
    assert (small.letters, small.background) == (large.letters, large.background)
    if level != "hard":  # else a corner that is just seen may be just hidden
        np.testing.assert_allclose(np.array(small.boxes()) / size, np.array(large.boxes()) / 224, atol=1.6 / size)
    assert min((small.owners == number).sum() for number in range(len(small.letters))) >= 5


def test_drawing_twice_gives_the_same_bytes():
    for index in (3, 1, 2):
        scenes = [draw("test", index, "hard", 48) for _ in range(2)]
        assert scenes[0].image.tobytes() == scenes[1].image.tobytes()
        assert scenes[0].owners.tobytes() == scenes[1].owners.tobytes()


@pytest.mark.parametrize("size", range(32, 225, 8))
def test_no_size_takes_more_than_100_mib(size):
    assert sum(counts(size).values()) * size * size * 4 < 100 * 2**20


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("heard", 'no difficulty of glyph_scenes "heard"; the nearest is "hard". All: easy, medium, hard.'),
        (
            "easy_16",
            'glyph_scenes is drawn 32 to 224 pixels high and wide, and "easy_16" asks for "16"; '
            'give a whole number between them, such as "easy_64".',
        ),
    ],
)
def test_an_unknown_configuration_gets_a_sentence(text, sentence):
    assert config("") is config("easy") is config("easy_64")
    with pytest.raises(ValueError, match=re.escape(sentence)):
        config(text)

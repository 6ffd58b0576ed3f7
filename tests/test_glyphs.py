import collections
import hashlib
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font
from outlines import FONTS, expected_mask, path
from PIL import Image
from sklearn.datasets import load_sample_image

from course import data
from course.data import drawing
from course.data.glyphs.glyphs_dataset_builder import Builder, config, counts, draw

SPLITS = ("train", "test")
LEVELS = ("easy", "medium", "hard")
LUMA = (0.299, 0.587, 0.114)
# The letters that matplotlib 3.10.0 ships, the oldest that pyproject.toml admits. Later ones have cmti10 too.
OLDEST_FONTS = {
    *(f"DejaVuSans{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique", "Display")),
    *(f"DejaVuSansMono{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSerif{style}" for style in ("", "-Bold", "-Italic", "-BoldItalic", "Display")),
    *(f"STIXGeneral{style}" for style in ("", "Bol", "Italic", "BolIta")),
    *("cmb10", "cmex10", "cmmi10", "cmr10", "cmss10", "cmsy10", "cmtt10"),
}
DRAW_BACKWARDS = """
import hashlib
from course.data.glyphs.glyphs_dataset_builder import draw
images = [draw("train", index, "hard", 32).image.tobytes() for index in reversed(range(20))]
print(hashlib.sha256(b"".join(reversed(images))).hexdigest())
"""


def prepare(text, data_dir, examples):
    """The real builder, after writing so many examples a split."""
    builder = Builder(data_dir=data_dir, config=config(text))
    few = tfds.download.DownloadConfig(max_examples_per_split=examples)
    builder.download_and_prepare(download_config=few)
    return builder


@pytest.fixture(scope="module")
def builder(tmp_path_factory):
    return prepare("easy_64", tmp_path_factory.mktemp("glyphs"), 200)


@pytest.fixture(scope="module")
def examples(builder):
    """{split: [example as NumPy values]}"""
    return {split: list(tfds.as_numpy(builder.as_dataset(split=split))) for split in SPLITS}


def test_the_builder_is_tfds_s(builder, examples):
    info = builder.info
    assert tfds.builder_cls("glyphs") is Builder
    assert info.full_name == "glyphs/easy_64/1.0.1"
    assert info.features["label"].names == list(drawing.LETTERS)
    assert len(set(drawing.LETTERS)) == 10
    assert "danielbuechele" in info.redistribution_info.license
    assert "scikit-learn" in info.citation
    assert "typeface" in info.description
    image, label = builder.as_dataset(split="train", as_supervised=True).element_spec
    assert (image, label) == (tf.TensorSpec((64, 64, 3), tf.uint8), tf.TensorSpec((), tf.int64))
    assert {split: len(examples[split]) for split in SPLITS} == dict.fromkeys(SPLITS, 200)
    assert len(builder.as_dataset(split="train[:25%]")) == 50
    again = Builder(data_dir=builder.data_dir.split("/glyphs/easy_64")[0], config="easy_64")
    assert again.info.splits["test"].num_examples == 200
    figure = tfds.show_examples(builder.as_dataset(split="train"), info)
    assert re.fullmatch(r"[A-Z] \(\d\)", figure.axes[0].get_xlabel())
    plt.close(figure)


def test_each_letter_is_a_tenth_of_each_split(examples):
    for split in SPLITS:
        assert sorted(example["index"] for example in examples[split]) == list(range(200))
        assert np.bincount([example["label"] for example in examples[split]]).tolist() == [20] * 10


def test_the_default_is_easy_at_32_pixels():
    assert config("") is config("easy") is config("easy_32")
    assert Builder(data_dir="unused").builder_config is config("")
    image = Builder(data_dir="unused", config="hard_224").info.features["image"]
    assert image.shape == (224, 224, 3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("eazy", 'no difficulty of glyphs "eazy"; the nearest is "easy". All: easy, medium, hard.'),
        ("64", 'There is no difficulty of glyphs "64". All: easy, medium, hard.'),
        (
            "hard_8",
            'glyphs is drawn 16 to 224 pixels high and wide, and "hard_8" asks for "8"; '
            'give a whole number between them, such as "hard_32".',
        ),
        ("easy_225", 'asks for "225"'),
        ("easy_", 'asks for ""'),
        ("medium_³²", 'asks for "³²"'),
    ],
)
def test_an_unknown_configuration_gets_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        config(text)


def test_two_preparations_write_the_same_bytes(tmp_path):
    digests = []
    for folder in ("first", "second"):
        made = Path(prepare("hard_16", tmp_path / folder, 40).data_dir)
        digests.append({path.name: hashlib.sha256(path.read_bytes()).digest() for path in made.glob("*tfrecord*")})
    assert len(digests[0]) == 2
    assert digests[0] == digests[1]


def test_another_process_in_another_order_draws_the_same_pixels():
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", DRAW_BACKWARDS]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    images = [draw("train", index, "hard", 32).image.tobytes() for index in range(20)]
    assert run.stdout.strip() == hashlib.sha256(b"".join(images)).hexdigest()
    assert len(set(images)) == 20


def test_every_font_is_in_the_oldest_matplotlib_admitted():
    assert {font for fonts in drawing.FONTS.values() for font in fonts} <= OLDEST_FONTS


def test_no_typeface_of_the_test_split_is_in_the_training_split(examples):
    fonts = {split: {example["font"].decode() for example in examples[split]} for split in SPLITS}
    assert len(fonts["train"]) == 15
    assert len(fonts["test"]) == 6
    families = {split: {FT2Font(str(FONTS / f"{font}.ttf")).family_name for font in fonts[split]} for split in SPLITS}
    assert not families["train"] & families["test"]
    shapes = {
        split: {path(font, letter).vertices.tobytes() for font in fonts[split] for letter in drawing.LETTERS}
        for split in SPLITS
    }
    assert not shapes["train"] & shapes["test"]


def contrast(image, mask):
    """By how many levels the mean luminance differs between a mask and the rest."""
    luma = image @ np.array(LUMA)
    return abs(luma[mask].mean() - luma[~mask].mean()) / max(luma[mask].std(), 1)


def test_the_letter_is_of_the_font_at_the_place_and_angle_that_the_features_say(examples):
    right = collections.Counter()
    for split, other in itertools.permutations(SPLITS):
        strangers = sorted({example["font"].decode() for example in examples[other]})
        for example in examples[split][:40]:
            letter = drawing.LETTERS[example["label"]]
            shape = letter, example["angle"], example["bbox"], 64
            own, *others = (
                contrast(example["image"], expected_mask(font, *shape))
                for font in [example["font"].decode(), *strangers]
            )
            right[split] += own > max(others)
    assert min(right.values()) >= 36, f"of 40 letters, this many are most like their own font: {right}"


def pixels_of(examples):
    """{photograph: where some example's background was taken from, (427, 640)}"""
    taken = {name: np.zeros((427, 640), bool) for name in ("china", "flower")}
    for example in examples:
        top, left, bottom, right = np.rint(example["crop"] * [427, 640, 427, 640]).astype(int)
        taken[example["photograph"].decode()][top:bottom, left:right] = True
    return taken


def test_backgrounds_of_the_test_split_share_no_pixel_with_the_training_split(examples):
    train, test = (pixels_of(examples[split]) for split in SPLITS)
    for name in train:
        assert train[name].mean() > 0.5
        assert test[name].mean() > 0.25
        assert not (train[name] & test[name]).any()


@pytest.mark.parametrize("split", SPLITS)
def test_nothing_outside_the_crops_is_looked_at(examples, split, monkeypatch):
    """With all else in the photographs blackened, the pictures come out the same."""
    known = {example["index"]: example["image"] for example in examples[split]}
    taken = pixels_of(examples[split])
    blackened = {
        name: Image.fromarray(load_sample_image(f"{name}.jpg") * taken[name][..., np.newaxis]) for name in taken
    }
    monkeypatch.setattr(drawing, "photograph", blackened.get)
    for index, image in known.items():
        np.testing.assert_array_equal(draw(split, index, "easy", 64).image, image)


def unexplained(example, crop):
    """The standard deviation of what no straight line from the photograph's colours explains around the letter."""
    image = example["image"].astype(float)
    size = len(image)
    top, left, bottom, right = crop * [427, 640, 427, 640]
    rows = (top + (np.arange(size) + 0.5) * (bottom - top) / size).astype(int)
    columns = (left + (np.arange(size) + 0.5) * (right - left) / size).astype(int)
    pixels = load_sample_image(f"{example['photograph'].decode()}.jpg")[rows][:, columns].astype(float)
    around = np.ones((size, size), bool)
    top, left, bottom, right = np.rint(example["bbox"] * size).astype(int)
    around[max(top - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1] = False
    if around.sum() < 200:
        return None
    residuals = []
    for turn, mirror in itertools.product(range(4), (1, -1)):
        known = np.rot90(pixels[:, ::mirror], turn)[around]
        known = np.concatenate([known, np.ones((len(known), 1))], 1)
        fit = np.linalg.lstsq(known, image[around], rcond=None)[0]
        residuals.append((known @ fit - image[around]).std())
    return min(residuals)


def test_the_background_is_the_crop_that_the_features_say(examples):
    """In easy the noise has 4 levels; sampling the photograph at points adds to that where it is finely grained."""
    for split in SPLITS:
        own, shifted = [], []
        for example in examples[split][:40]:
            residual = unexplained(example, example["crop"])
            if residual is not None:
                own.append(residual)
                shifted.append(unexplained(example, (example["crop"] + [0.1, 0.05, 0.1, 0.05]) * 0.85))
        assert len(own) > 20
        assert np.median(own) < 7
        assert np.mean(np.less(own, shifted)) > 0.9


@pytest.mark.parametrize("split", SPLITS)
def test_every_letter_is_seen_in_easy(split):
    for index in range(200):
        picture = draw(split, index, "easy", 32)
        luma = picture.image @ np.array(LUMA)
        top, left, bottom, right = box_of(picture.mask)
        around = ~picture.mask
        around[:top] = around[bottom:] = around[:, :left] = around[:, right:] = False
        difference = luma[picture.mask].mean() - luma[around].mean()
        assert abs(difference) > 40, f"{split} {index}: {difference:.0f} of 255 levels"


def box_of(mask):
    y, x = np.nonzero(mask)
    return y.min(), x.min(), y.max() + 1, x.max() + 1


@settings(max_examples=40, deadline=None)
@given(st.integers(16, 224), st.sampled_from(LEVELS), st.sampled_from(SPLITS), st.integers(0, 7999))
def test_every_size_shows_the_same_picture(size, level, split, index):
    small, large = draw(split, index, level, size), draw(split, index, level, 224)
    assert small.image.shape == (size, size, 3)
    assert small.image.dtype == np.uint8
    assert (small.letter, small.background) == (large.letter, large.background)
    np.testing.assert_allclose(np.array(box_of(small.mask)) / size, np.array(box_of(large.mask)) / 224, atol=1.6 / size)
    blocks = [np.array_split(picture.image.mean((1, 2), dtype=float), 8) for picture in (small, large)]
    rows = [[block.mean() for block in blocks_of] for blocks_of in blocks]
    np.testing.assert_allclose(*rows, atol=25)


@pytest.mark.parametrize("size", range(16, 225, 8))
def test_no_size_takes_more_than_200_mb(size):
    images = counts(size)
    assert images["train"] == 4 * images["test"]
    assert sum(images.values()) * size * size * 3 < 200e6
    assert size > 64 or images == {"train": 8000, "test": 2000}
    assert images["test"] % 10 == images["train"] % 10 == 0, "the letters would not be balanced"


def test_harder_pictures_have_fainter_letters():
    """Of the same hundred pictures, the share whose letter differs by 30 levels from what is around it."""
    shares = []
    for level in LEVELS:
        differences = []
        for picture in (draw("test", index, level, 32) for index in range(100)):
            luma = picture.image @ np.array(LUMA)
            differences.append(abs(luma[picture.mask].mean() - luma[~picture.mask].mean()))
        shares.append(np.mean(np.array(differences) > 30))
    assert shares[0] > shares[1] + 0.1
    assert shares[1] > shares[2]


@pytest.mark.slow
def test_load_prepares_all_and_a_small_vgg_learns_the_easy_ones(tmp_path):
    """The net of the README, with a constant rate and an epoch less."""
    import keras

    from course import training

    loaded = data.load("glyphs", data_dir=tmp_path)
    assert {split: len(images) for split, images in loaded.items()} == {"train": 8000, "test": 2000}
    layers = keras.layers
    keras.utils.set_random_seed(0)
    net = keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 127.5, -1)])
    for filters in (32, 64, 128):
        for _ in range(2):
            net.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
            net.add(layers.BatchNormalization(momentum=0.9))
            net.add(layers.ReLU())
        net.add(layers.MaxPooling2D(2))
    net.add(layers.GlobalAveragePooling2D())
    net.add(layers.Dense(10, "softmax"))
    history = training.fit(net, loaded["train"], loaded["test"], epochs=4, batch_size=64, seed=0, verbose=0)
    assert history.history["val_accuracy"][-1] >= 0.95

"""What goes wrong, and what is said of it."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from course import training
from course.training import trouble

LABELS = np.arange(64) % 2
IMAGES = (np.random.default_rng(0).normal(size=(64, 6, 6, 1)) + LABELS[:, None, None, None]).astype("float32")


def net(*first, activation="softmax"):
    return keras.Sequential(
        [keras.Input((6, 6, 1)), *first, layers.Flatten(), layers.Dense(2, activation=activation, name="last")]
    )


def fit(model, images=IMAGES, labels=LABELS, **options):
    return training.fit(model, (images, labels), **{"epochs": 3, "verbose": 0} | options)


def logarithm(labels, outputs):
    chosen = keras.ops.take_along_axis(outputs, keras.ops.cast(labels, "int32")[:, None], axis=1)
    return -keras.ops.log(chosen - chosen)


def with_nan():
    images = IMAGES.copy()
    images[40, 2, 2, 0] = np.nan
    return images


@pytest.mark.parametrize(
    ("arguments", "compile_with", "said"),
    [
        ({"images": with_nan()}, {}, "the images hold NaN or infinite pixels, first in element 40 of train"),
        ({"images": 255 * np.abs(IMAGES)}, {}, "the pixels are not scaled (up to"),
        ({}, {}, "the learning rate of 1e+38 is likely too high"),
        ({}, {"loss": logarithm}, "the loss is not one of Keras's, and may take the logarithm of 0"),
    ],
)
def test_nan_stops_the_run_and_its_cause_is_named(arguments, compile_with, said):
    model = net(activation=None)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1e38), **{"loss": loss} | compile_with)
    with pytest.raises(training.Diverged, match=re.escape(said)) as caught:
        fit(model, **arguments, validation=(IMAGES, LABELS), epochs=50)
    assert re.match(r"The loss became (NaN|infinite) at step \d+\. Likely: .*\.$", str(caught.value))
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_pixels_that_the_model_scales_are_no_cause():
    model = net(layers.Rescaling(1 / 255))
    model.compile(keras.optimizers.SGD(1e36), keras.losses.SparseCategoricalCrossentropy())
    train = tf.data.Dataset.from_tensor_slices((255 * np.abs(IMAGES), LABELS))
    assert "the learning rate of 1e+36" in trouble.diagnosis(model, train, 3, float("nan"), [1.0, 20.0])
    assert "(the loss before: 1, 20)" in trouble.diagnosis(model, train, 3, float("nan"), [1.0, 20.0])


def test_a_state_is_not_kept_once_the_loss_is_nan(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))
    for _ in range(2):
        model = net(activation=None)
        with pytest.raises(training.Diverged):
            fit(model, optimizer=keras.optimizers.SGD(1e38), resume="run", seed=0, epochs=30)
    state = training.checkpoints.load(tmp_path / "run")
    assert all(np.isfinite(array).all() for array in state[0])


@pytest.mark.parametrize(
    ("images", "labels", "sentence"),
    [
        (IMAGES, LABELS + 1, "train has the label 2, and the model tells 2 classes, 0 to 1; number the labels from 0"),
        (IMAGES, LABELS - 1, "train has the label -1, and the model tells 2 classes"),
        (IMAGES, LABELS * 0.5, "train has the label 0.5, and the model tells 2 classes"),
        (
            IMAGES,
            np.eye(2)[LABELS],
            "train has labels of 2 numbers where the model's loss takes one, the class",
        ),
        (IMAGES, np.zeros((64, 6, 6)), "train has labels of 2 axes an image, and the model's loss takes one class"),
        (IMAGES[:, :5], LABELS, "train has images of 5×6×1, and the model takes 6×6×1; resize them"),
        (IMAGES[:10], LABELS, "train has 10 images and 64 labels; give a label for each image."),
        (IMAGES[:0], LABELS[:0], "train has 0 images and 0 labels; give a label for each image."),
    ],
)
def test_data_that_do_not_fit_are_told_before_the_first_step(images, labels, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        fit(net(), images, labels)
    with pytest.raises(ValueError, match=re.escape(sentence.replace("train", "validation"))):
        training.fit(net(), (IMAGES, LABELS), (images, labels), epochs=1)


def test_labels_of_batches_are_looked_at_too():
    batches = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS + 5)).batch(8)
    with pytest.raises(ValueError, match="train has the label 5, and the model tells 2 classes"):
        training.fit(net(), batches, epochs=1)


def test_a_label_met_later_gets_a_sentence_too():
    labels = np.concatenate([np.zeros(trouble.LOOKED_AT), [7]])
    images = np.zeros((len(labels), 6, 6, 1), "float32")
    with pytest.raises(ValueError, match=r"A label is outside the range of the model's classes: .*7"):
        training.fit(net(), (images, labels), epochs=1, verbose=0)


def test_columns_of_labels_and_maps_of_labels_are_fine():
    fit(net(), IMAGES, LABELS[:, None], epochs=1)
    maps = keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(3, 1, activation="softmax")])
    history = fit(maps, IMAGES, (IMAGES[..., 0] > 0.5).astype(int) * 2, epochs=8, optimizer=keras.optimizers.Adam(0.1))
    assert history.history["accuracy"][-1] > 0.9
    with pytest.raises(ValueError, match="and the model's loss takes class numbers of 6×6"):
        fit(maps, IMAGES, LABELS, epochs=1)


def test_maps_with_the_channels_first_get_a_sentence():
    try:
        keras.config.set_image_data_format("channels_first")
        model = keras.Sequential([keras.Input((1, 6, 6)), layers.Conv2D(3, 1)])
        with pytest.raises(ValueError, match=r"takes the classes last; end it with keras\.layers\.Permute"):
            training.fit(model, (IMAGES.reshape(64, 1, 6, 6), np.zeros((64, 6, 6))), epochs=1)
    finally:
        keras.config.set_image_data_format("channels_last")


class Greedy(keras.Model):
    def train_step(self, data):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")


def greedy():
    inputs = keras.Input((64, 64, 3))
    maps = layers.Conv2D(16, 3, padding="same")(inputs)
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(maps))
    return Greedy(inputs, outputs, name="greedy")


def test_out_of_memory_says_the_batch_size_that_fits(monkeypatch):
    # An image holds 64·64·(3 + 16) + 16 + 10 numbers, and as many gradients; 448 + 170 parameters are held four times.
    image, fixed = 2 * 4 * (64 * 64 * (3 + 16) + 26), 4 * 618 * 4
    images, labels = np.zeros((64, 64, 64, 3), "float32"), np.zeros(64)
    for memory, fits in ((image * 41, 32), (image * 39, 16), (image * 1000, 32), (image * 2, 1)):
        monkeypatch.setattr(trouble, "device_memory", lambda memory=memory: memory)
        assert 2 * fits > min((memory * 0.8 - fixed) / image, 32) >= fits
        with pytest.raises(training.OutOfMemory, match=rf"greedy needs about .* batch_size={fits} would fit\.$"):
            fit(greedy(), images, labels, batch_size=64)
    monkeypatch.setattr(trouble, "device_memory", lambda: image)
    with pytest.raises(training.OutOfMemory, match="Not one image would fit beside; take smaller images"):
        fit(greedy(), images, labels, batch_size=64)
    monkeypatch.setattr(trouble, "device_memory", lambda: 0)
    with pytest.raises(training.OutOfMemory, match="batches of 64 images; try batch_size=32"):
        fit(greedy(), images, labels, batch_size=64)


def test_the_machine_s_memory_is_known():
    assert trouble.device_memory() > 2**30


@pytest.mark.parametrize("words", ["RESOURCE_EXHAUSTED: Out of memory allocating", "CUDA out of memory. Tried"])
def test_jax_and_pytorch_say_it_in_words(words):
    assert trouble.is_out_of_memory(RuntimeError(words))
    assert not trouble.is_out_of_memory(RuntimeError("shapes do not match"))
    assert trouble.explained(error := KeyError("x"), None, 1) is error

"""What a model is fed: the order of the images, their sizes, their pixels."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from course import training
from course.training import feeding


def test_an_epoch_of_few_images_draws_from_all(monkeypatch):
    def drawn(data, epochs=4):
        source = feeding.Epochs(data, model, 64, 0, images=256)
        for epoch in range(epochs):
            source.begin(epoch)
            yield [number for _, numbers in source.data.as_numpy_iterator() for number in numbers]

    model = keras.Sequential([keras.Input((1, 1, 1)), layers.Flatten()])
    count = 20_000  # more than the buffer of 10,000 where nobody knows how many there are
    arrays = np.zeros((count, 1, 1, 1), "uint8"), np.arange(count)
    monkeypatch.setattr(feeding, "SHUFFLE_BUFFER", 100)
    for data in (feeding.examples("train", arrays), tf.data.Dataset.from_tensor_slices(arrays)):
        first = list(drawn(data))
        for epoch in first:
            assert len(set(epoch)) == 256
            # The mean of 256 numbers below 20,000 has the deviation 20,000/√12/16 = 361; halves of 128 each ± 8.
            assert np.mean(epoch) == pytest.approx(count / 2, abs=5 * 361)
            assert sum(number < count / 2 for number in epoch) == pytest.approx(128, abs=40)
        assert list(drawn(data)) == first
        assert len({number for epoch in first for number in epoch}) > 1000
    monkeypatch.setattr(feeding, "SHUFFLE_BYTES", 1024)  # arrays need no buffer
    assert np.mean(next(drawn(feeding.examples("train", arrays)))) > count / 4


@pytest.mark.parametrize(("side", "held"), [(None, 1024), (512, 2**30 // (512 * 512 * 3 + 8))])
def test_images_of_unknown_size_are_measured_for_the_buffer(side, held):
    form = (tf.TensorSpec((None, None, 3), tf.uint8), tf.TensorSpec((), tf.int64))
    images = [] if side is None else [(np.zeros((side, side, 3), "uint8"), 0)]
    data = tf.data.Dataset.from_generator(lambda: iter(images), output_signature=form)
    assert feeding._buffer(data, 10**7) == held


def unequal(count=4):
    """Images of several sizes, unknown before they are read."""

    def examples():
        for number in range(count):
            yield np.full((260 + 40 * number, 300, 3), 50 + number, "uint8"), number % 2

    form = (tf.TensorSpec((None, None, 3), tf.uint8), tf.TensorSpec((), tf.int64))
    return tf.data.Dataset.from_generator(examples, output_signature=form)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # Keras's, for any data set of unknown length
def test_a_full_recipe_brings_validation_images_to_its_size():
    inputs = keras.Input((224, 224, 3))
    pooled = layers.GlobalAveragePooling2D()(layers.Rescaling(1 / 255)(inputs))
    net = keras.Model(inputs, layers.Dense(2)(pooled))
    plan = training.recipe("vgg", "full", epochs=1, batch_size=4, schedule=None)
    assert len(training.fit(net, unequal(), unequal(), recipe=plan, verbose=0).history["val_loss"]) == 1
    assert training.recipe("vgg", "full", augment=()).evaluation == ()
    assert "validation     rescale_shorter_side(size=256); center_crop(size=224)" in str(plan)


def test_colours_of_scaled_pixels_are_not_shifted():
    net = keras.Sequential([keras.Input((224, 224, 3)), layers.GlobalAveragePooling2D(), layers.Dense(2)])
    images = np.random.default_rng(0).random((2, 224, 224, 3), "float32")
    with pytest.raises(ValueError, match=r"train has pixels from .* to 1, and pca_colour shifts .* from 0 to 255; "):
        training.fit(net, (images, np.arange(2)), recipe=training.recipe("resnet_imagenet", "full"), verbose=0)


@pytest.mark.parametrize(
    ("factor", "scaling", "augment", "told"),
    [
        (255, False, None, True),
        (255, False, [lambda image: image / 255], False),
        (255, True, None, False),
        (1, False, None, False),
    ],
)
def test_pixels_that_nothing_scales_are_told_of(capsys, factor, scaling, augment, told):
    images = np.random.default_rng(0).random((8, 4, 4, 1), "float32") * factor
    first = layers.Rescaling(1 / 255) if scaling else layers.Identity()
    net = keras.Sequential([keras.Input((4, 4, 1)), first, layers.Flatten(), layers.Dense(2)])
    training.fit(net, (images, np.arange(8) % 2), epochs=1, augment=augment)
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("The pixels go up to 25" if told else "epoch 1/1")
    assert len(rest) == told

"""What checks build in less time is what Keras builds, to the last name, and what Keras refuses is refused alike."""

import contextlib
import inspect
from unittest import mock

import keras
import pytest
from keras import layers

from course.checks import opening, quick
from course.checks.symbolic import without_weights


def nested():
    """Unnamed layers, a shared one, a model in a model, arguments by keyword, an input of whole numbers."""
    images = keras.Input((32, 32, 3), dtype="uint8")
    block = keras.Sequential([layers.Conv2D(8, 3, padding="same"), layers.ReLU()])
    x = layers.Rescaling(1 / 255)(images)
    shared = layers.Conv2D(3, 1)
    x = layers.Concatenate()([shared(x), shared(x)])
    y = layers.Dropout(0.5)(inputs=block(x), training=False)
    x = layers.Add()((y, layers.BatchNormalization()(y)))
    return keras.Model(images, layers.Dense(10, activation="softmax")(layers.Flatten()(x)))


def mixed():
    image = keras.Input((32, 32, 3))
    return keras.Model(image, layers.Conv2D(8, 3, dtype=keras.DTypePolicy("mixed_float16"))(image))


NETS = {
    "ResNet50": lambda: keras.applications.ResNet50(weights=None),
    "DenseNet121": lambda: keras.applications.DenseNet121(weights=None),
    "InceptionV3": lambda: keras.applications.InceptionV3(weights=None),
    "MobileNet": lambda: keras.applications.MobileNet(weights=None),
    "nested": nested,
    "mixed": mixed,
}


@contextlib.contextmanager
def as_keras():
    """Meanwhile checks build as Keras does."""
    with mock.patch.object(quick, "call", quick.KERAS_CALL), mock.patch.object(quick, "PLAIN", ()):
        yield


def built(build):
    """The model's configuration and weights, from names that start afresh."""
    keras.utils.clear_session()

    def new():
        with opening.new_alone():
            return build()

    model = without_weights(new)
    weights = [(weight.path, weight.shape, weight.trainable, weight.dtype) for weight in model.weights]
    return model.get_config(), weights, model.built, [layer.built for layer in model.layers]


@pytest.mark.parametrize("net", NETS)
def test_a_net_is_the_one_that_keras_builds(net):
    found = built(NETS[net])
    with as_keras():
        assert found == built(NETS[net])


def test_stock_layers_are_not_called_by_keras():
    called = []
    with mock.patch.object(quick, "KERAS_CALL", lambda layer, *args: called.append(layer)):
        built(NETS["ResNet50"])
    assert not called


def refused(build):
    keras.utils.clear_session()
    try:
        built(build)
    except ValueError as error:
        return str(error)
    return pytest.fail("nothing is refused")


@pytest.mark.parametrize(
    "build",
    [
        lambda: layers.Conv2D(8, 3)(keras.Input((3,))),
        lambda: layers.Conv2D(8, 7)(keras.Input((3, 3, 1))),
        lambda: layers.Concatenate()([keras.Input((3, 3, 1)), keras.Input((4, 4, 1))]),
        lambda: layers.Add()(keras.Input((3, 3, 1))),
        lambda: layers.GlobalAveragePooling2D()(keras.Input((3,))),
        lambda: layers.MaxPooling2D(5)(keras.Input((3, 3, 1))),
        lambda: (layer := layers.Dense(2))(keras.Input((3,))) is layer(keras.Input((4,))),
    ],
    ids=["axes", "size", "concatenate", "add", "pooled", "too small", "other channels"],
)
def test_what_keras_refuses_is_refused_in_its_words(build):
    found = refused(build)
    with as_keras():
        assert found == refused(build)


def test_nothing_stays_changed():
    before = keras.layers.Layer.__setattr__, keras.layers.Layer.__call__, keras.layers.Layer.__init__, inspect.signature
    built(nested)
    assert before == (
        keras.layers.Layer.__setattr__,
        keras.layers.Layer.__call__,
        keras.layers.Layer.__init__,
        inspect.signature,
    )


def test_attributes_that_keras_looks_after_are_looked_after():
    class Two(layers.Layer):
        def __init__(self):
            super().__init__()
            self.first, self.others, self.size = layers.Dense(2), [layers.Dense(3)], 7

    with quick.bookkeeping():
        layer = Two()
        layer.size = None
        layer.trainable = False
    layer.first.build((None, 4))
    layer.others[0].build((None, 2))
    assert [weight.shape for weight in layer.weights] == [(4, 2), (2,), (2, 3), (3,)]
    assert not layer.trainable_weights
    assert layer.size is None

import os
import re
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from course import training
from course.training import compiling

LABELS = np.arange(96) % 2
IMAGES = (np.random.default_rng(0).normal(size=(96, 8, 8, 1)) + LABELS[:, None, None, None]).astype("float32")


def small(activation="softmax", dropout=0.0):
    """A convolutional net of two classes for 8×8 images."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="tanh"),
            layers.Dropout(dropout),
            layers.Flatten(),
            layers.Dense(2, activation=activation, name="last"),
        ]
    )


class Order(keras.Model):
    """Remembers which labels it was trained on, batch by batch; its first input is declared nowhere."""

    def __init__(self):
        super().__init__()
        self.head = layers.Dense(2)
        self.seen = []

    def call(self, images):
        return self.head(keras.ops.reshape(images, (-1, 64)))

    def train_step(self, data):
        self.seen.append(data[1].numpy().tolist())
        return {"loss": 0.0}


def order(train, **options):
    """The numbers of the images in the order in which fit takes them, one list an epoch."""
    model = Order()
    model.compile(run_eagerly=True)
    options = {"epochs": 1, "batch_size": 10} | options
    training.fit(model, train, verbose=0, **options)
    batches = len(model.seen) // options["epochs"]
    return [model.seen[start : start + batches] for start in range(0, len(model.seen), batches)]


def numbered(count=96):
    return tf.data.Dataset.from_tensor_slices((IMAGES[:count], np.arange(count)))


def weights_after(data_seed, dropout=0.3, **options):
    training.seed(0)
    model = small(dropout=dropout)
    training.fit(model, (IMAGES, LABELS), epochs=3, verbose=0, seed=data_seed, **options)
    return model.get_weights()


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_same_seed_same_weights():
    assert same(weights_after(1), weights_after(1))
    assert not same(weights_after(1), weights_after(2))


class Modes(keras.callbacks.Callback):
    """Notes of each epoch whether it is trained without a graph."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.model.run_eagerly)


def modes(model, epochs, **options):
    watcher = Modes()
    training.fit(model, (IMAGES, LABELS), epochs=epochs, callbacks=[watcher], verbose=0, **options)
    assert not model.run_eagerly
    return watcher.seen


def test_a_few_steps_are_done_without_a_graph_and_many_with_one():
    assert modes(small(), 3) == [True] * 3  # 9 steps
    assert modes(small(), 4) == [False] * 4
    assert modes(small(), 3, validation=(IMAGES, LABELS)) == [False] * 3


def test_short_runs_that_follow_each_other_get_a_graph():
    model = small()
    assert [modes(model, 1)[0] for _ in range(5)] == [True, True, True, False, False]


def test_with_and_without_a_graph_the_weights_are_the_same(monkeypatch):
    eager = weights_after(7, validation=(IMAGES[:8], LABELS[:8]), batch_size=48)
    monkeypatch.setattr(compiling, "FEW", 0)
    graph = weights_after(7, validation=(IMAGES[:8], LABELS[:8]), batch_size=48)
    assert same(graph, weights_after(7, validation=(IMAGES[:8], LABELS[:8]), batch_size=48))
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(eager, graph, strict=True))


def test_what_was_trained_without_a_graph_predicts_with_one():
    traced = []

    class Traced(layers.Layer):
        def call(self, x):
            traced.append(tf.inside_function())
            return x

    model = keras.Sequential([keras.Input((8, 8, 1)), Traced(), layers.Flatten(), layers.Dense(2, "softmax")])
    training.fit(model, (IMAGES, LABELS), epochs=1, verbose=0)
    assert not traced[-1]
    model.evaluate(IMAGES, LABELS, verbose=0)
    assert traced[-1]


def test_course_seed_alone_repeats_a_run():
    assert same(weights_after(None), weights_after(None))


def test_seed_fixes_the_first_weights_too():
    training.seed(5)
    first = small().get_weights()
    other = small().get_weights()
    training.seed(5)
    assert same(first, small().get_weights())
    assert not same(first, other)


def test_each_epoch_has_every_image_once_in_another_order():
    first, second = ([number for batch in epoch for number in batch] for epoch in order(numbered(), epochs=2, seed=3))
    assert sorted(first) == sorted(second) == list(range(96))
    assert first != second != list(range(96))
    assert order(numbered(), epochs=2, seed=3) == order(numbered(), epochs=2, seed=3)
    assert order(numbered(), seed=3) != order(numbered(), seed=4)


def test_single_images_are_batched_and_the_last_batch_is_kept():
    (epoch,) = order(numbered(), batch_size=40)
    assert [len(batch) for batch in epoch] == [40, 40, 16]
    (epoch,) = order((IMAGES, np.arange(96)), batch_size=40)
    assert [len(batch) for batch in epoch] == [40, 40, 16]


def test_batches_are_taken_as_they_come():
    (epoch,) = order(numbered(30).batch(12), batch_size=5)
    assert epoch == [list(range(12)), list(range(12, 24)), list(range(24, 30))]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # Keras's, for any data set of unknown length
def test_more_images_than_the_buffer_are_all_drawn(monkeypatch):
    monkeypatch.setattr(training.feeding, "SHUFFLE_BUFFER", 20)
    monkeypatch.setattr(training.feeding, "SHUFFLE_BYTES", 20 * 1024)
    (epoch,) = order(numbered())
    numbers = [number for batch in epoch for number in batch]
    assert sorted(numbers) == list(range(96))
    assert max(abs(place - number) for place, number in enumerate(numbers)) > 1
    assert max(numbers[:10]) < 30
    unknown_length = numbered().filter(lambda image, number: number % 2 == 0)
    (epoch,) = order(unknown_length)
    assert sorted(number for batch in epoch for number in batch) == list(range(0, 96, 2))


def test_it_learns_and_the_history_says_so():
    training.seed(0)
    history = training.fit(
        small(), (IMAGES, LABELS), (IMAGES, LABELS), epochs=10, optimizer=keras.optimizers.Adam(0.01), verbose=0
    )
    assert isinstance(history, keras.callbacks.History)
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert len(history.history["loss"]) == 10
    assert history.history["val_accuracy"][-1] > 0.9 > history.history["accuracy"][0]


def test_validation_is_measured_on_all_its_images():
    training.seed(0)
    model = small()
    validation = tf.data.Dataset.from_tensor_slices((IMAGES[:50], LABELS[:50]))
    history = training.fit(model, (IMAGES, LABELS), validation, epochs=1, verbose=0)
    guesses = model.predict(IMAGES[:50], verbose=0).argmax(1)
    assert history.history["val_accuracy"][-1] == pytest.approx((guesses == LABELS[:50]).mean())


@pytest.mark.parametrize(
    ("last", "from_logits"),
    [
        (lambda: layers.Dense(2, activation="softmax"), False),
        (lambda: layers.Dense(2), True),
        (lambda: layers.Activation("softmax"), False),
        (lambda: layers.Softmax(), False),
        (lambda: keras.Sequential([keras.Input((2,)), layers.Dense(2, activation="softmax")]), False),
    ],
)
def test_the_loss_is_the_cross_entropy_of_integer_labels(last, from_logits):
    # Made here, not above: a name given at import may be taken by then, where another test has reset Keras's counts.
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(2), last()])
    before = np.asarray(model(IMAGES), dtype="float64")
    probabilities = before if not from_logits else np.exp(before) / np.exp(before).sum(1, keepdims=True)
    expected = -np.log(probabilities[np.arange(96), LABELS]).mean()
    still = keras.optimizers.SGD(0.0)
    history = training.fit(model, (IMAGES, LABELS), epochs=1, optimizer=still, verbose=0)
    assert history.history["loss"][0] == pytest.approx(expected, rel=1e-4)


def test_a_compiled_model_keeps_its_loss_and_optimizer():
    model = small()
    model.compile(keras.optimizers.SGD(0.25), loss="mse")
    training.fit(model, (IMAGES, LABELS[:, None]), epochs=1, verbose=0)
    assert (model.loss, float(model.optimizer.learning_rate)) == ("mse", 0.25)
    training.fit(model, (IMAGES, LABELS[:, None]), epochs=1, optimizer="rmsprop", verbose=0)
    assert (model.loss, type(model.optimizer)) == ("mse", keras.optimizers.RMSprop)


def test_another_optimizer_leaves_the_rest_as_compiled():
    model = small()
    top = keras.metrics.SparseTopKCategoricalAccuracy(2, name="top2")
    loss = keras.losses.SparseCategoricalCrossentropy()
    model.compile("adam", loss, metrics=[top], loss_weights=[2.0], steps_per_execution=3, run_eagerly=False)
    history = training.fit(model, (IMAGES, LABELS), epochs=1, optimizer=keras.optimizers.SGD(0.0), verbose=0).history
    assert set(history) == {"loss", "top2"}
    unweighted = model.evaluate(IMAGES, LABELS, verbose=0)[0] / 2
    probabilities = np.asarray(model(IMAGES), "float64")[np.arange(96), LABELS]
    assert unweighted == pytest.approx(-np.log(probabilities).mean(), rel=1e-4)
    assert (model.steps_per_execution, model.loss) == (3, loss)

    def mine(labels, outputs):
        return labels

    model.compile("adam", "mse", metrics=[mine])
    with pytest.raises(ValueError, match="one of its metrics cannot be made again"):
        training.fit(model, (IMAGES, LABELS), epochs=1, optimizer="sgd", verbose=0)


def test_the_history_has_the_name_of_the_data():
    from course.data import load

    data = load("digits", split="test").take(8)
    model = keras.Sequential([keras.Input(data.element_spec[0].shape), layers.Flatten(), layers.Dense(10)])
    assert training.fit(model, data, epochs=1, verbose=0).data_name == "digits"
    assert training.fit(small(), (IMAGES, LABELS), epochs=1, verbose=0).data_name == ""


def test_a_second_fit_goes_on_where_the_first_ended():
    model = small()
    training.fit(model, (IMAGES, LABELS), epochs=1, verbose=0)
    steps = int(model.optimizer.iterations)
    training.fit(model, (IMAGES, LABELS), epochs=1, verbose=0)
    assert (steps, int(model.optimizer.iterations)) == (3, 6)


@pytest.mark.filterwarnings("error")
def test_keras_s_own_options_reach_it(capfd):
    seen = []
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    training.fit(small(), (IMAGES, LABELS), epochs=2, verbose=2, callbacks=[callback])
    out, err = capfd.readouterr()
    assert seen == [0, 1]
    assert "Epoch 2/2" in out
    assert "accuracy" in out
    assert "Warning" not in err


@pytest.mark.parametrize(
    ("train", "sentence"),
    [
        ({"train": numbered()}, 'train is a dict; give a tf.data.Dataset of (image, label), such as load("'),
        ([IMAGES, LABELS], "train is a list; give a tf.data.Dataset"),
        ((numbered(), numbered()), "train is a tuple; give a tf.data.Dataset"),
        (IMAGES, "train is a ndarray; give a tf.data.Dataset"),
    ],
)
def test_other_data_get_a_sentence(train, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        training.fit(small(), train, epochs=1)
    with pytest.raises(ValueError, match=re.escape(sentence.replace("train is", "validation is"))):
        training.fit(small(), (IMAGES, LABELS), train, epochs=1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"epochs": 0}, "epochs is 0; it must be a whole number, 1 or more."),
        ({"epochs": 1, "batch_size": 2.5}, "batch_size is 2.5; it must be a whole number, 1 or more."),
        ({"epochs": 1, "seed": -1}, "seed is -1; it must be a whole number, 0 or more."),
    ],
)
def test_bad_numbers_get_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        training.fit(small(), (IMAGES, LABELS), **arguments)


def test_a_last_layer_without_an_obvious_loss_is_named():
    with pytest.raises(ValueError, match=r'The last layer, "last", gives neither .* call model.compile'):
        training.fit(small("tanh"), (IMAGES, LABELS), epochs=1)


def test_devices_of_this_machine():
    report = dict(re.split(r"\s{2,}", line, maxsplit=1) for line in training.devices().splitlines())
    assert set(report) == {"CPU", "GPU", "precision", "backend", "versions"}
    assert 1 <= int(report["CPU"].split()[0]) <= os.cpu_count()
    assert report["precision"] == "float32"
    assert report["backend"] == f"tensorflow {tf.__version__}"
    assert f"Keras {keras.__version__}" in report["versions"]
    assert sys.version.split()[0] in report["versions"]


def test_devices_say_the_precision_in_force():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        assert "precision  mixed_bfloat16" in training.devices()
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    ("answer", "in_use", "line"),
    [
        ("NVIDIA H200, 143771\nNVIDIA H200, 143771\n", 2, "GPU        NVIDIA H200, 140.4 GiB; NVIDIA H200, 140.4 GiB"),
        ("Tesla T4, 15360\n", 0, "GPU        Tesla T4, 15.0 GiB (0 of 1 seen by tensorflow)"),
        ("No devices were found\n", 0, "GPU        none"),
        (None, 0, "GPU        none"),
        (None, 1, "GPU        1 (names and memory unknown: no nvidia-smi)"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="the stand-in for nvidia-smi is a shell script")
def test_devices_name_the_gpus(monkeypatch, tmp_path, answer, in_use, line):
    if answer is not None:
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}END\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin" if answer else str(tmp_path))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [kind] * in_use)
    assert line in training.devices().splitlines()

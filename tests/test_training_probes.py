"""The learning rate test, gradients by layer, and how a run is watched."""

import re
import sys
import types

import keras
import numpy as np
import pytest
from keras import layers

from course import training
from course.training import machine, watching

LABELS = np.arange(64) % 2
IMAGES = (np.random.default_rng(0).normal(size=(64, 6, 6, 1)) + LABELS[:, None, None, None]).astype("float32")
DATA = (IMAGES, LABELS)


def net():
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(name="bn"),
            layers.ReLU(),
            layers.Dropout(0.2),
            layers.Flatten(),
            layers.Dense(2, name="last"),
        ]
    )


def values(model):
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in machine.state(model)]


def unchanged(model, before):
    return all(np.array_equal(a, b) for a, b in zip(values(model), before, strict=True))


def test_find_learning_rate_leaves_all_as_it_was():
    model = net()
    training.fit(model, DATA, epochs=1, optimizer=keras.optimizers.SGD(0.3, momentum=0.9), verbose=0)
    before, optimizer = values(model), model.optimizer
    found = training.find_learning_rate(model, DATA, steps=30)
    assert unchanged(model, before)
    assert model.optimizer is optimizer
    assert float(optimizer.learning_rate) == pytest.approx(0.3)
    assert len(found.rates) == len(found.losses) <= 30
    assert found.rates == sorted(found.rates)
    assert found.rates[0] == pytest.approx(1e-6)
    assert found.suggestion == pytest.approx(found.rates[int(np.argmin(found.losses))] / 10)
    assert training.find_learning_rate(model, DATA, steps=30) == found


def test_find_learning_rate_stops_where_gradient_descent_diverges():
    """On a parabola of curvature c, gradient descent diverges above 2/c: the test must stop beyond, suggest below."""
    model = keras.Sequential([keras.Input((1, 1, 1)), layers.Flatten(), layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    images = np.full((32, 1, 1, 1), 3.0, "float32")  # curvature 2·3²
    wanted = np.random.default_rng(0).normal(6, 1, (32, 1)).astype("float32")
    found = training.find_learning_rate(model, (images, wanted), batch_size=4, lowest=1e-4, highest=100.0, steps=120)
    limit = 2 / 18
    assert limit / 100 < found.suggestion < limit < found.rates[-1] < 100 * limit
    assert len(found.rates) < 120


def test_mixed_precision_does_not_hinder_it():
    def found(policy):
        keras.config.set_dtype_policy(policy)
        try:
            training.seed(0)
            model = keras.Sequential([keras.Input((6, 6, 1)), layers.Flatten(), layers.Dense(2, dtype="float32")])
            model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
            assert (type(model.optimizer) is keras.optimizers.SGD) == (policy == "float32")
            return training.find_learning_rate(model, DATA, steps=6, lowest=1e-3, highest=0.3)
        finally:
            keras.config.set_dtype_policy("float32")

    assert found("mixed_float16").losses == pytest.approx(found("float32").losses, rel=1e-3)


def test_a_schedule_does_not_hinder_it():
    model = net()
    rates = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.compile(training.SGD(rates, 0.9, l2=1e-4), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert training.find_learning_rate(model, DATA, steps=5, highest=1e-2).rates[-1] == pytest.approx(1e-2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"lowest": 1.0, "highest": 0.1}, "lowest is 1.0 and highest 0.1; give two rates above 0"),
        ({"steps": 1}, "steps is 1; it must be a whole number, 2 or more."),
    ],
)
def test_rates_that_do_not_rise(options, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        training.find_learning_rate(net(), DATA, **options)


def test_gradient_norms_are_those_of_small_differences():
    """By central differences of the loss; the layers in their order, and nothing moved."""
    inputs = keras.Input((6, 6, 1))
    maps = layers.BatchNormalization(name="bn")(layers.Conv2D(2, 3, activation="tanh", name="conv")(inputs))
    model = keras.Model(inputs, layers.Dense(2, name="last")(layers.Flatten()(maps)))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    before = values(model)
    norms = training.gradient_norms(model, IMAGES[:16], LABELS[:16])
    assert list(norms) == ["conv", "bn", "last"]
    assert unchanged(model, before)

    def loss():
        logits = np.asarray(model(IMAGES[:16], training=True), "float64")
        logits = logits - logits.max(1, keepdims=True)
        return np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(16), LABELS[:16]])

    for name, norm in norms.items():
        total = 0.0
        for variable in model.get_layer(name).trainable_variables:
            start = np.array(variable)
            for place in np.ndindex(start.shape):
                moved = start.copy()
                moved[place] += 1e-2
                variable.assign(moved)
                above = loss()
                moved[place] -= 2e-2
                variable.assign(moved)
                total += ((above - loss()) / 2e-2) ** 2
            variable.assign(start)
        assert norm == pytest.approx(np.sqrt(total), rel=5e-3), name


def test_a_line_an_epoch_where_nobody_watches(capsys):
    training.fit(net(), DATA, DATA, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    for number, line in enumerate(lines, 1):
        assert re.fullmatch(rf"epoch {number}/2  [\d.]+ s(  (val_)?(loss|accuracy) [\d.e-]+){{4}}", line), line
    training.fit(net(), DATA, epochs=1, verbose=0)
    assert capsys.readouterr().out == ""


def test_keras_s_bar_in_a_terminal(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert watching.progress() == (1, [])
    assert watching.progress("auto") == (1, [])
    assert watching.progress(2) == (2, [])


def test_curves_in_a_notebook_alone(monkeypatch):
    import IPython

    for shell, kinds in ((None, [watching.Lines]), (types.SimpleNamespace(kernel=object()), [watching.Curves])):
        monkeypatch.setattr(IPython, "get_ipython", lambda shell=shell: shell)
        verbose, callbacks = watching.progress()
        assert (verbose, [type(callback) for callback in callbacks]) == (0, kinds)


def test_one_figure_grows(monkeypatch):
    import matplotlib.pyplot as plt

    shown = []

    class Handle:
        def update(self, figure):
            shown.append(("renewed", figure))

    def display(figure, display_id):
        shown.append(("new", figure))
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    curves = watching.Curves({"loss": [2.0]}, every=0)
    for value in (1.0, 0.5):
        curves.on_epoch_end(0, {"loss": value})
    curves.on_train_end()
    assert [how for how, _ in shown] == ["new", "renewed", "renewed"]
    assert [len(figure.axes[0].lines[0].get_ydata()) for _, figure in shown] == [2, 3, 3]
    assert not plt.get_fignums()
    curves.every = 1e6
    curves.on_epoch_end(0, {"loss": 0.4})
    assert len(shown) == 3


def test_tensorboard_s_logs(tmp_path):
    pytest.importorskip("tensorboard", reason="TensorFlow no longer brings it")
    training.fit(net(), DATA, DATA, epochs=1, verbose=0, tensorboard=tmp_path / "logs")
    assert list((tmp_path / "logs").rglob("events*"))


def test_tensorboard_that_is_missing_gets_a_sentence(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="needs TensorBoard, which is not installed: pip install tensorboard"):
        training.fit(net(), DATA, epochs=1, verbose=0, tensorboard="logs")


def test_steps_per_epoch_cut_an_epoch_short():
    import tensorflow as tf

    model = net()
    endless = tf.data.Dataset.from_tensor_slices(DATA).repeat()
    training.fit(model, endless, epochs=2, batch_size=8, steps_per_epoch=3, verbose=0)
    assert int(model.optimizer.iterations) == 6
    with pytest.raises(ValueError, match="train is without end; say how many batches make an epoch"):
        training.fit(net(), endless, epochs=1)

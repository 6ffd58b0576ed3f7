"""Models are compared as networks: what is the same is found to be, whatever it is written like."""

import re
import tracemalloc

import keras
import numpy as np
import pytest
from answers import lenet5
from keras import layers, ops

from course.checks import WrongAnswer, activations, check, graph, lesson_03_checks, opening
from course.checks.alignment import align, differences, equal
from course.checks.architecture import (
    Architecture,
    chain,
    check_architecture,
    convolution,
    fully_connected,
    image,
    specification,
)
from course.checks.parts import Part
from course.models import lenet

IMAGES = np.random.default_rng(0).uniform(-2, 2, (3, 32, 32, 1)).astype("float32")


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("tanh", "tanh"),
        (lambda x: ops.sinh(x) / ops.cosh(x), "tanh"),
        (lambda x: ops.where(x > 0, x, 0), "relu"),
        (lambda x: 1 / (1 + ops.exp(-x)), "sigmoid"),
        (lambda x: ops.exp(x) / ops.sum(ops.exp(x), axis=-1, keepdims=True), "softmax"),
        (lambda x: 1.7159 * ops.tanh(x * 2 / 3), "scaled_tanh"),
        (lambda x: ops.minimum(ops.maximum(x, 0), 6), "relu6"),
        (lambda x: ops.minimum(ops.maximum(x, 0), 5), "unknown"),
        (layers.LeakyReLU(0.2), "leaky_relu"),
        (lambda x: x, "linear"),
        (None, "linear"),
        (lambda x: 3 * x, "unknown"),
        (lambda x: x[:1], "unknown"),
        (lambda x: 1 / 0, "unknown"),
    ],
)
def test_activations_are_told_by_what_they_compute(function, name):
    assert activations.identify(keras.activations.get(function)) == name


@pytest.mark.parametrize("build", [lenet5.Subclassed, lenet5.sequential_of_own_layers])
def test_an_opened_model_computes_the_same_and_shares_the_weights(build):
    model = build()
    expected = ops.convert_to_numpy(model(IMAGES))
    opened = opening.opened(model, [(32, 32, 1)])
    assert not any(opening.is_opaque(operation) for operation in opened.operations)
    np.testing.assert_allclose(ops.convert_to_numpy(opened(IMAGES)), expected, atol=1e-6)
    model.weights[0].assign(model.weights[0] * 2)
    changed = ops.convert_to_numpy(model(IMAGES))
    np.testing.assert_allclose(ops.convert_to_numpy(opened(IMAGES)), changed, atol=1e-6)
    assert np.abs(changed - expected).max() > 1e-5


def test_the_table_is_the_net_of_the_package():
    table = specification(lesson_03_checks._lenet5())
    net = graph.read(lenet.lenet5(), [(32, 32, 1)])
    assert equal(net, table)
    assert not differences(align(net, table))


def test_a_wrong_net_is_told_without_its_weights():
    def build_lenet5():
        x = layers.Dense(1_000_000)(layers.Flatten()(inputs := keras.Input((32, 32, 1))))
        return keras.Model(inputs, layers.Dense(1_000_000)(x))  # four terabytes

    tracemalloc.start()
    with pytest.raises(WrongAnswer, match="C1: it is missing"):
        check("lenet5", build_lenet5)
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


def test_a_model_is_left_as_it_was():
    model = lenet5.sequential_with_dense_c5()
    before = model.get_weights()
    check("lenet5", model)
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


def residual_block():
    """Two convolutions with a shortcut round them, as a net of its own, for the checks of nets that branch."""
    x = inputs = keras.Input((8, 8, 4), name="input")
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="conv1")(x)
    x = layers.Conv2D(4, 3, padding="same", name="conv2")(x)
    x = layers.ReLU()(layers.Add(name="sum")([x, inputs]))
    return keras.Model(inputs, layers.Dense(3, activation="softmax", name="fc")(layers.GlobalAveragePooling2D()(x)))


@pytest.fixture
def residual():
    source = image((8, 8, 4))
    conv1 = convolution("conv1", 4, 3, (8, 8, 4), "relu", padding=1)
    conv2 = convolution("conv2", 4, 3, (8, 8, 4), padding=1)
    total = Part("addition", (8, 8, 4), activation="relu", name="sum")
    pool = Part("average pooling", (4,), {"pool_size": (8, 8)}, name="pool")
    parts = chain(source, conv1, conv2, total, pool, fully_connected("fc", 3, "softmax"))
    total.inputs = [conv2, source]
    return Architecture("the block", "He et al. 2016, fig. 2", f"{__name__}.residual_block", parts=parts)


def branched(swap=False, after_first=False, relu_before=False, concatenate=False, explicit=False, shortcut=True):
    def build():
        inputs = keras.Input((8, 8, 4))
        conv = [layers.Conv2D(4, 3, padding="valid" if explicit else "same") for _ in range(2)]
        pad = layers.ZeroPadding2D(1) if explicit else layers.Identity()
        first = ops.relu(conv[0](pad(inputs)))
        second = conv[1](pad(first))
        second = ops.relu(second) if relu_before else second
        operands = [second, first if after_first else inputs]
        x = second
        if shortcut:
            join = layers.Concatenate() if concatenate else layers.Add()
            x = join(operands[::-1] if swap else operands)
        x = x if relu_before else ops.relu(x)
        x = layers.AveragePooling2D(8)(x)
        return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.Flatten()(x)))

    return build


@pytest.mark.parametrize("build", [branched(), branched(swap=True), branched(explicit=True)])
def test_branches_may_be_written_in_any_order(build, residual):
    check_architecture(build, residual, "a function")


@pytest.mark.parametrize(
    ("build", "pattern"),
    [
        (branched(after_first=True), r"layer sum: yours is fed by conv1 and conv2, .* by conv2 and the input"),
        (branched(relu_before=True), r"layer conv2: you have ReLU.*\n.*ReLU before the addition, sum"),
        (branched(concatenate=True), r"layer sum: .*concatenation"),
        (branched(shortcut=False), r"layer sum: it is missing"),
    ],
)
def test_branches_joined_otherwise_are_told(build, pattern, residual):
    with pytest.raises(WrongAnswer) as failure:
        check_architecture(build, residual, "a function")
    assert re.search(pattern, str(failure.value)), str(failure.value)

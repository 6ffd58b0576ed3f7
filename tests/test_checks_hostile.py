"""Answers of every kind that mean no good, or nothing at all: a clear sentence each time, and the check comes back."""

import dataclasses
import re
import time
import types

import keras
import numpy as np
import pytest
from answers.lenet5 import sequential_with_dense_c5
from keras import layers

from course import checks
from course.checks import WrongAnswer, check

# An exercise of each kind, and what its answer is called with.
KINDS = {
    "function": "conv-params",
    "array": "flip-kernel",
    "layer": "subsampling",
    "block": "residual-block",
    "maps": "fcn8s-head",
    "net": "lenet5",
    "family": "resnet-cifar",
    "conversion": "fully-convolutional",
    "trained": "own-net",
}


def nothing(*args, **kwargs):
    [3, 1, 2].sort()


def printing(*args, **kwargs):
    print("the answer is", 5)


def raising(*args, **kwargs):
    raise ValueError("boom")


def generating(*args, **kwargs):
    yield from args


def endless(*args, **kwargs):
    while True:
        time.sleep(0.001)


def enormous(*args, **kwargs):
    return np.ones((10**6, 10**7))


def recursive(*args, **kwargs):
    return recursive(*args, **kwargs)


def in_text(*args, **kwargs):
    return "60"


def not_a_number(*args, **kwargs):
    return np.nan


def in_pairs(*args, **kwargs):
    return 1, 2


def without_parameters():
    return 1


class Strange:
    """A class that is none of what is asked."""

    def speak(self):
        return "60"


ANYTHING = {
    "a text": ("a text", "ou handed over a str, 'a text'"),
    "a number": (5, "ou handed over an int, 5"),
    "a module": (types, "ou handed over a module"),
    "a generator": ((i for i in range(3)), "ou handed over a generator"),
    "nothing": (nothing, r"returned None|handed over None|makes a NoneType"),
    "printing": (printing, "printed the answer is 5 and returned None.*\\n.*print shows a value, return hands it back"),
    "raising": (raising, r"raised ValueError: boom.*\n.*test_checks_hostile.py, line \d+: `raise ValueError"),
    "generating": (generating, "returned a generator|handed over a generator|makes a generator"),
    "enormous": (enormous, r"raised MemoryError: Unable to allocate.*\n.*more memory than there is"),
    "recursive": (recursive, r"raised RecursionError.*\n.*calls itself without end"),
    "in_text": (in_text, "returned a str|handed over a str|makes a str"),
    "not_a_number": (not_a_number, "returned nan|a float"),
    "in_pairs": (in_pairs, r"a tuple|returned \[1, 2\], expected \[\[2, 1\]\]"),
    "Strange": (Strange, "Strange"),
    "without_parameters": (without_parameters, r"takes 0 positional|unexpected keyword|an int|int, no Keras layer"),
}


def verdict(exercise, answer):
    """The lines of a `WrongAnswer`, after nothing was printed."""
    started = time.perf_counter()
    with pytest.raises(WrongAnswer) as failure:
        check(exercise, answer)
    assert time.perf_counter() - started < 30
    lines = str(failure.value).splitlines()
    assert len(lines) == 3
    assert all(8 < len(line) < 500 for line in lines)
    return "\n".join(lines)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ANYTHING)
def test_anything_gets_a_sentence(kind, name, capfd):
    answer, pattern = ANYTHING[name]
    said = verdict(KINDS[kind], answer)
    assert re.search(pattern, said), said
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", KINDS)
def test_what_loops_for_ever_is_stopped(kind, monkeypatch):
    exercise = checks._catalogue()[KINDS[kind]]
    quick = checks._catalogue() | {exercise.id: dataclasses.replace(exercise, seconds=1.5)}
    monkeypatch.setattr(checks, "_catalogue", lambda: quick)
    said = verdict(KINDS[kind], endless)
    assert re.search(r"still running after 1.5 seconds, in test_checks_hostile.py, line \d+: `.*\n.*A loop", said), said


def lenet(*outputs, units=10):
    """LeNet-5 with further outputs, or other units."""
    net = sequential_with_dense_c5()
    x = inputs = keras.Input((32, 32, 1))
    for layer in net.layers[:-1]:
        x = layer(x)
    x = layers.Dense(units, activation="softmax")(x)
    return keras.Model(inputs, [x, *[x] * len(outputs)] if outputs else x)


def two_heads(model):
    x = inputs = keras.Input((None, None, model.input_shape[-1]))
    x = layers.Conv2D(5, 4)(x)
    return keras.Model(inputs, [x, x * 2])


def two_classifiers():
    x = inputs = keras.Input((32, 32, 3))
    x = layers.Dense(10)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, [x, x * 2])


def gigantic_block(x, filters, strides=1):
    return layers.Conv2D(10**7, 3, strides, padding="same", use_bias=False)(x)


def gigantic_head(pool3, pool4, fc7, num_classes):
    return layers.Conv2DTranspose(10**6, 64, 32, padding="same")(fc7)


def gigantic_resnet(n):
    return keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10**8)])


def in_place(kernel):
    kernel *= 2
    return kernel[::-1, ::-1] / 2


def emptied(model):
    model.set_weights([weight * 0 for weight in model.get_weights()])
    return two_heads(model)


@pytest.mark.parametrize(
    ("kind", "answer", "pattern"),
    [
        ("net", lambda: lenet(1), "your model has 2 outputs, LeNet-5 has one"),
        ("block", lambda x, filters, strides=1: (x, x), "returned a (tuple|list).*not a tensor"),
        ("conversion", two_heads, "several outputs"),
        ("trained", two_classifiers, "several outputs"),
        ("array", in_place, "changed its argument"),
        ("conversion", emptied, "changed the weights of its argument"),
        ("net", lambda: lenet(units=2**29), "OUTPUT: your output is 536,870,912 values"),
        ("block", gigantic_block, r"block_1: your map is 16×12×10000000.*\n.*block_1 has 8 filters"),
        ("maps", gigantic_head, r"score_fr: your map is 64×64×1000000.*\n.*score_fr has 3 filters"),
        ("family", gigantic_resnet, "layer conv1: it is missing"),
        ("net", keras.Model, r"Model does not have a `call\(\)` method"),
        ("layer", layers.Dense(3), r"handed over a layer, not the class.*\n.*Leave out the parentheses"),
        ("trained", keras.Sequential, "because it has no layers"),
    ],
)
def test_what_is_wrong_with_a_kind_is_said(kind, answer, pattern):
    said = verdict(KINDS[kind], answer)
    assert re.search(pattern, said), said


def patching_tests(*args, **kwargs):
    for name in ("assert_allclose", "assert_array_equal", "assert_equal"):
        setattr(np.testing, name, lambda *args, **kwargs: None)
    for name in ("allclose", "isclose", "array_equal"):
        setattr(np, name, lambda *args, **kwargs: True)


def patching_keras():
    keras.Model.count_params = lambda self: 1
    keras.Model.get_weights = lambda self: []


@pytest.fixture
def restored(monkeypatch):
    for name in ("assert_allclose", "assert_array_equal", "assert_equal"):
        monkeypatch.setattr(np.testing, name, getattr(np.testing, name))
    for name in ("allclose", "isclose", "array_equal"):
        monkeypatch.setattr(np, name, getattr(np, name))
    for name in ("count_params", "get_weights"):
        monkeypatch.setattr(keras.Model, name, getattr(keras.Model, name))


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("function", lambda *args, **kwargs: patching_tests() or 7),
        ("array", lambda kernel: patching_tests() or kernel * 0),
        ("net", lambda: patching_tests() or patching_keras() or lenet(units=11)),
        ("conversion", lambda model: patching_tests() or keras.Sequential([layers.Conv2D(5, 16)])),
        ("trained", lambda: patching_keras() or lenet()),
    ],
)
def test_patched_comparisons_do_not_help(kind, answer, restored):
    verdict(KINDS[kind], answer)

"""By what functions and settings are known again."""

import functools
import os
import runpy
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from course.training import identity


def scaled(image, by=2.0):
    return image * by


def closing_over(value):
    return lambda image: image + value


class Shift:
    def __init__(self, by):
        self.by = by

    def __call__(self, image):
        return image + self.by

    def method(self, image):
        return image - self.by


LONG = np.zeros(5000)
ONE_OFF = np.where(np.arange(5000) == 2500, 1.0, 0.0)  # which a printed array leaves out
PAIRS = {
    "a number": (lambda image: image * 0, lambda image: image * 1),
    "a name": (lambda image: image.min(), lambda image: image.max()),
    "the operation": (lambda image: image + 1, lambda image: image - 1),
    "a default": (lambda image, by=1: image * by, lambda image, by=2: image * by),
    "what it closes over": (closing_over(1), closing_over(2)),
    "an array it closes over": (closing_over(LONG), closing_over(ONE_OFF)),
    "an inner function": (
        lambda image: tf.map_fn(lambda x: x + 1, image),
        lambda image: tf.map_fn(lambda x: x + 2, image),
    ),
    "an argument": (functools.partial(scaled, by=1.0), functools.partial(scaled, by=3.0)),
    "an array among the arguments": (functools.partial(scaled, by=LONG), functools.partial(scaled, by=ONE_OFF)),
    "an object": (Shift(1), Shift(2)),
    "an object's method": (Shift(1).method, Shift(2).method),
    "an array of an object": (Shift(LONG), Shift(ONE_OFF)),
}


@pytest.mark.parametrize("difference", PAIRS)
def test_steps_are_told_apart_by(difference):
    one, other = PAIRS[difference]
    assert identity.called(one) != identity.called(other)
    assert identity.called(one) == identity.called(one)
    assert identity.called(one).split()[0] == identity.called(other).split()[0]


def test_the_same_again_is_the_same():
    for make in (
        lambda: functools.partial(scaled, by=LONG.copy()),
        lambda: closing_over(np.ones(3)),
        lambda: Shift(by=[1, 2]),
        lambda: closing_over({"b", "a", "c"}),
        lambda: keras.layers.RandomFlip(),
    ):
        assert identity.called(make()) == identity.called(make())

    def itself(image):
        return itself(image)

    assert identity.called(itself).startswith("itself ")


def test_another_process_writes_the_same(tmp_path, capsys):
    """Sets of strings are ordered otherwise in each process, and objects lie elsewhere."""
    (tmp_path / "steps.py").write_text(
        "def step(image, sort={'x', 'y', 'z'}, key=object()):\n    return image in {'red', 'green', 'blue'}\n"
        "from course.training import identity\nprint(identity.called(step))\n"
    )
    told = subprocess.run(
        [sys.executable, tmp_path / "steps.py"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},  # pytest's own process has another
    ).stdout
    runpy.run_path(str(tmp_path / "steps.py"), run_name="__main__")
    assert told == capsys.readouterr().out
    assert told.startswith("step ")


def test_changes_are_told_entry_by_entry():
    was = {
        "model": "a",
        "optimizer": {"class_name": "SGD", "rate": 0.1, "l2": 0.0},
        "batch_size": 1,
        "steps": ["one 1"],
    }
    now = {"model": "b", "optimizer": {"class_name": "SGD", "rate": 0.5, "l2": 0.0}, "batch_size": 1, "steps": []}
    assert identity.changes(was, was) == []
    assert identity.changes(was, now) == ["another model", "optimizer rate was 0.1, is 0.5", "steps was one 1, is none"]
    now = was | {"optimizer": {"class_name": "Adam", "rate": 0.5}}
    assert identity.changes(was, now) == ["optimizer was SGD, is Adam"]
    long = {"loss": {"class_name": "A", "weights": {"first": 1}}}, {"loss": {"class_name": "A", "weights": [1000] * 99}}
    (told,) = identity.changes(*long)
    assert told.startswith('loss weights was {"first": 1}, is [1000, 1000,')
    assert told.endswith(" 1000, …")

"""Several devices, several machines, and what a GPU is given."""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from course import training
from course.training import machine, workers

PROGRAM = pathlib.Path(__file__).with_name("several_devices.py")


@pytest.mark.long
def test_two_devices_train_as_one():
    """The weight decay is in it: summed over the devices, it would count twice."""
    run = subprocess.run([sys.executable, PROGRAM, "mirrored"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    one, two = json.loads(run.stdout.splitlines()[-1])
    assert one["iterations"] == two["iterations"] == 16
    assert set(one["curves"]) == set(two["curves"])
    for name, values in one["curves"].items():
        assert two["curves"][name] == pytest.approx(values, abs=1e-5), name
    assert two["weights"] == pytest.approx(one["weights"], abs=1e-5)


def free_port():
    with socket.socket() as listening:
        listening.bind(("localhost", 0))
        return listening.getsockname()[1]


@pytest.mark.slow
def test_two_machines_end_with_the_same_weights():
    """Even where each built another model: the first one's weights are everyone's."""
    cluster = {"worker": [f"localhost:{free_port()}" for _ in range(2)]}
    started = [
        subprocess.Popen(
            [sys.executable, PROGRAM, "worker", str(seed)],
            env=os.environ | {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": "worker", "index": seed}})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(2)
    ]
    try:
        outputs = [process.communicate(timeout=400) for process in started]
    finally:
        for process in started:
            process.kill()
    for process, (_, errors) in zip(started, outputs, strict=True):
        assert process.returncode == 0, errors[-2000:]
    first, second = (json.loads(out.splitlines()[-1])[0] for out, _ in outputs)
    assert first == second
    assert first["curves"]["loss"][-1] < first["curves"]["loss"][0] / 2
    assert set(first["curves"]) == {"loss", "accuracy", "val_loss", "val_accuracy"}


@pytest.fixture
def cluster(monkeypatch):
    described = {"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 1}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(described))
    monkeypatch.setattr(workers, "_team", [])


def net():
    return keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])


def test_machines_that_were_not_joined_get_a_sentence(cluster):
    keras.ops.zeros(())  # TensorFlow has begun
    data = np.zeros((4, 2, 2, 1), "float32"), np.zeros(4)
    with pytest.raises(ValueError, match=r"which have not been joined; call course\.training\.setup\(\) first"):
        training.fit(net(), data, epochs=1)
    with pytest.raises(ValueError, match=r"TensorFlow has begun already, and cannot join"):
        training.setup()


@pytest.mark.parametrize(
    ("config", "several"),
    [
        ("", False),
        ('{"cluster": {"worker": ["a:1"]}}', False),
        ('{"cluster": {"chief": ["a"], "worker": ["b"]}}', True),
    ],
)
def test_one_machine_is_no_cluster(monkeypatch, config, several):
    monkeypatch.setenv("TF_CONFIG", config)
    assert workers.configured() == several


def test_a_broken_description_of_machines_gets_a_sentence(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "worker")
    with pytest.raises(ValueError, match="TF_CONFIG is not JSON of a cluster and a task; mend it, or unset it"):
        workers.configured()


class Gpu:
    name = "GPU:0"


@pytest.mark.parametrize(
    ("capabilities", "policy"),
    [
        ([], "float32"),
        ([(9, 0)], "mixed_bfloat16"),
        ([(8, 6), (8, 0)], "mixed_bfloat16"),
        ([(7, 5)], "mixed_float16"),
        ([(8, 0), (7, 0)], "mixed_float16"),
        ([(6, 1)], "float32"),
        ([None], "float32"),
    ],
)
def test_the_precision_that_suits_the_gpus(monkeypatch, capabilities, policy):
    details = iter([{"compute_capability": each} if each else {} for each in capabilities])
    grown = []
    listed = tf.config.list_physical_devices
    gpus = [Gpu() for _ in capabilities]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: gpus if kind == "GPU" else listed(kind))
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: next(details))
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", lambda gpu, grow: grown.append(grow))
    try:
        assert re.search(rf"precision  {policy}$", training.setup(), re.MULTILINE)
        assert grown == [True] * len(gpus)
        assert keras.layers.Dense(1).compute_dtype == policy.removeprefix("mixed_")
        training.setup("float32")
        assert keras.config.dtype_policy().name == "float32"
    finally:
        keras.config.set_dtype_policy("float32")


def test_an_unknown_precision_gets_a_sentence():
    with pytest.raises(ValueError, match='There is no precision "float8"'):
        training.setup("float8")


def test_one_device_is_no_strategy():
    assert machine.strategy(net()) is None
    assert machine.strategy(net(), ["CPU:0"]) is None


def test_machines_in_mixed_precision_take_the_same_step():
    """Of one machine alone: the gradients of float16 are scaled before and the step is not."""
    team = tf.distribute.OneDeviceStrategy("CPU:0")
    images = np.random.default_rng(0).normal(size=(8, 4, 4, 1)).astype("float32")
    batch, moved = (tf.constant(images), tf.constant(np.arange(8) % 2)), {}
    for policy in ("float32", "mixed_float16"):
        keras.config.set_dtype_policy(policy)
        try:
            with team.scope():
                keras.utils.set_random_seed(0)
                head = keras.layers.Dense(2, activation="softmax", dtype="float32")
                model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), head])
                model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
                model.optimizer.build(model.trainable_variables)
        finally:
            keras.config.set_dtype_policy("float32")
        before = model.get_weights()[0]
        workers._steps(team, model, keras.losses.sparse_categorical_crossentropy)[0](batch)
        moved[policy] = model.get_weights()[0] - before
    assert np.abs(moved["float32"]).max() > 0.01
    assert moved["mixed_float16"] == pytest.approx(moved["float32"], abs=2e-3)


def test_machines_without_a_seed_draw_the_same_order(monkeypatch):
    orders = []

    def noted(model, data, *, callbacks, **options):
        callbacks[0].on_epoch_begin(0)
        orders.append([int(number) for _, numbers in data for number in numbers])
        return keras.callbacks.History()

    monkeypatch.setattr(workers, "strategy", lambda: tf.distribute.OneDeviceStrategy("CPU:0"))
    monkeypatch.setattr(workers, "first", lambda: True)
    monkeypatch.setattr(workers, "fit", noted)
    for number in range(2):
        training.seed(number)
        model = keras.Sequential([keras.Input((1, 1, 1)), keras.layers.Flatten(), keras.layers.Dense(20)])
        training.fit(model, (np.zeros((20, 1, 1, 1), "float32"), np.arange(20)), epochs=1, verbose=0)
    assert orders[0] == orders[1] != list(range(20))


def test_a_model_that_cannot_be_copied_gets_a_sentence():
    class Own(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.head = keras.layers.Dense(units)

        def call(self, images):
            return self.head(keras.ops.reshape(images, (-1, 4)))

    model = Own(2)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model(np.zeros((1, 4), "float32"))
    with pytest.raises(ValueError, match=r'" cannot be copied to several devices .*inside strategy\.scope'):
        machine.mirror(model, tf.distribute.get_strategy())


@pytest.mark.slow
def test_mixed_precision_trains_and_its_state_is_kept(tmp_path, monkeypatch):
    """float16 wraps the optimizer to scale the loss; that state is part of a run too."""
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))
    data = np.random.default_rng(0).normal(size=(32, 2, 2, 1)).astype("float32"), np.arange(32) % 2
    keras.config.set_dtype_policy("mixed_float16")
    try:
        plan = training.recipe("vgg", epochs=2, schedule=training.Plateau())
        training.seed(0)
        whole = net()
        training.fit(whole, data, recipe=plan, seed=0, verbose=0)
        training.seed(0)
        training.fit(net(), data, recipe=plan, epochs=1, seed=0, verbose=0, resume="run")
        went_on = net()
        training.fit(went_on, data, recipe=plan, seed=0, verbose=0, resume="run")
    finally:
        keras.config.set_dtype_policy("float32")
    assert isinstance(whole.optimizer, keras.optimizers.LossScaleOptimizer)
    assert all(map(np.array_equal, whole.get_weights(), went_on.get_weights()))

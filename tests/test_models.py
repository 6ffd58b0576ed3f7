"""What holds of every builder."""

import functools
import os
import subprocess
import sys
from pathlib import Path

import keras
import nets
import numpy as np
import probe
import pytest
import tensorflow as tf
from probe import SMALL, accepted, build

from course import analysis
from course.models import BUILDERS

# One of each family; the rest are in the slow set.
QUICK = {
    *("lenet5", "lenet5_1998", "minivgg", "nin_cifar10", "googlenet_small", "resnet20_cifar", "densenet40_cifar"),
    *("fcn8s", "fast_rcnn"),  # test_rcnn.py asks the same of faster_rcnn
}
ALL = [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in BUILDERS]


@pytest.fixture
def freed():
    """The nets of one test are gone before the next one begins."""
    yield
    keras.backend.clear_session()


@pytest.mark.usefixtures("freed")
@pytest.mark.parametrize("name", ALL)  # test_fidelity.py counts the rest in a graph, too
def test_built_in_a_graph_it_has_shapes_and_counts_and_no_weights(name):
    model = nets.without_weights(BUILDERS[name])
    with tf.Graph().as_default():
        assert analysis.table(model).total.parameters == model.count_params() > 0


@pytest.mark.usefixtures("freed")
@pytest.mark.parametrize("name", ["lenet5_1998", "minivgg", "nin_cifar10", "fcn8s"])
def test_built_without_weights_it_leaves_nothing_behind(name):
    """A random generator made in a throw-away graph would fail whatever comes after."""
    for _ in range(2):
        nets.without_weights(BUILDERS[name])
    assert keras.random.uniform((2,)).shape == (2,)


def test_vgg_16_without_weights_takes_half_a_second_and_50_mb():
    code = """
import resource, time
import tensorflow as tf
from course.models import BUILDERS

def seconds(name):
    start = time.process_time()
    with tf.Graph().as_default():
        BUILDERS[name]()
    return time.process_time() - start

def kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

seconds("minivgg")
before = kib()
print(min(seconds("vgg16") for _ in range(3)), kib() - before)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, kib = map(float, run.stdout.split())
    assert seconds < 0.5
    assert kib < 50 * 1024


@pytest.mark.usefixtures("freed")
@pytest.mark.parametrize("name", ALL)
@pytest.mark.long
def test_saved_and_loaded_it_is_the_same_function(name, tmp_path):
    model = nets.damp(build(name))
    x = probe.inputs(model, SMALL[name])
    before = keras.tree.flatten(model(x, training=False))
    model.save(tmp_path / "model.keras")
    after = keras.tree.flatten(keras.models.load_model(tmp_path / "model.keras")(x, training=False))
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("freed")
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("name", ALL)
@pytest.mark.long
def test_one_step_of_training_leaves_all_finite(name, policy):
    keras.mixed_precision.set_global_policy(policy)
    try:
        keras.utils.set_random_seed(0)
        model = build(name)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    x = probe.inputs(model, SMALL[name])
    targets = keras.tree.map_structure(lambda output: np.eye(1, output.shape[-1]) + 0 * output, model(x))
    model.compile(keras.optimizers.SGD(1e-3), keras.tree.map_structure(lambda _: "mse", model.output), run_eagerly=True)
    before = [weight.numpy() for weight in model.trainable_weights]
    loss = model.train_on_batch(x, targets)
    after = [weight.numpy() for weight in model.trainable_weights]
    assert np.isfinite(loss).all()
    assert all(np.isfinite(weight).all() for weight in after)
    assert any((one != other).any() for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("input_shape", (224, 224), r"must be \(height, width, channels\)"),
        ("input_shape", 224, r"must be \(height, width, channels\)"),
        ("input_shape", (0, 224, 3), "height"),
        ("input_shape", (224, 224, 0), "channels is 0; it must be a whole number"),
        ("num_classes", 0, "num_classes is 0; it must be a whole number, 1 or more"),
        ("num_classes", 2.5, "num_classes is 2.5; it must be"),
    ],
)
@pytest.mark.parametrize("name", BUILDERS)
def test_what_cannot_be_gets_a_sentence(name, argument, value, message):
    if argument in accepted(name):
        with tf.Graph().as_default(), pytest.raises(ValueError, match=message):
            BUILDERS[name](**{argument: value})
    else:
        assert name == "rpn"  # which tells objects from background, and no classes


@functools.cache
def outputs(backend, data_format, names, folder):
    """What the nets compute in a process of its own."""
    path = Path(folder, f"{backend}_{data_format}.npz")
    command = [sys.executable, probe.__file__, backend, data_format, path, *names]
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "KERAS_BACKEND": backend})
    assert run.returncode == 0, run.stderr[-3000:]
    return dict(np.load(path))


def assert_alike(backend, data_format, names, folder):
    ours = outputs("tensorflow", "channels_last", names, folder)
    theirs = outputs(backend, data_format, names, folder)
    assert list(ours) == list(theirs)
    different = {key: nets.difference(theirs[key], ours[key]) for key in ours}
    assert max(different.values()) < 1e-4, {key: value for key, value in different.items() if value >= 1e-4}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("outputs")


@pytest.mark.long
def test_channels_first_computes_the_same(folder):
    assert_alike("tensorflow", "channels_first", tuple(sorted(QUICK)), folder)


@pytest.mark.backends
@pytest.mark.parametrize(
    ("backend", "data_format"),
    [
        ("tensorflow", "channels_first"),
        ("jax", "channels_last"),
        ("jax", "channels_first"),
        ("torch", "channels_last"),
        ("torch", "channels_first"),
    ],
)
def test_every_backend_computes_the_same(backend, data_format, folder):
    assert_alike(backend, data_format, tuple(BUILDERS), folder)

"""Runs that are killed, broken off or tampered with, and go on."""

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from course import training
from course.data import preprocessing
from course.training import checkpoints, feeding

LABELS = np.arange(40) % 2
IMAGES = (np.random.default_rng(0).normal(size=(40, 6, 6, 1)) + LABELS[:, None, None, None]).astype("float32")
DATA = (IMAGES, LABELS)


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))
    return tmp_path


def net(units=2):
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(4, activation="tanh"),
            layers.Dense(units, activation="softmax"),
        ]
    )


class Broken(Exception):
    pass


def break_off(epoch):
    def at(number, logs):
        if number == epoch:
            raise Broken

    return keras.callbacks.LambdaCallback(on_epoch_begin=at)


def fit(model, train=DATA, **options):
    options = {"epochs": 4, "seed": 1, "resume": "run", "verbose": 0} | options
    return training.fit(model, train, DATA, **options)


@pytest.mark.parametrize(("resume", "times"), [(None, 1), ("run", 5)])
def test_tensorflow_is_seeded_anew_each_epoch_only_where_a_run_may_be_taken_up_again(monkeypatch, resume, times):
    """Each time it prepares all functions anew: epochs of a few steps took ten times as long."""
    seeded = []
    monkeypatch.setattr(keras.utils, "set_random_seed", seeded.append)
    fit(net(), resume=resume)
    assert len(seeded) == times


def fresh():
    training.seed(0)
    return net()


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


def interrupted(epoch=2, **options):
    with pytest.raises(Broken):
        fit(fresh(), callbacks=[break_off(epoch)], **options)


def killings(kills, seed):
    program = pathlib.Path(__file__).with_name("killing.py")
    run = subprocess.run([sys.executable, program, str(kills), str(seed)], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.skipif(os.name == "nt", reason="kill -9 and fork are of POSIX")
@pytest.mark.parametrize(
    ("kills", "seed"),
    [(2, 1), pytest.param(20, 2, marks=pytest.mark.slow), pytest.param(20, 3, marks=pytest.mark.slow)],
)
@pytest.mark.long
def test_killed_at_any_moment_it_ends_as_if_it_had_not_been(kills, seed):
    outcome = killings(kills, seed)
    assert outcome["killed"] == kills
    assert outcome["in writing"] >= kills // 4
    assert outcome["lost"] == 0
    assert outcome["equal"] == [True] * outcome["runs"]


@pytest.mark.parametrize(
    "recipe", ["resnet110_cifar", *(pytest.param(name, marks=pytest.mark.slow) for name in ("vgg", "lenet5", "fcn"))]
)
def test_a_run_broken_off_goes_on_with_the_same_schedule(recipe):
    options = {"recipe": training.recipe(recipe, epochs=4, batch_size=8), "epochs": None}
    interrupted(1, **options)
    interrupted(3, **options)
    went_on, whole = net(), fresh()
    history = fit(went_on, **options)
    expected = fit(whole, **options | {"resume": None})
    assert history.history == expected.history
    assert history.epoch == expected.epoch == [0, 1, 2, 3]
    assert same(went_on, whole)


def test_without_a_seed_the_run_keeps_the_one_it_drew():
    training.seed(3)
    interrupted(seed=None)
    went_on = net()
    history = fit(went_on, seed=None)
    training.seed(3)
    training.seed(0)
    whole = net()
    assert fit(whole, seed=None, resume="other").history == history.history
    assert same(went_on, whole)


def test_a_finished_run_returns_at_once_with_its_weights():
    first, again = fresh(), net()
    history = fit(first)
    started = []
    begun = keras.callbacks.LambdaCallback(on_train_begin=started.append)
    returned = fit(again, callbacks=[begun])
    assert (returned.history, returned.epoch, started) == (history.history, [0, 1, 2, 3], [])
    assert same(first, again)


@pytest.mark.long
def test_a_finished_run_goes_on_when_it_is_asked_for_more():
    fit(fresh(), epochs=2)
    longer, whole = net(), fresh()
    history = fit(longer, epochs=4)
    assert history.history == fit(whole, epochs=4, resume=None).history
    assert same(longer, whole)


def test_a_run_that_stopped_early_is_over():
    stop = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: setattr(stop.model, "stop_training", epoch == 1)
    )
    fit(fresh(), callbacks=[stop])
    assert len(fit(net()).history["loss"]) == 2


@pytest.mark.parametrize(
    "damage", ["cut", *(pytest.param(how, marks=pytest.mark.slow) for how in ("altered", "emptied"))]
)
def test_a_damaged_state_is_passed_over_for_the_one_before(runs, damage):
    interrupted(3)
    last = max((runs / "run").glob("*.state"))
    content = last.read_bytes()
    last.write_bytes({"cut": content[:-40], "altered": content[:-99] + b"?" + content[-98:], "emptied": b""}[damage])
    (runs / "run" / ".writing.leftover").write_bytes(content[:100])
    begun = []
    went_on, whole = net(), fresh()
    note = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: begun.append(epoch))
    history = fit(went_on, callbacks=[note])
    assert begun == [2, 3]
    assert history.history == fit(whole, resume=None).history
    assert same(went_on, whole)
    assert not list((runs / "run").glob(".writing*"))
    assert len(list((runs / "run").glob("*.state"))) == 2


def test_another_run_under_the_same_name_is_refused():
    options = {"optimizer": lambda: keras.optimizers.SGD(0.1)}
    interrupted(optimizer=options["optimizer"]())
    for change, told in (
        ({"seed": 2}, "seed was 1, is 2"),
        ({"batch_size": 8}, "batch_size was 32, is 8"),
        ({"optimizer": keras.optimizers.Adam}, "optimizer was SGD, is Adam. If it is"),
        ({"optimizer": lambda: keras.optimizers.SGD(0.5)}, "else: optimizer learning_rate was 0.1, is 0.5. If it is"),
        ({"train": (IMAGES + 1, LABELS)}, "other train data"),
        ({"augment": [lambda image: -image]}, "augmentation was none, is <lambda> "),
        ({"steps_per_epoch": 1}, "else: steps_per_epoch was none, is 1. If"),
        ({"class_weight": {0: 0.5, 1: 1.0}}, 'class_weight was nothing, is {"0": 0.5, "1": 1.0}'),
        ({"epochs": 1}, "has 2 epochs already, and epochs is 1; ask for 2 or more, or give this run another name"),
    ):
        changed = options | change
        changed["optimizer"] = changed["optimizer"]()
        with pytest.raises(ValueError, match=re.escape(told)):
            fit(net(), **changed)


def test_another_recipe_under_the_same_name_is_refused():
    plan = training.recipe("minivgg", epochs=4, images=16, schedule=training.Plateau(), augment=())
    interrupted(1, recipe=plan, epochs=None)
    for change, told in (
        ({"images": 32}, "else: images was 16, is 32. If"),
        ({"schedule": training.Plateau(patience=1)}, "else: schedule patience was 5, is 1. If"),
        ({"warm_up": training.WarmUp(0.001, 4)}, 'warm_up was none, is {"class_name": "WarmUp"'),
    ):
        with pytest.raises(ValueError, match=re.escape(told)):
            fit(net(), recipe=dataclasses.replace(plan, **change), epochs=None)


def test_the_same_model_goes_on_where_a_callback_changed_its_rate():
    def rates():
        return keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))

    def compiled(model):
        model.compile(keras.optimizers.SGD(0.3), "sparse_categorical_crossentropy")
        return model

    model, whole = compiled(fresh()), compiled(fresh())
    with pytest.raises(Broken):
        fit(model, callbacks=[rates(), break_off(2)])
    fit(model, callbacks=[rates()])
    fit(whole, callbacks=[rates()], resume=None)
    assert same(model, whole)


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("random", ["shuffled", "augmented"])
def test_data_that_read_differently_each_time_are_refused(random, batched):
    data = tf.data.Dataset.from_tensor_slices(DATA)
    if random == "shuffled":
        data = data.shuffle(40, seed=3)
    else:
        data = preprocessing.augment(data, preprocessing.random_flip, seed=0)
    with pytest.raises(ValueError, match=r"train gives other elements each time it is read.* augment=\[…\]\.$"):
        fit(net(), data.batch(8) if batched else data)


def test_labels_and_images_beyond_the_first_make_data_known():
    def known(images, labels):
        return feeding.fingerprint("train", tf.data.Dataset.from_tensor_slices((images, labels)))

    first = known(IMAGES, LABELS)
    assert first == known(IMAGES.copy(), LABELS.copy())
    other, far = LABELS.copy(), IMAGES.copy()
    other[-1] ^= 1
    far[-1] += 1
    assert first not in (known(IMAGES, other), known(far, LABELS))
    words = tf.data.Dataset.from_tensor_slices((IMAGES, [f"{number}" for number in range(40)])).batch(4)
    parts = tf.data.Dataset.from_tensor_slices((IMAGES, tf.ragged.range(tf.range(40))))
    assert len({feeding.fingerprint("train", data) for data in (words, parts, parts.skip(1))}) == 3


def test_another_model_is_refused_and_told_what_to_do(runs):
    interrupted()
    with pytest.raises(ValueError, match=r"another model\. .* give this run another name, or delete .*run to begin"):
        fit(net(units=3))
    model = net()
    model.layers[0].rate = 0.5
    with pytest.raises(ValueError, match="another model"):
        fit(model)


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", 3])
def test_a_name_that_is_no_name_of_a_folder(name):
    with pytest.raises(ValueError, match=r"it must be a name of letters, digits"):
        fit(net(), resume=name)


def test_one_process_at_a_time(runs):
    pytest.importorskip("fcntl", reason="Windows has no such locks")
    with checkpoints.opened("run"), pytest.raises(ValueError, match='Another process is training the run "run"'):
        fit(net())


def test_a_folder_that_cannot_be_written_to(runs, monkeypatch):
    (runs / "file").write_text("")
    monkeypatch.setenv("COURSE_RUNS", str(runs / "file"))
    with pytest.raises(ValueError, match="set COURSE_RUNS to a folder you can write to"):
        fit(net())


def test_states_hold_every_kind_of_number(tmp_path):
    import ml_dtypes

    arrays = [
        np.float32(2.5),
        np.zeros((0, 3), "float16"),
        np.arange(6, dtype="uint32").reshape(2, 3).T,
        np.array([1.5, -2], ml_dtypes.bfloat16),
    ]
    checkpoints.save(tmp_path, 7, [np.asarray(array) for array in arrays], {"note": "é"})
    read, about = checkpoints.load(tmp_path)
    assert about == {"note": "é", "epoch": 7}
    for array, other in zip(arrays, read, strict=True):
        assert np.asarray(array).dtype == other.dtype
        assert np.array_equal(array, other)

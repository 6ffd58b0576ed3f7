"""A run that is killed again and again, and one that is not. Prints what came of both, as JSON.

    python tests/killing.py KILLS SEED

TensorFlow is imported once, here; every attempt is a fork of this process. Half of the kills come from outside at a
random moment; the others come in the middle of writing a state: at a random write, fsync, rename or removal.
"""

import json
import os
import pathlib
import random
import signal
import sys
import tempfile
import time

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "OPENBLAS_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "-1"}

import keras
import numpy as np

from course import training
from course.training import checkpoints

EPOCHS = 12
CALLS = {"write": 200, "fsync": 10, "replace": 5, "unlink": 3}  # of each, before the kill, at most


def attempt(name, report, suicide=None):
    """Train, in a process of its own, and write what begins and what comes of it to the file `report`."""
    if suicide:
        die_in_writing(*suicide)
    labels = np.arange(40) % 2
    images = (np.random.default_rng(0).normal(size=(40, 6, 6, 1)) + labels[:, None, None, None]).astype("float32")
    training.seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.RandomFlip(),
            layers.Conv2D(3, 3),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ]
    )

    def tell(**words):
        with open(report, "a") as file:
            file.write(json.dumps(words) + "\n")

    begun = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: tell(begun=epoch))
    recipe = training.recipe("vgg", epochs=EPOCHS, batch_size=16, schedule=training.Plateau(patience=1))
    history = training.fit(
        model,
        (images, labels),
        (images[:16], labels[:16]),
        recipe=recipe,
        resume=name,
        seed=7,
        callbacks=[begun],
        verbose=0,
    )
    weights = [np.asarray(weight, "float64").tolist() for weight in model.get_weights()]
    tell(history=history.history, epochs=history.epoch, weights=weights)


def die_in_writing(function, call):
    """Kill this process at the given call of one of the functions that write a state."""
    calls = 0
    original = getattr(os, function) if function != "write" else None

    def fatal(*arguments):
        nonlocal calls
        calls += 1
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments)

    if function == "write":
        temporary = checkpoints.tempfile.NamedTemporaryFile

        def opened(*arguments, **options):
            nonlocal original
            file = temporary(*arguments, **options)
            original, plain = file.write, file.write

            def half(part):
                nonlocal calls
                calls += 1
                if calls == call:
                    plain(bytes(part)[: len(part) // 2])
                    file.flush()
                    os.kill(os.getpid(), signal.SIGKILL)
                return plain(part)

            file.write = half
            return file

        checkpoints.tempfile.NamedTemporaryFile = opened
    else:
        setattr(os, function, fatal)


def forked(name, report, suicide=None, seconds=None):
    """Run an attempt in a fork; return whether it was killed, and the lines that it reported."""
    report.write_text("")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            attempt(name, report, suicide)
            status = 0
        finally:
            os._exit(status)
    end = time.monotonic() + seconds if seconds else float("inf")
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            end = float("inf")
        time.sleep(0.005)
    lines = [json.loads(line) for line in report.read_text().splitlines() if line.endswith("}")]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"an attempt failed: {lines[-1:]}")
    return os.WIFSIGNALED(status), lines


def main():
    kills, draw = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_RUNS"] = folder
        report = pathlib.Path(folder, "report")
        start = time.monotonic()
        _, (*_, whole) = forked("whole", report)
        took = time.monotonic() - start
        killed, in_writing, runs, lost = 0, 0, 0, 0
        outcomes = []
        while killed < kills:
            runs += 1
            finished = 0
            while True:
                if killed >= kills:
                    how = {}
                elif (killed + runs) % 2:
                    function = draw.choice(list(CALLS))
                    how = {"suicide": (function, draw.randint(1, CALLS[function]))}
                else:
                    how = {"seconds": draw.uniform(0.05, took)}
                died, lines = forked(f"run{runs}", report, **how)
                begun = [line["begun"] for line in lines if "begun" in line]
                lost += bool(begun) and begun[0] < finished
                finished = max([finished, *begun])
                killed += died
                in_writing += died and "suicide" in how
                if not died:
                    outcomes.append(lines[-1] == whole)
                    break
    print(json.dumps({"killed": killed, "in writing": in_writing, "runs": runs, "lost": lost, "equal": outcomes}))


if __name__ == "__main__":
    main()

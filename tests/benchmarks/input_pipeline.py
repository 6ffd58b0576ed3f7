"""Images a second that the data give, alone and with a net in training behind them, in one run.

    python tests/benchmarks/input_pipeline.py [--data glyphs] [--model minivgg] [--images 512] [--rounds 5]

Three ways to the same augmented batches take turns, so that whatever else the machine does falls on all alike: one
image after the other from the files; `load` and `augment`, one batch ahead of the net; and one batch that is in memory
from the beginning, which no pipeline can beat. Medians. With a net on a GPU, 1.00 says that it never waits for
its data; on a CPU the data's own work is taken from the net's.
"""

import argparse
import os
import statistics
import time
from functools import partial

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf
import tensorflow_datasets as tfds

from course.data import load
from course.data.preprocessing import augment, channel_means, pad_and_crop, random_flip, subtract_mean
from course.models import BUILDERS

BATCH = 32


def one_after_the_other(builder, split, steps):
    """What augmented batches are with no thought of speed: read, decoded and augmented when they are asked for."""
    reading = tfds.ReadConfig(try_autocache=False, skip_prefetch=True, interleave_cycle_length=1)
    reading.options.autotune.enabled = False
    data = builder.as_dataset(split=split, as_supervised=True, read_config=reading)

    def apply(image, label):
        for step in steps:
            takes_seed = step in (random_flip, steps[0])
            image = step(image, seed=tf.random.uniform((2,), 0, 2**30, tf.int32)) if takes_seed else step(image)
        return image, label

    return data.map(apply).batch(BATCH)


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def take_turns(functions, rounds):
    """The median seconds of each function, after one call each that is not counted."""
    for function in functions:
        function()
    times = [[seconds(function) for function in functions] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default="glyphs")
    parser.add_argument("--model", default="minivgg", choices=BUILDERS)
    parser.add_argument("--images", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    split = f"train[:{arguments.images}]"
    data, info = load(arguments.data, split=split, with_info=True)
    steps = [partial(pad_and_crop, padding=4), random_flip, partial(subtract_mean, mean=channel_means(data))]
    ours = augment(data, *steps, seed=0).batch(BATCH).prefetch(tf.data.AUTOTUNE)
    batch = next(iter(ours))
    ways = {
        "one after the other": one_after_the_other(tfds.builder_cls(info.name)(**_place(info)), split, steps),
        "load and augment": ours,
        "a batch in memory": tf.data.Dataset.from_tensors(batch).repeat(len(ours)),
    }
    model = BUILDERS[arguments.model](input_shape=info.features["image"].shape, num_classes=10)
    model.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    kinds = {
        "the data alone": lambda way: sum(1 for _ in way),
        f"{arguments.model} in training": lambda way: model.fit(way, epochs=1, verbose=0, shuffle=False),
    }
    print(
        f"{len(data)} images of {info.full_name}, {arguments.rounds} rounds; images a second, and as part of the last"
    )
    for kind, run in kinds.items():
        medians = take_turns([partial(run, way) for way in ways.values()], arguments.rounds)
        for name, median in zip(ways, medians, strict=True):
            print(f"{kind:22} {name:20} {len(data) / median:10,.0f} {medians[-1] / median:8.2f}")


def _place(info):
    config = {"config": info.config_name} if info.config_name else {}
    return config | {"data_dir": info.data_dir.rpartition(f"/{info.name}/")[0]}


if __name__ == "__main__":
    main()

"""Images a second of our nets against keras.applications', in one run: inference and a training step.

    python tests/benchmarks/against_keras_applications.py [--size 64] [--batch-size 16] [--rounds 10]

The two nets take turns, so that whatever else the machine does falls on both alike; the medians are compared.
A ratio above 1 says that ours is the faster.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from course.models import BUILDERS

PAIRS = {
    "vgg16": keras.applications.VGG16,
    "resnet50": keras.applications.ResNet50,
    "densenet121": keras.applications.DenseNet121,
}


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
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=10)
    arguments = parser.parse_args()
    shape, count = (arguments.size, arguments.size, 3), arguments.batch_size
    rng = np.random.default_rng(0)
    x, y = rng.random((count, *shape), "float32"), rng.integers(0, 10, count)
    print(f"{count} images of {shape[0]}×{shape[1]}, {arguments.rounds} rounds; images a second, ours / theirs")
    for name, theirs in PAIRS.items():
        nets = [
            BUILDERS[name](input_shape=shape, num_classes=10),
            theirs(weights=None, input_shape=shape, classes=10),
        ]
        for net in nets:
            net.compile(keras.optimizers.SGD(1e-3), "sparse_categorical_crossentropy")
        kinds = {
            "inference": [lambda net=net: net.predict_on_batch(x) for net in nets],
            "training step": [lambda net=net: net.train_on_batch(x, y) for net in nets],
        }
        for kind, functions in kinds.items():
            ours, other = (count / median for median in take_turns(functions, arguments.rounds))
            print(f"{name:12} {kind:14} {ours:7.1f} / {other:7.1f} = {ours / other:.2f}")
        keras.backend.clear_session()


if __name__ == "__main__":
    main()

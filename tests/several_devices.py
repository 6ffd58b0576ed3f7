"""Trains on several devices and prints what came of it, as JSON.

python tests/several_devices.py mirrored          on one logical CPU, and on two
python tests/several_devices.py worker SEED       as one of the machines that TF_CONFIG names
"""

import json
import os
import sys

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}

import numpy as np


def train(seed, normalise, **options):
    import keras

    from course import training

    labels = np.arange(64) % 2
    images = (np.random.default_rng(0).normal(size=(64, 6, 6, 1)) + labels[:, None, None, None]).astype("float32")
    training.seed(seed)
    layers = keras.layers
    normalisation = [layers.BatchNormalization()] if normalise else []
    inputs = [keras.Input((6, 6, 1)), layers.Conv2D(3, 3), *normalisation, layers.ReLU(), layers.Flatten()]
    model = keras.Sequential([*inputs, layers.Dense(2, activation="softmax")])
    rates = keras.optimizers.schedules.ExponentialDecay(0.05, 4, 0.9)
    optimizer = training.SGD(rates, 0.9, l2=0.01)
    held_out = images[:32], labels[:32]
    history = training.fit(
        model, (images, labels), held_out, epochs=3, batch_size=16, optimizer=optimizer, seed=1, **options
    )
    more = training.fit(model, (images, labels), held_out, epochs=1, batch_size=16, seed=2, **options)
    curves = {name: values + more.history[name] for name, values in history.history.items()}
    weights = np.concatenate([np.ravel(weight) for weight in model.get_weights()])
    return {"curves": curves, "weights": weights.tolist(), "iterations": int(model.optimizer.iterations)}


def main(kind, seed=0):
    import tensorflow as tf

    if kind == "worker":
        from course import training

        training.setup()
        results = [train(int(seed), normalise=True, verbose=0)]
    else:
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        devices = ["CPU:0"], ["CPU:0", "CPU:1"]
        results = [train(0, normalise=False, devices=names, verbose=0) for names in devices]
    print(json.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Builds nets in a process of its own, whose backend and data format it sets, and saves what they compute.

    python tests/probe.py BACKEND DATA_FORMAT OUT.npz NAME...

The weights and inputs are drawn by NumPy, so they are the same on every backend.
"""

import os
import sys

import numpy as np


def inputs(model, size, seed=1, batch_size=2):
    """Random images (channels last), or a list of them and of boxes within them where the model takes both."""
    rng = np.random.default_rng(seed)
    batches = []
    for tensor in model.inputs:
        if len(tensor.shape) == 4:
            batches.append(rng.random((batch_size, *size)).astype("float32"))
        else:
            corners = np.sort(rng.uniform(0, min(size[:2]), (batch_size, tensor.shape[1] or 5, 2, 2)), axis=2)
            batches.append(corners.reshape(batch_size, -1, 4).astype("float32"))
    return batches if len(batches) > 1 else batches[0]


def in_data_format(batches, data_format):
    """Images as the data format has them; the rest as it is."""
    import keras

    if data_format == "channels_last":
        return batches
    return keras.tree.map_structure(lambda batch: np.moveaxis(batch, -1, 1) if batch.ndim == 4 else batch, batches)


def main(backend, data_format, path, names):
    os.environ["KERAS_BACKEND"] = backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    from nets import damp
    from test_models import SMALL, build

    keras.config.set_image_data_format(data_format)
    results = {}
    for name in names:
        model = damp(build(name))
        outputs = model(in_data_format(inputs(model, SMALL[name]), data_format), training=False)
        for i, output in enumerate(map(keras.ops.convert_to_numpy, keras.tree.flatten(outputs))):
            maps = name.startswith("fcn") and data_format == "channels_first"
            results[f"{name}/{i}"] = np.moveaxis(output, 1, -1) if maps else output
        keras.backend.clear_session()
    np.savez(path, **results)


if __name__ == "__main__":
    main(*sys.argv[1:4], sys.argv[4:])

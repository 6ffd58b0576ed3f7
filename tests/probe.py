"""Builds nets in a process of its own, whose backend and data format it sets, and saves what they compute.

    python tests/probe.py BACKEND DATA_FORMAT OUT.npz NAME...

The weights and inputs are drawn by NumPy, so they are the same on every backend. TensorFlow is not needed for another.
"""

import inspect
import os
import sys

if __name__ == "__main__":  # before the first import of Keras
    os.environ |= {"KERAS_BACKEND": sys.argv[1], "TF_CPP_MIN_LOG_LEVEL": "3"}

import numpy as np

from course.models import BUILDERS

# An input that each net takes, small enough to run them all.
SMALL = dict.fromkeys(BUILDERS, (32, 32, 3))
SMALL |= {name: (32, 32, 1) for name in BUILDERS if name.startswith("lenet5")}
SMALL |= {name: (67, 67, 3) for name in BUILDERS if name.startswith(("alexnet", "zfnet", "nin_imagenet"))}
SMALL |= dict.fromkeys(("googlenet", "googlenet_bn", "rpn", "fast_rcnn", "faster_rcnn"), (64, 64, 3))
# VGG-16 below these has 134 million weights; the small backbone is the same code.
SMALL_BACKBONE = [name for name in BUILDERS if name.startswith("fcn") or "rcnn" in name or name == "rpn"]


def build(name):
    """The net at its small input, with ten classes at most."""
    options = {"input_shape": SMALL[name], "num_classes": 10, "backbone": "small"}
    return BUILDERS[name](**{key: value for key, value in options.items() if key in accepted(name)})


def accepted(name):
    """The arguments that can be given to a net."""
    taken = set(inspect.signature(BUILDERS[name]).parameters)
    return taken if name in SMALL_BACKBONE else taken - {"backbone"}


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


def computed(data_format, names):
    """What the nets make of random images, by "name/output", channels last."""
    import keras
    from nets import damp

    keras.config.set_image_data_format(data_format)
    results = {}
    for name in names:
        model = damp(build(name))
        outputs = model(in_data_format(inputs(model, SMALL[name]), data_format), training=False)
        for i, output in enumerate(map(keras.ops.convert_to_numpy, keras.tree.flatten(outputs))):
            maps = name.startswith("fcn") and data_format == "channels_first"
            results[f"{name}/{i}"] = np.moveaxis(output, 1, -1) if maps else output
        keras.backend.clear_session()
    return results


if __name__ == "__main__":
    np.savez(sys.argv[3], **computed(sys.argv[2], sys.argv[4:]))

"""Carry a learner's weights over to the package's net by structure, and compare what the two compute.

Values are given to both nets for one call (`stateless_call`): no net needs weights of its own, and none is changed.
"""

import keras
import numpy as np

from course.checks.alignment import align
from course.checks.calling import call
from course.checks.verdict import WrongAnswer

TOLERANCE = 1e-4
# Of larger nets the structure says enough: all that a part computes is in its kind and settings.
MOST_WEIGHTS, MOST_PARTS, LARGEST_INPUT = 3_000_000, 130, 64 * 64 * 1024


def compare(mine, theirs, architecture):
    """Raise `WrongAnswer` where two nets of the same structure give different outputs with the same weights.

    Returns whether branches are concatenated in another order. Such nets, those with the zeros of a shortcut elsewhere,
    those with channels first, and large ones, are not compared.
    """
    if theirs.model is None or len(theirs.parts) > MOST_PARTS:
        return False
    if _count(theirs.model) > MOST_WEIGHTS or _largest(theirs) > LARGEST_INPUT:
        return False
    pairs = align(mine, theirs, architecture.free)
    reordered = _reordered(pairs)
    if reordered or any(one.written.get("zeros") != other.written.get("zeros") for one, other in pairs):
        return reordered
    values = None if _channels_first(mine) else _values(pairs)
    if values is None or any(id(weight) not in values for net in (mine, theirs) for weight in _weights(net.model)):
        return False
    if any(getattr(part.layer, "compute_dtype", "float32") not in ("float32", "float64") for part in mine.parts):
        return False  # rounded too coarsely
    pictures = [images(part.shape) for part in theirs.inputs]
    if any("int" in keras.backend.standardize_dtype(x.dtype) for x in mine.model.inputs):
        pictures = [np.round(255 * image) for image in pictures]
    given = [_fed(image, x) for image, x in zip(pictures, mine.model.inputs, strict=True)]
    prepared = [_prepared(image, part) for image, part in zip(pictures, mine.inputs, strict=True)]
    if any(one is None for one in (*given, *prepared)):
        return False
    yours = call(_outputs, mine.model, given, values, name=f"{architecture.name}: your model")
    _require_equal(yours, _outputs(theirs.model, prepared, values), architecture)
    return False


def _channels_first(net):
    """Whether there are layers that TensorFlow computes on a GPU alone."""
    return any(getattr(part.layer, "data_format", None) == "channels_first" for part in net.parts)


def _count(model):
    return sum(int(np.prod(weight.shape)) for weight in model.weights)


def _largest(net):
    return max(int(np.prod([n or 1 for n in part.shape])) for part in net.inputs)


def _reordered(pairs):
    counterparts = {id(mine): theirs for mine, theirs in pairs}
    for mine, theirs in pairs:
        if mine.kind == "concatenation":
            in_order = [counterparts[id(one)] for one in mine.inputs] == list(theirs.inputs)
            if mine.written.get("reordered") or not in_order:
                return True
    return False


def _values(pairs):
    """`{id(weight): array}`, the same for both nets; `None` where a part is not one layer in each."""
    random, values = np.random.default_rng(0), {}
    for mine, theirs in pairs:
        weights = getattr(theirs.layer, "weights", [])
        if not weights:
            continue
        given = list(getattr(mine.layer, "weights", []))
        if len(given) == len(weights) + 1 and "bias" in mine.remarks:
            bias = given.pop()
            values[id(bias)] = np.zeros(bias.shape, "float32")
        if [int(np.prod(one.shape)) for one in given] != [int(np.prod(one.shape)) for one in weights]:
            return None
        made = [_random(one.shape, random) for one in weights]
        if theirs.kind == "batch normalisation":  # of a variance beside which no epsilon counts
            made = [value * scale for value, scale in zip(made, (15, 1, 1, 200)[-len(made) :], strict=True)]
        for one, other, value in zip(given, weights, made, strict=True):
            value = values.get(id(one), value).reshape(-1)
            values[id(one)], values[id(other)] = value.reshape(one.shape), value.reshape(other.shape)
    return values


def _random(shape, random):
    """A kernel that keeps the size of activations; all else, variances too, between 0.5 and 1.5."""
    if len(shape) > 1:
        return random.normal(0, (2 / np.prod(shape[:-1])) ** 0.5, shape).astype("float32")
    return random.uniform(0.5, 1.5, shape).astype("float32")


def _weights(model):
    """Those of layers; the states of random generators are not."""
    return [weight for weight in model.weights if len(weight.shape)]


def _outputs(model, images, values):
    given = [
        [values.get(id(variable), np.zeros(variable.shape, variable.dtype)) for variable in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    ]
    outputs, _ = model.stateless_call(*given, images if len(images) > 1 else images[0], training=False)
    return [keras.ops.convert_to_numpy(x) for x in keras.tree.flatten(outputs)]


def images(shape):
    """Two images of a shape, the same each time."""
    # What a block is given is never below zero.
    return np.random.default_rng(0).uniform(0, 1, (2, *shape)).astype("float32")


def _prepared(images, part):
    """What the learner's net makes of the images before its first layer."""
    for prepare in part.preparation:
        try:
            images = keras.ops.convert_to_numpy(prepare(keras.ops.convert_to_tensor(images)))
        except Exception:  # its layer may have no values yet
            return None
    return images


def _fed(images, tensor):
    """The images as the learner's net takes them, without channels, say; `None` for channels first."""
    shape = tuple(tensor.shape[1:])
    if None in shape or shape == images.shape[1:]:
        return images if len(shape) == len(images.shape) - 1 and shape[-1] in (None, images.shape[-1]) else None
    return images.reshape(-1, *shape) if tuple(n for n in shape if n != 1) == _bare(images.shape[1:]) else None


def _bare(shape):
    return tuple(n for n in shape if n != 1)


def differ(yours, ours):
    """Whether two lists of arrays do."""
    return len(yours) != len(ours) or any(
        a.shape != b.shape or np.abs(a - b).max() >= TOLERANCE * max(1, np.abs(b).max())
        for a, b in zip(yours, ours, strict=True)
    )


def _require_equal(yours, ours, architecture):
    for one, other in zip(yours, ours, strict=False):
        if one.shape != other.shape:
            raise WrongAnswer(
                f"{architecture.name}: the layers agree, but your outputs are {one.shape} for {len(one)} images, "
                f"expected {other.shape}.",
                "Axes of 1 are left over: Flatten is missing before the fully connected layers."
                if np.squeeze(one).shape == np.squeeze(other).shape
                else "An operation between the layers or behind them changes the shape: take it out.",
            )
    if differ(yours, ours):
        raise WrongAnswer(
            f"{architecture.name}: the layers agree, but with the same weights your outputs are not those of "
            f"{architecture.version}.",
            "Something between the layers changes the values: an operation of its own, a reordering of axes.",
        )

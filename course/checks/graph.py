"""A Keras model in one normal form, whatever the style it is written in: the parts that compute, and how they join.

`kinds` says what part a layer is, `probing` what an unknown function computes, and `normal` rewrites the parts until
models that are the same net are the same parts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from course import analysis
from course.checks import kinds, layouts, normal, opening, regions
from course.checks.parts import Part
from course.checks.symbolic import no_collection


@dataclass(frozen=True, eq=False)
class Net:
    """The parts of a model in normal form, each after those that feed it; `model` is what they were read from.

    It is `None` where they were written down.
    """

    parts: tuple[Part, ...]
    inputs: tuple[Part, ...]
    outputs: tuple[Part, ...]
    model: Callable | None = None


class _Output(keras.layers.Layer):
    """Marks an output of a model that has several."""

    def call(self, x):
        return x


def readable(model, shapes):
    """The model, or one over the same layers that has a graph to read: subclassed models and layers are opened."""
    return opening.opened(model, shapes) if _is_opaque(model) else model


def _is_opaque(model):
    """Whether there is a learner's code in a model, or in one inside it, that its graph does not show."""
    if isinstance(model, keras.Model):
        if not getattr(model, "inputs", None):
            return True
        inside = keras.Model(list(model.inputs), list(model.outputs)) if isinstance(model, keras.Sequential) else model
        return any(map(_is_opaque, getattr(inside, "operations", None) or inside.layers))
    return opening.is_opaque(model)


@no_collection()
def read(model, shapes, pixels=True, left_out=()):
    """The `Net` of a model with a graph; `shapes`, one an input, fill in sizes left open.

    `pixels` says that the inputs are images, whose scaling and augmentation are left out; else they are what another
    layer's ReLU gave. `left_out` are kinds of parts that do not count, "dropout" say.
    """
    ends = model
    if len(model.outputs) > 1:
        ends = keras.Model(model.input, [_Output(name=f"output_{i}")(x) for i, x in enumerate(model.outputs)])
    nodes = _nodes(ends, shapes)
    first = layouts.channels_first(nodes)
    parts = {}
    for node in nodes:
        if not isinstance(node.layer, _Output):
            parts |= {(id(node), index): part for index, part in enumerate(kinds.parts(node, *first[node]))}
    for node in nodes:
        for index in range(len(node.output_shapes)):
            if (id(node), index) in parts:
                part = parts[id(node), index]
                feeds = node.inputs[:1] if part.kind == "crop" else node.inputs  # the second only gives the size
                part.inputs = [parts[id(tensor.node), tensor.index] for tensor in feeds]
    inputs = [part for part in parts.values() if part.kind == "input"]
    for i, part in enumerate(inputs, 1):
        part.name = f"input {i}" if len(inputs) > 1 else "the input"
    if ends is model:
        outputs = [list(parts.values())[-1]]
    else:
        feeds = {node.name: node.inputs[0] for node in nodes if isinstance(node.layer, _Output)}
        outputs = [parts[id(feeds[f"output_{i}"].node), feeds[f"output_{i}"].index] for i in range(len(feeds))]
    parts = regions.identified(list(parts.values()), outputs)
    return Net(*normal.form(parts, inputs, outputs, pixels, left_out), model)


def _nodes(model, shapes):
    shapes = [_laid_out(shape, tensor) for shape, tensor in zip(shapes, model.inputs, strict=True)]
    is_open = any(None in tensor.shape[1:] for tensor in model.inputs)
    return analysis.nodes(model, shapes if is_open else None)


def _laid_out(shape, tensor):
    """(height, width, channels), or the channels first where they are the one known size of the model's input."""
    given = tuple(tensor.shape[1:])
    fits = len(given) == len(shape) and all(a in (None, b) for a, b in zip(given, shape, strict=True))
    return tuple(shape) if fits or len(shape) != 3 else (shape[2], *shape[:2])

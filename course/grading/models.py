"""Keras models and layers as data: a configuration of allow-listed classes, and weights.

A configuration that a learner's process sends may name what Keras would import or call. Before Keras sees one, each
class in it is compared with the list below; `Lambda`, layers that read files or load saved models, and classes of the
learner's are not on it.
"""

import functools
import json
import sys
from unittest import mock

import keras
import numpy as np

from course.grading.wire import Malformed, Unsendable

# Layers that hold code, load models, or read files by a name in their configuration.
NOT_LAYERS = {
    "FlaxLayer",
    "IntegerLookup",
    "JaxLayer",
    "Lambda",
    "Layer",
    "StringLookup",
    "TFSMLayer",
    "TextVectorization",
    "TorchModuleWrapper",
}
SPECIAL = {
    "__keras_tensor__",
    "__numpy__",
    "__bytes__",
    "__ellipsis__",
    "__slice__",
    "__tuple__",
    "slice",
    "DTypePolicy",
}
LARGEST = 20_000  # classes in a configuration


@functools.cache
def _allowed():
    parts = (keras.layers, keras.initializers, keras.regularizers, keras.constraints)
    parts += (keras.optimizers, keras.optimizers.schedules, keras.losses, keras.metrics, keras.dtype_policies)
    names = {name for part in parts for name, value in vars(part).items() if isinstance(value, type)}
    return (names | {"Functional", "Sequential"} | SPECIAL) - NOT_LAYERS


@functools.cache
def _functions():
    parts = (keras.activations, keras.losses, keras.metrics)
    return {name for part in parts for name in vars(part) if name[0].islower()} - {"deserialize", "serialize", "get"}


def require_allowed(config):
    """Raise `Malformed` for a configuration that names anything that is not on the list."""
    pending, seen = [config], 0
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        if not isinstance(item, dict):
            continue
        seen += 1
        if seen > LARGEST * 20:
            raise Malformed("A model came that is too large to read.")
        pending.extend(item.values())
        if "class_name" in item and not _is_allowed(item):
            raise Malformed(f"A model came with {str(item['class_name'])[:80]}, which is on no list of layers.")


def _is_allowed(item):
    name, module, registered = item["class_name"], item.get("module"), item.get("registered_name")
    if not isinstance(name, str) or not isinstance(module, str | None) or not isinstance(registered, str | None):
        return False
    root = (module or "keras").split(".")[0]
    if name == "function":
        config = item.get("config")
        if module not in (None, "builtins", "keras.activations") or registered not in (None, "function"):
            return False
        return isinstance(config, str) and config in _functions() | _registered()
    if registered and ">" in registered:
        return registered in _registered() and root == "course"
    if root not in ("keras", "builtins"):
        return False
    if "ops" in (module or "").split("."):  # Keras's operations have no public list of names
        kind = getattr(sys.modules.get(module), name, None)
        return isinstance(kind, type) and issubclass(kind, keras.Operation) and not issubclass(kind, keras.Layer)
    return name in _allowed()


@functools.cache
def _registered():
    """What the course's own modules have registered with Keras."""
    import course.models  # noqa: F401  with all that registers layers

    known = keras.saving.get_custom_objects()
    return {name for name, value in known.items() if value.__module__.startswith("course.")}


def describe(model, weights=True):
    """`(configuration, weights)` of a functional or sequential model, or a layer. Raises `Unsendable`."""
    try:
        config = json.loads(json.dumps(_serialized(model), default=_plain))
    except Exception as error:
        raise Unsendable(f"{type(model).__name__} has no configuration that can pass: {_first(error)}") from None
    try:
        require_allowed(config.get("compile_config"))
    except Malformed:  # a loss or a metric of the learner's own
        config.pop("compile_config")
    try:
        require_allowed(config)
    except Malformed as error:
        raise Unsendable(str(error)) from None
    return config, model.get_weights() if weights else None


def _serialized(model):
    try:
        return keras.saving.serialize_keras_object(model)
    except Exception:
        if type(model).__name__ not in ("Functional", "Sequential"):
            raise
        # What it was compiled with cannot be written, an optimizer's numbers in a graph say: the net can.
        kind = {"module": "keras", "class_name": type(model).__name__, "registered_name": None}
        return {**kind, "config": model.get_config(), "build_config": model.get_build_config()}


def _plain(value):
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no JSON")


def build(config, weights=None):
    """The model or layer of `describe`. Raises `Malformed`."""
    require_allowed(config)
    try:
        made = keras.saving.deserialize_keras_object(config, safe_mode=True)
        if not isinstance(made, keras.Layer):
            raise Malformed("A model came that is none.")
        if weights:
            made.set_weights(weights)
        _reserve_names(made)
    except Malformed:
        raise
    except Exception as error:
        raise Malformed(f"A model came that Keras cannot build: {_first(error)}") from None
    return made


def _reserve_names(model):
    """Let what is made in this process from here on have other names, since it may join the model that came.

    Keras numbers layers by class within a process, and where two of a net have one name, refuses it.
    """
    taken = {}
    for operation in _operations(model):
        taken.setdefault(type(operation).__name__, set()).add(operation.name)
    for kind, names in taken.items():
        counter = type(kind, (keras.layers.Layer,), {})
        prefix, number = _numbered(counter().name)
        last = max((number for start, number in map(_numbered, names) if start == prefix), default=-1)
        while number < min(last, LARGEST):
            _, number = _numbered(counter().name)


def _operations(model):
    for operation in getattr(model, "operations", None) or getattr(model, "layers", ()):
        yield operation
        yield from _operations(operation)


def _numbered(name):
    """A name without its number, and the number that Keras counts: ("conv2d", 2) of conv2d_2, 0 of conv2d."""
    start, _, number = name.rpartition("_")
    return (start, int(number)) if start and number.isdecimal() else (name, 0)


def inline(config, weights, inputs):
    """Apply the layers of a functional model's configuration to these tensors; return the list of its outputs.

    `weights` are those of each layer, by name. The layers are in the graph as if they had been called here.
    """
    require_allowed(config)
    config = config["config"]
    tensors = {}
    starts = config["input_layers"]
    starts = [starts] if starts and isinstance(starts[0], str) else starts
    for (name, *_), tensor in zip(starts, inputs, strict=True):
        tensors[name, 0, 0] = tensor
    layers = {layer["name"]: layer for layer in config["layers"] if (layer["name"], 0, 0) not in tensors}
    operations = {name: keras.saving.deserialize_keras_object(layer) for name, layer in layers.items()}
    pending = [(name, index) for name, layer in layers.items() for index in range(len(layer["inbound_nodes"]))]
    while pending:
        left = []
        for name, index in pending:
            node = layers[name]["inbound_nodes"][index]
            try:
                args, kwargs = _with_tensors(node["args"], tensors), _with_tensors(node["kwargs"], tensors)
            except _Missing:
                left.append((name, index))
                continue
            outputs = operations[name](*args, **kwargs)
            for place, output in enumerate(outputs if isinstance(outputs, list | tuple) else [outputs]):
                tensors[name, index, place] = output
        if len(left) == len(pending):
            raise Malformed("A model came whose layers do not hang together.")
        pending = left
    for name, values in (weights or {}).items():
        operations[name].set_weights(values)
    ends = config["output_layers"]
    ends = [ends] if ends and isinstance(ends[0], str) else ends
    return [tensors[tuple(end)] for end in ends]


class _Missing(Exception):
    pass


def _with_tensors(value, tensors):
    if isinstance(value, list):
        return [_with_tensors(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "__keras_tensor__":
        history = tuple(value["config"]["keras_history"])
        if history not in tensors:
            raise _Missing()
        return tensors[history]
    if "class_name" in value:
        return keras.saving.deserialize_keras_object(value)
    return {key: _with_tensors(item, tensors) for key, item in value.items()}


def traced(call, shapes, weights=True):
    """`(configuration, weights by layer, number of outputs, outputs)` of what a learner's function makes of tensors.

    `shapes` are `(batch_shape, dtype)`, one a tensor. Layers of the learner's own are opened up, see
    `course.checks.opening`. Raises `Unsendable` where that cannot be done, and what the function raises.
    """
    from course.checks import opening

    inputs = [keras.Input(batch_shape=shape, dtype=dtype) for shape, dtype in shapes]
    outputs = call(inputs)
    symbolic = [tensor for tensor in keras.tree.flatten(outputs) if keras.utils.is_keras_tensor(tensor)]
    if not symbolic:
        return None, None, outputs
    model = _functional(inputs, symbolic)
    if any(opening.is_opaque(layer) for layer in model.layers):
        with mock.patch.object(keras.layers.Layer, "__call__", opening.call_inside):
            outputs = call(inputs)
        symbolic = [tensor for tensor in keras.tree.flatten(outputs) if keras.utils.is_keras_tensor(tensor)]
        model = _functional(inputs, symbolic)
    config, _ = describe(model, weights=False)
    values = None
    if weights:
        values = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
    return config, values, outputs


def _functional(inputs, outputs):
    try:
        return keras.Model(inputs, outputs)
    except Exception as error:
        raise ValueError(f"What it returns is not made from the tensors that it is given: {_first(error)}") from None


def _first(error):
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:200]

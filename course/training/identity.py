"""What a run was begun with, as JSON that differs where anything else is given: functions, optimizers, models."""

import functools
import hashlib
import inspect
import json
import re
import types
import weakref

import keras
import numpy as np
import tensorflow as tf

ADDRESS = re.compile(r" at 0x[0-9a-f]+")
DEEPEST = 8  # objects within objects that are told apart
_begun = weakref.WeakKeyDictionary()  # {optimizer: {run's folder: its configuration when the run began}}


def settings(run, model, plan, steps, rates, options, train, validation):
    """Say what a run is: JSON that differs where another model, optimizer, recipe, option or data set is given.

    `rates` says whether the recipe's learning rate is in force; `options` are those for Keras that change the weights.
    """
    known = {
        "model": architecture(model),
        "optimizer": _optimizer(model.optimizer, run),
        "loss": keras.saving.serialize_keras_object(model.loss) if model.loss is not None else "",
        "batch_size": plan.batch_size,
        "images": plan.images,
        "schedule": _named(plan.schedule) if rates else "",
        "warm_up": _named(plan.warm_up) if rates else "",
        "augmentation": [called(step) for step in steps],
        "evaluation": plan.evaluation,
        "train": train,
        "validation": validation,
    }
    told = {name: described(value) for name, value in options.items()}
    return json.loads(json.dumps(told | known, sort_keys=True, default=described))


def changes(was, now):
    """Return "what was …, is …" for each entry in which two settings differ, the entries of an entry by themselves."""
    told = []
    for key in sorted(was.keys() | now.keys()):
        one, other = was.get(key, "nothing"), now.get(key, "nothing")
        if one == other:
            continue
        if key in ("train", "validation"):
            told.append(f"other {key} data")
        elif key == "model":
            told.append("another model")
        elif isinstance(one, dict) and isinstance(other, dict):
            kinds = [part.get("class_name") for part in (one, other)]
            parts = changes(one, other) if kinds[0] == kinds[1] else [f"was {kinds[0]}, is {kinds[1]}"]
            told += [f"{key} {part}" for part in parts]
        else:
            told.append(f"{key} was {_shown(one)}, is {_shown(other)}")
    return told


def called(step):
    """A function's name, and a hash by which it is known again: "random_crop 1f0c29ab"."""
    text = json.dumps(described(step), sort_keys=True)
    while isinstance(step, functools.partial):
        step = step.func
    return f"{getattr(step, '__name__', type(step).__name__)} {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def described(value, within=()):
    """Say what a value is, in JSON that another process writes alike: code by its instructions, arrays by all bytes.

    Of a function, its own code counts, its defaults, and what it closes over; not what it looks up by name elsewhere.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if any(value is outer for outer in within):  # a function that calls itself
        return "itself"
    deeper = functools.partial(described, within=(*within, value))
    if isinstance(value, (np.ndarray, np.generic, tf.Tensor, tf.Variable, keras.Variable)):
        array = np.ascontiguousarray(value)
        content = repr(array.tolist()).encode() if array.dtype.hasobject else array.tobytes()
        return [str(array.dtype), list(array.shape), hashlib.sha256(content).hexdigest()]
    if isinstance(value, dict):
        return {str(key): deeper(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [deeper(part) for part in value]
    if isinstance(value, (set, frozenset)):
        return sorted(json.dumps(deeper(part), sort_keys=True) for part in value)
    if isinstance(value, functools.partial):
        return ["partial", deeper(value.func), deeper(value.args), deeper(value.keywords)]
    if isinstance(value, types.CodeType):
        return [hashlib.sha256(value.co_code).hexdigest(), deeper(value.co_consts), list(value.co_names)]
    if inspect.ismethod(value):
        return [deeper(value.__func__), deeper(value.__self__)]
    if inspect.isfunction(value):
        closed = [cell.cell_contents for cell in value.__closure__ or ()]
        parts = (value.__code__, value.__defaults__, value.__kwdefaults__, closed)
        return [value.__module__, value.__qualname__, *map(deeper, parts)]
    if hasattr(value, "python_function"):  # a tf.function
        return deeper(value.python_function)
    if isinstance(value, keras.layers.Layer):
        return [architecture(value), deeper(value.weights)]
    if isinstance(value, (type, types.ModuleType)) or not getattr(value, "__dict__", None) or len(within) > DEEPEST:
        return ADDRESS.sub("", repr(value))
    return [type(value).__qualname__, deeper(vars(value))]


def architecture(model):
    """A model's or a layer's configuration and weights, as text that two builds share whatever names Keras gives."""
    try:
        config = _without(("seed",), model.get_config())  # drawn anew; their state is kept with the weights
        text, names = ADDRESS.sub("", json.dumps(config, sort_keys=True, default=repr)), {}
        for name in _names(config):
            names.setdefault(name, f"#{len(names)}")
    except NotImplementedError:  # a subclassed model
        text, names = type(model).__name__, {}
    text = re.sub(r'"([^"]*)"', lambda quoted: f'"{names.get(quoted[1], quoted[1])}"', text)
    shapes = [f"{tuple(weight.shape)} {weight.dtype}" for weight in model.weights]
    return f"{text} {shapes}"


def _optimizer(optimizer, run):
    """An optimizer's configuration as it was when this process began the run: callbacks change its rate later."""
    begun = _begun.setdefault(optimizer, {})
    if run.new or run.folder not in begun:
        config = _without(("name",), optimizer.get_config())  # numbered anew in each process
        begun[run.folder] = {"class_name": type(optimizer).__name__, **config}
    return begun[run.folder]


def _named(entry):
    return {"class_name": type(entry).__name__, **entry._asdict()} if entry else ""


def _without(keys, config):
    """The configuration without the entries of these names, however deep."""
    if isinstance(config, dict):
        return {name: _without(keys, value) for name, value in config.items() if name not in keys}
    return [_without(keys, value) for value in config] if isinstance(config, (list, tuple)) else config


def _names(config):
    """All names of models and layers, in order."""
    if isinstance(config, dict):
        if isinstance(config.get("name"), str):
            yield config["name"]
        config = list(config.values())
    if isinstance(config, list):
        for value in config:
            yield from _names(value)


def _shown(value):
    """A value as text, whole if it is short, else its first parts."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value) or "none"
    if isinstance(value, float):
        return f"{value:g}"  # without the noise of float32
    text = value if isinstance(value, str) else json.dumps(value)
    return ("none" if value in (None, "") else text) if len(text) <= 120 else f"{text[:120].rpartition(' ')[0]} …"

"""A run that can be taken up again: its state after each epoch, and what it was begun with."""

import contextlib
import json
import re

import keras
import numpy as np

from course.training import checkpoints
from course.training.machine import state


class Run:
    """A named run on disk, or one that nobody keeps where `name` is None.

    `history` is {metric: [value by epoch]} of the `epoch` finished epochs, those of former processes included; `over`
    is for how many the run was asked when it ended, 0 before.
    """

    def __init__(self, name):
        self.name, self.folder, self.history, self.epoch, self.over = name, None, {}, 0, 0
        self._arrays = self._settings = self._seed = None

    @contextlib.contextmanager
    def opened(self):
        """Hold the run's folder for this process alone, and read its last whole state."""
        if self.name is None:
            yield self
            return
        with checkpoints.opened(self.name) as self.folder:
            found = checkpoints.load(self.folder)
            if found:
                self._arrays, about = found
                self.history, self.epoch, self.over = about["history"], about["epoch"], about["over"]
                self._settings, self._seed = about["settings"], about["seed"]
            yield self

    def seed(self, number, given):
        """Return the run's seed: the number that is given, or was drawn when it began."""
        if self._seed is None:
            self._seed = number
        elif given and number != self._seed:
            raise self._other({"seed": self._seed}, {"seed": number}, ["seed"])
        return self._seed

    def begin(self, model, settings, epochs):
        """Set the model to the state after the last finished epoch, or keep the state that it begins with.

        Raises a `ValueError` for a run that was begun with other settings, or has more epochs.
        """
        if self.folder is None:
            return
        if self._arrays is None:
            self._settings = settings
            self._save(model)
            return
        different = [key for key in settings if settings[key] != self._settings.get(key)]
        if different:
            raise self._other(self._settings, settings, different)
        if self.epoch > epochs:
            raise ValueError(
                f'The run "{self.name}" has {self.epoch} epochs already, and epochs is {epochs}; '
                f"ask for {self.epoch} or more, or give this run another name."
            )
        for variable, value in zip(state(model), self._arrays, strict=True):
            variable.assign(value)
        self._arrays = None

    def keep(self, model, logs):
        """Add an epoch's values to the history, and keep the state."""
        self.epoch += 1
        for name, value in logs.items():
            self.history.setdefault(name, []).append(np.asarray(value).tolist())
        self._save(model)

    def end(self, model, epochs):
        """Say that the run of so many epochs is over, be it before the last of them."""
        self.over = epochs
        self._save(model)

    def _save(self, model):
        if self.folder is not None:
            about = {
                "history": self.history,
                "over": self.over,
                "settings": self._settings,
                "seed": self._seed,
            }
            arrays = [keras.ops.convert_to_numpy(variable) for variable in state(model)]
            checkpoints.save(self.folder, self.epoch, arrays, about)

    def _other(self, was, now, keys):
        told = "; ".join(_change(key, str(was.get(key)), str(now[key])) for key in keys)
        return ValueError(
            f'The run "{self.name}" was begun with something else: {told}. If it is to go on, give it that again; else '
            f"give this run another name, or delete {self.folder} to begin anew."
        )


def settings(model, batch_size, steps, train, validation):
    """Say what a run is: JSON that differs where another model, optimizer, loss, batch size or data set is given."""
    optimizer = _without("name", model.optimizer.get_config())  # numbered anew in each process
    return {
        "model": architecture(model),
        "optimizer": f"{type(model.optimizer).__name__} {_text(optimizer)}",
        "loss": _text(keras.saving.serialize_keras_object(model.loss)) if model.loss is not None else "",
        "batch_size": batch_size,
        "augmentation": [_text(repr(step)) for step in steps],
        "train": train,
        "validation": validation,
    }


def architecture(model):
    """A model's layers and weights as text that two builds of it share, whatever numbers Keras puts in their names."""
    try:
        config = _without("seed", model.get_config())  # drawn anew; their state is kept with the weights
        text, names = _text(config), {}
        for name in _names(config):
            names.setdefault(name, f"#{len(names)}")
    except NotImplementedError:  # a subclassed model
        text, names = type(model).__name__, {}
    text = re.sub(r'"([^"]*)"', lambda quoted: f'"{names.get(quoted[1], quoted[1])}"', text)
    shapes = [f"{tuple(weight.shape)} {weight.dtype}" for weight in model.weights]
    return f"{text} {shapes}"


def _without(key, config):
    """The configuration without the entries of this name, however deep."""
    if isinstance(config, dict):
        return {name: _without(key, value) for name, value in config.items() if name != key}
    return [_without(key, value) for value in config] if isinstance(config, (list, tuple)) else config


def _names(config):
    """All names of models and layers, in order."""
    if isinstance(config, dict):
        if isinstance(config.get("name"), str):
            yield config["name"]
        config = list(config.values())
    if isinstance(config, list):
        for value in config:
            yield from _names(value)


def _text(value):
    """JSON of anything, without the addresses of objects in memory."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=repr)
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def _change(key, was, now):
    """The setting, and where the two texts part, if they are short or begin alike."""
    if key in ("model", "train", "validation"):
        return f"{'another model' if key == 'model' else f'other {key} data'}"
    alike = next((place for place, (one, other) in enumerate(zip(was, now, strict=False)) if one != other), 0)
    start = max(alike - 24, 0)
    parts = [f"{'…' if start else ''}{text[start : start + 60]}" for text in (was, now)]
    return f"{key} was {parts[0]}, is {parts[1]}"


class Keeper(keras.callbacks.Callback):
    """Tells the run of each finished epoch; the last of the callbacks, so that their changes are kept too."""

    def __init__(self, run):
        super().__init__()
        self.run = run

    def on_epoch_end(self, epoch, logs=None):
        self.run.keep(self.model, logs or {})

"""A run that can be taken up again: its state after each epoch, and what it was begun with."""

import contextlib

import keras
import numpy as np

from course.training import checkpoints, identity
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

    @property
    def new(self):
        """Whether nothing is kept of it yet."""
        return self._arrays is None

    def seed(self, number, given):
        """Return the run's seed: the number that is given, or was drawn when it began."""
        if self._seed is None:
            self._seed = number
        elif given and number != self._seed:
            raise self._other([f"seed was {self._seed}, is {number}"])
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
        different = identity.changes(self._settings, settings)
        if different:
            raise self._other(different)
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

    def _other(self, different):
        return ValueError(
            f'The run "{self.name}" was begun with something else: {"; ".join(different)}. If it is to go on, give it '
            f"that again; else give this run another name, or delete {self.folder} to begin anew."
        )


class Keeper(keras.callbacks.Callback):
    """Tells the run of each finished epoch; the last of the callbacks, so that their changes are kept too."""

    def __init__(self, run):
        super().__init__()
        self.run = run

    def on_epoch_end(self, epoch, logs=None):
        self.run.keep(self.model, logs or {})

"""How the learning rate falls: schedules as data, and the Keras objects that they stand for.

A schedule counts in shares of the whole run or in epochs, so that it keeps its form when a run is made shorter.
"""

from typing import NamedTuple

import keras
from keras import ops


class Steps(NamedTuple):
    """From the share `at[i]` of all iterations on, the first rate times `to[i]`."""

    at: tuple
    to: tuple

    def __str__(self):
        falls = (f"×{to:g} after {share:.0%}" for share, to in zip(self.at, self.to, strict=True))
        return ", ".join(falls) + " of the iterations"


class Plateau(NamedTuple):
    """Times `factor` after `patience` epochs without a lower `monitor`, `drops` times at most."""

    factor: float = 0.1
    patience: int = 5
    drops: int = 3
    monitor: str = "val_loss"

    def __str__(self):
        return (
            f"×{self.factor:g} after {self.patience} epochs in which {self.monitor} did not fall, "
            f"{self.drops} times at most"
        )


class Polynomial(NamedTuple):
    """The first rate times (1 - iteration / iterations) to the `power`."""

    power: float = 1.0

    def __str__(self):
        return f"to 0 as a polynomial of power {self.power:g}"


class Exponential(NamedTuple):
    """Times `factor` once every `epochs` epochs."""

    factor: float
    epochs: int

    def __str__(self):
        return f"×{self.factor:g} every {self.epochs} epochs"


class WarmUp(NamedTuple):
    """`rate` for so many first iterations, which the schedule counts too."""

    rate: float
    iterations: int

    def __str__(self):
        return f"{self.rate:g} for the first {self.iterations:,} iterations"


def learning_rate(schedule, first, epochs, steps_per_epoch, warm_up=None):
    """Return the learning rate for a Keras optimizer: a number, or a `LearningRateSchedule` over the iterations.

    A `Plateau` follows from the history, which no iteration count knows: it gives the first rate, and `reduced` the
    others.
    """
    total = epochs * steps_per_epoch
    if isinstance(schedule, Steps):
        # Keras's boundary is the last iteration of the old rate, counted from 0.
        boundaries = [max(round(share * total) - 1, 0) for share in schedule.at]
        rates = [first, *(first * to for to in schedule.to)]
        rate = keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, rates)
    elif isinstance(schedule, Polynomial):
        rate = keras.optimizers.schedules.PolynomialDecay(first, total, 0.0, schedule.power)
    elif isinstance(schedule, Exponential):
        steps = schedule.epochs * steps_per_epoch
        rate = keras.optimizers.schedules.ExponentialDecay(first, steps, schedule.factor, staircase=True)
    else:
        rate = first
    return rate if warm_up is None else WarmedUp(rate, *warm_up)


def reduced(plateau, first, values):
    """Return the rate for the next epoch, after these values of the monitor, one an epoch.

    >>> reduced(Plateau(factor=0.1, patience=2), 1.0, [5, 4, 4, 4])
    0.1
    """
    best, waited, drops = float("inf"), 0, 0
    for value in values:
        best, waited = (value, 0) if value < best else (best, waited + 1)
        if waited >= plateau.patience and drops < plateau.drops:
            drops, waited = drops + 1, 0
    return first * plateau.factor**drops


@keras.saving.register_keras_serializable("course")
class WarmedUp(keras.optimizers.schedules.LearningRateSchedule):
    """`rate` for the first `iterations` iterations; from there on what `then`, a number or a schedule, says.

    ResNet-110 on CIFAR needs it (He et al. 2016, section 4.2): 0.1 is "slightly too large to start converging".
    """

    def __init__(self, then, rate, iterations):
        super().__init__()
        self.then, self.rate, self.iterations = then, rate, iterations

    def __call__(self, step):
        then = self.then(step) if callable(self.then) else self.then
        return ops.where(ops.cast(step, "float32") < self.iterations, ops.cast(self.rate, "float32"), then)

    def get_config(self):
        then = keras.saving.serialize_keras_object(self.then)
        return {"then": then, "rate": self.rate, "iterations": self.iterations}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "then": keras.saving.deserialize_keras_object(config["then"])})

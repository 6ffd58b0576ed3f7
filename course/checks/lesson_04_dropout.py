"""What the exercise of lesson 04 on dropout compares answers with: an oracle, and the mistakes people make."""

import copy

import numpy as np

from course.checks.calling import call
from course.checks.functions import Mistake, check_function, equal
from course.checks.readers import array_like
from course.checks.verdict import NotAttempted, WrongAnswer


def dropout(answer, wanted):
    """`dropout(x, rate, uniform, training=True)`: inverted dropout with given random numbers, in the shape of x.

    `uniform` has the shape of x and numbers from 0 to 1. In training a value is kept where its number is `rate` or
    more, and divided by 1 - rate; the others are 0. Outside training x is returned as it is.
    """
    rng = np.random.default_rng(42)
    cases = [((np.array([3.0], "float32"), 0.75, np.array([0.9], "float32"), True), {})]
    cases += [((np.array([2, 4, -6], "float32"), 0.25, np.array([0.9, 0.1, 0.5], "float32"), True), {})]
    cases += [((np.array([2, 4], "float32"), 0.25, np.array([0.9, 0.1], "float32"), False), {})]
    for shape, rate, training in (((3, 4), 0.6, True), ((2, 5), 0.8, True), ((2, 3, 4, 3), 0.4, False)):
        cases.append(((*_with_uniform(rng, shape, rate), training), {}))
    cases.append((_with_uniform(rng, (2, 3, 4, 3), 0.3), {}))
    own = "You draw random numbers of your own: use those of uniform, so that the result can be checked."
    require_repeatable(answer, cases[3], own)
    check_function(answer, _dropout, cases, DROPOUT_MISTAKES, _values)


def _values(value, name):
    if "bool" in str(getattr(value, "dtype", "")):
        raise WrongAnswer(f"{name} returned an array of True and False.", "You return the mask: multiply x by it.")
    return array_like(value, name)


def _with_uniform(rng, shape, rate):
    return rng.normal(0, 3, shape).astype("float32"), rate, rng.uniform(0, 1, shape).astype("float32")


def require_repeatable(answer, case, sentence):
    """Raise `WrongAnswer` if two calls with the same arguments return different numbers."""
    if not callable(answer):
        return
    args, kwargs = case
    try:
        pair = [array_like(call(answer, *copy.deepcopy(args), name="your function", **kwargs), "") for _ in range(2)]
    except (WrongAnswer, NotAttempted):
        return  # a smaller case says it better
    if not equal(*pair):
        raise WrongAnswer("Two calls with the same arguments returned different numbers.", sentence)


def _dropout(x, rate, uniform, training=True):
    return np.where(uniform >= rate, x / (1 - rate), 0) if training else x


def _dropped(training_time, inference=lambda x, rate, uniform: x):
    """A mistake from what it does in training, and what it does outside."""
    return lambda x, rate, uniform, training=True: (training_time if training else inference)(x, rate, uniform)


def _scaled_by(scale):
    return _dropped(lambda x, rate, uniform: np.where(uniform >= rate, x * scale(rate), 0))


DROPOUT_MISTAKES = (
    Mistake(
        "You multiply by 1 - rate outside training, as AlexNet does: here what is kept is divided by 1 - rate in "
        "training, and nothing is left to do outside.",
        _dropped(lambda x, rate, uniform: np.where(uniform >= rate, x, 0), lambda x, rate, uniform: x * (1 - rate)),
    ),
    Mistake(
        "What is kept is not scaled: divide it by 1 - rate, so that the mean stays as it is.",
        _scaled_by(lambda rate: 1),
    ),
    Mistake("You multiply what is kept by 1 - rate: divide by it.", _scaled_by(lambda rate: 1 - rate)),
    Mistake(
        "You divide what is kept by rate: divide by 1 - rate, the share that is kept.",
        _scaled_by(lambda rate: 1 / rate),
    ),
    Mistake("You multiply what is kept by 1 + rate: divide by 1 - rate.", _scaled_by(lambda rate: 1 + rate)),
    Mistake(
        "You take rate for the share that is kept: it is the share that is dropped.",
        _dropped(lambda x, rate, uniform: np.where(uniform < rate, x / rate, 0) if rate else 0 * x),
    ),
    Mistake(
        "The wrong ones are dropped: a value is kept where its number is rate or more.",
        _dropped(lambda x, rate, uniform: np.where(uniform < rate, x / (1 - rate), 0)),
    ),
    Mistake(
        "The wrong ones are dropped, and nothing is scaled: keep a value where its number is rate or more.",
        _dropped(lambda x, rate, uniform: np.where(uniform < rate, x, 0)),
    ),
    Mistake(
        "You keep a value where its number is 1 - rate or more: the limit is rate.",
        _dropped(lambda x, rate, uniform: np.where(uniform >= 1 - rate, x / (1 - rate), 0)),
    ),
    Mistake(
        "You keep a value where its number is 1 - rate or less: keep it where its number is rate or more.",
        _dropped(lambda x, rate, uniform: np.where(uniform < 1 - rate, x / (1 - rate), 0)),
    ),
    *(
        Mistake(
            "You keep a value where its number is 0.5 or more, as rounding does: the limit is rate.",
            _dropped(lambda x, rate, uniform, kept=kept: np.where(kept(uniform), x / (1 - rate), 0)),
        )
        for kept in (lambda uniform: uniform >= 0.5, np.round)
    ),
    Mistake("You multiply what is kept by 2 always: divide by 1 - rate.", _scaled_by(lambda rate: 2)),
    Mistake(
        "You divide what is kept by the root of 1 - rate, which keeps the variance: divide by 1 - rate, for the mean.",
        _scaled_by(lambda rate: 1 / (1 - rate) ** 0.5),
    ),
    Mistake(
        "What is dropped stays as it is: put 0 in its place.",
        _dropped(lambda x, rate, uniform: np.where(uniform >= rate, x / (1 - rate), x)),
    ),
    Mistake(
        "You take the numbers of the first row for all rows: each value has a number of its own.",
        _dropped(lambda x, rate, uniform: np.where(uniform[:1] >= rate, x / (1 - rate), 0)),
    ),
    Mistake(
        "You take the first number of a row for all of it: each value has a number of its own.",
        _dropped(lambda x, rate, uniform: np.where(uniform[..., :1] >= rate, x / (1 - rate), 0)),
    ),
    Mistake(
        "You divide with //, which rounds down: take /.",
        _dropped(lambda x, rate, uniform: np.where(uniform >= rate, x // (1 - rate), 0)),
    ),
    Mistake(
        "You drop outside training, too: with training=False x is returned as it is.",
        lambda x, rate, uniform, training=True: _dropout(x, rate, uniform),
    ),
    Mistake(
        "You divide by 1 - rate outside training: with training=False x is returned as it is.",
        _dropped(_dropout, lambda x, rate, uniform: x / (1 - rate)),
    ),
    Mistake(
        "You multiply by 1 - rate outside training: what was kept in training has been divided by it already.",
        _dropped(_dropout, lambda x, rate, uniform: x * (1 - rate)),
    ),
    Mistake(
        "Training is turned round: you drop with training=False.",
        lambda x, rate, uniform, training=True: _dropout(x, rate, uniform, not training),
    ),
    Mistake(
        "Outside training by default: training is True unless it is given.",
        lambda x, rate, uniform, training=False: _dropout(x, rate, uniform, training),
    ),
    Mistake("Nothing is dropped.", lambda x, rate, uniform, training=True: x),
    Mistake(
        "You return the mask: multiply x by it.",
        _dropped(lambda x, rate, uniform: (uniform >= rate) * 1.0, lambda x, rate, uniform: np.ones_like(x)),
    ),
    Mistake("You return the mask: multiply x by it.", _dropped(lambda x, rate, uniform: (uniform >= rate) * 1.0)),
    Mistake("You add the mask to x: multiply.", _dropped(lambda x, rate, uniform: x + (uniform >= rate) / (1 - rate))),
    Mistake(
        "You ignore rate and take 0.5 always.",
        lambda x, rate, uniform, training=True: _dropout(x, 0.5, uniform, training),
    ),
    Mistake(
        "The values left out are missing: put 0 in their place, so that the shape stays.",
        _dropped(lambda x, rate, uniform: x[uniform >= rate] / (1 - rate)),
    ),
    Mistake(
        "You divide by the share that happened to be kept: divide by 1 - rate, the share expected.",
        _dropped(
            lambda x, rate, uniform: np.where(uniform >= rate, x / max(np.mean(uniform >= rate), 1e-9), 0),
        ),
    ),
    Mistake(
        "You multiply by rate outside training and scale nothing in it: divide by 1 - rate in training, and leave x as "
        "it is outside.",
        _dropped(lambda x, rate, uniform: np.where(uniform >= rate, x, 0), lambda x, rate, uniform: x * rate),
    ),
)

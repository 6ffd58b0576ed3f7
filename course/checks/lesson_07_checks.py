"""What the function exercises of lesson 07 compare answers with: oracles, and the mistakes people make."""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like, tuple_of
from course.checks.verdict import WrongAnswer

read = tuple_of(array_like, array_like, array_like, form="(outputs, moving_mean, moving_variance)")


def batch_normalization(answer, wanted):
    """`batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3)`.

    x is `(batch, …, channels)`, the four after it are `(channels,)`. In training each channel is normalised by the mean
    and the variance of the batch, over all axes but the last; the variance divides by the count, not by the count less
    one. Otherwise by moving_mean and moving_variance. Then gamma multiplies and beta is added.

    Returns (outputs, moving_mean, moving_variance), the latter two as they are afterwards: in training
    momentum · old + (1 - momentum) · that of the batch, otherwise unchanged. Keras's rule and defaults.
    """
    rng = np.random.default_rng(71)
    column, one = np.array([[1], [3]], "float32"), np.ones(1, "float32")
    words = {"momentum": 0.5, "epsilon": 1}
    cases = [((column, one, 0 * one, 0 * one, one, training), words) for training in (True, False)]
    for shape, training, words in (
        ((4, 2), True, {"momentum": 0.8, "epsilon": 0.5}),
        ((4, 2), False, {"momentum": 0.8, "epsilon": 0.5}),
        ((2, 3, 2, 3), True, {"momentum": 0.9, "epsilon": 0.2}),
        ((2, 3, 2, 3), False, {"momentum": 0.9, "epsilon": 0.2}),
        ((3, 2, 4, 2), True, {}),
        ((3, 2, 4, 2), False, {}),
    ):
        scale = 1 if words else 0.1  # so that the default epsilon shows
        x, gamma, beta, mean = (rng.integers(-20, 21, size) for size in (shape, shape[-1], shape[-1], shape[-1]))
        variance = scale**2 * rng.integers(5, 20, shape[-1])
        given = scale * x, gamma, beta, scale * mean, variance
        cases.append(((*((n / 10).astype("float32") for n in given), training), words))
    _check_part(answer, 0, "the outputs", cases, OUTPUT_MISTAKES)
    _check_part(answer, slice(1, 3), "moving_mean and moving_variance", cases, MOVING_MISTAKES)
    return "The same as keras.layers.BatchNormalization."


def _check_part(answer, part, title, cases, mistakes):
    """Check some of the three values that are returned, named `title`, by `check_function`."""
    unread = []

    def read_part(value, name):
        try:
            return read(value, name)[part]
        except WrongAnswer as wrong:
            unread.append(wrong)
            raise

    try:
        check_function(answer, lambda *args, **words: _batch_normalization(*args, **words), cases, mistakes, read_part)
    except WrongAnswer as wrong:
        if any(wrong is other for other in unread):
            raise
        raise WrongAnswer(wrong.finding.replace(") returned ", f") returned {title} ", 1), wrong.cause) from None


def _over_all_but_the_last(x):
    return tuple(range(x.ndim - 1))


def _batch_normalization(
    x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3,
    axes=_over_all_but_the_last, ddof=0, normalised=None, chosen=None, kept=None,
):  # fmt: skip
    """`chosen` and `kept` take what is at hand; they return what normalises, and what the moving statistics become."""
    x = np.asarray(x, float)
    batch = x.mean(axis=axes(x), keepdims=True), x.var(axis=axes(x), keepdims=True, ddof=ddof)
    moving = moving_mean, moving_variance
    outputs = gamma * (normalised or _normalised)(x, *(chosen or _chosen)(training, batch, moving, momentum), epsilon)
    return outputs + beta, *(kept or _kept)(training, [statistic.ravel() for statistic in batch], moving, momentum)


def _normalised(x, mean, variance, epsilon):
    return (x - mean) / np.sqrt(variance + epsilon)


def _chosen(training, batch, moving, momentum):
    return batch if training else moving


def _kept(training, batch, moving, momentum):
    return _averaged(batch, moving, momentum) if training else moving


def _averaged(batch, moving, momentum):
    return tuple(momentum * old + (1 - momentum) * new for old, new in zip(moving, batch, strict=True))


def _outputs(**other):
    # A mistake in the axes may leave nothing that the moving statistics can be averaged with.
    return lambda *args, **words: _batch_normalization(*args, **words, **{"kept": lambda *rest: (), **other})[0]


def _moving(kept=None, **other):
    return lambda *args, **words: tuple(_batch_normalization(*args, **words, kept=kept, **other)[1:])


def _about_the_moving_mean(x, gamma, beta, mean, variance, training, momentum=1):
    """What normalises where the batch's variance is about the moving mean, or about what momentum makes of it."""
    axes = _over_all_but_the_last(x)
    centre = momentum * mean + (1 - momentum) * x.mean(axis=axes)
    return (x.mean(axis=axes), ((x - centre) ** 2).mean(axis=axes)) if training else (mean, variance)


DEVIATIONS = "You take the deviations from the moving mean: the batch's variance is about its own mean."
OUTPUT_MISTAKES = (
    *(
        Mistake(
            DEVIATIONS,
            lambda x, g, b, *rest, momentum=0.99, epsilon=1e-3, updated=updated: (
                g * _normalised(x, *_about_the_moving_mean(x, g, b, *rest, momentum**updated), epsilon) + b
            ),
        )
        for updated in (0, 1)
    ),
    *(
        Mistake(
            f"You ignore epsilon and take {number:g} always.",
            _outputs(
                normalised=lambda x, mean, variance, epsilon, number=number: _normalised(x, mean, variance, number)
            ),
        )
        for number in (1e-3, 1e-5)
    ),
    Mistake(
        "epsilon is left out outside training: it is added to the variance there, too.",
        lambda *args, epsilon=1e-3, **words: _outputs()(*args, epsilon=epsilon if args[5] else 0, **words),
    ),
    Mistake(
        "Each position has a mean of its own with you: a channel has one, over all axes but the last, "
        "axis=tuple(range(x.ndim - 1)).",
        _outputs(axes=lambda x: 0),
    ),
    *(
        Mistake(
            "You normalise each image by itself, instance normalisation: the batch's axis belongs to the mean, too.",
            _outputs(axes=axes),
        )
        for axes in (lambda x: tuple(range(1, x.ndim - 1)), lambda x: tuple(range(1, x.ndim - 1)) or 0)
    ),
    Mistake(
        "You normalise over the channels, layer normalisation: each channel is normalised by itself.",
        _outputs(axes=lambda x: -1),
    ),
    Mistake(
        "You take one mean over everything, the channels included: each channel has its own.",
        _outputs(axes=lambda x: None),
    ),
    Mistake(
        "You divide the variance by the count less one (ddof=1): batch normalisation divides by the count.",
        _outputs(ddof=1),
    ),
    Mistake(
        "epsilon is added to the root: it belongs inside, np.sqrt(variance + epsilon).",
        _outputs(normalised=lambda x, mean, variance, epsilon: (x - mean) / (np.sqrt(variance) + epsilon)),
    ),
    Mistake(
        "You divide by the variance: divide by its root, the standard deviation.",
        _outputs(normalised=lambda x, mean, variance, epsilon: (x - mean) / (variance + epsilon)),
    ),
    Mistake(
        "epsilon is left out: it is added to the variance.",
        _outputs(normalised=lambda x, mean, variance, epsilon: (x - mean) / np.sqrt(variance)),
    ),
    Mistake(
        "epsilon is squared with you: add it as it is.",
        _outputs(normalised=lambda x, mean, variance, epsilon: (x - mean) / np.sqrt(variance + epsilon**2)),
    ),
    Mistake(
        "The mean is not subtracted.",
        _outputs(normalised=lambda x, mean, variance, epsilon: x / np.sqrt(variance + epsilon)),
    ),
    Mistake(
        "You do not divide by the standard deviation.",
        _outputs(normalised=lambda x, mean, variance, epsilon: x - mean),
    ),
    Mistake(
        "In training you normalise by the moving statistics: take those of the batch.",
        _outputs(chosen=lambda training, batch, moving, momentum: moving),
    ),
    Mistake(
        "In training you normalise by the moving statistics after their update: take those of the batch.",
        _outputs(chosen=_kept),
    ),
    Mistake(
        "Outside training you normalise by the batch: take moving_mean and moving_variance.",
        _outputs(chosen=lambda training, batch, moving, momentum: batch),
    ),
    Mistake(
        "Training is turned round: with training=True the batch normalises, otherwise the moving statistics.",
        _outputs(chosen=lambda training, batch, moving, momentum: moving if training else batch),
    ),
    Mistake(
        "gamma and beta are swapped: gamma multiplies, beta is added.",
        lambda x, gamma, beta, *rest, **words: _batch_normalization(x, beta, gamma, *rest, **words)[0],
    ),
    Mistake(
        "beta is left out: add it last.",
        lambda x, gamma, beta, *rest, **words: _batch_normalization(x, gamma, 0 * beta, *rest, **words)[0],
    ),
    Mistake(
        "gamma is left out: multiply by it before beta is added.",
        lambda x, gamma, beta, *rest, **words: _batch_normalization(x, 0 * gamma + 1, beta, *rest, **words)[0],
    ),
    Mistake(
        "beta is multiplied by gamma: add it last.",
        lambda x, gamma, beta, *rest, **words: _batch_normalization(x, gamma, gamma * beta, *rest, **words)[0],
    ),
    Mistake(
        "Your default epsilon is another: Keras's is 0.001.",
        lambda *args, **words: _batch_normalization(*args, **({"epsilon": 1e-5} | words))[0],
    ),
    Mistake(
        "Your variance is the mean of the squares: subtract the mean before you square.",
        _outputs(
            chosen=lambda training, batch, moving, momentum: (
                (batch[0], batch[1] + batch[0] ** 2) if training else moving
            )
        ),
    ),
)
MOVING_MISTAKES = (
    Mistake(
        DEVIATIONS,
        lambda *args, momentum=0.99, **words: _kept(args[5], _about_the_moving_mean(*args), args[3:5], momentum),
    ),
    Mistake(
        "You average the batch's standard deviation into the moving variance: take its variance.",
        _moving(
            lambda training, batch, moving, momentum: _kept(training, [batch[0], batch[1] ** 0.5], moving, momentum)
        ),
    ),
    Mistake(
        "momentum is turned round: the old value counts momentum, the batch's 1 - momentum. PyTorch has it the other "
        "way.",
        _moving(lambda training, batch, moving, momentum: _kept(training, batch, moving, 1 - momentum)),
    ),
    Mistake(
        "The moving variance is updated with count less one in the divisor, as PyTorch does: Keras takes the same "
        "variance that normalises.",
        _moving(ddof=1),
    ),
    Mistake(
        "The moving statistics are not updated in training.",
        _moving(lambda training, batch, moving, momentum: moving),
    ),
    Mistake(
        "Outside training the moving statistics change: they stay as they are.",
        _moving(lambda training, batch, moving, momentum: _averaged(batch, moving, momentum)),
    ),
    Mistake(
        "Training is turned round: the moving statistics change with training=True alone.",
        _moving(lambda training, batch, moving, momentum: _kept(not training, batch, moving, momentum)),
    ),
    Mistake(
        "You return the batch's statistics in training: momentum keeps most of the old.",
        _moving(lambda training, batch, moving, momentum: batch if training else moving),
    ),
    Mistake(
        "You return the batch's statistics, outside training, too: the moving ones are asked.",
        _moving(lambda training, batch, moving, momentum: batch),
    ),
    Mistake(
        "You keep momentum · old and do not add (1 - momentum) · new.",
        _moving(lambda training, batch, moving, momentum: _kept(training, (0, 0), moving, momentum)),
    ),
    Mistake(
        "You add the batch's statistics whole: they count 1 - momentum.",
        _moving(
            lambda training, batch, moving, momentum: (
                tuple(momentum * old + new for old, new in zip(moving, batch, strict=True)) if training else moving
            )
        ),
    ),
    Mistake(
        "They are in the wrong order: outputs, then the mean, then the variance.",
        lambda *args, **words: tuple(_batch_normalization(*args, **words)[:0:-1]),
    ),
    Mistake(
        "You return the moving standard deviation: return the variance.",
        _moving(lambda *args: (_kept(*args)[0], np.sqrt(_kept(*args)[1]))),
    ),
    Mistake(
        "epsilon is in the moving variance with you: add it only where you divide.",
        lambda *args, momentum=0.99, epsilon=1e-3: tuple(
            old + epsilon * i * args[5] * (1 - momentum)
            for i, old in enumerate(_batch_normalization(*args, momentum, epsilon)[1:])
        ),
    ),
    Mistake(
        "Your default momentum is another: Keras's is 0.99.",
        lambda *args, **words: tuple(_batch_normalization(*args, **({"momentum": 0.9} | words))[1:]),
    ),
)

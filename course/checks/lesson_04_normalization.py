"""What the exercise of lesson 04 on local response normalisation compares answers with: an oracle, and mistakes."""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like


def local_response_normalization(answer, wanted):
    """`lrn(x, n=5, k=2, alpha=1e-4, beta=0.75)`: AlexNet's normalisation across the channels, in the shape of x.

    x is `(batch, height, width, channels)` and n is odd. Each value is divided by (k + alpha Σ a²)^beta; the sum goes
    over the n channels about its own at the same place, fewer at the first and the last channels.
    """
    rng = np.random.default_rng(41)
    cases = [
        ((np.full((1, 1, 1, 1), 2.0, "float32"),), {"n": 1, "k": 1, "alpha": 1, "beta": 1}),
        ((np.array([[[[1, 2, 3]]]], "float32"),), {"n": 3, "k": 1, "alpha": 1, "beta": 1}),
        ((np.array([[[[1, 0, -2, 4, 1]]]], "float32"),), {"n": 3, "k": 2, "alpha": 0.5, "beta": 0.75}),
    ]
    for shape, n, k, alpha, beta in (((2, 2, 3, 7), 5, 2, 0.3, 0.75), ((1, 3, 2, 4), 7, 1, 0.1, 0.5)):
        words = {"n": n, "k": k, "alpha": alpha, "beta": beta}
        cases.append(((rng.normal(0, 2, shape).astype("float32"),), words))
    cases.append(((rng.normal(0, 60, (2, 4, 3, 9)).astype("float32"),), {}))
    check_function(answer, _lrn, cases, LRN_MISTAKES, array_like)


def _about(n):
    return range(-(n // 2), n // 2 + 1)


def _window_sum(values, offsets, beyond=None):
    """At each channel, the sum of those at the offsets; `beyond` places a channel past the end, else it is 0."""
    channels = values.shape[-1]
    places = np.arange(channels)[:, None] + np.array(offsets, int)
    taken = values[..., (beyond or np.clip)(places, 0, channels - 1)]
    if beyond is None:
        taken = np.where((places >= 0) & (places < channels), taken, 0)
    return taken.sum(axis=-1)


def _lrn(x, n=5, k=2, alpha=1e-4, beta=0.75, window=_about, sums=_window_sum, share=lambda n: 1, squared=np.square):
    x = x.astype(float)
    return x / (k + alpha / share(n) * sums(squared(x), window(n))) ** beta


def _lrn_with(**other):
    return lambda x, n=5, k=2, alpha=1e-4, beta=0.75: _lrn(x, n, k, alpha, beta, **other)


def _along(axis):
    return lambda values, offsets: _window_sum(values.swapaxes(axis, 3), offsets).swapaxes(axis, 3)


def _wrapped(values, offsets):
    return _window_sum(values, offsets, lambda places, low, high: places % (high + 1))


def _negative_start(values, offsets):
    """A slice that begins at a negative index, which counts from the end."""
    places = range(values.shape[-1])
    return np.stack([values[..., i + offsets[0] : i + offsets[-1] + 1].sum(axis=-1) for i in places], axis=-1)


def _cut_short(values, offsets, more=0):
    """A slice whose end is the last channel's index, which it leaves out."""
    last = values.shape[-1] - 1
    ends = [(max(i + offsets[0], 0), min(i + offsets[-1] + more, last)) for i in range(last + 1)]
    return np.stack([values[..., first:end].sum(axis=-1) for first, end in ends], axis=-1)


def _into_itself(x, n=5, k=2, alpha=1e-4, beta=0.75):
    """Channel after channel is written into the array whose values the next ones need."""
    x = x.astype(float)
    for i in range(x.shape[-1]):
        near = x[..., max(i - n // 2, 0) : i + n // 2 + 1]
        x[..., i] /= (k + alpha * (near**2).sum(axis=-1)) ** beta
    return x


LRN_MISTAKES = (
    Mistake("You write the result over the values that the next channels need: make a new array for it.", _into_itself),
    Mistake(
        "You divide alpha by n, as Caffe and PyTorch do: the paper's alpha multiplies the sum as it is.",
        _lrn_with(share=lambda n: n),
    ),
    Mistake(
        "You take the mean of the squares: the paper has their sum, times alpha.",
        _lrn_with(
            sums=lambda values, offsets: _window_sum(values, offsets) / _window_sum(np.ones_like(values), offsets)
        ),
    ),
    Mistake(
        "You take n channels on each side: n is the whole window, n // 2 channels on each side and its own.",
        _lrn_with(window=lambda n: range(-n, n + 1)),
    ),
    *(
        Mistake("The window ends a channel too early: a range and a slice stop before their end, so add 1.", function)
        for function in (_lrn_with(window=lambda n: range(-(n // 2), n // 2)), _lrn_with(sums=_cut_short))
    ),
    Mistake(
        "The last channel is in no sum: a slice leaves its end out, so that is at most the number of channels.",
        _lrn_with(sums=lambda values, offsets: _cut_short(values, offsets, more=1)),
    ),
    Mistake(
        "The window begins a channel too late: there are n // 2 channels before.",
        _lrn_with(window=lambda n: range(1 - n // 2, n // 2 + 1)),
    ),
    Mistake(
        "The window has only the channels up to its own: n // 2 come after it, too.",
        _lrn_with(window=lambda n: range(-(n // 2), 1)),
    ),
    Mistake(
        "The window is its own channel and the n - 1 before: put n // 2 before and n // 2 after.",
        _lrn_with(window=lambda n: range(1 - n, 1)),
    ),
    Mistake(
        "The window begins at its own channel and goes on: put n // 2 before and n // 2 after.",
        _lrn_with(window=lambda n: range(n)),
    ),
    Mistake(
        "The window lacks its own channel: it counts, too.",
        _lrn_with(window=lambda n: [offset for offset in _about(n) if offset]),
    ),
    Mistake(
        "You sum over all channels: the window has n of them.",
        _lrn_with(sums=lambda values, offsets: values.sum(axis=-1, keepdims=True)),
    ),
    Mistake("You sum along the width: the window goes across the channels, the last axis.", _lrn_with(sums=_along(2))),
    Mistake("You sum along the height: the window goes across the channels, the last axis.", _lrn_with(sums=_along(1))),
    Mistake(
        "You sum over a window of n×n pixels of one map: the window goes across the channels at one place.",
        _lrn_with(sums=lambda values, offsets: _along(1)(_along(2)(values, offsets), offsets)),
    ),
    Mistake(
        "The window goes on at the other end of the channels: at the border it has fewer of them. A negative index "
        "counts from the end.",
        _lrn_with(sums=_wrapped),
    ),
    Mistake(
        "Your slice begins at a negative index for the first channels, which counts from the end: take max(…, 0).",
        _lrn_with(sums=_negative_start),
    ),
    Mistake(
        "Past the border you repeat the first or last channel: the sum has fewer terms there.",
        _lrn_with(sums=lambda values, offsets: _window_sum(values, offsets, np.clip)),
    ),
    Mistake("The values are not squared before you sum them.", _lrn_with(squared=lambda x: x)),
    Mistake("You sum absolute values: the paper has squares.", _lrn_with(squared=np.abs)),
    Mistake(
        "You square the sum: square each value first, then sum.",
        _lrn_with(squared=lambda x: x, sums=lambda values, offsets: _window_sum(values, offsets) ** 2),
    ),
    Mistake(
        "You leave k out: it keeps the divisor from 0.",
        lambda x, n=5, k=2, alpha=1e-4, beta=0.75: _lrn(x, n, 0, alpha, beta),
    ),
    Mistake(
        "You take 1 for k always, which is Caffe's default: use the argument.",
        lambda x, n=5, k=2, alpha=1e-4, beta=0.75: _lrn(x, n, 1, alpha, beta),
    ),
    Mistake(
        "By default k is 1 with you, as in Caffe and PyTorch: the paper's is 2.",
        lambda x, n=5, k=1, alpha=1e-4, beta=0.75: _lrn(x, n, k, alpha, beta),
    ),
    Mistake(
        "alpha multiplies k too with you: it multiplies the sum alone.",
        lambda x, n=5, k=2, alpha=1e-4, beta=0.75: x / (alpha * (k + _window_sum(x**2.0, _about(n)))) ** beta,
    ),
    Mistake(
        "You leave alpha out: it multiplies the sum.",
        lambda x, n=5, k=2, alpha=1e-4, beta=0.75: _lrn(x, n, k, 1, beta),
    ),
    Mistake(
        "You leave beta out: the divisor is raised to it.",
        lambda x, n=5, k=2, alpha=1e-4, beta=0.75: _lrn(x, n, k, alpha, 1),
    ),
    Mistake(
        "You take the square root of the divisor: raise it to beta.",
        lambda x, n=5, k=2, alpha=1e-4, beta=0.75: _lrn(x, n, k, alpha, 0.5),
    ),
    Mistake(
        "You multiply by the power: divide by it.",
        lambda x, n=5, k=2, alpha=1e-4, beta=0.75: _lrn(x, n, k, alpha, -beta),
    ),
    Mistake("You ignore the arguments and take the paper's n, k, alpha and beta.", lambda x, **words: _lrn(x)),
    *(
        Mistake(
            "You raise the sum alone to beta: k + alpha · sum is raised.",
            lambda x, n=5, k=2, alpha=1e-4, beta=0.75, power=power: (
                x / (k + power(alpha, beta) * _window_sum(x**2.0, _about(n)) ** beta)
            ),
        )
        for power in (lambda alpha, beta: alpha, pow)
    ),
)

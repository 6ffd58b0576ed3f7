"""Channels after each dense block."""

import itertools
import math

import numpy as np

from answers import right, wrong


@right("dense-channels")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    channels, after = initial, []
    for layers in blocks:
        channels += layers * growth_rate
        after.append(channels)
        channels = int(channels * compression)
    return after


@right("dense-channels")
def recursively(initial, growth_rate, blocks, compression=1.0):
    if not blocks:
        return ()
    after = initial + growth_rate * blocks[0]
    return (after, *recursively(math.floor(after * compression), growth_rate, blocks[1:], compression))


@right("dense-channels")
def accumulated(initial, growth_rate, blocks, compression=1.0):
    steps = itertools.accumulate(
        blocks, lambda channels, n: np.floor(channels * compression) + n * growth_rate, initial=initial / compression
    )
    return np.array(list(steps)[1:])


@right("dense-channels")
def layer_by_layer(initial, growth_rate, blocks, compression=1.0):
    maps, after = [1] * initial, []
    for layers in blocks:
        for _ in range(layers):
            maps = maps + [1] * growth_rate
        after.append(len(maps))
        maps = maps[: math.floor(compression * len(maps))]
    return after


def followed(initial, growth_rate, blocks, compression, block, kept=lambda c, t: int(c * t)):
    channels, after = initial, []
    for layers in blocks:
        after.append(block(channels, growth_rate, layers))
        channels = kept(after[-1], compression)
    return after


@wrong("dense-channels", r"grow linearly")
def doubling(initial, growth_rate, blocks, compression=1.0):
    return followed(initial, growth_rate, blocks, compression, lambda c, k, n: c * 2**n)


@wrong("dense-channels", r"input stands among")
def without_the_input(initial, growth_rate, blocks, compression=1.0):
    return followed(initial, growth_rate, blocks, compression, lambda c, k, n: k * n)


@wrong("dense-channels", r"each of its layers adds")
def once_a_block(initial, growth_rate, blocks, compression=1.0):
    return followed(initial, growth_rate, blocks, compression, lambda c, k, n: c + k)


@wrong("dense-channels", r"one layer too few")
def one_too_few(initial, growth_rate, blocks, compression=1.0):
    return followed(initial, growth_rate, blocks, compression, lambda c, k, n: c + k * (n - 1))


@wrong("dense-channels", r"follows the last block with you|after the transitions")
def after_transitions(initial, growth_rate, blocks, compression=1.0):
    return [int(compression * n) for n in dense_channels(initial, growth_rate, blocks, compression)]


@wrong("dense-channels", r"after the transitions")
def into_the_next(initial, growth_rate, blocks, compression=1.0):
    after = dense_channels(initial, growth_rate, blocks, compression)
    return [int(compression * n) for n in after[:-1]] + after[-1:]


@wrong("dense-channels", r"list the transitions, too")
def every_step(initial, growth_rate, blocks, compression=1.0):
    after = dense_channels(initial, growth_rate, blocks, compression)
    return [n for m in after[:-1] for n in (m, int(compression * m))] + after[-1:]


@wrong("dense-channels", r"ignore compression: a transition")
def uncompressed(initial, growth_rate, blocks, compression=1.0):
    return dense_channels(initial, growth_rate, blocks)


@wrong("dense-channels", r"By default you halve")
def halved_by_default(initial, growth_rate, blocks, compression=0.5):
    return dense_channels(initial, growth_rate, blocks, compression)


@wrong("dense-channels", r"rounds up")
def rounded_up(initial, growth_rate, blocks, compression=1.0):
    return followed(initial, growth_rate, blocks, compression, lambda c, k, n: c + k * n, lambda c, t: math.ceil(c * t))


@wrong("dense-channels", r"begins with initial channels again")
def from_the_start(initial, growth_rate, blocks, compression=1.0):
    return [initial + growth_rate * n for n in blocks]


@wrong("dense-channels", r"last number alone|an int")
def the_last(initial, growth_rate, blocks, compression=1.0):
    return dense_channels(initial, growth_rate, blocks, compression)[-1:]


@wrong("dense-channels", r"an int, 5.*\n.*whole numbers")
def one_number(initial, growth_rate, blocks, compression=1.0):
    return dense_channels(initial, growth_rate, blocks, compression)[-1]


@wrong("dense-channels", r"changed its argument")
def emptied(initial, growth_rate, blocks, compression=1.0):
    after = []
    while blocks:
        initial += blocks.pop(0) * growth_rate
        after.append(initial)
        initial = int(initial * compression)
    return after

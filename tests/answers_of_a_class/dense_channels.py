"""A class's answers to the exercise dense-channels."""

# ruff: noqa: B006, F811, RUF005

import itertools
import math

import numpy as np

from answers_of_a_class import right, wrong


@wrong("dense-channels", "multiplies: geometric growth", "You multiply by growth_rate")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    out, c = [], initial
    for layers in blocks:
        c = c * growth_rate * layers
        out.append(c)
        c = int(c * compression)
    return out


@wrong("dense-channels", "appends after the compression", "A transition follows the last block with you")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    channels, result = initial, []
    for n in blocks:
        channels = int((channels + n * growth_rate) * compression)
        result.append(channels)
    return result


@wrong("dense-channels", "forgets the compression", "You ignore compression")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    return list(itertools.accumulate(blocks, lambda c, n: c + n * growth_rate, initial=initial))[1:]


@wrong("dense-channels", "starts again from initial in each block", "Each block begins with initial channels again")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    return [int(initial + n * growth_rate) for n in blocks]


@wrong("dense-channels", "includes the initial channels", "what is expected is there")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    result = [initial]
    for i, n in enumerate(blocks):
        c = result[-1] if i == 0 else math.floor(result[-1] * compression)
        result.append(c + growth_rate * n)
    return result


@wrong("dense-channels", "adds growth rate once a block", "A block adds growth_rate once with you")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    out = []
    for _ in blocks:
        initial += growth_rate
        out.append(initial)
        initial = int(initial * compression)
    return out


@wrong("dense-channels", "compresses the first input too", "The first block's channels are compressed with you")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    out, c = [], initial
    for n in blocks:
        c = int(c * compression) + n * growth_rate
        out.append(c)
    return out


@wrong("dense-channels", "returns the last alone", "expected a tuple or a list")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    c = initial
    for i, n in enumerate(blocks):
        c = (int(c * compression) if i else c) + n * growth_rate
    return c


@wrong("dense-channels", "rounds to the nearest", "A transition rounds to the nearest with you")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    out, c = [], initial
    for n in blocks:
        out.append(c + n * growth_rate)
        c = round(out[-1] * compression)
    return out


@wrong("dense-channels", "compresses the growth, too", None)
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    out, c = [], initial
    for i, n in enumerate(blocks):
        c = int(c + n * growth_rate * compression ** min(i, 1))
        out.append(c)
    return out


@right("dense-channels", "recursion")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    if not len(blocks):
        return []
    here = initial + growth_rate * blocks[0]
    return [here, *dense_channels(int(here * compression), growth_rate, blocks[1:], compression)]


@right("dense-channels", "accumulate with a lambda")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    steps = itertools.accumulate(
        blocks, lambda c, n: math.floor(c * compression) + n * growth_rate, initial=initial / compression
    )
    next(steps)
    first = initial + blocks[0] * growth_rate
    rest = []
    c = first
    for n in blocks[1:]:
        c = math.floor(c * compression) + n * growth_rate
        rest.append(c)
    return [first] + rest


@right("dense-channels", "layer by layer, numpy array")
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    channels, after = initial, []
    for index, layers in enumerate(blocks):
        if index:
            channels = int(channels * compression)
        for _ in range(layers):
            channels += growth_rate
        after.append(channels)
    return np.array(after)


@wrong("dense-channels", "carries the fractions on", "You round down in the list alone")
def with_fractions(initial, growth_rate, blocks, compression=1.0):
    channels, after = initial, []
    for i, layers in enumerate(blocks):
        channels = (channels * compression if i else channels) + layers * growth_rate
        after.append(int(channels))
    return after


@wrong("dense-channels", "a list as a default value", "The same call gives something else each time")
def kept_in_a_default(initial, growth_rate, blocks, compression=1.0, after=[]):
    for i, layers in enumerate(blocks):
        after.append((int(after[-1] * compression) if i else initial) + layers * growth_rate)
    return list(after)


@wrong("dense-channels", "compresses the last number", "The last number went through a transition with you")
def last_compressed(initial, growth_rate, blocks, compression=1.0):
    rows, channels = [], initial
    for layers in blocks:
        channels += layers * growth_rate
        rows.append(channels)
        channels = int(channels * compression)
    return [*rows[:-1], channels]


@wrong("dense-channels", "loops from 1", "You count one layer too few in each block")
def looped_from_one(initial, growth_rate, blocks, compression=1.0):
    rows, channels = [], initial
    for layers in blocks:
        for _ in range(1, layers):
            channels += growth_rate
        rows.append(channels)
        channels = int(channels * compression)
    return rows

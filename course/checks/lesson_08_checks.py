"""What the function exercises of lesson 08 compare answers with: oracles, and the mistakes people make."""

from math import ceil

from course.checks.functions import Mistake, check_function
from course.checks.readers import whole_numbers


def dense_channels(answer, wanted):
    """`dense_channels(initial, growth_rate, blocks, compression=1.0)`: the channels after each dense block, a list.

    The first block gets `initial` channels; `blocks` has how many layers each block has, and each layer adds
    `growth_rate` channels. Between two blocks a transition keeps ⌊compression · channels⌋. None follows the last block.
    """
    cases = [((3, 2, [1]), {}), ((3, 2, [4]), {}), ((3, 2, [1, 2]), {}), ((5, 2, [1, 2]), {"compression": 0.5})]
    cases += [((16, 12, [12, 12, 12]), {}), ((7, 3, [2, 1, 3, 2], 0.5), {}), ((9, 5, [3, 0, 2], 0.25), {})]
    cases += [((64, 32, [6, 12, 24, 16]), {"compression": 0.5}), ((4, 1, [1, 2, 3], 0.75), {})]
    check_function(answer, _dense_channels, cases, CHANNEL_MISTAKES, whole_numbers(form="channels"))
    return "DenseNet-121: 256, 512, 1,024 and 1,024."


def _floor(channels, compression):
    return int(channels * compression)


def _dense_channels(
    initial, growth_rate, blocks, compression=1.0, block=lambda c, k, n: c + k * n, kept=_floor, listed="after"
):
    """`listed`: "after" the blocks, after each transition ("transitions"), what goes "into" a block, or "both"."""
    channels, rows = initial, {"after": [], "transitions": [], "into": [], "both": []}
    for i, layers in enumerate(blocks):
        rows["into"].append(channels)
        channels = block(channels, growth_rate, layers)
        rows["after"].append(channels)
        rows["both"].append(channels)
        if i < len(blocks) - 1:
            channels = kept(channels, compression)
            rows["both"].append(channels)
        rows["transitions"].append(channels)
    return tuple(rows[listed])


def _channels_with(**other):
    return lambda initial, growth_rate, blocks, compression=1.0: _dense_channels(
        initial, growth_rate, blocks, compression, **other
    )


def _all_transitions(initial, growth_rate, blocks, compression=1.0):
    """A transition after the last block, too, and the channels listed after it."""
    after = _dense_channels(initial, growth_rate, blocks, compression)
    return tuple(_floor(channels, compression) for channels in after)


def _last_compressed(*args, **words):
    """The list is right but for the last, which goes through a transition of its own."""
    return *_dense_channels(*args, **words)[:-1], _all_transitions(*args, **words)[-1]


def _growing_less(initial, growth_rate, blocks, compression=1.0):
    """Each transition compresses the growth rate, too."""
    rows, channels = [], initial
    for layers in blocks:
        channels += layers * growth_rate
        rows.append(channels)
        channels, growth_rate = _floor(channels, compression), _floor(growth_rate, compression)
    return tuple(rows)


def _rounded_at_last(initial, growth_rate, blocks, compression=1.0):
    """The fractions are carried on and rounded down in the list alone."""
    after = _dense_channels(initial, growth_rate, blocks, compression, kept=lambda c, t: c * t)
    return tuple(map(int, after))


CHANNEL_MISTAKES = (
    Mistake(
        "You round down in the list alone and carry the fractions on: each transition leaves whole channels.",
        _rounded_at_last,
    ),
    Mistake(
        "The channels double at each layer with you: they grow linearly, by growth_rate a layer.",
        _channels_with(block=lambda c, k, n: c * 2**n),
    ),
    *(
        Mistake("You multiply by growth_rate: channels grow linearly, and each layer adds growth_rate.", function)
        for function in (
            _channels_with(block=lambda c, k, n: c * k * n),
            _channels_with(block=lambda c, k, n: c * k**n),
            _channels_with(block=lambda c, k, n: c * k),
        )
    ),
    Mistake(
        "What goes into a block is lost with you: the input stands among what is concatenated, so add it.",
        _channels_with(block=lambda c, k, n: k * n),
    ),
    Mistake(
        "A block adds growth_rate once with you: each of its layers adds growth_rate.",
        _channels_with(block=lambda c, k, n: c + k),
    ),
    *(
        Mistake(
            "You count one layer too few in each block: n layers add n * growth_rate.",
            _channels_with(block=lambda c, k, n, least=least: c + k * max(n - 1, least)),
        )
        for least in (-1, 0)
    ),
    Mistake(
        "You count one layer too many in each block: n layers add n * growth_rate.",
        _channels_with(block=lambda c, k, n: c + k * (n + 1)),
    ),
    Mistake(
        "Each layer adds all the channels so far to growth_rate: a layer makes growth_rate new maps, whatever it sees.",
        _channels_with(block=lambda c, k, n: 2**n * (c + k) - k),
    ),
    Mistake(
        "The layers add growth_rate, 2 · growth_rate, …: each adds the same.",
        _channels_with(block=lambda c, k, n: c + k * n * (n + 1) // 2),
    ),
    Mistake(
        "The input is counted in each layer: it is concatenated once.",
        _channels_with(block=lambda c, k, n: n * (c + k)),
    ),
    Mistake(
        "A transition follows the last block with you: it stands between two blocks, and the channels are asked after "
        "the blocks.",
        _all_transitions,
    ),
    Mistake(
        "The last number went through a transition with you: none follows the last block.",
        _last_compressed,
    ),
    Mistake(
        "The growth rate shrinks from block to block with you: a transition keeps a share of the channels, and each "
        "layer still adds growth_rate.",
        _growing_less,
    ),
    Mistake(
        "You list the channels after the transitions: after each block is asked.", _channels_with(listed="transitions")
    ),
    Mistake("You list the channels that go into each block: after each is asked.", _channels_with(listed="into")),
    Mistake("You list the transitions, too: after each block is asked.", _channels_with(listed="both")),
    Mistake(
        "You ignore compression: a transition keeps ⌊compression · channels⌋.", _channels_with(kept=lambda c, t: c)
    ),
    Mistake(
        "You ignore compression and halve always: by default a transition keeps all channels.",
        _channels_with(kept=lambda c, t: c // 2),
    ),
    Mistake(
        "By default you halve: without compression a transition keeps all channels.",
        lambda initial, growth_rate, blocks, compression=0.5: _dense_channels(
            initial, growth_rate, blocks, compression
        ),
    ),
    Mistake(
        "A transition rounds to the nearest with you: it rounds down.", _channels_with(kept=lambda c, t: round(c * t))
    ),
    Mistake("A transition rounds up with you: it rounds down.", _channels_with(kept=lambda c, t: ceil(c * t))),
    *(
        Mistake("compression is turned round: it is the share that is kept.", _channels_with(kept=kept))
        for kept in (lambda c, t: _floor(c, 1 - t), lambda c, t: _floor(c, 1 - t) if t < 1 else c)
    ),
    Mistake(
        "You divide by 1 / compression as a whole number: multiply by compression, then round down.",
        _channels_with(kept=lambda c, t: c // int(1 / t)),
    ),
    Mistake(
        "You divide by compression: it is the share that is kept, so multiply.",
        _channels_with(kept=lambda c, t: _floor(c, 1 / t)),
    ),
    Mistake(
        "Each block begins with initial channels again: it begins with what the transition keeps.",
        lambda initial, growth_rate, blocks, compression=1.0: tuple(initial + growth_rate * n for n in blocks),
    ),
    Mistake(
        "You leave out the last block: a range stops one before its end.",
        lambda initial, growth_rate, blocks, compression=1.0: _dense_channels(
            initial, growth_rate, blocks, compression
        )[:-1],
    ),
    Mistake(
        "You return the last number alone: the channels after each block are asked.",
        lambda *args, **words: _dense_channels(*args, **words)[-1:],
    ),
    Mistake(
        "The first block's channels are compressed with you: transitions stand between blocks alone.",
        lambda initial, growth_rate, blocks, compression=1.0: _dense_channels(
            _floor(initial, compression), growth_rate, blocks, compression
        ),
    ),
)

"""Lay the parts of two nets side by side, and say in which settings two parts differ."""

import math
from dataclasses import dataclass, replace
from itertools import zip_longest

import keras

from course import padding
from course.checks import listing
from course.checks.kinds import LRN, SHORTCUT
from course.checks.parts import NOTHING, Part

# Kinds that people take for one another, so that one is a wrong form of the other and not a part too many.
RELATED = (
    {"average pooling", "max pooling"},
    {"convolution", "fully connected"},
    {"convolution", "depthwise convolution"},
    {"convolution", "transposed convolution"},
    {"addition", "concatenation"},
    {"addition", "multiplication"},
    {"addition", "average of maps"},
    {"addition", "maximum of maps"},
    {"addition", "subtraction"},
    {"average pooling", "sum pooling"},
    {"max pooling", "sum pooling"},
    {"convolution", "SeparableConv2D"},
    {"batch normalisation", "LayerNormalization"},
    {"batch normalisation", "GroupNormalization"},
    {"activation", LRN},
    {"average pooling", SHORTCUT},
    {"max pooling", SHORTCUT},
    {"zero padding", SHORTCUT},
    {"convolution", SHORTCUT},
    {"dropout", "SpatialDropout2D"},
    {"dropout", "GaussianDropout"},
    {"dropout", "AlphaDropout"},
)
JOINS_IN_ANY_ORDER = ("addition", "concatenation", "multiplication", "average of maps", "maximum of maps")
# Costs, in whole numbers so that equal ones are.
UNRELATED, SETTING, SHAPE, A_PART = 9000, 150, 20, 1000
MISSING = {
    "dropout": 400,
    "activation": 400,
    "flatten": 400,
    "reshape": 400,
    "zero padding": 400,
    "crop": 400,
    "batch normalisation": 600,
}
# Parts beyond the difference in length by which counterparts may be apart.
SLACK = 40


@dataclass(frozen=True, eq=False)
class Difference:
    """A learner's part that differs from the architecture's in these settings; one of the two is `None` if missing."""

    mine: Part | None
    theirs: Part | None
    settings: tuple = ()


def equal(mine, theirs, free=()):
    """Whether two nets are the same parts joined in the same way, but for settings that are free."""
    known = {}
    return [_tree(part, known, free) for part in mine.outputs] == [_tree(part, known, free) for part in theirs.outputs]


def _tree(output, known, free):
    """A number that stands for a part with all that feeds it: equal for equal ones."""
    numbers = {}
    for part in listing.ordered([output]):
        feeds = [numbers[id(source)] for source in part.inputs]
        feeds = sorted(feeds) if part.kind in JOINS_IN_ANY_ORDER else feeds
        shares = part.shares is not None
        shape = part.shape if part.kind == "input" else None
        settings = repr({name: value for name, value in sorted(part.settings.items()) if not is_free(part, name, free)})
        key = (part.kind, settings, part.activation, shape, shares, *feeds)
        numbers[id(part)] = known.setdefault(key, len(known))
    return numbers[id(output)]


def is_free(part, setting, free):
    """Whether a setting may have any value: by itself, or that of one part, (name, setting)."""
    return setting in free or (part.kind, setting) in free or (part.name, setting) in free


def align(mine, theirs, free=()):
    """Pair the learner's parts with the architecture's, in order: `(mine, theirs)`, `None` where one has no match.

    The pairing costs least; a setting that differs costs less than a part too many and one too few. Time and memory
    grow with the number of parts, and with the difference of the two numbers.
    """
    a, b = listing.side_by_side(*(listing.blocks(list(net.outputs)) for net in (mine, theirs)))
    a, b = ([part for part in parts if part.kind != "input"] for parts in (a, b))
    inputs = list(zip_longest(mine.inputs, theirs.inputs))
    costs = {}

    def cost(one, other):
        key = (looks(one), looks(other))
        if key not in costs:
            costs[key] = _distance(one, other, free)
        return costs[key] + SHAPE * (one.shape != other.shape)

    same = next(
        (i for i, (one, other) in enumerate(zip(a, b, strict=False)) if cost(one, other) > 0), min(len(a), len(b))
    )
    return [*inputs, *zip(a[:same], b[:same], strict=True), *_paired(a[same:], b[same:], cost)]


def looks(part):
    """All of a part that a pairing goes by."""
    dense = isinstance(part.layer, keras.layers.Dense)
    return part.kind, repr(part.settings), part.activation, part.over, dense, part.remarks


def _paired(a, b, cost):
    """The pairs of least cost of two lists, within a band round the diagonal."""
    width = abs(len(a) - len(b)) + SLACK
    best = {(len(a), len(b)): (0, 0, 0)}
    for i in reversed(range(len(a) + 1)):
        for j in reversed(range(max(0, i - width), min(len(b), i + width) + 1)):
            moves = []
            if i < len(a) and j < len(b) and (i + 1, j + 1) in best:
                moves.append((cost(a[i], b[j]) + best[i + 1, j + 1][0], 1, 1))
            if i < len(a) and (i + 1, j) in best:
                moves.append((MISSING.get(a[i].kind, A_PART) + best[i + 1, j][0], 1, 0))
            if j < len(b) and (i, j + 1) in best:
                moves.append((MISSING.get(b[j].kind, A_PART) + best[i, j + 1][0], 0, 1))
            if moves:
                best[i, j] = min(moves, key=lambda move: move[0])
    pairs, i, j = [], 0, 0
    while i < len(a) or j < len(b):
        _, down, right = best[i, j]
        pairs.append((a[i] if down else None, b[j] if right else None))
        i, j = i + down, j + right
    return pairs


def differences(pairs, free=()):
    """A `Difference` for each pair that differs, in order.

    Sizes that follow from an earlier difference are none, and who feeds whom is compared where nothing else differs.
    """
    found, counterparts = [], {id(mine): theirs for mine, theirs in pairs if mine is not None}
    for (mine, theirs), before, after in zip(pairs, [None, *pairs], [*pairs[1:], None], strict=False):
        if theirs is None and mine.kind == "activation" and any(_lacks(near, mine) for near in (before, after)):
            continue  # it is that of the part that is missing beside it
        if mine is None or theirs is None:
            found.append(Difference(mine, theirs))
            continue
        settings = changed(mine, theirs, downstream=bool(found), free=free)
        if {"kernel_size", "strides"} & set(settings) and _crops_what_hangs_over(mine, theirs):
            settings = [name for name in settings if name != "crops"]  # they follow from the kernel
        if settings == ["activation"] and (_lacks(after, mine) or _intervenes(after, mine, theirs)):
            continue
        if (
            settings
            and set(settings) <= {"strides", "padding"}
            and _makes_up_for_its_source(mine, theirs, counterparts)
        ):
            settings = ["inputs"]
        if settings:
            found.append(Difference(mine, theirs, tuple(settings)))
    return found or _joined_otherwise(pairs)


def _makes_up_for_its_source(mine, theirs, counterparts):
    """Whether a part makes the map that it has to make, by other steps, of what another part than its own gives."""
    if mine.shape != theirs.shape or len(mine.inputs) != 1 or len(theirs.inputs) != 1:
        return False
    fed, wanted = counterparts.get(id(mine.inputs[0])), theirs.inputs[0]
    return fed is not None and fed is not wanted and fed.shape != wanted.shape


def _lacks(pair, mine):
    """Whether there is nothing of the learner's in the pair, where a part has the activation that mine has."""
    return pair is not None and pair[0] is None and mine.activation == pair[1].activation


def _intervenes(pair, mine, theirs):
    """Whether a part too many, in the pair, stands between the learner's part and its activation."""
    extra = pair[0] if pair is not None and pair[1] is None else None
    return extra is not None and mine.activation == "linear" and extra.activation == theirs.activation != "linear"


def _joined_otherwise(pairs):
    """The parts that are fed by others than their counterparts."""
    counterparts = {id(mine): theirs for mine, theirs in pairs}
    found = []
    for mine, theirs in pairs:
        fed, wanted = [id(counterparts[id(part)]) for part in mine.inputs], [id(part) for part in theirs.inputs]
        if theirs.kind in JOINS_IN_ANY_ORDER:
            fed, wanted = sorted(fed), sorted(wanted)
        if fed != wanted:
            found.append(Difference(mine, theirs, ("inputs",)))
    return found


def changed(mine, theirs, downstream=False, free=()):
    """The settings in which a learner's part differs from the architecture's, what shapes the map first."""
    differing = []
    if _is_dense_on_map(mine, theirs) and not downstream:
        differing.append("flatten")
    theirs = in_terms_of(mine, theirs)
    expected = {name: value for name, value in theirs.settings.items() if not is_free(theirs, name, free)}
    if mine.kind != theirs.kind:
        differing.append("kind")
        expected = {name: value for name, value in expected.items() if name in mine.settings}
    differing += [name for name, value in expected.items() if mine.settings.get(name) != value]
    follows = "padding" in differing and {"kernel_size", "pool_size", "strides", "dilation_rate"} & set(differing)
    if follows and (_padded_the_same(mine, theirs) or all(map(_makes_up_for_its_kernel, (mine, theirs)))):
        differing.remove("padding")
    if "use_bias" in differing and "bias" in mine.remarks:
        differing.remove("use_bias")  # it is there, before batch normalisation
    if mine.kind == theirs.kind and "axis" in mine.settings and "axis" not in theirs.settings:
        differing.append("axis")
    if mine.kind == theirs.kind and "counted" in mine.settings and not differing and not downstream:
        differing.append("counted")
    if mine.activation != theirs.activation:
        differing.append("activation")
    if mine.kind == "input" and mine.shape != theirs.shape:
        differing.append("shape")
    if mine.shares is not None and theirs.shares is None:
        differing.append("shares")
    return differing


def _padded_the_same(mine, theirs):
    """Whether mine is padded by "same", and theirs with the zeros that this puts around for its own window."""
    size = theirs.settings.get("kernel_size") or theirs.settings.get("pool_size")
    if mine.written.get("padding") != "same" or not mine.inputs or theirs.settings["padding"] == NOTHING:
        return False
    rates = theirs.settings.get("dilation_rate", (1, 1))
    ways = zip(mine.inputs[0].shape[:2], size, theirs.settings["strides"], rates, strict=False)
    return theirs.settings["padding"] == tuple(padding.resolve("same", *way) for way in ways)


def _makes_up_for_its_kernel(part):
    """Whether it is padded as much as its window takes away, whatever its strides."""
    size = part.settings.get("kernel_size") or part.settings.get("pool_size")
    zeros = part.written.get("padding", "valid")
    if size is None or zeros == "same":
        return size is not None
    zeros = part.settings["padding"] if zeros == "valid" else zeros
    rates = part.settings.get("dilation_rate", (1, 1))
    return [before + after for before, after in zeros] == [(n - 1) * r for n, r in zip(size, rates, strict=True)]


def _crops_what_hangs_over(*parts):
    """Whether they are transposed convolutions that crop what the kernel is larger than the strides."""
    return all(
        part.kind == "transposed convolution"
        and [sum(cut) for cut in part.settings["crops"]]
        == [max(n - s, 0) for n, s in zip(part.settings["kernel_size"], part.settings["strides"], strict=True)]
        for part in parts
    )


def in_terms_of(mine, theirs):
    """The architecture's part with the settings that the learner's kind has: a fully connected one as a convolution."""
    if mine.kind != "convolution" or theirs.kind != "fully connected":
        return theirs
    settings = {"filters": theirs.settings["units"], "use_bias": theirs.settings["use_bias"]}
    if not _is_dense_on_map(mine, theirs) and theirs.over:
        settings = {"padding": NOTHING, "kernel_size": theirs.over, "strides": (1, 1)} | settings
    else:
        settings = {name: value for name, value in mine.settings.items() if name not in settings} | settings
    return replace(theirs, kind="convolution", settings=settings)


def _is_dense_on_map(mine, theirs):
    """Whether the learner has a dense layer that works at each pixel, for want of Flatten here or before."""
    return (
        theirs.kind == "fully connected" and mine.kind == "convolution" and isinstance(mine.layer, keras.layers.Dense)
    )


def _distance(mine, theirs, free):
    if mine.kind != theirs.kind and {mine.kind, theirs.kind} not in RELATED:
        return UNRELATED
    widths = [part.settings.get("filters") or part.settings.get("units") or 1 for part in (mine, theirs)]
    apart = min(round(SHAPE * abs(math.log2(widths[0] / widths[1])) / 3), SHAPE)
    settings = len(changed(mine, theirs, downstream=True, free=free)) + (mine.kind != theirs.kind)
    return min(SETTING * settings, 5 * SETTING) + apart

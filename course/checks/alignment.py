"""Lay the parts of two nets side by side, and say in which settings two parts differ."""

from dataclasses import replace
from itertools import zip_longest

import keras

from course.checks.graph import NOTHING

# Kinds that people take for one another, so that one is a wrong form of the other and not a part too many.
RELATED = (
    {"average pooling", "max pooling"},
    {"convolution", "fully connected"},
    {"convolution", "depthwise convolution"},
    {"addition", "concatenation"},
)
UNRELATED = 9.0
MISSING = {"input": UNRELATED, "dropout": 0.4, "activation": 0.4, "flatten": 0.4, "reshape": 0.4}


def align(mine, theirs):
    """Pair the learner's parts with the architecture's, in order: `(mine, theirs)`, `None` where one has no match.

    The pairing costs least; a setting that differs costs less than a part too many and one too few.
    """
    same = 0
    while same < min(len(mine), len(theirs)) and not changed(mine[same], theirs[same]):
        same += 1
    a, b = mine[same:], theirs[same:]

    best = {(len(a), len(b)): (0.0, 0, 0)}
    for i in reversed(range(len(a) + 1)):
        for j in reversed(range(len(b) + 1)):
            moves = []
            if i < len(a) and j < len(b):
                moves.append((_distance(a[i], b[j]) + best[i + 1, j + 1][0], 1, 1))
            if i < len(a):
                moves.append((MISSING.get(a[i].kind, 1.0) + best[i + 1, j][0], 1, 0))
            if j < len(b):
                moves.append((MISSING.get(b[j].kind, 1.0) + best[i, j + 1][0], 0, 1))
            if moves:
                best[i, j] = min(moves, key=lambda move: move[0])

    pairs = list(zip(mine[:same], theirs[:same], strict=True))
    i = j = 0
    while i < len(a) or j < len(b):
        _, down, right = best[i, j]
        pairs.append((a[i] if down else None, b[j] if right else None))
        i, j = i + down, j + right
    return pairs


def differences(pairs):
    """`(mine, theirs, settings)` for each pair that differs, in order; no settings where one of the two is missing.

    Sizes that follow from an earlier difference are none.
    """
    found = []
    for (mine, theirs), after in zip_longest(pairs, pairs[1:]):
        if mine is None or theirs is None:
            found.append((mine, theirs, []))
            continue
        settings = changed(mine, theirs, downstream=bool(found))
        if settings == ["activation"] and after and after[0] is None and mine.activation == after[1].activation:
            continue  # it is that of the part after, which is missing
        if settings:
            found.append((mine, theirs, settings))
    return found


def changed(mine, theirs, downstream=False):
    """The settings in which a learner's part differs from the architecture's, what shapes the map first."""
    differing = []
    if _is_dense_on_map(mine, theirs) and not downstream:
        differing.append("flatten")
    theirs = in_terms_of(mine, theirs)
    expected = theirs.settings
    if mine.kind != theirs.kind:
        differing.append("kind")
        expected = {name: value for name, value in expected.items() if name in mine.settings}
    differing += [name for name, value in expected.items() if mine.settings.get(name) != value]
    if mine.activation != theirs.activation:
        differing.append("activation")
    if mine.kind == "input" and mine.shape != theirs.shape:
        differing.append("shape")
    return differing


def in_terms_of(mine, theirs):
    """The architecture's part with the settings that the learner's kind has: a fully connected one as a convolution."""
    settings = dict(theirs.settings)
    span = settings.pop("over", None)
    if mine.kind != "convolution" or theirs.kind != "fully connected":
        return replace(theirs, settings=settings)
    settings = {"filters": settings["units"], "use_bias": settings["use_bias"]}
    if not _is_dense_on_map(mine, theirs) and span:
        settings = {"padding": NOTHING, "kernel_size": span, "strides": (1, 1)} | settings
    return replace(theirs, kind="convolution", settings=settings)


def _is_dense_on_map(mine, theirs):
    """Whether the learner has a dense layer that works at each pixel, for want of Flatten here or before."""
    return (
        theirs.kind == "fully connected" and mine.kind == "convolution" and isinstance(mine.layer, keras.layers.Dense)
    )


def _distance(mine, theirs):
    if mine.kind != theirs.kind and {mine.kind, theirs.kind} not in RELATED:
        return UNRELATED
    return min(0.15 * len(changed(mine, theirs, downstream=True)), 0.9) + 0.02 * (mine.shape != theirs.shape)

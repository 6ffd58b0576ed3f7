"""Which values of wrong arrays are right: those of another shape, and those outside some places."""

import itertools

import numpy as np

from course.checks.equality import near


def of_shapes(wrong):
    """The right values in another shape, more of them or fewer."""
    if not all(g.shape != e.shape for g, e in wrong):
        return None
    shapes = f"The shape is {wrong[0][0].shape}, expected {wrong[0][1].shape}"
    if all(g.size == e.size and near(g.ravel(), e.ravel()) for g, e in wrong):
        squeezed = all(g.squeeze().shape == e.squeeze().shape for g, e in wrong)
        return f"{shapes}: the values are right, {'an axis of 1 differs' if squeezed else 'reshape them'}."
    if all(g.ndim == e.ndim + 1 and len(g) > 1 and near(g[0], e) for g, e in wrong):
        return f"{shapes}: what is expected is the first of all that you return. Return it alone."
    steps = [_steps(*pair) for pair in wrong]
    if None not in steps:
        axes = sorted({axis for taken in steps for axis, step in enumerate(taken) if step > 1})
        return f"{shapes}: of what is there, only every second value, third or so along {_axes(axes)} is expected."
    places = [_inside(*sorted(pair, key=np.size)) for pair in wrong]
    few = [g.size < e.size for g, e in wrong]
    if None in places or len(set(few)) != 1:
        return None
    sides = {(axis, side) for place in places for axis, ends in enumerate(place) for side in (0, 1) if ends[side]}
    where = [f"{'the end' if side else 'the beginning'} of axis {axis}" for axis, side in sorted(sides)]
    if wrong[0][0].ndim == 1:
        where = [words.removesuffix(" of axis 0") for words in where]
    most = max(ends[side] for place in places for ends in place for side in (0, 1))
    count = "one value" if most == 1 else f"up to {most} values"
    if few[0] and len(sides) == 1 and all(g.shape[axis] == 1 for g, _ in wrong for axis, side in sides if side):
        return f"{shapes}: what is there is right, but it is the first along axis {min(sides)[0]} alone."
    if few[0]:
        return f"{shapes}: what is there is right, but {count} {_is(most)} missing at {_and(where)}."
    return f"{shapes}: what is expected is there, but {count} {_is(most)} too many at {_and(where)}."


def _axes(axes):
    return f"ax{'i' if len(axes) == 1 else 'e'}s {' and '.join(map(str, axes))}"


def _steps(given, expected):
    """How far apart the expected values lie in the given array, on each axis, or `None`."""
    if given.ndim != expected.ndim or any(a < b for a, b in zip(given.shape, expected.shape, strict=True)):
        return None
    for steps in itertools.product(
        *(range(1, 5) if a > b else (1,) for a, b in zip(given.shape, expected.shape, strict=True))
    ):
        if max(steps, default=1) > 1 and near(given[tuple(slice(None, None, step) for step in steps)], expected):
            return steps
    return None


def _is(count):
    return "is" if count == 1 else "are"


def _and(words):
    return " and at ".join(words)


def _inside(small, large):
    """How much of the large array lies before and after the small one on each axis, or `None` if it is not in it."""
    if small.ndim != large.ndim or any(a > b for a, b in zip(small.shape, large.shape, strict=True)):
        return None
    spare = [b - a for a, b in zip(small.shape, large.shape, strict=True)]
    for before in itertools.product(*(range(n + 1) for n in spare)):
        part = large[tuple(slice(first, first + n) for first, n in zip(before, small.shape, strict=True))]
        if near(part, small):
            return [(first, n - first) for first, n in zip(before, spare, strict=True)]
    return None


def of_places(pairs, wrong):
    """Values are wrong in some places alone."""
    masks = [np.abs(g - e) > 1e-4 * max(np.abs(e).max(), 1e-3) for g, e in wrong]
    if all(g.ndim for g, _ in wrong):
        rank = wrong[0][0].ndim
        for axis in range(rank):
            stacks = [(np.moveaxis(g, axis, 0), np.moveaxis(e, axis, 0)) for g, e in pairs if g.ndim == rank]
            if _same_along(stacks):
                return f"Your values are the same all along axis {axis}, and should not be."
            for index, noun in ((0, "first"), (-1, "last")):
                if _only(masks, axis, index, rank):
                    return f"Only the {noun} {_one(axis, rank)} is wrong, the rest is right."
        if _only_edges(masks):
            return "Values at the edge are wrong and all inside is right: look at what you do at the edge."
    if all((g[mask] == 0).all() for (g, _), mask in zip(wrong, masks, strict=True)):
        return "Each value that is wrong is 0 with you: it is never filled, or it is multiplied by 0."
    return None


def _same_along(stacks):
    """Whether given values do not change along the first axis, where expected ones do; seen at least twice."""
    long = [(g, e) for g, e in stacks if len(g) > 1]
    return sum(not near(e, np.broadcast_to(e[:1], e.shape)) for _, e in long) > 1 and all(
        near(g, np.broadcast_to(g[:1], g.shape)) for g, _ in long
    )


def _only(masks, axis, index, rank):
    """Whether all is right but in one place along an axis that has more."""
    if any(mask.ndim != rank or mask.shape[axis] < 2 for mask in masks):
        return False
    return not any(np.delete(mask, index, axis).any() for mask in masks)


def _one(axis, rank):
    if rank == 1:
        return "value"
    return {0: "row", 1: "column"}.get(axis, f"place of axis {axis}") if rank == 2 else f"place of axis {axis}"


def _only_edges(masks):
    inner = [mask[tuple(slice(1, -1) if n > 2 else slice(None) for n in mask.shape[:2])] for mask in masks]
    large = [all(n > 2 for n in mask.shape[:2]) and mask.ndim > 1 for mask in masks]
    return all(large) and not any(mask.any() for mask in inner)

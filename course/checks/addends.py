"""Why two maps cannot be added: which of them is not as the architecture's are, and what made it so."""

import re

from course.checks import words

PAIR = re.compile(r"Received shapes \((\d+), (\d+), (\d+)\) and \((\d+), (\d+), (\d+)\)")


def cause(finding, theirs):
    """A sentence on the two shapes in Keras's message, or `None` where they do not tell more than it says.

    `theirs` is the architecture's net: its additions say what shapes are wanted, its inputs what was given.
    """
    found = PAIR.search(finding)
    if not found:
        return None
    sizes = tuple(map(int, found.groups()))
    one, other = sizes[:3], sizes[3:]
    sums = {part.shape: part.name for part in theirs.parts if part.kind == "addition"}
    if one in sums and other in sums:
        return f"Each has its place, but not beside the other: {_places(sums, one, other)}. Two have changed places."
    given = {part.shape for part in theirs.inputs}
    wanted = one if one in sums else other
    wrong = other if one in sums else one
    if wanted not in sums or wrong in given:
        return None
    why = _why(wrong, wanted, given)
    return f"Both have to be {words.cross(wanted)}, and one is {words.cross(wrong)}: {why}." if why else None


def _places(sums, *shapes):
    return " and ".join(f"{sums[shape]} adds maps of {words.cross(shape)}" for shape in shapes)


def _why(wrong, wanted, given):
    (height, width, channels), sides = wrong, [n - m for n, m in zip(wrong, wanted, strict=False)]
    if (height, width) == wanted[:2]:
        return f"it comes of {channels} filters, not of {wanted[2]}"
    if (height, width) == tuple(-(-n // 2) for n in wanted[:2]):
        return "strides of 2 are there once more than they should be"
    if (height, width) in {shape[:2] for shape in given}:
        return "it lacks the strides of the other"
    if sides[0] == sides[1] and abs(sides[0]) <= 8:
        return f"look at its padding, too {'much' if sides[0] > 0 else 'little'} is put around it on the way"
    return None

"""Count the blocks of each stage of a net: a loop that ends too early or too late is one mistake, not many."""

import re

from course.checks import words
from course.checks.alignment import looks


def slid(pairs, architecture):
    """The pairs, with parts missing or too many in a row moved to where a block begins.

    Of blocks all alike no one can say which is missing, nor whether it is from its first part to its last or from its
    second to the first of the next: the latter is no block.
    """
    pairs, start = list(pairs), 0
    while architecture.stages and start < len(pairs):
        side = next((side for side in (0, 1) if pairs[start][side] is None), None)
        end = start
        while side is not None and end < len(pairs) and pairs[end][side] is None:
            end += 1
        if side is not None:
            pairs[:end] = _slid_back(pairs[:end], start, side, pairs[end:], architecture)
        start = max(end, start + 1)
    return pairs


def _slid_back(pairs, start, side, after, architecture):
    """The pairs with the row at their end, from `start` on, moved back to where a block begins, if it can be."""
    moved, end = list(pairs), len(pairs)
    while start > 0:
        names = [place and place[0] for place in _places([*moved, *after[:1]], architecture)] + [None]
        one, other = names[start - 1], names[start] if side == 0 else names[end]
        if one != other and (other if side == 0 else one):  # the last block ends here, or the next begins
            return moved
        (mine, theirs), last = moved[start - 1], moved[end - 1][1 - side]
        if mine is None or theirs is None or looks(last) != looks((mine, theirs)[1 - side]):
            break
        moved[start - 1] = (None, theirs) if side == 0 else (mine, None)
        moved[end - 1] = (mine, last) if side == 0 else (last, theirs)
        start, end = start - 1, end - 1
    return pairs


def missing(pairs, architecture):
    """`{name of a block: its parts}` for each block of which the learner's net has nothing."""
    found = {}
    for (mine, theirs), place in zip(pairs, _places(pairs, architecture), strict=True):
        if place:
            there, parts = found.setdefault(place[0], (set(), []))
            there.add(mine is not None)
            parts.append(theirs)
    return {name: parts for name, (there, parts) in found.items() if there == {False}}


def counted(first, place, pairs, architecture):
    """Two lines for a stage with too few blocks or too many, if that is what the first difference is, or `None`."""
    stage, inside = _stage(place, pairs, architecture)
    lacking = [name for name in missing(pairs, architecture) if name in inside]
    joins = sum(mine.kind in ("addition", "concatenation") for mine, _ in _extras(stage, pairs, architecture))
    whole = first.theirs is None or any(first.theirs.name.startswith(name) for name in lacking)
    count = len(inside) - len(lacking) + joins
    if stage is None or not whole or count == len(inside):
        return None
    noun = architecture.stages[1]
    smaller = _a_stage_more(stage, pairs, architecture)
    if smaller:
        line = (
            f"{architecture.name}: after stage {stage} you have {noun} on maps of {words.cross(smaller)}, "
            f"{architecture.version} has none."
        )
        return line, f"There is a stage too many ({architecture.citation})."
    line = (
        f"{architecture.name}: stage {stage} has {count} {noun if count != 1 else noun[:-1]} in your net, "
        f"{architecture.version}'s has {len(inside)}."
    )
    if count > len(inside):
        fixed = "; if its number is fixed, take it from the arguments" if architecture.arguments else ""
        return line, f"Your loop goes on for too long{fixed} ({architecture.citation})."
    said = f"What is missing is {words.joined(lacking, 3)}; each {noun[:-1]} takes what the one before gave"
    return line, f"{said} ({architecture.citation})."


def others(first, differences, pairs, architecture):
    """The differences that are not of the stage's missing blocks or those too many."""
    stage, inside = _stage(pairs.index((first.mine, first.theirs)), pairs, architecture)
    parts = [part for name, group in missing(pairs, architecture).items() if name in inside for part in group]
    parts += [mine for mine, _ in _extras(stage, pairs, architecture)]
    known = set(map(id, parts))
    return [one for one in differences if id(one.theirs or one.mine) not in known or (one.mine and one.theirs)]


def _stage(place, pairs, architecture):
    """The stage of a pair, that of the block before if it has none, and the names of the stage's blocks."""
    places = _places(pairs, architecture)
    here = places[place] or next((one for one in reversed(places[:place]) if one), None)
    if here is None:
        return None, []
    return here[1], list(dict.fromkeys(one[0] for one in places if one and one[1] == here[1]))


def _extras(stage, pairs, architecture):
    """The pairs of parts too many from a stage's first part to its last, and after it to the next of the paper's."""
    places = _places(pairs, architecture)
    inside = [i for i, place in enumerate(places) if place and place[1] == stage]
    if not inside:
        return []
    end = next((i for i in range(inside[-1] + 1, len(pairs)) if pairs[i][1] is not None), len(pairs))
    return [pair for pair in pairs[inside[0] : end] if pair[1] is None]


def _a_stage_more(stage, pairs, architecture):
    """Height and width of the last join too many, if they are not those of the stage itself."""
    own = {mine.shape[:2] for mine, theirs in pairs if mine and theirs and theirs.name.startswith(f"{stage}_")}
    joins = [mine for mine, _ in _extras(stage, pairs, architecture) if mine.kind in ("addition", "concatenation")]
    return joins[-1].shape[:2] if joins and own and joins[-1].shape[:2] not in own else None


def _places(pairs, architecture):
    """For each pair the match of the architecture's name with its pattern for stages, or `None`."""
    if not architecture.stages:
        return [None] * len(pairs)
    return [re.match(architecture.stages[0], theirs.name) if theirs else None for _, theirs in pairs]

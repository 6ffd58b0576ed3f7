"""Put the parts of a net in a line: along its depth, a block's branches one after the other, the longest first."""

from collections import Counter
from itertools import chain, permutations

# Branches of a block that are tried in every order; of more, the longest are.
MOST = 5


def blocks(outputs):
    """The parts that the outputs depend on, as a list of blocks: each a list of branches, which are lists of parts.

    A part through which everything passes is a block of one branch. Further outputs have what only they need at the
    end, a block each.
    """
    main = ordered(outputs[:1])
    known = set(map(id, main))
    found = _blocks(main)
    for output in outputs[1:]:
        more = [part for part in ordered([output]) if id(part) not in known]
        known |= set(map(id, more))
        found += [[[part]] for part in more]
    return found


def ordered(outputs):
    """The parts that the outputs depend on, each after those that feed it, a branch at a time, the deepest first."""
    depth = {}
    for part in _followed(outputs, lambda part: part.inputs):
        depth[id(part)] = 1 + max((depth[id(one)] for one in part.inputs), default=0)
    return _followed(outputs, lambda part: sorted(part.inputs, key=lambda one: -depth[id(one)]))


def _followed(outputs, feeds):
    """The parts that the outputs depend on, each after those that feed it; `feeds(part)` are in the order to go."""
    order, placed = [], set()
    for output in outputs:
        stack = [(output, iter(feeds(output)))]
        while stack:
            part, waiting = stack[-1][0], next((one for one in stack[-1][1] if id(one) not in placed), None)
            if waiting is not None:
                stack.append((waiting, iter(feeds(waiting))))
                continue
            stack.pop()
            if id(part) not in placed:
                placed.add(id(part))
                order.append(part)
    return order


def _blocks(parts):
    """What lies between two parts through which everything passes is a block; so is each of them."""
    place = {id(part): i for i, part in enumerate(parts)}
    last_use = list(range(len(parts)))
    for i, part in enumerate(parts):
        for source in part.inputs:
            last_use[place[id(source)]] = i
    found, inside, reach = [], [], 0
    for i, part in enumerate(parts):
        if reach <= i:
            if inside:
                found.append(_branches(inside))
            found.append([[part]])
            inside = []
        else:
            inside.append(part)
        reach = max(reach, last_use[i])
    return found


def _branches(parts):
    """The parts between a fork and a join, one list for each connected piece, the longest first."""
    branch = {}
    for part in parts:
        near = [branch[id(source)] for source in part.inputs if id(source) in branch]
        piece = near[0] if near else []
        for other in near[1:]:
            if other is not piece:
                piece += other
                branch.update((id(one), piece) for one in other)
        piece.append(part)
        branch[id(part)] = piece
    pieces = {id(piece): piece for piece in branch.values()}.values()
    return sorted(pieces, key=lambda piece: -len(piece))


def side_by_side(mine, theirs):
    """Two lists of parts: the blocks of both, with the branches of mine in the order of those most like them."""
    for a, b in _paired(mine, theirs):
        if len(a) > 1 and len(b) > 1:
            a[:] = _most_alike(a, b)
    return [[part for block in net for branch in block for part in branch] for net in (mine, theirs)]


def _paired(mine, theirs):
    """Blocks with branches and their likely counterparts: the next of about as many branches and parts."""
    mine, theirs = ([block for block in net if len(block) > 1] for net in (mine, theirs))
    if len(mine) == len(theirs):
        return list(zip(mine, theirs, strict=True))
    pairs, start = [], 0
    for block in mine:
        window = theirs[start : start + abs(len(mine) - len(theirs)) + 1]
        if window:
            nearest = min(range(len(window)), key=lambda i: _unlike(chain(*block), chain(*window[i])))
            pairs.append((block, window[nearest]))
            start += nearest + 1
    return pairs


def _most_alike(mine, theirs):
    """Mine in the order of theirs, one that theirs lack at the end."""
    first, rest = mine[:MOST], mine[MOST:]
    first += [[]] * (min(len(theirs), MOST) - len(first))
    costs = [[_unlike(a, b) for b in theirs] + [_unlike(a, [])] * len(first) for a in first]
    best = min(permutations(range(len(first))), key=lambda order: sum(costs[i][place] for place, i in enumerate(order)))
    return [first[i] for i in best if first[i]] + rest


def _unlike(mine, theirs):
    """How many words about the one set of parts do not fit the other."""
    a, b = (Counter(word for part in parts for word in _words(part)) for parts in (mine, theirs))
    return sum(((a - b) + (b - a)).values())


def _words(part):
    return [part.kind, part.kind, (part.kind, part.activation), *((part.kind, *item) for item in part.settings.items())]

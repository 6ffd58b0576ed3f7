"""The normal form of what joins branches: sums and concatenations step by step, two towers as grouped convolutions."""

from collections import Counter
from itertools import pairwise

from course.checks.kinds import LRN
from course.checks.parts import Part
from course.checks.regions import reachable

BY_CHANNEL = ("max pooling", "average pooling", "dropout", "activation", "zero padding", LRN)


def form(parts, outputs):
    """The parts and outputs with their joins in normal form."""
    _one_sum(parts, outputs)
    _step_by_step(parts, outputs)
    parts, changed = reachable(parts, outputs), True
    while changed:
        parts, outputs, changed = _towers_joined(parts, outputs)
    _one_for_each_slice(parts, outputs)
    return reachable(parts, outputs), outputs


def _uses(parts, outputs):
    uses = Counter(id(source) for part in parts for source in part.inputs)
    uses.update(map(id, outputs))
    return uses


def _one_sum(parts, outputs):
    """A sum of sums is one sum."""
    uses = _uses(parts, outputs)
    for part in parts:
        if part.kind == "addition":
            inner = [
                one.kind == "addition" and one.activation == "linear" and uses[id(one)] == 1 for one in part.inputs
            ]
            operands = [one.inputs if is_sum else [one] for one, is_sum in zip(part.inputs, inner, strict=True)]
            part.inputs = [one for some in operands for one in some]


def _step_by_step(parts, outputs):
    """A concatenation is of the largest one that it contains and of what is added to that.

    So dense blocks that concatenate all maps in every layer are those that put new maps beside the ones before.
    """
    needed = set(map(id, outputs))
    needed |= {id(source) for part in parts if part.kind != "concatenation" for source in part.inputs}
    pieces, earlier = {}, {}
    for part in parts:
        if part.kind != "concatenation" or part.settings:
            continue
        flat = [piece for one in part.inputs for piece in pieces.get(id(one), [one])]
        if part.activation == "linear":
            pieces[id(part)] = flat
        counts = Counter(map(id, flat))
        inside = [
            known for known in earlier.get(id(flat[0]), []) + earlier.get(id(flat[-1]), [])
            if len(pieces[id(known)]) < len(flat) and Counter(map(id, pieces[id(known)])) <= counts
        ]  # fmt: skip
        if inside:
            largest = max(inside, key=lambda known: len(pieces[id(known)]))
            left = counts - Counter(map(id, pieces[id(largest)]))
            part.inputs = [largest]
            for piece in flat:
                if left[id(piece)] > 0:
                    left[id(piece)] -= 1
                    part.inputs.append(piece)
        else:
            part.inputs = flat
        if id(part) in needed and part.activation == "linear":
            for piece in {id(piece): piece for piece in flat}:
                earlier.setdefault(piece, []).append(part)


def _towers_joined(parts, outputs):
    """Take one step back with a concatenation of equal parts: one part of the concatenation of what feeds them."""
    uses = _uses(parts, outputs)
    for place, part in enumerate(parts):
        if part.kind != "concatenation" or part.settings or part.activation != "linear":
            continue
        if _is_split(part):
            whole = part.inputs[0].inputs[0]
            for other in parts:
                other.inputs = [whole if one is part else one for one in other.inputs]
            outputs = [whole if one is part else one for one in outputs]
            return reachable(parts, outputs), outputs, True
        if len({id(one) for one in part.inputs}) < len(part.inputs) or any(uses[id(one)] > 1 for one in part.inputs):
            continue
        before = _joined(part)
        if before:
            parts = [*parts[:place], before, *parts[place:]] if before.kind == "concatenation" else parts
            return reachable(parts, outputs), outputs, True
    return parts, outputs, False


def _one_for_each_slice(parts, outputs):
    """A convolution whose maps go different ways, slice by slice, is one for each of the slices."""
    uses = _uses(parts, outputs)
    slices = {}
    for part in parts:
        if part.kind == "channel slice" and part.activation == "linear":
            slices.setdefault(id(part.inputs[0]), []).append(part)
    for made in slices.values():
        whole = made[0].inputs[0]
        cuts = sorted(one.settings["channels"] for one in made)
        apart = all(a[1] <= b[0] for a, b in pairwise(cuts)) and len(made) == uses[id(whole)]
        if whole.kind == "convolution" and whole.settings["groups"] == 1 and apart and whole.activation != "softmax":
            for one in made:
                first, last = one.settings["channels"]
                one.kind, one.settings = whole.kind, whole.settings | {"filters": last - first}
                one.activation, one.written, one.inputs = whole.activation, whole.written, list(whole.inputs)
                one.layer = None  # what cuts the slices, which is one for all


def _is_split(part):
    """Whether these are all the channels of one map, in order."""
    if any(one.kind != "channel slice" or one.activation != "linear" for one in part.inputs):
        return False
    ends = [0]
    for one in part.inputs:
        first, last = one.settings["channels"]
        if first != ends[-1] or one.inputs[0] is not part.inputs[0].inputs[0]:
            return False
        ends.append(last)
    return ends[-1] == part.inputs[0].inputs[0].shape[-1]


def _joined(part):
    """Make a concatenation one part if its operands are alike, and return what that is to be fed by."""
    first = part.inputs[0]
    alike = all(
        (one.kind, one.settings, one.activation, len(one.inputs)) == (first.kind, first.settings, first.activation, 1)
        for one in part.inputs
    )
    if not alike:
        return None
    sources = [one.inputs[0] for one in part.inputs]
    together = all(source is sources[0] for source in sources)
    settings = dict(first.settings)
    if first.kind == "convolution" and settings["groups"] == 1:
        settings["filters"] *= len(sources)
        settings["groups"] = 1 if together else len(sources)
    elif first.kind == "fully connected" and together:
        settings["units"] *= len(sources)
    elif first.kind == "flatten":
        if together or any(len(source.shape) != 3 for source in sources):
            return None
    elif first.kind not in BY_CHANNEL or together:
        return None
    # Groups are as wide as each other, and normalisation sees neighbours; the rest takes each map by itself.
    as_wide = first.kind in ("convolution", LRN)
    if not together and len({source.shape if as_wide else source.shape[:-1] for source in sources}) > 1:
        return None
    before = sources[0]
    if not together:
        shape = (*before.shape[:-1], sum(source.shape[-1] for source in sources))
        before = Part("concatenation", shape, inputs=sources, name=part.name)
        # Flattened one by one, the values stand map after map, not pixel after pixel.
        before.written = {"reordered": first.kind == "flatten" or part.written.get("reordered", False)}
    if getattr(first.layer, "weights", None) and len({id(one.layer) for one in part.inputs}) < len(part.inputs):
        part.shares = first
    part.kind, part.settings, part.activation, part.name = first.kind, settings, first.activation, first.name
    part.written, part.layer, part.inputs = first.written, None, [before]
    return before

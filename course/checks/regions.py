"""Find the stretches of a net without weights that are one function written out, and put one part in their place."""

from course.checks import probing
from course.checks.kinds import JOINS, LRN, POOLINGS, SHORTCUT
from course.checks.parts import Part
from course.checks.swaps import LEAST

KNOWN = {
    *JOINS.values(),
    *POOLINGS.values(),
    LRN,
    SHORTCUT,
    "sum pooling",
    "input",
    "activation",
    "convolution",
    "depthwise convolution",
    "transposed convolution",
    "fully connected",
    "batch normalisation",
    "bias",
    "dropout",
    "zero padding",
    LEAST,
    "crop",
    "channel slice",
    "flatten",
    "reshape",
}
# A function written out has no more operations, and begins no further back than so many single operations.
MOST, FURTHEST = 40, 4


def identified(parts, outputs):
    """The parts, with what is known by its function named and in one piece; what is then left over, left out."""
    order = {id(part): i for i, part in enumerate(parts)}
    consumers = {id(part): set() for part in parts}
    for part in parts:
        for source in part.inputs:
            consumers[id(source)].add(id(part))
    for output in outputs:
        consumers[id(output)].add(None)
    alive = set(order)
    for part in reversed(parts):  # the end of a function before what it is made of
        if id(part) not in alive or not part.inputs or getattr(part.layer, "weights", None):
            continue
        if part.kind in KNOWN and not _may_be_more(part):
            continue
        found = None
        if part.kind not in KNOWN:
            found = probing.identified(part.function, [source.shape for source in part.inputs], part.shape)
        if found:
            _become(part, found, part.inputs)
        elif _look_back(part, order, consumers):
            alive = {id(one) for one in reachable(parts, outputs)}
    return reachable(parts, outputs)


def reachable(parts, outputs):
    """Those of the parts that the outputs depend on, and the inputs."""
    wanted = {id(output) for output in outputs}
    for part in reversed(parts):
        if id(part) in wanted:
            wanted |= {id(source) for source in part.inputs}
    return [part for part in parts if id(part) in wanted or part.kind == "input"]


def _may_be_more(part):
    """Whether a join may be a piece of a function that is written out: maps beside zeros are a padded map."""
    return part.kind in JOINS.values() and any(source.kind not in KNOWN for source in part.inputs)


def _look_back(part, order, consumers):
    """Make the part all that lies between it and an earlier one, if that is one function; whether it was."""
    smallest = known = None
    for source, inside in _stretches(part, order, consumers):
        function = _composed(source, [*inside, part])
        found = probing.identified(function, [source.shape], part.shape)
        if known and (found is None or found.activation != "softmax"):
            break
        if found:
            known = found, function, source
            if found.activation != "softmax":  # that of z − max(z) is that of z: it may begin further back
                break
        smallest = smallest or (source, function)
    if known:
        found, part.function, source = known
        _become(part, found, [source])
        return True
    if smallest and smallest[0].shape == part.shape and part.kind not in KNOWN:
        part.function = smallest[1]
        _become(part, Part("activation", part.shape, activation="unknown"), [smallest[0]])
        return True
    return False


def _stretches(part, order, consumers):
    """`(source, parts between)` for each earlier part through which alone the part is fed, the nearest first."""
    inside, frontier, found = {}, {id(source): source for source in part.inputs}, 0
    while found < FURTHEST and len(inside) < MOST:
        latest = max(frontier.values(), key=lambda one: order[id(one)])
        if len(frontier) == 1:
            found += 1
            yield latest, sorted(inside.values(), key=lambda one: order[id(one)])
        closed = consumers[id(latest)] <= {*inside, id(part)}
        if not closed or not latest.inputs or getattr(latest.layer, "weights", None):
            return
        del frontier[id(latest)]
        inside[id(latest)] = latest
        frontier |= {id(source): source for source in latest.inputs}


def _composed(source, parts):
    """What the parts compute together from what the source gives, as they are joined now."""
    steps = [(id(part), part.function, [id(one) for one in part.inputs]) for part in parts]

    def function(x):
        values = {id(source): x}
        for made, compute, feeds in steps:
            values[made] = compute(*[values[feed] for feed in feeds])
        return values[steps[-1][0]]

    return function


def _become(part, found, inputs):
    part.kind, part.settings, part.activation = found.kind, found.settings, found.activation
    part.written, part.inputs = found.written, list(inputs)

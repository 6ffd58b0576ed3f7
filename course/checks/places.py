"""Where a part stands in a row of pairs, by what feeds it: branches of a net are not one after the other."""


def in_place(difference, other, pairs):
    """Whether a part that is one too many and one that is missing are fed by the same: it is others that are not."""
    mine, theirs = difference.mine or other.mine, difference.theirs or other.theirs
    counterparts = {id(one): wanted for one, wanted in pairs if one is not None}
    return [counterparts.get(id(one)) for one in mine.inputs] == list(theirs.inputs)


def repaired(difference, other, pairs):
    """The pairs, with the two parts that are a part and its counterpart as one pair, where the architecture has it."""
    mine, theirs = difference.mine or other.mine, difference.theirs or other.theirs
    pairs = [(mine, theirs) if wanted is theirs else (one, wanted) for one, wanted in pairs]
    return [pair for pair in pairs if pair[0] is not mine or pair[1] is theirs]


def before(pairs, place):
    """The name of the architecture's part before a place in the row."""
    return next((theirs.name for _, theirs in reversed(pairs[:place]) if theirs), "the input")


def source(mine, pairs, place):
    """The architecture's name of what feeds a part, or of what feeds that, if it has none."""
    names = {id(one): wanted.name for one, wanted in pairs if one is not None and wanted is not None}
    while len(mine.inputs) == 1:
        mine = mine.inputs[0]
        if id(mine) in names:
            return names[id(mine)]
    return before(pairs, place)


def feeds(theirs, mine, pairs):
    """Whether a learner's part is fed by the counterpart of one of the architecture's."""
    counterparts = {id(one): wanted for one, wanted in pairs if one is not None}
    return any(counterparts.get(id(one)) is theirs for one in mine.inputs)

"""The likely cause of a difference between two nets, in a sentence without its full stop."""

from course.checks import places, words
from course.checks.alignment import changed, in_terms_of
from course.checks.kinds import LRN, SHORTCUT
from course.checks.parts import NOTHING

SHAPING = ("shape", "padding", "kernel_size", "pool_size", "strides", "dilation_rate", "filters", "units", "flatten")
NEAR = 8  # parts before and after, in which to look for what was put in another place


def of_setting(difference, setting, pairs, architecture):
    """What was done in one setting; a note of the architecture's says it better."""
    mine, theirs = difference.mine, in_terms_of(difference.mine, difference.theirs)
    key = (setting, _noted(mine, setting), _noted(theirs, setting))
    moved = _moved_activation if setting == "activation" else _moved_strides if setting == "strides" else None
    for said in (
        moved and moved(difference, pairs, architecture),
        architecture.notes.get(key),
        architecture.notes.get((setting, difference.theirs.name, None)),
        _by_rule(mine, theirs, setting, pairs),
    ):
        if said:
            return said
    if setting in SHAPING and (mine.shape != theirs.shape or setting != difference.settings[0]):
        return f"You have {words.value(mine, setting)}; {theirs.name} has {words.value(theirs, setting)}"
    if setting == "activation":
        return f"{theirs.name} is followed by {words.value(theirs, setting)}"
    return f"{theirs.name} is {words.described(theirs)}"


def _noted(part, setting):
    return getattr(part, setting) if setting in ("activation", "kind", "shape") else part.settings.get(setting)


def moved(difference, differences, pairs):
    """The difference that a part missing here and too many near by, or the other way round, makes with this one."""
    for other in differences:
        mine, theirs = difference.mine or other.mine, difference.theirs or other.theirs
        halves = None in (difference.mine, difference.theirs) and None in (other.mine, other.theirs)
        if other is difference or not halves or mine is None or theirs is None:
            continue
        apart = changed(mine, theirs, downstream=True) if mine.kind == theirs.kind else ["kind"]
        if not apart or (apart == ["activation"] and "pooling" in mine.kind):  # beside a ReLU it has that
            at = [i for i, (one, wanted) in enumerate(pairs) if one is mine or wanted is theirs]
            if max(at) - min(at) <= NEAR:
                return other
    return None


def of_moved(mine, theirs, pairs):
    """Where a part is, and where it belongs."""
    place = next(i for i, (one, _) in enumerate(pairs) if one is mine)
    return f"You have it after {places.source(mine, pairs, place)}; {theirs.name} comes after {_fed_by(theirs)}"


def of_extra(mine, before, pairs, architecture):
    """Why there is a part too many."""
    if mine.kind == "activation" and mine.activation == "unknown":
        return "A function of your own changes the values there: take it out"
    note = architecture.notes.get(("extra", mine.kind, None))
    if note:
        return note
    if mine.kind == "activation" and mine.activation == "softmax":
        return "Softmax is there twice: what comes before has it already"
    if _on_shortcut(mine, [one for one, _ in pairs if one is not None]):
        return "You project the shortcut; where the shape stays as it is, the shortcut is the identity"
    return f"Take it out: it does not come between {before} and what follows"


def of_missing(theirs, before, pairs, architecture):
    """Why a part is missing."""
    notes = (architecture.notes.get(("missing", what, None)) for what in (theirs.name, theirs.kind))
    note = next(filter(None, notes), None)
    if note:
        return note
    if theirs.kind == "addition":
        return "The shortcut is missing: add the block's input, as it is or projected, to what its layers give"
    if theirs.kind == "concatenation":
        return f"Its maps are not put side by side: concatenate what {_fed_by(theirs)} give"
    if _on_shortcut(theirs, [one for _, one in pairs if one is not None]):
        return f"The projection is missing: where the shape changes, the shortcut is {words.described(theirs)}"
    return f"Add it after {before}: it is {words.described(theirs)}"


def _fed_by(part):
    return words.joined(source.name for source in part.inputs) or "nothing"


def _on_shortcut(part, parts):
    """Whether a 1×1 convolution goes straight to an addition, past other layers."""
    if part.settings.get("kernel_size") != (1, 1) or not part.inputs:
        return False
    after = [other for other in parts if part in other.inputs]
    if len(after) == 1 and after[0].kind == "batch normalisation":
        after = [other for other in parts if after[0] in other.inputs]
    fork = part.inputs[0]
    return [one.kind for one in after] == ["addition"] and sum(fork in other.inputs for other in parts) > 1


def _moved_activation(difference, pairs, architecture):
    """Where the activation has gone to, if the part before or after has it instead."""
    mine, theirs = difference.mine, difference.theirs
    what = words.value(theirs if mine.activation == "linear" else mine, "activation")
    for this, other in pairs:
        if other is not None and theirs in other.inputs and mine.activation != "linear" == theirs.activation:
            name = f"the addition, {other.name}" if other.kind == "addition" else other.name
            if other.activation == mine.activation and (this is None or this.activation == "linear"):
                return f"You put {what} before {name}; it comes after it"
            if other.activation == mine.activation and other.kind == "addition":
                return f"You put {what} before {name}, too; it comes after it alone"
        if this is not None and mine in this.inputs and mine.activation == "linear":
            name = other.name if other is not None else words.a(this.kind)
            if this.activation == theirs.activation and (other is None or other.activation == "linear"):
                return f"You put {what} after {name}; it follows {theirs.name} itself"
    return None


def _moved_strides(difference, pairs, architecture):
    """Which layer near by has the strides instead."""
    mine, theirs = difference.mine, difference.theirs
    wanted = theirs.settings["strides"]
    if mine.settings.get("strides") == wanted:
        return None
    place = next(i for i, (one, _) in enumerate(pairs) if one is mine)
    for this, other in pairs[max(place - NEAR, 0) : place + NEAR]:
        if this is None or other is None or this is mine or "strides" not in other.settings:
            continue
        if other.settings["strides"] == mine.settings["strides"] and this.settings.get("strides") == wanted:
            note = architecture.notes.get(("strides", "moved", None))
            return note or f"You put the strides of {words.cross(wanted)} in {other.name}; they are in {theirs.name}"
    return None


def _by_rule(mine, theirs, setting, pairs):
    """What a rule of thumb says of one setting, or `None`."""
    name = theirs.name
    if setting == "activation":
        return _activation(mine, theirs)
    if setting == "padding":
        return _padding(mine, theirs)
    if setting == "kind":
        return _kind(mine, theirs)
    if setting in ("filters", "units"):
        return _width(mine, theirs, setting, pairs)
    if mine.kind == LRN:
        return _response(mine, theirs, setting)
    given, wanted = mine.settings.get(setting), theirs.settings.get(setting)
    if isinstance(given, tuple) and given != wanted and given[::-1] == wanted:
        return f"Height and width have changed places: {name} has {setting} {wanted}, height first"
    if setting == "use_bias" and not given:
        return f"You left the biases out (use_bias=False); each map or unit of {name} has one"
    if setting == "use_bias":
        return f"{name} has no biases: use_bias=False"
    if setting == "flatten":
        return f"Flatten is missing: a dense layer on a map works at each pixel by itself; {name} sees the whole map"
    if setting == "groups" and wanted == 1:
        return f"You split the maps into {given} groups; every kernel of {name} sees all of them"
    if setting == "groups" and given == 1:
        return (
            f"Your kernels see all maps; those of {name} see the maps of their own {_part_of(wanted)}: groups={wanted}"
        )
    if setting == "shares":
        return "You call one layer twice, so that its weights serve twice: make a new layer for each"
    if setting == "inputs":
        gives = "gives" if len(theirs.inputs) == 1 else "give"
        return f"Every layer is there, but joined in another way: {name} takes what {_fed_by(theirs)} {gives}"
    if setting == "dilation_rate" and wanted == (1, 1):
        return f"Your kernel has gaps between its weights, {words.value(mine, setting)}; that of {name} has none"
    if setting == "counted":
        return _counted(mine)
    if isinstance(given, bool):
        return f"Leave {setting}={given} out: {name} has it, as Keras gives it"
    if setting == "axis":
        return "The axis is that of the channels, the last one where images are (batch, height, width, channels)"
    return None


def _counted(mine):
    """What zeros do that are put around a map before a pooling."""
    if mine.kind == "average pooling":
        return 'The zeros that you put around are averaged along; those of padding="same" are not'
    return "Zeros are the largest values beside those below 0: pad behind the ReLU, or with minus infinity"


def _part_of(groups):
    return "half" if groups == 2 else "group"


def _activation(mine, theirs):
    name = theirs.name
    if theirs.activation == "softmax" and mine.activation == "linear":
        return f"Your outputs are logits; {name} ends with softmax, which makes them probabilities"
    if theirs.activation == "softmax":
        return f"Your outputs do not add up to 1; {name} ends with softmax, which makes them probabilities"
    if mine.activation == "unknown" and theirs.activation == "linear":
        return f"A function of your own changes the values there; nothing follows {name}"
    if mine.activation == "linear":
        return f"You left its activation out; {name} is followed by {words.value(theirs, 'activation')}"
    if theirs.activation == "linear":
        return f"You put {words.value(mine, 'activation')} there; nothing follows {name}"
    return None


def _padding(mine, theirs):
    zeros, wanted = mine.settings["padding"], theirs.settings["padding"]
    if _padded_twice(mine):
        return f'You pad twice, by a layer and then by padding="same", say; {theirs.name} has {words.padded(theirs)}'
    if wanted == NOTHING:
        return f"You padded with zeros ({words.padded(mine)}); {theirs.name} is {words.plain(theirs)}"
    if zeros == NOTHING:
        return f'You did not pad (padding="valid"); {theirs.name} is {words.plain(theirs)}, {words.padded(theirs)}'
    if mine.written.get("padding") == "same":
        before, after = zeros[0]
        return (
            f'padding="same" puts {before} zero{"s" if before != 1 else ""} before and {after} after at these strides; '
            f'{theirs.name} has {words.padded(theirs)}: ZeroPadding2D first, then padding="valid"'
        )
    return f"You padded with zeros, {words.padded(mine)}; {theirs.name} has {words.padded(theirs)}"


def _padded_twice(mine):
    """Whether there are more zeros than the layer puts that pads before."""
    written = mine.written.get("padding")
    if not isinstance(written, tuple):
        return False
    pairs = zip(mine.settings["padding"], written, strict=True)
    return any(n > m for one, other in pairs for n, m in zip(one, other, strict=True))


def _kind(mine, theirs):
    done = {
        "max pooling": "You take the maximum of each window",
        "average pooling": "You average each window",
        "sum pooling": "You add up each window",
        "addition": "You add the maps",
        "concatenation": "You put the maps side by side",
        "activation": f"You have {words.value(mine, 'activation')}",
        SHORTCUT: "Your shortcut has no weights",
    }.get(mine.kind, f"You have {words.described(mine)}")
    wanted = {
        "addition": "adds them, value by value",
        "concatenation": "puts them side by side, channel after channel",
    }.get(theirs.kind, f"is {words.described(theirs)}")
    return f"{done}; {theirs.name} {wanted}"


def _width(mine, theirs, setting, pairs):
    """Filters that were to double, and did not, say."""
    given, wanted = mine.settings.get(setting), theirs.settings.get(setting)
    if setting != "filters" or not given:
        return None
    place = next((i for i, (one, _) in enumerate(pairs) if one is mine), 0)
    before = [(one, other) for one, other in pairs[:place] if one is not None and other is not None]
    pool = next((other for one, other in reversed(before[-4:]) if "pooling" in one.kind), None)
    width = next((one.settings["filters"] for one, _ in reversed(before) if "filters" in one.settings), None)
    if pool is not None and width == given and wanted == 2 * given:
        return f"You keep {given} filters; after {pool.name}, which halves the map, they double: {wanted}"
    return None


def _response(mine, theirs, setting):
    given, wanted, n = mine.settings.get(setting), theirs.settings[setting], theirs.settings["n"]
    if setting == "n" and given == 2 * wanted + 1:
        return f"depth_radius is n // 2, the maps on either side: {wanted // 2:g} for n={wanted:g}"
    if setting == "alpha" and abs(given * n / wanted - 1) < 0.02:
        return f"You divide alpha by n; {theirs.name} does not"
    if setting == "alpha" and abs(given / n / wanted - 1) < 0.02:
        return f"You have n times as much; for TensorFlow alpha is {wanted:g} there"
    return None

"""Put the differences between two nets into three lines: the first one, its likely cause, the rest."""

from course.checks import alignment, causes, places, stages, words
from course.checks.alignment import in_terms_of
from course.checks.parts import NOTHING
from course.checks.verdict import WrongAnswer

MOST = 4  # phrases in the last line
NAMES = 3  # names in one of them


def report(pairs, differences, architecture):
    """The `WrongAnswer` for nets that differ."""
    first, others = differences[0], list(differences[1:])
    place = pairs.index((first.mine, first.theirs))
    missing = stages.missing(pairs, architecture)
    if first.mine is not None and first.theirs is not None:
        lines = _differing(first, pairs, architecture)
    else:
        other = causes.moved(first, others, pairs)
        if other is not None and places.in_place(first, other, pairs):
            mended = places.repaired(first, other, pairs)
            found = alignment.differences(mended, architecture.free)
            if found:
                return report(mended, found, architecture)
        others = [one for one in others if one is not other]
        lines = stages.counted(first, place, pairs, architecture)
        if lines:
            others = stages.others(first, others, pairs, architecture)
        elif first.theirs is None:
            lines = _extra(first, place, pairs, other, architecture)
        else:
            lines = _missing(first, place, pairs, other, architecture)
            others = [one for one in others if other or one.theirs is not _missing_too(first, place, pairs)]
    whole = {id(part): unit for unit, parts in missing.items() for part in parts}
    return WrongAnswer(*lines, _rest(pairs, place, first, others, whole))


def _differing(first, pairs, architecture):
    mine, theirs, settings = first.mine, first.theirs, first.settings
    place = f"{architecture.name}, layer {theirs.name}"
    as_map = len(mine.shape) != len(theirs.shape)
    whose = "the paper's is" if architecture.version == "the paper" and theirs.kind != "input" else "expected"
    sizes = f"{words.cross(mine.shape, as_map)}, {whose} {words.cross(theirs.shape, as_map)}"
    if theirs.kind == "input":
        return f"{architecture.name}, input: yours is {sizes}.", _input_cause(mine.shape, theirs.shape, architecture)
    shaping = mine.shape != theirs.shape and set(settings) & set(causes.SHAPING)
    if shaping:
        what = "output" if len(mine.shape) == len(theirs.shape) == 1 else "map"
        line = f"{place}: your {what} is {sizes}."
    elif settings[0] == "inputs":
        line = f"{place}: yours is fed by {_feeds(mine, pairs)}, {architecture.version}'s by {_feeds(theirs, pairs)}."
    elif settings[0] == "shares":
        line = f"{place}: it has the weights of another layer, {architecture.version}'s has its own."
    else:
        yours, wanted = words.value(mine, settings[0]), words.value(in_terms_of(mine, theirs), settings[0])
        line = f"{place}: you have {yours}, {architecture.version} has {wanted}."
    said = [causes.of_setting(first, setting, pairs, architecture) for setting in settings]
    return line, f"{'. '.join(said)}{_cited(shaping or settings[0] == 'inputs', architecture)}."


def _feeds(part, pairs):
    """What feeds a part, by the architecture's names."""
    names = {id(mine): theirs.name for mine, theirs in pairs if mine is not None and theirs is not None}
    return words.joined(sorted(names.get(id(source), source.name) for source in part.inputs)) or "nothing"


def _input_cause(given, wanted, architecture):
    if len(given) != len(wanted):
        return f"An image has {len(wanted)} axes, height, width and channels: keras.Input({wanted})."
    if given[:2] == wanted[:2]:
        return f"You have {given[2]} channels a pixel; {architecture.name} takes {wanted[2]}: keras.Input({wanted})."
    if given[:2] == wanted[1::-1]:
        return f"Height and width have changed places: height comes first, keras.Input({wanted})."
    note = f"; {architecture.input_note}" if architecture.input_note else f"; take keras.Input({wanted})"
    return f"Your images are {words.cross(given[:2])}{note} ({architecture.citation})."


def _cited(shaping, architecture):
    """The paper, for what the paper says: sizes, or all where the architecture is the paper's own."""
    return f" ({architecture.citation})" if shaping or architecture.version == "the paper" else ""


def _extra(first, place, pairs, other, architecture):
    before = places.source(first.mine, pairs, place)
    line = (
        f"{architecture.name}, after {before}: you have {words.described(first.mine)}, {architecture.version} has none."
    )
    if other is not None:
        line = f"{architecture.name}, after {before}: you have {words.described(first.mine)} too early."
        return line, f"{causes.of_moved(first.mine, other.theirs, pairs)}{_cited(False, architecture)}."
    return line, f"{causes.of_extra(first.mine, before, pairs, architecture)}{_cited(False, architecture)}."


def _missing(first, place, pairs, other, architecture):
    before, after = _ends(first.theirs, pairs, place)
    if other is not None:
        line = f"{architecture.name}, layer {first.theirs.name}: it is not in its place, between {before} and {after}."
        return line, f"{causes.of_moved(other.mine, first.theirs, pairs)}{_cited(False, architecture)}."
    convolution = _missing_too(first, place, pairs)
    if convolution:
        after = _ends(convolution, pairs, place + 1)[1]
        line = (
            f"{architecture.name}, layers {first.theirs.name} and {convolution.name}: they are missing; your net goes "
            f"from {before} to {after}."
        )
        cause = f"Add both after {before}: {words.described(first.theirs)}, then {words.described(convolution)}"
        return line, f"{cause}{_cited(False, architecture)}."
    line = f"{architecture.name}, layer {first.theirs.name}: it is missing; your net goes from {before} to {after}."
    belongs = first.theirs.inputs[0].name if len(first.theirs.inputs) == 1 else before
    return line, f"{causes.of_missing(first.theirs, belongs, pairs, architecture)}{_cited(False, architecture)}."


def _missing_too(first, place, pairs):
    """The convolution that is missing behind a batch normalisation that is, or `None`."""
    mine, theirs = pairs[place + 1] if place + 1 < len(pairs) else (None, None)
    follows = mine is None and theirs is not None and first.theirs in theirs.inputs
    return theirs if follows and first.theirs.kind == "batch normalisation" else None


def _ends(theirs, pairs, place):
    """The names of what comes before and after the place of a part that is missing."""
    if len(theirs.inputs) != 1:
        after = (wanted.name if wanted else words.described(mine) for mine, wanted in pairs[place:] if mine)
        return places.before(pairs, place), next(after, "the end")
    source, readers = theirs.inputs[0], {id(theirs)}
    for mine, wanted in pairs[place + 1 :]:
        if wanted is None and places.feeds(source, mine, pairs):
            return source.name, words.described(mine)
        if wanted is not None and any(id(one) in readers for one in wanted.inputs):
            if mine is not None:
                return places.source(mine, pairs, place) if len(mine.inputs) == 1 else source.name, wanted.name
            readers.add(id(wanted))
    return source.name, "the end"


def _rest(pairs, place, first, others, whole):
    """What there is to say of the parts after the first difference, shortest first."""
    if not others:
        after = next((theirs.name for mine, theirs in pairs[place + 1 :] if mine and theirs), None)
        return f"From {after} on everything else agrees." if after else "Everything else agrees."
    groups = {}
    for difference in others:
        groups.setdefault(_short(difference), []).append(difference)
    if list(groups) == [_short(first)] and first.mine is not None and first.theirs is not None:
        names = words.joined((one.theirs.name for one in others), NAMES)
        return f"The same goes for {names}; the rest agrees."
    phrases = sorted((_phrase(text, group, whole) for text, group in groups.items()), key=len)
    more = f"; and {len(phrases) - MOST} more" if len(phrases) > MOST else ""
    return f"After that: {'; '.join(phrases[:MOST])}{more}."


def _short(difference):
    """What differs, without saying where."""
    mine, theirs = difference.mine, difference.theirs
    if theirs is None:
        return f"{words.described(mine)} too many"
    if mine is None:
        return "missing"
    return " and ".join(_short_setting(mine, in_terms_of(mine, theirs), setting) for setting in difference.settings)


def _short_setting(mine, theirs, setting):
    if setting == "flatten":
        return "without Flatten"
    if setting == "inputs":
        return "fed by others"
    if setting == "shares":
        return "with the weights of another layer"
    if setting == "activation" and theirs.activation == "linear":
        return f"with {words.value(mine, setting)}, which belongs elsewhere"
    if setting == "padding" and NOTHING not in (mine.settings["padding"], theirs.settings["padding"]):
        return "with other zeros around"
    return f"with {words.value(mine, setting)}, not {words.value(theirs, setting)}"


def _phrase(text, group, whole):
    if group[0].theirs is None:
        return f"{text} ({len(group)} times)" if len(group) > 1 else text
    # A block of which nothing is there is one name.
    names = dict.fromkeys(whole.get(id(one.theirs), one.theirs.name) for one in group)
    return f"{words.joined(names, NAMES)} {text}"

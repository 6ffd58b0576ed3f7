"""Put the differences between two nets into three lines: the first one, its likely cause, the rest."""

from itertools import pairwise

from course.checks import words
from course.checks.alignment import in_terms_of
from course.checks.verdict import WrongAnswer

MOST = 4  # phrases in the last line
SHAPING = ("shape", "padding", "kernel_size", "pool_size", "strides", "dilation_rate", "filters", "units", "flatten")


def report(pairs, differences, architecture):
    """The `WrongAnswer` for nets that differ."""
    mine, theirs, settings = differences[0]
    place = pairs.index((mine, theirs))
    if theirs is None:
        lines = _extra(mine, _before(pairs, place), architecture)
    elif mine is None:
        lines = _missing(theirs, pairs, place, architecture)
    else:
        lines = _differing(mine, theirs, settings, pairs, architecture)
    return WrongAnswer(*lines, _rest(pairs, place, differences, architecture))


def _differing(mine, theirs, settings, pairs, architecture):
    place = f"{architecture.name}, layer {theirs.name}"
    as_map = len(mine.shape) != len(theirs.shape)
    sizes = f"{words.cross(mine.shape, as_map)}, the paper's is {words.cross(theirs.shape, as_map)}"
    if theirs.kind == "input":
        return f"{architecture.name}, input: yours is {sizes}.", _input_cause(mine.shape, theirs.shape, architecture)
    shaping = mine.shape != theirs.shape and set(settings) & set(SHAPING)
    if shaping:
        what = "output" if len(mine.shape) == len(theirs.shape) == 1 else "map"
        first = f"{place}: your {what} is {sizes}."
    else:
        yours, wanted = words.value(mine, settings[0]), words.value(in_terms_of(mine, theirs), settings[0])
        first = f"{place}: you have {yours}, {architecture.version} has {wanted}."
    theirs = in_terms_of(mine, theirs)
    causes = [_cause(mine, theirs, setting, pairs, architecture) for setting in settings]
    return first, f"{'. '.join(causes)}{_cited(shaping, architecture)}."


def _input_cause(given, wanted, architecture):
    if len(given) != len(wanted):
        return f"An image has {len(wanted)} axes, height, width and channels: keras.Input({wanted})."
    if given[:2] == wanted[:2]:
        return f"You have {given[2]} channels a pixel; {architecture.name} takes {wanted[2]}: keras.Input({wanted})."
    return f"Your images are {words.cross(given[:2])}; {architecture.input_note} ({architecture.citation})."


def _cause(mine, theirs, setting, pairs, architecture):
    """What was done in one setting; a note of the architecture's says it better."""
    moved = setting == "activation" and _moved(mine, theirs, pairs)
    note = architecture.notes.get((setting, getattr(mine, setting, None), getattr(theirs, setting, None)))
    return moved or note or words.cause(mine, theirs, setting)


def _cited(shaping, architecture):
    """The paper, for what the paper says: sizes, or all where the architecture is the paper's own."""
    return f" ({architecture.citation})" if shaping or architecture.version == "the paper" else ""


def _moved(mine, theirs, pairs):
    """Where the activation has gone to, if the part after has it instead."""
    for (this, _), (after, wanted) in pairwise(pairs):
        if this is mine and after is not None and mine.activation == "linear":
            name = wanted.name if wanted else words.article(after.kind)
            if after.activation == theirs.activation and (wanted is None or wanted.activation == "linear"):
                return f"You put {words.value(theirs, 'activation')} after {name}; it follows {theirs.name} itself"
    return None


def _extra(mine, before, architecture):
    first = f"{architecture.name}, after {before}: you have {words.described(mine)}, {architecture.version} has none."
    note = architecture.notes.get(
        ("extra", mine.kind, None), f"Take it out: it does not come between {before} and what follows"
    )
    return first, f"{note}{_cited(False, architecture)}."


def _missing(theirs, pairs, place, architecture):
    before = _before(pairs, place)
    after = next(
        (wanted.name if wanted else words.described(mine) for mine, wanted in pairs[place:] if mine), "the end"
    )
    first = f"{architecture.name}, layer {theirs.name}: it is missing; your net goes from {before} to {after}."
    return first, f"Add it after {before}: it is {words.described(theirs)}{_cited(False, architecture)}."


def _before(pairs, place):
    return next((theirs.name for _, theirs in reversed(pairs[:place]) if theirs), "the input")


def _rest(pairs, place, differences, architecture):
    """What there is to say of the parts after the first difference, shortest first."""
    others = differences[1:]
    if not others:
        after = next((theirs.name for _, theirs in pairs[place + 1 :] if theirs), None)
        return f"From {after} on everything else agrees." if after else "Everything else agrees."
    groups = {}
    for difference in others:
        groups.setdefault(_short(difference), []).append(difference)
    if list(groups) == [_short(differences[0])] and None not in differences[0]:
        return f"The same goes for {words.joined(theirs.name for _, theirs, _ in others)}; the rest agrees."
    phrases = sorted((_phrase(text, group) for text, group in groups.items()), key=len)
    more = f"; and {len(phrases) - MOST} more" if len(phrases) > MOST else ""
    return f"After that: {'; '.join(phrases[:MOST])}{more}."


def _short(difference):
    """What differs, without saying where."""
    mine, theirs, settings = difference
    if theirs is None:
        return f"{words.described(mine)} too many"
    if mine is None:
        return "missing"
    return " and ".join(_short_setting(mine, in_terms_of(mine, theirs), setting) for setting in settings)


def _short_setting(mine, theirs, setting):
    if setting == "flatten":
        return "without Flatten"
    if setting == "activation" and theirs.activation == "linear":
        return f"with {words.value(mine, setting)}, which belongs elsewhere"
    return f"with {words.value(mine, setting)}, not {words.value(theirs, setting)}"


def _phrase(text, group):
    if group[0][1] is None:
        return f"{text} ({len(group)} times)" if len(group) > 1 else text
    return f"{words.joined(theirs.name for _, theirs, _ in group)} {text}"

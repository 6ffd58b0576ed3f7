"""On which arguments it depends whether a function is wrong: found by its results alone.

Every sentence is a fact about the cases tried.
"""

import inspect
import itertools
import math

import numpy as np

from course.checks.equality import near

SAME = 1e-9


def bound(function, args, kwargs):
    """The arguments of a call by parameter, defaults too, or `None` where the signature does not say."""
    try:
        call = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return None
    call.apply_defaults()
    kinds = {parameter.kind for parameter in call.signature.parameters.values()}
    if kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        return None
    return dict(call.arguments)


def unused(answer, oracle, cases, right, results_of):
    """A sentence that names an argument which the result should depend on and does not, or `None`.

    In each case one argument alone is changed. `results_of(function, args, kwargs)` is a list of arrays or `None`.
    """
    names = positional(answer) or positional(oracle)
    own = defaults(answer)
    places = list(dict.fromkeys(place for args, kwargs in cases for place in (*range(len(args)), *kwargs)))
    for place in places:
        if isinstance(place, int) and place >= len(names):
            continue
        name = names[place] if isinstance(place, int) else place
        others = [_at(case, place) for case in cases if _has(case, place)]
        if name in own:
            others.insert(0, own[name])
        if not all(ok or _has(case, place) for case, ok in zip(cases, right, strict=True)):
            continue  # there are mistakes without it
        with_it = [(case, ok) for case, ok in zip(cases, right, strict=True) if _has(case, place)]
        if _is_unused(answer, oracle, with_it, place, others, results_of):
            return f"{name} makes no difference with you: other values of it give the same result."
    return None


def _is_unused(answer, oracle, cases, place, others, results_of):
    """Whether the answer's result stays in more than one case, in all that are wrong, and moves in none."""
    count = 0
    for case, ok in cases:
        said = _unmoved(answer, oracle, case, place, others, results_of)
        if said is False or not (said or ok):
            return False
        count += bool(said)
    return count > 1


def _unmoved(answer, oracle, case, place, others, results_of):
    """Whether the answer's result stays where the oracle's changes with an argument; `None` if that stays too."""
    before = results_of(oracle, *case)
    if before is None:
        return None
    mine = None
    for other in _different(_at(case, place), others):
        changed = _with(case, place, other)
        after = results_of(oracle, *changed)
        if after is None or near_all(before, after):
            continue
        mine = mine or results_of(answer, *case)
        now = results_of(answer, *changed)
        if mine is None or now is None or not near_all(mine, now):
            return False
    return None if mine is None else True


def _has(case, place):
    return place < len(case[0]) if isinstance(place, int) else place in case[1]


def _at(case, place):
    return case[0][place] if isinstance(place, int) else case[1][place]


def _with(case, place, value):
    args, kwargs = case
    if isinstance(place, int):
        return (*args[:place], value, *args[place + 1 :]), kwargs
    return args, kwargs | {place: value}


def positional(function):
    """The names of the parameters that take arguments by place."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def defaults(function):
    """The default values of a function's parameters, by name."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def near_all(given, expected):
    """Whether two lists of arrays are the same."""
    return len(given) == len(expected) and all(map(near, given, expected))


def _different(value, others):
    """At most three other values for an argument: its default, those of other cases, or some made of an array."""
    if isinstance(value, np.ndarray):
        # In another order and, for what sorts them or adds them up, other ones.
        orders = [np.roll(value, 1), value[::-1]] if value.ndim else []
        return orders + ([(1.5 * value).astype(value.dtype)] if value.dtype.kind == "f" else [])
    distinct = {repr(other): other for other in others if _of_one_kind(other, value)}
    distinct.pop(repr(value), None)
    return list(distinct.values())[:3]


def _of_one_kind(other, value):
    return type(other) is type(value) or (_plain(other) and _plain(value))


def by_argument(results):
    """Wrong results that differ from the expected ones by an argument, as a sum or as a factor, or `None`.

    `results` are (arguments, given, expected) of numbers.
    """
    wrong = [result for result in results if abs(result[1] - result[2]) > SAME]
    names = [name for name, value in results[0][0].items() if _plain(value)]
    for name in names:
        values = [arguments[name] for arguments, *_ in wrong]
        if not all(map(_plain, values)) or len(set(values)) < 2:
            continue
        for sentence, made in (
            (f"You multiply by {name} once too often.", lambda e, v: e * v),
            (f"You multiply by {name} twice too often.", lambda e, v: e * v * v),
            (f"A multiplication by {name} is missing.", lambda e, v: e / v if v else np.nan),
            (f"Two multiplications by {name} are missing.", lambda e, v: e / v / v if v else np.nan),
            (f"You add {name} once too often.", lambda e, v: e + v),
            (f"{name} is missing from the sum: each result is too small by it.", lambda e, v: e - v),
        ):
            if all(
                _plain(arguments[name]) and abs(given - made(expected, arguments[name])) <= 1e-6 * max(1, abs(expected))
                for arguments, given, expected in results
            ):
                return sentence
    return None


def _plain(value):
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def where(results):
    """Which cases are wrong: a sentence on their arguments, or `None` where chance would find one as well.

    `results` are (arguments, right); arguments are those the learner's own parameters have.
    """
    wrong = [not right for _, right in results]
    features = _features(results)
    phrase = _asked(features, wrong, results)
    if phrase:
        sides = " Look for a height that stands for a width." if phrase.endswith("is not square") else ""
        return f"Every case tried in which {phrase} is wrong, and all others are right.{sides}"
    for phrase, holds in features.items():
        covered = all(held for held, failed in zip(holds, wrong, strict=True) if failed) and _of_one(phrase, results)
        few = (sum(holds) / len(holds)) ** sum(wrong) < 0.02 and sum(wrong) >= sum(holds) / 2
        if covered and few and sum(wrong) > 1:
            return f"Only cases in which {phrase} are wrong."
    for (first, a), (second, b) in itertools.combinations(features.items(), 2):
        both = [x and y for x, y in zip(a, b, strict=True)]
        if both == wrong and math.comb(len(wrong), sum(wrong)) > 5000:
            return f"Every case tried in which {first} and {second} is wrong, and all others are right."
    return None


def shared(results):
    """What is true of the arguments of all cases that are marked `False`, and of no others, or `None`."""
    marked = [not mark for _, mark in results]
    return _asked(_features(results), marked, results) if any(marked) else None


def _features(results):
    phrases = [_phrases(arguments) for arguments, _ in results]
    return {phrase: [phrase in held for held in phrases] for phrase in dict.fromkeys(itertools.chain(*phrases))}


def _asked(features, wrong, results):
    """The first phrase that holds in the wrong cases alone, if there are so many cases that chance is unlikely."""
    ways = math.comb(len(wrong), sum(wrong))
    for phrase, holds in features.items():
        if holds == wrong and sum(wrong) > 1 and ways > (20 if _of_one(phrase, results) else 1000):
            return phrase
    return None


def _of_one(phrase, results):
    """Whether it says something plain of one argument: chance needs fewer cases to be ruled out."""
    if phrase.endswith((" has values below 0", " has a 0")):
        return False
    return any(phrase in _phrases_of(name, value) for arguments, _ in results for name, value in arguments.items())


def _phrases(arguments):
    """What is true of a call's arguments, the plainest first."""
    return [phrase for name, value in arguments.items() for phrase in _phrases_of(name, value)] + list(
        _phrases_of_two(arguments)
    )


def _phrases_of(name, value):
    if isinstance(value, bool):
        return [f"{name} is {value}"]
    if value is None:
        return [f"{name} is None"]
    if isinstance(value, str):
        return [f'{name} is "{value}"']
    if _plain(value):
        said = [(f"{name} is a number", True), (f"{name} is above 1", value > 1), (f"{name} is 0", value == 0)]
        said += [(f"{name} is below 0", value < 0), (f"{name} is 1", value == 1), (f"{name} is below 1", value < 1)]
        if float(value).is_integer() and value > 1:
            said += [(f"{name} is even", value % 2 == 0), (f"{name} is odd", value % 2 == 1)]
    elif isinstance(value, list | tuple):
        said = [(f"{name} is empty", len(value) == 0), (f"{name} has more than one item", len(value) > 1)]
    elif isinstance(value, np.ndarray):
        said = _phrases_of_array(name, value)
    else:
        return []
    return [phrase for phrase, holds in said if holds]


def _phrases_of_array(name, value):
    kind = {"u": "unsigned whole numbers (uint8)", "i": "whole numbers", "f": "floats"}.get(value.dtype.kind)
    said = [(f"{name} is of {kind}", bool(kind)), (f"{name} is empty", value.size == 0)]
    first = 1 if value.ndim == 4 and name in ("x", "images") else 0
    if value.ndim >= first + 2:
        height, width = value.shape[first : first + 2]
        said += [
            (f"{name} is not square", height != width),
            (f"{name} is square", height == width),
            (f"{name} has an even number of rows", height % 2 == 0),
            (f"{name} has an odd number of rows", height % 2 == 1),
        ]
    if value.ndim >= 3:
        said.append((f"the last axis of {name} is longer than 1", value.shape[-1] > 1))
    if value.size:
        said += [(f"{name} has values below 0", (value < 0).any()), (f"{name} has a 0", (value == 0).any())]
    return said


def _phrases_of_two(arguments):
    whole = [(name, value) for name, value in arguments.items() if _plain(value)]
    for (first, a), (second, b) in itertools.combinations(whole, 2):
        for holds, words in ((a < b, "less than"), (a > b, "greater than"), (a != b, "not the same as")):
            if holds:
                yield f"{first} is {words} {second}"
        if a and b and float(a).is_integer() and float(b).is_integer() and a % b:
            yield f"{second} does not divide {first}"

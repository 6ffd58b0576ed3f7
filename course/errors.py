"""Sentences for what cannot be: what was received, what was expected, what to try."""

import difflib
import operator


class Unknown(ValueError):
    """An unknown name; a notebook shows its sentence alone."""

    def _render_traceback_(self):
        return [str(self)]


def unknown(kind, name, choices):
    """Return an error, a `ValueError`, for a name that is not among the choices, with the nearest ones named.

    >>> print(unknown("model", "lenet", ["lenet5", "vgg16"]))
    There is no model "lenet"; the nearest is "lenet5". All: lenet5, vgg16.
    """
    choices = [str(choice) for choice in choices]
    near = difflib.get_close_matches(str(name), choices, n=3, cutoff=0.55)
    nearest = ""
    if near:
        verb = "is" if len(near) == 1 else "are"
        nearest = f"; the nearest {verb} " + ", ".join(f'"{choice}"' for choice in near)
    return Unknown(f'There is no {kind} "{name}"{nearest}. All: {", ".join(choices)}.')


def integer(name, value, least):
    """Return the value as an `int`, or raise a `ValueError` if it is no whole number or below `least`.

    >>> integer("strides", 0, 1)
    Traceback (most recent call last):
    ValueError: strides is 0; it must be a whole number, 1 or more.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or number < least:
        raise ValueError(f"{name} is {value!r}; it must be a whole number, {least} or more.")
    return number

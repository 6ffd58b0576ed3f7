"""Read what a learner's function returned: each reader turns it into one kind of value, or says what came instead.

A reader is called as `read(value, name)`, where `name` is the call as the message shows it, and raises `WrongAnswer`.
"""

import sys
from math import isfinite

import numpy as np

from course.checks.calling import article, shortened
from course.checks.verdict import WrongAnswer


def whole_number(value, name):
    """An `int`, from any number without a fraction."""
    number = _scalar(value)
    if type(number) is float and isfinite(number) and number.is_integer():
        return int(number)
    if type(number) is float:
        raise WrongAnswer(
            f"{name} returned {number:g}, expected a whole number.",
            "Sizes and counts have no fraction: a // b divides and rounds down, -(-a // b) rounds up.",
        )
    if type(number) is not int:
        raise wrong_kind(value, name, "a whole number")
    return number


def number(value, name):
    """A `float`."""
    number = _scalar(value)
    if type(number) not in (int, float):
        raise wrong_kind(value, name, "a number")
    return float(number)


def boolean(value, name):
    """True or False."""
    if type(_scalar(value)) is not bool:
        raise wrong_kind(value, name, "True or False")
    return _scalar(value)


def numbers(length=None, form=None):
    """A reader of a tuple of floats, from a tuple, a list or an array of one axis; of any length if it is `None`.

    `form` says in the messages what they are: "(before, after)".
    """
    return _sequence(number, "numbers", length, form)


def whole_numbers(length=None, form=None):
    """A reader as `numbers`, of whole numbers."""
    return _sequence(whole_number, "whole numbers", length, form)


def tuple_of(*readers, form=None):
    """A reader of a tuple or a list with one value for each of the readers: `tuple_of(array, number)`."""
    expected = f"{len(readers)} values{f', {form}' if form else ''}"

    def read(value, name):
        if not isinstance(value, tuple | list):
            raise wrong_kind(value, name, expected)
        if len(value) != len(readers):
            raise _wrong_length(value, name, expected)
        return tuple(reader(part, f"{name}[{i}]") for i, (reader, part) in enumerate(zip(readers, value, strict=True)))

    return read


def array(value, name):
    """An array of numbers, from NumPy or a framework."""
    values = _to_numpy(value)
    if values is None:
        raise wrong_kind(value, name, "an array")
    if values.dtype.kind not in "iuf":
        kind = "text" if values.dtype.kind in "US" else values.dtype
        raise WrongAnswer(f"{name} returned an array of {kind}, expected numbers.", "Return the numbers as they are.")
    return values


def array_like(value, name):
    """An array of numbers, from an array, or from numbers in lists and tuples, nested or not."""
    if isinstance(value, list | tuple):
        try:
            value = np.asarray([part if _to_numpy(part) is None else _to_numpy(part) for part in value])
        except ValueError:
            raise WrongAnswer(
                f"{name} returned rows of different lengths, {shortened(value)}.", "All rows of an array are as long."
            ) from None
    return array(value, name)


def boxes(value, name):
    """An array (boxes, 4), from an array or lists; no boxes may come as an empty list."""
    values = array_like(value, name)
    if values.size == 0:
        return values.reshape(0, 4)
    if values.ndim != 2 or values.shape[1] != 4:
        raise WrongAnswer(
            f"{name} returned an array of shape {values.shape}, expected one row of four numbers for each box.",
            "Return an array of shape (boxes, 4).",
        )
    return values


def wrong_kind(value, name, expected):
    """The `WrongAnswer` for a value of a kind that is not expected."""
    if value is None:
        return WrongAnswer(f"{name} returned None, expected {expected}.", "The function has no return for this case.")
    if getattr(_to_numpy(value), "shape", ()):
        received = f"an array of shape {tuple(value.shape)}"
    else:
        received = f"{article(type(value).__name__)}, {shortened(value)}"
    return WrongAnswer(f"{name} returned {received}; expected {expected}.", f"Return {expected}, and nothing else.")


def _sequence(read_one, noun, length, form):
    expected = f"a tuple or a list of {noun}" if length is None else f"{length} {noun} in a tuple or a list"
    expected += f", {form}" if form else ""

    def read(value, name):
        values = _to_numpy(value)
        items = values.tolist() if values is not None and values.ndim == 1 else value
        if not isinstance(items, tuple | list):
            raise wrong_kind(value, name, expected)
        if length is not None and len(items) != length:
            raise _wrong_length(items, name, expected)
        return tuple(read_one(item, f"{name}[{i}]") for i, item in enumerate(items))

    return read


def _wrong_length(values, name, expected):
    return WrongAnswer(
        f"{name} returned {len(values)} value{'s' if len(values) != 1 else ''}, {shortened(values)}; "
        f"expected {expected}.",
        f"Return {expected}, and nothing else.",
    )


def _scalar(value):
    """An `int`, `float` or `bool`, if it is one or an array without axes that holds one, else `None`."""
    values = _to_numpy(value)
    if values is not None and values.shape == ():
        value = values.item()
    return value if type(value) in (int, float, bool) else None


def _to_numpy(value):
    """The value of an array, a NumPy number or a framework's tensor as a NumPy array, `None` for anything else."""
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value)
    if not hasattr(type(value), "__array__"):
        return None
    keras = sys.modules.get("keras")  # who returns a tensor has imported what makes it
    try:
        return keras.ops.convert_to_numpy(value) if keras and keras.ops.is_tensor(value) else np.asarray(value)
    except Exception:  # a symbolic tensor has no values; another object may refuse
        return None

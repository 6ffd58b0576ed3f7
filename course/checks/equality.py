"""When two results of a function are the same."""

import numpy as np

TOLERANCE = 1e-4


def equal(given, expected, tolerance=TOLERANCE):
    """Whether two numbers, arrays or tuples of them are the same, as `check_function` takes it."""
    if given is None:
        return False
    if isinstance(given, tuple):
        return (
            isinstance(expected, tuple | list)
            and len(given) == len(expected)
            and all(equal(*pair, tolerance) for pair in zip(given, expected, strict=True))
        )
    if isinstance(given, bool | int) and isinstance(expected, bool | int):
        return given == expected
    a, b = floats(given), floats(expected)
    if a.shape != b.shape:
        return False
    numbers = b[np.isfinite(b)]
    allowed = tolerance * max(1.0, np.abs(numbers).max(initial=0))
    with np.errstate(invalid="ignore"):  # infinity - infinity
        near = (a - b <= allowed) & (b - a <= allowed)
    return bool((near | (a == b) | ((a != a) & (b != b))).all())  # NaN is not equal to itself


def floats(value):
    """The value as an array of float64."""
    return np.asarray(value, dtype="float64")


def near(a, b):
    """Whether two arrays are the same but for rounding."""
    a, b = floats(a), floats(b)
    if a.shape != b.shape:
        return False
    return bool((np.abs(a - b) <= 1e-4 * max(np.abs(b[np.isfinite(b)]).max(initial=0), 1e-3)).all())

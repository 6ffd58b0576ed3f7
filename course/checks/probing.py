"""Tell what an unknown function of maps is by what it computes: a rearrangement, a normalisation, a pooling."""

import itertools
from math import prod

import keras
import numpy as np

from course.checks import activations
from course.checks.kinds import LRN, shortcut, whole_map
from course.checks.parts import NOTHING, Part
from course.checks.swaps import LEAST
from course.layers import LocalResponseNormalization

AS_GOOD_AS_INFINITE = -1e4  # what people write for minus infinity, or less
JOINS = {
    "addition": lambda *x: sum(x),
    "multiplication": lambda *x: np.prod(x, axis=0),
    "average of maps": lambda *x: sum(x) / len(x),
    "maximum of maps": lambda *x: np.max(x, axis=0),
    "subtraction": lambda a, *b: a - sum(b),
}


def identified(function, shapes, shape):
    """The `Part`, with nothing to feed it, that computes as the function does, or `None`.

    `shapes` are those of the tensors that the function takes, `shape` that of what it gives, one image's each, channels
    last.
    """
    if any(None in (*one, *shape) for one in shapes):
        return None
    if len(shapes) > 1:
        return _join(function, shapes, shape)
    looks = (_activation, _rearrangement, _over_whole_map, _response, _windows)
    return next(filter(None, (look(function, shapes[0], shape) for look in looks)), None)


def _activation(function, before, after):
    if before != after:
        return None
    name = activations.identify(function)
    if name == "unknown":
        x = _random(before)
        name = activations.named(_values(function, x), x)
    return None if name == "unknown" else Part("activation", after, activation=name)


def _rearrangement(function, before, after):
    """Slices, crops, zeros around and axes left out, told from where each of numbered values goes."""
    x = np.arange(1, prod(before) + 1, dtype="float32").reshape(before)
    y = _values(function, x[None])
    if y is None or y[0].shape != after or len(before) != 3 or len(after) != 3:
        return None
    least = y[0] <= AS_GOOD_AS_INFINITE
    y = np.where(least, 0, y)
    if not np.isin(y[0], [0, *x.flat]).all():
        return None
    given = np.argwhere(y[0])
    if not len(given):
        return Part("zeros", after)
    first, last = given.min(axis=0), given.max(axis=0)
    core = y[0][tuple(slice(a, b + 1) for a, b in zip(first, last, strict=True))]
    next_ones = [core[tuple(int(axis == i) if n > 1 else 0 for i, n in enumerate(core.shape))] for axis in range(3)]
    if 0 in (core[0, 0, 0], *next_ones):  # no value of the map's
        return None
    start = _place(core[0, 0, 0], before)
    steps = [(_place(v, before) - start)[i] or 1 for i, v in enumerate(next_ones)]
    expected = x[tuple(slice(a, None, step) if step > 0 else slice(0) for a, step in zip(start, steps, strict=True))]
    if not np.array_equal(expected[tuple(map(slice, core.shape))], core):
        return None
    zeros = [(int(a), int(n - 1 - b)) for a, b, n in zip(first, last, after, strict=True)]
    left = [(int(a), int(n - a - m)) for a, n, m in zip(start, before, core.shape, strict=True)]
    whole = [n == (0, 0) for n in left]
    if least.any() and not np.array_equal(least, y[0] == 0):
        return None
    if steps == [1, 1, 1] and all(whole) and zeros[2] == (0, 0):
        kind = LEAST if least.any() else "zero padding"
        return Part(kind, after, {"padding": tuple(zeros[:2])}, written={"padding": tuple(zeros[:2])})
    if least.any():
        return None
    if steps == [1, 1, 1] and whole[2] and not any(map(any, zeros)):
        return Part("crop", after, {"crops": tuple(left[:2])})
    if steps == [1, 1, 1] and all(whole[:2]) and not any(map(any, zeros)):
        return Part("channel slice", after, {"channels": (int(start[2]), int(start[2]) + after[2])})
    if whole[2] and steps[2] == 1 and not any(start) and not any(map(any, zeros[:2])):
        return shortcut(after, (int(steps[0]), int(steps[1])), zeros[2])
    return None


def _place(value, shape):
    return np.array(np.unravel_index(int(value) - 1, shape))


def _over_whole_map(function, before, after):
    if len(before) != 3 or after not in (before[-1:], (1, 1, before[-1])):
        return None
    x = _random(before)
    y = _values(function, x)
    for kind, reduce in (("average pooling", np.mean), ("max pooling", np.max)):
        if _near(y, reduce(x, axis=(1, 2)).reshape(2, *after)):
            return whole_map(kind, after[-1:], before)
    return None


def _response(function, before, after):
    """Local response normalisation, its constants measured: one map far larger than the rest, and very small maps."""
    if before != after or len(before) != 3 or before[2] < 3:
        return None
    middle = before[2] // 2
    x = np.zeros((4, *before), "float32")
    x[0, ..., middle], x[1, ..., middle], x[2, ..., middle] = 1e-3, 1e6, 1e7
    x[3] = 1
    x[3, ..., middle] = 1e6
    y = _values(function, x)
    if y is None or y.shape != x.shape:
        return None
    with np.errstate(all="ignore"):
        small, large, larger = (float(x[i, 0, 0, middle] / y[i, 0, 0, middle]) for i in range(3))
        beta = np.log(larger / large) / np.log(100)
        k = small ** (1 / beta)
        alpha = (large ** (1 / beta) - k) / 1e12
        seen = np.flatnonzero(y[3, 0, 0] < 0.5 * np.median(y[3, 0, 0]))
        if len(seen) > before[2] // 2:
            seen = np.flatnonzero(y[3, 0, 0] < 0.5 * y[3, 0, 0].max())
    if not np.isfinite([alpha, beta, k]).all() or beta <= 0 or not len(seen):
        return None
    n = 2 * int(max(middle - seen.min(), seen.max() - middle)) + 1
    constants = {"n": float(n)} | {
        name: float(f"{value:.3g}") for name, value in (("k", k), ("alpha", alpha), ("beta", beta))
    }
    x = _random(before) * 30
    same = LocalResponseNormalization(**constants | {"n": n}, data_format="channels_last")
    return Part(LRN, after, constants) if _near(_values(function, x), _values(same, x), 1e-3) else None


def _windows(function, before, after):
    """Pooling of 2, 3 or 5, by its values; overlapping or not."""
    if len(before) != 3 or len(after) != 3 or before[2] != after[2]:
        return None
    x = _random(before)
    y = _values(function, x)
    for size, strides, padding in itertools.product((2, 3, 5), (1, 2, 3), ("valid", "same")):
        outputs = tuple(-(-n // strides) if padding == "same" else (n - size) // strides + 1 for n in before[:2])
        if outputs != after[:2]:
            continue
        total = [max((n - 1) * strides + size - m, 0) for n, m in zip(outputs, before, strict=False)]
        zeros = tuple((n // 2, n - n // 2) for n in total) if padding == "same" else NOTHING
        for kind, pool in (("max pooling", keras.ops.max_pool), ("average pooling", keras.ops.average_pool)):
            known = _values(lambda x, pool=pool: pool(x, size, strides, padding, data_format="channels_last"), x)  # noqa: B023
            settings = {"padding": zeros, "pool_size": (size,) * 2, "strides": (strides,) * 2}
            if _near(y, known):
                return Part(kind, after, settings, written={"padding": padding})
            if pool is keras.ops.average_pool and padding == "valid" and _near(y, known * size**2):
                return Part("sum pooling", after, settings, written={"padding": padding})
    return None


def _join(function, shapes, shape):
    tensors = [_random(one, seed) for seed, one in enumerate(shapes)]
    made = _values(function, *tensors)
    if len(set(shapes)) == 1 and shapes[0] == shape:
        for kind, join in JOINS.items():
            if _near(made, join(*tensors)):
                return Part(kind, shape)
    fits = {one[:-1] for one in shapes} == {shape[:-1]} and sum(one[-1] for one in shapes) == shape[-1]
    return Part("concatenation", shape) if fits and _near(made, np.concatenate(tensors, axis=-1)) else None


def _values(function, *tensors):
    try:
        return np.asarray(keras.ops.convert_to_numpy(function(*map(keras.ops.convert_to_tensor, tensors))))
    except Exception:  # whatever a learner's function raises, it is none of the known ones
        return None


def _near(given, wanted, tolerance=1e-5):
    return (
        given is not None
        and wanted is not None
        and given.shape == wanted.shape
        and np.allclose(given, wanted, rtol=tolerance, atol=tolerance)
    )


def _random(shape, seed=0):
    return np.random.default_rng(seed).uniform(-3, 3, (2, *shape)).astype("float32")

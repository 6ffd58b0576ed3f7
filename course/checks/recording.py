"""Let TensorFlow's own functions leave their trace in a symbolic call, as Keras's layers and `keras.ops` do.

`tf.nn.relu` and the like refuse Keras's symbolic tensors. While a learner's `call` is opened they take them, and each
becomes an operation in the graph, which computes what the function does.
"""

import contextlib
import contextvars
import functools
import itertools
from math import prod

import keras

# What they give is no tensor of values, and depends on sizes that a symbolic tensor leaves open.
ABOUT_SHAPES = ("size", "size_v2", "rank", "shape_n")

_records = contextvars.ContextVar("records", default=None)  # a list while they are kept
_numbers = itertools.count(1)


class Open:
    """The size of a batch, as `tf.shape` gives it: it can stand in a shape, and nothing can be computed with it."""


class Recorded(keras.Operation):
    """One call of a function of TensorFlow's."""

    def __init__(self, function):
        super().__init__(name=f"{function.__name__}_{next(_numbers)}")
        self.function = function

    def call(self, *args, **kwargs):
        return self.function(*args, **kwargs)


@contextlib.contextmanager
def recorded():
    """Meanwhile TensorFlow's functions take symbolic tensors, in this thread, if it is the backend; a list of them."""
    if keras.config.backend() == "tensorflow":
        _listen()
    records = []
    before = _records.set(records)
    try:
        yield records
    finally:
        _records.reset(before)


@functools.cache
def _listen():
    """Once: TensorFlow asks who is registered here when a function of its own has raised TypeError or ValueError.

    A TensorFlow without this place leaves its functions unread: they are compared by what comes out.
    """
    import tensorflow as tf

    dispatch = getattr(getattr(tf, "__internal__", None), "dispatch", None)
    if dispatch is None:
        return

    class Dispatcher(dispatch.GlobalOpDispatcher):
        def handle(self, op, args, kwargs):
            given = keras.tree.flatten((args, kwargs))
            if _records.get() is None or not any(isinstance(one, keras.KerasTensor) for one in given):
                return self.NOT_SUPPORTED
            if op.__name__ in ABOUT_SHAPES:
                return self.NOT_SUPPORTED
            if op.__name__ in ("shape", "shape_v2"):
                return tuple(Open() if size is None else size for size in given[0].shape)
            if any(isinstance(one, Open) for one in given):
                tensor = next(one for one in given if isinstance(one, keras.KerasTensor))
                args, kwargs = _closed(tensor, args, kwargs)
            _records.get().append(Recorded(op))
            return _records.get()[-1](*args, **kwargs)

    Dispatcher().register()


def _closed(tensor, args, kwargs):
    """The arguments of a reshape without open sizes: the batch's is −1, so that none of the others may be."""

    def close(value):
        if not isinstance(value, (list, tuple)) or not any(isinstance(one, Open) for one in value):
            return value
        known = prod(one for one in value if isinstance(one, int) and one != -1)
        rest = prod(tensor.shape[1:]) // known
        return [-1 if isinstance(one, Open) else rest if one == -1 else one for one in value]

    return tuple(map(close, args)), {name: close(value) for name, value in kwargs.items()}

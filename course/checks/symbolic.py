"""Build models without their weights: the layers, the shapes and the graph are there, and nothing is allocated."""

import contextlib
import contextvars
import functools
import gc
import threading
from unittest import mock

import keras

from course.checks import quick
from course.checks.limits import stop


def without_weights(function):
    """What the function returns, a model say, or raises, where each weight has a shape and no value.

    Whatever needs values raises: training, `set_weights`, an optimizer. `compile` does nothing. A thread of its own
    keeps Keras from giving the weights values later, when another scope ends in this thread.
    """
    outcome = {}
    context = contextvars.copy_context()
    policy = keras.config.dtype_policy()

    def run():
        keras.config.set_dtype_policy(policy)  # each thread has its own
        try:
            with _no_tensors(), keras.StatelessScope(initialize_variables=False):
                outcome["value"] = context.run(function)
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=run, name="model without weights", daemon=True)
    # `limited` looks here for where the learner's code is.
    threading.current_thread().waits_for = thread
    with mock.patch.object(keras.Model, "compile", return_value=None), no_collection(), quick.bookkeeping():
        thread.start()
        try:
            while thread.is_alive():
                thread.join(0.05)  # short, so that being stopped is noticed
        finally:
            stop(thread)
            threading.current_thread().waits_for = None
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


def added_at_once(function):
    """The function, with each `Sequential` that it adds layers to built once, at its end.

    Keras builds such a model anew with every layer, so VGG-19 takes as long as ten. A function that raises so, since it
    looks at a model in between say, is called again and Keras builds as it does.
    """

    @functools.wraps(function)
    def build(*args, **kwargs):
        with _not_rebuilding() as added:
            try:
                value = function(*args, **kwargs)
                for model, shape in added.values():
                    if shape is not None and not model.built:
                        model.build(shape)
                return value
            except Exception:
                if not added:
                    raise
        return function(*args, **kwargs)

    return build


@contextlib.contextmanager
def _not_rebuilding():
    """{id: (model, shape of its input or `None`)} of the `Sequential` models that layers are added to meanwhile."""
    add, added = keras.Sequential.add, {}

    def adding(model, layer, rebuild=True):
        add(model, layer, rebuild=False)
        first = next(
            (getattr(layer, name) for name in ("batch_shape", "shape", "input_shape") if hasattr(layer, name)), None
        )
        added.setdefault(id(model), (model, first))

    with mock.patch.object(keras.Sequential, "add", adding):
        yield added


@contextlib.contextmanager
def no_collection():
    """No garbage collection meanwhile: thousands of small objects that stay would be looked through again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _no_tensors():
    """Where operations on tensors compute nothing, if the backend has such a place."""
    if keras.config.backend() != "tensorflow":
        return contextlib.nullcontext()
    import tensorflow as tf

    return tf.Graph().as_default()

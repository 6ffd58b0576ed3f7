"""Build models without their weights: the layers, the shapes and the graph are there, and nothing is allocated."""

import contextlib
import contextvars
import gc
import threading
from unittest import mock

import keras

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
    with mock.patch.object(keras.Model, "compile", return_value=None), no_collection():
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

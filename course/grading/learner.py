"""The learner's process: runs the submission's cells, and answers the calls of the tests' process.

All that is here may be read, patched and lied about by the submission. Nothing depends on it but the answers.
"""

import collections.abc
import contextlib
import functools
import itertools
import os
import pkgutil
import selectors
import sys
from unittest import mock

from course.grading import shell as shells
from course.grading.calls import FORWARDED, SEEDS
from course.grading.objects import Items, LearnersObjects, Place
from course.grading.wire import Channel, Late, Lost, Unsendable

ITEMS = 100_000  # of an iterator


def main(control: Channel, calls: Channel):
    """Run what the grader asks for until it goes."""
    shell = shells.make()
    peer = LearnerPeer(calls, shell)
    with selectors.DefaultSelector() as selector:
        for channel in (control, calls):
            selector.register(channel, selectors.EVENT_READ, channel)
        while True:
            try:
                for key, _ in selector.select():
                    message, blobs = key.data.receive()
                    if key.data is calls:
                        peer.answer(message, blobs)
                    else:
                        control.send(_run(shell, message))
            except KeyboardInterrupt:  # it came when the cell had ended
                continue
            except (Lost, Late):
                return


def _run(shell, message):
    for name, content in message.get("files", {}).items():
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        with open(name, "wb") as file:
            file.write(bytes.fromhex(content))
    outputs, result = shells.run(shell, message.get("source", ""), message.get("count", 1))
    return {"outputs": outputs, "failed": not result.success}


class LearnerPeer(LearnersObjects):
    """The learner's side of the calls."""

    def __init__(self, channel, shell):
        super().__init__(channel)
        self.shell = shell
        self.patches, self.used = contextlib.ExitStack(), []

    def on_fetch(self, value, blobs):
        """The value of a name in the learner's cells."""
        (name,) = value
        namespace = self.shell.user_ns
        if name not in namespace:
            return {"value": self.write((False, None), blobs)}
        return {"value": self.write((True, namespace[name]), blobs)}

    def on_call(self, value, blobs):
        """Call an object with arguments; what they became goes back beside the result."""
        target, args, kwargs, in_graph = value
        before = self._fingerprint(args, kwargs)
        function = target if callable(target) else None
        if function is None:
            raise TypeError(f"'{type(target).__name__}' object is not callable")
        with self._in_graph(in_graph):
            result, printed = self._printing(lambda: function(*args, **kwargs))
            reply = {"value": self.write(self._listed(result), blobs), "printed": printed}
        if self._fingerprint(args, kwargs) != before:
            reply["changed"] = self.write([list(args), kwargs], blobs)
        return reply

    def on_trace(self, value, blobs):
        """What an object makes of symbolic tensors, as a graph of Keras's layers."""
        from course.grading import models

        target, args, kwargs, shapes, in_graph = value

        def call(tensors):
            given = _replaced((args, kwargs), dict(enumerate(tensors)))
            return target(*given[0], **given[1])

        with self._in_graph(in_graph):
            (config, weights, outputs), printed = self._printing(
                lambda: models.traced(call, shapes, weights=not in_graph)
            )
        if config is None:
            return {"value": self.write((None, None, self._listed(outputs)), blobs), "printed": printed}
        counter = itertools.count()
        import keras

        outputs = keras.tree.map_structure(
            lambda item: Place(next(counter)) if keras.utils.is_keras_tensor(item) else item, outputs
        )
        return {"value": self.write((config, weights, outputs), blobs), "printed": printed}

    def on_getattr(self, value, blobs):
        target, name = value
        if name.startswith("__") and name not in FORWARDED:
            raise AttributeError(f"'{type(target).__name__}' object has no attribute '{name}'")
        return {"value": self.write(getattr(target, name), blobs)}

    def on_setattr(self, value, blobs):
        setattr(*value)
        return {"value": None}

    def on_build(self, value, blobs):
        """Build a layer for a shape; its weights: name, shape, type, whether trained, values."""
        layer, shape = value
        printed = []
        if shape is not None and not layer.built:
            _, printed = self._printing(lambda: layer.build(shape))
            layer.built = True
        weights = [
            (weight.path.split("/")[-1], tuple(weight.shape), str(weight.dtype), bool(weight.trainable), weight.numpy())
            for weight in layer.weights
        ]
        return {"value": self.write(weights, blobs), "printed": printed}

    def on_assign(self, value, blobs):
        layer, values = value
        for weight, content in zip(layer.weights, values, strict=True):
            weight.assign(content)
        return {"value": None}

    def on_spec(self, value, blobs):
        """The shape and type of what a layer makes of a tensor."""
        import keras

        layer, shape, dtype = value
        made, printed = self._printing(lambda: layer(keras.Input(batch_shape=shape, dtype=dtype)))
        return {"value": self.write((tuple(made.shape), str(made.dtype)), blobs), "printed": printed}

    def on_seed(self, value, blobs):
        (path, args) = value
        if path in SEEDS:
            pkgutil.resolve_name(path)(*args)
        return {"value": None}

    def on_watch(self, value, blobs):
        """Note from here on which of these functions, "module.name", the learner's code comes to call."""
        (paths,) = value
        self.patches.close()
        self.used = []
        for path in paths:
            self.patches.enter_context(mock.patch(path, _noting(pkgutil.resolve_name(path), path, self.used)))
        return {"value": None}

    def on_used(self, value, blobs):
        self.patches.close()
        return {"value": self.write(sorted(set(self.used)), blobs)}

    def _printing(self, function):
        """What a function returns and what it prints, as [stream, text] each."""
        collector = self.shell.collector
        collector.take()
        try:
            result = function()
        finally:
            outputs = collector.take()
        return result, [[output["name"], output["text"]] for output in outputs if output["output_type"] == "stream"]

    @contextlib.contextmanager
    def _in_graph(self, in_graph):
        if not in_graph:
            yield
            return
        import tensorflow as tf

        self.weights = False
        try:
            with tf.Graph().as_default():
                yield
        finally:
            self.weights = True

    def _fingerprint(self, args, kwargs):
        blobs = []
        try:
            return repr(self.write([list(args), kwargs], blobs)), [bytes(blob) for blob in blobs]
        except Unsendable:
            return None

    def _listed(self, value):
        if isinstance(value, collections.abc.Iterator) and not hasattr(value, "__len__"):
            return Items(list(itertools.islice(value, ITEMS)))
        return value


def _replaced(value, tensors):
    if isinstance(value, Place):
        return tensors[value.number]
    if isinstance(value, list | tuple):
        return type(value)(_replaced(item, tensors) for item in value)
    if isinstance(value, dict):
        return {key: _replaced(item, tensors) for key, item in value.items()}
    return value


def _noting(original, path, used):
    from course.checks.calling import is_learners

    @functools.wraps(original)
    def noted(*args, **kwargs):
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != __file__:
            if is_learners(frame.f_code.co_filename):
                used.append(path)
                break
            frame = frame.f_back
        return original(*args, **kwargs)

    return noted

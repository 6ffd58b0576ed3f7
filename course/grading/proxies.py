"""The tests' side of the calls: functions, classes, layers and objects that stand for the learner's.

A stand-in says what Python and the checks ask of an answer (name, signature, methods, weights) and passes on calls. It
never passes on a comparison or a truth value: no object of the learner's can claim to equal what a test expects.
"""

import pkgutil
import sys
from unittest import mock

import keras

from course.checks import judge
from course.grading import models
from course.grading.calls import SEEDS
from course.grading.objects import Place
from course.grading.stand_ins import Remote, StandIns, eager, known
from course.grading.wire import Lost, Malformed, Unsendable


class TestsPeer(StandIns):
    """The tests' side: what the learner's process sends becomes stand-ins."""

    __test__ = False  # no test class of pytest's

    def __init__(self, channel, interrupt, write):
        super().__init__(channel, interrupt)
        self.print = write  # (stream, text)
        self.exported = []

    def fetch(self, name):
        """`(whether it is there, its value)` of a name in the learner's cells."""
        found = self.request("fetch", name)
        if not isinstance(found, tuple) or len(found) != 2:
            raise Malformed("An answer came to another question.")
        return found

    def call(self, target, args, kwargs):
        """Call an object of the learner's."""
        in_graph = "tensorflow" in sys.modules and not eager()
        tensors = [item for item in keras.tree.flatten((args, kwargs)) if keras.utils.is_keras_tensor(item)]
        if not tensors:
            return self.request("call", target, list(args), kwargs, in_graph)
        places = {id(tensor): number for number, tensor in enumerate(tensors)}
        given = keras.tree.map_structure(
            lambda item: Place(places[id(item)]) if id(item) in places else item, (list(args), kwargs)
        )
        shapes = [(tuple(tensor.shape), str(tensor.dtype)) for tensor in tensors]
        config, weights, outputs = self.request("trace", target, *given, shapes, in_graph)
        if config is None:
            return outputs
        made = models.inline(config, weights, tensors)
        return keras.tree.map_structure(lambda item: made[item.number] if isinstance(item, Place) else item, outputs)

    def returned(self, message, blobs, value):
        for item in message.get("printed") or []:
            stream, text = item
            self.print("stderr" if stream == "stderr" else "stdout", str(text))
        result = super().returned(message, blobs, value)
        if "changed" in message and len(value) == 4:
            for mine, theirs in zip(value[1:3], self.read(message["changed"], blobs), strict=True):
                change(mine, theirs)
        return result

    def on_call(self, value, blobs):
        """The learner's code calls a function that the test handed over."""
        function, args, kwargs = value
        if not any(function is exported for exported in self.exported):
            raise Malformed("The call is to a function that no test has handed over.")
        return {"value": self.write(function(*args, **kwargs), blobs)}

    def watched(self, shipped):
        """What `course.checks.judge` asks: whether the learner's code comes to call what the course ships."""
        return _Watch(self, list(shipped))

    def write_object(self, value, blobs, depth):
        if isinstance(value, Place):
            return {"t": "symbolic", "v": value.number}
        number = value.__dict__.get("_number") if isinstance(value, Remote) else self.numbers.get(id(value))
        if number is not None:
            return {"t": "learners", "v": number}
        if isinstance(value, keras.layers.Layer):
            return {"t": "model", "v": [self.write(part, blobs) for part in models.describe(value)]}
        if isinstance(value, keras.Variable) or keras.ops.is_tensor(value):
            try:
                return {"t": "tensor", "v": self.write(keras.ops.convert_to_numpy(value), blobs)}
            except Exception:
                raise Unsendable("A tensor inside a TensorFlow function has no values that can pass.") from None
        if callable(value):
            self.exported.append(value)
            return {"t": "tests", "v": len(self.exported) - 1}
        return super().write_object(value, blobs, depth)

    def read_object(self, tag, content, blobs, depth):
        if tag == "function":
            return self.function(content)
        if tag == "class":
            return self.stand_in(content)
        if tag == "layer":
            return self.layer(content)
        if tag == "object":
            return self.instance(content)
        if tag == "known":
            return known(*content)
        if tag == "model":
            return models.build(self.read(content[0], blobs), self.read(content[1], blobs))
        if tag == "tensor":
            return keras.ops.convert_to_tensor(self.read(content, blobs))
        if tag == "iterator":
            return iter([self.read(item, blobs, depth + 1) for item in content])
        if tag == "place":
            return Place(int(content))
        if tag == "tests":
            return self.exported[content]
        return super().read_object(tag, content, blobs, depth)


class _Watch:
    """A context in which the learner's process watches; it is true when something that is shipped was used."""

    def __init__(self, peer, paths):
        self.peer, self.paths = peer, paths

    def __enter__(self):
        self.peer.request("watch", self.paths)
        return self

    def __exit__(self, *_):
        return None

    def __bool__(self):
        try:
            return bool(self.peer.request("used"))
        except Lost:
            return False


def install(peer):
    """Let the checks of this process ask the learner's process where they would look at its code."""
    judge.watched = peer.watched
    for path in SEEDS:
        original = pkgutil.resolve_name(path)

        def both(*args, _original=original, _path=path):
            peer.request("seed", _path, list(args))
            return _original(*args)

        mock.patch(path, both).start()


def change(mine, theirs):
    """Make an argument what the learner's function has made of it."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in [key for key in mine if key not in theirs]:
            del mine[key]
        for key, value in theirs.items():
            mine[key] = change(mine[key], value) if key in mine else value
    elif isinstance(mine, list) and isinstance(theirs, list):
        old = mine[:]
        mine[:] = [change(a, b) for a, b in zip(old, theirs, strict=False)] + theirs[len(old) :]
    elif isinstance(mine, set) and isinstance(theirs, set):
        mine.intersection_update(theirs)
        mine.update(theirs)
    elif isinstance(mine, tuple) and isinstance(theirs, tuple) and len(mine) == len(theirs):
        return tuple(change(a, b) for a, b in zip(mine, theirs, strict=True))
    elif type(mine).__name__ == "ndarray" and type(theirs) is type(mine) and mine.shape == theirs.shape:
        mine[...] = theirs
    elif isinstance(mine, keras.Layer) and isinstance(theirs, keras.Layer):
        _change_layer(mine, theirs)
    elif type(mine) in (bool, int, float, str, bytes) and type(theirs) is type(mine):
        return theirs
    return mine


def _change_layer(mine, theirs):
    """Give a layer or model the weights of its copy, and what of it is trained."""
    if [weight.shape for weight in mine.weights] != [weight.shape for weight in theirs.weights]:
        return
    mine.set_weights(theirs.get_weights())
    _freeze(mine, theirs)


def _freeze(mine, theirs):
    if mine.trainable != theirs.trainable:
        mine.trainable = theirs.trainable
    for one, other in zip(getattr(mine, "layers", ()), getattr(theirs, "layers", ()), strict=False):
        _freeze(one, other)

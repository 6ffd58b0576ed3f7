"""Stand-ins for the learner's functions, classes, objects and layers."""

import functools
import importlib
import inspect
import pkgutil
from types import FunctionType

import keras

from course.grading import models
from course.grading.calls import FORWARDED, Peer, remember_source
from course.grading.wire import Malformed


class Remote:
    """An object of the learner's: attributes and methods are asked for there."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return self._peer.request("getattr", self, name)

    def __setattr__(self, name, value):
        self._peer.request("setattr", self, name, value)

    def __repr__(self):
        return f"<{type(self).__name__} object>"


class StandIns(Peer):
    """The tests' side of the wire: what the learner's process describes is made here."""

    def __init__(self, channel, interrupt):
        super().__init__(channel, interrupt)
        self.numbers, self.kept = {}, []  # id of a stand-in: its number there; and the stand-ins, that ids stay theirs
        self.classes = {}

    def call(self, target, args, kwargs):
        """Call an object of the learner's."""
        raise NotImplementedError

    def keep(self, stand_in, number):
        self.numbers[id(stand_in)] = int(number)
        self.kept.append(stand_in)
        return stand_in

    def function(self, spec):
        """A function that stands for the learner's, at the learner's place."""
        name = str(spec["name"])
        body = "pass" if spec.get("stub") else "return _remote(args, kwargs)"
        namespace = {"__name__": "__main__"}
        exec(f"def stand_in(*args, **kwargs):\n    {body}\n", namespace)
        function = namespace["stand_in"]
        code = function.__code__.replace(co_name=name, co_qualname=name)
        file, line = str(spec.get("file", "")), spec.get("line", 1)
        if file.startswith("<ipython-input-") and type(line) is int and 0 < line < 100_000:
            code = code.replace(co_filename=file, co_firstlineno=line)
            for offset, text in enumerate(str(spec.get("lines", "")).splitlines(keepends=True)):
                remember_source(file, line + offset, text)
        function = FunctionType(code, namespace, name)

        def remote(args, kwargs):
            return self.call(function, args, kwargs)

        namespace["_remote"] = remote
        function.__module__, function.__doc__ = str(spec.get("module")), _text_or_none(spec.get("doc"))
        parameters = _signature(spec.get("parameters"))
        if parameters is not None:
            function.__signature__ = parameters
        return self.keep(function, spec["number"])

    def stand_in(self, spec):
        """A class that stands for the learner's."""
        number = int(spec["number"])
        if number in self.classes:
            return self.classes[number]
        methods = {
            str(name): self.function(method)
            for name, method in spec["methods"].items()
            if not str(name).startswith("__") or name in (*FORWARDED, "__init__")
        }
        base = {"layer": keras.layers.Layer, "model": keras.Model}.get(spec["family"], Remote)
        if base is not Remote and spec.get("known"):
            base = known(*spec["known"])
        if base is Remote:
            body = {name: method for name, method in methods.items() if name != "__init__"}
            body |= {"__new__": self._new, "_peer": self}
            if "__init__" in methods:
                body["__init__"] = _done
        else:
            body = self._layer_methods(methods)
        made = type(str(spec["name"]), (base,), {**body, "__module__": str(spec["module"])})
        self.classes[number] = made
        return self.keep(made, number)

    def _new(self, kind, *args, **kwargs):
        return self.call(kind, args, kwargs)

    def instance(self, spec):
        kind = self.stand_in(spec["class"])
        made = object.__new__(kind)
        made.__dict__["_number"] = int(spec["number"])
        return made

    def layer(self, spec):
        """A layer that stands for the learner's, with weights of its own that are copied there before each call."""
        kind = self.stand_in(spec["class"])
        base = keras.Model if issubclass(kind, keras.Model) else keras.layers.Layer
        made = base.__new__(kind)
        base.__init__(made)
        self.keep(made, spec["number"])
        self.mirror(made, None)
        return made

    def mirror(self, layer, shape):
        """Give the stand-in the weights that the learner's layer has, once built for the shape."""
        weights = self.request("build", layer, shape)
        for name, size, dtype, trainable, values in weights[len(layer.weights) :]:
            variable = layer.add_weight(shape=size, dtype=dtype, trainable=trainable, name=name, initializer="zeros")
            if eager():
                variable.assign(values)

    def _layer_methods(self, methods):
        peer = self

        def build(self, input_shape):
            peer.mirror(self, tuple(input_shape))
            self.built = True

        def call(self, *args, **kwargs):
            if self.weights and eager():
                peer.request("assign", self, [weight.numpy() for weight in self.weights])
            return peer.call(self, args, kwargs)

        def compute_output_spec(self, inputs, *args, **kwargs):
            shape, dtype = peer.request("spec", self, tuple(inputs.shape), str(inputs.dtype))
            return keras.KerasTensor(shape, dtype=dtype)

        body = {name: method for name, method in methods.items() if name not in ("__init__", "build", "call")}
        if "__init__" in methods:
            body["__init__"] = _done
        body |= {"__new__": self._new, "build": build}
        if "call" in methods:
            call.__signature__ = inspect.signature(methods["call"])
            body |= {"call": call, "compute_output_spec": compute_output_spec}
        return body


def known(module, name):
    """A class of the course's or of Keras's layers. Raises `Malformed` for any other."""
    module, name = str(module), str(name)
    found = None
    if module.startswith("course.") and module in _course_modules():
        found = getattr(importlib.import_module(module), name, None)
    elif module.startswith("keras.") and name not in models.NOT_LAYERS:
        found = getattr(keras.layers, name, None)
    if not isinstance(found, type):
        raise Malformed(f"A class came that is none of the course's or of Keras's layers: {name[:80]}.")
    return found


@functools.cache
def _course_modules():
    import course

    return {info.name for info in pkgutil.walk_packages(course.__path__, "course.")}


def eager():
    """Whether operations run at once, and not in a graph that is being made."""
    import tensorflow as tf

    return tf.executing_eagerly()


def _done(self, *args, **kwargs):
    """The learner's object was made when `__new__` asked for it."""
    del args, kwargs  # a body of its own: an empty one would be taken for an answer not attempted


def _signature(parameters):
    if not isinstance(parameters, list):
        return None
    try:
        return inspect.Signature(
            [
                inspect.Parameter(str(name), inspect._ParameterKind(kind), default=default if has else inspect._empty)
                for name, kind, has, default in parameters
            ]
        )
    except (TypeError, ValueError):
        return None


def _text_or_none(value):
    return value if value is None else str(value)

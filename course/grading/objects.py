"""The learner's objects as data: what the tests' process needs to make stand-ins for them."""

import contextlib
import functools
import inspect
import sys
import types

from course.checks.calling import is_stub
from course.grading.calls import FORWARDED, Peer
from course.grading.wire import Unsendable


class LearnersObjects(Peer):
    """The learner's side of the wire: objects stay here, and the other side has their numbers."""

    def __init__(self, channel):
        super().__init__(channel)
        self.objects, self.numbers = [], {}
        self.weights = True  # whether models pass with their weights

    def keep(self, value):
        """The number of an object."""
        if id(value) not in self.numbers:
            self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        return self.numbers[id(value)]

    def write_object(self, value, blobs, depth):
        if isinstance(value, Place):
            return {"t": "place", "v": value.number}
        if isinstance(value, Items):
            return {"t": "iterator", "v": [self.write(item, blobs, depth + 1) for item in value.items]}
        if isinstance(value, Theirs):
            return {"t": "tests", "v": value.number}
        written = self._write_keras(value, blobs) if "keras" in sys.modules else None
        if written is not None:
            return written
        if isinstance(value, type):
            return self._write_class(value)
        if isinstance(value, types.ModuleType):
            raise Unsendable(f"The module {value.__name__} cannot pass; import it in a cell of the lesson.")
        if _is_function(value):
            return {"t": "function", "v": self._function(value)}
        kind = type(value)
        return {
            "t": "object",
            "v": {"number": self.keep(value), "class": self._class(kind), "module": _module_of(value)},
        }

    def _write_keras(self, value, blobs):
        import keras

        from course.checks import opening
        from course.grading import models

        if isinstance(value, keras.Model):
            return self._write_model(value, blobs)
        if isinstance(value, keras.layers.Layer):
            if opening.is_opaque(value) or not type(value).__module__.startswith(("keras.", "course.")):
                return {"t": "layer", "v": {"number": self.keep(value), "class": self._class(type(value))}}
            config, weights = models.describe(value, weights=self.weights)
            return {"t": "model", "v": [self.write(config, blobs), self.write(weights, blobs)]}
        if keras.utils.is_keras_tensor(value):
            raise Unsendable("A symbolic tensor cannot pass by itself.")
        if isinstance(value, keras.Variable) or keras.ops.is_tensor(value):
            return {"t": "tensor", "v": self.write(keras.ops.convert_to_numpy(value), blobs)}
        return None

    def _write_model(self, model, blobs):
        from course.checks import opening
        from course.grading import models

        try:
            config, weights = models.describe(model, weights=self.weights)
        except Unsendable:
            if not opening.is_opaque(model):
                raise
            functional = _opened(model)
            if functional is None:  # it waits for an input, and its stand-in asks for what it makes of one
                return {"t": "layer", "v": {"number": self.keep(model), "class": self._class(type(model))}}
            config, weights = models.describe(functional, weights=self.weights)
        return {"t": "model", "v": [self.write(config, blobs), self.write(weights, blobs)]}

    def _write_class(self, kind):
        if kind.__module__.startswith(("course.", "keras.")):
            return {"t": "known", "v": [kind.__module__, kind.__qualname__]}
        return {"t": "class", "v": self._class(kind)}

    def _class(self, kind):
        """What the other side needs to make a class that stands for this one."""
        known = next((base for base in kind.__mro__ if base.__module__.startswith("course.")), None)
        methods = {}
        for base in kind.__mro__:
            if base.__module__.split(".")[0] in ("keras", "tensorflow", "builtins", "course"):
                continue
            for name, value in vars(base).items():
                if isinstance(value, types.FunctionType) and (
                    not name.startswith("__") or name in (*FORWARDED, "__init__")
                ):
                    methods.setdefault(name, self._function(value))
        keras = sys.modules.get("keras")
        family = "plain"
        if keras and issubclass(kind, keras.layers.Layer):
            family = "model" if issubclass(kind, keras.Model) else "layer"
        return {
            "number": self.keep(kind),
            "name": kind.__name__,
            "module": kind.__module__,
            "family": family,
            "methods": methods,
            "known": [known.__module__, known.__qualname__] if known else None,
        }

    def _function(self, function):
        code = getattr(function, "__code__", None)
        lines = []
        if code is not None and code.co_filename.startswith("<ipython-input-"):
            with contextlib.suppress(OSError, TypeError):
                lines = inspect.getsourcelines(function)[0]
        return {
            "number": self.keep(function),
            "name": str(getattr(function, "__name__", type(function).__name__)),
            "module": _module_of(function),
            "doc": getattr(function, "__doc__", None),
            "stub": isinstance(function, types.FunctionType) and is_stub(function),
            "file": code.co_filename if code else "",
            "line": code.co_firstlineno if code else 1,
            "lines": "".join(lines)[:20_000],
            "parameters": self._parameters(function),
        }

    def _parameters(self, function):
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return None
        found = []
        for parameter in parameters:
            default = parameter.default
            simple = default is None or type(default) in (bool, int, float, str)
            has = default is not parameter.empty
            found.append([parameter.name, int(parameter.kind), has, default if simple and has else None])
        return found

    def read_object(self, tag, content, blobs, depth):
        if tag == "learners":
            return self.objects[content]
        if tag == "tests":
            return Theirs(self, content)
        if tag == "symbolic":
            return Place(content)
        if tag == "tensor":
            import keras

            return keras.ops.convert_to_tensor(self.read(content, blobs))
        if tag == "model":
            from course.grading import models

            return models.build(self.read(content[0], blobs), self.read(content[1], blobs))
        return super().read_object(tag, content, blobs, depth)


class Place:
    """A symbolic tensor's place among those of a call."""

    def __init__(self, number):
        self.number = number


class Items:
    def __init__(self, items):
        self.items = items


class Theirs:
    """A function of the tests' process."""

    def __init__(self, peer, number):
        self.peer, self.number = peer, number

    def __call__(self, *args, **kwargs):
        return self.peer.request("call", self, args, kwargs)


def _is_function(value):
    return isinstance(value, types.FunctionType | types.MethodType | types.BuiltinFunctionType | functools.partial) or (
        type(value).__name__ in ("ufunc", "_ArrayFunctionDispatcher") and callable(value)
    )


def _module_of(value):
    if isinstance(value, functools.partial):
        value = value.func
    return str(getattr(value, "__module__", None) or type(value).__module__)


def _opened(model):
    """A subclassed model that has been built, as a functional one; `None` if that cannot be had."""
    from course.checks import opening

    shape = (model.get_build_config() or {}).get("input_shape") if model.built else None
    if not shape:
        return None
    try:
        return opening.opened(model, tuple(shape)[1:])
    except Exception:
        return None

"""Open up subclassed models and layers: record the Keras layers and `keras.ops` that their `call` uses."""

import contextlib
import contextvars
import dis
import inspect
from unittest import mock

import keras

from course.checks import quick
from course.checks.limits import Stopped
from course.checks.recording import recorded

_training = contextvars.ContextVar("training", default=False)
_asking = contextvars.ContextVar("asking", default=None)  # a list: other threads see what is added to it
_made = contextvars.ContextVar("made", default=None)  # {id: layer} of those made while `new_alone`


def original_call(layer, *args, **kwargs):
    """As Keras calls the layer; in less time where what is built will be thrown away."""
    if _made.get() is None:
        return quick.KERAS_CALL(layer, *args, **kwargs)
    _require_new(layer)
    return quick.call(layer, *args, **kwargs)


_call = contextvars.ContextVar("call", default=original_call)  # what stands in for it, here alone


@contextlib.contextmanager
def _standing_in(call):
    """Meanwhile, and in this context alone, layers are called by this function."""
    before = _call.set(call)
    try:
        with mock.patch.object(keras.layers.Layer, "__call__", lambda *args, **kwargs: _call.get()(*args, **kwargs)):
            yield
    finally:
        _call.reset(before)


class Kept(Stopped):
    """A layer or model was made before the check, which would leave its weights without values."""


@contextlib.contextmanager
def new_alone():
    """Meanwhile, and in this context alone, raise `Kept` where a layer made before would get its weights.

    What a function makes is thrown away after the check; what it takes from elsewhere stays the learner's.
    """
    before = _made.set({})
    initialise = keras.layers.Layer.__init__

    def noting(layer, **kwargs):
        if _made.get() is not None:
            _made.get()[id(layer)] = layer
        initialise(layer, **kwargs)

    try:
        with mock.patch.object(keras.layers.Layer, "__init__", noting), _standing_in(_call.get()):
            yield
    finally:
        _made.reset(before)


def _require_new(layer):
    made = _made.get()
    if made is None or layer.built or id(layer) in made:
        return
    if _defined_in(type(layer), "build") != keras.layers.Layer.__module__:
        raise Kept


def is_opaque(layer):
    """Whether what the layer computes is a learner's code: `call` is defined neither by Keras nor by the course."""
    return isinstance(layer, keras.layers.Layer) and not _defined_in(type(layer), "call").startswith(
        ("keras.", "course.")
    )


def opened(model, shapes):
    """A functional model over the model's own layers and weights that computes the same, on inputs of these shapes.

    The learner's `call` methods run on symbolic tensors, with no layer of their own left in the graph but those without
    weights whose `call` takes none or uses TensorFlow's functions. In others these leave their trace. Raises what other
    `call` methods raise.
    """
    given = [tensor.shape[1:] for tensor in getattr(model, "inputs", None) or []]
    inputs = [keras.Input(shape) for shape in given or _turned(model, shapes)]
    if not model.built and not _defined_in(type(model), "build").startswith("keras."):
        model(inputs if len(inputs) > 1 else inputs[0])  # Keras builds it
    with _standing_in(call_inside), recorded():
        outputs = model.call(inputs if len(inputs) > 1 else inputs[0], **training_off(model))
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs)


class _First(Exception):
    """The first layer is called that says where channels stand: what it says, and the shape of what it is given."""


def _turned(model, shapes):
    """The shapes of a model's images, with the channels first if they go as they are to a layer that has them so."""
    formats = {getattr(layer, "data_format", None) for layer in _layers(model)}
    if model.built or "channels_first" not in formats or not _defined_in(type(model), "build").startswith("keras."):
        return shapes

    def call(layer, *args, **kwargs):
        said = getattr(layer, "data_format", None)
        if said or (is_opaque(layer) and not isinstance(layer, keras.Model)):  # its `build` would make weights
            raise _First(said, tuple(args[0].shape[1:]) if args else None)
        return (call_inside if isinstance(layer, keras.Model) else original_call)(layer, *args, **kwargs)

    inputs = [keras.Input(shape) for shape in shapes]
    try:
        with _standing_in(call), recorded():
            model.call(inputs if len(inputs) > 1 else inputs[0], **training_off(model))
    except _First as first:
        if first.args == ("channels_first", tuple(shapes[0])):
            return [(*shape[2:], *shape[:2]) for shape in shapes]
    except Exception:  # a learner's `call` may raise anything, and will again
        return shapes
    return shapes


def _layers(model):
    """The layers of a model and of the models in it."""
    for layer in model.layers:
        yield from _layers(layer) if isinstance(layer, keras.Model) else [layer]


def inlined(build, found):
    """What the function returns, with the learner's own layers opened as they are called: no layer is called twice.

    They are added to the list `found`.
    """

    def call(layer, *args, **kwargs):
        if not is_opaque(layer):
            args, kwargs = _plain(layer, args, kwargs)
            return original_call(layer, *args, **kwargs)
        found.append(layer)
        return call_inside(layer, *args, **kwargs)

    with _standing_in(call):
        return build()


@contextlib.contextmanager
def calls():
    """A list of the layers that are called meanwhile, each after those inside it."""
    found = []

    def call(layer, *args, **kwargs):
        outputs = original_call(layer, *args, **kwargs)
        found.append(layer)
        return outputs

    with _standing_in(call):
        yield found


def call_inside(layer, *args, **kwargs):
    if not isinstance(layer, keras.Model) and not is_opaque(layer):
        args, kwargs = _plain(layer, args, kwargs)
        return original_call(layer, *args, **kwargs)
    if not layer.built and not _defined_in(type(layer), "build").startswith("keras."):
        _require_new(layer)
        layer.build(keras.tree.map_structure(lambda one: tuple(one.shape), [*args, *kwargs.values()][0]))
    inside = {name: value for name, value in kwargs.items() if name != "training"}
    try:
        with recorded() as records:
            outputs = layer.call(*args, **inside, **training_off(layer, len(args)))
    except Exception:  # a learner's `call` may raise anything
        if isinstance(layer, keras.Model) or layer.weights:
            raise
        return original_call(layer, *args, **inside)
    # A function of TensorFlow's in a layer of its own is told by what it computes, in one piece.
    if records and not isinstance(layer, keras.Model) and not layer.weights:
        return original_call(layer, *args, **inside)
    return outputs


@contextlib.contextmanager
def asking_for_training():
    """A list that is empty unless a learner's code, opened meanwhile, asks whether it is in training."""
    before = _asking.set([])
    try:
        yield _asking.get()
    finally:
        _asking.reset(before)


class _Off(int):
    """`training` that is false, and notes who asks; an `int`, since of `bool` there are no subclasses."""

    def __bool__(self):
        _note(self)
        return False

    def __eq__(self, other):
        _note(self)
        return other == 0

    __hash__ = int.__hash__


def _note(asked):
    if _asking.get() is not None:
        _asking.get().append(asked)


@contextlib.contextmanager
def in_training():
    """Meanwhile a learner's `call` is opened as in training; Keras's layers leave it open."""
    before = _training.set(True)
    try:
        yield
    finally:
        _training.reset(before)


def _plain(layer, args, kwargs):
    """The arguments of a call without the `training` that a learner's code was given."""
    if not _training.get() and not any(isinstance(one, _Off) for one in (*args, *kwargs.values())):
        return args, kwargs
    names = list(inspect.signature(layer.call).parameters)
    end = names.index("training") if "training" in names else len(args)
    return args[:end], {name: value for name, value in kwargs.items() if name != "training"}


def training_off(layer, given=1):
    """`{"training": False}` for a `call` that takes it, after so many arguments; `True` while `in_training`."""
    return training_of(layer.call, given)


def training_of(function, given=1):
    """As `training_off`, for a function."""
    if "training" not in list(inspect.signature(function).parameters)[given:]:
        return {}
    if _training.get() or _asking.get() is None:
        return {"training": _training.get()}
    code = getattr(function, "__code__", None)  # a tf.function has none
    if code is None or any(step.opname == "IS_OP" for step in dis.get_instructions(code)):
        _note(function)  # `training is True` would ask nobody
        return {"training": False}
    return {"training": _Off()}


def _defined_in(kind, method):
    return next(base.__module__ for base in kind.__mro__ if method in vars(base))

"""Compare a learner's block, a function of tensors, with the package's: as parts of a net, for several arguments."""

import inspect
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import keras

from course.checks import addends, graph, opening, operations, words
from course.checks.architecture import EINSUM, compare, looked_twice, structure
from course.checks.calling import AXIS, article, call, clipped, raised, shortened, spelled
from course.checks.symbolic import without_weights
from course.checks.verdict import WrongAnswer


class Case(NamedTuple):
    """One call of a block: the shape of its tensor, one image's, or a list of shapes; the learner's arguments.

    A tuple of shapes is for as many tensors, one argument each, of the learner's; the package's takes them as a list.
    `own` are further arguments for the package's block, or other values, the name of its layers say.
    """

    shape: tuple | list
    given: Mapping = MappingProxyType({})
    own: Mapping = MappingProxyType({})


def check_block(answer, architecture, cases, wanted):
    """A remark on a right answer or `None`; raises `WrongAnswer` unless it does as the package's block in every case.

    The answer takes a tensor first, or a list of tensors where a case has a list of shapes, and returns a tensor. Here
    `architecture.builder` names such a function of the package's, and `architecture.arguments` go to it in every case.
    Nothing is computed where the structure tells enough, and no weights are made.
    """
    name = architecture.name
    if isinstance(answer, (type, keras.layers.Layer, keras.KerasTensor)) or not callable(answer):
        received = f"the class {answer.__name__}" if isinstance(answer, type) else _received(answer)
        raise WrongAnswer(f"{name}: you handed over {received}, not a function.", f"Hand over {wanted}.")
    remarks = []
    for case in cases:
        named = replace(architecture, name=_named(answer, name, case))
        remarks.append(looked_twice(lambda one, case=case: _check(answer, one, case, wanted), named))
    return " ".join(dict.fromkeys(filter(None, remarks))) or None


def _check(answer, architecture, case, wanted):
    ours = pkgutil.resolve_name(architecture.builder)
    arguments = {**architecture.arguments, **case.given, **case.own}
    if "name" in inspect.signature(ours).parameters:
        arguments = {"name": "block"} | arguments
    shapes = _shapes(case.shape)
    reference = without_weights(lambda: _model(lambda x: ours(x, **arguments), case.shape))
    theirs = graph.read(reference, shapes, pixels=False, left_out=architecture.left_out)
    model = structure(lambda: _readable(_answered(answer, architecture, case, wanted, theirs), shapes, architecture))
    mine = graph.read(model, shapes, pixels=False, left_out=architecture.left_out)
    if any(part.kind == operations.UNREAD for part in mine.parts):
        raise _unread(architecture, EINSUM)
    return compare(mine, theirs, architecture, theirs)


def _readable(model, shapes, architecture):
    try:
        return graph.readable(model, shapes)
    except Exception as error:  # a learner's `call` may raise anything
        cause = raised("", error).cause
        raise _unread(architecture, f"{cause} It follows layers, keras.ops and functions of tf.") from error


def _unread(architecture, why):
    return WrongAnswer(f"{architecture.name}: the check cannot read what happens in a layer of yours.", why)


def _answered(answer, architecture, case, wanted, theirs):
    """The model of the learner's block on inputs of the case's shapes."""
    said = spelled(answer, _shown(case.shape), case.given)
    given = {**(opening.training_of(answer) if inspect.isfunction(answer) else {}), **case.given}

    def on(x):
        try:
            y = call(answer, *(x if _apart(case.shape) else [x]), name=said, **given)
        except WrongAnswer as wrong:
            raise WrongAnswer(wrong.finding, _explained(wrong, architecture, theirs), wrong.rest) from None
        if y is None:
            raise WrongAnswer(f"{said} returned None, not a tensor.", f"End the function with return: {wanted}.")
        if isinstance(y, keras.Model):
            raise WrongAnswer(f"{said} returned a model.", f"Return the tensor that comes out of the block: {wanted}.")
        if not isinstance(y, keras.KerasTensor):
            raise WrongAnswer(f"{said} returned {_received(y)}, not a tensor.", f"Write {wanted}.")
        if any(y is one for one in keras.tree.flatten(x)):
            raise WrongAnswer(
                f"{said} returned its argument as it is.", "Give each layer the tensor that came out of the one before."
            )
        return y

    try:
        return _model(on, case.shape)
    except ValueError as error:
        if "unique" in str(error):
            raise raised(f"A model of what {said} returned", error) from error
        cause = "Begin with the tensor that the function is given, and make no keras.Input of your own."
        raise WrongAnswer(f"{said} returned a tensor that does not come from its argument.", cause) from error


def _explained(wrong, architecture, theirs):
    """The cause of what was raised: the architecture's notes know better, ("raised", part of the message, None)."""
    said = AXIS if AXIS in wrong.cause else addends.cause(wrong.finding, theirs)
    if said:
        return wrong.cause if said == AXIS else said
    notes = (text for (what, part, _), text in architecture.notes.items() if what == "raised" and part in wrong.finding)
    return next(notes, wrong.cause)


def _model(function, shape):
    inputs = [keras.Input(one) for one in _shapes(shape)]
    given = inputs if isinstance(shape, list) or _apart(shape) else inputs[0]
    return keras.Model(given, function(given))


def _apart(shape):
    """Whether it is a tuple of shapes: each tensor an argument of its own."""
    return isinstance(shape, tuple) and isinstance(shape[0], tuple)


def _shapes(shape):
    return list(shape) if isinstance(shape, list) or _apart(shape) else [shape]


def _named(answer, name, case):
    return f"{name}, {spelled(answer, _shown(case.shape), case.given)}"


def _shown(shape):
    return tuple(map(_Shown, shape)) if _apart(shape) else (_Shown(shape),)


class _Shown:
    """A tensor in a call as a message shows it: x, or [a, b]."""

    def __init__(self, shape):
        self.shape = shape

    def __repr__(self):
        if isinstance(self.shape, list):
            return f"[{', '.join(map(words.cross, self.shape))}]"
        return words.cross(self.shape)


def _received(value):
    return clipped(f"{article(type(value).__name__)}, {shortened(value)}")

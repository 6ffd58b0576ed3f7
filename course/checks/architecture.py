"""Compare a learner's model with an architecture given as data: find the first difference and say why it is there."""

import contextlib
import pkgutil
from dataclasses import dataclass, field
from itertools import pairwise

import keras
import numpy as np

from course.checks import graph, words
from course.checks.alignment import align, differences
from course.checks.calling import article, call, raised, shortened, spelled
from course.checks.graph import NOTHING, Part
from course.checks.judge import not_own
from course.checks.report import report
from course.checks.verdict import WrongAnswer

TOLERANCE = 1e-4


@dataclass(frozen=True)
class Architecture:
    """A net as an exercise wants it.

    `parts` are in normal form (see `graph`), inputs first, named as in the paper; a setting that a part leaves out may
    have any value. `builder` names the package's own, "module.name". `version` is whose settings they are: "the paper",
    or "today's LeNet-5". `input_note` says why images have their size, `notes` why a setting of the learner's is not
    the architecture's, `{("activation", "relu", "tanh"): …}`, or a part too many, `{("extra", "dropout", None): …}`.
    """

    name: str
    citation: str
    parts: tuple[Part, ...]
    builder: str
    input_note: str
    version: str = "the paper"
    notes: dict = field(default_factory=dict)

    @property
    def input_shape(self):
        """(height, width, channels)."""
        return self.parts[0].shape


def chain(*parts):
    """The parts, each fed by the one before."""
    for source, part in pairwise(parts):
        part.inputs = [source]
    return parts


def image(shape):
    """The input of a net."""
    return Part("input", shape, name="the input")


def convolution(name, filters, kernel_size, shape, activation="linear", padding=0):
    """A convolution of strides 1 with biases, and `padding` zeros on each side."""
    settings = {
        "padding": ((padding, padding),) * 2,
        "kernel_size": (kernel_size,) * 2,
        "strides": (1, 1),
        "dilation_rate": (1, 1),
        "groups": 1,
        "filters": filters,
        "use_bias": True,
    }
    return Part("convolution", shape, settings, activation=activation, name=name)


def fully_connected(name, units, activation="linear", over=None):
    """Units that each see everything: a dense layer, or a convolution whose kernel spans the whole map, `over`."""
    settings = {"units": units, "use_bias": True} | ({"over": over} if over else {})
    return Part("fully connected", (units,), settings, activation=activation, name=name)


def pooling(name, kind, pool_size, strides, shape):
    """Average or max pooling, without padding."""
    settings = {"pool_size": (pool_size,) * 2, "strides": (strides,) * 2, "padding": NOTHING}
    return Part(f"{kind} pooling", shape, settings, name=name)


def check_architecture(answer, architecture, wanted):
    """Raise `WrongAnswer` unless the answer, a model or a function that builds one, is this architecture.

    A function is run without allocating weights first; with weights only where the structures agree.
    """
    shape = architecture.input_shape
    try:
        model, has_weights = _structure(answer, architecture, wanted)
    except _Unreadable as error:
        _compare_blindly(_built(answer, architecture, wanted), architecture, error.__cause__)
        return
    pairs = align(graph.read(model, shape), architecture.parts)
    found = differences(pairs)
    if found:
        raise report(pairs, found, architecture)
    _require_wiring(pairs, architecture)
    if not has_weights:
        model = graph.readable(_built(answer, architecture, wanted), shape)
    reference = pkgutil.resolve_name(architecture.builder)()
    if isinstance(answer, keras.Model) and answer.get_config() == reference.get_config():
        raise not_own(architecture.name, wanted)
    _compare_functions(model, reference, architecture)


class _Unreadable(Exception):
    """A subclassed model whose `call` does not take symbolic tensors; the cause is what it raised."""


def _structure(answer, architecture, wanted):
    """The model with a graph to read, and whether it has weights: it goes without where it can."""
    if not isinstance(answer, keras.Model) and keras.config.backend() == "tensorflow":
        import tensorflow as tf

        # What builds the model may need values: to run it, to load weights.
        with contextlib.suppress(WrongAnswer, _Unreadable), tf.Graph().as_default():
            return _readable(_built(answer, architecture, wanted), architecture), False
    return _readable(_built(answer, architecture, wanted), architecture), True


def _built(answer, architecture, wanted):
    """The model that the answer is or returns, once it is sure that it is one."""
    name = architecture.name
    if not isinstance(answer, keras.Model) and not callable(answer):
        raise WrongAnswer(f"{name}: you handed over {_kind(answer)}, {shortened(answer)}.", f"Hand over {wanted}.")
    model = answer if isinstance(answer, keras.Model) else call(answer)
    if not isinstance(model, keras.Model):
        returned = "None" if model is None else _kind(model)
        cause = "End the function with return and the model" if model is None else "It has to return a keras.Model"
        raise WrongAnswer(f"{name}: {spelled(answer)} returned {returned}, not a model.", f"{cause}: {wanted}.")
    for what in ("input", "output"):
        tensors = getattr(model, f"{what}s", None)
        if tensors and len(tensors) != 1:
            raise WrongAnswer(f"{name}: your model has {len(tensors)} {what}s, {name} has one.", f"Leave one {what}.")
    return model


def _readable(model, architecture):
    shape = architecture.input_shape
    given = model.input_shape[1:] if getattr(model, "inputs", None) else None
    if given and not _fits(given, shape):
        parts = Part("input", given), architecture.parts[0]
        raise report([parts], [(*parts, ["shape"])], architecture)
    try:
        return graph.readable(model, shape)
    except Exception as error:  # a learner's `call` may raise anything
        raise _Unreadable from error


def _fits(given, shape):
    """Whether sizes left open can be those of the architecture; what is not open is compared later."""
    return None not in given or (
        len(given) == len(shape) and all(a in (None, b) for a, b in zip(given, shape, strict=True))
    )


def _require_wiring(pairs, architecture):
    """Raise `WrongAnswer` where parts that agree are fed by others than those of the architecture."""
    counterparts = {id(mine): theirs for mine, theirs in pairs}
    for mine, theirs in pairs:
        fed, wanted = [counterparts[id(part)].name for part in mine.inputs], [part.name for part in theirs.inputs]
        if theirs.kind == "addition":  # whose operands may stand in any order
            fed, wanted = sorted(fed), sorted(wanted)
        if fed != wanted:
            raise WrongAnswer(
                f"{architecture.name}, layer {theirs.name}: yours is fed by {words.joined(fed)}, "
                f"{architecture.version}'s by {words.joined(wanted)}.",
                f"Every layer is there, but joined in another way ({architecture.citation}).",
            )


def _compare_functions(model, reference, architecture):
    """Raise `WrongAnswer` where the two give different outputs with the learner's weights in both."""
    parts = graph.read(model, architecture.input_shape)
    for mine, theirs in zip(parts, graph.read(reference, architecture.input_shape), strict=True):
        weights = getattr(theirs.layer, "weights", [])
        if weights:
            given = zip(mine.layer.get_weights(), weights, strict=True)
            theirs.layer.set_weights([value.reshape(weight.shape) for value, weight in given])
    images = _images(architecture)
    prepared = images
    for prepare in parts[0].preparation:
        prepared = prepare(prepared)
    if None not in model.input_shape[1:]:  # without channels, say
        images = images.reshape(-1, *model.input_shape[1:])
    _require_equal(model, images, reference, prepared, architecture)


def _compare_blindly(model, architecture, error):
    """Compare a subclassed model that cannot be opened as a function, its weights in the order of their creation."""
    images = _images(architecture)
    call(model, images, name=f"{architecture.name}: your model on images of {words.cross(architecture.input_shape)}")
    reference = pkgutil.resolve_name(architecture.builder)()
    shapes, wanted = [[tuple(weight.shape) for weight in net.weights] for net in (model, reference)]
    if shapes != wanted:
        first = raised(f"{architecture.name}: looking into your subclassed model", error)
        raise WrongAnswer(first.finding, f"{first.cause} The check follows layers and keras.ops in call.")
    reference.set_weights(model.get_weights())
    _require_equal(model, images, reference, images, architecture)


def _require_equal(model, images, reference, prepared, architecture):
    given = call(model, images, training=False, name=f"{architecture.name}: your model")
    given, wanted = (keras.ops.convert_to_numpy(outputs) for outputs in (given, reference(prepared)))
    if given.shape != wanted.shape or not np.abs(given - wanted).max() < TOLERANCE:
        raise WrongAnswer(
            f"{architecture.name}: the layers agree, but with the same weights your outputs are not those of "
            f"{architecture.version}.",
            "Something between the layers changes the values: an operation of its own, a reordering of axes.",
        )


def _images(architecture):
    return np.random.default_rng(0).uniform(-1, 1, (2, *architecture.input_shape)).astype("float32")


def _kind(value):
    return article(type(value).__name__)

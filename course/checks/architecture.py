"""Compare a learner's model with an architecture given as data: find the first difference and say why it is there."""

import contextlib
import functools
import pkgutil
from dataclasses import dataclass, field, replace

import keras

from course.checks import carrying, graph, opening, operations, specifications, stages, unread, words
from course.checks.alignment import align, differences, equal
from course.checks.calling import article, call, raised, shortened, spelled
from course.checks.judge import not_own
from course.checks.parts import Part, chain, convolution, fully_connected, image, pooling
from course.checks.report import report
from course.checks.symbolic import added_at_once, without_weights
from course.checks.verdict import NotAttempted, WrongAnswer

__all__ = ["Architecture", "chain", "check_architecture", "check_family", "convolution", "fully_connected", "image"]
__all__ += ["pooling", "specification"]

REMARKS = {
    "bias": "Your convolutions have biases before batch normalisation, which takes them off again: leave them out.",
    "order": "Your branches are concatenated in another order, which only renames the channels.",
}
EINSUM = 'Of einsum it follows "bc,cd->bd" and "bhwc,cd->bhwd": a dense layer and a 1×1 convolution.'


@dataclass(frozen=True)
class Architecture:
    """A net as an exercise wants it.

    `builder` names the package's own, "module.name", and `arguments` are what it is called with: its graph is the
    specification, its layers' names are those of the messages. Or `parts` are written down, inputs first, named as in
    the paper; a setting that a part leaves out may have any value.

    `version` is whose settings they are: "the paper", or "today's LeNet-5". `input_note` says why images have their
    size. `notes` say what a rule of thumb cannot, of a setting `{("activation", "relu", "tanh"): …}`, of a setting of
    one layer `{("filters", "conv3", None): …}`, of a part too many or missing, by its kind or its name
    `{("extra", "dropout", None): …, ("missing", "norm1", None): …}`, of strides in another layer
    `{("strides", "moved", None): …}`.

    `free` are settings that may have any value: "rate", or of a kind or a layer, ("conv1", "padding"). `left_out` are
    kinds of parts that do not count in either net, "dropout" say. `stages` is a pattern for names with two groups, the
    stage and the block, and what blocks are called: `(r"(conv[2-5])_(\\d+)", "blocks")`.
    """

    name: str
    citation: str
    builder: str
    arguments: dict = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    input_note: str = ""
    version: str = "the paper"
    notes: dict = field(default_factory=dict)
    free: tuple = ()
    left_out: tuple[str, ...] = ()
    stages: tuple[str, str] | None = None

    def build(self):
        """The package's own model."""
        return pkgutil.resolve_name(self.builder)(**self.arguments)


def check_architecture(answer, architecture, wanted):
    """A remark on a right answer or `None`; raises `WrongAnswer` unless it is this architecture.

    The answer is a model or a function that builds one without arguments. The function is run without allocating
    weights first; with weights only if it needs them.
    """
    return _check(answer, architecture, wanted, ())


def check_family(answer, architecture, cases, wanted):
    """As `check_architecture` for a function with arguments: for each of the cases, a dict of keyword arguments.

    `architecture(**case)` is what `answer(**case)` has to build. The message names the call.
    """
    if isinstance(answer, keras.Model):
        raise WrongAnswer(f"You handed over {_kind(answer)}, one model.", f"Hand over the function: {wanted}.")
    remarks = []
    for case in cases:
        one = architecture(**case)
        named = replace(one, name=f"{spelled(answer, (), case)}, {one.name}") if callable(answer) else one
        remarks.append(_check(functools.partial(answer, **case) if callable(answer) else answer, named, wanted, case))
    return " ".join(dict.fromkeys(filter(None, remarks))) or None


def _check(answer, architecture, wanted, arguments):
    return looked_twice(lambda one: _compared(answer, one, wanted, arguments), architecture)


def looked_twice(look, architecture):
    """What `look(architecture)` returns or raises; it looks again, as in training, if a learner's code asks for that.

    Dropout may stand after `if training:`, and nothing else.
    """
    try:
        with opening.asking_for_training() as asking:
            return look(architecture)
    except WrongAnswer:
        if not asking:
            raise
        with contextlib.suppress(WrongAnswer):
            with opening.in_training():
                remark = look(architecture)
            look(replace(architecture, left_out=(*architecture.left_out, "dropout")))
            return remark
        raise


def _compared(answer, architecture, wanted, arguments):
    theirs = specification(architecture)

    def build():
        return _readable(built(), architecture, theirs)

    def build_new():
        with opening.new_alone():
            return build()

    built = functools.partial(_built, answer, architecture, theirs, wanted, arguments)
    try:
        try:
            model = build() if isinstance(answer, keras.Model) else structure(build_new)
        except opening.Kept:
            model = build()
        mine = graph.read(model, _shapes(theirs), left_out=architecture.left_out)
        if any(part.kind == operations.UNREAD for part in mine.parts):
            raise Unreadable(EINSUM)
    except Unreadable as error:
        unread.compare(built(), architecture, theirs, str(error))
        return None
    remark = compare(mine, theirs, architecture)
    if _is_ours(model, architecture):
        raise not_own(architecture.name, wanted)
    return remark


def specification(architecture):
    """The architecture's parts as a `graph.Net`: as they are written down, or read from its builder."""
    if not architecture.parts:
        return from_builder(architecture)
    feeding = {id(source) for part in architecture.parts for source in part.inputs}
    inputs = tuple(part for part in architecture.parts if part.kind == "input")
    outputs = tuple(part for part in architecture.parts if id(part) not in feeding)
    return graph.Net(architecture.parts, inputs, outputs)


_known = {}


def from_builder(architecture):
    """The package's own net, once for all checks: as it is written down, without a model, or read without weights."""
    key = (architecture.builder, repr(architecture.arguments), architecture.left_out, keras.config.image_data_format())
    if key not in _known:
        found = _written_down(architecture)
        _known[key] = graph.Net(*found[0]) if found else built_from(architecture)
    return _known[key]


def built_from(architecture):
    """The package's own net, read without weights."""
    model = without_weights(architecture.build)
    return graph.read(model, [tuple(tensor.shape[1:]) for tensor in model.inputs], left_out=architecture.left_out)


def _written_down(architecture):
    if architecture.left_out or keras.config.image_data_format() != "channels_last":
        return None
    return specifications.written_down(architecture.builder, architecture.arguments)


def compare(mine, theirs, architecture, reference=None):
    """A remark on a net that is the architecture or `None`; raises `WrongAnswer` for one that is not.

    `reference` is the package's own net, to compare outputs with where it is small.
    """
    same = equal(mine, theirs, architecture.free)
    pairs = None if same else stages.slid(align(mine, theirs, architecture.free), architecture)
    found = [] if same else differences(pairs, architecture.free)
    if found:
        raise report(pairs, found, architecture)
    if pairs:
        counterparts = {id(one): other for one, other in pairs}
        if [counterparts[id(one)] for one in mine.outputs] != list(theirs.outputs):
            raise WrongAnswer(
                f"{architecture.name}: your outputs stand in another order.",
                f"Return them as {words.joined(part.name for part in theirs.outputs)}.",
            )
    reordered = carrying.compare(mine, reference or from_builder(architecture), architecture)
    kinds = {remark for part in mine.parts for remark in part.remarks} | ({"order"} if reordered else set())
    return " ".join(REMARKS[kind] for kind in sorted(kinds)) or None


class Unreadable(Exception):
    """A subclassed model whose `call` does not take symbolic tensors, or does what is not read; it says why."""


def structure(build):
    """What the function builds, a model with a graph to read: without weights if it can, or with them."""
    # What needs values may raise anything, NotImplementedError, too.
    own_layers = []
    with contextlib.suppress(WrongAnswer, NotAttempted, Unreadable):
        return without_weights(lambda: opening.inlined(build, own_layers))
    with contextlib.suppress(WrongAnswer, NotAttempted, Unreadable):
        if own_layers:
            return without_weights(build)
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        # What builds the model may make an optimizer, which needs values, if only symbolic ones.
        with contextlib.suppress(WrongAnswer, NotAttempted, Unreadable), tf.Graph().as_default():
            return build()
    return build()


def _built(answer, architecture, theirs, wanted, arguments):
    """The model that the answer is or returns, once it is sure that it is one."""
    name = architecture.name
    if not isinstance(answer, keras.Model) and not callable(answer):
        raise WrongAnswer(f"{name}: you handed over {_kind(answer)}, {shortened(answer)}.", f"Hand over {wanted}.")
    if isinstance(answer, keras.Model):
        model, said = answer, name
    else:
        function = getattr(answer, "func", answer) if arguments else answer
        said = spelled(function, (), arguments or {})
        model = call(added_at_once(answer), name=said)
    if not isinstance(model, keras.Model):
        returned = "None" if model is None else _kind(model)
        cause = "End the function with return and the model" if model is None else "It has to return a keras.Model"
        raise WrongAnswer(f"{name}: {said} returned {returned}, not a model.", f"{cause}: {wanted}.")
    for what, needed in (("input", theirs.inputs), ("output", theirs.outputs)):
        tensors = getattr(model, f"{what}s", None)
        if tensors and len(tensors) != len(needed):
            has = f"{len(tensors)} {what}{'s' if len(tensors) != 1 else ''}"
            should = "one" if len(needed) == 1 else len(needed)
            cause = (
                f"Leave one {what}." if should == "one" else f"They are {words.joined(part.name for part in needed)}."
            )
            raise WrongAnswer(f"{name}: your model has {has}, {architecture.name} has {should}.", cause)
    return model


def _readable(model, architecture, theirs):
    for tensor, wanted in zip(getattr(model, "inputs", None) or [], theirs.inputs, strict=False):
        given = tuple(tensor.shape[1:])
        if None in given and not _fits(given, wanted.shape):
            parts = Part("input", given), wanted
            raise report([parts], differences([parts]), architecture)
    try:
        return graph.readable(model, _shapes(theirs))
    except Exception as error:  # a learner's `call` may raise anything
        cause = raised("", error).cause
        raise Unreadable(f"{cause} It follows layers, keras.ops and functions of tf.") from error


def _fits(given, shape):
    """Whether sizes left open can be those of the architecture; what is not open is compared later."""
    ways = [shape, (shape[-1], *shape[:-1])]
    return any(len(given) == len(way) and all(a in (None, b) for a, b in zip(given, way, strict=True)) for way in ways)


def _shapes(net):
    return [part.shape for part in net.inputs]


def _is_ours(model, architecture):
    """Whether it is what the package's builder makes, to the names of its layers."""
    found, reference = _written_down(architecture), from_builder(architecture).model
    names = found[1] if found else [layer.name for layer in reference.layers]
    if [layer.name for layer in getattr(model, "layers", [])] != names:
        return False
    return model.get_config() == (reference or without_weights(architecture.build)).get_config()


def _kind(value):
    return article(type(value).__name__)

"""Rewrite the parts of a net until nets that compute the same in the same steps are the same parts.

Each rule looks at a part and what feeds it, changes the part, and may return another that takes its place. What nothing
needs any more is left out.
"""

from collections import Counter
from math import prod

from course.checks import activations, edges, joins, swaps
from course.checks.kinds import JOINS, SHORTCUT
from course.checks.parts import NOTHING
from course.checks.regions import reachable

WITH_WEIGHTS = (
    "convolution",
    "depthwise convolution",
    "transposed convolution",
    "fully connected",
    "batch normalisation",
)


def form(parts, inputs, outputs, pixels=True, left_out=()):
    """`(parts, inputs, outputs)` in normal form."""
    for part in inputs:
        part.activation = "linear" if pixels else "relu"  # what a block is given comes from a ReLU
    rules = [_fold_bias, _merge_equal(), _drop_preparation] if pixels else [_fold_bias, _merge_equal()]
    rules += [_drop_left_out(left_out), _drop_reshaping, _drop_preparation if pixels else _drop_idle, _drop_idle]
    rules += [
        edges.skip_crop,
        edges.fold_zeros,
        _fold_activation,
        _spread_activation,
        _fold_activation,
        _pool_last,
        edges.fold_zeros_of_pooling,
        swaps.fold_what_counts,
    ]
    rules += [edges.crop_early, edges.fold_crop, _join_shortcut, swaps.stride_in_place, swaps.average_last]
    for rule in rules:
        parts, outputs = apply(rule, parts, outputs)
    parts, outputs = joins.form(parts, outputs)
    for rule in (_drop_reshaping, _whole_map, _squeeze, edges.trim, _drop_bias, _merge_equal()):
        parts, outputs = apply(rule, parts, outputs)
    for part in inputs:
        part.activation = "linear"
    _note_shared(parts)
    return tuple(parts), tuple(inputs), tuple(outputs)


def apply(rule, parts, outputs):
    """The parts and outputs after one rule has gone over them; `rule(part, uses)` has how many parts each feeds."""
    uses = Counter(id(source) for part in parts for source in part.inputs)
    uses.update(map(id, outputs))
    gone = {}
    for part in parts:
        part.inputs = [gone.get(id(source), source) for source in part.inputs]
        other = rule(part, uses)
        if other is not None and part.kind != "activation" and part.activation != "linear":
            if uses[id(other)] > 1 or other.activation != "linear" or other.kind == "input":
                part.kind, part.settings = "activation", {}  # what the part did is elsewhere, its activation is not
                continue
            other.activation = part.activation
        if other is not None:
            gone[id(part)] = other
            uses[id(other)] += uses[id(part)] - 1
    outputs = [gone.get(id(output), output) for output in outputs]
    return reachable(parts, outputs), outputs


def _fold_bias(part, uses):
    """A bias added by itself is that of the convolution or the matrix product before it."""
    if part.kind == "bias":
        source = part.inputs[0]
        plain = source.activation == "linear" and source.settings.get("use_bias") is False
        if plain and uses[id(source)] == 1 and source.kind in WITH_WEIGHTS:
            source.settings = source.settings | {"use_bias": True}
            return source
    return None


def _merge_equal():
    """A rule that leaves one of several parts without weights that compute the same from the same."""
    seen = {}

    def rule(part, uses):
        if part.kind in (*WITH_WEIGHTS, "input", "dropout") or getattr(part.layer, "weights", None):
            return None
        if part.activation == "unknown" or (
            part.kind not in edges.KEEP_SIGN and part.kind not in ("activation", "flatten")
        ):
            return None
        key = (part.kind, repr(part.settings), part.activation, tuple(map(id, part.inputs)))
        first = seen.setdefault(key, part)
        return None if first is part else first

    return rule


def _drop_preparation(part, uses):
    """Leave out what only scales or augments the pixels, straight after the input."""
    scales = part.kind in ("Normalization", "Rescaling") or (part.kind == "activation" and part.activation == "unknown")
    if scales and [source.kind for source in part.inputs] == ["input"]:
        part.inputs[0].preparation.append(part.function)
        return part.inputs[0]
    return None


def _drop_left_out(kinds):
    return lambda part, uses: part.inputs[0] if part.kind in kinds else None


def _drop_idle(part, uses):
    """Leave out pooling over one value, padding by nothing, joins of one, and functions that change nothing."""
    pooling = part.settings.get("pool_size") == (1, 1)
    if pooling and part.settings["strides"] != (1, 1):
        part.kind, part.settings = SHORTCUT, {"strides": part.settings["strides"], "zeros": 0}
        return None
    idle = (
        pooling
        or (part.kind == "activation" and part.activation == "linear")
        or part.settings == {"rate": 0}
        or (part.kind in ("zero padding", "crop") and NOTHING in part.settings.values())
        or (part.kind in JOINS.values() and len(part.inputs) == 1)
        or (part.kind == SHORTCUT and part.settings == {"strides": (1, 1), "zeros": 0})
    )
    return part.inputs[0] if idle else None


def _drop_reshaping(part, uses):
    """Leave out Flatten before fully connected parts, and reshaping that only adds or drops axes of size 1."""
    source = part.inputs[0] if part.inputs else None
    if part.kind == "fully connected":
        while part.inputs[0].kind == "flatten":
            part.inputs = list(part.inputs[0].inputs)
        part.over = part.over or _map(part.inputs[0].shape)
    if part.kind in ("dropout", "activation") and source.kind == "flatten" and uses[id(source)] == 1:
        edges.exchange(part, source)
        source.shape = source.inputs[0].shape
    if part.kind not in ("flatten", "reshape"):
        return None
    source = part.inputs[0]
    if part.kind == "flatten" and source.kind in ("flatten", "reshape"):
        part.inputs = list(source.inputs)  # the values stay in their order
        source = part.inputs[0]
    of_pixels = source.kind == "input" and part.kind == "reshape" and prod(source.shape) == prod(part.shape)
    if of_pixels or _bare(source.shape) == _bare(part.shape):
        if source.kind == "input":
            source.shape = part.shape
        return source
    return None


def _map(shape):
    return shape[:2] if len(shape) == 3 and shape[:2] != (1, 1) else None


def _bare(shape):
    return tuple(n for n in shape if n != 1)


def _fold_activation(part, uses):
    """An activation of its own belongs to the part it follows, dropout between them or not."""
    if part.kind != "activation":
        return None
    source = part.inputs[0]
    if source.kind == "dropout" and uses[id(source)] == 1 and part.activation in activations.SCALING:
        before = source.inputs[0]
        if before.activation == "linear" and uses[id(before)] == 1 and before.kind != "input":
            before.activation = part.activation
            return source
    if uses[id(source)] == 1 and source.kind not in ("input", "dropout") and source.activation == "linear":
        source.activation = part.activation
        return source
    return None


def _spread_activation(part, uses):
    """An activation after a concatenation is that of every branch."""
    if part.kind != "concatenation" or part.activation in ("linear", "softmax", "unknown"):
        return None
    if all(uses[id(one)] == 1 and one.activation == "linear" and one.kind in WITH_WEIGHTS for one in part.inputs):
        for one in part.inputs:
            one.activation = part.activation
        part.activation = "linear"
    return None


def _pool_last(part, uses):
    """Max pooling and an increasing activation may be swapped: the activation goes to the part before."""
    if part.kind == "max pooling" and part.activation in activations.INCREASING:
        source = part.inputs[0]
        if source.activation == "linear" and source.kind != "input" and uses[id(source)] == 1:
            source.activation, part.activation = part.activation, "linear"
    return None


def _join_shortcut(part, uses):
    """Every other pixel, then channels of zeros, or the other way round, are one part."""
    if part.kind == SHORTCUT:
        source = part.inputs[0]
        if source.kind == SHORTCUT and uses[id(source)] == 1:
            (a, b), (c, d) = source.settings["strides"], part.settings["strides"]
            ends = [one.written.get("zeros", (0, 0)) for one in (source, part)]
            source.settings = {"strides": (a * c, b * d), "zeros": source.settings["zeros"] + part.settings["zeros"]}
            source.written = {"zeros": tuple(map(sum, zip(*ends, strict=True)))}
            source.shape = part.shape
            return source
    return None


def _whole_map(part, uses):
    """A convolution over a whole map is fully connected; so is a 1×1 convolution of one pixel."""
    settings = part.settings
    if part.kind == "convolution" and len(part.shape) == 3 and part.shape[:2] == (1, 1) and settings["groups"] == 1:
        sizes = part.inputs[0].shape[:2] if len(part.inputs[0].shape) == 3 else (1, 1)
        if settings["kernel_size"] == sizes and settings["padding"] == NOTHING:
            part.kind = "fully connected"
            part.over = _map(part.inputs[0].shape)
            part.settings = {"units": settings["filters"], "use_bias": settings["use_bias"]}
    return None


def _squeeze(part, uses):
    if part.kind != "input" and part.shape[:-1] == (1, 1):
        part.shape = part.shape[-1:]
    return None


def _drop_bias(part, uses):
    """Batch normalisation takes off the bias of the convolution before it."""
    if part.kind == "batch normalisation":
        source = part.inputs[0]
        if uses[id(source)] == 1 and source.activation == "linear" and source.settings.get("use_bias"):
            source.settings = source.settings | {"use_bias": False}
            source.remarks += ("bias",)
    return None


def _note_shared(parts):
    """Of parts with the weights of one layer, each after the first says so."""
    first = {}
    for part in parts:
        if part.kind in WITH_WEIGHTS and part.layer is not None:
            earlier = first.setdefault(id(part.layer if part.weight is None else part.weight), part)
            part.shares = None if earlier is part else earlier

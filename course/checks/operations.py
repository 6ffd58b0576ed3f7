"""What part of a net an operation is that a learner's `call` does by itself, with weights that it made, or without.

`keras.ops.conv`, `keras.ops.matmul`, `x + self.bias`, and TensorFlow's functions, as `recording` has them.
"""

import inspect

import keras

from course import padding
from course.checks.parts import NOTHING, Part
from course.checks.recording import Recorded

RESHAPING = ("Flatten", "Reshape", "ExpandDims", "Squeeze", "reshape", "squeeze", "expand_dims")
UNREAD = "einsum of a weight"  # one that is no layer


def name(operation):
    """What the operation is called: its class, or TensorFlow's function."""
    if isinstance(operation, Recorded):
        return operation.function.__name__.removesuffix("_v2")
    return type(operation).__name__


def part(node, shape, layout):
    """The `Part` of a node that is no layer, or `None` where its name does not say what it computes."""
    read = OPERATIONS.get(name(node.layer))
    try:
        made = read(node, shape, layout) if read else None
        if made is not None:
            made.weight = _weight(node)
        return made
    except (AttributeError, LookupError, StopIteration, TypeError, ValueError):  # called in a way that is not foreseen
        return None


def arguments(node):
    """The arguments of a call by name; settings that an operation of Keras's keeps are among them."""
    layer = node.layer
    function = layer.function if isinstance(layer, Recorded) else layer.call
    bound = inspect.signature(function).bind(*node.args, **node.kwargs or {})
    bound.apply_defaults()
    kept = {} if isinstance(layer, Recorded) else vars(layer)
    return {**kept, **bound.arguments}


def _convolution(node, shape, layout):
    given = arguments(node)
    kernel = next(given[name] for name in ("filters", "filter", "kernel") if given.get(name) is not None)
    if not isinstance(kernel, keras.Variable):
        return None
    height, width, depth, filters = kernel.shape
    strides = _pair(given["strides"])
    rates = _pair(given.get("dilations") or given.get("dilation_rate") or 1)
    rule, size = given["padding"], (height, width)
    rule = rule.lower() if isinstance(rule, str) else [tuple(pair) for pair in rule[1:3]]
    places = zip(layout.inputs[0][:2], size, strides, rates, strict=True)
    zeros = tuple(padding.resolve(rule, *one) for one in places) if isinstance(rule, str) else tuple(rule)
    settings = {
        "padding": zeros,
        "kernel_size": size,
        "strides": strides,
        "dilation_rate": rates,
        "groups": layout.inputs[0][-1] // depth,
        "filters": filters,
        "use_bias": False,
    }
    return Part("convolution", shape, settings, written={"padding": rule if isinstance(rule, str) else zeros})


def _matrix_product(node, shape, layout):
    """A dense layer of vectors, or a 1×1 convolution of maps that have their channels last."""
    weight = _weight(node)
    if len(node.inputs) != 1 or weight is None:
        return None
    if len(shape) == len(layout.inputs[0]) == 1:
        return Part("fully connected", shape, {"units": shape[-1], "use_bias": False})
    sizes = (layout.inputs[0][-1], shape[-1])
    takes_last = arguments(node).get("axes", 1) in (1, [[-1], [0]], [[3], [0]], ((-1,), (0,)), ((3,), (0,)))
    of_map = len(shape) == 3 and shape[:2] == layout.inputs[0][:2] and not layout.channels_first
    return one_by_one(shape) if of_map and takes_last and tuple(weight.shape) == sizes else None


def one_by_one(shape, use_bias=False):
    """A 1×1 convolution, whatever it is written as."""
    one = {"padding": NOTHING, "kernel_size": (1, 1), "strides": (1, 1), "dilation_rate": (1, 1), "groups": 1}
    return Part("convolution", shape, {**one, "filters": shape[-1], "use_bias": use_bias})


def _einsum(node, shape, layout):
    """A dense layer, "bc,cd->bd", over a whole map, too, or a 1×1 convolution, "bhwc,cd->bhwd"."""
    if len(node.inputs) != 1 or _weight(node) is None:
        return None
    try:
        given = arguments(node)
        kernel_first = isinstance((given.get("operands") or given["inputs"])[0], keras.Variable)
        terms = letters(given.get("subscripts") or given["equation"], len(node.input_shapes[0]), kernel_first)
    except (AttributeError, LookupError, ValueError):  # written in another way
        return Part(UNREAD, shape)
    sizes = node.input_shapes[0], _weight(node).shape
    return contraction(*terms, *sizes, shape, layout.channels_first) or Part(UNREAD, shape)


def contraction(x, kernel, made, given, weight, shape, channels_first, use_bias=False):
    """The `Part` of an einsum by the letters of its axes, the sizes of what it takes and of its weight, or `None`."""
    summed, units = set(x) & set(kernel), "".join(set(kernel) - set(x))
    sizes = {*zip(x, given, strict=True), *zip(kernel, weight, strict=True)}
    plain = len(units) == 1 and len(sizes) == len({*x, *kernel}) == len(x) + len(kernel) - len(summed)
    if plain and summed == set(x[1:]) and made == x[0] + units:
        return Part("fully connected", shape, {"units": shape[-1], "use_bias": use_bias})
    channels = x[1 if channels_first else -1]
    if plain and len(x) == 4 and summed == {channels} and made == x.replace(channels, units):
        return one_by_one(shape, use_bias)
    return None


def letters(equation, axes, kernel_first=False):
    """The letters of the axes of the tensor, the weight and the result, with A, B, … for what "..." stands for."""
    terms, made = equation.replace(" ", "").split("->")
    x, kernel = terms.split(",")[:: -1 if kernel_first else 1]
    more = "ABCDEFGH"[: axes - len(x.replace("...", ""))]
    return x.replace("...", more), kernel, made.replace("...", more)


def _weight(node):
    """The one weight that a call takes, or `None`."""
    weights = [one for one in keras.tree.flatten((node.args, node.kwargs or {})) if isinstance(one, keras.Variable)]
    return weights[0] if len(weights) == 1 else None


def _sum(node, shape, layout):
    """A bias, if it is of maps and one number a map."""
    if len(node.inputs) != 1:
        return None
    others = [one for one in keras.tree.flatten((node.args, node.kwargs or {})) if hasattr(one, "shape")]
    others = [tuple(one.shape) for one in others if not isinstance(one, keras.KerasTensor)]
    fits = len(others) == 1 and others[0][-1:] == shape[-1:] and set(others[0][:-1]) <= {1}
    return Part("bias", shape) if fits and layout.inputs[0] == shape else None


def _dropout(node, shape, layout):
    rate = arguments(node)["rate"]
    return Part("dropout", shape, {"rate": rate}) if isinstance(rate, float) else None


def _joined(kind):
    return lambda node, shape, layout: Part(kind, shape) if len(node.inputs) > 1 else None


def _concatenated(node, shape, layout):
    axis = arguments(node)["axis"] % (len(shape) + 1)
    if len(node.inputs) == 1:
        return None
    return Part("concatenation", shape, {} if axis == (1 if layout.channels_first else len(shape)) else {"axis": axis})


def _pair(value):
    """(height, width) of a number, of two, or of TensorFlow's four."""
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    values = values[1:3] if len(values) == 4 else values
    return (values[0], values[-1])


OPERATIONS = {
    "Conv": _convolution,
    "conv2d": _convolution,
    "Matmul": _matrix_product,
    "matmul": _matrix_product,
    "Dot": _matrix_product,
    "Tensordot": _matrix_product,
    "tensordot": _matrix_product,
    "Einsum": _einsum,
    "einsum": _einsum,
    "Add": _sum,
    "add": lambda *given: _sum(*given) or _joined("addition")(*given),
    "bias_add": _sum,
    "dropout": _dropout,
    "concat": _concatenated,
    "add_n": _joined("addition"),
}

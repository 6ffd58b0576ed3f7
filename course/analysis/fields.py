"""What each unit of a net sees of the input, followed through the graph and its branches."""

from math import lcm

from keras import config

from course.analysis.axes import ALL, Axis, data_format, spatial, union
from course.analysis.rules import keeps_positions, rule_for

# What lays the input out as a map, before any layer has looked at more than one position: the count starts after it.
_BEGINNING = {"Reshape", "ExpandDims", "Embedding", "Resizing", "CenterCrop", "RandomCrop"}


def fields(nodes):
    """Map each node to its field: what its units see of the model's input.

    A field is a tuple with an `Axis` for each spatial axis of the input, or "all" in the place of one that is seen from
    end to end; "all" where each axis is; `()` where the input has no spatial axes; `None` where it is not known.
    """
    formats = (data_format(node) for node in nodes if hasattr(node.layer, "data_format"))
    channels_first = next(formats, config.image_data_format()) == "channels_first"
    found = {}
    for node in nodes:
        seen = [found[tensor.node] for tensor in node.inputs]
        found[node] = _follow(node, _merged(seen, node), channels_first) if seen else _map(node, channels_first)
    return found


def _map(node, channels_first):
    return tuple(Axis(where, ((0, 0),), 1) for where in spatial(len(node.output_shape), channels_first))


def _merged(seen, node):
    """The union of what the inputs of a node see."""
    if any(field == ALL for field in seen):
        return ALL
    if any(field is None for field in seen):
        return None
    maps = [(field, shape) for field, shape in zip(seen, node.input_shapes, strict=True) if field]
    if not maps:
        return ()
    if len({(len(field), len(shape)) for field, shape in maps}) > 1:
        return None
    return _field(_merged_axis(axes, [shape for _, shape in maps]) for axes in zip(*(f for f, _ in maps), strict=True))


def _merged_axis(axes, shapes):
    if ALL in axes:
        return ALL
    first = axes[0]
    if any(axis.where != first.where for axis in axes):
        return None
    sizes = [shape[first.where] for shape in shapes]
    if 1 in sizes and set(sizes) != {1}:
        return ALL  # one position is put beside every other
    if any(axis.stride != first.stride for axis in axes):
        return None
    period = lcm(*(len(axis.spans) for axis in axes))
    spans = tuple(union(axis.at(i) for axis in axes) for i in range(period))
    return Axis(first.where, spans, int(first.stride * period))


def _field(axes):
    """A field from its axes: `None` if one is not known, "all" if each is."""
    axes = tuple(axes)
    if None in axes:
        return None
    return ALL if axes and all(axis == ALL for axis in axes) else axes


def _follow(node, field, channels_first):
    """The field of a node's output, given that of its inputs together."""
    layer, shape = node.layer, node.output_shape
    if field == ALL:
        return ALL
    if type(layer).__name__ in _BEGINNING and len(shape) > 2 and field == _map(node.inputs[0].node, channels_first):
        return _map(node, channels_first)
    if field == ():
        return () if shape == node.input_shapes[0] and keeps_positions(node) else ALL
    if len(shape) < 3 or (hasattr(layer, "keepdims") and getattr(layer, "axis", None) is None):
        return ALL
    if field is None:
        return None
    rule = rule_for(node)
    return _field(axis if axis == ALL else rule(node, axis) for axis in field)

"""Where the channels of each tensor stand, in nets that turn maps round: first, as PyTorch has them, or last."""

import numpy as np

from course.checks import operations

TO_FIRST, TO_LAST = (0, 3, 1, 2), (0, 2, 3, 1)


def channels_first(nodes):
    """`{node: (whether what it takes has its channels first, whether what it gives has)}`."""
    if not any(_format(node) == "channels_first" for node in nodes):
        return dict.fromkeys(nodes, (False, False))
    turns = {node: order for node in nodes if (order := _order(node)) in (TO_FIRST, TO_LAST)}
    begins = next(iter(turns.values()), TO_LAST) == TO_LAST
    found = {}
    for node in nodes:
        takes = found[node.inputs[0].node][1] if node.inputs else begins
        takes = _format(node) == "channels_first" if _format(node) else takes
        found[node] = (takes, turns[node] == TO_FIRST if node in turns else takes)
    return found


def _format(node):
    """What the layer says of its maps, which a layer for values alone says, too."""
    return getattr(node.layer, "data_format", None) if len(node.input_shapes) and _is_map(node) else None


def _is_map(node):
    return len(node.input_shapes[0]) == 4


def _order(node):
    """In which order a node puts the axes of a map, the batch's first, if that is all it does."""
    if not node.inputs or not _is_map(node):
        return None
    name, layer = operations.name(node.layer), node.layer
    if name == "Permute":
        return (0, *layer.dims)
    if name == "Transpose":
        return tuple(axis % 4 for axis in layer.axes or ())
    if name == "Moveaxis":
        return np.moveaxis(np.empty((0, 1, 2, 3)), layer.source, layer.destination).shape
    if name == "transpose":
        return tuple(axis % 4 for axis in operations.arguments(node).get("perm") or ())
    return None

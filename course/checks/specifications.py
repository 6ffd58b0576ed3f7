"""The parts of large nets, of those that exercises ask for and of deeper ones: reading them takes no building.

    python -m course.checks.specifications

writes `specifications.json` anew from the builders.
"""

import functools
import json
from pathlib import Path

from course.checks.parts import Part

FILE = Path(__file__).with_suffix(".json")
# Nets too large for their outputs to be compared: all that is looked at is in their parts.
NETS = (
    *(("course.models.vgg.vgg", {"configuration": configuration}) for configuration in "ABCDE"),
    *(("course.models.alexnet.alexnet", {"towers": towers}) for towers in (1, 2)),
    ("course.models.zfnet.zfnet", {}),
    ("course.models.googlenet.googlenet", {}),
    *(("course.models.resnet.resnet", {"depth": depth}) for depth in (50, 152)),
    ("course.models.densenet.densenet", {"depth": 121}),
)
FIELDS = ("kind", "shape", "settings", "activation", "name", "over", "written", "remarks")


def written_down(builder, arguments):
    """`(parts, inputs, outputs)` and the names of the layers of a builder's net, or `None` if it is not in the file."""
    found = _file().get(_key(builder, arguments))
    if found is None:
        return None
    parts = []
    for *values, feeds in found["parts"]:
        known = {name: _as_written(value) for name, value in zip(FIELDS, values, strict=True)}
        parts.append(Part(**known, inputs=[parts[place] for place in feeds]))
    inputs, outputs = (tuple(parts[place] for place in found[what]) for what in ("inputs", "outputs"))
    return (tuple(parts), inputs, outputs), found["layers"]


def described(net):
    """What the file says of a `graph.Net`."""
    place = {id(part): i for i, part in enumerate(net.parts)}
    ends = {"inputs": net.inputs, "outputs": net.outputs}
    return {
        "layers": [layer.name for layer in net.model.layers],
        **{what: [place[id(part)] for part in parts] for what, parts in ends.items()},
        "parts": [
            [*(getattr(part, name) for name in FIELDS), [place[id(one)] for one in part.inputs]] for part in net.parts
        ],
    }


def built():
    """The text of the file, from the builders."""
    from course.checks.architecture import Architecture, built_from

    nets = {_key(*net): described(built_from(Architecture("", "", *net))) for net in NETS}
    # A line a part, so that what has changed in a net can be seen.
    return json.dumps(nets, indent=None, separators=(",", ":")).replace("],[[", "],\n[[").replace(']],["', ']],\n["')


@functools.cache
def _file():
    return json.loads(FILE.read_text("utf-8"))


def _key(builder, arguments):
    return f"{builder} {json.dumps(arguments, sort_keys=True)}"


def _as_written(value):
    """Lists are tuples again."""
    if isinstance(value, dict):
        return {name: _as_written(one) for name, one in value.items()}
    return tuple(map(_as_written, value)) if isinstance(value, list) else value


if __name__ == "__main__":
    FILE.write_text(built(), "utf-8")

"""The parts that nets are made of, and how to write a net down as a table of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

NOTHING = ((0, 0), (0, 0))


@dataclass(eq=False)
class Part:
    """One computing part of a net. `shape` is one image's, (height, width, channels) or (features,).

    What follows `name` is not compared: `layer` holds its weights, `function` computes it from the tensors that feed
    it, `over` is the map that a fully connected part sees, `written` holds settings as they were written where the
    normal form has others, `preparation` what scales the pixels of an input, and `shares` the first part that has the
    same layer. `remarks` say what is accepted and is not as in the paper.
    """

    kind: str
    shape: tuple
    settings: dict = field(default_factory=dict)
    inputs: list = field(default_factory=list)
    activation: str = "linear"
    name: str = ""
    layer: Callable | None = None
    function: Callable | None = None
    over: tuple | None = None
    written: dict = field(default_factory=dict)
    preparation: list = field(default_factory=list)
    shares: "Part | None" = None
    remarks: tuple = ()
    weight: object = None


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
    return Part(
        "fully connected", (units,), {"units": units, "use_bias": True}, activation=activation, name=name, over=over
    )


def pooling(name, kind, pool_size, strides, shape):
    """Average or max pooling, without padding."""
    settings = {"padding": NOTHING, "pool_size": (pool_size,) * 2, "strides": (strides,) * 2}
    return Part(f"{kind} pooling", shape, settings, name=name)

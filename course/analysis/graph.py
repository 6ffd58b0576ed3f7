"""A Keras model as the calls of layers that it is made of, with who feeds whom."""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import keras
from keras import tree


class Tensor(NamedTuple):
    """What a node gives: its `index`-th output, of this shape, batch first and `None` where a size is not known."""

    node: "Node"
    index: int
    shape: tuple


@dataclass(frozen=True, eq=False)
class Node:
    """One call of one layer.

    `name` is unique: `outer/inner` for a layer of a model inside a model, `conv:2` for the second call of a shared one.
    `layer` is the Keras layer, or the operation that a function of `keras.ops` left in the graph; calls of a shared
    layer hold the same one. `inputs` are the tensors that feed it, in the order of the call: `tensor.node` is who feeds
    it. Input layers have none. `args` and `kwargs` are those of the call, with symbolic tensors in the tensors' places.
    """

    name: str
    layer: keras.Operation
    inputs: tuple[Tensor, ...]
    output_shapes: tuple[tuple, ...]
    args: tuple = ()
    kwargs: dict | None = None

    @property
    def input_shapes(self):
        """The shape of each tensor that feeds it, `(batch, …)`."""
        return tuple(tensor.shape for tensor in self.inputs)

    @property
    def output_shape(self):
        """The shape of its output, `(batch, …)`; of the first where there are several."""
        return self.output_shapes[0]

    def __repr__(self):
        feeds = ", ".join(tensor.node.name for tensor in self.inputs)
        return f"<{self.name} of {type(self.layer).__name__}({feeds}) {self.output_shape}>"


def nodes(model, input_shape=None):
    """List the calls of layers that make up a Functional or Sequential model, each after those that feed it.

    Models inside the model are opened. The model's own input layers are among the nodes; those of inner models are not,
    since what feeds the inner model feeds its first layers. The model stays as it was, and needs no weights.

    `input_shape`, `(height, width, channels)` or as the model orders it, fills in sizes that the model leaves `None`;
    for several inputs, give a list of shapes. Raises `ValueError` for a model without a graph (a subclassed one, a
    Sequential that has no input shape yet) and for a shape that the model does not take.
    """
    graph = _functional(model)
    shapes = [tensor.shape for tensor in graph.inputs]
    if input_shape is not None:
        shapes = _filled(graph, shapes, input_shape)
    input_layers = {id(operation.output): operation for operation in graph.operations if _is_input(operation)}
    layers = [input_layers[id(tensor)] for tensor in graph.inputs]
    inputs = [Node(layer.name, layer, (), (shape,)) for layer, shape in zip(layers, shapes, strict=True)]
    inner, _ = _opened(graph, [Tensor(node, 0, node.output_shape) for node in inputs], "", Counter())
    return inputs + inner


class _Call(NamedTuple):
    """What `clone_model` says of a call: the tensors are symbolic and of a graph that is thrown away."""

    operation: keras.Operation
    args: tuple
    kwargs: dict
    inputs: list
    outputs: list


def _opened(graph, sources, prefix, counts):
    """The nodes of a functional graph fed by `sources`, and the tensors that it gives."""
    symbols = [
        # A name of its own: a name that Keras makes up would change the names of the layers made next.
        keras.Input(batch_shape=x.shape, dtype=y.dtype, name=f"input_{index}")
        for index, (x, y) in enumerate(zip(sources, graph.inputs, strict=True))
    ]
    calls, outputs = _calls(graph, symbols)
    tensors = {id(symbol): source for symbol, source in zip(symbols, sources, strict=True)}
    found = []
    for call in _ordered(calls, outputs):
        name = prefix + call.operation.name
        counts[name] += 1
        name = name if counts[name] == 1 else f"{name}:{counts[name]}"
        inputs = [tensors[id(x)] for x in call.inputs]
        if _has_graph(call.operation):
            inner, given = _opened(_functional(call.operation), inputs, f"{name}/", counts)
            found += inner
        else:
            shapes = tuple(tuple(x.shape) for x in call.outputs)
            node = Node(name, call.operation, tuple(inputs), shapes, call.args, call.kwargs)
            given = [Tensor(node, index, shape) for index, shape in enumerate(shapes)]
            found.append(node)
        tensors |= {id(output): tensor for output, tensor in zip(call.outputs, given, strict=True)}
    return found, [tensors[id(x)] for x in outputs]


def _calls(graph, symbols):
    """Each call of an operation in a functional graph that gets these symbolic tensors, and its outputs."""
    calls = []
    known = {id(symbol) for symbol in symbols}
    stand_ins = {}  # Keras goes by the number of outputs of the first call

    def record(operation, *args, **kwargs):
        inputs = [x for x in tree.flatten((args, kwargs)) if id(x) in known]
        if _has_graph(operation):
            inputs = _in_order(operation, args, inputs)
        specs = _output_specs(operation, inputs, args, kwargs)
        if len(specs) not in stand_ins:
            stand_ins[len(specs)] = _StandIn(name=f"outputs_{len(specs)}")
        outputs = stand_ins[len(specs)].given(symbols, specs)
        known.update(map(id, outputs))
        calls.append(_Call(operation, args, kwargs, inputs, outputs))
        return outputs

    # The clone is of stand-ins: no layer is called, so the model stays as it was.
    clone = keras.models.clone_model(
        graph, input_tensors=symbols, clone_function=lambda operation: operation, call_function=record
    )
    return calls, clone.outputs


def _ordered(calls, outputs):
    """The calls with those that feed each before it, a branch at a time."""
    makers = {id(output): call for call in calls for output in call.outputs}
    roots = [makers[id(output)] for output in outputs if id(output) in makers] + calls
    order, placed = [], set()
    for root in roots:
        stack = [root]
        while stack:
            feeds = [makers[id(x)] for x in stack[-1].inputs if id(x) in makers]
            waiting = [call for call in feeds if id(call) not in placed]
            if waiting:
                stack.append(waiting[0])
            else:
                call = stack.pop()
                if id(call) not in placed:
                    placed.add(id(call))
                    order.append(call)
    return order


def _in_order(model, args, inputs):
    """What feeds an inner model, one tensor an input, in the order of its inputs: a dict may name them."""
    if args and isinstance(args[0], dict) and not isinstance(model.input, dict):
        inputs = [args[0][tensor.name] for tensor in model.inputs]
    return inputs[: len(model.inputs)]


class _StandIn(keras.Operation):
    """Gives tensors of the shapes it is told, so that the layers it stands for are not called again.

    They come straight from the inputs, whatever feeds the layer: Keras goes over the clone's graph, which stays flat.
    """

    def given(self, symbols, specs):
        """Symbolic tensors of these shapes."""
        self.specs = [keras.KerasTensor(spec.shape, spec.dtype) for spec in specs]
        return tree.flatten(self(*symbols))

    def compute_output_spec(self, *symbols):
        return self.specs


def _functional(model):
    """A bare functional model over the same tensors: one kind for Sequential, compiled and dict-fed models."""
    if not isinstance(model, keras.Model):
        raise ValueError(f"model is {model!r}; give a Keras model, keras.Model(inputs, outputs) or keras.Sequential.")
    if not _has_graph(model):
        remedy = "give a model made by keras.Model(inputs, outputs) or keras.Sequential"
        if isinstance(model, keras.Sequential):
            remedy = "put keras.Input(shape) before its first layer, or call build(input_shape), first"
        raise ValueError(f'"{model.name}" ({type(model).__name__}) has no graph of layers to read; {remedy}.')
    return keras.Model(list(model.inputs), list(model.outputs), name=model.name)


def _has_graph(operation):
    return isinstance(operation, keras.Model) and bool(getattr(operation, "inputs", None))


def _is_input(operation):
    return isinstance(operation, keras.layers.InputLayer)


def _output_specs(operation, inputs, args, kwargs):
    # The shapes of the first call hold for any other with the same input shapes.
    if [x.shape for x in tree.flatten(operation.input)] == [x.shape for x in inputs]:
        return tree.flatten(operation.output)
    refusal = None
    try:
        specs = tree.flatten(operation.compute_output_spec(*args, **kwargs))
    except Exception as error:  # each kind of layer has its own
        specs, refusal = [], error
    if refusal or any(0 in spec.shape for spec in specs):
        given = " and ".join(str(tuple(x.shape[1:])) for x in inputs)
        kind = type(operation).__name__
        raise ValueError(
            f'"{operation.name}" ({kind}) takes no input of {given}: try a larger input_shape.'
        ) from refusal
    return specs


def _filled(graph, shapes, input_shape):
    """The shapes of the inputs with what is `None` taken from `input_shape`, batch excepted."""
    several = isinstance(input_shape, (tuple, list)) and any(isinstance(shape, (tuple, list)) for shape in input_shape)
    given = list(input_shape) if several else [input_shape]
    fits = len(given) == len(shapes) and all(
        isinstance(new, (tuple, list))
        and len(new) == len(old) - 1
        and all(b in (None, a) for a, b in zip(new, old[1:], strict=True))
        for new, old in zip(given, shapes, strict=True)
    )
    if not fits:
        takes = " and ".join(str(tuple(shape[1:])) for shape in shapes)
        raise ValueError(f'input_shape is {input_shape}; "{graph.name}" takes {takes}: give numbers where it has None.')
    return [(old[0], *new) for new, old in zip(given, shapes, strict=True)]

"""Compare a subclassed model whose `call` cannot be read as a function: the same weights, the same images."""

import keras
import numpy as np

from course.checks import opening, words
from course.checks.calling import call
from course.checks.carrying import differ, images
from course.checks.verdict import WrongAnswer

SETTINGS = ("kernel_size", "filters", "units", "strides", "dilation_rate", "groups", "use_bias")


def compare(model, architecture, theirs, why):
    """Raise `WrongAnswer` where the outputs are not those of the package's net; `why` it cannot be read is said."""
    given = [images(part.shape) for part in theirs.inputs]
    given = given if len(given) > 1 else given[0]
    sizes = words.joined(words.cross(part.shape) for part in theirs.inputs)
    with opening.calls() as called:
        call(model, given, name=f"{architecture.name}: your model on images of {sizes}")
    reference = architecture.build()
    outputs = call(model, given, training=False, name=f"{architecture.name}: your model")
    for weights in (model.weights, _in_order(called, model)):  # one pairing in which they agree is enough
        values = _paired(weights, reference.weights)
        if values is None:
            raise _unlike(model, architecture, why, _departure(model, called, reference, architecture))
        reference.set_weights(values)
        both = [
            [keras.ops.convert_to_numpy(x) for x in keras.tree.flatten(y)]
            for y in (outputs, reference(_prepared(model, given)))
        ]
        if not differ(*both):
            return
    departure = _departure(model, called, reference, architecture)
    if departure:
        raise _unlike(model, architecture, why, departure)
    probabilities = [np.asarray(keras.activations.softmax(keras.ops.convert_to_tensor(x))) for x in both[0]]
    if len(both[0]) == len(both[1]) and not differ(probabilities, both[1]):
        line = f"{architecture.name}: your outputs are logits, {architecture.version} has probabilities."
        raise WrongAnswer(line, "Softmax at the end makes them probabilities.")
    line = f"with the same weights your outputs are not those of {architecture.version}"
    raise _unlike(model, architecture, why, line)


def _prepared(model, given):
    """The images as the model's layers scale them."""
    for layer in _layers(model):
        if isinstance(layer, keras.layers.Rescaling | keras.layers.Normalization):
            given = keras.tree.map_structure(layer, given)
    return given


def _in_order(called, model):
    """The model's weights as its layers were called; those of no layer at the end."""
    weights = [weight for layer in called for weight in layer.weights] + model.weights
    return list({id(weight): weight for weight in weights}.values())


def _paired(mine, theirs):
    """The learner's values in the order of the package's weights: of each shape, in their order; or `None`."""
    waiting = list(mine)
    if len(mine) != len(theirs):
        return None
    values = []
    for wanted in theirs:
        place = next((i for i, one in enumerate(waiting) if _like(one.shape, wanted.shape)), None)
        if place is None:
            return None
        values.append(keras.ops.convert_to_numpy(waiting.pop(place)).reshape(wanted.shape))
    return values


def _like(shape, wanted):
    """Whether they are the same numbers, of a dense layer or of a convolution over the whole map."""
    return np.prod(shape) == np.prod(wanted) and shape[-1:] == wanted[-1:]


def _departure(model, called, reference, architecture):
    """The first of the layers with weights that has other settings than the package's, in words."""
    mine, theirs = ([layer for layer in _layers(net) if layer.weights] for net in (model, reference))
    if len(mine) != len(theirs):
        return None
    mine.sort(key=lambda layer: called.index(layer) if layer in called else len(called))
    for other in theirs:
        # Of each kind they come in order; a dense layer may be a convolution over the whole map.
        one = next((layer for layer in mine if type(layer) is type(other)), mine[0])
        mine.remove(one)
        for name in SETTINGS if type(one) is type(other) else ():
            given, wanted = (getattr(layer, name, None) for layer in (one, other))
            if given != wanted:
                return f"layer {other.name}: you have {name} {given}, {architecture.version} has {wanted}"
    return None


def _layers(net):
    for layer in net.layers:
        yield from _layers(layer) if getattr(layer, "layers", None) else (layer,)


def _unlike(model, architecture, why, line):
    """What departs, and from where on the check has not read the model."""
    if line is None:
        counts = sum(int(np.prod(weight.shape)) for weight in model.weights)
        line = f"your {counts:,} weights do not have the shapes of {architecture.version}'s"
    return WrongAnswer(
        f"{architecture.name}, {line}." if line.startswith("layer") else f"{architecture.name}: {line}.",
        f"What happens in your call the check cannot read, so it compared what comes out. {why}",
    )

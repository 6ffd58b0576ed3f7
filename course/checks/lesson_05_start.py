"""Check that a deeper VGG starts from A: small nets, whose weights are looked at before and after."""

import re

import numpy as np

from course.checks.calling import call, require_function, spelled
from course.checks.verdict import WrongAnswer

FIRST, DENSE = ("conv1_1", "conv2_1", "conv3_1", "conv3_2"), ("fc6", "fc7", "fc8")
# Widths that no two blocks share, as in VGG's first three, and the units of fc6 and fc8.
CASES = (("B", (4, 5, 6, 7, 7), 8, 5), ("E", (4, 6, 8, 9, 9), 7, 3), ("C", (5, 6, 7, 8, 8), 6, 4))
# What is said of an exception whose message has these words, the first that fits.
RAISED = (
    ("No such layer", "Not every layer of one net is in the other: copy the seven alone."),
    ("Layer fc", "fc6, fc7 and fc8 each go to the layer of the same name."),
    ("shape|list of length", "The layers of A are not the first ones of model, which has others between: look for the "
    "layer of the same place, conv1_1 say, or of the same shape."),
)  # fmt: skip


def initialise_from_a(answer, wanted):
    """`initialise_from_a(model, a)` sets the weights of `model`, B to E: those of the seven layers are then A's.

    The nets have five blocks and three dense layers named as in the paper, and small widths. What is returned does not
    count. All other weights, and A's, stay as they were, and all layers trainable.
    """
    require_function(answer)
    name = spelled(answer).split("(")[0]
    for number, (configuration, filters, units, classes) in enumerate(CASES):
        a = _net("A", filters, units, classes, seed=2 * number)
        model = _net(configuration, filters, units, classes, seed=2 * number + 1)
        _check(answer, model, a, f"{name}(model, a) with a small {configuration}")
    return "Seven layers of B, C and E start from A."


def _net(configuration, filters, units, classes, seed):
    import keras

    from course import blocks
    from course.models.vgg import CONFIGURATIONS

    x = inputs = keras.Input((32, 32, 3))
    for number, kernel_sizes in enumerate(CONFIGURATIONS[configuration], 1):
        x = blocks.vgg_block(x, filters[number - 1], kernel_sizes, number)
    x = keras.layers.Flatten(name="flatten")(x)
    for number in (6, 7):
        x = keras.layers.Dense(units, "relu", name=f"fc{number}")(x)
        x = keras.layers.Dropout(0.5, name=f"drop{number}")(x)
    model = keras.Model(inputs, keras.layers.Dense(classes, "softmax", name="fc8")(x), name=f"vgg_{configuration}")
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(size=weight.shape).astype("float32") for weight in model.weights])
    return model


def _weights(model):
    """`{layer: {"kernel": array, "bias": array}}`."""
    return {
        layer.name: dict(zip(("kernel", "bias"), layer.get_weights(), strict=True))
        for layer in model.layers
        if layer.weights
    }


def _check(answer, model, a, said):
    from course.checks import words  # imports Keras

    mine, theirs = _weights(model), _weights(a)
    returned = _called(answer, model, a, said)
    if _differing(theirs, _weights(a)):
        swapped = not _differing({name: mine[name] for name in (*FIRST, *DENSE)}, _weights(a))
        cause = "The direction is turned round: A's weights go to model, the first argument."
        raise WrongAnswer(f"{said}: the weights of a have changed.", cause if swapped else "The net a is only read.")
    wanted = mine | {name: theirs[name] for name in (*FIRST, *DENSE)}
    after = _weights(model)
    wrong = _differing(wanted, after)
    if wrong:
        finding = _found(wrong[0], mine, theirs, after)
        raise WrongAnswer(f"{said}: {finding}", _cause(wrong, mine, theirs, after, wanted, returned))
    frozen = [layer.name for layer in model.layers if layer.weights and not layer.trainable_weights]
    if frozen:
        raise WrongAnswer(
            f"{said}: {words.joined(frozen, 3)} cannot be trained any more.",
            "A's weights are only a start: the paper lets them change in training, so leave trainable as it is.",
        )
    if not all(layer.trainable for layer in (a, *a.layers)):
        raise WrongAnswer(
            f"{said}: a cannot be trained any more.", "The net a is only read: leave its trainable as it is."
        )


def _called(answer, model, a, said):
    """What the answer returns; it may print, as it has nothing to return."""
    returned = []

    def run(model, a):
        returned.append(answer(model, a))
        return True

    try:
        call(run, model, a, name=said)
    except WrongAnswer as wrong:
        cause = next((cause for pattern, cause in RAISED if re.search(pattern, wrong.finding)), None)
        if cause is None:
            raise
        place = wrong.cause.rpartition("`. ")[0]
        raise WrongAnswer(wrong.finding, f"{place}`. {cause}" if place else cause) from None
    return returned[0]


def _differing(wanted, given):
    """The layers whose weights are not as wanted, in order."""
    return [name for name in wanted if not _same(wanted[name], given[name])]


def _same(one, other):
    return all(np.array_equal(one[part], other[part]) for part in one)


def _source(arrays, theirs):
    """The layer of A that has these weights."""
    return next((name for name in theirs if _same(theirs[name], arrays)), None)


def _found(name, mine, theirs, after):
    expected = f"expected A's {name}" if name in (*FIRST, *DENSE) else "expected those it started with"
    source = _source(after[name], theirs)
    if source:
        return f"{name} has the weights of A's {source}, {expected}."
    if _same(after[name], mine[name]):
        return f"{name} has the weights it started with, {expected}."
    kept = [part for part in mine[name] if np.array_equal(after[name][part], mine[name][part])]
    if kept == ["bias"] and np.array_equal(after[name]["kernel"], theirs.get(name, after[name])["kernel"]):
        return f"{name} has the biases it started with, {expected}."
    return f"{name} has weights that are neither A's nor those it started with, {expected}."


def _cause(wrong, mine, theirs, after, wanted, returned):
    from course.checks import words  # imports Keras

    kept = [name for name in wrong if _same(after[name], mine[name])]
    others = not set(wrong) & {*FIRST, *DENSE}
    if not _differing(mine, after):
        if hasattr(returned, "get_layer") and not _differing(wanted, _weights(returned)):
            return "What you return is right, but it is another model: change model itself, with set_weights."
        return "No weight of model has changed: layer.set_weights(weights) writes what other.get_weights() has read."
    if all(np.array_equal(after[name]["kernel"], wanted[name]["kernel"]) for name in wrong):
        if others:
            return "Nothing but the seven layers is to be changed: leave the biases of the others as they are."
        if all(not after[name]["bias"].any() for name in wrong):
            return "The biases are zeros: A's biases go along with its kernels."
        return "The kernels are A's, the biases are not: get_weights() has both."
    if all(np.array_equal(after[name]["bias"], wanted[name]["bias"]) for name in wrong):
        return "The biases are A's, the kernels are not: get_weights() has both, the kernel first."
    missing = [name for name in kept if name in (*FIRST, *DENSE)]
    sources = {name: _source(after[name], theirs) for name in wrong if name not in kept}
    elsewhere = {source: name for name, source in sources.items() if source in missing}
    if elsewhere:
        source, name = next(iter(elsewhere.items()))
        return f"A's {source} went to {name}: it belongs to {source}, at the same place in its block."
    if missing and all(name in missing for name in wrong):
        return _left_behind(missing)
    if all(source == name for name, source in sources.items()):
        return (
            f"{words.joined(sources, 3)} of A {'go' if len(sources) > 1 else 'goes'} too far: after its first four "
            "convolutions the paper starts all layers at random, up to fc6."
        )
    if any(source and _same(after[source], theirs[source]) for source in sources.values()):
        return "A layer of A went to several layers of the same shape: each goes to one."
    for name, source in sources.items():
        if source not in (None, name):
            return f"A's {source} went to {name}: pair layers by their names, not by their place in the list or shape."
    return "get_weights() of a layer of A goes to set_weights() of one layer of model, and nothing else is changed."


def _left_behind(missing):
    from course.checks import words  # imports Keras

    if missing == list(DENSE):
        return "The three fully connected layers of A go along with its first four convolutions."
    if missing == list(FIRST):
        return "A's first four convolutions go along, too: conv1_1, conv2_1, conv3_1 and conv3_2."
    if missing == ["conv3_2"]:
        return "That makes three: A's fourth convolution is conv3_2."
    if missing == ["fc8"]:
        return "The last layer goes along, too: the classes are the same."
    if set(missing) <= set(FIRST):
        return (
            "A's first four convolutions are conv1_1, conv2_1, conv3_1 and conv3_2: it has one in each of two blocks."
        )
    return f"{words.joined(missing)} {'is' if len(missing) == 1 else 'are'} left behind: seven layers start from A."

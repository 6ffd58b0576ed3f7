"""A class's answers to the exercise initialise-from-a."""

# ruff: noqa: F811

from answers_of_a_class import right, wrong

SEVEN = ("conv1_1", "conv2_1", "conv3_1", "conv3_2", "fc6", "fc7", "fc8")


@right("initialise-from-a", "weight by weight, with assign")
def initialise_from_a(model, a):
    for name in SEVEN:
        for mine, theirs in zip(model.get_layer(name).weights, a.get_layer(name).weights, strict=True):
            mine.assign(theirs)


@wrong("initialise-from-a", "freezes A, so that it stays as it is", "a cannot be trained any more")
def initialise_from_a(model, a):
    a.trainable = False
    for name in SEVEN:
        model.get_layer(name).set_weights(a.get_layer(name).get_weights())


@wrong("initialise-from-a", "all layers of one name", "go too far")
def initialise_from_a(model, a):
    for layer in a.layers:
        if layer.weights:
            model.get_layer(layer.name).set_weights(layer.get_weights())


@wrong("initialise-from-a", "pairs layers by their place", "pair layers by their names")
def initialise_from_a(model, a):
    for new, old in zip(model.layers, a.layers, strict=False):
        if old.weights and [w.shape for w in new.weights] == [w.shape for w in old.weights]:
            new.set_weights(old.get_weights())


@wrong("initialise-from-a", "zeros for the biases of the others", "leave the biases of the others as they are")
def initialise_from_a(model, a):
    for layer in model.layers:
        if layer.name in ("conv1_1", "conv2_1", "conv3_1", "conv3_2", "fc6", "fc7", "fc8"):
            layer.set_weights(a.get_layer(layer.name).get_weights())
        elif layer.weights:
            layer.bias.assign(0 * layer.bias)

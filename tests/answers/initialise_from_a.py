"""A deeper VGG that starts from A: by names, by places, by shapes."""

import itertools

import keras
from keras import layers

from answers import right, wrong

FIRST, DENSE = ("conv1_1", "conv2_1", "conv3_1", "conv3_2"), ("fc6", "fc7", "fc8")


def copied(*names, what=slice(None), to=lambda name: name):
    """Copy the layers of these names, or the weights at these places in them, to the layers `to(name)`."""

    def initialise_from_a(model, a):
        for name in names:
            target = model.get_layer(to(name))
            weights = target.get_weights()
            weights[what] = a.get_layer(name).get_weights()[what]
            target.set_weights(weights)

    return initialise_from_a


right("initialise-from-a")(copied(*FIRST, *DENSE))


@right("initialise-from-a")
def by_shapes(model, a):
    """The first convolution not passed yet with a kernel of the same shape; no name is looked at."""
    convolutions = iter([layer for layer in model.layers if isinstance(layer, layers.Conv2D)])
    for source in [layer for layer in a.layers if isinstance(layer, layers.Conv2D)][:4]:
        target = next(layer for layer in convolutions if layer.kernel.shape == source.kernel.shape)
        target.set_weights(source.get_weights())
    dense = [[layer for layer in net.layers if isinstance(layer, layers.Dense)] for net in (model, a)]
    for target, source in zip(*dense, strict=True):
        target.kernel.assign(source.kernel)
        target.bias.assign(source.bias)
    return model


@right("initialise-from-a")
def by_places(model, a):
    """A block is what stands before a pooling; the last dense layers are counted from the end."""

    def blocks(net):
        found = [[]]
        for layer in net.layers:
            if isinstance(layer, layers.MaxPooling2D):
                found.append([])
            elif isinstance(layer, layers.Conv2D):
                found[-1].append(layer)
        return found

    for block, i in ((0, 0), (1, 0), (2, 0), (2, 1)):
        blocks(model)[block][i].set_weights(blocks(a)[block][i].get_weights())
    for i in (-1, -3, -5):
        model.layers[i].set_weights(a.layers[i].get_weights())
    print("copied")


@right("initialise-from-a")
def by_variables(model, a):
    values = {variable.path: variable.numpy() for variable in a.weights}
    for variable in model.weights:
        if variable.path.split("/")[-2] in (*FIRST, *DENSE):
            variable.assign(values[variable.path])


class Initialiser:
    """An object that can be called, and returns what it likes."""

    def __call__(self, model, a):
        kept = {layer.name: layer.get_weights() for layer in a.layers}
        for layer in model.layers:
            if layer.name in FIRST or layer.name.startswith("fc"):
                layer.set_weights(kept[layer.name])
        return {"copied": len(FIRST) + len(DENSE)}


right("initialise-from-a")(Initialiser())
wrong("initialise-from-a", r"fc6 has the weights it started with.*\n.*three fully connected layers of A go along")(
    copied(*FIRST)
)
wrong("initialise-from-a", r"conv1_1 has the weights it started with.*\n.*first four convolutions go along")(
    copied(*DENSE)
)
wrong("initialise-from-a", r"conv3_2 has the weights it started with.*\n.*makes three: A's fourth convolution")(
    copied(*FIRST[:3], *DENSE)
)
wrong("initialise-from-a", r"conv4_1 has the weights of A's conv4_1.*\n.*goes too far")(
    copied(*FIRST, "conv4_1", *DENSE)
)
wrong("initialise-from-a", r"fc8 has the weights it started with.*\n.*last layer goes along")(
    copied(*FIRST, "fc6", "fc7")
)
wrong("initialise-from-a", r"fc6 has the weights it started with.*\n.*fc6 and fc7 are left behind")(
    copied(*FIRST, "fc8")
)
wrong("initialise-from-a", r"has the biases it started with, expected A's.*\n.*biases are not: get_weights\(\) has")(
    copied(*FIRST, *DENSE, what=slice(0, 1))
)
wrong("initialise-from-a", r"\n.*kernels are not: get_weights\(\) has")(copied(*FIRST, *DENSE, what=slice(1, 2)))


@wrong("initialise-from-a", r"small E: conv3_2 has the weights it started.*\n.*conv3_2 went to conv3_4: it belongs to")
def to_the_last_of_the_block(model, a):
    copied(*FIRST[:3], *DENSE)(model, a)
    last = [layer for layer in model.layers if layer.name.startswith("conv3_")][-1]
    last.set_weights(a.get_layer("conv3_2").get_weights())


@wrong("initialise-from-a", r"weights of a have changed.*\n.*direction is turned round")
def the_other_way_round(model, a):
    copied(*FIRST, *DENSE)(a, model)


@wrong("initialise-from-a", r"the weights of a have changed.*\n.*The net a is only read")
def a_is_emptied(model, a):
    copied(*FIRST, *DENSE)(model, a)
    a.set_weights([0 * weight for weight in a.get_weights()])


@wrong("initialise-from-a", r"conv4_1 has the weights of A's conv4_1.*\n.*conv4_1, conv4_2.*go too far")
def all_of_the_same_name(model, a):
    for layer in a.layers:
        if layer.weights:
            model.get_layer(layer.name).set_weights(layer.get_weights())


@wrong("initialise-from-a", r"No such layer.*\n.*copy the seven alone")
def all_layers_of_a(model, a):
    for layer in a.layers:
        model.get_layer(layer.name).set_weights(layer.get_weights())


@wrong("initialise-from-a", r"raised ValueError.*\n.*line \d+.*not the first ones of model.*same shape")
def the_first_four_in_order(model, a):
    convolutions = [[layer for layer in net.layers if isinstance(layer, layers.Conv2D)] for net in (model, a)]
    for target, source in itertools.islice(zip(*convolutions, strict=False), 4):
        target.set_weights(source.get_weights())


@wrong("initialise-from-a", r"raised ValueError.*\n.*not the first ones of model")
def layer_by_layer(model, a):
    for target, source in zip(model.layers, a.layers, strict=False):
        target.set_weights(source.get_weights())


@wrong(
    "initialise-from-a",
    r"conv3_3 has the weights of A's conv3_2, expected those it.*\n.*several layers of the same shape",
)
def to_all_of_the_same_shape(model, a):
    for name in (*FIRST, *DENSE):
        source = a.get_layer(name)
        for target in model.layers:
            if target.weights and target.kernel.shape == source.kernel.shape:
                target.set_weights(source.get_weights())


@wrong("initialise-from-a", r"conv1_1 has the weights it started with.*\n.*another model: change model itself")
def a_copy_is_returned(model, a):
    made = keras.models.clone_model(model)
    made.set_weights(model.get_weights())
    copied(*FIRST, *DENSE)(made, a)
    return made


@wrong("initialise-from-a", r"conv1_1 has the weights it started with.*\n.*set_weights\(weights\) writes")
def arrays_changed_and_not_written(model, a):
    for name in (*FIRST, *DENSE):
        weights = model.get_layer(name).get_weights()
        weights[:] = a.get_layer(name).get_weights()


@wrong("initialise-from-a", r"conv1_1, conv2_1, conv3_1 and 4 more cannot be trained.*\n.*only a start")
def frozen(model, a):
    copied(*FIRST, *DENSE)(model, a)
    for name in (*FIRST, *DENSE):
        model.get_layer(name).trainable = False


@wrong("initialise-from-a", r"neither A's nor those it started with")
def averaged(model, a):
    for name in (*FIRST, *DENSE):
        pairs = zip(model.get_layer(name).get_weights(), a.get_layer(name).get_weights(), strict=True)
        model.get_layer(name).set_weights([(mine + theirs) / 2 for mine, theirs in pairs])


@wrong("initialise-from-a", r"\n.*biases are zeros: A's biases go along")
def biases_at_zero(model, a):
    for name in (*FIRST, *DENSE):
        kernel, bias = a.get_layer(name).get_weights()
        model.get_layer(name).set_weights([kernel, 0 * bias])


@wrong("initialise-from-a", r"raised ValueError: Layer fc6.*\n.*each go to the layer of the same name")
def dense_layers_reversed(model, a):
    copied(*FIRST)(model, a)
    for name, other in zip(DENSE, reversed(DENSE), strict=True):
        model.get_layer(name).set_weights(a.get_layer(other).get_weights())


@wrong("initialise-from-a", r"what the course ships.*\n.*your own")
def the_course_s_own(model, a):
    from course.models.vgg import initialise_from_a

    initialise_from_a(model, a)

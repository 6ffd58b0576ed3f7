"""VGG (Simonyan and Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition")."""

import keras
from keras import layers

from course import blocks
from course.errors import unknown
from course.models.alexnet import dense_head
from course.models.common import image_input

# Table 1: what each configuration has between two poolings. A number is a convolution's kernel size.
CONFIGURATIONS = {
    "A": ((3,), (3,), (3, 3), (3, 3), (3, 3)),
    "A-LRN": ((3, "LRN"), (3,), (3, 3), (3, 3), (3, 3)),
    "B": ((3, 3), (3, 3), (3, 3), (3, 3), (3, 3)),
    "C": ((3, 3), (3, 3), (3, 3, 1), (3, 3, 1), (3, 3, 1)),
    "D": ((3, 3), (3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3)),
    "E": ((3, 3), (3, 3), (3, 3, 3, 3), (3, 3, 3, 3), (3, 3, 3, 3)),
}
FILTERS = (64, 128, 256, 512, 512)

# Section 3.1: the first four convolutions and the three fully connected layers of A begin the deeper nets.
FROM_A = ("conv1_1", "conv2_1", "conv3_1", "conv3_2", "fc6", "fc7", "fc8")


def vgg(input_shape=(224, 224, 3), num_classes=1000, configuration="D", include_top=True):
    """VGG in the configurations A, A-LRN, B, C, D (VGG-16) and E (VGG-19) of table 1.

    Shapes: `(batch, 224, 224, 3) → (batch, num_classes)`, probabilities; `(batch, 7, 7, 512)` without the top.
    Parameters, in the order above: 132,863,336 twice, 133,047,848, 133,638,952, 138,357,544 and 143,667,240.

    Departure from the paper: weights start by Glorot's rule, which section 3.1 says works too, and not N(0, 0.1²), with
    which the deep nets need `initialise_from_a`.

    Raises `ValueError` for an input below 32, an unknown configuration, or an unknown height or width with the top.
    """
    if configuration not in CONFIGURATIONS:
        raise unknown("VGG configuration", configuration, CONFIGURATIONS)
    x = inputs = image_input(input_shape, smallest=32, num_classes=num_classes)
    for number, (filters, kernel_sizes) in enumerate(zip(FILTERS, CONFIGURATIONS[configuration], strict=True), 1):
        x = blocks.vgg_block(x, filters, kernel_sizes, number)
    if include_top:
        x = dense_head(x, num_classes)
    return keras.Model(inputs, x, name=f"vgg_{configuration}")


def fully_convolutional(model):
    """A VGG with its top made convolutional and its weights copied, for dense evaluation at any size (section 3.2).

    Shapes: `(batch, height, width, channels) → (batch, num_classes)`, where height and width are no less than the
    model's. fc6 becomes a convolution as large as the map it saw, 7×7 where the model takes 224×224; fc7 and fc8 become
    1×1. fc8 gives a map of scores, which are averaged over space, and then softmax makes them probabilities. Images of
    the model's own size get the same probabilities from both.

    AlexNet and ZFNet will do as well as VGG. Raises `ValueError` for a model without fc6.
    """
    names = [layer.name for layer in model.layers]
    if "fc6" not in names:
        raise ValueError(f'"{model.name}" has no fc6; give VGG, AlexNet or ZFNet, built with include_top=True.')
    maps = model.get_layer("flatten").input
    inputs = image_input((None, None, model.input.shape[blocks.channel_axis()]))
    x = keras.models.clone_model(keras.Model(model.input, maps), input_tensors=inputs).output
    for layer in model.layers[names.index("fc6") : names.index("softmax")]:
        if isinstance(layer, layers.Dense):
            kernel_size = tuple(blocks.sizes(maps)) if layer.name == "fc6" else 1
            x = blocks.conv(x, layer.units, kernel_size, padding="valid", activation=layer.activation, name=layer.name)
        else:
            x = layer.from_config(layer.get_config())(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = layers.Activation("softmax", dtype="float32", name="softmax")(x)
    convolutional = keras.Model(inputs, x, name=f"{model.name}_convolutional")
    for layer in convolutional.layers:
        # In both data formats the weights of fc6 run over rows, columns and channels in the order of a kernel's.
        old = model.get_layer(layer.name).get_weights() if layer.weights else []
        layer.set_weights([weight.reshape(new.shape) for weight, new in zip(old, layer.weights, strict=True)])
    return convolutional


def initialise_from_a(model, a):
    """Start a deeper VGG from a trained A: its first four convolutions and its dense layers (section 3.1).

    The four are A's conv1_1, conv2_1, conv3_1 and conv3_2, which B to E have under the same names. All other layers
    stay as they are. Raises `ValueError` where a layer is missing or has another shape.
    """
    pairs = [(a.get_layer(name), model.get_layer(name)) for name in FROM_A]
    for source, target in pairs:
        if source.kernel.shape != target.kernel.shape:
            raise ValueError(
                f"{target.name} has weights {tuple(source.kernel.shape)} in {a.name} and {tuple(target.kernel.shape)} "
                f"in {model.name}; build both with the same input_shape and num_classes."
            )
    for source, target in pairs:
        target.set_weights(source.get_weights())

"""Weights that `keras.applications` publishes, carried into the nets here by the names of stage, block and layer."""

import re
import socket

import keras

from course.errors import unknown

APPLICATIONS = {
    "vgg_D": keras.applications.VGG16,
    "vgg_E": keras.applications.VGG19,
    **{f"resnet{depth}": getattr(keras.applications, f"ResNet{depth}") for depth in (50, 101, 152)},
    **{f"densenet{depth}": getattr(keras.applications, f"DenseNet{depth}") for depth in (121, 169, 201)},
}
SECONDS_TO_ANSWER = 10  # without it, a network that never answers holds the learner up for minutes
# For each family, what keras.applications calls a layer, less its "_conv", and what it is called here.
NAMES = {
    "vgg": {r"block(\d)_conv(\d)": r"conv\1_\2", "fc1": "fc6", "fc2": "fc7", "predictions": "fc8"},
    "resnet": {r"(conv\d)_block(\d+)_0(_bn)?": r"\1_\2_proj\3", r"(conv\d)_block(\d+)_(\d)(_bn)?": r"\1_\2_\3\4"},
    # The blocks of conv2 to conv5 are dense blocks 1 to 4.
    "densenet": {rf"pool{i + 1}(_bn)?": rf"transition{i}_1x1\1" for i in (1, 2, 3)}
    | {
        rf"conv{i + 1}_block(\d+)_{there}": rf"dense{i}_\1_{here}"
        for i in (1, 2, 3, 4)
        for there, here in {"0_bn": "1x1_bn", "1": "1x1", "1_bn": "3x3_bn", "2": "3x3"}.items()
    },
}


def load_weights(model, weights="imagenet"):
    """Give VGG-16 or 19, ResNet-50, 101 or 152, or DenseNet-121, 169 or 201 its published weights, and return it.

    `model` is as its builder here made it, with or without the top; `weights` is "imagenet" or the path of a file that
    `keras.applications` takes. Images need that net's `preprocess_input` of `keras.applications`.

    Raises `ValueError` for a net without published weights or a top of other than 1,000 classes, and `ConnectionError`
    where the file cannot be downloaded.
    """
    if model.name not in APPLICATIONS:
        raise unknown("net with published weights", model.name, APPLICATIONS)
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    classes = dense[-1].units if dense else 1000
    if weights == "imagenet" and classes != 1000:
        raise ValueError(
            f'"{model.name}" has {classes} classes and its published weights 1000; build it with include_top=False, '
            "load the weights, then add a head of your own."
        )
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SECONDS_TO_ANSWER)
    try:
        source = APPLICATIONS[model.name](include_top=bool(dense), weights=weights, classes=classes)
    except Exception as error:  # Keras has no narrower class for a failed download
        if not isinstance(error, (TimeoutError, ConnectionError)) and "URL fetch failure" not in str(error):
            raise
        raise ConnectionError(
            f'the weights of "{model.name}" cannot be downloaded ({error}): connect, or give weights the file\'s path.'
        ) from None
    finally:
        socket.setdefaulttimeout(timeout)
    carry_weights(source, model)
    return model


def carry_weights(source, model):
    """Copy the weights of `source`, from `keras.applications`, to the same net as its builder here made it.

    A bias of theirs before batch normalisation comes off its moving mean: in inference both nets are the same function.
    Raises `ValueError`, and changes nothing, for weights without a counterpart or of another shape.
    """
    names = next((names for family, names in NAMES.items() if model.name.startswith(family)), {})
    found = {_name_here(layer.name, names): layer.get_weights() for layer in source.layers if layer.weights}
    wanted = {layer.name: [tuple(weight.shape) for weight in layer.weights] for layer in model.layers if layer.weights}
    for name in found:
        if f"{name}_bn" in found and len(found[name]) == 2 and len(wanted.get(name, ())) == 1:
            found[f"{name}_bn"][2] = found[f"{name}_bn"][2] - found[name].pop()
    for name in [*found, *wanted]:
        shapes = [value.shape for value in found.get(name, ())]
        if shapes != wanted.get(name, []):
            raise ValueError(
                f'{name} has weights {shapes} in the source and {wanted.get(name, [])} in "{model.name}"; build both '
                "with or without the top, with the same input_shape, of the same depth."
            )
    for name, values in found.items():
        model.get_layer(name).set_weights(values)


def _name_here(name, names):
    name = name.removesuffix("_conv")
    return next((re.sub(there, here, name) for there, here in names.items() if re.fullmatch(there, name)), name)

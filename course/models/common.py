"""What every builder begins and ends with: a checked input, and class probabilities."""

import keras
from keras import layers

from course.errors import integer


def image_input(input_shape, smallest=1, num_classes=None):
    """A `keras.Input` of (height, width, channels), laid out as `keras.config.image_data_format()` says.

    A height or width may be `None`. Raises `ValueError` where one is below `smallest`, the least that leaves an output,
    and for a number of classes that cannot be, before anything of the net is built.
    """
    if num_classes is not None:
        integer("num_classes", num_classes, 1)
    try:
        height, width, channels = input_shape
    except (TypeError, ValueError):
        raise ValueError(f"input_shape is {input_shape!r}; it must be (height, width, channels).") from None
    integer("channels", channels, 1)
    for name, size in (("height", height), ("width", width)):
        if size is not None and integer(name, size, 1) < smallest:
            raise ValueError(
                f"input_shape is {tuple(input_shape)}; this net needs a {name} of at least {smallest} "
                f"to have an output: try ({smallest}, {smallest}, {channels})."
            )
    if keras.config.image_data_format() == "channels_first":
        return keras.Input((channels, height, width), name="input")
    return keras.Input((height, width, channels), name="input")


def classifier(x, num_classes, name="predictions", **kwargs):
    """Class probabilities `(batch, num_classes)` from features `(batch, features)`: a dense layer, then softmax.

    Softmax is in float32 under mixed precision, too. `kwargs` go to `keras.layers.Dense`.
    """
    x = layers.Dense(integer("num_classes", num_classes, 1), name=name, **kwargs)(x)
    return layers.Activation("softmax", dtype="float32", name="softmax")(x)

"""AlexNet in two towers: grouped convolutions, or two of everything."""

import functools

import keras
from keras import layers
from written import alexnet as written

from answers import right, wrong
from answers.alexnet import changed
from course.layers import LocalResponseNormalization

for answer in written.RIGHT:
    right("alexnet-two-towers")(answer)


@right("alexnet-two-towers")
def functional_towers():
    """Figure 2 as it is drawn."""
    return of_towers()


@right("alexnet-two-towers")
def towers_flattened_one_by_one():
    return of_towers(flatten_first=True)


def of_towers(
    cross_before=(3,),
    axis=-1,
    shared=False,
    join=layers.Concatenate,
    widths=(48, 128, 192, 192, 128),
    flatten_first=False,
    apart=False,
):
    """Two towers that exchange their maps before some of the convolutions."""
    conv = functools.cache(one_for_both) if shared else one_for_both
    inputs = keras.Input((227, 227, 3))
    towers = [inputs, inputs]
    for number, filters in enumerate(widths, 1):
        if number in cross_before:
            towers = [join(axis=axis)(towers) if join is layers.Concatenate else join()(towers)] * 2
        towers = [conv(number, filters, tower if not shared else 0)(x) for tower, x in enumerate(towers)]
        if number < 3:
            towers = [LocalResponseNormalization()(x) for x in towers]
        if number in (1, 2, 5):
            towers = [layers.MaxPooling2D(3, 2)(x) for x in towers]
    if apart:
        x = layers.Concatenate()([fully_connected(layers.Flatten()(x), 2048) for x in towers])
    elif flatten_first:
        x = fully_connected(layers.Concatenate()([layers.Flatten()(x) for x in towers]))
    else:
        x = fully_connected(layers.Flatten()(layers.Concatenate()(towers)))
    return keras.Model(inputs, layers.Dense(1000, "softmax")(x))


def fully_connected(x, units=4096):
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(units, "relu")(x))
    return x


def one_for_both(number, filters, tower):
    kernel_size, strides, padding = {1: (11, 4, "valid"), 2: (5, 1, "same")}.get(number, (3, 1, "same"))
    return layers.Conv2D(filters, kernel_size, strides, padding=padding, activation="relu")


def conv(filters, groups, kernel_size=3, **kwargs):
    return lambda: layers.Conv2D(filters, kernel_size, padding="same", groups=groups, activation="relu", **kwargs)


wrong("alexnet-two-towers", r"layer conv2: you have 1 group, .* 2 groups.*\n.*of their own half: groups=2")(
    changed(towers=1)
)
wrong("alexnet-two-towers", r"layer conv2: you have 1 group.*\n.*of their own half")(
    changed(towers=2, conv2=conv(256, 1, 5))
)
wrong("alexnet-two-towers", r"layer conv3: you have 2 groups.*\n.*where the two GPUs meet")(
    changed(towers=2, conv3=conv(384, 2))
)
wrong("alexnet-two-towers", r"layer conv4: you have 1 group.*\n.*of their own half")(
    changed(towers=2, conv4=conv(384, 1))
)
wrong("alexnet-two-towers", r"layer conv2: you have 4 groups, the paper has 2 groups.*\n.*two GPUs")(
    changed(towers=2, conv2=conv(256, 4, 5))
)
wrong("alexnet-two-towers", r"layer conv2: your map is 27×27×128.*\n.*128 filters.*256")(
    changed(towers=2, conv2=conv(128, 2, 5))
)
wrong("alexnet-two-towers", r"input: yours is 224×224×3.*\n.*54×54")(changed(towers=2, size=224))
wrong("alexnet-two-towers", r"layer norm1: it is missing")(changed("norm1", "norm2", towers=2))
wrong("alexnet-two-towers", r"layer drop6: it is missing")(changed("drop6", "drop7", towers=2))
wrong("alexnet-two-towers", r"layer conv3: you have 2 groups.*\n.*where the two GPUs meet")(
    functools.partial(of_towers, cross_before=())
)
wrong("alexnet-two-towers", r"layer conv2: you have 1 group.*\n.*of their own half")(
    functools.partial(of_towers, cross_before=(2, 3, 4, 5))
)
wrong("alexnet-two-towers", r"layer conv4: you have 1 group")(functools.partial(of_towers, cross_before=(3, 4)))
wrong("alexnet-two-towers", r"layer conv1.*\n.*side by side.*before conv3")(functools.partial(of_towers, axis=1))
wrong("alexnet-two-towers", r"layer conv1.*\n.*side by side.*before conv3")(
    functools.partial(of_towers, join=layers.Add)
)
wrong("alexnet-two-towers", r"weights of another layer|same weights")(functools.partial(of_towers, shared=True))
wrong("alexnet-two-towers", r"layer conv1: .*192")(functools.partial(of_towers, widths=(96, 256, 384, 384, 256)))


@wrong("alexnet-two-towers", r"layer conv1.*\n.*one tower is missing")
def only_one_tower_kept():
    """The second tower is computed, and not used."""
    x = inputs = keras.Input((227, 227, 3))
    for number, filters in enumerate((48, 128, 192, 192, 128), 1):
        x = one_for_both(number, filters, 0)(x)
        x = LocalResponseNormalization()(x) if number < 3 else x
        x = layers.MaxPooling2D(3, 2)(x) if number in (1, 2, 5) else x
    x = fully_connected(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(1000, "softmax")(x))


wrong("alexnet-two-towers", r"layer conv3: .*13×13×192.*\n.*side by side.*before fc6")(
    functools.partial(of_towers, apart=True)
)


@wrong("alexnet-two-towers", r"layer conv1.*\n.*both take the same half")
def both_towers_take_the_first_half():
    """conv1 is one layer, and its first 48 maps go to both towers."""
    inputs = keras.Input((227, 227, 3))
    conv1 = layers.Conv2D(96, 11, 4, activation="relu")(inputs)
    towers = [conv1[..., :48]] * 2
    for number, filters in enumerate((128, 192, 192, 128), 2):
        towers = [layers.MaxPooling2D(3, 2)(x) for x in towers] if number in (2, 3) else towers
        towers = [layers.Concatenate()(towers)] * 2 if number == 3 else towers
        towers = [one_for_both(number, filters, 0)(x) for x in towers]
    x = layers.Flatten()(layers.Concatenate()([layers.MaxPooling2D(3, 2)(x) for x in towers]))
    return keras.Model(inputs, layers.Dense(1000, "softmax")(fully_connected(x)))


@wrong("alexnet-two-towers", r"what the course ships.*\n.*your own")
def the_course_s_own():
    from course.models import BUILDERS

    return BUILDERS["alexnet"]()

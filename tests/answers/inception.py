"""GoogLeNet's Inception module."""

import keras
from keras import layers, ops
from written import inception as written

from answers import right, wrong


def with_six_numbers(module):
    """A module whose widths are one tuple, with the exercise's arguments."""

    def inception(x, f1, f3r, f3, f5r, f5, proj):
        return module(x, (f1, f3r, f3, f5r, f5, proj))

    return inception


for module in written.RIGHT:
    right("inception")(with_six_numbers(module))


@right("inception")
def by_a_helper(x, f1, f3r, f3, f5r, f5, proj):
    def conv(filters, size, x):
        return layers.Conv2D(filters, size, padding="same", activation="relu", kernel_initializer="he_normal")(x)

    return keras.layers.concatenate(
        [
            conv(f1, 1, x),
            conv(f3, 3, conv(f3r, 1, x)),
            conv(f5, 5, conv(f5r, 1, x)),
            conv(proj, 1, layers.MaxPool2D((3, 3), (1, 1), padding="same")(x)),
        ],
        axis=3,
    )


changed = written.changed
for answer, pattern in (
    (changed(kernel=3), r"inception_5x5: you have 3×3 kernels, the paper has 5×5 kernels"),
    (changed(reduce=False), r"inception_3x3_reduce: it is missing.*\n.*1×1 convolution"),
    (changed(pool="average"), r"inception_pool: you have average pooling.*max pooling.*\n.*You average"),
    (changed(project=False), r"inception_pool_proj: it is missing"),
    (changed(strides=2), r"raised ValueError.*\n.*strides=1"),
    (changed(add=True), r"raised ValueError.*\n.*side by side.*Concatenate, not Add"),
    (changed(activation=None), r"inception_3x3_reduce: you have no activation, the paper has ReLU"),
    (written.three_branches, r"inception_5x5_reduce: it is missing"),
    (written.swapped_columns, r"inception_3x3_reduce: your map is 12×10×6, the paper's is 12×10×4"),
    (written.along_the_width, r"inception"),
):
    wrong("inception", pattern)(with_six_numbers(answer))


@wrong("inception", r'raised ValueError.*\n.*one size: padding="same"')
def unpadded(x, f1, f3r, f3, f5r, f5, proj):
    one = layers.Conv2D(f1, 1, activation="relu")(x)
    three = layers.Conv2D(f3, 3, activation="relu")(layers.Conv2D(f3r, 1, activation="relu")(x))
    five = layers.Conv2D(f5, 5, activation="relu")(layers.Conv2D(f5r, 1, activation="relu")(x))
    pool = layers.Conv2D(proj, 1, activation="relu")(layers.MaxPooling2D(3, 1)(x))
    return layers.Concatenate()([one, three, five, pool])


@wrong("inception", r"inception_pool: it is not in its place.*\n.*after inception_pool_proj")
def projected_before_pooling(x, f1, f3r, f3, f5r, f5, proj):
    one = layers.Conv2D(f1, 1, activation="relu")(x)
    three = layers.Conv2D(f3, 3, padding="same", activation="relu")(layers.Conv2D(f3r, 1, activation="relu")(x))
    five = layers.Conv2D(f5, 5, padding="same", activation="relu")(layers.Conv2D(f5r, 1, activation="relu")(x))
    pool = layers.MaxPooling2D(3, 1, "same")(layers.Conv2D(proj, 1, activation="relu")(x))
    return layers.Concatenate()([one, three, five, pool])


@wrong("inception", r"inception_5x5_reduce: yours is fed by")
def one_after_the_other(x, f1, f3r, f3, f5r, f5, proj):
    """The 5×5 branch goes on from the 3×3 branch."""
    one = layers.Conv2D(f1, 1, activation="relu")(x)
    three = layers.Conv2D(f3, 3, padding="same", activation="relu")(layers.Conv2D(f3r, 1, activation="relu")(x))
    five = layers.Conv2D(f5, 5, padding="same", activation="relu")(layers.Conv2D(f5r, 1, activation="relu")(three))
    pool = layers.Conv2D(proj, 1, activation="relu")(layers.MaxPooling2D(3, 1, "same")(x))
    return layers.Concatenate()([one, three, five, pool])


@wrong("inception", r"inception_3x3: you have no activation")
def no_relu_after_the_large_kernels(x, f1, f3r, f3, f5r, f5, proj):
    one = layers.Conv2D(f1, 1, activation="relu")(x)
    three = layers.Conv2D(f3, 3, padding="same")(layers.Conv2D(f3r, 1, activation="relu")(x))
    five = layers.Conv2D(f5, 5, padding="same")(layers.Conv2D(f5r, 1, activation="relu")(x))
    pool = layers.Conv2D(proj, 1, activation="relu")(layers.MaxPooling2D(3, 1, "same")(x))
    return ops.concatenate([one, three, five, pool], axis=-1)


@wrong("inception", r"returned a list.*not a tensor")
def the_branches_as_a_list(x, f1, f3r, f3, f5r, f5, proj):
    return [layers.Conv2D(f, 1, activation="relu")(x) for f in (f1, f3, f5, proj)]

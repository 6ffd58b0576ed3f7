"""LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998, "Gradient-Based Learning Applied to Document Recognition")."""

import keras
from keras import layers

from course import blocks
from course.errors import integer, unknown
from course.layers import PartiallyConnectedConv2D, RadialBasis, TrainableSubsampling2D, scaled_tanh
from course.models.common import classifier, image_input
from course.padding import resolve

# Table I: the maps of S2 that each of C3's sixteen maps sees; 60 of the 96 pairs.
C3_CONNECTIONS = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)

# Figure 3: a bitmap of 7×12 for each digit, 0 to 9. The paper prints a picture; these are drawn after it.
BITMAPS = """
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
..###.. ...#... .#####. ####### ....##. ####### ..####. ####### .#####. .#####.
.#...#. ..##... #.....# .....#. ...#.#. #...... .#..... ......# #.....# #.....#
#.....# .#.#... ......# ....#.. ..#..#. #...... #...... .....#. #.....# #.....#
#.....# ...#... ......# ...#... .#...#. #.####. #...... .....#. #.....# #.....#
#.....# ...#... .....#. ..###.. #....#. ##....# #.####. ....#.. .#####. #....##
#.....# ...#... ...##.. .....#. ####### ......# ##....# ....#.. #.....# .####.#
#.....# ...#... ..#.... ......# .....#. ......# #.....# ...#... #.....# ......#
#.....# ...#... .#..... ......# .....#. ......# #.....# ...#... #.....# ......#
.#...#. ...#... #...... #.....# .....#. #.....# #.....# ..#.... #.....# .....#.
..###.. .#####. ####### .#####. .....#. .#####. .#####. ..#.... .#####. .####..
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
"""
# What F6 is compared with, (10, 84): +1 where a bitmap has ink and −1 where it has none.
CODES = [
    [1 if pixel == "#" else -1 for pixel in "".join(rows)]
    for rows in zip(*(line.split() for line in BITMAPS.strip().splitlines()), strict=True)
]


def lenet5(input_shape=(32, 32, 1), num_classes=10, variant="dense", padding="valid"):
    """LeNet-5: `variant="dense"` as it is taught today, `"1998"` as the paper has it.

    Shapes: `(batch, 32, 32, 1) → (batch, num_classes)`, probabilities. `padding` is C1's: 2 takes images of 28×28.

    "dense" (61,706 parameters): C3 sees every map, S2 and S4 average with no parameters, and a dense layer of
    `num_classes` with softmax takes the place of the RBF units.

    "1998" (60,000 parameters): C3 connected by table I, S2 and S4 with a trainable coefficient and bias a map, scaled
    tanh throughout, and one RBF unit a class on fixed codes. Departures from the paper: the codes are drawn after its
    figure 3, which prints no numbers; the RBF units' distances y become probabilities softmax(−y), so that
    cross-entropy is the paper's equation 9 without its constant for rubbish classes.

    Raises `ValueError` for an input too small to leave an output, an unknown height or width, or more than ten classes
    in "1998".
    """
    if variant not in VARIANTS:
        raise unknown("variant of LeNet-5", variant, VARIANTS)
    smallest = 32 - sum(resolve(padding, size=32, kernel_size=5))
    inputs = image_input(input_shape, smallest, num_classes)
    return keras.Model(inputs, VARIANTS[variant](inputs, num_classes, padding), name="lenet5")


def _dense(x, num_classes, padding):
    x = blocks.conv(x, 6, 5, padding=padding, activation="tanh", name="C1")
    x = layers.AveragePooling2D(2, name="S2")(x)
    x = blocks.conv(x, 16, 5, padding="valid", activation="tanh", name="C3")
    x = layers.AveragePooling2D(2, name="S4")(x)
    x = blocks.conv(x, 120, 5, padding="valid", activation="tanh", name="C5")
    x = blocks.flatten(x)
    x = layers.Dense(84, activation="tanh", name="F6")(x)
    return classifier(x, num_classes, name="OUTPUT")


def _original(x, num_classes, padding):
    if integer("num_classes", num_classes, 1) > len(CODES):
        raise ValueError(
            f'num_classes is {num_classes}; the net of 1998 has codes for {len(CODES)} digits: use variant="dense".'
        )
    x = blocks.conv(x, 6, 5, padding=padding, activation=scaled_tanh, name="C1", kernel_initializer=_uniform(25))
    x = TrainableSubsampling2D(name="S2")(x)
    x = layers.Activation(scaled_tanh, name="S2_squash")(x)
    x = PartiallyConnectedConv2D(C3_CONNECTIONS, 5, activation=scaled_tanh, name="C3")(x)
    x = TrainableSubsampling2D(name="S4")(x)
    x = layers.Activation(scaled_tanh, name="S4_squash")(x)
    x = blocks.conv(x, 120, 5, padding="valid", activation=scaled_tanh, name="C5", kernel_initializer=_uniform(400))
    x = blocks.flatten(x)
    x = layers.Dense(84, activation=scaled_tanh, name="F6", kernel_initializer=_uniform(120))(x)
    x = RadialBasis(CODES[:num_classes], name="OUTPUT")(x)
    x = layers.Rescaling(-1, name="closeness")(x)
    return layers.Activation("softmax", dtype="float32", name="softmax")(x)


def _uniform(fan_in):
    """Appendix A: weights start uniform within ±2.4 / fan-in."""
    return keras.initializers.RandomUniform(-2.4 / fan_in, 2.4 / fan_in)


VARIANTS = {"dense": _dense, "1998": _original}

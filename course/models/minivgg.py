"""MiniVGG: VGG's pattern at the size of CIFAR-10 (MiniVGGNet of PyImageSearch, which has no paper)."""

import keras
from keras import layers

from course import blocks
from course.models.common import classifier, image_input


def minivgg(input_shape=(32, 32, 3), num_classes=10, include_top=True):
    """Two blocks of two 3×3 convolutions, 32 filters and then 64, and a dense layer of 512 before the classes.

    Shapes: `(batch, 32, 32, 3) → (batch, num_classes)`, probabilities; `(batch, 8, 8, 64)` without the top.
    2,171,178 parameters, of which 2,169,770 trainable.

    Batch normalisation comes after each ReLU. Dropout is 0.25 after each pooling and 0.5 before the classes. Departure
    from the public version: batch normalisation's epsilon is `blocks.EPSILON`, not Keras's 0.001.

    Raises `ValueError` for an input below 4, or an unknown height or width with the top.
    """
    x = inputs = image_input(input_shape, smallest=4, num_classes=num_classes)
    for number, filters in enumerate((32, 64), 1):
        for name in (f"conv{number}_1", f"conv{number}_2"):
            x = blocks.conv(x, filters, 3, name=name)
            x = blocks.batch_normalization(x, name=f"{name}_bn")
        x = blocks.max_pool(x, 2, name=f"pool{number}")  # 16×16×32, then 8×8×64
        x = layers.Dropout(0.25, name=f"drop{number}")(x)
    if include_top:
        x = blocks.flatten(x)
        x = layers.Dense(512, "relu", name="fc1")(x)
        x = blocks.batch_normalization(x, name="fc1_bn")
        x = layers.Dropout(0.5, name="drop3")(x)
        x = classifier(x, num_classes, name="fc2")
    return keras.Model(inputs, x, name="minivgg")

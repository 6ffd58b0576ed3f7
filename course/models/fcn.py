"""FCN (Long, Shelhamer and Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation").

As in the authors' release: VGG-16 with its dense layers as convolutions, scores upsampled to the image's size, and for
FCN-16s and FCN-8s the scores of earlier poolings added on the way.
"""

import math

import keras
from keras import layers

from course import blocks
from course.errors import integer, unknown
from course.models.common import image_input
from course.models.vgg import CONFIGURATIONS, FILTERS
from course.segmentation import Bilinear, CropLike

SMALL = ((3,), (3,), (3, 3), (3, 3), (3, 3))
# "vgg16" is the paper's. "small", of the same shape, is for lessons on a CPU.
BACKBONES = {
    "vgg16": {"filters": FILTERS, "kernel_sizes": CONFIGURATIONS["D"], "fc": 4096, "fc6_size": 7, "padding": 100},
    "small": {"filters": (8, 16, 32, 64, 64), "kernel_sizes": SMALL, "fc": 128, "fc6_size": 4, "padding": 49},
}

# What learns, the upsampling by 2 and the last one: neither in the release, the former in section 4.3 of the paper.
UPSAMPLING = {"fixed": (False, False), "paper": (True, False), "learned": (True, True)}


def fcn32s(input_shape=(500, 500, 3), num_classes=21, backbone="vgg16", upsampling="fixed"):
    """FCN-32s: the class of each pixel, from one map of scores that is upsampled 32 times.

    Shapes: `(batch, height, width, channels) → (batch, height, width, num_classes)`, probabilities, for any height and
    width, `None` too. Parameters: 136,152,917, of which 1,806,336 upsample.

    `upsampling` says what is learned of the upsampling, which starts bilinear: nothing for "fixed", as in the release;
    all but the last for "paper"; all for "learned". Scores start at zero. Departure from the paper: the other weights
    start at random, by He's rule; `transplant` takes them from a trained VGG-16.

    Raises `ValueError` for an unknown backbone or upsampling.
    """
    return _fcn("fcn32s", 32, input_shape, num_classes, backbone, upsampling)


def fcn16s(input_shape=(500, 500, 3), num_classes=21, backbone="vgg16", upsampling="fixed"):
    """FCN-16s: as `fcn32s`, with scores of pool4 added. Parameters: 134,815,994, of which 458,640 upsample."""
    return _fcn("fcn16s", 16, input_shape, num_classes, backbone, upsampling)


def fcn8s(input_shape=(500, 500, 3), num_classes=21, backbone="vgg16", upsampling="fixed"):
    """FCN-8s: as `fcn16s`, with scores of pool3 added, too. Parameters: 134,489,759, of which 127,008 upsample."""
    return _fcn("fcn8s", 8, input_shape, num_classes, backbone, upsampling)


def transplant(source, target):
    """Copy weights from one model to another, between layers of the same name, and return these names.

    Dense kernels become convolutions: from VGG-16 to FCN-32s, then to FCN-16s and FCN-8s, as the paper trains them. It
    serves the R-CNN family, too. Raises `ValueError`, before anything is copied, where no name is common or weights of
    the same name differ in size.
    """
    given = {layer.name: layer for layer in source.layers if layer.weights}
    pairs = [(given[layer.name], layer) for layer in target.layers if layer.name in given]
    if not pairs:
        raise ValueError(f'"{source.name}" and "{target.name}" have no layer with weights of the same name.')
    for old, new in pairs:
        if [math.prod(w.shape) for w in old.weights] != [math.prod(w.shape) for w in new.weights]:
            raise ValueError(
                f"{new.name} has weights {[tuple(w.shape) for w in old.weights]} in {source.name} and "
                f"{[tuple(w.shape) for w in new.weights]} in {target.name}; they must be of the same sizes."
            )
    for old, new in pairs:
        # Dense weights run over rows, columns and channels in the order of a kernel's.
        new.set_weights([value.reshape(w.shape) for value, w in zip(old.get_weights(), new.weights, strict=True)])
    return [new.name for _, new in pairs]


def _fcn(name, strides, input_shape, num_classes, backbone, upsampling):
    for kind, choice, choices in (("backbone", backbone, BACKBONES), ("upsampling", upsampling, UPSAMPLING)):
        if choice not in choices:
            raise unknown(kind, choice, choices)
    row, classes = BACKBONES[backbone], integer("num_classes", num_classes, 1)
    size, padding = row["fc6_size"], row["padding"]
    learn_by_two, learn_last = UPSAMPLING[upsampling]

    x = inputs = image_input(input_shape)
    pools = {}
    for number, (filters, kernel_sizes) in enumerate(zip(row["filters"], row["kernel_sizes"], strict=True), 1):
        for i, kernel_size in enumerate(kernel_sizes, 1):
            # So many zeros around the image that fc6 has a position however small it is.
            x = _conv(x, filters, kernel_size, f"conv{number}_{i}", padding if (number, i) == (1, 1) else "same")
        # Caffe rounds the size up, as "same" does for 2×2.
        x = pools[number] = blocks.max_pool(x, 2, padding="same", name=f"pool{number}")
    x = layers.Dropout(0.5, name="drop6")(_conv(x, row["fc"], size, "fc6", "valid"))
    x = layers.Dropout(0.5, name="drop7")(_conv(x, row["fc"], 1, "fc7"))
    x = _score(x, classes, "score_fr")

    # Crops put the centres of cells upon each other. The release has 5 for pool4, 9 for pool3, and at the end 19, 27
    # and 31 for FCN-32s, 16s and 8s.
    for number, upscore in ((4, "upscore2"), (3, "upscore_pool4")):
        if 2**number >= strides:
            x = _upsample(x, 2, upscore, learn_by_two)
            skip = _score(pools[number], classes, f"score_pool{number}")
            skip = CropLike(16 // 2**number * (size - 3) + 1, name=f"score_pool{number}c")([skip, x])
            x = layers.Add(name=f"fuse_pool{number}")([x, skip])
    x = _upsample(x, strides, "upscore" if strides == 32 else f"upscore{strides}", learn_last)
    x = CropLike(padding + 31 - strides // 2 - 16 * (size - 1), name="score")([x, inputs])
    x = layers.Softmax(axis=blocks.channel_axis(), dtype="float32", name="softmax")(x)
    return keras.Model(inputs, x, name=name)


def _conv(x, filters, kernel_size, name, padding="same"):
    return blocks.conv(x, filters, kernel_size, padding=padding, name=name, kernel_initializer="he_normal")


def _score(x, num_classes, name):
    return blocks.conv(x, num_classes, 1, activation=None, name=name, kernel_initializer="zeros")


def _upsample(x, strides, name, trainable):
    """Bilinear interpolation as a transposed convolution of each channel with itself."""
    channels, start = x.shape[blocks.channel_axis()], Bilinear()
    return layers.Conv2DTranspose(
        channels, 2 * strides, strides, use_bias=False, kernel_initializer=start, trainable=trainable, name=name
    )(x)

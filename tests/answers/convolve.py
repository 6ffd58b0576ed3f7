"""The convolutional layer, as Keras computes it."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from scipy import signal

from answers import right, wrong


@right("convolve")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    kernel_height, kernel_width, _, filters = kernel.shape
    span_height = (kernel_height - 1) * dilation_rate + 1
    span_width = (kernel_width - 1) * dilation_rate + 1
    if padding == "same":
        height, width = math.ceil(image.shape[0] / strides), math.ceil(image.shape[1] / strides)
        rows = max((height - 1) * strides + span_height - image.shape[0], 0)
        columns = max((width - 1) * strides + span_width - image.shape[1], 0)
        image = np.pad(image, ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2), (0, 0)))
    else:
        height = (image.shape[0] - span_height) // strides + 1
        width = (image.shape[1] - span_width) // strides + 1
    result = np.zeros((height, width, filters))
    for i in range(height):
        for j in range(width):
            top, left = i * strides, j * strides
            window = image[top : top + span_height : dilation_rate, left : left + span_width : dilation_rate]
            for f in range(filters):
                result[i, j, f] = (window * kernel[:, :, :, f]).sum()
    return result


@right("convolve")
def by_keras(image, kernel, strides=1, padding="valid", dilation_rate=1):
    image, kernel = ops.cast(image, "float32"), ops.cast(kernel, "float32")
    return ops.conv(image[None], kernel, strides=strides, padding=padding, dilation_rate=dilation_rate)[0]


@right("convolve")
def by_a_layer(image, kernel, strides=1, padding="valid", dilation_rate=1):
    layer = keras.layers.Conv2D(
        kernel.shape[-1], kernel.shape[:2], strides, padding, dilation_rate=dilation_rate, use_bias=False
    )
    layer.build((None, *image.shape))
    layer.set_weights([kernel])
    return layer(image[None].astype("float32"))[0]


@right("convolve")
def by_tensorflow(image, kernel, strides=1, padding="valid", dilation_rate=1):
    image, kernel = (tf.cast(x, "float64") for x in (image, kernel))
    return tf.nn.convolution(image[None], kernel, strides, padding.upper(), dilations=dilation_rate)[0]


@right("convolve")
def by_scipy(image, kernel, **options):
    """Every place of the image at once; then those that strides leave."""
    strides, dilation_rate = options.get("strides", 1), options.get("dilation_rate", 1)
    spans = [(size - 1) * dilation_rate + 1 for size in kernel.shape[:2]]
    spread = np.zeros((*spans, *kernel.shape[2:]))
    spread[::dilation_rate, ::dilation_rate] = kernel
    if options.get("padding") == "same":
        totals = [
            max(-(-n // strides) * strides - strides + k - n, 0) for n, k in zip(image.shape, spans, strict=False)
        ]
        image = np.pad(image, [*((total // 2, -(-total // 2)) for total in totals), (0, 0)])
    maps = [
        sum(signal.correlate2d(image[..., c].astype(float), spread[..., c, f], "valid") for c in range(image.shape[2]))
        for f in range(kernel.shape[3])
    ]
    return np.stack(maps, axis=-1)[::strides, ::strides]


def but(**changes):
    return lambda image, kernel, **options: convolve(image, kernel, **(options | changes))


@wrong("convolve", r"flip the kernel: a layer in Keras does not")
def true_convolution(image, kernel, **options):
    return convolve(image, kernel[::-1, ::-1], **options)


wrong("convolve", r"ignore strides")(but(strides=1))
wrong("convolve", r"ignore padding")(but(padding="valid"))
wrong("convolve", r"always pad")(but(padding="same"))
wrong("convolve", r"ignore dilation_rate")(but(dilation_rate=1))


def padded_by(zeros):
    """The layer with padding of its own: zeros(size, span, strides, kernel_size) gives those before and after."""

    def layer(image, kernel, strides=1, padding="valid", dilation_rate=1):
        if padding == "same":
            spans = [(size - 1) * dilation_rate + 1 for size in kernel.shape[:2]]
            sides = [
                zeros(n, span, strides, k) for n, span, k in zip(image.shape[:2], spans, kernel.shape[:2], strict=True)
            ]
            image = np.pad(image, [*sides, (0, 0)])
        return convolve(image, kernel, strides, "valid", dilation_rate)

    return layer


def needed(n, span, strides):
    return max((-(-n // strides) - 1) * strides + span - n, 0)


wrong("convolve", r"odd zero of the padding goes after")(
    padded_by(lambda n, span, s, k: (-(-needed(n, span, s) // 2), needed(n, span, s) // 2))
)
wrong("convolve", r"kernel_size // 2 on both sides")(padded_by(lambda n, span, s, k: (span // 2, span // 2)))
wrong("convolve", r"\(kernel_size - 1\) // 2 on both sides")(
    padded_by(lambda n, span, s, k: ((span - 1) // 2, (span - 1) // 2))
)
wrong("convolve", r"as for strides of 1")(padded_by(lambda n, span, s, k: ((span - 1) // 2, span // 2)))
wrong("convolve", r"all the zeros at the end")(padded_by(lambda n, span, s, k: (0, needed(n, span, s))))
wrong("convolve", r"without its dilation")(
    padded_by(lambda n, span, s, k: (needed(n, k, s) // 2, -(-needed(n, k, s) // 2)))
)


@wrong("convolve", r"as for strides of 1")
def strided_afterwards(image, kernel, strides=1, **options):
    return convolve(image, kernel, **options)[::strides, ::strides]


@wrong("convolve", r"strides down the rows alone")
def strides_down_alone(image, kernel, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        totals = [
            needed(n, (k - 1) * dilation_rate + 1, strides) for n, k in zip(image.shape, kernel.shape[:2], strict=False)
        ]
        image = np.pad(image, [*((total // 2, total - total // 2) for total in totals), (0, 0)])
    return convolve(image, kernel, 1, "valid", dilation_rate)[::strides]


@wrong("convolve", r"one pixel too far apart")
def zeros_between(image, kernel, strides=1, padding="valid", dilation_rate=1):
    return convolve(image, kernel, strides, padding, dilation_rate + (dilation_rate > 1))


@wrong("convolve", r"swap height and width of the kernel")
def swapped(image, kernel, **options):
    return convolve(image, np.transpose(kernel, (1, 0, 2, 3)), **options)


@wrong("convolve", r"sum over the filters")
def one_map(image, kernel, **options):
    return convolve(image, kernel, **options).sum(axis=-1)


@wrong("convolve", r"do not sum over the channels")
def by_channels(image, kernel, **options):
    return np.stack(
        [convolve(image[..., c : c + 1], kernel[:, :, c : c + 1], **options) for c in range(image.shape[2])], axis=2
    )


@wrong("convolve", r"first channel alone")
def first_channel(image, kernel, **options):
    return convolve(image[:, :, :1], kernel[:, :, :1], **options)


@wrong("convolve", r"first filter alone")
def first_filter(image, kernel, **options):
    return convolve(image, kernel[..., :1], **options)


@wrong("convolve", r"filters come first")
def channels_first(image, kernel, **options):
    return np.moveaxis(convolve(image, kernel, **options), -1, 0)


@wrong("convolve", r"batch axis")
def with_a_batch(image, kernel, **options):
    return convolve(image, kernel, **options)[np.newaxis]


@wrong("convolve", r"last row and column")
def off_by_one(image, kernel, **options):
    return convolve(image, kernel, **options)[:-1, :-1]


@wrong("convolve", r"\(n - k \+ 1\) // strides")
def too_few(image, kernel, strides=1, padding="valid", dilation_rate=1):
    result = convolve(image, kernel, strides, padding, dilation_rate)
    if padding == "same":
        return result
    spans = [(k - 1) * dilation_rate + 1 for k in kernel.shape[:2]]
    return result[: (image.shape[0] - spans[0] + 1) // strides, : (image.shape[1] - spans[1] + 1) // strides]


@wrong("convolve", r"take the sum")
def mean(image, kernel, **options):
    return convolve(image, kernel, **options) / np.prod(kernel.shape[:3])


@wrong("convolve", r"cut off at 0")
def activated(image, kernel, **options):
    return np.maximum(convolve(image, kernel, **options), 0)


@wrong("convolve", r"image's type")
def in_the_image_s_type(image, kernel, **options):
    return convolve(image, kernel, **options).astype(image.dtype)


@wrong("convolve", r"unexpected keyword argument 'strides'")
def without_options(image, kernel):
    return convolve(image, kernel)


@wrong("convolve", r"changed its argument")
def in_place(image, kernel, **options):
    kernel *= 2
    return convolve(image, kernel, **options) / 2

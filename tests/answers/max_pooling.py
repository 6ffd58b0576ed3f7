"""Max pooling by hand."""

import numpy as np
import tensorflow as tf
from keras import layers, ops
from scipy import ndimage

from answers import right, wrong


def slide(image, pool_size, strides, reduce=lambda window: window.max(axis=(0, 1))):
    """What a function of windows makes of them."""
    height, width = ((size - pool_size) // strides + 1 for size in image.shape[:2])
    return np.array(
        [
            [
                reduce(image[i * strides : i * strides + pool_size, j * strides : j * strides + pool_size])
                for j in range(width)
            ]
            for i in range(height)
        ]
    )


@right("max-pooling")
def max_pooling(image, pool_size, strides):
    height = (image.shape[0] - pool_size) // strides + 1
    width = (image.shape[1] - pool_size) // strides + 1
    result = np.zeros((height, width, image.shape[2]), image.dtype)
    for i in range(height):
        for j in range(width):
            top, left = i * strides, j * strides
            result[i, j] = image[top : top + pool_size, left : left + pool_size].max(axis=(0, 1))
    return result


@right("max-pooling")
def by_keras(image, pool_size, strides):
    return ops.max_pool(ops.cast(image, "float32")[None], pool_size, strides)[0]


@right("max-pooling")
def by_a_layer(image, pool_size, strides):
    return layers.MaxPooling2D(pool_size, strides)(image[None].astype("float32"))[0]


@right("max-pooling")
def by_tensorflow(image, pool_size, strides):
    return tf.nn.max_pool2d(tf.cast(image[None], "float32"), pool_size, strides, "VALID")[0]


@right("max-pooling")
def by_scipy(image, pool_size, strides):
    """The maximum around each pixel, of which some are kept."""
    largest = ndimage.maximum_filter(image, (pool_size, pool_size, 1), origin=(-(pool_size // 2), -(pool_size // 2), 0))
    largest = largest if pool_size % 2 else ndimage.maximum_filter(image, (pool_size, pool_size, 1), origin=(-1, -1, 0))
    if pool_size % 2 == 0 and pool_size != 2:
        raise ValueError("for windows of 2 and of odd sizes")
    height, width = (size - pool_size + 1 for size in image.shape[:2])
    return largest[:height:strides, :width:strides]


@right("max-pooling")
def by_shifts(image, pool_size, strides):
    height, width = ((size - pool_size) // strides * strides + 1 for size in image.shape[:2])
    shifted = [image[i : i + height : strides, j : j + width : strides] for i, j in np.ndindex(pool_size, pool_size)]
    return np.maximum.reduce(shifted)


@right("max-pooling")
def in_plain_python(image, pool_size, strides):
    pixels = image.tolist()
    height, width = ((size - pool_size) // strides + 1 for size in image.shape[:2])
    result = []
    for i in range(height):
        row = []
        for j in range(width):
            values = []
            for c in range(image.shape[2]):
                largest = float("-inf")
                for m in range(pool_size):
                    for n in range(pool_size):
                        largest = max(largest, pixels[i * strides + m][j * strides + n][c])
                values.append(largest)
            row.append(values)
        result.append(row)
    return result


@wrong("max-pooling", r"begin with 0")
def from_zero(image, pool_size, strides):
    return slide(image, pool_size, strides, lambda window: window.max(axis=(0, 1), initial=0))


@wrong("max-pooling", r"average the window")
def average(image, pool_size, strides):
    return ops.average_pool(image[None].astype("float32"), pool_size, strides)[0]


@wrong("max-pooling", r"smallest value")
def smallest(image, pool_size, strides):
    return slide(image, pool_size, strides, lambda window: window.min(axis=(0, 1)))


@wrong("max-pooling", r"add the window up")
def total(image, pool_size, strides):
    return slide(image, pool_size, strides, lambda window: window.sum(axis=(0, 1)))


@wrong("max-pooling", r"ignore strides and move by 1")
def by_one(image, pool_size, strides):
    return slide(image, pool_size, 1)


@wrong("max-pooling", r"move by pool_size")
def by_pool_size(image, pool_size, strides):
    return slide(image, pool_size, pool_size)


@wrong("max-pooling", r"move by pool_size")
def by_reshape(image, pool_size, strides):
    height, width = image.shape[0] // pool_size, image.shape[1] // pool_size
    image = image[: height * pool_size, : width * pool_size]
    return image.reshape(height, pool_size, width, pool_size, -1).max(axis=(1, 3))


@wrong("max-pooling", r"swap pool_size and strides")
def swapped(image, pool_size, strides):
    return slide(image, strides, pool_size)


@wrong("max-pooling", r"over the channels too")
def across_channels(image, pool_size, strides):
    return slide(image, pool_size, strides, np.max)


@wrong("max-pooling", r"over the channels too")
def across_channels_with_an_axis(image, pool_size, strides):
    return slide(image, pool_size, strides, lambda window: window.max(keepdims=True)[0, 0])


@wrong("max-pooling", r"maximum of the whole map")
def whole_map(image, pool_size, strides):
    return image.max(axis=(0, 1))


@wrong("max-pooling", r"hang over the end")
def hanging_over(image, pool_size, strides):
    rows, columns = (max(-(-(n - pool_size) // strides), 0) * strides + pool_size for n in image.shape[:2])
    filled = np.full((rows, columns, image.shape[2]), -np.inf)
    filled[: image.shape[0], : image.shape[1]] = image[:rows, :columns]
    return slide(filled, pool_size, strides)


@wrong("max-pooling", r'You pad \("same"\)')
def same(image, pool_size, strides):
    return ops.max_pool(image[None].astype("float32"), pool_size, strides, padding="same")[0]


@wrong("max-pooling", r"last row and column")
def off_by_one(image, pool_size, strides):
    return slide(image, pool_size, strides)[:-1, :-1]


@wrong("max-pooling", r"\(n - k \+ 1\) // strides")
def too_few(image, pool_size, strides):
    rows, columns = ((size - pool_size + 1) // strides for size in image.shape[:2])
    return slide(image, pool_size, strides)[:rows, :columns]


@wrong("max-pooling", r"absolute")
def magnitude(image, pool_size, strides):
    return np.abs(slide(image, pool_size, strides))


@wrong("max-pooling", r"where the maximum is")
def place(image, pool_size, strides):
    return slide(image, pool_size, strides, lambda window: window.reshape(-1, window.shape[2]).argmax(axis=0))


@wrong("max-pooling", r"first value of each window")
def subsampled(image, pool_size, strides):
    return slide(image, pool_size, strides, lambda window: window[0, 0])


@wrong("max-pooling", r"reshape does not cut out windows")
def wrong_reshape(image, pool_size, strides):
    height, width, channels = image.shape
    blocks = image.reshape(height // pool_size, width // pool_size, pool_size, pool_size, channels)
    return blocks.max(axis=(2, 3))


@wrong("max-pooling", r"change places")
def transposed(image, pool_size, strides):
    return slide(image, pool_size, strides).transpose(1, 0, 2)


@wrong("max-pooling", r"batch axis")
def with_a_batch(image, pool_size, strides):
    return ops.max_pool(image[None].astype("float32"), pool_size, strides)


@wrong("max-pooling", r"changed its argument")
def in_place(image, pool_size, strides):
    image[image < 0] = 0
    return slide(image, pool_size, strides)

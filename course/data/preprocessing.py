"""What the papers do to an image before a net sees it, for `tf.data`: crops, scales, flips, means and colours.

An image is (height, width, channels), uint8 or float32; one that was uint8 stays so, unless a function says otherwise.
A `seed` is a pair of whole numbers, shape (2,), and the only source of chance: the same seed, the same result.
"""

import functools
import inspect

import numpy as np
import tensorflow as tf

from course.errors import integer

WHOLE = 255.0  # the brightest pixel
AREA = (0.08, 1.0)  # of the image (Szegedy et al. 2015, section 6)
RATIO = (3 / 4, 4 / 3)  # width by height
ATTEMPTS = 10


def augment(data, *steps, seed):
    """Return the data set of (image, label) with the steps done to each image, in their order.

    A step is a function of this module with its arguments filled in, such as `partial(random_crop, size=28)`, or any
    `step(image)` or `step(image, seed=seed)`. Each step draws anew for each image and each epoch. A data set made with
    the same `seed` (under the same `course.training.seed`) gives the same images in the same order, epoch by epoch.

    Raises a `ValueError` for batches: every image of one would be cropped alike.
    """
    spec = data.element_spec
    if not isinstance(spec, tuple) or spec[0].shape.rank not in (3, None):
        raise ValueError(f"augment takes single examples (image, label), not {spec}; call batch after it.")
    # One dataset of numbers for all: a number drawn inside map would depend on which thread was first.
    draws = tf.data.Dataset.random(integer("seed", seed, 0), rerandomize_each_iteration=True)
    draws = draws.map(lambda number: tf.cast(number, tf.int32)).batch(2, drop_remainder=True)
    takes_seed = [_takes_seed(step) for step in steps]

    def apply(example, pair):
        image, *rest = example
        for step, with_seed, own in zip(steps, takes_seed, tf.unstack(tf.random.split(pair, len(steps))), strict=True):
            image = step(image, seed=own) if with_seed else step(image)
        return image, *rest

    if not steps:
        return data
    return tf.data.Dataset.zip(data, draws).map(apply, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def channel_means(images):
    """Return the mean of each colour channel over all pixels of all images, float32 (channels,), as VGG subtracts it.

    `images` are an array (n, height, width, channels) or a data set of images, or of (image, label), of any sizes.
    """
    total, _, count = _moments(images)
    return (total / count).astype(np.float32)


def pixel_means(images):
    """Return the mean image, float32 (height, width, channels), as AlexNet and ResNet subtract it.

    `images` are those of `channel_means`, of one size.
    """
    if not isinstance(images, tf.data.Dataset):
        return np.mean(images, axis=0, dtype=np.float64).astype(np.float32)
    data = _images(images)
    shape = data.element_spec.shape
    if not shape.is_fully_defined():
        raise ValueError(f"The images are {shape}: they differ in size and have no mean image; crop them first.")
    start = tf.zeros(shape, tf.float64), tf.zeros((), tf.float64)
    total, count = data.reduce(start, lambda state, image: (state[0] + tf.cast(image, tf.float64), state[1] + 1))
    return (total / count).numpy().astype(np.float32)


def subtract_mean(image, mean):
    """Return the image less the mean, as float32; `mean` is a number, one a channel, or an image of the same size."""
    return tf.cast(image, tf.float32) - tf.cast(mean, tf.float32)


def rescale_shorter_side(image, size):
    """Return the image with its shorter side of `size` pixels, its shape kept, bilinear and smoothed when it shrinks.

    The longer side is rounded to the nearest pixel.
    """
    height, width = tf.unstack(tf.shape(image)[:2])
    shorter = tf.minimum(height, width)
    sides = [(2 * side * size + shorter) // (2 * shorter) for side in (height, width)]
    return _resize(image, tf.stack(sides))


def jitter_shorter_side(image, low, high, seed):
    """Return the image with its shorter side drawn from `low` to `high`, both included.

    256 to 512 in VGG (Simonyan and Zisserman 2015, section 3.1), 256 to 480 in ResNet (He et al. 2016, section 3.4).
    """
    if not 0 < low <= high:
        raise ValueError(f"low is {low} and high {high}; low must be 1 or more, and high no less.")
    return rescale_shorter_side(image, tf.random.stateless_uniform((), seed, low, high + 1, tf.int32))


def center_crop(image, size):
    """Return the middle of the image, (size, size, channels); of an odd rest, the larger half is below and right."""
    image, room = _room(image, size)
    top, left = tf.unstack(room // 2)
    return _cut(image, top, left, size)


def random_crop(image, size, seed):
    """Return a part of the image, (size, size, channels), each place as probable as the others."""
    image, room = _room(image, size)
    places = tf.cast(room + 1, tf.float32)  # integer draws would need one upper end for both
    top, left = tf.unstack(tf.cast(tf.random.stateless_uniform((2,), seed) * places, tf.int32))
    return _cut(image, top, left, size)


def ten_crops(image, size):
    """Return ten parts (10, size, size, channels): the corners and the middle, then the mirror images of these.

    The corners are upper left, upper right, lower left, lower right. AlexNet averages its predictions on the ten
    (Krizhevsky et al. 2012, section 4.1).
    """
    image, room = _room(image, size)
    down, right = tf.unstack(room)
    corners = [_cut(image, top, left, size) for top, left in ((0, 0), (0, right), (down, 0), (down, right))]
    five = tf.stack([*corners, center_crop(image, size)])
    return tf.concat([five, five[:, :, ::-1]], axis=0)


def random_flip(image, seed):
    """Return the image or, half of the times, its mirror image, left for right."""
    flipped = tf.random.stateless_uniform((), seed) < 0.5
    return tf.where(flipped, image[:, ::-1], image)


def pad_and_crop(image, padding=4, *, seed):
    """Return a part of the image's own size, cut from the image with `padding` zeros on each side.

    CIFAR's augmentation (He et al. 2016, section 4.2). Where the mean is subtracted before, the border has its colour.
    """
    height, width, channels = image.shape
    tops = tf.random.stateless_uniform((2,), seed, 0, 2 * padding + 1, tf.int32)
    padded = tf.pad(image, [[padding, padding], [padding, padding], [0, 0]])
    cut = tf.slice(padded, tf.pad(tops, [[0, 1]]), tf.shape(image))
    return tf.ensure_shape(cut, (height, width, channels))


def principal_colours(images):
    """Return the eigenvalues (3,), the largest first, and the eigenvectors (3, 3), one a column, of the RGB covariance.

    Over all pixels of all images, taken from 0 to 1; those of ImageNet are about 0.22, 0.019 and 0.005. `images` are
    those of `channel_means`, uint8 or float32 from 0 to 255.
    """
    total, products, count = _moments(images)
    mean = total / count
    values, vectors = np.linalg.eigh((products / count - np.outer(mean, mean)) / WHOLE**2)
    values, vectors = values[::-1].clip(0), vectors[:, ::-1]
    largest = vectors[abs(vectors).argmax(axis=0), range(len(values))]
    return values.astype(np.float32), (vectors * np.sign(largest)).astype(np.float32)


def pca_colour(image, eigenvalues, eigenvectors, deviation=0.1, *, seed):
    """Return the image, float32, with one shift of colour for all its pixels: AlexNet's second augmentation.

    The shift is [p1, p2, p3] [α1 λ1, α2 λ2, α3 λ3], each α drawn from a normal distribution with this deviation
    (Krizhevsky et al. 2012, section 4.1). The paper names no scale; here the eigenvalues λ are those of pixels from 0
    to 1 (`principal_colours`), and the shift is brought to the image's 0 to 255, its mean subtracted or not. With
    covariances of 0 to 255 it would be 255 times as large: beyond black and white.
    """
    alphas = tf.random.stateless_normal((len(eigenvalues),), seed, stddev=deviation)
    shift = tf.linalg.matvec(tf.cast(eigenvectors, tf.float32), alphas * tf.cast(eigenvalues, tf.float32))
    return tf.cast(image, tf.float32) + WHOLE * shift


def inception_crop(image, size, seed):
    """Return a part of 8 to 100 % of the image's area, 3/4 to 4/3 as wide as high, scaled to (size, size, channels).

    GoogLeNet's augmentation (Szegedy et al. 2015, section 6), area and ratio drawn evenly. If none of ten draws fits
    into the image, the largest square in its middle is taken.
    """
    height, width = tf.unstack(tf.cast(tf.shape(image)[:2], tf.float32))
    area, ratio, down, right = tf.unstack(tf.random.stateless_uniform((4, ATTEMPTS), seed))
    area = (AREA[0] + area * (AREA[1] - AREA[0])) * height * width
    ratio = RATIO[0] + ratio * (RATIO[1] - RATIO[0])
    sides = tf.round(tf.stack([tf.sqrt(area / ratio), tf.sqrt(area * ratio)]))
    fits = tf.logical_and(sides[0] <= height, sides[1] <= width)
    first = tf.argmax(fits)  # the first that fits
    square = tf.fill((2,), tf.minimum(height, width))
    sides = tf.where(fits[first], tf.maximum(sides[:, first], 1.0), square)
    place = tf.where(fits[first], tf.stack([down[first], right[first]]), 0.5)
    corner = tf.floor(place * (tf.stack([height, width]) - sides + 1.0))
    top, left, rows, columns = tf.unstack(tf.cast(tf.concat([corner, sides], 0), tf.int32))
    return _resize(image[top : top + rows, left : left + columns], (size, size))


def _takes_seed(step):
    bound = isinstance(step, functools.partial) and "seed" in step.keywords
    return not bound and "seed" in inspect.signature(step).parameters


def _images(data):
    return data.map(lambda image, *_: image) if isinstance(data.element_spec, tuple) else data


def _moments(images):
    """The sums over all pixels of the channels (c,) and of their products (c, c), and the number of pixels."""
    if not isinstance(images, tf.data.Dataset):
        images = tf.data.Dataset.from_tensor_slices(np.asarray(images))
    data = _images(images)
    channels = data.element_spec.shape[-1]

    def moments(image):
        pixels = tf.reshape(tf.cast(image, tf.float64), (-1, channels))
        return tf.reduce_sum(pixels, 0), tf.matmul(pixels, pixels, transpose_a=True), tf.cast(len(pixels), tf.float64)

    start = tuple(tf.zeros(shape, tf.float64) for shape in ((channels,), (channels, channels), ()))
    each = data.map(moments, num_parallel_calls=tf.data.AUTOTUNE)
    sums = each.reduce(start, lambda state, one: tf.nest.map_structure(tf.add, state, one))
    return tuple(part.numpy() for part in sums)


def _resize(image, sides):
    image = tf.convert_to_tensor(image)
    resized = tf.image.resize(image, sides, antialias=True)
    return tf.saturate_cast(tf.round(resized), image.dtype) if image.dtype.is_integer else resized


def _room(image, size):
    """The image, once it is known to be large enough, and how many pixels lower and further right a part can begin."""
    sides = image.shape[:2]
    sentence = f"A part of {size}×{size} does not fit into the image; rescale it first (rescale_shorter_side)."
    if any(side is not None and side < size for side in sides):
        raise ValueError(f"The image is {sides[0]}×{sides[1]}. {sentence}")
    if None in sides:
        with tf.control_dependencies([tf.debugging.assert_non_negative(tf.shape(image)[:2] - size, sentence)]):
            image = tf.identity(image)
    return image, tf.shape(image)[:2] - size


def _cut(image, top, left, size):
    part = tf.slice(image, [top, left, 0], [size, size, -1])
    return tf.ensure_shape(part, (size, size, image.shape[-1]))

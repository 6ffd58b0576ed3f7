"""Pixels of 0 to 255 as numbers of 0 to 1."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


@right("scale-pixels")
def scale_pixels(images):
    return images.astype("float32") / 255


@right("scale-pixels")
def by_keras(images):
    return ops.cast(images, "float32") / 255.0


@right("scale-pixels")
def by_tensorflow(images):
    return tf.image.convert_image_dtype(images, tf.float32)


@right("scale-pixels")
def by_a_layer(images):
    return keras.layers.Rescaling(1 / 255)(images)


@right("scale-pixels")
def by_loop(images):
    scaled = np.empty(images.shape, np.float32)
    for index in np.ndindex(images.shape):
        scaled[index] = int(images[index]) / 255
    return scaled


class Scaler:
    def __init__(self, largest):
        self.largest = np.float32(largest)

    def __call__(self, images):
        return images / self.largest


right("scale-pixels")(Scaler(255))
right("scale-pixels")(lambda images: np.float32(images / 255))


@wrong("scale-pixels", r"float64, expected float32.*\n.*Convert first")
def in_float64(images):
    return images / 255.0


@wrong("scale-pixels", r"float16, expected float32")
def in_float16(images):
    return np.round(images.astype("float32") / 255, 7).astype("float16")


@wrong("scale-pixels", r"fractions are lost.*after the division")
def back_to_bytes(images):
    return (images / 255).astype("uint8")


@wrong("scale-pixels", r"fractions are lost: // rounds down")
def floor_division(images):
    return (images // 255).astype("float32")


@wrong("scale-pixels", r"divide by 256")
def by_256(images):
    return images.astype("float32") / 256


@wrong("scale-pixels", r"still 0 to 255")
def only_converted(images):
    return images.astype("float32")


@wrong("scale-pixels", r"largest pixel of the image")
def by_the_maximum(images):
    return (images / images.max()).astype("float32")


@wrong("scale-pixels", r"stretch the image")
def stretched(images):
    x = images.astype("float32")
    return (x - x.min()) / (x.max() - x.min() + 1e-12)


@wrong("scale-pixels", r"mean 0 and deviation 1")
def standardised(images):
    x = images.astype("float32")
    return (x - x.mean()) / (x.std() + 1e-9)


@wrong("scale-pixels", r"from -1 to 1")
def around_zero(images):
    return images.astype("float32") / 127.5 - 1


@wrong("scale-pixels", r"divide twice")
def twice(images):
    x = images.astype("float32") / 255
    return x / 255


@wrong("scale-pixels", r"black or white")
def thresholded(images):
    return (images > 127).astype("float32")


@wrong("scale-pixels", r"change places")
def negative(images):
    return 1 - images.astype("float32") / 255


@wrong("scale-pixels", r"rounding does too")
def rounded(images):
    return np.round(images.astype("float32") / 255)


@wrong("scale-pixels", r"overflows")
def multiplied_in_uint8(images):
    return (images * np.uint8(255)).astype("float32")


@wrong("scale-pixels", r"changed its argument")
def in_place(images):
    images[:] = images / 255
    return images


@wrong("scale-pixels", r"raised .*Cannot cast.*\n.*takes no fractions in place")
def divided_in_place(images):
    images /= 255
    return images


@wrong("scale-pixels", r"returned None.*\n.*print shows")
def printed(images):
    print(images / 255)


@wrong("scale-pixels", r"a list.*\n.*an array")
def as_lists(images):
    return (images / 255).tolist()


@wrong("scale-pixels", r"what the course ships")
def the_course_s_own(images):
    from course.data import scale

    return scale(images)

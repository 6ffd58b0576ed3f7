"""A class's answers to the exercise scale-pixels."""

# ruff: noqa: F811

import keras
import numpy as np
import tensorflow as tf

from answers_of_a_class import right, wrong


@wrong("scale-pixels", "divides the uint8 array by its own maximum", "You divide by the largest pixel of the image")
def scale_pixels(images):
    return (images / images.max()).astype("float32")


@wrong("scale-pixels", "standardises: mean 0, deviation 1", "You make mean 0 and deviation 1 of each image")
def scale_pixels(images):
    x = images.astype(np.float32)
    return (x - x.mean()) / x.std()


@wrong("scale-pixels", "scales to -1 .. 1", "That is from -1 to 1")
def scale_pixels(images):
    return np.float32(images) / 127.5 - 1


@wrong("scale-pixels", "converts to float32 after integer division", "The fractions are lost")
def scale_pixels(images):
    scaled = images // 255
    return scaled.astype("float32")


@wrong("scale-pixels", "min-max scales each call", "You stretch the image from its smallest to its largest pixel")
def scale_pixels(images):
    lo, hi = np.min(images), np.max(images)
    return ((images - lo) / (hi - lo)).astype(np.float32)


@wrong("scale-pixels", "divides by 256", "You divide by 256")
def scale_pixels(images):
    return np.asarray(images, "float32") / 256


@wrong("scale-pixels", "float64 result", "NumPy makes float64 of uint8 / 255")
def scale_pixels(images):
    return images / 255.0


@wrong("scale-pixels", "converts after dividing in float16", "All values are rounded to one decimal")
def scale_pixels(images):
    out = []
    for value in images.ravel():
        out.append(round(value / 255, 1))
    return np.array(out, np.float32).reshape(images.shape)


@wrong("scale-pixels", "divides by 255 twice (a layer and by hand)", "You divide twice by 255")
def scale_pixels(images):
    return keras.layers.Rescaling(1 / 255)(images.astype("float32") / 255)


@right("scale-pixels", "keras.layers.Rescaling")
def scale_pixels(images):
    return keras.layers.Rescaling(1 / 255)(images)


@right("scale-pixels", "a table of 256 values")
def scale_pixels(images):
    table = np.linspace(0, 1, 256, dtype=np.float32)
    return table[images]


@right("scale-pixels", "tf.image.convert_image_dtype, numpy")
def scale_pixels(images: np.ndarray) -> np.ndarray:
    return tf.cast(images, tf.float32).numpy() * np.float32(1 / 255)


@wrong("scale-pixels", "computes in float16 and converts afterwards", "went through float16")
def scale_pixels(images):
    return (images.astype("float16") / 255).astype("float32")


@right("scale-pixels", "a table of the 256 values")
def scale_pixels(images):
    return np.linspace(0, 1, 256, dtype="float32")[images]


@wrong("scale-pixels", "takes a mean off and divides by a deviation, as for ImageNet", "look for a shift and a scale")
def scale_pixels(images):
    return (images.astype("float32") / 255 - 0.449) / np.float32(0.226)

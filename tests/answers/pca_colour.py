"""AlexNet's colour augmentation."""

import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


@right("pca-colour")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image + eigenvectors @ (alphas * eigenvalues)


@right("pca-colour")
def by_loops(image, eigenvalues, eigenvectors, alphas):
    result = image.astype("float32")
    for i in range(3):
        for c in range(3):
            result[:, :, c] += alphas[i] * eigenvalues[i] * eigenvectors[c, i]
    return result


@right("pca-colour")
def by_keras(image, eigenvalues, eigenvectors, alphas):
    colour = ops.sum(eigenvectors * (alphas * eigenvalues), axis=1)
    return ops.cast(image, "float32") + ops.cast(colour, "float32")


@right("pca-colour")
def by_tensorflow(image, eigenvalues, eigenvectors, alphas):
    colour = tf.linalg.matvec(tf.constant(eigenvectors), tf.constant(alphas * eigenvalues))
    return tf.cast(image, tf.float64) + colour


@right("pca-colour")
def as_lists(image, eigenvalues, eigenvectors, alphas):
    colour = [sum(a * v * p for a, v, p in zip(alphas, eigenvalues, row, strict=True)) for row in eigenvectors]
    return [[[float(n) + c for n, c in zip(pixel, colour, strict=True)] for pixel in row] for row in image]


@wrong("pca-colour", r"rows of eigenvectors: they are its columns")
def rows(image, eigenvalues, eigenvectors, alphas):
    return image + (alphas * eigenvalues) @ eigenvectors


@wrong("pca-colour", r"square roots of the eigenvalues")
def roots(image, eigenvalues, eigenvectors, alphas):
    return image + eigenvectors @ (alphas * np.sqrt(eigenvalues))


@wrong("pca-colour", r"leave the eigenvalues out")
def without_eigenvalues(image, eigenvalues, eigenvectors, alphas):
    return image + eigenvectors @ alphas


@wrong("pca-colour", r"leave the eigenvectors out")
def without_eigenvectors(image, eigenvalues, eigenvectors, alphas):
    return image + alphas * eigenvalues


@wrong("pca-colour", r"random numbers of your own")
def own_numbers(image, eigenvalues, eigenvectors, alphas):
    return image + eigenvectors @ (np.random.default_rng().normal(0, 0.1, 3) * eigenvalues)


@wrong("pca-colour", r"Two calls.*\n.*random numbers of your own")
def a_draw_for_each_pixel(image, eigenvalues, eigenvectors, alphas):
    draws = np.random.default_rng().normal(0, 0.1, image.shape)
    return image + (draws * eigenvalues) @ eigenvectors.T


@wrong("pca-colour", r"Bytes overflow")
def as_bytes(image, eigenvalues, eigenvectors, alphas):
    shifted = image + eigenvectors @ (alphas * eigenvalues)
    return shifted.astype(int).astype("uint8") if image.dtype == np.uint8 else shifted


@wrong("pca-colour", r"cut the result off at 0 and 255")
def clipped(image, eigenvalues, eigenvectors, alphas):
    return np.clip(image + eigenvectors @ (alphas * eigenvalues), 0, 255)


@wrong("pca-colour", r"sum of the colour's three parts")
def one_number(image, eigenvalues, eigenvectors, alphas):
    return image + (eigenvectors * (alphas * eigenvalues)).sum()


@wrong("pca-colour", r"first component alone")
def first_component(image, eigenvalues, eigenvectors, alphas):
    return image + eigenvectors[:, 0] * alphas[0] * eigenvalues[0]


@wrong("pca-colour", r"Red and blue are swapped")
def blue_first(image, eigenvalues, eigenvectors, alphas):
    return image + (eigenvectors @ (alphas * eigenvalues))[::-1]


@wrong("pca-colour", r"standard deviation is in them")
def scaled_again(image, eigenvalues, eigenvectors, alphas):
    return image + eigenvectors @ (0.1 * alphas * eigenvalues)


@wrong("pca-colour", r"the colour alone")
def the_colour(image, eigenvalues, eigenvectors, alphas):
    return eigenvectors @ (alphas * eigenvalues)


@wrong("pca-colour", r"changed its argument")
def in_place(image, eigenvalues, eigenvectors, alphas):
    image += (eigenvectors @ (alphas * eigenvalues)).astype(image.dtype)
    return image

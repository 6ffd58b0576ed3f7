"""A class's answers to the exercise pca-colour."""

# ruff: noqa: B905, F811

import numpy as np
import tensorflow as tf

from answers_of_a_class import right, wrong


@wrong("pca-colour", "uses the rows of eigenvectors", "You take the rows of eigenvectors")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    shift = np.zeros(3)
    for i in range(3):
        shift += alphas[i] * eigenvalues[i] * eigenvectors[i]
    return image + shift


@wrong("pca-colour", "forgets the eigenvalues", "You leave the eigenvalues out")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return np.asarray(image, float) + eigenvectors @ alphas


@wrong("pca-colour", "clips to 0..255", "You cut the result off at 0 and 255")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    shifted = image.astype(float) + np.dot(eigenvectors, eigenvalues * alphas)
    return np.clip(shifted, 0, 255)


@wrong("pca-colour", "casts back to uint8", "bits overflow")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    delta = eigenvectors @ (np.array(alphas) * np.array(eigenvalues))
    return (image + delta).astype(np.uint8)


@wrong(
    "pca-colour", "standard deviations: square root of the eigenvalues", "You take the square roots of the eigenvalues"
)
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image + eigenvectors.dot(alphas * np.sqrt(eigenvalues))


@wrong(
    "pca-colour",
    "one shift for all channels: sum of all",
    "You add the sum of the colour's three parts to every channel",
)
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image + np.sum(eigenvectors @ (eigenvalues * alphas))


@wrong("pca-colour", "subtracts", "You subtract the colour")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image - np.dot(eigenvectors, np.multiply(eigenvalues, alphas))


@wrong("pca-colour", "multiplies the image", "You multiply the pixels by 1 + the colour")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image * (1 + eigenvectors @ (np.array(eigenvalues) * alphas))


@wrong("pca-colour", "adds only the largest component", "You add the last component alone")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    i = np.argmax(eigenvalues)
    return image + alphas[i] * eigenvalues[i] * eigenvectors[:, i]


@wrong("pca-colour", "elementwise product instead of the matrix product", None)
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image + (eigenvectors * eigenvalues * alphas).sum(axis=0)


@right("pca-colour", "einsum")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return np.asarray(image) + np.einsum("ci,i,i->c", eigenvectors, eigenvalues, alphas)


@right("pca-colour", "pixel by pixel")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    shift = [sum(eigenvectors[c][i] * alphas[i] * eigenvalues[i] for i in range(3)) for c in range(3)]
    return np.array([[[float(v) + s for v, s in zip(pixel, shift)] for pixel in row] for row in image])


@right("pca-colour", "diagonal matrix in tf")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    p, d, a = (tf.cast(v, tf.float64) for v in (eigenvectors, tf.linalg.diag(eigenvalues), alphas))
    return tf.cast(image, tf.float64) + tf.linalg.matvec(p, tf.linalg.matvec(d, a))


@wrong("pca-colour", "the result in the image's type", "The result has the image's bytes")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return (image + eigenvectors @ (alphas * eigenvalues)).astype(image.dtype)


@wrong("pca-colour", "sorts the eigenvalues alone", "You sort the eigenvalues and leave the columns")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image + eigenvectors @ (alphas * np.sort(eigenvalues)[::-1])


@wrong("pca-colour", "an image from 0 to 1", "You divide the image by 255")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image / 255 + eigenvectors @ (alphas * eigenvalues)


@wrong("pca-colour", "clipped to bytes", "You return bytes, cut off at 0 and 255")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return np.clip(image.astype(float) + eigenvectors @ (alphas * eigenvalues), 0, 255).astype(np.uint8)


@wrong("pca-colour", "axis 0 summed", "You add up the three colours of each component")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image.astype(float) + (eigenvectors * (alphas * eigenvalues)).sum(axis=0)


@wrong("pca-colour", "rows weighted", "You multiply the rows of eigenvectors")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image.astype(float) + ((alphas * eigenvalues)[:, None] * eigenvectors).sum(axis=1)


@wrong("pca-colour", "a colour of whole numbers", "The colour loses its fractions")
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    return image.astype(float) + (eigenvectors @ (alphas * eigenvalues)).astype(int)

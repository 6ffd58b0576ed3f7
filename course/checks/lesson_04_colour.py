"""What the exercise of lesson 04 on colour compares answers with: AlexNet's augmentation along principal components."""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.lesson_04_dropout import require_repeatable
from course.checks.readers import array_like


def pca_colour(answer, wanted):
    """`pca_colour(image, eigenvalues, eigenvectors, alphas)`: the image with one colour added to every pixel.

    The image is `(height, width, 3)`, of floats or bytes. Column i of `eigenvectors` `(3, 3)` belongs to
    `eigenvalues[i]`, as `np.linalg.eigh` returns them. The colour is Σ alphas[i] eigenvalues[i] eigenvectors[:, i].
    The result has floats and is not cut off at 0 or 255.
    """
    rng = np.random.default_rng(43)
    swapped = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], float)
    cases = [
        ((np.zeros((1, 1, 3)), np.array([1.0, 2, 4]), np.eye(3), np.array([1.0, 0, 2])), {}),
        ((np.array([[[10.0, 20, 30]]]), np.array([1.0, 2, 4]), swapped, np.array([1.0, 0.5, -1])), {}),
    ]
    for shape, kind in (((2, 3, 3), "float32"), ((3, 2, 3), "uint8"), ((3, 3, 3), "float64")):
        vectors = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        image = rng.integers(0, 256, shape).astype(kind) if kind == "uint8" else rng.uniform(0, 255, shape).astype(kind)
        cases.append(((image, np.array([40.0, 110, 700]), vectors, rng.normal(0, 0.3, 3)), {}))
    own = "You draw random numbers of your own: use alphas, so that the result can be checked."
    require_repeatable(answer, cases[2], own)
    check_function(answer, _pca_colour, cases, COLOUR_MISTAKES, array_like)


def _colour(values, vectors, alphas):
    return vectors @ (alphas * values)


def _pca_colour(image, values, vectors, alphas, colour=_colour):
    return image.astype(float) + colour(values, vectors, alphas)


def _with(colour):
    return lambda *args: _pca_colour(*args, colour=colour)


def _as_bytes(image, *rest):
    added = _pca_colour(image, *rest)
    return added.astype("int64").astype("uint8") if image.dtype == "uint8" else added


def _added_bytes(image, values, vectors, alphas):
    """The colour is made bytes before it is added."""
    if image.dtype != "uint8":
        return _pca_colour(image, values, vectors, alphas)
    return image + _colour(values, vectors, alphas).astype("int64").astype("uint8")


COLOUR_MISTAKES = (
    Mistake(
        "You take the rows of eigenvectors: they are its columns, eigenvectors[:, i], as np.linalg.eigh returns them.",
        _with(lambda values, vectors, alphas: vectors.T @ (alphas * values)),
    ),
    Mistake(
        "You take the square roots of the eigenvalues: the paper multiplies by the eigenvalues themselves.",
        _with(lambda values, vectors, alphas: vectors @ (alphas * np.sqrt(values))),
    ),
    Mistake(
        "You square the eigenvalues: the paper multiplies by the eigenvalues themselves.",
        _with(lambda values, vectors, alphas: vectors @ (alphas * values**2)),
    ),
    Mistake(
        "You leave the eigenvalues out: each component counts alphas[i] times eigenvalues[i].",
        _with(lambda values, vectors, alphas: vectors @ alphas),
    ),
    Mistake(
        "You leave alphas out: each component counts alphas[i] times eigenvalues[i].",
        _with(lambda values, vectors, alphas: vectors @ values),
    ),
    Mistake(
        "You leave the eigenvectors out: alphas times eigenvalues are along the components, not red, green and blue.",
        _with(lambda values, vectors, alphas: alphas * values),
    ),
    Mistake(
        "You multiply alphas by 0.1: the standard deviation is in them already.",
        _with(lambda values, vectors, alphas: 0.1 * _colour(values, vectors, alphas)),
    ),
    Mistake(
        "You subtract the colour: add it.", _with(lambda values, vectors, alphas: -_colour(values, vectors, alphas))
    ),
    Mistake(
        "You add the sum of the colour's three parts to every channel: each channel gets its own part.",
        _with(lambda values, vectors, alphas: _colour(values, vectors, alphas).sum()),
    ),
    Mistake(
        "You add the first component alone: all three are added.",
        _with(lambda values, vectors, alphas: vectors[:, 0] * alphas[0] * values[0]),
    ),
    Mistake(
        "You add the last component alone: all three are added.",
        _with(lambda values, vectors, alphas: vectors[:, 2] * alphas[2] * values[2]),
    ),
    Mistake(
        "Red and blue are swapped: keep the order of the channels.",
        _with(lambda values, vectors, alphas: _colour(values, vectors, alphas)[::-1]),
    ),
    Mistake(
        "You divide the colour by 255: image and eigenvalues are on the same scale already.",
        _with(lambda values, vectors, alphas: _colour(values, vectors, alphas) / 255),
    ),
    Mistake(
        "The result has the image's bytes. Bytes overflow, 255 goes on to 0, and have no fractions: return floats.",
        _as_bytes,
    ),
    Mistake(
        "You divide bytes by 255: image and eigenvalues are on the same scale already.",
        lambda image, *rest: _pca_colour(image / 255 if image.dtype == "uint8" else image, *rest),
    ),
    Mistake(
        "You divide the image by 255: image and eigenvalues are on the same scale already.",
        lambda image, *rest: _pca_colour(image / 255, *rest),
    ),
    Mistake(
        "You return bytes, cut off at 0 and 255 and without fractions: return floats, the sum as it is.",
        lambda *args: np.clip(_pca_colour(*args), 0, 255).astype("uint8"),
    ),
    Mistake(
        "You add up the three colours of each component: add up the components of each colour, axis 1.",
        _with(lambda values, vectors, alphas: (vectors * (alphas * values)).sum(axis=0)),
    ),
    Mistake(
        "You multiply the rows of eigenvectors by alphas and eigenvalues: the components are its columns.",
        _with(lambda values, vectors, alphas: (vectors * (alphas * values)[:, None]).sum(axis=1)),
    ),
    *(
        Mistake(
            "The colour loses its fractions: add it as it is, in floats.",
            _with(lambda *args, whole=whole: whole(_colour(*args))),
        )
        for whole in (np.trunc, np.floor, np.round)
    ),
    Mistake(
        "You subtract the image's mean: add the colour to the image as it is.",
        lambda image, *rest: _pca_colour(image - image.mean(axis=(0, 1)), *rest),
    ),
    Mistake(
        "You take alphas in reverse: alphas[i] belongs to eigenvalues[i] and to column i.",
        _with(lambda values, vectors, alphas: _colour(values, vectors, alphas[::-1])),
    ),
    Mistake(
        "You sort the eigenvalues and leave the columns of eigenvectors as they are: each belongs to its own.",
        _with(lambda values, vectors, alphas: _colour(np.sort(values)[::-1], vectors, alphas)),
    ),
    Mistake("Bytes overflow: uint8 goes from 255 on to 0. Convert the image to float32 before you add.", _added_bytes),
    Mistake(
        "You cut the result off at 0 and 255: return the sum as it is.",
        lambda *args: np.clip(_pca_colour(*args), 0, 255),
    ),
    Mistake(
        "You cut the result off at 0 and 1: return the sum as it is.", lambda *args: np.clip(_pca_colour(*args), 0, 1)
    ),
    Mistake("You round the result: return the sum as it is.", lambda *args: np.round(_pca_colour(*args))),
    Mistake("You return the colour alone: add it to every pixel.", lambda image, *rest: _colour(*rest)),
    Mistake(
        "You multiply the pixels by 1 + the colour: add the colour.",
        lambda image, *rest: image * (1 + _colour(*rest)),
    ),
    Mistake(
        "The pixels are expressed in components with you: add the colour to the image's own channels.",
        lambda image, values, vectors, alphas: image @ vectors + alphas * values,
    ),
)

"""What the exercises of lesson 01 on designed filters compare answers with: oracles, and the mistakes people make."""

import math
from functools import partial
from itertools import product

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.lesson_01_checks import correlation
from course.checks.readers import array_like

EXPONENT = "the exponent is -(x² + y²) / (2σ²)"
MAGNITUDE = "the magnitude is √(gx² + gy²)"
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
SCHARR = np.array([[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]])


def gaussian_kernel(answer, wanted):
    cases = [((3,), {"sigma": 1}), ((1,), {"sigma": 2.0}), ((2,), {"sigma": 0.8})]
    cases += [((size,), {"sigma": sigma}) for size, sigma in ((5, 0.5), (5, 1.5), (4, 2), (9, 3.0))]
    check_function(answer, _gaussian, cases, GAUSSIAN_MISTAKES, array_like, tolerance=2e-6)


def _gaussian(size, sigma):
    bell = _bell(size, sigma)
    return bell / bell.sum()


def _bell(size, sigma, exponent=lambda r, sigma: r**2 / (2 * sigma**2), centre=lambda size: (size - 1) / 2, step=None):
    """exp(-exponent(r, sigma)), r the distance to the centre."""
    x = (np.arange(size) - centre(size)) * (step(size) if step else 1)
    return np.exp(-exponent(np.hypot(x[:, None], x), sigma))


def _normalised(**changes):
    def kernel(size, sigma):
        bell = _bell(size, sigma, **changes)
        return bell / bell.sum()

    return kernel


def _of_the_sum(x, sigma):
    bell = np.exp(-((x[:, None] + x) ** 2) / (2 * sigma**2))
    return bell / bell.sum()


def _integrated(size, sigma):
    edges = [math.erf((edge - size / 2) / (sigma * 2**0.5)) for edge in range(size + 1)]
    return np.outer(np.diff(edges), np.diff(edges)) / np.diff(edges).sum() ** 2


GAUSSIAN_MISTAKES = (
    Mistake(
        "The weights do not add up to 1: divide by their sum, or the blurred image changes in lightness.",
        lambda size, sigma: _bell(size, sigma),
    ),
    Mistake(
        "You divide by 2πσ², the integral over the whole plane: a kernel's few weights do not add up to that. Divide "
        "by their sum.",
        lambda size, sigma: _bell(size, sigma) / (2 * np.pi * sigma**2),
    ),
    Mistake(
        "You divide by σ√(2π), which belongs to one dimension: divide by the sum of the weights.",
        lambda size, sigma: _bell(size, sigma) / (sigma * (2 * np.pi) ** 0.5),
    ),
    Mistake(
        "You divide by the number of weights: divide by their sum.",
        lambda size, sigma: _bell(size, sigma) / size**2,
    ),
    Mistake(
        "You divide by the largest weight: divide by their sum.",
        lambda size, sigma: _bell(size, sigma) / _bell(size, sigma).max(),
    ),
    Mistake(
        "Each row adds up to 1: the whole kernel has to. Divide by the sum of all weights.",
        lambda size, sigma: _bell(size, sigma) / _bell(size, sigma).sum(axis=1, keepdims=True),
    ),
    Mistake(
        "That is one row: the kernel is square, the product of that row with itself as a column.",
        lambda size, sigma: _gaussian(size, sigma).sum(axis=0),
    ),
    Mistake("You do not square sigma: " + EXPONENT + ".", _normalised(exponent=lambda r, s: r**2 / (2 * s))),
    Mistake("The 2 is missing: " + EXPONENT + ".", _normalised(exponent=lambda r, s: r**2 / s**2)),
    Mistake(
        "/ 2 * sigma**2 divides by 2 and multiplies by σ²: put 2 * sigma**2 in parentheses.",
        _normalised(exponent=lambda r, s: r**2 / 2 * s**2),
    ),
    Mistake("You square the 2 too: " + EXPONENT + ".", _normalised(exponent=lambda r, s: r**2 / (2 * s) ** 2)),
    Mistake("You do not square the distance: " + EXPONENT + ".", _normalised(exponent=lambda r, s: r / (2 * s**2))),
    Mistake("You left sigma out: " + EXPONENT + ".", _normalised(exponent=lambda r, s: r**2 / 2)),
    Mistake("The minus is missing: " + EXPONENT + ".", _normalised(exponent=lambda r, s: -(r**2) / (2 * s**2))),
    Mistake(
        "You count from the corner: subtract the centre, (size - 1) / 2, from the coordinates.",
        _normalised(centre=lambda size: 0),
    ),
    Mistake(
        "The centre is off by half a pixel: of the pixels 0 to n - 1 it is (n - 1) / 2.",
        _normalised(centre=lambda size: size / 2),
    ),
    *(
        Mistake("For an even size the centre lies between two pixels, at (size - 1) / 2: // cuts the half off.", kernel)
        for kernel in (_normalised(centre=lambda size: size // 2), _normalised(centre=lambda size: (size - 1) // 2))
    ),
    Mistake(
        "-size // 2 rounds down, so the centre of an odd size is a pixel off: subtract (size - 1) / 2.",
        _normalised(centre=lambda size: -(-size // 2)),
    ),
    Mistake(
        "An even size gets one row and column too many, as with range(-(size // 2), size // 2 + 1): its centre lies "
        "between two pixels.",
        lambda size, sigma: _gaussian(size // 2 * 2 + 1, sigma),
    ),
    Mistake(
        "You spread the coordinates from -size / 2 to size / 2: they are 1 apart, so they end at (size - 1) / 2.",
        _normalised(step=lambda size: size / max(size - 1, 1)),
    ),
    Mistake(
        "You square x + y: " + EXPONENT + ".",
        lambda size, sigma: _of_the_sum(np.arange(size) - (size - 1) / 2, sigma),
    ),
    Mistake(
        "You spread the coordinates from -1 to 1: sigma is in pixels, so they are 1 apart.",
        _normalised(step=lambda size: 2 / max(size - 1, 1)),
    ),
    Mistake(
        "That is a box, with all weights the same: a Gaussian's fall with the distance.",
        lambda size, sigma: np.full((size, size), size**-2.0),
    ),
    Mistake("You integrate over each pixel: here a weight is the value at the pixel's centre.", _integrated),
)


def sobel_edges(answer, wanted):
    rng = np.random.default_rng(4)
    step = np.array([[0, 0, 1]] * 3, "float32")
    images = [step, step.T, np.arange(9, dtype="float64").reshape(3, 3) ** 2]
    images += [rng.uniform(0, 1, shape).astype("float32") for shape in ((3, 5), (6, 4), (7, 9))]
    images.append(rng.integers(0, 256, (5, 6), "uint8"))
    check_function(answer, _magnitude, [((image,), {}) for image in images], SOBEL_MISTAKES, array_like)


def _magnitude(image, kernel=SOBEL):
    return np.hypot(*_gradient(image, kernel))


def _gradient(image, kernel=SOBEL):
    image = image.astype("float64")
    return correlation(image, kernel), correlation(image, kernel.T)


def _of_gradient(join):
    return lambda image: join(*_gradient(image))


def _of_magnitude(change):
    return lambda image: change(_magnitude(image))


def _on_padded(mode):
    return lambda image: _magnitude(np.pad(image, 1, mode))


def _in_its_type(join, *signs):
    """The magnitude as arithmetic in the image's own type has it."""

    def magnitude(image):
        a, b = ((sign * SOBEL).astype(image.dtype) for sign in signs)
        total = partial(np.sum, dtype=image.dtype)
        return join(correlation(image, a, total), correlation(image, b.T, total))

    return magnitude


# A sentence, and each way to make the mistake.
SAID = (
    (f"You add the absolute values: {MAGNITUDE}.", _of_gradient(lambda x, y: abs(x) + abs(y))),
    (f"You left the root out: {MAGNITUDE}.", _of_magnitude(np.square)),
    (
        f"You add gx and gy, which cancel one another: {MAGNITUDE}.",
        _of_gradient(lambda x, y: x + y),
        _of_gradient(lambda x, y: -x - y),
        _of_gradient(lambda x, y: abs(x + y)),
        _of_gradient(lambda x, y: x - y),
        _of_gradient(lambda x, y: y - x),
        _of_gradient(lambda x, y: abs(x - y)),
        _of_gradient(lambda x, y: np.sqrt(abs(x + y))),
    ),
    (
        "You take the gradient along the rows alone: the other one, down the columns, is missing.",
        _of_gradient(lambda x, y: x),
        _of_gradient(lambda x, y: -x),
        _of_gradient(lambda x, y: abs(x)),
    ),
    (
        "You take the gradient down the columns alone: the other one, along the rows, is missing.",
        _of_gradient(lambda x, y: y),
        _of_gradient(lambda x, y: -y),
        _of_gradient(lambda x, y: abs(y)),
    ),
    (f"You return gx and gy: {MAGNITUDE}.", lambda image: np.stack(_gradient(image))),
    (
        "Both of your kernels are the same: one is the other transposed.",
        _of_gradient(lambda x, y: np.hypot(x, x)),
        _of_gradient(lambda x, y: np.hypot(y, y)),
    ),
    (
        f"You take the larger of gx and gy: {MAGNITUDE}.",
        _of_gradient(np.maximum),
        _of_gradient(lambda x, y: np.maximum(abs(x), abs(y))),
    ),
    (
        f"You take the mean of gx and gy: {MAGNITUDE}.",
        _of_gradient(lambda x, y: (abs(x) + abs(y)) / 2),
    ),
    (
        f"You divide by √2, the root of a mean, as scikit-image does: {MAGNITUDE}.",
        _of_gradient(lambda x, y: np.hypot(x, y) / 2**0.5),
    ),
    (
        "The pixels lose their fractions: convert the image to floats, not to whole numbers.",
        lambda image: _magnitude(np.trunc(image)),
        lambda image: _magnitude(np.rint(image)),
    ),
    (
        "That is the gradient's direction: its length is asked, √(gx² + gy²).",
        _of_gradient(np.arctan2),
        _of_gradient(lambda x, y: np.arctan2(y, x)),
    ),
    (
        "Those are Prewitt's kernels, with 1, 1, 1: Sobel's weigh the middle twice, 1, 2, 1.",
        lambda image: _magnitude(image, np.sign(SOBEL)),
    ),
    ("Those are Scharr's kernels, with 3, 10, 3: Sobel's have 1, 2, 1.", lambda image: _magnitude(image, SCHARR)),
    (
        "That is the difference of neighbours alone: Sobel's kernels add three rows or columns, weighted 1, 2, 1.",
        lambda image: np.hypot(*np.gradient(image.astype("float64")))[1:-1, 1:-1],
        lambda image: 2 * np.hypot(*np.gradient(image.astype("float64")))[1:-1, 1:-1],
    ),
    ("You divide by 8, the sum of the weights: here they stay as they are.", _of_magnitude(lambda m: m / 8)),
    ("You divide by 4: here the weights stay as they are.", _of_magnitude(lambda m: m / 4)),
    (
        "You scale by the largest value: here the values stay as they are.",
        _of_magnitude(lambda m: m / m.max()),
        _of_magnitude(lambda m: m / m.max() * 255),
    ),
    (
        "You cut off what is large: here the values stay as they are.",
        _of_magnitude(lambda m: np.minimum(m, 255)),
        _of_magnitude(lambda m: np.minimum(m, 1)),
    ),
    (
        "You pad with zeros and keep the image's size, which makes edges of its borders: the kernels stay inside.",
        _on_padded("constant"),
    ),
    (
        "You pad and keep the image's size: the kernels stay inside, and the result is two rows and columns smaller.",
        _on_padded("edge"),
        _on_padded("reflect"),
        _of_magnitude(lambda m: np.pad(m, 1)),
    ),
    (
        "You leave out the last row and column: a kernel of 3 fits n - 2 times into n.",
        _of_magnitude(lambda m: m[:-1, :-1]),
    ),
    (
        "uint8 overflows, and has no negative numbers: convert the image to float32 first.",
        lambda image: _magnitude(image).astype(image.dtype),
        *(
            _in_its_type(join, *signs)
            for signs in product((1, -1), repeat=2)
            for join in (np.hypot, lambda x, y: np.hypot(x.astype(float), y), lambda x, y: np.sqrt(x**2 + y**2))
        ),
    ),
)
SOBEL_MISTAKES = tuple(Mistake(sentence, function) for sentence, *functions in SAID for function in functions)

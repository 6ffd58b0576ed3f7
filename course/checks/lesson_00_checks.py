"""What the exercise of lesson 00 compares answers with."""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array
from course.checks.verdict import WrongAnswer


def scale_pixels(answer, wanted):
    rng = np.random.default_rng(0)
    images = [np.array(pixels, "uint8") for pixels in ([[0, 255]], [[0, 51]], [[51, 102, 255]])]
    images += [rng.integers(low, high, shape, "uint8") for low, high, shape in ((20, 201, (2, 3)), (0, 2, (4, 4)))]
    images += [rng.integers(10, 240, shape, "uint8") for shape in ((3, 5, 3), (2, 4, 3, 1))]
    cases = [((image,), {}) for image in images]
    for read, tolerance in ((array, 5e-4), (_float32, 1e-5)):  # a wrong function, a wrong type, float16's steps
        check_function(answer, _scaled, cases, MISTAKES, read, tolerance)


def _scaled(images):
    return images.astype("float32") / np.float32(255)


def _float32(value, name):
    values = array(value, name)
    if values.dtype != "float32":
        cause = 'Convert before you divide: images.astype("float32"). Keras computes in float32.'
        if values.dtype == "float64":
            cause = (
                'NumPy makes float64 of uint8 / 255, with twice the memory. Convert first: images.astype("float32").'
            )
        raise WrongAnswer(f"{name} returned an array of {values.dtype}, expected float32.", cause)
    return values


def _stretched(images):
    return (images - images.min()) / (images.max() - images.min())


MISTAKES = (
    Mistake(
        "The pixels went through float16, which has three digits: convert to float32 at once.",
        lambda x: (x.astype("float16") / 255).astype("float32"),
    ),
    Mistake(
        "The pixels went through float16, which has three digits: convert to float32 at once.",
        lambda x: (x.astype("float32") / 255).astype("float16"),
    ),
    Mistake("The pixels are still 0 to 255: divide them by 255.", lambda x: x),
    Mistake("You divide by 256: the largest pixel is 255, and has to become 1.", lambda x: x / 256),
    Mistake("You divide by 100: pixels are no percentages, the largest is 255.", lambda x: x / 100),
    Mistake("You divide by 127.5, which gives 0 to 2: divide by 255.", lambda x: x / 127.5),
    Mistake("That is from -1 to 1: divide by 255 and subtract nothing.", lambda x: x / 127.5 - 1),
    Mistake("That is from -0.5 to 0.5: divide by 255 and subtract nothing.", lambda x: x / 255 - 0.5),
    Mistake("You divide twice by 255: once is enough.", lambda x: x / 255 / 255),
    Mistake(
        "The fractions are lost: // rounds down, and so does a conversion to whole numbers after the division.",
        lambda x: x // 255,
    ),
    Mistake(
        "You divide by the largest pixel of the image: divide by 255 always, or a dark image becomes a light one.",
        lambda x: x / x.max(),
    ),
    Mistake(
        "You stretch the image from its smallest to its largest pixel: divide by 255 always, or all images become "
        "as light as one another.",
        _stretched,
    ),
    Mistake(
        "You make mean 0 and deviation 1 of each image: here divide by 255 alone.", lambda x: (x - x.mean()) / x.std()
    ),
    Mistake("Black and white change places: that is 1 - x / 255.", lambda x: 1 - x / 255),
    Mistake(
        "You cut off at 1, or look only whether a pixel is black: keep its lightness, x / 255.",
        lambda x: np.minimum(x, 1),
    ),
    Mistake("You multiply by 255: divide, so that 255 becomes 1.", lambda x: x * 255.0),
    Mistake("uint8 overflows: 255 + 1 is 0 in it. Convert to float32 first, and divide by 255.", lambda x: x * 255),
    Mistake(
        "You make each pixel black or white, which rounding does too: keep what lies between, x / 255.",
        lambda x: np.round(x / 255),
    ),
)

"""The exercise of lesson 00, Start here."""

from course.checks import lesson_00_checks
from course.checks.exercise import Exercise

EXERCISES = (
    Exercise(
        id="scale-pixels",
        title="Scale pixels",
        wanted="a function scale_pixels(images) that turns a uint8 array of 0 to 255 into a float32 array of 0 to 1",
        check=lesson_00_checks.scale_pixels,
        hints=(
            "White is 255 and has to become 1, black stays 0. What do you divide by?",
            'uint8 holds whole numbers alone. `images.astype("float32")` is a new array of the same numbers that can '
            "hold what lies between 0 and 1.",
            "Convert first, then divide the new array by 255, and return it.",
        ),
        explanation="A pixel of 8 bits has 256 values, 0 to 255, so 255 is what becomes 1. The divisor is the same for "
        "every image: divided by its own largest pixel, a dark image would come out as bright as a light one. Nets "
        "train on inputs of about the size of 1, since the size of the inputs sets the size of the gradients, and one "
        "learning rate has to suit all weights. float32 is what Keras computes in: NumPy would make float64 of a "
        "division, which takes twice the memory and gains nothing.",
        citation="LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.3",
        link="https://doi.org/10.1007/3-540-49430-8_2",
        shipped=("course.data._raw",),
        needs_keras=False,
    ),
)

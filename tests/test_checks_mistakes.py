"""The mistakes that the checks of lessons 00 to 02 know, and the oracles they compare with."""

import itertools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import arithmetic, padding
from course.checks import (
    WrongAnswer,
    check,
    lesson_00_checks,
    lesson_01_checks,
    lesson_01_filters,
    lesson_01_layer,
    lesson_02_costs,
    lesson_02_field,
    lesson_02_pooling,
    lesson_02_sizes,
)

MISTAKES = {
    "scale-pixels": lesson_00_checks.MISTAKES,
    "flip-kernel": lesson_01_checks.FLIP_MISTAKES,
    "convolve-one-channel": lesson_01_checks.CONVOLUTION_MISTAKES,
    "convolve": lesson_01_layer.MISTAKES,
    "gaussian-kernel": lesson_01_filters.GAUSSIAN_MISTAKES,
    "sobel-edges": lesson_01_filters.SOBEL_MISTAKES,
    "output-size": lesson_02_sizes.OUTPUT_SIZE_MISTAKES,
    "same-padding": lesson_02_sizes.SAME_PADDING_MISTAKES,
    "conv-params": lesson_02_costs.PARAMS_MISTAKES,
    "conv-macs": lesson_02_costs.MACS_MISTAKES,
    "receptive-field": lesson_02_field.MISTAKES,
    "max-pooling": lesson_02_pooling.MISTAKES,
    "fully-connected-cost": lesson_02_costs.CONNECTED_MISTAKES,
}


@pytest.mark.parametrize(
    ("exercise", "place"), [(i, place) for i, mistakes in MISTAKES.items() for place in range(len(mistakes))]
)
def test_each_mistake_of_the_tables_is_named_when_it_is_made(exercise, place):
    mistake = MISTAKES[exercise][place]

    def making_it(*args, **kwargs):
        try:
            made = mistake.function(*args, **kwargs)
        except ValueError:
            made = np.zeros(0)  # no window fits: nothing is left
        return np.asarray(made, "float32") if exercise == "scale-pixels" else made

    with np.errstate(all="ignore"), pytest.raises(WrongAnswer) as failure:
        check(exercise, making_it)
    message = str(failure.value)
    assert mistake.sentence in message or "no fraction" in message, message


@settings(max_examples=150, deadline=None)
@given(
    size=st.integers(1, 40),
    kernel_size=st.integers(1, 9),
    strides=st.integers(1, 5),
    dilation_rate=st.integers(1, 3),
    zeros=st.integers(0, 4),
)
def test_sizes_agree_with_the_package(size, kernel_size, strides, dilation_rate, zeros):
    """Two statements of the same rule: the check counts positions, the package has the formula."""
    for rule in ("valid", "same", zeros):
        arguments = (size, kernel_size, strides, rule, dilation_rate)
        try:
            expected = arithmetic.conv_output_size(*arguments)
        except ValueError:  # the kernel does not fit
            expected = 0
        assert lesson_02_sizes._output_size(*arguments) == expected
    same = padding.same(size, kernel_size, strides, dilation_rate)
    assert lesson_02_sizes._same_padding(size, kernel_size, strides, dilation_rate) == same


@pytest.mark.parametrize(
    ("rule", "strides", "rate"), [*itertools.product(("valid", "same"), (1, 2, 3), (1,)), ("same", 1, 3)]
)
def test_the_layer_agrees_with_keras(rule, strides, rate):
    rng = np.random.default_rng(strides)
    for height, width, kernel_size in ((7, 9, (3, 3)), (8, 7, (2, 3)), (9, 11, (4, 1))):
        image = rng.normal(size=(height, width, 3)).astype("float32")
        kernel = rng.normal(size=(*kernel_size, 3, 4)).astype("float32")
        expected = keras.ops.conv(image[None], kernel, strides, rule, dilation_rate=rate)[0]
        received = lesson_01_layer._layer(image, kernel, strides, rule, rate)
        np.testing.assert_allclose(received, keras.ops.convert_to_numpy(expected), atol=1e-4)

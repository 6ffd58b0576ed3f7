import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import padding

whole = st.integers


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((224, 7, 2), (2, 3)),  # not the papers' 3 and 3
        ((7, 3), (1, 1)),
        ((7, 4), (1, 2)),  # even kernels put the odd zero after
        ((5, 2), (0, 1)),
        ((32, 3, 1, 4), (4, 4)),
        ((9, 1, 3), (0, 0)),  # the stride skips the end by itself
    ],
)
def test_same_by_hand(arguments, expected):
    assert padding.same(*arguments) == expected


@given(size=whole(1, 20), kernel_size=whole(1, 7), strides=whole(1, 5), dilation_rate=whole(1, 4))
def test_same_puts_zeros_where_keras_does(size, kernel_size, strides, dilation_rate):
    """A convolution of ramp weights over the padded ramp, by NumPy, equals Keras's."""
    if strides > 1 and dilation_rate > 1:
        return  # Keras does not take both
    x = np.arange(1, size + 1, dtype="float32")
    kernel = np.arange(1, kernel_size + 1, dtype="float32")
    before, after = padding.same(size, kernel_size, strides, dilation_rate)
    padded = np.pad(x, (before, after))
    span = padding.dilated(kernel_size, dilation_rate)
    ours = [
        padded[start : start + span : dilation_rate] @ kernel for start in range(0, len(padded) - span + 1, strides)
    ]
    theirs = keras.ops.conv(
        x.reshape(1, -1, 1), kernel.reshape(-1, 1, 1), strides, "same", "channels_last", dilation_rate
    )
    np.testing.assert_allclose(ours, np.ravel(theirs), rtol=1e-5)


@pytest.mark.parametrize(
    ("asked", "expected"), [("valid", (0, 0)), ("same", (2, 3)), (3, (3, 3)), ((2, 3), (2, 3)), (np.int64(1), (1, 1))]
)
def test_resolve_takes_every_way_to_name_a_padding(asked, expected):
    assert padding.resolve(asked, 224, 7, 2) == expected


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: padding.same(7, 3, strides=0), "strides is 0; it must be a whole number, 1 or more."),
        (lambda: padding.same(7, 3, strides=-2), "strides is -2; it must be"),
        (lambda: padding.same(0, 3), "size is 0; it must be"),
        (lambda: padding.valid(7, 2.5), "kernel_size is 2.5; it must be"),
        (lambda: padding.valid(7, True), "kernel_size is True; it must be"),
        (lambda: padding.dilated(3, 0), "dilation_rate is 0; it must be"),
        (lambda: padding.explicit(-1), "padding is -1; it must be a whole number, 0 or more."),
        (lambda: padding.explicit((1, 2, 3)), r"padding is \(1, 2, 3\); give one number for both sides or a pair"),
        (lambda: padding.resolve("sane", 7, 3), 'There is no padding "sane"; the nearest is "same"'),
    ],
)
def test_what_cannot_be_gets_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()

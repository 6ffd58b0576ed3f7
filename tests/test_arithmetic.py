import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras import layers

from course import arithmetic

whole = st.integers
rules = st.sampled_from(["valid", "same"])
many = settings(max_examples=1000, deadline=None)


def keras_size(layer, size, channels=1):
    """The size Keras's own layer gives, or None where it refuses."""
    try:
        return layer.compute_output_shape((None, size, channels))[1]
    except ValueError:
        return None


def our_size(function, *arguments, **keywords):
    try:
        return function(*arguments, **keywords)
    except ValueError:
        return None


@many
@given(size=whole(1, 64), kernel_size=whole(1, 12), strides=whole(1, 6), padding=rules, dilation_rate=whole(1, 4))
def test_convolution_sizes_are_keras_s(size, kernel_size, strides, padding, dilation_rate):
    assume(strides == 1 or dilation_rate == 1)
    theirs = keras_size(layers.Conv1D(1, kernel_size, strides, padding, dilation_rate=dilation_rate), size)
    ours = our_size(arithmetic.conv_output_size, size, kernel_size, strides, padding, dilation_rate)
    assert ours == (theirs or None)


@many
@given(size=whole(1, 64), kernel_size=whole(1, 12), strides=whole(1, 6), before=whole(0, 6), after=whole(0, 6))
def test_explicit_padding_is_keras_s_zero_padding(size, kernel_size, strides, before, after):
    theirs = keras_size(layers.Conv1D(1, kernel_size, strides), size + before + after)
    assert our_size(arithmetic.conv_output_size, size, kernel_size, strides, (before, after)) == (theirs or None)


@many
@given(size=whole(1, 64), pool_size=whole(1, 12), strides=st.none() | whole(1, 6), padding=rules)
def test_pooling_sizes_are_keras_s(size, pool_size, strides, padding):
    theirs = keras_size(layers.MaxPooling1D(pool_size, strides, padding), size)
    assert our_size(arithmetic.pool_output_size, size, pool_size, strides, padding) == (theirs or None)


@many
@given(size=whole(1, 64), pool_size=whole(1, 12), strides=whole(1, 14), pad=whole(0, 6))
def test_ceil_mode_counts_the_windows_that_begin_inside(size, pool_size, strides, pad):
    """Windows one by one: all that fit, and one more that begins in the input or the padding before it."""
    assume(pad <= pool_size // 2)  # PyTorch's rule, and Caffe's: more would be windows of padding alone
    end = size + 2 * pad
    starts = range(0, end, strides)
    fitting = [start for start in starts if start + pool_size <= end]
    hanging = [start for start in starts if start not in fitting and start < size + pad]
    covered = fitting and fitting[-1] + pool_size == end
    # A window that reaches beyond the end by its strides or more is one too many.
    too_far = not fitting and pool_size - end >= strides
    expected = len(fitting) + (1 if hanging and not covered and not too_far else 0)
    assert our_size(arithmetic.pool_output_size, size, pool_size, strides, pad, ceil_mode=True) == (expected or None)
    assert our_size(arithmetic.pool_output_size, size, pool_size, strides, pad) == (len(fitting) or None)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((1, 2, 2), 1), ((1, 3, 3), 1), ((1, 4, 2, 1), 1), ((8, 3, 2, 1), 5), ((7, 2, 2), 4), ((6, 3, 3, 1), 3)],
)
def test_ceil_mode_as_pytorch_has_it(arguments, expected):
    """`torch.nn.functional.max_pool1d(..., ceil_mode=True)` of torch 2.13."""
    assert arithmetic.pool_output_size(*arguments, ceil_mode=True) == expected


@many
@given(
    size=whole(1, 32),
    kernel_size=whole(1, 9),
    strides=whole(1, 5),
    padding=rules,
    output_padding=st.none() | whole(0, 4),
    dilation_rate=whole(1, 3),
)
def test_transposed_sizes_are_keras_s(size, kernel_size, strides, padding, output_padding, dilation_rate):
    assume(strides == 1 or dilation_rate == 1)
    try:
        layer = layers.Conv1DTranspose(
            1, kernel_size, strides, padding, output_padding=output_padding, dilation_rate=dilation_rate
        )
        theirs = keras_size(layer, size)
    except ValueError:
        theirs = None
    ours = our_size(
        arithmetic.conv_transpose_output_size, size, kernel_size, strides, padding, output_padding, dilation_rate
    )
    assert ours == (theirs or None)


@given(size=whole(1, 32), kernel_size=whole(1, 9), strides=whole(1, 5), pad=whole(0, 4), dilation_rate=whole(1, 3))
def test_transposed_convolution_undoes_the_size_of_a_convolution(size, kernel_size, strides, pad, dilation_rate):
    span = (kernel_size - 1) * dilation_rate + 1
    assume(span <= size + 2 * pad)
    forward = arithmetic.conv_output_size(size, kernel_size, strides, pad, dilation_rate)
    lost = (size + 2 * pad - span) % strides
    back = arithmetic.conv_transpose_output_size(forward, kernel_size, strides, pad, lost, dilation_rate)
    assert back == size


@settings(max_examples=200, deadline=None)
@given(
    kernel_size=st.tuples(whole(1, 5), whole(1, 5)),
    groups=whole(1, 4),
    in_per_group=whole(1, 4),
    filters_per_group=whole(1, 4),
    use_bias=st.booleans(),
)
def test_convolution_parameters_are_keras_s(kernel_size, groups, in_per_group, filters_per_group, use_bias):
    in_channels, filters = groups * in_per_group, groups * filters_per_group
    layer = layers.Conv2D(filters, kernel_size, groups=groups, use_bias=use_bias)
    layer.build((None, 8, 8, in_channels))
    assert arithmetic.conv_params(kernel_size, in_channels, filters, groups, use_bias) == layer.count_params()


@given(in_features=whole(1, 50), units=whole(1, 50), use_bias=st.booleans())
def test_dense_parameters_are_keras_s(in_features, units, use_bias):
    layer = layers.Dense(units, use_bias=use_bias)
    layer.build((None, in_features))
    assert arithmetic.dense_params(in_features, units, use_bias) == layer.count_params()


@given(size=whole(3, 12), kernel_size=whole(1, 3), in_channels=whole(1, 3), filters=whole(1, 3), strides=whole(1, 2))
def test_multiply_accumulates_are_the_sum_of_an_all_ones_convolution(size, kernel_size, in_channels, filters, strides):
    """Each multiplication of 1 by 1 adds 1 to the output, so the outputs' sum counts them."""
    images = np.ones((1, size, size, in_channels), "float32")
    kernel = np.ones((kernel_size, kernel_size, in_channels, filters), "float32")
    counted = int(np.sum(keras.ops.conv(images, kernel, strides, "valid", "channels_last")))
    output_size = arithmetic.conv_output_size(size, kernel_size, strides)
    assert arithmetic.conv_macs(output_size, kernel_size, in_channels, filters) == counted


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((28, 5, 1, 6), 117_600), ((10, 5, 6, 16), 240_000), ((27, 5, 96, 256, 2), 223_948_800), (((2, 3), 1, 4, 5), 120)],
)
def test_multiply_accumulates_by_the_papers_tables(arguments, expected):
    assert arithmetic.conv_macs(*arguments) == expected


def test_activation_memory_is_numpy_s():
    for dtype in ("float16", "float32", "float64", "uint8"):
        assert arithmetic.activation_memory((5, 7, 3), 4, dtype) == np.zeros((4, 5, 7, 3), dtype).nbytes


window = st.tuples(whole(1, 4), whole(1, 3), st.just("valid") | whole(0, 2) | st.just("same"), whole(1, 2))


@settings(max_examples=500, deadline=None)
@given(stack=st.lists(window, min_size=1, max_size=4), size=whole(40, 64))
def test_receptive_field_is_the_inputs_that_each_output_depends_on(stack, size):
    """Follow sets of input positions, one a position of each map, through the stack."""
    positions = [{i} for i in range(size)]
    for kernel_size, strides, padding, dilation_rate in stack:
        span = (kernel_size - 1) * dilation_rate + 1
        if padding == "same":
            total = max((-(-len(positions) // strides) - 1) * strides + span - len(positions), 0)
            before, after = total // 2, total - total // 2
        else:
            before = after = 0 if padding == "valid" else padding
        padded = [set()] * before + positions + [set()] * after
        positions = [
            set().union(*padded[start : start + span : dilation_rate])
            for start in range(0, len(padded) - span + 1, strides)
        ]
        assume(positions)
    field, stride, offset = arithmetic.receptive_field(stack, size)
    for i, seen in enumerate(positions):
        expected = range(offset + i * stride, offset + i * stride + field)
        # Where strides or dilation skip inputs, the field is what lies between the first and the last.
        assert not seen or (min(seen) >= expected.start and max(seen) < expected.stop)
        inside = expected.start >= 0 and expected.stop <= size
        assert not inside or not seen or (min(seen), max(seen)) == (expected.start, expected.stop - 1)


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ([(3,), (3,)], (5, 1, 0)),  # two 3×3 see what one 5×5 sees
        ([(3,), (3,), (3,)], (7, 1, 0)),
        ([{"kernel_size": 3, "dilation_rate": 2}], (5, 1, 0)),
        ([(3, 1, "same")], (3, 1, -1)),
        ([(5,), (2, 2), (5,), (2, 2), (5,)], (32, 4, 0)),  # LeNet-5's C5 sees all of its 32×32
        ([], (1, 1, 0)),
    ],
)
def test_receptive_field_by_hand(stack, expected):
    assert arithmetic.receptive_field(stack) == expected


def test_same_with_strides_needs_the_size():
    assert arithmetic.receptive_field([(7, 2, "same")], size=224) == (7, 2, -2)
    with pytest.raises(ValueError, match="depends on the input: give its size"):
        arithmetic.receptive_field([(7, 2, "same")])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: arithmetic.conv_output_size(4, 5), "a kernel that spans 5 does not fit in 4 .* needs a size of 5"),
        (lambda: arithmetic.conv_output_size(4, 3, dilation_rate=2), "spans 5 does not fit in 4"),
        (lambda: arithmetic.conv_output_size(4, 3, strides=0), "strides is 0"),
        (lambda: arithmetic.conv_output_size(4, 3, strides=-1), "strides is -1"),
        (lambda: arithmetic.pool_output_size(1, 2), "does not fit in 1"),
        (lambda: arithmetic.pool_output_size(4, 2, strides=0), "strides is 0"),
        (lambda: arithmetic.conv_transpose_output_size(1, 2, 2, 1), "leaves no output"),
        (lambda: arithmetic.conv_transpose_output_size(4, 3, 2, "same", 2), "output_padding is 2; it must be less"),
        (lambda: arithmetic.conv_params(3, 6, 16, groups=4), "groups is 4; it must divide in_channels, 6,"),
        (lambda: arithmetic.conv_params(3, 0, 16), "in_channels is 0"),
        (lambda: arithmetic.conv_params((3, 0), 6, 16), "kernel_size is 0"),
        (lambda: arithmetic.conv_macs(0, 3, 6, 16), "output_size is 0"),
        (lambda: arithmetic.activation_memory((2, 2), dtype="float23"), 'no dtype "float23"; the nearest'),
        (lambda: arithmetic.activation_memory((2, None)), "shape is None"),
        (lambda: arithmetic.receptive_field([()]), r"a layer is \(\); it must be"),
        (lambda: arithmetic.receptive_field([5]), "a layer is 5; it must be"),
        (lambda: arithmetic.receptive_field([{"kernel": 5}]), "a layer is .*; it must be"),
        (lambda: arithmetic.receptive_field([(3, 0)]), "strides is 0"),
    ],
)
def test_what_cannot_be_gets_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()

import keras
import nets
import numpy as np
import pytest
import tensorflow as tf

from course.layers import (
    CeilAveragePooling2D,
    ChannelsFirstConv2D,
    LocalResponseNormalization,
    PartiallyConnectedConv2D,
    RadialBasis,
    TrainableSubsampling2D,
    ZeroPaddedShortcut,
    scaled_tanh,
)
from course.models.lenet import C3_CONNECTIONS

random = np.random.default_rng(0)


def first(images):
    """Images (batch, height, width, channels) as channels_first has them."""
    return np.moveaxis(images, -1, 1)


def same_after_saving(layer, x, path):
    """Whether a model of this one layer gives the same outputs when loaded with no custom objects."""
    model = keras.Sequential([keras.Input(x.shape[1:]), layer])
    model.save(path / "layer.keras")
    return np.array_equal(keras.models.load_model(path / "layer.keras")(x), model(x))


def test_scaled_tanh_takes_one_to_one():
    """Appendix A chose 1.7159 and 2/3 so that f(±1) = ±1."""
    np.testing.assert_allclose(scaled_tanh(np.array([-1.0, 0.0, 1.0])), [-1, 0, 1], atol=1e-4)


def test_subsampling_is_coefficient_times_sum_plus_bias():
    x = random.normal(size=(2, 6, 8, 3)).astype("float32")
    layer = TrainableSubsampling2D()
    layer.build(x.shape)
    coefficient, bias = random.normal(size=(2, 3))
    layer.set_weights([coefficient, bias])
    expected = x.reshape(2, 3, 2, 4, 2, 3).sum((2, 4)) * coefficient + bias
    np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-5)
    in_first = TrainableSubsampling2D(data_format="channels_first")
    in_first.build(first(x).shape)
    in_first.set_weights([coefficient, bias])
    np.testing.assert_allclose(in_first(first(x)), first(expected), rtol=1e-4, atol=1e-5)


def test_subsampling_begins_as_the_mean_and_drops_an_odd_edge(tmp_path):
    x = random.normal(size=(1, 5, 7, 2)).astype("float32")
    layer = TrainableSubsampling2D()
    np.testing.assert_allclose(layer(x), x[:, :4, :6].reshape(1, 2, 2, 3, 2, 2).mean((2, 4)), rtol=1e-4, atol=1e-6)
    assert layer.compute_output_shape((None, 5, None, 2)) == (None, 2, None, 2)
    assert same_after_saving(TrainableSubsampling2D(), x, tmp_path)


def test_partial_convolution_is_one_convolution_a_map(tmp_path):
    """Each output map by itself: Keras's convolution over the maps that the table names."""
    x = random.normal(size=(2, 9, 8, 6)).astype("float32")
    layer = PartiallyConnectedConv2D(C3_CONNECTIONS, 5, activation="tanh")
    outputs = np.array(layer(x))
    kernel, bias = layer.get_weights()
    assert (kernel.size, bias.size) == (1500, 16)
    bias[:] = random.normal(size=16)
    layer.set_weights([kernel, bias])
    outputs, start = np.array(layer(x)), 0
    for i, maps in enumerate(C3_CONNECTIONS):
        weights = kernel[:, :, start : start + len(maps), None]
        expected = np.tanh(keras.ops.conv(x[..., list(maps)], weights, 1, "valid", "channels_last") + bias[i])
        np.testing.assert_allclose(outputs[..., i : i + 1], expected, rtol=1e-4, atol=1e-5)
        start += len(maps)
    in_first = PartiallyConnectedConv2D(C3_CONNECTIONS, 5, activation="tanh", data_format="channels_first")
    in_first.build(first(x).shape)
    in_first.set_weights([kernel, bias])
    np.testing.assert_allclose(in_first(first(x)), first(outputs), rtol=1e-4, atol=1e-5)
    assert in_first.compute_output_shape((None, 6, 9, 8)) == (None, 16, 5, 4)
    assert same_after_saving(layer, x, tmp_path)


def test_partial_convolution_starts_within_its_fan_in():
    layer = PartiallyConnectedConv2D([[0], [0, 1, 2, 3]], 3)
    layer.build((None, 8, 8, 4))
    kernel = np.abs(layer.get_weights()[0])
    assert kernel[:, :, 0].max() <= 2.4 / 9
    assert kernel[:, :, 1:].max() <= 2.4 / 36


@pytest.mark.parametrize("width", [7, 8])
def test_the_bias_goes_along_the_channels_where_the_width_equals_them(width):
    x = random.normal(size=(2, 9, width, 3)).astype("float32")
    layer = ChannelsFirstConv2D(8, 3, padding="same", activation="relu", data_format="channels_first")
    layer.build(first(x).shape)
    layer.bias.assign(random.normal(size=8))
    expected = keras.ops.conv(x, layer.kernel, 1, "same", "channels_last") + layer.bias
    np.testing.assert_allclose(layer(first(x)), first(np.maximum(expected, 0)), rtol=1e-4, atol=1e-5)


def test_a_table_for_more_maps_than_there_are_gets_a_sentence():
    with pytest.raises(ValueError, match="connections name map 5, but the input has 4 maps, 0 to 3"):
        PartiallyConnectedConv2D(C3_CONNECTIONS, 5).build((None, 14, 14, 4))


def test_radial_basis_is_the_squared_distance(tmp_path):
    x, codes = random.normal(size=(3, 5)).astype("float32"), random.choice([-1.0, 1.0], (4, 5))
    expected = [[sum((a - b) ** 2 for a, b in zip(row, code, strict=True)) for code in codes] for row in x]
    np.testing.assert_allclose(RadialBasis(codes)(x), expected, rtol=1e-5)
    assert same_after_saving(RadialBasis(codes), x, tmp_path)


@pytest.mark.parametrize("channels", [1, 3, 4, 20])
@pytest.mark.parametrize(("n", "k", "alpha", "beta"), [(5, 2, 1e-4, 0.75), (3, 1, 2e-5, 0.5), (1, 0.5, 1e-3, 1)])
def test_local_response_normalization_is_tensorflow_s(channels, n, k, alpha, beta):
    x = tf.constant(random.normal(size=(2, 4, 3, channels), scale=100), "float32")
    layer = LocalResponseNormalization(n, k, alpha, beta)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ours = layer(x)
        theirs = tf.nn.local_response_normalization(x, depth_radius=n // 2, bias=k, alpha=alpha, beta=beta)
    assert nets.difference(ours, theirs) < 1e-5
    towards = tf.constant(random.normal(size=x.shape), "float32")
    assert nets.difference(tape.gradient(ours, x, towards), tape.gradient(theirs, x, towards)) < 1e-5


def test_local_response_normalization_is_the_paper_s_formula(tmp_path):
    x = random.normal(size=(2, 4, 3, 9), scale=100).astype("float32")
    expected = nets.local_response_normalization(x)
    assert nets.difference(LocalResponseNormalization()(x), expected) < 1e-5
    in_first = LocalResponseNormalization(data_format="channels_first")
    assert nets.difference(in_first(first(x)), first(expected)) < 1e-5
    # What is told apart: an alpha that is divided by n, as in Caffe and PyTorch.
    assert nets.difference(LocalResponseNormalization(alpha=1e-4 / 5)(x), expected) > 0.1
    assert same_after_saving(LocalResponseNormalization(3, 1, 1e-3, 0.5), x, tmp_path)


@pytest.mark.backends
def test_local_response_normalization_is_pytorch_s_with_five_times_the_alpha():
    import torch

    x = random.normal(size=(2, 9, 4, 3), scale=100).astype("float32")
    theirs = torch.nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)(torch.from_numpy(x))
    assert nets.difference(LocalResponseNormalization(data_format="channels_first")(x), theirs.numpy()) < 1e-5


def test_local_response_normalization_does_not_overflow_in_half_precision():
    """500² is beyond float16."""
    x = random.normal(size=(1, 2, 2, 8), scale=500).astype("float16")
    y = np.asarray(LocalResponseNormalization(dtype="float16")(x))
    assert y.dtype == "float16"
    assert nets.difference(y, nets.local_response_normalization(x.astype("float64"))) < 1e-3


def test_as_many_maps_before_as_after():
    with pytest.raises(ValueError, match=r"n is 4; it must be odd, .* try 3 or 5"):
        LocalResponseNormalization(4)
    with pytest.raises(ValueError, match="n is 0; it must be a whole number, 1 or more"):
        LocalResponseNormalization(0)


@pytest.mark.parametrize("size", [(3, 3), (6, 9), (8, 7), (4, 5)])
@pytest.mark.parametrize(("pool_size", "strides"), [(3, 2), (2, None), (3, 1), (3, 3)])
def test_ceil_average_pooling_averages_what_is_inside(size, pool_size, strides):
    x = random.normal(size=(2, *size, 3)).astype("float32")
    expected = nets.pool(x, pool_size, strides or pool_size, np.mean, ceil=True)
    layer = CeilAveragePooling2D(pool_size, strides)
    assert nets.difference(layer(x), expected) < 1e-6
    assert layer.compute_output_shape((None, *size, 3)) == (None, *expected.shape[1:])
    in_first = CeilAveragePooling2D(pool_size, strides, data_format="channels_first")
    assert nets.difference(in_first(first(x)), first(expected)) < 1e-6
    assert in_first.compute_output_shape((None, 3, *size)) == (None, 3, *expected.shape[1:3])


@pytest.mark.backends
@pytest.mark.parametrize(("pool_size", "strides"), [(3, 2), (2, 3), (2, 2), (4, 3)])
def test_ceil_average_pooling_is_pytorch_s(pool_size, strides):
    import torch

    for size in range(pool_size, 12):
        x = random.normal(size=(1, 2, size, 12)).astype("float32")
        theirs = torch.nn.AvgPool2d(pool_size, strides, ceil_mode=True, count_include_pad=False)(torch.from_numpy(x))
        assert nets.difference(CeilAveragePooling2D(pool_size, strides, "channels_first")(x), theirs.numpy()) < 1e-6


def test_ceil_average_pooling_of_any_size(tmp_path):
    layer, x = CeilAveragePooling2D(3, 2), random.normal(size=(1, 6, 9, 2)).astype("float32")
    assert layer.compute_output_shape((None, None, 6, 2)) == (None, None, 3, 2)
    model = keras.Sequential([keras.Input((None, None, 2)), layer])
    assert nets.difference(model(x), nets.pool(x, 3, 2, np.mean, ceil=True)) < 1e-6
    assert same_after_saving(CeilAveragePooling2D(3, 2), x, tmp_path)
    with pytest.raises(ValueError, match="a kernel that spans 3 does not fit in 2"):
        layer.compute_output_shape((None, 1, 6, 2))


@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("size", [(8, 8), (9, 7), (1, 2)])
@pytest.mark.parametrize("filters", [3, 4, 8])
def test_a_zero_padded_shortcut_is_the_identity_on_some_pixels_and_zero_elsewhere(size, filters, strides):
    x = random.normal(size=(2, *size, 3)).astype("float32")
    expected = np.zeros((2, -(-size[0] // strides), -(-size[1] // strides), filters), "float32")
    for i in range(expected.shape[1]):
        for j in range(expected.shape[2]):
            expected[:, i, j, :3] = x[:, strides * i, strides * j]
    layer = ZeroPaddedShortcut(filters, strides)
    np.testing.assert_array_equal(layer(x), expected)
    assert layer.compute_output_shape((None, *size, 3)) == (None, *expected.shape[1:])
    assert not layer.weights
    in_first = ZeroPaddedShortcut(filters, strides, data_format="channels_first")
    np.testing.assert_array_equal(in_first(first(x)), first(expected))
    assert in_first.compute_output_shape((None, 3, *size)) == (None, filters, *expected.shape[1:3])


def test_a_zero_padded_shortcut_takes_any_size_and_comes_back_from_a_file(tmp_path):
    layer = ZeroPaddedShortcut(5, strides=2)
    assert layer(keras.Input((None, 7, 3))).shape == (None, None, 4, 5)
    assert same_after_saving(layer, random.normal(size=(1, 6, 5, 3)).astype("float32"), tmp_path)


def test_a_zero_padded_shortcut_passes_the_gradient_of_what_it_kept():
    x = tf.Variable(random.normal(size=(1, 5, 5, 2)), dtype="float32")
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(ZeroPaddedShortcut(4, strides=2)(x))
    expected = np.zeros((1, 5, 5, 2))
    expected[:, ::2, ::2] = 1
    np.testing.assert_array_equal(tape.gradient(y, x), expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"filters": 2},
            "the input has 3 channels and filters is 2; zeros can only be added: give filters of 3 or more",
        ),
        ({"filters": 0}, "filters is 0; it must be a whole number, 1 or more"),
        ({"filters": 4, "strides": 0}, "strides is 0; it must be a whole number, 1 or more"),
    ],
)
def test_a_shortcut_that_would_drop_channels_gets_a_sentence(arguments, message):
    with pytest.raises(ValueError, match=message):
        ZeroPaddedShortcut(**arguments)(keras.Input((4, 4, 3)))

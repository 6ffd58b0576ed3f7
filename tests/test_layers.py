import keras
import numpy as np
import pytest

from course.layers import PartiallyConnectedConv2D, RadialBasis, TrainableSubsampling2D, scaled_tanh
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


def test_a_table_for_more_maps_than_there_are_gets_a_sentence():
    with pytest.raises(ValueError, match="connections name map 5, but the input has 4 maps, 0 to 3"):
        PartiallyConnectedConv2D(C3_CONNECTIONS, 5).build((None, 14, 14, 4))


def test_radial_basis_is_the_squared_distance(tmp_path):
    x, codes = random.normal(size=(3, 5)).astype("float32"), random.choice([-1.0, 1.0], (4, 5))
    expected = [[sum((a - b) ** 2 for a, b in zip(row, code, strict=True)) for code in codes] for row in x]
    np.testing.assert_allclose(RadialBasis(codes)(x), expected, rtol=1e-5)
    assert same_after_saving(RadialBasis(codes), x, tmp_path)

import keras
import numpy as np
import pytest
from keras import layers
from scipy.ndimage import map_coordinates

from course.segmentation import Bilinear, CropLike


def test_bilinear_kernels_by_hand():
    kernel = np.asarray(Bilinear()((4, 3, 2, 2)))
    rows, columns = [0.25, 0.75, 0.75, 0.25], [0.5, 1, 0.5]
    np.testing.assert_allclose(kernel[:, :, 0, 0], np.outer(rows, columns))
    np.testing.assert_array_equal(kernel[:, :, 0, 0], kernel[:, :, 1, 1])
    assert not kernel[:, :, 0, 1].any()
    assert not kernel[:, :, 1, 0].any()


@pytest.mark.parametrize("strides", [2, 8, 16])
def test_upsampling_interpolates_bilinearly(strides):
    """Output j is at (j − (k − 1) / 2) / strides of the input: there SciPy interpolates, too."""
    x = np.random.default_rng(0).normal(size=(2, 5, 7, 3)).astype("float32")
    layer = layers.Conv2DTranspose(3, 2 * strides, strides, use_bias=False, kernel_initializer=Bilinear())
    y = np.asarray(layer(x))
    at = [(np.arange(n) - (2 * strides - 1) / 2) / strides for n in y.shape[1:3]]
    inside = [np.flatnonzero((a >= 0) & (a <= n - 1)) for a, n in zip(at, x.shape[1:3], strict=True)]
    where = np.meshgrid(at[0][inside[0]], at[1][inside[1]], indexing="ij")
    for image in range(2):
        for channel in range(3):
            expected = map_coordinates(x[image, :, :, channel], where, order=1)
            np.testing.assert_allclose(y[image, :, :, channel][np.ix_(*inside)], expected, atol=1e-5)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_a_crop_is_a_slice(data_format):
    x, like = np.random.default_rng(0).normal(size=(2, 9, 8, 3)), np.zeros((2, 4, 5, 7))
    expected = x[:, 2:6, 2:7]
    if data_format == "channels_first":
        x, like, expected = (np.moveaxis(a, -1, 1) for a in (x, like, expected))
    y = CropLike(2, data_format=data_format)([x, like])
    np.testing.assert_allclose(y, expected, rtol=1e-6)


def test_a_crop_to_a_size_that_is_not_known():
    x, like = keras.Input((None, None, 3)), keras.Input((None, None, 1))
    model = keras.Model([x, like], CropLike(1)([x, like]))
    assert model.output.shape == (None, None, None, 3)
    assert model.predict([np.zeros((1, 9, 6, 3)), np.zeros((1, 7, 2, 1))], verbose=0).shape == (1, 7, 2, 3)


def test_a_crop_past_the_edge_gets_a_sentence():
    x, like = keras.Input((9, None, 3)), keras.Input((8, 8, 1))
    assert CropLike(1)([x, like]).shape == (None, 8, 8, 3)
    with pytest.raises(ValueError, match="a window of 8×8 from row and column 2 on does not fit in 9×None"):
        CropLike(2)([x, like])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Bilinear()((4, 4, 2, 3)), "3 channels go to 2 filters: give as many filters as channels"),
        (lambda: CropLike(-1), "offset is -1; it must be a whole number, 0 or more"),
    ],
)
def test_what_cannot_be_gets_a_sentence(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_layer_and_its_initializer_are_made_again_from_their_configs():
    layer = layers.Conv2DTranspose(2, 4, 2, kernel_initializer=Bilinear())
    assert isinstance(keras.layers.deserialize(keras.layers.serialize(layer)).kernel_initializer, Bilinear)
    config = keras.layers.serialize(CropLike(3, data_format="channels_first"))
    assert keras.layers.serialize(keras.layers.deserialize(config)) == config

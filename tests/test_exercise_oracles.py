"""What the function exercises of lessons 04 to 08 compare answers with agrees with other libraries and the package."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from course import arithmetic, layers
from course.checks import (
    lesson_04_colour,
    lesson_04_dropout,
    lesson_04_normalization,
    lesson_05_checks,
    lesson_06_checks,
    lesson_07_checks,
    lesson_08_checks,
)

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)
quick = settings(deadline=None)


def close(a, b):
    np.testing.assert_allclose(ops.convert_to_numpy(a), ops.convert_to_numpy(b), rtol=1e-4, atol=1e-5)


@given(seeds, st.sampled_from([1, 3, 5, 9]), st.floats(0.01, 2), st.integers(1, 8))
@few
def test_local_response_normalisation_is_tensorflow_s_and_the_package_s(seed, n, alpha, channels):
    x = np.random.default_rng(seed).normal(0, 3, (2, 3, 2, channels)).astype("float32")
    expected = lesson_04_normalization._lrn(x, n, 1.5, alpha, 0.75)
    close(tf.nn.local_response_normalization(x, n // 2, 1.5, alpha, 0.75), expected)
    close(layers.LocalResponseNormalization(n, 1.5, alpha)(x), expected)


def test_dropout_is_keras_s_where_keras_kept():
    x = np.ones((40, 30), "float32")
    kept = ops.convert_to_numpy(keras.layers.Dropout(0.3, seed=1)(x, training=True))
    close(lesson_04_dropout._dropout(x, 0.3, np.where(kept > 0, 0.9, 0.1)), kept)


def test_the_colour_is_that_of_a_covariance():
    pixels = np.random.default_rng(0).normal(size=(1000, 3)) @ np.diag([40, 15, 3]) @ np.linalg.qr(np.eye(3) + 0.3)[0]
    covariance = np.cov(pixels.T)
    values, vectors = np.linalg.eigh(covariance)
    alphas = np.array([0.5, -0.2, 0.1])
    one_by_one = sum(alpha * covariance @ vector for alpha, vector in zip(alphas, vectors.T, strict=True))
    close(lesson_04_colour._pca_colour(np.zeros((1, 1, 3)), values, vectors, alphas)[0, 0], one_by_one)


@given(st.integers(1, 5), st.integers(1, 7), st.integers(1, 9))
@few
def test_a_stack_sees_what_the_single_layer_sees(n, kernel_size, channels):
    field, _, _ = arithmetic.receptive_field([(kernel_size,)] * n)
    one = arithmetic.conv_params(kernel_size, channels, channels, use_bias=False)
    single = arithmetic.conv_params(field, channels, channels, use_bias=False)
    assert lesson_05_checks._stacked_params(n, kernel_size, channels) == (n * one, single)


@given(st.integers(1, 500), st.integers(1, 500), st.integers(1, 500))
@quick
def test_rescaling_keeps_the_aspect_to_half_a_pixel(height, width, side):
    size = lesson_05_checks._rescaled(height, width, side)
    assert min(size) == side
    assert abs(size[0] * width - size[1] * height) <= max(height, width) / 2 * (1 + 1e-9) or height == width
    assert (size[0] >= size[1]) or height < width


@given(seeds, st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
@few
def test_the_convolution_has_the_outputs_of_the_dense_layer(seed, height, width, channels, units):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, height, width, channels)).astype("float32")
    weights = rng.normal(size=(height * width * channels, units)).astype("float32")
    kernel = lesson_05_checks._dense_to_convolution(weights, height, width)
    close(ops.conv(x, kernel)[:, 0, 0], keras.layers.Flatten()(x) @ weights)


@given(*[st.integers(1, 9)] * 6)
@few
def test_bottleneck_costs_are_those_of_the_two_convolutions(kernel_size, channels, reduced, filters, height, width):
    size = height, width
    direct = arithmetic.conv_params(kernel_size, channels, filters, use_bias=False)
    parts = [(1, channels, reduced), (kernel_size, reduced, filters)]
    through = sum(arithmetic.conv_params(*part, use_bias=False) for part in parts)
    macs = sum(arithmetic.conv_macs(size, *part) for part in parts)
    expected = direct, arithmetic.conv_macs(size, kernel_size, channels, filters), through, macs
    assert lesson_06_checks._bottleneck_costs(kernel_size, channels, reduced, filters, height, width) == expected


def test_the_bottleneck_of_the_lesson():
    weights = lesson_06_checks._bottleneck_costs(3, 16, 5, 32, 1, 1)[::2]
    assert weights == (4608, 1520)


def test_auxiliary_losses_are_those_of_keras_s_loss_weights():
    inputs = keras.Input((1,))
    heads = [
        keras.layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(k)) for k in (1, 2, 3)
    ]
    model = keras.Model(inputs, [head(inputs) for head in heads])
    model.compile(loss=["mse"] * 3, loss_weights=[1.0, 0.3, 0.3])
    total = model.evaluate(np.ones((1, 1)), [np.zeros((1, 1))] * 3, verbose=0, return_dict=True)["loss"]
    assert lesson_06_checks._auxiliary_loss(1, [4, 9]) == pytest.approx(total)


@given(seeds, st.booleans(), st.sampled_from([(6, 3), (2, 4, 3, 2)]), st.sampled_from([0.5, 0.9, 0.99]))
@few
def test_batch_normalisation_is_keras_s(seed, training, shape, momentum):
    rng = np.random.default_rng(seed)
    x, four = rng.normal(1, 2, shape).astype("float32"), rng.uniform(0.5, 2, (4, shape[-1])).astype("float32")
    layer = keras.layers.BatchNormalization(momentum=momentum, epsilon=0.01)
    layer.build(shape)
    layer.set_weights(four)
    outputs = layer(x, training=training)
    expected = outputs, layer.moving_mean, layer.moving_variance
    for ours, theirs in zip(
        lesson_07_checks._batch_normalization(x, *four, training, momentum, 0.01), expected, strict=True
    ):
        close(ours, theirs)


@pytest.mark.parametrize(
    ("initial", "growth_rate", "blocks", "final"),
    [
        (64, 32, [6, 12, 24, 16], 1024),  # DenseNet-121
        (64, 32, [6, 12, 32, 32], 1664),  # 169
        (64, 32, [6, 12, 48, 32], 1920),  # 201
        (96, 48, [6, 12, 36, 24], 2208),  # 161
    ],
)
def test_dense_channels_end_with_those_of_the_published_nets(initial, growth_rate, blocks, final):
    assert lesson_08_checks._dense_channels(initial, growth_rate, blocks, 0.5)[-1] == final

"""What the tests of several nets share: checks of a layer table, random weights, and the operations in NumPy."""

import sys

import keras
import numpy as np
import pytest

from course import analysis


def without_weights(builder, **arguments):
    """A model whose weights have shapes and no values: enough to count, and quick at any size."""
    import tensorflow as tf  # here, so that the weights below can be drawn where there is none

    with tf.Graph().as_default() as graph:
        model = builder(**arguments)
    assert all(weight.value.graph is graph for weight in model.weights)
    return model


def check_table(model, rows, weights, biases, macs):
    """`rows` are a paper's (layer, output, weights, biases, multiply-accumulates), then come the totals."""
    table = analysis.table(model)
    found = {row.name: row for row in table.rows}
    for name, shape, layer_weights, layer_biases, layer_macs in rows:
        assert found[name].output_shape == shape, name
        kernels = [int(np.prod(weight.shape)) for weight in model.get_layer(name).weights]
        assert kernels == ([layer_weights, layer_biases] if layer_weights else []), name
        assert found[name].macs == layer_macs, name
    assert model.count_params() == weights + biases
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == weights + biases
    assert (table.total.macs, table.total.macs_known) == (macs, True)


def randomize(model, seed=0, by_name=False):
    """Set every weight at random, biases and moving statistics too, so that activations keep their size.

    `by_name` draws in the order of the names: that of the layers may differ from one data format to the other.
    """
    random = np.random.default_rng(seed)

    def values(weight):
        if weight.path.endswith(("gamma", "moving_variance")):
            return random.uniform(0.5, 1.5, weight.shape)
        deviation = (2 / np.prod(weight.shape[:-1])) ** 0.5 if len(weight.shape) > 1 else 0.2
        return random.standard_normal(weight.shape, "float32") * np.float32(deviation)

    order = sorted(model.weights, key=lambda weight: weight.path) if by_name else model.weights
    drawn = {weight.path: values(weight) for weight in order}
    model.set_weights([drawn[weight.path] for weight in model.weights])
    return model


def damp(model, seed=0):
    """`randomize`, but so that a hundred additions do not blow up, and softmax does not saturate."""
    for layer in randomize(model, seed, by_name=True).layers:
        batch_normalization = isinstance(layer, keras.layers.BatchNormalization)
        if batch_normalization or layer.name.endswith("predictions"):
            first, *others = layer.get_weights()
            layer.set_weights([first * (0.7 if batch_normalization else 0.1), *others])
    return model


def kernels_and_biases(model):
    """The weights of each layer that has some, by name."""
    return {layer.name: [np.asarray(w, "float64") for w in layer.get_weights()] for layer in model.layers}


def images(height, width, channels=3, batch=2, scale=1):
    return np.random.default_rng(1).normal(0, scale, (batch, height, width, channels)).astype("float32")


def difference(outputs, expected):
    """The largest difference, relative to the largest value."""
    outputs, expected = np.asarray(outputs, "float64"), np.asarray(expected, "float64")
    assert outputs.shape == expected.shape
    return np.abs(outputs - expected).max() / np.abs(expected).max()


def check_both_formats(builder, x, draw=randomize, **arguments):
    """Channels first, with the same weights, gives the same outputs."""
    arguments["input_shape"] = x.shape[1:]
    model = draw(builder(**arguments))
    try:
        keras.config.set_image_data_format("channels_first")
        first = builder(**arguments)
        first.set_weights(model.get_weights())
        outputs = np.asarray(first(np.moveaxis(x, -1, 1)))
    finally:
        keras.config.set_image_data_format("channels_last")
    expected = np.asarray(model(x))
    assert difference(np.moveaxis(outputs, 1, -1) if outputs.ndim == 4 else outputs, expected) < 1e-5


def check_smallest(monkeypatch, builder, size, **arguments):
    """`size` builds and leaves an output; one less gets a sentence, and really leaves none."""
    model = without_weights(builder, input_shape=(size, size, 3), include_top=False, **arguments)
    assert min(model.output.shape[1:3]) == 1
    for shape, side in [((size - 1, size, 3), "height"), ((size, size - 1, 3), "width")]:
        with pytest.raises(ValueError, match=f"needs a {side} of at least {size} to have an output"):
            builder(input_shape=shape, **arguments)
    monkeypatch.setattr(sys.modules[builder.__module__], "image_input", lambda shape, *_, **__: keras.Input(shape))
    with pytest.raises(ValueError, match=r"negative|does not fit|at least|<= 0"):
        without_weights(builder, input_shape=(size - 1, size - 1, 3), include_top=False, **arguments)


def check_one_step(builder, x, learning_rate=1e-4, **arguments):
    """One step of gradient descent on a batch lowers its loss, in float32 and in mixed precision."""
    labels = np.arange(len(x)) % 4
    for policy in ("float32", "mixed_bfloat16"):
        keras.utils.set_random_seed(0)
        keras.mixed_precision.set_global_policy(policy)
        try:
            model = randomize(builder(input_shape=x.shape[1:], num_classes=4, **arguments))
        finally:
            keras.mixed_precision.set_global_policy("float32")
        model.compile(keras.optimizers.SGD(learning_rate), "sparse_categorical_crossentropy")
        before = model.evaluate(x, labels, verbose=0)
        model.train_on_batch(x, labels)
        assert model.evaluate(x, labels, verbose=0) < before, policy


def conv(x, kernel, bias, strides=1, padding=0, groups=1):
    """Convolution and ReLU, one group after another; `padding` is on every side."""
    k = kernel.shape[0]
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))[:, ::strides, ::strides]
    channels = np.split(windows, groups, axis=3)
    kernels = np.split(kernel, groups, axis=3)
    maps = [np.tensordot(c, w, ((3, 4, 5), (2, 0, 1))) for c, w in zip(channels, kernels, strict=True)]
    return np.maximum(np.concatenate(maps, -1) + bias, 0)


def pool(x, size, strides, reduce=np.max, ceil=False):
    """Pooling, a window at a time; with `ceil` the last may hang over the end, and sees only what is inside."""
    count = np.ceil if ceil else np.floor
    rows, columns = (int(count((n - size) / strides)) + 1 for n in x.shape[1:3])
    y = np.empty((x.shape[0], rows, columns, x.shape[3]))
    for i in range(rows):
        for j in range(columns):
            window = x[:, i * strides : i * strides + size, j * strides : j * strides + size]
            y[:, i, j] = reduce(window, axis=(1, 2))
    return y


def local_response_normalization(x, n=5, k=2, alpha=1e-4, beta=0.75):
    """Krizhevsky et al. 2012, section 3.3, a map at a time."""
    y, maps = np.empty(x.shape), x.shape[-1]
    for i in range(maps):
        neighbours = x[..., max(0, i - n // 2) : min(maps - 1, i + n // 2) + 1]
        y[..., i] = x[..., i] / (k + alpha * (neighbours**2).sum(-1)) ** beta
    return y


def softmax(x):
    exponentials = np.exp(x - x.max(-1, keepdims=True))
    return exponentials / exponentials.sum(-1, keepdims=True)

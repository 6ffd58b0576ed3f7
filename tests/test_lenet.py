import keras
import numpy as np
import pytest
from keras import layers

from course import analysis
from course.models.lenet import C3_CONNECTIONS, CODES, lenet5

# LeCun et al. 1998, figure 2 and section II.B: layer, output, trainable parameters, multiply-accumulates.
DENSE = [
    ("C1", (28, 28, 6), 156, 117_600),
    ("S2", (14, 14, 6), 0, 0),
    ("C3", (10, 10, 16), 2_416, 240_000),
    ("S4", (5, 5, 16), 0, 0),
    ("C5", (1, 1, 120), 48_120, 48_000),
    ("F6", (84,), 10_164, 10_080),
    ("OUTPUT", (10,), 850, 840),
]
ORIGINAL = [
    ("C1", (28, 28, 6), 156, 117_600),
    ("S2", (14, 14, 6), 12, 1_176),
    ("C3", (10, 10, 16), 1_516, 150_000),
    ("S4", (5, 5, 16), 32, 400),
    ("C5", (1, 1, 120), 48_120, 48_000),
    ("F6", (84,), 10_164, 10_080),
    ("OUTPUT", (10,), 0, 840),
]


@pytest.mark.parametrize(
    ("variant", "table", "parameters", "macs"), [("dense", DENSE, 61_706, 416_520), ("1998", ORIGINAL, 60_000, 328_096)]
)
def test_every_layer_is_the_paper_s(variant, table, parameters, macs):
    model = lenet5(variant=variant)
    rows = {row.name: row for row in analysis.table(model).rows}
    for name, shape, layer_parameters, layer_macs in table:
        assert model.get_layer(name).output.shape[1:] == shape, name
        assert (rows[name].parameters, rows[name].macs) == (layer_parameters, layer_macs), name
    assert model.count_params() == parameters
    assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == parameters
    assert analysis.table(model).total.macs == macs


@pytest.mark.parametrize("padding", [2, "same"])
def test_28_by_28_images_padded_in_c1_make_the_same_net(padding):
    model = lenet5((28, 28, 1), padding=padding)
    assert model.get_layer("C1").output.shape == (None, 28, 28, 6)
    total = analysis.table(model).total
    assert (total.trainable_parameters, total.parameters, total.macs) == (61_706, 61_706, 416_520)


def test_c3_joins_60_of_96_pairs_as_table_i_says():
    assert [len(maps) for maps in C3_CONNECTIONS] == [3] * 6 + [4] * 9 + [6]
    # "Each of the first six takes three neighbours", wrapping around; every map of S2 feeds ten of C3's.
    assert [set(maps) for maps in C3_CONNECTIONS[:6]] == [{i, (i + 1) % 6, (i + 2) % 6} for i in range(6)]
    assert [set(maps) for maps in C3_CONNECTIONS[6:12]] == [{(i + j) % 6 for j in range(4)} for i in range(6)]
    fed = np.bincount(np.concatenate(C3_CONNECTIONS))
    assert fed.tolist() == [10] * 6


def test_340_908_connections_biases_included():
    """The paper's count, section II.B: each output of a layer also has a connection to its bias."""
    model, connections = lenet5(variant="1998"), 0
    for row in analysis.table(model).rows:
        if row.name in ("S2", "S4"):  # four inputs are added, then one bias: 5 connections an output
            connections += 5 * np.prod(model.get_layer(row.name).output.shape[1:])
        elif row.name in ("C1", "C3", "C5", "F6", "OUTPUT"):
            biases = 0 if row.name == "OUTPUT" else np.prod(model.get_layer(row.name).output.shape[1:])
            connections += row.macs + biases
    assert connections == 340_908


def test_the_codes_are_ten_bitmaps_that_differ():
    codes = np.array(CODES)
    assert codes.shape == (10, 84)
    assert set(np.unique(codes)) == {-1, 1}
    differing = (codes[:, None] != codes[None]).sum(-1)
    assert differing[~np.eye(10, dtype=bool)].min() >= 5


def test_the_dense_net_is_the_same_function_in_numpy():
    rng = np.random.default_rng(0)
    model = lenet5()
    weights = [rng.normal(0, 0.2, weight.shape).astype("float32") for weight in model.get_weights()]
    model.set_weights(weights)
    x = rng.random((2, 32, 32, 1)).astype("float32")

    def convolve(x, kernel, bias):
        k = kernel.shape[0]
        windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
        return np.tanh(np.einsum("bijcyx,yxcf->bijf", windows, kernel) + bias)

    def average(x):
        batch, height, width, channels = x.shape
        return x.reshape(batch, height // 2, 2, width // 2, 2, channels).mean((2, 4))

    c1, c3, c5, f6, output = (weights[i : i + 2] for i in range(0, 10, 2))
    y = convolve(average(convolve(average(convolve(x, *c1)), *c3)), *c5).reshape(2, 120)
    logits = np.tanh(y @ f6[0] + f6[1]) @ output[0] + output[1]
    expected = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-6)


def test_the_original_answers_with_the_nearest_code():
    """F6 equal to a digit's code gives that digit."""
    model = lenet5(variant="1998")
    head = keras.Sequential([keras.Input((84,)), *model.layers[-3:]])
    assert head.predict(np.array(CODES, "float32"), verbose=0).argmax(-1).tolist() == list(range(10))


@pytest.mark.parametrize("variant", ["dense", "1998"])
def test_one_step_lowers_the_loss(variant):
    keras.utils.set_random_seed(0)
    model = lenet5(variant=variant)
    x, y = np.random.default_rng(0).random((8, 32, 32, 1)), np.arange(8)
    model.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy")
    before = model.evaluate(x, y, verbose=0)
    model.train_on_batch(x, y)
    assert model.evaluate(x, y, verbose=0) < before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (28, 28, 1)}, r"input_shape is \(28, 28, 1\); this net needs a height of at least 32"),
        ({"input_shape": (32, 31, 1)}, "needs a width of at least 32"),
        ({"input_shape": (27, 28, 1), "padding": 2}, "needs a height of at least 28"),
        ({"input_shape": (None, 32, 1)}, "a height or width in input_shape is None"),
        ({"input_shape": (32, 32)}, r"must be \(height, width, channels\)"),
        ({"input_shape": (32, 32, 0)}, "channels is 0"),
        ({"num_classes": 0}, "num_classes is 0"),
        ({"num_classes": 0, "variant": "1998"}, "num_classes is 0"),
        ({"num_classes": 11, "variant": "1998"}, "num_classes is 11; the net of 1998 has codes for 10 digits"),
        ({"variant": "1989"}, 'no variant of LeNet-5 "1989"; the nearest is "1998"'),
        ({"padding": "full"}, 'no padding "full"'),
    ],
)
def test_what_cannot_be_gets_a_sentence(arguments, message):
    with pytest.raises(ValueError, match=message):
        lenet5(**arguments)


def test_32_is_the_smallest_size_that_leaves_an_output():
    x = keras.Input((31, 31, 1))
    for layer in (layers.Conv2D(6, 5), layers.AveragePooling2D(2), layers.Conv2D(16, 5), layers.AveragePooling2D(2)):
        x = layer(x)
    assert min(x.shape[1:3]) < 5
    assert lenet5((32, 32, 1)).get_layer("C5").output.shape == (None, 1, 1, 120)

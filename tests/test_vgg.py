import keras
import numpy as np
import pytest
from keras import layers
from nets import (
    check_both_formats,
    check_one_step,
    check_smallest,
    check_table,
    difference,
    images,
    kernels_and_biases,
    randomize,
    without_weights,
)

from course import arithmetic, blocks
from course.models import BUILDERS
from course.models.alexnet import alexnet
from course.models.vgg import CONFIGURATIONS, fully_convolutional, initialise_from_a, vgg

# Simonyan and Zisserman 2015, table 1: layer, output, weights, biases, multiply-accumulates.
FIRST = [
    ("conv1_1", (224, 224, 64), 1_728, 64, 86_704_128),
    ("conv1_2", (224, 224, 64), 36_864, 64, 1_849_688_064),
    ("pool1", (112, 112, 64), 0, 0, 0),
    ("conv2_1", (112, 112, 128), 73_728, 128, 924_844_032),
    ("conv2_2", (112, 112, 128), 147_456, 128, 1_849_688_064),
    ("pool2", (56, 56, 128), 0, 0, 0),
    ("conv3_1", (56, 56, 256), 294_912, 256, 924_844_032),
    ("conv3_2", (56, 56, 256), 589_824, 256, 1_849_688_064),
    ("pool3", (28, 28, 256), 0, 0, 0),
    ("conv4_1", (28, 28, 512), 1_179_648, 512, 924_844_032),
    ("conv4_2", (28, 28, 512), 2_359_296, 512, 1_849_688_064),
    ("pool4", (14, 14, 512), 0, 0, 0),
    ("conv5_1", (14, 14, 512), 2_359_296, 512, 462_422_016),
    ("conv5_2", (14, 14, 512), 2_359_296, 512, 462_422_016),
    ("pool5", (7, 7, 512), 0, 0, 0),
    ("fc6", (4096,), 102_760_448, 4_096, 102_760_448),
    ("fc7", (4096,), 16_777_216, 4_096, 16_777_216),
    ("fc8", (1000,), 4_096_000, 1_000, 4_096_000),
]
THIRD = {
    "C": [
        ("conv3_3", (56, 56, 256), 65_536, 256, 205_520_896),
        ("conv4_3", (28, 28, 512), 262_144, 512, 205_520_896),
        ("conv5_3", (14, 14, 512), 262_144, 512, 51_380_224),
    ],
    "D": [
        ("conv3_3", (56, 56, 256), 589_824, 256, 1_849_688_064),
        ("conv4_3", (28, 28, 512), 2_359_296, 512, 1_849_688_064),
        ("conv5_3", (14, 14, 512), 2_359_296, 512, 462_422_016),
    ],
}
FOURTH = [(name[:-1] + "4", *numbers) for name, *numbers in THIRD["D"]]
A = [row for row in FIRST if row[0] not in ("conv1_2", "conv2_2")]


@pytest.mark.parametrize(
    ("name", "depth", "rows", "weights", "biases", "macs"),
    [
        ("vgg11", 11, A, 132_851_392, 11_944, 7_609_090_048),
        ("vgg11_lrn", 11, A, 132_851_392, 11_944, 7_609_090_048),
        ("vgg13", 13, FIRST, 133_035_712, 12_136, 11_308_466_176),
        ("vgg16_c", 16, FIRST + THIRD["C"], 133_625_536, 13_416, 11_770_888_192),
        ("vgg16", 16, FIRST + THIRD["D"], 138_344_128, 13_416, 15_470_264_320),
        ("vgg19", 19, FIRST + THIRD["D"] + FOURTH, 143_652_544, 14_696, 19_632_062_464),
    ],
)
def test_every_layer_is_the_paper_s(name, depth, rows, weights, biases, macs):
    model = without_weights(BUILDERS[name])
    check_table(model, rows, weights, biases, macs)
    with_weights = {layer.name for layer in model.layers if layer.weights}
    assert with_weights == {name for name, _, some, _, _ in rows if some}
    assert len(with_weights) == depth  # the paper's "11 weight layers" to "19 weight layers"


def test_a_lrn_normalizes_once_after_the_first_relu():
    names = [layer.name for layer in without_weights(vgg, configuration="A-LRN").layers]
    assert names[:4] == ["input", "conv1_1", "norm1", "pool1"]
    assert sum("norm" in name for name in names) == 1


def test_activations_of_vgg_16_are_58_mib_an_image():
    """15,237,608 numbers: input, convolutions, poolings, dense layers."""
    model = without_weights(vgg)
    kept = [layer for layer in model.layers if layer.name.startswith(("input", "conv", "pool", "fc"))]
    numbers = [arithmetic.activation_memory(layer.output.shape[1:]) for layer in kept]
    assert sum(numbers) == 4 * 15_237_608


def test_a_block_needs_no_number():
    x = keras.Input((9, 12, 3))
    model = keras.Model(x, blocks.vgg_block(x, 8, (3, "LRN", 1)))
    kinds = ["InputLayer", "Conv2D", "LocalResponseNormalization", "Conv2D", "MaxPooling2D"]
    assert [type(layer).__name__ for layer in model.layers] == kinds
    assert model.output.shape == (None, 4, 6, 8)


def test_c_and_a_lrn_are_not_d():
    """What is told apart: the third kernels, and the normalisation, each with the weights of the other."""
    x = images(32, 32, scale=60)
    a, a_lrn = (randomize(vgg((32, 32, 3), configuration=c, include_top=False)) for c in ("A", "A-LRN"))
    np.testing.assert_array_equal(a.get_weights()[0], a_lrn.get_weights()[0])
    assert difference(a(x), a_lrn(x)) > 1e-2
    c, d = (vgg((32, 32, 3), configuration=c, include_top=False) for c in ("C", "D"))
    shapes = {layer.name: layer.kernel_size for layer in c.layers if hasattr(layer, "kernel_size")}
    assert {name for name, size in shapes.items() if size == (1, 1)} == {"conv3_3", "conv4_3", "conv5_3"}
    assert all(layer.kernel_size == (3, 3) for layer in d.layers if hasattr(layer, "kernel_size"))


@pytest.fixture(scope="module")
def small():
    return randomize(vgg((64, 96, 3), num_classes=5, configuration="A"))


def test_the_convolutional_form_gives_the_same_at_the_model_s_size(small):
    convolutional = fully_convolutional(small)
    x = images(64, 96)
    assert convolutional.input.shape == (None, None, None, 3)
    assert convolutional.get_layer("fc6").kernel.shape == (2, 3, 512, 4096)
    assert convolutional.count_params() == small.count_params()
    assert difference(convolutional(x), small(x)) < 1e-5


def test_dense_evaluation_averages_the_scores_of_crops_32_apart(small):
    """The dense layers on each window of 2×3 of a larger image's features, one window at a time."""
    x = images(130, 165)
    features = vgg((130, 165, 3), configuration="A", include_top=False)
    features.set_weights(small.get_weights()[:-6])
    maps = np.asarray(features(x))
    assert maps.shape == (2, 4, 5, 512)
    scores = []
    for i, j in np.ndindex(3, 3):
        y = maps[:, i : i + 2, j : j + 3].reshape(2, -1)
        for name in ("fc6", "fc7", "fc8"):
            y = small.get_layer(name)(y)
        scores.append(y)
    assert difference(fully_convolutional(small)(x), keras.ops.softmax(np.mean(scores, axis=0))) < 1e-5


def test_at_224_fc6_becomes_7_by_7_and_the_others_1_by_1():
    model = vgg(configuration="A", include_top=False)
    x = layers.Flatten(name="flatten")(model.output)
    for name, units in [("fc6", 40), ("fc7", 30)]:  # 4096 in the paper, of which 102 million weights
        x = layers.Dense(units, "relu", name=name)(x)
    x = layers.Activation("softmax", name="softmax")(layers.Dense(5, name="fc8")(x))
    model = randomize(keras.Model(model.input, x))
    convolutional = fully_convolutional(model)
    kernels = [convolutional.get_layer(name).kernel_size for name in ("fc6", "fc7", "fc8")]
    assert kernels == [(7, 7), (1, 1), (1, 1)]
    x = images(224, 224, batch=1)
    assert difference(convolutional(x), model(x)) < 1e-5


def test_the_convolutional_form_is_a_copy(small):
    convolutional, before = fully_convolutional(small), small.get_weights()
    convolutional.set_weights([weight * 0 for weight in convolutional.get_weights()])
    for weight, old in zip(small.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_alexnet_has_a_convolutional_form_in_channels_first_too():
    model, x = randomize(alexnet((99, 67, 3), num_classes=4)), images(99, 67)
    try:
        keras.config.set_image_data_format("channels_first")
        first = alexnet((99, 67, 3), num_classes=4)
        first.set_weights(model.get_weights())
        outputs = fully_convolutional(first)(np.moveaxis(x, -1, 1))
    finally:
        keras.config.set_image_data_format("channels_last")
    assert difference(outputs, model(x)) < 1e-5


def test_no_top_no_convolutional_form():
    with pytest.raises(ValueError, match='"vgg_A" has no fc6; give VGG, AlexNet or ZFNet, built with include_top=True'):
        fully_convolutional(vgg((32, 32, 3), configuration="A", include_top=False))


@pytest.mark.parametrize("configuration", ["B", "C", "D", "E"])
def test_deeper_nets_start_from_a(configuration, a_for_32):
    model = vgg((32, 32, 3), 5, configuration)
    before = kernels_and_biases(model)
    initialise_from_a(model, a_for_32)
    of_a, after = kernels_and_biases(a_for_32), kernels_and_biases(model)
    for name in after:
        first = name in ("conv1_1", "conv2_1", "conv3_1", "conv3_2", "fc6", "fc7", "fc8")
        for new, expected in zip(after[name], (of_a if first else before)[name], strict=True):
            np.testing.assert_array_equal(new, expected, err_msg=name)


@pytest.fixture(scope="module")
def a_for_32():
    return randomize(vgg((32, 32, 3), 5, "A"))


def test_a_of_another_shape_cannot_start_a_net(a_for_32):
    model = vgg((32, 32, 3), 6, "B")
    before = model.get_layer("conv1_1").get_weights()
    with pytest.raises(ValueError, match=r"fc8 has weights \(4096, 5\) in vgg_A and \(4096, 6\) in vgg_B; build both"):
        initialise_from_a(model, a_for_32)
    np.testing.assert_array_equal(model.get_layer("conv1_1").get_weights()[0], before[0])


def test_both_data_formats_are_the_same_function():
    check_both_formats(vgg, images(61, 75), configuration="A-LRN", num_classes=5)


def test_one_step_lowers_the_loss():
    check_one_step(vgg, images(32, 32, batch=4), configuration="A-LRN")


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_the_smallest_size_is_exact(monkeypatch, configuration):
    check_smallest(monkeypatch, vgg, 32, configuration=configuration)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"configuration": "F"}, 'no VGG configuration "F".* All: A, A-LRN, B, C, D, E'),
        ({"configuration": "LRN"}, 'the nearest is "A-LRN"'),
        ({"input_shape": (224, None, 3)}, "height or width in input_shape is None; dense layers need both"),
    ],
)
def test_what_cannot_be_gets_a_sentence(arguments, message):
    with pytest.raises(ValueError, match=message):
        without_weights(vgg, **arguments)

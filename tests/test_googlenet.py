from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf
from nets import check_both_formats, check_smallest, damp, difference, images, without_weights

from course import analysis, blocks
from course.models import BUILDERS
from course.models.googlenet import googlenet


@cache
def built(**arguments):
    return without_weights(googlenet, **arguments)


def trainable(model):
    return sum(np.prod(weight.shape) for weight in model.trainable_weights)


@pytest.mark.parametrize(
    ("arguments", "parameters", "total", "macs"),
    [
        ({}, 6_998_552, 6_998_552, 1_582_671_872),
        ({"auxiliary_heads": True}, 13_378_280, 13_378_280, 1_591_044_096),
        ({"batch_normalization": True}, 7_005_832, 7_020_392, 1_582_671_872),
        ({"auxiliary_heads": True, "batch_normalization": True}, 13_385_816, 13_400_888, 1_591_044_096),
    ],
)
@pytest.mark.long
def test_every_form_has_the_published_counts(arguments, parameters, total, macs):
    model = built(**arguments)
    assert (trainable(model), model.count_params()) == (parameters, total)
    assert analysis.table(model).total.macs == macs


def test_other_people_s_counts_differ_by_what_they_did():
    """torchvision's net has 3×3 where the paper has 5×5; Keras has a bias before batch normalisation by default."""
    model = built(batch_normalization=True)
    rows = {row.name: row for row in analysis.table(model).rows}
    fives = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == (5, 5)]
    assert len(fives) == 9
    saved = sum(rows[layer.name].parameters * 16 // 25 for layer in fives)
    assert (trainable(model) - saved, model.count_params() - saved) == (6_624_904, 6_639_464)
    macs = analysis.table(model).total.macs - sum(rows[layer.name].macs * 16 // 25 for layer in fives)
    assert macs == 1_498_376_192
    filters = sum(layer.filters for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    assert (trainable(model) + filters, model.count_params() + filters) == (7_013_112, 7_027_672)


# Szegedy et al. 2015, table 1 and section 5: layer, output, weights, biases, multiply-accumulates.
STEM = [
    ("conv1", (112, 112, 64), 9_408, 64, 118_013_952),
    ("pool1", (56, 56, 64), 0, 0, 0),
    ("conv2_reduce", (56, 56, 64), 4_096, 64, 12_845_056),
    ("conv2", (56, 56, 192), 110_592, 192, 346_816_512),
    ("pool2", (28, 28, 192), 0, 0, 0),
    ("pool3", (14, 14, 480), 0, 0, 0),
    ("pool4", (7, 7, 832), 0, 0, 0),
    ("pool5", (1024,), 0, 0, 0),
    ("predictions", (1000,), 1_024_000, 1_000, 1_024_000),
]
# Module: size; 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5 and pool proj, each (filters, weights, multiply-accumulates); sum.
COLUMNS = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")
MODULES = {
    "3a": (
        28,
        *((64, 12_288, 9_633_792), (96, 18_432, 14_450_688), (128, 110_592, 86_704_128)),
        *((16, 3_072, 2_408_448), (32, 12_800, 10_035_200), (32, 6_144, 4_816_896), 256),
    ),
    "3b": (
        28,
        *((128, 32_768, 25_690_112), (128, 32_768, 25_690_112), (192, 221_184, 173_408_256)),
        *((32, 8_192, 6_422_528), (96, 76_800, 60_211_200), (64, 16_384, 12_845_056), 480),
    ),
    "4a": (
        14,
        *((192, 92_160, 18_063_360), (96, 46_080, 9_031_680), (208, 179_712, 35_223_552)),
        *((16, 7_680, 1_505_280), (48, 19_200, 3_763_200), (64, 30_720, 6_021_120), 512),
    ),
    "4b": (
        14,
        *((160, 81_920, 16_056_320), (112, 57_344, 11_239_424), (224, 225_792, 44_255_232)),
        *((24, 12_288, 2_408_448), (64, 38_400, 7_526_400), (64, 32_768, 6_422_528), 512),
    ),
    "4c": (
        14,
        *((128, 65_536, 12_845_056), (128, 65_536, 12_845_056), (256, 294_912, 57_802_752)),
        *((24, 12_288, 2_408_448), (64, 38_400, 7_526_400), (64, 32_768, 6_422_528), 512),
    ),
    "4d": (
        14,
        *((112, 57_344, 11_239_424), (144, 73_728, 14_450_688), (288, 373_248, 73_156_608)),
        *((32, 16_384, 3_211_264), (64, 51_200, 10_035_200), (64, 32_768, 6_422_528), 528),
    ),
    "4e": (
        14,
        *((256, 135_168, 26_492_928), (160, 84_480, 16_558_080), (320, 460_800, 90_316_800)),
        *((32, 16_896, 3_311_616), (128, 102_400, 20_070_400), (128, 67_584, 13_246_464), 832),
    ),
    "5a": (
        7,
        *((256, 212_992, 10_436_608), (160, 133_120, 6_522_880), (320, 460_800, 22_579_200)),
        *((32, 26_624, 1_304_576), (128, 102_400, 5_017_600), (128, 106_496, 5_218_304), 832),
    ),
    "5b": (
        7,
        *((384, 319_488, 15_654_912), (192, 159_744, 7_827_456), (384, 663_552, 32_514_048)),
        *((48, 39_936, 1_956_864), (128, 153_600, 7_526_400), (128, 106_496, 5_218_304), 1024),
    ),
}
HEADS = [
    ("auxiliary_4a_conv", (4, 4, 128), 65_536, 128, 1_048_576),
    ("auxiliary_4a_fc", (1024,), 2_097_152, 1_024, 2_097_152),
    ("auxiliary_4a_predictions", (1000,), 1_024_000, 1_000, 1_024_000),
    ("auxiliary_4d_conv", (4, 4, 128), 67_584, 128, 1_081_344),
    ("auxiliary_4d_fc", (1024,), 2_097_152, 1_024, 2_097_152),
    ("auxiliary_4d_predictions", (1000,), 1_024_000, 1_000, 1_024_000),
]


def test_every_layer_is_the_paper_s():
    expected = {name: row for name, *row in STEM + HEADS}
    for module, (size, *columns, channels) in MODULES.items():
        expected[f"inception_{module}"] = [(size, size, channels), 0, 0, 0]
        for column, (filters, weights, macs) in zip(COLUMNS, columns, strict=True):
            expected[f"inception_{module}_{column}"] = [(size, size, filters), weights, filters, macs]
    rows = {row.name: row for row in analysis.table(built(auxiliary_heads=True)).rows}
    for name, (shape, weights, biases, macs) in expected.items():
        row = rows[name]
        assert (row.output_shape, row.parameters, row.macs) == (shape, weights + biases, macs), name
    assert {name for name, row in rows.items() if row.macs} == {name for name, row in expected.items() if row[-1]}


def test_22_layers_deep_counting_layers_with_parameters_alone():
    """Section 5's words: on the longest way from the image to the main classifier."""
    depth = {}
    for node in analysis.nodes(built()):
        weighs = isinstance(node.layer, keras.layers.Conv2D | keras.layers.Dense)
        depth[node.name] = weighs + max((depth[tensor.node.name] for tensor in node.inputs), default=0)
    assert depth["softmax"] == 22


def test_dropout_is_as_strong_as_the_paper_says():
    model = built(auxiliary_heads=True)
    rates = {layer.name: layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)}
    assert rates == {"dropout": 0.4, "auxiliary_4a_dropout": 0.7, "auxiliary_4d_dropout": 0.7}


def forward(model, x, small=False):
    """The three outputs, in TensorFlow's own operations, from the paper's words, on the weights of the model."""
    weights = {layer.name: layer.get_weights() for layer in model.layers}
    normalised = "conv2_bn" in weights

    def unit(x, name, strides=1):
        kernel = weights[name][0]
        around = [kernel.shape[0] // 2] * 2
        x = tf.nn.conv2d(x, kernel, strides, [[0, 0], around, around, [0, 0]])
        if not normalised:
            return tf.nn.relu(x + weights[name][1])
        gamma, beta, mean, variance = weights[f"{name}_bn"]
        return tf.nn.relu(tf.nn.batch_normalization(x, mean, variance, beta, gamma, blocks.EPSILON))

    def pool(x):
        """Caffe's: as many windows as begin inside the map, the last cut off at its edge."""
        height, width = (-(-(n - 3) // 2) + 1 for n in x.shape[1:3])
        rows = [tf.reduce_max(x[:, 2 * i : 2 * i + 3], 1, keepdims=True) for i in range(height)]
        x = tf.concat(rows, 1)
        return tf.concat([tf.reduce_max(x[:, :, 2 * j : 2 * j + 3], 2, keepdims=True) for j in range(width)], 2)

    def respond(x):
        return x if normalised else tf.nn.local_response_normalization(x, 2, bias=1, alpha=1e-4 / 5, beta=0.75)

    def dense(x, name):
        return x @ weights[name][0] + weights[name][1]

    if small:
        x = unit(x, "conv2")
    else:
        x = respond(pool(unit(x, "conv1", 2)))
        x = pool(respond(unit(unit(x, "conv2_reduce"), "conv2")))
    auxiliary = []
    for module in MODULES:
        name = f"inception_{module}"
        if module in ("4a", "5a"):
            x = pool(x)
        branches = [
            unit(x, f"{name}_1x1"),
            unit(unit(x, f"{name}_3x3_reduce"), f"{name}_3x3"),
            unit(unit(x, f"{name}_5x5_reduce"), f"{name}_5x5"),
            unit(tf.nn.max_pool2d(x, 3, 1, "SAME"), f"{name}_pool_proj"),
        ]
        x = tf.concat(branches, -1)
        if f"auxiliary_{module}_fc" in weights:
            y = unit(tf.nn.avg_pool2d(x, 5, 3, "VALID"), f"auxiliary_{module}_conv")
            y = tf.nn.relu(dense(tf.reshape(y, (len(y), -1)), f"auxiliary_{module}_fc"))
            auxiliary.append(tf.nn.softmax(dense(y, f"auxiliary_{module}_predictions")))
    main = tf.nn.softmax(dense(tf.reduce_mean(x, (1, 2)), "predictions"))
    return [main, *auxiliary]


@pytest.mark.parametrize(("size", "batch_normalization"), [((96, 96), False), ((101, 118), False), ((101, 118), True)])
def test_the_net_is_the_paper_s_function(size, batch_normalization):
    model = googlenet((*size, 3), 10, auxiliary_heads=True, batch_normalization=batch_normalization)
    x = images(*size, scale=20)  # large enough for local response normalisation to matter
    for actual, expected in zip(damp(model)(x), forward(model, x), strict=True):
        assert difference(actual, expected) < 1e-5


@pytest.mark.parametrize("batch_normalization", [False, True])
def test_the_small_net_has_the_same_modules_a_quarter_as_wide(batch_normalization):
    model = BUILDERS["googlenet_small"](
        input_shape=(29, 32, 3), auxiliary_heads=True, batch_normalization=batch_normalization
    )
    for module, (_, *columns, channels) in MODULES.items():
        for column, (filters, _, _) in zip(COLUMNS, columns, strict=True):
            assert 4 * model.get_layer(f"inception_{module}_{column}").filters == filters
        assert 4 * model.get_layer(f"inception_{module}").output.shape[-1] == channels
    x = images(29, 32)
    for actual, expected in zip(damp(model)(x), forward(model, x, small=True), strict=True):
        assert difference(actual, expected) < 1e-5


def test_the_small_net_sees_maps_of_32_16_and_8():
    model = without_weights(BUILDERS["googlenet_small"])
    assert [model.get_layer(f"inception_{module}").output.shape[1] for module in ("3a", "4a", "5a")] == [32, 16, 8]
    assert model.output.shape == (None, 10)


# No map is as wide as it has channels: there Keras, channels first on TensorFlow, adds biases along the width.
@pytest.mark.parametrize(("variant", "size"), [("2014", (85, 79)), ("small", (18, 10))])
def test_both_data_formats_give_the_same_outputs(variant, size):
    """In the auxiliary heads a dense layer reads the maps: their order must not depend on the format."""
    check_both_formats(googlenet, images(*size), draw=damp, num_classes=10, auxiliary_heads=True, variant=variant)


def test_the_heads_are_outputs_with_losses_of_their_own():
    model = BUILDERS["googlenet_small"](input_shape=(16, 16, 3), auxiliary_heads=True)
    model.compile("sgd", ["sparse_categorical_crossentropy"] * 3, loss_weights=[1, 0.3, 0.3])
    x, labels = images(16, 16, batch=4), np.arange(4)
    total = model.evaluate(x, [labels] * 3, verbose=0)[0]
    losses = [-np.log(np.array(outputs)[range(4), labels]).mean() for outputs in model(x)]
    assert total == pytest.approx(np.dot(losses, [1, 0.3, 0.3]), rel=1e-4)


def test_the_top_is_a_choice():
    assert without_weights(googlenet, include_top=False).output.shape == (None, 7, 7, 1024)
    anywhere = without_weights(googlenet, include_top=False, input_shape=(None, None, 3))
    assert anywhere.output.shape == (None, None, None, 1024)


@pytest.mark.parametrize(("variant", "size"), [("2014", 47), ("small", 6)])
def test_the_smallest_input_leaves_one_pixel(monkeypatch, variant, size):
    check_smallest(monkeypatch, googlenet, size, variant=variant)


@pytest.mark.parametrize(("variant", "size"), [("2014", 79), ("small", 10)])
def test_auxiliary_heads_need_maps_of_five_by_five(variant, size):
    model = without_weights(googlenet, input_shape=(size, size, 3), auxiliary_heads=True, variant=variant)
    assert model.get_layer("auxiliary_4a_pool").output.shape[1:3] == (1, 1)
    smaller = without_weights(googlenet, input_shape=(size - 1, size, 3), variant=variant)
    assert smaller.get_layer("inception_4a").output.shape[1:3] == (4, 5)
    with pytest.raises(ValueError, match=f"needs a height of at least {size} .* try .{size}, {size}, 3"):
        googlenet((size - 1, size, 3), auxiliary_heads=True, variant=variant)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"variant": "2015"}, 'no variant of GoogLeNet "2015"; the nearest is "2014". All: 2014, small'),
        ({"num_classes": 0}, "num_classes is 0"),
        ({"num_classes": 0, "auxiliary_heads": True}, "num_classes is 0"),
        ({"auxiliary_heads": True, "include_top": False}, "include_top=False .* set include_top=True"),
        ({"auxiliary_heads": True, "input_shape": (None, 224, 3)}, "maps of known size: .* give a height and a width"),
        ({"input_shape": (224, 224)}, r"must be \(height, width, channels\)"),
    ],
)
def test_what_cannot_be_gets_a_sentence(arguments, message):
    with pytest.raises(ValueError, match=message):
        googlenet(**arguments)

from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf
from nets import check_both_formats, check_smallest, damp, difference, images, without_weights

from course import analysis, blocks
from course.models import BUILDERS
from course.models.densenet import densenet, densenet_cifar

slow = pytest.mark.slow

# Huang et al. 2017, tables 1 and 2: the name, weight layers, trainable parameters, Keras's total, multiply-accumulates.
COUNTS = [
    ("densenet121", 121, 7_978_856, 8_062_504, 2_834_161_664),
    pytest.param("densenet169", 169, 14_149_480, 14_307_880, 3_359_843_328, marks=slow),
    pytest.param("densenet201", 201, 20_013_928, 20_242_984, 4_291_365_888, marks=slow),
    pytest.param("densenet161", 161, 28_681_000, 28_900_936, 7_727_907_072, marks=slow),
    pytest.param("densenet264", 1 + 2 * (6 + 12 + 64 + 48) + 3 + 1, 33_337_704, 33_736_232, 5_751_653_376, marks=slow),
    ("densenet40_cifar", 40, 1_019_722, 1_037_818, 264_812_928),
    ("densenet100_bc_cifar", 100, 769_162, 793_150, 287_929_692),
    pytest.param("densenet190_bc_cifar", 190, 25_624_430, 25_881_390, 9_301_945_740, marks=slow),
]
BUILD = BUILDERS | {"densenet190_bc_cifar": lambda: densenet_cifar(190, 40, bottleneck=True)}


@cache
def built(name):
    return without_weights(BUILD[name])


@pytest.mark.parametrize(("name", "depth", "trainable", "total", "macs"), COUNTS)
@pytest.mark.long
def test_every_net_has_the_published_counts(name, depth, trainable, total, macs):
    model = built(name)
    assert model.name == name
    assert (
        len([layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)]) == depth
    )
    assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == trainable
    assert model.count_params() == total
    assert analysis.table(model).total.macs == macs


# Huang et al. 2017, table 1, DenseNet-121: layer, output, parameters, multiply-accumulates.
DENSENET_121 = [
    ("conv1", (112, 112, 64), 9_408, 118_013_952),
    ("pool1", (56, 56, 64), 0, 0),
    ("dense1_1_1x1_bn", (56, 56, 64), 128 + 128, 0),
    ("dense1_1_1x1", (56, 56, 128), 8_192, 25_690_112),
    ("dense1_1_3x3", (56, 56, 32), 36_864, 115_605_504),
    ("transition1_1x1", (56, 56, 128), 32_768, 102_760_448),
    ("transition1_pool", (28, 28, 128), 0, 0),
    ("transition2_1x1", (28, 28, 256), 131_072, 102_760_448),
    ("transition2_pool", (14, 14, 256), 0, 0),
    ("transition3_1x1", (14, 14, 512), 524_288, 102_760_448),
    ("transition3_pool", (7, 7, 512), 0, 0),
    ("avg_pool", (1024,), 0, 0),
    ("predictions", (1000,), 1_024_000 + 1_000, 1_024_000),
]


def test_every_layer_of_densenet_121_is_the_paper_s():
    rows = {row.name: row for row in analysis.table(built("densenet121")).rows}
    for name, shape, parameters, macs in DENSENET_121:
        assert (rows[name].output_shape, rows[name].parameters, rows[name].macs) == (shape, parameters, macs), name
    # Channels grow by k = 32 a layer, from 64 to 64 + 6 · 32: linearly.
    assert [rows[f"dense1_{i}"].output_shape[-1] for i in range(1, 7)] == [96, 128, 160, 192, 224, 256]


@pytest.mark.parametrize(
    ("depth", "channels"),
    [(121, 1024), *(pytest.param(*row, marks=slow) for row in [(169, 1664), (201, 1920), (161, 2208), (264, 2688)])],
)
def test_the_last_dense_block_leaves_the_published_channels(depth, channels):
    assert built(f"densenet{depth}").get_layer("relu").output.shape == (None, 7, 7, channels)


@pytest.mark.parametrize(("depth", "bottleneck"), [(19, False), (22, True)])
def test_cifar_nets_are_the_paper_s_function(depth, bottleneck):
    """The net in TensorFlow's own operations, from section 3 of the paper, on the weights of the model."""
    model = damp(densenet_cifar(depth, 6, bottleneck, input_shape=(17, 14, 3), num_classes=4))
    weights = {layer.name: layer.get_weights() for layer in model.layers}

    def normalised(x, name):
        gamma, beta, mean, variance = weights[name]
        return tf.nn.relu(tf.nn.batch_normalization(x, mean, variance, beta, gamma, blocks.EPSILON))

    def composite(x, name):
        return tf.nn.conv2d(normalised(x, f"{name}_bn"), weights[name][0], 1, "SAME")

    x = images(17, 14)
    expected = tf.nn.conv2d(x, weights["conv1"][0], 1, "SAME")
    assert expected.shape[-1] == (12 if bottleneck else 16)
    for block in (1, 2, 3):
        maps = [expected]
        for layer in range(1, (3 if bottleneck else 5) + 1):
            y = tf.concat(maps, -1)
            if bottleneck:
                y = composite(y, f"dense{block}_{layer}_1x1")
                assert y.shape[-1] == 24
            maps.append(composite(y, f"dense{block}_{layer}_3x3"))
            assert maps[-1].shape[-1] == 6
        expected = tf.concat(maps, -1)
        if block < 3:
            channels = expected.shape[-1]
            expected = tf.nn.avg_pool2d(composite(expected, f"transition{block}_1x1"), 2, 2, "VALID")
            assert expected.shape[-1] == (channels // 2 if bottleneck else channels)
    features = tf.reduce_mean(normalised(expected, "bn"), (1, 2))
    expected = tf.nn.softmax(features @ weights["predictions"][0] + weights["predictions"][1])
    assert difference(model(x), expected) < 1e-5


def test_dropout_follows_every_convolution_but_the_first():
    model = without_weights(densenet_cifar, depth=22, bottleneck=True, dropout_rate=0.2)
    dropouts = [node for node in analysis.nodes(model) if isinstance(node.layer, keras.layers.Dropout)]
    convolutions = [layer.name for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [node.inputs[0].node.name for node in dropouts] == convolutions[1:]
    assert {node.layer.rate for node in dropouts} == {0.2}


@pytest.mark.parametrize(
    ("builder", "arguments"),
    [
        (densenet_cifar, {"depth": 10}),
        (densenet_cifar, {"depth": 16, "bottleneck": True}),
        pytest.param(densenet, {"depth": 121}, marks=slow),
    ],
)
def test_both_data_formats_give_the_same_outputs(builder, arguments):
    check_both_formats(builder, images(30, 33), include_top=False, **arguments)


@pytest.mark.parametrize(("builder", "size"), [(densenet_cifar, 4), pytest.param(densenet, 29, marks=slow)])
def test_the_smallest_input_leaves_one_pixel(monkeypatch, builder, size):
    check_smallest(monkeypatch, builder, size)


def test_unknown_sizes_will_do():
    model = without_weights(densenet_cifar, depth=7, input_shape=(None, None, 3), num_classes=7)
    assert model.output.shape == (None, 7)


@pytest.mark.parametrize(
    ("builder", "arguments", "message"),
    [
        (
            densenet,
            {"depth": 120},
            r'no depth of a DenseNet for ImageNet "120"; .*"121".* All: 121, 169, 201, 264, 161',
        ),
        (densenet, {"input_shape": (28, 29, 3)}, r"needs a height of at least 29 .* try \(29, 29, 3\)"),
        (densenet, {"input_shape": (29, 28, 1)}, r"needs a width of at least 29 .* try \(29, 29, 1\)"),
        (densenet_cifar, {"num_classes": 0, "depth": 7}, "num_classes is 0"),
        (densenet_cifar, {"depth": 41}, r"depth is 41; this DenseNet has 3n \+ 4 weight layers: try 40 or 43"),
        (densenet_cifar, {"depth": 102, "bottleneck": True}, r"6n \+ 4 weight layers: try 100 or 106"),
        (densenet_cifar, {"depth": 6}, "depth is 6; it must be a whole number, 7 or more"),
        (densenet_cifar, {"depth": 9, "bottleneck": True}, "depth is 9; it must be a whole number, 10 or more"),
        (densenet_cifar, {"growth_rate": 0}, "growth_rate is 0"),
        (densenet_cifar, {"input_shape": (3, 4, 3)}, r"needs a height of at least 4 .* try \(4, 4, 3\)"),
    ],
)
def test_what_cannot_be_gets_a_sentence(builder, arguments, message):
    with pytest.raises(ValueError, match=message):
        builder(**arguments)

from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf
from nets import check_both_formats, damp, difference, images, without_weights

from course import analysis, blocks
from course.models import BUILDERS
from course.models.common import image_input
from course.models.resnet import resnet, resnet_cifar

slow = pytest.mark.slow


built = cache(without_weights)


def net(depth, *numbers, marks=(), **arguments):
    """A parameter set: the call, then trainable parameters, Keras's total and multiply-accumulates."""
    return pytest.param(depth, arguments, *numbers, marks=marks, id=f"{depth}-{'-'.join(map(str, arguments.values()))}")


@pytest.mark.parametrize(
    ("depth", "arguments", "trainable", "total", "macs"),
    [
        net(18, 11_689_512, 11_699_112, 1_814_073_344),
        net(18, 11_515_688, 11_523_496, 1_794_805_760, shortcut="A"),
        net(18, 12_043_816, 12_055_464, 1_878_298_624, shortcut="C"),
        net(18, 11_515_688, 11_523_496, 1_794_805_760, shortcut=None),
        net(34, 21_797_672, 21_814_696, 3_663_761_408),
        net(34, 21_623_848, 21_639_080, 3_644_493_824, shortcut="A", marks=slow),
        net(34, 22_716_840, 22_739_624, 3_830_747_136, shortcut="C", marks=slow),
        net(34, 21_623_848, 21_639_080, 3_644_493_824, shortcut=None),
        net(50, 25_557_032, 25_610_152, 3_857_973_248),
        net(50, 25_557_032, 25_610_152, 4_089_184_256, stride_in="3x3"),
        net(101, 44_549_160, 44_654_504, 7_570_194_432, marks=slow),
        net(101, 44_549_160, 44_654_504, 7_801_405_440, stride_in="3x3", marks=slow),
        net(152, 60_192_808, 60_344_232, 11_282_415_616, marks=slow),
        net(152, 60_192_808, 60_344_232, 11_513_626_624, stride_in="3x3", marks=slow),
    ],
)
@pytest.mark.long
def test_the_nets_for_imagenet_have_the_published_counts(depth, arguments, trainable, total, macs):
    check_counts(built(resnet, depth=depth, **arguments), depth, trainable, total, macs)


@pytest.mark.parametrize(
    ("depth", "arguments", "trainable", "total", "macs"),
    [
        net(20, 269_722, 271_098, 40_551_040),
        net(20, 269_722, 271_098, 40_551_040, shortcut=None),
        net(20, 272_474, 274_042, 40_813_184, shortcut="B"),
        net(32, 464_154, 466_426, 68_862_592),
        net(32, 464_154, 466_426, 68_862_592, shortcut=None, marks=slow),
        net(32, 466_906, 469_370, 69_124_736, shortcut="B", marks=slow),
        net(44, 658_586, 661_754, 97_174_144, marks=slow),
        net(44, 658_586, 661_754, 97_174_144, shortcut=None, marks=slow),
        net(44, 661_338, 664_698, 97_436_288, shortcut="B", marks=slow),
        net(56, 853_018, 857_082, 125_485_696),
        net(56, 853_018, 857_082, 125_485_696, shortcut=None, marks=slow),
        net(56, 855_770, 860_026, 125_747_840, shortcut="B", marks=slow),
        net(110, 1_727_962, 1_736_058, 252_887_680, marks=slow),
        net(110, 1_727_962, 1_736_058, 252_887_680, shortcut=None, marks=slow),
        net(110, 1_730_714, 1_739_002, 253_149_824, shortcut="B", marks=slow),
        net(1202, 19_421_274, 19_510_906, 2_829_238_912, marks=slow),
    ],
)
def test_the_nets_for_cifar_have_the_published_counts(depth, arguments, trainable, total, macs):
    check_counts(built(resnet_cifar, depth=depth, **arguments), depth, trainable, total, macs)


def check_counts(model, depth, trainable, total, macs):
    weight_layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)]
    # A projection stands beside the layers, not among them.
    assert len([layer for layer in weight_layers if not layer.name.endswith("_proj")]) == depth
    assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == trainable
    assert model.count_params() == total
    assert analysis.table(model).total.macs == macs


@pytest.mark.parametrize(
    ("depth", "with_biases", "total"),
    [
        (18, 11_694_312, 11_703_912),
        (34, 21_806_184, 21_823_208),
        (50, 25_583_592, 25_636_712),
        pytest.param(101, 44_601_832, 44_707_176, marks=slow),
        pytest.param(152, 60_268_520, 60_419_944, marks=slow),
    ],
)
def test_keras_s_biases_before_batch_normalisation_are_the_whole_difference(depth, with_biases, total):
    model = built(resnet, depth=depth)
    trainable = sum(np.prod(weight.shape) for weight in model.trainable_weights)
    filters = sum(layer.filters for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    assert (trainable + filters, model.count_params() + filters) == (with_biases, total)
    if depth >= 50:
        theirs = without_weights(getattr(keras.applications, f"ResNet{depth}"), weights=None)
        assert sum(np.prod(weight.shape) for weight in theirs.trainable_weights) == with_biases
        assert theirs.count_params() == total


def test_resnet_20_with_a_bias_in_each_convolution():
    model = built(resnet_cifar, depth=20)
    filters = sum(layer.filters for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    trainable = sum(np.prod(weight.shape) for weight in model.trainable_weights)
    assert (trainable + filters, model.count_params() + filters) == (270_410, 271_786)


# He et al. 2016, table 1 and section 4.2: layer, output, weights, multiply-accumulates.
RESNET_18 = [
    ("conv1", (112, 112, 64), 9_408, 118_013_952),
    ("pool1", (56, 56, 64), 0, 0),
    *((f"conv2_{block}_{i}", (56, 56, 64), 36_864, 115_605_504) for block in (1, 2) for i in (1, 2)),
    ("conv3_1_1", (28, 28, 128), 73_728, 57_802_752),
    ("conv3_1_2", (28, 28, 128), 147_456, 115_605_504),
    ("conv3_1_proj", (28, 28, 128), 8_192, 6_422_528),
    *((f"conv3_2_{i}", (28, 28, 128), 147_456, 115_605_504) for i in (1, 2)),
    ("conv4_1_1", (14, 14, 256), 294_912, 57_802_752),
    ("conv4_1_2", (14, 14, 256), 589_824, 115_605_504),
    ("conv4_1_proj", (14, 14, 256), 32_768, 6_422_528),
    *((f"conv4_2_{i}", (14, 14, 256), 589_824, 115_605_504) for i in (1, 2)),
    ("conv5_1_1", (7, 7, 512), 1_179_648, 57_802_752),
    ("conv5_1_2", (7, 7, 512), 2_359_296, 115_605_504),
    ("conv5_1_proj", (7, 7, 512), 131_072, 6_422_528),
    *((f"conv5_2_{i}", (7, 7, 512), 2_359_296, 115_605_504) for i in (1, 2)),
    ("avg_pool", (512,), 0, 0),
    ("predictions", (1000,), 512_000 + 1_000, 512_000),
]
FIRST_BLOCKS_OF_RESNET_50 = [
    ("conv1", (112, 112, 64), 9_408, 118_013_952),
    ("pool1", (56, 56, 64), 0, 0),
    ("conv2_1_1", (56, 56, 64), 4_096, 12_845_056),
    ("conv2_1_2", (56, 56, 64), 36_864, 115_605_504),
    ("conv2_1_3", (56, 56, 256), 16_384, 51_380_224),
    ("conv2_1_proj", (56, 56, 256), 16_384, 51_380_224),
    ("conv3_1_1", (28, 28, 128), 32_768, 25_690_112),
    ("conv3_1_2", (28, 28, 128), 147_456, 115_605_504),
    ("conv3_1_3", (28, 28, 512), 65_536, 51_380_224),
    ("conv3_1_proj", (28, 28, 512), 131_072, 102_760_448),
    ("conv4_1_1", (14, 14, 256), 131_072, 25_690_112),
    ("conv4_1_2", (14, 14, 256), 589_824, 115_605_504),
    ("conv4_1_3", (14, 14, 1024), 262_144, 51_380_224),
    ("conv4_1_proj", (14, 14, 1024), 524_288, 102_760_448),
    ("conv5_1_1", (7, 7, 512), 524_288, 25_690_112),
    ("conv5_1_2", (7, 7, 512), 2_359_296, 115_605_504),
    ("conv5_1_3", (7, 7, 2048), 1_048_576, 51_380_224),
    ("conv5_1_proj", (7, 7, 2048), 2_097_152, 102_760_448),
    ("avg_pool", (2048,), 0, 0),
    ("predictions", (1000,), 2_048_000 + 1_000, 2_048_000),
]
RESNET_20 = [
    ("conv1", (32, 32, 16), 432, 442_368),
    *((f"conv2_{block}_{i}", (32, 32, 16), 2_304, 2_359_296) for block in (1, 2, 3) for i in (1, 2)),
    ("conv3_1_1", (16, 16, 32), 4_608, 1_179_648),
    ("conv3_1_2", (16, 16, 32), 9_216, 2_359_296),
    *((f"conv3_{block}_{i}", (16, 16, 32), 9_216, 2_359_296) for block in (2, 3) for i in (1, 2)),
    ("conv4_1_1", (8, 8, 64), 18_432, 1_179_648),
    ("conv4_1_2", (8, 8, 64), 36_864, 2_359_296),
    *((f"conv4_{block}_{i}", (8, 8, 64), 36_864, 2_359_296) for block in (2, 3) for i in (1, 2)),
    ("avg_pool", (64,), 0, 0),
    ("predictions", (10,), 640 + 10, 640),
]


@pytest.mark.parametrize(
    ("builder", "depth", "table", "complete"),
    [
        (resnet, 18, RESNET_18, True),
        (resnet, 50, FIRST_BLOCKS_OF_RESNET_50, False),
        (resnet_cifar, 20, RESNET_20, True),
    ],
)
def test_every_layer_is_the_paper_s(builder, depth, table, complete):
    rows = {row.name: row for row in analysis.table(built(builder, depth=depth)).rows}
    for name, shape, parameters, macs in table:
        assert (rows[name].output_shape, rows[name].parameters, rows[name].macs) == (shape, parameters, macs), name
    if complete:
        assert {name for name, row in rows.items() if row.macs} == {name for name, _, _, macs in table if macs}


@pytest.mark.parametrize("name", ["resnet18", "plain18", "resnet50_v1_5", "resnet20_cifar", "plain20_cifar"])
def test_the_catalogue_names_what_it_builds(name):
    assert without_weights(BUILDERS[name]).name == name


def forward(model, x, num_blocks, filters, strides_of, shortcut="B"):
    """The net in TensorFlow's own operations, layer by layer from the paper's words, on the weights of the model.

    `strides_of`: how the convolutions of a block that halves its maps stride.
    """
    weights = {layer.name: layer.get_weights() for layer in model.layers}

    def unit(x, name, strides=1):
        (kernel,) = weights[name]
        gamma, beta, mean, variance = weights[f"{name}_bn"]
        before = (kernel.shape[0] - 1) // 2
        padding = [[0, 0], [before, before], [before, before], [0, 0]]
        x = tf.nn.conv2d(x, kernel, strides, padding)
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, blocks.EPSILON)

    if filters[0] == 64:
        x = tf.nn.relu(unit(x, "conv1", 2))
        x = tf.nn.max_pool2d(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, "VALID")
    else:
        x = tf.nn.relu(unit(x, "conv1"))
    for stage, (count, width) in enumerate(zip(num_blocks, filters, strict=True)):
        for i in range(count):
            name, halves = f"conv{stage + 2}_{i + 1}", stage > 0 and i == 0
            y = x
            for layer, strides in enumerate(strides_of, start=1):
                y = unit(y, f"{name}_{layer}", strides if halves else 1)
                y = tf.nn.relu(y) if layer < len(strides_of) else y
            if shortcut == "C" or (shortcut == "B" and x.shape[-1] != y.shape[-1]):
                x = unit(x, f"{name}_proj", 2 if halves else 1)
            elif shortcut == "A" and halves:
                x = tf.concat([x[:, ::2, ::2], tf.zeros((*y.shape[:3], y.shape[-1] - x.shape[-1]))], -1)
            x = tf.nn.relu(x + y if shortcut else y)
            assert x.shape[-1] == width * (4 if len(strides_of) == 3 else 1)
    logits = tf.reduce_mean(x, (1, 2)) @ weights["predictions"][0] + weights["predictions"][1]
    return tf.nn.softmax(logits)


@pytest.mark.parametrize("shortcut", ["A", "B", "C", None])
@pytest.mark.parametrize("size", [(32, 32), (45, 38)])
def test_basic_nets_are_the_paper_s_function(shortcut, size):
    model = damp(resnet(18, (*size, 3), num_classes=10, shortcut=shortcut))
    x = images(*size)
    expected = forward(model, x, (2, 2, 2, 2), (64, 128, 256, 512), strides_of=(2, 1), shortcut=shortcut)
    assert difference(model(x), expected) < 1e-5


@pytest.mark.parametrize(("stride_in", "strides_of"), [("1x1", (2, 1, 1)), ("3x3", (1, 2, 1))])
@pytest.mark.long
def test_bottleneck_nets_stride_where_they_say(stride_in, strides_of):
    model = damp(resnet(50, (37, 50, 3), num_classes=10, stride_in=stride_in))
    x = images(37, 50)
    expected, elsewhere = (
        forward(model, x, (3, 4, 6, 3), (64, 128, 256, 512), strides_of=strides)
        for strides in (strides_of, (*strides_of[1::-1], 1))
    )
    assert difference(model(x), expected) < 1e-5
    assert difference(model(x), elsewhere) > 1e-3


@pytest.mark.parametrize("shortcut", ["A", "B", "C", None])
def test_cifar_nets_are_the_paper_s_function(shortcut):
    model = damp(resnet_cifar(20, (33, 30, 3), shortcut=shortcut))
    x = images(33, 30)
    expected = forward(model, x, (3, 3, 3), (16, 32, 64), strides_of=(2, 1), shortcut=shortcut)
    assert difference(model(x), expected) < 1e-5


def one_block(input_shape, block, **arguments):
    x = image_input(input_shape)
    return keras.Model(x, block(x, 4, strides=2, name="block", **arguments))


@pytest.mark.parametrize(
    ("builder", "arguments"),
    [
        (resnet, {"depth": 18, "include_top": False}),
        (resnet_cifar, {"depth": 8, "include_top": True}),
        (one_block, {"block": blocks.residual_block, "shortcut": "A"}),
        (one_block, {"block": blocks.residual_block, "shortcut": None}),
        (one_block, {"block": blocks.bottleneck_block, "stride_in": "1x1"}),
        (one_block, {"block": blocks.bottleneck_block, "stride_in": "3x3"}),
    ],
)
def test_both_data_formats_give_the_same_outputs(builder, arguments):
    check_both_formats(builder, images(19, 16), **arguments)


def test_the_top_is_a_choice():
    with tf.Graph().as_default():
        assert resnet(18, (None, None, 3), include_top=False).output.shape == (None, None, None, 512)
        assert resnet(18, (None, None, 3), 7).output.shape == (None, 7)
        assert resnet_cifar(8, include_top=False).output.shape == (None, 8, 8, 64)
    assert built(resnet, depth=50).get_layer("avg_pool").input.shape == (None, 7, 7, 2048)


def test_one_pixel_is_enough():
    assert resnet(18, (1, 1, 3), 5)(images(1, 1, batch=1)).shape == (1, 5)
    assert resnet_cifar(8, (1, 1, 3))(images(1, 1, batch=1)).shape == (1, 10)


def test_convolutions_start_as_he_says():
    keras.utils.set_random_seed(0)
    kernel = resnet(18, (32, 32, 3), 10).get_layer("conv5_2_2").get_weights()[0]
    assert kernel.std() == pytest.approx((2 / (9 * 512)) ** 0.5, rel=0.01)


@pytest.mark.parametrize(
    ("builder", "arguments", "message"),
    [
        (resnet, {"depth": 18, "stride_in": "3x3"}, "a ResNet of 18 layers has 3×3 convolutions alone"),
        (resnet, {"depth": 51}, 'no depth of a ResNet for ImageNet "51".* All: 18, 34, 50, 101, 152'),
        (resnet, {"shortcut": "D"}, 'no shortcut "D".* All: A, B, C, None for a plain net'),
        (resnet, {"depth": 18, "stride_in": "2x2"}, 'no convolution to stride in "2x2".* All: 1x1, 3x3'),
        (resnet, {"depth": 18, "num_classes": 0}, "num_classes is 0; it must be a whole number, 1 or more"),
        (resnet, {"depth": 18, "input_shape": (0, 224, 3)}, "height is 0; it must be a whole number, 1 or more"),
        (resnet, {"depth": 18, "input_shape": (224, 224)}, r"must be \(height, width, channels\)"),
        (resnet_cifar, {"depth": 21}, r"depth is 21; .* 6n \+ 2 weight layers: try 20 or 26"),
        (resnet_cifar, {"depth": 19}, "try 14 or 20"),
        (resnet_cifar, {"depth": 2}, "depth is 2; it must be a whole number, 8 or more"),
        (resnet_cifar, {"shortcut": "D"}, 'no shortcut "D"'),
    ],
)
def test_what_cannot_be_gets_a_sentence(builder, arguments, message):
    with pytest.raises(ValueError, match=message):
        builder(**arguments)

import pytest
from nets import (
    check_both_formats,
    check_one_step,
    check_smallest,
    check_table,
    conv,
    difference,
    images,
    kernels_and_biases,
    local_response_normalization,
    pool,
    randomize,
    without_weights,
)

from course.models import BUILDERS
from course.models.zfnet import zfnet

# Zeiler and Fergus 2014, figure 3 and table 2: layer, output, weights, biases, multiply-accumulates.
FIRST = [
    ("conv1", (110, 110, 96), 14_112, 96, 170_755_200),
    ("pool1", (55, 55, 96), 0, 0, 0),
    ("conv2", (26, 26, 256), 614_400, 256, 415_334_400),
    ("pool2", (13, 13, 256), 0, 0, 0),
]
LAST = [
    ("fc7", (4096,), 16_777_216, 4_096, 16_777_216),
    ("fc8", (1000,), 4_096_000, 1_000, 4_096_000),
]
BASE = [
    *FIRST,
    ("conv3", (13, 13, 384), 884_736, 384, 149_520_384),
    ("conv4", (13, 13, 384), 1_327_104, 384, 224_280_576),
    ("conv5", (13, 13, 256), 884_736, 256, 149_520_384),
    ("pool5", (6, 6, 256), 0, 0, 0),
    ("fc6", (4096,), 37_748_736, 4_096, 37_748_736),
    *LAST,
]
ENLARGED = [
    *FIRST,
    ("conv3", (13, 13, 512), 1_179_648, 512, 199_360_512),
    ("conv4", (13, 13, 1024), 4_718_592, 1_024, 797_442_048),
    ("conv5", (13, 13, 512), 4_718_592, 512, 797_442_048),
    ("pool5", (6, 6, 512), 0, 0, 0),
    ("fc6", (4096,), 75_497_472, 4_096, 75_497_472),
    *LAST,
]


@pytest.mark.parametrize(
    ("name", "rows", "weights", "biases", "macs"),
    [
        ("zfnet", BASE, 62_347_040, 10_568, 1_168_032_896),
        ("zfnet_b", ENLARGED, 107_616_032, 11_592, 2_476_704_896),
    ],
)
def test_every_layer_is_the_paper_s(name, rows, weights, biases, macs):
    check_table(without_weights(BUILDERS[name]), rows, weights, biases, macs)


@pytest.mark.parametrize(("height", "width"), [(63, 64), (66, 79)])
def test_features_are_those_of_numpy(height, width):
    model = randomize(zfnet((height, width, 3), include_top=False))
    x, weights = images(height, width, scale=60), kernels_and_biases(model)
    y = conv(x, *weights["conv1"], strides=2, padding=1)
    y = local_response_normalization(pool(y, 3, 2, ceil=True))
    y = conv(y, *weights["conv2"], strides=2)
    y = local_response_normalization(pool(y, 3, 2, ceil=True))
    for name in ("conv3", "conv4", "conv5"):
        y = conv(y, *weights[name], padding=1)
    assert difference(model(x), pool(y, 3, 2, ceil=True)) < 1e-5


def test_weights_start_small_and_biases_at_zero():
    model = zfnet((63, 63, 3), num_classes=100)
    for name in ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"):
        kernel, bias = model.get_layer(name).get_weights()
        assert not bias.any(), name
        assert kernel.std() == pytest.approx(0.01, rel=0.02), name


def test_without_the_top_it_ends_at_pool5_at_any_size():
    assert without_weights(zfnet, include_top=False).output.shape == (None, 6, 6, 256)
    x = images(97, 110)
    any_size, fixed = zfnet((None, None, 3), include_top=False), zfnet((97, 110, 3), include_top=False)
    fixed.set_weights(any_size.get_weights())
    assert difference(any_size(x), fixed(x)) < 1e-6


def test_both_data_formats_are_the_same_function():
    check_both_formats(zfnet, images(65, 63), include_top=False)


def test_one_step_lowers_the_loss():
    check_one_step(zfnet, images(63, 63, batch=4))


@pytest.mark.parametrize("variant", ["a", "b"])
def test_the_smallest_size_is_exact(monkeypatch, variant):
    check_smallest(monkeypatch, zfnet, 63, variant=variant)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"variant": "c"}, 'no variant of ZFNet "c".* All: a, b'),
        ({"input_shape": (None, 224, 3)}, "height or width in input_shape is None; dense layers need both"),
    ],
)
def test_what_cannot_be_gets_a_sentence(arguments, message):
    with pytest.raises(ValueError, match=message):
        without_weights(zfnet, **arguments)

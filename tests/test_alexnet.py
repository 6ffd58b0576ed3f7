import keras
import numpy as np
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
    softmax,
    without_weights,
)

from course.models import BUILDERS
from course.models.alexnet import alexnet, alexnet_2014, dense_head

# Krizhevsky et al. 2012, figure 2: layer, output, weights, biases, multiply-accumulates.
HEAD = [
    ("fc6", (4096,), 37_748_736, 4_096, 37_748_736),
    ("fc7", (4096,), 16_777_216, 4_096, 16_777_216),
    ("fc8", (1000,), 4_096_000, 1_000, 4_096_000),
]
TWO_TOWERS = [
    ("conv1", (55, 55, 96), 34_848, 96, 105_415_200),
    ("pool1", (27, 27, 96), 0, 0, 0),
    ("conv2", (27, 27, 256), 307_200, 256, 223_948_800),
    ("pool2", (13, 13, 256), 0, 0, 0),
    ("conv3", (13, 13, 384), 884_736, 384, 149_520_384),
    ("conv4", (13, 13, 384), 663_552, 384, 112_140_288),
    ("conv5", (13, 13, 256), 442_368, 256, 74_760_192),
    ("pool5", (6, 6, 256), 0, 0, 0),
    *HEAD,
]
ONE_TOWER = [
    ("conv1", (55, 55, 96), 34_848, 96, 105_415_200),
    ("pool1", (27, 27, 96), 0, 0, 0),
    ("conv2", (27, 27, 256), 614_400, 256, 447_897_600),
    ("pool2", (13, 13, 256), 0, 0, 0),
    ("conv3", (13, 13, 384), 884_736, 384, 149_520_384),
    ("conv4", (13, 13, 384), 1_327_104, 384, 224_280_576),
    ("conv5", (13, 13, 256), 884_736, 256, 149_520_384),
    ("pool5", (6, 6, 256), 0, 0, 0),
    *HEAD,
]
# torchvision's alexnet, layer by layer as it prints.
OF_2014 = [
    ("conv1", (55, 55, 64), 23_232, 64, 70_276_800),
    ("pool1", (27, 27, 64), 0, 0, 0),
    ("conv2", (27, 27, 192), 307_200, 192, 223_948_800),
    ("pool2", (13, 13, 192), 0, 0, 0),
    ("conv3", (13, 13, 384), 663_552, 384, 112_140_288),
    ("conv4", (13, 13, 256), 884_736, 256, 149_520_384),
    ("conv5", (13, 13, 256), 589_824, 256, 99_680_256),
    ("pool5", (6, 6, 256), 0, 0, 0),
    *HEAD,
]


@pytest.mark.parametrize(
    ("name", "rows", "weights", "biases", "macs"),
    [
        ("alexnet", TWO_TOWERS, 60_954_656, 10_568, 724_406_816),
        ("alexnet_one_tower", ONE_TOWER, 62_367_776, 10_568, 1_135_256_096),
        ("alexnet_2014", OF_2014, 61_090_496, 10_344, 714_188_480),
    ],
)
def test_every_layer_is_the_paper_s(name, rows, weights, biases, macs):
    check_table(without_weights(BUILDERS[name]), rows, weights, biases, macs)


def test_layers_come_in_the_paper_s_order():
    """ReLU, then normalisation, then pooling (section 3.5); dropout after each hidden dense layer."""
    expected = (
        "input conv1 norm1 pool1 conv2 norm2 pool2 conv3 conv4 conv5 pool5 flatten fc6 drop6 fc7 drop7 fc8 softmax"
    )
    assert [layer.name for layer in without_weights(alexnet).layers] == expected.split()


def forward(weights, x, towers, pool_first=False):
    steps = [local_response_normalization, lambda y: pool(y, 3, 2)]
    steps = steps[::-1] if pool_first else steps
    x = conv(x, *weights["conv1"], strides=4)
    for step in steps:
        x = step(x)
    x = conv(x, *weights["conv2"], padding=2, groups=towers)
    for step in steps:
        x = step(x)
    x = conv(x, *weights["conv3"], padding=1)
    x = conv(x, *weights["conv4"], padding=1, groups=towers)
    return pool(conv(x, *weights["conv5"], padding=1, groups=towers), 3, 2)


@pytest.mark.parametrize("towers", [1, 2])
def test_features_are_those_of_numpy(towers):
    model = randomize(alexnet((83, 71, 3), towers=towers, include_top=False))
    x, weights = images(83, 71, scale=60), kernels_and_biases(model)
    features = model(x)
    assert difference(features, forward(weights, x, towers)) < 1e-5
    # What is told apart: normalisation before pooling from after it.
    assert difference(features, forward(weights, x, towers, pool_first=True)) > 1e-2


def test_features_of_the_net_of_2014_are_those_of_numpy():
    model = randomize(alexnet_2014((67, 79, 3), include_top=False))
    x, weights = images(67, 79), kernels_and_biases(model)
    y = pool(conv(x, *weights["conv1"], strides=4, padding=2), 3, 2)
    y = pool(conv(y, *weights["conv2"], padding=2), 3, 2)
    for name in ("conv3", "conv4", "conv5"):
        y = conv(y, *weights[name], padding=1)
    assert difference(model(x), pool(y, 3, 2)) < 1e-5


def test_the_dense_head_is_that_of_numpy():
    features = keras.Input((2, 3, 5))
    model = randomize(keras.Model(features, dense_head(features, 6)))
    x, weights = images(2, 3, 5), kernels_and_biases(model)
    y = x.reshape(2, 30)
    for name in ("fc6", "fc7"):
        y = np.maximum(y @ weights[name][0] + weights[name][1], 0)
    assert difference(model(x), softmax(y @ weights["fc8"][0] + weights["fc8"][1])) < 1e-5
    assert [model.get_layer(name).rate for name in ("drop6", "drop7")] == [0.5, 0.5]


def test_a_tower_sees_its_own_gpu_s_maps_alone_but_for_conv3():
    model = alexnet((67, 67, 3), include_top=False)
    for source, target, apart in [("norm1", "conv2", True), ("pool2", "conv3", False), ("conv4", "conv5", True)]:
        maps = model.get_layer(source).output.shape[-1]
        x = images(7, 7, maps)
        y = x.copy()
        y[..., maps // 2 :] = 0
        changed = np.abs(model.get_layer(target)(x) - model.get_layer(target)(y)).max((0, 1, 2)) > 0
        first, second = np.split(changed, 2)
        assert second.any(), target
        assert first.any() != apart, target


def test_weights_start_as_the_paper_says():
    model = alexnet((67, 67, 3), num_classes=100)
    ones = {"conv2", "conv4", "conv5", "fc6", "fc7"}
    for name in ones | {"conv1", "conv3", "fc8"}:
        kernel, biases = model.get_layer(name).get_weights()
        assert (biases == (name in ones)).all(), name
        assert abs(kernel.mean()) < 1e-3, name
        assert kernel.std() == pytest.approx(0.01, rel=0.02), name


def test_layers_of_one_shape_start_with_different_weights():
    features = keras.Input((1, 1, 4096))
    model = keras.Model(features, dense_head(features, 2, stddev=0.01))
    fc6, fc7 = (model.get_layer(name).get_weights()[0] for name in ("fc6", "fc7"))
    assert fc6.shape == fc7.shape
    assert np.abs(fc6 - fc7).max() > 0.01


def test_without_the_top_it_ends_at_pool5():
    assert without_weights(alexnet, include_top=False).output.shape == (None, 6, 6, 256)
    assert without_weights(alexnet_2014, include_top=False).output.shape == (None, 6, 6, 256)
    assert alexnet((None, None, 3), include_top=False)(images(67, 99)).shape == (2, 1, 2, 256)


def test_both_data_formats_are_the_same_function():
    check_both_formats(alexnet, images(67, 83), include_top=False)


@pytest.mark.long
def test_one_step_lowers_the_loss():
    check_one_step(alexnet, images(67, 67, batch=8))


@pytest.mark.parametrize(("builder", "size"), [(alexnet, 67), (alexnet_2014, 63)])
def test_the_smallest_size_is_exact(monkeypatch, builder, size):
    check_smallest(monkeypatch, builder, size)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"towers": 3}, "towers is 3; it must be 2, one a GPU as in the paper, or 1"),
        ({"input_shape": (None, None, 3)}, "height or width in input_shape is None; dense layers need both"),
    ],
)
def test_what_cannot_be_gets_a_sentence(arguments, message):
    with pytest.raises(ValueError, match=message):
        without_weights(alexnet, **arguments)

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
    pool,
    randomize,
    softmax,
    without_weights,
)

from course.models.nin import nin_cifar10, nin_imagenet

# The authors' published configurations: layer, output, weights, biases, multiply-accumulates.
CIFAR10 = [
    ("mlpconv1_1", (32, 32, 192), 14_400, 192, 14_745_600),
    ("mlpconv1_2", (32, 32, 160), 30_720, 160, 31_457_280),
    ("mlpconv1_3", (32, 32, 96), 15_360, 96, 15_728_640),
    ("pool1", (16, 16, 96), 0, 0, 0),
    ("mlpconv2_1", (16, 16, 192), 460_800, 192, 117_964_800),
    ("mlpconv2_2", (16, 16, 192), 36_864, 192, 9_437_184),
    ("mlpconv2_3", (16, 16, 192), 36_864, 192, 9_437_184),
    ("pool2", (8, 8, 192), 0, 0, 0),
    ("mlpconv3_1", (8, 8, 192), 331_776, 192, 21_233_664),
    ("mlpconv3_2", (8, 8, 192), 36_864, 192, 2_359_296),
    ("mlpconv3_3", (8, 8, 10), 1_920, 10, 122_880),
    ("average", (10,), 0, 0, 0),
]
IMAGENET = [
    ("mlpconv1_1", (54, 54, 96), 34_848, 96, 101_616_768),
    ("pool1", (27, 27, 96), 0, 0, 0),
    ("mlpconv2_1", (27, 27, 256), 614_400, 256, 447_897_600),
    ("pool2", (13, 13, 256), 0, 0, 0),
    ("mlpconv3_1", (13, 13, 384), 884_736, 384, 149_520_384),
    ("pool3", (6, 6, 384), 0, 0, 0),
    ("mlpconv4_1", (6, 6, 1024), 3_538_944, 1_024, 127_401_984),
    ("mlpconv4_2", (6, 6, 1024), 1_048_576, 1_024, 37_748_736),
    ("mlpconv4_3", (6, 6, 1000), 1_024_000, 1_000, 36_864_000),
    ("average", (1000,), 0, 0, 0),
]


def test_every_layer_is_the_published_one():
    check_table(without_weights(nin_cifar10), CIFAR10, 965_568, 1_418, 222_486_528)
    check_table(without_weights(nin_imagenet), IMAGENET, 7_589_920, 5_256, 1_100_188_800)


def test_dropout_comes_between_mlpconv_layers():
    for model, rates in [(nin_cifar10, {"drop1": 0.5, "drop2": 0.5}), (nin_imagenet, {"drop3": 0.5})]:
        layers = without_weights(model).layers
        assert {layer.name: layer.rate for layer in layers if hasattr(layer, "rate")} == rates
        after = {layers[i].name: layers[i - 1].name for i in range(len(layers))}
        assert all(after[name] == name.replace("drop", "pool") for name in rates)


def mlpconv(x, weights, name, **window):
    x = conv(x, *weights[f"{name}_1"], **window)
    return conv(conv(x, *weights[f"{name}_2"]), *weights[f"{name}_3"])


@pytest.mark.parametrize(("height", "width"), [(32, 32), (13, 18)])
def test_outputs_for_cifar_are_those_of_numpy(height, width):
    model = randomize(nin_cifar10((height, width, 3), num_classes=6))
    x, weights = images(height, width), kernels_and_biases(model)
    y = pool(mlpconv(x, weights, "mlpconv1", padding=2), 3, 2, ceil=True)
    y = pool(mlpconv(y, weights, "mlpconv2", padding=2), 3, 2, reduce=np.mean, ceil=True)
    y = mlpconv(y, weights, "mlpconv3", padding=1)
    assert y.min() == 0  # ReLU follows the map of each class, too
    assert difference(model(x), softmax(y.mean((1, 2)))) < 1e-5


def test_outputs_for_imagenet_are_those_of_numpy():
    model = randomize(nin_imagenet((67, 90, 3), num_classes=6))
    x, weights = images(67, 90), kernels_and_biases(model)
    y = pool(mlpconv(x, weights, "mlpconv1", strides=4), 3, 2, ceil=True)
    y = pool(mlpconv(y, weights, "mlpconv2", padding=2), 3, 2, ceil=True)
    y = pool(mlpconv(y, weights, "mlpconv3", padding=1), 3, 2, ceil=True)
    y = mlpconv(y, weights, "mlpconv4", padding=1)
    assert difference(model(x), softmax(y.mean((1, 2)))) < 1e-5


@pytest.mark.parametrize(("builder", "height", "width"), [(nin_cifar10, 25, 22), (nin_imagenet, 83, 70)])
def test_any_size_will_do(builder, height, width):
    any_size, fixed = builder((None, None, 3), num_classes=4), builder((height, width, 3), num_classes=4)
    fixed.set_weights(randomize(any_size).get_weights())
    assert difference(any_size(images(height, width)), fixed(images(height, width))) < 1e-6


def test_without_the_top_it_ends_before_the_map_of_each_class():
    assert without_weights(nin_cifar10, include_top=False).layers[-1].name == "mlpconv3_2"
    assert without_weights(nin_cifar10, include_top=False).output.shape == (None, 8, 8, 192)
    assert without_weights(nin_imagenet, include_top=False).output.shape == (None, 6, 6, 1024)


@pytest.mark.parametrize(("builder", "x"), [(nin_cifar10, images(13, 18)), (nin_imagenet, images(70, 67))])
def test_both_data_formats_are_the_same_function(builder, x):
    check_both_formats(builder, x, num_classes=5)


@pytest.mark.parametrize(("builder", "x"), [(nin_cifar10, images(16, 16)), (nin_imagenet, images(79, 79, batch=4))])
@pytest.mark.long
def test_one_step_lowers_the_loss(builder, x):
    check_one_step(builder, x)


@pytest.mark.parametrize(("builder", "size"), [(nin_cifar10, 4), (nin_imagenet, 55)])
def test_the_smallest_size_is_exact(monkeypatch, builder, size):
    check_smallest(monkeypatch, builder, size)

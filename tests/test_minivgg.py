import keras
import numpy as np
import pytest
from nets import (
    check_both_formats,
    check_one_step,
    check_smallest,
    conv,
    difference,
    images,
    kernels_and_biases,
    pool,
    randomize,
    softmax,
    without_weights,
)

from course import analysis, blocks
from course.models.minivgg import minivgg

# The layer list of PyImageSearch's MiniVGGNet: layer, output, parameters, multiply-accumulates.
ROWS = [
    ("conv1_1", (32, 32, 32), 896, 884_736),
    ("conv1_2", (32, 32, 32), 9_248, 9_437_184),
    ("pool1", (16, 16, 32), 0, 0),
    ("conv2_1", (16, 16, 64), 18_496, 4_718_592),
    ("conv2_2", (16, 16, 64), 36_928, 9_437_184),
    ("pool2", (8, 8, 64), 0, 0),
    ("fc1", (512,), 2_097_664, 2_097_152),
    ("fc2", (10,), 5_130, 5_120),
]


def test_every_layer_is_the_public_one_s():
    model = without_weights(minivgg)
    table = analysis.table(model)
    rows = {row.name: row for row in table.rows}
    for name, shape, parameters, macs in ROWS:
        assert (rows[name].output_shape, rows[name].parameters, rows[name].macs) == (shape, parameters, macs), name
    assert (model.count_params(), table.total.trainable_parameters) == (2_171_178, 2_169_770)
    assert table.total.macs == 26_579_968


def test_normalization_comes_after_relu_and_dropout_after_pooling():
    model = without_weights(minivgg)
    block = ["conv{0}_1", "conv{0}_1_bn", "conv{0}_2", "conv{0}_2_bn", "pool{0}", "drop{0}"]
    names = [layer.name for layer in model.layers]
    assert names[1:13] == [name.format(i) for i in (1, 2) for name in block]
    assert names[13:] == ["flatten", "fc1", "fc1_bn", "drop3", "fc2", "softmax"]
    assert [model.get_layer(f"drop{i}").rate for i in (1, 2, 3)] == [0.25, 0.25, 0.5]
    for name in ("conv1_1", "conv1_2", "conv2_1", "conv2_2", "fc1"):
        assert model.get_layer(name).activation is keras.activations.relu, name


def test_outputs_are_those_of_numpy():
    model = randomize(minivgg((18, 13, 3), num_classes=6))
    x, weights = images(18, 13), kernels_and_biases(model)

    def normalized(x, name):
        gamma, beta, mean, variance = weights[f"{name}_bn"]
        return gamma * (x - mean) / np.sqrt(variance + blocks.EPSILON) + beta

    y = x
    for i in (1, 2):
        for name in (f"conv{i}_1", f"conv{i}_2"):
            y = normalized(conv(y, *weights[name], padding=1), name)
        y = pool(y, 2, 2)
    y = np.maximum(y.reshape(2, -1) @ weights["fc1"][0] + weights["fc1"][1], 0)
    y = softmax(normalized(y, "fc1") @ weights["fc2"][0] + weights["fc2"][1])
    assert difference(model(x), y) < 1e-5


def test_without_the_top_it_ends_after_the_second_block():
    assert without_weights(minivgg, include_top=False).output.shape == (None, 8, 8, 64)
    assert minivgg((None, None, 3), include_top=False)(images(9, 14)).shape == (2, 2, 3, 64)


def test_both_data_formats_are_the_same_function():
    check_both_formats(minivgg, images(12, 17), num_classes=5)


@pytest.mark.long
def test_one_step_lowers_the_loss():
    check_one_step(minivgg, images(16, 16, batch=8))


def test_the_smallest_size_is_exact(monkeypatch):
    check_smallest(monkeypatch, minivgg, 4)


def test_the_dense_layers_need_a_known_size():
    with pytest.raises(ValueError, match="height or width in input_shape is None; dense layers need both"):
        minivgg((None, None, 3))

"""Lesson 08's claims: as accurate as a ResNet with fewer parameters; joining costs memory by the square."""

import re

import claims
import pytest


def densenet_bc_by_hand(n, k, side, colours=3):
    """Trained parameters and multiply-accumulates of a DenseNet-BC for CIFAR: three blocks of n layers, 10 classes."""
    channels, area = 2 * k, side * side
    weights, macs = 9 * colours * channels, 9 * colours * channels * area
    for block in range(3):
        for _ in range(n):
            convolutions = 4 * k * channels + 9 * 4 * k * k
            weights += convolutions + 2 * channels + 2 * 4 * k
            macs += convolutions * area
            channels += k
        if block < 2:
            weights += channels * (channels // 2) + 2 * channels
            macs += channels * (channels // 2) * area
            channels, area = channels // 2, area // 4
    return weights + 2 * channels + 10 * channels + 10, macs + 10 * channels


def resnet_by_hand(n, side, colours=3):
    """The same of a ResNet for CIFAR with 6n + 2 layers and shortcuts without weights (option A)."""
    channels, area = 16, side * side
    weights, macs = 9 * colours * 16 + 2 * 16, 9 * colours * 16 * area
    for filters in (16, 32, 64):
        area = area if filters == 16 else area // 4
        for _ in range(2 * n):
            weights += 9 * channels * filters + 2 * filters
            macs += 9 * channels * filters * area
            channels = filters
    return weights + 64 * 10 + 10, macs + 64 * 10


def total(build):
    """The course's count."""
    import tensorflow as tf

    from course import analysis

    with tf.Graph().as_default():
        return analysis.table(build()).total


def test_by_hand_is_the_papers_count():
    assert densenet_bc_by_hand(16, 12, 32) == (769_162, 287_929_692)
    assert resnet_by_hand(18, 32)[0] == 1_727_962


def test_the_nets_of_the_experiment_cost_what_they_do_by_hand():
    from course.models import densenet_cifar, resnet_cifar

    dense = total(lambda: densenet_cifar(16, 12, bottleneck=True, input_shape=(12, 12, 1)))
    assert (dense.trainable_parameters, dense.macs) == densenet_bc_by_hand(2, 12, 12, colours=1)
    for n in (1, 2):
        residual = total(lambda n=n: resnet_cifar(6 * n + 2, (12, 12, 1)))
        assert (residual.trainable_parameters, residual.macs) == resnet_by_hand(n, 12, colours=1)
    # What the lesson says in words: a quarter of the parameters, three quarters of the multiply-accumulates, more
    # memory.
    assert dense.trainable_parameters / residual.trainable_parameters == pytest.approx(1 / 4, abs=0.01)
    assert dense.macs / residual.macs == pytest.approx(3 / 4, abs=0.03)
    assert dense.memory > residual.memory


@pytest.mark.parametrize("layers", [1, 12, 24])
def test_what_a_block_joins_grows_with_the_square_of_its_layers(layers):
    import keras
    import tensorflow as tf

    from course import analysis, blocks

    with tf.Graph().as_default():
        x = keras.Input((28, 28, 64))
        rows = analysis.table(keras.Model(x, blocks.dense_block(x, layers, 32))).rows
    copied = sum(row.memory for row in rows if row.kind not in ("Conv2D", "InputLayer"))
    # Layer l (from 0) normalises and rectifies 64 + 32 l channels, then 128, and joins 64 + 32 (l + 1).
    expected = sum(2 * (64 + 32 * layer) + 2 * 128 + 64 + 32 * (layer + 1) for layer in range(layers))
    assert copied == 4 * 28 * 28 * expected
    assert copied - 4 * 28 * 28 * layers * (3 * 64 + 256 + 32 - 48) == 4 * 28 * 28 * 48 * layers * layers


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_as_accurate_as_the_resnet_with_a_quarter_of_the_parameters(monkeypatch, seed):
    """The executed notebook's own numbers; the seed chooses the weights and the order of the images."""
    lesson = claims.run("08_densenet", "lesson", seed, monkeypatch)
    printed = claims.printed(lesson)
    accuracy = dict(re.findall(r"^(\S+) +test accuracy ([\d.]+)%", printed, re.MULTILINE))
    assert list(accuracy) == ["ResNet-8", "ResNet-14", "DenseNet-BC-16"]
    # A net of chance or one that failed would pass a comparison alone.
    assert min(map(float, accuracy.values())) > 95
    assert float(re.search(r"accuracy ([+-][\d.]+) percentage points", printed)[1]) >= -2
    assert float(re.search(r"parameters ([\d.]+) times", printed)[1]) == pytest.approx(0.26, abs=0.01)
    assert float(re.search(r"most moved: ([\d.]+)", printed)[1]) > 0.1

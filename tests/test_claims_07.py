"""Lesson 07's claim: deeper plain nets train worse, and with shortcuts the deep net trains better than without."""

import re

import claims
import pytest


def convolutions(stride_in):
    """(side of the output, kernel, channels in, filters) of each convolution of ResNet-50: table 1, option B."""
    found, side, channels = [(112, 7, 3, 64)], 56, 64
    for stage, (blocks, filters) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512))):
        for block in range(blocks):
            halved = side // 2 if stage and not block else side
            first = halved if stride_in == "1x1" else side
            found += [(first, 1, channels, filters), (halved, 3, filters, filters), (halved, 1, filters, 4 * filters)]
            if not block:
                found.append((halved, 1, channels, 4 * filters))
            side, channels = halved, 4 * filters
    return found


def by_the_course(builder, **arguments):
    """A net without weights: its trainable parameters, Keras's total, and its multiply-accumulates."""
    import tensorflow as tf

    from course import analysis

    with tf.Graph().as_default():
        net = builder(**arguments)
        total = analysis.table(net).total
        return total.trainable_parameters, net.count_params(), total.macs


@pytest.mark.parametrize(("stride_in", "macs"), [("1x1", 3_857_973_248), ("3x3", 4_089_184_256)])
def test_where_the_stride_is_and_whose_the_parameters_are(stride_in, macs):
    from course.models.resnet import resnet

    layers = convolutions(stride_in)
    weights = sum(kernel**2 * channels * filters for _, kernel, channels, filters in layers)
    filters = sum(filters for *_, filters in layers)
    assert sum(s**2 * k**2 * channels * f for s, k, channels, f in layers) + 2048 * 1000 == macs
    trainable = weights + 2 * filters + 2048 * 1000 + 1000
    assert by_the_course(resnet, depth=50, stride_in=stride_in) == (trainable, trainable + 2 * filters, macs)
    assert trainable == 25_557_032
    assert trainable + 2 * filters + filters == 25_636_712  # keras.applications: moving statistics, and biases


def test_plain_34_has_18_percent_of_vgg_19_s_compute():
    from course.models import BUILDERS

    plain, vgg = (by_the_course(BUILDERS[name])[2] for name in ("plain34", "vgg19"))
    assert (plain, vgg) == (3_644_493_824, 19_632_062_464)
    assert 0.18 < plain / vgg < 0.19


def trained(printed):
    """{net: (training error, loss)}."""
    lines = re.findall(r"^(\w+-\d+): training error ([\d.]+)%, loss ([\d.]+)$", printed, re.MULTILINE)
    return {name: (float(error) / 100, float(loss)) for name, error, loss in lines}


def gradients(printed):
    """{net: (first layer's norm, last's, smallest)}."""
    number = r"([\d.e+-]+)"
    lines = re.findall(rf"^(.+): first layer {number}, last {number}, smallest {number}$", printed, re.MULTILINE)
    return {name: tuple(map(float, norms)) for name, *norms in lines}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_deeper_plain_net_trains_worse_and_shortcuts_mend_it(monkeypatch, seed):
    """The executed notebook's own numbers; the seed chooses the weights and the order of the images."""
    printed = claims.printed(claims.run("07_resnet", "lesson", seed, monkeypatch))
    error = {name: wrong for name, (wrong, _) in trained(printed).items()}
    assert list(error) == ["plain-20", "plain-56", "ResNet-20", "ResNet-56"]
    assert error["plain-20"] < 0.15
    assert error["plain-56"] > error["plain-20"] + 0.5
    assert error["ResNet-56"] < error["plain-56"] - 0.1
    assert error["ResNet-20"] < error["ResNet-56"]  # the lesson says that depth does not pay in so short a run

    norms = gradients(printed)
    first, last, _ = norms["plain-56, start"]
    assert first > 10 * last
    assert norms["plain-56, trained"][0] < first / 1000
    assert norms["neither of the two"][0] < first / 1000
    spread = {name: float(factor) for name, factor in re.findall(r"^(.+): from .+ factor of (.+)$", printed, re.M)}
    assert spread["ResNet-56, start"] < spread["plain-56, start"] / 5

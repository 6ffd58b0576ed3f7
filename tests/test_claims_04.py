"""Lesson 04's claims: ReLU trains where tanh saturates, and augmentation takes a part of the gap away."""

import math
import re

import claims
import numpy as np
import pytest

# Krizhevsky et al. 2012, figure 2 and section 3.5: kernel size, maps that a kernel sees, kernels, side of the maps.
CONVOLUTIONS = [(11, 3, 96, 55), (5, 48, 256, 27), (3, 256, 384, 13), (3, 192, 384, 13), (3, 192, 256, 13)]
DENSE = [(6 * 6 * 256, 4096), (4096, 4096), (4096, 1000)]


def counted(name):
    """Parameters and multiply-accumulates of a net of the course, and the parameters of each layer."""
    import tensorflow as tf

    from course import analysis
    from course.models import BUILDERS

    with tf.Graph().as_default():
        table = analysis.table(BUILDERS[name]())
    return table.total.parameters, table.total.macs, {row.name: row.parameters for row in table.rows}


def by_hand(convolutions):
    """The same two sums from the figure's numbers."""
    layers = [(size**2 * seen * kernels, kernels, side**2) for size, seen, kernels, side in convolutions]
    layers += [(inputs * units, units, 1) for inputs, units in DENSE]
    parameters = sum(weights + biases for weights, biases, _ in layers)
    return parameters, sum(weights * places for weights, _, places in layers)


def test_two_towers_halve_the_weights_of_three_convolutions_and_fc6_has_most():
    whole = [(size, {48: 96, 192: 384}.get(seen, seen), kernels, side) for size, seen, kernels, side in CONVOLUTIONS]
    assert counted("alexnet")[:2] == by_hand(CONVOLUTIONS) == (60_965_224, 724_406_816)
    assert counted("alexnet_one_tower")[:2] == by_hand(whole) == (62_378_344, 1_135_256_096)
    parameters, _, layers = counted("alexnet")
    assert layers["fc6"] > parameters / 2
    assert sum(layers[name] for name in ("fc6", "fc7", "fc8")) > 0.9 * parameters


def test_the_figure_s_neurons():
    neurons = [side * side * kernels for *_, kernels, side in CONVOLUTIONS] + [units for _, units in DENSE]
    assert neurons == [290_400, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert sum(neurons) == 659_272
    assert 55 * 48 * 96 == 253_440


def test_an_answer_alone_is_strongest_at_200():
    """The formula's derivative is 0 where k = (2β - 1) α a²."""
    from course.layers import LocalResponseNormalization

    a = np.arange(1, 1001, dtype="float32").reshape(-1, 1, 1, 1)
    after = np.array(LocalResponseNormalization()(a)).ravel()
    assert np.argmax(after) + 1 == math.sqrt(2 / (0.5 * 1e-4)) == 200
    assert np.allclose(after, np.arange(1, 1001) / (2 + 1e-4 * np.arange(1, 1001.0) ** 2) ** 0.75, rtol=1e-5)


@pytest.mark.parametrize(("strides", "apart"), [(4, 20), (2, 5)])
def test_strides_of_4_show_stripes_that_are_not_there(strides, apart):
    """Stripes 5 pixels apart, at every 4th pixel, are those 20 pixels apart: 1/4 - 1/5 = 1/20."""
    places = np.arange(0, 200, strides)
    assert np.allclose(np.cos(2 * np.pi * places / 5), np.cos(2 * np.pi * places / apart))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_lesson_shows_them(monkeypatch, seed):
    """The executed notebook's own numbers; the seed chooses the weights, the order of images and what is drawn."""
    lesson = claims.run("04_alexnet", "lesson", seed, monkeypatch)
    printed = claims.printed(lesson)
    races = re.findall(r"^pixels (.+): (\w+), rate .+: 25 % (reached|not reached) in (\d+) epochs", printed, re.M)
    epochs = {(pixels, unit): (end == "reached", int(count)) for pixels, unit, end, count in races}
    assert epochs["as they are", "relu"][0]
    assert epochs["as they are", "tanh"][1] >= 2.5 * epochs["as they are", "relu"][1]
    assert epochs["scaled", "relu"][0]
    assert epochs["scaled", "tanh"][0]
    assert epochs["scaled", "tanh"][1] <= epochs["scaled", "relu"][1] + 2
    saturated = [int(share) for share in re.findall(r": (\d+)% of conv1's outputs", printed)]
    assert saturated[0] > 30
    assert saturated[1] < 10

    gaps = re.findall(r"^(\w+) +training (.+)%, test (.+)%, gap (.+)%$", printed, re.M)
    gap = {name: float(points) for name, _, _, points in gaps}
    test = {name: float(points) for name, _, points, _ in gaps}
    assert set(gap) == {"neither", "dropout", "augmentation", "both"}
    assert gap["augmentation"] < gap["neither"]
    assert test["augmentation"] > test["neither"]

    left_over = dict(re.findall(r"^probability left, square (.+): ([\d.]+) ", printed, re.M))
    assert float(left_over["beside it"]) > float(left_over["in the box"]) + 0.2
    assert int(re.search(r"in the box in (\d+)% of 40 images", printed)[1]) >= 90

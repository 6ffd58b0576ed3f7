"""Lesson 11's claims: what each net costs, and where the nets lie in the pictures of accuracy against cost."""

import re

import claims
import pytest

from course import release

# Top-5 error with ten crops, as the papers have it; parameters and multiply-accumulates in millions, by their tables.
PUBLISHED = {
    "alexnet": (18.2, 61.0, 724),
    "zfnet": (16.5, 62.4, 1168),
    "vgg16": (9.33, 138.4, 15470),
    "googlenet": (9.15, 7.0, 1583),
    "resnet34": (7.46, 21.8, 3664),
    "resnet50": (6.71, 25.6, 3858),
    "resnet152": (5.71, 60.2, 11282),
    "densenet121": (6.66, 8.0, 2834),
    "densenet201": (5.54, 20.0, 4291),
}
# Convolutions with batch normalisation: (side of the output, kernel size, channels in, channels out); and dense layers.
SMALL = {
    "AlexNet": (
        [(16, 5, 3, 16), (8, 5, 16, 32), (4, 3, 32, 48), (4, 3, 48, 48), (4, 3, 48, 32)],
        [(4 * 4 * 32, 256), (256, 256), (256, 10)],
    ),
    "VGG": (
        [(32, 3, 3, 8), (32, 3, 8, 8), (16, 3, 8, 16), (16, 3, 16, 16), (8, 3, 16, 32), (8, 3, 32, 32)],
        [(4 * 4 * 32, 256), (256, 10)],
    ),
    "ResNet": (
        [
            *[(16, 3, 3, 16), (16, 3, 16, 16), (16, 3, 16, 16)],
            *[(8, 3, 16, 32), (8, 3, 32, 32), (4, 3, 32, 64), (4, 3, 64, 64)],
        ],
        [(64, 10)],
    ),
}


def front(cost):
    """The published nets that no other beats by error and that cost."""
    return {
        name
        for name, row in PUBLISHED.items()
        if not any(other != row and other[0] <= row[0] and other[cost] <= row[cost] for other in PUBLISHED.values())
    }


def test_what_the_text_says_of_the_published_pictures():
    parameters, macs = front(1), front(2)
    assert parameters == {"googlenet", "densenet121", "densenet201"}
    assert macs == {"alexnet", "zfnet", "googlenet", "densenet121", "densenet201"}
    dearest = sorted(PUBLISHED, key=lambda name: -PUBLISHED[name][1])[:3]
    assert set(dearest) == {"alexnet", "zfnet", "vgg16"}
    assert sorted(PUBLISHED, key=lambda name: PUBLISHED[name][2])[:2] == ["alexnet", "zfnet"]


def test_the_small_nets_cost_what_their_layers_say():
    cells = release.solved(claims.ROOT / "solutions" / "11_family.py").cells
    wanted = ("def counted(", "def lenet5(", "def vgg(", "def averaged(", "def resnet(")
    import keras
    import tensorflow as tf
    from keras import layers

    from course import analysis, blocks

    names = {"keras": keras, "tf": tf, "layers": layers, "analysis": analysis, "blocks": blocks}
    for cell in cells:
        if cell.cell_type == "code" and any(word in cell.source for word in wanted):
            exec(cell.source, names)
    for name, (convolutions, dense) in SMALL.items():
        total = names["counted"](names[name.lower()]).total
        weights = [(kernel**2 * before * after, side**2) for side, kernel, before, after in convolutions]
        normalisation = sum(2 * after for *_, after in convolutions)
        connected = sum(before * after for before, after in dense)
        biases = sum(after for _, after in dense)
        assert total.trainable_parameters == sum(n for n, _ in weights) + normalisation + connected + biases
        assert total.macs == sum(n * places for n, places in weights) + connected


def table(printed):
    """{net: (accuracy, parameters, multiply-accumulates, nanoseconds for each)} of the printed results."""
    row = r"^(\S+) +test accuracy ([\d.]+)%, +([\d,]+) parameters, +([\d,]+) MACs, .+ images, ([\d.]+) ns a"
    return {
        name: (float(accuracy) / 100, int(parameters.replace(",", "")), int(macs.replace(",", "")), float(each))
        for name, accuracy, parameters, macs, each in re.findall(row, printed, re.MULTILINE)
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_neither_the_dearest_nor_the_cheapest_is_the_best(monkeypatch, seed):
    """The executed notebook's own numbers; the seed chooses the weights and the order of the images."""
    printed = claims.printed(claims.run("11_family", "lesson", seed, monkeypatch))
    nets = table(printed)
    accuracy, parameters, macs, each = ({name: row[i] for name, row in nets.items()} for i in range(4))
    assert list(nets) == sorted(nets, key=lambda name: -accuracy[name])
    assert len(nets) == 7

    assert max(parameters, key=parameters.get) == "AlexNet"
    assert accuracy["NiN"] > accuracy["AlexNet"] + 0.02
    assert parameters["AlexNet"] > 7 * parameters["NiN"]

    assert min(macs, key=macs.get) == "LeNet-5"
    assert min(parameters, key=parameters.get) == "DenseNet"
    for best in ("NiN", "ResNet"):
        assert accuracy[best] > accuracy["LeNet-5"] + 0.2
        assert accuracy[best] > accuracy["DenseNet"] + 0.05

    assert macs["AlexNet"] == pytest.approx(2 * macs["Inception"], rel=0.1)
    assert each["Inception"] > 1.3 * each["AlexNet"]

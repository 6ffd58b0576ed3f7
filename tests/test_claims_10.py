"""Lesson 10's claim: with the same boxes and weights, sharing the features makes Fast R-CNN many times faster."""

import re

import claims
import numpy as np
import pytest

# Filters of the 3×3 convolutions, P for a pooling; the sides of the fully connected layers behind RoI pooling.
SMALL = [16, "P", 32, "P", 64, 64, "P", 64, 64], [(4 * 4 * 64, 128), (128, 128), (128, 11), (128, 40)]
# Simonyan and Zisserman 2015, table 1, column D, without the last pooling; 20 classes and the background.
VGG16 = (
    [64, 64, "P", 128, 128, "P", 256, 256, 256, "P", 512, 512, 512, "P", 512, 512, 512],
    [(7 * 7 * 512, 4096), (4096, 4096), (4096, 21), (4096, 80)],
)


def by_hand(layers, height, width):
    """Multiply-accumulates of the convolutions for an image."""
    macs, channels = 0, 3
    for filters in layers:
        if filters == "P":
            height, width = -(-height // 2), -(-width // 2)
        else:
            macs += height * width * 9 * channels * filters
            channels = filters
    return macs


def by_the_course(size, num_classes, backbone):
    """Multiply-accumulates of the convolutions for an image, and of the fully connected layers for a box."""
    import keras
    import tensorflow as tf

    from course import analysis
    from course.models import rcnn

    with tf.Graph().as_default():
        net = rcnn.fast_rcnn((*size, 3), num_classes, backbone)
        dense = [layer for layer in net.layers if isinstance(layer, keras.layers.Dense)]
        box = sum(int(np.prod(layer.kernel.shape)) for layer in dense)
        return sum(row.macs for row in analysis.table(net).rows if row.kind == "Conv2D"), box


@pytest.mark.parametrize(
    ("net", "backbone", "num_classes", "image", "crop", "crops", "least"),
    [(SMALL, "small", 10, (128, 128), (32, 32), 16, 20), (VGG16, "vgg16", 20, (600, 1000), (224, 224), 11.98, 70)],
)
def test_multiply_accumulates_explain_it(net, backbone, num_classes, image, crop, crops, least):
    layers, connected = net
    box = sum(inputs * units for inputs, units in connected)
    assert by_the_course(image, num_classes, backbone) == (by_hand(layers, *image), box)
    assert by_the_course(crop, num_classes, backbone) == (by_hand(layers, *crop), box)
    whole, part = by_hand(layers, *image), by_hand(layers, *crop)
    assert whole / part == pytest.approx(crops, abs=0.01)
    assert 2000 * (part + box) / (whole + 2000 * box) > least


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_lesson_shows_it_and_its_detector_learns(monkeypatch, seed):
    """The executed notebook's own numbers; the seed chooses the boxes, and the detector's weights and regions."""
    lesson = claims.run("10_detection", "lesson", seed, monkeypatch)
    printed = claims.printed(lesson)
    assert "16 crops are an image" in printed
    ratios = {int(boxes): float(ratio) for boxes, ratio in re.findall(r"^ *(\d+) boxes: .*ratio +(.+)$", printed, re.M)}
    assert list(ratios) == [1, 4, 16, 64, 256, 1024, 2048]
    # Ratios of times taken in turns, with wide margins: multiply-accumulates say 6, 23 and 32.
    assert ratios[1] < ratios[64] < ratios[1024]
    assert ratios[256] > 2
    assert min(ratios[1024], ratios[2048]) > 6

    mean = float(re.search(r"mean of 10 classes: ([\d.]+)", printed)[1])
    assert mean > 0.4

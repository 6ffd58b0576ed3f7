"""What is written down of the large nets is what their builders make, and a check of them needs no builder."""

import json

import keras
import pytest
from keras import layers

from course.checks import specifications
from course.checks.alignment import equal
from course.checks.architecture import Architecture, built_from, check_architecture, from_builder
from course.checks.limits import quiet
from course.checks.verdict import WrongAnswer

NETS = [Architecture("", "", *net) for net in specifications.NETS]
NAMES = [f"{net.builder.rsplit('.')[-1]}-{'-'.join(map(str, net.arguments.values()))}" for net in NETS]


def thin():
    return keras.Sequential([keras.Input((224, 224, 3)), layers.Conv2D(8, 3, padding="same"), layers.Flatten()])


@pytest.mark.parametrize("net", NETS, ids=NAMES)
def test_the_file_is_fresh(net):
    with quiet():
        built = built_from(net)
    written = json.loads(specifications.FILE.read_text("utf-8"))
    # As JSON has it: lists for tuples.
    assert written[specifications._key(net.builder, net.arguments)] == json.loads(
        json.dumps(specifications.described(built))
    )
    assert from_builder(net).model is None, "read from the file"
    assert equal(from_builder(net), built)
    assert not any(part.shares for part in built.parts)


def test_a_check_of_a_large_net_calls_no_builder(monkeypatch):
    monkeypatch.setattr(Architecture, "build", lambda self: pytest.fail("it was built"))
    net = Architecture("VGG A", "", "course.models.vgg.vgg", {"configuration": "A"})
    with quiet(), pytest.raises(WrongAnswer, match="conv1_1"):
        check_architecture(thin, net, "a function")

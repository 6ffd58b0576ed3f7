"""What does not matter never changes a verdict; what does, changed in any part of any net, is told at that part."""

import copy
import random
from dataclasses import replace
from functools import cache

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.checks import graph, symbolic
from course.checks.alignment import align, differences, equal, looks
from course.checks.architecture import Architecture, from_builder
from course.checks.report import report

SMALL = {
    "lenet5": ("lenet.lenet5", {}),
    "minivgg": ("minivgg.minivgg", {}),
    "nin": ("nin.nin_cifar10", {}),
    "resnet20": ("resnet.resnet_cifar", {"depth": 20}),
    "resnet18": ("resnet.resnet", {"depth": 18}),
    "densenet": ("densenet.densenet_cifar", {"depth": 22, "growth_rate": 8}),
    "googlenet": ("googlenet.googlenet", {"variant": "small", "input_shape": (32, 32, 3)}),
    "googlenet with heads": ("googlenet.googlenet", {"auxiliary_heads": True}),
    "alexnet": ("alexnet.alexnet", {}),
    "zfnet": ("zfnet.zfnet", {}),
}
NETS = st.sampled_from(sorted(SMALL))


def architecture(name):
    builder, arguments = SMALL[name]
    return Architecture(name, "the paper", f"course.models.{builder}", arguments)


def shapes(net):
    return [part.shape for part in net.inputs]


@cache
def specified(name):
    return from_builder(architecture(name))


def renamed_and_shuffled(model, seed):
    """The model with other names, its layers made in another order, the operands of sums and the like in another."""
    rng, config = random.Random(seed), model.get_config()
    names = {layer["name"]: f"layer_{i}" for i, layer in enumerate(rng.sample(config["layers"], len(config["layers"])))}

    def told(value):
        if isinstance(value, dict):
            return {key: told(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(told(one) for one in value)
        return names.get(value, value) if isinstance(value, str) else value

    for layer in config["layers"]:
        layer["name"] = layer["config"]["name"] = names[layer["name"]]
        layer["inbound_nodes"] = told(layer["inbound_nodes"])
        if layer["class_name"] in ("Add", "Concatenate"):
            rng.shuffle(layer["inbound_nodes"][0]["args"][0])
    config["input_layers"], config["output_layers"] = told(config["input_layers"]), told(config["output_layers"])
    rng.shuffle(config["layers"])
    return keras.Model.from_config(config)


def wrapped(model):
    """The model inside another one."""
    inputs = [keras.Input(tensor.shape[1:]) for tensor in model.inputs]
    given = inputs if len(inputs) > 1 else inputs[0]
    return keras.Model(given, model(given))


@pytest.mark.parametrize("name", SMALL)
def test_names_orders_and_nesting_do_not_matter(name):
    theirs = specified(name)

    def build():
        return wrapped(renamed_and_shuffled(architecture(name).build(), seed=len(name)))

    mine = graph.read(symbolic.without_weights(build), shapes(theirs))
    assert equal(mine, theirs)
    assert not differences(align(mine, theirs))


def copied(net):
    """The net of parts of its own, to change."""
    twins = {id(part): copy.copy(part) for part in net.parts}
    for part in net.parts:
        twins[id(part)].inputs = [twins[id(source)] for source in part.inputs]
        twins[id(part)].settings = dict(part.settings)
    ends = {name: tuple(twins[id(part)] for part in getattr(net, name)) for name in ("parts", "inputs", "outputs")}
    return replace(net, **ends)


def other_value(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, tuple):
        return tuple(other_value(one) for one in value)
    return value + 1 if isinstance(value, (int, float)) else f"not {value}"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=NETS, data=st.data())
def test_one_setting_changed_is_told_at_its_layer(name, data):
    theirs = specified(name)
    mine = copied(theirs)
    part = data.draw(st.sampled_from([part for part in mine.parts if part.settings]), label="part")
    setting = data.draw(st.sampled_from(sorted(part.settings)), label="setting")
    part.settings[setting] = other_value(part.settings[setting])
    assert not equal(mine, theirs)
    pairs = align(mine, theirs)
    (found,) = differences(pairs)
    assert found.mine is part
    assert found.theirs.name == part.name
    assert found.settings == (setting,)
    assert part.name in report(pairs, [found], architecture(name)).finding


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=NETS, data=st.data())
def test_another_activation_is_told_at_its_layer(name, data):
    theirs = specified(name)
    mine = copied(theirs)
    part = data.draw(st.sampled_from([part for part in mine.parts if part.kind != "input"]), label="part")
    part.activation = "sigmoid"
    pairs = align(mine, theirs)
    (found,) = differences(pairs)
    assert (found.mine, found.theirs.name, found.settings) == (part, part.name, ("activation",))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=NETS, data=st.data())
def test_one_part_left_out_is_told_to_be_missing(name, data):
    theirs = specified(name)
    mine = copied(theirs)
    ends = {id(part) for part in (*mine.outputs, *mine.inputs)}
    inner = [part for part in mine.parts if id(part) not in ends and len(part.inputs) == 1]
    part = data.draw(st.sampled_from(inner), label="part")
    for other in mine.parts:
        other.inputs = [part.inputs[0] if one is part else one for one in other.inputs]
    mine = replace(mine, parts=tuple(one for one in mine.parts if one is not part))
    assert not equal(mine, theirs)
    found = differences(align(mine, theirs))
    assert found
    first = found[0]
    if first.mine is None:  # of equal neighbours no one can say which it is
        assert looks(first.theirs) == looks(part)
    else:
        assert first.theirs.kind == part.kind or first.settings == ("activation",)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(["resnet20", "resnet18", "densenet", "googlenet", "googlenet with heads"]), data=st.data())
def test_a_join_of_another_kind_is_told_at_its_layer(name, data):
    theirs = specified(name)
    mine = copied(theirs)
    part = data.draw(st.sampled_from([part for part in mine.parts if len(part.inputs) > 1]), label="part")
    part.kind = {"addition": "concatenation", "concatenation": "addition"}[part.kind]
    found = differences(align(mine, theirs))
    assert [(one.theirs.name, one.settings) for one in found] == [(part.name, ("kind",))]

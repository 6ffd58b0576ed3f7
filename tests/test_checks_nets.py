"""Every net and block of the course, written in several styles, passes; with a mistake, the mistake is named."""

import re

import pytest
from written import alexnet, densenet, inception, resnet, vgg

from course.checks import WrongAnswer
from course.checks.architecture import Architecture, check_architecture, check_family
from course.checks.blocks import Case, check_block
from course.checks.limits import quiet

WANTED = "a function that builds it"
HE, SZEGEDY, HUANG = "He et al. 2016", "Szegedy et al. 2015", "Huang et al. 2017"
RESNET_STAGES = (r"(conv[2-5])_(\d+)", "blocks")


def a_net(name, citation, builder, arguments=None, **others):
    architecture = Architecture(name, citation, f"course.models.{builder}", arguments or {}, **others)
    return lambda answer: check_architecture(answer, architecture, WANTED)


def a_block(name, citation, builder, cases, arguments=None, **others):
    architecture = Architecture(name, citation, builder, arguments or {}, **others)
    return lambda answer: check_block(answer, architecture, cases, WANTED)


def a_family(architecture, cases):
    return lambda answer: check_family(answer, architecture, cases, WANTED)


def resnet_cifar(depth):
    arguments = {"depth": depth}
    name = f"ResNet-{depth}"
    return Architecture(name, HE, "course.models.resnet.resnet_cifar", arguments, stages=RESNET_STAGES)


def densenet_cifar(depth, growth_rate):
    arguments = {"depth": depth, "growth_rate": growth_rate}
    return Architecture(f"DenseNet-{depth}", HUANG, "course.models.densenet.densenet_cifar", arguments)


def vgg_net(configuration):
    arguments = {"configuration": configuration}
    return Architecture(f"VGG-{configuration}", "Simonyan and Zisserman 2015", "course.models.vgg.vgg", arguments)


GOOGLENET_STAGES = (r"(inception_\d)([a-e])", "modules")
DENSENET_STAGES = (r"(dense\d?)_(\d+)", "layers")
RESIDUAL_CASES = [
    Case((16, 16, 8), {"filters": 8}),
    Case((16, 16, 8), {"filters": 8, "strides": 2}),
    Case((16, 16, 4), {"filters": 8, "strides": 2}),
]
SAME_SIZE = {("raised", "Concatenate", None): 'Branches have one size: pooling there has strides=1 and padding="same".'}
NOT_LARGE = pytest.mark.slow

# name: (check, right answers, wrong answers, how many wrong ones the quick tests take)
SETS = {
    "alexnet": (
        a_net("AlexNet", "Krizhevsky et al. 2012, fig. 2", "alexnet.alexnet"), alexnet.RIGHT, alexnet.WRONG, 12
    ),
    "vgg": (
        a_family(vgg_net, [{"configuration": "A"}, {"configuration": "D"}]), vgg.RIGHT, vgg.WRONG, None
    ),
    "vgg16 without dropout": (
        a_net("VGG-16", "Simonyan and Zisserman 2015", "vgg.vgg", {"configuration": "D"}, left_out=("dropout",)),
        vgg.RIGHT_WITHOUT_DROPOUT, [], None,
    ),
    "minivgg": (a_net("MiniVGG", "PyImageSearch", "minivgg.minivgg"), [vgg.minivgg()], vgg.WRONG_MINI, None),
    "mlpconv": (
        a_block("mlpconv block", "Lin et al. 2014", "course.blocks.mlpconv_block", [
            Case((10, 12, 3), {"filters": (4, 5, 6), "kernel_size": 5}),
            Case((10, 12, 3), {"filters": (4, 5, 6), "kernel_size": 3, "strides": 2, "padding": "valid"}),
        ]),
        [vgg.mlpconv_block], [(vgg.only_one_relu, r"layer block_1: you have no activation")], None,
    ),
    "inception module": (
        a_block("Inception module", SZEGEDY, "course.blocks.inception_module", [
            Case((12, 10, 8), {"filters": (8, 4, 6, 2, 12, 10)}, {"name": "3a"})
        ], notes=SAME_SIZE),
        inception.RIGHT, inception.WRONG, None,
    ),
    "googlenet": (
        a_net("GoogLeNet", SZEGEDY, "googlenet.googlenet", stages=GOOGLENET_STAGES),
        inception.RIGHT_NET, inception.WRONG_NET, 4,
    ),
    "googlenet with heads": (
        a_net("GoogLeNet", SZEGEDY, "googlenet.googlenet", {"auxiliary_heads": True}),
        inception.RIGHT_HEADS, inception.WRONG_HEADS, None,
    ),
    "residual block": (
        a_block("Residual block", HE, "course.blocks.residual_block", RESIDUAL_CASES),
        resnet.RIGHT_B, resnet.WRONG_B, None,
    ),
    "residual block A": (
        a_block("Residual block", HE, "course.blocks.residual_block", [
            Case((16, 16, 8), {"filters": 8}), Case((16, 16, 8), {"filters": 16, "strides": 2})
        ], {"shortcut": "A"}),
        resnet.RIGHT_A, resnet.WRONG_A, None,
    ),
    "bottleneck block": (
        a_block("Bottleneck block", HE, "course.blocks.bottleneck_block", [
            Case((16, 16, 32), {"filters": 8}), Case((16, 16, 16), {"filters": 8, "strides": 2})
        ]),
        resnet.RIGHT_BOTTLENECK, resnet.WRONG_BOTTLENECK, None,
    ),
    "resnet50": (
        a_net("ResNet-50", HE, "resnet.resnet", {"depth": 50}, stages=RESNET_STAGES),
        resnet.RIGHT_50, resnet.WRONG_50, 2,
    ),
    "resnet cifar": (
        a_family(resnet_cifar, [{"depth": 20}, {"depth": 32}]), resnet.RIGHT_CIFAR, resnet.WRONG_CIFAR, None
    ),
    "dense block": (
        a_block("Dense block", HUANG, "course.blocks.dense_block", [
            Case((8, 8, 8), {"num_layers": 3, "growth_rate": 4}, {"name": "dense"})
        ], stages=DENSENET_STAGES),
        densenet.RIGHT, densenet.WRONG, None,
    ),
    "transition": (
        a_block("Transition", HUANG, "course.blocks.transition", [
            Case((8, 8, 8)), Case((8, 8, 10), {"compression": 0.7})
        ]),
        [densenet.transition, densenet.transition_with_ops], [], None,
    ),
    "densenet121": (
        a_net("DenseNet-121", HUANG, "densenet.densenet", {"depth": 121}, stages=DENSENET_STAGES),
        densenet.RIGHT_121, densenet.WRONG_121, 1,
    ),
    "densenet cifar": (
        a_family(densenet_cifar, [{"depth": 40, "growth_rate": 12}, {"depth": 22, "growth_rate": 8}]),
        densenet.RIGHT_CIFAR, densenet.WRONG_CIFAR, None,
    ),
    "fcn head": (
        a_block("FCN-8s head", "Long et al. 2015, fig. 3", "written.vgg.reference_head", [
            Case([(16, 16, 8), (8, 8, 12), (4, 4, 16)])
        ]),
        [vgg.fcn_head, vgg.fcn_head_cropped], vgg.WRONG_HEAD, None,
    ),
}  # fmt: skip


def named(answer):
    return getattr(answer, "__name__", type(answer).__name__)


def right_answers():
    for key, (check, right, _, most) in SETS.items():
        for i, answer in enumerate(right):
            # Of the large nets one style is enough every day.
            marks = NOT_LARGE if i and most in (1, 2) else ()
            yield pytest.param(check, answer, id=f"{key}-{i}-{named(answer)}", marks=marks)


def wrong_answers():
    for key, (check, _, wrong, most) in SETS.items():
        for i, (answer, pattern) in enumerate(wrong):
            marks = NOT_LARGE if most is not None and i >= most else ()
            yield pytest.param(check, answer, pattern, id=f"{key}-{i}-{named(answer)}", marks=marks)


@pytest.mark.parametrize(("check", "answer"), list(right_answers()))
def test_right_answers_pass(check, answer):
    with quiet():
        remark = check(answer)
    assert remark is None or re.search("biases before batch normalisation|in another order", remark)


@pytest.mark.parametrize(("check", "answer", "pattern"), list(wrong_answers()))
def test_wrong_answers_have_their_mistake_named(check, answer, pattern):
    with pytest.raises(WrongAnswer) as failure, quiet():
        check(answer)
    lines = str(failure.value).splitlines()
    assert re.search(pattern, "\n".join(lines[:2])), "\n".join(lines)
    assert "None" not in lines[0] or "returned None" in lines[0]


@pytest.mark.parametrize(
    ("key", "answer", "pattern"),
    [
        ("residual block", resnet.with_operators_and_biases, "biases before batch normalisation"),
        ("inception module", inception.in_another_order, "in another order"),
        ("residual block", resnet.residual_block, None),
    ],
)
def test_what_is_accepted_though_not_the_paper_s_is_said(key, answer, pattern):
    remark = SETS[key][0](answer)
    assert remark is None if pattern is None else re.search(pattern, remark)

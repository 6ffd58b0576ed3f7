"""The nets: `BUILDERS` maps a name to the function that builds it."""

from functools import partial

from course.models.alexnet import alexnet, alexnet_2014
from course.models.densenet import densenet, densenet_cifar
from course.models.fcn import fcn8s, fcn16s, fcn32s
from course.models.googlenet import googlenet
from course.models.lenet import lenet5
from course.models.minivgg import minivgg
from course.models.nin import nin_cifar10, nin_imagenet
from course.models.rcnn import fast_rcnn, faster_rcnn, rpn
from course.models.resnet import resnet, resnet_cifar
from course.models.vgg import vgg
from course.models.zfnet import zfnet

BUILDERS = {
    "lenet5": lenet5,
    "lenet5_1998": partial(lenet5, variant="1998"),
    "alexnet": alexnet,
    "alexnet_one_tower": partial(alexnet, towers=1),
    "alexnet_2014": alexnet_2014,
    "zfnet": zfnet,
    "zfnet_b": partial(zfnet, variant="b"),
    "vgg11": partial(vgg, configuration="A"),
    "vgg11_lrn": partial(vgg, configuration="A-LRN"),
    "vgg13": partial(vgg, configuration="B"),
    "vgg16_c": partial(vgg, configuration="C"),
    "vgg16": partial(vgg, configuration="D"),
    "vgg19": partial(vgg, configuration="E"),
    "minivgg": minivgg,
    "nin_cifar10": nin_cifar10,
    "nin_imagenet": nin_imagenet,
    "googlenet": googlenet,
    "googlenet_bn": partial(googlenet, batch_normalization=True),
    "googlenet_small": partial(
        googlenet, input_shape=(32, 32, 3), num_classes=10, batch_normalization=True, variant="small"
    ),
    **{f"plain{depth}": partial(resnet, depth, shortcut=None) for depth in (18, 34)},
    **{f"resnet{depth}": partial(resnet, depth) for depth in (18, 34, 50, 101, 152)},
    **{f"resnet{depth}_v1_5": partial(resnet, depth, stride_in="3x3") for depth in (50, 101, 152)},
    **{f"plain{depth}_cifar": partial(resnet_cifar, depth, shortcut=None) for depth in (20, 32, 44, 56, 110)},
    **{f"resnet{depth}_cifar": partial(resnet_cifar, depth) for depth in (20, 32, 44, 56, 110)},
    **{f"densenet{depth}": partial(densenet, depth) for depth in (121, 169, 201, 264, 161)},
    "densenet40_cifar": partial(densenet_cifar, 40, 12, False),
    "densenet100_bc_cifar": partial(densenet_cifar, 100, 12, True),
    "fcn32s": fcn32s,
    "fcn16s": fcn16s,
    "fcn8s": fcn8s,
    "rpn": rpn,
    "fast_rcnn": fast_rcnn,
    "faster_rcnn": faster_rcnn,
}

"""What each paper says of its net, what the builder here has, and where and why the two differ."""

from typing import NamedTuple


class Claim(NamedTuple):
    """What a paper prints of a net, in the paper's own digits, and where the builder departs from the paper."""

    paper: str
    parameters: str = ""
    macs: str = ""
    departures: tuple = ()


class Fidelity(NamedTuple):
    """A builder beside its paper: the claim, and the trainable parameters and multiply-accumulates of what is built."""

    net: str
    claim: Claim
    parameters: int
    macs: int | None

    def __str__(self):
        claim = self.claim
        says = [f"{claim.parameters} parameters"] * bool(claim.parameters)
        says += [f"{claim.macs} multiply-accumulates"] * bool(claim.macs)
        macs = f"{self.macs:,}" if self.macs else "an unknown number of"
        has = f"{self.parameters:,} trainable parameters, {macs} multiply-accumulates"
        lines = [f"{self.net}: {claim.paper}", f"    paper: {', '.join(says) or 'no count'}", f"    here:  {has}"]
        return "\n".join(lines + [f"    departs: {departure}" for departure in claim.departures])


LECUN = "LeCun et al. 1998, section II.B"
ALEXNET = "Krizhevsky et al. 2012"
ZFNET = "Zeiler and Fergus 2014"
VGG = "Simonyan and Zisserman 2015, table 2"
NIN = "Lin et al. 2014"
GOOGLENET = "Szegedy et al. 2015, table 1"
RESNET = "He et al. 2016, table 1"
CIFAR = "He et al. 2016, table 6"
DENSENET = "Huang et al. 2017, table 1"
FCN = "Long et al. 2015"
FASTER = "Ren et al. 2015"

GLOROT = "weights start by Glorot's rule"
EPSILON = "batch normalisation's ε is 1.001e-5, as in keras.applications"
SYMMETRIC = "padding is the same on all sides, as in the authors' release; the paper does not say"
OPTION_A = "the zeros of a shortcut go after the channels; the paper does not say where"
CONV1_ZF = "conv1 is padded by 1 and pooling rounds up, which gives figure 3's sizes; the paper states neither"
LRN_ZF = "its normalisation takes AlexNet's constants; the paper prints none"
BVLC = "conv1 pads 3, pooling rounds up and normalisation has k=1, α=10⁻⁴/5, as in BVLC's release; the paper is silent"
BVLC_SIZES = "conv1 pads 3 and pooling rounds up, as in BVLC's release; the paper is silent"
OPTION_B = "shortcuts project where the shape changes, option B; table 2's nets have A"
STRIDES_1X1 = "strides are in the first 1×1, as in the authors' release; the paper says only in which blocks"
STRIDES_3X3 = "strides are in the 3×3, as in later releases"
ZF_TRAINING = "filters are not renormalised in training"
ZF_START = "initial weights of 10⁻² are read as N(0, 0.01²)"
NOT_IMAGENET = "weights start at random, not from ImageNet"
VGG_START = f"{GLOROT}, which section 3.1 accepts, not from N(0, 0.1²)"
RELEASE = "filters, pooling and dropout are those of the author's release; the paper prints no table"
NOT_THE_PAPER_S = "the net is in no paper"
FIXED = "upsampling is fixed, as in the release; the paper learns all but the last"
SAMPLED = "its box loss is divided by the anchors sampled, as in the release, not 10 / 2400"
ROI = "bins are computed exactly; the release's single precision may be a cell off"

_RESNETS = {18: "1.8 G", 34: "3.6 G", 50: "3.8 G", 101: "7.6 G", 152: "11.3 G"}
_CIFAR = {20: "0.27 M", 32: "0.46 M", 44: "0.66 M", 56: "0.85 M", 110: "1.7 M"}

CLAIMS = {
    "lenet5": Claim(
        LECUN,
        "60,000",
        departures=(
            "today's dense form: C3 sees every map, S2 and S4 learn nothing, softmax in place of RBF units",
            "hence 1,706 parameters more",
        ),
    ),
    "lenet5_1998": Claim(
        LECUN,
        "60,000",
        departures=(
            "the RBF units' codes are drawn after figure 3, which prints no numbers",
            "distances become probabilities, softmax(−y), at the end",
        ),
    ),
    "alexnet": Claim(ALEXNET, "60 M", departures=("the input is 227×227; the paper's 224 gives maps of 54, not 55",)),
    "alexnet_one_tower": Claim(ALEXNET, departures=("one tower: conv2, conv4 and conv5 see all maps",)),
    "alexnet_2014": Claim(
        "Krizhevsky 2014", departures=("filters as in torchvision; dropout follows fc6 and fc7", GLOROT)
    ),
    "zfnet": Claim(f"{ZFNET}, figure 3", departures=(CONV1_ZF, LRN_ZF, ZF_START, ZF_TRAINING)),
    "zfnet_b": Claim(f"{ZFNET}, table 2", departures=(CONV1_ZF, LRN_ZF, ZF_START, ZF_TRAINING)),
    **{
        name: Claim(VGG, parameters, departures=(VGG_START,))
        for name, parameters in {
            "vgg11": "133 M",
            "vgg11_lrn": "133 M",
            "vgg13": "133 M",
            "vgg16_c": "134 M",
            "vgg16": "138 M",
            "vgg19": "144 M",
        }.items()
    },
    "minivgg": Claim("PyImageSearch's MiniVGGNet", departures=(NOT_THE_PAPER_S, EPSILON)),
    "nin_cifar10": Claim(NIN, departures=(RELEASE, GLOROT)),
    "nin_imagenet": Claim(NIN, departures=("not in the paper: the first author's published configuration", GLOROT)),
    "googlenet": Claim(
        f"{GOOGLENET}; section 1 for the count, a budget",
        macs="1.5 G",
        departures=(BVLC, GLOROT, "table 1's parameters do not follow from its own filters, so they are no check"),
    ),
    "googlenet_bn": Claim(
        GOOGLENET, departures=("batch normalisation in place of biases and LRN", BVLC_SIZES, GLOROT, EPSILON)
    ),
    "googlenet_small": Claim(
        GOOGLENET,
        departures=(NOT_THE_PAPER_S, "a quarter of the widths, after one 3×3 convolution, for 32×32", GLOROT, EPSILON),
    ),
    **{f"plain{depth}": Claim(RESNET, macs=_RESNETS[depth], departures=(SYMMETRIC, EPSILON)) for depth in (18, 34)},
    **{
        f"resnet{depth}": Claim(
            RESNET, macs=macs, departures=(OPTION_B if depth < 50 else STRIDES_1X1, SYMMETRIC, EPSILON)
        )
        for depth, macs in _RESNETS.items()
    },
    **{f"resnet{depth}_v1_5": Claim(RESNET, departures=(STRIDES_3X3, SYMMETRIC, EPSILON)) for depth in (50, 101, 152)},
    **{
        f"plain{depth}_cifar": Claim(f"{CIFAR}, of the residual net as large", count, departures=(EPSILON,))
        for depth, count in _CIFAR.items()
    },
    **{f"resnet{depth}_cifar": Claim(CIFAR, count, departures=(OPTION_A, EPSILON)) for depth, count in _CIFAR.items()},
    **{f"densenet{depth}": Claim(DENSENET, departures=(SYMMETRIC, EPSILON)) for depth in (121, 169, 201, 264)},
    "densenet161": Claim("Huang et al. 2017, the authors' release", departures=(SYMMETRIC, EPSILON)),
    "densenet40_cifar": Claim("Huang et al. 2017, table 2", "1.0 M", departures=(EPSILON,)),
    "densenet100_bc_cifar": Claim("Huang et al. 2017, table 2", "0.8 M", departures=(EPSILON,)),
    "fcn32s": Claim(
        f"{FCN}, table 1", "134 M", departures=(FIXED, "weights start at random; `transplant` takes VGG-16's")
    ),
    "fcn16s": Claim(FCN, departures=(FIXED, "weights start at random; `transplant` takes those of FCN-32s")),
    "fcn8s": Claim(FCN, departures=(FIXED, "weights start at random; `transplant` takes those of FCN-16s")),
    "rpn": Claim(FASTER, departures=(NOT_IMAGENET, SAMPLED)),
    "fast_rcnn": Claim("Girshick 2015", departures=(ROI, NOT_IMAGENET)),
    "faster_rcnn": Claim(FASTER, departures=(SAMPLED, ROI, NOT_IMAGENET)),
}


def fidelity(*names):
    """A `Fidelity` for each builder named, or for all; each is built without weights, so that it takes moments.

    Raises `ValueError` for an unknown name.
    """
    import tensorflow as tf

    from course.analysis import table
    from course.errors import unknown
    from course.models import BUILDERS

    found = []
    for name in names or BUILDERS:
        if name not in BUILDERS:
            raise unknown("model", name, BUILDERS)
        with tf.Graph().as_default():
            total = table(BUILDERS[name]()).total
        found.append(Fidelity(name, CLAIMS[name], total.trainable_parameters, total.macs if total.macs_known else None))
    return found

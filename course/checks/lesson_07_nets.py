"""The blocks and nets of lesson 07, as its exercises want them."""

import functools

HE = "He et al. 2016"
STAGES = (r"(conv[2-5])_(\d+)", "blocks")
NOTES = {
    (
        "raised",
        "ncompatible shapes",
        None,
    ): "The two do not fit where the shape changes: project the shortcut there, by a 1×1 convolution with strides.",
    ("extra", "batch normalisation", None): "Take it out: here batch normalisation follows each convolution, once; "
    "before them it stands in the pre-activation block of a later paper",
}


def residual_block(answer, wanted):
    """`residual_block(x, filters, strides=1)`: figure 5, left, with option B's projection where the shape changes.

    Strided convolutions are padded with 1 on each side, as in the authors' release.
    """
    from course.checks.blocks import Case

    cases = [
        Case((16, 12, 8), {"filters": 8}),
        Case((16, 12, 8), {"filters": 8, "strides": 2}),
        Case((16, 12, 4), {"filters": 8}),
        Case((16, 12, 4), {"filters": 8, "strides": 2}),
    ]
    return _block(answer, "Residual block", "course.blocks.residual_block", cases, wanted)


def bottleneck_block(answer, wanted):
    """`bottleneck_block(x, filters, strides=1)`: figure 5, right; the strides are in the first 1×1."""
    from course.checks.blocks import Case

    cases = [
        Case((16, 12, 32), {"filters": 8}),
        Case((16, 12, 32), {"filters": 8, "strides": 2}),
        Case((16, 12, 16), {"filters": 8}),
        Case((16, 12, 16), {"filters": 8, "strides": 2}),
    ]
    return _block(answer, "Bottleneck block", "course.blocks.bottleneck_block", cases, wanted)


def _block(answer, name, builder, cases, wanted):
    from course.checks.architecture import Architecture
    from course.checks.blocks import check_block

    return check_block(answer, Architecture(name, f"{HE}, fig. 5", builder, notes=NOTES), cases, wanted)


def resnet_cifar(answer, wanted):
    """`build_resnet(n)`: 6n + 2 layers for 32×32 images and 10 classes, the shortcuts by option A or by option B."""
    from course.checks.architecture import check_family

    model, projects = _first(answer)
    option = "B" if projects else "A"
    said = check_family(_kept(answer, model), _resnet_cifar(option), [{"n": 2}, {"n": 3}], wanted)
    count = "ResNet-20, n=3, has 269,722 trainable parameters"
    if option == "B":
        count += "; with your projections, option B, 272,474"
    return " ".join(filter(None, (f"{count}.", said)))


def _resnet_cifar(option):
    from course.checks.architecture import Architecture

    return lambda n: Architecture(
        name=f"ResNet-{6 * n + 2}",
        citation=f"{HE}, section 4.2",
        builder="course.models.resnet.resnet_cifar",
        arguments={"depth": 6 * n + 2, "shortcut": option},
        stages=STAGES,
        notes={
            **NOTES,
            ("extra", "average pooling", None): "Take it out: strides of 2 halve the maps, and option A's shortcut "
            "takes every other pixel as it is, x[:, ::2, ::2]",
        },
    )


def _first(answer):
    """What the learner's function builds of n=2, or `None`, and whether there are 1×1 convolutions in it."""
    from course.checks import graph
    from course.checks.architecture import structure
    from course.checks.calling import call

    try:
        model = structure(lambda: graph.readable(call(answer, n=2), [(32, 32, 3)]))
        net = graph.read(model, [(32, 32, 3)])
    except Exception:  # the check itself says what is wrong
        return None, False
    return model, any(part.settings.get("kernel_size") == (1, 1) for part in net.parts)


def _kept(answer, model):
    """The learner's function, which gives at its next call what it has built already."""
    if model is None or not hasattr(answer, "__name__"):
        return answer
    waiting = [model]

    @functools.wraps(answer)
    def build(**arguments):
        return waiting.pop() if waiting else answer(**arguments)

    return build

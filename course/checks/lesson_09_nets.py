"""The nets of lesson 09, as its exercises want them."""

SCORES = "What is asked are scores: leave softmax to what comes after"
SUMMED = "Only maps of one size and as many channels can be added: score each with num_classes filters, enlarge by 2"
OVERHANG = 'A kernel of 2 * strides reaches strides / 2 beyond the map on each side, which is cut off: padding="same"'
KERNELS = "A kernel is 2 * strides high and wide, so that it reaches over to its neighbours: 4×4, 4×4 and 16×16"
THREE_STEPS = (
    "FCN-8s enlarges in three steps, by 2, 2 and 8, and adds the scores of pool4 and of pool3 on the way; 16 or 32 "
    "times at once is FCN-16s or FCN-32s"
)
HEAD_NOTES = {
    ("extra", "activation", None): SCORES,
    ("activation", "softmax", "linear"): SCORES,
    ("kind", "concatenation", "addition"): "You put the scores side by side; FCN adds them, class by class",
    ("extra", "batch normalisation", None): "Batch normalisation came in 2015; FCN does without",
    ("extra", "UpSampling2D", None): "UpSampling2D has no weights; FCN's upsampling can learn: Conv2DTranspose",
    ("extra", "transposed convolution", None): THREE_STEPS,
    ("raised", "incompatible shapes", None): SUMMED,
    ("raised", "broadcast", None): SUMMED,
    **{("kernel_size", name, None): KERNELS for name in ("upscore2", "upscore_pool4", "upscore8")},
    **{("crops", name, None): OVERHANG for name in ("upscore2", "upscore_pool4", "upscore8")},
    **{("missing", name, None): THREE_STEPS for name in ("upscore2", "upscore_pool4")},
}


def fully_convolutional(answer, wanted):
    """`fully_convolutional(model)`: a model for images of any size, with the weights of a classification net.

    The net is a chain: convolutions, poolings, Flatten, dense layers. On images of its own size the answer gives its
    outputs, as maps of 1×1; on larger ones what it says of each window.
    """
    from course.checks.lesson_09_windows import check_fully_convolutional

    check_fully_convolutional(answer, wanted)


def fcn8s_head(answer, wanted):
    """`fcn8s_head(pool3, pool4, fc7, num_classes)`: scores (batch, 8 · height, 8 · width, num_classes) from three maps.

    1×1 convolutions score each map; transposed convolutions without biases, of kernels 2 · strides, padding "same" or
    cropped to the same, enlarge 2, 2 and 8 times; additions join. No softmax. pool4 is half of pool3's size, fc7 half
    of pool4's: the release pads the image by 100 and crops instead.
    """
    from course.checks.architecture import Architecture
    from course.checks.blocks import Case, check_block

    architecture = Architecture(
        name="FCN-8s head",
        citation="Long et al. 2015, section 4.2 and fig. 3",
        builder="course.checks.lesson_09_nets.head",
        notes=HEAD_NOTES,
    )
    cases = [
        Case(((8, 8, 6), (4, 4, 8), (2, 2, 10)), {"num_classes": 3}),
        Case(((8, 12, 4), (4, 6, 5), (2, 3, 7)), {"num_classes": 21}),
    ]
    return check_block(answer, architecture, cases, wanted)


def head(maps, num_classes, name=None):
    """The head of FCN-8s where no map has to be cropped."""
    from keras import layers

    pool3, pool4, fc7 = maps

    def score(x, of):
        return layers.Conv2D(num_classes, 1, name=f"score_{of}")(x)

    def up(x, strides, into):
        return layers.Conv2DTranspose(num_classes, 2 * strides, strides, "same", use_bias=False, name=into)(x)

    x = up(score(fc7, "fr"), 2, "upscore2")
    x = layers.Add(name="fuse_pool4")([x, score(pool4, "pool4")])
    x = layers.Add(name="fuse_pool3")([up(x, 2, "upscore_pool4"), score(pool3, "pool3")])
    return up(x, 8, "upscore8")

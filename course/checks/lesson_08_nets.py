"""The blocks and nets of lesson 08, as its exercises want them."""

HUANG = "Huang et al. 2017"
NOTES = {
    ("raised", "Inputs have incompatible shapes", None): "DenseNet does not add: it puts maps side by side, by "
    "layers.Concatenate, however many channels each has.",
    ("raised", "Concatenate", None): 'Maps that stand side by side have one size: the 3×3 has padding="same".',
    ("extra", "activation", None): "The order is batch normalisation, ReLU, convolution: the first comes before ReLU",
    ("extra", "addition", None): "DenseNet does not add: it puts maps side by side",
}


def dense_block(answer, wanted):
    """`dense_block(x, num_layers, growth_rate)`: DenseNet-BC's, BN-ReLU-1×1-BN-ReLU-3×3 in each layer."""
    from course.checks.architecture import Architecture
    from course.checks.blocks import Case, check_block

    architecture = Architecture(
        name="Dense block",
        citation=f"{HUANG}, section 3",
        builder="course.blocks.dense_block",
        arguments={"name": "dense"},
        stages=(r"(dense)_(\d+)", "layers"),
        notes=NOTES,
    )
    cases = [
        Case((8, 6, 8), {"num_layers": 2, "growth_rate": 4}),
        Case((8, 6, 5), {"num_layers": 3, "growth_rate": 6}),
    ]
    return check_block(answer, architecture, cases, wanted)


def transition(answer, wanted):
    """`transition(x, compression=0.5)`: BN-ReLU-1×1 and average pooling."""
    from course.checks.architecture import Architecture
    from course.checks.blocks import Case, check_block

    architecture = Architecture(
        name="Transition",
        citation=f"{HUANG}, section 3 and table 1",
        builder="course.blocks.transition",
        arguments={"name": "transition"},
        notes={
            **NOTES,
            ("raised", "invalid dimension", None): "The number of filters is a whole one: int(compression * channels).",
            ("filters", "transition_1x1", None): "The filters are int(compression * channels) of what comes in",
        },
    )
    cases = [
        Case((8, 6, 8)),
        Case((7, 5, 9)),
        Case((8, 6, 8), {"compression": 0.7}),  # 5.6 maps, which round to 6
        Case((8, 6, 6), {"compression": 1}),
    ]
    return check_block(answer, architecture, cases, wanted)


def densenet(answer, wanted):
    """`build_densenet(blocks, growth_rate)`: DenseNet-BC as in table 1, with any number of blocks of any length."""
    from course.checks.architecture import Architecture, check_family

    def architecture(blocks, growth_rate):
        return Architecture(
            name="DenseNet",
            citation=f"{HUANG}, table 1",
            builder="course.checks.lesson_08_nets.densenet_of",
            arguments={"blocks": blocks, "growth_rate": growth_rate},
            stages=(r"(dense\d)_(\d+)", "layers"),
            notes={
                **NOTES,
                ("missing", "bn", None): "Batch normalisation comes before each convolution, so the last maps have "
                "had none: one more, with ReLU, follows the last block",
            },
        )

    cases = [{"blocks": (2, 3), "growth_rate": 8}, {"blocks": (1, 1, 1, 1, 1), "growth_rate": 4}]
    said = check_family(answer, architecture, cases, wanted)
    count = "build_densenet((6, 12, 24, 16), 32) is DenseNet-121, of 7,978,856 trainable parameters."
    return " ".join(filter(None, (count, said)))


def densenet_of(blocks, growth_rate):
    """The package's DenseNet for ImageNet with other numbers than those of table 1."""
    from course.blocks import conv_bn, max_pool
    from course.models.common import image_input
    from course.models.densenet import _dense_blocks, _model

    inputs = image_input((224, 224, 3))
    stem = {"strides": 2, "padding": 3, "kernel_initializer": "he_normal"}
    x = conv_bn(inputs, 2 * growth_rate, 7, name="conv1", **stem)
    x = max_pool(x, 3, strides=2, padding=1, name="pool1")
    x = _dense_blocks(x, blocks, growth_rate, bottleneck=True)
    return _model(inputs, x, 1000, True, "densenet")

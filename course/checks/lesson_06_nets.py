"""The nets and blocks of lesson 06, as its exercises want them."""

LIN, SZEGEDY = "Lin et al. 2014, section 3.1", "Szegedy et al. 2015"
NO_NORMALISATION = "Batch normalisation came in 2015; {} has biases and none of it"
ONE_SIZE = 'Maps that stand side by side have one size: padding="same" in each branch, and strides=1 in the pooling.'
SIDE_BY_SIDE = "The branches have different numbers of channels and are put side by side: layers.Concatenate, not Add."


def mlpconv(answer, wanted):
    """`mlpconv(x, filters, kernel_size, strides=1)`: a convolution and two of 1×1, ReLU after each.

    `filters` has three numbers. Padding is "same", and the strides are the first convolution's.
    """
    from course.checks.architecture import Architecture
    from course.checks.blocks import Case, check_block

    architecture = Architecture(
        name="mlpconv",
        citation=LIN,
        builder="course.blocks.mlpconv_block",
        notes={
            (
                "raised",
                "'tuple'",
                None,
            ): "filters has three numbers, one for each convolution: filters[0] is the first's.",
            ("extra", "batch normalisation", None): NO_NORMALISATION.format("network in network"),
        },
    )
    name = {"name": "mlpconv"}
    cases = [
        Case((10, 12, 3), {"filters": (4, 5, 6), "kernel_size": 3}, name),
        Case((10, 12, 3), {"filters": (6, 8, 4), "kernel_size": 5, "strides": 2}, name),
    ]
    return check_block(answer, architecture, cases, wanted)


def inception(answer, wanted):
    """`inception(x, f1, f3r, f3, f5r, f5, proj)`: four branches, concatenated in any order."""
    from course.checks.architecture import Architecture
    from course.checks.blocks import Case, check_block

    architecture = Architecture(
        name="Inception module",
        citation=f"{SZEGEDY}, fig. 2b",
        builder="course.checks.lesson_06_nets.inception_module",
        notes={
            ("raised", "Concatenate", None): ONE_SIZE,
            ("raised", "Inputs have incompatible shapes", None): SIDE_BY_SIDE,
            ("extra", "batch normalisation", None): NO_NORMALISATION.format("GoogLeNet"),
        },
    )
    rows = (8, 4, 6, 2, 12, 10), (3, 7, 5, 9, 4, 2)
    names = "f1", "f3r", "f3", "f5r", "f5", "proj"
    cases = [Case((12, 10, 8), dict(zip(names, row, strict=True)), {"name": "inception"}) for row in rows]
    return check_block(answer, architecture, cases, wanted)


def inception_module(x, f1, f3r, f3, f5r, f5, proj, name=None):
    """The package's module with the exercise's arguments."""
    from course import blocks

    return blocks.inception_module(x, (f1, f3r, f3, f5r, f5, proj), name=name)


def googlenet(answer, wanted):
    """GoogLeNet of table 1 with one output, and local response normalisation as in figure 3."""
    from course.checks.architecture import Architecture, check_architecture

    architecture = Architecture(
        name="GoogLeNet",
        citation=f"{SZEGEDY}, table 1",
        builder="course.models.googlenet.googlenet",
        stages=(r"(inception_\d)([a-e])", "modules"),
        notes={
            ("missing", "norm1", None): "Local response normalisation is missing: figure 3 has it after the first pool",
            ("missing", "norm2", None): "Local response normalisation is missing: figure 3 has it after conv2",
            ("extra", "batch normalisation", None): NO_NORMALISATION.format("GoogLeNet"),
            ("missing", "dropout", None): "Table 1 has 40 % dropout before the last layer: Dropout(0.4)",
        },
    )
    said = check_architecture(answer, architecture, wanted)
    return " ".join(filter(None, ("6,998,552 parameters.", said)))


def auxiliary_head(answer, wanted):
    """`auxiliary_head(x, num_classes)`: average pooling, 1×1 convolution, two dense layers with dropout between."""
    from course.checks.architecture import Architecture
    from course.checks.blocks import Case, check_block

    architecture = Architecture(
        name="Auxiliary head",
        citation=f"{SZEGEDY}, section 5",
        builder="course.checks.lesson_06_nets.head",
        notes={
            ("extra", "batch normalisation", None): NO_NORMALISATION.format("GoogLeNet"),
            (
                "extra",
                "average pooling",
                None,
            ): "You average over the map; a head flattens it, and keeps each place apart",
            ("missing", "head_dropout", None): "The heads have 70 % dropout before the classifier: Dropout(0.7)",
            ("rate", "head_dropout", None): "Keras's rate is the share that is dropped: the paper drops 70 %",
        },
    )
    maps, name = ((14, 14, 512), (14, 14, 528)), {"name": "head"}
    cases = [Case(shape, {"num_classes": n}, name) for shape, n in zip(maps, (10, 1000), strict=True)]
    return check_block(answer, architecture, cases, wanted)


def head(x, num_classes, name):
    """The head that the package's GoogLeNet has after 4a and after 4d."""
    from course import blocks
    from course.models.googlenet import _auxiliary_head

    return _auxiliary_head(x, num_classes, blocks.conv, 1, name)

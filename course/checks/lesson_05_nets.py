"""VGG and MiniVGG, as the exercises of lesson 05 want them, and a deeper net's start from A."""

SIMONYAN = "Simonyan and Zisserman 2015"
NOTES = {
    ("kernel_size", (1, 1), (3, 3)): "1×1 stands in configuration C alone, at the end of the last three blocks",
    ("kernel_size", (3, 3), (1, 1)): "In configuration C the last convolution of a block of three is 1×1; with 3×3 "
    "there the net is D",
    ("kernel_size", (2, 2), (3, 3)): "All but C's 1×1 are 3×3; the 2×2 windows are those of the pooling",
    ("filters", 1024, 512): "Filters double after each pooling up to 512, and stay there",
    ("extra", "batch normalisation", None): "Batch normalisation came in 2015; VGG has none",
    (
        "extra",
        "local response normalisation",
        None,
    ): "Configuration A-LRN alone has it; the paper found no gain from it",
    ("pool_size", (3, 3), (2, 2)): "3×3 windows that overlap are AlexNet's; VGG's are 2×2 with strides 2, side by side",
    ("activation", "tanh", "relu"): "VGG has ReLU after every convolution",
}
HALF_DROPPED = "Half of what {} gives is dropped in training (section 3.1): Dropout(0.5) after its ReLU"
VGG_NOTES = NOTES | {
    ("extra", "average pooling", None): "Global average pooling is a later idea, network in network's; VGG flattens "
    "the 7×7 map",
    ("extra", "convolution", None): "Table 1 has fewer convolutions there in this configuration",
    ("units", "fc8", None): "ILSVRC has 1,000 classes, one unit each",
    ("missing", "drop6", None): HALF_DROPPED.format("fc6"),
    ("missing", "drop7", None): HALF_DROPPED.format("fc7"),
}
BLOCK_NOTES = NOTES | {
    ("missing", "convolution", None): "layers says how many convolutions there are, each on what the one before gave",
    ("extra", "convolution", None): "layers says how many convolutions there are",
    ("missing", "max pooling", None): "A block ends with a pooling that halves height and width: MaxPooling2D(2)",
    ("extra", "max pooling", None): "The pooling comes once, after the last convolution of the block",
}
MINIVGG_NOTES = {
    ("kernel_size", (5, 5), (3, 3)): "VGG's pattern is 3×3 kernels alone",
    ("filters", "conv1_1", None): "The two blocks have 32 and 64 filters, half of VGG's first two",
    ("missing", "batch normalisation", None): "MiniVGG normalises after each ReLU but the last layer's",
    ("missing", "drop1", None): "Dropout(0.25) follows each pooling",
    ("missing", "drop2", None): "Dropout(0.25) follows each pooling",
    ("missing", "drop3", None): "Dropout(0.5) comes before the last layer",
    ("rate", "drop1", None): "It is 0.25 after a pooling, 0.5 before the last layer",
    ("rate", "drop3", None): "It is 0.25 after a pooling, 0.5 before the last layer",
}


def vgg_block(answer, wanted):
    """`vgg_block(x, filters, layers)`: so many 3×3 convolutions with ReLU, then a pooling that halves the map."""
    from course.checks.architecture import Architecture
    from course.checks.blocks import Case, check_block

    architecture = Architecture(
        name="VGG block",
        citation=f"{SIMONYAN}, section 2.1",
        builder="course.checks.lesson_05_nets.block",
        notes=BLOCK_NOTES,
    )
    sizes = ((8, 12, 3), 4, 1), ((8, 12, 4), 8, 2), ((10, 6, 8), 6, 3), ((9, 7, 2), 5, 4)
    cases = [Case(shape, {"filters": filters, "layers": layers}, {"number": 1}) for shape, filters, layers in sizes]
    return check_block(answer, architecture, cases, wanted)


def block(x, filters, layers, number):
    """The package's block with the exercise's arguments."""
    from course import blocks

    return blocks.vgg_block(x, filters, (3,) * layers, number)


def minivgg(answer, wanted):
    """MiniVGG as the package has it."""
    from course.checks.architecture import Architecture, check_architecture

    architecture = Architecture(
        name="MiniVGG",
        citation="PyImageSearch's MiniVGGNet",
        builder="course.models.minivgg.minivgg",
        version="MiniVGG",
        notes=NOTES | MINIVGG_NOTES,
    )
    return _remark("2,171,178 parameters.", check_architecture(answer, architecture, wanted))


def vgg(answer, wanted):
    """`build_vgg(configuration)` for A, B, C, D and E."""
    from course.checks.architecture import check_family

    cases = [{"configuration": configuration} for configuration in "ABCDE"]
    return _remark("138,357,544 parameters in D.", check_family(answer, _configuration, cases, wanted))


def _configuration(configuration):
    from course.checks.architecture import Architecture

    return Architecture(
        name=f"VGG {configuration}",
        citation=f"{SIMONYAN}, table 1",
        builder="course.models.vgg.vgg",
        arguments={"configuration": configuration},
        input_note="224×224 is cut from the rescaled image",
        notes=VGG_NOTES,
    )


def _remark(counted, said):
    return " ".join(filter(None, (counted, said)))

"""AlexNet and ZFNet, as the exercises of lesson 04 want them."""

OVERLAP = "Its windows overlap by one: 3×3 windows, strides 2"
HALF_DROPPED = "Half of what {} gives is dropped in training: Dropout(0.5) after its ReLU"
NOTES = {
    ("activation", "tanh", "relu"): "Tanh saturates; ReLU does not, and trains several times faster",
    ("pool_size", (2, 2), (3, 3)): OVERLAP,
    ("strides", (3, 3), (2, 2)): OVERLAP,
    ("units", "fc8", None): "ILSVRC has 1,000 classes, one unit each",
    ("extra", "batch normalisation", None): "Batch normalisation came in 2015; this net has local response "
    "normalisation, twice",
    ("extra", "local response normalisation", None): "It follows the first two convolutions alone",
    (
        "extra",
        "average pooling",
        None,
    ): "Global average pooling is a later idea; here Flatten makes a row of the 6×6 map",
    ("missing", "drop6", None): HALF_DROPPED.format("fc6"),
    ("missing", "drop7", None): HALF_DROPPED.format("fc7"),
}
RESPONSE = "{} follows the ReLU of {}, before the pooling (section 3.3): n=5, k=2, alpha=1e-4, beta=0.75"
ALEXNET_NOTES = NOTES | {
    ("missing", "norm1", None): RESPONSE.format("Local response normalisation", "conv1"),
    ("missing", "norm2", None): RESPONSE.format("Local response normalisation", "conv2"),
}
INPUT_NOTE = "11×11 with strides 4 and no padding makes 54×54 of the paper's 224; its own 55×55 takes 227"

MADE_LARGER = "512, 1024 and 512 are the larger net of table 2, (b); figure 3 keeps AlexNet's 384, 384 and 256"
ROUNDED_UP = 'Figure 3 goes from 110 to 55 and from 26 to 13, so the last window hangs over the edge: padding="same"'
ZFNET_NOTES = NOTES | {
    ("kernel_size", "conv1", None): "Figure 3 has 7×7 there: pictures of AlexNet's 11×11 filters had shown little of "
    "the middle frequencies",
    ("strides", "conv1", None): "Figure 3 has strides 2 there: with AlexNet's 4, pictures of conv2 had shown aliasing",
    ("strides", "conv2", None): "conv2 has strides 2 as well in figure 3, and no padding: 55×55 becomes 26×26",
    ("padding", "conv1", None): "Figure 3 goes from 224 to 110: one zero on each side, ZeroPadding2D(1), and 7×7 "
    "with strides 2",
    ("padding", "conv2", None): "Figure 3 goes from 55 to 26: no padding there",
    ("padding", "pool1", None): ROUNDED_UP,
    ("padding", "pool2", None): ROUNDED_UP,
    ("filters", 512, 384): MADE_LARGER,
    ("filters", 1024, 384): MADE_LARGER,
    ("filters", 512, 256): MADE_LARGER,
    ("groups", 2, 1): "The two groups were for AlexNet's two GPUs; ZFNet has one, and each kernel sees all maps",
    ("missing", "norm1", None): "Figure 3 has contrast normalisation across maps after the first pooling",
    ("missing", "norm2", None): "Figure 3 has contrast normalisation across maps after the second pooling",
}


def alexnet(answer, wanted):
    """AlexNet in one tower: every kernel sees all maps."""
    return _alexnet(answer, wanted, "62,378,344", towers=1, version="AlexNet in one tower")


def two_towers(answer, wanted):
    """AlexNet as over two GPUs: the kernels of conv2, conv4 and conv5 see the maps of their own half."""
    notes = {
        ("groups", "conv3", None): "conv3 is where the two GPUs meet: its kernels see the maps of both (section 3.5)",
        ("groups", "conv1", None): "Both GPUs see the whole image, red, green and blue",
        ("groups", 4, 2): "There are two GPUs: groups=2",
        ("filters", 48, 96): "Either one tower is missing, or both take the same half, or the two are not put side by "
        "side, by Concatenate() along the channels, before conv3 and before fc6",
        (
            "filters",
            192,
            384,
        ): "Either one tower is missing, or the two are not put side by side, by Concatenate() along "
        "the channels, before fc6: the units of fc6 and fc7 see both",
    }
    return _alexnet(answer, wanted, "60,965,224", towers=2, notes=notes)


def zfnet(answer, wanted):
    """ZFNet of figure 3, with padding such that its sizes come out: 110, 55, 26, 13, 6."""
    from course.checks.architecture import Architecture, check_architecture

    architecture = Architecture(
        name="ZFNet",
        citation="Zeiler and Fergus 2014, fig. 3",
        builder="course.models.zfnet.zfnet",
        input_note="figure 3 begins with 224×224",
        notes=ZFNET_NOTES,
    )
    return _remark("62,357,608", check_architecture(answer, architecture, wanted))


def _alexnet(answer, wanted, count, towers, version="the paper", notes=()):
    from course.checks.architecture import Architecture, check_architecture

    architecture = Architecture(
        name="AlexNet",
        citation="Krizhevsky et al. 2012, fig. 2",
        builder="course.models.alexnet.alexnet",
        arguments={"towers": towers},
        input_note=INPUT_NOTE,
        version=version,
        notes=ALEXNET_NOTES | dict(notes),
    )
    return _remark(count, check_architecture(answer, architecture, wanted))


def _remark(count, said):
    return " ".join(filter(None, (f"{count} parameters.", said)))

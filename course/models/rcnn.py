"""Fast R-CNN (Girshick 2015) and Faster R-CNN (Ren, He, Girshick and Sun 2015), and the network that proposes regions.

Every net gives its outputs by name, and `losses` has a loss for each: targets come from `course.boxes`.

- `rpn`: image → `objectness`, `anchor_deltas`;
- `fast_rcnn`: image and boxes → `classes`, `deltas`;
- `faster_rcnn`: image → both nets' outputs and the `proposals` between them, on the same convolutions;
- `joint`: a `faster_rcnn` as it is trained, image and boxes → the four outputs.

Four-step alternating training (section 3.2): train `rpn`; train `fast_rcnn` on its proposals; carry the convolutions
back to `rpn`, freeze them and train its own layers; train those of `fast_rcnn` on the new proposals. Then `faster_rcnn`
takes the weights of both, layer by layer, by name.

Approximate joint training, as in the release: propose regions with `faster_rcnn`, draw some by `boxes.roi_targets`,
take a step of `joint` on them, and repeat. It is approximate since no gradient goes to the coordinates of proposals.

Departure from the papers: convolutions, fc6 and fc7 start at random, by He's rule, where theirs are VGG-16's, trained;
`fcn.transplant` carries those over.
"""

import keras
from keras import layers

from course import blocks
from course.boxes import anchor_grid, generate_anchors
from course.detection import Proposals, RoIPooling2D, box_loss
from course.errors import integer, unknown
from course.models.common import image_input
from course.models.vgg import CONFIGURATIONS, FILTERS

# "vgg16" is the papers': the thirteen convolutions of configuration D, without the last pooling. "small" is for
# lessons, on images of 64 to 128 pixels. Between blocks the map is halved. Scales of anchors are in strides.
BACKBONES = {
    "vgg16": {
        "filters": FILTERS,
        "kernel_sizes": CONFIGURATIONS["D"],
        "rpn_filters": 512,
        "scales": (8, 16, 32),
        "pool_size": 7,
        "units": 4096,
    },
    "small": {
        "filters": (16, 32, 64, 64),
        "kernel_sizes": ((3,), (3,), (3, 3), (3, 3)),
        "rpn_filters": 64,
        "scales": (2, 4, 6),
        "pool_size": 4,
        "units": 128,
    },
}


def rpn(input_shape=(600, 1000, 3), backbone="vgg16"):
    """The region proposal network on its own: scores and regressions of the anchors at every cell of the map.

    Shapes: `(batch, height, width, 3) → {"objectness": (batch, anchors, 2), "anchor_deltas": (batch, anchors, 4)}`,
    probabilities of background and object, and regressions as `boxes.encode` has them, in the order of `anchors`. The
    map has ⌈height / 16⌉ × ⌈width / 16⌉ cells (8 for "small") of nine anchors.

    Raises `ValueError` for an unknown backbone.
    """
    inputs, features = _features(input_shape, backbone)
    return keras.Model(inputs, rpn_head(features, BACKBONES[backbone]["rpn_filters"]), name="rpn")


def rpn_head(x, filters=512, anchors=9):
    """The layers of a region proposal network on a map of features (Ren et al. 2015, figure 3).

    A 3×3 convolution of `filters`, then 1×1 convolutions to 2 scores and 4 coordinates an anchor. With 9 anchors:
    2,387,510 parameters for VGG-16 (512 channels and filters), 603,958 for ZF (256). New layers start from N(0, 0.01²).
    """
    x = blocks.conv(x, filters, 3, name="rpn_conv", kernel_initializer=_normal(0.01))
    scores = blocks.conv(x, 2 * anchors, 1, activation=None, kernel_initializer=_normal(0.01), name="rpn_cls_score")
    deltas = blocks.conv(x, 4 * anchors, 1, activation=None, kernel_initializer=_normal(0.01), name="rpn_bbox_pred")
    scores = _by_anchor(scores, 2, "rpn_scores")
    return {
        "objectness": layers.Activation("softmax", dtype="float32", name="objectness")(scores),
        "anchor_deltas": _by_anchor(deltas, 4, "anchor_deltas", dtype="float32"),
    }


def fast_rcnn(input_shape=(600, 1000, 3), num_classes=20, backbone="vgg16"):
    """Fast R-CNN: what is in each of the boxes that come with an image, and where the object's edges are.

    Shapes: `[(batch, height, width, 3), (batch, boxes, 4)] → {"classes": (batch, boxes, 1 + num_classes), "deltas":
    (batch, boxes, num_classes, 4)}`, probabilities, of the background first, and a regression a class, over
    `boxes.STDS`. As in the paper, and unlike its release, there is no regression for the background.

    Raises `ValueError` for an unknown backbone, or an unknown height or width.
    """
    inputs, features = _features(input_shape, backbone, num_classes)
    boxes = keras.Input((None, 4), name="boxes")
    outputs = _detect(features, boxes, _detector(num_classes, backbone).__getitem__)
    return keras.Model([inputs, boxes], outputs, name="fast_rcnn")


def faster_rcnn(input_shape=(600, 1000, 3), num_classes=20, backbone="vgg16", pre_nms=6000, post_nms=300):
    """Faster R-CNN: a region proposal network and Fast R-CNN on the same convolutions.

    Shapes: `(batch, height, width, 3) →` a dictionary of the outputs of `rpn`, `"proposals": (batch, post_nms, 4)` by
    falling score, and the outputs of `fast_rcnn` for these; `boxes.detections` makes objects of them. `pre_nms` and
    `post_nms` are how many regions there are before and after non-maximum suppression.

    Raises `ValueError` for an unknown backbone, or an unknown height or width.
    """
    inputs, features = _features(input_shape, backbone, num_classes)
    row, strides = BACKBONES[backbone], _strides(backbone)
    proposed = rpn_head(features, row["rpn_filters"])
    proposals = Proposals(_anchors(backbone), strides, pre_nms, post_nms, min_size=strides, name="proposals")(
        [inputs, proposed["objectness"], proposed["anchor_deltas"]]
    )
    detected = _detect(features, proposals, _detector(num_classes, backbone).__getitem__)
    return keras.Model(inputs, {**proposed, "proposals": proposals, **detected}, name="faster_rcnn")


def joint(model):
    """A `faster_rcnn` for training: the same layers and weights, with boxes given in place of its own proposals.

    Shapes: `[(batch, height, width, 3), (batch, boxes, 4)] →` the outputs of `rpn` and of `fast_rcnn`.
    """
    boxes = keras.Input((None, 4), name="boxes")
    proposed = {name: model.output[name] for name in ("objectness", "anchor_deltas")}
    features = model.get_layer("rpn_conv").input
    return keras.Model([model.input, boxes], proposed | _detect(features, boxes, model.get_layer), name="joint")


def losses(model):
    """A loss for each output that is trained, for `model.compile`: they add up to the multi-task losses of both papers.

    Classes are learned by cross-entropy, where a target of −1 does not count, coordinates by `box_loss`. As in the
    release, both are divided by the boxes sampled; Ren et al. write 10 / 2400 for the coordinates of 256 anchors.
    """
    return {
        name: box_loss if name.endswith("deltas") else keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)
        for name in model.output
    }


def anchors(input_shape, backbone="vgg16"):
    """The anchors of an image of (height, width, …), `(anchors, 4)`, in the order of the outputs of `rpn`.

    Raises `ValueError` for an unknown backbone, or an unknown height or width.
    """
    if backbone not in BACKBONES:
        raise unknown("backbone", backbone, BACKBONES)
    for name, size in zip(("height", "width"), input_shape, strict=False):
        integer(name, size, 1)
    strides = _strides(backbone)
    return anchor_grid(_anchors(backbone), [-(-size // strides) for size in input_shape[:2]], strides)


def _strides(backbone):
    return 2 ** (len(BACKBONES[backbone]["filters"]) - 1)


def _anchors(backbone):
    return generate_anchors(_strides(backbone), scales=BACKBONES[backbone]["scales"])


def _features(input_shape, backbone, num_classes=None):
    if backbone not in BACKBONES:
        raise unknown("backbone", backbone, BACKBONES)
    row = BACKBONES[backbone]
    x = inputs = image_input(input_shape, num_classes=num_classes)
    for number, (filters, kernel_sizes) in enumerate(zip(row["filters"], row["kernel_sizes"], strict=True), 1):
        if number > 1:
            # Caffe rounds up, as "same" does for 2×2.
            x = blocks.max_pool(x, 2, padding="same", name=f"pool{number - 1}")
        for i, kernel_size in enumerate(kernel_sizes, 1):
            x = blocks.conv(x, filters, kernel_size, name=f"conv{number}_{i}", kernel_initializer="he_normal")
    return inputs, x


def _by_anchor(x, size, name, **kwargs):
    """A map of anchors · size channels as `(batch, anchors of all cells, size)`, in either data format."""
    if keras.config.image_data_format() == "channels_first":
        x = layers.Permute((2, 3, 1), name=f"{name}_last")(x)
    return layers.Reshape((-1, size), name=name, **kwargs)(x)


def _detector(num_classes, backbone):
    """The layers that look at each region, by name."""
    row, classes = BACKBONES[backbone], integer("num_classes", num_classes, 1)
    size, channels = row["pool_size"], row["filters"][-1]
    detector = [
        RoIPooling2D(size, 1 / _strides(backbone), name="roi_pool"),
        layers.Reshape((-1, size * size * channels), name="flatten"),
        layers.Dense(row["units"], activation="relu", kernel_initializer="he_normal", name="fc6"),
        layers.Dropout(0.5, name="drop6"),
        layers.Dense(row["units"], activation="relu", kernel_initializer="he_normal", name="fc7"),
        layers.Dropout(0.5, name="drop7"),
        # Section 2.3: N(0, 0.01²) and N(0, 0.001²).
        layers.Dense(1 + classes, kernel_initializer=_normal(0.01), name="cls_score"),
        layers.Activation("softmax", dtype="float32", name="classes"),
        layers.Dense(4 * classes, kernel_initializer=_normal(0.001), name="bbox_pred"),
        layers.Reshape((-1, classes, 4), dtype="float32", name="deltas"),
    ]
    return {layer.name: layer for layer in detector}


def _detect(features, boxes, layer):
    """Fast R-CNN's outputs for boxes. `layer` finds a layer by name: the same ones may look at other boxes, too."""
    x = layer("roi_pool")([features, boxes])  # (batch, boxes, pool_size, pool_size, channels)
    for name in ("flatten", "fc6", "drop6", "fc7", "drop7"):
        x = layer(name)(x)
    return {"classes": layer("classes")(layer("cls_score")(x)), "deltas": layer("deltas")(layer("bbox_pred")(x))}


def _normal(stddev):
    return keras.initializers.RandomNormal(stddev=stddev)

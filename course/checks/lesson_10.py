"""The exercises of lesson 10, detection."""

from course.checks import (
    lesson_10_anchors,
    lesson_10_boxes,
    lesson_10_pooling,
    lesson_10_precision,
    lesson_10_pyramid,
    lesson_10_regression,
    lesson_10_suppression,
)
from course.checks.exercise import Exercise

RCNN = (
    "Girshick, Donahue, Darrell and Malik 2014, Rich Feature Hierarchies for Accurate Object Detection and Semantic "
    "Segmentation"
)
RCNN_LINK = "https://arxiv.org/abs/1311.2524"
FASTER = "Ren, He, Girshick and Sun 2015, Faster R-CNN"
FASTER_LINK = "https://arxiv.org/abs/1506.01497"
VOC = "Everingham, Van Gool, Williams, Winn and Zisserman 2010, The PASCAL Visual Object Classes (VOC) Challenge"
VOC_LINK = "https://doi.org/10.1007/s11263-009-0275-4"

EXERCISES = (
    Exercise(
        id="iou",
        title="Intersection over union",
        wanted="a function iou(boxes, others) that returns an array (n, m) for boxes (n, 4) and others (m, 4)",
        check=lesson_10_boxes.iou,
        hints=(
            "Two boxes first. The intersection begins at the larger of the two x1 and ends at the smaller of the two "
            "x2. How wide is it, if both pixels belong to it?",
            "If the boxes lie apart, width or height comes out as 0 or less: take 0. The union is both areas less "
            "the intersection, which they both count.",
            "`np.maximum(boxes[:, None, :2], others[None, :, :2])` is (n, m, 2), the near corners of all pairs.",
        ),
        explanation="The intersection is itself a box: its near corner is the larger of the near corners, its far "
        "corner the smaller of the far ones. A width of 0 or less says that there is none, and each side has to be cut "
        "off at 0 before they are multiplied, since two negative sides would make a positive area. The union is the "
        "sum of the areas less the intersection. The ratio does not depend on the size of the objects, which is why "
        "one threshold, 0.5 in PASCAL VOC, serves for all. The + 1 is the convention of VOC and of the R-CNN family's "
        "release, where a corner is a pixel; newer code takes corners as points and has none.",
        citation=f"{VOC}, section 4.2",
        link=VOC_LINK,
        shipped=("course.boxes.iou", "course.boxes.area"),
    ),
    Exercise(
        id="nms",
        title="Non-maximum suppression",
        wanted="a function nms(boxes, scores, iou_threshold) that returns the indices of the boxes that stay",
        check=lesson_10_suppression.nms,
        hints=(
            "Sort first: `np.argsort(-scores)` has the indices by falling score. The first of them stays.",
            "Of those that are left, drop all whose overlap with it is more than iou_threshold. What is first now?",
            "`while len(order): best, order = order[0], order[1:]`, keep best, and shorten order. Your iou gives the "
            "overlaps: `iou(boxes[[best]], boxes[order])[0]`.",
        ),
        explanation="A detector answers many times for one object, since neighbouring regions look alike. The best box "
        "stays and takes away those that overlap it; then the best of the rest. It is greedy: a box that is gone takes "
        "none away, so in a row of three where each overlaps its neighbour the first and the third may stay. Boxes are "
        "suppressed within a class alone. A low threshold loses objects that stand close, a high one leaves "
        "duplicates, and duplicates count as false positives: Fast R-CNN takes 0.3, the proposals of Faster R-CNN 0.7.",
        citation=f"{RCNN}, section 2.2",
        link=RCNN_LINK,
        shipped=("course.boxes.nms",),
    ),
    Exercise(
        id="anchors",
        title="Anchors",
        wanted="a function anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)) that returns an array with a "
        "row x1, y1, x2, y2 for each anchor",
        check=lesson_10_anchors.anchors,
        hints=(
            "Begin with ratio 1 and scale 1: the box is the cell itself, 0, 0, 15, 15 for a base_size of 16.",
            "Width times height stays about base_size², and height is ratio times width: so width is "
            "base_size / √ratio. Round it, then round width * ratio.",
            "A box of so many pixels about the middle (base_size - 1) / 2 begins at middle - (width - 1) / 2 and ends "
            "at middle + (width - 1) / 2.",
        ),
        explanation="Every cell of the map stands for 16×16 pixels of the image, the net's stride, and gets nine boxes "
        "about its middle: three areas times three shapes. The network then says of each whether it holds an object "
        "and how to move it. Boxes of the same ratio have about the same shape and boxes of one scale about the same "
        "area: only about, because the release rounds the sides of the 16-pixel box before it scales them, so that the "
        "anchor of ratio 0.5 and scale 8 is 184×96 = 17,664 pixels, not 128² = 16,384. A net trained with these boxes "
        "needs these very ones again.",
        citation=f"{FASTER}, section 3.1.1, and its release's generate_anchors",
        link=FASTER_LINK,
        shipped=("course.boxes.generate_anchors",),
    ),
    Exercise(
        id="roi-pooling",
        title="RoI pooling",
        wanted="a function roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16) that returns an array "
        "(pool_size, pool_size, channels)",
        check=lesson_10_pooling.roi_pooling,
        hints=(
            "From pixels to cells first: multiply by spatial_scale and round, 0.5 to 1: `int(np.floor(x + 0.5))`.",
            "The region is y2 - y1 + 1 cells high. Bin p of P begins at row y1 + p * height // P; its end is rounded "
            "up: y1 + -(-(p + 1) * height // P).",
            "A slice that goes past the end of the map is cut off by itself. If nothing is left, `cells.size` is 0, "
            "and so is the bin.",
        ),
        explanation="The fully connected layers want 7×7 cells, and a region has any size: it is divided into 7×7 "
        "bins and each gives its maximum. Sizes do not divide, so a bin begins at a floor and ends at a ceiling: "
        "neighbours share a row, and no cell is lost; in a region of fewer than seven cells bins repeat them. "
        "Everything is rounded to whole cells of 16 pixels, which costs little for classes and much for masks: Mask "
        "R-CNN's RoIAlign interpolates instead. It is the pyramid of SPP-net with a single level, and Fast R-CNN "
        "trains the convolutions through it.",
        citation="Girshick 2015, Fast R-CNN, section 2.1, and its release",
        link="https://arxiv.org/abs/1504.08083",
        shipped=("course.detection.RoIPooling2D.call",),
    ),
    Exercise(
        id="spatial-pyramid",
        title="Spatial pyramid pooling",
        wanted="a function spatial_pyramid(features, levels=(6, 3, 2, 1)) that returns a vector",
        check=lesson_10_pyramid.spatial_pyramid,
        hints=(
            "Level 1 is one bin, the whole map: `features.max(axis=(0, 1))` has one number a channel.",
            "Level n has n × n bins. Bin i begins at row i * height // n and ends before row "
            "-(-(i + 1) * height // n), which is rounded up.",
            "Four loops: levels, rows, columns, and the channels come by themselves. Join with `np.concatenate`.",
        ),
        explanation="Convolutions take an image of any size; fully connected layers do not. SPP-net pools the last map "
        "into 36 + 9 + 4 + 1 = 50 bins whose size goes with the map's, and 50 numbers a channel come out whatever the "
        "image. The coarse levels say what is there, the fine ones where. The paper slides a window of ⌈a / n⌉ by "
        "⌊a / n⌋, which gives 4 windows and not 3 for a = 5 and n = 3; a floor for the beginning and a ceiling for the "
        "end always give n. For a detector the gain is time: the image goes through the convolutions once, and each "
        "of 2,000 regions is only pooled.",
        citation="He, Zhang, Ren and Sun 2014, Spatial Pyramid Pooling in Deep Convolutional Networks, section 2.2",
        link="https://arxiv.org/abs/1406.4729",
        shipped=("course.detection.SpatialPyramidPooling2D.call",),
    ),
    Exercise(
        id="encode-boxes",
        title="Box encoding",
        wanted="a function encode(boxes, targets) that returns an array (n, 4) for boxes and targets (n, 4)",
        check=lesson_10_regression.encode,
        hints=(
            "Find width, height and centre of the boxes, then of the targets: width is x2 - x1 + 1, centre x is "
            "x1 + width / 2.",
            "The shifts are (target's x - box's x) / box's width and (target's y - box's y) / box's height.",
            "The other two are `np.log(target_width / width)` and the same for heights. `np.stack([…], axis=1)`.",
        ),
        explanation="A shift of five pixels is much for a small box and little for a large one: so it is counted in "
        "the box's own widths and heights. The sides are compared by their ratio, and its logarithm makes twice as "
        "large and half as large the same distance from 0, and any prediction a positive width. All four are then "
        "small numbers about 0, whatever the size of the object, which one linear layer can learn to predict.",
        citation=f"{RCNN}, appendix C",
        link=RCNN_LINK,
        shipped=("course.boxes.encode", "course.boxes._centred"),
    ),
    Exercise(
        id="decode-boxes",
        title="Box decoding",
        wanted="a function decode(boxes, deltas) that returns the moved boxes (n, 4)",
        check=lesson_10_regression.decode,
        hints=(
            "Undo encode step by step: where is the new centre, if the shift counts the box's widths and heights?",
            "The new width is the old one times `np.exp` of the third number.",
            "From centre and sides to corners: x1 is x - width / 2, and x2 is x + width / 2 - 1, since the box is "
            "x2 - x1 + 1 wide. Test it: decode(boxes, encode(boxes, targets)) is targets.",
        ),
        explanation="Decoding is encoding backwards: the centre moves by so many widths and heights, the sides are "
        "multiplied by the exponential, and corners are made of the two. With corners that belong to the box, the far "
        "one is centre + width / 2 - 1. The release of Faster R-CNN leaves out the - 1, so that its boxes come back a "
        "pixel too large; its successor Detectron put it right. A test that goes there and back finds such a slip.",
        citation=f"{RCNN}, appendix C",
        link=RCNN_LINK,
        shipped=("course.boxes.decode", "course.boxes._centred"),
    ),
    Exercise(
        id="average-precision",
        title="Average precision",
        wanted="a function average_precision(scores, matched, objects, eleven_points=False) that returns a number; "
        "matched has for each detection the index of the object on which it lies, or -1",
        check=lesson_10_precision.average_precision,
        hints=(
            "Go through the detections by falling score. One is right if it has a match, and none before had the same.",
            "After each detection, recall is right ones so far / objects, precision right ones so far / detections so "
            "far: two `np.cumsum`.",
            "From the end to the beginning, the precision takes the highest so far: "
            "`np.maximum.accumulate(precision[::-1])[::-1]`. Then each step in recall counts times its precision.",
        ),
        explanation="A threshold on the score trades recall for precision; average precision looks at all thresholds "
        "at once: it is the area under precision against recall. The interpolated curve takes, at each recall, the "
        "best precision that this or a higher recall still has, so that it only falls. VOC 2007 averaged it at eleven "
        "recalls; since 2010 the whole area is taken, which tells good detectors apart better. A second box on the "
        "same object is a false positive, which is why suppression pays. An object never found keeps the recall below "
        "1, and what is missing there counts as precision 0.",
        citation=f"{VOC}, section 4.2",
        link=VOC_LINK,
        needs_keras=False,
    ),
)

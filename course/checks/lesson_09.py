"""The exercises of lesson 09, segmentation."""

from course.checks import lesson_09_checks, lesson_09_nets, lesson_09_scores, lesson_09_sizes
from course.checks.exercise import Exercise

FCN = "Long, Shelhamer and Darrell 2015, Fully Convolutional Networks for Semantic Segmentation"
FCN_LINK = "https://arxiv.org/abs/1411.4038"

EXERCISES = (
    Exercise(
        id="bilinear-kernel",
        title="Bilinear kernel",
        wanted="a function bilinear_kernel(factor) that returns an array (k, k) with k = 2 * factor - factor % 2",
        check=lesson_09_checks.bilinear_kernel,
        hints=(
            "Begin with one dimension: a tent of taps, highest in the middle. For factor 2 it is 0.25, 0.75, 0.75, "
            "0.25.",
            "Tap i is 1 - |i - c| / factor. The taps are numbered 0 to k - 1: where is the middle c, if k is even?",
            "`taps = 1 - abs(np.arange(k) - (k - 1) / 2) / factor`, then `np.outer(taps, taps)`.",
        ),
        explanation="A transposed convolution puts a copy of the kernel, times the input, at every factor-th place and "
        "adds the copies up where they overlap. With a tent they add up to straight lines between the inputs: bilinear "
        "interpolation. The kernel adds up to factor², not 1, because only one in factor² places has an input. An even "
        "factor has no tap in the middle. FCN begins its upsampling with these weights and may learn others: it starts "
        "from smooth enlargement, not from noise.",
        citation=f"{FCN}, section 3.3, and its release",
        link=FCN_LINK,
        shipped=("course.segmentation.Bilinear.__call__",),
    ),
    Exercise(
        id="transposed-size",
        title="Size after a transposed convolution",
        wanted='a function transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None) that '
        'returns a whole number; padding is "valid", "same", or a number of positions to take off each end',
        check=lesson_09_sizes.transposed_size,
        hints=(
            "Each of the size inputs puts a kernel into the output, strides apart. Where does the last one begin, and "
            "where does it end?",
            "A padding of p takes p positions off each end; output_padding adds some at the end again.",
            'Four cases: "valid" and "same" without output_padding, as Keras has them, and the formula with p for all '
            "else. Ask `output_padding is None`, since 0 is not None.",
        ),
        explanation="size inputs stand (size - 1) · strides apart from first to last, and the last one's kernel "
        "reaches kernel_size further. It is the size from which a convolution with the same settings makes size "
        "outputs; but several sizes do, since a convolution's division leaves a remainder, and output_padding says "
        "which is wanted. "
        'Keras takes, for "same", the size that is strides times as large. FCN-32s enlarges 16 to 544 with a kernel of '
        "64 and strides of 32, and cuts the image's size out of it.",
        citation="Dumoulin and Visin 2016, A Guide to Convolution Arithmetic for Deep Learning, chapter 4",
        link="https://arxiv.org/abs/1603.07285",
        shipped=("course.arithmetic.conv_transpose_output_size", "course.padding.resolve"),
        needs_keras=False,
    ),
    Exercise(
        id="fully-convolutional",
        title="Fully convolutional net",
        wanted="a function fully_convolutional(model) that returns a keras.Model for images of any size, where model "
        "is a functional chain of convolutions, poolings, Flatten and dense layers",
        check=lesson_09_nets.fully_convolutional,
        hints=(
            "Up to Flatten nothing depends on the size. Begin with keras.Input((None, None, channels)) and call the "
            "net's own layers on it, `x = layer(x)`, but not its InputLayer.",
            "The first dense layer sees the whole map: it is a convolution with a kernel as large as that map, "
            '`padding="valid"`. The dense layers after it see one position: kernels of 1×1.',
            "Flatten goes through rows, columns, then channels, so a dense kernel becomes `kernel.reshape(height, "
            "width, channels, units)`. Call the new layer, then `set_weights([kernel, bias])`; take over the dense "
            "layer's activation.",
        ),
        explanation="A dense layer on a map is a convolution whose kernel covers it: the same weights, the same sums. "
        "As a convolution it does not ask for one size any more. On a larger image it slides, and each position of its "
        "output is what the net would say of one window; what the windows share is computed once. The paper took 22 ms "
        "for the 10×10 windows of an image of 500×500 that would have cost 1.2 ms each one by one, which is more than "
        "five times as fast. Flatten is the one layer that ties a net to a size, and global average pooling, which "
        "later nets have in its place, does not.",
        citation=f"{FCN}, section 3.1",
        link=FCN_LINK,
        shipped=("course.models.fcn.transplant",),
    ),
    Exercise(
        id="fcn8s-head",
        title="Head of FCN-8s",
        wanted="a function fcn8s_head(pool3, pool4, fc7, num_classes) that returns scores, 8 times as high and wide as "
        'pool3; upsampling has kernels of 2 * strides, no biases, and crops as padding="same" does',
        check=lesson_09_nets.fcn8s_head,
        hints=(
            "A 1×1 convolution gives each of the three maps num_classes channels, its scores. Which map is the "
            "smallest, and by how much has it to grow to be added to the next?",
            "fc7's scores times 2, plus pool4's; that times 2, plus pool3's; that times 8. Enlarge with "
            '`Conv2DTranspose(num_classes, 2 * strides, strides, padding="same", use_bias=False)`.',
            "`x = up(score(fc7), 2)`, `x = Add()([x, score(pool4)])`, and so on. Nothing but the 1×1 convolutions and "
            "the upsampling has weights, and no activation is in it.",
        ),
        explanation="fc7 knows what is in the image, one position for 32×32 pixels; pool4 and pool3 know where, one "
        "for 16×16 and 8×8. Each gives scores of its own, and the sum lets the finer map correct the coarser. On "
        "PASCAL VOC the mean IoU grows from 59.4 (32 times at once) to 62.4 with pool4 and 62.7 with pool3; there the "
        "paper stops, since the returns diminish. Upsampling begins with bilinear weights. The release pads the image "
        'by 100 pixels and crops each map to the next; with sizes that divide evenly, padding="same" comes to the '
        "same.",
        citation=f"{FCN}, section 4.2 and fig. 3",
        link=FCN_LINK,
        shipped=("course.models.fcn._score", "course.models.fcn._upsample"),
    ),
    Exercise(
        id="mean-iou",
        title="Mean intersection over union",
        wanted="a function mean_iou(labels, predictions, num_classes, ignore=255) that returns a number",
        check=lesson_09_scores.mean_iou,
        hints=(
            "Keep only the pixels whose label is not ignore: `keep = labels != ignore`, for labels and predictions "
            "alike.",
            "For one class: which pixels have it in both, and which in either? The ratio of the counts is its IoU.",
            "`both = (labels == c) & (predictions == c)` and `either = (labels == c) | (predictions == c)`. Where "
            "either is empty, go on with the next class; at last take the mean of the ratios.",
        ),
        explanation="Most pixels of a photograph are background, so a net that says background everywhere has a high "
        "pixel accuracy and has seen nothing. IoU divides what is right of a class by all that is labelled or "
        "predicted as it: pixels too many and too few both cost. The mean gives rare classes the same weight as "
        "frequent ones. Pixels are counted over the whole set first, or small images would count as much as large "
        "ones. VOC labels the borders of objects 255, void, where people do not agree, and no prediction there counts.",
        citation=f"{FCN}, section 5",
        link=FCN_LINK,
        shipped=("course.masks.scores",),
        needs_keras=False,
    ),
)

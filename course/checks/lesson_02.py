"""The exercises of lesson 02, The arithmetic."""

from course.checks import lesson_02_costs, lesson_02_field, lesson_02_pooling, lesson_02_sizes
from course.checks.exercise import Exercise

GUIDE = "Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning"
GUIDE_LINK = "https://arxiv.org/abs/1603.07285"

EXERCISES = (
    Exercise(
        id="output-size",
        title="Output size",
        wanted='a function output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1) that returns '
        'how many positions the kernel has along one axis; padding is "valid", "same", or a number of zeros for each '
        "side",
        check=lesson_02_sizes.output_size,
        hints=(
            "A kernel of 3 on a row of 7 pixels can move by 4, so it has 5 positions. How is it with strides of 2?",
            "A padding of p makes the row 2p longer. With dilation the kernel spans "
            "(kernel_size - 1) * dilation_rate + 1.",
            'With "same" it is size / strides, rounded up, whatever the kernel. Otherwise: what is left beside the '
            "kernel, // strides, and 1 for the first position.",
        ),
        explanation="The kernel begins at one end and moves by strides as long as it fits: ⌊(n + 2p - k) / s⌋ moves, "
        "and one position before the first move. What does not fit is left out, hence the rounding down: 224 with "
        '11×11 and strides 4 gives 54, and 227 the 55 of AlexNet. "same" is defined by its result, ⌈n / s⌉, and pads '
        "as that needs. p = (k - 1) / 2 keeps the size for odd k and strides of 1 alone.",
        citation=f"{GUIDE}, relationship 6",
        link=GUIDE_LINK,
        shipped=("course.padding.resolve",),
        needs_keras=False,
    ),
    Exercise(
        id="same-padding",
        title="Same padding",
        wanted="a function same_padding(size, kernel_size, strides=1, dilation_rate=1) that returns (before, after), "
        'the zeros that padding="same" puts before and after a row of that size in Keras',
        check=lesson_02_sizes.same_padding,
        hints=(
            "There are ⌈size / strides⌉ outputs. Where does the last window begin, and where does it end?",
            "The last window begins at (outputs - 1) * strides and ends a kernel's span later. What of that is beyond "
            "the size has to be padded; it is never less than 0.",
            "Half of the total goes before, `total // 2`, and the rest after.",
        ),
        explanation="For ⌈n / s⌉ windows the row has to be (⌈n / s⌉ - 1) · s + k long; what n lacks of that is padded. "
        "An odd zero goes after, at the right and below. So 7×7 with strides 2 on 224 pads 2 before and 3 after, "
        "where the papers and PyTorch pad 3 and 3: the shapes are the same, and the function is another. To build a "
        'net of a paper exactly, pad by hand (`ZeroPadding2D`) and convolve with padding="valid".',
        citation="TensorFlow, tf.nn, notes on padding",
        link="https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2",
        shipped=("course.padding._checked",),
        needs_keras=False,
    ),
    Exercise(
        id="conv-params",
        title="Parameters of a convolution",
        wanted="a function conv_params(kernel_size, in_channels, filters, use_bias=True) that returns a whole number; "
        "kernel_size is the side of a square",
        check=lesson_02_costs.conv_params,
        hints=(
            "One filter goes through all the channels of the input. How many weights has it?",
            "A filter has kernel_size * kernel_size weights for each input channel, and one bias.",
            "Multiply by the number of filters, and add the biases only if there are any.",
        ),
        explanation="A filter holds k·k weights for each of the C input channels and sums over all of them, so one "
        "bias is enough: F filters have k·k·C·F + F parameters. The size of the image is not in it, since the same "
        "weights serve at every place. The number of input channels is: Conv2D(32, 3) has no parameters that one could "
        "count until it is known what it is given. LeNet-5's C1 has 5·5·1·6 + 6 = 156.",
        citation="LeCun, Bottou, Bengio and Haffner 1998, Gradient-Based Learning Applied to Document Recognition, "
        "section II",
        link="https://doi.org/10.1109/5.726791",
        shipped=("course.arithmetic.integer",),
        needs_keras=False,
    ),
    Exercise(
        id="conv-macs",
        title="Multiply-accumulates of a convolution",
        wanted="a function conv_macs(height, width, kernel_size, in_channels, filters, strides=1) that returns how "
        "many multiply-accumulates a valid convolution of an image (height, width, in_channels) takes, biases not "
        "counted",
        check=lesson_02_costs.conv_macs,
        hints=(
            "At each position of the kernel every weight is multiplied once, with one pixel.",
            "The positions are those of the output: (n - kernel_size) // strides + 1 along each axis.",
            "Rows of the output × columns of the output × kernel_size² × in_channels × filters.",
        ),
        explanation="Each weight is used once at each position of the output, and each use multiplies and adds. So the "
        "cost is the output's height times its width times the number of weights. Biases are added and multiply "
        "nothing. Strides of 2 leave a quarter of the positions, so a quarter of the cost. Papers call the same count "
        "FLOPs at times, as ResNet's does; others count the multiplication and the addition apart and get twice as "
        "much.",
        citation="He, Zhang, Ren and Sun 2015, Deep Residual Learning for Image Recognition, table 1",
        link="https://arxiv.org/abs/1512.03385",
        shipped=("course.arithmetic.integer", "course.padding.resolve"),
        needs_keras=False,
    ),
    Exercise(
        id="receptive-field",
        title="Receptive field",
        wanted="a function receptive_field(layers) that returns the side of the square of input pixels which one "
        "output value sees; layers is a list of (kernel_size, strides), the first layer first",
        check=lesson_02_field.receptive_field,
        hints=(
            "One 3×3 layer sees 3 pixels, two see 5, three see 7. What does a layer add?",
            "Neighbours in a map lie some pixels of the input apart: that step is 1 at the input, and each layer's "
            "strides multiply it for the layers after.",
            "Keep two numbers, field = 1 and step = 1. For each layer: field grows by (kernel_size - 1) * step, then "
            "step is multiplied by strides.",
        ),
        explanation="A layer of k looks at k neighbours of the map before, whose outermost lie k - 1 steps apart, so "
        "the field grows by (k - 1) steps. A step is the product of all strides before the layer: its own stride moves "
        "its windows apart, and not what one window sees. That is why strides and pooling make the field grow fast, "
        "and why three 3×3 layers see what one 7×7 sees. Counted back from the last layer it is r = (r - 1) · s + k.",
        citation="Araujo, Norris and Sim 2019, Computing Receptive Fields of Convolutional Neural Networks",
        link="https://doi.org/10.23915/distill.00021",
        shipped=("course.arithmetic._window",),
        needs_keras=False,
    ),
    Exercise(
        id="max-pooling",
        title="Max pooling",
        wanted="a function max_pooling(image, pool_size, strides) that takes (height, width, channels) and returns the "
        "maximum of each square window that fits, for each channel by itself",
        check=lesson_02_pooling.max_pooling,
        hints=(
            "There are (n - pool_size) // strides + 1 windows along an axis of n, as for a convolution without "
            "padding.",
            "The window of output [i, j] begins at row i * strides and column j * strides.",
            "`window.max(axis=(0, 1))` gives the maximum of each channel. What would a maximum that begins with 0 make "
            "of a window of negative values?",
        ),
        explanation="Pooling keeps how strongly a feature is there and forgets just where, within a window: a shift "
        "inside it changes nothing. It has no weights, and works on each channel by itself, so their number stays. "
        "Where the strides are smaller than the window, windows overlap, as in AlexNet (3 and 2). Padding for a "
        "maximum is not of zeros but of minus infinity, or a window of negative values at the border would become 0.",
        citation="Scherer, Müller and Behnke 2010, Evaluation of Pooling Operations in Convolutional Architectures for "
        "Object Recognition",
        link="https://doi.org/10.1007/978-3-642-15825-4_10",
        needs_keras=False,
    ),
    Exercise(
        id="fully-connected-cost",
        title="What a fully connected layer would cost",
        wanted="a function fully_connected_cost(input_shape, output_shape), of two (height, width, channels), that "
        "returns the parameters of a layer in which each output value sees each input value and has a bias",
        check=lesson_02_costs.fully_connected_cost,
        hints=(
            "An image of height × width × channels is that many values. How many weights does one output value have?",
            "Each output value has a weight for each input value, and a bias; nothing is shared.",
            "Values of the output × (values of the input + 1).",
        ),
        explanation="LeNet-5's C1 turns 32×32×1 into 28×28×6. Fully connected, each of the 4,704 output values would "
        "have 1,024 weights and a bias: 4,821,600 parameters. The convolution has 156. Two ideas make the difference: "
        "each output sees 25 pixels and not 1,024, and all places of a map share their weights. What is lost is only "
        "what images seldom need: another feature detector at each place.",
        citation="Goodfellow, Bengio and Courville 2016, Deep Learning, section 9.2",
        link="https://www.deeplearningbook.org/contents/convnets.html",
        shipped=("course.arithmetic.integer",),
        needs_keras=False,
    ),
)

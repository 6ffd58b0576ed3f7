"""The exercises of lesson 01, Convolution."""

from course.checks import lesson_01_checks, lesson_01_filters, lesson_01_layer
from course.checks.exercise import Exercise

BOOK = "Goodfellow, Bengio and Courville 2016, Deep Learning"
BOOK_LINK = "https://www.deeplearningbook.org/contents/convnets.html"

EXERCISES = (
    Exercise(
        id="flip-kernel",
        title="Flip a kernel",
        wanted="a function flip_kernel(kernel) that returns a new array with rows and columns in reverse order",
        check=lesson_01_checks.flip_kernel,
        hints=(
            "The weight at the top left goes to the bottom right. Where does the one at the top right go?",
            "A slice with a step of -1 runs backwards: `numbers[::-1]`.",
            "An array of two axes takes two slices: the first for its rows, the second for its columns.",
        ),
        explanation="A convolution sums I(i - m, j - n) K(m, n): as m and n grow in the kernel, the place in the image "
        "moves up and to the left. Laid on the image the usual way, the kernel therefore stands turned by 180 degrees: "
        "the order of its rows and that of its columns are reversed. Transposing is another thing, a mirror along the "
        "diagonal. A kernel that looks the same after the flip, such as a Gaussian, makes convolution and "
        "cross-correlation agree.",
        citation=f"{BOOK}, section 9.1, equations 9.4 to 9.6",
        link=BOOK_LINK,
        needs_keras=False,
    ),
    Exercise(
        id="convolve-one-channel",
        title="Convolve one channel",
        wanted="a function convolve_one_channel(image, kernel), of two arrays (height, width), that flips the kernel "
        "and lays it wherever it fits inside the image",
        check=lesson_01_checks.convolve_one_channel,
        hints=(
            "A kernel of height 3 fits at how many places into an image of height 5? The result has that height.",
            "Flip the kernel once, before the loops. The window under it at row i and column j is "
            "`image[i:i + kernel_height, j:j + kernel_width]`.",
            "Multiply window and flipped kernel value by value, and sum the products: that is the result at [i, j]. "
            "Put the results in an array of floats.",
        ),
        explanation="Each value is the sum of I(i - m, j - n) K(m, n), the flipped kernel times the window under it. A "
        "kernel of k fits n - k + 1 times into n, so a valid convolution shrinks the image by k - 1. The flip is what "
        "makes convolution commutative: image and kernel may change places, which is handy in proofs. Without it the "
        "same loops compute the cross-correlation, which is what libraries for neural networks call convolution, since "
        "a kernel that is learned can be learned flipped.",
        citation=f"{BOOK}, section 9.1, equations 9.4 to 9.6",
        link=BOOK_LINK,
        needs_keras=False,
    ),
    Exercise(
        id="convolve",
        title="A convolutional layer",
        wanted='a function convolve(image, kernel, strides=1, padding="valid", dilation_rate=1) that computes what '
        "Keras's Conv2D does: image (height, width, channels), kernel (height, width, channels, filters), padding "
        '"valid" or "same", no flip, no bias; it returns (height, width, filters), of floats also for uint8',
        check=lesson_01_layer.convolve,
        hints=(
            "Begin with valid, strides 1 and no dilation. A window has all the channels, and each filter turns it into "
            "one number.",
            "Output [i, j] sees the window that begins at row i * strides. With dilation the window takes each "
            "dilation_rate-th row: a kernel of k spans (k - 1) * dilation_rate + 1 rows.",
            'With "same" there are ⌈size / strides⌉ outputs. They need (outputs - 1) * strides + span - size zeros, if '
            "that is more than 0: half before, half after, and an odd one after. `numpy.pad` puts them on.",
        ),
        explanation="A filter goes through all the channels and sums over them, so it gives one number at each place "
        "and one map in all; F filters give F maps. Keras does not flip the kernel: it computes the cross-correlation. "
        "Strides skip places, dilation spreads the weights and leaves their number as it is, and padding decides how "
        'the borders are treated. TensorFlow\'s "same" adds just enough zeros for ⌈size / strides⌉ outputs and puts an '
        "odd one after, so a paper's symmetric padding can be another function of the same shape.",
        citation="Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning",
        link="https://arxiv.org/abs/1603.07285",
    ),
    Exercise(
        id="gaussian-kernel",
        title="A Gaussian kernel",
        wanted="a function gaussian_kernel(size, sigma) that returns an array (size, size) of weights which fall with "
        "the distance from its centre and add up to 1",
        check=lesson_01_filters.gaussian_kernel,
        hints=(
            "The weight at a distance of x columns and y rows from the centre goes with exp(-(x² + y²) / (2σ²)).",
            "The pixels 0 to size - 1 have their centre at (size - 1) / 2, between two pixels if the size is even. "
            "Subtract it from `numpy.arange(size)`.",
            "Last, divide all weights by their sum. What would a sum of 2 do to the lightness of the image?",
        ),
        explanation="The blur replaces each pixel by a mean of its surroundings that counts near pixels more. The "
        "weights of a mean add up to 1, else the image becomes lighter or darker. 1 / (2πσ²) makes the integral over "
        "the whole plane 1, but a kernel cuts the bell off and takes it at a few points, so it is divided by the sum "
        "that is there. A size of about 6σ + 1 cuts off little. The bell is the product of one in x and one in y: two "
        "blurs along the axes do the same for 2k instead of k² multiplications. Marr and Hildreth chose it because no "
        "other filter is so narrow in space and in frequency at once.",
        citation="Marr and Hildreth 1980, Theory of edge detection",
        link="https://doi.org/10.1098/rspb.1980.0020",
        needs_keras=False,
    ),
    Exercise(
        id="sobel-edges",
        title="Sobel's edges",
        wanted="a function sobel_edges(image), of a grey image (height, width), that returns √(gx² + gy²) wherever the "
        "kernels fit inside the image, where gx comes from the kernel [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]] and gy from "
        "its transpose; flipped or not, and not divided by anything",
        check=lesson_01_filters.sobel_edges,
        hints=(
            "Convert the image to float first: uint8 holds no negative numbers, and a gradient is often one.",
            "Use the kernel on the image for gx, and the kernel transposed for gy: each fits at two places fewer than "
            "there are rows or columns.",
            "gx and gy are the two sides of a right angle; the edge's strength is the third side. `numpy.hypot` knows.",
        ),
        explanation="One kernel takes the difference across columns, the other across rows, and each smooths with "
        "1, 2, 1 in the other direction. Together they are a vector, the gradient, and its length says how sharp the "
        "edge is, whatever its direction. Flipping a kernel changes only the sign of gx or gy, which the squares "
        "remove: here convolution and cross-correlation agree. Sobel and Feldman weighed the middle twice so that "
        "edges of all directions get nearly the same strength. A net's first layer learns filters of this kind where "
        "its task asks for edges.",
        citation="Sobel 2014, History and Definition of the Sobel Operator, on his talk with Feldman of 1968",
        link="https://doi.org/10.13140/RG.2.1.1912.4965",
        needs_keras=False,
    ),
)

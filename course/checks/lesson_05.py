"""The exercises of lesson 05, VGG."""

from course.checks import lesson_05_checks
from course.checks.exercise import Exercise

VGG = "Simonyan and Zisserman 2015, Very Deep Convolutional Networks for Large-Scale Image Recognition"
VGG_LINK = "https://arxiv.org/abs/1409.1556"

EXERCISES = (
    Exercise(
        id="stacked-params",
        title="Small kernels in a stack",
        wanted="a function stacked_params(layers, kernel_size, channels) that returns two whole numbers: the weights "
        "of the stack and those of the single layer that sees as much",
        check=lesson_05_checks.stacked_params,
        hints=(
            "One 3×3 layer with C channels in and C filters has 3 · 3 · C · C weights. How many have two?",
            "One 3×3 sees 3 pixels a side, two see 5, three see 7. How many do n layers of kernel_size see?",
            "`field = layers * (kernel_size - 1) + 1`; the single layer has `field**2 * channels**2` weights.",
        ),
        explanation="Each layer after the first adds kernel_size - 1 to what a unit sees, so three 3×3 see 7×7. They "
        "have 3 · 9C² = 27C² weights, a single 7×7 has 49C², 81 % more. And the stack has three ReLUs where the "
        "single layer has one. The paper takes this as a regularisation of the 7×7 filters, which have to be made of "
        "3×3 ones with a non-linearity between. Its net B did better than a net with one 5×5 in place of each pair of "
        "3×3, whose top-1 error was 7 % higher.",
        citation=f"{VGG}, sections 2.3 and 4.1",
        link=VGG_LINK,
        needs_keras=False,
    ),
    Exercise(
        id="rescale-shorter-side",
        title="Rescale to the shorter side",
        wanted="a function rescale_shorter_side(height, width, shorter_side) that returns (height, width)",
        check=lesson_05_checks.rescale_shorter_side,
        hints=(
            "Which of the two is the shorter? It becomes shorter_side exactly.",
            "The factor is shorter_side / min(height, width), for both sides.",
            "`round(height * factor), round(width * factor)`.",
        ),
        explanation="VGG calls S the shorter side of the training image after rescaling, from which 224×224 is cut. "
        "With S = 256 the crop has most of the image; with a larger S it has a small part of an object. Since the "
        "aspect is kept, nothing is squeezed. Drawing S at random from 256 to 512 for each image, scale jittering, "
        "shows the net objects in many sizes, and lowered the top-1 error of configuration D from 27.0 to 25.6 %.",
        citation=f"{VGG}, section 3.1 and table 3",
        link=VGG_LINK,
        needs_keras=False,
    ),
    Exercise(
        id="dense-to-convolution",
        title="A fully connected layer as a convolution",
        wanted="a function dense_to_convolution(weights, height, width) that returns a kernel (height, width, "
        "channels, units)",
        check=lesson_05_checks.dense_to_convolution,
        hints=(
            "A unit of the layer has one weight for each place and channel of the map. So has a filter as large as it.",
            "Row i of weights belongs to input i. In which order does Flatten list the map's rows, columns, channels?",
            "`weights.reshape(height, width, channels, units)`, with channels = len(weights) // (height * width).",
        ),
        explanation="The same numbers are multiplied and added; only their arrangement differs. Flatten runs through "
        "rows, then columns, then channels, as the memory of a channels-last array does: a reshape is all. The gain is "
        "that a convolution takes larger maps, too: on an image larger than 224 the 7×7 kernel gives a map of class "
        "scores, which VGG averages at test time. The first fully connected layer becomes a 7×7 convolution, the other "
        "two 1×1.",
        citation=f"{VGG}, section 3.2",
        link=VGG_LINK,
    ),
)

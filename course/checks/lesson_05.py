"""The exercises of lesson 05, VGG."""

from course.checks import lesson_05_checks, lesson_05_nets, lesson_05_start
from course.checks.exercise import Exercise

VGG = "Simonyan and Zisserman 2015, Very Deep Convolutional Networks for Large-Scale Image Recognition"
VGG_LINK = "https://arxiv.org/abs/1409.1556"
MINIVGG = "Rosebrock 2017, Deep Learning for Computer Vision with Python, MiniVGGNet"

EXERCISES = (
    Exercise(
        id="vgg-block",
        title="A VGG block",
        wanted="a function vgg_block(x, filters, layers) that returns a tensor",
        check=lesson_05_nets.vgg_block,
        hints=(
            "Which kernel, strides and padding leave height and width as they are? Then so many of them can follow one "
            "another as one likes.",
            "`for _ in range(layers):` a new 3×3 convolution with as many filters, same padding and ReLU, each on what "
            "the one before gave.",
            'After the loop, once: `MaxPooling2D(2)(x)`. In it `Conv2D(filters, 3, padding="same", '
            'activation="relu")(x)`; an import of Keras\'s layers under the name of the argument would be hidden.',
        ),
        explanation="A 3×3 convolution padded by one zero on each side keeps the size, so depth does not depend on it: "
        "a block may have one layer or four. Only the pooling halves, and in the next block the filters double, up to "
        "512: as long as they do, a layer costs about as much as those before. A net is a list of blocks, and all six "
        "configurations of the paper follow from one function and a table.",
        citation=f"{VGG}, section 2.1 and table 1",
        link=VGG_LINK,
        shipped=("course.blocks.vgg_block",),
    ),
    Exercise(
        id="minivgg",
        title="MiniVGG",
        wanted="a function build_minivgg() that returns a keras.Model from 32×32×3 to 10 probabilities",
        check=lesson_05_nets.minivgg,
        hints=(
            "Two blocks: of 32 filters, then of 64, two 3×3 convolutions each. 32×32 becomes 16×16 and 8×8. Then a "
            "dense layer of 512 and one of 10.",
            "The order in a block is convolution, ReLU, batch normalisation, twice, then pooling, then dropout.",
            'Dropout is 0.25 after each pooling. After `Flatten()`: `Dense(512, activation="relu")`, batch '
            'normalisation, `Dropout(0.5)`, `Dense(10, activation="softmax")`.',
        ),
        explanation="It is VGG's pattern at the size of CIFAR-10: small kernels, same padding, filters that double "
        "when the map halves. Two poolings leave 8×8×64 = 4,096 values, and the first dense layer has 2,097,664 "
        "of the 2,171,178 parameters. Batch normalisation, and dropout between the blocks, are not VGG's: they came "
        "later. Here each normalisation follows its ReLU; those who introduced it, and ResNet, have it before. The "
        "net comes from a book, not a paper.",
        citation=MINIVGG,
        link="https://pyimagesearch.com/deep-learning-computer-vision-python-book/",
        shipped=("course.models.minivgg.image_input",),
    ),
    Exercise(
        id="vgg",
        title="VGG from a configuration",
        wanted='a function build_vgg(configuration) that returns a keras.Model for "A", "B", "C", "D" and "E", from '
        "224×224×3 to 1,000 probabilities",
        check=lesson_05_nets.vgg,
        hints=(
            "Table 1 has five blocks in each column. Their filters are 64, 128, 256, 512, 512 in all of them; what "
            "differs is how many layers a block has, and in C their kernels.",
            'A dictionary of kernel sizes says it all: `"A": [[3], [3], [3, 3], [3, 3], [3, 3]]`. In C the last layer '
            "of the last three blocks is 1×1.",
            "Two loops, over blocks and over kernel sizes. The end is that of AlexNet: `Flatten()`, twice `Dense(4096, "
            'activation="relu")` and `Dropout(0.5)`, `Dense(1000, activation="softmax")`.',
        ),
        explanation="The five nets have 11, 13, 16, 16 and 19 layers with weights, and nearly the same number of "
        "parameters, 133 to 144 million: 102,764,544 are in fc6, which sees 7×7×512 values. B to C shows that more "
        "non-linearity helps, C to D that it also matters to see the neighbourhood: the 1×1 of C keep the number of "
        "channels, and D, as deep, is better. Depth pays up to 19 layers, where the error levels off on this data.",
        citation=f"{VGG}, tables 1 and 2",
        link=VGG_LINK,
        shipped=("course.models.vgg.image_input", "course.blocks.vgg_block"),
        seconds=60,
    ),
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
        "3×3, whose top-1 error was 7 points higher.",
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
        id="initialise-from-a",
        title="Start from A",
        wanted="a function initialise_from_a(model, a) that sets weights of model, a VGG B to E, to those of a; "
        "layers with weights are named as in the paper, conv1_1 to fc8",
        check=lesson_05_start.initialise_from_a,
        hints=(
            "Which are A's first four convolutions? Write down the blocks of A beside those of D, and find "
            "the same four there.",
            "They are conv1_1, conv2_1, conv3_1 and conv3_2; fc6, fc7 and fc8 go along. Everything else keeps its "
            "random start.",
            "For each of the seven names: `model.get_layer(name).set_weights(a.get_layer(name).get_weights())`.",
        ),
        explanation="A, with 11 layers, could be trained from random weights. Deeper nets stalled: the gradient "
        "becomes unstable on its way through many layers with weights drawn from N(0, 0.1²). So the outer layers of "
        "B to E began with A's, and those between at random; all of them were trained on, with the same learning rate. "
        "After submission the authors found that Glorot's rule for the initial weights does without this. It was the "
        "question of the time: how to begin. Batch normalisation, He's initialisation and shortcuts answered it.",
        citation=f"{VGG}, section 3.1",
        link=VGG_LINK,
        shipped=("course.models.vgg.initialise_from_a",),
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

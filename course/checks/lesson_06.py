"""The exercises of lesson 06, network in network and GoogLeNet."""

from course.checks import lesson_06_checks, lesson_06_nets
from course.checks.exercise import Exercise

GOOGLENET = (
    "Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke and Rabinovich 2015, Going Deeper with Convolutions"
)
GOOGLENET_LINK = "https://arxiv.org/abs/1409.4842"
NIN = "Lin, Chen and Yan 2014, Network In Network"
NIN_LINK = "https://arxiv.org/abs/1312.4400"

EXERCISES = (
    Exercise(
        id="bottleneck-costs",
        title="What a 1×1 reduction saves",
        wanted="a function bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width) that returns "
        "four whole numbers: weights and MACs directly, weights and MACs through the 1×1",
        check=lesson_06_checks.bottleneck_costs,
        hints=(
            "A convolution has kernel_size² weights for each pair of an input channel and a filter.",
            "Through the reduction there are two convolutions: 1×1 from in_channels to reduced, then the large one "
            "from reduced to filters. Add them.",
            "Each weight is used once at each of height * width places: MACs are weights times places.",
        ),
        explanation="A 1×1 convolution mixes channels at each pixel; with few filters it sums up many channels in few. "
        "3×3 from 16 to 32 channels has 9 · 16 · 32 = 4,608 weights; through 5 channels it has 16 · 5 + 9 · 5 · 32 = "
        "1,520: 33 % of them. GoogLeNet's first 5×5, from 192 to 32 channels, has 153,600 weights, and through 16 "
        "channels 15,872. MACs shrink by the same factor, since both convolutions run at every pixel. The reduction is "
        "followed by a ReLU: it adds a non-linearity besides.",
        citation=f"{GOOGLENET}, section 4 and table 1",
        link=GOOGLENET_LINK,
        shipped=("course.arithmetic.conv_params", "course.arithmetic.conv_macs"),
        needs_keras=False,
    ),
    Exercise(
        id="mlpconv",
        title="The mlpconv block",
        wanted="a function mlpconv(x, filters, kernel_size, strides=1) that returns a tensor; filters has three "
        "numbers, padding is same",
        check=lesson_06_nets.mlpconv,
        hints=(
            "Network in network slides a small multilayer perceptron over the image. Which kernel size sees one pixel "
            "alone, with all its channels?",
            "Three convolutions, one after another: kernel_size and strides belong to the first, the others are 1×1.",
            '`layers.Conv2D(filters[0], kernel_size, strides, padding="same", activation="relu")(x)`, then two with '
            "kernel size 1, ReLU after each.",
        ),
        explanation="A convolution with ReLU is a generalised linear model of each patch: it separates what a "
        "hyperplane can. The two 1×1 convolutions put a multilayer perceptron there, with the same weights at every "
        "pixel, which can separate more. It is the same as two dense layers applied to the channels of each pixel. "
        "They cost little: a 1×1 has a 25th of the weights of a 5×5 of the same width. The ReLU between them matters, "
        "as without it they would be one linear map.",
        citation=f"{NIN}, section 3.1",
        link=NIN_LINK,
        shipped=("course.blocks.mlpconv_block", "course.blocks.conv"),
    ),
    Exercise(
        id="inception",
        title="The Inception module",
        wanted="a function inception(x, f1, f3r, f3, f5r, f5, proj) that returns a tensor",
        check=lesson_06_nets.inception,
        hints=(
            "Four branches start from x: 1×1; 1×1 then 3×3; 1×1 then 5×5; pooling then 1×1. Which argument is the "
            "width of which?",
            "All four are to have the height and width of x: same padding everywhere, and strides of 1 in the pooling, "
            "too. Each convolution is followed by ReLU.",
            '`layers.MaxPooling2D(3, strides=1, padding="same")(x)`, its 1×1 to proj, and at the end '
            "`layers.Concatenate()` of the four.",
        ),
        explanation="A module looks at patches of several sizes at once, and the next layer chooses. Its channels are "
        "f1 + f3 + f5 + proj: the maps stand side by side, so they need one height and width, which same padding and "
        "strides of 1 keep. Without the 1×1 reductions the 5×5 on hundreds of channels would cost most of the net. "
        "Pooling cannot change the number of channels, so its projection comes after it: without one the channels "
        "would grow from module to module.",
        citation=f"{GOOGLENET}, section 4 and fig. 2b",
        link=GOOGLENET_LINK,
        shipped=("course.blocks.inception_module", "course.blocks.concatenate"),
    ),
    Exercise(
        id="googlenet",
        title="GoogLeNet",
        wanted="a function build_googlenet() that returns a keras.Model with one output; conv1 is padded with 3 zeros "
        "on each side, and local response normalisation is the course's, n=5, k=1, alpha=1e-4/5, beta=0.75",
        check=lesson_06_nets.googlenet,
        hints=(
            "Put the rows of table 1 in a dictionary and loop over it with your inception. A 3×3 max pooling of stride "
            "2 comes before 4a and before 5a.",
            "Before the modules: 7×7 to 64 with strides 2, pool, LRN, 1×1 to 64, 3×3 to 192, LRN, pool. The pools are "
            '3×3 with strides 2 and padding="same", and the maps are 112, 56 and 28 wide.',
            "`course.layers.LocalResponseNormalization(n=5, k=1, alpha=1e-4 / 5, beta=0.75)`. After 5b: average over "
            'the 7×7 map, `Dropout(0.4)`, `Dense(1000, activation="softmax")`.',
        ),
        explanation="Nine modules of six convolutions each stand on three plain ones: 57 convolutions, but 22 layers "
        "deep. Averaging the last 7×7 maps leaves 1,024 numbers for the only fully connected layer, 1,025,000 weights "
        "and biases, where AlexNet has 58.6 million in three. So the whole net has 6,998,552 parameters, a ninth of "
        "AlexNet's. The table's own column of parameters does not follow from its columns of filters: count from the "
        "filters.",
        citation=f"{GOOGLENET}, table 1 and fig. 3",
        link=GOOGLENET_LINK,
        shipped=("course.models.googlenet.image_input", "course.blocks.inception_module"),
    ),
    Exercise(
        id="auxiliary-heads",
        title="Auxiliary heads",
        wanted="a function auxiliary_head(x, num_classes) that returns a tensor of probabilities",
        check=lesson_06_nets.auxiliary_head,
        hints=(
            "Section 5 of the paper lists what a head has: a 5×5 average pooling with strides 3, a 1×1 convolution, "
            "two fully connected layers.",
            "Without padding the pooling takes 14×14 to 4×4. The 1×1 convolution has 128 filters and ReLU; flatten its "
            "map.",
            'Then `Dense(1024, activation="relu")`, `Dropout(0.7)` and `Dense(num_classes, activation="softmax")`.',
        ),
        explanation="The heads sit on the outputs of 4a and 4d, 14×14 maps of 512 and 528 channels. Pooling to 4×4 and "
        "128 channels leaves 2,048 numbers: still the first dense layer of a head has 2.1 million weights, and the two "
        "heads 6.4 million parameters, nearly as many as the rest. That is why so much of it is dropped, 70 %. They "
        "are for training alone: at test time they go, and cost nothing.",
        citation=f"{GOOGLENET}, section 5",
        link=GOOGLENET_LINK,
        shipped=("course.models.googlenet._auxiliary_head",),
    ),
    Exercise(
        id="auxiliary-loss",
        title="Auxiliary losses",
        wanted="a function auxiliary_loss(main, auxiliary, training=True, weight=0.3) that returns a number",
        check=lesson_06_checks.auxiliary_loss,
        hints=(
            "What is minimised without any heads? auxiliary may be an empty list.",
            "In training each head's loss is multiplied by weight and added to the main loss.",
            "Outside training the heads are thrown away: the main loss alone is left.",
        ),
        explanation="GoogLeNet has 22 layers, and in 2014 there was no batch normalisation. Two small classifiers in "
        "the middle were to bring the gradient nearer to the early layers, and to make the features there tell "
        "classes apart. Their losses count 0.3 times, so that the last classifier leads, and at test time they are "
        "thrown away. Later work by the same group found that they act more as a regulariser: early in training they "
        "make no difference (Szegedy et al. 2016).",
        citation=f"{GOOGLENET}, section 5",
        link=GOOGLENET_LINK,
        needs_keras=False,
    ),
)

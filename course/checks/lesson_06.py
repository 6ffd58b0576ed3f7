"""The exercises of lesson 06, network in network and GoogLeNet."""

from course.checks import lesson_06_checks
from course.checks.exercise import Exercise

GOOGLENET = (
    "Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke and Rabinovich 2015, Going Deeper with Convolutions"
)
GOOGLENET_LINK = "https://arxiv.org/abs/1409.4842"

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

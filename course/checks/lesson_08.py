"""The exercises of lesson 08, DenseNet."""

from course.checks import lesson_08_checks
from course.checks.exercise import Exercise

EXERCISES = (
    Exercise(
        id="dense-channels",
        title="Channels of a DenseNet",
        wanted="a function dense_channels(initial, growth_rate, blocks, compression=1.0) that returns a list with the "
        "channels after each block",
        check=lesson_08_checks.dense_channels,
        hints=(
            "A layer of a dense block makes growth_rate new maps and puts them beside those it was given. How many are "
            "there after two layers?",
            "After a block of n layers there are initial + n * growth_rate. The transition then keeps a share of them, "
            "rounded down.",
            "One loop: append after the block, then `channels = int(channels * compression)` for the next.",
        ),
        explanation="Concatenation keeps everything: after n layers a block has initial + n · growth_rate channels, so "
        "they grow linearly, not geometrically, though each layer sees all before it. In DenseNet-121 the first block "
        "goes from 64 to 64 + 6 · 32 = 256, and its transition halves that to 128. Without transitions the last block "
        "would end with 1,920 channels instead of 1,024. Since all earlier maps stay at hand, a layer need not copy "
        "them and can be narrow: 12 to 48 new maps.",
        citation="Huang, Liu, van der Maaten and Weinberger 2017, Densely Connected Convolutional Networks, section 3 "
        "and table 1",
        link="https://arxiv.org/abs/1608.06993",
        needs_keras=False,
    ),
)

"""The exercises of lesson 08, DenseNet."""

from course.checks import lesson_08_checks, lesson_08_nets
from course.checks.exercise import Exercise

HUANG = "Huang, Liu, van der Maaten and Weinberger 2017, Densely Connected Convolutional Networks"
LINK = "https://arxiv.org/abs/1608.06993"

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
        citation=f"{HUANG}, section 3 and table 1",
        link=LINK,
        needs_keras=False,
    ),
    Exercise(
        id="dense-block",
        title="The dense block",
        wanted="a function dense_block(x, num_layers, growth_rate) that returns a tensor, as in DenseNet-BC: a layer "
        "is BN-ReLU-1×1-BN-ReLU-3×3, and no convolution has a bias",
        check=lesson_08_nets.dense_block,
        hints=(
            "Each layer sees x and all the maps made before it, and puts its own beside them. What grows in the loop?",
            "A layer: batch normalisation, ReLU, 1×1 to 4 * growth_rate; batch normalisation, ReLU, same-padded 3×3 to "
            "growth_rate. The order is the reverse of ResNet's.",
            "`for _ in range(num_layers): x = layers.Concatenate()([x, layer(x)])`, with the six steps in layer.",
        ),
        explanation="A ResNet adds what a block makes to what came in, and the two can no longer be told apart. A "
        "dense block keeps every map, so a layer need only make what is new: growth_rate maps, 12 to 48. Each layer "
        "also has a short way to the loss. Normalisation comes first, since the maps side by side were made by "
        "different layers and are scaled here for this one's needs. The 1×1, the B of BC, brings many channels down to "
        "4 · growth_rate before the 3×3, which would be dear on hundreds.",
        citation=f"{HUANG}, section 3",
        link=LINK,
        shipped=("course.blocks.dense_block", "course.blocks.bn_relu_conv"),
    ),
    Exercise(
        id="transition",
        title="The transition",
        wanted="a function transition(x, compression=0.5) that returns a tensor",
        check=lesson_08_nets.transition,
        hints=(
            "A transition makes maps fewer and smaller. Which layer changes the number of channels, which height and "
            "width?",
            "Batch normalisation, ReLU and a 1×1 convolution without bias to int(compression * channels); then pool.",
            "`layers.AveragePooling2D(2)` comes last, and `x.shape[-1]` is the number of channels.",
        ),
        explanation="Maps can be put side by side only if they have one size, so a dense block cannot halve them: that "
        "is done between blocks. The 1×1 convolution, the C of BC, halves the channels too, or they would pile up from "
        "block to block. Averaging keeps something of each of the four values, where the strided convolutions of a "
        "ResNet learn how to halve.",
        citation=f"{HUANG}, section 3 and table 1",
        link=LINK,
        shipped=("course.blocks.transition", "course.blocks.bn_relu_conv"),
    ),
    Exercise(
        id="densenet",
        title="DenseNet",
        wanted="a function build_densenet(blocks, growth_rate) that returns a keras.Model for 224×224×3 images and "
        "1,000 classes, DenseNet-BC with so many layers in each of the blocks; conv1 is padded with 3 zeros on each "
        "side, its pooling with 1",
        check=lesson_08_nets.densenet,
        hints=(
            "Table 1 has four blocks and a growth rate of 32; yours takes a tuple, (6, 12, 24, 16) for DenseNet-121. "
            "Loop over it with your dense_block and transition.",
            "Before the first block: 7×7 with strides 2 to 2 * growth_rate, batch normalisation, ReLU, 3×3 max pooling "
            "with strides 2. Write `layers.ZeroPadding2D` before each of the two.",
            "A transition follows each block but the last. After that one: batch normalisation and ReLU, "
            '`GlobalAveragePooling2D()`, `Dense(1000, activation="softmax")`.',
        ),
        explanation="The depth counts layers with weights: in 121 there are 2 · (6 + 12 + 24 + 16) = 116 in the "
        "blocks, 3 in transitions, conv1 and the dense layer. With 7,978,856 parameters, less than a third of "
        "ResNet-50's 25,557,032, it has nearly ResNet-50's error in the paper's figure 3. What it saves in weights it "
        "costs in memory while training, as all the maps side by side have to be kept for the gradient.",
        citation=f"{HUANG}, table 1 and section 4.4",
        link=LINK,
        shipped=("course.models.densenet.image_input", "course.blocks.dense_block", "course.blocks.bn_relu_conv"),
    ),
)

"""The exercises of lesson 07, ResNet."""

from course.checks import lesson_07_checks, lesson_07_gradients, lesson_07_nets
from course.checks.exercise import Exercise

HE = "He, Zhang, Ren and Sun 2016, Deep Residual Learning for Image Recognition"
HE_LINK = "https://arxiv.org/abs/1512.03385"

EXERCISES = (
    Exercise(
        id="batch-normalization",
        title="Batch normalisation",
        wanted="a function batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, "
        "epsilon=1e-3) that returns (outputs, moving_mean, moving_variance)",
        check=lesson_07_checks.batch_normalization,
        hints=(
            "A channel has one mean and one variance, whatever the height and width. Over which axes are they taken?",
            "In training use those of the batch, `x.mean(axis=(0, 1, 2))` for images; otherwise the moving ones. "
            "Divide by np.sqrt(variance + epsilon).",
            "After a training step: `momentum * moving_mean + (1 - momentum) * mean`, and the same for the variance. "
            "Return three arrays; change none in place.",
        ),
        explanation="In training, a channel gets the mean 0 and the variance 1 over the batch and all positions, and "
        "then any mean and scale that gamma and beta learn. A convolution has the same weights everywhere, so its "
        "maps are normalised as a whole. For one image at test time there is no batch: the moving averages stand in, "
        "and the layer is then only a scale and a shift, which can be folded into the convolution before it. That is "
        "why a bias before it is lost labour: the mean takes it away. Keras and PyTorch mean opposite things by "
        "momentum, and PyTorch's moving variance divides by the count less one, as the paper's does.",
        citation="Ioffe and Szegedy 2015, Batch Normalization, algorithm 1 and sections 3.1 and 3.2",
        link="https://arxiv.org/abs/1502.03167",
    ),
    Exercise(
        id="residual-block",
        title="The residual block",
        wanted="a function residual_block(x, filters, strides=1) that returns a tensor; convolutions have no bias, 3×3 "
        "ones a padding of 1 on each side, and where the shape changes the shortcut is projected (option B)",
        check=lesson_07_nets.residual_block,
        hints=(
            "Two ways lead from x to the addition: two convolutions with batch normalisation after each, and x itself. "
            "Where are the two ReLUs?",
            "The first convolution has the strides. If they are not 1, or x has not `filters` channels, the shortcut "
            "is a 1×1 convolution with the same strides, and batch normalisation.",
            "With strides of 2 same padding puts no zero before and one after. Write `layers.ZeroPadding2D(1)(x)`, "
            "then a convolution without padding. At the end: `layers.ReLU()(layers.Add()([x, y]))`.",
        ),
        explanation="A plain block has to learn the map H(x) that is wanted, a residual one H(x) - x. If the best a "
        "block can do is to leave x as it is, weights near 0 will do, which is easier to learn than an identity "
        "through two convolutions. So a deeper net need not be worse than a shallow one. The ReLU comes after the "
        "addition, since before it a block could only ever add to x. Adding costs no parameters; the projection does, "
        "and is there only because tensors of different shapes cannot be added.",
        citation=f"{HE}, sections 3.1 to 3.3 and fig. 5",
        link=HE_LINK,
        shipped=("course.blocks.residual_block", "course.blocks._add_shortcut"),
    ),
    Exercise(
        id="bottleneck-block",
        title="The bottleneck block",
        wanted="a function bottleneck_block(x, filters, strides=1) that returns a tensor of 4 * filters channels; the "
        "strides are in the first 1×1, and where the shape changes the shortcut is projected (option B)",
        check=lesson_07_nets.bottleneck_block,
        hints=(
            "1×1, 3×3, 1×1. Which of the three has four times as many filters as the others?",
            "Batch normalisation follows each convolution, ReLU the first two, and the third comes after the addition.",
            "The shortcut is projected if strides are not 1 or x has not 4 * filters channels: a 1×1 convolution to "
            "4 * filters with the strides, then batch normalisation.",
        ),
        explanation="The 1×1 convolutions take the channels down and up again, so that the 3×3 works on a quarter of "
        "them. On 256 channels, with filters=64, the block has 69,632 weights; two 3×3 at full width would have "
        "1,179,648. So ResNet-50 has about the compute of ResNet-34, 3.8 against 3.6 billion multiply-adds. The "
        "identity shortcut matters here: a projection would join the two wide ends and double the block's size. Many "
        "later versions have the strides in the 3×3, version 1.5, which sees every pixel, where a strided 1×1 skips "
        "three of four.",
        citation=f"{HE}, section 4.1 and fig. 5",
        link=HE_LINK,
        shipped=("course.blocks.bottleneck_block", "course.blocks._add_shortcut"),
    ),
    Exercise(
        id="resnet-cifar",
        title="A ResNet for CIFAR",
        wanted="a function build_resnet(n) that returns a keras.Model of 6n + 2 layers, for 32×32×3 images and 10 "
        "classes; shortcuts as in the paper (option A: every other pixel, and zeros for the new channels) or projected "
        "(option B)",
        check=lesson_07_nets.resnet_cifar,
        hints=(
            "One 3×3 convolution, three stages of n blocks, one dense layer: 1 + 3 · 2n + 1 layers. The stages have "
            "16, 32 and 64 filters.",
            "The first block of the second and of the third stage has strides of 2, all others 1. The first "
            "convolution has 16 filters, batch normalisation and ReLU, and no pooling after it.",
            "`for stage, filters in enumerate((16, 32, 64)): for i in range(n): x = residual_block(x, filters, "
            "strides=2 if stage and not i else 1)`. Then `GlobalAveragePooling2D()` and "
            '`Dense(10, activation="softmax")`.',
        ),
        explanation="Each stage but the first halves the maps and doubles the filters, so that all layers cost about "
        "the same. Shortcut A copies every other pixel and fills the new channels with zeros: no parameters, and a "
        "plain net of the same depth has exactly as many, 269,722 at 20 layers, as a fair comparison needs. In the "
        "paper the plain net's error grows from 20 to 56 layers, on the training set too, while the ResNet's falls: "
        "8.75 % at 20 layers, 6.97 % at 56.",
        citation=f"{HE}, section 4.2 and table 6",
        link=HE_LINK,
        shipped=("course.models.resnet.image_input", "course.blocks.residual_block", "course.blocks._add_shortcut"),
    ),
    Exercise(
        id="gradient-norms",
        title="Gradients layer by layer",
        wanted="a function gradient_norms(model, images, labels) that returns a list or a dictionary: for each layer "
        "with a kernel the norm of the gradient of the mean cross-entropy, in training",
        check=lesson_07_gradients.gradient_norms,
        hints=(
            "`tf.GradientTape` records what the model computes; `tape.gradient(loss, weights)` goes back over it. The "
            "model's call and the loss both belong inside the `with`.",
            "The model ends with softmax: `keras.losses.sparse_categorical_crossentropy(labels, model(images, "
            "training=True))` gives a loss for each image. Take their mean.",
            '`[layer.kernel for layer in model.layers if hasattr(layer, "kernel")]` are the weights. The norm is the '
            "root of the sum of squares, `tf.norm(gradient)`.",
        ),
        explanation="If gradients vanish, early layers hardly change, and depth is of no use. Measuring is better than "
        "guessing: the authors of ResNet did, and found that in plain nets with batch normalisation neither the "
        "signals forward nor the gradients backward vanish. So degradation has another cause; they suspect that such "
        "nets converge very slowly. Without normalisation or He's initialisation the norms may well shrink by a "
        "factor a layer. In training mode batch normalisation divides by the batch's own deviation, which depends on "
        "the weights, so the gradient is another one than in use.",
        citation=f"{HE}, section 4.1, plain networks",
        link=HE_LINK,
        shipped=("course.training.probes.gradient_norms", "course.training.probes._gradients"),
    ),
)

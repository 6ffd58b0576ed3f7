"""The exercises of lesson 07, ResNet."""

from course.checks import lesson_07_checks
from course.checks.exercise import Exercise

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
)

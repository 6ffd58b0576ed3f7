"""The exercises of lesson 04, AlexNet and ZFNet."""

from course.checks import lesson_04_colour, lesson_04_dropout, lesson_04_normalization
from course.checks.exercise import Exercise

ALEXNET = "Krizhevsky, Sutskever and Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks"
ALEXNET_LINK = "https://papers.nips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html"

EXERCISES = (
    Exercise(
        id="local-response-normalization",
        title="Local response normalisation",
        wanted="a function lrn(x, n=5, k=2, alpha=1e-4, beta=0.75) that returns an array in the shape of x, (batch, "
        "height, width, channels)",
        check=lesson_04_normalization.local_response_normalization,
        hints=(
            "Each value is divided by (k + alpha · sum)^beta. The sum is over squares: of which channels, for n = 5?",
            "Channel i looks at the channels i - n // 2 to i + n // 2 at the same pixel, as far as they exist.",
            "For each channel i: `first = max(0, i - n // 2)`, and "
            "`(x[..., first : i + n // 2 + 1] ** 2).sum(axis=-1)`. Mind that first may not be negative.",
        ),
        explanation="Maps compete: a value is made smaller where its neighbours among the channels answer strongly at "
        "the same pixel. The neighbours are an accident of numbering, and the net learns with it. alpha multiplies "
        "the sum as it is; Caffe and PyTorch divide it by n, so that the paper's 1e-4 is 5e-4 there, and TensorFlow's "
        "depth_radius is n // 2. The paper credits the layer with 1.4 points of top-1 and 1.2 of top-5 error. VGG "
        "found no gain in 2014, and nets since then use batch normalisation.",
        citation=f"{ALEXNET}, section 3.3",
        link=ALEXNET_LINK,
        shipped=("course.layers.LocalResponseNormalization.call",),
    ),
    Exercise(
        id="dropout",
        title="Dropout",
        wanted="a function dropout(x, rate, uniform, training=True) that returns an array in the shape of x",
        check=lesson_04_dropout.dropout,
        hints=(
            "Outside training nothing happens. In training a value stays where its number in uniform is rate or more.",
            "With rate 0.75 a quarter of the values stays. What must they be multiplied by so that the mean is as "
            "before?",
            "`np.where(uniform >= rate, x / (1 - rate), 0)`, if training.",
        ),
        explanation="In training each unit is there with probability 1 - rate, so no unit can rely on another: the net "
        "learns features that are useful with many others. A mean over many such nets would be wanted in the end; the "
        "whole net, with its activations scaled, comes close. AlexNet leaves what it keeps as it is and multiplies by "
        "0.5 at test time. Keras, PyTorch and TensorFlow divide by 1 - rate in training, called inverted dropout: "
        "the expected value is the same, and nothing is left to do at test time.",
        citation=f"{ALEXNET}, section 4.2",
        link=ALEXNET_LINK,
    ),
    Exercise(
        id="pca-colour",
        title="PCA colour augmentation",
        wanted="a function pca_colour(image, eigenvalues, eigenvectors, alphas) that returns an array (height, width, "
        "3) of floats",
        check=lesson_04_colour.pca_colour,
        hints=(
            "It is one colour, three numbers, the same for every pixel: `image + colour` does the rest.",
            "Component i is the column eigenvectors[:, i]; it counts alphas[i] * eigenvalues[i] times.",
            "The sum over the components is a product: `eigenvectors @ (alphas * eigenvalues)`. Make bytes floats "
            "first.",
        ),
        explanation="The colours of all pixels of the training set form a cloud, long in the direction from dark to "
        "bright. Its principal components are the eigenvectors of the 3×3 covariance of red, green and blue. The "
        "paper draws three alphas for each image, each time it is used, from a Gaussian with standard deviation 0.1, "
        "and moves all its pixels along the components: what an object is does not change when the light gets "
        "brighter or warmer. The top-1 error falls by over 1 %. The paper multiplies by the eigenvalues, which are "
        "variances, and not by their roots.",
        citation=f"{ALEXNET}, section 4.1",
        link=ALEXNET_LINK,
    ),
)

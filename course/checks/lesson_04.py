"""The exercises of lesson 04, AlexNet and ZFNet."""

from course.checks import lesson_04_colour, lesson_04_dropout, lesson_04_nets, lesson_04_normalization
from course.checks.exercise import Exercise

ALEXNET = "Krizhevsky, Sutskever and Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks"
ALEXNET_LINK = "https://papers.nips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html"
ZEILER = "Zeiler and Fergus 2014, Visualizing and Understanding Convolutional Networks"
ZEILER_LINK = "https://arxiv.org/abs/1311.2901"

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
        "brighter or warmer. The top-1 error falls by over one point. The paper multiplies by the eigenvalues, which "
        "are variances, and not by their roots.",
        citation=f"{ALEXNET}, section 4.1",
        link=ALEXNET_LINK,
    ),
    Exercise(
        id="alexnet",
        title="AlexNet in one tower",
        wanted="a function build_alexnet() that returns a keras.Model from 227×227×3 to 1,000 probabilities",
        check=lesson_04_nets.alexnet,
        hints=(
            "Write the shape after each layer of figure 2: 55×55×96, 27×27×96, 27×27×256, 13×13×256, and so on to "
            "6×6×256. Only conv1 is without padding.",
            "conv1 and conv2 go: convolution, ReLU, local response normalisation, maximum pooling. conv3, conv4 and "
            "conv5 follow one another, and then comes the third pooling. All windows are 3×3 with strides 2.",
            "`course.layers.LocalResponseNormalization()` has the paper's constants. The end is `Flatten()`, twice "
            '`Dense(4096, activation="relu")` and `Dropout(0.5)`, and `Dense(1000, activation="softmax")`.',
        ),
        explanation="conv1 takes 227 to 55, for (227 - 11) / 4 + 1 = 55; the paper says 224, which would give 54. "
        "Poolings of 3×3 with strides 2 make 27, 13 and 6 of it, and everything else is padded to keep its size. Of "
        "the 62,378,344 parameters, 94 % are in the three fully connected layers, and 37,752,832 in fc6 alone, which "
        "sees 6×6×256 values: so that is where dropout is. Of the multiply-accumulates, 95 % are in the "
        "convolutions. ReLU was known before; the paper shows that deep nets train several times faster with it than "
        "with tanh.",
        citation=f"{ALEXNET}, section 3 and fig. 2",
        link=ALEXNET_LINK,
        shipped=("course.models.alexnet.image_input", "course.models.alexnet.dense_head"),
    ),
    Exercise(
        id="alexnet-two-towers",
        title="AlexNet in two towers",
        wanted="a function build_two_towers() that returns a keras.Model from 227×227×3 to 1,000 probabilities",
        check=lesson_04_nets.two_towers,
        hints=(
            "Each GPU has half of the filters of every layer. In which layers do its kernels see the other's maps, "
            "too? Figure 2 shows the lines that cross.",
            "conv3 and the fully connected layers see all maps. The kernels of conv2, conv4 and conv5 see the maps of "
            "their own GPU alone.",
            '`Conv2D(256, 5, padding="same", groups=2, activation="relu")` has two towers in one layer. Or '
            "write each tower with half of the filters, and `Concatenate()` before conv3 and before `Flatten()`.",
        ),
        explanation="One GPU of 2012 had 3 GB, too few for the net and its training: so its maps were spread over two, "
        "which exchange them only before conv3 and before fc6. A kernel of conv2 sees 48 maps in place of 96: conv2, "
        "conv4 and conv5 have half of the weights and half of the multiply-accumulates, and the net 60,965,224 "
        "parameters. Against a net on one GPU with half of the kernels, it lowered the top-1 error by 1.7 points. "
        "Later nets, ResNeXt for one, took grouped convolutions up again.",
        citation=f"{ALEXNET}, sections 3.2 and 3.5, fig. 2",
        link=ALEXNET_LINK,
        shipped=("course.models.alexnet.image_input", "course.models.alexnet.dense_head"),
    ),
    Exercise(
        id="zfnet",
        title="From AlexNet to ZFNet",
        wanted="a function build_zfnet() that returns a keras.Model from 224×224×3 to 1,000 probabilities, "
        "with local response normalisation as in AlexNet",
        check=lesson_04_nets.zfnet,
        hints=(
            "Figure 3 gives the sizes: 224, then 110, 55, 26, 13, 13, 13, 13 and 6. Which layer makes which step?",
            "Against AlexNet in one tower: conv1 is 7×7 with strides 2, conv2 has strides 2, too, and normalisation "
            "follows the pooling. Filters stay 96, 256, 384, 384, 256.",
            "`ZeroPadding2D(1)` before conv1 gives 110. conv2 has no padding. The first two poolings round up: "
            '`MaxPooling2D(3, 2, padding="same")`.',
        ),
        explanation="The authors projected what AlexNet's units respond to back into the image. The filters of conv1 "
        "showed high and low frequencies and few between: so they became smaller, 7×7. The second layer showed "
        "aliasing, which the strides of 4 had caused: so these became 2, and conv2 takes over the other half of the "
        "reduction. More places are computed early, 110×110 in place of 55×55. The parameters hardly change, "
        "62,357,608; the top-5 error of a single net on the validation images falls from 18.1 to 16.5 % in their own "
        "comparison. The widths 512, 1024, 512 belong to a larger variant.",
        citation=f"{ZEILER}, sections 4.1 and 5.1, fig. 3",
        link=ZEILER_LINK,
        shipped=("course.models.zfnet.image_input", "course.models.zfnet.dense_head"),
    ),
)

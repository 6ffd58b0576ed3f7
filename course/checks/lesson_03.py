"""The exercises of lesson 03, LeNet-5."""

from course.checks import lesson_03_checks
from course.checks.exercise import Exercise

PAPER = "LeCun, Bottou, Bengio and Haffner 1998, Gradient-Based Learning Applied to Document Recognition"
LINK = "https://doi.org/10.1109/5.726791"

EXERCISES = (
    Exercise(
        id="subsampling",
        title="Trainable subsampling (S2)",
        wanted="a class Subsampling(keras.layers.Layer) that needs no arguments",
        check=lesson_03_checks.subsampling,
        hints=(
            "S2 has 12 parameters for 6 maps. What does each map have?",
            "In `build`, make two weights of shape (channels,) with `self.add_weight`; channels is input_shape[-1].",
            "`keras.ops.average_pool(x, 2, 2)` averages windows of 2×2. The sum is four times that.",
        ),
        explanation="Each unit of S2 adds four inputs, multiplies by a trainable coefficient and adds a trainable "
        "bias, one of each a map: 12 parameters for six maps. With a small coefficient and tanh after it, the unit is "
        "nearly linear and blurs its input; with a large one it acts as a noisy OR or AND, by its bias. Average "
        "pooling is the case of a coefficient fixed at 1/4 and a bias at 0.",
        citation=f"{PAPER}, section II.B",
        link=LINK,
        shipped=("course.layers.TrainableSubsampling2D.call",),
    ),
    Exercise(
        id="c3-params",
        title="Parameters of a partially connected C3",
        wanted="a function c3_params(connections, kernel_size=5) that returns a whole number",
        check=lesson_03_checks.c3_params,
        hints=(
            "An output map with three input maps has three kernels and one bias. How many numbers is that for 5×5?",
            "Table I gives sizes 6 × 3, 9 × 4 and 1 × 6: 60 kernels in all, and 16 biases.",
            "Go over the rows: `len(maps) * kernel_size**2 + 1` each.",
        ),
        explanation="C3's sixteen maps see 3, 4 or 6 of S2's maps: 60 pairs of the possible 96. Each pair has a 5×5 "
        "kernel and each map of C3 one bias: 60 × 25 + 16 = 1,516 parameters, where the full table has 96 × 25 + 16 = "
        "2,416. The paper gives two reasons: fewer connections, and maps that must become different since they see "
        "different inputs.",
        citation=f"{PAPER}, section II.B and table I",
        link=LINK,
        needs_keras=False,
    ),
    Exercise(
        id="lenet5",
        title="LeNet-5",
        wanted="a function build_lenet5() that returns a keras.Model",
        check=lesson_03_checks.lenet5,
        hints=(
            "The layers are C1 S2 C3 S4 C5 F6 OUTPUT. Write the shape after each: 28×28×6, 14×14×6, and so on.",
            "C1, C3, C5 are valid 5×5 convolutions with tanh, of 6, 16, 120 filters; S2 and S4 average 2×2 windows.",
            'After C5, 1×1×120: `Flatten()`, `Dense(84, activation="tanh")`, `Dense(10, activation="softmax")`.',
        ),
        explanation="5×5 without padding takes 32 to 28 and 14 to 10; each pooling halves. What is left before C5 is "
        "5×5, so a 5×5 convolution sees it whole: C5 is fully connected, and the paper calls it a convolution because "
        "a larger image would give it a larger map. Of the 61,706 parameters 48,120 are in C5.",
        citation=f"{PAPER}, section II.B and fig. 2",
        link=LINK,
        shipped=("course.models.lenet.image_input",),
    ),
    Exercise(
        id="rbf",
        title="RBF output",
        wanted="a function rbf(x, codes) that returns squared distances, (batch, classes)",
        check=lesson_03_checks.rbf,
        hints=(
            "Equation 7: y_i is the sum over j of (x_j - w_ij)².",
            "`x[:, None]` is (batch, 1, features) and `codes` is (classes, features): their difference broadcasts.",
            "Square the difference, then sum over the last axis.",
        ),
        explanation="Each output unit holds a fixed picture of its class, 7×12 pixels of -1 and +1, and measures how "
        "far F6's 84 values are from it: the smallest distance wins. It is minus the logarithm of a Gaussian's "
        "density, up to scale and a constant. Similar characters get similar codes, which helps what comes after when "
        "it must choose between them.",
        citation=f"{PAPER}, equation 7 and fig. 3",
        link=LINK,
        shipped=("course.layers.RadialBasis.call",),
    ),
    Exercise(
        id="train-lenet5",
        title="Train LeNet-5",
        wanted="the trained model, or a function train_lenet5() that returns it",
        check=lesson_03_checks.train_lenet5,
        hints=(
            'Train on `load("digits", split="train")` with pixels from 0 to 1 (`course.data.scale`), never on "test".',
            "`course.training.fit(model, train, epochs=…, seed=…)` compiles with Adam and the cross-entropy.",
            "If the accuracy still grows in the last epoch, train for longer: 20 or 30 epochs take about a minute.",
        ),
        explanation="A net is judged on images that it has not seen: here every fifth of each digit is put aside. "
        "61,706 parameters for 1,442 images are many, and still it generalises; shared weights and distorted digits "
        "help. On MNIST, with 60,000 images, the net of 1998 reached 0.95 % errors.",
        citation=f"{PAPER}, section III",
        link=LINK,
        seconds=300,
    ),
)

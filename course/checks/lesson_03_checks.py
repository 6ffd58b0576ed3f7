"""What the exercises of lesson 03 compare answers with: oracles, the mistakes people make, today's LeNet-5."""

import random

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array, whole_number

# At 10 to 30 epochs of Adam, eight seeds give 97.2 to 98.3 % of the 355 test images.
THRESHOLD = 0.96
# What the kernels of C1, C3, C5 and F6 hold, C3 whole or by the paper's table, and OUTPUT's, which may be fixed codes.
KERNELS = tuple(25 * (6 + pairs + 16 * 120) + 120 * 84 + output for pairs in (6 * 16, 60) for output in (84 * 10, 0))


def subsampling(answer, wanted):
    from course.checks.subsampling import check_subsampling

    check_subsampling(answer, wanted)


def c3_params(answer, wanted):
    rng = random.Random(3)
    cases = [(([[0]],), {"kernel_size": 1}), (([[0, 1]],), {"kernel_size": 3}), (([[0], [1]],), {"kernel_size": 2})]
    for maps, filters in ((3, 2), (4, 5), (8, 12)):
        table = [sorted(rng.sample(range(maps), rng.randint(1, maps))) for _ in range(filters)]
        cases.append(((table,), {"kernel_size": rng.randint(2, 7)}))
    cases.append((cases[-1][0], {}))
    check_function(answer, _c3_params, cases, C3_MISTAKES, whole_number)
    return "The paper's table I comes to 1,516."


def _c3_params(connections, kernel_size=5):
    return sum(len(maps) * kernel_size**2 + 1 for maps in connections)


def _full(connections, kernel_size=5, biases=1):
    maps = 1 + max(max(row) for row in connections)
    return kernel_size**2 * maps * len(connections) + biases * len(connections)


def _pairs(connections):
    return sum(map(len, connections))


C3_MISTAKES = (
    Mistake(
        "You count every pair of maps, a full table (2,416 in C3): only the pairs of the table have weights.", _full
    ),
    Mistake(
        "You count every pair of maps, a full table, and no biases: only the pairs of the table have weights.",
        lambda table, kernel_size=5: _full(table, kernel_size, biases=0),
    ),
    Mistake(
        "You take six input maps for each output map, a full table: only the pairs of the table have weights.",
        lambda table, kernel_size=5: (6 * kernel_size**2 + 1) * len(table),
    ),
    Mistake(
        "You left the biases out: each output map has one.", lambda table, kernel_size=5: _pairs(table) * kernel_size**2
    ),
    Mistake(
        "You count a bias for each connection: an output map has one, however many maps it sees.",
        lambda table, kernel_size=5: _pairs(table) * (kernel_size**2 + 1),
    ),
    Mistake(
        "You count the bias twice: each output map has one.",
        lambda table, kernel_size=5: _pairs(table) * kernel_size**2 + 2 * len(table),
    ),
    Mistake(
        "You count one bias for the whole layer: each output map has its own.",
        lambda table, kernel_size=5: _pairs(table) * kernel_size**2 + 1,
    ),
    Mistake(
        "You count the biases by the input maps: each output map has one.",
        lambda table, kernel_size=5: _pairs(table) * kernel_size**2 + 1 + max(map(max, table)),
    ),
    Mistake(
        "You count kernel_size weights a connection: a kernel is square, kernel_size * kernel_size.",
        lambda table, kernel_size=5: _pairs(table) * kernel_size + len(table),
    ),
    Mistake(
        "You multiply kernel_size by 2: a kernel is square, kernel_size * kernel_size.",
        lambda table, kernel_size=5: _pairs(table) * kernel_size * 2 + len(table),
    ),
    Mistake("You ignore kernel_size and take 5 always.", lambda table, kernel_size=5: _c3_params(table)),
    Mistake(
        "You ignore kernel_size and take 5 and C3's 16 biases always.",
        lambda table, kernel_size=5: _pairs(table) * 25 + 16,
    ),
    Mistake(
        "You add C3's 16 biases always: there are as many as output maps, len(connections).",
        lambda table, kernel_size=5: _pairs(table) * kernel_size**2 + 16,
    ),
    Mistake(
        "You count kernel_size² biases an output map: it has one.",
        lambda table, kernel_size=5: (_pairs(table) + len(table)) * kernel_size**2,
    ),
    Mistake(
        "You return inside the loop, after the first output map: return after it.",
        lambda table, kernel_size=5: _c3_params(table[:1], kernel_size),
    ),
    Mistake(
        "You count one kernel an output map: it has one for each map it sees.",
        lambda table, kernel_size=5: (kernel_size**2 + 1) * len(table),
    ),
    Mistake(
        "You return 1,516 always, which is C3's: compute it from the arguments.", lambda table, kernel_size=5: 1516
    ),
    *(
        Mistake(
            "You count as many maps for each row as the first one has: rows differ in length.",
            lambda table, kernel_size=5, place=place: _c3_params([table[place]] * len(table), kernel_size),
        )
        for place in (0, -1)
    ),
    Mistake(
        "You count the kernels of an input map once: each pair of maps has one of its own.",
        lambda table, kernel_size=5: len({i for row in table for i in row}) * kernel_size**2 + len(table),
    ),
    Mistake(
        "You leave kernel_size out: each pair of maps has kernel_size² weights.",
        lambda table, kernel_size=5: _pairs(table) + len(table),
    ),
    Mistake(
        "You take a row's largest number for its length: a row with n maps has n kernels.",
        lambda table, kernel_size=5: _c3_params([range(max(row) + 1) for row in table], kernel_size),
    ),
    Mistake(
        "You count rows that are alike once: each map of C3 has kernels of its own.",
        lambda table, kernel_size=5: kernel_size**2 * _pairs({tuple(row) for row in table}) + len(table),
    ),
    Mistake(
        "You leave out the last output map: a range stops one before its end.",
        lambda table, kernel_size=5: _c3_params(table[:-1], kernel_size),
    ),
    Mistake(
        "You leave out the first output map: indices begin with 0.",
        lambda table, kernel_size=5: _c3_params(table[1:], kernel_size),
    ),
    Mistake(
        "You count one map too few in each row: a row with n maps has n kernels.",
        lambda table, kernel_size=5: _c3_params([row[:-1] for row in table], kernel_size),
    ),
    Mistake(
        "You add the map's numbers and not their count: a row with n maps has n kernels.",
        lambda table, kernel_size=5: sum(map(sum, table)) * kernel_size**2 + len(table),
    ),
    Mistake(
        "You count connections, once at each of 10×10 positions: the weights are shared by all positions.",
        lambda table, kernel_size=5: 100 * _c3_params(table, kernel_size),
    ),
)


def lenet5(answer, wanted):
    from course.checks.architecture import check_architecture

    check_architecture(answer, _lenet5(), wanted)
    return "61,706 parameters."


def _lenet5():
    from course.checks import architecture as a

    return a.Architecture(
        name="LeNet-5",
        citation="LeCun et al. 1998, fig. 2",
        parts=a.chain(
            a.image((32, 32, 1)),
            a.convolution("C1", 6, 5, (28, 28, 6), "tanh"),
            a.pooling("S2", "average", 2, 2, (14, 14, 6)),
            a.convolution("C3", 16, 5, (10, 10, 16), "tanh"),
            a.pooling("S4", "average", 2, 2, (5, 5, 16)),
            a.fully_connected("C5", 120, "tanh", over=(5, 5)),
            a.fully_connected("F6", 84, "tanh"),
            a.fully_connected("OUTPUT", 10, "softmax"),
        ),
        builder="course.models.lenet.lenet5",
        input_note="here the digits stand in 32×32, so that ends of strokes come to the middle of a receptive field",
        version="today's LeNet-5",
        notes={
            ("activation", "relu", "tanh"): "You took ReLU, AlexNet's choice of 2012; LeNet-5 squashes with tanh",
            ("activation", "scaled_tanh", "tanh"): "The net of 1998 has that; today's has tanh as it is",
            ("activation", "sigmoid", "tanh"): "You took the sigmoid, from 0 to 1; tanh goes from -1 to 1",
            ("kind", "max pooling", "average pooling"): "You take the maximum of each window; S2 and S4 average it",
            ("extra", "dropout", None): "Dropout came in 2012; LeNet-5 does without",
            ("extra", "batch normalisation", None): "Batch normalisation came in 2015; LeNet-5 does without",
        },
    )


def rbf(answer, wanted):
    rng = np.random.default_rng(4)
    small = np.array([[1, 2]], "float32"), np.array([[3, 5]], "float32")
    cases = [(small, {})]
    for batch, classes, features in ((1, 3, 2), (2, 3, 4), (5, 4, 4), (4, 4, 4)):
        x, codes = rng.uniform(-2, 2, (batch, features)), rng.choice([-1, 1], (classes, features))
        cases.append(((x.astype("float32"), codes.astype("float32")), {}))
    check_function(answer, _rbf, cases, RBF_MISTAKES, array)


def _rbf(x, codes):
    return ((x[:, None] - codes) ** 2).sum(axis=-1)


def _absolute(x, codes):
    return np.abs(x[:, None] - codes).sum(axis=-1)


RBF_MISTAKES = (
    *(
        Mistake("The codes' squares are missing: (x - c)² is x² - 2xc + c².", made)
        for made in (
            lambda x, c: _rbf(x, c) - (c**2).sum(axis=1),
            lambda x, c: _rbf(x, c) - (c**2).sum(axis=1) - (x**2).sum(axis=1, keepdims=True),
        )
    ),
    Mistake(
        "The inputs' squares are missing: (x - c)² is x² - 2xc + c².",
        lambda x, c: _rbf(x, c) - (x**2).sum(axis=1)[:, None],
    ),
    Mistake(
        "You take the number of features for the codes' squares: codes need not be of 1 and -1.",
        lambda x, c: _rbf(x, c) - (c**2).sum(axis=1) + c.shape[1],
    ),
    Mistake(
        "You bring the inputs to a length of 1 first: take them as they are.",
        lambda x, c: _rbf(x / np.linalg.norm(x, axis=1, keepdims=True), c),
    ),
    Mistake(
        "You take softmax of the distances: return the distances.",
        lambda x, c: (
            np.exp(_rbf(x, c).min(axis=1, keepdims=True) - _rbf(x, c))
            / np.exp(_rbf(x, c).min(axis=1, keepdims=True) - _rbf(x, c)).sum(axis=1, keepdims=True)
        ),
    ),
    Mistake(
        "You sum over the classes: sum over the features, the last axis.",
        lambda x, c: ((x[:, None] - c) ** 2).sum(axis=1),
    ),
    Mistake(
        "That is the distance: equation 7 has its square, so leave out the root.", lambda x, c: np.sqrt(_rbf(x, c))
    ),
    Mistake("The result is transposed: rows are images, columns are classes.", lambda x, c: _rbf(x, c).T),
    Mistake("You take the mean over the features: equation 7 has their sum.", lambda x, c: _rbf(x, c) / x.shape[1]),
    Mistake("You sum absolute differences: equation 7 has their squares.", _absolute),
    Mistake("You sum the differences without squaring them.", lambda x, c: (x[:, None] - c).sum(axis=-1)),
    Mistake(
        "You square the sum: square each difference first, then sum.", lambda x, c: (x[:, None] - c).sum(axis=-1) ** 2
    ),
    Mistake(
        "You sum squares without their differences: subtract the code first.", lambda x, c: x**2 @ np.ones_like(c.T)
    ),
    Mistake("That is the inner product of input and code, not their squared distance.", lambda x, c: x @ c.T),
    Mistake("The sign is turned round: a distance is 0 or more.", lambda x, c: -_rbf(x, c)),
    Mistake("You halve it: equation 7 has the sum of squares as it is.", lambda x, c: _rbf(x, c) / 2),
    Mistake("That is exp(-distance²), a Gaussian: equation 7 stops at the distance.", lambda x, c: np.exp(-_rbf(x, c))),
    Mistake(
        "You take each image with one code: x[:, None] - codes pairs every image with every code.",
        lambda x, c: ((x - c) ** 2).sum(axis=-1),
    ),
    Mistake("You sum over the images too: each has a row of its own.", lambda x, c: _rbf(x, c).sum(axis=0)),
    Mistake("You sum over the classes too: each has a column of its own.", lambda x, c: _rbf(x, c).sum(axis=1)),
    Mistake("You sum over everything: one number for each image and class is asked.", lambda x, c: _rbf(x, c).sum()),
    Mistake("You do not sum over the features: the last axis has to go.", lambda x, c: (x[:, None] - c) ** 2),
    Mistake(
        "The cross term lacks its factor: (x - c)² is x² - 2xc + c².",
        lambda x, c: (x**2).sum(1)[:, None] + (c**2).sum(1) - x @ c.T,
    ),
    Mistake(
        "The cross term has the wrong sign: (x - c)² is x² - 2xc + c².",
        lambda x, c: (x**2).sum(1)[:, None] + (c**2).sum(1) + 2 * x @ c.T,
    ),
    Mistake("You return the nearest class: the distances are asked.", lambda x, c: _rbf(x, c).argmin(axis=1)),
    Mistake("You return the smallest distance: all of them are asked.", lambda x, c: _rbf(x, c).min(axis=1)),
)


def train_lenet5(answer, wanted):
    from course.checks.trained import check_trained

    return check_trained(answer, "digits", THRESHOLD, "Train LeNet-5", wanted, kernels=KERNELS)

"""What the function exercises of lesson 06 compare answers with: oracles, and the mistakes people make."""

from course.checks.functions import Mistake, check_function
from course.checks.readers import number, whole_numbers


def bottleneck_costs(answer, wanted):
    """`bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width)`: weights and MACs, two ways.

    Returns (weights, MACs) of the convolution by itself, then (weights, MACs) of a 1×1 convolution to `reduced`
    channels with the convolution after it: four whole numbers. All outputs are height × width; biases are not counted.
    """
    cases = [((1, 1, 1, 1, 1, 1), {}), ((3, 1, 1, 1, 1, 2), {}), ((3, 4, 1, 2, 1, 1), {}), ((3, 4, 2, 3, 2, 1), {})]
    cases += [((3, 16, 5, 32, 1, 1), {}), ((5, 192, 16, 32, 28, 28), {}), ((5, 480, 16, 48, 14, 13), {})]
    form = "(weights directly, MACs directly, weights through the 1×1, MACs through the 1×1)"
    check_function(answer, _bottleneck_costs, cases, BOTTLENECK_MISTAKES, whole_numbers(4, form))
    return "3×3 from 16 to 32 channels: 4,608 weights become 1,520 through 5."


def _weights(kernel_size, in_channels, reduced, filters):
    direct = kernel_size**2 * in_channels * filters
    return direct, in_channels * reduced + kernel_size**2 * reduced * filters


def _bottleneck_costs(*args, weights=_weights, positions=lambda height, width: height * width):
    direct, through = weights(*args[:4])
    places = positions(*args[4:])
    return direct, direct * places, through, through * places


def _costs_with(**other):
    return lambda *args: _bottleneck_costs(*args, **other)


def _reordered(*order):
    return lambda *args: tuple(_bottleneck_costs(*args)[i] for i in order)


def _with_biases(k, c, r, f):
    direct, through = _weights(k, c, r, f)
    return direct + f, through + r + f


def _biases_counted_as_weights_only(*args):
    """Biases among the weights, not among the MACs."""
    (direct, through), (_, macs, _, macs_through) = _with_biases(*args[:4]), _bottleneck_costs(*args)
    return direct, macs, through, macs_through


def _valid_places(k, c, r, f, height, width):
    direct, through = _weights(k, c, r, f)
    places = (height - k + 1) * (width - k + 1)
    return direct, direct * places, through, c * r * height * width + k * k * r * f * places


BOTTLENECK_MISTAKES = (
    Mistake(
        "You reduce and widen again by a second 1×1, as ResNet does: here the large convolution gives filters itself.",
        _costs_with(weights=lambda k, c, r, f: (k * k * c * f, c * r + k * k * r * r + r * f)),
    ),
    Mistake(
        "The 1×1 comes last with you: it reduces in_channels before the large convolution.",
        _costs_with(weights=lambda k, c, r, f: (k * k * c * f, k * k * c * r + r * f)),
    ),
    Mistake("You add the biases: only weights are counted here.", _biases_counted_as_weights_only),
    Mistake("You add the biases: only weights are counted here.", _costs_with(weights=_with_biases)),
    Mistake(
        "The 1×1 convolution is missing: it has in_channels * reduced weights of its own.",
        _costs_with(weights=lambda k, c, r, f: (k * k * c * f, k * k * r * f)),
    ),
    Mistake(
        "The large convolution is missing after the 1×1: add its weights.",
        _costs_with(weights=lambda k, c, r, f: (k * k * c * f, c * r)),
    ),
    Mistake(
        "The convolution after the 1×1 is 1×1 with you: it has kernel_size × kernel_size kernels.",
        _costs_with(weights=lambda k, c, r, f: (k * k * c * f, c * r + r * f)),
    ),
    Mistake(
        "The reduction has reduced inputs with you: it has in_channels.",
        _costs_with(weights=lambda k, c, r, f: (k * k * c * f, r * r + k * k * r * f)),
    ),
    Mistake(
        "You multiply the MACs by filters once too often: the weights have them already.",
        lambda *args: tuple(n * (args[3] if i % 2 else 1) for i, n in enumerate(_bottleneck_costs(*args))),
    ),
    Mistake(
        "You return what the 1×1 saves: the weights and MACs through it are asked.",
        _costs_with(weights=lambda *args: (_weights(*args)[0], _weights(*args)[0] - _weights(*args)[1])),
    ),
    Mistake(
        "You give the reduction a kernel_size × kernel_size kernel: it is 1×1.",
        _costs_with(weights=lambda k, c, r, f: (k * k * c * f, k * k * (c * r + r * f))),
    ),
    Mistake(
        "After the reduction the large convolution sees in_channels with you: it sees reduced channels.",
        _costs_with(weights=lambda k, c, r, f: (k * k * c * f, c * r + k * k * c * f)),
    ),
    Mistake(
        "The reduction has filters outputs with you: it has reduced.",
        _costs_with(weights=lambda k, c, r, f: (k * k * c * f, c * f + k * k * r * f)),
    ),
    Mistake(
        "You multiply the weights of the two convolutions: add them.",
        _costs_with(weights=lambda k, c, r, f: (k * k * c * f, c * r * k * k * r * f)),
    ),
    Mistake(
        "You leave the channels of the input out: each filter has a kernel for every one of them.",
        _costs_with(weights=lambda k, c, r, f: (k * k * f, r + k * k * f)),
    ),
    Mistake(
        "A kernel is square, kernel_size * kernel_size: you count one side.",
        _costs_with(weights=lambda k, c, r, f: (k * c * f, c * r + k * r * f)),
    ),
    Mistake(
        "The MACs are the weights with you: each weight is used once at each of height * width places.",
        _costs_with(positions=lambda height, width: 1),
    ),
    Mistake(
        "You multiply by the height alone: there are height * width places.", _costs_with(positions=lambda h, w: h)
    ),
    Mistake(
        "You multiply by height squared: there are height * width places.", _costs_with(positions=lambda h, w: h * h)
    ),
    Mistake(
        "You count two operations a multiply-accumulate: it counts once here.",
        lambda *args: tuple(n * (1 + i % 2) for i, n in enumerate(_bottleneck_costs(*args))),
    ),
    Mistake(
        "You count the places of a valid convolution: all outputs are height × width, so the input is padded.",
        _valid_places,
    ),
    Mistake("The order is weights, MACs, weights, MACs: you have both weights first.", _reordered(0, 2, 1, 3)),
    Mistake("The direct convolution comes first, then the one through the 1×1.", _reordered(2, 3, 0, 1)),
    Mistake("Weights come before MACs.", _reordered(1, 0, 3, 2)),
    Mistake(
        "The MACs of the 1×1 are its weights with you: it runs at all of height * width places, too.",
        lambda k, c, r, f, height, width: (
            *_bottleneck_costs(k, c, r, f, height, width)[:3],
            c * r + k * k * r * f * height * width,
        ),
    ),
)


def auxiliary_loss(answer, wanted):
    """`auxiliary_loss(main, auxiliary, training=True, weight=0.3)`: the loss that is minimised, a number.

    `main` is the loss of the last classifier, `auxiliary` a list of the other heads' losses. In training each of these
    is added `weight` times; otherwise they are left out.
    """
    cases = [((2.0, []), {}), ((2.0, [1.0]), {}), ((2.0, [1.0, 3.0]), {}), ((2.0, [1.0, 3.0], False), {})]
    cases += [((0.7, [2.5, 1.9]), {"weight": 0.5}), ((1.3, [0.2, 2.4, 4.1]), {"training": True})]
    cases += [((1.1, [0.8]), {"training": False, "weight": 0.2}), ((0.0, [3.0, 0.0]), {})]
    cases += [((1.073, [0.834, 2.291]), {}), ((0.6, [1.414]), {"training": False})]
    check_function(answer, _auxiliary_loss, cases, AUXILIARY_MISTAKES, number)


def _auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return main + weight * sum(auxiliary) if training else main


def _in_training(total):
    return lambda main, auxiliary, training=True, weight=0.3: total(main, auxiliary, weight) if training else main


AUXILIARY_MISTAKES = (
    Mistake(
        "You add the heads outside training, too: there they are left out.",
        lambda main, auxiliary, training=True, weight=0.3: _auxiliary_loss(main, auxiliary, True, weight),
    ),
    Mistake(
        "Training is turned round: the heads count in training alone.",
        lambda main, auxiliary, training=True, weight=0.3: _auxiliary_loss(main, auxiliary, not training, weight),
    ),
    Mistake(
        "Outside training by default: training is True unless it is given.",
        lambda main, auxiliary, training=False, weight=0.3: _auxiliary_loss(main, auxiliary, training, weight),
    ),
    Mistake(
        "The heads count fully: each is multiplied by weight.",
        _in_training(lambda main, auxiliary, weight: main + sum(auxiliary)),
    ),
    Mistake(
        "You take the mean of the heads: each of them is added weight times.",
        _in_training(lambda main, auxiliary, weight: main + weight * sum(auxiliary) / max(len(auxiliary), 1)),
    ),
    Mistake(
        "The main loss is multiplied by weight, too: it counts fully.",
        _in_training(lambda main, auxiliary, weight: weight * (main + sum(auxiliary))),
    ),
    Mistake(
        "The main loss is multiplied by 1 - weight: it counts fully.",
        _in_training(lambda main, auxiliary, weight: (1 - weight) * main + weight * sum(auxiliary)),
    ),
    Mistake(
        "The weight goes to the main loss: the heads are multiplied by it, the main loss counts fully.",
        _in_training(lambda main, auxiliary, weight: weight * main + sum(auxiliary)),
    ),
    Mistake(
        "You subtract the heads: they are added, weight times each.",
        _in_training(lambda main, auxiliary, weight: main - weight * sum(auxiliary)),
    ),
    Mistake(
        "You divide the heads by weight: multiply.",
        _in_training(lambda main, auxiliary, weight: main + sum(auxiliary) / weight),
    ),
    Mistake(
        "The main loss is left out: it counts fully.",
        _in_training(lambda main, auxiliary, weight: weight * sum(auxiliary)),
    ),
    Mistake(
        "Outside training the main loss is left out, too: it counts always, only the heads do not.",
        lambda main, auxiliary, training=True, weight=0.3: _auxiliary_loss(main, auxiliary, True, weight) * training,
    ),
    Mistake("The heads are left out in training.", _in_training(lambda main, auxiliary, weight: main)),
    Mistake(
        "Only the first head is added: all are.",
        _in_training(lambda main, auxiliary, weight: main + weight * sum(auxiliary[:1])),
    ),
    Mistake(
        "Only the first two heads are added: there may be more.",
        _in_training(lambda main, auxiliary, weight: main + weight * sum(auxiliary[:2])),
    ),
    Mistake(
        "Only the last head is added: all are.",
        _in_training(lambda main, auxiliary, weight: main + weight * sum(auxiliary[-1:])),
    ),
    Mistake(
        "You ignore weight and take 0.3 always.",
        lambda main, auxiliary, training=True, weight=0.3: _auxiliary_loss(main, auxiliary, training),
    ),
    Mistake(
        "You divide by the number of losses: they are added as they are.",
        _in_training(lambda main, auxiliary, weight: (main + weight * sum(auxiliary)) / (1 + len(auxiliary))),
    ),
    Mistake(
        "The weight shrinks from head to head: each is multiplied by the same.",
        _in_training(lambda main, auxiliary, w: main + sum(w ** (i + 1) * loss for i, loss in enumerate(auxiliary))),
    ),
    Mistake(
        "You add weight once to the sum: multiply each head by it.",
        _in_training(lambda main, auxiliary, weight: main + sum(auxiliary) + weight),
    ),
    Mistake(
        "You add the largest head alone: all are added.",
        _in_training(lambda main, auxiliary, weight: main + weight * max(auxiliary, default=0)),
    ),
)

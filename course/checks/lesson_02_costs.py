"""What the exercises of lesson 02 on costs compare answers with: oracles, and the mistakes people make."""

from math import prod

from course.checks.functions import Mistake, check_function
from course.checks.readers import whole_number

SQUARE = "a kernel is square, kernel_size * kernel_size"


def conv_params(answer, wanted):
    cases = [((1, 1, 1), {}), ((3, 1, 1), {}), ((3, 1, 2), {}), ((3, 2, 1), {}), ((2, 3, 5), {"use_bias": False})]
    cases += [((5, 1, 6), {}), ((1, 64, 32), {}), ((7, 3, 64), {"use_bias": True}), ((11, 3, 96), {})]
    cases += [((3, 256, 512), {"use_bias": False}), ((3, 512, 512), {})]
    check_function(answer, _conv_params, cases, PARAMS_MISTAKES, whole_number)


def _conv_params(k, c, f, use_bias=True):
    return k * k * c * f + (f if use_bias else 0)


def _params(weights, biases=lambda k, c, f: f):
    return lambda k, c, f, use_bias=True: weights(k, c, f) + (biases(k, c, f) if use_bias else 0)


def _weights(k, c, f):
    return k * k * c * f


PARAMS_MISTAKES = (
    Mistake("You left the biases out: each filter has one.", _params(_weights, lambda k, c, f: 0)),
    Mistake(
        "You ignore use_bias: without biases there are the weights alone.",
        lambda k, c, f, use_bias=True: _conv_params(k, c, f),
    ),
    Mistake(
        "use_bias is turned round: True means that there are biases.",
        lambda k, c, f, use_bias=True: _conv_params(k, c, f, not use_bias),
    ),
    Mistake("You count one bias for the whole layer: each filter has one.", _params(_weights, lambda k, c, f: 1)),
    Mistake("You count a bias for each input channel: each filter has one.", _params(_weights, lambda k, c, f: c)),
    Mistake(
        "You count a bias for each channel of each filter: a filter has one, since it sums over the channels.",
        _params(_weights, lambda k, c, f: c * f),
    ),
    Mistake("You count the biases twice: each filter has one.", _params(_weights, lambda k, c, f: 2 * f)),
    Mistake(
        "You count a bias for each place of a kernel: each filter has one.",
        _params(_weights, lambda k, c, f: k * k * f),
    ),
    Mistake("You subtract the biases: add them.", _params(_weights, lambda k, c, f: -f)),
    Mistake(f"You count kernel_size weights: {SQUARE}.", _params(lambda k, c, f: k * c * f)),
    Mistake(f"You multiply kernel_size by 2: {SQUARE}.", _params(lambda k, c, f: 2 * k * c * f)),
    Mistake(
        "You left the input channels out: a filter has a kernel for each of them.", _params(lambda k, c, f: k * k * f)
    ),
    Mistake(
        "You left the filters out: each has weights of its own.", _params(lambda k, c, f: k * k * c, lambda k, c, f: 1)
    ),
    Mistake("You left the filters out: each has weights of its own.", _params(lambda k, c, f: k * k * c)),
    Mistake(
        "You add channels and filters: each filter has a kernel for each channel, so multiply.",
        _params(lambda k, c, f: k * k * (c + f)),
    ),
    Mistake(
        "You add kernel_size² and the channels: a filter has a kernel for each channel, so multiply.",
        _params(lambda k, c, f: k * k + c * f),
    ),
    Mistake(
        "^ is no power in Python but compares bits: kernel_size**2 is the square.",
        lambda k, c, f, use_bias=True: (k ^ 2) * c * f + use_bias * f,
    ),
    Mistake(
        "That is a depthwise convolution and a 1×1: a filter has a kernel of its own for each channel.",
        _params(lambda k, c, f: k * k * c + c * f),
    ),
    Mistake(
        "You take 3 input channels always: the number is in_channels.",
        lambda k, c, f, use_bias=True: _conv_params(k, 3, f, use_bias),
    ),
)


def conv_macs(answer, wanted):
    cases = [((1, 1, 1, 1, 1), {}), ((3, 3, 3, 1, 1), {}), ((3, 4, 2, 1, 1), {}), ((3, 3, 2, 2, 1), {})]
    cases += [((3, 3, 2, 1, 3), {}), ((5, 5, 3, 1, 1), {"strides": 2}), ((6, 8, 3, 2, 4), {"strides": 2})]
    cases += [((9, 7, 1, 3, 5), {"strides": 3}), ((32, 32, 5, 1, 6), {}), ((227, 227, 11, 3, 96), {"strides": 4})]
    cases += [((226, 226, 3, 64, 128), {"strides": 1})]  # more than 32 bits hold
    check_function(answer, _conv_macs, cases, MACS_MISTAKES, whole_number)


def _macs(positions=None, cost=_weights, extra=lambda outputs, f: 0):
    """Positions of the kernel times what one costs; each part may be changed."""

    def macs(height, width, k, c, f, strides=1):
        rows, columns = (len(range(0, n - k + 1, strides)) for n in (height, width))
        outputs = positions(height, width, rows, columns) if positions else rows * columns
        return outputs * cost(k, c, f) + extra(outputs, f)

    return macs


_conv_macs = _macs()
MACS_MISTAKES = (
    Mistake(
        "You divide the work at strides of 1 by strides²: count the positions, (n - k) // strides + 1.",
        lambda *args, strides=1: _conv_macs(*args) // strides**2,
    ),
    Mistake(
        "You count one addition less than multiplications: a multiply-accumulate is both at once.",
        _macs(cost=lambda k, c, f: (k * k * c - 1) * f),
    ),
    Mistake(
        "You take the size of the input: the kernel has fewer positions, as many as there are outputs.",
        _macs(lambda h, w, i, j: h * w),
    ),
    Mistake("You ignore strides: they leave fewer positions.", lambda *args, strides=1: _conv_macs(*args)),
    Mistake(
        "You divide the input's size by strides: the positions are (n - k) // strides + 1.",
        lambda h, w, k, c, f, strides=1: (h // strides) * (w // strides) * _weights(k, c, f),
    ),
    Mistake(
        "You divide the input's size by strides and round up, which is for padding: without it, the positions are "
        "(n - k) // strides + 1.",
        lambda h, w, k, c, f, strides=1: -(-h // strides) * -(-w // strides) * _weights(k, c, f),
    ),
    Mistake(
        "You round up: a kernel that would hang over the end has no position there, so round down, with //.",
        lambda h, w, k, c, f, strides=1: (
            (-(-(h - k) // strides) + 1) * (-(-(w - k) // strides) + 1) * _weights(k, c, f)
        ),
    ),
    Mistake(
        "You forgot the + 1 of the output's size: the positions are (n - k) // strides + 1.",
        lambda h, w, k, c, f, strides=1: ((h - k) // strides) * ((w - k) // strides) * _weights(k, c, f),
    ),
    Mistake(
        "You add the 1 before you divide by strides: it comes last, for the first position.",
        lambda h, w, k, c, f, strides=1: ((h - k + 1) // strides) * ((w - k + 1) // strides) * _weights(k, c, f),
    ),
    Mistake("You add the positions along both axes: multiply them, rows by columns.", _macs(lambda h, w, i, j: i + j)),
    *(
        Mistake("You take strides along one axis alone: they leave fewer positions along both.", function)
        for function in (
            lambda h, w, k, c, f, strides=1: len(range(0, h - k + 1, strides)) * (w - k + 1) * _weights(k, c, f),
            lambda h, w, k, c, f, strides=1: len(range(0, w - k + 1, strides)) * (h - k + 1) * _weights(k, c, f),
        )
    ),
    Mistake(
        "You divide by strides once: they leave fewer positions along both axes.",
        lambda h, w, k, c, f, strides=1: _conv_macs(h, w, k, c, f) // strides,
    ),
    Mistake(
        "You count additions and multiplications apart: a multiply-accumulate is both at once.",
        _macs(cost=lambda k, c, f: 2 * _weights(k, c, f)),
    ),
    Mistake(
        "You count the biases too: they are added, nothing is multiplied.", _macs(extra=lambda outputs, f: outputs * f)
    ),
    Mistake("You count the biases too: they are added, nothing is multiplied.", _macs(extra=lambda outputs, f: f)),
    Mistake("Those are the weights: each is used once at each position.", _macs(lambda h, w, i, j: 1)),
    Mistake(
        "Those are the parameters: each weight is used once at each position, and biases multiply nothing.",
        _macs(lambda h, w, i, j: 1, extra=lambda outputs, f: f),
    ),
    Mistake("You count the positions of one row: the kernel moves down too.", _macs(lambda h, w, i, j: j)),
    Mistake("You count the positions of one column: the kernel moves along the rows too.", _macs(lambda h, w, i, j: i)),
    Mistake("You take the height for the width too.", _macs(lambda h, w, i, j: i * i)),
    Mistake("You take the width for the height too.", _macs(lambda h, w, i, j: j * j)),
    Mistake(f"You count kernel_size weights: {SQUARE}.", _macs(cost=lambda k, c, f: k * c * f)),
    Mistake(
        "You left the input channels out: a filter goes through all of them.", _macs(cost=lambda k, c, f: k * k * f)
    ),
    Mistake(
        "You left the filters out: each does its own work at each position.", _macs(cost=lambda k, c, f: k * k * c)
    ),
    Mistake(
        "Those are the values of the outputs: each takes k·k·in_channels multiplications.",
        _macs(cost=lambda k, c, f: f),
    ),
    Mistake(
        "You do not round down: a kernel that would hang over the end has no position there.",
        lambda h, w, k, c, f, strides=1: ((h - k) / strides + 1) * ((w - k) / strides + 1) * _weights(k, c, f),
    ),
)


def fully_connected_cost(answer, wanted):
    shapes = [((1, 1, 1), (1, 1, 1)), ((1, 2, 1), (1, 1, 1)), ((1, 1, 1), (1, 1, 3)), ((2, 3, 1), (1, 2, 1))]
    shapes += [
        ((3, 3, 2), (2, 2, 4)),
        ((2, 5, 3), (4, 1, 2)),
        ((32, 32, 1), (28, 28, 6)),
        ((227, 227, 3), (55, 55, 96)),
    ]
    cases = [(pair, {}) for pair in shapes]
    check_function(answer, _fully_connected, cases, CONNECTED_MISTAKES, whole_number)


def _fully_connected(inputs, outputs):
    return prod(inputs) * prod(outputs) + prod(outputs)


CONNECTED_MISTAKES = (
    *(
        Mistake("You take the height for the width, too: there are height * width * channels values.", function)
        for function in (
            lambda i, o: (i[0] ** 2 * i[2] + 1) * o[0] ** 2 * o[2],
            lambda i, o: (i[0] ** 2 * i[2] + 1) * prod(o),
            lambda i, o: (prod(i) + 1) * o[0] ** 2 * o[2],
        )
    ),
    Mistake(
        "You count a bias for each input value, too: only the output values have one.",
        lambda i, o: (prod(i) + 1) * prod(o) + prod(i),
    ),
    Mistake("You left the biases out: each output value has one.", lambda i, o: prod(i) * prod(o)),
    Mistake(
        "You count a bias for each filter: without shared weights, each output value has one.",
        lambda i, o: prod(i) * prod(o) + o[2],
    ),
    Mistake(
        "You count a bias for each input value: each output value has one.", lambda i, o: prod(i) * prod(o) + prod(i)
    ),
    Mistake("You count one bias: each output value has one.", lambda i, o: prod(i) * prod(o) + 1),
    Mistake("You count the biases twice: each output value has one.", lambda i, o: prod(i) * prod(o) + 2 * prod(o)),
    Mistake(
        "You give each filter one unit: each place of each output map is a unit of its own.",
        lambda i, o: (prod(i) + 1) * o[2],
    ),
    Mistake(
        "You count the channels alone: each place of each map is a value of its own.", lambda i, o: (i[2] + 1) * o[2]
    ),
    Mistake(
        "You left the filters out: the output has height * width * channels values.",
        lambda i, o: (prod(i) + 1) * o[0] * o[1],
    ),
    Mistake(
        "You left the input's channels out: the input has height * width * channels values.",
        lambda i, o: (i[0] * i[1] + 1) * prod(o),
    ),
    Mistake(
        "You left the channels out on both sides: count height * width * channels values.",
        lambda i, o: (i[0] * i[1] + 1) * o[0] * o[1],
    ),
    Mistake(
        "You add inputs and outputs: each output value sees each input value, so multiply.",
        lambda i, o: prod(i) + prod(o),
    ),
    Mistake(
        "You add height, width and channels: there are as many values as their product.",
        lambda i, o: (sum(i) + 1) * sum(o),
    ),
    Mistake("You count the weights of one output value: each has its own.", lambda i, o: prod(i) + 1),
)

"""What the exercises of lesson 02 on sizes compare answers with: oracles, and the mistakes people make."""

from functools import partial

from course.checks.functions import Mistake, check_function
from course.checks.readers import whole_number, whole_numbers

# size, kernel_size, and the rest
SIZES = (
    ((5, 3), {}),
    ((1, 1), {}),
    ((7, 3), {"strides": 2}),
    ((8, 3), {"strides": 2}),
    ((5, 3), {"padding": 1}),
    ((6, 4), {"strides": 2, "padding": 1}),
    ((5, 3), {"padding": "same"}),
    ((5, 2), {"strides": 2, "padding": "same"}),
    ((6, 4), {"strides": 2, "padding": "same"}),
    ((7, 3), {"dilation_rate": 2}),
    ((9, 3), {"padding": 2, "dilation_rate": 3}),
    ((3, 5), {"padding": 2}),
    ((7, 1), {"strides": 3}),
    ((11, 3), {"strides": 4, "padding": "same", "dilation_rate": 1}),
    ((10, 3), {"padding": "same", "dilation_rate": 2}),
    ((32, 5), {"strides": 1, "padding": "valid"}),
    ((227, 11), {"strides": 4, "padding": 0}),
    ((224, 7), {"strides": 2, "padding": 3}),
    ((225, 7), {"strides": 2, "padding": 2, "dilation_rate": 1}),
)


def output_size(answer, wanted):
    check_function(answer, _output_size, SIZES, OUTPUT_SIZE_MISTAKES, whole_number)


def _zeros(size, span, strides):
    """What "same" adds, before and after."""
    total = max((-(-size // strides) - 1) * strides + span - size, 0)
    return total // 2, total - total // 2


def _output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    span = (kernel_size - 1) * dilation_rate + 1
    around = {"valid": 0, "same": sum(_zeros(size, span, strides))}
    padded = size + around.get(padding, 0 if isinstance(padding, str) else 2 * padding)
    return len(range(0, padded - span + 1, strides))


def _by_formula(size, kernel_size, strides=1, padding="valid", dilation_rate=1, *, span=None, same=None, count=None):
    """⌊(n + p - k) / s⌋ + 1 with one part of it changed."""
    k = span(kernel_size, dilation_rate) if span else (kernel_size - 1) * dilation_rate + 1
    if padding == "same":
        return same(size, k, strides) if same else -(-size // strides)
    n = size + (0 if padding == "valid" else 2 * padding)
    return count(n, k, strides) if count else (n - k) // strides + 1


def _padding_once(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if isinstance(padding, str):
        return _output_size(size, kernel_size, strides, padding, dilation_rate)
    return _output_size(size + padding, kernel_size, strides, 0, dilation_rate)


def _but(oracle, **changes):
    """The oracle with other arguments than were asked."""
    return lambda *args, **rest: oracle(*args, **(rest | changes))


def _padding_subtracted(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if isinstance(padding, str):
        return _output_size(size, kernel_size, strides, padding, dilation_rate)
    return _by_formula(size - 4 * padding, kernel_size, strides, padding, dilation_rate)


def _input_dilated(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    return _by_formula((size - 1) * dilation_rate + 1, kernel_size, strides, padding)


def _numbers_ignored(*args, padding="valid", **rest):
    return _by_formula(*args, padding=padding if isinstance(padding, str) else "valid", **rest)


SAME_SIZE = 'With padding="same" there are ⌈size / strides⌉ outputs'
OUTPUT_SIZE_MISTAKES = (
    Mistake(
        "You forgot the + 1: a kernel that can move by 4 pixels has 5 positions.",
        partial(_by_formula, count=lambda n, k, s: (n - k) // s),
    ),
    Mistake(
        "You forgot the + 1: a kernel that can move by 4 pixels has 5 positions.",
        partial(_by_formula, count=lambda n, k, s: (n - k) // s, same=lambda n, k, s: (n - 1) // s),
    ),
    Mistake(
        "You round up: a kernel that would hang over the end has no position there, so round down, with //.",
        partial(_by_formula, count=lambda n, k, s: -(-(n - k) // s) + 1),
    ),
    Mistake(
        "You round to the nearest: a kernel that would hang over the end has no position there, so round down.",
        partial(_by_formula, count=lambda n, k, s: round((n - k) / s) + 1),
    ),
    Mistake(
        "You add the 1 before you divide by strides: it comes last, for the first position.",
        partial(_by_formula, count=lambda n, k, s: (n - k + 1) // s),
    ),
    Mistake(
        "You subtract the kernel after you divide by strides: what is divided is n - k.",
        partial(_by_formula, count=lambda n, k, s: n // s - k + 1),
    ),
    Mistake(
        "You add 1 twice: the positions are (n - k) // strides, and one for the first.",
        partial(_by_formula, count=lambda n, k, s: (n - k) // s + 2),
    ),
    Mistake("You ignore strides: divide by them.", _but(_by_formula, strides=1)),
    Mistake("You ignore strides: divide by them.", partial(_by_formula, count=lambda n, k, s: n - k + 1)),
    Mistake("You ignore padding: zeros make the input larger first.", _but(_by_formula, padding="valid")),
    Mistake("You subtract the padding: zeros make the input larger, so add 2 * padding.", _padding_subtracted),
    Mistake("You dilate the input: dilation_rate is the distance of the kernel's weights.", _input_dilated),
    Mistake(
        'With strides you do not pad: padding="same" has ⌈size / strides⌉ outputs.',
        lambda n, k, strides=1, padding="valid", dilation_rate=1: _by_formula(
            n, k, strides, padding if strides == 1 or padding != "same" else "valid", dilation_rate
        ),
    ),
    Mistake(
        'You take a padding of 0 for "same": a number is so many zeros, and 0 none.',
        lambda n, k, strides=1, padding="valid", dilation_rate=1: _by_formula(
            n, k, strides, padding or "same", dilation_rate
        ),
    ),
    *(
        Mistake(
            f'With padding="same" you pad {text} on both sides, without the dilation: there are ⌈size / strides⌉ '
            "outputs.",
            lambda n, k, strides=1, padding="valid", dilation_rate=1, less=less: _by_formula(
                n, k, strides, (k - less) // 2 if padding == "same" else padding, dilation_rate
            ),
        )
        for less, text in ((1, "(kernel_size - 1) // 2"), (0, "kernel_size // 2"))
    ),
    Mistake("You ignore a padding given as a number: it goes on both sides.", _numbers_ignored),
    Mistake("You add the padding on one side alone: it goes on both, 2 * padding.", _padding_once),
    Mistake(
        "You ignore dilation_rate: the kernel spans (kernel_size - 1) * dilation_rate + 1.",
        _but(_by_formula, dilation_rate=1),
    ),
    Mistake(
        "The dilated kernel is too long: there are gaps between weights alone, so it spans "
        "(kernel_size - 1) * dilation_rate + 1.",
        partial(_by_formula, span=lambda k, d: k * d),
    ),
    Mistake(
        "You put dilation_rate zeros between the weights: it is their distance, so there are dilation_rate - 1.",
        partial(_by_formula, span=lambda k, d: k + (k - 1) * d if d > 1 else k),
    ),
    Mistake(
        "You add dilation_rate - 1 once: each of the kernel_size - 1 gaps is so much wider, so the kernel spans "
        "(kernel_size - 1) * dilation_rate + 1.",
        partial(_by_formula, span=lambda k, d: k + d - 1),
    ),
    Mistake(
        "You forget the last weight of the dilated kernel: it spans (kernel_size - 1) * dilation_rate + 1.",
        partial(_by_formula, span=lambda k, d: (k - 1) * d),
    ),
    Mistake(f"{SAME_SIZE}: the size is kept for strides of 1 alone.", partial(_by_formula, same=lambda n, k, s: n)),
    Mistake(f"{SAME_SIZE}: you count as without padding.", partial(_by_formula, same=lambda n, k, s: (n - k) // s + 1)),
    Mistake(f"{SAME_SIZE}, rounded up, not down.", partial(_by_formula, same=lambda n, k, s: n // s)),
    *(
        Mistake(f"{SAME_SIZE}, for even kernels too: kernel_size // 2 on both sides is not the rule.", function)
        for function in (
            partial(_by_formula, same=lambda n, k, s: (n + k // 2 * 2 - k) // s + 1),
            partial(_by_formula, same=lambda n, k, s: (n + (k - 1) // 2 * 2 - k) // s + 1),
        )
    ),
)


def same_padding(answer, wanted):
    cases = [((5, 3), {}), ((5, 2), {}), ((1, 1), {}), ((4, 4), {}), ((5, 3), {"strides": 2}), ((6, 3), {"strides": 2})]
    cases += [((6, 1), {"strides": 2}), ((7, 2), {"strides": 3}), ((8, 2), {"strides": 4}), ((2, 5), {})]
    cases += [((7, 3), {"dilation_rate": 2}), ((6, 2), {"dilation_rate": 3}), ((10, 4), {"strides": 3})]
    cases += [((13, 6), {"strides": 2}), ((55, 3), {"strides": 2}), ((224, 7), {"strides": 2})]
    cases += [((224, 11), {"strides": 4, "dilation_rate": 1})]
    check_function(answer, _same_padding, cases, SAME_PADDING_MISTAKES, whole_numbers(2, "(before, after)"))


def _same_padding(size, kernel_size, strides=1, dilation_rate=1):
    return _zeros(size, (kernel_size - 1) * dilation_rate + 1, strides)


def _halves(total):
    return total // 2, total - total // 2


def _rounded_halves(total):
    before = round(total / 2)
    return before, total - before


def _by_total(total):
    """The halves of another total."""
    return lambda n, k, strides=1, dilation_rate=1: _halves(total(n, (k - 1) * dilation_rate + 1, strides))


def _by_sides(sides):
    return lambda n, k, strides=1, dilation_rate=1: sides((k - 1) * dilation_rate + 1)


SAME_PADDING_MISTAKES = (
    Mistake(
        "The odd zero is on the wrong side: in Keras and TensorFlow it goes after.",
        lambda *args, **rest: _same_padding(*args, **rest)[::-1],
    ),
    Mistake(
        "You round half of the total, and Python's round takes a half to the even number: it is rounded down before.",
        lambda *a, **r: _rounded_halves(sum(_same_padding(*a, **r))),
    ),
    Mistake(
        "The last window ends a pixel too early with you: the kernel spans (kernel_size - 1) * dilation_rate + 1.",
        _by_total(lambda n, k, s: max((-(-n // s) - 1) * s + k - 1 - n, 0)),
    ),
    Mistake("You put all zeros after: half of them go before.", lambda *a, **r: (0, sum(_same_padding(*a, **r)))),
    Mistake("You put all zeros before: half of them go after.", lambda *a, **r: (sum(_same_padding(*a, **r)), 0)),
    Mistake(
        "You give the total twice: half of it goes before, half after.",
        lambda *a, **r: (sum(_same_padding(*a, **r)),) * 2,
    ),
    Mistake(
        "You give the half on both sides: where the total is odd, one zero more goes after.",
        lambda *a, **r: (_same_padding(*a, **r)[0],) * 2,
    ),
    Mistake(
        "You round the half up on both sides: where the total is odd, one zero fewer goes before.",
        lambda *a, **r: (_same_padding(*a, **r)[1],) * 2,
    ),
    Mistake(
        "You pad kernel_size // 2 on both sides: add up what is needed, and split it.",
        _by_sides(lambda k: (k // 2,) * 2),
    ),
    Mistake(
        "You pad (kernel_size - 1) // 2 on both sides: add up what is needed, and split it.",
        _by_sides(lambda k: ((k - 1) // 2,) * 2),
    ),
    Mistake(
        "You ignore strides: kernel_size - 1 zeros are needed for strides of 1 alone.", _by_total(lambda n, k, s: k - 1)
    ),
    Mistake(
        "You ignore strides: kernel_size - 1 zeros are needed for strides of 1 alone.",
        _by_sides(lambda k: ((k - 1) - (k - 1) // 2, (k - 1) // 2)),
    ),
    Mistake(
        "You ignore dilation_rate: the kernel spans (kernel_size - 1) * dilation_rate + 1.",
        lambda n, k, strides=1, dilation_rate=1: _zeros(n, k, strides),
    ),
    Mistake(
        "The dilated kernel is too long: it spans (kernel_size - 1) * dilation_rate + 1.",
        lambda n, k, strides=1, dilation_rate=1: _zeros(n, k * dilation_rate, strides),
    ),
    Mistake(
        "A padding is never negative: where strides skip more than the kernel sees, it is 0. Take max(…, 0).",
        _by_total(lambda n, k, s: (-(-n // s) - 1) * s + k - n),
    ),
    Mistake(
        "A padding is never negative, and abs makes zeros of it that are not needed: take max(…, 0).",
        _by_total(lambda n, k, s: abs((-(-n // s) - 1) * s + k - n)),
    ),
    Mistake(
        "You round size / strides down: there are ⌈size / strides⌉ outputs.",
        _by_total(lambda n, k, s: max((n // s - 1) * s + k - n, 0)),
    ),
    Mistake(
        "You keep the size whatever the strides: there are ⌈size / strides⌉ outputs.",
        _by_total(lambda n, k, s: (n - 1) * s + k - n),
    ),
    Mistake(
        "You count outputs * strides: the last window begins at (outputs - 1) * strides.",
        _by_total(lambda n, k, s: max(-(-n // s) * s + k - n, 0)),
    ),
)

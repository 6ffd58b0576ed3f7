"""What the exercise of lesson 02 on the receptive field compares answers with, and the mistakes people make."""

from course.checks.functions import Mistake, check_function
from course.checks.readers import whole_number


def receptive_field(answer, wanted):
    stacks = ([(3, 1)], [(1, 1)], [(3, 1), (3, 1)], [(3, 2), (3, 1)], [(3, 1), (3, 2)], [(2, 2), (2, 2)])
    stacks += ([(5, 1), (2, 2), (5, 1), (2, 2)], [(1, 2), (3, 1)], [(7, 2), (3, 2), (3, 1), (3, 1)], [(11, 4), (3, 2)])
    stacks += ([(3, 3), (2, 2), (4, 1), (3, 2), (5, 1)], [])
    check_function(answer, _receptive_field, [((stack,), {}) for stack in stacks], MISTAKES, whole_number)


def _receptive_field(layers):
    """From the last layer back: what it sees of the map before, and so on."""
    field = 1
    for kernel_size, strides in reversed(layers):
        field = (field - 1) * strides + kernel_size
    return field


def _accumulated(layers, grow, start=1, own=False):
    """field = grow(field, kernel_size, step), step the product of the strides before, or with its own."""
    field, step = start, 1
    for kernel_size, strides in layers:
        step *= strides if own else 1
        field = grow(field, kernel_size, step)
        step *= 1 if own else strides
    return field


def _steps_added(layers):
    field, step = 1, 0
    for kernel_size, strides in layers:
        field += (kernel_size - 1) * max(step, 1)
        step += strides
    return field


def _steps_less_one_added(layers):
    """1 and what each stride has more than 1."""
    field, step = 1, 1
    for kernel_size, strides in layers:
        field += (kernel_size - 1) * step
        step += strides - 1
    return field


def _multiplied_last(layers):
    field = 1
    for kernel_size, strides in reversed(layers):
        field = (field - 1 + kernel_size) * strides
    return field


def _one_off_last(layers):
    field = 1
    for kernel_size, strides in reversed(layers):
        field = field * strides + kernel_size - 1
    return field


def _first_twice(layers):
    """The first kernel is the start, and is added as well."""
    return _receptive_field(layers) + (layers[0][0] - 1 if layers else 0)


def _strides_before(layers):
    """The stride of the layer just before alone."""
    strides = [1, *(strides for _, strides in layers)]
    return 1 + sum((kernel_size - 1) * step for (kernel_size, _), step in zip(layers, strides, strict=False))


def _product(layers, which):
    product = 1
    for layer in layers:
        product *= layer[which]
    return product


MISTAKES = (
    Mistake(
        "Without a layer you return 0: a value sees 1 pixel, itself.",
        lambda layers: _receptive_field(layers) if layers else 0,
    ),
    Mistake("You begin with the first kernel and then add it once more: begin with 1.", _first_twice),
    Mistake(
        "You take 3 for every kernel: each layer has its own kernel_size.",
        lambda layers: _receptive_field([(3, strides) for _, strides in layers]),
    ),
    Mistake(
        "You add the kernel sizes: a layer of k adds k - 1 to what is seen, since windows overlap.",
        lambda layers: sum(kernel_size for kernel_size, _ in layers),
    ),
    Mistake(
        "You ignore strides: after a stride of 2 each step is 2 pixels of the input.",
        lambda layers: _accumulated([(k, 1) for k, _ in layers], lambda field, k, step: field + k - 1),
    ),
    Mistake(
        "You multiply by a layer's own stride: it counts from the next layer on.",
        lambda layers: _accumulated(layers, lambda field, k, step: field + (k - 1) * step, own=True),
    ),
    Mistake(
        "You multiply what a layer adds by its own stride: (field - 1) * strides comes first, then + kernel_size.",
        _multiplied_last,
    ),
    Mistake(
        "You multiply k - 1 by the layer's own stride alone: it is the product of those of all layers before it.",
        lambda layers: 1 + sum((kernel_size - 1) * strides for kernel_size, strides in layers),
    ),
    Mistake(
        "You take the 1 off after you multiply: it is (field - 1) * strides + kernel_size, with parentheses.",
        _one_off_last,
    ),
    Mistake(
        "You go the wrong way: (field - 1) * strides + kernel_size begins with the last layer.",
        lambda layers: _receptive_field(layers[::-1]),
    ),
    Mistake(
        "A layer adds (k - 1) steps, not k: its first pixel is seen already.",
        lambda layers: _accumulated(layers, lambda field, k, step: field + k * step, start=0),
    ),
    Mistake(
        "A layer adds (k - 1) steps, not k: its first pixel is seen already.",
        lambda layers: _accumulated(layers, lambda field, k, step: field + k * step),
    ),
    Mistake(
        "You begin with 0: without a layer, a value sees 1 pixel, itself.",
        lambda layers: _accumulated(layers, lambda field, k, step: field + (k - 1) * step, start=0),
    ),
    *(
        Mistake("You add the strides up: steps multiply, 2 after 2 is 4.", function)
        for function in (_steps_added, _steps_less_one_added)
    ),
    Mistake("You take the stride of the layer before alone: those of all layers before multiply.", _strides_before),
    Mistake(
        "You multiply by the strides of all layers: those before a layer count for it, its own and later ones do not.",
        lambda layers: 1 + sum(k - 1 for k, _ in layers) * _product(layers, 1),
    ),
    Mistake(
        "You add kernel_size // 2 on both sides, one too many for an even kernel: a layer adds (k - 1) steps.",
        lambda layers: _accumulated(layers, lambda field, k, step: field + k // 2 * 2 * step),
    ),
    Mistake("You multiply the kernel sizes: a layer adds (k - 1) steps.", lambda layers: _product(layers, 0)),
    Mistake(
        "That is the stride of the whole stack: the size of what is seen is asked.", lambda layers: _product(layers, 1)
    ),
    Mistake(
        "You count pixels of both axes: give the side of the square that is seen.",
        lambda layers: _receptive_field(layers) ** 2,
    ),
    Mistake(
        "You leave the last layer out: a range stops one before its end.", lambda layers: _receptive_field(layers[:-1])
    ),
    Mistake("You leave the first layer out: indices begin with 0.", lambda layers: _receptive_field(layers[1:])),
    Mistake(
        "You swap kernel_size and strides: the kernel comes first.",
        lambda layers: _receptive_field([(k, s) for s, k in layers]),
    ),
)

"""Receptive fields of stacks."""

import functools

import numpy as np

from answers import right, wrong


@right("receptive-field")
def receptive_field(layers):
    field = step = 1
    for kernel_size, strides in layers:
        field += (kernel_size - 1) * step
        step *= strides
    return field


@right("receptive-field")
def backwards(layers):
    return functools.reduce(lambda field, layer: (field - 1) * layer[1] + layer[0], reversed(layers), 1)


@right("receptive-field")
def by_tracing(layers):
    """Which pixels the first output sees, followed back."""
    seen = {0}
    for kernel_size, strides in layers[::-1]:
        seen = {place * strides + tap for place in seen for tap in range(kernel_size)}
    return max(seen) - min(seen) + 1


@right("receptive-field")
def by_numpy(layers):
    sizes, strides = np.array(layers).reshape(-1, 2).T
    steps = np.cumprod(np.concatenate([[1], strides[:-1]])) if len(layers) else 1
    return 1 + np.sum((sizes - 1) * steps)


@wrong("receptive-field", r"add the kernel sizes")
def added(layers):
    return sum(kernel_size for kernel_size, _ in layers)


@wrong("receptive-field", r"ignore strides")
def without_strides(layers):
    return 1 + sum(kernel_size - 1 for kernel_size, _ in layers)


@wrong("receptive-field", r"own stride: it counts from the next layer on")
def own_stride(layers):
    field = step = 1
    for kernel_size, strides in layers:
        step *= strides
        field += (kernel_size - 1) * step
    return field


@wrong("receptive-field", r"wrong way")
def the_wrong_way(layers):
    field = 1
    for kernel_size, strides in layers:
        field = (field - 1) * strides + kernel_size
    return field


@wrong("receptive-field", r"begin with 0")
def from_zero(layers):
    return receptive_field(layers) - 1


@wrong("receptive-field", r"k - 1\) steps, not k")
def whole_kernels(layers):
    field = step = 1
    for kernel_size, strides in layers:
        field += kernel_size * step
        step *= strides
    return field


@wrong("receptive-field", r"add the strides up")
def strides_added(layers):
    field, step = 1, 0
    for kernel_size, strides in layers:
        field += (kernel_size - 1) * max(step, 1)
        step += strides
    return field


@wrong("receptive-field", r"layer before alone")
def last_stride(layers):
    field = step = 1
    for kernel_size, strides in layers:
        field += (kernel_size - 1) * step
        step = strides
    return field


@wrong("receptive-field", r"multiply the kernel sizes")
def product(layers):
    return int(np.prod([kernel_size for kernel_size, _ in layers]))


@wrong("receptive-field", r"stride of the whole stack")
def stride(layers):
    return int(np.prod([strides for _, strides in layers]))


@wrong("receptive-field", r"both axes")
def area(layers):
    return receptive_field(layers) ** 2


@wrong("receptive-field", r"last layer out")
def one_layer_short(layers):
    return receptive_field(layers[: len(layers) - 1])


@wrong("receptive-field", r"raised IndexError: list index out of range")
def from_the_first(layers):
    field, step = layers[0]
    for kernel_size, strides in layers[1:]:
        field += (kernel_size - 1) * step
        step *= strides
    return field


@wrong("receptive-field", r"changed its argument")
def emptied(layers):
    field = 1
    while layers:
        kernel_size, strides = layers.pop()
        field = (field - 1) * strides + kernel_size
    return field


@wrong("receptive-field", r"swap kernel_size and strides")
def swapped(layers):
    field = step = 1
    for strides, kernel_size in layers:
        field += (kernel_size - 1) * step
        step *= strides
    return field


@wrong("receptive-field", r"what the course ships")
def the_course_s_own(layers):
    from course import arithmetic

    return arithmetic.receptive_field(layers)[0]

"""What a layer's arguments imply: sizes, parameters, multiply-accumulates, memory, receptive fields. Pure integers.

Sizes are of one dimension; a height and a width are two calls. `padding` is "valid", "same", a number of zeros for both
sides, or a pair (before, after).
"""

from math import prod

from course import padding as paddings
from course.errors import integer, unknown

BYTES = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8, "uint8": 1, "int8": 1, "int32": 4, "int64": 8}


def conv_output_size(size: int, kernel_size: int, strides: int = 1, padding="valid", dilation_rate: int = 1) -> int:
    """Count the positions of a kernel: ⌊(size + padding − kernel) / strides⌋ + 1.

    Raises `ValueError` where the kernel does not fit.

    >>> conv_output_size(32, 5), conv_output_size(227, 11, strides=4), conv_output_size(224, 7, 2, padding=3)
    (28, 55, 112)
    """
    padded = size + sum(paddings.resolve(padding, size, kernel_size, strides, dilation_rate))
    span = paddings.dilated(kernel_size, dilation_rate)
    if padded < span:
        raise ValueError(
            f"a kernel that spans {span} does not fit in {padded} (size {size}, padding {padding!r}); "
            f"it needs a size of {size + span - padded} or more, a smaller kernel, or padding."
        )
    return (padded - span) // strides + 1


def pool_output_size(
    size: int, pool_size: int, strides: int | None = None, padding="valid", ceil_mode: bool = False
) -> int:
    """Count the positions of a pooling window; `strides` is `pool_size` unless given, as in Keras.

    `ceil_mode` rounds up, as Caffe and `torch.nn.MaxPool2d(ceil_mode=True)` do: a last window may hang over the end,
    but must begin inside the input or the padding before it. Raises `ValueError` where the window does not fit.

    >>> pool_output_size(28, 2), pool_output_size(55, 3, strides=2)
    (14, 27)
    >>> pool_output_size(112, 3, strides=2), pool_output_size(112, 3, strides=2, ceil_mode=True)
    (55, 56)
    """
    strides = pool_size if strides is None else strides
    before, after = paddings.resolve(padding, size, pool_size, strides)
    outputs = 1 - (pool_size - size - before - after) // strides  # rounded up
    if not ceil_mode or outputs < 1:
        return conv_output_size(size, pool_size, strides, padding)
    return outputs - ((outputs - 1) * strides >= size + before)


def conv_transpose_output_size(
    size: int,
    kernel_size: int,
    strides: int = 1,
    padding="valid",
    output_padding: int | None = None,
    dilation_rate: int = 1,
) -> int:
    """Size after a transposed convolution, by Keras's rules for "valid" and "same", and PyTorch's for numbers.

    Explicit padding takes that many positions off each end. `output_padding` adds positions at the end, fewer than
    `strides`, as Keras asks. Raises `ValueError` where nothing is left.

    >>> conv_transpose_output_size(16, 64, strides=32), conv_transpose_output_size(7, 3, strides=2, padding="same")
    (544, 14)
    """
    before, after = paddings.resolve(padding, size, kernel_size, strides, dilation_rate)
    span = paddings.dilated(kernel_size, dilation_rate)
    if output_padding is not None and integer("output_padding", output_padding, 0) >= strides:
        raise ValueError(f"output_padding is {output_padding}; it must be less than strides, {strides}.")
    reach = (size - 1) * strides
    if padding == "same":
        outputs = reach + (strides if output_padding is None else span % 2 + output_padding)
    elif padding == "valid":
        outputs = reach + (max(span, strides) if output_padding is None else span + output_padding)
    else:
        outputs = reach + span - before - after + (output_padding or 0)
    if outputs < 1:
        raise ValueError(
            f"a transposed convolution of size {size}, kernel {kernel_size}, strides {strides} and padding {padding!r} "
            "leaves no output; use less padding or a larger size."
        )
    return outputs


def conv_params(
    kernel_size: int | tuple[int, ...], in_channels: int, filters: int, groups: int = 1, use_bias: bool = True
) -> int:
    """Count the weights of a convolution, k·k·(C_in / groups)·filters, and one bias a filter.

    One number for `kernel_size` is a square. Raises `ValueError` where `groups` does not divide channels and filters.

    >>> conv_params(5, 1, 6), conv_params(5, 96, 256, groups=2)
    (156, 307456)
    """
    in_channels, filters = integer("in_channels", in_channels, 1), integer("filters", filters, 1)
    groups = integer("groups", groups, 1)
    if in_channels % groups or filters % groups:
        raise ValueError(
            f"groups is {groups}; it must divide in_channels, {in_channels}, and filters, {filters}, with no remainder."
        )
    return prod(_square("kernel_size", kernel_size)) * (in_channels // groups) * filters + (filters if use_bias else 0)


def conv_macs(
    output_size: int | tuple[int, ...],
    kernel_size: int | tuple[int, ...],
    in_channels: int,
    filters: int,
    groups: int = 1,
) -> int:
    """Count a convolution's multiply-accumulates for one image: each weight once a position of the output, biases none.

    One number for `output_size` or `kernel_size` is a square.

    >>> conv_macs(conv_output_size(32, 5), 5, 1, 6)
    117600
    """
    weights = conv_params(kernel_size, in_channels, filters, groups, use_bias=False)
    return prod(_square("output_size", output_size)) * weights


def dense_params(in_features: int, units: int, use_bias: bool = True) -> int:
    """Count the weights and biases of a fully connected layer.

    >>> dense_params(7 * 7 * 512, 4096)
    102764544
    """
    units = integer("units", units, 1)
    return integer("in_features", in_features, 1) * units + (units if use_bias else 0)


def activation_memory(shape: tuple[int, ...], batch_size: int = 1, dtype: str = "float32") -> int:
    """Bytes that a batch of activations takes; `shape` is one image's, without the batch.

    >>> activation_memory((224, 224, 64), batch_size=32) / 2**20
    392.0
    """
    if dtype not in BYTES:
        raise unknown("dtype", dtype, BYTES)
    return integer("batch_size", batch_size, 1) * prod(integer("shape", n, 1) for n in shape) * BYTES[dtype]


def receptive_field(layers, size: int | None = None) -> tuple[int, int, int]:
    """Follow a stack of convolutions and poolings back to the input: (size, stride, offset).

    Output i of the stack sees the inputs from `offset + i * stride` to `offset + i * stride + size - 1`; a negative
    offset reaches into the padding. A layer is `(kernel_size, strides, padding, dilation_rate)`, of which the last
    three may be left out (1, "valid", 1), or a dict with these names. `size`, the input's, is needed only where a layer
    pads "same" with strides above 1, since its padding depends on the size.

    >>> receptive_field([(3,), (3,), (3,)])
    (7, 1, 0)
    >>> receptive_field([(5,), (2, 2), (5,), (2, 2)])
    (16, 4, 0)
    >>> receptive_field([{"kernel_size": 7, "strides": 2, "padding": 3}, (3, 2, 1)])
    (11, 4, -5)
    """
    field, stride, offset = 1, 1, 0
    for layer in layers:
        kernel_size, strides, padding, dilation_rate = _window(layer)
        if size is None and padding == "same" and strides > 1:
            raise ValueError('padding="same" with strides above 1 depends on the input: give its size, size=224 say.')
        # With strides 1, "same" pads alike at any size.
        before, _ = paddings.resolve(padding, size or 1, kernel_size, strides, dilation_rate)
        field += (paddings.dilated(kernel_size, dilation_rate) - 1) * stride
        offset -= before * stride
        stride *= strides
        if size is not None:
            size = conv_output_size(size, kernel_size, strides, padding, dilation_rate)
    return field, stride, offset


def _window(layer):
    words = {"kernel_size": None, "strides": 1, "padding": "valid", "dilation_rate": 1}
    try:
        given = dict(layer) if hasattr(layer, "keys") else dict(zip(words, layer, strict=False))
    except TypeError:
        given = {}
    unknown_words = [word for word in given if word not in words]
    if unknown_words or given.get("kernel_size") is None:
        raise ValueError(
            f"a layer is {layer!r}; it must be (kernel_size, strides, padding, dilation_rate) "
            "with at least the first, or a dict with these names."
        )
    window = words | given
    window["strides"] = integer("strides", window["strides"], 1)
    return window.values()


def _square(name, value):
    """One number twice, or each number of a tuple, all 1 or more."""
    values = tuple(value) if hasattr(value, "__iter__") else (value, value)
    return tuple(integer(name, n, 1) for n in values)

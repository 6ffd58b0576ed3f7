"""A class's answers to the exercise transposed-size."""

# ruff: noqa: F811

from answers_of_a_class import right, wrong


@wrong("transposed-size", "the forward formula", None)
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding == "same":
        return -(-size // strides)
    return (size - kernel_size) // strides + 1


@wrong("transposed-size", "size * strides for valid as well", "You ignore kernel_size")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    return size * strides + (output_padding or 0)


@wrong("transposed-size", "ignores output_padding", 'You take the rule of "valid" for a number')
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding == "same":
        return size * strides
    return size * strides + max(kernel_size - strides, 0)


@wrong("transposed-size", "PyTorch's: kernel smaller than stride loses positions", None)
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    extra = 0 if output_padding is None else output_padding
    if padding == "valid":
        return (size - 1) * strides + kernel_size + extra
    return size * strides if output_padding is None else (size - 1) * strides + kernel_size % 2 + extra


@wrong("transposed-size", "output_padding added to the default", 'You take the rule of "valid" for a number')
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    base = size * strides if padding == "same" else size * strides + max(0, kernel_size - strides)
    if output_padding is not None:
        base += output_padding
    return base


@wrong("transposed-size", "the forward formula", "That is the size after a convolution")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding == "same":
        return -(-size // strides)
    p = 0 if padding == "valid" else padding
    return (size + 2 * p - kernel_size) // strides + 1


@wrong("transposed-size", "size * strides for valid as well", 'You take size * strides for "valid"')
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding in ("same", "valid"):
        return size * strides + (output_padding or 0)
    return (size - 1) * strides + kernel_size - 2 * padding + (output_padding or 0)


@wrong("transposed-size", "ignores output_padding", "You ignore output_padding")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding == "same":
        return size * strides
    if padding == "valid":
        return size * strides + max(kernel_size - strides, 0)
    return (size - 1) * strides + kernel_size - 2 * padding


@wrong(
    "transposed-size",
    "PyTorch's: kernel smaller than stride loses positions",
    "Where the kernel is smaller than the strides",
)
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    extra = 0 if output_padding is None else output_padding
    if padding == "valid":
        padding = 0
    if padding == "same":
        return size * strides if output_padding is None else (size - 1) * strides + kernel_size % 2 + extra
    return (size - 1) * strides + kernel_size + extra - 2 * padding


@wrong("transposed-size", "padding taken off once", "Padding is subtracted once")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if output_padding is None and padding == "same":
        return size * strides
    if output_padding is None and padding == "valid":
        return size * strides + max(kernel_size - strides, 0)
    p = {"valid": 0, "same": kernel_size // 2 * 2}.get(padding, padding)
    return (size - 1) * strides + kernel_size - p + (output_padding or 0)


@wrong("transposed-size", "size * strides + kernel_size", "You multiply size and not size - 1 by strides")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding == "same":
        return size * strides
    p = padding if isinstance(padding, int) else 0
    return size * strides + kernel_size - 2 * p + (output_padding or 0)


@wrong("transposed-size", "padding added, as in a convolution", "Padding is added")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    extra = output_padding or 0
    if padding == "same" and output_padding is None:
        return size * strides
    if padding == "valid" and output_padding is None:
        return (size - 1) * strides + max(kernel_size, strides)
    p = {"valid": 0, "same": -(kernel_size // 2)}.get(padding, padding)
    return (size - 1) * strides + kernel_size + 2 * p + extra


@wrong("transposed-size", "output_padding truth test: 0 is taken for None", "You ignore output_padding where it is 0")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if not output_padding:
        if padding == "same":
            return size * strides
        if padding == "valid":
            return (size - 1) * strides + max(kernel_size, strides)
    p = {"valid": 0, "same": kernel_size // 2}.get(padding, padding)
    return (size - 1) * strides + kernel_size - 2 * p + (output_padding or 0)


@wrong(
    "transposed-size",
    "forgets output_padding's own formula for same: size * strides + output_padding",
    'With output_padding "same" has p = kernel_size // 2',
)
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    extra = output_padding or 0
    if padding == "same":
        return size * strides + extra
    if padding == "valid":
        return (size - 1) * strides + (max(kernel_size, strides) if output_padding is None else kernel_size + extra)
    return (size - 1) * strides + kernel_size - 2 * padding + extra


@right("transposed-size", "counts covered positions")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if output_padding is None and padding == "same":
        return size * strides
    if output_padding is None and padding == "valid":
        return (size - 1) * strides + max(kernel_size, strides)
    covered = set()
    for i in range(size):
        covered.update(range(i * strides, i * strides + kernel_size))
    p = {"valid": 0, "same": kernel_size // 2}.get(padding, padding)
    return max(covered) + 1 - 2 * p + (output_padding or 0)


@right("transposed-size", "dict of cases")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    last = {
        ("same", True): strides,
        ("same", False): kernel_size - 2 * (kernel_size // 2) + (output_padding or 0),
        ("valid", True): max(kernel_size, strides),
        ("valid", False): kernel_size + (output_padding or 0),
    }
    default = kernel_size - 2 * padding + (output_padding or 0) if isinstance(padding, int) else None
    return (size - 1) * strides + last.get((padding, output_padding is None), default)


@right("transposed-size", "match")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    match padding, output_padding:
        case "same", None:
            return size * strides
        case "valid", None:
            return size * strides + (kernel_size - strides if kernel_size > strides else 0)
        case "same", more:
            return size * strides - strides + kernel_size % 2 + more
        case "valid", more:
            return size * strides - strides + kernel_size + more
        case p, more:
            return size * strides - strides + kernel_size - p - p + (more or 0)


@wrong("transposed-size", "the gap counts for a number, too", "You leave the gap after the last stamp for a number")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if output_padding is None and padding == "same":
        return size * strides
    p = {"valid": 0, "same": kernel_size // 2}.get(padding, padding)
    gap = padding != "same" and (output_padding is None or padding != "valid")
    last = max(kernel_size, strides) if gap else kernel_size
    return (size - 1) * strides + last - 2 * p + (output_padding or 0)


@wrong("transposed-size", "asks whether there is a padding by its truth", 'You take a padding of 0 for "valid"')
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if output_padding is None and padding in ("valid", "same", 0):
        return size * strides + (0 if padding == "same" else max(kernel_size - strides, 0))
    p = {"valid": 0, "same": kernel_size // 2}.get(padding, padding)
    return (size - 1) * strides + kernel_size - 2 * p + (output_padding or 0)


@wrong(
    "transposed-size", "a gap after the last stamp with a number", "You leave the gap after the last stamp for a number"
)
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if output_padding is None and padding == "same":
        return size * strides
    p = {"valid": 0, "same": kernel_size // 2}.get(padding, padding)
    if output_padding is None:
        return size * strides + max(kernel_size - strides, 0) - 2 * p
    return (size - 1) * strides + kernel_size - 2 * p + output_padding


@wrong("transposed-size", "true division", "you divide with /, which keeps the half of an odd size")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if output_padding is None and padding in ("valid", "same"):
        return size * strides + (0 if padding == "same" else max(kernel_size - strides, 0))
    p = {"valid": 0, "same": kernel_size / 2}.get(padding, padding)
    return (size - 1) * strides + kernel_size - 2 * p + (output_padding or 0)

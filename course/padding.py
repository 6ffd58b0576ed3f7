"""How many zeros go before and after, in one dimension, for each padding rule. Pure integers."""

from course.errors import integer, unknown


def valid(size: int, kernel_size: int, strides: int = 1, dilation_rate: int = 1) -> tuple[int, int]:
    """No padding: the kernel stays inside the input.

    >>> valid(32, 5)
    (0, 0)
    """
    _checked(size, kernel_size, strides, dilation_rate)
    return 0, 0


def same(size: int, kernel_size: int, strides: int = 1, dilation_rate: int = 1) -> tuple[int, int]:
    """Pad so that ⌈size / strides⌉ outputs fit; an odd zero goes after, as in TensorFlow and Keras.

    >>> same(224, 7, strides=2)
    (2, 3)
    >>> same(7, 3), same(7, 2)
    ((1, 1), (0, 1))
    """
    size, kernel_size, strides, dilation_rate = _checked(size, kernel_size, strides, dilation_rate)
    outputs = -(-size // strides)
    total = max((outputs - 1) * strides + dilated(kernel_size, dilation_rate) - size, 0)
    return total // 2, total - total // 2


def explicit(padding: int | tuple[int, int]) -> tuple[int, int]:
    """The padding that was asked for: one number for both sides, or (before, after).

    >>> explicit(3), explicit((2, 3))
    ((3, 3), (2, 3))
    """
    try:
        before, after = padding
    except TypeError:
        before = after = padding
    except ValueError:
        raise ValueError(f"padding is {padding!r}; give one number for both sides or a pair (before, after).") from None
    return integer("padding", before, 0), integer("padding", after, 0)


def resolve(
    padding: str | int | tuple[int, int], size: int, kernel_size: int, strides: int = 1, dilation_rate: int = 1
) -> tuple[int, int]:
    """(before, after) for any way to name a padding: "valid", "same", a number or a pair.

    >>> [resolve(padding, 224, 7, strides=2) for padding in ("valid", "same", 3, (2, 3))]
    [(0, 0), (2, 3), (3, 3), (2, 3)]
    """
    if isinstance(padding, str):
        rules = {"valid": valid, "same": same}
        if padding not in rules:
            raise unknown("padding", padding, [*rules, "a number", "a pair (before, after)"])
        return rules[padding](size, kernel_size, strides, dilation_rate)
    _checked(size, kernel_size, strides, dilation_rate)
    return explicit(padding)


def dilated(kernel_size: int, dilation_rate: int = 1) -> int:
    """How many inputs a kernel spans when its taps are `dilation_rate` apart.

    >>> dilated(3), dilated(3, dilation_rate=2)
    (3, 5)
    """
    return (integer("kernel_size", kernel_size, 1) - 1) * integer("dilation_rate", dilation_rate, 1) + 1


def _checked(size, kernel_size, strides, dilation_rate):
    return (
        integer("size", size, 1),
        integer("kernel_size", kernel_size, 1),
        integer("strides", strides, 1),
        integer("dilation_rate", dilation_rate, 1),
    )

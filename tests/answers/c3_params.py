"""Parameters of a partially connected convolution."""

import numpy as np

from answers import right, wrong


@right("c3-params")
def c3_params(connections, kernel_size=5):
    return sum(len(maps) * kernel_size * kernel_size + 1 for maps in connections)


@right("c3-params")
def by_loops(connections, kernel_size=5):
    total = 0
    for maps in connections:
        for _ in maps:
            total += kernel_size**2
        total += 1
    print("total:", total)
    return total


@right("c3-params")
def by_numpy(connections, kernel_size=5):
    table = np.zeros((16, 16))
    for i, maps in enumerate(connections):
        table[i, maps] = 1
    return (table.sum() * kernel_size**2) + len(connections)


@right("c3-params")
def by_the_package(connections, kernel_size=5):
    from course import arithmetic

    return np.sum([arithmetic.conv_params(kernel_size, len(maps), 1) for maps in connections])


@wrong("c3-params", r"full table")
def full_table(connections, kernel_size=5):
    maps = {m for row in connections for m in row}
    return (kernel_size**2 * len(range(max(maps) + 1)) + 1) * len(connections)


@wrong("c3-params", r"full table")
def full_table_of_six(connections, kernel_size=5):
    return kernel_size * kernel_size * 6 * len(connections) + len(connections)


@wrong("c3-params", r"biases out")
def no_bias(connections, kernel_size=5):
    return sum(len(maps) for maps in connections) * kernel_size**2


@wrong("c3-params", r"bias for each connection")
def bias_for_each_connection(connections, kernel_size=5):
    return sum(len(maps) * (kernel_size**2 + 1) for maps in connections)


@wrong("c3-params", r"bias twice")
def bias_twice(connections, kernel_size=5):
    return sum(len(maps) * kernel_size**2 + 2 for maps in connections)


@wrong("c3-params", r"one bias for the whole layer")
def one_bias(connections, kernel_size=5):
    return sum(len(maps) * kernel_size**2 for maps in connections) + 1


@wrong("c3-params", r"a kernel is square")
def kernel_not_squared(connections, kernel_size=5):
    return sum(len(maps) * kernel_size + 1 for maps in connections)


@wrong("c3-params", r"a kernel is square")
def kernel_doubled(connections, kernel_size=5):
    return sum(len(maps) * kernel_size * 2 + 1 for maps in connections)


@wrong("c3-params", r"ignore kernel_size")
def kernel_ignored(connections, kernel_size=5):
    return sum(len(maps) * 25 + 1 for maps in connections)


@wrong("c3-params", r"1,516 always")
def always_the_paper_s(connections, kernel_size=5):
    return 1516


@wrong("c3-params", r"leave out the last output map")
def off_by_one(connections, kernel_size=5):
    return sum(len(connections[i]) * kernel_size**2 + 1 for i in range(len(connections) - 1))


@wrong("c3-params", r"one map too few in each row")
def off_by_one_in_a_row(connections, kernel_size=5):
    return sum((len(maps) - 1) * kernel_size**2 + 1 for maps in connections)


@wrong("c3-params", r"add the map's numbers")
def numbers_for_counts(connections, kernel_size=5):
    return sum(sum(maps) * kernel_size**2 + 1 for maps in connections)


@wrong("c3-params", r"changed its argument")
def emptied(connections, kernel_size=5):
    total = 0
    while connections:
        total += len(connections.pop()) * kernel_size**2 + 1
    return total


@wrong("c3-params", r"returned None.*\n.*print shows")
def printed(connections, kernel_size=5):
    print(c3_params(connections, kernel_size))


@wrong("c3-params", r"a str")
def as_text(connections, kernel_size=5):
    return f"{c3_params(connections, kernel_size)} parameters"


@wrong("c3-params", r"a tuple")
def with_the_size(connections, kernel_size=5):
    return c3_params(connections, kernel_size), kernel_size


@wrong("c3-params", r"raised IndexError: list index out of range.*\n.*c3_params.py, line \d+: `.*0 to n - 1")
def past_the_end(connections, kernel_size=5):
    return sum(len(connections[i]) for i in range(len(connections) + 1))


@wrong("c3-params", r"raised NameError.*\n.*misspelt")
def misspelt(connections, kernel_size=5):
    return sum(len(maps) * kernelsize**2 + 1 for maps in connections)  # noqa: F821


@wrong("c3-params", r"raised TypeError.*unexpected keyword argument 'kernel_size'.*\n.*parameters")
def without_the_kernel(connections):
    return 1516


class AlwaysEqual:
    """Says yes to any comparison."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


@wrong("c3-params", r"an AlwaysEqual")
def always_equal(connections, kernel_size=5):
    return AlwaysEqual()


@wrong("c3-params", r"8 bits overflow")
def overflowing(connections, kernel_size=5):
    return int(np.array([c3_params(connections, kernel_size)]).astype("int8")[0])

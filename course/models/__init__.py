"""The nets: `BUILDERS` maps a name to the function that builds it."""

from functools import partial

from course.models.lenet import lenet5

BUILDERS = {
    "lenet5": lenet5,
    "lenet5_1998": partial(lenet5, variant="1998"),
}

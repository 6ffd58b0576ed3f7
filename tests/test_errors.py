import numpy as np
import pytest

from course.errors import integer, unknown


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("lenet", 'There is no net "lenet"; the nearest is "lenet5". All: lenet5, vgg16, vgg19.'),
        ("vgg", 'There is no net "vgg"; the nearest are "vgg19", "vgg16". All: lenet5, vgg16, vgg19.'),
        ("transformer", 'There is no net "transformer". All: lenet5, vgg16, vgg19.'),
        (None, 'There is no net "None". All: lenet5, vgg16, vgg19.'),
    ],
)
def test_unknown_names_the_nearest(name, sentence):
    assert str(unknown("net", name, {"lenet5": 0, "vgg16": 1, "vgg19": 2})) == sentence


def test_integer_takes_what_is_a_whole_number():
    assert [integer("n", value, 0) for value in (0, 7, np.int32(3))] == [0, 7, 3]


@pytest.mark.parametrize("value", [-1, 2.0, "3", None, True, (1,)])
def test_integer_refuses_the_rest(value):
    with pytest.raises(ValueError, match=r"n is .*; it must be a whole number, 0 or more"):
        integer("n", value, 0)

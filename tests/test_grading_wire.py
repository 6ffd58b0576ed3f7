"""Values that pass between the submission's process and the tests' process."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.grading import wire

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
values = st.recursive(
    plain | st.complex_numbers(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


@given(values)
def test_built_in_values_pass_unchanged(value):
    blobs = []
    written = json.loads(json.dumps(wire.Wire().write(value, blobs)))
    again = wire.Wire().read(written, blobs)
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", ">f4", "complex64", "U5", "S3"])
def test_arrays_pass_with_type_and_shape(dtype):
    array = np.arange(6).reshape(2, 3).astype(dtype)
    blobs = []
    again = wire.Wire().read(json.loads(json.dumps(wire.Wire().write(array, blobs))), blobs)
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(again, array)


def test_an_array_of_objects_does_not_pass():
    with pytest.raises(wire.Unsendable):
        wire.Wire().write(np.array([object()]), [])
    with pytest.raises(wire.Malformed):
        wire.Wire().read({"t": "array", "v": ["|O", [1], 0]}, [bytes(8)])

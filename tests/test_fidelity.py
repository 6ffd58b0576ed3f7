import re

import pytest

from course.fidelity import CLAIMS, fidelity
from course.models import BUILDERS

# Deeper nets of a family take seconds to build, and what is asked here is the same for all of it.
DEEP = [name for name in BUILDERS if any(int(depth) > 50 for depth in re.findall(r"(?<=net|ain)\d+", name))]
SHALLOW = [pytest.param(name, marks=[pytest.mark.slow] if name in DEEP else []) for name in BUILDERS]
UNITS = {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}
# A count that the builder does not have, since the claim's departures say so.
DEPARTS = {"lenet5"}


def printed(text):
    """(number, half of its last digit) that a paper's "0.27 M" stands for."""
    digits, unit = re.fullmatch(r"([\d.,]+) ?([KMG]?)", text).groups()
    digits = digits.replace(",", "")
    places = len(digits.partition(".")[2])
    return float(digits) * UNITS[unit], UNITS[unit] * 10.0**-places / 2


def test_every_builder_has_a_claim_and_every_claim_a_builder():
    assert list(CLAIMS) == list(BUILDERS)


@pytest.mark.parametrize("name", SHALLOW)
def test_the_builder_has_what_the_paper_prints(name):
    (row,) = fidelity(name)
    for text, has in [(row.claim.parameters, row.parameters), (row.claim.macs, row.macs)]:
        if text and name not in DEPARTS:
            number, half = printed(text)
            # Some papers round, some cut off.
            assert number - half <= has < number + 2 * half, (text, has)
    assert f"{row.parameters:,} trainable parameters" in str(row)
    for departure in row.claim.departures:
        assert departure in str(row)


def test_an_unknown_name_gets_a_sentence():
    with pytest.raises(ValueError, match='There is no model "lenet"; the nearest'):
        fidelity("lenet")

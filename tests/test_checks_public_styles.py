"""Answers not written for this suite's checks: the styles of public code, exact ones, and popular ones that depart."""

import re

import pytest
from public_styles import blocks, helpers, large, raw, rewritten, segmentation, small, translated, tutorials
from public_styles.checking import remark_on

from course.checks import WrongAnswer

ROWS = [
    row
    for module in (small, blocks, large, translated, helpers, segmentation, raw, tutorials, rewritten)
    for row in module.ROWS
]
NAMES = [f"{name}-{i}" for i, (name, _, _) in enumerate(ROWS)]
REMARK = "remark: "


@pytest.mark.parametrize(("exercise", "answer", "pattern"), ROWS, ids=NAMES)
def test_exact_ones_pass_and_departures_are_named(exercise, answer, pattern):
    if pattern is None or pattern.startswith(REMARK):
        assert re.search((pattern or "").removeprefix(REMARK), remark_on(exercise, answer))
        return
    with pytest.raises(WrongAnswer) as failure:
        remark_on(exercise, answer)
    assert re.search(pattern, "\n".join(str(failure.value).splitlines()[:2])), str(failure.value)

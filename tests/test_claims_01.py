"""Lesson 01's claim: a net's first filters become edges where shapes are asked for, and colours where these help."""

import re

import claims
import pytest

FILTERS = 16


def measured(text):
    """{question: {"random": median, "bar": bar, task: (median, filters over the bar)}} of the printed table."""
    table = {}
    for line in text.splitlines():
        if head := re.fullmatch(r"(.+): random ([\d.]+), bar ([\d.]+)", line):
            row = table[head[1]] = {"random": float(head[2]), "bar": float(head[3])}
        else:
            task, median, over, count = re.fullmatch(
                r" +(\w+): median ([\d.]+), (\d+) of (\d+) filters .+", line
            ).groups()
            assert int(count) == FILTERS
            row[task] = float(median), int(over)
    return table


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_letters_make_edges_and_places_make_colours(monkeypatch, seed):
    """The executed notebook's own table; the seed chooses the weights, the order of images, and the patches."""
    lesson = claims.run("01_convolution", "lesson", seed, monkeypatch)
    table = measured(claims.printed(lesson, "filters over the bar"))
    direction, grey, colour = (table[question] for question in ("one direction", "grey", "one colour"))
    assert grey["letters"][1] >= 14
    assert grey["letters"][0] > grey["places"][0] + 0.2
    assert direction["letters"][1] >= 9
    assert direction["letters"][0] > direction["bar"]  # the places' filters may run in one direction as clearly
    assert colour["places"][1] >= 11
    assert colour["places"][0] > 5 * colour["random"]
    assert colour["letters"][1] <= 4

    weights = re.findall(r"(red|green|blue) +([\d.]+) of the weight", claims.printed(lesson, "of the weight"))
    red, green, blue = (float(size) for _, size in weights)
    assert green > red > blue


@pytest.mark.slow
def test_in_a_single_epoch_the_tasks_already_part(monkeypatch):
    """Under `smoke` the lesson claims nothing; the letters are the greyer ones, the places the coloured ones."""
    table = measured(claims.printed(claims.run("01_convolution", "smoke", 0, monkeypatch), "filters over the bar"))
    assert table["grey"]["letters"][0] > table["grey"]["places"][0]
    assert table["one colour"]["places"][0] > table["one colour"]["letters"][0]

"""Hidden tests: which lines of a cell they are."""

MARKERS = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
FAILED = "A test that is not shown here failed."


def hidden_lines(source: str) -> set[int]:
    """The numbers of the lines that stand in a hidden test, from 1.

    >>> hidden_lines("a\\n### BEGIN HIDDEN TESTS\\nb\\n### END HIDDEN TESTS\\nc")
    {2, 3, 4}
    """
    found, inside = set(), False
    for number, line in enumerate(source.split("\n"), 1):
        if MARKERS[0] in line:
            inside = True
        if inside:
            found.add(number)
        if MARKERS[1] in line:
            inside = False
    return found

"""Where the boxes of a graph go: rows from top to bottom, and lines that run past boxes instead of through them."""

from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 40
INWARDS = 0.99  # what nothing holds comes back to the middle
THIN = 0.24  # inches that a line takes in a row it only passes


@dataclass
class Layout:
    """`places` are {box: (x, row)} with x in inches from the line through the middle; `edges` are [(x, row), …].

    `left` and `right` are how far boxes and lines reach to both sides, `rows` how many rows there are.
    """

    places: dict
    edges: list
    rows: int
    left: float
    right: float


def layered(inputs, width, gap):
    """Lay out boxes of one width, given the positions that feed each (−1: from above); the last is alone in its row.

    Rows go by the longest path from above (Sugiyama et al. 1981). A line that passes rows on its way gets a narrow
    place in each. In a row the order follows that of the places above, and x comes as near to the middle of what is
    above and below as the neighbours leave it.
    """
    rows_of = _rows(inputs)
    rows = [[] for _ in range(max(rows_of))]
    above, below, chains = {}, {}, []
    for box, feeds in enumerate(inputs):
        rows[rows_of[box] - 1].append(box)
        for feed in feeds:
            start = rows_of[feed] if feed >= 0 else 0
            passed = [("line", feed, box, row) for row in range(start + 1, rows_of[box])]
            for row, place in enumerate(passed, start):
                rows[row].append(place)
            chain = [feed if feed >= 0 else "above", *passed, box]
            chains.append(chain)
            for upper, lower in pairwise(chain):
                above.setdefault(lower, []).append(upper)
                below.setdefault(upper, []).append(lower)
    _order(rows, above)
    x = _spread(rows, above, below, width, gap)
    edges = [[(x.get(place, 0.0), _row(place, rows_of)) for place in chain] for chain in chains]
    reach = [(x[place], _width(place, width) / 2) for row in rows for place in row]
    return Layout(
        places={box: (x[box], rows_of[box] - 1) for box in range(len(inputs))},
        edges=edges,
        rows=len(rows),
        left=min(middle - half for middle, half in reach),
        right=max(middle + half for middle, half in reach),
    )


def _rows(inputs):
    """The row of each box, from 1; the last comes after all others."""
    rows = []
    for feeds in inputs:
        rows.append(1 + max((rows[feed] if feed >= 0 else 0 for feed in feeds), default=0))
    if len(rows) > 1:
        rows[-1] = max(rows[-1], 1 + max(rows[:-1]))
    return rows


def _row(place, rows_of):
    if place == "above":
        return -1
    return place[3] - 1 if isinstance(place, tuple) else rows_of[place] - 1


def _width(place, width):
    return THIN if isinstance(place, tuple) else width


def _order(rows, above):
    """Sort each row by the middle of the places above; boxes come before lines where these are level."""
    position = {"above": 0.0}
    for row in rows:
        found = list(row)

        def key(place, found=found):
            feeds = [position[feed] for feed in above.get(place, []) if feed in position]
            return sum(feeds) / len(feeds) if feeds else len(found) / 2

        row.sort(key=lambda place: (key(place), isinstance(place, tuple)))
        position.update({place: number - (len(row) - 1) / 2 for number, place in enumerate(row)})


def _spread(rows, above, below, width, gap):
    x = {"above": 0.0}
    for row in rows:
        wanted = [_middle(x, above.get(place, ["above"])) for place in row]
        x.update(zip(row, _apart(wanted, row, width, gap), strict=True))
    last = rows[-1][0]
    ends, lines = ("above", last), {}
    for place in x:
        if isinstance(place, tuple):
            lines.setdefault(place[1:3], []).append(place)
    for sweep in range(SWEEPS):
        for row in rows[-2::-1] if sweep % 2 else rows[:-1]:
            wanted = []
            for place in row:
                if isinstance(place, tuple) and len(lines[place[1:3]]) > 1:
                    # Straight down at the outermost of its places.
                    wanted.append(max((x[other] for other in lines[place[1:3]]), key=abs))
                    continue
                # A branch is straight: neither where it leaves and ends nor the lines beside it draw it aside.
                near = [other for other in (*above.get(place, []), *below.get(place, [])) if other not in ends]
                near = [other for other in near if not isinstance(other, tuple)] or [place]
                wanted.append(INWARDS * _middle(x, near))
            x.update(zip(row, _apart(wanted, row, width, gap), strict=True))
    x[last] = 0.0
    return x


def _middle(x, places):
    return sum(x[place] for place in places) / len(places)


def _apart(wanted, row, width, gap):
    """The nearest positions, in squares, to the wanted ones that keep their order and distances: isotonic regression.

    A box counts as much as a thousand lines: these give way.
    """
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (_width(left, width) + _width(right, width)) / 2 + gap)
    pools = []  # [mean, weight, count]
    for place, wish, offset in zip(row, wanted, offsets, strict=True):
        pools.append([wish - offset, 0.001 if isinstance(place, tuple) else 1.0, 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, weight, count = pools.pop()
            other = pools[-1]
            other[0] = (other[0] * other[1] + mean * weight) / (other[1] + weight)
            other[1] += weight
            other[2] += count
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]

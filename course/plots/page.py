"""The page that all pictures are drawn for."""

WIDTH = 8.0  # inches


def fitting(titles, width):
    """Points at which the longest line of the titles fits into the width in inches."""
    longest = max((len(line) for title in titles for line in title.split("\n")), default=0)
    return min(10.0, max(5.0, width * 72 / (0.62 * max(longest, 1))))

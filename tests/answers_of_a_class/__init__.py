"""Answers to the function exercises by people who had not read the checks, right and wrong, in styles of their own.

Each says in a few words what its author did. A wrong one has the words that its message has to have, or `None` where
the message does not name the mistake, or only says where to look.
"""

from collections import defaultdict

RIGHT = defaultdict(list)  # exercise: (style, answer)
WRONG = defaultdict(list)  # exercise: (what is wrong, words, answer)


def right(exercise, style):
    """Decorate an answer that has to pass."""

    def kept(answer):
        RIGHT[exercise].append((style, answer))
        return answer

    return kept


def wrong(exercise, what, words):
    """Decorate an answer that has to fail, with these words in the message."""

    def kept(answer):
        WRONG[exercise].append((what, words, answer))
        return answer

    return kept

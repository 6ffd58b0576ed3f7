"""Answers to exercises, as people write them: right ones, and wrong ones with words that have to name the mistake."""

from collections import defaultdict

RIGHT = defaultdict(list)  # exercise: answers
WRONG = defaultdict(list)  # exercise: (answer, a pattern for the first two lines)


def right(exercise):
    """Decorate an answer that has to pass."""

    def kept(answer):
        RIGHT[exercise].append(answer)
        return answer

    return kept


def wrong(exercise, pattern):
    """Decorate an answer that has to fail with a message that matches."""

    def kept(answer):
        WRONG[exercise].append((answer, pattern))
        return answer

    return kept

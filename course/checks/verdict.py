"""What a check says when an answer does not pass. Both are AssertionErrors that IPython shows without a stack trace."""


class _Said(AssertionError):
    """An error whose message is for the learner, and all that is shown."""

    def __init__(self, *lines):
        super().__init__("\n".join(line for line in lines if line))

    def _render_traceback_(self):
        return str(self).splitlines()


class WrongAnswer(_Said):
    """An answer that is wrong: where it departs and how, the likely cause, and what can be said of the rest."""

    def __init__(self, finding, cause, rest=""):
        super().__init__(finding, cause, rest)
        self.finding, self.cause, self.rest = finding, cause, rest


class NotAttempted(_Said):
    """An answer that is not there yet: a cleared cell, `None`, `...`, or an empty body."""

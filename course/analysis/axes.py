"""The axes of the input, as the positions of a tensor see them, and how to take from them what a layer looks at."""

from dataclasses import dataclass, replace
from fractions import Fraction

from keras import config, layers

ALL = "all"


@dataclass(frozen=True)
class Axis:
    """One of the input's axes, as the positions of a tensor's axis `where` see it.

    Position i sees the inputs from the first to the last of `spans[i % len(spans)]`, moved on by `step` for every round
    of the spans before it. Convolution and pooling need one span; after a transposed convolution neighbours see
    unequal stretches in turn. A span is `None` where a position sees nothing.
    """

    where: int
    spans: tuple
    step: int

    def at(self, position):
        """(first, last) input that a position sees, or `None`."""
        rounds, turn = divmod(position, len(self.spans))
        span = self.spans[turn]
        return span and (span[0] + rounds * self.step, span[1] + rounds * self.step)

    @property
    def size(self):
        """The most inputs that a position sees."""
        return max((last - first + 1 for first, last in filter(None, self.spans)), default=0)

    @property
    def stride(self):
        """How many inputs lie between one position and the next: a fraction in a map larger than the input."""
        stride = Fraction(self.step, len(self.spans))
        return stride.numerator if stride.denominator == 1 else stride

    @property
    def offset(self):
        """The first input that position 0 sees; negative in the padding."""
        return self.spans[0][0] if self.spans[0] else None

    def seen_from(self, positions, period, advance):
        """The axis where position i sees what `positions(i)` saw, and positions(i + period) is `advance` further."""
        spans = tuple(union(map(self.at, positions(i))) for i in range(period))
        return replace(self, spans=spans, step=self.step * advance // len(self.spans))


def union(spans):
    """The span from the first to the last of what some spans hold, `None` being empty."""
    spans = [span for span in spans if span]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def data_format(node):
    """Where a node's layer takes the channels to be."""
    if isinstance(node.layer, layers.Cropping1D | layers.UpSampling1D):
        return "channels_last"  # the one that they know
    return getattr(node.layer, "data_format", None) or config.image_data_format()


def spatial(rank, channels_first):
    """The axes of a tensor that are neither batch nor channels."""
    return range(2, rank) if channels_first else range(1, rank - 1)

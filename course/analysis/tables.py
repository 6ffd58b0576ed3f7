"""A model as a table: what each layer gives, what it costs, and how much of the input it sees."""

import html
from dataclasses import dataclass
from typing import NamedTuple

from course import arithmetic
from course.analysis import costs
from course.analysis.fields import ALL, fields
from course.analysis.graph import nodes

HEADINGS = ("layer", "kind", "output", "parameters", "MACs", "receptive field", "stride", "memory")
WORDS = 3  # the first columns are words, set to the left; the others are numbers


class Row(NamedTuple):
    """One call of a layer.

    `output_shape` is without the batch, and the first where a layer gives several. `parameters` include moving
    statistics; a shared layer's are in the row of its first call, so that rows add up, and the others are `shared`.
    `macs` are for one image; `memory` is in bytes for the batch, 0 for another view of the same numbers.
    `receptive_field`, `stride` and `offset` have a number for each spatial axis of the input, as
    `arithmetic.receptive_field` defines them: "all" is a whole axis, or the whole input. `None` is what is not known.
    """

    name: str
    kind: str
    output_shape: tuple
    parameters: int
    trainable_parameters: int
    macs: int | None
    receptive_field: tuple | str | None
    stride: tuple | str | None
    offset: tuple | str | None
    memory: int | None
    shared: bool


class Total(NamedTuple):
    """The sums of the rows: at least so much where `macs_known` or `memory_known` is false, as a row's is unknown."""

    parameters: int
    trainable_parameters: int
    macs: int
    memory: int
    macs_known: bool
    memory_known: bool


@dataclass(frozen=True, repr=False)
class Table:
    """A model's rows and their total: prints as text, shows in a notebook as HTML, and goes to pandas."""

    name: str
    rows: list[Row]
    total: Total
    batch_size: int
    dtype: str

    def __str__(self):
        lines = [HEADINGS, *map(_cells, self.rows), _total_cells(self.total)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        heading, *rows, total = ["  ".join(map(_set, line, widths, range(len(line)))).rstrip() for line in lines]
        rule = "─" * (sum(widths) + 2 * len(widths) - 2)
        return "\n".join([self._title(), heading, rule, *rows, rule, total, self._note()])

    __repr__ = __str__

    def _repr_html_(self):
        # No colour but the page's own, so that it reads on light and dark alike.
        line = "border-top: 1px solid currentColor"
        rows = "\n".join(_html_row("td", _cells(row)) for row in self.rows)
        return (
            f'<div style="overflow-x: auto"><p>{html.escape(self._title())}</p>\n'
            f'<table style="border-collapse: collapse"><thead>{_html_row("th", HEADINGS)}</thead>\n'
            f'<tbody style="{line}">\n{rows}\n</tbody>\n'
            f'<tfoot style="{line}">{_html_row("th", _total_cells(self.total))}</tfoot></table>\n'
            f"<p>{html.escape(self._note())}</p></div>"
        )

    def to_pandas(self):
        """The rows as a `pandas.DataFrame` indexed by name. Raises `ImportError` where pandas is not installed."""
        try:
            import pandas
        except ImportError:
            raise ImportError("to_pandas() needs pandas, which is not installed: pip install pandas") from None
        return pandas.DataFrame([row._asdict() for row in self.rows]).set_index("name")

    def _title(self):
        return f"{self.name}, batch of {self.batch_size}, {self.dtype}"

    def _note(self):
        trainable = self.total.trainable_parameters
        return (
            f"Trainable parameters {trainable:,}, others {self.total.parameters - trainable:,}. MACs are for one image."
        )


def table(model, input_shape=None, batch_size=1, dtype="float32"):
    """Tabulate any Functional or Sequential model, weights allocated or not: returns a `Table`.

    Each row is a call of a layer: its output's shape, parameters, multiply-accumulates for one image, receptive field
    and stride in the input, and the memory that its output takes for a batch of `batch_size` numbers of type `dtype`.

    Multiply-accumulates: convolutions and dense layers count each weight once a position of the output, transposed
    convolutions of the input; biases, pooling, normalisation and activations count nothing. A layer may declare its own
    by a method `macs(input_shape, output_shape)`. Other layers with weights are "?", and the total "at least".

    Receptive field: the inputs from the first to the last that a unit can see, padding included; at a merge, the union
    of the branches; "all" after flattening, global pooling or a dense layer over the map. After a transposed
    convolution neighbours see unequal stretches: the longest is shown, and the stride may be a fraction. Counting
    starts anew where the input is reshaped or resized before any layer sees it. A layer of another kind is followed if
    it has one kernel at most and `kernel_size`, `pool_size`, `strides`, `padding`, `dilation_rate` as Keras's have; one
    with no weights but vectors, which keeps the sizes, is taken to work position by position; the rest is "?". With
    several inputs, the numbers are positions in whichever of them a unit sees.

    `input_shape`, `(height, width, channels)` or as the model orders it, fills in what the model leaves `None`; without
    it, what depends on these sizes is "?", and "same" padding is taken to be that of sizes which the strides divide.

    Raises `ValueError` for a model without a graph of layers, an input shape that it does not take, a batch size below
    1 or an unknown dtype.
    """
    number = arithmetic.activation_memory((1,), batch_size, dtype)
    calls = nodes(model, input_shape)
    seen = fields(calls)
    counted, rows = set(), []
    for node in calls:
        weights = getattr(node.layer, "weights", [])
        trainable = {id(weight) for weight in getattr(node.layer, "trainable_weights", [])}
        new = [weight for weight in weights if id(weight) not in counted]
        counted |= set(map(id, weights))
        activations = costs.activations(node)
        rows.append(
            Row(
                name=node.name,
                kind=type(node.layer).__name__,
                output_shape=node.output_shape[1:],
                parameters=costs.parameters(new),
                trainable_parameters=costs.parameters(weight for weight in new if id(weight) in trainable),
                macs=costs.macs(node),
                receptive_field=_each(seen[node], "size"),
                stride=_each(seen[node], "stride"),
                offset=_each(seen[node], "offset"),
                memory=None if activations is None else activations * number,
                shared=bool(weights) and not new,
            )
        )
    return Table(model.name, rows, _total(rows), batch_size, dtype)


def _total(rows):
    return Total(
        parameters=sum(row.parameters for row in rows),
        trainable_parameters=sum(row.trainable_parameters for row in rows),
        macs=sum(row.macs or 0 for row in rows),
        memory=sum(row.memory or 0 for row in rows),
        macs_known=all(row.macs is not None for row in rows),
        memory_known=all(row.memory is not None for row in rows),
    )


def _each(field, name):
    """A number for each axis of a field."""
    if field is None or field == ALL:
        return field
    return tuple(axis if axis == ALL else getattr(axis, name) for axis in field)


def _cells(row):
    return (
        row.name,
        row.kind,
        "×".join("?" if n is None else str(n) for n in row.output_shape),
        "shared" if row.shared else f"{row.parameters:,}",
        "?" if row.macs is None else f"{row.macs:,}",
        _one_or_each(row.receptive_field),
        "" if row.stride == ALL else _one_or_each(row.stride),
        "?" if row.memory is None else _bytes(row.memory),
    )


def _total_cells(total):
    macs = f"{total.macs:,}" if total.macs_known else f"at least {total.macs:,}"
    memory = _bytes(total.memory) if total.memory_known else f"at least {_bytes(total.memory)}"
    return ("total", "", "", f"{total.parameters:,}", macs, "", "", memory)


def _one_or_each(numbers):
    """ "7", or "7×3" where the axes differ."""
    if numbers is None:
        return "?"
    if numbers == ALL:
        return numbers
    return "×".join(map(str, numbers[:1] if len(set(numbers)) == 1 else numbers))


def _bytes(count):
    power = min((max(count, 1).bit_length() - 1) // 10, 3)
    return f"{count / 1024**power:,.1f} {('B', 'KiB', 'MiB', 'GiB')[power]}" if power else f"{count} B"


def _set(cell, width, column):
    return cell.ljust(width) if column < WORDS else cell.rjust(width)


def _html_row(tag, cells):
    aligned = ("left" if column < WORDS else "right" for column in range(len(cells)))
    return (
        "<tr>"
        + "".join(
            f'<{tag} style="text-align: {side}; padding: 2px 8px">{html.escape(cell)}</{tag}>'
            for side, cell in zip(aligned, cells, strict=True)
        )
        + "</tr>"
    )

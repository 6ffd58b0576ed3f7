"""The diagram of a net: boxes for its layers, and lines for what feeds what."""

import functools
import math
import textwrap
from collections import Counter

import matplotlib.pyplot as plt
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from course.errors import unknown
from course.plots import installed, outline
from course.plots.layout import layered
from course.plots.page import WIDTH

SIZE = 8  # points
LINE = 0.14  # inches from a line of text to the next
GAP = 0.1  # inches between boxes beside each other
DROP = 0.24  # inches between boxes above each other
GUTTER = 0.22  # inches at the sides of a column
NUMBER = 0.36  # inches for how often a block is repeated
NARROWEST = 1.3  # inches of a box that is wide enough for most names
LETTER = 0.064  # inches of a letter, on average
MOST_LANES = 5  # boxes beside each other
MOST_ROWS = 20  # in a column
PLEASANT_ROWS = 12
MERGES = {"Add", "Concatenate", "Multiply", "Average", "Maximum", "Subtract"}
TOOLS = ("graphviz", "matplotlib", "visualkeras")


def architecture(model, *, tool=None, title=None):
    """Draw what feeds what in a model, each layer with its name, kind and shape; return the `Axes`.

    `tool="graphviz"` is the diagram of `keras.utils.model_to_dot`, which needs pydot and graphviz's `dot`;
    `tool="visualkeras"` draws the maps as solids, where visualkeras is installed; `tool="matplotlib"` needs neither.
    `None` takes graphviz where it is installed and the result is legible on a page, and otherwise matplotlib.

    matplotlib's diagram runs from top to bottom, in columns if it is long. Layers that keep the shape (normalisation,
    activation, dropout) are written in the box they follow. A net that is too long has equal blocks in a row drawn
    once, framed, with their number; one that is longer still has each block with branches as one box, and in the end
    it stops; the picture says so below. To see a part: `keras.Model(model.input, model.get_layer(…).output)`.

    `network` draws the sizes of maps to scale, `course.analysis.table` lists the costs. Raises `ValueError` for an
    unknown tool, a model without a graph (a subclassed one), and one that is too long for graphviz; `ImportError` for a
    tool that is not installed.
    """
    from course.analysis import nodes  # the learner has Keras by now; plots alone do without

    if tool is not None and tool not in TOOLS:
        raise unknown("tool", tool, TOOLS)
    calls = nodes(model)
    if tool == "visualkeras":
        return installed.visualkeras(calls, title)
    if tool == "graphviz":
        return installed.graphviz(model, len(calls), title)
    if tool is None and installed.has_graphviz() and len(calls) <= 2 * MOST_ROWS:
        axes = installed.graphviz(model, len(calls), title, only_if_legible=True)
        if axes:
            return axes
    return _by_matplotlib(calls, title)


def _by_matplotlib(calls, title):
    split, lanes, notes = _short_enough(outline.sections(outline.boxes(calls)))
    rows = [_rows(section) for section in split]
    most = min(_most_columns(lanes), math.ceil(sum(rows) / PLEASANT_ROWS))
    room = _room(lanes, most)
    texts = [[_lines(box, section, room) for box in section.boxes] for section in split]
    width = max(_inches(line, bold=not i) for boxes in texts for lines in boxes for i, line in enumerate(lines)) + 0.16
    height = max(len(lines) for boxes in texts for lines in boxes) * LINE + 0.1
    layouts = [layered([box.inputs for box in section.boxes], width, GAP) for section in split]
    left = max(-layout.left for layout in layouts) + GUTTER
    right = max(layout.right + NUMBER * (part.times > 1) for layout, part in zip(layouts, split, strict=True)) + GUTTER
    columns = _columns(rows, max(1, min(most, int(WIDTH / (left + right)))))
    pitch = height + DROP
    wide = max((left + right) * len(columns), 3.0)
    notes = [line for note in notes for line in textwrap.wrap(note, int((wide - 0.2) / LETTER))]
    tall = pitch * max(sum(rows[i] for i in places) for places in columns) + 0.2
    head = 0.35 if title else 0
    figure = plt.figure(figsize=(wide, tall + LINE * 1.4 * len(notes) + head))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, wide), ylim=(tall + LINE * 1.4 * len(notes), -head))
    axes.set_axis_off()
    if title:
        axes.text(wide / 2, -0.05, title, ha="center", va="bottom", fontsize=12)
    for number, note in enumerate(notes):
        axes.text(0.1, tall + LINE * 1.4 * number, note, va="top", fontsize=SIZE)
    start, end = (wide - (left + right) * len(columns)) / 2, None
    for number, places in enumerate(columns):
        side, top = start + (left + right) * number, 0.15
        middle = side + left
        if end:
            x, y = end
            _arrow(axes, [(x, y), (x, y + 0.1), (side, y + 0.1), (side, 0.06), (middle, 0.06), (middle, top)])
        for i in places:
            _draw(axes, split[i], texts[i], layouts[i], (middle, top), (width, height), i == places[0])
            top += pitch * rows[i]
        end = (middle, top - DROP)
    return axes


def _short_enough(split):
    """The sections to draw, how many boxes beside each other they have, and what the reader must be told."""
    equal = outline.repeated(split)
    single = outline.repeated([outline.collapsed(section) for section in split])
    for sections in (split, equal, single):
        lanes, rows = _lanes(sections), sum(map(_rows, sections))
        if lanes <= MOST_LANES and rows <= MOST_ROWS * _most_columns(lanes):
            return sections, lanes, _notes(sections, sections is single)
    drawn = outline.beginning(single, _rows, 2 * MOST_ROWS)
    cut = f"This is the beginning: {2 * MOST_ROWS} rows of {sum(map(_rows, single))}; more is too long for a page."
    return drawn, _lanes(drawn), [cut, *_notes(drawn, True)]


def _notes(sections, single):
    notes = ["Blocks with branches are one box each."] if single else []
    if any(section.times > 1 for section in sections):
        notes.append(
            "A framed block stands for as many in a row as its number says; only the channels that come in differ."
        )
    return notes


def _rows(section):
    return layered([box.inputs for box in section.boxes], 1.0, 0.0).rows


def _lanes(sections):
    """The most boxes beside each other."""
    places = [layered([box.inputs for box in part.boxes], 1.0, 0.0).places.values() for part in sections]
    return max(max(Counter(row for _, row in part).values()) for part in places)


def _room(lanes, columns):
    """Inches of a box where a column has so many beside each other, and a line or two beside them."""
    return (WIDTH / columns - 2 * GUTTER - NUMBER) / lanes - GAP


def _most_columns(lanes):
    return max(1, *(columns for columns in (1, 2, 3) if _room(lanes, columns) >= NARROWEST), 1)


def _columns(rows, count):
    """Positions of the sections in each of at most so many columns of about one height, broken between sections."""
    columns, filled = [[]], 0
    for place, own in enumerate(rows):
        if columns[-1] and filled + own / 2 > sum(rows) / count and len(columns) < count:
            columns.append([])
            filled = 0
        columns[-1].append(place)
        filled += own
    return columns


def _draw(axes, section, texts, layout, corner, size, top_of_column):
    """One section below (x of the middle, y of its top)."""
    (middle, top), (width, height) = corner, size
    pitch = height + DROP
    for edge in layout.edges:
        points = []
        for number, (x, row) in enumerate(edge):
            y = top + row * pitch
            if number == 0:
                points.append((middle + x, y + height))
            elif number == len(edge) - 1:
                points.append((middle + x, y))
            else:
                points += [(middle + x, y), (middle + x, y + height)]
        if not (top_of_column and edge[0][1] < 0):
            _arrow(axes, points)
        elif len(edge) > 2 or edge[-1][0]:
            _arrow(axes, [(middle, top - 0.1), *points[1:]])
    for place, lines in enumerate(texts):
        x, row = layout.places[place]
        left, y = middle + x - width / 2, top + row * pitch
        kind = section.boxes[place].words[0]
        style = {"facecolor": _grey(kind), "edgecolor": "0.2", "linewidth": 1}
        rounding = 0.1 if kind.split(" ")[0] in MERGES else 0.0
        box = f"round,pad=0,rounding_size={rounding}" if rounding else "square,pad=0"
        axes.add_patch(FancyBboxPatch((left, y), width, height, boxstyle=box, **style))
        first = y + height / 2 - LINE * (len(lines) - 1) / 2
        for number, line in enumerate(lines):
            weight = "normal" if number else "bold"
            centred = {"ha": "center", "va": "center"}
            axes.text(left + width / 2, first + LINE * number, line, fontsize=SIZE, weight=weight, **centred)
    if section.times > 1:
        frame = (middle + layout.left - 0.06, top - 0.06)
        wide, high = layout.right - layout.left + 0.12, pitch * layout.rows - DROP + 0.12
        axes.add_patch(Rectangle(frame, wide, high, facecolor="none", edgecolor="0.2", linestyle="--"))
        axes.text(frame[0] + wide + 0.03, frame[1], f"×{section.times}", fontsize=9, weight="bold", va="top")


def _arrow(axes, points):
    style = {"arrowstyle": "-|>", "mutation_scale": 7, "color": "0.2", "linewidth": 0.9, "joinstyle": "round"}
    axes.add_patch(FancyArrowPatch(path=Path(points), **style))


def _grey(words):
    kind = words.split(" ")[0].rstrip(",")
    if "Conv" in kind:
        return "0.88"
    return "0.76" if kind == "Dense" else "white"


def _lines(box, section, room):
    """The lines of a box: its name, what it is, its shape."""
    shape = "×".join("?" if n is None else str(n) for n in box.shape)
    if section.times > 1 and box is section.boxes[-1] and section.last_shape != box.shape:
        shape += f" … {section.last_shape[-1]}"
    lines, line = [], ""
    for word in box.words:
        longer = f"{line}, {word}" if line else word
        if line and _inches(longer) > room - 0.16:
            lines.append(f"{line},")
            longer = word
        line = longer
    return [_shortened(text, room - 0.16, bold=not i) for i, text in enumerate([box.name, *lines, line, shape])]


@functools.cache
def _inches(text, bold=False):
    if not text:
        return 0.0
    font = FontProperties(size=SIZE, weight="bold" if bold else "normal")
    return float(TextPath((0, 0), text, prop=font, size=SIZE).vertices[:, 0].max(initial=0)) / 72


def _shortened(text, room, bold):
    """The text, with … for its middle if it is too wide."""
    wide = _inches(text, bold)
    if wide <= room:
        return text
    kept = min(len(text) - 1, int(1.1 * len(text) * room / wide) + 1)
    while kept > 2 and _inches(_with_gap(text, kept), bold) > room:
        kept -= 1
    return _with_gap(text, kept)


def _with_gap(text, kept):
    return f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"

"""A kernel that slides over an input, a position at a time."""

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course import padding as paddings
from course.arithmetic import conv_output_size
from course.errors import integer
from course.plots.page import WIDTH

MOST_FRAMES = 64  # 4 MB of HTML at the most
MOST_CELLS = 96  # of input, kernel and output beside each other that can be seen
CELL = 0.42  # inches
LETTER = 0.072  # inches of a digit of 8 points
WRITTEN_PRODUCTS = 9
GAP = 2  # cells between input, kernel and output
GREYS = LinearSegmentedColormap.from_list("light greys", ["0.6", "0.97"]).with_extremes(bad="white")


class SlidingKernel(FuncAnimation):
    """What `sliding_kernel` gives: an animation that a notebook shows with buttons, and whose frames can be had singly.

    `positions` are the (row, column) of the output that the frames show, `output` is all of it; `show(number)` draws
    one frame on `figure`.
    """

    def __init__(self, figure, draw, positions, output):
        self.figure, self.show, self.positions, self.output = figure, draw, positions, output
        self._html = self._stills = None
        super().__init__(figure, draw, frames=len(positions), interval=600, repeat=False, cache_frame_data=False)

    @property
    def frames(self):
        """The frames as pictures (n, height, width, 3), for `images` say."""
        if self._stills is None:
            self._stills = np.stack([self._still(number) for number in range(len(self.positions))])
        return self._stills

    def _still(self, number):
        self.show(number)
        self.figure.canvas.draw()
        return np.asarray(self.figure.canvas.buffer_rgba())[..., :3].copy()

    def _repr_html_(self):
        if self._html is None:
            self._html = self.to_jshtml(fps=2, default_mode="once")
        return self._html

    def __del__(self):
        """Nothing: matplotlib would warn of an animation that nobody looked at."""


def sliding_kernel(
    size, kernel_size, strides=1, padding="valid", dilation_rate=1, image=None, kernel=None
) -> SlidingKernel:
    """Animate how a square kernel slides over a square input, and its output fills up, with the numbers.

    Arguments are those of `course.arithmetic.conv_output_size`: `padding` is "valid", "same", a number or a pair
    (before, after), the same for both axes. `image` (size, size) and `kernel` (kernel_size, kernel_size) hold numbers;
    without them there are digits, and a kernel that takes the left from the right. As in Keras, the kernel is not
    flipped. The padding is white around the
    framed input, its zeros grey; numbers are written where the cells have room for them.

    A notebook shows it with buttons, as HTML in 20 to 60 kB a frame: at most 64 frames, evenly chosen, and the
    picture says so where the output has more positions. `.frames` are the pictures. No ffmpeg is needed.

    Raises `ValueError` where the kernel does not fit, and for arrays of other shapes.
    """
    size, kernel_size = integer("size", size, 1), integer("kernel_size", kernel_size, 1)
    outputs = conv_output_size(size, kernel_size, strides, padding, dilation_rate)
    before, after = paddings.resolve(padding, size, kernel_size, strides, dilation_rate)
    padded = before + size + after
    if padded + kernel_size + outputs > MOST_CELLS:
        raise ValueError(
            f"input, kernel and output are {padded}, {kernel_size} and {outputs} cells wide; {MOST_CELLS} together can "
            "be seen: try a smaller size."
        )
    image = _square("image", np.random.default_rng(0).integers(0, 10, (size, size)) if image is None else image, size)
    kernel = _square("kernel", _difference(kernel_size) if kernel is None else kernel, kernel_size)
    values = np.pad(image, (before, after))
    taps = dilation_rate * np.arange(kernel_size)
    starts = strides * np.arange(outputs)
    # (outputs, outputs, kernel_size, kernel_size): what lies under each tap at each position
    under = values[(starts[:, None] + taps)[:, None, :, None], (starts[:, None] + taps)[None, :, None, :]]
    output = (under * kernel).sum(axis=(2, 3))

    count = outputs**2
    chosen = np.unique(np.linspace(0, count - 1, min(count, MOST_FRAMES)).round().astype(int))
    positions = [divmod(int(place), outputs) for place in chosen]
    page = _Page(values, (before, size), kernel, output, len(positions))

    def draw(number):
        row, column = positions[number]
        page.show(row, column, strides, taps, under[row, column])

    draw(0)
    return SlidingKernel(page.figure, draw, positions, output)


def _difference(kernel_size):
    """A kernel whose columns are −1 left of the middle, 0 on it and 1 right of it; 1 where there is one column."""
    columns = np.sign(np.arange(kernel_size) - (kernel_size - 1) / 2).astype(int)
    return np.tile(columns, (kernel_size, 1)) if kernel_size > 1 else np.ones((1, 1), int)


def _square(name, values, side):
    values = np.asarray(values)
    if values.shape != (side, side) or values.dtype.kind not in "iufb":
        raise ValueError(f"{name} has the shape {values.shape}; it must be ({side}, {side}), numbers.")
    return values.astype(int) if values.dtype.kind in "iub" else values


class _Page:
    """The figure, and what of it changes from frame to frame."""

    def __init__(self, values, inside, kernel, output, shown):
        self.blocks = (values, kernel, output)
        sides = [len(block) for block in self.blocks]
        wide, high = sum(sides) + 2 * GAP, max(sides)
        longest = max(len(_text(number)) for block in self.blocks for number in block.flat)
        needed = longest * LETTER + 0.08
        cell = min(max(CELL, needed), (WIDTH - 0.2) / wide)
        self.written = cell >= needed
        self.width = max(wide * cell, 5.2) + 0.2
        self.figure = Figure(figsize=(self.width, high * cell + 1.1))  # not pyplot's, which would show it twice
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        margin = (self.width / cell - wide) / 2
        self.axes.set(xlim=(-margin, wide + margin), ylim=(high + 0.45 / cell, -0.65 / cell), aspect="equal")
        self.lefts = (0, sides[0] + GAP, sides[0] + sides[1] + 2 * GAP)
        self.tops = [(high - side) / 2 for side in sides]

        before, size = inside
        padded = f" in {sides[0]}×{sides[0]} with its padding" if sides[0] > size else ""
        titles = (f"input {size}×{size}{padded}", f"kernel {sides[1]}×{sides[1]}", f"output {sides[2]}×{sides[2]}")
        for left, top, side, title in zip(self.lefts, self.tops, sides, titles, strict=True):
            self.axes.text(left + side / 2, top - 0.08 / cell, title, ha="center", va="bottom", fontsize=8)
        padding = np.ones_like(values, bool)
        padding[before : before + size, before : before + size] = False
        self._grid(0, np.ma.array(values, mask=padding))
        self.axes.add_patch(self._box(0, before, before, size, facecolor="none", edgecolor="black", linewidth=1.2))
        self._grid(1, np.ma.array(kernel))
        self.mesh = self._grid(2, np.ma.array(output, mask=True))
        for block in (0, 1):
            for place, number in np.ndenumerate(self.blocks[block]):
                self._number(block, place, number, color="0.45" if block == 0 and padding[place] else "black")
        self.numbers = [self._number(2, place, number) for place, number in np.ndenumerate(output)]
        self.sum = self.axes.text(wide / 2, high + 0.1 / cell, "", ha="center", va="top", fontsize=8)
        if shown < output.size:
            note = f"{shown} of {output.size} positions are shown"
            self.axes.text(wide / 2, high + 0.42 / cell, note, ha="center", va="bottom", fontsize=8)
        self.marks = None

    def show(self, row, column, strides, taps, under):
        """Frame the taps at a position of the output, and fill the output up to it."""
        if self.marks:
            self.marks.remove()
        output = self.blocks[2]
        marks = [self._box(0, row * strides + i, column * strides + j) for i in taps for j in taps]
        marks.append(self._box(2, row, column))
        self.marks = PatchCollection(marks, facecolor="none", edgecolor="black", linewidth=2, zorder=3)
        self.axes.add_collection(self.marks)
        filled = row * len(output) + column + 1
        self.mesh.set_array(np.ma.array(output, mask=np.arange(output.size).reshape(output.shape) >= filled))
        for number, text in enumerate(self.numbers):
            if text:
                text.set_visible(number < filled)
        self.sum.set_text(f"row {row}, column {column}: {self._sum(under)} = {_text(output[row, column])}")

    def _sum(self, under):
        kernel = self.blocks[1]
        pairs = zip(under.flat, kernel.flat, strict=True)
        products = " + ".join(f"{_text(x, True)}·{_text(weight, True)}" for x, weight in pairs)
        fits = (len(products) + 24) * 0.85 * LETTER < self.width  # signs and spaces are narrower
        return products if kernel.size <= WRITTEN_PRODUCTS and fits else f"the sum of {kernel.size} products"

    def _box(self, block, row, column, side=1, **style):
        return Rectangle((self.lefts[block] + column, self.tops[block] + row), side, side, **style)

    def _grid(self, block, numbers):
        """Cells in their numbers' grey, never so dark that black would not stand out; white where masked."""
        edges = np.arange(len(numbers) + 1)
        low, high = float(self.blocks[block].min()), float(self.blocks[block].max())
        scale = {"cmap": GREYS, "vmin": low, "vmax": high if high > low else low + 1}
        lines = {"edgecolor": "0.7", "linewidth": 0.6, "antialiased": True}
        return self.axes.pcolormesh(self.lefts[block] + edges, self.tops[block] + edges, numbers, **scale, **lines)

    def _number(self, block, place, number, **style):
        if not self.written:
            return None
        x, y = self.lefts[block] + place[1] + 0.5, self.tops[block] + place[0] + 0.5
        return self.axes.text(x, y, _text(number), ha="center", va="center_baseline", fontsize=8, **style)


def _text(number, bracketed=False):
    text = str(number)
    if isinstance(number, float | np.floating):
        text = f"{number:.2f}" if abs(number) < 100 else f"{number:.3g}"
    text = text.replace("-", "−")
    return f"({text})" if bracketed and number < 0 else text

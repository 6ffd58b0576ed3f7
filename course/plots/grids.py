"""Images, filters and activation maps, many side by side."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from course.plots.page import WIDTH, fitting


def images(pictures, titles=None, *, columns=8, limits=None):
    """Draw pictures (n, height, width), (n, height, width, 1) or (n, height, width, 3) in a grid, a title over each.

    Brightness goes from 0 to 255 for whole numbers, and otherwise from the least to the largest value of all the
    pictures; `limits=(low, high)` fixes it. Returns the array of `Axes`, one a picture.
    """
    pictures = pictures_of("pictures", pictures)
    titles = [""] * len(pictures) if titles is None else [str(title) for title in titles]
    if len(titles) != len(pictures):
        raise ValueError(f"There are {len(titles)} titles for {len(pictures)} pictures; give one for each.")
    if limits is None:
        whole = pictures.dtype == np.uint8
        limits = (0, 255) if whole else (float(pictures.min()), float(pictures.max()))
    columns = min(columns, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    side = WIDTH / max(columns, 4)
    lines = max(title.count("\n") + 1 if title else 0 for title in titles)
    height, width = pictures.shape[1:3]
    size = (side * columns, rows * (side * height / width + (0.2 * lines + 0.1 if lines else 0)))
    fontsize = fitting(titles, side)
    grid = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")[1]
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, picture, title in zip(grid.flat, pictures, titles, strict=False):
        axes.imshow(_shown(picture, limits), cmap="gray", vmin=limits[0], vmax=limits[1])
        axes.set_title(title, fontsize=fontsize)
    return grid.ravel()[: len(pictures)]


def filters(kernel, *, columns=8):
    """Draw a convolution's kernel (height, width, in_channels, filters): mid-grey is 0, white the largest weight.

    One input channel: the filters side by side. Three: the same in colour. More: a table, one row an input channel and
    one column a filter. Returns the `Axes`.
    """
    kernel = np.asarray(kernel)
    if kernel.ndim != 4:
        raise ValueError(f"kernel has the shape {kernel.shape}; it must be (height, width, in_channels, filters).")
    limit = float(abs(kernel).max()) or 1.0
    channels, count = kernel.shape[2:]
    if channels in (1, 3):
        return _mosaic(kernel.transpose(3, 0, 1, 2), columns, (-limit, limit), "weight")[0]
    tiles = kernel.transpose(2, 3, 0, 1).reshape(channels * count, *kernel.shape[:2], 1)
    axes, middles_x, middles_y = _mosaic(tiles, count, (-limit, limit), "weight", numbered=False)
    every = math.ceil(count / 24)  # the tick labels of more would touch
    axes.set_xticks(middles_x[::every], range(0, count, every), fontsize=8)
    axes.set_yticks(middles_y[::every], range(0, channels, every), fontsize=8)
    axes.tick_params(length=0)
    axes.set(xlabel="filter", ylabel="input channel")
    return axes


def activation_maps(maps, *, columns=8):
    """Draw activation maps (height, width, channels) side by side, in one scale of grey; return the `Axes`.

    Where there are negative values, mid-grey is 0; otherwise black is 0.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3:
        raise ValueError(
            f"maps has the shape {maps.shape}; it must be (height, width, channels): one image's maps, not a batch."
        )
    high = float(abs(maps).max()) or 1.0
    low = -high if maps.min() < 0 else 0.0
    return _mosaic(maps.transpose(2, 0, 1)[..., np.newaxis], columns, (low, high), "activation")[0]


def pictures_of(name, pictures):
    pictures = np.asarray(pictures)
    if pictures.ndim == 4 and pictures.shape[-1] == 1:
        pictures = pictures[..., 0]
    if (pictures.ndim != 3 and (pictures.ndim != 4 or pictures.shape[-1] != 3)) or not len(pictures):
        raise ValueError(f"{name} has the shape {pictures.shape}; it must be (n, height, width, 1 or 3), n at least 1.")
    return pictures


def _mosaic(tiles, columns, limits, scale_label, numbered=True):
    """Draw tiles (n, height, width, 1 or 3) row by row on one `Axes`, framed, with the scale of grey beside.

    Returns the `Axes` and where the middles of the columns and of the rows are.
    """
    enlarged = max(1, 24 // tiles.shape[2])  # so that a gap of one pixel is narrow beside tiles of 3×3 weights
    tiles = tiles.repeat(enlarged, axis=1).repeat(enlarged, axis=2)
    count, height, width, channels = tiles.shape
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    gap = max(2, width // 12)
    inches = min(1.1, (WIDTH - 1) / columns) / (width + gap)  # of a pixel
    head = math.ceil(11 / 72 / inches) if numbered else gap  # room for a number of 8 points

    tops, lefts = np.arange(rows) * (height + head) + head, np.arange(columns) * (width + gap)
    corners = [(left, top) for top in tops for left in lefts][:count]
    canvas = np.full((rows * (height + head), columns * (width + gap) - gap, channels), np.nan)
    for (left, top), tile in zip(corners, tiles, strict=True):
        canvas[top : top + height, left : left + width] = tile

    beside, below = (1 if channels == 1 else 0.2), (0.2 if numbered else 0.5)
    size = (inches * canvas.shape[1] + beside, inches * canvas.shape[0] + below)
    figure, axes = plt.subplots(figsize=size, layout="constrained")
    shown = axes.imshow(_shown(canvas, limits), cmap="gray", vmin=limits[0], vmax=limits[1], interpolation="nearest")
    frames = [Rectangle((left - 0.5, top - 0.5), width, height) for left, top in corners]
    axes.add_collection(PatchCollection(frames, facecolor="none", edgecolor="0.4", linewidth=0.5))
    for number, (left, top) in enumerate(corners if numbered else ()):
        axes.text(left - 0.5, top - 1, str(number), fontsize=8, va="bottom")
    axes.set_frame_on(False)
    axes.set_xticks([])
    axes.set_yticks([])
    if channels == 1:
        bar = figure.colorbar(shown, ax=axes, label=scale_label, shrink=min(1.0, 2.5 / size[1]), aspect=15, pad=0.02)
        bar.set_ticks(sorted({*limits, 0.0}))
        bar.ax.yaxis.set_major_formatter("{x:.2g}")
    return axes, lefts + (width - 1) / 2, tops + (height - 1) / 2


def _shown(picture, limits):
    """What imshow takes: grey as it is, colours brought to 0…1, white where there is nothing."""
    if picture.ndim == 2 or picture.shape[-1] == 1:
        return picture.reshape(picture.shape[:2])
    low, high = limits
    colours = (picture.astype(float) - low) / ((high - low) or 1.0)
    return np.nan_to_num(colours, nan=1.0).clip(0, 1)

"""What nets and settings cost and bring: accuracy against cost, learning rates, the size of gradients."""

import re

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import (
    EngFormatter,
    LogFormatterSciNotation,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    PercentFormatter,
)

from course.errors import unknown
from course.plots.page import WIDTH
from course.plots.placing import place

COSTS = {"parameters": "parameters", "macs": "multiply-accumulates for one image", "seconds": "seconds"}
MARKERS = "osD^vP*X<>ph"
MOST_NAMED = 40  # layers whose names fit under a picture


def accuracy_against_cost(rows, cost="parameters", *, title=None):
    """Draw each net's accuracy (0 to 1) against what it costs, on a logarithmic axis; return the `Axes`.

    `rows` are dicts or named tuples with `name`, `accuracy` and what `cost` names: "parameters", "macs" or "seconds".
    A net's `family` sets its marker; without one it is what the name begins with, up to the first digit. `data` names
    the data set, "glyphs (stand-in for CIFAR-10)" say, and is written on the axis; all rows must have the same, since
    accuracies on different data do not compare. Full markers are the Pareto front: no other net is as cheap and as
    accurate, and better in one of them.

    Raises `ValueError` for an unknown cost and for rows that lack a number.
    """
    if cost not in COSTS:
        raise unknown("cost", cost, COSTS)
    rows = [row if isinstance(row, dict) else row._asdict() for row in rows]
    if not rows:
        raise ValueError("There are no rows to draw; give dicts with name, accuracy and what it costs.")
    costs = np.array([_number(row, cost) for row in rows])
    accuracies = np.array([_number(row, "accuracy") for row in rows])
    if accuracies.min() < 0 or accuracies.max() > 1:
        raise ValueError(f"An accuracy is {accuracies.max():g}; it must be from 0 to 1: divide per cent by 100.")
    if costs.min() <= 0:
        raise ValueError(f"{cost} is {costs.min():g} in a row; it must be above 0, since the axis is logarithmic.")
    data = {row.get("data") for row in rows} - {None}
    if len(data) > 1:
        raise ValueError(f"The rows are of the data sets {', '.join(sorted(data))}; draw one picture for each.")

    families = [str(row.get("family") or re.match(r"[^\d]*", row["name"])[0].rstrip("-_ ")) for row in rows]
    markers = {family: MARKERS[i % len(MARKERS)] for i, family in enumerate(dict.fromkeys(families))}
    best = _pareto(costs, accuracies)
    figure, axes = plt.subplots(figsize=(WIDTH, 5), layout="constrained")
    front = sorted(np.flatnonzero(best), key=lambda i: costs[i])
    axes.step(costs[front], accuracies[front], where="post", color="0.6", linestyle=":", zorder=1)
    for x, y, family, full in zip(costs, accuracies, families, best, strict=True):
        face = "0.15" if full else "white"
        axes.plot(x, y, marker=markers[family], color="0.15", markerfacecolor=face, markersize=8, linestyle="")
    _log_axis(axes, costs, "{x:g}" if cost == "seconds" else EngFormatter(sep=" "))
    axes.set_ylim(*_widened(accuracies.min(), accuracies.max()))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0 if np.ptp(accuracies) > 0.05 else 1))
    axes.set(xlabel=COSTS[cost], ylabel=f"accuracy on {data.pop()}" if data else "accuracy")
    axes.grid(color="0.92")
    if title:
        axes.set_title(title)
    style = {"color": "0.15", "linestyle": ""}
    handles = [Line2D([], [], marker=marker, markerfacecolor="white", **style) for marker in markers.values()]
    handles.append(
        Line2D([], [], color="0.6", linestyle=":", marker="o", markerfacecolor="0.15", markeredgecolor="0.15")
    )
    figure.legend(handles, [*markers, "Pareto front"], loc="outside right upper", fontsize=8)
    clear = [withStroke(linewidth=3, foreground="white")]  # the front's line passes behind the names
    place(axes, [row["name"] for row in rows], list(zip(costs, accuracies, strict=True)), path_effects=clear)
    return axes


def learning_rates(result, *, title=None):
    """Draw the loss at each learning rate of a search, the suggested rate marked; return the `Axes`.

    `result` has `rates`, `losses` and `suggestion`, as `course.training.find_learning_rate` gives them. Losses that are
    no numbers are left out, and the axis ends at twice the first loss: beyond it training diverges.
    """
    rates, losses = np.asarray(result.rates, float), np.asarray(result.losses, float)
    if rates.ndim != 1 or rates.shape != losses.shape or not len(rates) or rates.min() <= 0:
        raise ValueError(
            f"rates has the shape {rates.shape} and losses {losses.shape}; both must be (n,), n at least 1, and the "
            "rates above 0."
        )
    finite = np.isfinite(losses)
    if not finite.any():
        raise ValueError("No loss is a number; search among smaller learning rates.")
    axes = plt.subplots(figsize=(0.75 * WIDTH, 3.6), layout="constrained")[1]
    axes.plot(rates[finite], losses[finite], color="0.15", marker="o", markersize=3)
    suggestion = float(result.suggestion)
    axes.axvline(suggestion, color="0.15", linestyle="--", linewidth=1)
    _log_axis(axes, np.append(rates, suggestion), LogFormatterSciNotation(minor_thresholds=(np.inf, np.inf)))
    first, least, most = losses[finite][0], losses[finite].min(), losses[finite].max()
    top = min(most, 2 * first) if first > 0 else most
    axes.set_ylim(*_widened(least, max(top, least + 1e-6 * abs(least)), upper=None))
    axes.set(xlabel="learning rate", ylabel="loss", title=title or "")
    axes.grid(color="0.92")
    right = np.log(suggestion / rates.min()) > 0.6 * np.log(max(rates.max() / rates.min(), 1 + 1e-9))
    axes.annotate(
        f"suggested: {suggestion:.2g}",
        (suggestion, 0.96),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if right else 4, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="top",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )
    return axes


def gradient_norms(norms, *, title=None):
    """Draw the norm of the loss's gradient in each layer, from the input to the output; return the `Axes`.

    `norms` is {layer: norm}, or a dict of several by name, to compare nets: then layers are numbered from 1. The axis
    is logarithmic; a norm of 0 is a cross at its foot. Raises `ValueError` for norms that are below 0 or no numbers.
    """
    if not isinstance(norms, dict) or not norms:
        raise ValueError(f"norms is {norms!r}; give {{layer: norm}}, or a dict of several by name.")
    several = all(isinstance(run, dict) for run in norms.values())
    runs = norms if several else {"": norms}
    values = {run: np.array([float(norm) for norm in layers.values()]) for run, layers in runs.items()}
    together = np.concatenate(list(values.values()))
    if not len(together) or not (np.isfinite(together) & (together >= 0)).all():
        raise ValueError("A gradient's norm must be a number, 0 or more; NaN or infinity: the step had diverged.")
    axes = plt.subplots(figsize=(WIDTH, 4), layout="constrained")[1]
    axes.set_yscale("log")
    above = together[together > 0]
    foot = above.min() / 3 if len(above) else 0.1
    axes.set_ylim(foot, 3 * above.max() if len(above) else 1)
    for number, (run, line) in enumerate(values.items()):
        style = {
            "color": f"{0.1 + 0.4 * number / max(len(runs) - 1, 1):.2f}",
            "linestyle": ("-", "--", "-.", ":")[number % 4],
        }
        places = np.arange(1, len(line) + 1)
        marker = MARKERS[number % len(MARKERS)]
        axes.plot(places, np.where(line > 0, line, np.nan), label=run, marker=marker, markersize=5, **style)
        zeros = places[line == 0]
        axes.plot(zeros, [foot] * len(zeros), "x", color=style["color"], clip_on=False, markersize=8, zorder=3)
    if several or len(together) > MOST_NAMED:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("layer, from the input on")
    else:
        axes.set_xticks(range(1, len(together) + 1), list(norms), rotation=90, fontsize=8)
    if several:
        axes.legend(fontsize=8)
    axes.set(ylabel="norm of the gradient", title=title or "")
    axes.grid(color="0.92")
    return axes


def _number(row, key):
    value = row.get(key)
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not np.isfinite(number):
        raise ValueError(f'The row "{row.get("name")}" has {key} {value!r}; it must be a number.')
    return number


def _pareto(costs, accuracies):
    """Which points no other point beats: as cheap and as accurate, and better in one."""
    cheap, good = costs[:, None] <= costs, accuracies[:, None] >= accuracies
    better = (costs[:, None] < costs) | (accuracies[:, None] > accuracies)
    return ~(cheap & good & better).any(axis=0)


def _widened(low, high, upper=1.0):
    margin = 0.12 * (high - low) or 0.05
    return low - margin, high + margin if upper is None else min(high + margin, upper + 0.02)


def _log_axis(axes, values, formatter):
    """A logarithmic x axis with a little room at both ends, and ticks at 1, 2 and 5 where there are few decades."""
    low, high = values.min() / 1.6, values.max() * 1.6 * (values.max() / values.min()) ** 0.05
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if high / low > 1e3 else (1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(formatter)
    axes.xaxis.set_minor_formatter(NullFormatter())

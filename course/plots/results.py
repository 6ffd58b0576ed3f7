"""What training gave: curves, the confusion matrix, the mistakes."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.ticker import MaxNLocator

from course.plots.grids import images, pictures_of
from course.plots.page import WIDTH

MARKERS = "osD^vPX*"
MOST_WRITTEN = 32  # classes of a confusion matrix whose counts are still legible


def confusion_matrix(labels, predictions, names=None, *, ax=None, title=None):
    """Draw how many images of each class (rows) were taken for each class (columns); return the `Axes`.

    `labels` and `predictions` are class numbers (n,). A class is called by its number or its entry of `names`. `title`,
    the name of the data set say, goes over the share that is right.
    """
    labels, predictions = _answers(labels, predictions)
    largest = int(max(labels.max(), predictions.max()))
    names = [str(name) for name in (range(largest + 1) if names is None else names)]
    classes = len(names)
    if largest >= classes:
        raise ValueError(f"There are {classes} names, and a class {largest}; name all classes, beginning with 0.")
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (labels, predictions), 1)
    if ax is None:
        side = min(max(0.45 * classes + 1.6, 4.0), WIDTH)
        ax = plt.subplots(figsize=(side, side), layout="constrained")[1]
    size_of_text = min(10.0, 0.55 * 72 * (WIDTH - 1.6) / classes)
    # The root brings out the few mistakes beside the many right answers.
    ax.imshow(counts, cmap="Greys", norm=PowerNorm(0.5, vmin=0, vmax=max(counts.max(), 1)))
    written = zip(*counts.nonzero(), strict=True) if classes <= MOST_WRITTEN else ()
    for row, column in written:
        dark = counts[row, column] > counts.max() / 4
        text = str(counts[row, column])
        ax.text(column, row, text, ha="center", va="center", color="white" if dark else "black", fontsize=size_of_text)
    turned = 90 if max(len(name) for name in names) > 2 else 0
    ax.set_xticks(range(classes), names, rotation=turned, fontsize=size_of_text)
    ax.set_yticks(range(classes), names, fontsize=size_of_text)
    ax.set_xticks(np.arange(classes + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(classes + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="0.85", linewidth=0.5)
    ax.tick_params(which="both", length=0)
    right = int(counts.trace())
    share = f"{right:,} of {len(labels):,} right ({right / len(labels):.1%})"
    ax.set(xlabel="prediction", ylabel="label", title=f"{title}\n{share}" if title else share)
    return ax


def mistakes(pictures, labels, predictions, probabilities=None, *, names=None, most=16, title=None):
    """Draw the images that were taken for another class; return the array of `Axes`.

    `labels` and `predictions` are class numbers (n,). With `probabilities` (n, classes) the surest mistakes come first,
    and how sure is written beside. `title`, the name of the data set say, goes over all.
    """
    pictures = pictures_of("pictures", pictures)
    labels, predictions = _answers(labels, predictions)
    if len(pictures) != len(labels):
        raise ValueError(f"There are {len(pictures)} pictures for {len(labels)} labels; give one for each.")
    wrong = np.flatnonzero(labels != predictions)
    if not len(wrong):
        axes = plt.subplots(figsize=(WIDTH / 2, 0.8), layout="constrained")[1]
        axes.set_axis_off()
        axes.set_title(title or "")
        axes.text(0.5, 0.5, f"No mistake in {len(labels):,} images.", ha="center", va="center", fontsize=12)
        return np.array([axes])
    names = range(max(labels.max(), predictions.max()) + 1) if names is None else names
    sure = {}
    if probabilities is not None:
        probabilities = np.asarray(probabilities)
        if probabilities.ndim != 2 or len(probabilities) != len(labels):
            raise ValueError(
                f"probabilities has the shape {probabilities.shape}; it must be (n, classes), one row a label."
            )
        sure = {i: probabilities[i, predictions[i]] for i in wrong}
        wrong = np.array(sorted(wrong, key=lambda i: -sure[i]))
    wrong = wrong[:most]
    titles = [f"{names[labels[i]]}, taken\nfor {names[predictions[i]]}" for i in wrong]
    if sure:
        titles = [f"{title} ({sure[i]:.0%})" for title, i in zip(titles, wrong, strict=True)]
    limits = None if pictures.dtype == np.uint8 else (float(pictures.min()), float(pictures.max()))
    grid = images(pictures[wrong], titles, columns=6, limits=limits)
    if title:
        _head(grid[0].figure, title)
    return grid


def training_curves(history, *, title=None):
    """Draw the loss and each metric by epoch, training in full lines and validation in dashes; return the `Axes`.

    `history` is what `fit` returned, its dict, or a dict of several by name, to compare them. `title` goes over
    all: the name of the data set that `fit` was given, when left out.
    """
    if title is None:
        given = history.values() if isinstance(history, dict) else [history]
        names = {getattr(one, "data_name", "") for one in given}
        title = names.pop() if len(names) == 1 else ""
    runs = _runs(history)
    metrics = [name for name in next(iter(runs.values())) if not name.startswith("val_") and name != "learning_rate"]
    metrics.sort(key=lambda name: name != "loss")
    rows, columns = math.ceil(len(metrics) / 2), min(len(metrics), 2)
    size = (WIDTH, 3.4 * rows)
    figure, grid = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    if title:
        _head(figure, title)
    for axes in grid.flat[len(metrics) :]:
        axes.set_axis_off()
    for axes, metric in zip(grid.flat, metrics, strict=False):
        for number, (run, curves) in enumerate(runs.items()):
            for key, dashes, part in ((metric, "-", "training"), (f"val_{metric}", "--", "validation")):
                if key not in curves:
                    continue
                epochs = range(1, len(curves[key]) + 1)
                label = f"{run}, {part}" if run else part
                style = {"color": f"C{number}", "linestyle": dashes, "marker": MARKERS[number % len(MARKERS)]}
                filled = {"markerfacecolor": None if dashes == "-" else "white"}
                axes.plot(epochs, curves[key], label=label, markersize=5, **style, **filled)
        axes.set(xlabel="epoch", ylabel=metric.replace("_", " "))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(color="0.9")
        axes.legend()
    return grid.ravel()[: len(metrics)]


def _head(figure, title):
    """A title over a figure, which is made higher by as much."""
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + 0.35)
    figure.suptitle(title)


def _answers(labels, predictions):
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.ndim != 1 or labels.shape != predictions.shape or not len(labels):
        raise ValueError(
            f"labels has the shape {labels.shape} and predictions {predictions.shape}; both must be class numbers (n,) "
            "with n at least 1: of probabilities (n, classes), give probabilities.argmax(-1)."
        )
    return labels.astype(int), predictions.astype(int)


def _runs(history):
    """{name of the run: {metric: [value by epoch]}}, for all that `training_curves` takes."""
    history = getattr(history, "history", history)
    if not isinstance(history, dict) or not history:
        raise ValueError(f"history is {history!r}; give what fit returned, its dict, or a dict of several by name.")
    runs = {name: getattr(run, "history", run) for name, run in history.items()}
    return runs if all(isinstance(run, dict) for run in runs.values()) else {"": history}

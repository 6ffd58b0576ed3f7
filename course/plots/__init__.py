"""Pictures for the lessons: arrays, histories and models in, matplotlib `Axes` out.

All are drawn for the width of a notebook and read without colour: brighter is larger, and lines differ in their
markers and dashes too. What shows a result takes a `title`: there the name of the data set goes, "glyphs (stand-in for
CIFAR-10)" say. End a notebook's cell with a semicolon to show the picture alone.
"""

from course.plots.comparisons import accuracy_against_cost, gradient_norms, learning_rates
from course.plots.diagrams import architecture
from course.plots.grids import activation_maps, filters, images
from course.plots.kernels import sliding_kernel
from course.plots.networks import network
from course.plots.results import confusion_matrix, mistakes, training_curves
from course.plots.scenes import boxes, segmentation
from course.plots.windows import receptive_field

__all__ = [
    "accuracy_against_cost",
    "activation_maps",
    "architecture",
    "boxes",
    "confusion_matrix",
    "filters",
    "gradient_norms",
    "images",
    "learning_rates",
    "mistakes",
    "network",
    "receptive_field",
    "segmentation",
    "sliding_kernel",
    "training_curves",
]

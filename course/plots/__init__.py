"""Pictures for the lessons: arrays and histories in, matplotlib `Axes` out.

All are drawn for the width of a notebook and read without colour: brighter is larger, and lines differ in their
markers and dashes too. End a notebook's cell with a semicolon to show the picture alone.
"""

from course.plots.grids import activation_maps, filters, images
from course.plots.networks import network
from course.plots.results import confusion_matrix, mistakes, training_curves

__all__ = ["activation_maps", "confusion_matrix", "filters", "images", "mistakes", "network", "training_curves"]

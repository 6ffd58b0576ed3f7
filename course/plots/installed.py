"""Diagrams by programs that may be installed: graphviz, by way of Keras, and visualkeras."""

import functools
import importlib.util
import io
import shutil
import warnings
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np

from course.plots.page import WIDTH

DOTS = 200  # an inch of graphviz's picture before it is scaled
SCALE = 9 / 14  # of graphviz's picture, whose letters have 14 points
TALLEST = 16.0  # inches of a picture that is taken without being asked for
MOST_LAYERS = 90  # graphviz shrinks a picture of more than 32,767 dots until nothing is legible


def has_graphviz():
    return importlib.util.find_spec("pydot") is not None and shutil.which("dot") is not None


def graphviz(model, layers, title=None, only_if_legible=False):
    """Draw `keras.utils.model_to_dot` on `Axes`; `None` if it is not legible on a page and must be.

    Raises `ImportError` where pydot or graphviz are not installed, `ValueError` where there are too many `layers`.
    """
    import keras

    if not has_graphviz():
        raise ImportError(
            'tool="graphviz" needs pydot and graphviz (pip install pydot, and dot on the PATH); leave tool out to draw '
            "with matplotlib."
        )
    if layers > MOST_LAYERS:
        raise ValueError(
            f'"{model.name}" has {layers} layers; graphviz draws {MOST_LAYERS} legibly: leave tool out, or give a '
            "part, keras.Model(model.input, model.get_layer(…).output)."
        )
    nested = any(isinstance(layer, keras.Model) for layer in model.layers)
    dot = keras.utils.model_to_dot(model, show_shapes=True, expand_nested=nested, dpi=DOTS)
    picture = plt.imread(io.BytesIO(dot.create(format="png")))
    height, width = (SCALE * side / DOTS for side in picture.shape[:2])
    legible = width <= WIDTH and height <= TALLEST
    return _on_page(picture, title, width) if legible or not only_if_legible else None


def visualkeras(calls, title=None):
    """Draw the maps of the nodes of `course.analysis` as solids on `Axes`.

    Raises `ImportError` where visualkeras is not installed.
    """
    if importlib.util.find_spec("visualkeras") is None:
        raise ImportError(
            'tool="visualkeras" needs visualkeras, which is not installed: pip install visualkeras, or leave tool out.'
        )
    from visualkeras import layered_view

    # visualkeras 0.2 asks a layer for its kind and for `output_shape`, which Keras 3 has no more.
    layers = [_stand_in(type(node.layer).__name__, node.name, node.output_shape) for node in calls]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own default arguments
        drawn = layered_view(SimpleNamespace(layers=layers), legend=True)
    return _on_page(np.asarray(drawn.convert("RGB")), title, WIDTH)


@functools.cache
def _kind(name):
    return type(name, (), {})


def _stand_in(kind, name, output_shape):
    layer = _kind(kind)()
    layer.name, layer.output_shape = name, output_shape
    return layer


def _on_page(picture, title, inches):
    """A picture on `Axes` so many inches wide, or of the page's width if that is less."""
    height, width = picture.shape[:2]
    inches = min(WIDTH, inches)
    axes = plt.subplots(figsize=(inches, inches * height / width + (0.4 if title else 0)), layout="constrained")[1]
    axes.imshow(picture, interpolation="antialiased")
    axes.set_axis_off()
    axes.set_title(title or "")
    return axes

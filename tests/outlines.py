"""Letters as matplotlib draws them: an oracle for the package's, which Pillow draws."""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf")


def path(font, letter):
    """The letter's outline by matplotlib, y up."""
    return TextPath((0, 0), letter, size=100, prop=FontProperties(fname=FONTS / f"{font}.ttf"))


def expected_mask(font, letter, angle, bbox, size):
    """Where matplotlib's outline of the letter, turned by the angle and fitted to the box, has ink."""
    turned = path(font, letter).transformed(Affine2D().rotate_deg(angle))
    edges = turned.get_extents()
    top, left, bottom, right = np.array(bbox) * size
    fitted = turned.transformed(
        Affine2D()
        .translate(-edges.x0, -edges.y1)
        .scale((right - left) / edges.width, -(bottom - top) / edges.height)
        .translate(left, top)
    )
    y, x = np.mgrid[:size, :size] + 0.5
    return fitted.contains_points(np.stack([x.ravel(), y.ravel()], 1)).reshape(size, size)

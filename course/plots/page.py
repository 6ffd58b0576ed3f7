"""The page that all pictures are drawn for."""

import numpy as np

WIDTH = 8.0  # inches


def fitting(titles, width):
    """Points at which the longest line of the titles fits into the width in inches."""
    longest = max((len(line) for title in titles for line in title.split("\n")), default=0)
    return min(10.0, max(5.0, width * 72 / (0.62 * max(longest, 1))))


def image_of(image):
    """One image as imshow takes it: (height, width), or (height, width, 3) with colours of 0 to 255 or brought to 0…1.

    Raises `ValueError` for any other shape than (height, width), (height, width, 1) and (height, width, 3).
    """
    image = np.asarray(image)
    image = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    if (image.ndim != 2 and (image.ndim != 3 or image.shape[-1] != 3)) or not image.size:
        raise ValueError(
            f"image has the shape {image.shape}; it must be (height, width, 1 or 3): one image, not a batch."
        )
    if image.ndim == 2 or image.dtype == np.uint8:
        return image
    low, high = float(image.min()), float(image.max())
    if image.dtype.kind in "ui":
        low, high = 0.0, 255.0
    elif low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    return ((image - low) / ((high - low) or 1.0)).clip(0, 1)

"""Masks of classes: how well the predicted ones agree with the labelled ones."""

import numpy as np

from course.errors import integer


def scores(labels, predictions, num_classes, ignore=255):
    """Return the four scores of semantic segmentation, each from 0 to 1, as a dict.

    `labels` and `predictions` are class numbers of one shape, `(height, width)` or with a batch before. All images'
    pixels are counted together, those labelled `ignore` nowhere. The mean accuracy is over the classes that are among
    the labels, the mean IoU over those among labels or predictions (Long et al. 2015, section 5).

    >>> print(scores(np.array([[0, 0, 0, 1, 255]]), np.array([[0, 0, 0, 0, 1]]), 2))
    {'pixel accuracy': 0.75, 'mean accuracy': 0.5, 'mean IoU': 0.375, 'weighted IoU': 0.5625}

    Raises `ValueError` for different shapes, for a class beyond `num_classes`, and where no pixel is labelled.
    """
    labels, predictions = (np.asarray(values).astype(int) for values in (labels, predictions))
    integer("num_classes", num_classes, 1)
    if labels.shape != predictions.shape:
        raise ValueError(
            f"labels has the shape {labels.shape} and predictions {predictions.shape}; they must be of one shape: of "
            "scores (batch, height, width, classes), give scores.argmax(-1)."
        )
    counted = labels != ignore
    labels, predictions = labels[counted], predictions[counted]
    if not labels.size:
        raise ValueError(f"labels has no pixel of a class: all are {ignore}, which is not counted.")
    for name, values in (("labels", labels), ("predictions", predictions)):
        if not 0 <= values.min() <= values.max() < num_classes:
            wrong = values.min() if values.min() < 0 else values.max()
            raise ValueError(f"{name} has the class {wrong}; there are {num_classes}, 0 to {num_classes - 1}.")
    pixels = np.bincount(labels * num_classes + predictions, minlength=num_classes**2)
    pixels = pixels.reshape(num_classes, num_classes)  # of each class, labelled by row, those of each predicted class
    right, labelled = pixels.diagonal(), pixels.sum(axis=1)
    either = labelled + pixels.sum(axis=0) - right
    overlap = right / np.maximum(either, 1)
    return {
        "pixel accuracy": float(right.sum() / labelled.sum()),
        "mean accuracy": float((right / np.maximum(labelled, 1))[labelled > 0].mean()),
        "mean IoU": float(overlap[either > 0].mean()),
        "weighted IoU": float((labelled * overlap).sum() / labelled.sum()),
    }

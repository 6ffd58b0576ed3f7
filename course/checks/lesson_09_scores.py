"""What the exercise of lesson 09 on scores compares answers with: the mean intersection over union."""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import number


def mean_iou(answer, wanted):
    """`mean_iou(labels, predictions, num_classes, ignore=255)`: a number from 0 to 1.

    `labels` and `predictions` are whole numbers of one shape, `(height, width)` or with a batch before. Pixels whose
    label is `ignore` do not count at all. A class's IoU is over all pixels of all images. The mean is over the classes
    that are among labels or predictions; a class in neither is left out.
    """
    rows = [
        ([[0, 1]], [[0, 1]], 2),
        ([[0, 0]], [[0, 1]], 2),
        ([[0, 0, 1]], [[0, 1, 1]], 2),
        ([[1, 1, 1]], [[1, 1, 0]], 2),
    ]
    rows += [([[0, 0, 2]], [[0, 2, 2]], 4), ([[0, 255, 1, 1]], [[0, 0, 1, 0]], 2), ([[1, 255]], [[1, 0]], 3)]
    cases = [
        ((np.array(labels, "uint8"), np.array(guesses, "uint8"), classes), {}) for labels, guesses, classes in rows
    ]
    rng = np.random.default_rng(91)
    for shape, classes, void in (((3, 4), 3, 255), ((2, 3, 5), 4, 255), ((3, 6, 4), 21, 255), ((2, 5, 5), 3, 9)):
        labels, guesses = (rng.choice([*range(classes), 0], shape) for _ in range(2))
        guesses = np.where(rng.random(shape) < 0.4, labels, guesses)
        labels[rng.random(shape) < 0.2] = void
        words = {} if void == 255 else {"ignore": void}
        cases.append(((labels.astype("uint8"), guesses.astype("uint8"), classes), words))
    check_function(answer, _mean_iou, cases, MEAN_IOU_MISTAKES, number)


def _counts(labels, guesses, num_classes, ignore=255):
    """Of each class the pixels in both, in the labels and in the predictions, `(num_classes,)` each."""
    labels, guesses = (np.asarray(a).astype(int)[np.asarray(labels) != ignore] for a in (labels, guesses))
    classes = np.arange(num_classes)[:, None]
    mine, theirs = labels == classes, guesses == classes
    return (mine & theirs).sum(axis=1), mine.sum(axis=1), theirs.sum(axis=1)


def _mean_iou(labels, guesses, num_classes, ignore=255):
    both, mine, theirs = _counts(labels, guesses, num_classes, ignore)
    present = mine + theirs > 0
    return float((both[present] / (mine + theirs - both)[present]).mean())


def _from_counts(score):
    return lambda labels, guesses, num_classes, ignore=255: float(score(*_counts(labels, guesses, num_classes, ignore)))


def _mean_over(divisor, present):
    """The mean of what a class has in both over a divisor, of the classes that are present."""

    def score(both, mine, theirs):
        chosen = present(both, mine, theirs)
        return (both / np.maximum(divisor(both, mine, theirs), 1))[chosen].mean()

    return _from_counts(score)


def _union(both, mine, theirs):
    return mine + theirs - both


def _either(both, mine, theirs):
    return mine + theirs > 0


def _every(both, mine, theirs):
    return np.full(both.shape, True)


def _over_images(labels, guesses, num_classes, ignore=255):
    if labels.ndim == 2:
        return _mean_iou(labels, guesses, num_classes, ignore)
    return float(np.mean([_mean_iou(*pair, num_classes, ignore) for pair in zip(labels, guesses, strict=True)]))


def _void_as_error(labels, guesses, num_classes, ignore=255):
    """Void pixels are in no class of the labels, and count in the union of what is predicted there."""
    both, mine, theirs = _counts(labels, guesses, num_classes, -1)
    present = mine + theirs > 0
    return float((both[present] / (mine + theirs - both)[present]).mean())


def _in_bytes(labels, guesses, num_classes, ignore=255):
    """The confusion matrix through labels * num_classes + predictions, which overflows in uint8."""
    left = labels != ignore
    places = labels[left] * num_classes + guesses[left]
    matrix = np.bincount(places, minlength=num_classes**2)[: num_classes**2].reshape(num_classes, num_classes)
    both, mine, theirs = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    present = mine + theirs > 0
    return float((both[present] / (mine + theirs - both)[present]).mean())


MEAN_IOU_MISTAKES = (
    Mistake(
        "You make void pixels class 0 and count them: leave them out.",
        lambda labels, guesses, num_classes, ignore=255: _mean_iou(
            np.where(labels == ignore, 0, labels), guesses, num_classes, -1
        ),
    ),
    *(
        Mistake(
            "You add a number above and below, as a loss does: take the ratio as it is.",
            _from_counts(
                lambda both, mine, theirs, added=added, chosen=chosen: (
                    (both + added) / np.maximum(mine + theirs - both + added, added)
                )[chosen(both, mine, theirs)].mean()
            ),
        )
        for added in (1, 1e-2)
        for chosen in (_either, _every)
    ),
    Mistake(
        "That is the pixel accuracy, the share of right pixels: IoU is taken for each class, then averaged.",
        _from_counts(lambda both, mine, theirs: both.sum() / mine.sum()),
    ),
    Mistake(
        "That is the pixel accuracy, with void pixels counted as wrong: IoU is taken for each class, then averaged.",
        lambda labels, guesses, num_classes, ignore=255: float((labels == guesses).mean()),
    ),
    Mistake(
        "Void pixels count as wrong with you: where the label is ignore, leave out the prediction, too.", _void_as_error
    ),
    Mistake(
        "A class in neither labels nor predictions counts 0 with you: leave it out of the mean.",
        _mean_over(_union, _every),
    ),
    Mistake(
        "A class in neither labels nor predictions counts 1 with you: leave it out of the mean.",
        _from_counts(
            lambda both, mine, theirs: np.where(mine + theirs > 0, both / np.maximum(mine + theirs - both, 1), 1).mean()
        ),
    ),
    Mistake(
        "A class that is predicted but in no label is left out with you: its IoU is 0 and counts.",
        _mean_over(_union, lambda both, mine, theirs: mine > 0),
    ),
    Mistake(
        "A class that is in the labels but never predicted is left out with you: its IoU is 0 and counts.",
        _mean_over(_union, lambda both, mine, theirs: theirs > 0),
    ),
    Mistake(
        "Classes with an IoU of 0 are left out with you: they count, if they are in labels or predictions.",
        _mean_over(_union, lambda both, mine, theirs: both > 0),
    ),
    Mistake(
        "You divide by the pixels of the labels, which is the mean accuracy: divide by the union.",
        _mean_over(lambda both, mine, theirs: mine, lambda both, mine, theirs: mine > 0),
    ),
    Mistake(
        "You divide by the pixels of the labels, which is the accuracy of a class: divide by the union.",
        _mean_over(lambda both, mine, theirs: mine, _either),
    ),
    Mistake(
        "You divide by the pixels of the predictions, which is the precision: divide by the union.",
        _mean_over(lambda both, mine, theirs: theirs, lambda both, mine, theirs: theirs > 0),
    ),
    Mistake(
        "You divide by the pixels of the predictions, which is the precision of a class: divide by the union.",
        _mean_over(lambda both, mine, theirs: theirs, _either),
    ),
    Mistake(
        "You count the intersection twice in the union: labels plus predictions less what is in both.",
        _mean_over(lambda both, mine, theirs: mine + theirs, _either),
    ),
    Mistake(
        "That is twice the intersection over the sum, the Dice coefficient: divide the intersection by the union.",
        _from_counts(
            lambda both, mine, theirs: (2 * both[mine + theirs > 0] / (mine + theirs)[mine + theirs > 0]).mean()
        ),
    ),
    Mistake(
        "You average over the images: count the pixels of all images first, then take each class's IoU.", _over_images
    ),
    Mistake(
        "You weight each class by its pixels, the frequency-weighted IoU: all classes count the same.",
        _from_counts(lambda both, mine, theirs: (mine * both / np.maximum(mine + theirs - both, 1)).sum() / mine.sum()),
    ),
    Mistake(
        "You add up the intersections of all classes and divide by all unions: take each class's IoU first.",
        _from_counts(lambda both, mine, theirs: both.sum() / (mine + theirs - both).sum()),
    ),
    Mistake(
        "You leave class 0 out: the background is a class as the others.",
        _mean_over(_union, lambda both, mine, theirs: _either(both, mine, theirs) & (np.arange(len(both)) > 0)),
    ),
    Mistake(
        "You leave the last class out: a range stops one before its end.",
        _mean_over(
            _union, lambda both, mine, theirs: _either(both, mine, theirs) & (np.arange(len(both)) < len(both) - 1)
        ),
    ),
    Mistake(
        "You ignore the argument ignore and take 255 always.",
        lambda labels, guesses, num_classes, ignore=255: _mean_iou(labels, guesses, num_classes),
    ),
    Mistake("Bytes overflow: labels * num_classes + predictions passes 255. Convert both to int64 first.", _in_bytes),
    Mistake(
        "That is the IoU of class 1: take the mean over the classes.",
        _from_counts(lambda both, mine, theirs: (both / np.maximum(mine + theirs - both, 1))[1]),
    ),
)

"""The mean intersection over union of a segmentation."""

import numpy as np
import tensorflow as tf
from keras import ops
from sklearn.metrics import jaccard_score

from answers import right, wrong


@right("mean-iou")
def mean_iou(labels, predictions, num_classes, ignore=255):
    keep = labels != ignore
    labels, predictions = labels[keep], predictions[keep]
    ratios = []
    for c in range(num_classes):
        either = ((labels == c) | (predictions == c)).sum()
        if either:
            ratios.append(((labels == c) & (predictions == c)).sum() / either)
    return np.mean(ratios)


@right("mean-iou")
def by_a_confusion_matrix(labels, predictions, num_classes, ignore=255):
    keep = labels != ignore
    places = labels[keep].astype(int) * num_classes + predictions[keep]
    matrix = np.bincount(places, minlength=num_classes**2).reshape(num_classes, num_classes)
    union = matrix.sum(0) + matrix.sum(1) - matrix.diagonal()
    with np.errstate(invalid="ignore"):
        return float(np.nanmean(matrix.diagonal() / union))


@right("mean-iou")
def by_loops(labels, predictions, num_classes, ignore=255):
    both, either = [0] * num_classes, [0] * num_classes
    for label, guess in zip(labels.ravel().tolist(), predictions.ravel().tolist(), strict=True):
        if label == ignore:
            continue
        if label == guess:
            both[label] += 1
            either[label] += 1
        else:
            either[label] += 1
            either[guess] += 1
    ratios = [b / e for b, e in zip(both, either, strict=True) if e]
    return sum(ratios) / len(ratios)


@right("mean-iou")
def by_sklearn(labels, predictions, num_classes, ignore=255):
    keep = labels != ignore
    return jaccard_score(labels[keep], predictions[keep], average="macro")


@right("mean-iou")
def by_tensorflow(labels, predictions, num_classes, ignore=255):
    keep = tf.cast(labels != ignore, tf.int32)
    matrix = tf.math.confusion_matrix(
        tf.reshape(labels * keep.numpy(), -1), tf.reshape(predictions, -1), num_classes, tf.reshape(keep, -1)
    )
    both = tf.linalg.diag_part(matrix)
    union = tf.reduce_sum(matrix, 0) + tf.reduce_sum(matrix, 1) - both
    present = union > 0
    return tf.reduce_mean(both[present] / union[present])


@right("mean-iou")
def by_keras(labels, predictions, num_classes, ignore=255):
    keep = ops.cast(labels != ignore, "float32")[..., None]
    a = ops.one_hot(ops.where(labels == ignore, 0, labels), num_classes) * keep
    b = ops.one_hot(predictions, num_classes) * keep
    axes = list(range(labels.ndim))
    both, union = ops.sum(a * b, axes), ops.sum(ops.maximum(a, b), axes)
    return ops.sum(both / ops.maximum(union, 1)) / ops.sum(ops.cast(union > 0, "float32"))


def counts(labels, predictions, num_classes, ignore):
    labels, predictions = labels[labels != ignore], predictions[labels != ignore]
    classes = np.arange(num_classes)[:, None]
    mine, theirs = labels == classes, predictions == classes
    return (mine & theirs).sum(1), mine.sum(1), theirs.sum(1)


@wrong("mean-iou", r"pixel accuracy, the share of right pixels")
def pixel_accuracy(labels, predictions, num_classes, ignore=255):
    return (labels == predictions)[labels != ignore].mean()


@wrong("mean-iou", r"pixel accuracy, with void")
def pixel_accuracy_with_void(labels, predictions, num_classes, ignore=255):
    return (labels == predictions).mean()


@wrong("mean-iou", r"Void pixels count as wrong")
def void_as_error(labels, predictions, num_classes, ignore=255):
    return mean_iou(labels.astype(int), predictions, num_classes, ignore=-1)


@wrong("mean-iou", r"counts 0 with you")
def absent_as_zero(labels, predictions, num_classes, ignore=255):
    both, mine, theirs = counts(labels, predictions, num_classes, ignore)
    return (both / np.maximum(mine + theirs - both, 1)).mean()


@wrong("mean-iou", r"counts 1 with you")
def absent_as_one(labels, predictions, num_classes, ignore=255):
    both, mine, theirs = counts(labels, predictions, num_classes, ignore)
    return np.where(mine + theirs, both / np.maximum(mine + theirs - both, 1), 1).mean()


@wrong("mean-iou", r"predicted but in no label")
def of_the_labels(labels, predictions, num_classes, ignore=255):
    both, mine, theirs = counts(labels, predictions, num_classes, ignore)
    return (both / np.maximum(mine + theirs - both, 1))[mine > 0].mean()


@wrong("mean-iou", r"mean accuracy")
def mean_accuracy(labels, predictions, num_classes, ignore=255):
    both, mine, _ = counts(labels, predictions, num_classes, ignore)
    return (both[mine > 0] / mine[mine > 0]).mean()


@wrong("mean-iou", r"intersection twice in the union")
def union_too_large(labels, predictions, num_classes, ignore=255):
    both, mine, theirs = counts(labels, predictions, num_classes, ignore)
    return np.nanmean(both[mine + theirs > 0] / (mine + theirs)[mine + theirs > 0])


@wrong("mean-iou", r"Dice")
def dice(labels, predictions, num_classes, ignore=255):
    return 2 * union_too_large(labels, predictions, num_classes, ignore)


@wrong("mean-iou", r"average over the images")
def over_images(labels, predictions, num_classes, ignore=255):
    if labels.ndim == 2:
        return mean_iou(labels, predictions, num_classes, ignore)
    return np.mean([mean_iou(a, b, num_classes, ignore) for a, b in zip(labels, predictions, strict=True)])


@wrong("mean-iou", r"frequency-weighted")
def frequency_weighted(labels, predictions, num_classes, ignore=255):
    both, mine, theirs = counts(labels, predictions, num_classes, ignore)
    return (mine * both / np.maximum(mine + theirs - both, 1)).sum() / mine.sum()


@wrong("mean-iou", r"divide by all unions")
def over_all_classes(labels, predictions, num_classes, ignore=255):
    both, mine, theirs = counts(labels, predictions, num_classes, ignore)
    return both.sum() / (mine + theirs - both).sum()


@wrong("mean-iou", r"leave class 0 out")
def without_background(labels, predictions, num_classes, ignore=255):
    both, mine, theirs = counts(labels, predictions, num_classes, ignore)
    present = np.flatnonzero(mine + theirs)
    ratios = [both[c] / (mine + theirs - both)[c] for c in present if c > 0]
    return np.mean(ratios) if ratios else np.nan


@wrong("mean-iou", r"Bytes overflow")
def in_bytes(labels, predictions, num_classes, ignore=255):
    keep = labels != ignore
    matrix = np.bincount(labels[keep] * num_classes + predictions[keep], minlength=num_classes**2)
    matrix = matrix.reshape(num_classes, num_classes)
    union = matrix.sum(0) + matrix.sum(1) - matrix.diagonal()
    return (matrix.diagonal()[union > 0] / union[union > 0]).mean()


@wrong("mean-iou", r"255 always")
def always_255(labels, predictions, num_classes, ignore=255):
    return mean_iou(labels.astype(int), predictions, num_classes)


@wrong("mean-iou", r"changed its argument")
def in_place(labels, predictions, num_classes, ignore=255):
    result = mean_iou(labels, predictions, num_classes, ignore)
    labels[labels == ignore] = 0
    return result


@wrong("mean-iou", r"what the course ships")
def the_course_s_own(labels, predictions, num_classes, ignore=255):
    from course.masks import scores

    return scores(labels, predictions, num_classes, ignore)["mean IoU"]

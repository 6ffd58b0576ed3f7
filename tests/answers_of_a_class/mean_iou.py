"""A class's answers to the exercise mean-iou."""

# ruff: noqa: B905, E741, F811

import collections
from fractions import Fraction

import numpy as np

from answers_of_a_class import right, wrong


@wrong("mean-iou", "counts ignored pixels", "Void pixels count as wrong with you")
def mean_iou(labels, predictions, num_classes, ignore=255):
    scores = []
    for c in range(num_classes):
        a, b = labels == c, predictions == c
        if (a | b).any():
            scores.append((a & b).sum() / (a | b).sum())
    return np.mean(scores)


@wrong("mean-iou", "absent classes count 0", "A class in neither labels nor predictions counts 0 with you")
def mean_iou(labels, predictions, num_classes, ignore=255):
    keep = labels != ignore
    labels, predictions = labels[keep], predictions[keep]
    ious = []
    for c in range(num_classes):
        inter = np.sum((labels == c) & (predictions == c))
        union = np.sum((labels == c) | (predictions == c))
        ious.append(inter / union if union else 0)
    return sum(ious) / num_classes


@wrong("mean-iou", "absent classes count 1", "A class in neither labels nor predictions counts 1 with you")
def mean_iou(labels, predictions, num_classes, ignore=255):
    valid = np.ravel(labels) != ignore
    y, p = np.ravel(labels)[valid], np.ravel(predictions)[valid]
    total = 0.0
    for c in range(num_classes):
        union = len(set(np.flatnonzero(y == c)) | set(np.flatnonzero(p == c)))
        inter = len(set(np.flatnonzero(y == c)) & set(np.flatnonzero(p == c)))
        total += inter / union if union > 0 else 1.0
    return total / num_classes


@wrong("mean-iou", "pixel accuracy", "That is the pixel accuracy")
def mean_iou(labels, predictions, num_classes, ignore=255):
    mask = labels != ignore
    return (labels[mask] == predictions[mask]).mean()


@wrong("mean-iou", "Dice: 2 inter / (a + b)", "That is twice the intersection over the sum")
def mean_iou(labels, predictions, num_classes, ignore=255):
    mask = labels != ignore
    l, p = labels[mask], predictions[mask]
    out = []
    for c in range(num_classes):
        n = np.count_nonzero(l == c) + np.count_nonzero(p == c)
        if n:
            out.append(2 * np.count_nonzero((l == c) & (p == c)) / n)
    return float(np.mean(out))


@wrong("mean-iou", "intersection over the labels (recall)", "You divide by the pixels of the labels")
def mean_iou(labels, predictions, num_classes, ignore=255):
    m = labels != ignore
    l, p = labels[m], predictions[m]
    return np.mean([np.mean(p[l == c] == c) for c in range(num_classes) if (l == c).any()])


@wrong("mean-iou", "classes of the labels only", "A class that is predicted but in no label is left out")
def mean_iou(labels, predictions, num_classes, ignore=255):
    m = labels != ignore
    l, p = labels[m], predictions[m]
    return np.mean([((l == c) & (p == c)).sum() / ((l == c) | (p == c)).sum() for c in np.unique(l)])


@wrong("mean-iou", "skips class 0 as background", "You leave class 0 out")
def mean_iou(labels, predictions, num_classes, ignore=255):
    m = labels != ignore
    l, p = labels[m], predictions[m]
    scores = []
    for c in range(1, num_classes):
        union = np.logical_or(l == c, p == c).sum()
        if union:
            scores.append(np.logical_and(l == c, p == c).sum() / union)
    return float(np.mean(scores)) if scores else 0.0


@wrong(
    "mean-iou", "total intersection over total union", "You add up the intersections of all classes and divide by all"
)
def mean_iou(labels, predictions, num_classes, ignore=255):
    m = labels != ignore
    l, p = labels[m], predictions[m]
    hit = (l == p).sum()
    return hit / (2 * l.size - hit)


@wrong("mean-iou", "ignores 255 written in, not the argument", "You ignore the argument ignore and take 255 always")
def mean_iou(labels, predictions, num_classes, ignore=255):
    m = labels != 255
    l, p = labels[m], predictions[m]
    out = []
    for c in range(num_classes):
        u = ((l == c) | (p == c)).sum()
        if u:
            out.append(((l == c) & (p == c)).sum() / u)
    return np.mean(out)


@right("mean-iou", "confusion matrix")
def mean_iou(labels, predictions, num_classes, ignore=255):
    keep = labels != ignore
    pairs = labels[keep].astype(int) * num_classes + predictions[keep]
    table = np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)
    union = table.sum(0) + table.sum(1) - np.diag(table)
    return (np.diag(table)[union > 0] / union[union > 0]).mean()


@right("mean-iou", "Counters")
def mean_iou(labels, predictions, num_classes, ignore=255):
    pairs = [(int(t), int(p)) for t, p in zip(np.ravel(labels), np.ravel(predictions)) if t != ignore]
    truth, guess = (collections.Counter(column) for column in zip(*pairs))
    both = collections.Counter(t for t, p in pairs if t == p)
    ious = [Fraction(both[c], truth[c] + guess[c] - both[c]) for c in range(num_classes) if truth[c] + guess[c]]
    return float(sum(ious) / len(ious))


@right("mean-iou", "keras.metrics / nanmean")
def mean_iou(labels, predictions, num_classes, ignore=255):
    classes = np.arange(num_classes)[:, None]
    keep = np.ravel(labels) != ignore
    truth, guess = np.ravel(labels)[keep] == classes, np.ravel(predictions)[keep] == classes
    with np.errstate(invalid="ignore"):
        return np.nanmean((truth & guess).sum(1) / (truth | guess).sum(1))

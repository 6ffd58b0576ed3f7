"""Greedy non-maximum suppression."""

import numpy as np
import tensorflow as tf

from answers import right, wrong
from answers.iou import iou


@right("nms")
def nms(boxes, scores, iou_threshold):
    order, kept = np.argsort(scores)[::-1], []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        order = order[iou(boxes[[best]], boxes[order])[0] <= iou_threshold]
    return kept


@right("nms")
def by_flags(boxes, scores, iou_threshold):
    overlaps, out, kept = iou(boxes, boxes), [False] * len(boxes), []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        if out[i]:
            continue
        kept.append(i)
        for j in range(len(boxes)):
            if j != i and overlaps[i, j] > iou_threshold:
                out[j] = True
    return tuple(kept)


@right("nms")
def as_an_array(boxes, scores, iou_threshold):
    left, kept = np.array(scores, float), []
    while (left > 0).any():
        best = left.argmax()
        kept.append(best)
        left[iou(boxes[best : best + 1], boxes)[0] > iou_threshold] = 0
        left[best] = 0
    return np.array(kept)


@right("nms")
def recursively(boxes, scores, iou_threshold):
    def rest(indices):
        if not indices:
            return []
        best, *others = indices
        others = [i for i in others if iou(boxes[[best]], boxes[[i]])[0, 0] <= iou_threshold]
        return [best, *rest(others)]

    return tf.constant(rest(np.argsort(-scores).tolist()), tf.int32)


def of_order(order, boxes, iou_threshold, over=np.greater):
    overlaps, kept = iou(boxes, boxes), []
    for i in order:
        if not any(over(overlaps[i, j], iou_threshold) for j in kept):
            kept.append(i)
    return kept


@wrong("nms", r"exactly the threshold")
def at_the_threshold(boxes, scores, iou_threshold):
    return of_order(np.argsort(-scores), boxes, iou_threshold, np.greater_equal)


@wrong("nms", r"begin with the lowest score")
def ascending(boxes, scores, iou_threshold):
    return of_order(np.argsort(scores), boxes, iou_threshold)


@wrong("nms", r"ignore the scores")
def as_they_come(boxes, scores, iou_threshold):
    return of_order(range(len(boxes)), boxes, iou_threshold)


@wrong("nms", r"sorted by index")
def sorted_by_index(boxes, scores, iou_threshold):
    return sorted(nms(boxes, scores, iou_threshold))


@wrong("nms", r"Boxes that are out suppress others")
def not_greedy(boxes, scores, iou_threshold):
    overlaps = iou(boxes, boxes)
    better = scores[None, :] > scores[:, None]
    stay = ~((overlaps > iou_threshold) & better).any(axis=1)
    return [i for i in np.argsort(-scores) if stay[i]]


@wrong("nms", r"stop after the best box")
def one_round(boxes, scores, iou_threshold):
    order = np.argsort(-scores)
    return [*order[:1], *[i for i in order[1:] if iou(boxes[order[:1]], boxes[[i]])[0, 0] <= iou_threshold]]


@wrong("nms", r"comparison is turned round")
def keeps_what_overlaps(boxes, scores, iou_threshold):
    return of_order(np.argsort(-scores), boxes, iou_threshold, np.less)


@wrong("nms", r"those of the sorted boxes")
def indices_of_the_sorted(boxes, scores, iou_threshold):
    order = np.argsort(-scores)
    return nms(boxes[order], scores[order], iou_threshold)


@wrong("nms", r"each overlaps itself")
def against_itself(boxes, scores, iou_threshold):
    overlaps = iou(boxes, boxes)
    return [i for i in range(len(boxes)) if (overlaps[i] <= iou_threshold).all()]


@wrong("nms", r"overlap lacks the \+ 1")
def corners_as_points(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-scores):
        for j in kept:
            width, height = (min(boxes[i, k + 2], boxes[j, k + 2]) - max(boxes[i, k], boxes[j, k]) for k in (0, 1))
            both = max(width, 0) * max(height, 0)
            areas = sum((boxes[n, 2] - boxes[n, 0]) * (boxes[n, 3] - boxes[n, 1]) for n in (i, j))
            if both / (areas - both) > iou_threshold:
                break
        else:
            kept.append(i)
    return kept


@wrong("nms", r"True and False.*\n.*indices")
def a_mask(boxes, scores, iou_threshold):
    mask = np.zeros(len(boxes), bool)
    mask[nms(boxes, scores, iou_threshold)] = True
    return mask


@wrong("nms", r"returned boxes.*\n.*indices")
def the_boxes(boxes, scores, iou_threshold):
    return boxes[nms(boxes, scores, iou_threshold)]


@wrong("nms", r"take 0.5 always")
def of_half(boxes, scores, iou_threshold):
    return nms(boxes, scores, 0.5)


@wrong("nms", r"changed its argument")
def in_place(boxes, scores, iou_threshold):
    kept = []
    while (scores > 0).any():
        best = scores.argmax()
        kept.append(best)
        scores[iou(boxes[[best]], boxes)[0] > iou_threshold] = 0
        scores[best] = 0
    return kept


@wrong("nms", r"what the course ships")
def the_course_s_own(boxes, scores, iou_threshold):
    from course import boxes as ours

    return ours.nms(boxes, scores, iou_threshold)


@wrong("nms", r"expected a whole number.*\n.*not their scores")
def the_scores(boxes, scores, iou_threshold):
    return scores[nms(boxes, scores, iou_threshold)]


@wrong("nms", r"those that stay are asked")
def those_that_go(boxes, scores, iou_threshold):
    kept = nms(boxes, scores, iou_threshold)
    return [i for i in np.argsort(-scores) if i not in kept]

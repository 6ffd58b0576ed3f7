import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, jaccard_score

from course.masks import scores


def test_scores_by_hand():
    """Class 0: 3 labelled, 4 predicted, 3 in both; class 1: 2, 1, 1. The last pixel is void."""
    labels = np.array([[0, 0, 0], [1, 1, 255]], "uint8")
    predictions = np.array([[0, 0, 0], [1, 0, 1]], "uint8")
    assert scores(labels, predictions, 4) == pytest.approx(
        {
            "pixel accuracy": 4 / 5,
            "mean accuracy": (1 + 1 / 2) / 2,
            "mean IoU": (3 / 4 + 1 / 2) / 2,
            "weighted IoU": (3 * 3 / 4 + 2 * 1 / 2) / 5,
        }
    )


def test_background_everywhere_is_accurate_and_worth_nothing():
    labels = np.zeros((10, 10), int)
    labels[0] = 1
    found = scores(labels, np.zeros_like(labels), 2)
    assert found["pixel accuracy"] == 0.9
    assert found["mean accuracy"] == 0.5
    assert found["mean IoU"] == pytest.approx(0.45)


@pytest.mark.parametrize("ignore", [255, 3])
def test_scores_are_those_of_scikit_learn(ignore):
    rng = np.random.default_rng(0)
    labels, predictions = rng.integers(0, 4, (2, 3, 20, 30))
    predictions = np.where(rng.random(labels.shape) < 0.5, labels, predictions)
    labels[rng.random(labels.shape) < 0.1] = ignore
    counted = labels != ignore
    theirs = labels[counted], predictions[counted]
    found = scores(labels, predictions, 21, ignore)
    assert found["pixel accuracy"] == pytest.approx(accuracy_score(*theirs))
    in_labels = np.unique(theirs[0])
    assert found["mean accuracy"] == pytest.approx(
        np.mean([(theirs[1] == c)[theirs[0] == c].mean() for c in in_labels])
    )
    if ignore == 255:
        assert found["mean accuracy"] == pytest.approx(balanced_accuracy_score(*theirs))
    assert found["mean IoU"] == pytest.approx(jaccard_score(*theirs, average="macro"))
    assert found["weighted IoU"] == pytest.approx(jaccard_score(*theirs, average="weighted"))


@pytest.mark.parametrize(
    ("labels", "predictions", "message"),
    [
        (np.zeros((2, 3)), np.zeros((2, 3, 4)), r"labels has the shape \(2, 3\) and predictions \(2, 3, 4\)"),
        (np.full((2, 2), 255), np.zeros((2, 2)), "labels has no pixel of a class: all are 255"),
        (np.zeros((2, 2)), np.full((2, 2), 4), "predictions has the class 4; there are 4, 0 to 3"),
        (np.full((2, 2), -1), np.zeros((2, 2)), "labels has the class -1; there are 4"),
    ],
)
def test_what_cannot_be_gets_a_sentence(labels, predictions, message):
    with pytest.raises(ValueError, match=message):
        scores(labels, predictions, 4)

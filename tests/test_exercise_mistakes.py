"""Each mistake that an exercise knows is a mistake, and is named when a learner makes it."""

import pytest

from course.checks import WrongAnswer, check
from course.checks import lesson_04_colour as colour
from course.checks import lesson_04_dropout as dropout
from course.checks import lesson_04_normalization as normalization
from course.checks import lesson_05_checks as lesson_05
from course.checks import lesson_06_checks as lesson_06
from course.checks import lesson_07_checks as lesson_07
from course.checks import lesson_08_checks as lesson_08
from course.checks import lesson_09_checks as lesson_09
from course.checks import lesson_09_scores as scores
from course.checks import lesson_09_sizes as sizes
from course.checks import lesson_10_anchors as anchors
from course.checks import lesson_10_boxes as boxes
from course.checks import lesson_10_pooling as pooling
from course.checks import lesson_10_precision as precision
from course.checks import lesson_10_pyramid as pyramid
from course.checks import lesson_10_regression as regression
from course.checks import lesson_10_suppression as suppression


def as_it_is(made, args, words):
    return made


def with_right_statistics(outputs, args, words):
    return outputs, *lesson_07._batch_normalization(*args, **words)[1:]


def with_right_outputs(statistics, args, words):
    return lesson_07._batch_normalization(*args, **words)[0], *statistics


MISTAKES = (
    ("local-response-normalization", normalization.LRN_MISTAKES, as_it_is),
    ("dropout", dropout.DROPOUT_MISTAKES, as_it_is),
    ("pca-colour", colour.COLOUR_MISTAKES, as_it_is),
    ("stacked-params", lesson_05.STACK_MISTAKES, as_it_is),
    ("rescale-shorter-side", lesson_05.RESCALE_MISTAKES, as_it_is),
    ("dense-to-convolution", lesson_05.DENSE_MISTAKES, as_it_is),
    ("bottleneck-costs", lesson_06.BOTTLENECK_MISTAKES, as_it_is),
    ("auxiliary-loss", lesson_06.AUXILIARY_MISTAKES, as_it_is),
    ("batch-normalization", lesson_07.OUTPUT_MISTAKES, with_right_statistics),
    ("batch-normalization", lesson_07.MOVING_MISTAKES, with_right_outputs),
    ("dense-channels", lesson_08.CHANNEL_MISTAKES, as_it_is),
    ("bilinear-kernel", lesson_09.BILINEAR_MISTAKES, as_it_is),
    ("transposed-size", sizes.SIZE_MISTAKES, as_it_is),
    ("mean-iou", scores.MEAN_IOU_MISTAKES, as_it_is),
    ("iou", boxes.IOU_MISTAKES, as_it_is),
    ("nms", suppression.NMS_MISTAKES, as_it_is),
    ("anchors", anchors.ANCHOR_MISTAKES, as_it_is),
    ("roi-pooling", pooling.ROI_MISTAKES, as_it_is),
    ("spatial-pyramid", pyramid.PYRAMID_MISTAKES, as_it_is),
    ("encode-boxes", regression.ENCODE_MISTAKES, as_it_is),
    ("decode-boxes", regression.DECODE_MISTAKES, as_it_is),
    ("average-precision", precision.PRECISION_MISTAKES, as_it_is),
)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("exercise", "mistake", "completed"),
    [
        pytest.param(exercise, mistake, completed, id=f"{exercise}-{n}")
        for exercise, mistakes, completed in MISTAKES
        for n, mistake in enumerate(mistakes)
    ],
)
def test_a_mistake_that_is_made_is_named(exercise, mistake, completed):
    def answer(*args, **words):
        return completed(mistake.function(*args, **words), args, words)

    with pytest.raises(WrongAnswer) as failure:
        check(exercise, answer)
    assert failure.value.cause == mistake.sentence, failure.value.finding

import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.signal
from IPython.core.formatters import DisplayFormatter
from matplotlib.collections import PatchCollection
from pictures import assert_legible, texts

from course import plots
from course.plots import kernels

RNG = np.random.default_rng(0)
CASES = [
    {"size": 5, "kernel_size": 3},
    {"size": 7, "kernel_size": 3, "strides": 2, "padding": 1},
    {"size": 6, "kernel_size": 3, "strides": 2, "padding": "same"},
    {"size": 6, "kernel_size": 2, "padding": (1, 0)},
    {"size": 7, "kernel_size": 3, "padding": "same", "dilation_rate": 2},
]


def correlated(image, kernel, strides=1, pads=(0, 0), dilation_rate=1):
    """By SciPy, with zeros written between the taps of the kernel."""
    spread = np.zeros([dilation_rate * (side - 1) + 1 for side in kernel.shape])
    spread[::dilation_rate, ::dilation_rate] = kernel
    return scipy.signal.correlate2d(np.pad(image, pads), spread, mode="valid")[::strides, ::strides]


def marked(animation):
    """(left, top) of each framed cell: the taps, then the output's."""
    (marks,) = [artist for artist in axes_of(animation).collections if isinstance(artist, PatchCollection)]
    return [tuple(path.vertices.min(axis=0)) for path in marks.get_paths()]


def axes_of(animation):
    return animation.figure.axes[0]


@pytest.mark.parametrize(("arguments", "pads"), list(zip(CASES, [(0, 0), (1, 1), (0, 1), (1, 0), (2, 2)], strict=True)))
def test_the_output_is_scipy_s_and_the_taps_lie_where_it_comes_from(arguments, pads):
    size, kernel_size = arguments["size"], arguments["kernel_size"]
    image, kernel = RNG.integers(-9, 10, (size, size)), RNG.integers(-3, 4, (kernel_size, kernel_size))
    animation = plots.sliding_kernel(**arguments, image=image, kernel=kernel)
    strides, rate = arguments.get("strides", 1), arguments.get("dilation_rate", 1)
    expected = correlated(image, kernel, strides, pads, rate)
    np.testing.assert_array_equal(animation.output, expected)
    assert animation.positions == list(np.ndindex(expected.shape))
    padded = np.pad(image, pads)
    for number, (row, column) in enumerate(animation.positions):
        animation.show(number)
        *taps, _ = marked(animation)
        tops = (max(len(padded), len(expected)) - len(padded)) / 2
        values = np.array([padded[round(y - tops), round(x)] for x, y in taps]).reshape(kernel.shape)
        assert (values * kernel).sum() == expected[row, column]
        sentence = next(text for text in texts(axes_of(animation)) if text.startswith("row "))
        assert sentence.startswith(f"row {row}, column {column}: ")
        assert sentence.endswith(f" = {expected[row, column]:.0f}".replace("-", "−"))


def test_the_sum_is_written_out():
    animation = plots.sliding_kernel(3, 2, image=np.arange(9).reshape(3, 3), kernel=np.array([[1, -1], [0, 2]]))
    animation.show(1)
    assert "row 0, column 1: 1·1 + 2·(−1) + 4·0 + 5·2 = 9" in texts(axes_of(animation))


def test_the_output_fills_up():
    animation = plots.sliding_kernel(5, 3)
    for number in (0, 4, 8, 2):  # and empties again when it is wound back
        animation.show(number)
        mesh = axes_of(animation).collections[2]
        filled = ~np.ma.getmaskarray(mesh.get_array()).ravel()
        assert filled.tolist() == [place <= number for place in range(9)]


@pytest.mark.parametrize("arguments", CASES, ids=str)
def test_every_number_is_legible(arguments):
    animation = plots.sliding_kernel(**arguments)
    animation.show(len(animation.positions) - 1)
    assert_legible(axes_of(animation), smallest=8)
    cells = sum(mesh.get_array().size for mesh in axes_of(animation).collections[:3])
    assert len(texts(axes_of(animation))) == cells + 4, "three titles and the sum"


def test_numbers_that_do_not_fit_are_left_out_and_frames_are_bounded():
    animation = plots.sliding_kernel(28, 5, padding="same")
    assert len(animation.positions) == kernels.MOST_FRAMES
    assert (animation.positions[0], animation.positions[-1]) == ((0, 0), (27, 27))
    written = texts(axes_of(animation))
    assert "64 of 784 positions are shown" in written
    assert len(written) == 5
    assert_legible(axes_of(animation), smallest=8)


def test_floats_are_rounded_to_fit():
    animation = plots.sliding_kernel(4, 3, image=RNG.normal(size=(4, 4)) * 10, kernel=RNG.normal(size=(3, 3)))
    assert_legible(axes_of(animation), smallest=8)


def test_frames_are_pictures_and_the_html_needs_no_ffmpeg(monkeypatch):
    monkeypatch.setenv("PATH", "")
    animation = plots.sliding_kernel(4, 3)
    frames = animation.frames
    assert frames.shape[0] == 4
    assert frames.dtype == np.uint8
    assert len(np.unique(frames.reshape(4, -1), axis=0)) == 4, "all differ"
    html = animation._repr_html_()
    assert html.count("data:image/png;base64") == 4
    assert "<input" in html
    assert DisplayFormatter().format(animation)[0]["text/html"] is html, "what a notebook shows"
    assert not plt.get_fignums(), "a figure of pyplot's would be shown beside"


@pytest.mark.slow
def test_the_largest_html_is_bounded():
    for arguments in ({"size": 28, "kernel_size": 5, "padding": "same"}, {"size": 8, "kernel_size": 3, "padding": 1}):
        assert len(plots.sliding_kernel(**arguments)._repr_html_()) < 5e6


def test_nobody_is_warned_of_an_animation_not_looked_at(recwarn):
    animation = plots.sliding_kernel(3, 2)
    del animation
    assert not [str(warning.message) for warning in recwarn if "Animation" in str(warning.message)]


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (lambda: plots.sliding_kernel(3, 5), "a kernel that spans 5 does not fit in 3"),
        (lambda: plots.sliding_kernel(5, 0), "kernel_size is 0; it must be a whole number, 1 or more."),
        (lambda: plots.sliding_kernel(5, 3, strides=0), "strides is 0; it must be a whole number, 1 or more."),
        (lambda: plots.sliding_kernel(5, 3, padding="full"), 'There is no padding "full"'),
        (lambda: plots.sliding_kernel(5, 3, image=np.ones((4, 4))), "image has the shape (4, 4); it must be (5, 5)"),
        (lambda: plots.sliding_kernel(5, 3, kernel=np.ones((3, 3, 1, 1))), "kernel has the shape (3, 3, 1, 1)"),
        (lambda: plots.sliding_kernel(224, 3), "input, kernel and output are 224, 3 and 222 cells wide"),
    ],
)
def test_bad_input_gets_a_sentence(draw, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        draw()

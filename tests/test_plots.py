import re
from types import SimpleNamespace

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from pictures import assert_legible, shown, texts

from course import plots

RNG = np.random.default_rng(0)
DIGITS = RNG.integers(0, 256, (10, 12, 12, 1), dtype=np.uint8)
LABELS = np.arange(10)
HISTORY = {
    "accuracy": [0.5, 0.7, 0.8],
    "loss": [1.5, 0.9, 0.4],
    "learning_rate": [0.1, 0.1, 0.01],
    "val_accuracy": [0.6, 0.65, 0.7],
    "val_loss": [1.2, 1.0, 0.9],
}


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_images_are_all_there_with_their_titles():
    grid = plots.images(DIGITS, LABELS, columns=4)
    assert len(grid) == 10
    for axes, picture, label in zip(grid, DIGITS, LABELS, strict=True):
        np.testing.assert_array_equal(shown(axes), picture[..., 0])
        assert axes.get_title() == str(label)
        assert axes.images[0].get_clim() == (0, 255)
        assert axes.images[0].get_cmap().name == "gray"
    assert len(grid[0].figure.axes) == 12, "three rows of four, two of them empty"
    assert_legible(grid[0])


def test_images_of_floats_share_one_scale():
    pictures = np.stack([np.zeros((4, 4)), np.full((4, 4), 0.5), np.linspace(-1, 1, 16).reshape(4, 4)])
    assert [axes.images[0].get_clim() for axes in plots.images(pictures)] == [(-1, 1)] * 3
    assert plots.images(pictures, limits=(0, 3))[0].images[0].get_clim() == (0, 3)


def test_images_in_colour_keep_their_colours():
    pictures = RNG.integers(0, 256, (2, 5, 5, 3), dtype=np.uint8)
    np.testing.assert_allclose(shown(plots.images(pictures)[1]), pictures[1] / 255)


def test_long_titles_are_made_smaller_to_fit():
    grid = plots.images(DIGITS, [f"automobile number {i}" for i in range(10)])
    assert_legible(grid[0])


@pytest.mark.parametrize("channels", [1, 3])
def test_filters_of_an_image_s_channels_stand_side_by_side(channels):
    kernel = RNG.normal(size=(5, 5, channels, 10)).astype("float32")
    axes = plots.filters(kernel, columns=4)
    assert texts(axes) == [str(number) for number in range(10)]
    assert_legible(axes)
    picture = axes.images[0]
    limit = abs(kernel).max()
    assert picture.get_clim() == pytest.approx((-limit, limit))
    for number, text in enumerate(axes.texts):
        left, bottom = (round(part) for part in text.get_position())
        tile = shown(axes)[bottom + 1 :, left:][: 5 * 4, : 5 * 4]  # a weight is drawn as 4×4 pixels
        weights = tile.reshape(5, 4, 5, 4, -1).astype(float).mean((1, 3)).squeeze()
        expected = kernel[:, :, :, number].squeeze()
        np.testing.assert_allclose(weights, expected if channels == 1 else (expected + limit) / (2 * limit), atol=1e-5)


def test_filters_over_many_channels_are_a_table():
    kernel = RNG.normal(size=(3, 3, 6, 16))
    axes = plots.filters(kernel)
    assert [label.get_text() for label in axes.get_xticklabels()] == [str(number) for number in range(16)]
    assert [label.get_text() for label in axes.get_yticklabels()] == [str(number) for number in range(6)]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("filter", "input channel")
    canvas = shown(axes)
    for channel, y in enumerate(axes.get_yticks()):
        for number, x in enumerate(axes.get_xticks()):
            middle = canvas[int(y), int(x)]
            assert middle == pytest.approx(kernel[1, 1, channel, number])
    assert_legible(axes)
    assert_legible(plots.filters(RNG.normal(size=(3, 3, 32, 64))))


def test_a_kernel_of_zeros_is_mid_grey():
    assert plots.filters(np.zeros((3, 3, 1, 2))).images[0].get_clim() == (-1, 1)


@pytest.mark.parametrize(("low", "clim"), [(-0.5, (-2, 2)), (0, (0, 2))])
def test_activation_maps_share_a_scale_with_0_at_grey_or_black(low, clim):
    maps = RNG.uniform(low, 1, (14, 14, 6))
    maps[0, 0, 0], maps[1, 1, 1] = 2, low
    axes = plots.activation_maps(maps)
    assert axes.images[0].get_clim() == clim
    assert texts(axes) == list("012345")
    assert_legible(axes)
    drawn = shown(axes)
    assert np.nanmax(drawn) == 2
    assert np.nanmean(drawn) == pytest.approx(maps.mean())


def test_confusion_matrix_writes_the_counts():
    labels, predictions = [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 0]
    axes = plots.confusion_matrix(labels, predictions, ["cat", "dog", "bird"])
    written = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "2", (0, 1): "1", (1, 1): "2", (2, 0): "1"}
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog", "bird"]
    assert axes.get_title() == "4 of 6 right (66.7%)"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("prediction", "label")
    assert_legible(axes)


@pytest.mark.parametrize("classes", [2, 10, 30])
def test_counts_stand_out_from_their_cells(classes):
    labels = RNG.integers(0, classes, 4000)
    predictions = np.where(RNG.random(4000) < 0.8, labels, RNG.integers(0, classes, 4000))
    axes = plots.confusion_matrix(labels, predictions, [f"class {number}" for number in range(classes)])
    assert_legible(axes)
    picture = axes.images[0]
    for text in axes.texts:
        column, row = text.get_position()
        cell = picture.cmap(picture.norm(shown(axes)[row, column]))
        assert abs(np.mean(to_rgb(text.get_color())) - np.mean(cell[:3])) > 0.35


def test_confusion_matrix_of_a_thousand_classes_has_no_text():
    assert not plots.confusion_matrix(np.arange(100), np.arange(100)).texts


def test_mistakes_come_surest_first():
    probabilities = np.full((10, 10), 0.01)
    probabilities[np.arange(10), LABELS] = 0.9
    probabilities[3] = np.eye(10)[5] * 0.6
    probabilities[7] = np.eye(10)[1] * 0.8
    grid = plots.mistakes(DIGITS, LABELS, probabilities.argmax(1), probabilities)
    assert [axes.get_title() for axes in grid] == ["7, taken\nfor 1 (80%)", "3, taken\nfor 5 (60%)"]
    np.testing.assert_array_equal(shown(grid[0]), DIGITS[7, ..., 0])
    assert_legible(grid[0])


def test_mistakes_by_class_number_and_name():
    names = [f"class {number}" for number in range(10)]
    grid = plots.mistakes(DIGITS / 255, LABELS, (LABELS + 1) % 10, names=names, most=4)
    assert [axes.get_title() for axes in grid] == [f"class {i}, taken\nfor class {i + 1}" for i in range(4)]
    assert_legible(grid[0])
    limits = ((DIGITS / 255).min(), (DIGITS / 255).max())
    assert all(axes.images[0].get_clim() == pytest.approx(limits) for axes in grid)


def test_no_mistake_is_said():
    (axes,) = plots.mistakes(DIGITS, LABELS, LABELS)
    assert texts(axes) == ["No mistake in 10 images."]


@pytest.mark.parametrize("history", [HISTORY, SimpleNamespace(history=HISTORY)])
def test_training_curves_of_one_run(history):
    loss, accuracy = plots.training_curves(history)
    assert (loss.get_ylabel(), accuracy.get_ylabel(), loss.get_xlabel()) == ("loss", "accuracy", "epoch")
    for axes, name in ((loss, "loss"), (accuracy, "accuracy")):
        lines = {line.get_label(): line for line in axes.lines}
        assert set(lines) == {"training", "validation"}
        for label, key in (("training", name), ("validation", f"val_{name}")):
            assert lines[label].get_xdata() == pytest.approx([1, 2, 3])
            assert lines[label].get_ydata() == pytest.approx(HISTORY[key])
        assert lines["training"].get_linestyle() != lines["validation"].get_linestyle()
        assert {text.get_text() for text in axes.get_legend().get_texts()} == {"training", "validation"}
    assert_legible(loss)


def test_runs_to_compare_differ_without_colour():
    runs = {"tanh": HISTORY, "ReLU": SimpleNamespace(history={"loss": [1.0, 0.5], "accuracy": [0.1, 0.2]})}
    loss, _ = plots.training_curves(runs)
    assert [line.get_label() for line in loss.lines] == ["tanh, training", "tanh, validation", "ReLU, training"]
    assert len({(line.get_linestyle(), line.get_marker()) for line in loss.lines}) == 3
    assert_legible(loss)


def test_results_carry_the_name_of_their_data_set():
    name = "glyphs (stand-in for CIFAR-10)"
    assert plots.training_curves(HISTORY, title=name)[0].figure.get_suptitle() == name
    told, other = (SimpleNamespace(history=HISTORY, data_name=data) for data in (name, "digits"))
    for given, title in ((told, name), ({"one": told, "two": told}, name), ({"one": told, "two": other}, "")):
        assert plots.training_curves(given)[0].figure.get_suptitle() == title
    assert plots.training_curves(told, title="mine")[0].figure.get_suptitle() == "mine"
    grid = plots.mistakes(DIGITS, LABELS, (LABELS + 1) % 10, title=name)
    assert grid[0].figure.get_suptitle() == name
    assert_legible(grid[0])
    assert plots.mistakes(DIGITS, LABELS, LABELS, title=name)[0].get_title() == name
    matrix = plots.confusion_matrix([0, 1], [0, 0], title=name)
    assert matrix.get_title() == f"{name}\n1 of 2 right (50.0%)"
    assert_legible(matrix)


def test_one_epoch_without_validation_is_drawn():
    (loss,) = plots.training_curves({"loss": [0.3]})
    assert loss.lines[0].get_marker() not in ("", "None", None)
    assert [tick for tick in loss.get_xticks() if tick != int(tick)] == []


LENET5 = {
    "input": (32, 32, 1),
    "C1": (28, 28, 6),
    "S2": (14, 14, 6),
    "C3": (10, 10, 16),
    "S4": (5, 5, 16),
    "C5": (1, 1, 120),
    "F6": (84,),
    "OUTPUT": (10,),
}


def test_network_names_each_layer_and_its_shape():
    axes = plots.network(LENET5.items())
    shapes = ["32×32×1", "28×28×6", "14×14×6", "10×10×16", "5×5×16", "1×1×120", "84", "10"]
    assert [text for text in texts(axes) if text] == [
        text for pair in zip(LENET5, shapes, strict=True) for text in pair
    ]
    squares = [(patch.get_x(), patch.get_width(), patch.get_height()) for patch in axes.patches]
    sides = {slot: [width for x, width, _ in squares if int(x) == slot] for slot in range(8)}
    assert [len(sides[slot]) for slot in range(8)] == [1, 6, 6, 12, 12, 1, 1, 1]
    assert sides[1][0] / sides[0][0] == pytest.approx(28 / 32)
    assert sides[2][0] / sides[0][0] == pytest.approx(14 / 32)
    assert_legible(axes)


def test_a_deep_network_goes_on_below():
    sides = [224 // 2 ** (number // 4) for number in range(18)]
    layers = [(f"inception_{number}", (side, side, 1024)) for number, side in enumerate(sides)]
    axes = plots.network(layers)
    assert len({round(text.get_position()[1], 1) for text in axes.texts if "inception" in text.get_text()}) == 3
    assert_legible(axes)


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (lambda: plots.images(np.zeros((4, 4))), "pictures has the shape (4, 4); it must be (n, height, width, 1"),
        (lambda: plots.images(np.zeros((0, 4, 4))), "n at least 1"),
        (lambda: plots.images(DIGITS, ["one"]), "There are 1 titles for 10 pictures; give one for each."),
        (lambda: plots.filters(np.zeros((5, 5, 6))), "kernel has the shape (5, 5, 6); it must be (height, width, in_"),
        (lambda: plots.activation_maps(np.zeros((1, 5, 5, 6))), "one image's maps, not a batch"),
        (lambda: plots.confusion_matrix([0, 1], [0]), "labels has the shape (2,) and predictions (1,)"),
        (lambda: plots.confusion_matrix(LABELS, np.eye(10)), "give probabilities.argmax(-1)"),
        (lambda: plots.mistakes(DIGITS, LABELS, LABELS[::-1], LABELS), "probabilities has the shape (10,); it must be"),
        (lambda: plots.network([]), "There are no layers to draw"),
        (lambda: plots.network([("C1", (None, 28, 28, 6))]), 'The layer "C1" has the shape (None, 28, 28, 6)'),
        (lambda: plots.confusion_matrix([0, 2], [0, 1], ["a", "b"]), "There are 2 names, and a class 2"),
        (lambda: plots.mistakes(DIGITS, [1], [1]), "There are 10 pictures for 1 labels"),
        (lambda: plots.training_curves([1, 2]), "history is [1, 2]; give what fit returned"),
    ],
)
def test_bad_input_gets_a_sentence(draw, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        draw()

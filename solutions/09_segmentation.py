# %% [markdown]
# # Segmentation: a class for every pixel
#
# **How can a network that gives one answer an image give one answer a pixel?**
#
# In 2014 the best nets could say *what* is in a photograph. Where it is, to the pixel, was asked of other methods, with
# region proposals, superpixels and corrections afterwards. Jonathan Long, Evan Shelhamer and Trevor Darrell showed that
# a classification net needs little more than another reading to do it alone, trained from end to end: the *fully
# convolutional network*, FCN.
#
# When you have done this lesson you can
#
# - score a segmentation, and say why pixel accuracy flatters it,
# - make a classification net fully convolutional with the same weights,
# - enlarge a map with a layer that starts as interpolation and can learn,
# - build FCN-32s, 16s and 8s, and say what each skip adds and what padding and crops are for.
#
# You need Python and NumPy, and from the lessons before: strides, receptive fields, transposed convolution and VGG-16.
#
# Before: 02, 05. Reading: 75 minutes. Running: 3 minutes.

# %%
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's log would fill the outputs
KIT = ""  # where the course is published

if importlib.util.find_spec("course") is None:
    folders = [folder for folder in (Path.cwd(), *Path.cwd().parents) if Path(folder, "course", "checks").is_dir()]
    if not folders and not KIT:
        raise ModuleNotFoundError("The course is not here: put this notebook into the folder notebooks of a copy.")
    if folders:
        sys.path.insert(0, str(folders[0]))
    else:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", f"cnn-course @ git+{KIT}"], check=True)
        importlib.invalidate_caches()

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

from course import analysis, arithmetic, blocks, masks, plots, training
from course.checks import check, explain, hint
from course.data import load, scale
from course.models import fcn
from course.models.vgg import CONFIGURATIONS
from course.segmentation import Bilinear

SEED = 0
training.seed(SEED)
print(training.setup())
print("profile", training.profile())

# %% [markdown]
# ## The task
#
# **Semantic segmentation** gives every pixel a class. The scenes here are drawn by the course: one to five letters on a
# photograph. The label is a *mask*, as high and wide as the image, that holds a class number for each pixel: 0 is the
# background, 1 to 10 are the ten letters. Two letters of one kind have the same number: which object it is, nobody
# asks.
#
# To save time they are 64×64. (Under the profile `full` they are 128×128, and the windows, the maps and the cells in
# the text below are twice as high and wide.)

# %%
SIDE = training.by_profile(smoke=64, lesson=64, full=128)


def scenes(split):
    """Images (n, side, side, 3) in [0, 1], and their masks (n, side, side) of class numbers."""
    images, labels = load(f"glyph_scenes/easy_{SIDE}", split=split, batch_size=-1)
    return scale(images), labels[..., 0]


train_images, train_masks = scenes(training.by_profile(smoke="train[:64]", lesson="train", full="train"))
test_images, test_masks = scenes("test")
names = ["background", *"ABEGHKMRST"]
print("training:", train_images.shape, train_masks.shape, "  test:", test_images.shape)
plots.segmentation(test_images[0], test_masks[0], names);

# %% [markdown]
# ## How good is a mask?
#
# The first thought is the share of right pixels, the **pixel accuracy**. **Predict first.** A "net" says *background*
# everywhere and has learned nothing. What is its pixel accuracy on our test scenes? Look at the mask above and guess.

# %%
nothing = np.zeros_like(test_masks)
print(f"pixel accuracy of background everywhere: {np.mean(nothing == test_masks):.1%}")

# %% [markdown]
# So a high pixel accuracy may mean nothing at all. The measure that the field settled on is the **mean intersection
# over union**, mean IoU. Take one class. Some pixels are *labelled* with it, some are *predicted*. Its IoU is
#
# $$\frac{\text{pixels that are both}}{\text{pixels that are either}}.$$
#
# A pixel too many makes the union larger, a pixel too few makes the intersection smaller: both cost. Then take the mean
# over the classes, so that a rare class counts as much as a frequent one.
#
# Three details decide what number comes out.
#
# - Pixels are counted over **all images together**, and the ratio is taken once a class. A mean over images would let
#   an image with three pixels of a class count as much as one that is full of it.
# - A class that is nowhere, neither labelled nor predicted, has no IoU. It is left out of the mean.
# - PASCAL VOC, the contest of that time, labels the borders of objects **255**, *void*: there nobody can say to which
#   side a pixel belongs. Such a pixel counts nowhere, whatever is predicted for it.
#
# Here is what such a border would look like in our scene: background that touches a letter becomes 255, which is drawn
# hatched.

# %%
def with_border(mask):
    """A mask (height, width) with 255 where the background has a letter above, below, left or right."""
    around = np.pad(mask, 1, mode="edge")
    neighbours = np.stack([around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:]])
    return np.where((mask == 0) & (neighbours > 0).any(axis=0), 255, mask)


plots.segmentation(test_images[0], {"as drawn": test_masks[0], "with a border": with_border(test_masks[0])}, names);

# %% [markdown]
# ## Exercise 1: mean IoU
#
# Write `mean_iou(labels, predictions, num_classes, ignore=255)`. `labels` and `predictions` are whole numbers of one
# shape, `(height, width)` or with a batch before, of the type `uint8`; classes are 0 to `num_classes` − 1. Leave out
# the pixels whose *label* is `ignore`. The result is a number from 0 to 1.
#
# **Predict first.** Labels 0, 0, 1, predictions 0, 1, 1. What is the IoU of class 0, of class 1, and the mean?

# %% nbgrader={"grade_id": "mean-iou-answer", "solution": true}
def mean_iou(labels, predictions, num_classes, ignore=255):
    """The mean, over the classes that are there, of intersection over union: a number."""
    ### BEGIN SOLUTION
    counted = labels != ignore
    labels, predictions = labels[counted], predictions[counted]
    ratios = []
    for c in range(num_classes):
        either = np.sum((labels == c) | (predictions == c))
        if either:
            ratios.append(np.sum((labels == c) & (predictions == c)) / either)
    return np.mean(ratios)
    ### END SOLUTION


# %% nbgrader={"grade_id": "mean-iou", "grade": true, "locked": true, "points": 3}
check("mean-iou", mean_iou)
### BEGIN HIDDEN TESTS
drawn = np.array([[[0, 0, 0, 7], [0, 3, 3, 255]], [[3, 3, 3, 3], [0, 255, 255, 0]]], "uint8")
guessed = np.array([[[0, 0, 3, 3], [0, 3, 0, 3]], [[3, 3, 0, 5], [0, 7, 0, 0]]], "uint8")
assert np.isclose(mean_iou(drawn, guessed, 9), (5 / 8 + 3 / 8 + 0 + 0) / 4)
assert np.isclose(mean_iou(drawn[0], guessed[0], 9), (3 / 5 + 1 / 4 + 0) / 3)
### END HIDDEN TESTS

# %% [markdown]
# Stuck? `hint("mean-iou")` gives one hint; run it again for the next. `explain("mean-iou")` says why, once you are
# done. Of the three pixels above, each class has two in either and one in both: 0.5, 0.5, and the mean 0.5.
#
# The paper reports four numbers. With $n_{ij}$ for the pixels of class i that are predicted as class j, and $t_i$ for
# all pixels of class i, and $n_c$ classes:
#
# | score | formula |
# |---|---|
# | pixel accuracy | $\sum_i n_{ii} / \sum_i t_i$ |
# | mean accuracy | $\frac{1}{n_c} \sum_i n_{ii} / t_i$ |
# | mean IoU | $\frac{1}{n_c} \sum_i n_{ii} / (t_i + \sum_j n_{ji} - n_{ii})$ |
# | frequency-weighted IoU | $\sum_i t_i \, n_{ii} / (t_i + \sum_j n_{ji} - n_{ii}) \; / \sum_k t_k$ |
#
# The course has them as `masks.scores`. Here they are for *background everywhere*: the second and the third see
# through it.

# %%
for name, score in masks.scores(test_masks, nothing, len(names)).items():
    print(f"{name:15} {score:.3f}")

# %% [markdown]
# ## A classifier that slides
#
# Now to a net. We begin with one that names a single letter: three blocks, each a convolution and a pooling that halves
# the size, then two fully connected layers. It learns from images half as high and wide as the scenes, 32×32, with one
# letter in each, which is about as large there as in the scenes. After each convolution comes batch normalisation,
# which the VGG of 2014 did not have: it keeps the maps in a good range, so that a few epochs are enough. Lesson 07 says
# how.

# %%
WINDOW = SIDE // 2


def block(x, filters, number):
    """A convolution and a pooling: (batch, height, width, channels) to (batch, height / 2, width / 2, filters)."""
    return blocks.max_pool(blocks.conv_bn(x, filters, 3, name=f"conv{number}"), 2, name=f"pool{number}")


def trunk(x):
    """Three blocks: (batch, height, width, 3) to (batch, height / 8, width / 8, 64)."""
    return block(block(block(x, 16, 1), 32, 2), 64, 3)


image = keras.Input((WINDOW, WINDOW, 3))
x = layers.Flatten(name="flatten")(trunk(image))
x = layers.Dense(64, activation="relu", name="fc6")(x)
classifier = keras.Model(image, layers.Dense(10, activation="softmax", name="fc8")(x), name="classifier")
for name in ("pool1", "pool2", "pool3", "flatten", "fc6", "fc8"):
    layer = classifier.get_layer(name)
    print(f"{name:7} {layer.output.shape[1:]!s:14} parameters: {layer.count_params():,}")

# %%
taken = training.by_profile(smoke="train[:256]", lesson="train[:4000]", full="train")
glyphs, letters = load(f"glyphs/easy_{WINDOW}", split=taken, batch_size=-1)
test_glyphs, test_letters = load(f"glyphs/easy_{WINDOW}", split="test[:500]", batch_size=-1)
epochs = training.by_profile(smoke=1, lesson=3, full=10)
history = training.fit(classifier, (scale(glyphs), letters), epochs=epochs, batch_size=32, seed=SEED, verbose=0)
known = history.history["accuracy"][-1]
right = np.mean(np.argmax(classifier(scale(test_glyphs)), axis=-1) == test_letters)
print(f"{known:.1%} of the training letters right, {right:.1%} of {len(test_letters)} test letters; epochs: {epochs}")
plots.images(test_glyphs[:8], titles=[names[1 + letter] for letter in test_letters[:8]]);

# %% [markdown]
# The test letters are of other typefaces than the training letters, on other parts of the photographs. They tell
# whether the net has learned letters or only these typefaces: compare the two numbers. It will do for what follows.
# (Under `smoke` it has learned next to nothing.)
#
# What ties this net to 32×32? Convolutions and poolings slide over an image of any size. It is `fc6` that counts its
# inputs: 4·4·64 of them, no more and no fewer.
#
# But `fc6` is a convolution already. Each of its 64 units multiplies the whole map of 4×4×64 by weights and adds up. So
# does a filter with a kernel of 4×4 that has one place to stand. Give the weights that shape, and the numbers are the
# same. On a larger map the kernel has several places to stand. `fc8`, which comes after, sees 64 numbers at each
# place: it is a convolution with a kernel of 1×1.
#
# **Predict first.** Our scenes are 64×64, and the net's stride is 8. How large is the map before `fc6`, and how many
# places has a kernel of 4×4 on it?

# %%
before = SIDE // 8
places = arithmetic.conv_output_size(before, kernel_size=WINDOW // 8)
print(f"{SIDE}×{SIDE} pixels → {before}×{before} cells → {places}×{places} places")

# %% [markdown]
# ## Exercise 2: from fully connected to fully convolutional
#
# Write `fully_convolutional(model)`. `model` is a functional Keras model, a chain: convolutions and poolings, one
# `Flatten`, then dense layers, perhaps with `Dropout` or `Activation` between. It takes images of one size. Return a
# new `keras.Model` for images of any size, `keras.Input((None, None, channels))`, with the same weights. Its output is
# a map, `(batch, rows, columns, classes)`: at each place what the dense layers say of one window of the map. On images
# of the old size that is 1×1 place, with the very numbers of `model`.
#
# What you need: `model.layers` lists the layers in order, and the first is the input. A layer can be called again on
# another tensor and keeps its weights. `layer.input.shape` is the shape of what it took in `model`. `Flatten` takes a
# map row by row, in each row column by column, and in each place all channels. `layer.get_weights()` gives `[kernel]`
# or `[kernel, bias]`; a dense kernel is `(inputs, units)`, a convolution's `(height, width, inputs, filters)`. A new
# layer has weights only after its first call; then `set_weights` replaces them. `layer.units`, `layer.activation` and
# `layer.use_bias` are a dense layer's settings. Leave `model` as it is.

# %% nbgrader={"grade_id": "fully-convolutional-answer", "solution": true}
def fully_convolutional(model):
    """A model for images of any size, with the weights of a classification net."""
    ### BEGIN SOLUTION
    x = image = keras.Input((None, None, model.input_shape[-1]))
    window = 1, 1  # what a dense layer sees: the whole map the first time, one place after that
    for layer in model.layers[1:]:
        if isinstance(layer, layers.Flatten):
            window = layer.input.shape[1:3]
        elif isinstance(layer, layers.Dense):
            new = layers.Conv2D(layer.units, window, activation=layer.activation, use_bias=layer.use_bias)
            x, window = new(x), (1, 1)
            kernel, *bias = layer.get_weights()
            new.set_weights([kernel.reshape(new.kernel.shape), *bias])
        else:
            x = layer(x)
    return keras.Model(image, x)
    ### END SOLUTION


# %% nbgrader={"grade_id": "fully-convolutional", "grade": true, "locked": true, "points": 4}
check("fully-convolutional", fully_convolutional)
### BEGIN HIDDEN TESTS
inside = keras.Input((14, 20, 1)), layers.Conv2D(3, 5, strides=2), layers.AveragePooling2D(2), layers.Flatten()
tied = keras.Sequential([*inside, layers.Dense(6, "tanh"), layers.Dropout(0.3), layers.Dense(2, use_bias=False)])
tied = keras.Model(tied.inputs[0], tied.outputs[0])
free, shown = fully_convolutional(tied), test_images[:2, :22, :48, :1]
assert free(shown).shape == (2, 3, 8, 2)
assert np.allclose(free(shown[:, :14, -20:])[:, 0, 0], tied(shown[:, :14, -20:]), atol=1e-5)
assert np.allclose(free(shown)[:, 0, 0], tied(shown[:, :14, :20]), atol=1e-5)
assert np.allclose(free(shown)[:, 2, 7], tied(shown[:, 8:22, 28:48]), atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# The course does it by the layers' names: the same net is written down again with convolutions, and `fcn.transplant`
# copies the weights, which only change their shape. First the check that on one letter both say the same. Then whole
# scenes, of those for training, whose typefaces the net has seen.

# %%
image = keras.Input((None, None, 3))
x = blocks.conv(trunk(image), 64, kernel_size=WINDOW // 8, padding="valid", name="fc6")
sliding = keras.Model(image, layers.Conv2D(10, 1, activation="softmax", name="fc8")(x), name="sliding")
print("copied:", fcn.transplant(classifier, sliding))
letter = scale(test_glyphs[:1])
print("the same on one letter:", np.allclose(sliding(letter)[:, 0, 0], classifier(letter), atol=1e-5))
print("on three scenes:", sliding(train_images[:3]).shape)

# %%
def draw_answers(axes, image, answers):
    """The likeliest letter at the middle of each window, the darker the surer."""
    axes.imshow(image, alpha=0.45)
    for row, column in np.ndindex(answers.shape[:2]):
        sure, best = answers[row, column].max(), answers[row, column].argmax()
        y, x = (8 * place + (WINDOW - 1) / 2 for place in (row, column))
        axes.text(x, y, names[1 + best], ha="center", va="center", weight="bold", alpha=float(sure))
    axes.set_axis_off()


figure, grid = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained")
for axes, scene, answers in zip(grid, train_images, np.array(sliding(train_images[:3])), strict=False):
    draw_answers(axes, scene, answers)

# %% [markdown]
# Each printed letter is what the net says of the 32×32 pixels around it. A window with one letter alone in its middle
# is what the net has learned from. Few windows are like that, and the map is often wrong: parts of other letters reach
# into the window, or the letter is cut. On bare background it names a letter all the same: it was never shown a window
# without one, and has no class for it. So the right *form* of an answer is not yet a good answer: the net must be
# trained on scenes, with masks.
#
# Two remarks. The map costs much less than a pass for each window, as what the windows share is computed once. And it
# is not quite what the classifier says of the 32×32 pixels *cut out*: at the edges of a cut-out, the convolutions
# would see zeros, where here they see the neighbours.

# %%
whole = analysis.table(sliding, (SIDE, SIDE, 3)).total.macs
single = analysis.table(classifier).total.macs
print(f"one pass over the scene: {whole / 1e6:.1f} million multiply-accumulates")
print(f"{places**2} windows one by one: {places**2 * single / 1e6:.1f} million, {places**2 * single / whole:.1f} times")

# %% [markdown]
# The paper measured it on a GPU: 1.2 ms for AlexNet on one image of 227×227, 22 ms for the map of 10×10 answers on an
# image of 500×500: more than five times faster than one by one (section 3.1).
#
# ## From a coarse map to pixels
#
# A map of answers is a segmentation already, a coarse one. In VGG-16 five poolings make one cell of 32×32 pixels. The
# mask that we want is 32 times as high and wide as the map.
#
# **Predict first.** How good can a mask be if all pixels of a cell get the same class? The next cell takes the true
# masks, gives each cell of pixels its most frequent class, and scores that. What mean IoU will cells of 4, 8 and 16
# pixels have on our scenes?

# %%
def in_cells(mask, cell):
    """Each cell's most frequent class in all its pixels: (n, height, width) to the same."""
    n, side = len(mask), SIDE // cell
    parts = mask.reshape(n, side, cell, side, cell)
    counts = np.stack([(parts == c).sum(axis=(2, 4)) for c in range(len(names))], axis=-1)
    return counts.argmax(-1).repeat(cell, axis=1).repeat(cell, axis=2)


CELLS = tuple(SIDE // part for part in (16, 8, 4))
coarse = {f"cells of {cell}×{cell}": in_cells(test_masks, cell) for cell in CELLS}
for name, mask in coarse.items():
    print(f"{name:15} mean IoU {masks.scores(test_masks, mask, len(names))['mean IoU']:.3f}")
plots.segmentation(test_images[0], {"label": test_masks[0], **{name: mask[0] for name, mask in coarse.items()}}, names);

# %% [markdown]
# Where a cell is larger than a letter's strokes, the background has most of its pixels, and the letter is gone. VOC's
# objects are larger than our letters: there the paper found a mean IoU of 86.1 for masks made 32 times smaller and
# large again, 92.8 for 16 and 96.4 for 8, in percent (appendix A). On our scenes a coarse map costs more. Keep it in
# mind for the experiment.
#
# Two things help. The net should not repeat a cell's class but interpolate *scores* between cells. And it should look
# at finer maps, too. First the interpolation.
#
# ## Transposed convolution: each input stamps a kernel
#
# Lesson 02 had it: a transposed convolution takes each value of its input, multiplies the whole kernel by it, and lays
# the result down in the output, `strides` pixels from the last one. Where they overlap, it adds. Think of a stamp. Here
# are four inputs, strides of 4, and a kernel of 8 that looks like a tent.

# %%
values, factor = np.array([1.0, 3.0, 2.0, 2.5]), 4
tent = np.asarray(Bilinear()((2 * factor, 1, 1, 1)))[:, 0, 0, 0]
output = np.zeros((len(values) - 1) * factor + len(tent))
figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
for number, value in enumerate(values):
    reach = np.arange(len(tent)) + number * factor
    output[reach] += value * tent
    axes.plot(reach, value * tent, "k--", linewidth=0.8, label="one input's stamp" if number == 0 else None)
axes.plot(output, "ko-", markersize=4, label="their sum, the output")
axes.plot(np.arange(4) * factor + (2 * factor - 1) / 2, values, "s", color="0.5", markersize=9, label="inputs")
for edge in (factor / 2 - 0.5, len(output) - factor / 2 - 0.5):
    axes.axvline(edge, color="0.6", linestyle=":")
axes.set(xlabel="pixel of the output", ylabel="value", xticks=range(0, len(output), 2))
figure.legend(loc="outside right upper", fontsize=8)
print("tent:", tent, "  output:", len(output), "pixels")

# %% [markdown]
# Between the inputs the tents add up to straight lines: the layer *interpolates*. (With an even number of strides no
# pixel lies on an input itself; the two beside it lie half a pixel away.) At both ends a neighbour is missing,
# and the sum falls off towards 0. What lies outside the dotted lines is what `padding="same"` cuts off: half a stride
# on each side, so that the output is exactly 4 times as long as the input.
#
# The output's size without a cut is 3 steps of 4 and one kernel, 3·4 + 8 = 20.
#
# ## Exercise 3: how large is it?
#
# Write `transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None)`: the size of the output
# along one axis. `padding` is "valid", "same", or a whole number p of positions that are cut off *each* end.
# `output_padding`, if given, is a whole number of positions that are added at *one* end. The rules:
#
# - "valid", no `output_padding`: from the first stamp to the last, as above. In one case Keras gives more. If the
#   kernel is smaller than the strides, there are gaps between the stamps, and Keras leaves the gap after the last one,
#   too: the output goes on to the end of that stride.
# - "same", no `output_padding`: each input makes `strides` outputs.
# - A number p: from the first stamp to the last, cut at both ends, and `output_padding` more. No `output_padding` is 0
#   here. Whether the kernel is smaller than the strides does not matter.
# - `output_padding` with "valid" or "same": the rule of a number, with p = 0 for "valid" and
#   p = `kernel_size // 2` for "same". This holds for `output_padding=0`, too.
#
# **Predict first.** FCN-32s makes a map of 16×16, and enlarges it with a kernel of 64 and strides of 32, "valid". How
# large is the result?

# %% nbgrader={"grade_id": "transposed-size-answer", "solution": true}
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    """The size of a transposed convolution's output along one axis, a whole number."""
    ### BEGIN SOLUTION
    if output_padding is None and padding == "valid":
        return (size - 1) * strides + max(kernel_size, strides)
    if output_padding is None and padding == "same":
        return size * strides
    cut = {"valid": 0, "same": kernel_size // 2}.get(padding, padding)
    return (size - 1) * strides + kernel_size - 2 * cut + (output_padding or 0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "transposed-size", "grade": true, "locked": true, "points": 2}
check("transposed-size", transposed_size)
### BEGIN HIDDEN TESTS
assert [transposed_size(n, 9, 4) for n in (1, 6, 11)] == [9, 29, 49]
assert [transposed_size(7, k, 5) for k in (1, 4, 6)] == [35, 35, 36]
assert transposed_size(9, 6, 3, padding="same", output_padding=0) == 24
assert transposed_size(9, 2, 6, padding=0) == 50
### END HIDDEN TESTS

# %%
print("FCN-32s:", arithmetic.conv_transpose_output_size(16, kernel_size=64, strides=32))

# %% [markdown]
# ## Bilinear weights
#
# In two dimensions the stamp is a tent in rows times a tent in columns: *bilinear* interpolation. Here are the stamps
# for 2, 4 and 32 times.

# %%
figure, grid = plt.subplots(1, 3, figsize=(9, 3.3), layout="constrained")
for axes, factor in zip(grid, (2, 4, 32), strict=True):
    kernel = np.asarray(Bilinear()((2 * factor, 2 * factor, 1, 1)))[:, :, 0, 0]
    axes.imshow(kernel, cmap="gray", vmin=0, vmax=1)
    axes.set_title(f"{factor} times: {2 * factor}×{2 * factor}, sum {kernel.sum():g}", fontsize=10)
    axes.set_axis_off()
    for (row, column), weight in np.ndenumerate(kernel) if factor == 2 else ():
        axes.text(column, row, f"{weight:.3f}", ha="center", va="center", color="white" if weight < 0.4 else "black")

# %% [markdown]
# ## Exercise 4: the bilinear kernel
#
# Write `bilinear_kernel(factor)`: an array `(k, k)`, where k is 2·factor for an even factor and 2·factor − 1 for an odd
# one. In one dimension, tap i of k is
#
# $$1 - \frac{|i - c|}{\text{factor}},$$
#
# where c is the middle of the taps 0 to k − 1. The kernel is the product of the taps of its row and its column. Do not
# scale it.
#
# **Predict first.** A factor of 3 makes 5 taps. What are they? And what do they add up to?

# %% nbgrader={"grade_id": "bilinear-kernel-answer", "solution": true}
def bilinear_kernel(factor):
    """The kernel with which a transposed convolution enlarges a map factor times, (k, k)."""
    ### BEGIN SOLUTION
    k = 2 * factor - factor % 2
    taps = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return np.outer(taps, taps)
    ### END SOLUTION


# %% nbgrader={"grade_id": "bilinear-kernel", "grade": true, "locked": true, "points": 2}
check("bilinear-kernel", bilinear_kernel)
### BEGIN HIDDEN TESTS
assert np.allclose(np.asarray(bilinear_kernel(7))[6], [1 - abs(i - 6) / 7 for i in range(13)])
assert np.isclose(np.sum(bilinear_kernel(16)), 256)
### END HIDDEN TESTS

# %% [markdown]
# For a factor of 3 the taps are 1/3, 2/3, 1, 2/3, 1/3. They add up to 3, the factor, and so the kernel to its square.
# That is right: of factor² places in the output only one has an input of its own, and its stamp must do for all.
#
# The course has the kernel as an *initializer*, `Bilinear`: a layer's weights start so. With several channels, each
# goes to itself and none to another: the kernel is `(k, k, channels, channels)`, and zero off the diagonal. Does it
# really interpolate? We let it enlarge a map of 4×4 random numbers by 8, and compare with Keras's bilinear resizing.

# %%
small = np.random.default_rng(SEED).uniform(size=(1, 4, 4, 1)).astype("float32")
settings = {"use_bias": False, "kernel_initializer": Bilinear()}
stamped = np.array(layers.Conv2DTranspose(1, 16, strides=8, padding="same", **settings)(small))
resized = np.array(keras.ops.image.resize(small, (32, 32), interpolation="bilinear"))
inside = slice(4, -4)
agree = np.allclose(stamped[:, inside, inside], resized[:, inside, inside], atol=1e-5)
print("the same, but for half a cell at the edge:", agree)
titles = ["4×4", "stamped", "resized"]
plots.images(np.concatenate([small.repeat(8, 1).repeat(8, 2), stamped, resized]), titles, columns=3, limits=(0, 1));

# %% [markdown]
# At the edge the stamped map darkens, as the sum of tents did. Otherwise they are the same.
#
# Why a layer, then, and not a resizing? Because it has weights. They *start* as interpolation and may learn something
# better. In the paper the upsampling by 2 learns, and the last one, to the size of the image, stays bilinear (section
# 4.3). In the authors' release none of it learns.
#
# ## FCN-32s
#
# Now the paper's net can be written down. VGG-16; its fully connected layers as convolutions; the last, of 1,000
# classes, replaced by a 1×1 convolution to 21 scores, VOC's 20 classes and background; and one transposed convolution,
# 32 times. No dense layer is left, and none of it asks for the size of the image. We build it without weights, which
# costs no memory.

# %%
SHOWN = ("conv1_1", "pool3", "pool4", "pool5", "fc6", "fc7", "score_fr", "upscore", "score")
with tf.Graph().as_default():
    net = fcn.fcn32s((500, 500, 3), num_classes=21)
    for name in SHOWN:
        layer = net.get_layer(name)
        print(f"{name:9} {layer.output.shape[1:]!s:16} parameters: {layer.count_params():,}")
    print(f"all: {net.count_params():,}")

# %% [markdown]
# Look at the first line: the image is 500×500, and the map of `conv1_1` 698×698. The authors pad the image with **100
# pixels** on every side, in place of the 1 of VGG-16. And the last line cuts 500×500 out of 544×544. Why both?
#
# `fc6` is a convolution of 7×7 without padding, since VGG's weights see 7×7 cells of the map and no zeros. So it has
# fewer places than the map has cells: three are lost at each edge, and a cell is 32 pixels.
#
# **Predict first.** With the usual padding of 1, how large would the map of `fc6` be? Enlarged 32 times, would it cover
# the image? And what is the smallest image for which `fc6` has a place to stand?

# %%
def places_of_fc6(side, padding):
    """How many places fc6 has along an axis of VGG-16's last map; none where the map is too small."""
    side = arithmetic.conv_output_size(side, kernel_size=3, padding=padding)
    for _ in range(5):
        side = arithmetic.pool_output_size(side, 2, padding="same")  # halves, and rounds up
    return max(side - 7 + 1, 0)


for padding in (1, 100):
    stands = places_of_fc6(500, padding)
    output = arithmetic.conv_transpose_output_size(stands, kernel_size=64, strides=32)
    least = next(side for side in range(1, 500) if places_of_fc6(side, padding))
    print(f"padding {padding:3}: {stands} places, output {output}; the smallest image has {least} pixels a side")

# %% [markdown]
# With 100, even an image of a single pixel will do, and the output is larger than the image. Now one has to know
# *which* 500×500 of the 544×544 belong to the image: where does its first pixel lie?
#
# Ask each cell for its *middle*. The first cell of `fc6` sees a window of 404 pixels, most of it padding; the middle of
# that window is where the cell belongs. A transposed convolution puts its stamps so that the middle of each stamp lies
# on its cell. From the middle of a stamp to its first pixel are (k − 1)/2 pixels.

# %%
stack = []
for kernel_sizes in CONFIGURATIONS["D"]:
    stack += [(kernel_size, 1, "same") for kernel_size in kernel_sizes] + [(2, 2)]
stack[0] = (3, 1, 100)
size, stride, first = arithmetic.receptive_field([*stack, (7,)])
middle = first + (size - 1) / 2
print(f"fc6: a window of {size} pixels, from {first} on; its middle {middle}; the next is {stride} further")
begins = middle - (64 - 1) / 2
print(f"the output's first pixel lies at {begins}: the image begins at its pixel {-begins:g}")

# %% [markdown]
# There is the **19** of the authors' release. It is the place where the image's first pixel lands, and no free choice:
# shift the cut, and all that the net says is shifted against the image.
#
# ## Skips: FCN-16s and FCN-8s
#
# `fc7` knows *what*: it has seen 404 pixels and all the layers. But it has one cell for 32×32 pixels. `pool4` has one
# for 16×16, `pool3` for 8×8: they know better *where*, and less well what. FCN lets them all speak. Each map gets a 1×1
# convolution to scores of its own. Then the coarsest scores are enlarged twice, the finer ones are added, and so on.
#
# - **FCN-32s**: the scores of `fc7`, 32 times.
# - **FCN-16s**: the scores of `fc7`, twice; plus those of `pool4`; 16 times.
# - **FCN-8s**: the scores of `fc7`, twice; plus those of `pool4`, twice; plus those of `pool3`; 8 times.
#
# In the release, maps that are added must be cut, too, since the padding of 100 has made them larger than the enlarged
# scores. The cut is found in the same way: the middles of the cells must lie on each other. Here are the middles near
# the image's left edge.

# %%
def middles(stacked):
    """Where the first cell's middle lies after these layers, and how far it is to the next."""
    size, stride, first = arithmetic.receptive_field(stacked)
    return first + (size - 1) / 2, stride


def enlarged(first, stride, factor):
    """The same, after a transposed convolution with a kernel of 2·factor and strides of factor."""
    return first - (2 * factor - 1) / 2 / factor * stride, stride / factor


pool3, pool4 = middles(stack[:10]), middles(stack[:14])
upscore2 = enlarged(*middles([*stack, (7,)]), 2)
upscore_pool4 = enlarged(*upscore2, 2)
print("cut of pool4:", (upscore2[0] - pool4[0]) / pool4[1], "  cut of pool3:", (upscore_pool4[0] - pool3[0]) / pool3[1])
print("last cut of 16s:", -enlarged(*upscore2, 16)[0], "  of 8s:", -enlarged(*upscore_pool4, 8)[0])

# %%
rows = {"fc7": middles([*stack, (7,)]), "fc7, twice": upscore2, "pool4": pool4}
rows |= {"sum, twice": upscore_pool4, "pool3": pool3}
figure, axes = plt.subplots(figsize=(9, 2.6), layout="constrained")
for row, (first, stride) in enumerate(rows.values()):
    cells_at = np.arange(first, 80, stride)
    axes.plot(cells_at, np.full(len(cells_at), row), "o", color="black", markersize=5, markerfacecolor="white")
for line, until in ((upscore2[0], 2), (upscore_pool4[0], 4)):
    axes.plot([line, line], [until - 1, until], "k-", linewidth=1)
axes.axvspan(0, 80, color="0.9", zorder=0)
axes.text(40, -0.75, "the image", ha="center", va="center")
axes.set(yticks=range(len(rows)), yticklabels=rows, xlabel="pixel; 0 is the first of the image", ylim=(4.6, -1.1));

# %% [markdown]
# Count from the left: five cells of `pool4` stand before the first one that has a partner, and nine of `pool3`. So the
# numbers of the release, **5, 9, 19, 27, 31**, all follow from where cells have their middles.
#
# None of it is needed where the convolutions keep the size and the image can be divided by 32. Then `fc6` is padded
# like the others, each cell is exactly its 32×32 pixels, and `padding="same"` in the transposed convolution cuts half a
# stride from each side. The rest of the lesson does it so.
#
# ## Exercise 5: the head of FCN-8s
#
# Write `fcn8s_head(pool3, pool4, fc7, num_classes)`. The three are Keras tensors, `(batch, height, width, channels)`:
# `pool4` has half the height and width of `pool3`, and `fc7` half those of `pool4`. Return the scores, 8 times as high
# and wide as `pool3`, with `num_classes` channels, no softmax. Every score is a 1×1 convolution with bias and no
# activation. Every enlargement is a `Conv2DTranspose` with a kernel of 2 · strides, no bias, and `padding="same"`. Do
# not ask for bilinear weights here: the check is of the structure.
#
# **Predict first.** With 21 classes, how many weights has the transposed convolution of 8 times? It is 16×16, from 21
# channels to 21.

# %% nbgrader={"grade_id": "fcn8s-head-answer", "solution": true}
def fcn8s_head(pool3, pool4, fc7, num_classes):
    """Scores (batch, 8 · height, 8 · width, num_classes), where pool3 is (batch, height, width, channels)."""
    ### BEGIN SOLUTION

    def score(x):
        return layers.Conv2D(num_classes, 1)(x)

    def enlarge(x, factor):
        return layers.Conv2DTranspose(num_classes, 2 * factor, factor, padding="same", use_bias=False)(x)

    x = layers.Add()([enlarge(score(fc7), 2), score(pool4)])
    x = layers.Add()([enlarge(x, 2), score(pool3)])
    return enlarge(x, 8)
    ### END SOLUTION


# %% nbgrader={"grade_id": "fcn8s-head", "grade": true, "locked": true, "points": 3}
check("fcn8s-head", fcn8s_head)
### BEGIN HIDDEN TESTS
maps = [keras.Input((12 // 2**i, 20 // 2**i, 4 + i)) for i in range(3)]
head = keras.Model(maps, fcn8s_head(*maps, num_classes=5))
assert head.output.shape == (None, 96, 160, 5)
assert head.count_params() == 5 * (4 + 5 + 6 + 3) + 25 * (16 + 16 + 256)
### END HIDDEN TESTS

# %% [markdown]
# What do the skips cost? **Predict first.** Which of the three has the most parameters, FCN-32s, 16s or 8s? Then run.

# %%
with tf.Graph().as_default():
    for builder in (fcn.fcn32s, fcn.fcn16s, fcn.fcn8s):
        net = builder((500, 500, 3), num_classes=21)
        up = [layer.count_params() for layer in net.layers if isinstance(layer, layers.Conv2DTranspose)]
        print(f"{net.name:7} {net.count_params():,} parameters, and of these enlarge:", *(f"{n:,}" for n in up))

# %% [markdown]
# The last kernel shrinks faster than the skips grow: 64×64 is sixteen times 16×16. And the skips are next to nothing,
# beside the hundred million weights of `fc6`. Nearly all the weights that enlarge are zeros, those between different
# classes.
#
# ## The experiment
#
# The claim: **each skip raises the mean IoU**; in the paper, 8s beats 16s, and 16s beats 32s. Ours is a miniature.
# Scenes of 64×64 would leave FCN-32s a map of 2×2. So the net has four blocks in place of five, and a cell of its last
# map is 16×16 pixels. By the paper's way of naming, its three variants are FCN-16s, FCN-8s and FCN-4s: all is half as
# large. (Under `full` there are five blocks, and they are FCN-32s, 16s and 8s.) Here are their cells.

# %%
BLOCKS = training.by_profile(smoke=4, lesson=4, full=5)
STRIDES = [2 ** (BLOCKS - skips) for skips in (0, 1, 2)]
figure, grid = plt.subplots(1, 3, figsize=(9, 3.4), layout="constrained")
for skips, (axes, cell) in enumerate(zip(grid, STRIDES, strict=True)):
    axes.imshow(test_images[0], extent=(0, SIDE, SIDE, 0))
    axes.set(xticks=range(0, SIDE + 1, cell), yticks=range(0, SIDE + 1, cell), xticklabels=[], yticklabels=[])
    axes.grid(color="black", linewidth=1)
    axes.tick_params(length=0)
    axes.set_title(f"{'fc7' if not skips else f'pool{BLOCKS - skips}'}: a cell is {cell}×{cell} pixels", fontsize=10)

# %% [markdown]
# The first three blocks are those of the classifier, with its weights, as the paper's are those of a VGG-16 trained on
# ImageNet. The scores start at zero, as the authors' do, so that a new skip adds nothing at first. The enlargements by
# 2 may learn, the last one stays bilinear, as in the paper. `fc6` is 3×3.

# %%
def score(x, name):
    """Scores of all classes from a map, by a 1×1 convolution that starts at zero."""
    return blocks.conv(x, len(names), 1, activation=None, name=name, kernel_initializer="zeros")


def enlarge(x, factor, name):
    """A map factor times as high and wide; where that is 2, it can learn."""
    start = {"kernel_initializer": Bilinear(), "trainable": factor == 2, "name": name}
    return layers.Conv2DTranspose(len(names), 2 * factor, factor, padding="same", use_bias=False, **start)(x)


# %%
def small_fcn(skips):
    """A net from scenes to probabilities (batch, height, width, classes) with 0, 1 or 2 skips."""
    x = image = keras.Input((None, None, 3))
    pools = {}
    for number, filters in enumerate((16, 32, 64, 64, 64)[:BLOCKS], 1):
        x = pools[number] = block(x, filters, number)
    x = blocks.conv_bn(blocks.conv_bn(x, 128, 3, name="fc6"), 128, 1, name="fc7")
    x = score(x, "score_fr")
    for number in range(BLOCKS - 1, BLOCKS - 1 - skips, -1):
        x = layers.Add()([enlarge(x, 2, f"up_to_pool{number}"), score(pools[number], f"score_pool{number}")])
    x = enlarge(x, STRIDES[skips], f"upscore{STRIDES[skips]}")
    return keras.Model(image, layers.Softmax(name="softmax")(x), name=f"FCN-{STRIDES[skips]}s")


# %% [markdown]
# We train as the paper does. First the net without skips. The net with one skip begins with all of its weights, and the
# net with two skips with those of the net with one. That alone would be no fair comparison: the last net would have
# been trained three times as often as the first. So whenever one of them goes on, those without its skip go on as well,
# for as many epochs and with the same learning rates. In the end all three have had the same. (Under `smoke` only the
# newest goes on.)

# %%
def train(net, epochs, rate):
    """So many epochs of Adam, with a rate that falls to 0 along a cosine."""
    steps = epochs * -(-len(train_images) // 16)
    adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps))
    how = {"epochs": epochs, "batch_size": 16, "optimizer": adam, "seed": SEED, "verbose": 0}
    history = training.fit(net, (train_images, train_masks), **how)
    print(f"{net.name:7} {epochs} more epochs, loss {history.history['loss'][-1]:.3f}")


first, more = training.by_profile(smoke=(1, 1), lesson=(8, 3), full=(60, 20))
training.seed(SEED)
nets = [small_fcn(skips) for skips in (0, 1, 2)]
learned = keras.Model(classifier.input, classifier.get_layer("pool3").output, name="learned")
print("from the classifier:", *fcn.transplant(learned, nets[0]))
train(nets[0], first, 0.003)
for skips in (1, 2):
    fcn.transplant(nets[skips - 1], nets[skips])
    all_so_far = nets[: skips + 1]
    for net in training.by_profile(smoke=[nets[skips]], lesson=all_so_far, full=all_so_far):
        train(net, more, 0.001)

# %% [markdown]
# **Predict first.** By how much will the mean IoU rise with the first skip, and with the second? Remember what cells of
# one class can reach. And will the *pixel accuracy* rise as much?

# %%
def classes(net):
    """The likeliest class of each pixel of the test scenes."""
    return np.concatenate([np.argmax(net(part), axis=-1) for part in np.split(test_images, 4)])


predicted = {net.name: classes(net) for net in nets}
print(f"{'':7}", *(f"{name:>15}" for name in masks.scores(test_masks, nothing, len(names))))
for name, prediction in {**predicted, "nothing": nothing}.items():
    print(f"{name:7}", *(f"{score:15.3f}" for score in masks.scores(test_masks, prediction, len(names)).values()))

# %% [markdown]
# On the profile `lesson` each skip raises the mean IoU. (Under `smoke`, with an epoch or two on a few scenes, nothing
# is shown.) The pixel accuracy moves much less: most pixels are background, which the first net has right already. What
# is gained are the letters' edges and strokes, and mean IoU asks for those.

# %%
for scene in (0, 1):
    shown = {"label": test_masks[scene], **{name: prediction[scene] for name, prediction in predicted.items()}}
    plots.segmentation(test_images[scene], shown, names)

# %% [markdown]
# Without a skip a letter is a blot, if it is there at all: the scores are interpolated between middles that lie a
# cell apart. Each skip lets the mask follow the letter more closely.
#
# What this experiment cannot show is how *much* a skip is worth elsewhere. It is a miniature, and letters have thin
# strokes. VOC's objects are several cells large, so that a coarse map is less of a handicap there.
#
# ## What the paper found
#
# Here is table 2 of the paper: VGG-16, pretrained on ImageNet, on 736 images of VOC 2011 that were not trained on, in
# percent.
#
# | net | pixel accuracy | mean accuracy | mean IoU | frequency-weighted IoU |
# |---|---:|---:|---:|---:|
# | FCN-32s, only the last layer trained | 83.0 | 59.7 | 45.4 | 72.0 |
# | FCN-32s | 89.1 | 73.3 | 59.4 | 81.4 |
# | FCN-16s | 90.0 | 75.7 | 62.4 | 83.0 |
# | FCN-8s | 90.3 | 75.9 | 62.7 | 83.2 |
#
# The first skip brought 3.0 points of mean IoU, the second 0.3. There the authors stopped, as the returns diminish. On
# the test images FCN-8s reached 62.7 for VOC 2011 and 62.2 for VOC 2012 (table 3), a fifth better than the best before
# it. The first line says how much it matters to train all layers, and not the new ones alone.
#
# The net matters, too. Made fully convolutional in the same way, AlexNet reached a mean IoU of 39.8, VGG-16 of 56.0
# and GoogLeNet of 42.5 (table 1).
#
# ## What is left to a GPU
#
# The paper's nets are `fcn.fcn32s`, `fcn.fcn16s` and `fcn.fcn8s`, and `fcn.transplant` takes weights from VGG-16 to the
# first and from each to the next. VOC's masks are not in TensorFlow Datasets; those of `load("oxford_iiit_pet")` are:
# pet, background, and border, numbered 1 to 3. This is the paper's recipe.

# %%
print(training.recipe("fcn", profile="full"))

# %% [markdown]
# The authors' release trains otherwise: one image at a time, a loss that is summed over the pixels and not averaged,
# with a rate as small as 10⁻¹⁰ and a momentum of 0.99.
#
# ## Recap
#
# - Segmentation gives every pixel a class. Score it by mean IoU: pixel accuracy is high for who says *background*.
# - A fully connected layer is a convolution as large as the map it sees. With the same weights, a classifier gives a
#   map of answers on a larger image, and what windows share is computed once.
# - A transposed convolution stamps its kernel, once an input, strides apart. With a tent for a kernel it interpolates;
#   FCN starts there.
# - Deep maps know what, early maps know where. FCN-16s and 8s add scores of `pool4` and `pool3`, at next to no cost.
# - A pixel of the output must lie where its cell has its middle. Padding and cuts see to it.
#
# ## Read next
#
# - J. Long, E. Shelhamer, T. Darrell, "Fully Convolutional Networks for Semantic Segmentation", 2015, arXiv 1411.4038.
#   Section 3 is on sliding and upsampling, section 4.2 on the skips.
# - E. Shelhamer, J. Long, T. Darrell, the same title, 2016, arXiv 1605.06211: the longer version.
# - V. Dumoulin, F. Visin, "A Guide to Convolution Arithmetic for Deep Learning", 2016, arXiv 1603.07285. Chapter 4 is
#   on transposed convolution.
# - M. Everingham and others, "The PASCAL Visual Object Classes (VOC) Challenge", *International Journal of Computer
#   Vision* 88, 2010, doi 10.1007/s11263-009-0275-4.

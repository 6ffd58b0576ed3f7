# %% [markdown]
# # The arithmetic: what a layer gives, costs and sees
#
# **How large is a layer's output, what does it cost, and which pixels does it see, before a single weight exists?**
#
# All of it follows from a few whole numbers: the size of the input, of the kernel, and of its steps. Whoever can
# compute them reads a paper's table of layers as others read a drawing, and knows before the first training whether a
# network fits into memory.
#
# When you have done this lesson you can
#
# - compute the size of any layer's output, with padding, strides and dilation,
# - count its parameters, its multiplications and the memory of its outputs,
# - say which part of the image a unit sees, and what shift a pooling forgives,
# - say where VGG-16 keeps its memory and where its parameters, and why these are different places.
#
# You need Python and NumPy, and from lesson 01 what a kernel, a channel and an activation map are. Nothing is trained
# here, so the lesson runs the same under each profile.
#
# Before: 01. Reading: 90 minutes. Running: 1 minute.

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
import itertools

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_sample_image

from course import analysis, arithmetic, plots, training
from course.checks import check, explain, hint
from course.data import load, scale
from course.models import BUILDERS

SEED = 0
rng = np.random.default_rng(SEED)
training.seed(SEED)
print(training.devices())
print("profile   ", training.profile())

# %% [markdown]
# ## Positions
#
# A kernel slides over an image, and each position it takes gives one number of the output. So the output is as large
# as there are positions. Height and width are counted alike and apart from each other: everything here is about one
# *row* of pixels, and a square image does the same thing twice.
#
# **Predict first.** A kernel of 3×3 on an image of 7×7. In how many positions can it stand along a row, and how often
# must it be moved to take them all? Write both down, then run the next cell.

# %%
starts = range(0, 7 - 3 + 1)
print("it starts at the pixels", *starts, "→", len(starts), "positions,", len(starts) - 1, "moves")
print("output:", arithmetic.conv_output_size(7, kernel_size=3), "×", arithmetic.conv_output_size(7, kernel_size=3))

# %% [markdown]
# Four moves, and the position before the first of them: hence the "+ 1" in every formula below, which is so easily
# forgotten. The kernel goes along the first row, then along the next one below, and so on.
#
# ### Strides
#
# The *stride* is how far the kernel moves each time. Keras calls the argument `strides`. With 2, it leaves out every
# second position, along the row and down. Watch the output fill; the buttons play it again, or step through it.

# %%
plots.sliding_kernel(7, 3, strides=2)

# %% [markdown]
# **Predict first.** The same kernel, strides of 2, on 8 pixels. The last move no longer fits. What becomes of the
# eighth pixel, and how many positions are there?

# %%
for size in (7, 8, 9):
    print(f"{size} pixels, kernel 3, strides 2: {arithmetic.conv_output_size(size, 3, strides=2)} positions")

# %% [markdown]
# A kernel that would hang over the end has no position there: we round *down*, and the eighth pixel is seen by none.
# For n pixels, a kernel of k and strides of s
#
# $$\text{positions} = \Big\lfloor \frac{n - k}{s} \Big\rfloor + 1,$$
#
# where ⌊ ⌋ rounds down: n − k pixels are left beside the kernel, and each move takes s of them.
#
# The rule found a slip in a famous paper. AlexNet (Krizhevsky, Sutskever and Hinton 2012) says that its images are
# 224×224, and that its first layer, 11×11 with strides of 4, gives maps of 55×55. Most who build it today take images
# of 227×227. Why?

# %%
for size in (224, 227):
    print(f"{size} pixels, kernel 11, strides 4: {arithmetic.conv_output_size(size, 11, strides=4)} positions")

# %% [markdown]
# Of the two only 227 gives 55. *Padding*, which comes next, is another way to get there.
#
# ## Padding, and why it keeps depth possible
#
# A layer of 3×3 makes each side two pixels shorter. One layer does no harm by that. But networks are deep.
#
# **Predict first.** An image of 32×32, and layers of 3×3, strides 1, one after another. After how many layers is
# nothing left that a kernel fits into?

# %%
def sides(kernel_size, padding, layers=24):
    """The side of the map after 0, 1, 2, … layers, as long as the kernel fits."""
    found = [32]
    while len(found) <= layers and (padding == "same" or found[-1] >= kernel_size):
        found.append(arithmetic.conv_output_size(found[-1], kernel_size, padding=padding))
    return found


figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for kernel_size, marker in ((3, "o"), (5, "s"), (7, "^")):
    valid = sides(kernel_size, "valid")
    axes.plot(valid, f"k{marker}-", markersize=4, label=f"{kernel_size}×{kernel_size}, no padding")
    print(f"{kernel_size}×{kernel_size}: {len(valid) - 1} layers, and then there is no room")
axes.plot(sides(3, "same"), "k:", label="any of them, padding that keeps the size")
axes.set(xlabel="layers", ylabel="side of the map", ylim=(0, 34))
axes.legend(fontsize=8);

# %% [markdown]
# So a ring of zeros is put around the image before the kernel slides. With p zeros on each side the row is n + 2p
# long, and
#
# $$\text{positions} = \Big\lfloor \frac{n + 2p - k}{s} \Big\rfloor + 1.$$
#
# With p = (k − 1)/2 the output is as large as the input. That holds for odd k and strides of 1, and for nothing else.
# Keras knows two words: `padding="valid"` is none at all, and `padding="same"` is what keeps the size when strides
# are 1. Here the padding is the white margin with grey zeros:

# %%
plots.sliding_kernel(5, 3, strides=2, padding="same")

# %% [markdown]
# Padding does a second thing. Without it, pixels at the border are seen by few windows: the corner by one, a pixel in
# the middle by nine. Over many layers that adds up. Take ten layers, each of which takes the mean of 3×3 pixels, and
# ask how much each pixel of the image counts in all the outputs together.

# %%
def influence(padding, layers=10, side=32):
    """(side, side): how much each pixel counts in the sum of the last map."""
    row = np.ones(side if padding == "same" else side - 2 * layers)
    for _ in range(layers):  # from the last layer back: each value gives a third to three neighbours
        row = np.convolve(row, np.ones(3) / 3, mode="same" if padding == "same" else "full")
    return np.outer(row, row)


maps = {padding: influence(padding) for padding in ("valid", "same")}
for padding, counts in maps.items():
    print(f"{padding}: the corner counts {counts[0, 0] / counts.max():.2g} of what the middle counts")
plots.images(np.stack(list(maps.values())), titles=[f'padding="{padding}"' for padding in maps]);

# %% [markdown]
# Dark pixels count little. Without padding, the ten layers all but ignore the border. With it the border is still
# weaker, since zeros stand beside it, but it is there. The price: windows at the border see zeros that no camera took,
# and a network can learn from them where the border is (Islam, Jia and Bruce 2020).
#
# ### What "same" means with strides
#
# With strides above 1 nothing can keep the size. Keras and TensorFlow define `"same"` by its result: **⌈n / s⌉
# outputs**, rounded *up*, whatever the kernel. Then they pad with as many zeros as that takes, and none if it takes
# none: half of them before, half after. If their number is odd, the odd one goes **after**, at the right and at the
# bottom.
#
# PyTorch, and most published nets, name a number instead, such as 3 on each side for 7×7 with strides of 2. Does it
# matter? Here is a photograph, eight kernels with random weights, and both ways to pad.
#
# **Predict first.** 224 pixels, a kernel of 7, strides of 2: how many zeros does `"same"` add in all?

# %%
photograph = load_sample_image("china.jpg")[60:284, 200:424]
x = scale(photograph[np.newaxis])
kernels = rng.normal(size=(7, 7, 3, 8)).astype("float32")


def padded(before, after):
    """The convolution of the photograph, strides 2, with zeros before and after along both axes."""
    return np.array(keras.ops.conv(np.pad(x, [(0, 0), (before, after), (before, after), (0, 0)]), kernels, strides=2))


by_keras = np.array(keras.ops.conv(x, kernels, strides=2, padding="same"))
for before, after in ((2, 3), (3, 3)):
    other = padded(before, after)
    gap = np.abs(other - by_keras).mean() / np.abs(by_keras).mean()
    print(f"zeros {before} before, {after} after: shape {other.shape}, mean difference from same: {gap:.1%}")

# %% [markdown]
# The last of 112 windows begins at pixel 222 and is 7 long, so the row has to be 229 long: five zeros, 2 before and 3
# after. 3 and 3 gives the same shape, and other numbers: each window begins one pixel earlier. A network trained one
# way and run the other makes mistakes that no error message will tell you about. To build a published net exactly, pad
# by hand (`keras.layers.ZeroPadding2D(3)`) and convolve with `"valid"`.
#
# ## Dilation
#
# A *dilated* kernel has gaps. `dilation_rate` is the distance between its weights: 1 is the usual kernel, 2 leaves
# one pixel out between two weights. The nine weights are still nine.

# %%
plots.sliding_kernel(7, 3, dilation_rate=2)

# %% [markdown]
# With three weights 2 apart, the kernel *spans* 5 pixels, from its first weight to its last. In general the span is
# (k − 1) · d + 1, and in the formula above it takes the place of k.
#
# **Predict first.** Along a row, how far does a kernel of 3 span with a dilation rate of 4? And how many positions
# has it on 32 pixels, without padding?

# %%
for rate in (1, 2, 4):
    span = (3 - 1) * rate + 1
    positions = arithmetic.conv_output_size(32, 3, dilation_rate=rate)
    print(f"dilation_rate={rate}: spans {span}, {positions} positions on 32 pixels")

# %% [markdown]
# ## Exercise 1: output size
#
# Write `output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1)`: how many positions the kernel
# has along one axis. `padding` is `"valid"`, `"same"`, or a number: so many zeros on *each* side.

# %% nbgrader={"grade_id": "output-size-answer", "solution": true}
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    """How many positions a kernel has along an axis."""
    ### BEGIN SOLUTION
    if padding == "same":
        return -(-size // strides)
    zeros = 0 if padding == "valid" else padding
    span = (kernel_size - 1) * dilation_rate + 1
    return (size + 2 * zeros - span) // strides + 1
    ### END SOLUTION


# %% nbgrader={"grade_id": "output-size", "grade": true, "locked": true, "points": 2}
check("output-size", output_size)
### BEGIN HIDDEN TESTS
assert output_size(299, 3, strides=2) == 149
assert output_size(33, 5, padding=8, dilation_rate=4) == 33
assert output_size(20, 4, padding="same") == 20
assert output_size(57, 6, strides=4, padding="same") == 15
assert output_size(56, 3, strides=2, padding=1) == 28
### END HIDDEN TESTS

# %% [markdown]
# Stuck? `hint("output-size")` gives one hint; run it again for the next. Once your answer has passed,
# `explain("output-size")` tells the reasoning. It is the same for all exercises.
#
# ## Exercise 2: same padding
#
# Write `same_padding(size, kernel_size, strides=1, dilation_rate=1)`. It returns a pair `(before, after)`: the zeros
# that `padding="same"` puts before and after a row of that size. You know how many outputs there are. Where does the
# last window begin, and where does it end?
#
# **Predict first.** What comes out for a kernel of 1 with strides of 2 on 6 pixels?

# %% nbgrader={"grade_id": "same-padding-answer", "solution": true}
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    """(before, after): how many zeros padding="same" adds."""
    ### BEGIN SOLUTION
    outputs = -(-size // strides)
    span = (kernel_size - 1) * dilation_rate + 1
    total = max((outputs - 1) * strides + span - size, 0)
    return total // 2, total - total // 2
    ### END SOLUTION


# %% nbgrader={"grade_id": "same-padding", "grade": true, "locked": true, "points": 2}
check("same-padding", same_padding)
### BEGIN HIDDEN TESTS
assert tuple(same_padding(299, 3, strides=2)) == (1, 1)
assert tuple(same_padding(150, 6, strides=4)) == (2, 2)
assert tuple(same_padding(31, 4)) == (1, 2)
assert tuple(same_padding(28, 3, dilation_rate=6)) == (6, 6)
assert tuple(same_padding(57, 1, strides=3)) == (0, 0)
### END HIDDEN TESTS

# %% [markdown]
# ## Transposed convolution: the way back up
#
# Strides and pooling make maps small. A network that says something about every pixel, as in lesson 09, has to make
# them large again. A *transposed convolution* turns the convolution round: each value of the input is multiplied by
# the whole kernel, the result is laid down in the output, `strides` pixels apart, and what overlaps is added.
#
# Below, every input and every weight is 1, so each number says how many inputs wrote to that place.
#
# **Predict first.** An input of 3×3, a kernel of 3×3, strides of 2. How large is the output? And how many inputs write
# to the place in its very middle?

# %%
figure, grid = plt.subplots(1, 3, figsize=(8, 3.1), layout="constrained")
for axes, kernel_size in zip(grid, (2, 3, 4), strict=True):
    laid = keras.ops.conv_transpose(np.ones((1, 3, 3, 1)), np.ones((kernel_size, kernel_size, 1, 1)), strides=2)
    written = np.array(laid)[0, :, :, 0]
    axes.imshow(written, cmap="Greys", vmin=0, vmax=8)
    for (row, column), count in np.ndenumerate(written):
        axes.text(column, row, f"{count:.0f}", ha="center", va="center", fontsize=9)
    side = arithmetic.conv_transpose_output_size(3, kernel_size, strides=2)
    axes.set_title(f"3×3 → {side}×{side}\nkernel {kernel_size}×{kernel_size}, strides 2", fontsize=10)
    axes.set_axis_off()

# %% [markdown]
# The size is the convolution's formula solved for n: the last of n inputs is laid down at (n − 1) · s, and from there
# the kernel reaches k further. Without padding that makes **(n − 1) · s + k**, for a kernel no smaller than the
# strides. In Keras, `padding="same"` gives n · s instead.
#
# Look at the middle picture. Where strides do not divide the kernel, some places are written more often than others.
# Trained networks show it as a *checkerboard* in the pictures they make (Odena, Dumoulin and Olah 2016). A kernel of
# 4 with strides of 2 writes each place inside equally often.
#
# Why *transposed*? A convolution is linear, so it is a matrix: on 4×4 pixels, a 3×3 kernel is a matrix of 4 rows, one
# an output, and 16 columns, one a pixel. The transposed convolution multiplies by that matrix *transposed*.

# %%
kernel = rng.normal(size=(3, 3, 1, 1)).astype("float32")
single_pixels = np.eye(16, dtype="float32").reshape(16, 4, 4, 1)
matrix = np.reshape(keras.ops.conv(single_pixels, kernel), (16, 4)).T
small = rng.normal(size=(1, 2, 2, 1)).astype("float32")
by_matrix = (matrix.T @ small.ravel()).reshape(4, 4)
by_layer = np.array(keras.ops.conv_transpose(small, kernel))[0, :, :, 0]
print("matrix:", matrix.shape, "  the two agree:", np.allclose(by_matrix, by_layer, atol=1e-5))

figure, axes = plt.subplots(figsize=(7, 2.2), layout="constrained")
axes.imshow(matrix, cmap="gray", vmin=-np.abs(matrix).max(), vmax=np.abs(matrix).max())
axes.set(xlabel="pixel of the image", ylabel="output", xticks=range(16), yticks=range(4))
axes.set_title("a 3×3 kernel as a matrix: mid-grey is 0", fontsize=10);

# %% [markdown]
# Two things to see. Most of the matrix is zero: an output sees nine pixels of sixteen. And each row holds the same
# nine numbers, moved. These are lesson 01's local connectivity and shared weights. The transposed convolution brings
# back the *size*, never the values: a transposed matrix is no inverse. (The old name *deconvolution* promises it.)
#
# ## Parameters
#
# A filter goes through all channels of its input: k·k weights for each. It sums them all into one map, and so has one
# *bias*, a number that is added everywhere in this map. With C channels in and F filters, a layer has k·k·C·F weights
# and F biases.
#
# **Predict first.** How many parameters has `Conv2D(32, 3)`?

# %%
layer = keras.layers.Conv2D(32, 3)
print("weights of the new layer:", layer.weights)
for channels in (1, 3, 64):
    layer = keras.layers.Conv2D(32, 3)
    layer.build((None, None, None, channels))
    print(f"{channels:>2} channels in: {layer.count_params():,} parameters")

# %% [markdown]
# A trick question. Until the layer knows how many channels come in, it has no weights; Keras makes them at the first
# call. Height and width stand as `None` in that cell: the same filters serve an image of any size.
#
# ## Exercise 3: parameters of a convolution
#
# Write `conv_params(kernel_size, in_channels, filters, use_bias=True)`. The kernel is a square; `kernel_size` is its
# side.

# %% nbgrader={"grade_id": "conv-params-answer", "solution": true}
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    """How many weights and biases a convolution has."""
    ### BEGIN SOLUTION
    return kernel_size**2 * in_channels * filters + (filters if use_bias else 0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "conv-params", "grade": true, "locked": true, "points": 1}
check("conv-params", conv_params)
### BEGIN HIDDEN TESTS
assert conv_params(7, 3, 96) == 14_208
assert conv_params(1, 480, 192, use_bias=False) == 92_160
assert conv_params(5, 48, 128) == 153_728
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 4: the same layer, fully connected
#
# What do local connectivity and shared weights spare? Suppose that each value of the output saw *each* value of the
# input, with a weight of its own, and had a bias of its own. That is a *fully connected* layer, `Dense` in Keras.
# Write `fully_connected_cost(input_shape, output_shape)`, both `(height, width, channels)`: its parameters.
#
# **Predict first.** VGG-16's first layer takes 224×224×3 to 224×224×64, with 1,792 parameters. And fully connected:
# millions, billions, more?

# %% nbgrader={"grade_id": "fully-connected-cost-answer", "solution": true}
def fully_connected_cost(input_shape, output_shape):
    """How many parameters a layer has in which each output value sees each input value."""
    ### BEGIN SOLUTION
    inputs = input_shape[0] * input_shape[1] * input_shape[2]
    outputs = output_shape[0] * output_shape[1] * output_shape[2]
    return outputs * (inputs + 1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "fully-connected-cost", "grade": true, "locked": true, "points": 1}
check("fully-connected-cost", fully_connected_cost)
### BEGIN HIDDEN TESTS
assert fully_connected_cost((28, 28, 1), (14, 14, 2)) == 392 * 785
assert fully_connected_cost((224, 224, 3), (224, 224, 64)) == 3_211_264 * 150_529
### END HIDDEN TESTS

# %%
shared, full = arithmetic.conv_params(3, 3, 64), arithmetic.dense_params(224 * 224 * 3, 224 * 224 * 64)
print(f"shared: {shared:,} parameters; fully connected: {full:,}, or {full * 4 / 2**40:.1f} TiB in float32")

# %% [markdown]
# ## Multiply-accumulates
#
# How much work is a layer? We count *multiply-accumulates*, MACs for short: one weight times one number, added to a
# sum. Each weight is used once at every position, so a convolution takes
#
# height of the output × width of the output × k·k·C·F.
#
# Biases are added and multiply nothing, so they do not count. Take care with papers: some call a MAC a FLOP, as
# ResNet's does; others count the multiplication and the addition apart and get twice as much.
#
# **Predict first.** A layer's strides go from 1 to 2. What happens to its parameters, and what to its MACs?

# %%
for strides in (1, 2):
    side = arithmetic.conv_output_size(56, 3, strides, padding="same")
    parameters, macs = arithmetic.conv_params(3, 64, 64), arithmetic.conv_macs(side, 3, 64, 64)
    print(f"strides {strides}: output {side}×{side}×64, {parameters:,} parameters, {macs:,} MACs")

# %% [markdown]
# ## Exercise 5: multiply-accumulates of a convolution
#
# Write `conv_macs(height, width, kernel_size, in_channels, filters, strides=1)` for an *image* of `(height, width,
# in_channels)`, without padding. Biases are not counted.

# %% nbgrader={"grade_id": "conv-macs-answer", "solution": true}
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    """How many multiply-accumulates a convolution without padding takes."""
    ### BEGIN SOLUTION
    rows = (height - kernel_size) // strides + 1
    columns = (width - kernel_size) // strides + 1
    return rows * columns * kernel_size**2 * in_channels * filters
    ### END SOLUTION


# %% nbgrader={"grade_id": "conv-macs", "grade": true, "locked": true, "points": 2}
check("conv-macs", conv_macs)
### BEGIN HIDDEN TESTS
assert conv_macs(14, 14, 5, 6, 16) == 240_000
assert conv_macs(225, 161, 7, 3, 10, strides=2) == 110 * 78 * 49 * 30
assert conv_macs(12, 20, 1, 8, 4, strides=5) == 3 * 4 * 32
### END HIDDEN TESTS

# %% [markdown]
# ## What a unit sees
#
# A *unit* is one number of a layer's output. Its *receptive field* is the square of pixels that can change it. With one
# layer of 3×3 that is 3 along each side. A unit of the next layer sees three neighbours in the first map, and the
# outer two each see one pixel more: 5.
#
# **Predict first.** Layers of 3×3 without padding, on 9×9 pixels, until one value is left: how many layers is that?
# And how many of 5×5? That last value sees all 81 pixels either way.

# %%
for kernel_size in (3, 5):
    side, path = 9, [9]
    while side >= kernel_size:
        side = arithmetic.conv_output_size(side, kernel_size)
        path.append(side)
    print(f"{kernel_size}×{kernel_size}:", " → ".join(map(str, path)))

# %% [markdown]
# So two layers of 3×3 see what one of 5×5 sees, and three see what one of 7×7 sees. What do they cost, with C channels
# in and out, biases left aside?

# %%
for layers, kernel_size in ((2, 5), (3, 7)):
    seen = arithmetic.receptive_field([(3,)] * layers)[0]
    one = f"one of {kernel_size}×{kernel_size}: {kernel_size**2}·C·C"
    print(f"{layers} layers of 3×3 see {seen} pixels: {9 * layers}·C·C weights; {one}")

# %% [markdown]
# Fewer weights for the same view. And after each layer comes an activation function, such as max(0, x), so there are
# two or three bends instead of one. VGG is built on it (Simonyan and Zisserman 2015, section 2.3); lesson 05 tries it
# out.
#
# Strides make the field grow faster. After strides of 2, neighbours in a map lie 2 pixels of the image apart, so a
# layer of k that comes *later* adds (k − 1) · 2. After another 2 it adds (k − 1) · 4. A layer's own strides do not
# widen what it sees itself; they widen the steps of those that follow. Pooling counts as any other window. Dilation
# widens the field without strides:

# %%
stacks = {
    "three 3×3": [(3,), (3,), (3,)],
    "three 3×3, the first with strides 2": [(3, 2), (3,), (3,)],
    "three 3×3, the last with strides 2": [(3,), (3,), (3, 2)],
    "3×3 dilated by 1, 2, 4": [(3, 1, "valid", rate) for rate in (1, 2, 4)],
}
for name, stack in stacks.items():
    field, step, _ = arithmetic.receptive_field(stack)
    print(f"{name}: a unit sees {field} pixels along a row, neighbours are {step} apart")

# %% [markdown]
# And a whole network? Here is VGG-16 without its fully connected layers. `BUILDERS` has the course's nets by name: for
# each a function that builds it. We build it inside `tf.Graph()`, where Keras notes shapes and connections but makes no
# weights: a second's work, and no memory. Of each of its five blocks of convolutions the picture frames what one unit
# of the last layer sees.

# %%
with tf.Graph().as_default():
    blocks = BUILDERS["vgg16"](include_top=False)
plots.receptive_field(blocks, photograph, ["conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3"]);

# %% [markdown]
# The first block sees 5 pixels, enough for an edge; the last sees nearly the whole picture. But not all pixels of a
# field count alike. Those in the middle reach a unit by many ways, those in the corners by a single one. Luo, Li,
# Urtasun and Zemel (2016) call it the *effective* receptive field. Here are eight layers of 3×3 with random weights,
# and how much each pixel changes the unit in the middle. Bright counts much:

# %%
stack = keras.Sequential([keras.Input((48, 48, 3))])
for number in range(8):
    stack.add(keras.layers.Conv2D(16, 3, padding="same", activation="relu", name=f"conv{number + 1}"))
plots.receptive_field(stack, x[0, 90:138, 90:138], "conv8", effective=True);

# %% [markdown]
# ## Exercise 6: receptive field
#
# Write `receptive_field(layers)`. `layers` is a list of pairs `(kernel_size, strides)`, the first layer first. It
# returns the side of the square that one value of the last layer sees. Without a layer, a value sees one pixel: itself.
# Keep two numbers as you go through the list: the field so far, and how many pixels of the image apart neighbours are:
# 1 at the start.

# %% nbgrader={"grade_id": "receptive-field-answer", "solution": true}
def receptive_field(layers):
    """The side of the square of pixels that one output value sees."""
    ### BEGIN SOLUTION
    field = step = 1
    for kernel_size, strides in layers:
        field += (kernel_size - 1) * step
        step *= strides
    return field
    ### END SOLUTION


# %% nbgrader={"grade_id": "receptive-field", "grade": true, "locked": true, "points": 2}
check("receptive-field", receptive_field)
### BEGIN HIDDEN TESTS
assert receptive_field([(3, 1), (3, 1), (2, 2)] * 2) == 16
assert receptive_field([(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]) == 195
assert receptive_field([(4, 3), (2, 5), (6, 2)]) == 82
### END HIDDEN TESTS

# %% [markdown]
# ## Pooling
#
# *Pooling* slides a window over each map by itself and keeps one number of it: the largest (*max pooling*), or the
# mean (*average pooling*). As many maps come out as go in, and sizes follow the same formula as before. Unless it is
# told otherwise, Keras takes strides as large as the window, so that windows touch and do not overlap.

# %%
grey = x[0].mean(axis=-1)[40:168, 40:168, np.newaxis]
pooled = {
    "max of 8×8": keras.ops.max_pool(grey[np.newaxis], 8, strides=8),
    "mean of 8×8": keras.ops.average_pool(grey[np.newaxis], 8, strides=8),
}
print("from", grey.shape, "to", {name: tuple(result.shape[1:]) for name, result in pooled.items()})
enlarged = [np.array(result)[0].repeat(8, axis=0).repeat(8, axis=1) for result in pooled.values()]
plots.images(np.stack([grey, *enlarged]), titles=["a part of the photograph", *pooled], limits=(0, 1));

# %% [markdown]
# On a photograph the mean looks better: it is the picture, made small. The largest value looks too bright. But a map
# in a network is no photograph: it says how strongly a pattern is there. Its largest value says "the pattern is here,
# somewhere in this window", and the mean dilutes it with all the places where it is not.
#
# Windows larger than their strides *overlap*. AlexNet pools with 3×3 and strides of 2: from 55 that gives 27, as 2×2
# would. Its authors report 0.4 points less error than with 2×2, and 0.3 points less where five guesses are allowed
# (section 3.4).
#
# Pooling here has no parameters. LeNet-5's has, and you will build it in lesson 03. Pooling may also be padded, as
# 3×3 with strides of 2 is in GoogLeNet and ResNet. For a maximum the padding must not be zeros but minus infinity, or
# a window of negative values at the border would turn into 0.
#
# ## Exercise 7: max pooling
#
# Write `max_pooling(image, pool_size, strides)` for an array `(height, width, channels)`: the maximum of each square
# window that fits, each channel by itself, as `(rows, columns, channels)`. No padding: windows that would hang over
# the end are left out. Values may be negative. Write it with loops or arrays, and leave `image` as it is.
#
# **Predict first.** What has `max_pooling` to give for a window in which all values are −3?

# %% nbgrader={"grade_id": "max-pooling-answer", "solution": true}
def max_pooling(image, pool_size, strides):
    """The maximum of each window of each channel, (height, width, channels) to (rows, columns, channels)."""
    ### BEGIN SOLUTION
    rows, columns = ((size - pool_size) // strides + 1 for size in image.shape[:2])
    result = np.empty((rows, columns, image.shape[2]), image.dtype)
    for i in range(rows):
        for j in range(columns):
            window = image[i * strides : i * strides + pool_size, j * strides : j * strides + pool_size]
            result[i, j] = window.max(axis=(0, 1))
    return result
    ### END SOLUTION


# %% nbgrader={"grade_id": "max-pooling", "grade": true, "locked": true, "points": 2}
check("max-pooling", max_pooling)
### BEGIN HIDDEN TESTS
ramp = np.arange(2 * 9 * 10).reshape(9, 10, 2) - 200
assert np.array_equal(np.array(max_pooling(ramp, 5, 3)), ramp[4::3, 4::3])
assert np.array(max_pooling(-ramp, 5, 1)).shape == (5, 6, 2)
assert np.array(max_pooling(-ramp, 5, 1))[0, 0].tolist() == [200, 199]
### END HIDDEN TESTS

# %% [markdown]
# ## What shift does pooling forgive?
#
# One often reads that pooling makes a network blind to shifts. Does it? We take handwritten digits, and as filters
# four of the simplest: where does it get brighter to the right, to the left, downwards, upwards? Values below 0 are
# set to 0. Then we shift each digit to the right by 1 and by 2 pixels, and pool with 2×2.
#
# **Predict first.** By how much will the maps change, before pooling and after? Which of the two shifts will change
# the pooled maps less?

# %%
train_images, train_labels = load("digits", split="train", batch_size=-1)
test_images, test_labels = load("digits", split="test", batch_size=-1)


def edges(images):
    """Four maps, (batch, 32, 32, 4): how much brighter it gets to the right, to the left, downwards and upwards."""
    pixels = scale(images)[..., 0]
    across, down = np.zeros_like(pixels), np.zeros_like(pixels)
    across[:, :, 1:-1] = pixels[:, :, 2:] - pixels[:, :, :-2]
    down[:, 1:-1, :] = pixels[:, 2:, :] - pixels[:, :-2, :]
    return np.maximum(np.stack([across, -across, down, -down], axis=-1), 0)


halve = keras.layers.MaxPooling2D(2)
shifted = [edges(np.roll(test_images, shift, axis=2)) for shift in (0, 1, 2)]
pooled = [np.array(halve(maps)) for maps in shifted]
for name, (still, *others) in {"edges": shifted, "pooled edges": pooled}.items():
    changes = [np.abs(maps - still).mean() / still.mean() for maps in others]
    print(f"{name}: changed by {changes[0]:.0%} of their mean at a shift of 1, {changes[1]:.0%} at 2")
print("pooled, a shift of 2 is a move by 1:", np.array_equal(pooled[2][:, :, 1:], pooled[0][:, :, :-1]))
plots.images(np.stack([maps[0, :, :, 0] for maps in pooled]), titles=[f"pooled, shift {shift}" for shift in (0, 1, 2)]);

# %% [markdown]
# The pooled maps change less than the maps themselves, but neither shift leaves them alone. A shift by the
# strides moves the pooled map by exactly one place: nothing is forgiven, it has only moved. A shift by less can leave
# a maximum inside its window, or push it out. So pooling forgives in part, and only shifts that are small against its
# window.
#
# How much is that worth? We measure it by a task. A digit gets the label of the training digit whose pooled edges
# are nearest to its own. Nothing is trained. The training digits stay where they are; the test digits are shifted by
# up to 4 pixels, to the left, right, up and down. The digits have a border of 4, so that none loses a pixel.

# %%
poolings = {
    "none": keras.layers.Identity(),
    "max 2×2": keras.layers.MaxPooling2D(2),
    "max 3×3, strides 2": keras.layers.MaxPooling2D(3, strides=2),
    "max 4×4": keras.layers.MaxPooling2D(4),
    "max 8×8": keras.layers.MaxPooling2D(8),
    "mean 4×4": keras.layers.AveragePooling2D(4),
    "mean 8×8": keras.layers.AveragePooling2D(8),
    "mean 32×32": keras.layers.AveragePooling2D(32),
}
chosen = rng.choice(len(train_images), 1200, replace=False)
known, classes = edges(train_images[chosen]), train_labels[chosen]


def accuracy(pool, queries):
    """The share of test digits whose nearest training digit, by pooled edges, has the same label."""
    vectors, asked = (np.reshape(pool(maps), (len(maps), -1)) for maps in (known, queries))
    distances = np.sum(vectors**2, axis=1) - 2 * asked @ vectors.T  # what is left out is the same for all of a row
    return np.mean(classes[distances.argmin(axis=1)] == test_labels)


# %% [markdown]
# **Predict first.** Which pooling reads unshifted digits best? Which stands a shift of 2 best? And what will the mean
# of the whole map, 32×32, be good for?

# %%
results = {name: [] for name in poolings}
for shift in range(5):
    ways = [(axis, step) for axis, step in itertools.product((1, 2), (-shift, shift))] if shift else [(1, 0)]
    shifted = [edges(np.roll(test_images, step, axis)) for axis, step in ways]
    for name, pool in poolings.items():
        results[name].append(np.mean([accuracy(pool, queries) for queries in shifted]))
print(f"{'shift in pixels':<20}" + "".join(f"{shift:>6}" for shift in range(5)))
for name, row in results.items():
    print(f"{name:<20}" + "".join(f"{value:>6.0%}" for value in row))

# %%
figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
styles = {"none": "ko-", "max 4×4": "k^--", "max 8×8": "kv:", "mean 8×8": "ks-.", "mean 32×32": "kx-"}
for name, style in styles.items():
    axes.plot(results[name], style, markersize=5, label=name)
axes.axhline(0.1, color="0.6", linewidth=1)
axes.text(0, 0.12, "guessing", fontsize=8, color="0.4")
axes.set(xlabel="shift in pixels", ylabel="digits read", xticks=range(5), ylim=(0, 1))
axes.legend(fontsize=8, title="pooling", title_fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5));

# %% [markdown]
# Read off three things.
#
# 1. Without pooling, a shift of two pixels spoils much. Windows of 4 and 8 lose less by it, and so does the
#    overlapping 3×3.
# 2. What is forgiven is small against the window. At a shift of 4, windows of 8 and less all read fewer than half.
# 3. It costs something. The larger the window, the less is known of *where* an edge is. The mean of the whole map
#    forgives nearly all of these shifts, and can hardly read at all.
#
# Here the mean does better than the largest value, perhaps because these digits were enlarged threefold and are smooth.
# On features that a network learned, Scherer, Müller and Behnke (2010) found the maximum better than LeNet-5's
# subsampling, which averages. Networks pool by a little, and several times, with convolutions between that turn "where"
# into "what". And still a shift by one pixel can change what a network says: Zhang (2019) shows how often, and how
# blurring before the strides helps.
#
# ## Where the memory is, and where the parameters
#
# Now put it together, for a net that everybody quotes. VGG-16 (Simonyan and Zisserman 2015, configuration D) has
# thirteen convolutions of 3×3, five max poolings of 2×2, and three fully connected layers.
#
# Training runs images through the net, and then moves each weight a little. How it has to move is computed from the
# last layer back to the first, and takes the outputs of all layers; so all of them have to be kept until then.
# *Memory* in this section is what these outputs take: four bytes a number, in float32.
#
# **Predict first.** Which layer has the most parameters? Which takes the most memory? Which the most MACs? All three
# answers follow from what you know by now. Write them down.

# %%
with tf.Graph().as_default():
    vgg = BUILDERS["vgg16"]()
analysis.table(vgg)

# %% [markdown]
# The paper's table 2 says 138 million parameters. Now as a picture, layer by layer from top to bottom. Left out are
# flatten, another view of the same numbers, and dropout and softmax (lessons 04 and 03 say what they do), which have
# no parameters and some 9,000 outputs.

# %%
rows = [row for row in analysis.table(vgg).rows if row.kind in ("InputLayer", "Conv2D", "MaxPooling2D", "Dense")]
panels = {
    "memory, MiB": [row.memory / 2**20 for row in rows],
    "parameters, millions": [row.parameters / 1e6 for row in rows],
    "MACs, billions": [row.macs / 1e9 for row in rows],
}
looks = {"Conv2D": ("0.25", ""), "MaxPooling2D": ("0.75", ""), "InputLayer": ("0.75", ""), "Dense": ("white", "////")}
figure, grid = plt.subplots(1, 3, figsize=(8, 4.8), sharey=True, layout="constrained")
for axes, (title, values) in zip(grid, panels.items(), strict=True):
    for row, value in zip(rows, values, strict=True):
        colour, hatch = looks[row.kind]
        axes.barh(row.name, value, color=colour, hatch=hatch, edgecolor="black", linewidth=0.5)
    axes.set_title(title, fontsize=10)
    axes.tick_params(labelsize=8)
grid[0].invert_yaxis()
figure.supxlabel("dark: convolutions    light: the image and poolings    hatched: fully connected", fontsize=9);

# %% [markdown]
# The two heaps lie at opposite ends. In numbers:

# %%
parts = {
    "first four convolutions": [row for row in rows if row.name.startswith(("conv1", "conv2"))],
    "other nine convolutions": [row for row in rows if row.name.startswith(("conv3", "conv4", "conv5"))],
    "image and poolings": [row for row in rows if row.kind in ("InputLayer", "MaxPooling2D")],
    "fully connected": [row for row in rows if row.kind == "Dense"],
}
whole = {field: sum(getattr(row, field) for row in rows) for field in ("memory", "parameters", "macs")}
print(f"{'':<25}" + "".join(f"{field:>12}" for field in whole))
for name, part in parts.items():
    shares = {field: sum(getattr(row, field) for row in part) / whole[field] for field in whole}
    print(f"{name:<25}" + "".join(f"{share:>12.1%}" for share in shares.values()))
print(f"\n{whole['memory'] // 4:,} numbers an image, {whole['memory'] / 2**20:.1f} MiB in float32")
print(f"{whole['parameters']:,} parameters, {whole['parameters'] * 4 / 2**20:.1f} MiB")

# %% [markdown]
# Both follow from the formulas. A map's memory is height × width × channels. Each pooling quarters the places, and the
# next block at most doubles the channels, so a layer of the next block takes half the memory, or less: the early maps
# win. The parameters of a convolution depend on channels alone, not on the size of the map, and channels are few at
# first. But where the maps end, *each* value of 7×7×512 is joined to *each* of 4,096 units: fc6 alone has three
# quarters of all parameters. The work is spread out: from block to block twice the channels in and out, at a quarter of
# the places, so conv1_2, conv2_2, conv3_3 and conv4_3 take the same MACs.
#
# A table of VGG-16 that is often copied says 24 million numbers and 93 MB an image. Its own rows add up to the 15.2
# million of ours.
#
# What does it mean for training? A *batch* is the images that go through the net at once. Memory grows with it,
# parameters do not.

# %%
for batch in (1, 32, 128):
    outputs = analysis.table(vgg, batch_size=batch).total.memory / 2**30
    print(f"batch of {batch:>3}: outputs {outputs:5.2f} GiB, parameters {whole['parameters'] * 4 / 2**30:.2f} GiB")

# %% [markdown]
# There is more to keep: how each weight has to move, which is as large as the parameters again, and with the usual
# method also how it moved before. If it does not fit, a smaller batch or smaller images help against the first heap,
# and a smaller end of the net against the second.
#
# Is it so in every network? **Predict first**: in which of these are most parameters fully connected?

# %%
for name in ("alexnet", "vgg16", "googlenet", "resnet50"):
    with tf.Graph().as_default():
        table = analysis.table(BUILDERS[name]())
    dense = sum(row.parameters for row in table.rows if row.kind == "Dense")
    print(f"{name:<10} {table.total.parameters:>12,} parameters, {dense / table.total.parameters:.0%} fully connected")

# %% [markdown]
# It is true of nets that join whole maps to thousands of units. GoogLeNet and ResNet average each map to a single
# number first, and so keep one small fully connected layer. Lesson 06 shows how that came about.
#
# ## Recap
#
# - Positions: ⌊(n + 2p − k) / s⌋ + 1; dilation makes k into (k − 1) · d + 1. `"same"` gives ⌈n / s⌉ and puts an odd
#   zero after. A transposed convolution goes from n to (n − 1) · s + k.
# - Parameters: k·k·C·F + F, whatever the image. MACs: the weights times the positions. Memory: the outputs.
# - A layer widens the receptive field by (k − 1) times the product of all strides before it.
# - Pooling forgives shifts that are small against its window, in part, and pays with knowing less of where.
# - In VGG-16 memory lies mostly in the early convolutions, the parameters mostly in the fully connected layers.
#
# ## Read next
#
# - V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", 2016, arXiv:1603.07285: every case of
#   sizes, with pictures.
# - A. Araujo, W. Norris, J. Sim, "Computing Receptive Fields of Convolutional Neural Networks", *Distill*, 2019,
#   DOI 10.23915/distill.00021.
# - W. Luo, Y. Li, R. Urtasun, R. Zemel, "Understanding the Effective Receptive Field in Deep Convolutional Neural
#   Networks", 2016, arXiv:1701.04128.
# - F. Yu, V. Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions", 2016, arXiv:1511.07122.
# - A. Odena, V. Dumoulin, C. Olah, "Deconvolution and Checkerboard Artifacts", *Distill*, 2016,
#   DOI 10.23915/distill.00003.
# - D. Scherer, A. Müller, S. Behnke, "Evaluation of Pooling Operations in Convolutional Architectures for Object
#   Recognition", 2010, DOI 10.1007/978-3-642-15825-4_10.
# - M. A. Islam, S. Jia, N. D. B. Bruce, "How Much Position Information Do Convolutional Neural Networks Encode?", 2020,
#   arXiv:2001.08248.
# - R. Zhang, "Making Convolutional Networks Shift-Invariant Again", 2019, arXiv:1904.11486.
# - A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012:
#   sections 3.4 and 3.5.
# - K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2015,
#   arXiv:1409.1556: section 2.3 and tables 1 and 2.

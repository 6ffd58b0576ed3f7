# %% [markdown]
# # Convolution: one small filter, laid everywhere
#
# **How can nine numbers find the edges of a photograph, and can a network find such numbers by itself?**
#
# A convolution slides a small table of weights over an image and notes, at each place, how well the image there
# matches the table. It is the one operation that all networks of this course share, and the one they are named after.
#
# When you have done this lesson you can
#
# - say what a convolution is, in one dimension and two, and compute it by hand,
# - say what Keras computes under that name, and why the difference does not matter,
# - blur a photograph and find its edges with filters that people designed,
# - write a convolutional layer, with all its channels and filters,
# - say what its two economies, local connections and shared weights, spare,
# - train a network and look at the filters that it found by itself.
#
# You need Python and NumPy.
#
# Before: 00. Reading: 75 minutes. Running: 2 minutes.

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
from sklearn.datasets import load_sample_images

from course import arithmetic, plots, training
from course.checks import check, explain, hint
from course.data import load, scale

SEED = 0
print(training.setup())
training.seed(SEED)
print("profile   ", training.profile())

# %% [markdown]
# ## Slide, multiply, add
#
# A convolution takes two functions and makes a third. Think of a hall that echoes. A sound that is made at the time a
# is still heard later, weaker and weaker: at the time t, it counts with a weight g(t − a). What you hear at t is all
# that was sounded until then, each moment with its weight:
#
# $$(f * g)(t) = \int f(a)\, g(t - a)\, da.$$
#
# f is the sound, g the echo, and the star means *convolved with*. In the picture, the sound lasts from 0 to 1. As a
# function of a, the weight g(t − a) is the echo turned round: it ends at t and reaches back from there. The shaded
# area is the integral at one t. Slide t along, and the areas draw the curve on the right.

# %%
a = np.linspace(-1, 5, 601)
step = a[1] - a[0]
sound = ((a >= 0) & (a < 1)).astype(float)


def echo(lag):
    """How much of a sound is left after so much time; nothing is heard before it was made."""
    return np.where(lag >= 0, np.exp(-np.maximum(lag, 0)), 0.0)


heard = np.array([np.sum(sound * echo(t - a)) * step for t in a])
figure, grid = plt.subplots(1, 3, figsize=(9, 2.6), layout="constrained", sharey=True)
for axes, t in zip(grid, (0.6, 2.0), strict=False):
    axes.plot(a, sound, "k-", label="f(a)")
    axes.plot(a, echo(t - a), "k:", label=f"g({t} − a)")
    axes.fill_between(a, sound * echo(t - a), color="0.75", label=f"area {np.sum(sound * echo(t - a)) * step:.2f}")
    axes.set(xlabel="a", title=f"t = {t}")
    axes.legend(fontsize=8)
grid[2].plot(a, heard, "k-")
grid[2].plot([0.6, 2.0], np.interp([0.6, 2.0], a, heard), "ko")
grid[2].set(xlabel="t", title="(f ∗ g)(t)");

# %% [markdown]
# Pixels are no continuous function: there is one at 0, one at 1, and so on. Then the integral is a sum,
#
# $$(f * g)(i) = \sum_m f(i - m)\, g(m),$$
#
# and g is a short list of weights, the *kernel*. NumPy has it.
#
# **Predict first.** A single sound of 1 at the time 2, silence before and after: `[0, 0, 1, 0, 0, 0]`. The echo is
# `[3, 2, 1]`: loud at once, then weaker. What is heard at each time?

# %%
pulse = np.array([0, 0, 1, 0, 0, 0])
print("one sound: ", np.convolve(pulse, [3, 2, 1])[:6])
print("two sounds:", np.convolve(pulse + np.roll(pulse, 1), [3, 2, 1])[:6])

# %% [markdown]
# A single 1 brings out the kernel itself, from where the 1 stands. Two of them bring it out twice, one place apart,
# and what overlaps adds up: 2 + 3, then 1 + 2. That is all there is to it.
#
# ## Two dimensions
#
# An image has rows and columns, so its kernel has them too, and the sum runs over both:
#
# $$(I * K)(i, j) = \sum_m \sum_n I(i - m,\, j - n)\, K(m, n).$$
#
# Mind the minus signs. As m grows, the place in the kernel moves *down*, and the place in the image moves *up*. The
# first weight of the kernel meets the last pixel of the window. To lay kernel and window on one another as they stand
# on paper, you have to turn the kernel by 180 degrees first. This is the *flip*.
#
# What if we leave it out? Then we slide the kernel as it is:
#
# $$S(i, j) = \sum_m \sum_n I(i + m,\, j + n)\, K(m, n).$$
#
# This is called *cross-correlation*. Here it is, on an image of 6×6 with a kernel of 3×3 that takes the left from the
# right. The buttons play it again, or step through it. White on the right is what has not been computed yet.

# %%
plots.sliding_kernel(6, 3)

# %% [markdown]
# At each place, nine pixels are multiplied by nine weights and the products are added. One place gives one number.
# The kernel stays inside the image, so there are fewer numbers than pixels: 4×4.
#
# ## Exercise 1: flip a kernel
#
# Write `flip_kernel(kernel)`: it returns a new array of the same shape, rows and columns in reverse order. The kernel
# need not be square.
#
# **Predict first.** What becomes of `[[1, 2, 3], [4, 5, 6]]`?

# %% nbgrader={"grade_id": "flip-kernel-answer", "solution": true}
def flip_kernel(kernel):
    """The kernel turned by 180 degrees."""
    ### BEGIN SOLUTION
    return kernel[::-1, ::-1]
    ### END SOLUTION


# %% nbgrader={"grade_id": "flip-kernel", "grade": true, "locked": true, "points": 1}
check("flip-kernel", flip_kernel)
### BEGIN HIDDEN TESTS
assert np.array_equal(flip_kernel(np.arange(12).reshape(3, 4)), np.arange(11, -1, -1).reshape(3, 4))
assert np.array_equal(flip_kernel(flip_kernel(np.arange(10).reshape(5, 2))), np.arange(10).reshape(5, 2))
### END HIDDEN TESTS

# %% [markdown]
# Stuck? `hint("flip-kernel")` gives one hint; run it again for the next. Once your answer has passed,
# `explain("flip-kernel")` tells the reasoning. It is the same for all exercises.
#
# ## Exercise 2: convolve one channel
#
# Write `convolve_one_channel(image, kernel)`. Both are arrays `(height, width)`. Flip the kernel, lay it wherever it
# fits inside the image, and put the sum of the products at each place into an array of floats. Two loops will do:
# over the rows of the result, and over its columns.
#
# **Predict first.** How many rows has the result, for an image of 5 rows and a kernel of 3?

# %% nbgrader={"grade_id": "convolve-one-channel-answer", "solution": true}
def convolve_one_channel(image, kernel):
    """The convolution of an image with a kernel, wherever the kernel fits inside the image."""
    ### BEGIN SOLUTION
    height, width = kernel.shape
    flipped = kernel[::-1, ::-1]
    result = np.zeros((image.shape[0] - height + 1, image.shape[1] - width + 1))
    for row, column in np.ndindex(result.shape):
        result[row, column] = np.sum(image[row : row + height, column : column + width] * flipped)
    return result
    ### END SOLUTION


# %% nbgrader={"grade_id": "convolve-one-channel", "grade": true, "locked": true, "points": 2}
check("convolve-one-channel", convolve_one_channel)
### BEGIN HIDDEN TESTS
numbers = np.random.default_rng(11)
row, weights = numbers.integers(-9, 9, (1, 12)), numbers.integers(-9, 9, (1, 5))
assert np.array_equal(convolve_one_channel(row, weights)[0], np.convolve(row[0], weights[0], "valid"))
assert np.array_equal(convolve_one_channel(row.T, weights.T)[:, 0], np.convolve(row[0], weights[0], "valid"))
across, down = numbers.normal(size=8), numbers.normal(size=9)
product = np.outer(np.convolve(down, [1, 2, -1], "valid"), np.convolve(across, [3, -2], "valid"))
assert np.allclose(convolve_one_channel(np.outer(down, across), np.outer([1, 2, -1], [3, -2])), product)
### END HIDDEN TESTS

# %% [markdown]
# ## What Keras computes
#
# In Keras the layer is called `Conv2D` and the function `keras.ops.conv`. Does it flip? Ask it with a single bright
# pixel. A convolution brings out the kernel as it is, as the pulse did above.
#
# **Predict first.** The kernel is 1 to 9, row by row. What will Keras bring out?

# %%
kernel = np.arange(1, 10, dtype="float32").reshape(3, 3)
dot = np.zeros((5, 5), "float32")
dot[2, 2] = 1


def slide(image, kernel):
    """What Keras makes of a grey image (height, width) and a kernel, wherever the kernel fits."""
    # Keras takes a batch of images with channels, and kernels (height, width, channels, filters)
    maps = keras.ops.conv(image[np.newaxis, :, :, np.newaxis], kernel[:, :, np.newaxis, np.newaxis])
    return np.array(maps)[0, :, :, 0]


print("Keras:", slide(dot, kernel).astype(int), "", "Keras, kernel flipped first:", sep="\n")
print(slide(dot, kernel[::-1, ::-1]).astype(int))

# %% [markdown]
# The 9 comes first: Keras does **not** flip. What it calls a convolution is the cross-correlation, and so it is in
# every library for neural networks. From here on, this course uses the word as they do.
#
# Why does nobody mind? Because these kernels are *learned*. A net that needs a kernel learns it the way it stands, or
# flipped, whichever its library asks for, and computes the same. The flip matters in proofs: with it, f ∗ g = g ∗ f.
# And it matters when you bring a kernel from a book on signals: flip it first.
#
# ## Filters that people designed
#
# Long before networks learned them, people wrote kernels by hand; such a kernel is also called a *filter*. We try
# some on one of the two photographs that scikit-learn ships: china.jpg by danielbuechele and flower.jpg by vultilion,
# both from Flickr, CC BY 2.0. Grey is the mean of red, green and blue here.

# %%
china, flower = load_sample_images().images
print("photographs:", china.shape, flower.shape, china.dtype)
plots.images(np.stack([china, flower]), titles=["china.jpg", "flower.jpg"], columns=2)
grey = scale(china).mean(axis=-1)
part = grey[100:300, 150:450]
plots.images(part[np.newaxis], titles=["a part, in grey"]);

# %% [markdown]
# **Blur.** The simplest filter is a *box*: all weights are equal and add up to 1, so each pixel becomes the mean of
# its surroundings. Now convolve a small box with itself, again and again. A bell comes out, higher in the middle.

# %%
box = np.array([0.5, 0.5])
bell = np.ones(1)
for _ in range(16):
    bell = np.convolve(bell, box)
x = np.arange(17) - 8
gauss = np.exp(-(x**2) / (2 * 2.0**2))
print("largest difference from Gauss's bell:", np.abs(bell - gauss / gauss.sum()).max().round(4))
figure, axes = plt.subplots(figsize=(6, 2.4), layout="constrained")
axes.plot(x, bell, "ko", label="box of two, 16 times")
axes.plot(x, gauss / gauss.sum(), "k-", label="Gauss's bell, σ = 2")
axes.set(xlabel="x", ylabel="weight")
axes.legend(fontsize=8);

# %% [markdown]
# The bell is Gauss's: its height at the distance x from the middle goes with exp(−x² / (2σ²)). σ, *sigma*, says how
# wide it is. Its two-dimensional form is the product of one bell along the rows and one down the columns.
#
# Which blurs better, box or bell? A box of 7×7 spreads a pixel as far as our bell: its standard deviation is
# √((7² − 1) / 12) = 2, the bell's σ. Here is what both make of a single white pixel, and of stripes that become finer
# from left to right.
#
# **Predict first.** Where the stripes are 7 pixels from light to light, what does the box see?

# %%
box_7 = np.pad(np.full((7, 7), 1 / 49, "float32"), 5)  # zeros around it, for results of the bell's size
bell_17 = np.outer(bell, bell).astype("float32")
spot = np.zeros((33, 33), "float32")
spot[16, 16] = 1
spots = [slide(spot, weights) for weights in (box_7, bell_17)]
plots.images(np.stack([made / made.max() for made in spots]), titles=["box", "bell"], columns=2);

# %%
periods = np.linspace(14, 4, 300)
stripes = np.tile(0.5 + 0.5 * np.cos(2 * np.pi * np.cumsum(1 / periods)), (36, 1)).astype("float32")
blurred = {"stripes": stripes[8:-8, 8:-8], "box": slide(stripes, box_7), "bell": slide(stripes, bell_17)}
figure, grid = plt.subplots(3, 1, figsize=(8, 2.8), layout="constrained")
for axes, (name, picture) in zip(grid, blurred.items(), strict=True):
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axes.set_title(name, fontsize=9)
    axes.set_axis_off()

x = np.arange(-8, 9)
for period in (14, 7, 5):
    left = [np.sum(np.cos(2 * np.pi * x / period) * weights) for weights in (np.pad(np.full(7, 1 / 7), 5), bell)]
    print(f"stripes {period:>2} pixels apart: the box leaves {left[0]:+.0%} of them, the bell {left[1]:+.0%}")

# %% [markdown]
# The single pixel is scaled to its own brightest value in each picture. The box makes a square of it, with hard edges;
# the bell a soft, round spot. The stripes show what comes of it. At 7 pixels the box covers one light and one dark
# stripe, and they cancel. Finer ones come back, *reversed*: light where it was dark. The bell fades stripes the more
# the finer they are, and reverses none.
#
# ## Exercise 3: a Gaussian kernel
#
# Write `gaussian_kernel(size, sigma)`: an array `(size, size)` of weights that go with exp(−(x² + y²) / (2σ²)), where
# x and y count from the kernel's centre, and that add up to 1. If `size` is even, the centre lies between two pixels.
#
# **Predict first.** For a very large sigma, what do all the weights of a 3×3 kernel come near to?

# %% nbgrader={"grade_id": "gaussian-kernel-answer", "solution": true}
def gaussian_kernel(size, sigma):
    """Gauss's bell in two dimensions, (size, size), whose weights add up to 1."""
    ### BEGIN SOLUTION
    x = np.arange(size) - (size - 1) / 2
    bell = np.exp(-(x**2) / (2 * sigma**2))
    kernel = np.outer(bell, bell)
    return kernel / kernel.sum()
    ### END SOLUTION


# %% nbgrader={"grade_id": "gaussian-kernel", "grade": true, "locked": true, "points": 2}
check("gaussian-kernel", gaussian_kernel)
### BEGIN HIDDEN TESTS
for size, sigma in ((1, 3.0), (8, 0.9), (11, 1.7)):
    bell_kernel = gaussian_kernel(size, sigma)
    assert bell_kernel.shape == (size, size)
    assert np.isclose(bell_kernel.sum(), 1)
    assert np.allclose(bell_kernel, bell_kernel[::-1, ::-1])
assert np.isclose(gaussian_kernel(11, 1.7)[5, 6] / gaussian_kernel(11, 1.7)[5, 5], np.exp(-1 / (2 * 1.7**2)))
### END HIDDEN TESTS

# %% [markdown]
# **Edges.** Where an image is even, take the left of a pixel from its right and you get 0. At an edge you do not. The
# kernel of Sobel and Feldman (1968) takes differences across columns, weighs the middle row twice, and so smooths a
# little in the other direction:

# %%
sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "float32")
outline = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], "float32")
sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], "float32")
for name, weights in {"sobel": sobel, "its transpose": sobel.T, "outline": outline, "sharpen": sharpen}.items():
    print(f"{name}: its weights add up to {weights.sum():.0f}")

# %% [markdown]
# **Predict first.** Weights that add up to 0: what do such kernels make of the even sky? And which of the two Sobel
# kernels sees the long, level edges of the roof, which run from left to right?

# %%
pictures = [slide(part, weights) for weights in (sobel, sobel.T, outline)]
titles = ["Sobel: left to right", "its transpose: top to bottom", "outline"]
plots.images(np.stack(pictures), titles=titles, columns=3, limits=(-1.5, 1.5))
plots.images(np.stack([part[1:-1, 1:-1], slide(part, sharpen)]), titles=["as it was", "sharpen"], limits=(0, 1));

# %% [markdown]
# In the upper row mid-grey is 0, bright is positive and dark is negative. Sky and other even places are mid-grey. The
# first kernel answers to upright edges: posts, and the sides of things. Its transpose answers to level ones, such as
# the roof's. *Outline* takes all eight neighbours from eight times the middle, so it answers to points and to edges of
# every direction. *Sharpen* adds up to 1: it is a kernel of the image itself plus a small outline, so it keeps the
# picture and lifts its edges.
#
# The two Sobel kernels together make an arrow at each pixel, the *gradient*: how much brighter it gets to the right,
# gx, and downwards, gy. The arrow's length says how sharp the edge is, whichever way it runs.
#
# ## Exercise 4: Sobel's edges
#
# Write `sobel_edges(image)` for a grey image `(height, width)`, of floats or of `uint8`. It returns √(gx² + gy²)
# wherever the kernels fit, where gx comes from `[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]` and gy from its transpose. Divide
# by nothing.
#
# **Predict first.** Does it matter here whether you flip the kernels?

# %% nbgrader={"grade_id": "sobel-edges-answer", "solution": true}
def sobel_edges(image):
    """How sharp the edge is at each pixel: the length of Sobel's gradient."""
    ### BEGIN SOLUTION
    image = np.asarray(image, "float64")
    across = image[:, 2:] - image[:, :-2]
    down = image[2:] - image[:-2]
    gx = across[:-2] + 2 * across[1:-1] + across[2:]
    gy = down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]
    return np.hypot(gx, gy)
    ### END SOLUTION


# %% nbgrader={"grade_id": "sobel-edges", "grade": true, "locked": true, "points": 2}
check("sobel-edges", sobel_edges)
### BEGIN HIDDEN TESTS
ramp = np.add.outer(3.0 * np.arange(6), 4.0 * np.arange(9))
assert np.allclose(sobel_edges(ramp), 40.0)
assert np.allclose(sobel_edges((255 - 10 * np.eye(7)).astype("uint8"))[0, 1], np.hypot(20, 20))
### END HIDDEN TESTS

# %%
strength = np.hypot(slide(part, sobel), slide(part, sobel.T))
plots.images(strength[np.newaxis], titles=["the length of Sobel's gradient"], limits=(0, 1.5));

# %% [markdown]
# Cells that answer to an edge of one direction were found in the visual cortex of cats by Hubel and Wiesel (1962).
#
# ## Channels: a filter goes through the full depth
#
# A colour image has three channels, so its array is `(height, width, 3)`. A filter then has three channels too: a
# kernel of 5×5 is 5×5×3, 75 weights. It slides along the rows and down the columns. It does *not* slide along the
# channels: at each place all 75 products are added to **one** number. So one filter gives one map with one channel,
# an *activation map*, however many channels came in. Six filters give six maps, stacked as channels.
#
# **Predict first.** The photograph is 427×640×3. What shape have the maps of six filters of 5×5? And what shape has
# the array of their weights?

# %%
layer = keras.layers.Conv2D(6, kernel_size=5, use_bias=False, dtype="float32")
maps = layer(scale(china)[np.newaxis])
print("in:     ", (1, *china.shape))
print("weights:", tuple(layer.kernel.shape), "= (height, width, channels in, filters)")
print("out:    ", tuple(maps.shape), "= (batch, height, width, filters)")
weights = layer.get_weights()[0]
one_place = np.sum(scale(china)[100:105, 200:205] * weights[..., 3])
print(f"filter 3 at row 100, column 200: {one_place:.4f} by hand, {float(maps[0, 100, 200, 3]):.4f} by Keras")

# %%
plots.activation_maps(np.array(maps)[0, :, :, :6], columns=3);

# %% [markdown]
# The weights are random as yet, and still each map looks different: each filter takes its own mixture of places and
# colours. A layer then usually adds a number to each map, its *bias*, and sends it all through an activation function
# such as max(0, x), called ReLU. We leave both out here.
#
# The layer has three more arguments, which lesson 02 treats at length.
#
# - `strides`: by how many pixels the kernel moves each time. With 2 it takes every second place, both ways.
# - `padding`: `"valid"` keeps the kernel inside the image; `"same"` first puts zeros around it, so that there are
#   ⌈size / strides⌉ outputs (⌈ ⌉ rounds up). It puts half of the zeros before and half after; an odd one goes after.
# - `dilation_rate`: how far apart the weights lie. With 2, one pixel is left out between two weights, so that a kernel
#   of 3 spans 5 pixels with its three weights.

# %%
plots.sliding_kernel(5, 3, strides=2, padding="same")

# %% [markdown]
# ## Exercise 5: a convolutional layer
#
# Write `convolve(image, kernel, strides=1, padding="valid", dilation_rate=1)`. The image is `(height, width,
# channels)`, of floats or `uint8`, the kernel `(height, width, channels, filters)`. It returns `(height, width,
# filters)`, floats, and computes what `Conv2D` does without a bias: no flip. Begin with strides 1, `"valid"` and no
# dilation; the check tells you what is missing.
#
# For `"same"`, count first: along a side of `size` pixels there are ⌈size / strides⌉ outputs. The last one begins
# (outputs − 1) · strides pixels after the first. From there the kernel spans (k − 1) · dilation_rate + 1 pixels. What
# the image lacks to that, is zeros. If it lacks nothing, there are none.

# %% nbgrader={"grade_id": "convolve-answer", "solution": true}
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    """What Conv2D computes without a bias: (height, width, channels) to (height, width, filters)."""
    ### BEGIN SOLUTION
    spans = [(size - 1) * dilation_rate + 1 for size in kernel.shape[:2]]
    if padding == "same":
        sides = zip(image.shape[:2], spans, strict=True)
        zeros = [max((-(-size // strides) - 1) * strides + span - size, 0) for size, span in sides]
        image = np.pad(image, [*((total // 2, total - total // 2) for total in zeros), (0, 0)])
    counts = [(size - span) // strides + 1 for size, span in zip(image.shape[:2], spans, strict=True)]
    maps = np.zeros((*counts, kernel.shape[-1]))
    for row, column in np.ndindex(*counts):
        top, left = row * strides, column * strides
        window = image[top : top + spans[0] : dilation_rate, left : left + spans[1] : dilation_rate]
        maps[row, column] = np.tensordot(window, kernel, axes=3)
    return maps
    ### END SOLUTION


# %% nbgrader={"grade_id": "convolve", "grade": true, "locked": true, "points": 4}
check("convolve", convolve)
### BEGIN HIDDEN TESTS
numbers = np.random.default_rng(12)
for size, kernel_size, options in (
    ((9, 12), (3, 3), {"strides": 3}),
    ((11, 8), (4, 3), {"strides": 3, "padding": "same"}),
    ((10, 9), (3, 2), {"dilation_rate": 3, "padding": "same"}),
    ((13, 15), (2, 5), {"dilation_rate": 2}),
):
    some_image, some_kernel = numbers.normal(size=(*size, 4)), numbers.normal(size=(*kernel_size, 4, 5))
    expected = np.array(keras.ops.conv(some_image[np.newaxis], some_kernel, **options))[0]
    assert np.allclose(convolve(some_image, some_kernel, **options), expected, atol=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# ## What it spares
#
# How else could a layer make six maps of an image? It could join *every* pixel to every output, with a weight for each
# pair: a fully connected layer. A convolution saves twice.
#
# 1. **Local connections.** Each output sees a small window alone.
# 2. **Shared weights.** All outputs of a map use the same weights: an edge is worth finding everywhere.
#
# **Predict first.** 32×32×3 to six maps with 5×5 windows, biases left aside. How many weights does each of the three
# need: all pairs, windows with weights of their own, one shared window a map?

# %%
side = arithmetic.conv_output_size(32, kernel_size=5)
outputs = side * side * 6
pairs = arithmetic.dense_params(32 * 32 * 3, outputs, use_bias=False)
local = outputs * 5 * 5 * 3
shared = arithmetic.conv_params(5, in_channels=3, filters=6, use_bias=False)
print(f"outputs: {side}×{side}×6 = {outputs:,}")
print(f"all pairs:          {pairs:>10,} weights")
print(f"local connections:  {local:>10,} weights, {pairs / local:.0f} times fewer")
print(f"and shared weights: {shared:>10,} weights, {local / shared:.0f} times fewer again")

# %% [markdown]
# The first factor is the image over the window, 1024 / 25. The second is the number of places, 28·28. And what we
# count are *weights*: the multiplications do not shrink from the second line to the third, as each output still
# multiplies its 75 numbers.
#
# Sharing brings another thing with it. Move the image, and the maps move along; they do not change otherwise. One
# says that a convolution is *equivariant* to shifts. Lesson 00's weighted sum of pixels did not know a digit again
# that had moved.

# %%
moved = np.roll(part, 8, axis=1)
before, after = slide(part, sobel), slide(moved, sobel)
print("the same, 8 pixels further on:", np.allclose(before[:, :-8], after[:, 8:], atol=1e-5))

# %% [markdown]
# ## What a network finds by itself
#
# Nobody has to design a filter. *Training* starts with random weights, shows the net images with their labels in small
# batches, and moves every weight a little so that the right answer becomes more probable. What do the filters of the
# first layer, the only ones that see pixels, look like afterwards? A claim that you will meet everywhere: **like edges
# and colours**. In AlexNet (Krizhevsky, Sutskever and Hinton 2012), trained on 1.2 million photographs, they do.
#
# We try it small. Our first layer has 16 filters of 7×7×3, large enough to be looked at. Behind it come layers that
# you need not understand yet. We train the net twice, from the same random weights, on two different tasks.
#
# - **Letters.** Ten letters on faded photographs (the course's set `glyphs/easy`): which letter is it? A letter is
#   lighter or darker than what lies under it, and of any colour.
# - **Places.** A patch of 32×32 pixels from one of the two photographs, halved in size: where was it cut out? Each
#   photograph is divided into 3×4 cells, so there are 24 answers.

# %%
def patches(count=8000):
    """Patches (count, 32, 32, 3) of the photographs at half their size, and the cells that they come from."""
    rng = np.random.default_rng(SEED)
    halves = [photo[:426].reshape(213, 2, 320, 2, 3).mean(axis=(1, 3)).astype("uint8") for photo in (china, flower)]
    which, tops, lefts = (rng.integers(high, size=count) for high in (2, 213 - 31, 320 - 31))
    cut = [halves[k][top : top + 32, left : left + 32] for k, top, left in zip(which, tops, lefts, strict=True)]
    return np.stack(cut), which * 12 + tops * 3 // (213 - 31) * 4 + lefts * 4 // (320 - 31)


tasks = {"letters": load("glyphs/easy", split="train", batch_size=-1), "places": patches()}
for name, (pictures, labels) in tasks.items():
    print(f"{name}: {pictures.shape}, {labels.max() + 1} classes")
    plots.images(pictures[:8], titles=labels[:8])

# %% [markdown]
# **Predict first.** Which task can be done by shapes alone, whatever their colours? Which one is helped by colour? And
# what will that do to the filters?
#
# Two settings help to see what is learned. The weights start *small*, with a standard deviation of 0.01, as AlexNet's
# did, so that what is left of the random start does not hide the rest. And a penalty on the squares of the first
# layer's weights lets those fade that nobody needs. `Adam` is the method that moves the weights, and `rate` how far it
# moves them at a step: it falls to 0 along a cosine.

# %%
def net(classes):
    """Three convolutions and a decision: (batch, 32, 32, 3) to probabilities (batch, classes)."""
    layers = keras.layers
    small, penalty = keras.initializers.RandomNormal(stddev=0.01), keras.regularizers.L2(0.001)
    first = {"kernel_initializer": small, "kernel_regularizer": penalty, "name": "first"}
    blocks = [layers.Conv2D(16, 7, strides=2, padding="same", use_bias=False, **first)]
    blocks += [layers.BatchNormalization(), layers.ReLU()]  # keeps the maps in a good range; lesson 07 builds it
    for filters in (32, 64):
        blocks += [layers.Conv2D(filters, 3, padding="same", use_bias=False)]
        blocks += [layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D(2)]
    blocks += [layers.GlobalAveragePooling2D(), layers.Dense(classes, activation="softmax")]
    return keras.Sequential([keras.Input((32, 32, 3)), *blocks])


# %%
epochs = training.by_profile(smoke=1, lesson=8, full=30)
learned = {}
for name, (pictures, labels) in tasks.items():
    training.seed(SEED)
    model = net(classes=int(labels.max()) + 1)
    start = model.get_layer("first").get_weights()[0]
    rate = keras.optimizers.schedules.CosineDecay(0.003, epochs * -(-len(pictures) // 64))
    data, adam = (scale(pictures, -1, 1), labels), keras.optimizers.Adam(rate)
    history = training.fit(model, data, epochs=epochs, batch_size=64, optimizer=adam, seed=SEED, verbose=0)
    learned[name] = model.get_layer("first").get_weights()[0]
    print(f"{name}: {history.history['accuracy'][-1]:.0%} of the training images right; epochs: {epochs}")

# %% [markdown]
# An *epoch* is one pass over all images. Here are the filters, first as they started, then as the letters made them,
# then as the places did. Each is scaled to its own largest weight; mid-grey is 0 in all three colours. Look before you
# read on: which would you call an edge, which a colour?

# %%
for name, kernels in {"random": start, **learned}.items():
    plots.filters(kernels / np.abs(kernels).max(axis=(0, 1, 2))).set_title(name)

# %% [markdown]
# It is easy to see in such pictures what one has been told to see. So measure. For each filter we ask three questions,
# and answer each by a share from 0 to 1.
#
# - **One direction.** Take the gradient inside the 7×7 weights, as Sobel takes it in an image. How much of it, in
#   squares, runs along its strongest direction? An edge changes in one direction alone: 1. Without any: 0.5.
# - **Grey.** How much of the squared weights is left if red, green and blue are each replaced by their mean?
# - **One colour.** How much of them is a tint, the same at all 49 places: its mean colour, less the grey in it?
#
# A random filter scores something too. So we let 1,000 of them answer: what only one in twenty of them reaches is the
# bar.

# %%
def shares(kernels):
    """{question: the share of each filter} for kernels (height, width, 3, filters)."""
    down, right = np.gradient(kernels, axis=(0, 1))
    dd, rr, dr = (np.sum(product, axis=(0, 1, 2)) for product in (down * down, right * right, down * right))
    squares = np.sum(kernels**2, axis=(0, 1, 2))
    places = kernels.shape[0] * kernels.shape[1]
    grey = kernels.mean(axis=2)
    tint = kernels.mean(axis=(0, 1)) - kernels.mean(axis=(0, 1, 2))
    return {
        "one direction": 0.5 + np.hypot((dd - rr) / 2, dr) / (dd + rr),
        "grey": 3 * np.sum(grey**2, axis=(0, 1)) / squares,
        "one colour": places * np.sum(tint**2, axis=0) / squares,
    }


chance = shares(np.random.default_rng(0).normal(size=(7, 7, 3, 1000)))
found = {name: shares(kernels) for name, kernels in learned.items()}
for question, values in chance.items():
    bar = np.quantile(values, 0.95)
    print(f"{question}: random {np.median(values):.2f}, bar {bar:.2f}")
    for name in found:
        share = found[name][question]
        print(f"    {name}: median {np.median(share):.2f}, {np.sum(share > bar)} of {len(share)} filters over the bar")

# %% [markdown]
# On the profile `lesson` the two nets differ plainly, and neither looks like chance.
#
# - The filters of the **letters** are close to grey, and most run in one direction: edges and bars, light beside dark.
#   Some do not; they are spots, or still look like noise. Hardly one asks for a colour.
# - The filters of the **places** are coloured: most have a tint all over. Many run in one direction as well, from one
#   colour to another. With some seeds they are fewer than the letters' are, with others as many: it is the colour that
#   tells the two nets apart, not the direction.
#
# So the claim holds, with a condition that is often left out: *a net learns the filters that its task rewards*. Who
# reads letters of any colour needs edges; who tells a flower from the sky is helped by colours. ImageNet asks for both,
# and AlexNet's first layer has both: its authors see filters for directions and frequencies, and coloured spots (their
# figure 3). Theirs are also much smoother than ours: they saw 1.2 million images about 90 times, ours 8,000 for the few
# epochs printed above. (Under the profile `smoke`, one epoch, the two nets have begun to part; do not judge by it.)
#
# Look again at the letters' filters. On the profile `lesson` their light parts are greenish and their dark ones
# purple. Why?

# %%
sizes = np.sqrt(np.mean(learned["letters"] ** 2, axis=(0, 1, 3)))
for colour, size in zip(("red", "green", "blue"), sizes / sizes.sum(), strict=True):
    print(f"{colour:<5} {size:.2f} of the weight")

# %% [markdown]
# On the profile `lesson` they weigh green most and blue least. The course draws its letters lighter or darker by
# *luminance*, 0.299 of red, 0.587 of green and 0.114 of blue, which is how light a colour seems to the eye. Nobody told
# the net. It leans the same way, from examples alone.
#
# Last, the four of the letters' filters with the clearest direction, on the photograph from above. They are not
# Sobel's, but what they do is of the same kind.

# %%
clearest = np.argsort(found["letters"]["one direction"])[-4:]
colours = scale(china, -1, 1)[np.newaxis, 100:300, 150:450]
answers = np.array(keras.ops.conv(colours, learned["letters"][..., clearest]))[0]
plots.images(np.moveaxis(answers, -1, 0), titles=[f"filter {number}" for number in clearest], columns=2);

# %% [markdown]
# ## Recap
#
# - A convolution slides a kernel over an image; each place gives one number, the sum of the products. With the flip it
#   is a convolution in the mathematicians' sense, without it a cross-correlation: that is what Keras computes.
# - A kernel of k fits n − k + 1 times into n pixels.
# - Weights that add up to 1 keep the lightness (blur, sharpen); those that add up to 0 find changes (Sobel, outline).
# - A filter goes through all channels and gives one map. Six filters give six maps.
# - Local connections and shared weights make it cheap, and let the maps move along with the image.
# - Learned filters look like edges and colours, where the task rewards edges and colours.
#
# ## Read next
#
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, 2016, chapter 9: convolution, and why it helps.
# - V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", 2016, arXiv:1603.07285.
# - I. Sobel, "History and Definition of the Sobel Operator", 2014, DOI 10.13140/RG.2.1.1912.4965: on his talk with
#   G. Feldman of 1968.
# - D. Marr, E. Hildreth, "Theory of edge detection", 1980, DOI 10.1098/rspb.1980.0020: why a Gaussian.
# - D. Hubel, T. Wiesel, "Receptive fields, binocular interaction and functional architecture in the cat's visual
#   cortex", *Journal of Physiology* 160, 1962, DOI 10.1113/jphysiol.1962.sp006837.
# - A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012:
#   figure 3 has the filters of the first layer.

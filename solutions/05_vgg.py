# %% [markdown]
# # VGG: small filters, stacked deep
#
# **How deep does a network get, and how good, if all its filters are as small as they can be?**
#
# In 2014 Karen Simonyan and Andrew Zisserman of Oxford's Visual Geometry Group asked what depth alone is worth. They
# kept AlexNet's plan, made every filter 3×3 (in one net some are 1×1), and added layers until it no longer helped: from
# 11 to 19. Their nets came second in that year's ImageNet challenge for naming what is in a picture, and first for
# saying where it is. For years after, others took their features and built on them.
#
# When you have done this lesson you can
#
# - say why two layers of 3×3 are taken for one of 5×5, when that saves weights, and when it does not,
# - build a VGG block, MiniVGG, and all VGG nets from one table,
# - say what depth costs and what it brought,
# - crop training images at a scale or at many, start a deep net from a shallow one, and turn a net of fixed input size
#   into one that takes any.
#
# You need Python and NumPy, and from lesson 02 parameters, multiply-accumulates (MACs) and the receptive field; from
# lesson 04 ReLU, dropout and AlexNet.
#
# Before: 02, 04. Reading: 75 minutes. Running: 3 minutes.

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
from matplotlib.patches import Rectangle
from sklearn.datasets import load_sample_image

from course import analysis, arithmetic, blocks, plots, training
from course.checks import check, explain, hint
from course.data import load, preprocessing, scale
from course.models import BUILDERS
from course.models.vgg import CONFIGURATIONS, FILTERS, FROM_A, fully_convolutional, vgg

SEED = 0
print(training.setup())
training.seed(SEED)
print("profile   ", training.profile())

# %% [markdown]
# ## Two in place of one
#
# AlexNet's first layer has filters of 11×11, its second of 5×5. VGG has none larger than 3×3, the smallest that knows
# left from right and up from down. How can a net see anything large with them? By stacking. The picture shows one row
# of pixels at the bottom, and above it the maps of one layer after another. Follow the lines from the top unit down.
#
# **Predict first.** How many pixels does the top unit of two layers of 3×3 see along the row? And of three layers?

# %%
def draw(axes, kernel_sizes):
    """Draw one unit of the last layer and, below it, all that it sees."""
    count, levels = 1, len(kernel_sizes)
    for level in range(levels, 0, -1):
        size = kernel_sizes[level - 1]
        for place in np.arange(count) - (count - 1) / 2:
            for lower in place + np.arange(size) - (size - 1) / 2:
                axes.plot([place, lower], [level, level - 1], color="0.6", linewidth=0.8, zorder=1)
            axes.plot(place, level, "ko", markersize=7)
        count += size - 1
    axes.plot(np.arange(count) - (count - 1) / 2, np.zeros(count), "ks", markersize=7)
    axes.set(title=f"sees {count} pixels", xlim=(-3.5, 3.5), ylim=(-0.3, 3.3), xticks=[])
    axes.set_yticks(range(levels + 1), ["pixels", *(f"{size}×{size}" for size in kernel_sizes)])


figure, grid = plt.subplots(1, 4, figsize=(9, 2.8), layout="constrained")
for axes, kernel_sizes in zip(grid, ((3, 3), (5,), (3, 3, 3), (7,)), strict=True):
    draw(axes, kernel_sizes)

# %% [markdown]
# A layer of k adds k − 1 pixels to what a unit sees. So two layers of 3×3 see what one of 5×5 sees, and three see what
# one of 7×7 sees.
#
# What do they cost? Take layers with C channels in and C filters, biases left aside. A layer of k×k has k·k·C·C
# weights.
#
# ## Exercise 1: small kernels in a stack
#
# Write `stacked_params(layers, kernel_size, channels)`. A stack has so many layers, all with kernels of
# `kernel_size`×`kernel_size`, strides 1, and `channels` both in and out. Return two whole numbers: the weights of the
# stack, and those of the *single* layer, with the same channels, whose one kernel sees as much as the whole stack.
# Biases are not counted.
#
# **Predict first.** Three layers of 3×3 against one of 7×7: which has more weights, and by what part?

# %% nbgrader={"grade_id": "stacked-params-answer", "solution": true}
def stacked_params(layers, kernel_size, channels):
    """(weights of the stack, weights of the one layer that sees as much)."""
    ### BEGIN SOLUTION
    field = layers * (kernel_size - 1) + 1
    return layers * kernel_size**2 * channels**2, field**2 * channels**2
    ### END SOLUTION


# %% nbgrader={"grade_id": "stacked-params", "grade": true, "locked": true, "points": 2}
check("stacked-params", stacked_params)
### BEGIN HIDDEN TESTS
assert tuple(stacked_params(5, 4, 6)) == (2880, 9216)
assert tuple(stacked_params(6, 3, 10)) == (5400, 16900)
assert tuple(stacked_params(2, 7, 3)) == (882, 1521)
### END HIDDEN TESTS

# %% [markdown]
# Stuck? `hint("stacked-params")` gives one hint; run it again for the next. Once your answer has passed,
# `explain("stacked-params")` tells the reasoning. It is the same for all exercises.

# %%
for layers, size in ((2, 5), (3, 7)):
    stack = layers * arithmetic.conv_params(3, 64, 64, use_bias=False)
    single = arithmetic.conv_params(size, 64, 64, use_bias=False)
    counted = f"{layers} layers of 3×3: {9 * layers}·C·C; one of {size}×{size}: {size**2}·C·C"
    print(f"{counted}, {single / stack - 1:.0%} more")

# %% [markdown]
# So the paper counts (section 2.3). But mind its condition: as many channels in as out. In a net, some layers have
# twice as many filters as channels come in. Below is VGG's configuration B, which has a pair of 3×3 in each of its
# five blocks, beside a net with one 5×5 in place of each pair, which the paper tried too (section 4.1).
#
# **Predict first.** A block that takes C channels to 2C: 9·C·2C + 9·2C·2C weights for the pair. And for the single
# layer of 5×5? Which is less?

# %%
channels, totals = 3, [0, 0]
for number, filters in enumerate(FILTERS, 1):
    sizes = ((3, channels), (3, filters)), ((5, channels),)
    pair, single = (sum(arithmetic.conv_params(k, c, filters, use_bias=False) for k, c in way) for way in sizes)
    print(f"block {number}: {channels:>3} to {filters} channels: pair {pair:>9,}, single {single:>9,}")
    totals, channels = [totals[0] + pair, totals[1] + single], filters
print(f"all five: pairs {totals[0]:,}, singles {totals[1]:,}")

# %% [markdown]
# Where the channels double, the pair has 54·C·C weights and the single layer 50·C·C. The pair is cheaper where the
# width stays, as in block 5. In B that outweighs the rest.
#
# ## What the bend between them is for
#
# After each layer comes a ReLU, max(0, x). Drawn as a curve it is a straight line with one *bend*, at 0. What is the
# bend good for?
#
# A layer without it is *linear*: for a sum of two images it gives the sum of what it gives for each. Two linear layers
# in a row are again linear. So two of 3×3 without ReLU between them must be one of 5×5. We can find its kernel as in
# lesson 01: a single bright pixel brings a kernel out, turned by 180 degrees.
#
# Here the first kernel takes differences along the rows (Sobel's), and the second adds up what is around.

# %%
def slide(image, kernel):
    """What Keras makes of a grey image (height, width) and a kernel, wherever the kernel fits."""
    maps = keras.ops.conv(image[np.newaxis, :, :, np.newaxis], kernel[:, :, np.newaxis, np.newaxis])
    return np.array(maps)[0, :, :, 0]


photograph = load_sample_image("china.jpg")
grey = scale(photograph)[100:260, 150:390].mean(axis=-1)
first, second = np.outer([1, 2, 1], [-1, 0, 1]).astype("float32"), np.ones((3, 3), "float32")
dot = np.zeros((9, 9), "float32")
dot[4, 4] = 1
merged = slide(slide(dot, first), second)[::-1, ::-1]
print(merged.astype(int))
print("largest difference:", np.abs(slide(slide(grey, first), second) - slide(grey, merged)).max().round(5))

# %% [markdown]
# One kernel of 5×5 does the work of both. The other way round it does not go: 9 + 9 weights cannot make every table of
# 25. So stacked *linear* layers gain nothing and can do less.
#
# Now set a ReLU between them: `maximum(…, 0)`. It keeps the edges that get brighter to the right, and drops the others
# before they are added up. How near can a single kernel of 5×5, with a bias, come to that? *Least squares* finds the
# best one of all. We measure what it misses as a part of the variance: 0 % is all right, 100 % is no better than a
# constant.

# %%
bent = slide(np.maximum(slide(grey, first), 0), second)
windows = np.lib.stride_tricks.sliding_window_view(grey, (5, 5)).reshape(-1, 25)
with_bias = np.column_stack([windows, np.ones(len(windows))])
for name, wanted in {"without ReLU": slide(slide(grey, first), second), "with ReLU": bent}.items():
    best = with_bias @ np.linalg.lstsq(with_bias, wanted.ravel(), rcond=None)[0]
    print(f"{name}: the best 5×5 misses {np.var(wanted.ravel() - best) / np.var(wanted):.0%} of the variance")
pictures = {"the photograph": grey[2:-2, 2:-2], "pair with ReLU": bent, "best single 5×5": best.reshape(bent.shape)}
scaled = [(picture - picture.min()) / np.ptp(picture) for picture in pictures.values()]
plots.images(np.stack(scaled), titles=list(pictures), columns=3);

# %% [markdown]
# No table of 25 weights does what the pair does, with 18. That is the paper's argument for stacking: more bends, so
# that the net can tell more apart, and fewer weights, which it calls a *regularisation* of the larger filter.
#
# ## The block
#
# VGG puts convolutions into blocks. Three rules make one:
#
# - all kernels are 3×3 with strides 1, padded by `"same"`, with a ReLU after each. So the size of the map stays, and
#   there can be as many in a row as one likes;
# - all layers of a block have the same number of filters;
# - max pooling of 2×2 with strides 2 ends it, and halves height and width.
#
# In the next block the filters double, from 64 up to 512, and then stay.
#
# **Predict first.** An image of 224×224×3 goes through five blocks with 64, 128, 256, 512 and 512 filters. What is the
# shape after each? Write the five down.

# %%
with tf.Graph().as_default():  # Keras notes shapes, and makes no weights
    x = keras.Input((224, 224, 3))
    for number, filters in enumerate(FILTERS, 1):
        x = blocks.vgg_block(x, filters, kernel_sizes=(3, 3), number=number)
        print(f"after block {number}: {x.shape[1]}×{x.shape[2]}×{x.shape[3]}")

# %% [markdown]
# Why double? A pooling leaves a quarter of the places. With twice the channels in and twice the filters, a layer has
# four times the weights, and so as many MACs as the layers before it.
#
# ## Exercise 2: a VGG block
#
# Write `vgg_block(x, filters, layers)`. `x` is a tensor `(batch, height, width, channels)`, and the function returns
# one: what so many layers of 3×3 and a pooling make of it, by the three rules. Each layer is a new one, with weights
# and biases of its own.

# %% nbgrader={"grade_id": "vgg-block-answer", "solution": true}
def vgg_block(x, filters, layers):
    """So many 3×3 convolutions with ReLU, then max pooling that halves height and width."""
    ### BEGIN SOLUTION
    for _ in range(layers):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return keras.layers.MaxPooling2D(2)(x)
    ### END SOLUTION


# %% nbgrader={"grade_id": "vgg-block", "grade": true, "locked": true, "points": 3}
check("vgg-block", vgg_block)
### BEGIN HIDDEN TESTS
block_input = keras.Input((20, 14, 5))
block_net = keras.Model(block_input, vgg_block(block_input, 11, 5))
assert block_net.output.shape == (None, 10, 7, 11)
assert block_net.count_params() == (9 * 5 * 11 + 11) + 4 * (9 * 11 * 11 + 11)
### END HIDDEN TESTS

# %% [markdown]
# ## Does it hold? Pairs of 3×3 against single 5×5
#
# Simonyan and Zisserman compared their configuration B with the net that has one 5×5 in place of each pair. On
# ImageNet the shallow net's top-1 error was 7 points higher (section 4.1). *Top-1 error* is the share of images whose
# most probable class is wrong; *top-5 error*, of those whose class is not among the five most probable.
#
# We try it small, on letters on photographs: the course's `glyphs`, ten letters, 32×32 pixels (the profile `full` takes
# CIFAR-10). The fonts and the parts of the photographs of the test images do not occur among the training images.

# %%
DATA = training.by_profile(smoke="glyphs/easy_32", lesson="glyphs/easy_32", full="cifar10")
COUNT = training.by_profile(smoke=500, lesson=4000, full=None)  # None: all of them
(train, test), info = load(DATA, split=["train", "test"], batch_size=-1, with_info=True)
(train_images, train_labels), (test_images, test_labels) = ([part[:COUNT] for part in pair] for pair in (train, test))
names = info.features["label"].names
x_train, x_test = scale(train_images, -1, 1), scale(test_images, -1, 1)
print(info.full_name, " training:", x_train.shape, " test:", x_test.shape)
plots.images(train_images[:8], titles=[names[label] for label in train_labels[:8]]);

# %% [markdown]
# Both nets begin with the same layer: 3×3, strides 2, which brings three colours to 32 channels and 32×32 pixels to
# 16×16, to save time. Then come three blocks, each with the same 32 channels in and out: so the paper's 18·C·C against
# 25·C·C holds exactly. `blocks.conv` is a convolution padded by `"same"`, with a ReLU. Two small fully connected layers
# end both. The weights start by a rule called `he_normal`; a later section says why a start matters.

# %%
def small_net(kernel_sizes, filters=32):
    """(batch, 32, 32, 3) to ten probabilities: a first layer, three blocks, two fully connected layers."""
    x = inputs = keras.Input((32, 32, 3))
    x = blocks.conv(x, filters, 3, strides=2, kernel_initializer="he_normal", name="first")
    for number in (1, 2, 3):
        for i, kernel_size in enumerate(kernel_sizes, 1):
            x = blocks.conv(x, filters, kernel_size, kernel_initializer="he_normal", name=f"conv{number}_{i}")
        x = blocks.max_pool(x, 2, name=f"pool{number}")
    x = blocks.flatten(x)
    x = keras.layers.Dense(64, activation="relu", name="fc6")(x)
    x = keras.layers.Dense(10, name="fc7")(x)
    return keras.Model(inputs, keras.layers.Activation("softmax", name="softmax")(x))


ways, weights = {"pairs of 3×3": (3, 3), "single 5×5": (5,)}, {}
for name, kernel_sizes in ways.items():
    convolutions = [row for row in analysis.table(small_net(kernel_sizes)).rows if row.kind == "Conv2D"]
    field, macs = convolutions[-1].receptive_field[0], sum(row.macs for row in convolutions)
    weights[name] = sum(row.parameters - row.output_shape[-1] for row in convolutions[1:])  # less a bias a filter
    print(f"{name:<13}: the last layer sees {field}×{field}, {weights[name]:,} weights in the blocks, {macs:,} MACs")
print(f"the pairs have {1 - weights['pairs of 3×3'] / weights['single 5×5']:.0%} fewer weights")

# %% [markdown]
# The same view, fewer weights and fewer MACs; and in the blocks twice as many bends.
#
# **Predict first.** Which will do better on the test images? By how much: one point, seven, or none that you can tell
# from chance? Each net is trained three times from different random weights, to see how much chance makes.

# %%
epochs = training.by_profile(smoke=1, lesson=5, full=60)
starts = training.by_profile(smoke=1, lesson=3, full=3)
accuracies, trained = {name: [] for name in ways}, {}
for seed in range(starts * SEED, starts * SEED + starts):
    for name, kernel_sizes in ways.items():
        training.seed(seed)
        model = trained[name] = small_net(kernel_sizes)
        rate = keras.optimizers.schedules.CosineDecay(0.002, epochs * -(-len(x_train) // 32))
        settings = {"epochs": epochs, "optimizer": keras.optimizers.Adam(rate), "seed": seed, "verbose": 0}
        history = training.fit(model, (x_train, train_labels), **settings)
        guesses = model.predict(x_test, verbose=0, batch_size=250).argmax(-1)
        accuracies[name].append(100 * np.mean(guesses == test_labels))
        right = f"{100 * history.history['accuracy'][-1]:.1f} % of the training images right"
        print(f"{name:<13}, start {seed}: {right}, {accuracies[name][-1]:.1f} % of the test images")

# %%
for name, values in accuracies.items():
    ends = f"from {min(values):.1f} to {max(values):.1f}"
    print(f"{name:<13}: {np.mean(values):.1f} % of the test images on average, {ends}")
lead = np.mean(accuracies["pairs of 3×3"]) - np.mean(accuracies["single 5×5"])
spread = max(np.ptp(values) for values in accuracies.values())
print(f"the pairs are {lead:+.1f} points ahead; the start alone makes up to {spread:.1f} points; epochs: {epochs}")

# %% [markdown]
# Compare the lead with what the start alone makes. Each pair of lines above is one comparison, and by itself it would
# mislead: a net may be ahead with one start and behind with the next. Three starts are few, too. So what can be said is
# this. Under the profile `lesson` both nets learn nearly all training images and read more than nine in ten of the
# test images, and on average the pairs are not behind by more than three points. They have fewer weights and do less
# work for it. That much of the claim holds here.
#
# What does *not* show is the paper's seven points, and this experiment cannot show them: nets that learn all their
# training images have no use for more bends. ImageNet has a thousand classes, and there the shallow net was not up to
# it. Nor does it hold at every moment. The deeper net is slower to begin: take `glyphs/medium_32`, which is harder, for
# as few epochs, and the pairs may well be behind. (Under `smoke`, one epoch of 500 images, neither net has learned
# anything yet.)
#
# ## MiniVGG
#
# A small net by the same pattern, for images of 32×32, is MiniVGG (from A. Rosebrock's book of 2017, not from a paper).
# It has two things that VGG has not. *Batch normalisation* brings each map's values to mean 0 and variance 1 over a
# batch, and then gives the map a scale and an offset that are learned; lesson 07 builds it. It came in 2015, after
# VGG. And there is dropout after each pooling, not only between the fully connected layers. In order:
#
# | part | layers |
# |---|---|
# | block 1 | twice: 3×3 convolution of 32 filters with ReLU, batch normalisation. Then max pooling 2×2, dropout 0.25 |
# | block 2 | twice: 3×3 convolution of 64 filters with ReLU, batch normalisation. Then max pooling 2×2, dropout 0.25 |
# | end | flatten; 512 units with ReLU, batch normalisation, dropout 0.5; 10 units, softmax |
#
# The normalisation stands *after* the ReLU here. Most nets, ResNet among them, have it before. All padding is
# `"same"`, and all convolutions and fully connected layers have biases.
#
# **Predict first.** What shape goes into `Flatten`? And which one layer has more than nine tenths of the parameters?
#
# ## Exercise 3: MiniVGG
#
# Write `build_minivgg()`. It returns a `keras.Model` from `(batch, 32, 32, 3)` to ten probabilities, with the layers of
# the table. Keras has `keras.layers.BatchNormalization()` and `keras.layers.Dropout(rate)`.

# %% nbgrader={"grade_id": "minivgg-answer", "solution": true}
def build_minivgg():
    """MiniVGG: 32×32×3 to ten probabilities."""
    ### BEGIN SOLUTION
    x = inputs = keras.Input((32, 32, 3))
    for filters in (32, 64):
        for _ in range(2):
            x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
            x = keras.layers.BatchNormalization()(x)
        x = keras.layers.MaxPooling2D(2)(x)
        x = keras.layers.Dropout(0.25)(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(512, activation="relu")(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Dropout(0.5)(x)
    return keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(x))
    ### END SOLUTION


# %% nbgrader={"grade_id": "minivgg", "grade": true, "locked": true, "points": 3}
check("minivgg", build_minivgg)

# %% [markdown]
# Here is the course's own, as a table.

# %%
analysis.table(BUILDERS["minivgg"]())

# %% [markdown]
# Two poolings leave 8×8×64 = 4,096 values, and each is joined to each of 512 units. The convolutions do most of the
# work, and the first fully connected layer has nearly all the parameters: what lesson 02 found in VGG-16 holds here.
#
# Training it takes a GPU to be quick. So the next cell trains it under the profile `full` alone, on CIFAR-10: 60,000
# photographs of 32×32 pixels in ten classes, from aeroplane to lorry. It follows the course's recipe, in 40 epochs.

# %%
if training.profile() == "full":
    mini, data = BUILDERS["minivgg"](), {"train": (x_train, train_labels), "validation": (x_test, test_labels)}
    plots.training_curves(training.fit(mini, **data, recipe="minivgg", seed=SEED, verbose=2))
else:
    print("not trained under the profile", training.profile())

# %% [markdown]
# ## Six nets in one table
#
# The paper's table 1 has six columns: A, A-LRN, B, C, D and E. All have five blocks of 64, 128, 256, 512 and 512
# filters. They differ in what stands in a block. The course keeps the table as data: for each block a list of kernel
# sizes, one a convolution. LRN is local response normalisation (lesson 04).
#
# **Predict first.** *Depth* counts the layers that have weights: convolutions and fully connected layers, no poolings.
# D is known as VGG-16, and E as VGG-19. All six end with three fully connected layers. How deep are A, B and C?

# %%
def depth(name):
    """How many layers with weights a configuration has."""
    return sum(kernel != "LRN" for block in CONFIGURATIONS[name] for kernel in block) + 3


print(f"{'filters':<7}" + "".join(f"{filters:>13}" for filters in FILTERS) + f"{'depth':>7}")
for name, rows in CONFIGURATIONS.items():
    print(f"{name:<7}" + "".join(f"{' '.join(map(str, block)):>13}" for block in rows) + f"{depth(name):>7}")

# %% [markdown]
# Look at C. The third convolution of its last three blocks is 1×1: it sees a single place. It takes 256 channels to
# 256, or 512 to 512, so it does not make the map thinner, as NiN's and GoogLeNet's do (lesson 06). What it adds is a
# ReLU: C asks whether it is the bends that help. D has 3×3 in the same places.
#
# ## Exercise 4: VGG from a configuration
#
# Write `build_vgg(configuration)` for "A", "B", "C", "D" and "E". It returns a `keras.Model` from `(batch, 224, 224,
# 3)` to 1,000 probabilities: the five blocks of the table above, ReLU after each convolution; then flatten, and fully
# connected layers of 4,096, 4,096 and 1,000. The first two have ReLU, each followed by dropout of 0.5; the last has
# softmax. The end is AlexNet's. You may read the table from `CONFIGURATIONS`, as the cell above does, and the filters
# from `FILTERS`.
#
# The check looks at the layers alone: it builds your net as we did above, without weights.

# %% nbgrader={"grade_id": "vgg-answer", "solution": true}
def build_vgg(configuration):
    """VGG in the configuration "A", "B", "C", "D" or "E": 224×224×3 to 1,000 probabilities."""
    ### BEGIN SOLUTION
    x = inputs = keras.Input((224, 224, 3))
    for filters, kernel_sizes in zip(FILTERS, CONFIGURATIONS[configuration], strict=True):
        for kernel_size in kernel_sizes:
            x = keras.layers.Conv2D(filters, kernel_size, padding="same", activation="relu")(x)
        x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.Flatten()(x)
    for _ in range(2):
        x = keras.layers.Dense(4096, activation="relu")(x)
        x = keras.layers.Dropout(0.5)(x)
    return keras.Model(inputs, keras.layers.Dense(1000, activation="softmax")(x))
    ### END SOLUTION


# %% nbgrader={"grade_id": "vgg", "grade": true, "locked": true, "points": 4}
check("vgg", build_vgg)
### BEGIN HIDDEN TESTS
with tf.Graph().as_default():
    assert build_vgg("B").count_params() == 133_047_848
    assert build_vgg("C").count_params() == 133_638_952
    assert build_vgg("E").count_params() == 143_667_240
### END HIDDEN TESTS

# %% [markdown]
# ## What depth costs
#
# **Predict first.** E has eight layers more than A. Does it have eight elevenths more parameters? And how much more
# work is it?

# %%
for name in CONFIGURATIONS:
    with tf.Graph().as_default():
        table = analysis.table(vgg(configuration=name))
    connected = sum(row.parameters for row in table.rows if row.kind == "Dense")
    rows = [row for row in table.rows if row.kind in ("InputLayer", "Conv2D", "MaxPooling2D", "Dense")]
    outputs = sum(row.memory for row in rows) // 4  # float32 takes four bytes a number
    costs = f"{table.total.parameters:>11,} parameters, {connected / table.total.parameters:.0%} fully connected"
    work = f"{table.total.macs / 1e9:4.1f} billion MACs; {outputs:,} outputs, {outputs * 4 / 2**20:.1f} MiB"
    print(f"{name:<5} {costs}; {work}")

# %% [markdown]
# The parameters hardly grow, since most of them are in the same three layers at the end. The paper's table 2 has 133 to
# 144 million. The work grows more than two and a half times. D, VGG-16, gives 15,237,608 numbers for one image, 58.1
# MiB. (Normalisation, dropout and softmax are left out here.) A table that is often copied says 24 million; it does not
# follow from its own rows, as lesson 02 says.
#
# ## What depth brought
#
# Here are the paper's single nets on ImageNet's validation images (its table 3), top-1 and top-5 error in percent. *S*
# says at which size the training images were taken: the next section explains it.
#
# | net | depth | S = 256 | S = 384 | S from 256 to 512 |
# |---|---:|---:|---:|---:|
# | A | 11 | 29.6 / 10.4 | | |
# | A-LRN | 11 | 29.7 / 10.5 | | |
# | B | 13 | 28.7 / 9.9 | | |
# | C | 16 | 28.1 / 9.4 | 28.1 / 9.3 | 27.3 / 8.8 |
# | D | 16 | 27.0 / 8.8 | 26.8 / 8.7 | 25.6 / 8.1 |
# | E | 19 | 27.3 / 9.0 | 26.9 / 8.7 | 25.5 / 8.0 |

# %%
fixed = {"A": 29.6, "B": 28.7, "C": 28.1, "D": 27.0, "E": 27.3}
jittered = {"C": 27.3, "D": 25.6, "E": 25.5}
figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
for errors, style, label in ((fixed, "ko-", "S = 256"), (jittered, "ks:", "S from 256 to 512")):
    line = [name for name in errors if name != "C"]
    axes.plot([depth(name) for name in line], [errors[name] for name in line], style, label=label)
    axes.plot(depth("C"), errors["C"], style[:2], fillstyle="none")
    for name, error in errors.items():
        axes.annotate(name, (depth(name), error), xytext=(7, 4), textcoords="offset points")
axes.plot(depth("A-LRN"), 29.7, "k+")
axes.annotate("A-LRN", (depth("A-LRN"), 29.7), xytext=(-44, 2), textcoords="offset points")
axes.set(xlabel="layers with weights", ylabel="top-1 error, %")
axes.set(xticks=[11, 13, 16, 19], xlim=(9.5, 20), ylim=(25, 30.3))
axes.legend(title="table 3");

# %% [markdown]
# Four comparisons are in it.
#
# - **A against A-LRN.** Local response normalisation does not help. AlexNet's authors had found 1.4 points; the deeper
#   nets here leave it out.
# - **B, C, D.** C has three bends more than B, and is better: bends help. D, as deep as C, is better still: it also
#   matters to see the neighbours.
# - **A, B, D.** With 3×3 layers alone, depth helps at each step: 11, 13, 16.
# - **D against E.** With one size of training images 19 layers are no better than 16, here even slightly worse. With
#   many sizes they are ahead by 0.1. On these data, by this way of training, depth has done what it can do.
#
# ## Training at a scale, or at many
#
# The net takes 224×224 pixels; photographs are larger, and not square. VGG makes the *shorter* side S pixels long,
# keeps the shape, and cuts 224×224 out at a random place, mirrored half of the times. S is called the training scale.

# %%
figure, grid = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained", sharex=True, sharey=True)
for axes, size in zip(grid, (256, 512), strict=True):
    rescaled = preprocessing.rescale_shorter_side(photograph, size).numpy()
    height, width = rescaled.shape[:2]
    axes.imshow(rescaled, extent=(0, width, height, 0))
    corner = (width - 224) / 2, (height - 224) / 2
    axes.add_patch(Rectangle(corner, 224, 224, fill=False, edgecolor="white", linewidth=2))
    axes.set(title=f"S = {size}: {height}×{width} pixels", xlim=(0, 768), ylim=(512, 0))

# %% [markdown]
# The frame is one crop. With S = 256 it holds most of the picture, with S = 512 a small part, at twice the size. So S
# decides how large things look to the net. (The photograph is china.jpg by danielbuechele, CC BY 2.0.)
#
# *Scale jitter* draws S anew for each image and each time, from 256 to 512. Things then come in many sizes.

# %%
crops, titles = [], []
for number in range(8):
    place, size, side = ((SEED, 3 * number + i) for i in range(3))  # each draw has a seed of its own
    rescaled = preprocessing.jitter_shorter_side(photograph, 256, 512, seed=size)
    crop = preprocessing.random_crop(rescaled, 224, seed=place)
    crops.append(preprocessing.random_flip(crop, seed=side))
    titles.append(f"S = {min(rescaled.shape[:2])}")
plots.images(np.stack(crops), titles=titles, columns=4);

# %% [markdown]
# Against S = 256 it takes 1.4 points off D's top-1 error and 1.8 off E's (table 3).
#
# The rest of the recipe is AlexNet's, nearly (section 3.1): batches of 256, momentum of 0.9, a learning rate of 0.01
# that is divided by 10 three times, a weight decay of 0.0005 (a pull of all weights towards 0), dropout of 0.5, and a
# random change of colour. It took 74 epochs: 370,000 batches.
#
# ## Exercise 5: rescale to the shorter side
#
# Write `rescale_shorter_side(height, width, shorter_side)`. It returns the new `(height, width)`: the shorter side
# becomes `shorter_side`, the other one keeps the shape and is rounded to the nearest whole number. Small images are
# enlarged by the same rule.
#
# **Predict first.** What becomes of 375×500 with S = 256?

# %% nbgrader={"grade_id": "rescale-shorter-side-answer", "solution": true}
def rescale_shorter_side(height, width, shorter_side):
    """The new (height, width) of an image whose shorter side becomes shorter_side."""
    ### BEGIN SOLUTION
    factor = shorter_side / min(height, width)
    return round(height * factor), round(width * factor)
    ### END SOLUTION


# %% nbgrader={"grade_id": "rescale-shorter-side", "grade": true, "locked": true, "points": 1}
check("rescale-shorter-side", rescale_shorter_side)
### BEGIN HIDDEN TESTS
assert tuple(rescale_shorter_side(427, 640, 256)) == (256, 384)
assert tuple(rescale_shorter_side(91, 57, 224)) == (358, 224)
assert tuple(rescale_shorter_side(1200, 1600, 480)) == (480, 640)
### END HIDDEN TESTS

# %% [markdown]
# ## How to begin with so many layers
#
# VGG's weights were drawn from a normal distribution with mean 0 and variance 0.01, so a standard deviation of 0.1,
# for layers of all widths (section 3.1). A could be trained from there. The deeper nets stalled. What goes wrong? We
# send a piece of the photograph through A's eight convolutions and D's thirteen, untrained, and measure how large the
# numbers are after each. Beside the paper's start stand two rules that fit the standard deviation to the layer:
# Glorot and Bengio's of 2010, and that of He and others of 2015.
#
# **Predict first.** conv5_2 has 512 channels in and 3×3 kernels: each output is a sum of 4,608 products. With weights
# of about ±0.1, is it larger or smaller than the inputs?

# %%
patch = scale(photograph, -1, 1)[np.newaxis, 150:214:2, 200:264:2]
rules = {
    "N(0, 0.1²)": lambda: keras.initializers.RandomNormal(stddev=0.1),
    "Glorot": keras.initializers.GlorotNormal,
    "He": keras.initializers.HeNormal,
}


def sizes_of_outputs(net, start):
    """The standard deviation of what each convolution gives for the patch, its weights drawn by a start."""
    convolutions = [layer for layer in net.layers if isinstance(layer, keras.layers.Conv2D)]
    for layer in convolutions:
        layer.kernel.assign(start()(layer.kernel.shape))
    return [float(np.std(maps)) for maps in keras.Model(net.input, [layer.output for layer in convolutions])(patch)]


training.seed(SEED)
growth = {}
for configuration in "AD":
    net = vgg((32, 32, 3), configuration=configuration, include_top=False)
    growth |= {(configuration, name): sizes_of_outputs(net, start) for name, start in rules.items()}

# %%
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
marks = {"N(0, 0.1²)": "o", "Glorot": "s", "He": "^"}
for (configuration, name), values in growth.items():
    line, fill = ("k-", "full") if configuration == "D" else ("k:", "none")
    axes.plot(range(1, len(values) + 1), values, line + marks[name], fillstyle=fill, label=f"{configuration}, {name}")
    print(f"{configuration}, {name:<10}: {np.std(patch):.2f} in the image, {values[-1]:.2g} after the last convolution")
print(f"D ends {growth['D', 'N(0, 0.1²)'][-1] / growth['A', 'N(0, 0.1²)'][-1]:.0f} times as large as A")
axes.set(xlabel="convolution", ylabel="standard deviation of its outputs", yscale="log")
axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5));

# %% [markdown]
# With 0.1 for all layers the numbers grow, the more the wider the layer, and D's five layers more add to it. On the way
# back, where training computes how each weight has to move, there are the same kind of sums, and they grow too: steps
# that are small enough for one layer are far too large for another. Glorot's rule lets the numbers fade slowly, He's
# holds them far longer.
#
# The paper's remedy: train A first. Then start B to E with A's **first four convolutions and its three fully connected
# layers**, and the layers between from random weights. All of them are trained on. After submitting it, the authors
# found that Glorot's rule does without this.
#
# Which are the first four? Their names say it: `conv3_2` is the second convolution of block 3.

# %%
for name in "AD":
    with tf.Graph().as_default():
        net = vgg(configuration=name)
    shapes = {layer.name: tuple(layer.kernel.shape) for layer in net.layers if layer.weights}
    print(f"{name}: " + ", ".join(f"[{layer}]" if layer in FROM_A else layer for layer in shapes))
print("in brackets: what starts from A")

# %% [markdown]
# A name says the place in the block. A's second convolution is `conv2_1`, since its first block has but one; D has
# `conv1_2` between.
#
# ## Exercise 6: start from A
#
# Write `initialise_from_a(model, a)`. `a` is a net A, `model` a B, C, D or E, and both name their layers as above,
# from `conv1_1` to `fc8`. Set the weights of the seven layers of `model` to those of `a`. Everything else stays as it
# is, `a` too, and all layers stay trainable. Nothing need be returned.
#
# `model.get_layer(name)` finds a layer; `get_weights()` gives its arrays, and `set_weights(arrays)` takes such.

# %% nbgrader={"grade_id": "initialise-from-a-answer", "solution": true}
def initialise_from_a(model, a):
    """Start a deeper VGG from A's first four convolutions and its three fully connected layers."""
    ### BEGIN SOLUTION
    for name in ("conv1_1", "conv2_1", "conv3_1", "conv3_2", "fc6", "fc7", "fc8"):
        model.get_layer(name).set_weights(a.get_layer(name).get_weights())
    ### END SOLUTION


# %% nbgrader={"grade_id": "initialise-from-a", "grade": true, "locked": true, "points": 2}
check("initialise-from-a", initialise_from_a)

# %% [markdown]
# ## Testing on the whole image: dense evaluation
#
# To test, AlexNet cuts ten crops out of an image, runs the net ten times, and takes the mean. The crops overlap, and
# what they share is computed again and again. VGG can do it in one pass.
#
# The convolutions take any size: they slide. What fixes the size is the first fully connected layer, fc6, which expects
# 7×7×512 values. But think what one of its units does: it has a weight for each place and channel of the 7×7×512, and
# adds up the products. A filter of 7×7 does that too. Where it has only one place to stand, it gives the same number.
# So fc6 becomes a **convolution of 7×7**. The other two, which see one place, become **convolutions of 1×1**. On a
# larger image, the filter has more places to stand, and gives a *map* of scores for each class.
#
# **Predict first.** VGG's five poolings divide each side by 32. How many scores a class come out for an image of
# 224×224? Of 256×256? Of 384×512?

# %%
for height, width in ((224, 224), (256, 256), (384, 512)):
    rows, columns = (arithmetic.conv_output_size(side // 32, kernel_size=7) for side in (height, width))
    print(f"{height}×{width}: fc6 sees {height // 32}×{width // 32}, {rows}×{columns} scores a class")

# %% [markdown]
# The scores of each class are averaged over the map, and softmax comes last. Such a net has no fully connected layer
# left: it is *fully convolutional*.
#
# ## Exercise 7: a fully connected layer as a convolution
#
# Write `dense_to_convolution(weights, height, width)`. `weights` are those of a fully connected layer behind `Flatten`,
# an array `(height · width · channels, units)`. Return the kernel `(height, width, channels, units)` with which a
# `"valid"` convolution computes the same. `Flatten` reads a map as NumPy's `reshape` does: row by row; in a row column
# by column; and at each place channel by channel.

# %% nbgrader={"grade_id": "dense-to-convolution-answer", "solution": true}
def dense_to_convolution(weights, height, width):
    """The kernel (height, width, channels, units) of a fully connected layer behind Flatten."""
    ### BEGIN SOLUTION
    return weights.reshape(height, width, -1, weights.shape[1])
    ### END SOLUTION


# %% nbgrader={"grade_id": "dense-to-convolution", "grade": true, "locked": true, "points": 2}
check("dense-to-convolution", dense_to_convolution)
### BEGIN HIDDEN TESTS
some_maps = np.random.default_rng(5).normal(size=(2, 5, 3, 7)).astype("float32")
some_weights = np.random.default_rng(6).normal(size=(5 * 3 * 7, 4)).astype("float32")
some_kernel = np.asarray(dense_to_convolution(some_weights, 5, 3))
assert some_kernel.shape == (5, 3, 7, 4)
same = np.array(keras.ops.conv(some_maps, some_kernel))[:, 0, 0]
assert np.allclose(same, some_maps.reshape(2, -1) @ some_weights, atol=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# The course's `fully_convolutional` does it for a whole net whose layers are named as here. Take the net of pairs that
# we trained above. Its fc6 sees 2×2 places. First the images it knows the size of; then four test images side by side,
# 32×128 pixels, which the net before could not take at all.

# %%
dense = trained["pairs of 3×3"]
convolutional = fully_convolutional(dense)
for name in ("fc6", "fc7"):
    print(name, dense.get_layer(name).kernel.shape, "→", convolutional.get_layer(name).kernel.shape)
gap = np.abs(np.array(dense(x_test[:100])) - np.array(convolutional(x_test[:100]))).max()
print("largest difference of the probabilities, 100 images:", f"{gap:.0e}" if gap else "0")

strip = np.concatenate(list(test_images[:4]), axis=1)
to_scores = keras.Model(convolutional.input, convolutional.get_layer("fc7").output)
scores = np.array(to_scores(scale(strip, -1, 1)[np.newaxis]))[0]
print("image", strip.shape, "→ scores", scores.shape)

# %%
classes = np.array(keras.ops.softmax(scores))[0]  # (places, classes): probabilities at each place
figure, grid = plt.subplots(2, 1, figsize=(8, 4.6), layout="constrained", sharex=True)
grid[0].imshow(strip, extent=(0, 128, 32, 0), aspect="auto")
grid[0].set(title="four test images in a row: " + ", ".join(names[label] for label in test_labels[:4]), yticks=[])
ends = np.arange(len(classes) + 1) * 16 + 8
edges = {"edgecolor": "0.9", "linewidth": 0.5}
picture = grid[1].pcolormesh(ends, np.arange(11) - 0.5, classes.T, cmap="Greys", vmin=0, vmax=1, **edges)
grid[1].set(xlabel="middle of the window, pixels", ylabel="class", xticks=range(0, 129, 16))
grid[1].set_yticks(range(10), names)
grid[1].invert_yaxis()
figure.colorbar(picture, ax=grid[1], label="probability");

# %% [markdown]
# Each column of the lower picture is the net's answer for a window of 32 pixels, 16 further on than the last. The
# first, third, fifth and seventh stand on one image each; those between lie across two. (The answers are not quite
# those of single crops: at a crop's border a convolution sees zeros, and here it sees the neighbour.)
# (Under `smoke` all is grey: the net has learned nothing yet.)
#
# VGG's last step is the mean of such a map. The test image's shorter side is Q, the *test scale*, and need not be S.
# Table 4 takes the mean over several Q, too: three sizes around S, or 256, 384 and 512 after scale jitter. There D and
# E reach the same 24.8 % top-1 and 7.5 % top-5 error, from 25.6 and 25.5 with one Q. The paper tried crops as well: a
# bit more exact, and much slower.
#
# Nets that give a map of classes, for each pixel even, are what lesson 09 is about.
#
# ## Recap
#
# - Two layers of 3×3 see what one of 5×5 sees, three see 7×7. With C channels in and out they have 18·C·C against
#   25·C·C weights, and 27·C·C against 49·C·C; where a block doubles the channels, a pair saves nothing.
# - Without a ReLU between, two layers are one. The bend is what makes the pair more than a 5×5.
# - A block keeps the size, then halves it; filters double up to 512. Six nets are one table, and depth counts layers
#   with weights.
# - Depth costs work here, hardly parameters: these sit in fc6. It paid up to 16 layers; 19 are about as good,
#   and slightly ahead with scale jitter.
# - A deep net must begin well: from a trained shallow one, or with weights whose size fits the layer.
# - A fully connected layer is a convolution as large as the map it sees; so a net can look at images of any size.
#
# ## Read next
#
# - K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2015,
#   arXiv:1409.1556. Section 2.3 argues for small filters, section 3 tells how to train and test, tables 1 to 4 are
#   above.
# - X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010: how large
#   weights should start. K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers", 2015, arXiv:1502.01852: the
#   same for ReLU, section 2.2.
# - P. Sermanet and others, "OverFeat: Integrated Recognition, Localization and Detection using Convolutional Networks",
#   2014, arXiv:1312.6229: dense evaluation, section 3.
# - S. Ioffe, C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
#   Shift", 2015, arXiv:1502.03167: what MiniVGG has and VGG has not.

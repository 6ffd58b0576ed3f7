# %% [markdown]
# # GoogLeNet: several sizes at once, at a small cost
#
# **How can a network become deeper and wider, and still do with few parameters?**
#
# In 2013 Min Lin, Qiang Chen and Shuicheng Yan put a small network into each place of a convolution: "Network In
# Network", NiN. A year later Christian Szegedy and eight colleagues built a net of 22 layers on the same idea. They
# named it GoogLeNet, in homage to LeNet. It won the classification task of ILSVRC 2014, the yearly contest on
# ImageNet: 1.2 million photographs in 1,000 classes.
#
# When you have done this lesson you can
#
# - say what a 1×1 convolution computes, and what it is good for,
# - build NiN's block and GoogLeNet's Inception module, and GoogLeNet from its table,
# - compute what a bottleneck saves, and test whether it costs accuracy,
# - say what auxiliary heads are, when they count and when they do not.
#
# You need Python and NumPy, and from the lessons before: convolution, pooling and padding, parameters and
# multiply-accumulates (MACs), and how VGG stacks its layers.
#
# Before: 02, 05. Reading: 75 minutes. Running: 2 minutes.

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
import time
from functools import partial

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_sample_image

from course import analysis, arithmetic, blocks, plots, training
from course.checks import check, explain, hint
from course.data import load, scale
from course.layers import LocalResponseNormalization
from course.models import BUILDERS
from course.models.googlenet import INCEPTION

SEED = 0
rng = np.random.default_rng(SEED)
training.seed(SEED)
print(training.setup())
print("profile", training.profile())

# %% [markdown]
# ## A kernel of one pixel
#
# A kernel of 1×1 sees one pixel. That sounds useless: it finds no edge and no corner. But a pixel has channels, and a
# filter goes through all of them. So a 1×1 convolution takes the channels of one pixel and mixes them into new
# channels. It does so at every pixel, with the same weights.
#
# **Predict first.** A map is 32×32 with 64 channels. A 1×1 convolution with 16 filters follows. What is the shape of
# its output, and how many weights has it, biases left aside? Write both down, then run the next cell.

# %%
maps = rng.normal(size=(1, 32, 32, 64)).astype("float32")
one_by_one = layers.Conv2D(16, kernel_size=1, use_bias=False)
mixed = one_by_one(maps)
print("in: ", maps.shape, " out:", tuple(mixed.shape), " weights:", tuple(one_by_one.kernel.shape), "=", 64 * 16)

# %% [markdown]
# Height and width stay; channels go from 64 to 16. The 64·16 weights are a matrix. At each pixel the output is the
# pixel's 64 numbers times this matrix: a fully connected layer, applied to each pixel by itself. Keras's `Dense` does
# the same on the last axis. All three agree:

# %%
matrix = one_by_one.get_weights()[0][0, 0]  # (64, 16)
dense = layers.Dense(16, use_bias=False)
dense.build(maps.shape)
dense.set_weights([matrix])
print("one pixel by hand:  ", np.allclose(maps[0, 5, 7] @ matrix, mixed[0, 5, 7], atol=1e-4))
print("all pixels at once: ", np.allclose(maps @ matrix, mixed, atol=1e-4))
print("a Dense layer:      ", np.allclose(dense(maps), mixed, atol=1e-4))

# %% [markdown]
# On a photograph the three channels are red, green and blue. Here are three filters of 1×1 that are chosen by hand:
# how light it is, red against green, and blue against yellow. No filter looks at a neighbour, so every contour stays
# exactly where it was.

# %%
photograph = scale(load_sample_image("flower.jpg"))[40:360, 160:480]
filters = np.array([[0.299, 0.587, 0.114], [1, -1, 0], [-0.5, -0.5, 1]]).T  # (channels in, filters)
answers = np.moveaxis(photograph @ filters, -1, 0)
answers = (answers - answers.min(axis=(1, 2), keepdims=True)) / np.ptp(answers, axis=(1, 2), keepdims=True)
shown = np.concatenate([photograph[None], np.repeat(answers[..., None], 3, axis=-1)])
plots.images(shown, titles=["photograph", "light", "red − green", "blue − yellow"], columns=4, limits=(0, 1));

# %% [markdown]
# Use 1 of the 1×1 convolution is *more computing at a pixel*: with an activation after it, it is one more layer that
# decides. This is NiN's use. Use 2 is *fewer channels*: 64 go in, 16 come out, and whatever follows has less to do.
# This is GoogLeNet's, and later ResNet's. VGG's configuration C has 1×1 convolutions too, but they keep the number of
# channels, so there it is use 1.
#
# ## Network in network
#
# A filter of a usual convolution takes a weighted sum of its window and then a ReLU. So it can only ask a linear
# question: is the sum above 0? NiN asks more. It slides a small network of three layers over the image: a convolution
# that sees the window, then two layers that see what the first one found there. Since these two work at one pixel,
# they are 1×1 convolutions. The paper calls the block *mlpconv*, for multilayer perceptron, which is a fully connected
# net.

# %%
pixels = keras.Input((32, 32, 3), name="image")
x = layers.Conv2D(192, 5, padding="same", activation="relu", name="conv")(pixels)
print("5×5:", x.shape)
x = layers.Conv2D(160, 1, activation="relu", name="one")(x)
print("1×1:", x.shape)
x = layers.Conv2D(96, 1, activation="relu", name="two")(x)
print("1×1:", x.shape)

# %% [markdown]
# ## Exercise 1: the mlpconv block
#
# Write `mlpconv(x, filters, kernel_size, strides=1)`. `x` is a tensor `(batch, height, width, channels)`; the result
# is a tensor, too. `filters` has three numbers, one a layer. The first layer has the kernel size and the strides, the
# other two are 1×1 with strides of 1. Padding is `"same"`, and ReLU follows each of the three.
#
# **Predict first.** `filters=(4, 5, 6)`, `kernel_size=3`, an input of 10×12×3, strides of 1. How many weights and
# biases has the block?

# %% nbgrader={"grade_id": "mlpconv-answer", "solution": true}
def mlpconv(x, filters, kernel_size, strides=1):
    """A convolution and two of 1×1, ReLU after each: a tensor to a tensor."""
    ### BEGIN SOLUTION
    first, second, third = filters
    x = layers.Conv2D(first, kernel_size, strides, padding="same", activation="relu")(x)
    x = layers.Conv2D(second, 1, activation="relu")(x)
    return layers.Conv2D(third, 1, activation="relu")(x)
    ### END SOLUTION


# %% nbgrader={"grade_id": "mlpconv", "grade": true, "locked": true, "points": 2}
check("mlpconv", mlpconv)
### BEGIN HIDDEN TESTS
hidden_in = keras.Input((9, 7, 2))
hidden_net = keras.Model(hidden_in, mlpconv(hidden_in, (3, 8, 5), 4, strides=3))
assert hidden_net.output.shape == (None, 3, 3, 5)
assert hidden_net.count_params() == (16 * 2 * 3 + 3) + (3 * 8 + 8) + (8 * 5 + 5)
### END HIDDEN TESTS

# %% [markdown]
# Stuck? `hint("mlpconv")` gives one hint; run it again for the next. `explain("mlpconv")` says why, once you are done.
#
# The prediction: each layer has its weights and one bias a filter.

# %%
counts = [arithmetic.conv_params(k, c, f) for k, c, f in [(3, 3, 4), (1, 4, 5), (1, 5, 6)]]
print(" + ".join(map(str, counts)), "=", sum(counts))

# %% [markdown]
# ### An average in place of fully connected layers
#
# Here is the whole of NiN for images of 32×32 with ten classes. Three mlpconv blocks; pooling and dropout between
# them. *Dropout* sets a random half of the values to 0 at each step of training, and does nothing afterwards; lesson
# 04 builds it. We build the net inside a TensorFlow graph, which notes the shapes and makes no weights.
#
# **Predict first.** The last block has ten filters, one a class. What comes after it to make ten numbers of ten maps,
# and how many parameters does that take? Look at the last rows.

# %%
with tf.Graph().as_default():
    nin = BUILDERS["nin_cifar10"]()
analysis.table(nin)

# %% [markdown]
# NiN has no fully connected layer. Each class has a map of its own that says where its evidence is, and the average
# over that map is the class's number. *Global average pooling* has nothing to learn, so it cannot overfit. It takes
# maps of any size. AlexNet and VGG flatten their last maps and join each value to 4,096 units instead. What would that
# cost here?

# %%
flattened = arithmetic.dense_params(8 * 8 * 192, 4096)
print(f"averaging ten maps: 0 parameters; all of NiN: {analysis.table(nin).total.parameters:,}")
print(f"flattening 8×8×192 for 4,096 units: {flattened:,} parameters")

# %% [markdown]
# (The paper prints no table of its layers; the table above follows the configuration that the first author published.
# The paper's error on CIFAR-10 is 10.41 %, and 8.81 % with shifted and mirrored images.)
#
# ## Which size of kernel?
#
# VGG chose 3×3 everywhere. But a thing in a photograph may be small or large. GoogLeNet's answer is not to choose:
# take 1×1, 3×3 and 5×5 of the same input side by side, and a max pooling as a fourth branch. Put the results next to
# each other as channels. The next layer picks what it needs. The paper calls this an *Inception module*.
#
# For maps to stand side by side, they must have the same height and width. So every branch has padding `"same"` and
# strides of 1, the pooling too: 3×3 with strides of 1 keeps the size. Here it is on the input of GoogLeNet's first
# module, branch by branch, with the paper's widths.
#
# **Predict first.** The input is 28×28×192. How many channels will the four branches have together?

# %%
x = keras.Input((28, 28, 192), name="x")
ones = layers.Conv2D(64, 1, padding="same", activation="relu", name="ones")(x)
threes = layers.Conv2D(128, 3, padding="same", activation="relu", name="threes")(x)
fives = layers.Conv2D(32, 5, padding="same", activation="relu", name="fives")(x)
pooled = layers.MaxPooling2D(3, strides=1, padding="same", name="pooled")(x)
for name, branch in {"1×1": ones, "3×3": threes, "5×5": fives, "pool": pooled}.items():
    print(f"{name:<5} {tuple(branch.shape[1:])}")
together = layers.Concatenate(name="together")([ones, threes, fives, pooled])
print("side by side:", tuple(together.shape[1:]))
naive = keras.Model(x, together, name="naive")

# %%
plots.architecture(naive, tool="matplotlib");

# %% [markdown]
# This is the paper's *naive* module (figure 2a), and it has two faults.
#
# 1. **It is expensive.** A 5×5 convolution on many channels has many weights.
# 2. **It grows.** Pooling keeps its channels, so the output always has more channels than the input. Nine modules one
#    after another would become very wide.

# %%
channels, widths = 192, [192]
for f1, _, f3, _, f5, _ in INCEPTION.values():
    channels = f1 + f3 + f5 + channels
    widths.append(channels)
print("channels after each of nine naive modules:", widths)
print("GoogLeNet's:", [192, *(f1 + f3 + f5 + proj for f1, _, f3, _, f5, proj in INCEPTION.values())])

# %% [markdown]
# ## The bottleneck
#
# The cure for both is a 1×1 convolution. Before the 3×3 and the 5×5 it *reduces* the channels, so that the expensive
# kernel has few to go through. After the pooling it *projects* them to as many as wanted. A narrow place between two
# wide ones is called a *bottleneck*.
#
# Take a small case: a 3×3 convolution from 16 to 32 channels. Directly it has 3·3·16·32 weights. Now reduce 16
# channels to 5 first.
#
# **Predict first.** How many weights have the 1×1 from 16 to 5, and the 3×3 from 5 to 32, together? Is that *a third
# less*, or *a third* of what it was?

# %%
direct = arithmetic.conv_params(3, 16, 32, use_bias=False)
reduce, expand = arithmetic.conv_params(1, 16, 5, use_bias=False), arithmetic.conv_params(3, 5, 32, use_bias=False)
print(f"direct: {direct:,}   through 5 channels: {reduce} + {expand:,} = {reduce + expand:,}")
print(f"that is {(reduce + expand) / direct:.0%} of it: a saving of {1 - (reduce + expand) / direct:.0%}")

# %% [markdown]
# It shrinks *to* a third, not *by* a third; the two are often confused. The MACs shrink by the same factor. Both
# convolutions run at every pixel, so each weight is used height · width times.
#
# ## Exercise 2: what a 1×1 reduction saves
#
# Write `bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width)`. It compares a convolution from
# `in_channels` to `filters` with the same one behind a 1×1 convolution to `reduced` channels. All maps are height ×
# width. Return four whole numbers: weights directly, MACs directly, weights through the 1×1, MACs through the 1×1.
# Leave biases out, and count a multiply-accumulate once.
#
# **Predict first.** GoogLeNet's first 5×5 goes from 192 channels to 32, through 16. Is what is left nearer to a half, a
# quarter or a tenth?

# %% nbgrader={"grade_id": "bottleneck-costs-answer", "solution": true}
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    """(weights, MACs) of a convolution, then (weights, MACs) of it behind a 1×1 reduction."""
    ### BEGIN SOLUTION
    direct = kernel_size**2 * in_channels * filters
    through = in_channels * reduced + kernel_size**2 * reduced * filters
    places = height * width
    return direct, direct * places, through, through * places
    ### END SOLUTION


# %% nbgrader={"grade_id": "bottleneck-costs", "grade": true, "locked": true, "points": 2}
check("bottleneck-costs", bottleneck_costs)
### BEGIN HIDDEN TESTS
assert tuple(bottleneck_costs(7, 24, 6, 10, 3, 11)) == (11_760, 388_080, 3_084, 101_772)
assert tuple(bottleneck_costs(3, 832, 192, 384, 7, 7)) == (2_875_392, 140_894_208, 823_296, 40_341_504)
### END HIDDEN TESTS

# %% [markdown]
# Now all nine modules. The widths are the paper's table 1, a row a module; the course keeps them as data. "3×3 reduce"
# are the filters of the 1×1 before the 3×3, "pool proj" those of the 1×1 after the pooling.

# %%
columns = ("1×1", "3×3 reduce", "3×3", "5×5 reduce", "5×5", "pool proj")
print("module" + "".join(f"{column:>12}" for column in columns) + f"{'output':>10}")
for name, row in INCEPTION.items():
    f1, _, f3, _, f5, proj = row
    print(f"{name:<6}" + "".join(f"{filters:>12}" for filters in row) + f"{f1 + f3 + f5 + proj:>10}")

# %%
def weights_of(channels, row):
    """The weights of a module's 3×3 branch, its 5×5 branch and all of it: (without, with) reductions for each."""
    f1, f3r, f3, f5r, f5, proj = row
    count = partial(arithmetic.conv_params, use_bias=False)  # kernel size, channels in, filters
    three = count(3, channels, f3), count(1, channels, f3r) + count(3, f3r, f3)
    five = count(5, channels, f5), count(1, channels, f5r) + count(5, f5r, f5)
    others = count(1, channels, f1) + count(1, channels, proj)
    return three, five, (others + three[0] + five[0], others + three[1] + five[1])


sides = {"3": 28, "4": 14, "5": 7}  # of the maps, by the module's stage
channels, macs = 192, {}
for name, row in INCEPTION.items():
    parts = weights_of(channels, row)
    left = [after / before for before, after in parts]
    macs[name] = [weights * sides[name[0]] ** 2 for weights in parts[-1]]
    print(f"{name}: of the 3×3 branch {left[0]:4.0%} is left, of the 5×5 {left[1]:4.0%}, of the module {left[2]:4.0%}")
    channels = row[0] + row[2] + row[4] + row[5]
before, after = np.sum(list(macs.values()), axis=0)
print(f"all modules, billions of MACs: {before / 1e9:.2f} without reductions, {after / 1e9:.2f} with them")
print(f"with reductions {before / after:.1f} times fewer")

# %%
figure, axes = plt.subplots(figsize=(8, 3), layout="constrained")
places = np.arange(len(macs))
millions = np.array(list(macs.values())) / 1e6
axes.bar(places - 0.2, millions[:, 0], 0.4, color="white", edgecolor="black", hatch="////", label="without reductions")
axes.bar(places + 0.2, millions[:, 1], 0.4, color="0.25", edgecolor="black", label="with reductions")
axes.set(xticks=places, xticklabels=macs, xlabel="module", ylabel="MACs, millions")
axes.legend(frameon=False);

# %% [markdown]
# Both bars are of modules with the same branches and outputs, and with a projection after the pooling. The naive net,
# whose pooling is not projected and whose channels grow, would cost more still.
#
# A saving of this size would be worth little if the net became worse by it. The reduction throws something away: in
# 3a, 192 numbers a pixel become 16 before the 5×5. The paper trusts in *embeddings*: few numbers can hold a lot of
# information about a large part of an image. Whether it is so can be measured. We do it below.
#
# ## Exercise 3: the Inception module
#
# Write `inception(x, f1, f3r, f3, f5r, f5, proj)`, the module with reductions (figure 2b). From the tensor `x` go four
# branches:
#
# | branch | layers |
# |---|---|
# | 1 | 1×1 with `f1` filters |
# | 2 | 1×1 with `f3r` filters, then 3×3 with `f3` |
# | 3 | 1×1 with `f5r` filters, then 5×5 with `f5` |
# | 4 | max pooling 3×3 with strides of 1, then 1×1 with `proj` filters |
#
# Each convolution, the reductions included, has a bias and is followed by ReLU. Each branch keeps height and width.
# Return the four side by side in their channels.
#
# **Predict first.** How many channels has the output, in terms of the six numbers? Which of them do not matter for it?

# %% nbgrader={"grade_id": "inception-answer", "solution": true}
def inception(x, f1, f3r, f3, f5r, f5, proj):
    """GoogLeNet's module: four branches of one height and width, side by side."""
    ### BEGIN SOLUTION
    def conv(x, filters, kernel_size):
        return layers.Conv2D(filters, kernel_size, padding="same", activation="relu")(x)

    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    branches = [conv(x, f1, 1), conv(conv(x, f3r, 1), f3, 3), conv(conv(x, f5r, 1), f5, 5), conv(pooled, proj, 1)]
    return layers.Concatenate()(branches)
    ### END SOLUTION


# %% nbgrader={"grade_id": "inception", "grade": true, "locked": true, "points": 3}
check("inception", inception)
### BEGIN HIDDEN TESTS
hidden_in = keras.Input((6, 9, 7))
hidden_net = keras.Model(hidden_in, inception(hidden_in, 2, 3, 5, 1, 4, 6))
assert hidden_net.output.shape == (None, 6, 9, 17)
assert hidden_net.count_params() == 7 * (2 + 3 + 1 + 6) + 9 * 3 * 5 + 25 * 1 * 4 + (2 + 3 + 5 + 1 + 4 + 6)
### END HIDDEN TESTS

# %% [markdown]
# The course has it as `blocks.inception_module(x, row)`, with a row of the table. Here is 3a. The pooling comes first
# in its branch and the projection after it; the output has f1 + f3 + f5 + proj channels, and the two reductions do not
# show in it.

# %%
x = keras.Input((28, 28, 192), name="x")
inception_3a = keras.Model(x, blocks.inception_module(x, INCEPTION["3a"], name="3a"))
plots.architecture(inception_3a, tool="matplotlib");

# %% [markdown]
# ## GoogLeNet
#
# Nine modules do not start on the image: 224×224 is too large for four branches. Three plain convolutions and two
# poolings come first and bring it down to 28×28×192. Two more poolings halve it before 4a and before 5a. At the end
# comes NiN's average over each map, and one fully connected layer.

# %%
with tf.Graph().as_default():
    googlenet = BUILDERS["googlenet"]()
rows = {row.name: row for row in analysis.table(googlenet).rows}
names = ["input", "conv1", "pool1", "conv2_reduce", "conv2", "pool2"]
names += [f"inception_{module}" for module in ("3a", "3b")] + ["pool3"]
names += [f"inception_{module}" for module in ("4a", "4b", "4c", "4d", "4e")] + ["pool4"]
names += [f"inception_{module}" for module in ("5a", "5b")] + ["pool5", "predictions"]
plots.network([(name.removeprefix("inception_"), rows[name].output_shape) for name in names], columns=7);

# %% [markdown]
# ## Exercise 4: GoogLeNet from its table
#
# Write `build_googlenet()`: a `keras.Model` from 224×224×3 to 1,000 probabilities, with one output. You may use your
# `inception`, and the course's table: `INCEPTION["3a"]` is its first row, and the rows are in the order of the net.
#
# | layer | what it is | output |
# |---|---|---|
# | conv1 | 3 zeros around the image on each side, then 7×7, 64 filters, strides 2, padding `"valid"` | 112×112×64 |
# | pool1 | max 3×3, strides 2 | 56×56×64 |
# | norm1 | local response normalisation | |
# | conv2 reduce | 1×1, 64 filters | |
# | conv2 | 3×3, 192 filters | 56×56×192 |
# | norm2 | local response normalisation | |
# | pool2 | max 3×3, strides 2 | 28×28×192 |
# | 3a, 3b | modules | 28×28×480 |
# | pool3 | max 3×3, strides 2 | 14×14×480 |
# | 4a to 4e | modules | 14×14×832 |
# | pool4 | max 3×3, strides 2 | 7×7×832 |
# | 5a, 5b | modules | 7×7×1024 |
# | pool5 | average of each whole map | 1024 |
# | dropout | 40 % | |
# | predictions | fully connected, softmax | 1000 |
#
# Padding is `"same"` where nothing else is said, in the poolings too, and ReLU follows each convolution. *Local
# response normalisation* is from AlexNet (lesson 04): it divides each value by a number that grows with the squares of
# its neighbours in the channels. The course has it: `LocalResponseNormalization(n=5, k=1, alpha=1e-4 / 5, beta=0.75)`.
#
# **Predict first.** AlexNet has 61 million parameters. Has GoogLeNet more or fewer, and by what factor?

# %% nbgrader={"grade_id": "googlenet-answer", "solution": true}
def build_googlenet():
    """GoogLeNet of table 1, 224×224×3 to 1,000 probabilities, without auxiliary heads."""
    ### BEGIN SOLUTION
    def pool(x):
        return layers.MaxPooling2D(3, strides=2, padding="same")(x)

    def normalise(x):
        return LocalResponseNormalization(n=5, k=1, alpha=1e-4 / 5, beta=0.75)(x)

    image = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(3)(image)
    x = normalise(pool(layers.Conv2D(64, 7, strides=2, activation="relu")(x)))
    x = layers.Conv2D(64, 1, activation="relu")(x)
    x = pool(normalise(layers.Conv2D(192, 3, padding="same", activation="relu")(x)))
    for name, row in INCEPTION.items():
        x = pool(x) if name in ("4a", "5a") else x
        x = inception(x, *row)
    x = layers.Dropout(0.4)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, layers.Dense(1000, activation="softmax")(x))
    ### END SOLUTION


# %% nbgrader={"grade_id": "googlenet", "grade": true, "locked": true, "points": 4}
check("googlenet", build_googlenet)

# %% [markdown]
# ### Counting it
#
# The course's GoogLeNet, beside AlexNet and VGG-16.

# %%
totals = {"googlenet": analysis.table(googlenet)}
for name in ("alexnet", "vgg16", "googlenet"):
    if name not in totals:
        with tf.Graph().as_default():
            totals[name] = analysis.table(BUILDERS[name]())
    dense = sum(row.parameters for row in totals[name].rows if row.kind == "Dense")
    total = totals[name].total
    print(f"{name:<10} {total.parameters:>11,} parameters, {dense:>11,} in Dense layers, {total.macs:>14,} MACs")
small, large = totals["googlenet"].total, totals["alexnet"].total
print(f"GoogLeNet to AlexNet: {large.parameters / small.parameters:.1f} times fewer parameters, ", end="")
print(f"{small.macs / large.macs:.2f} times as many MACs")

# %% [markdown]
# *Fewer parameters* and *less work* are two things. GoogLeNet has far fewer parameters than AlexNet, and more than
# twice its MACs. AlexNet keeps its parameters in fully connected layers, whose weights are used once an image.
# GoogLeNet's are in convolutions, whose weights are used at every place.
#
# GoogLeNet is also not free of fully connected layers. It keeps one, from 1,024 averages to 1,000 classes. The paper
# says that this was for convenience, to adapt the net to other labels, and that averaging in place of fully connected
# layers improved top-1 accuracy by about 0.6 % (section 5). With VGG's end, flattened 7×7 maps for 4,096 units, it
# would be another net:

# %%
print(f"1,024 averages to 1,000 classes: {arithmetic.dense_params(1024, 1000):>12,} parameters")
print(f"7×7×1024 flattened to 4,096:     {arithmetic.dense_params(7 * 7 * 1024, 4096):>12,} parameters")
convolutions = [row for row in rows.values() if row.kind == "Conv2D"]
deep = {}
for node in analysis.nodes(googlenet):
    weighs = isinstance(node.layer, layers.Conv2D | layers.Dense)
    deep[node.name] = weighs + max((deep[tensor.node.name] for tensor in node.inputs), default=0)
print(f"{len(convolutions)} convolutions; layers with weights on the longest way: {max(deep.values())}")

# %% [markdown]
# *22 layers* counts the longest way through the net: a module counts twice, since its longest branch has two
# convolutions.
#
# ### A table that does not add up
#
# Table 1 of the paper also has a column of parameters. Does it follow from the columns of filters beside it? Count the
# weights of each row, and divide by 1,024, which is what its K seems to be.

# %%
PRINTED = {"conv1": 2.7, "conv2": 112, "3a": 159, "3b": 380, "4a": 364, "4b": 437, "4c": 463, "4d": 580, "4e": 840}
PRINTED |= {"5a": 1072, "5b": 1388, "predictions": 1000}
for name, printed in PRINTED.items():
    parts = [layer for layer in googlenet.layers if layer.name.removeprefix("inception_").startswith(name)]
    weights = sum(np.prod(layer.kernel.shape) for layer in parts if hasattr(layer, "kernel")) / 1024
    verdict = "" if abs(weights - printed) <= 0.01 * printed else "   differs"
    print(f"{name:<12} paper {printed:>6}K   from the filters {weights:>6.1f}K{verdict}")

# %% [markdown]
# Where nothing is said, the row agrees to one per cent. The others do not: some are printed too high, some too low.
# So count from the filters, not from that column.
#
# Other numbers that you meet may be of other nets. The GoogLeNet of the widely used library torchvision has 3×3 kernels
# in the branch where the paper has 5×5, and batch normalisation (lesson 07) in place of biases. So its count is
# another:

# %%
filters = sum(row.output_shape[-1] for row in convolutions)  # a bias each; batch normalisation has two numbers each
saved = sum((25 - 9) * f5r * f5 for _, _, _, f5r, f5, _ in INCEPTION.values())
print(f"two numbers in place of each bias: {small.parameters:,} + {filters:,} = {small.parameters + filters:,}")
print(f"and 3×3 in place of 5×5: {small.parameters + filters - saved:,}")

# %% [markdown]
# ## Auxiliary heads
#
# In 2014 a net of 22 layers was hard to train. The gradient says how each weight should move, and on its way back from
# the last layer it had to pass them all. The authors added two small classifiers in the middle, after 4a and after 4d.
# Each has to name the class from the maps that are there. Their losses are added to the main one in training, 0.3
# times each. Afterwards the heads are thrown away.
#
# Section 5 of the paper says what is in a head. Its input is a map of 14×14.
#
# | layer | what it is |
# |---|---|
# | pool | average 5×5, strides 3, no padding |
# | conv | 1×1, 128 filters, ReLU |
# | fc | the map flattened, fully connected to 1,024 units, ReLU |
# | dropout | 70 % |
# | predictions | fully connected, softmax |
#
# **Predict first.** Windows of 5 with strides of 3 on 14 pixels, no padding: how many along a side? And how many
# parameters has the fully connected layer after it? Write both down.

# %%
side = arithmetic.pool_output_size(14, 5, strides=3)
flat = side * side * 128
print(f"{side}×{side}×128 = {flat:,} numbers; fc has {arithmetic.dense_params(flat, 1024):,} parameters")

# %% [markdown]
# ## Exercise 5: an auxiliary head
#
# Write `auxiliary_head(x, num_classes)`: from the tensor `x`, maps `(batch, 14, 14, channels)`, to probabilities
# `(batch, num_classes)`, through the five layers of the table. In Keras, `Dropout` takes the share that is dropped.

# %% nbgrader={"grade_id": "auxiliary-heads-answer", "solution": true}
def auxiliary_head(x, num_classes):
    """A small classifier on maps in the middle of the net: a tensor of maps to probabilities."""
    ### BEGIN SOLUTION
    x = layers.AveragePooling2D(5, strides=3)(x)
    x = layers.Conv2D(128, 1, activation="relu")(x)
    x = layers.Dense(1024, activation="relu")(layers.Flatten()(x))
    x = layers.Dropout(0.7)(x)
    return layers.Dense(num_classes, activation="softmax")(x)
    ### END SOLUTION


# %% nbgrader={"grade_id": "auxiliary-heads", "grade": true, "locked": true, "points": 2}
check("auxiliary-heads", auxiliary_head)

# %% [markdown]
# **Predict first.** How many parameters do the two heads add to GoogLeNet's seven million?

# %%
with tf.Graph().as_default():
    headed = BUILDERS["googlenet"](auxiliary_heads=True)
    heads = analysis.table(headed)
print("outputs:", [output.shape for output in headed.outputs])
for name in ("auxiliary_4a", "auxiliary_4d"):
    print(f"{name}: {sum(row.parameters for row in heads.rows if row.name.startswith(name)):,} parameters")
print(f"in training: {heads.total.parameters:,} parameters; afterwards: {small.parameters:,}")

# %% [markdown]
# The heads nearly double the parameters, and add little work:

# %%
print(f"MACs: {heads.total.macs / small.macs - 1:.1%} more with heads")

# %% [markdown]
# ## Exercise 6: the loss with auxiliary heads
#
# Write `auxiliary_loss(main, auxiliary, training=True, weight=0.3)`: the loss that is minimised, a number. `main` is
# the loss of the last classifier, `auxiliary` a list of the losses of the other heads, of any length, and perhaps
# empty. In training each of these is added `weight` times. With `training=False` they are left out.
#
# **Predict first.** Losses of 2.0 at the end, and of 1.0 and 3.0 at the heads: what is minimised?

# %% nbgrader={"grade_id": "auxiliary-loss-answer", "solution": true}
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    """The loss with auxiliary heads, which count in training alone."""
    ### BEGIN SOLUTION
    return main + weight * sum(auxiliary) if training else main
    ### END SOLUTION


# %% nbgrader={"grade_id": "auxiliary-loss", "grade": true, "locked": true, "points": 1}
check("auxiliary-loss", auxiliary_loss)
### BEGIN HIDDEN TESTS
assert abs(auxiliary_loss(0.5, [4.0, 2.0, 1.0], weight=0.1) - 1.2) < 1e-6
assert auxiliary_loss(0.5, [4.0, 2.0, 1.0], training=False) == 0.5
### END HIDDEN TESTS

# %% [markdown]
# The losses of the prediction give 2.0 + 0.3 · (1.0 + 3.0) = 3.2.
#
# In Keras nobody writes this sum. A model with three outputs is compiled with `loss_weights=[1, 0.3, 0.3]`, and
# `keras.Model(model.input, model.outputs[0])` is the net without its heads, with the same weights.
#
# Did they help? The paper says that their effect is small, about 0.5 %, and that one of them gives as much as both.
# A year later the same group looked again, at a later net of theirs (Szegedy and others 2016, section 4). Early in
# training the heads changed nothing; near its end the net with heads was a little better. So they do not work as they
# were meant to, by helping the gradient through. The authors take them for a *regulariser*: something that keeps the
# net from learning its training images by heart.
#
# ## Does the bottleneck cost accuracy?
#
# Back to the open question. We take letters on photographs, ten kinds, 32×32 pixels (the course's set `glyphs/easy`),
# and two small nets. Each has one plain convolution and three modules: rows 4b, 4c and 4d of table 1 at an eighth of
# their widths. (Under `full` it is CIFAR-10, and a half of the widths.) All is the same in both but for one thing:
# before the 3×3 and the 5×5 the one net has the 1×1 reductions, and the other has none. Both project after the pooling,
# so both have maps of the same shapes.
#
# Two things are not as in 2014. *Batch normalisation* (lesson 07) follows each convolution and keeps the values in a
# good range, so that a few epochs will do. And nets as short as these need no auxiliary heads.

# %%
DATA = training.by_profile(smoke="glyphs/easy_32", lesson="glyphs/easy_32", full="cifar10")
TRAIN = training.by_profile(smoke="train[:256]", lesson="train[:3000]", full="train")
TEST = training.by_profile(smoke="test[:250]", lesson="test", full="test")
train_images, train_labels = load(DATA, split=TRAIN, batch_size=-1)
test_images, test_labels = load(DATA, split=TEST, batch_size=-1)
x_train, x_test = scale(train_images, -1, 1), scale(test_images, -1, 1)
print("training:", x_train.shape, "  test:", x_test.shape)
plots.images(train_images[:8], titles=train_labels[:8]);

# %%
def module(x, row, reductions, name):
    """Four branches side by side, with or without the 1×1 reductions before the 3×3 and the 5×5."""
    f1, f3r, f3, f5r, f5, proj = row
    three = blocks.conv_bn(x, f3r, 1, name=f"{name}_3x3_reduce") if reductions else x
    five = blocks.conv_bn(x, f5r, 1, name=f"{name}_5x5_reduce") if reductions else x
    pooled = blocks.max_pool(x, 3, strides=1, padding="same", name=f"{name}_pool")
    branches = [
        blocks.conv_bn(x, f1, 1, name=f"{name}_1x1"),
        blocks.conv_bn(three, f3, 3, name=f"{name}_3x3"),
        blocks.conv_bn(five, f5, 5, name=f"{name}_5x5"),
        blocks.conv_bn(pooled, proj, 1, name=f"{name}_pool_proj"),
    ]
    return blocks.concatenate(branches, name=name)


# %%
DIVISOR = training.by_profile(smoke=8, lesson=8, full=2)


def small_net(reductions):
    """Three modules of GoogLeNet's fourth stage, their widths divided: 32×32×3 to ten probabilities."""
    image = keras.Input((32, 32, 3))
    x = blocks.conv_bn(image, 512 // DIVISOR, 3, strides=2, name="conv1")  # 16×16
    x = blocks.max_pool(x, 3, strides=2, padding="same", name="pool")  # 8×8
    for name in ("4b", "4c", "4d"):
        x = module(x, [filters // DIVISOR for filters in INCEPTION[name]], reductions, name)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(image, layers.Dense(10, activation="softmax", name="predictions")(x))


# %% [markdown]
# **Predict first.** The reductions leave about a quarter of these three modules. Will they save more or less in the
# whole small net, which has a plain convolution, too?

# %%
nets = {"without": False, "with": True}
tables = {name: analysis.table(small_net(reductions)) for name, reductions in nets.items()}
for name, table in tables.items():
    print(f"{name:<8} reductions: {table.total.trainable_parameters:>7,} parameters, {table.total.macs:>10,} MACs")
without, reduced = tables["without"].total, tables["with"].total
print(f"parameters: {without.trainable_parameters / reduced.trainable_parameters:.1f} times fewer with reductions")
print(f"MACs:       {without.macs / reduced.macs:.1f} times fewer with reductions")

# %% [markdown]
# **Predict again.** In the net with reductions the 5×5 of the first module sees 3 channels in place of 64 (under
# `full`, 12 in place of 256). By how many percentage points will the net's test accuracy be lower for it? Commit
# yourself to a number.

# %%
epochs = training.by_profile(smoke=1, lesson=8, full=60)
accuracy = {}
for name, reductions in nets.items():
    training.seed(SEED)
    net = small_net(reductions)
    rate = keras.optimizers.schedules.CosineDecay(0.003, epochs * -(-len(x_train) // 32))
    adam = keras.optimizers.Adam(rate)
    start = time.perf_counter()
    training.fit(net, (x_train, train_labels), epochs=epochs, batch_size=32, optimizer=adam, seed=SEED, verbose=0)
    seconds = time.perf_counter() - start
    guesses = net.predict(x_test, batch_size=250, verbose=0).argmax(-1)
    accuracy[name] = np.mean(guesses == test_labels)
    print(f"{name:<8} reductions: test accuracy {accuracy[name]:.1%}, {seconds:.0f} seconds of training")

# %%
figure, grid = plt.subplots(1, 2, figsize=(8, 2.2), layout="constrained")
panels = {"MACs, millions": [tables[name].total.macs / 1e6 for name in nets]}
panels["test accuracy, %"] = [100 * accuracy[name] for name in nets]
for axes, (title, values) in zip(grid, panels.items(), strict=True):
    bars = axes.barh([f"{name} reductions" for name in nets], values, color=["white", "0.25"], edgecolor="black")
    bars[0].set_hatch("////")
    axes.invert_yaxis()
    axes.set(xlabel=title, xlim=(0, 100) if "%" in title else None)
grid[1].set_yticks([]);

# %%
lost = 100 * (accuracy["without"] - accuracy["with"])
wrong = {name: round((1 - accuracy[name]) * len(x_test)) for name in nets}
print(f"wrong of {len(x_test):,}: {wrong['without']} without reductions, {wrong['with']} with")
print(f"MACs: {without.macs / reduced.macs:.1f} times fewer; accuracy: {lost:+.1f} percentage points lost")
if min(accuracy.values()) < 0.5:
    print("the nets have learned too little to be compared")
else:
    print("about equal, within 3 points" if abs(lost) <= 3 else "not within 3 points")

# %% [markdown]
# Under the profile `lesson` both nets read nearly all test letters, and their accuracies lie within three percentage
# points of each other. That is what we call *about equal* here. So the reductions save most of the MACs and most of the
# parameters, and lose little, if anything. (Under `smoke`, with 256 images and one epoch, the accuracies show nothing.)
#
# What does this not show?
#
# - These letters are easy, so both nets are near the top. There a small difference in accuracy can be a large ratio of
#   mistakes: look at the numbers of letters that are wrong. Which net has fewer can change with `SEED`. For a harder
#   test replace `glyphs/easy_32` by `glyphs/medium_32`, and take more images and epochs.
# - Ten classes and three modules are not a thousand classes and nine modules.
# - MACs are not seconds. Compare the seconds above: nets as small as these may take about as long as each other. Each
#   call of a layer costs some time whatever its size, and the reductions are two more layers a module.
#
# ## What came of it
#
# Results on ImageNet of 2014. *Top-5 error* is how often the right class is not among the net's five best guesses. A
# *crop* is a part of the photograph that the net is shown; the answers to several crops are averaged.
#
# | net | top-5 error | from |
# |---|---|---|
# | GoogLeNet, 7 nets, 144 crops each | 6.67 % | its table 2 |
# | GoogLeNet, one net, 144 crops | 7.89 % (validation) | its table 3 |
# | GoogLeNet, one net, 10 crops | 9.15 % (validation) | its table 3 |
# | GoogLeNet, one net, 1 crop | 10.07 % (validation) | its table 3 |
# | VGG, 7 nets | 7.3 % | VGG's table 7 |
# | VGG, one net | 7.0 % | VGG's table 7 |
# | GoogLeNet, one net | 7.9 % | VGG's table 7 |
#
# The contest was won by seven nets together. As *single* nets VGG is ahead, 7.0 against 7.9, as VGG's authors point
# out. GoogLeNet's advantage is its cost:

# %%
vgg = totals["vgg16"].total
print(f"VGG-16 to GoogLeNet: {vgg.parameters / small.parameters:.1f} times the parameters, ", end="")
print(f"{vgg.macs / small.macs:.1f} times the MACs")

# %% [markdown]
# And this is how it was trained, as far as the paper says; the rest is from a published configuration. With ImageNet
# at hand, `training.fit(BUILDERS["googlenet"](), …, recipe="googlenet")` does it.

# %%
print(training.recipe("googlenet", profile="full"))

# %% [markdown]
# ## Recap
#
# - A 1×1 convolution is a fully connected layer across the channels of each pixel, with the same weights everywhere.
#   It adds a non-linearity (NiN, VGG's C), or reduces the channels (GoogLeNet, ResNet), or both.
# - NiN ends in a map a class and an average: no fully connected layer at all. GoogLeNet averages too, and keeps one.
# - An Inception module looks with 1×1, 3×3, 5×5 and a pooling at the same input. Same padding and strides of 1 make
#   its branches fit side by side.
# - Bottlenecks reduce the cost *to* a part: in GoogLeNet's modules to 19 to 42 % of the weights.
# - GoogLeNet has far fewer parameters than AlexNet, and more MACs. Its table of parameters does not add up.
# - Auxiliary heads count in training alone, 0.3 times each. They act as a regulariser.
#
# ## Read next
#
# - C. Szegedy, W. Liu, Y. Jia, P. Sermanet, S. Reed, D. Anguelov, D. Erhan, V. Vanhoucke, A. Rabinovich, "Going Deeper
#   with Convolutions", 2015, arXiv:1409.4842. Section 4 has the module, section 5 and table 1 the net.
# - M. Lin, Q. Chen, S. Yan, "Network In Network", 2014, arXiv:1312.4400. Section 3: mlpconv and the average.
# - C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna, "Rethinking the Inception Architecture for Computer
#   Vision", 2016, arXiv:1512.00567. Section 4: what the auxiliary heads do; section 3: 5×5 as two 3×3.
# - K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2015,
#   arXiv:1409.1556. Section 4.5 and table 7 compare with GoogLeNet.

# %% [markdown]
# # DenseNet: every layer sees all before it
#
# **Why compute again what an earlier layer has computed already, if every layer can look it up?**
#
# In 2016 Gao Huang and others found that many layers of a ResNet can be dropped at random during training, and the net
# gets better for it. So those layers did little, yet each had weights of its own. In the same year Gao Huang, Zhuang
# Liu, Laurens van der Maaten and Kilian Weinberger drew their conclusion: keep what a layer has made, hand it to all
# layers that follow, and let each of them add only a little. Their paper won a best paper award at CVPR in 2017.
#
# When you have done this lesson you can
#
# - say what concatenation keeps that addition loses, and what it costs,
# - compute the channels anywhere in a DenseNet, and say why they grow linearly,
# - build a dense block, a transition, and every DenseNet of the paper's table,
# - count the memory that a dense block takes, and say why it grows with the square of its layers,
# - compare two nets by accuracy, parameters, multiply-accumulates and time, and keep the four apart,
# - look into a trained net and see which earlier layers a layer uses.
#
# You need Python and NumPy, and from the lessons before: 1×1 convolutions and what a bottleneck saves, concatenation,
# global average pooling, batch normalisation, ReLU, residual blocks.
#
# Before: 06, 07. Reading: 75 minutes. Running: 3 minutes.

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

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from course import analysis, arithmetic, plots, training
from course import blocks as course_blocks
from course.checks import check, explain, hint
from course.data import load, scale
from course.models import BUILDERS, densenet_cifar, resnet_cifar
from course.models.densenet import IMAGENET

SEED = 0
print(training.setup())
training.seed(SEED)
print("profile   ", training.profile())

# %% [markdown]
# ## Add, or put side by side?
#
# A residual block *adds* what it makes to what came in. Take a single pixel with two channels. Two blocks have made
# their additions to it; here are two different histories.
#
# **Predict first.** In the first history, 3 and 1 came in and the block made 1 and 2. In the second, 1 and 2 came in
# and the block made 3 and 1. What can a layer that follows tell of the difference: after addition, after
# concatenation?

# %%
def pixel(*values):
    """One image of one pixel: (1, 1, 1, channels)."""
    return np.array(values, "float32").reshape(1, 1, 1, -1)


first = {"came": pixel(3, 1), "made": pixel(1, 2)}
second = {"came": pixel(1, 2), "made": pixel(3, 1)}
for history in (first, second):
    added = keras.layers.Add()(list(history.values()))
    beside = keras.layers.Concatenate()(list(history.values()))
    print("added", np.array(added).ravel(), "  side by side", np.array(beside).ravel())

# %% [markdown]
# The sums are equal. Whatever weights a later layer has, it must give the same answer to both. Side by side the two
# differ, and a later layer may treat them differently.
#
# Can a layer behind a concatenation do all that one behind a sum can? Yes: it may give both halves the same weights.
# Here a 1×1 convolution adds the halves up. With other weights it takes the difference, or one half alone, which no
# layer behind the sum can do.

# %%
halves = {"sum": (1, 1), "difference": (1, -1), "what came in": (1, 0)}
beside = np.concatenate([first["came"], first["made"]], axis=-1)
for name, (of_came, of_made) in halves.items():
    kernel = np.concatenate([of_came * np.eye(2), of_made * np.eye(2)]).astype("float32")  # 4 channels in, 2 out
    print(f"{name:13}", np.array(keras.ops.conv(beside, kernel[None, None])).ravel())

# %% [markdown]
# The price: a sum has as many channels as each of its parts, a concatenation as many as both together. A net that
# concatenates must see to it that its layers are narrow.
#
# ## The dense block
#
# In a **dense block** every layer takes *all* maps before it, side by side: those that came into the block, and those
# that each earlier layer of the block has made. *Dense* are the connections. It has nothing to do with `Dense`, the
# fully connected layer.

# %%
def arcs(axes, count, reach):
    """A row of a block's input and `count` layers, with a line from each to the next `reach` that follow."""
    for layer in range(1, count + 1):
        for source in range(max(0, layer - reach), layer):
            bent = "arc3,rad=-0.5" if layer - source > 1 else "arc3"
            line = {"arrowstyle": "->", "color": "0.3", "connectionstyle": bent}
            axes.annotate("", (layer - 0.25, 0), (source + 0.25, 0), arrowprops=line)
    for place in range(count + 1):
        name = f"layer {place}" if place else "input"
        box = {"boxstyle": "round", "facecolor": "0.92" if place else "white", "edgecolor": "0.2"}
        axes.text(place, 0, name, ha="center", va="center", fontsize=9, bbox=box)
    axes.set(xlim=(-0.4, count + 0.4), ylim=(-0.3, 1.3))
    axes.set_axis_off()


figure, (above, below) = plt.subplots(2, 1, figsize=(8, 4.2), layout="constrained", height_ratios=(1, 3))
arcs(above, 5, reach=1)
above.set(title="a chain of 5 layers", ylim=(-0.3, 0.3))
arcs(below, 5, reach=5)
below.set_title("a dense block of 5 layers");

# %% [markdown]
# **Predict first.** A chain of L layers has L connections. How many has a dense block of 5 layers? Count the arrows,
# then find the formula for L.

# %%
for layers in (5, 6, 24):
    connections = sum(layer for layer in range(1, layers + 1))
    print(f"{layers:2} layers: {connections:3} connections; L(L + 1)/2 = {layers * (layers + 1) // 2}")

# %% [markdown]
# The first layer has one source, the second two, the last L. Together they are L(L + 1)/2. The way from the loss back
# to any layer is short, too: every layer is joined to the end of its block directly. The authors call this *implicit
# deep supervision* (section 5).
#
# ## The growth rate
#
# Each layer of a block makes the same small number of new maps, the **growth rate** k. In DenseNet-121 it is 32; in
# the paper's nets for small images it is 12, 24 or 40. The first block of DenseNet-121 gets 64 channels and has 6
# layers.
#
# **Predict first.** How many channels go into its second layer? How many come out of the block?

# %%
with tf.Graph().as_default():  # shapes and counts, without the memory for the weights
    densenet121 = BUILDERS["densenet121"]()
for layer in range(1, 7):
    came, made = densenet121.get_layer(f"dense1_{layer}").input
    print(f"layer {layer}: sees {came.shape[-1]:3}, makes {made.shape[-1]}: {came.shape[-1] + made.shape[-1]:3} beside")

# %% [markdown]
# 64 + 6 · 32 = 256. After l layers there are 64 + 32 · l channels: they grow **linearly**. It is often said that they
# grow geometrically, since each layer takes in all before it. It takes them in, but it makes 32 whatever it takes.
#
# Between two blocks stands a *transition*. It halves the channels, and height and width too; more on it below. Here is
# how many channels each of the 58 layers of DenseNet-121 gets to see.

# %%
seen = [densenet121.get_layer(f"dense{block}_{layer}").input[0].shape[-1]
        for block, layers in enumerate(IMAGENET[121][1], start=1) for layer in range(1, layers + 1)]  # fmt: skip
figure, axes = plt.subplots(figsize=(8, 3.4), layout="constrained")
axes.plot(range(1, len(seen) + 1), seen, "k.-", label="DenseNet-121")
axes.plot(range(1, 6), 64 * 2.0 ** np.arange(5), "k:", label="if each layer doubled them")
for edge in np.cumsum(IMAGENET[121][1])[:-1]:
    axes.axvline(edge + 0.5, color="0.7", linewidth=1)
axes.set(xlabel="layer (grey lines: transitions)", ylabel="channels that it sees")
axes.legend();

# %% [markdown]
# ## Exercise 1: the channels of a DenseNet
#
# Write `dense_channels(initial, growth_rate, blocks, compression=1.0)`: a list of the channels at the end of each dense
# block. `initial` channels go into the first block. `blocks` lists how many layers each block has; each layer adds
# `growth_rate` channels. Between two blocks, and only there, a transition keeps the share `compression` of the
# channels, rounded down. The numbers asked for are those *before* the transition.
#
# **Predict first.** DenseNet-121 begins with 64, has blocks of 6, 12, 24 and 16 layers, and keeps a half. How many
# channels come out of its last block? You can read it off the picture, nearly.

# %% nbgrader={"grade_id": "dense-channels-answer", "solution": true}
def dense_channels(initial, growth_rate, blocks, compression=1.0):
    """The channels after each dense block, a list."""
    ### BEGIN SOLUTION
    channels, after = initial, []
    for layers in blocks:
        channels += layers * growth_rate
        after.append(channels)
        channels = int(channels * compression)
    return after
    ### END SOLUTION


# %% nbgrader={"grade_id": "dense-channels", "grade": true, "locked": true, "points": 2}
check("dense-channels", dense_channels)
### BEGIN HIDDEN TESTS
assert list(dense_channels(96, 48, [6, 12, 36, 24], 0.5)) == [384, 768, 2112, 2208]
assert list(dense_channels(16, 12, [12, 12, 12])) == [160, 304, 448]
assert list(dense_channels(11, 4, [1, 3, 2], 0.3)) == [15, 16, 12]
### END HIDDEN TESTS

# %% [markdown]
# Stuck? `hint("dense-channels")` gives one hint; run it again for the next. Once your answer has passed,
# `explain("dense-channels")` tells the reasoning. It is the same for all exercises.
#
# ## Inside a layer
#
# **Normalise first.** A ResNet's layer is convolution, batch normalisation, ReLU. A DenseNet's is the other way round:
# batch normalisation, ReLU, convolution. Why? The maps that come in side by side were made by different layers, and are
# of different sizes. And each map is read by many layers. Its mean and variance are the same for all of them, but each
# reader has its own γ and β, so each decides for itself what of the map its ReLU lets through. This order is called
# *pre-activation*; He and others had found it good for ResNets in 2016.
#
# It leaves one thing to do at the end: the maps after the last block have had neither normalisation nor ReLU. So one
# more of each follows there.
#
# **The bottleneck.** A 3×3 convolution over hundreds of channels is dear. So, as in lesson 06, a 1×1 convolution comes
# first. It makes 4k maps, whatever it sees. The nets that do so have a B in their name: DenseNet-B.
#
# **Predict first.** k is 32. A layer sees 64 channels. Which has fewer weights: a 3×3 straight to 32 maps, or a 1×1 to
# 128 and then a 3×3 to 32? And if it sees 512?

# %%
def direct(channels, k=32):
    """Weights of a 3×3 convolution from so many channels to k."""
    return arithmetic.conv_params(3, channels, k, use_bias=False)


def by_bottleneck(channels, k=32):
    """Weights of a 1×1 convolution to 4k channels and a 3×3 one from there to k."""
    return arithmetic.conv_params(1, channels, 4 * k, use_bias=False) + direct(4 * k, k)


for channels in (64, 128, 230, 256, 512, 992):
    print(f"{channels:3} channels: direct {direct(channels):7,}, by the bottleneck {by_bottleneck(channels):7,}")
dearer = sum(by_bottleneck(channels) > direct(channels) for channels in seen)
saved = sum(map(by_bottleneck, seen)) / sum(map(direct, seen))
print(f"DenseNet-121: dearer in {dearer} of {len(seen)} layers; over all layers {saved:.0%} of the weights")

# %% [markdown]
# With c channels, direct costs 9ck weights, the bottleneck 4ck + 36k². The two are even where 5c = 36k, at c = 7.2k:
# 230 channels for k = 32. Below that, in all of the first block, the bottleneck costs *more*. It pays in the later
# blocks, where most layers are.
#
# ## Exercise 2: the dense block
#
# Write `dense_block(x, num_layers, growth_rate)`. `x` is a tensor `(batch, height, width, channels)`; the result is a
# tensor with num_layers · growth_rate channels more. Each of the layers takes all maps so far and is, in this order:
#
# 1. batch normalisation, ReLU, a 1×1 convolution to 4 · growth_rate maps,
# 2. batch normalisation, ReLU, a 3×3 convolution to growth_rate maps that keeps height and width.
#
# No convolution has a bias: set `use_bias=False`. What the layer makes is put beside what it took, by
# `keras.layers.Concatenate()([…, …])`. Write the layers of Keras here, not those of the course.
#
# **Predict first.** From 64 channels, two layers with growth rate 32. How many channels go into the second 1×1, how
# many into the second 3×3?

# %% nbgrader={"grade_id": "dense-block-answer", "solution": true}
def dense_block(x, num_layers, growth_rate):
    """A dense block with bottlenecks: num_layers · growth_rate channels more."""
    ### BEGIN SOLUTION
    for _ in range(num_layers):
        y = x
        for filters, kernel_size in ((4 * growth_rate, 1), (growth_rate, 3)):
            y = keras.layers.ReLU()(keras.layers.BatchNormalization()(y))
            y = keras.layers.Conv2D(filters, kernel_size, padding="same", use_bias=False)(y)
        x = keras.layers.Concatenate()([x, y])
    return x
    ### END SOLUTION


# %% nbgrader={"grade_id": "dense-block", "grade": true, "locked": true, "points": 3}
check("dense-block", dense_block)
### BEGIN HIDDEN TESTS
with tf.Graph().as_default():
    assert tuple(dense_block(keras.Input((5, 7, 11)), 4, 9).shape) == (None, 5, 7, 47)
    assert tuple(dense_block(keras.Input((3, 3, 2)), 1, 5).shape) == (None, 3, 3, 7)
### END HIDDEN TESTS

# %% [markdown]
# Here are two layers of a block as a diagram. Follow the lines past the convolutions: what came in is still there at
# the end, untouched.

# %%
with tf.Graph().as_default():
    x = keras.Input((56, 56, 64), name="input")
    two = keras.Model(x, course_blocks.dense_block(x, num_layers=2, growth_rate=32, name="dense"))
    plots.architecture(two, tool="matplotlib")

# %% [markdown]
# ## The transition
#
# Maps can stand side by side only if they have one height and width. So a dense block cannot halve them; that is done
# between the blocks. A **transition** is batch normalisation, ReLU, a 1×1 convolution without bias, and average pooling
# of 2×2.
#
# The 1×1 also makes the channels fewer: it keeps ⌊θ · channels⌋ of them (⌊ ⌋ rounds down). θ is called the
# *compression*; where it is below 1, the net has a C in its name. The paper takes θ = 0.5. A net with both bottleneck
# and compression is a **DenseNet-BC**, and all nets for ImageNet are such.
#
# **Predict first.** The first block of DenseNet-121 gives 56×56×256. What does the transition make of it?

# %%
for number in (1, 2, 3):
    came = densenet121.get_layer(f"transition{number}_1x1_bn").input.shape[1:]
    left = densenet121.get_layer(f"transition{number}_pool").output.shape[1:]
    print(f"transition {number}: " + " → ".join("×".join(map(str, shape)) for shape in (came, left)))

# %% [markdown]
# ## Exercise 3: the transition
#
# Write `transition(x, compression=0.5)`: batch normalisation, ReLU, a 1×1 convolution without bias to
# `int(compression * channels)` maps, then average pooling of 2×2 that halves height and width. `channels` is what `x`
# has.
#
# **Predict first.** 7×5 pixels, 9 channels, compression 0.5. What shape comes out?

# %% nbgrader={"grade_id": "transition-answer", "solution": true}
def transition(x, compression=0.5):
    """Between two dense blocks: fewer channels, half the height and width."""
    ### BEGIN SOLUTION
    filters = int(compression * x.shape[-1])
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.Conv2D(filters, 1, use_bias=False)(x)
    return keras.layers.AveragePooling2D(pool_size=2)(x)
    ### END SOLUTION


# %% nbgrader={"grade_id": "transition", "grade": true, "locked": true, "points": 2}
check("transition", transition)
### BEGIN HIDDEN TESTS
with tf.Graph().as_default():
    assert tuple(transition(keras.Input((7, 5, 9))).shape) == (None, 3, 2, 4)
    assert tuple(transition(keras.Input((12, 16, 21)), 0.3).shape) == (None, 6, 8, 6)
### END HIDDEN TESTS

# %% [markdown]
# ## The family
#
# Table 1 of the published paper has four nets for ImageNet. They differ in how many layers their blocks have.
# DenseNet-161 is not in it; the authors' code has it beside the others, with a growth rate of 48. All begin in the same
# way, much as a ResNet does: a 7×7 convolution with strides 2 to 2k maps, batch normalisation, ReLU, and 3×3 maximum
# pooling with strides 2. All end in global average pooling and one fully connected layer of 1,000 units.

# %%
stages = ["conv1", "pool1", "dense1_6", "transition1_pool", "dense2_12", "transition2_pool", "dense3_24"]
stages += ["transition3_pool", "dense4_16", "avg_pool", "predictions"]
plots.network([(name, densenet121.get_layer(name).output.shape[1:]) for name in stages], columns=6);

# %% [markdown]
# **Predict first.** A layer of a block has two convolutions. Count the layers with weights of DenseNet-121, batch
# normalisation left aside: is the number in its name right?

# %%
def count(k, layers, side=56):
    """Parameters that are trained, and multiply-accumulates for one image, of a DenseNet-BC for ImageNet, by hand."""
    channels, area = 2 * k, side * side
    weights = 7 * 7 * 3 * channels
    # A γ and a β for each channel that is normalised; conv1 works at twice the side
    parameters, macs = weights + 2 * channels, weights * 4 * area
    for number, num_layers in enumerate(layers, start=1):
        for _ in range(num_layers):
            weights = by_bottleneck(channels, k)
            parameters, macs = parameters + weights + 2 * channels + 2 * 4 * k, macs + weights * area
            channels += k
        if number < len(layers):
            weights = channels * (channels // 2)
            parameters, macs = parameters + weights + 2 * channels, macs + weights * area
            channels, area = channels // 2, area // 4
    return parameters + 2 * channels + (channels + 1) * 1000, macs + channels * 1000


for depth, (k, layers) in IMAGENET.items():
    weight_layers = 2 * sum(layers) + (len(layers) - 1) + 1 + 1  # blocks, transitions, conv1, the fully connected one
    parameters, macs = count(k, layers)
    print(f"DenseNet-{depth}: k = {k}, blocks {layers}, {weight_layers} weight layers,", end=" ")
    print(f"{parameters:,} parameters, {macs / 1e9:.2f} billion MACs")
total = analysis.table(densenet121).total
print("the built DenseNet-121 agrees:", count(*IMAGENET[121]) == (total.trainable_parameters, total.macs))

# %% [markdown]
# The names of four are exact. The blocks that the paper prints for DenseNet-264 make 265; we build what the table says.
#
# ## Exercise 4: DenseNet
#
# Write `build_densenet(blocks, growth_rate)`. It returns a `keras.Model` from 224×224×3 to 1,000 probabilities.
# `blocks` is a tuple of how many layers each block has: four blocks or any other number of them.
#
# 1. `ZeroPadding2D(3)`, then a 7×7 convolution with strides 2, no further padding, no bias, to 2 · growth_rate maps;
#    batch normalisation, ReLU. (`padding="same"` would put 2 zeros before and 3 after: another function.)
# 2. `ZeroPadding2D(1)`, then 3×3 maximum pooling with strides 2.
# 3. The dense blocks, with a transition of compression 0.5 after each but the last.
# 4. Batch normalisation, ReLU, `GlobalAveragePooling2D`, and `Dense` with 1,000 units and softmax.
#
# Build it with your `dense_block` and `transition`. (The course's own, in `course.blocks`, do not count as an answer.)
#
# **Predict first.** How many channels go into the fully connected layer of `build_densenet((6, 12, 24, 16), 32)`?

# %% nbgrader={"grade_id": "densenet-answer", "solution": true}
def build_densenet(blocks, growth_rate):
    """DenseNet-BC for ImageNet: a keras.Model, 224×224×3 to 1,000 probabilities."""
    ### BEGIN SOLUTION
    inputs = keras.Input((224, 224, 3))
    x = keras.layers.ZeroPadding2D(3)(inputs)
    x = keras.layers.Conv2D(2 * growth_rate, 7, strides=2, use_bias=False)(x)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.MaxPooling2D(3, strides=2)(keras.layers.ZeroPadding2D(1)(x))
    for number, num_layers in enumerate(blocks, start=1):
        x = dense_block(x, num_layers, growth_rate)
        if number < len(blocks):
            x = transition(x)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(1000, activation="softmax")(x))
    ### END SOLUTION


# %% nbgrader={"grade_id": "densenet", "grade": true, "locked": true, "points": 4}
check("densenet", build_densenet)
### BEGIN HIDDEN TESTS
with tf.Graph().as_default():
    for blocks, k, features in (((2, 1), 6, 18), ((1, 1, 1, 1, 1), 4, 8)):
        some_net = build_densenet(blocks, k)
        assert tuple(some_net.output.shape) == (None, 1000)
        assert (features, 1000) in [tuple(weight.shape) for weight in some_net.trainable_weights]
### END HIDDEN TESTS

# %% [markdown]
# ## What the paper measured
#
# On CIFAR-10, small photographs of ten kinds of things, with shifted and mirrored images added in training. Errors in
# per cent, from table 2 of the paper; ResNet-110 from table 6 of He and others 2016, the best of five runs. L is the
# number of weight layers. These nets have three blocks of equal length. Those without BC have no bottleneck and keep
# all channels between blocks.
#
# | net | error |
# |---|---|
# | ResNet-110 | 6.43 |
# | DenseNet, L = 40, k = 12 | 5.24 |
# | DenseNet-BC, L = 100, k = 12 | 4.51 |
# | DenseNet-BC, L = 190, k = 40 | 3.46 |
#
# **Predict first.** ResNet-110 has 1.7 million parameters. How many has the DenseNet-BC of 100 layers? And which of the
# two does more multiply-accumulates?

# %%
def costs(build, **options):
    """Parameters that are trained, multiply-accumulates for one image, bytes of all layers' outputs."""
    with tf.Graph().as_default():
        return analysis.table(build(**options)).total


names = {"ResNet-110": "resnet110_cifar", "DenseNet-BC, L = 100": "densenet100_bc_cifar", "ResNet-50": "resnet50"}
pairs = {name: costs(BUILDERS[key]) for name, key in names.items()}
pairs["DenseNet-121"] = analysis.table(densenet121).total
print(f"{'':20} {'parameters':>12} {'million MACs':>13} {'outputs':>10}")
for name, total in pairs.items():
    print(f"{name:20} {total.trainable_parameters:12,} {total.macs / 1e6:13,.0f} {total.memory / 2**20:6.1f} MiB")

# %% [markdown]
# The DenseNet-BC has fewer than half of ResNet-110's parameters, and does *more* multiply-accumulates: each of its
# narrow layers reads many channels at every pixel. On ImageNet DenseNet-121 does fewer than ResNet-50, but not by as
# much as it has fewer parameters.
#
# On ImageNet the paper compares with ResNets that others had trained in the same way, fb.resnet.torch. Errors of the
# first answer (top-1), for one crop of each validation image, in per cent: DenseNet-121 25.02 and DenseNet-201
# 22.58 (table 3); ResNet-50 24.01 and ResNet-101 22.44 (fb.resnet.torch). So DenseNet-201 comes within 0.2 of
# ResNet-101, which has more than twice its parameters (section 4.4). That is the claim: **as accurate as a ResNet, with
# fewer parameters**.
#
# Mind the last column, though.
#
# ## What concatenation costs: memory
#
# A layer's weights are few. But to concatenate is to copy, if one does it in the plain way: the second layer's input
# holds the first maps again, the third layer's holds them once more. Normalisation and ReLU each make a result of
# that size too. Training keeps most of it, since the gradient will need it.
#
# **Predict first.** A block of twice as many layers makes twice as many new maps. What becomes of the copies?

# %%
def block_memory(layers, side=28, channels=64, k=32):
    """Bytes for one image: what the convolutions of a dense block make, and what is joined, normalised, rectified."""
    with tf.Graph().as_default():
        x = keras.Input((side, side, channels))
        rows = analysis.table(keras.Model(x, course_blocks.dense_block(x, layers, k))).rows
    made = sum(row.memory for row in rows if row.kind == "Conv2D")
    return made, sum(row.memory for row in rows if row.kind not in ("Conv2D", "InputLayer"))


lengths = (3, 6, 12, 24)
memory = {layers: np.array(block_memory(layers)) / 2**20 for layers in lengths}
for before, layers in zip((None, *lengths), lengths, strict=False):
    made, copied = memory[layers]
    times = "" if before is None else "  times {:.1f} and {:.1f}".format(*(memory[layers] / memory[before]))
    print(f"{layers:2} layers: made {made:5.1f} MiB, joined, normalised, rectified {copied:6.1f} MiB{times}")

# %%
figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
axes.plot(lengths, [copied for _, copied in memory.values()], "ko-", label="joined, normalised, rectified")
axes.plot(lengths, [made for made, _ in memory.values()], "ks:", label="made by convolutions")
axes.set(xlabel="layers of the block", ylabel="MiB for one image", xticks=lengths)
axes.legend();

# %% [markdown]
# What is made doubles. What is joined comes ever nearer to four times as much: layer l joins c + l · k channels, and
# the sum of that over n layers has a term k · n(n + 1)/2. It grows with the *square* of the number of layers.
#
# It need not be kept. Joining and normalising is cheap, so it can be done again when the gradient is computed, into a
# memory that all layers share. Pleiss and others (2017) do so: the memory then grows linearly, for some more time.
# Keras does nothing of the kind by itself.

# %% [markdown]
# ## The experiment
#
# We set a small DenseNet-BC against two small ResNets, on the handwritten digits of lesson 03. To save time they are
# 12×12 pixels here: the border is cut off, and each 2×2 pixels become their mean. All three are nets as the papers have
# them for CIFAR-10, with fewer layers. Each sees the same images in the same order, for the same number of epochs, with
# the same optimizer. (Under `smoke` the larger ResNet is left out. Under `full` the images are CIFAR-10's, the nets
# have the papers' depth, and each trains by its own paper's recipe.)
#
# We fix beforehand what *as accurate* means: test accuracies that differ by no more than 2 percentage points.

# %%
FULL = training.profile() == "full"
source = "cifar10" if FULL else "digits"
part = training.by_profile(smoke="train[:320]", lesson="train", full="train")


def data(split):
    """Images of −1 to 1 and labels; digits without their border of 4 pixels, at half the size."""
    images, labels = load(source, split=split, batch_size=-1)
    images = scale(images, -1, 1)
    if not FULL:
        images = images[:, 4:-4, 4:-4].reshape(-1, 12, 2, 12, 2, 1).mean(axis=(2, 4))
    return images, labels


(x_train, y_train), (x_test, y_test) = data(part), data("test")
shape = x_train.shape[1:]
print("training:", x_train.shape, "  test:", x_test.shape)
print(f"2 percentage points are {0.02 * len(x_test):.1f} test images")
plots.images(x_train[:16], titles=y_train[:16], limits=(-1, 1));

# %%
LAYERS, GROWTH = training.by_profile(smoke=(1, 12), lesson=(2, 12), full=(16, 12))  # layers in each of 3 blocks, and k
DENSE = f"DenseNet-BC-{6 * LAYERS + 4}"
DEPTHS = training.by_profile(smoke=(8,), lesson=(8, 14), full=(56, 110))
NETS = {f"ResNet-{depth}": (resnet_cifar, {"depth": depth}) for depth in DEPTHS}
NETS[DENSE] = (densenet_cifar, {"depth": 6 * LAYERS + 4, "growth_rate": GROWTH, "bottleneck": True})
RECIPES = {"ResNet-56": "resnet_cifar", "ResNet-110": "resnet110_cifar", DENSE: "densenet_cifar"}
cost = {name: costs(build, input_shape=shape, **options) for name, (build, options) in NETS.items()}
for name, total in cost.items():
    print(f"{name:15} {total.trainable_parameters:9,} parameters, {total.macs / 1e6:6.2f} million MACs,", end=" ")
    print(f"{total.memory / 2**20:.2f} MiB of outputs")

# %% [markdown]
# The number in a name counts the layers with weights. **Predict first.** Which net will be the most accurate, which the
# least? Which one takes longest to train? Write down an order for each.

# %%
BATCH, RATE = 64, 0.004
epochs = training.by_profile(smoke=1, lesson=12, full=None)


def how(name):
    """The paper's recipe under `full`; else Adam, with a rate that falls to 0 along a cosine."""
    if FULL:
        return {"recipe": RECIPES[name]}
    rate = keras.optimizers.schedules.CosineDecay(RATE, epochs * -(-len(x_train) // BATCH))
    return {"epochs": epochs, "batch_size": BATCH, "optimizer": keras.optimizers.Adam(rate)}


# %%
trained, start, results = {}, {}, []
for name, (build, options) in NETS.items():
    training.seed(SEED)
    model = trained[name] = build(input_shape=shape, **options)
    start[name] = {layer.name: layer.get_weights()[0] for layer in model.layers if layer.weights}
    began = time.perf_counter()
    history = training.fit(model, (x_train, y_train), seed=SEED, verbose=0, **how(name))
    seconds = time.perf_counter() - began
    accuracy = model.evaluate(x_test, y_test, batch_size=128, verbose=0, return_dict=True)["accuracy"]
    results.append({"name": name, "accuracy": accuracy, "seconds": seconds, "data": source,
                    "parameters": cost[name].trainable_parameters, "macs": cost[name].macs})  # fmt: skip
    print(f"{name:15} test accuracy {accuracy:.1%}, training {history.history['accuracy'][-1]:.1%}, {seconds:.0f} s")

# %%
large, dense = results[-2:]
print(f"{dense['name']} against {large['name']}:")
print(f"    accuracy {100 * (dense['accuracy'] - large['accuracy']):+.1f} percentage points")
for what in ("parameters", "macs", "seconds"):
    print(f"    {what:10} {dense[what] / large[what]:.2f} times as many")

# %%
plots.accuracy_against_cost(results, "parameters");

# %%
plots.accuracy_against_cost(results, "seconds");

# %% [markdown]
# Under the profile `lesson` the DenseNet is as accurate as the larger ResNet, by the measure that we fixed, with about
# a quarter of its parameters. But it does about three quarters of the multiply-accumulates, and its outputs take more
# memory. Nor is a quarter of the parameters a quarter of the time: the last line printed says what it is on your
# machine. **Fewer parameters are not less time.** The DenseNet has more layers, each of them narrow, and between them
# much that has no multiply-accumulates but takes time: joining, normalising, rectifying. (Under `smoke` the nets see a
# few batches alone: their accuracies show nothing.)
#
# Be careful with what this shows. These digits are easy: all three nets come near to all right, and the smaller ResNet
# may do as well as the larger one. So a DenseNet can do with few parameters here; it does not follow that a ResNet as
# small as that could not. On harder images, such as letters on photographs (`load("glyphs/medium_16")`), few epochs may
# put the nets in another order: try it. The paper's claim is about nets that are trained to the end, for 300 epochs on
# CIFAR-10 and 90 on ImageNet. The profile `full` does so on CIFAR-10, which takes a GPU and hours.

# %% [markdown]
# ## Which earlier layers does a layer use?
#
# A dense block lets each layer see everything. Does it make use of that, or does it look at its neighbour alone? The
# paper's figure 5 answers by the weights. The first convolution of a layer has weights for each channel that it sees,
# and every channel has a *source*: the block's input, or one of the earlier layers. Take the mean absolute weight of
# each source. Light is little, dark is much. The last column is what stands behind the block: its transition, or, after
# the third block, the fully connected layer.
#
# A net that was trained briefly still carries its random start with it, and a start treats all sources alike. So we
# draw how far training has *moved* the weights, in the mean, as a share of their mean size at the start.
#
# **Predict first.** If every layer used its nearest neighbour alone, where would the dark squares be?

# %%
def by_source(weights, layers):
    """The mean absolute weight (…, channels, filters) from the block's input and from each of so many layers."""
    means = np.abs(weights).reshape(-1, *weights.shape[-2:]).mean(axis=(0, 2))
    first = len(means) - layers * GROWTH
    return np.array([means[:first].mean(), *means[first:].reshape(layers, GROWTH).mean(axis=1)])


def moved(block):
    """How far training moved the weights: (sources, readers), not a number where a reader does not see the source."""
    behind = f"transition{block}_1x1" if block < 3 else "predictions"
    table = np.full((LAYERS + 1, LAYERS + 1), np.nan)
    for column, reader in enumerate([*(f"dense{block}_{layer}_1x1" for layer in range(1, LAYERS + 1)), behind]):
        now, then = trained[DENSE].get_layer(reader).get_weights()[0], start[DENSE][reader]
        table[: column + 1, column] = by_source(now - then, column) / by_source(then, column)
    return table


# %%
moves = [moved(block) for block in (1, 2, 3)]
most = max(np.nanmax(table) for table in moves)
figure, grid = plt.subplots(1, 3, figsize=(9, 3.4), layout="constrained")
for block, (axes, table) in enumerate(zip(grid, moves, strict=True), start=1):
    axes.imshow(table, cmap="Greys", vmin=0, vmax=1.4 * most)
    for row, reader in np.argwhere(~np.isnan(table)) if LAYERS < 5 else ():
        axes.text(reader, row, f"{table[row, reader]:.2f}", ha="center", va="center", fontsize=8)
    names = [str(layer) for layer in range(1, LAYERS + 1)]
    axes.set(xticks=range(LAYERS + 1), xticklabels=[*names, "behind"], xlabel="reader", title=f"block {block}")
    axes.set(yticks=range(LAYERS + 1), yticklabels=["input", *names])
grid[0].set_ylabel("source");

# %%
readers = [column[~np.isnan(column)] for table in moves for column in table.T[1:]]
least = min(column.min() / column.max() for column in readers)
print(f"of all readers' sources, the least moved against the same reader's most moved: {least:.2f}")

# %% [markdown]
# At 1, all sources of a reader moved alike; at 0, one would have been left alone. In the paper's net (L = 40, k = 12,
# 300 epochs), every layer spreads its weights over many sources of its block, early ones too. The transitions do so as
# well. In the second and third block the least weight falls on the block's input, which hints that the transitions
# hand on more than is needed: with compression they hand on less. The last, fully connected layer leans towards the
# latest maps (section 5). Which of the four can you see above? Ours is a much smaller net with few epochs, so expect
# no more than a hint.
#
# And a weight is a hint only. Before it stands a batch normalisation: a map with a small γ counts little, however large
# the weights behind it.

# %% [markdown]
# ## Recap
#
# - Addition forgets what was added to what; concatenation keeps both, and costs channels.
# - A dense block of L layers has L(L + 1)/2 connections. Each layer adds k channels: they grow linearly.
# - A layer is BN-ReLU-1×1-BN-ReLU-3×3. The 1×1, to 4k channels, saves weights once a layer sees more than 7.2k.
# - Maps of one size stand side by side, so halving is done between blocks, by transitions. They halve the channels too.
# - Parameters, multiply-accumulates, memory and time are four prices. DenseNet saves the first and pays in memory.
# - Joined, normalised and rectified maps take memory that grows with the square of a block's layers, unless they are
#   computed again for the gradient.
#
# ## Read next
#
# - G. Huang, Z. Liu, L. van der Maaten, K. Weinberger, "Densely Connected Convolutional Networks", 2017,
#   arXiv:1608.06993. Section 3 is the net, table 1 the family, section 5 and figure 5 the weights by source.
# - G. Huang, Y. Sun, Z. Liu, D. Sedra, K. Weinberger, "Deep Networks with Stochastic Depth", 2016, arXiv:1603.09382:
#   the layers that could be dropped. Read section 3.
# - G. Pleiss and others, "Memory-Efficient Implementation of DenseNets", 2017, arXiv:1707.06990.
# - K. He, X. Zhang, S. Ren, J. Sun, "Identity Mappings in Deep Residual Networks", 2016, arXiv:1603.05027: section 4
#   has pre-activation.

# %% [markdown]
# # AlexNet and ZFNet: the net that changed the field
#
# **What made a large convolutional net win in 2012, and what did looking inside it teach a year later?**
#
# In 2012 Alex Krizhevsky, Ilya Sutskever and Geoffrey Hinton trained a net of 60 million parameters on 1.2 million
# photographs of 1,000 kinds of things. It won ILSVRC, the ImageNet Large Scale Visual Recognition Challenge, by far:
# with five guesses an image, seven such nets together missed 15.3 % of them, the next best entry 26.2 %. A year later
# Matthew Zeiler and Rob Fergus looked at what the layers of such a net respond to, and mended what they saw: their net
# is ZFNet.
#
# When you have done this lesson you can
#
# - name the parts of AlexNet, and say what the paper found each one to be worth,
# - show why ReLU trains faster than tanh, and when it does not,
# - write local response normalisation, dropout and the colour augmentation by hand,
# - build AlexNet in one tower and in two, and say where its parameters are,
# - turn it into ZFNet, and say which picture led to which change,
# - find out what in an image a net looks at.
#
# You need Python and NumPy, and to know what a convolution and a pooling layer compute.
#
# Before: 01, 02, 03. Reading: 80 minutes. Running: 4 minutes.

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
from functools import partial

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_sample_images

from course import analysis, arithmetic, plots, training
from course.checks import check, explain, hint
from course.data import load, preprocessing, scale
from course.layers import LocalResponseNormalization
from course.models import BUILDERS

SEED = 0
print(training.setup())
training.seed(SEED)
print("profile   ", training.profile())

# %% [markdown]
# ## The whole net
#
# Here is AlexNet, as its figure 2 has it. Five convolutions, three of them followed by maximum pooling, then three
# fully connected layers. The last gives 1,000 probabilities. The pattern is LeNet-5's: maps shrink while their number
# grows. What is new is the size, and what it takes to train a net of this size.
#
# We build it inside a *graph* of TensorFlow. There it has shapes and counts but no weights, and takes no memory.

# %%
with tf.Graph().as_default():
    net = BUILDERS["alexnet"]()
named = [layer for layer in net.layers if layer.name[:4] in ("inpu", "conv", "pool") or layer.name[:2] == "fc"]
plots.network([(layer.name, layer.output.shape[1:]) for layer in named], columns=6);

# %% [markdown]
# The error rate of a net on ILSVRC is given twice. *Top-1*: how often the most probable class is wrong. *Top-5*: how
# often the right class is not among the five most probable. An image may show several things, and only one of them is
# its label: so top-5 was the contest's measure. A *point* is one per cent of all images: from 18 % to 17 % is one
# point.
#
# This lesson takes the net apart: first its unit, ReLU, then the normalisation and the pooling, then what holds
# overfitting down, then the whole net and its two towers. The paper takes ReLU for the most important.
#
# ## ReLU
#
# LeNet-5's units squash their sums with tanh. AlexNet's take max(0, x), the *rectified linear unit*, ReLU. The paper
# did not invent it. Fukushima used it in 1969, and Nair and Hinton (2010), whom the paper cites, in nets trained by
# other means. What the paper showed is how much faster a deep net trains with it.
#
# Training moves a weight by its *gradient*: how much the loss changes when the weight does. On its way back to the
# weights of a layer, the gradient is multiplied by the slope of the activation function.

# %%
x = np.linspace(-4, 4, 401)
curves = {"tanh(x)": (np.tanh(x), 1 - np.tanh(x) ** 2, "k:"), "max(0, x)": (np.maximum(0, x), (x > 0) * 1.0, "k-")}
figure, grid = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
for name, (value, slope, style) in curves.items():
    grid[0].plot(x, value, style, label=name)
    grid[1].plot(x, slope, style, label=f"slope of {name}")
for axes, what in zip(grid, ("what comes out", "slope"), strict=True):
    axes.set(xlabel="the sum x that goes in", ylabel=what)
    axes.legend(fontsize=8)
    axes.grid(color="0.92")

# %% [markdown]
# **Predict first.** A unit's sum is 5. By what is the gradient multiplied with tanh, and by what with ReLU?

# %%
for total in (0.5, 2, 5):
    print(f"sum {total}: slope of tanh {1 - np.tanh(total) ** 2:.4f}, slope of ReLU {float(total > 0):.0f}")

# %% [markdown]
# A tanh whose sum is far from 0 is *saturated*: flat, so that hardly any gradient gets through, and the weights below
# it stay as they are. ReLU is never flat on its right side, however large the sum. On its left side it lets nothing
# through, but a unit is seldom on the left side for all images.
#
# ### Does it train faster?
#
# The paper's figure 1 answers for a net of four layers on CIFAR-10: with ReLU it came to an error of 25 % on its
# training images in a sixth of the epochs that it took with tanh. Learning rates were chosen for each net by itself,
# so that each was as fast as it could be. We do the same with a small net, on letters in place of CIFAR-10 (the profile
# `full` takes CIFAR-10).
#
# We feed it as AlexNet was fed. Pixels go from 0 to 255, and the *mean image* is taken off, the mean of all images
# pixel by pixel. Weights start with a standard deviation of 0.01.

# %%
name = training.by_profile(smoke="glyphs/easy_32", lesson="glyphs/easy_32", full="cifar10")
count = training.by_profile(smoke=256, lesson=2000, full=50000)
pictures, labels = (part[:count] for part in load(name, split="train", batch_size=-1))
centred = pictures - preprocessing.pixel_means(pictures)
print(f"{name}: {centred.shape}, from {centred.min():.0f} to {centred.max():.0f}")
plots.images(pictures[:8], titles=labels[:8]);

# %%
def four_layers(activation, start):
    """Three convolutions and a decision, (batch, 32, 32, 3) to (batch, 10); `start` makes an initialiser of weights."""
    layers = keras.layers
    conv = partial(layers.Conv2D, padding="same", activation=activation)
    stack = [conv(16, 5, strides=2, kernel_initializer=start(), name="conv1"), layers.MaxPooling2D(3, 2)]
    stack += [conv(32, 3, kernel_initializer=start()), layers.MaxPooling2D(3, 2)]
    stack += [conv(32, 3, kernel_initializer=start()), layers.Flatten()]
    decision = layers.Dense(10, activation="softmax", kernel_initializer=start())
    return keras.Sequential([keras.Input((32, 32, 3)), *stack, decision])


class Reached(keras.callbacks.Callback):
    """Stops the training once 25 % of the training images or fewer are wrong."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = logs["accuracy"] >= 0.75

# %% [markdown]
# A *race*: for each activation function and each learning rate a net, from the same random weights, until its error is
# 25 % or the epochs are used up. The error is counted while an epoch runs.

# %%
def race(images, start, rates, epochs):
    """{activation: {rate: errors on the training images, one an epoch}}, for {activation: rates}."""
    errors = {activation: {} for activation in rates}
    for activation, by_rate in errors.items():
        for rate in rates[activation]:
            training.seed(SEED)
            model, descent = four_layers(activation, start), keras.optimizers.SGD(rate, momentum=0.9)
            options = {"epochs": epochs, "optimizer": descent, "seed": SEED, "verbose": 0, "callbacks": [Reached()]}
            try:
                by_rate[rate] = 1 - np.array(training.fit(model, (images, labels), **options).history["accuracy"])
            except training.Diverged:  # the rate is too high
                by_rate[rate] = np.full(epochs, 0.9)
    return errors


# %%
def fastest(by_rate):
    """The learning rate that came to an error of 25 % in the fewest epochs, or else to the least error."""
    return min(by_rate, key=lambda rate: (by_rate[rate][-1] > 0.25, len(by_rate[rate]), by_rate[rate][-1]))


def show(errors, title):
    """Draw a race, the fastest rate of each activation function in black, and print how it ended."""
    axes = plt.subplots(figsize=(7, 3.2), layout="constrained")[1]
    for (activation, by_rate), style in zip(errors.items(), ("o-", "s:"), strict=True):
        best = fastest(by_rate)
        for rate, curve in by_rate.items():
            look = {"color": "k", "label": f"{activation}, rate {rate}"} if rate == best else {"color": "0.75"}
            axes.plot(np.arange(len(curve)) + 1, curve, style, markersize=4, zorder=3 if rate == best else 1, **look)
        epochs, error = len(by_rate[best]), by_rate[best][-1]
        end = "reached" if error <= 0.25 else "not reached"
        print(f"{title}: {activation}, rate {best}: 25 % {end} in {epochs} epochs, error {error:.0%}")
    axes.axhline(0.25, color="0.5", linewidth=0.8)
    axes.set(xlabel="epoch", ylabel="training error", ylim=(0, 1), title=title)
    axes.legend(fontsize=8)

# %% [markdown]
# **Predict first.** conv1 sums 75 values, each up to some 150 from 0, times weights of about 0.01. How large do its
# sums get? What does that mean for tanh?

# %%
small = partial(keras.initializers.RandomNormal, stddev=0.01)
epochs = training.by_profile(smoke=1, lesson=12, full=60)
few_rates = {"relu": [0.003], "tanh": [0.01]}
rates = {"relu": [0.001, 0.003, 0.01], "tanh": [0.01, 0.03, 0.1]}
rates = training.by_profile(smoke=few_rates, lesson=rates, full=rates)
show(race(centred, small, rates, epochs), "pixels as they are")

# %% [markdown]
# Grey lines are the other learning rates. On the profile `lesson`, ReLU is done after a few epochs. Tanh, at its best
# rate, takes several times as many, if the epochs are enough for it at all. (`smoke` trains for one epoch and shows
# nothing.)
#
# Is it saturation? Then tanh should be cured by smaller sums. So we scale the pixels to [−1, 1], and let the weights
# start by the rule of Glorot and Bengio (2010), Keras's default: it chooses their size by the number of inputs and
# outputs, so that sums neither grow nor shrink from layer to layer. First the share of conv1's outputs that are
# saturated at the start, that is, where the slope of tanh is below a tenth:

# %%
scaled = scale(pictures, -1, 1)
for what, images, start in (("as they are", centred, small), ("scaled", scaled, keras.initializers.GlorotUniform)):
    training.seed(SEED)
    outputs = np.array(four_layers("tanh", start).get_layer("conv1")(images[:100]))
    print(f"pixels {what}: {np.mean(1 - outputs**2 < 0.1):.0%} of conv1's outputs are saturated")

# %% [markdown]
# **Predict first.** And now the race again?

# %%
rates = {"relu": [0.01, 0.03], "tanh": [0.01, 0.03]}
rates = training.by_profile(smoke=few_rates, lesson=rates, full=rates)
show(race(scaled, keras.initializers.GlorotUniform, rates, epochs), "pixels scaled")

# %% [markdown]
# With small sums at the start, tanh is no longer far behind on the profile `lesson`; it may even be first. So the claim
# has a condition. *ReLU needs no care to keep its sums small*: whatever their size, it stays steep. Tanh needs that
# care, at the input and in every layer; in 2012 the rules for it were new. The paper agrees in part: ReLUs "do not
# require input normalization to prevent them from saturating" (section 3.3), and the size of the effect "varies with
# network architecture". But it found ReLUs "consistently" several times faster (figure 1). ReLU stayed: it costs next
# to nothing, and it allowed nets to grow.

# %% [markdown]
# ## Local response normalisation
#
# A sum in a ReLU can grow without end. AlexNet adds a brake. In *local response normalisation* each value a is
# divided by a number that grows with the squares of its neighbours: the values at the same pixel, in the maps next to
# its own.
#
# $$b^i = \frac{a^i}{\Big(k + \alpha \sum_{j = i - n//2}^{i + n//2} (a^j)^2\Big)^\beta}$$
#
# i numbers the maps. The sum runs over n maps: its own and n // 2 on either side. At the first and last maps, where
# some of these do not exist, it has fewer terms. The paper has n = 5, k = 2, α = 10⁻⁴ and β = 0.75, chosen by trying.
#
# What does it do to a map? We make eight maps of a photograph, one a direction, with Sobel's filter turned by 45
# degrees from one to the next and a ReLU behind it. Neighbouring maps have neighbouring directions. The photograph is
# china.jpg by danielbuechele, from Flickr, CC BY 2.0; scikit-learn ships it.

# %%
china, flower = load_sample_images().images
grey = china[100:300, 150:450].mean(axis=-1).astype("float32")
sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "float32")
angles = np.arange(8) * np.pi / 4
turned = np.stack([np.cos(angle) * sobel + np.sin(angle) * sobel.T for angle in angles], axis=-1)
maps = keras.ops.relu(keras.ops.conv(grey[np.newaxis, :, :, np.newaxis], turned[:, :, np.newaxis].astype("float32")))
normal = LocalResponseNormalization()(maps)
for when, stack in (("before", maps), ("after", normal)):
    every_other = np.moveaxis(np.array(stack)[0, ..., ::2], -1, 0)
    plots.images(every_other, titles=[f"{when}, {angle:.0f}°" for angle in np.degrees(angles[::2])], columns=4)

# %% [markdown]
# Four of the eight maps; white is the largest value before, and the largest after. Before, a few hard edges are bright
# and all else is dark. After, the weak edges show as well: the largest values came down most.
#
# **Predict first.** A map answers 50 at a pixel. Once its neighbours answer 0 there, once they answer 200. In which
# case does the layer leave more of the 50? And can a stronger answer come out weaker? Take one whose neighbours are
# all 0, and let it grow.

# %%
layer = LocalResponseNormalization()
for others in (0, 50, 200):
    place = np.array([others, others, 50, others, others], "float32").reshape(1, 1, 1, 5)
    print(f"50 among neighbours of {others:>3}: {float(layer(place)[0, 0, 0, 2]):.1f}")

a = np.linspace(0, 1000, 501, dtype="float32")
figure, axes = plt.subplots(figsize=(6, 2.8), layout="constrained")
for others, style in ((0, "k-"), (100, "k--"), (200, "k:")):
    places = np.full((1, 1, len(a), 5), others, "float32")
    places[0, 0, :, 2] = a
    after = np.array(layer(places))[0, 0, :, 2]
    axes.plot(a, after, style, label=f"neighbours {others}")
    print(f"neighbours {others}: strongest after the layer is a value of {a[after.argmax()]:.0f}")
axes.set(xlabel="a, before", ylabel="after")
axes.legend(fontsize=8)
axes.grid(color="0.92");

# %% [markdown]
# Maps *compete*: an answer counts for more where its neighbours are silent. The value's own square is in the sum, too:
# so it grows at first, and falls once it is large. The paper likens it to *lateral inhibition* among nerve cells. Which
# maps are neighbours is an accident of their numbering; the net learns along with it.
#
# The paper credits the layer with 1.4 points of top-1 error and 1.2 of top-5 (section 3.3). Two years later VGG's
# authors found no gain from it on ILSVRC (Simonyan and Zisserman 2015, section 2.1). Later nets use batch
# normalisation, lesson 07.
#
# ## Exercise 1: local response normalisation
#
# Write `lrn(x, n=5, k=2, alpha=1e-4, beta=0.75)` with NumPy, by the formula above. x is an array `(batch, height,
# width, channels)`, n is odd; the result has x's shape. alpha multiplies the sum as it is. (Caffe and PyTorch divide
# it by n: the paper's 10⁻⁴ is 5 · 10⁻⁴ there.)
#
# **Predict first.** For `[[[[1, 2, 3]]]]` with n = 3, k = 1, alpha = 1 and beta = 1: by what is the 1 divided, and by
# what the 2?

# %% nbgrader={"grade_id": "local-response-normalization-answer", "solution": true}
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    """AlexNet's normalisation across the channels of x, (batch, height, width, channels), in x's shape."""
    ### BEGIN SOLUTION
    channels = x.shape[-1]
    result = np.zeros(x.shape)
    for i in range(channels):
        about = x[..., max(0, i - n // 2) : i + n // 2 + 1]
        result[..., i] = x[..., i] / (k + alpha * np.sum(about**2, axis=-1)) ** beta
    return result
    ### END SOLUTION


# %% nbgrader={"grade_id": "local-response-normalization", "grade": true, "locked": true, "points": 2}
check("local-response-normalization", lrn)
### BEGIN HIDDEN TESTS
some = np.random.default_rng(21).normal(0, 30, (2, 3, 2, 11)).astype("float32")
for words in ({}, {"n": 3, "k": 1.5, "alpha": 0.02, "beta": 0.6}, {"n": 9, "k": 3, "alpha": 0.001, "beta": 1.2}):
    n, k, alpha, beta = ({"n": 5, "k": 2, "alpha": 1e-4, "beta": 0.75} | words).values()
    expected = tf.nn.local_response_normalization(some, depth_radius=n // 2, bias=k, alpha=alpha, beta=beta)
    assert np.allclose(lrn(some, **words), expected, rtol=1e-4, atol=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# Stuck? `hint("local-response-normalization")` gives one hint; run it again for the next. Once your answer has passed,
# `explain("local-response-normalization")` tells the reasoning. It is the same for all exercises.
#
# ## Overlapping pooling
#
# LeNet-5 pooled windows of 2×2 side by side. AlexNet takes the maximum of 3×3 windows that move by 2, so that each
# shares a row or a column with the next.
#
# **Predict first.** AlexNet's pooling layers get maps of 55×55, 27×27 and 13×13. How large are they afterwards? And
# how large with windows of 2×2?

# %%
for size in (55, 27, 13):
    threes, twos = arithmetic.pool_output_size(size, 3, strides=2), arithmetic.pool_output_size(size, 2, strides=2)
    print(f"{size}×{size}: {threes}×{threes} with 3×3 windows, {twos}×{twos} with 2×2")

# %% [markdown]
# The sizes are the same, since all three are odd: the windows of 2×2 leave the last row and column out. So the two can
# be compared fairly. The paper did: overlapping lowered the top-1 error by 0.4 points and the top-5 error by 0.3, and
# such nets overfitted a little less (section 3.4).
#
# ## Overfitting
#
# A net with 60 million parameters can learn many of its training images by heart. *Overfitting* is what one calls the
# gap: few errors on the images it was trained on, many on others. AlexNet has two main means against it.
#
# ### Dropout
#
# In training, each unit of the first two fully connected layers is switched off with a probability of one half, anew
# for each image. So no unit can rely on a certain other one being there. Here are eight draws for 64 units; black is
# off.

# %%
training.seed(SEED)
draws = keras.layers.Dropout(0.5)(np.ones((8, 64), "float32"), training=True)
plots.images(np.array(draws).reshape(8, 8, 8), limits=(0, 2.5))
units = 2 * 4096
print(f"fc6 and fc7 have {units:,} such units: 2^{units} nets, a number of {int(units * np.log10(2)) + 1:,} digits")

# %% [markdown]
# So training with dropout trains, a little each, a great many nets that share their weights. When the net is used, all
# units are there, and each gives about what these nets would give on average. But then twice as many units are on as
# in training. The paper halves their outputs in use. Keras does it the other way round: it doubles what it keeps in
# training, and leaves the outputs alone in use. The sum that a unit can expect is the same.
#
# ## Exercise 2: dropout
#
# Write `dropout(x, rate, uniform, training=True)`, Keras's way. `rate` is the probability to be dropped. `uniform` has
# the shape of x and holds a random number from 0 to 1 for each value: it is given, so that the result can be checked.
# In training, a value is kept where its number is `rate` or more, and multiplied so that the mean stays as it was; the
# others become 0. With `training=False`, x comes back as it is.
#
# **Predict first.** With a rate of 0.75, by what is a value multiplied that is kept?

# %% nbgrader={"grade_id": "dropout-answer", "solution": true}
def dropout(x, rate, uniform, training=True):
    """Dropout with given random numbers: an array in the shape of x."""
    ### BEGIN SOLUTION
    if not training:
        return x
    return np.where(uniform >= rate, x / (1 - rate), 0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "dropout", "grade": true, "locked": true, "points": 2}
check("dropout", dropout)
### BEGIN HIDDEN TESTS
numbers = np.random.default_rng(22)
some, chances = numbers.normal(5, 1, (300, 400)), numbers.uniform(size=(300, 400))
for rate in (0.15, 0.55, 0.9):
    made = dropout(some, rate, chances)
    assert np.isclose(np.mean(made == 0), rate, atol=0.01)
    assert np.isclose(np.mean(made), 5, atol=0.1)
    assert np.allclose(made[made != 0], some[made != 0] / (1 - rate))
    assert np.array_equal(dropout(some, rate, chances, training=False), some)
### END HIDDEN TESTS

# %% [markdown]
# ### Augmentation
#
# The other means is more data: not new photographs, but the same ones changed in ways that leave the label true. The
# paper does two things to each image, anew each time it is shown.
#
# **Crops and flips.** An image is first scaled so that its shorter side has 256 pixels, and its middle of 256×256 is
# kept. From that a part is cut at random, and half of the parts are mirrored. We take parts of 227×227; why not the
# paper's 224, comes below.

# %%
square = np.array(preprocessing.center_crop(preprocessing.rescale_shorter_side(china, 256), 256))
crops = np.stack([preprocessing.random_crop(square, 227, seed=(SEED, draw)) for draw in range(8)])
shown = np.stack([preprocessing.random_flip(crop, seed=(SEED, draw)) for draw, crop in enumerate(crops)])
titles = ["mirrored" if np.any(crop != picture) else "" for crop, picture in zip(crops, shown, strict=True)]
plots.images(shown, titles=titles, columns=4);

# %% [markdown]
# **Predict first.** In how many places can a part of 224×224 stand in 256×256? How many different images does that
# make of one, with their mirror images?

# %%
places = arithmetic.conv_output_size(256, kernel_size=224)
print(f"{places} places along a side; {places}·{places}·2 = {places * places * 2:,} images of one")

# %% [markdown]
# The paper says 2,048, which is 32·32·2. As with every kernel, the count is one more than the room: 256 − 224 + 1.
# These images are much alike, of course. But without them, the paper says, its net would have overfitted so much that
# it would have had to be far smaller (section 4.1).
#
# When the net is used, the paper takes ten parts, the four corners and the middle and their mirror images, and averages
# the ten answers: `preprocessing.ten_crops`.
#
# **Colour.** Light gets brighter, dimmer, warmer. What is in the picture stays the same. How does it change the
# pixels? Take all pixels of the training images as points in a space of red, green and blue. They form a long cloud.

# %%
photographs = np.stack([china, flower])
eigenvalues, eigenvectors = preprocessing.principal_colours(photographs)
points = photographs.reshape(-1, 3)[::400] / 255
figure, axes = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
axes.plot(points[:, 0], points[:, 2], ".", color="0.75", markersize=3)
for i, style in enumerate(("-", "--", ":")):
    tip = points.mean(axis=0) + 2 * np.sqrt(eigenvalues[i]) * eigenvectors[:, i]
    axes.plot(*np.stack([points.mean(axis=0), tip])[:, [0, 2]].T, "k" + style, linewidth=2, label=f"component {i + 1}")
axes.set(xlabel="red", ylabel="blue")
axes.legend(fontsize=8)
for value, vector in zip(eigenvalues, eigenvectors.T, strict=True):
    print(f"eigenvalue {value:.4f}, eigenvector", np.round(vector, 2))

# %% [markdown]
# The cloud's own directions are its *principal components*. They are the *eigenvectors* of the covariance matrix of
# red, green and blue; the *eigenvalue* of each is the variance along it, for pixels from 0 to 1. (Covariances are the
# averages of products of deviations from the mean. NumPy's `np.linalg.eigh` finds eigenvalues and eigenvectors.) The
# first component here adds to all three colours, and so in most sets of photographs: from dark to bright. The lines in
# the picture are two standard deviations long.
#
# The paper adds one colour to all pixels of an image. It is a sum over the components: eigenvector i, times its
# eigenvalue, times a random number α_i. The three α are drawn anew for each image from a normal distribution, with the
# mean 0 and a standard deviation of 0.1. It lowered the top-1 error by over one point.
#
# **Predict first.** How far does that move a pixel, of 255?

# %%
for deviation, what in ((0.1, "as in the paper"), (2.0, "20 times as far")):
    shift = partial(preprocessing.pca_colour, square, eigenvalues, eigenvectors, deviation)
    drawn = np.stack([shift(seed=(SEED, draw)) for draw in range(4)])
    print(f"{what}: by {np.max(np.abs(drawn - square)):.1f} at most, in four draws")
    plots.images(np.clip(drawn, 0, 255).astype("uint8"), titles=[what, "", "", ""], columns=4);

# %% [markdown]
# In the paper's strength you can hardly see it. Note that it multiplies by the eigenvalues, which are variances, and
# not by their square roots, which would be standard deviations. And it does not say whether its pixels go to 1 or to
# 255. The course takes them to go to 1: with the eigenvalues for 255, the colours would move 255 times as far, to where
# nothing could be seen.
#
# ## Exercise 3: PCA colour augmentation
#
# Write `pca_colour(image, eigenvalues, eigenvectors, alphas)`. The image is `(height, width, 3)`, of floats or
# `uint8`. Column i of `eigenvectors` `(3, 3)` belongs to `eigenvalues[i]`. `alphas` are the three random numbers: they
# are given, so that the result can be checked. Return floats `(height, width, 3)`: the image, with the colour
# Σ alphas[i] · eigenvalues[i] · eigenvectors[:, i] added to every pixel. Image and eigenvalues are on the same scale;
# cut nothing off at 0 or 255.
#
# **Predict first.** `np.array([200], "uint8") + np.array([100], "uint8")` is 44. What must happen to an image of bytes
# before the colour is added?

# %% nbgrader={"grade_id": "pca-colour-answer", "solution": true}
def pca_colour(image, eigenvalues, eigenvectors, alphas):
    """The image, (height, width, 3), with one colour along the principal components added to every pixel."""
    ### BEGIN SOLUTION
    colour = eigenvectors @ (alphas * eigenvalues)
    return image.astype(float) + colour
    ### END SOLUTION


# %% nbgrader={"grade_id": "pca-colour", "grade": true, "locked": true, "points": 2}
check("pca-colour", pca_colour)
### BEGIN HIDDEN TESTS
numbers = np.random.default_rng(23)
basis = np.linalg.qr(numbers.normal(size=(3, 3)))[0]
values, some_alphas = np.array([0.3, 0.02, 0.007]) * 255**2, numbers.normal(0, 0.01, 3)
some = numbers.integers(0, 256, (5, 7, 3)).astype("uint8")
for i in range(3):
    along = (pca_colour(some, values, basis, some_alphas) - some) @ basis[:, i]
    assert np.allclose(along, some_alphas[i] * values[i], atol=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# ### Do they close the gap?
#
# An AlexNet in small, on few letters: so few that it can learn them by heart. The test letters are of other fonts, on
# other parts of the photographs. We train it four times from the same weights: with neither, with dropout, with
# augmentation, with both. Augmentation here shifts the image by up to three pixels and shifts its colours. There are no
# flips: a mirrored letter is another letter. (With CIFAR-10, on the profile `full`, there are.)

# %%
def small_alexnet(rate):
    """AlexNet in small: bytes (batch, 32, 32, 3) to probabilities (batch, 10), with dropout of that rate."""
    layers = keras.layers
    conv = partial(layers.Conv2D, padding="same", activation="relu")
    stack = [layers.Rescaling(1 / 127.5, -1), conv(24, 5, strides=2), layers.MaxPooling2D(3, 2)]
    stack += [conv(48, 3), layers.MaxPooling2D(3, 2), conv(64, 3), layers.Flatten()]
    stack += [layers.Dense(256, activation="relu"), layers.Dropout(rate), layers.Dense(10, activation="softmax")]
    return keras.Sequential([keras.Input((32, 32, 3)), *stack])


few, few_labels = pictures[: count // 2], labels[: count // 2]
test_pictures, test_labels = (part[:1000] for part in load(name, split="test", batch_size=-1))
values, vectors = preprocessing.principal_colours(few)
colours = partial(preprocessing.pca_colour, eigenvalues=values, eigenvectors=vectors)
flips = training.by_profile(smoke=[], lesson=[], full=[preprocessing.random_flip])
changes = [partial(preprocessing.pad_and_crop, padding=3), colours, *flips]

# %% [markdown]
# **Predict first.** Four nets, and two accuracies of each: on the letters that it was trained on, and on the test
# letters. Which of the eight is highest? Which two lie closest together?

# %%
epochs = training.by_profile(smoke=1, lesson=20, full=60)
means = {"neither": (0, None), "dropout": (0.5, None), "augmentation": (0, changes), "both": (0.5, changes)}
if training.profile() == "smoke":
    means = {what: means[what] for what in ("neither", "both")}
scores = {}
for what, (rate, augment) in means.items():
    training.seed(SEED)
    model, steps = small_alexnet(rate), epochs * -(-len(few) // 32)
    adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.001, steps))
    options = {"epochs": epochs, "optimizer": adam, "augment": augment, "seed": SEED, "verbose": 0}
    training.fit(model, (few, few_labels), **options)
    parts = ((few, few_labels), (test_pictures, test_labels))
    scores[what] = [np.mean(np.array(model(images)).argmax(-1) == truth) for images, truth in parts]
    train, test = scores[what]
    print(f"{what:<13} training {train:.1%}, test {test:.1%}, gap {train - test:.1%}")

# %%
figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for place, (train, test) in enumerate(scores.values()):
    axes.plot([place, place], [test, train], color="0.6", linewidth=6, solid_capstyle="butt")
    axes.plot(place, train, "k^", label="training" if place == 0 else None)
    axes.plot(place, test, "ko", label="test" if place == 0 else None)
axes.set(ylabel="accuracy", xticks=range(len(scores)), xticklabels=list(scores), xlim=(-0.5, len(scores) - 0.5))
axes.grid(color="0.92")
axes.legend(fontsize=8);

# %% [markdown]
# On the profile `lesson`, augmentation takes a part of the gap away, and from the right side: more of the test letters
# are right. (`smoke` has time for two of the nets, and shows nothing.)
#
# Dropout does less on that profile, and not the same with every seed. Two reasons are at hand. It slows training down:
# the paper says that it takes roughly twice the steps (section 4.2), and our four nets had the same number of epochs.
# And it is made for larger layers: AlexNet's two have 4,096 units each, ours has 256. Without dropout, the authors say,
# their net "exhibits substantial overfitting". An experiment of minutes cannot show all that a week on 1.2 million
# photographs did.
#
# ## The whole net, layer by layer
#
# Now to the net itself. **Predict first.** The paper says that its input is 224×224, and that conv1 has kernels of
# 11×11, strides of 4, and maps of 55×55. It mentions no padding. In how many places can the kernel stand?

# %%
for size in (224, 227):
    print(f"{size}: {arithmetic.conv_output_size(size, kernel_size=11, strides=4)} places along a side")

# %% [markdown]
# 224 gives 54; 227 gives 55. So the numbers of the paper do not agree, and 227 is what fits all the others. Most who
# build it take 227, or pad. Here is the first block: convolution with ReLU, normalisation, pooling.

# %%
picture = scale(preprocessing.center_crop(square, 227))[np.newaxis]
layers = keras.layers
block = [layers.Conv2D(96, 11, strides=4, activation="relu"), LocalResponseNormalization(), layers.MaxPooling2D(3, 2)]
x = picture
for name, layer in zip(("conv1", "norm1", "pool1"), block, strict=True):
    x = layer(x)
    print(f"{name}: {tuple(x.shape)}, {layer.count_params():,} parameters")

# %% [markdown]
# **Predict first.** Here are all layers, in one tower: every kernel sees all maps. Each convolution has a ReLU.
#
# | layer | what it does |
# |---|---|
# | conv1 | 96 kernels of 11×11, strides 4, no padding |
# | norm1, pool1 | local response normalisation; maximum of 3×3 windows, strides 2 |
# | conv2 | 256 kernels of 5×5, padded to keep the size |
# | norm2, pool2 | as norm1 and pool1 |
# | conv3 | 384 kernels of 3×3, padded to keep the size |
# | conv4 | 384 kernels of 3×3, padded to keep the size |
# | conv5 | 256 kernels of 3×3, padded to keep the size |
# | pool5 | as pool1 |
# | fc6, fc7 | 4,096 units each, ReLU, dropout of one half behind each |
# | fc8 | 1,000 units, softmax |
#
# Write the shape behind each layer down. Which layer has the most parameters?

# %%
side, channels = 227, 3
convolutions = [("conv1", 11, 96), ("conv2", 5, 256), ("conv3", 3, 384), ("conv4", 3, 384), ("conv5", 3, 256)]
for name, kernel_size, filters in convolutions:
    strides, padding = (4, "valid") if name == "conv1" else (1, "same")
    side = arithmetic.conv_output_size(side, kernel_size, strides, padding)
    print(f"{name}: {side}×{side}×{filters}, {arithmetic.conv_params(kernel_size, channels, filters):,} parameters")
    channels = filters
    if name in ("conv1", "conv2", "conv5"):
        side = arithmetic.pool_output_size(side, 3, strides=2)
        print(f"pool{name[-1]}: {side}×{side}×{filters}")
features = side * side * channels
for name, units in (("fc6", 4096), ("fc7", 4096), ("fc8", 1000)):
    print(f"{name}: {units:,}, {arithmetic.dense_params(features, units):,} parameters")
    features = units

# %% [markdown]
# ## Exercise 4: AlexNet in one tower
#
# Write `build_alexnet()`. It returns a Keras model from `(batch, 227, 227, 3)` to 1,000 probabilities, with the layers
# of the table above. `LocalResponseNormalization()` has the paper's numbers. Between pool5 and fc6 the maps become a
# vector (`keras.layers.Flatten`). Initial values are left to you here.
#
# A net that is no plain row of layers is written by calling them. `x = inputs = keras.Input((227, 227, 3))` stands for
# images to come, `x = layer(x)` for what a layer makes of them, and `keras.Model(inputs, x)` is the net.

# %% nbgrader={"grade_id": "alexnet-answer", "solution": true}
def build_alexnet():
    """AlexNet with every kernel seeing all maps: a keras.Model, 227×227×3 to 1,000 probabilities."""
    ### BEGIN SOLUTION
    x = inputs = keras.Input((227, 227, 3))
    for filters, kernel_size, strides, padding in ((96, 11, 4, "valid"), (256, 5, 1, "same")):
        x = keras.layers.Conv2D(filters, kernel_size, strides=strides, padding=padding, activation="relu")(x)
        x = LocalResponseNormalization()(x)
        x = keras.layers.MaxPooling2D(3, strides=2)(x)
    for filters in (384, 384, 256):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D(3, strides=2)(x))
    for _ in range(2):
        x = keras.layers.Dense(4096, activation="relu")(x)
        x = keras.layers.Dropout(0.5)(x)
    return keras.Model(inputs, keras.layers.Dense(1000, activation="softmax")(x))
    ### END SOLUTION


# %% nbgrader={"grade_id": "alexnet", "grade": true, "locked": true, "points": 4}
check("alexnet", build_alexnet)

# %% [markdown]
# ## Two towers
#
# The net was too large for one graphics card of 2012, with its 3 GB. The authors had two, and gave each half of the
# kernels of every layer: two *towers*. Passing maps from card to card takes time, so it is done in few places only.
# conv2, conv4 and conv5 see the maps of their own card alone. conv3 and the fully connected layers see all.
#
# A convolution whose kernels see only a part of the maps is called *grouped*. With `groups=2`, the first half of the
# kernels sees the first half of the maps, the second half the second. Grey is where a kernel sees a map:

# %%
seen = {"conv1": (3, 96, 1), "conv2": (96, 256, 2), "conv3": (256, 384, 1), "conv4": (384, 384, 2)}
seen["conv5"] = (384, 256, 2)
figure, grid = plt.subplots(1, 5, figsize=(10, 2.6), layout="constrained")
for axes, (name, (maps_in, kernels, groups)) in zip(grid, seen.items(), strict=True):
    joined = np.kron(np.eye(groups), np.ones((maps_in // groups, kernels // groups)))
    axes.imshow(joined, cmap="Greys", vmax=1.6, vmin=0, aspect="auto")
    axes.set(title=name, xlabel="kernel", xticks=[0, kernels - 1], yticks=[0, maps_in - 1])
grid[0].set_ylabel("map that comes in");

# %% [markdown]
# **Predict first.** conv2 has 5·5·96·256 weights in one tower. How many has it in two? How many output maps?

# %%
for name, kernel_size in (("conv2", 5), ("conv4", 3), ("conv5", 3)):
    maps_in, kernels, _ = seen[name]
    one, two = (arithmetic.conv_params(kernel_size, maps_in, kernels, groups, use_bias=False) for groups in (1, 2))
    print(f"{name}: {one:>9,} weights in one tower, {two:>7,} in two; {kernels} maps come out of either")

# %% [markdown]
# Half of the weights, and half of the multiply-accumulates, since each weight is used at as many places as before. The
# paper compares its two towers with a net on one card that has half as many kernels in each convolution: the two
# towers lower the top-1 error by 1.7 points and the top-5 error by 1.2 (section 3.2). The towers also came to differ.
# The first filters of one card hardly care for colour, those of the other do (figure 3). The idea outlived the reason:
# ResNeXt (Xie et al. 2017) takes groups for their low cost.
#
# ## Exercise 5: AlexNet in two towers
#
# Write `build_two_towers()`: AlexNet as it was split over two cards. All is as in exercise 4, but conv2, conv4 and
# conv5 see their own half of the maps only. Either take `groups=2`, or write two towers of half as many kernels and
# join them along the channels (`keras.layers.Concatenate`) where all maps are seen.
#
# **Predict first.** In one tower the net has 62,378,344 parameters. How many has it in two? The cell above has what
# you need.

# %% nbgrader={"grade_id": "alexnet-two-towers-answer", "solution": true}
def build_two_towers():
    """AlexNet as over two graphics cards: a keras.Model, 227×227×3 to 1,000 probabilities."""
    ### BEGIN SOLUTION
    x = inputs = keras.Input((227, 227, 3))
    for filters, kernel_size, strides, padding, groups in ((96, 11, 4, "valid", 1), (256, 5, 1, "same", 2)):
        conv = keras.layers.Conv2D(filters, kernel_size, strides, padding, groups=groups, activation="relu")
        x = LocalResponseNormalization()(conv(x))
        x = keras.layers.MaxPooling2D(3, strides=2)(x)
    for filters, groups in ((384, 1), (384, 2), (256, 2)):
        x = keras.layers.Conv2D(filters, 3, padding="same", groups=groups, activation="relu")(x)
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D(3, strides=2)(x))
    for _ in range(2):
        x = keras.layers.Dropout(0.5)(keras.layers.Dense(4096, activation="relu")(x))
    return keras.Model(inputs, keras.layers.Dense(1000, activation="softmax")(x))
    ### END SOLUTION


# %% nbgrader={"grade_id": "alexnet-two-towers", "grade": true, "locked": true, "points": 3}
check("alexnet-two-towers", build_two_towers)

# %% [markdown]
# ## Where the numbers are
#
# Here is the paper's net as a table. Find the layer with the most parameters and the layer with the most MACs.

# %%
analysis.table(net)

# %%
costs = analysis.table(net)
rows = [row for row in costs.rows if row.parameters]
figure, grid = plt.subplots(2, 1, figsize=(8, 4), layout="constrained", sharex=True)
totals = {"parameters": costs.total.parameters, "MACs": costs.total.macs}
for axes, (what, total) in zip(grid, totals.items(), strict=True):
    shares = [getattr(row, what.lower()) / total for row in rows]
    axes.bar([row.name for row in rows], shares, color="0.45")
    axes.set(ylabel=f"share of {what}", ylim=(0, 0.75))
    for place, share in enumerate(shares):
        axes.text(place, share + 0.01, f"{share:.1%}", ha="center", fontsize=8)
dense = sum(row.parameters for row in rows if row.name.startswith("fc"))
print(f"fully connected: {dense / costs.total.parameters:.1%} of {costs.total.parameters:,} parameters")

# %% [markdown]
# The fully connected layers have nearly all of the parameters, and fc6 alone more than half: it joins 6·6·256 values
# to 4,096 units. That is why dropout is there. The convolutions do nearly all of the work.
#
# **Predict first.** A *neuron*, the paper's word, is one unit: one number that a layer gives. The abstract counts
# 650,000 of them. Figure 2 prints 253,440 for conv1. How many numbers are in 55×55×96?

# %%
neurons = {layer.name: int(np.prod(layer.output.shape[1:])) for layer in named if layer.name[:2] in ("co", "fc")}
for name, count in neurons.items():
    print(f"{name}: {count:>7,}")
print(f"all: {sum(neurons.values()):,}; with the 253,440 printed for conv1 {sum(neurons.values()) - 290400 + 253440:,}")
print(f"55·48·96 = {55 * 48 * 96:,}")

# %% [markdown]
# conv1 has 290,400. The printed number is what comes out if one of its two sides is taken for 48, which is the number
# of maps a card has. The sum, about 650,000, was made with the right one. The other numbers of the figure agree.
#
# ## How it was trained
#
# The paper's recipe is in the course, with what a recipe cannot hold, as `departures`:

# %%
print(training.recipe("alexnet", profile="full"))

# %% [markdown]
# *Weight decay* draws every weight a little towards 0 at each step. The authors say that it did more than hold
# overfitting down: without it the net learned its training images less well. The rate was divided by ten whenever the
# errors on held-out images stopped falling. It took five to six days on the two cards.
#
# **Predict first.** Weights start small, drawn with a standard deviation of 0.01. The biases of conv2, conv4, conv5,
# fc6 and fc7 start at **1**, the others at 0. A ReLU passes a gradient where its sum is above 0. Of the units of conv2,
# what share has that at the start, with biases of 0, and with 1?

# %%
some_maps = np.abs(np.random.default_rng(SEED).normal(size=(1, 27, 27, 96))).astype("float32")
for bias in (0, 1):
    start = {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.01, seed=SEED)}
    conv2 = layers.Conv2D(256, 5, padding="same", bias_initializer=keras.initializers.Constant(bias), **start)
    print(f"biases of {bias}: {np.mean(np.array(conv2(some_maps)) > 0):.0%} of the sums are above 0")

# %% [markdown]
# "This initialization accelerates the early stages of learning by providing the ReLUs with positive inputs" (section
# 5). Today one sets biases to 0 and chooses the size of the weights by the number of inputs: lesson 07.
#
# ## What came of it
#
# | ILSVRC-2012, errors in per cent | top-1, validation | top-5, validation | top-5, test |
# |---|---|---|---|
# | best of the others: SIFT + Fisher vectors | | | 26.2 |
# | one AlexNet | 40.7 | 18.2 | |
# | five AlexNets, averaged | 38.1 | 16.4 | 16.4 |
# | seven AlexNets, two of them trained on more data | 36.7 | 15.4 | **15.3** |
#
# (Krizhevsky et al. 2012, table 2. SIFT and Fisher vectors are features that people designed.) The last line won the
# contest. Lessons 05 and 06 have the nets that led it two years later.

# %% [markdown]
# ## Looking inside: ZFNet
#
# AlexNet worked, but nobody could say why its kernels are 11×11 and its strides 4. Zeiler and Fergus (2014) looked.
# They took a strong answer of a unit and led it back through the layers, each turned round: pooling puts the value back
# to where the maximum was, ReLU cuts off what is negative, and the kernels are used transposed. What arrives is a
# picture of what the unit saw. They call this a *deconvolutional network*. It showed three troubles (section 4.1 and
# its figure):
#
# 1. The filters of conv1 had very high and very low frequencies, and few between: fine stripes, and flat colours.
# 2. Some filters were *dead*: next to nothing made them answer.
# 3. The second layer showed *aliasing*: patterns that are in the net, not in the image.
#
# Their cure: **7×7 kernels in place of 11×11, strides of 2 in place of 4.** We begin with the third trouble, since you
# can compute it.
#
# **Predict first.** Stripes, 5 pixels from light to light. A filter finds them. Its map is computed at every 4th pixel
# only. How far apart do the stripes of the map seem to be?

# %%
pixels = np.arange(240)
stripes = np.cos(2 * np.pi * pixels / 5)
filter_11 = np.cos(2 * np.pi * (np.arange(11) - 5) / 5) * np.hanning(13)[1:-1]
found = np.convolve(stripes, filter_11, "valid")[:200]
figure, grid = plt.subplots(2, 1, figsize=(9, 3.6), layout="constrained", sharex=True)
for axes, strides in zip(grid, (4, 2), strict=True):
    kept = found[::strides]
    axes.plot(found[:80], color="0.75", label="at every pixel")
    axes.plot(np.arange(0, 80, strides), kept[: 80 // strides], "ko-", markersize=4, label=f"strides of {strides}")
    axes.set(ylabel="map", xlabel="pixel" if strides == 2 else "")
    axes.legend(fontsize=8, loc="upper right")
    strongest = np.argmax(np.abs(np.fft.rfft(kept - kept.mean())))
    print(f"strides of {strides}: the map's stripes seem {len(kept) * strides / strongest:.1f} pixels apart")

# %% [markdown]
# With strides of 4 the map shows broad waves that the image does not have. The fine stripes are under a false name;
# *alias* is Latin for "otherwise". A map with strides of s can show stripes 2s pixels apart or more, so strides of 4
# none below 8. Yet kernels of 11×11 are free to find finer ones. With strides of 2, all down to 4 pixels come through.
#
# ### Two small nets
#
# The other two troubles need trained nets. We train two on letters of 64×64 pixels (`glyphs/easy_64`), one that begins
# as AlexNet does and one that begins as ZFNet. Behind the first two blocks they are alike.

# %%
def looked_into(kind):
    """A small net, bytes (batch, 64, 64, 3) to probabilities (batch, 10), that begins as AlexNet or as ZFNet."""
    layers = keras.layers
    if kind == "AlexNet":
        begin = [layers.Conv2D(24, 11, strides=4, activation="relu", name="conv1"), layers.MaxPooling2D(3, 2)]
        begin += [layers.Conv2D(48, 5, padding="same", activation="relu", name="conv2")]
    else:
        begin = [layers.ZeroPadding2D(1), layers.Conv2D(24, 7, strides=2, activation="relu", name="conv1")]
        begin += [layers.MaxPooling2D(3, 2, padding="same")]
        begin += [layers.Conv2D(48, 5, strides=2, activation="relu", name="conv2")]
    end = [layers.MaxPooling2D(3, 2), layers.Conv2D(64, 3, padding="same", activation="relu", name="conv3")]
    end += [layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(0.5)]
    end += [layers.Dense(10, activation="softmax")]
    return keras.Sequential([keras.Input((64, 64, 3)), layers.Rescaling(1 / 127.5, -1), *begin, *end])


# %%
count, epochs = training.by_profile(smoke=(256, 1), lesson=(3000, 8), full=(8000, 30))
large_images, large_labels = load("glyphs/easy_64", split="train", batch_size=-1)
test, first = load("glyphs/easy_64", split="test", batch_size=-1, as_supervised=False), min(count, 1000)
glyphs, truth, boxes = test["image"][:first], test["label"][:first], 64 * test["bbox"][:first]
pair = {}
for kind in ("AlexNet", "ZFNet"):
    training.seed(SEED)
    pair[kind] = looked_into(kind)
    data = large_images[:count], large_labels[:count]
    training.fit(pair[kind], data, epochs=epochs, optimizer=keras.optimizers.Adam(0.001), seed=SEED, verbose=0)
    right = np.array(pair[kind](glyphs)).argmax(-1) == truth
    side = pair[kind].get_layer("conv1").output.shape[1]
    print(f"begins as {kind}: conv1 {side}×{side}, {np.mean(right):.0%} of {len(right)} test letters right")

# %% [markdown]
# Their first filters, each scaled to its own largest weight. Mid-grey is 0. (Under `smoke` they have hardly moved from
# the noise that they began with.)

# %%
for kind, model in pair.items():
    kernels = model.get_layer("conv1").get_weights()[0]
    plots.filters(kernels / np.abs(kernels).max(axis=(0, 1, 2)), columns=12).set_title(f"begins as {kind}")

# %% [markdown]
# And what the filters make of one letter. Look for maps that stay black: their filters found nothing in it.

# %%
letter = glyphs[:1]
plots.images(letter, titles=["the letter"])
answers = {}
for kind, model in pair.items():
    first = keras.Model(model.inputs[0], model.get_layer("conv1").output)
    plots.activation_maps(np.array(first(letter))[0], columns=8).set_title(f"begins as {kind}: conv1")
    answers[kind] = np.array(first(glyphs[:200]))

# %% [markdown]
# A picture of one letter can mislead. So count: which maps stay below a twentieth of the largest answer, for all of
# 200 letters? Call them dead.

# %%
for kind, maps in answers.items():
    largest = maps.max(axis=(0, 1, 2))
    dead = int(np.sum(largest < largest.max() / 20))
    print(f"begins as {kind}: {dead} of {len(largest)} maps are dead; maps of {maps.shape[1]}×{maps.shape[2]}")

# %% [markdown]
# Do not make too much of the numbers. These are two nets of 24 filters, trained on letters for a short time: there may
# be no dead filter at all, and the finer beginning need not be the more accurate one. The paper's pictures are of a net
# of 96 filters that saw 1.2 million photographs. What you can see plainly is what strides of 2 bring: the maps are
# finer, and a stroke that is a blot on the one is a stroke on the other.
#
# ## Exercise 6: from AlexNet to ZFNet
#
# Write `build_zfnet()`: a Keras model from `(batch, 224, 224, 3)` to 1,000 probabilities. It is AlexNet in one tower
# with these changes (figure 3 of the paper):
#
# - conv1 has 96 kernels of 7×7 with strides 2. One zero is put on each side of the image before it
#   (`keras.layers.ZeroPadding2D(1)`), and no more.
# - conv2 has strides of 2, too, and no padding.
# - Local response normalisation comes *behind* the first two poolings, not before them.
# - The first two poolings round up: where the last window hangs over the edge, it is kept. Here
#   `padding="same"` does that.
#
# The paper writes the sizes 110, 55, 26, 13, 13, 13, 13 and 6 into its figure. All else is as in exercise 4. The
# number of kernels stays 384, 384, 256 in conv3 to conv5. (512, 1,024 and 512, which you may read elsewhere, are a
# larger variant in table 2.)
#
# **Predict first.** Which layer makes which of these sizes?

# %% nbgrader={"grade_id": "zfnet-answer", "solution": true}
def build_zfnet():
    """ZFNet: a keras.Model, 224×224×3 to 1,000 probabilities."""
    ### BEGIN SOLUTION
    x = inputs = keras.Input((224, 224, 3))
    x = keras.layers.ZeroPadding2D(1)(x)
    for filters, kernel_size in ((96, 7), (256, 5)):
        x = keras.layers.Conv2D(filters, kernel_size, strides=2, activation="relu")(x)
        x = keras.layers.MaxPooling2D(3, strides=2, padding="same")(x)
        x = LocalResponseNormalization()(x)
    for filters in (384, 384, 256):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D(3, strides=2)(x))
    for _ in range(2):
        x = keras.layers.Dropout(0.5)(keras.layers.Dense(4096, activation="relu")(x))
    return keras.Model(inputs, keras.layers.Dense(1000, activation="softmax")(x))
    ### END SOLUTION


# %% nbgrader={"grade_id": "zfnet", "grade": true, "locked": true, "points": 3}
check("zfnet", build_zfnet)

# %%
with tf.Graph().as_default():
    nets = {name: analysis.table(BUILDERS[name]()) for name in ("alexnet_one_tower", "zfnet", "zfnet_b")}
for name, counted in nets.items():
    print(f"{name:<18}{counted.total.parameters:>12,} parameters {counted.total.macs:>14,} MACs")
    for row in counted.rows:
        if row.name in ("conv1", "conv2"):
            print(f"    {row.name}: {row.macs:,} MACs")

# %% [markdown]
# From AlexNet to ZFNet parameters hardly change; there are even slightly fewer. (Variant (b) is much larger.) conv1
# costs more: its kernels are smaller, but stand in four times as many places. conv2 costs about what it did: maps of
# 55×55 come in, and its strides make 26×26 of them.
#
# What did it bring? In the authors' own runs, AlexNet as they trained it again had errors of 40.5 (top-1) and 18.1
# (top-5) on the validation images, and ZFNet 38.4 and 16.5. Variant (b) had 37.5 and 16.0, and six nets averaged 36.0
# and 14.7 (Zeiler and Fergus 2014, table 2).
#
# ## What does the net look at?
#
# A second experiment of the same paper (section 4.2): cover a part of the image with a grey square, ask the net for
# the probability of the right class, and move the square on. Where the probability falls, the net had been looking.
# It needs nothing but the net's answers, so it works with any net.
#
# **Predict first.** A net has learned to name letters on photographs. Where will the square hurt: everywhere a little,
# on the letter, on its outline?
#
# Each letter's *box* is known, the rectangle around it. We take letters that the net names rightly, and of these the
# ones with the smallest boxes, for there is room beside them.

# %%
def occluded(model, image, label, side=20, step=4):
    """The probability of the label (places, places), with a grey square of that side at each place of the image."""
    starts = range(0, image.shape[0] - side + 1, step)
    covered = np.repeat(image[np.newaxis], len(starts) ** 2, axis=0)
    for number, (top, left) in enumerate((top, left) for top in starts for left in starts):
        covered[number, top : top + side, left : left + side] = 128
    return np.array(model(covered))[:, label].reshape(len(starts), len(starts))


# %%
named = np.flatnonzero(np.array(pair["ZFNet"](glyphs)).argmax(-1) == truth)
area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
many = training.by_profile(smoke=6, lesson=40, full=200)
smallest = named[np.argsort(area[named])][:many]
chosen = np.random.default_rng(SEED).permutation(smallest)
falls = [occluded(pair["ZFNet"], glyphs[number], truth[number]) for number in chosen]
figure, grid = plt.subplots(2, 6, figsize=(10, 3.8), layout="constrained")
for number, chance, (above, below) in zip(chosen, falls, grid.T, strict=False):
    above.imshow(glyphs[number])
    shown = below.imshow(chance, cmap="gray", vmin=0, vmax=1, extent=(8, 56, 56, 8))
    below.set(xlim=(-0.5, 63.5), ylim=(63.5, -0.5), xticks=(), yticks=())
    above.set_axis_off()
figure.colorbar(shown, ax=grid, label="probability of the right class", shrink=0.7);

# %% [markdown]
# Above, the letters; below, at the middle of each square, the probability that was left. Dark is where it hurt. Is it
# the letter? Count: some squares lie in the box, some beside it, and most cover a part of both.

# %%
starts = 4 * np.arange(len(falls[0]))
left_over, worst, in_box = {"in the box": [], "partly in it": [], "beside it": []}, [], []
for number, chance in zip(chosen, falls, strict=True):
    top, left, bottom, right = boxes[number]
    within = np.outer((starts >= top) & (starts + 20 <= bottom), (starts >= left) & (starts + 20 <= right))
    touching = np.outer((starts + 20 > top) & (starts < bottom), (starts + 20 > left) & (starts < right))
    for where, places in zip(left_over, (within, touching & ~within, ~touching), strict=True):
        left_over[where] += list(chance[places])
    middle = starts + 10
    inside = np.outer((middle >= top) & (middle <= bottom), (middle >= left) & (middle <= right))
    worst.append(inside.ravel()[chance.argmin()])
    in_box.append(inside.mean())
for where, chances in left_over.items():
    if chances:
        print(f"probability left, square {where}: {np.mean(chances):.2f} ({len(chances)} places)")
print(f"the worst square has its middle in the box in {np.mean(worst):.0%} of {len(worst)} images;", end=" ")
print(f"by chance it would be in {np.mean(in_box):.0%}")

# %% [markdown]
# On the profile `lesson` a square beside the letter costs the net little of its certainty, and one on the letter costs
# it much. The worst place is on the letter in nearly all images. So the net looks at the letter, though there is a
# photograph beside it. The paper finds the same of its net for photographs: the probability falls when the thing itself
# is covered.
#
# ## Recap
#
# - ReLU does not saturate, whatever the size of its sums. Where tanh saturates, ReLU trains several times faster;
#   where care is taken that it does not, the two are close.
# - Local response normalisation lets neighbouring maps compete. The paper found it useful, VGG did not.
# - Pooling windows may overlap, at the same sizes.
# - Dropout and augmentation are there to hold overfitting down; both change the training alone. In our small net,
#   on the profile `lesson`, augmentation helped.
# - 227, not 224; nearly all parameters are in the fully connected layers, nearly all work is in the convolutions.
# - Two towers are grouped convolutions: half of the weights in conv2, conv4 and conv5.
# - ZFNet has finer first layers, since a look inside had shown what coarse ones do: strides of 4 show stripes that are
#   not there.
#
# ## Read next
#
# - A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012,
#   NeurIPS 25: all of it; it is nine pages. Figure 2 is the net, figure 3 its first filters.
# - M. Zeiler, R. Fergus, "Visualizing and Understanding Convolutional Networks", 2014, arXiv:1311.2901: section 4, and
#   the pictures.
# - V. Nair, G. Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", 2010, ICML: section 2, the
#   unit.
# - N. Srivastava and others, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", *Journal of Machine
#   Learning Research* 15, 2014: sections 1 and 2 for the idea.
# - O. Russakovsky and others, "ImageNet Large Scale Visual Recognition Challenge", 2015, arXiv:1409.0575: section 2,
#   the task; section 5, what won.
# - S. Xie and others, "Aggregated Residual Transformations for Deep Neural Networks", 2017, arXiv:1611.05431: groups
#   again, figure 3.

# %% [markdown]
# # The whole family: accuracy and what it costs
#
# **Which of all these nets is the best, and best by what?**
#
# From 2012 to 2017 each paper of this course announced a better net than the one before. In 2016 Alfredo Canziani,
# Adam Paszke and Eugenio Culurciello put the nets into one picture: accuracy against what it costs. It showed that
# *better* depends on which cost you pay: numbers to store, work to do, or time to wait.
#
# When you have done this lesson you can
#
# - count what a net costs in three ways, and draw its accuracy against each,
# - read such a picture: which nets are beaten by another, and which are not,
# - compare published results like with like, and say when that cannot be done,
# - design a small net under a budget of parameters,
# - take a net that was trained on one task over to another with few images, and measure whether that helps,
# - name the ideas that came after this course's nets, and find their papers.
#
# You need Python and NumPy, and from the lessons before: the nets themselves, parameters and multiply-accumulates,
# batch normalisation, global average pooling.
#
# Before: 03, 04, 05, 06, 07, 08. Reading: 60 minutes. Running: 5 minutes.

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
from keras import layers

from course import analysis, arithmetic, blocks, plots, training
from course.checks import check, explain, hint
from course.data import load, name_of, reach, scale
from course.models import BUILDERS

SEED = 0
training.seed(SEED)
print(training.setup())
print("profile", training.profile())

# %% [markdown]
# ## What a net costs
#
# - **Parameters**: numbers to learn, to store and to send. An app that carries a net is larger by them.
# - **Multiply-accumulates**, MACs: the work for one image. They decide roughly how much energy an answer takes.
# - **Memory of the outputs**: what all layers together put out for one image. Training keeps most of it until the
#   gradients have been computed.
# - **Time**: what you wait. It depends on the machine, too, so it must be measured.
#
# The first three follow from the layers alone. To count them we need no weights: inside `tf.Graph().as_default()` a
# builder only notes the layers and their shapes.

# %%
def counted(build):
    """The table of the net that a builder makes: layers, shapes, costs. Its weights are never made."""
    with tf.Graph().as_default():
        return analysis.table(build())


# %% [markdown]
# **Predict first.** GoogLeNet has 22 layers with weights, AlexNet has 8. Which of the two has more parameters? Which
# has more multiply-accumulates?

# %%
for name in ("alexnet", "googlenet"):
    total = counted(BUILDERS[name]).total
    print(f"{name:10} {total.trainable_parameters:11,} parameters {total.macs:14,} MACs")

# %% [markdown]
# ## The papers' own results
#
# ImageNet's contest, ILSVRC, has 1,000 classes. An answer counts as wrong in *top-5 error* if the right class is not
# among the net's five best guesses. The papers print many such numbers, and most of them do not compare: some are of
# one net and some of seven together; some look at one part of an image, a *crop*, and some at 144 and average.
#
# Here is what does compare: **one net, ten crops** (the corners and the middle, and their mirror images), on the
# contest's validation images.
#
# | net | top-5 error, % | from |
# |---|---:|---|
# | AlexNet | 18.2 | Krizhevsky and others 2012, table 2 |
# | ZFNet | 16.5 | Zeiler and Fergus 2014, table 2 |
# | VGG-16 | 9.33 | He and others 2016, table 3 |
# | GoogLeNet | 9.15 | Szegedy and others 2015, table 3 |
# | ResNet-34 (B), 50, 152 | 7.46, 6.71, 5.71 | He and others 2016, table 3 |
# | DenseNet-121, 201 | 6.66, 5.54 | Huang and others 2017, table 3 |
#
# LeNet-5, MiniVGG and NiN are missing: no paper has ten crops of ImageNet for them. VGG's own paper does not crop. It
# lets the net slide over the whole image, as lesson 05 shows. The authors of ResNet tested VGG-16 with ten crops.

# %%
TEN_CROPS = {
    "alexnet": 18.2, "zfnet": 16.5, "vgg16": 9.33, "googlenet": 9.15, "densenet121": 6.66, "resnet34": 7.46,
    "resnet50": 6.71, "resnet152": 5.71, "densenet201": 5.54,
}  # fmt: skip
# The deepest take the longest to write down: `smoke` leaves them out.
names = training.by_profile(smoke=list(TEN_CROPS)[:4], lesson=list(TEN_CROPS), full=list(TEN_CROPS))
published = []
for name in names:
    total = counted(BUILDERS[name]).total
    accuracy, memory = 1 - TEN_CROPS[name] / 100, total.memory / 2**20
    published.append({"name": name, "accuracy": accuracy, "memory": memory, "data": "ILSVRC, top-5, ten crops",
                      "parameters": total.trainable_parameters, "macs": total.macs})  # fmt: skip
    print(f"{name:12} {total.trainable_parameters / 1e6:6.1f} million parameters,", end=" ")
    print(f"{total.macs / 1e9:5.2f} billion MACs, {memory:4.0f} MiB of outputs, top-5 error {TEN_CROPS[name]} %")

# %% [markdown]
# **Predict first.** The pictures below have the accuracy upwards and a cost to the right. Where do you want a net to
# be? Which net will lie furthest to the right by parameters? Which one furthest to the left by MACs?

# %%
plots.accuracy_against_cost(published, "parameters");

# %%
plots.accuracy_against_cost(published, "macs");

# %% [markdown]
# The upper left corner is good: much accuracy for little. A net with a full marker is on the **Pareto front**: no other
# net here is at least as cheap and at least as accurate. An open marker means that some other net beats it at both.
#
# Mind the axis: it is logarithmic. The same step to the right is always the same *factor*.
#
# Now compare the two pictures. AlexNet and ZFNet are among the dearest by parameters, and the cheapest by MACs. VGG-16
# is beaten in both. The order of the papers is not the order of any cost. What about memory?

# %%
for cost, unit in (("parameters", 1e6), ("macs", 1e9), ("memory", 1)):
    order = sorted(published, key=lambda row: row[cost])
    print(f"{cost:10}", " < ".join(f"{row['name']} {row[cost] / unit:.3g}" for row in order))

# %% [markdown]
# AlexNet's outputs take the least. DenseNet-121, which has few parameters, has more memory of outputs than VGG-16,
# which has the most parameters. **No net is the cheapest by all three costs, and no order is the same as another.**
#
# ### How sure is such a table?
#
# Not very. The order of two nets can depend on how they are tested. VGG-16 and GoogLeNet, single nets:
#
# | test | VGG-16, top-5 error | GoogLeNet, top-5 error |
# |---|---:|---:|
# | ten crops | 9.33 (He and others, table 3) | 9.15 (Szegedy and others, table 3) |
# | as many views as each paper takes | 7.2 (VGG, table 5) | 7.89 (Szegedy and others, table 3: 144 crops) |
#
# With ten crops GoogLeNet is ahead by a little, with each paper's best effort VGG is. The nets were also trained for
# unlike times, with unlike changes to the images. To compare the *nets*, we must train them alike. That is next.
#
# ## A small family
#
# We build one small member of each family, for images of 32×32. LeNet-5 is LeNet-5. The others keep what makes their
# family: AlexNet's large first kernels and large fully connected layers, VGG's pairs of 3×3, NiN's 1×1 layers,
# Inception's branches, ResNet's shortcuts, DenseNet's concatenation.
#
# All but LeNet-5 get batch normalisation after each convolution. AlexNet, VGG, NiN and GoogLeNet did not have it; it
# came in 2015. It lets nets learn in fewer steps, and without it the picture would show the year of each net as well as
# its form.

# %%
SHAPE = (32, 32, 3)


def lenet5():
    """LeNet-5 as lesson 03 has it, for three colours."""
    return BUILDERS["lenet5"](SHAPE)


def alexnet():
    """Large kernels first, overlapping pooling, two fully connected layers with dropout."""
    x = inputs = keras.Input(SHAPE)
    for filters, strides in ((16, 2), (32, 1)):
        x = blocks.conv_bn(x, filters, 5, strides=strides)
        x = blocks.max_pool(x, 3, strides=2, padding="same")
    for filters in (48, 48, 32):
        x = blocks.conv_bn(x, filters, 3)
    x = blocks.flatten(x)
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(256, "relu")(x))
    return keras.Model(inputs, layers.Dense(10, "softmax")(x))


# %%
def vgg():
    """Three pairs of 3×3 convolutions, pooling after each, and a fully connected layer."""
    x = inputs = keras.Input(SHAPE)
    for filters in (8, 16, 32):
        x = blocks.conv_bn(blocks.conv_bn(x, filters, 3), filters, 3)
        x = blocks.max_pool(x, 2)
    x = layers.Dense(256, "relu")(blocks.flatten(x))
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, layers.Dense(10, "softmax")(x))


def nin():
    """A convolution and 1×1 convolutions, three times; then a map a class, and its average."""
    x = inputs = keras.Input(SHAPE)
    for number, (widths, size) in enumerate((((24, 24, 16), 5), ((32, 32, 32), 5), ((48, 48), 3))):
        x = blocks.max_pool(x, 3, strides=2, padding="same") if number else x
        x = blocks.conv_bn(x, widths[0], size, strides=1 if number else 2)
        for filters in widths[1:]:
            x = blocks.conv_bn(x, filters, 1)
    x = layers.GlobalAveragePooling2D()(blocks.conv(x, 10, 1, activation=None))
    return keras.Model(inputs, layers.Activation("softmax")(x))


# %% [markdown]
# LeNet-5, AlexNet and VGG flatten their maps for fully connected layers. NiN averages each map, and so do the three
# below: they have a single fully connected layer, that of the classes.

# %%
def averaged(inputs, x):
    """The mean of each map, then the classes."""
    return keras.Model(inputs, layers.Dense(10, "softmax")(layers.GlobalAveragePooling2D()(x)))


def inception():
    """Four Inception modules: widths of 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection."""
    x = inputs = keras.Input(SHAPE)
    x = blocks.conv_bn(x, 16, 3, strides=2)
    x = blocks.max_pool(x, 3, strides=2, padding="same")
    for widths in ((8, 12, 16, 4, 8, 8), (16, 16, 24, 4, 8, 8)):
        x = blocks.inception_module(x, widths, batch_normalization=True)
    x = blocks.max_pool(x, 3, strides=2, padding="same")
    for widths in ((24, 12, 26, 4, 8, 8), (32, 24, 48, 8, 16, 16)):
        x = blocks.inception_module(x, widths, batch_normalization=True)
    return averaged(inputs, x)


# %%
def resnet():
    """Three residual blocks; the second and third halve the maps and double them in number."""
    x = inputs = keras.Input(SHAPE)
    x = blocks.conv_bn(x, 16, 3, strides=2, kernel_initializer="he_normal")
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        x = blocks.residual_block(x, filters, strides, shortcut="A")
    return averaged(inputs, x)


def densenet():
    """Three dense blocks of a growth rate of 8, with bottlenecks, and transitions that halve: DenseNet-BC."""
    x = inputs = keras.Input(SHAPE)
    x = blocks.conv(x, 16, 3, strides=2, activation=None, use_bias=False)
    for number, depth in enumerate((2, 3, 3)):
        x = blocks.transition(x) if number else x
        x = blocks.dense_block(x, depth, growth_rate=8)
    return averaged(inputs, layers.Activation("relu")(blocks.batch_normalization(x)))


# %% [markdown]
# Here is how the maps shrink in each, from the image to the classes: for each height and width, the last shape.

# %%
FAMILY = {"LeNet-5": lenet5, "AlexNet": alexnet, "VGG": vgg, "NiN": nin, "Inception": inception, "ResNet": resnet,
          "DenseNet": densenet}  # fmt: skip
tables = {name: counted(build) for name, build in FAMILY.items()}
for name, table in tables.items():
    rows = [row for row in table.rows if row.kind != "ZeroPadding2D"]
    last = {row.output_shape[:-1]: row.output_shape for row in rows}.values()
    print(f"{name:10}", " → ".join("×".join(map(str, shape)) for shape in last))

# %% [markdown]
# **Predict first.** Rank the seven by parameters, then by MACs. Which net is last, which first in each?

# %%
cost = {name: table.total for name, table in tables.items()}
for name, total in cost.items():
    print(f"{name:10} {total.trainable_parameters:9,} parameters {total.macs:11,} MACs")

# %% [markdown]
# ## The same budget for all
#
# Every net gets the same images as often, in the same order, the same optimizer and the same learning rates: Adam, its
# rate falling from 0.003 to 0 along a cosine. The images are of ten letters, on photographs (`glyphs`). The test images
# have other fonts and other backgrounds than the training images.
#
# Under `smoke` only two nets are trained, on a few images. Under `full` it is CIFAR-10.

# %%
FULL = training.profile() == "full"
PART = training.by_profile(smoke="[:320]", lesson="[:3000]", full="")
EPOCHS = training.by_profile(smoke=1, lesson=4, full=60)
parts = load("cifar10" if FULL else "glyphs/easy_32", split=["train" + PART, "test"])
source = name_of(parts[0])
(x_train, y_train), (x_test, y_test) = (next(part.batch(60_000).as_numpy_iterator()) for part in parts)
x_train, x_test = scale(x_train), scale(x_test)
print(source, x_train.shape, x_test.shape)
plots.images(x_train[:20], titles=y_train[:20] if FULL else None, columns=10, limits=(0, 1));

# %%
def descent(steps, rate=0.003):
    """Adam, its rate falling to 0 along a cosine."""
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps))


nets = {}
for name in training.by_profile(smoke=["LeNet-5", "ResNet"], lesson=list(FAMILY), full=list(FAMILY)):
    training.seed(SEED)
    nets[name] = FAMILY[name]()
    optimizer = descent(EPOCHS * -(-len(x_train) // 32))
    history = training.fit(nets[name], (x_train, y_train), epochs=EPOCHS, optimizer=optimizer, seed=SEED, verbose=0)
    print(f"{name:10} accuracy in training, last epoch: {history.history['accuracy'][-1]:.1%}")

# %% [markdown]
# Time is measured, so take care. The first call of a net prepares its code and is not counted. Other programs disturb,
# so each net gets five turns (under `smoke` one), and the shortest counts. The turns alternate, so that a busy moment
# meets all nets alike.

# %%
def seconds_of(nets, images, turns):
    """{name: the least seconds that a net took for the images}, the nets taking turns."""
    shortest = dict.fromkeys(nets, np.inf)
    for turn in range(turns + 1):
        for name, net in nets.items():
            began = time.perf_counter()
            net.predict(images, batch_size=100, verbose=0)
            if turn:
                shortest[name] = min(shortest[name], time.perf_counter() - began)
    return shortest


seconds = seconds_of(nets, x_test[:1000], turns=training.by_profile(smoke=1, lesson=5, full=5))
results = []
for name, net in nets.items():
    accuracy = float(np.mean(net.predict(x_test, batch_size=100, verbose=0).argmax(-1) == y_test))
    results.append({"name": name, "accuracy": accuracy, "seconds": seconds[name], "data": source,
                    "parameters": cost[name].trainable_parameters, "macs": cost[name].macs})  # fmt: skip

# %% [markdown]
# **Predict first.** Which net is the most accurate? Which two will be last? Write it down.

# %%
for row in sorted(results, key=lambda row: -row["accuracy"]):
    print(f"{row['name']:10} test accuracy {row['accuracy']:.1%}, {row['parameters']:8,} parameters,",
          f"{row['macs']:10,} MACs, {row['seconds']:.3f} s for 1,000 images,",
          f"{1e9 * row['seconds'] / 1000 / row['macs']:.2f} ns a MAC")  # fmt: skip

# %%
plots.accuracy_against_cost(results, "parameters");

# %%
plots.accuracy_against_cost(results, "macs");

# %%
plots.accuracy_against_cost(results, "seconds", title="seconds for 1,000 images");

# %% [markdown]
# Under the profile `lesson` this is what holds, for the seeds 0, 1 and 2:
#
# - **The dearest is not the best.** AlexNet has by far the most parameters, most of them in its fully connected layers.
#   NiN, which has none of these, is more accurate with less than a seventh of them.
# - **The cheapest is not the best.** LeNet-5 has the fewest multiply-accumulates, DenseNet the fewest parameters. NiN
#   and ResNet are far ahead of both.
# - **A multiply-accumulate is not a fixed time.** The Inception net has about half of AlexNet's, but each of them takes
#   longer. It has many more layers, each of them small, and between them work that has no MACs: joining, normalising.
#   Look at the last column of the table: nanoseconds (ns) a multiply-accumulate.
#
# So no ranking by one cost tells the ranking by another, nor the accuracy. (Under `smoke` the nets see a few images
# once: their accuracies show nothing.)
#
# What does it *not* show? It does not rank the families. The budget is short: the nets whose accuracy in training,
# above, is far from all right have not finished. Inception and DenseNet suffer most from that; on ImageNet they are far
# ahead of AlexNet. Their members here are very narrow, and so is the task: ten letters. Each setting was chosen once
# and for all nets alike, while the papers tuned theirs. Set `EPOCHS` to 12, run these cells again, and see what
# changes: that is the experiment that tells a slow learner from a poor one.

# %% [markdown]
# ## Exercise 1: a net of your own
#
# Write `own_net()`, a function without arguments that builds a net, trains it and returns it. It takes images of
# `(32, 32, 3)` with pixels from 0 to 1 and gives ten probabilities. It may have **20,000 parameters at most**, the
# moving averages of batch normalisation included: `model.count_params()` counts as the check does. It must be right on
# **95 %** of the test images.
#
# The data are the letters of `glyphs/easy_32`, all 8,000 of them: `letters` and `letter_labels` in the next cell. The
# check has the test images, so leave those out. It waits five minutes at most. It then ranks your net beside three of
# the course that were trained on the same 8,000 images: LeNet-5 for 12 epochs, MiniVGG and ResNet-20 for 4.
#
# A warning: batch normalisation keeps moving averages for the time after training, and by default they move by 1 % a
# batch. If you train for a few hundred batches only, take `BatchNormalization(momentum=0.9)`, which moves by 10 %.
#
# **Predict first.** A map of 8×8×32 is flattened, and a fully connected layer makes the ten classes of it. How many of
# the 20,000 parameters does that layer take? And if each map is averaged first?

# %%
print(f"flattened: {arithmetic.dense_params(8 * 8 * 32, 10):,}   averaged: {arithmetic.dense_params(32, 10):,}")
letters, letter_labels = load("glyphs/easy_32", split="train", batch_size=-1)
letters = scale(letters)
print(letters.shape, letters.dtype, letters.min(), letters.max())

# %% nbgrader={"grade_id": "own-net-answer", "solution": true}
def own_net():
    """A net of at most 20,000 parameters, trained on letters and letter_labels."""
    ### BEGIN SOLUTION
    net = keras.Sequential([keras.Input((32, 32, 3)), layers.AveragePooling2D(2)])
    for filters in (16, 32, 40):
        net.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        net.add(layers.BatchNormalization(momentum=0.9))
        net.add(layers.ReLU())
        net.add(layers.MaxPooling2D(2))
    net.add(layers.Flatten())
    net.add(layers.Dense(10, activation="softmax"))
    steps = 2 * len(letters) // 50
    training.fit(
        net, (letters, letter_labels), epochs=2, batch_size=50, optimizer=descent(steps, 0.01), seed=1, verbose=0
    )
    return net
    ### END SOLUTION


# %% nbgrader={"grade_id": "own-net", "grade": true, "locked": true, "points": 4}
check("own-net", own_net)

# %% [markdown]
# Stuck? `hint("own-net")` gives one hint; run it again for the next. `explain("own-net")` says why, once you are done.
#
# Under the profile `lesson` you can see your net in the pictures above: add a row to `results` and draw them again. Its
# accuracy is on the same test images, but it had 8,000 training images and the others 3,000: say so when you show the
# picture. (Under `full` the others are of CIFAR-10, and do not compare.)
#
# ## Transfer: a net that has learned something else
#
# Often there are few images with labels. A net with many parameters learns those by heart. **Transfer learning**
# begins with a net that was trained on another, larger set: cut off its last layer, put a new one for the new classes
# in its place, and train on the few images. What is kept is called the *body*, the new layer the *head*. There are two
# ways:
#
# - **frozen**: the body stays as it is, and only the head learns,
# - **fine-tuned**: after that all weights learn on, with a small rate.
#
# The usual body is one that was trained on ImageNet's 1.28 million images (He and others 2016, section 4.1). Keras has
# many in `keras.applications`, such as MobileNetV2; their weights come over the network. Under `full` we take that body
# if the network is there, and know so within two seconds. Otherwise we take what we have: the ResNet above, which knows
# ten *printed letters on photographs* (under `full`, the classes of CIFAR-10). The new task: ten *handwritten digits*.

# %%
WEIGHTS = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"
WEIGHTS += "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5"


def imagenet_body():
    """MobileNetV2, a third as wide as the paper's, for 96×96, with ImageNet's weights: image to features."""
    inputs = keras.Input((96, 96, 3))
    maps = keras.applications.MobileNetV2((96, 96, 3), alpha=0.35, include_top=False, weights="imagenet")
    x = maps(layers.Rescaling(2, offset=-1)(inputs))  # it was trained on pixels of -1 to 1
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x))


missing = reach.unreachable([WEIGHTS]) if FULL else {"": "only the profile full asks for them"}
if missing:
    print("no weights from ImageNet:", *missing.values())
    body = keras.Model(nets["ResNet"].input, nets["ResNet"].layers[-2].output)
else:
    body = imagenet_body()
print(f"{body.count_params():,} parameters; image {body.input.shape[1:]} to features {body.output.shape[1:]}")

# %% [markdown]
# The digits are those of lesson 03, grey, so we repeat their one channel three times.

# %%
def digits(split):
    """Handwritten digits in three equal channels, at the size of the body, pixels from 0 to 1; and their labels."""
    images, labels = load("digits", split=split, batch_size=-1)
    images = keras.ops.image.resize(scale(images), body.input.shape[1:3], interpolation="bilinear")
    return np.repeat(np.array(images), 3, axis=-1), labels


(d_train, d_labels), (d_test, d_test_labels) = digits("train"), digits("test")
print(d_train.shape, d_test.shape)
plots.images(d_train[:10], titles=d_labels[:10], columns=10, limits=(0, 1));

# %% [markdown]
# Three nets with the same layers: one from scratch, one frozen, one fine-tuned. A frozen body gives the same features
# for an image each time. So we compute them once and train the head on them, which takes next to no time.
#
# One detail matters. In a body that was trained already, batch normalisation must keep the averages it has: a few
# images give poor ones. `training=False` in the call does that.

# %%
def net_on(body, head, **options):
    """The body, then the head, as one net."""
    inputs = keras.Input(body.input.shape[1:])
    return keras.Model(inputs, head(body(inputs, **options)))


def fitted(net, images, labels, rate, rounds):
    """The net, trained on few images. All rounds make one epoch, for to begin an epoch takes time, too."""
    data = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images), seed=SEED).repeat(rounds).batch(20)
    training.fit(net, data, epochs=1, optimizer=descent(len(data), rate), seed=SEED, verbose=0)
    return net


def head():
    """A fully connected layer of ten classes on the features."""
    return keras.Sequential([keras.Input(body.output.shape[1:]), layers.Dense(10, "softmax")])


# %%
def three_ways(images, labels, rounds):
    """{way: a trained net}: from scratch, frozen, fine-tuned, from images (n, height, width, 3) and labels (n,)."""
    training.seed(SEED)
    fresh = keras.models.clone_model(body)
    for layer in fresh.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.9  # few batches: the averages must follow soon
    scratch = fitted(net_on(fresh, head()), images, labels, 0.003, rounds)
    top = fitted(head(), np.array(body(images, training=False)), labels, 0.01, rounds)
    frozen = net_on(body, top, training=False)
    copies = [keras.models.clone_model(model) for model in (body, top)]
    for copy, model in zip(copies, (body, top), strict=True):
        copy.set_weights(model.get_weights())
    tuned = fitted(net_on(*copies, training=False), images, labels, 0.001, rounds)
    return {"from scratch": scratch, "frozen": frozen, "fine-tuned": tuned}


# %% [markdown]
# **Predict first.** With five images of each digit, which of the three is the best? And with twenty?

# %%
rng = np.random.default_rng(SEED)
transfer = {}
for each in training.by_profile(smoke=[5], lesson=[5, 20], full=[5, 20, 80]):
    chosen = np.concatenate([rng.choice(np.flatnonzero(d_labels == digit), each, False) for digit in range(10)])
    ways = three_ways(d_train[chosen], d_labels[chosen], training.by_profile(smoke=1, lesson=40, full=40))
    for way, net in ways.items():
        right = np.array(net(d_test, training=False)).argmax(-1) == d_test_labels
        transfer.setdefault(way, {})[each] = float(right.mean())
        print(f"{each:2} images of each digit, {way:12}: {right.mean():.1%} of {len(right)} test digits")

# %%
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
for (way, accuracy), line in zip(transfer.items(), ("ko:", "ks--", "k^-"), strict=True):
    axes.plot(list(accuracy), list(accuracy.values()), line, label=way, markersize=7)
axes.set(xlabel="training images of each digit", ylabel="accuracy on the test digits", xticks=list(accuracy))
axes.yaxis.set_major_formatter("{x:.0%}")
axes.grid(color="0.92")
axes.legend();

# %% [markdown]
# Is a transferred net ahead? Do not take it for granted: with these digits the net from scratch may well be. Letters on
# photographs and digits on black ground are unlike, and digits are easy, so that a small net learns them from few
# images. A frozen body can only combine what it has, and what it has was made for other images. (Under `smoke` there
# is one point a line, and after one round it says nothing.)
#
# So this shows how transfer is done and how to measure it, not that it helps. It helps most where the new task is near
# to the old one (Yosinski and others, section 4), and the usual body has seen much: ImageNet, not three thousand
# letters. Whatever the body, **put a net from scratch beside it**: without that line in the picture, any transferred
# net looks good. And this is one draw of a few images: another seed gives another draw.
#
# ## Where the field went
#
# This course ends in 2017. Here is what came after, in a page.
#
# **Cheaper convolutions.** A convolution looks for patterns in space *and* mixes channels, at once. A **depthwise
# separable** convolution does one after the other: a 3×3 kernel for each channel by itself (*depthwise*), then a 1×1
# convolution that mixes the channels (*pointwise*). In the pictures below, a dark square means that an output channel
# sees an input channel.

# %%
figure, grid = plt.subplots(1, 3, figsize=(8, 3), layout="constrained")
joined = {"convolution\n3×3 for each pair": np.ones((8, 8)), "depthwise\n3×3 for each channel": np.eye(8),
          "pointwise\n1×1 for each pair": np.ones((8, 8))}  # fmt: skip
for axes, (title, pairs) in zip(grid, joined.items(), strict=True):
    axes.imshow(pairs, cmap="Greys", vmin=0, vmax=1.6, extent=(0, 8, 8, 0))
    axes.set(title=title, xlabel="input channel", xticks=range(9), yticks=range(9))
    axes.set(xticklabels=[], yticklabels=[])
    axes.grid(color="white")
grid[0].set_ylabel("output channel");

# %% [markdown]
# **Predict first.** A 3×3 convolution takes 256 channels to 256 on a map of 14×14. How many times fewer
# multiply-accumulates does the separable one take? More than nine times, or fewer?

# %%
whole = arithmetic.conv_macs(14, 3, 256, 256)
depthwise = arithmetic.conv_macs(14, 3, 256, 256, groups=256)
pointwise = arithmetic.conv_macs(14, 1, 256, 256)
print(f"{whole:,} against {depthwise:,} + {pointwise:,}: {whole / (depthwise + pointwise):.2f} times fewer")

# %% [markdown]
# **MobileNet** (2017) is a plain stack of these. Its paper sets it beside two nets you know: 70.6 % top-1 accuracy on
# ImageNet, against 69.8 % for GoogLeNet and 71.5 % for VGG-16 (its table 8). And the costs, as we count them:

# %%
total = counted(lambda: keras.applications.MobileNet(weights=None)).total
rows = {"mobilenet": (total.trainable_parameters, total.macs)}
rows |= {row["name"]: (row["parameters"], row["macs"]) for row in published if row["name"] in ("vgg16", "googlenet")}
for name, (parameters, macs) in rows.items():
    print(f"{name:10} {parameters / 1e6:6.1f} million parameters, {macs / 1e6:9,.0f} million MACs")

# %% [markdown]
# - **MobileNetV2** (2018) joins narrow layers by shortcuts and widens between them, the reverse of ResNet's bottleneck.
#   **EfficientNet** (2019) makes depth, width and image size grow together, by one rule.
# - **U-Net** (2015) has a way down and a way up like lesson 09's nets, and joins them at every size, by concatenation.
#   It was made for images from the microscope and is much used in medicine.
# - **Mask R-CNN** (2017) adds to lesson 10's Faster R-CNN a small fully convolutional net that draws a mask for each
#   box. It replaces RoI pooling, whose rounding lesson 10 shows, by one that does not round.
# - **Transformers** came from language (2017). The **Vision Transformer**, ViT (2020), cuts an image into patches of
#   16×16 pixels and lets every patch look at every other from the first layer on. Nothing in it says that neighbours
#   belong together: it must learn that. Trained on ImageNet alone, without strong regularisation, it stayed a few
#   points behind ResNets of its size; trained on 14 to 300 million images it passed them.
# - **ConvNeXt** (2022) asked how much of that was the transformer. It took a ResNet-50, changed it step by step after
#   the transformers' example, training included, and got a convolutional net that keeps up with them.
#
# So the question of this lesson is as open as it was: better by what, at which cost, and trained how?
#
# ## Recap
#
# - Parameters, multiply-accumulates, memory and time are four costs. A net can be the cheapest by one and the dearest
#   by another.
# - A net is on the Pareto front if no other is at least as cheap and at least as accurate. The rest are beaten.
# - Fully connected layers on flattened maps cost parameters, early convolutions on large maps cost work, and many small
#   layers cost time.
# - Published errors compare only if the test is the same: single net or several, how many crops.
# - Transfer starts from a trained body. Whether that helps must be measured, against a net from scratch.
#
# ## Read next
#
# - A. Canziani, A. Paszke, E. Culurciello, "An Analysis of Deep Neural Network Models for Practical Applications",
#   2016, arXiv 1605.07678. Figure 2 is this lesson's picture, on ImageNet.
# - J. Yosinski, J. Clune, Y. Bengio, H. Lipson, "How Transferable Are Features in Deep Neural Networks?", 2014, arXiv
#   1411.1792. Section 4: which layers carry over to other classes.
# - S. Kornblith, J. Shlens, Q. V. Le, "Do Better ImageNet Models Transfer Better?", 2018, arXiv 1805.08974.
# - A. G. Howard and others, "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications", 2017,
#   arXiv 1704.04861. Section 3 is the separable convolution.
# - M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
#   2018, arXiv 1801.04381.
# - M. Tan, Q. V. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019, arXiv
#   1905.11946.
# - O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015, arXiv
#   1505.04597.
# - K. He, G. Gkioxari, P. Dollár, R. Girshick, "Mask R-CNN", 2017, arXiv 1703.06870.
# - A. Vaswani and others, "Attention Is All You Need", 2017, arXiv 1706.03762.
# - A. Dosovitskiy and others, "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale", 2020, arXiv
#   2010.11929.
# - Z. Liu, H. Mao, C.-Y. Wu, C. Feichtenhofer, T. Darrell, S. Xie, "A ConvNet for the 2020s", 2022, arXiv 2201.03545.

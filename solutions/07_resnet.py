# %% [markdown]
# # ResNet: layers that learn a difference
#
# **Why does a net get worse when it is given more layers, and what lets a hundred and more of them be trained?**
#
# In 2014 the best nets on ImageNet had 19 layers (VGG) and 22 (GoogLeNet). At the end of 2015 Kaiming He,
# Xiangyu Zhang, Shaoqing Ren and Jian Sun, then at Microsoft Research, trained one of 152. An ensemble of their nets
# won the ImageNet contest of that year with a top-5 error of 3.57 %. What made it possible is an addition.
#
# When you have done this lesson you can
#
# - say what degradation is, and what it is not,
# - write batch normalisation, for training and for use, and say why weights should start as large as they do,
# - measure the gradient in each layer, rather than guess it,
# - build residual and bottleneck blocks and every ResNet of the paper from its table,
# - tell what a shortcut does from what is often said of it.
#
# You need Python and NumPy, and from the lessons before: 3×3 layers in a stack, 1×1 convolutions, global average
# pooling, parameters and multiply-accumulates.
#
# Before: 05, 06. Reading: 90 minutes. Running: 4 minutes.

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

from course import analysis, arithmetic, blocks, padding, plots, training
from course.checks import check, explain, hint
from course.data import load, scale
from course.layers import ZeroPaddedShortcut
from course.models import BUILDERS
from course.models.resnet import IMAGENET, resnet, resnet_cifar

SEED = 0
rng = np.random.default_rng(SEED)
training.seed(SEED)
print(training.setup())
print("profile   ", training.profile())

# %% [markdown]
# ## A deeper net need not be worse
#
# Take a net that has been trained. Put more layers behind its convolutions, and let each of them hand on what it gets:
# the *identity*. The deeper net computes the same function, so its error is the same. Whatever else training may find,
# **this deeper net exists, and it is no worse than the shallow one.**
#
# A 3×3 convolution can be the identity. One weight of each filter is 1, at the middle, on the filter's own channel;
# the others are 0. A ReLU behind it changes nothing, because the maps that come in went through a ReLU already.
#
# **Predict first.** Eight such layers in a row. How far apart are input and output, at most?

# %%
maps = np.maximum(rng.normal(size=(1, 8, 8, 16)), 0).astype("float32")
kernel = np.zeros((3, 3, 16, 16), "float32")
kernel[1, 1] = np.eye(16)
deeper = maps
for _ in range(8):
    deeper = keras.ops.relu(keras.ops.conv(deeper, kernel, padding="same"))
print(f"{maps.size:,} numbers, largest difference after eight layers: {np.abs(np.array(deeper) - maps).max()}")

# %% [markdown]
# So more layers can only help, if training finds weights at least as good as these. It does not. The paper builds
# *plain* nets, stacks of 3×3 layers in the style of VGG, and trains them on ImageNet (table 2, top-1 error on the
# validation images, ten crops each):
#
# | net | error, % |
# |---|---:|
# | plain, 18 layers | 27.94 |
# | plain, 34 layers | 28.54 |
#
# One might think of *overfitting*: a net learns its training images by heart and fails on new ones. But then its
# error on the **training** images would be low. It is higher in the deeper net, all the way through training (their
# figure 4). On CIFAR-10 it is the same with 20, 32, 44 and 56 layers (figure 6). The authors call it **degradation**.
# It is no lack of capacity and no overfitting. Training does not get there.
#
# ## Watch it happen
#
# Our images are handwritten digits of 8×8 pixels: the course's set has them enlarged by three with a border of four,
# and we take every third pixel back. That keeps the lesson to minutes. (The profile `full` takes the paper's CIFAR-10.)

# %%
source = training.by_profile(smoke="digits", lesson="digits", full="cifar10")
count = training.by_profile(smoke=128, lesson=1400, full=45000)
images, labels = load(source, split=f"train[:{count}]", batch_size=-1)
if source == "digits":
    images = images[:, 5:-4:3, 5:-4:3]
x = scale(images)
x = x - x.mean(axis=0)  # the mean image, as in the paper
print(source, x.shape, "classes:", len(set(labels)))
plots.images(images[:16], titles=labels[:16]);

# %% [markdown]
# The nets are the paper's plain nets for CIFAR-10: one 3×3 convolution, then three *stages* of equally many 3×3
# convolutions, with 16, 32 and 64 filters. The first layer of the second and of the third stage has strides of 2 and
# halves the maps. Global average pooling and one fully connected layer end it. Behind each convolution come batch
# normalisation, of which more below, and ReLU.

# %%
SHALLOW, DEEP = training.by_profile(smoke=(8, 14), lesson=(20, 56), full=(20, 56))
for depth in (SHALLOW, DEEP):
    with tf.Graph().as_default():  # no weights are made: enough to count
        net = resnet_cifar(depth, x.shape[1:], shortcut=None)
        total = analysis.table(net).total
        print(f"plain-{depth}: {total.trainable_parameters:,} parameters, {total.macs:,} multiply-accumulates an image")

# %% [markdown]
# *Depth* counts the layers with weights, convolutions and fully connected ones. The recipe is the paper's, cut to our
# size: far fewer steps, smaller batches, a constant learning rate, no augmentation. (Under `full` it is the
# paper's own. *Weight decay* draws every weight a little towards 0 at each step.)

# %%
short = {"epochs": 5, "batch_size": 64, "learning_rate": 0.1, "schedule": None, "augment": (), "images": None}
changes = training.by_profile(smoke=short | {"epochs": 1}, lesson=short, full={})
recipe = training.recipe("resnet_cifar", **changes)
print(recipe)
print(f"  that is {recipe.epochs * -(-len(x) // recipe.batch_size):,} steps")
nets, histories = {}, {}


def train(name, depth, shortcut):
    """Train a net for CIFAR of that depth, and keep it and its history."""
    training.seed(SEED)
    nets[name] = resnet_cifar(depth, x.shape[1:], shortcut=shortcut)
    histories[name] = training.fit(nets[name], (x, labels), recipe=recipe, seed=SEED, verbose=0)
    last = {metric: values[-1] for metric, values in histories[name].history.items()}
    print(f"{name}: training error {1 - last['accuracy']:.1%}, loss {last['loss']:.3f}")


# %% [markdown]
# **Predict first.** The second net has far more parameters than the first, and takes as many steps. Its
# first layers could do what the shallow net does, and the rest hand it on. Which has the lower training error at the
# end?

# %%
train(f"plain-{SHALLOW}", SHALLOW, shortcut=None)
train(f"plain-{DEEP}", DEEP, shortcut=None)

# %%
plots.training_curves(histories, title=source);

# %% [markdown]
# On the profile `lesson` the deeper net is far behind, and this is its *training* error. (Under `smoke`, two small nets
# learn for one epoch: that shows nothing.)
#
# Be careful with what it says. Our run is short, the paper's has 64,000 steps. There plain-56 does learn, and still
# stays behind plain-20 (figure 6). Nor does patience help: on ImageNet the authors took three times as many steps, and
# the deeper plain net was still the worse one (section 4.1, a footnote).
#
# The obvious suspect is an old one: signals that die out, or blow up, on their way through many layers. Against that
# these nets have two defences: *batch normalisation* and *He's initialisation*. We look at both, and then measure
# how far they reach.
#
# ## Batch normalisation
#
# A layer's inputs change in mean and size whenever the layers before it learn. Sergey Ioffe and Christian Szegedy
# (2015) put a layer in between that takes both away. For each **channel**, over all images of the batch and all
# positions, it computes the mean $\mu$ and the variance $\sigma^2$, and returns
#
# $$y = \gamma \, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta.$$
#
# $\epsilon$ is a small constant against division by 0. $\gamma$ and $\beta$ are learned, one of each a channel. They
# start at 1 and 0, and can give the channel any other mean and scale, if that is what serves.
#
# **Predict first.** A channel has mean 100 and standard deviation 7. What are they after batch normalisation, in
# training? And if the layer is asked for its answer outside training, before it ever saw a batch?

# %%
layer = keras.layers.BatchNormalization()
batch = rng.normal(100, 7, size=(32, 8, 8, 1)).astype("float32")
fresh = np.array(layer(batch, training=False))
trained = np.array(layer(batch, training=True))
for name, values in {"before": batch, "in training": trained, "outside, untrained": fresh}.items():
    print(f"{name:<20} mean {values.mean():8.3f}, standard deviation {values.std():.3f}")

# %% [markdown]
# In **training**, the batch's own mean and variance are used. In **use** there may be a single image, whose answer
# must not depend on what else is in the batch. So the layer keeps *moving averages*. After every training step
#
# $$\text{moving} \leftarrow \text{momentum} \cdot \text{moving} + (1 - \text{momentum}) \cdot \text{batch},$$
#
# and outside training these stand in for $\mu$ and $\sigma^2$. They start at mean 0 and variance 1, which explains
# the last line. (This momentum has nothing to do with that of gradient descent.)
#
# **Predict first.** Momentum is 0.99, Keras's default. The mean of every batch is 100. What is the moving mean after
# 100 steps?

# %%
layer = keras.layers.BatchNormalization()
for step in range(1, 301):
    layer(batch, training=True)
    if step in (1, 10, 100, 300):
        print(f"step {step:3}: moving mean {float(layer.moving_mean[0]):6.2f}")

# %% [markdown]
# After 100 steps it still lacks more than a third. A net that was trained for a few hundred steps can be good in
# training and useless when tested, for this reason alone. All errors of this lesson are therefore those that training
# itself reports.
#
# One more thing. A bias in the convolution before would be lost labour:

# %%
with_bias = np.array(layer(batch + 5, training=True))
print(f"largest change when 5 is added to the input: {np.abs(with_bias - layer(batch, training=True)).max():.6f}")

# %% [markdown]
# The mean takes it away again (what is left is rounding). So a convolution before batch normalisation has **no bias**:
# `use_bias=False`. The $\beta$ takes its place.
#
# ## Exercise 1: batch normalisation
#
# Write `batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3)`.
#
# - `x` is an array `(batch, …, channels)`: `(batch, channels)`, or images `(batch, height, width, channels)`. The
#   next four are arrays `(channels,)`. `training` is True or False.
# - It returns three things, `(outputs, moving_mean, moving_variance)`, the last two as they are *afterwards*.
# - With `training`, the mean and the variance are those of the batch, over all axes but the last. The variance is the
#   mean of the squared deviations, NumPy's `var`. Both moving averages are updated by the rule above.
# - Without, the moving averages are used, and returned as they came.
# - Do not write into the arrays that you were given.
#
# NumPy or `keras.ops`, as you like.

# %% nbgrader={"grade_id": "batch-normalization-answer", "solution": true}
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    """The outputs, and the moving mean and variance as they are afterwards."""
    ### BEGIN SOLUTION
    mean, variance = moving_mean, moving_variance
    if training:
        axes = tuple(range(x.ndim - 1))
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta, moving_mean, moving_variance
    ### END SOLUTION


# %% nbgrader={"grade_id": "batch-normalization", "grade": true, "locked": true, "points": 3}
check("batch-normalization", batch_normalization)
### BEGIN HIDDEN TESTS
given = np.array([[0.0], [4.0]]), np.array([3.0]), np.array([1.0]), np.array([4.0]), np.array([11.0])
outputs, mean, variance = batch_normalization(*given, True, momentum=0.75, epsilon=5.0)
assert np.allclose(np.ravel(outputs), [-1, 3])
assert np.allclose([mean, variance], [[3.5], [9.25]])
outputs, mean, variance = batch_normalization(*given, False, momentum=0.75, epsilon=5.0)
assert np.allclose(np.ravel(outputs), [-2, 1])
assert np.allclose([mean, variance], [[4], [11]])
### END HIDDEN TESTS

# %% [markdown]
# Stuck? `hint("batch-normalization")` gives one hint; run it again for the next. Once you are done,
# `explain("batch-normalization")` says why.
#
# ## How large should weights be at the start?
#
# A unit adds up $n$ inputs, each times a weight. Let the weights be random with mean 0 and variance $v$, and let $q$
# be the mean of the inputs' squares. The sum then has a variance of $n \, v \, q$. A ReLU sets the negative half to 0,
# so half of the squares is left: $n \, v \, q / 2$. Over 50 layers the factor $n v / 2$ is taken 50 times.
#
# It is 1 if **$v = 2/n$**. That is He's initialisation (He, Zhang, Ren and Sun 2015); in Keras, `"he_normal"`. Keras's
# own default, Glorot's, has $v = 1/n$ where a layer has as many outputs as inputs. It was made for functions like tanh.
#
# **Predict first.** 50 layers, ReLU after each, Glorot's weights. By which factor has the root of the mean square
# shrunk at the end? Write down a power of ten.

# %%
def spread(variance, normalise=False, layers=50, units=256):
    """The root of the mean square of what each layer gives, the first one's input at 0."""
    values = rng.normal(size=(256, units))
    found = [np.sqrt(np.mean(values**2))]
    for _ in range(layers):
        values = values @ rng.normal(0, np.sqrt(variance / units), (units, units))
        if normalise:
            values = (values - values.mean(axis=0)) / values.std(axis=0)
        values = np.maximum(values, 0)
        found.append(np.sqrt(np.mean(values**2)))
    return found


spreads = {
    "4/n": spread(4),
    "2/n (He)": spread(2),
    "1/n (Glorot)": spread(1),
    "1/n, batch normalisation": spread(1, normalise=True),
}
for name, values in spreads.items():
    print(f"variance {name:<25} after 50 layers {values[-1]:.1e}")

# %%
figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
for (name, values), line in zip(spreads.items(), ("k-.", "k-", "k:", "k--"), strict=True):
    axes.semilogy(values, line, label=name)
axes.set(xlabel="layer", ylabel="root of the mean square", title="50 layers with ReLU, at the random start")
axes.legend(title="variance of the weights", fontsize=8)
axes.grid(color="0.92");

# %% [markdown]
# With half of He's variance each layer loses a factor of $\sqrt 2$, and 50 of them a factor of
# $2^{25} \approx 3 \cdot 10^7$. With twice his, as much is gained. With his own, the size stays near 1: it wanders
# a little, since 256 units are not infinitely many. Batch normalisation makes the question moot on the way forward: it
# sets the size anew after each layer, however large the weights are. The paper has both.
#
# ## Exercise 2: gradients, layer by layer
#
# And on the way back? Training moves each weight against its *gradient*, the derivative of the loss with respect to
# that weight. If the gradients of the early layers were vanishingly small, these would not learn. TensorFlow
# computes gradients with a *tape*: it records what is computed inside the `with`, and goes back over it.

# %%
number = tf.Variable(3.0)
with tf.GradientTape() as tape:
    square = number * number
print("derivative of x² at 3:", float(tape.gradient(square, number)))

# %% [markdown]
# `tape.gradient(loss, list_of_weights)` returns a list, a gradient of the same shape for each.
#
# Write `gradient_norms(model, images, labels)`. The model ends with softmax, so it gives probabilities; `labels` are
# class numbers. The result is a list of numbers, one for each of `model.layers` that has a kernel, from first to last:
# the root of the sum of squares of the gradient of the loss with respect to this **kernel**. (Convolutions and
# fully connected layers have an attribute `kernel`; batch normalisation has none. Biases do not count.)
#
# - The loss is the *mean* over the images of the *cross-entropy*: minus the logarithm of the right class's probability.
#   `keras.losses.sparse_categorical_crossentropy(labels, probabilities)` gives it for each image.
# - Call the model with `training=True`, so that batch normalisation acts as in training.
# - The weights stay as they are: take no step.
#
# **Predict first.** In plain-56 at its random start, is the first layer's gradient larger or smaller than the last
# one's? By which factor?

# %% nbgrader={"grade_id": "gradient-norms-answer", "solution": true}
def gradient_norms(model, images, labels):
    """The norm of the loss's gradient with respect to each kernel, from the first layer to the last."""
    ### BEGIN SOLUTION
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(labels, model(images, training=True))
        loss = tf.reduce_mean(losses)
    return [float(tf.norm(gradient)) for gradient in tape.gradient(loss, kernels)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradient-norms", "grade": true, "locked": true, "points": 3}
check("gradient-norms", gradient_norms)
### BEGIN HIDDEN TESTS
flat = keras.layers.Dense(2, activation="softmax", kernel_initializer="zeros")
tiny = keras.Sequential([keras.Input((2,)), flat])
# Probabilities of a half each: the gradient is the image times -1/2 and 1/2.
assert np.allclose(gradient_norms(tiny, np.array([[3.0, 4.0]]), np.array([0])), [5 * 0.5**0.5], rtol=0.01)
### END HIDDEN TESTS

# %% [markdown]
# Now measure. The course's own `training.gradient_norms` gives {layer: norm}; we keep the convolutions. Three nets of
# the same depth: the plain net as it starts, the plain net as it is now, after training, and one as it would have been
# built a few years earlier: without batch normalisation, and with Glorot's weights.

# %%
def of_convolutions(net):
    """{layer: norm of the gradient of its kernel}, on 64 images. No convolution here has a bias."""
    norms = training.gradient_norms(net, x[:64], labels[:64])
    kept = [layer.name for layer in net.layers if isinstance(layer, keras.layers.Conv2D)]
    return {name: norms[name] for name in kept}


def old_style(depth):
    """A plain net without batch normalisation, weights as Glorot says."""
    y = inputs = keras.Input(x.shape[1:])
    y = blocks.conv(y, 16, 3, use_bias=False)
    for filters in (16, 32, 64):
        for i in range((depth - 2) // 3):
            y = blocks.conv(y, filters, 3, strides=2 if i == 0 and filters > 16 else 1, use_bias=False)
    y = keras.layers.GlobalAveragePooling2D()(y)
    return keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(y))


# %%
training.seed(SEED)
start = resnet_cifar(DEEP, x.shape[1:], shortcut=None)
before = {f"plain-{DEEP}, start": start, f"plain-{DEEP}, trained": nets[f"plain-{DEEP}"]}
three = before | {"neither of the two": old_style(DEEP)}
norms = {name: of_convolutions(net) for name, net in three.items()}
for name, found in norms.items():
    first, *_, last = found.values()
    print(f"{name}: first layer {first:.1e}, last {last:.1e}, smallest {min(found.values()):.1e}")
plots.gradient_norms(norms);

# %% [markdown]
# First the net without either: its gradients are tiny, in the last layers too. A kernel's gradient is made of what
# comes in from the front and what comes back from the loss. The one shrinks on the way forward, the other on the way
# back, and every layer gets the product. That is a vanishing gradient, and it made such deep nets hard to train. (What
# follows is about `lesson`. Under `smoke` the nets are too shallow to tell.)
#
# Now the plain net **at its start**. Its gradient does not vanish. It *grows* on the way back: the first layer's is
# many times the last one's. Later theory says that this must be so: in a deep net of wide layers without shortcuts,
# batch normalisation itself makes the gradients grow with depth, at the random start, whatever the size of the weights
# (Yang and others 2019).
#
# **After our short training** the first layer's gradient is a small part of what it was. But the loss is still about
# ln 10 = 2.30, that of a net that gives each digit a tenth. A net that is stuck has such gradients as a symptom; they
# do not say what brought it there.
#
# The paper's authors measured too, in their own nets, and report that gradients "exhibit healthy norms" with batch
# normalisation. So they hold vanishing gradients to be an unlikely cause of degradation, and suspect that such nets
# converge very slowly (section 4.1). Our small, short run can neither prove nor refute that. It does show
# this much: plain-56 did not begin with gradients that were too small.
#
# ## The idea: learn the difference
#
# Back to the argument at the beginning: the layers that are too many would have to become the identity. Through two
# convolutions with a ReLU between them that is one function among very many, and training does not find it.
#
# So make it the easy one. Say a few layers should compute H(x). Let them compute **F(x)** instead, and add the input
# afterwards:
#
# $$y = F(x) + x.$$
#
# For y to be H(x), F has to be **H(x) − x**: the *residual*, what is still missing. The loss is that of the task, as
# ever. Nobody tells F what to be; the addition alone makes it so. If the best a block can do is to leave x as it is, F
# must become 0. Weights of 0 do that.
#
# The way around the layers is a *shortcut*. Here are the two blocks, as the course has them, on maps of 8×8×16.

# %%
def block_of(shortcut):
    """A model of one block, plain for None."""
    inputs = keras.Input((8, 8, 16), name="x")
    return keras.Model(inputs, blocks.residual_block(inputs, 16, shortcut=shortcut, name="block"))


plain, residual = block_of(None), block_of("B")
plots.architecture(plain, tool="matplotlib", title="plain")
plots.architecture(residual, tool="matplotlib", title="residual");

# %% [markdown]
# Read it from top to bottom: convolution, batch normalisation, ReLU, convolution, batch normalisation; then the
# addition; **then** the second ReLU. If that ReLU came before the addition, F could never be negative, and a block
# could only ever add to x.
#
# **Predict first.** Set all weights of all convolutions to 0. The maps that come in are 0 or more. What does the plain
# block give, and what the residual one?

# %%
for name, block in (("plain", plain), ("residual", residual)):
    for layer in block.layers:
        if isinstance(layer, keras.layers.Conv2D):
            layer.kernel.assign(0 * layer.kernel)
    given = np.array(block(maps))
    gap = np.abs(given - maps).max()
    print(f"{name:<9} largest output {given.max():.3f}, largest difference from the input {gap:.3f}")

# %% [markdown]
# With weights of 0 the plain block forgets everything, and the residual one is the identity. How does training get
# near that? Smaller kernels alone do not help, for batch normalisation divides their size out again. The γ of the
# second batch normalisation has to become small: one number a channel.
#
# ### And the gradient?
#
# On the way back, the derivative of $F(x) + x$ is $F'(x) + 1$. The "+ 1" is often said to guarantee that gradients do
# not vanish. Look closely.
#
# **Predict first.** F(x) = a·x, then ReLU, at x = 1. For which a is the derivative of y = ReLU(x + F(x)) below 1? For
# which is it 0?

# %%
for a in (0.5, 0.0, -0.4, -1.0, -3.0):
    number = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.nn.relu(number + a * number)
    print(f"a = {a:4}: derivative {float(tape.gradient(y, number)):.1f}")

# %% [markdown]
# F′ may be negative, so F′ + 1 may be anything, and behind the addition stands a ReLU, which may be closed. The
# shortcut **guarantees nothing**. Nor is anything skipped on the way back: the gradient goes both ways, through the
# shortcut and through the convolutions, and the two are added. What the shortcut does is to put the identity
# within easy reach, where a plain block would need one very particular set of weights.
#
# ## Exercise 3: the residual block
#
# Write `residual_block(x, filters, strides=1)`. `x` is a Keras tensor, `(batch, height, width, channels)`. Use layers
# of `keras.layers`; return the tensor that comes out.
#
# - Two 3×3 convolutions with `filters` filters and no bias, batch normalisation after each, ReLU after the first. The
#   *first* has the `strides`.
# - Then the addition of the shortcut, `keras.layers.Add()([x, y])`, and ReLU.
# - The shortcut is x itself wherever it fits. Where strides are not 1, or x has not `filters` channels, it cannot be
#   added. There it is *projected*: a 1×1 convolution with `filters` filters, the same strides and no bias, and batch
#   normalisation, without ReLU.
# - With strides of 1, pad `"same"`. With strides of 2 the 3×3 has a padding of 1 on *each* side, which `"same"` does
#   not give: put `keras.layers.ZeroPadding2D(1)` before it and convolve with `"valid"`. The 1×1 needs no padding.
#
# **Predict first.** x is 16×12×8, `filters` is 16, `strides` 2. What is the shape of the output? How many
# convolutions are in the block?

# %% nbgrader={"grade_id": "residual-block-answer", "solution": true}
def residual_block(x, filters, strides=1):
    """Two 3×3 convolutions and a shortcut around them, projected where the shape changes."""
    ### BEGIN SOLUTION
    def conv_bn(x, kernel_size, strides=1):
        padded = keras.layers.ZeroPadding2D(1)(x) if kernel_size == 3 else x
        x = keras.layers.Conv2D(filters, kernel_size, strides, use_bias=False, kernel_initializer="he_normal")(padded)
        return keras.layers.BatchNormalization()(x)

    y = keras.layers.ReLU()(conv_bn(x, 3, strides))
    y = conv_bn(y, 3)
    if strides != 1 or x.shape[-1] != filters:
        x = conv_bn(x, 1, strides)
    return keras.layers.ReLU()(keras.layers.Add()([x, y]))
    ### END SOLUTION


# %% nbgrader={"grade_id": "residual-block", "grade": true, "locked": true, "points": 3}
check("residual-block", residual_block)
### BEGIN HIDDEN TESTS
odd = keras.Input((9, 7, 6))
assert residual_block(odd, 10, strides=2).shape == (None, 5, 4, 10)
assert keras.Model(odd, residual_block(odd, 6)).count_params() == 2 * 9 * 6 * 6 + 2 * 4 * 6
assert keras.Model(odd, residual_block(odd, 10)).count_params() == 9 * 10 * (6 + 10) + 6 * 10 + 3 * 4 * 10
### END HIDDEN TESTS

# %% [markdown]
# ## Where the shape changes: options A, B and C
#
# Between two stages the maps halve and the channels double. The paper tries three ways out for the shortcut.
#
# - **A**: take every second pixel of every second row, and fill the new channels with zeros. No parameters.
# - **B**: project, but only where the shape changes. It is what your block does.
# - **C**: project everywhere.
#
# Option A on an image of 4×4 with one channel, to 2×2 with two:

# %%
image = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
short = np.array(ZeroPaddedShortcut(filters=2, strides=2)(image))[0]
print(image[0, :, :, 0], short[:, :, 0], short[:, :, 1], sep="\n\n")

# %% [markdown]
# **Predict first.** A 34-layer net has 16 blocks: 3, 4, 6 and 3 with 64, 128, 256 and 512 filters. In three of them
# the shape changes. Which option adds more than 1 % to the plain net's parameters?

# %%
def costs(builder, **arguments):
    """Trainable parameters and multiply-accumulates of a net, of which no weight is made."""
    with tf.Graph().as_default():
        total = analysis.table(builder(**arguments)).total
    return total.trainable_parameters, total.macs


def projections(pairs):
    """Parameters of the 1×1 convolutions from so many channels to so many, and of their batch normalisation."""
    return sum(arithmetic.conv_params(1, before, after, use_bias=False) + 2 * after for before, after in pairs)


plain_params, plain_macs = costs(resnet, depth=34, shortcut=None)
changing = [(64, 128), (128, 256), (256, 512)]
keeping = 3 * [(64, 64)] + 3 * [(128, 128)] + 5 * [(256, 256)] + 2 * [(512, 512)]
print(f"plain-34: {plain_params:,} parameters")
for option, pairs in {"A": [], "B": changing, "C": changing + keeping}.items():
    more = projections(pairs)
    print(f"option {option}: {len(pairs):2} projections, {more:9,} more, {more / plain_params:.1%}")

# %% [markdown]
# With option A the residual net has exactly the parameters of the plain one, so that nothing but the addition can
# explain a difference. The paper's errors on ImageNet's validation images, ten crops (table 3):
#
# | net of 34 layers | top-1, % | top-5, % |
# |---|---:|---:|
# | plain | 28.54 | 10.02 |
# | ResNet, option A | 25.03 | 7.76 |
# | ResNet, option B | 24.52 | 7.46 |
# | ResNet, option C | 24.19 | 7.40 |
#
# The step from plain to A is the large one, and it is free. C is a little ahead of B; the authors put that down to
# its extra parameters, and take B for the deeper nets. The identity is enough.
#
# And degradation? With 18 layers ResNet has 27.88 (table 2), about as plain-18, 27.94. With 34 it has 25.03, where
# plain-34 has 28.54. **Now depth helps.**
#
# ## The bottleneck
#
# For 50 layers and more the paper changes the block, to save time: a 1×1 convolution takes the channels down to a
# quarter, a 3×3 works on these, and a second 1×1 takes them up again. You know the trick from GoogLeNet.
#
# **Predict first.** 256 channels come in and go out. Two 3×3 convolutions with 256 filters, or a bottleneck of 64:
# how many times fewer weights has the bottleneck?

# %%
wide = 2 * arithmetic.conv_params(3, 256, 256, use_bias=False)
parts = [(1, 256, 64), (3, 64, 64), (1, 64, 256)]
narrow = [arithmetic.conv_params(*part, use_bias=False) for part in parts]
print(f"two 3×3: {wide:,} weights; bottleneck: {' + '.join(f'{n:,}' for n in narrow)} = {sum(narrow):,}")
print(f"{wide / sum(narrow):.1f} times fewer; a projection from 256 to 256 would add {256 * 256:,}")

# %% [markdown]
# So the identity matters here even more: a projection joins the two wide ends, and would about double the block.
#
# ## Exercise 4: the bottleneck block
#
# Write `bottleneck_block(x, filters, strides=1)`.
#
# - 1×1 with `filters` filters, 3×3 with `filters`, 1×1 with `4 * filters`. No biases, batch normalisation after
#   each, ReLU after the first two.
# - The *first 1×1* has the strides. So the 3×3 has strides of 1 and is padded `"same"`.
# - Then the addition and ReLU. The shortcut is x, or where strides are not 1 or x has not `4 * filters` channels, its
#   projection: a 1×1 to `4 * filters` with the same strides, and batch normalisation.
#
# **Predict first.** x is 56×56×256, `filters` is 128, `strides` 2. What comes out?

# %% nbgrader={"grade_id": "bottleneck-block-answer", "solution": true}
def bottleneck_block(x, filters, strides=1):
    """1×1, 3×3, 1×1 to four times the filters, and a shortcut around them."""
    ### BEGIN SOLUTION
    def conv_bn(x, filters, kernel_size, strides=1):
        options = {"padding": "same", "use_bias": False, "kernel_initializer": "he_normal"}
        x = keras.layers.Conv2D(filters, kernel_size, strides, **options)(x)
        return keras.layers.BatchNormalization()(x)

    y = keras.layers.ReLU()(conv_bn(x, filters, 1, strides))
    y = keras.layers.ReLU()(conv_bn(y, filters, 3))
    y = conv_bn(y, 4 * filters, 1)
    if strides != 1 or x.shape[-1] != 4 * filters:
        x = conv_bn(x, 4 * filters, 1, strides)
    return keras.layers.ReLU()(keras.layers.Add()([x, y]))
    ### END SOLUTION


# %% nbgrader={"grade_id": "bottleneck-block", "grade": true, "locked": true, "points": 3}
check("bottleneck-block", bottleneck_block)
### BEGIN HIDDEN TESTS
odd = keras.Input((9, 7, 24))
for given, convolutions in (({"filters": 6}, 3), ({"filters": 6, "strides": 2}, 4), ({"filters": 5}, 4)):
    net = keras.Model(odd, bottleneck_block(odd, **given))
    assert sum(isinstance(layer, keras.layers.Conv2D) for layer in net.layers) == convolutions
    assert net.output.shape[-1] == 4 * given["filters"]
### END HIDDEN TESTS

# %% [markdown]
# ## All of them from one table
#
# The nets for ImageNet begin alike: 7×7, 64 filters, strides 2; then 3×3 maximum pooling, strides 2. Four stages
# follow, with 64, 128, 256 and 512 filters; the first block of each stage but the first has strides of 2. Then come
# global average pooling and 1,000 classes. The rest is a table (the paper's table 1): the kind of block, and how many
# of them in each stage.

# %%
for depth, (kind, counts) in IMAGENET.items():
    print(f"ResNet-{depth:<4} {kind:<11} {counts}")

# %% [markdown]
# Count: a residual block has two layers with weights, a bottleneck three. The 7×7 and the last layer make two more.
# Projections stand beside the layers and are not counted. 2 · (3 + 4 + 6 + 3) + 2 = 34.
#
# From this table follows every convolution, and so every count. No net needs to be built for it.

# %%
def family(depth, stride_in="1x1"):
    """(side of the output, kernel size, channels, filters) of each convolution; option B."""
    kind, counts = IMAGENET[depth]
    layers, side, channels = [(112, 7, 3, 64)], 56, 64
    for stage, (count, filters) in enumerate(zip(counts, (64, 128, 256, 512), strict=True)):
        for i in range(count):
            out = side // 2 if stage > 0 and i == 0 else side
            if kind == "residual":
                wide = filters
                layers += [(out, 3, channels, filters), (out, 3, filters, filters)]
            else:
                wide, first = 4 * filters, out if stride_in == "1x1" else side
                layers += [(first, 1, channels, filters), (out, 3, filters, filters), (out, 1, filters, wide)]
            if channels != wide:
                layers.append((out, 1, channels, wide))
            side, channels = out, wide
    return layers


# %%
def counted(layers, classes=1000):
    """Trainable parameters and multiply-accumulates: the convolutions, gamma and beta of each, the last layer."""
    features = layers[-1][-1]
    parameters = sum(arithmetic.conv_params(k, c, f, use_bias=False) + 2 * f for _, k, c, f in layers)
    macs = sum(arithmetic.conv_macs(side, k, c, f) for side, k, c, f in layers)
    return parameters + arithmetic.dense_params(features, classes), macs + features * classes


# %% [markdown]
# **Predict first.** VGG-19 needs 19.6 billion multiply-accumulates an image. How many does ResNet-152 need: more, or
# fewer? And which has more parameters?

# %%
for depth, printed in {18: 1.8, 34: 3.6, 50: 3.8, 101: 7.6, 152: 11.3}.items():
    parameters, macs = counted(family(depth))
    print(f"ResNet-{depth:<4} {parameters:12,} parameters, {macs / 1e9:6.3f} billion (the paper: {printed})")
parameters, macs = costs(BUILDERS["vgg19"])
print(f"VGG-19      {parameters:12,} parameters, {macs / 1e9:6.3f} billion")
print(f"plain-34 has {plain_macs / macs:.1%} of VGG-19's multiply-accumulates")

# %% [markdown]
# The paper calls them FLOPs; they are multiply-accumulates. Eight times as deep as VGG-19, and cheaper: narrow at the
# start, maps that shrink early, and no large fully connected layers. For the same reason plain-34 is no "VGG-19 with
# layers added", as is sometimes said. It has under a fifth of its compute.
#
# ResNet-50, by its outputs:

# %%
stages = [(f"conv{i + 2}_x", (56 // 2**i, 56 // 2**i, 4 * 64 * 2**i)) for i in range(4)]
ends = [("avg_pool", (2048,)), ("predictions", (1000,))]
plots.network([("conv1", (112, 112, 64)), ("pool1", (56, 56, 64)), *stages, *ends]);

# %% [markdown]
# ### Three details on which ResNet-50s differ
#
# **1. Where the stride is.** In the authors' release, as in your block, the first 1×1 has the strides: it reads one
# pixel of four and never sees the other three. Nor does the projection beside it. Version 1.5, which PyTorch and others
# have, puts the strides in the 3×3, which sees them all.
#
# **Predict first.** Which version costs more, and why?

# %%
for where in ("1x1", "3x3"):
    parameters, macs = counted(family(50, where))
    print(f"strides in the {where}: {parameters:,} parameters, {macs / 1e9:.3f} billion multiply-accumulates")

# %% [markdown]
# Same weights, same shapes at the end; but in 1.5 the first 1×1 still works on the large maps.
#
# **2. Padding.** The first layer, 7×7 with strides of 2 on 224 pixels, is padded with 3 on each side. Keras's `"same"`
# gives as many outputs, 112, but pads otherwise. **Predict first**: how many zeros before, how many after?

# %%
for name, size, kernel_size in (("first layer", 224, 7), ("3×3 with strides of 2", 56, 3)):
    print(f'{name}: "same" pads {padding.same(size, kernel_size, strides=2)}, the paper\'s {(kernel_size // 2,) * 2}')

# %% [markdown]
# Every window begins one pixel later. Shapes agree, no error is raised, and carried weights give other answers.
#
# **3. Biases.** `keras.applications.ResNet50` reports more parameters than the table above. Whose are they?

# %%
trainable, filters = counted(family(50))[0], sum(filters for *_, filters in family(50))
with tf.Graph().as_default():
    theirs = keras.applications.ResNet50(weights=None).count_params()
print(f"ours, trainable              {trainable:12,}")
print(f"moving mean and variance     {2 * filters:12,}, two for each filter")
print(f"biases                       {filters:12,}, one for each filter")
print(f"together                     {trainable + 3 * filters:12,}")
print(f"keras.applications.ResNet50  {theirs:12,}")

# %% [markdown]
# `count_params()` includes the moving averages, which are not trained. And Keras's net has a bias in each convolution,
# which the batch normalisation behind it takes away again, as you saw.
#
# ### The results
#
# Errors on ImageNet's validation images, in percent, top-1 and top-5. Table 3 is with ten crops an image; table 4 with
# several sizes of the image. Both are single nets.
#
# | net | table 3 | table 4 |
# |---|---:|---:|
# | VGG-16 | 28.07 / 9.33 | |
# | ResNet-34 (B) | 24.52 / 7.46 | 21.84 / 5.71 |
# | ResNet-34 (C) | 24.19 / 7.40 | 21.53 / 5.60 |
# | ResNet-50 | 22.85 / 6.71 | 20.74 / 5.25 |
# | ResNet-101 | 21.75 / 6.05 | 19.87 / 4.60 |
# | ResNet-152 | 21.43 / 5.71 | 19.38 / 4.49 |
#
# Every step in depth pays.
#
# ## Exercise 5: a ResNet for CIFAR
#
# For the small images of CIFAR-10 the paper has a family of its own, with **6n + 2** layers: n = 3, 5, 7, 9, 18 make
# 20, 32, 44, 56 and 110.
#
# Write `build_resnet(n)`. It returns a Keras model from images 32×32×3 to ten probabilities.
#
# - A 3×3 convolution with 16 filters, strides 1, no bias; batch normalisation; ReLU. No pooling.
# - Three stages of n residual blocks each, with 16, 32 and 64 filters. The first block of the second and of the third
#   stage has strides of 2, all others 1.
# - Global average pooling, and a fully connected layer with softmax.
#
# Your `residual_block` will do: that is option B. The paper takes option A here, and so may you; `ZeroPaddedShortcut`
# is above.
#
# **Predict first.** How many layers with weights has a stage of n blocks? Where do the other two of 6n + 2 come from?

# %% nbgrader={"grade_id": "resnet-cifar-answer", "solution": true}
def build_resnet(n):
    """A ResNet of 6n + 2 layers for 32×32×3 images and ten classes."""
    ### BEGIN SOLUTION
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(16, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(inputs)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    for stage, filters in enumerate((16, 32, 64)):
        for i in range(n):
            x = residual_block(x, filters, strides=2 if stage > 0 and i == 0 else 1)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(x))
    ### END SOLUTION


# %% nbgrader={"grade_id": "resnet-cifar", "grade": true, "locked": true, "points": 4}
check("resnet-cifar", build_resnet)
### BEGIN HIDDEN TESTS
with tf.Graph().as_default():
    net = build_resnet(5)
    assert sum(int(np.prod(weight.shape)) for weight in net.trainable_weights) in (464_154, 466_906)
    assert net.output.shape == (None, 10)
### END HIDDEN TESTS

# %% [markdown]
# Here is the course's ResNet-20, with option A. At 32×32 its shapes are those of your n = 3.

# %%
with tf.Graph().as_default():
    plots.architecture(BUILDERS["resnet20_cifar"](), tool="matplotlib");

# %% [markdown]
# ## Does it help?
#
# Now the residual nets, with option A: the same layers, the same parameters, the same seed, the same recipe. Only the
# additions are new.
#
# **Predict first.** Four nets. Write down their order, from the lowest training error to the highest.

# %%
train(f"ResNet-{SHALLOW}", SHALLOW, shortcut="A")
train(f"ResNet-{DEEP}", DEEP, shortcut="A")

# %%
plots.training_curves(histories, title=source);

# %%
for depth in (SHALLOW, DEEP):
    plain, residual = (histories[f"{kind}-{depth}"].history["loss"][-1] for kind in ("plain", "ResNet"))
    print(f"{depth} layers: loss {plain:.3f} plain, {residual:.3f} with shortcuts")
for kind in ("plain", "ResNet"):
    low, high = (1 - histories[f"{kind}-{depth}"].history["accuracy"][-1] for depth in (SHALLOW, DEEP))
    print(f"{kind}: training error {low:.1%} with {SHALLOW} layers, {high:.1%} with {DEEP}")

# %% [markdown]
# On the profile `lesson`, two things can be read off.
#
# - **Degradation.** Among the plain nets the deeper one is much the worse. With shortcuts the same 56 layers begin
#   to learn.
# - **Depth does not pay here.** ResNet-56 is behind ResNet-20. It is better than its plain twin, not better than a
#   shallower ResNet: the digits are easy, and the run is far too short for so many layers. In the paper, after 64,000
#   steps, it is ahead (table 6, below). Depth pays only with more training, and where the task needs it.
#
# How far ResNet-56 gets in so few steps depends much on the random start. Its first epoch is rough, as the loss shows.
# For 110 layers the paper found the rate of 0.1 "slightly too large to start converging", and warmed up with 0.01
# (section 4.2). And the gradients? The same two moments as before, with the plain net for comparison:

# %%
norms = {}
for name, shortcut in ((f"plain-{DEEP}", None), (f"ResNet-{DEEP}", "A")):
    training.seed(SEED)
    norms[f"{name}, start"] = of_convolutions(resnet_cifar(DEEP, x.shape[1:], shortcut=shortcut))
    norms[f"{name}, trained"] = of_convolutions(nets[name])
for name, found in norms.items():
    low, high = min(found.values()), max(found.values())
    print(f"{name}: from {low:.1e} to {high:.1e}, a factor of {high / low:.2g}")
plots.gradient_norms(norms);

# %% [markdown]
# On the profile `lesson`, ResNet-56 starts with gradients of about the same size in all layers: the highest and the
# lowest lie much closer together than in the plain net. No law forces that; F′ + 1 could be anything. It is what was
# measured, for these nets, at this start.
#
# The paper's test errors on CIFAR-10, after 64,000 steps (table 6), in percent:
#
# | ResNet | 20 | 32 | 44 | 56 | 110 | 1202 |
# |---|---:|---:|---:|---:|---:|---:|
# | error | 8.75 | 7.51 | 7.17 | 6.97 | 6.43 | 7.93 |
#
# To 110 layers, deeper is better. With 1202 layers the *training* error is as low as with 110, and the test error is
# higher: that is overfitting at last, says the paper, for such a small set of images. (The 110 is the best of
# five runs, with 6.61 ± 0.16 on average.) Of the plain nets, 56 layers are worse than 20, and 110 have an error above
# 60 % (section 4.2).
#
# ## What is often said, and is not so
#
# - *"Degradation is overfitting."* The training error is higher too.
# - *"ResNet solves vanishing gradients."* The paper says that its plain nets' trouble is "unlikely to be caused by
#   vanishing gradients", since batch normalisation keeps them healthy. What the cause is, it leaves open. Under
#   `lesson`, plain-56 starts with gradients that are large, not small.
# - *"The gradient is at least 1."* F′ + 1 can be anything, even 0, and a ReLU follows.
# - *"Layers are skipped in backpropagation."* The gradient takes both ways, and the two are added.
# - *"ResNet minimises the residual."* It minimises the loss of the task. The residual is what F becomes.
# - *"ResNet-34 is VGG-19 with more layers."* It has under a fifth of VGG-19's multiply-accumulates.
#
# ## Recap
#
# - A deeper net could always copy a shallower one. Plain nets do not find that copy: their training error rises with
#   depth. This is degradation.
# - Batch normalisation gives each channel mean 0 and variance 1, in training by the batch, in use by moving averages;
#   γ and β come after. He's variance of 2/n keeps the size of signals behind ReLUs. With both, neither signals
#   nor gradients vanish at the start, and yet plain nets degrade.
# - A residual block computes F(x) + x, so that the identity is where weights are 0. The shortcut costs nothing where
#   the shape stays; elsewhere zeros are filled in (A) or it is projected (B).
# - Bottlenecks make 50 layers cost about what 34 did. All nets of the family come from one table.
# - Depth makes a better net possible. It still has to be trained, and that takes longer.
#
# ## Read next
#
# - K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", 2015, arXiv 1512.03385. Sections
#   3.1 to 3.3 are the idea, 4.1 and 4.2 the experiments.
# - S. Ioffe, C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
#   Shift", 2015, arXiv 1502.03167. Section 3 is the layer.
# - K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers", 2015, arXiv 1502.01852. Section 2.2 derives 2/n.
# - G. Yang, J. Pennington, V. Rao, J. Sohl-Dickstein, S. Schoenholz, "A Mean Field Theory of Batch Normalization",
#   2019, arXiv 1902.08129. The introduction, on gradients that explode without shortcuts.
# - K. He, X. Zhang, S. Ren, J. Sun, "Identity Mappings in Deep Residual Networks", 2016, arXiv 1603.05027. Section 3:
#   what happens when the shortcut is anything but the identity; the ReLU leaves the main path.

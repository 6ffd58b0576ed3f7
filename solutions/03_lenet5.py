# %% [markdown]
# # LeNet-5: a network that reads digits
#
# **How can a network read a handwritten digit with only sixty thousand numbers to learn?**
#
# In 1998 Yann LeCun, Léon Bottou, Yoshua Bengio and Patrick Haffner published the network that banks used to read
# cheques. It is small enough to hold in your head, and every later network in this course is a descendant of it.
#
# When you have done this lesson you can
#
# - name the layers of LeNet-5 and compute the shape and the parameters of each,
# - build it in Keras, train it, and look inside it,
# - say what the paper of 1998 did otherwise than today's textbooks: subsampling that learns, a table of connections,
#   and an output that measures distances.
#
# You need Python and NumPy, and to know what a convolution is.
#
# Before: 01, 02. Reading: 60 minutes. Running: 2 minutes.

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

from course import analysis, arithmetic, plots, training
from course.checks import check, explain, hint
from course.data import load, scale
from course.models import BUILDERS, lenet

print(training.setup())
print("profile", training.profile())

# %% [markdown]
# ## The data
#
# The digits are real. People wrote them on forms, and each was reduced to 8×8 pixels with 17 grey levels (Alpaydin
# and Kaynak 1998; scikit-learn ships 1,797 of them). LeNet-5 takes 32×32 pixels, so each digit is enlarged to 24×24
# and gets a border of 4. The border matters: the ends of its strokes then come to the middle of what the deepest
# units see.

# %%
train_images, train_labels = load("digits", split="train", batch_size=-1)
test_images, test_labels = load("digits", split="test", batch_size=-1)
print("training:", train_images.shape, train_images.dtype, "  test:", test_images.shape)
plots.images(train_images[:20], titles=train_labels[:20], columns=10);

# %% [markdown]
# No test image is among the training images. The data do not say who wrote which digit, so one person's digits may
# stand on both sides: the accuracy below is for new digits by known hands, which is easier than new hands.
#
# Pixels are whole numbers from 0 to 255. A network trains better on small numbers, so we scale them to [0, 1].

# %%
x_train, x_test = scale(train_images), scale(test_images)
print("before:", train_images.min(), "to", train_images.max(), "  after:", x_train.min(), "to", x_train.max())

# %% [markdown]
# ## The idea
#
# A network that joins every pixel to every unit must learn each stroke again at each place. LeNet-5 rests on three
# ideas that spare it this:
#
# 1. **Local receptive fields.** A unit sees a window of 5×5 pixels, not the image.
# 2. **Shared weights.** All units of one map use the same weights (25 in C1) and one bias. The map says *where* its
#    pattern is.
# 3. **Subsampling.** After C1 and C3, height and width are halved. What matters is that a stroke is there, and where
#    it is roughly, not to the pixel.
#
# How much does sharing spare? Compare C1, the first layer, with a layer that joins every pixel to every one of its
# 28×28×6 units.

# %%
shared = arithmetic.conv_params(kernel_size=5, in_channels=1, filters=6)
full = arithmetic.dense_params(in_features=32 * 32, units=28 * 28 * 6)
print(f"C1 has {shared} parameters; fully connected it would have {full:,}: {full // shared:,} times as many.")

# %% [markdown]
# ## The net, layer by layer
#
# The paper names the layers by kind and number: C for convolution, S for subsampling, F for fully connected. Here is
# all of it: three convolutions, two subsamplings, and two layers that work on vectors.

# %%
model = BUILDERS["lenet5"]()
named = [layer for layer in model.layers if layer.name in ("input", "C1", "S2", "C3", "S4", "C5", "F6", "OUTPUT")]
plots.network([(layer.name, layer.output.shape[1:]) for layer in named]);

# %% [markdown]
# **Predict first.** The input is 32×32 and C1's kernels are 5×5. The kernel stays inside the image (Keras calls this
# `padding="valid"`). In how many places can it stand along one side? Write your number down, then run the next cell.

# %%
size = arithmetic.conv_output_size(32, kernel_size=5, padding="valid")
print("C1:", size, "×", size)

# %% [markdown]
# A window of 5 that starts at pixel 0, 1, 2, … must end by pixel 31, so its last start is 27: 28 places. In Keras, C1
# is six such kernels. We call each layer on a batch of two digits to see the shapes. They read `(batch, height,
# width, channels)`.
#
# A word on words: a *kernel*, or filter, is the 5×5 weights; a *map* is what one kernel makes of the image; a *bias*
# is one number that a map adds everywhere. After the sum comes a *squashing function*, or activation: tanh takes any
# number to one between −1 and 1. Without it, layers in a row would amount to a single linear layer.

# %%
c1 = keras.layers.Conv2D(6, kernel_size=5, padding="valid", activation="tanh", name="C1")
maps = c1(x_train[:2])
print("C1:", maps.shape, " parameters:", c1.count_params(), "= 5·5·1·6 weights + 6 biases")

# %% [markdown]
# S2 halves each map's height and width: it takes the mean of each 2×2 window. The windows do not overlap. In today's
# form it has nothing to learn.

# %%
s2 = keras.layers.AveragePooling2D(pool_size=2, name="S2")
smaller = s2(maps)
print("S2:", smaller.shape, " parameters:", s2.count_params())

# %% [markdown]
# **Predict first.** The other layers are more of the same:
#
# | layer | what it does |
# |---|---|
# | C3 | 16 kernels of 5×5, each over all six maps of S2, tanh |
# | S4 | mean of 2×2 windows |
# | C5 | 120 kernels of 5×5, tanh |
# | F6 | 84 units, each joined to all 120 of C5, tanh |
# | OUTPUT | 10 units, softmax: one probability a digit |
#
# Between C5 and F6 the maps are made a vector (`keras.layers.Flatten`). *Softmax* turns any ten numbers into
# probabilities: it raises e to each and divides by the sum.
#
# Follow the size through: 32 → 28 → 14 → … What is left of the map after C5? And which layer has the most parameters?
# Write both down, then run the next cell.

# %%
side = 32
for name, kernel_size, channels, filters in [("C1", 5, 1, 6), ("C3", 5, 6, 16), ("C5", 5, 16, 120)]:
    side = arithmetic.conv_output_size(side, kernel_size)
    print(f"{name}: {side}×{side}×{filters}, {arithmetic.conv_params(kernel_size, channels, filters):,} parameters")
    if name != "C5":
        side = arithmetic.pool_output_size(side, 2)
        print(f"S{int(name[1]) + 1}: {side}×{side}×{filters}")
print(f"F6: 84, {arithmetic.dense_params(120, 84):,} parameters")
print(f"OUTPUT: 10, {arithmetic.dense_params(84, 10):,} parameters")

# %% [markdown]
# C5's kernel is as large as the map it sees, 5×5, so it has one place to stand and its map is 1×1. The paper calls it
# a convolution all the same: on a larger image its map would be larger than 1×1. It holds most of the net's
# parameters.
#
# ## Exercise 1: build LeNet-5
#
# Write `build_lenet5`. It returns a Keras model from `(batch, 32, 32, 1)` to ten probabilities, with the layers above:
# C1, S2, C3, S4, C5, F6, OUTPUT. The plainest way is `keras.Sequential([keras.Input((32, 32, 1)), …])`, the layers in
# order. Other ways of Keras will do as well.

# %% nbgrader={"grade_id": "lenet5-answer", "solution": true}
def build_lenet5():
    """LeNet-5 as it is taught today: a keras.Model, 32×32×1 to ten probabilities."""
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            keras.layers.Conv2D(6, 5, activation="tanh", name="C1"),
            keras.layers.AveragePooling2D(2, name="S2"),
            keras.layers.Conv2D(16, 5, activation="tanh", name="C3"),
            keras.layers.AveragePooling2D(2, name="S4"),
            keras.layers.Conv2D(120, 5, activation="tanh", name="C5"),
            keras.layers.Flatten(),
            keras.layers.Dense(84, activation="tanh", name="F6"),
            keras.layers.Dense(10, activation="softmax", name="OUTPUT"),
        ]
    )
    ### END SOLUTION


# %% nbgrader={"grade_id": "lenet5", "grade": true, "locked": true, "points": 4}
check("lenet5", build_lenet5)

# %% [markdown]
# Stuck? `hint("lenet5")` gives one hint; run it again for the next.
#
# Here is the course's own LeNet-5, as a table. A *MAC* is a multiply-accumulate: one weight times one number, added to
# a sum. The *receptive field* is the side of the window of the input that one unit sees; *stride* is how many input
# pixels apart neighbouring units look; *memory* is what the outputs take; "all" means that a unit sees the whole image.
# Find the layer with the most parameters and the layer with the most MACs: they differ.

# %%
analysis.table(model)

# %% [markdown]
# C5 has most of the parameters, C3 most of the work: C3's weights are used at 100 places, C5's at one.
#
# ## Training
#
# The net starts with random weights. Training shows it the digits in small batches; after each batch every weight
# moves a little so that the probability of the right digit grows. The *loss* is the number that this makes small:
# minus the logarithm of that probability, averaged over the digits. One pass over all training digits is an *epoch*.
#
# **Predict first.** Ten classes, random weights: what accuracy will the net have before training?

# %%
training.seed(0)
model = BUILDERS["lenet5"]()
guesses = model.predict(x_test, verbose=0).argmax(-1)
print(f"test accuracy before training: {np.mean(guesses == test_labels):.1%}")

# %% [markdown]
# The paper also adds *distorted* digits to its training set: 540,000, shifted, scaled, squeezed and sheared at random
# (section III). Keras has layers for the like. They distort anew at every step, and act in training alone.

# %%
def distort():
    """Layers that shift by up to two pixels, turn by up to 10 degrees, and zoom by up to a tenth."""
    edge = {"fill_mode": "constant", "fill_value": 0.0}
    shift = keras.layers.RandomTranslation(2 / 32, 2 / 32, **edge)
    turn = keras.layers.RandomRotation(10 / 360, **edge)
    zoom = keras.layers.RandomZoom(0.1, **edge)
    return keras.Sequential([keras.Input((32, 32, 1)), shift, turn, zoom])


digits = np.repeat(x_train[:1], 8, axis=0)
plots.images(distort()(digits, training=True), limits=(0, 1));

# %% [markdown]
# One digit, eight times. Now train: the distortion in front, LeNet-5 behind it. We take 30 epochs of stochastic
# gradient descent; under the profile `full` 60, and under `smoke`, which only shows that everything runs, 2. Its
# *learning rate* is how far a weight moves at each step; it falls from 0.05 to 0 along a cosine. *Momentum* lets a
# weight go on in the direction of its last steps.

# %%
def descent(epochs):
    """Stochastic gradient descent whose learning rate falls to 0 over so many epochs of batches of 32."""
    steps = epochs * -(-len(x_train) // 32)
    return keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.05, steps), momentum=0.9)


epochs = training.by_profile(smoke=2, lesson=30, full=60)
trainer = keras.Sequential([keras.Input((32, 32, 1)), distort(), model])
data = {"train": (x_train, train_labels), "validation": (x_test, test_labels)}
history = training.fit(trainer, **data, epochs=epochs, optimizer=descent(epochs), seed=0, verbose=2)

# %%
plots.training_curves(history);

# %%
probabilities = model.predict(x_test, verbose=0)
predictions = probabilities.argmax(-1)
accuracy = np.mean(predictions == test_labels)
print(f"test accuracy: {accuracy:.1%} of {len(test_labels)} digits; wrong: {np.sum(predictions != test_labels)}")

# %% [markdown]
# The curves show the test digits after every epoch (as *validation*), but nothing was chosen by them: neither the
# epoch to stop at nor any setting. That is what makes the last number an honest one.
#
# ## What it gets wrong
#
# A *confusion matrix* counts, for each true digit (a row), what the net said (a column). A perfect net has numbers on
# the diagonal alone.

# %%
plots.confusion_matrix(test_labels, predictions);

# %%
plots.mistakes(test_images, test_labels, predictions, probabilities);

# %% [markdown]
# Would you have read them all? Remember that each was 8×8 pixels before it was enlarged.
#
# ## Looking inside
#
# C1 has six kernels of 5×5. Dark is negative, bright is positive. Nobody designed them; training did.

# %%
kernels = model.get_layer("C1").kernel
plots.filters(kernels);

# %% [markdown]
# And this is what they make of a digit: one map a kernel, bright where the kernel's pattern is. `keras.Model(input,
# outputs)` is the part of a net that leads from its input to the layers named.

# %%
digit = x_test[:1]
layers_seen = ["C1", "S2", "C3"]
inside = keras.Model(model.input, [model.get_layer(name).output for name in layers_seen])
for name, maps in zip(layers_seen, inside(digit), strict=True):
    plots.activation_maps(maps[0]).set_title(name)

# %% [markdown]
# In C1 you can still read the digit. S2 is C1 at half the size. In C3 each map mixes several patterns, and reading it
# takes the layers that follow.
#
# ## Exercise 2: train your own
#
# Write `train_lenet5()`: build a net with your `build_lenet5`, train it on `x_train` and `train_labels`, and return it.
# `training.fit`, as above, trains a net in place. How is up to you: optimizer, learning rate, epochs. The check
# measures the accuracy on the test digits, so leave those out. It asks for 96 %.

# %% nbgrader={"grade_id": "train-lenet5-answer", "solution": true}
def train_lenet5():
    """A LeNet-5 trained on x_train and train_labels."""
    ### BEGIN SOLUTION
    model = build_lenet5()
    trainer = keras.Sequential([keras.Input((32, 32, 1)), distort(), model])
    training.fit(trainer, (x_train, train_labels), epochs=20, optimizer=descent(20), seed=1, verbose=0)
    return model
    ### END SOLUTION


# %% nbgrader={"grade_id": "train-lenet5", "grade": true, "locked": true, "points": 3}
check("train-lenet5", train_lenet5)

# %% [markdown]
# ## The paper's own net
#
# What you built is LeNet-5 as textbooks have it. The net of 1998 differs in four ways.
#
# **1. Subsampling learns.** S2 and S4 add the four values of a window, multiply the sum by a coefficient, add a bias,
# and pass the result through the squashing function. Coefficient and bias are learned, one of each a map. That is 12
# parameters for S2's six maps, and 32 for S4's sixteen.
#
# **2. The squashing function** is $f(a) = 1.7159 \tanh(2a/3)$. Its constants make $f(1) = 1$ and $f(-1) = -1$, so the
# targets ±1 lie where the curve is still steep.

# %%
a = np.linspace(-3, 3, 200)
figure, axes = plt.subplots(figsize=(6, 3))
axes.plot(a, 1.7159 * np.tanh(2 / 3 * a), "k-", label="1.7159 tanh(2a/3)")
axes.plot(a, np.tanh(a), "k:", label="tanh(a)")
axes.plot([-1, 1], [-1, 1], "ko", label="f(±1) = ±1")
axes.set(xlabel="a", ylabel="f(a)")
axes.legend()
axes.grid(alpha=0.3);

# %% [markdown]
# ## Exercise 3: subsampling that learns
#
# Write the layer `Subsampling`: the sum of each 2×2 window, times a coefficient, plus a bias; one coefficient and one
# bias a map. Images are `(batch, height, width, maps)`; where a height or width is odd, the last row or column is
# left out, as pooling does. `Subsampling()` takes no arguments. Leave the squashing function to a layer of its own.
#
# `build` is called once, with the shape of the input: make the weights there, with `self.add_weight(shape=(maps,))`.
# How they start is up to you. `call` computes the output; `keras.ops` has what you need.

# %% nbgrader={"grade_id": "subsampling-answer", "solution": true}
class Subsampling(keras.layers.Layer):
    """Trainable subsampling: (batch, height, width, maps) to (batch, height / 2, width / 2, maps)."""

    def build(self, input_shape):
        ### BEGIN SOLUTION
        maps = input_shape[-1]
        self.coefficient = self.add_weight(shape=(maps,), initializer=keras.initializers.Constant(0.25))
        self.bias = self.add_weight(shape=(maps,), initializer="zeros")
        ### END SOLUTION

    def call(self, x):
        ### BEGIN SOLUTION
        total = 4 * keras.ops.average_pool(x, 2, strides=2)
        return total * self.coefficient + self.bias
        ### END SOLUTION


# %% nbgrader={"grade_id": "subsampling", "grade": true, "locked": true, "points": 3}
check("subsampling", Subsampling)

# %% [markdown]
# **3. C3 is only partly connected.** Each of C3's 16 maps sees three, four or six of S2's six maps, by this table.
# The paper gives two reasons: it keeps the number of connections down, and it breaks symmetry, so that maps with
# different inputs come to look for different things.

# %%
table = np.zeros((6, 16))
for c3_map, s2_maps in enumerate(lenet.C3_CONNECTIONS):
    table[list(s2_maps), c3_map] = 1
figure, axes = plt.subplots(figsize=(7, 3))
axes.imshow(table, cmap="Greys", vmax=1.5)
axes.set(xlabel="map of C3", ylabel="map of S2", xticks=range(16), yticks=range(6))
axes.set_title(f"{int(table.sum())} of {table.size} pairs are connected");

# %% [markdown]
# ## Exercise 4: count C3's parameters
#
# Write `c3_params(connections, kernel_size=5)`. `connections` is a list: for each map of C3, the maps of S2 it sees,
# such as `[[0, 1, 2], [1, 2, 3]]` for two maps that see three each. Every connected pair has its own kernel; every
# map of C3 has one bias.
#
# **Predict first.** The full table of 96 pairs has 2,416 parameters. How many has the paper's?

# %% nbgrader={"grade_id": "c3-params-answer", "solution": true}
def c3_params(connections, kernel_size=5):
    """The number of weights and biases of a partly connected convolution."""
    ### BEGIN SOLUTION
    pairs = sum(len(maps) for maps in connections)
    return pairs * kernel_size**2 + len(connections)
    ### END SOLUTION


# %% nbgrader={"grade_id": "c3-params", "grade": true, "locked": true, "points": 2}
check("c3-params", c3_params)
### BEGIN HIDDEN TESTS
assert c3_params(lenet.C3_CONNECTIONS) == 1516
assert c3_params([range(6)] * 16) == 2416
assert c3_params([[0], [0, 1]], kernel_size=3) == 29
### END HIDDEN TESTS

# %% [markdown]
# **4. The output measures distances.** F6 has 84 units because 84 = 7 × 12: each digit has a *code*, a bitmap of 7×12
# pixels of ±1, and F6 is trained to draw it. An output unit gives the squared distance from F6 to its digit's code,
#
# $$y_i = \sum_j (x_j - w_{ij})^2,$$
#
# and the smallest wins. The paper calls this a radial basis function unit, RBF. The codes were drawn by
# hand, and the course's are drawn after the paper's picture of them. They are fixed, not learned. Why
# bitmaps? Characters that look alike, such as the digit 0 and the letter O, get codes that are alike, so that a later
# stage that knows about words can choose between them.

# %%
codes = np.array(lenet.CODES)
plots.images(-codes.reshape(10, 12, 7), titles=range(10), columns=10);

# %% [markdown]
# ## Exercise 5: the RBF output
#
# Write `rbf(x, codes)`: from a batch of vectors `(batch, features)` and codes `(classes, features)`, the squared
# distances `(batch, classes)`. NumPy or `keras.ops`, as you like.

# %% nbgrader={"grade_id": "rbf-answer", "solution": true}
def rbf(x, codes):
    """Squared distances, (batch, classes), from vectors (batch, features) to codes (classes, features)."""
    ### BEGIN SOLUTION
    return np.sum((x[:, None, :] - codes[None, :, :]) ** 2, axis=-1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "rbf", "grade": true, "locked": true, "points": 2}
check("rbf", rbf)

# %% [markdown]
# ## 1998 against today
#
# The course has the net of 1998 as `BUILDERS["lenet5_1998"]`. The paper counts 60,000 trainable parameters.

# %%
training.seed(0)
original = BUILDERS["lenet5_1998"]()
analysis.table(original)

# %% [markdown]
# It is trained for distances, not probabilities. The paper's equation 9 has two terms for a digit whose right class
# is at the distance $y_D$:
#
# $$E = y_D + \log\Big(e^{-j} + \sum_i e^{-y_i}\Big).$$
#
# The first pulls F6 towards the right code. The second pushes it away from the others, and its constant $j$ stands
# for everything that is no digit at all: a rival at a fixed distance, so that coming nearer to the right code always
# pays until $y_D$ is well below $j$. The paper gives no number for it; we take 10.

# %%
def criterion(labels, distances, j=10.0):
    """Equation 9 for each image: labels (batch,) and distances (batch, classes) to (batch,)."""
    column = keras.ops.cast(keras.ops.reshape(labels, (-1, 1)), "int32")
    right = keras.ops.take_along_axis(distances, column, axis=1)[:, 0]
    rubbish = keras.ops.full_like(distances[:, :1], j)
    rivals = keras.ops.concatenate([rubbish, distances], axis=1)
    return right + keras.ops.logsumexp(-rivals, axis=1)


# %% [markdown]
# The net of 1998 also takes other pixels: −0.1 for the background and 1.175 for ink, chosen in the paper so that the
# mean is roughly 0 and the variance roughly 1 on its digits.

# %%
old_train, old_test = (scale(images, low=-0.1, high=1.175) for images in (train_images, test_images))
print(f"our pixels: mean {old_train.mean():.2f}, variance {old_train.var():.2f}")
steps = epochs * -(-len(old_train) // 32)
adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.002, steps))
distances = keras.Model(original.input, original.get_layer("OUTPUT").output)
distances.compile(adam, criterion)
training.fit(distances, (old_train, train_labels), epochs=epochs, seed=0, verbose=0)
nearest = distances.predict(old_test, verbose=0).argmin(-1)
print(f"today: {model.count_params():,} parameters, test accuracy {accuracy:.1%}")
print(f"1998:  {original.count_params():,} parameters, test accuracy {np.mean(nearest == test_labels):.1%}")

# %% [markdown]
# The two were not trained alike, so this is no contest: the net of 1998 had no distortion here, and *Adam*, which suits
# the steps to each weight, where the paper has a method of its own, stochastic diagonal Levenberg-Marquardt. The
# paper's net reached a test error of 0.95 % on MNIST, and 0.8 % with distorted digits; MNIST has 60,000 training
# digits.
#
# What does F6 draw? **Predict first**, then look: eight test digits, and under each F6's 84 numbers as a bitmap.

# %%
f6 = keras.Model(original.input, original.get_layer("F6").output)
drawn = np.array(f6(old_test[:8])).reshape(8, 12, 7)
plots.images(test_images[:8], titles=test_labels[:8])
plots.images(-drawn, limits=(-1, 1));

# %% [markdown]
# ## Recap
#
# - A convolution looks for one pattern everywhere, with one kernel; subsampling forgets exactly where it was.
# - Sizes go 32, 28, 14, 10, 5, 1; channels go 1, 6, 16, 120. Maps shrink while their number grows. Most classic nets
#   do this.
# - Most parameters sit where the maps end and the vectors begin (C5); most of the work is in a convolution (C3).
# - The net of 1998 had learned subsampling, a table of connections and an output of distances. None of the three is
#   usual today, though AlexNet's groups connect maps only in part; local receptive fields and shared weights stayed.
#
# ## Read next
#
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-Based Learning Applied to Document Recognition",
#   *Proceedings of the IEEE* 86 (11), 1998, pages 2278 to 2324. Section II is LeNet-5; figure 2 is the net; table I
#   is the table above.
# - E. Alpaydin, C. Kaynak, "Cascading Classifiers", *Kybernetika* 34 (4), 1998: where the digits come from.

# %% [markdown]
# # Start here: the machine, the data, and how an exercise works
#
# **What do you have in front of you, and how does it tell you that you are right?**
#
# This course builds the classic networks of image recognition, from a single convolution to networks that find
# objects. Each lesson is a notebook like this one. You read a little, guess, run a cell, and write code that checks
# itself.
#
# When you have done this lesson you can
#
# - say what your machine has, and choose how long the lessons train,
# - load a data set and say what shape and type its images have,
# - use a check, a hint and an explanation, and know how a grade comes about.
#
# You need Python and NumPy. To run a cell, click into it and press Shift and Enter.
#
# Before: nothing. Reading: 20 minutes. Running: 1 minute.

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

# %% [markdown]
# That cell found the course's package. The next one imports what this lesson needs and makes the machine ready. The
# first import of TensorFlow takes several seconds.

# %%
import time

import keras
import numpy as np

from course import plots, training
from course.checks import WrongAnswer, check, exercises, explain, hint
from course.data import load, name_of

print(training.setup())

# %% [markdown]
# ## The machine
#
# The report above has a line for each part. *CPU* is the processor, with as many cores as the notebook may use. *GPU*
# is a graphics card, which trains large networks many times faster; every lesson works without one. On Colab you get
# one by Runtime, Change runtime type. *Precision* is how numbers are stored: float32 is 32 bits a number. *Backend* is
# the library that computes; Keras is the one in which we write networks.
#
# Every lesson obeys one switch, the **profile**, which says how long it trains.

# %%
for name, meaning in training.PROFILES.items():
    print(f"{'→' if name == training.profile() else ' '} {name:<7} {meaning}")

# %% [markdown]
# The arrow marks the one in force. To choose another, set the environment variable `COURSE_PROFILE` before the
# notebook starts, or put `%env COURSE_PROFILE=full` into a cell at the top. A lesson asks for its numbers with
# `by_profile`:

# %%
epochs = training.by_profile(smoke=1, lesson=10, full=30)
print("this lesson trains for", epochs, "passes over its images")

# %% [markdown]
# ## The data
#
# The course carries its own data, so that it works without a network. `load` prepares a set at the first call, keeps
# it on disk, and reads it from there at the next. Where is that? In `~/tensorflow_datasets`, or in the folder that
# the environment variable `TFDS_DATA_DIR` names.
#
# *Digits* are real: people wrote them on forms (Alpaydin and Kaynak 1998). Load the ones for training.

# %%
began = time.perf_counter()
images, labels = load("digits", split="train", batch_size=-1)
print(f"{len(images)} images in {time.perf_counter() - began:.1f} s")
plots.images(images[:10], titles=labels[:10], columns=10);

# %% [markdown]
# **Predict first.** The images are grey. An image is an array with three axes: height, width, channels. A batch of
# images has one axis more, in front. What is the shape of the whole array, and of what type is a pixel? Write both
# down, then run the next cell.

# %%
print("images:", images.shape, images.dtype, "  labels:", labels.shape, labels.dtype)
print("the darkest pixel is", images.min(), "and the brightest", images.max())

# %% [markdown]
# One channel, for grey. A pixel is a whole number from 0 to 255, stored in 8 bits without a sign: `uint8`.
#
# *Glyphs* are letters on photographs, drawn by the course: ten letters, in colour, as easy or as hard as a lesson
# needs. The first call draws 10,000 of them, which takes some seconds.

# %%
glyphs, info = load("glyphs/easy", split="train", batch_size=10, with_info=True)
letters, classes = next(iter(glyphs))
plots.images(letters, titles=[info.features["label"].names[label] for label in classes], columns=10)
print(name_of(glyphs), "comes in batches of", letters.shape)

# %% [markdown]
# Three channels now: red, green, blue.
#
# The sets that the papers used load by the same words: `load("mnist")`, `load("cifar10")`, `load("voc")`. They come
# from the network, once. If that cannot be reached, `load` says so in one line and gives you a set of its own in its
# place. The name tells you which you have, and with `strict=True` you get an error instead.
#
# ## An exercise
#
# An exercise asks you to write a function, a layer or a network. Replace the line that raises, then run the cell with
# the `check` under it. Here is what a check has to say about a wrong answer. Someone has divided the pixels by 256:

# %%
try:
    check("scale-pixels", lambda images: images.astype("float32") / 256)
except WrongAnswer as wrong:
    print(wrong)

# %% [markdown]
# The first line says what came out and what should have; the second says why. A check looks at what your code does,
# not at how it is written: loops or arrays, one line or ten, it is all the same to it.
#
# ## Exercise 1: scale pixels
#
# Networks train better on small numbers. Write `scale_pixels(images)`: it takes an array of `uint8`, with values from
# 0 to 255, and returns an array of the same shape, of type `float32`, with values from 0 to 1. Black, 0, stays 0;
# white, 255, becomes 1. The array that comes in must stay as it is.
#
# **Predict first.** What becomes of a pixel of 51?

# %% nbgrader={"grade_id": "scale-pixels-answer", "solution": true}
def scale_pixels(images):
    """uint8, 0 to 255, to float32, 0 to 1."""
    ### BEGIN SOLUTION
    return images.astype("float32") / 255
    ### END SOLUTION


# %% nbgrader={"grade_id": "scale-pixels", "grade": true, "locked": true, "points": 1}
check("scale-pixels", scale_pixels)
### BEGIN HIDDEN TESTS
assert scale_pixels(np.array([[0, 51, 255]], dtype=np.uint8)).tolist() == [[0.0, np.float32(0.2), 1.0]]
assert scale_pixels(np.full((2, 3, 4, 1), 51, np.uint8)).dtype == np.float32
### END HIDDEN TESTS

# %% [markdown]
# Stuck? `hint("scale-pixels")` gives one hint, and the next at the next call. They cost nothing.

# %%
hint("scale-pixels")

# %% [markdown]
# Once your answer has passed, `explain` says why it is right and where to read on. Before that, it stays closed.

# %%
explain("scale-pixels")

# %% [markdown]
# All exercises of the course, with how yours went since this notebook was started:

# %%
exercises()

# %% [markdown]
# ## A grade
#
# The cell with the check carries points. Your instructor, or you, can have the whole notebook run and counted:
# `python -m course check 00`, in a terminal in the course's folder, says for each exercise whether it passed. A
# graded copy may run further tests in the same cell, on other numbers than you see here. An answer that is right in
# general passes them too.
#
# ## A first training
#
# Does training work on this machine, and how fast? The smallest network there is has one layer: each of its ten outputs
# is a weighted sum of all pixels. (`Flatten` puts the pixels in one row; `softmax` turns the ten sums into
# probabilities, see lesson 03.) *Training* shows it the images in small batches and moves the weights so that the
# output of the right digit grows. One pass over all images is an *epoch*.

# %%
model = keras.Sequential([keras.Input((32, 32, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
pixels = images.astype("float32") / 255
began = time.perf_counter()
history = training.fit(model, (pixels, labels), epochs=epochs, seed=0, verbose=0)
seconds = time.perf_counter() - began
print(f"{epochs * len(images) / seconds:,.0f} images a second")

# %% [markdown]
# **Predict first.** It has learned from the training images. How many of the test images, which it has not seen, does
# it get right? With ten digits, guessing gives one in ten.

# %%
test_images, test_labels = load("digits", split="test", batch_size=-1)
guesses = model.predict(test_images.astype("float32") / 255, verbose=0).argmax(-1)
print(f"{np.mean(guesses == test_labels):.1%} of {len(test_labels)} test images; epochs: {epochs}")

# %% [markdown]
# A weighted sum of pixels already reads most of these digits. But it expects each of them where it usually stands. Move
# each image by four pixels and try again:

# %%
moved = np.roll(test_images, 4, axis=2)
guesses = model.predict(moved.astype("float32") / 255, verbose=0).argmax(-1)
print(f"{np.mean(guesses == test_labels):.1%} of the same images, moved by 4 pixels")
titles = [f"{true}: {guess}?" for true, guess in zip(test_labels[:10], guesses[:10], strict=True)]
plots.images(moved[:10], titles=titles, columns=10);

# %% [markdown]
# Each weight belongs to one pixel, so a digit that has moved is a new one to this network. A convolution looks for
# the same pattern everywhere. That is where the next lesson begins.
#
# ## Recap
#
# - A profile says how long the lessons train: `smoke`, `lesson` or `full`.
# - Images are arrays `(batch, height, width, channels)` of `uint8`, and networks take `float32` from 0 to 1.
# - `check` says what is wrong and why, `hint` helps, `explain` tells the reasoning once you have passed.
#
# ## Read next
#
# - E. Alpaydin, C. Kaynak, "Cascading Classifiers", *Kybernetika* 34 (4), 1998: where the digits come from.
# - Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient BackProp", in *Neural Networks: Tricks of the Trade*, 1998,
#   section 4.3: why inputs are scaled.

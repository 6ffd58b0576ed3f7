# %% [markdown]
# # Detection: what is where
#
# **How can a network find and name every object in an image, when it knows neither how many there are nor where?**
#
# A classification net gives one answer an image. A detector gives a list: a box, a name and a score for each object.
# Four papers of 2014 and 2015 made classification nets into detectors. Each found work that the one before did again
# and again, and did it once.
#
# When you have done this lesson you can
#
# - say how well a box fits an object, and thin out many boxes for one object,
# - turn a region of any size into as many numbers as a fully connected layer wants,
# - say what R-CNN, SPP-net, Fast R-CNN and Faster R-CNN each share, and compute what it saves,
# - place anchors, encode and decode boxes, and score a detector by average precision.
#
# You need Python and NumPy, and from the lessons before: feature maps, strides, receptive fields, multiply-accumulates,
# and the layers of VGG-16.
#
# Before: 01, 02, 05. Reading: 90 minutes. Running: 5 minutes.

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
import statistics
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.patches import Patch, Rectangle

from course import analysis, arithmetic, plots, training
from course import boxes as course_boxes
from course.checks import check, explain, hint
from course.data import load, scale
from course.models import rcnn

SEED = 0
rng = np.random.default_rng(SEED)
training.seed(SEED)
print(training.devices())
print("profile   ", training.profile())

# %% [markdown]
# ## The task
#
# The scenes are drawn by the course: one to five letters on a photograph, 128×128 pixels, and for each letter its box.
# A box is four numbers, x1, y1, x2, y2: the pixel at its top left and the pixel at its bottom right. We count as
# PASCAL VOC does, the contest these papers were measured by: **both corners belong to the box**, so it is
# x2 − x1 + 1 pixels wide. Much newer code counts otherwise; to mix the two is an easy slip.

# %%
SIDE = 128


def scenes(split, side):
    """Images in [0, 1], and for each its boxes (objects, 4) and labels (objects,); and the names of the classes."""
    data, info = load(f"glyph_scenes/easy_{side}", split=split, as_supervised=False, with_info=True)
    images, boxes, labels = [], [], []
    for scene in data.as_numpy_iterator():
        images.append(scene["image"])
        ends = scene["objects"]["bbox"][:, [1, 0, 3, 2]] * side  # from top, left, bottom, right, as parts of the side
        boxes.append(np.round(ends - [0, 0, 1, 1]).astype("float32"))
        labels.append(scene["objects"]["label"])
    return scale(np.stack(images)), boxes, labels, info.features["objects"]["label"].names


images, truth, labels, names = scenes("test[:40]", SIDE)
print(len(images), "scenes with", sum(map(len, truth)), "letters of", len(names) - 1, "kinds")
print(truth[0])
plots.boxes(images[0], truth[0], labels[0], names, form="pixels");

# %% [markdown]
# Could a classification net do it? Cut out a window, ask the net what is in it, and go on to the next window.
#
# **Predict first.** How many windows are there, of every width and height, at every place of this small image? Guess
# the power of ten, then run the next cell. (A window is a first and a last column, and a first and a last row.)

# %%
spans = SIDE * (SIDE + 1) // 2
print(f"{spans:,} pairs of columns, as many of rows: {spans**2:,} windows")

# %% [markdown]
# So nobody looks at all. R-CNN lets another method point out about 2,000 windows that might hold something, by colour,
# texture and size, without a network: *region proposals*, from *selective search* (Uijlings and others 2013).
# Everything below is about what is done with them.
#
# ## How well does a box fit?
#
# First we need a measure. **Intersection over union**, IoU, is the area that two boxes share, divided by the area that
# either covers. It is 1 for the same box and 0 for boxes that do not touch.
#
# **Predict first.** A box is moved to the right by a half of its width. What is the IoU of the two? Write it down,
# then run the next cell.

# %%
box = np.array([[20, 40, 59, 79]])
moved = {"itself": 0, "a quarter": 10, "a half": 20, "its whole width": 40}
for name, shift in moved.items():
    print(f"{name:16} IoU {course_boxes.iou(box, box + np.array([shift, 0, shift, 0]))[0, 0]:.3f}")

# %%
figure, grid = plt.subplots(1, 4, figsize=(9, 2.6), layout="constrained")
for axes, (name, shift) in zip(grid, moved.items(), strict=True):
    axes.add_patch(Rectangle((0, 0), 40, 40, facecolor="0.85", edgecolor="black"))
    axes.add_patch(Rectangle((shift, 0), 40, 40, facecolor="none", edgecolor="black", hatch="//"))
    axes.set(xlim=(-3, 83), ylim=(43, -3), aspect="equal", title=name, xticks=[], yticks=[])

# %% [markdown]
# Moved by a half, the boxes share a half of each, and cover one and a half: a third. That is why the usual bar for
# "found", an IoU of 0.5, is stricter than it sounds.
#
# ## Exercise 1: intersection over union
#
# Write `iou(boxes, others)`. `boxes` is `(n, 4)`, `others` `(m, 4)`, each row x1, y1, x2, y2, both corners inside. The
# result is `(n, m)`: the IoU of each box with each other. The intersection is a box itself, from the larger of the two
# x1 to the smaller of the two x2, and alike in y; if there is none, its area is 0.
#
# **Predict first.** Boxes 0, 0, 3, 3 and 6, 6, 9, 9 lie apart. What would width times height of their "intersection"
# come to, if you forgot that case?

# %% nbgrader={"grade_id": "iou-answer", "solution": true}
def iou(boxes, others):
    """Intersection over union of each box with each other: (n, 4), (m, 4) to (n, m)."""
    ### BEGIN SOLUTION
    first = np.maximum(boxes[:, None, :2], others[None, :, :2])
    last = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    intersection = np.maximum(last - first + 1, 0).prod(axis=-1)
    areas = (boxes[:, 2:] - boxes[:, :2] + 1).prod(axis=-1)
    other_areas = (others[:, 2:] - others[:, :2] + 1).prod(axis=-1)
    return intersection / (areas[:, None] + other_areas[None, :] - intersection)
    ### END SOLUTION


# %% nbgrader={"grade_id": "iou", "grade": true, "locked": true, "points": 2}
check("iou", iou)
### BEGIN HIDDEN TESTS
assert np.allclose(
    iou(np.array([[0, 0, 1, 7]]), np.array([[1, 4, 4, 9], [2, 0, 3, 7], [0, 0, 1, 7]])), [[4 / 36, 0, 1]]
)
### END HIDDEN TESTS

# %% [markdown]
# Stuck? `hint("iou")` gives one hint; run it again for the next. `explain("iou")` says why, once you are done.
#
# ## Four detectors, and what each of them shares
#
# Here are the four papers side by side. What is white is done **once an image**; what is dark, **once a box**; what is
# hatched happens outside the net: it is not trained with it.

# %%
ONCE, EACH = "once an image", "once a box"
STAGES = ("proposals", "convolutions", "to one size", "fully connected", "class", "edges")
TABLE = {
    "R-CNN\n2014": [("selective\nsearch", ONCE, 1), ("2,000×", EACH, 0), ("warp the\npixels", EACH, 0),
                    ("2,000×", EACH, 0), ("SVMs", EACH, 1), ("regression", EACH, 1)],
    "SPP-net\n2014": [("selective\nsearch", ONCE, 1), ("1×", ONCE, 0), ("spatial\npyramid", EACH, 0),
                      ("2,000×", EACH, 0), ("SVMs", EACH, 1), ("regression", EACH, 1)],
    "Fast R-CNN\n2015": [("selective\nsearch", ONCE, 1), ("1×", ONCE, 0), ("RoI\npooling", EACH, 0),
                         ("2,000×", EACH, 0), ("softmax", EACH, 0), ("regression", EACH, 0)],
    "Faster R-CNN\n2015": [("a net, on the\nsame maps", ONCE, 0), ("1×", ONCE, 0), ("RoI\npooling", EACH, 0),
                           ("300×", EACH, 0), ("softmax", EACH, 0), ("regression", EACH, 0)],
}  # fmt: skip

# %%
figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
styles = {ONCE: {"facecolor": "white"}, EACH: {"facecolor": "0.7"}}
for row, cells in enumerate(TABLE.values()):
    for column, (text, how, outside) in enumerate(cells):
        style = styles[how] | {"edgecolor": "black", "hatch": "///" if outside else None}
        axes.add_patch(Rectangle((column + 0.04, row + 0.1), 0.92, 0.8, **style))
        paper = {"facecolor": style["facecolor"], "edgecolor": "none", "pad": 2}
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=9, bbox=paper)
axes.set(xlim=(0, len(STAGES)), ylim=(len(TABLE), 0), xticks=np.arange(len(STAGES)) + 0.5, xticklabels=STAGES)
axes.set(yticks=np.arange(len(TABLE)) + 0.5, yticklabels=TABLE)
axes.xaxis.tick_top()
axes.tick_params(length=0)
axes.spines[:].set_visible(False)
key = [Patch(edgecolor="black", label=name, **style) for name, style in styles.items()]
key.append(Patch(facecolor="white", edgecolor="black", hatch="///", label="outside the net"))
figure.legend(handles=key, loc="outside lower center", ncols=3, frameon=False);

# %% [markdown]
# Read it from top to bottom: the dark leaves the convolutions first, then the hatching goes from right to left, until
# nothing is left outside. In words:
#
# - **R-CNN** (Girshick, Donahue, Darrell, Malik) warps each proposal to 227×227 pixels and sends it through AlexNet.
#   Neighbouring proposals overlap, so the same pixels go through the same convolutions over and over.
# - **SPP-net** (He, Zhang, Ren, Sun) sends the *image* through the convolutions, once, and cuts the boxes out of the
#   feature map instead.
# - **Fast R-CNN** (Girshick) does so too, and trains everything behind the cut, and most of what is before it, at once.
# - **Faster R-CNN** (Ren, He, Girshick, Sun) lets a small net on the same map make the proposals.
#
# ## R-CNN: a crop at a time
#
# *Warp* means: cut out the box and stretch it to the size the net wants, whatever its shape was. The paper also takes
# 16 pixels of surroundings along; we leave that out. Our net is small and wants 32×32.

# %%
CROP = 32


def crops(image, boxes):
    """Each box cut out of an image and warped to 32×32: (height, width, 3), (n, 4) to (n, 32, 32, 3)."""
    edges = np.asarray(boxes)[:, [1, 0, 3, 2]] / (SIDE - 1)  # top, left, bottom, right: 1 is the last pixel
    return np.array(tf.image.crop_and_resize(image[None], edges, np.zeros(len(boxes), int), (CROP, CROP)))


proposals = np.concatenate([truth[0], [[0, 0, 127, 50], [10, 70, 40, 120]]])
plots.images(crops(images[0], proposals), limits=(0, 1));

# %% [markdown]
# The first crops are the letters, the last two are windows that fit nothing. Each is now an ordinary image for an
# ordinary classification net, which has one class more: *background*. R-CNN reads the answer off with a support vector
# machine a class (SVM, a linear classifier that is no part of the net), trained apart on what the last layer but one
# gives.
#
# ### Too many answers
#
# A good detector answers for one object many times: a box a few pixels further still holds the letter. To see what
# comes of it we need answers. Training takes its time, so until a net has learned, a *pretend detector* stands in for
# it: around each letter it makes four boxes at random, and scores each by its IoU with the letter, plus noise; and it
# puts some boxes anywhere. It knows the truth, which no detector does. What follows works the same on real answers.

# %%
def pretend(objects, about=4, anywhere=2):
    """Boxes (n, 4) and scores (n,) as of a detector that sees these objects (objects, 4)."""
    blur = rng.normal(0, [0.12, 0.12, 0.15, 0.15], (about, len(objects), 4))
    near = course_boxes.decode(np.repeat(objects[None], about, axis=0), blur).reshape(-1, 4)
    corners = rng.uniform(0, SIDE - 50, (anywhere, 2))
    far = np.concatenate([corners, corners + rng.uniform(25, 50, (anywhere, 2))], axis=1)
    found = course_boxes.clip(np.concatenate([near, far]), (SIDE, SIDE)).astype("float32")
    scores = course_boxes.iou(found, objects).max(axis=1) + rng.normal(0, 0.1, len(found))
    return found, np.clip(0.15 + 0.8 * scores, 0.01, 0.99)


found, scores = pretend(truth[0])
plots.boxes(images[0], found, np.zeros(len(found), int), ["letter"], scores, form="pixels");

# %% [markdown]
# **Non-maximum suppression**, NMS, thins them out. Take the box with the highest score and keep it. Drop every box
# whose IoU with it is more than a threshold. Take the best of those left, and so on, until none is left. With several
# classes it is done for each class apart.
#
# **Predict first.** There are as many letters as you see. How many boxes will stay at a threshold of 0.3, how many at
# 0.7?

# %%
for threshold in (0.1, 0.3, 0.5, 0.7, 0.9):
    print(f"threshold {threshold}: {len(course_boxes.nms(found, scores, threshold))} of {len(found)} boxes stay")
kept = course_boxes.nms(found, scores, 0.3)
plots.boxes(images[0], found[kept], np.zeros(len(kept), int), ["letter"], scores[kept], form="pixels");

# %% [markdown]
# A low threshold leaves a box a letter, and weak boxes that stand alone, which their scores give away. But it
# would also lose one of two objects that stand close. A high one leaves duplicates. Fast R-CNN takes 0.3.
#
# ## Exercise 2: non-maximum suppression
#
# Write `nms(boxes, scores, iou_threshold)`: the indices of the boxes that stay, by falling score. `boxes` is `(n, 4)`,
# `scores` `(n,)`. A box goes if its IoU with a box that stays is *more* than the threshold. Only a box that stays may
# drop others. You may use your `iou`, or the course's, `course_boxes.iou`.
#
# **Predict first.** Three boxes in a row, each overlapping its neighbour; the first has the highest score, the middle
# one the second highest. Which stay?

# %% nbgrader={"grade_id": "nms-answer", "solution": true}
def nms(boxes, scores, iou_threshold):
    """Indices of the boxes that stay, by falling score: (n, 4), (n,) to (kept,)."""
    ### BEGIN SOLUTION
    order, kept = np.argsort(-scores), []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        order = order[iou(boxes[[best]], boxes[order])[0] <= iou_threshold]
    return np.array(kept, int)
    ### END SOLUTION


# %% nbgrader={"grade_id": "nms", "grade": true, "locked": true, "points": 3}
check("nms", nms)
### BEGIN HIDDEN TESTS
row = np.array([[0, 0, 7, 7], [3, 0, 10, 7], [6, 0, 13, 7], [9, 0, 16, 7]])
assert list(nms(row, np.array([0.6, 0.9, 0.8, 0.7]), 0.4)) == [1, 3]
assert list(nms(row, np.array([0.6, 0.9, 0.8, 0.7]), 0.5)) == [1, 2, 3, 0]
### END HIDDEN TESTS

# %% [markdown]
# ## SPP-net: the convolutions once
#
# Why must every crop have the same size? Not because of the convolutions: they slide over any image. It is the first
# fully connected layer that counts its inputs. So let the whole image through the convolutions, and make every box's
# part of the *feature map* into one number of features.
#
# The **spatial pyramid** does it. Divide the map into 1 bin, into 2×2, 3×3 and 6×6 bins, whatever its size, and take
# the maximum of each bin in each channel. The coarse levels say *what* is there, the fine ones *where*.
#
# **Predict first.** How many bins are that? With 256 channels, how many inputs has the first fully connected layer?

# %%
levels = (6, 3, 2, 1)
bins = sum(n * n for n in levels)
print(bins, "bins;", bins * 256, "features, whatever the size of the map")

# %% [markdown]
# Sizes do not divide evenly. Bin i of n, over a rows, begins at row ⌊i·a/n⌋ and ends before row ⌈(i + 1)·a/n⌉: rounded
# down at its beginning and up at its end, so that no row is lost and neighbours may share one. Here a map of 5 rows
# and 8 columns, in 3×3 bins; the number in a cell says in how many bins it is.

# %%
def ends(extent, n):
    """(begin, end) of each of n bins over so many cells, the end not included."""
    return [(i * extent // n, -(-(i + 1) * extent // n)) for i in range(n)]


print("rows   ", ends(5, 3))
print("columns", ends(8, 3))
cells = np.zeros((5, 8), int)
for top, bottom in ends(5, 3):
    for left, right in ends(8, 3):
        cells[top:bottom, left:right] += 1
print(cells)

# %% [markdown]
# The paper describes its bins by a sliding window, ⌈a/n⌉ long, that moves by ⌊a/n⌋. For a = 13, as in the paper, that
# is right. For a = 5 and n = 3 it is a window of 2 that moves by 1, and gives 4 bins instead of 3. The rule with the
# two roundings always gives n.
#
# ## Exercise 3: the spatial pyramid
#
# Write `spatial_pyramid(features, levels=(6, 3, 2, 1))`. `features` is one map, `(height, width, channels)`. The
# result is a vector of 50 numbers a channel: level after level, in each level row after row of bins, in each row bin
# after bin, and for each bin all its channels. `ends`, above, is yours to use.

# %% nbgrader={"grade_id": "spatial-pyramid-answer", "solution": true}
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    """Maxima of n × n bins for each level n, joined: (height, width, channels) to (Σ n² · channels,)."""
    ### BEGIN SOLUTION
    height, width = features.shape[:2]
    return np.concatenate(
        [
            features[top:bottom, left:right].max(axis=(0, 1))
            for n in levels
            for top, bottom in ends(height, n)
            for left, right in ends(width, n)
        ]
    )
    ### END SOLUTION


# %% nbgrader={"grade_id": "spatial-pyramid", "grade": true, "locked": true, "points": 2}
check("spatial-pyramid", spatial_pyramid)
### BEGIN HIDDEN TESTS
ramp = np.stack([np.arange(35.0).reshape(5, 7), -np.arange(35.0).reshape(5, 7)], axis=-1)
assert spatial_pyramid(ramp, levels=(2, 1)).tolist() == [17, 0, 20, -3, 31, -14, 34, -17, 34, 0]
assert spatial_pyramid(ramp).shape == (100,)
### END HIDDEN TESTS

# %% [markdown]
# SPP-net's weakness is in training: its convolutions stay as they were, since its training does not go back through
# the pyramid, and its classifiers and regressors are still trained apart.
#
# ## Fast R-CNN: RoI pooling
#
# Fast R-CNN takes a pyramid with one level: 7×7 bins of the *region of interest*, RoI. The box comes in pixels of the
# image, the map is smaller by the net's stride, 16 for VGG-16. So the corners are divided by 16 and rounded, which
# makes them cells; both corner cells belong to the region. Then come the bins as above.
#
# The course's small net has a stride of 8 and 4×4 bins. This is the first letter of our scene on its map of 16×16
# cells: the box in pixels is drawn broken, the region it is rounded to is shaded. The bars at the right are the rows
# of the four bins from top to bottom, those below are their columns.

# %%
def region(roi, spatial_scale):
    """The cells of a box: first column, first row, last column, last row."""
    return [int(np.floor(corner * spatial_scale + 0.5)) for corner in roi]


roi = truth[0][0]
x1, y1, x2, y2 = region(roi, 1 / 8)
rows, columns = ends(y2 - y1 + 1, 4), ends(x2 - x1 + 1, 4)
print("pixels", roi, "→ cells", (x1, y1, x2, y2), "→ rows", [(y1 + a, y1 + b) for a, b in rows])
figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
axes.imshow(images[0], extent=(0, SIDE / 8, SIDE / 8, 0), alpha=0.5)
axes.add_patch(Rectangle((x1, y1), x2 - x1 + 1, y2 - y1 + 1, facecolor="black", alpha=0.2))
for i, (top, bottom) in enumerate(rows):
    axes.plot([x2 + 1.4 + 0.3 * i] * 2, [y1 + top + 0.05, y1 + bottom - 0.05], "k-", linewidth=3)
for j, (left, right) in enumerate(columns):
    axes.plot([x1 + left + 0.05, x1 + right - 0.05], [y2 + 1.4 + 0.3 * j] * 2, "k-", linewidth=3)
axes.add_patch(Rectangle(roi[:2] / 8, *(roi[2:] - roi[:2] + 1) / 8, fill=False, linestyle="--", linewidth=2))
axes.set(xticks=range(17), yticks=range(17), xlabel="column of the map", ylabel="row of the map")
axes.grid(color="white", linewidth=0.5)

# %% [markdown]
# The rounding is coarse: a cell is 8 pixels here, and 16 in VGG-16. It costs little when the question is what is in the
# box, and more when the answer must be right to the pixel.
#
# ## Exercise 4: RoI pooling
#
# Write `roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16)`. `features` is a map `(height, width,
# channels)`, `roi` is x1, y1, x2, y2 in pixels. Multiply the corners by `spatial_scale` and round (a half goes up):
# `region`, above, does it. The region is y2 − y1 + 1 cells high; divide it into `pool_size` × `pool_size` bins as
# `ends` does, counted from y1 and x1. Each bin gives the maximum of its cells, in each channel: `(pool_size, pool_size,
# channels)`. A region may reach past the map's right or lower edge: its bins lose the cells that are not there, and a
# bin with no cell left is 0.
#
# **Predict first.** A region of 2×2 cells, pooled to 4×4. What will the sixteen bins hold?

# %% nbgrader={"grade_id": "roi-pooling-answer", "solution": true}
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    """Maxima of the bins of a region: (height, width, channels), (4,) to (pool_size, pool_size, channels)."""
    ### BEGIN SOLUTION
    x1, y1, x2, y2 = region(roi, spatial_scale)
    pooled = np.zeros((pool_size, pool_size, features.shape[-1]), features.dtype)
    for i, (top, bottom) in enumerate(ends(max(y2 - y1 + 1, 1), pool_size)):
        for j, (left, right) in enumerate(ends(max(x2 - x1 + 1, 1), pool_size)):
            cells = features[y1 + top : y1 + bottom, x1 + left : x1 + right]
            if cells.size:
                pooled[i, j] = cells.max(axis=(0, 1))
    return pooled
    ### END SOLUTION


# %% nbgrader={"grade_id": "roi-pooling", "grade": true, "locked": true, "points": 3}
check("roi-pooling", roi_pooling)
### BEGIN HIDDEN TESTS
ramp = np.arange(64.0).reshape(8, 8, 1)
assert roi_pooling(ramp, (8, 16, 30, 47), 2, 1 / 8)[..., 0].tolist() == [[34, 36], [50, 52]]
assert roi_pooling(ramp, (40, 40, 200, 60), 2, 1 / 8)[..., 0].tolist() == [[55, 0], [63, 0]]
### END HIDDEN TESTS

# %% [markdown]
# ## The experiment: what sharing saves
#
# The claim: on the *same boxes* and with the *same weights*, one pass over the image and RoI pooling is many times
# faster than a pass a crop. We take the course's small Fast R-CNN. Behind its last pooling stand two fully connected
# layers and two outputs, a class and four numbers for the edges.

# %%
net = rcnn.fast_rcnn((SIDE, SIDE, 3), num_classes=len(names) - 1, backbone="small")
analysis.table(net)

# %% [markdown]
# A question mark stands where the number of boxes is not fixed. R-CNN is the very same net, built for images of 32×32,
# with the same weights: each crop is an image with one box, and that box is all of it. The map of a crop has 4×4 cells,
# so that RoI pooling to 4×4 bins leaves it as it is.

# %%
crop_net = rcnn.fast_rcnn((CROP, CROP, 3), num_classes=len(names) - 1, backbone="small")
crop_net.set_weights(net.get_weights())
WHOLE = np.array([[0, 0, CROP - 1, CROP - 1]], "float32")


def by_rcnn(boxes):
    """Every box is cut out, warped and sent through all of the net, at most 128 boxes at a time."""
    said = []
    for part in np.split(boxes, range(128, len(boxes), 128)):
        said.append(crop_net.predict_on_batch([crops(images[0], part), np.tile(WHOLE, (len(part), 1, 1))]))
    return {name: np.concatenate([answer[name] for answer in said]) for name in said[0]}


def by_fast_rcnn(boxes):
    """The image goes through the convolutions, and every box is pooled from their map."""
    return net.predict_on_batch([images[:1], boxes[None]])


print("R-CNN:     ", by_rcnn(truth[0])["classes"].shape)
print("Fast R-CNN:", by_fast_rcnn(truth[0])["classes"].shape)

# %% [markdown]
# Both give class probabilities for each box, in a different arrangement: a batch of crops with one box each, and one
# image with all its boxes. They are not quite the same function. At the edge of a crop the convolutions see zeros; at
# the edge of a box on the map they have seen what lies around it. And one way warps pixels, the other rounds to cells.
# The time does not depend on the weights' values, so they may be random.
#
# First the multiply-accumulates, MACs. Convolutions cost by the area. What is done for each box, whichever way, is the
# fully connected layers: as many MACs as they have weights.

# %%
def convolutions(model):
    """Multiply-accumulates of the convolutions, for one image."""
    return sum(row.macs for row in analysis.table(model).rows if row.kind == "Conv2D")


def connected(model):
    """Multiply-accumulates of the fully connected layers, for one box."""
    return sum(int(np.prod(layer.kernel.shape)) for layer in model.layers if isinstance(layer, keras.layers.Dense))


image_macs, crop_macs, box_macs = convolutions(net), convolutions(crop_net), connected(net)
print(f"convolutions: {image_macs:,} an image, {crop_macs:,} a crop: {image_macs / crop_macs:g} crops are an image")
print(f"fully connected layers: {box_macs:,} a box")

# %% [markdown]
# **Predict first.** From how many boxes on is Fast R-CNN the faster one? And how many times faster is it for 1,024
# boxes: 64 times, since an image costs as much as 16 crops? Or less? Write both down.
#
# The boxes are drawn from the *anchors* of the net, of which more below: 16, 32 and 48 pixels large, in three shapes,
# all over the image. Each way runs once before the clock starts. Then they take turns, so that whatever else the
# machine does disturbs both. Of the ratios of all turns we take the median.

# %%
anchors_here = course_boxes.clip(rcnn.anchors((SIDE, SIDE), "small"), (SIDE, SIDE))
counts = training.by_profile(smoke=(1, 16, 512), lesson=(1, 4, 16, 64, 256, 1024, 2048), full=(1, 16, 256, 1024, 2048))
turns = training.by_profile(smoke=3, lesson=7, full=15)


def seconds(function, boxes):
    """How long one call takes."""
    start = time.perf_counter()
    function(boxes)
    return time.perf_counter() - start


ratios = {}
for count in counts:
    chosen = rng.choice(anchors_here, count, replace=False)
    seconds(by_rcnn, chosen), seconds(by_fast_rcnn, chosen)
    times = [(seconds(by_rcnn, chosen), seconds(by_fast_rcnn, chosen)) for _ in range(turns)]
    ratios[count] = [slow / fast for slow, fast in times]
    slow, fast = (1000 * statistics.median(column) for column in zip(*times, strict=True))
    print(f"{count:5} boxes: {slow:7.1f} ms and {fast:6.1f} ms, ratio {statistics.median(ratios[count]):5.1f}")

# %%
def macs_ratio(boxes):
    """Multiply-accumulates of R-CNN over those of Fast R-CNN."""
    return boxes * (crop_macs + box_macs) / (image_macs + boxes * box_macs)


figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
middle = [statistics.median(ratios[count]) for count in counts]
spread = [[m - min(r) for m, r in zip(middle, ratios.values(), strict=True)],
          [max(r) - m for m, r in zip(middle, ratios.values(), strict=True)]]  # fmt: skip
axes.errorbar(counts, middle, spread, fmt="ko", capsize=3, label="time, median and range")
grid = np.geomspace(1, max(counts), 50)
axes.plot(grid, macs_ratio(grid), "k--", label="multiply-accumulates")
axes.axhline(1, color="0.6", linewidth=1)
axes.set(xscale="log", yscale="log", xlabel="boxes", ylabel="R-CNN over Fast R-CNN")
axes.set_xticks(counts, [f"{count:,}" for count in counts])
axes.minorticks_off()
axes.legend()
most = max(counts)
print(f"{most:,} boxes: {macs_ratio(most):.0f} times fewer multiply-accumulates, {middle[-1]:.0f} times faster")

# %% [markdown]
# With one box, Fast R-CNN does some sixteen times the multiply-accumulates that R-CNN does. At sixteen boxes the two
# are even, and from there on sharing wins, the more boxes the more. But the line bends: the fully connected layers are
# not shared. With ever more boxes the ratio of MACs comes near that of a whole crop to a box behind the pooling:

# %%
print(f"the limit: {macs_ratio(1e12):.0f} times")
print(f"2,000 boxes: {2000 * box_macs / (image_macs + 2000 * box_macs):.0%} of Fast R-CNN's MACs are fully connected")

# %% [markdown]
# MACs explain the shape of the curve, not each point. Time also goes into what has no MACs: cutting out and warping,
# pooling, moving numbers about, starting each call. With few boxes the starting weighs most, so that the ratio stays
# nearer to 1 than the line.
#
# Now the paper's own size: VGG-16, images of 600×1000, crops of 224×224, 2,000 boxes.
#
# **Predict first.** How many crops of 224×224 are as large as one image of 600×1000?

# %%
with tf.Graph().as_default():  # shapes and counts, without the memory for the weights
    large = rcnn.fast_rcnn((600, 1000, 3), num_classes=20, backbone="vgg16")
    warped = rcnn.fast_rcnn((224, 224, 3), num_classes=20, backbone="vgg16")
    image_vgg, crop_vgg, box_vgg = convolutions(large), convolutions(warped), connected(large)
slow, fast = 2000 * (crop_vgg + box_vgg), image_vgg + 2000 * box_vgg
print(f"an image: {image_vgg / 1e9:.0f} billion MACs, a crop: {crop_vgg / 1e9:.1f}; ratio {image_vgg / crop_vgg:.1f}")
print(f"R-CNN {slow / 1e12:.1f}, Fast R-CNN {fast / 1e12:.2f} trillion MACs: {slow / fast:.0f} times fewer")
print(f"of Fast R-CNN's, {2000 * box_vgg / fast:.0%} are in the fully connected layers")

# %% [markdown]
# The paper measured 47.0 seconds an image for R-CNN and 0.32 for Fast R-CNN, 146 times, both with VGG-16 on a GPU and
# without the time for the proposals (Girshick 2015, table 4). That is about twice what the MACs say: they are not all
# there is to time. As for the fully connected layers, the paper replaces their weight matrices by the product of two
# thinner ones (a truncated singular value decomposition) and comes to 0.22 seconds, 213 times.
#
# Selective search took about 2 seconds an image on a processor (Ren and others 2015, section 1). So the proposals had
# become the slow part. That is where Faster R-CNN begins.
#
# ## Faster R-CNN: anchors and a net that proposes
#
# The maps are there already. Could a small net look at them and say where objects might be? At every cell of the map,
# place nine boxes of fixed sizes and shapes about the cell's middle: the **anchors**. For each the **region proposal
# network**, RPN, says two things: is there an object, and how must the anchor be moved to fit it.
#
# Here are the nine anchors of one cell, for our small net: stride 8, sides of about 16, 32 and 48 pixels.

# %%
nine = course_boxes.generate_anchors(8, scales=(2, 4, 6))
everywhere = rcnn.anchors((SIDE, SIDE), "small").reshape(16, 16, 9, 4)
plots.boxes(images[0], everywhere[8, 8], np.arange(9), [str(i) for i in range(9)], form="pixels")
print(nine)

# %% [markdown]
# **Predict first.** The map has 16×16 cells. How many anchors are there? And for an image of 600×1000 and VGG-16,
# whose stride is 16?

# %%
print(f"{everywhere[..., 0].size:,} anchors at 128×128")
print(f"{len(rcnn.anchors((600, 1000), 'vgg16')):,} anchors at 600×1000")

# %% [markdown]
# The paper says "roughly 20,000". There are so many of them, in so many sizes, that every letter has one that fits it
# roughly:

# %%
closest = [course_boxes.iou(boxes, anchors_here).max(axis=1) for boxes in truth]
print(f"the best anchor's IoU with a letter: {np.mean(np.concatenate(closest)):.2f} in the mean,", end=" ")
print(f"{np.concatenate(closest).min():.2f} at worst")

# %% [markdown]
# ## Exercise 5: anchors
#
# Write `anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32))`: the anchors of the cell at the top left, one
# row x1, y1, x2, y2 each. `base_size` is the stride. A ratio is height over width.
#
# For each ratio, begin with a box of about base_size² pixels: its width is base_size / √ratio, *rounded*, its height
# that width times the ratio, *rounded* (`np.round`). Then multiply both by each scale. All anchors have their middle at
# (base_size − 1) / 2, that of the pixels 0 to base_size − 1; both corners belong to the box. The order is all scales of
# the first ratio, then those of the next.
#
# **Predict first.** Ratio 0.5, base size 16, scale 8: how many pixels has the anchor? 128² = 16,384 is what the paper
# names.

# %% nbgrader={"grade_id": "anchors-answer", "solution": true}
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    """The anchors of a cell: (len(ratios) · len(scales), 4)."""
    ### BEGIN SOLUTION
    middle, boxes = (base_size - 1) / 2, []
    for ratio in ratios:
        width = np.round(base_size / np.sqrt(ratio))
        height = np.round(width * ratio)
        for times in scales:
            x, y = (width * times - 1) / 2, (height * times - 1) / 2
            boxes.append([middle - x, middle - y, middle + x, middle + y])
    return np.array(boxes)
    ### END SOLUTION


# %% nbgrader={"grade_id": "anchors", "grade": true, "locked": true, "points": 2}
check("anchors", anchors)
### BEGIN HIDDEN TESTS
assert np.array_equal(
    anchors(8, (1, 4), (2, 3)), [[-4, -4, 11, 11], [-8, -8, 15, 15], [0, -12, 7, 19], [-2, -20, 9, 27]]
)
### END HIDDEN TESTS

# %% [markdown]
# ### The region proposal network
#
# It is three convolutions: 3×3 on the map, then two of 1×1, one for 2 scores an anchor (background, object), one for 4
# numbers an anchor. As a convolution it is the same at every cell.

# %%
proposer = rcnn.rpn((SIDE, SIDE, 3), backbone="small")
for name, output in proposer(images[:1]).items():
    print(f"{name:14}", output.shape)
pieces = {"3×3, 512": (3, 512, 512), "scores": (1, 512, 2 * 9), "edges": (1, 512, 4 * 9)}
counted = {name: arithmetic.conv_params(*sizes) for name, sizes in pieces.items()}
print("for VGG-16:", counted, "together", f"{sum(counted.values()):,}")

# %% [markdown]
# Against VGG-16's convolutions that is little work, and the maps are there anyway. (The paper speaks of 2.8·10⁴
# parameters: it counts the weights of the two 1×1 convolutions, 512·6·9 = 27,648.)
#
# What is it trained on? An anchor whose IoU with an object is above 0.7 is *positive*, and so is the best anchor of
# each object. One whose IoU is below 0.3 with all of them is *negative*. The rest, and all that cross the image's edge,
# teach nothing. Of what is left, 256 are drawn an image, at most half of them positive.
#
# **Predict first.** Of our 2,304 anchors, how many are positive in a scene with a few letters?

# %%
drawn = course_boxes.anchor_targets(rcnn.anchors((SIDE, SIDE), "small"), truth[0], (SIDE, SIDE), seed=SEED)
for value, word in ((1, "positive"), (0, "negative"), (-1, "not drawn")):
    print(f"{word:10} {np.sum(drawn['objectness'] == value):5}")
positive = rcnn.anchors((SIDE, SIDE), "small")[drawn["objectness"] == 1]
plots.boxes(images[0], positive, np.zeros(len(positive), int), ["positive"], form="pixels");

# %% [markdown]
# Few, and this is why the draw matters: were all anchors used, "background" would be right nearly always, and the net
# would learn to say it always.
#
# Of the proposals, those above an IoU of 0.7 with a better one are suppressed, and of what is left the best 300 go to
# Fast R-CNN, in place of 2,000. The whole net, image in, everything out:

# %%
whole = rcnn.faster_rcnn((SIDE, SIDE, 3), num_classes=len(names) - 1, backbone="small", post_nms=100)
for name, output in whole(images[:1]).items():
    print(f"{name:14}", output.shape)

# %% [markdown]
# ## Boxes as numbers to learn
#
# "How must the box be moved to fit" needs numbers. Pixels would be a bad choice: five pixels are much for a small
# object and nothing for a large one. So the shift of the *centre* is counted in widths and heights of the box, and the
# sides by the *logarithm* of their ratio (Girshick and others 2014, appendix C):
#
# $$t_x = \frac{x' - x}{w},\quad t_y = \frac{y' - y}{h},\quad t_w = \log\frac{w'}{w},\quad t_h = \log\frac{h'}{h},$$
#
# where x, y is the centre of the box, w, h are its sides, and those with a prime belong to the target.
#
# **Predict first.** The target is twice as wide as the box and has the same centre. What are the four numbers? And if
# it is half as wide?

# %%
box = np.array([[40, 40, 59, 59]], float)
for name, target in {"twice as wide": [30, 40, 69, 59], "half as wide": [45, 40, 54, 59]}.items():
    print(f"{name:14}", course_boxes.encode(box, np.array([target], float)).round(3))

# %% [markdown]
# Twice and half are equally far from 0, and any number that a net may say gives a width above 0. Both boxes have the
# same convention as ever: a width is x2 − x1 + 1, and a centre x1 + w/2.
#
# ## Exercise 6: encode
#
# Write `encode(boxes, targets)`, `(n, 4)` both: for each row the four numbers that take the box to its target,
# `(n, 4)`.

# %% nbgrader={"grade_id": "encode-boxes-answer", "solution": true}
def encode(boxes, targets):
    """The numbers that take each box to its target: (n, 4), (n, 4) to (n, 4)."""
    ### BEGIN SOLUTION
    sides, target_sides = boxes[:, 2:] - boxes[:, :2] + 1, targets[:, 2:] - targets[:, :2] + 1
    centres, target_centres = boxes[:, :2] + sides / 2, targets[:, :2] + target_sides / 2
    return np.concatenate([(target_centres - centres) / sides, np.log(target_sides / sides)], axis=1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "encode-boxes", "grade": true, "locked": true, "points": 2}
check("encode-boxes", encode)
### BEGIN HIDDEN TESTS
assert np.allclose(encode(np.array([[2, 4, 9, 7]]), np.array([[4, 0, 7, 7]])), [[0, -0.5, -np.log(2), np.log(2)]])
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 7: decode
#
# Write `decode(boxes, deltas)`, the way back: the box that the four numbers lead to, as x1, y1, x2, y2. `deltas` is
# `(n, 4)`. Do not round. A box of width w about the centre x begins at x − w/2; where does it end, if both corners
# belong to it? Test yourself by going there and back.

# %% nbgrader={"grade_id": "decode-boxes-answer", "solution": true}
def decode(boxes, deltas):
    """The boxes that the numbers lead to: (n, 4), (n, 4) to (n, 4)."""
    ### BEGIN SOLUTION
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    centres = boxes[:, :2] + sides / 2 + deltas[:, :2] * sides
    sides = sides * np.exp(deltas[:, 2:])
    return np.concatenate([centres - sides / 2, centres + sides / 2 - 1], axis=1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "decode-boxes", "grade": true, "locked": true, "points": 2}
check("decode-boxes", decode)
### BEGIN HIDDEN TESTS
assert np.allclose(decode(np.array([[2, 4, 9, 7]]), np.array([[0, -0.5, -np.log(2), np.log(2)]])), [[4, 0, 7, 7]])
### END HIDDEN TESTS

# %% [markdown]
# Fast R-CNN learns the four numbers with a loss that is a square near 0 and straight further out (*smooth L1*), so that
# a few wild boxes do not drown the others; only for boxes that hold an object. Its class it learns by cross-entropy, as
# any classifier does. Both losses are added, and the net is trained at once.
#
# ## A detector that has learned
#
# Now in earnest, at 64×64 to save time: a small Fast R-CNN, its anchors as proposals in place of selective search. In
# each epoch every scene gives 32 regions, at most a quarter of them on letters (IoU of 0.5 or more), the others
# background. To have more regions on letters to draw from, we add some that are blurred copies of the true boxes.

# %%
SMALL = 64
train_images, train_truth, train_labels, _ = scenes("train", SMALL)
test_images, test_truth, test_labels, _ = scenes("test", SMALL)
regular = np.unique(course_boxes.clip(rcnn.anchors((SMALL, SMALL), "small"), (SMALL, SMALL)), axis=0)


def lesson_of(boxes, classes):
    """32 regions of a scene, and what is to be learned of them."""
    blur = rng.normal(0, [0.15, 0.15, 0.2, 0.2], (12, len(boxes), 4))
    near = course_boxes.decode(np.repeat(boxes[None], 12, axis=0), blur).reshape(-1, 4)
    regions = np.concatenate([regular, course_boxes.clip(near, (SMALL, SMALL))])
    return course_boxes.roi_targets(regions, boxes, classes, rng, batch_size=32)


regions, targets = lesson_of(train_truth[0], train_labels[0])
print(regions.shape, {name: target.shape for name, target in targets.items()})
print("classes of the regions:", targets["classes"])

# %%
training.seed(SEED)
epochs = training.by_profile(smoke=1, lesson=36, full=100)
detector = rcnn.fast_rcnn((SMALL, SMALL, 3), num_classes=len(names) - 1, backbone="small")
steps = epochs * -(-len(train_images) // 16)
adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps))
detector.compile(adam, rcnn.losses(detector))
for epoch in range(epochs):
    drawn = [lesson_of(*scene) for scene in zip(train_truth, train_labels, strict=True)]
    regions = np.stack([regions for regions, _ in drawn])
    targets = {name: np.stack([target[name] for _, target in drawn]) for name in ("classes", "deltas")}
    history = detector.fit([train_images, regions], targets, batch_size=16, verbose=0).history
    if epoch % 5 == 4 or epoch == epochs - 1:
        print(f"epoch {epoch + 1:3}: loss {history['loss'][0]:.2f}")

# %% [markdown]
# At test time every anchor is a proposal. The net names each and moves its edges; then come a threshold on the score
# and NMS, for each class apart. Under `smoke`, one epoch teaches next to nothing, and the picture may be empty.

# %%
every = np.tile(regular, (len(test_images), 1, 1))
said = detector.predict([test_images, every], batch_size=20, verbose=0)
answers = [
    course_boxes.detections(regular, classes, deltas, (SMALL, SMALL))
    for classes, deltas in zip(said["classes"], said["deltas"], strict=True)
]
sure = answers[0][2] > 0.5
plots.boxes(test_images[0], *(part[sure] for part in answers[0][:2]), names, answers[0][2][sure], form="pixels")
print("the letters are", *(names[label] for label in test_labels[0]))

# %% [markdown]
# ## How good is a detector?
#
# Accuracy is for classifiers. A detector can err in three ways: miss an object, see one where none is, or box it badly.
# A detection is *right* if its IoU with an object of its class is 0.5 or more, and no better-scored detection has the
# same object. Sort all detections of one class, over all test images, by falling score, and go down the list:
#
# - **precision**: of the detections so far, how many are right,
# - **recall**: of the objects, how many are found so far.
#
# **Predict first.** We leave out NMS. Will recall rise or fall? And precision?

# %%
def matches(answers, category):
    """Of one class: scores (n,), the object on which each lies or −1 (n,), and how many objects there are."""
    scores, matched, objects = [], [], 0
    for (boxes, classes, sure), here, kinds in zip(answers, test_truth, test_labels, strict=True):
        here = here[kinds == category]
        overlaps = course_boxes.iou(boxes[classes == category], here)
        best = overlaps.max(axis=1, initial=0) >= 0.5
        matched += [objects + row.argmax() if good else -1 for row, good in zip(overlaps, best, strict=True)]
        scores += sure[classes == category].tolist()
        objects += len(here)
    return np.array(scores), np.array(matched, int), objects


def curve(scores, matched, objects):
    """Recall and precision after each detection, by falling score."""
    matched = matched[np.argsort(-scores)]
    first = np.zeros(len(matched), bool)
    first[np.unique(matched, return_index=True)[1]] = True  # each object's first detection
    right = np.cumsum(first & (matched >= 0))
    return right / objects, right / np.arange(1, len(right) + 1)


# %%
unsuppressed = [
    course_boxes.detections(regular, classes, deltas, (SMALL, SMALL), iou_threshold=1.0)
    for classes, deltas in zip(said["classes"], said["deltas"], strict=True)
]
figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
for name, found, line in (("with NMS", answers, "k-"), ("without", unsuppressed, "k:")):
    scores, matched, objects = matches(found, category=1)
    recall, precision = curve(scores, matched, objects)
    axes.plot(recall, precision, line, label=f"{name}: {len(scores):,} detections")
axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.02), title=f"letter {names[1]}")
axes.legend();

# %% [markdown]
# Without NMS no object that was found is lost, and perhaps one more is found at the very end. Precision breaks down: of
# all the boxes on one letter only the first is right. (Under `smoke` both lines lie near 0.)
#
# **Average precision**, AP, is the area under this curve, after its teeth have been filled: at each recall, take the
# highest precision at this *or any higher* recall. It covers all thresholds of the score, so nobody needs to choose
# one. The mean over the classes is the **mAP** of every table in these papers. In 2007 VOC took the mean of the
# filled curve at the eleven recalls 0, 0.1, …, 1 instead of the area; since 2010 it takes the area.
#
# ## Exercise 8: average precision
#
# Write `average_precision(scores, matched, objects, eleven_points=False)`. `scores` `(n,)` are the detections' in any
# order; `matched` `(n,)` holds for each the index of the object it lies on, or −1; `objects` is how many objects there
# are, found or not. Of several detections on one object, the one with the highest score is right and the others are
# wrong. The result is the area, or, with `eleven_points=True`, the mean at the eleven recalls. Recalls that are never
# reached count as precision 0; with no detections the result is 0. `curve`, above, is yours to use.
#
# **Predict first.** Two objects; the detections, by falling score, are right, wrong, right. What is the area?

# %% nbgrader={"grade_id": "average-precision-answer", "solution": true}
def average_precision(scores, matched, objects, eleven_points=False):
    """PASCAL VOC's average precision, a number."""
    ### BEGIN SOLUTION
    recall, precision = curve(np.asarray(scores), np.asarray(matched), objects)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    if eleven_points:
        reached = [precision[recall >= point / 10 - 1e-9] for point in range(11)]
        return float(np.mean([part[0] if len(part) else 0 for part in reached]))
    return float(np.sum(np.diff(recall, prepend=0) * precision))
    ### END SOLUTION


# %% nbgrader={"grade_id": "average-precision", "grade": true, "locked": true, "points": 3}
check("average-precision", average_precision)
### BEGIN HIDDEN TESTS
example = np.array([0.2, 0.9, 0.5, 0.7]), np.array([2, 1, 0, 1]), 4
assert np.isclose(average_precision(*example), 0.25 * (1 + 3 / 4 + 3 / 4))
assert np.isclose(average_precision(*example, eleven_points=True), (3 * 1 + 5 * 3 / 4) / 11)
### END HIDDEN TESTS

# %% [markdown]
# Right, wrong, right with two objects: precision 1 up to recall 0.5, then 2/3 up to 1. The area is 5/6. Here is the
# area for our detector, without filling the teeth, so that it is a little lower than the mAP. The mAP is one line of
# yours: `np.mean([average_precision(*matches(answers, c)) for c in range(1, len(names))])`.

# %%
curves = [curve(*matches(answers, category)) for category in range(1, len(names))]
areas = [np.sum(np.diff(recall, prepend=0) * precision) for recall, precision in curves]
print(f"mean of {len(areas)} classes: {np.mean(areas):.2f}; best {max(areas):.2f}, worst {min(areas):.2f}")

# %% [markdown]
# ## The papers' results
#
# All on PASCAL VOC 2007's test images, mAP in percent; "07" and "12" name the years whose images were trained on.
#
# | detector | net | trained on | mAP | from |
# |---|---|---|---:|---|
# | R-CNN, without moving the edges | AlexNet | 07 | 54.2 | Girshick and others 2014 |
# | R-CNN | AlexNet | 07 | 58.5 | the same |
# | R-CNN | VGG-16 | 07 | 66.0 | Girshick 2015, table 1 |
# | Fast R-CNN | VGG-16 | 07 | 66.9 | the same |
# | Faster R-CNN | VGG-16 | 07 | 69.9 | Ren and others 2015 |
# | Faster R-CNN | VGG-16 | 07 and 12 | 73.2 | the same |
#
# Sharing cost no accuracy: with the same net and the same images, Fast R-CNN is a little ahead of R-CNN.
# The 300 proposals of Faster R-CNN do better than 2,000 by selective search. It needs about 0.2 seconds an
# image for everything, on a GPU of 2015.
#
# ## What is left to a GPU
#
# Our detector is small, its scenes are easy, and its proposals are all anchors. What the papers did with VGG-16
# takes hours on a GPU. The course has its parts: `rcnn.rpn` and `rcnn.faster_rcnn` build the nets, `rcnn.joint` trains
# the proposals and the detector together, `boxes.anchor_targets` and `boxes.roi_targets` draw what they learn from, and
# `load("voc")` gets the images.
#
# ## Recap
#
# - A detector answers with boxes, names and scores. IoU says how well a box fits, NMS leaves one box an object, AP
#   scores the whole list.
# - R-CNN runs a net on every crop. SPP-net and Fast R-CNN run the convolutions once an image, and pool each box from
#   the map. What that saves follows from areas: it pays once the crops together are larger than the image.
# - What is not shared sets the limit: with many boxes the fully connected layers are most of what is left.
# - Faster R-CNN shares the maps with the proposals, too: nine anchors a cell, a score and four numbers for each.
# - Boxes are learned as shifts in units of the box and logarithms of ratios, so that size does not matter.
#
# ## Read next
#
# - R. Girshick, J. Donahue, T. Darrell, J. Malik, "Rich Feature Hierarchies for Accurate Object Detection and Semantic
#   Segmentation", 2014, arXiv 1311.2524. Appendix C is the encoding of boxes.
# - K. He, X. Zhang, S. Ren, J. Sun, "Spatial Pyramid Pooling in Deep Convolutional Networks for Visual Recognition",
#   2014, arXiv 1406.4729.
# - R. Girshick, "Fast R-CNN", 2015, arXiv 1504.08083. Section 4.4 is on time.
# - S. Ren, K. He, R. Girshick, J. Sun, "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal
#   Networks", 2015, arXiv 1506.01497.
# - J. Uijlings, K. van de Sande, T. Gevers, A. Smeulders, "Selective Search for Object Recognition", *International
#   Journal of Computer Vision* 104, 2013, doi 10.1007/s11263-013-0620-5.
# - M. Everingham and others, "The PASCAL Visual Object Classes (VOC) Challenge", *International Journal of Computer
#   Vision* 88, 2010, doi 10.1007/s11263-009-0275-4. Section 4.2 is average precision.

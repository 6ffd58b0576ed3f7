"""The head of FCN-8s, on maps that need no crop."""

from keras import layers, ops

from answers import right, wrong

EXERCISE = "fcn8s-head"


def written(
    score=lambda x, n: layers.Conv2D(n, 1)(x),
    up=lambda x, n, strides: layers.Conv2DTranspose(n, 2 * strides, strides, padding="same", use_bias=False)(x),
    join=lambda x, y: layers.Add()([x, y]),
    skips=(0, 1),
    last=8,
    end=lambda x: x,
):
    """A head, the right one if nothing is said."""

    def fcn8s_head(pool3, pool4, fc7, num_classes):
        maps = [(pool3, pool4)[i] for i in skips]
        x = score(fc7, num_classes)
        for skip in reversed(maps):
            x = join(up(x, num_classes, 2), score(skip, num_classes))
        return end(up(x, num_classes, last))

    return fcn8s_head


@right(EXERCISE)
def fcn8s_head(pool3, pool4, fc7, num_classes):
    """By names, as in the release."""

    def upsample(x, strides, name):
        return layers.Conv2DTranspose(
            num_classes, 2 * strides, strides=strides, padding="same", use_bias=False, name=name
        )(x)

    upscore2 = upsample(layers.Conv2D(num_classes, 1, name="score_fr")(fc7), 2, "upscore2")
    fuse_pool4 = layers.Add(name="fuse_pool4")([upscore2, layers.Conv2D(num_classes, 1, name="score_pool4")(pool4)])
    upscore4 = upsample(fuse_pool4, 2, "upscore_pool4")
    fuse_pool3 = layers.Add(name="fuse_pool3")([upscore4, layers.Conv2D(num_classes, 1, name="score_pool3")(pool3)])
    return upsample(fuse_pool3, 8, "upscore8")


@right(EXERCISE)
def cropped(pool3, pool4, fc7, num_classes):
    """Valid, then cut by half the strides on each side; +, and dense layers for 1×1 convolutions."""

    def up(x, strides):
        x = layers.Conv2DTranspose(num_classes, 2 * strides, strides, use_bias=False)(x)
        return layers.Cropping2D(strides // 2)(x)

    x = up(layers.Dense(num_classes)(fc7), 2) + layers.Dense(num_classes)(pool4)
    return up(up(x, 2) + layers.Dense(num_classes)(pool3), 8)


class Head:
    """An object with __call__, which computes with keras.ops and cuts by slices."""

    def up(self, x, filters, strides):
        x = layers.Conv2DTranspose(filters, 2 * strides, strides, use_bias=False)(x)
        return x[:, strides // 2 : -(strides // 2), strides // 2 : -(strides // 2), :]

    def __call__(self, pool3, pool4, fc7, num_classes):
        score3, score4, x = (layers.Conv2D(num_classes, (1, 1), padding="same")(x) for x in (pool3, pool4, fc7))
        x = ops.add(score4, self.up(x, num_classes, 2))
        return self.up(ops.add(score3, self.up(x, num_classes, 2)), num_classes, 8)


right(EXERCISE)(Head())
right(EXERCISE)(written(up=lambda x, n, s: layers.Conv2DTranspose(n, 2 * s, s, "same", use_bias=False)(x)))


def biased(x, n, strides):
    return layers.Conv2DTranspose(n, 2 * strides, strides, padding="same")(x)


def resized(x, n, strides):
    return layers.UpSampling2D(strides, interpolation="bilinear")(x)


for answer, pattern in (
    (written(end=layers.Softmax()), r"layer upscore8: you have softmax.*\n.*scores: leave softmax"),
    (written(up=biased), r"layer upscore2: you have biases.*\n.*use_bias=False"),
    (written(up=resized), r"you have an UpSampling2D.*\n.*can learn: Conv2DTranspose"),
    (
        written(up=lambda x, n, s: layers.Conv2DTranspose(n, s, s, use_bias=False)(x)),
        r"layer upscore2: you have 2×2 kernels, the paper has 4×4.*\n.*2 \* strides",
    ),
    (
        written(up=lambda x, n, s: layers.Conv2DTranspose(n, 4, s, padding="same", use_bias=False)(x)),
        r"layer upscore8: you have 4×4 kernels, the paper has 16×16 kernels.*\n.*2 \* strides",
    ),
    (written(score=lambda x, n: layers.Conv2D(n, 3, padding="same")(x)), r"layer score_fr: you have 3×3 kernels"),
    (written(score=lambda x, n: layers.Conv2D(n, 1, activation="relu")(x)), r"layer score_\w+: you have ReLU"),
    (written(score=lambda x, n: layers.Conv2D(n, 1, use_bias=False)(x)), r"score_\w+: you have no biases"),
    (
        written(score=lambda x, n: layers.Conv2D(21, 1)(x)),
        r"num_classes=3\) raised .*4, 21\).*\n.*4×4×3, and one is 4×4×21: it comes of 21 filters",
    ),
    (written(join=lambda x, y: layers.Concatenate()([x, y])), r"fuse_pool4: you have a concatenation.*\n.*adds them"),
    (written(join=lambda x, y: layers.Maximum()([x, y])), r"fuse_pool4: you have a maximum of maps"),
    (written(skips=(1,), last=16), r"upscore_pool4: it is missing.*\n.*adds the scores of pool4 and of pool3.*FCN-16s"),
    (written(skips=(), last=32), r"upscore2: it is missing.*\n.*FCN-32s"),
    (written(last=4), r"layer upscore8: your map is 32×32×3, the paper's is 64×64×3"),
    (written(skips=(1, 0)), r"raised ValueError.*\n.*fuse_pool4 adds maps of 4×4×3.*changed places"),
):
    wrong(EXERCISE, pattern)(answer)


@wrong(EXERCISE, r"raised ValueError.*\n.*4×4×3, and one is 6×6×3: look at its padding")
def with_uncut_enlargements(pool3, pool4, fc7, num_classes):
    return written(up=lambda x, n, strides: layers.Conv2DTranspose(n, 2 * strides, strides, use_bias=False)(x))(
        pool3, pool4, fc7, num_classes
    )


@wrong(EXERCISE, r"after fuse_pool3: you have a 4×4 transposed convolution.*\n.*three steps, by 2, 2 and 8")
def in_steps_of_two(pool3, pool4, fc7, num_classes):
    def up(x, n, strides):
        for _ in range({2: 1, 8: 3}[strides]):
            x = layers.Conv2DTranspose(n, 4, 2, padding="same", use_bias=False)(x)
        return x

    return written(up=up)(pool3, pool4, fc7, num_classes)

"""Check a classification net made fully convolutional: against what the net itself says of each window of an image."""

import keras
import numpy as np
from keras import layers

from course.checks import lesson_09_dense
from course.checks.calling import article, call, require_function, shortened, spelled
from course.checks.verdict import WrongAnswer
from course.checks.words import cross

TOLERANCE = 1e-4


def check_fully_convolutional(answer, wanted):
    """Raise `WrongAnswer` unless the answer makes models for images of any size from several classification nets."""
    require_function(answer)
    for number, (model, sizes) in enumerate(_nets()):
        shape = model.input_shape[1:]
        name = spelled(answer, (_Net(shape),))
        before, settings = model.get_weights(), _settings(model)
        try:
            made = _made(answer, model, name, wanted)
        except WrongAnswer as wrong:
            if not number:
                raise
            place = f"{wrong.cause.removesuffix('The check cannot go on from there.').rstrip()} ".lstrip()
            cause = f"{place}The net before this one went through: take sizes, widths and biases from the net's layers."
            raise WrongAnswer(wrong.finding, cause) from None
        changed = any(not np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))
        if changed:
            raise WrongAnswer(f"{name} changed the weights of its argument.", "Give the copies to layers of your own.")
        if _settings(model) != settings:
            raise WrongAnswer(
                f"{name} changed settings of its argument's layers, an activation or trainable, say.",
                "Leave the net as it is, and set what you need in layers of your own.",
            )
        for size in (shape[:2], *sizes):
            images = np.random.default_rng(number).uniform(0, 1, (2, *size, shape[-1])).astype("float32")
            _compare(made, model, images, name)


def _settings(model):
    return [(layer.get_config(), layer.trainable) for layer in model.layers]


class _Net:
    """A model in a call as a message shows it."""

    def __init__(self, shape):
        self.shape = shape

    def __repr__(self):
        return f"a net for {cross(self.shape)}"


def _nets():
    """Classification nets with random weights, and sizes of larger images for each."""
    x = image = keras.Input((16, 16, 3))
    for filters in (4, 6):
        x = layers.MaxPooling2D(2)(layers.Conv2D(filters, 3, padding="same", activation="relu")(x))
    x = layers.Dropout(0.5)(layers.Dense(12, activation="relu")(layers.Flatten()(x)))
    yield _with_weights(image, layers.Dense(5, activation="softmax")(x)), ((24, 32), (17, 21))

    x = image = keras.Input((12, 20, 1))
    x = layers.MaxPooling2D(2)(layers.Conv2D(3, 3, activation="relu")(x))
    x = layers.Flatten()(layers.Conv2D(4, 3, activation="relu")(x))
    x = layers.Dense(6, activation="relu")(layers.Dense(8, activation="tanh", use_bias=False)(x))
    yield _with_weights(image, layers.Dense(3)(x)), ((16, 26),)

    x = image = keras.Input((13, 13, 2))
    x = layers.AveragePooling2D(2)(layers.ReLU()(layers.Conv2D(5, 3, strides=2, padding="same")(x)))
    x = layers.Activation("softmax")(layers.Dense(4)(layers.Flatten()(x)))
    yield _with_weights(image, x), ((19, 15),)


def _with_weights(image, outputs):
    model, random = keras.Model(image, outputs), np.random.default_rng(9)
    fan_in = [np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 4 for weight in model.weights]
    model.set_weights([random.normal(0, (2 / n) ** 0.5, w.shape) for n, w in zip(fan_in, model.weights, strict=True)])
    return model


def _made(answer, model, name, wanted):
    try:
        made = call(answer, model, name=name)
    except WrongAnswer as wrong:
        if (
            "defined" in wrong.finding
        ):  # Keras: "must be fully-defined", or "should be defined" of a dense layer's input
            cause = (
                "A dense layer after Flatten has weights for one size: write it as a convolution, as large as the map."
            )
            raise WrongAnswer(wrong.finding, cause) from None
        raise
    if not isinstance(made, keras.Model):
        received = "None" if made is None else f"{article(type(made).__name__)}, {shortened(made)}"
        cause = "End the function with return and the model" if made is None else "It has to return a keras.Model"
        raise WrongAnswer(f"{name} returned {received}, not a model.", f"{cause}: {wanted}.")
    if made is model:
        raise WrongAnswer(f"{name} returned its argument as it is.", "Build a new model whose layers are convolutions.")
    tensors = getattr(made, "inputs", None) or []
    given = tuple(tensors[0].shape[1:]) if tensors else (None, None)
    if given[:2] == (None, None) or len(given) != 3:
        return made
    channels = model.input_shape[-1]
    raise WrongAnswer(
        f"{name}: your model takes images of {cross(given)} alone.",
        f"Begin it with keras.Input((None, None, {channels})): a convolution does not ask for the size of its map.",
    )


def _compare(made, model, images, name):
    """Raise `WrongAnswer` where the answer's model does not give for these images what the net says of each window."""
    head, tail = _halves(model)
    maps = np.asarray(_through(head, images))
    window = model.layers[len(head) + 1].input.shape[1:3]
    wanted = _windows(maps, window, tail)
    said = f"{name}: your model on images of {cross(images.shape[1:])}"
    try:
        outputs = [call(made, images, training=False, name=said) for _ in range(2)]
    except WrongAnswer as wrong:
        if "negative" not in wrong.finding:
            raise
        cause = f"The window is {cross(window)}, height first: with width first the kernel is larger than the map."
        raise WrongAnswer(wrong.finding, cause) from None
    if not keras.ops.is_tensor(outputs[0]):
        raise WrongAnswer(f"{said} has several outputs.", "It has one: a map of what the net says of each window.")
    given, again = map(keras.ops.convert_to_numpy, outputs)
    if given.shape != wanted.shape:
        cause = _of_shape(given.shape, wanted.shape, maps.shape, window)
        raise WrongAnswer(f"{said} gives {given.shape}, expected {wanted.shape}.", cause)
    if _near(given, wanted):
        return
    which = "the net's own outputs" if wanted.shape[1:3] == (1, 1) else "what the net says of each window"
    line = f"{said} gives values beginning {_beginning(given)}; {which} begin {_beginning(wanted)}."
    raise WrongAnswer(line, _of_values(given, again, maps, window, tail, (made, model)))


def _halves(model):
    """The layers before Flatten and those after it, without the input."""
    after = model.layers[1:]
    flatten = next(i for i, layer in enumerate(after) if isinstance(layer, layers.Flatten))
    return after[:flatten], after[flatten + 1 :]


def _through(chain, x):
    for layer in chain:
        x = layer(x, training=False)
    return keras.ops.convert_to_numpy(x)


def _windows(maps, window, tail, compute=None):
    """What the dense layers say of each window of the maps: (batch, rows, columns, classes), no convolution in it."""
    compute = compute or (lambda cut: _through(tail, cut.reshape(len(cut), -1)))
    rows, columns = (size - side + 1 for size, side in zip(maps.shape[1:3], window, strict=True))
    cuts = [maps[:, i : i + window[0], j : j + window[1]] for i in range(rows) for j in range(columns)]
    return np.stack([compute(cut) for cut in cuts], axis=1).reshape(len(maps), rows, columns, -1)


def _of_shape(given, wanted, maps, window):
    if len(given) == 2:
        return (
            "Flatten or a pooling over the whole map takes the positions away: leave the map of scores, "
            "(batch, height, width, classes), as it is."
        )
    if len(given) != 4:
        return "A map of scores has four axes: (batch, height, width, classes)."
    if given[-1] != wanted[-1]:
        return f"The last axis has one score a class, {wanted[-1]}: that of the net's last dense layer."
    if given[1:3] == maps[1:3]:
        return (
            f"The first dense layer sees {cross(window)} positions at once: its convolution has a kernel as large, and "
            'padding="valid".'
        )
    if given[1:3] == (1, 1):
        return "A larger image has more windows, and each its scores: pool and resize nothing that the net does not."
    if given[1] > wanted[1] or given[2] > wanted[2]:
        return (
            f"There are more positions than windows of {cross(window)}: a pooling of the net, or its strides, is "
            "missing, or you enlarge the scores."
        )
    return f"Each window of {cross(window)} positions has its scores, one position after the other: strides=1."


def _of_values(given, again, maps, window, tail, models):
    if not np.isfinite(given).all():
        return "Some values are not numbers (NaN) or infinite."
    if not _near(given, again):
        return (
            "They change from call to call: units are dropped outside training. layers.Dropout drops in training alone."
        )
    for sentence, compute in lesson_09_dense.MISTAKES:
        if _near(given, _windows(maps, window, tail, lambda cut, compute=compute: compute(cut, tail))):
            return sentence
    scores = _windows(
        maps,
        window,
        tail,
        lambda cut: lesson_09_dense.dense(lesson_09_dense.flat(cut), tail, last=lesson_09_dense.linear),
    )
    if _near(given, lesson_09_dense.softmax(scores, (1, 2, 3))):
        return "Your softmax runs over the positions, too: it runs over the classes, axis=-1."
    if _near(given, np.ones_like(given)):
        return "Your softmax runs over the positions: it runs over the classes, axis=-1."
    made, model = models
    there = {_digest(weight) for weight in made.get_weights()}
    lacking = [layer for layer in model.layers if any(_digest(weight) not in there for weight in layer.get_weights())]
    if lacking:
        kinds = dict.fromkeys("dense layers" if isinstance(one, layers.Dense) else "convolutions" for one in lacking)
        return (
            f"The weights of the net's {' and '.join(kinds)} are not in your model: it has others there. "
            "Copy them with set_weights, or use the layer itself."
        )
    skipped = _skipped(made, model)
    if skipped:
        return f"Your model has no layer {skipped}, and the net has: call what has no weights of its own again, too."
    return "The weights are there, so it is what happens between the layers: compare with the net, layer by layer."


def _skipped(made, model):
    """The kind of the net's layers without weights that are not in the learner's model at all, or `None`."""
    there = {type(one).__name__.lower() for one in getattr(made, "operations", None) or made.layers}
    names = (type(layer).__name__ for layer in model.layers if not layer.weights)
    needed = (name for name in names if name not in ("InputLayer", "Flatten", "Dropout"))
    return next((name for name in needed if name.lower() not in there), None)


def _digest(weight):
    """Values in any order and of any shape."""
    return np.sort(np.asarray(weight, "float32"), axis=None).tobytes()


def _near(one, other):
    return one.shape == other.shape and bool(np.abs(one - other).max() <= TOLERANCE * max(1, np.abs(other).max()))


def _beginning(values):
    return ", ".join(f"{value:.4g}" for value in values.ravel()[:3])

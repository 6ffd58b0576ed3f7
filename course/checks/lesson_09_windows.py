"""Check a classification net made fully convolutional: against what the net itself says of each window of an image."""

import keras
import numpy as np
from keras import layers

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
        before = model.get_weights()
        try:
            made = _made(answer, model, name, wanted)
        except WrongAnswer as wrong:
            if not number:
                raise
            place = wrong.cause.removesuffix("The check cannot go on from there.")
            cause = f"{place}The net before this one went through: take sizes, widths and biases from the net's layers."
            raise WrongAnswer(wrong.finding, cause) from None
        changed = any(not np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))
        if changed:
            raise WrongAnswer(f"{name} changed the weights of its argument.", "Give the copies to layers of your own.")
        for size in (shape[:2], *sizes):
            images = np.random.default_rng(number).uniform(0, 1, (2, *size, shape[-1])).astype("float32")
            _compare(made, model, images, name)


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
    outputs = [call(made, images, training=False, name=said) for _ in range(2)]
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
    for sentence, compute in MISTAKES:
        if _near(given, _windows(maps, window, tail, lambda cut, compute=compute: compute(cut, tail))):
            return sentence
    scores = _windows(maps, window, tail, lambda cut: _dense(_flat(cut), tail, last=_linear))
    if _near(given, _softmax(scores, (1, 2, 3))):
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
    return "The weights are there, so it is what happens between the layers: compare with the net, layer by layer."


def _digest(weight):
    """Values in any order and of any shape."""
    return np.sort(np.asarray(weight, "float32"), axis=None).tobytes()


def _dense(x, tail, bias=True, hidden=None, last=None):
    """Rows through dense layers with other activations, given as functions, or without biases."""
    dense = [layer for layer in tail if isinstance(layer, layers.Dense)]
    for i, layer in enumerate(tail):
        if not isinstance(layer, layers.Dense | layers.Activation):
            continue
        changed = last if dense[-1] in tail[: i + 1] else hidden
        if isinstance(layer, layers.Dense):
            x = x @ layer.get_weights()[0] + (layer.get_weights()[1] if bias and layer.use_bias else 0)
        x = changed(x) if changed else keras.ops.convert_to_numpy(layer.activation(x))
    return x


def _flat(cut):
    return cut.reshape(len(cut), -1)


def _softmax(x, axis=-1):
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _relu(x):
    return np.maximum(x, 0)


def _linear(x):
    return x


MISTAKES = (
    (
        "You unflatten the first dense layer's weights channels first: Flatten goes through rows, columns, then "
        "channels, so reshape to (height, width, channels, units).",
        lambda cut, tail: _dense(_flat(cut.transpose(0, 3, 1, 2)), tail),
    ),
    (
        "You unflatten the first dense layer's weights columns first: Flatten goes through rows, columns, then "
        "channels, so reshape to (height, width, channels, units).",
        lambda cut, tail: _dense(_flat(cut.swapaxes(1, 2)), tail),
    ),
    (
        "You flip the kernel: Keras's convolution does not, so the weights stay as Flatten has them.",
        lambda cut, tail: _dense(_flat(cut[:, ::-1, ::-1]), tail),
    ),
    (
        "The biases of the dense layers are not copied: set_weights takes [kernel, bias].",
        lambda cut, tail: _dense(_flat(cut), tail, bias=False),
    ),
    (
        "You leave the hidden dense layers' activations out: give each convolution its layer's.",
        lambda cut, tail: _dense(_flat(cut), tail, hidden=_linear),
    ),
    (
        "You leave the last activation out, softmax: the net ends with it, and so has your model to.",
        lambda cut, tail: _dense(_flat(cut), tail, last=_linear),
    ),
    (
        "You leave all activations of the dense layers out: give each convolution its layer's.",
        lambda cut, tail: _dense(_flat(cut), tail, hidden=_linear, last=_linear),
    ),
    (
        "You put ReLU after every hidden layer: this net has another activation, layer.activation.",
        lambda cut, tail: _dense(_flat(cut), tail, hidden=_relu),
    ),
    (
        "You put ReLU after the last layer: nothing but the net's own activation follows it.",
        lambda cut, tail: _dense(_flat(cut), tail, last=_relu),
    ),
    (
        "You end with softmax always: this net ends without, so take the last layer's own activation.",
        lambda cut, tail: _dense(_flat(cut), tail, last=_softmax),
    ),
    (
        "Softmax runs twice: once is what the net has.",
        lambda cut, tail: _softmax(_dense(_flat(cut), tail)),
    ),
    (
        "You take ReLU and softmax always: take each layer's own activation.",
        lambda cut, tail: _dense(_flat(cut), tail, hidden=_relu, last=_softmax),
    ),
)


def _near(one, other):
    return one.shape == other.shape and bool(np.abs(one - other).max() <= TOLERANCE * max(1, np.abs(other).max()))


def _beginning(values):
    return ", ".join(f"{value:.4g}" for value in values.ravel()[:3])

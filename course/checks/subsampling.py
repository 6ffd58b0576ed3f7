"""Check a layer that subsamples as LeNet-5's S2 does, by what it computes."""

import itertools

import keras
import numpy as np

from course.checks import words
from course.checks.calling import article, call, shortened
from course.checks.judge import is_shipped, not_own
from course.checks.readers import array
from course.checks.verdict import WrongAnswer

NAME, CITATION = "Subsampling, layer S2", "LeCun et al. 1998, section II.B"
MAPS, HEIGHT, WIDTH = 5, 6, 4


def check_subsampling(answer, wanted):
    """Raise `WrongAnswer` unless the class sums 2×2 windows, times a coefficient, plus a bias, one of each a map."""
    images = np.random.default_rng(0).integers(-4, 5, (2, HEIGHT, WIDTH, MAPS)).astype("float32")
    layer = _new(answer, wanted)
    _require_size(_first_outputs(layer, images), images)
    _require_weights(layer, images)
    _require_function(layer, images)

    odd = images[:, :5, :3]
    try:
        outputs = _at_its_size(answer, wanted, layer, odd)
    except WrongAnswer as failure:
        cause = "Even sizes went through: where one is odd, leave the last row or column out before you add."
        raise WrongAnswer(failure.finding, cause) from None
    _require_size(outputs, odd)
    _require_last_left_out(lambda images: _at_its_size(answer, wanted, layer, images), odd, outputs)
    symbolic = call(
        _new(answer, wanted), keras.Input((28, 28, 6)), name=f"{NAME}: your layer on keras.Input((28, 28, 6))"
    )
    if tuple(symbolic.shape) != (None, 14, 14, 6):
        raise WrongAnswer(
            f"{NAME}: inside a model your map is {symbolic.shape[1:]}, the paper's is 14×14×6 on C1's 28×28×6.",
            "Take the sizes from the input, not from one example.",
        )


def _new(answer, wanted):
    if isinstance(answer, keras.layers.Layer):
        raise WrongAnswer(f"{NAME}: you handed over a layer, not the class.", f"Leave out the parentheses: {wanted}.")
    if not callable(answer):
        received = f"{article(type(answer).__name__)}, {shortened(answer)}"
        raise WrongAnswer(f"{NAME}: you handed over {received}.", f"Hand over {wanted}.")
    layer = call(answer)
    if not isinstance(layer, keras.layers.Layer):
        received = article(type(layer).__name__)
        raise WrongAnswer(f"{NAME}: it makes {received}, no Keras layer.", f"Write {wanted}.")
    if is_shipped(layer):
        raise not_own(NAME, wanted)
    if type(layer).call is keras.layers.Layer.call:
        raise WrongAnswer(f"{NAME}: your layer has no method call(self, inputs).", "It computes the outputs: write it.")
    return layer


def _first_outputs(layer, images):
    try:
        return _outputs(layer, images)
    except WrongAnswer:
        shapes = [tuple(weight.shape) for weight in layer.weights]
        if not shapes or any(MAPS in shape for shape in shapes):
            raise
    raise WrongAnswer(
        f"{NAME}: on {MAPS} maps your weights have the shapes {words.joined(map(str, shapes))}.",
        "Take the number of maps from input_shape[-1] in build, not from one example.",
    )


def _outputs(layer, images):
    name = f"{NAME}: your layer on {'×'.join(map(str, images.shape[1:]))}"
    return array(call(layer, images, name=name), name)


def _at_its_size(answer, wanted, layer, images):
    """The layer's outputs; if it keeps the size that it was built for, those of another with the same weights."""
    try:
        return _outputs(layer, images)
    except WrongAnswer:
        another = _new(answer, wanted)
        _outputs(another, images)  # builds it
        for mine, weight in zip(another.trainable_weights, layer.trainable_weights, strict=True):
            mine.assign(weight)
        return _outputs(another, images)


def _require_size(outputs, images):
    batch, height, width, maps = images.shape
    expected = (batch, height // 2, width // 2, maps)
    if outputs.shape == expected:
        return
    causes = {
        (batch, height - 1, width - 1, maps): "Your windows overlap: S2's do not, they move by 2 (strides=2)",
        (batch, height, width, maps): "Your windows move by 1: S2's do not overlap, they move by 2 (strides=2)",
        (batch, -(-height // 2), -(-width // 2), maps): 'A window hangs over the edge (padding="same"): of an odd size '
        "the last row and column are left out",
        (batch, height // 2, width // 2): "You summed over the maps too: each has its own window",
        (batch, height // 2, width // 2, 1): "You summed over the maps too: each has its own window",
        (batch, maps): "You summed the whole map: S2 sums windows of 2×2",
        (batch, height // 2, width, maps): "You halve the height alone: S2 halves the width, too",
        (batch, height, width // 2, maps): "You halve the width alone: S2 halves the height, too",
        (batch, height // 2, height // 2, maps): "You take the height for the width: cut each at its own size",
        (batch, width // 2, width // 2, maps): "You take the width for the height: cut each at its own size",
    }
    cause = causes.get(outputs.shape, "S2 halves height and width and keeps the maps")
    shapes = ["×".join(map(str, shape[1:])) for shape in (images.shape, outputs.shape, expected)]
    raise WrongAnswer(
        f"{NAME}: {shapes[0]} gives {shapes[1] or 'a number'}, expected {shapes[2]}.", f"{cause} ({CITATION})."
    )


def _require_last_left_out(outputs_of, images, outputs):
    """Raise unless of an odd size it is the last row and column that do not count."""
    height, width = images.shape[1] // 2 * 2, images.shape[2] // 2 * 2
    if _near(outputs, outputs_of(images[:, :height, :width])):
        return
    first = _near(outputs, outputs_of(images[:, -height:, -width:]))
    cause = "You leave the first row and column out" if first else "The windows begin at the first row and column"
    size = "×".join(map(str, images.shape[1:]))
    raise WrongAnswer(
        f"{NAME}: on {size} your values are not those of the windows.",
        f"{cause}: where a size is odd, the last row or column is left out.",
    )


def _require_weights(layer, images):
    counted = sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)
    frozen = sum(int(np.prod(weight.shape)) for weight in layer.non_trainable_weights)
    if counted == 2 * MAPS and not frozen:
        return
    positions = HEIGHT * WIDTH // 4
    per_pixel = "You have weights for every pixel; a map has one coefficient and one bias, shared by all its windows"
    causes = {
        0: "Make the coefficient and the bias with self.add_weight in build, so that they are trained",
        1: "One number for all maps: each map has a coefficient and a bias of its own",
        2: "The maps share one coefficient and one bias: each has its own",
        1 + MAPS: "The maps share one of the two: each has a coefficient and a bias of its own",
        4
        * MAPS: "That is a coefficient for each of the four inputs; S2 has one for their sum, and the bias is missing",
        5 * MAPS: "That is a coefficient for each of the four inputs; S2 has one for their sum",
        4 * MAPS**2: "That is a full convolution, which mixes the maps; S2 takes each map by itself",
        4 * MAPS**2 + MAPS: "That is a full convolution, which mixes the maps; S2 takes each map by itself",
    }
    if counted + frozen == 2 * MAPS:
        cause = "Some of them are not trainable: leave trainable=False out"
    elif counted == MAPS:
        cause = _missing_weight(layer, images)
    elif any(tuple(weight.shape) == (MAPS, MAPS) for weight in layer.weights):
        cause = "That mixes the maps, as a Dense layer does; S2 takes each map by itself"
    elif counted > 2 * MAPS and counted >= MAPS * positions and counted not in causes:
        cause = per_pixel
    else:
        cause = causes.get(counted, "Each map has a coefficient and a bias, and nothing else")
    raise WrongAnswer(
        f"{NAME}: your layer has {counted} trainable parameters for {MAPS} maps, the paper's has {2 * MAPS}, 2 a map.",
        f"{cause} ({CITATION}).",
    )


def _missing_weight(layer, images):
    _set(layer, np.zeros(MAPS))
    if np.abs(_outputs(layer, images)).max() > 0:
        return "The coefficient is missing: the sum of a window is multiplied by it"
    return "The bias is missing: it is added to the sum times the coefficient"


def _require_function(layer, images):
    weights = np.random.default_rng(1).uniform(0.2, 0.9, 2 * MAPS).astype("float32")
    _set(layer, weights)
    outputs = _outputs(layer, images)
    halves = weights.reshape(2, MAPS), weights.reshape(MAPS, 2).T  # made as two vectors, or as a pair a map
    roles = [pair for half in halves for pair in (half, half[::-1])]
    if any(_near(outputs, _affine(_windows(images).sum(axis=0), *role)) for role in roles):
        return
    for (window, said), (join, then), (squash, last) in itertools.product(WINDOWS, JOINS, SQUASHES):
        for coefficient, bias in roles:
            if _near(outputs, squash(join(window(images), coefficient, bias))):
                cause = ". ".join(filter(None, (said, then, last)))
                raise WrongAnswer(
                    f"{NAME}: with the same weights your values are not the paper's.", f"{cause} ({CITATION})."
                )
    window = _windows(images)[:, 0, 0, 0, 0].reshape(2, 2).astype(int).tolist()
    spelled = ", ".join(f"{weight:.2f}" for weight in weights)
    raise WrongAnswer(
        f"{NAME}: of the window {window}, coefficients and biases {spelled}, your layer makes "
        f"{outputs[0, 0, 0, 0]:.3f}.",
        f"S2 adds the four, multiplies by the map's coefficient and adds the map's bias ({CITATION}).",
    )


def _set(layer, values):
    """Put the values into the layer's weights, one after the other."""
    for weight in layer.trainable_weights:
        size = int(np.prod(weight.shape))
        weight.assign(values[:size].reshape(weight.shape))
        values = values[size:]


def _windows(images):
    """(4, batch, height // 2, width // 2, maps): the four inputs of each window."""
    height, width = images.shape[1] // 2 * 2, images.shape[2] // 2 * 2
    return np.stack([images[:, i:height:2, j:width:2] for i in (0, 1) for j in (0, 1)])


def _cut_in_order(images):
    """The sum of what a reshape to (…, 2, 2, maps) without a transpose takes for windows."""
    batch, height, width, maps = images.shape
    return images.reshape(batch, height // 2, width // 2, 2, 2, maps).sum(axis=(3, 4))


def _affine(x, coefficient, bias):
    return x * coefficient + bias


def _near(outputs, expected):
    return bool(np.abs(outputs - expected).max() < 1e-3)


# What people compute instead, in parts that may come together; the first of each is right.
WINDOWS = (
    (lambda x: _windows(x).sum(axis=0), ""),
    (lambda x: _windows(x).mean(axis=0), "You take the mean of the window; S2 takes the sum of its four inputs"),
    (lambda x: _windows(x).max(axis=0), "You take the maximum of the window; S2 takes the sum of its four inputs"),
    (lambda x: _windows(x).min(axis=0), "You take the minimum of the window; S2 takes the sum of its four inputs"),
    (lambda x: _windows(x)[0], "You take one input of each window; S2 takes the sum of all four"),
    (lambda x: _windows(x)[:2].sum(axis=0), "You add two of the four inputs, those of one row"),
    (lambda x: _windows(x)[::2].sum(axis=0), "You add two of the four inputs, those of one column"),
    (lambda x: _windows(x)[::3].sum(axis=0), "You add two of the four inputs, those of a diagonal"),
    (lambda x: _windows(x).sum(axis=0) / 2, "You take half the sum; S2 takes the sum of its four inputs"),
    (lambda x: _windows(x).sum(axis=(0, -1), keepdims=True)[0], "You sum over the maps too: each has its own window"),
    (_cut_in_order, "Your reshape does not cut out windows: split height into (height // 2, 2) and width alike"),
)
JOINS = (
    (_affine, ""),
    (lambda x, a, b: x * a, "The bias is not used: add it"),
    (lambda x, a, b: x + b, "The coefficient is not used: multiply the sum by it"),
    (lambda x, a, b: x, "Neither coefficient nor bias is used"),
    (lambda x, a, b: (x + b) * a, "You add the bias before the coefficient; it is added last"),
    (lambda x, a, b: x * a - b, "You subtract the bias; it is added"),
    (lambda x, a, b: x * a + 4 * b, "The bias is counted four times, once an input; it is added once, to the sum"),
    (lambda x, a, b: x * a + 2 * b, "The bias is counted twice; it is added once"),
    (lambda x, a, b: x * a**2 + b, "You multiply by the coefficient twice; it counts once"),
    (lambda x, a, b: x / a + b, "You divide by the coefficient; it is multiplied"),
)
SQUASHES = (
    (lambda x: x, ""),
    (np.tanh, "You squash with tanh inside the layer; here the layer ends with the bias"),
    (
        lambda x: 1.7159 * np.tanh(2 / 3 * x),
        "You squash with the scaled tanh inside the layer; here it ends with the bias",
    ),
    (lambda x: 1 / (1 + np.exp(-x)), "You squash with the sigmoid inside the layer; here the layer ends with the bias"),
    (lambda x: np.maximum(x, 0), "You put a ReLU inside the layer; here the layer ends with the bias"),
)

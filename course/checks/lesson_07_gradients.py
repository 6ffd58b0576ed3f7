"""What the exercise on gradient norms compares answers with: norms on small nets, and the mistakes people make."""

import functools

import numpy as np

from course.checks.calling import raised, require_function, spelled
from course.checks.functions import Mistake, check_function
from course.checks.lesson_07_tapes import Net, gradients, trainable_values
from course.checks.readers import numbers
from course.checks.verdict import WrongAnswer

UNSEEN = (
    "A gradient is None where the tape did not see how the loss comes from the weights: call the model and compute the "
    "loss inside `with tf.GradientTape() as tape`, in TensorFlow or keras.ops, and not in NumPy."
)
LIST = numbers(form="one for each layer with a kernel, or a dictionary of them")
NETS = (
    (Net((2,), (("Dense", 2),)), 1),
    (Net((3,), (("Dense", 4), ("ReLU",), ("Dense", 3))), 5),
    (Net((4, 4, 2), (("Conv2D", 3, 3), ("ReLU",), ("Flatten",), ("Dense", 2))), 3),
    (Net((5, 5, 1), (("Conv2D", 4, 2), ("BatchNormalization",), ("ReLU",), ("Flatten",), ("Dense", 3))), 4),
)


def gradient_norms(answer, wanted):
    """`gradient_norms(model, images, labels)`: how long the loss's gradient is, kernel by kernel.

    The loss is the mean cross-entropy of the probabilities that the model gives in training. For each layer with a
    kernel, from first to last, the root of the sum of the squares of the gradient with respect to the kernel alone.
    Returns a list, a tuple, an array or a dictionary of them. The weights stay as they are.
    """
    require_function(answer)
    kept = {}  # models that calls before have left as they were: a new one takes longer than the call

    @functools.wraps(answer, updated=())
    def on_a_model(net, images, labels):
        model, weights, config = kept.pop(net, None) or _new(net)
        before = trainable_values(model)
        name = spelled(answer, (net, images, labels))
        try:
            value = answer(model, images, labels)
        except (ValueError, TypeError, AttributeError) as error:
            if "None" not in str(error):
                raise
            raise WrongAnswer(raised(name, error).finding, UNSEEN) from None
        if value is not None and any(one is None for one in _items(value)):
            raise WrongAnswer(f"{name} returned None for a gradient.", UNSEEN)
        if not all((old == new).all() for old, new in zip(before, trainable_values(model), strict=True)):
            raise WrongAnswer(
                f"{name} changed the model's weights.",
                "The gradients are asked, not a step of training: leave out fit, train_on_batch and the optimizer.",
            )
        if model.get_config() == config:
            model.set_weights(weights)  # batch normalisation moves its averages
            kept[net] = model, weights, config
        return value

    cases = [((net, *net.batch(size)), {}) for net, size in NETS]
    check_function(on_a_model, _norms, cases, MISTAKES, _read)


def _new(net):
    model = net.build()
    return model, model.get_weights(), model.get_config()


def _read(value, name):
    """The norms as a tuple of floats, from a dictionary, too."""
    return LIST(_items(value) if isinstance(value, dict) else value, name)


def _items(value):
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list | tuple) else []


def _length(*values):
    return float(np.sqrt(sum((np.asarray(value, "float64") ** 2).sum() for value in values)))


def _of_single_images(net, images, labels, alone=False):
    """The mean over the images of the norms that each has."""
    alone = alone and any(name == "BatchNormalization" for name, *_ in net.layers)  # else it comes to the same
    found = [gradients(net, len(labels), image=i, alone=alone) for i in range(len(labels))]
    norms = [[_length(values[0]) for name, _, values in one if _with_kernel(name, None, None)] for one in found]
    return np.mean(norms, axis=0).tolist()


def _with_kernel(name, weights, found):
    return name in ("Conv2D", "Dense")


def _norms(net, images, labels, norm=lambda k, others, w: _length(k), layers=_with_kernel, **taken):
    """`norm` takes the gradient of the kernel, that of the other weights, the kernel; `layers` says which count."""
    chosen = [one for one in gradients(net, len(labels), **taken) if layers(*one)]
    return [norm(found[0], found[1:], weights[0]) if found else 0.0 for _, weights, found in chosen]


def _by(norm):
    return lambda net, images, labels: _norms(net, images, labels, norm)


def _with_loss(loss):
    return lambda net, images, labels: _norms(net, images, labels, loss=loss)


def _with_mean_of_squares(net, images, labels):
    classes = net.layers[-1][1]
    return [norm / classes for norm in _with_loss("squared error")(net, images, labels)]


def _spectral(kernel):
    """The norm that np.linalg.norm(kernel, 2) and tf.norm of two axes have of a matrix."""
    return np.linalg.norm(kernel, 2) if kernel.ndim == 2 else np.nan


def _of_each_weight(net, images, labels):
    return [_length(value) for _, _, found in gradients(net, len(labels)) for value in found]


MISTAKES = (
    Mistake(
        "You call the model as for use: pass training=True, for batch normalisation to act as in training.",
        lambda *args: _norms(*args, training=False),
    ),
    Mistake(
        "Your norms are over all weights of a layer, biases too, and batch normalisation has one: only kernels count.",
        lambda *args: _norms(*args, lambda k, b, w: _length(k, *b), lambda name, weights, found: found),
    ),
    Mistake("Your norms are over kernel and bias together: only kernels count.", _by(lambda k, b, w: _length(k, *b))),
    Mistake(
        "You return a norm for each weight, biases too: only kernels count.",
        _of_each_weight,
    ),
    Mistake(
        "You count batch normalisation, whose first weight is gamma: only layers with a kernel count.",
        lambda *args: _norms(*args, layers=lambda name, weights, found: found),
    ),
    Mistake(
        "You return a norm for each layer, 0 for those without weights: leave out what has no kernel.",
        lambda *args: _norms(*args, layers=lambda *layer: True),
    ),
    Mistake("You left out the root: the norm is the root of the sum of squares.", _by(lambda k, b, w: _length(k) ** 2)),
    Mistake(
        "You sum absolute values, which is another norm: the root of the sum of squares is asked.",
        _by(lambda k, b, w: np.abs(k).sum()),
    ),
    Mistake(
        "You take the mean of the absolute values: the norm is the root of the sum of squares.",
        _by(lambda k, b, w: np.abs(k).mean()),
    ),
    Mistake(
        "You take the mean of the squares before the root: the norm has their sum.",
        _by(lambda k, b, w: _length(k) / np.sqrt(k.size)),
    ),
    Mistake(
        "You take the mean of the squares: the norm is the root of their sum.",
        _by(lambda k, b, w: _length(k) ** 2 / k.size),
    ),
    Mistake(
        "You take the largest absolute value: the norm is the root of the sum of squares.",
        _by(lambda k, b, w: np.abs(k).max()),
    ),
    Mistake(
        "You add the gradient's values as they are, and they cancel: square them first.", _by(lambda k, b, w: k.sum())
    ),
    Mistake("Those are the norms of the kernels: their gradients' are asked.", _by(lambda k, b, w: _length(w))),
    Mistake(
        "You divide by the norm of the kernel: the norm of the gradient alone is asked.",
        _by(lambda k, b, w: _length(k) / _length(w)),
    ),
    Mistake(
        "You return the norms from the last layer to the first: the model's order is asked.",
        lambda *args: _norms(*args)[::-1],
    ),
    Mistake(
        "Your loss is the sum over the images: take the mean, so that it does not grow with the batch.",
        lambda net, images, labels: [len(labels) * norm for norm in _norms(net, images, labels)],
    ),
    Mistake(
        "You divide by the number of images once more: the mean has done so already.",
        lambda net, images, labels: [norm / len(labels) for norm in _norms(net, images, labels)],
    ),
    *(
        Mistake(
            "Your loss is a squared error: take the cross-entropy, minus the logarithm of the right class's "
            "probability.",
            norms,
        )
        for norms in (_with_loss("squared error"), _with_mean_of_squares)
    ),
    Mistake(
        "The logarithm is missing from your loss: it is minus the logarithm of the right class's probability.",
        _with_loss("without logarithm"),
    ),
    Mistake(
        "Your loss takes the largest probability: take that of the right class, as labels has it.",
        _with_loss("of the largest"),
    ),
    Mistake(
        "Your loss is that of the first image alone: take the mean over all.",
        lambda *args: _norms(*args, image=0),
    ),
    Mistake(
        "You leave fully connected layers out: they have a kernel, too.",
        lambda *args: _norms(*args, layers=lambda name, weights, found: name == "Conv2D"),
    ),
    Mistake(
        "You leave convolutions out: they have a kernel, too.",
        lambda *args: _norms(*args, layers=lambda name, weights, found: name == "Dense"),
    ),
    Mistake(
        "That is another norm of a matrix, the spectral one: the root of the sum of squares needs no second argument.",
        _by(lambda k, b, w: _spectral(k)),
    ),
    Mistake(
        "You take norms along one axis and then their mean: square and sum all values, and take one root.",
        _by(lambda k, b, w: np.linalg.norm(k, axis=-1).mean()),
    ),
    Mistake(
        "You return one norm, of all kernels together, in a list: one for each is asked.",
        lambda *args: [_length(*_norms(*args))],
    ),
    *(
        Mistake(
            "You average the norms of single images' gradients: take one gradient, of the mean loss, and its norm.",
            functools.partial(_of_single_images, alone=alone),
        )
        for alone in (False, True)
    ),
)

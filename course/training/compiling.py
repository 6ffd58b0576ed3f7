"""How a model's steps are made: the loss that follows from its last layer, and whether a graph is worth its time."""

import contextlib

import keras

FEW = 10  # steps: TensorFlow takes longer to prepare a graph than for 15 of them without it, LeNet-5 or MiniVGG


def compiled(model, optimizer=None, metrics=("accuracy",)):
    """Compile the model unless it is; with an optimizer, compile it anew with all else that it was compiled with.

    Raises a `ValueError` where Keras cannot write down that rest, as of a metric that is a function of one's own.
    """
    if not model.compiled:
        model.compile("adam" if optimizer is None else optimizer, cross_entropy(model), metrics=list(metrics))
    elif optimizer is not None:
        config = {
            name: value for name, value in model.get_compile_config().items() if name not in ("optimizer", "loss")
        }
        try:
            rest = keras.saving.deserialize_keras_object(config)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f'The model "{model.name}" cannot be compiled anew with this optimizer, since one of its metrics '
                f"cannot be made again ({str(error).splitlines()[0]}); call model.compile with the optimizer yourself."
            ) from None
        model.compile(optimizer=optimizer, loss=model.loss, **rest)
    return model


@contextlib.contextmanager
def eager_if_few(model, steps, before=0):
    """Meanwhile the model trains and is tested without a graph, where that is sooner done: for a few steps in all.

    `steps` is negative where nobody knows. The steps `before` count, for a model may be trained in many short runs.
    """
    few = steps >= 0 and before + steps <= FEW
    if not few or model.run_eagerly or model.train_function is not None or model.steps_per_execution != 1:
        yield
        return
    model.run_eagerly = True
    try:
        yield
    finally:
        model.run_eagerly = False
        model.train_function = model.test_function = model.predict_function = None  # Keras makes them anew


def cross_entropy(model):
    """Return the cross-entropy of class numbers against the model's softmax, or its logits.

    Where the model gives a map of classes, that is each pixel's. Raises a `ValueError` where no loss follows.
    """
    last = model.layers[-1]
    while isinstance(last, keras.Model):  # a model in a model
        last = last.layers[-1]
    outputs = getattr(model, "outputs", None) or []
    if len(outputs) == 1 and len(outputs[0].shape) == 4 and keras.config.image_data_format() == "channels_first":
        raise ValueError(
            f'The model "{model.name}" gives maps with the channels first, and the cross-entropy of each pixel takes '
            'the classes last; end it with keras.layers.Permute((2, 3, 1)), or build it with "channels_last".'
        )
    activation = getattr(last, "activation", None)
    if activation is keras.activations.softmax or isinstance(last, keras.layers.Softmax):
        return keras.losses.SparseCategoricalCrossentropy()
    if activation is keras.activations.linear:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    raise ValueError(
        f'The last layer, "{last.name}", gives neither class probabilities (softmax) nor logits (no activation), '
        "so its loss is not known here; call model.compile with a loss before fit."
    )

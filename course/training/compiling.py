"""The loss that follows from a model's last layer."""

import keras


def compiled(model, optimizer=None, metrics=("accuracy",)):
    """Compile the model unless it is; with an optimizer, compile it anew with the loss it has."""
    if optimizer is not None or not model.compiled:
        loss = model.loss if model.compiled else cross_entropy(model)
        model.compile("adam" if optimizer is None else optimizer, loss, metrics=list(metrics))
    return model


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

"""FCN-8s' head, and classifiers made fully convolutional, as public code has them."""

import keras
from keras import layers


def shelhamer_head(size=2, join="add", steps=(2, 2, 8), bias=False, score_relu=None, order=1):
    """fcn.berkeleyvision's score_fr, upscore2, fuse_pool4 …"""

    def fcn8s_head(pool3, pool4, fc7, num_classes):
        score = lambda x: layers.Conv2D(num_classes, 1, activation=score_relu)(x)  # noqa: E731
        up = lambda x, s: layers.Conv2DTranspose(num_classes, size * s, s, padding="same", use_bias=bias)(x)  # noqa: E731
        fuse = {"add": lambda a, b: a + b, "concat": lambda a, b: layers.concatenate([a, b])}[join]
        if len(steps) == 2:
            return up(fuse(up(score(fc7), 2), score(pool4)), 16)
        x = fuse(score(pool4), up(score(fc7), steps[0]))
        return up(fuse(score(pool3), up(x, steps[1])), steps[2])

    return fcn8s_head


def surgery(activation=True, copy=True, padding="valid", softmax=True):
    """ "Net surgery": the classifier's weights reshaped into convolutions."""

    def fully_convolutional(model):
        inputs = keras.Input((None, None, model.input_shape[-1]))
        x, todo, shape = inputs, [], None
        for layer in model.layers:
            if isinstance(layer, layers.InputLayer):
                continue
            if isinstance(layer, layers.Flatten):
                shape = tuple(layer.input.shape[1:])
            elif isinstance(layer, layers.Dense):
                size = shape[:2] if shape else (1, 1)
                act = layer.activation if activation or layer is model.layers[-1] else None
                act = None if layer is model.layers[-1] and not softmax else act
                conv = layers.Conv2D(layer.units, size, padding=padding, activation=act, use_bias=layer.use_bias)
                x = conv(x)
                todo.append((conv, layer, size))
                shape = None
            else:
                x = layer(x)
        made = keras.Model(inputs, x)
        for conv, dense, size in todo if copy else ():
            w, *b = dense.get_weights()
            conv.set_weights([w.reshape((*size, -1, dense.units)), *b])
        return made

    return fully_convolutional


ROWS = [
    ("fcn8s-head", shelhamer_head(), None),
    ("fcn8s-head", shelhamer_head(size=1), r"upscore2: .*2×2 kernels|kernels"),
    ("fcn8s-head", shelhamer_head(steps=(2, 16)), r"upscore_pool4: it is missing|pool3"),
    ("fcn8s-head", shelhamer_head(bias=True), r"biases"),
    ("fcn8s-head", shelhamer_head(score_relu="relu"), r"ReLU"),
    ("fcn8s-head", shelhamer_head(join="concat"), r"concatenation"),
    ("fully-convolutional", surgery(), None),
    ("fully-convolutional", surgery(activation=False), r"activation|ReLU"),
    ("fully-convolutional", surgery(copy=False), r"weights"),
    ("fully-convolutional", surgery(padding="same"), r"same|padding"),
    ("fully-convolutional", surgery(softmax=False), r"softmax|logits"),
]

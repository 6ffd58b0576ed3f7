"""The loss with auxiliary heads."""

import numpy as np
from keras import ops

from answers import right, wrong


@right("auxiliary-loss")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return main + weight * sum(auxiliary) if training else main


@right("auxiliary-loss")
def by_loops(main, auxiliary, training=True, weight=0.3):
    if not training:
        return main
    total = main
    for loss in auxiliary:
        total += weight * loss
    return total


@right("auxiliary-loss")
def by_numpy(main, auxiliary, training=True, weight=0.3):
    weights = np.array([1.0] + [weight * training] * len(auxiliary))
    return np.dot(weights, [main, *auxiliary])


@right("auxiliary-loss")
def by_keras(main, auxiliary, training=True, weight=0.3):
    heads = ops.sum(ops.convert_to_tensor(auxiliary, "float32")) if auxiliary and training else 0.0
    return ops.convert_to_tensor(main) + weight * heads


@wrong("auxiliary-loss", r"heads outside training, too")
def always(main, auxiliary, training=True, weight=0.3):
    return main + weight * sum(auxiliary)


@wrong("auxiliary-loss", r"heads count fully")
def not_weighted(main, auxiliary, training=True, weight=0.3):
    return main + sum(auxiliary) if training else main


@wrong("auxiliary-loss", r"mean of the heads")
def mean(main, auxiliary, training=True, weight=0.3):
    return main + weight * np.mean(auxiliary) if training and auxiliary else main


@wrong("auxiliary-loss", r"main loss is multiplied by weight, too")
def all_weighted(main, auxiliary, training=True, weight=0.3):
    return weight * (main + sum(auxiliary)) if training else main


@wrong("auxiliary-loss", r"multiplied by 1 - weight")
def balanced(main, auxiliary, training=True, weight=0.3):
    return (1 - weight) * main + weight * sum(auxiliary) if training else main


@wrong("auxiliary-loss", r"first head")
def first_head(main, auxiliary, training=True, weight=0.3):
    return main + weight * auxiliary[0] if training and auxiliary else main


@wrong("auxiliary-loss", r"0.3 always")
def fixed_weight(main, auxiliary, training=True, weight=0.3):
    return main + 0.3 * sum(auxiliary) if training else main


@wrong("auxiliary-loss", r"Training is turned round")
def turned_round(main, auxiliary, training=True, weight=0.3):
    return main if training else main + weight * sum(auxiliary)


@wrong("auxiliary-loss", r"number of losses")
def averaged(main, auxiliary, training=True, weight=0.3):
    return (main + weight * sum(auxiliary)) / (len(auxiliary) + 1) if training else main


@wrong("auxiliary-loss", r"main loss is left out")
def without_main(main, auxiliary, training=True, weight=0.3):
    return weight * sum(auxiliary) if training else main


@wrong("auxiliary-loss", r"raised IndexError")
def two_heads(main, auxiliary, training=True, weight=0.3):
    return main + weight * (auxiliary[0] + auxiliary[1])


@wrong("auxiliary-loss", r"changed its argument")
def emptied(main, auxiliary, training=True, weight=0.3):
    while auxiliary and training:
        main += weight * auxiliary.pop()
    return main

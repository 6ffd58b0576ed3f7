"""A class's answers to the exercise auxiliary-loss."""

# ruff: noqa: F811

import functools
import itertools
import math

import numpy as np

from answers_of_a_class import right, wrong


@wrong("auxiliary-loss", "mean of the auxiliary losses", "You take the mean of the heads")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    if not training:
        return main
    return main + weight * np.mean(auxiliary)


@wrong("auxiliary-loss", "counts the auxiliaries at test time", "You add the heads outside training")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return main + sum(weight * a for a in auxiliary)


@wrong("auxiliary-loss", "weights the main loss by 1 - weight", "The main loss is multiplied by 1 - weight")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    if training:
        return (1 - weight) * main + weight * sum(auxiliary)
    return main


@wrong("auxiliary-loss", "only the first auxiliary: return inside the loop", "Only the first head is added")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    total = main
    if training:
        for loss in auxiliary:
            total += weight * loss
            return total
    return total


@wrong("auxiliary-loss", "0.3 written in", "You ignore weight and take 0.3 always")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return main + 0.3 * sum(auxiliary) if training else main


@wrong("auxiliary-loss", "weights the main loss as well", "The main loss is multiplied by weight")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return weight * (main + sum(auxiliary)) if training else main


@wrong("auxiliary-loss", "forgets the weight", "The heads count fully")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return main + sum(auxiliary) if training else main


@wrong("auxiliary-loss", "weight to the power of the head's number", "The weight shrinks from head to head")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    if training:
        for i, a in enumerate(auxiliary):
            main = main + a * weight ** (i + 1)
    return main


@wrong("auxiliary-loss", "divides by the weight", "You divide the heads by weight")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return main + sum(a / weight for a in auxiliary) if training else main


@wrong("auxiliary-loss", "subtracts", "You subtract the heads")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return main - weight * sum(auxiliary) if training else main


@right("auxiliary-loss", "np.dot")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return np.dot([1] + [weight * training] * len(auxiliary), [main, *auxiliary])


@right("auxiliary-loss", "reduce with a helper")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    heads = auxiliary if training else ()
    return functools.reduce(lambda total, head: total + weight * head, heads, main)


@right("auxiliary-loss", "math.fsum of a Fraction-free generator")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return math.fsum(itertools.chain([main], (weight * a for a in auxiliary if training)))


@wrong("auxiliary-loss", "nothing is left outside training", "the main loss is left out, too")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    total = 0.0
    if training:
        total = main + sum(weight * loss for loss in auxiliary)
    return total


@wrong("auxiliary-loss", "rounds to one decimal", "All values are rounded to one decimal")
def auxiliary_loss(main, auxiliary, training=True, weight=0.3):
    return round(main + weight * sum(auxiliary), 1) if training else main

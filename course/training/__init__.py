"""Training that repeats, that can be killed and taken up again, and that says what goes wrong.

`fit` is the one way in; `setup` comes first in a notebook, and `recipe` shows what a paper trained with.
"""

from course.training.fitting import fit
from course.training.machine import devices, seed, setup
from course.training.optimizers import SGD
from course.training.probes import RateTest, find_learning_rate, gradient_norms
from course.training.profiles import PROFILES, by_profile, profile
from course.training.recipes import PAPERS, Recipe, recipe
from course.training.schedules import Exponential, Plateau, Polynomial, Steps, WarmUp
from course.training.trouble import Diverged, OutOfMemory

__all__ = [
    "PAPERS",
    "PROFILES",
    "SGD",
    "Diverged",
    "Exponential",
    "OutOfMemory",
    "Plateau",
    "Polynomial",
    "RateTest",
    "Recipe",
    "Steps",
    "WarmUp",
    "by_profile",
    "devices",
    "find_learning_rate",
    "fit",
    "gradient_norms",
    "profile",
    "recipe",
    "seed",
    "setup",
]

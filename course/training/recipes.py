"""What the papers trained with, as data: one recipe a net, and what a lesson and a smoke test make of it."""

import functools
from dataclasses import dataclass, fields, replace

from course.errors import integer, unknown
from course.training import schedules
from course.training.optimizers import SGD
from course.training.papers import LESSONS, PAPERS
from course.training.profiles import profile as profile_in_force

SMOKE = {"epochs": 1, "batch_size": 16, "images": 64, "augment": (), "evaluation": ()}


@dataclass(frozen=True)
class Recipe:
    """How to train a net: `print` it to read it.

    `learning_rate` is the first; `schedule` and `warm_up` are of `course.training.schedules`. `l2` is the weight decay,
    an L2 term coupled to the gradient; `decay_vectors` says whether biases, scales and offsets decay too, and
    `vector_rate` multiplies their learning rate. `augment` lists (name in `course.data.preprocessing`, arguments).
    `evaluation` lists the steps that bring validation images to the size of the training crops. `images` is how many of
    the training images an epoch takes, all when None.
    """

    name: str
    profile: str
    source: str
    departures: str
    epochs: int
    batch_size: int
    learning_rate: float | None
    momentum: float = 0.9
    nesterov: bool = False
    l2: float = 0.0
    decay_vectors: bool = True
    vector_rate: float = 1.0
    schedule: tuple | None = None
    warm_up: schedules.WarmUp | None = None
    augment: tuple = ()
    evaluation: tuple = ()
    images: int | None = None

    def __str__(self):
        without = "" if self.decay_vectors else ", without biases and normalisation's vectors"
        lines = {
            "source": self.source,
            "departures": self.departures or "none",
            "optimiser": f"SGD, momentum {self.momentum:g}{' (Nesterov)' if self.nesterov else ''}",
            "learning rate": f"{self.learning_rate:g}"
            + (f", {self.schedule}" if self.schedule else ", constant")
            + (f"; {self.warm_up}" if self.warm_up else "")
            + (f"; ×{self.vector_rate:g} for vectors" if self.vector_rate != 1 else ""),
            "weight decay": f"{self.l2:g} (L2){without}" if self.l2 else "none",
            "batch": f"{self.batch_size}",
            "epochs": f"{self.epochs}" + (f" of {self.images:,} images" if self.images else ""),
            "augmentation": "; ".join(map(_called, self.augment)) or "none",
        }
        if self.evaluation:
            lines["validation"] = "; ".join(map(_called, self.evaluation))
        title = f"{self.name}, profile {self.profile}"
        return "\n".join([title, *(f"  {name:<15}{text}" for name, text in lines.items())])

    def optimizer(self, steps_per_epoch):
        """Return a new Keras optimizer for epochs of so many batches; None where the recipe has no learning rate."""
        if self.learning_rate is None:
            return None
        rate = self.rate(steps_per_epoch)
        return SGD(rate, self.momentum, self.nesterov, self.l2, self.decay_vectors, self.vector_rate)

    def rate(self, steps_per_epoch):
        """Return the learning rate for epochs of so many batches: a number, or a schedule over the iterations."""
        return schedules.learning_rate(self.schedule, self.learning_rate, self.epochs, steps_per_epoch, self.warm_up)

    def steps(self, listed=None):
        """Return the augmentation as functions `step(image, seed=…)`, looked up in `course.data.preprocessing`.

        Or the steps listed: `recipe.steps(recipe.evaluation)`.
        """
        return tuple(_step(name, arguments) for name, arguments in (self.augment if listed is None else listed))


def recipe(name, profile=None, **changes):
    """Return the named recipe for a profile: `full` is the paper's, `lesson` and `smoke` are cut to size.

    `changes` replace its entries: `recipe("resnet_cifar", learning_rate=0.05)`; another `augment` takes `evaluation`
    away, unless that is given too. Raises a `ValueError` for an unknown recipe, profile or entry.
    """
    if name not in PAPERS:
        raise unknown("recipe", name, PAPERS)
    profile = profile_in_force(profile)
    made = Recipe(name=name, profile=profile, **PAPERS[name])
    if profile != "full":
        made = replace(made, **LESSONS[name])
    if profile == "smoke":
        made = replace(made, **SMOKE)
    known = [field.name for field in fields(Recipe) if field.name not in ("name", "profile", "source")]
    for entry in changes:
        if entry not in known:
            raise unknown("entry of a recipe", entry, known)
    for entry in {"epochs", "batch_size", "images"} & set(changes):
        if changes[entry] is not None:
            integer(entry, changes[entry], 1)
    return replace(made, **({"evaluation": ()} if "augment" in changes else {}) | changes)


PLAIN = Recipe("none", "", "", "", epochs=None, batch_size=32, learning_rate=None)


def resolved(given, profile, epochs, batch_size):
    """Return the recipe that `fit` is to follow: a name's, or the one given, or `PLAIN`; with these numbers put in."""
    if profile is not None and not isinstance(given, str):
        profile_in_force(profile)
        raise ValueError('profile chooses among the forms of a recipe; name one, such as recipe="resnet_cifar".')
    if given is not None and not isinstance(given, (str, Recipe)):
        raise ValueError(f"recipe is a {type(given).__name__}; give a name, or what course.training.recipe returned.")
    plan = PLAIN if given is None else recipe(given, profile) if isinstance(given, str) else given
    numbers = {"epochs": epochs, "batch_size": batch_size}
    plan = replace(plan, **{name: number for name, number in numbers.items() if number is not None})
    if plan.epochs is None:
        raise ValueError("epochs is not given; say how many, such as epochs=10, or name a recipe.")
    for name in numbers:
        integer(name, getattr(plan, name), 1)
    return plan


def _step(name, arguments):
    from course.data import preprocessing

    if name.startswith("_") or not callable(getattr(preprocessing, name, None)):
        raise unknown("augmentation", name, [other for other in vars(preprocessing) if not other.startswith("_")])
    return functools.partial(getattr(preprocessing, name), **arguments)


def _called(step):
    name, arguments = step
    return f"{name}({', '.join(f'{key}={value}' for key, value in arguments.items() if not isinstance(value, tuple))})"

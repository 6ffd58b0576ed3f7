"""`fit`: the one way in which every lesson trains."""

import random

import keras
import numpy as np
import tensorflow as tf

from course.data import name_of
from course.errors import integer
from course.training import feeding, identity, machine, recipes, resuming, schedules, trouble, watching, workers
from course.training.compiling import compiled, eager_if_few


def fit(
    model,
    train,
    validation=None,
    *,
    epochs=None,
    batch_size=None,
    optimizer=None,
    seed=None,
    recipe=None,
    profile=None,
    augment=None,
    resume=None,
    devices=None,
    tensorboard=None,
    verbose=None,
    **options,
):
    """Train the model and return Keras's `History`.

    `train` and `validation` are each a `tf.data.Dataset` of (image, label) or a tuple of arrays (images, labels).
    Single images are shuffled anew each epoch and batched by `batch_size`, 32 when left out; a data set of batches is
    taken as it is.

    A model that is not compiled yet is compiled here: `optimizer` (Adam when left out), the accuracy, and the
    cross-entropy of integer labels against the model's softmax, or its logits; where a model gives a map of classes,
    the labels are a map of class numbers. An `optimizer` given for a compiled model compiles it anew with the loss it
    has. For another loss, call `model.compile` first.

    `recipe` is a name of `course.training.PAPERS`, or what `course.training.recipe` returned: optimizer, schedule,
    weight decay, epochs, batch size, augmentation, and what brings validation images to the same size, for the
    `profile` in force. What is given beside it comes first; an `optimizer` replaces the recipe's with its rates and
    decay. `augment` lists functions `step(image, seed=…)` of a single image, as in `course.data.preprocessing`; they
    act on the training images alone, and validation images are then taken as they are.

    With `seed`, two runs from the same weights end with the same weights on a CPU; without it, the order of the images
    follows `course.training.seed`, and on several machines it is that of seed 0.

    `resume` names a run, kept in `COURSE_RUNS` or ~/.cache/cnn-course/runs. Called again after whatever stopped it, it
    goes on after the last finished epoch and ends, on a CPU, with the weights and the history of a run that nothing
    stopped; a finished one returns at once. It refuses another model, other data or another way to train, as far as
    `identity.described` and `feeding.fingerprint` tell, and data that read differently each time. Callbacks of your own
    begin anew. Without `seed`, the run keeps the one it drew.

    All GPUs that TensorFlow sees share each batch, or the `devices` named, such as ["GPU:0"]. A copy of the model is
    trained on them and its state carried back; batch normalisation sees each device's share by itself. Where
    `TF_CONFIG` names several machines, and `setup` has joined them, they train together: see `course.training.workers`.

    A run of no more than ten steps, those of the validation included, is done without preparing a graph for it, which
    would take longer; not so one with `resume`, or on several devices.

    `tensorboard` names a folder for TensorBoard's logs. `verbose` is Keras's; without it a notebook shows the curves
    as they grow, a terminal Keras's bar, and a log a line an epoch. `options` go to `model.fit`: `callbacks` and so on;
    `steps_per_epoch` cuts each epoch short. Where pixels of 0 to 255 meet no layer that scales them, a line says so
    first. The history's `data_name` is `course.data.name_of(train)`.

    Raises a `ValueError` for data that do not fit the model and where no loss follows from the model's last layer,
    `Diverged` when the loss becomes NaN or infinite, and `OutOfMemory`, both with the likely reason.
    """
    plan = recipes.resolved(recipe, profile, epochs, batch_size)
    steps = plan.steps() if augment is None else tuple(augment)
    evaluation = plan.steps(plan.evaluation) if augment is None else ()
    if seed is not None:
        integer("seed", seed, 0)
    team = workers.strategy()
    if team and resume is not None:
        raise ValueError("resume is for one machine, and TF_CONFIG names several; leave it out.")
    examples = feeding.examples("train", train)
    held_out = None if validation is None else feeding.examples("validation", validation)
    measured = None
    with resuming.Run(resume).opened() as run:
        drawn = 0 if team else random.randrange(2**31)  # each machine would draw another one
        number = run.seed(drawn if seed is None else seed, given=seed is not None)
        fixed = number if team or seed is not None or resume is not None else None
        if fixed is not None:
            keras.utils.set_random_seed(fixed)
        strategy = team or machine.strategy(model, devices)
        limits = {"images": plan.images, "batches": options.pop("steps_per_epoch", None)}
        replicas = strategy.num_replicas_in_sync if strategy else 1
        source = feeding.Epochs(examples, model, plan.batch_size, number, steps, **limits, replicas=replicas)
        rates = plan.learning_rate is not None and optimizer is None
        count = source.batches() if rates and (plan.schedule or plan.warm_up) else 1
        compiled(model, plan.optimizer(count) if rates else optimizer)
        trouble.check_data("train", examples, model, source.data)
        if held_out is not None:
            measured = feeding.in_batches(held_out, model, plan.batch_size, evaluation)
            trouble.check_data("validation", held_out, model, measured)
        advice = trouble.check_pixels("train", examples, model, steps)
        if resume is not None:
            _build(model, source.data)
            data = [feeding.fingerprint(*part) for part in (("train", train), ("validation", validation))]
            given = {name: value for name, value in options.items() if name != "callbacks"}
            given["steps_per_epoch"] = limits["batches"]
            run.begin(model, identity.settings(run, model, plan, steps, rates, given, *data), plan.epochs)
            if run.over >= plan.epochs:
                return _told(keras.callbacks.History(), run, model, train)
        if advice and verbose != 0 and (not team or workers.first()):
            print(advice)
        shown, watchers = watching.progress(verbose, run.history)
        if team:
            shown, watchers = 0, [] if not workers.first() or verbose == 0 else [watching.Lines()]
        if tensorboard is not None:
            watchers.append(watching.logs(tensorboard))
        callbacks = [Opening(source, fixed if run.name else None), trouble.Guard(examples)]
        callbacks += [*([Rates(plan, run, plan.rate(count))] if rates else ()), *watchers]
        callbacks += [*(options.pop("callbacks", None) or ()), resuming.Keeper(run)]
        options |= {"epochs": plan.epochs, "validation_data": measured, "callbacks": callbacks}
        options["initial_epoch"] = run.epoch or options.get("initial_epoch", 0)
        trained = machine.mirror(model, strategy) if strategy and not machine.distributed(model) else model
        try:
            if team:
                history = workers.fit(trained, source.data, **options)
            else:
                # A run that may be taken up again may be asked for more epochs then, and has to go on as it began.
                with_a_graph = strategy or resume is not None
                steps = -1 if with_a_graph else feeding.steps(plan.epochs, source.data, measured)
                with eager_if_few(trained, steps, int(model.optimizer.iterations)):
                    history = trained.fit(source.data, shuffle=False, verbose=shown, **options)
        except Exception as error:
            raise trouble.explained(error, trained, plan.batch_size) from None
        finally:
            if trained is not model:
                machine.carry(trained, model)
        run.end(model, plan.epochs)
        return _told(history, run, model, train)


class Opening(keras.callbacks.Callback):
    """Says which epoch begins: to the data and, by a seed, to whatever else draws at random.

    Only a run that may be taken up again needs that seed. It makes TensorFlow prepare all functions anew, which takes
    as long as many steps of a deep net.
    """

    def __init__(self, source, seed=None):
        super().__init__()
        self.source, self.seed = source, seed

    def on_epoch_begin(self, epoch, logs=None):
        self.source.begin(epoch)
        if self.seed is not None:
            keras.utils.set_random_seed(int(np.random.SeedSequence([self.seed, epoch, 1]).generate_state(1)[0]))


class Rates(keras.callbacks.Callback):
    """Sets the learning rate of a plateau, which follows from the history alone, and writes each epoch's last rate.

    `rate` is the recipe's: a number, or a schedule over the iterations.
    """

    def __init__(self, plan, run, rate):
        super().__init__()
        self.plan, self.run, self.rate = plan, run, rate

    def on_epoch_begin(self, epoch, logs=None):
        plateau = self.plan.schedule
        if isinstance(plateau, schedules.Plateau):
            # Without validation, the training loss stands in.
            known = self.run.history
            values = known.get(plateau.monitor, known.get(plateau.monitor.removeprefix("val_"), []))
            self.model.optimizer.learning_rate = schedules.reduced(plateau, self.plan.learning_rate, values)

    def on_epoch_end(self, epoch, logs=None):
        optimizer = self.model.optimizer
        done = keras.ops.maximum(optimizer.iterations - 1, 0)  # the last step's; the optimizer has the next one's rate
        rate = self.rate(done) if callable(self.rate) else optimizer.learning_rate
        logs["learning_rate"] = float(keras.ops.convert_to_numpy(rate))


def _build(model, data):
    """Give a model that has seen no image its weights, and the optimizer its slots, so that both can be kept."""
    if not model.built:
        images = tf.nest.flatten(data.element_spec)[0]
        model(np.zeros([1 if size is None else size for size in images.shape], images.dtype.as_numpy_dtype))
    model.optimizer.build(model.trainable_variables)


def _told(history, run, model, train):
    """The history with the epochs of former processes and the name of the data."""
    history.data_name = name_of(train)
    if run.name is not None:
        history.set_model(model)
        history.history, history.epoch = run.history, list(range(run.epoch))
    return history

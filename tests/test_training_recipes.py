"""Recipes and what follows from them: the rates, the weight decay, the profile in force."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from course import training
from course.training import schedules

# (images, iterations, {iteration: rate}) as the papers print them
PRINTED = {
    "resnet_cifar": (45_000, 64_000, {0: 0.1, 31_000: 0.1, 33_000: 0.01, 47_000: 0.01, 49_000: 0.001, 63_999: 0.001}),
    "resnet110_cifar": (45_000, 64_000, {0: 0.01, 399: 0.01, 400: 0.1, 31_000: 0.1, 33_000: 0.01, 49_000: 0.001}),
    "nin": (50_000, 120_000, {0: 0.1, 99_000: 0.1, 101_000: 0.01}),
    "vgg": (1_281_167, 370_000, {0: 0.01}),
    "resnet_imagenet": (1_281_167, 600_000, {0: 0.1}),
    "densenet_cifar": (50_000, 300 * 782, {149 * 782: 0.1, 151 * 782: 0.01, 224 * 782: 0.01, 226 * 782: 0.001}),
    "densenet_imagenet": (1_281_167, 90 * 5005, {29 * 5005: 0.1, 31 * 5005: 0.01, 61 * 5005: 0.001}),
    "googlenet": (1_281_167, 2_400_000, {0: 0.01, 8 * 40_037: 0.0096, 17 * 40_037: 0.009216}),
    "fast_rcnn": (5_011, 40_000, {0: 1e-3, 29_000: 1e-3, 31_000: 1e-4}),
    "faster_rcnn": (5_011, 80_000, {0: 1e-3, 59_000: 1e-3, 61_000: 1e-4}),
    "lenet5": (60_000, 20 * 60_000, {0: 0.025, 130_000: 0.01, 320_000: 0.005, 500_000: 0.0025, 720_001: 0.0005}),
}
# Momentum, weight decay and batch, from the same places.
NUMBERS = {
    "alexnet": (0.9, 5e-4, 128),
    "zfnet": (0.9, 0.0, 128),
    "vgg": (0.9, 5e-4, 256),
    "nin": (0.9, 1e-4, 128),
    "googlenet": (0.9, 2e-4, 32),
    "resnet_imagenet": (0.9, 1e-4, 256),
    "resnet_cifar": (0.9, 1e-4, 128),
    "densenet_cifar": (0.9, 1e-4, 64),
    "densenet_imagenet": (0.9, 1e-4, 256),
    "fcn": (0.9, 5e-4, 20),
    "fast_rcnn": (0.9, 5e-4, 2),
    "faster_rcnn": (0.9, 5e-4, 1),
}


@pytest.mark.parametrize("name", PRINTED)
def test_the_full_recipe_has_the_printed_length_and_rates(name):
    images, iterations, rates = PRINTED[name]
    recipe = training.recipe(name, "full")
    steps = -(-images // recipe.batch_size)
    assert recipe.epochs * steps == pytest.approx(iterations, rel=0.005)
    optimizer = recipe.optimizer(steps)
    for iteration, rate in rates.items():
        optimizer.iterations.assign(iteration)
        assert float(optimizer.learning_rate) == pytest.approx(rate, rel=1e-5), iteration


@pytest.mark.parametrize("name", NUMBERS)
def test_the_full_recipe_has_the_printed_numbers(name):
    recipe = training.recipe(name, "full")
    assert (recipe.momentum, recipe.l2, recipe.batch_size) == NUMBERS[name]
    assert recipe.nesterov == name.startswith("densenet")
    optimizer = recipe.optimizer(10)
    assert (optimizer.momentum, optimizer.l2, optimizer.nesterov) == (recipe.momentum, recipe.l2, recipe.nesterov)


@pytest.mark.parametrize("name", training.PAPERS)
@pytest.mark.parametrize("profile", training.PROFILES)
def test_every_recipe_in_every_profile(name, profile):
    recipe = training.recipe(name, profile)
    text = str(recipe)
    assert text.startswith(f"{name}, profile {profile}\n")
    assert "SGD" in text
    assert recipe.source in text
    assert max(map(len, text.splitlines())) < 250
    optimizer = recipe.optimizer(5)
    assert type(optimizer).from_config(optimizer.get_config()).get_config() == optimizer.get_config()
    image = tf.fill((300, 300, 3), 100.0)
    if recipe.evaluation:
        middle = image
        for step in recipe.steps(recipe.evaluation):
            middle = step(middle)
        assert middle.shape[:2] == (227 if name == "alexnet" else 224,) * 2
    for step, (function, _) in zip(recipe.steps(), recipe.augment, strict=True):
        image = step(image) if function in ("rescale_shorter_side", "center_crop") else step(image, seed=[1, 2])
    crops = [
        arguments["size"]
        for function, arguments in recipe.augment
        if function.endswith("_crop") and arguments.get("size")
    ]
    assert image.shape == ((crops[-1],) * 2 if crops else (300, 300)) + (3,)


def test_profiles_differ_as_they_should():
    for name in training.PAPERS:
        smoke, lesson, full = (training.recipe(name, profile) for profile in ("smoke", "lesson", "full"))
        assert (smoke.epochs, smoke.images) == (1, 64)
        assert smoke.epochs <= lesson.epochs <= full.epochs
        assert full.images is None


def test_one_switch(monkeypatch):
    monkeypatch.delenv("COURSE_PROFILE", raising=False)
    values = {"smoke": 1, "lesson": 8, "full": 182}
    assert (training.profile(), training.by_profile(**values)) == ("lesson", 8)
    monkeypatch.setenv("COURSE_PROFILE", "full")
    assert (training.profile(), training.by_profile(**values)) == ("full", 182)
    assert (training.profile("smoke"), training.by_profile(**values, profile="smoke")) == ("smoke", 1)
    assert training.recipe("vgg").profile == "full"
    monkeypatch.setenv("COURSE_PROFILE", "quick")
    with pytest.raises(ValueError, match=r'There is no profile "quick".* All: smoke, lesson, full'):
        training.profile()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: training.recipe("resnet"), 'There is no recipe "resnet"; the nearest'),
        (lambda: training.recipe("vgg", epoch=3), 'There is no entry of a recipe "epoch"; the nearest is "epochs"'),
        (lambda: training.recipe("vgg", epochs=0), "epochs is 0; it must be a whole number, 1 or more."),
        (lambda: training.recipe("vgg", augment=(("flop", {}),)).steps(), 'There is no augmentation "flop"'),
        (lambda: training.fit(None, None, recipe=3), "recipe is a int; give a name"),
        (lambda: training.fit(None, None, epochs=1, profile="full"), "profile chooses among the forms of a recipe"),
        (lambda: training.fit(None, None), "epochs is not given; say how many"),
    ],
)
def test_what_cannot_be_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        call()


def weights(seed=0):
    random = np.random.default_rng(seed)
    return random.normal(size=(3, 4)), random.normal(size=4)


def train_in_keras(optimizer, gradients):
    """The kernel and the bias after steps with these gradients."""
    variables = [keras.Variable(value.astype("float32")) for value in weights()]
    for pair in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(value.astype("float32")) for value in pair], variables)
    return [np.asarray(variable) for variable in variables]


def sgd(gradients, rate, momentum, l2, nesterov=False, bias_l2=None, bias_rate=1.0):
    """The update as Krizhevsky et al. 2012, section 5, write it: v ← m·v − l2·ε·w − ε·g, w ← w + v."""
    parameters = list(weights())
    velocity = [np.zeros_like(value) for value in parameters]
    for pair in gradients:
        for place, gradient in enumerate(pair):
            decay, eps = (l2, rate) if place == 0 else (l2 if bias_l2 is None else bias_l2, rate * bias_rate)
            slope = gradient + decay * parameters[place]
            velocity[place] = momentum * velocity[place] - eps * slope
            parameters[place] = parameters[place] + (
                momentum * velocity[place] - eps * slope if nesterov else velocity[place]
            )
    return parameters


GRADIENTS = [weights(seed) for seed in range(1, 6)]


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_weight_decay_is_an_l2_term_of_the_loss(momentum, nesterov):
    ours = train_in_keras(training.SGD(0.1, momentum, nesterov and momentum > 0, l2=0.05), GRADIENTS)
    for found, expected in zip(ours, sgd(GRADIENTS, 0.1, momentum, 0.05, nesterov and momentum > 0), strict=True):
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_vectors_may_learn_twice_as_fast_and_not_decay():
    ours = train_in_keras(training.SGD(0.1, 0.9, l2=0.05, decay_vectors=False, vector_rate=2.0), GRADIENTS)
    for found, expected in zip(ours, sgd(GRADIENTS, 0.1, 0.9, 0.05, bias_l2=0.0, bias_rate=2.0), strict=True):
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_keras_s_own_weight_decay_is_decoupled_from_momentum():
    """Why there is an optimizer here: `weight_decay` shrinks the weights before the step, and v knows nothing of it."""
    theirs = train_in_keras(keras.optimizers.SGD(0.1, 0.9, weight_decay=0.05), GRADIENTS)
    parameters, velocity = list(weights()), [0.0, 0.0]
    for pair in GRADIENTS:
        for place, gradient in enumerate(pair):
            velocity[place] = 0.9 * velocity[place] - 0.1 * gradient
            parameters[place] = parameters[place] * (1 - 0.05 * 0.1) + velocity[place]
    for found, expected, coupled in zip(theirs, parameters, sgd(GRADIENTS, 0.1, 0.9, 0.05), strict=True):
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)
        assert np.abs(found - coupled).max() > 1e-3


def test_the_l2_term_equals_a_regularizer_of_keras():
    gradients, images = [], np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    for optimizer, l2 in ((training.SGD(0.1, 0.9, l2=0.05), 0.0), (keras.optimizers.SGD(0.1, 0.9), 0.05 / 2)):
        keras.utils.set_random_seed(0)
        penalty = keras.regularizers.L2(l2)
        layer = keras.layers.Dense(2, kernel_regularizer=penalty, bias_regularizer=penalty, bias_initializer="ones")
        model = keras.Sequential([keras.Input((3,)), layer])
        training.fit(model, (images, np.arange(8) % 2), epochs=3, batch_size=8, optimizer=optimizer, verbose=0)
        gradients.append(model.get_weights())
    for ours, theirs in zip(*gradients, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-6)


@given(st.lists(st.integers(0, 8), max_size=25), st.integers(1, 4), st.sampled_from([0.1, 0.5]), st.integers(0, 3))
def test_a_plateau_is_that_of_keras(values, patience, factor, drops):
    """As ReduceLROnPlateau has it, a step at a time; but as a function of the history, so that a run can go on."""

    class Model:
        class optimizer:
            learning_rate = 1.0

    theirs = keras.callbacks.ReduceLROnPlateau("val_loss", factor, patience, min_delta=0, min_lr=factor**drops)
    theirs.set_model(Model)
    Model.optimizer.learning_rate = keras.Variable(1.0)
    theirs.on_train_begin()
    plateau = schedules.Plateau(factor, patience, drops)
    for epoch, value in enumerate(values):
        theirs.on_epoch_end(epoch, {"val_loss": float(value)})
        ours = schedules.reduced(plateau, 1.0, values[: epoch + 1])
        assert ours == pytest.approx(float(np.asarray(Model.optimizer.learning_rate)), rel=1e-5)


def test_other_schedules_by_hand():
    polynomial = schedules.learning_rate(training.Polynomial(power=2), 0.4, epochs=2, steps_per_epoch=5)
    assert [float(polynomial(step)) for step in range(11)] == pytest.approx(
        [0.4 * (1 - i / 10) ** 2 for i in range(11)]
    )
    falling = schedules.learning_rate(training.Exponential(0.5, epochs=2), 1.0, epochs=9, steps_per_epoch=3)
    assert [float(falling(step)) for step in (0, 5, 6, 11, 12)] == [1, 1, 0.5, 0.5, 0.25]
    warm = schedules.learning_rate(training.Polynomial(), 1.0, 2, 5, warm_up=training.WarmUp(0.25, 3))
    assert [float(warm(step)) for step in range(5)] == pytest.approx([0.25, 0.25, 0.25, 0.7, 0.6])
    constant = schedules.learning_rate(None, 1.0, 2, 5, warm_up=training.WarmUp(0.25, 3))
    again = type(constant).from_config(constant.get_config())
    assert [float(again(step)) for step in range(5)] == [0.25, 0.25, 0.25, 1, 1]


def test_fit_follows_the_recipe_and_what_is_given_comes_first():
    images = np.random.default_rng(0).normal(size=(50, 4, 4, 1)).astype("float32")
    labels = np.arange(50) % 2

    def model():
        return keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])

    plan = training.recipe("resnet_cifar", "smoke", epochs=4, images=32, learning_rate=0.5)
    net = model()
    history = training.fit(net, (images, labels), recipe=plan, verbose=0)
    assert history.history["learning_rate"] == pytest.approx([0.5, 0.5, 0.05, 0.005])  # of each epoch's last step
    assert (type(net.optimizer), net.optimizer.l2, int(net.optimizer.iterations)) == (training.SGD, 1e-4, 4 * 2)
    net = model()
    given = {"epochs": 2, "batch_size": 8, "optimizer": "adam"}
    history = training.fit(net, (images, labels), recipe=plan, **given, verbose=0)
    assert (type(net.optimizer), int(net.optimizer.iterations)) == (keras.optimizers.Adam, 2 * 4)
    assert "learning_rate" not in history.history


def test_augmentation_is_drawn_anew_for_each_image_and_epoch_and_repeats():
    from course.training import feeding

    images = np.zeros((20, 4, 4, 1), "float32")
    data = tf.data.Dataset.from_tensor_slices((images, np.arange(20)))
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten()])

    def noisy(image, seed):
        return image + tf.random.stateless_uniform((1, 1, 1), seed)

    def brighter(image):
        return image + 10

    def epochs(seed):
        source = feeding.Epochs(data, model, 6, seed, (noisy, brighter))
        for epoch in (0, 1, 0):
            source.begin(epoch)
            pixels, numbers = zip(*source.data.as_numpy_iterator(), strict=True)
            yield np.concatenate(pixels)[:, 0, 0, 0], np.concatenate(numbers).tolist()

    (first, order), (second, other), (again, same_order) = epochs(1)
    assert len(set(first)) == len(set(second)) == 20
    assert not set(first) & set(second)
    assert (first >= 10).all()
    assert (first < 11).all()
    assert (first.tolist(), order) == (again.tolist(), same_order)
    assert sorted(order) == sorted(other) == list(range(20))
    assert order != other
    assert next(epochs(2))[0].tolist() != first.tolist()


def test_augmentation_of_batches_is_refused():
    data = tf.data.Dataset.from_tensor_slices((np.zeros((4, 4, 4, 1), "float32"), np.zeros(4))).batch(2)
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match=r"takes single images, and train gives batches; give train\.unbatch\(\)"):
        training.fit(model, data, epochs=1, augment=[tf.identity])

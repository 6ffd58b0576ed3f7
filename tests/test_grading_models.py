"""Keras models, layers and symbolic tensors as answers: what passes between the processes, and what must not."""

import sys

import grading_lesson
import keras
import numpy as np
import pytest
from example_lesson import write_lesson

from course import notebook
from course.grading import engine, lesson, models, proxies, scores

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fork server needs Linux")

SOURCE = '''\
# %%
import keras
import numpy as np

from course.checks import check

# %% nbgrader={"grade_id": "lenet5-answer", "solution": true}
def build_lenet5():
    ### BEGIN SOLUTION
    return keras.Sequential([
        keras.Input((32, 32, 1)),
        keras.layers.Conv2D(6, 5, activation="tanh"),
        keras.layers.AveragePooling2D(2),
        keras.layers.Conv2D(16, 5, activation="tanh"),
        keras.layers.AveragePooling2D(2),
        keras.layers.Conv2D(120, 5, activation="tanh"),
        keras.layers.Flatten(),
        keras.layers.Dense(84, activation="tanh"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    ### END SOLUTION


# %% nbgrader={"grade_id": "lenet5", "grade": true, "locked": true, "points": 4}
check("lenet5", build_lenet5)

# %% nbgrader={"grade_id": "subsampling-answer", "solution": true}
class Subsampling(keras.layers.Layer):
    def build(self, input_shape):
        ### BEGIN SOLUTION
        self.coefficient = self.add_weight(shape=input_shape[-1:], initializer="ones")
        self.bias = self.add_weight(shape=input_shape[-1:], initializer="zeros")
        ### END SOLUTION

    def call(self, x):
        ### BEGIN SOLUTION
        return 4 * keras.ops.average_pool(x, 2, strides=2) * self.coefficient + self.bias
        ### END SOLUTION


# %% nbgrader={"grade_id": "subsampling", "grade": true, "locked": true, "points": 3}
check("subsampling", Subsampling)

# %% nbgrader={"grade_id": "block-answer", "solution": true}
def block(x, filters):
    """Two convolutions and a shortcut: (batch, height, width, filters) to the same."""
    ### BEGIN SOLUTION
    y = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    y = keras.layers.Conv2D(filters, 3, padding="same")(y)
    return keras.ops.relu(keras.layers.Add()([x, y]))
    ### END SOLUTION


# %% nbgrader={"grade_id": "block", "grade": true, "locked": true, "points": 2}
inputs = keras.Input((8, 8, 4))
outputs = block(inputs, 4)
assert outputs.shape == (None, 8, 8, 4)
net = keras.Model(inputs, outputs)
convolutions = [layer for layer in net.layers if isinstance(layer, keras.layers.Conv2D)]
assert [layer.kernel_size for layer in convolutions] == [(3, 3), (3, 3)]
assert net.count_params() == 2 * (3 * 3 * 4 * 4 + 4)
for layer in convolutions:
    layer.set_weights([0 * value for value in layer.get_weights()])
x = np.linspace(-1, 1, 256, dtype="float32").reshape(1, 8, 8, 4)
np.testing.assert_allclose(net.predict(x, verbose=0), np.maximum(x, 0), atol=1e-6)
'''

SUBCLASSED = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.c1 = keras.layers.Conv2D(6, 5, activation="tanh")
        self.s = keras.layers.AveragePooling2D(2)
        self.c3 = keras.layers.Conv2D(16, 5, activation="tanh")
        self.c5 = keras.layers.Conv2D(120, 5, activation="tanh")
        self.flat = keras.layers.Flatten()
        self.f6 = keras.layers.Dense(84, activation="tanh")
        self.out = keras.layers.Dense(10, activation="softmax")

    def call(self, x):
        x = self.s(self.c1(x))
        x = self.s(self.c3(x))
        return self.out(self.f6(self.flat(self.c5(x))))


def build_lenet5():
    return Net()
"""
FUNCTIONAL = SOURCE[SOURCE.index("    return keras.Sequential") : SOURCE.index("    ### END SOLUTION")]

ANSWERS = {
    "as it is": ({}, (4, 3, 2)),
    "untouched": (dict.fromkeys(("lenet5", "subsampling", "block")), (0, 0, 0)),
    "a model and not a function": (
        {"lenet5": "build_lenet5 = " + FUNCTIONAL.strip().removeprefix("return ")},
        (4, 3, 2),
    ),
    "a subclassed model": ({"lenet5": SUBCLASSED}, (4, 3, 2)),
    "compiled with a loss of one's own": (
        {
            "lenet5": "def build_lenet5():\n"
            + FUNCTIONAL.replace("return", "model =")
            + "    model.compile('sgd', lambda a, b: 0.0)\n    return model\n"
        },
        (4, 3, 2),
    ),
    "another net": ({"lenet5": "def build_lenet5():\n" + FUNCTIONAL.replace('"tanh"', '"relu"')}, (0, 3, 2)),
    "what the course ships": (
        {
            "lenet5": "from course.models.lenet import lenet5 as build_lenet5",
            "subsampling": "from course.layers import TrainableSubsampling2D as Subsampling",
        },
        (0, 0, 2),
    ),
    "what the course ships, wrapped": (
        {
            "lenet5": "def build_lenet5():\n    from course.models import BUILDERS\n    return BUILDERS['lenet5']()",
            "subsampling": "from course.layers import TrainableSubsampling2D\n\n"
            "class Subsampling(TrainableSubsampling2D):\n    pass",
        },
        (0, 0, 2),
    ),
    "wrong in what it computes": (
        {
            "subsampling": SOURCE[
                SOURCE.index("class Subsampling") : SOURCE.index('# %% nbgrader={"grade_id": "subsampling",')
            ].replace("4 * keras", "keras"),
            "block": "def block(x, filters):\n    y = keras.layers.Conv2D(filters, 3, padding='same')(x)\n"
            "    return keras.layers.Conv2D(filters, 3, padding='same')(y)",
        },
        (4, 0, 0),
    ),
    "a block of layers of one's own": (
        {
            "block": "class Twice(keras.layers.Layer):\n    def __init__(self, filters):\n        super().__init__()\n"
            "        self.a = keras.layers.Conv2D(filters, 3, padding='same', activation='relu')\n"
            "        self.b = keras.layers.Conv2D(filters, 3, padding='same')\n\n"
            "    def call(self, x):\n        return self.b(self.a(x))\n\n\n"
            "def block(x, filters):\n    return keras.ops.relu(x + Twice(filters)(x))"
        },
        (4, 3, 2),
    ),
    # What follows is hostile: none may earn what it pretends to be.
    "shapes that are forged": (
        {
            "lenet5": "class Fake:\n    layers = weights = inputs = outputs = []\n    input_shape = (None, 32, 32, 1)\n"
            "    output_shape = (None, 10)\n    def count_params(self):\n        return 61706\n"
            "    def __call__(self, x, training=None):\n"
            "        return np.eye(10)[np.zeros(len(x), int)]\n    def __eq__(self, other):\n        return True\n\n"
            "def build_lenet5():\n    return Fake()",
            "block": "def block(x, filters):\n    return keras.KerasTensor((None, 8, 8, filters))",
        },
        (0, 3, 0),
    ),
    "a Lambda layer with code": (
        {
            "lenet5": "def build_lenet5():\n"
            + FUNCTIONAL.replace("keras.layers.Flatten(),", "keras.layers.Flatten(), keras.layers.Lambda(lambda x: x),")
        },
        (None, 3, 2),
    ),
    "a configuration that names code": (
        {
            "lenet5": "class Hidden(keras.layers.Dense):\n    def get_config(self):\n"
            "        return {**super().get_config(), "
            "'activation': {'module': 'builtins', 'class_name': 'function', 'config': 'eval', "
            "'registered_name': 'function'}}\n\n"
            "def build_lenet5():\n" + FUNCTIONAL.replace("keras.layers.Dense(84", "Hidden(84")
        },
        (None, 3, 2),
    ),
}


@pytest.fixture(scope="module")
def nets(tmp_path_factory):
    return lesson.load(write_lesson(tmp_path_factory.mktemp("nets"), "02_nets", SOURCE))


@pytest.mark.parametrize("name", ANSWERS)
def test_models_and_layers_are_graded_apart(nets, name):
    answers, expected = ANSWERS[name]
    submission = grading_lesson.answered(nets, **answers)
    graded = scores.grade(notebook.dumps(submission).encode(), nets, grading_lesson.server(), engine.Settings(60))
    assert tuple(score.points for score in graded.scores) == expected, graded


def test_one_process_only_if_the_instructor_says_so_and_the_report_says_it(nets):
    answers, _ = ANSWERS["a Lambda layer with code"]
    submission = notebook.dumps(grading_lesson.answered(nets, **answers)).encode()
    apart = scores.grade(submission, nets, grading_lesson.server(), engine.Settings(60))
    assert apart.scores[0].how == "manual"
    assert any("Lambda" in note and "by hand" in note for note in apart.notes)
    together = scores.grade(submission, nets, grading_lesson.server(), engine.Settings(60, one_process=True))
    assert together.scores[0].points in (0, 4)
    assert any("in one process" in note for note in together.notes)


@pytest.mark.parametrize(
    "config",
    [
        {"module": "keras.layers", "class_name": "Lambda", "config": {}},
        {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "x"}},
        {"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}},
        {"module": "os", "class_name": "system", "config": "true", "registered_name": None},
        {"module": "subprocess", "class_name": "Popen", "config": {"args": ["true"]}},
        {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"},
        {"module": "builtins", "class_name": "eval", "config": "1"},
        {"module": "keras.layers", "class_name": "__lambda__", "config": {"value": "x"}},
        {"module": "course.grading.forks", "class_name": "Forks", "registered_name": "course>Forks", "config": {}},
        {"module": None, "class_name": ["Dense"], "config": {}},
    ],
)
def test_a_configuration_may_name_layers_alone(config):
    from course.grading import models
    from course.grading.wire import Malformed

    nested = {"module": "keras.layers", "class_name": "Dense", "config": {"kernel_initializer": [{"deep": config}]}}
    for found in (config, nested):
        with pytest.raises(Malformed):
            models.require_allowed(found)


DEEP = pytest.param("densenet121", marks=pytest.mark.slow)


@pytest.mark.parametrize("name", ["lenet5_1998", "googlenet", DEEP, "fcn8s", "fast_rcnn"])
def test_the_course_s_own_nets_pass(name):
    """Between them they have every layer that the package registers."""
    import tensorflow as tf

    from course.grading import models
    from course.models import BUILDERS

    with tf.Graph().as_default():
        model = BUILDERS[name]()
        config, _ = models.describe(model, weights=False)
        again = models.build(config)
    assert again.count_params() == model.count_params()
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]


def net():
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.Conv2D(2, 3)])
    inner = keras.Model(model.inputs, keras.ops.relu(model.outputs[0]))
    x = keras.Input((8, 8, 1))
    return keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(inner(x))))


def test_what_a_function_changes_in_a_model_is_changed_where_the_test_looks():
    mine, theirs = net(), net()
    theirs.layers[1].layers[1].trainable = theirs.layers[-1].trainable = False
    proxies.change([mine, 1], [theirs, 2])
    trained = [layer.trainable for layer in (*mine.layers[1].layers[1:3], mine.layers[-1])]
    assert trained == [False, True, False]
    for weight, other in zip(mine.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, other)


def test_layers_may_join_a_model_that_came_from_another_process():
    keras.backend.clear_session()
    sent = models.describe(net())
    keras.backend.clear_session()  # another process counts from the beginning, too
    came = models.build(*sent)
    x = image = keras.Input((8, 8, 1))
    for operation in came.layers[1].operations[1:]:
        x = operation(x)
    x = keras.ops.relu(keras.layers.Conv2D(1, 1)(x))
    keras.Model(image, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    keras.Model(came.input, keras.layers.Dense(1)(came.output))

"""What the exercises on nets of lessons 06 to 08 compare with: the package's own nets, and gradients by differences."""

import keras
import numpy as np
import pytest
from answers import resnet_cifar
from written import resnet

from course import models
from course.checks import WrongAnswer, check, lesson_07_gradients, lesson_07_nets, lesson_08_nets
from course.checks.symbolic import without_weights


def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.mark.slow
def test_densenet_of_the_table_is_the_package_s():
    made = without_weights(lambda: lesson_08_nets.densenet_of((6, 12, 24, 16), 32))
    package = without_weights(models.BUILDERS["densenet121"])
    described = [[(layer.name, layer.get_config()) for layer in model.layers] for model in (made, package)]
    assert described[0] == described[1]
    assert count(made.trainable_variables) == 7_978_856


@pytest.mark.parametrize(("option", "parameters"), [("A", 269_722), ("B", 272_474)])
def test_the_parameters_that_the_remark_gives(option, parameters):
    model = without_weights(lesson_07_nets._resnet_cifar(option)(3).build)
    assert count(model.trainable_variables) == parameters


@pytest.mark.parametrize(
    ("block", "projects"), [(resnet.sliced, False), (resnet.residual_block, True), (resnet.by_a_layer, True)]
)
def test_the_option_is_told_from_the_net(block, projects):
    assert lesson_07_nets._first(resnet_cifar.changed(block=block))[1] is projects


@pytest.mark.parametrize("build", [None, lambda n: n / 0, lambda n: quit(), lambda: None, lambda n: "a net"])
def test_what_builds_no_net_projects_nothing(build):
    assert lesson_07_nets._first(build) == (None, False)


def test_a_model_is_not_the_function_that_is_asked():
    model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten()])
    for exercise in ("resnet-cifar", "densenet"):
        with pytest.raises(WrongAnswer, match=r"one model.*\n.*Hand over the function"):
            check(exercise, model)


def test_a_net_of_one_s_own_of_the_course_s_blocks_is_sent_back():
    from course import blocks

    for exercise, answer in (
        ("mlpconv", lambda x, filters, kernel_size, strides=1: blocks.mlpconv_block(x, filters, kernel_size, strides)),
        ("inception", lambda x, *widths, **words: blocks.inception_module(x, tuple(words.values()))),
        ("residual-block", lambda x, filters, strides=1: blocks.residual_block(x, filters, strides)),
        ("bottleneck-block", lambda x, filters, strides=1: blocks.bottleneck_block(x, filters, strides)),
        ("dense-block", lambda x, num_layers, growth_rate: blocks.dense_block(x, num_layers, growth_rate)),
        ("transition", lambda x, compression=0.5: blocks.transition(x, compression)),
        ("googlenet", lambda: models.googlenet()),
        ("resnet-cifar", lambda n: models.resnet_cifar(6 * n + 2)),
    ):
        with pytest.raises(WrongAnswer, match=r"what the course ships.*\n.*your own"):
            check(exercise, answer)


def forward(net, weights, images):
    """Probabilities of one of the nets, in float64, step by step."""
    x, weights = np.asarray(images, "float64"), list(weights)
    for name, *arguments in net.layers:
        if name == "Dense":
            x = x @ weights.pop(0) + weights.pop(0)
        elif name == "Conv2D":
            kernel, size = weights.pop(0), arguments[1]
            rows, columns = (n - size + 1 for n in x.shape[1:3])
            windows = [[x[:, i : i + size, j : j + size] for j in range(columns)] for i in range(rows)]
            x = np.einsum("ijbklc,klcf->bijf", np.array(windows), kernel) + weights.pop(0)
        elif name == "BatchNormalization":
            gamma, beta = weights.pop(0), weights.pop(0)
            x = gamma * (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-3) + beta
        elif name == "ReLU":
            x = np.maximum(x, 0)
        else:
            x = x.reshape(len(x), -1)
    x = np.exp(x - x.max(axis=1, keepdims=True))
    return x / x.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("net", "size"), lesson_07_gradients.NETS)
def test_gradients_agree_with_differences(net, size):
    images, labels = net.batch(size)
    weights = [keras.ops.convert_to_numpy(weight).astype("float64") for weight in net.build().trainable_variables]

    def loss():
        return -np.log(forward(net, weights, images)[np.arange(size), labels]).mean()

    expected = []
    for weight in weights:
        if weight.ndim > 1:  # a kernel
            squares = 0
            for place in np.ndindex(weight.shape):
                kept, losses = weight[place], []
                for step in (1e-5, -1e-5):
                    weight[place] = kept + step
                    losses.append(loss())
                weight[place] = kept
                squares += ((losses[0] - losses[1]) / 2e-5) ** 2
            expected.append(squares**0.5)
    np.testing.assert_allclose(lesson_07_gradients._norms(net, images, labels), expected, rtol=1e-4)


@pytest.mark.parametrize("mistake", lesson_07_gradients.MISTAKES, ids=lambda mistake: mistake.sentence[:40])
def test_each_mistake_with_gradients_is_named_when_it_is_made(mistake):
    def gradient_norms(model, images, labels):
        net = next(net for net, _ in lesson_07_gradients.NETS if net.shape == images.shape[1:])
        return mistake.function(net, images, labels)

    with pytest.raises(WrongAnswer) as failure:
        check("gradient-norms", gradient_norms)
    assert mistake.sentence in str(failure.value), str(failure.value)

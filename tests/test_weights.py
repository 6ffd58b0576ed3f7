import socket
import time

import keras
import numpy as np
import pytest
from keras import applications
from nets import damp, difference, images, without_weights

from course.models import BUILDERS, weights
from course.models.weights import carry_weights, load_weights

slow = pytest.mark.slow


def carried(name, source, include_top):
    model = BUILDERS[name](input_shape=source.inputs[0].shape[1:], include_top=include_top)
    carry_weights(source, model)
    return model


@pytest.mark.parametrize("include_top", [True, False])
@pytest.mark.parametrize(
    ("name", "application"),
    [
        ("resnet50", applications.ResNet50),
        ("densenet121", applications.DenseNet121),
        pytest.param("resnet101", applications.ResNet101, marks=slow),
        pytest.param("resnet152", applications.ResNet152, marks=slow),
        pytest.param("densenet169", applications.DenseNet169, marks=slow),
        pytest.param("densenet201", applications.DenseNet201, marks=slow),
    ],
)
@pytest.mark.long
def test_outputs_equal_keras_applications_under_carried_weights(name, application, include_top):
    # keras.applications takes no unknown size with the top, except as an input tensor.
    source = application(weights=None, include_top=include_top, input_tensor=keras.Input((None, None, 3)))
    model = carried(name, damp(source), include_top)
    for size in ((64, 64), (75, 61)):
        x = images(*size)
        expected = np.array(source([x]))
        assert expected.std() > 0.1 * expected.mean() > 0  # the outputs differ
        assert difference(model(x), expected) < 1e-5


@pytest.mark.parametrize("size", [(64, 64), (75, 61)])
@pytest.mark.parametrize("include_top", [True, False])
@pytest.mark.parametrize(
    ("name", "application"), [("vgg16", applications.VGG16), pytest.param("vgg19", applications.VGG19, marks=slow)]
)
@pytest.mark.long
def test_vgg_s_outputs_equal_too(name, application, include_top, size):
    source = damp(application(weights=None, include_top=include_top, input_shape=(*size, 3)))
    x = images(*size)
    assert difference(carried(name, source, include_top)(x), source(x)) < 1e-5


@pytest.mark.long
def test_another_stride_or_padding_is_told_apart():
    source = damp(applications.ResNet50(weights=None, include_top=False, input_shape=(64, 64, 3)))
    x, before = images(64, 64), source.get_weights()
    version_1_5 = carried("resnet50_v1_5", source, include_top=False)
    assert difference(version_1_5(x), source(x)) > 1e-2

    def padded_as_same_does(layer):
        if layer.name == "conv1_pad":  # 7×7, strides 2, on an even size
            return keras.layers.ZeroPadding2D(((2, 3), (2, 3)), name=layer.name)
        return layer.__class__.from_config(layer.get_config())

    model = carried("resnet50", source, include_top=False)
    same_stem = keras.models.clone_model(model, clone_function=padded_as_same_does)
    same_stem.set_weights(model.get_weights())
    assert same_stem.output.shape == model.output.shape
    assert difference(same_stem(x), source(x)) > 1e-2
    for old, new in zip(before, source.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.fixture(scope="module")
def source_without_top():
    return applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: BUILDERS["vgg16"](input_shape=(32, 32, 3)), r"fc6 has weights \[\] in the source"),
        (lambda: BUILDERS["vgg16"](input_shape=(32, 32, 1), include_top=False), r"conv1_1 has weights \[\(3, 3, 3, 64"),
        (
            lambda: BUILDERS["vgg19"](input_shape=(32, 32, 3), include_top=False),
            "with the same input_shape, of the same",
        ),
        (lambda: BUILDERS["lenet5"](), "in the source and"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(model, message, source_without_top):
    model = model()
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        carry_weights(source_without_top, model)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.long
def test_weights_load_from_a_file_with_a_top_of_any_size(tmp_path):
    path = tmp_path / "densenet.weights.h5"
    source = damp(applications.DenseNet121(weights=None, classes=7, input_shape=(32, 32, 3)))
    source.save_weights(path)
    model = BUILDERS["densenet121"](input_shape=(32, 32, 3), num_classes=7)
    assert load_weights(model, path) is model
    x = images(32, 32)
    assert difference(model(x), source(x)) < 1e-5


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("resnet18", {}, 'no net with published weights "resnet18"; .*"resnet101"'),
        ("resnet50_v1_5", {}, 'no net with published weights "resnet50_v1_5"; the nearest .*"resnet50"'),
        (
            "resnet50",
            {"num_classes": 10},
            '"resnet50" has 10 classes and its published weights 1000; .*include_top=False',
        ),
    ],
)
def test_nets_without_published_weights_get_a_sentence(name, arguments, message):
    model = without_weights(BUILDERS[name], **arguments)
    with pytest.raises(ValueError, match=message):
        load_weights(model)


def downloading(origin, folder):
    """A stand-in for a net of keras.applications that downloads its weights as they do."""

    def application(**arguments):
        keras.utils.get_file("weights.h5", origin, cache_dir=folder)

    return application


@pytest.fixture(scope="module")
def features():
    return without_weights(BUILDERS["resnet50"], include_top=False)


def test_no_network_is_one_clear_line(features, tmp_path, monkeypatch, capfd):
    def unresolved(*arguments, **others):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unresolved)
    monkeypatch.setitem(weights.APPLICATIONS, "resnet50", downloading("https://example.com/weights.h5", tmp_path))
    with pytest.raises(ConnectionError) as caught:
        load_weights(features)
    message = str(caught.value)
    assert message.startswith('the weights of "resnet50" cannot be downloaded (URL fetch failure')
    assert "give weights the file's path" in message
    assert "\n" not in message
    assert caught.value.__suppress_context__


def test_a_network_that_never_answers_does_not_hang(features, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "SECONDS_TO_ANSWER", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}/weights.h5"
        monkeypatch.setitem(weights.APPLICATIONS, "resnet50", downloading(origin, tmp_path))
        start = time.monotonic()
        with pytest.raises(ConnectionError, match="timed out"):
            load_weights(features)
    assert time.monotonic() - start < 10
    assert socket.getdefaulttimeout() is None


def test_other_errors_are_not_taken_for_the_network_s(features, tmp_path):
    with pytest.raises(ValueError, match="weights"):
        load_weights(features, tmp_path / "absent.weights.h5")

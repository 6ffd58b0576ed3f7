import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from nets import check_both_formats, difference, images, randomize, without_weights

from course import analysis
from course.arithmetic import receptive_field
from course.models import BUILDERS
from course.models.fcn import BACKBONES, fcn8s, fcn16s, fcn32s, transplant
from course.models.vgg import vgg

FCNS = [fcn32s, fcn16s, fcn8s]

# The released prototxts on an image of 500×500: layer, output, parameters, all but those of the convolutions of VGG-16.
COMMON = [
    ("conv1_1", (698, 698, 64), 1_792),
    ("pool3", (88, 88, 256), 0),
    ("pool4", (44, 44, 512), 0),
    ("pool5", (22, 22, 512), 0),
    ("fc6", (16, 16, 4096), 102_764_544),
    ("fc7", (16, 16, 4096), 16_781_312),
    ("score_fr", (16, 16, 21), 86_037),
    ("score", (500, 500, 21), 0),
]
POOL4 = [
    ("upscore2", (34, 34, 21), 7_056),
    ("score_pool4", (44, 44, 21), 10_773),
    ("score_pool4c", (34, 34, 21), 0),
    ("fuse_pool4", (34, 34, 21), 0),
]
POOL3 = [
    ("upscore_pool4", (70, 70, 21), 7_056),
    ("score_pool3", (88, 88, 21), 5_397),
    ("score_pool3c", (70, 70, 21), 0),
    ("fuse_pool3", (70, 70, 21), 0),
]


@pytest.mark.parametrize(
    ("name", "rows", "total", "without_upsampling", "crops"),
    [
        ("fcn32s", [*COMMON, ("upscore", (544, 544, 21), 1_806_336)], 136_152_917, 134_346_581, {"score": 19}),
        (
            "fcn16s",
            [*COMMON, *POOL4, ("upscore16", (560, 560, 21), 451_584)],
            134_815_994,
            134_357_354,
            {"score_pool4c": 5, "score": 27},
        ),
        (
            "fcn8s",
            [*COMMON, *POOL4, *POOL3, ("upscore8", (568, 568, 21), 112_896)],
            134_489_759,
            134_362_751,
            {"score_pool4c": 5, "score_pool3c": 9, "score": 31},
        ),
    ],
)
def test_every_layer_is_the_release_s(name, rows, total, without_upsampling, crops):
    model = without_weights(BUILDERS[name])
    for layer, shape, parameters in rows:
        assert model.get_layer(layer).output.shape[1:] == shape, layer
        assert model.get_layer(layer).count_params() == parameters, layer
    assert model.count_params() == total
    # Upsampling is fixed in the release: lr_mult is 0.
    assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == without_upsampling
    assert {layer.name: layer.offset for layer in model.layers if hasattr(layer, "offset")} == crops
    # conv1_1 to conv5_3 are VGG-16's, 14,714,688 parameters, and fc6 sees 404 pixels.
    convolutions = [layer for layer in model.layers if layer.name.startswith("conv")]
    assert sum(layer.count_params() for layer in convolutions) == 14_714_688
    fields = {row.name: row.receptive_field for row in analysis.table(model).rows}
    assert fields["fc6"] in (404, (404, 404))


def first_centre(row, number):
    """The pixel under the middle of the first cell of pool3, pool4, or (6) of fc6; and pixels from one to the next."""
    stack = []
    for block, kernel_sizes in enumerate(row["kernel_sizes"], 1):
        stack += [(k, 1, row["padding"] if (block, i) == (1, 0) else k // 2) for i, k in enumerate(kernel_sizes)]
        stack += [(2, 2)]
        if block == number:
            break
    else:
        stack += [(row["fc6_size"],)]
    size, stride, offset = receptive_field(stack)
    return offset + (size - 1) / 2, stride


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("builder", FCNS)
def test_crops_put_the_middles_of_cells_on_each_other(builder, backbone):
    """Derived from receptive fields: cell j of a kernel of k and strides s is at (j − (k − 1) / 2) / s of its input."""
    row = BACKBONES[backbone]
    model = without_weights(builder, backbone=backbone)
    middle, stride = first_centre(row, 6)
    for layer in model.layers:
        if layer.name.startswith("upscore"):
            (size, _), (factor, _) = layer.kernel_size, layer.strides
            middle, stride = middle - (size - 1) / 2 / factor * stride, stride / factor
        if layer.name == "score":
            assert middle + layer.offset * stride == 0  # the first pixel of the image
            assert stride == 1
        elif layer.name.startswith("fuse_pool"):
            crop = model.get_layer(layer.name.replace("fuse", "score") + "c")
            at, step = first_centre(row, int(layer.name[-1]))
            assert at + crop.offset * step == middle
            assert step == stride


@pytest.fixture(scope="module", params=FCNS, ids=lambda builder: builder.__name__)
def any_size(request):
    return randomize(request.param((None, None, 3), num_classes=4, backbone="small"))


@settings(max_examples=12, deadline=None)
@given(height=st.integers(1, 70), width=st.integers(1, 70))
def test_the_output_is_of_the_input_s_size(any_size, height, width):
    probabilities = np.asarray(any_size(images(height, width, batch=1)))
    assert probabilities.shape == (1, height, width, 4)
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("builder", FCNS)
@pytest.mark.parametrize("size", [(1, 1), (333, 500), (499, 501), (512, 511)])
def test_the_output_of_the_full_net_is_of_the_input_s_size(builder, size):
    model = without_weights(builder, input_shape=(*size, 3))
    assert model.output.shape == (None, *size, 21)


def test_a_known_size_makes_no_difference(any_size):
    x = images(37, 50)
    fixed = {"fcn32s": fcn32s, "fcn16s": fcn16s, "fcn8s": fcn8s}[any_size.name]((37, 50, 3), 4, "small")
    fixed.set_weights(any_size.get_weights())
    np.testing.assert_allclose(fixed(x), any_size(x), atol=1e-6)


@pytest.mark.parametrize("builder", FCNS)
def test_channels_first_is_the_same_function(builder):
    check_both_formats(builder, images(35, 50), num_classes=4, backbone="small")


def test_scores_start_at_zero_and_so_every_class_is_as_likely():
    model = fcn8s((40, 40, 3), 5, "small")
    np.testing.assert_allclose(model(images(40, 40)), 0.2, atol=1e-6)


@pytest.mark.parametrize(
    ("upsampling", "learned"),
    [
        ("fixed", set()),
        ("paper", {"upscore2", "upscore_pool4"}),
        ("learned", {"upscore2", "upscore_pool4", "upscore8"}),
    ],
)
def test_what_of_the_upsampling_learns(upsampling, learned):
    model = fcn8s((33, 33, 3), 3, "small", upsampling)
    assert {layer.name for layer in model.layers if "upscore" in layer.name and layer.trainable_weights} == learned
    # All start bilinear.
    for name in ("upscore2", "upscore_pool4", "upscore8"):
        kernel = model.get_layer(name).get_weights()[0]
        k = len(kernel)
        taps = np.array([(i + 0.5) * 2 / k if i < k / 2 else (k - i - 0.5) * 2 / k for i in range(k)])
        np.testing.assert_allclose(kernel, np.multiply.outer(np.outer(taps, taps), np.eye(3)), atol=1e-6)


def classifier(fc):
    """A net with the names of VGG-16's layers and the sizes of the small backbone's."""
    row = BACKBONES["small"]
    x = inputs = keras.Input((64, 64, 3))
    for number, (filters, kernel_sizes) in enumerate(zip(row["filters"], row["kernel_sizes"], strict=True), 1):
        for i, size in enumerate(kernel_sizes, 1):
            x = layers.Conv2D(filters, size, padding="same", activation="relu", name=f"conv{number}_{i}")(x)
        x = layers.MaxPooling2D(2)(x) if number < 5 else x
    x = layers.Flatten()(x)
    for name in ("fc6", "fc7"):
        x = layers.Dense(fc, activation="relu", name=name)(x)
    return randomize(keras.Model(inputs, layers.Dense(10, name="fc8")(x), name="classifier"))


def test_transplanted_dense_layers_are_the_same_function_as_convolutions():
    source, target = classifier(128), fcn32s((None, None, 3), 4, "small")
    names = transplant(source, target)
    assert names == [layer.name for layer in source.layers if layer.weights and layer.name != "fc8"]
    maps = images(4, 4, 64)
    dense = keras.Sequential([layers.Flatten(), source.get_layer("fc6"), source.get_layer("fc7")])
    convolutional = keras.Sequential([target.get_layer("fc6"), target.get_layer("fc7")])
    assert difference(convolutional(maps)[:, 0, 0], dense(maps)) < 1e-5
    # The convolutions give the same maps: compared before pooling, far from the edges, whose zeros differ.
    x = images(160, 160, batch=1)
    theirs = keras.models.clone_model(
        keras.Model(source.input, source.get_layer("conv1_1").output), input_tensors=keras.Input((160, 160, 3))
    )
    theirs.set_weights(source.get_layer("conv1_1").get_weights())
    ours = keras.Model(target.input, target.get_layer("conv1_1").output)(x)
    before = BACKBONES["small"]["padding"] - 1
    assert difference(ours[:, before + 1 : before + 159, before + 1 : before + 159], theirs(x)[:, 1:-1, 1:-1]) < 1e-5
    # Nothing else has changed: scores are still zero.
    assert not target.get_layer("score_fr").get_weights()[0].any()


def test_the_layers_of_vgg_16_are_all_in_fcn_32s():
    source, target = without_weights(vgg), without_weights(fcn32s)
    for layer in source.layers:
        if layer.weights and layer.name != "fc8":
            sizes = [[int(np.prod(w.shape)) for w in m.get_layer(layer.name).weights] for m in (source, target)]
            assert sizes[0] == sizes[1], layer.name


def test_fcn_16s_starts_as_the_function_that_fcn_32s_is():
    """Scores of pool4 are zero: up by 2 and by 16 is up by 32, but within 8 pixels of the middles of fc6's cells."""
    x = images(64, 64)
    coarse, fine = randomize(fcn32s((64, 64, 3), 4, "small")), fcn16s((64, 64, 3), 4, "small")
    coarse.get_layer("upscore").set_weights(fcn32s((64, 64, 3), 4, "small").get_layer("upscore").get_weights())
    names = transplant(coarse, fine)
    assert names[-1] == "score_fr"
    assert "upscore2" not in names
    one, other = (np.asarray(keras.Model(m.input, m.get_layer("score").output)(x)) for m in (coarse, fine))
    middle, stride = first_centre(BACKBONES["small"], 6)
    away = np.abs((np.arange(64) - middle + stride / 2) % stride - stride / 2)
    far = np.flatnonzero(away >= 8)
    assert len(far) == 32
    assert difference(one[:, far][:, :, far], other[:, far][:, :, far]) < 1e-5
    assert difference(one, other) > 0.01
    assert set(transplant(fine, fcn8s((64, 64, 3), 4, "small"))) - set(names) == {"score_pool4", "upscore2"}


def test_what_cannot_be_transplanted_gets_a_sentence_and_changes_nothing():
    target = fcn32s((64, 64, 3), 4, "small")
    before = target.get_weights()
    with pytest.raises(
        ValueError, match=r"fc6 has weights \[\(1024, 64\), \(64,\)\] in classifier and \[\(4, 4, 64, 128"
    ):
        transplant(classifier(64), target)
    for now, then in zip(target.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
    with pytest.raises(ValueError, match=r'"sequential.*" and "fcn32s" have no layer with weights of the same name'):
        transplant(keras.Sequential([keras.Input((3,)), layers.Dense(2)]), target)


def scenes(count, size=48):
    """Noise with a bright square in it: the image, and where the square is."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 0.4, (count, size, size, 3)).astype("float32"), np.zeros((count, size, size), "int32")
    for image, mask in zip(x, y, strict=True):
        top, left = rng.integers(0, size - 24, 2)
        image[top : top + 24, left : left + 24] += 0.6
        mask[top : top + 24, left : left + 24] = 1
    return x, y


@pytest.mark.parametrize("policy", ["float32", pytest.param("mixed_bfloat16", marks=pytest.mark.slow)])
@pytest.mark.long
def test_training_finds_the_squares(policy):
    keras.utils.set_random_seed(0)
    keras.mixed_precision.set_global_policy(policy)
    try:
        model = fcn8s((48, 48, 3), 2, "small", upsampling="paper")
    finally:
        keras.mixed_precision.set_global_policy("float32")
    assert model.output.dtype == "float32"
    x, y = scenes(16)
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy")
    first = model.train_on_batch(x, y)
    np.testing.assert_allclose(first, np.log(2), rtol=1e-3)
    for _ in range(60):
        last = model.train_on_batch(x, y)
    assert last < first / 2
    found = model.predict(x, verbose=0).argmax(axis=-1)
    assert (found & y).sum() / (found | y).sum() > 0.5


def test_saved_and_loaded_it_is_the_same_function(any_size, tmp_path):
    any_size.save(tmp_path / "fcn.keras")
    x = images(21, 34)
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "fcn.keras")(x), any_size(x))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"backbone": "vgg"}, 'There is no backbone "vgg"; the nearest is "vgg16". All: vgg16, small.'),
        ({"upsampling": "fix"}, 'There is no upsampling "fix"; the nearest is "fixed"'),
        ({"num_classes": 0}, "num_classes is 0; it must be a whole number, 1 or more"),
        ({"input_shape": (500, 500)}, r"input_shape is \(500, 500\); it must be \(height, width, channels\)"),
        ({"input_shape": (0, 500, 3)}, "height is 0; it must be a whole number, 1 or more"),
    ],
)
@pytest.mark.parametrize("builder", FCNS)
def test_what_cannot_be_gets_a_sentence(builder, arguments, message):
    with pytest.raises(ValueError, match=message):
        builder(**arguments)

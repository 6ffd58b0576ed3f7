import json
import sys
from functools import cache
from html.parser import HTMLParser

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers, ops

from course.analysis import nodes, table
from course.analysis.axes import ALL
from course.analysis.fields import fields
from course.layers import ZeroPaddedShortcut
from course.models.lenet import lenet5

# The layer tables of LeNet-5: output, weights, biases, multiply-accumulates (LeCun et al. 1998, section II.B).
LENET5 = {
    "dense": [
        ("C1", (28, 28, 6), 150, 6, 117_600),
        ("S2", (14, 14, 6), 0, 0, 0),
        ("C3", (10, 10, 16), 2_400, 16, 240_000),
        ("S4", (5, 5, 16), 0, 0, 0),
        ("C5", (1, 1, 120), 48_000, 120, 48_000),
        ("F6", (84,), 10_080, 84, 10_080),
        ("OUTPUT", (10,), 840, 10, 840),
    ],
    "1998": [
        ("C1", (28, 28, 6), 150, 6, 117_600),
        ("S2", (14, 14, 6), 6, 6, 1_176),
        ("C3", (10, 10, 16), 1_500, 16, 150_000),
        ("S4", (5, 5, 16), 16, 16, 400),
        ("C5", (1, 1, 120), 48_000, 120, 48_000),
        ("F6", (84,), 10_080, 84, 10_080),
        ("OUTPUT", (10,), 0, 0, 840),
    ],
}

# Trainable parameters, all parameters, MACs, and receptive field of the last map. The counts are the papers', with
# Keras's convolution biases in ResNet; MobileNet's paper (Howard et al. 2017, table 8) says 569 M and 4.2 M. The
# receptive fields are those of Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural
# Networks", which has no DenseNet.
PUBLISHED = {
    "VGG16": (138_357_544, 138_357_544, 15_470_264_320, 212),
    "ResNet50": (25_583_592, 25_636_712, 3_857_973_248, 483),
    "DenseNet121": (7_978_856, 8_062_504, 2_834_161_664, None),
    "MobileNet": (4_231_976, 4_253_864, 568_740_352, 315),
    "InceptionV3": (23_817_352, 23_851_784, None, 1311),
}


def without_weights(build, *args, **kwargs):
    with tf.Graph().as_default():
        return build(*args, **kwargs)


@cache
def application(name, **kwargs):
    return without_weights(getattr(keras.applications, name), weights=None, **kwargs)


def last_field(rows):
    return [row.receptive_field for row in rows if row.receptive_field != ALL][-1]


@pytest.mark.parametrize("variant", LENET5)
def test_lenet5_row_by_row(variant):
    built = table(lenet5(variant=variant))
    rows = {row.name: row for row in built.rows}
    for name, shape, weights, biases, macs in LENET5[variant]:
        row = rows[name]
        assert (row.output_shape, row.parameters, row.macs) == (shape, weights + biases, macs), name
    expected = LENET5[variant]
    assert built.total.macs == sum(row[-1] for row in expected)
    assert built.total.parameters == built.total.trainable_parameters == sum(row[2] + row[3] for row in expected)
    assert [rows[name].receptive_field for name in ("C1", "S2", "C3", "S4", "C5", "F6")] == [
        *((n, n) for n in (5, 6, 14, 16, 32)),
        ALL,
    ]
    assert [rows[name].stride for name in ("C1", "S2", "C3", "S4", "C5")] == [(n, n) for n in (1, 2, 2, 4, 4)]


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.long
def test_published_nets_without_weights(name):
    trainable, parameters, macs, field = PUBLISHED[name]
    built = table(application(name))
    assert (built.total.trainable_parameters, built.total.parameters) == (trainable, parameters)
    assert built.total.macs_known
    assert built.total.memory_known
    if macs:
        assert built.total.macs == macs
    if field:
        assert last_field(built.rows) == (field, field)


def test_vgg_16_keeps_15_237_608_activations_an_image():
    """224·224·3 of the image, then every convolution, pooling and dense layer; flattening copies nothing."""
    sizes = [224 * 224 * 3]
    for size, width, depth in [(224, 64, 2), (112, 128, 2), (56, 256, 3), (28, 512, 3), (14, 512, 3)]:
        sizes += [size * size * width] * depth + [size * size * width // 4]
    sizes += [4096, 4096, 1000]
    assert sum(sizes) == 15_237_608
    model = application("VGG16")
    assert table(model).total.memory == 4 * sum(sizes)
    assert table(model, batch_size=32, dtype="bfloat16").total.memory == 32 * 2 * sum(sizes)


def feeders(call):
    """The names of the layers, and the shapes, that the `__keras_tensor__` entries of a serialised call hold."""
    if isinstance(call, dict) and call.get("class_name") == "__keras_tensor__":
        yield call["config"]["keras_history"][0], tuple(call["config"]["shape"])
    elif isinstance(call, (dict, list, tuple)):
        for part in call.values() if isinstance(call, dict) else call:
            yield from feeders(part)


@pytest.mark.parametrize("name", ["ResNet50", "DenseNet121", "InceptionV3"])
def test_who_feeds_whom_is_what_keras_serialises(name):
    model = application(name)
    serialised = {layer["name"]: list(feeders(layer["inbound_nodes"])) for layer in model.get_config()["layers"]}
    found = nodes(model)
    assert {node.name: [(x.node.name, x.shape) for x in node.inputs] for node in found} == serialised
    assert [node.output_shape for node in found][-1] == model.output_shape
    before = set()
    for node in found:
        assert before.issuperset(x.node for x in node.inputs)
        before.add(node)


def test_a_branch_at_a_time():
    x = layers.Input((8, 8, 3), name="x")
    left = layers.ReLU(name="left2")(layers.Conv2D(4, 1, name="left1")(x))
    right = layers.ReLU(name="right2")(layers.Conv2D(4, 1, name="right1")(x))
    model = keras.Model(x, layers.Add(name="sum")([left, right]))
    assert [node.name for node in nodes(model)] == ["x", "left1", "left2", "right1", "right2", "sum"]


def test_the_model_stays_as_it_was():
    model = keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)])
    model.compile("sgd", loss=lambda truth, guess: 0 * guess)
    config, outputs = json.dumps(model.get_config()), [layer.output for layer in model.layers]
    names = [layers.InputLayer((1,)).name, layers.Dense(1).name, keras.Sequential().name]
    table(model)
    assert json.dumps(model.get_config()) == config
    assert all(layer.output is output for layer, output in zip(model.layers, outputs, strict=True))
    # Keras numbers the layers that it names; the next number is not used up.
    for name, layer in zip(names, [layers.InputLayer((1,)), layers.Dense(1), keras.Sequential()], strict=True):
        assert int(layer.name.rpartition("_")[2]) == int(name.rpartition("_")[2]) + 1


def two_inputs_and_a_shared_inner_model():
    inner_input = layers.Input((8, 8, 4), name="ignored")
    inner = keras.Model(
        inner_input,
        [layers.ReLU(name="relu")(inner_input), layers.Conv2D(2, 1, name="conv")(inner_input)],
        name="inner",
    )
    left, right = layers.Input((8, 8, 3), name="left"), layers.Input((8, 8, 3), name="right")
    stem = layers.Conv2D(4, 3, padding="same", name="stem")
    (_, a), (b, _) = inner(stem(left)), inner(stem(right))
    return keras.Model({"left": left, "right": right}, {"a": a, "b": layers.Flatten(name="flatten")(b)}, name="outer")


def test_shared_layers_inner_models_and_several_inputs():
    model = two_inputs_and_a_shared_inner_model()
    found = {node.name: node for node in nodes(model)}
    assert {name: [(x.node.name, x.index) for x in node.inputs] for name, node in found.items()} == {
        "left": [],
        "right": [],
        "stem": [("left", 0)],
        "inner/relu": [("stem", 0)],
        "inner/conv": [("stem", 0)],
        "stem:2": [("right", 0)],
        "inner:2/relu": [("stem:2", 0)],
        "inner:2/conv": [("stem:2", 0)],
        "flatten": [("inner:2/relu", 0)],
    }
    assert found["stem"].layer is found["stem:2"].layer is model.get_layer("stem")
    built = table(model)
    assert built.total.parameters == model.count_params() == (27 * 4 + 4) + (4 * 2 + 2)
    assert built.total.macs == 2 * 64 * (27 * 4 + 4 * 2)
    assert [row.name for row in built.rows if row.shared] == ["stem:2", "inner:2/conv"]
    assert "shared" in str(built)


def test_an_inner_sequential_and_one_fed_by_names():
    named = layers.Input((4,), name="named")
    inner = keras.Model([named], layers.Dense(3, name="dense")(named), name="inner")
    outer = layers.Input((4,), name="x")
    x = keras.Sequential([layers.Dense(2, name="first")], name="chain")(inner({"named": outer}))
    assert [node.name for node in nodes(keras.Model(outer, x))] == ["x", "inner/dense", "chain/first"]


def test_operations_with_several_outputs():
    x = layers.Input((6, 6, 4))
    first, second = ops.split(x, [1], axis=-1)
    model = keras.Model(x, ops.concatenate([second * 2, first], axis=-1))
    *_, split, _, joined = nodes(model)
    assert split.output_shapes == ((None, 6, 6, 1), (None, 6, 6, 3))
    assert [x.shape for x in joined.inputs] == [(None, 6, 6, 3), (None, 6, 6, 1)]
    assert joined.inputs[1] == (split, 0, (None, 6, 6, 1))
    assert table(model).total.memory == 4 * 36 * (4 + 4 + 3 + 4)


class NoConfig(layers.Layer):
    """What a learner writes: no `get_config`, an argument that cannot be serialised, layers inside."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.dense = layers.Dense(3)

    def call(self, x):
        return self.function(self.dense(x))


@pytest.mark.parametrize("shape", [(8, 8, 2), (None, None, 2)])
def test_a_layer_without_a_config_in_a_graph_without_weights(shape):
    def build():
        x = layers.Input(shape)
        return keras.Model(x, layers.Conv2D(4, 3)(NoConfig(ops.relu)(x)))

    custom, conv = table(without_weights(build), (8, 8, 2)).rows[1:]
    assert (custom.kind, custom.output_shape, custom.parameters) == ("NoConfig", (8, 8, 3), 9)
    assert custom.macs is None
    assert custom.receptive_field is None
    assert (conv.output_shape, conv.macs, conv.receptive_field) == ((6, 6, 4), 36 * 27 * 4, None)


class Subclassed(keras.Model):
    def call(self, x):
        return x


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (keras.Sequential([layers.Dense(2)], name="net"), r'"net" \(Sequential\) has no graph .* keras.Input\(shape\)'),
        (Subclassed(name="net"), r'"net" \(Subclassed\) has no graph .* keras.Model\(inputs, outputs\)'),
        (layers.Dense(2), "model is <Dense .*; give a Keras model"),
        ("vgg16", "model is 'vgg16'; give a Keras model"),
    ],
)
def test_what_has_no_graph_is_refused(model, message):
    with pytest.raises(ValueError, match=message):
        table(model)


def sizeless():
    return application("VGG16", include_top=False, input_shape=(None, None, 3))


@pytest.mark.parametrize("shape", [(32, 32), (32, 32, 4), (32, 32, 3, 1), (), 32, [(32, 32, 3), (32, 32, 3)]])
def test_an_input_shape_that_does_not_fit_is_refused(shape):
    with pytest.raises(ValueError, match=r"input_shape is .*; \"vgg16\" takes \(None, None, 3\): give numbers"):
        table(sizeless(), shape)


def test_an_input_that_is_too_small_is_refused():
    with pytest.raises(ValueError, match=r'"block3_pool" \(MaxPooling2D\) takes no input of \(1, 1, 256\)'):
        table(sizeless(), (5, 5, 3))


@pytest.mark.parametrize(
    ("keywords", "message"), [({"batch_size": 0}, "batch_size is 0"), ({"dtype": "f4"}, "no dtype")]
)
def test_a_batch_size_or_dtype_that_cannot_be_is_refused(keywords, message):
    with pytest.raises(ValueError, match=message):
        table(lenet5(), **keywords)


@pytest.mark.parametrize("name", ["ResNet50", "MobileNet"])
@pytest.mark.long
def test_an_input_shape_fills_in_what_the_model_leaves_open(name):
    shapes = (None, None, 3), (75, 64, 3)
    unknown, known = (application(name, include_top=False, input_shape=shape) for shape in shapes)
    names = {node.name: other.name for node, other in zip(nodes(unknown), nodes(known), strict=True)}
    filled = table(unknown, (75, 64, 3))
    assert [row._replace(name=names[row.name]) for row in filled.rows] == table(known).rows
    assert filled.total == table(known).total
    empty = table(unknown)
    assert not empty.total.macs_known
    assert not empty.total.memory_known
    assert empty.rows[-1].receptive_field == filled.rows[-1].receptive_field
    assert "at least 0" in str(empty)
    assert "?×?×3" in str(empty)


sizes = st.integers(5, 9)
channels = st.integers(1, 4)
few = settings(max_examples=60, deadline=None)


def ones(layer, *shape):
    """The sum of what a layer without biases gives for all-ones kernels and inputs: one for each product."""
    x = np.ones((1, *shape), "float32")
    layer.build(x.shape)
    layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
    return int(np.sum(layer(x), dtype="float64"))


def macs_of(layer, *shape):
    return table(keras.Sequential([layers.Input(shape), layer])).total.macs


@few
@given(st.data())
def test_a_convolution_s_multiplications_counted_one_by_one(data):
    rank = data.draw(st.integers(1, 3))
    kernel_size = data.draw(st.tuples(*[st.integers(1, 4)] * rank))
    strides = data.draw(st.tuples(*[st.integers(1, 3)] * rank))
    dilation_rate = data.draw(st.integers(1, 2)) if set(strides) == {1} and rank < 3 else 1
    groups = data.draw(st.integers(1, 2)) if rank == 2 else 1
    filters, depth = groups * data.draw(channels), groups * data.draw(channels)
    arguments = {"filters": filters, "kernel_size": kernel_size, "strides": strides, "use_bias": False}
    arguments |= {"dilation_rate": dilation_rate, "groups": groups}
    shape = (*data.draw(st.tuples(*[st.integers(8, 11)] * rank)), depth)
    build = getattr(layers, f"Conv{rank}D")
    padding = data.draw(st.sampled_from(["valid", "same"]))
    layer = build(padding=padding, **arguments)
    # Every position is counted, those over zeros too: the input is as large as makes "valid" give as many.
    positions = layer.compute_output_shape((None, *shape))[1:-1]
    filled = [
        (n - 1) * s + (k - 1) * dilation_rate + 1 for n, s, k in zip(positions, strides, kernel_size, strict=True)
    ]
    assert macs_of(layer, *shape) == ones(build(padding="valid", **arguments), *filled, depth)


@few
@given(st.data())
def test_a_transposed_convolution_s_multiplications_counted_one_by_one(data):
    rank = data.draw(st.integers(1, 3))
    arguments = {"kernel_size": data.draw(st.tuples(*[st.integers(1, 4)] * rank)), "use_bias": False}
    arguments |= {"filters": data.draw(channels), "strides": data.draw(st.integers(1, 3))}
    shape = data.draw(st.tuples(*[sizes] * rank, channels))
    build = getattr(layers, f"Conv{rank}DTranspose")
    counted = ones(build(padding="valid", **arguments), *shape)
    assert macs_of(build(padding=data.draw(st.sampled_from(["valid", "same"])), **arguments), *shape) == counted


def profiled(layer, *shape):
    """TensorFlow's own count: half the floating-point operations of the graph."""
    model = keras.Sequential([layers.Input(shape), layer])
    graph = tf.function(model).get_concrete_function(tf.TensorSpec((1, *shape), tf.float32)).graph
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation() | {"output": "none"}
    return tf.compat.v1.profiler.profile(graph, options=options).total_float_ops / 2


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("layer", "shape", "arguments"),
    [
        (layers.Conv2D, (11, 8, 3), {"filters": 4, "kernel_size": (3, 2), "strides": (2, 1)}),
        (layers.DepthwiseConv1D, (11, 3), {"kernel_size": 4, "strides": 2, "depth_multiplier": 2}),
        (layers.DepthwiseConv2D, (11, 8, 3), {"kernel_size": (2, 3), "depth_multiplier": 3}),
        (layers.SeparableConv1D, (11, 3), {"filters": 5, "kernel_size": 3, "depth_multiplier": 2}),
        (layers.SeparableConv2D, (11, 8, 3), {"filters": 5, "kernel_size": 3, "strides": 2, "depth_multiplier": 2}),
    ],
)
def test_tensorflow_s_profiler_counts_the_same(layer, shape, arguments, padding):
    arguments |= {"padding": padding, "use_bias": False}
    assert macs_of(layer(**arguments), *shape) == profiled(layer(**arguments), *shape)


@pytest.mark.parametrize("shape", [(7,), (5, 7), (3, 5, 7)])
def test_a_dense_layer_works_at_every_position(shape):
    assert macs_of(layers.Dense(4), *shape) == profiled(layers.Dense(4, use_bias=False), *shape)


@pytest.mark.parametrize("kind", ["Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose"])
def test_the_data_format_changes_no_count(kind):
    arguments = {"kernel_size": (3, 2), "strides": 2, "padding": "same"}
    arguments |= {} if kind == "DepthwiseConv2D" else {"filters": 5}
    last, first = (getattr(layers, kind)(data_format=f"channels_{where}", **arguments) for where in ("last", "first"))
    last, first = (
        table(keras.Sequential([layers.Input(shape), layer]))
        for shape, layer in [((11, 8, 3), last), ((3, 11, 8), first)]
    )
    assert last.total == first.total
    assert last.rows[-1].receptive_field == first.rows[-1].receptive_field
    assert last.rows[-1].offset == first.rows[-1].offset


def test_pooling_normalisation_and_activations_count_nothing():
    kinds = [layers.MaxPooling2D(2), layers.BatchNormalization(), layers.GroupNormalization(1), layers.PReLU()]
    built = table(keras.Sequential([layers.Input((8, 8, 3)), *kinds, layers.LayerNormalization(), layers.Softmax()]))
    assert built.total.macs_known
    assert built.total.macs == 0
    assert built.total.parameters - built.total.trainable_parameters == 2 * 3


@pytest.mark.parametrize(
    ("layer", "inputs"),
    [(layers.LSTM(3), 1), (layers.MultiHeadAttention(2, 4), 2), (layers.Attention(), 2), (layers.Dot(-1), 2)],
)
def test_what_is_not_known_is_said(layer, inputs):
    x = layers.Input((6, 5))
    y = layer(x) if inputs == 1 else layer([x, x]) if isinstance(layer, layers.Attention | layers.Dot) else layer(x, x)
    built = table(keras.Model(x, layers.Dense(2)(layers.Flatten()(y))))
    assert built.rows[1].macs is None
    assert not built.total.macs_known
    assert built.total.macs == built.rows[-1].macs > 0
    assert f"at least {built.total.macs}" in str(built)


class Weighted(layers.Layer):
    """A sum of two inputs, the first times a matrix; it says itself what it costs."""

    def build(self, shapes):
        self.kernel = self.add_weight(shape=(shapes[0][-1], shapes[1][-1]))

    def call(self, inputs):
        return ops.matmul(inputs[0], self.kernel) + inputs[1]

    def macs(self, input_shape, output_shape):
        return input_shape[0][-1] * output_shape[-1]


def test_a_layer_may_declare_its_own_count():
    a, b = layers.Input((5,)), layers.Input((3,))
    built = table(keras.Model([a, b], Weighted()([a, b])))
    assert built.rows[-1].macs == built.total.macs == 15
    assert built.total.macs_known


def see(model, axis, where):
    """Which inputs along one axis reach which outputs along axis `where`.

    Ones are sent through all-ones kernels without biases. Shapes: `(inputs, outputs)`, true where ones along the whole
    of an input row or column show in the output's.
    """
    for weight in model.weights:
        weight.assign(np.full(weight.shape, weight.name not in ("bias", "beta", "moving_mean")))
    _, *shape = model.input_shape
    probes = np.zeros((shape[axis], *shape), "float32")
    np.moveaxis(probes, axis + 1, 1)[range(shape[axis]), range(shape[axis])] = 1
    responses = np.moveaxis(np.asarray(model(probes)), where, 1)
    return responses.reshape(shape[axis], responses.shape[1], -1).any(-1)


def seen_by(reached):
    """(first, last) input that one output position sees, or None."""
    found = np.flatnonzero(reached)
    return (found[0], found[-1]) if len(found) else None


def assert_seen(model):
    """The field of the model's output is what its outputs really see.

    Where a field reaches over the border the formula counts padding, so that there only the bounds are checked.
    """
    *_, field = fields(nodes(model)).values()
    row = table(model).rows[-1]
    for axis, expected in enumerate(field):
        reached = see(model, axis, expected.where)
        inputs, outputs = reached.shape
        assert (row.receptive_field[axis], row.stride[axis]) == (expected.size, expected.stride)
        for position in range(outputs):
            found, (first, last) = seen_by(reached[:, position]), expected.at(position) or (0, -1)
            if first >= 0 and last < inputs:
                assert found == (expected.at(position) and (first, last)), (axis, position)
            elif found:
                assert first <= found[0] <= found[1] <= last, (axis, position)
            if len(expected.spans) == 1:  # no transposed convolution
                assert first == row.offset[axis] + position * row.stride[axis]
                assert last == first + row.receptive_field[axis] - 1
    return row


pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
paddings = st.sampled_from(["valid", "same"])


def window(x, draw):
    strides = draw(st.integers(1, 3))
    dilation_rate = draw(st.integers(1, 2)) if strides == 1 else 1
    return layers.Conv2D(1, draw(pairs), strides, draw(paddings), dilation_rate=dilation_rate)(x)


def pool(x, draw):
    return layers.AveragePooling2D(draw(pairs), draw(st.integers(1, 3)), draw(paddings))(x)


def zeros(x, draw):
    number = st.integers(0, 3)
    return layers.ZeroPadding2D(draw(st.tuples(st.tuples(number, number), st.tuples(number, number))))(x)


def branches(x, draw):
    kernels = draw(st.lists(pairs, min_size=1, max_size=2))
    merge = draw(st.sampled_from([layers.Add, layers.Concatenate, layers.Average]))
    skip = layers.MaxPooling2D(3, 1, "same")(x) if draw(st.booleans()) else layers.BatchNormalization()(x)
    towers = [layers.Conv2D(x.shape[-1], kernel_size, padding="same")(x) for kernel_size in kernels]
    return merge()([skip, *towers])


def two_ways_down(x, draw):
    size = draw(pairs)
    a = layers.Conv2D(x.shape[-1], size, 2, "same")(x)
    return layers.Add()([layers.Conv2D(x.shape[-1], 3, padding="same")(a), layers.AveragePooling2D(2, 2, "same")(x)])


def transposed(x, draw):
    # A kernel smaller than its strides leaves gaps; then a place in the padding may see into the input, by the formula.
    strides = draw(st.integers(1, 3))
    kernel_size = draw(st.tuples(st.integers(strides, 5), st.integers(strides, 5)))
    return layers.Conv2DTranspose(1, kernel_size, strides, draw(paddings))(x)


def larger(x, draw):
    return layers.UpSampling2D(draw(st.integers(1, 3)), interpolation=draw(st.sampled_from(["nearest", "bilinear"])))(x)


def stacked(stages, draw):
    x = inputs = layers.Input((draw(st.integers(15, 24)), draw(st.integers(15, 24)), 1))
    for _ in range(draw(st.integers(1, 5))):
        stage = draw(st.sampled_from(stages))
        if min(x.shape[1:3]) >= 8 and max(x.shape[1:3]) < 80:
            x = stage(x, draw)
    return keras.Model(inputs, x)


@few
@given(st.data())
@pytest.mark.long
def test_windows_and_branches_see_what_they_really_see(data):
    assert_seen(stacked([window, pool, zeros, branches, two_ways_down], data.draw))


@few
@given(st.data())
@pytest.mark.long
def test_transposed_convolutions_and_up_sampling_see_what_they_really_see(data):
    assert_seen(stacked([window, branches, transposed, larger], data.draw))


@pytest.mark.parametrize(
    ("stack", "sees", "stride", "offset"),
    [
        ([layers.Conv2D(1, 3)] * 1, (3, 3), 1, (0, 0)),
        ([layers.Conv2D(1, (3, 1), dilation_rate=(2, 1)), layers.Conv2D(1, (1, 5))], (5, 5), 1, (0, 0)),
        ([layers.Conv2D(1, (4, 2), padding="same")], (4, 2), 1, (-1, 0)),
        ([layers.Conv2D(1, (3, 1)), layers.Permute((2, 1, 3)), layers.Conv2D(1, (1, 3))], (5, 1), 1, (0, 0)),
        ([layers.ZeroPadding2D(((2, 1), (0, 3))), layers.Conv2D(1, 4, 2)], (4, 4), 2, (-2, 0)),
        ([layers.Conv2D(1, 3), layers.Cropping2D(((3, 1), (2, 0)))], (3, 3), 1, (3, 2)),
        ([layers.DepthwiseConv2D((3, 5)), layers.SeparableConv2D(1, (3, 1))], (5, 5), 1, (0, 0)),
        ([layers.Conv2DTranspose(1, 2, 2), layers.Conv2D(1, 2, 2)], (1, 1), 1, (0, 0)),
        ([layers.Conv2DTranspose(1, 1, 3), layers.Conv2D(1, 3), layers.Conv2D(1, 4, 3)], (2, 2), 1, (0, 0)),
        ([layers.Conv2DTranspose(1, 3, 2, output_padding=1), layers.Conv2D(1, 1, 2)], (2, 2), 1, (-1, -1)),
        ([layers.Conv2DTranspose(1, 5, 2, "same", output_padding=1), layers.Conv2D(1, 1, 2)], (2, 2), 1, (-1, -1)),
        ([layers.UpSampling2D(4), layers.Conv2D(1, 3), layers.AveragePooling2D(4)], (2, 2), 1, (0, 0)),
    ],
)
def test_known_stacks(stack, sees, stride, offset):
    row = assert_seen(keras.Sequential([layers.Input((24, 21, 1)), *stack]))
    assert (row.receptive_field, row.offset) == (sees, offset)
    assert row.stride == (stride, stride)


def test_fcn_32s_looks_around_each_pixel():
    """Long, Shelhamer and Darrell 2015: padding of 100 and a crop of 19 put each pixel amid what it sees."""
    x = inputs = layers.Input((64, 64, 1))
    x = layers.ZeroPadding2D(99)(x)
    for depth in (2, 2, 3, 3, 3):
        for _ in range(depth):
            x = layers.Conv2D(1, 3, padding="same")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(1, 7)(x)
    x = layers.Conv2DTranspose(1, 64, 32, use_bias=False)(x)
    model = keras.Model(inputs, layers.Cropping2D(((19, 0), (19, 0)))(x))
    rows = table(model).rows
    assert [row.receptive_field for row in rows[-3:]] == [(404, 404), (436, 436), (436, 436)]
    assert [row.stride for row in rows[-3:]] == [(32, 32), (1, 1), (1, 1)]
    *_, (axis, _) = fields(nodes(model)).values()
    assert np.mean([np.mean(axis.at(pixel)) - pixel for pixel in range(32)]) == 0


def test_one_and_three_dimensions():
    causal = keras.Sequential([layers.Input((20, 1)), layers.Conv1D(1, 3, padding="causal", dilation_rate=2)])
    assert assert_seen(causal).offset == (-4,)
    cropped = keras.Sequential([layers.Input((20, 1)), layers.Cropping1D((2, 3)), layers.UpSampling1D(2)])
    assert assert_seen(cropped).offset == (2,)
    solid = keras.Sequential([layers.Input((9, 8, 7, 1)), layers.Conv3D(1, (3, 2, 1)), layers.AveragePooling3D(2)])
    assert assert_seen(solid).receptive_field == (4, 3, 2)


class Wave(layers.Layer):
    """A convolution of a learner's own, by Keras's argument words."""

    def __init__(self, kernel_size, strides=1, padding="valid"):
        super().__init__()
        self.kernel_size, self.strides, self.padding = kernel_size, strides, padding

    def build(self, shape):
        self.kernel = self.add_weight(shape=(self.kernel_size, self.kernel_size, shape[-1], 1))

    def call(self, x):
        return ops.conv(x, self.kernel, self.strides, self.padding)


class Scale(layers.Layer):
    def build(self, shape):
        self.gain = self.add_weight(shape=(shape[-1],))

    def call(self, x):
        return x * self.gain


class Twice(Wave):
    """A second kernel, of which its `kernel_size` does not speak."""

    def build(self, shape):
        super().build(shape)
        self.more = layers.Conv2D(1, 7, padding="same")
        self.more.build((*shape[:-1], 1))

    def call(self, x):
        return self.more(super().call(x))


class Claims(layers.Layer):
    """Its output is not of the size that its `kernel_size` implies."""

    kernel_size = 5

    def call(self, x):
        return x


@pytest.mark.parametrize("layer", [Wave(5), Wave(3, 2, "same"), Scale(), layers.PReLU(), ZeroPaddedShortcut(5, 2)])
def test_a_layer_of_the_user_s_own_is_followed(layer):
    assert_seen(keras.Sequential([layers.Input((20, 17, 2)), layers.Conv2D(3, 3), layer, layers.Conv2D(1, 3)]))


@pytest.mark.parametrize(
    ("layer", "sees"),
    [
        (layers.Dropout(0.5), (3, 3)),
        (layers.Rescaling(2), (3, 3)),
        (layers.Dense(4), (3, 3)),
        (layers.LayerNormalization(), (3, 3)),
        (layers.Reshape((10, 8, 2, 2)), (3, 3)),
        (lambda x: ops.relu(x) + 1, (3, 3)),
        (lambda x: ops.max_pool(x, 2), (4, 4)),
        (lambda x: ops.concatenate([x, x * 2], axis=-1), (3, 3)),
        (lambda x: ops.split(x, 2, axis=-1)[1], (3, 3)),
        (layers.Flatten(), ALL),
        (layers.GlobalMaxPooling2D(), ALL),
        (layers.GlobalAveragePooling2D(keepdims=True), ALL),
        (layers.GroupNormalization(1), ALL),
        (lambda x: ops.mean(x, axis=(1, 2)), ALL),
        (lambda x: x * layers.Reshape((1, 1, 4))(layers.GlobalAveragePooling2D()(x)), ALL),
        (lambda x: x + layers.MaxPooling2D((10, 8))(x), ALL),
        (layers.LayerNormalization(axis=(1, 3)), (ALL, 3)),
        (layers.Softmax(axis=2), (3, ALL)),
        (lambda x: ops.mean(x, axis=1), (ALL, 3)),
        (lambda x: ops.max(x, axis=2, keepdims=True), (3, ALL)),
        (layers.TimeDistributed(layers.Dense(2)), None),
        (layers.Reshape((80, 4)), None),
        (layers.Concatenate(axis=1), None),
        (lambda x: ops.concatenate([x, x], axis=1), None),
        (lambda x: ops.transpose(x, (0, 2, 1, 3)), None),
        (lambda x: ops.flip(x, axis=1), None),
        (lambda x: x + layers.UpSampling2D(2)(layers.Conv2D(4, 3, 1)(x))[:, :10, :8], None),
        (NoConfig(ops.relu), None),
        (Claims(), None),
        (Twice(3), None),
    ],
)
def test_what_each_kind_of_layer_sees(layer, sees):
    x = layers.Input((12, 10, 1))
    y = layers.Conv2D(4, 3)(x)
    y = layer([y, y]) if isinstance(layer, layers.Concatenate) else layer(y)
    assert table(keras.Model(x, y)).rows[-1].receptive_field == sees


def test_counting_starts_where_the_input_is_laid_out():
    for first in [layers.Reshape((28, 28, 1)), layers.Resizing(28, 28)]:
        shape = (784,) if isinstance(first, layers.Reshape) else (50, 40, 1)
        model = keras.Sequential([layers.Input(shape), first, layers.Conv2D(4, 3), layers.Conv2D(4, 3)])
        assert [row.receptive_field for row in table(model).rows[1:]] == [(1, 1), (3, 3), (5, 5)]
    words = keras.Sequential([layers.Input((30,)), layers.Embedding(50, 8), layers.Conv1D(4, 5)])
    assert [row.receptive_field for row in table(words).rows] == [(), (1,), (5,)]


def test_a_net_of_vectors_has_no_field_until_a_dense_layer_sees_all():
    model = keras.Sequential([layers.Input((5,)), layers.BatchNormalization(), layers.Dense(3)])
    assert [row.receptive_field for row in table(model).rows] == [(), (), ALL]


@pytest.fixture
def small():
    return keras.Sequential(
        [
            layers.Input((8, 8, 3), name="image"),
            layers.Conv2D(4, (3, 1), name="a<b"),
            layers.BatchNormalization(name="bn"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, name="dense"),
        ],
        name="small",
    )


def test_the_text_is_aligned(small):
    text = """
small, batch of 64, float16
layer    kind                output  parameters   MACs  receptive field  stride    memory
─────────────────────────────────────────────────────────────────────────────────────────
image    InputLayer          8×8×3            0      0                1       1  24.0 KiB
a<b      Conv2D              6×8×4           40  1,728              3×1       1  24.0 KiB
bn       BatchNormalization  6×8×4           16      0              3×1       1  24.0 KiB
flatten  Flatten             192              0      0              all               0 B
dense    Dense               10           1,930  1,920              all           1.2 KiB
─────────────────────────────────────────────────────────────────────────────────────────
total                                     1,986  3,648                           73.2 KiB
Trainable parameters 1,978, others 8. MACs are for one image."""
    assert str(table(small, batch_size=64, dtype="float16")) == text.strip()


def test_the_notebook_s_table_is_html(small):
    class Cells(HTMLParser):
        def __init__(self):
            super().__init__()
            self.lines, self.open = [], []

        def handle_starttag(self, tag, attributes):
            self.open.append(tag)
            if tag == "tr":
                self.lines.append([])

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

        def handle_data(self, data):
            if self.open and self.open[-1] in ("td", "th"):
                self.lines[-1].append(data)

    built, parser = table(small), Cells()
    parser.feed(built._repr_html_())
    assert not parser.open
    _, *lines, total = parser.lines
    assert [line[0] for line in lines] == ["image", "a<b", "bn", "flatten", "dense"]
    assert lines[1][:4] == ["a<b", "Conv2D", "6×8×4", "40"]
    assert total[0] == "total"
    assert "color:" not in built._repr_html_().replace("currentColor", "")


def test_pandas_gets_the_rows(small):
    built = table(small)
    frame = built.to_pandas()
    assert list(frame.index) == [row.name for row in built.rows]
    assert frame["parameters"].sum() == small.count_params()
    assert frame.loc["a<b", "receptive_field"] == (3, 1)


def test_without_pandas_one_sentence_says_so(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"^to_pandas\(\) needs pandas, which is not installed: pip install pandas$"):
        table(small).to_pandas()

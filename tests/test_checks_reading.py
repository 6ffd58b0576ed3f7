"""Answers in ways that Keras allows and that a check once read wrongly: each was rejected, accepted or broken."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from course.checks import NotAttempted, WrongAnswer, check, opening
from course.checks.calling import raised
from course.checks.differences import in_common
from course.checks.explaining import difference


def lenet5(activation="tanh"):
    first = [layers.Conv2D(6, 5, activation=activation), layers.AveragePooling2D(2)]
    second = [layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2), layers.Flatten()]
    return [*first, *second, layers.Dense(120, "tanh"), layers.Dense(84, "tanh"), layers.Dense(10, "softmax")]


def in_order(*before, activation="tanh"):
    return keras.Sequential([keras.Input((32, 32, 1)), *before, *lenet5(activation)])


class InCall(keras.Model):
    """LeNet-5 as a subclass whose layers are called one after another."""

    def __init__(self, net=None):
        super().__init__()
        self.net = net or lenet5()

    def call(self, x):
        for layer in self.net:
            x = layer(x)
        return x


class InBuild(keras.Model):
    """Its layers are made in `build`."""

    def __init__(self, activation="tanh"):
        super().__init__()
        self.activation = activation

    def build(self, input_shape):
        self.net = lenet5(self.activation)

    def call(self, x):
        for layer in self.net:
            x = layer(x)
        return x


class Raw(keras.Model):
    """TensorFlow's functions on arrays: weights, or constants that nothing can train."""

    def __init__(self, make=None, activation=tf.nn.tanh, product=tf.matmul):
        super().__init__()
        make = make or (lambda shape: self.add_weight(shape=shape))
        self.activation, self.product = activation, product
        shapes = ((5, 5, 1, 6), (5, 5, 6, 16), (400, 120), (120, 84), (84, 10))
        self.kernels = [make(shape) for shape in shapes]
        self.biases = [make(shape[-1:]) for shape in shapes]

    def call(self, x):
        for kernel, bias, activation in zip(self.kernels, self.biases, (self.activation, tf.nn.tanh), strict=False):
            x = tf.nn.avg_pool2d(activation(tf.nn.conv2d(x, kernel, 1, "VALID") + bias), 2, 2, "VALID")
        x = tf.reshape(tensor=x, shape=[tf.shape(x)[0], -1])
        for kernel, bias in list(zip(self.kernels, self.biases, strict=True))[2:4]:
            x = tf.nn.tanh(self.product(x, kernel) + bias)
        return tf.nn.softmax(self.product(x, self.kernels[4]) + self.biases[4])


def constant(shape):
    return np.random.default_rng(0).normal(0, 0.1, shape).astype("float32")


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("answer", [in_order, InCall, Raw])
def test_a_mixed_policy_as_on_gpus_changes_no_verdict(policy, answer):
    keras.config.set_dtype_policy(policy)
    try:
        check("lenet5", answer)
        assert keras.config.dtype_policy().name == policy
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("by", [lambda model: model, lambda model: lambda: model], ids=["itself", "function"])
@pytest.mark.parametrize(
    "model", [lambda: keras.Sequential(lenet5()), InCall, InBuild], ids=["sequential", "subclass", "in build"]
)
def test_a_model_that_was_handed_over_can_be_trained_after_its_check(model, by):
    model = model()
    check("lenet5", by(model))
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(np.zeros((4, 32, 32, 1)), np.arange(4), verbose=0)


class Inner(layers.Layer):
    """A layer of its own kind around another."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, x):
        return self.layer(x)


def around(layer, net):
    """A new functional model around what was made before."""
    inputs = keras.Input((32, 32, 1))
    return keras.Model(inputs, keras.Sequential(net)(layer(inputs)))


@pytest.mark.parametrize(
    ("made", "build"),
    [
        (lenet5, lambda net: keras.Sequential([keras.Input((32, 32, 1)), *net])),
        (lambda: lenet5()[0], lambda first: keras.Sequential([keras.Input((32, 32, 1)), first, *lenet5()[1:]])),
        (lambda: Inner(lenet5()[0]), lambda first: around(first, lenet5()[1:])),
        (lambda: keras.Sequential(lenet5()[:2]), lambda first: around(first, lenet5()[2:])),
        (lenet5, InCall),
    ],
    ids=["all layers", "one layer", "layer in a layer", "unbuilt Sequential", "handed to a subclass"],
)
def test_layers_made_before_a_check_can_be_trained_after_it(made, build):
    before = made()
    check("lenet5", lambda: build(before))
    model = build(before)
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(np.zeros((4, 32, 32, 1)), np.arange(4), verbose=0)


def rescaled_bytes():
    return keras.Sequential([keras.Input((32, 32, 1), dtype="uint8"), layers.Rescaling(1 / 255), *lenet5()])


class Permuted(keras.Model):
    """Channels first for a moment, as PyTorch has them."""

    def __init__(self, to_first, to_last):
        super().__init__()
        self.to_first, self.to_last, self.net = to_first, to_last, lenet5()

    def call(self, x):
        x = self.to_last(self.to_first(x))
        for layer in self.net:
            x = layer(x)
        return x


class DroppedInTraining(keras.Model):
    """MiniVGG with its dropout behind an `if`, as Keras's own page on subclassing has it."""

    def __init__(self, rate=0.25):
        super().__init__()
        convolutions = [layers.Conv2D(n, 3, padding="same", activation="relu") for n in (32, 32, 64, 64)]
        self.pairs = [[(conv, layers.BatchNormalization()) for conv in convolutions[i : i + 2]] for i in (0, 2)]
        self.drops = [layers.Dropout(rate), layers.Dropout(rate), layers.Dropout(0.5)]
        self.top = [layers.Flatten(), layers.Dense(512, activation="relu"), layers.BatchNormalization()]
        self.classifier = layers.Dense(10, activation="softmax")

    def call(self, x, training=False):
        for pair, drop in zip(self.pairs, self.drops, strict=False):
            for conv, normalize in pair:
                x = normalize(conv(x), training=training)
            x = layers.MaxPooling2D(2)(x)
            if training:
                x = drop(x, training=training)
        for layer in self.top:
            x = layer(x)
        return self.classifier(self.drops[2](x) if training else x)


class OverTheMap(keras.Model):
    """LeNet-5's first fully connected layer is an einsum over the whole map."""

    def __init__(self, subscripts, activation=ops.tanh):
        super().__init__()
        self.before, self.after = lenet5()[:4], lenet5()[-2:]
        self.subscripts, self.activation = subscripts, activation
        self.kernel, self.bias = self.add_weight(shape=(5, 5, 16, 120)), self.add_weight(shape=(120,))

    def call(self, x):
        for layer in self.before:
            x = layer(x)
        x = self.activation(ops.einsum(self.subscripts, x, self.kernel) + self.bias)
        for layer in self.after:
            x = layer(x)
        return x


def summed(subscripts, activation=tf.nn.tanh, einsum=ops.einsum):
    return lambda: Raw(activation=activation, product=lambda x, kernel: einsum(subscripts, x, kernel))


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("lenet5", summed("bc,cd->bd")),
        ("lenet5", summed("...i, io -> ...o", einsum=tf.einsum)),
        ("lenet5", lambda: Raw(product=lambda x, kernel: ops.einsum("cd,bc->bd", kernel, x))),
        ("lenet5", summed("bc,cd")),
        ("lenet5", lambda: OverTheMap("bhwc,hwcd->bd")),
        ("minivgg", DroppedInTraining),
        ("lenet5", rescaled_bytes),
        ("lenet5", InBuild),
        ("lenet5", lambda: Raw(product=ops.dot)),
        ("lenet5", lambda: Raw(product=lambda x, kernel: tf.tensordot(x, kernel, 1))),
        ("lenet5", lambda: Permuted(lambda x: ops.moveaxis(x, -1, 1), lambda x: ops.moveaxis(x, 1, -1))),
        ("lenet5", lambda: Permuted(lambda x: ops.transpose(x, (0, -1, 1, 2)), lambda x: ops.moveaxis(x, 1, -1))),
    ],
    ids=[
        *("einsum", "einsum with dots", "einsum turned", "einsum without arrow", "einsum over the map"),
        *("dropout", "bytes", "in build", "dot", "tensordot", "moveaxis", "negative axes"),
    ],
)
def test_right_answers_are_read(exercise, answer):
    check(exercise, answer)


@pytest.mark.parametrize(
    ("exercise", "answer", "said"),
    [
        ("lenet5", summed("bc,cd->bd", tf.nn.relu), "C1: you have ReLU"),
        ("lenet5", summed("bc,cd", tf.nn.relu), "(?s)with the same weights your outputs are not.*Of einsum it follows"),
        ("lenet5", lambda: OverTheMap("bhwc,hwcd->bd", ops.relu), "C5: you have ReLU"),
        ("lenet5", lambda: OverTheMap("bchw,hwcd->bd"), "raised"),
        ("minivgg", lambda: DroppedInTraining(0.5), "dropout|drop1"),
        ("lenet5", lambda: Raw(constant), ""),
        ("lenet5", lambda: InBuild("relu"), "C1: you have ReLU"),
        ("lenet5", lambda: Raw(activation=tf.nn.relu), "C1: you have ReLU"),
        ("lenet5", lambda: in_order(activation="relu"), "C1: you have ReLU"),
    ],
    ids=[
        *("einsum", "einsum without arrow", "einsum over the map", "einsum of other sizes"),
        *("dropout", "constants", "in build", "reshape by keyword", "in order"),
    ],
)
def test_wrong_answers_are_read(exercise, answer, said):
    with pytest.raises(WrongAnswer, match=said):
        check(exercise, answer)


class MadeBackwards(keras.Model):
    """MiniVGG whose layers are made in the reverse of the order in which they are called, with a `call` unread."""

    def __init__(self, activation="relu", kernel_size=3):
        super().__init__()
        self.classifier, self.last = layers.Dense(10, activation="softmax"), layers.BatchNormalization()
        self.hidden, self.drop = layers.Dense(512, activation="relu"), layers.Dropout(0.5)
        self.norms = [layers.BatchNormalization() for _ in range(4)]
        settings = {"padding": "same", "activation": activation}
        self.convolutions = [layers.Conv2D(n, kernel_size, **settings) for n in (64, 64, 32, 32)]

    def call(self, x):
        count = tf.unstack(tf.shape(x))[0]
        for i in (3, 2, 1, 0):
            x = self.norms[i](self.convolutions[i](x))
            x = x if i % 2 else layers.MaxPooling2D(2)(x)
        x = tf.reshape(x, tf.stack([count, np.prod(x.shape[1:])]))
        return self.classifier(self.drop(self.last(self.hidden(x))))


def test_weights_of_what_is_not_read_are_paired_as_layers_are_called():
    check("minivgg", MadeBackwards)
    with pytest.raises(WrongAnswer, match="with the same weights your outputs are not those"):
        check("minivgg", lambda: MadeBackwards("tanh"))
    with pytest.raises(WrongAnswer, match=r"conv1_1: you have kernel_size \(5, 5\)"):
        check("minivgg", lambda: MadeBackwards(kernel_size=5))


class Mixing(layers.Layer):
    """A 1×1 convolution with ReLU, as an einsum."""

    def __init__(self, filters, subscripts, activation=ops.relu):
        super().__init__()
        self.filters, self.subscripts, self.activation = filters, subscripts, activation

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.filters))
        self.bias = self.add_weight(shape=(self.filters,))

    def call(self, x):
        return self.activation(ops.einsum(self.subscripts, x, self.kernel) + self.bias)


def mlpconv(subscripts, activation=ops.relu):
    def mlpconv_block(x, filters, kernel_size, strides=1, padding="same"):
        x = layers.Conv2D(filters[0], kernel_size, strides, padding, activation="relu")(x)
        for n in filters[1:]:
            x = Mixing(n, subscripts, activation)(x)
        return x

    return mlpconv_block


def test_an_einsum_of_maps_is_a_convolution():
    check("mlpconv", mlpconv("bhwc,cd->bhwd"))
    with pytest.raises(WrongAnswer, match="you have tanh"):
        check("mlpconv", mlpconv("bhwc,cd->bhwd", ops.tanh))
    with pytest.raises(WrongAnswer, match="the check cannot read"):
        check("mlpconv", mlpconv("bhwc,cd"))


class DenseLayer(layers.Layer):
    """BN-ReLU-1×1-BN-ReLU-3×3, each followed by dropout behind an `if`; so may be the normalisation."""

    def __init__(self, growth_rate, normalize=lambda norm, x, training: norm(x, training=training)):
        super().__init__()
        kernels = (4 * growth_rate, 1), (growth_rate, 3)
        self.convolutions = [layers.Conv2D(n, k, padding="same", use_bias=False) for n, k in kernels]
        self.norms = [layers.BatchNormalization() for _ in kernels]
        self.drops = [layers.Dropout(0.2) for _ in kernels]
        self.normalize = normalize

    def call(self, x, training=None):
        y = x
        for conv, norm, drop in zip(self.convolutions, self.norms, self.drops, strict=True):
            y = conv(ops.relu(self.normalize(norm, y, training)))
            if training:
                y = drop(y)
        return ops.concatenate([x, y], axis=-1)


def with_layers(x, num_layers, growth_rate):
    for _ in range(num_layers):
        x = DenseLayer(growth_rate)(x)
    return x


def normalized_in_training(x, num_layers, growth_rate):
    for _ in range(num_layers):
        x = DenseLayer(growth_rate, lambda norm, x, training: norm(x) if training else x)(x)
    return x


def with_argument(x, num_layers, growth_rate, training=False):
    for _ in range(num_layers):
        y = x
        for n, k in ((4 * growth_rate, 1), (growth_rate, 3)):
            y = layers.ReLU()(layers.BatchNormalization()(y, training=training))
            y = layers.Conv2D(n, k, padding="same", use_bias=False)(y)
            if training is True:
                y = layers.Dropout(0.2)(y, training=training)
        x = layers.Concatenate()([x, y])
    return x


def check_dropped(answer, rate=0.2):
    from course.checks.architecture import Architecture
    from course.checks.blocks import Case, check_block

    arguments = {"name": "dense", "dropout_rate": rate}
    architecture = Architecture("Dense block", "Huang et al. 2017", "course.blocks.dense_block", arguments)
    check_block(answer, architecture, [Case((8, 6, 8), {"num_layers": 2, "growth_rate": 4})], "a function")


@pytest.mark.parametrize("answer", [with_layers, with_argument])
def test_dropout_of_a_block_may_stand_behind_an_if(answer):
    check_dropped(answer)
    with pytest.raises(WrongAnswer, match="dropout"):
        check_dropped(answer, rate=0.5)


def test_nothing_else_may_stand_behind_an_if():
    with pytest.raises(WrongAnswer, match=r"_bn|batch normalisation"):
        check_dropped(normalized_in_training)


class Compiled(InCall):
    """Its `call` is no function of Python's any more."""

    @tf.function
    def call(self, x, training=None):
        for layer in self.net:
            x = layer(x)
        return x


def test_a_call_under_tf_function_is_compared_by_its_values():
    check("lenet5", Compiled)


class HandedOn(keras.Model):
    """LeNet-5 whose `call` hands `training` on, and may ask for it."""

    def __init__(self, count, asks):
        super().__init__()
        self.net, self.drop, self.count, self.asks = lenet5("relu"), layers.Dropout(0.5), count, asks

    def call(self, x, training=None):
        self.count(training)
        for layer in self.net:
            x = layer(x)
        return x if self.asks and training else self.drop(x, training=training)


@pytest.mark.parametrize(("asks", "looks"), [(False, 1), (True, 2)])
def test_a_wrong_answer_is_looked_at_again_only_if_it_asks_for_training(asks, looks):
    counted = []
    with pytest.raises(WrongAnswer, match="C1: you have ReLU"):
        check("lenet5", lambda: HandedOn(counted.append, asks))
    assert len(counted) == looks


class OneKernel(layers.Layer):
    """A block whose later convolutions all have the same weights."""

    def __init__(self, filters, count):
        super().__init__()
        self.filters, self.count = filters, count

    def build(self, input_shape):
        self.first = self.add_weight(shape=(3, 3, input_shape[-1], self.filters))
        self.rest = self.add_weight(shape=(3, 3, self.filters, self.filters))
        self.bias = self.add_weight(shape=(self.filters,))

    def call(self, x):
        for kernel in (self.first, *[self.rest] * (self.count - 1)):
            x = ops.relu(ops.conv(x, kernel, padding="same") + self.bias)
        return x


def test_a_kernel_that_is_used_again_is_named():
    def block(x, filters, layers):
        return keras.layers.MaxPooling2D(2)(OneKernel(filters, layers)(x))

    with pytest.raises(WrongAnswer, match="has the weights of another layer"):
        check("vgg-block", block)


def test_a_pooling_over_the_whole_map_has_any_strides():
    from course.checks.architecture import Architecture, check_architecture
    from course.models.resnet import resnet_cifar

    def answer():
        net = resnet_cifar(depth=8)
        x = next(layer for layer in net.layers if isinstance(layer, layers.GlobalAveragePooling2D)).input
        x = layers.Flatten()(layers.AveragePooling2D(8, strides=1)(x))
        return keras.Model(net.input, layers.Dense(10, activation="softmax")(x))

    resnet_8 = Architecture("ResNet-8", "He et al. 2016", "course.models.resnet.resnet_cifar", {"depth": 8})
    check_architecture(answer, resnet_8, "a function that builds it")


class Unstacked(layers.Layer):
    """What symbolic tensors cannot do."""

    def __init__(self, filters):
        super().__init__()
        self.conv = layers.Conv2D(filters, 3, padding="same", activation="relu")

    def call(self, x):
        count, y = tf.unstack(tf.shape(x))[0], self.conv(x)
        return tf.reshape(y, tf.stack([count, *y.shape[1:]]))


def test_a_block_that_cannot_be_read_gets_a_sentence():
    def block(x, filters, layers):
        for _ in range(layers):
            x = Unstacked(filters)(x)
        return keras.layers.MaxPooling2D(2)(x)

    with pytest.raises(WrongAnswer, match="the check cannot read what happens in a layer of yours"):
        check("vgg-block", block)


class Misnamed(layers.Layer):
    def forward(self, x):
        return x


@pytest.mark.parametrize("layer", [Misnamed, lambda: layers.Lambda(lambda x: ops.rellu(x))], ids=["forward", "Lambda"])
def test_an_answer_in_which_keras_says_not_implemented_was_attempted(layer):
    with pytest.raises(WrongAnswer):
        check("lenet5", lambda: in_order(layer()))


def test_an_answer_that_says_so_itself_was_not():
    def build_lenet5():
        raise NotImplementedError

    with pytest.raises(NotAttempted):
        check("lenet5", build_lenet5)


def changed(values):
    values[0] = 3


@pytest.mark.parametrize(
    ("mistake", "cause"),
    [
        (lambda: np.covolve(1), "nothing of that name"),
        (lambda: np.zeros(3).append(1), "nothing of that name"),
        (lambda: np.zeros((2, 2))[0, 0, 0], "fewer axes"),
        (lambda: np.zeros(4)[4 / 2], "whole number"),
        (lambda: np.zeros(4)[np.ones(2, bool)], "mask"),
        (lambda: changed((1, 2)), "cannot be changed; make a new one"),
        (lambda: np.zeros(2)[2], "runs past the end"),
    ],
)
def test_everyday_errors_of_numpy_get_their_cause(mistake, cause):
    with pytest.raises((AttributeError, IndexError, TypeError)) as found:
        mistake()
    assert cause in raised("f(1)", found.value).cause


@pytest.mark.parametrize(
    "said",
    [
        "The Conv2D op currently only supports the NHWC tensor format on the CPU. The op was given the format: NCHW",
        "Conv2DCustomBackpropInputOp only supports NHWC. [Op:Conv2DBackpropInput]",
    ],
)
def test_channels_first_without_onednn_gets_a_sentence(said):
    found = raised("your model", tf.errors.UnimplementedError(None, None, said))
    assert found.finding == "your model has channels first, which TensorFlow computes on a CPU with oneDNN alone."
    assert "channels_last" in found.cause
    assert "TF_ENABLE_ONEDNN_OPTS=1" in found.cause


def test_a_difference_that_overflow_happens_to_give_is_only_counted():
    assert difference(32, 288, 1e-4) == "That is 256 too few."


def test_fractions_that_are_all_cut_off_are_not_a_constant():
    assert in_common([(0.0, 0.3), (0.0, 0.7), (0.0, 0.2)]).startswith("The fractions")


def added(look=lambda net: None, kernel=5):
    net = keras.Sequential()
    net.add(keras.Input((32, 32, 1)))
    for layer in [*lenet5()[:2], layers.Conv2D(16, kernel, activation="tanh"), *lenet5()[3:]]:
        net.add(layer)
        look(net)
    return net


def test_a_sequential_that_layers_are_added_to_is_built_once(monkeypatch):
    build, built = keras.Sequential.build, []
    monkeypatch.setattr(
        keras.Sequential, "build", lambda net, shape: built.append(len(net.layers)) or build(net, shape)
    )
    assert check("lenet5", added) is None
    assert set(built) == {8}


@pytest.mark.parametrize(
    "look", [lambda net: net.output_shape[-1], lambda net: net.count_params(), lambda net: net.summary()]
)
def test_a_sequential_may_be_looked_at_between_two_layers(look):
    assert check("lenet5", lambda: added(look)) is None


def test_a_layer_that_does_not_fit_a_sequential_is_shown_where_it_was_added():
    with pytest.raises(WrongAnswer) as failure:
        check("lenet5", lambda: added(kernel=15))
    assert "net.add(layer)" in str(failure.value)


def test_what_a_check_puts_in_place_of_a_call_acts_in_its_own_context_alone():
    import contextvars

    seen = []
    with opening._standing_in(lambda layer, *args, **kwargs: seen.append(layer)):
        contextvars.Context().run(layers.Flatten(), np.zeros((1, 2, 2, 1)))
        assert seen == []
        layers.Flatten()(np.zeros((1, 2, 2, 1)))
    assert len(seen) == 1


class ChannelsFirst(keras.Model):
    """LeNet-5 as from PyTorch, with no input to say so; or turned to it in its call."""

    def __init__(self, turn=False):
        super().__init__()
        self.turn = turn
        first = {"data_format": "channels_first"}
        self.net = [layers.Conv2D(6, 5, activation="tanh", **first), layers.AveragePooling2D(2, **first)]
        self.net += [layers.Conv2D(16, 5, activation="tanh", **first), layers.AveragePooling2D(2, **first)]
        self.net += [layers.Conv2D(120, 5, activation="tanh", **first), layers.Flatten()]
        self.net += [layers.Dense(84, "tanh"), layers.Dense(10, "softmax")]

    def call(self, x):
        x = ops.transpose(x, (0, 3, 1, 2)) if self.turn else x
        for layer in self.net:
            x = layer(x)
        return x


@pytest.mark.parametrize("turn", [False, True])
def test_a_model_without_an_input_may_have_its_channels_first(turn):
    check("lenet5", lambda: ChannelsFirst(turn))


def test_a_step_that_takes_one_off_every_value_is_no_error_of_the_check():
    with pytest.raises(WrongAnswer, match="C1"):
        check("lenet5", lambda: in_order(layers.Conv2D(6, 5), layers.Lambda(lambda x: x - 1)))

"""LeNet-5, by builders in many styles."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from answers import right, wrong


@right("lenet5")
def sequential_with_dense_c5():
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )


@right("lenet5")
def functional_with_activation_layers():
    inputs = keras.Input((32, 32, 1), batch_size=4, name="digits")
    x = layers.Activation("tanh")(layers.Conv2D(6, (5, 5), strides=(1, 1), padding="valid")(inputs))
    x = layers.AvgPool2D((2, 2), strides=(2, 2))(x)
    x = layers.Activation(keras.activations.tanh)(layers.Conv2D(16, (5, 5))(x))
    x = layers.AvgPool2D((2, 2), strides=2, padding="same")(x)  # 10 halves evenly: the same function
    x = layers.Activation("tanh")(layers.Conv2D(120, (5, 5))(x))
    x = layers.Activation("tanh")(layers.Dense(84)(layers.Reshape((120,))(x)))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(10)(x)), name="my_net")


@right("lenet5")
def without_an_input_layer():
    net = keras.Sequential()
    net.add(layers.Conv2D(6, kernel_size=5, activation=tf.nn.tanh))
    net.add(layers.AveragePooling2D(pool_size=2))
    net.add(layers.Conv2D(16, kernel_size=5, activation=ops.tanh))
    net.add(layers.AveragePooling2D(pool_size=2))
    net.add(layers.Conv2D(120, kernel_size=5, activation=lambda x: (ops.exp(2 * x) - 1) / (ops.exp(2 * x) + 1)))
    net.add(layers.Flatten())
    net.add(layers.Dense(84, "tanh"))
    net.add(layers.Dense(10, "softmax"))
    return net


@right("lenet5")
def fully_convolutional_to_the_end():
    inputs = keras.Input((None, None, 1))
    x = layers.Conv2D(6, 5, activation="tanh")(inputs)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Conv2D(16, 5, activation="tanh")(x)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Conv2D(120, 5, activation="tanh")(x)
    x = layers.Conv2D(84, 1, activation="tanh")(x)
    x = layers.Conv2D(10, 1, activation="softmax")(x)
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x))


@right("lenet5")
class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.c1 = layers.Conv2D(6, 5)
        self.s2 = layers.AveragePooling2D(2)
        self.c3 = layers.Conv2D(16, 5)
        self.s4 = layers.AveragePooling2D(2)
        self.c5 = layers.Conv2D(120, 5)
        self.f6 = layers.Dense(84)
        self.out = layers.Dense(10)

    def call(self, inputs, training=None):
        x = self.s2(ops.tanh(self.c1(inputs)))
        x = self.s4(ops.tanh(self.c3(x)))
        x = ops.tanh(self.c5(x))
        x = ops.reshape(x, (-1, 120))
        return ops.softmax(self.out(ops.tanh(self.f6(x))))


@right("lenet5")
class SubclassedWithTensorFlow(keras.Model):
    """Its `call` takes no symbolic tensors, so it can only be compared as a function."""

    def __init__(self):
        super().__init__()
        self.c1, self.c3, self.c5 = (layers.Conv2D(filters, 5) for filters in (6, 16, 120))
        self.f6, self.out = layers.Dense(84), layers.Dense(10)

    def call(self, x):
        x = tf.nn.avg_pool2d(tf.tanh(self.c1(x)), 2, 2, "VALID")
        x = tf.nn.avg_pool2d(tf.tanh(self.c3(x)), 2, 2, "VALID")
        x = tf.tanh(self.c5(x))
        return tf.nn.softmax(self.out(tf.tanh(self.f6(tf.reshape(x, [-1, 120])))))


class ConvPool(layers.Layer):
    """A layer of a learner's own, with layers in it."""

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(filters, 5, activation="tanh")
        self.pool = layers.AveragePooling2D(2)

    def call(self, x):
        return self.pool(self.conv(x))


class Squashed(layers.Layer):
    """A dense layer with weights of its own."""

    def __init__(self, units, function):
        super().__init__()
        self.dense, self.function = layers.Dense(units), function

    def call(self, x):
        return self.function(self.dense(x))


@right("lenet5")
def sequential_of_own_layers():
    features = keras.Sequential([ConvPool(6), ConvPool(16)], name="features")
    head = [layers.Flatten(), Squashed(120, ops.tanh), Squashed(84, ops.tanh), Squashed(10, ops.softmax)]
    return keras.Sequential([keras.Input((32, 32, 1)), features, *head])


class Tanh5x5(layers.Conv2D):
    """A Keras layer with other defaults."""

    def __init__(self, filters):
        super().__init__(filters, 5, activation="tanh")


@right("lenet5")
def from_grey_pixels_without_channels():
    inputs = keras.Input((32, 32))
    x = layers.Reshape((32, 32, 1))(inputs)
    x = layers.Rescaling(1 / 255)(x)
    x = layers.AveragePooling2D(2)(Tanh5x5(6)(x))
    x = layers.AveragePooling2D(2)(Tanh5x5(16)(x))
    x = layers.Identity()(Tanh5x5(120)(layers.ZeroPadding2D(0)(x)))
    x = layers.Dense(84, activation="tanh")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@right("lenet5")
def built_trained_and_printed():
    model = sequential_with_dense_c5()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(np.zeros((4, 32, 32, 1)), np.zeros(4), verbose=1)  # needs weights
    model.summary()
    print("done")
    return model


@right("lenet5")
def global_pooling_for_a_map_of_one():
    inputs = keras.Input((32, 32, 1))
    x = layers.RandomTranslation(0.1, 0.1)(inputs / 255.0)
    x = layers.AveragePooling2D(2)(layers.Conv2D(6, 5, activation="tanh", kernel_initializer="he_normal")(x))
    x = layers.AveragePooling2D(2)(layers.Conv2D(16, 5, activation="tanh")(x))
    x = layers.GlobalMaxPooling2D()(layers.Conv2D(120, 5, activation="tanh")(x))
    x = layers.Dense(84, activation="tanh")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def changed(first=None, second=None, pools=None, last="softmax", head=None, between=(), shape=(32, 32, 1), units=84):
    """A builder of LeNet-5 with something else in one place."""

    def build_lenet5():
        c1 = layers.Conv2D(**{"filters": 6, "kernel_size": 5, "activation": "tanh"} | (first or {}))
        c3 = layers.Conv2D(**{"filters": 16, "kernel_size": 5, "activation": "tanh"} | (second or {}))
        make_s2, make_s4 = pools or (lambda: layers.AveragePooling2D(2),) * 2
        flat = [layers.Flatten(), layers.Dense(120, activation="tanh")] if head is None else head()
        ends = [layers.Dense(units, activation="tanh"), layers.Dense(10, activation=last)]
        return keras.Sequential(
            [keras.Input(shape), c1, make_s2(), c3, make_s4(), *flat, *(f() for f in between), *ends]
        )

    return build_lenet5


def average():
    return layers.AveragePooling2D(2)


wrong("lenet5", r"32×32×6.*28×28×6.*\n.*padded with zeros.*valid 5×5")(changed({"padding": "same"}))
wrong("lenet5", r"layer S2.*max pooling.*\n.*maximum")(changed(pools=(lambda: layers.MaxPooling2D(2), average)))
wrong("lenet5", r"layer S4.*max pooling.*\n.*maximum")(changed(pools=(average, lambda: layers.MaxPooling2D(2))))
wrong("lenet5", r"layer C1.*28×28×20.*28×28×6.*\n.*20 filters.*6 filters")(changed({"filters": 20}))
wrong("lenet5", r"layer C3.*10×10×50.*10×10×16.*\n.*50 filters.*16 filters")(changed(second={"filters": 50}))
wrong("lenet5", r"layer C1.*30×30×6.*\n.*3×3 kernels.*5×5")(changed({"kernel_size": 3}))
wrong("lenet5", r"layer C1: you have no activation.*tanh.*\n.*left its activation out")(changed({"activation": None}))
wrong("lenet5", r"layer C3.*ReLU.*tanh")(changed(second={"activation": "relu"}))
wrong("lenet5", r"layer C1.*sigmoid.*tanh")(changed({"activation": "sigmoid"}))
wrong("lenet5", r"layer OUTPUT.*\n.*logits")(changed(last=None))
wrong("lenet5", r"layer OUTPUT.*sigmoid.*softmax.*\n.*add up to 1")(changed(last="sigmoid"))
wrong("lenet5", r"layer C1.*14×14×6.*28×28×6.*\n.*strides 2×2")(changed({"strides": 2}))
wrong("lenet5", r"layer C1.*no biases.*\n.*left the biases out")(changed({"use_bias": False}))
wrong("lenet5", r"layer S2.*27×27×6.*14×14×6.*\n.*strides 1×1")(
    changed(pools=(lambda: layers.AveragePooling2D(2, strides=1), average))
)
wrong("lenet5", r"layer S2.*\n.*3×3 windows")(changed(pools=(lambda: layers.AveragePooling2D(3, 2, "same"), average)))
wrong("lenet5", r"layer C5.*missing.*\n.*fully connected layer of 120")(changed(head=lambda: [layers.Flatten()]))
wrong("lenet5", r"layer C5.*5×5×120.*\n.*Flatten is missing")(
    changed(head=lambda: [layers.Dense(120, activation="tanh")])
)
wrong("lenet5", r"layer C5.*3×3×120.*\n.*3×3 kernels")(
    changed(head=lambda: [layers.Conv2D(120, 3, activation="tanh"), layers.Flatten()])
)
wrong("lenet5", r"layer C5.*5×5×120.*\n.*padded with zeros")(
    changed(head=lambda: [layers.Conv2D(120, 5, padding="same", activation="tanh"), layers.Flatten()])
)
wrong("lenet5", r"after C5.*dropout \(rate 0.5\).*\n.*2012")(changed(between=[lambda: layers.Dropout(0.5)]))
wrong("lenet5", r"after C5.*batch normalisation.*\n.*2015")(changed(between=[layers.BatchNormalization]))
wrong("lenet5", r"after C5.*fully connected layer of 100")(changed(between=[lambda: layers.Dense(100, "tanh")]))
wrong("lenet5", r"layer F6.*85 values.*84 values.*\n.*85 units.*84 units")(changed(units=85))
wrong("lenet5", r"input.*28×28×1.*32×32×1.*\n.*images are 28×28")(changed({"padding": "same"}, shape=(28, 28, 1)))
wrong("lenet5", r"input.*32×32×3.*32×32×1.*\n.*3 channels")(changed(shape=(32, 32, 3)))
wrong("lenet5", r"layer C1.*24×24×6.*\n.*dilation_rate 2×2")(changed({"dilation_rate": 2}))


@wrong("lenet5", r"C1.*no activation.*\n.*after S2")
def squashed_after_pooling():
    x = inputs = keras.Input((32, 32, 1))
    x = layers.Activation("tanh")(layers.AveragePooling2D(2)(layers.Conv2D(6, 5)(x)))
    x = layers.Activation("tanh")(layers.AveragePooling2D(2)(layers.Conv2D(16, 5)(x)))
    x = layers.Dense(120, activation="tanh")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Dense(84, activation="tanh")(x)))


@wrong("lenet5", r"S2.*missing")
def no_pooling_after_c1():
    x = inputs = keras.Input((32, 32, 1))
    x = layers.Conv2D(6, 5, activation="tanh")(x)
    x = layers.AveragePooling2D(2)(layers.Conv2D(16, 5, activation="tanh")(x))
    x = layers.Dense(120, activation="tanh")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Dense(84, activation="tanh")(x)))


@wrong("lenet5", r"2 outputs")
def two_outputs():
    model = sequential_with_dense_c5()
    return keras.Model(model.inputs, [model.outputs[0], model.layers[0].output])


@wrong("lenet5", r"returned None.*\n.*return")
def nothing_returned():
    model = sequential_with_dense_c5()
    model.compile("sgd", "mse")


@wrong("lenet5", r"C1.*ReLU")
class SubclassedWithRelu(Subclassed):
    def call(self, inputs):
        x = self.s2(ops.relu(self.c1(inputs)))
        x = self.s4(ops.relu(self.c3(x)))
        x = ops.reshape(ops.relu(self.c5(x)), (-1, 120))
        return ops.softmax(self.out(ops.relu(self.f6(x))))


@wrong("lenet5", r"layer S4: you have a function of your own.*\n.*changes the values")
def doubled_in_the_middle():
    x = inputs = keras.Input((32, 32, 1))
    x = layers.AveragePooling2D(2)(layers.Conv2D(6, 5, activation="tanh")(x))
    x = layers.AveragePooling2D(2)(layers.Conv2D(16, 5, activation="tanh")(x)) * 2.0
    x = layers.Dense(120, activation="tanh")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Dense(84, activation="tanh")(x)))


@wrong("lenet5", r"raised ValueError.*\n.*lenet5.py, line \d+: `.*smaller")
def kernel_larger_than_its_map():
    x = inputs = keras.Input((32, 32, 1))
    for filters in (6, 16, 120):
        x = layers.AveragePooling2D(2)(layers.Conv2D(filters, 5, activation="tanh")(x))
    return keras.Model(inputs, x)


@wrong("lenet5", r"raised TypeError.*pool_size.*\n.*lenet5.py, line \d+: `.*A call there does not fit")
def with_pools_of_no_size():
    return changed(pools=(layers.AveragePooling2D, average))()


@wrong("lenet5", r"what the course ships.*\n.*your own")
def the_course_s_own():
    from course.models import lenet

    return lenet.lenet5()


@wrong("lenet5", r"outputs are \(2, 1, 1, 10\) for 2 images, expected \(2, 10\).*\n.*Flatten is missing")
def without_flatten():
    tanh = {"activation": "tanh"}
    steps = [layers.Conv2D(6, 5, **tanh), layers.AveragePooling2D(2), layers.Conv2D(16, 5, **tanh)]
    steps += [layers.AveragePooling2D(2), layers.Conv2D(120, 5, **tanh), layers.Dense(84, **tanh)]
    return keras.Sequential([keras.Input((32, 32, 1)), *steps, layers.Dense(10, activation="softmax")])

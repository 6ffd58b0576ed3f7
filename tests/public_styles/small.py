"""LeNet-5 and CIFAR ResNets."""

import keras
import tensorflow as tf
from keras import layers, ops


def lenet(activation="tanh", pool=layers.AveragePooling2D, size=32, padding="valid", widths=(6, 16), units=(120, 84)):
    """The Sequential of countless posts."""

    def build_lenet5():
        model = keras.Sequential()
        model.add(keras.Input(shape=(size, size, 1)))
        first, second = widths
        model.add(layers.Conv2D(filters=first, kernel_size=(5, 5), activation=activation, padding=padding))
        model.add(pool(pool_size=(2, 2), strides=(2, 2)))
        model.add(layers.Conv2D(filters=second, kernel_size=(5, 5), activation=activation))
        model.add(pool(pool_size=(2, 2), strides=(2, 2)))
        model.add(layers.Flatten())
        for n in units:
            model.add(layers.Dense(units=n, activation=activation))
        model.add(layers.Dense(units=10, activation="softmax"))
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    return build_lenet5


def net_of_a_list():
    """As the book d2l has it: a list of layers in one Sequential, with sigmoids, on 28×28."""
    return keras.models.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(filters=6, kernel_size=5, activation="sigmoid", padding="same"),
            layers.AvgPool2D(pool_size=2, strides=2),
            layers.Conv2D(filters=16, kernel_size=5, activation="sigmoid"),
            layers.AvgPool2D(pool_size=2, strides=2),
            layers.Flatten(),
            layers.Dense(120, activation="sigmoid"),
            layers.Dense(84, activation="sigmoid"),
            layers.Dense(10),
        ]
    )


class ThreeConvolutions(keras.Model):
    """The subclassing style of TensorFlow's tutorials: layers d1, d2, and call with tf.nn."""

    def __init__(self, last=tf.nn.softmax):
        super().__init__()
        self.conv1 = layers.Conv2D(6, 5)
        self.conv2 = layers.Conv2D(16, 5)
        self.conv3 = layers.Conv2D(120, 5)
        self.pool = layers.AveragePooling2D(2)
        self.flatten = layers.Flatten()
        self.d1, self.d2 = layers.Dense(84), layers.Dense(10)
        self.last = last

    def call(self, x):
        x = self.pool(tf.nn.tanh(self.conv1(x)))
        x = self.pool(tf.nn.tanh(self.conv2(x)))
        x = self.flatten(tf.nn.tanh(self.conv3(x)))
        return self.last(self.d2(tf.nn.tanh(self.d1(x))))


def features_and_classifier():
    """PyTorch's structure: two Sequentials in a module, forward by ops."""
    features = keras.Sequential(
        [
            layers.Conv2D(6, 5, activation="tanh"),
            layers.AveragePooling2D(2, 2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2, 2),
            layers.Conv2D(120, 5, activation="tanh"),
        ],
        name="feature_extractor",
    )
    classifier = keras.Sequential([layers.Dense(84, activation="tanh"), layers.Dense(10)], name="classifier")
    inputs = keras.Input((32, 32, 1))
    logits = classifier(ops.reshape(features(inputs), (-1, 120)))
    return keras.Model(inputs, ops.softmax(logits, axis=1))


def with_lambdas():
    inputs = keras.Input((32, 32, 1))
    x = layers.Lambda(lambda t: tf.nn.tanh(t))(layers.Conv2D(6, 5)(inputs))
    x = layers.Lambda(lambda t: tf.nn.avg_pool2d(t, 2, 2, "VALID"))(x)
    x = layers.Lambda(lambda t: ops.tanh(t))(layers.Conv2D(16, 5)(x))
    x = layers.Lambda(lambda t: ops.average_pool(t, 2, 2))(x)
    x = keras.activations.tanh(layers.Dense(120)(layers.Flatten()(x)))
    x = keras.activations.tanh(layers.Dense(84)(x))
    return keras.Model(inputs, layers.Activation(tf.nn.softmax)(layers.Dense(10)(x)))


def resnet_v1(option="B", conv_bias=True, first=16, after_add=True):
    """The CIFAR example of keras.io: resnet_layer, stacks, res_blocks."""

    def resnet_layer(x, filters, size=3, strides=1, activation="relu", batch_normalization=True):
        x = layers.Conv2D(
            filters,
            kernel_size=size,
            strides=strides,
            padding="same",
            use_bias=conv_bias,
            kernel_initializer="he_normal",
            kernel_regularizer=keras.regularizers.L2(1e-4),
        )(x)
        x = layers.BatchNormalization()(x) if batch_normalization else x
        return layers.Activation(activation)(x) if activation else x

    def build_resnet(n):
        filters = first
        inputs = keras.Input(shape=(32, 32, 3))
        x = resnet_layer(inputs, filters)
        for stack in range(3):
            for block in range(n):
                strides = 2 if stack > 0 and block == 0 else 1
                y = resnet_layer(x, filters, strides=strides)
                y = resnet_layer(y, filters, activation=None)
                if strides == 2:
                    x = resnet_layer(x, filters, 1, 2, None, batch_normalization=option == "B")
                x = layers.add([x, y])
                x = layers.Activation("relu")(x) if after_add else x
            filters *= 2
        x = layers.AveragePooling2D(pool_size=8)(x)
        outputs = layers.Dense(10, activation="softmax", kernel_initializer="he_normal")(layers.Flatten()(x))
        return keras.Model(inputs=inputs, outputs=outputs)

    return build_resnet


def akamaster(n):
    """The popular PyTorch one: option A as strided slices and zeros around the channels."""

    def block(x, filters, strides):
        y = layers.ZeroPadding2D(1)(x)
        y = ops.relu(layers.BatchNormalization()(layers.Conv2D(filters, 3, strides, use_bias=False)(y)))
        y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
        if strides != 1 or x.shape[-1] != filters:
            x = ops.pad(x[:, ::2, ::2, :], [[0, 0], [0, 0], [0, 0], [filters // 4, filters // 4]])
        return ops.relu(y + x)

    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same", use_bias=False)(inputs)
    x = ops.relu(layers.BatchNormalization()(x))
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        for s in [strides] + [1] * (n - 1):
            x = block(x, filters, s)
    return keras.Model(inputs, ops.softmax(layers.Dense(10)(ops.mean(x, axis=(1, 2)))))


def channels_first():
    """As Keras's first examples had it, Theano's way round; it is read, not run: a CPU cannot."""
    settings = {"data_format": "channels_first"}
    net = keras.Sequential([keras.Input((1, 32, 32))])
    for filters in (6, 16):
        net.add(layers.Conv2D(filters, (5, 5), activation="tanh", **settings))
        net.add(layers.AveragePooling2D(pool_size=(2, 2), **settings))
    net.add(layers.Conv2D(120, (5, 5), activation="tanh", **settings))
    net.add(layers.Flatten())
    net.add(layers.Dense(84, activation="tanh"))
    net.add(layers.Dense(10))
    net.add(layers.Activation("softmax"))
    return net


ROWS = [
    ("lenet5", channels_first, None),
    ("lenet5", lenet(), None),
    ("lenet5", lambda: ThreeConvolutions(), None),
    ("lenet5", features_and_classifier, None),
    ("lenet5", with_lambdas, None),
    ("lenet5", lenet("relu"), r"layer C1: you have ReLU.*\n.*AlexNet's choice of 2012"),
    ("lenet5", lenet("sigmoid"), r"layer C1: you have sigmoid.*\n.*from 0 to 1"),
    ("lenet5", lenet(pool=layers.MaxPooling2D), r"layer S2: you have max pooling.*\n.*maximum of each window"),
    ("lenet5", lenet(size=28, padding="same"), r"input: yours is 28×28×1.*32×32×1"),
    ("lenet5", net_of_a_list, r"input: yours is 28×28×1.*32×32×1"),
    ("lenet5", lenet(widths=(20, 50), units=(500,)), r"layer C1: your map is 28×28×20.*28×28×6"),
    ("lenet5", lambda: ThreeConvolutions(lambda x: x), r"layer OUTPUT: you have no activation.*\n.*logits"),
    ("resnet-cifar", akamaster, None),
    ("resnet-cifar", resnet_v1(conv_bias=False), r"conv3_1_1: you have same padding.*\n.*ZeroPadding2D"),
    ("resnet-cifar", resnet_v1("no bn"), r"conv3_1_1: you have same padding"),
    ("resnet-cifar", resnet_v1(after_add=False, conv_bias=False), r"layer conv2_1_add: you have no activation"),
    (
        "resnet-cifar",
        resnet_v1(first=64, conv_bias=False),
        r"layer conv1: your map is 32×32×64, .*\n.*conv1 has 16 filters",
    ),
]

"""Nets as public code has them: closures and loops, subclasses, other policies and layouts, and their slips."""

import keras
import tensorflow as tf
from keras import layers, models, ops

from course.layers import LocalResponseNormalization


def chollet_lenet(activation="tanh", pool="average", last=True, c1_padding="valid", flatten=True, units=(120, 84)):
    """The book's way: x = layers…(x), Rescaling in front."""

    def build_lenet5():
        inputs = keras.Input(shape=(32, 32, 1), name="image")
        x = layers.Rescaling(1.0 / 255)(inputs)
        pooling = layers.AveragePooling2D if pool == "average" else layers.MaxPooling2D
        x = layers.Conv2D(filters=6, kernel_size=5, padding=c1_padding, activation=activation)(x)
        x = pooling(pool_size=2)(x)
        x = layers.Conv2D(filters=16, kernel_size=5, activation=activation)(x)
        x = pooling(pool_size=2)(x)
        if flatten:
            x = layers.Flatten()(x)
        for n in units:
            x = layers.Dense(n, activation=activation)(x)
        if not flatten:
            x = layers.Flatten()(x)
        outputs = layers.Dense(10, activation="softmax" if last else None)(x)
        return keras.Model(inputs=inputs, outputs=outputs)

    return build_lenet5


def d2l_lenet():
    """net = Sequential([…]), logits first, Softmax as a layer of its own, Reshape for Flatten."""
    return models.Sequential(
        [
            layers.Input((32, 32, 1)),
            layers.Conv2D(filters=6, kernel_size=5, activation="tanh", kernel_regularizer="l2"),
            layers.AvgPool2D(pool_size=2, strides=2),
            layers.Conv2D(filters=16, kernel_size=5, activation="tanh"),
            layers.AvgPool2D(pool_size=2, strides=2),
            layers.Reshape((400,)),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10),
            layers.Softmax(),
        ]
    )


class TutorialLeNet(keras.Model):
    """TensorFlow's tutorial for experts: layers in __init__, tf's functions in call."""

    def __init__(self, activation=tf.nn.tanh, size=5):
        super().__init__()
        self.conv1, self.conv2 = layers.Conv2D(6, size), layers.Conv2D(16, 5)
        self.d1, self.d2, self.out = layers.Dense(120), layers.Dense(84), layers.Dense(10)
        self.activation = activation

    def call(self, x):
        x = self.activation(self.conv1(x))
        x = tf.nn.avg_pool2d(x, ksize=2, strides=2, padding="VALID")
        x = tf.nn.avg_pool2d(self.activation(self.conv2(x)), 2, 2, "VALID")
        x = tf.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3]))
        x = self.activation(self.d2(self.activation(self.d1(x))))
        return tf.nn.softmax(self.out(x))


def tutorial_lenet(**arguments):
    return lambda: TutorialLeNet(**arguments)


def channels_first_lenet():
    """Permute, then PyTorch's layout all the way."""
    inputs = keras.Input((32, 32, 1))
    x = layers.Permute((3, 1, 2))(inputs)
    x = layers.Conv2D(6, 5, activation="tanh", data_format="channels_first")(x)
    x = layers.AveragePooling2D(2, data_format="channels_first")(x)
    x = layers.Conv2D(16, 5, activation="tanh", data_format="channels_first")(x)
    x = layers.AveragePooling2D(2, data_format="channels_first")(x)
    x = layers.Dense(84, activation="tanh")(layers.Dense(120, activation="tanh")(layers.Flatten()(x)))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def float64_lenet():
    """Every layer with dtype="float64"."""
    kind = {"dtype": "float64"}
    model = keras.Sequential([keras.Input((32, 32, 1), **kind)])
    for filters in (6, 16):
        model.add(layers.Conv2D(filters, 5, activation="tanh", **kind))
        model.add(layers.AveragePooling2D(2, **kind))
    model.add(layers.Flatten(**kind))
    for units in (120, 84):
        model.add(layers.Dense(units, activation="tanh", **kind))
    model.add(layers.Dense(10, activation="softmax", **kind))
    return model


def pyimagesearch_minivgg(order=("conv", "relu", "bn"), drops=(0.25, 0.25, 0.5), widths=(32, 64), first="same"):
    """MiniVGGNet.build: model.add in a row, chanDim = -1."""

    def build_minivgg():
        model, chan_dim = keras.models.Sequential(), -1
        model.add(keras.Input((32, 32, 3)))
        for block, width in enumerate(widths):
            for _ in range(2):
                parts = {
                    "conv": lambda w=width: layers.Conv2D(w, (3, 3), padding=first),
                    "relu": lambda: layers.Activation("relu"),
                    "bn": lambda: layers.BatchNormalization(axis=chan_dim),
                }
                for part in order:
                    model.add(parts[part]())
            model.add(layers.MaxPooling2D(pool_size=(2, 2)))
            if drops[block]:
                model.add(layers.Dropout(drops[block]))
        model.add(layers.Flatten())
        model.add(layers.Dense(512))
        model.add(layers.Activation("relu"))
        if "bn" in order:
            model.add(layers.BatchNormalization())
        model.add(layers.Dropout(drops[2]))
        model.add(layers.Dense(10))
        model.add(layers.Activation("softmax"))
        return model

    return build_minivgg


def torch_alexnet(groups=1, flips=(), fc=4096, features=(96, 256, 384, 384, 256), first_pad=0, mixed=False):
    """features, avgpool and classifier as three Sequentials; groups as in the release."""

    def build_alexnet():
        kind = {"dtype": "mixed_float16"} if mixed else {}
        a, b, c, d, e = features
        pool = lambda: layers.MaxPool2D(pool_size=3, strides=1 if "pool" in flips else 2)  # noqa: E731
        norm = lambda: LocalResponseNormalization(n=5, k=2 if "k" not in flips else 1, alpha=1e-4, beta=0.75)  # noqa: E731
        conv = lambda n, k, g=1, **kw: layers.Conv2D(n, k, groups=g, activation="relu", **kw, **kind)  # noqa: E731
        body = keras.Sequential(
            [
                *([layers.ZeroPadding2D(first_pad)] if first_pad else []),
                conv(a, 11, strides=4),
                *([pool(), norm()] if "order" in flips else [norm(), pool()]),
                layers.ZeroPadding2D(2),
                conv(b, 5, groups),
                *([pool(), norm()] if "order" in flips else [norm(), pool()]),
                conv(c, 3, padding="same"),
                conv(d, 3, groups, padding="same"),
                conv(e, 3, groups, padding="same"),
                layers.MaxPool2D(3, 2),
            ],
            name="features",
        )
        head = [layers.Flatten()]
        for _ in range(2):
            drop, dense = layers.Dropout(0.5), layers.Dense(fc, activation="relu", **kind)
            head += [drop, dense] if "dropout" in flips else [dense, drop]
        head += [layers.Dense(1000, activation="softmax", dtype="float32")]
        return keras.Sequential([keras.Input((227, 227, 3)), body, keras.Sequential(head, name="classifier")])

    return build_alexnet


def helper_zfnet(pads="same", strides=(2, 2), widths=(384, 384, 256), lrn=True):
    """conv_block closures, kernel_initializer and names everywhere."""

    def build_zfnet():
        def conv(x, n, k, s=1, p="same", name=None):
            return layers.Conv2D(
                n, k, s, p, activation="relu", kernel_initializer=keras.initializers.RandomNormal(0, 0.01), name=name
            )(x)

        def pool(x, pads=pads):
            return layers.MaxPooling2D(3, 2, padding=pads)(x)

        norm = (lambda x: LocalResponseNormalization()(x)) if lrn else (lambda x: x)
        img = layers.Input(shape=(224, 224, 3))
        x = conv(layers.ZeroPadding2D(1)(img), 96, 7, strides[0], "valid", "conv_1")
        x = norm(pool(x))
        x = norm(pool(conv(x, 256, 5, strides[1], "valid", "conv_2")))
        for i, n in enumerate(widths):
            x = conv(x, n, 3, name=f"conv_{i + 3}")
        x = layers.Flatten()(pool(x, "valid"))
        x = layers.Dropout(0.5)(layers.Dense(4096, "relu")(x))
        x = layers.Dropout(0.5)(layers.Dense(4096, "relu")(x))
        return models.Model(img, layers.Dense(1000, "softmax")(x))

    return build_zfnet


def cfg_vgg(cfgs=None, relu=True, head=(4096, 4096), fully=False, pool_padding="valid"):
    """A dictionary of 64 and "M", block numbers counted in the loop; or the dense layers as convolutions."""
    cfgs = cfgs or {
        "A": [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
        "B": [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
        "C": [64, 64, "M", 128, 128, "M", 256, 256, -256, "M", 512, 512, -512, "M", 512, 512, -512, "M"],
        "D": [64, 64, "M", 128, 128, "M", *[256] * 3, "M", *[512] * 3, "M", *[512] * 3, "M"],
        "E": [64, 64, "M", 128, 128, "M", *[256] * 4, "M", *[512] * 4, "M", *[512] * 4, "M"],
    }

    def build_vgg(configuration):
        x = image = keras.Input((224, 224, 3))
        for v in cfgs[configuration]:
            if v == "M":
                x = layers.MaxPool2D((2, 2), (2, 2), padding=pool_padding)(x)
            else:
                x = layers.Conv2D(abs(v), 1 if v < 0 else 3, padding="same")(x)
                x = keras.activations.relu(x) if relu else x
        if fully:
            for n in head:
                x = layers.Dropout(0.5)(layers.Conv2D(n, x.shape[1], activation="relu")(x))
            x = layers.Flatten()(layers.Conv2D(1000, 1)(x))
        else:
            x = layers.Flatten(name="flatten")(x)
            for i, n in enumerate(head):
                x = layers.Dropout(0.5)(layers.Dense(n, activation="relu", name=f"fc{i + 1}")(x))
            x = layers.Dense(1000, name="logits")(x)
        return keras.Model(image, layers.Activation("softmax")(x))

    return build_vgg


def example_resnet(
    option="A", filters=16, bias=False, keepdims=False, last_relu=True, stages=3, stem_bn=True, strides=2
):
    """keras.io's resnet_v1 with names of its own, option A by slices and ops.pad, or B."""

    def build_resnet(n):
        def layer(x, k, size=3, s=1, relu=True, bn=True):
            if s > 1 and size > 1:
                x = layers.ZeroPadding2D(1)(x)
            y = layers.Conv2D(k, size, s, "same" if s == 1 or size == 1 else "valid", use_bias=bias)(x)
            y = layers.BatchNormalization()(y) if bn else y
            return layers.Activation("relu")(y) if relu else y

        inputs = keras.Input((32, 32, 3))
        x, k = layer(inputs, filters, bn=stem_bn), filters
        for stage in range(stages):
            for i in range(n):
                s = strides if stage and not i else 1
                y = layer(layer(x, k, s=s), k, relu=False)
                if stage and not i:
                    if option == "A":
                        x = ops.pad(x[:, ::s, ::s, :], [[0, 0], [0, 0], [0, 0], [k // 4, k // 4]])
                    elif option == "B":
                        x = layer(x, k, 1, s, relu=False)
                    else:
                        x = layer(x, k, 1, s, relu=False, bn=False)
                x = layers.add([x, y])
                x = layers.Activation("relu")(x) if last_relu else x
            k *= 2
        if keepdims:
            x = layers.GlobalAveragePooling2D(keepdims=True)(x)
            x = layers.Flatten()(layers.Softmax()(layers.Conv2D(10, 1)(x)))
        else:
            x = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x))
        return keras.Model(inputs, x)

    return build_resnet


ROWS = [
    ("lenet5", chollet_lenet(), None),
    ("lenet5", d2l_lenet, None),
    ("lenet5", tutorial_lenet(), None),
    ("lenet5", channels_first_lenet, None),
    ("lenet5", float64_lenet, None),
    ("lenet5", chollet_lenet(activation="relu"), r"layer C1: you have ReLU"),
    ("lenet5", chollet_lenet(pool="max"), r"layer S2: you have max pooling"),
    ("lenet5", chollet_lenet(last=False), r"layer OUTPUT: you have no activation.*\n.*logits"),
    ("lenet5", chollet_lenet(c1_padding="same"), r"layer C1: your map is 32×32×6"),
    ("lenet5", chollet_lenet(flatten=False), r"layer C5: .*\n.*Flatten is missing"),
    ("lenet5", chollet_lenet(units=(84, 120)), r"layer C5: your output is 84 values"),
    ("lenet5", tutorial_lenet(activation=tf.nn.relu), r"layer C1: you have ReLU"),
    ("lenet5", tutorial_lenet(size=3), r"layer C1: .*\n.*3×3 kernels"),
    ("minivgg", pyimagesearch_minivgg(), None),
    ("minivgg", pyimagesearch_minivgg(order=("conv", "bn", "relu")), r"layer conv1_1: .*\n.*ReLU after conv1_1_bn"),
    ("minivgg", pyimagesearch_minivgg(order=("conv", "relu")), r"layer conv1_1_bn: it is missing"),
    ("minivgg", pyimagesearch_minivgg(drops=(0.5, 0.5, 0.5)), r"layer drop1: you have rate 0\.5"),
    ("minivgg", pyimagesearch_minivgg(widths=(64, 128)), r"layer conv1_1: your map is 32×32×64"),
    ("minivgg", pyimagesearch_minivgg(first="valid"), r"layer conv1_1: your map is 30×30×32"),
    ("alexnet", torch_alexnet(), None),
    ("alexnet", torch_alexnet(mixed=True), None),
    ("alexnet", torch_alexnet(flips=("order",)), r"layer norm1: it is not in its place"),
    ("alexnet", torch_alexnet(flips=("dropout",)), r"drop6: it is not in its place|dropout.*too early"),
    ("alexnet", torch_alexnet(first_pad=2), r"layer conv1: your map is 56×56×96"),
    ("alexnet", torch_alexnet(groups=2), r"layer conv2: .*2 groups"),
    ("alexnet", torch_alexnet(fc=2048), r"layer fc6: your output is 2,048 values"),
    ("alexnet-two-towers", torch_alexnet(groups=2), None),
    ("alexnet-two-towers", torch_alexnet(groups=1), r"layer conv2: you have 1 group"),
    ("alexnet-two-towers", torch_alexnet(groups=2, flips=("k",)), r"layer norm1: you have k 1"),
    ("zfnet", helper_zfnet(), None),
    ("zfnet", helper_zfnet(pads="valid"), r"layer pool1: your map is 54×54×96"),
    ("zfnet", helper_zfnet(strides=(4, 1)), r"layer conv1: your map is 55×55×96"),
    ("zfnet", helper_zfnet(lrn=False), r"layer norm1: it is missing"),
    ("vgg", cfg_vgg(), None),
    ("vgg", cfg_vgg(fully=True), None),
    ("vgg", cfg_vgg(relu=False), r"layer conv1_1: you have no activation"),
    ("vgg", cfg_vgg(head=(4096,)), r"layer fc7: it is missing"),
    ("vgg", cfg_vgg(pool_padding="same"), None),
    ("resnet-cifar", example_resnet(), None),
    ("resnet-cifar", example_resnet("B", keepdims=True), None),
    ("resnet-cifar", example_resnet("B", bias=True), None),
    ("resnet-cifar", example_resnet("C"), r"conv3_1_proj_bn: it is missing"),
    ("resnet-cifar", example_resnet(last_relu=False), r"layer conv2_1.*no activation"),
    ("resnet-cifar", example_resnet(filters=32), r"layer conv1: your map is 32×32×32"),
    ("resnet-cifar", example_resnet(stages=2), r"conv4"),
    ("resnet-cifar", example_resnet(stem_bn=False), r"layer conv1_bn: it is missing"),
    ("resnet-cifar", example_resnet(strides=1), r"layer conv3_1.*32×32×32"),
]

"""AlexNet, VGG-16, GoogLeNet, ResNet-50 and DenseNet-121."""

import functools

import keras
from keras import layers, ops


def alexnet(size=227, widths=(96, 256, 384, 384, 256), lrn=True, groups=2, pool_size=3, bn=False, dropout=0.5):
    """Sequential, as in posts; exact with local response normalisation by TensorFlow and grouped convolutions."""
    import tensorflow as tf

    def build_alexnet():
        net = keras.Sequential([keras.Input((size, size, 3))])
        rows = [(11, 4, "valid", 1), (5, 1, "same", groups), (3, 1, "same", 1)] + [(3, 1, "same", groups)] * 2
        for i, (filters, (kernel, strides, padding, split)) in enumerate(zip(widths, rows, strict=True)):
            net.add(layers.Conv2D(filters, kernel, strides, padding, activation="relu", groups=split))
            if bn:
                net.add(layers.BatchNormalization())
            if lrn and i < 2:
                respond = functools.partial(tf.nn.local_response_normalization, depth_radius=2, bias=2, alpha=1e-4)
                net.add(layers.Lambda(lambda x, respond=respond: respond(x, beta=0.75)))
            if i in (0, 1, 4):
                net.add(layers.MaxPooling2D(pool_size, strides=2))
        net.add(layers.Flatten())
        for _ in range(2):
            net.add(layers.Dense(4096, activation="relu"))
            if dropout:
                net.add(layers.Dropout(dropout))
        net.add(layers.Dense(1000, activation="softmax"))
        return net

    return build_alexnet


class TorchvisionAlexNet(keras.Model):
    """features, avgpool, classifier; 64, 192, 384, 256, 256 filters on 224×224: that of 2014."""

    def __init__(self):
        super().__init__()
        relu = functools.partial(layers.Activation, "relu")
        features = [layers.ZeroPadding2D(2), layers.Conv2D(64, 11, 4), relu(), layers.MaxPooling2D(3, 2)]
        features += [layers.Conv2D(192, 5, padding="same"), relu(), layers.MaxPooling2D(3, 2)]
        for filters in (384, 256, 256):
            features += [layers.Conv2D(filters, 3, padding="same"), relu()]
        classifier = [layers.Dropout(0.5), layers.Dense(4096), relu()]
        classifier += [layers.Dropout(0.5), layers.Dense(4096), relu(), layers.Dense(1000)]
        self.features = keras.Sequential([*features, layers.MaxPooling2D(3, 2), layers.Flatten()])
        self.classifier = keras.Sequential(classifier)

    def build(self, input_shape):
        self.features.build((None, 224, 224, 3))
        self.built = True

    def call(self, x):
        return ops.softmax(self.classifier(self.features(x)))


CFGS = {
    "A": [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "B": [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "C": [64, 64, "M", 128, 128, "M", 256, 256, -256, "M", 512, 512, -512, "M", 512, 512, -512, "M"],
    "D": [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"],
    "E": [64, 64, "M", 128, 128, "M", *[256] * 4, "M", *[512] * 4, "M", *[512] * 4, "M"],
}


def vgg(dropout=True, one_by_one=True, bn=False, classifier=4096):
    """torchvision's make_layers over cfgs; -256 stands for C's 1×1."""

    def make_layers(x, cfg):
        for v in cfg:
            if v == "M":
                x = layers.MaxPooling2D(pool_size=2, strides=2)(x)
            else:
                x = layers.Conv2D(abs(v), 1 if v < 0 and one_by_one else 3, padding="same")(x)
                x = layers.BatchNormalization()(x) if bn else x
                x = layers.ReLU()(x)
        return x

    def build_vgg(configuration):
        inputs = keras.Input((224, 224, 3))
        x = layers.Flatten()(make_layers(inputs, CFGS[configuration]))
        for _ in range(2):
            x = layers.ReLU()(layers.Dense(classifier)(x))
            x = layers.Dropout(0.5)(x) if dropout else x
        return keras.Model(inputs, layers.Softmax()(layers.Dense(1000)(x)))

    return build_vgg


def keras_applications(name, **arguments):
    def build():
        return getattr(keras.applications, name)(weights=None, **arguments)

    return build


def d2l_googlenet():
    """Five blocks b1 to b5, with no response normalisation, same padding throughout and no dropout."""

    def inception(x, c1, c2, c3, c4):
        conv = functools.partial(layers.Conv2D, padding="same", activation="relu")
        p2 = conv(c2[1], 3)(conv(c2[0], 1)(x))
        p3 = conv(c3[1], 5)(conv(c3[0], 1)(x))
        p4 = conv(c4, 1)(layers.MaxPool2D(3, 1, padding="same")(x))
        return layers.concatenate([conv(c1, 1)(x), p2, p3, p4])

    inputs = keras.Input((224, 224, 3))
    x = layers.Conv2D(64, 7, strides=2, padding="same", activation="relu")(inputs)
    x = layers.MaxPool2D(3, 2, padding="same")(x)
    x = layers.Conv2D(192, 3, padding="same", activation="relu")(layers.Conv2D(64, 1, activation="relu")(x))
    x = layers.MaxPool2D(3, 2, padding="same")(x)
    x = inception(inception(x, 64, (96, 128), (16, 32), 32), 128, (128, 192), (32, 96), 64)
    x = layers.MaxPool2D(3, 2, padding="same")(x)
    x = inception(inception(x, 192, (96, 208), (16, 48), 64), 160, (112, 224), (24, 64), 64)
    x = inception(inception(x, 128, (128, 256), (24, 64), 64), 112, (144, 288), (32, 64), 64)
    x = layers.MaxPool2D(3, 2, padding="same")(inception(x, 256, (160, 320), (32, 128), 128))
    x = inception(inception(x, 256, (160, 320), (32, 128), 128), 384, (192, 384), (48, 128), 128)
    x = layers.Flatten()(layers.GlobalAvgPool2D()(x))
    return keras.Model(inputs, layers.Dense(1000, activation="softmax")(x))


def keras_densenet(blocks, growth_rate):
    """keras.applications' own code for any blocks: its module is public as a function of blocks no more, so again."""

    def bn_relu(x):
        return layers.Activation("relu")(layers.BatchNormalization(axis=-1, epsilon=1.001e-5)(x))

    inputs = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(padding=((3, 3), (3, 3)))(inputs)
    x = bn_relu(layers.Conv2D(2 * growth_rate, 7, strides=2, use_bias=False)(x))
    x = layers.MaxPooling2D(3, strides=2)(layers.ZeroPadding2D(padding=((1, 1), (1, 1)))(x))
    for i, count in enumerate(blocks):
        for _ in range(count):
            y = layers.Conv2D(4 * growth_rate, 1, use_bias=False)(bn_relu(x))
            y = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(bn_relu(y))
            x = layers.Concatenate(axis=-1)([x, y])
        x = bn_relu(x)
        if i < len(blocks) - 1:
            x = layers.Conv2D(x.shape[-1] // 2, 1, use_bias=False)(x)
            x = layers.AveragePooling2D(2, strides=2)(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return keras.Model(inputs, layers.Dense(1000, activation="softmax")(x))


def resnet50(stride_in_3x3=False, blocks=(3, 4, 6, 3), padding=True):
    """_make_layer(Bottleneck, 64, 3), … as in torchvision, whose strides stand in the 3×3."""

    def bottleneck(x, filters, strides):
        def conv_bn(x, filters, size, strides=1):
            x = layers.ZeroPadding2D(1)(x) if size == 3 else x
            return layers.BatchNormalization()(layers.Conv2D(filters, size, strides, use_bias=False)(x))

        one, three = (1, strides) if stride_in_3x3 else (strides, 1)
        out = ops.relu(conv_bn(x, filters, 1, one))
        out = conv_bn(ops.relu(conv_bn(out, filters, 3, three)), 4 * filters, 1)
        if strides != 1 or x.shape[-1] != 4 * filters:
            x = conv_bn(x, 4 * filters, 1, strides)
        return ops.relu(out + x)

    def build():
        inputs = keras.Input((224, 224, 3))
        if padding:
            x = layers.Conv2D(64, 7, 2, use_bias=False)(layers.ZeroPadding2D(3)(inputs))
        else:
            x = layers.Conv2D(64, 7, 2, "same", use_bias=False)(inputs)
        x = ops.relu(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
        for planes, count, strides in zip((64, 128, 256, 512), blocks, (1, 2, 2, 2), strict=True):
            for s in [strides] + [1] * (count - 1):
                x = bottleneck(x, planes, s)
        return keras.Model(inputs, ops.softmax(layers.Dense(1000)(layers.GlobalAveragePooling2D()(x))))

    return build


ROWS = [
    ("alexnet", alexnet(), r"layer conv2: you have 2 groups.*\n.*sees all of them"),
    ("alexnet", alexnet(groups=1), None),
    ("alexnet-two-towers", alexnet(), None),
    ("alexnet", alexnet(224, groups=1), r"input: yours is 224×224×3.*227×227×3"),
    ("alexnet", alexnet(lrn=False, groups=1), r"norm1: it is missing.*\n.*Local response normalisation"),
    ("alexnet", alexnet(lrn=False, groups=1, bn=True), r"after conv1: you have batch normalisation.*\n.*in 2015"),
    ("alexnet", alexnet(pool_size=2, groups=1), r"layer pool1: you have 2×2 windows.*\n.*overlap"),
    ("alexnet", alexnet(dropout=0.4, groups=1), r"rate 0.4.*rate 0.5"),
    ("alexnet", alexnet(widths=(64, 192, 384, 256, 256), groups=1), r"layer conv1: your map is 55×55×64"),
    (
        "alexnet",
        lambda: TorchvisionAlexNet(),
        r"layer conv1: your map is 56×56×64.*\n.*You padded.*You have 64 filters",
    ),
    ("vgg", vgg(), None),
    ("vgg", vgg(dropout=False), r"drop6: it is missing"),
    ("vgg", vgg(one_by_one=False), r"'C'.*layer conv3_3: you have 3×3 kernels.*1×1"),
    ("vgg", vgg(bn=True), r"after conv1_1: you have batch normalisation, the paper has none.*\n.*in 2015"),
    ("vgg", vgg(classifier=512), r"layer fc6: your output is 512 values.*4,096"),
    ("googlenet", d2l_googlenet, r"layer conv1: you have same padding.*\n.*ZeroPadding2D"),
    ("densenet", keras_densenet, None),
    ("resnet50", resnet50(), None),
    ("resnet50", keras_applications("ResNet50"), "remark: biases before batch normalisation"),
    (
        "resnet50",
        resnet50(stride_in_3x3=True),
        r"layer conv3_1_1: .*\n.*strides of 2×2 in conv3_1_2; they are in conv3_1_1",
    ),
    ("resnet50", resnet50(padding=False), r"layer conv1: .*\n.*ZeroPadding2D"),
    ("resnet50", resnet50(blocks=(3, 4, 5, 3)), r"stage conv4 has 5 blocks.*has 6"),
    ("resnet50", keras_applications("ResNet50V2"), r"layer conv1: you have biases.*no biases"),
    ("densenet121", keras_applications("DenseNet121"), None),
    ("vgg16", keras_applications("VGG16"), r"drop6: it is missing"),
]

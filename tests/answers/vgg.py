"""VGG from a configuration, in several styles; `changed` makes builders with one thing otherwise."""

import functools

import keras
from keras import layers, ops

from answers import right, wrong

TABLE = {
    "A": [[3], [3], [3, 3], [3, 3], [3, 3]],
    "B": [[3, 3], [3, 3], [3, 3], [3, 3], [3, 3]],
    "C": [[3, 3], [3, 3], [3, 3, 1], [3, 3, 1], [3, 3, 1]],
    "D": [[3, 3], [3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]],
    "E": [[3, 3], [3, 3], [3, 3, 3, 3], [3, 3, 3, 3], [3, 3, 3, 3]],
}
WIDTHS = (64, 128, 256, 512, 512)


def changed(
    table=TABLE, widths=WIDTHS, size=224, conv=None, between=(), pool=None, flatten=layers.Flatten, rate=0.5,
    units=4096, classes=1000, last="softmax",
):  # fmt: skip
    """A builder of a list of layers; `conv` are arguments of each convolution, `between` what follows each."""

    def build_vgg(configuration):
        net = keras.Sequential([keras.Input((size, size, 3))])
        for filters, kernel_sizes in zip(widths, table[configuration], strict=True):
            for kernel_size in kernel_sizes:
                settings = {"padding": "same", "activation": "relu"} | (conv or {})
                net.add(layers.Conv2D(filters, kernel_size, **settings))
                for make in between:
                    net.add(make())
            net.add(pool() if pool else layers.MaxPooling2D(2))
        net.add(flatten())
        for _ in range(2):
            net.add(layers.Dense(units, activation="relu"))
            if rate:
                net.add(layers.Dropout(rate))
        net.add(layers.Dense(classes, activation=last))
        return net

    return build_vgg


right("vgg")(changed())


@right("vgg")
def functional_from_one_string(configuration="D"):
    columns = {
        "A": "64 M 128 M 256 256 M 512 512 M 512 512 M",
        "B": "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
        "C": "64 64 M 128 128 M 256 256 256/1 M 512 512 512/1 M 512 512 512/1 M",
        "D": "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
        "E": "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
    }
    x = inputs = keras.Input((224, 224, 3))
    for entry in columns[configuration].split():
        if entry == "M":
            x = layers.MaxPool2D((2, 2), strides=(2, 2))(x)
            continue
        filters, _, size = entry.partition("/")
        x = layers.ReLU()(layers.Conv2D(int(filters), int(size or 3), padding="same")(x))
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.ReLU()(layers.Dense(4096)(x)))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(1000)(x)), name=f"vgg_{configuration.lower()}")


@right("vgg")
class Subclassed(keras.Model):
    def __init__(self, configuration):
        super().__init__()
        self.features = []
        for filters, kernel_sizes in zip(WIDTHS, TABLE[configuration], strict=True):
            for size in kernel_sizes:
                self.features += [layers.ZeroPadding2D(size // 2), layers.Conv2D(filters, size), layers.ReLU()]
            self.features.append(layers.MaxPooling2D())
        self.fc6, self.fc7, self.fc8 = layers.Dense(4096), layers.Dense(4096), layers.Dense(1000)
        self.drop = layers.Dropout(0.5)

    def call(self, x, training=False):
        for layer in self.features:
            x = layer(x)
        x = ops.reshape(x, (-1, 7 * 7 * 512))
        x = self.drop(ops.relu(self.fc6(x)), training=training)
        return ops.softmax(self.fc8(self.drop(ops.relu(self.fc7(x)), training=training)))


@right("vgg")
def by_blocks_and_convolutions_to_the_end(configuration):
    """Fully convolutional, with C's 1×1 as dense layers of each pixel."""

    def block(x, filters, kernel_sizes):
        for size in kernel_sizes:
            conv = layers.Conv2D(filters, 3, padding="same") if size == 3 else layers.Dense(filters)
            x = layers.Activation("relu")(conv(x))
        return layers.MaxPooling2D(2, padding="same")(x)

    inputs = keras.Input((224, 224, 3))
    x = functools.reduce(lambda x, row: block(x, *row), zip(WIDTHS, TABLE[configuration], strict=True), inputs)
    x = layers.Dropout(0.5)(layers.Conv2D(4096, 7, activation="relu")(x))
    x = layers.Dropout(0.5)(layers.Conv2D(4096, 1, activation="relu")(x))
    return keras.Model(inputs, layers.Flatten()(layers.Conv2D(1000, 1, activation="softmax")(x)))


wrong("vgg", r"configuration='C'\), VGG C, layer conv3_3: you have 3×3 kernels.*\n.*with 3×3 there the net is D")(
    changed(TABLE | {"C": TABLE["D"]})
)
wrong("vgg", r"configuration='D'\), VGG D, layer conv3_3: you have 1×1 kernels.*\n.*configuration C alone")(
    changed(TABLE | {"D": TABLE["C"]})
)
wrong("vgg", r"configuration='C'\), VGG C, layer conv3_1: you have 1×1 kernels")(
    changed(TABLE | {"C": [[3, 3], [3, 3], [1, 3, 3], [1, 3, 3], [1, 3, 3]]})
)
wrong("vgg", r"configuration='C'\), VGG C, layer conv3_3: it is missing.*\n.*1×1 convolution with 256")(
    changed(TABLE | {"C": TABLE["B"]})
)
wrong("vgg", r"configuration='E'\), VGG E, layer conv3_4: it is missing")(changed(TABLE | {"E": TABLE["D"]}))
wrong("vgg", r"configuration='B'\), VGG B, layer conv1_2: it is missing")(changed(TABLE | {"B": TABLE["A"]}))
wrong("vgg", r"configuration='A'\), VGG A, after conv1_1: you have a same-padded 3×3 convolution with 64")(
    changed(dict.fromkeys("ABCDE", TABLE["D"]))
)
wrong("vgg", r"configuration='A'\), VGG A, after conv1_1: you have a same-padded 3×3 convolution with 64")(
    changed(TABLE | {"A": TABLE["B"], "B": TABLE["A"]})
)
wrong("vgg", r"VGG A, layer conv5_1: your map is 14×14×1024.*\n.*up to 512, and stay")(
    changed(widths=(64, 128, 256, 512, 1024))
)
wrong("vgg", r"VGG A, layer conv2_1: .*\n.*keep 64 filters; after pool1.*double")(changed(widths=(64,) * 5))
wrong("vgg", r"VGG A, layer conv1_1: your map is 224×224×32.*224×224×64")(changed(widths=(32, 64, 128, 256, 512)))
wrong("vgg", r"VGG A, layer conv1_1: your map is 222×222×64.*\n.*did not pad")(changed(conv={"padding": "valid"}))
wrong("vgg", r"VGG A, layer conv1_1: you have no activation.*\n.*left its activation out")(
    changed(conv={"activation": None})
)
wrong("vgg", r"VGG A, after conv1_1: you have batch normalisation.*\n.*2015; VGG has none")(
    changed(between=[layers.BatchNormalization])
)
wrong("vgg", r"VGG A, layer pool1: .*\n.*3×3 windows that overlap are AlexNet's")(
    changed(pool=lambda: layers.MaxPooling2D(3, 2, padding="same"))
)
wrong("vgg", r"VGG A, layer pool1: you have average pooling.*\n.*average each window")(
    changed(pool=lambda: layers.AveragePooling2D(2))
)
wrong("vgg", r"VGG A, after pool5: you have a 7×7 average pooling.*\n.*VGG flattens the 7×7 map")(
    changed(flatten=layers.GlobalAveragePooling2D)
)
wrong("vgg", r"VGG A, layer drop6: it is missing.*\n.*Dropout\(0.5\)")(changed(rate=0))
wrong("vgg", r"VGG A, layer drop6: you have rate 0.2, the paper has rate 0.5")(changed(rate=0.2))
wrong("vgg", r"VGG A, layer fc8: you have no activation.*\n.*logits")(changed(last=None))
wrong("vgg", r"VGG A, layer fc8: your output is 10 values.*\n.*1,000 classes")(changed(classes=10))
wrong("vgg", r"VGG A, input: yours is 227×227×3.*224×224×3")(changed(size=227))
wrong("vgg", r"You handed over a Sequential, one model")(changed()("D"))


@wrong("vgg", r"VGG A, after conv1_1: you have local response.*\n.*A-LRN alone")
def with_lrn(configuration):
    from course.layers import LocalResponseNormalization

    x = inputs = keras.Input((224, 224, 3))
    for number, (filters, kernel_sizes) in enumerate(zip(WIDTHS, TABLE[configuration], strict=True)):
        for size in kernel_sizes:
            x = layers.Conv2D(filters, size, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x if number else LocalResponseNormalization()(x))
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(4096, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(1000, activation="softmax")(x))


@wrong("vgg", r"KeyError: 'C'.*\n.*lacks that key")
def without_c(configuration):
    return changed({name: rows for name, rows in TABLE.items() if name != "C"})(configuration)


@wrong("vgg", r"VGG A, after conv1_1: you have a same-padded.*\n.*fewer convolutions there in this configuration")
def keras_applications(configuration):
    nets = {"E": keras.applications.VGG19}
    return nets.get(configuration, keras.applications.VGG16)(weights=None)


@wrong("vgg", r"what the course ships.*\n.*your own")
def the_course_s_own(configuration):
    from course.models import BUILDERS

    return BUILDERS["vgg16"](configuration=configuration)

"""MiniVGG in several styles; `changed` makes one with some layers other than they should be."""

import keras
from keras import layers, ops
from written import vgg as written

from answers import right, wrong


def changed(**makers):
    """A builder of a net with other layers at these names; a maker makes one, `None` leaves it out."""

    def build_minivgg():
        net = {}
        for number, filters in enumerate((32, 64), 1):
            for i in (1, 2):
                net[f"conv{number}_{i}"] = lambda filters=filters: layers.Conv2D(
                    filters, 3, padding="same", activation="relu"
                )
                net[f"bn{number}_{i}"] = layers.BatchNormalization
            net[f"pool{number}"] = lambda: layers.MaxPooling2D(2)
            net[f"drop{number}"] = lambda: layers.Dropout(0.25)
        net |= {"flatten": layers.Flatten, "fc1": lambda: layers.Dense(512, activation="relu")}
        net |= {"bn": layers.BatchNormalization, "drop3": lambda: layers.Dropout(0.5)}
        net |= {"fc2": lambda: layers.Dense(10, activation="softmax")}
        made = [make() for make in {**net, **makers}.values() if make]
        return keras.Sequential([keras.Input((32, 32, 3)), *made])

    return build_minivgg


right("minivgg")(changed())
right("minivgg")(written.minivgg())


@right("minivgg")
class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.convs = [layers.Conv2D(filters, (3, 3), padding="same") for filters in (32, 32, 64, 64)]
        self.norms = [layers.BatchNormalization(epsilon=1e-5, momentum=0.9) for _ in range(5)]
        self.fc1, self.fc2 = layers.Dense(512), layers.Dense(10)
        self.light, self.heavy = layers.Dropout(0.25), layers.Dropout(0.5)

    def call(self, x, training=False):
        for i, conv in enumerate(self.convs):
            x = self.norms[i](ops.relu(conv(x)), training=training)
            if i % 2:
                x = self.light(ops.max_pool(x, 2, 2), training=training)
        x = self.norms[4](ops.relu(self.fc1(ops.reshape(x, (-1, 4096)))), training=training)
        return ops.softmax(self.fc2(self.heavy(x, training=training)))


@right("minivgg")
def with_a_convolution_over_the_whole_map():
    x = inputs = keras.Input((32, 32, 3))
    for filters in (32, 64):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, activation="relu")(layers.ZeroPadding2D(1)(x))
            x = layers.BatchNormalization()(x)
        x = layers.Dropout(0.25)(layers.MaxPooling2D((2, 2), (2, 2))(x))
    x = layers.BatchNormalization()(layers.ReLU()(layers.Conv2D(512, 8)(x)))
    x = layers.Flatten()(layers.Conv2D(10, 1)(layers.Dropout(0.5)(x)))
    return keras.Model(inputs, layers.Softmax()(x))


def conv(filters, kernel_size=3, **kwargs):
    return lambda: layers.Conv2D(filters, kernel_size, **{"padding": "same", "activation": "relu"} | kwargs)


wrong("minivgg", r"layer conv1_1: you have no activation.*\n.*ReLU after conv1_1_bn; it follows conv1_1")(
    written.minivgg("conv bn relu")
)
wrong("minivgg", r"layer fc1: your output is 256 values, expected 512 values")(written.minivgg(units=256))
wrong("minivgg", r"layer drop1: you have rate 0.5.*0.25.*\n.*0.25 after a pooling")(
    written.minivgg(dropouts=(0.5, 0.5, 0.5))
)
wrong("minivgg", r"layer drop3: you have rate 0.25.*0.5.*\n.*0.5 before the last layer")(
    written.minivgg(dropouts=(0.25, 0.25, 0.25))
)
wrong("minivgg", r"layer drop1: it is missing.*\n.*follows each pooling")(changed(drop1=None, drop2=None))
wrong("minivgg", r"layer drop3: it is missing.*\n.*before the last layer")(changed(drop3=None))
wrong("minivgg", r"layer conv1_1: your map is 32×32×64.*32×32×32.*\n.*32 and 64 filters")(
    changed(conv1_1=conv(64), conv1_2=conv(64), conv2_1=conv(128), conv2_2=conv(128))
)
wrong("minivgg", r"layer conv2_1: your map is 16×16×32.*\n.*keep 32 filters; after pool1.*double")(
    changed(conv2_1=conv(32), conv2_2=conv(32))
)
wrong("minivgg", r"layer conv1_1: your map is 30×30×32.*\n.*did not pad")(
    changed(**{f"conv{name}": conv(32 * int(name[0]), padding="valid") for name in ("1_1", "1_2", "2_1", "2_2")})
)
wrong("minivgg", r"layer conv1_1: you have 5×5 kernels.*\n.*3×3 kernels alone")(changed(conv1_1=conv(32, 5)))
wrong("minivgg", r"layer conv1_2: it is missing")(changed(conv1_2=None, bn1_2=None))
wrong("minivgg", r"layer conv1_1_bn: it is missing.*\n.*normalises after each ReLU")(
    changed(bn1_1=None, bn1_2=None, bn2_1=None, bn2_2=None, bn=None)
)
wrong("minivgg", r"layer fc1_bn: it is missing.*\n.*normalises after each ReLU")(changed(bn=None))
wrong("minivgg", r"layer pool1: you have average pooling.*\n.*average each window")(
    changed(pool1=lambda: layers.AveragePooling2D(2), pool2=lambda: layers.AveragePooling2D(2))
)
wrong("minivgg", r"layer pool1: .*\n.*3×3 windows that overlap are AlexNet's")(
    changed(pool1=lambda: layers.MaxPooling2D(3, 2, padding="same"))
)
wrong("minivgg", r"layer fc1.*\n.*Flatten is missing")(changed(flatten=None))
wrong("minivgg", r"layer fc2: you have no activation.*\n.*logits")(changed(fc2=lambda: layers.Dense(10)))
wrong("minivgg", r"layer fc2: you have the sigmoid|layer fc2: you have sigmoid.*\n.*add up to 1")(
    changed(fc2=lambda: layers.Dense(10, activation="sigmoid"))
)
wrong("minivgg", r"layer fc2: your output is 1,000 values.*10")(
    changed(fc2=lambda: layers.Dense(1000, activation="softmax"))
)
wrong("minivgg", r"layer conv1_1_bn: you have axis 1.*\n.*channels, the last one")(
    changed(**{f"bn{name}": lambda: layers.BatchNormalization(axis=1) for name in ("1_1", "1_2", "2_1", "2_2")})
)


@wrong("minivgg", r"what the course ships.*\n.*your own")
def the_course_s_own():
    from course.models import BUILDERS

    return BUILDERS["minivgg"]()

"""ZFNet in several styles, and AlexNets that are only half turned into it."""

import keras
import tensorflow as tf
from keras import layers, ops
from written import alexnet as written

from answers import right, wrong
from course.layers import LocalResponseNormalization


def layer_list(**changes):
    """ZFNet's layers by name; a change is a layer or several in place of one, or `None`."""
    net = {
        "pad": layers.ZeroPadding2D(1),
        "conv1": layers.Conv2D(96, 7, strides=2, activation="relu"),
        "pool1": layers.MaxPooling2D(3, 2, padding="same"),
        "norm1": LocalResponseNormalization(),
        "conv2": layers.Conv2D(256, 5, strides=2, activation="relu"),
        "pool2": layers.MaxPooling2D(3, 2, padding="same"),
        "norm2": LocalResponseNormalization(),
        "conv3": layers.Conv2D(384, 3, padding="same", activation="relu"),
        "conv4": layers.Conv2D(384, 3, padding="same", activation="relu"),
        "conv5": layers.Conv2D(256, 3, padding="same", activation="relu"),
        "pool5": layers.MaxPooling2D(3, 2),
        "flatten": layers.Flatten(),
        "fc6": layers.Dense(4096, activation="relu"),
        "drop6": layers.Dropout(0.5),
        "fc7": layers.Dense(4096, activation="relu"),
        "drop7": layers.Dropout(0.5),
        "fc8": layers.Dense(1000, activation="softmax"),
    }
    return [layer for layer in {**net, **changes}.values() if layer is not None]


def changed(size=224, **makers):
    """A builder with other layers at these names; a maker makes one, `None` leaves it out."""

    def build_zfnet():
        changes = {name: maker and maker() for name, maker in makers.items()}
        return keras.Sequential([keras.Input((size, size, 3)), *layer_list(**changes)])

    return build_zfnet


right("zfnet")(changed())


@right("zfnet")
def functional():
    inputs = keras.Input((224, 224, 3))
    x = layers.Conv2D(96, 7, strides=2, activation="relu")(layers.ZeroPadding2D(((1, 1), (1, 1)))(inputs))
    x = written.Response()(layers.MaxPooling2D((3, 3), (2, 2), "same")(x))
    x = layers.Conv2D(256, (5, 5), (2, 2))(x)
    x = layers.MaxPooling2D((3, 3), (2, 2), "same")(layers.ReLU()(x))
    x = written.Response()(x)
    for filters in (384, 384, 256):
        x = layers.Conv2D(filters, 3, padding="same", activation=tf.nn.relu)(x)
    x = layers.Flatten()(layers.MaxPooling2D((3, 3), (2, 2))(x))
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(4096, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(1000, activation="softmax")(x))


@right("zfnet")
def with_zeros_for_the_windows_that_hang_over():
    def conv(x, filters, *args, **kwargs):
        return ops.relu(layers.Conv2D(filters, *args, **kwargs)(x))

    def ceil_pool(x):
        return layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(((0, 1), (0, 1)))(x))

    inputs = keras.Input((224, 224, 3))
    x = written.written_out(ceil_pool(conv(ops.pad(inputs, ((0, 0), (1, 1), (1, 1), (0, 0))), 96, 7, 2)))
    x = written.written_out(ceil_pool(conv(x, 256, 5, 2)))
    for filters in (384, 384, 256):
        x = conv(x, filters, 3, padding="same")
    x = layers.Dropout(0.5)(conv(layers.MaxPooling2D(3, 2)(x), 4096, 6))
    x = layers.Flatten()(layers.Dropout(0.5)(conv(x, 4096, 1)))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(1000)(x)))


@right("zfnet")
class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.steps = layer_list()

    def call(self, x, training=False):
        for layer in self.steps:
            x = layer(x, training=training) if isinstance(layer, layers.Dropout) else layer(x)
        return x


def conv(filters, kernel_size, strides=1, padding="same", **kwargs):
    return lambda: layers.Conv2D(filters, kernel_size, strides, padding, activation="relu", **kwargs)


@wrong("zfnet", r"input: yours is 227×227×3.*224×224×3.*\n.*figure 3 begins with 224")
def alexnet_unchanged():
    return written.sequential(towers=1)()


wrong("zfnet", r"layer conv1: .*\n.*7×7 there.*11×11.*strides 2 there: with AlexNet's 4")(
    changed(pad=None, conv1=conv(96, 11, 4, "valid"))
)
wrong("zfnet", r"layer conv1: .*\n.*7×7 there: pictures")(changed(conv1=conv(96, 11, 2, "valid")))
wrong("zfnet", r"layer conv1: .*\n.*strides 2 there: with AlexNet's 4")(changed(conv1=conv(96, 7, 4, "valid")))
wrong("zfnet", r"layer conv1: your map is 112×112×96.*110×110.*\n.*from 224 to 110.*ZeroPadding2D\(1\)")(
    changed(pad=None, conv1=conv(96, 7, 2, "same"))
)
wrong("zfnet", r"layer conv1: your map is 109×109×96.*\n.*from 224 to 110")(changed(pad=None))
wrong("zfnet", r"layer conv2: your map is 51×51×256.*26×26.*\n.*conv2 has strides 2 as well")(
    changed(conv2=conv(256, 5, 1, "valid"))
)
wrong("zfnet", r"layer conv2: your map is 55×55×256.*26×26.*\n.*conv2 has strides 2 as well|no padding")(
    changed(conv2=conv(256, 5, 1, "same"))
)
wrong("zfnet", r"layer conv2: your map is 28×28×256.*26×26.*\n.*no padding")(changed(conv2=conv(256, 5, 2, "same")))
wrong("zfnet", r"layer pool1: your map is 54×54×96.*55×55.*\n.*hangs over the edge")(
    changed(pool1=lambda: layers.MaxPooling2D(3, 2))
)
wrong("zfnet", r"layer pool2: your map is 12×12×256.*13×13.*\n.*hangs over the edge")(
    changed(pool2=lambda: layers.MaxPooling2D(3, 2))
)
wrong("zfnet", r"layer pool1: .*\n.*overlap by one: 3×3 windows")(changed(pool1=lambda: layers.MaxPooling2D(2)))
wrong("zfnet", r"after conv1: you have local response.* too early.*\n.*norm1 comes after pool1")(
    changed(
        pool1=LocalResponseNormalization,
        norm1=lambda: layers.MaxPooling2D(3, 2, padding="same"),
        pool2=LocalResponseNormalization,
        norm2=lambda: layers.MaxPooling2D(3, 2, padding="same"),
    )
)
wrong("zfnet", r"layer norm1: it is missing.*\n.*after the first pooling")(changed(norm1=None, norm2=None))
wrong("zfnet", r"after pool1: you have batch normalisation.*\n.*2015")(
    changed(norm1=layers.BatchNormalization, norm2=layers.BatchNormalization)
)
wrong("zfnet", r"layer conv3: your map is 13×13×512.*\n.*larger net of table 2, \(b\)")(
    changed(conv3=conv(512, 3), conv4=conv(1024, 3), conv5=conv(512, 3))
)
wrong("zfnet", r"layer conv4: you have 2 groups.*\n.*for AlexNet's two GPUs")(
    changed(conv4=conv(384, 3, groups=2), conv5=conv(256, 3, groups=2))
)
wrong("zfnet", r"layer pool5: .*\n")(changed(pool5=lambda: layers.AveragePooling2D(3, 2)))
wrong("zfnet", r"layer drop6: it is missing.*\n.*Dropout\(0.5\)")(changed(drop6=None, drop7=None))
wrong("zfnet", r"layer fc8: you have no activation.*\n.*logits")(changed(fc8=lambda: layers.Dense(1000)))


@wrong("zfnet", r"what the course ships.*\n.*your own")
def the_course_s_own():
    from course.models import BUILDERS

    return BUILDERS["zfnet"]()


wrong("zfnet", r"layer pool1: you have 2×2 windows, the paper has 3×3 windows")(
    changed(pool1=lambda: layers.MaxPooling2D(2, padding="same"))
)

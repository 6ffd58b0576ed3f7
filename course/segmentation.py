"""What fully convolutional networks need and Keras lacks: bilinear weights, and crops to the size of another map."""

import keras
import numpy as np
from keras import ops

from course.errors import integer
from course.layers import registered


@registered
class Bilinear(keras.initializers.Initializer):
    """Weights with which a transposed convolution interpolates bilinearly, each channel by itself.

    Tap i of a kernel of k is 1 − |i − c| / f, with f = ⌈k / 2⌉ and c the middle, as in the release of FCN. A kernel of
    2 × strides interpolates; it has the shape `(k, k, channels, channels)`. Raises `ValueError` where the last two
    differ.
    """

    def __call__(self, shape, dtype=None):
        *sizes, filters, channels = shape
        if filters != channels:
            raise ValueError(
                f"a bilinear kernel takes each channel to itself, but {channels} channels go to {filters} filters: "
                "give as many filters as channels."
            )
        rows, columns = (1 - abs(np.arange(k) - (k - 1) / 2) / ((k + 1) // 2) for k in sizes)
        kernel = np.multiply.outer(np.outer(rows, columns), np.eye(channels))
        return ops.convert_to_tensor(kernel, dtype or keras.config.floatx())


@registered
class CropLike(keras.layers.Layer):
    """Cut out a window as high and wide as a second tensor, from row and column `offset` on: the Crop layer of Caffe.

    Shapes: `[(batch, height, width, channels), (batch, h, w, others)] → (batch, h, w, channels)`. Any height or width
    may be `None`. Raises `ValueError` where the window is known to go past the edge.
    """

    def __init__(self, offset=0, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.offset = integer("offset", offset, 0)
        self.data_format = data_format or keras.config.image_data_format()

    def build(self, input_shape):
        size, like = map(self._sizes, input_shape)
        if any(a and b and a < b + self.offset for a, b in zip(size, like, strict=True)):
            raise ValueError(
                f"a window of {like[0]}×{like[1]} from row and column {self.offset} on does not fit in "
                f"{size[0]}×{size[1]}: give a smaller offset or a larger map."
            )

    def call(self, inputs):
        x, like = inputs
        rows, columns = (slice(self.offset, self.offset + size) for size in self._sizes(ops.shape(like)))
        return x[:, rows, columns] if self.data_format == "channels_last" else x[:, :, rows, columns]

    def compute_output_shape(self, input_shape):
        (batch, *x), like = input_shape
        sizes = self._sizes(like)
        return (batch, *sizes, x[2]) if self.data_format == "channels_last" else (batch, x[0], *sizes)

    def _sizes(self, shape):
        return tuple(shape[1:3] if self.data_format == "channels_last" else shape[2:4])

    def get_config(self):
        return super().get_config() | {"offset": self.offset, "data_format": self.data_format}

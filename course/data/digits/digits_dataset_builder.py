"""scikit-learn's handwritten digits as a TensorFlow Datasets builder, at LeNet-5's 32×32."""

import numpy as np
import tensorflow_datasets as tfds
from PIL import Image

IMAGE_SIZE = 32
SCALED_SIZE = 24
DARKEST = 16  # scikit-learn counts the inked pixels of a 4×4 block: 0 to 16


class Builder(tfds.core.GeneratorBasedBuilder):
    """1,797 grey images (32, 32, 1) of the digits 0 to 9; every fifth image of each digit is for testing."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(IMAGE_SIZE, IMAGE_SIZE, 1)),
                    "label": tfds.features.ClassLabel(num_classes=10),
                    "index": tfds.features.Scalar(dtype=np.int64, doc="The row in scikit-learn's array."),
                }
            ),
            supervised_keys=("image", "label"),
            homepage="https://archive.ics.uci.edu/dataset/80",
            license="CC BY 4.0",
        )

    def _split_generators(self, dl_manager):
        from sklearn.datasets import load_digits

        digits = load_digits()
        test = is_test(digits.target)
        return {
            "train": self._generate_examples(digits.images, digits.target, np.flatnonzero(~test)),
            "test": self._generate_examples(digits.images, digits.target, np.flatnonzero(test)),
        }

    def _generate_examples(self, images, labels, indices):
        for index in indices.tolist():
            yield index, {"image": enlarge(images[index]), "label": labels[index], "index": index}


def is_test(labels):
    """Mark every fifth image of each class, in the order given, as one for testing."""
    labels = np.asarray(labels)
    earlier = np.empty(len(labels), int)  # images of the same class before this one
    for label in np.unique(labels):
        of_class = np.flatnonzero(labels == label)
        earlier[of_class] = np.arange(len(of_class))
    return earlier % 5 == 4


def enlarge(image):
    """(8, 8), 0 to 16 → (32, 32, 1), 0 to 255: three times as large, bicubic, with 4 pixels of background around."""
    pixels = np.round(np.asarray(image) * (255 / DARKEST)).astype(np.uint8)
    scaled = Image.fromarray(pixels).resize((SCALED_SIZE, SCALED_SIZE), Image.Resampling.BICUBIC)
    return np.pad(np.asarray(scaled), (IMAGE_SIZE - SCALED_SIZE) // 2)[..., np.newaxis]

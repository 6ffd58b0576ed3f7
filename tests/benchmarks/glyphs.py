"""Images a second of the drawn data sets, in one run: drawn, prepared on disk, and decoded by Pillow from PNG.

    python tests/benchmarks/glyphs.py [--configs easy_32 hard_32 hard_64] [--images 1000]

The ratio says how many times longer it takes to draw, or to draw and write, than to decode the same pictures.
Seconds are of the processor, the whole process's, so that what else the machine does falls away.
"""

import argparse
import importlib
import io
import os
import statistics
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow_datasets as tfds
from PIL import Image

from course.data import drawing

DATA_SETS = ("glyphs", "glyph_scenes")
ROUNDS = 5


def seconds(function, *arguments):
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def prepare(module, config, images):
    with tempfile.TemporaryDirectory() as folder:
        builder = module.Builder(data_dir=folder, config=config)
        few = tfds.download.DownloadConfig(max_examples_per_split=images // 2)
        builder.download_and_prepare(download_config=few)


def decode(files):
    for file in files:
        np.asarray(Image.open(io.BytesIO(file)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--configs", nargs="*", default=["easy_32", "hard_32", "easy_64", "hard_64"])
    parser.add_argument("--images", type=int, default=500)
    arguments = parser.parse_args()
    tfds.disable_progress_bar()
    print(f"{arguments.images} images, {ROUNDS} rounds; images a second of the processor's time, and the time's ratio")
    for name in DATA_SETS:
        module = importlib.import_module(f"course.data.{name}.{name}_dataset_builder")
        for text in arguments.configs:
            config = module.config(text)

            def draw(count, module=module, config=config):
                return [module.draw("train", index, config.difficulty, config.size).image for index in range(count)]

            prepare(module, config, arguments.images)  # not counted: what is imported and cached by the first
            files = [drawing.png(image).read() for image in draw(arguments.images)]
            calls = [(decode, files), (draw, arguments.images), (prepare, module, config, arguments.images)]
            times = [[seconds(*call) for call in calls] for _ in range(ROUNDS)]
            decoded, drawn, prepared = (statistics.median(column) for column in zip(*times, strict=True))
            print(
                f"{name + '/' + config.name:20} decoded {arguments.images / decoded:6.0f}   "
                f"drawn {arguments.images / drawn:5.0f} ({drawn / decoded:.1f})   "
                f"prepared {arguments.images / prepared:5.0f} ({prepared / decoded:.1f})",
                flush=True,
            )


if __name__ == "__main__":
    main()

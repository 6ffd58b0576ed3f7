"""ResNet-50's training on Keras's JAX backend against a step written by hand in JAX, on the same device.

    python tests/benchmarks/jax_resnet50.py [--size 224] [--batch-size 128] [--steps 20] [--rounds 5]
    python tests/benchmarks/jax_resnet50.py --builders

Both compute in bfloat16 with float32 weights, take the same images from the host, and take turns, so that whatever else
the machine does falls on both alike; the medians are compared. First the two nets are shown to be one: the same
outputs with the same weights. The fraction of the peak counts three times the forward multiply-accumulates (forward,
and backward to inputs and to weights), against what a matrix product reaches on the device, measured here. Without a
GPU the net is run small, which shows that all runs and little else. `--builders` runs every builder instead, and on a
GPU compares it with the CPU.
"""

import argparse
import os
import pathlib
import statistics
import sys
import time

os.environ |= {"KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3"}
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))  # the course
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # the tests' small nets and random weights

import jax
import jax.numpy as jnp
import keras
import numpy as np
from jax import lax

from course import analysis, blocks
from course.models import BUILDERS

BLOCKS = (3, 4, 6, 3)
RATE, MOMENTUM, KEPT = 1e-3, 0.9, 0.99  # of gradient descent, and Keras's share of old moving statistics
DIMENSIONS = ("NHWC", "HWIO", "NHWC")


def conv_bn(weights, moved, x, name, strides=1, padding=0, relu=True, training=True):
    """Convolution and batch normalisation; `moved` gathers the new moving statistics."""
    (kernel,) = weights[name]
    x = lax.conv_general_dilated(
        x, kernel.astype(x.dtype), (strides,) * 2, [(padding,) * 2] * 2, None, None, DIMENSIONS
    )
    gamma, beta, mean, variance = weights[f"{name}_bn"]
    if training:
        maps = x.astype("float32")
        now = maps.mean((0, 1, 2)), maps.var((0, 1, 2))
        moved[f"{name}_bn"] = [KEPT * old + (1 - KEPT) * new for old, new in zip((mean, variance), now, strict=True)]
        mean, variance = now
    scale = gamma * lax.rsqrt(variance + blocks.EPSILON)
    x = x * scale.astype(x.dtype) + (beta - mean * scale).astype(x.dtype)
    return jax.nn.relu(x) if relu else x


def resnet50(weights, x, training=True):
    """The logits, in float32, and the new moving statistics."""
    moved = {}

    def layer(x, name, *arguments, **options):
        return conv_bn(weights, moved, x, name, *arguments, **options, training=training)

    x = layer(x, "conv1", strides=2, padding=3)
    pads = [(0, 0), (1, 1), (1, 1), (0, 0)]
    x = lax.reduce_window(x, np.array(-np.inf, x.dtype), lax.max, (1, 3, 3, 1), (1, 2, 2, 1), pads)
    for stage, number in enumerate(BLOCKS, 2):
        for block in range(1, number + 1):
            name, strides = f"conv{stage}_{block}", 2 if stage > 2 and block == 1 else 1
            y = layer(x, f"{name}_1", strides)
            y = layer(y, f"{name}_2", padding=1)
            y = layer(y, f"{name}_3", relu=False)
            if block == 1:
                x = layer(x, f"{name}_proj", strides, relu=False)
            x = jax.nn.relu(x + y)
    kernel, bias = weights["predictions"]
    features = x.mean((1, 2)).astype(x.dtype)
    return (features @ kernel.astype(x.dtype) + bias.astype(x.dtype)).astype("float32"), moved


@jax.jit
def outputs_of(weights, x):
    return jax.nn.softmax(resnet50(weights, x, training=False)[0])


def step(weights, velocities, x, labels, dtype):
    """A step of gradient descent with momentum: the new weights, the new velocities, and the loss."""

    def loss(weights):
        logits, moved = resnet50(weights, x.astype(dtype))
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1).mean(), moved

    (value, moved), slopes = jax.value_and_grad(loss, has_aux=True)(weights)
    velocities = jax.tree.map(lambda v, slope: MOMENTUM * v - RATE * slope, velocities, slopes)
    weights = jax.tree.map(jnp.add, weights, velocities)
    for name, statistics_ in moved.items():
        weights[name] = [*weights[name][:2], *statistics_]
    return weights, velocities, value


def weights_of(model):
    """A copy of the model's weights by layer, on the device."""
    return {layer.name: [jnp.array(value) for value in layer.get_weights()] for layer in model.layers if layer.weights}


def same_net():
    """The largest differences in float32, from the same random weights: of probabilities, loss and moved weights.

    On 8 images of 64×64: fewer or smaller ones leave batch normalisation a handful of numbers, and rounding grows.
    """
    from nets import damp

    keras.config.set_dtype_policy("float32")
    model = damp(BUILDERS["resnet50"](input_shape=(64, 64, 3)))
    x = np.random.default_rng(1).standard_normal((8, 64, 64, 3), "float32")
    difference = np.abs(model.predict_on_batch(x) - outputs_of(weights_of(model), x)).max()
    labels = np.arange(8)
    model.compile(keras.optimizers.SGD(RATE, MOMENTUM), "sparse_categorical_crossentropy")
    weights = weights_of(model)
    velocities = jax.tree.map(jnp.zeros_like, weights)
    after, _, by_hand = jax.jit(step, static_argnums=4)(weights, velocities, x, labels, "float32")
    by_keras = float(model.train_on_batch(x, labels))
    pairs = zip(jax.tree.leaves(after), jax.tree.leaves(weights_of(model)), strict=True)
    moved = [np.abs(one - other).max() for one, other in pairs]
    return float(difference), abs(by_keras - float(by_hand)), float(max(moved))


def matrix_peak(gpu):
    """The floating-point operations a second of a product of bfloat16 matrices."""
    n, times = (8192, 16) if gpu else (1024, 4)
    matrix = jnp.full((n, n), 1 / n, "bfloat16")
    product = jax.jit(lambda a: lax.fori_loop(0, times, lambda _, x: x @ a, a))
    product(matrix).block_until_ready()
    best = min(seconds(lambda: product(matrix).block_until_ready()) for _ in range(5))
    return 2 * n**3 * times / best


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


class Stopwatch(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds = time.perf_counter() - self.start  # Keras has read the loss by now: all steps are done


def compare(size, batch_size, steps, rounds, gpu):
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = BUILDERS["resnet50"](input_shape=(size, size, 3))
    model.compile(keras.optimizers.SGD(RATE, MOMENTUM), "sparse_categorical_crossentropy", jit_compile=True)
    macs = analysis.table(model).total.macs
    random = np.random.default_rng(0)
    x = random.random((batch_size, size, size, 3), "float32")
    labels = random.integers(0, 1000, batch_size)
    weights = weights_of(model)
    velocities = jax.tree.map(jnp.zeros_like, weights)
    by_hand = jax.jit(step, static_argnums=4, donate_argnums=(0, 1))
    watch = Stopwatch()

    def batches():
        while True:
            yield x, labels

    data = batches()

    def ours():
        model.fit(data, steps_per_epoch=steps, verbose=0, callbacks=[watch])
        return watch.seconds

    def theirs():
        nonlocal weights, velocities
        start = time.perf_counter()
        for _ in range(steps):
            weights, velocities, loss = by_hand(weights, velocities, x, labels, "bfloat16")
        loss.block_until_ready()
        return time.perf_counter() - start

    ours(), theirs()  # compiled, and not counted
    times = [(ours(), theirs()) for _ in range(rounds)]
    peak = matrix_peak(gpu)
    print(f"matrix peak, bfloat16: {peak / 1e12:.2f} TFLOP/s")
    rates = [batch_size * steps / statistics.median(column) for column in zip(*times, strict=True)]
    for name, rate in zip(("Keras on JAX", "JAX by hand"), rates, strict=True):
        print(f"{name:14}{rate:9.1f} images/s, {rate * 3 * 2 * macs / peak:.1%} of the peak")
    print(f"Keras on JAX / JAX by hand = {rates[0] / rates[1]:.2f}")


def run_builders():
    """Every net at the size its test has, with random weights: finite, and on a GPU what the CPU computes."""
    from nets import difference
    from probe import computed

    gpu = jax.default_backend() == "gpu"
    jax.config.update("jax_default_matmul_precision", "highest")  # a GPU else multiplies float32 as TensorFloat-32
    for name in BUILDERS:
        for data_format in ("channels_last", "channels_first") if gpu else ("channels_last",):
            start = time.perf_counter()
            here = computed(data_format, [name])
            took = time.perf_counter() - start
            if not all(np.isfinite(output).all() for output in here.values()):
                raise SystemExit(f"{name} gives NaN or infinity on JAX, {data_format}")
            line = f"{name:24}{data_format:16}{took:6.1f} s  finite"
            if gpu:
                with jax.default_device(jax.devices("cpu")[0]):
                    there = computed("channels_last", [name])
                most = max(difference(here[output], there[output]) for output in there)
                line += f", within {most:.1e} of the CPU"
                if most > 1e-4:
                    raise SystemExit(f"{line}: the GPU computes something else")
            print(line, flush=True)


def main():
    gpu = jax.default_backend() == "gpu"
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=int, default=224 if gpu else 32)
    parser.add_argument("--batch-size", type=int, default=128 if gpu else 2)
    parser.add_argument("--steps", type=int, default=20 if gpu else 2)
    parser.add_argument("--rounds", type=int, default=5 if gpu else 2)
    parser.add_argument("--builders", action="store_true")
    arguments = parser.parse_args()
    print(f"{jax.devices()[0].device_kind}, JAX {jax.__version__}, Keras {keras.__version__}")
    if arguments.builders:
        return run_builders()
    if not gpu:
        print("No GPU: the net is run small, and its speed says nothing of a GPU's.")
    size, batch_size, steps, rounds = arguments.size, arguments.batch_size, arguments.steps, arguments.rounds
    difference, losses, moved = same_net()
    print(f"the same net: probabilities within {difference:.1e}; a step: loss within {losses:.1e}, weights {moved:.1e}")
    if max(difference, losses, moved) > 1e-5:
        raise SystemExit("the net by hand is not the builder's: there is nothing to compare")
    print(f"{batch_size} images of {size}×{size}, {steps} steps, {rounds} rounds")
    compare(size, batch_size, steps, rounds, gpu)


if __name__ == "__main__":
    main()

"""The machine: what it has, and how training uses it without an edit in a lesson."""

import os
import platform
import subprocess
import sys

import keras
import numpy as np
import tensorflow as tf

from course.errors import integer, unknown

# Compute capability from which a GPU has matrix units for a type, the better one first.
PRECISIONS = ((8, "mixed_bfloat16"), (7, "mixed_float16"), (0, "float32"))
POLICIES = [policy for _, policy in PRECISIONS]


def seed(number):
    """Fix all that is random from here on: initial weights, dropout, the order of the images."""
    keras.utils.set_random_seed(integer("seed", number, 0))


def devices():
    """Return a report to print: processor cores, GPUs with their memory, precision, backend and versions."""
    backend = keras.config.backend()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    lines = {
        "CPU": f"{cores} core{'s' if cores > 1 else ''}",
        "GPU": _gpu_report(_gpus_in_use(backend), _gpus_in_machine(), backend),
        "precision": keras.config.dtype_policy().name,
        "backend": f"{backend} {sys.modules[backend].__version__}",
        "versions": f"Keras {keras.__version__}, Python {platform.python_version()}",
    }
    return "\n".join(f"{name:<11}{text}" for name, text in lines.items())


def setup(precision="auto"):
    """Make the machine ready, before the first model is built, and return the report of `devices`.

    GPUs take memory as they need it, not all of it. With `precision="auto"`, models built from here on compute in
    bfloat16 or float16 where every GPU has matrix units for it, their weights in float32; else in float32, as on a
    CPU. Or name one of Keras's policies: "float32", "mixed_bfloat16", "mixed_float16". Where `TF_CONFIG` names several
    machines, it also joins them, for which it must come before anything else of TensorFlow.

    XLA is left to Keras, `jit_compile="auto"`: on for one GPU, off on CPUs, where it is several times slower.
    """
    from course.training import workers

    if precision != "auto" and precision not in POLICIES:
        raise unknown("precision", precision, ["auto", *POLICIES])
    gpus = tf.config.list_physical_devices("GPU") if keras.config.backend() == "tensorflow" else []
    for gpu in gpus:
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:  # in use already
            break
    if workers.configured():
        workers.join()
    keras.config.set_dtype_policy(_precision(gpus) if precision == "auto" else precision)
    return devices()


def strategy(model, names=None):
    """Return what shares each batch among the named devices, all GPUs when None; None where that is one device.

    A model that was built in a strategy's scope keeps that one.
    """
    if keras.config.backend() != "tensorflow":
        return None
    if distributed(model):
        return model.distribute_strategy
    if names is None:
        names = [device.name for device in tf.config.list_logical_devices("GPU")]
    return tf.distribute.MirroredStrategy(list(names)) if len(names) > 1 else None


def distributed(model):
    """Whether a model was built for several devices."""
    own = getattr(model, "distribute_strategy", None)
    return own is not None and own.num_replicas_in_sync > 1


def mirror(model, strategy):
    """Return a copy of a compiled model on all devices of a strategy, with its weights and its optimizer's state.

    Raises a `ValueError` for a model that cannot be built again from its configuration.
    """
    model.optimizer.build(model.trainable_variables)
    with strategy.scope():
        try:
            copy = keras.models.clone_model(model)
            copy.compile_from_config(model.get_compile_config())
        except (TypeError, ValueError, NotImplementedError) as error:
            raise ValueError(
                f'The model "{model.name}" cannot be copied to several devices ({str(error).splitlines()[0]}); '
                "build and compile it inside strategy.scope(), or train on one device, devices=['GPU:0']."
            ) from None
        copy.optimizer.build(copy.trainable_variables)
        carry(model, copy)
    return copy


def state(model):
    """The variables that training changes, in order: weights, statistics, the state of random draws, the optimizer's.

    The metrics are left out: they begin anew with each epoch.
    """
    metrics = {id(variable) for metric in model.metrics for variable in metric.variables}
    return [variable for variable in (*model.variables, *model.optimizer.variables) if id(variable) not in metrics]


def carry(model, other):
    """Give one model's state to another of the same form."""
    for variable, value in zip(state(other), [np.asarray(value) for value in state(model)], strict=True):
        variable.assign(value)


def _precision(gpus):
    """The policy that suits all the GPUs."""
    capabilities = [tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0)) for gpu in gpus]
    least = min((major for major, _ in capabilities), default=0)
    return next(policy for major, policy in PRECISIONS if least >= major)


def _gpus_in_use(backend):
    if backend == "tensorflow":
        return len(tf.config.list_physical_devices("GPU"))
    if backend == "torch":
        return sys.modules["torch"].cuda.device_count()
    jax = sys.modules.get("jax")
    return sum(device.platform == "gpu" for device in jax.devices()) if jax else 0


def _gpus_in_machine():
    """[name and memory of each GPU that NVIDIA's driver lists]; none without the driver."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
        rows = [line.rsplit(",", 1) for line in answer.splitlines()]
        return [f"{name.strip()}, {float(mebibytes) / 1024:.1f} GiB" for name, mebibytes in rows]
    except (OSError, subprocess.SubprocessError, ValueError):
        return []


def _gpu_report(in_use, in_machine, backend):
    names = "; ".join(in_machine)
    if in_use == len(in_machine):
        return names or "none"
    if not in_machine:
        return f"{in_use} (names and memory unknown: no nvidia-smi)"
    return f"{names} ({in_use} of {len(in_machine)} seen by {backend})"

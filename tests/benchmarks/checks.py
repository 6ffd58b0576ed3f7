"""What each exercise's check costs: processor time and memory, for right answers, after Keras is imported.

    python tests/benchmarks/checks.py [exercise …] [--rounds 3] [--every-answer]
    python tests/benchmarks/checks.py --first

`seconds` are the processor's, the best of the rounds, for the slowest right answer tried. `MiB` is by how much the
resident memory grew at most during its check, sampled, where Linux says it. `built` is what it takes to build the
learner's own model once, with its weights, where an answer builds one by itself, and `ratio` how many times that the
check takes.

`--first` checks the dearest answers instead, each as the first of a process of its own, which has imported Keras and
the checks and nothing more: `seconds` for all of it, and how many of them the learner's own builder took, in Keras. A
model that is handed over was built before.
"""

import argparse
import contextlib
import functools
import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
import threading
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import answers
import keras
from public_styles import large, raw
from public_styles.checking import remark_on
from written import densenet, inception
from written import vgg as written_vgg

from course.checks import WrongAnswer, _catalogue
from course.checks.judge import judge

# What builders of several nets are called with.
ARGUMENTS = {"configuration": "D", "n": 3, "blocks": (6, 12, 24, 16), "growth_rate": 32}
# What is dear when it comes first: (exercise or net, the answer).
FIRST = {
    "ResNet-152": ("resnet152", lambda: large.resnet50(blocks=(3, 8, 36, 3))),
    "ResNet-152 with a block too few": ("resnet152", lambda: large.resnet50(blocks=(3, 8, 35, 3))),
    "ResNet-152 handed over": ("resnet152", lambda: large.resnet50(blocks=(3, 8, 36, 3))()),
    "DenseNet-121 handed over": ("densenet121", lambda: densenet.RIGHT_121[0]()),
    "DenseNet-121": ("densenet121", lambda: densenet.RIGHT_121[0]),
    "GoogLeNet": ("googlenet", lambda: inception.googlenet()),
    "GoogLeNet of own layers": ("googlenet", lambda: inception.googlenet(inception.by_a_layer)),
    "VGG-16": ("vgg16", lambda: functools.partial(written_vgg.build_vgg, "D")),
    "VGG, five nets": ("vgg", lambda: answers.RIGHT["vgg"][1]),
    "VGG, a Sequential added to": ("vgg", lambda: answers.RIGHT["vgg"][0]),
    "VGG, C like D": ("vgg", lambda: answers.WRONG["vgg"][0][0]),
    "AlexNet, its response written out": ("alexnet", lambda: answers.RIGHT["alexnet"][0]),
    "LeNet-5 in tf.nn": ("lenet5", lambda: raw.RawLeNet),
    "Gradient norms, a mistake without a name": ("gradient-norms", lambda: lambda model, images, labels: [7.0, 8.0]),
}
STATM = Path("/proc/self/statm")


def seconds(function, *arguments):
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def resident():
    """Resident memory in MiB, 0 where the system does not say it in Linux's way."""
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20 if STATM.exists() else 0


def growth(function, *arguments):
    """By how many MiB the resident memory grows at most while the function runs."""
    before, largest, over = resident(), [0], threading.Event()

    def sample():
        while not over.wait(0.002):
            largest[0] = max(largest[0], resident())

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        function(*arguments)
    finally:
        over.set()
        sampler.join()
    return max(0, largest[0] - before)


def building(answer, rounds):
    """Seconds to build a model by an answer that is called with no arguments or with `ARGUMENTS`; `None` for others."""
    try:
        parameters = inspect.signature(answer).parameters.values()
    except (TypeError, ValueError):
        return None
    needed = [one.name for one in parameters if one.default is inspect.Parameter.empty]
    if isinstance(answer, type) or not set(needed) <= set(ARGUMENTS):
        return None
    values = [ARGUMENTS[name] for name in needed]
    if not isinstance(answer(*values), keras.Model):
        return None
    return min(seconds(answer, *values) for _ in range(rounds))


def measured(exercise, answer, rounds):
    """(seconds, MiB, seconds to build the model or `None`), after one check that is not counted."""
    judge(exercise, answer)
    grown = growth(judge, exercise, answer)
    checked = min(seconds(judge, exercise, answer) for _ in range(rounds))
    built = None if exercise.id in ("train-lenet5", "own-net") else building(answer, rounds)  # these train
    return checked, grown, built


def first(name):
    """(seconds, seconds in the learner's own builder) of this process's first check."""
    exercise, make = FIRST[name]
    answer, building = make(), [0.0]

    def timed(*args, **kwargs):
        start = time.process_time()
        try:
            return answer(*args, **kwargs)
        finally:
            building[0] += time.process_time() - start

    _catalogue()
    with contextlib.suppress(WrongAnswer):
        start = time.process_time()
        try:
            remark_on(exercise, answer if isinstance(answer, keras.Model) else functools.wraps(answer)(timed))
        finally:
            checked = time.process_time() - start
    return checked, building[0]


def in_processes_of_their_own(rounds):
    print(f"{'the first check of a process':42}{'seconds':>9}{'builder':>9}{'check':>7}", flush=True)
    for name in FIRST:
        runs = []
        for _ in range(rounds):
            done = subprocess.run(
                [sys.executable, __file__, "--first-of", name], check=True, stdout=subprocess.PIPE, text=True
            )
            runs.append(tuple(map(float, done.stdout.split()[-2:])))
        checked, built = min(runs)
        print(f"{name:42}{checked:9.2f}{built:9.2f}{checked - built:7.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("exercises", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--every-answer", action="store_true", help="not only the first right answer of each")
    parser.add_argument("--first", action="store_true", help="the dearest answers, each first in its process")
    parser.add_argument("--first-of", choices=FIRST, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.first:
        return in_processes_of_their_own(arguments.rounds)
    for module in pkgutil.iter_modules(answers.__path__):
        importlib.import_module(f"answers.{module.name}")
    if arguments.first_of:
        return print(*first(arguments.first_of))
    print(f"{'exercise':30}{'seconds':>9}{'MiB':>7}{'built':>8}{'ratio':>7}", flush=True)
    rows = []
    for name in arguments.exercises or _catalogue():
        tried = answers.RIGHT[name] if arguments.every_answer else answers.RIGHT[name][:1]
        results = [measured(_catalogue()[name], answer, arguments.rounds) for answer in tried]
        checked, grown, built = max(results, key=lambda result: result[0])
        rows.append((name, checked, grown))
        print(f"{name:30}{checked:9.2f}{grown:7.0f}", end="")
        print(f"{built:8.2f}{checked / built:7.2f}" if built else "", flush=True)
    slowest, largest = (max(rows, key=lambda row, place=place: row[place]) for place in (1, 2))
    print(f"slowest: {slowest[0]}, {slowest[1]:.2f} s; most memory: {largest[0]}, {largest[2]:.0f} MiB")


if __name__ == "__main__":
    main()

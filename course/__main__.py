"""The command line, `python -m course COMMAND`. Each command imports what it needs."""

import argparse
import os
import sys
from pathlib import Path

import course
from course.errors import unknown


def summary(arguments):
    """Print what each layer of a model gives and costs."""
    from course.console import tensorflow_without_chatter

    with tensorflow_without_chatter():
        import tensorflow as tf

        from course import analysis
        from course.models import BUILDERS

        if arguments.model not in BUILDERS:
            raise unknown("model", arguments.model, BUILDERS)
        options = {"input_shape": arguments.input_shape, "num_classes": arguments.num_classes}
        with tf.Graph().as_default():  # a model in a graph gets no weights, and the table needs none
            model = BUILDERS[arguments.model](**{name: value for name, value in options.items() if value is not None})
            table = analysis.table(model)
    print(table)


def fidelity(arguments):
    """Print what each paper says of its net, what the builder has, and where they differ."""
    from course.console import tensorflow_without_chatter

    with tensorflow_without_chatter():
        from course.fidelity import fidelity

        rows = fidelity(*arguments.models)
    print(*rows, sep="\n\n")


def run(arguments):
    """Execute a lesson from top to bottom and write the executed notebook."""
    from course import executed, notebook
    from course.console import Progress
    from course.run import execute

    if arguments.solutions:
        from course.release import solved

        path = notebook.find(arguments.lesson, "solutions", ".py")
        lesson, folder = solved(path), path.parents[1] / "notebooks"
        folder.mkdir(exist_ok=True)
    else:
        path = notebook.find(arguments.lesson, "notebooks", ".ipynb")
        lesson, folder = notebook.read(path), path.parent
    output = arguments.output or folder / "executed"
    if output.suffix != ".ipynb":
        output = output / f"{path.stem}.ipynb"
    output.parent.mkdir(parents=True, exist_ok=True)  # what cannot be written is known before the lesson runs
    if output.is_dir() or not os.access(output.parent, os.W_OK):
        raise ValueError(f"{_short(output)} cannot be written; give another --output.")
    with Progress(lesson, path.stem) as progress:
        # In the learner's edition a check that fails is an answer, and the lesson goes on.
        goes_on = (lambda cell: False) if arguments.solutions else executed.is_check
        execute(lesson, folder, goes_on, arguments.timeout, progress)
    notebook.write(notebook.dumps(lesson), output)
    all_passed = _print_verdicts(lesson)
    print(f"The executed notebook: {_short(output)}")
    return int(_print_failures(lesson) or (arguments.solutions and not all_passed))


def check(arguments):
    """Execute a learner's notebook and say of each exercise whether it passed."""
    from course import executed, notebook
    from course.console import Bar
    from course.run import execute

    path = notebook.find(arguments.notebook, "notebooks", ".ipynb")
    lesson = notebook.read(path)
    if not any(map(executed.is_check, lesson.cells)):
        raise ValueError(f"{_short(path)} has no exercise to check.")
    with Bar(lesson, path.stem) as bar:
        execute(lesson, path.parent, lambda cell: True, arguments.timeout, bar)
    all_passed = _print_verdicts(lesson)
    return int(_print_failures(lesson) or not all_passed)


def release(arguments):
    """Write the learner's editions, check that they are fresh, or write the solved notebooks."""
    from course import notebook
    from course import release as edition

    solutions, notebooks = notebook.home() / "solutions", notebook.home() / "notebooks"
    if arguments.solutions:
        for path in edition.write_solved(solutions, arguments.solutions):
            print(f"{_short(path)}: written")
        return 0
    if arguments.check:
        stale = edition.stale(solutions, notebooks)
        for path in stale:
            known = path.suffix == ".md" or (solutions / f"{path.stem}.py").is_file()
            print(f"{_short(path)}: {'stale; run python -m course release' if known else 'no source; delete it'}")
        if not stale:
            print("All notebooks are fresh.")
        return int(bool(stale))
    for path in edition.release(solutions, notebooks):
        print(f"{_short(path)}: written")
    print("All notebooks are fresh.")
    return 0


def teach(arguments):
    """Make a course for nbgrader: the sources of the lessons, configuration and gradebook."""
    from course import notebook
    from course.teach import teach

    for path in teach(notebook.home() / "solutions", arguments.folder, arguments.fast):
        print(f"{_short(path)}: written")
    print(f"The course is ready. Next: cd {_short(arguments.folder)}, then nbgrader generate_assignment LESSON")


def grade(arguments):
    """Grade what a class handed in: scores, a page a student, and the mistakes by exercise."""
    from course import notebook
    from course.grading import batch, engine, lesson
    from course.grading.console import Progress, summary

    folder = arguments.course or arguments.gradebook or notebook.home()
    settings = engine.Settings(arguments.timeout, 6 * arguments.timeout, one_process=arguments.one_process)
    with Progress() as progress:
        graded = batch.grade(
            arguments.submissions,
            lesson.all_of(folder),
            arguments.output,
            lesson=arguments.lesson,
            jobs=arguments.jobs,
            settings=settings,
            book=arguments.gradebook,
            cluster=arguments.cluster,
            watcher=progress,
        )
    print(summary(graded))
    print(f"Scores, pages and the class's mistakes: {_short(arguments.output)}")


def _print_verdicts(lesson):
    from course import executed

    found = executed.verdicts(lesson)
    for verdict in found:
        print(f"{verdict.status:<13} {verdict.exercise}" + (f": {verdict.message}" if verdict.message else ""))
    passed = [verdict for verdict in found if verdict.status == "passed"]
    if found:
        points, total = (sum(verdict.points for verdict in group) for group in (passed, found))
        print(f"{len(passed)} of {len(found)} exercises passed, {points:g} of {total:g} points")
    return len(passed) == len(found)


def _print_failures(lesson):
    from course import executed

    failed = executed.failures(lesson)
    for index in failed:
        cell = lesson.cells[index]
        if not executed.is_check(cell):
            place = f'Cell [{cell.execution_count or " "}] under "{executed.heading(lesson, index)}"'
            print(f"{place} failed: {executed.sentence(executed.error(cell))}", file=sys.stderr)
    return bool(failed)


def _short(path):
    path = Path(path).resolve()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _shape(text):
    try:
        shape = tuple(int(size) for size in text.split(","))
    except ValueError:
        shape = ()
    if len(shape) != 3 or min(shape) < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is no shape; write height,width,channels: 32,32,1')
    return shape


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is no whole number of 1 or more')
    return int(text)


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"{self.prog}: {message}; try --help\n")


def _parser():
    parser = _Parser(
        prog="python -m course", description="The models, lessons and checks of the course.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"course {course.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(function):
        text = function.__doc__
        added = commands.add_parser(function.__name__, help=text[0].lower() + text[1:-1], description=text)
        added.set_defaults(function=function)
        return added

    added = command(summary)
    added.add_argument("model", metavar="MODEL", help="its name: lenet5")
    added.add_argument("--input-shape", type=_shape, metavar="H,W,C", help="of one image: 32,32,1")
    added.add_argument("--num-classes", type=_positive, metavar="N")

    added = command(fidelity)
    added.add_argument("models", metavar="MODEL", nargs="*", help="their names; all when left out")

    added = command(run)
    added.add_argument("lesson", metavar="LESSON", help="03, lenet5, 03_lenet5 or a path")
    added.add_argument("--solutions", action="store_true", help="run the lesson with its solutions in place")
    added.add_argument("--output", type=Path, metavar="PATH", help="of the executed notebook (notebooks/executed/)")
    added.add_argument("--timeout", type=_positive, metavar="SECONDS", help="the longest that a cell may run")

    added = command(check)
    added.add_argument("notebook", metavar="NOTEBOOK", help="a path, or a lesson: 03, lenet5, 03_lenet5")
    added.add_argument("--timeout", type=_positive, metavar="SECONDS", help="the longest that a cell may run")

    added = command(release)
    how = added.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="write nothing; name the notebooks that are not fresh")
    how.add_argument("--solutions", type=Path, metavar="DIR", help="write the solved notebooks to DIR instead")

    added = command(teach)
    added.add_argument("folder", metavar="DIR", type=Path, help="of the nbgrader course, made if it is not there")
    added.add_argument("--fast", action="store_true", help="let nbgrader autograde run submissions as grade does")

    added = command(grade)
    added.add_argument("submissions", metavar="SUBMISSIONS", type=Path, help="a folder, a zip file or a notebook")
    added.add_argument("--lesson", metavar="LESSON", help="what was handed in, where the names do not say it")
    added.add_argument(
        "--output", type=Path, metavar="DIR", default=Path("grades"), help="for what is written (grades/)"
    )
    added.add_argument("--course", type=Path, metavar="DIR", help="an nbgrader course, or another folder of lessons")
    added.add_argument("--gradebook", type=Path, metavar="DIR", help="of the nbgrader course whose gradebook is filled")
    added.add_argument("--jobs", type=_positive, metavar="N", help="submissions at a time (one a processor)")
    added.add_argument(
        "--timeout", type=_positive, metavar="SECONDS", default=600, help="the longest that a cell may run (600)"
    )
    added.add_argument(
        "--one-process", action="store_true", help="run tests that cannot be kept apart beside the answers"
    )
    added.add_argument("--cluster", metavar="ADDRESS", help="of a Dask scheduler whose workers do the grading")
    return parser


def main(argv=None) -> int:
    """Run one command; return its exit status: 0, 1 for a lesson that failed, 2 for an error, 130 for Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that lacks × or … shows ? for it
    try:
        arguments = _parser().parse_args(argv)
        status = arguments.function(arguments) or 0
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its exit
        return 1
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        remedy = "python -m pip install -r requirements.txt, in the course's folder"
        print(f"{package} is not installed: {remedy}", file=sys.stderr)
    except (FileExistsError, NotADirectoryError) as error:
        print(f"{error.filename} is a file where a folder should be; give another path", file=sys.stderr)
    except FileNotFoundError as error:
        print(f"{error.filename}: no such file", file=sys.stderr)
    except (OSError, ValueError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

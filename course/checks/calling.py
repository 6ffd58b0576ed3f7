"""Call a learner's code, and put what goes wrong there into words."""

import contextlib
import dis
import io
import linecache
import os
import re
import sysconfig
import traceback
from pathlib import Path
from types import FunctionType

from course.checks.display import shell
from course.checks.limits import Stopped
from course.checks.verdict import NotAttempted, WrongAnswer

NOT_LEARNERS = (
    str(Path(__file__).resolve().parents[1]) + os.sep,
    sysconfig.get_paths()["stdlib"] + os.sep,
    "<frozen",
)

AXIS = "The maps differ in their channels alone, and your axis is another: Concatenate(axis=-1) takes the channels'."
CHECKS_CALL = "The call above is the check's: the parameters have to fit it."
OWN_CALL = "A call there does not fit what it calls: compare its arguments with the parameters."
CHANNELS_FIRST = r"only supports?( the)? NHWC"
CHANNELS_LAST = (
    'Use data_format="channels_last", or set TF_ENABLE_ONEDNN_OPTS=1 in the environment before TensorFlow is imported.'
)
# (exception, what its message matches, the usual cause); the first that fits is said.
CAUSES = (
    (ValueError, r"`Concatenate` layer.*\[\((\w+, \d+, \d+), \d+\)(, \(\1, \d+\))+\]", AXIS),
    (TypeError, r"positional argument|unexpected keyword|required keyword", CHECKS_CALL),
    (ValueError, r"Unrecognized keyword arguments", "The layer has no parameter of that name; look for a misspelling."),
    (
        TypeError,
        r"unsupported operand.*'NoneType'",
        "A value there is None: a size that is left open, as x.shape[0] is, or what a function without return gives.",
    ),
    (TypeError, r"'NoneType'", "A value there is None; a function that lacks its return gives None."),
    (
        TypeError,
        r"unsupported operand|only concatenate|can't multiply",
        "Two values there do not go together; print both.",
    ),
    (TypeError, r"Cannot cast ufunc", "An array of whole numbers takes no fractions in place (/=): make a new array."),
    (OverflowError, r"out of bounds for u?int", "The array is of a type too small for that number: make it of floats."),
    (
        ValueError,
        r"zero-size array|empty sequence|argument is empty",
        "Nothing is left there to take a maximum or minimum of; print where the slice begins and ends.",
    ),
    (
        Exception,
        r"Value for attr 'T'|but is a \w+ tensor|that does not match type",
        'TensorFlow wants floats of one type there: convert both first, .astype("float32").',
    ),
    (TypeError, r"not callable", "The parentheses follow something that is no function; look for a missing operator."),
    (TypeError, r"'(tuple|str)' object does not support item", "A tuple or a text cannot be changed; make a new one."),
    (TypeError, r"item assignment", "Tensors cannot be changed in place; compute a new one with keras.ops."),
    (AttributeError, r"'NoneType'", "A value there is None; a function that lacks its return gives None."),
    (AttributeError, r"no attribute 'numpy'", "A symbolic tensor has no values yet; compute with keras.ops alone."),
    (
        AttributeError,
        r"no attribute '(in|out)put_shape'",
        "Layers of Keras 3 have no such attribute: take layer.input.shape, or layer.output.shape.",
    ),
    (
        AttributeError,
        r"'(int|float|str|tuple|list)' object has no attribute '[A-Z]",
        "A module is meant, but an argument or a variable of the same name hides it: write keras.layers in full there.",
    ),
    (AttributeError, r"", "That object has nothing of that name; look for a misspelling or a wrong type."),
    (UnboundLocalError, r"", "A variable is read before it gets its value; give it one above the loop or the if."),
    (NameError, r"", "The name is misspelt, or the cell that defines it has not been run."),
    (IndexError, r"too many indices", "The array has fewer axes than you give indices; print its shape."),
    (
        IndexError,
        r"only integers|must be of integer",
        "An index has to be a whole number: a // b is one, a / b is not.",
    ),
    (IndexError, r"boolean index", "A mask has to have the shape of what it picks from; print both shapes."),
    (IndexError, r"axis -?\d+ is out of bounds", "The array has no axis of that number; print its shape."),
    (IndexError, r"", "An index runs past the end: n items have the indices 0 to n - 1."),
    (KeyError, r"", "The dictionary lacks that key; print its keys."),
    (ZeroDivisionError, r"", "A divisor is zero; print it in the line before."),
    (RecursionError, r"", "The function calls itself without end; it needs a case that returns at once."),
    (ImportError, r"", "The module is not installed here, or its name is misspelt."),
    (SyntaxError, r"", "Python cannot read that line."),
    (AssertionError, r"", "That assert is your own, and it does not hold."),
    (NotImplementedError, r"`?call\(\)", "The layer needs a method call(self, inputs) that returns a tensor."),
    (NotImplementedError, r"Lambda", "The function in the Lambda raised an exception: call it by itself to see which."),
    (
        Exception,
        r"KerasTensor cannot be used",
        "What is called there takes no symbolic tensors: use layers or keras.ops.",
    ),
    (ValueError, r"index can't contain negative", "A padding is never negative: below 0 it is 0, max(…, 0)."),
    (
        ValueError,
        r"cannot reshape array of size",
        "The new shape holds more or fewer values: look for a fixed number in it, or a size that stands for another.",
    ),
    (
        ValueError,
        r"negative dimensions are not allowed",
        "A size comes out below 0: look for a fixed number in it, or a size that stands for another.",
    ),
    (Exception, r"negative dimension|zero or negative", "The map has become smaller than the kernel."),
    (
        Exception,
        r"incompatible with the layer: expected axis",
        "The layer was built for inputs of another size, those of its first call: for another use make a new layer.",
    ),
    (ValueError, r"names? should be unique", "Two layers have one name: leave name out, or number it."),
    (ValueError, r"expecting 0 weights", "A new layer has weights only after its first call: set_weights comes after."),
    (Exception, r"ndim=", "The layer wants another number of axes; images have (batch, height, width, channels)."),
    (Exception, r"only after|not built|has not been built|no variables", "Weights are there once the layer is built."),
    (Exception, r"broadcast|ncompatible shape|shapes|Dimensions must|dimension", "Two shapes do not fit; print both."),
    (MemoryError, r"", "It asks for more memory than there is; print the shapes."),
    (SystemExit, r"", "Leave exit and quit out: they end the kernel."),
)


def call(function, *args, name=None, **kwargs):
    """What the learner's function returns; what it raises becomes a `WrongAnswer` that shows it as theirs.

    `name` stands for the call in the message. Raises `NotAttempted` where the learner's code has a stub.
    """
    require_function(function)
    name = name or spelled(function, args, kwargs)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            value = function(*args, **kwargs)
    except (Stopped, WrongAnswer, NotAttempted):
        raise
    except BaseException as error:
        *_, (frame, line) = traceback.walk_tb(error.__traceback__)
        if isinstance(error, NotImplementedError) and is_learners(frame.f_code.co_filename):
            raise NotAttempted(f"It still raises NotImplementedError, {_place(frame, line)}.") from None
        raise raised(name, error) from None
    if value is None and printed.getvalue().strip():
        text = clipped(printed.getvalue().strip().splitlines()[-1])
        raise WrongAnswer(
            f"{name} printed {text} and returned None.",
            "print shows a value, return hands it back: end the function with return.",
        )
    return value


def require_function(answer):
    """Raise `WrongAnswer` for what cannot be called."""
    if not callable(answer):
        raise WrongAnswer(
            f"You handed over {article(type(answer).__name__)}, {shortened(answer)}, not a function.",
            "Hand over the function itself, by its name and without parentheses.",
        )


def raised(name, error):
    """The `WrongAnswer` for an exception in a learner's code."""
    frames = _learner_frames(error)
    place = f"It happened {_place(*frames[-1])}. " if frames else ""
    if re.search(CHANNELS_FIRST, str(error)):
        what = "has channels first, which TensorFlow computes on a CPU with oneDNN alone."
        return WrongAnswer(f"{name} {what}", place + CHANNELS_LAST)
    text = f"{type(error).__name__}: {_message(error)}".rstrip(": ")
    cause = _cause(error)
    return WrongAnswer(f"{name} raised {text}", place + (OWN_CALL if frames and cause == CHECKS_CALL else cause))


def still_running(name, seconds, frame):
    """The `WrongAnswer` for code that did not come to an end."""
    frames = [(frame, line) for frame, line in traceback.walk_stack(frame) if is_learners(frame.f_code.co_filename)]
    place = f", {_place(*frames[0])}" if frames else ""
    return WrongAnswer(
        f"{name} was still running after {seconds:g} seconds{place}.",
        "A loop that never ends is the usual cause: look at what should end it.",
    )


def require_attempt(answer):
    """Raise `NotAttempted` for what a cleared cell leaves: nothing, a stub function, a class without methods."""
    if answer is None or answer is Ellipsis or answer is NotImplemented:
        raise NotAttempted()
    if type(answer) is FunctionType and is_stub(answer):
        raise NotAttempted()
    if isinstance(answer, type):
        methods = {name: value for name, value in vars(answer).items() if isinstance(value, FunctionType)}
        written = [name for name, method in methods.items() if not is_stub(method)]
        inherits = any("call" in vars(base) and not base.__module__.startswith("keras.") for base in answer.__mro__[1:])
        if not (written or inherits) or ("call" in methods and "call" not in written):
            raise NotAttempted()


def spelled(function, args=(), kwargs=None):
    """A call as Python writes it, with long arguments shortened."""
    given = [shortened(value) for value in args]
    given += [f"{name}={shortened(value)}" for name, value in (kwargs or {}).items()]
    name = getattr(function, "__name__", "")
    return f"{name if name.isidentifier() else 'your function'}({', '.join(given)})"


def shortened(value, length=60):
    """The value as Python writes it, cut in the middle."""
    try:
        if type(value).__module__ == "numpy" and value.dtype.kind == "f":
            text = re.sub(r"\.0\b", "", repr(value.astype(float).round(3).tolist()))
        else:
            text = repr(value.tolist() if type(value).__module__ == "numpy" else value)
    except Exception:  # an object may refuse
        text = f"<{type(value).__name__}>"
    return clipped(text, length)


def clipped(text, length=60):
    """The text on one line, cut in the middle."""
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= length else f"{text[: length // 2]} … {text[-length // 3 :]}"


def article(noun):
    """The noun with a or an before it."""
    return f"an {noun}" if noun[0].lower() in "aeiou" or noun.startswith("nd") else f"a {noun}"


def is_stub(function):
    """Whether the body is nothing but a docstring, pass, ... or return None."""
    trivial = {"RESUME", "NOP", "CACHE", "COPY_FREE_VARS", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}
    code = list(dis.get_instructions(function))
    return all(step.opname in trivial for step in code) and all(
        step.argval is None for step in code if step.opname in ("LOAD_CONST", "RETURN_CONST")
    )


def _message(error):
    """The first line of what an exception says; of Keras's long ones, the part that matters."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    inner = re.search(r"Exception encountered when calling .*?\n\n(.*?)\n\nArguments received", text, re.DOTALL)
    first = (inner[1] if inner else text).strip().split("\n")[0]
    first = re.sub(r"\{\{.*?\}\} ", "", first)  # where TensorFlow was
    return clipped(re.split(r"(?<=[a-z)][.!?]) (?=[A-Z])", first)[0] if len(first) > 120 else first, 200)


def _cause(error):
    for kind, pattern, sentence in CAUSES:
        if isinstance(error, kind) and re.search(pattern, str(error)):
            return sentence
    return "The check cannot go on from there."


def _learner_frames(error):
    return [step for step in traceback.walk_tb(error.__traceback__) if is_learners(step[0].f_code.co_filename)]


def is_learners(filename):
    """Whether code of this file is neither the course's, nor Python's, nor an installed package's."""
    installed = {"site-packages", "dist-packages"} & set(Path(filename).parts)
    # A kit found through sys.path.insert(0, "..") has file names with ".." in them.
    names = (filename, os.path.realpath(filename))
    return not installed and not any(name.startswith(NOT_LEARNERS) for name in names)


def _place(frame, line):
    """Where a line stands, and the line: "in Cell In[3], line 4: `total += sizes[i]`"."""
    filename = frame.f_code.co_filename
    source = linecache.getline(filename, line, frame.f_globals).strip()
    return f"in {_file(filename)}, line {line}" + (f": `{clipped(source, 90)}`" if source else "")


def _file(filename):
    compiler = getattr(shell(), "compile", None)
    if hasattr(compiler, "format_code_name"):
        named = compiler.format_code_name(filename)
        if named:
            return " ".join(named)
    cell = re.match(r"<ipython-input-(\d+)-", filename)
    return f"Cell In[{cell[1]}]" if cell else Path(filename).name

"""Calls between the learner's and the tests' process: each a message with data, answered by a message with data.

A call has the meaning that it has inside one process, as far as data go: what the function prints is printed here, what
it changes in its arguments is changed here, and what it raises is raised here, with the learner's line as its place.
"""

import builtins
import linecache
import traceback

from course.grading.wire import Channel, Late, Lost, Malformed, Unsendable, Wire

FORWARDED = ("__call__", "__len__", "__getitem__", "__iter__", "__contains__")
SEEDS = ("keras.utils.set_random_seed", "numpy.random.seed", "random.seed", "tensorflow.random.set_seed")
PATIENCE = 5  # seconds for a process to come back from an interrupted call


class Peer(Wire):
    """One side of the calls. A subclass has a method `on_<op>` for each call that the other side may make."""

    def __init__(self, channel: Channel, interrupt=None):
        self.channel, self.interrupt = channel, interrupt
        self.number, self.abandoned = 0, 0
        self.failed = None  # why a value could not pass: the call then failed for no fault of the learner's

    def request(self, op, *value):
        """What the other side returns. Raises what it raises, and `Lost` when it has gone."""
        if self.abandoned:
            self._come_back()
        self.number += 1
        blobs = []
        try:
            written = self.write(value, blobs)
        except Unsendable as error:
            self.failed = self.failed or str(error)
            raise
        number = self.number
        try:
            self.channel.send({"number": number, "op": op, "value": written}, blobs)
            while True:
                message, blobs = self.channel.receive()
                if message.get("number") == number and "op" not in message:
                    break
                if "op" in message:
                    self.answer(message, blobs)
        except (Lost, Late, Malformed):
            raise
        except BaseException:  # out of time: what the other side still says of this call is of no use
            self.abandoned = number
            if self.interrupt:
                self.interrupt()
            raise
        return self.returned(message, blobs, value)

    def _come_back(self):
        for _ in range(1000):
            try:
                message, _ = self.channel.receive(PATIENCE)
            except Late:
                raise Lost() from None
            if message.get("number") == self.abandoned and "op" not in message:
                self.abandoned = 0
                return
        raise Lost()

    def returned(self, message, blobs, value):
        """What a reply says."""
        if "error" in message:
            raise self.read_error(message["error"], blobs)
        return self.read(message["value"], blobs)

    def answer(self, message, blobs):
        """Serve one request of the other side and reply."""
        reply, sent = {"number": message.get("number")}, []
        try:
            op = message.get("op")
            serve = getattr(self, f"on_{op}", None) if isinstance(op, str) else None
            if serve is None:
                raise Malformed(f'A call came with the unknown name "{op}".')
            reply |= serve(self.read(message["value"], blobs), sent)
        except (Lost, Late):
            raise
        except BaseException as error:
            sent.clear()
            reply |= {"error": self.write_error(error, sent)}
        self.channel.send(reply, sent)

    def write_error(self, error, blobs):
        """An exception as data: the names of its built-in classes, its text, and where in the learner's code it was."""
        from course.checks.calling import is_learners

        try:
            said = str(error)[:5000]
        except Exception:
            said = ""
        frames = []
        for frame, line in traceback.walk_tb(error.__traceback__):
            file = frame.f_code.co_filename
            if is_learners(file):
                frames.append([file, line, frame.f_code.co_name, linecache.getline(file, line, frame.f_globals)[:500]])
        kinds = [kind.__name__ for kind in type(error).__mro__ if getattr(builtins, kind.__name__, None) is kind]
        try:
            arguments = self.write(list(error.args), blobs)
        except (Unsendable, Lost):
            arguments = None
        unsendable = str(error) if isinstance(error, Unsendable) else None
        return {
            "name": type(error).__name__[:200],
            "kinds": kinds,
            "text": said,
            "arguments": arguments,
            "frames": frames[-20:],
            "unsendable": unsendable,
        }

    def read_error(self, content, blobs):
        """The exception, with a traceback that ends in the learner's line."""
        if not isinstance(content, dict):
            raise Malformed("An error came that cannot be read.")
        if content.get("unsendable"):
            self.failed = self.failed or str(content["unsendable"])
        names = [str(kind) for kind in content.get("kinds") or []]
        bases = [getattr(builtins, name, None) for name in names]
        base = next((kind for kind in bases if isinstance(kind, type) and issubclass(kind, BaseException)), Exception)
        name, text = str(content.get("name", "Exception")), str(content.get("text", ""))
        kind = base if base.__name__ == name else type(name, (base,), {"__module__": "__main__"})
        try:
            error = kind(*self.read(content.get("arguments"), blobs))
            same = str(error) == text
        except Exception:  # a class with arguments of its own
            same = False
        if not same:
            error = type(name, (base,), {"__module__": "__main__", "__str__": lambda self: text})()
        for frame in reversed(content.get("frames") or []):
            return _raised_at(error, frame)
        return error


def remember_source(file, line, text):
    """Let tracebacks and messages show this line of the learner's file."""
    if not (isinstance(file, str) and file.startswith("<ipython-input-")):
        return  # a file of this machine keeps its own lines
    if not (isinstance(line, int) and 0 < line < 100_000):
        return
    lines = linecache.cache[file][2] if file in linecache.cache else []
    lines = lines + ["\n"] * (line - len(lines))
    lines[line - 1] = str(text)
    linecache.cache[file] = (sum(map(len, lines)), None, lines, file)


def _raised_at(error, frame):
    """The error with a frame of that file and line at the end of its traceback."""
    file, line, name, text = frame
    if not (isinstance(file, str) and file.startswith("<ipython-input-") and type(line) is int and 0 < line < 100_000):
        return error
    remember_source(file, line, text)
    code = compile("\n" * (line - 1) + "raise error", file, "exec")
    try:
        exec(code.replace(co_name=str(name)), {"error": error, "__name__": "__main__"})
    except BaseException as raised:
        step = raised.__traceback__.tb_next
        return raised.with_traceback(step)
    return error

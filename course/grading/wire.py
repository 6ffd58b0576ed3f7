"""What passes between processes: frames over a socket, and built-in values and arrays as data.

A frame is a JSON header and binary blobs. Values are JSON with tags; nothing is pickled, and reading a value makes
objects of built-in types and NumPy's arrays alone. Other objects pass as `Wire`'s subclasses say.
"""

import json
import selectors
import socket
import struct
import time

HEADER = struct.Struct(">QI")  # the frame's length after these bytes, and its JSON's
CONTROL_LIMIT = 32 * 2**20  # bytes of a frame to the grader
CALL_LIMIT = 2 * 2**30  # bytes of a frame between learner's and tests' processes: a model's weights
DEPTH = 60
NUMBERS = "?bhilqBHILQefdgFDG"  # NumPy's type characters of what may pass, with U and S for text


class Lost(Exception):
    """The other side has gone."""

    def __str__(self):
        return "The process of the answer has ended, or did not come back when it was interrupted."


class Late(Exception):
    """The other side did not answer in time."""


class Malformed(ValueError):
    """What the other side sent cannot be read."""


class Unsendable(TypeError):
    """A value that cannot pass as data."""


class Channel:
    """Frames over a socket."""

    def __init__(self, sock: socket.socket, limit: int = CONTROL_LIMIT):
        self.sock, self.limit = sock, limit
        sock.setblocking(False)

    def fileno(self):
        return self.sock.fileno()

    def close(self):
        self.sock.close()

    def send(self, message, blobs=(), seconds=None):
        """Send one message, a JSON value with its blobs. Raises `Lost`, and `Late` if the other side does not read."""
        text = json.dumps({"message": message, "blobs": [len(blob) for blob in blobs]}).encode()
        deadline = None if seconds is None else time.monotonic() + seconds
        for part in (HEADER.pack(len(text) + sum(map(len, blobs)), len(text)), text, *blobs):
            view = memoryview(part)
            while view:
                try:
                    view = view[self.sock.send(view) :]
                except BlockingIOError:
                    self._wait(selectors.EVENT_WRITE, deadline)
                except OSError as error:
                    raise Lost() from error

    def receive(self, seconds=None):
        """One message and its blobs. Raises `Lost`, `Late` or `Malformed`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        length, header = HEADER.unpack(self._read(HEADER.size, deadline))
        if length > self.limit or header > length:
            raise self._broken(f"A message of {length:,} bytes came; the limit is {self.limit:,}.")
        try:
            frame = json.loads(bytes(self._read(header, deadline)))
            message, sizes = frame["message"], frame["blobs"]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise self._broken("A message came that is no JSON.") from None
        if not isinstance(message, dict) or not isinstance(sizes, list):
            raise self._broken("A message came that is none.")
        if any(type(size) is not int or size < 0 for size in sizes) or sum(sizes) != length - header:
            raise self._broken("A message came whose blobs have other sizes than it says.")
        return message, [self._read(size, deadline) for size in sizes]

    def _broken(self, sentence):
        """What comes after an unreadable message is not to be trusted to begin where a message begins."""
        self.sock.shutdown(socket.SHUT_RDWR)
        return Malformed(sentence)

    def _read(self, size, deadline):
        data = bytearray(min(size, 2**20))
        filled = 0
        while filled < size:
            if filled == len(data):
                data.extend(bytes(min(size - filled, len(data))))
            try:
                count = self.sock.recv_into(memoryview(data)[filled:])
            except BlockingIOError:
                self._wait(selectors.EVENT_READ, deadline)
                continue
            except OSError as error:
                raise Lost() from error
            if not count:
                raise Lost()
            filled += count
        return data

    def _wait(self, event, deadline):
        """Wait in short steps, so that an exception set in this thread from outside comes through."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, event)
            while not selector.select(0.05):
                if deadline is not None and time.monotonic() > deadline:
                    raise Late()


class Wire:
    """Values to JSON and blobs, and back. A subclass says how objects pass: `write_object`, `read_object`."""

    def write(self, value, blobs, depth=0):
        """The value as JSON; arrays go to the blobs. Raises `Unsendable`."""
        if depth > DEPTH:
            raise Unsendable(f"A value is nested more than {DEPTH} deep.")
        if type(value).__module__ == "numpy":
            return self._write_array(value, blobs, depth)
        for kind in (bool, int, float, str):  # an object of a subclass passes as what it is under its methods
            if isinstance(value, kind):
                plain = value if type(value) is kind else _base(kind, value)
                return {"t": "int", "v": hex(plain)} if kind is int and abs(plain) >= 2**63 else plain
        if value is None:
            return None
        for kind, tag in ((bytes, "bytes"), (bytearray, "bytearray")):
            if isinstance(value, kind):
                blobs.append(bytes(value))
                return {"t": tag, "v": len(blobs) - 1}
        if isinstance(value, list | tuple | set | frozenset):
            tag = next(kind for kind in (list, tuple, set, frozenset) if isinstance(value, kind))
            items = [self.write(item, blobs, depth + 1) for item in tag.__iter__(value)]
            return items if tag is list else {"t": tag.__name__, "v": items}
        if isinstance(value, dict):
            items = [[self.write(part, blobs, depth + 1) for part in item] for item in dict.items(value)]
            return {"t": "dict", "v": items}
        if value is Ellipsis:
            return {"t": "ellipsis"}
        if isinstance(value, complex):
            return {"t": "complex", "v": [value.real, value.imag]}
        if isinstance(value, range | slice):
            parts = [self.write(part, blobs, depth + 1) for part in (value.start, value.stop, value.step)]
            return {"t": type(value).__name__, "v": parts}
        return self._write_array(value, blobs, depth)

    def _write_array(self, value, blobs, depth):
        import numpy as np

        if isinstance(value, np.dtype):
            return {"t": "dtype", "v": self._type(value)}
        if isinstance(value, np.ndarray | np.generic):
            tag = "array" if isinstance(value, np.ndarray) else "scalar"
            array = np.ascontiguousarray(np.asarray(value))
            name = self._type(array.dtype)
            blobs.append(array.tobytes())
            return {"t": tag, "v": [name, list(np.shape(value)), len(blobs) - 1]}
        return self.write_object(value, blobs, depth)

    @staticmethod
    def _type(dtype):
        if dtype.name == "bfloat16" or dtype.char in NUMBERS or dtype.kind in "US":
            return dtype.name if dtype.name == "bfloat16" else dtype.str
        raise Unsendable(f"An array of {dtype} cannot pass; arrays of numbers and of text can.")

    def read(self, value, blobs, depth=0):
        """The value of `write`. Raises `Malformed`."""
        try:
            return self._read(value, blobs, depth)
        except (LookupError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise Malformed(f"A value came that cannot be read ({type(error).__name__}: {error}).") from error

    def _read(self, value, blobs, depth):
        if depth > DEPTH:
            raise Malformed(f"A value came that is nested more than {DEPTH} deep.")
        if isinstance(value, list):
            return [self._read(item, blobs, depth + 1) for item in value]
        if not isinstance(value, dict):
            return value
        tag, content = value["t"], value.get("v")
        if tag == "int":
            return int(content, 16)
        if tag in ("bytes", "bytearray"):
            return (bytes if tag == "bytes" else bytearray)(blobs[content])
        if tag in ("tuple", "set", "frozenset"):
            kind = {"tuple": tuple, "set": set, "frozenset": frozenset}[tag]
            return kind(self._read(item, blobs, depth + 1) for item in content)
        if tag == "dict":
            return {self._read(key, blobs, depth + 1): self._read(item, blobs, depth + 1) for key, item in content}
        if tag == "ellipsis":
            return ...
        if tag == "complex":
            return complex(*map(float, content))
        if tag in ("range", "slice"):
            return {"range": range, "slice": slice}[tag](*(self._read(item, blobs, depth + 1) for item in content))
        if tag in ("array", "scalar", "dtype"):
            return self._read_array(tag, content, blobs)
        return self.read_object(tag, content, blobs, depth)

    @staticmethod
    def _read_array(tag, content, blobs):
        import ml_dtypes
        import numpy as np

        name = content if tag == "dtype" else content[0]
        dtype = np.dtype(ml_dtypes.bfloat16) if name == "bfloat16" else np.dtype(str(name))
        Wire._type(dtype)
        if tag == "dtype":
            return dtype
        shape = tuple(int(size) for size in content[1])
        array = np.frombuffer(bytes(blobs[content[2]]), dtype).reshape(shape).copy()
        return array[()] if tag == "scalar" else array

    def write_object(self, value, blobs, depth):
        """An object that is no data, as data; for subclasses."""
        raise Unsendable(f"An object of the class {type(value).__name__} cannot pass; numbers, text, arrays can.")

    def read_object(self, tag, content, blobs, depth):
        """What `write_object` wrote; for subclasses."""
        raise Malformed(f'A value came with the unknown tag "{tag}".')


def _base(kind, value):
    """The value of an instance of a subclass, past the methods that the subclass has replaced."""
    return str.__str__(value) if kind is str else kind.__pos__(value)

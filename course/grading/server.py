"""The grader's end of the fork server: start it, have processes forked, send them signals, end it."""

import array
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading

# What must hold before the first import: no thread but the first, no device, no line from C++.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONDONTWRITEBYTECODE": "1",
}
# Unless the instructor's environment says otherwise: the experiments of a lesson are for learners to watch, and its
# exercises are the same in every profile.
DEFAULTS = {"COURSE_PROFILE": "smoke"}
MESSAGE = 65536


class Server:
    """The grader's end: start it, `fork` and `signal`, `close`. Safe to use from several threads."""

    def __init__(self, paths=(), data=None):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = DEFAULTS | {name: value for name, value in os.environ.items() if not _is_secret(name)}
        environment |= ENVIRONMENT | ({"TFDS_DATA_DIR": str(data)} if data else {})
        command = [sys.executable, "-c", "from course.grading.forks import serve; serve()"]
        self.process = subprocess.Popen(
            [*command, str(theirs.fileno()), json.dumps([str(path) for path in paths])],
            pass_fds=[theirs.fileno()],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is the grader's to handle
            cwd="/",
        )
        theirs.close()
        self.sock, self.lock = ours, threading.Condition()
        self.replies, self.ended = [], {}
        try:
            first = ours.recv(MESSAGE)
        except OSError:
            first = b""
        if not first:
            said = self.process.communicate()[1].decode(errors="replace").strip().splitlines()
            raise ChildProcessError(f"The fork server did not start: {said[-1] if said else 'it said nothing'}")
        self.off = json.loads(first)["off"]
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.forking = threading.Lock()

    def fork(self, role, sockets, limits, folder=None):
        """Fork a process for one side; return its pid. Raises `ChildProcessError` if the server has gone."""
        request = {"fork": role, "limits": list(limits), "folder": folder}
        with self.forking:
            self._send(request, [sock.fileno() for sock in sockets])
            with self.lock:
                self.lock.wait_for(lambda: self.replies, 60)
                reply = self.replies.pop(0) if self.replies else None
        if not reply or "pid" not in reply:
            raise ChildProcessError("The fork server has gone.")
        return reply["pid"]

    def signal(self, pid, number):
        """Send a signal to a process that the server has forked."""
        with contextlib.suppress(ChildProcessError):
            self._send({"signal": pid, "with": int(number)})

    def wait(self, pid, seconds):
        """Of a process that ends within so many seconds: its wait status, and what it took too much of; else `None`."""
        with self.lock:
            self.lock.wait_for(lambda: pid in self.ended, seconds)
            return self.ended.get(pid)

    def close(self):
        """End the server and all that it has forked."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
        self.reader.join(10)
        self.sock.close()
        self.process.stderr.close()

    def _send(self, request, descriptors=()):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self.sock.sendmsg([json.dumps(request).encode()], rights)
        except OSError as error:
            raise ChildProcessError("The fork server has gone.") from error

    def _read(self):
        while True:
            try:
                data = self.sock.recv(MESSAGE)
            except OSError:
                data = b""
            with self.lock:
                if not data:
                    self.replies.append({})
                    self.lock.notify_all()
                    return
                message = json.loads(data)
                if "ended" in message:
                    self.ended[message["ended"]] = message["status"], message["why"]
                else:
                    self.replies.append(message)
                self.lock.notify_all()


def _is_secret(name):
    return any(word in name.upper() for word in ("TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "API_KEY", "PROXY"))

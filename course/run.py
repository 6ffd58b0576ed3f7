"""Execute a lesson in a Jupyter kernel of this same Python.

The executed notebook is the record: an error, a timeout and the death of the kernel all end as an error output of their
cell. `course.executed` reads it.
"""

import asyncio
import importlib.util
import logging
import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from course.executed import code_cells, error

# What nbclient logs is told to the reader by what is written into the cell.
_LOG = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False


class Watcher:
    """Told of the cells as they are executed. This one does nothing; see `course.console.Progress`."""

    def start(self, lesson: NotebookNode, index: int):
        """A code cell is about to run."""

    def text(self, text: str):
        """The cell that runs has printed this to stdout."""

    def done(self, lesson: NotebookNode, index: int):
        """The cell has run; its outputs are in place."""


def execute(
    lesson: NotebookNode,
    folder: str | Path,
    goes_on: Callable[[NotebookNode], bool],
    timeout: int | None = None,
    watcher: Watcher | None = None,
):
    """Execute a notebook in place, in a kernel of its own that works in the folder.

    After a cell that fails the next one runs if `goes_on(cell)`; otherwise this one is the last. A cell that runs
    longer than `timeout` seconds is interrupted, and has failed. Ctrl-C kills the kernel and raises
    `KeyboardInterrupt`. Raises `ChildProcessError` if no kernel starts.
    """
    if importlib.util.find_spec("ipykernel") is None:
        raise ModuleNotFoundError("No module named 'ipykernel'", name="ipykernel")
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("execution", None)
    # On Windows the default event loop cannot wait for the kernel's sockets; this one can everywhere.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(_execute(lesson, Path(folder), goes_on, timeout, watcher or Watcher()))


async def _execute(lesson, folder, goes_on, timeout, watcher):
    with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as scratch:
        manager = AsyncKernelManager(
            # No folder to look in: what is left is ipykernel's own kernel, which runs sys.executable. One that the user
            # has registered as python3 may belong to another Python.
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(Path(scratch, "kernel.json")),
            transport="ipc" if os.name == "posix" and len(scratch) < 80 else "tcp",  # a socket's path is short
        )
        client = _Client(lesson, manager, timeout, watcher)
        now = True
        try:
            await _start(client, folder, Path(scratch, "log"))
            for index in code_cells(lesson):
                watcher.start(lesson, index)
                alive = await _execute_cell(client, lesson.cells[index], index)
                watcher.done(lesson, index)
                if not alive or (error(lesson.cells[index]) and not goes_on(lesson.cells[index])):
                    break
            client.set_widgets_metadata()
            now = False
        finally:
            if client.kc is not None:
                client.kc.stop_channels()
            if manager.has_kernel:
                await manager.shutdown_kernel(now=now)


async def _start(client, folder, log):
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ}
    environment["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # pictures go into the notebook
    with log.open("wb") as stream:
        await client.async_start_new_kernel(cwd=str(folder), env=environment, stdout=stream, stderr=stream)
    try:
        await client.async_start_new_kernel_client()
    except RuntimeError:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
        said = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
        raise ChildProcessError(f"The Jupyter kernel did not start: {said}") from None


async def _execute_cell(client, cell, index):
    """Execute one cell; return whether the kernel is still there."""
    try:
        await client.async_execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
        return True
    except DeadKernelError:
        # nbclient takes a cancelled wait, which is what Ctrl-C is here, for the death of the kernel.
        if asyncio.current_task().cancelling():
            raise asyncio.CancelledError from None
        status = await client.km.provisioner.poll()
        why = f" of {signal.Signals(-status).name}" if status and status < 0 else ""
        cell.outputs.append(new_output("error", ename="DeadKernel", evalue=f"the kernel died{why}", traceback=[]))
        return False


class _Client(NotebookClient):
    def __init__(self, lesson, manager, timeout, watcher):
        late = {"ename": "TimeoutError", "evalue": f"the cell ran longer than {timeout} seconds", "traceback": []}
        super().__init__(
            lesson,
            manager,
            allow_errors=True,
            coalesce_streams=True,
            timeout=timeout,
            interrupt_on_timeout=True,
            error_on_timeout=late,
            iopub_timeout=10,  # a cell with many pictures on a slow machine loses them after nbclient's 4 seconds
            on_cell_error=_record,
            log=_LOG,
        )
        self.watcher = watcher

    def output(self, outs, msg, display_id, cell_index):
        if msg["msg_type"] == "stream" and msg["content"]["name"] == "stdout":
            self.watcher.text(msg["content"]["text"])
        return super().output(outs, msg, display_id, cell_index)


def _record(cell, cell_index, execute_reply):
    content = {key: execute_reply["content"].get(key, "") for key in ("ename", "evalue", "traceback")}
    if all(output.ename != content["ename"] for output in cell.outputs if output.output_type == "error"):
        cell.outputs.append(new_output("error", **content))

"""What an executor runs: a task is handed to a process, which may take its time but not longer.

A process can be ended at any point, also within C code, and takes nothing else with it; a thread cannot. So
it does not matter whether the executor has threads, processes or the workers of a cluster.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from msgspec.json import encode

import mlscan
from mlscan.survey.task import Record, Task


class WorkerDiedError(Exception):
    """The process that looked at a repository is gone, and nobody here ended it."""


class Child:
    """One process of `mlscan.survey.child`, with a folder of its own for clones."""

    def __init__(self) -> None:
        self._scratch = tempfile.mkdtemp(prefix="mlscan-")
        # Python looks for modules in the current folder first, which may be a repository of anybody's.
        places = [str(Path(mlscan.__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mlscan.survey.child", self._scratch],
            cwd=self._scratch,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, task: Task) -> bytes:
        """The line about a repository. Raises TimeoutError, WorkerDiedError; the child is useless then."""
        ask, answers = self._process.stdin, self._process.stdout
        assert ask is not None
        assert answers is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            self.stop()

        clock = threading.Timer(task.timeout, end)
        clock.daemon = True
        clock.start()
        try:
            ask.write(encode(task) + b"\n")
            ask.flush()
            line = answers.readline()
        except OSError:
            line = b""
        finally:
            clock.cancel()
        if line.endswith(b"\n"):
            return line
        raise TimeoutError if late.is_set() else WorkerDiedError

    def close(self) -> None:
        """End the process and whatever it started."""
        self.stop()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                continue
        shutil.rmtree(self._scratch, ignore_errors=True)

    def stop(self) -> None:
        """Kill the process with whatever it started; does not wait."""
        try:
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        except OSError:
            return


class Children:
    """The children of this process, as many as it has threads that want one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._busy: set[Child] = set()

    def ask(self, task: Task) -> bytes:
        """The line about a repository from any child; raises what that raises."""
        with self._lock:
            alive = [child for child in self._idle if child.alive]
            child = alive.pop() if alive else Child()
            self._idle = alive
            self._busy.add(child)
        try:
            line = child.ask(task)
        except BaseException:
            with self._lock:
                self._busy.discard(child)
            child.close()
            raise
        with self._lock:
            self._busy.discard(child)
            self._idle.append(child)
        return line

    def close(self) -> None:
        """End them all; whoever waits for one is told that it died."""
        with self._lock:
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for child in idle:
            child.close()
        for child in busy:
            child.stop()


CHILDREN = Children()


def examine(task: Task) -> bytes:
    """The line about a repository. Raises WorkerDiedError: another try may go well."""
    try:
        return CHILDREN.ask(task)
    except TimeoutError:
        said = f"not done within {task.timeout:g} seconds"
        return Record(name=task.name, state="timeout", message=said, seconds=task.timeout).line()


def dismiss() -> None:
    """End the children of this process."""
    CHILDREN.close()

"""A pool of forked processes that survives one of them, and leaves none behind.

A worker that is killed (out of memory, or by a fault in a library) breaks a pool and takes the work of the
others with it. What is missing then is done again in a process of its own, halved until the file that kills
its process is alone; of that only the text is searched, and a note says so.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from mlscan.model import Note
from mlscan.watchdog import watched

if TYPE_CHECKING:
    from pathlib import Path

    from mlscan.shards import Partial, Worker

_KILLED = "the process that read it was killed"
_ENDING = (signal.SIGINT, signal.SIGTERM)
_LOOKS_UP = 1.0  # seconds after which a worker notices that it was left alone


def pooled(
    worker: Worker, root: Path, shards: Sequence[list[str]], processes: int
) -> Generator[Partial, None, None]:
    """Results in the order of the shards, as they come; the same as without a pool."""
    with forked(worker, processes) as pool:
        with undisturbed():
            futures = [pool.submit(_work, root, paths) for paths in shards]
        for paths, future in zip(shards, futures, strict=True):
            try:
                part = future.result()
            except BrokenProcessPool:
                part = _again(worker, root, paths)
            yield part


def _again(worker: Worker, root: Path, paths: list[str]) -> Partial:
    """The result of files among which is one that killed its process."""
    from mlscan.shards import Partial, merged

    if (done := _alone(worker, root, paths)) is not None:
        return done
    if len(paths) > 1:
        half = len(paths) // 2
        return merged((_again(worker, root, paths[:half]), _again(worker, root, paths[half:])))
    searched = _alone(worker, root, paths, because=_KILLED)
    return Partial(notes=(Note(paths[0], "unreadable", _KILLED),)) if searched is None else searched


def _alone(worker: Worker, root: Path, paths: list[str], *, because: str = "") -> Partial | None:
    """The result of a process of its own, None where that was killed."""
    with forked(worker, 1) as pool:
        try:
            with undisturbed():
                future = pool.submit(_work, root, paths, because)
            return future.result()
        except BrokenProcessPool:
            return None


@contextmanager
def forked(held: object, processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that find what they need by `inherited`. Whatever ends the block, none is left."""
    # A forked child inherits the compiled database and mapped packs, which cannot be pickled.
    context = multiprocessing.get_context("fork")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(processes, context, _begin, (_Inherited(held), os.getpid()))
    try:
        yield pool
    except BaseException:
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Signals that end a run wait until the block, in which work is submitted, is left; its children inherit
    that. What interrupts a fork may be lost, or end up in a child that is half made."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Inherited:
    """Passes an object to forked children by reference: arguments of `fork` are not pickled."""

    here: object = None

    def __init__(self, held: object) -> None:
        self.held = held


def inherited() -> object:
    """What a process of a pool was started with."""
    return _Inherited.here


def _begin(passed: _Inherited, parent: int) -> None:
    """Prepare a worker: the terminal's Ctrl-C is for the parent, and without a parent it ends."""
    _Inherited.here = passed.held
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)

    def look_up(_signal: int, _frame: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGALRM, look_up)
    signal.setitimer(signal.ITIMER_REAL, _LOOKS_UP, _LOOKS_UP)


def _work(root: Path, paths: list[str], because: str = "") -> Partial:
    worker = cast("Worker", inherited())
    with watched(worker.patience):
        return worker.shard(root, paths, because=because)

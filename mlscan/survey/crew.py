"""Tasks to lines through an executor: what a dead worker leaves undone is done again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass

from mlscan.survey.task import Record, Task
from mlscan.survey.worker import examine

TRIES = 3


@dataclass(frozen=True, slots=True)
class Crew:
    """Those who work: `make` gives an executor, and another one when that breaks. `width` is how many tasks
    one is given at a time, `close` sends everybody home."""

    make: Callable[[], Executor]
    width: int
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Shard:
    task: Task
    tries: int
    executor: Executor


def run(tasks: Iterable[Task], crew: Crew) -> Iterator[bytes]:
    """One line for each task, as they come. A task whose worker dies is given out again, behind the others,
    and after some tries told as failed. Leaving early stops the work."""
    waiting = deque((task, 1) for task in tasks)
    running: dict[Future[bytes], _Shard] = {}
    executor = crew.make()
    try:
        while waiting or running:
            while waiting and len(running) < crew.width:
                task, tries = waiting.popleft()
                try:
                    future = executor.submit(examine, task)
                except BrokenExecutor:
                    waiting.appendleft((task, tries))
                    executor = _replaced(executor, crew)
                    continue
                running[future] = _Shard(task, tries, executor)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                shard = running.pop(future)
                lost = future.cancelled() or future.exception()
                if not lost:
                    yield future.result()
                    continue
                if isinstance(lost, BrokenExecutor) and shard.executor is executor:
                    executor = _replaced(executor, crew)
                if shard.tries < TRIES:
                    waiting.append((shard.task, shard.tries + 1))
                else:
                    yield _failed(shard.task, lost)
    finally:
        # Not every executor's `shutdown` can cancel.
        for future in running:
            future.cancel()
        executor.shutdown(wait=False)
        crew.close()


def _replaced(executor: Executor, crew: Crew) -> Executor:
    executor.shutdown(wait=False)
    return crew.make()


def _failed(task: Task, lost: object) -> bytes:
    said = f"its worker died {TRIES} times ({type(lost).__name__})"
    return Record(name=task.name, state="failed", message=said).line()

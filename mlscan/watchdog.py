"""Ends work on one file that takes too long, at no cost for the others.

While a scan is watched, a tick comes with every second of processor time; work that has seen more ticks than
it may take seconds is interrupted, in the middle of a regular expression too. Nothing is asked or set per
file, there is no thread, and a machine that is busy with something else takes no file away. Ticks are
`SIGVTALRM`, which Python handles in the main thread of a process: that is where a scan and each worker of a
pool do their work. A scan in another thread is not watched. Windows has no such timer: there one thread for
the whole run ticks with every second of wall time.
"""

from __future__ import annotations

import _thread
import math
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

_Result = TypeVar("_Result")
_TIMED = hasattr(signal, "setitimer")
# On Windows nobody sends a SIGTERM.
_SIGNAL = signal.SIGVTALRM if _TIMED else signal.SIGTERM
_LONGEST_TICK = 1.0


class TooLongError(BaseException):
    """Work took longer than it may. No Exception: whoever catches a plugin's mistakes does not catch this."""


class _Watch:
    """`most` is how many ticks work may see, 0 while nothing is watched. A forked child has it from its
    parent, but not the timer: it watches for itself."""

    process = 0
    most = 0
    seen = 0
    working = False


@contextmanager
def watched(seconds: float) -> Iterator[None]:
    """While this is open, `within` may take so many seconds. A scan within a scan is watched by the outer."""
    outer = _Watch.most and _Watch.process == os.getpid()
    if not seconds or outer or threading.current_thread() is not threading.main_thread():
        yield
        return
    tick = min(_LONGEST_TICK, seconds / 4)
    before = signal.signal(_SIGNAL, _tick)
    _Watch.process, _Watch.most = os.getpid(), math.ceil(seconds / tick)
    stop = _timed(tick) if _TIMED else _threaded(tick)
    try:
        yield
    finally:
        stop()
        _Watch.most = 0
        signal.signal(_SIGNAL, before)


def within(work: Callable[[], _Result]) -> _Result:
    """The result of work on one file. Raises TooLongError when that takes longer than it may."""
    before = _Watch.seen, _Watch.working
    _Watch.seen, _Watch.working = 0, True
    try:
        return work()
    finally:
        _Watch.seen, _Watch.working = before[0] + _Watch.seen, before[1]


def _tick(_signal: int, _frame: object) -> None:
    _Watch.seen += 1
    if _Watch.working and _Watch.seen > _Watch.most > 0:
        raise TooLongError


def _timed(tick: float) -> Callable[[], object]:
    signal.setitimer(signal.ITIMER_VIRTUAL, tick, tick)
    return lambda: signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _threaded(tick: float) -> Callable[[], object]:
    stopped = threading.Event()

    def beat() -> None:
        while not stopped.wait(tick):
            _thread.interrupt_main(_SIGNAL)

    threading.Thread(target=beat, daemon=True).start()
    return stopped.set

"""A counter on the terminal for scans that take longer than a second."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

_DELAY = 1.0
_INTERVAL = 0.1


class Progress:
    """Called with what is done and what there is; writes one line to stderr and wipes it when closed."""

    def __init__(self, what: str = "files") -> None:
        self._what = what
        self._next = time.monotonic() + _DELAY
        self._shown = 0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _INTERVAL
        line = f"mlscan: {done} of {total} {self._what}"
        click.echo(f"\r{line:<{self._shown}}", nl=False, err=True)
        self._shown = len(line)

    def close(self) -> None:
        """Leave the line as empty as it was."""
        if self._shown:
            click.echo(f"\r{'':<{self._shown}}\r", nl=False, err=True)


@contextmanager
def progress(quiet: bool = False, what: str = "files") -> Iterator[Progress | None]:
    """A counter for one scan, None where nobody wants to see one."""
    if quiet or not progress_wanted():
        yield None
        return
    shown = Progress(what)
    try:
        yield shown
    finally:
        shown.close()


def progress_wanted() -> bool:
    """Whether a person is watching stderr: a terminal, and neither CI nor pre-commit (which uses a pty)."""
    return sys.stderr.isatty() and not os.environ.get("CI") and not os.environ.get("PRE_COMMIT")

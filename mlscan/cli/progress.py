"""A counter on the terminal for scans that take longer than a second."""

from __future__ import annotations

import os
import sys
import time

import click

_DELAY = 1.0
_INTERVAL = 0.1


class Progress:
    """Called with how many are done and how many there are; writes one line to stderr and wipes it when
    closed. `noun` is what is counted."""

    def __init__(self, noun: str = "files") -> None:
        self._noun = noun
        self._next = time.monotonic() + _DELAY
        self._shown = 0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _INTERVAL
        line = f"mlscan: {done} of {total} {self._noun}"
        click.echo(f"\r{line:<{self._shown}}", nl=False, err=True)
        self._shown = len(line)

    def close(self) -> None:
        """Leave the line as empty as it was."""
        if self._shown:
            click.echo(f"\r{'':<{self._shown}}\r", nl=False, err=True)


def progress_wanted() -> bool:
    """Whether a person is watching stderr: a terminal, and neither CI nor pre-commit (which uses a pty)."""
    return sys.stderr.isatty() and not os.environ.get("CI") and not os.environ.get("PRE_COMMIT")

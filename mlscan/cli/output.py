"""Where a command's output goes: bytes on stdout or in a file, with or without colour."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from mlscan.errors import UserError


def wants_colour(choice: str) -> bool:
    """Whether to colour stdout: `always` or `never` decide, then NO_COLOR, FORCE_COLOR, and a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def source_date() -> int:
    """The time that a reproducible report names: SOURCE_DATE_EPOCH in seconds since 1970, else 0.

    https://reproducible-builds.org/specs/source-date-epoch/. What is no number, or none of this age, is 0.
    """
    value = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 11 else 0


def encoded(text: str) -> bytes:
    """UTF-8. A byte of a path that is not UTF-8 becomes an escape, which is also right within JSON."""
    return text.encode("utf-8", "backslashreplace")


def to_stdout(text: str) -> None:
    """Write to stdout whatever its encoding is called; a reader that has gone (`| head`) is no error."""
    stream = sys.stdout.buffer
    try:
        stream.write(encoded(text))
        stream.flush()
    except BrokenPipeError:
        # The interpreter flushes stdout once more on exit; let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def to_file(text: str, path: str) -> None:
    """Write a report to a file; `-` is stdout."""
    if path == "-":
        return to_stdout(text)
    try:
        Path(path).write_bytes(encoded(text))
    except OSError as error:
        raise UserError(f"--output: cannot write {path}: {error.strerror}") from error
    return None


def tell(text: str) -> None:
    """One line on stderr."""
    click.echo(f"mlscan: {text}", err=True)

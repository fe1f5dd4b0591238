"""Where a command's output goes: bytes on stdout or in a file, with or without colour."""

from __future__ import annotations

import os
import stat
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
    """Write to stdout whatever its encoding is called; a reader that has gone (`| head`) is no error, a disk
    that is full is."""
    stream = sys.stdout.buffer
    try:
        stream.write(encoded(text))
        stream.flush()
    except OSError as error:
        # The interpreter flushes stdout once more on exit; let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise UserError(f"cannot write the report: {error.strerror}") from error


def to_file(text: str, path: str) -> None:
    """Write a report to a file, all of it or nothing; `-` is stdout."""
    if path == "-":
        return to_stdout(text)
    target = Path(path).resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(encoded(text))  # a device or a pipe
        else:
            _replace(target, encoded(text))
    except OSError as error:
        raise UserError(f"--output: cannot write {path}: {error.strerror}") from error
    return None


def _replace(target: Path, content: bytes) -> None:
    """Put a content in place of a file at once; the mode is that of the file before or of a new one."""
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    if mode is not None:
        with target.open("ab"):
            pass  # a file that is write-protected stays
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
        if mode is not None:
            temporary.chmod(mode)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def tell(text: str) -> None:
    """One line on stderr."""
    click.echo(f"mlscan: {text}", err=True)

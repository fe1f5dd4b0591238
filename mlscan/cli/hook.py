"""What a run inside a git hook is about, what is staged or the commits of a push, and what stops it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlscan.model import Report, Severity
    from mlscan.sources.request import Request


def staged_request(paths: tuple[str, ...], root: str | None) -> Request:
    """What is staged below some paths, or anywhere in the repository; refuses a path that is not there."""
    from dataclasses import replace

    from mlscan.cli.check import request_of

    return replace(request_of(paths, root, None), paths=paths, staged=True)


def pushed_since(paths: tuple[str, ...], quiet: bool) -> str | None:
    """The commit from which pre-commit was told to start, where it names no files; None outside of it.

    pre-commit sets `PRE_COMMIT_FROM_REF` before a push and with `--from-ref`. A hook that gets file names
    is about these files, as it is at a commit.
    """
    if paths or not os.environ.get("PRE_COMMIT"):
        return None
    ref = os.environ.get("PRE_COMMIT_FROM_REF") or None
    if ref and not quiet:
        from mlscan.cli.output import tell

        tell(f"what changed since {ref} (PRE_COMMIT_FROM_REF)")
    return ref


def fails(report: Report, severity: Severity) -> bool:
    """Whether a finding that counts is at least that severe."""
    severities = {rule.id: rule.severity for rule in report.rules}
    return any(severities[finding.rule] >= severity for finding in report.active)


def check_read(report: Report) -> None:
    """Raises UserError if a part of the input was not analysed as what it is."""
    from mlscan.errors import UserError
    from mlscan.report.summary import summarise, unanalysed

    if missing := unanalysed(summarise(report)):
        raise UserError(f"--strict: {missing} (-v lists them)")

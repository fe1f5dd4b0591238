"""A baseline file of any kind, told apart by what it holds."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import msgspec

from mlscan.baseline import detect_secrets, file, gitleaks, names, reports
from mlscan.baseline.entry import Baseline, Covered, Entry
from mlscan.baseline.keys import Keys
from mlscan.baseline.match import hold_back
from mlscan.errors import UserError
from mlscan.model import Report

_KINDS = (
    "a baseline of mlscan, a SARIF or JSON report of mlscan, a .secrets.baseline, a .gitleaksignore "
    "or a JSON report of gitleaks"
)


class Given:
    """The baseline files of a run with the one salt that its hashes have."""

    def __init__(self, files: Iterable[tuple[str, bytes]], *, written: bool = False) -> None:
        """`files` are (name for people, content); `written` says that mlscan's own is about to be written.
        Raises UserError for a file that is no baseline."""
        texts = list(files)
        own = {name: file.decode(text(data), name) for name, data in texts if is_own(data)}
        salt = next((found.salt for found in own.values()), None)
        self.keys = Keys(
            salt or secrets.token_bytes(16), own=bool(own) or written, others=len(own) < len(texts)
        )
        self.baselines = tuple(
            Baseline(name, own[name].entries, tended=True)
            if name in own
            else Baseline(name, tuple(_foreign(name, data, self.keys)))
            for name, data in texts
        )

    def hold_back(self, report: Report, covered: Covered) -> Report:
        """The report with what the baselines know marked, and notes about stale entries."""
        return hold_back(report, self.baselines, self.keys, covered)


def is_own(data: bytes) -> bool:
    """Whether a file is mlscan's own baseline, be it with conflicts."""
    return b'"salt"' in data[:4096]


def _foreign(name: str, data: bytes, keys: Keys) -> list[Entry]:
    start = data.lstrip()[:1]
    if name.rpartition("/")[2] == names.GITLEAKS or start not in (b"{", b"["):
        entries = gitleaks.read_ignore(text(data))
        if not entries and data.strip() and not name.endswith(names.GITLEAKS):
            raise UserError(f"{name}: not {_KINDS}")
        return entries
    try:
        if start == b"[":
            return gitleaks.read_report(data, keys)
        parts = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        if "runs" in parts:
            return reports.read_sarif(data)
        if "results" in parts:
            return detect_secrets.read(data, keys)
        if "tool" in parts:
            return reports.read_json(data)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name}: cannot be read as a baseline: {error}") from None
    raise UserError(f"{name}: not {_KINDS}")


def text(data: bytes) -> str:
    """The text of a file; a byte that is not UTF-8 stays what it is."""
    return data.decode("utf-8-sig", "surrogateescape")

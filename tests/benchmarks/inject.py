"""Recall and noise of mlscan and its peers on credentials planted in copies of real repositories.

    python tests/benchmarks/inject.py REPOSITORY... --peers VENV/bin --seed 1 --per-place 5 -o table.md

Each REPOSITORY (a folder) is copied; the untouched copy and the planted one are scanned by every tool.
Prints kinds, counts and places, never a value.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # mlscan of this checkout

import peers
from injector import tables
from injector.place import Planting
from injector.plant import plant
from injector.score import Findings, distinct, units
from injector.tree import copy_tree

_REMARK = (
    "Everything a tool reports on the untouched copies counts as false, one for each line, unless --true "
    "lists its line: real credentials of the repositories count against every tool that finds them."
)


@dataclass
class Outcome:
    """What a tool did over all repositories."""

    found: list[peers.Found] = field(default_factory=list)
    untouched: list[peers.Found] = field(default_factory=list)
    seconds: float = 0.0
    trouble: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; 0 when mlscan finished."""
    options = _options().parse_args(arguments)
    tools = [peers.mlscan(), *(peers.installed(options.peers) if options.peers else ())]
    known = set(options.true.read_text(encoding="utf-8").splitlines()) if options.true else set()
    plantings: list[Planting] = []
    outcomes = {tool.name: Outcome() for tool in tools}
    size = 0
    with tempfile.TemporaryDirectory() as scratch:
        work = options.keep or Path(scratch)
        for repository in options.repositories:
            name = repository.resolve().name
            untouched, planted = work / "untouched" / name, work / "planted" / name
            for copy in (untouched, planted):
                copy_tree(repository, copy)
            size += units(untouched)
            plantings += plant(planted, f"{options.seed}/{name}", options.per_place)
            for tool in tools:
                print(f"{tool.name} on {name}", file=sys.stderr)
                outcome = outcomes[tool.name]
                outcome.found += _scan(tool, planted, outcome, options)
                outcome.untouched += _scan(tool, untouched, outcome, options)
    report = _tables(plantings, outcomes, known, size)
    heading = f"Tools: {', '.join(tool.described() for tool in tools)}. Repositories: " + ", ".join(
        path.resolve().name for path in options.repositories
    )
    print("\n".join([heading, "", *(table.text() for table in report)]))
    if options.output:
        parts = ["# Injected credentials", "", heading, "", *(table.markdown() for table in report)]
        options.output.write_text("\n".join(parts), encoding="utf-8")
    if options.misses:
        _print_misses(options.misses, plantings, outcomes)
    return 1 if outcomes["mlscan"].trouble else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repositories", nargs="+", type=Path, metavar="REPOSITORY")
    parser.add_argument(
        "--peers", type=Path, metavar="DIR", help="bin folder of the peers' virtual environment"
    )
    parser.add_argument("--seed", default="1", help="the same seed plants the same (default: 1)")
    parser.add_argument(
        "--per-place", type=int, default=5, metavar="N", help="credentials a place (default: 5)"
    )
    parser.add_argument(
        "--jobs", type=int, default=2, metavar="N", help="processes of a tool that takes a number"
    )
    parser.add_argument(
        "--time-limit", type=float, default=900, metavar="SECONDS", help="for one tool on one tree"
    )
    parser.add_argument(
        "--true", type=Path, metavar="FILE", help="true findings: lines of repository/path:line"
    )
    parser.add_argument("--misses", metavar="TOOL", help="also list what this tool missed")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the copies in this (empty) folder")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the tables as Markdown")
    return parser


def _scan(tool: peers.Tool, tree: Path, outcome: Outcome, options: argparse.Namespace) -> list[peers.Found]:
    run = tool.run(tree, jobs=options.jobs, limit=options.time_limit)
    outcome.seconds += run.seconds
    if run.status != "ok":
        outcome.trouble.append(f"{run.status} on {tree.parent.name}/{tree.name}")
    return [replace(item, path=f"{tree.name}/{item.path}") for item in run.found]


def _tables(
    plantings: list[Planting], outcomes: dict[str, Outcome], known: set[str], size: int
) -> list[tables.Table]:
    hits = {name: _hits(outcome, plantings) for name, outcome in outcomes.items()}
    notebooks = [index for index, item in enumerate(plantings) if item.path.endswith(".ipynb")]
    inside = [plantings[index] for index in notebooks]
    moved = {
        name: found and {new for new, old in enumerate(notebooks) if old in found}
        for name, found in hits.items()
    }
    return [
        tables.recall("Recall by place", plantings, hits, lambda item: item.place),
        tables.recall("Recall by kind", plantings, hits, lambda item: item.kind),
        tables.recall("Recall in notebooks by layout", inside, moved, _layout),
        tables.recall("Recall by quotes", plantings, hits, lambda item: item.quote or "none"),
        _noise(outcomes, known, size),
    ]


def _hits(outcome: Outcome, plantings: list[Planting]) -> set[int] | None:
    if outcome.trouble:
        return None
    findings = Findings(outcome.found)
    return {index for index, item in enumerate(plantings) if findings.hit(item)}


def _layout(item: Planting) -> str:
    return "one line" if item.one_line else "pretty"


def _noise(outcomes: dict[str, Outcome], known: set[str], size: int) -> tables.Table:
    rows = []
    for name, outcome in outcomes.items():
        false = [item for item in distinct(outcome.untouched) if f"{item[0]}:{item[1]}" not in known]
        state = "; ".join(outcome.trouble) or "ok"
        numbers = ("n/a", "n/a") if outcome.trouble else (str(len(false)), f"{1000 * len(false) / size:.1f}")
        rows.append((name, *numbers, f"{outcome.seconds:.1f}", state))
    head = ("tool", "false", "per 1,000", "seconds for all trees", "state")
    title = f"False findings on the untouched copies ({size} cells and files)"
    return tables.Table(title, head, tuple(rows), _REMARK)


def _print_misses(name: str, plantings: list[Planting], outcomes: dict[str, Outcome]) -> None:
    hits = _hits(outcomes[name], plantings) or set()
    for index, item in enumerate(plantings):
        if index not in hits:
            print(f"missed: {item.place} | {item.kind} | {item.path}:{item.start_line}")


if __name__ == "__main__":
    sys.exit(main())

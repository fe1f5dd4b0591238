"""Precision and recall of mlscan and its peers on hand-labelled places of public repositories.

    python tests/benchmarks/labelled.py --repos FOLDER --peers VENV/bin -o table.md

FOLDER holds a checkout of each repository of labels.jsonl, named owner+name, at the commit named there. A
label is a place (path, 1-based line, `end_line` where the secret has several) with `label` true or false and
the reason. What a tool reports at places without a label counts neither way and is shown by number.
`fresh` labels were made after the rules, and measured once before anything was tuned to them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # mlscan of this checkout

import peers
from injector.score import distinct
from injector.tables import Table

_LABELS = Path(__file__).with_name("labels.jsonl")
_CORE = (".py", ".ipynb", ".yml", ".yaml")
_REMARK = (
    "Precision is over labelled places a tool reports, recall over the true ones, `not weak` is recall "
    "without guessable passwords; repositories on which a tool "
    "did not finish are left out of its row."
)


@dataclass(frozen=True, slots=True)
class Label:
    """A judged place: `true` when a usable credential stands there.

    `weak` ones are guessable passwords that the repository's services really use: true all the same.
    """

    repo: str
    path: str
    line: int
    end_line: int
    true: bool
    weak: bool
    fresh: bool


GROUPS: dict[str, Callable[[Label], bool]] = {
    "all": lambda label: True,
    "Python, notebooks and YAML": lambda label: label.path.lower().endswith(_CORE),
    "fresh": lambda label: label.fresh,
    "fresh Python, notebooks and YAML": lambda label: label.fresh and label.path.lower().endswith(_CORE),
}


@dataclass
class Count:
    """What one tool did over all repositories, in places."""

    right: int = 0
    wrong: int = 0
    unlabelled: int = 0
    possible: int = 0
    strong: int = 0
    strong_possible: int = 0
    state: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; 0 when at least one repository of the labels was there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repos", type=Path, required=True, metavar="DIR", help="checkouts named owner+name")
    parser.add_argument(
        "--peers", type=Path, metavar="DIR", help="bin folder of the peers' virtual environment"
    )
    parser.add_argument("--labels", type=Path, default=_LABELS, metavar="FILE")
    parser.add_argument("--jobs", type=int, default=2, metavar="N")
    parser.add_argument(
        "--time-limit", type=float, default=300, metavar="SECONDS", help="one tool, one repository"
    )
    parser.add_argument("--wrong", metavar="TOOL", help="also list what this tool missed or reports falsely")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the table as Markdown")
    options = parser.parse_args(arguments)
    labels = read_labels(options.labels)
    tools = [peers.mlscan(), *(peers.installed(options.peers) if options.peers else ())]
    counts = {group: {tool.name: Count() for tool in tools} for group in GROUPS}
    present = [
        repo
        for repo in dict.fromkeys(label.repo for label in labels)
        if _folder(options.repos, repo).is_dir()
    ]
    for repo in present:
        judged = [label for label in labels if label.repo == repo]
        for tool in tools:
            print(f"{tool.name} on {repo}", file=sys.stderr)
            run = tool.run(
                _folder(options.repos, repo).resolve(), jobs=options.jobs, limit=options.time_limit
            )
            for group, belongs in GROUPS.items():
                count, wanted = counts[group][tool.name], [label for label in judged if belongs(label)]
                if run.status != "ok":
                    count.state += f"{run.status} on {repo}; " if wanted else ""
                    continue
                files = {label.path for label in judged if not belongs(label)}
                found = [item for item in run.found if item.path not in files]
                _add(count, wanted, found, show=tool.name == options.wrong and group == "all")
    tables = [
        _table(group, counts[group], [label for label in labels if belongs(label)])
        for group, belongs in GROUPS.items()
    ]
    print("\n".join(table.text() for table in tables))
    if options.output:
        options.output.write_text("\n".join(table.markdown() for table in tables), encoding="utf-8")
    return 0 if present else 1


def read_labels(path: Path) -> list[Label]:
    """The labels of a file of JSON lines."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [
        Label(
            row["repo"],
            row["path"],
            row["line"],
            row.get("end_line", row["line"]),
            row["label"],
            row.get("weak", False),
            row.get("fresh", False),
        )
        for row in rows
    ]


def _folder(repos: Path, repo: str) -> Path:
    return repos / repo.replace("/", "+")


def _add(count: Count, judged: list[Label], found: Sequence[peers.Found], *, show: bool) -> None:
    """Credit every labelled place a finding touches; one that touches a true place is not false as well."""
    touched: set[Label] = set()
    unlabelled = []
    for item in found:
        near = [
            label
            for label in judged
            if label.path == item.path and item.line <= label.end_line and label.line <= item.end_line
        ]
        touched.update([label for label in near if label.true] or near[:1])
        if not near:
            unlabelled.append(item)
    count.right += sum(label.true for label in touched)
    count.wrong += sum(not label.true for label in touched)
    count.unlabelled += len(distinct(unlabelled))
    count.possible += sum(label.true for label in judged)
    count.strong += sum(label.true and not label.weak for label in touched)
    count.strong_possible += sum(label.true and not label.weak for label in judged)
    if show:
        for label in judged:
            if label.true != (label in touched):
                print(f"{'missed' if label.true else 'false'}: {label.repo} {label.path}:{label.line}")
        for path, line, _ in sorted(distinct(unlabelled)):
            print(f"unlabelled: {judged[0].repo} {path}:{line}")


def _table(group: str, counts: dict[str, Count], labels: list[Label]) -> Table:
    rows = []
    for name, count in counts.items():
        reported = count.right + count.wrong
        precision = f"{100 * count.right / reported:.0f} %" if reported else "n/a"
        recall = f"{100 * count.right / count.possible:.0f} %" if count.possible else "n/a"
        strong = f"{100 * count.strong / count.strong_possible:.0f} %" if count.strong_possible else "n/a"
        numbers = (strong, str(count.right), str(count.possible), str(count.wrong), str(count.unlabelled))
        rows.append((name, precision, recall, *numbers, count.state.strip("; ") or "ok"))
    true = sum(label.true for label in labels)
    repositories = len({label.repo for label in labels})
    title = f"Labelled places, {group}: {true} true, {len(labels) - true} false, {repositories} repositories"
    head = ("tool", "precision", "recall", "not weak", "found", "of", "false", "unlabelled", "state")
    return Table(title, head, tuple(rows), _REMARK)


if __name__ == "__main__":
    sys.exit(main())

"""Verdicts of the promotion graph on hand-labelled deploy jobs of public repositories.

    python tests/benchmarks/gates.py --repos FOLDER --labels tests/benchmarks/gate_labels.jsonl

FOLDER holds a checkout of each repository of the labels, named owner+name, at the commit named there. A label
is a job, stage or object (path and 1-based lines) with one of `ungated`, `server-side`, `gated`, `no-prod`;
`doubtful` ones are those about which two careful readers could disagree. A label's verdict is the worst of
the deploys that stand on its lines, else of those in the file that its lines call, else of those in its file
where the file has no other label.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # mlscan of this checkout

from injector.tables import Table

from mlscan.catalog.load import load_catalog
from mlscan.config import Config
from mlscan.model import Place
from mlscan.promotion.graph import Graph, Job
from mlscan.promotion.production import Judge
from mlscan.promotion.verdicts import Kind, Verdict, verdicts
from mlscan.scan import promotion_graph
from mlscan.sources.request import Request

_LABELS = Path(__file__).with_name("gate_labels.jsonl")
_KINDS = ("ungated", "server-side", "gated", "no-prod")
_WORST = list(Kind)
_REMARK = "Rows are labels, columns mlscan's verdicts."


@dataclass(frozen=True, slots=True)
class Label:
    """A judged job. `first` and `last` are 1-based lines."""

    repo: str
    path: str
    platform: str
    job: str
    first: int
    last: int
    label: str
    doubtful: bool
    why: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the confusion tables and every disagreement; 0 when a repository of the labels was there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repos", type=Path, required=True, metavar="DIR", help="checkouts named owner+name")
    parser.add_argument("--labels", type=Path, default=_LABELS, metavar="FILE")
    options = parser.parse_args(arguments)
    labels = read_labels(options.labels)
    catalog = load_catalog()
    judge = Judge(catalog.environments)
    found: list[tuple[Label, str]] = []
    for repo in dict.fromkeys(label.repo for label in labels):
        folder = (options.repos / repo.replace("/", "+")).resolve()
        if not folder.is_dir():
            print(f"not there: {repo}", file=sys.stderr)
            continue
        graph = promotion_graph(Request((str(folder),), str(folder)), catalog, Config())
        reached = list(verdicts(graph))
        mine = [label for label in labels if label.repo == repo]
        for label in mine:
            alone = sum(other.path == label.path for other in mine) == 1
            found.append((label, verdict(label, graph, reached, judge, alone=alone)))
    for label, said in found:
        if said != label.label:
            mark = "doubtful" if label.doubtful else "disagrees"
            print(f"{mark}: {label.repo} {label.path}:{label.first} {label.job}: {label.label}, not {said}")
            print(f"    {label.why}")
    print(_table("all labels", found).text())
    print(_table("without the doubtful ones", [item for item in found if not item[0].doubtful]).text())
    return 0 if found else 1


def read_labels(path: Path) -> list[Label]:
    """The labels of a file of JSON lines."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [
        Label(
            row["repo"],
            row["path"],
            row["platform"],
            row["job_or_stage"],
            *row["lines"],
            row["label"],
            row.get("doubtful", False),
            row["why"],
        )
        for row in rows
    ]


def verdict(label: Label, graph: Graph, reached: list[Verdict], judge: Judge, *, alone: bool) -> str:
    """What mlscan says of a labelled job; `alone` when its file has no other label."""
    within = [found for found in reached if _within(label, found.deploy.job.place, found.deploy.action.place)]
    if not within:
        called = [found for found in reached if _within(label, *found.deploy.job.calls)]
        others = [found for found in reached if _in_file(label, found)]
        named = [found for found in others if _mentions(label, found.deploy.job)]
        if any(_within(label, job.place) and _mentions(label, job) for job in _jobs(graph)):
            # The job itself is known and deploys nothing, so others of its name in the file are not meant.
            named = [found for found in named if found.deploy.job.place.path != label.path]
        one = len({found.deploy.job.id for found in others}) == 1 or _is_called(label)
        within = called or named or (others if alone and one else [])
    if within:
        return min(within, key=lambda found: (_WORST.index(found.kind), found.label == "no-prod")).label
    unreviewed = [
        item
        for item in graph.protections
        if item.place.path == label.path and not item.reviewed and judge.names(item.name) == "prod"
    ]
    robots = [item for item in graph.approvers if item.place.path == label.path]
    return "ungated" if unreviewed or robots else "no-prod"


def _jobs(graph: Graph) -> Iterator[Job]:
    return (job for pipeline in graph.pipelines for job in pipeline.jobs)


def _in_file(label: Label, found: Verdict) -> bool:
    deploy = found.deploy
    return label.path in (deploy.pipeline.path, deploy.job.place.path, deploy.action.place.path)


def _is_called(label: Label) -> bool:
    """Whether the label is about a whole workflow that others call, under other names."""
    return "reusable" in label.job or "workflow_call" in label.job


def _mentions(label: Label, job: Job) -> bool:
    """Whether the label names the job, whose own lines may be in a template."""
    name = re.split(r"[./]", job.id)[-1].strip()
    return bool(name) and re.search(rf"(?<![\w\-]){re.escape(name)}(?![\w\-])", label.job) is not None


def _within(label: Label, *places: Place) -> bool:
    return any(
        place.path == label.path
        and place.region.start_line <= label.last
        and label.first <= place.region.end_line
        for place in places
    )


def _table(title: str, found: list[tuple[Label, str]]) -> Table:
    counts = Counter((label.label, said) for label, said in found)
    rows = tuple((kind, *(str(counts[kind, said]) for said in _KINDS)) for kind in _KINDS)
    right = sum(counts[kind, kind] for kind in _KINDS)
    share = f"{right} of {len(found)} agree ({right / max(1, len(found)):.3f})"
    return Table(f"Gates, {title}: {share}", ("label", *_KINDS), rows, _REMARK)


if __name__ == "__main__":
    sys.exit(main())

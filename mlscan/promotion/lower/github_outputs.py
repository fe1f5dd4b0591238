"""Texts that a step of a GitHub job hands on: `echo "target=prod" >> "$GITHUB_OUTPUT"`.

A name is known only where its step gives it one text and no other, and the text names an environment: whether
a step writes `skip=true` is for the run to tell.
"""

from __future__ import annotations

import re

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.lower.parsed import items, pairs, scalars
from mlscan.promotion.production import Judge

_WRITES = re.compile(r"GITHUB_OUTPUT|::set-output")
_WRITTEN = re.compile(
    r"echo[ \t]+[\"']?(?:::set-output name=([\w-]+)::|([\w-]+)=)([^\"'\n]*?)[\"']?[ \t]*(?:>>|\}|$)",
    re.MULTILINE,
)
_LITERAL = re.compile(r"^[\w./:-]{1,100}$")


def of_steps(job: Mapping, judge: Judge) -> dict[str, str]:
    """`steps.ID.outputs.NAME` to text, for a job."""
    found: dict[str, str] = {}
    for step in items(job.get("steps")):
        if isinstance(step, Mapping) and step.text("id"):
            for name, text in _literals(step.get("run")).items():
                if not judge.names(text):
                    continue
                found[f"steps.{step.text('id')}.outputs.{name}".lower()] = text
    return found


def of_jobs(jobs: Node | None, judge: Judge) -> dict[str, str]:
    """`needs.JOB.outputs.NAME` to text, for the jobs of a workflow."""
    found: dict[str, str] = {}
    for job, _, node in pairs(jobs):
        if not isinstance(node, Mapping) or node.get("outputs") is None:
            continue
        known = of_steps(node, judge)
        for name, value in scalars(node.get("outputs")):
            text = known.get(re.sub(r"^\$\{\{\s*|\s*\}\}$", "", value.value.strip()).lower())
            if text is not None:
                found[f"needs.{job}.outputs.{name}".lower()] = text
    return found


def _literals(run: Node | None) -> dict[str, str]:
    if not isinstance(run, Scalar) or not _WRITES.search(run.value):
        return {}
    given: dict[str, set[str]] = {}
    for match in _WRITTEN.finditer(run.value):
        given.setdefault(match[1] or match[2], set()).add(match[3])
    return {
        name: text
        for name, texts in given.items()
        for text in texts
        if len(texts) == 1 and _LITERAL.match(text)
    }

"""Jenkins X pipelines (`pipelineConfig`), read line by line: files in the wild are often no valid YAML.

https://jenkins-x.io/v2/docs/reference/pipeline-syntax-reference/
"""

from __future__ import annotations

import re

from mlscan.model import Place
from mlscan.promotion.graph import Fact, Job, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.words import At, folders, setting_in
from mlscan.promotion.scope import Scope

PLATFORM = "jenkins-x"
_MARK = re.compile(rb"^pipelineConfig[ \t]*:", re.MULTILINE)
_SECTION = re.compile(rb"^[ \t]{2,8}(release|pullRequest|feature)[ \t]*:[ \t]*\r?$", re.MULTILINE)
_COMMAND = re.compile(rb"^[ \t]*(?:- )?(?:sh|command)[ \t]*:[ \t]*(\S[^\n]*)", re.MULTILINE)
_KINDS = {"release": TriggerKind.PUSH, "pullRequest": TriggerKind.PULL_REQUEST, "feature": TriggerKind.PUSH}
_REFS = {"release": ("master",)}


def recognised(data: bytes) -> bool:
    """Whether it has Jenkins X' own root key."""
    return _MARK.search(data) is not None


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each section: a push to the main branch, a pull request, a feature branch."""
    data = parsed.document.data
    marks = list(_SECTION.finditer(data))
    found: list[Pipeline] = []
    for index, mark in enumerate(marks):
        stop = marks[index + 1].start() if index + 1 < len(marks) else len(data)
        section = mark[1].decode()
        place = parsed.document.place(mark.start(1), mark.end(1))
        steps = _steps(parsed, mark.end(), stop, context)
        job = Job(section, section, "agent", place, steps)
        trigger = Trigger(_KINDS[section], "push", place, _REFS.get(section, ()))
        facts: tuple[Fact, ...] = tuple(folders(parsed, context.recogniser.judge))
        found.append(Pipeline(parsed.path, PLATFORM, place, (trigger,), (job,), {section: (section,)}, facts))
    return found


def _steps(parsed: Parsed, start: int, stop: int, context: Context) -> tuple[Step, ...]:
    """Every command of a section; names of steps say little here and are no evidence."""
    steps: list[Step] = []
    for match in _COMMAND.finditer(parsed.document.data, start, stop):
        line = match[1].decode("utf-8", "replace").strip().strip("\"'")
        place: Place = parsed.document.place(match.start(1), match.end(1))
        text = At(parsed.document, line, match.start(1), match.end(1))
        actions = context.recogniser.actions(text, setting_in(Scope(), ""))
        if actions:
            steps.append(Step(line.split(" ", 1)[0], place, tuple(actions)))
    return tuple(steps)

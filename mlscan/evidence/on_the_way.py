"""Evidence of the graph: actions, steps by their names, and commands, on the way to a deploy or elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.evidence.ignored import forgiven, ignored
from mlscan.evidence.markers import Asked
from mlscan.evidence.proof import BEFORE, Grade, Proof
from mlscan.evidence.repository import Repository
from mlscan.evidence.way import Way
from mlscan.model import Place
from mlscan.promotion.graph import Pipeline
from mlscan.promotion.located import Located

_ELSEWHERE = "the deploy is not seen to wait for it"
# The rest of a command on its line.
_REST = re.compile(rb"[^\n;&|]{0,160}")
_EVALUATION, _OF_DATA = "evaluation", "data-validation"


def run_before(kind: str, way: Way, repository: Repository) -> Iterator[Proof]:
    """What the pipeline does for a kind of evidence before it deploys."""
    asked = repository.markers.by_kind[kind]
    pins = deployed_pins(way, repository)
    for doing, action in way.actions:
        if action.kind in asked.marker.actions and not _is_other(kind, action.place, repository):
            via = action.hops[0] if action.hops else None
            why = forgiven(doing) or _followed(via or action.place, repository)
            what = f"{action.title} in job '{doing.job.title}'"
            grade = _grade(kind, action.place, pins, repository)
            yield Proof(kind, grade, what, action.place, empty=why, via=via)
    for running in way.scripts:
        for place in _commands(running.script.text, asked):
            at = (running.job.id, running.script.step)
            owner = next((one for one in way.steps if (one.job.id, one.index) == at), None)
            why = (forgiven(owner) if owner else "") or _followed(place, repository)
            what = f"{_shown(place)} in job '{running.job.title}'"
            yield Proof(kind, _grade(kind, place, pins, repository), what, place, empty=why)
    yield from _by_name(kind, asked, way, repository)


def _by_name(kind: str, asked: Asked, way: Way, repository: Repository) -> Iterator[Proof]:
    """Steps and jobs that are called after it. One that deploys does something else, or takes it back."""
    grade = Grade.EXERCISED if kind in BEFORE else Grade.PRESENT
    deploying = {(deploy.job.id, deploy.index) for deploy in way.release.deploys if kind in BEFORE}
    idle = {
        (running.job.id, running.script.step)
        for running in way.scripts
        if running.script.idle(repository.markers.idle)
    }
    for doing in way.steps:
        key = (doing.job.id, doing.index)
        if key not in deploying and asked.named(doing.step.name):
            why = "it only prints" if key in idle else forgiven(doing)
            yield Proof(kind, grade, f"step '{doing.step.name}'", doing.step.place, empty=why)
    for job in way.jobs:
        if (job.id not in way.last or kind not in BEFORE) and asked.named(f"{job.id} {job.title}"):
            scripts = [running.script for running in way.scripts if running.job is job]
            talk = bool(scripts) and all(script.idle(repository.markers.idle) for script in scripts)
            why = "it only prints" if talk else ""
            if job.continues_on_error:
                why = "it is allowed to fail"
            yield Proof(kind, grade, f"job '{job.title}'", job.place, empty=why)


def run_elsewhere(kind: str, way: Way, repository: Repository) -> Iterator[Proof]:
    """The same in other pipelines, and in jobs that this deploy does not wait for."""
    if kind not in repository.seen:
        repository.seen[kind] = tuple(_anywhere(kind, repository))
    steps = {(doing.job.id, doing.index) for doing in way.steps}
    jobs = {(job.id, None) for job in way.jobs}
    ours = {id(running.script.text) for running in way.scripts}
    for pipeline, at, proof in repository.seen[kind]:
        own = pipeline is way.release.pipeline and (at in steps or at in jobs)
        if not own and at not in ours:
            yield proof


def _anywhere(kind: str, repository: Repository) -> Iterator[tuple[Pipeline | None, object, Proof]]:
    """What any pipeline or script does for a kind of evidence: pipeline, step or job or text, proof."""
    asked = repository.markers.by_kind[kind]
    remark = _ELSEWHERE if kind in BEFORE else ""
    for pipeline in repository.graph.pipelines:
        for job in pipeline.jobs:
            for index, step in enumerate(job.steps):
                for action in step.actions:
                    if action.kind in asked.marker.actions and not _is_other(kind, action.place, repository):
                        what = f"{action.title} in job '{job.title}' of {pipeline.path}"
                        proof = Proof(kind, Grade.PRESENT, what, action.place, remark=remark)
                        yield pipeline, (job.id, index), proof
            if asked.named(f"{job.id} {job.title}"):
                proof = Proof(kind, Grade.PRESENT, f"job '{job.title}'", job.place, remark=remark)
                yield pipeline, (job.id, None), proof
    for text in repository.graph.scripts:
        for place in _commands(text, asked):
            yield None, id(text), Proof(kind, Grade.PRESENT, _shown(place), place, remark=remark)


def deployed_pins(way: Way, repository: Repository) -> dict[str, Place]:
    """What the deploys of a release name a version, digest or commit by."""
    found: dict[str, Place] = {}
    for deploy in way.release.deploys:
        for name in _pins(deploy.action.place, repository):
            found.setdefault(name, deploy.action.place)
    return found


def _pins(place: Place, repository: Repository) -> list[str]:
    document = repository.read(place.path)
    if document is None or place.cell is not None:
        return []
    text = text_of(document, place)
    return [match[0].decode("utf-8", "replace") for match in repository.markers.pinned.finditer(text)]


def text_of(document: Document, place: Place) -> bytes:
    """The lines of a place."""
    lines = document.lines
    if place.region.end_line > len(lines.starts):
        return b""
    return document.data[
        lines.starts[place.region.start_line - 1] : lines.line_span(place.region.end_line)[1]
    ]


def _is_other(kind: str, place: Place, repository: Repository) -> bool:
    """Whether what the graph takes for an evaluation of a model is a look at the data."""
    if kind != _EVALUATION:
        return False
    document = repository.read(place.path)
    commands = repository.markers.by_kind[_OF_DATA].commands
    return document is not None and commands.search(text_of(document, place)) is not None


def _grade(kind: str, place: Place, pins: dict[str, Place], repository: Repository) -> Grade:
    if kind not in BEFORE:
        return Grade.PRESENT
    own = set(_pins(place, repository)) if pins else set()
    return Grade.BOUND if own & set(pins) else Grade.EXERCISED


def _commands(text: Located, asked: Asked) -> Iterator[Place]:
    """Commands of a script that a marker knows."""
    for match in asked.commands.finditer(text.data):
        line = text.data.rfind(b"\n", 0, match.start()) + 1
        if not text.data[line : match.start()].lstrip().startswith((b"#", b"echo")):
            rest = _REST.match(text.data, match.end())
            end = rest.end() if rest is not None else match.end()
            yield text.place(match.start(), match.start() + len(text.data[match.start() : end].rstrip()))


def _followed(place: Place, repository: Repository) -> str:
    tail = ignored(place, repository.read, repository.markers)
    return f"its failure is ignored: `{tail}`" if tail else ""


def _shown(place: Place) -> str:
    text = place.excerpt[place.excerpt_column - 1 : place.excerpt_column - 1 + place.excerpt_width]
    return f"`{' '.join(text.split())}`"

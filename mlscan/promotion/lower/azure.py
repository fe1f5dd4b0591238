"""Azure Pipelines as pipelines of the graph: stages and their default order, jobs, templates, `extends`."""

from __future__ import annotations

import re
from dataclasses import replace

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.graph import Fact, Job, Need, Pipeline, Step, TriggerKind, Unknown
from mlscan.promotion.lower.azure_branches import readings, renamed
from mlscan.promotion.lower.azure_expand import flatten, unfold
from mlscan.promotion.lower.azure_jobs import jobs, root_steps
from mlscan.promotion.lower.azure_spot import Spot
from mlscan.promotion.lower.azure_steps import condition_of, unread
from mlscan.promotion.lower.azure_triggers import triggers
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items

_TEMPLATE = re.compile(r"\{\{|\{%|\.ya?ml\.\w+$")


def lower(parsed: Parsed, context: Context) -> Pipeline | None:
    """The pipeline of an Azure file; None for a template of steps, which is read where it is used."""
    root = parsed.root
    if not isinstance(root, Mapping):
        return None
    started = triggers(parsed, root)
    called = all(trigger.kind is TriggerKind.CALL for trigger in started)
    if called and root.get("stages", "jobs") is None:
        return None
    spot = Spot(parsed, context).with_parameters(root.get("parameters"))
    reader = _Reader()
    for number, reading in enumerate(readings(root.get("variables"), spot)):
        one = _Reader()
        one.read(flatten(root, reading), reading)
        reader.join(one, number)
    return Pipeline(
        path=parsed.path,
        platform="azure-pipelines",
        place=parsed.start(),
        triggers=started,
        jobs=tuple(reader.jobs),
        groups={name: tuple(members) for name, members in reader.groups.items()},
        facts=(Fact("file", parsed.path.rpartition("/")[2], parsed.start()),),
        unknowns=tuple(reader.unknowns),
        template=bool(_TEMPLATE.search(parsed.path)),
    )


class _Reader:
    """Collects the jobs of one pipeline; a stage is an entry job that the jobs of the stage stand inside."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.groups: dict[str, list[str]] = {}
        self.unknowns: list[Unknown] = []

    def read(self, root: Mapping, spot: Spot) -> None:
        """A root with `stages`, `jobs`, `steps` or `extends`."""
        extends = root.get("extends")
        if isinstance(extends, Mapping):
            self._extend(extends, spot)
        elif root.get("stages") is not None:
            self._stages(root.get("stages"), spot)
        elif root.get("jobs") is not None:
            self._add(root.get("jobs"), spot, "", None)
        elif root.get("steps") is not None:
            job = root_steps(root, spot)
            self.jobs.append(job)
            self.groups[job.id] = [job.id]

    def join(self, other: _Reader, number: int) -> None:
        """With what another reading of the same file found; `number` counts the readings from 0."""
        names = {job.id: f"{job.id} #{number + 1}" if number else job.id for job in other.jobs}
        self.jobs += [renamed(job, names) for job in other.jobs]
        for name, members in other.groups.items():
            self.groups.setdefault(name, []).extend(names[member] for member in members)
        self.unknowns += [unknown for unknown in other.unknowns if unknown not in self.unknowns]

    def _extend(self, extends: Mapping, spot: Spot) -> None:
        reference = extends.get("template")
        if not isinstance(reference, Scalar):
            return
        found = spot.template(reference.value)
        if found is None or not isinstance(found.root, Mapping):
            reason = f"template {reference.value} is not in this repository"
            unknown = Unknown(reason, spot.parsed.place(reference), may_gate=True)
            self.unknowns.append(unknown)
            self._unread_whole(extends, reference, unknown, spot)
            return
        inner = spot.into(found, extends.get("parameters"), reference)
        inner = inner.with_variables(found.root.get("variables"))
        self.read(flatten(found.root, inner), inner)

    def _unread_whole(self, extends: Mapping, reference: Scalar, unknown: Unknown, spot: Spot) -> None:
        """A pipeline that stands wholly in a template of another repository."""
        actions = tuple(unread(reference, extends, spot))
        if actions:
            name = reference.value.rpartition("/")[2]
            steps = (Step("", unknown.place, actions),)
            job = Job(name, name, "agent", unknown.place, steps, facts=spot.facts, unknowns=(unknown,))
            self.jobs.append(job)
            self.groups[name] = [name]

    def _stages(self, node: Node | None, spot: Spot) -> None:
        previous = ""
        for number, (item, where) in enumerate(unfold(node, spot, "stages"), 1):
            if isinstance(item, Mapping):
                flat = flatten(item, where)
                name = where.text(flat, "stage") or f"stage{number}"
                if flat.get("job", "deployment") is not None:
                    continue
                self._stage(flat, where, name, previous)
                previous = name

    def _stage(self, node: Mapping, spot: Spot, name: str, previous: str) -> None:
        spot = spot.with_variables(node.get("variables"))
        parsed = spot.parsed
        key = node.get("stage", "template") or node
        place = parsed.place(key)
        condition = condition_of(node, spot)
        mode = "always" if condition is not None and condition.outlives_failure else "success"
        depends = node.get("dependsOn")
        needs: tuple[Need, ...] = (Need(previous, place, mode),) if previous and depends is None else ()
        needs += tuple(
            Need(spot.expand(item.value), parsed.place(item), mode)
            for item in items(depends)
            if isinstance(item, Scalar) and item.value
        )
        title = spot.text(node, "displayName")
        facts = tuple(Fact("stage", text, place) for text in (name, title) if text)
        reference = node.get("template")
        unread_steps, unknowns = self._unread(reference, node, spot)
        entry = Job(
            f"stage {name}", title or name, "stage", place, unread_steps, needs, (), condition,
            spot.presence, (*facts, *spot.facts) if unread_steps else (), spot.identities, unknowns,
            spot.calls,
        )  # fmt: skip
        self.jobs.append(entry)
        self.groups.setdefault(name, []).append(entry.id)
        inner = replace(spot, facts=(*facts, *spot.facts))
        self._add(node.get("jobs"), inner, name, Need(entry.id, place, "inside"))

    def _unread(
        self, reference: Node | None, node: Mapping, spot: Spot
    ) -> tuple[tuple[Step, ...], tuple[Unknown, ...]]:
        """A stages template that is not in this repository."""
        if not isinstance(reference, Scalar):
            return (), ()
        place = spot.parsed.place(reference)
        unknown = Unknown(f"template {reference.value} is not in this repository", place, may_gate=True)
        actions = tuple(unread(reference, node, spot))
        return ((Step("", place, actions),) if actions else ()), (unknown,)

    def _add(self, node: Node | None, spot: Spot, stage: str, entry: Need | None) -> None:
        for name, job in jobs(node, spot, stage, entry):
            self.jobs.append(job)
            self.groups.setdefault(name, []).append(job.id)
            if stage:
                self.groups.setdefault(stage, []).append(job.id)

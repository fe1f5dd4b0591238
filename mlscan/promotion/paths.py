"""The shortest way from a trigger to a deploy, every step at its own file and line."""

from __future__ import annotations

from dataclasses import replace

from mlscan.model import Place
from mlscan.promotion.deploys import Deploy
from mlscan.promotion.graph import Job
from mlscan.promotion.scenarios import Scenario


def path_to(deploy: Deploy, scenario: Scenario | None) -> tuple[Place, ...]:
    """Trigger, what leaves a gate out, the last jobs of the chain, call sites, the job, the command."""
    found: list[Place] = []
    if scenario is not None:
        found.append(replace(scenario.trigger.place, note=f"started by {scenario.words}"))
        if scenario.chosen is not None:
            for condition in deploy.ways.decides(scenario.chosen[0]):
                found.append(replace(condition.place, note="so that the gate is left out"))
    for job in deploy.ways.chain(deploy.job):
        found.append(replace(job.place, note=_before(job, deploy.job)))
    for call in deploy.job.calls:
        found.append(replace(call, note="calls"))
    found.append(replace(deploy.job.place, note=f"job '{deploy.job.title}'"))
    for hop in deploy.action.hops:
        found.append(replace(hop, note="runs"))
    found.append(replace(deploy.action.place, note=f"{deploy.action.title}: {deploy.action.kind}"))
    kept: list[Place] = []
    for place in found:
        if not kept or (place.path, place.region) != (kept[-1].path, kept[-1].region):
            kept.append(place)
    return tuple(kept)


def _before(job: Job, last: Job) -> str:
    """What a job on the way is to the last one: around it, or before it."""
    word = "stage" if job.kind == "stage" else "job"
    inside = any(need.mode == "inside" and need.job == job.id for need in last.needs)
    return f"{word} '{job.title}'" if inside else f"{word} '{job.title}' runs first"

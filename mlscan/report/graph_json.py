"""The graph as JSON, for programs: pipelines, jobs, gates, deploys with their verdicts and places."""

from __future__ import annotations

import json

from mlscan.model import Place
from mlscan.picture import GateShown, JobShown, Picture, WayShown

_VERSION = 1


def render(picture: Picture) -> str:
    """One object; keys and order are stable."""
    content = {
        "version": _VERSION,
        "pipelines": [
            {
                "path": pipeline.path,
                "platform": pipeline.platform,
                "template": pipeline.template,
                "starts": list(pipeline.starts),
                "jobs": [_job(job) for job in pipeline.jobs],
            }
            for pipeline in picture.pipelines
        ],
        "silent": picture.silent,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _job(job: JobShown) -> dict[str, object]:
    return {
        "id": job.id,
        "title": job.title,
        "place": _place(job.place),
        "actions": list(job.actions),
        "needs": list(job.needs),
        "gates": [_gate(gate) for gate in (*job.gates, *job.inner, *job.late)],
        "deploys": [_way(way) for way in job.ways],
    }


def _gate(gate: GateShown) -> dict[str, object]:
    return {
        "kind": gate.kind,
        "name": gate.name,
        "standing": gate.standing.value,
        "place": _place(gate.place),
    }


def _way(way: WayShown) -> dict[str, object]:
    return {
        "action": way.action,
        "target": {"environment": way.environment, "name": way.target},
        "verdict": way.verdict,
        "standing": way.standing.value,
        "started": way.started,
        "gates": [gate.name for gate in way.gates],
        "place": _place(way.place),
    }


def _place(place: Place) -> dict[str, object]:
    return {"path": place.path, "line": place.region.start_line, "column": place.region.start_column}

"""What stands before and after a job of a pipeline, whatever conditions say."""

from __future__ import annotations

from mlscan.promotion.graph import Job, Pipeline


def after(pipeline: Pipeline, job: Job) -> list[Job]:
    """Every job that directly or indirectly needs a job, nearest first."""
    waiting: dict[str, list[Job]] = {}
    for other in pipeline.jobs:
        for need in other.needs:
            for member in pipeline.groups.get(need.job, (need.job,)):
                waiting.setdefault(member, []).append(other)
    seen: dict[str, Job] = {}
    queue = [job]
    while queue:
        for other in waiting.get(queue.pop(0).id, ()):
            if other.id not in seen and other.id != job.id:
                seen[other.id] = other
                queue.append(other)
    return list(seen.values())


def before(pipeline: Pipeline, job: Job) -> list[Job]:
    """Every job that a job directly or indirectly needs or stands inside, nearest first."""
    jobs = {other.id: other for other in pipeline.jobs}
    seen: dict[str, Job] = {}
    queue = [job]
    while queue:
        for need in queue.pop(0).needs:
            for member in pipeline.groups.get(need.job, (need.job,)):
                if member in jobs and member not in seen and member != job.id:
                    seen[member] = jobs[member]
                    queue.append(jobs[member])
    return list(seen.values())

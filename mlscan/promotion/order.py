"""What stands before a job of a pipeline, whatever conditions say."""

from __future__ import annotations

from collections import deque

from mlscan.promotion.graph import Job, Pipeline


def before(pipeline: Pipeline, job: Job) -> list[Job]:
    """Every job that a job directly or indirectly needs or stands inside, nearest first."""
    jobs = {other.id: other for other in pipeline.jobs}
    seen: dict[str, Job] = {}
    queue = deque([job])
    while queue:
        for need in queue.popleft().needs:
            for member in pipeline.groups.get(need.job, (need.job,)):
                if member in jobs and member not in seen and member != job.id:
                    seen[member] = jobs[member]
                    queue.append(jobs[member])
    return list(seen.values())

"""What stands before each job of a pipeline, worked out once for all of them.

A stage that a thousand jobs need is one node here, so that the work grows with what the file says and not
with the number of ways through it.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property

from mlscan.promotion.conditions import Condition
from mlscan.promotion.graph import Job, Pipeline
from mlscan.promotion.scenarios import Scenario, scenarios
from mlscan.promotion.switches import decides

# A way is read by people: of a longer one its last jobs are shown, and of many gates the nearest.
SHOWN = 30
_NEAREST = 20

# A job by its id, or what others need by the name of a stage or call.
_Node = tuple[str, str]
_Front = tuple[tuple[int, str], ...]


class Ways:
    """The jobs of a pipeline by id, the shortest chain to each, and the gated jobs before it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self.jobs = {job.id: job for job in pipeline.jobs}
        self._decided: dict[str, tuple[Condition, ...]] = {}

    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Every scenario of the pipeline."""
        return tuple(scenarios(self._pipeline))

    def decides(self, name: str) -> tuple[Condition, ...]:
        """The conditions by which an input leaves a gate out."""
        if name not in self._decided:
            self._decided[name] = tuple(decides(self._pipeline, name))
        return self._decided[name]

    @cached_property
    def asks(self) -> bool:
        """Whether any job has a gate."""
        return any(map(_has_gate, self.jobs.values()))

    @cached_property
    def waiting(self) -> dict[str, tuple[Job, ...]]:
        """The jobs that need each job directly."""
        found: dict[str, list[Job]] = {}
        for job in self.jobs.values():
            for need in job.needs:
                for member in self._pipeline.groups.get(need.job, (need.job,)):
                    found.setdefault(member, []).append(job)
        return {name: tuple(jobs) for name, jobs in found.items()}

    def after(self, job: Job) -> list[Job]:
        """Every job that directly or indirectly needs a job, nearest first."""
        seen: dict[str, Job] = {}
        queue = deque([job])
        while queue:
            for other in self.waiting.get(queue.popleft().id, ()):
                if other.id not in seen and other.id != job.id:
                    seen[other.id] = other
                    queue.append(other)
        return list(seen.values())

    def chain(self, job: Job) -> list[Job]:
        """The last jobs on the shortest chain to a job, first one first."""
        found: list[Job] = []
        seen = {job.id}
        before = self._before[("job", job.id)][1]
        while before and before not in seen and len(found) < SHOWN:
            seen.add(before)
            found.append(self.jobs[before])
            before = self._before[("job", before)][1]
        return found[::-1]

    def gated(self, job: Job) -> Iterator[Job]:
        """The jobs with a gate that a job needs or stands inside, directly or not, nearest first."""
        queue = list(self._needed(job, 1))
        heapq.heapify(queue)
        seen = {job.id}
        while queue:
            depth, identifier = heapq.heappop(queue)
            if identifier not in seen:
                seen.add(identifier)
                yield self.jobs[identifier]
                for one in self._needed(self.jobs[identifier], depth + 1):
                    heapq.heappush(queue, one)

    def _needed(self, job: Job, depth: int) -> Iterator[tuple[int, str]]:
        for need in job.needs:
            for far, identifier in self._fronts.get(("group", need.job), ()):
                yield depth + far, identifier

    @cached_property
    def _order(self) -> list[_Node]:
        """Every node behind all that it needs; where they go round in a circle, somewhere in it."""
        order: list[_Node] = []
        seen: set[_Node] = set()
        for job in self.jobs:
            stack: list[tuple[_Node, Iterator[_Node]]] = []
            if ("job", job) not in seen:
                seen.add(("job", job))
                stack.append((("job", job), self._inner(("job", job))))
            while stack:
                node, inner = stack[-1]
                following = next((one for one in inner if one not in seen), None)
                if following is None:
                    order.append(node)
                    stack.pop()
                else:
                    seen.add(following)
                    stack.append((following, self._inner(following)))
        return order

    def _inner(self, node: _Node) -> Iterator[_Node]:
        kind, name = node
        if kind == "job":
            return iter([("group", need.job) for need in self.jobs[name].needs])
        members = self._pipeline.groups.get(name, (name,))
        return iter([("job", member) for member in members if member in self.jobs])

    @cached_property
    def _before(self) -> dict[_Node, tuple[int, str]]:
        """Of a job how many jobs are before it on the shortest chain, and the last of them; of a group the
        same for its first member on such a chain, and that member."""
        found: dict[_Node, tuple[int, str]] = {}
        for node in self._order:
            ways = [(found[one][0], one[1], found[one][1]) for one in self._inner(node) if one in found]
            ways = [way for way in ways if node[0] == "group" or way[2]]
            nearest = min(ways, key=lambda way: way[0], default=None)
            if node[0] == "group":
                found[node] = (nearest[0], nearest[1]) if nearest is not None else (0, "")
            else:
                found[node] = (nearest[0] + 1, nearest[2]) if nearest is not None else (0, "")
        return found

    @cached_property
    def _fronts(self) -> dict[_Node, _Front]:
        """The nearest gated jobs at and before every node, with how far they are."""
        found: dict[_Node, _Front] = {}
        for node in self._order:
            kind, name = node
            if kind == "job" and _has_gate(self.jobs[name]):
                found[node] = ((0, name),)
            else:
                step = int(kind == "job")
                found[node] = _nearest((found.get(one, ()) for one in self._inner(node)), step)
        return found


def _nearest(fronts: Iterable[_Front], step: int) -> _Front:
    best: dict[str, int] = {}
    for front in fronts:
        for far, name in front:
            best[name] = min(far + step, best.get(name, far + step))
    return tuple(heapq.nsmallest(_NEAREST, ((far, name) for name, far in best.items())))


def _has_gate(job: Job) -> bool:
    return bool(job.gates) or any(step.gates for step in job.steps)

"""Ungated deploy jobs are bound to an environment, where a person can be asked to approve.

The environment of a job on GitHub is one line; on Azure Pipelines only a deployment job has one. Whether
anybody has to approve is set on the server, and the remark on what was mended says how.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from mlscan.catalog.schema import Catalog
from mlscan.checks.gates.case import Case, World
from mlscan.checks.promotion import found_in
from mlscan.documents.document import Document, open_document
from mlscan.fix import azure_job, github_job
from mlscan.fix.edits import Change, Edit, Left, Mended, RefusedError, applied
from mlscan.fix.write import encoded
from mlscan.model import Finding
from mlscan.promotion.build import build
from mlscan.promotion.graph import Job
from mlscan.promotion.verdicts import OPEN
from mlscan.sources.source import Source

RULES = frozenset(("direct-to-prod", "deploy-without-approval", "sibling-bypass"))
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,80}")
Open = Callable[[str], Document | None]
_PLATFORMS = {"github-actions": github_job, "azure-pipelines": azure_job}


class Pipelines:
    """Mends findings about the deploys of a repository, one after another; `document` opens its files."""

    def __init__(self, catalog: Catalog, paths: Iterable[str], document: Open, *, unsafe: bool) -> None:
        self._catalog = catalog
        self._paths = sorted(paths)
        self._document = document
        self._unsafe = unsafe
        self._changed: dict[str, Document] = {}
        self._mended: dict[str, list[Mended]] = {}
        self._left: list[Left] = []

    def mend(self, findings: Iterable[Finding]) -> list[Change]:
        """The changes that mend these findings; nothing is written."""
        for finding in findings:
            try:
                self._one(finding)
            except RefusedError as refused:
                self._left.append(Left(finding, refused.reason, refused.unsafe))
        changes = []
        for path, document in self._changed.items():
            before = self._document(path)
            assert before is not None
            changes.append(Change(path, before.source.data, document.source.data, tuple(self._mended[path])))
        changes += [Change(item.finding.place.path, b"", b"", (), (item,)) for item in self._left]
        return changes

    def _one(self, finding: Finding) -> None:
        world = self._world({})
        cases = [case for case in world.cases if _is_about(finding, case)]
        jobs = {(case.job.place.path, case.job.place.region): case for case in cases}
        if not jobs:
            raise RefusedError("its job cannot be told")
        made: dict[str, list[Edit]] = {}
        hows: list[str] = []
        remarks: list[str] = []
        for case in jobs.values():
            edits, name, remark = self._edits(case, world)
            made.setdefault(case.job.place.path, []).extend(edits)
            hows.append(f"environment '{name}' for job '{case.job.title}' of {case.job.place.path}")
            remarks.append(remark)
        fresh = {path: self._edited(path, edits) for path, edits in made.items()}
        before, after = _rules(world), _rules(self._world(fresh))
        if after["gate-unverified"] <= before["gate-unverified"] or _open(after) >= _open(before):
            raise RefusedError("the deploy would still be reached without it")
        self._changed.update(fresh)
        first = next(iter(made))
        self._mended.setdefault(first, []).append(
            Mended(
                finding,
                secret=False,
                how=", ".join(dict.fromkeys(hows)),
                remark=" ".join(dict.fromkeys(remarks)),
            )
        )
        for path in fresh:
            self._mended.setdefault(path, [])

    def _edits(self, case: Case, world: World) -> tuple[list[Edit], str, str]:
        platform = _PLATFORMS.get(case.deploy.pipeline.platform)
        if platform is None:
            raise RefusedError("only jobs of GitHub Actions and Azure Pipelines are rewritten")
        document = self._open(case.job.place.path)
        if document is None or document.kind != "yaml":
            raise RefusedError("its job cannot be told")
        target = case.deploy.target
        name = self._known(case, world) or (target.name if _NAME.fullmatch(target.name) else "production")
        edits, caution, remark = platform.gated(document, case.job, name)
        if target.environment != "prod":
            caution = caution or "nothing says that the target is production"
        if caution and not self._unsafe:
            raise RefusedError(caution, unsafe=True)
        return edits, name, remark

    def _known(self, case: Case, world: World) -> str:
        """The production environment that the pipeline binds other jobs to, if it is one."""
        names = {
            gate.name
            for job in case.deploy.pipeline.jobs
            for gate in job.gates
            if gate.kind == "environment" and world.judge.names(gate.name) == "prod"
        }
        return names.pop() if len(names) == 1 else ""

    def _edited(self, path: str, edits: list[Edit]) -> Document:
        document = self._open(path)
        assert document is not None
        data = document.source.data
        return open_document(Source(path, encoded(data, document.data, applied(document.data, edits))))

    def _open(self, path: str) -> Document | None:
        return self._changed.get(path) or self._document(path)

    def _world(self, fresh: dict[str, Document]) -> World:
        def opened(path: str) -> Document | None:
            return fresh.get(path) or self._open(path)

        found = (opened(path) for path in self._paths)
        return World.of(build([item for item in found if item is not None], opened, self._catalog))


def _is_about(finding: Finding, case: Case) -> bool:
    if case.worst.kind not in OPEN:
        return False
    places = (finding.place, *finding.related)
    action = case.deploy.action.place
    return any((place.path, place.region) == (action.path, action.region) for place in places)


def _rules(world: World) -> Counter[str]:
    return Counter(finding.rule for finding in found_in(world))


def _open(rules: Counter[str]) -> int:
    return sum(rules[rule] for rule in RULES)


__all__ = ["RULES", "Job", "Pipelines"]

"""Databricks Asset Bundles: every target is a deploy that anyone with access to its workspace can start.

https://docs.databricks.com/aws/en/dev-tools/bundles/settings
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.yaml import Mapping, Node, Scalar, walk
from mlscan.model import Place
from mlscan.promotion.graph import Action, Fact, Gate, Identity, Job, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.lower import databricks_jobs
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, pairs
from mlscan.promotion.production import Judge
from mlscan.promotion.targets import may_be_secret

PLATFORM = "databricks-bundle"
# A name that a script fills in before the bundle is deployed: `_environment_`, `#{environment}#`.
_HOLE = re.compile(r"_\w+_$|#\{|__")
_TEMPLATE = re.compile(r"\{\{|\.ya?ml\.\w+$")


def recognised(root: Node | None) -> bool:
    """Whether it is a bundle with targets (`environments` in its first versions)."""
    return (
        isinstance(root, Mapping)
        and isinstance(root.get("bundle"), Mapping)
        and (isinstance(root.get("targets", "environments"), Mapping))
    )


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One job for each target, and the jobs that the bundle holds."""
    root = parsed.root
    assert isinstance(root, Mapping)
    judge = context.recogniser.judge
    jobs = [
        _target(name, key, value, root, parsed, judge)
        for name, key, value in pairs(root.get("targets", "environments"))
    ]
    here = parsed.place(root.key("targets") or root)
    trigger = Trigger(TriggerKind.MANUAL, "databricks bundle deploy", here)
    groups: dict[str, tuple[str, ...]] = {job.id: (job.id,) for job in jobs}
    template = bool(_TEMPLATE.search(parsed.path)) or any(_HOLE.match(job.id) for job in jobs)
    targets = Pipeline(parsed.path, PLATFORM, here, (trigger,), tuple(jobs), groups, template=template)
    return [targets, *databricks_jobs.lower(parsed, context)]


def _target(name: str, key: Scalar, node: Node, root: Mapping, parsed: Parsed, judge: Judge) -> Job:
    place = parsed.place(key)
    settings = node if isinstance(node, Mapping) else None
    facts = [Fact("target argument", name, place)]
    for item in walk(node, 300):
        if not isinstance(item, Scalar) or len(item.value) > 120 or may_be_secret(item.value):
            continue
        if judge.names(item.value):
            facts.append(Fact("argument", item.value, parsed.place(item)))
    mode = settings.get("mode") if settings is not None else None
    production = isinstance(mode, Scalar) and mode.value == "production"
    # A staging target is run in production mode too: it locks the bundle and names no environment.
    if mode is not None and production and judge.names(name) != "nonprod":
        facts.append(Fact("target argument", "mode: production", parsed.place(mode)))
    action = Action("deploy", f"bundle target {name}", "low", place, tuple(facts))
    identity = _run_as(settings, root, parsed)
    return Job(
        name, f"target {name}", "deployment", place, (Step(name, place, (action,)),),
        gates=tuple(_gates(settings, production, identity, parsed)),
        identities=() if identity is None else (Identity("role", identity[0], identity[1]),),
    )  # fmt: skip


def _run_as(settings: Mapping | None, root: Mapping, parsed: Parsed) -> tuple[str, Place] | None:
    """The service principal a target runs as; a person is no separate identity."""
    for owner in (settings, root):
        node = owner.get("run_as") if owner is not None else None
        name = node.get("service_principal_name") if isinstance(node, Mapping) else None
        if isinstance(name, Scalar):
            return name.value, parsed.place(name)
    return None


def _gates(
    settings: Mapping | None, production: bool, identity: tuple[str, Place] | None, parsed: Parsed
) -> Iterator[Gate]:
    """`mode: production` with its own identity, or with a branch that must be checked out."""
    if settings is None or not production:
        return
    git = settings.get("git")
    branch = git.get("branch") if isinstance(git, Mapping) else None
    if isinstance(branch, Scalar):
        yield Gate("authz", f"git.branch {branch.value}", parsed.place(branch))
    if identity is not None:
        why = "it says as whom the jobs run, and asks nobody"
        yield Gate("authz", f"run_as {identity[0]}", identity[1], weakness=why)

"""Jobs of an Azure pipeline: plain, deployment and agentless ones."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.promotion.commands import ASIDE
from mlscan.promotion.graph import Action, Fact, Gate, Job, Need, Step, Unknown
from mlscan.promotion.lower.azure_expand import flatten, unfold
from mlscan.promotion.lower.azure_spot import Spot
from mlscan.promotion.lower.azure_steps import condition_of, identities, steps, unread
from mlscan.promotion.lower.facts import choose
from mlscan.promotion.lower.matrix import combinations
from mlscan.promotion.lower.parsed import items, scalars, texts
from mlscan.promotion.shell import lex

_SCRIPTS = ("script", "bash", "pwsh", "powershell")
_TALK = frozenset(
    ("echo", "printf", "sleep", "date", "true", "exit", "Write-Host", "Start-Sleep", "set", "ls", "pwd")
)
_HOOKS = ("preDeploy", "deploy", "routeTraffic", "postRouteTraffic")


def jobs(node: Node | None, spot: Spot, stage: str, entry: Need | None) -> Iterator[tuple[str, Job]]:
    """(name of its group, job) for every job of a list; `stage` is empty for the implicit one."""
    for number, (item, where) in enumerate(unfold(node, spot, "jobs"), 1):
        if not isinstance(item, Mapping):
            continue
        flat = flatten(item, where)
        prefix = f"{stage}." if stage else ""
        if isinstance(flat.get("template"), Scalar):
            yield _unread(flat, where, f"{prefix}template{number}", entry)
            continue
        for names in combinations(flat.get("strategy"), where.context.recogniser.judge):
            inner = where.naming({k.replace("matrix.", "variables."): v for k, v in names.items()})
            name = inner.text(flat, "job", "deployment") or f"job{number}"
            label = f" ({', '.join(names.values())})" if names else ""
            yield f"{prefix}{name}", _job(flat, inner, name, label, prefix, entry)


def root_steps(root: Mapping, spot: Spot) -> Job:
    """The one implicit job of a pipeline that has only `steps`."""
    found = steps(root.get("steps"), spot)
    place = spot.parsed.place(root.key("steps") or root)
    return Job("job", "job", "agent", place, tuple(found), facts=spot.facts,
               identities=(*spot.identities, *identities(found)))  # fmt: skip


def _job(node: Mapping, spot: Spot, name: str, label: str, prefix: str, entry: Need | None) -> Job:
    spot = spot.with_variables(node.get("variables"))
    parsed, judge = spot.parsed, spot.context.recogniser.judge
    deployment = node.get("deployment") is not None
    place = parsed.place(node.get("job", "deployment") or node)
    server = texts(node.get("pool")) == ("server",)
    strategy = node.get("strategy")
    found = _deployment_steps(strategy, spot) if deployment else steps(node.get("steps"), spot)
    gates = list(_validations(node.get("steps"), spot)) if server else []
    environment = _environment(node.get("environment"), spot) if deployment else []
    gates += [Gate("environment", fact.value, fact.place) for fact in environment]
    title = spot.text(node, "displayName")
    facts = [*environment, *(Fact("job", text, place) for text in (name + label, title) if text), *spot.facts]
    named = any(judge.ships_by_name(fact.value) for fact in facts if fact.kind in ("job", "stage"))
    beside = ASIDE | ({"train", "register"} if named else set())
    done = {action.kind for step in found for action in step.actions} - beside
    if deployment and not _only_talks(strategy, spot) and not done:
        shown = Action("deploy", "deployment job", "medium", place)
        found.append(Step("", place, (shown,)))
    condition = condition_of(node, spot)
    mode = "always" if condition is not None and condition.outlives_failure else "success"
    needs = tuple(
        Need(f"{prefix}{spot.expand(text)}", parsed.place(item), mode)
        for item in items(node.get("dependsOn"))
        if isinstance(item, Scalar)
        for text in (item.value,)
        if text
    )
    return Job(
        id=f"{prefix}{name}{label}",
        title=f"{name}{label}",
        kind="server" if server else "deployment" if deployment else "agent",
        place=place,
        steps=tuple(found),
        needs=(*((entry,) if entry is not None else ()), *needs),
        gates=tuple(gates),
        condition=condition,
        presence=spot.presence,
        facts=choose(facts, spot.options, judge),
        identities=(*spot.identities, *identities(found)),
        calls=spot.calls,
        continues_on_error=spot.text(node, "continueOnError").lower() == "true",
    )


def _unread(node: Mapping, spot: Spot, identifier: str, entry: Need | None) -> tuple[str, Job]:
    """A jobs template that is not in this repository: it may deploy, and a gate may hide in it."""
    reference = node.get("template")
    assert isinstance(reference, Scalar)
    place = spot.parsed.place(reference)
    unknown = Unknown(f"template {reference.value} is not in this repository", place, may_gate=True)
    name = reference.value.rpartition("/")[2]
    actions = tuple(unread(reference, node, spot))
    job = Job(
        identifier, name, "agent", place, (Step("", place, actions),), (entry,) if entry is not None else (),
        presence=spot.presence, facts=(Fact("job", name, place), *spot.facts), identities=spot.identities,
        unknowns=(unknown,), calls=spot.calls,
    )  # fmt: skip
    return identifier, job


def _deployment_steps(strategy: Node | None, spot: Spot) -> list[Step]:
    """The steps of `runOnce`, `rolling` or `canary`; those of `on: failure` are a way back, no deploy."""
    found: list[Step] = []
    for _, _, kind in strategy.items() if isinstance(strategy, Mapping) else ():
        for hook in _HOOKS:
            body = kind.get(hook) if isinstance(kind, Mapping) else None
            if isinstance(body, Mapping):
                found += steps(body.get("steps"), spot)
    return found


def _only_talks(strategy: Node | None, spot: Spot) -> bool:
    """Whether every step of a deployment job is a script that only prints and waits: a rehearsal."""
    scripts = [
        _script(item, spot)
        for _, _, kind in (strategy.items() if isinstance(strategy, Mapping) else ())
        if isinstance(kind, Mapping)
        for hook in _HOOKS
        if isinstance(body := kind.get(hook), Mapping)
        for item in items(body.get("steps"))
        if isinstance(item, Mapping) and item.get("checkout", "download") is None
    ]
    return bool(scripts) and all(
        isinstance(script, Scalar)
        and all(
            not command.words or command.words[0].text in _TALK
            for command in lex(script.value.encode("utf-8", "replace"))
        )
        for script in scripts
    )


def _script(step: Mapping, spot: Spot) -> Node | None:
    """The script that a step holds: its own, or the one that a task such as AzureCLI is given to run."""
    task, given = step.get("task"), step.get("inputs")
    if not isinstance(task, Scalar):
        return step.get(*_SCRIPTS)
    known = spot.context.recogniser.toolbox.task(task.value)
    names = {name.lower() for name in known.command} if known is not None else set()
    return next((text for name, text in scalars(given) if name.lower() in names and text.value), None)


def _environment(node: Node | None, spot: Spot) -> list[Fact]:
    """The environment of a deployment job: `name`, `name.resource`, or a mapping."""
    name = node.get("name") if isinstance(node, Mapping) else node
    if not isinstance(name, Scalar) or not name.value.strip():
        return []
    value = spot.expand(name.value).strip()
    return [Fact("environment", value, spot.parsed.place(name), "$" in value)]


def _validations(node: Node | None, spot: Spot) -> Iterator[Gate]:
    """`ManualValidation` of an agentless job; with `onTimeout: resume` time approves it."""
    for item, where in unfold(node, spot, "steps"):
        task = item.get("task") if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping) or not isinstance(task, Scalar):
            continue
        known = spot.context.recogniser.toolbox.task(task.value)
        if known is None or not known.gate or item.text("enabled").lower() == "false":
            continue
        given = item.get("inputs")
        resumes = isinstance(given, Mapping) and given.text("onTimeout").lower() == "resume"
        kind = "timer" if resumes else known.gate
        yield Gate(kind, task.value, where.parsed.place(task))

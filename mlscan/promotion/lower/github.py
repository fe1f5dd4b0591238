"""GitHub Actions workflows as pipelines: jobs, `needs`, environments in every form, matrices."""

from __future__ import annotations

import re
from dataclasses import replace

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.model import Place
from mlscan.promotion.commands import Setting
from mlscan.promotion.graph import Fact, Gate, Identity, Job, Need, Pipeline, Step
from mlscan.promotion.lower.context import Context, repository_of
from mlscan.promotion.lower.facts import choose, credentials, emitted, variables
from mlscan.promotion.lower.github_dispatches import MARK, dispatches, started
from mlscan.promotion.lower.github_outputs import of_jobs, of_steps
from mlscan.promotion.lower.github_remote import deploying
from mlscan.promotion.lower.github_reusable import Call, call
from mlscan.promotion.lower.github_steps import Where, condition_of, steps
from mlscan.promotion.lower.github_triggers import choices, triggers
from mlscan.promotion.lower.matrix import combinations
from mlscan.promotion.lower.parsed import Parsed, entries, items, pairs, scalars
from mlscan.promotion.production import Judge
from mlscan.promotion.scope import NO_FACTS, Scope

_FILES = ("workflow", "file")
_ROOT = re.compile(r"^\.github/workflows/[^/]+\.ya?ml$")


def lower(parsed: Parsed, context: Context) -> Pipeline | None:
    """The pipeline of a workflow file."""
    root = parsed.root
    if not isinstance(root, Mapping):
        return None
    if MARK.search(parsed.document.data):
        # The title of the workflow that it starts is known when all files are.
        context.later.append(lambda: [_pipeline(parsed, root, context)])
        return None
    return _pipeline(parsed, root, context)


def _pipeline(parsed: Parsed, root: Mapping, context: Context) -> Pipeline:
    reader = WorkflowReader(parsed, root, context, Scope())
    jobs, groups = reader.jobs()
    return Pipeline(
        path=parsed.path,
        platform="github-actions",
        place=parsed.start(),
        triggers=triggers(parsed, root),
        jobs=jobs,
        groups=groups,
        facts=reader.facts(),
        template=not _ROOT.match(parsed.path),
    )


class WorkflowReader:
    """Reads the jobs of one workflow file; for a called one, `prefix` and `calls` say by whom."""

    def __init__(
        self, parsed: Parsed, root: Mapping, context: Context, scope: Scope, calls: tuple[Place, ...] = (),
        prefix: str = "", entry: str = "",
    ) -> None:  # fmt: skip
        self._parsed = parsed
        self._root = root
        self._context = context
        self._judge = context.recogniser.judge
        self._scope = scope.inside({f"env.{k}".lower(): v.value for k, v in scalars(root.get("env"))})
        self._calls = calls
        self._prefix = prefix
        self._entry = entry
        self._options = choices(root)
        self._alone = len(list(pairs(root.get("jobs")))) == 1

    def facts(self) -> tuple[Fact, ...]:
        """What the file as a whole says: its name, its title, its variables."""
        parsed = self._parsed
        found: list[Fact] = []
        found += variables(parsed, self._root.get("env"), self._scope, self._judge)
        found += credentials(parsed, self._root.get("env"), self._judge)
        if title := self._root.get("name"):
            found.append(Fact("workflow", self._root.text("name"), parsed.place(title)))
        found.append(Fact("file", parsed.path.rpartition("/")[2], parsed.start()))
        return tuple(found)

    def jobs(self) -> tuple[tuple[Job, ...], dict[str, tuple[str, ...]]]:
        """Every job with what it hands on known to those that need it, and the groups of ids."""
        found: list[Job] = []
        groups: dict[str, tuple[str, ...]] = {}
        handed: dict[str, list[Fact]] = {}
        node = self._root.get("jobs")
        self._scope = self._scope.inside(of_jobs(node, self._judge))
        for name, key, value in node.items() if isinstance(node, Mapping) else ():
            if not isinstance(value, Mapping):
                continue
            jobs, inner = self._job(name, key, value)
            found += jobs
            groups |= inner
            groups[self._prefix + name] = tuple(job.id for job in jobs)
            for step in items(value.get("steps")):
                run = step.get("run") if isinstance(step, Mapping) else None
                handed.setdefault(self._prefix + name, []).extend(emitted(self._parsed, run, self._judge))
        jobs = [_inherit(job, found, groups, handed) for job in found]
        started = self._starts(node, jobs, groups) if MARK.search(self._parsed.document.data) else []
        return (*jobs, *started), groups

    def _starts(self, node: Node | None, jobs: list[Job], groups: dict[str, tuple[str, ...]]) -> list[Job]:
        """The jobs of the workflows that jobs of this one start, behind them."""
        found: list[Job] = []
        by_id = {job.id: job for job in jobs}
        for name, _, value in pairs(node):
            for identifier in groups.get(self._prefix + name, ())[:1]:
                for one in dispatches(value, self._scope, self._context):
                    started_jobs, inner = started(
                        one, by_id[identifier], WorkflowReader, self._parsed, self._scope, self._context
                    )
                    found += started_jobs
                    groups |= inner
        return found

    def _job(self, name: str, key: Scalar, node: Mapping) -> tuple[list[Job], dict[str, tuple[str, ...]]]:
        found: list[Job] = []
        groups: dict[str, tuple[str, ...]] = {}
        for names in combinations(node.get("strategy"), self._judge):
            label = ", ".join(dict.fromkeys(names.values()))
            identifier = f"{self._prefix}{name} ({label})" if names else self._prefix + name
            scope = self._scope.inside({**of_steps(node, self._judge), **names})
            env = {f"env.{k}".lower(): scope.expand(v.value, NO_FACTS) for k, v in scalars(node.get("env"))}
            job = self._one(identifier, name, key, node, scope.inside(env))
            uses = node.get("uses")
            if isinstance(uses, Scalar):
                request = Call(job, uses, node, scope, self._parsed, self._context)
                jobs, inner = call(request, WorkflowReader)
                found += jobs
                groups |= inner
            else:
                found.append(job)
        return found, groups

    def _one(self, identifier: str, name: str, key: Scalar, node: Mapping, scope: Scope) -> Job:
        parsed, judge = self._parsed, self._judge
        place = parsed.place(key)
        root = repository_of(parsed.path)
        folder = _default_folder(self._root, node)
        setting = Setting(scope, f"{root}/{folder}".strip("/") if folder else root)
        environment = _environment(parsed, node.get("environment"), scope, judge)
        gates = [Gate("environment", fact.value, fact.place) for fact in environment]
        condition = condition_of(parsed, node, scope)
        if condition is not None and condition.demands_person():
            gates.append(Gate("authz", condition.expression.strip(), condition.place, conditional=True))
        facts: list[Fact] = list(environment)
        facts += variables(parsed, node.get("env"), scope, judge)
        facts += credentials(parsed, node.get("env"), judge)
        facts += credentials(parsed, node.get("secrets"), judge)
        names = [name] if identifier == self._prefix + name else [identifier.removeprefix(self._prefix)]
        title = scope.expand(node.text("name"), NO_FACTS)
        facts += [Fact("job", text, place) for text in (*names, title) if text]
        facts += self.facts() if self._prefix else ()
        mode = "always" if condition is not None and condition.outlives_failure else "success"
        needs = tuple(
            Need(self._prefix + item.value, parsed.place(item), mode)
            for item in items(node.get("needs"))
            if isinstance(item, Scalar)
        )
        if self._entry:
            needs = (Need(self._entry, place, "inside"), *needs)
        read = steps(node.get("steps"), Where(parsed, root, setting), self._context)
        told = (*names, title, *(fact.value for fact in self.facts() if self._alone and fact.kind in _FILES))
        read = deploying(node, read, told, parsed, scope, self._context)
        return Job(
            id=identifier,
            title=identifier.removeprefix(self._prefix),
            kind="agent",
            place=place,
            steps=tuple(map(self._chosen, read)),
            needs=needs,
            gates=tuple(gates),
            condition=condition,
            facts=choose(facts, self._options, judge),
            identities=self._identities(node, scope),
            calls=self._calls,
            # https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idcontinue-on-error
            continues_on_error=node.text("continue-on-error").strip() == "true",
        )

    def _identities(self, node: Mapping, scope: Scope) -> tuple[Identity, ...]:
        """The keys in the environment of a job and of its workflow."""
        logins = self._context.recogniser.logins
        return tuple(
            identity
            for env in (node.get("env"), self._root.get("env"))
            for identity in logins.variables(entries(self._parsed, env), scope)
        )

    def _chosen(self, step: Step) -> Step:
        actions = tuple(
            replace(action, targets=choose(action.targets, self._options, self._judge))
            for action in step.actions
        )
        return replace(step, actions=actions)


def _environment(parsed: Parsed, node: Node | None, scope: Scope, judge: Judge) -> list[Fact]:
    """The environment a job is bound to: a name, `{name, url}`, or an expression. One that gives staging or
    dev, and nothing else, is both."""
    name = node.get("name") if isinstance(node, Mapping) else node
    if not isinstance(name, Scalar) or not name.value.strip():
        return []
    value = scope.expand(name.value, NO_FACTS).strip()
    given = scope.alternatives(name.value) if "${{" in value else ()
    if given and all(judge.names(text) == "nonprod" for text in given):
        value = " or ".join(given)
    return [Fact("environment", value, parsed.place(name), "${{" in value)] if value else []


def _default_folder(root: Mapping, job: Mapping) -> str:
    for node in (job, root):
        defaults = node.get("defaults")
        run = defaults.get("run") if isinstance(defaults, Mapping) else None
        if isinstance(run, Mapping) and run.text("working-directory"):
            return run.text("working-directory").removeprefix("./")
    return ""


def _inherit(
    job: Job, jobs: list[Job], groups: dict[str, tuple[str, ...]], handed: dict[str, list[Fact]]
) -> Job:
    """What the jobs before a job hand on to it."""
    if not any(handed.values()):
        return job
    by_id = {other.id: other for other in jobs}
    seen: set[str] = set()
    stack = [need.job for need in job.needs]
    facts: list[Fact] = []
    while stack:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            facts += handed.get(name, ())
            for identifier in groups.get(name, (name,)):
                stack += [need.job for need in by_id[identifier].needs] if identifier in by_id else []
    return replace(job, facts=(*job.facts, *facts)) if facts else job

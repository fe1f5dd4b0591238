"""Argo Workflows: the templates an entrypoint reaches, as jobs; a `suspend` without an end waits for people.

https://argo-workflows.readthedocs.io/en/latest/walk-through/suspending/
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mlscan.documents.yaml import Mapping, Scalar
from mlscan.promotion.graph import Action, Fact, Gate, Job, Need, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.located import Located
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, texts
from mlscan.promotion.lower.words import command_line, folders, setting_in, started, told
from mlscan.promotion.scope import Scope

PLATFORM = "argo-workflows"
KINDS = ("Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow")
_DEPTH = 6
_LIMIT = 500
_APPLIES = ("apply", "create", "patch", "replace")
_SERVES = ("InferenceService", "SeldonDeployment", "kind: Deployment", "RayService")


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each workflow of a file."""
    found: list[Pipeline] = []
    for root in parsed.roots:
        if isinstance(root, Mapping) and root.text("kind") in KINDS:
            spec = root.get("spec")
            inner = spec.get("workflowSpec") if isinstance(spec, Mapping) else None
            spec = inner if isinstance(inner, Mapping) else spec
            if isinstance(spec, Mapping):
                found += _workflow(root, spec, parsed, context)
    return found


def _workflow(root: Mapping, spec: Mapping, parsed: Parsed, context: Context) -> list[Pipeline]:
    templates = {
        item.text("name"): item for item in items(spec.get("templates")) if isinstance(item, Mapping)
    }
    reader = _Reader(parsed, context, templates)
    reader.read(spec.text("entrypoint"), "", ())
    if not reader.jobs:
        return []
    metadata = root.get("metadata")
    name = metadata.text("name", "generateName") if isinstance(metadata, Mapping) else ""
    here = parsed.place(root.get("kind") or root)
    judge = context.recogniser.judge
    trigger = started("submission of the workflow", here)
    if root.text("kind") == "CronWorkflow":
        trigger = Trigger(TriggerKind.SCHEDULE, "schedule", here)
    facts: tuple[Fact, ...] = (Fact("workflow", name, here), *folders(parsed, judge))
    space = metadata.get("namespace") if isinstance(metadata, Mapping) else None
    if isinstance(space, Scalar):
        facts = (*told(judge, parsed, [("argument", space.value, space)]), *facts)
    groups = {job: (job,) for job in reader.ids} | reader.groups
    template = "{{" in parsed.path
    return [
        Pipeline(
            parsed.path, PLATFORM, here, (trigger,), tuple(reader.jobs), groups, facts, template=template
        )
    ]


@dataclass
class _Reader:
    """Unfolds templates from the entrypoint on; a step that is itself a list becomes a group."""

    parsed: Parsed
    context: Context
    templates: dict[str, Mapping]
    jobs: list[Job] = field(default_factory=list)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        return [job.id for job in self.jobs]

    def read(
        self, name: str, prefix: str, needs: tuple[Need, ...], title: str = "", depth: int = 0
    ) -> list[str]:
        """The jobs of a template; their ids."""
        template = self.templates.get(name)
        if template is None or depth > _DEPTH or len(self.jobs) > _LIMIT:
            return []
        if template.get("steps") is not None:
            return self._steps(template, prefix, needs, depth)
        dag = template.get("dag")
        if isinstance(dag, Mapping):
            return self._dag(dag, prefix, needs, depth)
        identifier = f"{prefix}{title or name}"
        place = self.parsed.place(template.get("name") or template)
        self.jobs.append(
            Job(
                identifier, title or name, "agent", place, self._work(template), needs, self._gates(template),
                facts=(Fact("job", title or name, place), Fact("step", name, place)),
            )
        )  # fmt: skip
        return [identifier]

    def _steps(self, template: Mapping, prefix: str, needs: tuple[Need, ...], depth: int) -> list[str]:
        """Rows one after another, the steps of a row side by side."""
        every: list[str] = []
        for number, row in enumerate(items(template.get("steps"))):
            made: list[str] = []
            for step in items(row) if not isinstance(row, Mapping) else [row]:
                if isinstance(step, Mapping):
                    made += self._one(step, prefix, needs, depth)
            group = f"{prefix}{template.text('name')} row {number}"
            if made:
                self.groups[group] = tuple(made)
                needs = (Need(group, self.parsed.place(row)),)
            every += made
        return every

    def _dag(self, dag: Mapping, prefix: str, needs: tuple[Need, ...], depth: int) -> list[str]:
        every: list[str] = []
        for task in items(dag.get("tasks")):
            if isinstance(task, Mapping):
                before = texts(task.get("dependencies")) or tuple(
                    word for word in task.text("depends").replace("(", " ").replace(")", " ").split()
                    if word[:1].isalpha()
                )  # fmt: skip
                place = self.parsed.place(task)
                own = tuple(Need(f"{prefix}{name.partition('.')[0]}", place) for name in before)
                made = self._one(task, prefix, own or needs, depth)
                self.groups[f"{prefix}{task.text('name')}"] = tuple(made)
                every += made
        return every

    def _one(self, step: Mapping, prefix: str, needs: tuple[Need, ...], depth: int) -> list[str]:
        name = step.text("template")
        title = step.text("name") or name
        reference = step.get("templateRef")
        if isinstance(reference, Mapping):
            return [self._named(step, reference, f"{prefix}{title}", title, needs)]
        nested = self.templates.get(name)
        plain = nested is None or nested.get("steps", "dag") is None
        return self.read(name, prefix if plain else f"{prefix}{title}.", needs, title, depth + 1)

    def _named(
        self, step: Mapping, reference: Mapping, identifier: str, title: str, needs: tuple[Need, ...]
    ) -> str:
        """A step whose template is kept elsewhere: its name has to do."""
        place = self.parsed.place(step)
        name = f"{reference.text('name')} {reference.text('template')}"
        judge = self.context.recogniser.judge
        deploys = judge.deploys_by_name(title) or judge.deploys_by_name(name)
        actions = (Action("deploy", f"template {name.strip()}", "medium", place),) if deploys else ()
        facts = (Fact("job", title, place),)
        self.jobs.append(
            Job(identifier, title, "agent", place, (Step(title, place, actions),), needs, facts=facts)
        )
        return identifier

    def _gates(self, template: Mapping) -> tuple[Gate, ...]:
        suspend, key = template.get("suspend"), template.key("suspend")
        if key is None or (isinstance(suspend, Mapping) and suspend.text("duration")):
            return ()
        return (Gate("human", f"suspend of {template.text('name')}", self.parsed.place(key)),)

    def _work(self, template: Mapping) -> tuple[Step, ...]:
        """The container, script or resource of a template."""
        place = self.parsed.place(template)
        document = self.parsed.document
        script, container = template.get("script"), template.get("container")
        resource = template.get("resource")
        text: Located | None = None
        if isinstance(script, Mapping) and isinstance(script.get("source"), Scalar):
            source = script.get("source")
            assert isinstance(source, Scalar)
            shell = not any("python" in word for word in texts(script.get("command")))
            text = Located.of(document, source) if shell else None
        elif isinstance(container, Mapping):
            words = [*items(container.get("command")), *items(container.get("args"))]
            text = command_line(document, "", [word for word in words if isinstance(word, Scalar)])
        elif isinstance(resource, Mapping) and resource.text("action") in _APPLIES:
            manifest = resource.get("manifest")
            if isinstance(manifest, Scalar) and any(mark in manifest.value for mark in _SERVES):
                action = Action("deploy", f"{resource.text('action')} of a resource", "high", place)
                return (Step(template.text("name"), place, (action,)),)
        if text is None:
            return ()
        actions = self.context.recogniser.actions(text, setting_in(Scope(), ""))
        return (Step(template.text("name"), place, tuple(actions)),)

"""Terraform that makes a gate or a trigger: what it says about pipelines of other files and platforms."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlscan.documents.hcl import Attribute, Block, read
from mlscan.documents.yaml import Mapping
from mlscan.model import Place
from mlscan.promotion.filling import fill, holds_holes
from mlscan.promotion.graph import (
    Action,
    Fact,
    Gate,
    Job,
    Pipeline,
    Protection,
    Step,
    Trigger,
    TriggerKind,
)
from mlscan.promotion.lower import (
    cloud_build,
    model_events_terraform,
    oci_devops,
    state_machines_terraform,
    terraform_runs,
)
from mlscan.promotion.lower.cloud_deploy import DeployTarget
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.terraform_aws import pipelines
from mlscan.promotion.lower.words import folders

_YES = frozenset(("true", '"true"'))


class Module:
    """One Terraform file: its resources, and places in it."""

    def __init__(self, parsed: Parsed) -> None:
        data = parsed.document.data
        self.parsed = parsed
        self.root = read(fill(data) if holds_holes(data) else data)

    def resources(self, kind: str) -> Iterator[Block]:
        for block in self.root.blocks:
            if block.type == "resource" and block.labels[:1] == (kind,):
                yield block

    def place(self, item: Block | Attribute, note: str = "") -> Place:
        """The first line of a block's head or of an attribute."""
        end = self.parsed.document.data.find(b"\n", item.start, item.end)
        return self.parsed.document.place(item.start, end if end > item.start else item.end, note)

    def value(self, text: str) -> str:
        """A text with its local references (`google_x.y.name`, `var.z`) followed where they are literal."""
        parts = text.split(".")
        if len(parts) == 2 and parts[0] == "var":
            for block in self.root.blocks:
                if block.type == "variable" and block.labels == (parts[1],):
                    return block.text("default") or text
        if len(parts) == 2 and parts[0] == "local":
            for block in self.root.blocks:
                if block.type == "locals" and parts[1] in block.attributes:
                    return block.text(parts[1])
        return text


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """Pipelines started by triggers in a Terraform file; its gates are remembered for other files."""
    module = Module(parsed)
    found: list[Pipeline] = []
    for block in module.resources("google_cloudbuild_trigger"):
        found += _build_trigger(block, module, context)
    for block in module.resources("google_clouddeploy_target"):
        _deploy_target(block, module, context)
    context.protections += _protections(module)
    for service in (terraform_runs, oci_devops, model_events_terraform):
        found += service.declared(module, context)
    return found + pipelines(module, context) + list(state_machines_terraform.declared(module, context))


def _deploy_target(block: Block, module: Module, context: Context) -> None:
    """A target of Cloud Deploy, for delivery pipelines of other files."""
    name = module.value(block.text("name"))
    approval = block.attributes.get("require_approval")
    wanted = block_says(block, "require_approval") and approval is not None
    place = module.place(approval) if wanted and approval is not None else None
    context.targets.setdefault(name, []).append(DeployTarget(module.place(block), place))


def _build_trigger(block: Block, module: Module, context: Context) -> Iterator[Pipeline]:
    """The build a Cloud Build trigger runs: the file that `filename` or `git_file_source` names."""
    filename = block.attributes.get("filename")
    for source in block.inner("git_file_source"):
        filename = filename or source.attributes.get("path")
    if filename is None or block.text("disabled") == "true":
        return
    here = module.place(block)
    gates = tuple(
        Gate("human", f"approval of trigger {block.labels[-1]}", module.place(approval))
        for approval in block.inner("approval_config")
        if block_says(approval, "approval_required")
    )
    triggers = (*_events(block, module), Trigger(TriggerKind.MANUAL, "manual", here))
    calls = (module.place(filename),)
    facts = _facts(block, module, context)
    built = context.nearest(filename.text, module.parsed.folder)
    if built is not None and isinstance(built.root, Mapping) and cloud_build.recognised(built.root):
        context.referenced.add(built.path)
        given = _substitutions(block, module)
        yield cloud_build.pipeline(built, context, triggers, module.parsed.path, gates, calls, given, facts)
        return
    for gate in gates:
        context.protections.append(Protection("cloud-build", filename.text, gate.place, True))
    name = filename.text.rpartition("/")[2]
    if context.recogniser.judge.deploys_by_name(name.partition(".")[0]):
        action = Action("deploy", f"build {name}", "medium", module.place(filename))
        job = Job(
            block.labels[-1], block.labels[-1], "agent", here, (Step(name, here, (action,)),), (), gates,
            facts=(*facts, Fact("job", block.labels[-1], here)),
        )  # fmt: skip
        yield Pipeline(
            module.parsed.path, "cloud-build", here, triggers, (job,), {job.id: (job.id,)},
            tuple(folders(module.parsed, context.recogniser.judge)),
        )  # fmt: skip


def _events(block: Block, module: Module) -> Iterator[Trigger]:
    """`push`, `pull_request` and the rest, in all the blocks that may hold them."""
    holders = [block, *block.inner("github", "repository_event_config", "bitbucket_server_trigger_config")]
    for holder in holders:
        for push in holder.inner("push", "trigger_template"):
            refs = tuple(filter(None, (cloud_build.branch(push.text("branch") or push.text("branch_name")),)))
            tags = tuple(filter(None, (cloud_build.branch(push.text("tag") or push.text("tag_name")),)))
            if tags:
                yield Trigger(TriggerKind.TAG, "push", module.place(push), tags)
            else:
                yield Trigger(TriggerKind.PUSH, "push", module.place(push), refs)
        for pull in holder.inner("pull_request"):
            refs = tuple(filter(None, (cloud_build.branch(pull.text("branch")),)))
            yield Trigger(TriggerKind.PULL_REQUEST, "pull_request", module.place(pull), refs)
    for event in block.inner("pubsub_config", "webhook_config", "source_to_build"):
        if event.type != "source_to_build":
            yield Trigger(TriggerKind.UPSTREAM, event.type.removesuffix("_config"), module.place(event))


def _substitutions(block: Block, module: Module) -> dict[str, str]:
    """Literal substitutions a trigger gives; a reference keeps its own words (`var.prod_project_id`)."""
    given = block.attributes.get("substitutions")
    found: dict[str, str] = {}
    for line in given.value.split("\n") if given is not None else ():
        name, sign, value = line.strip().partition("=")
        if sign and name.strip().startswith("_"):
            found[name.strip()] = module.value(value.strip().strip(",").strip('"'))
    return found


def _facts(block: Block, module: Module, context: Context) -> tuple[Fact, ...]:
    judge = context.recogniser.judge
    found: list[Fact] = []
    for name in ("name", "description"):
        attribute = block.attributes.get(name)
        if attribute is not None and judge.names(attribute.text, free=True):
            found.append(Fact("workflow", attribute.text[:120], module.place(attribute)))
    if judge.names(block.labels[-1], free=True):
        found.append(Fact("workflow", block.labels[-1], module.place(block)))
    given = block.attributes.get("substitutions")
    if given is not None:
        for name, value in _substitutions(block, module).items():
            if "?" not in value and judge.names(f"{name} {value}", free=True):
                found.append(Fact("variable", f"{name}={value}"[:120], module.place(given)))
    return tuple(found)


def block_says(block: Block, name: str) -> bool:
    """Whether an attribute is literally true."""
    found = block.attributes.get(name)
    return found is not None and found.value in _YES


def _protections(module: Module) -> Iterator[Protection]:
    for kind, read_one in _PROTECTIONS.items():
        for block in module.resources(kind):
            found = read_one(block, module)
            if found is not None:
                yield found


def _github(block: Block, module: Module) -> Protection | None:
    """https://registry.terraform.io/providers/integrations/github/latest/docs/resources/repository_environment"""
    name = module.value(block.text("environment"))
    if not name or "." in name:
        return None
    reviewers = list(block.inner("reviewers"))
    own = not block_says(block, "prevent_self_review")
    return Protection("github-actions", name, module.place(block), bool(reviewers), own)


def _azure(block: Block, module: Module) -> Protection | None:
    """The approval of an environment; one of a service connection is not tied to an environment."""
    target = block.text("target_resource_id").split(".")
    if len(target) < 3 or target[0] != "azuredevops_environment":
        return None
    owner = next((b for b in module.resources(target[0]) if b.labels[-1] == target[1]), None)
    name = module.value(owner.text("name")) if owner is not None else ""
    if not name or not block.attributes.get("approvers"):
        return None
    own = block_says(block, "requester_can_approve")
    return Protection("azure-pipelines", name, module.place(block), True, own)


def _gitlab(block: Block, module: Module) -> Protection | None:
    """Who triggered a pipeline may not approve its deployments, unless the project says so.

    https://docs.gitlab.com/ci/environments/deployment_approvals/#allow-self-approval
    """
    name = module.value(block.text("environment"))
    if not name or "." in name:
        return None
    rules = list(block.inner("approval_rules")) or "approval_rules" in block.attributes
    counted = block.text("required_approval_count").strip('"') not in ("", "0")
    project = block.text("project").split(".")
    own = project[0] == "gitlab_project" and any(
        block_says(owner, "allow_pipeline_trigger_approve_deployment")
        for owner in module.resources("gitlab_project")
        if owner.labels[-1] == project[1]
    )
    return Protection("gitlab-ci", name, module.place(block), bool(rules) or counted, own, restricted=True)


_PROTECTIONS: dict[str, Callable[[Block, Module], Protection | None]] = {
    "github_repository_environment": _github,
    "azuredevops_check_approval": _azure,
    "gitlab_project_protected_environment": _gitlab,
}

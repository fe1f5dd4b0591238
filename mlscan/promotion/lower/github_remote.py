"""A job named after a deploy that only runs commands on another host.

What `make dl-models` or `./update.sh` does there stands on that host: the name of the job is all there is.
"""

from __future__ import annotations

from dataclasses import replace

from mlscan.documents.yaml import Mapping, Scalar
from mlscan.promotion.commands import ASIDE
from mlscan.promotion.graph import Action, Step
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.github_steps import inputs
from mlscan.promotion.lower.parsed import Parsed, items
from mlscan.promotion.scope import Scope

Steps = tuple[Step, ...]


def deploying(
    job: Mapping, steps: Steps, names: tuple[str, ...], parsed: Parsed, scope: Scope, context: Context
) -> Steps:
    """The steps of a job, the first on another host as a deploy where one of the job's names says that it
    deploys and no step is known to."""
    if any(action.kind not in ASIDE for step in steps for action in step.actions):
        return steps
    if not any(map(context.recogniser.judge.deploys_by_name, names)):
        return steps
    nodes = [node for node in items(job.get("steps")) if isinstance(node, Mapping)]
    for index, node in enumerate(nodes):
        uses = node.get("uses")
        task = context.recogniser.toolbox.task(uses.value) if isinstance(uses, Scalar) else None
        if isinstance(uses, Scalar) and task is not None and task.remote:
            facts = tuple(inputs(parsed, node.get("with"), task.target, scope, context))
            title = f"action {uses.value.partition('@')[0]}"
            action = Action("deploy", title, "medium", parsed.place(uses), facts)
            step = replace(steps[index], actions=(*steps[index].actions, action))
            return (*steps[:index], step, *steps[index + 1 :])
    return steps

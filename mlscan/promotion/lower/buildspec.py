"""AWS CodeBuild's buildspec: the commands of all phases in one shell.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

from mlscan.documents.yaml import Mapping, Node, Scalar, YamlError, compose
from mlscan.promotion.graph import Fact, Job, Pipeline, Step, Unknown
from mlscan.promotion.joins import RUN_EVENT
from mlscan.promotion.located import Located
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.facts import variables
from mlscan.promotion.lower.parsed import Parsed, items, scalars
from mlscan.promotion.lower.words import At, Pieces, folders, setting_in, started
from mlscan.promotion.scope import Scope

_PHASES = ("install", "pre_build", "build", "post_build")


def recognised(root: Node | None) -> bool:
    """Whether a file has phases of commands."""
    phases = root.get("phases") if isinstance(root, Mapping) else None
    return isinstance(phases, Mapping) and any(isinstance(phases.get(name), Mapping) for name in _PHASES)


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """The pipeline of a buildspec that nothing in the repository is known to run: gates stand elsewhere."""
    step = step_of(parsed, context, Scope())
    if step is None:
        return []
    place = parsed.start()
    unknown = Unknown("the pipeline or trigger that runs this buildspec", place, may_gate=True)
    job = Job("build", "build", "agent", place, (step,), unknowns=(unknown,))
    return [
        Pipeline(
            parsed.path, "codebuild", place, (started(RUN_EVENT, place),), (job,), {"build": ("build",)},
            tuple(folders(parsed, context.recogniser.judge)),
        )
    ]  # fmt: skip


def step_of(parsed: Parsed, context: Context, scope: Scope) -> Step | None:
    """Everything a buildspec file runs, as one step."""
    root = parsed.root
    if not isinstance(root, Mapping) or not recognised(root):
        return None
    judge = context.recogniser.judge
    env = root.get("env")
    given = env.get("variables") if isinstance(env, Mapping) else None
    scope = scope.inside({f"env.{key}".lower(): value.value for key, value in scalars(given)})
    text = Pieces(parsed.document, [Located.of(parsed.document, item) for item in _commands(root)])
    actions = context.recogniser.actions(text, setting_in(scope, ""))
    facts: tuple[Fact, ...] = tuple(variables(parsed, given, scope, judge))
    return Step("buildspec", parsed.place(root.get("phases") or root), tuple(actions), facts=facts)


def inline_step(parsed: Parsed, node: Scalar, context: Context, scope: Scope) -> Step | None:
    """A buildspec written as a text inside another file; every place is that text's first line."""
    try:
        roots = compose(node.value.encode("utf-8", "replace"))
    except YamlError:
        return None
    root = roots[0] if roots else None
    if not isinstance(root, Mapping) or not recognised(root):
        return None
    first = parsed.place(node)
    pieces = [At(parsed.document, item.value, node.start, node.end) for item in _commands(root)]
    actions = context.recogniser.actions(Pieces(parsed.document, pieces), setting_in(scope, ""))
    return Step("buildspec", first, tuple(actions))


def _commands(root: Mapping) -> list[Scalar]:
    phases = root.get("phases")
    found: list[Scalar] = []
    for name in _PHASES:
        phase = phases.get(name) if isinstance(phases, Mapping) else None
        for key in ("commands", "finally"):
            listed = phase.get(key) if isinstance(phase, Mapping) else None
            found += [item for item in items(listed) if isinstance(item, Scalar)]
    return found

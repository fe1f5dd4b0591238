"""Drone and Woodpecker as pipelines of the graph: steps in order or by `depends_on`, filters by event.

A promotion (Drone's `promote`, Woodpecker's `deployment`) is a click of anybody who may write; what runs on
no other event is held by it. Whether a repository asks for approval of builds is known to the server only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence
from mlscan.promotion.commands import Setting
from mlscan.promotion.graph import Action, Fact, Gate, Job, Need, Pipeline, Step, Trigger, TriggerKind
from mlscan.promotion.located import Located
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.facts import variables
from mlscan.promotion.lower.github_steps import inputs
from mlscan.promotion.lower.parsed import Parsed, items, pairs, scalars, texts
from mlscan.promotion.lower.plain import UNKNOWN, all_of, any_of, named, negated, plain
from mlscan.promotion.lower.script import Piece, Script
from mlscan.promotion.scope import Scope

_SOURCES = (
    (TriggerKind.PUSH, "push"),
    (TriggerKind.TAG, "tag"),
    (TriggerKind.PULL_REQUEST, "pull_request"),
    (TriggerKind.SCHEDULE, "cron"),
    (TriggerKind.MANUAL, "promote"),
)
_EVENTS = {"deployment": "promote", "deploy": "promote", "manual": "promote", "custom": "promote"}
_CLICKED = frozenset(("promote", "deployment", "deploy"))


def lower(parsed: Parsed, context: Context) -> Pipeline | None:
    """The pipelines of all documents of a file as one."""
    reader = _Reader(parsed, context)
    for root in parsed.roots:
        if isinstance(root, Mapping) and root.get("steps") is not None:
            reader.read(root)
    if not reader.jobs:
        return None
    start = parsed.start()
    return Pipeline(
        path=parsed.path,
        platform="drone" if any(_is_drone(root) for root in parsed.roots) else "woodpecker",
        place=start,
        triggers=tuple(Trigger(kind, event, start) for kind, event in _SOURCES),
        jobs=tuple(reader.jobs),
        groups={name: tuple(members) for name, members in reader.groups.items()},
        facts=(Fact("file", parsed.path.rpartition("/")[2], start),),
    )


def recognised(roots: list[Node]) -> bool:
    """Whether a file is one of Drone or of Woodpecker: steps with an image and commands or settings."""
    for root in roots:
        if not isinstance(root, Mapping) or root.get("apiVersion", "jobs", "on") is not None:
            continue
        steps = root.get("steps")
        listed = steps.items if isinstance(steps, Sequence) else [value for _, _, value in pairs(steps)]
        for step in listed:
            if (
                isinstance(step, Mapping)
                and step.text("image")
                and step.get("commands", "settings") is not None
            ):
                return True
    return False


def _is_drone(root: Node) -> bool:
    return isinstance(root, Mapping) and root.text("kind") == "pipeline"


class _Reader:
    """Collects the steps of one document after the other."""

    def __init__(self, parsed: Parsed, context: Context) -> None:
        self._parsed = parsed
        self._context = context
        self._judge = context.recogniser.judge
        self.jobs: list[Job] = []
        self.groups: dict[str, list[str]] = {}

    def read(self, root: Mapping) -> None:
        """The steps of a document; those of one it depends on come before them."""
        name = root.text("name") or "pipeline"
        steps = root.get("steps")
        listed = [(item.text("name"), item) for item in items(steps) if isinstance(item, Mapping)]
        listed += [(key, value) for key, _, value in pairs(steps) if isinstance(value, Mapping)]
        around = root.get("trigger") if _is_drone(root) else root.get("when")
        free = any(step.get("depends_on") is not None for _, step in listed)
        last: list[str] = []
        for number, (title, step) in enumerate(listed, 1):
            place = self._parsed.place(step)
            job = f"{name} / {title or number}"
            needs = [Need(f"pipeline {other}", place) for other in texts(root.get("depends_on"))]
            before = [f"{name} / {other}" for other in texts(step.get("depends_on"))] if free else last[-1:]
            needs += [Need(other, place) for other in before]
            self.jobs.append(self._job(job, title or f"step {number}", step, around, tuple(needs), name))
            self.groups[job] = [job]
            self.groups.setdefault(f"pipeline {name}", []).append(job)
            last.append(job)

    def _job(
        self,
        identifier: str,
        title: str,
        node: Mapping,
        around: Node | None,
        needs: tuple[Need, ...],
        name: str,
    ) -> Job:
        parsed = self._parsed
        place = parsed.place(node)
        env = node.get("environment")
        scope = Scope({f"env.{key}".lower(): value.value for key, value in scalars(env)})
        filters = [one for one in (around, node.get("when")) if one is not None]
        gates = [gate for one in filters for gate in self._clicks(one)]
        facts = [fact for one in filters for fact in self._targets(one)]
        facts += variables(parsed, env, scope, self._judge)
        facts += [Fact("job", title, place), Fact("workflow", name, place)]
        test = all_of(_test(one) for one in filters)
        failing = "failure" in [status for one in filters for status in _statuses(one)]
        actions = list(self._actions(node, scope))
        return Job(
            id=identifier,
            title=title,
            kind="agent",
            place=place,
            steps=(Step("", place, tuple(actions)),) if actions else (),
            needs=needs,
            gates=tuple(gates[:1]),
            condition=plain("always()", place, scope) if failing else None,
            presence=(plain(test, place, scope),) if test != "true" else (),
            facts=tuple(facts),
        )

    def _actions(self, node: Mapping, scope: Scope) -> Iterator[Action]:
        pieces = []
        for item in items(node.get("commands")):
            if isinstance(item, Scalar):
                located = Located.of(self._parsed.document, item)
                pieces.append(Piece(located, located.data))
        if pieces:
            script = Script(self._parsed.document, pieces)
            yield from self._context.recogniser.actions(script, Setting(scope, ""))
        image = node.get("image")
        name = image.value.partition(":")[0].rpartition("/")[2] if isinstance(image, Scalar) else ""
        if not pieces and isinstance(image, Scalar) and self._judge.deploys_by_name(name):
            facts = tuple(inputs(self._parsed, node.get("settings"), (), scope, self._context))
            yield Action("deploy", f"plugin {name}", "medium", self._parsed.place(image), facts)

    def _clicks(self, node: Node) -> Iterator[Gate]:
        """A filter that lets nothing but promotions through."""
        events = list(_filters(node, "event"))
        wanted = [texts(one.get("include")) if isinstance(one, Mapping) else texts(one) for one in events]
        ways = 1 if isinstance(node, Mapping) else len(items(node))
        if len(events) == ways and all(words and set(words) <= _CLICKED for words in wanted):
            yield Gate("click", f"event: {wanted[0][0]}", self._parsed.place(events[0]))

    def _targets(self, node: Node) -> Iterator[Fact]:
        """The target that a promotion has to name."""
        for target in _filters(node, "target"):
            wanted = texts(target.get("include")) if isinstance(target, Mapping) else texts(target)
            for value in wanted:
                yield Fact("target argument", value, self._parsed.place(target))


def _filters(node: Node, name: str) -> Iterator[Node]:
    for one in [node] if isinstance(node, Mapping) else items(node):
        found = one.get(name) if isinstance(one, Mapping) else None
        if found is not None:
            yield found


def _statuses(node: Node) -> tuple[str, ...]:
    return tuple(text for one in _filters(node, "status") for text in texts(one))


def _test(node: Node) -> str:
    """A filter in the neutral language; Woodpecker's may be a list, one of which has to fit."""
    if not isinstance(node, Mapping):
        return any_of(_test(one) for one in items(node) if isinstance(one, Mapping))
    tests = []
    for word, _, value in node.items():
        if word == "event":
            tests.append(_names(value, lambda text: f"run.event == '{_EVENTS.get(text, text)}'"))
        elif word == "branch":
            tests.append(
                _names(value, lambda text: any_of((named("run.branch", text), named("run.base", text))))
            )
        elif word == "ref":
            tests.append(_names(value, _ref))
        elif word in ("cron", "path", "evaluate", "repo", "instance", "matrix"):
            tests.append(UNKNOWN)
    return all_of(tests)


def _names(node: Node, test: Callable[[str], str]) -> str:
    wanted = node.get("include") if isinstance(node, Mapping) else node
    unwanted = node.get("exclude") if isinstance(node, Mapping) else None
    found = [any_of(map(test, texts(wanted)))] if wanted is not None and texts(wanted) else []
    if unwanted is not None:
        found.append(negated(any_of(map(test, texts(unwanted)))))
    return all_of(found)


def _ref(text: str) -> str:
    if text.startswith("refs/tags/"):
        return named("run.tag", text.removeprefix("refs/tags/"))
    return named("run.branch", text.removeprefix("refs/heads/"))

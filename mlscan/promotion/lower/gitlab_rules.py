"""When a GitLab job is part of a pipeline and how it starts: `rules`, `only` and `except`, `workflow`.

The first rule that fits decides, so that a job with several is one job for each. `when: manual` blocks what
comes after it only inside `rules`, or with `allow_failure: false`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.model import Place
from mlscan.promotion.lower.gitlab_config import Config
from mlscan.promotion.lower.operators import translated
from mlscan.promotion.lower.parsed import items, pairs, scalars, texts
from mlscan.promotion.lower.plain import UNKNOWN, all_of, any_of, matching, named, negated

_NAMES = {
    "CI_COMMIT_BRANCH": "run.branch",
    "CI_COMMIT_TAG": "run.tag",
    "CI_COMMIT_REF_NAME": "run.name",
    "CI_COMMIT_REF_SLUG": "run.name",
    "CI_DEFAULT_BRANCH": "run.default",
    "CI_PIPELINE_SOURCE": "run.event",
    "CI_MERGE_REQUEST_ID": "run.base",
    "CI_MERGE_REQUEST_IID": "run.base",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "run.base",
    "GITLAB_USER_LOGIN": "github.actor",
}
_REFS = {
    "branches": "run.branch",
    "tags": "run.tag",
    "merge_requests": "run.event == 'merge_request_event'",
    "schedules": "run.event == 'schedule'",
    "pushes": "run.event == 'push'",
    "web": "run.event == 'web'",
    "api": "run.event == 'trigger'",
    "triggers": "run.event == 'trigger'",
    "pipelines": "run.event == 'trigger'",
}
_USUAL = ("branches", "tags")


@dataclass(frozen=True)
class Alternative:
    """One way a job is started: `presence` in the neutral language, `when` as GitLab has it; `place` is
    what says so."""

    presence: str
    when: str
    place: Place
    blocking: bool = True
    variables: dict[str, str] = field(default_factory=dict)
    needs: Node | None = None


def alternatives(job: Mapping, key: Scalar, config: Config) -> list[Alternative]:
    """Every way a job may be part of a pipeline; none where it never is."""
    rules = job.get("rules")
    found = list(_rules(rules, job, config)) if rules is not None else [_legacy(job, key, config)]
    return [one for one in found if one.when != "never"]


def workflow(config: Config) -> list[tuple[str, dict[str, str]]]:
    """(condition, variables) under which there is a pipeline at all."""
    node = config.root.get("workflow")
    rules = node.get("rules") if isinstance(node, Mapping) else None
    if rules is None:
        return [("true", {})]
    found = [
        (one.presence, one.variables)
        for one in _rules(config.resolved(rules), node if isinstance(node, Mapping) else None, config)
        if one.when != "never"
    ]
    if any(variables for _, variables in found):
        return found
    return [(any_of(presence for presence, _ in found), {})]


def included(name: str, config: Config) -> str:
    """When what another file defines is there at all, by the rules of its include.

    https://docs.gitlab.com/ci/yaml/includes/#use-rules-with-include
    """
    rules = config.guarded.get(name)
    if rules is None:
        return "true"
    return any_of(one.presence for one in _rules(rules, None, config) if one.when != "never")


def _rules(node: Node | None, job: Mapping | None, config: Config) -> Iterator[Alternative]:
    before: list[str] = []
    for rule in items(node):
        if not isinstance(rule, Mapping):
            continue
        test = all_of(_tests(rule))
        presence = all_of([*before, test])
        usual = job.text("when") if job is not None else ""
        when = rule.text("when") or usual or "on_success"
        failing = rule.text("allow_failure") or (job.text("allow_failure") if job is not None else "")
        at = rule.get("when") or (job.get("when") if job is not None and usual else None) or rule
        yield Alternative(
            presence, when, config.place(at), failing != "true",
            {name: value.value for name, value in scalars(rule.get("variables"))}, rule.get("needs"),
        )  # fmt: skip
        if test == "true":
            return
        before.append(negated(test))


def _tests(rule: Mapping) -> Iterator[str]:
    test = rule.get("if")
    if isinstance(test, Scalar):
        yield f"({translated(test.value, _name)})"
    if rule.get("changes", "exists") is not None:
        yield UNKNOWN


def _name(word: str, alone: bool) -> str:
    word = word.strip("${}")
    known = _NAMES.get(word)
    if known is not None:
        return known
    return f"coalesce(env.{word}, '') != ''" if alone else f"env.{word}"


def _legacy(job: Mapping, key: Scalar, config: Config) -> Alternative:
    only, unwanted = job.get("only"), job.get("except")
    wanted = all_of(_keys(only, _USUAL)) if only is not None else any_of(_REFS[name] for name in _USUAL)
    if unwanted is not None:
        wanted = all_of((wanted, negated(any_of(_keys(unwanted, ())))))
    when = job.text("when") or "on_success"
    manual = when == "manual"
    failing = job.text("allow_failure")
    blocking = failing == "false" if manual else failing != "true"
    return Alternative(wanted, when, config.place(job.get("when") or key), blocking)


def _keys(node: Node | None, usual: tuple[str, ...]) -> Iterator[str]:
    """The tests of an `only` or `except`, a list of refs or a mapping."""
    refs = node.get("refs") if isinstance(node, Mapping) else node
    names = texts(refs) or usual
    if names:
        yield any_of(_ref(name) for name in names)
    for word, _, value in pairs(node):
        if word == "variables":
            yield any_of(translated(text, _name) for text in texts(value))
        elif word in ("changes", "kubernetes"):
            yield UNKNOWN


def _ref(name: str) -> str:
    if name in _REFS:
        return _REFS[name]
    if name.startswith("/"):
        body, _, flags = name[1:].partition("@")[0].rpartition("/")
        pattern = ("(?i)" if "i" in flags else "") + body.replace("\\/", "/")
        return any_of((matching("run.branch", pattern), matching("run.tag", pattern)))
    name = name.partition("@")[0]
    return any_of((named("run.branch", name), named("run.tag", name)))

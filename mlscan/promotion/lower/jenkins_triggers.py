"""What starts a Jenkins pipeline, told from what it asks for and what it looks at."""

from __future__ import annotations

from collections.abc import Iterator

from mlscan.promotion.graph import Trigger, TriggerKind
from mlscan.promotion.lower.groovy import Call, walk
from mlscan.promotion.lower.parsed import Parsed


def triggers(parsed: Parsed, found: list[Call]) -> Iterator[Trigger]:
    """A push starts it, unless it asks for parameters and has nothing that a push could choose."""
    start = parsed.start()
    if "/vars/" in f"/{parsed.path}":
        yield Trigger(TriggerKind.CALL, "call", start)
        return
    named = {call.name: call for call in walk(found)}
    pushed = {
        "pollSCM",
        "githubPush",
        "gitlab",
        "GenericTrigger",
        "branch",
        "changeRequest",
        "buildingTag",
    } & set(named)
    asked = "parameters" in named and "cron" not in named
    if pushed or not asked or b"BRANCH_NAME" in parsed.document.data:
        yield Trigger(TriggerKind.PUSH, "push", start)
        yield Trigger(TriggerKind.TAG, "push", start)
        yield Trigger(TriggerKind.PULL_REQUEST, "pull_request", start)
    if (cron := named.get("cron")) is not None:
        yield Trigger(TriggerKind.SCHEDULE, "cron", parsed.document.place(cron.start, cron.end))
    if (upstream := named.get("upstream")) is not None:
        yield Trigger(TriggerKind.UPSTREAM, "upstream", parsed.document.place(upstream.start, upstream.end))
    yield Trigger(TriggerKind.MANUAL, "manual", start)

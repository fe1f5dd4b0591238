"""An alert as SARIF's result: message with links, tight region, paths, fingerprints, suppressions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlscan.model import Place, Suppression
from mlscan.report.prose import sentence
from mlscan.report.sarif_alerts import Alert
from mlscan.report.sarif_places import location

if TYPE_CHECKING:
    import sarif_om as om

# GitHub shows this many steps of a path; every related place costs a link in the message.
_MAX_STEPS = 1_000
_MAX_RELATED = 10
# A bracket that a reader of the message would take for the start of a link (section 3.11.6).
_LOOKS_LINKED = re.compile(r"\[(?=[^\[\]]*\]\()")


def result(
    alert: Alert, rule_index: int, level: str, with_suppressions: bool, with_paths: bool
) -> om.Result:  # fmt: skip
    """One alert of the rule at `rule_index`; with suppressions and paths only where these are wanted."""
    import sarif_om as om

    finding = alert.finding
    related = alert.related[:_MAX_RELATED]
    flows = [_code_flow(flow) for flow in alert.flows] if with_paths else []
    fingerprints = {"primaryLocationLineHash": finding.line_hash, "mlscan/v1": finding.fingerprint}
    properties: dict[str, Any] = {
        "confidence": finding.confidence.word,
        "evidence": list(finding.evidence),
    }
    if finding.past is not None:
        properties |= {"commit": finding.past.commit, "commitDate": finding.past.date}
    if alert.others:
        properties["otherFingerprints"] = [other.fingerprint for other in alert.others]
    return om.Result(
        rule_id=finding.rule,
        rule_index=rule_index,
        level=level,
        message=om.Message(text=_message(alert, related)),
        locations=[location(_tight(finding.place))],
        related_locations=[location(place, number) for number, place in enumerate(related, 1)] or None,
        code_flows=flows or None,
        partial_fingerprints={name: value for name, value in fingerprints.items() if value} or None,
        suppressions=_suppressions(finding.suppressed) if with_suppressions else None,
        properties=properties,
    )


def _code_flow(flow: tuple[Place, ...]) -> om.CodeFlow:
    import sarif_om as om

    steps = [om.ThreadFlowLocation(location=location(step)) for step in flow[:_MAX_STEPS]]
    return om.CodeFlow(thread_flows=[om.ThreadFlow(locations=steps)])


def _suppressions(suppressed: Suppression | None) -> list[om.Suppression]:
    """Once one result of a run has the list, each must have it (section 3.27.23)."""
    import sarif_om as om

    if suppressed is None:
        return []
    kind = "inSource" if suppressed.kind == "inline" else "external"
    said = suppressed.reason if suppressed.kind == "inline" else str(suppressed)
    return [om.Suppression(kind=kind, justification=said or None)]


def _message(alert: Alert, related: tuple[Place, ...]) -> str:
    """The message with links to the related places, which GitHub shows only when they are linked."""
    text = _LOOKS_LINKED.sub(r"\\[", alert.finding.message.strip().rstrip("."))
    if related:
        links = ", ".join(f"[{_link(place)}]({number})" for number, place in enumerate(related, 1))
        text = f"{text}; see {links}"
    cell = alert.finding.place.cell
    return f"{text} ({cell}, line {cell.line})." if cell is not None else sentence(text)


def _link(place: Place) -> str:
    """The text of a link; a square bracket would end it."""
    said = place.note.strip().rstrip(".") or f"line {place.region.start_line}"
    return said.replace("[", "(").replace("]", ")")


def _tight(place: Place) -> Place:
    """The place without its note and on its first line only: GitHub shows an alert in a pull request only
    where all its lines have changed."""
    region = place.region
    if region.end_line > region.start_line:
        end = region.start_column + max(1, place.excerpt_width)
        region = replace(region, end_line=region.start_line, end_column=end)
    return replace(place, region=region, note="")

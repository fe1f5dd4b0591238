"""SARIF 2.1.0 as GitHub code scanning takes it: one run, every enabled rule, suppressed findings left out.

GitHub cannot show suppressed results as suppressed, uses the first location only, and takes a rule's
severity from `security-severity`. There are no snippets: what stands around a finding may be secret.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mlscan import __version__
from mlscan.model import Finding, Note, Place, Report
from mlscan.report.prose import sentence
from mlscan.report.sarif_json import plain
from mlscan.report.sarif_rules import HOME, descriptor
from mlscan.report.style import PLAIN, Style
from mlscan.report.summary import ranked

if TYPE_CHECKING:
    import sarif_om as om

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# GitHub refuses a file with more results than the first number, and shows no more than the second.
MAX_RESULTS = 25_000
SHOWN_RESULTS = 5_000
# GitHub shows this many steps of a path; every related place costs a link in the message.
_MAX_STEPS = 1_000
_MAX_RELATED = 10
# A bracket that a reader of the message would take for the start of a link (section 3.11.6).
_LOOKS_LINKED = re.compile(r"\[(?=[^\[\]]*\]\()")


def render(report: Report, style: Style = PLAIN) -> str:
    """The log, highest severity first, the same bytes for the same report."""
    log = plain(_log(report))
    # Readers that look at the first bytes only expect the schema there.
    log = {"$schema": log["$schema"], "version": log["version"], **log}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def left_out(report: Report) -> int:
    """How many findings `render` leaves out because GitHub would refuse the whole file."""
    return max(0, len(report.active) - MAX_RESULTS)


def _log(report: Report) -> om.SarifLog:
    import sarif_om as om

    rules = sorted(report.rules, key=lambda rule: rule.id)
    index = {rule.id: number for number, rule in enumerate(rules)}
    level = {rule.id: rule.severity.level for rule in rules}
    driver = om.ToolComponent(
        name="mlscan",
        semantic_version=__version__,
        information_uri=HOME,
        rules=[descriptor(rule) for rule in rules],
    )
    notifications = [_notification(note) for note in sorted(report.notes)]
    run = om.Run(
        tool=om.Tool(driver=driver),
        invocations=[
            om.Invocation(
                execution_successful=True, tool_execution_notifications=notifications or None
            )
        ],
        original_uri_base_ids={
            "%SRCROOT%": om.ArtifactLocation(description=om.Message(text="The root of the repository."))
        },
        column_kind="unicodeCodePoints",
        results=[
            _result(finding, index[finding.rule], level[finding.rule])
            for finding in ranked(report)[:MAX_RESULTS]
        ],
    )  # fmt: skip
    return om.SarifLog(schema_uri=SCHEMA, version="2.1.0", runs=[run])


def _result(finding: Finding, rule_index: int, level: str) -> om.Result:
    import sarif_om as om

    related = finding.related[:_MAX_RELATED]
    steps = [om.ThreadFlowLocation(location=_location(step)) for step in finding.flow[:_MAX_STEPS]]
    fingerprints = {"primaryLocationLineHash": finding.line_hash, "mlscan/v1": finding.fingerprint}
    return om.Result(
        rule_id=finding.rule,
        rule_index=rule_index,
        level=level,
        message=om.Message(text=_message(finding, related)),
        locations=[_location(finding.place, labelled=False)],
        related_locations=[_location(place, number) for number, place in enumerate(related, 1)] or None,
        code_flows=[om.CodeFlow(thread_flows=[om.ThreadFlow(locations=steps)])] if steps else None,
        partial_fingerprints={name: value for name, value in fingerprints.items() if value} or None,
        properties={
            "confidence": finding.confidence.word,
            "evidence": list(finding.evidence),
            **({"commit": finding.past.commit, "commitDate": finding.past.date} if finding.past else {}),
        },
    )


def _message(finding: Finding, related: tuple[Place, ...]) -> str:
    """The message with links to the related places, which GitHub shows only when they are linked."""
    text = _LOOKS_LINKED.sub(r"\\[", finding.message.strip().rstrip("."))
    if related:
        links = ", ".join(f"[{_link(place)}]({number})" for number, place in enumerate(related, 1))
        text = f"{text}; see {links}"
    cell = finding.place.cell
    return f"{text} ({cell}, line {cell.line})." if cell is not None else sentence(text)


def _link(place: Place) -> str:
    """The text of a link; a square bracket would end it."""
    said = place.note.strip().rstrip(".") or f"line {place.region.start_line}"
    return said.replace("[", "(").replace("]", ")")


def _location(place: Place, number: int = -1, labelled: bool = True) -> om.Location:
    """A place; `number` is the id a link in the message points to, -1 for none."""
    import sarif_om as om

    region = om.Region(
        start_line=place.region.start_line,
        start_column=place.region.start_column,
        end_line=place.region.end_line,
        end_column=place.region.end_column,
    )
    label = sentence(place.note) if labelled else ""
    cell = place.cell
    logical = None
    if cell is not None:
        inside = f"cell[{cell.index - 1}]" if cell.index else "metadata"
        logical = [
            om.LogicalLocation(
                name=str(cell), fully_qualified_name=f"{inside}:line {cell.line}", kind="module"
            )
        ]  # fmt: skip
    return om.Location(
        id=number,
        physical_location=om.PhysicalLocation(artifact_location=_artifact(place.path), region=region),
        logical_locations=logical,
        message=om.Message(text=label) if label else None,
    )


def _artifact(path: str) -> om.ArtifactLocation:
    """A file by its percent-encoded URI, relative to the root of the repository."""
    import sarif_om as om

    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    return om.ArtifactLocation(uri=uri, uri_base_id="%SRCROOT%")


def _notification(note: Note) -> om.Notification:
    import sarif_om as om

    place: dict[str, Any] = {"artifact_location": _artifact(note.path)}
    if note.line:
        place["region"] = om.Region(start_line=note.line)
    return om.Notification(
        level="note" if note.kind == "skipped" else "warning",
        message=om.Message(text=sentence(f"{note.kind}: {note.message}")),
        locations=[om.Location(physical_location=om.PhysicalLocation(**place))],
    )

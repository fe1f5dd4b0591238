"""SARIF 2.1.0 as GitHub code scanning takes it: one run, every enabled rule, one result for each alert.

Suppressed findings are in it only if asked for: GitHub shows them as open alerts. It uses the first location
only, and takes a rule's severity from `security-severity`. There are no snippets: what stands around a
finding may be secret.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlscan import __version__
from mlscan.model import Note, Report
from mlscan.report.prose import sentence
from mlscan.report.sarif_alerts import Alert, alerts
from mlscan.report.sarif_json import plain
from mlscan.report.sarif_limits import fitted
from mlscan.report.sarif_places import artifact
from mlscan.report.sarif_results import result
from mlscan.report.sarif_rules import HOME, descriptor
from mlscan.report.style import PLAIN, Style

if TYPE_CHECKING:
    import sarif_om as om

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: Report, style: Style = PLAIN) -> str:
    """The log, highest severity first, the same bytes for the same report; as much of it as GitHub takes."""

    def write(found: Sequence[Alert], with_paths: bool) -> str:
        log = plain(_log(report, found, style, with_paths))
        # Readers that look at the first bytes only expect the schema there.
        log = {"$schema": log["$schema"], "version": log["version"], **log}
        return json.dumps(log, indent=2, ensure_ascii=False) + "\n"

    return fitted(alerts(report, style.suppressed), write, style.tell)


def _log(report: Report, found: Sequence[Alert], style: Style, with_paths: bool) -> om.SarifLog:
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
            result(alert, index[alert.finding.rule], level[alert.finding.rule], style.suppressed, with_paths)
            for alert in found
        ],
        automation_details=_category(style.category) if style.category else None,
    )  # fmt: skip
    return om.SarifLog(schema_uri=SCHEMA, version="2.1.0", runs=[run])


def _category(name: str) -> om.RunAutomationDetails:
    """What stands before the last slash is the category, what follows would name a run (section 3.17.3)."""
    import sarif_om as om

    return om.RunAutomationDetails(id=f"{name.rstrip('/')}/")


def _notification(note: Note) -> om.Notification:
    import sarif_om as om

    place: dict[str, Any] = {"artifact_location": artifact(note.path)}
    if note.line:
        place["region"] = om.Region(start_line=note.line)
    return om.Notification(
        level="note" if note.kind == "skipped" else "warning",
        message=om.Message(text=sentence(f"{note.kind}: {note.message}")),
        locations=[om.Location(physical_location=om.PhysicalLocation(**place))],
    )

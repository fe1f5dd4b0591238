"""GitLab's secret detection report, schema 15.2.1: the findings of the family `secrets`, never a secret.

https://gitlab.com/gitlab-org/security-products/security-report-schemas. The schema asks for the time of the
scan, and a report must not depend on it: both times are `Style.epoch`. It asks for a commit too; a work tree
is none, and `0000000` says so, as GitLab's own analyser does where there is no git. `raw_source_code_extract`
is left out on purpose.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timezone
from typing import Any

from mlscan import __version__
from mlscan.model import Family, Finding, Report, Rule
from mlscan.report.prose import sentence
from mlscan.report.sarif_rules import HOME
from mlscan.report.style import PLAIN, Style
from mlscan.report.summary import ranked, rules_by_id, summarise, unanalysed
from mlscan.report.visible import one_line

_VERSION = "15.2.1"
_NO_COMMIT = "0000000"
# Lengths that the schema allows.
_MAX_NAME = 255
_MAX_SOLUTION = 7000
# The lowest `security-severity` of a severity, as GitHub draws the lines.
_SEVERITIES = ((9.0, "Critical"), (7.0, "High"), (4.0, "Medium"), (0.0, "Low"))
_TOOL = {"id": "mlscan", "name": "mlscan", "url": HOME, "version": __version__, "vendor": {"name": "mlscan"}}


def render(report: Report, style: Style = PLAIN) -> str:
    """One report, highest severity first."""
    rules = rules_by_id(report)
    found = (finding for finding in ranked(report) if rules[finding.rule].family is Family.SECRETS)
    time = datetime.fromtimestamp(style.epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    missing = unanalysed(summarise(report))
    document = {
        "version": _VERSION,
        "scan": {
            "analyzer": _TOOL,
            "scanner": _TOOL,
            "type": "secret_detection",
            "start_time": time,
            "end_time": time,
            "status": "success",
            "messages": [{"level": "warn", "value": missing}] if missing else [],
        },
        "vulnerabilities": [_vulnerability(finding, rules[finding.rule]) for finding in found],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _vulnerability(finding: Finding, rule: Rule) -> dict[str, Any]:
    region = finding.place.region
    message = one_line(finding.message)
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{HOME}#{finding.fingerprint}")),
        "category": "secret_detection",
        "name": one_line(rule.title)[:_MAX_NAME],
        "description": f"{sentence(message)} {sentence(rule.why)}",
        "severity": next(name for lowest, name in _SEVERITIES if rule.score >= lowest),
        "solution": (finding.fix or rule.fix)[:_MAX_SOLUTION],
        "identifiers": [
            {"type": "mlscan_rule_id", "name": f"mlscan {rule.id}", "value": rule.id},
            *(_weakness(number) for number in rule.cwe),
        ],
        "links": [{"url": link} for link in rule.references],
        "location": {
            "file": finding.place.path,
            "start_line": region.start_line,
            "end_line": region.end_line,
            "commit": {"sha": _NO_COMMIT},
        },
    }


def _weakness(number: int) -> dict[str, str]:
    return {
        "type": "cwe",
        "name": f"CWE-{number}",
        "value": str(number),
        "url": f"https://cwe.mitre.org/data/definitions/{number}.html",
    }

"""GitLab's two reports: every property its schemas require, no more than they allow, no secret.

Checked is what `security-report-schemas` 15.2.1 (secret-detection-report-format.json) and GitLab's
`codeclimate.json` say; the schemas themselves are GitLab's and not copied.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from typing import Any

import pytest
from report_samples import EMPTY, FULL, IN_NOTEBOOK, IN_PYTHON, NOTES, RULES, TOKEN

from mlscan.model import Report
from mlscan.report import gl_code_quality, gl_secret_detection
from mlscan.report.style import Style

TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
SEVERITIES = {"Info", "Unknown", "Low", "Medium", "High", "Critical"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["scan", "version", "vulnerabilities"],
    "properties": {
        "version": {"const": "15.2.1"},
        "scan": {
            "required": ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
            "properties": {
                "analyzer": {"$ref": "#/$defs/tool"},
                "scanner": {"$ref": "#/$defs/tool"},
                "start_time": {"pattern": f"^{TIME.pattern}$"},
                "end_time": {"pattern": f"^{TIME.pattern}$"},
                "status": {"enum": ["success", "failure"]},
                "type": {"const": "secret_detection"},
                "messages": {
                    "items": {
                        "required": ["level", "value"],
                        "properties": {
                            "level": {"enum": ["info", "warn", "fatal"]},
                            "value": {"type": "string", "minLength": 1},
                        },
                    }
                },
            },
        },
        "vulnerabilities": {
            "items": {
                "required": ["id", "identifiers", "location", "category", "name", "description", "severity"],
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "name": {"type": "string", "maxLength": 255},
                    "severity": {"enum": sorted(SEVERITIES)},
                    "solution": {"type": "string", "maxLength": 7000},
                    "identifiers": {
                        "minItems": 1,
                        "items": {
                            "required": ["type", "name", "value"],
                            "properties": {
                                "value": {"type": "string", "minLength": 1},
                                "url": {"pattern": "^(https?|ftp)://.+"},
                            },
                        },
                    },
                    "links": {
                        "items": {
                            "required": ["url"],
                            "properties": {"url": {"pattern": "^(https?|ftp)://.+"}},
                        }
                    },
                    "location": {
                        "required": ["commit", "file", "start_line"],
                        "properties": {
                            "commit": {"required": ["sha"]},
                            "start_line": {"type": "integer", "minimum": 1},
                        },
                    },
                    "raw_source_code_extract": False,
                },
            }
        },
    },
    "$defs": {
        "tool": {
            "required": ["id", "name", "version", "vendor"],
            "properties": {
                "url": {"pattern": "^https?://.+"},
                "vendor": {"type": "object", "required": ["name"]},
            },
        }
    },
}


def detection(report: Report, style: Style | None = None) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gl_secret_detection.render(report, style or Style()))
    return document


@pytest.mark.parametrize("report", [FULL, EMPTY, Report()], ids=["full", "empty", "nothing"])
def test_secret_detection_has_what_the_schema_requires(report: Report) -> None:
    import jsonschema

    jsonschema.Draft202012Validator(SCHEMA).validate(detection(report))


def test_secret_detection_holds_secrets_only() -> None:
    found = detection(FULL)["vulnerabilities"]
    assert [entry["location"]["file"] for entry in found] == [
        "notebooks/größe und maß.ipynb",
        "src/train.py",
    ]
    assert {entry["identifiers"][0]["value"] for entry in found} == {TOKEN.id}
    assert found[0]["identifiers"][1] == {
        "type": "cwe",
        "name": "CWE-798",
        "value": "798",
        "url": "https://cwe.mitre.org/data/definitions/798.html",
    }
    assert detection(EMPTY)["vulnerabilities"] == []


def test_secret_detection_has_stable_ids_and_times() -> None:
    first, second = (detection(Report((finding,), rules=RULES)) for finding in (IN_PYTHON, IN_NOTEBOOK))
    ids = [one["vulnerabilities"][0]["id"] for one in (first, second)]
    assert len(set(ids)) == 2
    assert [str(uuid.UUID(one)) for one in ids] == ids
    moved = replace(IN_PYTHON, place=replace(IN_PYTHON.place, region=IN_NOTEBOOK.place.region))
    assert detection(Report((moved,), rules=RULES))["vulnerabilities"][0]["id"] == ids[0]
    assert first["scan"]["start_time"] == first["scan"]["end_time"] == "1970-01-01T00:00:00"
    assert detection(FULL, Style(epoch=1_700_000_000))["scan"]["end_time"] == "2023-11-14T22:13:20"


@pytest.mark.parametrize(
    ("score", "severity"),
    [(9.8, "Critical"), (9.0, "Critical"), (8.9, "High"), (4.0, "Medium"), (0.1, "Low")],
)
def test_secret_detection_grades_by_score(score: float, severity: str) -> None:
    rules = tuple(replace(rule, score=score) for rule in RULES)
    assert detection(Report((IN_PYTHON,), rules=rules))["vulnerabilities"][0]["severity"] == severity


def test_secret_detection_says_what_was_not_analysed() -> None:
    assert detection(Report(notes=NOTES, rules=RULES))["scan"]["messages"] == [
        {"level": "warn", "value": "1 file could not be read, 1 file could not be parsed"}
    ]


def test_code_quality_has_what_the_widget_reads() -> None:
    violations = json.loads(gl_code_quality.render(FULL))
    assert [violation["severity"] for violation in violations] == ["critical", "critical", "major", "info"]
    assert violations[1] == {
        "description": "Hugging Face token `hf_a…9Z` stands in the code.",
        "check_name": "huggingface-token",
        "fingerprint": IN_PYTHON.fingerprint,
        "severity": "critical",
        "location": {"path": "src/train.py", "lines": {"begin": 12, "end": 12}},
    }
    assert violations[0]["description"].endswith(" (cell 3, line 4).")
    assert json.loads(gl_code_quality.render(EMPTY)) == []
    assert not gl_code_quality.render(FULL).startswith("\ufeff")


def test_neither_holds_suppressed_findings_nor_the_source() -> None:
    for text in (gl_code_quality.render(FULL), gl_secret_detection.render(FULL, Style(suppressed=True))):
        assert "Silenced" not in text
        assert "TOKEN =" not in text

"""The JSON report: what a program relies on."""

from __future__ import annotations

import json
from dataclasses import replace

from report_samples import EMPTY, FULL, IN_PYTHON, RULES, place

from mlscan import __version__
from mlscan.cli.output import encoded
from mlscan.model import Counters, Report
from mlscan.report import json_report
from mlscan.report.style import Style


def test_shape() -> None:
    document = json.loads(json_report.render(FULL))
    assert list(document) == ["version", "tool", "findings", "notes", "summary"]
    assert document["version"] == 1
    assert document["tool"] == {"name": "mlscan", "version": __version__}


def test_positions_are_one_based_and_of_the_raw_file() -> None:
    notebook = json.loads(json_report.render(FULL))["findings"][2]
    assert (notebook["line"], notebook["column"], notebook["end_line"], notebook["end_column"]) == (
        45,
        17,
        45,
        26,
    )
    assert notebook["cell"] == {"index": 3, "id": "ab12", "part": "source", "line": 4, "column": 8}
    assert notebook["fix"] == "Clear the cell"


def test_suppressed_findings_are_apart_and_only_there_if_asked_for() -> None:
    assert "Silenced" not in json_report.render(FULL)
    document = json.loads(json_report.render(FULL, Style(suppressed=True)))
    assert list(document) == ["version", "tool", "findings", "suppressed", "notes", "summary"]
    assert document["summary"]["findings"] == len(document["findings"]) == 4
    assert [entry["suppression"] for entry in document["suppressed"]] == [
        {"kind": "inline", "by": "comment", "reason": "a fake"}
    ]


def test_summary_counts() -> None:
    assert json.loads(json_report.render(FULL))["summary"] == {
        "files": 41,
        "bytes": 123456,
        "findings": 4,
        "by_severity": {"error": 2, "warning": 1, "note": 1},
        "by_rule": {"huggingface-token": 2, "deploy-without-approval": 1, "gate-unverified": 1},
        "suppressed": 1,
        "suppressed_by": {"comments": 1},
        "unreadable": 1,
        "unparsed": 1,
        "skipped": 1,
    }


def test_time_is_not_in_it() -> None:
    slower = replace(EMPTY, counters=Counters(files=3, bytes=10, seconds=99.0))
    assert json_report.render(slower) == json_report.render(EMPTY)


def test_path_that_is_not_utf8_is_still_json() -> None:
    path = b"caf\xe9.py".decode("utf-8", "surrogateescape")
    report = Report((replace(IN_PYTHON, place=place(path, 1, 1)),), rules=RULES)
    assert json.loads(encoded(json_report.render(report)))["findings"][0]["path"] == path

"""SARIF: valid by the schema, complete for GitHub, always the same bytes, quoting nothing of the source."""

from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from report_samples import (
    DEPLOY,
    EMPTY,
    FULL,
    IN_NOTEBOOK,
    IN_PYTHON,
    IN_WORKFLOW,
    RULES,
    SILENCED,
    TOKEN,
    UNVERIFIED,
    place,
)

from mlscan.model import Finding, Note, Region, Report, Suppression
from mlscan.report import sarif, sarif_limits
from mlscan.report.sarif_json import plain
from mlscan.report.sarif_limits import MAX_RESULTS
from mlscan.report.sarif_rules import descriptor, tags
from mlscan.report.style import PLAIN, Style

SCHEMA = json.loads(
    (Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8-sig")
)


def run_of(report: Report, style: Style = PLAIN) -> dict[str, Any]:
    log = json.loads(sarif.render(report, style))
    assert len(log["runs"]) == 1
    run: dict[str, Any] = log["runs"][0]
    return run


def result_of(finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = run_of(Report(findings=(finding,), rules=RULES))["results"][0]
    return result


@pytest.mark.parametrize("report", [FULL, EMPTY, Report()], ids=["full", "empty", "nothing"])
def test_valid_by_the_schema(report: Report) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert [error.message for error in validator.iter_errors(json.loads(sarif.render(report)))] == []


def test_empty_run_has_results_so_that_alerts_close() -> None:
    run = run_of(EMPTY)
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_rules_are_the_same_whatever_the_findings() -> None:
    rules = run_of(FULL)["tool"]["driver"]["rules"]
    assert rules == run_of(EMPTY)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(rule.id for rule in RULES)


def test_rule_has_everything_github_requires() -> None:
    for rule in run_of(FULL)["tool"]["driver"]["rules"]:
        assert re.fullmatch(r"([A-Z][a-z0-9]*)+", rule["name"])
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in {"note", "warning", "error"}
        assert rule["properties"]["precision"] in {"very-high", "high", "medium", "low"}
        assert re.fullmatch(r"\d+\.\d", rule["properties"]["security-severity"])
        assert "security" in rule["properties"]["tags"]


def test_help_says_why_fix_references_and_how_to_suppress() -> None:
    markdown = plain(descriptor(TOKEN))["help"]["markdown"]
    for part in (TOKEN.why, TOKEN.fix, TOKEN.references[0], "# mlscan: ignore[huggingface-token] reason"):
        assert part in markdown


def test_tags_hold_family_and_padded_cwe_and_are_limited() -> None:
    assert tags(DEPLOY) == ["promotion", "security", "external/cwe/cwe-862", "external/cwe/cwe-079"]
    assert len(tags(replace(DEPLOY, tags=tuple(f"t{number}" for number in range(40))))) == 20


def test_long_descriptions_are_cut_to_what_github_takes() -> None:
    text = plain(descriptor(replace(TOKEN, why="word " * 500)))["fullDescription"]["text"]
    assert len(text) <= 1024
    assert text.endswith("…")


def test_level_is_on_every_result_and_agrees_with_its_rule() -> None:
    run = run_of(FULL)
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert result["level"] in {"note", "warning", "error"}
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_warning_under_an_error_rule_stays() -> None:
    import sarif_om as om

    rule = om.ReportingDescriptor(id="x", default_configuration=om.ReportingConfiguration(level="error"))
    result = om.Result(message=om.Message(text="x"), level="warning", rule_index=0)
    assert plain(rule)["defaultConfiguration"] == {"level": "error"}
    assert plain(result) == {"message": {"text": "x"}, "level": "warning", "ruleIndex": 0}


def test_results_are_sorted_worst_first_and_independent_of_order() -> None:
    run = run_of(FULL)
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning", "note"]
    shuffled = replace(FULL, findings=FULL.findings[::-1], notes=FULL.notes[::-1], rules=RULES[::-1])
    assert sarif.render(shuffled) == sarif.render(FULL) == sarif.render(FULL)


def test_uris_are_relative_and_percent_encoded() -> None:
    result = result_of(IN_NOTEBOOK)
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "notebooks/gr%C3%B6%C3%9Fe%20und%20ma%C3%9F.ipynb",
        "uriBaseId": "%SRCROOT%",
    }
    assert "uri" not in run_of(FULL)["originalUriBaseIds"]["%SRCROOT%"]


def test_path_that_is_not_utf8_is_encoded_byte_by_byte() -> None:
    path = b"caf\xe9#1:2.py".decode("utf-8", "surrogateescape")
    result = result_of(replace(IN_PYTHON, place=place(path, 1, 1)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "caf%E9%231%3A2.py"


def test_message_ends_with_a_full_stop_and_names_the_cell() -> None:
    assert result_of(IN_PYTHON)["message"]["text"] == "Hugging Face token `hf_a…9Z` stands in the code."
    assert result_of(IN_NOTEBOOK)["message"]["text"].endswith(" (cell 3, line 4).")
    assert result_of(replace(IN_PYTHON, message="Done."))["message"]["text"] == "Done."


def test_cell_is_a_logical_location_and_the_region_that_of_the_raw_file() -> None:
    location = result_of(IN_NOTEBOOK)["locations"][0]
    assert location["logicalLocations"] == [
        {"name": "cell 3", "fullyQualifiedName": "cell[2]:line 4", "kind": "module"}
    ]
    assert location["physicalLocation"]["region"] == {
        "startLine": 45, "startColumn": 17, "endLine": 45, "endColumn": 26
    }  # fmt: skip
    assert run_of(FULL)["columnKind"] == "unicodeCodePoints"


def test_related_places_are_linked_from_the_message() -> None:
    result = result_of(IN_NOTEBOOK)
    assert "see [imported (here)](1)" in result["message"]["text"]
    assert [location["id"] for location in result["relatedLocations"]] == [1]
    assert "relatedLocations" not in result_of(IN_PYTHON)


def test_brackets_of_a_message_are_no_link() -> None:
    text = result_of(replace(IN_PYTHON, message="list[0] and [x](1)"))["message"]["text"]
    assert text == "list[0] and \\[x](1)."


def test_flow_becomes_a_code_flow() -> None:
    flows = [result["codeFlows"] for result in run_of(FULL)["results"] if "codeFlows" in result]
    assert len(flows) == 1
    steps = flows[0][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in steps] == [
        "push to main starts the workflow.",
        "the model is deployed.",
    ]


def test_fingerprints_are_those_of_the_finding() -> None:
    assert result_of(IN_PYTHON)["partialFingerprints"] == {
        "primaryLocationLineHash": IN_PYTHON.line_hash,
        "mlscan/v1": IN_PYTHON.fingerprint,
    }
    assert "partialFingerprints" not in result_of(IN_NOTEBOOK)


def test_suppressed_findings_and_the_category_are_left_out() -> None:
    text = sarif.render(FULL)
    assert "Silenced" not in text
    assert "suppressions" not in text
    assert "automationDetails" not in text


def test_nothing_of_the_source_is_quoted() -> None:
    text = sarif.render(FULL)
    assert "snippet" not in text
    assert "contextRegion" not in text
    for finding in FULL.findings:
        for spot in (finding.place, *finding.related, *finding.flow):
            assert not spot.excerpt or json.dumps(spot.excerpt, ensure_ascii=False) not in text


def test_notes_are_notifications_of_a_successful_run() -> None:
    (invocation,) = run_of(FULL)["invocations"]
    assert invocation["executionSuccessful"] is True
    notices = invocation["toolExecutionNotifications"]
    assert [(notice["level"], notice["message"]["text"]) for notice in notices] == [
        ("warning", "unparsed: invalid syntax."),
        ("note", "skipped: larger than 50000000 bytes."),
        ("warning", "unreadable: permission denied."),
    ]
    assert notices[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}


def test_more_results_than_github_takes_are_cut_worst_kept() -> None:
    mild = tuple(replace(UNVERIFIED, message=f"m{number}") for number in range(MAX_RESULTS))
    report = Report(findings=(*mild, IN_PYTHON), rules=RULES, notes=(Note("a", "unparsed", "b"),))
    told: list[str] = []
    results = run_of(report, Style(tell=told.append))["results"]
    assert len(results) == MAX_RESULTS == 25_000
    assert results[0]["ruleId"] == "huggingface-token"
    assert told == [
        "1 finding left out of the SARIF file: GitHub takes 25000 results, the most severe stay"
    ]  # fmt: skip


def test_a_file_too_large_for_github_loses_paths_first_and_then_the_mildest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = random.Random(5)
    step = place("a.yml", 1, 1)
    findings = tuple(
        replace(IN_WORKFLOW, message=f"{draw.random()}", flow=(replace(step, note=f"{draw.random()}"),) * 9)
        for _ in range(200)
    )
    report = Report(findings=(*findings, IN_PYTHON), rules=RULES)
    whole = len(gzip.compress(sarif.render(report).encode(), 6))
    bare = replace(report, findings=tuple(replace(finding, flow=()) for finding in report.findings))
    told: list[str] = []
    style = Style(tell=told.append)

    monkeypatch.setattr(sarif_limits, "MAX_GZIPPED", whole - 1)
    assert sarif.render(report, style) == sarif.render(bare)
    assert told.pop() == "the paths of findings are left out of the SARIF file: GitHub takes 10 MB gzipped"

    monkeypatch.setattr(sarif_limits, "MAX_GZIPPED", whole // 4)
    text = sarif.render(report, style)
    assert len(gzip.compress(text.encode(), 6)) <= whole // 4
    results = json.loads(text)["runs"][0]["results"]
    assert results[0]["ruleId"] == "huggingface-token"
    assert 0 < len(results) < 201
    assert f"{201 - len(results)} findings left out of the SARIF file: GitHub takes 10 MB" in told[-1]


def test_suppressed_findings_carry_suppressions_and_so_does_every_other() -> None:
    excluded = replace(SILENCED, suppressed=Suppression("baseline", "x"), line_hash="7:1")
    report = replace(FULL, findings=(excluded, *FULL.findings))
    results = run_of(report, Style(suppressed=True))["results"]
    assert [result["suppressions"] for result in results] == [
        [], [], [], [],
        [{"kind": "external", "justification": "x"}], [{"kind": "inSource", "justification": "a fake"}],
    ]  # fmt: skip
    assert "suppressions" not in sarif.render(report)


def test_the_category_is_written_only_if_asked_for_and_ends_with_a_slash() -> None:
    assert run_of(FULL, Style(category="models"))["automationDetails"] == {"id": "models/"}
    assert run_of(FULL, Style(category="a/b/"))["automationDetails"] == {"id": "a/b/"}


def test_findings_of_one_rule_on_one_line_are_one_result() -> None:
    beside = replace(
        IN_PYTHON,
        message="Another [token](1)",
        place=place("src/train.py", 12, 40),
        fingerprint="ffff",
        flow=(),
    )
    (result,) = run_of(Report((IN_PYTHON, beside), rules=RULES))["results"]
    assert result["message"]["text"] == (
        "Hugging Face token `hf_a…9Z` stands in the code; see [also here: Another (token)(1)](1)."
    )
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["startColumn"] == 40
    assert result["partialFingerprints"]["mlscan/v1"] == IN_PYTHON.fingerprint
    assert result["properties"]["otherFingerprints"] == ["ffff"]
    elsewhere = replace(beside, line_hash="5:1")
    another_rule = replace(beside, rule="gate-unverified")
    assert len(run_of(Report((IN_PYTHON, elsewhere, another_rule), rules=RULES))["results"]) == 3


def test_a_region_is_on_one_line_so_that_a_pull_request_shows_it() -> None:
    long = replace(IN_PYTHON, place=replace(IN_PYTHON.place, region=Region(12, 9, 40, 3)))
    assert result_of(long)["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 12, "startColumn": 9, "endLine": 12, "endColumn": 18
    }  # fmt: skip

"""JUnit and CSV: well-formed whatever a repository calls its files, and inert in a spreadsheet."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import EMPTY, FULL, IN_NOTEBOOK, IN_PYTHON, RULES, place

from mlscan.model import Report
from mlscan.report import csv_report, github, junit
from mlscan.report.style import Style


def suites(report: Report, style: Style | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(junit.render(report, style or Style()).encode())


def rows(report: Report, style: Style | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_report.render(report, style or Style()))))


def test_junit_has_a_suite_for_each_file_and_a_failure_for_each_finding() -> None:
    root = suites(FULL)
    assert root.attrib == {"name": "mlscan", "tests": "6", "failures": "4"}
    names = [suite.get("name") for suite in root]
    assert names == sorted(names, key=str)
    assert {"src/train.py", "broken.py", "locked.py"} <= set(names)
    for suite in root:
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))
        assert suite.get("errors") == "0"
        for case in cases:
            assert case.get("name")
            assert case.get("classname")
            assert "time" not in case.attrib


def test_junit_names_a_case_by_what_stays_when_lines_move() -> None:
    (case,) = suites(Report((IN_PYTHON,), rules=RULES)).iter("testcase")
    assert case.get("name") == "huggingface-token 0f1e2d3c4b5a6978"
    assert (case.get("classname"), case.get("file"), case.get("line")) == (
        "src/train.py",
        "src/train.py",
        "12",
    )
    (failure,) = case
    assert failure.get("message") == "src/train.py:12:9: Hugging Face token `hf_a…9Z` stands in the code"
    assert failure.get("type") == "error"
    assert "Fix: Revoke the token" in str(failure.text)


def test_junit_of_nothing_is_a_test_that_passed() -> None:
    (case,) = suites(EMPTY).iter("testcase")
    assert list(case) == []


def test_junit_skips_what_is_suppressed() -> None:
    assert "Silenced" not in junit.render(FULL)
    skipped = [case.get("message") for case in suites(FULL, Style(suppressed=True)).iter("skipped")]
    assert "suppressed by comment: a fake" in skipped


@given(st.text(max_size=40))
def test_junit_and_csv_hold_any_text(text: str) -> None:
    finding = replace(
        IN_PYTHON, message=text, fix=f"a{text}\n]]>{text}", place=place(text or "a", 1, 1), fingerprint="f"
    )
    report = Report((finding,), rules=RULES)
    assert len(list(suites(report).iter("failure"))) == 1
    (row,) = rows(report)
    assert row["fingerprint"] == "f"


def test_csv_has_a_row_for_each_finding_worst_first() -> None:
    found = rows(FULL)
    assert list(found[0]) == list(csv_report.COLUMNS)
    assert [row["severity"] for row in found] == ["error", "error", "warning", "note"]
    assert found[0]["cell"] == "cell 3, line 4"
    assert (found[1]["path"], found[1]["line"], found[1]["end_column"]) == ("src/train.py", "12", "18")
    assert {row["suppressed"] for row in found} == {""}
    assert rows(FULL, Style(suppressed=True))[-1]["suppressed"] == "comment: a fake"
    assert rows(EMPTY) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\t=", "\r=", "＝", "＋", "－", "＠"])
def test_csv_holds_no_formula(start: str) -> None:
    formula = f"{start}HYPERLINK(1,2)"
    (row,) = rows(
        Report((replace(IN_NOTEBOOK, message=formula, fix=formula, place=place(formula, 1, 1)),), rules=RULES)
    )
    for column in ("message", "fix", "path"):
        assert row[column].lstrip()[0] in ("'", "\ufffd")
    assert rows(Report((IN_NOTEBOOK,), rules=RULES))[0]["path"] == "notebooks/größe und maß.ipynb"


def test_github_says_when_it_shows_only_some() -> None:
    many = Report(tuple(replace(IN_PYTHON, message=f"m{number}") for number in range(11)), rules=RULES)
    assert github.render(many).splitlines()[-1] == (
        "mlscan: 11 errors in 0 files, of which GitHub shows 10 of a kind"
    )
    assert "of a kind" not in github.render(FULL)

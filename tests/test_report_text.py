"""The reports for people: text, concise, github; and the safety of what they print."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_samples import EMPTY, FULL, IN_NOTEBOOK, IN_PYTHON, IN_WORKFLOW, RULES, place

from mlscan.model import Cell, Counters, Finding, Note, Report
from mlscan.report import concise, github, text
from mlscan.report.formats import NAMES, renderer
from mlscan.report.palette import Palette
from mlscan.report.prose import first_sentence
from mlscan.report.style import Style
from mlscan.report.visible import columns, visible


def only(finding: Finding) -> Report:
    return Report(findings=(finding,), rules=RULES, counters=Counters(files=1))


def test_text_shows_code_reason_remedy_and_the_comment_to_paste() -> None:
    assert text.render(only(IN_PYTHON)) == (
        """\
error[huggingface-token]: Hugging Face token `hf_a…9Z` stands in the code
  --> src/train.py:12:9
   |
12 | TOKEN = "hf_a…9Z"
   |         ^^^^^^^^^
   |
   = why: Whoever reads the file can push models in your name.
   = fix: Revoke the token and read it from HF_TOKEN
   = ignore: add the comment `# mlscan: ignore[huggingface-token] reason`
   = explain: mlscan explain huggingface-token

Found 1 error in 1 of 1 file.
"""
    )


def test_text_of_a_notebook_counts_within_the_cell_and_shows_related_places() -> None:
    assert text.render(only(IN_NOTEBOOK), Style(verbosity=-1)) == (
        """\
error[huggingface-token]: Hugging Face token `hf_b…8Y` stands in the code.
 --> notebooks/größe und maß.ipynb:cell 3:4:8
  |
4 | login("hf_b…8Y")
  |       ^^^^^^^^^
 ::: src/train.py:3:1
  |
3 | import x
  | - imported [here]
  |
  = why: Whoever reads the file can push models in your name.
  = fix: Clear the cell
  = ignore: add the comment `# mlscan: ignore[huggingface-token] reason`
  = explain: mlscan explain huggingface-token
"""
    )


def test_text_lists_the_steps_of_a_flow() -> None:
    shown = text.render(only(IN_WORKFLOW))
    assert "= path: 2 steps\n" in shown
    assert "1. .github/workflows/cd.yml:2:3: push to main starts the workflow\n" in shown


def test_text_is_in_path_order_with_counts_of_everything() -> None:
    shown = text.render(FULL)
    places = [line.split("--> ")[1] for line in shown.splitlines() if "--> " in line]
    assert places == sorted(places)
    assert shown.endswith(
        "unparsed: broken.py:7: invalid syntax\n"
        "unreadable: locked.py: permission denied\n\n"
        "Found 2 errors, 1 warning, 1 note in 4 of 41 files.\n"
        "1 finding suppressed.\n"
        "1 file could not be read, 1 file could not be parsed.\n"
        "1 file skipped (-v says why).\n"
    )


def test_text_without_findings() -> None:
    assert text.render(EMPTY) == "No findings in 3 files.\n"
    assert text.render(EMPTY, Style(verbosity=-1)) == ""


def test_verbose_adds_evidence_suppressed_findings_and_all_notes() -> None:
    shown = text.render(FULL, Style(verbosity=1))
    assert "= evidence: prefix; checksum holds (high confidence)" in shown
    assert "suppressed[huggingface-token]: tests/data.py:1:1 by comment: a fake" in shown
    assert "skipped: data/big.csv" in shown
    assert "skipped: data/big.csv" not in text.render(FULL)


def test_many_notes_are_folded() -> None:
    notes = tuple(Note(f"{number}.py", "unparsed", "invalid syntax") for number in range(9))
    report = Report(notes=notes, rules=RULES)
    assert "... and 4 more (-v lists them)" in text.render(report)
    assert "more" not in text.render(report, Style(verbosity=1))


def test_no_comment_is_offered_where_none_can_stand() -> None:
    output = replace(IN_NOTEBOOK.place, cell=Cell(3, 1, 1, part="output 1"))
    assert "= ignore" not in text.render(only(replace(IN_NOTEBOOK, place=output)))
    assert "= ignore" not in text.render(only(replace(IN_PYTHON, place=place("a.json", 1, 1))))


def test_statistics_count_by_rule_most_frequent_first() -> None:
    shown = text.render(FULL, Style(statistics=True))
    assert (
        "2  error    huggingface-token        Hugging Face access token in a file\n1  warning  deploy"
        in shown
    )


def test_colour_only_when_asked() -> None:
    assert "\x1b[" not in text.render(FULL)
    coloured = text.render(FULL, Style(Palette(on=True)))
    assert "\x1b[1;31merror[huggingface-token]\x1b[0m" in coloured


def test_a_scanned_file_cannot_drive_the_terminal() -> None:
    evil = "\x1b[2J\r\x07\u202eevil\u2028"
    spot = place(f"{evil}.py", 1, 1, excerpt=evil, note=evil)
    finding = Finding("huggingface-token", f"x {evil}", spot, related=(spot,), flow=(spot,), fix=evil)
    report = Report((finding,), (Note(f"{evil}.py", "unparsed", evil),), RULES)
    for name in ("text", "concise"):
        shown = renderer(name)(report, Style(verbosity=1))
        assert not set(shown) & set("\x1b\r\x07\u202e\u2028")
    assert all("\n::" not in line for line in github.render(report).split("::error")[1:])


def test_carets_stand_under_wide_characters_and_tabs() -> None:
    excerpt = '\t名前 = "hf_…"'
    spot = place("a.py", 1, 7, excerpt=excerpt, excerpt_column=7, excerpt_width=6)
    lines = text.render(only(replace(IN_PYTHON, place=spot))).splitlines()
    assert lines[3] == '1 |  名前 = "hf_…"'
    assert lines[4] == f"  | {' ' * 8}{'^' * 6}"


def test_widths() -> None:
    assert columns("名前") == 4
    assert columns("e\u0301") == 1
    assert visible("a\tb\x00é") == "a b\ufffdé"


def test_first_sentence() -> None:
    assert first_sentence("One e.g. two.\nThree. Four.") == "One e.g. two."
    assert first_sentence("no stop") == "no stop"


def test_concise_is_one_line_per_finding() -> None:
    assert concise.render(FULL) == (
        ".github/workflows/cd.yml:20:9 deploy-without-approval "
        "Job 'deploy' reaches production after any push to main\n"
        "a b/ci.yml:5:1 gate-unverified Environment 'prod' may have reviewers\n"
        "notebooks/größe und maß.ipynb:cell 3:4:8 huggingface-token "
        "Hugging Face token `hf_b…8Y` stands in the code.\n"
        "src/train.py:12:9 huggingface-token Hugging Face token `hf_a…9Z` stands in the code\n"
    )
    assert concise.render(EMPTY) == ""


def test_github_puts_the_worst_first_and_escapes() -> None:
    lines = github.render(FULL).splitlines()
    assert [line.split()[0] for line in lines] == ["::error", "::error", "::warning", "::notice", "mlscan:"]
    finding = replace(IN_PYTHON, message="50% of: a,b", place=place("a,b:c%.py", 2, 3))
    line = github.render(only(finding)).splitlines()[0]
    assert line == (
        "::error file=a%2Cb%3Ac%25.py,line=2,endLine=2,col=3,endColumn=11,"
        "title=huggingface-token%3A Hugging Face access token in a file"
        "::50%25 of: a,b%0AFix: Revoke the token and read it from HF_TOKEN"
    )


def test_github_of_a_clean_run_says_so() -> None:
    assert github.render(EMPTY) == "mlscan: no findings in 3 files\n"


@pytest.mark.parametrize("name", NAMES)
def test_every_format_gives_the_same_text_twice(name: str) -> None:
    render = renderer(name)
    again = replace(FULL, findings=FULL.findings[::-1], notes=FULL.notes[::-1])
    assert render(FULL, Style()) == render(again, Style())

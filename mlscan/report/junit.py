"""JUnit's XML, which every CI server shows as tests: a suite for each file, a failed case for each finding.

A case is named by rule and fingerprint, not by line: servers follow a test by its name. What could not be
analysed is a skipped case, and a report without any case gets one that passed. Times are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from xml.sax.saxutils import escape, quoteattr

from mlscan.model import Finding, Note, Report, Rule
from mlscan.report.style import PLAIN, Style
from mlscan.report.summary import ranked, rules_by_id
from mlscan.report.visible import one_line, visible

# What XML 1.0 cannot hold in any spelling, beyond what `visible` replaces.
_FORBIDDEN = re.compile("[\ufffe\uffff]")
_UNANALYSED = ("unparsed", "unreadable")


def render(report: Report, style: Style = PLAIN) -> str:
    """One document, suites in path order."""
    rules = rules_by_id(report)
    suites: dict[str, list[str]] = defaultdict(list)
    failures: dict[str, int] = defaultdict(int)
    for finding in sorted(ranked(report, style.suppressed), key=lambda finding: finding.sort_key):
        suites[finding.place.path].append(_case(finding, rules[finding.rule]))
        failures[finding.place.path] += finding.suppressed is None
    for note in sorted(report.notes):
        if note.kind in _UNANALYSED:
            suites[note.path].append(_skipped(note))
    if not suites:
        suites["mlscan"].append('    <testcase name="no findings" classname="mlscan"/>\n')
    total = sum(map(len, suites.values()))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<testsuites name="mlscan" tests="{total}" failures="{sum(failures.values())}">\n',
    ]
    for path in sorted(suites):
        skipped = sum("<skipped" in case for case in suites[path])
        counts = f'tests="{len(suites[path])}" failures="{failures[path]}" errors="0" skipped="{skipped}"'
        lines += [f"  <testsuite name={_quoted(path)} {counts}>\n", *suites[path], "  </testsuite>\n"]
    return "".join([*lines, "</testsuites>\n"])


def _case(finding: Finding, rule: Rule) -> str:
    message = f"{finding.place}: {one_line(finding.message)}"
    if finding.suppressed is not None:
        reason = f"suppressed by {finding.suppressed}"
        inside = f"      <skipped message={_quoted(reason)}/>\n"
    else:
        body = f"{rule.severity.level}[{rule.id}]: {message}\nWhy: {rule.why}\nFix: {finding.fix or rule.fix}"
        kind = f"type={_quoted(rule.severity.level)}"
        inside = f"      <failure message={_quoted(message)} {kind}>{_text(body)}</failure>\n"
    named = (
        f"name={_quoted(f'{rule.id} {finding.fingerprint}'.rstrip())} classname={_quoted(finding.place.path)}"
    )
    where = f'file={_quoted(finding.place.path)} line="{finding.place.region.start_line}"'
    return f"    <testcase {named} {where}>\n{inside}    </testcase>\n"


def _skipped(note: Note) -> str:
    message = _quoted(f"{note.kind}: {note.message}")
    named = f"name={_quoted(note.kind)} classname={_quoted(note.path)} file={_quoted(note.path)}"
    return f"    <testcase {named}>\n      <skipped message={message}/>\n    </testcase>\n"


def _quoted(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", one_line(text)))


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", "\n".join(map(visible, text.splitlines()))))

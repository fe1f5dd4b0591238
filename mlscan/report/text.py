"""The report for a person: every finding with its code, why it matters, how to mend it, how to silence it."""

from __future__ import annotations

from mlscan.model import Finding, Note, Place, Report, Rule
from mlscan.report import frame
from mlscan.report.prose import can_hold_comment, first_sentence, ignore_comment
from mlscan.report.statistics import table
from mlscan.report.style import PLAIN, Style
from mlscan.report.summary import counted, rules_by_id, severity_counts, summarise, suppressions, unanalysed
from mlscan.report.visible import one_line, visible

_NOTES_SHOWN = 5


def render(report: Report, style: Style = PLAIN) -> str:
    """Findings in path order, then what could not be analysed, then counts."""
    rules = rules_by_id(report)
    findings = sorted(report.active, key=lambda finding: finding.sort_key)
    blocks = ["\n".join(_finding(finding, rules[finding.rule], style)) for finding in findings]
    if style.statistics and findings:
        blocks.append(table(report, style.palette))
    if style.verbosity > 0 or style.suppressed:
        blocks += _suppressed(report)
    if style.verbosity >= 0:
        blocks += _notes(report.notes, style)
        blocks.append("\n".join(_footer(report, style)))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _finding(finding: Finding, rule: Rule, style: Style) -> list[str]:
    palette = style.palette
    width = frame.gutter_width((finding.place, *finding.related))
    head = palette.graded(f"{rule.severity.level}[{rule.id}]", rule.severity)
    lines = [f"{head}{palette.paint(f': {one_line(finding.message)}', 'strong')}"]
    lines += frame.primary(finding.place, rule.severity, width, palette)
    for place in finding.related:
        lines += frame.secondary(place, width, palette)
    bar = f"{' ' * width} {palette.paint('|', 'frame')}"
    if lines[-1] != bar:
        lines.append(bar)

    def detail(label: str, text: str) -> None:
        lines.append(f"{' ' * width} {palette.paint('=', 'frame')} {palette.paint(label, 'strong')}: {text}")

    if finding.flow:
        detail("path", counted(len(finding.flow), "step"))
        lines.extend(_step(number, step, width) for number, step in enumerate(finding.flow, 1))
    if style.verbosity > 0 and finding.evidence:
        detail(
            "evidence", f"{'; '.join(map(one_line, finding.evidence))} ({finding.confidence.word} confidence)"
        )
    detail("why", first_sentence(rule.why))
    first, *snippet = (finding.fix or rule.fix).splitlines()
    detail("fix", visible(first))
    lines.extend(f"{' ' * width}     {visible(line)}".rstrip() for line in snippet)
    if can_hold_comment(finding.place):
        detail("ignore", f"add the comment `{ignore_comment(rule.id)}`")
    detail("explain", f"mlscan explain {rule.id}")
    return lines


def _step(number: int, step: Place, width: int) -> str:
    said = one_line(step.note or step.excerpt)
    return f"{' ' * width}     {number}. {visible(str(step))}" + (f": {said}" if said else "")


def _suppressed(report: Report) -> list[str]:
    lines = []
    for finding in sorted(report.findings, key=lambda finding: finding.sort_key):
        if finding.suppressed is not None:
            place = visible(str(finding.place))
            lines.append(f"suppressed[{finding.rule}]: {place} by {one_line(str(finding.suppressed))}")
    return ["\n".join(lines)] if lines else []


def _notes(notes: tuple[Note, ...], style: Style) -> list[str]:
    """What was not analysed; files skipped on purpose only with `-v`."""
    shown = sorted(note for note in notes if style.verbosity > 0 or note.kind != "skipped")
    limit = len(shown) if style.verbosity > 0 else _NOTES_SHOWN
    lines = [_note(note) for note in shown[:limit]]
    if len(shown) > limit:
        lines.append(f"... and {len(shown) - limit} more (-v lists them)")
    return ["\n".join(lines)] if lines else []


def _note(note: Note) -> str:
    where = f"{note.path}:{note.line}" if note.line else note.path
    return f"{note.kind}: {visible(where)}: {one_line(note.message)}"


def _footer(report: Report, style: Style) -> list[str]:
    summary = summarise(report)
    palette = style.palette
    if summary.findings:
        where = f"in {summary.files_with_findings} of {counted(summary.files, 'file')}"
        worst = max(severity for severity, number in summary.by_severity.items() if number)
        lines = [f"{palette.graded(f'Found {severity_counts(summary)}', worst)} {where}."]
    else:
        lines = [f"{palette.paint('No findings', 'good')} in {counted(summary.files, 'file')}."]
    if summary.suppressed:
        lines.append(f"{visible(suppressions(summary))}.")
    if missing := unanalysed(summary):
        lines.append(f"{palette.paint(missing[0].upper() + missing[1:], 'warning')}.")
    if summary.skipped:
        lines.append(f"{counted(summary.skipped, 'file')} skipped (-v says why).")
    if style.verbosity > 0:
        lines.append(f"{summary.bytes:,} bytes in {report.counters.seconds:.2f} s.")
    return lines

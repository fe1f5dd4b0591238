"""The code frame of the text report: where something is, the line that stands there, and marks under it."""

from __future__ import annotations

from mlscan.model import Place, Severity
from mlscan.report.palette import Palette
from mlscan.report.visible import columns, one_line, visible


def gutter_width(places: tuple[Place, ...]) -> int:
    """How many columns the line numbers of these places need."""
    return max(len(str(line_number(place))) for place in places)


def line_number(place: Place) -> int:
    """The line a person counts: within the cell for a notebook, else within the file."""
    return place.region.start_line if place.cell is None else place.cell.line


def primary(place: Place, severity: Severity, width: int, palette: Palette) -> list[str]:
    """The frame of the place a finding is about, with carets in the colour of its severity."""
    marks = palette.graded(_marks(place, "^"), severity)
    return _frame("-->", place, marks, width, palette)


def secondary(place: Place, width: int, palette: Palette) -> list[str]:
    """The frame of a related place, with dashes and its note."""
    marks = palette.paint(f"{_marks(place, '-')} {one_line(place.note)}".rstrip(), "frame")
    return _frame(":::", place, marks, width, palette)


def _frame(arrow: str, place: Place, marks: str, width: int, palette: Palette) -> list[str]:
    bar = palette.paint("|", "frame")
    blank = f"{' ' * width} {bar}"
    where = f"{' ' * width}{palette.paint(arrow, 'frame')} {visible(str(place))}"
    if not place.excerpt:
        note = f" {one_line(place.note)}" if place.note and arrow == ":::" else ""
        return [where + note, blank]
    before = columns(visible(place.excerpt[: place.excerpt_column - 1]))
    number = palette.paint(f"{line_number(place):>{width}}", "frame")
    return [
        where,
        blank,
        f"{number} {bar} {visible(place.excerpt)}",
        f"{blank} {' ' * before}{marks}",
    ]


def _marks(place: Place, mark: str) -> str:
    start = place.excerpt_column - 1
    return mark * max(1, columns(visible(place.excerpt[start : start + place.excerpt_width])))

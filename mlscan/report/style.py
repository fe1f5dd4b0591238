"""How a report for people looks; the formats for programs take one and use nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlscan.report.palette import Palette


@dataclass(frozen=True, slots=True)
class Style:
    """`verbosity` is -1 for findings only, 0 for the usual report, 1 with evidence, suppressed and notes."""

    palette: Palette = field(default_factory=Palette)
    statistics: bool = False
    verbosity: int = 0


PLAIN = Style()

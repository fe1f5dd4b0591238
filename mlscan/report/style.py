"""What the user asked of a report beyond its format. A format uses what concerns it and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mlscan.report.palette import Palette


def silent(_line: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Style:
    """How to write a report.

    `verbosity` is -1 for findings only, 0 for the usual report, 1 with evidence, suppressed and notes.
    `suppressed` asks for the findings that do not count as well. `category` is what GitHub keeps several
    uploads of one commit apart by; empty for none. `epoch` is the time a format has to name, in seconds since
    1970. `tell` takes a line about what had to be left out of the report.
    """

    palette: Palette = field(default_factory=Palette)
    statistics: bool = False
    verbosity: int = 0
    suppressed: bool = False
    category: str = ""
    epoch: int = 0
    tell: Callable[[str], None] = silent


PLAIN = Style()

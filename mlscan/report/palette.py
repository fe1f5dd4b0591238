"""The few colours of the text report. A palette that is off returns every text as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mlscan.model import Severity

Role = Literal["error", "warning", "note", "frame", "strong", "good"]

# SGR parameters of ECMA-48; the sixteen basic colours, so that a terminal's own theme decides the shade.
_CODES: dict[Role, str] = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "frame": "34",
    "strong": "1",
    "good": "32",
}
_SEVERITIES: dict[Severity, Role] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}


@dataclass(frozen=True, slots=True)
class Palette:
    """Paints when `on`."""

    on: bool = False

    def paint(self, text: str, role: Role) -> str:
        """The text in the colour of its role."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.on and text else text

    def graded(self, text: str, severity: Severity) -> str:
        """The text in the colour of a severity."""
        return self.paint(text, _SEVERITIES[severity])

"""The style of the pages, and what lets it through their policy."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from markupsafe import Markup

BLANK = re.compile(r"\n\s*\n+")


def page_style() -> tuple[Markup, str]:
    """The style sheet, and the base64 of its SHA-256 for the policy: no other style gets through."""
    style = BLANK.sub("\n", (Path(__file__).parent / "page.css").read_text(encoding="utf-8"))
    return Markup(style), base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()  # noqa: S704

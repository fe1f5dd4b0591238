"""A name split into its words: `fraudModel_PRD-v2` is fraud, model, prd, v2. Never a substring match."""

from __future__ import annotations

import re

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")


def words(text: str) -> tuple[str, ...]:
    """The lower-case words of a name."""
    return tuple(_SEPARATORS.sub(" ", _CAMEL.sub(" ", text)).lower().split())

"""Which files are TypeScript or JavaScript that people write, by their paths."""

from __future__ import annotations

import re

SUFFIXES = (".ts", ".mts", ".cts", ".js", ".mjs", ".cjs")
_NOT_SOURCE = re.compile(
    r"(?:^|/)(?:node_modules|cdk\.out|\.next|__tests__|__mocks__)/|\.(?:test|spec|min|bundle|d)\.[cm]?[jt]s$"
)


def is_source(path: str) -> bool:
    """Whether a path is one of code people write: no test, no declaration, no bundle."""
    return path.endswith(SUFFIXES) and _NOT_SOURCE.search(path) is None

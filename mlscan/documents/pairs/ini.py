"""INI: `.pypirc`, `.databrickscfg`, boto and AWS credentials, pip.conf, MLflow's credentials, setup.cfg.

As `configparser` reads it: `=` or `:` after the name, `#` and `;` comments, no escapes. YAML that does not
parse (a template, a fragment in a README) is read by its lines in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mlscan.documents.lines import around
from mlscan.documents.pairs.pair import Pair, plain, unquoted

_NEAR = 200  # bytes between the end of a trigger and the ends of its pair
_LINE = re.compile(
    rb"(?m)^[ \t]*(?:-[ \t]+)?([\"']?)([A-Za-z_][\w.\-]{0,80})\1[ \t]*[=:][ \t]*([^\s][^\r\n]*)"
)
_COMMENT = re.compile(rb"[ \t][#;]")
_QUOTED = re.compile(rb"\"[^\"\n]*\"|'[^'\n]*'")


def pairs(text: bytes, offset: int = 0, ends: Sequence[int] | None = None) -> Iterator[Pair]:
    """Every name with a value on its line, or those near some offsets of the text."""
    if ends is None:
        yield from assignments(text, offset, "ini")
        return
    for start, end in around(text, ends, 0, len(text), _NEAR, _NEAR):
        yield from assignments(text[start:end], offset + start, "ini")


def assignments(text: bytes, offset: int, syntax: str) -> Iterator[Pair]:
    """`name = value` lines; quotes around the value and a comment behind it are left out."""
    for match in _LINE.finditer(text):
        raw = match[3]
        if quoted := _QUOTED.match(raw):
            raw = quoted[0]
        elif comment := _COMMENT.search(raw):
            raw = raw[: comment.start()]
        content, start, _ = unquoted(raw.rstrip(), match.start(3))
        start += offset
        yield Pair(plain(match[2]), plain(content), start, start + len(content), syntax)

"""A cheap look at the literals of Python before it is parsed: is there one that could be a credential?

Wide on purpose: what it lets through is judged on the tree. Parsing costs fifty times such a look.
"""

from __future__ import annotations

import re

from mlscan.secrets.judge import Judge
from mlscan.secrets.names import Names

# `name = "value"`, `"name": "value"`, `name: str = Field("value")`, `["NAME"] = "value"`, `"name", value=""`.
_NAMED = re.compile(
    rb"""([A-Za-z_][\w.\-]{1,60})(?=["'\])]{0,4}[ \t]{0,4}(?::[^=\n"'()]{1,40})?(?:[=:,(]|=>)\s{0,20}"""
    rb"""(?:[\w.]{1,30}\(\s{0,20})?(?:["']?\w{1,20}["']?\s?[=:]\s?)?[rbufRBUF]{0,2}"""
    rb"""["'](?:[Bb]earer |[Bb]asic |[Tt]oken )?([^"'\n]{3,300}))"""
)
_OPAQUE = re.compile(rb"""["']([\w\-+/=!@#$%^&*.~]{8,300})["']""")
_QUERY = re.compile(rb"(?i)[?&]\w{0,20}(?:key|token|sig|secret)=[\w\-%]{8}|://[^\s:/@]{0,80}:[^\s/@]{3,80}@")
_DIGIT, _LETTER = re.compile(rb"[0-9]"), re.compile(rb"[A-Za-z]")
_LONG = 16


def plausible(text: bytes, judge: Judge, names: Names) -> bool:
    """Whether parsing the text can find a credential."""
    for match in _NAMED.finditer(text):
        kind = names.kind(match[1].decode())
        if kind and judge.named(match[2].decode("utf-8", "replace").strip(), kind, sink=True).confidence:
            return True
    return bool(_QUERY.search(text)) or any(_opaque(match[1], judge) for match in _OPAQUE.finditer(text))


def _opaque(value: bytes, judge: Judge) -> bool:
    mixed = _DIGIT.search(value) and _LETTER.search(value)
    return bool(mixed or len(value) >= _LONG) and judge.is_random(value.decode("utf-8", "replace"))

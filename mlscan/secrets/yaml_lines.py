"""A cheap look at the lines of YAML before it is composed: is there a secret's name with a plausible value?

Wide on purpose: what it lets through is judged on the tree.
"""

from __future__ import annotations

import re

from mlscan.secrets.judge import Judge
from mlscan.secrets.names import Names

# `name: value`, `name=value`, `"name": "value"`, `--name value`; a block scalar or a list may follow.
_PAIR = re.compile(
    rb"""([A-Za-z_][\w.\-]{1,60})["']?[ \t]{0,9}(?:[:=][ \t]{0,20}|,?[ \t]{1,9}|(?=\r?\n))"""
    rb"""(?:\r?\n[ \t]{1,60}(?:-[ \t]{1,4})?)?(?=["']?([^\s"'#{}\[\]][^\s"']{0,200}))"""
)
# `- name: X` with its value beside it; a Secret, whose values are encoded.
_NAMED = re.compile(
    rb"""(?i)\b(?:name|key|parameterkey|variable)["']?[ \t]{0,9}[:=][ \t]{0,9}["']?([\w.\-]{2,60})"""
)
_SECRET = re.compile(rb"""\bkind["']?:[ \t]{0,9}["']?Secret\b""")
_SCHEMA = re.compile(rb"""(?m)^kind:[ \t]{0,9}["']?CustomResourceDefinition\b""")
_COMMAND = re.compile(
    rb"(?i)\b(?:mysql|curl|sshpass|redis-cli|login|identified by|password)\b[^\n]{0,200}\s['\"-]"
)


def plausible(text: bytes, judge: Judge, names: Names) -> bool:
    """Whether composing the text can find a credential; a schema of megabytes holds no values."""
    if _SCHEMA.search(text):
        return False
    if _SECRET.search(text) or _COMMAND.search(text):
        return True
    for match in _PAIR.finditer(text):
        kind = names.kind(match[1].decode())
        if kind:
            value = match[2].decode("utf-8", "replace").strip("'\";,")
            if value[:1] in "|>" or ":-" in value:
                return True
            judgement = judge.named(value, kind)
            if judgement.confidence is not None or judgement.started:
                return True
    return any(_beside(text, match.end()) for match in _NAMED.finditer(text) if names.kind(match[1].decode()))


def _beside(text: bytes, end: int) -> bool:
    """Whether a `value:` stands near the name and is no reference."""
    near = text[end : end + 200]
    return b"value:" in near or b"default" in near or b"Value" in near

"""Dockerfiles: `ARG X=v`, `ENV X=v Y=w`, the old `ENV X v`, and everything else as the shell reads it.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mlscan.documents.pairs import json, shell
from mlscan.documents.pairs.pair import Pair, plain

# A continued line may be followed by comment lines, which the builder takes out.
_BODY = rb"[^\\\n]*(?:\\(?:\r?\n(?:[ \t]*#[^\n]*\n)*|.)[^\\\n]*)*"
_INSTRUCTION = re.compile(rb"(?mi)^[ \t]*(ARG|ENV|RUN|CMD|ENTRYPOINT|HEALTHCHECK)[ \t]+(" + _BODY + rb")")
_HEREDOC = re.compile(rb"<<-?[\"']?(\w{1,40})")
_OLD_ENV = re.compile(rb"([A-Za-z_]\w*)[ \t]+([^=\s][^\r\n]*)")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every variable and what the commands hold."""
    for match in _INSTRUCTION.finditer(text):
        start = offset + match.start(2)
        if match[1].upper() == b"ENV" and (old := _OLD_ENV.match(match[2])):
            value = old[2].rstrip()
            begin = start + old.start(2)
            yield Pair(plain(old[1]), plain(value), begin, begin + len(value), "dockerfile")
            continue
        body = match[2]
        if heredoc := _HEREDOC.search(body):
            closing = re.compile(rb"(?m)^[ \t]*" + heredoc[1] + rb"\b").search(text, match.end())
            body = text[match.start(2) : closing.end() if closing else len(text)]
        reader = json.pairs if body.startswith(b"[") else shell.pairs
        for pair in reader(body, start):
            yield replace(pair, syntax="dockerfile")

"""Terraform and other HCL: attributes, defaults of variables, tfvars, here-documents.

https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.literals import literals, tokens
from mlscan.documents.pairs.pair import Pair

_TOKENS = tokens(rb"(?:#|//)[^\n]*|/\*")
_HEREDOC = re.compile(rb"<<-?([A-Z_]{2,20})[ \t]*\r?\n")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every attribute with a literal, and the assignments in here-documents."""
    from mlscan.documents.pairs.shell import body

    yield from literals(text, offset, "terraform", _TOKENS)
    position = 0
    while match := _HEREDOC.search(text, position):
        closing = re.compile(rb"(?m)^[ \t]*" + match[1] + rb"\b").search(text, match.end())
        position = closing.start() if closing else len(text)
        yield from body(text[match.end() : position], offset + match.end())

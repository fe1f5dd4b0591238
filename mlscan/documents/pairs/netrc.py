"""`.netrc`: `machine HOST login USER password WORD`, words between blanks, in any order and line layout.

https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.pair import Pair, plain, unquoted

_WORD = re.compile(rb"#[^\n]*|\"[^\"\n]*\"|[^\s]+")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """The password and account of every entry."""
    expected = ""
    for match in _WORD.finditer(text):
        word = match[0]
        if expected:
            content, start, _ = unquoted(word, match.start())
            if expected != "login":
                yield Pair(expected, plain(content), offset + start, offset + start + len(content), "netrc")
            expected = ""
        elif word in (b"login", b"password", b"account", b"machine"):
            expected = "login" if word == b"machine" else word.decode()

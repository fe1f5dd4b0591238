"""Keyed hashes by which findings are known again. Who has the salt and a guess can check the guess, so that
a guess is made expensive: what people choose as a password is no random key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from functools import lru_cache

from mlscan.documents.document import Document
from mlscan.model import Finding

_DETAIL = 4
_ROUNDS = 4_000  # of PBKDF2: a thousand secrets cost a second
_LITERAL = 400  # bytes around a secret that are searched for the quotes of its literal
_HEADER = re.compile(rb"-----(BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----")


class Keys:
    """The hashes under one salt.

    `own` says that mlscan's own baseline is in use or about to be written; `others`, that another tool's is,
    which may have taken more or less than mlscan for the secret.
    """

    def __init__(self, salt: bytes, *, own: bool = True, others: bool = False) -> None:
        self.salt = salt
        self._own = own
        self._others = others
        self._passing = secrets.token_bytes(16)
        self._value = lru_cache(maxsize=None)(self._slow)

    def of(self, finding: Finding, document: Document, *, about_secret: bool) -> tuple[str, ...]:
        """What a finding may be known by, its own key first."""
        spans = document.secrets_at(finding.place.region) if about_secret else []
        if not spans:
            return (self.code(finding.place.excerpt),)
        start, end = spans[0]
        value = b"".join(document.data[start:end].split())
        found = [self._value(value)] if self._own else []
        if self._others:
            found += [self.other(sha1(form)) for form in forms(document, spans)]
        return tuple(dict.fromkeys(found))

    def code(self, line: str) -> str:
        """The key of a line of code without its blanks; it holds no secret."""
        return f"code:{_grouped(self._keyed(''.join(line.split())))}"

    def detail(self, message: str) -> str:
        """A short hash that tells findings on equal lines apart."""
        return self._keyed(message)[:_DETAIL]

    def other(self, digest: str) -> str:
        """The key of a secret by the SHA-1 that other tools keep of it; it never leaves this run."""
        return f"other:{hmac.new(self._passing, digest.encode(), 'sha256').hexdigest()}"

    def _slow(self, value: bytes) -> str:
        """The key of a secret."""
        return f"value:{_grouped(hashlib.pbkdf2_hmac('sha256', value, self.salt, _ROUNDS).hex())}"

    def _keyed(self, text: str) -> str:
        return hmac.new(self.salt, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def _grouped(digits: str) -> str:
    """Sixteen hex digits in two groups, which no secret scanner takes for a key."""
    return f"{digits[:8]}-{digits[8:16]}"


def sha1(value: bytes) -> str:
    """What detect-secrets knows a secret by."""
    return hashlib.sha1(value, usedforsecurity=False).hexdigest()


def forms(document: Document, spans: list[tuple[int, int]]) -> list[bytes]:
    """What other tools may have taken for the secret at some spans: those, the literal around the first,
    and of a private key the words that start it. In a notebook they see the backslash of its JSON."""
    data = document.data
    start, end = spans[0]
    found = [data[low:high] for low, high in spans]
    low = max(0, start - _LITERAL)
    before = data[low:start]
    opened = max(before.rfind(b'"'), before.rfind(b"'"))
    if opened >= 0 and b"\n" not in before[opened:]:
        quote = before[opened : opened + 1]
        closed = data.find(quote, end, end + _LITERAL)
        if closed >= 0 and b"\n" not in data[end:closed]:
            found.append(data[low + opened + 1 : closed])
    header = _HEADER.search(data[max(0, start - 80) : end])
    if header:
        found.append(header[1])
    raw = [value + b"\\" for value in found] if document.source.suffix == ".ipynb" else []
    return list(dict.fromkeys((*found, *raw)))

"""Kubernetes Secrets: `data` is base64, `stringData` is plain, and every key of both is meant to be secret.

https://kubernetes.io/docs/concepts/configuration/secret/
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import replace

from mlscan.documents.document import Document
from mlscan.documents.pairs import dotenv, json
from mlscan.documents.yaml import Mapping, Node, Scalar
from mlscan.model import Confidence
from mlscan.secrets.candidate import NAME, Candidate
from mlscan.secrets.judge import Judge, Judgement
from mlscan.secrets.names import Names

_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----")


def find(document: Document, secret: Mapping, judge: Judge, names: Names) -> Iterator[Candidate]:
    """A candidate for every entry of a Secret that holds a credential, at the value as it is written."""
    for section in ("data", "stringData"):
        entries = secret.get(section)
        if not isinstance(entries, Mapping):
            continue
        for name, _, node in entries.items():
            if not isinstance(node, Scalar):
                continue
            text = _decoded(node.value) if section == "data" else ""
            value = text or node.value.strip()
            # What does not decode to text, random bytes for one, is taken as it is written.
            found = (
                _entry(name, value, judge, names) if text or section != "data" or names.kind(name) else None
            )
            if found is None:
                continue
            held, judgement = found
            how = "decoded from base64" if text else f"as written in '{section}'"
            evidence = (f"entry '{name}' of a Kubernetes Secret", how, judgement.reason)
            start, end = _span(document, node)
            yield Candidate(
                start, end, held, "credential-in-config", NAME, judgement.believed or Confidence.LOW,
                f"Credential in Kubernetes Secret entry '{name}'", evidence, folded=bool(text),
                weak=judgement.weak,
            )  # fmt: skip


def encoded(secret: Mapping) -> Iterator[Node]:
    """What means nothing as it is written: the section in base64 and its values."""
    entries = secret.get("data")
    if isinstance(entries, Mapping):
        yield entries
        yield from (value for _, value in entries.pairs)


def _entry(name: str, value: str, judge: Judge, names: Names) -> tuple[str, Judgement] | None:
    """(secret, what is thought of it) of an entry, or of the file it holds."""
    if _PRIVATE_KEY.search(value):
        return value, Judgement(Confidence.HIGH, "a private key")
    if "\n" in value or value.startswith("{"):
        reader = json if value.lstrip().startswith("{") else dotenv
        for pair in reader.pairs(value.encode("utf-8", "replace")):
            if kind := names.kind(pair.name):
                judgement = judge.named(pair.value, kind)
                if judgement.believed is not None:
                    return pair.value, replace(judgement, reason=f"'{pair.name}' in it: {judgement.reason}")
        return None
    kind = names.kind(name)
    judgement = judge.named(value, kind or "key")
    if judgement.started:
        judgement = replace(judgement, weak=True)  # whoever applies the manifest makes it the password
    # A key that says nothing counts only where the value speaks for itself.
    believed = judgement.believed
    if believed is None or not (kind or believed is Confidence.HIGH):
        return None
    return value, judgement


def _decoded(text: str) -> str:
    """The text behind base64; empty where it is none, or not text."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8").strip()
    except (binascii.Error, ValueError):
        return ""


def _span(document: Document, node: Scalar) -> tuple[int, int]:
    """The scalar as written, without quotes, block header and the blanks around it."""
    start, end = node.start, node.end
    if node.style in ("'", '"'):
        return start + 1, end - 1
    if node.style in ("|", ">"):
        line = document.data.find(b"\n", start, end)
        start = start if line < 0 else line + 1
    body = document.data[start:end]
    return start + len(body) - len(body.lstrip()), start + len(body.rstrip())

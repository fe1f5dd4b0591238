"""Secret-named values in YAML: `password: x`, `- name: X` with `value: x`, options and `X=x` in lists.

What a Kubernetes Secret encodes is decoded first; what a scalar holds in another syntax is read by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.documents.lines import between
from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence, walk
from mlscan.model import Confidence
from mlscan.secrets import kubernetes
from mlscan.secrets.candidate import NAME, Candidate
from mlscan.secrets.judge import NAMED_LIKE_IT, Judge
from mlscan.secrets.names import Names
from mlscan.secrets.settings import judged, literal, located
from mlscan.secrets.yaml_embedded import embedded

_ENTRY = re.compile(r"^\s*(?:export\s+|-e\s+|--?)?([A-Za-z_][\w.\-]{2,60})=(['\"]?)([^\s'\"]+)\2\s*$")
# Where `password: contraseña` is a label.
_TRANSLATED = re.compile(r"(?i)(^|/)(i18n|l10n|locales?|lang|languages|translations?|messages)(/|\.|_)")
_OPTION = re.compile(r"--?([A-Za-z][\w\-]{2,60})\Z")
_NAME_KEYS = ("name", "key", "Name", "Key", "ParameterKey", "variable")
_VALUE_KEYS = ("value", "Value", "ParameterValue", "defaultValue", "default")


def find(
    document: Document, roots: list[Node], judge: Judge, names: Names, ends: list[int] | None = None
) -> Iterator[Candidate]:
    """A candidate for every scalar that stands under a secret's name, or holds one in its own syntax.

    `ends` are the offsets, in order, at which triggers fired, where these are known: a scalar without any
    holds nothing in a syntax of its own.
    """
    decoded: set[int] = set()
    files: dict[int, str] = {}
    for root in roots:
        for node in walk(root):
            if id(node) in decoded:
                continue
            if isinstance(node, Mapping):
                if node.text("kind") == "Secret":
                    yield from kubernetes.find(document, node, judge, names)
                    decoded.update(map(id, kubernetes.encoded(node)))
                # `grafana.ini: |` in a ConfigMap holds that file.
                files.update((id(held), name) for name, _, held in node.items() if "." in name)
                yield from _mapping(document, node, judge, names)
            elif isinstance(node, Sequence):
                yield from _sequence(document, node, judge, names)
            elif isinstance(node, Scalar) and (ends is None or between(ends, node.start, node.end + 1)):
                yield from judged(document, embedded(document, node, files.get(id(node), "")), judge, names)


def _mapping(document: Document, node: Mapping, judge: Judge, names: Names) -> Iterator[Candidate]:
    for name, _, value in node.items():
        if isinstance(value, Scalar):
            yield from _judged(document, name, value.value, value, judge, names)
        elif isinstance(value, Mapping) and isinstance(given := value.get("default", "defaultValue"), Scalar):
            yield from _judged(document, name, given.value, given, judge, names)
    named, given = node.get(*_NAME_KEYS), node.get(*_VALUE_KEYS)
    if isinstance(named, Scalar) and isinstance(given, Scalar):
        yield from _judged(document, named.value, given.value, given, judge, names)


def _sequence(document: Document, node: Sequence, judge: Judge, names: Names) -> Iterator[Candidate]:
    option = ""
    for item in node.items:
        if not isinstance(item, Scalar):
            option = ""
            continue
        if entry := _ENTRY.match(item.value):
            yield from _judged(document, entry[1], entry[3], item, judge, names)
        elif option:
            yield from _judged(document, option, item.value, item, judge, names)
        match = _OPTION.match(item.value)
        option = match[1] if match else ""


def _names_entry(name: str, value: str) -> bool:
    """`secretKey: password` names an entry of a Secret; `SECRET_KEY: x` and `secretAccessKey: x` are one."""
    plain = value.replace("-", "_").isidentifier() and not any(map(str.isdigit, value))
    return plain and not name.isupper() and "access" not in name.lower()


def _judged(
    document: Document, name: str, value: str, node: Scalar, judge: Judge, names: Names
) -> Iterator[Candidate]:
    kind = names.kind(name)
    value = literal(value)
    if not kind or value == name or "\n" in value or node.tag.startswith("!"):
        return
    judgement = judge.named(value, kind)
    # `passwordKey: db-password` names a key; `DB_PASSWORD: db-password` is one.
    doubtful = judgement.reason == NAMED_LIKE_IT and not name.isupper()
    doubtful = doubtful or bool(_TRANSLATED.search(document.source.path))
    doubtful = doubtful or (kind == "secret" and _names_entry(name, value))
    confidence = judgement.confidence if doubtful else judgement.believed
    started = judgement.started and name.isupper()  # `MYSQL_ROOT_PASSWORD: example` starts a server with it
    if started:
        confidence = Confidence.MEDIUM
    if confidence is None:
        return
    start, end = located(document, value, node.start, node.end)
    if not node.style and kind == "key" and confidence is Confidence.MEDIUM:
        confidence = Confidence.LOW  # a bare word of YAML is more often a name than a key
    evidence = (f"name '{name}'", judgement.reason)
    yield Candidate(
        start, end, value, "credential-in-config", NAME, confidence, f"Credential in setting '{name}'",
        evidence, weak=started or (judgement.weak and not doubtful),
    )  # fmt: skip

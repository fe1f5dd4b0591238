"""detect-secrets' `.secrets.baseline`, written: what its own plugins see of the secrets that mlscan found.

An entry has the type and the secret of the plugin that sees it, as `detect-secrets audit` looks them up
again. What no plugin sees is entered as a keyword's, with the secret that mlscan sees.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from mlscan.baseline.keys import forms, sha1
from mlscan.documents.document import Document
from mlscan.errors import UserError
from mlscan.model import Finding
from mlscan.secrets.plugins.load import EVERY, load

_UNSEEN = "Secret Keyword"
_LONGEST = 8192  # of a longer line a plugin sees this much around the secret: many of them backtrack
_SHORTEST = 4  # a part of a secret that is shorter says nothing

Result = dict[str, Any]


def written(
    findings: Iterable[Finding], opened: Callable[[str], Document | None], old: bytes, name: str
) -> str:
    """The text of a baseline with the secrets of some findings, `old` entries kept as they were audited.

    `opened` gives documents with their secrets found. Entries that mlscan knows nothing of stay: only
    detect-secrets can tell whether they are stale.
    """
    content = _content(old, name)
    before = json.dumps(content, sort_keys=True)
    plugins = [loaded.plugin for loaded in load((EVERY,))]
    for finding in findings:
        document = opened(finding.place.path)
        if document is None:
            continue
        results = content["results"].setdefault(finding.place.path, [])
        for kind, secret in _seen(finding, document, plugins):
            _enter(results, finding, kind, secret)
    content["results"] = {
        path: sorted(
            results, key=lambda item: (item.get("line_number", 0), item["hashed_secret"], item["type"])
        )
        for path, results in sorted(content["results"].items())
        if results
    }
    if old and json.dumps(content, sort_keys=True) == before:
        return old.decode("utf-8", "surrogateescape")
    return json.dumps(content, indent=2) + "\n"


def _content(old: bytes, name: str) -> Result:
    """The parts of a baseline; of a new one the settings are detect-secrets' own."""
    if old:
        try:
            content = msgspec.json.decode(old, type=dict[str, Any])
            msgspec.convert(content["results"], dict[str, list[dict[str, Any]]])
            assert all("hashed_secret" in item and "type" in item for _, item in _items(content))
        except (ValueError, KeyError, AssertionError, RecursionError):
            raise UserError(f"{name}: there is a file that is no baseline of detect-secrets") from None
        return content
    from detect_secrets.core.baseline import format_for_output
    from detect_secrets.core.secrets_collection import SecretsCollection
    from detect_secrets.settings import default_settings

    with default_settings():
        made: Result = format_for_output(SecretsCollection())
    return made


def _items(content: Result) -> Iterator[tuple[str, Result]]:
    return ((path, item) for path, items in content["results"].items() for item in items)


def _enter(results: list[Result], finding: Finding, kind: str, secret: bytes) -> None:
    """Put a secret among the entries of its file; one that is there gets its line."""
    digest, line = sha1(secret), finding.place.region.start_line
    for item in results:
        if (item["type"], item["hashed_secret"]) == (kind, digest):
            item["line_number"] = line
            return
    results.append(
        {
            "type": kind,
            "filename": finding.place.path,
            "hashed_secret": digest,
            "is_verified": False,
            "line_number": line,
        }
    )


def _seen(finding: Finding, document: Document, plugins: list[Any]) -> list[tuple[str, bytes]]:
    """(type, secret) of each plugin that sees the secret of a finding, or of none."""
    spans = document.secrets_at(finding.place.region)
    if not spans:
        return []
    known = forms(document.data, spans)
    found = {
        (str(plugin.secret_type), value)
        for plugin in plugins
        for value in _asked(plugin, document, finding)
        if any(
            value == form or (len(value) >= _SHORTEST and (value in form or form in value)) for form in known
        )
    }
    return sorted(found) or [(_UNSEEN, known[0])]


def _asked(plugin: Any, document: Document, finding: Finding) -> Iterator[bytes]:
    """What a plugin sees on the line of a finding, which for a notebook is one of its raw JSON."""
    from detect_secrets.util.inject import call_function_with_arguments

    region = finding.place.region
    lines = document.source.data.decode("utf-8", "replace").splitlines()
    if region.start_line > len(lines):
        return
    line = lines[region.start_line - 1]
    if len(line) > _LONGEST:
        line = line[max(0, region.start_column - _LONGEST // 2) : region.start_column + _LONGEST // 2]
    try:
        found = call_function_with_arguments(
            plugin.analyze_line,
            filename=document.source.path,
            line=line,
            line_number=region.start_line,
            context=_context(line, region.start_line),
            enable_eager_search=False,
        )
    except Exception:  # a plugin's own mistake must not end the run
        return
    for item in found or ():
        if item.secret_value:
            yield str(item.secret_value).encode("utf-8", "surrogatepass")


def _context(line: str, number: int) -> Any:
    from detect_secrets.util.code_snippet import CodeSnippet

    return CodeSnippet([line], number, 0)

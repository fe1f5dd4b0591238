"""detect-secrets' `.secrets.baseline`, written: what its own plugins see of the secrets that mlscan found.

An entry has the type and the secret of the plugin that sees it, as `detect-secrets audit` looks them up
again; what no plugin sees, detect-secrets would drop from the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from mlscan.baseline.keys import forms, sha1
from mlscan.documents.document import Document
from mlscan.errors import UserError
from mlscan.model import Finding
from mlscan.secrets.plugins.load import EVERY, load

_LONGEST = 8192  # of a longer line a plugin sees this much around the secret: many of them backtrack
_BREAK = re.compile(r"\r\n|\r|\n")
_SHORTEST = 4  # a part of a secret that is shorter says nothing

Result = dict[str, Any]


class _Entry(msgspec.Struct, frozen=True):
    type: str
    hashed_secret: str
    line_number: int = 0


class _Plugin(msgspec.Struct, frozen=True):
    name: str


class _File(msgspec.Struct, frozen=True):
    results: dict[str, tuple[_Entry, ...]]
    plugins_used: tuple[_Plugin, ...]


def written(
    findings: Iterable[Finding], opened: Callable[[str], Document | None], old: bytes, name: str
) -> tuple[str, int]:
    """The text of a baseline with the secrets of some findings, and how many of these no plugin sees.

    `opened` gives documents with their secrets found. `old` entries stay as they were audited, also those
    that mlscan knows nothing of: only detect-secrets can tell whether they are stale.
    """
    content = _content(old, name)
    before = json.dumps(content, sort_keys=True)
    plugins = _plugins(content)
    unseen = 0
    for finding in findings:
        document = opened(finding.place.path)
        spans = document.secrets_at(finding.place.region) if document is not None else []
        if document is None or not spans:
            continue
        seen = _seen(finding, document, forms(document, spans), plugins)
        unseen += not seen
        results = content["results"].setdefault(finding.place.path, [])
        for kind, secret in seen:
            _enter(results, finding, kind, secret)
    content["results"] = {
        path: sorted(results, key=_order) for path, results in sorted(content["results"].items()) if results
    }
    if old and json.dumps(content, sort_keys=True) == before:
        return old.decode("utf-8", "surrogateescape"), unseen
    return json.dumps(content, indent=2) + "\n", unseen


def _order(item: Result) -> tuple[int, str, str]:
    return item.get("line_number", 0), item["hashed_secret"], item["type"]


def _content(old: bytes, name: str) -> Result:
    """The parts of a baseline; of a new one the settings are detect-secrets' own."""
    if old:
        try:
            msgspec.json.decode(old, type=_File)
        except (ValueError, RecursionError):
            raise UserError(f"{name}: there is a file that is no baseline of detect-secrets") from None
        content: Result = json.loads(old)
        return content
    from detect_secrets.core.baseline import format_for_output
    from detect_secrets.core.secrets_collection import SecretsCollection
    from detect_secrets.settings import default_settings

    with default_settings():
        made: Result = format_for_output(SecretsCollection())
    return made


def _plugins(content: Result) -> list[Any]:
    """Those plugins of detect-secrets that a baseline says it is used with; code that it names is not run."""
    named = {item["name"] for item in content["plugins_used"]}
    every = [loaded.plugin for loaded in load((EVERY,))]
    return [plugin for plugin in every if type(plugin).__name__ in named]


def _enter(results: list[Result], finding: Finding, kind: str, secret: bytes) -> None:
    """Put a secret among the entries of its file, each once with the line where it stands first."""
    digest = sha1(secret)
    if any((item["type"], item["hashed_secret"]) == (kind, digest) for item in results):
        return
    results.append(
        {
            "type": kind,
            "filename": finding.place.path,
            "hashed_secret": digest,
            "is_verified": False,
            "line_number": finding.place.region.start_line,
        }
    )


def _seen(
    finding: Finding, document: Document, known: list[bytes], plugins: list[Any]
) -> list[tuple[str, bytes]]:
    """(type, secret) of each plugin that sees one of the known forms of a secret, or the most of it."""
    line = _line(finding, document)
    found = {
        (str(plugin.secret_type), value)
        for plugin in plugins
        for value in _asked(plugin, finding, line)
        if any(
            value == form or (len(value) >= _SHORTEST and (value in form or form in value)) for form in known
        )
    }
    return sorted(found)


def _line(finding: Finding, document: Document) -> str:
    """The line of the file on which a finding starts, which for a notebook is one of its raw JSON."""
    region = finding.place.region
    lines = _BREAK.split(document.source.data.decode("utf-8", "replace"))
    line = lines[region.start_line - 1] if region.start_line <= len(lines) else ""
    middle = region.start_column
    return line[max(0, middle - _LONGEST // 2) : middle + _LONGEST // 2]


def _asked(plugin: Any, finding: Finding, line: str) -> Iterator[bytes]:
    """What a plugin sees on a line."""
    from detect_secrets.util.code_snippet import CodeSnippet
    from detect_secrets.util.inject import call_function_with_arguments

    number = finding.place.region.start_line
    try:
        found = call_function_with_arguments(
            plugin.analyze_line,
            filename=finding.place.path,
            line=line,
            line_number=number,
            context=CodeSnippet([line], number, 0),
            enable_eager_search=False,
        )
    except Exception:  # a plugin's own mistake must not end the run
        return
    for item in found or ():
        if item.secret_value:
            yield str(item.secret_value).encode("utf-8", "surrogatepass")

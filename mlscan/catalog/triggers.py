"""Expressions that say only that a file is worth parsing. They are wide on purpose and fire once a file.

`name`: a secret-like name beside a literal. `default`: the default of an environment variable or option.
`sink`: a call of a known SDK; `login`: one that takes a password by position. `opaque`: a quoted value that
could be a key. `promotion`: a call that deploys, promotes or approves; `production`: a word or number that
says where to. `pipeline`: keys of a pipeline definition. `ignore`: a suppression comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlscan.catalog.schema import Catalog

_NAME = (
    r"(?:passw|passphrase|passcode|[_.\-]pass|pass[\"']?[\]]?\s{0,3}[=:]|pwd|_pw\b|secret|token|credential|creds|"
    r"api[_\-.]?key|auth|_key|key\b|-key|[a-z]key|[_.\-]pat\b|dsn|conn_?str|connection_?string|"
    r"[_\"'.]sas)"
)
_LITERAL = r"""(?:[rbuf]{0,2}|\(\s{0,80}|[\w.]{1,30}\(\s{0,40})\\?["'][^"'\s<{]{4}"""
_AFTER_NAME = (
    r"""\w{0,30}\\?["']?\]?\s{0,4}(?::\s{0,3}[\w\[\]., |]{1,40})?[=:,]\s{0,4}"""
    r"""(?:["']?\w{1,20}["']?\s?[=:]\s?)?"""
)
_DEFAULTED = (
    r"(?:environ\.(?:get|setdefault)|getenv|option|add_argument|config|field|variable)\s{0,2}\([^()]{0,200}"
)
_DEFAULT = r"""[^()]{0,200}["'][^"'\s]{4}"""
_YAML_VALUE = (
    r"""\w{0,30}["']?\s{0,3}(?::|=|\n\s{0,40}["']?(?:value|default)\w{0,8}["']?:)\s{0,3}"""
    r"""[^\s${<\[|>&*#!][^\s{]{5}"""
)


_OPAQUE = (
    r"""["'](?:[A-Za-z_\-+/=!@#%^*]{0,60}[0-9]){2}[\w\-+/=.!@#%^*]{6}|b64decode|fromhex|"""
    r"""[?&]\w{0,20}(?:key|token|sig|secret)=[\w\-%]{8}"""
)
_IGNORE = (
    r"(?i)mlscan:\s*ignore|pragma: ?(?:allow|white)list|leaks:allow|hog:ignore|fisher:ignore|ggignore|"
    r"secretlint-disable|nosec|noqa:"
)
_PRODUCTION = (
    r"""(?i)["'._\-](?:prod|prd|champion|live|stable|release|approved?|default)\b|production|\b100\b|"""
    r""":deploymodel|/serving-endpoints|/onlineendpoints|/transition-stage"""
)

# Kinds of calls that are findings by themselves, see `mlscan.checks.calls`.
REPORTED = ("promote", "approve", "deploy", "traffic")


def triggers(catalog: Catalog) -> dict[str, str]:
    """Trigger name to expression, in a fixed order."""
    credentials = [sink for sdk in catalog.sdks for sink in sdk.credentials]
    sinks = _last_words(call for sink in credentials for call in sink.calls)
    logins = _last_words(
        call
        for sink in credentials
        if sink.kind == "password" and sink.position is not None
        for call in sink.calls
    )
    promotions = _last_words(
        call
        for sdk in catalog.sdks
        for entry in sdk.promotions
        if entry.kind in REPORTED
        for call in entry.calls
    )
    found = {
        "name": f"(?i){_NAME}{_AFTER_NAME}{_LITERAL}",
        "default": f"(?i){_DEFAULTED}(?:{_NAME}){_DEFAULT}",
        "yaml-name": f"(?i){_NAME}{_YAML_VALUE}",
        "opaque": _OPAQUE,
        "pipeline": r"(?m)^[ \t]*[\"']?(?:jobs|stages|steps|extends)[\"']?[ \t]*:",
        "production": _PRODUCTION,
        "ignore": _IGNORE,
    }
    if sinks:
        found["sink"] = rf"(?:{_alternatives(sinks)})\("
    if logins:
        positional = rf"(?:{_alternatives(logins)})\([^()=]{{0,200}},\s{{0,40}}[\"'][^\"'\s]{{4}}"
        found["login"] = rf"{positional}|auth\s{{0,3}}=\s{{0,3}}\(\s{{0,20}}[\"']"
    if promotions:
        found["promotion"] = rf"(?:{_alternatives(promotions)})\("
    return found


def _last_words(calls: Iterable[str]) -> set[str]:
    return {call.rpartition(".")[2] for call in calls}


def _alternatives(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words) if word)

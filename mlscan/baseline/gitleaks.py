"""What gitleaks knows as put aside: `.gitleaksignore`, and the JSON reports that it takes as baselines.

Formats: https://github.com/gitleaks/gitleaks#gitleaksignore (`commit:file:rule:line` or `file:rule:line`),
report/json.go and report/finding.go for the fields. A report holds secrets in plain: they are hashed here.
"""

from __future__ import annotations

import re

import msgspec

from mlscan.baseline.entry import Entry
from mlscan.baseline.keys import Keys, sha1

_COMMIT = re.compile(r"[0-9a-f]{7,64}:(?=.+:.+:\d+$)")
# `--redact` puts a word, and `--redact=20` leaves the start of the secret and three dots.
_REDACTED = re.compile(r"REDACTED|.*\.\.\.", re.DOTALL)


class _Finding(msgspec.Struct, rename="pascal", frozen=True):
    file: str
    secret: str
    start_line: int
    rule_i_d: str = msgspec.field(name="RuleID", default="")


def read_ignore(text: str) -> list[Entry]:
    """The entries of a `.gitleaksignore`; they know places, and secrets of any kind that stand there."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        named = line.strip()
        if not named or named.startswith("#"):
            continue
        file, _, rest = _COMMIT.sub("", named, count=1).rpartition(":")[0].rpartition(":")
        place = named.rpartition(":")[2]
        if file and place.isascii() and place.isdigit():
            found.append(Entry(_posix(file), "", f"line:{int(place)}", reason=rest, line=number))
    return found


def read_report(data: bytes, keys: Keys) -> list[Entry]:
    """The entries of a JSON report; raises ValueError when it is none. One that was redacted knows lines."""
    entries = []
    for item in msgspec.json.decode(data, type=list[_Finding]):
        if _REDACTED.fullmatch(item.secret):
            key = f"line:{item.start_line}"
        else:
            key = keys.other(sha1(item.secret.encode("utf-8", "surrogatepass")))
        entries.append(Entry(_posix(item.file), "", key, reason=item.rule_i_d))
    return entries


def _posix(path: str) -> str:
    """A path as gitleaks writes it on any system; what lies in an archive keeps its marks."""
    return path.replace("\\", "/").removeprefix("./")

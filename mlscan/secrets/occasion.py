"""What a file is for decides what a made-up password in it is worth: documentation, an example, a test."""

from __future__ import annotations

import re
from dataclasses import replace

from mlscan.documents.document import Document
from mlscan.model import Confidence
from mlscan.secrets.candidate import Candidate
from mlscan.secrets.judge import Judge

_SHOWN = re.compile(
    r"(?i)\.(?:mdx?|markdown|rst|adoc)$|(?:^|/)(?:METADATA|CHANGELOG|CHANGES|README)[^/]*$"
    r"|(?:^|[/._\-])(?:example|sample|dist|tmpl)s?(?:[._\-][^/]*)?$"
)
_CODE = r"(?:py|[jt]sx?|mjs|cjs|go|java|kt|scala|rb|cs|php)"
_TESTS = re.compile(
    rf"(?i)(?:^|/)(?:(?:unit_?)?tests?|testing|__tests__|specs?)/(?:[^/]*/)*[^/]*\.{_CODE}$"
    rf"|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest|tests?)\.{_CODE}$|\.(?:test|spec)\.{_CODE}$"
)
_LONGEST = 64


def made_to_show(path: str) -> bool:
    """Whether a file is there to show or to test something."""
    return bool(_SHOWN.search(path) or _TESTS.search(path))


def weighed(document: Document, candidates: list[Candidate], judge: Judge) -> list[Candidate]:
    """The candidates, with low confidence in what a person made up to show or to test something.

    What looks drawn at random was copied from somewhere, whatever the file is for.
    """
    if not made_to_show(document.source.path):
        return candidates
    return [
        replace(item, confidence=Confidence.LOW) if _made_up(item.value, judge) else item
        for item in candidates
    ]


def _made_up(value: str, judge: Judge) -> bool:
    return len(value) < _LONGEST and not judge.is_random(value)

"""What stands beside the way to production: tests."""

from __future__ import annotations

import re

_TESTS = re.compile(
    r"(?i)(?:^|/)(?:(?:[\w\-]{0,40}_)?tests?|testing)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.\w+$"
)


def tried_out(path: str) -> bool:
    """Whether a file holds tests, whose clients are nobody's."""
    return _TESTS.search(path) is not None

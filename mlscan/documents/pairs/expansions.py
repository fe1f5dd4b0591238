"""Defaults of variables, `${POSTGRES_PASSWORD:-airflow}`, wherever a shell or compose fills them in.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_06_02 and
https://docs.docker.com/reference/compose-file/interpolation/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.pairs.pair import Pair, plain

_DEFAULT = re.compile(rb"""\$\{([A-Za-z_]\w{1,80}):?[-=](["']?)([^{}$"'\s]{2,200})\2\}""")


def pairs(text: bytes, offset: int = 0) -> Iterator[Pair]:
    """Every variable with the value it gets where it is not set."""
    for match in _DEFAULT.finditer(text):
        start, end = match.span(3)
        yield Pair(plain(match[1]), plain(match[3]), offset + start, offset + end, "shell")

"""What GitHub takes of a SARIF file: 25,000 results and 10 MB gzipped, or the whole file is refused.

From GitHub's documentation, "SARIF results exceed one or more limits". The most severe results stay.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence

from mlscan.report.sarif_alerts import Alert
from mlscan.report.summary import counted

MAX_RESULTS = 25_000
SHOWN_RESULTS = 5_000
MAX_GZIPPED = 10_000_000
# What is kept shrinks in proportion to the excess, and a little more: results differ in size.
_MARGIN = 0.9

Write = Callable[[Sequence[Alert], bool], str]


def fitted(found: Sequence[Alert], write: Write, tell: Callable[[str], None]) -> str:
    """The file that `write` makes of as much as fits; its second argument says whether paths are written."""
    kept = found[:MAX_RESULTS]
    text = write(kept, True)
    size = _gzipped(text)
    if size > MAX_GZIPPED:
        tell("the paths of findings are left out of the SARIF file: GitHub takes 10 MB gzipped")
        text = write(kept, False)
        size = _gzipped(text)
    while size > MAX_GZIPPED and kept:
        kept = kept[: int(len(kept) * _MARGIN * MAX_GZIPPED / size)]
        text = write(kept, False)
        size = _gzipped(text)
    if lost := len(found) - len(kept):
        most = f"{MAX_RESULTS} results" if len(kept) == MAX_RESULTS else "10 MB"
        cut = counted(lost, "finding")
        tell(f"{cut} left out of the SARIF file: GitHub takes {most}, the most severe stay")
    elif len(kept) > SHOWN_RESULTS:
        tell(f"{len(kept)} findings: GitHub shows the first {SHOWN_RESULTS}, the most severe")
    return text


def _gzipped(text: str) -> int:
    """The size of the text in an upload, in bytes; that of the text itself where this is small enough."""
    data = text.encode("utf-8", "backslashreplace")
    return len(data) if len(data) <= MAX_GZIPPED else len(gzip.compress(data, 6, mtime=0))

"""Where a plugin is worth asking: its own expressions in one Hyperscan pass, as the catalogue's are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from mlscan.secrets.plugins.load import Loaded

# Plugins see one line; what ends at a line's end would miss before CR LF.
_LINE_END = re.compile(r"(?<!\\)\$|\\Z")


class Hints:
    """Byte offsets at which an expression of a plugin's `denylist` ends.

    `everywhere` are plugins that must see every line: they have no expressions, or some that Hyperscan
    cannot even approximate.
    """

    def __init__(self, plugins: Iterable[Loaded]) -> None:
        self.everywhere: list[Loaded] = []
        self._owners: list[Loaded] = []
        expressions: list[tuple[bytes, int]] = []
        for loaded in plugins:
            shapes = _compilable(loaded.plugin)
            if not shapes:
                self.everywhere.append(loaded)
                continue
            expressions += shapes
            self._owners += [loaded] * len(shapes)
        self._database = _database(expressions) if expressions else None

    def find(self, data: bytes) -> Mapping[Loaded, list[int]]:
        """The offsets in a text for each plugin with expressions."""
        found: dict[Loaded, list[int]] = defaultdict(list)

        def collect(number: int, start: int, end: int, flags: int, context: object) -> None:
            found[self._owners[number]].append(end)

        if self._database is not None:
            self._database.scan(data, match_event_handler=collect)
        return found


def _compilable(plugin: Any) -> list[tuple[bytes, int]]:
    """(expression, Hyperscan flags) of each shape, or nothing when one of them cannot be compiled."""
    import hyperscan

    shapes = []
    for shape in getattr(plugin, "denylist", None) or ():
        if not isinstance(shape, re.Pattern) or _LINE_END.search(shape.pattern):
            return []
        flags = hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_MULTILINE
        flags |= hyperscan.HS_FLAG_CASELESS if shape.flags & re.IGNORECASE else 0
        flags |= hyperscan.HS_FLAG_DOTALL if shape.flags & re.DOTALL else 0
        text = f"(?x){shape.pattern}" if shape.flags & re.VERBOSE else shape.pattern
        expression = (text.encode(), flags)
        try:
            _database([expression])
        except hyperscan.error:
            return []
        shapes.append(expression)
    return shapes


def _database(expressions: list[tuple[bytes, int]]) -> Any:
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[text for text, _ in expressions],
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=[flags for _, flags in expressions],
    )
    return database

"""Counts as tables, in text and in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from injector.place import Planting


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the first column is words, the others numbers. `remark` stands below it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remark: str = ""

    def text(self) -> str:
        """Aligned columns, as wide as they must be."""
        widths = [max(len(row[index]) for row in (self.head, *self.rows)) for index in range(len(self.head))]
        lines = [self.title, *(self._aligned(row, widths) for row in (self.head, *self.rows))]
        return "\n".join([*lines, self.remark, ""] if self.remark else [*lines, ""])

    def markdown(self) -> str:
        rule = ("---", *("---:" for _ in self.head[1:]))
        lines = [f"| {' | '.join(row)} |" for row in (self.head, rule, *self.rows)]
        return "\n".join([f"## {self.title}", "", *lines, "", *([self.remark, ""] if self.remark else [])])

    @staticmethod
    def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
        first, *rest = row
        return "  ".join(
            [first.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(rest, widths[1:], strict=True))]
        )


def recall(
    title: str,
    plantings: Sequence[Planting],
    hits: dict[str, set[int] | None],
    group: Callable[[Planting], str],
) -> Table:
    """Recall by group of plantings. `hits` holds indexes by tool, None where one did not finish."""
    groups = list(dict.fromkeys(map(group, plantings)))
    rows = [
        _row(name, [i for i, item in enumerate(plantings) if group(item) == name], hits) for name in groups
    ]
    if len(groups) > 1:
        rows.append(_row("total", list(range(len(plantings))), hits))
    return Table(title, ("", "planted", *hits), tuple(rows))


def _row(name: str, indexes: list[int], hits: dict[str, set[int] | None]) -> tuple[str, ...]:
    return (name, str(len(indexes)), *(_share(indexes, found) for found in hits.values()))


def _share(indexes: list[int], found: set[int] | None) -> str:
    if found is None:
        return "n/a"
    return f"{100 * sum(index in found for index in indexes) / len(indexes):.0f} %"

"""What each release to production can show: one line of a matrix, and the answers in full below it."""

from __future__ import annotations

from dataclasses import dataclass

from mlscan.pack import Item, Pack, Question, ReleaseShown

_GRADES = ("bound", "exercised", "present")
_OPEN = 2
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell of the matrix: the best `grade` or empty, and whether the kind is asked for and missing."""

    grade: str
    lacking: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A release with its number on the page and its marks, one for each kind of the matrix."""

    number: int
    release: ReleaseShown
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`kinds` are the columns of the matrix; the first releases are `first`, `left` are not on the page."""

    kinds: tuple[str, ...]
    first: tuple[Line, ...]
    more: tuple[Line, ...]
    left: int

    @property
    def lines(self) -> tuple[Line, ...]:
        return (*self.first, *self.more)


def evidence_view(pack: Pack) -> Evidence:
    """Releases whose target is named production first, and then in the order of their files."""
    ordered = sorted(pack.releases, key=lambda release: release.environment != "prod")
    kinds = tuple(
        dict.fromkeys(
            item.name for release in ordered for item in _items(release) if item.gap or _grade(item)
        )
    )
    lines = tuple(
        Line(number, release, _marks(release, kinds)) for number, release in enumerate(ordered[:_SHOWN], 1)
    )
    return Evidence(kinds, lines[:_OPEN], lines[_OPEN:], len(ordered) - len(lines))


def told(question: Question) -> tuple[list[Item], list[Item]]:
    """What a question is answered with or asks for, and what is neither there nor asked for."""
    absent = [item for item in question.items if item.gap and not item.required and not item.lines]
    return [item for item in question.items if item not in absent], absent


def _marks(release: ReleaseShown, kinds: tuple[str, ...]) -> tuple[Mark, ...]:
    items = {item.name: item for item in _items(release)}
    return tuple(
        Mark(_grade(items[kind]) if kind in items else "", kind in release.missing) for kind in kinds
    )


def _items(release: ReleaseShown) -> list[Item]:
    return [item for question in release.questions for item in question.items]


def _grade(item: Item) -> str:
    """The best grade of what counts."""
    found = {line.grade for line in item.lines if not line.against}
    return next((grade for grade in _GRADES if grade in found), "")

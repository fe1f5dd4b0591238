"""The inventory of credentials: which kind lives where, in the order in which to rotate them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePosixPath

from mlscan.model import Confidence, Family, Place, Severity
from mlscan.report.audit.groups import Group
from mlscan.report.summary import counted

_PLACES = 40
_ACCOUNTS = frozenset(("cloud", "registry"))
_MEDIA = {
    ".py": "Python",
    ".sh": "scripts", ".ps1": "scripts", ".bat": "scripts", ".bash": "scripts",
    ".md": "documents", ".rst": "documents", ".txt": "documents", ".html": "documents",
    ".yml": "configuration", ".yaml": "configuration", ".json": "configuration", ".toml": "configuration",
    ".ini": "configuration", ".cfg": "configuration", ".conf": "configuration", ".env": "configuration",
    ".properties": "configuration", ".tf": "configuration", ".tfvars": "configuration",
    ".bicep": "configuration", ".xml": "configuration",
}  # fmt: skip


class Urgency(IntEnum):
    """When to rotate a kind of credential."""

    FIRST = 1
    NEXT = 2
    CHECK = 3

    @property
    def title(self) -> str:
        return {1: "Rotate first", 2: "Rotate next", 3: "Check, then move"}[self.value]

    @property
    def says(self) -> str:
        return {
            1: "Credentials of clouds and registries that look live: whoever has a copy of the repository "
            "can use them today.",
            2: "Other credentials in the files: passwords, keys of services, connection strings.",
            3: "Weak passwords, identifiers that travel with a secret, and what mlscan is less sure of.",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of credential; `media` says in what it lives, widest first."""

    group: Group
    urgency: Urgency
    media: str
    places: tuple[Place, ...]
    unlisted: int


def kinds(groups: Iterable[Group]) -> tuple[Kind, ...]:
    """Every kind that was found: what to rotate first, then by reach (files, then places)."""
    found = [_kind(group) for group in groups if group.rule.family is Family.SECRETS]
    return tuple(
        sorted(
            found,
            key=lambda kind: (
                kind.urgency,
                -kind.group.files,
                -len(kind.group.findings),
                -kind.group.rule.score,
                kind.group.rule.id,
            ),
        )
    )


def tiers(found: Iterable[Kind]) -> list[tuple[Urgency, list[Kind]]]:
    """The urgencies that occur, each with its kinds in order."""
    kept = list(found)
    return [
        (urgency, same) for urgency in Urgency if (same := [kind for kind in kept if kind.urgency is urgency])
    ]


def _kind(group: Group) -> Kind:
    places = tuple(finding.place for finding in group.findings)
    return Kind(
        group, _urgency(group), _media(places), places[:_PLACES], max(0, len(places) - _PLACES)
    )  # fmt: skip


def _urgency(group: Group) -> Urgency:
    if group.rule.severity is not Severity.ERROR:
        return Urgency.CHECK
    account = not _ACCOUNTS.isdisjoint(group.rule.tags)
    return Urgency.FIRST if account and group.confidence is Confidence.HIGH else Urgency.NEXT


def _media(places: Iterable[Place]) -> str:
    """`3 in Python, 1 in notebook outputs`"""
    counts = Counter(_medium(place) for place in places)
    return ", ".join(
        f"{number} in {name}" for name, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _medium(place: Place) -> str:
    if place.cell is not None:
        return "notebook outputs" if place.cell.part.startswith("output") else "notebook cells"
    path = PurePosixPath(place.path.lower())
    if path.name.startswith(("dockerfile", "makefile", "jenkinsfile")):
        return "scripts"
    if path.name.startswith(".env"):
        return "configuration"
    return _MEDIA.get(path.suffix, "other files")


def reach(kind: Kind) -> str:
    """`12 places in 4 files`"""
    places = counted(len(kind.group.findings), "place")
    return f"{places} in {counted(kind.group.files, 'file')}"

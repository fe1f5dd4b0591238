"""What the rules of this family share: everything a repository grants, and the pipelines beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from mlscan.access.grant import Grant, Identity, Reading
from mlscan.access.purpose import UNKNOWN, Purpose, Purposes
from mlscan.access.read import read
from mlscan.catalog.access import Access, Role
from mlscan.checks.gates.case import World
from mlscan.documents.document import Document
from mlscan.mask import veiled
from mlscan.model import Confidence

_KINDS = {"pipeline": "of a pipeline", "training": "of training", "serving": "of serving", "": ""}


@dataclass(frozen=True)
class Rights:
    """Everything a repository grants."""

    access: Access
    reading: Reading
    purposes: Purposes
    world: World

    @classmethod
    def of(cls, documents: Iterable[Document], access: Access, world: World) -> Rights:
        reading = read(documents)
        return cls(access, reading, Purposes(access, reading.trusts), world)

    @cached_property
    def _roles(self) -> dict[str, Role]:
        found = {role.name.lower(): role for role in self.access.roles}
        return found | {name.lower(): role for role in self.access.roles for name in role.ids}

    def role(self, name: str) -> Role | None:
        """A role by its name or GUID, or by a path that ends in the GUID."""
        name = name.strip().strip("'\"").lower()
        return self._roles.get(name) or self._roles.get(name.rpartition("/")[2])

    def confidence(self, grant: Grant, purpose: Purpose) -> Confidence:
        """How sure it is that a grant matters for models: by what its identity is for."""
        if (
            not purpose.kind
            or purpose.harmless
            or grant.identity.person
            or grant.identity.bounded
            or self.purposes.elsewhere(grant.place.path)
        ):
            return Confidence.LOW
        return Confidence.HIGH if purpose.sure else Confidence.MEDIUM


def because(grant: Grant, purpose: Purpose) -> tuple[str, ...]:
    """The evidence of a finding about a grant."""
    return tuple(text for text in (grant.format, purpose.because) if text)


def capital(text: str) -> str:
    """A text that begins a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def who(identity: Identity, purpose: Purpose = UNKNOWN) -> str:
    """`identity 'x' of a pipeline`"""
    shown = veiled(identity.title or identity.name.strip("${}()\"' "))
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    if shown.startswith("of "):
        return f"the role {shown}"
    kind = f" {_KINDS[purpose.kind]}" if purpose.kind else ""
    return f"identity '{shown}'{kind}" if shown else f"an identity{kind}"

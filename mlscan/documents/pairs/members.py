"""What the members of one object say together: `{name: X, value: v}`, and `X: {default: v}`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mlscan.documents.pairs.pair import Pair

_NAMES = ("name", "key", "parameterkey", "variable")
_VALUES = ("value", "parametervalue")
_INNER = ("value", "default", "defaultvalue")


@dataclass(slots=True)
class Members:
    """An open object or list. `name` is what it is the value of, or what its block is labelled with."""

    name: str
    object: bool = True
    key: str = ""
    option: str = ""
    found: dict[str, Pair] = field(default_factory=dict)

    def add(self, pair: Pair) -> Pair:
        """Remember a member, the last of one name counts."""
        self.found[pair.name.lower()] = pair
        return pair

    def together(self) -> Iterator[Pair]:
        """The pair that the whole object amounts to, if any."""
        named = self._first(_NAMES)
        given = self._first(_VALUES)
        if named is not None and given is not None:
            yield replace(given, name=named.value)
        elif self.name and (inner := self._first(_INNER)) is not None:
            yield replace(inner, name=self.name)

    def _first(self, names: tuple[str, ...]) -> Pair | None:
        return next((self.found[name] for name in names if name in self.found), None)

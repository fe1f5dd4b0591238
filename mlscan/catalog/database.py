"""The one multi-pattern pass: every expression of the catalogue in one Hyperscan database.

A compiled database fits one processor family and library version only; the cache key holds both, and
Hyperscan itself refuses a foreign one.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from typing import Any

import msgspec

from mlscan.catalog import cache
from mlscan.catalog.schema import Catalog
from mlscan.catalog.triggers import LOCATED


@dataclass(frozen=True, slots=True)
class Hit:
    """An expression ended at this byte offset: cheap, possibly wrong, nothing but a reason to look."""

    name: str
    end: int


class Fired(frozenset[str]):
    """Names of the triggers that fired in a text; `ends` are the byte offsets, in order, of located ones."""

    ends: dict[str, list[int]]

    @classmethod
    def none(cls) -> Fired:
        """No trigger at all."""
        fired = cls()
        fired.ends = {}
        return fired


NOTHING = Fired.none()


class Compiled(msgspec.Struct, frozen=True):
    """What the cache holds: the names of the expressions, tokens first, and the serialised database."""

    names: tuple[str, ...]
    tokens: int
    database: bytes


class Matcher:
    """The compiled database with its scratch space; one per process, not shared between threads."""

    def __init__(self, catalog: Catalog, only: frozenset[str] | None = None) -> None:
        """`only` names the expressions to look for; None stands for all of them."""
        self._names, self._tokens, self._database, self._scratch = _open(catalog, only)

    def match(self, text: bytes) -> tuple[list[Hit], Fired]:
        """(token hits, triggers that fired) of a text, hits in the order of their ends."""
        found: list[tuple[int, int]] = []

        def collect(number: int, start: int, end: int, flags: int, context: object) -> None:
            found.append((number, end))

        self._database.scan(text, match_event_handler=collect, scratch=self._scratch)
        names, tokens = self._names, self._tokens
        hits = [Hit(names[number], end) for number, end in found if number < tokens]
        fired = Fired(names[number] for number, _ in found if number >= tokens)
        fired.ends = {}
        for number, end in found if LOCATED & fired else ():
            if number >= tokens and names[number] in LOCATED:
                fired.ends.setdefault(names[number], []).append(end)
        for ends in fired.ends.values():
            ends.sort()
        return hits, fired


def _open(catalog: Catalog, only: frozenset[str] | None) -> tuple[tuple[str, ...], int, Any, Any]:
    """Names, number of tokens, database and scratch, from the cache where it holds a usable one."""
    import hyperscan

    entry = f"patterns-{_key(catalog, only)}.msgpack"
    compiled = _stored(entry)
    if compiled is not None:
        try:
            database = hyperscan.loadb(compiled.database, mode=hyperscan.HS_MODE_BLOCK)
            scratch = hyperscan.Scratch(database)
            database.scratch = scratch
            return compiled.names, compiled.tokens, database, scratch
        except (hyperscan.error, ValueError, TypeError):
            pass  # built by another library or for another processor: compile again
    names, tokens, database = _compile(catalog, only)
    cache.write(entry, msgspec.msgpack.encode(Compiled(names, tokens, hyperscan.dumpb(database))))
    scratch = hyperscan.Scratch(database)
    database.scratch = scratch
    return names, tokens, database, scratch


def _stored(entry: str) -> Compiled | None:
    content = cache.read(entry)
    try:
        return msgspec.msgpack.decode(content, type=Compiled) if content else None
    except msgspec.MsgspecError:
        return None


def _compile(catalog: Catalog, only: frozenset[str] | None) -> tuple[tuple[str, ...], int, Any]:
    import hyperscan

    from mlscan.catalog.patterns import patterns

    wanted = [pattern for pattern in patterns(catalog) if only is None or pattern.name in only]
    flags = {
        (False, False): 0,
        (True, False): hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL,
        (True, True): hyperscan.HS_FLAG_DOTALL,
    }
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[pattern.expression.encode() for pattern in wanted],
        ids=list(range(len(wanted))),
        elements=len(wanted),
        flags=[flags[pattern.trigger, pattern.located] for pattern in wanted],
    )
    tokens = sum(not pattern.trigger for pattern in wanted)
    return tuple(pattern.name for pattern in wanted), tokens, database


def _key(catalog: Catalog, only: frozenset[str] | None) -> str:
    """The state of the rules and of this program's expressions, those wanted, the library, the processor."""
    import hyperscan

    from mlscan.catalog import patterns, triggers

    code = f"{cache.state_of(patterns.__file__)} {cache.state_of(triggers.__file__)}"
    state = catalog.state or hashlib.sha256(msgspec.msgpack.encode(catalog)).hexdigest()
    facts = f"{state} {code} {getattr(hyperscan, '__version__', '')} {platform.machine()} {_processor()}"
    if only is not None:
        facts += f" {sorted(only)}"
    return hashlib.sha256(facts.encode()).hexdigest()[:24]


def _processor() -> str:
    """The processor's feature flags where the system tells them, so that a shared home directory is safe."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            return next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        return platform.processor()

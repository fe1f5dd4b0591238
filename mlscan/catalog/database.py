"""The one multi-pattern pass: every expression of the catalogue in one Hyperscan database.

A compiled database fits one processor family and library version only; the cache key holds both, and
Hyperscan itself refuses a foreign one.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from typing import Any

from mlscan.catalog import cache
from mlscan.catalog.patterns import Pattern, patterns
from mlscan.catalog.schema import Catalog


@dataclass(frozen=True, slots=True)
class Hit:
    """An expression ended at this byte offset: cheap, possibly wrong, nothing but a reason to look."""

    name: str
    end: int


class Matcher:
    """The compiled database with its scratch space; one per process, not shared between threads."""

    def __init__(self, catalog: Catalog) -> None:
        self._patterns = patterns(catalog)
        self._database, self._scratch = _open(self._patterns)

    def match(self, text: bytes) -> tuple[list[Hit], frozenset[str]]:
        """(token hits, names of triggers that fired) of a text; a trigger fires at most once."""
        found: list[tuple[int, int]] = []

        def collect(number: int, start: int, end: int, flags: int, context: object) -> None:
            found.append((number, end))

        self._database.scan(text, match_event_handler=collect, scratch=self._scratch)
        if not found:
            return [], frozenset()
        hits: list[Hit] = []
        fired: set[str] = set()
        for number, end in found:
            pattern = self._patterns[number]
            if pattern.trigger:
                fired.add(pattern.name)
            else:
                hits.append(Hit(pattern.name, end))
        return hits, frozenset(fired)


def _open(wanted: tuple[Pattern, ...]) -> tuple[Any, Any]:
    """The database and its scratch, from the cache where it holds a usable one."""
    import hyperscan

    name = f"patterns-{_key(wanted)}.hs"
    if stored := cache.read(name):
        try:
            database = hyperscan.loadb(stored, mode=hyperscan.HS_MODE_BLOCK)
            scratch = hyperscan.Scratch(database)
            database.scratch = scratch
            return database, scratch
        except (hyperscan.error, ValueError, TypeError):
            pass  # built by another library or for another processor: compile again
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    trigger_flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL
    database.compile(
        expressions=[pattern.expression.encode() for pattern in wanted],
        ids=list(range(len(wanted))),
        elements=len(wanted),
        flags=[trigger_flags if pattern.trigger else 0 for pattern in wanted],
    )
    scratch = hyperscan.Scratch(database)
    database.scratch = scratch
    cache.write(name, hyperscan.dumpb(database))
    return database, scratch


def _key(wanted: tuple[Pattern, ...]) -> str:
    from importlib.metadata import version

    digest = hashlib.sha256(f"{version('hyperscan')} {platform.machine()} {_processor()}\n".encode())
    for pattern in wanted:
        digest.update(f"{pattern.trigger} {pattern.expression}\n".encode())
    return digest.hexdigest()[:24]


def _processor() -> str:
    """The processor's feature flags where the system tells them, so that a shared home directory is safe."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            return next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        return platform.processor()

"""Rules of a user's own, the files that `rules` in a configuration names: read, checked, added to ours.

They are data in the shapes of `rules/tokens`, `rules/sdks` and `rules/commands`, told apart by their first
key. Whoever wrote them may mean no good: they can add findings and take none away, `mlscan.catalog.limits`
says what is refused for that, and the catalogue puts them behind ours, so that ours answer first.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from mlscan.catalog import bounds, cache, limits, rulefile
from mlscan.catalog.rulefile import Mistake, RuleFile
from mlscan.catalog.schema import Catalog, Sdk, TokenFormat, Tool, Vendor
from mlscan.errors import UserError

MOST_FILES, MOST_ENTRIES = 100, 1_000
_PATIENCE = 30.0  # seconds that compiling the formats of all files may take, each by itself
_SHAPES: dict[str, type[Vendor] | type[Sdk] | type[Tool]] = {"vendor": Vendor, "sdk": Sdk, "tool": Tool}
_PATTERN_FIELDS = "`vendor` (token formats), `sdk` (calls) or `tool` (commands)"


@dataclass
class Own:
    """What some files of a user's hold, and every mistake in them."""

    entries: list[tuple[RuleFile, Vendor | Sdk | Tool]] = field(default_factory=list)
    mistakes: list[UserError] = field(default_factory=list)

    def added_to(self, ours: Catalog) -> Catalog:
        """The catalogue with these behind ours."""
        entries = [entry for _, entry in self.entries]
        vendors = tuple(entry for entry in entries if isinstance(entry, Vendor))
        tools = tuple(entry for entry in entries if isinstance(entry, Tool))
        return msgspec.structs.replace(
            ours,
            vendors=(*ours.vendors, *vendors),
            sdks=(*ours.sdks, *(entry for entry in entries if isinstance(entry, Sdk))),
            tools=(*ours.tools, *tools),
            own_formats=frozenset(token.id for vendor in vendors for token in vendor.tokens),
            own_programs=frozenset(program.lower() for tool in tools for program in tool.programs)
            - {program.lower() for tool in ours.tools if tool.invocations for program in tool.programs},
        )


def extended(ours: Catalog, paths: tuple[str, ...]) -> Catalog:
    """Our catalogue with the rules in some files, from the cache where their content was read before.

    Raises UserError with file, line and column of the first mistake.
    """
    files = [Path(path) for path in paths]
    state = _state(ours, files)
    name = f"catalog-{state}.msgpack"
    if stored := cache.read(name):
        try:
            return msgspec.msgpack.decode(stored, type=Catalog)
        except msgspec.MsgspecError:
            pass  # written by another version: read the files again
    own = read(files, ours)
    if own.mistakes:
        more = f" (and {len(own.mistakes) - 1} more: `mlscan rules check`)" if own.mistakes[1:] else ""
        raise UserError(f"{own.mistakes[0]}{more}")
    catalog = msgspec.structs.replace(own.added_to(ours), state=state)
    cache.write(name, msgspec.msgpack.encode(catalog))
    return catalog


def read(files: list[Path], ours: Catalog) -> Own:
    """Read and check files; a mistake in one keeps nothing of the others from being told."""
    own = Own()
    taken = dict.fromkeys(
        [
            *(token.id for vendor in ours.vendors for token in vendor.tokens),
            *(item.id for item in ours.checks),
        ],
        "a rule of mlscan",
    )
    if len(files) > MOST_FILES:
        own.mistakes.append(UserError(f"rules: {len(files)} files, more than {MOST_FILES}"))
    deadline = time.perf_counter() + _PATIENCE
    for path in files[:MOST_FILES]:
        try:
            file = rulefile.read(path, foreign=True)
            entry = file.as_(_shape(file))
        except UserError as error:
            own.mistakes.append(error)
            continue
        own.entries.append((file, entry))
        own.mistakes += _mistakes(file, entry, ours, taken, deadline)
    if sum(map(_size, own.entries)) > MOST_ENTRIES:
        own.mistakes.append(UserError(f"rules: more than {MOST_ENTRIES} entries in all"))
    return own


def _shape(file: RuleFile) -> type[Vendor] | type[Sdk] | type[Tool]:
    found = [key for key in _SHAPES if isinstance(file.data, dict) and key in file.data]
    if len(found) != 1:
        raise file.mistake((), f"a file of rules has one of the keys {_PATTERN_FIELDS}")
    return _SHAPES[found[0]]


def _mistakes(
    file: RuleFile, entry: Vendor | Sdk | Tool, ours: Catalog, taken: dict[str, str], deadline: float
) -> Iterator[Mistake]:
    if isinstance(entry, Vendor):
        for index, token in enumerate(entry.tokens):
            if time.perf_counter() > deadline:
                yield file.mistake(("tokens", index), "the formats up to here take too long to compile")
                return
            if token.id in taken:
                yield file.mistake(("tokens", index, "id"), f"'{token.id}' is {taken[token.id]} already")
            taken[token.id] = f"a rule in {file.path}"
            if reason := bounds.objection(token.pattern, keywords=bool(token.keywords)) or _refused(token):
                yield file.mistake(("tokens", index, "pattern"), f"{token.id}: {reason}")
    for keys, reason in limits.objections(entry, ours):
        yield file.mistake(keys, reason)


def _refused(token: TokenFormat) -> str:
    """Why neither engine takes the pattern of a format; empty where both do."""
    import re

    import hyperscan

    from mlscan.catalog.patterns import coarse_expression, confirmer, token_expression

    try:
        groups = set(confirmer(token_expression(token)).groupindex)
        if groups != {"secret"}:
            return "the only group with a name is (?P<secret>...)"
        hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK).compile(
            expressions=[coarse_expression(token).encode()], ids=[0], elements=1, flags=[0]
        )
    except (re.error, hyperscan.error, IndexError) as error:
        return f"not an expression that Hyperscan and Python both know: {error}"
    return ""


def _size(item: tuple[RuleFile, Vendor | Sdk | Tool]) -> int:
    _, entry = item
    if isinstance(entry, Vendor):
        return len(entry.tokens)
    if isinstance(entry, Sdk):
        calls = [sink.calls for sink in entry.credentials] + [call.calls for call in entry.promotions]
        return sum(map(len, calls))
    return len(entry.invocations) + sum(len(task.uses) for task in entry.tasks)


def _state(ours: Catalog, files: list[Path]) -> str:
    """A digest of our catalogue, of what checks the files, and of their content."""
    digest = hashlib.sha256(ours.state.encode())
    for module in (__file__, bounds.__file__, limits.__file__, rulefile.__file__):
        digest.update(cache.state_of(module).encode())
    for path in files:
        try:
            with path.open("rb") as file:
                digest.update(hashlib.sha256(file.read(rulefile.LARGEST + 1)).digest())
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}") from None
    return digest.hexdigest()[:24]

"""The command catalogue, indexed: which invocation or task a command line or a `uses:` is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from mlscan.catalog.schema import Catalog, Invocation, Task

_HARMLESS = (("help",), ("version",), ("--version",), ("-h",))
_FLAGS = re.compile(
    r"^--?(y|yes|q|quiet|v|verbose|force|i|d|debug|install|wait|atomic|overwrite|async|all|all-traffic"
    r"|auto-approve|no-.*|skip-.*|non-interactive|publish|promote|ci|detach|prod|stream|recursive|rf|az|m)$"
)


@dataclass(frozen=True)
class Line:
    """A command line without its wrapper words: the program and what follows, with the word's index each."""

    program: str
    words: tuple[str, ...]

    @cached_property
    def spoken(self) -> frozenset[str]:
        """Every word once."""
        return frozenset(self.words)

    @cached_property
    def positionals(self) -> tuple[int, ...]:
        """Indices of the words that are no option and, where that can be told, no option's value."""
        return tuple(
            index
            for index, word in enumerate(self.words)
            if not word.startswith("-") and not self._is_value(index)
        )

    @cached_property
    def plain(self) -> tuple[int, ...]:
        """Indices of all words that are no option, values of options among them."""
        return tuple(index for index, word in enumerate(self.words) if not word.startswith("-"))

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """Every word, every option name, and `--option=value` for every option followed by a value."""
        found: list[str] = []
        for index, word in enumerate(self.words):
            found.append(word)
            if word.startswith("-") and "=" in word:
                found.append(word.partition("=")[0])
            elif self._is_value(index):
                found.append(f"{self.words[index - 1]}={word}")
        return tuple(found)

    def options(self) -> Iterator[tuple[str, int, str]]:
        """(option, index of the word that holds its value, value) of every option with one."""
        for index, word in enumerate(self.words):
            if word.startswith("-") and "=" in word:
                name, _, value = word.partition("=")
                yield name, index, value
            elif self._is_value(index):
                yield self.words[index - 1], index, word

    def _is_value(self, index: int) -> bool:
        before = self.words[index - 1] if index else ""
        return before.startswith("-") and "=" not in before and not _FLAGS.match(before) and before != "--"


@dataclass(frozen=True)
class _Pattern:
    """An invocation with its word sequences split into alternatives."""

    invocation: Invocation
    sequences: tuple[tuple[frozenset[str], ...], ...]


def _pattern(invocation: Invocation) -> _Pattern:
    split = (tuple(frozenset(word.split("|")) for word in sequence.split()) for sequence in invocation.match)
    return _Pattern(invocation, tuple(split))


class Toolbox:
    """Every tool of `rules/commands/`, found by program name or by the name of a task."""

    def __init__(self, catalog: Catalog) -> None:
        self._programs: dict[str, list[_Pattern]] = {}
        self._exact: dict[str, Task] = {}
        self._globs: list[tuple[str, Task]] = []
        for tool in catalog.tools:
            for program in tool.programs if tool.invocations else ():
                self._programs.setdefault(program.lower(), []).extend(map(_pattern, tool.invocations))
            for task in tool.tasks:
                for name in task.uses:
                    if "*" in name:
                        self._globs.append((name.lower(), task))
                    else:
                        self._exact.setdefault(name.lower(), task)
        self._any = self._programs.pop("*", [])
        # Every sequence that fits any program has one of these words first.
        self._said = {
            word for known in self._any for sequence in known.sequences for word in next(iter(sequence), ())
        }
        self._own = catalog.own_programs

    @cached_property
    def idle(self) -> frozenset[str]:
        """Programs of which no command line does anything a graph tells."""
        return frozenset(
            program
            for program, patterns in self._programs.items()
            if patterns[0].invocation.action == "plan"
            and not patterns[0].invocation.planned
            and not patterns[0].invocation.remote
            and not _narrowed(patterns[0].invocation)
            and () in patterns[0].sequences
            and program not in self._own
        )

    def knows(self, program: str) -> bool:
        """Whether a program is one of ours; of a user's own tool a script may tell more."""
        return program.lower() in self._programs and program.lower() not in self._own

    def invocations(self, line: Line, remote: bool = False) -> Iterator[tuple[Invocation, int]]:
        """The invocations a line is, best first, with the index after the words that matched."""
        if "--help" in line.words or line.words[:1] in _HARMLESS:
            return
        own = self._programs.get(line.program.lower())
        if own is None and line.spoken.isdisjoint(self._said):
            return
        known = (*own, *self._any) if own and line.program.lower() in self._own else own
        for pattern in self._any if known is None else known:
            if pattern.invocation.remote and not remote:
                continue
            after = _matches(pattern, line)
            if after is not None and _wanted(pattern.invocation, line):
                yield pattern.invocation, after

    def task(self, uses: str) -> Task | None:
        """The entry for `owner/name@v1` or `Name@1`; its version does not matter."""
        name = uses.partition("@")[0].lower()
        found = self._exact.get(name)
        if found is not None:
            return found
        return next((task for glob, task in self._globs if fnmatchcase(name, glob)), None)


def _matches(pattern: _Pattern, line: Line) -> int | None:
    for wanted in pattern.sequences:
        if not wanted:
            return 0
        if any(map(line.spoken.isdisjoint, wanted)):
            continue
        for candidates in (line.positionals, line.plain):
            after = _in_order(wanted, line, candidates, pattern.invocation.first)
            if after is not None:
                return after
    return None


def _in_order(
    wanted: tuple[frozenset[str], ...], line: Line, candidates: tuple[int, ...], first: bool
) -> int | None:
    at = 0
    for index in candidates:
        if line.words[index] in wanted[at]:
            at += 1
            if at == len(wanted):
                return index + 1
        elif first:
            return None
    return None


def _wanted(invocation: Invocation, line: Line) -> bool:
    if any(_glob(pattern, line.forms) for pattern in invocation.unless):
        return False
    if not all(_glob(pattern, line.forms) for pattern in invocation.demands):
        return False
    return not invocation.requires or any(_glob(pattern, line.forms) for pattern in invocation.requires)


def _narrowed(invocation: Invocation) -> bool:
    return bool(invocation.unless or invocation.demands or invocation.requires)


def says(globs: tuple[str, ...], line: Line) -> bool:
    """Whether a command line holds a word or an `--option=value` that fits one of some globs."""
    return any(_glob(pattern, line.forms) for pattern in globs)


def _glob(pattern: str, forms: tuple[str, ...]) -> bool:
    return pattern in forms or (
        ("*" in pattern or "?" in pattern) and any(fnmatchcase(form, pattern) for form in forms)
    )

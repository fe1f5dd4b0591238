"""What a script of the repository does, remembered: many pipelines run the same one with the same variables.

An entry holds for as long as every variable that the script, or one that it runs, mentions has the value it
had. A variable is mentioned where its name occurs as a word, in whatever syntax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from mlscan.documents.document import Document
from mlscan.promotion.commands import Setting
from mlscan.promotion.expressions import Value
from mlscan.promotion.graph import Action
from mlscan.promotion.scope import NO_FACTS, Scope

_WORD = re.compile(rb"\w+")


@dataclass(frozen=True)
class _Entry:
    words: frozenset[str]
    values: dict[str, Value]
    actions: list[Action]


class ScriptMemory:
    """`always` are variables that commands look up without a mention (`DATABRICKS_BUNDLE_ENV`)."""

    def __init__(self, always: Iterable[str]) -> None:
        self._always = frozenset(name.lower() for name in always)
        self._entries: dict[tuple[str, str, bool, int], list[_Entry]] = {}
        # The words of every script that is being read, outermost first.
        self._reading: list[set[str]] = []

    def actions(
        self, document: Document, setting: Setting, read: Callable[[Setting], list[Action]]
    ) -> list[Action]:
        """The actions of a script in a setting, read only if no entry fits."""
        key = (document.source.path, setting.folder, setting.remote, len(setting.hops))
        entries = self._entries.setdefault(key, [])
        entry = next((one for one in entries if one.values == _values(setting.scope, one.words)), None)
        if entry is None:
            self._reading.append({*self._always, *words(document)})
            found = read(replace(setting, facts=()))
            mentioned = frozenset(self._reading.pop())
            entry = _Entry(mentioned, _values(setting.scope, mentioned), found)
            entries.append(entry)
        self._mention(entry.words)
        return [_moved(action, setting) for action in entry.actions]

    def mention(self, document: Document) -> None:
        """Another file takes part in what the script that is being read does."""
        self._mention(words(document))

    def _mention(self, found: Iterable[str]) -> None:
        if self._reading:
            self._reading[-1].update(found)


def words(document: Document) -> frozenset[str]:
    """Every word of a file, in lower case."""
    return _words(document.data)


@lru_cache(maxsize=1024)
def _words(data: bytes) -> frozenset[str]:
    return frozenset(word.decode("utf-8", "replace").lower() for word in set(_WORD.findall(data)))


def _values(scope: Scope, mentioned: frozenset[str]) -> dict[str, Value]:
    """What the names of a scope mean, of those that are mentioned."""
    return {
        name: scope.value(name, NO_FACTS) for name in scope.names if mentioned.issuperset(_parts(name))
    }  # fmt: skip


@lru_cache(maxsize=4096)
def _parts(name: str) -> frozenset[str]:
    """The words of a scope's name without its context: `my`, `name` for `inputs.my-name`."""
    return frozenset(re.findall(r"\w+", name.partition(".")[2].lower()))


def _moved(action: Action, setting: Setting) -> Action:
    """The same action of a script that is run from here, with the facts of who runs it."""
    hops = (*setting.hops, *action.hops[len(setting.hops) :])
    if hops == action.hops and not setting.facts:
        return action
    return replace(action, hops=hops, targets=(*action.targets, *setting.facts))

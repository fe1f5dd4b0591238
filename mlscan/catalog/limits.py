"""What a rule file of a user's may not say: it adds credentials and ways to production and takes none away.

Guards, gates, evaluations and plans make findings go, so that only ours say what those are. Whoever wants to
see less says so in the configuration, with `ignore` and `per-path-ignores`, where a reader finds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from mlscan.catalog.rulefile import Keys
from mlscan.catalog.schema import Catalog, Sdk, Task, TokenFormat, Tool, Vendor

# Kinds of credentials that the secrets room reads from a call.
SINKS = ("api-key", "token", "password", "connection-string", "url", "signing-key")
CALLS = ("deploy", "promote", "traffic")
COMMANDS = ("deploy", "promote")
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_CALL = re.compile(r"(?:\*\.)?[A-Za-z_]\w{0,80}(?:\.\w{1,80}){0,8}")
_KEYWORD = re.compile(r"[A-Za-z][\w .-]{2,40}")
_PROGRAM = re.compile(r"[A-Za-z][\w.+-]{1,60}")
_USES = re.compile(r"[\w.@/-]{2,120}")
_MOST_STARS = 3

Objections = Iterator[tuple[Keys, str]]


def objections(entry: Vendor | Sdk | Tool, ours: Catalog) -> Objections:
    """(where, why not) of everything in a file that is refused."""
    if isinstance(entry, Vendor):
        yield from _links((), entry.references)
        for index, token in enumerate(entry.tokens):
            yield from _format(("tokens", index), token)
    elif isinstance(entry, Sdk):
        yield from _sdk(entry)
    else:
        yield from _tool(entry, ours)


def _format(here: Keys, token: TokenFormat) -> Objections:
    if not _ID.fullmatch(token.id) or len(token.id) > 60:
        yield (*here, "id"), f"'{token.id}': an id is two or more lower-case words, such as 'acme-token'"
    if not 0.1 <= token.score <= 10:
        yield (*here, "score"), "a score is from 0.1 to 10"
    if token.structure:
        yield (*here, "structure"), "`structure` is for formats of mlscan: it checks their checksums"
    for number, word in enumerate(token.keywords):
        if not _KEYWORD.fullmatch(word):
            yield (*here, "keywords", number), f"'{word}': a keyword is three letters or more"
    yield from _links(here, token.references)
    yield from _shown(here, token.examples, token.counterexamples)


def _sdk(entry: Sdk) -> Objections:
    for name, given in (("unsafe", entry.unsafe), ("origins", entry.origins)):
        if given:
            yield (name,), f"`{name}` is for rules of mlscan"
    for index, sink in enumerate(entry.credentials):
        here: Keys = ("credentials", index)
        yield from _named(here, sink.calls)
        if sink.kind not in SINKS:
            yield (*here, "kind"), f"kind '{sink.kind}': one of {', '.join(SINKS)}"
        yield from _shown(here, sink.examples, sink.counterexamples)
    for index, call in enumerate(entry.promotions):
        here = ("promotions", index)
        yield from _named(here, call.calls)
        if call.kind not in CALLS:
            yield (*here, "kind"), f"kind '{call.kind}': rules of your own {_only(CALLS)}"
        if call.gate:
            yield (*here, "gate"), "`gate` is for rules of mlscan"
        yield from _globs((*here, "decides"), call.decides.production if call.decides else ())
        yield from _shown(here, call.examples, call.counterexamples)


def _tool(entry: Tool, ours: Catalog) -> Objections:
    if entry.unsafe:
        yield ("unsafe",), "`unsafe` is for rules of mlscan"
    for index, program in enumerate(entry.programs):
        if not _PROGRAM.fullmatch(program):
            yield ("programs", index), f"'{program}': a program is one word, without a path"
    for index, line in enumerate(entry.invocations):
        here: Keys = ("invocations", index)
        if line.action not in COMMANDS:
            yield (*here, "action"), f"action '{line.action}': rules of your own {_only(COMMANDS)}"
        for name in ("requires", "demands", "unless", "all_traffic", "opens"):
            yield from _globs((*here, name), getattr(line, name))
        yield from _shown(here, line.examples, line.counterexamples)
    for index, task in enumerate(entry.tasks):
        yield from _task(("tasks", index), task, ours)


def _task(here: Keys, task: Task, ours: Catalog) -> Objections:
    if task.action not in COMMANDS:
        yield (*here, "action"), f"action '{task.action}': rules of your own {_only(COMMANDS)}"
    if task.gate:
        yield (*here, "gate"), "`gate` is for rules of mlscan"
    known = [name.lower() for tool in ours.tools for item in tool.tasks for name in item.uses]
    for number, uses in enumerate(task.uses):
        if not _USES.fullmatch(uses):
            yield (*here, "uses", number), f"'{uses}': the name of one action or task, without `*`"
        elif any(fnmatchcase(uses.lower(), glob) for glob in known):
            yield (*here, "uses", number), f"'{uses}': mlscan knows it already"


def _named(here: Keys, calls: tuple[str, ...]) -> Objections:
    for number, call in enumerate(calls):
        if not _CALL.fullmatch(call):
            yield (*here, "calls", number), f"'{call}': a call is a dotted name, such as 'acme.Client'"
    if not calls:
        yield here, "names no call"


def _shown(here: Keys, examples: tuple[str, ...], counterexamples: tuple[str, ...]) -> Objections:
    for name, given in (("examples", examples), ("counterexamples", counterexamples)):
        if not given:
            yield here, f"needs `{name}`: they are its tests"


def _links(here: Keys, links: Iterable[str]) -> Objections:
    for number, link in enumerate(links):
        if not link.startswith("https://") or " " in link:
            yield (*here, "references", number), "a reference is a link that starts with https://"


def _globs(here: Keys, globs: Iterable[str]) -> Objections:
    for glob in globs:
        if glob.count("*") > _MOST_STARS:
            yield here, f"'{glob}': at most {_MOST_STARS} `*`"


def _only(words: tuple[str, ...]) -> str:
    return f"add findings and take none away: one of {', '.join(words)}"

"""Facts about where a command goes: its bound arguments, its other arguments, and its environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from mlscan.catalog.schema import Invocation
from mlscan.model import Place
from mlscan.promotion.graph import Fact
from mlscan.promotion.production import Judge, tokens
from mlscan.promotion.toolbox import Line

_PROSE = frozenset(
    (
        "-m",
        "--message",
        "--description",
        "--query",
        "-H",
        "--header",
        "--display-name",
        "--title",
        "--tags",
        "--labels",
        "--update-labels",
        "--label",
        "-l",
        "--annotations",
        "--selector",
    )
)
# What may be a secret is never a reason to show: findings hold no plain secret.
_SECRET = re.compile(
    r"(passw|secret|token|api_?key|access_?key|credential|pwd|connection_?string|auth)\w*[\"']?\s*[=:]\s*[\"']?[^\s$\"'{]"
    r"|://[^/\s:@]+:[^/\s$@]+@|^-{0,2}(u|user|password|token|secret|api-key|auth)$",
    re.IGNORECASE,
)
_MUTABLE = re.compile(r"\w[:@/=]latest$", re.IGNORECASE)
_SELECTS = frozenset(("env", "environment", "stage", "target", "tier", "destination", "environments"))
_HOLE = re.compile(r"\$\{\{(.*?)\}\}|\$\{(\w+)[^}]*\}|\$\(([\w.]+)\)|\$\[([^\]]*)\]|\$(\w+)")


def mutable_reference(texts: Iterable[str]) -> str:
    """The first text that names the newest of something: `app:latest`, `azureml:churn@latest`."""
    return next((_short(text) for text in texts if _MUTABLE.search(text) and not may_be_secret(text)), "")


def may_be_secret(text: str) -> bool:
    """Whether a text may hold a secret in plain: an assignment to a secret's name, or userinfo of a URL."""
    return _SECRET.search(text) is not None


def unresolved(option: str, value: str) -> bool:
    """Whether a value left to the run chooses the environment: `-t ${{ inputs.x }}`, `$(environment)`."""
    holes = ["".join(group or "" for group in match.groups()) for match in _HOLE.finditer(value)]
    if not holes:
        return False
    # The context of a name says nothing: `env.X` is no environment, `inputs.target` is a target.
    names = {token for hole in holes for token in tokens(hole.strip().partition(".")[2] or hole)}
    if (names & _SELECTS and "version" not in names) or "payload" in names:
        return True
    # `-t` is also the tenant of a login.
    chooses = (option == "-t" and "tenant" not in names) or (
        bool(_SELECTS & set(tokens(option))) and "version" not in tokens(option)
    )
    return chooses and value.strip() in {match[0] for match in _HOLE.finditer(value)}


def facts_of(
    invocation: Invocation,
    after: int,
    line: Line,
    judge: Judge,
    expand: Callable[[str], str],
    place: Callable[[int], Place],
) -> Iterator[Fact]:
    """The facts one command line tells, bound arguments first. `place` gives the place of a word."""
    seen: set[int] = set()
    for option, index, value in line.options():
        if option in _PROSE or may_be_secret(option) or may_be_secret(f"{option}={value}"):
            seen.add(index)
        elif option in invocation.target:
            seen.add(index)
            expanded = expand(value)
            yield Fact("target argument", _short(expanded), place(index), unresolved(option, expanded))
    positionals = [index for index in line.positionals if index >= after]
    if invocation.target_position is not None and invocation.target_position < len(positionals):
        index = positionals[invocation.target_position]
        expanded = expand(line.words[index])
        seen.add(index)
        yield Fact("target argument", _short(expanded), place(index), unresolved("", expanded))
    for index, word in enumerate(line.words):
        if index in seen or index < after - 1 or word.partition("=")[0] in _PROSE or may_be_secret(word):
            continue
        expanded = expand(word)
        if judge.names(expanded, free=True) and len(expanded) < 400:
            yield Fact("argument", _short(expanded), place(index))


def tag_names_production(line: Line, judge: Judge, expand: Callable[[str], str]) -> bool:
    """Whether the tag of an image among the words names production: `registry/app:production`."""
    for word in line.words:
        expanded = expand(word)
        name, colon, tag = expanded.rpartition(":")
        if colon and "/" not in tag and name and judge.names(tag) == "prod" and not word.startswith("-"):
            return True
    return False


def _short(value: str) -> str:
    return " ".join(value.split())[:120]

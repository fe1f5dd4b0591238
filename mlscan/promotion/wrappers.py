"""Words around a command that only start it (`sudo`, `uv run`), and commands that carry a script as text."""

from __future__ import annotations

import re
from itertools import pairwise

from mlscan.promotion.shell import Word

_SIMPLE = frozenset(
    (
        "sudo",
        "time",
        "nohup",
        "exec",
        "command",
        "eval",
        "call",
        "&",
        "then",
        "do",
        "else",
        "xargs",
        "builtin",
    )
)
_RUNNERS = frozenset(
    ("uv", "poetry", "pipenv", "pdm", "rye", "hatch", "pixi", "conda", "mamba", "micromamba", "bundle")
)
_SHELLS = frozenset(("bash", "sh", "zsh", "dash", "ash"))
_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*=")


def unwrap(words: list[Word]) -> list[Word]:
    """The words from the program that really runs."""
    while words:
        name = words[0].text.rpartition("/")[2]
        if name in _SIMPLE or _ASSIGNMENT.match(name):
            words = words[1:]
            words = _skip_options(words) if name in ("sudo", "xargs") else words
        elif name in ("env", "timeout", "nice", "retry", "npx", "pnpx", "dotenv", "doppler", "infisical"):
            words = _skip_options(words[1:])
            while words and (_ASSIGNMENT.match(words[0].text) or words[0].text[:1].isdigit()):
                words = words[1:]
        elif name in _RUNNERS and len(words) > 2 and words[1].text == "run":
            words = _skip_options(words[2:])
        else:
            return words
    return words


def _skip_options(words: list[Word]) -> list[Word]:
    at = 0
    while at < len(words) and words[at].text.startswith("-"):
        text = words[at].text
        takes = text in (
            "-n",
            "--name",
            "-p",
            "--prefix",
            "--with",
            "--env-file",
            "--extra",
            "--group",
            "-u",
            "-I",
            "-f",
            "--project",
            "--directory",
            "-e",
        )
        at += 2 if takes else 1
    return words[at:]


def inner_script(words: list[Word], heredocs: list[tuple[int, int]]) -> tuple[int, int, bool] | None:
    """(start, end, on another host) of the script a command carries as an argument or here-document."""
    name = words[0].text.rpartition("/")[2]
    if name in _SHELLS:
        for index, word in enumerate(words[1:-1], 1):
            if re.fullmatch(r"-\w*c", word.text):
                return (*_inside(words[index + 1]), False)
        if heredocs and all(word.text.startswith("-") for word in words[1:]):
            return (*heredocs[0], False)
    if name in ("gcloud", "az"):
        for before, word in pairwise(words):
            if before.text in ("--command", "--scripts"):
                return (*_inside(word), True)
    if name == "ssh":
        if heredocs:
            return (*heredocs[0], True)
        rest = _after_host(words[1:])
        if rest:
            start = _inside(rest[0])[0]
            return (start, _inside(rest[-1])[1], True)
    return None


def _after_host(words: list[Word]) -> list[Word]:
    at = 0
    while at < len(words) and words[at].text.startswith("-"):
        at += 2 if words[at].text in ("-i", "-o", "-p", "-l", "-F", "-J", "-L", "-R") else 1
    return words[at + 1 :]


def _inside(word: Word) -> tuple[int, int]:
    """The offsets of a word without its quotes."""
    quoted = word.end - word.start >= len(word.text.encode("utf-8", "replace")) + 2
    return (word.start + 1, word.end - 1) if quoted else (word.start, word.end)

"""Shell, batch and Makefile text: assignments, options, and what well-known commands take as a secret.

Read are `X=v` in front of a command, as an argument (`export`, `docker run -e`, `--set`, `--from-literal`) or
in a here-document, `--password v`, and the short or positional arguments of the commands below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mlscan.documents.lines import between
from mlscan.documents.pairs import expansions, ini, json, netrc, sql
from mlscan.documents.pairs.pair import Pair
from mlscan.documents.pairs.shell_words import Command, Word, commands

_ASSIGNMENT = re.compile(rb"(?:-{0,2}|-D|/p:|\$env:)([A-Za-z_][\w.\-]{0,100})\+?=(?=[^\s=])")
_NESTED = re.compile(rb"[A-Za-z_][\w.\-]{1,100}=(?=[^\s=])")
_OPTION = re.compile(r"--?([A-Za-z][\w\-]{2,60})\Z")
_SCRIPT = re.compile(r"-[exlu]{0,3}c\Z")  # bash -c "..."
_HEADER = re.compile(rb"([A-Za-z][\w\-]{2,40}):[ \t]*(?:(?i:bearer|basic|token|apikey)[ \t]+)?(?=\S)")
_USER = re.compile(rb"[^:\s]{1,80}:(?=[^\s/])")
# Options whose value is a password, by program; `attached` ones only without a blank between.
_ATTACHED = dict.fromkeys(("mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "7z"), "-p")
_SHORT = {
    "sshpass": "-p", "redis-cli": "-a", "sqlcmd": "-P", "bcp": "-P", "mongo": "-p", "mongosh": "-p",
    "mongodump": "-p", "mongorestore": "-p", "ldapsearch": "-w", "ldapadd": "-w", "unzip": "-P", "zip": "-P",
}  # fmt: skip
_USERS = {"curl": ("-u", "--user", "--proxy-user"), "http": ("-a", "--auth"), "https": ("-a", "--auth")}
_PREFIXES = frozenset(
    ("sudo", "exec", "time", "nohup", "env", "RUN", "run", "!", "%sh", "then", "do", "$", "if")
)
_LOGIN_KEYS = frozenset(("wandb", "comet", "neptune", "clearml"))


def pairs(text: bytes, offset: int = 0, ends: Sequence[int] | None = None) -> Iterator[Pair]:
    """Every name with a value that a command line or a here-document holds; with `ends`, those near
    these offsets of the text."""
    yield from expansions.pairs(text, offset)
    before = Command()
    for command in commands(text, ends):
        for found in _command(command, before):
            yield replace(found, start=found.start + offset, end=found.end + offset)
        for start, end in command.bodies:
            near = None if ends is None else [at - start for at in between(ends, start, end)]
            if near != []:
                yield from body(text[start:end], offset + start, near)
        before = command


def body(text: bytes, offset: int, ends: Sequence[int] | None = None) -> Iterator[Pair]:
    """What a here-document says, which may be a file of any kind."""
    if text.lstrip().startswith((b"{", b"[{")):
        yield from json.pairs(text, offset)
    elif text.lstrip().startswith(b"machine "):
        yield from netrc.pairs(text, offset)
    else:
        if b"'" in text and re.search(rb"(?i)\b(?:identified\s+by|password)\b", text):
            yield from sql.pairs(text, offset)
        # `password=password,` is an argument of a program that is written here.
        yield from (found for found in ini.pairs(text, offset, ends) if not found.value.endswith(","))


def _command(command: Command, before: Command) -> Iterator[Pair]:
    words = command.words
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        if match := _ASSIGNMENT.match(word.raw):
            value = word.after(match.end())
            if value.raw.endswith((b",", b")")):
                continue  # `secret_key=secret_key, secure=False)`: Python, not a shell
            yield _pair(match[1].decode(), value)
            # --build-arg=X=v, --set=a.b=v
            if inner := _NESTED.match(value.raw):
                yield _pair(inner[0][:-1].decode(), value.after(inner.end()))
        elif following is not None and (option := _OPTION.match(word.text)):
            if not following.text.startswith("-"):
                yield _pair(option[1], following)
            if option[1] in ("header", "data", "data-raw", "json", "body"):
                yield from _data(following)
        elif following is not None and word.text in ("-H", "-d"):
            yield from _data(following)
        elif following is not None and _SCRIPT.match(word.text) and b" " in following.raw:
            yield from pairs(following.raw, following.start)
    first = next((at for at, word in enumerate(words) if not _plain(word)), None)
    if first is not None:
        yield from _known(words[first].text.rpartition("/")[2], words[first + 1 :])
        if command.piped and any(word.text.endswith(("password-stdin", "passwd")) for word in words):
            yield from _echoed(before)


def _plain(word: Word) -> bool:
    """Whether a word only stands before the program's name."""
    return word.text in _PREFIXES or bool(_ASSIGNMENT.match(word.raw)) or word.text.startswith("--mount")


def _known(program: str, words: list[Word]) -> Iterator[Pair]:
    """Arguments whose meaning only their program tells."""
    texts = [word.text for word in words]
    login = "login" in texts[:4]
    short = _SHORT.get(program) or ("-p" if login else "")
    attached = _ATTACHED.get(program) or (short if program in ("sshpass", "mongo", "mongosh") else "")
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        if attached and word.text.startswith(attached) and len(word.text) > 2 and word.raw.startswith(b"-"):
            yield _pair("password", word.after(2))
        elif following is None:
            continue
        elif short and word.text == short:
            yield _pair("password", following)
        elif word.text in _USERS.get(program, ()) and (user := _USER.match(following.raw)):
            yield _pair("password", following.after(user.end()))
        elif word.text == "set" and len(words) > index + 2 and texts[:1] in (["configure"], ["config"]):
            yield _pair(texts[index + 1], words[index + 2])
    if program in _LOGIN_KEYS and login:
        key = next((word for word in words[texts.index("login") + 1 :] if word.text[:1] != "-"), None)
        if key is not None:
            yield _pair("api_key", key)
    if program == "mc" and texts[:2] in (["alias", "set"], ["config", "host"]) and len(words) >= 6:
        yield _pair("secret_key", words[5 if texts[1] == "set" else min(6, len(words) - 1)])


def _data(word: Word) -> Iterator[Pair]:
    """A header or the JSON body of a request."""
    if header := _HEADER.match(word.raw):
        yield _pair(header[1].decode(), word.after(header.end()))
    elif word.raw.startswith(b"{") and b"\\" not in word.raw:
        # What a request sends is given to its server, as an argument is.
        for found in json.pairs(word.raw, word.start):
            yield replace(found, syntax="shell")


def _echoed(command: Command) -> Iterator[Pair]:
    """`echo "secret" | docker login --password-stdin`."""
    words = [word for word in command.words if not word.text.startswith("-")]
    if len(words) == 2 and words[0].text in ("echo", "printf"):
        yield _pair("password", words[1])


def _pair(name: str, word: Word) -> Pair:
    return Pair(name, word.text, word.start, word.end, "shell")

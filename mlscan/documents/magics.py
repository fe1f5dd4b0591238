"""IPython cells as Python that `ast` accepts, every byte at its old place, and what their magics say.

Magics and shell lines become `pass` (or `None` after an assignment) padded to their length, so that lines
and columns keep their meaning; the statement behind `%time` stays. The body of a cell magic that is not
Python is blanked. Lines inside strings and brackets are never magics.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_PYTHON = {
    b"time", b"timeit", b"capture", b"prun", b"memit", b"python", b"python3", b"pypy", b"py", b"debug",
    b"local", b"pyspark", b"spark", b"px", b"wandb", b"ipytest", b"skip", b"heat", b"scalene", b"mprun",
}  # fmt: skip
SHELLS = frozenset(["bash", "sh", "zsh", "script", "shell", "sx", "system", "cmd", "powershell", "pwsh"])
_SHELL = frozenset(name.encode() for name in SHELLS)
_FILE = {b"writefile", b"file", b"writetemplate"}
# Databricks writes `%sh` on the first line of a cell whose rest is not Python.
_LANGUAGES = {b"sh", b"md", b"md-sandbox", b"scala", b"r", b"fs", b"markdown"}
_HEAD = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*(%%|%)([\w\-]+)([^\n]*)")
# What automagic runs without a sign in front of it, where it cannot be Python.
_AUTO = rb"(?:pip3?|conda|mamba|cd|ls|mkdir|rmdir|rm|cp|mv|cat|env|set_env|load_ext)"
_PLAIN = rb"(?!=|\(|\.[\w ]|,|:|\[|(?:in|is|if|and|or|not|for)\b)[\w\-./$~{\"'][^\n]*"
_MAGIC = re.compile(
    rb"([ \t]*)(?:!!?|%(?=\w)|\?)|[ \t]*[\w.]+\?{1,2}[ \t]*\r?(?=\n|\Z)"
    rb"|([ \t]*[\w, .\[\]'\"]{1,200}=[ \t]*)(?:!!?|%(?=\w))"
    rb"|([ \t]*)" + _AUTO + rb"[ \t]+" + _PLAIN
)
_WORTH = re.compile(rb"(?m)^[ \t]*(?:[!%?]|" + _AUTO + rb"[ \t])|=[ \t]*[!%]|\?[ \t]*\r?$")
_TOKEN = re.compile(
    rb"#[^\n]*|('''|\"\"\")|'(?:[^'\\\n]|\\.)*'?|\"(?:[^\"\\\n]|\\.)*\"?|([(\[{])|([)\]}])|\\\r?\n|(\n)",
    re.DOTALL,
)
_CLOSING = {quotes: re.compile(rb"(?:[^\\]|\\.)*?" + quotes, re.DOTALL) for quotes in (b"'''", b'"""')}
_LINE = re.compile(rb"(?:[^\\\n]|\\\r?\n|\\.)*\\?")
_TIMED = re.compile(
    rb"%(?:time|timeit|prun|memit)[ \t]+((?:-[a-zA-Z]\d{0,9}(?:[ \t]+\d{1,9})?[ \t]+)*)(?![-%!])([^\r\n]+)"
)
_NAME = re.compile(rb"[\w\-]+")


@dataclass(frozen=True, slots=True)
class Magic:
    """A magic of a cell: `name` is `!` or its name; `kind` is what its text is.

    `shell`: commands. `file`: the content of the file `argument`. `line`: the rest of the line. `body`: the
    rest of the cell in some other language. `start` and `end` are byte offsets of the text in the cell.
    """

    kind: str
    name: str
    start: int
    end: int
    argument: str = ""


def blank_magics(cell: bytes) -> bytes:
    """The cell with its magics blanked; the length is unchanged."""
    python, rest = _python_start(cell)
    if not python:
        return _blank(cell)
    code = _blank(cell[:rest]) + cell[rest:] if rest else cell
    if not _WORTH.search(code):
        return code
    pieces: list[bytes] = []
    position = 0
    for begin, end, prefix in _lines(code, rest):
        first = code.find(b"\n", begin, end)
        first = end if first < 0 else first
        word = b"None" if code[begin : begin + prefix].rstrip().endswith(b"=") else b"pass"
        kept = _timed(code[begin + prefix : first]) or _filled(code[begin + prefix : first], word)
        pieces += code[position : begin + prefix], kept, _blank(code[first:end])
        position = end
    return b"".join(pieces) + code[position:]


def magics(cell: bytes) -> Iterator[Magic]:
    """Every magic and shell line of a cell, in order."""
    rest = 0
    while head := _cell_magic(cell, rest):
        name = head[2]
        yield Magic("line", name.decode(), head.start(3), head.end())
        body = min(head.end() + 1, len(cell))
        if name not in _PYTHON:
            kind = "shell" if name in _SHELL else "file" if name in _FILE else "body"
            words = head[3].split()
            argument = words[-1].decode("utf-8", "replace").strip("'\"") if words else ""
            yield Magic(kind, name.decode(), body, len(cell), argument)
            return
        rest = head.end()
    if not _WORTH.search(cell, rest):
        return
    for begin, end, prefix in _lines(cell, rest):
        at = begin + prefix
        if cell[at : at + 1] == b"!":
            yield Magic("shell", "!", at + 1 + cell.startswith(b"!!", at), end)
        elif named := _NAME.match(cell, at + cell.startswith(b"%", at)):
            name = named[0]
            if name in _SHELL:
                yield Magic("shell", name.decode(), named.end(), end)
            elif name in (b"pip", b"pip3", b"conda", b"mamba", b"uv"):
                yield Magic("shell", name.decode(), named.start(), end)
            else:
                yield Magic("line", name.decode(), named.end(), end)


def _cell_magic(cell: bytes, position: int) -> re.Match[bytes] | None:
    """The cell magic that a cell, or what follows another one, starts with."""
    head = _HEAD.match(cell, position)
    if head is None or head[1] == b"%%":
        return head
    alone = head[2] == b"sql" and not head[3].strip()
    return head if position == 0 and (head[2] in _LANGUAGES or alone) else None


def _python_start(cell: bytes) -> tuple[bool, int]:
    """(whether any of the cell is Python, offset behind its cell magics)."""
    rest = 0
    while head := _cell_magic(cell, rest):
        if head[2] not in _PYTHON:
            return False, 0
        rest = head.end()
    return True, rest


def _lines(cell: bytes, position: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, length of what stands before the magic) of every magic line with its continuations."""
    depth = 0
    last = max((match.start() for match in _WORTH.finditer(cell, position)), default=-1)
    while position <= last:
        if depth == 0 and (match := _MAGIC.match(cell, position)):
            line = _LINE.match(cell, position)
            end = line.end() if line else len(cell)
            yield position, end, len(match[1] or match[2] or match[3] or b"")
            position = end + 1
            continue
        while token := _TOKEN.search(cell, position):
            position = token.end()
            if token[1]:
                closing = _CLOSING[token[1]].match(cell, position)
                position = closing.end() if closing else len(cell)
            elif token[2]:
                depth += 1
            elif token[3]:
                depth = max(0, depth - 1)
            elif token[4] and depth == 0:
                break
        else:
            return


def _timed(text: bytes) -> bytes:
    """`%time x = f()` as `0;   x = f()`, or nothing where that would not be Python."""
    match = _TIMED.match(text)
    if match is None:
        return b""
    try:
        ast.parse(b"0;" + match[2])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return b""
    return b"0;".ljust(match.start(2)) + text[match.start(2) :]


def _filled(text: bytes, word: bytes) -> bytes:
    """`word` padded to the length of `text`; too short a magic (`!`) becomes an empty statement's worth."""
    return word.ljust(len(text)) if len(text) >= len(word) else b"0".ljust(len(text))


def _blank(text: bytes) -> bytes:
    return re.sub(rb"[^\r\n]", b" ", text)

"""Shell text to commands and words, each with its byte offsets: continuations, `&&`, `||`, `;`, pipes,
quotes, heredocs, `$(...)`, comments. `${{ }}` and `$(Name)` stay in their word as holes.

PowerShell's back-tick continuation is understood too; nothing is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

_BLANK = b" \t\r"
_ENDS = (b"&&", b"||", b";;", b"|&", b"|", b";", b"&", b"\n", b"(", b")")
_KEYWORDS = frozenset(
    [
        "if",
        "then",
        "else",
        "elif",
        "fi",
        "for",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "in",
        "{",
        "}",
        "!",
        "time",
        "function",
    ]
)
_ASSIGNMENT = re.compile(r"^(?:\$env:)?([A-Za-z_]\w*)\+?=(.*)$", re.DOTALL)
_HEREDOC = re.compile(rb"<<-?[ \t]*(?:'([^'\n]+)'|\"([^\"\n]+)\"|\\?([\w.]+))")
_REDIRECT = re.compile(rb"(?:\d*|&)(?:>>|>\||<>|>&|<&|>|<<<|<)")
_DEEPEST = 20  # `$(...)` in one another
_MACRO = re.compile(rb"\$\([A-Za-z_][\w.\-]*\)")


@dataclass(frozen=True, slots=True)
class Word:
    """`text` without quotes and continuations; `start` and `end` are byte offsets into the script."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Command:
    """A simple command, or only assignments. `assignments` are the variables set in front of it,
    `heredocs` the offsets of its here-documents, `nested` those of `$(...)` in it, `redirects` the files it
    writes or reads, `guard` the operator before it. One that is `conditional` stands in an `if` or `case`, or
    behind `||`."""

    words: list[Word] = field(default_factory=list)
    assignments: dict[str, str] = field(default_factory=dict)
    heredocs: list[tuple[int, int]] = field(default_factory=list)
    nested: list[tuple[int, int]] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    guard: str = ""
    conditional: bool = False

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end


@lru_cache(maxsize=512)
def lex(script: bytes) -> tuple[Command, ...]:
    """`commands` of a whole script; many workflows run the same ones."""
    return tuple(commands(script))


def commands(script: bytes, start: int = 0, end: int | None = None, depth: int = 0) -> Iterator[Command]:
    """Every simple command with a word or an assignment, nested ones after the one they stand in; what is
    nested deeper than anyone writes is left out."""
    for command in _Lexer(script, start, len(script) if end is None else end).run():
        if command.words or command.assignments:
            yield command
        for inner_start, inner_end in command.nested if depth < _DEEPEST else ():
            yield from commands(script, inner_start, inner_end, depth + 1)


class _Lexer:
    """One pass over a script, or over the inside of a `$(...)` of it."""

    def __init__(self, script: bytes, start: int, end: int) -> None:
        self._script = script
        self._at = start
        self._end = end
        self._command = Command()
        self._waiting: list[tuple[Command, bytes, bool]] = []
        self._branches = 0

    def run(self) -> Iterator[Command]:
        script = self._script
        while self._at < self._end:
            here = script[self._at : self._at + 1]
            if here in (b" ", b"\t", b"\r"):
                self._at += 1
            elif here in (b"\\", b"`") and script[self._at + 1 : self._at + 3].lstrip(b"\r")[:1] == b"\n":
                self._at = script.index(b"\n", self._at) + 1
            elif here == b"#":
                self._at = self._line_end()
            elif (match := _HEREDOC.match(script, self._at, self._end)) and not script.startswith(
                b"<<<", self._at
            ):
                tag = match[1] or match[2] or match[3]
                self._waiting.append((self._command, tag, script[self._at : self._at + 3] == b"<<-"))
                self._at = match.end()
            elif match := _REDIRECT.match(script, self._at, self._end):
                self._at = match.end()
                self._skip_blank()
                word = self._word()
                if word is not None:
                    self._command.redirects.append(word.text)
            elif operator := next((sign for sign in _ENDS if script.startswith(sign, self._at)), b""):
                yield self._finish(operator)
            else:
                self._take_word()
        yield self._finish(b"")

    def _line_end(self) -> int:
        found = self._script.find(b"\n", self._at, self._end)
        return self._end if found < 0 else found

    def _skip_blank(self) -> None:
        while self._at < self._end and self._script[self._at] in _BLANK:
            self._at += 1

    def _finish(self, operator: bytes) -> Command:
        done, self._command = self._command, Command()
        self._command.guard = operator.decode("ascii").strip()
        self._at += len(operator)
        if operator == b"\n" and self._waiting:
            for command, tag, dashed in self._waiting:
                self._heredoc(command, tag, dashed)
            self._waiting = []
        return done

    def _heredoc(self, command: Command, tag: bytes, dashed: bool) -> None:
        start = self._at
        while self._at < self._end:
            stop = self._line_end()
            line = self._script[self._at : stop].rstrip(b"\r")
            if (line.lstrip(b"\t ") if dashed else line.strip()) == tag:
                command.heredocs.append((start, self._at))
                self._at = min(self._end, stop + 1)
                return
            self._at = stop + 1
        self._at = self._end
        command.heredocs.append((start, self._end))

    def _take_word(self) -> None:
        word = self._word()
        if word is None:
            self._at += 1
            return
        command = self._command
        if not command.words:
            if word.text in _KEYWORDS:
                self._branches += (word.text in ("if", "case")) - (word.text in ("fi", "esac"))
                return
            if match := _ASSIGNMENT.match(word.text):
                command.assignments[match[1]] = match[2]
                return
        command.conditional = self._branches > 0 or command.guard == "||"
        command.words.append(word)

    def _word(self) -> Word | None:
        script, start = self._script, self._at
        text = bytearray()
        while self._at < self._end:
            here = script[self._at]
            if here in b" \t\r\n;|&()<>" and not script.startswith(b"${{", self._at):
                break
            if here == 0x5C or (here == 0x60 and script[self._at + 1 : self._at + 2] in (b"\n", b"\r")):
                self._escape(text)
            elif here == 0x27:
                stop = script.find(b"'", self._at + 1, self._end)
                stop = self._end if stop < 0 else stop
                text += script[self._at + 1 : stop]
                self._at = min(self._end, stop + 1)
            elif here == 0x22:
                self._double_quoted(text)
            elif here == 0x24:
                self._dollar(text)
            else:
                text.append(here)
                self._at += 1
        if self._at == start:
            return None
        return Word(text.decode("utf-8", "replace"), start, self._at)

    def _escape(self, text: bytearray) -> None:
        following = self._script[self._at + 1 : min(self._at + 3, self._end)]
        if following[:1] == b"\n" or following == b"\r\n":
            self._at += 2 if following[:1] == b"\n" else 3
            return
        text += following[:1] or b"\\"
        self._at = min(self._end, self._at + 2)

    def _double_quoted(self, text: bytearray) -> None:
        script = self._script
        self._at += 1
        while self._at < self._end and script[self._at] != 0x22:
            if script[self._at] == 0x5C:
                if script[self._at + 1 : self._at + 2] not in (b'"', b"\\", b"$", b"`", b"\n"):
                    text += b"\\"
                self._escape(text)
            elif script[self._at] == 0x24:
                self._dollar(text)
            else:
                text.append(script[self._at])
                self._at += 1
        self._at = min(self._end, self._at + 1)

    def _dollar(self, text: bytearray) -> None:
        """`${{ }}`, `${x}` and `$(...)` are one piece of a word, whatever stands in them."""
        script, start = self._script, self._at
        if script.startswith(b"${{", start):
            stop = script.find(b"}}", start, self._end)
            self._at = self._end if stop < 0 else stop + 2
        elif script.startswith(b"${", start):
            stop = script.find(b"}", start, self._end)
            self._at = self._end if stop < 0 else stop + 1
        elif script.startswith(b"$(", start):
            self._at = _closing(script, start + 1, self._end)
            if not _MACRO.fullmatch(script, start, self._at):
                self._command.nested.append((start + 2, max(start + 2, self._at - 1)))
        else:
            self._at += 1
        text += script[start : self._at]


def _closing(script: bytes, start: int, end: int) -> int:
    """The offset after the parenthesis that closes the one at `start`; quotes are respected."""
    depth, at, quote = 0, start, 0
    while at < end:
        here = script[at]
        if here == 0x5C and quote != 0x27:
            at += 1
        elif quote:
            quote = 0 if here == quote else quote
        elif here in b"'\"":
            quote = here
        elif here == 0x28:
            depth += 1
        elif here == 0x29:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return end

"""Templates of templates: Go, Jinja and cookiecutter holes replaced by filler of the same length in bytes.

A hole alone on its lines becomes line breaks, one inside a line a word made of its own letters (so that two
equal holes stay equal and `{{ .release_branch }}` still says release), and `raw` blocks keep their inside.
Byte offsets into the result are byte offsets into the file, but for text behind a condition at the start of
its line: that moves to where the condition began, as it does when the template is rendered.
"""

from __future__ import annotations

import re

# A hole is at most 500 bytes long: an unclosed one in a large file would cost the square of its size.

_RAW = re.compile(rb"\{%-?\s*(?:end)?raw\s*-?%\}")
_QUOTED = re.compile(rb"\{\{-?\s*(?:`([^`\n]*)`|'(\$\{\{[^'\n]*\}\})'|\"(\$\{\{[^\"\n]*\}\})\")\s*-?\}\}")
_TAG_LINES = re.compile(
    rb"^[ \t]*(?:(?:\{%(?:(?!%\}).){0,500}%\}|\{#(?:(?!#\}).){0,500}#\}"
    rb"|(?<!\$)\{\{-?\s*(?:/\*|if\b|else\b|end\b|range\b|with\b|define\b|block\b|template\b|-?\s*\$\w+\s*:=)"
    rb"(?:(?!\}\}).){0,500}\}\})[ \t]*)+\r?$",
    re.MULTILINE | re.DOTALL,
)
_TAG = re.compile(rb"\{%(?:(?!%\}).){0,500}%\}|\{#(?:(?!#\}).){0,500}#\}", re.DOTALL)
_CONTROL = re.compile(rb"(?<!\$)\{\{-?\s*(?:if|else|end|range|with)\b(?:(?!\}\}).){0,500}\}\}", re.DOTALL)
_LEADING = re.compile(
    rb"^([ \t]*)((?:(?<!\$)\{\{-?\s*(?:if|else|end|range|with)\b(?:(?!\}\})[^\n]){0,500}\}\}[ \t]*){1,4})"
    rb"(\w[^\n]*)$",
    re.MULTILINE,
)
_HOLE = re.compile(rb"(?<!\$)\{\{(?:(?!\}\}).){0,500}\}\}", re.DOTALL)
_OTHER = re.compile(rb"[^A-Za-z0-9\n]")


def holds_holes(data: bytes) -> bool:
    """Whether there is anything to fill: `{%` or a `{{` that is not GitHub's or Azure's own."""
    return b"{%" in data or re.search(rb"(?<!\$)\{\{", data) is not None


def fill(data: bytes) -> bytes:
    """The same number of bytes with every template hole filled."""
    data = _RAW.sub(_blank, data)
    data = _QUOTED.sub(_unquote, data)
    data = _TAG_LINES.sub(lambda match: b"\n" * len(match[0]), data)
    data = _LEADING.sub(lambda match: match[1] + match[3] + b" " * len(match[2]), data)
    data = _TAG.sub(_blank, data)
    data = _CONTROL.sub(_blank, data)
    return _HOLE.sub(lambda match: _OTHER.sub(b"_", match[0]), data)


def _blank(match: re.Match[bytes]) -> bytes:
    return re.sub(rb"[^\n]", b" ", match[0])


def _unquote(match: re.Match[bytes]) -> bytes:
    group = next(index for index in (1, 2, 3) if match[index] is not None)
    before = match.start(group) - match.start()
    return b" " * before + match[group] + b" " * (match.end() - match.end(group))

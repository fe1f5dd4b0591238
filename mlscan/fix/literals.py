"""A literal with a secret becomes an expression that looks it up; what may change the program is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst

from mlscan.fix.code import Code
from mlscan.fix.context import Context, context_of
from mlscan.fix.edits import Edit, RefusedError, Secret
from mlscan.fix.names import telling

_URL = re.compile(r"([A-Za-z][A-Za-z0-9]{1,20})(?:\+[A-Za-z0-9]+)?://[^\s/@]*:$")
_ACCOUNT_KEY = re.compile(r"(?i)(AccountKey|SharedAccessKey|Password|Pwd)=$")
_ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Lookup = Callable[[str, bool], str]
"""(quote, nested) to the expression."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a look-up. `value` is the secret that it has to give; `inside` the name of a part of a
    longer text (empty for a whole one)."""

    code: Code
    node: cst.CSTNode
    start: int
    end: int
    value: str
    context: Context
    before: str = ""
    after: str = ""
    quote: str = '"'
    nested: bool = False
    inside: str = ""
    replaced: tuple[Edit, ...] = ()

    def edits(self, lookup: Lookup) -> list[Edit]:
        """The edits, in offsets of the document."""
        text = f"{self.before}{lookup(self.quote, self.nested)}{self.after}"
        found = [Edit(self.start, self.end, text), *self.replaced]
        base = self.code.start
        return [Edit(base + item.start, base + item.end, item.text) for item in found]


def slot_of(code: Code, secret: Secret) -> Slot:
    """Where and how a secret is replaced; raises RefusedError."""
    start, end = secret.start - code.start, secret.end - code.start
    node = code.literal(start, end)
    context = context_of(code, node)
    if not (_ENVIRONMENT.fullmatch(context.exact) and telling(context.exact)):
        context.exact = ""
    if isinstance(node, cst.ConcatenatedString):
        return _concatenated(code, node, context)
    if isinstance(node, cst.FormattedStringText):
        return _in_f_string(code, node, start, end, context)
    return _in_literal(code, node, start, end, context)


def _concatenated(code: Code, node: cst.ConcatenatedString, context: Context) -> Slot:
    value = node.evaluated_value
    if not isinstance(value, str):
        raise RefusedError("it is put together from several parts")
    first, last = code.span(node)
    return Slot(code, node, first, last, value, context, _gap(code, first), nested=context.nested)


def _in_literal(code: Code, node: cst.SimpleString, start: int, end: int, context: Context) -> Slot:
    first, last = code.span(node)
    opening = first + len(node.prefix) + len(node.quote)
    closing = last - len(node.quote)
    joined = isinstance(code.parent(node), cst.ConcatenatedString)
    whole = start <= opening and end >= closing
    quote = node.quote[0]
    if whole and not joined:
        value = node.evaluated_value
        after = ""
        if isinstance(value, bytes):
            if not value.isascii():
                raise RefusedError("its bytes are no text")
            value, after = value.decode(), ".encode()"
        return Slot(
            code, node, first, last, value, context, _gap(code, first), after, quote, nested=context.nested
        )
    if "b" in node.prefix.lower():
        raise RefusedError("it is a part of a bytes literal")
    if context.nested:
        raise RefusedError("it is a part of a text within an f-string")
    _check_part(code, node, opening, closing, start, end)
    prefix = "rf" if "r" in node.prefix.lower() else "f"
    value = code.text[start:end].decode()
    context.whole, context.removed, context.default = None, False, False
    gap = _gap(code, first) if not node.prefix else ""
    return Slot(
        code, node, start, end, value, _part(context), "{", "}", _other(quote), True,
        _inside(code, opening, start),
        (Edit(first, first + len(node.prefix), gap + prefix),),
    )  # fmt: skip


def _in_f_string(code: Code, node: cst.FormattedStringText, start: int, end: int, context: Context) -> Slot:
    whole = code.parent(node)
    if not isinstance(whole, cst.FormattedString):
        raise RefusedError("it stands in the format of an f-string")
    if context.nested:
        raise RefusedError("it is a part of a text within an f-string")
    value = code.text[start:end].decode()
    if "{" in value or "}" in value or "\\" in value:
        raise RefusedError("it holds signs that mean something in an f-string")
    quote = whole.start[-1]
    opening = code.span(whole)[0]
    return Slot(
        code,
        node,
        start,
        end,
        value,
        _part(context),
        "{",
        "}",
        _other(quote),
        True,
        _inside(code, opening, start),
    )


def _check_part(code: Code, node: cst.SimpleString, opening: int, closing: int, start: int, end: int) -> None:
    """Refuse a text that would mean something else as an f-string."""
    text = code.text[opening:closing].decode()
    if start < opening or end > closing:
        raise RefusedError("it is put together from several parts")
    if "{" in text or "}" in text:
        raise RefusedError("the text around it holds braces")
    if "\\" in code.text[start:end].decode():
        raise RefusedError("it is written with escapes inside a longer text")
    below: cst.CSTNode = node
    for above in code.ancestors(node):
        if (
            isinstance(above, cst.BinaryOperation)
            and isinstance(above.operator, cst.Modulo)
            and below is above.left
        ):
            raise RefusedError("the text around it is a template for `%`")
        if isinstance(above, cst.Attribute) and above.attr.value in ("format", "format_map"):
            raise RefusedError("the text around it is a template for `format`")
        if isinstance(above, cst.BaseStatement | cst.Arg):
            return
        below = above


def _part(context: Context) -> Context:
    """The variable that the code sets is the whole text, and not the secret within."""
    context.exact, context.whole, context.removed, context.default = "", None, False, False
    return context


def _inside(code: Code, opening: int, start: int) -> str:
    """What a part of a text is called: the password of a database, the key of an account."""
    before = code.text[opening:start].decode("utf-8", "replace")
    if url := _URL.search(before):
        return f"{url[1].upper()}_PASSWORD"
    if key := _ACCOUNT_KEY.search(before):
        return (
            "AZURE_STORAGE_KEY"
            if key[1].lower() == "accountkey"
            else "DB_PASSWORD"
            if key[1].lower() in ("password", "pwd")
            else "SHARED_ACCESS_KEY"
        )
    return ""


def _gap(code: Code, start: int) -> str:
    """A blank where a name would touch the word before: `return"..."`."""
    before = code.text[:start][-1:]
    return " " if before.isalnum() or before == b"_" else ""


def _other(quote: str) -> str:
    return "'" if quote == '"' else '"'

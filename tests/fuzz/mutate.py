"""Seeds from `fixtures/` and mutations of them: what a broken, half-written or hostile file looks like."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
_LONGEST = 60_000  # bytes of a mutated input
_ODD = [
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\n", b"\t", b"\\", b'"', b"'", b"`", b"\x0c",
    b"\xed\xa0\x80", b"\\ud83d", b"\\u0000", "\u2028".encode(), "\N{PILE OF POO}".encode(), b"\xc3", b"\x1a",
    b"{{", b"}}", b"{%", b"${", b"${{ ", b" }}", b"$((", b"$(", b"<<EOF\n", b"<<", b"/*", b"*/", b"#", b"//",
    b"---\n", b"...", b"&a ", b"*a", b"*a : *a", b"<<: *a", b"? ", b"- ", b": ", b"!!python/object:x ",
    b"|\n", b">-\n", b"%%bash\n", b"%run ", b"!", b"!!", b"?", b"[", b"]", b"{", b"}", b"(", b")", b",",
    b"lambda: ", b"async ", b"match x:\n", b"f'{", b'"""', b"r'''", b"0x", b"1e999", b"NaN", b"-1",
    b"9" * 400, b"\\\n", b"&&", b"||", b";", b"|", b">", b"=", b"==", b"@", b"if: ", b"needs: ", b"on: ",
    b"<T,>(x) => ", b"<a>", b"=>", b"case x in\n", b"esac", b"fi", b"done", b"%{", b"~}",
]  # fmt: skip


def seeds(*endings: str) -> list[tuple[str, bytes]]:
    """(path, content) of the files of the fixtures whose names end so, all for none; goldens left out."""
    return [
        (path.name, path.read_bytes())
        for path in sorted(FIXTURES.rglob("*"))
        if path.is_file() and path.name != "expected.txt" and (not endings or path.name.endswith(endings))
    ]


def repositories() -> list[dict[str, bytes]]:
    """Every miniature repository: its paths with their content."""
    return [dict(_files(folder)) for folder in sorted(FIXTURES.glob("*/*")) if folder.is_dir()]


def mutated(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    """The data after a few random changes; `others` are what is spliced in."""
    for _ in range(source.choice((1, 1, 2, 3, 5, 9))):
        data = source.choice(_CHANGES)(source, data, others)[:_LONGEST]
    return data


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "expected.txt":
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _span(source: random.Random, data: bytes, longest: int = 200) -> tuple[int, int]:
    start = source.randint(0, len(data))
    return start, min(len(data), start + source.randint(0, longest))


def _lines(source: random.Random, data: bytes) -> tuple[list[bytes], int, int]:
    lines = data.splitlines(keepends=True) or [b""]
    start = source.randrange(len(lines))
    return lines, start, min(len(lines), start + source.randint(1, 6))


def _insert(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    at = source.randint(0, len(data))
    return data[:at] + source.choice(_ODD) + data[at:]


def _replace(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    start, end = _span(source, data, 12)
    return data[:start] + source.choice(_ODD) + data[end:]


def _delete(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    start, end = _span(source, data)
    return data[:start] + data[end:]


def _truncate(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    return data[: source.randint(0, len(data))]


def _flip(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    if not data:
        return data
    at = source.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << source.randrange(8))]) + data[at + 1 :]


def _repeat(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    start, end = _span(source, data, 40)
    return data[:end] + data[start:end] * source.choice((1, 2, 30, 400)) + data[end:]


def _nest(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    at = source.randint(0, len(data))
    opening = source.choice(
        (b"[", b"{", b"(", b"{a: ", b'{"a":', b"${", b"$(", b"- ", b"(lambda: ", b"a<", b"<")
    )
    return data[:at] + opening * source.choice((5, 60, 300, 1500)) + data[at:]


def _swap_lines(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    lines, start, end = _lines(source, data)
    moved = lines[start:end]
    del lines[start:end]
    at = source.randint(0, len(lines))
    return b"".join([*lines[:at], *moved, *lines[at:]])


def _double_lines(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    lines, start, end = _lines(source, data)
    return b"".join([*lines[:end], *lines[start:end], *lines[end:]])


def _indent(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    lines, start, end = _lines(source, data)
    step = source.choice((b"  ", b" ", b"    ", b"\t"))
    out = [step + line for line in lines[start:end]]
    if source.random() < 0.4:
        out = [line[len(step) :] for line in lines[start:end]]
    return b"".join([*lines[:start], *out, *lines[end:]])


def _splice(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    other = source.choice(others)[1]
    start, end = _span(source, other, 800)
    at = source.randint(0, len(data))
    return data[:at] + other[start:end] + data[at:]


def _value(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    """One value of a `key: value` line becomes another kind of value."""
    lines, start, _ = _lines(source, data)
    key, colon, _ = lines[start].partition(b":")
    if not colon:
        return data
    values = (b"null", b"[]", b"{}", b"[[a], {b: c}]", b"{a: [b]}", b"42", b"true", b"''", b"'*'", b"- a")
    lines[start] = key + b": " + source.choice(values) + b"\n"
    return b"".join(lines)


def _recode(source: random.Random, data: bytes, others: list[tuple[str, bytes]]) -> bytes:
    text = data.decode("utf-8", "replace")
    return source.choice((text.encode("utf-16"), text.encode("utf-16-be"), data.replace(b"\n", b"\r")))


_CHANGES = [
    _insert, _insert, _replace, _delete, _truncate, _flip, _repeat, _nest, _swap_lines, _double_lines,
    _indent, _splice, _value, _value, _value, _recode,
]  # fmt: skip

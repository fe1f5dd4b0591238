"""What is fuzzed and what has to hold: one function a target, bytes in, AssertionError or any exception out.

Everywhere: no exception but the documented one, positions inside the text. In a scan also: the same report
twice, no plain secret in any field of a finding, and the same report from one process as from two.
"""

from __future__ import annotations

import dataclasses
import json
import random
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from mlscan import shards
from mlscan.catalog.load import load_catalog
from mlscan.catalog.rulebook import rules
from mlscan.catalog.schema import Catalog
from mlscan.catalog.templates import expand
from mlscan.config import Config
from mlscan.documents import hcl, hcl_values, yaml
from mlscan.documents.document import open_document
from mlscan.documents.json_strings import string_spans
from mlscan.documents.magics import blank_magics, magics
from mlscan.documents.pairs.choose import reader_of_module
from mlscan.documents.pairs.shell_words import commands as simple_commands
from mlscan.documents.typescript import tree_of
from mlscan.flow.program import Program
from mlscan.model import Confidence, Note, Place, Report
from mlscan.promotion.expressions import ExpressionError, parse
from mlscan.promotion.shell import commands, lex
from mlscan.scan import scan
from mlscan.sources.request import Request
from mlscan.sources.source import Source

TOKEN = expand("hf_<alpha:34>")
_WHOLE = re.compile(rb"(?<![\w-])" + TOKEN.encode() + rb"(?![\w-])")
_PAIRS = (
    "json", "toml", "ini", "dotenv", "hocon", "netrc", "pgpass", "shell", "dockerfile", "terraform", "sql",
    "javascript", "r", "script", "markdown", "properties", "xml",
)  # fmt: skip


def inside(data: bytes, *spans: tuple[int, int]) -> None:
    for start, end in spans:
        assert 0 <= start <= end <= len(data), f"{start}:{end} of {len(data)}"


def notebook(data: bytes) -> None:
    document = open_document(Source("a.ipynb", data))
    inside(document.data, *((unit.start, unit.end) for unit in document.units))
    lines = data.count(b"\n") + data.count(b"\r") + 1
    for unit in document.units[:40]:
        region = document.region(unit.start, unit.end)
        assert 1 <= region.start_line <= region.end_line <= lines
        document.place(unit.start, unit.end)
        document.cell(unit.start)
    for _, text, magic in document.magics:
        inside(text, (magic.start, magic.end))
    Program(document)


def yaml_tree(data: bytes) -> None:
    pieces = b"".join(text for _, text in yaml.documents(data))
    assert pieces == data
    text = open_document(Source("a.yaml", data)).data
    try:
        roots = yaml.compose(text)
    except yaml.YamlError:
        return
    for root in roots:
        inside(text, *((node.start, node.end) for node in yaml.walk(root)))


def json_strings(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    try:
        loaded = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return
    wanted = dict(_strings(loaded, ()))
    found = string_spans(text, set(wanted))
    assert found.keys() == wanted.keys()
    for path, spans in found.items():
        for start, end in spans:
            assert json.loads(f'"{text[start:end]}"', strict=False) == wanted[path]


def hcl_tree(data: bytes) -> None:
    stack = [hcl.read(data)]
    while stack:
        block = stack.pop()
        inside(data, (block.start, block.end))
        stack += block.blocks
        for attribute in block.attributes.values():
            inside(data, (attribute.start, attribute.end))
            root = hcl_values.value(data, attribute.start, attribute.end)
            inside(data, *((node.start, node.end) for node in yaml.walk(root)))


def shell(data: bytes) -> None:
    lex(data)
    for command in commands(data):
        inside(data, *((word.start, word.end) for word in command.words), *command.heredocs, *command.nested)
    for simple in simple_commands(data):
        inside(data, *((word.start, word.end) for word in simple.words), *simple.bodies)


def typescript(data: bytes) -> None:
    tree_of(data)


def python(data: bytes) -> None:
    document = open_document(Source("a.py", data))
    inside(document.data, *((unit.start, unit.end) for unit in document.units))
    program = Program(document)
    assert all(isinstance(note, Note) for note in program.notes)


def cell_magics(data: bytes) -> None:
    assert len(blank_magics(data)) == len(data)
    for magic in magics(data):
        inside(data, (magic.start, magic.end))


def pairs(data: bytes) -> None:
    for module in _PAIRS:
        for pair in reader_of_module(module)(data):
            inside(data, (pair.start, pair.end))


def expressions(data: bytes) -> None:
    try:
        parse(data.decode("utf-8", "replace")[:5_000])
    except (ExpressionError, RecursionError):
        return


def one_file(path: str) -> Callable[[bytes], None]:
    def target(data: bytes) -> None:
        worker = _worker()
        found, again = worker.source(Source(path, data)), worker.source(Source(path, data))
        assert found.findings == again.findings
        assert found.notes == again.notes
        checked(Report(found.findings), {path: data})

    return target


def repository(files: dict[str, bytes], *, pooled: bool = False) -> None:
    """A whole scan of some files."""
    with tempfile.TemporaryDirectory(prefix="mlscan-fuzz-") as name:
        folder = Path(name)
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        request = Request((name,), name)
        catalog, _ = _rules()
        report = scan(request, catalog, Config(jobs=1, min_confidence=Confidence.LOW))
        checked(report, files)
        again = scan(request, catalog, Config(jobs=1, min_confidence=Confidence.LOW))
        assert _said(again) == _said(report), "another result the second time"
        if pooled:
            whole = shards._shards
            shards._shards = lambda entries, total, processes: [[entry.path] for entry in entries]
            try:
                two = scan(request, catalog, Config(jobs=2, min_confidence=Confidence.LOW))
            finally:
                shards._shards = whole
            assert _said(two) == _said(report), "another result with two processes"
        shutil.rmtree(name, ignore_errors=True)
        folder.mkdir()


def checked(report: Report, files: dict[str, bytes]) -> None:
    tokens = {path for path, data in files.items() if _WHOLE.search(data)}
    for finding in report.findings:
        for place in (finding.place, *finding.related, *finding.flow):
            if place.path in files:
                _inside_file(place, files[place.path])
        if finding.place.path in tokens and finding.rule == "huggingface-token":
            assert TOKEN not in repr(dataclasses.replace(finding)), "a plain secret"


def _inside_file(place: Place, data: bytes) -> None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    region = place.region
    assert (1, 1) <= (region.start_line, region.start_column) <= (region.end_line, region.end_column)
    assert region.end_line <= data.count(b"\n") + data.count(b"\r") + 1, f"{place}"


def _said(report: Report) -> tuple[Any, ...]:
    return report.findings, report.notes


def _strings(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(item, (*path, key))


@cache
def _rules() -> tuple[Catalog, tuple[Any, ...]]:
    catalog = load_catalog()
    return catalog, rules(catalog)


@cache
def _worker() -> shards.Worker:
    return shards.Worker(*_rules(), Config(min_confidence=Confidence.LOW))


def planted(source: random.Random, data: bytes) -> bytes:
    """The data with a token in a line of its own or in the middle of anything."""
    at = source.randint(0, len(data))
    return data[:at] + source.choice((b"\n", b" ", b'"', b"'")) + TOKEN.encode() + b"\n" + data[at:]


# name: (what it does, endings of its seeds)
TARGETS: dict[str, tuple[Callable[[bytes], None], tuple[str, ...]]] = {
    "notebook": (notebook, (".ipynb",)),
    "yaml": (yaml_tree, (".yml", ".yaml")),
    "json-strings": (json_strings, (".json", ".ipynb")),
    "hcl": (hcl_tree, (".tf",)),
    "shell": (shell, (".sh", "Makefile", ".yml")),
    "typescript": (typescript, (".ts", ".js")),
    "magics": (cell_magics, (".py", ".sh", ".ipynb")),
    "python": (python, (".py",)),
    "pairs": (pairs, ()),
    "expressions": (expressions, (".yml",)),
    "file-ipynb": (one_file("a.ipynb"), (".ipynb",)),
    "file-yaml": (one_file("a.yaml"), (".yml", ".yaml")),
    "file-python": (one_file("a.py"), (".py",)),
    "file-shell": (one_file("a.sh"), (".sh",)),
    "file-terraform": (one_file("a.tf"), (".tf",)),
    "file-json": (one_file("a.json"), (".json",)),
}

"""Hostile and broken input: said, searched as text, never a crash, a hang or a silent pass."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlscan.catalog.schema import Catalog
from mlscan.catalog.templates import expand
from mlscan.config import Config
from mlscan.model import Report
from mlscan.scan import scan
from mlscan.sources.request import Request

TOKEN = expand("hf_<alpha:34>")
LINE = f'HF_TOKEN = "{TOKEN}"\n'


def report(folder: Path, catalog: Catalog, **options: object) -> Report:
    return scan(Request((str(folder),), str(folder)), catalog, Config(**options))  # type: ignore[arg-type]


def rules(found: Report) -> list[str]:
    return [finding.rule for finding in found.findings]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.py", f"def broken(:\n{LINE}".encode()),
        ("python2.py", f'print "hello"\n{LINE}'.encode()),
        ("half.ipynb", b'{"cells": [{"cell_type": "code", "source": ["' + LINE.strip().encode()),
        ("list.ipynb", f"[{LINE!r}]".encode()),
        ("conflict.ipynb", f"<<<<<<< HEAD\n{LINE}=======\n>>>>>>> other\n".encode()),
        ("bad.yaml", f"a: [1, 2\nb: {{\n# {LINE}".encode()),
        ("tabs.yaml", f"jobs:\n\tx: 1\n# {LINE}".encode()),
        ("deep.yaml", b"[" * 100_000 + LINE.encode()),
        ("dashes.yaml", b"- " * 100_000 + LINE.encode()),
        ("deep.py", b"x = " + b"(" * 5_000 + b")" * 5_000 + b"\n" + LINE.encode()),
        ("deep.ipynb", b'{"cells": ' + b"[" * 100_000 + LINE.encode()),
        ("latin.py", b"# caf\xe9\n" + LINE.encode()),
        ("utf16.txt", LINE.encode("utf-16")),
        ("bom.py", b"\xef\xbb\xbf" + LINE.encode()),
        ("cr.py", LINE.replace("\n", "\r").encode() * 3),
        ("long.txt", b"x" * 3_000_000 + b" " + LINE.encode()),
        ("a b.txt", LINE.encode()),
        ("new\nline.txt", LINE.encode()),
        ("naïve-é.txt", LINE.encode()),
    ],
)
def test_broken_files_are_searched(tmp_path: Path, catalog: Catalog, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    found = report(tmp_path, catalog)
    assert "huggingface-token" in rules(found)
    assert all(TOKEN not in finding.message + finding.place.excerpt for finding in found.findings)
    assert found.counters.files == 1


@pytest.mark.parametrize("name", ["broken.py", "half.ipynb"])
def test_what_does_not_parse_is_said(tmp_path: Path, catalog: Catalog, name: str) -> None:
    (tmp_path / name).write_text(f'def broken(:\npassword = "{expand("<password:14>")}"\n')
    notes = report(tmp_path, catalog).notes
    assert [note.kind for note in notes] == ["unparsed"]
    assert notes[0].path == name


def test_yaml_bomb(tmp_path: Path, catalog: Catalog) -> None:
    lines = ["a0: &a0 {password: Tr0ub4dor-and-3}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    (tmp_path / "bomb.yaml").write_text("\n".join(lines))
    assert rules(report(tmp_path, catalog)) == ["credential-in-config"]


def test_merge_bomb(tmp_path: Path, catalog: Catalog) -> None:
    """Each line merges nine times what the line before it holds: 8 GB after 15."""
    lines = ["a0: &a0 {password: Tr0ub4dor-and-3}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 16)]
    (tmp_path / "bomb.yaml").write_text("\n".join(lines) + "\n" + LINE.replace(" =", ":"))
    found = report(tmp_path, catalog)
    assert set(rules(found)) == {"credential-in-config", "huggingface-token"}


def test_substitutions_in_substitutions(tmp_path: Path, catalog: Catalog) -> None:
    from mlscan.promotion.shell import lex

    script = b"kubectl apply " + b"$(kubectl apply " * 5_000
    assert 1 < len(lex(script)) < 100


def test_an_escape_at_the_end_of_terraform() -> None:
    from mlscan.documents.hcl import read

    data = b'a = "x\\"'[:-2] + b"\\"
    assert all(item.end <= len(data) for item in read(data).attributes.values())


def test_a_notebook_that_could_be_utf16(tmp_path: Path, catalog: Catalog) -> None:
    """`json` guesses the encoding of bytes; what it made of this had other places than the file."""
    text = '{"\\x\u0000": 1, "cells": [{"cell_type": "code", "source": ["' + TOKEN + '"]}]}'
    for data in (text.encode(), text.encode("utf-16-le"), b"{\x00" + text.encode()[1:]):
        (tmp_path / "a.ipynb").write_bytes(data)
        report(tmp_path, catalog)


def test_alias_loop(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "loop.yaml").write_text("jobs: &a\n  password: Tr0ub4dor-and-3\n  self: *a\n")
    assert rules(report(tmp_path, catalog)) == ["credential-in-config"]


def test_binaries_are_left_out_by_content(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "weights.txt").write_bytes(b"\x00\x01" + LINE.encode())
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n" + LINE.encode())
    (tmp_path / "text.png").write_bytes(LINE.encode())
    found = report(tmp_path, catalog)
    assert [finding.place.path for finding in found.findings] == ["text.png"]


def test_of_large_files_the_text_is_searched(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "large.py").write_text(f"{'x = 1' + chr(10):s}" * 300 + LINE)
    found = report(tmp_path, catalog, max_file_size=1000)
    assert [str(finding.place) for finding in found.findings] == ["large.py:301:13"]
    assert [(note.path, note.kind) for note in found.notes] == [("large.py", "unparsed")]


def test_links(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "real.txt").write_text(LINE)
    (tmp_path / "link.txt").symlink_to("real.txt")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "here").symlink_to(".")
    found = report(tmp_path, catalog)
    assert [finding.place.path for finding in found.findings] == ["real.txt"]
    assert {note.path for note in found.notes} == {"a", "b", "gone"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "secret.txt").write_text(LINE)
    (tmp_path / "secret.txt").chmod(0)
    assert [note.kind for note in report(tmp_path, catalog).notes] == ["unreadable"]


def test_special_files_do_not_hang(tmp_path: Path, catalog: Catalog) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [note.kind for note in report(tmp_path, catalog).notes] == ["skipped"]


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_pipelines_in_python_with_other_line_ends(tmp_path: Path, catalog: Catalog, end: str) -> None:
    """`ast` counts a lone CR as the end of a line."""
    case = next(iter(sorted(Path(__file__).parent.parent.glob("fixtures/*/*/release.py"))))
    text = case.read_bytes()
    (tmp_path / "release.py").write_bytes(text)
    before = [str(finding.place) for finding in report(tmp_path, catalog).findings]
    (tmp_path / "release.py").write_bytes(text.replace(b"\n", end.encode()))
    assert [str(finding.place) for finding in report(tmp_path, catalog).findings] == before

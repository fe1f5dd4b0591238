"""What fix writes keeps encoding, mode and links, and is never half a file."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path

import pytest
from fixing import TOKEN, mend, reasons

from mlscan.fix.edits import RefusedError
from mlscan.fix.write import replace_file

BEFORE = f'# é\nimport os\nT = "{TOKEN}"\n'
AFTER = '# é\nimport os\nT = os.environ["HF_TOKEN"]\n'


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_byte_order_mark(mark: bytes, tmp_path: Path) -> None:
    mend(tmp_path, {"a.py": mark + BEFORE.encode()})
    assert (tmp_path / "a.py").read_bytes() == mark + AFTER.encode()


def test_latin_1(tmp_path: Path) -> None:
    cookie = "# coding: latin-1\n"
    mend(tmp_path, {"a.py": (cookie + BEFORE).encode("latin-1")})
    assert (tmp_path / "a.py").read_bytes() == (cookie + AFTER).encode("latin-1")


def test_mode_and_link(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "real.py"
    target.parent.mkdir()
    target.write_text("old")
    target.chmod(0o750)
    link = tmp_path / "link.py"
    link.symlink_to(target)
    replace_file(link, b"old", b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o750
    assert [path.name for path in target.parent.iterdir()] == ["real.py"]


def test_a_file_that_has_changed_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"newer")
    with pytest.raises(RefusedError, match="meanwhile"):
        replace_file(path, b"old", b"new")
    assert path.read_bytes() == b"newer"


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    result = mend(tmp_path, {"a.py": BEFORE})
    assert (tmp_path / "a.py").read_bytes() == BEFORE.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]
    assert result.changed


def test_write_protected(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(RefusedError, match="write-protected"):
        replace_file(path, b"old", b"new")


def test_what_does_not_come_out_clean_is_left(tmp_path: Path) -> None:
    # The same line holds it twice over: once in a text that stays.
    text = f'import os\nlogin("{TOKEN}")  # {TOKEN}\n'
    result = mend(tmp_path, {"a.py": text})
    assert (tmp_path / "a.py").read_text() == f'import os\nlogin(os.environ["HF_TOKEN"])  # {TOKEN}\n'
    assert ["comment" in item for item in reasons(result)] == [True]

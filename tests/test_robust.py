"""Under load: files and processes that go wrong in the middle of a scan lose no other file's findings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlscan import shards, watchdog
from mlscan.analyse import Analyser
from mlscan.catalog.schema import Catalog
from mlscan.catalog.templates import expand
from mlscan.cli import output
from mlscan.config import Config
from mlscan.documents.lines import Lines
from mlscan.errors import UserError
from mlscan.model import Report
from mlscan.scan import scan
from mlscan.sources import windows
from mlscan.sources.request import Request
from mlscan.sources.source import Source

TOKEN = expand("hf_<alpha:34>")
LINE = f'HF_TOKEN = "{TOKEN}"\n'

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="pools are forked")


def report(folder: Path, catalog: Catalog, **options: Any) -> Report:
    return scan(Request((str(folder),), str(folder)), catalog, Config(**options))


def places(found: Report) -> list[str]:
    return [str(finding.place) for finding in found.findings if finding.rule == "huggingface-token"]


def notes(found: Report) -> list[tuple[str, str]]:
    return [(note.path, note.kind) for note in found.notes]


@pytest.fixture
def one_file_a_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "_shards", lambda entries, *_: [[entry.path] for entry in entries])


def spoilt(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Whoever understands `bad.py` does something terrible."""
    whole = Analyser.analyse

    def analyse(self: Analyser, source: Source) -> Any:
        if source.path == "bad.py":
            act()
        return whole(self, source)

    monkeypatch.setattr(Analyser, "analyse", analyse)


def busy() -> None:
    stop = time.monotonic() + 60
    while time.monotonic() < stop:
        pass
    raise AssertionError("nobody came")


@pytest.fixture
def three(tmp_path: Path) -> Path:
    for name in ("a.py", "bad.py", "c.py"):
        (tmp_path / name).write_text(LINE)
    return tmp_path


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=forks)])
@pytest.mark.usefixtures("one_file_a_shard")
def test_a_file_that_takes_too_long(
    three: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    spoilt(monkeypatch, busy)
    found = report(three, catalog, jobs=jobs, max_file_seconds=1)
    assert places(found) == ["a.py:1:13", "bad.py:1:13", "c.py:1:13"]
    assert notes(found) == [("bad.py", "unparsed")]
    assert "longer than 1 s" in found.notes[0].message


def test_without_a_timer_a_thread_ticks(
    three: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows."""
    monkeypatch.setattr(watchdog, "_TIMED", False)
    monkeypatch.setattr(watchdog, "_SIGNAL", signal.SIGTERM)
    spoilt(monkeypatch, busy)
    found = report(three, catalog, jobs=1, max_file_seconds=1)
    assert len(places(found)) == 3
    assert notes(found) == [("bad.py", "unparsed")]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_work_that_is_not_watched_is_not_ended() -> None:
    with watchdog.watched(0.05):
        stop = time.process_time() + 0.2
        while time.process_time() < stop:
            pass
        assert watchdog.within(lambda: 7) == 7
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_a_file_that_is_too_much(
    three: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def act() -> None:
        raise error

    spoilt(monkeypatch, act)
    found = report(three, catalog, jobs=1)
    assert len(places(found)) == 3
    assert notes(found) == [("bad.py", "unparsed")]


@forks
@pytest.mark.parametrize("shape", ["one file a shard", "one shard"])
def test_a_killed_worker_loses_nothing(
    three: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    here = os.getpid()
    spoilt(monkeypatch, lambda: os.kill(os.getpid(), signal.SIGKILL) if os.getpid() != here else None)
    cut = {
        "one file a shard": [["a.py"], ["bad.py"], ["c.py"]],
        "one shard": [["a.py", "bad.py", "c.py"], []],
    }
    monkeypatch.setattr(shards, "_shards", lambda *_: cut[shape])
    found = report(three, catalog, jobs=2)
    assert places(found) == ["a.py:1:13", "bad.py:1:13", "c.py:1:13"]
    assert notes(found) == [("bad.py", "unparsed")]
    assert "killed" in found.notes[0].message


_SLOW = """
import sys, time
from mlscan import shards
from mlscan.analyse import Analyser
from mlscan.cli.main import entry
shards._shards = lambda entries, *_: [[entry.path] for entry in entries]
def analyse(self, source):
    print("started", file=sys.stderr, flush=True)
    time.sleep(60)
Analyser.analyse = analyse
sys.argv = ["mlscan", *sys.argv[1:]]
entry()
"""


@forks
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_an_interrupted_scan(three: Path, jobs: str, number: signal.Signals, code: int) -> None:
    """No report, no half of one, and no process left, also when the parent had no time to say good-bye."""
    out = three / "out.sarif"
    command = [
        sys.executable,
        "-c",
        _SLOW,
        "check",
        str(three),
        "--jobs",
        jobs,
        "-o",
        str(out),
        "--no-config",
    ]
    running = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    assert running.stderr is not None
    assert running.stderr.readline().startswith(b"started")
    if number == signal.SIGINT:
        os.killpg(running.pid, number)  # a terminal sends it to everybody
    else:
        running.send_signal(number)
    said = running.communicate(timeout=20)[1]  # comes when no process is left that could write
    assert running.returncode == code
    assert b"Traceback" not in said
    assert not out.exists()


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood there stays, and nothing is left beside it."""
    target = tmp_path / "out.json"
    target.write_text("before")
    whole = Path.open

    class Full:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, content: bytes) -> int:
            self.file.write(content[:3])
            raise OSError(28, "No space left on device")

    def opened(self: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        file = whole(self, mode, *rest, **named)
        return Full(file) if mode == "xb" else file

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(UserError, match="No space left"):
        output.to_file("after", str(target))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out.json": "before"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("options", [[], ["-o", "/dev/full"]])
def test_nowhere_to_write(three: Path, options: list[str]) -> None:
    command = [sys.executable, "-m", "mlscan", str(three), "--no-config", *options]
    with open("/dev/full", "wb") as full:
        stdout = subprocess.DEVNULL if options else full
        done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_mode_of_a_report_stays_and_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("before")
    (tmp_path / "real.txt").chmod(0o640)
    (tmp_path / "link.txt").symlink_to("real.txt")
    output.to_file("after", str(tmp_path / "link.txt"))
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "after"
    assert (tmp_path / "real.txt").stat().st_mode & 0o777 == 0o640


def test_a_file_that_became_a_pipe_does_not_block(tmp_path: Path) -> None:
    from mlscan.sources.tree import read

    os.mkfifo(tmp_path / "pipe.py")
    found = read(tmp_path, "pipe.py")
    assert getattr(found, "kind", "") == "skipped"


def test_folders_deeper_than_a_path_may_be_long(tmp_path: Path, catalog: Catalog, monkeypatch: Any) -> None:
    (tmp_path / "a.py").write_text(LINE)
    monkeypatch.chdir(tmp_path)
    for _ in range(250):
        os.mkdir("d" * 20)
        os.chdir("d" * 20)
    assert places(report(tmp_path, catalog)) == ["a.py:1:13"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are any bytes")
def test_a_name_that_is_no_text(tmp_path: Path, catalog: Catalog) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff\xfe.txt", "w") as file:
        file.write(LINE)
    assert len(places(report(tmp_path, catalog))) == 1


def test_a_configuration_that_is_a_pipe(tmp_path: Path) -> None:
    from mlscan.config import load_config

    os.mkfifo(tmp_path / "pyproject.toml")
    with pytest.raises(UserError, match="not a regular file"):
        load_config(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", " "])
def test_windows_lose_nothing_and_find_nothing_twice(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, encoding: str, end: str
) -> None:
    """The same findings at the same places as where the file is read as a whole."""
    monkeypatch.setattr(windows, "_SIZE", 1_000)
    monkeypatch.setattr(windows, "_BEFORE", 100)
    monkeypatch.setattr(windows, "_BEHIND", 300)
    text = end.join(
        f"é{'x' * (number % 97)} naïve 💩" + (f' HF_TOKEN = "{TOKEN}"' if number % 7 == 0 else "")
        for number in range(400)
    )
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    whole, parts = report(tmp_path, catalog), report(tmp_path, catalog, max_file_size=1_000)
    assert len(places(whole)) == 58
    assert places(parts) == places(whole)
    assert all(TOKEN not in repr(finding) for finding in parts.findings)


def test_columns_of_a_long_line() -> None:
    text = ("é💩x" * 60_000).encode() + b"\nlast"
    lines = Lines(text)
    for offset in (0, 7, 65_536 - 2, 70_000 * 6, 7 * 50_001, len(text) - 5, len(text)):
        line, column = lines.position(offset)
        before = text[:offset].rpartition(b"\n")[2]
        assert (line, column) == (1 + text[:offset].count(b"\n"), len(before.decode("utf-8", "ignore")) + 1)


def test_many_secrets_on_one_long_line(tmp_path: Path, catalog: Catalog) -> None:
    """Took hours when each excerpt was made of the whole line."""
    tokens = [expand(f"hf_<alpha:34>{''}") for _ in range(400)]
    (tmp_path / "a.txt").write_text(" ".join("z" * 5_000 + f" {token}" for token in tokens))
    started = time.process_time()
    assert len(places(report(tmp_path, catalog, jobs=1))) == 400
    assert time.process_time() - started < 10

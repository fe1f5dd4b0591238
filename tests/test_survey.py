"""`mlscan audit --repos`: every repository exactly once, whatever dies in between."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ClassVar

import html5lib
import msgspec
import pytest

from mlscan.catalog.templates import expand
from mlscan.cli.main import run
from mlscan.config import Settings
from mlscan.errors import UserError
from mlscan.report.palette import Palette
from mlscan.sources.address import is_url, read_address
from mlscan.sources.clone import clone
from mlscan.survey import crew as crews
from mlscan.survey import executors, page, worker
from mlscan.survey.crew import TRIES, Crew
from mlscan.survey.results import Results
from mlscan.survey.survey import made_by, survey
from mlscan.survey.table import table
from mlscan.survey.targets import read_targets
from mlscan.survey.task import Head, Record, Task

TOKEN = "hf_<alpha:34>"
NAMES = [f"team/service-{number}" for number in range(6)]
POSIX = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX pipes and signals")


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repositories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six committed repositories below the current folder, each with one token."""
    for number, name in enumerate(NAMES):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "train.py").write_text(f'# {number}\ntoken = "{expand(TOKEN)}"\n', encoding="utf-8")
        git(folder, "init", "-q", "-b", "main")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "x")
    (tmp_path / "list").write_text("# ours\n\n" + "\n".join(NAMES) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def audit(*arguments: str) -> int:
    return run(["audit", "--repos", "list", "-o", "all.html", "--jobs", "2", *arguments])


def test_a_line_for_each_in_the_order_of_the_list(
    repositories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit() == 0
    found = lines(repositories / "all.jsonl")
    assert [line["name"] for line in found] == NAMES
    assert all(line["state"] == "done" and list(line)[-1] == "seconds" for line in found)
    assert found[0]["commit"] == git(repositories / NAMES[0], "rev-parse", "HEAD")
    assert found[0]["by_rule"] == {"huggingface-token": 1}
    assert found[0]["findings"][0]["path"] == "train.py"
    said = capsys.readouterr().out
    assert "6 repositories: 6 errors." in said
    assert "team/service-3" in said
    everything = said + (repositories / "all.jsonl").read_text() + (repositories / "all.html").read_text()
    assert expand(TOKEN) not in everything


def test_findings_are_those_of_check(repositories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit("-q")
    run(["check", "--format", "json", "--root", NAMES[0], NAMES[0]])
    said = json.loads(capsys.readouterr().out)
    line = lines(repositories / "all.jsonl")[0]
    assert (line["findings"], line["notes"]) == (said["findings"], said["notes"])


def test_the_same_files_give_the_same_lines(repositories: Path) -> None:
    def made() -> list[dict[str, Any]]:
        return [{**line, "seconds": 0} for line in lines(repositories / "all.jsonl")]

    audit("-q")
    first, written = made(), (repositories / "all.html").read_bytes()
    (repositories / "all.jsonl").unlink()
    audit("-q", "--jobs", "1")
    assert made() == first
    assert (repositories / "all.html").read_bytes() == written


def test_exit_codes(repositories: Path) -> None:
    assert audit("-q") == 0
    assert audit("-q", "--no-exit-zero") == 1
    (repositories / "list").write_text("nowhere\n", encoding="utf-8")
    assert audit("-q", "--no-exit-zero") == 1
    (repositories / "clean").mkdir()
    (repositories / "list").write_text("clean\n", encoding="utf-8")
    assert audit("-q", "--no-exit-zero") == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--repos", "none"], "cannot read none"),
        (["--repos", "empty"], "no repositories"),
        (["--repos", "list", "team"], "takes the place of PATHS"),
        (["--repos", "list", "-o", "-"], "needs a file"),
        (["--repos", "list", "-o", "no/where.html"], "cannot write"),
        (["--repos", "list", "--cluster", "tcp://127.0.0.1:9", "--timeout", "0"], "--timeout"),
        (["--cluster", "tcp://127.0.0.1:9"], "go with --repos"),
        (["--repos", "list", "-o", "notes.jsonl"], "is no result of mlscan"),
        (["--repos", "list", "-o", "poem.jsonl"], "is no result of mlscan"),
    ],
)
def test_wrong_usage(
    repositories: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (
        ("empty", "# nothing\n"),
        ("notes.jsonl", '{"a": 1}\n'),
        ("poem.jsonl", "half a line"),
    ):
        (repositories / name).write_text(text, encoding="utf-8")
    assert run(["audit", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert (repositories / "poem.jsonl").read_text() == "half a line"


# Going on


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Names and states of what the children said."""
    found: list[tuple[str, str]] = []
    add = Results.add

    def noted(self: Results, line: bytes) -> Head:
        head = msgspec.json.decode(line, type=Head)
        found.append((head.name, head.state))
        return add(self, line)

    monkeypatch.setattr(Results, "add", noted)
    return found


def test_known_commits_are_skipped(repositories: Path, asked: list[tuple[str, str]]) -> None:
    audit("-q")
    before = (repositories / "all.jsonl").read_bytes()
    asked.clear()
    audit("-q")
    assert {state for _, state in asked} == {"unchanged"}
    assert (repositories / "all.jsonl").read_bytes() == before


def test_what_changed_is_looked_at_again(repositories: Path, asked: list[tuple[str, str]]) -> None:
    audit("-q")
    (repositories / NAMES[1] / "train.py").write_text("x = 1\n", encoding="utf-8")
    git(repositories / NAMES[1], "commit", "-qam", "y")
    (repositories / NAMES[2] / "new.py").write_text("x = 1\n", encoding="utf-8")
    asked.clear()
    audit("-q")
    assert sorted(name for name, state in asked if state == "done") == NAMES[1:3]
    found = lines(repositories / "all.jsonl")
    assert [line["name"] for line in found] == NAMES
    assert found[1]["by_rule"] == {}
    assert found[2]["changed"]


def test_another_configuration_looks_at_all_again(repositories: Path, asked: list[tuple[str, str]]) -> None:
    audit("-q")
    asked.clear()
    audit("-q", "--min-severity", "error")
    assert {state for _, state in asked} == {"done"}
    assert made_by(Settings(), "", False) != made_by(Settings(min_severity="error"), "", False)
    assert made_by(Settings(), "", False) != made_by(Settings(), "", True)


def test_half_a_line_is_cut_off(repositories: Path, asked: list[tuple[str, str]]) -> None:
    audit("-q")
    whole = (repositories / "all.jsonl").read_bytes()
    (repositories / "all.jsonl").write_bytes(whole[:-40])
    asked.clear()
    audit("-q")
    assert [name for name, state in asked if state == "done"] == NAMES[-1:]
    assert [line["name"] for line in lines(repositories / "all.jsonl")] == NAMES


def test_who_is_not_on_the_list_leaves_the_file(repositories: Path) -> None:
    audit("-q")
    (repositories / "list").write_text(f"{NAMES[4]}/\n./{NAMES[0]}\n{NAMES[4]}\n", encoding="utf-8")
    audit("-q")
    assert [line["name"] for line in lines(repositories / "all.jsonl")] == [NAMES[4], NAMES[0]]


# Workers that die, and repositories that take for ever


class Stuck:
    """A repository at which git waits: its configuration includes a pipe into which nobody has written."""

    def __init__(self, folder: Path) -> None:
        git(folder, "config", "include.path", "pipe")
        self._pipe = folder / ".git" / "pipe"
        os.mkfifo(self._pipe)
        self._end = -1

    def reached(self) -> None:
        """Wait until a process is in the middle of it."""
        self._end = _until(self._open)

    def _open(self) -> int | None:
        try:
            return os.open(self._pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return None

    def mend(self) -> None:
        """From now on nobody waits here; who waits already goes on with `release`."""
        self._pipe.unlink()

    def left(self) -> None:
        """Wait until the process that waited here is gone."""
        poll = select.poll()
        poll.register(self._end, select.POLLERR)
        _until(lambda: poll.poll(0) or None)

    def release(self) -> None:
        os.close(self._end)


def _until(found: Callable[[], Any]) -> Any:
    for _ in range(1200):
        if (value := found()) is not None:
            return value
        time.sleep(0.05)
    raise AssertionError("it did not happen within a minute")


def beside(work: Callable[[], None]) -> threading.Thread:
    """Something that goes on while a survey runs."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def complete(root: Path) -> bool:
    found = lines(root / "all.jsonl")
    return [(line["name"], line["state"], line["by_rule"]) for line in found] == [
        (name, "done", {"huggingface-token": 1}) for name in NAMES
    ]


@POSIX
def test_a_local_process_that_dies_is_replaced(repositories: Path) -> None:
    stuck = Stuck(repositories / NAMES[1])

    def kill() -> None:
        stuck.reached()
        stuck.mend()
        for child in list(worker.CHILDREN._busy):
            os.kill(child._process.pid, signal.SIGKILL)
        stuck.release()

    thread = beside(kill)
    assert audit("-q") == 0
    thread.join()
    assert complete(repositories)
    assert not worker.CHILDREN._busy
    assert not worker.CHILDREN._idle


@POSIX
def test_a_pool_that_breaks_is_made_again(repositories: Path) -> None:
    """Any executor will do; a dead process of this one takes the whole pool with it."""
    stuck = [Stuck(repositories / name) for name in NAMES[:2]]
    pools: list[ProcessPoolExecutor] = []

    def make() -> Executor:
        pools.append(ProcessPoolExecutor(2, get_context("spawn")))
        return pools[-1]

    def kill() -> None:
        for one in stuck:
            one.reached()
            one.mend()
        os.kill(next(iter(pools[0]._processes)), signal.SIGKILL)
        for one in stuck:
            one.left()
            one.release()

    thread = beside(kill)
    targets = read_targets("\n".join(NAMES), "list")
    crew = Crew(make, 2, lambda: pools[-1].shutdown())
    with Results(repositories / "all.jsonl") as results:
        heads = survey(targets, Task(name="", location=""), results, crew)
    thread.join()
    assert len(pools) == 2
    assert [head.name for head in heads] == NAMES
    assert complete(repositories)


class Clock:
    """A timer that rings when the test says so."""

    made: ClassVar[list[Clock]] = []

    def __init__(self, seconds: float, ring: Callable[[], None]) -> None:
        self.seconds, self.ring, self.daemon = seconds, ring, False
        self.made.append(self)

    def start(self) -> None: ...

    def cancel(self) -> None: ...


@POSIX
def test_a_repository_may_not_take_for_ever(
    repositories: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = Stuck(repositories / NAMES[0])
    monkeypatch.setattr(Clock, "made", [])
    monkeypatch.setattr(threading, "Timer", Clock)

    def ring() -> None:
        stuck.reached()
        Clock.made[0].ring()
        stuck.left()
        stuck.release()

    thread = beside(ring)
    assert audit("--timeout", "7.5", "--jobs", "1") == 0
    thread.join()
    assert {clock.seconds for clock in Clock.made} == {7.5}
    states = {line["name"]: line["state"] for line in lines(repositories / "all.jsonl")}
    assert states.pop(NAMES[0]) == "timeout"
    assert set(states.values()) == {"done"}
    said = capsys.readouterr().out
    assert "team/service-0: not done within 7.5 seconds" in said
    assert "5 errors; 1 was not looked at." in said
    stuck.mend()
    audit("-q")
    assert complete(repositories)


def test_tries_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def deadly(task: Task) -> bytes:
        asked.append(task.name)
        if task.name == "bad":
            raise worker.WorkerDiedError
        return Record(name=task.name, state="done").line()

    monkeypatch.setattr(crews, "examine", deadly)
    tasks = [Task(name=name, location=name) for name in ("bad", "good", "fine")]
    found = [msgspec.json.decode(line, type=Head) for line in crews.run(tasks, executors.local(1))]
    assert [(head.name, head.state) for head in found] == [
        ("good", "done"),
        ("fine", "done"),
        ("bad", "failed"),
    ]
    assert asked.count("bad") == TRIES
    assert "3 times" in found[-1].message


def test_a_defect_costs_one_repository(repositories: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a repository itself gets wrong is told too, and neither stops the others."""
    (repositories / NAMES[2] / "mlscan.toml").write_text("selekt = []\n", encoding="utf-8")
    (repositories / NAMES[3] / "mlscan.toml").write_text('plugins = ["x.py"]\n', encoding="utf-8")
    (repositories / "list").write_text("\n".join([*NAMES, "gone"]) + "\n", encoding="utf-8")
    audit("-q")
    found = {line["name"]: line for line in lines(repositories / "all.jsonl")}
    refused = {name: line["message"] for name, line in found.items() if line["state"] == "refused"}
    assert set(refused) == {NAMES[2], NAMES[3], "gone"}
    assert "selekt" in refused[NAMES[2]]
    assert "code that the scan would run" in refused[NAMES[3]]
    assert refused["gone"] == "no such folder"


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and its two workers, which nobody restarts."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    log = subprocess.DEVNULL

    def start(part: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{part}", "--scheduler-file", str(file)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        return subprocess.Popen([*command, *arguments], cwd=tmp_path, env=environment, stdout=log, stderr=log)

    own = ["--host", "127.0.0.1", "--no-dashboard"]
    running = [start("scheduler", "--port", "0", *own)]
    address = _until(lambda: json.loads(file.read_text())["address"] if file.exists() else None)
    running += [start("worker", "--no-nanny", "--nthreads", "1", *own) for _ in range(2)]
    try:
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, running[1:]
    finally:
        for process in running:
            process.kill()
            process.wait()


@POSIX
def test_a_worker_of_a_cluster_that_is_killed_loses_nothing(
    repositories: Path, dask: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = dask
    stuck = [Stuck(repositories / name) for name in NAMES[:2]]

    def kill() -> None:
        for one in stuck:
            one.reached()
            one.mend()
        workers[0].kill()
        for one in stuck:
            one.release()

    thread = beside(kill)
    assert audit("-q", "--cluster", address) == 0
    thread.join()
    assert workers[0].wait() == -signal.SIGKILL
    assert workers[1].poll() is None
    assert complete(repositories)


def test_a_cluster_that_is_not_there(
    repositories: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "_PATIENCE", 0.5)
    assert audit("--cluster", "tcp://127.0.0.1:9") == 2
    assert "no scheduler at tcp://127.0.0.1:9" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert audit("--cluster", "tcp://127.0.0.1:9") == 2
    assert "pip install 'mlscan[cluster]'" in capsys.readouterr().err


# Repositories that are elsewhere


def test_a_url_is_cloned_and_left_when_nothing_changed(
    repositories: Path, asked: list[tuple[str, str]]
) -> None:
    url = f"file://{repositories / NAMES[0]}"
    (repositories / "list").write_text(f"{url}\n", encoding="utf-8")
    audit("-q")
    (found,) = lines(repositories / "all.jsonl")
    assert (found["name"], found["state"]) == (url, "done")
    assert found["commit"] == git(repositories / NAMES[0], "rev-parse", "HEAD")
    assert found["findings"][0]["path"] == "train.py"
    audit("-q")
    assert asked[-1] == (url, "unchanged")


def test_a_folder_without_a_work_tree_is_not_scanned_as_one(repositories: Path) -> None:
    git(repositories, "clone", "-q", "--bare", NAMES[0], "bare.git")
    (repositories / "list").write_text("bare.git\n", encoding="utf-8")
    audit("-q")
    assert "file://" in lines(repositories / "all.jsonl")[0]["message"]


def test_credentials_of_a_url_are_shown_nowhere(
    repositories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = expand("<alnum:30>")
    urls = [
        f"http://bot:{key}@127.0.0.1:9/acme/churn",
        f"http://{key}@127.0.0.1:9/acme/one",
        f"http://127.0.0.1:9/acme/two?token={key}",
        f"ssh://git:{key}@[::1/broken",
    ]
    (repositories / "list").write_text("\n".join(urls[:3]) + "\n", encoding="utf-8")
    assert audit() == 0
    found = lines(repositories / "all.jsonl")
    assert [line["name"] for line in found] == [
        "http://127.0.0.1:9/acme/churn",
        "http://127.0.0.1:9/acme/one",
        "http://127.0.0.1:9/acme/two?***",
    ]
    assert all(
        line["state"] == "refused" and line["message"].startswith("git clone: fatal:") for line in found
    )
    (repositories / "list").write_text(urls[3], encoding="utf-8")
    assert audit() == 2
    said = capsys.readouterr()
    assert "list:1: not a URL" in said.err
    written = "".join((repositories / name).read_text() for name in ("all.jsonl", "all.html"))
    assert key not in said.out + said.err + written
    assert key not in repr(Task(name="x", location=urls[0]))


@pytest.mark.parametrize(
    ("text", "url", "shown"),
    [
        ("https://a:b@x.org/r.git#f", "https://x.org/r.git", "https://x.org/r.git"),
        ("https://acme@dev.azure.com/acme/_git/r", "https://acme@dev.azure.com/acme/_git/r", "https://dev.azure.com/acme/_git/r"),
        ("ssh://git@x.org:22/r", "ssh://git@x.org:22/r", "ssh://x.org:22/r"),
        ("git@x.org:acme/r", "git@x.org:acme/r", "git@x.org:acme/r"),
    ],
)  # fmt: skip
def test_addresses(text: str, url: str, shown: str) -> None:
    address = read_address(text)
    assert is_url(text)
    assert (address.url, address.shown) == (url, shown)


def test_git_gets_credentials_but_keeps_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the arguments, which every user of a machine can read, nor in the clone's configuration."""
    said = tmp_path / "said"
    program = tmp_path / "git"
    program.write_text(f'#!/bin/sh\necho "$@" > "{said}.arguments"\nenv > "{said}.environment"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    clone(read_address("https://bot:s3same@x.org/r"), tmp_path / "r")
    assert "s3same" not in Path(f"{said}.arguments").read_text()
    environment = Path(f"{said}.environment").read_text()
    assert "GIT_CONFIG_KEY_0=http.https://x.org/r.extraHeader" in environment
    assert "GIT_CONFIG_VALUE_0=Authorization: Basic Ym90OnMzc2FtZQ==" in environment
    assert "GIT_TERMINAL_PROMPT=0" in environment


@pytest.mark.parametrize("text", ["ext::sh -c true", "--upload-pack=x", "C:/work/r", "team/churn"])
def test_what_is_a_folder_is_never_given_to_git_as_a_url(text: str) -> None:
    assert not read_targets(text, "list")[0].remote


def test_strange_schemes_are_refused() -> None:
    with pytest.raises(UserError, match="list:2: 'ftp://' is none of"):
        read_targets("a\nftp://x.org/r", "list")


# What is shown


def head(name: str, **counts: int) -> Head:
    return Head(name=name, state="done", by_severity=counts, by_rule={"r": sum(counts.values())})


def test_the_worst_come_first() -> None:
    heads = [head("a", note=9), head("b", error=1), head("c", error=1, warning=1)]
    said = table(heads, {"r": "Title"}, Palette())
    assert [line.split()[0] for line in said.splitlines()[1:4]] == ["c", "b", "a"]
    assert "3        12  r" in said
    assert said.endswith("3 repositories: 2 errors, 1 warning, 9 notes.")


def test_the_page_is_valid_and_shows_names_as_they_are() -> None:
    evil = "<script>alert(1)</script>\x1b[31m"
    heads = [
        msgspec.structs.replace(head(evil, error=1), commit="0" * 40, changed=True),
        Head(name=f"{evil}2", state="refused", message=evil),
        Head(name="clean", state="done"),
    ]
    html = page.render(heads, {})
    html5lib.HTMLParser(strict=True).parse(html)
    assert "<script" not in html
    assert "\x1b" not in html
    assert "Not looked at" in html
    html5lib.HTMLParser(strict=True).parse(page.render([Head(name="clean", state="done")], {}))


def test_a_name_that_is_not_utf8_stays_readable() -> None:
    line = Record(name="a", state="done", findings=[{"path": "x\udcff.py"}]).line()
    assert json.loads(line.decode("utf-8"))["findings"] == [{"path": "x?.py"}]

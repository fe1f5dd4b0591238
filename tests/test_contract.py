"""What scripts, CI and hooks rely on, tried with the program itself: exit codes, streams and environment."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from gits import SECRET, VALUE, WORKFLOW, commit, git, new_repository, put

ROOT = Path(__file__).parent.parent
VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CI", "PRE_COMMIT", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF")


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", **more}


def mlscan(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlscan", *arguments],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A secret, a clean file, one that does not parse, one of each, and configurations that are wrong."""
    put(tmp_path / "leak.py", SECRET)
    put(tmp_path / "clean.py", "x = 1\n")
    put(tmp_path / "broken.py", 'password = get("x1y2z3w4v5")\ndef f(:\n')
    put(tmp_path / "both.py", f"{SECRET}def f(:\n")
    put(tmp_path / "unknown.toml", "no-such-key = 1\n")
    put(tmp_path / "wrong.toml", 'jobs = "many"\n')
    put(tmp_path / "syntax.toml", "jobs = \n")
    put(tmp_path / "strict.toml", "strict = true\n")
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("clean.py", 0),
        ("empty", 0),
        ("leak.py", 1),
        ("leak.py clean.py", 1),
        ("leak.py --exit-zero", 0),
        ("leak.py --min-severity error", 1),
        ("leak.py --ignore secrets", 0),
        ("leak.py --select promotion", 0),
        ("leak.py --fail-on error", 1),
        ("leak.py --format json", 1),
        ("leak.py --format sarif", 0),
        ("leak.py --format sarif --no-exit-zero", 1),
        ("absent.py", 2),
        ("clean.py absent.py", 2),
        ("clean.py --root absent", 2),
        ("clean.py --config absent.toml", 2),
        ("clean.py --config unknown.toml", 2),
        ("clean.py --config wrong.toml", 2),
        ("clean.py --config syntax.toml", 2),
        ("clean.py --select no-such-rule", 2),
        ("clean.py --no-such-option", 2),
        ("clean.py --format xml", 2),
        ("clean.py -q -v", 2),
        ("clean.py -o absent/report.txt", 2),
        ("clean.py --staged", 2),
        ("clean.py --since HEAD", 2),
        ("broken.py", 0),
        ("both.py", 1),
        ("broken.py --strict", 2),
        ("both.py --strict", 2),
        ("both.py --strict --exit-zero", 2),
        ("broken.py --config strict.toml", 2),
        ("broken.py --config strict.toml --no-strict", 0),
        ("leak.py --strict", 1),
        ("clean.py --strict", 0),
    ],
)
def test_exit_codes(folder: Path, line: str, code: int) -> None:
    done = mlscan(folder, *line.split())
    assert done.returncode == code, done.stderr
    assert VALUE not in done.stdout + done.stderr
    if code == 2 and "--strict" not in line and "strict.toml" not in line:
        assert done.stdout == ""
        assert done.stderr


def test_what_does_not_parse_is_told_and_still_searched(folder: Path) -> None:
    done = mlscan(folder, "broken.py")
    assert "unparsed: broken.py:" in done.stdout
    assert "1 file could not be parsed." in done.stdout
    done = mlscan(folder, "both.py", "--strict")
    assert "error[credential-in-script]" in done.stdout
    assert done.stderr == "mlscan: error: --strict: 1 file could not be parsed (-v lists them)\n"


def test_stdout_is_only_the_report(folder: Path) -> None:
    for name in ("json", "sarif"):
        done = mlscan(folder, ".", "--format", name, "--statistics", PRE_COMMIT="1")
        json.loads(done.stdout)
        assert "could not be parsed" in done.stderr
    done = mlscan(folder, "clean.py", "--format", "concise", PRE_COMMIT="1", CI="true")
    assert (done.stdout, done.stderr) == ("", "")


def on_a_terminal(folder: Path, *arguments: str, **more: str) -> bytes:
    """What a run writes whose stdout and stderr are one terminal, as under pre-commit with colours."""
    reader, writer = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "mlscan", *arguments],
        cwd=folder,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=writer,
    ):
        os.close(writer)
        shown = b""
        while True:
            try:
                part = os.read(reader, 65536)
            except OSError:  # Linux says so where the other end is closed
                break
            if not part:
                break
            shown += part
    os.close(reader)
    return shown.replace(b"\r\n", b"\n")


@pytest.mark.parametrize(
    ("more", "coloured"),
    [
        ({}, True),
        ({"PRE_COMMIT": "1"}, True),
        ({"CI": "true"}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
    ids=str,
)
def test_colour_on_a_terminal(folder: Path, more: dict[str, str], coloured: bool) -> None:
    shown = on_a_terminal(folder, "leak.py", **more)
    assert (b"\x1b[" in shown) is coloured
    assert b"credential-in-variable" in shown


@pytest.mark.parametrize(("more", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True)], ids=str)
def test_colour_in_a_pipe(folder: Path, more: dict[str, str], coloured: bool) -> None:
    assert ("\x1b[" in mlscan(folder, "leak.py", **more).stdout) is coloured


@pytest.mark.parametrize("name", ["PRE_COMMIT", "CI"])
def test_no_progress_in_a_hook_or_a_build(tmp_path: Path, name: str) -> None:
    """The counter comes after a second, which is set to none here; without the variable it shows."""
    for number in range(300):
        put(tmp_path / f"{number}.py", "x = 1\n" * 3000)
    program = put(
        tmp_path / "hasty",
        "import sys\nfrom mlscan.cli import main, progress\nprogress._DELAY = progress._INTERVAL = 0\n"
        "sys.exit(main.run(['check', '--no-config', '--color', 'never', '.']))\n",
    )
    reader, writer = pty.openpty()
    shown = []
    for more in ({}, {name: "1"}):
        subprocess.run(
            [sys.executable, str(program)],
            cwd=tmp_path,
            env=environment(**more),
            stdout=subprocess.DEVNULL,
            stderr=writer,
            check=False,
        )
        os.write(writer, b"end")
        part = b""
        while not part.endswith(b"end"):
            part += os.read(reader, 65536)
        shown.append(part)
    os.close(writer)
    os.close(reader)
    assert b"of 30" in shown[0]
    assert shown[1] == b"end"


def test_a_hook_of_git_itself(tmp_path: Path) -> None:
    """Without pre-commit: `.git/hooks/pre-commit` with one line, also with `git commit FILE`, which hands
    the hook an index of its own."""
    repository = new_repository(tmp_path / "repository")
    put(repository / "a.py", "x = 1\n")
    put(repository / "b.py", "x = 1\n")
    commit(repository)
    hook = put(
        repository / ".git" / "hooks" / "pre-commit",
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m mlscan check --staged --format concise\n',
    )
    hook.chmod(0o755)
    put(repository / "a.py", SECRET)
    put(repository / "b.py", "x = 2\n")
    git(repository, "add", "a.py")
    git(repository, "commit", "-qm", "only b", "b.py")
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        git(repository, "commit", "-qm", "a")
    assert b"a.py:1:13 credential-in-variable" in stopped.value.stderr + stopped.value.stdout
    linked = tmp_path / "linked"
    git(repository, "worktree", "add", "-q", str(linked))
    put(linked / ".github" / "workflows" / "cd.yml", WORKFLOW)
    put(linked / "c.py", SECRET)
    git(linked, "add", "-A")
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        git(linked, "commit", "-qm", "c")
    assert b"c.py:1:13 credential-in-variable" in stopped.value.stderr + stopped.value.stdout

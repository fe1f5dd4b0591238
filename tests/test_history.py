"""`mlscan history`: real repositories, made here with secrets made here, against scans of every commit."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mlscan.cli.main import run
from mlscan.sources.contents import contents
from mlscan.sources.delta import DeltaError, applied, around
from mlscan.sources.log import Scope, read_log
from mlscan.sources.objects import Objects
from mlscan.sources.repository import Repository
from mlscan.sources.storage import stored

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
Report = dict[str, Any]


def secret(number: int) -> str:
    return "hf_" + "".join(random.Random(number).choices(ALPHABET, k=34))


class Repo:
    """A repository whose clock ticks a day with each commit."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.day = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str, **environment: str) -> str:
        when = f"{1_600_000_000 + 86_400 * self.day} +0200"
        facts = {"NAME": "Ann Example", "EMAIL": "ann@example.org", "DATE": when}
        names = {f"GIT_{who}_{what}": facts[what] for who in ("AUTHOR", "COMMITTER") for what in facts}
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, check=True, capture_output=True,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, **names, **environment},
        )  # fmt: skip
        return done.stdout.decode().strip()

    def commit(self, files: dict[str, str | None]) -> str:
        """Write (or with None delete) files, and commit them."""
        self.day += 1
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", f"day {self.day}")
        return self.git("rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """States of other tests are not seen; the compiled patterns are."""
    from mlscan.history import state

    held: dict[str, bytes] = {}
    monkeypatch.setattr(state.cache, "read", _either(held, state.cache.read))
    monkeypatch.setattr(state.cache, "write", _kept(held, state.cache.write))


def _either(held: dict[str, bytes], real: Callable[[str], bytes | None]) -> Callable[[str], bytes | None]:
    return lambda name: held.get(name) if name.startswith("history-") else real(name)


def _kept(held: dict[str, bytes], real: Callable[[str, bytes], None]) -> Callable[[str, bytes], None]:
    def write(name: str, content: bytes) -> None:
        if name.startswith("history-"):
            held[name] = content
        else:
            real(name, content)

    return write


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def scanned(capsys: pytest.CaptureFixture[str], folder: Path, *options: str, code: int | None = 1) -> Report:
    capsys.readouterr()
    found = run(["history", str(folder), "--no-config", "--format", "json", *options])
    report: Report = json.loads(capsys.readouterr().out)
    assert code is None or found == code, report
    return report


def by_secret(report: Report, *numbers: int) -> dict[int, Report]:
    """The findings by the number of their secret, known by its masked preview."""
    found = {}
    for item in report["findings"]:
        for number in numbers:
            if f"{secret(number)[:4]}…{secret(number)[-2:]}" in item["message"]:
                assert number not in found, "one secret, one finding"
                found[number] = item
    return found


def test_added_removed_and_moved(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    first = repo.commit({"a.py": f'TOKEN = "{secret(1)}"\n', "b.py": "x = 1\n"})
    repo.commit({"a.py": f'TOKEN = "{secret(1)}"\nprint(1)\n', "c.yaml": f"token: {secret(2)}\n"})
    gone = repo.commit({"c.yaml": None})
    repo.git("mv", "a.py", "moved.py")
    repo.commit({"new.py": f'KEY = "{secret(3)}"\n'})
    found = by_secret(scanned(capsys, repo.folder), 1, 2, 3)
    assert sorted(found) == [1, 2, 3]
    kept = found[1]
    assert (kept["path"], kept["line"], kept["past"]["commit"]) == ("moved.py", 1, first)
    assert kept["past"]["in_head"]
    assert kept["past"]["versions"] == 2
    assert any(place["path"] == "a.py" for place in kept["related"])
    lost = found[2]
    assert lost["path"] == "c.yaml"
    assert lost["past"]["removed"]["commit"] == gone
    assert lost["past"]["date"].startswith("2020-09-15")
    assert not lost["past"]["in_head"]


def test_branches_tags_merges_and_the_stash(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"a.py": "x = 1\n"})
    for number in (1, 2, 3):
        repo.git("checkout", "-q", "-b", f"side{number}", "main")
        repo.commit(
            {f"side{number}.py": f'TOKEN = "{secret(number)}"\n' if number == 1 else f"y = {number}\n"}
        )
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-commit", "--no-ff", "side2", "side3")
    merge = repo.commit({"octopus.py": f'TOKEN = "{secret(2)}"\n'})
    repo.git("checkout", "-q", "--detach")
    repo.commit({"tagged.env": f"HF_TOKEN={secret(3)}\n"})
    repo.git("tag", "only-here")
    repo.git("checkout", "-q", "main")
    (repo.folder / "a.py").write_text(f'TOKEN = "{secret(4)}"\n')
    repo.git("stash")
    key = repo.folder.parent / "key.txt"
    key.write_text(f"token {secret(5)}\n")
    repo.git("tag", "a-file", repo.git("hash-object", "-w", str(key)))
    found = by_secret(scanned(capsys, repo.folder), 1, 2, 3, 4, 5)
    assert sorted(found) == [1, 2, 3, 4, 5]
    assert found[2]["past"]["commit"] == merge
    assert found[2]["past"]["in_head"]
    assert not found[1]["past"]["in_head"]
    assert "another branch or tag" in found[3]["message"]
    assert found[5]["past"]["commit"] == ""
    assert sorted(by_secret(scanned(capsys, repo.folder, "--branch", "side1"), 1, 2, 3, 4, 5)) == [1]


def test_notebooks(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    def notebook(*lines: str) -> str:
        cell = {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": [*lines],
        }
        return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)

    repo.commit({"n.ipynb": notebook("x = 1\n", "y = 2")})
    repo.commit({"n.ipynb": notebook("x = 1\n", f'token = "{secret(1)}"\n', "y = 2")})
    repo.commit({"n.ipynb": notebook("x = 1\n", "y = 2\n")})
    found = by_secret(scanned(capsys, repo.folder), 1)
    assert found[1]["cell"]["line"] == 2
    assert found[1]["past"]["removed"]


def test_since_leaves_out_what_was_there(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"a.py": f'TOKEN = "{secret(1)}"\n'})
    repo.git("tag", "v1")
    repo.commit({"a.py": f'TOKEN = "{secret(1)}"\nOTHER = "{secret(2)}"\n'})
    assert sorted(by_secret(scanned(capsys, repo.folder, "--since", "v1"), 1, 2)) == [2]
    day = "2020-09-15"  # of the second commit, as its author counted
    assert sorted(by_secret(scanned(capsys, repo.folder, "--since", f"{day}T00:00:00Z"), 1, 2)) == [2]
    assert run(["history", str(repo.folder), "--since", "no such thing"]) == 2
    assert "knows no revision" in capsys.readouterr().err


def test_an_ignore_comment_counts_in_the_newest_version(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit({"a.py": f'TOKEN = "{secret(1)}"\n'})
    repo.commit({"a.py": f'TOKEN = "{secret(1)}"  # mlscan: ignore[huggingface-token] revoked\n'})
    report = scanned(capsys, repo.folder, "--show-suppressed", code=0)
    assert [item["suppression"]["reason"] for item in report["suppressed"]] == ["revoked"]


def test_the_author_is_named_only_when_asked(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"a.py": f'TOKEN = "{secret(1)}"\n'})
    assert "Ann" not in json.dumps(scanned(capsys, repo.folder))
    assert scanned(capsys, repo.folder, "--author")["findings"][0]["past"]["author"] == "Ann Example"


def test_no_secret_in_any_output_or_state(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    from mlscan.catalog import cache

    repo.commit({"a.py": f'TOKEN = "{secret(1)}"\n'})
    repo.commit({"a.py": f"# was {secret(1)}\n"})
    for name in ("text", "concise", "json", "sarif"):
        run(["history", str(repo.folder), "--no-config", "-v" if name == "text" else "-q", "--format", name])
        out = capsys.readouterr().out
        assert "huggingface-token" in out
        assert secret(1) not in out
    states = [
        cell.cell_contents for cell in (cache.write.__closure__ or ()) if isinstance(cell.cell_contents, dict)
    ]
    assert any(states)
    for held in states:
        assert all(secret(1).encode() not in content for content in held.values())


def test_a_second_scan_looks_only_at_what_is_new(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"a.py": f'TOKEN = "{secret(1)}"\n'})
    one = scanned(capsys, repo.folder)
    again = scanned(capsys, repo.folder)
    assert again["findings"] == one["findings"]
    assert (one["summary"]["bytes"] > 0, again["summary"]["bytes"]) == (True, 0)
    repo.commit({"b.py": f'KEY = "{secret(2)}"\n'})
    assert sorted(by_secret(scanned(capsys, repo.folder), 1, 2)) == [1, 2]
    assert scanned(capsys, repo.folder, "--fresh")["findings"] == scanned(capsys, repo.folder)["findings"]


def test_an_interrupted_scan_goes_on(
    repo: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlscan.sources.storage as storage
    from mlscan.history.search import Search

    monkeypatch.setattr(storage, "_SHARD", 1)
    for number in range(6):
        repo.commit({f"{number}.py": f'TOKEN = "{secret(number)}"\n'})
    whole, calls = Search.shard, []

    def cut_off(self: Search, number: int) -> Any:
        calls.append(number)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return whole(self, number)

    monkeypatch.setattr(Search, "shard", cut_off)
    assert run(["history", str(repo.folder), "--no-config", "--jobs", "1"]) == 130
    capsys.readouterr()
    assert sorted(by_secret(scanned(capsys, repo.folder, "--jobs", "1"), *range(6))) == list(range(6))
    assert len(calls) == 4 + 3


@pytest.mark.parametrize("packed", [False, True])
def test_every_commit_scanned_one_by_one_finds_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], packed: bool
) -> None:
    """The slow oracle: `mlscan check` on the tree of every commit."""
    chance = random.Random(7)
    repo = Repo(tmp_path / "repo")
    lines = {
        name: [f"value_{i} = {i}" for i in range(60)]
        for name in ("a.py", "lib/b.py", "c.sh", "d.yaml", "e.env")
    }
    forms = {
        ".py": 'NAME_{0} = "{1}"',
        ".sh": "export NAME_{0}={1}",
        ".yaml": "name_{0}: {1}",
        ".env": "NAME_{0}={1}",
    }
    commits = []
    for number in range(40):
        changed: dict[str, str | None] = {}
        for name in chance.sample(sorted(lines), 2):
            text = lines[name]
            suffix = os.path.splitext(name)[1] or ".env"
            move = chance.random()
            if move < 0.5:
                word = "token" if chance.random() < 0.7 else "plain"
                value = secret(number) if word == "token" else f"w{number}"
                text.insert(chance.randrange(len(text)), forms[suffix].format(number, value))
            elif move < 0.8:
                del text[chance.randrange(len(text))]
            else:
                text[:] = text[len(text) // 3 :] + text[: len(text) // 3]
            changed[name] = "\n".join(text) + "\n"
        commits.append(repo.commit(changed))
        if number % 9 == 4:
            repo.git("checkout", "-q", "-b", f"side{number}", commits[chance.randrange(len(commits))])
            for name in lines:
                path = repo.folder / name
                lines[name] = path.read_text().splitlines() if path.exists() else lines[name]
    if packed:
        repo.git("gc", "-q", "--aggressive")
    wanted: dict[str, str] = {}
    for commit in commits:
        tree = tmp_path / "tree" / commit
        tree.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", commit], cwd=repo.folder, check=True, capture_output=True)
        subprocess.run(["tar", "-x"], cwd=tree, input=archive.stdout, check=True)
        run(
            [
                "check",
                "--no-config",
                "--format",
                "json",
                "--select",
                "secrets",
                "--root",
                str(tree),
                str(tree),
            ]
        )
        for item in json.loads(capsys.readouterr().out)["findings"]:
            wanted.setdefault(item["message"].rstrip("."), commit)
    assert len(wanted) > 8
    one = scanned(capsys, repo.folder, "--jobs", "1", "--fresh")
    assert scanned(capsys, repo.folder, "--jobs", "3", "--fresh") == one
    found = {item["message"].partition("; ")[0]: item["past"]["commit"] for item in one["findings"]}
    assert {key.partition(" (")[2]: value for key, value in found.items()} == {
        key.partition(" (")[2]: value for key, value in wanted.items()
    }


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_packs_are_read_as_git_reads_them(tmp_path: Path, form: str) -> None:
    repo = Repo(tmp_path / "repo", f"--object-format={form}")
    chance = random.Random(3)
    lines = [f"{chance.random()}" for _ in range(400)]
    for _ in range(30):
        lines[chance.randrange(400)] = f"{chance.random()}"
        del lines[chance.randrange(len(lines)) :][:3]
        lines += [f"{chance.random()}" for _ in range(400 - len(lines))]
        repo.commit({"big.txt": "\n".join(lines), "more.txt": "\n".join(lines[::2])})
    repo.git("gc", "-q")
    repository = Repository(repo.folder)
    history = read_log(repository, Scope(), None)
    storage = stored(repository, history.ids)
    objects, asked = Objects(repository, 1 << 20), Objects(repository, 1 << 20)
    deltas = 0
    for number, shard in enumerate(storage.shards):
        for blob, (data, spans) in zip(shard, contents(storage, number, objects, 1 << 20), strict=True):
            assert data == asked.content(blob.object_id)
            deltas += spans is not None
    asked.close()
    objects.close()
    assert len(history.ids) >= 30
    assert deltas > len(history.ids) // 2


def test_shallow_partial_and_damaged_repositories_say_so(
    repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        repo.commit({"a.py": f"x = {number}\n", f"{number}.py": f'TOKEN = "{secret(number)}"\n'})
    repo.git("config", "uploadpack.allowFilter", "true")
    origin = f"file://{repo.folder}"
    repo.git("clone", "-q", "--bare", "--depth", "1", origin, str(tmp_path / "shallow"))
    repo.git("clone", "-q", "--bare", "--filter=blob:none", origin, str(tmp_path / "partial"))
    assert any("shallow" in note["message"] for note in scanned(capsys, tmp_path / "shallow")["notes"])
    report = scanned(capsys, tmp_path / "partial", code=0)
    assert any("6 blobs are not in this partial clone" in note["message"] for note in report["notes"])
    blob = repo.git("rev-parse", "HEAD:2.py")
    path = repo.folder / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:20])
    report = scanned(capsys, repo.folder)
    assert sorted(by_secret(report, 0, 1, 2)) == [0, 1]
    assert any("damaged" in note["message"] for note in report["notes"])
    assert run(["history", str(repo.folder), "--no-config", "-q", "--exclude", "[01].py"]) == 2


def test_strange_repositories(repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scanned(capsys, repo.folder, code=0)["findings"] == []
    repo.git("config", "i18n.commitEncoding", "latin1")
    repo.commit({"a.py": f'TOKEN = "{secret(1)}"\n', "big.bin": "\0" * 50, "big.txt": "x" * 5000})
    tree = repo.git("rev-parse", "HEAD^{tree}")
    strange = f"tree {tree}\nauthor \xe9 <> 99999999999999999999 +9999\ncommitter x <> 1 +0000\n\n\xe9\n"
    bad = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"], cwd=repo.folder, check=True,
        input=strange.encode("latin-1"), capture_output=True,
    ).stdout.decode().strip()  # fmt: skip
    repo.git("update-ref", "refs/heads/bad", bad)
    repo.git("worktree", "add", "-q", str(tmp_path / "other"), "-b", "other")
    for folder in (repo.folder, tmp_path / "other", repo.folder / ".git"):
        report = scanned(capsys, folder, "--max-file-size", "1000")
        assert sorted(by_secret(report, 1)) == [1]
        assert any("larger than 1000" in note["message"] for note in report["notes"])
    assert run(["history", str(tmp_path)]) == 2
    assert run(["history", str(tmp_path / "missing")]) == 2


def test_a_delta_that_does_not_fit_is_refused() -> None:
    for delta in (b"", b"\x05", b"\x03\x05\x91", b"\x03\x05\x05ab", b"\x04\x01\x01a"):
        with pytest.raises(DeltaError):
            applied(b"abc", delta)
    assert applied(b"abcdef", b"\x06\x05\x91\x04\x02\x01x\x90\x02") == (b"efxab", [(2, 3)])
    assert applied(b"abcdef", b"\x06\x04\x91\x04\x02\x90\x02") == (b"efab", [(2, 2)])


def test_windows_are_lines_apart() -> None:
    data = b"".join(b"line %03d\n" % number for number in range(100))
    windows = around(data, [(0, 1), (450, 455), (460, 460), (880, 890)], 20)
    assert windows == sorted(windows)
    assert all(a[1] < b[0] for a, b in pairwise(windows))
    assert all(data[start - 1 : start] in (b"", b"\n") for start, _ in windows)
    for start, end in [(0, 1), (450, 460), (880, 890)]:
        assert any(low <= max(0, start - 20) and min(len(data), end + 20) <= high for low, high in windows)

"""`mlscan check --staged`: what the index holds counts, and nothing else does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from gits import RELEASE, SECRET, VALUE, WORKFLOW, commit, git, new_repository, put

from mlscan.cli.main import run
from mlscan.errors import UserError
from mlscan.sources import blobs
from mlscan.sources.index import Index


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = new_repository(tmp_path / "repository")
    monkeypatch.chdir(folder)
    return folder


def staged(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """`path:line:column rule` of each finding."""
    capsys.readouterr()
    code = run(["check", "--no-config", "--staged", "--format", "concise", *arguments])
    found = [line.partition(" Credential")[0] for line in capsys.readouterr().out.splitlines()]
    assert code == int(bool(found))
    return found


def test_a_repository_without_commits(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert staged(capsys) == []
    put(repository / "a.py", SECRET)
    assert staged(capsys) == []
    git(repository, "add", "a.py")
    assert staged(capsys) == ["a.py:1:13 credential-in-variable"]


def test_the_work_tree_does_not_matter(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository / "dirty.py", "x = 1\n")
    put(repository / "mended.py", SECRET)
    put(repository / "gone.py", SECRET)
    git(repository, "add", "-A")
    put(repository / "dirty.py", SECRET)
    put(repository / "mended.py", "x = 1\n")
    (repository / "gone.py").unlink()
    put(repository / "untracked.py", SECRET)
    assert [line.split(":")[0] for line in staged(capsys)] == ["gone.py", "mended.py"]


def test_added_modified_and_renamed_but_not_what_was_committed(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(repository / "old.py", SECRET)
    put(repository / "moved.py", SECRET)
    put(repository / "deleted.py", SECRET)
    put(repository / "edited.py", "x = 1\n")
    commit(repository)
    git(repository, "mv", "moved.py", "new name.py")
    git(repository, "rm", "-q", "deleted.py")
    put(repository / "edited.py", "x = 1\n" + SECRET)
    put(repository / "copied.py", SECRET)
    git(repository, "add", "-A")
    assert [line.split(":")[0] for line in staged(capsys)] == ["copied.py", "edited.py", "new name.py"]


@pytest.mark.parametrize(
    "name", ["with space.py", "zwei\nzeilen.py", "käse.py", '"quoted".py', "tab\tbed.py"]
)
def test_strange_names(repository: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    put(repository / "folder" / name, SECRET)
    git(repository, "add", "-A")
    assert Index(repository, 1000).staged == (f"folder/{name}",)
    assert len(staged(capsys)) == 1


def test_intent_to_add_is_not_staged(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository / "planned.py", SECRET)
    git(repository, "add", "--intent-to-add", "planned.py")
    assert staged(capsys) == []


def test_links_and_submodules_hold_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inner = new_repository(repository.parent / "inner")
    put(inner / "inner.py", SECRET)
    commit(inner)
    git(repository, "submodule", "--quiet", "add", str(inner), "module")
    (repository / "link.py").symlink_to("module/inner.py")
    (repository / "broken.py").symlink_to("nowhere")
    git(repository, "add", "-A")
    assert staged(capsys) == []
    put(repository / "module" / "more.py", SECRET)
    git(repository / "module", "add", "-A")
    assert [line.split(":")[0] for line in staged(capsys, "--root", "module")] == ["more.py"]


def test_a_link_that_becomes_a_file(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "a.py").symlink_to("b.py")
    commit(repository)
    (repository / "a.py").unlink()
    put(repository / "a.py", SECRET)
    git(repository, "add", "-A")
    assert len(staged(capsys)) == 1


def test_a_subdirectory_sees_the_whole_commit_unless_paths_are_given(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository / "top.py", SECRET)
    put(repository / "sub" / "a.py", SECRET)
    put(repository / "subway" / "b.py", SECRET)
    git(repository, "add", "-A")
    monkeypatch.chdir(repository / "sub")
    assert [line.split(":")[0] for line in staged(capsys)] == ["sub/a.py", "subway/b.py", "top.py"]
    assert [line.split(":")[0] for line in staged(capsys, ".")] == ["sub/a.py"]
    assert [line.split(":")[0] for line in staged(capsys, "../top.py", "a.py")] == ["sub/a.py", "top.py"]
    assert [line.split(":")[0] for line in staged(capsys, "--root", ".")] == ["a.py"]


def test_a_linked_worktree_has_its_own_index(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository / "a.py", "x = 1\n")
    commit(repository)
    linked = repository.parent / "linked"
    git(repository, "worktree", "add", "-q", str(linked))
    put(linked / "b.py", SECRET)
    git(linked, "add", "-A")
    assert staged(capsys) == []
    monkeypatch.chdir(linked)
    assert len(staged(capsys)) == 1


def test_a_file_in_conflict_is_left_to_the_merge(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(repository / "a.py", "x = 1\n")
    commit(repository)
    git(repository, "checkout", "-q", "-b", "other")
    put(repository / "a.py", SECRET)
    commit(repository)
    git(repository, "checkout", "-q", "main")
    put(repository / "a.py", "x = 2\n")
    commit(repository)
    with pytest.raises(Exception, match="merge"):
        git(repository, "merge", "other")
    assert staged(capsys) == []


def test_excluded_large_and_binary_files(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository / "vendor" / "a.py", SECRET)
    put(repository / "large.py", SECRET + "#" * 2000)
    put(repository / "small.py", SECRET)
    (repository / "data.py").write_bytes(b"\0" + SECRET.encode())
    git(repository, "add", "-A")
    found = staged(capsys, "--exclude", "vendor/", "--max-file-size", "1000")
    assert [line.split(":")[0] for line in found] == ["small.py"]
    run(["check", "--no-config", "--staged", "-v", "--max-file-size", "1000"])
    shown = capsys.readouterr().out
    assert "skipped: large.py: larger than 1000 bytes" in shown
    assert VALUE not in shown


def test_pipelines_and_scripts_are_read_from_the_index(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workflow = put(repository / ".github" / "workflows" / "cd.yml", WORKFLOW)
    script = put(repository / "scripts" / "release.sh", "true\n")
    commit(repository)
    script.write_text(RELEASE)
    git(repository, "add", "-A")
    script.write_text("true\n")
    workflow.write_text("on: push\n")
    found = staged(capsys)
    assert any(line.startswith("scripts/release.sh:1:1 direct-to-prod") for line in found)
    git(repository, "add", "-A")
    assert staged(capsys) == []


def test_an_ignore_comment_counts_as_it_is_staged(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = put(repository / "a.py", SECRET)
    git(repository, "add", "-A")
    file.write_text(SECRET.rstrip() + "  # mlscan: ignore[secrets] of a test\n")
    assert len(staged(capsys)) == 1
    git(repository, "add", "-A")
    assert staged(capsys) == []


def test_one_process_reads_every_file(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        put(repository / f"{number}.py", SECRET)
    git(repository, "add", "-A")
    started: list[object] = []
    real = blobs.subprocess.Popen
    monkeypatch.setattr(blobs.subprocess, "Popen", lambda *a, **k: started.append(a) or real(*a, **k))
    with Index(repository, 1000) as index:
        assert len([index.read(path) for path in index.staged]) == 30
    assert [arguments[0][1] for arguments in started if "cat-file" in arguments[0]] == ["cat-file"]  # type: ignore[index]


def test_outside_a_repository(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--staged needs a git repository"):
        Index(tmp_path, 1000)


@pytest.mark.parametrize("also", [["--since", "HEAD"], ["-"], ["absent.py"]])
def test_what_does_not_go_with_it(repository: Path, also: list[str]) -> None:
    assert run(["check", "--staged", *also]) == 2

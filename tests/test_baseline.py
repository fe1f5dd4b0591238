"""Baselines: what is put aside stays aside wherever it moves, and nothing else does."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlscan.baseline.entry import Entry
from mlscan.baseline.file import Own, conflicted, decode, encode, renumbered, united
from mlscan.baseline.find import baselines
from mlscan.baseline.keys import Keys
from mlscan.baseline.names import OWN as NAME
from mlscan.baseline.read import Given
from mlscan.catalog.schema import Catalog
from mlscan.catalog.templates import expand
from mlscan.cli.main import run
from mlscan.config import Config
from mlscan.errors import UserError
from mlscan.model import Confidence, Report
from mlscan.report import concise, github, json_report, sarif, text
from mlscan.scan import scan
from mlscan.sources.request import Request
from mlscan.tend import Wanted, tended

RULE = "credential-in-variable"


def drawn(number: int) -> str:
    """A password of its own for each number; all look alike once they are masked."""
    source = random.Random(number)
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
    return "".join(source.choice(letters) for _ in range(12)) + f"{number % 90 + 10}" + "#7"


def line(number: int, name: str = "db_password") -> str:
    return f'{name} = "{drawn(number)}"'


def checked(root: Path, catalog: Catalog, config: Config = Config()) -> Report:  # noqa: B008
    known = baselines(root, config.baseline)
    return scan(Request((str(root),), str(root)), catalog, config, None, known)


def write(root: Path, catalog: Catalog, file: str = NAME, **how: object) -> str:
    """Update the baseline of a folder; what was said about it."""
    request = Request((str(root),), str(root))
    found = tended(request, catalog, Config(), Wanted(root / file, **how))  # type: ignore[arg-type]
    (root / file).write_text(found.text)
    return found.said


def places(report: Report) -> list[str]:
    return [f"{item.place.path}:{item.place.region.start_line}" for item in report.active]


def stale(report: Report) -> list[str]:
    return [note.message for note in report.notes if note.kind == "unused"]


def test_only_what_is_new_is_reported(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(f"{line(1)}\n")
    assert "holds 1 entry: 1 added (1 error), 0 kept, 0 dropped" in write(tmp_path, catalog)
    report = checked(tmp_path, catalog)
    assert not report.active
    assert [item.suppressed.marker for item in report.findings if item.suppressed] == [NAME]
    (tmp_path / "a.py").write_text(f"# moved\n\n{line(2)}\n{line(1)}\n")
    assert places(checked(tmp_path, catalog)) == ["a.py:3"]


def test_another_secret_in_the_place_of_a_known_one_is_new(tmp_path: Path, catalog: Catalog) -> None:
    """Both lines look the same once they are masked."""
    (tmp_path / "a.py").write_text(f"{line(1)}\n")
    write(tmp_path, catalog)
    (tmp_path / "a.py").write_text(f"{line(2)}\n")
    report = checked(tmp_path, catalog)
    assert places(report) == ["a.py:1"]
    assert stale(report) == [f"the entry for {RULE} in a.py matches nothing any more"]


def test_a_secret_is_known_in_another_line_of_its_file(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(f"{line(1)}\n")
    write(tmp_path, catalog)
    (tmp_path / "a.py").write_text(f"def f():\n    {line(1, 'self.admin_password')}  # why\n")
    report = checked(tmp_path, catalog)
    assert len(report.findings) == 1
    assert not report.active
    assert not stale(report)


def test_a_known_secret_in_another_file_is_new(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(f"{line(1)}\n")
    write(tmp_path, catalog)
    (tmp_path / "b.py").write_text(f"{line(1)}\n")
    assert places(checked(tmp_path, catalog)) == ["b.py:1"]


def test_a_file_that_moved_keeps_its_entries(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(f"{line(1)}\n{line(2)}\n")
    write(tmp_path, catalog)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    report = checked(tmp_path, catalog)
    assert len(report.findings) == 2
    assert not report.active
    assert not stale(report)
    assert "0 added, 2 kept, 0 dropped" in write(tmp_path, catalog)
    assert {entry.path for entry in decode((tmp_path / NAME).read_text(), NAME).entries} == {"b.py"}


def test_a_file_moves_to_one_place_only(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(f"{line(1)}\n")
    write(tmp_path, catalog)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    (tmp_path / "c.py").write_text(f"{line(1)}\n")
    assert places(checked(tmp_path, catalog)) == ["c.py:1"]


PROMOTE = 'client.transition_model_version_stage("churn", 3, "Production")\n'
CODE = f"from mlflow import MlflowClient\nclient = MlflowClient()\n{PROMOTE}"


def test_findings_on_equal_lines_are_counted(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(CODE)
    (tmp_path / "a.py").write_text(CODE + PROMOTE)
    assert "holds 2 entries" in write(tmp_path, catalog)
    assert len(set(re.findall(r'"nth": \d', (tmp_path / NAME).read_text()))) == 1
    assert not checked(tmp_path, catalog).active
    (tmp_path / "a.py").write_text(CODE + PROMOTE * 2)
    assert len(checked(tmp_path, catalog).active) == 1
    (tmp_path / "a.py").write_text(CODE)
    assert len(stale(checked(tmp_path, catalog))) == 1


def test_an_entry_that_a_merge_left_twice_counts_once(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(CODE)
    write(tmp_path, catalog)
    file = tmp_path / NAME
    file.write_text(re.sub(r"(?m)^(\{.path.*)$", r"\1\n\1", file.read_text()))
    (tmp_path / "a.py").write_text(CODE + PROMOTE)
    assert len(checked(tmp_path, catalog).active) == 1


def test_a_line_moves_with_a_file_that_keeps_its_name(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(CODE)
    write(tmp_path, catalog)
    (tmp_path / "src").mkdir()
    (tmp_path / "a.py").rename(tmp_path / "src" / "a.py")
    assert not checked(tmp_path, catalog).active
    (tmp_path / "src" / "a.py").rename(tmp_path / "b.py")
    assert len(checked(tmp_path, catalog).active) == 1


PIPELINE = """on: push
jobs:
  first:
    runs-on: x
    steps:
      - run: az ml online-deployment create -w churn-prod --endpoint-name churn-prod
"""
SECOND = """  {name}:
    runs-on: x
    steps:
      - run: az ml online-deployment create -w churn-prod --endpoint-name churn-prod
"""


def test_of_equal_lines_the_known_one_is_held_back(tmp_path: Path, catalog: Catalog) -> None:
    """A new job before the old one has the same deploy command; the messages name the jobs."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(PIPELINE)
    write(tmp_path, catalog)
    assert not checked(tmp_path, catalog).active
    lines = PIPELINE.splitlines(keepends=True)
    (folder / "a.yml").write_text("".join([*lines[:2], SECOND.format(name="another"), *lines[2:]]))
    (new,) = checked(tmp_path, catalog).active
    assert "another" in new.message


def notebook(sources: list[str], count: int, outputs: list[str]) -> str:
    cells = [
        {
            "cell_type": "code",
            "execution_count": count + number,
            "metadata": {},
            "source": source.splitlines(keepends=True),
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": output.splitlines(keepends=True)}
            ],
        }
        for number, (source, output) in enumerate(zip(sources, outputs, strict=True))
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def test_a_notebook_that_is_run_again(tmp_path: Path, catalog: Catalog) -> None:
    token = expand("hf_<alpha:34>")
    sources = [f"{line(1)}\nprint(token)", CODE]
    (tmp_path / "a.ipynb").write_text(notebook(sources, 1, [f"token {token} ok\n", ""]))
    write(tmp_path, catalog)
    before = checked(tmp_path, catalog)
    assert len(before.findings) >= 3
    assert not before.active
    (tmp_path / "a.ipynb").write_text(
        notebook(["x = 1", *sources], 40, ["1\n", f"took 3 s\nnow token {token} ok\n", "warning\n"])
    )
    assert not checked(tmp_path, catalog).active


def test_reasons_stay(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(f"{line(1)}\n{line(2)}\n")
    write(tmp_path, catalog, reason="adoption")
    file = tmp_path / NAME
    assert file.read_text().count('"reason": "adoption"') == 2
    file.write_text(file.read_text().replace('"adoption"', '"database of the tests, INC-7"', 1))
    (tmp_path / "a.py").write_text(f"# moved\n{line(2)}\n{line(1)}\n{line(3)}\n")
    assert "holds 3 entries: 1 added (1 error), 2 kept, 0 dropped" in write(tmp_path, catalog)
    kept = [entry.reason for entry in decode(file.read_text(), NAME).entries]
    assert sorted(kept) == ["", "adoption", "database of the tests, INC-7"]
    report = checked(tmp_path, catalog)
    assert {item.suppressed.reason for item in report.findings if item.suppressed} == set(kept)


def test_what_is_mended_is_dropped(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(f"{line(1)}\n")
    (tmp_path / "b.py").write_text(f"{line(2)}\n")
    write(tmp_path, catalog)
    (tmp_path / "a.py").write_text(f"{line(3)}\n")
    assert "holds 1 entry: 0 added, 1 kept, 1 dropped" in write(tmp_path, catalog, prune=True)
    assert places(checked(tmp_path, catalog)) == ["a.py:1"]


def test_a_part_of_the_repository(tmp_path: Path, catalog: Catalog) -> None:
    """An entry is neither stale nor dropped when its file was not looked at."""
    for name, number in (("a", 1), ("b", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "c.py").write_text(f"{line(number)}\n")
    write(tmp_path, catalog)
    (tmp_path / "a" / "c.py").write_text(f"{line(3)}\n")
    (tmp_path / "b" / "c.py").write_text("")
    request = Request((str(tmp_path / "a"),), str(tmp_path))
    report = scan(request, catalog, Config(), None, baselines(tmp_path, ""))
    assert places(report) == ["a/c.py:1"]
    assert not stale(report)
    found = tended(request, catalog, Config(), Wanted(tmp_path / NAME))
    assert "holds 3 entries: 1 added (1 error), 2 kept, 0 dropped" in found.said
    assert len(stale(checked(tmp_path, catalog))) == 2
    # A rule that is not asked for says nothing of its entries.
    assert not stale(checked(tmp_path, catalog, Config(select=("promotion",))))
    assert not stale(checked(tmp_path, catalog, Config(exclude=("a/", "b/"))))


def test_a_finding_with_a_comment_needs_no_entry(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(f"{line(1)}\n{line(2)}\n")
    write(tmp_path, catalog)
    (tmp_path / "a.py").write_text(f"{line(1)}  # mlscan: ignore[secrets] tests\n{line(2)}\n")
    report = checked(tmp_path, catalog)
    assert not stale(report)
    assert [item.suppressed.kind for item in report.findings if item.suppressed] == ["inline", "baseline"]
    shown = text.render(report)
    assert f"2 findings suppressed: 1 by {NAME}, 1 by comments.\n" in shown
    assert f"2 findings suppressed: 1 by {NAME}, 1 by comments" in github.render(report)
    assert "holds 1 entry: 0 added, 1 kept, 1 dropped" in write(tmp_path, catalog)


def test_nothing_tells_a_secret(tmp_path: Path, catalog: Catalog) -> None:
    value = drawn(1)
    (tmp_path / "a.py").write_text(f"{line(1)}\n")
    write(tmp_path, catalog)
    report = checked(tmp_path, catalog)
    assert report.findings[0].known_by
    written = [(tmp_path / NAME).read_text(), repr(report)]
    written += [form.render(report) for form in (text, concise, github, json_report, sarif)]
    digests = [hashlib.new(name, value.encode()).hexdigest() for name in ("md5", "sha1", "sha256")]
    for output in written:
        assert value not in output
        assert not any(digest[:12] in output for digest in digests)
    for output in written[2:]:
        assert not any(key in output for key in report.findings[0].known_by)
    # Another repository's file knows the same secret by another hash.
    first = written[0]
    (tmp_path / NAME).unlink()
    write(tmp_path, catalog)
    hashes = [set(re.findall(r'"value": "(.*?)"', found)) for found in (first, (tmp_path / NAME).read_text())]
    assert hashes[0]
    assert hashes[0].isdisjoint(hashes[1])


def test_the_file_is_no_finding_of_its_own(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "password.py").write_text("\n".join(line(number) for number in range(30)))
    write(tmp_path, catalog)
    report = checked(tmp_path, catalog, Config(min_confidence=Confidence.LOW))
    assert not [item for item in report.findings if item.place.path == NAME]


def test_writing_again_changes_nothing(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "ä b.py").write_text(f"{CODE}{line(1)}\n")
    (tmp_path / "a.py").write_text(f"{line(2)}\n")
    write(tmp_path, catalog)
    first = (tmp_path / NAME).read_bytes()
    assert "0 added, 3 kept, 0 dropped" in write(tmp_path, catalog)
    assert (tmp_path / NAME).read_bytes() == first
    listed = [row for row in first.decode().splitlines() if row.startswith('{"path"')]
    assert listed == sorted(listed)
    assert all(row.endswith(",") for row in listed)
    assert not re.search(r'"(line|line_number|column|tool|generated_at)"', first.decode())
    assert json.loads(first)["version"] == 1


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"salt": "x", "version": 1, "findings": []}',
        '{"salt": "00000000-0000-0000-0000-000000000000", "version": 9, "findings": []}',
        '{"salt": "00000000-0000-0000-0000-000000000000", "version": 1, "findings": [{"path": 1}]}',
        '{"salt": ' + "[" * 100_000,
        '{"runs": [{"tool": {"driver": {"name": "other"}}}]}',
        '{"anything": "else"}',
        "[1]",
        "just a text",
    ],
)
def test_a_file_that_is_no_baseline(tmp_path: Path, content: str) -> None:
    (tmp_path / "b.json").write_text(content)
    with pytest.raises(UserError, match=r"b\.json"):
        baselines(tmp_path, str(tmp_path / "b.json"))


def test_a_missing_file(tmp_path: Path) -> None:
    assert baselines(tmp_path, "") is None
    with pytest.raises(UserError, match="no such file"):
        baselines(tmp_path, str(tmp_path / "b.json"))


# The command line.


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalog: Catalog) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(f"{line(1)}\n")
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def git(folder: Path, *arguments: str, fails: bool = False) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True)
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout


def test_commands(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 1
    assert run(["baseline"]) == 0
    assert f"{NAME} holds 1 entry: 1 added (1 error), 0 kept, 0 dropped" in capfd.readouterr().err
    assert run([]) == 0
    assert run(["--no-baseline"]) == 1
    # What was merely found does not count where nothing found counts.
    assert run(["--no-config"]) == 1
    assert run(["--no-config", "--baseline", NAME]) == 0
    assert run(["--baseline", NAME, "--no-baseline"]) == 2
    assert run(["--baseline", "missing.json"]) == 2
    assert run(["baseline", "--prune", "--from", NAME]) == 2
    capfd.readouterr()
    assert run(["--format", "concise"]) == 0
    assert capfd.readouterr().err == f"mlscan: 1 finding suppressed: 1 by {NAME}\n"
    assert run(["--format", "sarif"]) == 0
    assert not json.loads(capfd.readouterr().out)["runs"][0]["results"]
    (repository / "b.py").write_text(f"{line(2)}\n")
    assert run(["--format", "concise", "-q"]) == 1
    assert capfd.readouterr().out.startswith("b.py:1:")


def test_configured(repository: Path) -> None:
    (repository / "mlscan.toml").write_text('baseline = "ci/known.json"\n')
    assert run([]) == 2
    (repository / "ci").mkdir()
    assert run(["baseline"]) == 0
    assert (repository / "ci" / "known.json").is_file()
    assert not (repository / NAME).exists()
    (repository / "src").mkdir()
    assert run([str(repository)]) == 0
    (repository / "mlscan.toml").unlink()
    assert run([]) == 1


@pytest.mark.parametrize("form", ["sarif", "json"])
def test_an_earlier_report(repository: Path, form: str) -> None:
    (repository / "ä b.py").write_text(f"x = 1\n{CODE}")
    run(["--format", form, "-o", "old.json", "--exit-zero", "-q"])
    assert run(["--baseline", "old.json"]) == 0
    (repository / "a.py").write_text(f"# moved\n{line(1)}\n")
    assert run(["--baseline", "old.json"]) == 0
    (repository / "c.py").write_text(f"{line(2)}\n")
    assert run(["--baseline", "old.json"]) == 1
    assert run(["baseline", "--from", "old.json"]) == 0
    (repository / "old.json").unlink()
    assert run(["--exclude", "c.py"]) == 0
    assert run([]) == 1


# Merging with git.


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


def branches(folder: Path, first: dict[str, str], second: dict[str, str]) -> None:
    """Two branches that add files and bring the baseline up to date; `main` is the first."""
    commit(folder, "base")
    git(folder, "checkout", "-q", "-b", "other")
    for branch, files in (("other", second), ("main", first)):
        git(folder, "checkout", "-q", branch)
        for name, content in files.items():
            (folder / name).write_text(content)
        assert run(["baseline"]) == 0
        commit(folder, branch)


def test_branches_that_add_entries_in_different_places_merge(repository: Path) -> None:
    (repository / "m.py").write_text(f"{line(3)}\n")
    run(["baseline"])
    branches(repository, {"b.py": f"{line(4)}\n"}, {"z.py": f"{line(5)}\n"})
    git(repository, "merge", "-q", "--no-edit", "other")
    assert run([]) == 0
    assert len(decode((repository / NAME).read_text(), NAME).entries) == 4


def test_with_the_union_driver_any_two_merge(repository: Path) -> None:
    (repository / ".gitattributes").write_text(f"{NAME} merge=union\n")
    run(["baseline"])
    branches(repository, {"b.py": f"{line(4)}\n", "c.py": CODE}, {"b2.py": f"{line(5)}\n", "z.py": CODE})
    git(repository, "merge", "-q", "--no-edit", "other")
    assert run([]) == 0
    assert len(decode((repository / NAME).read_text(), NAME).entries) == 5


def test_a_conflict_is_taken_away(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(["baseline", "--reason", "first"])
    branches(repository, {"b.py": f"{line(4)}\n"}, {"c.py": f"{line(5)}\n"})
    git(repository, "merge", "-q", "--no-edit", "other", fails=True)
    assert conflicted((repository / NAME).read_text())
    capfd.readouterr()
    assert run([]) == 2
    assert "`mlscan baseline` takes the entries of both sides" in capfd.readouterr().err
    assert run(["baseline"]) == 0
    assert "holds 3 entries: 0 added, 3 kept, 0 dropped" in capfd.readouterr().err
    assert run([]) == 0
    assert '"reason": "first"' in (repository / NAME).read_text()


def test_two_branches_that_each_began_one(repository: Path) -> None:
    """Two salts: what one of them knew is put aside anew."""
    branches(repository, {"b.py": f"{line(4)}\n"}, {"c.py": f"{line(5)}\n"})
    git(repository, "merge", "-q", "--no-edit", "other", fails=True)
    assert run(["baseline"]) == 0
    assert run([]) == 0
    assert len(decode((repository / NAME).read_text(), NAME).entries) == 3


def test_lines_of_windows(repository: Path) -> None:
    run(["baseline"])
    content = (repository / NAME).read_bytes()
    (repository / NAME).write_bytes(content.replace(b"\n", b"\r\n"))
    assert run([]) == 0


# Properties.


def module(steps: list[tuple[int, int]]) -> str:
    """A program of secrets, equal lines and what is nothing."""
    kinds = [
        lambda n: line(n, f"db_password_{n % 3}"),
        lambda n: PROMOTE.strip(),
        lambda n: f"x = {n}",
        lambda n: "",
    ]
    return "\n".join([*CODE.splitlines()[:2], *(kinds[kind](number) for kind, number in steps)]) + "\n"


STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=STEPS, added=STEPS, order=st.randoms(use_true_random=False))
def test_nothing_known_comes_back_and_nothing_new_is_hidden(
    tmp_path: Path,
    catalog: Catalog,
    before: list[tuple[int, int]],
    added: list[tuple[int, int]],
    order: random.Random,
) -> None:
    """Moved lines and new neighbours: active are just the secrets that were not there, and as many of the
    equal lines as are new."""
    for old in tmp_path.iterdir():
        old.unlink()
    (tmp_path / "a.py").write_text(module(before))
    write(tmp_path, catalog)
    assert not checked(tmp_path, catalog).active
    after = [*before, *added]
    order.shuffle(after)
    (tmp_path / "a.py").write_text(module(after))
    report = checked(tmp_path, catalog)
    rows = (tmp_path / "a.py").read_text().splitlines()

    def secrets_of(steps: list[tuple[int, int]]) -> set[str]:
        return {drawn(number) for kind, number in steps if kind == 0}

    said = [rows[item.place.region.start_line - 1] for item in report.active]
    new = {row.split('"')[1] for row in said if row.startswith("db_password")}
    assert new == secrets_of(after) - secrets_of(before)
    equal = sum(kind == 1 for kind, _ in added)
    assert sum("transition" in row for row in said) == equal
    assert not stale(report)


ENTRIES = st.lists(
    st.tuples(st.text(max_size=8), st.sampled_from(["a-rule", "b-rule"]), st.booleans(), st.text(max_size=8)),
    max_size=6,
)


@given(entries=ENTRIES, salt=st.binary(min_size=16, max_size=16))
def test_the_file_reads_back(entries: list[tuple[str, str, bool, str]], salt: bytes) -> None:
    keys = Keys(salt)
    made = {
        (path, rule, spent): Entry(
            path,
            rule,
            keys.code(path) if spent else "value:" + keys.code(path)[5:],
            keys.detail(rule) if spent else "",
            reason=reason,
            spent=spent,
        )
        for path, rule, spent, reason in entries
    }
    content = Own(salt, tuple(renumbered(made.values())))
    written = encode(content).encode("utf-8", "backslashreplace").decode()
    back = decode(written, NAME)
    assert encode(back) == encode(content)
    assert encode(decode(united(written), NAME)) == encode(content)


@settings(max_examples=200)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_baseline_or_a_user_error(data: bytes) -> None:
    for start in (b"", b"[", b'{"salt": ', b'{"results": '):
        with contextlib.suppress(UserError):
            Given([("b", start + data)])

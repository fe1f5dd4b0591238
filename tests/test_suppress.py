"""Ignore comments: where they hold, what they cover, and when they are of no use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlscan.analyse import Analyser
from mlscan.catalog.schema import Catalog
from mlscan.catalog.templates import expand
from mlscan.config import Config
from mlscan.model import Finding, Report
from mlscan.scan import scan
from mlscan.sources.request import Request
from mlscan.sources.source import Source

SECRET = expand("<password:16>")
LINE = f'db_password = "{SECRET}"'


def findings(analyser: Analyser, text: str, name: str = "a.py") -> tuple[Finding, ...]:
    understood = analyser.analyse(Source(name, text.encode()))
    return understood.findings if understood else ()


@pytest.mark.parametrize(
    "text",
    [
        f"{LINE}  # mlscan: ignore[credential-in-variable] a reason",
        f"# mlscan: ignore[credential-in-variable] a reason\n{LINE}",
        f"# mlscan: ignore[secrets] a reason\n# another comment: mlscan: ignore[other]\n{LINE}",
        f"{LINE}  # MLSCAN: ignore[other, credential-in-variable] a reason",
    ],
)
def test_own_comments(analyser: Analyser, text: str) -> None:
    (found,) = findings(analyser, text)
    assert found.suppressed is not None
    assert found.suppressed.reason.startswith("a reason") or "other" in found.suppressed.marker


@pytest.mark.parametrize(
    "text",
    [
        f"x = 1  # mlscan: ignore[credential-in-variable] trailing, not alone\n{LINE}",
        f"{LINE}\n# mlscan: ignore[credential-in-variable] below",
        f"{LINE}  # mlscan: ignore a bare one",
        f"{LINE}  # mlscan: ignore[promotion]",
        f"# mlscan: ignore[credential-in-variable] too far\n\n{LINE}",
    ],
)
def test_comments_that_do_not_hold(analyser: Analyser, text: str) -> None:
    (found,) = findings(analyser, text)
    assert found.suppressed is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (f"{LINE}  # pragma: allowlist secret", "pragma: allowlist secret"),
        (f"{LINE}  # pragma: whitelist secret", "pragma: whitelist secret"),
        (f"# pragma: allowlist nextline secret\n{LINE}", "pragma: allowlist nextline secret"),
        (f"{LINE}  # gitleaks:allow", "gitleaks:allow"),
        (f"{LINE}  # betterleaks:allow", "betterleaks:allow"),
        (f"# kingfisher:ignore\n{LINE}", "kingfisher:ignore"),
        (f"{LINE}  # trufflehog:ignore", "trufflehog:ignore"),
        (f"{LINE}  # ggignore", "ggignore"),
        (f"{LINE}  # nosec", "nosec"),
        (f"{LINE}  # nosec B105", "nosec b105"),
        (f"{LINE}  # noqa: E501, S105", "noqa: e501, s105"),
    ],
)
def test_comments_of_other_tools(analyser: Analyser, text: str, label: str) -> None:
    (found,) = findings(analyser, text)
    assert found.suppressed is not None
    assert found.suppressed.marker == label


@pytest.mark.parametrize("comment", ["# nosec B301", "# noqa: E501", "# noqa", "# pragma: no cover"])
def test_comments_about_other_things(analyser: Analyser, comment: str) -> None:
    (found,) = findings(analyser, f"{LINE}  {comment}")
    assert found.suppressed is None


def test_in_a_notebook_cell(analyser: Analyser) -> None:
    source = ["import os\n", "# mlscan: ignore[secrets] demo\n", LINE]
    cells = [{"cell_type": "code", "source": source, "outputs": [], "metadata": {}}]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (found,) = findings(analyser, text, "a.ipynb")
    assert found.suppressed is not None


def run(folder: Path, catalog: Catalog, config: Config = Config()) -> Report:  # noqa: B008
    return scan(Request((str(folder),), str(folder)), catalog, config)


def test_unused_comments_are_noted(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.py").write_text(f"x = 1  # mlscan: ignore[secrets] nothing here\n{LINE}\n")
    assert [(note.kind, note.line) for note in run(tmp_path, catalog).notes] == [("unused", 1)]
    # A rule that does not run cannot use its comment.
    assert not run(tmp_path, catalog, Config(select=("promotion",))).notes


COMMENT = "# mlscan: ignore[secrets] why"


@pytest.mark.parametrize(
    ("name", "text", "noted"),
    [
        ("README.md", f"Add `{COMMENT}` to the line.", False),
        ("README.md", f"```python\nx = 1  {COMMENT}\n```", False),
        ("README.md", "<!-- mlscan: ignore[secrets] why -->", True),
        ("docs/use.rst", f"``{COMMENT}``", False),
        ("a.py", f'said = "{COMMENT}"', False),
        ("a.py", f'"""Add\n    {COMMENT}\n"""', False),
        ("a.py", f"it = 'it\\'s'  {COMMENT}", True),
        ("a.py", f"# it's\n{COMMENT}", True),
        ("a.sh", f"echo x  {COMMENT}", True),
    ],
)
def test_what_quotes_a_comment_is_none(
    tmp_path: Path, catalog: Catalog, name: str, text: str, noted: bool
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / name).write_text(f"{text}\n")
    assert bool(run(tmp_path, catalog).notes) is noted


def test_in_a_pipeline(tmp_path: Path, catalog: Catalog) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    deploy = "az ml online-deployment create -w churn-prod --endpoint-name churn-prod"
    lines = ["on: push", "jobs:", "  deploy:", "    runs-on: x", "    steps:"]
    (folder / "a.yml").write_text(
        "\n".join([*lines, "      # mlscan: ignore[direct-to-prod] INC-7", f"      - run: {deploy}"])
    )
    found = run(tmp_path, catalog)
    assert [finding.suppressed is not None for finding in found.findings] == [True]
    assert not found.notes
    (folder / "a.yml").write_text(
        "\n".join([*lines, f"      - run: {deploy}  # mlscan: ignore[secrets] none"])
    )
    found = run(tmp_path, catalog)
    assert [finding.suppressed for finding in found.findings] == [None]
    assert [note.kind for note in found.notes] == ["unused"]

"""Cells of notebooks are mended in the raw JSON; outputs that show the secret go, the rest stays as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fixing import PASSWORD, TOKEN, mend, reasons

LOOKUP = 'os.environ["HF_TOKEN"]'


def cell(source: Any, outputs: list[Any] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": 7,
        "metadata": {},
        "outputs": outputs or [],
        "source": source,
    }


def printed(text: str) -> dict[str, Any]:
    return {"name": "stdout", "output_type": "stream", "text": [text]}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    # The keys stand in an order that nbformat would change, and é in a form that it would not write.
    return {"nbformat_minor": 4, "nbformat": 4, "metadata": {"title": "caf\u00e9"}, "cells": list(cells)}


LAYOUTS: dict[str, dict[str, Any]] = {
    "as Jupyter writes it": {"indent": 1, "ensure_ascii": False},
    "escaped": {"indent": 1, "ensure_ascii": True},
    "wide": {"indent": 4},
    "tabs": {"indent": "\t"},
    "on one line": {},
    "without blanks": {"separators": (",", ":")},
}


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("as_list", [True, False])
def test_only_the_cell_changes(layout: str, end: str, as_list: bool, tmp_path: Path) -> None:
    def written(text: str, *outputs: dict[str, Any]) -> bytes:
        lines = text.splitlines(keepends=True)
        source: Any = lines if as_list else text
        raw = json.dumps(notebook(cell("x = 'é'"), cell(source, list(outputs))), **LAYOUTS[layout]) + end
        return raw.encode()

    before = written(
        f'%%time\n!pip install wandb\n%env A=b\nT = "{TOKEN}"  # é\nprint(T)',
        printed("1\n"),
        printed(f"{TOKEN}\n"),
    )
    after = written(
        f"%%time\nimport os\n\n!pip install wandb\n%env A=b\nT = {LOOKUP}  # é\nprint(T)", printed("1\n")
    )
    result = mend(tmp_path, {"a.ipynb": before})
    assert (tmp_path / "a.ipynb").read_bytes() == after
    assert not result.left


def test_line_breaks_of_the_file_stay(tmp_path: Path) -> None:
    def written(*lines: str) -> bytes:
        return json.dumps(notebook(cell(list(lines))), indent=1).replace("\n", "\r\n").encode()

    mend(tmp_path, {"a.ipynb": written("x = 1\n", f'T = "{TOKEN}"')})
    after = written("import os\n", "\n", "x = 1\n", f"T = {LOOKUP}")
    assert (tmp_path / "a.ipynb").read_bytes() == after


def test_the_import_goes_into_the_first_cell_that_needs_it(tmp_path: Path) -> None:
    before = [cell(["x = 1"]), cell([f'T = "{TOKEN}"']), cell([f"U = '{TOKEN}'"])]
    after = [
        cell(["x = 1"]), cell(["import os\n", "\n", f"T = {LOOKUP}"]), cell(["U = os.environ['HF_TOKEN']"])
    ]  # fmt: skip
    mend(tmp_path, {"a.ipynb": json.dumps(notebook(*before), indent=1)})
    assert (tmp_path / "a.ipynb").read_text() == json.dumps(notebook(*after), indent=1)


def test_an_import_of_an_earlier_cell_serves(tmp_path: Path) -> None:
    cells = [cell("import os"), cell(f'T = "{TOKEN}"')]
    mend(tmp_path, {"a.ipynb": json.dumps(notebook(*cells))})
    assert json.loads((tmp_path / "a.ipynb").read_text())["cells"][1]["source"] == f"T = {LOOKUP}"


def test_a_name_of_another_cell(tmp_path: Path) -> None:
    cells = [cell("os = 1"), cell(f'T = "{TOKEN}"')]
    assert "something else" in reasons(mend(tmp_path, {"a.ipynb": json.dumps(notebook(*cells))}))[0]


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        (["import os\n", f'os.environ["HF_TOKEN"] = "{TOKEN}"\n', "x = 1"], ["import os\n", "x = 1"]),
        (["import os\n", f'os.environ["HF_TOKEN"] = "{TOKEN}"'], ["import os"]),
    ],
)
def test_a_line_that_sets_a_variable_goes(lines: list[str], after: list[str], tmp_path: Path) -> None:
    mend(tmp_path, {"a.ipynb": json.dumps(notebook(cell(lines)), indent=1)})
    assert (tmp_path / "a.ipynb").read_text() == json.dumps(notebook(cell(after)), indent=1)


@pytest.mark.parametrize("gone", [{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 2}, {0, 1, 2}])
def test_outputs_go_one_by_one(gone: set[int], tmp_path: Path) -> None:
    def written(kept: list[int], secret: bool) -> str:
        outputs = [printed(f"{n} {TOKEN}" if n in gone and secret else f"{n}") for n in kept]
        return json.dumps(notebook(cell(["x"], outputs)), indent=1)

    mend(tmp_path, {"a.ipynb": written([0, 1, 2], True)})
    left = [n for n in (0, 1, 2) if n not in gone]
    assert (tmp_path / "a.ipynb").read_text() == written(left, False)


def test_a_password_goes_from_outputs_that_nothing_names(tmp_path: Path) -> None:
    before = cell([f'import os\npassword = "{PASSWORD}"\nprint(1, password)'], [printed(f"1 {PASSWORD}")])
    mend(tmp_path, {"a.ipynb": json.dumps(notebook(before), indent=1)})
    assert PASSWORD not in (tmp_path / "a.ipynb").read_text()


def test_magics_and_texts_are_left(tmp_path: Path) -> None:
    text = {"cell_type": "markdown", "metadata": {}, "source": [f"Use {TOKEN}"]}
    raw = json.dumps(notebook(cell([f"%env HF_TOKEN={TOKEN}\n", f"!hf login --token {TOKEN}"]), text))
    result = mend(tmp_path, {"a.ipynb": raw})
    assert (tmp_path / "a.ipynb").read_text() == raw
    assert len(result.left) == 3


def test_old_notebooks(tmp_path: Path) -> None:
    code = {"cell_type": "code", "input": [f'import os\nT = "{TOKEN}"'], "language": "python", "outputs": []}
    sheets = [{"metadata": {}, "cells": [code]}]
    old = json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}, indent=2)
    mend(tmp_path, {"a.ipynb": old})
    wanted = old.replace(json.dumps(f'"{TOKEN}"')[1:-1], json.dumps(LOOKUP)[1:-1])
    assert (tmp_path / "a.ipynb").read_text() == wanted


def test_damaged_notebooks_are_left(tmp_path: Path) -> None:
    raw = json.dumps(notebook(cell([f'T = "{TOKEN}"'])), indent=1)[:-3]
    assert mend(tmp_path, {"a.ipynb": raw}).left
    assert (tmp_path / "a.ipynb").read_text() == raw


def test_notebooks_kept_as_python(tmp_path: Path) -> None:
    head = "# Databricks notebook source\n# MAGIC %pip install x\n\n# COMMAND ----------\n\n"
    text = f'{head}import os\nT = "{TOKEN}"\n'
    mend(tmp_path, {"a.py": text})
    assert (tmp_path / "a.py").read_text() == text.replace(f'"{TOKEN}"', LOOKUP)

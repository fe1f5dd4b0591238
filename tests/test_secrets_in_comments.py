"""Python that is commented out: read line by line, in files and in cells, and nowhere else."""

from __future__ import annotations

import json

import pytest

from mlscan.analyse import Analyser
from mlscan.sources.source import Source

VALUE = "Tr0ub4dor" + "&3xQ"


def lines(analyser: Analyser, text: str, path: str = "a.py") -> list[tuple[str, int]]:
    understood = analyser.analyse(Source(path, text.encode()))
    found = understood.findings if understood else ()
    return [(item.rule, item.place.region.start_line) for item in found]


@pytest.mark.parametrize(
    "text",
    [
        f'x = 1\n# password = "{VALUE}"\n',
        f'x = 1\n    ## connect(user="me", password="{VALUE}")\n',
        f"x = 1\n#'db_password': '{VALUE}',\n",
    ],
)
def test_commented_code_is_read(analyser: Analyser, text: str) -> None:
    assert lines(analyser, text) == [("credential-in-variable", 2)]


@pytest.mark.parametrize(
    "text",
    [
        '# password = "your-password"\n',
        '# password = os.environ["DB_PASSWORD"]\n',
        "# the password: 'see the wiki'\n",
        f'text = """\n# password = {VALUE}\n"""\n',
    ],
)
def test_words_about_passwords_are_not(analyser: Analyser, text: str) -> None:
    assert lines(analyser, text) == []


def test_a_heading_in_a_notebook_is_no_comment(analyser: Analyser) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": f'# password = "{VALUE}"'},
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": f'# password = "{VALUE}"\nprint(1)',
        },
    ]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    understood = analyser.analyse(Source("a.ipynb", notebook.encode()))
    assert understood is not None
    assert [item.place.cell and item.place.cell.index for item in understood.findings] == [2]

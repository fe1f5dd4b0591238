"""Notebooks in depth: magics, outputs, metadata, leaks at the source, text notebooks, damaged files."""

from __future__ import annotations

import ast
import html
import json
from typing import Any

import pytest

from mlscan.analyse import Analyser
from mlscan.catalog.templates import expand
from mlscan.documents.document import open_document
from mlscan.documents.magics import blank_magics, magics
from mlscan.model import Finding, Note
from mlscan.sources.source import Source

KEY = expand("<alnum:40>")
HEX = expand("<hex:40>")
WORD = expand("<alnum:18>")
HF = expand("hf_<alpha:34>")
ESCAPED = html.escape(json.dumps({"api_key": KEY}))
COLOURED = f"\x1b[31m{HF[:7]}\x1b[1m{HF[7:]}\x1b[0m"


def code(source: str | list[str], *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": metadata}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def bundle(**data: Any) -> dict[str, Any]:
    shown = {mime.replace("__", "/"): value for mime, value in data.items()}
    return {"output_type": "execute_result", "data": shown, "metadata": {}, "execution_count": 1}


def notebook(*cells: dict[str, Any], **metadata: Any) -> bytes:
    return json.dumps({"cells": list(cells), "metadata": metadata, "nbformat": 4}, indent=1).encode()


def scan(analyser: Analyser, data: bytes, path: str = "a.ipynb") -> tuple[list[Finding], list[Note]]:
    understood = analyser.analyse(Source(path, data))
    if understood is None:
        return [], []
    for finding in understood.findings:
        shown = f"{finding.message} {finding.place.excerpt} {finding.fix} {finding.evidence}"
        assert not any(secret in shown for secret in (KEY, HEX, WORD, HF))
    return list(understood.findings), list(understood.notes)


def found(analyser: Analyser, data: bytes, path: str = "a.ipynb") -> set[tuple[str, str]]:
    """(rule, place without the path) of every finding."""
    return {(finding.rule, str(finding.place).partition(":")[2]) for finding in scan(analyser, data, path)[0]}


@pytest.mark.parametrize(
    ("source", "rule", "place"),
    [
        (f"%env MY_TOKEN={KEY}", "credential-in-environment", "1:15"),
        (f"%env MY_API_KEY {KEY}", "credential-in-environment", "1:17"),
        (f"x = 1\n%set_env DB_PASSWORD = '{WORD}'", "credential-in-environment", "2:25"),
        (f"%sql postgresql://bob:{WORD}@h/db", "postgres-url-password", "1:23"),
        (f"%%sql mysql://bob:{WORD}@h/db\nselect 1", "mysql-url-password", "1:19"),
        (f"!export API_TOKEN={KEY}", "credential-in-script", "1:19"),
        (f"!curl -u bob:{WORD} https://x.y", "credential-in-script", "1:14"),
        (f"!mysql -u root -p{WORD} db", "credential-in-script", "1:18"),
        (f"if x:\n    !wandb login {HEX}", "wandb-api-key", "2:18"),
        (f"!huggingface-cli login --token {HF}", "huggingface-token", "1:32"),
        (f"!aws configure set aws_secret_access_key {KEY}", "aws-secret-access-key", "1:42"),
        (f"!git clone https://u:{KEY}@github.com/a/b", "http-url-password", "1:22"),
        (f"out = !curl \\\n  -u bob:{WORD} https://x.y", "credential-in-script", "2:10"),
        (f"%%bash\nexport A_TOKEN={KEY}\nls", "credential-in-script", "2:16"),
        (f"%%script bash\nexport A_TOKEN={KEY}\nls", "credential-in-script", "2:16"),
        (f"%%writefile .env\nA_TOKEN={KEY}", "credential-in-config", "2:9"),
        (f"%%writefile -a conf.yaml\ndb:\n  password: {WORD}\n", "credential-in-config", "3:13"),
        (f'%%writefile s.py\nimport wandb\nwandb.login("{HEX}")', "wandb-api-key", "3:14"),
        (f"%config SqlMagic.password='{WORD}'", "credential-in-script", "1:28"),
        (f'%%time\nx = !echo hi\napi_key = "{KEY}"', "credential-in-variable", "3:12"),
        (f'%time api_key = "{KEY}"', "credential-in-variable", "1:18"),
        (f"s = '''\n!not a magic\n%nor this\n'''\napi_key = '{KEY}'", "credential-in-variable", "5:12"),
        (f' api_key = "{KEY}"\n x = 1', "credential-in-variable", "1:13"),
        (f'pip install x\napi_key = "{KEY}"', "credential-in-variable", "2:12"),
    ],
)
def test_magics_and_shell_lines(analyser: Analyser, source: str, rule: str, place: str) -> None:
    for stored in (source, source.splitlines(keepends=True)):
        assert (rule, f"cell 1:{place}") in found(analyser, notebook(code(stored)))


@pytest.mark.parametrize(
    "source",
    [
        "%env CUDA_VISIBLE_DEVICES=0",
        "%env TOKENIZERS_PARALLELISM=false",
        "!curl -u $USER:$PASSWORD https://x.y",
        "!az login --password {password}",
        "!mysql -u root -p",
        "%%bash\nexport TOKEN=$(cat token)",
        "s = '''\n%env A_TOKEN=abcdef\n'''",
    ],
)
def test_magics_without_a_secret(analyser: Analyser, source: str) -> None:
    assert not found(analyser, notebook(code(source)))


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("x = !ls -la\ny = 1", "x = None   \ny = 1"),
        ("%time x = f()", "0;    x = f()"),
        ("%time for a in b: pass", "pass                  "),
        ("x = (a\n  % b)", "x = (a\n  % b)"),
        ("x = a \\\n % b", "x = a \\\n % b"),
        ("!pip install a \\\n  b\ny = 1", "pass            \n   \ny = 1"),
        ("%%capture out\n%%time\nx = 1", "             \n      \nx = 1"),
        ("%%html\n<b>", "      \n   "),
        ("%sh\nls", "   \n  "),
        ("# don't\n!echo don't\ny = 'a'", "# don't\npass       \ny = 'a'"),
        ("ls.sort()\ncd = 1", "ls.sort()\ncd = 1"),
        ("foo?\n?bar", "pass\npass"),
    ],
)
def test_blanking_keeps_every_byte_at_its_place(cell: str, kept: str) -> None:
    assert blank_magics(cell.encode()).decode() == kept
    ast.parse(kept)


def test_bodies_of_cell_magics() -> None:
    (line, body) = magics(b"# form\n%%writefile 'a b.env'\nA=b\n")
    assert (line.kind, line.name) == ("line", "writefile")
    assert (body.kind, body.argument, body.start, body.end) == ("file", "b.env", 29, 33)


@pytest.mark.parametrize(
    ("output", "rule"),
    [
        (stream(f"env: X_TOKEN={KEY}"), "credential-in-output"),
        (bundle(text__plain="environ({'A_SECRET': '" + KEY + "', 'B': 'c'})"), "credential-in-output"),
        (bundle(text__html=f"<pre>{ESCAPED}</pre>"), "credential-in-output"),
        (bundle(text__html=f"<tr><td>API_KEY</td>\n <td>{KEY}</td></tr>"), "credential-in-output"),
        (bundle(text__html=f"<span>{HF[:9]}</span><b>{HF[9:]}</b>"), "huggingface-token"),
        (bundle(image__svgxml="", **{"image/svg+xml": f"<text>{HF}</text>"}), "huggingface-token"),
        (bundle(application__json={"deep": [1.5] * 99 + [{"api_key": KEY}]}), "credential-in-output"),
        (bundle(**{"application/vnd.plotly.v1+json": {"data": [{"text": [HF, 1]}]}}), "huggingface-token"),
        (bundle(text__latex=f"$ {HF} $"), "huggingface-token"),
        (
            {"output_type": "error", "ename": "E", "evalue": "", "traceback": [COLOURED]},
            "huggingface-token",
        ),
    ],
)  # fmt: skip
def test_outputs_name_the_cell_that_printed_them(
    analyser: Analyser, output: dict[str, Any], rule: str
) -> None:
    findings, _ = scan(analyser, notebook(code("x"), code("show()", output)))
    (finding,) = [finding for finding in findings if finding.rule == rule]
    assert finding.place.cell is not None
    assert (finding.place.cell.index, finding.place.cell.part) == (2, "output 1")
    assert finding.message.endswith("printed by cell 2.")
    assert "lear the output of cell 2" in finding.fix
    assert [place.note for place in finding.related] == ["printed by this cell"]


def test_an_output_is_related_to_the_cell_that_holds_the_value(analyser: Analyser) -> None:
    output = bundle(text__plain=HF, text__html=f"<b>{HF}</b>")
    findings, _ = scan(analyser, notebook(code(f'tok = "{HF}"'), code("tok", output)))
    printed = [
        finding for finding in findings if finding.place.cell and finding.place.cell.part == "output 1"
    ]
    assert len(printed) == 1
    assert [(str(place), place.note) for place in printed[0].related] == [
        ("a.ipynb:cell 1:1:8", "the same value stands here")
    ]


def test_images_are_never_read(analyser: Analyser) -> None:
    images = bundle(image__png=HF, image__jpeg=HF)
    assert not found(analyser, notebook(code("x", images)))
    inline = f'<img src="data:image/png;base64,{KEY}{HF}{KEY}">'
    assert not found(analyser, notebook(code("x", bundle(text__html=inline))))


@pytest.mark.parametrize(
    "metadata",
    [
        {"papermill": {"parameters": {"db_password": WORD}}},
        {"papermill": {"environment_variables": {"WANDB_API_KEY": HEX}}},
        {"kernelspec": {"name": "python3", "env": {"OPENAI_API_KEY": KEY}}},
        {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"ab": {
            "model_name": "PasswordModel", "state": {"value": WORD, "description": ""}}}}}},
        {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"ab": {
            "model_name": "TextModel", "state": {"value": KEY, "description": "API key:"}}}}}},
        {"application/vnd.databricks.v1+notebook": {"widgets": {"api_token": {"currentValue": KEY}}}},
    ],
)  # fmt: skip
def test_metadata_by_its_keys(analyser: Analyser, metadata: dict[str, Any]) -> None:
    assert found(analyser, notebook(code("x"), **metadata)) == {
        ("credential-in-config", "notebook metadata:1:1")
    }


@pytest.mark.parametrize(
    "metadata",
    [
        {"nuid": expand("<uuid>"), "inputWidgets": {}, "hash": HEX, "cell_id": HEX},
        {"colab": {"provenance": [{"file_id": KEY, "timestamp": 1}]}, "papermill": {"run_id": HEX}},
        {"widgets": {"x": {"state": {HEX: {"model_name": "HTMLModel", "state": {"value": "token: 100%"}}}}}},
        {"papermill": {"parameters": {"api_key": "YOUR_API_KEY", "secret_name": "prod-db-credentials"}}},
    ],
)
def test_metadata_that_is_none(analyser: Analyser, metadata: dict[str, Any]) -> None:
    assert not found(analyser, notebook(code("x", **metadata), **metadata))


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("import os\nprint(os.environ)", "2:7"),
        ("import os\nos.environ", "2:1"),
        ("import os\nprint(dict(os.environ))", "2:7"),
        ("import os\nfor k, v in os.environ.items():\n    print(k, v)", "2:13"),
        ("import os\napi_key = os.environ['OPENAI_API_KEY']\nprint(f'key {api_key}')", "3:14"),
        ("import os\napi_key = os.getenv('OPENAI_API_KEY')\nprint(api_key[:10])", "3:7"),
        ("import os\nprint(os.environ['HF_TOKEN'])", "2:7"),
        ("import getpass\ntoken = getpass.getpass()\ntoken  # check", "3:1"),
        ("from google.colab import userdata\nhf_token = userdata.get('HF')\nprint(hf_token)", "3:7"),
        ("secret_value = client.get_secret('x').value\nprint(secret_value)", "2:7"),
        ("%env", "1:1"),
        ("%env HF_TOKEN", "1:6"),
        ("%env HF_TOKEN=$token", "1:6"),
        ("!env", "1:2"),
        ("!printenv | sort", "1:2"),
        ("!echo $HF_TOKEN", "1:2"),
        ("!cat ~/.aws/credentials", "1:2"),
        ("%%bash\nls\nenv", "3:1"),
    ],
)
def test_cells_that_print_credentials(analyser: Analyser, source: str, place: str) -> None:
    assert ("credential-printed", f"cell 1:{place}") in found(analyser, notebook(code(source)))


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ;",
        "import os\napi_key = os.getenv('A_KEY')\nprint(len(api_key), bool(api_key), api_key is None)",
        "import os\napi_key = os.getenv('OPENAI_API_KEY')\nprint(api_key[:4] + '...')",
        "import os\nprint('HF_TOKEN' in os.environ, os.environ['HOME'], sorted(os.environ))",
        "token = dbutils.secrets.get('a', 'b')\nprint(token)",
        "tokens = tokenizer(x)\nprint(tokens)\nprint(token)",
        "api_key = 'YOUR_API_KEY'\nprint(api_key)",
        "%%capture\n!env",
        "%env CUDA_VISIBLE_DEVICES",
        "!echo $PWD",
        "!cat requirements.txt",
        "!env | grep CUDA",
        "def f(token):\n    print(token)",
        "import sys\nprint(password, file=log)",
    ],
)
def test_cells_that_print_none(analyser: Analyser, source: str) -> None:
    assert not found(analyser, notebook(code(source)))


def test_a_plain_script_may_print(analyser: Analyser) -> None:
    assert not found(analyser, b"import os\nprint(os.environ)\n", "a.py")


DATABRICKS = f"""# Databricks notebook source
# MAGIC %md
# MAGIC # Title

# COMMAND ----------

# MAGIC %sh
# MAGIC export A_TOKEN={KEY}
# MAGIC env

# COMMAND ----------

import os
api_key = "{KEY}"
print(os.environ)
# COMMAND ----------
# MAGIC %sql
# MAGIC CREATE USER x IDENTIFIED BY '{WORD}'
"""


def test_databricks_notebooks(analyser: Analyser) -> None:
    for data in (DATABRICKS, DATABRICKS.replace("\n", "\r\n")):
        assert found(analyser, data.encode(), "a.py") == {
            ("credential-in-script", "cell 2:3:24"),
            ("credential-printed", "cell 2:4:9"),
            ("credential-in-variable", "cell 3:3:12"),
            ("credential-printed", "cell 3:4:7"),
            ("credential-in-script", "cell 4:2:38"),
        }
    findings, _ = scan(analyser, DATABRICKS.encode(), "a.py")
    region = min(finding.place.region for finding in findings)
    assert (region.start_line, region.start_column) == (8, 24)


def test_percent_files(analyser: Analyser) -> None:
    data = (
        f"# ---\n# jupyter: {{}}\n# ---\n\n# %% [markdown]\n# hi\n\n# %%\n# %env X_TOKEN={KEY}\n"
        f'api_key = "{KEY}"\n# %%\n# %%bash\n# export A_TOKEN={KEY}\n# %% language="bash"\n'
        f"# export A_TOKEN={KEY}\n"
    )
    assert found(analyser, data.encode(), "a.py") == {
        ("credential-in-environment", "cell 2:1:16"),
        ("credential-in-variable", "cell 2:2:12"),
        ("credential-in-script", "cell 3:2:18"),
        ("credential-in-script", "cell 4:1:18"),
    }


def test_notebook_rules_hold_for_text_notebooks() -> None:
    for head in ("# Databricks notebook source\n", "# %%\n", "x = 1\n#%% part\n"):
        assert open_document(Source("a.py", f"{head}x = 1\n".encode())).kind == "notebook"
    for text in ("import marimo\n@app.cell\ndef f(): pass\n", 'x = "# %%"\n', "x = 5 %% y"):
        assert open_document(Source("a.py", text.encode())).kind == "python"


def test_nbformat_3(analyser: Analyser) -> None:
    output = {"output_type": "pyout", "prompt_number": 1, "html": f"<b>{HF}</b>", "png": KEY}
    cell = {"cell_type": "code", "input": f'api_key = "{KEY}"', "language": "python", "outputs": [output]}
    sheet = {"cells": [cell], "metadata": {"db_password": WORD}}
    data = json.dumps({"metadata": {"name": ""}, "nbformat": 3, "worksheets": [sheet]}).encode()
    assert found(analyser, data) == {
        ("credential-in-variable", "cell 1:1:12"),
        ("huggingface-token", "cell 1 output 1:1:1"),
        ("credential-in-config", "notebook metadata:1:1"),
    }


def test_names_flow_across_cells_in_order(analyser: Analyser) -> None:
    first = code(f"import wandb\nvalue = '{HEX}'")
    last = code("wandb.login(key=value)")
    findings, _ = scan(analyser, notebook(first, code("x = 1"), last))
    (finding,) = findings
    assert str(finding.place) == "a.ipynb:cell 1:2:10"
    assert "value flows through 'value'" in finding.evidence
    assert [str(place) for place in finding.related] == ["a.ipynb:cell 3:1:1"]
    # A name that is set again in between stands for its last value.
    again = notebook(first, code("import os\nvalue = os.environ['WANDB_API_KEY']"), last)
    assert not found(analyser, again)


def test_key_twice_in_one_object(analyser: Analyser) -> None:
    data = (
        f'{{"cells": [{{"cell_type": "code", "source": "t = \'{HF}\'", "source": ["x = 1"], '
        f'"outputs": [{{"output_type": "stream", "text": "{HF}"}}], "outputs": []}}]}}'
    )
    assert found(analyser, data.encode()) == {
        ("huggingface-token", "cell 1:1:6"),
        ("huggingface-token", "cell 1 output 1:1:1"),
    }
    assert "'source' stands twice" in scan(analyser, data.encode())[1][0].message


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> theirs"])
def test_conflict_markers(analyser: Analyser, marker: str) -> None:
    data = notebook(code([f'api_key = "{KEY}"\n', "x = 1"]), code(f"%env A_TOKEN={KEY}"))
    broken = data.replace(b'    "x = 1"', f'{marker}\n    "x = 1"'.encode(), 1)
    assert broken != data
    places = found(analyser, broken)
    assert ("credential-in-variable", "cell 1:1:12") in places
    assert ("credential-in-environment", "cell 2:1:14") in places
    (note,) = scan(analyser, broken)[1]
    assert note.kind == "unparsed"


def test_a_notebook_cut_short_is_read_up_to_its_end(analyser: Analyser) -> None:
    data = notebook(code("x = 1"), code([f'api_key = "{KEY}"\n', f"token = '{HF}' # and more"]))
    cut = data[: data.index(b"# and")]
    assert ("credential-in-variable", "cell 2:1:12") in found(analyser, cut)
    assert ("huggingface-token", "cell 2:2:10") in found(analyser, cut)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        b"[]",
        b'{"cells": {}}',
        b'{"cells": [1, null, "x", []]}',
        b'{"cells": [{"cell_type": 5, "source": 7, "outputs": {"a": 1}, "metadata": []}]}',
        b'{"cells": [{"cell_type": "code", "source": [1, "a"], "outputs": [1, {"data": []}]}]}',
        b'{"cells": [], "metadata": 1}',
        b'{"cells": [], "metadata": {"x": NaN}}',
        b'{"worksheets": [1, {"cells": 2}]}',
        b'{"cells": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"cells": [{"cell_type": "code", "source": "\\ud800 ' + b"%env A=b\\n" * 3 + b'"}]}',
        b"\x00\xff\xfe",
    ],
)
def test_damage_never_raises(analyser: Analyser, data: bytes) -> None:
    analyser.analyse(Source("a.ipynb", data))


def test_secrets_in_strange_notebooks(analyser: Analyser) -> None:
    cell = f'{{"cell_type": "code", "source": "api_key = \\"{KEY}\\"", "outputs": []}}'
    for data in (
        f'\ufeff{{"cells": [{cell}]}}',
        f'{{"cells": [{cell}], "x": NaN}}',
        f'{{"cells": [{cell}, {{"source": "\\ud83d"}}]}}',
        f'{{"cells": [{cell}], "metadata": {{"kernelspec": {{"display_name": "x"}}}}}}',
    ):
        assert ("credential-in-variable", "cell 1:1:12") in found(analyser, data.encode())


def test_other_kernels_and_prose(analyser: Analyser) -> None:
    prose = {"cell_type": "markdown", "source": f"```bash\nexport A_TOKEN={KEY}\n```", "metadata": {}}
    r = notebook(code(f'Sys.setenv(A_TOKEN="{KEY}")'), prose, kernelspec={"name": "ir", "display_name": "R"})
    assert found(analyser, r) == {
        ("credential-in-script", "cell 1:1:21"),
        ("credential-in-script", "cell 2:2:16"),
    }


def test_attachments_are_read(analyser: Analyser) -> None:
    cell = {"cell_type": "markdown", "source": "x", "metadata": {}, "attachments": {"a": {"text/plain": HF}}}
    assert found(analyser, notebook(cell)) == {("huggingface-token", "cell 1 attachment:1:1")}

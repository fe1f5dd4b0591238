"""Literals in Python become look-ups where that is safe, and nothing else of the file changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixing import KEY, OTHER, PASSWORD, TOKEN, mend, names, reasons

ENV = 'os.environ["HF_TOKEN"]'

MENDED = {
    "a variable": (f'import os\nT = "{TOKEN}"\n', f"import os\nT = {ENV}\n"),
    "single quotes stay": (f"import os\nT = '{TOKEN}'\n", "import os\nT = os.environ['HF_TOKEN']\n"),
    "no line break at the end": (f'import os\nT = "{TOKEN}"', f"import os\nT = {ENV}"),
    "an import is added": (f'T = "{TOKEN}"\n', f"import os\n\nT = {ENV}\n"),
    "below docstring and future": (
        f'"""D."""\nfrom __future__ import annotations\nimport re\nT = "{TOKEN}"\n',
        f'"""D."""\nfrom __future__ import annotations\nimport os\nimport re\nT = {ENV}\n',
    ),
    "sorted among plain imports": (
        f'import argparse\nimport sys\nimport torch\n\nT = "{TOKEN}"\n',
        f"import argparse\nimport os\nimport sys\nimport torch\n\nT = {ENV}\n",
    ),
    "below a licence": (f'# (c) ACME\n\nT = "{TOKEN}"\n', f"# (c) ACME\n\nimport os\n\nT = {ENV}\n"),
    "an alias is used": (
        f'import os as _os\nT = "{TOKEN}"\n',
        'import os as _os\nT = _os.environ["HF_TOKEN"]\n',
    ),
    "an import that comes too late": (
        f'T = "{TOKEN}"\nimport os\n',
        f"import os\n\nT = {ENV}\nimport os\n",
    ),
    "an import in a branch": (
        f'if x:\n    import os\nT = "{TOKEN}"\n',
        f"import os\n\nif x:\n    import os\nT = {ENV}\n",
    ),
    "an import below serves a function": (
        f'def f():\n    return "{TOKEN}"\nimport os\n',
        f"def f():\n    return {ENV}\nimport os\n",
    ),
    "the import of the function": (
        f'def f():\n    import os\n    return "{TOKEN}"\n',
        f"def f():\n    import os\n    return {ENV}\n",
    ),
    "a name touches the literal": (
        f'import os\ndef f(): return"{TOKEN}"\n',
        f"import os\ndef f(): return {ENV}\n",
    ),
    "bytes": (f"import os\nT = b'{TOKEN}'\n", "import os\nT = os.environ['HF_TOKEN'].encode()\n"),
    "triple quotes": (f'import os\nT = """{TOKEN}"""\n', f"import os\nT = {ENV}\n"),
    "a header": (
        f'import os\nh = {{"Authorization": "Bearer {TOKEN}"}}\n',
        'import os\nh = {"Authorization": f"Bearer {os.environ[\'HF_TOKEN\']}"}\n',
    ),
    "an f-string": (
        f"import os\nh = f'Bearer {TOKEN} {{x}}'\n",
        f"import os\nh = f'Bearer {{{ENV}}} {{x}}'\n",
    ),
    "within an f-string": (
        f"import os\nprint(f\"{{login(token='{TOKEN}')}}\")\n",
        "import os\nprint(f\"{login(token=os.environ['HF_TOKEN'])}\")\n",
    ),
    "a raw text": (
        f"import os\nh = r'\\d {TOKEN}'\n",
        "import os\nh = rf'\\d {os.environ[\"HF_TOKEN\"]}'\n",
    ),
    "the password of a URL": (
        f'import os\nu = "postgresql://me:{PASSWORD}@db/x"\n',
        "import os\nu = f\"postgresql://me:{os.environ['POSTGRESQL_PASSWORD']}@db/x\"\n",
    ),
    "a default of getenv": (
        f'import os\nT = os.getenv("MY_TOKEN", "{TOKEN}")\nU = os.environ.get("MY_TOKEN", \'{TOKEN}\')\n',
        "import os\nT = os.environ[\"MY_TOKEN\"]\nU = os.environ['MY_TOKEN']\n",
    ),
    "behind or": (
        f'import os\nT = os.getenv("MY_TOKEN") or "{TOKEN}"\n',
        'import os\nT = os.getenv("MY_TOKEN") or os.environ["MY_TOKEN"]\n',
    ),
    "a variable that is set": (
        f'import os\n\nos.environ["HF_TOKEN"] = "{TOKEN}"\nos.environ.setdefault("HF_TOKEN", "{TOKEN}")\n',
        "import os\n\n",
    ),
    "a variable that is set in a function": (
        f'import os\ndef f():\n    os.environ["HF_TOKEN"] = "{TOKEN}"  # mine\n',
        "import os\ndef f():\n    pass  # mine\n",
    ),
    "an option": (
        f'import os\np.add_argument("--hf-token", default="{TOKEN}")\n',
        'import os\np.add_argument("--hf-token", default=os.environ.get("HF_TOKEN"))\n',
    ),
    "a class attribute": (
        f'import os\nclass C:\n\ttoken = "{TOKEN}"\n',
        f"import os\nclass C:\n\ttoken = {ENV}\n",
    ),
    "comments and blanks": (
        f'import os\nf( token = (  "{TOKEN}"  # x\n  ) )\n',
        f"import os\nf( token = (  {ENV}  # x\n  ) )\n",
    ),
}


@pytest.mark.parametrize("name", MENDED)
def test_mended(name: str, tmp_path: Path) -> None:
    before, after = MENDED[name]
    result = mend(tmp_path, {"train.py": before})
    assert (tmp_path / "train.py").read_bytes().decode() == after
    assert not result.left


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_line_breaks_stay(newline: str, tmp_path: Path) -> None:
    text = f'"""D."""\nimport sys\n\nT = "{TOKEN}"\n'.replace("\n", newline)
    mend(tmp_path, {"train.py": text})
    after = f'"""D."""\nimport os\nimport sys\n\nT = {ENV}\n'.replace("\n", newline)
    assert (tmp_path / "train.py").read_bytes() == after.encode()


LEFT = {
    "os is a parameter": (f'def f(os):\n    return "{TOKEN}"\n', "something else"),
    "os is a variable": (f'os = 3\nT = "{TOKEN}"\n', "something else"),
    "os is another module": (f'import shutil as os\nT = "{TOKEN}"\n', "something else"),
    "os is bound later in the function": (
        f'def f():\n    x = "{TOKEN}"\n    import os\n',
        "something else",
    ),
    "a comment": (f"# {TOKEN}\nx = 1\n", "comment"),
    "a docstring": (f'def f():\n    """Use {TOKEN}."""\n', "docstring"),
    "a doctest": (f'"""Doc.\n\n>>> login("{TOKEN}")\n"""\n', "docstring"),
    "a pattern": (f'match x:\n    case "{TOKEN}":\n        pass\n', "match"),
    "a literal type": (f'from typing import Literal\nx: Literal["{TOKEN}"]\n', "type"),
    "a template": (f'u = "https://{{}}/{TOKEN}".format(x)\n', "braces"),
    "another template": (f'u = "Bearer {TOKEN} %s" % x\n', "template"),
    "Python 2": (f'print "{TOKEN}"\n', "parsed"),
    "a component": (
        f'from kfp import dsl\n@dsl.component\ndef f():\n    login("{TOKEN}")\n',
        "runs elsewhere",
    ),
    "a part of bytes": (f"h = b'Bearer {TOKEN}'\n", "bytes"),
}


@pytest.mark.parametrize("name", LEFT)
def test_left(name: str, tmp_path: Path) -> None:
    text, reason = LEFT[name]
    for unsafe in (False, True):
        result = mend(tmp_path, {"train.py": text}, unsafe=unsafe)
        assert (tmp_path / "train.py").read_text() == text
        assert [reason in item for item in reasons(result)] == [True]


UNSAFE = {
    "a default of a parameter": (
        f'import os\ndef f(token="{TOKEN}"): ...\n',
        f"import os\ndef f(token={ENV}): ...\n",
    ),
    "a field": (
        f'import os\nclass S(BaseSettings):\n    token: str = "{TOKEN}"\n',
        f"import os\nclass S(BaseSettings):\n    token: str = {ENV}\n",
    ),
    "a remote function": (
        f'import os\n@ray.remote\ndef f():\n    login("{TOKEN}")\n',
        f"import os\n@ray.remote\ndef f():\n    login({ENV})\n",
    ),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe(name: str, tmp_path: Path) -> None:
    before, after = UNSAFE[name]
    result = mend(tmp_path, {"train.py": before})
    assert [item.unsafe for item in result.left] == [True]
    assert (tmp_path / "train.py").read_text() == before
    assert not mend(tmp_path, {}, unsafe=True).left
    assert (tmp_path / "train.py").read_text() == after


def test_what_is_ignored_stays(tmp_path: Path) -> None:
    text = f'T = "{TOKEN}"  # mlscan: ignore[secrets] of a test\n'
    assert mend(tmp_path, {"train.py": text}).changes == ()
    assert (tmp_path / "train.py").read_text() == text


def test_one_secret_has_one_name(tmp_path: Path) -> None:
    result = mend(
        tmp_path,
        {"a.py": f'T = "{TOKEN}"\n', "b.py": f'MY_TOKEN = "{TOKEN}"\n', "c.py": f'READ_TOKEN = "{OTHER}"\n'},
    )
    assert names(result) == ["HF_TOKEN", "HF_TOKEN", "READ_TOKEN"]


def test_the_name_that_the_sdk_reads(tmp_path: Path) -> None:
    text = f'import openai\nclient = openai.OpenAI(api_key="{KEY}")\n'
    assert names(mend(tmp_path, {"a.py": text})) == ["OPENAI_API_KEY"]


def test_names_that_systems_set_are_not_given(tmp_path: Path) -> None:
    assert names(mend(tmp_path, {"jobs/load.py": f'pwd = "{PASSWORD}"\n'})) == ["LOAD_PWD"]


def test_a_name_is_no_secret(tmp_path: Path) -> None:
    text = f'x.set_header("{KEY}", "{TOKEN}")\ny = {{"{OTHER}": "{PASSWORD}"}}\npassword = "{PASSWORD}"\n'
    given = names(mend(tmp_path, {"a.py": text}, unsafe=True))
    assert given
    assert not [name for name in given if len(name) > 20]


def test_names_of_two_settings(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{folder}/settings.py": f'password = "{PASSWORD}{number}x"\n' for number, folder in enumerate("abc")
    }
    given = names(mend(tmp_path, files))
    assert given == ["SETTINGS_PASSWORD", "B_PASSWORD", "C_PASSWORD"]


def test_a_variable_of_two_secrets(tmp_path: Path) -> None:
    text = 'import os\nos.environ["HF_TOKEN"] = "{}"\n'
    result = mend(tmp_path, {"a.py": text.format(TOKEN), "b.py": text.format(OTHER)})
    assert names(result) == ["HF_TOKEN"]
    assert ["two different secrets" in item for item in reasons(result)] == [True]


VAULT = 'SecretClient(vault_url=os.environ["KEY_VAULT_URL"], credential=DefaultAzureCredential())'
GOOGLE = "secretmanager.SecretManagerServiceClient().access_secret_version"
VERSION = "f\"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/secrets/OPENAI_API_KEY/versions/latest\""
AZURE_IMPORTS = (
    "from azure.identity import DefaultAzureCredential\nfrom azure.keyvault.secrets import SecretClient\n"
)
STORES = {
    "keyvault": (
        f"import os\n\nimport openai\n{AZURE_IMPORTS}",
        f'{VAULT}.get_secret("openai-api-key").value',
    ),
    "aws": (
        "import openai\nimport boto3\n",
        'boto3.client("secretsmanager").get_secret_value(SecretId="openai-api-key")["SecretString"]',
    ),
    "gcp": (
        "import os\n\nimport openai\nfrom google.cloud import secretmanager\n",
        f"{GOOGLE}(name={VERSION}).payload.data.decode()",
    ),
}


@pytest.mark.parametrize("store", STORES)
def test_stores(store: str, tmp_path: Path) -> None:
    head, lookup = STORES[store]
    mend(tmp_path, {"a.py": f'import openai\nclient = openai.OpenAI(api_key="{KEY}")\n'}, to=store)
    assert (tmp_path / "a.py").read_text() == f"{head}client = openai.OpenAI(api_key={lookup})\n"


def test_a_client_of_another_name(tmp_path: Path) -> None:
    text = f'boto3 = 1\nT = "{TOKEN}"\n'
    assert ["something else" in item for item in reasons(mend(tmp_path, {"a.py": text}, to="aws"))] == [True]


def test_other_languages_are_told_about(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.yml": f"token: {TOKEN}\n", "b.sh": f"export HF_TOKEN={TOKEN}\n"}
    assert len(mend(tmp_path, files).left) == 2
    assert {name: (tmp_path / name).read_text() for name in files} == files

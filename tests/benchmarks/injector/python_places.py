"""Places in Python code, of a module or of a notebook cell."""

from __future__ import annotations

import random
from collections.abc import Callable

from injector.credentials import Credential
from injector.place import TEXT_KINDS, TOKEN_KINDS, Place, Snippet, plain, quote_name, quoted

_NAMES = (
    "HOST = 'ml.example.org'",
    "USER = 'trainer'",
    "URL = BASE = 'https://ml.example.org'",
    "KEY_ID = claims = None",
)


def _written(shape: str) -> Callable[[Credential, random.Random], Snippet]:
    """A maker from a shape: `{lit}` literal, `{NAME}` environment name, `{name}` in lower case."""

    def make(credential: Credential, draw: random.Random) -> Snippet:
        literal, quote = quoted(credential, draw)
        text = _shaped(shape, credential, literal)
        if credential.companion and "{lit}" in shape and "AKIA" not in text:
            text = f'AWS_ACCESS_KEY_ID = "{credential.companion}"\n{text}'
        return plain(credential, text, quote)

    return make


def _shaped(shape: str, credential: Credential, literal: str) -> str:
    name = credential.name
    return shape.replace("{lit}", literal).replace("{NAME}", name).replace("{name}", name.lower())


def _variable(credential: Credential, draw: random.Random) -> Snippet:
    literal, quote = quoted(credential, draw)
    name = credential.name.lower() if draw.random() < 0.5 else credential.name
    text = f"{name} = {literal}"
    if credential.companion:
        text = f"aws_access_key_id = '{credential.companion}'\n{text}"
    return plain(credential, text, quote)


def _call(shape: str, credential: Credential, draw: random.Random) -> Snippet:
    literal, quote = quoted(credential, draw)
    lines = [
        credential.use.module,
        *(line for line in _NAMES if any(word in shape for word in line.split()[:3:2])),
    ]
    text = "\n".join((*lines, f"client = {shape.replace('{}', literal)}"))
    return plain(credential, text.replace("KEY_ID,", f'"{credential.companion}",'), quote)


def _keyword(credential: Credential, draw: random.Random) -> Snippet:
    return _call(credential.use.keyword, credential, draw)


def _positional(credential: Credential, draw: random.Random) -> Snippet:
    return _call(credential.use.positional or credential.use.keyword, credential, draw)


def _pydantic(credential: Credential, draw: random.Random) -> Snippet:
    literal, quote = quoted(credential, draw)
    name = credential.name.lower()
    value = draw.choice((literal, f"Field({literal})", f"Field(default={literal})"))
    head = "from pydantic import Field\nfrom pydantic_settings import BaseSettings\n\n\n"
    text = f"{head}class PlantedSettings(BaseSettings):\n    region: str = 'eu'\n    {name}: str = {value}"
    return plain(credential, text, quote)


def _click(credential: Credential, draw: random.Random) -> Snippet:
    literal, quote = quoted(credential, draw)
    name = credential.name.lower()
    option = f"@click.option('--{name.replace('_', '-')}', default={literal}, show_default=False)"
    text = f"import click\n\n\n@click.command()\n{option}\ndef planted({name}):\n    pass"
    return plain(credential, text, quote)


def _url(credential: Credential, draw: random.Random) -> Snippet:
    """Signs of a password that would have to be percent-encoded in a URL become letters."""
    quote, value = draw.choice("\"'"), credential.value
    if credential.kind == "password":
        value = value.translate(str.maketrans("@#%^*", "kmpqz"))
        inner = f"postgresql://trainer:{value}@{{HOST}}:5432/features"
    else:
        inner = f"https://{{HOST}}/v1/models?api_key={value}&limit=10"
    text = f"HOST = 'ml.example.org'\nendpoint = f{quote}{inner}{quote}"
    return Snippet(text, (value,), value, quote_name(quote))


def _concatenated(credential: Credential, draw: random.Random) -> Snippet:
    value, quote = credential.value, draw.choice("\"'")
    cut = draw.randrange(len(value) // 3, 2 * len(value) // 3)
    first, second = value[:cut], value[cut:]
    name = credential.name
    one, two = f"{quote}{first}{quote}", f"{quote}{second}{quote}"
    text = draw.choice(
        (
            f"{name} = {one} + {two}",
            f"{name} = (\n    {one}\n    {two}\n)",
            f"_PART = {one}\n{name} = _PART + {two}",
            f"{name} = ''.join([{one}, {two}])",
        )
    )
    return Snippet(text, (first, second), value, quote_name(quote))


def _decoded(credential: Credential, draw: random.Random) -> Snippet:
    literal, quote = quoted(credential, draw)
    text = f"import base64\n{credential.name} = base64.b64decode({literal}).decode()"
    return plain(credential, text, quote)


_ANY = (*TEXT_KINDS, "private key")
_FLAG = (
    "import argparse\nparser = argparse.ArgumentParser()\n"
    "parser.add_argument('--{name}', type=str, default={lit})"
)
CELL_PLACES = (
    Place("cell: variable", "cell", _ANY, _variable),
    Place("cell: keyword argument", "cell", _ANY, _keyword),
    Place(
        "cell: positional argument",
        "cell",
        ("vendor token", "opaque key", "password", "connection string"),
        _positional,
    ),
    Place("cell: os.environ", "cell", TEXT_KINDS, _written("import os\nos.environ['{NAME}'] = {lit}")),
    Place("cell: concatenation", "cell", ("concatenated token",), _concatenated),
    Place("cell: b64decode", "cell", ("base64",), _decoded),
)
MODULE_PLACES = (
    Place("python: variable", "python", _ANY, _variable),
    Place("python: keyword argument", "python", _ANY, _keyword),
    Place(
        "python: default of parameter",
        "python",
        TEXT_KINDS,
        _written("def planted(retries=3, {name}={lit}):\n    return {name}"),
    ),
    Place(
        "python: default of getenv",
        "python",
        TEXT_KINDS,
        _written("import os\nsetting = os.getenv('{NAME}', {lit})"),
    ),
    Place("python: default of argparse", "python", TEXT_KINDS, _written(_FLAG)),
    Place("python: default of click", "python", TEXT_KINDS, _click),
    Place("python: pydantic field", "python", TEXT_KINDS, _pydantic),
    Place("python: dict key", "python", _ANY, _written("config = {'retries': 3, '{name}': {lit}}")),
    Place(
        "python: header", "python", TOKEN_KINDS, _written("headers = {'Authorization': 'Bearer ' + {lit}}")
    ),
    Place("python: f-string URL", "python", (*TOKEN_KINDS, "password"), _url),
    Place("python: concatenation", "python", ("concatenated token",), _concatenated),
    Place("python: b64decode", "python", ("base64",), _decoded),
)

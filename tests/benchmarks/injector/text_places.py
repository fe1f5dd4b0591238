"""Places in every other sort of file a repository holds."""

from __future__ import annotations

import json
import random

from injector.credentials import Credential
from injector.place import TEXT_KINDS, Place, Snippet, plain, quote_name

_PEM = ("private key",)


def _shell(credential: Credential, draw: random.Random) -> Snippet:
    quote = draw.choice(("", '"', "'"))
    if quote == "" and any(letter in credential.text for letter in ";&!*#"):
        quote = "'"
    prefix = draw.choice(("export ", ""))
    extra = f"{prefix}AWS_ACCESS_KEY_ID={credential.companion}\n" if credential.companion else ""
    return plain(
        credential, f"{extra}{prefix}{credential.name}={quote}{credential.text}{quote}\n", quote_name(quote)
    )


def _curl(credential: Credential, draw: random.Random) -> Snippet:
    if credential.kind == "password":
        option = draw.choice((f"-u trainer:{credential.text}", f"--user 'trainer:{credential.text}'"))
        return plain(credential, f"curl -s {option} https://ml.example.org/api/models\n")
    quote = draw.choice("\"'")
    return plain(
        credential, f"curl -H {quote}Authorization: Bearer {credential.text}{quote} https://ml.example.org\n"
    )


def _docker(credential: Credential, draw: random.Random) -> Snippet:
    shape = draw.choice(('ENV {}="{}"\n', "ENV {} {}\n", "ARG {}={}\n", "ENV REGION=eu \\\n    {}={}\n"))
    extra = f"ENV AWS_ACCESS_KEY_ID={credential.companion}\n" if credential.companion else ""
    return plain(credential, extra + shape.format(credential.name, credential.text))


def _dotenv(credential: Credential, draw: random.Random) -> Snippet:
    quote = draw.choice(("", '"'))
    text = credential.text
    if "\n" in text:
        quote, text = '"', text.replace("\n", "\\n")
    extra = f"AWS_ACCESS_KEY_ID={credential.companion}\n" if credential.companion else ""
    return plain(credential, f"{extra}{credential.name}={quote}{text}{quote}\n", quote_name(quote))


def _json(credential: Credential, draw: random.Random) -> Snippet:
    inner = {"region": "eu"}
    if credential.companion:
        inner["aws_access_key_id"] = credential.companion
    name = draw.choice((credential.name, credential.name.lower(), _camel(credential.name)))
    inner[name] = credential.text
    return plain(credential, json.dumps({"planted": inner}, indent=2) + "\n")


def _toml(credential: Credential, draw: random.Random) -> Snippet:
    quote = draw.choice("\"'")
    return plain(
        credential,
        f"\n[planted]\n{credential.name.lower()} = {quote}{credential.text}{quote}\n",
        quote_name(quote),
    )


def _ini(credential: Credential, draw: random.Random) -> Snippet:
    extra = f"aws_access_key_id = {credential.companion}\n" if credential.companion else ""
    return plain(credential, f"\n[planted]\n{extra}{credential.name.lower()} = {credential.text}\n")


def _terraform(credential: Credential, draw: random.Random) -> Snippet:
    name = credential.name.lower()
    shape = draw.choice(
        (
            'variable "{name}" {{\n  type    = string\n  default = "{text}"\n}}\n',
            'locals {{\n  {name} = "{text}"\n}}\n',
            'resource "example_service" "planted" {{\n  region = "eu"\n  {name} = "{text}"\n}}\n',
        )
    )
    return plain(credential, shape.format(name=name, text=credential.text))


def _pem_file(credential: Credential, draw: random.Random) -> Snippet:
    return plain(credential, f"{credential.text}\n")


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(word.title() for word in rest)


_TOKENS = ("vendor token", "opaque key", "password")
TEXT_PLACES = (
    Place("shell: assignment", "shell", TEXT_KINDS, _shell),
    Place("shell: curl", "shell", _TOKENS, _curl),
    Place("Dockerfile: ENV, ARG", "docker", TEXT_KINDS, _docker),
    Place("dotenv", "dotenv", (*TEXT_KINDS, *_PEM), _dotenv),
    Place("JSON", "json", (*TEXT_KINDS, *_PEM), _json),
    Place("TOML", "toml", TEXT_KINDS, _toml),
    Place("INI", "ini", TEXT_KINDS, _ini),
    Place("Terraform", "terraform", TEXT_KINDS, _terraform),
    Place("PEM file", "pem", _PEM, _pem_file),
)

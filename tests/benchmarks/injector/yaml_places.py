"""Places in YAML. Every snippet is a document or a top-level block that stands by itself."""

from __future__ import annotations

import base64
import json
import random
from textwrap import indent

from injector.credentials import Credential
from injector.place import TEXT_KINDS, Place, Snippet, plain, quote_name

_SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: planted\ntype: Opaque\n"


def _scalar(text: str, draw: random.Random) -> tuple[str, str]:
    """(a flow scalar, its quote): plain where YAML allows it."""
    quote = draw.choice(("", '"', "'"))
    if quote == "" and (text[0] in "!@#%^*&|>'\"`" or ": " in text or " #" in text):
        quote = '"'
    return f"{quote}{text}{quote}", quote_name(quote)


def _pair(credential: Credential, draw: random.Random) -> Snippet:
    scalar, quote = _scalar(credential.text, draw)
    extra = (
        f"        - name: AWS_ACCESS_KEY_ID\n          value: {credential.companion}\n"
        if credential.companion
        else ""
    )
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: planted\nspec:\n  containers:\n    - name: train\n"
        f"      image: ml/train:1\n      env:\n{extra}"
        f"        - name: {credential.name}\n          value: {scalar}\n"
    )
    return plain(credential, text, quote)


def _map(credential: Credential, draw: random.Random) -> Snippet:
    scalar, quote = _scalar(credential.text, draw)
    name = credential.name.lower()
    extra = f"  aws_access_key_id: {credential.companion}\n" if credential.companion else ""
    return plain(credential, f"planted:\n  region: eu-west-1\n{extra}  {name}: {scalar}\n", quote)


def _block_json(credential: Credential, draw: random.Random) -> Snippet:
    inner = json.dumps({"region": "eu", credential.name.lower(): credential.text}, indent=2)
    return plain(credential, f"planted:\n  settings: |\n{indent(inner, '    ')}\n")


def _block_pem(credential: Credential, draw: random.Random) -> Snippet:
    return plain(credential, f"{_SECRET}stringData:\n  tls.key: |\n{indent(credential.text, '    ')}\n")


def _secret_data(credential: Credential, draw: random.Random) -> Snippet:
    coded = credential.text
    if credential.kind != "base64":
        coded = base64.b64encode(coded.encode()).decode()
    name = draw.choice((credential.name, credential.name.lower().replace("_", "-")))
    return Snippet(f"{_SECRET}data:\n  {name}: {coded}\n", (coded,), credential.value)


def _string_data(credential: Credential, draw: random.Random) -> Snippet:
    scalar, quote = _scalar(credential.text, draw)
    return plain(credential, f"{_SECRET}stringData:\n  {credential.name}: {scalar}\n", quote)


def _compose_list(credential: Credential, draw: random.Random) -> Snippet:
    quote = draw.choice(("", '"'))
    extra = f"      - AWS_ACCESS_KEY_ID={credential.companion}\n" if credential.companion else ""
    text = (
        "services:\n  planted:\n    image: ml/train:1\n    environment:\n      - REGION=eu\n"
        f"{extra}      - {quote}{credential.name}={credential.text}{quote}\n"
    )
    return plain(credential, text, quote_name(quote))


def _compose_map(credential: Credential, draw: random.Random) -> Snippet:
    scalar, quote = _scalar(credential.text, draw)
    head = "services:\n  planted:\n    image: ml/train:1\n    environment:\n      REGION: eu\n"
    text = f"{head}      {credential.name}: {scalar}\n"
    return plain(credential, text, quote)


YAML_PLACES = (
    Place("yaml: name and value lines", "yaml", TEXT_KINDS, _pair),
    Place("yaml: map value", "yaml", TEXT_KINDS, _map),
    Place("yaml: block scalar with JSON", "yaml", TEXT_KINDS, _block_json),
    Place("yaml: block scalar with PEM", "yaml", ("private key",), _block_pem),
    Place(
        "yaml: Secret data",
        "yaml",
        ("base64", "vendor token", "opaque key", "password", "private key"),
        _secret_data,
    ),
    Place("yaml: Secret stringData", "yaml", TEXT_KINDS, _string_data),
    Place("yaml: compose list", "yaml", TEXT_KINDS, _compose_list),
    Place("yaml: compose map", "yaml", TEXT_KINDS, _compose_map),
)

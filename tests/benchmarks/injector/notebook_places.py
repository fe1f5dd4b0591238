"""Places that only a notebook has: magics, every kind of output, metadata.

For an output or metadata the snippet's text is JSON: the output object, or what is merged into the metadata.
"""

from __future__ import annotations

import html
import json
import random
from typing import Any

from injector.credentials import Credential
from injector.place import TEXT_KINDS, Place, Snippet, plain

_BLUE, _GREEN, _RED, _OFF = "\x1b[0;34m", "\x1b[0;32m", "\x1b[0;31m", "\x1b[0m"


def _magic_env(credential: Credential, draw: random.Random) -> Snippet:
    shape = draw.choice(("%env {}={}", "%env {} {}", "%set_env {}={}"))
    return plain(credential, shape.format(credential.name, credential.text))


def _export(credential: Credential, draw: random.Random) -> Snippet:
    quote = draw.choice(("", '"', "'"))
    return plain(credential, f"!export {credential.name}={quote}{credential.text}{quote}")


def _curl(credential: Credential, draw: random.Random) -> Snippet:
    if credential.kind == "password":
        return plain(credential, f"!curl -u trainer:{credential.text} https://ml.example.org/api/models")
    quote = draw.choice("\"'")
    return plain(
        credential,
        f"!curl -H {quote}Authorization: Bearer {credential.text}{quote} https://ml.example.org/api",
    )


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _output(credential: Credential, output: dict[str, Any]) -> Snippet:
    return plain(credential, json.dumps(output))


def _stream(credential: Credential, draw: random.Random) -> Snippet:
    name, text = credential.name, credential.text
    body = draw.choice(
        (f"{name}={text}\n", f"{name}: {text}\n", f"{{'region': 'eu', '{name.lower()}': '{text}'}}\n")
    )
    if "\n" in text:
        body = f"{text}\n"
    content = _lines(f"loading settings\n{body}done\n")
    return _output(credential, {"output_type": "stream", "name": "stdout", "text": content})


def _plain_text(credential: Credential, draw: random.Random) -> Snippet:
    name, text = credential.name.lower(), credential.text
    body = draw.choice((f"Settings(region='eu', {name}='{text}')", f"{{'{name}': '{text}', 'retries': 3}}"))
    data = {"text/plain": [body]}
    return _output(
        credential, {"output_type": "execute_result", "execution_count": 7, "metadata": {}, "data": data}
    )


def _html(credential: Credential, draw: random.Random) -> Snippet:
    """Passwords hold an ampersand here, so that the entity has to be decoded to see the value whole."""
    name, text = credential.name.lower(), credential.text
    if credential.kind == "password":
        text = f"{text[:6]}&{text[6:]}"
    shown = html.escape(text)
    body = draw.choice(
        (
            f"<table>\n<tr><th>region</th><td>eu</td></tr>\n<tr><th>{name}</th><td>{shown}</td></tr>\n</table>",
            f"<pre>{{&#x27;{name}&#x27;: &#x27;{shown}&#x27;}}</pre>",
            f"<pre>{name} = &quot;{shown}&quot;</pre>",
        )
    )
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": _lines(body)}}
    needle = html.escape(credential.value) if credential.kind != "password" else shown
    return Snippet(json.dumps(output), (needle,), credential.value if needle != shown else text)


def _traceback(credential: Credential, draw: random.Random) -> Snippet:
    """A frame as IPython 8 colours it, with the failing line that holds the literal."""
    quote, name = draw.choice("\"'"), credential.name.lower()
    call = f"{_OFF}client {_BLUE}={_OFF} connect{_BLUE}({_OFF}{name}{_BLUE}={_OFF}"
    before = f"{_GREEN}      1{_OFF} {_OFF}import ml\n"
    literal = f"{_GREEN}{quote}{credential.text}{quote}{_OFF}"
    frame = [
        f"{_RED}---------------------------------------------------------------------------{_OFF}",
        f"{_RED}AuthenticationError{_OFF}                       Traceback (most recent call last)",
        f"Cell {_GREEN}In[4], line 2{_OFF}\n{before}{_GREEN}----> 2{_OFF} {call}{literal}{_BLUE}){_OFF}\n",
        f"{_RED}AuthenticationError{_OFF}: 401 Unauthorized",
    ]
    output = {"output_type": "error", "ename": "AuthenticationError", "evalue": "401", "traceback": frame}
    return _output(credential, output)


def _json(credential: Credential, draw: random.Random) -> Snippet:
    inner = {"region": "eu", credential.name.lower(): credential.text}
    data = {
        "application/json": {"config": inner, "retries": 3},
        "text/plain": ["<IPython.core.display.JSON object>"],
    }
    return _output(credential, {"output_type": "display_data", "metadata": {}, "data": data})


def _papermill(credential: Credential, draw: random.Random) -> Snippet:
    parameters = {"alpha": 0.1, credential.name.lower(): credential.text}
    return plain(credential, json.dumps({"papermill": {"parameters": parameters}}))


def _widget(credential: Credential, draw: random.Random) -> Snippet:
    """The saved state of a password box, as ipywidgets writes it."""
    name = draw.choice(("PasswordModel", "TextModel"))
    state = {"description": f"{credential.name}:", "layout": "IPY_MODEL_0", "value": credential.text}
    model = {
        "model_module": "@jupyter-widgets/controls",
        "model_module_version": "1.5.0",
        "model_name": name,
        "state": state,
    }
    states = {f"{draw.getrandbits(128):032x}": model}
    whole = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": states, "version_major": 2}}}
    return plain(credential, json.dumps(whole))


_ALL = (*TEXT_KINDS, "private key")
_TOKENS = ("vendor token", "opaque key", "password")
NOTEBOOK_PLACES = (
    Place("magic: %env", "cell", TEXT_KINDS, _magic_env),
    Place("magic: !export", "cell", TEXT_KINDS, _export),
    Place("magic: !curl", "cell", _TOKENS, _curl),
    Place("output: stream", "output", _ALL, _stream),
    Place("output: text/plain", "output", TEXT_KINDS, _plain_text),
    Place("output: text/html", "output", TEXT_KINDS, _html),
    Place("output: traceback", "output", TEXT_KINDS, _traceback),
    Place("output: application/json", "output", _ALL, _json),
    Place("metadata: papermill", "metadata", TEXT_KINDS, _papermill),
    Place("metadata: widget", "metadata", _TOKENS, _widget),
)

"""For generated modules: fix changes literals with secrets only, and what they compute stays the same."""

from __future__ import annotations

import ast
import os
import random
import tempfile
from pathlib import Path
from unittest import mock

from fixing import mend, names
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlscan.catalog.templates import expand

TOKEN = expand("hf_<alpha:34>")
# Statements by the name of what they compute; `T` is the secret, in quotes `Q` or bare.
STATEMENTS = (
    "{name} = {Q}{T}{Q}",
    "{name} = ( {Q}{T}{Q} ,)",
    "{name} = {{{Q}k{Q}: {Q}{T}{Q}, {Q}é{Q}: 1}}",
    "{name} = f{Q}Bearer {T}{Q}",
    "{name} = {Q}Bearer {T} end{Q}",
    "{name} = b{Q}{T}{Q}",
    "{name} = r{Q}{T}{Q} + {Q}x{Q}",
    "{name} = {Q}{Q}{Q}{T}{Q}{Q}{Q}",
    "def {name}_f(a=1):\n\treturn{Q}{T}{Q}\n{name} = {name}_f()",
    "def {name}_g():\n    import os\n    return [{Q}{T}{Q} for _ in range(2)]\n{name} = {name}_g()",
    "class {name}_c:\n    key = {Q}{T}{Q}\n{name} = {name}_c.key",
    "{name} = (lambda: {Q}{T}{Q})()",
    "{name} = {Q}{T}{Q}if True else 2",
    "{name} = dict(token={Q}{T}{Q}, x = 1)  # {name}",
    "{name} = f{Q}{{len({O}{T}{O})}}{Q}",
    "{name} = 1 ; {name}_x = {Q}{T}{Q}",
)
PLAIN = (
    "{name} = 1",
    "{name} = {Q}{{}} %s é{Q}",
    "# a comment, {Q}",
    "",
    "if True:\n    {name} = 2",
    "import sys, re",
)
HEADS = (
    "",
    '"""Doc."""\n',
    "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n",
    "from __future__ import annotations\n",
    "import os\n",
    "import os as _o\n",
    "import json\nimport sys\n",
    '"""Doc."""\n\nfrom re import compile\n\n\n',
)
NEWLINES = ("\n", "\r\n")
statement = st.tuples(st.sampled_from((*STATEMENTS, *STATEMENTS, *PLAIN)), st.sampled_from("\"'"))


def module(head: str, statements: list[tuple[str, str]]) -> str:
    lines = [
        template.format(name=f"v{number}", Q=quote, O="'" if quote == '"' else '"', T=TOKEN)
        for number, (template, quote) in enumerate(statements)
    ]
    return head + "\n".join(lines)


def values(text: str, variables: dict[str, str]) -> dict[str, object]:
    """What the variables of a module are after it has run."""
    found: dict[str, object] = {}
    with mock.patch.dict(os.environ, variables):
        exec(compile(text, "module", "exec", dont_inherit=True), found)
    return {key: value for key, value in found.items() if key.startswith("v") and key[1:].isdigit()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(HEADS),
    st.lists(statement, min_size=1, max_size=6),
    st.sampled_from(NEWLINES),
    st.booleans(),
)
def test_what_a_module_computes_stays(
    head: str, statements: list[tuple[str, str]], newline: str, ended: bool
) -> None:
    text = (module(head, statements) + ("\n" if ended else "")).replace("\n", newline)
    with tempfile.TemporaryDirectory() as folder:
        result = mend(Path(folder), {"train.py": text.encode()})
        after = (Path(folder) / "train.py").read_bytes().decode()
    assert not result.left
    assert TOKEN not in after
    assert values(after, dict.fromkeys(names(result), TOKEN)) == values(text, {})
    assert _without_literals(after) == _without_literals(text)


def _without_literals(text: str) -> list[str]:
    """The lines in which no secret stood and none is looked up, but for the import."""
    lines = [line for line in text.splitlines() if TOKEN not in line and ".environ[" not in line]
    kept = [line for line in lines if line.strip() and line != "import os"]
    assert ast.parse(text)
    return kept


def test_the_generated_modules_are_worth_it() -> None:
    """Nearly all of the statements hold a secret that is found."""
    draw = random.Random(1)
    text = module("", [(template, draw.choice("\"'")) for template in STATEMENTS])
    with tempfile.TemporaryDirectory() as folder:
        result = mend(Path(folder), {"train.py": text.encode()})
    assert len(names(result)) == len(STATEMENTS)

"""What calls give to secret-named parameters, options, environment variables and settings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.flow.calls import last_name, resolve
from mlscan.flow.program import Program, Site
from mlscan.secrets.candidate import ENVIRONMENT, NAME

_GETENV = {
    "os.getenv",
    "getenv",
    "decouple.config",
    "environs.Env.str",
    "os.environ.pop",
    "starlette.config.Config",
}
_ENVIRON = ("environ.get", "environ.setdefault", "environ.pop")
# `getenv`, and what projects call their own: `get_env_str("DB_PASSWORD", "...")`, `env("KEY", "...")`.
_ENV_CALL = re.compile(
    r"(?i)(?:^|_)(?:get_?env|env|env_?vars?)(?:_?(?:str|string|or|or_default|default|value))?$"
)
_OPTIONS = {"add_argument", "option", "Option", "argument", "Argument", "add_option"}
_HARMLESS = {
    "print",
    "getattr",
    "hasattr",
    "isinstance",
    "format",
    "replace",
    "startswith",
    "endswith",
    "Input",
}
_SETTERS = {
    "set", "setenv", "putenv", "set_env", "set_env_variable", "with_env", "setdefault", "config", "setConf",
    "set_property", "setProperty", "add_header", "putheader",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A name, the expression it gets, and how: the rule, its rank and a phrase for the message."""

    name: str
    node: ast.expr
    rule: str
    rank: int
    phrase: str


def passed(node: ast.Call, site: Site, program: Program) -> Iterator[Named]:
    """Every name a call gives a value to."""
    short = last_name(node.func)
    if short in _OPTIONS:
        yield from _option(node)
        return
    if short in _HARMLESS:
        return
    callee = resolve(node.func, site, program)
    if callee in _GETENV or _ENV_CALL.search(short) or callee.endswith(_ENVIRON):
        yield from _environment(node, short)
        return
    for keyword in node.keywords:
        if keyword.arg:
            phrase = f"argument '{keyword.arg}' of '{short or 'a call'}'"
            yield Named(keyword.arg, keyword.value, "credential-in-call", NAME, phrase)
    if short in _SETTERS:
        yield from _setting(node)
    else:
        for name, value in program.parameters(callee, node):
            phrase = f"parameter '{name}' of '{short}'"
            yield Named(name, value, "credential-in-call", NAME, phrase)


def _environment(node: ast.Call, short: str) -> Iterator[Named]:
    """`os.getenv("K", "literal")`, `environ.setdefault("K", "literal")`, `config("K", default="...")`."""
    name = _text(node.args[0]) if node.args else ""
    default = node.args[1] if len(node.args) > 1 else None
    default = next((item.value for item in node.keywords if item.arg == "default"), default)
    if not name or default is None or name in ("PWD", "OLDPWD"):
        return  # the working directory is no password
    if short == "setdefault":
        phrase = f"environment variable '{name}'"
        yield Named(name, default, "credential-in-environment", ENVIRONMENT, phrase)
    else:
        phrase = f"default of environment variable '{name}'"
        yield Named(name, default, "credential-as-default", ENVIRONMENT, phrase)


def _option(node: ast.Call) -> Iterator[Named]:
    """`add_argument("--api-key", default="...")`, `click.option(...)`, `typer.Option("...", "--api-key")`."""
    flags = [text for item in node.args if (text := _text(item))]
    flag = next((text for text in flags if text.startswith("--")), next(iter(flags), ""))
    for keyword in node.keywords:
        if keyword.arg in ("default", "const") and flag:
            phrase = f"default of option '{flag}'"
            yield Named(flag.lstrip("-"), keyword.value, "credential-as-default", ENVIRONMENT, phrase)
    if flag.startswith("--") and node.args and flags[0] != flag and not flags[0].startswith("-"):
        phrase = f"default of option '{flag}'"
        yield Named(flag.lstrip("-"), node.args[0], "credential-as-default", ENVIRONMENT, phrase)


def _setting(node: ast.Call) -> Iterator[Named]:
    """`conf.set("fs.s3a.secret.key", "...")`, `builder.config(K, v)`, `container.with_env(K, v)`."""
    if len(node.args) == 2 and (name := _text(node.args[0])):
        rule, phrase = "credential-in-environment", f"setting '{name}'"
        yield Named(_setting_name(name), node.args[1], rule, ENVIRONMENT, phrase)


def _setting_name(name: str) -> str:
    """The part of a dotted setting that names it; Hadoop's Azure keys end in a host name."""
    parts = name.split(".")
    for index, part in enumerate(parts):
        if part in ("key", "sas") and index and parts[index - 1] in ("account", "azure", "sas"):
            return f"{parts[index - 1]}.{part}"
    return ".".join(parts[-2:])


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""

"""Which reader understands a file or fenced block, by name. A reader is imported when first wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

from mlscan.documents.pairs.pair import Pair

Reader = Callable[..., Iterator[Pair]]

_ENDINGS = {
    "json": "json jsonc json5 tfstate webmanifest code-workspace geojson libsonnet",
    "toml": "toml",
    "ini": "ini cfg inf pypirc databrickscfg boto s3cfg cnf desktop service gitconfig npmrc yaml yml",
    "dotenv": "env envrc",
    "hocon": "hocon",
    "netrc": "netrc _netrc",
    "pgpass": "pgpass",
    "shell": "sh bash zsh ksh fish bat cmd shell console terminal sh-session shell-session bashrc profile",
    "dockerfile": "dockerfile containerfile docker",
    "terraform": "tf tfvars hcl terraform nomad",
    "sql": "sql ddl psql mysql pgsql hql",
    "javascript": "js jsx ts tsx mjs cjs mts cts javascript typescript",
    "r": "r rprofile rmd",
    "script": "ps1 psm1 psd1 powershell python py python3",
    "markdown": "md markdown mdx qmd rmarkdown",
    "properties": "properties conf config yarnrc http rest",
    "xml": "xml config pom csproj plist",
}
_BY_ENDING = {ending: reader for reader, endings in _ENDINGS.items() for ending in endings.split()}
_NAMES = (
    (re.compile(r"(^|[./_-])(dockerfile|containerfile)([.\-_][\w.\-]*)?$"), "dockerfile"),
    (
        re.compile(
            r"(^|/)[\w.\-]*\.?env(\.[\w.\-]+)?$|(^|/)[\w\-]*\.env\.\w+$|(^|/)\.?renviron$|(^|/)env[_.\-]?(file|vars?|list)?$"
        ),
        "dotenv",
    ),
    (re.compile(r"(^|/)\.aws/(credentials|config)$|(^|/)\.mlflow/credentials$|(^|/)pip\.conf$"), "ini"),
    (re.compile(r"(^|/)(clearml|trains|application|reference)[\w\-]*\.conf$|(^|/)\.clearml"), "hocon"),
    (re.compile(r"(^|/)\.?docker(config|/config)(\.json)?$|(^|/)\.dockercfg$"), "json"),
    (re.compile(r"(^|/)(makefile|justfile|procfile|\.bash_history|\.zsh_history)$"), "shell"),
)
# Files that hold names and values by the thousand and settings never: locks, vocabularies, data sets, builds.
_NO_SETTINGS = re.compile(
    r"(^|/)[\w.\-]*lock(file)?(\.(json|yaml|yml|toml|hcl))?$|(^|/)npm-shrinkwrap\.json$|\.min\.(js|css)$"
    r"|(^|/)(tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|merges|generation_config"
    r"|preprocessor_config|model\.safetensors\.index|pytorch_model\.bin\.index|swagger|openapi)[\w.\-]*\.json$"
    r"|(^|/)(i18n|locales?|translations?|lang|node_modules|site-packages)/|\.(map|snap|jsonl|ndjson|csv|tsv)$"
)
_COPIES = (".tmpl", ".tpl", ".template", ".j2", ".jinja", ".example", ".sample", ".dist", ".bak")
_SHEBANG = re.compile(rb"#![^\n]{0,80}\b(?:ba|z|k|da)?sh\b")


def holds_no_settings(path: str) -> bool:
    """Whether a file is of a kind that holds names and values by the thousand and settings never."""
    return bool(_NO_SETTINGS.search(path.lower()))


@cache
def reader_of(language: str) -> Reader | None:
    """The reader for the language of a fenced block or the ending of a file, both in lower case."""
    module = _BY_ENDING.get(language)
    return reader_of_module(module) if module else None


def module_for(path: str, head: bytes) -> str:
    """The module that reads a file; empty where its kind holds no settings or is read elsewhere."""
    lower = path.lower()
    name = lower.rpartition("/")[2]
    for suffix in _COPIES:
        name = name.removesuffix(suffix)
    _, dot, ending = name.rpartition(".")
    known = _BY_ENDING.get(ending, "") if dot else ""
    if _NO_SETTINGS.search(lower):
        return ""
    special = next((module for shape, module in _NAMES if shape.search(lower)), "")
    if special:
        return special
    if ending == "config":
        return "xml" if head.lstrip().startswith(b"<") else "properties"
    return known or ("shell" if not dot and _SHEBANG.match(head) else "")


def reader_for(path: str, head: bytes) -> Reader | None:
    """The reader of a file, or None."""
    module = module_for(path, head)
    return reader_of_module(module) if module else None


@cache
def reader_of_module(module: str) -> Reader:
    """The function `pairs` of a module of this room."""
    reader: Reader = import_module(f"mlscan.documents.pairs.{module}").pairs
    return reader

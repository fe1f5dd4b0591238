"""What a secret is called once it is outside the code: one name for a secret, one secret for a name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlscan.catalog.schema import Catalog
from mlscan.fix.edits import RefusedError
from mlscan.model import Rule

_TOLD = re.compile(r"environment variable `([A-Z][A-Z0-9_]{2,60})`")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^A-Za-z0-9]+")
_WORDS = re.compile(r"[\w.\- ]{1,60}")
_RUN = re.compile(r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16}|[A-Za-z0-9]{30}")
_LONGEST = 60
# Words that say nothing about whose secret it is.
_GENERIC = frozenset((
    "API_KEY", "APIKEY", "AUTH", "CREDENTIAL", "CREDENTIALS", "DEFAULT", "HEADERS", "KEY", "PASS", "PASSWD",
    "PASSWORD", "PASSPHRASE", "SECRET", "SECRET_KEY", "TOKEN", "VALUE", "AUTHORIZATION", "ACCESS_TOKEN",
    "ACCESS_KEY", "S", "K", "T", "P", "X",
))  # fmt: skip
# Variables that shells, systems and Python set themselves: `PWD` is the working directory.
_TAKEN = frozenset((
    "PWD", "OLDPWD", "PATH", "HOME", "USER", "USERNAME", "LOGNAME", "SHELL", "TERM", "LANG", "TMP", "TEMP",
    "TMPDIR", "EDITOR", "HOST", "HOSTNAME", "UID", "GID", "IFS", "PS1", "DISPLAY", "TZ", "PYTHONPATH",
    "RANDOM", "KEY_VAULT_URL", "GOOGLE_CLOUD_PROJECT", "_",
))  # fmt: skip


class Names:
    """Gives names; the same secret always gets the name it got first."""

    def __init__(self, catalog: Catalog, rules: Iterable[Rule]) -> None:
        self._of_sink = {
            f"argument '{sink.argument}' of {call}": sink.env
            for sdk in catalog.sdks
            for sink in sdk.credentials
            if sink.env
            for call in sink.calls
        }
        self._of_rule = {rule.id: told[1] for rule in rules if (told := _TOLD.search(rule.fix))}
        self._by_value: dict[str, str] = {}
        self._owner: dict[str, str] = {}

    def name(
        self,
        value: str,
        rule: str,
        evidence: Iterable[str],
        hint: str,
        path: str,
        *,
        exact: str = "",
        inside: str = "",
    ) -> str:
        """The name of a secret; raises RefusedError when it has to be one that another secret has.

        `hint` is what the code calls it, `exact` the environment variable that the code reads or sets itself,
        `inside` the name for a part of a longer text.
        """
        if exact:
            if self._owner.get(exact, value) != value:
                raise RefusedError(f"'{exact}' is the name of two different secrets")
            self._owner.setdefault(exact, value)
            self._by_value.setdefault(value, exact)
            return exact
        if value in self._by_value:
            return self._by_value[value]
        name = next(
            item for item in self._wishes(rule, evidence, hint, path, inside) if self._free(item, value)
        )
        self._by_value[value] = name
        self._owner[name] = value
        return name

    def _wishes(self, rule: str, evidence: Iterable[str], hint: str, path: str, inside: str) -> Iterable[str]:
        called = _normal(hint) if telling(hint) else ""
        if inside:
            yield inside
        else:
            yield from (self._of_sink[item] for item in evidence if item in self._of_sink)
            if rule in self._of_rule:
                yield self._of_rule[rule]
        if called and called not in _GENERIC and not inside:
            yield called
        folder, _, file = path.rpartition("/")
        last = called or _normal(rule)
        for place in (file.partition(".")[0], folder.rpartition("/")[2]):
            if prefix := _normal(place):
                yield f"{prefix}_{last}"[:_LONGEST]
        number = 2
        while True:
            yield f"{last}_{number}"
            number += 1

    def _free(self, name: str, value: str) -> bool:
        return bool(name) and name not in _TAKEN and self._owner.get(name, value) == value


def telling(text: str) -> bool:
    """Whether a text of the code can be the name of something, and is no key or token itself."""
    return bool(_WORDS.fullmatch(text)) and not _RUN.search(text)


def _normal(text: str) -> str:
    """`dbPassword`, `db-password` and `db.password` as `DB_PASSWORD`."""
    name = _OTHER.sub("_", _CAMEL.sub("_", text)).strip("_").upper()
    return name.lstrip("0123456789_")[:_LONGEST].rstrip("_")

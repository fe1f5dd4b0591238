"""Names: does `MyApiKey`, `DB_PASSWORD` or `max_tokens` name a credential?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Literal

from mlscan.catalog.schema import Lexicon
from mlscan.words import words

NameKind = Literal["", "password", "secret", "key"]

_PASSWORD = re.compile(r"pass|pwd|psw|senha|contrasena|(^|_)pw$")
_SECRET_KEY = re.compile(r"secret_?(access_?)?key$")


def normalise(name: str) -> str:
    """`openAIApiKey` and `OPENAI-API-KEY` to `open_ai_api_key` and `openai_api_key`."""
    return "_".join(words(name))


class Names:
    """The lexicon's names, compiled when first asked."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.kind = lru_cache(maxsize=4096)(self._kind)

    @cached_property
    def _secret(self) -> re.Pattern[str]:
        return _either(self._lexicon.secret_names)

    @cached_property
    def _harmless(self) -> re.Pattern[str]:
        return _either(self._lexicon.harmless_names)

    def _kind(self, name: str) -> NameKind:
        """`password` for what people choose, `key` for what machines make, empty for neither.

        `secret` is in between: MinIO and web frameworks let people choose what is called a secret key.
        """
        if not 2 <= len(name) <= 80:
            return ""
        plain = normalise(name)
        if not self._secret.fullmatch(plain) or self._harmless.fullmatch(plain):
            return ""
        if _PASSWORD.search(plain):
            return "password"
        return "secret" if _SECRET_KEY.search(plain) else "key"


def _either(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{expression})" for expression in expressions))

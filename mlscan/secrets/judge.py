"""The one place that tells a credential from what only looks like one. It sees a value and its role."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from functools import cached_property

from mlscan.catalog.schema import Lexicon
from mlscan.model import Confidence
from mlscan.secrets.names import NameKind
from mlscan.secrets.randomness import Randomness, is_hex, is_sequence

_LONG = 16
_DRAWN = 14  # letters alone, as in the application passwords of Google
_MAX = 4096
_IDENTIFIER = re.compile(
    r"^[A-Za-z][a-z]+(?:[A-Z][a-z]+)*$|^[a-z]+(?:[_.\-/:][a-z]+)+$|^[A-Z]+(?:[_\-][A-Z]+)+$"
)
_ABOUT_SECRETS = re.compile(r"(?i)pass(?:word|wd)?|secret|token")
_WORDS_AND_NUMBER = re.compile(r"^[A-Za-z_\-]+\d{0,4}$")
_NUMBER = re.compile(r"^[\d.,:/+\- ]+$")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")
_CLASSES = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"), re.compile(r"[^A-Za-z0-9\s]"))
_CODE = re.compile(
    r"^[A-Za-z_][\w.]*\(.*\)$|^[A-Za-z_][\w.]*\[.*\]$|^(self|os|env|config|settings|args|params)\."
)
# Classes that speak about the whole value; the others are words, which a random value may hold by chance.
_WHOLE = (
    "empty",
    "bracketed",
    "template",
    "prefix-only",
    "self-name",
    "path",
    "url",
    "void",
    "demo",
    "prose",
)

# A value such as `mlflow_password`: a name in most places, and a bad password in some.
NAMED_LIKE_IT = "holds the word password"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`confidence` is None for what is no credential; `reason` says why, either way.

    `weak` marks a guessable password: a credential only where a service is really given it. `started` marks
    a word for a password, `example` or `changeme`, that counts only where a file starts a service with it.
    """

    confidence: Confidence | None
    reason: str
    weak: bool = False
    started: bool = False

    @property
    def believed(self) -> Confidence | None:
        """The confidence where the value is really given to a service: a weak password counts there."""
        return Confidence.MEDIUM if self.weak else self.confidence


def encodes_prose(text: str, depth: int = 2) -> bool:
    """Whether a text is base64 of several words, as in `bm90IGEgcmVhbCBzZWNyZXQ=`: not a real secret.

    A registry's `user:token` may hold such a text once more.
    """
    if len(text) % 4 or not 16 <= len(text) <= 400 or not depth:
        return False
    try:
        said = base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return False
    words = said.split()
    if len(words) < 3:
        return encodes_prose(said.rpartition(":")[2], depth - 1)
    return said.isprintable() and all(word.strip(".,:!?'").isalnum() for word in words)


class Judge:
    """Judges values with the catalogue's words and letter statistics, compiled when first asked."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._randomness = Randomness(lexicon.bigrams)
        self._lexicon = lexicon

    @cached_property
    def _started(self) -> re.Pattern[str]:
        return re.compile(self._lexicon.started)

    @cached_property
    def _emulated(self) -> re.Pattern[str]:
        return re.compile(self._lexicon.emulated)

    @cached_property
    def _placeholders(self) -> dict[str, re.Pattern[str]]:
        return {name: re.compile(text) for name, text in self._lexicon.placeholders.items()}

    def placeholder(self, value: str) -> str:
        """The class of placeholder a value belongs to, or an empty string."""
        whole = next((name for name in _WHOLE if self._placeholders[name].search(value)), "")
        if whole:
            return whole
        word = next(
            (
                name
                for name, shape in self._placeholders.items()
                if name not in _WHOLE and shape.search(value)
            ),
            "",
        )
        if not word:
            return ""
        # A word inside a long random value is chance, not a placeholder; a mask is a mask.
        rest = self._placeholders[word].sub("", value)
        chance = word in ("words",) and len(rest) >= 24 and self._randomness.is_random(rest)
        return "" if chance else word

    def is_random(self, value: str) -> bool:
        """Whether a value looks drawn at random, see `Randomness.is_random`."""
        return self._randomness.is_random(value)

    def is_emulated(self, value: str) -> bool:
        """Whether a value is what people give to an emulator of a cloud that checks no key."""
        return bool(self._emulated.match(value))

    def token(self, value: str, precision: str, *, human: bool = False, named: bool = False) -> Judgement:
        """A value in a vendor's format; `human` when people choose it, as in a connection string.

        `named` says that only a word beside the value makes it a credential: then it must look like one.
        """
        if human:
            return self.named(value, "password", sink=not named)
        if named and not self._randomness.is_random(value) and (shape := self.placeholder(value)):
            return Judgement(None, f"placeholder ({shape})")
        body = value.rpartition("_")[2] if value.count("_") == 1 else value
        if encodes_prose(body):
            return Judgement(None, "placeholder (base64 of a sentence)")
        if (kind := self._masked(value)) or is_sequence(body):
            return Judgement(None, f"placeholder ({kind or 'sequence'})")
        if len(set(value)) < min(8, len(value) // 2):
            return Judgement(None, "too few different characters")
        if precision in ("very-high", "high"):
            return Judgement(Confidence.HIGH, "the vendor's format")
        if self._randomness.is_random(value):
            return Judgement(Confidence.HIGH, "the vendor's format, and random")
        if precision == "medium" and any(map(str.isdigit, value)):
            return Judgement(Confidence.MEDIUM, "the vendor's format")
        return Judgement(
            None if precision == "low" else Confidence.LOW, "the vendor's format, but not random"
        )

    def named(self, value: str, kind: NameKind, *, sink: bool = False) -> Judgement:
        """A value under a secret's name; `sink` when a known SDK takes it as a credential."""
        if not 4 <= len(value) <= _MAX or not value.isprintable():
            return Judgement(None, "length")
        if shape := self.placeholder(value):
            if kind == "secret" and self.is_emulated(value):
                return Judgement(None, "an emulator's key")
            if shape == "demo" and kind != "key":
                return Judgement(Confidence.LOW, "a well-known password", weak=True)
            started = kind == "password" and bool(self._started.match(value))
            return Judgement(None, f"placeholder ({shape})", started=started)
        if encodes_prose(value.rpartition("_")[2]):
            return Judgement(None, "placeholder (base64 of a sentence)")
        if is_sequence(value) or _CODE.match(value):
            return Judgement(None, "no literal secret")
        if kind == "secret" and _IDENTIFIER.match(value):
            return Judgement(None, "a word")
        return self._key(value, sink=sink) if kind == "key" else self._password(value, sink=sink)

    def _password(self, value: str, *, sink: bool) -> Judgement:
        classes = sum(bool(kind.search(value)) for kind in _CLASSES)
        if " " in value and not (classes == 4 and len(value) >= _LONG):
            return Judgement(None, "words")
        if _ABOUT_SECRETS.search(value):
            named = classes < 3 or _WORDS_AND_NUMBER.match(value)
            confidence = Confidence.LOW if named else Confidence.MEDIUM
            return Judgement(confidence, NAMED_LIKE_IT, weak=bool(named))
        if len(value) >= _DRAWN and self._randomness.is_random(value):
            return Judgement(Confidence.HIGH, "looks drawn at random")
        if _IDENTIFIER.match(value):
            sure = sink and len(value) >= 8 and "_" not in value
            return Judgement(Confidence.MEDIUM if sure else Confidence.LOW, "a word", weak=not sure)
        if self._randomness.is_random(value) or (classes >= 3 and len(value) >= 8):
            return Judgement(Confidence.HIGH, "looks chosen as a password")
        if classes >= 2 and len(value) >= 6 and not _NUMBER.match(value):
            return Judgement(Confidence.MEDIUM, "letters with digits or signs")
        return Judgement(Confidence.LOW, "a weak value", weak=True)

    def _key(self, value: str, *, sink: bool) -> Judgement:
        if re.search(r"\s", value) or _NUMBER.match(value) or len(value) < 8:
            return Judgement(None, "not the shape of a key")
        if self._randomness.is_random(value) and (any(map(str.isdigit, value)) or len(value) >= _LONG):
            if len(value) >= _LONG:
                return Judgement(Confidence.HIGH, "random")
            mixed = sum(bool(kind.search(value)) for kind in _CLASSES) >= 3 and len(value) >= 10
            sure = sink or mixed or len(value) >= 12
            return Judgement(Confidence.MEDIUM if sure else Confidence.LOW, "short, but random")
        if sink and any(map(str.isdigit, value)) and not _IDENTIFIER.match(value) and len(value) >= 12:
            return Judgement(Confidence.MEDIUM, "an opaque value")
        return Judgement(None if is_hex(value) or _IDENTIFIER.match(value) else Confidence.LOW, "not random")

    def _masked(self, value: str) -> str:
        for name in ("mask", "template", "bracketed", "angle-bracket", "documentation", "words"):
            if found := self._placeholders[name].search(value):
                # `-na1-` before a UUID is a region; `$aact_` a prefix that only looks like a variable.
                chance = name == "words" or (name == "template" and len(found[0]) == 2)
                if chance and self._random_beside(value, found[0]):
                    continue
                return name
        return ""

    def _random_beside(self, value: str, word: str) -> bool:
        """Whether a value is long and random without a word, as a whole or without its separators."""
        rest = value.replace(word, "")
        if len(rest) >= 24 and self._randomness.is_random(rest):
            return True
        parts = "".join(part for part in _SEPARATORS.split(rest) if not part.isalpha())
        # A second word is no chance any more: `sk-your-key-here-abc123def456`.
        single = not self._placeholders["words"].search(rest)
        return single and len(parts) >= 24 and self._randomness.is_random(parts)

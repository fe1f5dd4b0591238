"""One secret that is handed to where others can read it, and what counts as one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlscan.catalog.exposures import Exposures
from mlscan.catalog.schema import Lexicon
from mlscan.model import Confidence, Place
from mlscan.secrets.names import Names, normalise

_PAIR = re.compile(
    r"(?:^|(?<=[\s,;{^#@:|\"']))([A-Za-z_]\w{0,80})=[\"']?((?:\$\{\{[^}]{0,200}\}\}|\$\{[^}]{0,200}\}|[^\s,;}\"'])*)"
)
_SECRET = re.compile(r"(?<![\w.-])secrets\.(\w+)")  # not the output of a step of that name
_REFERENCE = re.compile(
    r"^(?:\$\{\{[^}]{1,200}\}\}|\$\{?(?:env:)?(\w+)\}?|\$\(([\w.]+)\)|`[^`]{1,300}`|\$\(.{1,300}\))$"
)
# The token of a run: it is worth nothing when the run is over.
_SHORT = re.compile(r"(?i)^(?:github_token|ci_job_token|system_accesstoken|actions_.*|id_token)$")


@dataclass(frozen=True)
class Exposed:
    """`way` is `image`, `stage`, `settings`, `input`, `variable` or `log`; `name` is the secret's."""

    way: str
    name: str
    place: Place
    confidence: Confidence = Confidence.HIGH


class Secrets:
    """Tells by names and references whether something is a secret that does not stand there in plain."""

    def __init__(self, exposures: Exposures, lexicon: Lexicon) -> None:
        self._names = Names(lexicon)
        self._public = re.compile("|".join(f"(?:{expression})" for expression in exposures.public) or "(?!)")

    def named(self, name: str) -> bool:
        """Whether a name is one of a lasting secret."""
        if _SHORT.match(name) or self._public.fullmatch(normalise(name)):
            return False
        return bool(self._names.kind(name))

    def held(self, name: str, value: str) -> str:
        """What a secret that a variable is given is called, or an empty string where it is given none.

        `HF_TOKEN=${{ secrets.HF }}`, `HF=$HF_TOKEN` and `HF_TOKEN=$1` hold one, `HF_TOKEN=hf_...` is a matter
        of the rules for credentials.
        """
        stored = _SECRET.search(value)
        if stored is not None:
            taken = stored[1]
            public = self._public.fullmatch(normalise(name)) or _SHORT.match(taken)
            return taken if not public and (self.named(name) or self.named(taken)) else ""
        reference = _REFERENCE.match(value)
        if reference is None:
            return ""
        taken = reference[1] or reference[2] or ""
        if "inputs." in value or "steps." in value or "needs." in value:
            taken = ""
        if self._public.fullmatch(normalise(name)) or _SHORT.match(taken):
            return ""
        return name if self.named(name) else taken if self.named(taken) else ""

    def pairs(self, text: str) -> list[str]:
        """The secrets among `NAME=value` pairs, of which a text may hold several."""
        return [held for match in _PAIR.finditer(text) if (held := self.held(match[1], match[2]))]

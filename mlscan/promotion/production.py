"""Is it production? Words are compared as whole tokens, evidence is weighed, and every hit is kept.

Weights: what is bound (environment, target argument) beats groups, config files and credentials, which
beat names of steps, jobs, stages, workflows and files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from mlscan.catalog.schema import Environments
from mlscan.promotion.graph import Fact, Target

_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_WEIGHTS = {
    "environment": 6,
    "target argument": 6,
    "argument": 5,
    "variable group": 4,
    "config file": 4,
    "service connection": 4,
    "variable": 4,
    "credential": 3,
    "step": 2,
    "job": 2,
    "stage": 2,
    "branch": 1,
    "workflow": 1,
    "file": 1,
}
_VARIABLE = re.compile(r"^\$\{?\w+\}?$")
_NAMES = frozenset(("step", "job", "stage", "workflow", "file"))
_BOUND = 5
# `production-ready` is praise, `--production-variants` an argument of SageMaker.
_QUALITIES = frozenset(("ready", "grade", "variant", "variants"))
_NAMES_ONE = frozenset(("name", "names", "id"))
_PAIRS = frozenset(
    (
        ("create", "endpoint"),
        *((what, "apply") for what in ("tf", "terraform", "tofu", "infra")),
        *(("apply", what) for what in ("tf", "terraform", "tofu")),
    )
)


@lru_cache(maxsize=16384)
def tokens(text: str) -> tuple[str, ...]:
    """The lower-case words of a name: split at everything but letters, and at camelCase."""
    return tuple(token.lower() for token in _TOKEN.findall(text))


class Judge:
    """The lexicon of environments, asked about texts and about collections of facts."""

    def __init__(self, words: Environments) -> None:
        self._words = words
        self._production = frozenset(words.production)
        self._other = frozenset(words.nonproduction)
        self._ambiguous = frozenset(words.ambiguous)
        self._negations = frozenset(words.negations)
        self._verbs = frozenset(words.verbs)
        self._harmless = frozenset(words.harmless)
        self._memory: dict[tuple[str, bool], str] = {}

    def names(self, text: str, free: bool = False) -> str:
        """`prod`, `nonprod` or `` for a text; `free` texts are names of steps and jobs, not of places.

        `pkg.dev` is where Google keeps every registry, and no environment.
        """
        key = (text, free)
        if key not in self._memory:
            self._memory[key] = self._judge(tokens(text.replace("pkg.dev", "")), free)
        return self._memory[key]

    def _judge(self, found: tuple[str, ...], free: bool) -> str:
        production = other = False
        verb_seen = False
        for index, word in enumerate(found):
            before = found[index - 1] if index else ""
            ready = bool(_QUALITIES & set(found[index + 1 : index + 2]))
            if word in self._production and not ready and not (free and word == "live" and not verb_seen):
                if before in self._negations:
                    other = True
                else:
                    production = True
            elif word == "stage" and _NAMES_ONE & set(found[index + 1 : index + 2]):
                continue  # `${stageName}` names whatever it holds
            elif word in self._other and (
                not free or word not in self._ambiguous or verb_seen or len(found) == 1
            ):
                other = True
            verb_seen = word in self._verbs or (verb_seen and word != "and")
        return "prod" if production else "nonprod" if other else ""

    def _is_called(self, fact: Fact) -> bool:
        """Whether only a word of everyday names speaks for another environment: a project `mlops-demo`."""
        found = tokens(fact.value)
        own = {word for word in found if word in self._other}
        return len(found) > 1 and own <= {"demo", "lab", "poc", "review", "sandbox"} & self._other

    def deploys_by_name(self, text: str) -> bool:
        """Whether the name of something unread says that it deploys (`create-deployment.yml`)."""
        found = tokens(text)
        verbs = {"deploy", "deploys", "deployment", "deployments", "deployer", "rollout", "promote"}
        verbs |= {"promotion", "traffic"}
        pairs = set(pairwise(found))
        return (bool(verbs & set(found)) or bool(_PAIRS & pairs)) and not (self._harmless & set(found))

    def ships_by_name(self, text: str) -> bool:
        """Whether a stage or job is named after shipping something to production (`push_to_prod`)."""
        found = tokens(text)
        return self.names(text, free=True) == "prod" and bool(
            {"deploy", "promote", "release", "push", "publish", "rollout"} & set(found)
        )

    def target(self, facts: Iterable[Fact]) -> Target:
        """Weigh the facts about one deploy; earlier facts are closer to it and win ties."""
        hits: dict[str, list[Fact]] = {"prod": [], "nonprod": []}
        dynamic: list[Fact] = []
        for fact in facts:
            if fact.dynamic:
                dynamic.append(fact)
            judged = self.names(fact.value, free=fact.kind in _NAMES)
            # An input called `stage` names none.
            if judged and not (fact.dynamic and judged == "nonprod" and fact.value.startswith("$")):
                hits[judged].append(fact)
        doubtful = [fact for fact in hits["nonprod"] if self._is_called(fact)]
        if hits["prod"] and doubtful:
            hits["nonprod"] = [fact for fact in hits["nonprod"] if fact not in doubtful]
        best = {side: max((_weight(f) for f in found), default=0) for side, found in hits.items()}
        for found in hits.values():
            found.sort(key=lambda fact: -_weight(fact))
        bound = max((_WEIGHTS[fact.kind] for fact in dynamic), default=0)
        if bound >= _BOUND and bound > max(best.values()):
            # A variable of the server is what the group of variables bound to the job says.
            groups = [fact for fact in hits["nonprod"] if fact.kind == "variable group"]
            if groups and not hits["prod"] and all(_VARIABLE.match(fact.value) for fact in dynamic):
                return Target("nonprod", groups[0].value, True, tuple(hits["nonprod"]))
            return Target("dynamic", dynamic[0].value, False, (*dynamic, *hits["prod"]))
        if not any(best.values()):
            return Target("dynamic", dynamic[0].value, False, tuple(dynamic)) if dynamic else _IMPLICIT
        if best["nonprod"] > best["prod"] or (
            best["nonprod"] == best["prod"] and best["prod"] < _BOUND and _closer(hits)
        ):
            return Target("nonprod", hits["nonprod"][0].value, True, tuple(hits["nonprod"]))
        evidence = tuple(hits["prod"])
        independent = {(fact.kind, fact.value.lower()) for fact in evidence}
        strong = best["prod"] >= _BOUND or len({kind for kind, _ in independent}) >= 2
        return Target("prod", evidence[0].value, strong, evidence)


def _weight(fact: Fact) -> int:
    """The name of a variable that is nothing but handed on says less than a name that is written out."""
    weight = _WEIGHTS[fact.kind]
    return min(weight, _BOUND - 1) if _VARIABLE.match(fact.value) else weight


_IMPLICIT = Target("implicit", "", False)


def _closer(hits: dict[str, list[Fact]]) -> bool:
    """With equal weights: more hits win, and a tie speaks against production."""
    return len(hits["nonprod"]) >= len(hits["prod"])

"""The shape of every rule file. An unknown key, a missing key or a wrong type is an error when it is read.

Regular expressions are in the common subset of Python's `re` and Hyperscan, over UTF-8 bytes: no
look-around, no back-references. Examples are templates, see `mlscan.catalog.templates`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mlscan.catalog.access import Access
from mlscan.catalog.exposures import Exposures
from mlscan.catalog.logins import Logins
from mlscan.catalog.markers import EvidenceMarkers
from mlscan.catalog.unsafe import Origin, Surroundings, UnsafeCall, UnsafeText

Level = Literal["error", "warning", "note"]
Precision = Literal["very-high", "high", "medium", "low"]


class TokenFormat(Struct, frozen=True, forbid_unknown_fields=True):
    """One credential format, an entry of `tokens` in `rules/tokens/<vendor>.yaml`.

    `pattern` matches the secret; where it needs surroundings, the group `(?P<secret>...)` is the secret.
    With `keywords`, the value counts only where one of these (case-insensitive) words names it: in an
    assignment, a key, an argument or an option just before it, on the same line.
    `structure` names a check of `mlscan.secrets.structure`; it moves confidence and never drops.
    `boundary: false` switches off the rule that no word character may touch the secret. `human: true` says
    that people choose the secret, so that it is judged as a password and not by its shape. `public: true`
    says that the value is an identifier that anybody may know: it counts only at low confidence.
    """

    id: str
    title: str
    pattern: str
    keywords: tuple[str, ...] = ()
    structure: str = ""
    boundary: bool = True
    human: bool = False
    public: bool = False
    severity: Level = "error"
    score: float = 8.0
    precision: Precision = "high"
    why: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


class Vendor(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of `rules/tokens/`: one vendor, the prose its formats share, and the formats."""

    vendor: str
    why: str
    fix: str
    tokens: tuple[TokenFormat, ...]
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


class CredentialSink(Struct, frozen=True, forbid_unknown_fields=True):
    """An argument of an SDK call that holds a credential.

    `calls` are fully dotted names as imported (`wandb.login`, `openai.OpenAI`); a leading `*.` means any
    receiver. `argument` is the keyword; `position` the 0-based positional index without `self`, or absent.
    `kind` is what it holds (`api-key`, `password`, `connection-string`, `dict` for a mapping of names to
    secrets, `url` for userinfo, ...). `names` is the environment variable the SDK itself would read.
    """

    calls: tuple[str, ...]
    argument: str
    position: int | None = None
    kind: str = "api-key"
    env: str = ""
    instead: str = ""
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


class Decides(Struct, frozen=True, forbid_unknown_fields=True):
    """The argument that says whether a call reaches production, and the values that mean it does.

    `production` values are compared case-insensitively as whole words; `*` matches any characters. `also`
    are keywords that say the same in another way.
    """

    argument: str = ""
    position: int | None = None
    production: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


class Loss(Struct, frozen=True, forbid_unknown_fields=True):
    """An argument of a promotion by which what one could roll back to is lost, and how sure that is."""

    argument: str
    value: str
    confidence: Literal["high", "medium", "low"] = "medium"


class Refusal(Struct, frozen=True, forbid_unknown_fields=True):
    """A way to set up an SDK after which a call of it always raises: `calls` are last parts of names of what
    takes `value` as `argument` (at `position` without a keyword)."""

    calls: tuple[str, ...]
    argument: str
    value: str
    position: int | None = None


class PromotionCall(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that deploys, promotes, approves, registers, shifts traffic, trains, evaluates or rolls back.
    One that ends in `=` is an assignment to an attribute, with the value at position 0.

    An approval with `gate` answers a gate that waits for a person. One of kind `rollback-loss` deletes what
    one could roll back to, and `loses` are arguments by which a promotion does so itself. `existing` tells
    of a call that changes the traffic of an endpoint that is there already, of any receiver or only of one
    that was made by a call of one of these names. `refused` are set-ups after which the call always raises.
    """

    id: str
    calls: tuple[str, ...]
    kind: Literal[
        "deploy", "promote", "approve", "register", "traffic", "publish", "train", "evaluate",
        "rollback", "rollback-loss", "guard", "permission", "target", "not-a-deploy",
    ]  # fmt: skip
    title: str = ""
    decides: Decides | None = None
    gate: bool = False
    loses: tuple[Loss, ...] = ()
    existing: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    bypass: str = ""
    note: str = ""
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


class Sdk(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of `rules/sdks/`: one SDK. `modules` are the import roots that make its calls plausible."""

    sdk: str
    modules: tuple[str, ...]
    credentials: tuple[CredentialSink, ...] = ()
    promotions: tuple[PromotionCall, ...] = ()
    unsafe: tuple[UnsafeCall, ...] = ()
    origins: tuple[Origin, ...] = ()


class Invocation(Struct, frozen=True, forbid_unknown_fields=True):
    """Command lines that do one thing.

    `match` are word sequences: each word must occur in this order as a non-option argument after the
    program name, `a|b` are alternatives, an empty sequence matches the bare program. `first: true` demands
    that the sequence starts at the first such argument. `unless` are options or words that make it
    harmless (`--dry-run`), `requires` options or words of which one must be present, `demands` those that
    all must; they are globs over a word and over `--option=value`. `title` is what reports call it, where
    program and words say too little. `target` are options whose value names where it goes;
    `target_position` the 0-based index among the non-option arguments after the matched words.
    `environment` are variables that name the target. `production: true` counts only where the tag of an
    image or the target names production. `remote: true` counts only in a shell on another host.
    `all_traffic` are globs like `demands`, one of which says that all traffic moves at once, `opens` such
    that say that it makes the endpoint. A `low` confidence counts only where production is named. `select`
    chooses where later commands go, `sandbox` makes or clears a throw-away place for them, `removal` takes
    one version or deployment away, `plan` does nothing. A deploy that is `planned` decides what it changes
    when it runs, unless a word behind the command hands it a plan; a `plan` that is shows that.
    """

    action: Literal[
        "deploy", "promote", "approve", "register", "traffic", "publish", "train", "evaluate",
        "fairness", "rollback", "build", "plan", "sandbox", "removal", "select",
    ]  # fmt: skip
    match: tuple[str, ...]
    first: bool = False
    requires: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    title: str = ""
    target: tuple[str, ...] = ()
    target_position: int | None = None
    environment: tuple[str, ...] = ()
    production: bool = False
    remote: bool = False
    planned: bool = False
    all_traffic: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    confidence: Literal["high", "medium", "low"] = "high"
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


class Task(Struct, frozen=True, forbid_unknown_fields=True):
    """A marketplace action (`azure/webapps-deploy`, version ignored) or an Azure task (`AzureWebApp`).

    `uses` are globs, compared without case. `target` are inputs whose value names the target; `command`
    are inputs that hold a shell script to look into, behind the words of `program` where that is set, on
    another host where `remote` is; `requires` maps an input to the values of which one must be given
    (`command: [apply]`). `gate` is the kind of gate it is, for tasks that wait for a person.
    """

    action: str
    uses: tuple[str, ...]
    target: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    program: str = ""
    remote: bool = False
    requires: dict[str, tuple[str, ...]] = {}
    gate: Literal["", "human", "click"] = ""
    confidence: Literal["high", "medium", "low"] = "high"


class Tool(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of `rules/commands/`: one command-line tool and the actions and tasks that wrap it."""

    tool: str
    programs: tuple[str, ...] = ()
    invocations: tuple[Invocation, ...] = ()
    tasks: tuple[Task, ...] = ()
    unsafe: tuple[UnsafeText, ...] = ()


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of `rules/checks/`: the prose and grading of a rule whose logic is a function."""

    id: str
    title: str
    family: Literal["secrets", "promotion", "access", "integrity", "evidence"]
    severity: Level
    score: float
    precision: Precision
    why: str
    fix: str
    cwe: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()


class Lexicon(Struct, frozen=True, forbid_unknown_fields=True):
    """`rules/words.yaml`: names of secrets, names that only look like it, and placeholder shapes.

    `secret_names` and `harmless_names` are regular expressions for the whole normalised name (lower case,
    words joined by `_`); `placeholders` maps the name of a class of placeholders to its expression;
    `bigrams` holds the cost of each letter after each, see the file. `started` are placeholders that a
    service may really be started with, `emulated` keys that nobody checks.
    """

    secret_names: tuple[str, ...]
    harmless_names: tuple[str, ...]
    placeholders: dict[str, str]
    bigrams: tuple[str, ...]
    started: str = "(?!)"
    emulated: str = "(?!)"


class Environments(Struct, frozen=True, forbid_unknown_fields=True):
    """`rules/environments.yaml`: words that name production, and words that name anything else.

    They are compared with whole lower-case tokens, never with parts of one. `ambiguous` words are also
    verbs or nouns of everyday job names (`test`) and count there only after one of `verbs`; one of
    `negations` before a production word turns it round (`pre-prod`); one of `harmless` in the name of an
    unread script, template or action means that it deploys nothing (`test-deployment.yml`).
    """

    production: tuple[str, ...]
    nonproduction: tuple[str, ...]
    ambiguous: tuple[str, ...]
    negations: tuple[str, ...]
    verbs: tuple[str, ...]
    harmless: tuple[str, ...]


class Catalog(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in `rules/`, sorted by file name and then by order in the file.

    `state` names this version of the rule files; two catalogues of one state are equal. Rules of a user's own
    stand behind ours: `own_formats` are the ids of their token formats, `own_programs` the programs in lower
    case that only they know.
    """

    vendors: tuple[Vendor, ...]
    sdks: tuple[Sdk, ...]
    tools: tuple[Tool, ...]
    checks: tuple[Check, ...]
    lexicon: Lexicon
    environments: Environments
    access: Access
    surroundings: Surroundings
    evidence: EvidenceMarkers
    logins: Logins = Logins(())
    exposures: Exposures = Exposures(())
    state: str = ""
    own_formats: frozenset[str] = frozenset()
    own_programs: frozenset[str] = frozenset()

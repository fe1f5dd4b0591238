"""The words every layer shares: where something is, what is wrong with it, and what was looked at.

Lines and columns are 1-based; columns count Unicode code points; an end column is exclusive.
All coordinates are of the raw file on disk, also for notebooks. Nothing in this module imports mlscan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum


class Severity(IntEnum):
    """How bad it is if true; the value orders, the lower-case name is the SARIF level."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def level(self) -> str:
        """`note`, `warning` or `error`, as SARIF 2.1.0 section 3.27.10 spells them."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure the finding is that it is true. Severity belongs to the rule, confidence to the finding."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Family(str, Enum):
    """The five families of rules; `--select` takes them as well as rule ids."""

    SECRETS = "secrets"
    PROMOTION = "promotion"
    ACCESS = "access"
    INTEGRITY = "integrity"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A span of the raw file: 1-based lines and code-point columns, end column exclusive."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Where in a notebook: `index` is 1-based over all cells, `line` and `column` are within the text shown.

    `part` is `source`, `output 2` (1-based) or `metadata`; `id` is nbformat 4.5's cell id or empty.
    """

    index: int
    line: int
    column: int
    part: str = "source"
    id: str = ""

    def __str__(self) -> str:
        """`cell 3` or `cell 3 output 1`; cell 0 is the notebook's own metadata."""
        if self.index == 0:
            return "notebook metadata"
        return f"cell {self.index}" if self.part == "source" else f"cell {self.index} {self.part}"


@dataclass(frozen=True, slots=True)
class Place:
    """A region of a file, with what stands there.

    `path` is POSIX, relative to the repository root. `note` labels the place in a flow. `excerpt` is the
    (shortened) first line of the region with every known secret masked; `excerpt_column` is the 1-based
    column of `excerpt` at which the region starts and `excerpt_width` how many code points it spans there.
    """

    path: str
    region: Region
    cell: Cell | None = None
    note: str = ""
    excerpt: str = ""
    excerpt_column: int = 1
    excerpt_width: int = 1

    def __str__(self) -> str:
        """`path:line:column`, or `path:cell 3:line:column` with the cell's own line and column."""
        if self.cell is not None:
            return f"{self.path}:{self.cell}:{self.cell.line}:{self.cell.column}"
        return f"{self.path}:{self.region.start_line}:{self.region.start_column}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing mlscan reports: prose and grading, built from `rules/**.yaml` only.

    `id` is kebab-case and says the bad thing. `score` is GitHub's `security-severity` (0.1 to 10.0).
    `precision` is `very-high`, `high`, `medium` or `low`. `cwe` holds numbers such as 798.
    """

    id: str
    title: str
    family: Family
    severity: Severity
    score: float
    precision: str
    why: str
    fix: str
    cwe: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding does not count: `kind` is `inline`, `config` or `baseline`; `marker` is the comment, the
    pattern of the configuration or the name of the baseline's file."""

    kind: str
    marker: str
    reason: str = ""

    @property
    def by(self) -> str:
        """What suppresses it, for people: `comment`, `per-path-ignores "tests/"`, the name of a file."""
        if self.kind == "config":
            return f'per-path-ignores "{self.marker}"'
        return self.marker if self.kind == "baseline" else "comment"

    def __str__(self) -> str:
        return f"{self.by}: {self.reason}" if self.reason else self.by


@dataclass(frozen=True, slots=True)
class Past:
    """Since when a secret is in a repository: the commit that brought it (hexadecimal, empty for a file that
    no commit holds), its author's date (ISO 8601, with the author's offset) and name, where that is wanted.

    `versions` counts the different contents of files that hold it. `head` is where it stands in the commit
    that is checked out; where it does not, `removed` is the last commit known to have taken it away.
    """

    commit: str
    date: str
    author: str = ""
    versions: int = 1
    head: Place | None = None
    removed: str = ""
    removed_date: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where one rule is broken. Holds no plain secret in any field.

    `flow` is the path that proves it, first step first. `evidence` lists why mlscan believes it.
    `fingerprint` survives moved lines; `line_hash` is codeql-action's `primaryLocationLineHash`. `known_by`
    are keyed hashes by which a baseline may know it, its own first; empty without one, and in no report.
    One of a history has a `past`, and its place is that of the commit it came with.
    """

    rule: str
    message: str
    place: Place
    confidence: Confidence = Confidence.HIGH
    related: tuple[Place, ...] = ()
    flow: tuple[Place, ...] = ()
    evidence: tuple[str, ...] = ()
    fix: str = ""
    suppressed: Suppression | None = None
    fingerprint: str = ""
    line_hash: str = ""
    known_by: tuple[str, ...] = ()
    past: Past | None = None

    @property
    def sort_key(self) -> tuple[str, Region, str, str]:
        return (self.place.path, self.place.region, self.rule, self.message)


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """Something to know about the input. `kind` is `unreadable`, `unparsed`, `skipped` or `unused`.

    A `skipped` file was left out on purpose (too large). `unreadable` and `unparsed` mean that a part of the
    input was not analysed as what it is, though its raw text may have been searched for secrets. `unused` is
    an ignore comment or an entry of a baseline that suppresses nothing. `line` is 1-based, 0 for the whole
    file.
    """

    path: str
    kind: str
    message: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Counters:
    """What a scan looked at. `seconds` is wall time and is left out of machine-readable reports."""

    files: int = 0
    bytes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a scan has to say. `rules` are the rules that were enabled, sorted by id."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    rules: tuple[Rule, ...] = ()
    counters: Counters = field(default_factory=Counters)

    @property
    def active(self) -> tuple[Finding, ...]:
        """The findings that count: not suppressed."""
        return tuple(finding for finding in self.findings if finding.suppressed is None)

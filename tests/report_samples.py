"""Small hand-made reports for the tests of the report formats and the command line."""

from __future__ import annotations

from mlscan.model import (
    Cell,
    Confidence,
    Counters,
    Family,
    Finding,
    Note,
    Place,
    Region,
    Report,
    Rule,
    Severity,
    Suppression,
)

TOKEN = Rule(
    id="huggingface-token",
    title="Hugging Face access token in a file",
    family=Family.SECRETS,
    severity=Severity.ERROR,
    score=9.1,
    precision="very-high",
    why="Whoever reads the file can push models in your name. Tokens are found within minutes.",
    fix="Revoke the token and read it from HF_TOKEN",
    cwe=(798,),
    tags=("ml",),
    references=("https://huggingface.co/docs/hub/security-tokens",),
)
DEPLOY = Rule(
    id="deploy-without-approval",
    title="Deploy to production that no person approves",
    family=Family.PROMOTION,
    severity=Severity.WARNING,
    score=6.5,
    precision="high",
    why="A push reaches production on its own.",
    fix="Give the job an `environment` with required reviewers.",
    cwe=(862, 79),
)
GATE = Rule(
    id="gate-unverified",
    title="Gate that only the server can confirm",
    family=Family.PROMOTION,
    severity=Severity.NOTE,
    score=2.0,
    precision="low",
    why="Protection rules are not in the repository.",
    fix="Ask the API.",
)
RULES = (DEPLOY, GATE, TOKEN)


def place(path: str, line: int, column: int, width: int = 8, **fields: object) -> Place:
    """A place on one line."""
    return Place(path, Region(line, column, line, column + width), **fields)  # type: ignore[arg-type]


IN_PYTHON = Finding(
    rule="huggingface-token",
    message="Hugging Face token `hf_a…9Z` stands in the code",
    place=place(
        "src/train.py", 12, 9, 9, excerpt='TOKEN = "hf_a…9Z"', excerpt_column=9, excerpt_width=9
    ),
    evidence=("prefix", "checksum holds"),
    fingerprint="0f1e2d3c4b5a6978",
    line_hash="4a1b2c3d4e5f6071:1",
)  # fmt: skip
IN_NOTEBOOK = Finding(
    rule="huggingface-token",
    message="Hugging Face token `hf_b…8Y` stands in the code.",
    place=place(
        "notebooks/größe und maß.ipynb", 45, 17, 9,
        cell=Cell(3, 4, 8, id="ab12"), excerpt='login("hf_b…8Y")', excerpt_column=7, excerpt_width=9,
    ),
    confidence=Confidence.MEDIUM,
    related=(place("src/train.py", 3, 1, excerpt="import x", note="imported [here]"),),
    fix="Clear the cell",
)  # fmt: skip
IN_WORKFLOW = Finding(
    rule="deploy-without-approval",
    message="Job 'deploy' reaches production after any push to main",
    place=place(".github/workflows/cd.yml", 20, 9, 12, excerpt="      - run: az ml …", excerpt_column=9,
                excerpt_width=10),
    flow=(
        place(".github/workflows/cd.yml", 2, 3, note="push to main starts the workflow"),
        place(".github/workflows/cd.yml", 20, 9, note="the model is deployed"),
    ),
    fingerprint="1111222233334444",
)  # fmt: skip
UNVERIFIED = Finding(
    rule="gate-unverified", message="Environment 'prod' may have reviewers", place=place("a b/ci.yml", 5, 1)
)
SILENCED = Finding(
    rule="huggingface-token",
    message="Silenced",
    place=place("tests/data.py", 1, 1),
    suppressed=Suppression("inline", "# mlscan: ignore[huggingface-token] a fake", "a fake"),
)
NOTES = (
    Note("broken.py", "unparsed", "invalid syntax", 7),
    Note("locked.py", "unreadable", "permission denied"),
    Note("data/big.csv", "skipped", "larger than 50000000 bytes"),
)
FULL = Report(
    findings=(IN_WORKFLOW, UNVERIFIED, IN_NOTEBOOK, IN_PYTHON, SILENCED),
    notes=NOTES,
    rules=RULES,
    counters=Counters(files=41, bytes=123456, seconds=0.31),
)
EMPTY = Report(rules=RULES, counters=Counters(files=3, bytes=10, seconds=0.1))

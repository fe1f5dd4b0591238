"""Audits made by hand, for the tests of the page."""

from __future__ import annotations

from dataclasses import replace

from report_samples import DEPLOY, EMPTY, FULL, RULES, TOKEN, place

from mlscan.audit import Audit, Commit, DeployerShown, DeployShown, HolderShown, RightShown
from mlscan.model import Cell, Confidence, Finding, Note, Place, Report, Suppression
from mlscan.pack import Item, Line, Pack, Question, ReleaseShown
from mlscan.picture import GateShown, JobShown, Picture, PipelineShown, Standing, WayShown

HERE = place(".github/workflows/cd.yml", 20, 9)
ROLE = "arn:aws:iam::123456789012:role/deploy"
COMMIT = Commit("0123456789abcdef0123456789abcdef01234567", "2026-05-04T12:00:00+02:00", False)


def picture(word: str = "deploy", path: str = ".github/workflows/cd.yml") -> Picture:
    """A pipeline with a gate and two ways, one of them open."""
    gate = GateShown("environment", word, Standing.UNVERIFIED, HERE)
    opened = WayShown(word, word, "prod", "ungated", Standing.OPEN, word, HERE)
    closed = WayShown(word, word, "prod", "gate-unverified", Standing.UNVERIFIED, word, HERE, (gate,))
    jobs = (
        JobShown("train", word, HERE, ("train",)),
        JobShown("a", f"{word} a", HERE, (), ("train",), (), (), (), (opened,)),
        JobShown("b", f"{word} b", HERE, (), ("train",), (gate,), (), (), (closed,)),
    )
    return Picture((PipelineShown(path, "github-actions", (word,), jobs),), 2)


def pack(word: str = "churn-prod", path: str = ".github/workflows/cd.yml") -> Pack:
    """A release with something of everything."""
    line = Line(word, replace(HERE, path=path), "exercised", word, "")
    void = Line(word, HERE, "present", "", word)
    items = (
        Item("lineage", True, (), word),
        Item("evaluation", True, (line, void), "", 4),
        Item("fairness", False, (), word),
        Item("model-card", False, (), word),
    )
    release = ReleaseShown(
        word, "prod", path, "github-actions", False, "high", "ungated", word,
        (Question("On what evidence", items),), True, ("lineage",), ((word, HERE), (word, None)),
    )  # fmt: skip
    return Pack((release,))


def full() -> Audit:
    """Every section has something to say."""
    way = picture().pipelines[0].jobs[1].ways[0]
    done = DeployShown(way, "deploy", ".github/workflows/cd.yml")
    right = RightShown("Owner", "the whole account", place("main.tf", 3, 1), True)
    return Audit(
        name="churn",
        commit=COMMIT,
        report=FULL,
        picture=picture(),
        pack=pack(),
        deployers=(
            DeployerShown(ROLE, "role", "AWS", (done,) * 7, (right,), "train"),
            DeployerShown("", "", "", (done,)),
        ),
        holders=tuple(
            HolderShown(f"runner-{number}", "main.tf", "for pipelines", (right,), (right,))
            for number in range(10)
        ),
        limits=("no findings below medium confidence",),
        known=len(RULES),
    )  # fmt: skip


def clean() -> Audit:
    """A repository about which there is nothing to say."""
    return Audit(name="clean", commit=None, report=EMPTY, known=len(RULES))


def spoiled(text: str) -> Audit:
    """The same text wherever a scanned repository has a say: paths, names, messages, code, reasons."""
    there = Place(
        text, HERE.region, Cell(2, 3, 4), note=text, excerpt=text, excerpt_column=2, excerpt_width=3
    )  # fmt: skip
    finding = Finding(
        TOKEN.id, text, there, Confidence.HIGH, (there,), (there, there), (text,), f"{text}\n\n  {text}"
    )  # fmt: skip
    silent = replace(finding, suppressed=Suppression("inline", text, text))
    report = Report(
        (finding, replace(finding, related=(), flow=()), silent), (Note(text, "unparsed", text, 3),), RULES
    )
    way = picture(text, text).pipelines[0].jobs[1].ways[0]
    right = RightShown(text, text, there, True)
    return Audit(
        text, COMMIT, report, picture(text, text), pack(text, text),
        (DeployerShown(text, "key", text, (DeployShown(way, text, text),), (right,), text),),
        (HolderShown(text, text, text, (right,), (right,)),),
        (text,), 3,
    )  # fmt: skip


def many(number: int) -> Audit:
    """As many findings of two rules, each with its own message and file."""
    findings = tuple(
        Finding(
            (TOKEN, DEPLOY)[index % 2].id,
            f"Something is wrong in place {index}.",
            place(f"src/package_{index % 97}/module_{index}.py", index + 1, 5, excerpt="value = load(name)"),
            evidence=("one reason", "another reason"),
            flow=(HERE, HERE),
        )
        for index in range(number)
    )
    return Audit("many", COMMIT, Report(findings, (), RULES), known=len(RULES))

"""The audit page as a document: valid, self-contained, deterministic; no repository puts markup into it."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import html5lib
import pytest
from audit_samples import clean, full, many, pack, picture, spoiled
from report_samples import DEPLOY, FULL, RULES, TOKEN, place

from mlscan.audit import Audit
from mlscan.catalog.load import load_catalog
from mlscan.catalog.rulebook import rules
from mlscan.model import Confidence, Family, Finding, Report, Severity
from mlscan.pack import Pack
from mlscan.picture import Picture
from mlscan.report.audit.groups import groups_of
from mlscan.report.audit.overview import _imperative
from mlscan.report.audit.page import render
from mlscan.report.audit.remedy import remedy
from mlscan.report.audit.secrets import Urgency, kinds

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><style>*{display:none}</style>",
    "</style></svg></pre></textarea><h1>owned</h1>",
    "{{ 7*7 }}{% include 'page.css' %}",
    "`<b>code</b>` and `more",
    "&lt;script&gt;&amp;#60;",
    "right\u202eot left\u2066\u200b\ufeff",
    "two\nlines\r\nand\u2028more\x00\x1b[31m",
    "\udcff\ud800 half a letter",
    "x" * 5_000,
    "-->]]><!--",
    "javascript:alert(1)",
)
ALLOWED = set(
    re.findall(
        r"\w+",
        "html head meta title style body nav main header footer section article div span p h1 h2 h3 h4 ul ol "
        "li dl dt dd a b i br wbr code pre mark table thead tbody tfoot tr th td details summary "
        "svg g defs marker path rect polygon text",
    )
)
CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
SAMPLES = {"full": full(), "clean": clean(), **{f"hostile-{n}": spoiled(t) for n, t in enumerate(HOSTILE)}}


class Page(HTMLParser):
    """Every element with its attributes, and the text of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.style = ""
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside == "style" and not self.style:
            self.style = data
            self._inside = ""
        else:
            self.text += data

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


@pytest.fixture(params=SAMPLES, ids=str)
def audit(request: pytest.FixtureRequest) -> Audit:
    return SAMPLES[request.param]


def test_it_is_valid(audit: Audit) -> None:
    html = render(audit).encode("utf-8")
    html5lib.HTMLParser(strict=True).parse(html, transport_encoding="utf-8")


def test_ids_are_unique_and_anchors_lead_somewhere(audit: Audit) -> None:
    page = Page(render(audit))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.values("href") if link.startswith("#")} <= set(ids)


def test_it_loads_nothing_and_runs_nothing(audit: Audit) -> None:
    page = Page(render(audit))
    assert {tag for tag, _ in page.elements} <= ALLOWED
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {
        name for name in names if name.startswith("on") or name in ("src", "srcset", "style", "action")
    }
    assert all(link.startswith(("#", "https://")) for link in page.values("href"))
    assert {tag for tag, attributes in page.elements if "href" in attributes} == {"a"}
    assert not re.search(r"url\((?!#)|@import|expression", page.style)
    assert all(value.startswith("url(#tip") for value in page.values("marker-end"))


def test_the_policy_lets_through_this_style_only(audit: Audit) -> None:
    page = Page(render(audit))
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    policy = next(
        attributes["content"] for _, attributes in page.elements if "http-equiv" in attributes
    )  # fmt: skip
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_nothing_controls_the_text(audit: Audit) -> None:
    assert not CONTROLS.search(render(audit))


def test_what_a_repository_says_is_shown_as_it_is() -> None:
    page = Page(render(spoiled("<script>alert('1')</script>")))
    assert page.text.count("<script>alert('1')</script>") > 20
    assert Page(render(spoiled("{{ 7*7 }}"))).text.count("{{ 7*7 }}") > 20


def test_the_same_audit_gives_the_same_bytes() -> None:
    assert render(full()) == render(full())


def test_every_section_is_there(audit: Audit) -> None:
    ids = Page(render(audit)).values("id")
    sections = ["summary", "ways", "findings", "secrets", "deployers", "evidence", "limits"]
    assert [name for name in ids if name in sections] == sections


def test_what_a_full_page_says() -> None:
    html = render(full())
    text = " ".join(Page(html).text.split())
    for said in (
        "41 files, 123.5 kB · commit 0123456789ab of 2026-05-04 · 3 of 3 rules",
        "2 errors, 1 warning, 1 note in 4 of 41 files",
        "The three things to do first",
        "2 ways to production",
        "größe und maß.ipynb, cell 3, line 4",
        "push to main starts the workflow",
        "Rotate next",
        "trains too",
        "No file says as whom",
        "Missing of what is asked: lineage",
        "1 suppressed finding",
        "1 file: could not be read",
        "No findings below medium confidence.",
    ):
        assert said in text, said
    assert html.count('<svg class="graph"') == 1


def test_a_page_about_nothing_says_so() -> None:
    text = " ".join(Page(render(clean())).text.split())
    for said in (
        "No findings in 3 files",
        "not a commit of a git repository",
        "Nothing to do first",
        "No credential was found",
        "No release to production was found",
    ):
        assert said in text, said


def test_thousands_of_findings_stay_a_page() -> None:
    html = render(many(5_000))
    text = " ".join(Page(html).text.split())
    assert len(html.encode()) < 2_500_000
    # Two rules with 2,500 each, of which 150 are listed.
    assert text.count("2350 findings more of this rule are not on this page") == 2
    assert "2,500" in text


def test_what_says_the_same_is_one_entry() -> None:
    same = [
        Finding(TOKEN.id, "Token in the code.", place(f"a{index}.py", 1, 1, excerpt="t = '****'"))
        for index in range(30)
    ]
    group = groups_of(Report(tuple(same), (), RULES))[0]
    assert [len(entry.findings) for entry in group.entries] == [30]
    text = " ".join(Page(render(Audit("x", None, Report(tuple(same), (), RULES)))).text.split())
    assert "The same in 29 more places" in text


def test_secrets_are_listed_in_the_order_to_rotate_them() -> None:
    cloud = replace(TOKEN, id="cloud-key", tags=("cloud",))
    registry = replace(TOKEN, id="registry-token", tags=("ml", "registry"))
    unsure = replace(TOKEN, id="unsure-key", tags=("cloud",))
    password = replace(TOKEN, id="password", tags=())
    weak = replace(TOKEN, id="weak", severity=Severity.WARNING, tags=("cloud",))
    rules = tuple(sorted((cloud, registry, unsure, password, weak, DEPLOY), key=lambda rule: rule.id))

    def found(rule: str, number: int, confidence: Confidence = Confidence.HIGH) -> list[Finding]:
        return [Finding(rule, "m", place(f"{index}.py", 1, 1), confidence) for index in range(number)]

    findings = (
        *found("weak", 9), *found("cloud-key", 1), *found("registry-token", 3), *found("password", 2),
        *found("unsure-key", 5, Confidence.MEDIUM), *found(DEPLOY.id, 2),
    )  # fmt: skip
    listed = kinds(groups_of(Report(findings, (), rules)))
    assert [(kind.group.rule.id, kind.urgency) for kind in listed] == [
        ("registry-token", Urgency.FIRST),
        ("cloud-key", Urgency.FIRST),
        ("unsure-key", Urgency.NEXT),
        ("password", Urgency.NEXT),
        ("weak", Urgency.CHECK),
    ]
    assert all(kind.group.rule.family is Family.SECRETS for kind in listed)


def test_without_the_layout_a_tree_stands_for_the_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
    html = render(replace(full(), picture=picture()))
    assert "<svg" not in html
    assert "─▶ production deploy" in html
    html5lib.HTMLParser(strict=True).parse(html)


def test_only_what_reaches_production_is_drawn() -> None:
    harmless = Picture((replace(picture().pipelines[0], jobs=picture().pipelines[0].jobs[:1]),), 0)
    text = " ".join(Page(render(replace(full(), picture=harmless, pack=Pack(())))).text.split())
    assert "No pipeline that was read deploys to production." in text
    assert "1 pipeline deploys to other environments only." in text


def test_remedies_are_cut_into_prose_and_code() -> None:
    found = remedy("Bind the job:\n\n  deploy:\n    environment: prod\n\nand `ask` somebody.")
    assert found is not None
    assert found.first == "Bind the job:"
    assert [(block.code, block.lines) for block in found.rest] == [
        (True, ["  deploy:", "    environment: prod"]),
        (False, ["and `ask` somebody."]),
    ]
    assert remedy(" \n\n") is None


def test_links_of_rules_lead_to_the_web_only() -> None:
    rule = replace(TOKEN, references=("javascript:alert(1)", "https://example.org/a?b=1&c=2"))
    report = replace(FULL, rules=(DEPLOY, RULES[1], rule))
    links = [link for link in Page(render(replace(full(), report=report))).values("href") if link[0] != "#"]
    assert links == ["https://example.org/a?b=1&c=2"]


def test_policy_of_an_empty_pack() -> None:
    assert "No release to production was found" in render(replace(full(), pack=Pack((), True)))
    assert 'id="release-1"' in render(replace(full(), pack=pack()))


def colours(style: str, dark: bool) -> dict[str, str]:
    """The colours of a scheme by name."""
    light, _, rest = style.partition("@media screen and (prefers-color-scheme:dark)")
    found = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6});", light))
    if dark:
        found |= dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})[;}]", rest.partition("}}")[0] + ";"))
    return found


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(letter * 2 for letter in colour[1:])
    parts = [int(digits[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_colours_can_be_read(dark: bool) -> None:
    found = colours(Page(render(clean())).style, dark)
    pairs = [(ink, paper) for ink in ("ink", "soft", "link", "harmless") for paper in ("paper", "panel")]
    pairs += [
        (ink, paper) for ink in ("error", "warning", "note", "good") for paper in ("paper", f"{ink}-tint")
    ]
    pairs += [("ink", "mark"), ("error", "panel"), ("warning", "panel"), ("note", "panel"), ("good", "panel")]
    for ink, paper in pairs:
        brighter, darker = sorted((luminance(found[ink]), luminance(found[paper])), reverse=True)
        assert (brighter + 0.05) / (darker + 0.05) >= 4.5, (ink, paper)


def test_of_many_rules_the_first_are_unfolded_and_all_are_listed() -> None:
    rules = tuple(replace(TOKEN, id=f"rule-{number:02}") for number in range(30))
    findings = tuple(Finding(rule.id, "m", place("a.py", 1, 1)) for rule in rules)
    html = render(Audit("x", None, Report(findings, (), rules)))
    assert html.count('<article class="rule') == 12
    assert html.count('<details class="rule') == 18
    assert (
        html.count('href="#rule-rule-29"') == 3
    )  # in the list of rules, the inventory, and the rules that ran


def test_three_things_come_from_three_corners() -> None:
    families = (Family.SECRETS, Family.PROMOTION, Family.PROMOTION, Family.PROMOTION, Family.ACCESS)
    rules = tuple(
        replace(
            TOKEN,
            id=f"r{number}",
            family=family,
            score=9.0 - number,
            fix=f"Do the thing that is number {number}: like this.",
        )
        for number, family in enumerate(families)
    )
    findings = tuple(Finding(rule.id, f"case of {rule.id}", place("a.py", 1, 1)) for rule in rules)
    html = render(Audit("x", None, Report((*findings, findings[0]), (), rules)))
    tasks = re.findall(r'<p class="what">(.*?)</p>', html)
    assert tasks == [
        "Rotate 2 credentials, and keep the new ones in a secrets manager.",
        "Do the thing that is number 1.",
        "Do the thing that is number 2.",
    ]


def test_what_to_do_first_ends_like_a_sentence() -> None:
    """Every rule's order is cut at a clause; no comma is left before the stop."""
    for rule in rules(load_catalog()):
        finding = Finding(rule.id, "It is so.", place("a.py", 1, 1))
        report = Report((finding,), (), (rule,))
        (group,) = groups_of(report)
        order = _imperative(group)
        assert re.search(r"[^\s,;:.][.!?]$", order), order

"""Rules of a user's own: found end to end, refused where they could take a finding away or never end."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from mlscan.analyse import Analyser
from mlscan.catalog import bounds, limits
from mlscan.catalog.load import load_catalog
from mlscan.catalog.own import extended, read
from mlscan.catalog.rulebook import rules
from mlscan.catalog.schema import Catalog
from mlscan.catalog.templates import expand
from mlscan.cli.main import run
from mlscan.config import Config, load_config
from mlscan.errors import UserError
from mlscan.model import Severity
from mlscan.secrets import formats, sinks
from mlscan.sources.source import Source

TOKENS = """\
vendor: Acme
why: Whoever has the key reads every feature.
fix: Revoke it and read the new one from ACME_TOKEN.
tokens:
  - id: acme-token
    title: Acme token
    pattern: 'acme_[a-z]{2}_[A-Za-z0-9]{32}'
    examples: ['ACME_TOKEN = "acme_eu_<alnum:32>"']
    counterexamples: ['ACME_TOKEN = "acme_eu_short"']
"""
SDK = """\
sdk: acme
modules: [acme]
credentials:
  - calls: [acme.Client]
    argument: api_key
    position: 0
    examples: ["import acme\\nacme.Client('<alnum:28>')"]
    counterexamples: ["import acme, os\\nacme.Client(os.environ['ACME'])"]
promotions:
  - id: acme-release
    calls: [acme.release]
    kind: promote
    decides: {argument: stage, production: [production]}
    examples: ["import acme\\nacme.release('churn', stage='production')"]
    counterexamples: ["import acme\\nacme.release('churn', stage='test')"]
"""
TOOL = """\
tool: acme command line
programs: [acmectl]
invocations:
  - action: deploy
    match: [ship]
    target: [--to]
    examples: [acmectl ship churn --to prod]
    counterexamples: [acmectl ship --help, acmectl status]
"""
TOKEN = expand("acme_eu_<alnum:32>")
OPAQUE = expand("<alnum:28>")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tools" / "mlscan"
    folder.mkdir(parents=True)
    for name, text in (("tokens", TOKENS), ("sdk", SDK), ("tool", TOOL)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "mlscan.toml").write_text('rules = ["tools/mlscan/*.yaml"]\n', encoding="utf-8")
    (tmp_path / "a.py").write_text(
        f'import acme\nACME_TOKEN = "{TOKEN}"\nacme.Client("{OPAQUE}")\n'
        'acme.release("churn", stage="production")\n',
        encoding="utf-8",
    )
    (tmp_path / "c.yaml").write_text(f"acme:\n  value: {TOKEN}\n", encoding="utf-8")
    cell = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": ["import acme\n", f'acme.Client("{TOKEN}")'],
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (tmp_path / "n.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    workflow = tmp_path / ".github" / "workflows" / "d.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(
        "on: {push: {branches: [main]}}\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: acmectl ship churn --to prod\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_own_rules_are_found_everywhere(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--format", "concise", "--root", "."]) == 1
    shown = capsys.readouterr().out
    assert re.findall(r"(?m)^(.+?:(?:cell )?\d+):\S+ (\S+)", shown) == [
        (".github/workflows/d.yml:6", "direct-to-prod"),
        ("a.py:2", "acme-token"),
        ("a.py:3", "credential-in-call"),
        ("a.py:4", "promotes-without-approval"),
        ("c.yaml:2", "acme-token"),
        ("n.ipynb:cell 1", "acme-token"),
    ]
    assert TOKEN not in shown
    assert OPAQUE not in shown
    assert run(["--no-config", "--format", "concise", "--root", "."]) == 1
    assert "acme-token" not in capsys.readouterr().out


def test_own_rules_are_listed_explained_checked_and_selected(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", "check"]) == 0
    assert capsys.readouterr().err == "3 files: no mistakes\n"
    run(["rules"])
    assert "acme-token" in capsys.readouterr().out
    run(["explain", "acme-token"])
    assert "Whoever has the key reads every feature." in capsys.readouterr().out
    assert run(["--select", "acme-token", "--format", "concise", "--root", "."]) == 1
    assert capsys.readouterr().out.count(" acme-token ") == 3


def test_they_compile_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(repository)
    first = load_catalog(config.rules)
    monkeypatch.setattr("mlscan.catalog.own.read", lambda *_: pytest.fail("read again"))
    assert load_catalog(config.rules) == first
    assert first.state != load_catalog().state


def test_a_changed_file_is_read_again(repository: Path) -> None:
    files = load_config(repository).rules
    before = load_catalog(files).state
    (repository / "tools/mlscan/tokens.yaml").write_text(TOKENS.replace("{32}", "{40}"), encoding="utf-8")
    assert load_catalog(files).state != before


def test_examples_are_tried(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = repository / "tools/mlscan/tokens.yaml"
    file.write_text(TOKENS.replace("acme_eu_short", "acme_eu_<alnum:32>"), encoding="utf-8")
    assert run(["rules", "check", "tools/mlscan/tokens.yaml"]) == 1
    assert capsys.readouterr().out == "tools/mlscan/tokens.yaml:9:23: the counterexample is found\n"
    file.write_text(TOKENS.replace("<alnum:32>", "<alnum:3>"), encoding="utf-8")
    assert run(["rules", "check", "tools/mlscan/tokens.yaml"]) == 1
    assert capsys.readouterr().out == "tools/mlscan/tokens.yaml:8:16: the example is not found\n"


def _mistakes(tmp_path: Path, catalog: Catalog, text: str | bytes) -> list[str]:
    file = tmp_path / "x.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [str(error).removeprefix(f"{file}:") for error in read([file], catalog).mistakes]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: acme-token", "id: huggingface-token", "5:9: 'huggingface-token' is a rule of mlscan already"),
        ("id: acme-token", "id: direct-to-prod", "5:9: 'direct-to-prod' is a rule of mlscan already"),
        ("id: acme-token", "id: Acme", "5:9: 'Acme': an id is two or more lower-case words"),
        ("pattern:", "patern:", "7:13: Object contains unknown field `patern`; did you mean 'pattern'?"),
        ("    title: Acme token\n", "", "5:5: Object missing required field `title`"),
        ("title: Acme token", "title: [a]", "6:12: Expected `str`, got `array`"),
        ("title: Acme token", 'title: "\\e[31m"', "6:12: a control character"),
        ("why: Who", "why: &a Who", "2:6: anchors and aliases are not supported"),
        ("[A-Za-z0-9]{32}", "(?=x)[a-z]{32}", "7:14: acme-token: not a regular expression of this kind"),
        ("[A-Za-z0-9]{32}", "([a-z]+)+x", "a repetition needs an end"),
        ("[A-Za-z0-9]{32}", "(?:[a-z]{1,9}){9,12}", "too many ways to match one text"),
        ("acme_[a-z]{2}_[A-Za-z0-9]{32}", "[a-z0-9]{32}", "needs keywords, or 3 fixed letters in a row"),
        ("acme_[a-z]{2}_[A-Za-z0-9]{32}", "acme", "matches 4 characters; a secret has at least 8"),
        ("[A-Za-z0-9]{32}", "(?P<other>[a-z]{32})", "the only group with a name is (?P<secret>...)"),
        ("[A-Za-z0-9]{32}", "[a-z", "not a regular expression of this kind"),
        ("    counterexamples: ['ACME_TOKEN = \"acme_eu_short\"']\n", "", "5:5: needs `counterexamples`"),
        ("    title:", "    structure: jwt\n    title:", "6:16: `structure` is for formats of mlscan"),
        ("    title:", "    keywords: [a]\n    title:", "6:16: 'a': a keyword is three letters or more"),
        ("    title:", "    references: ['http://x']\n    title:", "6:18: a reference is a link"),
        ("vendor: Acme", "company: Acme", "1:1: a file of rules has one of the keys"),
        ("vendor: Acme", "vendor: Acme\nsdk: acme", "1:1: a file of rules has one of the keys"),
        ("vendor: Acme", "vendor: Acme: x", "1:13: not YAML"),
    ],
)
def test_mistakes_in_formats(tmp_path: Path, catalog: Catalog, old: str, new: str, said: str) -> None:
    assert old in TOKENS
    assert said in "\n".join(_mistakes(tmp_path, catalog, TOKENS.replace(old, new)))


@pytest.mark.parametrize(
    ("base", "old", "new", "said"),
    [
        (SDK, "kind: promote", "kind: guard", "12:11: kind 'guard': rules of your own add findings"),
        (SDK, "kind: promote", "kind: evaluate", "kind 'evaluate'"),
        (SDK, "kind: promote", "kind: promote\n    gate: true", "`gate` is for rules of mlscan"),
        (SDK, "argument: api_key", "argument: api_key\n    kind: shell", "6:11: kind 'shell': one of"),
        (SDK, "[acme.Client]", "['acme client']", "4:13: 'acme client': a call is a dotted name"),
        (SDK, "[production]", "['*a*b*c*d*']", "at most 3 `*`"),
        (SDK, "modules: [acme]", "modules: [acme]\norigins: [{calls: [a.b], kind: a URL}]", "`origins` is"),
        (TOOL, "action: deploy", "action: plan", "4:13: action 'plan': rules of your own add findings"),
        (TOOL, "action: deploy", "action: deploys", "Invalid enum value 'deploys'; did you mean 'deploy'?"),
        (TOOL, "[acmectl]", "['*']", "2:12: '*': a program is one word"),
        (TOOL, "[acmectl]", "[./deploy.sh]", "a program is one word, without a path"),
        (
            TOOL,
            "invocations:",
            "tasks: [{action: deploy, uses: [azure/webapps-deploy]}]\ninvocations:",
            "3:33: 'azure/webapps-deploy': mlscan knows it already",
        ),
        (
            TOOL,
            "invocations:",
            "tasks: [{action: deploy, uses: [acme/*], gate: human}]\ninvocations:",
            "the name of one action or task, without `*`",
        ),
    ],
)  # fmt: skip
def test_what_could_take_findings_away_is_refused(
    tmp_path: Path, catalog: Catalog, base: str, old: str, new: str, said: str
) -> None:
    assert old in base
    assert said in "\n".join(_mistakes(tmp_path, catalog, base.replace(old, new)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"- x",
        b"vendor: " + b"[" * 5000,
        b"\x00" * 600_000,
        b"a: &a [*a]",
        b"? [x]\n: y",
    ],
    ids=lambda content: repr(content[:12]),
)
def test_hostile_files_are_mistakes(tmp_path: Path, catalog: Catalog, content: bytes) -> None:
    assert len(_mistakes(tmp_path, catalog, content)) == 1


def test_the_same_id_twice_and_a_file_that_is_gone(tmp_path: Path, catalog: Catalog) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    for file in (one, two):
        file.write_text(TOKENS, encoding="utf-8")
    found = [str(error) for error in read([one, two, tmp_path / "three.yaml"], catalog).mistakes]
    assert found[0] == f"{two}:5:9: 'acme-token' is a rule in {one} already"
    assert "No such file" in found[1]
    with pytest.raises(UserError, match=r"two.yaml:5:9: .* \(and 1 more: `mlscan rules check`\)"):
        extended(catalog, (str(one), str(two), _empty(tmp_path)))


def _empty(folder: Path) -> str:
    file = folder / "empty.yaml"
    file.touch()
    return str(file)


def test_most_of_our_own_formats_keep_the_limits(catalog: Catalog) -> None:
    tokens = [token for vendor in catalog.vendors for token in vendor.tokens]
    kept = [not bounds.objection(token.pattern, keywords=bool(token.keywords)) for token in tokens]
    assert sum(kept) / len(kept) > 0.95


def test_kinds_of_credentials_are_those_that_are_read() -> None:
    assert set(limits.SINKS) <= sinks._PASSWORDS | sinks._URLS | sinks._KEYS


def _own(tmp_path: Path, catalog: Catalog, text: str, config: Config | None = None) -> Analyser:
    file = tmp_path / "own.yaml"
    file.write_text(text, encoding="utf-8")
    found = extended(catalog, (str(file),))
    return Analyser(found, rules(found), inventory=True, enabled=(config or Config()).enabled)


def _rules(analyser: Analyser, text: str, name: str = "x.py") -> list[str]:
    understood = analyser.analyse(Source(name, text.encode()))
    return [finding.rule for finding in understood.findings] if understood else []


GREEDY = """\
vendor: Anybody
why: Because.
fix: Nothing.
tokens:
  - id: any-line
    title: Anything
    pattern: '[^\\n]{8,200}'
    keywords: [password, token, key]
    severity: SEVERITY
    examples: ['a']
    counterexamples: ['b']
"""


@pytest.mark.parametrize(("severity", "named"), [("note", False), ("error", True)])
def test_our_findings_stay_beside_greedy_formats(
    tmp_path: Path, catalog: Catalog, analyser: Analyser, severity: str, named: bool
) -> None:
    text = f'db_password = "{expand("<password:20>")}"\nHF_TOKEN = "{expand("hf_<alpha:34>")}"\n'
    before = _rules(analyser, text)
    assert before == ["credential-in-variable", "huggingface-token"]
    greedy = _own(tmp_path, catalog, GREEDY.replace("SEVERITY", severity))
    after = _rules(greedy, text)
    assert len(after) == 2
    assert after[1] == "huggingface-token"
    assert after[0] in (("any-line", "credential-in-variable") if named else ("credential-in-variable",))


@pytest.mark.parametrize("lesser", ["severity: note", "severity: warning", "public: true"])
def test_only_an_error_gives_its_name_to_our_finding(tmp_path: Path, catalog: Catalog, lesser: str) -> None:
    text = f'ACME_TOKEN = "{TOKEN}"\n'
    own = _own(tmp_path, catalog, TOKENS.replace("    title:", f"    {lesser}\n    title:"))
    assert _rules(own, text) == ["credential-in-variable"]
    assert _rules(own, f"x: {TOKEN}", "x.txt") == ["acme-token"]


def test_an_own_format_that_is_ignored_hides_nothing(tmp_path: Path, catalog: Catalog) -> None:
    text = f'ACME_TOKEN = "{TOKEN}"\n'
    assert _rules(_own(tmp_path, catalog, TOKENS), text) == ["acme-token"]
    ignored = _own(tmp_path, catalog, TOKENS, Config(ignore=("acme-token",)))
    assert _rules(ignored, text) == ["credential-in-variable"]


def test_an_own_tool_does_not_stand_before_a_script(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "release").write_text("#!/bin/bash\naz ml online-deployment create -e churn-prod\n")
    workflow = repository / ".github/workflows/d.yml"
    workflow.write_text(workflow.read_text().replace("acmectl ship churn --to prod", "./release"))
    own = repository / "tools/mlscan/tool.yaml"
    own.write_text(TOOL.replace("acmectl", "release").replace("[ship]", "[nothing]").replace(" ship", ""))
    run(["--format", "concise", "--select", "promotion", "--root", "."])
    shown = capsys.readouterr().out
    assert "direct-to-prod" in shown
    assert "churn-prod" in shown


@pytest.mark.parametrize(
    "pattern",
    [r"acme_[a-z]{1,60}[a-z]{1,30}[0-9]{5}", r"acme[^\n]{1,1900}[0-9]{8}", r"aaa[^x]{5,5000}"],
)
def test_the_worst_pattern_that_is_allowed_comes_to_an_end(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    monkeypatch.setattr(formats, "_PATIENCE", 0.2)
    slow = _own(tmp_path, catalog, TOKENS.replace("acme_[a-z]{2}_[A-Za-z0-9]{32}", pattern))
    data = b"aaa acme_aaa " * 100_000
    started = time.perf_counter()
    understood = slow.analyse(Source("x.txt", data))
    assert time.perf_counter() - started < 20
    assert understood is not None
    assert [note.kind for note in understood.notes] == ["unparsed"]
    assert "rule 'acme-token' takes too long" in understood.notes[0].message


def test_scores_follow_the_severity(tmp_path: Path, catalog: Catalog) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(TOKENS.replace("    title:", "    severity: note\n    title:"), encoding="utf-8")
    found = {rule.id: rule for rule in rules(extended(catalog, (str(file),)))}["acme-token"]
    assert (found.severity, found.score) == (Severity.NOTE, 3.9)

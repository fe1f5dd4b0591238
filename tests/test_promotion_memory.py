"""Scripts that several pipelines run are read once, and still once for every meaning of their variables."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.documents.document import Document, text_document
from mlscan.promotion.build import build
from mlscan.promotion.commands import Setting
from mlscan.promotion.graph import Action, Graph
from mlscan.promotion.memory import ScriptMemory
from mlscan.promotion.verdicts import verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
SCRIPT = "scripts/outer.sh"
INNER = "scripts/inner.sh"


def graph_of(files: dict[str, str]) -> Graph:
    documents = {path: text_document(Source(path, text.encode())) for path, text in files.items()}
    return build(documents.values(), documents.get, CATALOG)


def workflow(run: str, env: str = "") -> str:
    given = f"env: {{{env}}}\n" if env else ""
    return f"on: push\n{given}jobs:\n  d:\n    runs-on: u\n    steps:\n      - run: {run}\n"


def judged(files: dict[str, str]) -> list[tuple[str, str]]:
    found = verdicts(graph_of(files))
    return [(verdict.deploy.target.environment, verdict.deploy.target.name) for verdict in found]


def test_a_variable_of_an_inner_script_counts() -> None:
    files = {
        ".github/workflows/a.yml": workflow(f"bash {SCRIPT}", "STAGE: prod"),
        ".github/workflows/b.yml": workflow(f"bash {SCRIPT}", "STAGE: dev"),
        ".github/workflows/c.yml": workflow(f"bash {SCRIPT}", "STAGE: prod, OTHER: x"),
        SCRIPT: f"bash {INNER}\n",
        INNER: "databricks bundle deploy -t $STAGE\n",
    }
    assert judged(files) == [("prod", "prod"), ("nonprod", "dev"), ("prod", "prod")]


def test_arguments_and_call_sites_are_those_of_the_caller() -> None:
    files = {
        ".github/workflows/a.yml": workflow(f"bash {SCRIPT} --env prod"),
        ".github/workflows/b.yml": workflow(f"bash {SCRIPT} --env dev"),
        SCRIPT: "az ml online-deployment create -f d.yml\n",
    }
    assert judged(files) == [("prod", "prod"), ("nonprod", "dev")]
    hops = [verdict.deploy.action.hops for verdict in verdicts(graph_of(files))]
    assert [place.path for places in hops for place in places] == list(files)[:2]


def test_a_variable_that_is_looked_up_unseen_counts() -> None:
    files = {
        ".github/workflows/a.yml": workflow(f"bash {SCRIPT}", "DATABRICKS_BUNDLE_ENV: prod"),
        ".github/workflows/b.yml": workflow(f"bash {SCRIPT}", "DATABRICKS_BUNDLE_ENV: dev"),
        SCRIPT: "databricks bundle deploy\n",
    }
    assert [side for side, _ in judged(files)] == ["prod", "nonprod"]


def test_a_script_is_read_once_for_the_same_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    actions = ScriptMemory.actions

    def counted(
        self: ScriptMemory, document: Document, setting: Setting, reader: Callable[[Setting], list[Action]]
    ) -> list[Action]:
        def counting(inner: Setting) -> list[Action]:
            read.append(document.source.path)
            return reader(inner)

        return actions(self, document, setting, counting)

    monkeypatch.setattr(ScriptMemory, "actions", counted)
    files = {f".github/workflows/{name}.yml": workflow(f"bash {SCRIPT}") for name in "abc"}
    graph_of({**files, SCRIPT: "databricks bundle deploy -t prod\n"})
    assert read == [SCRIPT]

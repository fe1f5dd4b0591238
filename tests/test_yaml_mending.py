"""What is read of YAML with a line at fault, and what is said about it."""

from __future__ import annotations

import pytest

from mlscan.catalog.load import load_catalog
from mlscan.documents import yaml_mending
from mlscan.documents.document import open_document
from mlscan.documents.yaml import Mapping
from mlscan.documents.yaml_mending import mended
from mlscan.promotion.build import build
from mlscan.promotion.graph import Graph
from mlscan.promotion.verdicts import Kind, verdicts
from mlscan.sources.source import Source

HEREDOC = """\
trigger: [main]
jobs:
  - job: plan
    steps:
      - bash: |
          cat > plan.json << EOF
          {}
EOF
          echo planned
  - job: deploy
    dependsOn: plan
    steps:
      - bash: az ml online-deployment update --name blue --endpoint-name churn-prod
"""


def graph(path: str, text: str) -> Graph:
    document = open_document(Source(path, text.encode()))
    return build([document], {path: document}.get, load_catalog())


def test_a_line_at_the_margin_is_left_out_and_offsets_stay() -> None:
    roots, lost = mended(HEREDOC.encode())
    assert lost == (HEREDOC.index("EOF\n          echo"),)
    assert isinstance(roots[0], Mapping)
    key = roots[0].key("jobs")
    assert key is not None
    assert key.start == HEREDOC.index("jobs:")


def test_what_was_left_out_may_have_been_a_gate() -> None:
    found = graph("azure-pipelines.yml", HEREDOC)
    assert [verdict.kind for verdict in verdicts(found)] == [Kind.GATE_UNVERIFIED]
    (note,) = found.notes
    assert (note.kind, note.line) == ("skipped", 8)
    assert note.message.endswith("the pipeline is read without line 8")


def test_lines_are_those_of_the_file_where_holes_were_filled() -> None:
    # Filling a hole alone on its line changes the number of lines, and no offset.
    text = "{{- if .Values.release }}\n" * 3 + HEREDOC
    found = graph("azure-pipelines.yml.tmpl", text)
    assert [note.line for note in found.notes] == [11]
    assert [unknown.place.region.start_line for unknown in found.pipelines[0].jobs[0].unknowns] == [11]


def test_what_needs_many_tries_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = [0]
    real = yaml_mending.compose

    def counting(text: bytes) -> object:
        tries[0] += 1
        return real(text)

    monkeypatch.setattr(yaml_mending, "compose", counting)
    assert mended(b"a: {\n" * 400 + b"}\n") == ([], ())
    assert mended(b"k: v\n- x\n" * 400) == ([], ())
    assert tries[0] <= 2 * 12

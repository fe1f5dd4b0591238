"""Work that grows with what a file says and not with its square: operations are counted, not seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mlscan.catalog.load import load_catalog
from mlscan.documents import document
from mlscan.documents.document import open_document
from mlscan.documents.yaml import Mapping, compose
from mlscan.flow import guards
from mlscan.flow.guards import guard_of
from mlscan.flow.program import Program
from mlscan.flow.values import Values
from mlscan.promotion import dominance, scenarios
from mlscan.promotion.build import build
from mlscan.promotion.graph import Graph
from mlscan.promotion.verdicts import verdicts
from mlscan.promotion.ways import SHOWN
from mlscan.sources.source import Source


def counted(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[int]:
    """Replaces a function by one that counts its calls."""
    real: Callable[..., object] = getattr(owner, name)
    count = [0]

    def counting(*arguments: object, **named: object) -> object:
        count[0] += 1
        return real(*arguments, **named)

    monkeypatch.setattr(owner, name, counting)
    return count


def graph(path: str, text: str) -> Graph:
    documents = {path: open_document(Source(path, text.encode()))}
    return build(documents.values(), documents.get, load_catalog())


def branches(count: int) -> str:
    """Promotions in a long chain of `elif`."""
    head = "import mlflow\nclient = mlflow.MlflowClient()\nif a:\n    pass\n"
    call = 'client.transition_model_version_stage("m", {0}, "Production")'
    return head + "".join(f"elif a == {one}:\n    {call.format(one)}\n" for one in range(count))


def returns(count: int) -> str:
    """Promotions behind ever more `if ...: return`."""
    call = 'client.transition_model_version_stage("m", 1, "Production")'
    head = "import mlflow\nclient = mlflow.MlflowClient()\ndef f():\n"
    return head + "".join(f"    if a{one}: return\n    {call}\n" for one in range(count))


@pytest.mark.parametrize("make", [branches, returns])
def test_a_test_is_understood_once(monkeypatch: pytest.MonkeyPatch, make: Callable[[int], str]) -> None:
    count = 300
    program = Program(open_document(Source("a.py", make(count).encode())))
    options = Values(program).options
    understood = counted(monkeypatch, guards, "_condition")
    sites = list(program.called["transition_model_version_stage"])
    assert len(sites) == count
    for site in sites:
        guard_of(site.node, site, program, options)
    assert 0 < understood[0] <= count + 2


def test_a_step_of_a_way_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 200
    program = Program(open_document(Source("a.py", branches(count).encode())))
    options = Values(program).options
    looked = counted(monkeypatch, guards._Guards, "_between")
    for site in program.called["transition_model_version_stage"]:
        guard_of(site.node, site, program, options)
    assert 0 < looked[0] <= 5 * count


def chained(count: int) -> str:
    """Jobs that deploy one after another."""
    jobs = (
        f"  j{one}:\n    runs-on: x\n"
        + (f"    needs: [j{one - 1}]\n" if one else "")
        + f"    steps:\n    - run: aws sagemaker update-endpoint --endpoint-name churn-prod-{one}\n"
        for one in range(count)
    )
    return "on: push\njobs:\n" + "".join(jobs)


def test_the_ways_of_a_pipeline_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 120
    found = graph(".github/workflows/d.yml", chained(count))
    played = counted(monkeypatch, dominance.Run, "_play")
    mentioned = counted(monkeypatch, scenarios, "_mentioned")
    told = list(verdicts(found))
    assert len(told) == count
    assert mentioned[0] == 1
    runs = len({verdict.scenario for verdict in told}) * 20
    assert 0 < played[0] <= runs * count
    assert all(len(verdict.path) <= SHOWN + 3 for verdict in told)


def test_gates_far_above_are_found_without_walking_there(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 150
    text = chained(count).replace("  j0:\n", "  j0:\n    environment: production\n", 1)
    found = graph(".github/workflows/d.yml", text)
    asked = counted(monkeypatch, dominance.Run, "gates_of")
    told = list(verdicts(found))
    assert {gate.name for verdict in told for gate in verdict.gates} == {"production"}
    assert 0 < asked[0] <= 12 * count


def test_a_crowded_pipeline_is_told() -> None:
    found = graph(".github/workflows/d.yml", chained(310))
    assert [note.message for note in found.notes] == [
        "310 deploys in one pipeline: the first 300 are judged, and evidence is asked of 50 releases"
    ]
    assert len(list(verdicts(found))) == 300


def test_a_large_mapping_is_looked_up_in_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    (root,) = compose(("\n".join(f"k{one}: {one}" for one in range(500)) + "\nk7: last\n").encode())
    assert isinstance(root, Mapping)
    real = Mapping.items
    walked = [0]

    def counting(self: Mapping) -> Iterator[object]:
        walked[0] += 1
        return real(self)

    monkeypatch.setattr(Mapping, "items", counting)
    assert root.text("k499") == "499"
    assert root.text("k7") == "last"
    assert root.get("absent") is None
    assert walked[0] == 1


def test_a_place_on_a_line_of_megabytes_copies_little(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b'{"a": "' + b"x" * 300_000 + b'", "run": "deploy"}'
    shown = document.open_document(Source("a.json", data))
    at = data.index(b"deploy")
    copied: list[int] = []
    monkeypatch.setattr(document, "starred", lambda line, spans: copied.append(len(line)) or line)
    place = shown.place(at, at + 6)
    assert place.region.start_column == at + 1
    assert "deploy" in place.excerpt
    assert copied[0] < 10_000

"""What lies far from every trigger is not read: nothing is lost by that."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from mlscan.analyse import Analyser
from mlscan.catalog.rulebook import rules
from mlscan.catalog.schema import Catalog
from mlscan.catalog.templates import expand
from mlscan.documents.lines import around, between
from mlscan.documents.pairs import shell
from mlscan.documents.pairs.shell_words import commands
from mlscan.sources.source import Source

LINES = (
    "export DB_PASSWORD={}",
    "mysql -u root -p{} shop",
    "curl -H 'X-Api-Key: {}' https://example.org/v1",
    "curl https://example.org/token \\\n  -u service:{}",
    "docker run \\\n  --rm \\\n  -e API_TOKEN={} \\\n  image",
    "cat > /etc/app.cfg <<EOF\n[db]\nuser = app\npassword = {}\nEOF",
    "kubectl create secret generic db --from-literal=password={}",
    "tool --client-secret '{}' --verbose",
    'az login --service-principal -u app -p "{}"',
    'cat <<EOF > a.json\n{{"auths": 1, "secret_key": "{}"}}\nEOF',
)
FILLER = (
    "echo one two three",
    "# a remark that says nothing",
    "for name in a b c; do ls $name; done",
    "cat <<EOF\n" + "spec:\n  description: the field of an object\n" * 60 + "EOF",
    "if [ -f x ]; then cp x y; fi",
)


@pytest.fixture(scope="module")
def analyser(catalog: Catalog) -> Analyser:
    return Analyser(catalog, rules(catalog))


@pytest.mark.parametrize("seed", range(12))
def test_scripts_of_any_length(analyser: Analyser, seed: int) -> None:
    source = random.Random(seed)
    values = {expand(f"<alnum:{24 + number + seed}>"): line for number, line in enumerate(LINES)}
    parts = [line.format(value) for value, line in values.items()]
    parts += source.choices(FILLER, k=120)
    source.shuffle(parts)
    text = "\n".join(("#!/bin/sh", *parts, "")).encode()
    found = analyser.analyse(Source("deploy.sh", text))
    assert found is not None
    assert found.document is not None
    lines = text.splitlines()
    shown = {lines[finding.place.region.start_line - 1] for finding in found.findings}
    assert all(any(value.encode() in line for line in shown) for value in values)


@pytest.mark.parametrize("seed", range(12))
def test_values_in_scalars_of_yaml(analyser: Analyser, seed: int) -> None:
    value = expand(f"<alnum:{24 + seed}>")
    forms = (
        f'config: "{{\\"user\\": \\"a\\", \\"password\\": \\"{value}\\"}}"',
        f"script: 'export API_TOKEN=\"{value}\" && run'",
        f"folded: >\n  tool --verbose\n  --client-secret\n  {value}",
        f"script: |\n  curl https://example.org \\\n    -u service:{value}",
    )
    for form in forms:
        text = "\n".join((*(f"key_{number}: a plain text" for number in range(300)), form, "")).encode()
        found = analyser.analyse(Source("values.yaml", text))
        assert found is not None, form
        assert any(finding.rule.startswith("credential-in") for finding in found.findings), form


def test_spans_are_whole_lines_apart_and_in_order() -> None:
    text = b"".join(b"line %d\n" % number for number in range(1000))
    offsets = [0, 5, 700, 705, 4000, len(text)]
    spans = list(around(text, offsets, 0, len(text), 20, 20))
    assert all(text[start - 1 : start] in (b"", b"\n") for start, _ in spans)
    assert all(end == len(text) or text[end - 1 : end] == b"\n" for _, end in spans)
    assert all(one[1] < two[0] for one, two in pairwise(spans))
    assert all(any(start <= offset <= end for start, end in spans) for offset in offsets)
    assert list(around(text, [], 0, len(text), 20, 20)) == []
    assert between(offsets, 5, 705) == [5, 700, 705]


def test_without_triggers_no_word_is_kept() -> None:
    text = b"a b c\nexport X=1\n" * 50
    assert not any(command.words for command in commands(text, []))
    assert list(shell.pairs(text, 0, [])) == []
    assert sum(len(command.words) for command in commands(text)) == 250

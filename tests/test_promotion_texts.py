"""Texts taken out of YAML, and templates with filled holes: bytes keep their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlscan.documents.document import text_document
from mlscan.documents.yaml import Mapping, Scalar, YamlError, compose
from mlscan.promotion.filling import fill
from mlscan.promotion.located import Located
from mlscan.promotion.lower.platforms import platform
from mlscan.sources.source import Source


def located(text: str) -> Located:
    document = text_document(Source("a.yml", text.encode()))
    (root,) = compose(document.data)
    assert isinstance(root, Mapping)
    run = root.get("run")
    assert isinstance(run, Scalar)
    return Located.of(document, run)


@pytest.mark.parametrize(
    "yaml",
    [
        "run: deploy --to prod\n",
        "run: 'deploy --to prod'\n",
        'run: "deploy --to prod"\n',
        'run: "echo \\"é\\"\\n deploy --to prod"\n',
        "run: |\n  first\n\n  deploy --to prod\n",
        "run: |-\n      déjà\n      deploy --to prod\n",
        "run: >\n  one\n  two\n  deploy --to prod\n",
        "run: >-\n  deploy\n  --to prod\n",
        "run: 'it''s; deploy --to prod'\n",
    ],
)
def test_places_of_scalars(yaml: str) -> None:
    text = located(yaml)
    start = text.data.index(b"prod")
    region = text.place(start, start + 4).region
    line = yaml.splitlines()[region.start_line - 1]
    assert line[region.start_column - 1 : region.end_column - 1] == "prod"


@given(st.lists(st.text(alphabet="abé $-_", min_size=1, max_size=9), min_size=1, max_size=5))
def test_every_byte_of_a_block_scalar_finds_itself(lines: list[str]) -> None:
    yaml = "run: |2\n" + "".join(f"  {line}\n" for line in lines)
    text = located(yaml)
    data = yaml.encode()
    for offset, byte in enumerate(text.data):
        if byte not in b" \n" and byte < 0x80:
            place = text.place(offset, offset + 1)
            start = sum(len(row) + 1 for row in data.split(b"\n")[: place.region.start_line - 1])
            row = data[start:].split(b"\n")[0].decode()
            column = len(row[: place.region.start_column - 1].encode())
            assert data[start + column] == byte


@given(st.text(alphabet="ab{}%$`.- \n#/*\"'", max_size=80))
def test_filling_keeps_the_length(text: str) -> None:
    assert len(fill(text.encode())) == len(text.encode())


def test_filled_templates_are_yaml() -> None:
    template = (
        b"on:\n  push:\n    branches: ['{{ .release }}']\nenv:\n  {{ if (eq .cloud `azure`) -}}\n"
        b"  A: {{`${{ secrets.PROD_KEY }}`}}\n  {{- end }}\njobs:\n{%- if x %}\n  d:\n    steps:\n"
        b"      - run: |\n{%- if y %}\n          deploy {{cookiecutter.name}}\n{%- endif %}\n"
        b"          {% raw %}${{ vars.X }}{% endraw %}\n{%- endif %}\n"
    )
    with pytest.raises(YamlError):
        compose(template)
    filled = fill(template)
    assert len(filled) == len(template)
    assert filled.index(b"deploy ") == template.index(b"deploy ")
    assert compose(filled)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: push\njobs:\n  a:\n    steps: []\n", "github-actions"),
        ("trigger: none\nsteps:\n- script: x\n", "azure-pipelines"),
        ("stages:\n- stage: A\n  jobs: []\n", "azure-pipelines"),
        ("parameters:\n- name: x\njobs:\n- deployment: a\n", "azure-pipelines"),
        ("extends:\n  template: a.yml\n", "azure-pipelines"),
        ("jobs:\n- ${{ if eq(1, 1) }}:\n  - job: a\n", "azure-pipelines"),
        ("version: 2.1\njobs:\n  a:\n    steps: []\nworkflows: {}\n", "circleci"),
        ("stages: [build, test]\nbuild:\n  script: x\n", "gitlab-ci"),
        ("steps:\n- name: gcr.io/x\n  args: [a]\n", "cloud-build"),
        ("steps:\n- label: x\n  command: y\n- block: z\n", "buildkite"),
        ("pipelines:\n  default: []\n", "bitbucket-pipelines"),
        ("apiVersion: tekton.dev/v1\nkind: Task\nsteps: []\n", ""),
        ("name: composite\nruns:\n  using: composite\n  steps: []\n", ""),
        ("jobs: [\n", ""),
    ],
)
def test_platform_by_content(text: str, expected: str) -> None:
    assert platform(text_document(Source("x.yml", text.encode()))) == expected

"""Jenkins: the order of the text, `input` and what forgives it, `when`, functions, parallel branches."""

from __future__ import annotations

import textwrap

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.documents.document import text_document
from mlscan.promotion.build import build
from mlscan.promotion.verdicts import Verdict, verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
SH = "sh 'databricks bundle deploy -t prod'"
DEPLOY = f"stage('d') {{ steps {{ {SH} }} }}"
ON_MAIN = f"stage('d') {{ when {{ branch 'main' }}\n steps {{ {SH} }} }}"
OTHER = "stage('b') { steps { sh 'x' } }"
ASK = "steps { input 'ok?' }"
NAMED = "input message: 'x', submitter: 'y'"


def found(text: str, files: dict[str, str] | None = None, path: str = "Jenkinsfile") -> list[Verdict]:
    given = {path: textwrap.dedent(text), **(files or {})}
    documents = {name: text_document(Source(name, body.encode())) for name, body in given.items()}
    return list(verdicts(build([documents[path]], documents.get, CATALOG)))


def kinds(text: str) -> list[str]:
    return [verdict.kind.value for verdict in found(text)]


def declarative(stages: str, head: str = "") -> list[str]:
    return kinds(f"pipeline {{\n agent any\n {head}\n stages {{\n{textwrap.dedent(stages)}\n }}\n}}\n")


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        (f"stage('d') {{ steps {{ {SH} }} }}", "ungated"),
        (f"stage('d') {{ steps {{ input 'ok?'\n {SH} }} }}", "gate-weak"),
        (f"stage('d') {{ steps {{ input message: 'ok?', submitter: 'lead'\n {SH} }} }}", "gated"),
        (f"stage('d') {{ steps {{ {SH}\n input 'ok?' }} }}", "ungated"),
        (f"stage('d') {{ input {{ message 'ok?'\n submitter 'a,b' }}\n steps {{ {SH} }} }}", "gated"),
        (f"stage('a') {{ steps {{ input 'ok?' }} }}\nstage('d') {{ steps {{ {SH} }} }}", "gate-weak"),
        (f"stage('a') {{ steps {{ timeout(time: 1) {{ input(message: 'ok?') }} }} }}\n{DEPLOY}", "gate-weak"),
        (f"stage('a') {{ when {{ branch 'other' }}\n {ASK} }}\n{DEPLOY}", "ungated"),
        (f"stage('a') {{ when {{ branch 'main' }}\n {ASK} }}\n{ON_MAIN}", "gate-weak"),
        (f"stage('a') {{ steps {{ catchError {{ {NAMED} }} }} }}\n{DEPLOY}", "gate-void"),
        (f"stage('p') {{\nparallel {{\n stage('a') {{ {ASK} }}\n {DEPLOY}\n}}\n}}", "ungated"),
        (f"stage('p') {{\nparallel {{\n stage('a') {{ {ASK} }}\n {OTHER} }}\n}}\n{DEPLOY}", "gate-weak"),
        (f"stage('a') {{ steps {{ input 'ok?' }}\n post {{ always {{ {SH} }} }} }}", "ungated"),
        (DEPLOY.replace("steps", "when { expression { return params.GO == 'yes' } }\n steps", 1), "ungated"),
        (DEPLOY.replace("databricks", "echo databricks"), ""),
        (f"// stage('x') {{ input 'ok?' }}\n{DEPLOY}", "ungated"),
        (
            DEPLOY.replace("steps", "environment { T = 'prod' }\n steps", 1).replace("-t prod", "-t $T"),
            "ungated",
        ),
        ("stage('d') { steps { dir('infra/prod') { sh 'terraform apply -auto-approve' } } }", "ungated"),
        ("stage('d') { steps { build job: 'deploy-churn-prod', wait: false } }", "gate-unverified"),
        (
            "stage('d') { environment { K = credentials('churn-prod') }\n steps { sh 'sam deploy' } }",
            "ungated",
        ),
        ("stage('d') { steps { withAWS(role: 'churn-prod') { sh 'sam deploy' } } }", "ungated"),
        ("stage('d') { steps { deployToEndpoint('churn-prod') } }", "ungated"),
    ],
)
def test_declarative(stages: str, expected: str) -> None:
    assert (declarative(stages) or [""]) == [expected]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"stage('a') {{ input 'ok?' }}\nstage('d') {{ {SH} }}", "gate-weak"),
        (f"stage('d') {{ {SH} }}\nstage('a') {{ input 'ok?' }}", "ungated"),
        (f"stage('d') {{ if (env.BRANCH_NAME == 'main') {{ {SH} }} }}", "ungated"),
        (f"stage('d') {{ if (env.BRANCH_NAME == 'main') {{ input 'ok?' }}\n {SH} }}", "ungated"),
        (f"stage('d') {{ try {{ input 'ok?' }} catch (e) {{ throw e }}\n {SH} }}", "gate-weak"),
        (f"stage('d') {{ try {{ {NAMED} }} catch (e) {{ echo 'no' }}\n {SH} }}", "gate-void"),
        (f"stage('d') {{ parallel a: {{ input 'ok?' }}, b: {{ {SH} }} }}", "ungated"),
    ],
)
def test_scripted(body: str, expected: str) -> None:
    assert kinds(f"node {{\n{body}\n}}\n") == [expected]


def test_a_parameter_chooses_the_target() -> None:
    head = "parameters { choice(name: 'ENV', choices: ['dev', 'prod'], description: 'x') }"
    stage = "stage('d') { steps { sh \"databricks bundle deploy -t ${params.ENV}\" } }"
    assert declarative(stage, head) == ["ungated-dynamic"]
    assert declarative(stage, head.replace("prod", "qa")) == ["no-prod"]


def test_functions_and_the_shared_library_are_followed() -> None:
    text = """
        def ship(String where) {
          sh "databricks bundle deploy -t ${where}"
        }
        pipeline {
          stages {
            stage('d') { steps { ship('prod') } }
            stage('e') { steps { release target: 'prod' } }
          }
        }
    """
    library = {"vars/release.groovy": 'def call(Map config) {\n  sh "modal deploy app.py --env prod"\n}\n'}
    paths = [(verdict.kind.value, verdict.deploy.action.place.path) for verdict in found(text, library)]
    assert paths == [("ungated", "Jenkinsfile"), ("ungated", "vars/release.groovy")]


def test_places_are_those_of_the_file() -> None:
    script = "'''\n      echo x\n      databricks bundle deploy -t prod\n    '''"
    (verdict,) = found(f"node {{\n  stage('d') {{\n    sh {script}\n  }}\n}}\n")
    region = verdict.deploy.action.place.region
    assert (region.start_line, region.start_column) == (5, 7)


def test_hostile_nesting_and_long_pipelines_end() -> None:
    assert len(found("stage('x') {\n" * 5000 + SH)) <= 1
    assert len(found("node {\n" + f"stage('d') {{ {SH} }}\n" * 120 + "}\n")) == 120

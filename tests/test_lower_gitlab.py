"""GitLab CI: which jobs exist, what they wait for, and which of its gates hold anything back."""

from __future__ import annotations

import textwrap

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.documents.document import text_document
from mlscan.promotion.build import build
from mlscan.promotion.graph import Graph
from mlscan.promotion.verdicts import Verdict, verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
SH = "script: [databricks bundle deploy -t prod]"
MAIN = "if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"


def graph(files: dict[str, str]) -> Graph:
    documents = {
        path: text_document(Source(path, textwrap.dedent(text).encode())) for path, text in files.items()
    }
    return build(documents.values(), documents.get, CATALOG)


def found(files: dict[str, str] | str) -> list[Verdict]:
    return list(verdicts(graph({".gitlab-ci.yml": files} if isinstance(files, str) else files)))


def worst(files: dict[str, str] | str) -> str:
    kinds = [verdict.kind for verdict in found(files)]
    order = list(type(kinds[0])) if kinds else []
    return min(kinds, key=order.index).value if kinds else ""


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        (f"d: {{{SH}}}", "ungated"),
        (f"d: {{{SH}, environment: production}}", "gate-unverified"),
        (f"d: {{{SH}, environment: {{name: production, action: prepare}}}}", "ungated"),
        (f"d: {{{SH}, environment: {{name: eu, deployment_tier: production}}}}", "gate-unverified"),
        ("d: {script: ./go, environment: {name: eu, deployment_tier: production}}", "gate-unverified"),
        ("d: {script: ./go, environment: {name: review/x}}", "no-prod"),
        ("d: {script: kubectl delete -f x, environment: {name: production, action: stop}}", ""),
        (f"d: {{{SH}, when: manual}}", "gate-weak"),
        (f"d: {{{SH}, when: manual, manual_confirmation: 'Sure?'}}", "gate-weak"),
        (f"d: {{{SH}, manual_confirmation: 'Sure?'}}", "ungated"),  # a dialog of a manual job, no gate
        (f"d: {{{SH}, environment: {{name: $TARGET_ENV}}}}", "gate-unverified"),
        (f"d: {{{SH}, when: delayed, start_in: 1 hour}}", "gate-weak"),
        (f"d: {{{SH}, rules: [{{{MAIN}, when: manual}}]}}", "gate-weak"),
        (f"d: {{{SH}, rules: [{{{MAIN}, when: manual}}, {{when: on_success}}]}}", "ungated"),
        (f"d: {{{SH}, rules: [{{{MAIN}}}, {{when: manual}}]}}", "ungated"),
        (f"d: {{{SH}, rules: [{{{MAIN}, when: never}}, {{when: manual}}]}}", "gate-weak"),
        (f"d: {{{SH}, rules: [{{when: never}}]}}", ""),
        (f'd: {{{SH}, rules: [{{if: $CI_PIPELINE_SOURCE == "web"}}]}}', "ungated-manual"),
        (f"d: {{{SH}, rules: [{{if: $CI_COMMIT_TAG =~ /^v\\d+/}}]}}", "ungated"),
        (f"d: {{{SH}, only: [main], when: manual}}", "gate-weak"),
        (f"d: {{{SH}, only: [/^release-.*$/]}}", "ungated"),
        (f"d: {{{SH}, only: [main], except: [main]}}", "no-prod"),
        (f"d: {{{SH}, only: {{refs: [schedules]}}}}", "ungated"),
        (f"d: {{{SH}, rules: [{{if: '$GITLAB_USER_LOGIN == \"alice\"'}}]}}", "gate-weak"),
    ],
)
def test_one_job(jobs: str, expected: str) -> None:
    assert worst(f"stages: [build, approve, deploy]\n{jobs}\n") == expected


HOLD = "hold: {stage: approve, script: echo, %s}"


@pytest.mark.parametrize(
    ("hold", "deploy", "expected"),
    [
        ("when: manual", "", "ungated"),  # may fail, so that nobody waits for it
        ("when: manual, allow_failure: false", "", "gate-weak"),
        (f"rules: [{{{MAIN}, when: manual}}]", f"rules: [{{{MAIN}}}]", "gate-weak"),
        (f"rules: [{{{MAIN}, when: manual}}]", "", "ungated"),  # no hold on other branches
        ("rules: [{when: manual}]", "", "gate-weak"),
        ("rules: [{when: manual, allow_failure: true}]", "", "ungated"),
        ("rules: [{when: manual}]", "needs: []", "ungated"),
        ("rules: [{when: manual}]", "needs: [other]", "ungated"),
        ("when: manual", "needs: [hold]", "gate-weak"),
        ("when: manual", "needs: [{job: hold}]", "gate-weak"),
        ("rules: [{when: manual}]", "when: always", "gate-weak"),
        ("when: manual, allow_failure: false, environment: production", "", "gate-weak"),
        ("environment: production", "", "gate-unverified"),
        ("environment: production", "when: always", "gate-unverified"),
        ("environment: staging", "", "ungated"),
    ],
)
def test_a_job_in_an_earlier_stage(hold: str, deploy: str, expected: str) -> None:
    text = f"stages: [build, approve, deploy]\n{HOLD % hold}\nother: {{stage: build, script: echo}}\n"
    text += f"d: {{stage: deploy, {SH}{', ' if deploy else ''}{deploy}}}\n"
    assert worst(text) == expected


def test_stages_without_a_job_in_this_pipeline_hold_nobody() -> None:
    text = f"""
        stages: [a, b]
        x: {{stage: a, script: echo, rules: [{{if: $CI_COMMIT_TAG}}]}}
        d: {{stage: b, {SH}, rules: [{{{MAIN}}}]}}
    """
    (verdict,) = found(text)
    assert verdict.kind.value == "ungated"
    assert verdict.scenario is not None
    assert verdict.scenario.words == "a push to 'main'"


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        ("rules: [{if: '$CI_PIPELINE_SOURCE == \"web\"'}]", "ungated-manual"),
        ("rules: [{if: $CI_COMMIT_TAG, when: never}, {when: always}]", "ungated"),
        ("rules: [{when: never}]", "no-prod"),
    ],
)
def test_a_workflow_decides_whether_there_is_a_pipeline(workflow: str, expected: str) -> None:
    assert worst(f"stages: [test]\nworkflow: {{{workflow}}}\nd: {{{SH}}}\n") == expected


def test_extends_references_anchors_and_defaults_are_followed_across_files() -> None:
    files = {
        ".gitlab-ci.yml": f"""
            include: [/ci/base.yml, {{project: org/x, file: y.yml}}]
            default: {{before_script: [export TARGET=prod]}}
            .manual: &manual {{when: manual, allow_failure: false}}
            one: {{extends: [.deploy, .gated]}}
            two: {{extends: .deploy, before_script: [export TARGET=dev]}}
            three: {{<<: *manual, script: [!reference [.deploy, script]]}}
            four:
              script: !reference [.deploy, script]
              inherit: {{default: false}}
              variables: {{TARGET: prod}}
            five: {{{SH}, rules: [!reference [.gated, rules]]}}
        """,
        "ci/base.yml": """
            .deploy:
              variables: {TARGET: nothing}
              script: ["databricks bundle deploy -t $TARGET"]
            .gated: {rules: [{if: $CI_COMMIT_TAG, when: manual}]}
        """,
    }
    kinds = {verdict.deploy.job.title: verdict.kind.value for verdict in found(files)}
    assert kinds == {
        "one": "gate-weak", "two": "no-prod", "three": "gate-weak", "four": "ungated", "five": "gate-weak",
    }  # fmt: skip
    by_job = {verdict.deploy.job.title: verdict.deploy.action.place.path for verdict in found(files)}
    assert by_job["one"] == "ci/base.yml"
    assert by_job["five"] == ".gitlab-ci.yml"
    (unknown,) = graph(files).pipelines[0].unknowns
    assert "org/x" in unknown.reason


def test_child_pipelines_are_read_and_not_repeated() -> None:
    files = {
        ".gitlab-ci.yml": """
            stages: [hold, child]
            hold: {stage: hold, script: echo, rules: [{when: manual}]}
            run: {stage: child, trigger: {include: [{local: /ci/child.yml}]}, variables: {WHERE: prod}}
        """,
        "ci/child.yml": "d: {script: databricks bundle deploy -t $WHERE, when: on_success}\n",
    }
    (verdict,) = found(files)
    assert verdict.kind.value == "gate-weak"
    assert [place.path for place in verdict.deploy.job.calls] == [".gitlab-ci.yml"]
    files[".gitlab-ci.yml"] = files[".gitlab-ci.yml"].replace("stage: child,", "stage: child, needs: [],")
    assert worst(files) == "ungated"


def test_what_is_elsewhere_may_hold_the_gate() -> None:
    assert worst("deploy-prod:\n  trigger: {project: org/deploy-prod}\n") == "gate-unverified"
    assert worst("include: [{project: a/b, file: c.yml}]\ndeploy-prod: {extends: .deploy, stage: x}\n") == (
        "gate-unverified"
    )


def test_a_matrix_and_variables_of_rules_choose_the_target() -> None:
    text = """
        d:
          script: databricks bundle deploy -t $WHERE
          parallel: {matrix: [{WHERE: [dev, prod]}]}
        e:
          script: databricks bundle deploy -t $WHERE
          rules:
            - {if: '$CI_COMMIT_BRANCH == "main"', variables: {WHERE: prod}}
            - {variables: {WHERE: dev}}
    """
    kinds = [(verdict.deploy.job.title, verdict.kind.value) for verdict in found(text)]
    assert kinds == [("d", "no-prod"), ("d", "ungated"), ("e", "ungated"), ("e", "no-prod")]


def test_a_file_that_others_include_is_started_by_any_caller() -> None:
    (verdict,) = found({"templates/deploy.yml": f"d:\n  stage: deploy\n  {SH}\n"})
    assert verdict.kind.value == "ungated-manual"

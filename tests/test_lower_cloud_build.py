"""Cloud Build: joined arguments, substitutions, and triggers that Terraform makes."""

from __future__ import annotations

import pytest
from deliveries import graph_of, kinds_of

STEPS = """
    steps:
      - name: gcr.io/cloud-builders/gcloud
        args: [run, deploy, churn, --project, %s]
"""
TRIGGER = """
    resource "google_cloudbuild_trigger" "release" {
      filename = "build/release.yaml"
      %s
      %s
    }
"""
APPROVAL = "approval_config {\n approval_required = true\n }"


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        ("acme-prod", "ungated"),
        ("acme-dev", "no-prod"),
        ("$PROJECT_ID", "ungated-implicit"),
        ("$_ENV", "ungated-dynamic"),
    ],
)
def test_arguments_of_a_list_are_one_command(project: str, expected: str) -> None:
    assert kinds_of({"cloudbuild.yaml": STEPS % project}) == [("build", expected)]


def test_place_is_the_words_of_the_command() -> None:
    (pipeline,) = graph_of({"cloudbuild.yaml": STEPS % "acme-prod"}).pipelines
    place = pipeline.jobs[0].steps[0].actions[0].place
    assert (place.region.start_line, place.excerpt[place.excerpt_column - 1 :][:3]) == (3, "run")


def test_default_of_a_substitution_that_chooses_is_no_evidence() -> None:
    text = """
        steps:
          - name: hashicorp/terraform:1.7
            dir: ${_ENV_DIRECTORY}
            entrypoint: sh
            args: [-c, "terraform init && terraform apply -auto-approve"]
        substitutions: {_ENV_DIRECTORY: envs/test}
    """
    assert kinds_of({"apply.yaml": text}) == [("build", "ungated-dynamic")]


@pytest.mark.parametrize(
    ("event", "approval", "expected"),
    [
        ('push {\n branch = "^main$"\n }', "", "ungated"),
        ('push {\n branch = "^main$"\n }', APPROVAL, "gated"),
        ("", "", "ungated-manual"),
        ("", APPROVAL.replace("true", "false"), "ungated-manual"),
    ],
)
def test_trigger_in_terraform(event: str, approval: str, expected: str) -> None:
    files = {"build/release.yaml": STEPS % "acme-prod", "infra/t.tf": TRIGGER % (event, approval)}
    assert kinds_of(files) == [("build", expected)]


def test_trigger_of_another_folder_leaves_the_gate_unverified() -> None:
    files = {"one/build/release.yaml": STEPS % "acme-prod", "two/t.tf": TRIGGER % ("", APPROVAL)}
    assert ("build", "gate-unverified") in kinds_of(files)


def test_substitutions_of_the_trigger_reach_the_build() -> None:
    given = 'substitutions = {\n _PROJECT = "acme-prod"\n }'
    files = {"build/release.yaml": STEPS % "$_PROJECT", "t.tf": TRIGGER % (given, "")}
    assert kinds_of(files) == [("build", "ungated-manual")]


def test_steps_of_other_platforms_are_no_builds() -> None:
    assert not graph_of({"p.yml": "steps:\n- name: x\n  run: gcloud run deploy\n"}).pipelines


@pytest.mark.parametrize(("required", "expected"), [("true", "gated"), ("false", "ungated")])
def test_exported_trigger(required: str, expected: str) -> None:
    trigger = """
        name: release
        filename: build/release.yaml
        approvalConfig: {approvalRequired: %s}
        github: {owner: acme, name: churn, push: {branch: ^main$}}
        substitutions: {_PROJECT: acme-prod}
    """
    files = {"build/release.yaml": STEPS % "$_PROJECT", "triggers/release.yaml": trigger % required}
    assert kinds_of(files) == [("build", expected)]

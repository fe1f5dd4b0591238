"""Cloud Deploy: approval of targets, promotion by hand or by automation, targets in other files."""

from __future__ import annotations

from deliveries import kinds_of

PIPELINE = """
    apiVersion: deploy.cloud.google.com/v1
    kind: DeliveryPipeline
    metadata: {name: churn}
    serialPipeline: {stages: [{targetId: staging}, {targetId: prod}]}
"""
TARGET = """
    ---
    apiVersion: deploy.cloud.google.com/v1
    kind: Target
    metadata: {name: %s}
    requireApproval: %s
"""
AUTOMATION = """
    ---
    apiVersion: deploy.cloud.google.com/v1
    kind: Automation
    metadata: {name: churn/promote}
    selector: {targets: [{id: staging}]}
    rules: [{promoteReleaseRule: {name: promote}}]
"""
STAGING = TARGET % ("staging", "false")


def test_without_approval_somebody_promotes_by_hand() -> None:
    text = PIPELINE + STAGING + TARGET % ("prod", "false")
    assert kinds_of({"d.yaml": text}) == [("staging", "no-prod"), ("prod", "ungated-manual")]


def test_automation_promotes_by_itself() -> None:
    text = PIPELINE + STAGING + TARGET % ("prod", "false") + AUTOMATION
    assert kinds_of({"d.yaml": text})[1] == ("prod", "ungated")


def test_approval_holds_against_automation() -> None:
    text = PIPELINE + STAGING + TARGET % ("prod", "true") + AUTOMATION
    assert kinds_of({"d.yaml": text})[1] == ("prod", "gated")


def test_unknown_target_may_ask_for_approval() -> None:
    assert kinds_of({"d.yaml": PIPELINE})[1] == ("prod", "gate-unverified")


def test_nearest_of_several_targets_counts() -> None:
    files = {
        "a/pipeline.yaml": PIPELINE,
        "a/targets.yaml": (STAGING + TARGET % ("prod", "true")).replace("    ---\n", "", 1),
        "b/targets.yaml": (TARGET % ("prod", "false")).replace("    ---\n", "", 1),
    }
    assert kinds_of(files)[1] == ("prod", "gated")


def test_target_in_terraform() -> None:
    resource = 'resource "google_clouddeploy_target" "p" {\n name = "prod"\n require_approval = true\n}\n'
    assert kinds_of({"d.yaml": PIPELINE, "t.tf": resource})[1] == ("prod", "gated")

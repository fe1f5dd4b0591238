"""Deliveries that are no list of CI jobs: cloud pipelines, bundles, GitOps objects, code that makes gates.

Told by content: the marks of `mlscan.catalog.triggers` first, then the shape of the parsed file. A platform's
module is imported where a file may be its: all of them take as long as scanning 20 MB.
"""

from __future__ import annotations

import re

from mlscan.catalog.triggers import DELIVERY, ORCHESTRATION, acts
from mlscan.documents.document import Document
from mlscan.documents.typescript_files import is_source
from mlscan.documents.yaml import Mapping
from mlscan.promotion.graph import Pipeline
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.modules import module
from mlscan.promotion.lower.parsed import Parsed

_MARKS = re.compile(DELIVERY.encode())
_ORCHESTRATION = re.compile(ORCHESTRATION.encode())
_TERRAFORM = re.compile(r"\.tf(\.(tmpl|j2|jinja))?$")
# What Python defines, told by its imports, with a word without which it is none; the first that fits.
_CODE = {
    "cdk": b"aws_cdk",
    "airflow": b"airflow",
    "sagemaker-pipeline": b"sagemaker",
    "kfp": b"kfp",
    "prefect": b"prefect",
    "dagster": b"dagster",
    "flyte": b"flyte",
    "model-events": b"put_rule",
}
# Calls that approve, in code of any kind.
_ROBOTS = (b"put_approval_result", b"update_model_package")
_JENKINS_X = b"pipelineConfig"
_SETTINGS = ".github/settings.yml"
# YAML and JSON told by the keys at the root, with those of which one has to be there; the first that fits.
_PLAIN = {
    "cloud-build": ("steps",),
    "cloud-build-trigger": ("filename",),
    "cloudformation": ("Resources",),
    "kfp-compiled": ("pipelineSpec", "deploymentSpec"),
    "sagemaker-definition": ("Steps",),
    "azure-releases": ("environments",),
    "step-functions": ("StartAt",),
    "codebuild": ("phases",),
    "codepipeline": ("pipeline",),
    "harness": ("pipeline", "trigger"),
    "spinnaker": ("stages", "pipelines"),
    "atlantis": ("projects", "repos"),
    "databricks-bundle": ("bundle",),
    "databricks-jobs": ("resources",),
}
_GROUPS = {
    "deploy.cloud.google.com": "cloud-deploy",
}
_KINDS = {
    ("argoproj.io", "Application"): "argo-cd",
    ("argoproj.io", "ApplicationSet"): "argo-cd",
    ("argoproj.io", "AppProject"): "argo-cd",
    ("argoproj.io", "Rollout"): "argo-rollouts",
    ("argoproj.io", "Workflow"): "argo-workflows",
    ("argoproj.io", "WorkflowTemplate"): "argo-workflows",
    ("argoproj.io", "ClusterWorkflowTemplate"): "argo-workflows",
    ("argoproj.io", "CronWorkflow"): "argo-workflows",
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): "flux",
    ("kargo.akuity.io", "Project"): "kargo",
    ("kargo.akuity.io", "ProjectConfig"): "kargo",
    ("tekton.dev", "Pipeline"): "tekton",
    ("tekton.dev", "PipelineRun"): "tekton",
}


def may_deliver(document: Document) -> bool:
    """A cheap question before a file is parsed: does it hold a mark of a delivery?"""
    if _MARKS.search(document.data) is not None:
        return True
    return _ORCHESTRATION.search(document.data) is not None and acts(document.data)


def delivered(parsed: Parsed, context: Context) -> list[Pipeline] | None:
    """The pipelines of a file that is a delivery; None where it is none."""
    name = delivery(parsed)
    if name is None:
        return None
    try:
        if name in _CODE and _approves(parsed.document):
            module("robots").lower(parsed, context)
        found: list[Pipeline] = module(name).lower(parsed, context) if name else []
        return found
    except RecursionError:
        return []  # an alias that holds itself


def delivery(parsed: Parsed) -> str | None:
    """The platform of a delivery; empty for code that is none, None for other YAML."""
    if _TERRAFORM.search(parsed.path):
        return "terraform"
    if parsed.document.kind == "python":
        return _python(parsed.document)
    if is_source(parsed.path):
        return "cdk" if module("cdk").recognised(parsed.document) else ""
    data = parsed.document.data
    if _JENKINS_X in data and module("jenkins-x").recognised(data):
        return "jenkins-x"
    for root in parsed.roots:
        if isinstance(root, Mapping) and (name := _object(root)):
            return name
    first = parsed.root
    if not isinstance(first, Mapping):
        return None
    for plain, keys in _PLAIN.items():
        if first.get(*keys) is not None and module(plain).recognised(first):
            return plain
    if parsed.path.endswith(_SETTINGS) and module("github-settings").recognised(parsed.path, first):
        return "github-settings"
    return None


def _python(document: Document) -> str:
    """The platform that a Python file defines a pipeline of; empty for other code."""
    for name, word in _CODE.items():
        if word in document.data and module(name).recognised(document):
            return name
    return "robots" if _approves(document) else ""


def _approves(document: Document) -> bool:
    return any(mark in document.data for mark in _ROBOTS)


def _object(root: Mapping) -> str:
    """The platform of a Kubernetes object."""
    group = root.text("apiVersion").partition("/")[0]
    return _GROUPS.get(group) or _KINDS.get((group, root.text("kind")), "")

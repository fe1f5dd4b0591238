"""Deliveries that are no list of CI jobs: cloud pipelines, bundles, GitOps objects, code that makes gates.

Told by content: the marks of `mlscan.catalog.triggers` first, then the shape of the parsed file.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mlscan.catalog.triggers import DELIVERY, ORCHESTRATION, acts
from mlscan.documents.document import Document
from mlscan.documents.typescript_files import is_source
from mlscan.documents.yaml import Mapping
from mlscan.promotion.graph import Pipeline
from mlscan.promotion.lower import (
    airflow,
    argo_cd,
    argo_rollouts,
    argo_workflows,
    atlantis,
    azure_releases,
    buildspec,
    cdk,
    cloud_build,
    cloud_build_triggers,
    cloud_deploy,
    cloudformation,
    codepipeline_export,
    dagster,
    databricks_bundle,
    databricks_jobs,
    flux,
    flyte,
    github_settings,
    harness,
    jenkins_x,
    kargo,
    kfp,
    kfp_compiled,
    model_events_code,
    prefect,
    robots,
    sagemaker_definition,
    sagemaker_pipeline,
    spinnaker,
    step_functions,
    tekton,
    terraform,
)
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed

Lower = Callable[[Parsed, Context], list[Pipeline]]

_MARKS = re.compile(DELIVERY.encode())
_ORCHESTRATION = re.compile(ORCHESTRATION.encode())
_TERRAFORM = re.compile(r"\.tf(\.(tmpl|j2|jinja))?$")
_LOWERINGS: dict[str, Lower] = {
    "airflow": airflow.lower,
    "argo-cd": argo_cd.lower,
    "argo-rollouts": argo_rollouts.lower,
    "argo-workflows": argo_workflows.lower,
    "atlantis": atlantis.lower,
    "azure-releases": azure_releases.lower,
    "cdk": cdk.lower,
    "cloud-build": cloud_build.lower,
    "cloud-build-trigger": cloud_build_triggers.lower,
    "cloud-deploy": cloud_deploy.lower,
    "cloudformation": cloudformation.lower,
    "codebuild": buildspec.lower,
    "codepipeline": codepipeline_export.lower,
    "dagster": dagster.lower,
    "databricks-bundle": databricks_bundle.lower,
    "databricks-jobs": databricks_jobs.lower,
    "flux": flux.lower,
    "flyte": flyte.lower,
    "github-settings": github_settings.lower,
    "harness": harness.lower,
    "jenkins-x": jenkins_x.lower,
    "kargo": kargo.lower,
    "kfp": kfp.lower,
    "kfp-compiled": kfp_compiled.lower,
    "model-events": model_events_code.lower,
    "prefect": prefect.lower,
    "robots": robots.lower,
    "sagemaker-definition": sagemaker_definition.lower,
    "sagemaker-pipeline": sagemaker_pipeline.lower,
    "spinnaker": spinnaker.lower,
    "step-functions": step_functions.lower,
    "tekton": tekton.lower,
    "terraform": terraform.lower,
}

# What Python defines, told by its imports; the first that fits.
_CODE: dict[str, Callable[[Document], bool]] = {
    "cdk": cdk.recognised,
    "airflow": airflow.recognised,
    "sagemaker-pipeline": sagemaker_pipeline.recognised,
    "kfp": kfp.recognised,
    "prefect": prefect.recognised,
    "dagster": dagster.recognised,
    "flyte": flyte.recognised,
    "model-events": model_events_code.recognised,
}
# YAML and JSON told by the keys at the root; the first that fits.
_PLAIN: dict[str, Callable[[Mapping], bool]] = {
    "cloud-build": cloud_build.recognised,
    "cloud-build-trigger": cloud_build_triggers.recognised,
    "cloudformation": cloudformation.recognised,
    "kfp-compiled": kfp_compiled.recognised,
    "sagemaker-definition": sagemaker_definition.recognised,
    "azure-releases": azure_releases.recognised,
    "step-functions": step_functions.recognised,
    "codebuild": buildspec.recognised,
    "codepipeline": codepipeline_export.recognised,
    "harness": harness.recognised,
    "spinnaker": spinnaker.recognised,
    "atlantis": atlantis.recognised,
    "databricks-bundle": databricks_bundle.recognised,
    "databricks-jobs": databricks_jobs.recognised,
}
_GROUPS = {
    "deploy.cloud.google.com": "cloud-deploy",
}
_KINDS = {
    **{("argoproj.io", kind): "argo-cd" for kind in argo_cd.KINDS},
    ("argoproj.io", "Rollout"): "argo-rollouts",
    **{("argoproj.io", kind): "argo-workflows" for kind in argo_workflows.KINDS},
    (flux.GROUP, flux.KIND): "flux",
    **{(kargo.GROUP, kind): "kargo" for kind in kargo.KINDS},
    **{("tekton.dev", kind): "tekton" for kind in tekton.KINDS},
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
        if name in _CODE and robots.recognised(parsed.document):
            robots.lower(parsed, context)
        return _LOWERINGS[name](parsed, context) if name else []
    except RecursionError:
        return []  # an alias that holds itself


def delivery(parsed: Parsed) -> str | None:
    """The platform of a delivery; empty for code that is none, None for other YAML."""
    if _TERRAFORM.search(parsed.path):
        return "terraform"
    if parsed.document.kind == "python":
        return _python(parsed.document)
    if is_source(parsed.path):
        return "cdk" if cdk.recognised(parsed.document) else ""
    if jenkins_x.recognised(parsed.document.data):
        return "jenkins-x"
    for root in parsed.roots:
        if isinstance(root, Mapping) and (name := _object(root)):
            return name
    first = parsed.root
    if not isinstance(first, Mapping):
        return None
    for plain, recognised in _PLAIN.items():
        if recognised(first):
            return plain
    if github_settings.recognised(parsed.path, first):
        return "github-settings"
    return None


def _python(document: Document) -> str:
    """The platform that a Python file defines a pipeline of; empty for other code."""
    for name, recognised in _CODE.items():
        if recognised(document):
            return name
    return "robots" if robots.recognised(document) else ""


def _object(root: Mapping) -> str:
    """The platform of a Kubernetes object."""
    group = root.text("apiVersion").partition("/")[0]
    return _GROUPS.get(group) or _KINDS.get((group, root.text("kind")), "")

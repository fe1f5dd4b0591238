"""Remedies for deliveries of clouds and GitOps: the gate each of them has, as a snippet."""

from __future__ import annotations

from mlscan.promotion.graph import Gate
from mlscan.promotion.verdicts import Verdict

_CODEPIPELINE = (
    "Put a manual approval before the action, as the last one of the stage before it:\n\n"
    "  - Name: Approve\n    ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: '1'}\n"
    "    RunOrder: 2\n\n"
    "(in CDK `ManualApprovalAction(action_name='Approve', run_order=2)`, in CDK Pipelines "
    "`pre=[ManualApprovalStep('Approve')]`), and let only people who do not train or deploy hold "
    "`codepipeline:PutApprovalResult` on it: the production environment is theirs to open."
)
_CLOUD_BUILD = (
    "A build file cannot hold a gate; the trigger that runs it can. In Terraform:\n\n"
    '  resource "google_cloudbuild_trigger" "{name}" {{\n    filename = "{path}"\n'
    "    approval_config {{\n      approval_required = true\n    }}\n  }}\n\n"
    "`gcloud builds triggers list --format='table(name, filename, approvalConfig.approvalRequired)'` tells "
    "whether the trigger of this environment asks for approval."
)
_CLOUD_DEPLOY = (
    "Let the target of the production environment ask for approval:\n\n"
    "  kind: Target\n  metadata: {{name: {name}}}\n  requireApproval: true\n\n"
    "and give `roles/clouddeploy.approver` to people who do not create releases."
)
_BUNDLE = (
    "Give the target an identity and people of its own, and deploy it only from a job that is bound to an "
    "environment with reviewers:\n\n"
    "  targets:\n    {name}:\n      mode: production\n      git: {{branch: main}}\n"
    "      run_as: {{service_principal_name: ...}}\n"
    "      permissions: [{{group_name: ml-release, level: CAN_MANAGE}}]"
)
_ARGO_CD = (
    "Take `automated` out of `syncPolicy` for the production environment, or let an AppProject with a "
    "`syncWindows` entry of `kind: deny, manualSync: true` govern it, so that a person starts the sync:\n\n"
    "  syncPolicy:\n    syncOptions: [CreateNamespace=true]"
)
_ROLLOUT = (
    "Pause without a duration before traffic of the production environment moves, so that somebody has to "
    "promote:\n\n"
    "  strategy:\n    canary:\n      steps:\n        - setWeight: 10\n        - pause: {}"
)
_ARGO_WORKFLOW = (
    "Put a template that suspends without a duration before the deploy to the production environment:\n\n"
    "  - name: approve\n    suspend: {}\n\n"
    "and let the deploy task depend on it; `workflows` with verb `update` is the permission to resume."
)
_TEKTON = (
    "Let an approval task run before the deploy to the production environment:\n\n"
    "  - name: approve\n    taskRef: {apiVersion: openshift-pipelines.org/v1alpha1, kind: ApprovalTask}\n"
    "    params:\n      - {name: approvers, value: [group:ml-release]}\n"
    "      - {name: numberOfApprovalsRequired, value: '1'}\n\n"
    "and name it in `runAfter` of the deploy task."
)
_JENKINS_X = (
    "Leave `--all-auto` out and promote the production environment by hand, with `promotionStrategy: Manual` "
    "in its definition:\n\n  jx promote --env production --version $VERSION"
)
_AZURE_RELEASE = (
    "Give the stage of the production environment an approver, and do not let the creator of a release "
    "be one:\n\n"
    '  "preDeployApprovals": {"approvals": [{"rank": 1, "isAutomated": false, "approver": {"id": "..."}}],\n'
    '    "approvalOptions": {"releaseCreatorCanBeApprover": false}}\n\n'
    "`az pipelines release definition show --id ID` tells what holds on the server."
)
_STATE_MACHINE_VOID = (
    "Let `Catch` of the task that asks lead to a state of type Fail, and not to the deploy to the production "
    "environment: a timeout is no approval."
)
_DATABRICKS_JOB = (
    "Let the deploying task depend on the task of the approval, whose notebook raises unless the tag of the "
    "model version says so, without a `run_if` that lets it run anyway:\n\n"
    "  depends_on:\n    - task_key: approval\n\n"
    "Grant ASSIGN on the governed tag of the production environment only to those who approve."
)
_FLUX = (
    "Flux asks nobody: whoever merges deploys to the production environment. Require a review by code owners "
    "on the branch it follows, for its path, or let it follow tags that only reviewed releases get:\n\n"
    "  spec:\n    ref:\n      semver: '>=1.0.0'"
)
_KARGO = (
    "Let a person promote to the stage of the production environment, and grant `promote` on it to those "
    "who approve only:\n\n"
    "  promotionPolicies:\n    - stage: prod\n      autoPromotionEnabled: false"
)
_CODEBUILD = (
    "A buildspec cannot hold a gate. Run it from a CodePipeline stage of the production environment that "
    "stands behind a manual approval action:\n\n"
    "  ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: '1'}"
)
_HARNESS = (
    "Put an approval stage before the one of the production environment, not in `parallel` with it:\n\n"
    "  - step:\n      type: HarnessApproval\n      spec:\n        approvers:\n"
    "          userGroups: [ml_release]\n          minimumCount: 1\n"
    "          disallowPipelineExecutor: true"
)
_SPINNAKER = (
    "Put a manual judgment before the stage that deploys to the production environment, and name it in "
    "`requisiteStageRefIds` of that stage:\n\n"
    '  {"refId": "2", "type": "manualJudgment", "failPipeline": true, "continuePipeline": false,\n'
    '   "selectedStageRoles": ["ml-release"]}'
)
_ATLANTIS = (
    "Ask for an approval of the pull request before anything is applied to the production environment, best "
    "in the server's `repos.yaml`, which no pull request changes:\n\n"
    "  repos:\n    - id: /.*/\n      apply_requirements: [approved, mergeable]\n      allowed_overrides: []"
)
_TERRAFORM_CLOUD = (
    "Set `auto_apply = false` for the workspace of the production environment, and give the permission to "
    "apply to people who do not push to its branch:\n\n"
    '  resource "tfe_team_access" "release" {\n    access = "write"\n  }'
)
_SPACELIFT = (
    "Set `autodeploy = false`, or attach a policy by which others approve what reaches the production "
    "environment:\n\n"
    '  resource "spacelift_policy" "release" {\n    type = "APPROVAL"\n'
    '    body = file("approve.rego")\n  }'
)
_OCI = (
    "Put an approval before the stage that deploys to the production environment, as its predecessor:\n\n"
    '  resource "oci_devops_deploy_stage" "approve" {\n    deploy_stage_type = "MANUAL_APPROVAL"\n'
    '    approval_policy {\n      approval_policy_type = "COUNT_BASED_APPROVAL"\n'
    "      number_of_approvals_required = 1\n    }\n  }"
)


def delivery_remedy(verdict: Verdict) -> str:
    """The fix on a platform of this kind; empty on any other."""
    deploy = verdict.deploy
    name = deploy.job.title.rpartition(" / ")[2].removeprefix("target ")
    fixed = {
        "argo-cd": _ARGO_CD,
        "argo-rollouts": _ROLLOUT,
        "argo-workflows": _ARGO_WORKFLOW,
        "atlantis": _ATLANTIS,
        "azure-releases": _AZURE_RELEASE,
        "codebuild": _CODEBUILD,
        "codepipeline": _CODEPIPELINE,
        "databricks-jobs": _DATABRICKS_JOB,
        "flux": _FLUX,
        "harness": _HARNESS,
        "jenkins-x": _JENKINS_X,
        "kargo": _KARGO,
        "oci-devops": _OCI,
        "spacelift": _SPACELIFT,
        "spinnaker": _SPINNAKER,
        "tekton": _TEKTON,
        "terraform-cloud": _TERRAFORM_CLOUD,
    }.get(deploy.pipeline.platform)
    if fixed is not None:
        return fixed
    if deploy.pipeline.platform == "cloud-build":
        return _CLOUD_BUILD.format(name=name, path=deploy.step.place.path)
    if deploy.pipeline.platform == "cloud-deploy":
        return _CLOUD_DEPLOY.format(name=name)
    return _BUNDLE.format(name=name) if deploy.pipeline.platform == "databricks-bundle" else ""


def void_remedy(gate: Gate, verdict: Verdict) -> str:
    """How a gate that code has made void becomes one."""
    platform = verdict.deploy.pipeline.platform
    if platform == "codepipeline":
        return (
            "Take the approval out of the code, and `codepipeline:PutApprovalResult` away from its role; "
            "grant it to people who do not train or deploy to this environment."
        )
    if platform == "step-functions":
        return _STATE_MACHINE_VOID
    snippets = {
        "azure-pipelines": "  requester_can_approve = false\n  approvers = [azuredevops_group.release.id]",
        "gitlab-ci": "  approval_rules { group_id = data.gitlab_group.release.id, required_approvals = 1 }",
    }
    snippet = snippets.get(
        platform,
        "  prevent_self_review = true\n  reviewers {\n    teams = [data.github_team.release.id]\n  }",
    )
    return f"Give the environment people who have to approve, where code creates it:\n\n{snippet}"

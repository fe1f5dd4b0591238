"""Remedies for CI services with a language of their own: the gate each of them has, and how to look it up."""

from __future__ import annotations

from mlscan.promotion.verdicts import Verdict

_GITLAB = (
    "Bind the job to a protected environment with approval rules, and let a rule make it manual so that what "
    "comes after waits for it (at the top of a job `when: manual` holds nothing else back):\n\n"
    "  {job}:\n    environment: {name}\n    rules:\n      - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n"
    "        when: manual\n\n{verify}"
)
_GITLAB_VERIFY = (
    '`glab api "projects/:id/protected_environments"` tells whether environment {name} is protected: its '
    "`approval_rules` must not be empty, `required_approval_count` at least 1, and in "
    "`glab api projects/:id` `allow_pipeline_trigger_approve_deployment` false. An environment is matched "
    "by its exact name."
)
_CIRCLECI = (
    "Let the job require an approval that has the same filters, as a required job that filters leave out is "
    "not waited for:\n\n"
    "  - approve-production:\n      type: approval\n  - {job}:\n      requires: [approve-production]\n"
    "      context: [{name}]\n\n{verify}"
)
_CIRCLECI_VERIFY = (
    "Keep the credentials of the production environment in a context of their own: "
    "`GET /api/v2/context/CONTEXT_ID/restrictions` tells whether only a group may use it; without that "
    "anyone who may push can approve."
)
_BITBUCKET = (
    "Let the step wait for a click and bind it to a deployment environment that only some may deploy to:\n\n"
    "  - step:\n      name: {job}\n      deployment: {name}\n      trigger: manual\n\n{verify}"
)
_BITBUCKET_VERIFY = (
    "`GET /2.0/repositories/WORKSPACE/REPO/environments` tells whether environment {name} has "
    "`restrictions.admin_only` (deployment permissions, Premium); a step beside it in `parallel` "
    "holds nothing."
)
_BUILDKITE = (
    "Put a block before the step, and name it where the step says what it depends on:\n\n"
    '  - block: "Deploy to the production environment?"\n    key: approve\n    allowed_teams: [ml-release]\n'
    '  - label: "{job}"\n    depends_on: approve\n\n{verify}'
)
_BUILDKITE_VERIFY = (
    "`GET /v2/organizations/ORG/pipelines/PIPELINE` shows the steps as the server has them; an `input` step "
    "and a block after the deploy hold nothing back."
)
_JENKINS = (
    "Ask somebody by name before the steps that reach the production environment:\n\n"
    "  stage('{job}') {{\n    input {{\n      message 'Deploy to production?'\n"
    "      submitter 'ml-release'\n    }}\n    steps {{ ... }}\n  }}\n\n"
    "outside `catchError` and outside `parallel`; without `submitter` whoever may build may also approve. "
    "{verify}"
)
_JENKINS_VERIFY = (
    "`GET /job/NAME/config.xml` and the folder's credentials tell who may build and which jobs may use the "
    "credentials of the production environment."
)
_DRONE = (
    "Run the step on promotions only, and promote a build that somebody has looked at:\n\n"
    "  - name: {job}\n    when:\n      event: [{event}]\n\n{verify}"
)
_DRONE_VERIFY = (
    "`GET /api/repos/OWNER/REPO` tells whether builds ask for approval; without that anyone who may write "
    "can promote to the production environment."
)
_TEXTS = {
    "gitlab-ci": (_GITLAB, _GITLAB_VERIFY),
    "circleci": (_CIRCLECI, _CIRCLECI_VERIFY),
    "bitbucket-pipelines": (_BITBUCKET, _BITBUCKET_VERIFY),
    "buildkite": (_BUILDKITE, _BUILDKITE_VERIFY),
    "jenkins": (_JENKINS, _JENKINS_VERIFY),
    "drone": (_DRONE.replace("{event}", "promote"), _DRONE_VERIFY),
    "woodpecker": (_DRONE.replace("{event}", "deployment"), _DRONE_VERIFY),
}


def service_remedy(rule: str, verdict: Verdict) -> str:
    """What would put a gate before this deploy on its platform; empty for other platforms."""
    texts = _TEXTS.get(verdict.deploy.pipeline.platform)
    if texts is None:
        return ""
    snippet, verify = texts
    target = verdict.deploy.target
    bound = next((fact.value for fact in target.evidence if fact.kind == "environment"), "production")
    name = bound if "$" not in bound else "production"
    verify = verify.format(name=f"'{name}'")
    if rule == "gate-unverified":
        return verify
    return snippet.format(job=verdict.deploy.job.title, name=name, verify=verify)

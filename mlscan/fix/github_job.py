"""`environment:` for a job of GitHub Actions, as one line of its own.

https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments,
https://docs.github.com/en/rest/deployments/environments#create-or-update-an-environment
"""

from __future__ import annotations

from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping, Scalar, YamlError, compose
from mlscan.fix.edits import Edit, RefusedError
from mlscan.promotion.graph import Job

_TRUSTS = (b"id-token", b"write-all")


def gated(document: Document, job: Job, name: str) -> tuple[list[Edit], str, str]:
    """(edits, why it may change what the job can do, what is to be done on the server)."""
    text = document.data
    body = _job(document, job)
    if body.get("uses") is not None:
        raise RefusedError(
            "a job with `uses:` cannot have an environment: give the called workflow's job one"
        )
    if body.get("environment") is not None:
        raise RefusedError("the job has an environment already")
    first = body.pairs[0][0]
    line = text.rfind(b"\n", 0, first.start) + 1
    indent = text[line : first.start].decode()
    if indent.strip():
        raise RefusedError("the job is not written in block style")
    newline = "\r\n" if b"\r\n" in text else "\n"
    at = _below_runner(text, body, line)
    caution = ""
    if any(word in text for word in _TRUSTS):
        caution = (
            f"the subject of the job's identity token becomes `environment:{name}`, and the cloud has to "
            "trust that first"
        )
    remark = (
        f"Environment '{name}' asks nobody until it has reviewers: `gh api --method PUT "
        f"'repos/{{owner}}/{{repo}}/environments/{name}' -F prevent_self_review=true "
        "-F 'reviewers[][type]=Team' "
        '-F "reviewers[][id]=$(gh api orgs/ORG/teams/TEAM --jq .id)"`.'
    )
    return [Edit(at, at, f"{indent}environment: {name}{newline}")], caution, remark


def _job(document: Document, job: Job) -> Mapping:
    try:
        roots = compose(document.data)
    except YamlError:
        raise RefusedError("the workflow is not YAML") from None
    jobs = roots[0].get("jobs") if roots and isinstance(roots[0], Mapping) else None
    for _, key, value in jobs.items() if isinstance(jobs, Mapping) else ():
        if document.region(key.start, key.end).start_line == job.place.region.start_line:
            if not isinstance(value, Mapping) or not value.pairs or value.start < key.end:
                raise RefusedError("the job is an alias of another one")
            return value
    raise RefusedError("its job cannot be told")


def _below_runner(text: bytes, body: Mapping, start: int) -> int:
    """Below `runs-on: ...`, or before everything else of the job."""
    runner = body.get("runs-on")
    if not isinstance(runner, Scalar) or runner.style in ("|", ">") or runner.start < start:
        return start
    end = text.find(b"\n", runner.end)
    return end + 1 if end >= 0 else start

"""A job of Azure Pipelines as a deployment job, which is bound to an environment.

A deployment job does not check the repository out by itself, keeps a history on its environment, and its
outputs have other names: https://learn.microsoft.com/en-us/azure/devops/pipelines/process/deployment-jobs
"""

from __future__ import annotations

from mlscan.documents.document import Document
from mlscan.documents.lines import Lines
from mlscan.documents.yaml import Mapping, Scalar, Sequence, YamlError, compose, walk
from mlscan.fix.edits import Edit, RefusedError
from mlscan.promotion.graph import Job

_DEEPER = 6


def gated(document: Document, job: Job, name: str) -> tuple[list[Edit], str, str]:
    """(edits, why it may change what the job can do, what is to be done on the server)."""
    body = _job(document, job)
    key, steps_key, steps = body.key("job"), body.key("steps"), body.get("steps")
    if key is None or steps_key is None or not isinstance(steps, Sequence) or not steps.items:
        raise RefusedError("the pipeline does not write it as `- job:` with `steps:`")
    for other in ("strategy", "environment"):
        if body.get(other) is not None:
            raise RefusedError(f"the job has a `{other}:` already")
    called = body.text("job")
    if called and f"dependencies.{called}." in document.data.decode("utf-8", "replace"):
        raise RefusedError("others read the outputs of the job, which a deployment job names otherwise")
    caution = "a deployment job keeps artifacts and outputs at other places, and its environment has to exist"
    remark = (
        f"Create environment '{name}' under Pipelines, Environments, and add an Approvals check with "
        "`Allow approvers to approve their own runs` switched off; until then it asks nobody."
    )
    return (
        [Edit(key.start, key.end, "deployment"), *_nested(document.data, steps_key, steps, name)],
        caution,
        remark,
    )


def _job(document: Document, job: Job) -> Mapping:
    try:
        roots = compose(document.data)
    except YamlError:
        raise RefusedError("the pipeline is not YAML") from None
    line = job.place.region.start_line
    for node in (node for root in roots for node in walk(root)):
        key = node.key("job") if isinstance(node, Mapping) else None
        if key is not None and document.region(key.start, key.end).start_line == line:
            assert isinstance(node, Mapping)
            return node
    raise RefusedError("the pipeline does not write it as `- job:` with `steps:`")


def _nested(text: bytes, key: Scalar, steps: Sequence, name: str) -> list[Edit]:
    """`steps:` and all below it moved under `strategy.runOnce.deploy`."""
    lines = Lines(text)
    first = lines.position(key.start)[0]
    start, end = lines.line_span(first)
    indent = text[start : key.start].decode()
    if indent.strip() or text[key.end : end].split(b"#")[0].strip() != b":":
        raise RefusedError("its steps are not written in block style")
    newline = "\r\n" if b"\r\n" in text else "\n"
    head = f"{indent}environment: {name}{newline}{indent}strategy:{newline}"
    head += f"{indent}  runOnce:{newline}{indent}    deploy:{newline}"
    edits = [Edit(start, start, head)]
    last = _last_line(text, lines, steps, len(indent))
    deeper = " " * _DEEPER
    for number in range(first, last + 1):
        low, high = lines.line_span(number)
        if text[low:high].strip():
            edits.append(Edit(low, low, deeper))
    if not any(isinstance(item, Mapping) and item.get("checkout") is not None for item in steps.items):
        dash = lines.line_span(lines.position(steps.items[0].start)[0])[0]
        lead = text[dash : steps.items[0].start].decode()
        if lead.strip() != "-":
            raise RefusedError("its steps are not written in block style")
        column = lead.index("-")
        edits.append(Edit(dash, dash, f"{deeper}{lead[:column]}- checkout: self{newline}"))
    return sorted(edits, key=lambda item: (item.start, -len(item.text)))


def _last_line(text: bytes, lines: Lines, steps: Sequence, indent: int) -> int:
    """The last line that belongs to the steps; blank lines and comments of others follow it."""
    last = lines.position(max(node.end for node in walk(steps)))[0]
    while last > 1:
        low, high = lines.line_span(last)
        line = text[low:high].lstrip()
        column = high - low - len(line)
        if line and (column > indent or (column == indent and line.startswith(b"-"))):
            break
        last -= 1
    return last

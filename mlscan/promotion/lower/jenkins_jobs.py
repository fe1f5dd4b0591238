"""Other jobs that a Jenkins pipeline starts with `build job: 'x'`: deploys, and approvals asked for there.

https://www.jenkins.io/doc/pipeline/steps/pipeline-build-step/: with `propagate: false` a failure of the job
stops nothing unless its result is read, and `wait: false` does not wait for any.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mlscan.model import Place
from mlscan.promotion.graph import Gate, Unknown
from mlscan.promotion.lower.groovy import Call
from mlscan.promotion.lower.jenkins_steps import Spot
from mlscan.promotion.production import tokens

_APPROVES = frozenset(("approve", "approval", "approvals", "signoff"))
_OTHERWISE = frozenset(("auto", "automatic", "skip", "notify", "request", "no", "pre"))
_GOES_ON = re.compile(rb"\b(?:propagate|wait)\s{0,4}:\s{0,4}false\b")
# Nothing before the call on its line takes what it returns.
_ALONE = re.compile(rb"(?:^|[{;])[ \t]*\Z")
_READ = re.compile(rb"\s{0,4}\)?\s{0,4}\??\.")


def name_of(call: Call) -> str:
    """The job that is started."""
    return call.text("job") or call.text()


def unread(call: Call, spot: Spot) -> Unknown | None:
    """A job of the server that may hold a gate, by its name."""
    name = name_of(call)
    if not spot.judge.deploys_by_name(name) and not (approves(name) and ignored(call, spot) is None):
        return None
    place = spot.document.place(call.start, call.end)
    return Unknown(f"job {name} is not in this file", place, may_gate=True)


def approval(call: Call, spot: Spot) -> tuple[Gate, ...]:
    """The approval that another job asks for and this pipeline does not wait for or heed."""
    proof = ignored(call, spot) if approves(name_of(call)) else None
    if proof is None:
        return ()
    why = "the pipeline goes on whatever that job ends with"
    place = spot.document.place(call.start, call.end)
    return (Gate("void", f"job {name_of(call)}", place, proof=replace(proof, note=why)),)


def approves(name: str) -> bool:
    """Whether a job is named after an approval that somebody gives."""
    words = set(tokens(name))
    return bool(words & _APPROVES) and not words & _OTHERWISE


def ignored(call: Call, spot: Spot) -> Place | None:
    """The argument by which the result of the job stops nothing; None where the result is read."""
    data = spot.document.data
    found = _GOES_ON.search(data, call.start, call.end)
    line = data.rfind(b"\n", 0, call.start) + 1
    if found is None or _ALONE.search(data[line : call.start]) is None or _READ.match(data, call.end):
        return None
    return spot.document.place(found.start(), found.end())

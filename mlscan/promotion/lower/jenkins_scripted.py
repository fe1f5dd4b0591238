"""What scripted pipelines write without braces around it: `stage 'Deploy'` on a line of its own, `case 'x':`.

https://www.jenkins.io/doc/pipeline/steps/pipeline-stage-step/: such a stage lasts until the next one begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mlscan.promotion.lower.groovy import Call
from mlscan.promotion.lower.jenkins_conditions import condition
from mlscan.promotion.lower.plain import all_of, negated, quoted


def gathered(found: Sequence[Call]) -> Sequence[Call]:
    """The calls of a block, where each stage without braces holds those up to the next stage."""
    if not any(_opens(call) for call in found):
        return found
    kept: list[Call] = []
    inside: list[Call] | None = None
    for call in found:
        if _opens(call):
            inside = []
            kept.append(replace(call, body=inside))
        elif call.name == "stage" or inside is None:
            inside = None
            kept.append(call)
        else:
            inside.append(call)
    return kept


def cases(switch: Call, subject: str) -> Iterator[tuple[str, list[Call]]]:
    """(what has to hold, the calls) of every case of a `switch` over an expression."""
    others: list[str] = []
    test, inside = "true", list[Call]()
    for call in switch.body or ():
        if call.name not in ("case", "default"):
            inside.append(call)
            continue
        yield test, inside
        inside = []
        if call.name == "case":
            test = condition(f"{subject} == {quoted(call.text())}")
            others.append(test)
        else:
            test = all_of(map(negated, others))
    yield test, inside


def _opens(call: Call) -> bool:
    return call.name == "stage" and call.body is None and bool(call.texts) and not call.closures

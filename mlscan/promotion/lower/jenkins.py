"""Jenkins pipelines as pipelines of the graph: stages one after another, `input`, `when`, `parallel`, `post`.

Declarative and scripted pipelines are read alike, in the order of the text. A stage whose `when` does not
hold is left out and those after it run all the same. Functions of the file and of `vars/` are followed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from mlscan.documents.document import Document
from mlscan.model import Place
from mlscan.promotion.graph import Action, Fact, Gate, Identity, Job, Need, Pipeline, Step, Unknown
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.groovy import Call, calls, walk
from mlscan.promotion.lower.jenkins_conditions import condition, when
from mlscan.promotion.lower.jenkins_jobs import approval, unread
from mlscan.promotion.lower.jenkins_scripted import cases, gathered
from mlscan.promotion.lower.jenkins_steps import Spot, credential_facts, is_step, step_of
from mlscan.promotion.lower.jenkins_triggers import triggers
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.plain import all_of, negated, plain
from mlscan.promotion.scope import Scope

_ASSIGNED = re.compile(r"^[ \t]*(\w+)[ \t]*=[ \t]*[\"']([^\"'\n]{1,200})[\"']", re.MULTILINE)
_THROUGH = frozenset(
    ("steps", "script", "node", "pipeline", "stages", "timeout", "retry", "timestamps", "ansiColor", "lock",
     "container", "wrap", "milestone", "catchError", "try", "finally", "else", "podTemplate", "ws")
)  # fmt: skip
_POST = {"always": "always()", "cleanup": "always()", "failure": "failure()", "unstable": "failure()"}
_ABORTS = frozenset(("error", "throw", "autoCancelled"))
_DEPTH = 3


@dataclass(frozen=True)
class Frame:
    """Where a call stands: its stage, what has to hold, and whether a failure before it is forgiven; `staged`
    inside a stage, `lasting` in a `post` of the whole pipeline that runs whatever happened."""

    spot: Spot
    title: str
    place: Place
    presence: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    forgiven: bool = False
    depth: int = 0
    staged: bool = False
    lasting: bool = False


def lower(parsed: Parsed, context: Context) -> Pipeline | None:
    """The pipeline of a Jenkinsfile; one of a shared library is started by any caller."""
    document = parsed.document
    found = calls(document.data)
    start = parsed.start()
    reader = _Reader(document, context, found)
    spot = Spot(document, context, _scope(found, document.data), reader.options)
    for call in found[0].body or () if found and found[0].name == "pipeline" else ():
        if call.name == "environment":
            spot = spot.telling(_credentials(call, spot)).acting(*call.inside)
    entry = [call for call in found if not call.defined]
    if not any(call.name in ("pipeline", "node", "stage", "podTemplate") for call in walk(entry)):
        entry = [one for call in found if call.defined and call.name == "call" for one in call.body or ()]
    title = parsed.path.rpartition("/")[2]
    reader.read(entry, Frame(spot, title, start))
    reader.flush()
    if not any(job.steps for job in reader.jobs):
        return None
    return Pipeline(
        path=parsed.path,
        platform="jenkins",
        place=start,
        triggers=tuple(triggers(parsed, found)),
        jobs=tuple(reader.jobs),
        groups={job.id: (job.id,) for job in reader.jobs},
        facts=(Fact("file", title, start),),
    )


def _scope(found: list[Call], data: bytes) -> Scope:
    """Variables of the whole pipeline, `environment { X = 'prod' }`, and defaults of its parameters."""
    names: dict[str, str] = {}
    pipeline = next((call for call in found if call.name == "pipeline"), None)
    for call in (pipeline.body or ()) if pipeline is not None else ():
        if call.name == "environment":
            names |= _assigned(data, call)
    for call in walk(found):
        if call.name in ("string", "choice", "booleanParam") and "name" in call.named:
            default = call.text("defaultValue") or next((text.value for text in call.texts[1:]), "")
            if call.name == "booleanParam":
                default = "true" if "true" in call.parameters else "false"
            names[f"params.{call.text('name')}".lower()] = default
    head = data[: pipeline.start if pipeline is not None else 3000].decode("utf-8", "replace")
    for match in re.finditer(
        r"^[ \t]*(?:def|String)[ \t]+(\w+)[ \t]*=[ \t]*[\"']([^\"'\n]{1,200})[\"']", head, re.M
    ):
        names.setdefault(f"env.{match[1]}".lower(), match[2])
    return Scope(names)


def _assigned(data: bytes, call: Call) -> dict[str, str]:
    text = data[slice(*call.inside)].decode("utf-8", "replace")
    return {f"env.{match[1]}".lower(): match[2] for match in _ASSIGNED.finditer(text)}


@dataclass
class _Reader:
    """Collects jobs; steps gather until the next stage begins."""

    document: Document
    context: Context
    found: list[Call]
    jobs: list[Job] = field(default_factory=list)
    before: tuple[str, ...] = ()
    _steps: list[Step] = field(default_factory=list)
    _frame: Frame | None = None
    _gates: tuple[Gate, ...] = ()
    _unknowns: tuple[Unknown, ...] = ()
    _identities: list[Identity] = field(default_factory=list)

    @cached_property
    def _functions(self) -> dict[str, Call]:
        return {call.name: call for call in reversed(list(walk(self.found))) if call.defined}

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """The choices of every parameter with fixed ones, by `inputs.name`."""
        return {
            f"inputs.{call.text('name')}".lower(): tuple(text.value for text in call.texts[1:])
            for call in walk(self.found)
            if call.name == "choice" and call.text("name")
        }

    def read(self, found: Sequence[Call], frame: Frame) -> None:
        """Calls in the order of the text."""
        test = ""
        found = gathered(found)
        for number, call in enumerate(found):
            if call.name == "else" and test:
                self._one(call, replace(frame, tests=(*frame.tests, negated(test))))
            elif call.name == "if":
                text = frame.spot.document.data[slice(*call.inside)].decode("utf-8", "replace")
                test = condition(text)
                self.read(call.body or (), replace(frame, tests=(*frame.tests, test)))
            elif call.name == "switch":
                subject = frame.spot.document.data[slice(*call.inside)].decode("utf-8", "replace")
                for held, inside in cases(call, subject):
                    self.read(inside, replace(frame, tests=(*frame.tests, held)))
            else:
                after = found[number + 1] if number + 1 < len(found) else None
                self._one(call, replace(frame, forgiven=True) if _forgives(call, after) else frame)

    def flush(self) -> None:
        """Ends the steps gathered so far as a job that waits for what was before."""
        frame = self._frame
        if frame is None or not (self._steps or self._gates):
            return
        count = sum(job.title == frame.title for job in self.jobs) + 1
        identifier = f"{frame.title} #{count}" if count > 1 else frame.title
        scope = frame.spot.scope
        self.jobs.append(
            Job(
                id=identifier,
                title=frame.title,
                kind="agent",
                place=frame.place,
                steps=tuple(self._steps),
                needs=tuple(Need(name, frame.place) for name in self.before),
                gates=self._gates,
                condition=plain("always()", frame.place, scope) if frame.lasting else None,
                presence=tuple(plain(text, frame.place, scope) for text in frame.presence),
                facts=(*frame.facts, Fact("stage", frame.title, frame.place)),
                identities=tuple(dict.fromkeys(self._identities)),
                unknowns=self._unknowns,
            )
        )
        self.before = (identifier,)
        self._steps, self._gates, self._frame, self._unknowns = [], (), None, ()
        self._identities = []

    def _one(self, call: Call, frame: Frame) -> None:
        if call.name == "stage":
            self._stage(call, frame)
        elif call.name == "parallel":
            self._parallel(call, frame)
        elif call.name == "post":
            self._post(call, frame)
        elif call.name == "catch" or call.defined:
            return
        elif call.name == "dir":
            self.read(call.body or (), replace(frame, spot=frame.spot.inside(call.text())))
        elif call.name == "withEnv":
            names = {
                f"env.{name}".lower(): value
                for text in call.texts
                for name, _, value in (text.value.partition("="),)
            }
            self.read(call.body or (), replace(frame, spot=frame.spot.naming(names)))
        elif (
            call.name.startswith(("with", "sshagent", "docker.", "openshift.with", "azureCLI")) and call.body
        ):
            facts = tuple(credential_facts(call, frame.spot))
            spot = frame.spot.telling(facts).acting(call.start, call.inside[1] + 1)
            self.read(call.body, replace(frame, spot=spot))
        elif call.name in _THROUGH:
            self.read(call.body or (), frame)
        elif is_step(call, frame.spot):
            hidden = unread(call, frame.spot) if call.name == "build" else None
            if hidden is not None:
                self._unknowns = (*self._unknowns, hidden)
            step = step_of(call, frame.spot, frame.tests, frame.forgiven)
            self._add(
                replace(step, gates=approval(call, frame.spot)) if call.name == "build" else step, frame
            )
        else:
            self._function(call, frame)

    def _add(self, step: Step, frame: Frame) -> None:
        current = self._frame
        if current is not None and (current.title, current.presence) != (frame.title, frame.presence):
            self.flush()
        if self._frame is None:
            self._frame = frame
        self._steps.append(step)
        self._identities += frame.spot.identities

    def _stage(self, call: Call, frame: Frame) -> None:
        self.flush()
        body = call.body or []
        spot = frame.spot
        title = spot.expand(call.text()) or "stage"
        place = spot.document.place(call.start, call.end)
        presence = frame.presence + frame.tests
        gates: tuple[Gate, ...] = ()
        steps: list[Call] = []
        for one in body:
            if one.name == "when" and one.body is not None:
                presence = (*presence, when(one.body, spot.document.data))
            elif one.name == "environment" and one.body is not None:
                spot = spot.naming(_assigned(spot.document.data, one)).telling(_credentials(one, spot))
                spot = spot.acting(*one.inside)
            elif one.name == "input" and one.body is not None:
                gates = (*gates, _gate(one, spot))
            else:
                steps.append(one)
        inner = replace(frame, spot=spot, title=title, place=place, presence=presence, tests=(), staged=True)
        if gates:
            self._frame, self._gates = inner, gates
        self.read(steps, inner)
        self.flush()

    def _parallel(self, call: Call, frame: Frame) -> None:
        """Branches start together; what follows waits for all."""
        self.flush()
        before, after = self.before, []
        for name, closure in [*call.closures, *(("", [one]) for one in call.body or ())]:
            self.before = before
            inner = replace(
                frame, title=f"{frame.title} / {name}", presence=frame.presence + frame.tests, tests=()
            )
            self.read(closure, inner if name else frame)
            self.flush()
            after += [one for one in self.before if one not in after]
        self.before = tuple(after) or before

    def _post(self, call: Call, frame: Frame) -> None:
        for one in call.body or ():
            test = _POST.get(one.name)
            tests = (*frame.tests, test) if test else frame.tests
            if frame.staged:
                self.read(one.body or (), replace(frame, tests=tests))
                continue
            self.flush()
            place = frame.spot.document.place(one.start, one.end)
            inner = replace(frame, title="post", place=place, tests=tests, lasting=test is not None)
            self.read(one.body or (), inner)
            self.flush()

    def _function(self, call: Call, frame: Frame) -> None:
        """A function of this file or of the shared library beside it, or one known by its name only."""
        spot = frame.spot
        defined = self._functions.get(call.name)
        if defined is not None and frame.depth < _DEPTH:
            names = {
                f"env.{n}".lower(): t.value for n, t in zip(defined.parameters, call.texts, strict=False)
            } | _named(call)
            inner = spot.naming(names).called(call)
            self.read(defined.body or (), replace(frame, spot=inner, depth=frame.depth + 1))
            return
        library = self.context.read(f"vars/{call.name}.groovy") if call.name.isidentifier() else None
        if library is not None and frame.depth < _DEPTH:
            self.context.referenced.add(library.source.path)
            found = calls(library.data)
            inner = replace(spot.naming(_named(call)).called(call), document=library)
            for one in found:
                if one.defined and one.name == "call":
                    self.read(one.body or (), replace(frame, spot=inner, depth=frame.depth + 1))
            return
        if call.texts and spot.judge.deploys_by_name(call.name) and not call.name.startswith("stage"):
            facts = tuple(credential_facts(call, spot, "argument"))
            place = spot.document.place(call.start, call.end)
            action = Action("deploy", f"step {call.name}", "medium", place, (*facts, *spot.facts), spot.hops)
            test = all_of(frame.tests)
            held = plain(test, place, spot.scope) if frame.tests else None
            self._add(Step("", place, (action,), condition=held), frame)
            return
        for _, closure in call.closures:
            self.read(closure, frame)
        self.read(call.body or (), frame)


def _named(call: Call) -> dict[str, str]:
    """What a call hands to a function by name, as the function may call it."""
    return {f"env.{name}".lower(): text.value for name, text in call.named.items()}


def _credentials(call: Call, spot: Spot) -> tuple[Fact, ...]:
    """Credentials that an `environment` block takes from the server, by names that tell an environment."""
    found = (one for one in call.body or () if one.name == "credentials")
    return tuple(fact for one in found for fact in credential_facts(one, spot))


def _gate(call: Call, spot: Spot) -> Gate:
    """An `input` directive: who may answer it stands in its body."""
    inner = {one.name: one for one in call.body or ()}
    message = inner["message"].text() if "message" in inner else call.text()
    kind = "human" if "submitter" in inner else "click"
    return Gate(kind, message or "input", spot.document.place(call.start, call.end))


def _forgives(call: Call, after: Call | None) -> bool:
    """Whether what fails inside a call stops nothing: `catchError`, or a `catch` that goes on."""
    if call.name == "catchError":
        return True
    if call.name != "try" or after is None or after.name != "catch" or after.body is None:
        return False
    return not any(one.name in _ABORTS for one in walk(after.body))

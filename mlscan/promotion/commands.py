"""Shell text to actions: every command looked up in the catalogue, scripts of the repository followed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from mlscan.catalog.schema import Catalog, Invocation
from mlscan.model import Place
from mlscan.promotion.checkouts import below_root
from mlscan.promotion.graph import Action, Fact
from mlscan.promotion.located import Located
from mlscan.promotion.logins import LoginReader
from mlscan.promotion.production import Judge
from mlscan.promotion.scope import NO_FACTS, Scope
from mlscan.promotion.shell import Command, Word, lex
from mlscan.promotion.targets import facts_of, may_be_secret, mutable_reference, tag_names_production
from mlscan.promotion.toolbox import Line, Toolbox, says
from mlscan.promotion.wrappers import inner_script, unwrap

DEPLOYS = frozenset(("deploy", "promote", "traffic", "approve", "publish"))
# What is done beside a deploy: a job bound to an environment that does only this deploys by its name.
ASIDE = frozenset(("build", "select", "evaluate", "plan", "login"))
MAX_HOPS = 2
_MAX_NESTING = 6
_VERBS = 5  # a command says what it does in its first words
_TALK = frozenset(("echo", "printf", "cat", "yes"))


@dataclass(frozen=True)
class Setting:
    """Where a script runs: what its variables mean, its folder, on which host, and how it was reached."""

    scope: Scope = field(default_factory=Scope)
    folder: str = ""
    remote: bool = False
    hops: tuple[Place, ...] = ()
    facts: tuple[Fact, ...] = ()


class Recogniser:
    """The catalogue, ready to read scripts. `scripts` follows a command into a file of the repository."""

    def __init__(self, catalog: Catalog, follow: Follow | None = None) -> None:
        self.toolbox = Toolbox(catalog)
        self.judge = Judge(catalog.environments)
        self.logins = LoginReader(catalog.logins)
        self._follow = follow
        self.scripts: list[Located] = []
        self._kept: dict[bytes, list[tuple[Command, Command | None]]] = {}

    def actions(self, text: Located, setting: Setting) -> list[Action]:
        """What a shell script logs in as, and its other actions in order. One that a pipeline holds itself is
        kept in `scripts`."""
        if not setting.hops:
            self.scripts.append(text)
        return self.inner(text, setting)

    def inner(self, text: Located, setting: Setting) -> list[Action]:
        """The actions of a script within another text, whose own places mean nothing."""
        found = list(self.logins.script(text, setting.scope, setting.hops))
        for command, before in self._telling(text.data):
            if command.assignments or command.words[0].text in ("export", "set", "declare"):
                setting = _assign(command, setting)
            if len(command.words) > 2 and command.words[1].text == "in":
                setting = _loop(command, setting)
            elif command.words and command.words[0].text in ("cd", "pushd"):
                setting = self._enter(text, command, setting)
            elif command.words:
                piped = before if command.guard == "|" else None
                found += self._command(text, command, self._fed(text, piped, setting))
        return found

    def _telling(self, script: bytes) -> list[tuple[Command, Command | None]]:
        """The commands of a script that are no `echo`, each with the one before it."""
        kept = self._kept.get(script)
        if kept is None:
            commands = lex(script)
            kept = [
                (command, before)
                for before, command in zip((None, *commands), commands, strict=False)
                if not self._idles(command)
            ]
            self._kept[script] = kept
        return kept

    def _idles(self, command: Command) -> bool:
        words = command.words
        if command.assignments or not words or (len(words) > 2 and words[1].text == "in"):
            return False
        runs = unwrap(words)
        return not runs or _program(runs[0].text).lower() in self.toolbox.idle

    def _enter(self, text: Located, command: Command, setting: Setting) -> Setting:
        """After `cd infrastructure/prod`."""
        folder = expander(setting)(command.words[-1].text)
        below = below_root(folder)
        folder = folder if below is None else below or "."
        if "$" in folder or len(command.words) < 2:
            return setting
        facts = setting.facts
        if self.judge.names(folder):
            word = command.words[-1]
            facts = (Fact("config file", folder, text.place(word.start, word.end)), *facts)
        return replace(
            setting,
            folder=posixpath.normpath(posixpath.join("" if below is not None else setting.folder, folder)),
            facts=facts,
        )

    def _fed(self, text: Located, before: Command | None, setting: Setting) -> Setting:
        """After a pipe: `kustomize build overlays/prod | kubectl apply -f -` goes where its input says."""
        found = [
            Fact("argument", word.text, text.place(word.start, word.end))
            for word in (
                before.words[1:]
                if before is not None and before.words and before.words[0].text not in _TALK
                else ()
            )
            if len(word.text) < 120
            and not may_be_secret(word.text)
            and self.judge.names(expander(setting)(word.text), free=True)
        ]
        return replace(setting, facts=(*found, *setting.facts)) if found else setting

    def _command(self, text: Located, command: Command, setting: Setting) -> Iterator[Action]:
        words = unwrap(command.words)
        if not words:
            return
        if words[0].text.startswith("${{"):
            yield from self._handed(text, words, setting)
            return
        inner = inner_script(words, command.heredocs)
        if inner is not None:
            start, end, remote = inner
            nested = Located(text.document, text.data[start:end])
            for action in self.inner(nested, replace(setting, remote=setting.remote or remote)):
                yield replace(action, place=text.place(words[0].start, words[-1].end))
            if remote:
                return
        followed: list[Action] = []
        known = self.toolbox.knows(_program(words[0].text))
        if not known and self._follow is not None and len(setting.hops) < MAX_HOPS:
            followed = list(self._follow(self, text, words, command, setting))
        yield from followed or self._lookup(text, words, setting, conditional=command.conditional)

    def _handed(self, text: Located, words: list[Word], setting: Setting) -> Iterator[Action]:
        """A script that was handed in as an input: `run: ${{ inputs.script }}`."""
        written = " ".join(word.text for word in words)
        script = expander(setting)(written)
        if script.startswith("${{") or len(setting.hops) > _MAX_NESTING:
            return
        here = text.place(words[0].start, words[-1].end)
        nested = Located(text.document, script.encode("utf-8", "replace"))
        for action in self.inner(nested, setting):
            targets = tuple(
                replace(fact, place=here) if fact.place.path == here.path else fact for fact in action.targets
            )
            inside = len(action.hops) > len(setting.hops)
            yield replace(
                action,
                place=action.place if inside else here,
                targets=targets,
                hops=(*setting.hops, here, *action.hops[len(setting.hops) + 1 :]) if inside else action.hops,
            )

    def _lookup(
        self, text: Located, words: list[Word], setting: Setting, *, conditional: bool = False
    ) -> Iterator[Action]:
        written = [word.text for word in words]
        line = Line(_program(written[0]), tuple(written[1:]))
        known = list(self.toolbox.invocations(line, setting.remote))
        if not known and any("$" in word for word in written[:_VERBS]):
            # `az ml ${{ inputs.type }}-deployment create`: the verb itself comes from outside.
            told = list(map(expander(setting), written[:_VERBS])) + written[_VERBS:]
            line = Line(_program(told[0]), tuple(told[1:]))
            known = list(self.toolbox.invocations(line, setting.remote))
        for invocation, after in known:
            if invocation.action == "plan" and not invocation.planned:
                return
            targets = tuple(self._facts(text, words, line, invocation, after, setting))
            targets += tuple(self._declared(line, setting, targets))
            if invocation.production and not tag_names_production(line, self.judge, expander(setting)):
                continue
            if invocation.action == "deploy" and invocation.production:
                word = next(w for w in reversed(words) if ":" in w.text)
                value = expander(setting)(word.text)
                targets = (Fact("target argument", value, text.place(word.start, word.end)), *targets)
            place = text.place(words[0].start, words[-1].end)
            verbs = {word for sequence in invocation.match for word in sequence.replace("|", " ").split()}
            title = invocation.title or " ".join(
                (line.program, *(word for word in line.words[:after] if word in verbs))
            )
            certainty = invocation.confidence
            mutable = mutable_reference(map(expander(setting), line.words))
            if not mutable and self._follow is not None:
                models = (self._follow.models(file, setting.folder) for file in _handed(line, setting))
                mutable = mutable_reference(name for names in models for name in names)
            plans = invocation.planned and not _handed_plan(line, after, invocation)
            told_line = Line(line.program, tuple(map(expander(setting), line.words)))
            yield Action(
                invocation.action,
                title[:80],
                certainty,
                place,
                targets,
                setting.hops,
                mutable,
                plans,
                all_traffic=says(invocation.all_traffic, told_line),
                opens=says(invocation.opens, told_line),
                conditional=conditional,
            )
            yield from self._submitted(line, place, setting)
            return
        yield from self._submitted(line, text.place(words[0].start, words[-1].end), setting)

    def _declared(self, line: Line, setting: Setting, told: tuple[Fact, ...]) -> Iterator[Fact]:
        """What a file says about where it goes: one handed to `az ml` or `kubectl`, or a bundle's."""
        if self._follow is None:
            return
        named = any(fact.kind == "target argument" for fact in told)
        if line.program == "databricks" and line.words[:1] == ("bundle",) and not named:
            yield from self._follow.bundled(setting.folder)
        for file in _handed(line, setting):
            yield from self._follow.declared(self, file, setting.folder)

    def _submitted(self, line: Line, here: Place, setting: Setting) -> Iterator[Action]:
        """What the commands of a pipeline do that `az ml job create --file` submits, or a job that `dbx`
        starts."""
        if self._follow is None or len(setting.hops) >= MAX_HOPS:
            return
        if line.words[:3] == ("ml", "job", "create"):
            for file in _handed(line, setting):
                yield from self._follow.submitted(self, file, here, setting)
        elif line.program == "dbx":
            yield from self._follow.launched(self, line, here, setting)

    def _facts(
        self,
        text: Located,
        words: list[Word],
        line: Line,
        invocation: Invocation,
        after: int,
        setting: Setting,
    ) -> Iterator[Fact]:
        def place(index: int) -> Place:
            return text.place(words[index + 1].start, words[index + 1].end)

        yield from facts_of(invocation, after, line, self.judge, expander(setting), place)
        for variable in invocation.environment:
            value = setting.scope.expand(f"${{{variable}}}", NO_FACTS)
            if value != f"${{{variable}}}":
                here = text.place(words[0].start, words[-1].end)
                yield Fact("target argument", f"{variable}={value}", here, "${{" in value)
        yield from setting.facts


class Follow(Protocol):
    """How a command that runs a script of the repository is followed; see `mlscan.promotion.scripts`."""

    def __call__(
        self, recogniser: Recogniser, text: Located, words: list[Word], command: Command, setting: Setting
    ) -> Iterator[Action]:
        """The actions of the script that the words run, nothing where they run none."""

    def declared(self, recogniser: Recogniser, file: str, folder: str) -> Iterator[Fact]:
        """What a declaration of Azure ML or of a cluster says about where it goes."""

    def models(self, file: str, folder: str) -> Iterator[str]:
        """Where the objects of a cluster in a file take their models from."""

    def submitted(self, recogniser: Recogniser, file: str, here: Place, setting: Setting) -> Iterator[Action]:
        """What the commands of a job of Azure ML do."""

    def launched(self, recogniser: Recogniser, line: Line, here: Place, setting: Setting) -> Iterator[Action]:
        """What the tasks of a job do that `dbx` starts."""

    def bundled(self, folder: str) -> Iterator[Fact]:
        """The target that a Databricks bundle is deployed to where a command names none."""


def expander(setting: Setting) -> _Expand:
    """Replaces what is known of a word in a setting."""
    return _Expand(setting.scope)


@dataclass(frozen=True)
class _Expand:
    scope: Scope

    def __call__(self, text: str) -> str:
        return self.scope.expand(text, NO_FACTS)


def _handed(line: Line, setting: Setting) -> Iterator[str]:
    """The files with declarations that `az ml` or `kubectl` is handed."""
    if line.program in ("kubectl", "oc") or (line.program == "az" and line.words[:1] == ("ml",)):
        for option, _, value in line.options():
            if option in ("-f", "--file", "--filename"):
                yield expander(setting)(value)


def _handed_plan(line: Line, after: int, invocation: Invocation) -> bool:
    """Whether a word behind the command may be a saved plan."""
    return any(
        not word.startswith("-") and line.words[index - 1] not in invocation.target
        for index, word in enumerate(line.words)
        if index >= max(after, 1)
    )


def _loop(command: Command, setting: Setting) -> Setting:
    """After `for name in words`: the name stands for all of them."""
    name = command.words[0].text
    words = " ".join(expander(setting)(word.text) for word in command.words[2:])
    return replace(setting, scope=setting.scope.inside({f"env.{name}".lower(): words}))


def _assign(command: Command, setting: Setting) -> Setting:
    pairs = dict(command.assignments)
    if command.words and command.words[0].text in ("export", "set", "declare"):
        pairs |= {
            name: value
            for name, sign, value in (word.text.partition("=") for word in command.words[1:])
            if sign and name.isidentifier()
        }
    expand = expander(setting)
    names = {f"env.{name}".lower(): expand(value) for name, value in pairs.items() if "$(" not in value}
    return replace(setting, scope=setting.scope.inside(names))


def _program(word: str) -> str:
    name = word.replace("\\", "/").rpartition("/")[2]
    return name[:-4] if name.lower().endswith((".exe", ".cmd")) else name

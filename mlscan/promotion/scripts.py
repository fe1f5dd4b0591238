"""Commands that run a file of the repository: shell scripts, Python files and modules, make targets."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from mlscan.catalog.schema import Catalog
from mlscan.documents.document import Document
from mlscan.model import Place
from mlscan.promotion.bundles import FILES as BUNDLES
from mlscan.promotion.bundles import default_target
from mlscan.promotion.commands import Recogniser, Setting, expander
from mlscan.promotion.dbx_jobs import FILES as JOBS
from mlscan.promotion.dbx_jobs import programs_of, started
from mlscan.promotion.entry_points import files_of, notebook_of
from mlscan.promotion.files import Files, Read
from mlscan.promotion.graph import Action, Fact
from mlscan.promotion.located import Located, Windows
from mlscan.promotion.makefiles import recipes
from mlscan.promotion.memory import ScriptMemory
from mlscan.promotion.production import tokens
from mlscan.promotion.python_calls import PythonCalls
from mlscan.promotion.shell import Command, Word
from mlscan.promotion.submitted import commands_of, components_of
from mlscan.promotion.targets import may_be_secret, unresolved
from mlscan.promotion.toolbox import Line

_PYTHON = re.compile(r"^(python[\d.]*(?:\.exe)?|py|pypy3?|\$\{?PYTHON\w*\}?)$", re.IGNORECASE)
_SCRIPT_FILE = re.compile(r"\.(sh|bash|zsh|ps1|cmd|bat|py)$", re.IGNORECASE)
_WINDOWS_FILE = re.compile(r"\.(ps1|cmd|bat)$", re.IGNORECASE)
_TRAINS = frozenset(("train", "training", "trainer", "finetune", "fit"))
_UPLOADS = frozenset(("upload", "publish", "push"))
_UPLOADED = frozenset(("model", "models", "pipeline", "pipelines"))
_EVALUATES = frozenset(("evaluate", "evaluation", "eval"))
_ENDPOINT = re.compile(rb"(?m)^(?:endpoint_name|name)[ \t]*:[ \t]*[\"']?([\w.\-]{1,100})")
_OBJECT = re.compile(rb"(?m)^apiVersion[ \t]*:")
_NAMESPACE = re.compile(rb"(?m)(?:^[ ]{1,4}|[{,][ \t]*)namespace[ \t]*:[ \t]*[\"']?([\w.\-]{1,100})")
_MODEL = re.compile(
    rb"(?m)(?:^[ -]*|[{,][ \t]*)(?:storageUri|modelUri)[ \t]*:[ \t]*[\"']?([^\s\"',}#]{1,200})"
)
_MAKES = frozenset(("make", "gmake", "task", "just"))
_INTERPRETERS = frozenset(("bash", "sh", "zsh", "dash", "source", ".", "pwsh", "powershell"))

# A script that opens a pull request leaves the deploy to whoever merges it.
_PROPOSES = re.compile(
    rb"/pulls\b|\bgh pr create\b|\bhub pull-request\b|\bglab mr create\b|/merge_requests\b"
)
_CHOICES = frozenset(("env", "environment", "stage", "target"))
_PLAIN = frozenset(
    ("main", "run", "app", "index", "entrypoint", "execute", "script", "cli", "all", "model", "models",
     "service", "pipeline", "endpoint", "endpoints", "py", "sh", "ps")
)  # fmt: skip
_RUNNERS = _MAKES | _INTERPRETERS


class ScriptFollower:
    """Follows a command at most two hops into the repository. `read` gives a file or None."""

    def __init__(self, catalog: Catalog, read: Read) -> None:
        files = Files(read)
        self._open, self._installed = files.named, files.installed
        self.python = PythonCalls(catalog, self._taken)
        invocations = (call for tool in catalog.tools for call in tool.invocations)
        self._memory = ScriptMemory(name for call in invocations for name in call.environment)

    def __call__(
        self, recogniser: Recogniser, text: Located, words: list[Word], command: Command, setting: Setting
    ) -> Iterator[Action]:
        name = words[0].text.rpartition("/")[2]
        notebook = notebook_of(name, [word.text for word in words[1:]])
        installed = "" if notebook or name in _RUNNERS else self._installed(words[0].text, setting.folder)
        if notebook or installed:
            here = text.place(words[0].start, words[-1].end)
            yield from self._file(recogniser, notebook or installed, words[1:], text, here, setting)
            return
        if not (name in _RUNNERS or _PYTHON.match(name) or _SCRIPT_FILE.search(name)) and not words[
            0
        ].text.startswith("./"):
            return
        here = text.place(words[0].start, words[-1].end)
        if name in _MAKES:
            yield from self._make(recogniser, words, here, setting)
            return
        if _PYTHON.match(name):
            yield from self._python_run(recogniser, text, words, command, here, setting)
            return
        target = next((word.text for word in words[1:] if not word.text.startswith("-")), "")
        if len(words) > 1 and words[1].text == "-n" and name in _INTERPRETERS:
            return  # the script is checked, not run
        file = target if name in _INTERPRETERS else words[0].text
        if name in _INTERPRETERS or _SCRIPT_FILE.search(file) or file.startswith("./"):
            rest = words[1:] if file == words[0].text else words[2:]
            found = list(self._file(recogniser, file, rest, text, here, setting))
            # What a file of functions is called says nothing: they are only read in.
            read_in = name in ("source", ".") and all(len(one.hops) <= len(setting.hops) for one in found)
            yield from () if read_in else found

    def _file(
        self,
        recogniser: Recogniser,
        file: str,
        rest: list[Word],
        text: Located,
        here: Place,
        setting: Setting,
    ) -> Iterator[Action]:
        facts = tuple(_arguments(recogniser, rest, text, setting))
        document = self._open(expander(setting)(file), setting.folder)
        inner = replace(setting, hops=(*setting.hops, here), facts=(*facts, *setting.facts))
        found: list[Action] = []
        if document is not None:
            located = Located.whole(document)
            if _WINDOWS_FILE.search(file):
                located = Windows(located)
            head = document.data[:60]
            python = file.endswith((".py", ".ipynb")) or (head.startswith(b"#!") and b"python" in head)

            def read(setting: Setting) -> list[Action]:
                if python:
                    return list(self.python.actions(recogniser, located, setting))
                return recogniser.actions(located, setting)

            found = self._memory.actions(document, inner, read)
        yield from found
        # The name of a notebook is its title, and says little about what it does.
        told = file.endswith(".ipynb") or any(action.kind != "plan" for action in found)
        if not told and not (document is not None and _proposes(document.data)):
            mode = next((word.text for word in rest if _is_mode(recogniser, word.text)), "")
            yield from _by_name(recogniser, mode or file, here, (*facts, *setting.facts), setting)

    def _python_run(
        self, recogniser: Recogniser, text: Located, words: list[Word], command: Command, here: Place,
        setting: Setting,
    ) -> Iterator[Action]:  # fmt: skip
        for index, word in enumerate(words[1:], 1):
            if word.text == "-m" and index + 1 < len(words):
                module = words[index + 1].text
                for candidate in files_of(module):
                    if self._open(candidate, setting.folder) is not None:
                        yield from self._file(recogniser, candidate, words[index + 2 :], text, here, setting)
                        return
                yield from self._file(recogniser, module, words[index + 2 :], text, here, setting)
                return
            if word.text == "-c":
                return
            if word.text == "-" or (command.heredocs and index == len(words) - 1):
                break
            if not word.text.startswith("-"):
                yield from self._file(recogniser, word.text, words[index + 1 :], text, here, setting)
                return
        for start, end in command.heredocs:
            nested = Located(text.document, text.data[start:end])
            inner = replace(setting, hops=(*setting.hops, here))
            for action in self.python.actions(recogniser, nested, inner):
                yield replace(action, place=here, hops=setting.hops)

    def declared(self, recogniser: Recogniser, file: str, folder: str) -> Iterator[Fact]:
        """The endpoint that a file of Azure ML names, or the namespace of a Kubernetes object, where its name
        tells an environment.

        https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-deployment-managed-online
        """
        document = self._open(file, folder)
        objects = document is not None and _OBJECT.search(document.data) is not None
        names = _NAMESPACE if objects else _ENDPOINT
        for match in names.finditer(document.data) if document is not None else ():
            name = match[1].decode("utf-8", "replace")
            if document is not None and recogniser.judge.names(name):
                yield Fact("target argument", name, document.place(match.start(1), match.end(1)))

    def models(self, file: str, folder: str) -> Iterator[str]:
        """Where the objects of KServe and Seldon in a file take their models from.

        https://kserve.github.io/website/docs/model-serving/storage/overview
        """
        document = self._open(file, folder)
        if document is not None and _OBJECT.search(document.data) is not None:
            for match in _MODEL.finditer(document.data):
                yield match[1].decode("utf-8", "replace")

    def submitted(self, recogniser: Recogniser, file: str, here: Place, setting: Setting) -> Iterator[Action]:
        """What the commands of a job of Azure ML do, those of the component files it names among them."""
        document = self._open(file, setting.folder)
        if document is None:
            return
        inner = replace(setting, hops=(*setting.hops, here))
        yield from self._commanded(recogniser, document, inner)
        folder = posixpath.dirname(document.source.path)
        for name in components_of(document):
            component = self._open(name, folder)
            if component is not None:
                yield from self._commanded(recogniser, component, inner)

    def _commanded(self, recogniser: Recogniser, document: Document, setting: Setting) -> Iterator[Action]:
        self._memory.mention(document)
        for command in commands_of(document):
            yield from recogniser.actions(command.text, replace(setting, folder=command.folder))

    def launched(self, recogniser: Recogniser, line: Line, here: Place, setting: Setting) -> Iterator[Action]:
        """What the tasks of a job do that `dbx launch` or `dbx execute` starts."""
        start = started(Line(line.program, tuple(map(expander(setting), line.words))))
        if start is None:
            return
        opened = (self._taken(name, setting.folder) for name in ((start.file,) if start.file else JOBS))
        document = next((document for document in opened if document is not None), None)
        for program in programs_of(document, start) if document is not None else ():
            file = program if program.endswith(".py") else self._installed(program, setting.folder)
            if file and document is not None:
                yield from self._file(recogniser, file, [], Located.whole(document), here, setting)

    def bundled(self, folder: str) -> Iterator[Fact]:
        """The default target of the bundle in a folder."""
        opened = (self._open(name, folder) for name in BUNDLES)
        document = next((document for document in opened if document is not None), None)
        if document is not None:
            self._memory.mention(document)
            target = default_target(document)
            if target is not None:
                yield target

    def _make(
        self, recogniser: Recogniser, words: list[Word], here: Place, setting: Setting
    ) -> Iterator[Action]:
        folder, goals, names = setting.folder, [], {}
        for index, word in enumerate(words[1:], 1):
            before = words[index - 1].text
            if before in ("-C", "--directory"):
                folder = posixpath.join(folder, word.text)
            elif "=" in word.text:
                name, _, value = word.text.partition("=")
                names[f"env.{name}".lower()] = expander(setting)(value)
            elif not word.text.startswith("-") and before not in ("-f", "--file"):
                goals.append(word.text)
        document = self._open("Makefile", folder) or self._open("makefile", folder)
        if document is not None:
            self._memory.mention(document)
        facts = tuple(
            Fact("argument", value, here) for value in names.values() if recogniser.judge.names(value)
        )
        inner = replace(
            setting, folder=folder, hops=(*setting.hops, here), scope=setting.scope.inside(names),
            facts=(*facts, *setting.facts),
        )  # fmt: skip
        for goal in goals:
            found: list[Action] = []
            for recipe in recipes(document, goal) if document is not None else ():
                found += recogniser.actions(recipe, inner)
            yield from found
            if not any(action.kind != "plan" for action in found):
                yield from _by_name(recogniser, goal, here, facts, setting)

    def _taken(self, path: str, folder: str) -> Document | None:
        """A file that takes part in what the script that is being read does."""
        document = self._open(path, folder)
        if document is not None:
            self._memory.mention(document)
        return document


@lru_cache(maxsize=1024)
def _proposes(data: bytes) -> bool:
    """Whether a script only proposes what somebody else merges."""
    return _PROPOSES.search(data) is not None


def _arguments(recogniser: Recogniser, words: list[Word], text: Located, setting: Setting) -> Iterator[Fact]:
    """What the arguments of a script say about where it goes; `--env staging` before any other."""
    found = list(_each_argument(recogniser, words, text, setting))
    chosen = [fact for option, fact in found if _CHOICES & set(tokens(option))]
    return iter(chosen or [fact for _, fact in found])


def _each_argument(
    recogniser: Recogniser, words: list[Word], text: Located, setting: Setting
) -> Iterator[tuple[str, Fact]]:
    """(the option before it, what it says) of every argument that names an environment or chooses one."""
    expand = expander(setting)
    for index, word in enumerate(words):
        option, sign, value = word.text.partition("=") if word.text.startswith("-") else ("", "", word.text)
        if word.text.startswith("-") and not sign:
            continue
        if not option and index and words[index - 1].text.startswith("-"):
            option = words[index - 1].text
        expanded = expand(value)
        if may_be_secret(option) or may_be_secret(f"{option}={expanded}"):
            continue
        dynamic = unresolved(option, expanded)
        if dynamic or recogniser.judge.names(expanded, free=True) or _CHOICES & set(tokens(option)):
            yield option, Fact("target argument", expanded[:120], text.place(word.start, word.end), dynamic)


def _is_mode(recogniser: Recogniser, word: str) -> bool:
    """Whether an argument of a script tells it to deploy: `--mode deploy-model`."""
    plain = word.replace("-", "").replace("_", "").isalpha() and not word.startswith("-")
    return plain and len(word) < 40 and recogniser.judge.deploys_by_name(word)


def _by_name(
    recogniser: Recogniser, name: str, here: Place, facts: tuple[Fact, ...], setting: Setting
) -> Iterator[Action]:
    """What the name of a script says that cannot be read, or in which nothing was found."""
    stem = name.rpartition("/")[2]
    found = set(tokens(stem.rpartition(".")[2] if stem.endswith((".deploy", ".promote")) else stem))
    plain = "/" not in name or found <= _PLAIN  # `deployment/main.py`, not `deployment/ci/start_tests.sh`
    if recogniser.judge.deploys_by_name(stem) or (
        plain and recogniser.judge.deploys_by_name(name) and "." in name
    ):
        kind = "promote" if found & {"promote", "promotion"} else "deploy"
        named = Fact("file", name, here)
        yield Action(kind, f"script {stem}", "medium", here, (*facts, named), setting.hops)
    elif found & _UPLOADS and found & _UPLOADED:
        yield Action("publish", f"script {stem}", "medium", here, facts, setting.hops)
    elif found & _TRAINS:
        yield Action("train", f"script {stem}", "medium", here, (), setting.hops)
    elif found & _EVALUATES:
        yield Action("evaluate", f"script {stem}", "medium", here, (), setting.hops)

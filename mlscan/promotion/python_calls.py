"""Python scripts that a pipeline runs: which calls of known SDKs in them deploy, promote or train."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mlscan.catalog.schema import Catalog, Decides, PromotionCall
from mlscan.documents.document import Document
from mlscan.flow.calls import direct, made, matches, resolve
from mlscan.flow.passed import argument, splatted
from mlscan.flow.program import Site
from mlscan.flow.refusals import always_raises
from mlscan.model import Place
from mlscan.promotion.graph import Action, Fact
from mlscan.promotion.handed import sent
from mlscan.promotion.located import Located
from mlscan.promotion.python_modules import Function, Modules, Open
from mlscan.promotion.python_script import Script, client, dotted, literal, notebook_script, script_of
from mlscan.promotion.scope import NO_FACTS

if TYPE_CHECKING:
    from mlscan.promotion.commands import Recogniser, Setting

_KINDS = frozenset(("deploy", "promote", "approve", "traffic", "train", "evaluate", "register", "rollback"))
_RUNS = frozenset(("run", "call", "check_call", "check_output", "Popen", "system", "popen"))
# Between the entry of a script and the call: a helper of a helper is as far as people look, too.
_MAX_HOPS = 4
_SHELL = ast.Call(ast.Name("shell", ast.Load()), [], [])
_CANDIDATES = frozenset(("candidate", "challenger", "latest", "none", "archived", "new", "baseline"))
_CLIENT = "boto3.client("
_DISPATCH = ("/deployments", "/dispatches", "/serving-endpoints", ":deployModel")


class PythonCalls:
    """The promotion calls of `rules/sdks/`, by the last part of their name."""

    def __init__(self, catalog: Catalog, open_file: Open) -> None:
        self._calls: dict[str, list[tuple[PromotionCall, str, frozenset[str]]]] = {}
        for sdk in catalog.sdks:
            roots = frozenset(module.partition(".")[0] for module in sdk.modules)
            for call in sdk.promotions:
                for name in call.calls if call.kind in _KINDS else ():
                    self._calls.setdefault(name.rpartition(".")[2], []).append((call, name, roots))
        self._modules = Modules(open_file, (name.rstrip("=") for name in self._calls))

    def actions(self, recogniser: Recogniser, text: Located, setting: Setting) -> Iterator[Action]:
        """The actions of a Python file, in order; nothing where it is no Python."""
        for _, action in self.located(recogniser, text, setting):
            yield action

    def located(
        self, recogniser: Recogniser, text: Located, setting: Setting, first: int = 0, last: int = 0
    ) -> Iterator[tuple[ast.Call, Action]]:
        """The same with the call that each action is; only those that start in the lines from `first` to
        `last` where these are given. Notebooks that a pipeline runs are mostly examples that are tried out:
        what they deploy counts only where it names production."""
        notebook = text.document.kind == "notebook" and text.data == text.document.data
        for call, action in self._located(recogniser, text, setting, first, last, notebook=notebook):
            yield call, replace(action, certainty="low") if notebook else action

    def _located(
        self, recogniser: Recogniser, text: Located, setting: Setting, first: int, last: int, *,
        notebook: bool,
    ) -> Iterator[tuple[ast.Call, Action]]:  # fmt: skip
        script = notebook_script(text.document) if notebook else script_of(text.data)
        if script is None:
            return
        if notebook:
            yield from self._magics(recogniser, text.document, setting)
        for site in script.program.sites:
            node = made(site.node)
            if node is None or (last and not first <= node.lineno <= last):
                continue
            call = direct(node, site, script.program)
            name = dotted(call.func)
            method = name.rpartition(".")[2]
            found = self._known(name, call, site, script)
            posts = method in ("post", "put")
            runs = name.partition(".")[0] in ("subprocess", "os") and method in _RUNS
            called = None if found is not None or posts or runs else self._called(name, script, text, setting)
            if found is None and not posts and not runs and called is None:
                continue
            place = text.place(*site.module.span(node))
            if called is not None:
                inner = replace(setting, hops=(*setting.hops, place))
                whole = Located.whole(called.document)
                for _, action in self.located(recogniser, whole, inner, called.first, called.last):
                    yield node, sent(action, call, recogniser.judge, place)
                continue
            if found is not None and not _may_approve(found, call, site, script, setting):
                continue
            if found is not None:
                targets = (*_decided(found, call, site, script, setting, place), *setting.facts)
                certainty = "medium" if found.kind == "approve" else "high"
                title = f"{name}(): {found.title}" if posts and found.gate else f"{method}()"
                kind = _kind(found, call, site, script, setting)
                yield node, Action(kind, title, certainty, place, targets, setting.hops)
            elif posts and _posts(node):
                title = f"{name}() to a deployment API"
                yield node, Action("deploy", title, "medium", place, setting.facts, setting.hops)
            elif runs:
                for action in recogniser.inner(Located(text.document, _command(node)), setting):
                    yield node, replace(action, place=place)

    def _called(self, name: str, script: Script, text: Located, setting: Setting) -> Function | None:
        """The function of another module of the repository that a call runs."""
        head, _, rest = name.partition(".")
        if head not in script.imports or len(setting.hops) >= _MAX_HOPS:
            return None
        folder = posixpath.dirname(text.document.source.path)
        return self._modules.function(f"{script.imports[head]}.{rest}".rstrip("."), folder)

    def _magics(
        self, recogniser: Recogniser, document: Document, setting: Setting
    ) -> Iterator[tuple[ast.Call, Action]]:
        """What the shell lines and cells of a notebook do."""
        for offset, text, magic in document.magics:
            if magic.kind == "shell":
                located = Located(document, text[magic.start : magic.end], start=offset + magic.start)
                for action in recogniser.actions(located, setting):
                    yield _SHELL, action

    def _known(self, name: str, node: ast.Call, site: Site, script: Script) -> PromotionCall | None:
        imports, assigned = script.imports, script.assigned
        callee = ""
        head, _, rest = name.partition(".")
        full = f"{imports[head]}.{rest}".rstrip(".") if head in imports else name
        roots = {target.partition(".")[0] for target in imports.values()}
        for call, wanted, modules in self._calls.get(full.rpartition(".")[2], ()):
            if not modules & roots or (
                call.decides and call.decides.argument == "url" and not _goes_to(call, node)
            ):
                continue
            if wanted.startswith(_CLIENT):
                fits = wanted.rpartition(".")[0] == f'{_CLIENT}"{_service(node, script)}")'
            else:
                fits = full == wanted or _fits(wanted, full, head in imports, assigned)
            if not fits:
                callee = callee or resolve(node.func, site, script.program) or "?"
                fits = not wanted.startswith("*.") and matches(callee, wanted)
            if fits and _decides(call, node) and not always_raises(call.refused, script.program):
                return call
        return None


def _fits(wanted: str, full: str, imported: bool, assigned: dict[str, str]) -> bool:
    """Whether a call on an object of unknown class fits: the parts after the class are the same."""
    own = full.split(".")
    if wanted.startswith("*."):
        tail = wanted[2:].split(".")
    else:
        parts = wanted.split(".")
        classes = [index for index, part in enumerate(parts) if part[:1].isupper()]
        if imported and parts[-1][:1].isupper():
            return own[-1] == parts[-1] and own[0] == parts[0]  # a class moved to another module
        if imported or not classes:
            return False
        tail = [part for part in parts[classes[-1] + 1 :] if not part.startswith("from_")]
    if len(tail) == 1 and "_" not in tail[0] and not wanted.startswith("*."):
        # `deploy` and `create` are everybody's: the object has to be made by the class in this file.
        return len(own) == 2 and assigned.get(own[0], "").split(".")[-1:] == [parts[classes[-1]]]
    # One part alone (`x.create_or_update`) fits only a plain object, no member of one.
    return (
        bool(tail)
        and own[-len(tail) :] == tail
        and (len(own) == 2 if len(tail) == 1 else len(own) > len(tail))
    )


def _decides(call: PromotionCall, node: ast.Call) -> bool:
    """Whether a promotion says what it promotes to: without its deciding argument it only registers."""
    if call.decides is None or call.kind not in ("promote", "approve"):
        return True
    position = call.decides.position
    names = {word.arg for word in node.keywords}
    return (
        call.decides.argument in names
        or None in names
        or (position is not None and len(node.args) > position)
    )


def _goes_to(call: PromotionCall, node: ast.Call) -> bool:
    """Whether the address of an HTTP call holds one of the paths of the catalogue."""
    assert call.decides is not None
    texts = " ".join(
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
    return any(fnmatchcase(texts, f"*{path}*") for path in call.decides.production)


def _may_approve(call: PromotionCall, node: ast.Call, site: Site, script: Script, setting: Setting) -> bool:
    """Whether a call that may approve does: `ModelApprovalStatus="PendingManualApproval"` does not."""
    if call.kind != "approve" or call.decides is None:
        return True
    if call.decides.argument == "url":
        return _answers(call, node)
    value = _deciding(call.decides, node, site, script)
    if value is None:
        return False
    told = list(_told(value, site, script, setting))
    return any(text.lower() == word.lower() for text in told for word in call.decides.production)


def _kind(call: PromotionCall, node: ast.Call, site: Site, script: Script, setting: Setting) -> str:
    """What a call does: a promotion to `candidate` or `challenger` only registers."""
    if call.kind != "promote" or call.decides is None or call.decides.argument == "url":
        return call.kind
    value = _deciding(call.decides, node, site, script)
    told = list(_told(value, site, script, setting)) if value is not None else []
    return "register" if told and all(text.lower() in _CANDIDATES for text in told) else call.kind


def _deciding(decides: Decides, node: ast.Call, site: Site, script: Script) -> ast.expr | None:
    """The expression that decides, also where a dict of the file hands it in."""
    given = argument(node, decides.argument, decides.position)
    return given or splatted(node, decides.argument, site, script.program)


def _told(value: ast.expr, site: Site, script: Script, setting: Setting) -> Iterator[str]:
    """What an expression says in a setting, or what it can stand for where the setting does not say."""
    text = script.constants.get(value.id, "") if isinstance(value, ast.Name) else literal(value)
    expanded = setting.scope.expand(text, NO_FACTS)
    if expanded and "$" not in expanded:
        yield expanded
        return
    for found in script.values.of(value, site):
        expanded = setting.scope.expand(found.text, NO_FACTS)
        if "\u2026" not in expanded and "$" not in expanded:
            yield expanded


def _service(node: ast.Call, script: Script) -> str:
    """The service of the client that a call is made on."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    return "" if owner is None else client(owner) or script.services.get(dotted(owner), "")


def _decided(
    call: PromotionCall, node: ast.Call, site: Site, script: Script, setting: Setting, place: Place
) -> Iterator[Fact]:
    """Facts from the arguments of a call; the one that decides first."""
    chosen = _deciding(call.decides, node, site, script) if call.decides else None
    given = [*(word.value for word in node.keywords if word.arg), *node.args]
    for value in (chosen, *(item for item in given if item is not chosen)):
        if value is None:
            continue
        decides = value is chosen
        text = script.constants.get(value.id, "") if isinstance(value, ast.Name) else literal(value)
        told = list(_told(value, site, script, setting)) if decides else []
        expanded = told[0] if told else setting.scope.expand(text, NO_FACTS)
        # A share of the traffic or a switch says what is done, and not where; a stage of Snowflake is a
        # folder.
        if not expanded or expanded.startswith("@") or expanded.isdigit() or expanded in ("True", "False"):
            continue
        production = call.decides.production if call.decides and decides else ()
        if expanded.lower() in (word.lower() for word in production):
            name = expanded if "prod" in expanded.lower() else f"{expanded} (production)"
            yield Fact("target argument", name, place)
        elif decides or len(expanded) < 80:
            yield Fact("target argument" if decides else "argument", expanded, place)


def _posts(node: ast.Call) -> bool:
    """Whether the address of an HTTP call is one that starts a deploy."""
    for value in (*node.args, *(word.value for word in node.keywords if word.arg == "url")):
        if (
            isinstance(value, ast.Constant)
            and isinstance(value.value, str)
            and value.value.endswith(_DISPATCH)
        ):
            return True
        if isinstance(value, ast.JoinedStr) and value.values:
            last = value.values[-1]
            if isinstance(last, ast.Constant) and str(last.value).endswith(_DISPATCH):
                return True
    return False


def _answers(call: PromotionCall, node: ast.Call) -> bool:
    """Whether an HTTP call says yes to what waits, and could not say no."""
    texts = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}
    paths = call.decides.production if call.decides is not None else ()
    outright = any(path.endswith(("/approve/", "/proceed")) for path in paths)
    return "rejected" not in texts and (outright or "approved" in texts)


def _command(node: ast.Call) -> bytes:
    """The command line of a subprocess call, as far as it is literal."""
    first = node.args[0] if node.args else None
    if isinstance(first, ast.List | ast.Tuple):
        return " ".join(literal(item) or "$x" for item in first.elts).encode()
    if isinstance(first, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "${x}" for part in first.values
        ).encode()
    return literal(first).encode() if first is not None else b""

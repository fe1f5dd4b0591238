"""Python and notebook calls that promote, approve or deploy a model, outside any pipeline.

A registry promotion counts where its argument says production; an endpoint deploy counts as production
where its name, its traffic or its surroundings say so, and is an inventory note otherwise (measured on
1,278 endpoint calls of public ML repositories: none names production).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase

from mlscan.catalog.schema import Catalog, PromotionCall
from mlscan.catalog.triggers import REPORTED
from mlscan.documents.document import Document
from mlscan.flow.calls import argument, matches, resolve, splatted
from mlscan.flow.fold import Folder
from mlscan.flow.guards import guard_of
from mlscan.flow.program import Program, Site, dotted
from mlscan.model import Confidence, Finding
from mlscan.words import words

# Words of other values that decide, such as Vertex's `default` alias or 100 % of the traffic, do not say
# that what they change is production.
_CERTAIN = {"approved", "approve", "champion", "stable", "release", "live"}


class CallChecks:
    """The promotion calls of a catalogue by the last part of the callee's name."""

    def __init__(self, catalog: Catalog, *, inventory: bool = True) -> None:
        """Without `inventory`, what would be a finding of low confidence is not looked into."""
        self._inventory = inventory
        self._production = frozenset(catalog.environments.production)
        self._nonproduction = frozenset(catalog.environments.nonproduction)
        self._known: dict[str, list[tuple[str, PromotionCall]]] = {}
        for sdk in catalog.sdks:
            for entry in sdk.promotions:
                for call in entry.calls:
                    self._known.setdefault(call.rpartition(".")[2], []).append((call, entry))

    def find(self, document: Document, program: Program) -> Iterator[Finding]:
        """A finding for every call that reaches production or approves a model itself."""
        folder = Folder(program)
        for site in program.sites:
            call = site.node
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)
            entries = self._known.get(name) or self._known.get(
                program.imports.get(name, "").rpartition(".")[2]
            )
            if not entries:
                continue
            callee = resolve(call.func, site, program)
            for known, entry in entries:
                if entry.kind in REPORTED and matches(callee, known):
                    found = self._finding(document, program, folder, site, call, known, entry)
                    if found is not None:
                        yield found
                        break

    def _finding(
        self, document: Document, program: Program, folder: Folder, site: Site, call: ast.Call,
        known: str, entry: PromotionCall,
    ) -> Finding | None:  # fmt: skip
        value, reached = self._decided(folder, site, call, entry, program)
        registry = entry.kind in ("promote", "approve")
        if not reached and (not self._inventory or (registry and entry.decides is not None)):
            return None
        guard = guard_of(call, site, program)
        if guard and guard.human:
            return None
        start, end = site.module.span(call.func)
        notebook = document.kind == "notebook"
        evidence = [f"call of {known}"]
        if value:
            evidence.append(f"{entry.decides.argument if entry.decides else 'argument'} is '{value}'")
        if guard:
            evidence.append(f"guarded only by {guard.words}")
        what = (entry.title or entry.id.replace("-", " ")).strip().rstrip(".")
        shown = f"{what[:1].upper()}{what[1:]}" + (f" ('{value}')" if value else "")
        certain = bool((self._production | _CERTAIN) & set(words(value)))
        confidence = Confidence.MEDIUM if guard or known.startswith("*.") else Confidence.HIGH
        if entry.kind == "approve":
            rule, message = "self-approved-model", f"{shown}: code approves the model itself."
            confidence = confidence if certain else Confidence.LOW
        elif reached and certain:
            rule = "promotes-to-production-from-notebook" if notebook else "promotes-without-approval"
            message = f"{shown} with no approval before it."
        else:
            place_word = "a notebook" if notebook else "code"
            rule, message = "deploys-model-from-code", f"{shown}: a deploy from {place_word}."
            confidence = Confidence.MEDIUM if reached else Confidence.LOW
        return Finding(rule, message, document.place(start, end), confidence, evidence=tuple(evidence))

    def _decided(
        self, folder: Folder, site: Site, call: ast.Call, entry: PromotionCall, program: Program
    ) -> tuple[str, bool]:
        """(the value of the deciding argument, whether it means production)."""
        decides = entry.decides
        if decides is None or _on_this_machine(call):
            return "", False
        node = argument(call, decides.argument, decides.position)
        node = node or splatted(call, decides.argument, site, program)
        node = node or _set_on_argument(call, decides.argument, site, program)
        for value in _values(node, folder, site, program):
            # `churn-prod-shadow` and `preprod` are not production, whatever word they hold.
            if entry.kind in ("deploy", "traffic") and self._nonproduction & set(words(value)):
                continue
            if any(_means(value, word, entry.kind) for word in decides.production):
                return value, True
            if entry.kind in ("deploy", "traffic") and self._names_production(value):
                return value, True
        return "", False

    def _names_production(self, value: str) -> bool:
        return bool(self._production & set(words(value)))


def _on_this_machine(call: ast.Call) -> bool:
    """Whether a call says `local=True`: Azure ML and others then deploy to a container of the caller's."""
    node = argument(call, "local", None)
    return isinstance(node, ast.Constant) and node.value is True


def _set_on_argument(call: ast.Call, name: str, site: Site, program: Program) -> ast.expr | None:
    """`endpoint.traffic = {...}` before `begin_create_or_update(endpoint)`."""
    for item in call.args[:1]:
        key = dotted(item)
        if not key:
            continue
        # `endpoint = client.begin_create_or_update(endpoint)` gives the name anew only after the call.
        earlier = [made for made in program.bindings(key, site.scope) if made.order < site.order]
        made = earlier[-1] if earlier else program.value(key, site)
        binding = program.value(f"{key}.{name}", site)
        # Set after the call, or on an object the name no longer stands for: another deploy's affair.
        if binding and binding.order <= site.order and not (made and binding.order < made.order < site.order):
            return binding.value
        if made is not None and isinstance(made.value, ast.Call):
            return argument(made.value, name, None)
    return None


def _values(node: ast.expr | None, folder: Folder, site: Site, program: Program) -> Iterator[str]:
    """Every text or number an expression can stand for: through names, lists, dict values and enums."""
    if node is None:
        return
    if isinstance(node, ast.Name) and (binding := program.value(node.id, site)) and binding.value is not node:
        inner = binding.value
        if isinstance(inner, ast.List | ast.Tuple | ast.Dict | ast.Constant | ast.Attribute | ast.Call):
            yield from _values(
                inner, folder, Site(inner, binding.module, site.scope, site.class_name), program
            )
            return
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        for item in node.elts:
            yield from _values(item, folder, site, program)
    elif isinstance(node, ast.Dict):
        for item in node.values:
            yield from _values(item, folder, site, program)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | bool):
        yield str(node.value)
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in ("default_value", "default", "name"):
                yield from _values(keyword.value, folder, site, program)
        if dotted(node.func):
            yield dotted(node.func).rpartition(".")[2]
    elif text := folder.text(node, site):
        yield text.value.replace("\x00", "…")
    elif isinstance(node, ast.Attribute) and node.attr.isupper():
        yield node.attr


def _means(value: str, word: str, kind: str) -> bool:
    """Whether a value is a production word: as a whole for registries, as one of its words for names."""
    plain, wanted = value.lower(), word.lower()
    if "*" in wanted or "/" in wanted or ":" in wanted:
        return fnmatchcase(plain, f"*{wanted}*")
    if plain == wanted:
        return True
    return (
        kind in ("deploy", "traffic", "promote")
        and len(plain) <= 80
        and wanted in words(value)
        and wanted.isalpha()
    )

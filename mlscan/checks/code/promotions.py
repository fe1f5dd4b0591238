"""Which calls of a program promote, approve or deploy, and what their deciding argument says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mlscan.catalog.schema import Catalog, PromotionCall
from mlscan.catalog.triggers import REPORTED
from mlscan.flow.calls import direct, made, matches, resolve
from mlscan.flow.passed import argument, splatted
from mlscan.flow.program import Program, Site, dotted
from mlscan.flow.refusals import always_raises
from mlscan.flow.values import Value, Values
from mlscan.words import words

_WANTED = (*REPORTED, "rollback-loss")


@dataclass(frozen=True, slots=True, eq=False)
class Promotion:
    """A call that promotes, approves or deploys. `written` is the call as it stands in the file, or what an
    assignment amounts to (see `made`); `call` is the one behind it. `value` is what its deciding argument
    says, None where that is not production."""

    site: Site
    written: ast.Call
    call: ast.Call
    known: str
    entry: PromotionCall
    value: Value | None

    @property
    def means(self) -> bool:
        """Whether its deciding argument means production, or an approval."""
        return self.value is not None

    @property
    def text(self) -> str:
        return self.value.text if self.value is not None else ""

    @property
    def default(self) -> str:
        return self.value.default if self.value is not None else ""

    @property
    def tests(self) -> tuple[ast.expr, ...]:
        return self.value.tests if self.value is not None else ()


class Promotions:
    """The promotion calls of a catalogue by the last part of the callee's name."""

    def __init__(self, catalog: Catalog) -> None:
        self.production = frozenset(catalog.environments.production)
        self.nonproduction = frozenset(catalog.environments.nonproduction)
        self._known: dict[str, list[tuple[str, PromotionCall]]] = {}
        for sdk in catalog.sdks:
            for entry in sdk.promotions:
                for call in entry.calls if entry.kind in _WANTED else ():
                    self._known.setdefault(call.rpartition(".")[2], []).append((call, entry))

    def find(self, program: Program, values: Values, *, inventory: bool) -> Iterator[Promotion]:
        """Every such call, in order; with `inventory` also deploys that name no production."""
        for site in program.sites:
            written = made(site.node)
            if written is None:
                continue
            call = direct(written, site, program)
            name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)
            entries = self._known.get(name)
            entries = entries or self._known.get(program.imports.get(name, "").rpartition(".")[2])
            callee = resolve(call.func, site, program) if entries else ""
            for known, entry in entries or ():
                if not matches(callee, known) or always_raises(entry.refused, program):
                    continue
                value = self._decided(values, site, call, entry, program)
                listed = inventory or entry.existing or entry.kind == "rollback-loss"
                bound = entry.kind in ("promote", "approve", "rollback-loss") and entry.decides is not None
                if value is not None or (listed and not bound):
                    yield Promotion(site, written, call, known, entry, value)
                    break

    def _decided(
        self, values: Values, site: Site, call: ast.Call, entry: PromotionCall, program: Program
    ) -> Value | None:
        """The value of the deciding argument that means production."""
        decides = entry.decides
        if decides is None or _on_this_machine(call):
            return None
        for name in (decides.argument, *decides.also):
            node = argument(call, name, decides.position if name == decides.argument else None)
            node = node or splatted(call, name, site, program)
            node = node or _set_on_argument(call, name, site, program)
            for value in values.of(node, site):
                # `churn-prod-shadow` and `preprod` are not production, whatever word they hold.
                if entry.kind in ("deploy", "traffic") and self.nonproduction & set(words(value.text)):
                    continue
                if any(_means(value.text, word, entry.kind) for word in decides.production):
                    return value
                if entry.kind in ("deploy", "traffic") and self.production & set(words(value.text)):
                    return value
        return None


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

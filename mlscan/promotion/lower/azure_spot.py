"""Where something of an Azure pipeline is read: its file, what names mean there, and what led there."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace

from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence
from mlscan.model import Place
from mlscan.promotion.conditions import Condition
from mlscan.promotion.expressions import Context as Facts
from mlscan.promotion.graph import Fact, Identity
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, pairs, scalars, texts
from mlscan.promotion.production import Judge, tokens
from mlscan.promotion.scope import NO_FACTS, Scope
from mlscan.promotion.targets import may_be_secret

_DEPTH = 8


@dataclass(frozen=True)
class Spot:
    """`presence` are the compile-time conditions above, `calls` the template references that led here,
    `lists` the parameters that are sequences, `options` the choices of a manual start; `known` is what is
    taken for granted of the run."""

    parsed: Parsed
    context: Context
    scope: Scope = field(default_factory=Scope)
    presence: tuple[Condition, ...] = ()
    calls: tuple[Place, ...] = ()
    facts: tuple[Fact, ...] = ()
    identities: tuple[Identity, ...] = ()
    lists: Map[str, Node] = field(default_factory=dict)
    options: Map[str, tuple[str, ...]] = field(default_factory=dict)
    known: Facts = NO_FACTS

    def expand(self, text: str) -> str:
        """A text with what is known of it filled in."""
        return self.scope.expand(text, NO_FACTS)

    def text(self, node: Mapping, *names: str) -> str:
        return self.expand(node.text(*names))

    def under(self, condition: Condition) -> Spot:
        return replace(self, presence=(*self.presence, condition))

    def naming(self, names: dict[str, str]) -> Spot:
        return replace(self, scope=self.scope.inside(names))

    def with_parameters(self, node: Node | None) -> Spot:
        """With the parameters a pipeline file declares: defaults, and choices left open."""
        names: dict[str, str] = {}
        lists: dict[str, Node] = dict(self.lists)
        options = dict(self.options)
        for name, default, values in _declared(node):
            key = f"parameters.{name}".lower()
            if isinstance(default, Sequence):
                lists.setdefault(key, default)
            if len(values) > 1 and key not in self.scope.names:
                options[key] = values
            elif isinstance(default, Scalar) and key not in self.scope.names:
                names[key] = default.value
        return replace(self, scope=self.scope.inside(names), lists=lists, options=options)

    def into(self, parsed: Parsed, given: Node | None, at: Node) -> Spot:
        """Inside a template that is handed parameters. Its variables are those of the caller."""
        handed = {f"parameters.{name}".lower(): value.value for name, value in scalars(given)}
        lists = {
            f"parameters.{name}".lower(): value
            for name, _, value in pairs(given)
            if isinstance(value, Sequence)
        }
        kept = {name: text for name, text in self.scope.names.items() if not name.startswith("parameters.")}
        scope = Scope({**kept, **handed}, self.scope, frozenset(handed))
        calls = (*self.calls, self.parsed.place(at))
        inner = replace(self, parsed=parsed, scope=scope, calls=calls, lists=lists, options={})
        root = parsed.root
        return inner.with_parameters(root.get("parameters")) if isinstance(root, Mapping) else inner

    def template(self, path: str) -> Parsed | None:
        """A template by the path a pipeline gives: beside the file, or from the root of the repository."""
        path = self.expand(path).strip()
        path = path.partition("@")[0] if path.endswith("@self") else path
        if "@" in path or len(self.calls) >= _DEPTH:
            return None
        for root in ("${{variables['System.DefaultWorkingDirectory']}}", "$(System.DefaultWorkingDirectory)"):
            path = path.replace(root, "")
        path = path.partition("}}")[2] if path.startswith("${{") else path
        found = None
        if not path.startswith("/"):
            found = self.context.parsed(f"{self.parsed.folder}/{path}".lstrip("/"))
        found = found or self.context.nearest(path, self.parsed.folder)
        if found is None or found.path in {self.parsed.path, *(call.path for call in self.calls)}:
            return None  # not there, or a circle
        self.context.referenced.add(found.path)
        return found

    def with_variables(self, node: Node | None) -> Spot:
        """With the variables, groups and variable templates of a pipeline, stage or job."""
        names: dict[str, str] = {}
        facts: list[Fact] = []
        identities: list[Identity] = []
        _variables(node, self, names, facts, identities)
        return replace(
            self,
            scope=self.scope.inside(names),
            facts=(*self.facts, *facts),
            identities=(*self.identities, *identities),
        )


def _declared(node: Node | None) -> list[tuple[str, Node | None, tuple[str, ...]]]:
    """(name, default, allowed values) of `parameters:` in its list or mapping form."""
    if isinstance(node, Mapping):
        return [(name, value, ()) for name, _, value in node.items()]
    return [
        (item.text("name"), item.get("default"), texts(item.get("values")))
        for item in items(node)
        if isinstance(item, Mapping)
    ]


def _variables(
    node: Node | None, spot: Spot, names: dict[str, str], facts: list[Fact], identities: list[Identity]
) -> None:
    from mlscan.promotion.lower.azure_expand import flatten, unfold

    if isinstance(node, Mapping):
        for key, scalar in scalars(flatten(node, spot)):
            _bind(key, scalar, spot, names, facts)
        return
    for item, where in unfold(node, spot, "variables"):
        if not isinstance(item, Mapping):
            continue
        group = item.get("group")
        value = item.get("value")
        if isinstance(group, Scalar):
            name, place = where.expand(group.value), where.parsed.place(group)
            facts.append(Fact("variable group", name, place))
            identities.append(Identity("variable group", name, place))
        elif item.text("name") and isinstance(value, Scalar):
            _bind(item.text("name"), value, where, names, facts)
        elif item.get("template") is None and item.get("name") is None:
            for key, scalar in scalars(item):
                _bind(key, scalar, where, names, facts)
    for one in items(node):
        file = one.get("template") if isinstance(one, Mapping) else None
        if isinstance(file, Scalar):
            facts.append(Fact("config file", spot.expand(file.value), spot.parsed.place(file)))


def _bind(name: str, value: Scalar, spot: Spot, names: dict[str, str], facts: list[Fact]) -> None:
    expanded = spot.naming(names).expand(value.value)
    names[f"variables.{name}".lower()] = expanded
    names[f"env.{name.replace('.', '_')}".lower()] = expanded
    shown = len(expanded) < 80 and not may_be_secret(f"{name}={expanded}")
    judge = spot.context.recogniser.judge
    judged = judge.names(expanded, free=True) if shown else ""
    if judged and not _is_one_of_several(name, judged, judge):
        kind = "service connection" if "connection" in name.lower() else "variable"
        facts.append(Fact(kind, expanded, spot.parsed.place(value)))


def _is_one_of_several(name: str, judged: str, judge: Judge) -> bool:
    """Whether a variable is called after the environment it holds: `condaDevEnvName`, `prodResourceGroup`.
    Another stands beside it for each other environment, and which of them counts is what uses it."""
    own = [word for word in tokens(name) if word != "stage"]
    return len(own) > 1 and judge.names("_".join(own), free=True) == judged

"""A GitLab configuration with its includes, `extends` and `!reference` resolved, every node with its file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence, walk
from mlscan.model import Place
from mlscan.promotion.graph import Unknown
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed, items, texts

RESERVED = frozenset(
    ("default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script",
     "after_script", "spec", "types")
)  # fmt: skip
_DEPTH = 8
_N = TypeVar("_N", bound=Node)
_REMOTE = ("project", "remote", "template", "component", "file")


class Config:
    """`root` holds every top-level key of the file and of what it includes; the file itself wins. `guarded`
    are the names that are there only where the `rules` of their include hold."""

    def __init__(self, parsed: Parsed, context: Context) -> None:
        self.entry = parsed
        self.unknowns: list[Unknown] = []
        self.guarded: dict[str, Node] = {}
        self._context = context
        self._owners: dict[int, Parsed] = {}
        self.root = self._load(parsed, 0)

    def parsed(self, node: Node) -> Parsed:
        """The file a node stands in."""
        return self._owners.get(id(node), self.entry)

    def place(self, node: Node, note: str = "") -> Place:
        return self.parsed(node).place(node, note)

    def jobs(self) -> Iterator[tuple[str, Scalar, Mapping]]:
        """(name, key, content with everything resolved) of every job that is no template."""
        for name, key, node in self.root.items():
            if name in RESERVED or name.startswith(".") or not isinstance(node, Mapping):
                continue
            job = self.job(node)
            if any(job.get(word) is not None for word in ("script", "trigger", "run", "extends")):
                yield name, key, job

    def job(self, node: Mapping, depth: int = 0) -> Mapping:
        """A job with what it extends merged in, the nearest last."""
        merged: Mapping | None = None
        for parent in texts(node.get("extends")) if depth < _DEPTH else ():
            above = self.root.get(parent)
            if isinstance(above, Mapping):
                above = self.job(above, depth + 1)
                merged = above if merged is None else self._merge(merged, above)
        own = self.resolved(node)
        own = own if isinstance(own, Mapping) else node
        return own if merged is None else self._merge(merged, own)

    def missing(self, node: Mapping) -> Scalar | None:
        """What a job extends that no file here has."""
        found = (item for item in items(node.get("extends")) if isinstance(item, Scalar))
        return next((item for item in found if self.root.get(item.value) is None), None)

    def resolved(self, node: Node, depth: int = 0) -> Node:
        """A node with every `!reference` below it replaced by what it refers to."""
        if depth > _DEPTH:
            return node
        if isinstance(node, Sequence):
            if node.tag == "!reference":
                found = self._referred(node)
                return self.resolved(found, depth + 1) if found is not None else node
            if not any(isinstance(item, Sequence | Mapping) for item in node.items):
                return node
            flat = Sequence(node.start, node.end, node.tag)
            for item in node.items:
                one = self.resolved(item, depth + 1)
                flat.items += one.items if isinstance(one, Sequence) and one is not item else [one]
            return self._adopt(flat, node)
        if isinstance(node, Mapping):
            pairs = [(key, self.resolved(value, depth + 1)) for key, value in node.pairs]
            if all(new is old for (_, new), (_, old) in zip(pairs, node.pairs, strict=True)):
                return node
            return self._adopt(Mapping(node.start, node.end, node.tag, pairs), node)
        return node

    def _referred(self, node: Sequence) -> Node | None:
        found: Node | None = self.root
        for word in texts(node):
            found = found.get(word) if isinstance(found, Mapping) else None
        return found

    def _load(self, parsed: Parsed, depth: int) -> Mapping:
        root = next((one for one in reversed(parsed.roots) if isinstance(one, Mapping)), None)
        if root is None:
            return Mapping(0, 0, "")
        merged: Mapping | None = None
        for include in self._includes(root):
            found = self._included(include, parsed) if depth < _DEPTH else None
            if found is not None:
                for one in found.roots:
                    for node in walk(one, 50_000):
                        self._owners[id(node)] = found
                below = self._load(found, depth + 1)
                rules = include.get("rules") if isinstance(include, Mapping) else None
                if rules is not None:
                    self.guarded |= {name: rules for name, _, _ in below.items() if root.get(name) is None}
                merged = below if merged is None else self._merge(merged, below)
        return root if merged is None else self._merge(merged, root)

    def _includes(self, root: Mapping) -> list[Node]:
        node = root.get("include")
        return [node] if isinstance(node, Mapping) else items(node)

    def _included(self, include: Node, parsed: Parsed) -> Parsed | None:
        path = include.value if isinstance(include, Scalar) else ""
        if isinstance(include, Mapping):
            path = include.text("local")
        name = path
        if isinstance(include, Mapping) and not path:
            name = next((include.text(word) for word in _REMOTE if include.text(word)), "")
        found = None
        if path and "://" not in path and "*" not in path and "$" not in path:
            found = self._context.nearest(path, parsed.folder)
        if found is None or found is parsed or found is self.entry:
            if name:
                self.unknowns.append(
                    Unknown(f"include {name} is not in this repository", self.place(include))
                )
            return None
        self._context.referenced.add(found.path)
        return found

    def _merge(self, above: Mapping, own: Mapping, depth: int = 0) -> Mapping:
        """Mappings are merged at every depth, everything else is replaced."""
        merged = Mapping(own.start, own.end, own.tag)
        for key, value in above.pairs:
            mine = own.get(key.value) if isinstance(key, Scalar) else None
            if mine is None:
                merged.pairs.append((key, value))
            elif isinstance(mine, Mapping) and isinstance(value, Mapping) and depth < _DEPTH:
                name = own.key(key.value) if isinstance(key, Scalar) else None
                merged.pairs.append((name or key, self._merge(value, mine, depth + 1)))
        present = {id(value) for _, value in merged.pairs}
        taken = {key.value for key, _ in merged.pairs if isinstance(key, Scalar)}
        for key, value in own.pairs:
            if id(value) not in present and not (isinstance(key, Scalar) and key.value in taken):
                merged.pairs.append((key, value))
        return self._adopt(merged, own)

    def _adopt(self, node: _N, like: Node) -> _N:
        owner = self._owners.get(id(like))
        if owner is not None:
            self._owners[id(node)] = owner
        return node

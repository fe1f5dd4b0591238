"""What the Terraform files of one folder say together: it is a module, and names reach across its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mlscan.access.grant import Reading
from mlscan.documents.document import Document
from mlscan.documents.hcl import Attribute, Block
from mlscan.documents.hcl_values import EXPRESSION, value
from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence
from mlscan.model import Place
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.terraform import Module

FORMAT = "Terraform"
_REFERENCE = re.compile(r"\$\{\s*((?:local|var)\.\w+)\s*\}")
_EACH = re.compile(r"^(?:\$\{)?each\.(?:value|key)\}?$")
_DEPTH = 6


def read(documents: Iterable[Document]) -> Reading:
    """What the files of one folder grant."""
    from mlscan.access import terraform_aws, terraform_azure, terraform_google

    folder = Folder(documents)
    found = Reading()
    for reader in (terraform_aws.read, terraform_azure.read, terraform_google.read):
        found.take(reader(folder))
    return found


class Folder:
    """The blocks of a folder's files. `path` is the folder, the home of its names."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.modules = [Module(Parsed(document)) for document in documents]
        self.path = self.modules[0].parsed.folder if self.modules else ""
        self._named: dict[str, tuple[Module, Attribute]] = {}
        self._labelled: dict[tuple[str, str, str], Source] = {}
        for module in self.modules:
            for block in module.root.blocks:
                if block.type == "variable" and block.labels and "default" in block.attributes:
                    self._named[f"var.{block.labels[0]}"] = (module, block.attributes["default"])
                elif block.type == "locals":
                    for name, attribute in block.attributes.items():
                        self._named[f"local.{name}"] = (module, attribute)
                if len(block.labels) > 1:
                    known = (block.type, block.labels[0], block.labels[1])
                    self._labelled.setdefault(known, Source(self, module, block))

    def blocks(self, kind: str, *types: str) -> Iterator[Source]:
        """The blocks `kind "type" "name"`, each with its file."""
        for module in self.modules:
            for block in module.root.blocks:
                if block.type == kind and block.labels[:1] and (not types or block.labels[0] in types):
                    yield Source(self, module, block)

    def block(self, kind: str, label: str, name: str) -> Source | None:
        """The block of this type and name."""
        return self._labelled.get((kind, label, name))

    def node(self, name: str) -> tuple[Module, Node] | None:
        """The tree that `local.x` or `var.x` stands for where the folder says it."""
        known = self._named.get(name)
        return (known[0], tree(known[0], known[1])) if known is not None else None

    def text(self, node: Node | None, depth: int = 0) -> str:
        """The text of a value with its locals and defaults filled in; what is not known stays `${...}`."""
        if not isinstance(node, Scalar) or depth > _DEPTH:
            return ""
        if node.tag == EXPRESSION:
            known = self.node(node.value)
            if known is not None and isinstance(known[1], Scalar):
                return self.text(known[1], depth + 1)
            return (
                node.value
                if node.value in ("true", "false") or node.value.isdigit()
                else f"${{{node.value}}}"
            )

        def filled(match: re.Match[str]) -> str:
            known = self.node(match[1])
            return self.text(known[1], depth + 1) if known and isinstance(known[1], Scalar) else match[0]

        return _REFERENCE.sub(filled, node.value)


class Source:
    """A block in its file and folder, and the questions asked of it."""

    def __init__(self, folder: Folder, module: Module, block: Block) -> None:
        self.folder = folder
        self.module = module
        self.block = block

    @property
    def address(self) -> str:
        """`aws_iam_role.training`"""
        return ".".join(self.block.labels)

    def tree(self, name: str) -> Node | None:
        """The tree of an attribute."""
        found = self.block.attributes.get(name)
        return tree(self.module, found) if found is not None else None

    def text(self, name: str) -> str:
        """The text of an attribute."""
        return self.folder.text(self.tree(name))

    def inner(self, *types: str) -> Iterator[Source]:
        """The blocks inside."""
        for block in self.block.inner(*types):
            yield Source(self.folder, self.module, block)

    def texts(self, *names: str) -> list[tuple[str, Place]]:
        """Every text an attribute may have, with its place: items of lists, locals, `each.value`."""
        found: list[tuple[str, Place]] = []
        for name in names:
            node = self.tree(name)
            if node is not None:
                self._collect(node, self.module, found, 0)
        return found

    def _collect(self, node: Node, module: Module, found: list[tuple[str, Place]], depth: int) -> None:
        if depth > _DEPTH:
            return
        if isinstance(node, Sequence):
            for item in node.items:
                self._collect(item, module, found, depth + 1)
        elif isinstance(node, Mapping):
            for _, _, item in node.items():
                self._collect(item, module, found, depth + 1)
        elif isinstance(node, Scalar):
            known = self.folder.node(node.value) if node.tag == EXPRESSION else None
            each = self.block.attributes.get("for_each")
            if known is not None:
                self._collect(known[1], known[0], found, depth + 1)
            elif _EACH.match(node.value) and each is not None:
                self._collect(tree(self.module, each), self.module, found, depth + 1)
            else:
                found.append((self.folder.text(node), place(module, node)))

    def place(self, name: str = "") -> Place:
        """The place of an attribute's value, or of the block's head."""
        node = self.tree(name) if name else None
        return place(self.module, node) if node is not None else self.module.place(self.block)


def tree(module: Module, attribute: Attribute) -> Node:
    """The value of an attribute as a tree."""
    data = module.parsed.document.data
    return value(data, data.find(b"=", attribute.start, attribute.end) + 1, attribute.end)


def place(module: Module, node: Node) -> Place:
    """The first line of a node."""
    return module.parsed.place(node)

"""Jobs of Azure ML as YAML: the commands they run, and the component files they are put together from.

https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-job-pipeline
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from mlscan.documents.document import Document
from mlscan.documents.yaml import Mapping, Scalar, YamlError, compose, walk
from mlscan.promotion.located import Located

_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class JobCommand:
    """A command line and the folder of the repository that its code is taken from."""

    text: Located
    folder: str


def commands_of(document: Document) -> Iterator[JobCommand]:
    """Every `command:` of a job file, in order."""
    base = posixpath.dirname(document.source.path)
    for node in _mappings(document):
        command, code = node.get("command"), node.text("code")
        if isinstance(command, Scalar) and command.value:
            local = code if "://" not in code and not code.startswith("azureml:") else ""
            folder = posixpath.normpath(posixpath.join(base, local))
            yield JobCommand(Located.of(document, command), "" if folder == "." else folder)


def components_of(document: Document) -> Iterator[str]:
    """Every file of a component that a job names."""
    for node in _mappings(document):
        named = node.get("component")
        if isinstance(named, Scalar) and named.value.endswith((".yml", ".yaml")):
            yield named.value.removeprefix("file:")


def _mappings(document: Document) -> Iterator[Mapping]:
    if len(document.data) > _LIMIT:
        return
    try:
        roots = compose(document.data)
    except YamlError:
        return
    for root in roots[:1]:
        yield from (node for node in walk(root, 2000) if isinstance(node, Mapping))

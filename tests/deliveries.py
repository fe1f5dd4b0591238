"""Miniature repositories given as texts, and the verdicts on them."""

from __future__ import annotations

import textwrap

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.documents.document import text_document
from mlscan.promotion.build import build
from mlscan.promotion.graph import Graph
from mlscan.promotion.verdicts import verdicts
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())


def graph_of(files: dict[str, str]) -> Graph:
    """The graph of files by their path."""
    documents = {
        path: text_document(Source(path, textwrap.dedent(text).lstrip("\n").encode()))
        for path, text in files.items()
    }
    return build(documents.values(), documents.get, CATALOG)


def kinds_of(files: dict[str, str]) -> list[tuple[str, str]]:
    """(id of the job, verdict) of every deploy."""
    return [(verdict.deploy.job.id, verdict.kind.value) for verdict in verdicts(graph_of(files))]

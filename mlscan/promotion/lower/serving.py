"""KServe and Seldon objects: what a GitOps path brings to life, remembered for whatever applies it."""

from __future__ import annotations

from mlscan.documents.yaml import Mapping
from mlscan.promotion.graph import Pipeline
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed

_KINDS = ("InferenceService", "InferenceGraph", "ServingRuntime", "SeldonDeployment", "LLMInferenceService")


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """No pipeline: an object alone deploys nothing."""
    context.served += [
        parsed.place(root)
        for root in parsed.roots
        if isinstance(root, Mapping) and root.text("kind") in _KINDS
    ]
    return []

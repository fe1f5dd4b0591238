"""Whether what a GitOps object syncs is a model of its owner's: charts of others go the same way."""

from __future__ import annotations

import posixpath
import re

from mlscan.documents.yaml import Mapping
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import texts
from mlscan.promotion.production import tokens

_MOST = 20
_SERVES = re.compile(
    rb"(?m)^kind:[ \t]*(?:LLM)?(?:InferenceService|InferenceGraph|SeldonDeployment|RayService)"
)
_MODELS = frozenset(
    ("model", "models", "inference", "predict", "predictor", "prediction", "serving", "serve", "ml", "mlops",
     "kserve", "seldon", "llm", "recommender", "api", "app", "backend", "service")
)  # fmt: skip


def named_after_model(*names: str) -> bool:
    """Whether a name or a path is one of a service of one's own."""
    return any(_MODELS & {*tokens(name)} for name in names)


def holds_model(path: str, folder: str, context: Context) -> bool:
    """Whether what kustomize gathers in a folder of the repository serves a model; `folder` is the one of
    the file that says so."""
    gathered = context.nearest(f"{path}/kustomization.yaml", folder)
    listed = gathered.root.get("resources") if gathered and isinstance(gathered.root, Mapping) else None
    for name in texts(listed)[:_MOST]:
        found = context.read(posixpath.normpath(f"{gathered.folder if gathered else path}/{name}"))
        if found is not None and _SERVES.search(found.data):
            return True
    return False

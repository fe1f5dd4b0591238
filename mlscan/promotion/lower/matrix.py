"""The combinations of a matrix that matter: those of keys whose values name environments."""

from __future__ import annotations

from itertools import islice, product

from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence
from mlscan.promotion.lower.parsed import items, pairs, scalars
from mlscan.promotion.production import Judge

_LIMIT = 12


def combinations(strategy: Node | None, judge: Judge) -> list[dict[str, str]]:
    """Bindings of `matrix.x`, one mapping for each kind of job; one empty mapping where none matters."""
    matrix = strategy.get("matrix") if isinstance(strategy, Mapping) else None
    if not isinstance(matrix, Mapping):
        return [{}]
    axes: list[list[dict[str, str]]] = []
    for key, _, value in matrix.items():
        if key in ("include", "exclude") or not isinstance(value, Sequence):
            continue
        bound = [_bind(key, item) for item in value.items]
        if any(judge.names(text) for names in bound for text in names.values()):
            axes.append(bound)
    chosen = islice(product(*axes), _LIMIT)
    found = [{k: v for names in combination for k, v in names.items()} for combination in chosen]
    for item in items(matrix.get("include")):
        names = {f"matrix.{key}".lower(): value.value for key, value in scalars(item)}
        if any(judge.names(text) for text in names.values()):
            found = [*(combination for combination in found if combination), names]
    return found[:_LIMIT] or [{}]


def _bind(key: str, item: Node) -> dict[str, str]:
    if isinstance(item, Scalar):
        return {f"matrix.{key}".lower(): item.value}
    return {
        f"matrix.{key}.{name}".lower(): value.value
        for name, _, value in pairs(item)
        if isinstance(value, Scalar)
    }

"""What Azure does before a run: `${{ if }}`, `${{ each }}`, `${{ insert }}` and templates in lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mlscan.documents.yaml import Mapping, Node, Scalar, Sequence
from mlscan.promotion.conditions import Condition
from mlscan.promotion.lower.azure_spot import Spot
from mlscan.promotion.lower.parsed import items, scalars

_KEYWORD = re.compile(r"^\$\{\{\s*(if|elseif|else|each|insert)\b(.*?)\}\}$", re.DOTALL)
_EACH = re.compile(r"^\s*(\w+)\s+in\s+(.*?)\s*$", re.DOTALL)
_PARAMETER = re.compile(r"^\$\{\{\s*(parameters\.\w+)\s*\}\}$")

Item = tuple[Node, Spot]


def unfold(node: Node | None, spot: Spot, kind: str) -> Iterator[Item]:
    """Every item of a list of stages, jobs, steps or variables (`kind`), with where it stands. Templates
    that can be read are replaced by their items; others are given as they are."""
    before: list[Condition] = []
    for item in items(node):
        if isinstance(item, Scalar):
            match = _PARAMETER.match(item.value.strip())
            handed = spot.lists.get(match[1].lower()) if match else None
            if handed is not None:
                yield from unfold(handed, spot, kind)
            continue
        if not isinstance(item, Mapping) or not item.pairs:
            continue
        keyword = _keyword(item)
        if keyword is None:
            before = []
            yield from _plain(item, spot, kind)
            continue
        for key, value in item.pairs:
            if isinstance(key, Scalar):
                yield from _directive(key, value, spot, kind, before)


def _directive(key: Scalar, value: Node, spot: Spot, kind: str, before: list[Condition]) -> Iterator[Item]:
    match = _KEYWORD.match(key.value.strip())
    if match is None:
        return
    word, rest = match[1], match[2]
    if word == "each":
        yield from _each(rest, value, spot, kind)
        return
    where = spot
    if word in ("elseif", "else"):
        for condition in before:
            where = where.under(replace(condition, negated=True))
    if word == "if":
        before.clear()
    if word in ("if", "elseif"):
        condition = Condition(rest.strip(), "azure", spot.parsed.place(key), spot.scope)
        before.append(condition)
        where = where.under(condition)
    present = [condition for condition in where.presence if condition.holds(spot.known) is not True]
    if any(condition.holds(spot.known) is False for condition in present):
        return
    where = replace(where, presence=tuple(present))
    yield from unfold(value if isinstance(value, Sequence) else _listed(value), where, kind)


def _each(rest: str, value: Node, spot: Spot, kind: str) -> Iterator[Item]:
    match = _EACH.match(rest)
    given = spot.lists.get(match[2].lower()) if match else None
    if match is None or given is None:
        yield from unfold(value if isinstance(value, Sequence) else _listed(value), spot, kind)
        return
    for one in items(given):
        names = {match[1].lower(): one.value} if isinstance(one, Scalar) else {}
        names |= {f"{match[1]}.{name}".lower(): text.value for name, text in scalars(one)}
        yield from unfold(value if isinstance(value, Sequence) else _listed(value), spot.naming(names), kind)


def _plain(item: Mapping, spot: Spot, kind: str) -> Iterator[Item]:
    reference = item.get("template")
    if not isinstance(reference, Scalar):
        yield item, spot
        return
    found = spot.template(reference.value)
    root = found.root if found is not None else None
    if found is None or not isinstance(root, Mapping):
        yield item, spot
        return
    inner = spot.into(found, item.get("parameters"), reference)
    content = root.get(kind)
    if kind == "variables" and isinstance(content, Mapping):
        yield flatten(content, inner), inner
    elif content is None and kind == "stages" and root.get("jobs") is not None:
        yield from unfold(root.get("jobs"), inner, "jobs")
    else:
        yield from unfold(content, inner, kind)


def flatten(node: Mapping, spot: Spot) -> Mapping:
    """A mapping with the pairs of its `${{ if }}` and `${{ insert }}` keys among its own."""
    if _keyword(node) is None:
        return node
    flat = Mapping(node.start, node.end, node.tag)
    for key, value in node.pairs:
        match = _KEYWORD.match(key.value.strip()) if isinstance(key, Scalar) else None
        if match is None or not isinstance(value, Mapping) or match[1] == "each":
            flat.pairs.append((key, value))
            continue
        condition = Condition(match[2].strip() or "true", "azure", spot.parsed.place(key), spot.scope)
        if match[1] in ("else", "insert") or condition.holds(spot.known) is not False:
            flat.pairs += [pair for pair in flatten(value, spot).pairs if not _present(pair[0], flat)]
    return flat


def _present(key: Node, flat: Mapping) -> bool:
    return isinstance(key, Scalar) and flat.key(key.value) is not None


def _keyword(node: Mapping) -> str | None:
    for key, _ in node.pairs:
        match = _KEYWORD.match(key.value.strip()) if isinstance(key, Scalar) else None
        if match is not None:
            return match[1]
    return None


def _listed(node: Node) -> Node:
    sequence = Sequence(node.start, node.end, node.tag)
    sequence.items = [node]
    return sequence

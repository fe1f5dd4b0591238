"""One YAML file of rules to its typed content; a mistake in it has a line and a column.

Only plain data is constructed. What somebody else wrote is read with limits: no anchors and aliases, which
can mean more than the file holds, no deep nesting, no control characters that would reach a terminal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mlscan.errors import UserError
from mlscan.words import suggestion

_T = TypeVar("_T")
Keys = tuple[str | int, ...]

LARGEST = 500_000  # bytes of a file that is not ours
_DEEPEST = 12
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")
_WORD = re.compile(r"Invalid enum value '([^']*)'")
_FIELD = re.compile(r"unknown field `([^`]+)`")


class Mistake(UserError):  # noqa: N818  it is the user's
    """What is wrong in a rule file: `path:line:column: reason`, 1-based."""

    def __init__(self, path: Path, line: int, column: int, reason: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {reason}")


@dataclass(frozen=True)
class RuleFile:
    """A file that was read: `data` is plain, `root` the YAML node behind it, for places."""

    path: Path
    data: Any
    root: Any

    def as_(self, shape: type[_T]) -> _T:
        """The content in a shape; raises Mistake where it has another."""
        try:
            return msgspec.convert(self.data, shape)
        except msgspec.ValidationError as error:
            reason, _, where = str(error).partition(" - at `$")
            keys: Keys = tuple(int(number) if number else key for key, number in _STEP.findall(where))
            fields = _fields(shape)
            if unknown := _FIELD.search(reason):
                keys = (*keys, unknown[1])
                reason += suggestion(unknown[1], {name for name, _ in fields})
            elif keys and (word := _WORD.match(reason)):
                reason += suggestion(
                    word[1], {item for name, words in fields if name == keys[-1] for item in words}
                )
            raise self.mistake(keys, reason) from None

    def mistake(self, keys: Keys, reason: str) -> Mistake:
        """A mistake at the value that some keys and indices lead to, or at the last of them that is there."""
        node = self.root
        for key in keys:
            node = _step(node, key) or node
        return Mistake(self.path, node.start_mark.line + 1, node.start_mark.column + 1, reason)


def read(path: Path, *, foreign: bool = False) -> RuleFile:
    """Read a file; `foreign` is one that did not come with mlscan."""
    import yaml

    kind: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if foreign and path.stat().st_size > LARGEST:
            raise Mistake(path, 1, 1, f"larger than {LARGEST} bytes")
        content = path.read_bytes()
        if foreign:
            _check(path, yaml.parse(content, Loader=kind))
        loader = kind(content)
        root = loader.get_single_node()
        data = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Mistake(path, line, column, f"not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise Mistake(path, 1, 1, f"not YAML: {' '.join(str(error).split())[:200]}") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    if root is None:
        raise Mistake(path, 1, 1, "the file is empty")
    return RuleFile(path, data, root)


def _check(path: Path, events: Any) -> None:
    """Refuse what is not plain data of a moderate depth."""
    import yaml

    depth = 0
    for event in events:
        mark = event.start_mark
        reason = ""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            reason = "anchors and aliases are not supported: write the value out"
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            reason = "nested too deep" if depth > _DEEPEST else ""
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent) and _UNPRINTABLE.search(event.value):
            reason = "a control character"
        if reason:
            raise Mistake(path, mark.line + 1, mark.column + 1, reason)


def _fields(shape: type[Any]) -> list[tuple[str, list[str]]]:
    """(name, words it may be, if these are few) of each field of a shape and of what it holds."""
    _, components = msgspec.json.schema_components([shape])
    parts = [part.get("properties", {}) for part in components.values()]
    return [(name, kind.get("enum", [])) for part in parts for name, kind in part.items()]


def _step(node: Any, key: str | int) -> Any:
    """The child of a YAML node; for a key whose value is unknown to the shape the key itself."""
    if isinstance(key, int):
        children = node.value if isinstance(node.value, list) else []
        return children[key] if key < len(children) and not isinstance(children[key], tuple) else None
    for name, value in node.value if isinstance(node.value, list) else ():
        if getattr(name, "value", None) == key:
            return value
    return None

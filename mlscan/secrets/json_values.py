"""Named values in a notebook's metadata and JSON outputs: papermill parameters, widgets, kernel environments.

Names come from keys, or for `value` and its like from what stands beside or above it. Widget state:
https://ipywidgets.readthedocs.io/en/stable/examples/Widget%20Low%20Level.html; Databricks keeps
`{name: {currentValue, widgetInfo}}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlscan.documents.json_strings import Path
from mlscan.documents.notebook import NotebookDocument
from mlscan.secrets.candidate import NAME, Candidate
from mlscan.secrets.judge import Judge
from mlscan.secrets.names import Names

_VALUES = frozenset({"value", "currentValue", "defaultValue", "default", "Value"})
_NAMING = ("name", "label", "description", "placeholder", "key", "Name")
_HTML_WIDGETS = ("HTMLModel", "HTMLMathModel", "LabelModel")


def find(document: NotebookDocument, judge: Judge, names: Names) -> Iterator[Candidate]:
    """A candidate for every JSON string under a secret's name."""
    for number, path, text in document.json_values():
        name = _name(document.notebook, path)
        kind = names.kind(name) if name else ""
        if not kind or text == name:
            continue
        judgement = judge.named(text, kind)
        if judgement.confidence is None:
            continue
        unit = document.units[number]
        where = "metadata" if unit.part == "metadata" else "a JSON output"
        evidence = (f"name '{name}'", judgement.reason)
        what = f"Credential in '{name}' of {where}"
        rule = "credential-in-config" if unit.part == "metadata" else "credential-in-output"
        yield Candidate(unit.start, unit.end, text, rule, NAME, judgement.confidence, what, evidence)


def _name(notebook: dict[str, Any], path: Path) -> str:
    """What a value is called: its key, or for a key that says nothing what its object is called."""
    last = path[-1]
    if not isinstance(last, str):
        return ""
    if last not in _VALUES:
        return last
    above = _at(notebook, path[:-1])
    if not isinstance(above, dict):
        return ""
    holder = _at(notebook, path[:-2])
    model = holder.get("model_name") if isinstance(holder, dict) else None
    if model == "PasswordModel":
        return "password"
    if model in _HTML_WIDGETS:
        return ""
    told = next((above[key] for key in _NAMING if isinstance(above.get(key), str) and above[key]), "")
    return told or next(
        (key for key in reversed(path[:-1]) if isinstance(key, str) and key != "widgetInfo"), ""
    )


def _at(value: Any, path: Path) -> Any:
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value

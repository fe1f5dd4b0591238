"""The entry of a `.pre-commit-config.yaml` that runs mlscan, put into one that exists.

Comments, order and style of the file stay: the entry is text behind the last one. What was written is read
again; where that is not the old content with one entry more, nothing is safe and the caller is told so.
"""

from __future__ import annotations

import textwrap
from typing import Any

ENTRY = """\
- repo: local
  hooks:
    - id: mlscan
      name: mlscan
      entry: mlscan check --fail-on warning
      language: system
      types: [text]
      require_serial: true
      stages: [pre-commit, pre-merge-commit, pre-push, manual]
"""


def runs_mlscan(text: str) -> bool:
    """Whether a hook of a configuration is mlscan already."""
    document = _loaded(text)
    repos = document.get("repos") if isinstance(document, dict) else None
    hooks = [hook for repo in _tables(repos) for hook in _tables(repo.get("hooks"))]
    return any("mlscan" in str(hook.get("id", "")) for hook in hooks)


def with_hook(text: str) -> str | None:
    """The configuration with the entry, or None where it cannot be added without touching anything else."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    before = _loaded(text)
    if not isinstance(root, yaml.MappingNode) or not root.value or root.flow_style:
        return None
    key, repos = root.value[-1]
    if key.value != "repos" or not isinstance(repos, yaml.SequenceNode) or repos.flow_style:
        return None
    newline = "\r\n" if "\r\n" in text else "\n"
    # The mark of a sequence in block style is its first dash.
    indented = textwrap.indent(ENTRY, " " * repos.start_mark.column).replace("\n", newline)
    after = f"{text}{'' if text.endswith(newline) else newline}{indented}"
    entry = yaml.safe_load(ENTRY)
    expected = {**before, "repos": [*before["repos"], *entry]}
    return after if _loaded(after) == expected else None


def _loaded(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def _tables(found: Any) -> list[dict[str, Any]]:
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []

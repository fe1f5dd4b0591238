"""What a configuration ignores at some paths: `[per-path-ignores]`, gitignore patterns to rules and families.

Such findings are marked and kept, as with an ignore comment: reports count them as suppressed. A rule that
`ignore` names does not run at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mlscan.errors import UserError
from mlscan.model import Finding, Rule, Suppression


class PathIgnores:
    """The patterns, ready to be asked about POSIX paths relative to the root."""

    def __init__(self, names: Mapping[str, tuple[str, ...]]) -> None:
        """Raises UserError for what is no gitignore pattern."""
        self._tests = []
        if not names:
            return
        from pathspec import GitIgnoreSpec

        for pattern, ignored in names.items():
            try:
                spec = GitIgnoreSpec.from_lines([pattern])
            except ValueError as error:
                raise UserError(f'per-path-ignores."{pattern}": not a gitignore pattern: {error}') from error
            if pattern.startswith("!"):
                raise UserError(
                    f'per-path-ignores."{pattern}": takes back nothing; write which paths to ignore'
                )
            self._tests.append((pattern, frozenset(ignored), spec.match_file))

    def __bool__(self) -> bool:
        return bool(self._tests)

    def apply(self, findings: Iterable[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
        """The findings, each marked where a pattern fits its path; one that is marked already stays."""
        return [item if item.suppressed else self._marked(item, rules) for item in findings]

    def _marked(self, finding: Finding, rules: Mapping[str, Rule]) -> Finding:
        names = {finding.rule, rules[finding.rule].family.value}
        for pattern, ignored, fits in self._tests:
            if ignored & names and fits(finding.place.path):
                return replace(finding, suppressed=Suppression("config", pattern))
        return finding

"""Which jobs and steps are ways back: those that only a failure starts, and that are called so."""

from __future__ import annotations

import pytest

from mlscan.model import Place, Region
from mlscan.promotion.conditions import Condition
from mlscan.promotion.graph import Job, Step
from mlscan.promotion.ways_back import takes_back

HERE = Place("cd.yml", Region(1, 1, 1, 1))


@pytest.mark.parametrize(
    ("name", "condition", "language", "expected"),
    [
        ("rollback", "failure()", "github", True),
        ("restore-previous", "${{ always() && needs.deploy.result == 'failure' }}", "github", True),
        ("Rollback", "failed()", "azure", True),
        ("rollback", "!failure()", "github", False),
        ("rollback", "always()", "github", False),
        ("rollback", "failure() || inputs.force", "github", False),
        ("notify", "failure()", "github", False),
        ("rollback", "", "github", False),
    ],
)
def test_takes_back(name: str, condition: str, language: str, expected: bool) -> None:
    test = Condition(condition, language, HERE) if condition else None
    assert takes_back(Job(name, name, "agent", HERE, condition=test), Step("", HERE)) is expected
    assert takes_back(Job("deploy", "deploy", "agent", HERE), Step(name, HERE, condition=test)) is expected

"""Shared fixtures: one catalogue and one compiled database for the whole run, no user settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlscan.analyse import Analyser
from mlscan.catalog.load import load_catalog
from mlscan.catalog.rulebook import rules
from mlscan.catalog.schema import Catalog
from mlscan.model import Rule

for _name in [name for name in os.environ if name.startswith(("GITHUB_", "MLSCAN_"))]:
    del os.environ[_name]
for _name in ("CI", "PRE_COMMIT", "NO_COLOR", "FORCE_COLOR"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of this run's own, so that tests neither see nor leave anything."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLSCAN_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture(scope="session")
def catalog(own_cache: Path) -> Catalog:
    return load_catalog()


@pytest.fixture(scope="session")
def rulebook(catalog: Catalog) -> tuple[Rule, ...]:
    return rules(catalog)


@pytest.fixture(scope="session")
def analyser(catalog: Catalog, rulebook: tuple[Rule, ...]) -> Analyser:
    return Analyser(catalog, rulebook, inventory=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write the goldens anew instead of comparing")


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--accept"))

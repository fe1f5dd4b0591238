"""Imports flow one way, only the command line prints, only sources read the disk and git."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mlscan"

# A module may import from its own layer and from those before it.
LAYERS = [
    ["processors"],
    ["model", "picture", "pack", "audit", "errors", "words", "mask", "fingerprint", "watchdog", "__init__"],
    ["policy"],
    ["config", "catalog", "sources"],
    ["documents"],
    ["flow"],
    ["secrets", "promotion", "access"],
    ["evidence"],
    ["checks"],
    ["deployers"],
    ["suppress", "baseline"],
    ["roles"],
    ["analyse", "identify", "rehearsal"],
    ["pool", "shards"],
    ["context"],
    ["asked"],
    ["scan", "history"],
    ["compare", "auditor", "tend"],
    ["since"],
    ["fix"],
    ["report"],
    ["survey"],
    ["cli", "__main__"],
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
# What a room may import beyond `model`, where it is less than everything before it.
ONLY = {
    "report": {"report", "model", "picture", "pack", "audit", "words"},
    "model": set(),
    "picture": {"model"},
    "pack": {"model"},
    "audit": {"model", "picture", "pack"},
    "policy": {"errors", "words"},
    "words": set(),
    "fingerprint": set(),
    "mask": set(),
}
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mlscan"):
            parts = (node.module or "").split(".")
            found += parts[1:2] or [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [name.name.split(".")[1] for name in node.names if name.name.startswith("mlscan.")]
    return [name for name in found if name != "__version__"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_flow_one_way(path: Path) -> None:
    here = room(path)
    for name in imports(path):
        assert RANK[name] <= RANK[here], f"{here} imports {name}"
        if here in ONLY:
            assert name in ONLY[here], f"{here} imports {name}"


def test_every_room_has_a_layer() -> None:
    assert {room(path) for path in MODULES} <= set(RANK)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_prints(path: Path) -> None:
    if room(path) in ("cli", "__main__"):
        return
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
    assert not names & {"print", "exit", "quit", "input"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 350


def test_the_median_module_is_short() -> None:
    lengths = sorted(len(path.read_text().splitlines()) for path in MODULES)
    assert lengths[len(lengths) // 2] < 100

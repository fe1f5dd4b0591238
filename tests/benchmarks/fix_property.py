"""That `mlscan fix` changes planted credentials and nothing else, on every Python file and notebook of real
repositories.

    python tests/benchmarks/fix_property.py REPOSITORY... --seed 1

Each REPOSITORY (a folder) is copied and mended once; into every Python file and notebook of the result one
credential is planted, made at run time, and the copy is mended again. Every byte outside the planted lines
has to be as before, but for one import. Prints counts and reasons, never a value.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import string
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # mlscan of this checkout

from injector.tree import copy_tree

from mlscan.catalog.load import load_catalog
from mlscan.config import Config
from mlscan.fix.repository import Fixer, Result
from mlscan.fix.stores import store_of
from mlscan.sources.request import Request

# What fix has to mend, then what it has to leave.
_MENDED = (
    'planted_token = "{token}"',
    "planted_headers = {{'Authorization': 'Bearer {token}'}}",
    'planted_header = f"Bearer {token}"',
    'planted_url = "postgresql://planted:{password}@db.internal:5432/planted"',
    "planted_bytes = b'{token}'",
    'planted_text = """{token}"""',
    'def planted_function():\n    return"{token}"',
    'planted_call = dict(token = ( "{token}" ) , other=1)',
    'import os\nplanted_default = os.getenv("PLANTED_TOKEN{number}", "{token}")',
    'import os as planted_os\nplanted_os.environ["PLANTED_HF{number}"] = "{token}"',
    "class Planted:\n\ttoken = r'{token}'  # planted",
)
_LEFT = (
    'def planted_default(token="{token}"): pass',
    "# planted: {token}",
    'def planted_documented():\n    """Planted {token}."""',
)
_SOURCE = re.compile(r'"(?:source|input)":\s*\[(\s*)"')


@dataclass
class Figures:
    """What happened over all repositories."""

    files: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    mended: int = 0
    left: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class Planted:
    """A file with a planted snippet: what stands before and after it, and whether it is to be mended."""

    path: Path
    before: str
    after: str
    token: str
    to_mend: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; 0 when nothing went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repositories", nargs="+", type=Path, metavar="REPOSITORY")
    parser.add_argument("--seed", default="1", help="the same seed plants the same (default: 1)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the copies in this (empty) folder")
    options = parser.parse_args(arguments)
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        for repository in options.repositories:
            name = repository.resolve().name
            root = (options.keep or Path(scratch)) / name
            copy_tree(repository, root)
            figures = check(root, random.Random(f"{options.seed}/{name}"))
            wrong += len(figures.wrong)
            _print(name, figures)
    return int(wrong > 0)


def check(root: Path, draw: random.Random) -> Figures:
    """Mend, plant, mend again and compare, in a scratch copy."""
    figures = Figures()
    _mend(root)
    planted = []
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".ipynb") and path.is_file():
            figures.files += 1
            found = _plant(path, draw, len(planted))
            if found is None:
                figures.planted["not planted: no place that parses"] += 1
            else:
                figures.planted["mendable" if found.to_mend else "to be left"] += 1
                planted.append(found)
    started = time.perf_counter()
    result = _mend(root)
    figures.seconds = time.perf_counter() - started
    reasons = {change.path: [item.reason for item in change.left] for change in result.changes}
    for item in planted:
        where = item.path.relative_to(root).as_posix()
        problem = _compare(item, figures, reasons.get(where, []))
        if problem:
            figures.wrong.append(f"{where}: {problem}")
    again = {item.finding.place.path for item in _run(root).left}
    for item in planted:
        where = item.path.relative_to(root).as_posix()
        if item.token not in item.path.read_bytes().decode("utf-8", "replace"):
            unclean = where in again and not reasons.get(where)
            figures.wrong += [f"{where}: still found"] if unclean else []
    return figures


def _run(root: Path) -> Result:
    request = Request((str(root),), str(root))
    config = Config(select=("secrets",))
    return Fixer(request, load_catalog(), config, store_of("env"), unsafe=False).run()


def _mend(root: Path) -> Result:
    request = Request((str(root),), str(root))
    config = Config(select=("secrets",))
    fixer = Fixer(request, load_catalog(), config, store_of("env"), unsafe=False)
    result = fixer.run()
    for change in result.changed:
        fixer.write(change)
    return result


def _plant(path: Path, draw: random.Random, number: int) -> Planted | None:
    token = "hf_" + "".join(draw.choices(string.ascii_letters, k=34))
    password = (
        "".join(draw.choices(string.ascii_letters, k=12)) + "-" + "".join(draw.choices("23456789", k=4))
    )
    to_mend = number % 6 != 5
    kinds = _MENDED if to_mend else _LEFT
    template = kinds[draw.randrange(len(kinds))]
    value = password if "{password}" in template else token
    snippet = template.format(token=token, password=password, number=number)
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None
    placed = _in_notebook(text, snippet, draw) if path.suffix == ".ipynb" else _in_module(text, snippet, draw)
    if placed is None:
        return None
    before, inner, after = placed
    path.write_bytes((before + inner + after).encode())
    return Planted(path, before, after, value, to_mend)


def _in_module(text: str, snippet: str, draw: random.Random) -> tuple[str, str, str] | None:
    """(before, planted, after) between two statements at the top level."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    try:
        body = ast.parse(text).body
        ends = [node.end_lineno or 0 for node in body if lines[(node.end_lineno or 1) - 1].endswith("\n")]
        if not ends:
            return None
        at = draw.choice(ends)
        before, after = "".join(lines[:at]), "".join(lines[at:])
        inner = "".join(f"{line}{newline}" for line in snippet.split("\n"))
        compile(before + inner + after, "planted", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, IndexError):
        return None
    return before, inner, after


def _in_notebook(text: str, snippet: str, draw: random.Random) -> tuple[str, str, str] | None:
    """The same as the first lines of a code cell, in the raw JSON."""
    try:
        notebook = json.loads(text)
        cells = notebook.get("cells") or [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
        listed = [cell for cell in cells if isinstance(cell.get("source", cell.get("input")), list)]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None
    filled = [cell for cell in listed if cell.get("source", cell.get("input"))]
    matches = list(_SOURCE.finditer(text))
    if len(matches) != len(filled):
        return None
    places = [
        match
        for cell, match in zip(filled, matches, strict=True)
        if cell.get("cell_type") == "code" and _plain("".join(cell.get("source", cell.get("input"))))
    ]
    if not places:
        return None
    match = draw.choice(places)
    elements = "".join(f"{json.dumps(line + chr(10))},{match[1]}" for line in snippet.split("\n"))
    at = match.end() - 1
    return text[:at], elements, text[at:]


def _plain(cell: str) -> bool:
    try:
        ast.parse(cell)
    except (SyntaxError, ValueError):
        return False
    return True


def _compare(item: Planted, figures: Figures, reasons: list[str]) -> str:
    """What is wrong about a file after fix, or an empty string."""
    text = item.path.read_bytes().decode("utf-8")
    gone = item.token not in text
    if gone:
        figures.mended += 1
    else:
        figures.left.update(reasons[:1] or ["not found by the scan"])
    if gone is not item.to_mend and not (reasons and not gone):
        return "mended against expectation" if gone else "not mended, and no reason given"
    if not text.endswith(item.after):
        return "something after the planted lines has changed"
    head = text[: len(text) - len(item.after)]
    if not _starts_with(head, item.before):
        return "something before the planted lines has changed"
    try:
        json.loads(text) if item.path.suffix == ".ipynb" else ast.parse(text)
    except (SyntaxError, ValueError):
        return "does not parse any more"
    return ""


def _starts_with(head: str, before: str) -> bool:
    """Whether a text starts with another one, but for one inserted import."""
    if head.startswith(before):
        return True
    same = next((i for i, (one, other) in enumerate(zip(head, before, strict=False)) if one != other), 0)
    for at in range(same, max(-1, same - 200), -1):
        for inserted in _imports(head, at):
            if head[at + len(inserted) :].startswith(before[at:]):
                return True
    return False


def _imports(head: str, at: int) -> list[str]:
    """What may have been inserted: an import with the line break, in a notebook as elements of the list."""
    found = re.compile(r"import os(?:\r?\n){1,2}|(?:import os\\n\",\s*\")(?:\\n\",\s*\")?").match(head, at)
    shorter = re.compile(r"import os\r?\n|import os\\n\",\s*\"").match(head, at)
    return [match[0] for match in (found, shorter) if match]


def _print(name: str, figures: Figures) -> None:
    print(f"{name}: {figures.files} files, {figures.seconds:.1f} s")
    for kind, count in sorted(figures.planted.items()):
        print(f"  {kind}: {count}")
    print(f"  mended: {figures.mended}")
    for reason, count in figures.left.most_common():
        print(f"  left: {count} {reason}")
    print(f"  other bytes changed, unparsable or still found: {len(figures.wrong)}")
    for problem in figures.wrong[:20]:
        print(f"    {problem}")


if __name__ == "__main__":
    sys.exit(main())

"""Time and memory of mlscan and its peers on synthetic trees of ever more files.

    python tests/benchmarks/growth.py SCRATCH --peers VENV/bin --sizes 10000,100000,1000000

Each tree is made of small files as machine-learning repositories have them: modules, notebooks, manifests,
pipelines, documents and data, a hundred in a folder, from a fixed seed. They are removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
from pathlib import Path

import peers
from compare import commands, measured

_WORDS = (
    "model",
    "train",
    "score",
    "batch",
    "feature",
    "label",
    "layer",
    "epoch",
    "loss",
    "metric",
    "config",
)
_IN_A_FOLDER = 100


def tree(folder: Path, files: int) -> int:
    """A tree of this many files; how many bytes it has."""
    total = 0
    source = random.Random(files)
    makers = [
        *[_module] * 30,
        *[_notebook] * 10,
        *[_manifest] * 9,
        _pipeline,
        *[_document] * 10,
        *[_data] * 40,
    ]
    for number in range(files):
        if number % _IN_A_FOLDER == 0:
            part = folder / f"{number // 10_000:03}" / f"{number // _IN_A_FOLDER % 100:02}"
            part.mkdir(parents=True)
        name, text = makers[number % len(makers)](source, number)
        total += (part / name).write_bytes(text.encode())
    return total


def _line(source: random.Random, length: int = 8) -> str:
    return " ".join(source.choices(_WORDS, k=length))


def _module(source: random.Random, number: int) -> tuple[str, str]:
    body = "\n".join(
        f"def {word}_{line}(values):\n    # {_line(source)}\n    return [one * {line} for one in values]\n"
        for line, word in enumerate(source.choices(_WORDS, k=12))
    )
    return f"module_{number}.py", f'"""{_line(source)}."""\n\nimport numpy as np\n\n\n{body}'


def _notebook(source: random.Random, number: int) -> tuple[str, str]:
    cells = [
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "outputs": [{"name": "stdout", "output_type": "stream", "text": [_line(source, 40) + "\n"]}],
            "source": [f"{word} = [1, 2, 3]\n", f"print({word})\n"],
        }
        for word in source.choices(_WORDS, k=10)
    ]
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return f"notebook_{number}.ipynb", json.dumps(book, indent=1)


def _manifest(source: random.Random, number: int) -> tuple[str, str]:
    options = "\n".join(f"  {word}_{line}: {line}" for line, word in enumerate(source.choices(_WORDS, k=30)))
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m{number}\ndata:\n"
    return f"manifest_{number}.yaml", head + options


def _pipeline(source: random.Random, number: int) -> tuple[str, str]:
    steps = "".join(f"      - run: pytest tests/{word}\n" for word in source.choices(_WORDS, k=6))
    head = f"name: ci {number}\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
    return f"pipeline_{number}.yml", f"{head}{steps}"


def _document(source: random.Random, number: int) -> tuple[str, str]:
    return f"README_{number}.md", "\n\n".join(
        f"# {_line(source, 3)}\n\n{_line(source, 60)}" for _ in range(5)
    )


def _data(source: random.Random, number: int) -> tuple[str, str]:
    rows = "\n".join(",".join(f"{source.random():.4f}" for _ in range(8)) for _ in range(40))
    return f"data_{number}.csv", ",".join(_WORDS[:8]) + "\n" + rows + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scratch", type=Path, help="a folder with room for the trees")
    parser.add_argument("--peers", type=Path, required=True, metavar="BIN")
    parser.add_argument("--only", default="kingfisher,gitleaks", help="names of peers, separated by commas")
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--runs", type=int, default=3, help="runs each, one above 200,000 files")
    given = parser.parse_args()
    programs = {
        tool: path for tool, path in peers.programs(given.peers).items() if tool in given.only.split(",")
    }
    print("| files | MB | tool | wall s | x mlscan | files/s | peak MB |\n|---|---|---|---|---|---|---|")
    for size in map(int, given.sizes.split(",")):
        folder = given.scratch / f"tree-{size}"
        total = tree(folder, size) >> 20
        try:
            chosen = commands("tree", programs, ())
            measured(chosen[0], folder)  # brings the files into memory
            own = 0.0
            for command in chosen:
                runs = [measured(command, folder) for _ in range(1 if size > 200_000 else given.runs)]
                wall = statistics.median(run.wall for run in runs)
                own = own or wall
                memory = max(run.memory for run in runs) // 1024
                cells = (
                    size,
                    total,
                    command.tool,
                    f"{wall:.2f}",
                    f"{wall / own:.2f}",
                    f"{size / wall:.0f}",
                    memory,
                )
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

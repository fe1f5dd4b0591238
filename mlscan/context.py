"""What stands around the files of a run that is about some of a repository only.

Files that are named are its targets. A pipeline in another file may run a script among them, and a gate in
another file may guard a deploy: where a target can be part of a way to production, the pipelines and rights
of the other tracked files are read as well, and what is found counts where a target is a step of it. Most
targets cannot, and for them nothing else is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import PurePosixPath

from mlscan.model import Finding
from mlscan.shards import Partial, Worker, merged
from mlscan.sources.around import Around

_SCRIPTS = (".py", ".ipynb", ".sh", ".bash", ".ps1")
_NAMELESS = ("makefile", "justfile", ".mk")  # run by a word that is no file name
_MANY = 100  # names that git looks for


def context(
    worker: Worker, done: Partial, targets: Collection[str], around: Around, excluded: Callable[[str], bool]
) -> Partial:  # fmt: skip
    """The pipelines, grants and sightings of the other tracked files, where the targets call for them."""
    if not (done.pipelines or done.grants or done.promoting or _may_be_run(targets, around)):
        return Partial()
    found: list[Partial] = []
    for source in around.sources(targets):
        if not excluded(source.path):
            role = worker.analyser.role(source)
            path = (source.path,)
            found.append(
                Partial(
                    pipelines=path if role.pipeline else (),
                    grants=path if role.access else (),
                    sighted=((source.path, role.sighted),) if role.sighted else (),
                )
            )
    return merged(found)


def concerns(finding: Finding, targets: Collection[str]) -> bool:
    """Whether a finding is about a target: it stands there, or a step of its way or what it is compared with
    does."""
    return any(place.path in targets for place in (finding.place, *finding.flow, *finding.related))


def _may_be_run(targets: Collection[str], around: Around) -> bool:
    if any(target.lower().endswith(_NAMELESS) for target in targets):
        return True
    names = {name for target in targets if target.endswith(_SCRIPTS) for name in _names(target)}
    return len(names) > _MANY or (bool(names) and around.runs(names))


def _names(target: str) -> Iterator[str]:
    """The words by which a command runs a script: `train.py`, and `-m train` or `jobs.train` of a module."""
    path = PurePosixPath(target)
    if path.name == "__init__.py" or "\n" in path.name:
        return
    if path.name == "__main__.py":
        yield f"-m {path.parent.name}"
        return
    yield path.name
    if path.suffix == ".py":
        yield f"-m {path.stem}"
        if path.parent.name and "\n" not in path.parent.name:
            yield f"{path.parent.name}.{path.stem}"

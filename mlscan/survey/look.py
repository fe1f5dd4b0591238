"""One repository to one record."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from mlscan.catalog.load import load_catalog
from mlscan.catalog.rulebook import rules
from mlscan.config import Config, Settings, check_plugins, check_selectors, load_config, selects
from mlscan.errors import UserError
from mlscan.model import Report
from mlscan.report.json_report import entries
from mlscan.scan import scan
from mlscan.sources.address import read_address
from mlscan.sources.clone import clone, tip
from mlscan.sources.head import changed, head
from mlscan.sources.request import Request
from mlscan.survey.task import Record, Task


def look(task: Task, scratch: Path) -> Record:
    """What is found in a repository; a clone is made below `scratch` and is gone afterwards.

    A mistake of the user's or of the repository's is a record that says so, and so is a defect, without the
    message of its exception: that may quote a scanned file.
    """
    started = time.perf_counter()
    try:
        found = _cloned(task, scratch) if task.remote else _there(task, Path(task.location))
    except UserError as error:
        found = Record(name=task.name, state="refused", message=" ".join(str(error).split()))
    except Exception as error:
        found = Record(name=task.name, state="failed", message=f"a defect in mlscan ({type(error).__name__})")
    return _timed(found, time.perf_counter() - started)


def _cloned(task: Task, scratch: Path) -> Record:
    address = read_address(task.location)
    if task.known and tip(address) == task.known:
        return Record(name=task.name, state="unchanged")
    with TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as folder:
        root = Path(folder, "repository")
        clone(address, root)
        return _there(task, root)


def _there(task: Task, root: Path) -> Record:
    if not root.is_dir():
        raise UserError("no such folder")
    if not (root / ".git").exists() and (root / "HEAD").is_file() and (root / "objects").is_dir():
        raise UserError(f"a repository without a work tree; write file://{root} to have it cloned")
    commit = (head(root) or ("",))[0]
    dirty = bool(commit) and changed(root)
    if task.known and commit == task.known and not dirty:
        return Record(name=task.name, state="unchanged")
    report = _report(root, settled(root, task.config, task.bare, task.settings))
    said = entries(report)
    summary = said["summary"]
    return Record(
        name=task.name,
        state="done",
        commit=commit,
        changed=dirty,
        made=task.made,
        files=summary["files"],
        bytes=summary["bytes"],
        by_severity=summary["by_severity"],
        by_rule=summary["by_rule"],
        findings=said["findings"],
        notes=said["notes"],
    )


def settled(root: Path, file: str, bare: bool, settings: Settings) -> Config:
    """The configuration of a repository with the user's settings over it. Code that it names and that the
    user did not is refused with a UserError."""
    loaded = Config() if bare else load_config(root, Path(file) if file else None)
    config = loaded.merged(settings)
    check_plugins(config)
    return config


def _report(root: Path, config: Config) -> Report:
    catalog = load_catalog(config.rules)
    if selects(config):
        check_selectors(config, rules(catalog))
    return scan(Request((str(root),), str(root)), catalog, config)


def _timed(record: Record, seconds: float) -> Record:
    from msgspec.structs import replace

    return replace(record, seconds=round(seconds, 3))

"""What an audit page shows of a repository: plain words and places, nothing a renderer has to judge."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlscan.model import Place, Report
from mlscan.pack import Pack
from mlscan.picture import Picture, WayShown


@dataclass(frozen=True, slots=True)
class Commit:
    """What was looked at, as git knows it: the full `id` of HEAD and the `date` of its commit (ISO 8601).
    `changed` tells that the work tree holds something else."""

    id: str
    date: str
    changed: bool


@dataclass(frozen=True, slots=True)
class RightShown:
    """A right or a trust that a file states: `what` it is and `on` what, empty where nothing says so. One
    that is `wide` administers, or reaches a whole account."""

    what: str
    on: str
    place: Place
    wide: bool = False


@dataclass(frozen=True, slots=True)
class DeployShown:
    """A way to a target that a job takes."""

    way: WayShown
    job: str
    pipeline: str
    template: bool = False


@dataclass(frozen=True, slots=True)
class DeployerShown:
    """An identity that deploys, as pipelines name it: `kind` is `role`, `key`, `service connection` or
    `variable group`, empty where jobs deploy and no file says as whom. `trains` names a job that trains as
    the same identity."""

    name: str
    kind: str
    cloud: str
    deploys: tuple[DeployShown, ...]
    rights: tuple[RightShown, ...] = ()
    trains: str = ""


@dataclass(frozen=True, slots=True)
class HolderShown:
    """An identity for machines to which files give rights; `path` is the file that says the first of them,
    `purpose` what it is for, and why that is believed. `trusts` are those who may take it."""

    name: str
    path: str
    purpose: str
    rights: tuple[RightShown, ...]
    trusts: tuple[RightShown, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """One look at one repository. `name` is the folder's; `limits` say in words what the configuration left
    out. `known` counts all rules, of which those of the report ran."""

    name: str
    commit: Commit | None
    report: Report
    picture: Picture = field(default_factory=Picture)
    pack: Pack = field(default_factory=lambda: Pack(()))
    deployers: tuple[DeployerShown, ...] = ()
    holders: tuple[HolderShown, ...] = ()
    limits: tuple[str, ...] = ()
    known: int = 0

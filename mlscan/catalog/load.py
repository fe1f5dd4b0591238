"""`rules/**.yaml` to a Catalog. Errors in a rule file name file, line and column, and what is wrong there."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TypeVar

import msgspec

from mlscan import __version__
from mlscan.catalog import cache
from mlscan.catalog.access import Access
from mlscan.catalog.exposures import Exposures
from mlscan.catalog.logins import Logins
from mlscan.catalog.markers import EvidenceMarkers
from mlscan.catalog.schema import Catalog, Check, Environments, Lexicon, Sdk, Tool, Vendor
from mlscan.catalog.unsafe import Surroundings
from mlscan.errors import UserError

_T = TypeVar("_T")


def rules_directory() -> Path:
    """`rules/` inside the installed package, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent / "rules"


def load_catalog(own: tuple[str, ...] = ()) -> Catalog:
    """The catalogue of `rules/`, from the cache when no rule file has changed since.

    The rules in files of a user's `own` stand behind ours. Raises UserError for a mistake in one.
    """
    if own:
        from mlscan.catalog.own import extended

        return extended(_ours(), own)
    return _ours()


def _ours() -> Catalog:
    folder = rules_directory()
    state = _state(folder)
    name = f"catalog-{state}.msgpack"
    if stored := cache.read(name):
        try:
            return msgspec.msgpack.decode(stored, type=Catalog)
        except msgspec.MsgspecError:
            pass  # written by another version: read the rule files again
    catalog = msgspec.structs.replace(read_catalog(folder), state=state)
    cache.write(name, msgspec.msgpack.encode(catalog))
    return catalog


def read_catalog(folder: Path) -> Catalog:
    """Read every rule file below a folder; raises UserError with file and reason."""
    return Catalog(
        vendors=_folder(folder / "tokens", Vendor),
        sdks=_folder(folder / "sdks", Sdk),
        tools=_folder(folder / "commands", Tool),
        checks=_folder(folder / "checks", Check),
        lexicon=_file(folder / "words.yaml", Lexicon),
        environments=_file(folder / "environments.yaml", Environments),
        logins=_file(folder / "logins.yaml", Logins),
        exposures=_file(folder / "exposures.yaml", Exposures),
        evidence=_file(folder / "evidence.yaml", EvidenceMarkers),
        surroundings=_file(folder / "surroundings.yaml", Surroundings),
        access=_file(folder / "roles.yaml", Access),
    )


def _folder(folder: Path, shape: type[_T]) -> tuple[_T, ...]:
    return tuple(_file(path, shape) for path in sorted(folder.glob("*.yaml")))


def _file(path: Path, shape: type[_T]) -> _T:
    from mlscan.catalog.rulefile import read

    return read(path).as_(shape)


def _state(folder: Path) -> str:
    """A digest of what the catalogue depends on: program, Python and every rule file's size and time."""
    digest = hashlib.sha256(f"{__version__} {sys.version_info[:2]} {msgspec.__version__}".encode())
    for place in (folder, *(folder / part for part in ("tokens", "sdks", "commands", "checks"))):
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            raise UserError(f"{place}: {error.strerror}; the installation is incomplete") from None
        for entry in entries:
            if entry.name.endswith(".yaml"):
                digest.update(f"{entry.path} {cache.state_of(entry.path)}\n".encode())
    # The struct definitions are part of the key too, so that a checkout never reads a stale shape.
    digest.update(cache.state_of(Path(__file__).parent / "schema.py").encode())
    return digest.hexdigest()[:24]

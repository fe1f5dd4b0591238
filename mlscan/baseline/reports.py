"""Earlier reports of mlscan as baselines: they know a finding by its fingerprint, without its secret."""

from __future__ import annotations

import msgspec

from mlscan.baseline.entry import Entry

_OWN = "mlscan"
_FINGERPRINT = "mlscan/v1"


class _Artifact(msgspec.Struct, frozen=True):
    uri: str = ""


class _Physical(msgspec.Struct, frozen=True, rename="camel"):
    artifact_location: _Artifact = _Artifact()


class _Location(msgspec.Struct, frozen=True, rename="camel"):
    physical_location: _Physical = _Physical()


class _Properties(msgspec.Struct, frozen=True, rename="camel"):
    other_fingerprints: tuple[str, ...] = ()


class _Result(msgspec.Struct, frozen=True, rename="camel"):
    rule_id: str = ""
    locations: tuple[_Location, ...] = ()
    partial_fingerprints: dict[str, str] = {}
    properties: _Properties = _Properties()


class _Driver(msgspec.Struct, frozen=True):
    name: str


class _Tool(msgspec.Struct, frozen=True):
    driver: _Driver


class _Run(msgspec.Struct, frozen=True):
    tool: _Tool
    results: tuple[_Result, ...] = ()


class _Sarif(msgspec.Struct, frozen=True):
    runs: tuple[_Run, ...]


class _Finding(msgspec.Struct, frozen=True):
    path: str
    rule: str
    fingerprint: str


class _Name(msgspec.Struct, frozen=True):
    name: str


class _Json(msgspec.Struct, frozen=True):
    tool: _Name
    findings: tuple[_Finding, ...]


def read_sarif(data: bytes) -> list[Entry]:
    """The entries of a SARIF file; raises ValueError when mlscan did not write it."""
    from urllib.parse import unquote_to_bytes

    entries = []
    for run in msgspec.json.decode(data, type=_Sarif).runs:
        if run.tool.driver.name != _OWN:
            raise ValueError(f"a report of {run.tool.driver.name}")
        for result in run.results:
            fingerprint = result.partial_fingerprints.get(_FINGERPRINT, "")
            uri = result.locations[0].physical_location.artifact_location.uri if result.locations else ""
            path = unquote_to_bytes(uri).decode("utf-8", "surrogateescape")
            # A result stands for every finding of its rule on its line.
            known = (fingerprint, *result.properties.other_fingerprints) if fingerprint else ()
            entries += [Entry(path, result.rule_id, each) for each in known]
    return entries


def read_json(data: bytes) -> list[Entry]:
    """The entries of a JSON report; raises ValueError when mlscan did not write it."""
    report = msgspec.json.decode(data, type=_Json)
    if report.tool.name != _OWN:
        raise ValueError(f"a report of {report.tool.name}")
    return [Entry(item.path, item.rule, item.fingerprint) for item in report.findings]

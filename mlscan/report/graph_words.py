"""The words and marks that all pictures of the graph share."""

from __future__ import annotations

from mlscan.picture import GateShown, Picture, Standing, WayShown
from mlscan.report.palette import Role
from mlscan.report.summary import counted

MARKS = {
    Standing.OPEN: "✗",
    Standing.DOUBTFUL: "!",
    Standing.UNVERIFIED: "?",
    Standing.GUARDED: "✓",
    Standing.HARMLESS: "·",
}
ROLES: dict[Standing, Role] = {
    Standing.OPEN: "error",
    Standing.DOUBTFUL: "warning",
    Standing.UNVERIFIED: "note",
    Standing.GUARDED: "good",
    Standing.HARMLESS: "frame",
}
_LEGEND = {
    Standing.OPEN: "open",
    Standing.DOUBTFUL: "doubtful",
    Standing.UNVERIFIED: "for the server to verify",
    Standing.GUARDED: "guarded",
    Standing.HARMLESS: "not production",
}
_KINDS = {
    "human": "approval",
    "environment": "environment",
    "authz": "who started it",
    "click": "manual click",
    "timer": "timer",
    "metric": "metric",
    "void": "no reviewers",
    "unknown": "unread part",
}


def target(way: WayShown) -> str:
    """Where a way leads: `production churn-prod`."""
    return {
        "prod": "production" if way.target.lower() == "production" else f"production {way.target}",
        "nonprod": way.target,
        "implicit": "an environment nothing names",
        "dynamic": f"chosen at run time: {way.target}",
    }[way.environment].strip()


def gate(shown: GateShown) -> str:
    """What a gate is: `environment production`."""
    return f"{_KINDS.get(shown.kind, shown.kind)} {shown.name}"


def verdict(way: WayShown) -> str:
    """The verdict's word with its mark: `✗ ungated`."""
    return f"{MARKS[way.standing]} {way.verdict}"


def legend() -> list[tuple[Standing, str]]:
    """What each standing is called."""
    return list(_LEGEND.items())


def totals(picture: Picture) -> str:
    """`5 deploys in 3 pipelines: 1 open, 4 guarded.`"""
    ways = picture.ways
    counts = [
        f"{number} {_LEGEND[standing]}"
        for standing in Standing
        if (number := sum(way.standing is standing for way in ways))
    ]
    found = f"{counted(len(ways), 'deploy')} in {counted(len(picture.pipelines), 'pipeline')}"
    silent = f" {counted(picture.silent, 'other pipeline')} deploy nothing." if picture.silent else ""
    return f"{found}: {', '.join(counts)}.{silent}" if ways else f"No deploys.{silent}"

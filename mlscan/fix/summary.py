"""What was mended and what was left, in words: names of secrets, never a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlscan.fix.edits import Left, Mended
from mlscan.fix.repository import Result
from mlscan.fix.stores import Store

_SHOWN = 3
_ROTATE = """\
Rotate first: every secret named above has been in a file, and stays in the history of the repository, in
its clones, forks and logs. Revoke it where it was issued, create a new one, and set that one. Taking it out
of the code does not take it back."""


def summary(result: Result, store: Store, *, shown: bool, verbose: bool) -> str:
    """The text for the terminal; `shown` tells that nothing was written."""
    mended = [item for change in result.changes for item in change.mended]
    names = sorted({item.name for item in mended if item.name})
    remarks = dict.fromkeys(item.remark for item in mended if item.remark)
    parts = [
        "\n".join([*_mended(mended, "would mend" if shown else "mended"), *_left(result.left, verbose)]),
        _counted(result, len(mended), shown),
        "\n".join(_to_set(names, store)),
        _ROTATE if any(item.secret for item in mended) else "",
        *remarks,
    ]
    return "\n\n".join(filter(None, parts))


def _mended(mended: Iterable[Mended], verb: str) -> Iterator[str]:
    for item in mended:
        how = f" -> {item.name}" if item.name else " (its output is taken out)" if item.secret else ""
        yield f"{verb} {item.finding.place} {item.finding.rule}{how}"


def _left(left: tuple[Left, ...], verbose: bool) -> Iterator[str]:
    """Every place that stays with its reason; without `verbose`, many of one reason are counted."""
    by_reason: dict[str, list[Left]] = {}
    for item in left:
        reason = item.reason + (" (--unsafe mends it)" if item.unsafe else "")
        by_reason.setdefault(reason, []).append(item)
    for reason, items in by_reason.items():
        listed = items if verbose or len(items) <= _SHOWN + 1 else items[:_SHOWN]
        for item in listed:
            yield f"left {item.finding.place} {item.finding.rule}: {reason}"
        if len(listed) < len(items):
            yield f"left {len(items) - len(listed)} more: {reason} (-v names them)"


def _counted(result: Result, mended: int, shown: bool) -> str:
    files = sum(1 for change in result.changes if change.mended)
    done = f"{_number(mended, 'finding')} {'would be ' if shown else ''}mended in {_number(files, 'file')}"
    others = f"; {_number(result.others, 'other finding')} cannot be mended by a program"
    return f"{done}, {len(result.left)} left{others if result.others else ''}."


def _to_set(names: list[str], store: Store) -> list[str]:
    """The variables or secrets that the code reads now, by name only."""
    if not names:
        return []
    if store.key == "env":
        head = "Set these environment variables where the code runs (as in a .env.example):"
        return [head, *(f"{name}=" for name in names)]
    head = f"Create these secrets in {store.title}:"
    settings = [f"Set in the environment: {', '.join(store.settings)}"] if store.settings else []
    return [head, *(f"  {store.secret_name(name)}" for name in names), *settings]


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

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
    stored = {item.name for item in mended if item.name and (item.stored and store.key != "env")}
    read = {item.name for item in mended if item.name} - stored
    remarks = dict.fromkeys(item.remark for item in mended if item.remark)
    parts = [
        "\n".join([*_mended(mended, "would mend" if shown else "mended"), *_left(result.left, verbose)]),
        _counted(result, len(mended), shown),
        "\n".join(_to_create(sorted(stored), store)),
        "\n".join(_to_set(sorted(read | set(store.settings if stored else ())))),
        _ROTATE if any(item.secret for item in mended) else "",
        *remarks,
    ]
    return "\n\n".join(filter(None, parts))


def _mended(mended: Iterable[Mended], verb: str) -> Iterator[str]:
    for item in mended:
        how = f" -> {item.name}" if item.name else f" ({item.how})"
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
    held = (
        f" {_number(result.held, 'finding')} in a baseline left alone (--no-baseline)." if result.held else ""
    )
    return f"{done}, {len(result.left)} left{others if result.others else ''}.{held}"


def _to_create(names: list[str], store: Store) -> Iterator[str]:
    """The secrets that the code looks up in the store now."""
    if names:
        yield f"Create these secrets in {store.title}:"
        yield from (f"  {store.secret_name(name)}" for name in names)


def _to_set(names: list[str]) -> Iterator[str]:
    """The environment variables that the code reads now."""
    if names:
        yield "Set these environment variables where the code runs (as in a .env.example):"
        yield from (f"{name}=" for name in names)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

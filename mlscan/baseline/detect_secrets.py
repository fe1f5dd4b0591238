"""detect-secrets' `.secrets.baseline`, read: the unsalted SHA-1 of each secret, by file.

Format: detect_secrets/core/baseline.py and potential_secret.py. Older versions have the same fields.
"""

from __future__ import annotations

import msgspec

from mlscan.baseline.entry import Entry
from mlscan.baseline.keys import Keys

_AUDITED = {True: "audited as a secret", False: "audited as no secret", None: ""}


class _Secret(msgspec.Struct, frozen=True):
    hashed_secret: str
    is_secret: bool | None = None


class _File(msgspec.Struct, frozen=True):
    results: dict[str, tuple[_Secret, ...]]


def read(data: bytes, keys: Keys) -> list[Entry]:
    """The entries of a baseline; raises ValueError when it is none."""
    return [
        Entry(
            path.replace("\\", "/").removeprefix("./"),
            "",
            keys.other(item.hashed_secret.lower()),
            reason=_AUDITED[item.is_secret],
        )
        for path, found in msgspec.json.decode(data, type=_File).results.items()
        for item in found
    ]

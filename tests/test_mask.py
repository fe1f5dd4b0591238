"""What of a line with a secret is shown."""

from __future__ import annotations

import pytest

from mlscan.mask import starred


@pytest.mark.parametrize(
    ("line", "secret", "shown"),
    [
        ("- DB_PASSWORD=Corr3ct-Horse-9", "Corr3ct-Horse-9", "- DB_PASSWORD=***************"),
        # Whatever stands beside a secret may be one, known by its name or not.
        (
            "DB_PASSWORD=Aa1-Aa1 OTHER_NAME=b2C3d4E5f6g7",
            "Aa1-Aa1",
            "DB_PASSWORD=******* OTHER_NAME=************",
        ),
        ("p=Aa1-Aa1 x9Y8z7W6v5U4t3S2r1Q0p9", "Aa1-Aa1", "p=******* **********************"),
        ("p=Aa1-Aa1 https://example.com", "Aa1-Aa1", "p=******* https://example.com"),
    ],
)
def test_stars(line: str, secret: str, shown: str) -> None:
    start = line.index(secret)
    assert starred(line.encode(), [(start, start + len(secret))]).decode() == shown

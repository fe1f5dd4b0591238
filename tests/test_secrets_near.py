"""A cheap look where a trigger fired decides whether a file is read at all: wide, and never too narrow."""

from __future__ import annotations

import pytest

from mlscan.catalog.load import load_catalog
from mlscan.secrets.judge import Judge
from mlscan.secrets.names import Names
from mlscan.secrets.near import plausible

LEXICON = load_catalog().lexicon
JUDGE, NAMES = Judge(LEXICON), Names(LEXICON)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"db_password: Nd7xPlatform26", True),
        (b"- name: DB_PASSWORD\n  value: minio123", True),
        (b"password: |\n  x", True),
        (b"DB=${DB_PASSWORD:-airflow}", True),
        (b"spring.datasource.password = airflow", True),
        (b"<password>airflow</password>", True),
        (b"POSTGRES_PASSWORD: example", True),
        (b"export AWS_SECRET_ACCESS_KEY=mlflow_admin", True),
        (b'variable "api_key" {\n  type = string\n\n  default = "3ada71056bf1b4b359fb7493a0c34b14"\n}', True),
        (b"db_password: ${DB_PASSWORD}", False),
        (b"max_tokens: 20000000", False),
        (b"cache_key: Nd7xPlatform26", False),
    ],
)
def test_a_name_with_a_value_is_worth_reading(text: bytes, expected: bool) -> None:
    assert plausible(text, [min(20, len(text) // 2)], JUDGE, NAMES) is expected


def test_only_what_fired_is_looked_at() -> None:
    text = b"password: Nd7xPlatform26\n" + b"x" * 2000
    assert not plausible(text, [1500], JUDGE, NAMES)
    assert plausible(text, [10, 1500], JUDGE, NAMES)
    assert not plausible(text, [], JUDGE, NAMES)


def test_a_long_line_is_looked_at_around_each_place() -> None:
    text = b"a: 1, " * 5000 + b"password: Nd7xPlatform26, " + b"a: 1, " * 5000
    assert plausible(text, [text.index(b"Nd7x") + 4], JUDGE, NAMES)
    assert plausible(text, [30, 900, text.index(b"Nd7x") + 4], JUDGE, NAMES)

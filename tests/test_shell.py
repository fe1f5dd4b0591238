"""The shell lexer: what it makes of real scripts, and that offsets give back their text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlscan.promotion.shell import Command, commands


def words(script: str) -> list[list[str]]:
    return [[word.text for word in command.words] for command in commands(script.encode()) if command.words]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("az ml \\\n  online-endpoint create -n x", [["az", "ml", "online-endpoint", "create", "-n", "x"]]),
        ("az ml `\n  job create", [["az", "ml", "job", "create"]]),
        ("a && b || c; d | e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        ("echo 'kubectl apply -f x' # kubectl apply", [["echo", "kubectl apply -f x"]]),
        ("# terraform apply\nterraform plan", [["terraform", "plan"]]),
        ("helm upgrade \"a b\" 'c d' e\\ f", [["helm", "upgrade", "a b", "c d", "e f"]]),
        ("deploy -t ${{ inputs.env || 'dev' }} now", [["deploy", "-t", "${{ inputs.env || 'dev' }}", "now"]]),
        ("az acr build -r $(ACR_NAME) .", [["az", "acr", "build", "-r", "$(ACR_NAME)", "."]]),
        (
            'X=$(az ml model list -o tsv)\necho "$X"',
            [["az", "ml", "model", "list", "-o", "tsv"], ["echo", "$X"]],
        ),
        ("if [ -n x ]; then deploy prod; fi", [["[", "-n", "x", "]"], ["deploy", "prod"]]),
        ("run 2>&1 >> log.txt", [["run"]]),
        ("cat <<EOF > f\nkubectl apply -f x\nEOF\nnext", [["cat"], ["next"]]),
        ("cat <<< word\nnext", [["cat"], ["next"]]),
        ("kubectl apply -f - <<'E'\nkind: X\nE\n", [["kubectl", "apply", "-f", "-"]]),
        ("a\r\nb\r\n", [["a"], ["b"]]),
    ],
)
def test_words(script: str, expected: list[list[str]]) -> None:
    assert words(script) == expected


def test_assignments_and_heredocs_belong_to_their_command() -> None:
    script = b"ENV=prod STAGE='a b' databricks bundle deploy <<EOF\nx\ny\nEOF\nnext"
    first, second = commands(script)
    assert first.assignments == {"ENV": "prod", "STAGE": "a b"}
    assert [script[start:end] for start, end in first.heredocs] == [b"x\ny\n"]
    assert [word.text for word in second.words] == ["next"]


def test_unfinished_constructs_end_with_the_script() -> None:
    for script in ("a 'b", 'a "b', "a $(b", "a ${{ b", "cat <<EOF\nx", "a \\"):
        assert words(script)


PLAIN = st.text(alphabet="abcxyz019-_./=:,@é", min_size=1, max_size=8).filter(lambda text: "=" not in text)


@given(st.lists(PLAIN, min_size=1, max_size=6), st.sampled_from([" ", "  ", " \\\n  "]))
def test_offsets_give_back_plain_words(parts: list[str], gap: str) -> None:
    script = gap.join(["run", *parts]).encode()
    (command,) = commands(script)
    assert [word.text for word in command.words] == ["run", *parts]
    assert [script[word.start : word.end].decode() for word in command.words] == ["run", *parts]


@given(st.binary(max_size=200))
def test_offsets_are_ordered_and_inside_for_any_bytes(script: bytes) -> None:
    for command in commands(script):
        assert _inside(command, len(script))


@given(st.text(alphabet="ab '\"$(){}<>|&;#\\\n`=", max_size=80))
def test_offsets_are_ordered_and_inside_for_shell_like_text(text: str) -> None:
    script = text.encode()
    for command in commands(script):
        assert _inside(command, len(script))


def _inside(command: Command, length: int) -> bool:
    spans = [(word.start, word.end) for word in command.words]
    ordered = all(before[1] <= after[0] for before, after in pairwise(spans))
    return ordered and all(0 <= start < end <= length for start, end in spans)

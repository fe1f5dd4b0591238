"""Terraform as blocks: nesting, texts, here-documents, comments, and text that is no HCL."""

from __future__ import annotations

import time

from mlscan.documents.hcl import read

TEXT = b"""
/* resource "a" "commented" { } */
resource "a_thing" "first" {
  name   = "churn-${var.env}" # a comment with "quotes" and {
  flag   = true
  many   = ["x", "y"]
  nested = { a = "b }", c = "d" }
  note   = <<-EOT
    } not the end
  EOT
  inner {
    value = var.name == "x" ? "}" : "{"
  }
  dynamic "reviewers" {
    for_each = var.teams
    content {
      teams = [1]
    }
  }
}
resource "a_thing" "second" {}
"""


def test_blocks_attributes_and_labels() -> None:
    root = read(TEXT)
    assert [block.labels for block in root.blocks] == [("a_thing", "first"), ("a_thing", "second")]
    first = root.blocks[0]
    assert first.text("name") == "churn-${var.env}"
    assert first.text("flag") == "true"
    assert first.attributes["many"].texts == ("x", "y")
    assert set(first.attributes) == {"name", "flag", "many", "nested", "note"}
    assert [block.type for block in first.inner("inner", "reviewers")] == ["inner", "content"]


def test_spans_are_byte_offsets() -> None:
    root = read(TEXT)
    head = root.blocks[1]
    assert TEXT[head.start : head.end].strip() == b'resource "a_thing" "second"'
    flag = root.blocks[0].attributes["flag"]
    assert TEXT[flag.start : flag.end].strip() == b"flag   = true"


def test_no_hcl_is_survived() -> None:
    for text in (
        b"",
        b"}}}}",
        b'resource "x',
        b"{% if a %}\nx = 1\n{% endif %}",
        b'a = "',
        b"a = <<EOF\nx",
        b"\xff{",
    ):
        read(text)
    assert read(b"{% if a %}\nx = 1\n").attributes["x"].value == "1"


def test_hostile_input_takes_no_time() -> None:
    started = time.perf_counter()
    for text in (b"a {" * 20_000, b"a = [" * 20_000, b'a = "${' * 20_000, b"/*" * 50_000, b"x " * 50_000):
        read(text)
    assert time.perf_counter() - started < 60  # a hang, not a slow machine


def test_commas_between_attributes_of_one_line_are_forgiven() -> None:
    """Terraform refuses them, and each attribute is read all the same."""
    root = read(b'action { name="Ask", category = "Approval", many=["a", "b"], at={ x = 1, y = 2 } }')
    action = root.blocks[0]
    assert {name: item.value for name, item in action.attributes.items()} == {
        "name": '"Ask"',
        "category": '"Approval"',
        "many": '["a", "b"]',
        "at": "{ x = 1, y = 2 }",
    }

"""What mends a finding, cut into prose and code: remedies hold blocks that a blank line separates."""

from __future__ import annotations

from dataclasses import dataclass

_CODE = (" ", "\t", "- ")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or lines of code."""

    text: str
    code: bool = False

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@dataclass(frozen=True, slots=True)
class Remedy:
    """The first paragraph, and what follows it."""

    first: str
    rest: tuple[Block, ...] = ()


def remedy(text: str) -> Remedy | None:
    """A remedy as a page shows it; None where there is none."""
    blocks = [part.strip("\n") for part in text.split("\n\n") if part.strip()]
    if not blocks:
        return None
    first, *below = blocks[0].splitlines()
    rest = [Block("\n".join(below), True)] if below else []
    rest += [Block(block, block.startswith(_CODE) or "\n" in block) for block in blocks[1:]]
    return Remedy(first, tuple(rest))

"""One file's bytes with its name, and nothing about how they were read."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """`path` is POSIX, relative to the repository root; `origin` is `tree`, `stdin`, `index` or a commit.
    `changed` is when it was last written, in nanoseconds; 0 for what is no file."""

    path: str
    data: bytes
    origin: str = "tree"
    changed: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """The lower-case ending with its dot, `.py`, or an empty string."""
        stem, dot, ending = self.name.rpartition(".")
        return f".{ending.lower()}" if dot and stem else ""

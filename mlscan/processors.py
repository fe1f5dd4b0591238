"""How many processes pay on this machine."""

from __future__ import annotations

import os


def processors() -> int:
    """How many processors of the machine this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def forkable() -> int:
    """The same for work that is shared by forking, which Windows cannot do."""
    return processors() if hasattr(os, "fork") else 1

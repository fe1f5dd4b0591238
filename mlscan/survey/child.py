"""The process that looks at repositories, one after the other: tasks on stdin, records on stdout.

It ends when its stdin does, also in the middle of a repository: whoever started it is gone. Started with the
folder that clones go to.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from queue import SimpleQueue

from msgspec.json import decode

from mlscan.survey.look import look
from mlscan.survey.task import Task


def serve(scratch: Path) -> None:
    """Answer every task with one line."""
    # Whatever prints (a plugin of somebody's) must not speak in our place.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    tasks: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(tasks, scratch), daemon=True).start()
    while True:
        answers.write(look(decode(tasks.get(), type=Task), scratch).line())
        answers.flush()


def _listen(tasks: SimpleQueue[bytes], scratch: Path) -> None:
    for line in sys.stdin.buffer:
        tasks.put(line)
    shutil.rmtree(scratch, ignore_errors=True)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)  # with git, where it is still cloning
    os._exit(0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))

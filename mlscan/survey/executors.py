"""Where a survey runs: in processes of this machine, or on a cluster of Dask distributed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from mlscan import __version__
from mlscan.errors import UserError
from mlscan.processors import processors
from mlscan.survey.crew import Crew
from mlscan.survey.worker import dismiss

if TYPE_CHECKING:
    from distributed import Client

# The scheduler keeps a queue of its own; more than this would only cost it memory.
_QUEUE = 2_000
_PATIENCE = 10


def local(jobs: int) -> Crew:
    """As many processes as asked for, one for each processor with 0. Each is started by a thread that waits
    for it, from scratch and never forked, and is replaced when it dies."""
    processes = jobs or processors()
    return Crew(lambda: ThreadPoolExecutor(processes, "mlscan"), processes, dismiss)


def cluster(address: str) -> Crew:
    """The workers of the Dask scheduler at an address such as `tcp://host:8786`. They need the same version
    of mlscan and see the same paths. Raises UserError where there is none or a worker is of no use."""
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--cluster needs Dask distributed: pip install 'mlscan[cluster]'") from None
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"--cluster: no scheduler at {address} ({type(error).__name__})") from None
    _check(client)

    def close() -> None:
        if client.status == "running":
            client.run(dismiss, on_error="ignore")
        client.close(timeout=_PATIENCE)

    return Crew(lambda: client.get_executor(pure=False), _QUEUE, close)


def version() -> str:
    """What a worker runs."""
    return __version__


def _check(client: Client) -> None:
    """Refuse workers that would say something else, or nothing."""
    for worker, found in client.run(version, on_error="return").items():
        if isinstance(found, ImportError):
            client.close()
            raise UserError(f"--cluster: {worker} has no mlscan: install {__version__} there")
        if isinstance(found, str) and found != __version__:
            client.close()
            raise UserError(f"--cluster: {worker} runs mlscan {found}, and this is {__version__}")

"""Feeds broken input to the readers and to whole scans, and keeps each new way to fail.

    python tests/fuzz/fuzz.py --seconds 60                       # every target, mutated fixtures
    python tests/fuzz/fuzz.py --target repository --seconds 600
    python tests/fuzz/fuzz.py --engine hypothesis --target yaml
    python tests/fuzz/fuzz.py --engine atheris --target notebook --seconds 300   # pip install atheris
    python tests/fuzz/fuzz.py --replay crashes/notebook-….bin --target notebook

Seconds are of processor time and for each target. A line of the log names target, engine, seed, executions,
seconds and failures; the input of a failure is kept in `--crashes`. The exit code is 1 where anything failed.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]


class TooSlow(BaseException):
    """One input took longer than it may."""


class Failures:
    """Distinct failures of a target, told apart by the innermost frame within mlscan."""

    def __init__(self, target: str, folder: Path, limit: float) -> None:
        self.count: dict[str, int] = {}
        self._target = target
        self._folder = folder
        self._limit = limit

    def watched(self, run: Callable[[], Any], data: bytes) -> None:
        """Run one input with a limit of time; a failure is kept with its input and ends nothing."""
        signal.signal(signal.SIGALRM, _too_slow)
        signal.setitimer(signal.ITIMER_REAL, self._limit)
        try:
            run()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._keep(error, data)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _keep(self, error: BaseException, data: bytes) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "mlscan/" in frame.filename] or list(frames)
        kind = type(error).__name__
        # A time-out stops anywhere: the caller says more than the line.
        where = ours[-1].name if kind == "TooSlow" else f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
        said = str(error).splitlines()[0][:60] if isinstance(error, AssertionError) and str(error) else ""
        key = f"{kind} {where} {said}"
        self.count[key] = self.count.get(key, 0) + 1
        if self.count[key] == 1:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = f"{self._target}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
            (self._folder / f"{name}.bin").write_bytes(data)
            (self._folder / f"{name}.txt").write_text("".join(traceback.format_exception(error))[-6000:])


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow


def mutations(name: str, seed: int) -> Iterator[bytes]:
    """Inputs without end for a target."""
    from mutate import mutated, seeds
    from targets import TARGETS, planted

    source = random.Random(seed)
    corpus = seeds(*TARGETS[name][1])
    everything = seeds()
    while True:
        data = mutated(source, source.choice(corpus)[1], everything)
        yield planted(source, data) if source.random() < 0.3 else data


def repositories(seed: int) -> Iterator[tuple[dict[str, bytes], bool]]:
    """Miniature repositories with one or two of their files mutated, and whether to try two processes."""
    from mutate import mutated, repositories, seeds
    from targets import planted

    source = random.Random(seed)
    corpus = [files for files in repositories() if files]
    everything = seeds()
    number = 0
    while True:
        files = dict(source.choice(corpus))
        for path in source.sample(sorted(files), min(len(files), source.choice((1, 1, 2)))):
            files[path] = mutated(source, files[path], everything)
            if source.random() < 0.3:
                files[path] = planted(source, files[path])
        number += 1
        yield files, number % 10 == 0


def by_mutation(name: str, seed: int, seconds: float, failures: Failures) -> int:
    from targets import TARGETS, repository

    done, started = 0, time.process_time()
    if name == "repository":
        for files, pooled in repositories(seed):
            packed = repr(files).encode()
            failures.watched(lambda files=files, pooled=pooled: repository(files, pooled=pooled), packed)
            done += 1
            if not done % 50:
                gc.collect()
            if time.process_time() - started >= seconds:
                return done
    target = TARGETS[name][0]
    target(b"")  # compiles the rules where nobody has
    started = time.process_time()
    for data in mutations(name, seed):
        failures.watched(lambda data=data: target(data), data)
        done += 1
        if time.process_time() - started >= seconds:
            break
    return done


def by_hypothesis(name: str, seed: int, seconds: float, failures: Failures) -> int:
    """Texts of the punctuation and words of the seeds, in any order."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st
    from mutate import _ODD, seeds
    from targets import TARGETS

    target, endings = TARGETS[name]
    words = sorted({word for _, data in seeds(*endings) for word in data.split()})
    parts = st.one_of(st.sampled_from(_ODD), st.sampled_from(words), st.sampled_from([b" ", b"\n", b"\n  "]))
    done, started = 0, time.process_time()
    while time.process_time() - started < seconds:

        @seeded(seed + done)
        @settings(
            max_examples=500,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.one_of(st.lists(parts, max_size=60).map(b"".join), st.binary(max_size=200)))
        def run(data: bytes) -> None:
            nonlocal done
            done += 1
            failures.watched(lambda: target(data), data)

        run()
    return done


def by_atheris(
    name: str, seed: int, seconds: float, failures: Failures, finish: Callable[[int], None]
) -> None:
    """Guided by the coverage of mlscan. Does not return: only the end of the process ends libFuzzer."""
    import os
    import tempfile

    import atheris

    with atheris.instrument_imports(include=["mlscan.documents", "mlscan.promotion", "mlscan.flow"]):
        from targets import TARGETS
    from mutate import seeds

    target, endings = TARGETS[name]
    done = 0

    def run(data: bytes) -> None:
        nonlocal done
        done += 1
        failures.watched(lambda: target(data), data)
        if time.process_time() - started >= seconds:
            finish(done)
            os._exit(int(bool(failures.count)))

    corpus = Path(tempfile.mkdtemp(prefix="mlscan-corpus-"))
    for number, (_, data) in enumerate(seeds(*endings)):
        (corpus / str(number)).write_bytes(data)
    arguments = [f"-seed={seed}", "-max_len=8192", "-verbosity=0", "-timeout=0", "-rss_limit_mb=0"]
    started = time.process_time()
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], run)
    atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--target", default="all")
    parser.add_argument("--engine", choices=["mutate", "hypothesis", "atheris"], default="mutate")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=10, help="seconds that one input may take")
    parser.add_argument("--crashes", type=Path, default=Path("crashes"))
    parser.add_argument("--log", type=Path)
    parser.add_argument("--replay", type=Path)
    given = parser.parse_args()
    if given.engine != "atheris":
        from targets import TARGETS, repository

        names = [*TARGETS, "repository"] if given.target == "all" else given.target.split(",")
    else:
        names = [given.target]
    if given.replay:
        data = given.replay.read_bytes()
        started = time.process_time()
        if given.target == "repository":
            import ast

            repository(ast.literal_eval(data.decode()), pooled=True)
        else:
            TARGETS[given.target][0](data)
        print(f"{time.process_time() - started:.3f} s, nothing failed")
        return 0
    failed = False
    for name in names:
        failures = Failures(name, given.crashes, given.limit)
        started = time.process_time()

        def told(
            done: int, name: str = name, failures: Failures = failures, started: float = started
        ) -> None:
            used = time.process_time() - started
            line = f"{name:15} {given.engine:10} seed {given.seed:<4} {done:9} inputs {used:7.0f} s"
            line += f"  {len(failures.count)} distinct failures"
            line += "".join(f"\n    {number:6} x {key}" for key, number in sorted(failures.count.items()))
            print(line, flush=True)
            if given.log:
                with given.log.open("a") as log:
                    log.write(line + "\n")

        if given.engine == "atheris":
            by_atheris(name, given.seed, given.seconds, failures, told)
        by = by_hypothesis if given.engine == "hypothesis" and name != "repository" else by_mutation
        told(by(name, given.seed, given.seconds, failures))
        failed = failed or bool(failures.count)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

"""One process that reads damaged files: ``python fuzz_worker.py MOST_MS JOB...``, a job is NAME:FIRST:COUNT.

It writes ``begin NAME SEED`` before and a line of JSON after each case, so that whoever started it knows
which case killed it.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import fuzz_targets
from fuzz_targets import quick_samples
from mutations import mutate

from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from fuzz_targets import Sample, Target

MOST_S = 5.0
MOST_MORE_MB = 300.0
_ADDRESS_SPACE_MB = 1500
"""Above what the process has after warming up; what reads without bounds meets it as MemoryError."""


class TooSlowError(BaseException):
    """Raised by the alarm; no handler for errors takes it for one."""


def main(most_s: float, jobs: list[str]) -> None:
    """Run all jobs."""
    warnings.simplefilter("error")
    signal.signal(signal.SIGALRM, _too_slow)
    found = fuzz_targets.targets()
    chosen = {name: quick_samples(found[name], most_s) for name, _, _ in map(_parsed, jobs)}
    _limit_memory()
    for name, first, count in map(_parsed, jobs):
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(first, first + count):
                _say(f"begin {name} {seed}")
                _say(json.dumps(run_case(found[name], chosen[name], seed, Path(folder))))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parsed(job: str) -> tuple[str, int, int]:
    name, first, count = job.rsplit(":", 2)
    return name, int(first), int(count)


def damaged(samples: list[Sample], seed: int) -> tuple[Sample, str, bytes]:
    """Choose a sample, one of its files (mostly the one that is given), and damage it."""
    rng = random.Random(~seed)
    sample = rng.choice(samples)
    given = [name for name in sample.files if name == sample.entry]
    names = given if given and rng.random() < 0.8 else sorted(sample.files)
    name = rng.choice(names)
    return sample, name, mutate(sample.files[name], seed)


def run_case(target: Target, samples: list[Sample], seed: int, folder: Path) -> dict[str, Any]:
    """Read one damaged file; say how it went, how long it took, and how much memory was in use at most."""
    sample, name, content = damaged(samples, seed)
    place = folder / str(samples.index(sample))
    path = sample.write(place) if not place.exists() else place / sample.entry
    (place / name).write_bytes(content)
    with contextlib.suppress(OSError):  # not everywhere; then the peak is that of the whole process
        Path("/proc/self/clear_refs").write_text("5")
    before_mb, start = _status_mb("VmRSS"), time.perf_counter()
    failure = _failure(target, path)
    took_s, more_mb = time.perf_counter() - start, _status_mb("VmHWM") - before_mb
    (place / name).write_bytes(sample.files[name])
    if not failure and took_s > MOST_S:
        failure = f"took {took_s:.1f} s"
    if not failure and more_mb > MOST_MORE_MB:
        failure = f"took {more_mb:.0f} MB"
    read = failure == "read"
    failure = "" if read else failure
    return {"s": took_s, "mb": more_mb, "read": read, "failure": failure, "file": f"{sample.entry} ({name})"}


def _failure(target: Target, path: Path) -> str:
    """Give what went wrong: "" where the file was refused in words, "read" where it was read."""
    try:
        signal.setitimer(signal.ITIMER_REAL, MOST_S + 1.0)
        target.read(path)
    except PfpError as error:
        return "" if str(error).strip() and error.what_to_do else f"no advice: {error}"
    except TooSlowError:
        return "hangs:\n" + traceback.format_exc(limit=-4)
    except BaseException:
        return traceback.format_exc(limit=-6)
    else:
        return "read"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _too_slow(_signal: int, _frame: object) -> NoReturn:
    raise TooSlowError


def _status_mb(key: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _limit_memory() -> None:
    import resource

    most = int((_status_mb("VmSize") + _ADDRESS_SPACE_MB) * 2**20)
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    main(float(sys.argv[1]) / 1000, sys.argv[2:])

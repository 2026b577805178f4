"""What every adapter does: read the hour, find its contacts several times, write down what came of it.

An adapter is a script that runs in the environment of its package, so this imports numpy and the standard
library only: ``python NAME_adapter.py HOUR.npz METHOD WARM_SECONDS OUT.json``.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WARM_CALLS = 3


@dataclass(frozen=True)
class Hour:
    """The recording as every method gets it.

    Attributes
    ----------
    rate_hz
        Samples per second, without a gap.
    acc_g, gyr_dps
        (n, 3) float32: specific force in g, angular rate in deg/s, on the right shank; x forward, y up along
        the bone, z to the right (at rest y reads +1 g).
    run
        The samples of the run, for methods that have to be told where walking or running is.
    """

    rate_hz: float
    acc_g: np.ndarray
    gyr_dps: np.ndarray
    run: slice


def read_hour(path: str) -> Hour:
    """Read what `bench.peers.hour.write_hour` wrote."""
    with np.load(path) as file:
        rate_hz = float(file["rate_hz"])
        first, last = (int(t * rate_hz) for t in file["run_s"])
        return Hour(rate_hz, file["acc_g"], file["gyr_dps"], slice(first, last + 1))


def seconds(samples: object, hour: Hour, first: int = 0) -> np.ndarray:
    """Turn sample numbers, counted from sample ``first``, into seconds of the recording."""
    return (np.asarray(samples, dtype=float) + first) / hour.rate_hz


def main(package: str, methods: Mapping[str, Callable[[Hour], tuple[object, object]]]) -> None:
    """Time one method of a package, from the file to its contacts, and write the result as JSON.

    Parameters
    ----------
    package
        The distribution whose version is reported.
    methods
        By name: from the hour to the times of initial and of terminal contacts in s, None where a method
        gives no such contact.
    """
    path, method, warm_s, out = sys.argv[1:]
    calls = []
    while len(calls) < 2 or (len(calls) <= WARM_CALLS and sum(wall for wall, _ in calls[1:]) < float(warm_s)):
        start, used = time.perf_counter(), time.process_time()
        initial, terminal = methods[method](read_hour(path))
        calls.append((time.perf_counter() - start, time.process_time() - used))
    result = {
        "version": version(package),
        "python": sys.version.split()[0],
        "first_s": calls[0][0],
        "warm_s": [wall for wall, _ in calls[1:]],
        "warm_cpu_s": [used for _, used in calls[1:]],
        "initial_s": _listed(initial),
        "terminal_s": _listed(terminal),
    }
    Path(out).write_text(json.dumps(result), encoding="utf-8")


def _listed(times_s: object) -> list[float] | None:
    """Make a list of finite times in order, None of nothing asked."""
    if times_s is None:
        return None
    times = np.asarray(times_s, dtype=float)
    return np.sort(times[np.isfinite(times)]).tolist()

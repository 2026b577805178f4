"""Run every method in a process of its own, all by turns: each round meets the same load."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.peers.catalogue import FLOOR, Method, Peer
from bench.places import ROOT
from bench.speed import say

if TYPE_CHECKING:
    from collections.abc import Sequence

ENVIRONMENTS: Final = ROOT / ".venv-peers"
WARM_S: Final = 20.0
"""A process repeats its warm call until this has passed, three times at most and once at least."""
LIMIT_S: Final = 900.0
_LAUNCH: Final = ROOT / "bench" / "launch.py"


@dataclass(slots=True)
class Measured:
    """What came of one method: a result and a peak for each round, or why it failed in one of them."""

    peer: Peer
    method: Method
    results: list[dict[str, object]] = field(default_factory=list)
    peaks_mb: list[float] = field(default_factory=list)
    failure: str | None = None

    @property
    def warm_s(self) -> np.ndarray:
        """Return the smallest warm time of each round."""
        return np.array([min(result["warm_s"]) for result in self.results])

    @property
    def cpu_s(self) -> np.ndarray:
        """Return the least processor time of a warm call in each round: what others run adds little to it."""
        return np.array([min(result["warm_cpu_s"]) for result in self.results])

    @property
    def first_s(self) -> float:
        """Return the median time of the first call in a process, imports not included."""
        return float(np.median([result["first_s"] for result in self.results] or [np.nan]))

    def times(self, other: Measured) -> float:
        """Return the median ratio of processor times to another method's of the same round."""
        n = min(len(self.results), len(other.results))
        return float(np.median(self.cpu_s[:n] / other.cpu_s[:n])) if n else float("nan")

    def contacts(self, kind: str) -> np.ndarray | None:
        """Return the times of "initial" or "terminal" contacts, None where the method gives none."""
        times = self.results[0][f"{kind}_s"] if self.results else None
        return None if times is None else np.asarray(times, dtype=np.float64)


def python_of(peer: Peer) -> Path:
    """Return the interpreter of a peer's environment."""
    return ENVIRONMENTS / peer.environment / "bin" / "python" if peer.environment else Path(sys.executable)


def why_not(peer: Peer) -> str | None:
    """Return why a peer's environment is not ready, None when it is."""
    home = ENVIRONMENTS / peer.environment
    if not peer.environment or (home / ".ready").exists():
        return None
    log = home / "install.log"
    said = [line.strip() for line in log.read_text().splitlines() if line.strip()] if log.exists() else []
    errors = [line for line in said if line.lower().startswith("error")] or said[-1:]
    reason = errors[0].replace(str(ROOT), ".") if errors else "it was never tried"
    return f"its environment could not be made: {reason}"


def measure(peers: Sequence[Peer], hour: Path, rounds: int) -> list[Measured]:
    """Measure all methods of the peers, floor first, by turns."""
    measured = [Measured(peer, method, failure=why_not(peer)) for peer in peers for method in peer.methods]
    for k in range(rounds):
        for one in measured:
            if one.failure is None:
                say(f"peers: round {k + 1} of {rounds}, {one.method.label}")
                _run(one, hour)
                if one.failure is not None:
                    one.results.clear()
                    one.peaks_mb.clear()
    if any(one.failure for one in measured if one.peer == FLOOR):
        raise RuntimeError("the floor could not be measured")
    return measured


def _run(one: Measured, hour: Path) -> None:
    out = hour.with_name("result.json")
    out.unlink(missing_ok=True)
    adapter = ROOT / "bench" / "peers" / one.peer.adapter
    command = [python_of(one.peer), adapter, hour, one.method.key, WARM_S, out]
    launcher = [sys.executable, "-I", "-S", str(_LAUNCH), *map(str, command)]
    with subprocess.Popen(
        launcher, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            printed, errors = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            one.failure = f"it was stopped after {LIMIT_S:.0f} s"
            return
    if process.returncode or not out.exists():
        lines = errors.strip().splitlines()
        last = lines[-1].replace(str(ROOT), ".") if lines else "without a word"
        one.failure = f"it ended with {process.returncode}: {last}"
        return
    one.results.append(json.loads(out.read_text(encoding="utf-8")))
    one.peaks_mb.append(json.loads(printed.splitlines()[-1])["peak_mb"])

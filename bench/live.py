"""Recording: nothing lost, memory, delay of a cue, share of a core, speed-up, and the time to finish."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.live_hour import HOUR_S
from bench.live_tables import (
    RecordedFaster,
    delay_section,
    finish_section,
    loss_section,
    share_section,
    soak_section,
    speed_up_section,
)
from bench.places import ROOT
from bench.speed import launched, say

if TYPE_CHECKING:
    from bench.tables import Section

SHORT_S: Final = 60.0
LONG_S: Final = 600.0
_HOST_S: Final = 25.0
_LONG_HOST_S: Final = 120.0
_MINUTE_S: Final = 60.0
_SPEEDS: Final = (30, 45, 60, 90, 120, 180, 240)
_PATIENCE_S: Final = 120.0
DEMO_MINUTES: Final = 12.0
DEMO_SPEED: Final = 40.0
SOAK_SPEED: Final = 25.0
_PFP: Final = (sys.executable, "-m", "pfp_sensors")


def live_sections(*, long: bool = False) -> list[Section]:
    """Measure recording; each part in processes of its own, one after the other."""
    seconds, host_s = (LONG_S, _LONG_HOST_S) if long else (SHORT_S, _HOST_S)
    say(f"live: {seconds:.0f} s of two sensors through the whole rig, at real time")
    rig = answer_of("bench.live_record", f"{seconds:g}", "1", patience_s=2 * seconds + _PATIENCE_S)
    say(f"live: the host's side alone, twice {host_s:.0f} s")
    alone = {
        n: answer_of("bench.live_host", str(n), f"{host_s:g}", patience_s=2 * host_s + _PATIENCE_S)
        for n in (1, 2)
    }
    say("live: faster than real time")
    demo, faster = _demo(), _ladder()
    soak = [_soaked()] if long else []
    say("live: finishing an hour")
    return [
        loss_section(seconds, rig),
        delay_section(rig, alone[2]),
        share_section(rig, alone, host_s),
        speed_up_section(demo, DEMO_MINUTES, DEMO_SPEED, faster),
        *soak,
        _finished(),
    ]


def answer_of(module: str, *arguments: str, patience_s: float) -> dict[str, Any]:
    """Run a part of the benchmark in a fresh process and return what it printed.

    Raises
    ------
    RuntimeError
        If it fails.
    subprocess.TimeoutExpired
        If it does not end.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=patience_s)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _demo() -> dict[str, float]:
    """Time ``pfp record --simulate`` of 12 minutes as a whole process, with the summary at its end."""
    with tempfile.TemporaryDirectory(prefix="pfp-bench-") as home:
        options = ("--minutes", f"{DEMO_MINUTES:g}", "--speed-up", f"{DEMO_SPEED:g}", "--side", "left")
        return launched((*_PFP, "--home", home, "record", "--simulate", *options))


def _ladder() -> list[RecordedFaster]:
    """Record a minute of two sensors faster and faster, until samples are lost or it does not end in time."""
    rungs: list[RecordedFaster] = []
    for speed in _SPEEDS:
        try:
            got = answer_of("bench.live_record", f"{_MINUTE_S:g}", str(speed), patience_s=_PATIENCE_S)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            rungs.append(RecordedFaster(speed, None, str(error).splitlines()[-1]))
            break
        rungs.append(RecordedFaster(speed, got))
        if not rungs[-1].is_whole:
            break
    return rungs


def _soaked() -> Section:
    """Feed an hour of one sensor to a session, and see what stays in memory."""
    say(f"live: an hour fed {SOAK_SPEED:g} times as fast")
    got = answer_of(
        "bench.live_soak", f"{HOUR_S:g}", f"{SOAK_SPEED:g}", patience_s=HOUR_S / SOAK_SPEED + 200.0
    )
    return soak_section(HOUR_S, SOAK_SPEED, got)


def _finished() -> Section:
    """Write the packets of an hour, then time the process that finishes it."""
    with tempfile.TemporaryDirectory(prefix="pfp-bench-") as name:
        folder = Path(name) / "hour"
        launched((sys.executable, "-m", "bench.live_hour", "write", str(folder)))
        packet_mb = _size_mb(folder)
        run = launched((sys.executable, "-m", "bench.live_hour", "finish", str(folder)))
        sizes_mb = [path.stat().st_size / 1e6 for path in sorted(folder.glob("imu*.parquet"))]
    return finish_section(HOUR_S, run, packet_mb, sizes_mb)


def _size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6

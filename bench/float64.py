"""``python -m bench.float64``: what the analysis would say and cost if it computed in float64 throughout.

A copy of the package, in which float64 stands for float32 in the rooms gait, signal and analyse, works on the
same simulated recordings in a process of its own. What is simulated says nothing about a person.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.places import ROOT

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Recording

ROOMS: Final = ("gait", "signal", "analyse")
RUNS: Final = ((2.2, 208.0), (2.8, 104.0), (3.5, 208.0), (3.0, 416.0), (2.6, 100.0))
SECONDS: Final = 300.0
ROUNDS: Final = 5


def main() -> None:
    """Compare the strides and the processor time of the two."""
    with tempfile.TemporaryDirectory(prefix="pfp-float64-") as name:
        folder = Path(name)
        _copy_in_float64(folder)
        times: dict[str, list[float]] = {"float32": [], "float64": []}
        for _ in range(ROUNDS):
            for width, root in (("float32", ROOT), ("float64", folder)):
                times[width].append(_run(root, folder / f"{width}.npz"))
        _print_differences(folder)
    ratio = float(np.median(np.array(times["float64"]) / np.array(times["float32"])))
    print(f"an hour: {ratio:.2f} times the processor time of float32 (median of {ROUNDS} rounds)")


def _copy_in_float64(folder: Path) -> None:
    package = folder / "pfp_sensors"
    shutil.copytree(ROOT / "pfp_sensors", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "config", package / "_config")  # where a wheel has it
    n = 0
    for room in ROOMS:
        for file in (package / room).glob("*.py"):
            text = file.read_text(encoding="utf-8")
            n += text.count("np.float32")
            file.write_text(text.replace("np.float32", "np.float64"), encoding="utf-8")
    print(f"float64 stands for float32 in {n} places")


def _run(root: Path, result: Path) -> float:
    code = (
        f"import sys; sys.path[:0] = [{str(root)!r}, {str(ROOT)!r}]; "
        f"from bench.float64 import work; work({str(result)!r})"
    )
    answer = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=root,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return float(answer.stdout)


def work(result: str) -> None:
    """Analyse all recordings, keep the strides, and print what the hour took; in a process of its own."""
    from pfp_sensors.analyse import analyse_recording
    from pfp_sensors.settings import load_signal_settings

    settings = load_signal_settings()
    hour = _simulated(2.8, 208.0, 3600.0)
    columns = {}
    for name, recording in [(f"{s} m/s, {hz} Hz", _simulated(s, hz, SECONDS)) for s, hz in RUNS] + [
        ("h", hour)
    ]:
        strides = analyse_recording(recording, settings).strides
        columns.update({f"{name}/{one.name}": getattr(strides, one.name) for one in fields(strides)})
    np.savez(result, allow_pickle=False, **columns)
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        analyse_recording(hour, settings)
        taken.append(time.process_time() - start)
    print(min(taken))


def _simulated(speed_mps: float, rate_hz: float, duration_s: float) -> Recording:
    from pfp_sensors.synth import RunnerSettings, SensorSettings, simulate_run

    runner = RunnerSettings(duration_s=duration_s, speed_mps=speed_mps)
    return simulate_run(runner, SensorSettings(rate_hz=rate_hz))[0]


def _print_differences(folder: Path) -> None:
    narrow, wide = np.load(folder / "float32.npz"), np.load(folder / "float64.npz")
    largest: dict[str, float] = {}
    n = 0
    for name in wide.files:
        a, b = narrow[name].astype(float), wide[name].astype(float)
        column = name.split("/")[-1]
        if a.shape != b.shape or (np.isnan(a) != np.isnan(b)).any():
            raise SystemExit(f"{name}: not the same strides, or not the same ones known")
        n += len(a) if column == "initial_contact_s" else 0
        found = np.nanmax(np.abs(a - b), initial=0.0)
        largest[column] = max(largest.get(column, 0.0), float(found))
    print(f"{n} strides of {len(RUNS) + 1} simulated recordings; largest difference")
    for column, value in largest.items():
        print(f"  {column:20} {value:.1e}")


if __name__ == "__main__":
    main()

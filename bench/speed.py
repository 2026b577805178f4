"""Time and memory against the floor, all in one run: ratios hold on any machine, seconds only on this one."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.diary_years import make_two_years
from bench.hours import simulated_hour, write_hours
from bench.places import ROOT
from bench.scores import EVENT_COLUMNS, event_cells, score_contacts, scored_stretch
from bench.speed_floor import read_and_filter
from bench.tables import Section, Table, number
from bench.targets import Target
from pfp_sensors.actions.analyze import analyze_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.model.truth import Truth
    from pfp_sensors.settings import SignalSettings

HOURS: Final = (1, 2, 5, 10)
_REPEATS: Final = 9
_LONG_REPEATS: Final = 5
_FLOOR_FILE: Final = Path(__file__).with_name("speed_floor.py")
_LAUNCH_FILE: Final = Path(__file__).with_name("launch.py")
_PFP: Final = (sys.executable, "-m", "pfp_sensors")


@dataclass(frozen=True, slots=True)
class Runs:
    """Several measurements of one thing: seconds, and peak memory in MB where it was a process of its own."""

    seconds: tuple[float, ...]
    peak_mb: tuple[float, ...] = ()

    @property
    def typical_s(self) -> float:
        """Return the median time."""
        return float(np.median(self.seconds))

    def times(self, floor: Runs) -> float:
        """Return the median of the ratios to the floor's run of the same round: both met the same load."""
        k = min(len(self.seconds), len(floor.seconds))
        return float(np.median(np.divide(self.seconds[:k], floor.seconds[:k])))

    @property
    def largest_mb(self) -> float:
        """Return the largest peak, NaN where memory was not measured."""
        return max(self.peak_mb, default=float("nan"))


def speed_section(settings: SignalSettings, repeats: int = _REPEATS, hours: Sequence[int] = HOURS) -> Section:
    """Simulate the hour, then time it."""
    say("speed: simulating an hour")
    hour, truth = simulated_hour()
    with tempfile.TemporaryDirectory(prefix="pfp-bench-") as name:
        folder = Path(name)
        files = {n: write_hours(folder, hour, n) for n in hours}
        size_mb = (files[hours[0]] / "imu.parquet").stat().st_size / 1e6
        del hour
        say("speed: in process")
        inside = _in_process(files, repeats)
        say("speed: whole processes")
        whole = _processes(files, repeats)
        contacts = _hour_contacts(files[hours[0]], truth, settings)
    first, last = hours[0], hours[-1]
    return Section(
        "Speed and memory",
        "The hour: simulated, 208 Hz, six axes, 16 bit. Floor: read it from Parquet (pyarrow) and run one "
        "order-4 sosfiltfilt over six channels. Floor and what is measured take turns; the ratio is the "
        "median over rounds, and that of the smallest times is shown too. Longer recordings are the hour "
        "repeated. Peak memory is that of a fresh process, its imports included.",
        (
            _time_table(inside, whole),
            _slope_table(
                {n: inside[f"analyse {n} h"] for n in hours},
                {n: whole[f"pfp analyze, {n} h"] for n in hours},
            ),
            Table("Contacts of the simulated hour, ms", ("", *EVENT_COLUMNS), contacts[0]),
        ),
        (*_targets(inside, whole, first, last, size_mb), *contacts[1]),
        len(inside) + len(whole),
    )  # fmt: skip


def say(what: str) -> None:
    """Tell how far it is, on stderr."""
    print(what, file=sys.stderr, flush=True)


def _in_process(files: dict[int, Path], repeats: int) -> dict[str, Runs]:
    """Time floor and analysis by turns, after one round that warms up."""
    first = min(files)
    measured: dict[str, Callable[[], object]] = {
        "floor": lambda: read_and_filter(str(files[first] / "imu.parquet")),
        f"analyse {first} h": lambda: analyze_file(files[first]),
    }
    longer = {
        f"analyse {n} h": (lambda path=path: analyze_file(path)) for n, path in files.items() if n != first
    }
    seconds: dict[str, list[float]] = {name: [] for name in (*measured, *longer)}
    for k in range(repeats + 1):
        for name, call in {**measured, **(longer if 0 < k <= _LONG_REPEATS else {})}.items():
            start = time.perf_counter()
            call()
            if k:
                seconds[name].append(time.perf_counter() - start)
    return {name: Runs(tuple(times)) for name, times in seconds.items()}


def _processes(files: dict[int, Path], repeats: int) -> dict[str, Runs]:
    """Time whole processes by turns."""
    first = min(files)
    imu = str(files[first] / "imu.parquet")
    home = files[first].parent / "two-years"
    say(f"a diary of two years, {make_two_years(home)} entries")
    often = {
        "bare Python: import, read, filter": (sys.executable, str(_FLOOR_FILE), imu),
        f"pfp analyze, {first} h": (*_PFP, "analyze", str(files[first])),
        "pfp --help": (*_PFP, "--help"),
        "pfp next, two years of diary": (*_PFP, "--home", str(home), "next"),
        "python -c pass": (sys.executable, "-c", "pass"),
    }
    longer = {f"pfp analyze, {n} h": (*_PFP, "analyze", str(p)) for n, p in files.items() if n != first}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in (*often, *longer)}
    for k in range(repeats + 1):
        for name, command in {**often, **(longer if 0 < k <= _LONG_REPEATS // 2 else {})}.items():
            run = launched(command)
            if k:
                found[name].append(run)
    return {
        name: Runs(tuple(r["seconds"] for r in runs), tuple(r["peak_mb"] for r in runs))
        for name, runs in found.items()
    }


def launched(command: Sequence[str]) -> dict[str, float]:
    """Run a command in a fresh process and return its seconds and peak_mb.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    launcher = [sys.executable, "-I", "-S", str(_LAUNCH_FILE), *command]
    done = subprocess.run(launcher, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _hour_contacts(
    path: Path, truth: Truth, settings: SignalSettings
) -> tuple[tuple[tuple[str, ...], ...], tuple[Target, ...]]:
    """Score the contacts of the hour: none missed, none false (signal.md 15)."""
    strides = analyze_file(path, settings=settings).legs[0].strides
    inside = scored_stretch(np.array([0.0, truth.bouts[-1].end_s]))
    score = score_contacts(
        truth.initial_contact_s,
        truth.terminal_contact_s,
        strides.initial_contact_s,
        strides.terminal_contact_s,
        inside,
    )
    initial, terminal = score.initial, score.terminal
    wrong = initial.n_true + initial.n_found - 2 * initial.n_matched
    rows = (("initial", *event_cells(initial)), ("terminal", *event_cells(terminal)))
    return rows, (
        Target("simulated hour: contacts missed or false", float(wrong), 0.0, decimals=0),
        Target("simulated hour: SD of initial contact", float(initial.error_ms.std()), 3.0, unit="ms"),
        Target("simulated hour: SD of terminal contact", float(terminal.error_ms.std()), 5.0, unit="ms"),
    )


def _time_table(inside: dict[str, Runs], whole: dict[str, Runs]) -> Table:
    rows = []
    for where, runs, floor in (
        ("in process, warm", inside, inside["floor"]),
        ("whole process", whole, whole["bare Python: import, read, filter"]),
    ):
        for name, run in runs.items():
            rows.append(
                (
                    where,
                    name,
                    str(len(run.seconds)),
                    number(run.typical_s, 3),
                    number(min(run.seconds), 3),
                    number(run.times(floor), 2),
                    number(min(run.seconds) / min(floor.seconds), 2),
                    number(run.largest_mb, 0),
                )
            )
    columns = ("", "", "runs", "median s", "smallest s", "times the floor", "by smallest", "peak MB")
    return Table("Times and memory", columns, tuple(rows))


def _slope_table(inside: dict[int, Runs], whole: dict[int, Runs]) -> Table:
    hours = np.array(list(inside), dtype=np.float64)
    time_s = np.array([run.typical_s for run in inside.values()])
    peak_mb = np.array([run.largest_mb for run in whole.values()])
    first = next(iter(inside.values()))
    rows = []
    for n, run in inside.items():
        mb = whole[n].largest_mb
        ratios = (run.times(first), min(run.seconds) / min(first.seconds))
        times = (number(run.typical_s, 2), *(number(ratio, 2) for ratio in ratios))
        rows.append((f"{n} h", *times, number(mb, 0), number(mb / peak_mb[0], 2)))
    if len(hours) > 1:
        per_hour = (np.polyfit(hours, time_s, 1)[0], np.polyfit(hours, peak_mb, 1)[0])
        rows.append(("each hour more", number(per_hour[0], 2), "-", "-", number(per_hour[1], 1), "-"))
    columns = (
        "recording",
        "in process s",
        "times the first",
        "by smallest",
        "pfp peak MB",
        "times the first",
    )
    return Table("Slope", columns, tuple(rows))


def _targets(
    inside: dict[str, Runs], whole: dict[str, Runs], first: int, last: int, size_mb: float
) -> tuple[Target, ...]:
    one, ten = inside[f"analyse {first} h"], inside[f"analyse {last} h"]
    pfp, pfp_long = whole[f"pfp analyze, {first} h"], whole[f"pfp analyze, {last} h"]
    bare = whole["bare Python: import, read, filter"]
    ratio = pfp.times(bare)
    return (
        Target("one hour in process, times the floor", one.times(inside["floor"]), 3.5),
        Target(f"{last} hours against {first}: time", ten.times(one), 11.0 * last / (10.0 * first)),
        Target(f"{last} hours against {first}: peak memory", pfp_long.largest_mb / pfp.largest_mb, 3.0),
        Target("pfp analyze of one hour, times the bare process", ratio, 1.6),
        Target("the prize: pfp analyze not slower than the bare process", ratio, 1.0),
        Target("pfp analyze of one hour, peak memory", pfp.largest_mb, 300.0, unit="MB", decimals=0),
        Target("pfp --help", whole["pfp --help"].typical_s, 0.15, unit="s", decimals=3),
        Target(
            "pfp next on two years of diary",
            whole["pfp next, two years of diary"].typical_s,
            0.5,
            unit="s",
            decimals=3,
        ),
        Target("one hour at rest", size_mb, 6.0, unit="MB", decimals=1),
    )

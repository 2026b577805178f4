"""``pfp simulate``: a labelled synthetic recording with known truth."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.output import json_line, write_out
from pfp_sensors.cli.parser import number, path_text, seed
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from pfp_sensors.synth.settings import PlanPart

DESCRIPTION = """\
Simulate a runner with a sensor on the shin and write the recording as the
folder OUT: samples, meta.json, and the truth (contacts, stride lengths,
landing peaks). Six seconds of standing, then a steady run, unless told
otherwise. Everything written is labelled synthetic."""

EXAMPLES = (
    "pfp simulate easy_run --minutes 20 --speed-mps 2.8",
    "pfp simulate clipped --range-g 8 --no-gyro --strike soft --seed 7",
    "pfp simulate breaks --plan still=10,running=300,walking=60,running=300",
)

RUNNER_OPTIONS = {
    "speed_mps": "running speed, m/s",
    "walking_speed_mps": "walking speed, m/s",
    "cadence_spm": "steps per minute (default: typical for the speed)",
    "contact_time_s": "time on the ground, s (default: typical for the speed)",
    "impact_g": "median landing peak, g (default: typical for speed, slope and strike)",
    "ringing_hz": "oscillation after a landing, Hz",
    "ringing_share": "its size, as a share of the landing",
    "stride_time_sd_pct": "scatter of stride time, %%",
    "contact_time_sd_ms": "scatter of contact time, ms",
    "impact_sd_pct": "scatter of landing peaks, %%",
    "impact_drift_g_per_h": "fatigue: change of landing peaks, g per hour",
    "cadence_drift_spm_per_h": "fatigue: change of cadence, steps/min per hour",
    "cadence_wander_spm": "slow wander of cadence, steps/min",
    "slope_pct": "slope, %%, uphill positive",
    "impact_asymmetry_pct": "right minus left landing peak, %% of their mean",
    "contact_asymmetry_pct": "right minus left contact time, %% of their mean",
    "sensor_height_m": "sensor above the ankle, m",
}
"""Numbers of ``RunnerSettings`` that have an option of the same name."""

SENSOR_OPTIONS = {
    "rate_hz": "samples per second",
    "gyr_range_dps": "full scale of the gyroscope, deg/s",
    "turn_deg": "mounting: turned about the shin, deg",
    "tilt_forward_deg": "mounting: tilted forward, deg",
    "tilt_sideways_deg": "mounting: tilted sideways, deg",
    "strap_looseness": "ringing of a loose strap, as a share of the landing",
    "strap_shift_s": "the sensor slips after this many seconds (default: never)",
    "strap_shift_deg": "and turns by this, deg",
    "acc_noise_g_per_rthz": "noise of the accelerometer, g per root Hz",
    "gyr_noise_dps_per_rthz": "noise of the gyroscope, deg/s per root Hz",
    "acc_bias_g": "offset of the accelerometer, g",
    "gyr_bias_dps": "offset of the gyroscope, deg/s",
    "dropped_share": "share of samples lost",
    "clock_drift_ppm": "the sensor's clock runs fast by this, ppm",
    "timestamp_jitter_s": "scatter of the sample times, s",
}
"""Numbers of ``SensorSettings`` that have an option of the same name."""

_FLAGS = {name: "--" + name.replace("_", "-") for name in RUNNER_OPTIONS | SENSOR_OPTIONS} | {
    "acc_range_g": "--range-g"
}
_SETTING = re.compile(rf"\b({'|'.join(_FLAGS)})\b")

_DEFAULT_MINUTES = 10.0
_MINUTES_RANGE = (0.05, 360.0)
_BREAK_S = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("out", type=path_text, metavar="OUT", help="folder to write")
    parser.add_argument("--force", action="store_true", help="write into a folder that is not empty")
    parser.add_argument(
        "--minutes", type=number, metavar="N", help=f"length of the recording (default: {_DEFAULT_MINUTES:g})"
    )
    parser.add_argument(
        "--walk-breaks", type=int, metavar="N", help="walk for a minute N times, evenly spread"
    )
    parser.add_argument(
        "--plan", metavar="P", help="parts in order, in seconds: still=10,running=300,walking=60"
    )
    parser.add_argument("--two-legs", action="store_true", help="a sensor on each leg")
    parser.add_argument("--side", choices=("left", "right"), help="leg that carries the sensor")
    parser.add_argument("--strike", choices=("heel", "midfoot", "soft"), help="how the foot lands")
    parser.add_argument("--seed", type=seed, metavar="N", help="the same seed gives the same samples")
    parser.add_argument("--no-gyro", action="store_true", help="accelerometer only")
    parser.add_argument("--upside-down", action="store_true", help="sensor worn upside down")
    parser.add_argument("--range-g", type=number, metavar="R", help="full scale of the accelerometer, g")
    for name, meaning in (RUNNER_OPTIONS | SENSOR_OPTIONS).items():
        parser.add_argument(_FLAGS[name], type=number, metavar="X", help=meaning)


def run(args: argparse.Namespace) -> int:
    """Simulate, write, and say what was written."""
    from pfp_sensors.actions.simulate import simulate_to_folder
    from pfp_sensors.cli.progress import Progress
    from pfp_sensors.synth.settings import RunnerSettings, SensorSettings

    if args.two_legs and args.side is not None:
        raise UsageError("--two-legs has both sides.", "Leave out --side or --two-legs.")
    with _by_flag():
        runner = RunnerSettings(**_runner(args))
        sensor = SensorSettings(**_sensor(args))
    if sensor.strap_shift_s is not None and sensor.strap_shift_s >= runner.total_s:
        raise UsageError(
            f"--strap-shift-s is {sensor.strap_shift_s:g}; the recording lasts {runner.total_s:g} s.",
            "Give a time before its end, or a longer recording.",
        )
    with Progress(1, "recordings") as progress:
        progress.start("simulating")
        files = simulate_to_folder(Path(args.out), runner, sensor, two_legs=args.two_legs, replace=args.force)
    if args.json:
        names = [file.as_posix() for file in files]
        document = {"schema": "pfp.simulation/1", "synthetic": True, "folder": args.out, "files": names}
        write_out(json_line(document))
        return 0
    lines = "\n".join(f"  {Path(args.out) / file}" for file in files)
    write_out(f"SYNTHETIC recording of {runner.total_s / 60:.1f} min written:\n{lines}")
    return 0


def _runner(args: argparse.Namespace) -> dict[str, Any]:
    """Gather what was said of the runner."""
    given = _given(args, [*RUNNER_OPTIONS, "side", "strike", "seed"])
    given["duration_s"] = 60.0 * (_DEFAULT_MINUTES if args.minutes is None else _minutes(args.minutes))
    if args.plan is not None:
        if args.minutes is not None or args.walk_breaks is not None:
            raise UsageError(
                "--plan already says how long and when to walk.", "Leave out --minutes and --walk-breaks."
            )
        given["plan"] = _plan(args.plan)
    elif args.walk_breaks is not None:
        given["plan"] = _walk_breaks(given["duration_s"], args.walk_breaks)
    return given


def _sensor(args: argparse.Namespace) -> dict[str, Any]:
    """Gather what was said of the sensor."""
    given = _given(args, SENSOR_OPTIONS)
    if args.range_g is not None:
        given["acc_range_g"] = args.range_g
    return given | {"gyro": not args.no_gyro, "upside_down": args.upside_down}


def _given(args: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(args, name)) is not None}


@contextmanager
def _by_flag() -> Iterator[None]:
    """Name in an error the flag that was typed instead of the setting behind it."""
    try:
        yield
    except UsageError as error:
        message, what_to_do = (
            _SETTING.sub(lambda found: _FLAGS[found[0]], text) for text in (error.message, error.what_to_do)
        )
        raise UsageError(message, what_to_do) from error


def _minutes(value: float) -> float:
    low, high = _MINUTES_RANGE
    if not low <= value <= high:
        raise UsageError(f"--minutes is {value:g}; allowed is {low:g} to {high:g}.", "Give another length.")
    return value


def _plan(text: str) -> tuple[PlanPart, ...]:
    """Read ``still=10,running=300``."""
    from pfp_sensors.synth.settings import PlanPart

    parts = []
    for item in text.split(","):
        kind, _, seconds = item.partition("=")
        try:
            length = number(seconds)
        except ValueError:
            raise UsageError(
                f"--plan: {item!r} is not of the form kind=seconds.", "Write still=10,running=300,walking=60."
            ) from None
        try:
            parts.append(PlanPart(kind.strip(), length))  # type: ignore[arg-type]  # PlanPart checks the kind
        except UsageError as error:
            raise UsageError(
                f"--plan {item}: {error.message}", "Write still=10,running=300,walking=60."
            ) from error
    return tuple(parts)


def _walk_breaks(total_s: float, breaks: int) -> tuple[PlanPart, ...]:
    """Stand, then run, with ``breaks`` evenly spread minutes of walking."""
    from pfp_sensors.synth.settings import DEFAULT_STANDING_S, PlanPart

    running_s = (total_s - DEFAULT_STANDING_S - breaks * _BREAK_S) / (max(breaks, 0) + 1)
    if breaks < 1 or running_s < _BREAK_S / 2:
        raise UsageError(
            f"--walk-breaks {breaks} does not fit into {total_s / 60:g} minutes.",
            "Give at least one, and two minutes for each; or say it all with --plan.",
        )
    parts = [PlanPart("still", DEFAULT_STANDING_S), PlanPart("running", running_s)]
    for _ in range(breaks):
        parts += [PlanPart("walking", _BREAK_S), PlanPart("running", running_s)]
    return tuple(parts)

"""The published mean shank cycle, tiled to a minute: what the summary says against what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.places import SHARED_DATA
from bench.scores import ERROR_COLUMNS, error_cells
from bench.tables import Section, Table, number, percent
from bench.targets import Target
from pfp_sensors.analyse import analyse_recording
from pfp_sensors.model.recording import Recording

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.model.summary import RunSummary, Spread
    from pfp_sensors.settings import SignalSettings

FOLDER: Final = SHARED_DATA / "mean_shank_cycle"
_G: Final = 9.80665
_CYCLES: Final = 82
_RATE_HZ: Final = 208.0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the mean running cycle (signal.md 16, item 11).

    ``initial_ms`` and ``terminal_ms`` are when, in the cycle, its mean vertical force crosses 0.07 body
    weights (50 N of 73 kg); averaging has blurred both. ``sensor_height_m`` is the height above the ankle
    that stands still in stance (docs/simulated-runner.md).
    """

    stride_s: float = 0.7335
    cadence_spm: float = 163.6
    contact_ms: float = 242.0
    initial_ms: float = 110.6
    terminal_ms: float = 346.3
    length_m: float = 2.55
    sensor_height_m: float = 0.25


def tiled(name: str, *, gyro: bool = True) -> Recording:
    """Repeat a mean cycle for about a minute at 208 Hz (periodic, so a Fourier series is exact)."""
    table = np.genfromtxt(FOLDER / f"{name}.csv", delimiter=",", names=True)
    stride_s = float(np.mean(table["dur_dur"]))
    n = round(_CYCLES * stride_s * _RATE_HZ)
    phase = np.arange(n) / _RATE_HZ / stride_s

    def columns(quantity: str) -> FloatArray:
        names = (quantity, f"{quantity}_2", f"{quantity}_3")
        return np.stack([_periodic(table[name], phase) for name in names], axis=1)

    return Recording(
        time_s=np.arange(n) / _RATE_HZ,
        acc_g=(columns("acc_tibia_r") / _G).astype(np.float32),
        gyr_dps=np.degrees(columns("gyro_tibia_r")).astype(np.float32) if gyro else None,
        rate_hz=_RATE_HZ,
        side="right",
        placement="shank",
    )


def _periodic(cycle: FloatArray, phase: FloatArray) -> FloatArray:
    """Read a cycle of equally spaced points at any phase (1 = once round), by its Fourier series."""
    weights = np.fft.rfft(cycle) / len(cycle)
    order = np.arange(1, len(weights))
    waves = np.exp(2j * np.pi * np.outer(phase % 1.0, order))
    return np.asarray(weights[0].real + 2.0 * (waves @ weights[1:]).real)


def mean_cycle_section(settings: SignalSettings) -> Section:
    """Compare the summaries of the tiled cycles with what is known."""
    known = Known()
    contact_s, length_m = known.contact_ms / 1000.0, known.length_m
    per_cent = 100.0 / length_m
    run = analyse_recording(tiled("normrunning"), settings).summary
    plain = analyse_recording(tiled("normrunning", gyro=False), settings).summary
    height = replace(settings.stride_length, sensor_height_m=known.sensor_height_m)
    high = analyse_recording(tiled("normrunning"), replace(settings, stride_length=height)).summary
    strides = analyse_recording(tiled("normrunning"), settings).strides
    walk = analyse_recording(tiled("normwalking"), settings).summary
    return Section(
        "Published mean shank cycle, tiled",
        "The mean running cycle of one man (3.47 m/s; Dorschky et al. 2019) repeated for a minute at 208 Hz, "
        "with and without gyroscope, nobody standing. Averaging has smoothed away most of the landing, so "
        "contact time is only expected within 40 ms. Its sensor sat about 0.25 m above the ankle, ours is "
        "worn at 0.10 m; stride length is shown with the shipped height and with that one.",
        (_table(known, run, plain, high), _contacts_table(known, strides)),
        (
            Target(
                "mean cycle: stride time, error",
                _error(run.stride_time_s, known.stride_s, 1e3),
                2.0,
                "max",
                "ms",
                1,
            ),
            Target(
                "mean cycle: cadence, error", _error(run.cadence_spm, known.cadence_spm), 0.5, "max", "spm"
            ),
            Target(
                "mean cycle: contact time, error",
                _error(run.contact_time_s, contact_s, 1e3),
                40.0,
                "max",
                "ms",
                0,
            ),
            Target(
                "mean cycle: contact time without gyroscope, error",
                _error(plain.contact_time_s, contact_s, 1e3),
                40.0,
                "max",
                "ms",
                0,
            ),
            Target(
                "mean cycle: stride length, error",
                _error(run.stride_length_m, length_m, 100 / length_m),
                5.0,
                "max",
                "%",
            ),
            Target(
                "mean cycle: stride length with its sensor at 0.25 m, error",
                _error(high.stride_length_m, length_m, per_cent),
                5.0,
                "max",
                "%",
            ),
            Target("mean walking cycle called running", walk.running_s, 0.0, "max", "s", 0),
        ),
        3,
    )


def _error(found: Spread | None, known: float, scale: float = 1.0) -> float | None:
    return None if found is None else abs(found.median - known) * scale


def _contacts_table(known: Known, strides: Strides) -> Table:
    """Compare contacts with the mean force, each in its own cycle."""
    rows: list[tuple[str, ...]] = []
    half_ms = 500.0 * known.stride_s
    for name, time_s, true_ms in (
        ("initial", strides.initial_contact_s, known.initial_ms),
        ("terminal", strides.terminal_contact_s, known.terminal_ms),
    ):
        late_ms = (1000.0 * time_s - true_ms + half_ms) % (2.0 * half_ms) - half_ms
        rows.append((name, *error_cells(late_ms)))
    trusted = percent(float((strides.confidence >= 1.0).mean()) if len(strides) else None, 0)
    title = f"Contacts against the mean force, ms ({trusted} % of onsets trusted)"
    return Table(title, ("", *ERROR_COLUMNS), tuple(rows))


def _table(known: Known, run: RunSummary, plain: RunSummary, high: RunSummary) -> Table:
    def row(name: str, value: float, field: str, scale: float, decimals: int) -> tuple[str, ...]:
        spreads = (getattr(summary, field) for summary in (run, plain, high))
        found = (number(None if s is None else scale * s.median, decimals) for s in spreads)
        return (name, number(value, decimals), *found)

    return Table(
        "Mean running cycle",
        ("", "known", "with gyroscope", "without", "sensor at 0.25 m"),
        (
            row("stride time, s", known.stride_s, "stride_time_s", 1.0, 4),
            row("cadence, spm", known.cadence_spm, "cadence_spm", 1.0, 2),
            row("contact time, ms", known.contact_ms, "contact_time_s", 1000.0, 0),
            row("stride length, m", known.length_m, "stride_length_m", 1.0, 3),
        ),
    )

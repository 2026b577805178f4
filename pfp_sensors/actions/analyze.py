"""A recording in, its analysis out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.actions.known_beside import analyse_known, read_known
from pfp_sensors.errors import UsageError
from pfp_sensors.settings import ImportSettings, SignalSettings, load_import_settings, load_signal_settings

if TYPE_CHECKING:
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.recording import Side


@dataclass(frozen=True, slots=True)
class WatchBeside:
    """The rows of a watch worn on the same run; they begin at second ``offset_s`` of the recording."""

    path: Path
    offset_s: float


@dataclass(frozen=True, slots=True)
class AnalyzeOptions:
    """What a person knows about a recording that its file may not say.

    Attributes
    ----------
    side, placement
        The leg that carried the sensor, and where ("shank").
    sensor
        Which of several sensors in the file: its column prefix.
    acc_range_g
        Full scale of the accelerometer.
    speed_mps, distance_km
        Speed of a treadmill; distance by treadmill or watch.
    mapping
        A file that names the columns of a table which does not name them itself.
    watch
        A watch's run that was joined with the recording.
    learned
        What earlier runs with a watch taught about this person's speed, in order of time.
    """

    side: Side | None = None
    placement: str | None = None
    sensor: str | None = None
    acc_range_g: float | None = None
    speed_mps: float | None = None
    distance_km: float | None = None
    mapping: Path | None = None
    watch: WatchBeside | None = None
    learned: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        """Check what was given.

        Raises
        ------
        UsageError
            If a value is outside what can be true.
        """
        if self.side not in {None, "left", "right"}:
            raise UsageError(f"The side is {self.side!r}.", "Give left or right.")
        _check("speed", self.speed_mps, 0.3, 12.0, "m/s", "A pace of 6:00 min per km is 2.78 m/s.")
        _check("distance", self.distance_km, 0.01, 1000.0, "km", "Give it in kilometres.")
        _check("range", self.acc_range_g, 1.0, 1000.0, "g", "Give 16 for a sensor of +-16 g.")


def analyze(
    path: Path | str,
    *,
    side: Side | None = None,
    placement: str | None = None,
    sensor: str | None = None,
    acc_range_g: float | None = None,
    speed_mps: float | None = None,
    distance_km: float | None = None,
    mapping: Path | str | None = None,
    config: Path | str | None = None,
) -> FileAnalysis:
    """Analyse a recording: all that ``pfp analyze`` does, as one call.

    Parameters
    ----------
    path
        A CSV or Parquet file, or a folder as ``pfp simulate`` writes it.
    side, placement, sensor, acc_range_g, speed_mps, distance_km, mapping
        What is known beside the file, as in :class:`AnalyzeOptions`.
    config
        A TOML file of settings to use instead of the shipped ones.

    Returns
    -------
    FileAnalysis
        Summary and strides of each leg. A quantity that the recording cannot support is None, with a
        reason; ``summary.status`` is "refused" where there is no running.

    Raises
    ------
    InputError
        If the file cannot be read or is not what it claims.
    UsageError
        If a value is outside what can be true, or the file holds several sensors and none was chosen.
    SettingsError
        If ``config`` has a wrong key or value.
    """
    columns = None if mapping is None else Path(mapping)
    options = AnalyzeOptions(side, placement, sensor, acc_range_g, speed_mps, distance_km, columns)
    file = None if config is None else Path(config)
    return analyze_file(path, options, load_signal_settings(file), load_import_settings(file))


def analyze_file(
    path: Path | str,
    options: AnalyzeOptions | None = None,
    settings: SignalSettings | None = None,
    limits: ImportSettings | None = None,
) -> FileAnalysis:
    """Read a recording and analyse every leg in it.

    Parameters
    ----------
    path
        A CSV or Parquet file, or a folder as ``pfp simulate`` writes it.
    options
        What is known beside the file.
    settings, limits
        The numbers of the signal chain and of reading files; the shipped ones when not given.

    Raises
    ------
    InputError
        If the file cannot be read or is not what it claims.
    UsageError
        If the file holds several sensors and none was chosen.
    """
    options = options or AnalyzeOptions()
    file = read_known(Path(path), options, limits)
    return analyse_known(file, options, settings or load_signal_settings())


def _check(name: str, value: float | None, low: float, high: float, unit: str, what_to_do: str) -> None:
    if value is not None and not (math.isfinite(value) and low <= value <= high):
        raise UsageError(
            f"The {name} is {value:g} {unit}; it must be {low:g} to {high:g} {unit}.", what_to_do
        )

"""A recording looked at: analysed, with what its charts show."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pfp_sensors.actions.analyze import AnalyzeOptions
from pfp_sensors.actions.known_beside import analyse_known, read_known

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.report import LegCharts


class Look(NamedTuple):
    """What a recording shows: its analysis, and what the charts of each leg show, in the same order."""

    analysis: FileAnalysis
    charts: tuple[LegCharts, ...]


def look_at(path: Path, config: Path | None = None, options: AnalyzeOptions | None = None) -> Look:
    """Analyse a recording, and gather what its charts show.

    The same bytes, settings and options give the same: whoever asks again may keep it.

    Parameters
    ----------
    path
        A folder of pfp, Parquet, or CSV.
    config
        A file of settings to use in place of the shipped ones.
    options
        What is known beside the file.

    Raises
    ------
    InputError
        If the file cannot be read or is not what it claims.
    UsageError
        If it holds several sensors and none was chosen.
    SettingsError
        If ``config`` has a wrong key or value.
    """
    from threadpoolctl import threadpool_limits

    from pfp_sensors.analyse.charts import leg_charts
    from pfp_sensors.settings import load_import_settings, load_signal_settings

    settings, known = load_signal_settings(config), options or AnalyzeOptions()
    file = read_known(path, known, load_import_settings(config))
    analysis = analyse_known(file, known, settings)
    pairs = zip(file.recordings, analysis.legs, strict=True)
    with threadpool_limits(limits=1, user_api="blas"):  # small products: a second thread only waits
        return Look(analysis, tuple(leg_charts(recording, leg, settings) for recording, leg in pairs))

"""Analyse one sensor's recording, or all legs of a file."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pfp_sensors import __version__
from pfp_sensors.analyse.leg import find_leg
from pfp_sensors.analyse.lengths import Given
from pfp_sensors.analyse.summary import summarise
from pfp_sensors.analyse.symmetry import symmetry_of
from pfp_sensors.model.analysis import FileAnalysis, LegAnalysis
from pfp_sensors.model.summary import Provenance
from pfp_sensors.settings.load import parameters_sha256

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from threadpoolctl import ThreadpoolController

    from pfp_sensors.gait.speed_model import SpeedModel
    from pfp_sensors.model.recording import Recording, RecordingFile
    from pfp_sensors.model.watch import JoinedWatch
    from pfp_sensors.settings.signal import SignalSettings

METHOD_VERSION: Final = "1"
"""Changes whenever the same recording and settings may give other numbers."""


def analyse_recording(
    recording: Recording,
    settings: SignalSettings,
    *,
    speed_mps: float | None = None,
    distance_km: float | None = None,
    joined: JoinedWatch | None = None,
    model: SpeedModel | None = None,
) -> LegAnalysis:
    """Turn one sensor's recording into a summary and its strides.

    Parameters
    ----------
    recording
        Samples in g and deg/s; mounting, side and clipping level may be unknown.
    settings
        From :func:`pfp_sensors.settings.load_signal_settings`.
    speed_mps
        Belt speed of a treadmill, when known.
    distance_km
        Distance run, from a watch, when known.
    joined
        The same run by a watch, from :func:`pfp_sensors.analyse.watch_join.join_watch`.
    model
        What earlier runs with a watch taught about this person's speed.

    Returns
    -------
    analysis
        ``summary.status`` is "refused" when there is no running to speak of; every quantity that the
        recording cannot support is None and named in ``summary.reasons``.
    """
    with _one_thread():
        findings = find_leg(recording, settings)
    summary = summarise(
        recording, findings, settings, Given(speed_mps, distance_km, joined=joined, model=model)
    )
    return LegAnalysis(summary, findings.strides)


def _one_thread() -> AbstractContextManager[object]:
    """Keep the small matrix products on one core: waiting for a busy second one doubles the time."""
    limits: AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return limits


@lru_cache(maxsize=1)
def _blas() -> ThreadpoolController:
    """Find numpy's BLAS among all loaded libraries, once: that takes 0.4 ms, a whole minute's analysis 10."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def analyse_file(
    file: RecordingFile,
    settings: SignalSettings,
    *,
    speed_mps: float | None = None,
    distance_km: float | None = None,
    joined: JoinedWatch | None = None,
    model: SpeedModel | None = None,
) -> FileAnalysis:
    """Analyse every sensor of a file; a left and a right leg are also compared with each other.

    What is known beside the file is the same as in `analyse_recording`.
    """
    legs = tuple(
        analyse_recording(
            recording, settings, speed_mps=speed_mps, distance_km=distance_km, joined=joined, model=model
        )
        for recording in file.recordings
    )
    provenance = Provenance(__version__, METHOD_VERSION, parameters_sha256(settings), file.source)
    return FileAnalysis(provenance, legs, symmetry_of(legs, settings.trend.detectable_change_g))

"""A run as the diary has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pfp_sensors.model.diary_terms import DistanceSource, ImpactQuality, Knee, Moment, When


@dataclass(frozen=True, slots=True)
class RunImpact:
    """Landing impact of a run: median resultant peak in g, and whether it can be judged by."""

    resultant_g: float | None
    quality: ImpactQuality


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Kilometres, minutes and steps are of running only; None where unknown.

    Attributes
    ----------
    id
        Names it for ever.
    start
        With its offset where a clock was there; the day where only that is known.
    impact
        By leg; the key None is for a sensor whose leg is unknown. Empty: not measured.
    pain
        The short form of a file: one score per item, for every knee that hurts. The store holds `Pain`.
    source
        "recording", "import", "typed", or what a file says.
    sha256
        Of the recording or file it was read from.
    recording
        Its folder below the home, with forward slashes; of an uploaded foreign file, that file.
    method
        Which method and settings of the analysis made its figures; None where no analysis did.
    synthetic
        Whether it was computed.
    entered
        When it came into the diary; None for when it took place.
    heart_rate_bpm, ascent_m, descent_m
        Mean heart rate while running; climb and descent of the whole run; as a watch tells them.
    distance_source
        Where ``km`` is from: one of `DISTANCE_SOURCES`; None where nobody says.
    watch
        The watch's rows of this run: a file below the home, with forward slashes.
    watch_sha256
        Of the watch's own file.
    watch_offset_s
        Second of the recording at which the watch's rows begin; None where the two are not joined.
    distance_error_pct
        By how many percent ``km`` is typically off, where a model that the person's runs taught gave it.
    """

    id: str
    start: Moment
    km: float | None = None
    minutes: float | None = None
    speed_mps: float | None = None
    cadence_spm: float | None = None
    steps: int | None = None
    impact: Mapping[Knee | None, RunImpact] = field(default_factory=dict)
    downhill_min: float | None = None
    rpe: int | None = None
    pain: Mapping[When, int | None] = field(default_factory=dict)
    source: str | None = None
    sha256: str | None = None
    recording: str | None = None
    method: str | None = None
    synthetic: bool | None = None
    note: str | None = None
    entered: datetime | None = None
    heart_rate_bpm: float | None = None
    ascent_m: float | None = None
    descent_m: float | None = None
    distance_source: DistanceSource | None = None
    watch: str | None = None
    watch_sha256: str | None = None
    watch_offset_s: float | None = None
    distance_error_pct: float | None = None

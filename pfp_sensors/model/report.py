"""What the page of one run shows: numbers made elsewhere, and what is missing with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Cap, Knee, Run
    from pfp_sensors.model.recommendation import NoRunAdvised, Recommendation
    from pfp_sensors.model.recording import Side

StretchKind = Literal["walking", "still", "other", "gap"]


@dataclass(frozen=True, slots=True)
class Window:
    """Strides of one stretch of time; the rest is None where there are too few of them.

    ``at_s`` is the mean time of those that count: not the middle where running began or ended within it.
    """

    start_s: float
    end_s: float
    strides: int
    at_s: float | None
    median: float | None
    p25: float | None
    p75: float | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time without running, or without samples (``gap``)."""

    kind: StretchKind
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Bin:
    """How many landings had a peak from ``low_g`` to below ``high_g``."""

    low_g: float
    high_g: float
    landings: int


@dataclass(frozen=True, slots=True)
class Waveform:
    """Mean acceleration around initial contact, and its standard deviation over landings, in g."""

    time_ms: tuple[float, ...]
    mean_g: tuple[float, ...]
    sd_g: tuple[float, ...]
    landings: int


@dataclass(frozen=True, slots=True)
class LegCharts:
    """What the charts of one leg show; empty or None where unknown, with a reason in ``missing``.

    Attributes
    ----------
    cadence_spm, resultant_g, speed_mps, stride_length_m
        By windows of equal length over the whole recording.
    landings
        All landings that the summary's impact counts, by their peak.
    stretches
        Everything but running, in order; gaps are named beside the movement around them.
    missing
        Why a quantity has no chart, in words, by its key in the summary or ``waveform``.
    """

    side: Side | None
    sensor: str
    duration_s: float
    cadence_spm: tuple[Window, ...]
    resultant_g: tuple[Window, ...]
    speed_mps: tuple[Window, ...]
    stride_length_m: tuple[Window, ...]
    landings: tuple[Bin, ...]
    waveform: Waveform | None
    stretches: tuple[Stretch, ...]
    missing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StrideSeries:
    """Strides of one leg in running, one value each over time, to be explored.

    A row of None stands wherever running stops and wherever samples are missing, so that no line is drawn
    across. A quantity that the summary refuses is None throughout.

    Attributes
    ----------
    time_s
        Initial contact, since the start of the recording; never falls.
    cadence_spm
        Of both feet, from the time of the stride.
    resultant_g
        Peak of the landing at its beginning.
    """

    side: Side | None
    sensor: str
    time_s: tuple[float, ...]
    cadence_spm: tuple[float | None, ...]
    resultant_g: tuple[float | None, ...]
    speed_mps: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class AgainstTolerance:
    """Landing impact of one leg against its tolerance.

    Attributes
    ----------
    impact_g
        Median of the run, adjusted to the easy speed where the person's own relation is known.
    excess
        0.1: 10 % above.
    counts
        Whether the run is judged by it; where not, only the tolerance is of use.
    """

    leg: Knee | None
    impact_g: float
    tolerance_g: float
    excess: float
    counts: bool = True


@dataclass(frozen=True, slots=True)
class PainAnswer:
    """One pain score of a run; ``when`` is the question's key."""

    when: str
    score: int
    knee: Knee | None


@dataclass(frozen=True, slots=True)
class RunReport:
    """All that the page of one run is written from.

    Attributes
    ----------
    made
        When the page was made.
    run
        As the diary has it; None for a recording that is not in the diary.
    cap
        The limits in force at its start.
    unanswered
        Pain questions that are still open.
    analysis, charts
        Of its recording; None and empty without one.
    no_recording
        Why there is none to look at, in words.
    against
        Each leg against its tolerance; empty where none is known.
    not_judged
        Why none of them counts, in words; None where one does.
    followed_by
        The run after it: the tolerance is the one that stood when that run began. None for the latest
        run: the tolerance is that for now.
    answer
        The next run; None where no diary stands behind the page.
    no_run
        Why no run was advised when it began; None where one was, or that is not known.
    """

    made: datetime
    run: Run | None
    cap: Cap | None
    pain: tuple[PainAnswer, ...]
    unanswered: tuple[str, ...]
    analysis: FileAnalysis | None
    charts: tuple[LegCharts, ...]
    no_recording: str | None
    against: tuple[AgainstTolerance, ...]
    not_judged: str | None
    followed_by: Run | None
    answer: Recommendation | None
    no_run: NoRunAdvised | None = None

"""What became of something that was brought into the diary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.recommendation import NoRunAdvised
    from pfp_sensors.model.recording import RecordingFile
    from pfp_sensors.model.watch import WatchRun

ImportHow = Literal["added", "joined", "known", "understood"]
"""``joined``: it belongs to a run of the diary, which has its figures now; ``known``: the same bytes are in
the diary; ``understood``: nothing was to be written."""


@dataclass(frozen=True, slots=True)
class Met:
    """The run of the diary that is the same outing.

    Attributes
    ----------
    run
        As it was before.
    aligned
        Whether the watch and the recording were aligned by cadence; else the time says that they are one run.
    offset_s
        Second of the recording at which the watch began; None where nothing was aligned.
    because
        Why they were not aligned; None where they were.
    clocks_differ_s
        Seconds by which the clock of what came in is ahead of that of the run; None where not known.
    """

    run: Run
    aligned: bool
    offset_s: float | None = None
    because: str | None = None
    clocks_differ_s: float | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one recording or one run of a watch.

    Attributes
    ----------
    path
        As given.
    run
        As the diary has it or, where nothing was written, would have it.
    how
        What was done.
    other_runs
        Those of the same day in the diary.
    notes
        What reading the file took.
    dated
        Whether it is known when the run began; only where nothing was written it may not be.
    no_run
        Of a run that was added: why none was advised when it began; None where one was.
    met
        The run that it was joined with, or would be.
    recording, watch
        What was read, where nothing was written.
    """

    path: str
    run: Run
    how: ImportHow
    other_runs: tuple[Run, ...] = ()
    notes: tuple[str, ...] = ()
    dated: bool = True
    no_run: NoRunAdvised | None = None
    met: Met | None = None
    recording: RecordingFile | None = None
    watch: WatchRun | None = None

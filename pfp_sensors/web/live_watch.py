"""Follows the recording of a home from outside, step by step, and tells what is new in events."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.cue_target import cadence_target
from pfp_sensors.actions.next_run import judge_history
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.errors import PfpError
from pfp_sensors.report.live_text import CueSaid, Yardsticks, empty_document, live_document, simulated_words
from pfp_sensors.settings.load import load_record_settings
from pfp_sensors.store.event_log import EVENTS_NAME
from pfp_sensors.store.home import RUNS_FOLDER, unfinished_runs
from pfp_sensors.store.live_files import CONTACTS_NAME
from pfp_sensors.web.live_state import (
    LineFollower,
    LiveCue,
    LiveLanding,
    LiveState,
    as_cue,
    as_landing,
    impact_now_g,
    phase_of,
    read_state,
    running_recording,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.live_state import RecordingState
    from pfp_sensors.web.live_state import Phase

SUMMARY_PATIENCE_S: Final = 60.0
"""So long after its end a run may take to come into the diary: an hour takes some ten seconds."""

_JOIN_BYTES: Final = 200_000
"""Landings told to whoever joins late: five minutes of two legs are half of that."""

_CHUNKS_AT_ONCE: Final = 8
_FINISH: Final = ("/", "Finish it on the page Today")
_CUE_STAYS_S: Final = 6.0
_DIARY_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """What is told to a page: ``state``, ``landings`` or ``ended``, with its values.

    ``place`` is where the next landing begins, for a page that comes back.
    """

    name: str
    values: dict[str, Any]
    place: str = ""

    def text(self) -> str:
        """Write it as server-sent events are written."""
        place = f"id: {self.place}\n" if self.place else ""
        return f"{place}event: {self.name}\ndata: {json.dumps(self.values, allow_nan=False)}\n\n"


class LiveWatch:
    """Watches one home for one page.

    Parameters
    ----------
    home
        As from `home_folder`.
    after
        The ``place`` of the last event that the page had; "" for a new page.
    """

    def __init__(self, home: Path, after: str = "") -> None:
        self._home = home
        self._after = after
        self._followed: _Followed | None = None
        self._said: dict[str, Any] = {}
        self._shows_end = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being recorded."""
        return self._followed is None

    def step(self) -> list[LiveEvent]:
        """Look once, and return what is new since the last look, in order.

        What cannot be read is told as a ``state`` with the phase "problem".
        """
        try:
            return self._look()
        except PfpError as error:
            said = [error.message, error.what_to_do]
            return self._only_new(empty_document("problem", "The recording cannot be followed", said))

    def _look(self) -> list[LiveEvent]:
        if self._followed is None:
            folder = running_recording(self._home)
            if folder is None:
                return [] if self._shows_end else self._only_new(idle_document(self._home))
            self._followed = _Followed(self._home, folder, self._after)
        landings, end = self._followed.look()
        if end is not None:
            end |= {"synthetic": self._followed.synthetic}  # its chart still stands on the page
            self._followed, self._after, self._shows_end, self._said = None, "", True, {}
            return [LiveEvent("ended", end)]
        return [*landings, *self._only_new(self._followed.document())]

    def _only_new(self, document: dict[str, Any]) -> list[LiveEvent]:
        """Tell a picture unless it differs from the last one in nothing but its age."""
        told = {key: value for key, value in document.items() if key != "age_s"}
        if told == self._said:
            return []
        self._said, self._shows_end = told, False
        return [LiveEvent("state", document)]


class _Followed:
    """One recording from when it was met until its end."""

    def __init__(self, home: Path, folder: Path, after: str) -> None:
        self._home, self._folder = home, folder
        self._yardsticks = yardsticks(home)
        self._state: LiveState | None = None
        self._phase: Phase = "starting"
        self._landings = LineFollower(folder / CONTACTS_NAME, _place_in(after, folder.name))
        if not self._landings.offset:
            self._landings.begin_near_end(_JOIN_BYTES)
        self._events = LineFollower(folder / EVENTS_NAME)
        self._start_ns: int | None = None
        self._cue: LiveCue | None = None
        self._last_s: dict[str, float] = {}
        self._over_s: float | None = None
        self._asked_s = float("-inf")

    def look(self) -> tuple[list[LiveEvent], dict[str, Any] | None]:
        """Read on; return the new landings, and once all are told what there is to say of the end."""
        self._state = read_state(self._folder) or self._state
        self._phase = phase_of(
            self._folder, self._state
        )  # before the landings: those read after the end are all
        self._hear_cues()
        landings = self._take_landings()
        if landings:
            place = f"{self._folder.name}:{self._landings.offset}"
            return [LiveEvent("landings", {"landings": landings}, place)], None
        if self._phase in ("broken_off", "gone"):
            return [], ended_document(self._phase, self._folder.name, None)
        return [], self._completed() if self._phase == "complete" else None

    def document(self) -> dict[str, Any]:
        """Write the picture of now."""
        if self._state is None:
            return empty_document("starting", "The recorder is starting", [])
        recording, held = self._state.recording, self._yardsticks
        quiet_s = self._quiet_s(recording)
        impacts = [impact_now_g(one) for one in recording.sensors]
        if self._cue is not None and self._cue.kind == "cadence":
            held = replace(held, cadence_spm=self._cue.target, asked=True)
        phase = "finishing" if self._phase in ("broken_off", "gone") else self._phase
        return live_document(phase, recording, self._state.age_s(), impacts, quiet_s, held, self._cue_said())

    @property
    def synthetic(self) -> str:
        """The label of a simulated recording, "" for one of a person."""
        return "" if self._state is None else simulated_words(self._state.recording)

    def _take_landings(self) -> list[dict[str, Any]]:
        found: list[LiveLanding] = []
        for _ in range(_CHUNKS_AT_ONCE):
            lines = self._landings.take()
            found += [one for one in map(as_landing, lines) if one is not None]
            if not lines:
                break
        self._last_s |= {one.sensor: one.at_s for one in found}
        return [asdict(one) for one in found]

    def _quiet_s(self, recording: RecordingState) -> list[float | None]:
        """Tell how long each sensor has had no landing; None where it never had one."""
        last = [self._last_s.get(one.name) for one in recording.sensors]
        return [None if at_s is None else max(0.0, recording.elapsed_s - at_s) for at_s in last]

    def _hear_cues(self) -> None:
        while lines := self._events.take():
            for line in lines:
                at_ns = line.get("t_mono_ns")
                if line.get("kind") == "start" and isinstance(at_ns, int):
                    self._start_ns = at_ns
                self._cue = as_cue(line) or self._cue

    def _cue_said(self) -> CueSaid | None:
        if self._cue is None or self._state is None:
            return None
        recording, cue = self._state.recording, self._cue
        since_s = float("inf")
        if self._start_ns is not None:
            since_s = recording.elapsed_s - (cue.at_ns - self._start_ns) * 1e-9
        is_now = since_s <= _CUE_STAYS_S * recording.speed_up
        return CueSaid(cue.text, cue.kind, cue.value, cue.target, is_now)

    def _completed(self) -> dict[str, Any] | None:
        """Say where the run stands in the diary; None while it may still come into it."""
        moment_s = time.monotonic()
        self._over_s = moment_s if self._over_s is None else self._over_s
        if moment_s < self._asked_s + _DIARY_EVERY_S:
            return None
        self._asked_s = moment_s
        run_id = run_of(self._home, self._folder)
        if run_id is None and moment_s < self._over_s + SUMMARY_PATIENCE_S:
            return None
        return ended_document("complete", self._folder.name, run_id)


def present(home: Path) -> dict[str, Any]:
    """Make the picture of this moment, for a page without script.

    Raises
    ------
    UsageError, PfpError
        If it cannot be read.
    """
    for event in reversed(LiveWatch(home).step()):
        if event.name != "landings":
            return event.values
    return empty_document("starting", "The recorder is starting", [])


def yardsticks(home: Path) -> Yardsticks:
    """Take from the diary what a run is held against now."""
    margin = load_record_settings().cue.tolerance_percent
    at = now()
    try:
        tolerance_g = judge_history(read_diary(home), at).recommendation.impact_tolerance_g
        target = cadence_target(home, at)
    except PfpError as error:
        return Yardsticks(margin_percent=margin, problem=f"The diary tells no target: {error.message}")
    if target is None:
        return Yardsticks(tolerance_g, None, margin)
    return Yardsticks(tolerance_g, target.target_spm, margin, asked=target.by_rule)


def run_of(home: Path, folder: Path) -> str | None:
    """Find the run of the diary that was made from a recording; None while there is none."""
    below = f"{RUNS_FOLDER}/{folder.name}"
    return next((run.id for run in read_diary(home).runs if run.recording == below), None)


def idle_document(home: Path) -> dict[str, Any]:
    """Say that nothing is recorded, and what a crash left open.

    Raises
    ------
    UsageError, PfpError
        If the folder of runs cannot be read.
    """
    left = [folder.name for folder in unfinished_runs(home)]
    words = ["This page begins by itself when a recording starts."]
    if left:
        them = "it" if len(left) == 1 else "them"
        words.append(f"Left unfinished by a crash: {', '.join(left[-3:])}. `pfp recover` finishes {them}.")
    return empty_document("idle", "Nothing is being recorded", words, _FINISH if left else None)


def ended_document(phase: Phase, name: str, run_id: str | None) -> dict[str, Any]:
    """Say how a recording ended, and where to go on."""
    if phase == "broken_off":
        words = [
            f"The recorder of {name} was killed or has crashed before it could finish.",
            "What it had received up to the last half second is on the disk. `pfp recover` finishes it.",
        ]
        return empty_document("broken_off", "The recorder has stopped", words, _FINISH)
    if phase == "gone":
        return empty_document("ended", "The recorder has stopped", ["Nothing was recorded."])
    if run_id is None:
        words = [
            f"The recording {name} is complete, but no run of it stands in the diary:",
            "perhaps no running was found in it. `pfp analyze` of its folder says what there is.",
        ]
        return empty_document("ended", "The recording has ended", words)
    link = (f"/runs/{run_id}", f"See the run {run_id}")
    return empty_document("ended", "The recording has ended", [f"It stands in the diary as {run_id}."], link)


def _place_in(after: str, name: str) -> int:
    """Read where a page left off in this recording; 0 where it was another, or says no such thing."""
    run, _, offset = after.rpartition(":")
    return int(offset) if run == name and offset.isascii() and offset.isdigit() and len(offset) < 16 else 0

"""What a running `pfp record` tells in its files: its state, its landings, its cues; read only."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, fields
from statistics import median
from typing import TYPE_CHECKING, Any, Final, Literal

from pfp_sensors.model.live_state import RecordingState, SensorState
from pfp_sensors.store.home import runs_in_progress
from pfp_sensors.store.live_files import CONTACTS_NAME, STATUS_NAME
from pfp_sensors.store.run_lock import held_by_other

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Phase = Literal["starting", "recording", "finishing", "complete", "broken_off", "gone"]

_CHUNK_BYTES: Final = 65_536
_SCHEMA: Final = "pfp.live/1"
_MOST_STATUS_BYTES: Final = 1_000_000
_MOST_TEXT: Final = 300


@dataclass(frozen=True, slots=True)
class LiveState:
    """A recording as its ``live.json`` tells it.

    Attributes
    ----------
    recording
        What the file says.
    written_ns
        When the file was put in place, by the computer's wall clock, ns since 1970.
    """

    recording: RecordingState
    written_ns: int

    @property
    def has_stopped(self) -> bool:
        """Whether every sensor has."""
        return all(one.state == "stopped" for one in self.recording.sensors)

    def age_s(self, now_ns: int | None = None) -> float:
        """Tell how old the picture is, in s; a clock that was set back makes it no newer than now."""
        return max(0.0, ((time.time_ns() if now_ns is None else now_ns) - self.written_ns) * 1e-9)


@dataclass(frozen=True, slots=True)
class LiveLanding:
    """One line of ``live.jsonl``: a contact with the ground; None for what is not known."""

    sensor: str
    at_s: float
    cadence_spm: float | None
    resultant_g: float | None
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class LiveCue:
    """What the runner was told last; ``at_ns`` on the recorder's clock."""

    text: str
    value: float
    target: float
    at_ns: int

    @property
    def kind(self) -> str:
        """The unit of its numbers: steps per minute for ``cadence``, g for ``impact``."""
        return "impact" if "soft" in self.text else "cadence"


def running_recording(home: Path) -> Path | None:
    """Find the run that a living process is recording now; of several the one that began last.

    A folder counts once its ``live.json`` is there.

    Raises
    ------
    UsageError, PfpError
        If the folder of runs cannot be read, or it cannot be found out who is writing.
    """
    found = [folder for folder in runs_in_progress(home) if (folder / STATUS_NAME).exists()]
    return found[-1] if found else None


def phase_of(folder: Path, state: LiveState | None) -> Phase:
    """Tell how far a recording is: being made, being finished, complete, broken off, or away again.

    Raises
    ------
    UsageError, PfpError
        If it cannot be found out who is writing.
    """
    from pfp_sensors.store.packet_files import PACKETS_NAME

    if held_by_other(folder):
        if state is None:
            return "starting"
        return "finishing" if state.has_stopped else "recording"
    if not folder.is_dir():
        return "gone"
    return "broken_off" if (folder / PACKETS_NAME).exists() else "complete"


def read_state(folder: Path) -> LiveState | None:
    """Read ``live.json``; None where there is none, or it is no such document.

    Keys that are not known are left aside, values of another kind count as not known.
    """
    try:
        with (folder / STATUS_NAME).open("rb") as file:
            written_ns = os.fstat(file.fileno()).st_mtime_ns
            document = json.loads(file.read(_MOST_STATUS_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
        return None
    recording = _recording(document)
    return None if recording is None else LiveState(recording, written_ns)


class LineFollower:
    """Reads the lines that are appended to a file, each once, in order; half a line waits for its rest.

    Parameters
    ----------
    path
        The file, there or not yet.
    start
        Byte to begin at, which must be the start of a line, as ``offset`` told it.

    Attributes
    ----------
    offset
        Where the next line begins.
    """

    def __init__(self, path: Path, start: int = 0) -> None:
        self._path = path
        self._file_id: tuple[int, int] | None = None
        self._skipping = False
        self.offset = start

    def begin_near_end(self, most_bytes: int) -> None:
        """Leave out all but the last lines, so that whoever joins late need not take hours of them."""
        try:
            size = self._path.stat().st_size
        except OSError:
            return
        if size > most_bytes:
            self.offset, self._skipping = size - most_bytes, True

    def take(self) -> list[dict[str, Any]]:
        """Return the objects of the next whole lines, of 64 kB at most; what is no JSON object is left out.

        A file that was replaced, or became shorter, is read from its beginning.
        """
        try:
            with self._path.open("rb") as file:
                self._look_whether_new(file.fileno())
                file.seek(self.offset)
                data = file.read(_CHUNK_BYTES)
        except OSError:
            return []
        whole = data.rfind(b"\n") + 1
        if not whole:
            if len(data) == _CHUNK_BYTES:  # no line of ours is so long
                self.offset, self._skipping = self.offset + len(data), True
            return []
        lines = data[:whole].split(b"\n")
        if self._skipping:
            lines, self._skipping = lines[1:], False
        self.offset += whole
        found = [_object(line) for line in lines if line.strip()]
        return [one for one in found if one is not None]

    def _look_whether_new(self, handle: int) -> None:
        facts = os.fstat(handle)
        file_id = (facts.st_dev, facts.st_ino)
        if facts.st_size < self.offset or self._file_id not in {None, file_id}:
            self.offset, self._skipping = 0, False
        self._file_id = file_id


def landings_of(folder: Path, start: int = 0) -> LineFollower:
    """Follow the landings of a recording from a byte of its ``live.jsonl``."""
    return LineFollower(folder / CONTACTS_NAME, start)


def as_landing(line: Mapping[str, Any]) -> LiveLanding | None:
    """Understand a line of ``live.jsonl``; None where it is none."""
    name, at_s = line.get("sensor"), _number(line.get("initial_contact_s"))
    if not isinstance(name, str) or at_s is None:
        return None
    clipped = line.get("clipped") is True
    return LiveLanding(
        name[:_MOST_TEXT], at_s, _number(line.get("cadence_spm")), _number(line.get("resultant_g")), clipped
    )


def as_cue(line: Mapping[str, Any]) -> LiveCue | None:
    """Understand a line of ``events.jsonl`` that is a cue; None where it is another."""
    details, at_ns = line.get("details"), line.get("t_mono_ns")
    if line.get("kind") != "cue" or not isinstance(details, dict) or not isinstance(at_ns, int):
        return None
    text, value, target = details.get("text"), _number(details.get("value")), _number(details.get("target"))
    if not isinstance(text, str) or value is None or target is None:
        return None
    return LiveCue(text[:_MOST_TEXT], value, target, at_ns)


def impact_now_g(sensor: SensorState) -> float | None:
    """Give the middle (median) of the last landings that the recorder lists, in g; None without one."""
    return median(sensor.resultant_g) if sensor.resultant_g else None


# --- one document ----------------------------------------------------------------------------------


def _recording(document: Mapping[str, Any]) -> RecordingState | None:
    """Take over what fits; None where the run has no name, no time, or no sensors."""
    listed, run_id = document.get("sensors"), document.get("run_id")
    elapsed_s = _number(document.get("elapsed_s"))
    if not isinstance(listed, list) or not isinstance(run_id, str) or elapsed_s is None:
        return None
    messages = document.get("messages")
    told = messages if isinstance(messages, list) else ()
    return RecordingState(
        run_id=run_id[:_MOST_TEXT],
        start_utc=_text(document.get("start_utc")),
        elapsed_s=elapsed_s,
        synthetic=document.get("synthetic") is not False,
        speed_up=_number(document.get("speed_up")) or 1.0,
        sensors=tuple(_sensor(one) for one in listed if isinstance(one, dict)),
        dropped=int(_number(document.get("dropped")) or 0),
        bytes_on_disk=int(_number(document.get("bytes_on_disk")) or 0),
        trouble=_text(document.get("trouble")),
        messages=tuple(_text(one) for one in told if isinstance(one, str)),
        updated_utc=_text(document.get("updated_utc")),
    )


_TEXTS: Final = frozenset({"name", "kind", "state"})
_TEXTS_OR_NONE: Final = frozenset({"side", "serial"})
_COUNTS_OR_NONE: Final = frozenset({"lost", "clipped", "battery_percent", "rssi_dbm"})
_RATES_OR_NONE: Final = frozenset({"rate_hz", "arrival_rate_hz", "newest_age_s", "cadence_spm"})


def _sensor(document: Mapping[str, Any]) -> SensorState:
    """Take over the fields of a sensor; a number that is none is not known."""
    values: dict[str, Any] = {}
    for one in fields(SensorState):
        value = document.get(one.name)
        if one.name in _TEXTS:
            values[one.name] = _text(value)
        elif one.name in _TEXTS_OR_NONE:
            values[one.name] = _text(value) or None
        elif one.name == "resultant_g":
            peaks = [_number(peak) for peak in value] if isinstance(value, list) else []
            values[one.name] = tuple(peak for peak in peaks if peak is not None)
        elif one.name in _COUNTS_OR_NONE | _RATES_OR_NONE:
            values[one.name] = _number(value)
        else:
            values[one.name] = int(_number(value) or 0)
    return SensorState(**values)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _number(value: Any) -> float | None:
    """Take a finite number (the biggest that is one of ours has 18 digits); None for all else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e18:
        return None
    return value


def _text(value: Any) -> str:
    return value[:_MOST_TEXT] if isinstance(value, str) else ""

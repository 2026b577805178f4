"""What is read of a running recording's files: half-written, replaced, hostile or missing, nothing breaks."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.model.live_state import RecordingState, SensorState
from pfp_sensors.report.live_text import CueSaid, Yardsticks, live_document, stale_words
from pfp_sensors.store.live_files import LiveFiles
from pfp_sensors.store.run_lock import RunLock
from pfp_sensors.web.live_state import (
    LineFollower,
    LiveState,
    as_cue,
    as_landing,
    impact_now_g,
    phase_of,
    read_state,
    running_recording,
)
from pfp_sensors.web.live_watch import LiveWatch, present

if TYPE_CHECKING:
    from pathlib import Path

SENSOR = SensorState("S-1", "open_profile", "left", "streaming", resultant_g=(8.0, 9.0, 12.0), lost=None)
STATE = RecordingState("20261122-173242", "2026-11-22T17:32:43+00:00", 61.5, True, 20.0, (SENSOR,))


def document(**changes: Any) -> dict[str, Any]:
    return {"schema": "pfp.live/1", **asdict(STATE), **changes}


def run_folder(home: Path, name: str = "20261122-173242") -> Path:
    folder = home / "runs" / name
    folder.mkdir(parents=True)
    return folder


# --- live.json ------------------------------------------------------------------------------------


def test_the_state_comes_back_as_it_was_written(tmp_path: Path) -> None:
    LiveFiles(tmp_path).replace_status(document())
    found = read_state(tmp_path)
    assert found is not None
    assert found.recording == STATE
    assert not found.has_stopped
    assert found.age_s() < 60.0
    assert found.age_s(found.written_ns + 5_000_000_000) == pytest.approx(5.0)
    assert found.age_s(found.written_ns - 10**12) == 0.0  # a clock that was set back
    assert impact_now_g(SENSOR) == 9.0


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"schema": "pfp.live/1"', "[1]", "null", '{"schema": "other"}', "[" * 100_000, "\x00\xff"],
)
def test_what_is_no_state_is_none(tmp_path: Path, text: str) -> None:
    assert read_state(tmp_path) is None
    (tmp_path / "live.json").write_text(text)
    assert read_state(tmp_path) is None


def test_what_is_not_known_stays_not_known(tmp_path: Path) -> None:
    sensor = {"name": "S", "kind": "k", "state": "streaming", "lost": "many", "battery_percent": True}
    sensor |= {"received": None, "resultant_g": [None, "9", 8.5, float("1e300")], "new_key": 1}
    (tmp_path / "live.json").write_text(json.dumps(document(sensors=[sensor, 3], synthetic="?")))
    found = read_state(tmp_path)
    assert found is not None
    (one,) = found.recording.sensors
    assert (one.lost, one.battery_percent, one.received, one.side) == (None, None, 0, None)
    assert one.resultant_g == (8.5,)
    assert found.recording.synthetic  # unless it says plainly that it is not


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from([*asdict(STATE)]), json_values),
    st.dictionaries(st.sampled_from([*asdict(SENSOR)]), json_values),
)
def test_any_document_is_a_state_that_can_be_shown_or_none(
    tmp_path_factory: pytest.TempPathFactory, top: dict[str, Any], sensor: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    made = document(sensors=[asdict(SENSOR) | sensor]) | top
    (folder / "live.json").write_text(json.dumps(made))
    found = read_state(folder)
    if found is not None:
        impacts = [impact_now_g(one) for one in found.recording.sensors]
        shown = live_document(
            "recording",
            found.recording,
            0.0,
            impacts,
            [None] * len(impacts),
            Yardsticks(9.0, 170.0, 3.0),
            None,
        )
        json.dumps(shown, allow_nan=False)


# --- live.jsonl -----------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**6), max_size=40), st.lists(st.integers(1, 200), min_size=1, max_size=30))
def test_lines_come_once_and_in_order_however_they_are_cut(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], cuts: list[int]
) -> None:
    path = tmp_path_factory.mktemp("run") / "live.jsonl"
    data = b"".join(json.dumps({"n": number}).encode() + b"\n" for number in numbers)
    follower, found, start = LineFollower(path), [], 0
    assert follower.take() == []
    for cut in [*cuts, len(data)]:
        with path.open("ab") as file:
            file.write(data[start : start + cut])
        start += cut
        found += follower.take()
    assert [one["n"] for one in found] == numbers
    assert follower.offset == len(data)


def test_broken_lines_are_left_out_and_a_new_file_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n": 2\n\n[3]\n\xff\xfe\n{"n": 4}\n{"n": 5')
    follower = LineFollower(path)
    assert [one["n"] for one in follower.take()] == [1, 4]
    path.unlink()
    assert follower.take() == []
    path.write_bytes(b'{"n": 6}\n')
    assert [one["n"] for one in follower.take()] == [6]
    beside = tmp_path / "beside"
    beside.write_bytes(b'{"n": 7}\n{"n": 8}\n{"n": 9}\n')  # longer than the old one
    beside.replace(path)
    assert [one["n"] for one in follower.take()] == [7, 8, 9]


def test_a_line_without_end_takes_no_memory_and_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    path.write_bytes(b"x" * 200_000 + b'\n{"n": 1}\n')
    follower = LineFollower(path)
    found = [one for _ in range(6) for one in follower.take()]
    assert found == [{"n": 1}]


def test_whoever_joins_late_begins_with_a_whole_line_near_the_end(tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    path.write_bytes(b"".join(b'{"n": %d}\n' % n for n in range(1000)))
    follower = LineFollower(path)
    follower.begin_near_end(50)
    assert [one["n"] for one in follower.take()] == [996, 997, 998, 999]


def test_landings_and_cues_are_understood_or_left_out() -> None:
    landing = as_landing({"sensor": "S", "initial_contact_s": 1.5, "cadence_spm": None, "resultant_g": 8})
    assert landing is not None
    assert (landing.at_s, landing.cadence_spm, landing.resultant_g) == (1.5, None, 8)
    assert as_landing({"sensor": "S", "initial_contact_s": float("nan")}) is None
    assert as_landing({"sensor": None, "initial_contact_s": 1.0}) is None
    cue = as_cue({"kind": "cue", "t_mono_ns": 5, "details": {"text": "Land softer", "value": 9, "target": 8}})
    assert cue is not None
    assert cue.kind == "impact"
    assert as_cue({"kind": "lap", "t_mono_ns": 5, "details": {}}) is None
    assert as_cue({"kind": "cue", "t_mono_ns": 5, "details": {"text": "x", "value": None}}) is None


# --- which recording, and how far -----------------------------------------------------------------


def test_a_recording_runs_while_its_lock_is_held(tmp_path: Path) -> None:
    assert running_recording(tmp_path) is None
    folder = run_folder(tmp_path)
    (folder / "packets.arrows").touch()
    with RunLock(folder):
        assert running_recording(tmp_path) is None  # its state is not there yet
        assert phase_of(folder, None) == "starting"
        LiveFiles(folder).replace_status(document())
        assert running_recording(tmp_path) == folder
        state = read_state(folder)
        assert phase_of(folder, state) == "recording"
        stopped = LiveState(RecordingState("r", "", 1.0, True, 1.0, ()), 0)
        assert phase_of(folder, stopped) == "finishing"
    assert running_recording(tmp_path) is None
    assert phase_of(folder, state) == "broken_off"
    (folder / "packets.arrows").unlink()
    assert phase_of(folder, state) == "complete"
    assert phase_of(tmp_path / "runs" / "other", state) == "gone"


def test_of_two_recordings_the_later_one_is_followed(tmp_path: Path) -> None:
    first, second = run_folder(tmp_path), run_folder(tmp_path, "20261122-180000")
    for folder in (first, second):
        LiveFiles(folder).replace_status(document())
    with RunLock(first), RunLock(second):
        assert running_recording(tmp_path) == second


def test_a_crash_is_told_with_what_to_do(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    (folder / "packets.arrows").touch()
    watch = LiveWatch(tmp_path)
    (idle,) = watch.step()
    assert idle.values["phase"] == "idle"
    assert "`pfp recover` finishes it" in idle.values["words"]
    assert watch.step() == []  # nothing new is not told again
    with RunLock(folder):
        LiveFiles(folder).replace_status(document())
        LiveFiles(folder).add_contacts([{"sensor": "S-1", "initial_contact_s": 3.0}])
        assert [one.name for one in watch.step()] == ["landings", "state"]
        LiveFiles(folder).add_contacts([{"sensor": "S-1", "initial_contact_s": 4.0}])
    (last, _) = watch.step()  # written before the crash, told before the end
    assert [one["at_s"] for one in last.values["landings"]] == [4.0]
    (end,) = watch.step()
    assert (end.name, end.values["phase"]) == ("ended", "broken_off")
    assert "`pfp recover`" in end.values["words"]
    assert watch.is_idle


def test_a_page_that_comes_back_gets_only_what_it_lacks(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    with RunLock(folder):
        files = LiveFiles(folder)
        files.replace_status(document())
        files.add_contacts([{"sensor": "S-1", "initial_contact_s": float(k)} for k in range(3)])
        first = LiveWatch(tmp_path).step()[0]
        files.add_contacts([{"sensor": "S-1", "initial_contact_s": 3.0}])
        for after, expected in (
            (first.place, [3.0]),
            ("other:5", [0.0, 1.0, 2.0, 3.0]),
            ("../x:5", [0.0, 1.0, 2.0, 3.0]),
            (f"{folder.name}:99999999", [0.0, 1.0, 2.0, 3.0]),
            (f"{folder.name}:-1", [0.0, 1.0, 2.0, 3.0]),
        ):
            told = LiveWatch(tmp_path, after).step()[0]
            assert [one["at_s"] for one in told.values["landings"]] == expected, after
        assert present(tmp_path)["now"][1]["value"] == "9.0 g"  # 58 s at 20 times real time is 3 s
        files.replace_status(document(elapsed_s=104.0))
        assert present(tmp_path)["now"][1]["value"] == "no landing now"
        files.replace_status(document())
        assert present(tmp_path)["title"] == "Recording 1:01"


# --- words ----------------------------------------------------------------------------------------


def test_words_hold_numbers_against_what_is_known() -> None:
    near = RecordingState("r", "", 5.0, False, 1.0, (SensorState("S", "k", None, "lost", cadence_spm=168.0),))
    shown = live_document("recording", near, 0.0, [9.0], [0.5], Yardsticks(9.4, 170.0, 3.0, asked=True), None)
    cadence, impact = shown["now"]
    assert cadence["against"] == "Target 170: on it."
    assert impact["against"].startswith("Tolerance for now 9.4 g: within it")
    assert shown["synthetic"] == ""
    assert dict(shown["sensors"][0]["facts"])["Battery"] == "not known"
    over = live_document("recording", near, 0.0, [10.34], [0.5], Yardsticks(9.4, 190.0, 3.0), None)
    assert "10 % above it" in over["now"][1]["against"]
    assert over["now"][0]["against"] == "A usual step above your own would be 190: below it."
    unknown = live_document("recording", near, 0.0, [None], [None], Yardsticks(), None)
    assert [one["share"] for one in unknown["now"]] == [None, None]
    assert unknown["now"][1]["value"] == "not known yet"
    lost = live_document("recording", near, 0.0, [9.0], [6.0], Yardsticks(9.4, 170.0, 3.0), None)
    assert [one["value"] for one in lost["now"]] == ["no landing now", "no landing now"], "old, shown as now"
    assert [one["share"] for one in lost["now"]] == [None, None]
    assert "168" not in lost["say"]
    lossy = SensorState("S", "k", "left", "streaming", received=900, lost=100)
    facts = live_document(
        "recording", RecordingState("r", "", 1, True, 2.0, (lossy,)), 0, [None], [None], Yardsticks(), None
    )
    assert dict(facts["sensors"][0]["facts"])["Lost"] == "100 (10.0 %)"
    assert facts["synthetic"].startswith("SYNTHETIC")
    cue = CueSaid("Land softer", "impact", 9.5, 8.0, is_now=True)
    said = live_document("recording", near, 0.0, [None], [None], Yardsticks(), cue)
    assert said["cue"] == "Land softer: now 9.5 g, not above 8.0 g"
    assert stale_words(1.0) == ""
    assert stale_words(7.2) == "No news from the recorder for 7 s. The numbers below are old."

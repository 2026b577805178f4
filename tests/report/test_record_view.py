"""The picture of a running recording: everything is in it, it fits, and unknown is never 0."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfp_sensors.model.live_state import RecordingState, SensorState
from pfp_sensors.report.big_words import HEIGHT, big_words
from pfp_sensors.report.record_view import LINES, WIDTH, clock_text, cue_numbers, plain_line, screen_lines
from pfp_sensors.report.slow_air import SlowAir

LEFT = SensorState(
    name="A sensor with quite a long name",
    kind="open_profile",
    side="left",
    state="streaming",
    segments=3,
    received=1_234_567,
    lost=12,
    repeated=4,
    late=2,
    bad_packets=1,
    reboots=1,
    fifo_overflows=5,
    clipped=7,
    rate_hz=207.96,
    newest_age_s=0.034,
    battery_percent=14,
    rssi_dbm=-71,
    n_contacts=4321,
    cadence_spm=164.4,
    resultant_g=(9.0, 10.1, 11.2, 8.3, 9.4, 10.5),
)
RIGHT = SensorState(name="SHANK-R", kind="witmotion", side="right", state="searching", lost=None)
KEYS = "Keys: l lap"
CUE = ("Quicker, shorter steps", "Quicker, shorter steps: now 158 steps/min, target 172")


def recording(*sensors: SensorState, **more: object) -> RecordingState:
    state = RecordingState("r", "2026-01-01T00:00:00Z", 3725.9, False, 1.0, sensors)
    return replace(state, bytes_on_disk=2_340_000, **more)  # type: ignore[arg-type]


def row(lines: list[str], label: str) -> str:
    (line,) = [line for line in lines if line.startswith(label)]
    return line.removeprefix(label).strip()


def test_everything_is_shown_of_one_sensor() -> None:
    lines = screen_lines(recording(LEFT), KEYS)
    assert lines[0] == "Recording 1:02:05"
    assert row(lines, "Link") == "streaming, -71 dBm"
    assert row(lines, "Battery") == "14 %"
    assert row(lines, "Rate") == "208.0 Hz by its own clock"
    assert row(lines, "Newest") == "sample 0.03 s old"
    assert row(lines, "Samples") == "1234567"
    assert row(lines, "Lost") == "12"
    assert row(lines, "Clipped") == "7"
    also = "4 repeated, 2 late, 1 bad packet, 5 overflows, 1 restart, 2 reconnections"
    assert row(lines, "Also") == also[: WIDTH - 13].rstrip()
    assert row(lines, "Cadence") == "164 steps/min"
    assert row(lines, "Last impacts") == "10.1 11.2 8.3 9.4 10.5 g"
    assert row(lines, "Landings") == "4321"
    assert row(lines, "On disk") == "2.3 MB"
    assert lines[-1] == KEYS


def test_unknown_is_a_dash_and_never_nought() -> None:
    lines = screen_lines(recording(RIGHT))
    assert row(lines, "Lost") == "cannot be detected"
    for label in ("Battery", "Rate", "Newest", "Clipped", "Cadence", "Last impacts"):
        assert row(lines, label) == "-"
    assert row(lines, "Landings") == "none yet"
    assert not any(line.startswith("Also") for line in lines)


def test_two_sensors_with_everything_fit_80_by_24() -> None:
    state = recording(
        LEFT,
        RIGHT,
        messages=("A: battery 14 %",),
        trouble="The disk is full.\nMake room.",
        dropped=3,
        synthetic=True,
        speed_up=30.0,
    )
    lines = screen_lines(state, KEYS, CUE)
    assert len(lines) <= LINES < 24
    assert max(map(len, lines)) <= WIDTH < 80
    assert "! The disk is full. Make room." in lines
    assert "! A: battery 14 %" in lines
    assert lines[-1] == f">>> {CUE[1]}"
    assert any("3 packets dropped" in line for line in lines)
    assert "SIMULATED" in lines[0]
    assert "A sensor with quite a long nam" in lines[1]


def test_a_cue_is_large_where_there_is_room() -> None:
    lines = screen_lines(recording(LEFT, RIGHT), KEYS, CUE)
    assert lines[-HEIGHT - 1 : -1] == big_words("Quicker")
    assert len(lines) <= LINES
    small = screen_lines(recording(LEFT, RIGHT), KEYS, CUE, (WIDTH, 16))
    assert len(small) <= 16
    assert small[-1] == f">>> {CUE[1]}"
    assert not any("###" in line for line in small)
    narrow = screen_lines(recording(LEFT), KEYS, CUE, (30, LINES))
    assert not any("###" in line for line in narrow)
    assert max(map(len, narrow)) <= 30


@pytest.mark.parametrize("text", ["Quicker", "Slower rhythm", "Land softer"])
def test_large_words_fit_80_columns(text: str) -> None:
    rows = big_words(text)
    assert len(rows) == HEIGHT
    assert max(map(len, rows)) <= WIDTH
    assert all(rows)


def test_large_letters_differ_from_each_other() -> None:
    shapes = {tuple(big_words(letter)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    assert len(shapes) == 26
    assert big_words("?") == [""] * HEIGHT


def test_the_plain_line_has_the_same_facts() -> None:
    line = plain_line(recording(LEFT, RIGHT, trouble="The disk is full.\nMake room."))
    assert line == (
        "1:02:05; A sensor with quite a long name streaming, 208.0 Hz, 1234567 samples, 12 lost, "
        "4321 landings, cadence 164 steps/min, last impact 10.5 g; "
        "SHANK-R searching, 0 samples, loss cannot be detected; The disk is full. Make room."
    )


def test_times_and_cues_in_words() -> None:
    assert [clock_text(s) for s in (0.0, 59.9, 60.0, 3600.0)] == ["0:00", "0:59", "1:00", "1:00:00"]
    assert cue_numbers("Slower rhythm", "cadence", 181.4, 172.0).endswith("now 181 steps/min, target 172")
    assert cue_numbers("Land softer", "impact", 9.25, 8.0).endswith("now 9.2 g, not above 8.0 g")


def test_a_plain_line_says_that_it_is_simulated() -> None:
    assert plain_line(recording(LEFT, synthetic=True)).startswith("1:02:05; SIMULATED; A sensor")
    assert "SIMULATED" not in plain_line(recording(LEFT))


def test_an_air_that_is_too_slow_is_told_after_ten_seconds_and_a_stall_is_not() -> None:
    air = SlowAir()

    def look(at_s: float, age_s: float | None, state: str = "streaming") -> tuple[str, ...]:
        return air.look(recording(replace(LEFT, newest_age_s=age_s, state=state), elapsed_s=at_s))

    assert [look(at_s, 2.5) for at_s in (0.0, 5.0, 9.9)] == [(), (), ()]
    assert look(10.0, 2.5) == (f"{LEFT.name}: the air is too slow: move closer to this computer",)
    assert look(11.0, 0.1) == ()
    assert [look(at_s, 9.0) for at_s in (12.0, 21.0)] == [(), ()]
    assert look(22.0, 9.0, "lost") == (), "a lost link is told otherwise"
    assert look(23.0, 9.0) == ()

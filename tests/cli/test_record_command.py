"""``pfp record`` as a person meets it: on a terminal, through pipes, and when something is wrong."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.cli import main, record_view
from pfp_sensors.collect.session import Session
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.link.adapter import Adapter
from pfp_sensors.link.bleak_errors import as_sensor_error
from tests.cli.terminal import COLUMNS, LINES, ROOT, Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.terminal import Screen

Captured = pytest.CaptureFixture[str]
FAST = ("record", "--simulate", "--speed-up", "20")


def only_run(home: Path) -> Path:
    (folder,) = (home / "runs").iterdir()
    return folder


def streaming(screen: Screen) -> bool:
    return bool(re.search(r"Rate +\d+\.\d Hz", screen.text))


def landings(screen: Screen) -> int:
    """Return how many landings are shown of the leg with fewer."""
    found = re.search(r"Landings +(\d+) +(\d+)", screen.text)
    return min(int(found[1]), int(found[2])) if found else 0


def skip_question(terminal: Terminal) -> None:
    """Press Enter where the worst pain is asked for: only where running was found."""
    terminal.until(lambda screen: re.search("Worst pain while running|No running was found", screen.text))
    terminal.type("\n")


def arrived(home: Path) -> int:
    """Return how many samples the recorder says it has."""
    states = [json.loads(file.read_text()) for file in home.glob("runs/*/live.json")]
    return sum(sensor["received"] for state in states for sensor in state["sensors"])


# --- on a terminal --------------------------------------------------------------------------------


def test_the_live_view_and_its_keys(tmp_path: Path) -> None:
    sides = ("--side", "left", "--side", "right")
    with Terminal(*FAST, *sides, "--cue", "cadence", "--target", "185", home=tmp_path) as terminal:
        terminal.until(streaming)
        terminal.type("l3xm")  # at once: none is lost
        terminal.until(lambda screen: "pain 10 of 10 noted" in screen.text and "mark" in screen.text)
        terminal.until(lambda screen: screen.bells > 0 and landings(screen) >= 25)
        during = "\n".join(terminal.screen.visible)
        assert terminal.settings() != terminal.settings_before
        terminal.type("q")
        terminal.until(lambda screen: "Ending:" in screen.text)
        terminal.type("7")  # a key too many answers no question
        skip_question(terminal)
        assert terminal.end() == 0
        assert terminal.settings() == terminal.settings_before
        text = terminal.screen.text
    for shown in (
        r"Recording 0:\d\d   SIMULATED SENSOR: nothing here was measured on a person \(x20\)",
        r"SHANK-L, left leg +SHANK-R, right leg",
        r"Link +streaming, -\d+ dBm +streaming, -\d+ dBm",
        r"Battery +87 % +87 %",
        r"Rate +20\d\.\d Hz by its own clock +20\d",
        r"Newest +sample \d+\.\d\d s old",
        r"Samples +\d+",
        r"Lost +0 +0",
        r"Clipped +\d+ +\d+",
        r"Cadence .*\d+ steps/min",
        r"Last impacts .*\d+\.\d g",
        r"Landings +\d+ +\d+",
        r"On disk \d+\.\d MB",
        r"Keys: l lap",
        r"#   # #   #",
        r">>> Quicker, shorter steps: now \d+ steps/min, target 185",
    ):
        assert re.search(shown, during), f"{shown} is not in\n{during}"
    assert during.count("Recording 0:") == 1
    assert len(during.splitlines()) <= LINES
    assert max(map(len, during.splitlines())) < COLUMNS
    assert text.count("Recording 0:") == 1, "an old picture was left behind"
    assert "RIGHT AGAINST LEFT" in text
    meta = json.loads((only_run(tmp_path) / "meta.json").read_text())
    marks = [(mark["kind"], mark.get("score")) for mark in meta["marks"]]
    assert marks == [("lap", None), ("pain", 3), ("pain", 10), ("mark", None)]
    history = read_diary(tmp_path)
    assert [(pain.when, pain.score, pain.run) for pain in history.pain] == [
        ("during", 3, "r1"),
        ("during", 10, "r1"),
    ]
    events = [json.loads(line) for line in (only_run(tmp_path) / "events.jsonl").read_text().splitlines()]
    assert "cue" in {event["kind"] for event in events}


def test_ctrl_c_ends_in_order_and_gives_the_terminal_back(tmp_path: Path) -> None:
    with Terminal(*FAST, "--side", "right", home=tmp_path) as terminal:
        terminal.until(streaming)
        terminal.type("\x03")
        skip_question(terminal)
        assert terminal.end() in {0, 4}  # 4: too short to find running in it
        assert terminal.settings() == terminal.settings_before
        text = terminal.screen.text
    assert "Ending: the sensor is told to stop" in text
    assert "Traceback" not in text
    meta = json.loads((only_run(tmp_path) / "meta.json").read_text())
    assert meta["ended"] is True
    last = json.loads((only_run(tmp_path) / "live.json").read_text())
    assert last["sensors"][0]["state"] == "stopped"


def test_keys_give_the_terminal_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r", closefd=False) as keyboard:
        monkeypatch.setattr(sys, "stdin", keyboard)
        before = termios.tcgetattr(theirs)

        async def fail() -> None:
            with record_view._keys(lambda _key: None):
                assert termios.tcgetattr(theirs) != before
                raise RuntimeError

        with pytest.raises(RuntimeError):
            asyncio.run(fail())
        assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


# --- without a terminal ---------------------------------------------------------------------------


def test_json_is_one_object_and_lines_are_plain(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "pfp_sensors", "--home", str(tmp_path), *FAST]
    options = ["--side", "left", "--minutes", "1", "--cue", "impact", "--target", "2", "--json"]
    options += ["--speed-up", "10"]
    done = subprocess.run(command + options, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == "pfp.analysis/1"
    assert document["recording"]["synthetic"] is True
    # What a busy machine has not taken from the sensor when the minute is over is not waited for.
    assert document["recording"]["duration_s"] > 20.0
    events = [json.loads(line) for line in (only_run(tmp_path) / "events.jsonl").read_text().splitlines()]
    at_ns = {event["kind"]: event["t_mono_ns"] for event in events}
    assert at_ns["stopped"] - at_ns["streaming"] >= 60e9
    assert "\x1b" not in done.stderr
    assert "\a" not in done.stderr
    assert re.search(
        r"^\d:\d\d; SIMULATED; SHANK-L streaming, 20\d\.\d Hz, \d+ samples, 0 lost", done.stderr, re.MULTILINE
    )
    assert re.search(r"^\d:\d\d; Land softer: now \d+\.\d g, not above 2\.0 g$", done.stderr, re.MULTILINE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_reader_that_leaves_and_a_signal_leave_a_finished_recording(
    tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "pfp_sensors", "--home", str(tmp_path), *FAST, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as recorder:
        assert recorder.stderr is not None
        recorder.stderr.read(1)
        recorder.stderr.close()  # nobody reads the messages any more
        for _ in range(900):
            if arrived(tmp_path) > 2000 or recorder.poll() is not None:
                break
            time.sleep(0.1)
        assert recorder.poll() is None
        recorder.send_signal(number)
        assert recorder.stdout is not None
        document = json.loads(recorder.stdout.read())
    assert recorder.returncode in {0, 4}
    assert document["schema"] == "pfp.analysis/1"
    assert json.loads((only_run(tmp_path) / "meta.json").read_text())["ended"] is True


# --- when something is wrong ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--minutes", "0"], "--minutes is 0"),
        (["--minutes", "nan"], "--minutes"),
        (["--speed-up", "4"], "--speed-up is for simulated sensors"),
        (["--simulate", "--speed-up", "400"], "it must be 1 to 60"),
        (["--simulate", "--seed", "-1"], "a whole number of 0 or more"),
        (["--side", "left", "--side", "left"], "given twice"),
        (["--side", "left", "--side", "right"], "not two sensors"),
        (["--sensor", "A", "--sensor", "B", "--sensor", "C"], "More than two sensors"),
        (["--side", "middle"], "--side is 'middle'; give one of"),
        (["--minutes", "abc"], "--minutes is 'abc'; give a number."),
        (["--sensor", ""], "an empty name was given"),
        (["--seed", "3"], "--seed is for simulated sensors"),
        (["--sensor", "A", "--sensor", "B"], "not which is on which leg"),
        (["--cue", "cadence"], "belong together"),
        (["--target", "170"], "belong together"),
        (["--cue", "cadence", "--target", "4"], "100 to 260 steps per minute"),
        (["--cue", "impact", "--target", "170"], "1 to 100 g"),
    ],
)
def test_wrong_usage_is_2_and_makes_nothing(
    options: list[str], expected: str, tmp_path: Path, capsys: Captured
) -> None:
    assert main(["record", "--home", str(tmp_path), *options, "--json"]) == 2
    captured = capsys.readouterr()
    error = json.loads(captured.out)
    assert expected in error["message"]
    assert error["message"].endswith((".", "?"))
    assert error["what_to_do"]
    assert captured.err == ""
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def no_bluetooth(monkeypatch: pytest.MonkeyPatch) -> None:
    async def listen(*_: Any) -> None:
        raise as_sensor_error(FileNotFoundError(2, "No such file"), "Looking for sensors")

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Adapter, "listen", listen)


@pytest.mark.usefixtures("no_bluetooth")
@pytest.mark.parametrize("command", [["record"], ["scan"], ["doctor", "--sensor", "X"]])
def test_no_bluetooth_is_5_in_whole_sentences(command: list[str], tmp_path: Path, capsys: Captured) -> None:
    assert main([*command, "--home", str(tmp_path)]) == 5
    captured = capsys.readouterr()
    assert captured.out == ""
    for line in captured.err.splitlines():
        text = line.removeprefix("pfp: ")
        assert text[0].isupper()
        assert text.endswith(".")
    assert main([*command, "--home", str(tmp_path), "--json"]) == 5
    error = json.loads(capsys.readouterr().out)
    assert (error["schema"], error["code"]) == ("pfp.error/1", 5)
    assert "D-Bus" in error["message"]
    assert error["what_to_do"].startswith("Start it: ")


def test_a_sensor_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    async def listen(*_: Any) -> None:
        return None

    monkeypatch.setattr(Adapter, "listen", listen)
    monkeypatch.setattr("pfp_sensors.settings.load_record_settings", impatient)
    assert main(["record", "--sensor", "SHANK-L", "--home", str(tmp_path)]) == 5
    err = capsys.readouterr().err
    assert "SHANK-L was not found within 0.2 s. Nothing with a name is in reach." in err
    assert "`pfp doctor` checks Bluetooth here." in err


def impatient() -> Any:
    from dataclasses import replace

    from pfp_sensors.settings.load import load_record_settings

    return replace(load_record_settings(), first_patience_s=0.2)


def test_an_error_breaks_between_words_on_a_terminal(tmp_path: Path) -> None:
    with Terminal("record", "--simulate", "--sensor", "too-long-a-name", home=tmp_path) as terminal:
        assert terminal.end() == 2
        words = " ".join(terminal.screen.text.split())
    expected = "pfp: A simulated sensor has the name 'too-long-a-name'; at most 8 bytes are advertised."
    assert len(expected) > COLUMNS
    assert words.startswith(f"Starting the simulated link ... {expected}")
    assert list((tmp_path / "runs").glob("*")) == []


# --- stopped early, or late -------------------------------------------------------------------------

NOTHING = {
    "schema": "pfp.record/1",
    "recorded": False,
    "reason": "stopped before the first sample came",
}


@pytest.mark.parametrize("after_s", [0.0, 1.5])
def test_stopped_while_it_starts_is_quick_and_leaves_nothing(tmp_path: Path, after_s: float) -> None:
    program = (
        "import sys; from pfp_sensors.cli import main; from pfp_sensors.collect import choose\n"
        "choose._ROUND_S = 30.0  # it is looking for sensors when it is stopped, however late that is\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "--home", str(tmp_path), "record", "--simulate", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True
    ) as recorder:
        assert recorder.stdout is not None
        assert recorder.stderr is not None
        assert recorder.stderr.readline() == "Starting the simulated link ...\n"
        time.sleep(0.2 + after_s)
        recorder.send_signal(signal.SIGINT)
        said = recorder.stderr.read()
        assert json.loads(recorder.stdout.read()) == NOTHING
    assert recorder.returncode == 0
    assert "You stopped before the first sample came; nothing was recorded.\n" in said
    assert "Traceback" not in said
    assert list((tmp_path / "runs").glob("*")) == []


@pytest.mark.parametrize("where", ["searching", "connecting"])
def test_stopped_before_anything_came_is_no_fault_of_the_sensor(
    where: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    from pfp_sensors.link.adapter import Advert
    from pfp_sensors.sensors.open_profile import SERVICE

    rounds = 0

    async def listen(_adapter: Adapter, seconds: float, heard: Any, enough: Any = ()) -> None:
        nonlocal rounds
        rounds += 1
        if where == "connecting" and rounds == 1:
            heard(Advert("SHANK-L", "AA:01", -60, (SERVICE,), None))
            return
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.2)

    monkeypatch.setattr(Adapter, "listen", listen)
    command = ["record", "--sensor", "SHANK-L", "--home", str(tmp_path)]
    assert main(command) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Looking for SHANK-L ...\n")
    assert captured.err.endswith("You stopped before the first sample came; nothing was recorded.\n")
    assert "Switch it on" not in captured.err
    assert list((tmp_path / "runs").glob("*")) == []
    rounds = 0
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == NOTHING


def test_a_sensor_that_is_lost_before_it_sent_anything_leaves_no_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    from pfp_sensors.link.adapter import Advert
    from pfp_sensors.sensors.open_profile import SERVICE

    rounds = 0

    async def listen(_adapter: Adapter, _seconds: float, heard: Any, _enough: Any = ()) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            heard(Advert("SHANK-L", "AA:01", -60, (SERVICE,), None))
        await asyncio.sleep(0.02)

    monkeypatch.setattr(Adapter, "listen", listen)
    monkeypatch.setattr("pfp_sensors.settings.load_record_settings", impatient)
    assert main(["record", "--sensor", "SHANK-L", "--home", str(tmp_path)]) == 5
    assert "was not found" in capsys.readouterr().err
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_disk_without_room_for_the_first_packet_leaves_no_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    from pfp_sensors.link.adapter import Advert
    from pfp_sensors.sensors.open_profile import SERVICE
    from pfp_sensors.store import packet_files

    async def listen(_adapter: Adapter, _seconds: float, heard: Any, _enough: Any = ()) -> None:
        heard(Advert("SHANK-L", "AA:01", -60, (SERVICE,), None))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Adapter, "listen", listen)
    monkeypatch.setattr(packet_files.os, "write", full)
    assert main(["record", "--sensor", "SHANK-L", "--home", str(tmp_path)]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert list((tmp_path / "runs").iterdir()) == []


def test_stopped_while_the_summary_is_worked_out_says_where_the_recording_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    def interrupted(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1.0)

    monkeypatch.setattr("pfp_sensors.actions.analyze.analyze_file", interrupted)
    command = [*FAST, "--side", "left", "--minutes", "0.3", "--home", str(tmp_path)]
    assert main([*command, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "pfp.record/1"
    assert document["recorded"] is True
    folder = only_run(tmp_path)
    assert document["folder"] == str(folder)
    assert (folder / "meta.json").exists()


# --- two legs, two runs -----------------------------------------------------------------------------


@pytest.fixture
def waits_for_all_sensors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time asked for begin when every sensor sends: a busy machine connects the second one late."""
    count_down = Session.stop_after

    async def stop_after(session: Session, seconds: float, stop: asyncio.Event) -> None:
        while not all(sensor.has_samples for sensor in session.sensors):
            await asyncio.sleep(0.01)
        await count_down(session, seconds, stop)

    monkeypatch.setattr(Session, "stop_after", stop_after)


@pytest.mark.usefixtures("waits_for_all_sensors")
def test_one_side_of_two_tells_the_other(tmp_path: Path, capsys: Captured) -> None:
    two = ["--sensor", "SHANK-A", "--sensor", "SHANK-B", "--side", "left"]
    command = [*FAST, *two, "--minutes", "0.8", "--home", str(tmp_path), "--json"]
    assert main(command) in {0, 4}
    captured = capsys.readouterr()
    assert "SHANK-B is taken to be on the right leg." in captured.err
    legs = read_recording_file(only_run(tmp_path)).recordings
    assert [(leg.sensor, leg.side) for leg in legs] == [("left_leg", "left"), ("right_leg", "right")]


def test_fast_runs_one_after_the_other_are_named_by_the_real_time(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from pfp_sensors.store.home import start_of

    begun = datetime.now(UTC)
    for _ in range(2):
        main([*FAST, "--side", "left", "--minutes", "0.3", "--home", str(tmp_path)])
    folders = sorted((tmp_path / "runs").iterdir())
    first, second = (start_of(folder.name) for folder in folders)
    assert first is not None
    assert second is not None
    assert begun.replace(microsecond=0) <= first <= second <= datetime.now(UTC)
    finished = [(folder / "meta.json").stat().st_mtime for folder in folders]
    assert finished[0] < finished[1], "their names do not sort as they were recorded"


# --- a folder that is not finished ------------------------------------------------------------------


def test_a_run_that_is_not_finished_is_3_and_says_so(tmp_path: Path, capsys: Captured) -> None:
    from pfp_sensors.store.run_lock import RunLock

    folder = tmp_path / "20260101-080000"
    folder.mkdir()
    with RunLock(folder):
        assert main(["analyze", str(folder)]) == 3
        assert f"{folder} is being recorded right now." in capsys.readouterr().err
    (folder / "packets.arrows").write_bytes(b"")
    assert main(["analyze", str(folder), "--json"]) == 3
    error = json.loads(capsys.readouterr().out)
    assert error["message"] == f"{folder} was left unfinished."
    assert "pfp recover" in error["what_to_do"]


def test_a_home_that_cannot_be_written_says_which_options_choose_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    from pfp_sensors.link.adapter import Advert
    from pfp_sensors.sensors.open_profile import SERVICE

    async def listen(_adapter: Adapter, _seconds: float, heard: Any, _enough: Any = ()) -> None:
        heard(Advert("SHANK-L", "AA:01", -60, (SERVICE,), None))

    monkeypatch.setattr(Adapter, "listen", listen)
    (tmp_path / "file").write_text("")
    assert main(["record", "--sensor", "SHANK-L", "--home", str(tmp_path / "file")]) == 2
    err = capsys.readouterr().err
    assert "Choose another folder with --home or PFP_HOME." in err


def test_an_interrupt_that_python_wrapped_is_still_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    from pfp_sensors.cli import record as command

    def wrapped(*_: object) -> None:
        raise RuntimeError("Error calling __set_name__") from command._InterruptError()

    monkeypatch.setattr(command, "_record", wrapped)
    assert main(["record", "--simulate"]) == 0

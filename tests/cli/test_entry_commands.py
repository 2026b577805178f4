"""The commands that write into the diary, as a new person uses them: words, JSON, mistakes, nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pfp_sensors.actions import now as clock
from pfp_sensors.cli import main
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS
from pfp_sensors.report.red_flag_words import WHOM_TO_SEE

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]
SAMPLE = ROOT / "recordings" / "easy_run"
PROMISES = ("safe", "heal", "prevent", "cure", "guarantee", "injury-free")


@pytest.fixture(autouse=True)
def _afternoon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be six in the evening, in a home that is not there yet."""
    monkeypatch.setenv("PFP_HOME", str(tmp_path / "home"))
    set_clock(monkeypatch, datetime(2026, 10, 10, 18, 0))


def set_clock(monkeypatch: pytest.MonkeyPatch, local: datetime) -> None:
    moment = local.astimezone()
    monkeypatch.setattr(clock, "now", lambda: moment)


def say(capsys: Captured, *arguments: str, code: int = 0) -> str:
    """Run a command and return what it printed, as one line."""
    assert main(list(arguments)) == code
    captured = capsys.readouterr()
    told, silent = (captured.out, captured.err) if code == 0 else (captured.err, captured.out)
    assert silent == ""
    assert max(map(len, captured.out.splitlines()), default=0) <= 80
    assert not any(word in told.lower() for word in PROMISES)
    return " ".join(told.split())


def ask(capsys: Captured, *arguments: str, code: int = 0) -> dict[str, Any]:
    """Run a command with --json and return its one object."""
    assert main([*arguments, "--json"]) == code
    captured = capsys.readouterr()
    assert captured.err == ""
    document: dict[str, Any] = json.loads(captured.out)
    return document


# --- pain -----------------------------------------------------------------------------------------


def test_pain_says_what_was_written_where_and_how_to_take_it_back(capsys: Captured) -> None:
    say(capsys, "add-run", "--date", "today", "--time", "12:00", "--minutes", "30", "--km", "5")
    text = say(capsys, "pain", "4", "--when", "during", "--knee", "left")
    assert text == (
        "Written: pain during the run 4/10, left knee, of run r1 (Saturday 10 Oct 2026, 12:00, 5.00 km, "
        "30 min) [p1]. Take it back with `pfp undo`. That is more pain than the rules take for calm: the "
        "next run does not grow, and may get shorter. `pfp next` says what holds."
    )
    assert "[p2]" in say(
        capsys, "pain", "2", "--when", "day", "--date", "yesterday", "--note", "a long drive"
    )


def test_pain_without_a_run_says_so(capsys: Captured) -> None:
    text = say(capsys, "pain", "4", "--when", "during")
    assert "It belongs to no run: the diary has none that fits." in text
    assert "no run of it is in the diary yet" in say(capsys, "pain", "1", "--when", "before")


def test_pain_names_the_runs_it_was_not_attached_to(capsys: Captured) -> None:
    for time in ("07:00", "12:00"):
        say(capsys, "add-run", "--time", time, "--minutes", "30")
    text = say(capsys, "pain", "1", "--when", "during")
    assert "of run r2 (Saturday 10 Oct 2026, 12:00, 30 min)" in text
    assert "Not of r1 (Saturday 10 Oct 2026, 07:00, 30 min): if you meant another run" in text


def test_pain_again_says_which_counts(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    say(capsys, "add-run", "--minutes", "30")
    say(capsys, "pain", "4", "--when", "during")
    assert "The earlier 4/10 [p1] is kept; the newer score counts." in say(
        capsys, "pain", "3", "--when", "during"
    )
    assert "Nothing was written." in say(capsys, "pain", "3", "--when", "during")
    set_clock(monkeypatch, datetime(2026, 10, 12, 18, 0))
    text = say(capsys, "pain", "1", "--when", "during", "--run", "r1")
    assert "The earlier 3/10 [p2] was entered too long ago to be lowered: both are kept, the higher" in text


def test_a_morning_too_late_names_the_right_one(capsys: Captured) -> None:
    say(capsys, "add-run", "--date", "2026-10-08", "--minutes", "30")
    text = say(capsys, "pain", "1", "--when", "morning")
    assert "stays open: `pfp pain SCORE --when morning --date 2026-10-09`." in text
    assert "of run r1" in say(capsys, "pain", "1", "--when", "morning", "--date", "2026-10-09")
    assert ask(capsys, "show", "r1")["unanswered"] == ["during", "after60"]


def test_strong_pain_is_told_plainly(capsys: Captured) -> None:
    assert "no running for now" in say(capsys, "pain", "6", "--when", "day")
    assert "no running" not in say(capsys, "pain", "5", "--when", "day", "--date", "yesterday")


def test_pain_as_json(capsys: Captured) -> None:
    say(capsys, "add-run", "--minutes", "30")
    first = ask(capsys, "pain", "7", "--when", "during")
    assert {key: first[key] for key in ("schema", "result", "id", "kind", "run", "not_runs", "undo")} == {
        "schema": "pfp.entry/1",
        "result": "added",
        "id": "p1",
        "kind": "pain",
        "run": "r1",
        "not_runs": [],
        "undo": "pfp undo",
    }
    assert first["entry"]["score"] == 7
    assert first["cautions"] == ["strong_pain"]
    second = ask(capsys, "pain", "3", "--when", "during")
    assert second["before"]["id"] == "p1"
    assert second["before"]["entry"]["score"] == 7
    assert ask(capsys, "pain", "3", "--when", "during")["undo"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pain", "11", "--when", "day"], "SCORE is 11; it must be a whole number from 0 to 10."),
        (["pain", "-1", "--when", "day"], "SCORE is -1"),
        (["pain", "3.5", "--when", "day"], "SCORE: '3.5' was given; give a whole number."),
        (["pain", "bad", "--when", "day"], "SCORE: 'bad' was given"),
        (["pain", "3"], "--when is missing."),
        (["pain", "3", "--when", "evening"], "--when is 'evening'; give one of"),
        (["pain", "3", "--when", "day", "--date", "tomorrow"], "--date is 'tomorrow'; that is no day."),
        (["pain", "3", "--when", "day", "--date", "2026-10-11"], "that lies in the future"),
        (["pain", "3", "--when", "during", "--run", "r1"], "There is no run in the diary yet."),
        (["symptom", "sweling"], "Did you mean `swelling`?"),
        (["symptom", "swelling", "--ended", "today"], "No open swelling"),
        (["exercise", "glute-brige"], "Did you mean `glute_bridge`?"),
        (["exercise", "walk", "--minutes", "0"], "--minutes is 0; it must be 0.1 to 1440 min."),
        (["score", "akps", "101"], "The total of the akps is 101; it must be 0 to 100."),
        (["score", "uwri", "12.5"], "always a whole number"),
        (["score", "lefs", "12"], "give one of"),
        (["add-run", "--date", "today"], "Neither --minutes nor --km is given."),
        (["add-run", "--minutes", "30", "--time", "19:00"], "that lies in the future"),
        (["add-run", "--minutes", "30", "--km", "30"], "faster than anybody runs"),
        (["edit", "r1", "km", "5"], "There is no diary yet"),
        (["show", "r1"], "There is no run in the diary yet."),
        (["runs", "--limit", "0"], "--limit is 0"),
        (["import", "a", "b", "--start", "today"], "--start belongs to one recording; 2 were given."),
        (["import", "a", "--speed-mps", "40"], "speed is 40 m/s"),
    ],
)
def test_mistakes_are_2_in_words_and_make_nothing(
    arguments: list[str], words: str, capsys: Captured, tmp_path: Path
) -> None:
    assert words in say(capsys, *arguments, code=2)
    error = ask(capsys, *arguments, code=2)
    assert error["schema"] == "pfp.error/1"
    assert error["what_to_do"]
    found = {path.name for path in (tmp_path / "home").glob("*")}
    assert found <= {"diary.sqlite3", "diary.sqlite3-wal", "diary.sqlite3-shm"}


def test_a_home_that_is_a_file_is_told(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "home").write_text("mine")
    for command in (["pain", "1", "--when", "day"], ["undo"], ["runs"], ["edit", "r1", "km", "5"]):
        assert "is a file, not a data folder" in say(capsys, *command, code=2)
    assert (tmp_path / "home").read_text() == "mine"


def test_a_damaged_diary_is_told(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "diary.sqlite3").write_text("this is no database" * 100)
    assert "is no diary or is damaged" in say(capsys, "pain", "1", "--when", "day", code=3)


# --- signs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RED_KINDS)
def test_a_red_flag_stops_running_and_says_whom_to_see(kind: str, capsys: Captured) -> None:
    text = say(capsys, "symptom", kind)
    assert text.index("STOP RUNNING for now.") < text.index(WHOM_TO_SEE[kind][1])
    assert "This is not a diagnosis." in text
    assert "stays off until a clinician" in say(capsys, "symptom", kind, "--ended", "today")


@pytest.mark.parametrize("kind", AMBER_KINDS)
def test_a_warning_sign_holds(kind: str, capsys: Captured) -> None:
    text = say(capsys, "symptom", kind, "--date", "yesterday", "--knee", "right")
    assert "A warning sign holds the load for some days" in text
    assert "STOP" not in text
    assert "Nothing was written." in say(capsys, "symptom", kind, "--date", "yesterday", "--knee", "right")


def test_a_red_flag_in_json_has_its_words(capsys: Captured) -> None:
    document = ask(capsys, "symptom", "locking")
    assert document["cautions"] == ["red_flag"]
    assert "STOP RUNNING" in document["notes"][0]


# --- the rest -------------------------------------------------------------------------------------


def test_each_entry_answers_with_its_id_and_can_be_taken_back(capsys: Captured) -> None:
    entries = {
        "r1": ["add-run", "--date", "yesterday", "--minutes", "25", "--km", "4", "--pain-during", "2"],
        "x1": ["exercise", "quad_set", "--sets", "3", "--hold-s", "10", "--side", "left", "--pain", "1"],
        "q1": ["score", "koos-pf", "61.4"],
        "s1": ["symptom", "swelling"],
        "p2": ["pain", "1", "--when", "morning"],
    }
    for entry_id, arguments in entries.items():
        text = say(capsys, *arguments)
        assert text.startswith("Written: ")
        assert f"[{entry_id}]" in text
        assert "Take it back with `pfp undo`." in text
    for entry_id in reversed(entries):
        text = say(capsys, "undo")
        assert text.startswith("Taken back: ")
        assert f"[{entry_id}]" in text
    assert say(capsys, "undo") == "There is nothing to take back."
    assert ask(capsys, "undo") == {
        "schema": "pfp.undo/1",
        "undone": None,
        "made": None,
        "entries": [],
        "stages": [],
        "copies": [],
    }
    assert "No runs yet." in say(capsys, "runs")


def test_undo_as_json_and_of_a_late_score(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    say(capsys, "pain", "8", "--when", "day")
    set_clock(monkeypatch, datetime(2026, 10, 12, 18, 0))
    say(capsys, "score", "akps", "70")
    document = ask(capsys, "undo")
    assert document["undone"] == "add"
    assert [(one["id"], one["counts"]) for one in document["entries"]] == [("q1", False)]
    assert "it keeps counting" in say(capsys, "undo")


def test_edit_says_what_it_was(capsys: Captured) -> None:
    say(capsys, "add-run", "--date", "yesterday", "--minutes", "25", "--km", "4")
    text = say(capsys, "edit", "last", "km", "4.4")
    assert "4.40 km" in text
    assert "Before, it said: run of Friday 9 Oct 2026, 4.00 km, 25 min." in text
    assert "it has no `kms`" in say(capsys, "edit", "r1", "kms", "4.4", code=2)
    document = ask(capsys, "edit", "r1", "km", "unknown")
    assert "km" not in document["entry"]
    assert document["before"]["entry"]["km"] == 4.4
    assert "Correction taken back" in say(capsys, "undo")
    assert ask(capsys, "show", "r1")["km"] == 4.4


def test_a_typed_run_as_json(capsys: Captured) -> None:
    document = ask(capsys, "add-run", "--minutes", "25", "--pain-during", "2", "--pain-after60", "1")
    assert (document["schema"], document["id"]) == ("pfp.entry/1", "r1")
    assert document["entry"]["start"] == "2026-10-10"
    assert "speed_mps" not in document["entry"]
    assert [one["entry"]["when"] for one in document["with_it"]] == ["during", "after60"]
    error = ask(capsys, "add-run", "--minutes", "25", code=2)
    assert "has this run already: r1" in error["message"]


def test_runs_and_show(capsys: Captured) -> None:
    say(capsys, "add-run", "--date", "yesterday", "--minutes", "25", "--km", "4", "--pain-during", "2")
    say(capsys, "add-run", "--date", "2026-10-01", "--minutes", "20")
    assert main(["runs", "--limit", "1"]) == 0
    out = capsys.readouterr().out
    assert "r1" in out
    assert "2026-10-01" not in out
    assert [run["id"] for run in ask(capsys, "runs")["runs"]] == ["r1", "r2"]
    for word in ("r1", "last", "yesterday", "2026-10-09"):
        assert ask(capsys, "show", word)["id"] == "r1"
    assert "Run r2" in say(capsys, "show", "2026-10-01")


# --- import ---------------------------------------------------------------------------------------


def test_a_recording_is_brought_in_once(capsys: Captured, tmp_path: Path) -> None:
    text = say(capsys, "import", str(SAMPLE), "--start", "2026-10-09T07:00", "--dry-run")
    assert "understood as a run of Friday 9 Oct 2026, 07:00" in text
    assert "Nothing was written" in text
    assert not (tmp_path / "home").exists()
    text = say(capsys, "import", str(SAMPLE), "--start", "2026-10-09T07:00")
    assert text.startswith("SYNTHETIC: ")
    assert "written as run r1 (Friday 9 Oct 2026, 07:00" in text
    assert "It is not the load on the kneecap." in text
    assert "`pfp pain SCORE --when during --run r1`" in text
    assert "has this already, as run r1" in say(capsys, "import", str(SAMPLE))
    document = ask(capsys, "runs")
    assert len(document["runs"]) == 1
    assert document["runs"][0]["synthetic"] is True


def test_without_a_start_it_says_what_to_give(capsys: Captured) -> None:
    text = say(capsys, "import", str(SAMPLE), code=3)
    assert "does not say when the run began" in text
    assert "--start" in text


def test_wrong_files_do_not_stop_the_others(capsys: Captured, tmp_path: Path) -> None:
    photo = tmp_path / "photo.csv"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    say(capsys, "import", str(SAMPLE), "--start", "today")
    document = ask(capsys, "import", str(SAMPLE), str(photo), str(tmp_path / "absent.csv"), code=3)
    assert document["schema"] == "pfp.import/1"
    assert [one["result"] for one in document["results"]] == ["known", "failed", "failed"]
    assert document["results"][1]["error"]["schema"] == "pfp.error/1"
    assert main(["import", str(photo), str(SAMPLE)]) == 3
    captured = capsys.readouterr()
    assert "photo.csv" in captured.err
    assert "has this already" in captured.out


def test_no_running_is_4_and_its_json_is_still_printed(capsys: Captured, tmp_path: Path) -> None:
    still = tmp_path / "still.csv"
    rows = "".join(
        f"{n / 100},{0.001 * (n % 3)},{0.001 * (n % 5)},{1.0 + 0.001 * (n % 2)}\n" for n in range(6000)
    )
    still.write_text("time_s,acc_x_g,acc_y_g,acc_z_g\n" + rows)
    assert "there is no running in it" in say(capsys, "import", str(still), "--start", "today", code=4)
    document = ask(capsys, "import", str(still), "--start", "today", code=4)
    assert document["results"][0]["error"]["code"] == 4
    assert not (tmp_path / "home").exists()


# --- processes of their own -----------------------------------------------------------------------

HEAVY = "{'numpy', 'scipy', 'pandas', 'pyarrow', 'rich', 'bleak'} & set(sys.modules)"


def test_the_commands_of_the_diary_load_nothing_heavy(tmp_path: Path) -> None:
    commands = [
        ["add-run", "--date", "yesterday", "--minutes", "25", "--pain-during", "2"],
        ["pain", "1", "--when", "morning"],
        ["symptom", "swelling"],
        ["exercise", "walk", "--minutes", "30"],
        ["score", "akps", "74"],
        ["edit", "r1", "km", "4"],
        ["undo"],
        ["runs"],
        ["show", "last"],
    ]
    code = (
        "import sys\nfrom pfp_sensors.cli import main\n"
        f"for one in {commands!r}:\n    assert main(one) == 0, one\n    assert not {HEAVY}, (one, {HEAVY})"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env={"PFP_HOME": str(tmp_path / "h"), "PATH": "", "PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_piped_it_says_the_same(tmp_path: Path, capsys: Captured) -> None:
    home = str(tmp_path / "other")
    command = [
        sys.executable,
        "-m",
        "pfp_sensors",
        "--home",
        home,
        "score",
        "akps",
        "74",
        "--date",
        "2026-01-05",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert main(["score", "akps", "74", "--date", "2026-01-05"]) == 0
    assert capsys.readouterr().out == done.stdout


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    home = str(tmp_path / "shared")
    words = [sys.executable, "-m", "pfp_sensors", "--home", home, "add-run", "--minutes", "20", "--date"]
    first_day = datetime(2026, 1, 1)
    running = [
        subprocess.Popen(
            [*words, f"{first_day + timedelta(days=n):%Y-%m-%d}"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for n in range(4)
    ]
    for one in running:
        _, told = one.communicate(timeout=120)
        assert (one.returncode, told) == (0, b"")
    done = subprocess.run(
        [sys.executable, "-m", "pfp_sensors", "--home", home, "runs", "--json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert sorted(run["id"] for run in json.loads(done.stdout)["runs"]) == ["r1", "r2", "r3", "r4"]

"""``pfp next``, ``pfp week`` and ``pfp trend`` as a person or a program meets them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.now import now, read_as_of
from pfp_sensors.cli import main
from pfp_sensors.formats.history import read_history_file
from tests.cli.sample_diary import diary_document, write_diary
from tests.cli.terminal import COLUMNS, ROOT, Terminal

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
COMMANDS = ("next", "week", "trend")
KEYS = {
    "schema",
    "as_of",
    "version",
    "parameters_sha256",
    "status",
    "stage",
    "tier",
    "refer",
    "rest_until",
    "next_run",
    "week",
    "impact_tolerance_g",
    "rules",
    "missing",
    "notes",
}


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return write_diary(tmp_path / "diary.json", now().date() - timedelta(2))


@pytest.fixture
def home(diary: Path, tmp_path: Path, capsys: Captured) -> Path:
    assert main(["restore", str(diary), "--home", str(tmp_path / "home")]) == 0
    capsys.readouterr()
    return tmp_path / "home"


def answer(capsys: Captured, *command: str) -> dict[str, Any]:
    assert main([*command, "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 1
    document: dict[str, Any] = json.loads(captured.out)
    return document


def exported(home: Path, capsys: Captured) -> dict[str, Any]:
    assert main(["export", "history", "--home", str(home)]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_next_twice_is_the_same_and_keeps_one_limit(home: Path, capsys: Captured) -> None:
    before = exported(home, capsys)
    first = answer(capsys, "next", "--home", str(home))
    assert set(first) >= KEYS
    assert first["schema"] == "pfp.recommendation/1"
    assert first["status"] == "ok"
    once = exported(home, capsys)
    again = answer(capsys, "next", "--home", str(home))
    assert {**again, "as_of": ""} == {**first, "as_of": ""}
    assert exported(home, capsys) == once
    assert len(once["caps"]) == len(before["caps"]) + 1
    assert {**once, "caps": before["caps"]} == before


def test_a_day_of_the_past_keeps_nothing(home: Path, capsys: Captured) -> None:
    before = exported(home, capsys)
    day = str(now().date() - timedelta(5))
    for command in COMMANDS:
        document = answer(capsys, command, "--as-of", day, "--home", str(home))
        assert document["as_of"] == str(day)
    moment = f"{day}T12:00:00+02:00"
    assert answer(capsys, "next", "--as-of", moment, "--home", str(home))["as_of"] == moment
    assert exported(home, capsys) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_history_file_is_judged_without_touching_the_store(
    command: str, diary: Path, tmp_path: Path, capsys: Captured
) -> None:
    absent = tmp_path / "absent"
    before = diary.read_bytes()
    document = answer(capsys, command, "--history", str(diary), "--home", str(absent))
    assert not absent.exists()
    assert diary.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["diary.json"]
    if command != "trend":
        assert document["next_run"]["max_km"] > 0
    if command == "week":
        assert len(document["days"]) == 7


@pytest.mark.parametrize("command", COMMANDS)
def test_entries_of_a_file_after_the_moment_are_counted_aloud(
    command: str, tmp_path: Path, capsys: Captured
) -> None:
    last = now().date() - timedelta(2)
    document = diary_document(last)
    document["runs"].append({"id": "late", "start": f"{last.year + 1}-05-05", "km": 3.0})
    file = tmp_path / "diary.json"
    file.write_text(json.dumps(document))
    assert main([command, "--history", str(file)]) == 0
    assert f"{file}: 1 entry lies after " in capsys.readouterr().err
    assert main([command, "--history", str(file), "--as-of", str(last - timedelta(30))]) == 0
    told = re.search(r": (\d+) entries lie after (.*) and are not looked at", capsys.readouterr().err)
    assert told is not None
    assert int(told[1]) > 5
    assert told[2].endswith(", 23:59")
    assert main([command, "--history", str(write_diary(file, last))]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_yesterday_and_today_are_days(command: str, home: Path, capsys: Captured) -> None:
    for word, ago in (("yesterday", 1), ("Today", 0)):
        document = answer(capsys, command, "--as-of", word, "--home", str(home))
        assert document["as_of"] == str(now().date() - timedelta(ago))


def test_without_a_diary_the_start_questions_are_named(tmp_path: Path, capsys: Captured) -> None:
    absent = tmp_path / "absent"
    assert answer(capsys, "next", "--home", str(absent))["status"] == "needs_input"
    for command in COMMANDS:
        assert main([command, "--home", str(absent)]) == 0
        assert capsys.readouterr().out
    assert not absent.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_is_eighty_columns_wide_and_the_same_piped(command: str, home: Path) -> None:
    words = [sys.executable, "-m", "pfp_sensors", command, "--home", str(home), "--as-of"]
    moment = now().isoformat()
    piped = subprocess.run([*words, moment], capture_output=True, text=True, cwd=ROOT, check=True)
    assert piped.stderr == ""
    assert "\x1b" not in piped.stdout
    assert max(map(len, piped.stdout.splitlines())) <= COLUMNS
    with Terminal(command, "--as-of", moment, home=home) as terminal:
        assert terminal.end() == 0
        assert terminal.screen.text.strip() == piped.stdout.strip()


def test_a_reader_that_leaves_is_no_failure_of_the_program(home: Path) -> None:
    words = [sys.executable, "-m", "pfp_sensors", "next", "--rules", "--home", str(home)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        assert b"Traceback" not in program.stderr.read()
    assert program.returncode == 141


def test_rules_lists_those_that_do_not_apply_too(diary: Path, capsys: Captured) -> None:
    pages = []
    for options in ([], ["--rules"]):
        assert main(["next", "--history", str(diary), *options]) == 0
        pages.append(capsys.readouterr().out)
    assert "Rules that do not apply" not in pages[0]
    assert "Rules that do not apply" in pages[1]


def test_a_setting_of_ones_own_counts_and_a_wrong_one_is_2(tmp_path: Path, capsys: Captured) -> None:
    own = tmp_path / "own.toml"
    own.write_text("[load.cap]\nsession = 0.02\n")
    diary = write_diary(tmp_path / "diary.json", date(2026, 10, 4))
    asked = ("next", "--history", str(diary), "--as-of", "2026-10-06")
    usual = answer(capsys, *asked)
    stricter = answer(capsys, *asked, "--config", str(own))
    assert stricter["next_run"]["max_km"] < usual["next_run"]["max_km"]
    assert stricter["parameters_sha256"] != usual["parameters_sha256"]
    own.write_text("[load.cap]\nsession = 0.4\n")
    assert main(["next", "--history", str(diary), "--config", str(own)]) == 2
    assert "load.cap.session" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        (["--as-of", "tomorrow"], 2, "no day and no time"),
        (["--as-of", "2026-10-04T12:00"], 2, "needs its offset"),
        (["--history", "absent.json"], 3, "absent.json"),
        (["--history", ""], 2, "empty path"),
    ],
)
def test_mistakes_are_named(
    options: list[str], code: int, expected: str, tmp_path: Path, capsys: Captured
) -> None:
    for command in COMMANDS:
        assert main([command, *options, "--home", str(tmp_path / "absent"), "--json"]) == code
        error = json.loads(capsys.readouterr().out)
        assert expected in error["message"]
        assert error["what_to_do"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "wrong", "other"])
def test_a_damaged_file_is_3_and_says_where(damage: str, tmp_path: Path, capsys: Captured) -> None:
    document = diary_document(now().date())
    text = json.dumps(document)
    if damage == "wrong":
        document["runs"][2]["km"] = "four"
        text = json.dumps(document)
    file = tmp_path / "diary.json"
    file.write_text({"cut": text[:-40], "wrong": text, "other": '{"schema": "pfp.analysis/1"}'}[damage])
    expected = {"cut": "diary.json", "wrong": "runs[2].km", "other": "pfp.analysis/1"}[damage]
    for command in COMMANDS:
        assert main([command, "--history", str(file)]) == 3
        assert expected in capsys.readouterr().err


def test_a_damaged_diary_is_3_and_stays_as_it_is(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "diary.sqlite3").write_bytes(b"this is no database" * 100)
    before = (tmp_path / "diary.sqlite3").read_bytes()
    for command in (*COMMANDS, "export history"):
        assert main([*command.split(), "--home", str(tmp_path)]) == 3
        assert "is no diary or is damaged" in capsys.readouterr().err
    assert (tmp_path / "diary.sqlite3").read_bytes() == before


def test_what_a_file_says_in_unknown_words_is_named(tmp_path: Path, capsys: Captured) -> None:
    document = diary_document(now().date())
    document["runs"][0]["kms"] = 4
    file = tmp_path / "diary.json"
    file.write_text(json.dumps(document))
    assert main(["next", "--history", str(file), "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["status"]
    assert "left out: runs[0].kms." in captured.err


@pytest.mark.parametrize(("weeks", "code"), [("1", 0), ("3", 0), ("0", 2), ("521", 2)])
def test_trend_shows_as_many_weeks_as_are_asked(weeks: str, code: int, diary: Path, capsys: Captured) -> None:
    assert main(["trend", "--weeks", weeks, "--history", str(diary), "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    if code == 0:
        assert document["schema"] == "pfp.trend/1"
        assert len(document["weeks"]) == int(weeks)


def test_the_day_ends_where_the_person_was(tmp_path: Path, capsys: Captured) -> None:
    day = now().date() - timedelta(2)
    file = write_diary(tmp_path / "diary.json", day, offset="-07:00")
    assert answer(capsys, "next", "--history", str(file), "--as-of", str(day))["as_of"] == str(day)
    assert read_as_of(str(day), read_history_file(file)).utcoffset() == timedelta(hours=-7)


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_heavy_is_imported(command: str, home: Path) -> None:
    program = (
        "import sys\nfrom pfp_sensors.cli import main\n"
        f"code = main(['{command}', '--home', {str(home)!r}])\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'pyarrow', 'bleak'} & set(sys.modules)\n"
        "sys.exit(f'{sorted(heavy)}' if heavy else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

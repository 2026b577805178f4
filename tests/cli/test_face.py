"""What every command has in common: help, errors, exit codes, cheap imports."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pfp_sensors import __version__, cli
from pfp_sensors.cli import main, version
from pfp_sensors.cli.document import commands_markdown
from pfp_sensors.cli.parser import COMMANDS, load, parse
from pfp_sensors.errors import PfpError

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]


def pfp(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pfp_sensors", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, capsys: Captured) -> None:
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"usage: pfp {command} ")
    for example in load(command).EXAMPLES:
        assert f"\n  {example}\n" in out
    for option in ("--json", "--home DIR"):
        assert option in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_is_understood(command: str) -> None:
    for example in load(command).EXAMPLES:
        words = shlex.split(example)
        assert words[0] == "pfp"
        assert parse(words[1:])[0] is load(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_says_what_it_means(command: str) -> None:
    from pfp_sensors.cli.parser import Parser, add_command

    parser = Parser(prog=command)
    add_command(parser, command)
    assert all(action.help for action in parser._actions)


def test_document_is_current() -> None:
    assert (ROOT / "docs/commands.md").read_text(encoding="utf-8") == commands_markdown()


def test_help_lists_every_command_and_exit_code(capsys: Captured) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for command, summary in COMMANDS.items():
        assert command in out
        assert summary in out
    assert "4 read but refused" in out


def test_version(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pfp {__version__}\n"
    assert main(["version", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == __version__
    assert main(["version"]) == 0
    assert capsys.readouterr().out.startswith(f"pfp {__version__} ")


@pytest.mark.parametrize("arguments", [["--home", "x", "version"], ["version", "--home", "analyze"]])
def test_home_is_taken_before_and_after_the_command(arguments: list[str], capsys: Captured) -> None:
    assert main(arguments) == 0
    assert "pfp" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "No command was given"),
        (["--home"], "--home was given without a value"),
        (["analyse", "x"], "Did you mean `analyze`?"),
        (["xyzzy"], "The commands are setup, "),
        (["analyze"], "PATH is missing."),
        (["analyze", "x", "--side", "middle"], "--side is 'middle'; give one of"),
        (["analyze", "x", "--speed-mps", "nan"], "--speed-mps"),
        (["analyze", "x", "--speed-mps", "fast"], "--speed-mps is 'fast'; give a number."),
        (["simulate", "x", "--walk-breaks", "1.5"], "--walk-breaks is '1.5'; give a whole number."),
        (["fetch", "--sensor", ""], "--sensor: an empty name was given"),
        (["doctor", "--sensor", " "], "--sensor: an empty name was given"),
        (["analyze", "x", "--evnts"], "Not understood: --evnts."),
        (["analyze", "x", "--range", "16"], "--range"),
        (["analyze", "x", "--speed-mps", "30"], "speed is 30 m/s; it must be 0.3 to 12 m/s"),
        (["analyze", "x", "--distance-km", "0"], "distance is 0 km"),
        (["analyze", "x", "--range-g", "0.5"], "range is 0.5 g; it must be 1 to 1000 g"),
        (["analyze", "x", "--strides", "x.txt"], "expected a name ending in .csv or .parquet"),
        (["analyze", "x", "--strides", "absent/x.csv"], "absent/x.csv cannot be written: No such file"),
        (["analyze", ""], "PATH: an empty path was given"),
        (["compare", "x", ""], "B: an empty path was given"),
        (["simulate", ""], "OUT: an empty path was given"),
        (["analyze", "x", "--strides", ""], "expected a name ending in .csv or .parquet"),
        (["analyze", "x", "y", "--distance-km", "5"], "belongs to one recording"),
        (["analyze", "x", "--config", "missing.toml"], "missing.toml: the settings file cannot be read"),
        (["compare", "x"], "B is missing."),
        (["simulate", "x", "--seed", "-1"], "--seed: '-1' was given; allowed is a whole number of 0"),
        (["simulate", "x", "--minutes", "0"], "--minutes is 0; allowed is 0.05 to 360"),
        (["simulate", "x", "--rate-hz", "12"], "--rate-hz is 12.0; allowed is 25 to 1600"),
        (["simulate", "x", "--range-g", "0"], "--range-g is 0.0; allowed is 1 to 400"),
        (["simulate", "x", "--minutes", "1", "--strap-shift-s", "999"], "--strap-shift-s is 999; the reco"),
        (["simulate", "x", "--plan", "still=1"], "--plan still=1: "),
        (["simulate", "x", "--plan", "running"], "not of the form kind=seconds"),
        (
            ["simulate", "x", "--plan", "jog=10"],
            "--plan jog=10: kind of a plan part is 'jog'; allowed: running",
        ),
        (["simulate", "x", "--plan", "running=60", "--minutes", "3"], "already says how long"),
        (["simulate", "x", "--walk-breaks", "9"], "does not fit into 10 minutes"),
        (["simulate", "x", "--speed-mps", "40"], "1.5 to 7"),
        (["simulate", "x", "--two-legs", "--side", "left"], "both sides"),
    ],
)
def test_wrong_usage_is_2_in_words_and_in_json(
    arguments: list[str], expected: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("pfp: ")
    assert expected in captured.err
    assert main(["--json", *arguments] if not arguments else [*arguments, "--json"]) == 2
    captured = capsys.readouterr()
    error = json.loads(captured.out)
    assert list(error) == ["schema", "code", "message", "what_to_do"]
    assert (error["schema"], error["code"]) == ("pfp.error/1", 2)
    assert error["what_to_do"]
    assert captured.err == ""


def test_events_go_with_json_only(capsys: Captured) -> None:
    assert main(["analyze", "x", "--events"]) == 2
    assert "--events adds to the JSON document" in capsys.readouterr().err


def test_a_bug_is_told_not_thrown(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def broken(args: object) -> int:
        raise KeyError("speed")

    monkeypatch.delenv("PFP_DEBUG", raising=False)
    monkeypatch.setattr(version, "run", broken)
    assert main(["version"]) == 1
    err = capsys.readouterr().err
    assert "KeyError: 'speed'" in err
    assert "test_face.py" in err
    assert "report" in err
    assert "Traceback" not in err
    assert main(["version", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == 1
    monkeypatch.setenv("PFP_DEBUG", "1")
    with pytest.raises(KeyError):
        main(["version"])


@pytest.mark.parametrize("code", [1, 3, 4, 5])
def test_exit_code_is_that_of_the_error(code: int, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def failing(args: object) -> int:
        error = PfpError("found", "do")
        error.exit_code = code
        raise error

    monkeypatch.setattr(version, "run", failing)
    assert main(["version"]) == code
    assert capsys.readouterr().err == "pfp: found\ndo\n"


def test_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def stopped(args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(version, "run", stopped)
    assert main(["version"]) == 130
    assert capsys.readouterr().err == "\nStopped.\n"
    assert main(["version", "--json"]) == 130
    captured = capsys.readouterr()
    assert captured.err == "\nStopped.\n"
    assert json.loads(captured.out)["code"] == 130


def test_a_reader_that_leaves_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "pfp_sensors", "version"],
            stdout=gone,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["version"], ["--help"], ["analyze", "absent.csv", "--json"]])
def test_output_that_cannot_be_written_is_told(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pfp_sensors", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        1,
        "pfp: Output could not be written: No space left on device\n",
    )


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        (["a.csv", "--json", "b.csv"], ["a.csv", "b.csv"]),
        (["--side", "left", "a.csv", "--events", "--json", "b.csv", "c.csv"], ["a.csv", "b.csv", "c.csv"]),
        (["--json", "--", "-a.csv"], ["-a.csv"]),
    ],
)
def test_options_may_stand_between_paths(arguments: list[str], paths: list[str]) -> None:
    _, args = parse(["--home", "h", "analyze", *arguments])
    assert (args.path, args.json, args.home) == (paths, True, "h")


def test_names_outside_the_terminals_encoding_can_be_printed() -> None:
    done = pfp("analyze", "läuf.csv", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 3
    assert "l\\xe4uf.csv" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["--help"], ["analyze", "--help"], ["simulate", "--help"], ["version"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from pfp_sensors.cli import main; main(sys.argv[1:]);"
        "heavy = {'numpy', 'scipy', 'pandas', 'pyarrow', 'rich', 'bleak', 'shutil'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_installed_command_is_main() -> None:
    assert cli.__all__ == ["main"]
    assert pfp("version").returncode == 0

"""The library's front door: what it offers, what it costs, and the worked example."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import pfp_sensors
from pfp_sensors.cli import main

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = {
    "FileAnalysis",
    "InputError",
    "PfpError",
    "Recording",
    "RecordingFile",
    "RefusedError",
    "SettingsError",
    "SignalSettings",
    "UsageError",
    "analyse_file",
    "analysis_document",
    "analysis_text",
    "analyze",
    "load_signal_settings",
    "read_recording_file",
}


def test_public_names_are_these() -> None:
    assert set(pfp_sensors.__all__) == PUBLIC
    assert set(dir(pfp_sensors)) >= PUBLIC
    for name in PUBLIC:
        assert getattr(pfp_sensors, name).__doc__
    missing = "nothing"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(pfp_sensors, missing)


def test_import_loads_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import pfp_sensors; print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(re.findall(r"'([\w.]+)'", done.stdout))
    ours = {name for name in loaded if name.split(".")[0] not in sys.stdlib_module_names}
    assert ours == {"pfp_sensors"}
    assert not loaded & {"dataclasses", "argparse", "json", "pathlib"}


def test_the_worked_example_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs/library.md").read_text(encoding="utf-8")
    commands = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert commands
    assert blocks
    monkeypatch.chdir(tmp_path)
    for line in "".join(commands).splitlines():
        assert main(line.split()[1:]) == 0
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/library.md", "exec"), names)
    out = capsys.readouterr().out
    assert "steps per minute" in out
    assert "no_such_file.csv" in out


def test_front_page_of_the_errors_is_complete() -> None:
    text = (ROOT / "docs/library.md").read_text(encoding="utf-8")
    for name in PUBLIC:
        if name.endswith("Error"):
            assert f"`{name}`" in text

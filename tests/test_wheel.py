"""An installed wheel works outside the repository: its own command, settings and sample recordings."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command away from the repository, with nothing of this process's Python settings."""
    env = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP_", "PYTEST"))
    }
    env["PFP_HOME"] = str(cwd / "home")
    done = subprocess.run([*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel without a network."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=ROOT)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment that sees the locked dependencies, and return its ``pfp``."""
    place = tmp_path_factory.mktemp("elsewhere")
    venv = place / "venv"
    run(sys.executable, "-m", "venv", venv, cwd=place)
    folders = {"base": str(venv), "platbase": str(venv)}
    site = Path(sysconfig.get_path("purelib", vars=folders))
    # A path listed here is searched for modules, but its own .pth files (our editable install) are not read.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    scripts = Path(sysconfig.get_path("scripts", vars=folders))
    python = scripts / "python"
    run(
        python, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--force-reinstall", wheel, cwd=place
    )
    where = run(python, "-c", "import pfp_sensors; print(pfp_sensors.__file__)", cwd=place).stdout
    assert Path(where.strip()).is_relative_to(venv), where
    return scripts / "pfp"


def test_wheel_carries_settings_samples_and_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (("config", "_config"), ("recordings", "_recordings")):
        here = [f.relative_to(ROOT / folder).as_posix() for f in (ROOT / folder).rglob("*") if f.is_file()]
        assert here, f"{folder}/ is empty"
        assert {f"pfp_sensors/{inside}/{name}" for name in here} <= names
    assert "pfp_sensors/py.typed" in names
    assert not {name.split("/")[0] for name in names} - {
        "pfp_sensors",
        f"{wheel.name.split('-py3')[0]}.dist-info",
    }


def test_installed_command_answers(installed: Path, tmp_path: Path) -> None:
    assert "analyze" in run(installed, "--help", cwd=tmp_path).stdout


def test_installed_command_simulates_and_analyses(installed: Path, tmp_path: Path) -> None:
    run(installed, "simulate", tmp_path / "run", "--minutes", "1", "--seed", "1", cwd=tmp_path)
    summary = json.loads(run(installed, "analyze", tmp_path / "run", "--json", cwd=tmp_path).stdout)
    with (tmp_path / "run" / "truth" / "contacts.csv").open(encoding="utf-8", newline="") as lines:
        contacts = [row for row in csv.DictReader(lines) if row["running"] == "1"]
    assert len(contacts) > 50
    assert abs(summary["n_strides"] - (len(contacts) - 1)) <= 1

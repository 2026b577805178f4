"""The BIDS community's own validator on the datasets that this program writes: no error, known warnings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from made_analysis import made_strides

from pfp_sensors.formats.motion_bids_writer import BidsRun, BidsSensor, write_motion_bids
from pfp_sensors.formats.read import read_recording_file

SAMPLE = Path(__file__).parent / "samples" / "motion-bids"
KNOWN_WARNINGS = {
    ("TOO_FEW_AUTHORS", None),
    ("NO_AUTHORS", "Authors"),
    *(("JSON_KEY_RECOMMENDED", key) for key in ("HEDVersion", "License", "SourceDatasets")),
    *(
        ("SIDECAR_KEY_RECOMMENDED", key)
        for key in (
            "DeviceSerialNumber",
            "Manufacturer",
            "ManufacturersModelName",
            "SoftwareVersions",
            "InstitutionName",
            "InstitutionAddress",
            "InstitutionalDepartmentName",
            "Instructions",
            "SubjectArtefactDescription",
            "StimulusPresentation",
        )
    ),
}
"""What only the researcher can say; docs/formats/motion-bids.md lists them."""


def issues(dataset: Path) -> list[dict[str, Any]]:
    """Ask the validator; where it may not reach any network, it uses the rules it brings."""
    validator = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent)) or shutil.which(
        "bids-validator-deno"
    )
    if validator is None:
        pytest.skip("bids-validator-deno is not installed (extra: readers)")
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [validator, str(dataset), "--format", "json"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **nowhere, "DENO_NO_UPDATE_CHECK": "1"},
        check=False,
    )
    assert done.stdout.startswith("{"), done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["issues"]["issues"]
    return found


def errors(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [issue for issue in found if issue["severity"] == "error"]


@pytest.fixture(scope="module")
def two_legs(root: Path) -> BidsRun:
    file = read_recording_file(root / "recordings/two_legs")
    sensors = [BidsSensor(recording, made_strides()) for recording in file.recordings]
    return BidsRun(datetime(2026, 5, 1, 7, 30, tzinfo=UTC), lambda: sensors)


@pytest.mark.parametrize("runs", [1, 2])
def test_the_validator_finds_no_error(two_legs: BidsRun, tmp_path: Path, runs: int) -> None:
    write_motion_bids([two_legs] * runs, tmp_path / "out")
    found = issues(tmp_path / "out")
    assert errors(found) == []
    warnings = {(issue["code"], issue.get("subCode")) for issue in found}
    assert warnings == KNOWN_WARNINGS


def test_the_validator_would_find_one(two_legs: BidsRun, tmp_path: Path) -> None:
    write_motion_bids([two_legs], tmp_path / "out")
    for path in (tmp_path / "out").rglob("*_motion.json"):
        words = json.loads(path.read_text())
        del words["SamplingFrequency"]
        path.write_text(json.dumps(words))
    for path in (tmp_path / "out").rglob("*shankL_channels.tsv"):
        path.write_text(path.read_text().replace("LATENCY", "TIME"))
    found = {(issue["code"], issue.get("subCode")) for issue in errors(issues(tmp_path / "out"))}
    assert ("SIDECAR_KEY_REQUIRED", "SamplingFrequency") in found
    assert any(code == "TSV_VALUE_INCORRECT_TYPE" for code, _ in found)


def test_the_sample_made_by_hand_is_a_dataset() -> None:
    assert errors(issues(SAMPLE)) == []

"""Killed at any moment, a recording gives back every sample that was acknowledged, and its analysis."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pfp_sensors.actions.analyze import analyze_file
from pfp_sensors.actions.recover import recover
from pfp_sensors.collect.finalise import finalise
from pfp_sensors.errors import SensorError
from pfp_sensors.model.recording import Recording
from pfp_sensors.report.analysis_json import analysis_document
from pfp_sensors.store.device_files import read_device_samples
from pfp_sensors.store.home import run_folders, unfinished_runs
from pfp_sensors.store.packet_files import PACKETS_NAME, PacketWriter
from pfp_sensors.store.packet_reading import read_packet_file
from pfp_sensors.store.recording_files import verify_recording, write_recording
from tests.collect.crash_recorder import PLAN, signals

if TYPE_CHECKING:
    from pfp_sensors.model.packets import Packet

pytest.importorskip("bumble")

KILLS = 20
AT_ONCE = 2
PATIENCE_S = 120.0
BATCHES = 5
"""A recorder is killed when it has acknowledged none to four batches, each 10 s of its clock, and a while."""

WHILE_S = 0.55
"""Longer than from one batch to the next."""


@dataclass(frozen=True)
class Killed:
    """What a killed recorder had said, and what it left."""

    home: Path
    last_index: int
    packets: int


def kill_after(home: Path, batches: int, delay_s: float) -> Killed:
    """Start a recorder, kill it so long after it had so many batches, and read all that it had said."""
    command = [sys.executable, "-u", "-m", "tests.collect.crash_recorder", str(home)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True
    )
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready == "ready\n", process.stderr and process.stderr.read()
    said = "".join(process.stdout.readline() for _ in range(batches))
    time.sleep(delay_s)
    assert process.poll() is None, process.stderr and process.stderr.read()
    process.kill()
    said += process.communicate(timeout=PATIENCE_S)[0]
    whole = [line.split() for line in said.split("\n")[:-1]]
    last_index, packets = map(int, whole[-1]) if whole else (-1, 0)
    return Killed(home, last_index, packets)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> list[Killed]:
    rng = random.Random(3)
    homes = [tmp_path_factory.mktemp("home") for _ in range(KILLS)]
    batches = [k % BATCHES for k in range(KILLS)]
    delays_s = [rng.uniform(0.0, WHILE_S if k else 2 * WHILE_S) for k in batches]
    with ThreadPoolExecutor(AT_ONCE) as several:
        return list(several.map(kill_after, homes, batches, delays_s))


def numbers(folder: Path) -> dict[str, Any]:
    """Analyse a folder; leave out what says where it is and how it was written."""
    document = analysis_document(analyze_file(folder), events=True)
    notes = document["recording"].pop("notes")
    assert any("simulated" in note for note in notes)
    return {key: value for key, value in document.items() if key != "source"}


def from_surviving_packets(kept: Path, folder: Path) -> Path:
    """Record the surviving packets anew, without any interruption, and finish that."""
    survivors = read_packet_file(kept)
    folder.mkdir()
    (folder / "events.jsonl").write_bytes(kept.with_name("events.jsonl").read_bytes())
    writer = PacketWriter(folder / PACKETS_NAME, survivors.header)
    writer.append(list(survivors.packets))
    writer.close()
    finalise(folder)
    return folder


def test_every_acknowledged_sample_is_back_and_its_analysis(killed: list[Killed], tmp_path: Path) -> None:
    played = signals()(PLAN)
    analysed = 0
    for number, one in enumerate(killed):
        (run,) = run_folders(one.home)
        kept = tmp_path / str(number) / PACKETS_NAME
        kept.parent.mkdir()
        for path in run.iterdir():
            (kept.parent / path.name).write_bytes(path.read_bytes())
        survivors: list[Packet] = list(read_packet_file(kept).packets) if kept.exists() else []
        assert len(survivors) >= one.packets
        done = recover(one.home)
        if one.last_index < 0 and (not done or done[0].finished is None):
            assert all(isinstance(outcome.error, SensorError) for outcome in done)
            assert unfinished_runs(one.home) == []
            continue
        (outcome,) = done
        assert outcome.error is None
        assert outcome.finished is not None
        verify_recording(run)
        samples, facts = read_device_samples(run / "imu.parquet")
        assert facts.synthetic
        assert samples.sample_index[-1] >= one.last_index
        np.testing.assert_array_equal(samples.sample_index, np.arange(len(samples.sample_index)))
        made = played.counts(0, len(samples.sample_index))
        assert samples.gyr is not None
        np.testing.assert_array_equal(np.hstack((samples.acc, samples.gyr)), made)
        again = from_surviving_packets(kept, tmp_path / f"{number}-again")
        found = numbers(run)
        assert found == numbers(again)
        analysed += found["n_strides"] > 0
    assert analysed >= KILLS // 4, "there was too little running to analyse"


def test_kills_fell_at_different_moments(killed: list[Killed]) -> None:
    assert len({one.packets for one in killed}) >= 4
    assert min(one.packets for one in killed) == 0, "none was killed before its first batch"
    assert max(one.packets for one in killed) > 100


def test_the_analysis_of_the_longest_is_that_of_what_the_sensor_made(
    killed: list[Killed], tmp_path: Path
) -> None:
    longest = max(killed, key=lambda one: one.last_index)
    recover(longest.home)
    (run,) = run_folders(longest.home)
    samples, facts = read_device_samples(run / "imu.parquet")
    made = signals()(PLAN).counts(0, len(samples.sample_index)).astype(np.float64)
    truth = Recording(
        time_s=samples.sample_index / PLAN.rate_hz,
        acc_g=(made[:, :3] * PLAN.acc_range_g / 32768).astype(np.float32),
        gyr_dps=(made[:, 3:] * PLAN.gyr_range_dps / 32768).astype(np.float32),
        rate_hz=PLAN.rate_hz,
        side="left",
        sensor=facts.sensor,
        placement="shank",
        acc_range_g=PLAN.acc_range_g,
        synthetic=True,
    )
    expected = analysis_document(analyze_file(write_recording(tmp_path / "truth", [truth])), events=True)
    found = analysis_document(analyze_file(run), events=True)
    assert (found["status"], found["n_strides"]) == (expected["status"], expected["n_strides"])
    assert found["n_strides"] > 20
    for name in ("cadence_spm", "stride_time_s", "contact_time_s"):
        assert found[name]["median"] == pytest.approx(expected[name]["median"], rel=2e-3), name
    assert found["impact"]["n_contacts"] == expected["impact"]["n_contacts"]
    for spread in ("median", "p25", "p75", "p95"):
        held = expected["impact"]["resultant_g"][spread]
        assert found["impact"]["resultant_g"][spread] == pytest.approx(held, rel=1e-3)

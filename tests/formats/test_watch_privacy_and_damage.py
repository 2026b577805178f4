"""No place survives an import of a watch's file, two watches tell the same run, and damage never crashes."""

from __future__ import annotations

import dataclasses
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import fitdecode
import numpy as np
import pytest

from pfp_sensors.analyse.watch_summary import watch_summary
from pfp_sensors.errors import PfpError
from pfp_sensors.formats.watch import read_watch_files
from tests.made_fit import activity, developer, developer_field, file_id, fit_file, records, session, timer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.watch import WatchRun

SAMPLES = Path(__file__).parent / "samples"
RUNS = (
    "20120611_run_garmin_fr405cx.tcx",
    "20210507_run_coros_pace_2.fit",
    "20210507_run_garmin_fenix_6.fit",
    "activity-filecrc.fit",
    "activity-small-fenix2-run.fit",
    "activity-unexpected-eof.fit",
    "developer-types-sample.fit",
    "garmin-fenix-5-run.fit",
)
MUTATIONS = 300
SEMICIRCLES = 2**31


def places_in(path: Path) -> np.ndarray:
    """Return every latitude and longitude of a file in degrees, read without the package."""
    if path.suffix == ".tcx":
        found = re.findall(r"<(?:Lat|Long)itudeDegrees>([^<]+)<", path.read_text(encoding="utf-8"))
        return np.array(found, np.float64)
    semicircles = []
    reader = fitdecode.FitReader(
        path.read_bytes(),
        check_crc=fitdecode.CrcCheck.DISABLED,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    )
    try:
        for frame in reader:
            if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                semicircles += [
                    f.value for f in frame.fields if f.units == "semicircles" and f.value is not None
                ]
    except fitdecode.FitEOFError:
        assert semicircles
    return np.array(semicircles, np.float64) * 180 / SEMICIRCLES


def numbers_in(value: object) -> Iterator[np.ndarray]:
    """Yield every number of a run, wherever it is kept."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from numbers_in(getattr(value, field.name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from numbers_in(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from numbers_in(item)
    elif isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, int | float):
        yield np.array([value], np.float64)


def survivors(run: WatchRun, places: np.ndarray) -> int:
    """Count the numbers of a run that are one of the places, in degrees, radians or semicircles."""
    numbers = np.concatenate(list(numbers_in(run)))
    return sum(
        int(np.isclose(np.sort(places)[near], numbers * factor, rtol=1e-9, atol=0).sum())
        for factor in (1.0, 180 / np.pi, 180 / SEMICIRCLES)
        for near in (
            np.clip(np.searchsorted(np.sort(places), numbers * factor), 0, len(places) - 1),
            np.clip(np.searchsorted(np.sort(places), numbers * factor) - 1, 0, len(places) - 1),
        )
    )


@pytest.mark.parametrize("name", RUNS)
def test_no_position_survives(shared_data: Path, name: str) -> None:
    path = shared_data / "watch_files" / name
    places = places_in(path)
    assert len(places) > 20
    (run,) = read_watch_files(path).runs
    assert run.positions is None
    assert survivors(run, places) == 0
    degrees = {f"{place:.4f}" for place in places}
    assert not degrees & {match[:-3] for match in re.findall(r"-?\d+\.\d{7}", repr(run))}
    along = [values for values in run.channels.values() if len(values) > 10]
    for middle in (
        (np.median(places[places > 0]), np.median(places[places < 0])) if (places < 0).any() else ()
    ):
        assert all(np.nanmean(np.abs(values - middle) < 0.05) < 0.5 for values in along)
    if len(places) < 1000:  # enough to show that the search finds them
        (kept,) = read_watch_files(path, keep_positions=True).runs
        assert survivors(kept, places) >= 20


def test_two_watches_on_one_run(shared_data: Path) -> None:
    coros, garmin = (
        watch_summary(read_watch_files(shared_data / "watch_files" / name).runs[0]) for name in RUNS[1:3]
    )
    assert coros.cadence_spm == pytest.approx(garmin.cadence_spm, abs=2.5)
    assert coros.km == pytest.approx(garmin.km, rel=0.02)
    assert coros.minutes == pytest.approx(garmin.minutes, rel=0.01)
    assert coros.steps == pytest.approx(garmin.steps, rel=0.015)
    assert coros.heart_rate_bpm == pytest.approx(garmin.heart_rate_bpm, abs=1.0)


def made_fit() -> bytes:
    described = developer() + developer_field(1, "Power", "W") + developer_field(2, "Air", None)
    rows = records(12, developers=(1, 2))
    return fit_file(file_id(), timer(0, 0), described, rows, timer(11, 4), session(), activity(3600))


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return a copy with bytes changed, removed, doubled or put in, or cut short."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(changed))
        kind = rng.randrange(6)
        if kind <= 1:
            changed[at] = rng.randrange(256)
        elif kind == 2:
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == 3:
            del changed[at : at + rng.randint(1, 20)]
        elif kind == 4:
            changed[at:at] = changed[at : at + rng.randint(1, 60)]
        else:
            changed[at:at] = rng.choice(
                [b"<", b"\xff" * 9, b"\0" * 9, b"-", b"9" * 20, b"</a>", b"nan", b"1e999"]
            )
        if not changed:
            return b""
    return bytes(changed[: rng.randrange(len(changed))] if rng.random() < 0.1 else changed)


@pytest.mark.parametrize("kind", ["fit", "tcx", "gpx"])
def test_damage_never_crashes(tmp_path: Path, kind: str) -> None:
    samples = {"tcx": SAMPLES / "tcx/two_laps.tcx", "gpx": SAMPLES / "gpx/garmin_connect.gpx"}
    data = made_fit() if kind == "fit" else samples[kind].read_bytes()
    rng = random.Random(f"damage of {kind}")
    path = tmp_path / f"run.{kind}"
    read = 0
    for _ in range(MUTATIONS):
        path.write_bytes(mutated(data, rng))
        try:
            files = read_watch_files(path)
        except PfpError as error:
            assert error.what_to_do  # noqa: PT017
            continue
        for run in files.runs:
            summary = watch_summary(run)
            assert summary.km is None or 0 <= summary.km < 1e4
            read += 1
    assert read > MUTATIONS / 10, "too few were read for this to show anything"

"""Files with several activities: each run has a SHA-256 of its own, no note the name of the file."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.errors import PfpError
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.formats.watch import read_watch_files
from tests.made_fit import file_id, fit_file, records, session

if TYPE_CHECKING:
    from pfp_sensors.model.watch import WatchRun

SAMPLES = Path(__file__).parent / "samples"
NAME = "jane-doe-private"


def doubled(sample: str, start: str, end: str, *, sport: tuple[str, str] | None = None) -> bytes:
    """Return a sample with its activity once more on the next day; of another sport where one is given."""
    text = (SAMPLES / sample).read_text(encoding="utf-8")
    part = text[text.index(start) : text.rindex(end) + len(end)]
    again = part.replace("2001-02-03", "2001-02-04")
    if sport is not None:
        assert sport[0] in again
        again = again.replace(*sport)
    return text.replace(part, part + again).encode()


def two(kind: str, *, ride: bool = False) -> bytes:
    if kind == "tcx":
        sport = ('Sport="Running"', 'Sport="Biking"') if ride else None
        return doubled("tcx/two_laps.tcx", "<Activity ", "</Activity>", sport=sport)
    if kind == "gpx":
        sport = ("<type>running<", "<type>cycling<") if ride else None
        return doubled("gpx/garmin_connect.gpx", "<trk>", "</trk>", sport=sport)
    rows, other = records(60) + records(40, start_s=100), session(2 if ride else 1, start_s=100)
    if kind == "sessions":
        return fit_file(file_id(), rows, session(), other)
    return fit_file(file_id(), records(60), session()) + fit_file(file_id(), records(40, start_s=100), other)


KINDS = ["tcx", "gpx", "sessions", "chained"]


def read(tmp_path: Path, data: bytes) -> tuple[WatchRun, ...]:
    path = tmp_path / f"{NAME}.file"
    path.write_bytes(data)
    return read_watch_files(path).runs


@pytest.mark.parametrize("kind", KINDS)
def test_each_run_has_its_own_sha256(tmp_path: Path, kind: str) -> None:
    data = two(kind)
    first, second = read(tmp_path, data)
    sha256 = hashlib.sha256(data).hexdigest()
    assert first.source.sha256 == sha256
    later = hashlib.sha256(f"{sha256}#{second.start.isoformat()}".encode()).hexdigest()
    assert second.source.sha256 == later != sha256
    assert [run.source.sha256 for run in read(tmp_path, data)] == [sha256, later]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_left_out_is_said_without_the_name_of_the_file(tmp_path: Path, kind: str) -> None:
    (run,) = read(tmp_path, two(kind, ride=True))
    notes = " ".join(run.notes)
    assert "1 other activities of the file were left out; of the first: it is of another sport: " in notes
    assert NAME not in notes
    assert str(tmp_path) not in notes


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_said_without_the_name_of_the_file(tmp_path: Path, kind: str) -> None:
    data = two(kind)
    runs = read(tmp_path, data[: len(data) - len(data) // 6])
    notes = " ".join(note for run in runs for note in run.notes)
    assert "damaged or cut short" in notes
    assert NAME not in notes
    assert str(tmp_path) not in notes


def test_no_note_of_a_sensors_reader_holds_the_path(tmp_path: Path) -> None:
    tried = 0
    for sample in sorted(SAMPLES.glob("*/*.csv")):
        path = tmp_path / f"{NAME}-{sample.name}"
        path.write_bytes(sample.read_bytes())
        with contextlib.suppress(PfpError):
            file = read_recording_file(path)
            notes = " ".join((*file.notes, *(note for one in file.recordings for note in one.notes)))
            assert NAME not in notes, sample
            assert str(tmp_path) not in notes, sample
            tried += 1
    assert tried > 5

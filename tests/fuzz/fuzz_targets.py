"""What is fuzzed: each parser with small sound files, found among the samples or made here."""

from __future__ import annotations

import functools
import gzip
import io
import json
import tempfile
import time
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "formats" / "samples"
WATCH_FILES = ROOT.parent / "shared" / "data" / "watch_files"
WATCH_ENDINGS = (".fit", ".tcx", ".gpx", ".fit.gz", ".tcx.gz", ".gpx.gz")
WATCHES = ("fit", "gpx", "strava", "tcx")
ZIPPED = ("phyphox", "sensor-logger")
"""Formats that are archives, whose samples lie as folders so that a person can read them."""

_FAR_TOO_SLOW = 4

Tree = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Sample:
    """Files that belong together, and the one (or the folder) that is given to the parser."""

    entry: str
    files: Tree

    def write(self, folder: Path) -> Path:
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder / self.entry


@dataclass(slots=True)
class Target:
    """A parser: how it is called, sound samples, and how long the slowest of them takes."""

    read: Callable[[Path], object]
    samples: list[Sample] = field(default_factory=list)


def read_recording(path: Path) -> object:
    """Read a recording and say what was understood; something must have been read."""
    from pfp_sensors.formats.read import read_recording_file
    from pfp_sensors.report.understood_text import understood_document, understood_lines

    mapping = path.parent / "map.toml"
    file = read_recording_file(path, mapping=mapping if mapping.exists() else None)
    assert file.recordings
    assert understood_lines(file)
    json.dumps(understood_document(file), allow_nan=False)
    return file


def read_watch(path: Path) -> object:
    from pfp_sensors.formats.watch import is_watch_file, read_watch_files

    is_watch_file(path)
    files = read_watch_files(path)
    assert files.runs or files.problems or files.notes
    return files


def read_history(path: Path) -> object:
    from pfp_sensors.formats.history import history_text, read_history_file

    return history_text(read_history_file(path))


def read_previewed(path: Path) -> object:
    """Read a mapping, show the first rows by it, and find the file's header again."""
    from pfp_sensors.formats.column_mapping import read_mapping
    from pfp_sensors.formats.mapped_csv import preview
    from pfp_sensors.formats.text_head import mapping_hash
    from pfp_sensors.report.understood_text import preview_lines

    mapping_hash(path)
    return preview_lines(preview(path, read_mapping(path.parent / "map.toml")))


@functools.cache
def targets() -> dict[str, Target]:
    """Find all parsers and their samples, by name."""
    found: defaultdict[str, Target] = defaultdict(lambda: Target(read_recording))
    for name, sample in [*own_samples(), *found_samples(SAMPLES)]:
        found[name].samples.append(sample)
    found["history"] = Target(read_history, [Sample("history.json", {"history.json": history_bytes()})])
    found["preview"] = Target(read_previewed, list(found["csv-mapped"].samples))
    for name, sample in watch_samples():
        found.setdefault(name, Target(read_watch)).samples.append(sample)
    return {name: found[name] for name in sorted(found)}


def own_samples() -> list[tuple[str, Sample]]:
    """Make small files of this program's own kinds."""
    import pandas as pd

    from pfp_sensors.model.recording import Recording
    from pfp_sensors.store.recording_files import write_recording

    columns = _columns()
    csv = _csv(columns, ",")
    german = _csv(dict(zip("abcdefg", columns.values(), strict=True)), ";").replace(b".", b",")
    mapping = (
        b'[file]\ndecimal = ","\n[time]\ncolumn = "a"\nunit = "s"\nrate_hz = 100\n[acceleration]\nx = "b"\n'
        b'y = "c"\nz = "d"\nunit = "g"\nsign = [1, -1, 1]\n'
        b'[rotation]\nx = "e"\ny = "f"\nz = "g"\nunit = "dps"\n'
    )
    places = (
        b'[file]\nheader = false\n[time]\nrate_hz = 100\n[acceleration]\nx = 2\ny = 3\nz = 4\nunit = "g"\n'
    )
    meta = b'{"side": "left", "placement": "shank", "acc_range_g": 16, "sampling_rate_hz": 100}\n'
    buffer = io.BytesIO()
    pd.DataFrame(columns).to_parquet(buffer)
    acc, gyr = (
        np.column_stack([columns[f"{kind}_{axis}_{unit}"] for axis in "xyz"]).astype(np.float32)
        for kind, unit in (("acc", "g"), ("gyr", "dps"))
    )
    recording = Recording(columns["time_s"], acc, gyr, 100.0, synthetic=True)
    with tempfile.TemporaryDirectory() as folder:
        write_recording(Path(folder) / "run", [recording])
        own = {path.name: path.read_bytes() for path in (Path(folder) / "run").iterdir() if path.is_file()}
    return [
        ("csv", Sample("run.csv", {"run.csv": csv})),
        ("csv", Sample("run.csv", {"run.csv": csv, "meta.json": meta})),
        ("csv", Sample("run.csv.gz", {"run.csv.gz": gzip.compress(csv)})),
        ("csv-mapped", Sample("run.csv", {"run.csv": german, "map.toml": mapping})),
        ("csv-mapped", Sample("run.csv", {"run.csv": csv.split(b"\n", 1)[1], "map.toml": places})),
        ("parquet", Sample("run.parquet", {"run.parquet": buffer.getvalue()})),
        ("pfp-parquet", Sample("imu.parquet", {"imu.parquet": own["imu.parquet"]})),
        ("pfp-folder", Sample("run", {f"run/{name}": content for name, content in own.items()})),
    ]


def _columns() -> dict[str, np.ndarray]:
    """Make two seconds at rest and two that move; computed, of nobody."""
    rng = np.random.default_rng(6)
    time_s = np.arange(400) / 100.0
    swing = (time_s[:, None] > 2) * np.sin(2 * np.pi * 1.4 * time_s[:, None] + np.arange(3))
    acc = np.array([0.0, 1.0, 0.0]) + swing + rng.normal(0, 0.005, (400, 3))
    gyr = 300 * swing + rng.normal(0, 0.5, (400, 3))
    columns = {"time_s": time_s}
    columns |= {f"acc_{axis}_g": acc[:, k] for k, axis in enumerate("xyz")}
    return columns | {f"gyr_{axis}_dps": gyr[:, k] for k, axis in enumerate("xyz")}


def _csv(columns: dict[str, np.ndarray], delimiter: str) -> bytes:
    rows = zip(*columns.values(), strict=True)
    lines = [delimiter.join(columns), *(delimiter.join(f"{value:.4f}" for value in row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def history_bytes() -> bytes:
    """Write the synthetic diary as a history file."""
    from pfp_sensors.formats.history import history_text
    from pfp_sensors.model.diary import History
    from pfp_sensors.synth.diary import synthetic_entries, synthetic_profile

    now = datetime(2026, 10, 1, 7, tzinfo=UTC)
    sections: defaultdict[str, list[Any]] = defaultdict(list)
    names = {
        "Run": "runs",
        "Exercise": "exercises",
        "Checkin": "checkins",
        "Score": "scores",
        "DiaryEvent": "events",
    }
    for _, entry in synthetic_entries(now):
        sections[names.get(type(entry).__name__, type(entry).__name__.lower())].append(entry)
    history = History(synthetic_profile(now), **{name: tuple(entries) for name, entries in sections.items()})
    return history_text(history).encode()


def found_samples(folder: Path) -> list[tuple[str, Sample]]:
    """Find what a reader takes among the sample files: by trying each file and each folder of a format.

    Where none of a format is taken (each is there to be refused), all its files are samples.
    """
    found = []
    for top in sorted(path for path in folder.glob("*") if path.is_dir()):
        tree = _tree(top)
        samples = _samples_in(top.name, tree)
        tried = [one for one in samples if top.name not in WATCHES]
        taken = [sample for sample in tried if _is_taken(sample)]
        found += [(top.name, sample) for sample in taken or tried]
    return found


def _samples_in(name: str, tree: Tree) -> list[Sample]:
    """List every file with its neighbours; folders of an archive's members as the archive."""
    if name == "strava":
        return [Sample("export.zip", {"export.zip": zip_of(tree)})] if tree else []
    samples = [Sample(entry, tree) for entry in tree]
    if name in ZIPPED:
        for top in sorted({entry.split("/")[0] for entry in tree if "/" in entry}):
            members = {
                entry[len(top) + 1 :]: data for entry, data in tree.items() if entry.startswith(f"{top}/")
            }
            samples.append(Sample(f"{top}.zip", {f"{top}.zip": zip_of(members)}))
    return samples


def zip_of(members: Tree) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def _is_taken(sample: Sample) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            read_recording(sample.write(Path(folder)))
        except PfpError:
            return False
    return True


def watch_samples() -> list[tuple[str, Sample]]:
    """Find files of watches: made ones among the samples and here, real ones beside the repository."""
    files = {
        path.name: path.read_bytes()
        for path in sorted(SAMPLES.rglob("*"))
        if path.name.endswith(WATCH_ENDINGS)
    }
    files |= {
        path.name: path.read_bytes() for path in sorted(WATCH_FILES.glob("*")) if path.suffix in WATCH_ENDINGS
    }
    files |= {"made.gpx": MADE_GPX, "made.tcx": MADE_TCX}
    found = []
    for name, content in files.items():
        kind = name.removesuffix(".gz").rsplit(".", 1)[1]
        found.append((kind, Sample(name, {name: content})))
    members = {"activities/1.gpx": MADE_GPX, "activities/2.tcx.gz": gzip.compress(MADE_TCX, mtime=0)}
    members |= {f"activities/3{name}": content for name, content in files.items() if len(content) < 10_000}
    export = zip_of({"activities.csv": STRAVA_TABLE, **members})
    found.append(("strava", Sample("export.zip", {"export.zip": export})))
    return found + [("strava", sample) for sample in _samples_in("strava", _tree(SAMPLES / "strava"))]


def _tree(top: Path) -> Tree:
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file() and path.name != "README.md"
    }


def quick_samples(target: Target, most_s: float) -> list[Sample]:
    """Leave out samples that take too long for the number of cases, and those refused even undamaged.

    Where nothing would be left, the smallest stays, or all that are refused.
    """
    quick: list[Sample] = []
    refused: list[Sample] = []
    for sample in sorted(target.samples, key=lambda one: sum(map(len, one.files.values()))):
        with tempfile.TemporaryDirectory() as folder:
            path = sample.write(Path(folder))
            start = time.perf_counter()
            try:
                target.read(path)
            except PfpError:
                refused.append(sample)
                continue
            needed_s = time.perf_counter() - start
        if needed_s <= most_s or not quick:
            quick.append(sample)
        elif needed_s > _FAR_TOO_SLOW * most_s:
            break  # what is larger is slower
    return quick or refused


def _points(form: str) -> str:
    """Write forty seconds of a run that nobody ran, at a place where nobody is."""
    rows = (
        form.format(
            s=f"2026-01-02T07:30:{n:02d}Z", lat=f"0.{n:05d}", m=f"{3 * n}.0", hr=120 + n % 9, cad=84 + n % 3
        )
        for n in range(40)
    )
    return "".join(rows)


MADE_GPX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="made by hand" '
    'xmlns="http://www.topografix.com/GPX/1/1" '
    'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"><trk><type>running</type><trkseg>\n'
    + _points(
        '<trkpt lat="{lat}" lon="0.0"><ele>1.0</ele><time>{s}</time><extensions><gpxtpx:TrackPointExtension>'
        "<gpxtpx:hr>{hr}</gpxtpx:hr><gpxtpx:cad>{cad}</gpxtpx:cad></gpxtpx:TrackPointExtension></extensions></trkpt>\n"
    )
    + "</trkseg></trk></gpx>\n"
).encode()
MADE_TCX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase '
    'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
    '<Activity Sport="Running">'
    '<Id>2026-01-02T07:30:00Z</Id><Lap StartTime="2026-01-02T07:30:00Z">'
    "<TotalTimeSeconds>40</TotalTimeSeconds><DistanceMeters>117</DistanceMeters><Track>\n"
    + _points(
        "<Trackpoint><Time>{s}</Time><DistanceMeters>{m}</DistanceMeters><HeartRateBpm><Value>{hr}</Value>"
        '</HeartRateBpm><Extensions><TPX xmlns="http://www.garmin.com/xmlschemas/ActivityExtension/v2">'
        "<Speed>3.0</Speed><RunCadence>{cad}</RunCadence></TPX></Extensions></Trackpoint>\n"
    )
    + "</Track></Lap></Activity></Activities></TrainingCenterDatabase>\n"
).encode()
STRAVA_TABLE = (
    b"Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Filename,Elapsed Time,"
    b"Moving Time,Distance\n"
    b'1,"Jan 2, 2026, 7:30:00 AM",Made,Run,40,0.12,activities/1.gpx,40,40,117.0\n'
    b'2,"Jan 2, 2026, 7:30:00 AM",Made,Run,40,0.12,activities/2.tcx.gz,40,40,117.0\n'
)

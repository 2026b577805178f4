"""Small sound files for the fuzz, made here: this program's own kinds, and runs of watches nobody wore."""

from __future__ import annotations

import gzip
import io
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

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


def runs_samples() -> list[Sample]:
    """Write the runs of the synthetic diary as a table of each kind."""
    from pfp_sensors.formats.runs_table import runs_rows, write_runs
    from pfp_sensors.model.diary import Pain, Run
    from pfp_sensors.synth.diary import synthetic_entries

    entries = [entry for _, entry in synthetic_entries(datetime(2026, 10, 1, 7, tzinfo=UTC))]
    runs = [entry for entry in entries if isinstance(entry, Run)]
    rows = runs_rows(runs[:20], [entry for entry in entries if isinstance(entry, Pain)])
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("runs.csv", "runs.parquet")]
        for path in paths:
            write_runs(rows, path)
        return [Sample(path.name, {path.name: path.read_bytes()}) for path in paths]


def kept_watch_sample() -> Sample:
    """Keep the made run of a watch as a folder of runs has it, with its places."""
    from pfp_sensors.formats.watch import read_watch_files
    from pfp_sensors.store.watch_files import write_watch

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as kept:
        path = Path(folder) / "made.gpx"
        path.write_bytes(MADE_GPX)
        (run,) = read_watch_files(path, keep_positions=True).runs
        entry = write_watch(Path(kept), run).name
        return Sample(entry, {one.name: one.read_bytes() for one in Path(kept).iterdir()})


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

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
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz_samples import (
    MADE_GPX,
    MADE_TCX,
    STRAVA_TABLE,
    Sample,
    Tree,
    history_bytes,
    kept_watch_sample,
    own_samples,
    runs_samples,
)

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


def read_runs(path: Path) -> object:
    from pfp_sensors.formats.runs_table import is_runs_table, read_runs_table

    is_runs_table(path)
    table = read_runs_table(path)
    assert table.runs
    return table


def read_kept_watch(path: Path) -> object:
    """Read the rows of a watch as they are kept, and the places beside them."""
    from pfp_sensors.store.watch_files import read_positions, read_watch

    watch = read_watch(path)
    assert all(len(values) == len(watch.time_s) for values in watch.channels.values())
    return watch, read_positions(path.parent)


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
    found["runs-table"] = Target(read_runs, runs_samples())
    found["kept-watch"] = Target(read_kept_watch, [kept_watch_sample()])
    found["preview"] = Target(read_previewed, list(found["csv-mapped"].samples))
    for name, sample in watch_samples():
        found.setdefault(name, Target(read_watch)).samples.append(sample)
    return {name: found[name] for name in sorted(found)}


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

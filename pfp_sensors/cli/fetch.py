"""``pfp fetch``: runs that a sensor recorded to its own memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.output import error_document, json_line, write_error, write_out
from pfp_sensors.cli.parser import sensor_text
from pfp_sensors.errors import PfpError, UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from pfp_sensors.actions.fetch import FetchOptions, FetchWatcher
    from pfp_sensors.cli.progress import Progress
    from pfp_sensors.collect.memory_visit import FetchedRun, ListedRun, SensorMemory
    from pfp_sensors.sensors.memory import MemoryEntry

DESCRIPTION = """\
Download runs that a sensor recorded to its own memory, where that memory is
documented: Capture2Go and Movesense. Nothing is ever deleted on the sensor.
The raw bytes are kept beside each run, even where they cannot be understood.
This needs a real sensor: there is no simulated one with a memory. What has
never been seen on a real sensor stands in docs/fetch.md."""

EXAMPLES = (
    "pfp fetch --sensor IMU_bc7fa3 --list",
    "pfp fetch --sensor IMU_bc7fa3 --side left",
    'pfp fetch --sensor "Movesense 204830000123" --entry 3 --entry 4',
)

_STATES = {
    "fetched": "fetched",
    "read_again": "could not be read when it was fetched; read now",
    "here": "here already",
    "empty": "empty: it holds no byte",
    "failed": "failed",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--sensor", type=sensor_text, metavar="S", help="name, address or serial of the sensor"
    )
    parser.add_argument("--list", action="store_true", help="only list what is in its memory")
    parser.add_argument(
        "--entry",
        action="append",
        default=[],
        metavar="ID",
        help="id or name of a run, may be given several times; default: all that are not here yet",
    )
    parser.add_argument("--side", choices=("left", "right"), help="leg that carried it")
    parser.add_argument("--placement", metavar="P", default="shank", help="where it was worn (shank)")


def run(args: argparse.Namespace) -> int:
    """List or fetch, and print; the highest exit code of all runs."""
    from pfp_sensors.actions.fetch import FetchOptions, fetch_runs, list_memory
    from pfp_sensors.cli.progress import Progress
    from pfp_sensors.store.home import home_folder

    if args.list and args.entry:
        raise UsageError("--list and --entry were both given.", "Give one of them.")
    home = home_folder(getattr(args, "home", None))
    options: FetchOptions = FetchOptions(args.sensor, tuple(args.entry), args.side, args.placement)
    with Progress(1, "runs") as progress:
        progress.start("looking for the sensor")
        watcher = _watcher(progress)
        if args.list:
            memory, fetched = list_memory(options, home, watcher), None
        else:
            memory, fetched = fetch_runs(options, home, watcher)
    if args.json:
        write_out(json_line(_document(memory, fetched)))
    elif fetched is None:
        write_out(_list_text(memory))
    else:
        _print_fetched(memory, fetched)
    return max((one.error.exit_code for one in fetched or () if one.error is not None), default=0)


def _watcher(progress: Progress) -> FetchWatcher:
    """Let the bar say what is being done, and how far it is."""
    from pfp_sensors.actions.fetch import FetchWatcher

    class Shown(FetchWatcher):
        def __init__(self) -> None:
            self._what, self._size_bytes = "", 0

        def message(self, text: str) -> None:
            progress.clear()
            write_error(text)

        def look(self, name: str) -> None:
            progress.start(f"listing the memory of {name}")

        def begin(self, entry: MemoryEntry, total: int) -> None:
            progress.expect(total)
            self._what, self._size_bytes = f"run {_called(entry)}", entry.size_bytes
            progress.start(self._what)

        def came(self, count: int) -> None:
            share = min(1.0, count / max(1, self._size_bytes))
            progress.start(f"{self._what}: {share:.0%} of {_size(self._size_bytes)}")

        def end(self) -> None:
            progress.finish()

    return Shown()


# --- for people -----------------------------------------------------------------------------------


def _list_text(memory: SensorMemory) -> str:
    from pfp_sensors.report.words import paragraph

    lines = [_heading(memory)]
    for one in memory.runs:
        parts = [f"{one.entry.entry_id:>4}", *([one.entry.name] if one.entry.name else [])]
        parts += [f"{_size(one.entry.size_bytes):>9}", *_date_parts(one.entry)]
        lines.append("  ".join([*parts, *_where(one)]))
    if not memory.runs:
        lines.append("Its memory is empty.")
    if not memory.complete:
        lines.append("There are more: the sensor's answer was cut. Fetch these first.")
    lines.append(paragraph(memory.layout, "", ""))
    return "\n".join(lines)


def _heading(memory: SensorMemory) -> str:
    serial = f"   serial {memory.serial}" if memory.serial else ""
    return f"{memory.name}   {memory.title}{serial}"


def _where(one: ListedRun) -> list[str]:
    if one.folder is None:
        return []
    return [f"here: {one.folder}" if one.finished else f"its bytes are here, not understood: {one.folder}"]


def _date_parts(entry: MemoryEntry) -> list[str]:
    moment = _date(entry)
    return [] if moment is None else [moment.replace("T", " ").removesuffix("+00:00") + " UTC"]


def _date(entry: MemoryEntry) -> str | None:
    """Write when a run was last written, by the sensor's clock."""
    if entry.changed_utc_s is None:
        return None
    return datetime.fromtimestamp(entry.changed_utc_s, UTC).isoformat(timespec="seconds")


def _called(entry: MemoryEntry) -> str:
    return entry.entry_id if entry.name is None else f"{entry.entry_id} ({entry.name})"


def _size(count: int) -> str:
    return f"{count} B" if count < 10_000 else f"{count / 1000:.0f} kB"


def _print_fetched(memory: SensorMemory, fetched: tuple[FetchedRun, ...]) -> None:
    write_out(_heading(memory))
    for one in fetched:
        what = f"Run {_called(one.entry)}, {_size(one.entry.size_bytes)}"
        if one.error is not None:
            write_error(f"{what}: {one.error}")
            continue
        where = "" if one.folder is None else f": {one.folder}"
        write_out(f"{what}: {_STATES[one.state]}{where}")
        if one.finished is not None:
            _print_finished(one)
    if not fetched:
        write_out("Its memory is empty.")
    if not memory.complete:
        write_out("There are more runs: the sensor's answer was cut.")


def _print_finished(one: FetchedRun) -> None:
    """Print the notes of a recording, and what `pfp analyze` finds in it, in a line."""
    from pfp_sensors.actions.analyze import analyze_file
    from pfp_sensors.cli.progress import Progress
    from pfp_sensors.report.record_text import recorded_line
    from pfp_sensors.report.words import paragraph

    if one.finished is None:
        return
    for note in one.finished.notes:
        write_out(paragraph(note, "   ", "   "))
    folder: Path = one.finished.folder
    try:
        with Progress(1, "runs") as progress:
            progress.start(f"analysing run {_called(one.entry)}")
            analysis = analyze_file(folder)
        write_out(recorded_line(folder, analysis, one.finished.counters))
    except PfpError as error:  # it is fetched and kept; that the analysis cannot use it is no failure of that
        write_out(f"   not analysed: {error.message}")


# --- for programs ---------------------------------------------------------------------------------


def _document(memory: SensorMemory, fetched: tuple[FetchedRun, ...] | None) -> dict[str, Any]:
    listed = {one.entry.entry_id: one for one in memory.runs}
    runs = [_listed_document(one) for one in memory.runs] if fetched is None else []
    runs += [
        {**_listed_document(listed[one.entry.entry_id]), **_fetched_document(one)} for one in fetched or ()
    ]
    return {
        "schema": "pfp.fetch/1",
        "sensor": {
            "name": memory.name,
            "kind": memory.kind,
            "title": memory.title,
            "serial": memory.serial,
        },
        "layout": memory.layout,
        "complete": memory.complete,
        "runs": runs,
    }


def _listed_document(one: ListedRun) -> dict[str, Any]:
    return {
        "id": one.entry.entry_id,
        "name": one.entry.name,
        "size_bytes": one.entry.size_bytes,
        "changed_utc": _date(one.entry),
        "folder": None if one.folder is None else str(one.folder),
    }


def _fetched_document(one: FetchedRun) -> dict[str, Any]:
    found: dict[str, Any] = {
        "state": one.state,
        "folder": None if one.folder is None else str(one.folder),
        "error": None if one.error is None else error_document(one.error),
    }
    if one.finished is not None:
        found |= {"rows": dict(one.finished.rows), "notes": list(one.finished.notes)}
    return found

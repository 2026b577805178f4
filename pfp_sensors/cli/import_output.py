"""What became of the runs of a file: on the page, and for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.cli.output import error_document, write_out
from pfp_sensors.report.words import count, paragraph

if TYPE_CHECKING:
    from pfp_sensors.actions.import_file import ImportedFile
    from pfp_sensors.errors import PfpError
    from pfp_sensors.model.imported import Imported
    from pfp_sensors.model.recording import RecordingFile

_MOST_SHOWN: Final = 5
"""More runs of one file are told in one line each."""


def show_done(path: str, done: ImportedFile) -> None:
    """Print what became of each run of a file."""
    for note in done.notes:
        write_out(paragraph(f"{path}: {note}"))
    from pfp_sensors.report.imported_text import imported_text

    if len(done.runs) <= _MOST_SHOWN:
        for one in done.runs:
            write_out("\n".join(paragraph(line) for line in imported_text(one).splitlines()))
        return
    from pfp_sensors.report.entry_words import named_run, run_words

    for one in done.runs:
        named = run_words(one.run) if one.how == "understood" else named_run(one.run)
        write_out(paragraph(f"{one.how}: {named}"))
    how = [one.how for one in done.runs]
    parts = [
        f"{how.count(word)} {word}" for word in ("added", "joined", "known", "understood") if word in how
    ]
    write_out(paragraph(f"{path}: {count(len(how), 'run')}, {', '.join(parts)}."))


def show_understood(recording: RecordingFile) -> None:
    """Print what a recording was taken for."""
    from pfp_sensors.report.understood_text import understood_lines

    for line in understood_lines(recording):
        write_out(paragraph(line))


def done_document(one: Imported) -> dict[str, Any]:
    """Give the object of one run."""
    from pfp_sensors.store.diary_documents import entry_values

    unwritten = {"id": None} if one.how == "understood" else {}
    unwritten |= {} if one.dated else {"start": None}
    met = one.met
    document: dict[str, Any] = {
        "path": one.path,
        "result": one.how,
        "run": entry_values(one.run) | unwritten,
        "same_day": [other.id for other in one.other_runs],
        "notes": list(one.notes),
        "joined": None
        if met is None
        else {
            "run": met.run.id,
            "by": "cadence" if met.aligned else "time",
            "watch_offset_s": met.offset_s,
            "because": met.because,
            "clocks_differ_s": met.clocks_differ_s,
        },
    }
    return document | _understood_document(one)


def failed_document(path: str, error: PfpError) -> dict[str, Any]:
    """Give the object of a run that could not be brought in."""
    from pfp_sensors.actions.import_run import NoRunningError
    from pfp_sensors.report.understood_text import understood_document

    document: dict[str, Any] = {"path": path, "result": "failed", "error": error_document(error)}
    if isinstance(error, NoRunningError):
        document["understood"] = understood_document(error.recording)
    return document


def _understood_document(one: Imported) -> dict[str, Any]:
    if one.watch is not None:
        from pfp_sensors.report.watch_text import watch_document

        return {"understood": watch_document(one.watch)}
    if one.recording is not None:
        from pfp_sensors.report.understood_text import understood_document

        return {"understood": understood_document(one.recording)}
    return {}

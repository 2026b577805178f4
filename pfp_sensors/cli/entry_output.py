"""The answer of every command that writes into the diary: plain lines, or ``pfp.entry/1``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.output import json_line, write_out

if TYPE_CHECKING:
    import argparse

    from pfp_sensors.model.diary import Entry
    from pfp_sensors.model.written import Written


def tell(written: Written, args: argparse.Namespace) -> int:
    """Say what was written, under which id, and how to take it back. Returns the exit code."""
    from pfp_sensors.report.words import paragraph
    from pfp_sensors.report.written_text import written_text

    if args.json:
        write_out(json_line(written_document(written)))
    else:
        write_out("\n".join(paragraph(line) for line in written_text(written).splitlines()))
    return 0


def written_document(written: Written) -> dict[str, Any]:
    """Turn the answer to an act into ``pfp.entry/1``."""
    from pfp_sensors.report.written_text import notes_of

    earlier = written.earlier if written.how == "corrected" else None
    return {
        "schema": "pfp.entry/1",
        "result": written.how,
        **entry_object(written.id, written.entry),
        "run": None if written.run is None else written.run.id,
        "not_runs": [run.id for run in written.other_runs],
        "before": None if earlier is None else entry_object(earlier.id, earlier.entry),
        "with_it": [entry_object(one.id, one.entry) for one in written.with_it],
        "cautions": list(written.cautions),
        "notes": notes_of(written),
        "undo": None if written.how == "known" else "pfp undo",
    }


def entry_object(entry_id: str, entry: Entry) -> dict[str, Any]:
    """Write an entry with its id and kind, its values under the names of the history file."""
    from pfp_sensors.store.diary_documents import entry_values, kind_of

    return {"id": entry_id, "kind": kind_of(entry), "entry": entry_values(entry)}

"""``pfp undo``: the last entry taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.entry_options import home_of
from pfp_sensors.cli.output import json_line, write_out

if TYPE_CHECKING:
    import argparse

    from pfp_sensors.store.diary import StoredEntry

DESCRIPTION = """\
Take back the last entry, correction or change of your profile; again for the
one before. It stays in the diary, marked as taken back. A pain score or sign
that was entered more than a day ago keeps counting."""

EXAMPLES = ("pfp undo",)


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: there are none."""


def run(args: argparse.Namespace) -> int:
    """Take the last act back and say what it was; raises as `actions.undo.undo`."""
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.undo import undo
    from pfp_sensors.report.undone_text import undone_text
    from pfp_sensors.report.words import paragraph

    done = undo(home_of(args), at=now())
    entries = () if done is None else done.entries
    if args.json:
        write_out(
            json_line(
                {
                    "schema": "pfp.undo/1",
                    "undone": None if done is None else done.what,
                    "made": None if done is None else done.at.isoformat(),
                    "entries": [_object(one) for one in entries],
                    "stages": [] if done is None else list(done.stages),
                    "copies": [] if done is None else list(done.copies),
                    **({"changed": list(done.changed)} if done and done.what == "profile" else {}),
                }
            )
        )
        return 0
    what = None if done is None else done.what
    changed = () if done is None else done.changed
    stages = () if done is None else done.stages
    copies = () if done is None else done.copies
    told = [(one.id, one.entry, one.counts) for one in entries]
    text = undone_text(what, told, changed, stages, copies)
    write_out("\n".join(paragraph(line) for line in text.splitlines()))
    return 0


def _object(one: StoredEntry) -> dict[str, Any]:
    from pfp_sensors.model.diary import Profile
    from pfp_sensors.store.diary_documents import entry_values, profile_values

    values = profile_values(one.entry) if isinstance(one.entry, Profile) else entry_values(one.entry)
    return {"id": one.id, "kind": one.kind, "entry": values, "counts": one.counts}

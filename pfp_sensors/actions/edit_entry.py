"""One value of an entry corrected; the old one is kept."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pfp_sensors.actions.add_pain import pain_cautions
from pfp_sensors.actions.add_symptom import symptom_cautions
from pfp_sensors.actions.edit_values import UNKNOWN, edited
from pfp_sensors.actions.find_run import LAST, find_run
from pfp_sensors.actions.pain_place import NO_RUN
from pfp_sensors.actions.read_diary import has_diary
from pfp_sensors.actions.standing_entries import read_back, standing_entries
from pfp_sensors.errors import RefusedError, UsageError
from pfp_sensors.load.evidence import red_flags
from pfp_sensors.load.seen import see
from pfp_sensors.model.diary import RED_KINDS, Pain, Profile, Run, Symptom
from pfp_sensors.model.written import Known, Written

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.model.diary import Entry, History
    from pfp_sensors.model.written import Caution
    from pfp_sensors.settings.load_rules import LoadSettings


def edit_entry(
    home: Path, word: str, key: str, value: str, settings: LoadSettings, *, at: datetime
) -> Written:
    """Correct one value of an entry.

    Parameters
    ----------
    home
        The folder of the person's own data.
    word
        Id of the entry; ``last`` for the latest run.
    key
        Which value, under the name that it has in the history file.
    value
        What it shall be, as typed; ``unknown`` where it is not known.
    settings
        From `load_load_settings`.
    at
        Now, where the person is.

    Returns
    -------
    Written
        With the entry as it was before; "known" where it had this value already.

    Raises
    ------
    UsageError
        If there is no such entry or key, or the value cannot be one of it.
    RefusedError
        If it would make less of a red flag, or would lower pain or take away a sign in an entry made too
        long ago.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import correct_entry, read_history

    if not has_diary(home):
        raise UsageError("There is no diary yet, so there is nothing to correct.", "Enter it instead.")
    with contextlib.closing(open_diary(home)) as diary:
        known = _find(diary, word, at)
        new = edited(known.entry, key, _meant(diary, known.entry, key, value, at), at)
        history = read_history(diary)
        _refuse_less_red(known, new, history, settings, at)
        if _plain(new) == _plain(known.entry):
            return Written(known.id, known.entry, "known", known)
        written = correct_entry(diary, known.id, new, at=at)
        cautions = _cautions(known, new, history, settings, at)
        return Written(written, read_back(diary, written), "corrected", known, cautions=cautions)


def _find(diary: sqlite3.Connection, word: str, at: datetime) -> Known:
    """Find the entry that an id means, among those that stand."""
    from pfp_sensors.store.diary import find_entry

    entry_id = find_run(_runs(diary), LAST, at).id if word.strip().lower() == LAST else word.strip()
    found = find_entry(diary, entry_id) or find_entry(diary, entry_id.lower())
    if found is None or isinstance(found.entry, Profile):
        raise UsageError(
            f"The diary has no entry {word!r}.",
            "The answer to each entry says its id; `pfp runs` and `pfp show RUN` list ids too.",
        )
    if found.state == "withdrawn":
        raise UsageError(f"{found.id} was taken back.", "Enter it again instead.")
    if found.state == "corrected":
        newer = found.replaced_by
        raise UsageError(
            f"{found.id} was corrected before: {newer} stands for it now.", f"Correct {newer} instead."
        )
    return Known(found.id, found.entry)


def _runs(diary: sqlite3.Connection) -> list[Run]:
    return [one.entry for one in standing_entries(diary, "run") if isinstance(one.entry, Run)]


def _meant(diary: sqlite3.Connection, entry: Entry, key: str, value: str, at: datetime) -> str:
    """Put a run's id in place of the words that name it."""
    if not isinstance(entry, Pain) or key.strip().lower() != "run" or not value.strip():
        return value
    word = value.strip().lower()
    return UNKNOWN if word in {UNKNOWN, NO_RUN} else find_run(_runs(diary), value, at).id


def _refuse_less_red(
    known: Known, new: Entry, history: History, settings: LoadSettings, at: datetime
) -> None:
    """Refuse to turn a red flag into a warning sign, or to move it so that it would count no more.

    Swelling that lasts or came back is one too: by its end, its beginning and by what it came after.
    """
    old = known.entry
    if not (isinstance(old, Symptom) and isinstance(new, Symptom)):
        return
    others = tuple(sign for sign in history.symptoms if sign.id != known.id)

    def flags(*signs: Symptom) -> set[str]:
        return set(red_flags(see(replace(history, symptoms=signs), at, settings), settings))

    lost = flags(*others, old) - flags(*others, new)
    if old.kind in RED_KINDS and new.kind in RED_KINDS and flags(new):
        lost -= {old.kind}  # called by another name, and open as before
    if lost or (old.kind in RED_KINDS and new.kind not in RED_KINDS):
        raise _stays_red(known.id, old.kind)


def _stays_red(entry_id: str, kind: str) -> RefusedError:
    return RefusedError(
        f"{entry_id} is a red flag ({kind}), or makes one; an edit may not make less of it.",
        f"Once a clinician has looked at it: `pfp clear {kind} --by NAME --role ROLE --reason WHY`. If it "
        "was entered by mistake just now: `pfp undo`.",
    )


def _plain(entry: Entry) -> Any:
    """Leave out what says when an entry was made."""
    made: dict[str, Any] = {"entered": None} if hasattr(entry, "entered") else {}
    return replace(entry, **made)


def _cautions(
    known: Known, new: Entry, history: History, settings: LoadSettings, at: datetime
) -> tuple[Caution, ...]:
    if isinstance(new, Pain):
        return pain_cautions(new, known, history, settings, at=at)
    if isinstance(new, Symptom):
        return symptom_cautions(new.kind)
    return ()

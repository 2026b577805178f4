"""A pain score written into the diary."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pfp_sensors.actions.entry_ranges import check_scale
from pfp_sensors.actions.pain_place import place_pain
from pfp_sensors.actions.standing_entries import read_back, standing_entries
from pfp_sensors.load.days import day_of
from pfp_sensors.load.tiers import UsualPain
from pfp_sensors.model.diary import Pain
from pfp_sensors.model.written import Known, Written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from pfp_sensors.model.diary import Entry, History, Knee, When
    from pfp_sensors.model.written import Caution
    from pfp_sensors.settings.load_rules import LoadSettings


@dataclass(frozen=True, slots=True)
class PainGiven:
    """A pain score as a person gives it.

    Attributes
    ----------
    score
        0-10.
    when
        Which question it answers.
    run
        The run as the person names it; None for the latest that fits.
    knee
        None: every knee that hurts.
    day
        None: today.
    """

    score: int
    when: When
    run: str | None = None
    knee: Knee | None = None
    day: date | None = None
    note: str | None = None


def add_pain(home: Path, given: PainGiven, settings: LoadSettings, *, at: datetime) -> Written:
    """Write a pain score down; one that answers a question of a run again keeps the earlier answer too.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    given
        The score, and what it is about.
    settings
        From `load_load_settings`.
    at
        Now, where the person is.

    Returns
    -------
    Written
        With the run that it was attached to, and the runs it could have meant too.

    Raises
    ------
    UsageError
        If the score is not 0-10, or the run is not there or does not fit.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import add_entry, correct_entry, read_history

    check_scale(given.score, "SCORE")
    with contextlib.closing(open_diary(home)) as diary:
        history = read_history(diary)
        place = place_pain(history, given.when, given.run, given.day, at, settings.missing)
        run_id = None if place.run is None else place.run.id
        pain = Pain(given.when, given.score, place.at, given.knee, run_id, note=given.note)
        standing = standing_entries(diary, "pain")
        earlier = _same_question(standing, pain)
        if earlier is not None and _same_answer(earlier.entry, pain):
            return Written(earlier.id, earlier.entry, "known", earlier, place.run, place.others)
        if earlier is None:
            written = add_entry(diary, pain, at=at)
        else:
            written = correct_entry(diary, earlier.id, pain, at=at)
        worse = _worse(standing, pain, earlier)
        worst: tuple[Caution, ...] = ("worst_counts",) if worse else ()
        return Written(
            written,
            read_back(diary, written),
            "added" if earlier is None else "corrected",
            earlier,
            place.run,
            place.others,
            related=worse,
            cautions=(
                *place.cautions,
                *pain_cautions(pain, earlier, history, settings, at=at),
                *worst,
            ),
        )


def pain_cautions(
    pain: Pain, earlier: Known | None, history: History, settings: LoadSettings, *, at: datetime
) -> tuple[Caution, ...]:
    """Tell what to say of a score: which of two counts (load.md X5), what it means, whether the knee fits.

    Parameters
    ----------
    pain
        The new score.
    earlier
        The one that it corrects.
    history
        The diary: which knees hurt, and how much is usual.
    settings
        From `load_load_settings`.
    at
        When it is entered.
    """
    found: list[Caution] = []
    if earlier is not None:
        found.append("higher_counts" if _lowered_late(pain, earlier, settings, at) else "newer_counts")
    if pain.score is not None and pain.score > settings.pain.amber:
        found.append("strong_pain")
    elif pain.score is not None and (pain.when == "during" or history.profile.usual_pain):
        tier = UsualPain(history, at).tier(pain.when, pain.score, pain.knee, day_of(pain.at), settings.pain)
        meaning: tuple[Caution | None, ...] = (None, "raised_pain", "much_raised_pain")
        found += [caution for caution in meaning[tier : tier + 1] if caution is not None]
    if pain.knee is not None and history.profile.knees and pain.knee not in history.profile.knees:
        found.append("other_knee")
    return tuple(found)


def _lowered_late(pain: Pain, earlier: Known, settings: LoadSettings, at: datetime) -> bool:
    before = earlier.entry
    if not isinstance(before, Pain) or before.score is None:
        return False
    entered = before.entered or before.at
    in_grace = isinstance(entered, datetime) and at - entered <= timedelta(hours=settings.edit.grace_h)
    return (pain.score is None or pain.score < before.score) and not in_grace


def _same_question(standing: Sequence[Known], pain: Pain) -> Known | None:
    """Find the answer that the same question of the same run and knee has now; a mark is no answer."""
    if pain.run is None:
        return None
    found = [known for known in standing if _about(known.entry) == _about(pain) and not _is_mark(known.entry)]
    return found[-1] if found else None


def _about(entry: Entry) -> object:
    """Tell what a score is about: a question of a run, its morning, or a day; for one knee or all."""
    if not isinstance(entry, Pain):
        return None
    of_day = entry.run is None or entry.when == "morning"
    return entry.when, entry.knee, entry.run, day_of(entry.at) if of_day else None


def _is_mark(entry: Entry) -> bool:
    """Tell whether a score was marked by a key while running: there may be many, and the worst counts."""
    if not isinstance(entry, Pain) or entry.note is None:
        return False
    from pfp_sensors.actions.enter_recording import MARKED

    return entry.note == MARKED


def _same_answer(entry: Entry, pain: Pain) -> bool:
    return isinstance(entry, Pain) and entry.score == pain.score and pain.note in {None, entry.note}


def _worse(standing: Sequence[Known], pain: Pain, earlier: Known | None) -> tuple[Known, ...]:
    """Find the highest of the scores that stand beside this one and are worse."""
    found = [
        known
        for known in standing
        if isinstance(known.entry, Pain)
        and _about(known.entry) == _about(pain)
        and (earlier is None or known.id != earlier.id)
        and (known.entry.score or 0) > (pain.score or 0)
    ]
    return tuple(sorted(found, key=_score)[-1:])


def _score(known: Known) -> int:
    return (known.entry.score or 0) if isinstance(known.entry, Pain) else 0

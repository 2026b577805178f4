"""What is said after an entry: what was written, its id, how to take it back, and what matters now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.model.diary import AMBER_KINDS, Pain, Run, Symptom
from pfp_sensors.report import page
from pfp_sensors.report.entry_words import entry_words, named_run, pain_words, score_words
from pfp_sensors.report.no_run_words import no_run_stored
from pfp_sensors.report.red_flag_words import NOT_A_DIAGNOSIS, flag_advice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pfp_sensors.model.written import Caution, Written

TAKE_BACK: Final = "Take it back with `pfp undo`."

STOP: Final = "STOP RUNNING for now. This sign has to be looked at before the next run."


def written_text(written: Written) -> str:
    """Write the answer to an act: plain lines, those that matter last."""
    lines = [_what(written), *_attached(written), *notes_of(written)]
    return "\n".join(lines) + "\n"


def notes_of(written: Written) -> list[str]:
    """Write what else should be said, one plain line for each caution.

    Raises
    ------
    KeyError
        If a caution has no words.
    """
    found = [_WORDS[caution] for caution in written.cautions]
    return [words if isinstance(words, str) else words(written) for words in found]


def _what(written: Written) -> str:
    entry, entry_id = written.entry, written.id
    words = pain_words(entry, written.run) if isinstance(entry, Pain) else entry_words(entry)
    if written.how == "known":
        return f"The diary has this already, as {entry_id}: {words}. Nothing was written."
    if written.how == "corrected" and written.earlier is not None:
        before = "" if _same_question(written) else f" Before, it said: {entry_words(written.earlier.entry)}."
        return f"Corrected: {words} [{entry_id}].{before} {TAKE_BACK}"
    also = "".join(f"; {entry_words(one.entry)} [{one.id}]" for one in written.with_it)
    return f"Written: {words} [{entry_id}]{also}. {TAKE_BACK}"


def _same_question(written: Written) -> bool:
    """Tell whether a score was only given anew: then what counts now is said of both."""
    old, new = None if written.earlier is None else written.earlier.entry, written.entry
    if not (isinstance(old, Pain) and isinstance(new, Pain)):
        return False
    return (old.when, old.run, old.knee, old.at) == (new.when, new.run, new.knee, new.at)


def _attached(written: Written) -> list[str]:
    """Say to which runs a score was not attached."""
    if written.run is None or not written.other_runs:
        return []
    others = page.listed((named_run(run) for run in written.other_runs), "or")
    return [f"Not of {others}: if you meant another run, `pfp undo` and give --run ID."]


def _earlier(written: Written) -> str:
    earlier = written.earlier
    if earlier is None:
        return "The earlier score"
    score = f"{score_words(earlier.entry)} " if isinstance(earlier.entry, Pain) else ""
    return f"The earlier {score}[{earlier.id}]"


def _newer(written: Written) -> str:
    return f"{_earlier(written)} is kept; the newer score counts."


def _higher(written: Written) -> str:
    return f"{_earlier(written)} was entered too long ago to be lowered: both are kept, the higher counts."


def _worst(written: Written) -> str:
    worse = " and ".join(entry_words(one.entry) + f" [{one.id}]" for one in written.related)
    return f"The worst counts: there is also {worse}."


def _late_morning(written: Written) -> str:
    if written.run is None:
        return ""
    start = written.run.start
    morning = (start.date() if isinstance(start, datetime) else start) + timedelta(days=1)
    return (
        "It is kept as pain of this morning. The question about the morning after that run stays open: `pfp "
        f"pain SCORE --when morning --date {morning}`."
    )


def _red_flag(written: Written) -> str:
    kind = written.entry.kind if isinstance(written.entry, Symptom) else ""
    return f"{STOP}\n{flag_advice(kind)}\n{NOT_A_DIAGNOSIS}"


def _warning(written: Written) -> str:
    return warning_text(written.entry.kind if isinstance(written.entry, Symptom) else "")


def warning_text(kind: str) -> str:
    """Say what a warning sign means, in one plain line."""
    sign = AMBER_KINDS.get(kind, "it")
    return (
        f"A warning sign holds the load for some days ({sign}): `pfp next` says what that means. If "
        "it gets worse or stays, see a doctor or a physiotherapist."
    )


def _still_open(written: Written) -> str:
    ids = page.listed(one.id for one in written.related)
    return f"Also still open: {ids}. Give the same command again for its end."


def _runs_of_day(written: Written) -> str:
    runs = page.listed(named_run(run) for run in written.other_runs)
    own = written.id if isinstance(written.entry, Run) else ""
    return f"The same day has {runs} too. If {own} is the same run, take it back."


def _no_run_advised(written: Written) -> str:
    return "" if written.no_run is None else no_run_stored(written.no_run)


def _other_knee(written: Written) -> str:
    knees = [pain.knee for pain in _scores_of(written) if pain.knee is not None]
    knee = knees[0] if knees else "other"
    return (
        f"The diary is not about the {knee} knee: its score does not answer for the other one. If that knee "
        "hurts too: `pfp setup --knee both`. A slip: `pfp undo`."
    )


def _scores_of(written: Written) -> list[Pain]:
    entries = (written.entry, *(one.entry for one in written.with_it))
    return [entry for entry in entries if isinstance(entry, Pain)]


_WORDS: Mapping[Caution, str | Callable[[Written], str]] = {
    "newer_counts": _newer,
    "higher_counts": _higher,
    "worst_counts": _worst,
    "no_run": "It belongs to no run: the diary has none that fits. `pfp add-run` writes one down; to attach "
    "the score to another run, `pfp undo` and give --run ID (`pfp runs` lists them).",
    "no_run_yet": "It counts for the day; no run of it is in the diary yet.",
    "too_early": "It is less than an hour since the end of that run: please answer again then, the newer "
    "score counts.",
    "late_morning": _late_morning,
    "raised_pain": "That is more pain than the rules take for calm: the next run does not grow, and may get "
    "shorter. `pfp next` says what holds.",
    "much_raised_pain": "That is clearly more pain than usual: no running until it has settled. `pfp next` "
    "says what holds.",
    "other_knee": _other_knee,
    "strong_pain": "That is strong pain: no running for now. `pfp next` says what holds until it has "
    "settled. See a doctor or a physiotherapist if it stays, or comes with a swollen, hot, locking or "
    "unstable knee (`pfp symptom`).",
    "exercise_pain": "That is more pain than an exercise should give: take its easier form next time "
    "(`pfp session` says which). It counts for the next run too: `pfp next`.",
    "strong_exercise_pain": "That is strong pain: leave this exercise out until it has settled; "
    "`pfp session` leaves it out too and shows others.",
    "red_flag": _red_flag,
    "red_flag_open": f"A red flag is open. {STOP} `pfp next` says whom to see.",
    "warning_sign": _warning,
    "end_clears_nothing": "Its end does not lift the stop: running stays off until a clinician has looked at "
    "it (`pfp clear`).",
    "still_open": _still_open,
    "runs_of_day": _runs_of_day,
    "no_run_advised": _no_run_advised,
}

"""The exercise programme that holds now, how to do each exercise, and a form for what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.add_exercise import OTHER, ExerciseGiven, add_exercise
from pfp_sensors.actions.exercise_session import propose_session
from pfp_sensors.actions.next_run import next_run
from pfp_sensors.actions.report_weeks import report_weeks
from pfp_sensors.errors import UsageError
from pfp_sensors.load.blocks_now import blocks_now
from pfp_sensors.load.plan_words import easier_text, ready_text, sides_text
from pfp_sensors.load.programme import may_do
from pfp_sensors.model.diary import KNEES
from pfp_sensors.report.programme_words import (
    adherence_words,
    blocks_title,
    dose_range,
    how_hard,
    what_opens,
    why_blocks,
)
from pfp_sensors.settings.exercise_book import BLOCKS
from pfp_sensors.settings.exercises import load_exercises
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.web.days import past_day
from pfp_sensors.web.forms import needed
from pfp_sensors.web.pain import said_of
from pfp_sensors.web.plain_words import of_form
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from pfp_sensors.actions.exercise_session import Proposed
    from pfp_sensors.load.blocks_now import BlocksNow
    from pfp_sensors.model.diary import History
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.settings.exercise_book import BookExercise, ExerciseBook
    from pfp_sensors.web.visit import Visit

_WEEKS: Final = 4
_ALWAYS: Final = ("M", "X")
_LABELS: Final = {
    "sets": "Sets",
    "reps": "Repetitions of each set",
    "hold-s": "Seconds held",
    "load-kg": "Weight used, kg",
    "minutes": "Minutes",
    "side": "Which side worked",
    "pain": "Worst pain while doing it, 0 to 10",
    "knee": "Which knee hurt",
    "rpe": "How hard it was, 0 to 10",
    "date": "Day",
}
"""By option of ``pfp exercise``: what the form calls it."""


def programme_page(visit: Visit) -> Page:
    """Show the programme and its form; ``?exercise=ID`` fills the form in for that one."""
    judged, book = next_run(visit.home, visit.at), load_exercises()
    history, rec, settings = judged.history, judged.recommendation, judged.settings
    blocks = blocks_now(history, rec, settings)
    proposed = propose_session(history, visit.at)
    chosen = _chosen(visit, book)
    return Page(
        "programme.html",
        {
            "is_set_up": rec.status != "needs_input",
            "title": blocks_title(blocks),
            "why": why_blocks(blocks, rec.stage),
            "opens": what_opens(blocks),
            "notes": _notes(proposed, book),
            "adherence": adherence_words(
                report_weeks(visit.home, visit.at, weeks=_WEEKS, plan=False).glance.adherence, _WEEKS
            ),
            "has_session": proposed.session is not None,
            "groups": _groups(blocks, proposed, history, rec, book, settings.pain.green),
            "names": [
                ("", "choose one"),
                *((one.id, one.name) for one in book.exercises),
                (OTHER, "Another activity"),
            ],
            "chosen": chosen,
            "is_activity": chosen["is_activity"],
            "labels": {key.replace("-", "_"): label for key, label in _LABELS.items()},
            "sides": [("", "both at once"), *((side, side) for side in KNEES)],
            "knees": [("", "not said"), *((knee, knee) for knee in KNEES)]
            if len(history.profile.knees) > 1
            else (),
            "yes_no": (("yes", "yes"), ("no", "no")),
            "today": visit.at.date(),
        },
    )


def enter_exercise(visit: Visit) -> GoTo:
    """Write down what was done; raises as `add_exercise`."""
    fields = visit.fields
    side = fields.knee("side", _LABELS["side"])
    knee = fields.knee("knee", _LABELS["knee"])
    clean = fields.choice("form_ok", "Clean form", ("yes", "no"))
    given = ExerciseGiven(
        name=needed(fields.text("exercise", "Exercise"), "exercise", "Exercise"),
        sets=fields.whole("sets", _LABELS["sets"]),
        reps=fields.whole("reps", _LABELS["reps"]),
        hold_s=fields.number("hold_s", _LABELS["hold-s"]),
        load_kg=fields.number("load_kg", _LABELS["load-kg"]),
        minutes=fields.number("minutes", _LABELS["minutes"]),
        side=side,
        pain=fields.whole("pain", _LABELS["pain"]),
        knee=knee,
        rpe=fields.whole("rpe", _LABELS["rpe"]),
        form_ok=None if clean is None else clean == "yes",
        day=past_day(visit, "date", _LABELS["date"]),
    )
    try:
        written = add_exercise(visit.home, given, load_load_settings(), at=visit.at)
    except UsageError as error:
        raise of_form(error, _LABELS) from error
    return GoTo("/programme", said_of(written), undo=written.how != "known")


def _groups(
    blocks: BlocksNow,
    proposed: Proposed,
    history: History,
    rec: Recommendation,
    book: ExerciseBook,
    green: int,
) -> list[dict[str, object]]:
    """Give the exercises that may be done now, by block; none while exercise waits."""
    if not blocks.blocks:
        return []
    due = () if proposed.session is None else proposed.session.names
    left_out = {one.id for one in proposed.left_out}
    groups: list[dict[str, object]] = []
    for block in (*blocks.blocks, *_ALWAYS):
        usable = [one for one in book.block(block) if may_do(one, history, rec)]
        if usable:
            shown = [
                _exercise(one, book, green, is_due=one.id in due, hurt=one.id in left_out) for one in usable
            ]
            name = BLOCKS[block].capitalize() if block in _ALWAYS else f"Block {block}: {BLOCKS[block]}"
            groups.append({"name": name, "exercises": shown})
    return groups


def _exercise(
    one: BookExercise, book: ExerciseBook, green: int, *, is_due: bool, hurt: bool
) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "dose": dose_range(one.dose),
        "how_to": one.how_to,
        "watch": [book.cue(name).text for name in one.cues],
        "how_hard": how_hard(one, green),
        "easier": one.regression,
        "harder": one.progression,
        "is_due": is_due,
        "hurt": hurt,
    }


def _notes(proposed: Proposed, book: ExerciseBook) -> list[str]:
    """Say what may become harder or easier, and where sides differ."""
    progress = proposed.progress
    found = [] if progress.ready is None else [ready_text(progress.ready, instead=progress.instead)]
    found += [easier_text(progress.easier)] if progress.easier else []
    names = {one.id: one.name for one in book.exercises}
    return found + ([sides_text(progress.sides, names)] if progress.sides else [])


def _chosen(visit: Visit, book: ExerciseBook) -> dict[str, object]:
    """Give what the form begins with: the dose to start with of the exercise that was asked for."""
    name = visit.fields.typed("exercise")
    one = book.find(name)
    dose = None if one is None else one.dose
    return {
        "id": name if one is not None or name == OTHER else "",
        "is_activity": name == OTHER or (one is not None and one.kind == "cross"),
        "sets": None if dose is None else f"{dose.sets[0]:g}",
        "reps": None if dose is None or dose.reps is None else f"{dose.reps[0]:g}",
        "hold_s": None if dose is None or dose.hold_s is None else f"{dose.hold_s[0]:g}",
        "per_side": dose is not None and dose.per_side,
    }


ROUTES = (get("/programme", programme_page), post("/programme", enter_exercise, programme_page))

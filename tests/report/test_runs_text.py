"""The list of runs and one run, as text and as documents."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from made_diary import SUNDAY, at, made_diary

from pfp_sensors.errors import UsageError
from pfp_sensors.load.seen import Seen, see
from pfp_sensors.model.diary import Cap, History, Pain, Profile, Run, RunImpact
from pfp_sensors.model.imported import Imported, Met
from pfp_sensors.report.entry_words import measured_words
from pfp_sensors.report.imported_text import imported_text
from pfp_sensors.report.runs_json import run_document, runs_document
from pfp_sensors.report.runs_text import run_text, runs_text
from pfp_sensors.report.watch_text import joined_line
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.settings.load import load_load_settings

SETTINGS = load_load_settings()

LIST = """\
run  day           km  min  pace   pain  impact
r6   2026-11-20     -   20     -  3 ? ?       -
r5*  2026-11-17  4.20   28  6:25  1 1 1    L7.5
r4*  2026-11-13  4.00   26  6:25  1 1 1    L7.4
r3*  2026-11-10  4.80   31  6:25  4 1 1    L7.6
r2*  2026-11-06  4.40   28  6:25  2 1 1    L7.2

pain: during the run, an hour after, next morning; the worst
of the knees. -: not known.
? in pain: still to be answered,
`pfp pain SCORE --when WHEN --run RUN`, where WHEN is
during, after60 or morning.
pace: typical, the median while running.
impact: of landing, in g. Landing impact is how hard the
shin is shaken at landing. It is not the load on the
kneecap.
* SYNTHETIC: computed by a program, not run by a person.
Not shown: 1 older run.
"""

ONE = """\
Run r6, Friday 20 Nov 2026
  Distance          not known
  Running time      20 min
  Limits then       at most 4.4 km or 28 min
  Landing impact    not measured
  Where from        typed in

Pain, 0 to 10
  Worst during      3 (right)
  An hour after     not answered: `pfp pain SCORE --when after60 --run r6`
  Next morning      not answered: `pfp pain SCORE --when morning --run r6`
"""


def seen(history: History | None = None) -> Seen:
    return see(history or made_diary(), SUNDAY, SETTINGS)


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_the_list() -> None:
    assert runs_text(seen(), limit=5) == LIST


def test_one_run() -> None:
    assert run_text(seen(), "r6") == ONE


@pytest.mark.parametrize("width", [60, 80, 120])
def test_pages_fit(width: int) -> None:
    texts = [runs_text(seen(), width), *(run_text(seen(), f"r{n}", width) for n in range(1, 7))]
    assert max(len(line) for text in texts for line in text.splitlines()) <= width


def test_a_synthetic_run_says_so_first_and_impact_what_it_is_not() -> None:
    text = one_line(run_text(seen(), "r5"))
    assert text.startswith("SYNTHETIC: this run was computed by a program")
    assert "Impact, left leg 7.5 g " in text
    assert NOT_KNEE_LOAD in text
    assert NOT_KNEE_LOAD not in one_line(run_text(seen(), "r6"))


def test_limits_are_those_in_force_at_the_start() -> None:
    assert "Limits then none had been given" in one_line(run_text(seen(), "r1"))  # issued after it
    assert "Limits then at most 4.4 km or 28 min" in one_line(run_text(seen(), "r2"))
    history = made_diary()
    newer = replace(history, caps=(*history.caps, Cap(at(12), 3.96, None)))
    assert "Limits then at most 3.9 km" in one_line(run_text(seen(newer), "r4"))
    assert "Limits then at most 4.4 km" in one_line(run_text(seen(newer), "r2"))


@pytest.mark.parametrize(
    ("quality", "words", "short"),
    [
        ("good", "Landing impact 9.0 g ", "9.0"),
        ("low", "9.0 g, not clear enough to judge by", "9.0?"),
        ("censored", "9.0 g at least, for the sensor reached its limit; not to judge by", "9.0?"),
    ],
)
def test_impact_says_whether_it_can_be_judged_by(quality: str, words: str, short: str) -> None:
    history = History(runs=(Run("a", at(10), km=4.0, impact={None: RunImpact(9.0, quality)}),))  # type: ignore[arg-type]
    assert words in one_line(run_text(seen(history), "a"))
    assert runs_text(seen(history)).splitlines()[1].endswith(f" {short}")


def test_both_knees_have_to_be_answered() -> None:
    history = History(
        profile=Profile(knees=("left", "right")),
        runs=(Run("a", at(10), km=4.0),),
        pain=(Pain("during", 2, at(10, 8), knee="left", run="a"),),
    )
    text = one_line(run_text(seen(history), "a"))
    assert "2 (left); not every answer is there: `pfp pain SCORE --when during --run a`" in text


def test_open_questions_are_marked_and_explained_only_where_there_are_some() -> None:
    assert "? in pain: still to be answered" in one_line(runs_text(seen()))
    answered = replace(made_diary(), runs=made_diary().runs[:5])
    assert "?" not in runs_text(seen(answered))
    both = History(
        profile=Profile(knees=("left", "right")),
        runs=(Run("a", at(10), km=4.0),),
        pain=(Pain("during", 2, at(10, 8), knee="left", run="a"),),
    )
    assert " 2? ? ? " in runs_text(seen(both))


def test_a_mark_behind_an_impact_is_explained() -> None:
    for quality, there in (("low", True), ("good", False)):
        history = History(runs=(Run("a", at(10), impact={None: RunImpact(9.0, quality)}),))  # type: ignore[arg-type]
        assert ("? behind it: not clear enough" in one_line(runs_text(seen(history)))) == there


def test_footers_have_sixty_columns_on_any_page() -> None:
    text = runs_text(seen(), 120)
    footer = text[text.index("\npain:") :]
    assert max(map(len, footer.splitlines())) <= 60


def test_no_runs_says_what_to_do() -> None:
    assert "`pfp add-run`" in runs_text(seen(History()))


def test_a_run_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="no run `r99`") as caught:
        run_text(seen(), "r99")
    assert "pfp runs" in caught.value.what_to_do
    with pytest.raises(UsageError):
        run_document(seen(), "r99")


def test_documents() -> None:
    document = runs_document(seen(), limit=2)
    assert list(document) == ["schema", "as_of", "n_runs", "runs"]
    assert document["schema"] == "pfp.runs/1"
    assert document["n_runs"] == 6
    assert [run["id"] for run in document["runs"]] == ["r6", "r5"]
    assert len(runs_document(seen())["runs"]) == 6
    one = run_document(seen(), "r6")
    assert one["schema"] == "pfp.run/1"
    assert one["start"] == "2026-11-20"
    assert one["km"] is None
    assert one["impact"] is None
    assert one["unanswered"] == ["after60", "morning"]
    assert one["limits"] == {"at": "2026-11-03T20:00:00+01:00", "km": 4.44, "minutes": 28.9}
    assert one["pain"] == [
        {
            "when": "during",
            "score": 3,
            "knee": "right",
            "at": "2026-11-20T09:00:00+01:00",
            "entered": "2026-11-20T09:00:00+01:00",
        }
    ]
    assert run_document(seen(), "r5")["impact"] == {"left": {"resultant_g": 7.5, "quality": "good"}}
    for found in (document, one):
        assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_pace_is_typical_and_how_sure_the_distance_is_stands_beside_it() -> None:
    run = Run("a", at(10), km=8.81, minutes=44.4, speed_mps=3.484, distance_source="model")
    history = History(runs=(replace(run, distance_error_pct=4.2),))
    text = one_line(run_text(seen(history), "a"))
    assert "as runs with a watch taught it; typically 4 % off" in text
    assert "Typical pace 4:47 min per km, the median while running" in text
    assert "typically 4:47 min per km" in measured_words(run)
    assert run_document(seen(history), "a")["distance_error_pct"] == 4.2
    assert "pace: typical" not in runs_text(seen(History(runs=(replace(run, speed_mps=None),))))


@pytest.mark.parametrize(("offset_s", "said"), [(-12.5, "aligned by cadence"), (None, "by its time alone")])
def test_a_joined_run_says_how_it_was_joined(offset_s: float | None, said: str) -> None:
    run = Run("a", at(10), km=4.0, source="import", method="1/a", watch="runs/a/watch.parquet")
    history = History(runs=(replace(run, watch_offset_s=offset_s),))
    assert f"Joined with the rows of a watch, {said}" in one_line(run_text(seen(history), "a"))
    assert run_document(seen(history), "a")["watch_offset_s"] == offset_s


def test_clocks_that_differ_are_said() -> None:
    run = Run("a", at(10, 7), km=4.0)
    met = Met(run, aligned=True, offset_s=20.0, clocks_differ_s=-3000.0)
    line = joined_line(met, would=False)
    assert line.endswith(f"Their clocks differ by 50 min; the run keeps its start {run.start:%H:%M}.")
    assert "clocks" not in joined_line(replace(met, clocks_differ_s=100.0), would=False)
    assert "clocks" not in joined_line(replace(met, clocks_differ_s=None), would=False)


def test_a_run_that_is_there_already_has_its_notes_said() -> None:
    one = Imported("b.fit", Run("a", at(10), km=4.0), "known", notes=("A run of that time is there.",))
    assert imported_text(one).splitlines()[1:] == ["A run of that time is there."]

"""Worked stories of load.md: what each rule must give, computed by hand from the text, before any code ran.

All people and runs are synthetic. Shorthand as in load.md: L longest tolerated dose of 30 days, R reference,
F factor, W weekly limit, M4 / W1 / W2 mean of four, last, one before last week. Base runs: 5.0 km, 32.5 min.
Weeks before 5 October 2026: 15, 15, 15, 10, 15 km, so that M4 = (15+15+10+15)/4 = 13.75, W1 = 15, W2 = 10;
in minutes x 6.5: M4 = 89.375, W1 = 97.5, W2 = 65.
"""

from __future__ import annotations

from tests.load.story_parts import (
    GREEN,
    Story,
    dawn,
    document,
    evening,
    four_weeks_and_one,
    profile,
    run,
    stage_event,
)

AMBER = {**GREEN, "during": 4}
ANSWERED_LATE = {**GREEN, "morning": None}

STORIES: list[Story] = []


def _tell(story: Story) -> None:
    STORIES.append(story)


# --- first week -----------------------------------------------------------------------------------

_START = document([], events=[], person=profile(longest_tolerated_km=None))

_tell(
    Story(
        "first week: nothing run yet",
        _START,
        evening("2026-10-05"),
        # X3: no run in 30 d, daily and walk pain 1 <= 2: stage 2. L = max(start 1.6) = 1.6, R = 1.6.
        # F: starts at 1.10; R12 has no two complete runs: <= 1.00; X3 "no increase". dose = 1.0 x 1.6 = 1.6.
        # W: no complete week: free 10; share .45 x 10 = 4.5 >= 1.6. week = min(3 x 1.6 = 4.8, 10) = 4.8.
        # Minutes: R = 15; dose 15; W 70, share 31.5; week = min(45, 70) = 45. No pain entry: tier None.
        # Ladder phase 1: walk 2, run 3.
        {
            "status": "ok",
            "stage": "walk_run",
            "tier": None,
            "max_km": 1.6,
            "max_minutes": 15.0,
            "week_km": 4.8,
            "week_minutes": 45.0,
            "rest_until": None,
            "ladder_phase": 1,
            "run_min": 3.0,
            "walk_min": 2.0,
        },
        binding=("X3",),
        fired=("X3",),
        quiet=("R1", "R3", "R5", "R6", "R8", "R17"),
        readings=(
            "R4 needs a run to have unanswered items: without any run it does not fire",
            "'2/3' of the ladder is walk 2 min, run 3 min (load.md: 'Ladder, walk/run minutes')",
        ),
    )
)

_tell(
    Story(
        "first week: the evening of the first run",
        document([run("2026-10-06", 1.6, minutes=14.0, pain=ANSWERED_LATE)], events=[]),
        evening("2026-10-06"),
        # Morning is not yet due: R4, provisional, F <= 1.00, rest >= 48 h from 07:14 Tue: Thu 8 Oct.
        # L: no earlier run: g = 1.6; c (answers missing) = min(g, limit in force or prior max g): no
        #   limit, no
        # prior run. Either way L = max(1.6 start, ...) = 1.6; R = 1.6. dose = max(F x 1.6, min(1.6, 1.6))
        #   = 1.6.
        # (X2 "undeclared: F <= 0.80" would give 1.28, lifted to the floor 1.6: the same.)
        # Minutes: L = max(15, 14) = 15; dose = max(.8 or 1.0 x 15, min(15, 15)) = 15.
        # week = min(3 x 1.6, 10) = 4.8; done 1.6; left 3.2 >= 1.6: next 1.6. Minutes: 45 - 14 = 31: next 15.
        {
            "status": "provisional",
            "stage": "walk_run",
            "tier": 0,
            "max_km": 1.6,
            "max_minutes": 15.0,
            "week_km": 4.8,
            "week_minutes": 45.0,
            "rest_until": "2026-10-08",
        },
        fired=("R4", "R12"),
        missing=("morning",),
        quiet=("R1", "R3", "R5", "R6", "R8", "R17"),
    )
)

_tell(
    Story(
        "first week: pain in daily life is above 2",
        document([], events=[], person=profile(daily_pain=3)),
        evening("2026-10-05"),
        # X3: daily pain 3 > 2: stage 1, no running.
        {"status": "no_run", "stage": "calm", "tier": None, "max_km": None, "week_km": 0.0},
        binding=("X3",),
        fired=("X3",),
        readings=("the week of a stage without running is 0, as R1 says for a red flag",),
    )
)

_tell(
    Story(
        "first week: start questions are not answered",
        document([], events=[], person={"knees": ["right"]}),
        evening("2026-10-05"),
        {"status": "needs_input", "max_km": None},  # X1: birth year and usual pain are missing
        fired=("X1",),
        missing=("year of birth", "usual"),
        readings=(
            "'missing' names the profile's unanswered questions by words with 'born' and 'usual' in them",
        ),
    )
)

_tell(
    Story(
        "first week: under 18",
        document([], events=[], person=profile(born=2012)),
        evening("2026-10-05"),
        {"status": "refer", "max_km": None},  # X1: 14 years old: "please see a clinician first"
        fired=("X1",),
    )
)

# --- flare and return -----------------------------------------------------------------------------

_tell(
    Story(
        "flare: the R2 example of load.md 11",
        document([*four_weeks_and_one(), run("2026-10-06", pain=AMBER)]),
        evening("2026-10-07"),
        # during 4: tier 1. t_new = t_eff = 1. L = 5.0 (tier 1 counts), no limit stored: R = 5.0 km, 32.5 min.
        # F = 0.80 (R2); R12 <= 1.00. dose = min(0.80 x 5.0 = 4.0, 5.5) = 4.0; minutes 26.0.
        # W = max(10, min(0.80 x max(13.75, 15) = 12, 1.30 x max(13.75, 10) = 17.875)) = 12; share .45 x 12
        #   = 5.4.
        # R13: 21 Sep has 10 <= .75 x 15: a lighter week among the last three, does not fire.
        # week = min(3 x 4.0, 12) = 12; done 5.0; left 7.0: next 4.0. Minutes: W = 78, share 35.1, week 78,
        #   next 26.
        # Speed 0.95 x 2.80 = 2.66 m/s = 6:16/km. Rest 48 h from Tue 07:32: Thu 8 Oct.
        {
            "status": "ok",
            "stage": "build",
            "tier": 1,
            "tier_new": 1,
            "reference_km": 5.0,
            "reference_minutes": 32.5,
            "dose_km": 4.0,
            "max_km": 4.0,
            "max_minutes": 26.0,
            "max_speed": 2.66,
            "week_km": 12.0,
            "week_minutes": 78.0,
            "done_km": 5.0,
            "rest_until": "2026-10-08",
        },
        binding=("R2",),
        fired=("R2", "R12", "R16"),
        quiet=("R1", "R3", "R4", "R5", "R6", "R8", "R13", "R17"),
        modifiers=("flare", "no_hills"),
        readings=(
            "R10's F is the same F as of the dose",
            "where no limit was stored with rho, R = L",
            "R11 fires too: v_limit 2.66 < v_ref 2.80",
        ),
    )
)

_AFTER_AMBER = [*four_weeks_and_one(), run("2026-10-06", pain=AMBER), run("2026-10-09", 4.0)]
_CAP_4 = {"date": "2026-10-09", "km": 4.0, "minutes": 26.0}

_tell(
    Story(
        "flare: held for the week after the first green run",
        document(_AFTER_AMBER, caps=[_CAP_4]),
        dawn("2026-10-11"),
        # rho = 9 Oct, green: t_new 0. Item of 6 Oct is later than 11 - 7 = 4 Oct: t_7 = t_eff = 1: F <= 1.00.
        # L = 5.0; R = min(5.0, limit at rho 4.0) = 4.0; dose = 1.00 x 4.0 = 4.0 (the bad item cut once);
        #   26.0 min.
        # W = max(10, min(1.00 x 15, 17.875)) = 15; share 6.75. week = min(3 x 4.0 = 12, 15) = 12; done 9.0;
        # left 3.0 >= min(1.6, 4.0): next 3.0. Minutes 12 x 6.5 = 78; done 58.5; next 19.5. Speed 2.66.
        # Rest 48 h from 9 Oct 07:26: 11 Oct.
        {
            "status": "ok",
            "stage": "build",
            "tier": 1,
            "tier_new": 0,
            "reference_km": 4.0,
            "dose_km": 4.0,
            "max_km": 3.0,
            "max_minutes": 19.5,
            "max_speed": 2.66,
            "week_km": 12.0,
            "done_km": 9.0,
            "rest_until": "2026-10-11",
        },
        fired=("R2", "R12"),
        quiet=("R1", "R3", "R4", "R8", "R17"),
    )
)

_tell(
    Story(
        "flare: growth again after a quiet week",
        document(
            [*_AFTER_AMBER, run("2026-10-11", 3.0)],
            caps=[_CAP_4, {"date": "2026-10-11", "km": 4.0, "minutes": 26.0}],
        ),
        dawn("2026-10-13"),
        # 13 - 7 = 6 Oct: the item of 6 Oct is out. t_eff 0. Last two runs green: R12 passes. F = 1.10.
        # L = 5.0; R = min(5.0, 4.0) = 4.0; dose = min(4.4, 5.5) = 4.4; minutes 28.6.
        # Weeks: 15, 10, 15, 12: M4 13, W1 12, W2 15: W = max(10, min(1.1 x 13 = 14.3, 19.5)) = 14.3; share
        #   6.435.
        # week = min(13.2, 14.3) = 13.2; done 0: next 4.4. Rest 24 h from 11 Oct 07:19: 12 Oct. Speed 2.80.
        {
            "status": "ok",
            "stage": "build",
            "tier": 0,
            "max_km": 4.4,
            "max_minutes": 28.6,
            "max_speed": 2.8,
            "week_km": 13.2,
            "rest_until": "2026-10-12",
        },
        binding=("R7",),
        quiet=("R1", "R3", "R4", "R8", "R12", "R13", "R17"),
        readings=("plain growth is named R7, one step on what is tolerated now: R2 does not fire at tier 0",),
    )
)

_SORE = [*four_weeks_and_one(), run("2026-10-06", pain={**GREEN, "during": 7})]
_FALLEN = [
    stage_event("2026-08-20", "build"),
    {"date": "2026-10-06T20:00:00+02:00", "kind": "stage", "value": "walk_run", "by": "program"},
]
_QUIET_DAYS = [
    {"date": "2026-10-08", "when": "day", "score": 1},
    {"date": "2026-10-09", "when": "day", "score": 1},
]

_tell(
    Story(
        "hold: two days after a score of 7",
        document(_SORE, pain=_QUIET_DAYS[:1]),
        evening("2026-10-08"),
        # during 7: tier 2: stage 0. Quiet days 7 (morning 1) and 8 Oct (day 1) are two, but only 61 h have
        #   passed.
        # Rest: 72 h from 6 Oct 07:32: 9 Oct.
        {
            "status": "no_run",
            "stage": "hold",
            "tier": 2,
            "max_km": None,
            "dose_km": None,
            "rest_until": "2026-10-09",
        },
        binding=("R2",),
        fired=("R2",),
        modifiers=("hold",),
    )
)

_tell(
    Story(
        "hold: 72 h passed but one quiet day only",
        document(
            [*four_weeks_and_one(), run("2026-10-06", pain={**GREEN, "during": 7, "morning": 2})],
            pain=_QUIET_DAYS[1:],
        ),
        evening("2026-10-09"),
        # Morning 7 Oct = usual + 1: tier 1, not quiet. 8 Oct: no answer. 9 Oct: quiet. Two in a row: no.
        {"status": "no_run", "stage": "hold", "tier": 2, "max_km": None},
        modifiers=("hold",),
    )
)

_tell(
    Story(
        "hold over: the first run at half",
        document(_SORE, pain=_QUIET_DAYS),
        dawn("2026-10-10"),
        # 95 h, quiet 7, 8, 9 Oct: over. rho = 6 Oct still: t_new = 2: F = 0.50 (R2). c of rho 0; L = 5.0
        #   from others.
        # No limit stored: R = 5.0: dose 2.5, 16.25 min (no floor at tier 2, and 2.5 > 1.6 anyway).
        # W = max(10, min(7.5, 17.875)) = 10; share 4.5. week = min(7.5, 10) = 7.5; done 5.0; next 2.5.
        # Minutes: W = max(70, 48.75) = 70; week 48.75; done 32.5; next 16.25. Speed 0.90 x 2.80 = 2.52.
        # build falls to walk_run at once.
        {
            "status": "ok",
            "stage": "walk_run",
            "tier": 2,
            "tier_new": 2,
            "reference_km": 5.0,
            "max_km": 2.5,
            "max_minutes": 16.25,
            "max_speed": 2.52,
            "week_km": 7.5,
            "week_minutes": 48.75,
            "rest_until": "2026-10-09",
        },
        binding=("R2",),
        quiet=("R1", "R3", "R4", "R8", "R17"),
    )
)

_RETURNED = [*_SORE, run("2026-10-10", 2.5)]
_CAP_25 = {"date": "2026-10-10", "km": 2.5, "minutes": 16.25}

_tell(
    Story(
        "hold over: held at half while the score is in the window",
        document(_RETURNED, pain=_QUIET_DAYS, caps=[_CAP_25], events=_FALLEN),
        evening("2026-10-12"),
        # 12 - 7 = 5 Oct: 6 Oct still counts: t_eff 2; rho green: t_new 0. F <= 1.00; R = min(5.0, 2.5) = 2.5.
        # dose 2.5; speed 2.52; rest 72 h from 10 Oct 07:16: 13 Oct. New week: W = weeks 15, 10, 15, 7.5:
        # M4 11.875, W1 7.5, W2 15: max(10, min(11.875, 19.5)) = 11.875; share 5.34. week = min(7.5, ...) =
        #   7.5.
        {
            "status": "ok",
            "stage": "walk_run",
            "tier": 2,
            "tier_new": 0,
            "max_km": 2.5,
            "max_minutes": 16.25,
            "max_speed": 2.52,
            "week_km": 7.5,
            "rest_until": "2026-10-13",
        },
        readings=("a hold that ended does not begin again while its item is still in the 7-day window",),
    )
)

_tell(
    Story(
        "hold over: growth after two green runs",
        document(
            [*_RETURNED, run("2026-10-13", 2.5)],
            pain=_QUIET_DAYS,
            caps=[_CAP_25, {"date": "2026-10-13", "km": 2.5, "minutes": 16.25}],
            events=_FALLEN,
        ),
        dawn("2026-10-16"),
        # t_eff 0; last two runs 10 and 13 Oct green: F = 1.10; R = 2.5; dose 2.75, 17.875 min.
        # W: M4 11.875, W1 7.5, W2 15: max(10, min(13.0625, 19.5)) = 13.0625; share 5.88.
        # week = 8.25; done 2.5; left 5.75; next 2.75. Stage 2: rest >= 48 h from 13 Oct 07:16: 15 Oct.
        {
            "status": "ok",
            "stage": "walk_run",
            "tier": 0,
            "max_km": 2.75,
            "max_minutes": 17.875,
            "week_km": 8.25,
            "rest_until": "2026-10-15",
        },
        quiet=("R4", "R8", "R12", "R17"),
    )
)

# --- impact over tolerance without pain ------------------------------------------------------------

_B9 = {"impact_resultant_g": 9.0, "speed_mps": 2.8}
_GOOD9 = {"speed_mps": 2.8, "impact": {"resultant_g": 9.0, "quality": "good"}}
_SENSOR = profile(impact_mode="sensor", baseline=_B9)


def _landed(resultant_g: float, **pain: int) -> dict[str, object]:
    return run(
        "2026-10-06",
        pain={**GREEN, **pain},
        speed_mps=2.8,
        impact={"resultant_g": resultant_g, "quality": "good"},
    )


_tell(
    Story(
        "impact 11.0 g over a tolerance of 10.5 g, no pain",
        document([*four_weeks_and_one(**_GOOD9), _landed(11.0)], person=_SENSOR),
        evening("2026-10-07"),
        # t_eff 0: tolerance 9.0 + 1.5 = 10.5; e = 11.0/10.5 - 1 = 0.04762 <= 0.10: F = 0.90 (R6), pace 0.95.
        # v_limit 2.66 < 2.80: R11 F <= 1.00. R = 5.0: dose 4.5, 29.25 min.
        # W = max(10, min(.9 x 15 = 13.5, 17.875)) = 13.5; share 6.075; week = min(13.5, 13.5); left 8.5;
        #   next 4.5.
        # Rest 24 h from 6 Oct: 7 Oct.
        {
            "status": "ok",
            "stage": "build",
            "tier": 0,
            "max_km": 4.5,
            "max_minutes": 29.25,
            "max_speed": 2.66,
            "week_km": 13.5,
            "impact_tolerance_g": 10.5,
            "impact_excess": 11.0 / 10.5 - 1.0,
            "rest_until": "2026-10-07",
        },
        binding=("R6",),
        fired=("R6", "R11"),
        quiet=("R1", "R3", "R4", "R5", "R8", "R12", "R13", "R17"),
    )
)

_tell(
    Story(
        "impact 11.0 g with pain of tier 1",
        document([*four_weeks_and_one(**_GOOD9), _landed(11.0, during=4)], person=_SENSOR),
        evening("2026-10-07"),
        # tolerance 9.75; e = 0.12821: marked: F = 0.80 (R6) and 0.80 (R2): dose 4.0; speed min(.95, .90) x
        #   2.80 = 2.52.
        {
            "tier": 1,
            "max_km": 4.0,
            "max_minutes": 26.0,
            "max_speed": 2.52,
            "impact_tolerance_g": 9.75,
            "impact_excess": 11.0 / 9.75 - 1.0,
        },
        binding=("R2", "R6"),
    )
)

_tell(
    Story(
        "impact over tolerance with the person's own slope",
        document(
            [*four_weeks_and_one(**_GOOD9), _landed(11.0)],
            person=profile(impact_mode="sensor", baseline={**_B9, "slope_g_per_mps": 3.0}),
        ),
        evening("2026-10-07"),
        # v = 2.80 - (11.0 - 10.5)/3 = 2.6333 m/s (6:20/km), above the floor .85 x 2.80 = 2.38. F = 0.90.
        {"max_km": 4.5, "max_speed": 2.8 - 0.5 / 3.0},
        binding=("R6",),
        readings=("a slope in the profile is one that was fitted and frozen: no further test of its spread",),
    )
)

_tell(
    Story(
        "impact within tolerance again, held for 7 days",
        document(
            [
                *four_weeks_and_one(**_GOOD9),
                _landed(11.0),
                run("2026-10-09", 4.5, speed_mps=2.66, impact={"resultant_g": 9.2, "quality": "good"}),
            ],
            person=_SENSOR,
            caps=[{"date": "2026-10-09", "km": 4.5, "minutes": 29.25}],
        ),
        dawn("2026-10-11"),
        # rho: 9.2 < 10.5; e of 6 Oct > 0 within 7 d: F <= 1.00 (R6). R = min(5.0, 4.5) = 4.5: dose 4.5.
        # W = max(10, min(15, 17.875)) = 15; week = min(13.5, 15) = 13.5; done 9.5; left 4.0: next 4.0.
        {"tier": 0, "dose_km": 4.5, "max_km": 4.0, "max_minutes": 26.0, "week_km": 13.5},
        fired=("R6",),
        quiet=("R4", "R5", "R8", "R12"),
    )
)

# --- pain without impact ---------------------------------------------------------------------------

_tell(
    Story(
        "pain with impact within tolerance",
        document([*four_weeks_and_one(**_GOOD9), _landed(9.0, during=4)], person=_SENSOR),
        evening("2026-10-07"),
        # e = 9.0/9.75 - 1 < 0: R6 allows 1.10; R2 0.80: dose 4.0, speed 2.66.
        {"tier": 1, "max_km": 4.0, "max_minutes": 26.0, "max_speed": 2.66, "impact_tolerance_g": 9.75},
        binding=("R2",),
        quiet=("R4", "R5", "R8"),
    )
)

_tell(
    Story(
        "green run without a landing reading in mode sensor",
        document([*four_weeks_and_one(**_GOOD9), run("2026-10-06")], person=_SENSOR),
        evening("2026-10-07"),
        # R5: F <= 1.00: dose = R = 5.0, 32.5 min. W = 15; week = min(15, 15) = 15; done 5; next 5.0.
        {"tier": 0, "max_km": 5.0, "max_minutes": 32.5, "week_km": 15.0},
        binding=("R5",),
        fired=("R5",),
        missing=("impact",),
        quiet=("R4", "R6", "R8", "R12", "R17"),
        readings=("the excess shown is the largest of the last 7 days, here of earlier runs",),
    )
)

# --- forgotten entries -----------------------------------------------------------------------------

_NO_SEP_28 = [r for r in four_weeks_and_one() if r["id"] < "r-2026-09-27"]

_tell(
    Story(
        "forgotten entries: the last answered run was amber",
        document([*_NO_SEP_28, run("2026-09-27", pain=AMBER), run("2026-10-06", pain={})]),
        evening("2026-10-07"),
        # rho = 6 Oct unanswered. No other item since 1 Oct, so t_7 takes the tier of the last answered
        #   run, 27 Sep: 1.
        # t_new 0, t_eff 1: F <= 1.00 (R2, R4, R12). c of rho = min(5.0, prior max 5.0); L = R = 5.0: dose
        #   5.0.
        # Weeks with a run: 15, 15, 15, 10 (31 Aug to 21 Sep): M4 13.75, W1 10, W2 15:
        # W = max(10, min(13.75, 1.3 x 15 = 19.5)) = 13.75; share 6.19; week = min(15, 13.75); left 8.75:
        #   next 5.0.
        # Rest 48 h from 6 Oct 07:32: 8 Oct. Speed 2.66.
        {
            "status": "ok",
            "tier": 1,
            "tier_new": 0,
            "max_km": 5.0,
            "max_minutes": 32.5,
            "max_speed": 2.66,
            "week_km": 13.75,
            "rest_until": "2026-10-08",
        },
        binding=("R4",),
        fired=("R2", "R4", "R12"),
        quiet=("R1", "R3", "R5", "R6", "R8", "R17"),
        missing=("during", "after60", "morning"),
        readings=(
            "provisional only while an answer is not yet due (morning: noon of 7 Oct has passed): status ok",
            "W1, W2 are the last two complete weeks with a run, not calendar weeks",
        ),
    )
)

_tell(
    Story(
        "forgotten entries: three runs running without any answer",
        document(
            [
                *four_weeks_and_one(),
                run("2026-10-06", pain={}),
                run("2026-10-08", pain={}),
                run("2026-10-10", pain={}),
            ]
        ),
        evening("2026-10-11"),
        # X6 fires; R4 still: F <= 1.00; last answered run 4 Oct green: t_eff 0. L = R = 5.0. dose 5.0.
        # W = 15; week = 15; done 15; left 0 < 1.6: no run until next week.
        {"status": "no_run", "tier": 0, "max_km": None, "week_km": 15.0, "done_km": 15.0},
        fired=("X6", "R4"),
        binding=("R10",),
    )
)

# --- holiday gap -----------------------------------------------------------------------------------

_tell(
    Story(
        "holiday of 8 days",
        document(four_weeks_and_one()),
        evening("2026-10-12"),
        # 8 days since 4 Oct: R17: F <= 1.00: dose 5.0, 32.5 min. Latest weeks with a run: 15, 15, 10, 15:
        # M4 13.75, W1 15, W2 10: W = max(10, min(15, 17.875)) = 15; week = min(15, 15) = 15.
        {
            "status": "ok",
            "stage": "build",
            "tier": 0,
            "max_km": 5.0,
            "max_minutes": 32.5,
            "week_km": 15.0,
            "rest_until": "2026-10-05",
        },
        binding=("R17",),
        quiet=("R4", "R8", "R12"),
    )
)

_tell(
    Story(
        "holiday of 15 days",
        document(four_weeks_and_one()),
        evening("2026-10-19"),
        # 15 days: F <= 0.50, stage <= 2. 30 d: later than 19 Sep: L = R = 5.0: dose 2.5, 16.25 min.
        # W = max(10, min(7.5, 17.875)) = 10; share 4.5; week = min(7.5, 10) = 7.5. Minutes: max(70,
        #   48.75); 48.75.
        {
            "status": "ok",
            "stage": "walk_run",
            "tier": 0,
            "max_km": 2.5,
            "max_minutes": 16.25,
            "week_km": 7.5,
            "week_minutes": 48.75,
        },
        binding=("R17",),
        fired=("R17",),
    )
)

_tell(
    Story(
        "holiday of 30 days",
        document(four_weeks_and_one()),
        evening("2026-11-03"),
        # 30 d: dates later than 4 Oct: none: L = 1.6, 15 min. F <= 0.50: 0.8, lifted to min(floor 1.6, R
        #   1.6) = 1.6 (X11);
        # 15 min. week = min(4.8, W = max(10, 7.5)) = 4.8; 45 min. From 28 d: ladder phase 1.
        {
            "status": "ok",
            "stage": "walk_run",
            "tier": 0,
            "max_km": 1.6,
            "max_minutes": 15.0,
            "week_km": 4.8,
            "week_minutes": 45.0,
            "ladder_phase": 1,
        },
        binding=("X11",),
        fired=("R17", "X11"),
        readings=("tier without an item in 7 d and a completely answered rho is 0, not unknown",),
    )
)

# --- spike -----------------------------------------------------------------------------------------

_NO_OCT_4 = [r for r in four_weeks_and_one() if r["id"] != "r-2026-10-04"]

_tell(
    Story(
        "spike: 6.0 km after 5.0, no limit issued",
        document([*_NO_OCT_4, run("2026-10-04", 6.0)]),
        dawn("2026-10-06"),
        # 6.0 > 1.10 x 5.0 = 5.5: R8: F <= 1.00. g = min(6.0, 1.10 x 5.0) = 5.5: L = 5.5; R = 5.5: dose
        #   5.5, 35.75 min.
        # Counted week of 28 Sep: 5 + 5 + 5.5 = 15.5; M4 = (15+15+10+15.5)/4 = 13.875; W2 = 10.
        # W = max(10, min(15.5, 1.3 x 13.875 = 18.04)) = 15.5; share 6.975; week = min(16.5, 15.5) = 15.5;
        #   next 5.5.
        {
            "status": "ok",
            "tier": 0,
            "reference_km": 5.5,
            "max_km": 5.5,
            "max_minutes": 35.75,
            "week_km": 15.5,
            "rest_until": "2026-10-05",
        },
        binding=("R8",),
        fired=("R8",),
        quiet=("R4", "R12", "R17"),
        readings=("W1 counts a run without a stored limit at g (capped at 1.10 x the prior maximum)",),
    )
)

_tell(
    Story(
        "spike: 6.0 km against a limit of 5.2",
        document(
            [*_NO_OCT_4, run("2026-10-04", 6.0)], caps=[{"date": "2026-10-01", "km": 5.2, "minutes": 33.8}]
        ),
        dawn("2026-10-06"),
        # g = min(6.0, limit 5.2) = 5.2; L = 5.2; R = min(5.2, 5.2) = 5.2; R8 F <= 1.00: dose 5.2, 33.8 min.
        # Week of 28 Sep: 5 + 5 + 5.2 = 15.2: W = 15.2; week = min(15.6, 15.2) = 15.2.
        {"reference_km": 5.2, "max_km": 5.2, "max_minutes": 33.8, "week_km": 15.2},
        binding=("R8",),
    )
)

# --- red flag and clearance ------------------------------------------------------------------------

_LOCKED = [{"kind": "locking", "start": "2026-10-06", "end": "2026-10-07"}]
_CLEARED = [
    {
        "date": "2026-10-10",
        "key": "red",
        "value": "locking",
        "until": None,
        "by": "Dr Synthetic",
        "role": "physiotherapist",
        "reason": "examined, no mechanical block",
    }
]

_tell(
    Story(
        "red flag: stands until it is cleared",
        document(four_weeks_and_one(), symptoms=_LOCKED),
        evening("2026-10-08"),  # its end ends nothing (interface.md)
        {
            "status": "refer",
            "stage": "hold",
            "refer": True,
            "max_km": None,
            "week_km": 0.0,
            "week_minutes": 0.0,
        },
        binding=("R1",),
        fired=("R1",),
        modifiers=("refer", "exercise_paused"),
    )
)

_tell(
    Story(
        "red flag: after the clearance",
        document(four_weeks_and_one(), symptoms=_LOCKED, overrides=_CLEARED),
        evening("2026-10-10"),
        # Stage <= 2. rho = 4 Oct, 6 days ago, green: t_eff 0; R12 passes: F = 1.10; R = 5.0: dose 5.5,
        #   35.75 min.
        # W = max(10, min(16.5, 17.875)) = 16.5; share 7.425; week = min(16.5, 16.5) = 16.5; done 0.
        {
            "status": "ok",
            "stage": "walk_run",
            "tier": 0,
            "refer": False,
            "max_km": 5.5,
            "max_minutes": 35.75,
            "week_km": 16.5,
        },
        quiet=("R1", "R4", "R8", "R17"),
        readings=("a clearance itself holds nothing: growth goes on where all other rules allow it",),
    )
)

# --- typed-in runs only ----------------------------------------------------------------------------

_typed = [{**r, "km": None, "minutes": 30.0} for r in four_weeks_and_one()]

_tell(
    Story(
        "typed-in runs with minutes only",
        document(_typed, person=profile(baseline={})),
        dawn("2026-10-06"),
        # km axis unknown: skipped, None. Minutes: L = R = 30; F = 1.10: 33.0. Weeks 90, 90, 60, 90: M4
        #   82.5, W1 90, W2 60:
        # W = max(70, min(99, 1.3 x 82.5 = 107.25)) = 99; share 44.55; week = min(99, 99) = 99; done 0.
        {
            "status": "ok",
            "stage": "build",
            "tier": 0,
            "max_km": None,
            "week_km": None,
            "max_minutes": 33.0,
            "max_speed": None,
            "week_minutes": 99.0,
            "reference_km": None,
            "done_km": None,
            "impact_tolerance_g": None,
        },
        fired=("X9",),
        quiet=("R4", "R5", "R6", "R8", "R12", "R17"),
        readings=(
            "with no kilometres known at all the start distance of L does not bring the km axis to life",
        ),
    )
)

# --- two knees -------------------------------------------------------------------------------------

_BOTH = profile(knees=["left", "right"], usual_pain={"left": 1, "right": 3})
_BY_KNEE = [
    {
        "date": "2026-10-06T07:20:00+02:00",
        "when": "during",
        "score": 1,
        "knee": "left",
        "run": "r-2026-10-06",
    },
    {
        "date": "2026-10-06T07:20:00+02:00",
        "when": "during",
        "score": 2,
        "knee": "right",
        "run": "r-2026-10-06",
    },
    {
        "date": "2026-10-06T08:40:00+02:00",
        "when": "after60",
        "score": 3,
        "knee": "left",
        "run": "r-2026-10-06",
    },
    {
        "date": "2026-10-06T08:40:00+02:00",
        "when": "after60",
        "score": 3,
        "knee": "right",
        "run": "r-2026-10-06",
    },
    {
        "date": "2026-10-07T07:30:00+02:00",
        "when": "morning",
        "score": 1,
        "knee": "left",
        "run": "r-2026-10-06",
    },
    {
        "date": "2026-10-07T07:30:00+02:00",
        "when": "morning",
        "score": 3,
        "knee": "right",
        "run": "r-2026-10-06",
    },
]

_tell(
    Story(
        "two knees: each against its own usual pain",
        document([*four_weeks_and_one(), run("2026-10-06", pain={})], person=_BOTH, pain=_BY_KNEE),
        evening("2026-10-07"),
        # after60 3: left 3 > 1: tier 1; right 3 <= 3: tier 0. The worse knee rules: tier 1: 0.80 x 5.0 =
        #   4.0, 26.0 min.
        {"status": "ok", "tier": 1, "max_km": 4.0, "max_minutes": 26.0, "rest_until": "2026-10-08"},
        binding=("R2",),
        fired=("X10",),
        quiet=("R4",),
    )
)

_tell(
    Story(
        "two knees: the right one alone is within its usual pain",
        document(
            [*four_weeks_and_one(), run("2026-10-06", pain={})],
            person=_BOTH,
            pain=_BY_KNEE[1::2] + _BY_KNEE[:1] + [{**_BY_KNEE[2], "score": 1}, _BY_KNEE[4]],
        ),
        evening("2026-10-07"),
        # left 1, 1, 1; right 2, 3, 3: all tier 0. F = 1.10: 5.5, 35.75 min.
        # W = max(10, min(16.5, 17.875)) = 16.5; share 7.425; week 16.5; left 11.5.
        {"status": "ok", "tier": 0, "max_km": 5.5, "max_minutes": 35.75, "week_km": 16.5},
        quiet=("R4", "R12"),
    )
)

_LEGS = {
    "left": {"resultant_g": 10.0, "quality": "good"},
    "right": {"resultant_g": 9.9, "quality": "good"},
}
_LEG_BASE = {
    "left": {"impact_resultant_g": 9.0, "speed_mps": 2.8},
    "right": {"impact_resultant_g": 8.0, "speed_mps": 2.8},
}
_LEG_GOOD = {
    "speed_mps": 2.8,
    "impact": {
        "left": {"resultant_g": 9.0, "quality": "good"},
        "right": {"resultant_g": 8.0, "quality": "good"},
    },
}

_tell(
    Story(
        "two knees: each leg against its own baseline",
        document(
            [*four_weeks_and_one(**_LEG_GOOD), run("2026-10-06", speed_mps=2.8, impact=_LEGS)],
            person=profile(
                knees=["left", "right"],
                usual_pain={"left": 1, "right": 1},
                impact_mode="sensor",
                baseline=_LEG_BASE,
            ),
        ),
        evening("2026-10-07"),
        # left 10.0/10.5 - 1 < 0; right 9.9/9.5 - 1 = 0.0421: the larger rules: F = 0.90: 4.5, 29.25 min,
        #   2.66 m/s.
        {
            "tier": 0,
            "max_km": 4.5,
            "max_minutes": 29.25,
            "max_speed": 2.66,
            "impact_tolerance_g": 9.5,
            "impact_excess": 9.9 / 9.5 - 1.0,
        },
        binding=("R6",),
        quiet=("R5",),
    )
)

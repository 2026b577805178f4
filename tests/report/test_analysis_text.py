"""The page for the runner: truthful, plain, narrow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_analysis import (
    made_analysis,
    made_facts,
    made_strides,
    made_summary,
    refused_summary,
    slow_summary,
)

from pfp_sensors.model.analysis import FileAnalysis, LegAnalysis
from pfp_sensors.model.summary import Dose
from pfp_sensors.report.analysis_text import analysis_text
from pfp_sensors.report.words import GRADE_WORDS, NOT_KNEE_LOAD, SYNTHETIC, duration, field_words

PAGES = {
    "full": made_analysis(),
    "slow": made_analysis(slow_summary()),
    "refused": made_analysis(refused_summary()),
    "two legs": made_analysis(made_summary("left"), made_summary("right")),
    "two legs, one refused": replace(made_analysis(made_summary("right"), refused_summary()), symmetry=None),
}


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_a_full_run() -> None:
    assert analysis_text(made_analysis()) == (
        "run.csv\n"
        "\n"
        "Left leg. 30 min 0 s recorded, 25 min 0 s of it running.\n"
        "\n"
        "  Running           25 min 0 s in 2 stretches, 4200 steps of both legs\n"
        "  Cadence           165 steps per minute (half the time 163 to 167)\n"
        "  Landing impact    7.9 g (half of landings 7.1 to 8.8, 1 in 20 above 10.2)\n"
        "  Along the shin    5.1 g (half of landings 4.4 to 5.9)\n"
        "  Sum of landings   16510 g, all landings of this leg added up (3752 g per km)\n"
        "  Distance          4.40 km, from the watch\n"
        "  Pace              5:45 min per km, from the treadmill\n"
        "  On the ground     0.26 s per step; good for comparing your own runs only\n"
        "  During the run    impact 7.7 g early, 8.1 g late: within what measuring alone\n"
        "                    can vary\n"
        "  Besides running   walking 4 min 52 s, standing 8 s\n"
        "\n"
        "How sure: good. 97 % of the running strides could be used.\n"
        "\n"
        "Landing impact is how hard the shin is shaken at landing. It is not the load on\n"
        "the kneecap.\n"
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_plain_and_narrow(name: str) -> None:
    text = analysis_text(PAGES[name])
    assert text.isascii()
    assert text.isprintable() or set(text) - {"\n"} <= set(map(chr, range(32, 127)))
    assert max(map(len, text.splitlines())) <= 80
    assert NOT_KNEE_LOAD in one_line(text)
    for word in ("None", "nan", "null", "IMU", "imu", "resultant", "terminal", "rate_too_low"):
        assert word not in text
    for word in ("should", "must", "injury", "diagnos", "safe", "danger"):
        assert word not in text.lower()


def test_what_could_not_be_told_is_said_once_with_all_it_concerns() -> None:
    text = one_line(analysis_text(PAGES["slow"]))
    assert "Not told: - Landing impact, time on the ground: 25 Hz recorded, 100 needed." in text
    assert "- Distance: The recording has no gyroscope." in text
    assert (
        "How sure: usable, with care. 90 % of the running strides could be used. - The recording: Only"
        in text
    )
    assert "7.9 g" not in text


def test_no_running() -> None:
    text = one_line(analysis_text(PAGES["refused"]))
    assert "30 min 0 s recorded, no running found." in text
    assert "Walking found, no running." in text
    assert "Besides running walking 30 min 0 s" in text
    assert "steps per minute" not in text
    assert "How sure" not in text
    assert "numbers" not in text


def test_synthetic_is_said_first() -> None:
    summary = made_summary(recording=made_facts(synthetic=True))
    assert analysis_text(made_analysis(summary)).startswith(SYNTHETIC + "\n")
    assert "SYNTHETIC" not in analysis_text(made_analysis())


def test_two_legs_stand_one_after_the_other() -> None:
    text = analysis_text(PAGES["two legs"])
    assert text.index("LEFT LEG") < text.index("RIGHT LEG") < text.index("RIGHT AGAINST LEFT")
    assert "\nLEFT LEG: 30 min 0 s recorded, 25 min 0 s of it running.\n" in text
    assert "  Landing impact    +12.0 %" in text
    assert "  Time per stride   +0.0 %" in text
    assert "difference of the landing impacts is within what measuring alone can vary" in one_line(text)
    assert "Not told: both legs are needed." in analysis_text(PAGES["two legs, one refused"])


def test_a_censored_impact_is_a_lower_bound() -> None:
    summary = made_summary()
    assert summary.impact is not None
    censored = replace(summary, impact=replace(summary.impact, censored=True))
    text = analysis_text(made_analysis(censored))
    assert "Landing impact    at least 7.9 g" in text
    assert "Along the shin    at least 5.1 g" in text
    assert "Sum of landings   at least 16510 g" in text


def test_impact_without_gyroscope_and_distance() -> None:
    summary = made_summary(dose=Dose(2255.4, None))
    assert summary.impact is not None
    text = analysis_text(made_analysis(replace(summary, impact=replace(summary.impact, axial_g=None))))
    assert "Sum of landings   2255 g, all landings of this leg added up\n" in text
    assert "Along the shin" not in text


def test_what_the_reader_did_is_told() -> None:
    summary = made_summary(recording=made_facts(notes=("3 rows without a time were dropped.",)))
    assert "About the file:\n  - 3 rows without a time were dropped.\n" in analysis_text(
        made_analysis(summary)
    )


def test_a_leg_of_unknown_side() -> None:
    facts = made_facts(side=None)
    analysis = made_analysis()
    leg = LegAnalysis(made_summary(recording=facts), made_strides())
    text = analysis_text(FileAnalysis(analysis.provenance, (leg,)))
    assert "\n30 min 0 s recorded" in text


def test_words() -> None:
    assert [duration(s) for s in (4.4, 59.6, 3599.4, 3900)] == [
        "4 s",
        "1 min 0 s",
        "59 min 59 s",
        "1 h 5 min",
    ]
    assert field_words("impact.axial_g") == "Landing impact along the shin"
    assert field_words("some_new_thing") == "Some new thing"
    assert set(GRADE_WORDS) == {"good", "usable", "poor"}

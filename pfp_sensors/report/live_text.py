"""A recording while it runs, in words for the live page; the page with and without script says the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.report import page, words
from pfp_sensors.report.live_sensor_text import sensor_facts, sensor_name
from pfp_sensors.report.next_answer import look_again
from pfp_sensors.report.record_view import clock_text, cue_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.live_state import RecordingState, SensorState
    from pfp_sensors.model.recommendation import Recommendation

    _Now = tuple[SensorState, float | None, bool]

STALE_S: Final = 3.0
"""The recorder renews its picture twice a second: one older than this is no picture of now."""

QUIET_S: Final = 5.0
"""A runner lands more than once a second on each leg: numbers of landings older than this are none of now."""

SIMULATED: Final = "SYNTHETIC: this is a simulated sensor; nothing here was measured on a person."
NOT_HELD: Final = "it is not known yet, the page Today says what it takes"
A_WHOLE_RUN: Final = (
    "The tolerance is meant for the middle of a whole run at your easy pace; a few landings can lie above it."
)

_PHASES: Final = {
    "starting": "The recorder is starting.",
    "recording": "",
    "finishing": "The sensors have stopped. The recording is being finished.",
    "complete": "The recording is complete. Its summary is being worked out.",
}
_NONE_NOW: Final = "no landing now"
_FULL_SCALE: Final = 2.0
"""A bar ends at so many times the tolerance."""


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """What the numbers of a run are held against; None for what is not known.

    Attributes
    ----------
    tolerance_g
        Landing impact that the knee takes for now.
    cadence_spm
        Steps per minute to aim at.
    margin_percent
        So far from it still counts as on target.
    asked
        Whether the rules, or a cue, ask for that cadence; else it is a usual step above the own.
    problem
        Why the diary tells nothing, in words; "" where it does.
    """

    tolerance_g: float | None = None
    cadence_spm: float | None = None
    margin_percent: float = 0.0
    asked: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CueSaid:
    """The last cue; ``is_now`` while it still stands on the recorder's screen."""

    text: str
    kind: str
    value: float
    target: float
    is_now: bool


def live_document(
    phase: str,
    state: RecordingState,
    age_s: float,
    impacts_g: Sequence[float | None],
    quiet_s: Sequence[float | None],
    yardsticks: Yardsticks,
    cue: CueSaid | None,
) -> dict[str, Any]:
    """Write a picture of a recording as plain values: texts to show as they are, numbers for bars and charts.

    Parameters
    ----------
    phase
        starting, recording, finishing or complete.
    age_s
        How old the picture is.
    impacts_g
        Landing impact of the last landings, for each sensor; None where there is none.
    quiet_s
        How long each sensor has had no landing, on the recorder's clock; None where it never had one. After
        a few seconds its numbers are none of now, and are not shown as such.
    cue
        None while none was given.
    """
    now = [
        (sensor, g, _is_quiet(seconds, state.speed_up))
        for sensor, g, seconds in zip(state.sensors, impacts_g, quiet_s, strict=True)
    ]
    return {
        "phase": phase,
        "run": state.run_id,
        "title": f"Recording {clock_text(state.elapsed_s)}",
        "words": _PHASES[phase],
        "synthetic": simulated_words(state),
        "age_s": age_s,
        "elapsed_s": state.elapsed_s,
        "now": [_cadence_card(now, yardsticks), *(_impact_card(*one, yardsticks) for one in now)],
        "cue": cue_words(cue),
        "cue_is_now": cue is not None and cue.is_now,
        "sensors": [
            {"id": one.name, "name": sensor_name(one), "facts": [[*fact] for fact in sensor_facts(one)]}
            for one in state.sensors
        ],
        "notes": [text for text in (*state.messages, state.trouble, yardsticks.problem) if text],
        "tolerance_g": yardsticks.tolerance_g,
        "cadence_target_spm": yardsticks.cadence_spm,
        "say": _spoken(state, now, yardsticks),
        "link": None,
    }


def empty_document(
    phase: str, title: str, said: Sequence[str], link: tuple[str, str] | None = None
) -> dict[str, Any]:
    """Write that there is no picture, and why: the same keys, with nothing to show.

    ``link`` is the address and the words of where to go on.
    """
    return {
        "phase": phase,
        "run": "",
        "title": title,
        "words": " ".join(said),
        "synthetic": "",
        "age_s": 0.0,
        "elapsed_s": 0.0,
        "now": [],
        "cue": "",
        "cue_is_now": False,
        "sensors": [],
        "notes": [],
        "tolerance_g": None,
        "cadence_target_spm": None,
        "say": " ".join([f"{title}.", *said]),
        "link": None if link is None else [*link],
    }


def stale_words(age_s: float) -> str:
    """Say that a picture is old; "" where it is not."""
    if age_s <= STALE_S:
        return ""
    return f"No news from the recorder for {age_s:.0f} s. The numbers below are old."


def no_running_words(rec: Recommendation) -> str:
    """Say that the diary advises no running, and until when; "" where it advises a run, or cannot tell."""
    if rec.refer or rec.status == "refer":
        return "Your diary says no running until a clinician has looked at it."
    if rec.status == "needs_input" or rec.next_run is not None:
        return ""
    return f"Your diary says no running until {page.day_words(look_again(rec))}."


def simulated_words(state: RecordingState) -> str:
    """Label a simulated recording; "" for one of a person."""
    if not state.synthetic:
        return ""
    faster = "" if state.speed_up == 1.0 else f" It runs {state.speed_up:g} times as fast as real time."
    return SIMULATED + faster


def cue_words(cue: CueSaid | None) -> str:
    """Write the last cue with its numbers."""
    if cue is None:
        return "No cue so far."
    said = cue_numbers(cue.text, cue.kind, cue.value, cue.target)
    said = said.replace("steps/min", "steps per minute")
    return said if cue.is_now else f"Last cue: {said}"


# --- the parts -------------------------------------------------------------------------------------


def _is_quiet(seconds: float | None, speed_up: float) -> bool:
    """Tell whether the last landing is too old to be now; the delays of this computer are sped up as well."""
    return seconds is not None and seconds > QUIET_S * max(1.0, speed_up)


def _cadence(now: Sequence[_Now]) -> float | None:
    """Take the cadence of a sensor that lands; both feet are counted in each."""
    known = (one.cadence_spm for one, _, is_quiet in now if not is_quiet)
    return next((spm for spm in known if spm is not None), None)


def _cadence_card(now: Sequence[_Now], held: Yardsticks) -> dict[str, Any]:
    spm = _cadence(now)
    none = _NONE_NOW if now and all(is_quiet for *_, is_quiet in now) else "not known yet"
    return {
        "name": "Cadence",
        "value": none if spm is None else f"{spm:.0f} steps per minute",
        "against": _cadence_against(spm, held),
        "share": None,
        "mark": None,
    }


def _cadence_against(spm: float | None, held: Yardsticks) -> str:
    if held.cadence_spm is None:
        return "No target: your own cadence is not known to the diary yet."
    target = f"Target {held.cadence_spm:.0f}"
    if not held.asked:
        target = f"A usual step above your own would be {held.cadence_spm:.0f}"
    if spm is None:
        return f"{target}."
    margin = held.cadence_spm * held.margin_percent / 100.0
    if abs(spm - held.cadence_spm) <= margin:
        return f"{target}: on it."
    return f"{target}: {'above' if spm > held.cadence_spm else 'below'} it."


def _impact_card(sensor: SensorState, g: float | None, is_quiet: bool, held: Yardsticks) -> dict[str, Any]:
    where = f"{sensor.side} leg" if sensor.side else sensor.name
    count = words.count(len(sensor.resultant_g), "landing")
    card = {"name": f"Landing impact, {where}"}
    if g is not None and is_quiet:
        before = f"The last landings had {g:.1f} g (the middle of {count})."
        return {**card, "value": _NONE_NOW, "against": before, **_bar(None, None)}
    over = "" if g is None else f" (the middle of the last {count})"
    return {
        **card,
        "value": "not known yet" if g is None else f"{g:.1f} g",
        "against": f"{_impact_against(g, held.tolerance_g)}{over}.",
        **_bar(g, held.tolerance_g),
    }


def _impact_against(impact_g: float | None, tolerance_g: float | None) -> str:
    if tolerance_g is None:
        return f"Not held against your tolerance: {NOT_HELD}"
    tolerance = f"Tolerance for now {page.g_at_most(tolerance_g)}"
    if impact_g is None:
        return tolerance
    if impact_g <= tolerance_g:
        return f"{tolerance}: within it"
    percent = 100.0 * (impact_g / tolerance_g - 1.0)
    return f"{tolerance}: {'less than 1' if percent < 1.0 else f'{percent:.0f}'} % above it"


def _bar(impact_g: float | None, tolerance_g: float | None) -> dict[str, float | None]:
    """Give the length of the bar and the place of the tolerance, as shares of the whole; None for no bar."""
    if impact_g is None or tolerance_g is None or tolerance_g <= 0.0:
        return {"share": None, "mark": None}
    return {"share": min(1.0, impact_g / (_FULL_SCALE * tolerance_g)), "mark": 1.0 / _FULL_SCALE}


def _spoken(state: RecordingState, now: Sequence[_Now], held: Yardsticks) -> str:
    """Write the few numbers that are read out now and then."""
    spm = _cadence(now)
    parts = [clock_text(state.elapsed_s)]
    if spm is not None:
        parts.append(f"Cadence {spm:.0f} steps per minute. {_cadence_against(spm, held)}".rstrip("."))
    for sensor, g, is_quiet in now:
        if g is None:
            continue
        leg = f", {sensor.side} leg" if sensor.side else ""
        against = "" if held.tolerance_g is None else f". {_impact_against(g, held.tolerance_g)}"
        parts.append(f"No landing now{leg}" if is_quiet else f"Landing impact{leg} {g:.1f} g{against}")
    return ". ".join(parts) + "."

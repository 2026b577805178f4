"""Plain words for what the data call by key."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pfp_sensors.model.summary import RunSummary

WIDTH: Final = 80

NOT_KNEE_LOAD: Final = (
    "Landing impact is how hard the shin is shaken at landing. It is not the load on the kneecap."
)
"""Said wherever landing impact is shown."""

TYPICAL_PACE: Final = "the median while running"
"""What the pace of a run is: no quotient of its minutes and kilometres."""

SYNTHETIC_OF: Final = "SYNTHETIC: the samples of {} were computed by a program, not measured on a person."

SYNTHETIC: Final = "SYNTHETIC: these samples were computed by a program, not measured on a person."

FIELD_WORDS: Final = {
    "": "The recording",
    "cadence_spm": "Cadence",
    "stride_time_s": "Time per stride",
    "contact_time_s": "Time on the ground",
    "stride_length_m": "Stride length",
    "speed_mps": "Pace",
    "distance_km": "Distance",
    "impact": "Landing impact",
    "resultant_g": "Landing impact",
    "axial_g": "Landing impact along the shin",
    "dose": "Sum of landings",
    "impact_load_per_km_g": "Sum of landings per km",
    "within_run_trend": "Change during the run",
    "symmetry": "Right against left",
    "quality": "Quality",
    "bouts": "Running and walking",
    "events": "Single landings",
    "n_strides": "Number of steps",
    "n_steps": "Number of steps",
    "running_s": "Time running",
}

SOURCE_WORDS: Final = {
    "imu": "from this sensor",
    "treadmill": "from the treadmill",
    "watch": "from the watch",
    "model": "from this sensor, as your runs with a watch taught",
}

GRADE_WORDS: Final = {
    "good": "good",
    "usable": "usable, with care",
    "poor": "poor; take the numbers as a rough hint only",
}


def grade_words(run: RunSummary) -> str:
    """Say how sure the numbers are; landing impact apart where nobody knows what its numbers hold."""
    if run.quality.grade == "usable" and any(reason.code == "gravity_unchecked" for reason in run.reasons):
        return "the rhythm is usable, with care; landing impact is not checked and may be wrong"
    return GRADE_WORDS[run.quality.grade]


def field_words(field: str) -> str:
    """Name a quantity, also one inside another (``impact.axial_g``)."""
    if field in FIELD_WORDS:
        return FIELD_WORDS[field]
    last = field.rpartition(".")[2]
    return FIELD_WORDS.get(last, last.replace("_", " ").capitalize())


def duration(seconds: float) -> str:
    """Write a length of time: ``42 s``, ``12 min 5 s`` or ``1 h 5 min``."""
    total = round(seconds)
    if total < 60:
        return f"{total} s"
    if total < 3600:
        return f"{total // 60} min {total % 60} s"
    return f"{total // 3600} h {total % 3600 // 60} min"


def count(n: int, one: str, many: str = "") -> str:
    """Write a number with its noun, ``1 step`` or ``2 steps``."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def paragraph(text: str, first: str = "", rest: str = "") -> str:
    """Wrap to the page; ``first`` and ``rest`` begin its first and its other lines."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def row(label: str, text: str) -> str:
    """Write one line of a table of two columns, the right one wrapped."""
    return paragraph(text, f"  {label:<18}", " " * 20)

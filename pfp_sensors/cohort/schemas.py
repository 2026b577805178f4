"""The columns of a cohort's two tables: names, types and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["text", "number", "whole", "flag", "texts", "reasons"]
"""``texts`` is a list of texts, ``reasons`` a list of (code, field, message, blocking)."""


@dataclass(frozen=True, slots=True)
class CohortColumn:
    """One column: its name with the unit in it, what its cells are, and what they mean in words."""

    name: str
    kind: Kind
    means: str


_WHERE: Final = (
    CohortColumn("source", "text", "path of the recording below the input, parts separated by /"),
    CohortColumn("clinic", "text", "from a folder clinic=... in that path"),
    CohortColumn("athlete", "text", "from a folder athlete=... in that path"),
    CohortColumn("run", "text", "from a folder run=... in that path"),
    CohortColumn("leg", "whole", "1, 2 ... for the sensors of the recording; joins strides and runs"),
)

STRIDES_COLUMNS: Final = (
    *_WHERE,
    CohortColumn("side", "text", "leg that wore the sensor: left or right"),
    CohortColumn("sensor", "text", "name of the sensor"),
    CohortColumn("bout_index", "whole", "number of the stretch of movement, from 0"),
    CohortColumn("bout_kind", "text", "what that stretch is: running, walking, still or other"),
    CohortColumn("valid", "flag", "false for a stride that enters no statistic"),
    CohortColumn(
        "initial_contact_s", "number", "foot on the ground, seconds from the start of the recording"
    ),
    CohortColumn("terminal_contact_s", "number", "foot off the ground, seconds from the start"),
    CohortColumn("stride_time_s", "number", "until the same foot is on the ground again, seconds"),
    CohortColumn("cadence_spm", "number", "steps of both feet per minute"),
    CohortColumn("contact_time_s", "number", "foot on the ground to foot off, seconds"),
    CohortColumn("stride_length_m", "number", "metres, from the sensor itself"),
    CohortColumn("speed_mps", "number", "metres per second, from the sensor itself"),
    CohortColumn("resultant_g", "number", "landing impact: peak of the whole acceleration, g"),
    CohortColumn("axial_g", "number", "landing impact: peak along the shin, g"),
    CohortColumn("time_to_peak_s", "number", "from foot on the ground to that peak, seconds"),
    CohortColumn("clipped", "flag", "true where the peak is beyond the sensor's range"),
    CohortColumn("confidence", "number", "1 for a landing that passed every check, 0.5 for a doubtful one"),
    CohortColumn("synthetic", "flag", "true where the samples were computed, not measured"),
)
"""One row for each stride, walking strides too; an empty cell is unknown."""

_INPUT: Final = (
    CohortColumn("stamp", "text", "changes when a file of the recording does"),
    CohortColumn("status", "text", "ok, partial, refused (read, but no running) or failed (not readable)"),
    CohortColumn("side", "text", "leg that wore the sensor: left or right"),
    CohortColumn("sensor", "text", "name of the sensor"),
    CohortColumn("placement", "text", "where it was worn"),
    CohortColumn("start", "text", "when the recording began, ISO 8601"),
    CohortColumn("synthetic", "flag", "true where the samples were computed, not measured"),
    CohortColumn("format", "text", "format that the file was understood as"),
    CohortColumn("sha256", "text", "SHA-256 of the bytes read"),
    CohortColumn("version", "text", "version of the program that made the row"),
    CohortColumn("duration_s", "number", "length of the recording, seconds"),
    CohortColumn("sampling_rate_hz", "number", "samples per second, fitted to their times"),
    CohortColumn("channels", "texts", "acc, gyr"),
    CohortColumn("acc_range_g", "number", "full scale of the accelerometer, g"),
    CohortColumn("n_gaps", "whole", "stretches without samples"),
    CohortColumn("lost_samples", "whole", "samples missing in them"),
    CohortColumn("running_s", "number", "time spent running, seconds"),
    CohortColumn("n_strides", "whole", "valid strides of running"),
    CohortColumn("n_steps", "whole", "steps of both feet"),
)


def _spread(name: str, means: str, ends: tuple[str, ...] = ("p25", "p75")) -> Iterator[CohortColumn]:
    yield CohortColumn(name, "number", f"{means}: median over the strides")
    for end in ends:
        yield CohortColumn(f"{name}_{end}", "number", f"{means}: {end[1:]}th percentile")


IMPACT_ENDS: Final = ("p25", "p75", "p95")
"""Of the landing impact the upper end matters too."""

RUNS_COLUMNS: Final = (
    *_WHERE,
    *_INPUT,
    *_spread("cadence_spm", "steps of both feet per minute"),
    *_spread("stride_time_s", "landing to landing of the same foot, seconds"),
    *_spread("contact_time_s", "foot on the ground, seconds; for trends only"),
    *_spread("stride_length_m", "length of a stride, metres"),
    CohortColumn("stride_length_source", "text", "where the stride length is from"),
    *_spread("speed_mps", "speed, metres per second"),
    CohortColumn("speed_source", "text", "where the speed is from"),
    CohortColumn("distance_km", "number", "kilometres of running"),
    CohortColumn("distance_source", "text", "where the kilometres are from"),
    *_spread("impact_resultant_g", "landing impact, peak of the whole acceleration, g", IMPACT_ENDS),
    *_spread("impact_axial_g", "landing impact, peak along the shin, g", IMPACT_ENDS),
    CohortColumn("n_contacts", "whole", "landings whose peak was measured"),
    CohortColumn("n_clipped", "whole", "of these, beyond the sensor's range"),
    CohortColumn("censored", "flag", "true where so many are beyond it that the figures are too low"),
    CohortColumn("baseline_eligible", "flag", "true where the impact may enter a person's baseline"),
    CohortColumn("impact_load_g", "number", "sum of the landing peaks of this leg, g"),
    CohortColumn("impact_load_per_km_g", "number", "the same for each kilometre"),
    CohortColumn(
        "trend_resultant_g_first_third", "number", "landing impact in the first third of the run, g"
    ),
    CohortColumn("trend_resultant_g_last_third", "number", "landing impact in the last third, g"),
    CohortColumn("trend_exceeds_minimum_detectable", "flag", "true where that change is more than noise"),
    CohortColumn("coverage", "number", "share of the expected strides that are valid, 0-1"),
    CohortColumn("grade", "text", "what that makes the recording worth: good, usable or poor"),
    CohortColumn(
        "symmetry_stride_time_pct", "number", "right against left in percent of their mean; two legs"
    ),
    CohortColumn("symmetry_contact_time_pct", "number", "the same of the contact time"),
    CohortColumn("symmetry_resultant_pct", "number", "the same of the landing impact"),
    CohortColumn(
        "symmetry_exceeds_minimum_detectable", "flag", "true where the legs' impact differs for sure"
    ),
    CohortColumn("reasons", "reasons", "why something is missing or to be read with care"),
    CohortColumn("notes", "texts", "what the reader had to do, in plain sentences"),
    CohortColumn("failure", "text", "of a failed recording: what was found"),
    CohortColumn("failure_code", "whole", "3 not readable, as from `pfp analyze`; 1 a bug, or no memory"),
    CohortColumn("what_to_do", "text", "of a failed recording: the next step"),
    CohortColumn(
        "retry", "flag", "of a failed recording: true where another try may help, so the next run does"
    ),
)
"""One row for each sensor of a recording, one for a recording that failed; an empty cell is unknown."""


@cache
def strides_schema() -> Any:
    """Make the Arrow schema of the strides."""
    return _schema(STRIDES_COLUMNS)


@cache
def runs_schema() -> Any:
    """Make the Arrow schema of the runs."""
    return _schema(RUNS_COLUMNS)


def _schema(columns: tuple[CohortColumn, ...]) -> Any:
    import pyarrow as pa

    return pa.schema([(column.name, arrow_type(column.kind)) for column in columns])


@cache
def arrow_type(kind: Kind) -> Any:
    """Return the Arrow type of a kind of column."""
    import pyarrow as pa

    if kind == "texts":
        return pa.list_(pa.string())
    if kind == "reasons":
        texts = [(name, pa.string()) for name in ("code", "field", "message")]
        return pa.list_(pa.struct([*texts, ("blocking", pa.bool_())]))
    return {"text": pa.string(), "number": pa.float64(), "whole": pa.int64(), "flag": pa.bool_()}[kind]

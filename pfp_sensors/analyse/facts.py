"""What is known of the recording itself, and the summary of one without running."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.analyse.support import no_running
from pfp_sensors.model.summary import Quality, RecordingFacts, RunSummary

if TYPE_CHECKING:
    from pfp_sensors.analyse.leg import LegFindings
    from pfp_sensors.analyse.support import Support
    from pfp_sensors.model.gait import BoutKind
    from pfp_sensors.model.recording import Recording

_AXIS_NAMES: Final = "xyz"

_FOUND_WORDS: Final[dict[BoutKind, str]] = {
    "other": "Movement found that is not one shin running or walking",
    "walking": "Walking found",
    "still": "Only stillness found",
}


def facts_of(recording: Recording, findings: LegFindings) -> RecordingFacts:
    """Collect what is known of the recording itself."""
    return RecordingFacts(
        duration_s=recording.duration_s,
        sampling_rate_hz=recording.rate_hz,
        channels=recording.channels,
        side=recording.side,
        placement=recording.placement,
        sensor=recording.sensor,
        acc_range_g=recording.acc_range_g,
        gaps=recording.gaps,
        synthetic=recording.synthetic,
        mounting=_mounting(findings),
        notes=(*recording.notes, *_upside_down(findings)),
    )


def _upside_down(findings: LegFindings) -> tuple[str, ...]:
    """Say so when the sensor's long axis points down the leg."""
    mounting = _mounting(findings)
    if mounting is None or "down" not in mounting:
        return ()
    return (
        f"The sensor was worn upside down ({mounting[0]} axis pointing down); this is taken into account.",
    )


def _mounting(findings: LegFindings) -> str | None:
    """Say which sensor axis lies along the shank, and whether the sensor is upside down."""
    if not findings.mountings:
        return None
    mounting = findings.mountings[0]
    up = (mounting.upright or mounting.frame).up
    axis = int(np.argmax(np.abs(up)))
    return f"{_AXIS_NAMES[axis]} axis {'up' if up[axis] > 0 else 'down (upside down)'} along the shank"


def refused_summary(recording: Recording, findings: LegFindings, support: Support | None) -> RunSummary:
    """Give the summary of a recording without running, or refused as a whole by ``support``."""
    seconds = {kind: sum(b.duration_s for b in findings.bouts if b.kind == kind) for kind in _FOUND_WORDS}
    found = _FOUND_WORDS[max(seconds, key=lambda kind: seconds[kind])]
    return RunSummary(
        status="refused",
        recording=facts_of(recording, findings),
        bouts=findings.bouts,
        running_s=0.0,
        n_strides=0,
        n_steps=0,
        cadence_spm=None,
        stride_time_s=None,
        contact_time_s=None,
        stride_length_m=None,
        stride_length_source=None,
        speed_mps=None,
        speed_source=None,
        distance_km=None,
        distance_source=None,
        impact=None,
        dose=None,
        within_run_trend=None,
        reasons=(support or no_running(found)).reasons,
        quality=Quality(None, "poor"),
    )

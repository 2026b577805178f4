"""What a finished recording holds, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis


def recorded_line(
    folder: Path, analysis: FileAnalysis, counters: Mapping[str, Mapping[str, int | None]]
) -> str:
    """Write what came and what was lost of each sensor, and the main figures of the first leg."""
    lines = []
    for name, counts in counters.items():
        lost = counts.get("lost")
        known = "loss cannot be detected" if lost is None else f"{lost} lost"
        lines.append(
            f"   {name}: {counts.get('received')} samples kept, {known}, {counts.get('repeated')} repeated"
        )
    run = analysis.legs[0].summary
    figures = []
    if run.cadence_spm is not None:
        figures.append(f"cadence {run.cadence_spm.median:.0f} steps per minute")
    if run.impact is not None:
        figures.append(f"landing impact {run.impact.resultant_g.median:.1f} g")
    if figures:
        lines.append(
            f"   {', '.join(figures)} (SYNTHETIC)" if run.recording.synthetic else f"   {', '.join(figures)}"
        )
    lines += ["   the whole summary:", f"   pfp analyze {folder}"]  # on one line, so that it can be copied
    return "\n".join(lines)

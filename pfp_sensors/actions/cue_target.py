"""What a runner is held to while running, taken from the diary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.actions.next_run import judge_history
from pfp_sensors.actions.read_diary import read_diary

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_RULE = "R14"


@dataclass(frozen=True, slots=True)
class CadenceTarget:
    """Steps per minute of both feet, and the own cadence that they are above.

    ``by_rule`` tells whether the rules ask for it now (R14), or only the person.
    """

    target_spm: float
    own_spm: float
    by_rule: bool


def cadence_target(home: Path, at: datetime) -> CadenceTarget | None:
    """Tell the cadence to be held to: what `pfp next` asks for, else one step above the own cadence.

    Returns
    -------
    CadenceTarget or None
        None where the own cadence is not known.

    Raises
    ------
    InputError, UsageError, PfpError
        If the diary cannot be read.
    """
    judged = judge_history(read_diary(home), at)
    rule = next((one for one in judged.recommendation.rules if one.id == _RULE), None)
    own_spm = None if rule is None else rule.inputs.get("cadence_spm")
    if rule is None or own_spm is None:
        return None
    asked = rule.limits.get("cadence_spm") if rule.fired else None
    if asked is not None:
        return CadenceTarget(asked, own_spm, by_rule=True)
    return CadenceTarget(round(own_spm * (1.0 + judged.settings.cadence.step)), own_spm, by_rule=False)

"""Every real recording with truth that stands beside the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.force_treadmill import running_section
from bench.mean_cycle import mean_cycle_section
from bench.outdoor import outdoor_section
from bench.places import SHARED_DATA
from bench.slow_legs import slow_legs_section
from bench.tables import Section
from bench.walking import walking_section

if TYPE_CHECKING:
    from pfp_sensors.settings import SignalSettings


def real_sections(settings: SignalSettings) -> list[Section]:
    """Score everything there is; where the recordings are absent, say so."""
    if not SHARED_DATA.is_dir():
        return [Section("Real recordings", "Not measured in this run: ../shared/data is absent.")]
    parts = (running_section, walking_section, slow_legs_section, outdoor_section, mean_cycle_section)
    return [part(settings) for part in parts]

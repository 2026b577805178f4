"""Numbers that contradict each other although each is within its own range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BELOW: Final = (
    ("signal.rate.spectral_min_hz", "signal.rate.cadence_min_hz"),
    ("signal.rate.cadence_min_hz", "signal.rate.landing_min_hz"),
    ("signal.rate.landing_min_hz", "signal.rate.contact_min_hz"),
    ("signal.rate.contact_min_hz", "signal.rate.impact_min_hz"),
    ("signal.bouts.running_min_period_s", "signal.bouts.running_max_period_s"),
    ("signal.bouts.walking_min_period_s", "signal.bouts.walking_max_period_s"),
    ("signal.terminal_contact.search_from_share", "signal.terminal_contact.search_to_share"),
    ("signal.gates.min_stride_s", "signal.gates.max_stride_s"),
    ("signal.gates.min_contact_ms", "signal.gates.max_contact_ms"),
    ("signal.gates.min_swing_ms", "signal.gates.max_swing_ms"),
    ("signal.alignment.vote_from_share", "signal.alignment.vote_to_share"),
    ("signal.stride_length.min_speed_mps", "signal.stride_length.max_speed_mps"),
)
"""The first of each pair must be below the second."""

NOT_ABOVE: Final = (
    ("signal.bouts.running_stay_mean_g", "signal.bouts.running_min_mean_g"),
    ("signal.initial_contact.steepest_from_ms", "signal.initial_contact.minimum_search_ms"),
    ("signal.quality.min_coverage", "signal.quality.good_coverage"),
    ("signal.online.latency_ms", "signal.online.max_latency_ms"),
    *(
        (f"load.{key}.{below}", f"load.{key}.{above}")
        for key in ("pain.factor", "pain.speed", "impact.tolerance_add_g")
        for below, above in (("tier_1", "tier_0"), ("tier_2", "tier_1"))
    ),
    ("load.pain.rest_h.tier_0", "load.pain.rest_h.tier_1"),
    ("load.pain.rest_h.tier_1", "load.pain.rest_h.tier_2"),
    ("load.pain.green", "load.pain.amber"),
    ("load.impact.tolerance_unknown_g", "load.impact.tolerance_add_g.tier_0"),
    ("load.impact.bands.mild", "load.impact.bands.marked"),
    ("load.impact.factor.mild", "load.impact.factor.within"),
    ("load.impact.factor.marked", "load.impact.factor.mild"),
    ("load.impact.factor.strong", "load.impact.factor.marked"),
    ("load.impact.pace.mild", "load.impact.pace.within"),
    ("load.impact.pace.more", "load.impact.pace.mild"),
    ("load.impact.baseline_runs", "load.impact.baseline_max_runs"),
    ("load.week.longest_share.two", "load.week.longest_share.one"),
    ("load.week.longest_share.three", "load.week.longest_share.two"),
    ("load.week.longest_share.four", "load.week.longest_share.three"),
    ("load.cadence.step", "load.cadence.step_later"),
    ("load.cadence.step_later", "load.cadence.max"),
    ("load.gap.hold_d", "load.gap.days"),
    ("load.gap.days", "load.gap.restart_d"),
    ("load.life.protein_low_g_per_kg", "load.life.protein_high_g_per_kg"),
)
"""The first of each pair may equal the second, but not exceed it."""


def check_pairs(path: Path, values: Mapping[str, float]) -> None:
    """Check the values of one section, defaults and overrides together.

    Parameters
    ----------
    path
        The file of overrides, for the message.
    values
        By dotted key.

    Raises
    ------
    SettingsError
        If two of them contradict each other; names both.
    """
    for pairs, words in ((BELOW, "be below"), (NOT_ABOVE, "not exceed")):
        for low, high in pairs:
            if low not in values:
                continue
            if values[low] > values[high] or (pairs is BELOW and values[low] == values[high]):
                raise SettingsError(
                    f"{path}: {low} is {values[low]:g} and {high} is {values[high]:g}; "
                    f"the first must {words} the second.",
                    "Change one of them; docs/settings.md lists the defaults of what the file leaves out.",
                )

"""What only a watch measures, as the native fields of a FIT record."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FIELDS: Final = {
    "altitude_m": "RecordEnhancedAltitudeField",
    "temperature_c": "RecordTemperatureField",
    "power_w": "RecordPowerField",
    "stance_time_ms": "RecordStanceTimeField",
    "stance_balance_pct": "RecordStanceTimeBalanceField",
    "vertical_oscillation_mm": "RecordVerticalOscillationField",
    "step_length_mm": "RecordStepLengthField",
}
OF_A_WATCH: Final = tuple(_FIELDS)
"""Channels of a watch that go into a record beside distance, speed, cadence and heart rate."""

_WHOLE: Final = ("temperature_c", "power_w")
"""FIT has no scale for them, and fit-tool wants whole numbers."""

_MOST: Final = {"step_length_mm": 6553.0}
"""Sixteen bits of tenths hold no more, and no step is so long."""


def fields_of_watch(values: Mapping[str, float]) -> Iterator[tuple[Any, float]]:
    """Make fit-tool's fields of what a row has, each with its value.

    Parameters
    ----------
    values
        Of a row, by channel; the other channels are passed over.
    """
    from fit_tool.profile.messages import record_message as fit

    for channel, name in _FIELDS.items():
        if values.get(channel, math.inf) < _MOST.get(channel, math.inf):
            value = values[channel]
            yield getattr(fit, name)(), round(value) if channel in _WHOLE else value

"""Numbers on their way out: rounded for reading, NaN as null."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

SIGNIFICANT = 5
"""Digits kept of a measured value: more than any of them carries."""


def rounded(value: float | None, digits: int = SIGNIFICANT) -> float | None:
    """Round to significant digits; NaN and infinities become None."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")


def seconds(value: float | None) -> float | None:
    """Round a time to the microsecond; NaN becomes None."""
    return None if value is None or not math.isfinite(value) else round(float(value), 6)


def seconds_list(values: Iterable[float]) -> list[float | None]:
    """Round times to the microsecond; NaN becomes None."""
    return [seconds(value) for value in values]


def tidy(value: Any) -> Any:
    """Round every float in nested dicts and lists, NaN to None."""
    if isinstance(value, float):
        return rounded(value)
    if isinstance(value, Mapping):
        return {key: tidy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [tidy(item) for item in value]
    return value


def json_text(document: Mapping[str, Any]) -> str:
    """Write one JSON object, each key of the outermost one on its own line; never NaN."""
    lines = (f"  {json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in document.items())
    return "{\n" + ",\n".join(lines) + "\n}"

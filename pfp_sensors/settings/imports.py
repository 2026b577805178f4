"""Limits on files brought in. Values, ranges and sources stand in ``config/import.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """All of ``config/import.toml``."""

    max_bytes: int

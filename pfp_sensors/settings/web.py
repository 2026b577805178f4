"""Typed numbers of the dashboard, one field for each key of ``config/web.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What the dashboard listens on, takes and how often it looks; sources stand in the file."""

    port: int
    max_form_bytes: int
    max_upload_bytes: int
    max_upload_files: int
    live_every_s: float
